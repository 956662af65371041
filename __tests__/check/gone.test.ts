import { expect, test } from "vitest";
import {
  analyse,
  type Analysis,
  type ChangedFile,
  compare,
  defaultPolicy,
  startOf,
} from "../../src/core/index.ts";

type Texts = Readonly<Record<string, string>>;

const headers = `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_set_header Host $host;
proxy_read_timeout 3600s;
`;

const site = (include: string): string => `server {
    listen 80;
    server_name www.example.com;
    location /ws {
        proxy_pass http://127.0.0.1:8080;
        include ${include};
    }
}
`;

const snippet = "nginx/snippets/ws.conf";
const main = { "nginx/nginx.conf": "events {}\nhttp {\n    include conf.d/*.conf;\n}\n" };
const removed: ChangedFile = { path: snippet, previousPath: null, status: "removed", patch: null };

function analysed(texts: Texts): Analysis {
  const files = { read: (path: string) => texts[path], list: () => Object.keys(texts) };
  return analyse(files, { policy: defaultPolicy });
}

function newly(head: Texts, base: Texts, changes: readonly ChangedFile[]): string[] {
  return compare(analysed(head), analysed(base), changes).findings.flatMap(
    ({ rule, severity, place, isNew }) =>
      isNew ? [`${severity} ${rule} ${place.document.path}:${startOf(place).line}`] : [],
  );
}

const relative = { ...main, "nginx/conf.d/site.conf": site("snippets/ws.conf") };
const lost = "error missing-include nginx/conf.d/site.conf:6";

test.for<[title: string, head: Texts]>([
  ["a relative path", relative],
  ["an absolute path", { ...main, "nginx/conf.d/site.conf": site("/etc/nginx/snippets/ws.conf") }],
  ["a site without a main file", { "nginx/conf.d/site.conf": site("snippets/ws.conf") }],
])("a change deletes what is still included: %s", ([, head]) => {
  expect(newly(head, { ...head, [snippet]: headers }, [removed])).toEqual([lost]);
});

test("a change renames it", () => {
  const path = "nginx/snippets/websocket.conf";
  const renamed: ChangedFile = { path, previousPath: snippet, status: "renamed", patch: null };
  const base = { ...relative, [snippet]: headers };
  expect(newly({ ...relative, [path]: headers }, base, [renamed])).toEqual([lost]);
});

test.for<[title: string, head: Texts, base: Texts, changes: readonly ChangedFile[]]>([
  ["it was never there", relative, relative, []],
  [
    "the include goes with it",
    {
      ...main,
      "nginx/conf.d/site.conf": site("snippets/ws.conf").replace(/ *include.*;/, headers),
    },
    { ...relative, [snippet]: headers },
    [removed],
  ],
])("silent where %s", ([, head, base, changes]) => {
  expect(newly(head, base, changes)).toEqual([]);
});

test("where a link takes the place of its folder it is not known any more whether the handshake works", () => {
  const link: ChangedFile = {
    path: "nginx/snippets",
    previousPath: null,
    status: "added",
    patch: null,
  };
  expect(newly(relative, { ...relative, [snippet]: headers }, [removed, link])).toEqual([
    "warning lost-handshake nginx/conf.d/site.conf:4",
  ]);
});

const modules = "/etc/nginx/modules-enabled/*.conf";
const withModules = {
  "nginx/nginx.conf": `include ${modules};\nevents {}\nhttp {\n    include conf.d/*.conf;\n}\n`,
  "nginx/conf.d/site.conf": site("snippets/ws.conf"),
  [snippet]: headers.replace('"upgrade"', "$connection_upgrade"),
};
const map =
  "map $http_upgrade $connection_upgrade {\n    default upgrade;\n    ''      close;\n}\n";
const mapped = { ...withModules, "nginx/conf.d/upgrade.conf": map };
const mapGone: ChangedFile = { ...removed, path: "nginx/conf.d/upgrade.conf" };

test("a change deletes the map that a header reads, in a program of which a part is elsewhere", () => {
  expect(newly(withModules, mapped, [mapGone])).toEqual([`error undefined-variable ${snippet}:3`]);
});

test.for<[title: string, head: Texts, base: Texts]>([
  ["it was never there", withModules, withModules],
  ["it moves to another file", { ...withModules, "nginx/conf.d/maps.conf": map }, mapped],
  [
    "it may have moved to where we do not look",
    {
      ...withModules,
      "nginx/nginx.conf": withModules["nginx/nginx.conf"].replace(
        "http {",
        "http {\n    include /opt/maps/*.conf;",
      ),
    },
    mapped,
  ],
])("not an error of the change: %s", ([, head, base]) => {
  const found = newly(head, base, [mapGone]).filter((each) => each.startsWith("error"));
  expect(found).toEqual([]);
});
