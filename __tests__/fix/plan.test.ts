import { describe, expect, test } from "vitest";
import type { Config } from "../../src/core/config/level.ts";
import {
  candidates,
  type Case,
  connection,
  fixed,
  host,
  isInLine,
  load,
  remove,
  replace,
  timeouts,
  upgrade,
  usesOf,
  version,
} from "./planned.ts";

interface Row extends Omit<Case, "files"> {
  readonly name: string;
  readonly before: string | Readonly<Record<string, string>>;
  /** The file after the first candidate, or those files that it changes; null where there is no candidate. */
  readonly after: string | Readonly<Record<string, string>> | null;
}

const pair = [upgrade, connection];
const block = [version, ...pair, host, ...timeouts];
const mixed = { traffic: "mixed" } as const;

const rows: readonly Row[] = [
  {
    name: "the published block after proxy_pass",
    remedies: [...timeouts, host, connection, upgrade, version],
    before: `server {
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    after: `server {
    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
`,
  },
  {
    name: "after a comment at the end of the line",
    remedies: pair,
    before: `location /ws {
    proxy_pass http://backend; # the chat
    access_log off;
}
`,
    kind: "server",
    after: `location /ws {
    proxy_pass http://backend; # the chat
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    access_log off;
}
`,
  },
  {
    name: "a block on one line is opened up",
    remedies: pair,
    before: `server {
    listen 80;
    location /ws { proxy_read_timeout 1h; proxy_pass http://b; } # chat
    location /ws/old { proxy_pass http://b; }
}
`,
    after: `server {
    listen 80;
    location /ws {
        proxy_read_timeout 1h;
        proxy_pass http://b;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
    } # chat
    location /ws/old { proxy_pass http://b; }
}
`,
  },
  {
    name: "what stands behind a block on one line begins a line of its own",
    remedies: [version],
    before: `server {
    location /ws { proxy_pass http://b; } location / { proxy_pass http://b; }
}
`,
    after: `server {
    location /ws {
        proxy_pass http://b;
        proxy_http_version 1.1;
    }
    location / { proxy_pass http://b; }
}
`,
  },
  {
    name: "a block that closes on the line of its last directive",
    remedies: [version],
    before: `location /ws {
    access_log off;
    proxy_pass http://b; }
`,
    kind: "server",
    after: `location /ws {
    access_log off;
    proxy_pass http://b;
    proxy_http_version 1.1;
}
`,
  },
  {
    name: "a block that begins on the line of proxy_pass",
    remedies: [version],
    before: `location /ws { proxy_pass http://b; if ($slow) {
        set $limit_rate 1k;
    }
}
`,
    kind: "server",
    after: `location /ws { proxy_pass http://b;
    proxy_http_version 1.1;
    if ($slow) {
        set $limit_rate 1k;
    }
}
`,
  },
  {
    name: "as deep as the line that they go beside",
    remedies: [version],
    before: `location /ws {
  access_log off;
     proxy_pass http://b;
}
`,
    kind: "server",
    after: `location /ws {
  access_log off;
     proxy_pass http://b;
     proxy_http_version 1.1;
}
`,
  },
  {
    name: "a snippet without a block of its own",
    remedies: [host, upgrade],
    before: `proxy_pass http://backend;
proxy_set_header Host example.com;
client_max_body_size 1m;
`,
    kind: "location",
    at: "",
    after: `proxy_pass http://backend;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Host $host;
client_max_body_size 1m;
`,
  },
  {
    name: "a file that ends without a line ending",
    remedies: [upgrade],
    before: "proxy_set_header Host $host;\nproxy_pass http://backend;",
    kind: "location",
    at: "",
    after:
      "proxy_set_header Host $host;\nproxy_pass http://backend;\nproxy_set_header Upgrade $http_upgrade;",
  },
  {
    name: "inherited headers come along, in order and as written",
    remedies: pair,
    before: `server {
    proxy_set_header Host "$host";
    proxy_set_header X-Real-IP   $remote_addr; # for the log
    proxy_set_header X-Trace 'a b';
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    after: `server {
    proxy_set_header Host "$host";
    proxy_set_header X-Real-IP   $remote_addr; # for the log
    proxy_set_header X-Trace 'a b';
    location /ws {
        proxy_pass http://backend;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host "$host";
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Trace 'a b';
    }
}
`,
  },
  {
    name: "a wrong inherited header is replaced by the right one, not copied",
    remedies: pair,
    before: `server {
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header Connection "";
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    after: `server {
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header Connection "";
    location /ws {
        proxy_pass http://backend;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header X-Real-IP $remote_addr;
    }
}
`,
  },
  {
    name: "only the list that holds is copied, not what it discards",
    remedies: pair,
    before: `http {
    proxy_set_header X-Outer 1;
    server {
        proxy_set_header Host $host;
        location / {
            location /ws {
                proxy_pass http://backend;
            }
        }
    }
}
`,
    kind: "main",
    at: "location /ws",
    after: `http {
    proxy_set_header X-Outer 1;
    server {
        proxy_set_header Host $host;
        location / {
            location /ws {
                proxy_pass http://backend;
                proxy_set_header Upgrade $http_upgrade;
                proxy_set_header Connection upgrade;
                proxy_set_header Host $host;
            }
        }
    }
}
`,
  },
  {
    name: "headers that an include brings to the outer level are copied too",
    remedies: pair,
    before: {
      "site.conf": `server {
    include proxy.inc;
    location /ws {
        proxy_pass http://backend;
    }
}
`,
      "proxy.inc": `proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
`,
    },
    after: {
      "site.conf": `server {
    include proxy.inc;
    location /ws {
        proxy_pass http://backend;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
}
`,
    },
  },
  {
    name: "nothing is copied where no header changes",
    remedies: [version, ...timeouts],
    before: `server {
    proxy_set_header Host $host;
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    after: `server {
    proxy_set_header Host $host;
    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
`,
  },
  {
    name: "a list that nobody shows in full is not copied",
    remedies: pair,
    before: `server {
    include /srv/unknown.conf;
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    after: null,
  },
  {
    name: "the outer level itself, where the cause stands there",
    remedies: pair,
    options: mixed,
    before: `map $http_upgrade $upgrading {
    default upgrade;
    '' close;
}
server {
    proxy_set_header Connection close;
    proxy_set_header Host $host;
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    at: "server",
    after: `map $http_upgrade $upgrading {
    default upgrade;
    '' close;
}
server {
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $upgrading;
    proxy_set_header Host $host;
    location /ws {
        proxy_pass http://backend;
    }
}
`,
  },
  {
    name: "own lines are replaced in place, missing ones stand beside them",
    remedies: block,
    before: `location /ws {
    proxy_http_version 1.0;
    proxy_pass http://backend;

    proxy_set_header Host example.com;
    proxy_set_header Connection close; # no keepalive
    proxy_read_timeout 5s;
    access_log off;
}
`,
    kind: "server",
    after: `location /ws {
    proxy_http_version 1.1;
    proxy_pass http://backend;

    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade; # no keepalive
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;
    access_log off;
}
`,
  },
  {
    name: "Connection goes below the Upgrade that is there",
    remedies: [connection],
    before: `location /ws {
    proxy_pass http://backend;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header X-Real-IP $remote_addr;
}
`,
    kind: "server",
    after: `location /ws {
    proxy_pass http://backend;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header X-Real-IP $remote_addr;
}
`,
  },
  {
    name: "a comment stays above its line",
    remedies: [upgrade],
    before: `location /ws {
    proxy_pass http://backend;
    # needed by the chat
    proxy_set_header Connection upgrade;
}
`,
    kind: "server",
    after: `location /ws {
    proxy_pass http://backend;
    # needed by the chat
    proxy_set_header Connection upgrade;
    proxy_set_header Upgrade $http_upgrade;
}
`,
  },
  {
    name: "of two lines one is set right and the other goes",
    remedies: [connection],
    before: `location /ws {
    proxy_pass http://backend;
    proxy_set_header Connection close;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection keep-alive;
}
`,
    kind: "server",
    after: `location /ws {
    proxy_pass http://backend;
    proxy_set_header Connection upgrade;
    proxy_set_header Upgrade $http_upgrade;
}
`,
  },
  {
    name: "the right one of two lines stays",
    remedies: [upgrade],
    before: `location /ws {
    proxy_pass http://backend;
    proxy_set_header Upgrade websocket;
    proxy_set_header Upgrade "\${http_upgrade}";
}
`,
    kind: "server",
    after: `location /ws {
    proxy_pass http://backend;
    proxy_set_header Upgrade "\${http_upgrade}";
}
`,
  },
  {
    name: "a line that an include brings into the location is replaced in the snippet",
    remedies: pair,
    before: {
      "site.conf": `server {
    location /ws {
        include proxy.inc;
        proxy_pass http://backend;
    }
}
`,
      "proxy.inc": `proxy_set_header Host $host;
proxy_set_header Connection close;
`,
    },
    after: {
      "site.conf": `server {
    location /ws {
        include proxy.inc;
        proxy_pass http://backend;
        proxy_set_header Upgrade $http_upgrade;
    }
}
`,
      "proxy.inc": `proxy_set_header Host $host;
proxy_set_header Connection "upgrade";
`,
    },
  },
  {
    name: "a snippet with ordinary requests gets the map",
    remedies: pair,
    options: mixed,
    before: {
      "site.conf": `server {
    location /api {
        include proxy.inc;
        proxy_pass http://backend;
    }
    location /ws {
        include proxy.inc;
        proxy_pass http://backend;
    }
}
`,
      "proxy.inc": 'proxy_set_header Connection "";\n',
    },
    at: "location /ws",
    after: {
      "site.conf": `map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

server {
    location /api {
        include proxy.inc;
        proxy_pass http://backend;
    }
    location /ws {
        include proxy.inc;
        proxy_pass http://backend;
        proxy_set_header Upgrade $http_upgrade;
    }
}
`,
      "proxy.inc": "proxy_set_header Connection $connection_upgrade;\n",
    },
  },
  {
    name: "after the include that brings proxy_pass",
    remedies: [version],
    before: {
      "site.conf": `server {
    location /ws {
        include pass.inc;
        access_log off;
    }
}
`,
      "pass.inc": "proxy_pass http://backend;\n",
    },
    after: {
      "site.conf": `server {
    location /ws {
        include pass.inc;
        proxy_http_version 1.1;
        access_log off;
    }
}
`,
    },
  },
  {
    name: "Debian's proxy_params, which the repository does not hold, is not edited",
    remedies: [host],
    before: `location /ws {
    include /etc/nginx/proxy_params;
    proxy_pass http://backend;
}
`,
    kind: "server",
    after: null,
  },
  {
    name: "never into if or limit_except",
    remedies: [version, ...pair],
    before: `location / {
    if ($http_upgrade) {
        proxy_pass http://chat;
    }
    root /srv;
}
`,
    kind: "server",
    at: "if $http_upgrade",
    after: `location / {
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    if ($http_upgrade) {
        proxy_pass http://chat;
    }
    root /srv;
}
`,
  },
  {
    name: "out of the if, where nginx refuses it, into the location",
    remedies: (config) => [
      remove(config, "proxy_set_header"),
      { kind: "header", name: "Upgrade", value: "$http_upgrade" },
    ],
    before: `location / {
    if ($http_upgrade) {
        proxy_set_header Upgrade $http_upgrade;
    }
    proxy_pass http://chat;
}
`,
    kind: "server",
    after: `location / {
    if ($http_upgrade) {
    }
    proxy_pass http://chat;
    proxy_set_header Upgrade $http_upgrade;
}
`,
  },
  {
    name: "header values aligned",
    remedies: [version, ...pair, ...timeouts],
    before: `location /ws {
    proxy_pass http://backend;
    proxy_set_header Host              $host;
    proxy_set_header X-Forwarded-Proto $scheme;
}
`,
    kind: "server",
    after: `location /ws {
    proxy_pass http://backend;
    proxy_http_version 1.1;
    proxy_set_header Upgrade           $http_upgrade;
    proxy_set_header Connection        "upgrade";
    proxy_set_header Host              $host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;
}
`,
  },
  {
    name: "parameters and header values aligned",
    remedies: [version, ...pair, ...timeouts],
    before: `location /ws {
    proxy_pass          http://backend;
    proxy_set_header    Host            $host;
    proxy_set_header    X-Real-IP       $remote_addr;
    client_max_body_size 1m;
}
`,
    kind: "server",
    after: `location /ws {
    proxy_pass          http://backend;
    proxy_http_version  1.1;
    proxy_set_header    Upgrade         $http_upgrade;
    proxy_set_header    Connection      "upgrade";
    proxy_set_header    Host            $host;
    proxy_set_header    X-Real-IP       $remote_addr;
    proxy_read_timeout  3600s;
    proxy_send_timeout  3600s;
    client_max_body_size 1m;
}
`,
  },
  {
    name: "copies aligned as their models are",
    remedies: pair,
    before: `server {
    proxy_set_header Host            $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    after: `server {
    proxy_set_header Host            $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    location /ws {
        proxy_pass http://backend;
        proxy_set_header Upgrade         $http_upgrade;
        proxy_set_header Connection      "upgrade";
        proxy_set_header Host            $host;
        proxy_set_header X-Forwarded-For $remote_addr;
    }
}
`,
  },
  {
    name: "quotes as the neighbours have them",
    remedies: [connection, host],
    options: mixed,
    before: `map $http_upgrade $connection_upgrade { default upgrade; '' close; }
server {
    location /ws {
        proxy_pass http://backend;
        proxy_set_header Upgrade "$http_upgrade";
        proxy_set_header Connection "$http_connection";
    }
}
`,
    after: `map $http_upgrade $connection_upgrade { default upgrade; '' close; }
server {
    location /ws {
        proxy_pass http://backend;
        proxy_set_header Upgrade "$http_upgrade";
        proxy_set_header Connection "$connection_upgrade";
        proxy_set_header Host "$host";
    }
}
`,
  },
  {
    name: "a directive goes with its line and the comment at its end",
    remedies: (config) => [remove(config, "proxy_hide_header")],
    before: `location /ws {
    # the chat
    proxy_hide_header Upgrade; # not to be seen
    proxy_pass http://backend;
}
`,
    kind: "server",
    after: `location /ws {
    # the chat
    proxy_pass http://backend;
}
`,
  },
  {
    name: "a directive goes alone from a line that it shares",
    remedies: (config) => [remove(config, "proxy_hide_header")],
    before: "location /ws {\n    proxy_pass http://b; proxy_hide_header Upgrade; # chat\n}\n",
    kind: "server",
    after: "location /ws {\n    proxy_pass http://b; # chat\n}\n",
  },
  {
    name: "a block goes with one of the empty lines around it",
    remedies: (config) => [remove(config, "map")],
    before: `gzip on;

map $a $b {
    default 1;
} # old

server {
    listen 80;
}
`,
    after: `gzip on;

server {
    listen 80;
}
`,
  },
  {
    name: "the last line goes, and the file still ends without a line ending",
    remedies: (config) => [remove(config, "proxy_hide_header")],
    before: "proxy_pass http://b;\nproxy_hide_header Upgrade;",
    kind: "location",
    at: "",
    after: "proxy_pass http://b;",
  },
  {
    name: "the first directive of a line goes without the indentation",
    remedies: (config) => [remove(config, "proxy_hide_header")],
    before: "location /ws {\n    proxy_hide_header Upgrade; proxy_pass http://b;\n}\n",
    kind: "server",
    after: "location /ws {\n    proxy_pass http://b;\n}\n",
  },
  {
    name: "a directive goes from a block that is opened up",
    remedies: (config) => [remove(config, "proxy_hide_header"), version],
    before: `server {
    location /ws { proxy_pass http://b; proxy_hide_header Upgrade; access_log off; }
}
`,
    after: `server {
    location /ws {
        proxy_pass http://b;
        proxy_http_version 1.1;
        access_log off;
    }
}
`,
  },
  {
    name: "a span is replaced word for word, beside what is added",
    remedies: (config) => [replace(config, "proxy_pass", "ws://b", "http://b"), version],
    before: "location /ws {\n    proxy_pass ws://b;\n}\n",
    kind: "server",
    after: "location /ws {\n    proxy_pass http://b;\n    proxy_http_version 1.1;\n}\n",
  },
  {
    name: "what holds already is left alone",
    remedies: block,
    before: `location /ws {
    proxy_pass http://backend;
    include proxy.inc;
    proxy_http_version 1.1;
    proxy_set_header upgrade $http_upgrade;
    proxy_set_header connection 'Upgrade';
    proxy_set_header Host $host;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;
}
`,
    kind: "server",
    after: null,
  },
  {
    name: "an inherited setting that is right is not repeated",
    remedies: [version, ...timeouts],
    before: `server {
    proxy_http_version 1.1;
    proxy_read_timeout 60s;
    location /ws {
        proxy_pass http://backend;
    }
}
`,
    after: `server {
    proxy_http_version 1.1;
    proxy_read_timeout 60s;
    location /ws {
        proxy_pass http://backend;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
`,
  },
  {
    name: "a setting is not added where an unknown include may have it",
    remedies: [version],
    before: `location /ws {
    include /srv/unknown.conf;
    proxy_pass http://backend;
}
`,
    kind: "server",
    after: null,
  },
  {
    name: "a header is emptied",
    remedies: [
      { kind: "header", name: "Upgrade", value: "" },
      { kind: "header", name: "Connection", value: '""' },
    ],
    before: `location /auth {
    proxy_pass http://auth;
    proxy_set_header Upgrade $http_upgrade;
}
`,
    kind: "server",
    after: `location /auth {
    proxy_pass http://auth;
    proxy_set_header Upgrade "";
    proxy_set_header Connection "";
}
`,
  },
  {
    name: "a byte order mark stays first",
    remedies: pair,
    options: mixed,
    before: "\uFEFFserver {\n    location / {\n        proxy_pass http://b;\n    }\n}\n",
    after: `\uFEFFmap $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    location / {
        proxy_pass http://b;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
    }
}
`,
  },
];

function problemsOf(config: Config): string[] {
  return config.documents.flatMap(({ tree }) => tree.problems.map(({ code }) => code));
}

type Texts = Readonly<Record<string, string>>;

function texts(given: string | Texts): Texts {
  return typeof given === "string" ? { "site.conf": given } : given;
}

function mapped(given: Texts, change: (text: string) => string): Texts {
  return Object.fromEntries(Object.entries(given).map(([path, text]) => [path, change(text)]));
}

const spellings: readonly (readonly [string, (text: string) => string])[] = [
  ["", (text) => text],
  [" with CRLF", (text) => text.replaceAll("\n", "\r\n")],
  [
    " with tabs",
    (text) => text.replace(/^(?: {4})+/gm, (blanks) => "\t".repeat(blanks.length / 4)),
  ],
];

describe.each(rows)("$name", ({ before, after, ...given }) => {
  test.each(spellings)("first candidate%s", (_, spelled) => {
    const files = mapped(texts(before), spelled);
    const [first] = candidates({ ...given, files });
    const expected = after === null ? files : { ...files, ...mapped(texts(after), spelled) };
    expect(fixed(files, first)).toEqual(expected);
    expect(first === undefined).toBe(after === null);
  });

  test("every candidate parses and is the same in any order", () => {
    const files = texts(before);
    for (const fix of candidates({ ...given, files })) {
      const result = fixed(files, fix);
      expect(problemsOf(load(result, given.kind))).toEqual(problemsOf(load(files, given.kind)));
      expect(fixed(files, { ...fix, edits: fix.edits.toReversed() })).toEqual(result);
    }
  });
});

test.each(rows.filter(({ remedies }) => typeof remedies !== "function"))(
  "once done, nothing is left to do: $name",
  (row) => {
    const [first] = candidates({ ...row, files: texts(row.before) });
    const files = fixed(texts(row.before), first);
    expect(candidates({ ...row, files }).map(({ title }) => title)).toEqual([]);
  },
);

test("proxy_pass is never copied, nor a block", () => {
  for (const { before, after, ...given } of rows) {
    for (const fix of candidates({ ...given, files: texts(before) })) {
      const count = (of: Texts): number => Object.values(of).join("").split("proxy_pass ").length;
      expect(count(fixed(texts(before), fix))).toBe(count(texts(before)));
      expect(after).not.toBeNull();
    }
  }
});

describe("only writable lines carry edits", () => {
  const text = `server {
    location /ws { # chat
        access_log off;
        proxy_set_header Host $host;
        proxy_pass http://backend;

        allow all;
    }
}
`;
  const added = "        proxy_http_version 1.1;";

  test.each([
    ["proxy_pass", [2, 3, 4, 5, 6, 7, 8], 5],
    ["the last proxy_set_header", [2, 3, 4, 7, 8], 4],
    ["the opening line", [2, 3, 7, 8], 2],
    ["before the closing brace", [3, 7, 8], 7],
    ["any other line", [3], 3],
  ] as const)("%s", (_, lines, after) => {
    const files = { "site.conf": text };
    const writable: Case["writable"] = (place) => lines.some((line) => isInLine(place, line));
    const [first] = candidates({ files, remedies: [version], writable });
    const expected = text.split("\n").toSpliced(after, 0, added).join("\n");
    expect(fixed(files, first)["site.conf"]).toBe(expected);
  });

  test.each([[[1, 9]], [[6]], [[]]])("none of %j", (lines) => {
    const writable: Case["writable"] = (place) => lines.some((line) => isInLine(place, line));
    expect(candidates({ files: { "site.conf": text }, remedies: [version], writable })).toEqual([]);
  });

  test("an edit in place outside of them is no candidate", () => {
    const writable: Case["writable"] = (place) => !isInLine(place, 4);
    expect(candidates({ files: { "site.conf": text }, remedies: [host], writable })).toEqual([]);
    const wrong: Case = {
      files: { "site.conf": text },
      remedies: [{ kind: "header", name: "Host", value: "$http_host" }],
      writable,
    };
    expect(candidates(wrong)).toEqual([]);
    expect(candidates({ ...wrong, writable: () => true })).toHaveLength(1);
  });
});

describe("titles", () => {
  const server = "server { server_name a.example; location /ws { proxy_pass http://b; } }";
  test.each<[string, Partial<Case> & Pick<Case, "remedies">]>([
    ["Forward the upgrade to `http://b`", { remedies: [version, ...pair, ...timeouts] }],
    [
      "Forward the upgrade to `http://b` and define $connection_upgrade",
      { remedies: pair, options: mixed },
    ],
    ["Forward the upgrade in `server a.example`", { remedies: [upgrade], at: "server" }],
    ["Set `proxy_read_timeout` to `3600s`", { remedies: timeouts }],
    ["Speak HTTP/1.1 to `http://b`", { remedies: [version] }],
    ["Send `Host $host` to `http://b`", { remedies: [host] }],
    [
      "Send no `Upgrade` to `http://b`",
      { remedies: [{ kind: "header", name: "Upgrade", value: "" }] },
    ],
    ["Remove `server_name a.example`", { remedies: (config) => [remove(config, "server_name")] }],
    [
      "Move `server_name a.example` out of `server`",
      {
        remedies: (config) => [
          remove(config, "server_name"),
          { kind: "directive", name: "server_name", parameters: ["b"] },
        ],
      },
    ],
    [
      "Forward the upgrade to `https://b` and write `https` in place of `http`",
      { remedies: (config) => [replace(config, "proxy_pass", "http", "https"), upgrade] },
    ],
    [
      "Ask for an upgrade to `http://b` only where the client does and define $connection_upgrade",
      {
        remedies: [connection],
        options: mixed,
        files: {
          "a.conf":
            "server { location / { proxy_pass http://b; proxy_set_header Connection upgrade; } }",
        },
      },
    ],
    [
      "Define $up",
      {
        remedies: [connection],
        files: {
          "a.conf":
            "server { location / { proxy_pass http://b; proxy_set_header Connection $up; } }",
        },
      },
    ],
    [
      "Write `http` in place of `x`",
      { remedies: (config) => [replace(config, "server_name", "x", "http")] },
    ],
  ])("%s", (title, given) => {
    const files = {
      "site.conf": server.replace("a.example", title.includes(" x") ? "x" : "a.example"),
    };
    expect(candidates({ files, ...given })[0]?.title).toBe(title);
  });
});

test("a level of a file that is used twice is planned in that file", () => {
  const files = {
    "nginx.conf": "http {\n    include a.conf;\n    include a.conf;\n}\n",
    "a.conf": "server {\n    location /ws {\n        proxy_pass http://b;\n    }\n}\n",
  };
  const given: Case = { files, kind: "main", remedies: [version] };
  expect(usesOf(load(files, "main")).filter((use) => use.name === "location")).toHaveLength(2);
  expect(fixed(files, candidates(given)[0])["a.conf"]).toContain("proxy_http_version 1.1;");
});
