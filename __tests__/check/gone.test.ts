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
  [
    "a link takes the place of its folder",
    relative,
    { ...relative, [snippet]: headers },
    [removed, { path: "nginx/snippets", previousPath: null, status: "added", patch: null }],
  ],
])("silent where %s", ([, head, base, changes]) => {
  expect(newly(head, base, changes)).toEqual([]);
});
