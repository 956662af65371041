import { expect, test } from "vitest";
import { analyse, type Analysis, compare, defaultPolicy } from "../../src/core/index.ts";

const server = (name: string, path: string): string => `server {
    listen 80;
    server_name ${name};
    location ${path} {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        proxy_read_timeout 1h;
    }
}
`;

function analysed(text: string): Analysis {
  const path = "conf.d/site.conf";
  return analyse({ read: () => text, list: () => [path] }, { policy: defaultPolicy });
}

/** Where the head has findings that the base lacks. */
function newly(head: string, base: string): string[] {
  const { findings } = compare(analysed(head), analysed(base), []);
  const places = findings.flatMap(({ isNew, location }) =>
    isNew ? [`${location?.server} ${location?.name}`] : [],
  );
  return [...new Set(places)];
}

const old = server("old.example.com", "/ws");
const other = server("other.example.com", "/ws");

test.for<[title: string, base: string, head: string, found: readonly string[]]>([
  ["another name", old, server("new.example.com", "/ws"), []],
  [
    "another name beside a server that stays",
    old + other,
    server("new.example.com", "/ws") + other,
    [],
  ],
  ["another location", old, server("new.example.com", "/cable"), ["new.example.com /cable"]],
  ["one more server", other, other + server("new.example.com", "/ws"), ["new.example.com /ws"]],
  [
    "one server in place of two: nobody knows of which",
    old + other,
    server("new.example.com", "/ws"),
    ["new.example.com /ws"],
  ],
])("a server's name changes: %s", ([, base, head, found]) => {
  expect(newly(head, base)).toEqual(found);
});
