import { expect, test } from "vitest";
import { startBackend, type BackendKind } from "./backend.ts";
import { probeNames, sendProbe } from "./client.ts";
import {
  configTest,
  exchange,
  fillPorts,
  freePorts,
  httpConfig,
  serversConfig,
  withNginx,
} from "./harness.ts";
import { describeWithNginx } from "./suite.ts";

const threeLines = `proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "upgrade";`;

function serverWith(lines: string): string {
  return `server { listen 127.0.0.1:@NGINX@; location /ws {
  proxy_pass http://127.0.0.1:@BACKEND@;
  ${lines}
} }`;
}

/** Runs each of `servers` in front of one backend, all in one nginx, and sends one websocket probe to each. */
async function handshakes(servers: readonly string[], kind: BackendKind) {
  const backend = await startBackend(kind);
  const ports = await freePorts(servers.length);
  const config = fillPorts(
    serversConfig(servers),
    ports,
    servers.map(() => backend.port),
  );
  const outcome = await withNginx(config, ports, async () => {
    const exchanges = [];
    for (const port of ports) {
      exchanges.push(await exchange(port, backend, { probe: "websocket" }));
    }
    return exchanges;
  });
  await backend.close();
  if ("refused" in outcome) {
    throw new Error(JSON.stringify(outcome.refused));
  }
  return outcome.result;
}

describeWithNginx("real nginx", () => {
  test("a strict server refuses what nginx sends by default, and completes the handshake with the three lines", async () => {
    const [bare, complete] = await handshakes([serverWith(""), serverWith(threeLines)], "strict");
    expect(bare).toMatchObject({ status: 200, ok: false, body: "plain /ws" });
    expect(bare?.upstreamHead).not.toContain("Upgrade");
    expect(complete).toMatchObject({ status: 101, handshakeValid: true, echo: true, ok: true });
    expect(complete?.upstreamHead).toMatch(/^GET \/ws HTTP\/1\.1\r\n/);
    expect(complete?.upstreamHead).toContain("\r\nUpgrade: websocket\r\nConnection: upgrade\r\n");
  });

  test("the ws package takes HTTP/1.0, a strict server does not (NGINX.md, surprise 4)", async () => {
    const old = [serverWith(threeLines.replace("1.1", "1.0"))];
    expect(await handshakes(old, "nodews")).toMatchObject([{ status: 101, ok: true }]);
    expect(await handshakes(old, "strict")).toMatchObject([
      { status: 400, body: "bad handshake: version HTTP/1.0" },
    ]);
  });

  test("a server that always answers 101 upgrades even through a bare proxy_pass (E01)", async () => {
    expect(await handshakes([serverWith("")], "sloppy")).toMatchObject([{ status: 101, ok: true }]);
  });

  test("a pooled upstream connection carries several plain requests", async () => {
    const backend = await startBackend("strict");
    const ports = await freePorts(1);
    const body = `upstream pool { server 127.0.0.1:@BACKEND@; keepalive 4; }
      server { listen 127.0.0.1:@NGINX@; location / {
        proxy_pass http://pool; proxy_http_version 1.1; proxy_set_header Connection ""; } }`;
    const config = fillPorts(httpConfig(body), ports, [backend.port]);
    await withNginx(config, ports, async () => {
      for (let count = 0; count < 3; count++) {
        await sendProbe(ports[0] ?? 0, { probe: "plain" });
      }
    });
    await backend.close();
    expect(backend.requests.map((request) => request.connection)).toEqual([1, 1, 1]);
  });

  test("nginx -t gives its messages with file and line", async () => {
    const files = {
      "nginx.conf": "events {}\nhttp {\n  include conf.d/*.conf;\n}\n",
      "conf.d/a.conf": "map $a {\n}\n",
    };
    expect(await configTest({ main: "nginx.conf", files })).toEqual({
      ok: false,
      messages: [
        {
          level: "emerg",
          text: 'invalid number of arguments in "map" directive',
          file: "conf.d/a.conf",
          line: 1,
        },
      ],
    });
  });

  test("an accepted configuration with a warning", async () => {
    const body = "upstream u { server 127.0.0.1:1; keepalive 2; least_conn; }";
    const result = await configTest(httpConfig(body));
    expect(result.ok).toBe(true);
    expect(result.messages.map((message) => message.level)).not.toContain("emerg");
  });
});

test("probes carry the headers of DESIGN.md in its order", async () => {
  const backend = await startBackend("strict");
  for (const probe of probeNames) {
    await sendProbe(backend.port, { probe, path: "/p" });
  }
  await backend.close();
  const names = backend.requests.map(({ head }) =>
    head
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(":")[0]),
  );
  expect(names).toEqual([
    ["Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"],
    ["Host"],
    ["Host", "Upgrade", "Connection", "HTTP2-Settings"],
  ]);
});
