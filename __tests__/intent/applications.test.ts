import { expect, test } from "vitest";
import { applications, withoutWebSocket } from "../../src/core/intent/applications.ts";
import { intentAt } from "./subject.ts";

const named = applications.flatMap((application) =>
  application.called.map((name) => ({ ...application, called: name })),
);

test.each(named)("a server that hands all to $called serves WebSockets", ({ called }) => {
  const { intent, traffic } = intentAt(
    `server { location / { proxy_pass http://${called}:8080; } }`,
  );
  expect(intent.serves).toBe("yes");
  expect(traffic).toBe("mixed");
});

test.each(applications.filter(({ distinct }) => distinct === true))(
  "$endpoints is enough without a name: $name",
  ({ endpoints, mixed }) => {
    for (const endpoint of endpoints) {
      const text = `server { location ${endpoint} { proxy_pass http://127.0.0.1; } }`;
      expect(intentAt(text)).toMatchObject({
        intent: { serves: "yes" },
        traffic: mixed === true ? "mixed" : "websocket",
      });
    }
  },
);

test.each(named)("$called with another purpose behind it is something else", ({ called }) => {
  const text = `server { location / { proxy_pass http://${called}-exporter:8080; } }`;
  expect(intentAt(text).intent.serves).toBe("no");
});

test("every row has a source, and no two bear the same name or port", () => {
  const rows = [...applications, ...withoutWebSocket];
  const names = rows.flatMap(({ called }) => called);
  const ports = applications.map(({ port }) => port).filter((port) => port !== undefined);
  expect(rows.filter(({ source }) => !/^https:\/\/[\w.-]+\//.test(`${source}/`))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(ports).size).toBe(ports.length);
});
