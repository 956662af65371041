import { describe, expect, test } from "vitest";
import { analyse, type ChangedFile, compare, defaultPolicy } from "../../src/core/index.ts";
import { proveHandshake } from "../nginx/proof.ts";
import { describeWithNginx } from "../nginx/suite.ts";

type Texts = Readonly<Record<string, string>>;

const pair = `            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
`;
const location = `        location /feed {
            proxy_pass http://app;
${pair}            proxy_set_header Host $host;
            proxy_read_timeout 1h;
        }
`;
const root = "        location / {\n            proxy_pass http://app;\n        }\n";

/** A configuration in which nothing but its own lines says that `/feed` is for WebSockets. */
const before = `events {}
http {
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' close;
    }
    upstream app {
        server 127.0.0.1:3000;
    }
    server {
        listen 80;
        server_name www.example.com;
${location}${root}    }
}
`;

/** What a pull request makes of it, as one or several files. */
type Change = (text: string) => string | Texts;

const replace =
  (from: string, to: string): Change =>
  (text) => {
    const changed = text.replace(from, to);
    expect(changed, "the change changes something").not.toBe(text);
    return changed;
  };
const inLocation = (line: string): Change =>
  replace("proxy_pass http://app;\n", `proxy_pass http://app;\n            ${line}\n`);
const inServer = (lines: string): Change =>
  replace(
    "        server_name www.example.com;\n",
    `        server_name www.example.com;\n${lines}\n`,
  );

/** By what takes it away: the new findings that fail the job or are said. */
const lost: readonly (readonly [what: string, change: Change, said: string])[] = [
  ["the three lines go", replace(pair, ""), "error connection-header"],
  [
    "the protocol goes back",
    replace("proxy_http_version 1.1", "proxy_http_version 1.0"),
    "error http-version",
  ],
  [
    "Connection is close",
    replace("$connection_upgrade;\n    ", "close;\n    "),
    "error connection-header",
  ],
  ["Upgrade is emptied", replace("Upgrade $http_upgrade", 'Upgrade ""'), "error upgrade-header"],
  ["the map says close", replace("default upgrade", "default close"), "error connection-map"],
  [
    "a geo has one value for all",
    (text) =>
      text
        .replace("$connection_upgrade;\n    ", "$kind;\n    ")
        .replace("    upstream app", "    geo $kind { default close; }\n    upstream app"),
    "error connection-header",
  ],
  [
    "split_clients leaves nobody another value",
    (text) =>
      text
        .replace("$connection_upgrade;\n    ", "$kind;\n    ")
        .replace(
          "    upstream app",
          "    split_clients $remote_addr $kind { 10% close; * close; }\n    upstream app",
        ),
    "error connection-header",
  ],
  [
    "the answer's header is hidden",
    inLocation("proxy_hide_header Upgrade;"),
    "error hidden-response-header",
  ],
  ["the location answers", inLocation("return 404;"), "warning lost-handshake"],
  [
    "all servers of the upstream are down",
    replace("server 127.0.0.1:3000;", "server 127.0.0.1:3000 down;"),
    "warning lost-handshake",
  ],
  ["the location is internal", inLocation("internal;"), "warning lost-handshake"],
  ["nobody is admitted", inLocation("deny all;"), "warning lost-handshake"],
  ["it looks for a file", inLocation("try_files $uri =404;"), "warning lost-handshake"],
  ["it is rewritten to nowhere", inLocation("rewrite ^ /nowhere last;"), "warning lost-handshake"],
  ["the location goes", replace(location, ""), "warning lost-handshake"],
  [
    "the location has another path",
    replace("location /feed", "location /news"),
    "warning lost-handshake",
  ],
  [
    "an exact location comes before it",
    inServer("        location = /feed { return 204; }"),
    "warning lost-handshake",
  ],
  [
    "a pattern comes before it",
    inServer("        location ~ ^/f { return 403; }"),
    "warning lost-handshake",
  ],
  [
    "the server answers",
    inServer("        return 301 https://example.org/;"),
    "warning lost-handshake",
  ],
  [
    "a server with the same name comes first",
    replace(
      "    server {\n",
      "    server {\n        listen 80;\n        server_name www.example.com;\n        return 404;\n    }\n    server {\n",
    ),
    "warning lost-handshake",
  ],
  [
    "a named location answers for it",
    replace(
      location,
      `        location /feed {\n            error_page 418 = @app;\n            return 418;\n        }\n        location @app {\n            proxy_pass http://app;\n        }\n`,
    ),
    "error connection-header",
  ],
  [
    "a file without them takes its place",
    (text) => ({
      "nginx.conf": text.replace(location, "        include sites/feed.conf;\n"),
      "sites/feed.conf": location.replace(pair, ""),
    }),
    "error connection-header",
  ],
];

const harmless: readonly (readonly [what: string, change: Change])[] = [
  ["white space and quotes", (text) => text.replaceAll("    ", "\t").replace("$host", '"$host"')],
  ["a comment", inLocation("# soon to go")],
  ["another order", (text) => text.replace(location + root, root + location)],
  ["a longer timeout", replace("proxy_read_timeout 1h", "proxy_read_timeout 2h")],
  ["a header more", inLocation("proxy_set_header X-Real-IP $remote_addr;")],
  [
    "another server",
    replace(
      "    server {\n",
      "    server {\n        listen 80;\n        server_name other.example.com;\n        return 404;\n    }\n    server {\n",
    ),
  ],
  ["another location", inServer("        location /static/ { root /srv; }")],
  [
    "another name beside it",
    replace("server_name www.example.com", "server_name www.example.com example.com"),
  ],
  ["another name of the upstream", (text) => text.replaceAll("app", "chat")],
  [
    "another name of the map's variable",
    (text) => text.replaceAll("$connection_upgrade", "$upgrade"),
  ],
  [
    "a file of its own",
    (text) => ({
      "nginx.conf": text.replace(location, "        include feed.conf;\n"),
      "feed.conf": location,
    }),
  ],
  [
    "a snippet for the lines",
    (text) => ({
      "nginx.conf": text.replace(pair, "            include snippets/upgrade.conf;\n"),
      "snippets/upgrade.conf": pair,
    }),
  ],
  [
    "a second location for a part of it",
    replace(location, location + location.replace("/feed", "/feed/admin")),
  ],
  ["no buffers", inLocation("proxy_buffering off;")],
  ["some who are not admitted", inLocation("deny 192.0.2.1;")],
  ["the plain location goes", replace(root, "")],
];

function textsOf(change: Change): Texts {
  const changed = change(before);
  return typeof changed === "string" ? { "nginx.conf": changed } : changed;
}

/** What is new: as `check --base` and the Action have it. */
function newIn(head: Texts): string[] {
  const files = (texts: Texts) => ({
    list: () => Object.keys(texts),
    read: (path: string) => texts[path],
  });
  const changes = Object.keys(head).map((path): ChangedFile => ({
    path,
    previousPath: null,
    status: path === "nginx.conf" ? "modified" : "added",
    patch: null,
  }));
  const [now, then] = [head, { "nginx.conf": before }].map((texts) =>
    analyse(files(texts), { policy: { ...defaultPolicy, nginxVersion: "1.22.1" } }),
  );
  return now === undefined || then === undefined
    ? []
    : compare(now, then, changes).findings.flatMap(({ isNew, rule, severity, commentable }) =>
        isNew && commentable && severity !== "notice" ? `${severity} ${rule}` : [],
      );
}

describe("a handshake that worked", () => {
  test.each(lost)("is not lost in silence where %s", (_, change, said) => {
    expect(newIn(textsOf(change))).toContain(said);
  });

  test.each(harmless)("is not lost by %s", (_, change) => {
    expect(newIn(textsOf(change))).toEqual([]);
  });
});

describe("where nobody knows at which address it is asked", () => {
  const newly = (head: Texts, base: Texts): string[] => {
    const [now, then] = [head, base].map((texts) =>
      analyse(
        { list: () => Object.keys(texts), read: (path) => texts[path] },
        { policy: { ...defaultPolicy, nginxVersion: "1.22.1" } },
      ),
    );
    const changes = Object.keys(base).map((path): ChangedFile => ({
      path,
      previousPath: null,
      status: "modified",
      patch: null,
    }));
    return now === undefined || then === undefined
      ? []
      : compare(now, then, changes).findings.flatMap(({ isNew, rule, severity }) =>
          isNew && severity !== "notice" ? `${severity} ${rule}` : [],
        );
  };
  const snippet = location
    .replaceAll("$connection_upgrade", '"upgrade"')
    .replaceAll("app", "127.0.0.1:3000");
  const template = `server {\n    listen {{ port }};\n    server_name {{ name }};\n${snippet}}\n`;
  const noPair = (text: string): string =>
    text.replace(/ *proxy_set_header (?:Upgrade|Connection).*\n/g, "");

  test.each([
    ["a fragment of a server", "feed.conf", snippet],
    ["a template", "site.conf.j2", template],
  ])("%s is compared with itself", (_, path, text) => {
    expect(newly({ [path]: noPair(text) }, { [path]: text })).toContain("error upgrade-header");
    expect(newly({ [path]: text.replace("1h", "2h") }, { [path]: text })).toEqual([]);
    expect(
      newly({ [path]: text.replace("location /feed", "location /news") }, { [path]: text }),
    ).toEqual(["warning lost-handshake"]);
    expect(newly({ [path]: text.replace("{{ name }}", "{{ host }}") }, { [path]: text })).toEqual(
      [],
    );
  });
});

describeWithNginx("real nginx, before and after", () => {
  const works = async (change: Change): Promise<(boolean | undefined)[]> => {
    const proof = await proveHandshake({
      before: { main: "nginx.conf", files: { "nginx.conf": before } },
      after: { main: "nginx.conf", files: textsOf(change) },
      path: "/feed",
      host: "www.example.com",
    });
    return [proof.before, proof.after].map(({ probes }) => probes?.websocket.handshakeValid);
  };

  test.each(lost)("completes no handshake where %s", async (_, change) => {
    expect(await works(change)).toEqual([true, false]);
  });

  test.each(harmless)("completes it with %s", async (_, change) => {
    expect(await works(change)).toEqual([true, true]);
  });
});
