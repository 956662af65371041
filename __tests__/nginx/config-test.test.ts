import { expect, test } from "vitest";
import { grammar } from "../../src/core/nginx/directives.ts";
import { Documents } from "../../src/core/repository/documents.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import { parse } from "../../src/core/syntax/parse.ts";
import { configTest, httpConfig, inPool, type NginxFiles } from "./harness.ts";
import { describeWithNginx } from "./suite.ts";

interface Case {
  readonly title: string;
  readonly config: NginxFiles;
}

const http = (title: string, body: string): Case => ({ title, config: httpConfig(body) });

const files = (title: string, extra: Readonly<Record<string, string>>): Case => ({
  title,
  config: { main: "nginx.conf", files: { "nginx.conf": "events {}\nhttp {\n}\n", ...extra } },
});

/** The inside of a location, of which the first line is the third of the file. */
const location = (title: string, body: string, name = "/a"): Case =>
  http(title, `server { listen 127.0.0.1:9; location ${name} {\n${body}\n} }`);

const upstream = "upstream be { server 127.0.0.1:1; }";
const cases: readonly Case[] = [
  // Variables and addresses
  location("a dollar alone", 'add_header A "$";'),
  location("a dollar before a blank", 'add_header A "a $ b";'),
  location("a dollar before a sign", "add_header A $-b;"),
  location("a brace that is not closed", "add_header A ${host;"),
  location("a brace that is closed too late", "add_header A ${ho-st};"),
  location("a brace with nothing in it", "add_header A ${};"),
  location("a dollar in a returned text", 'return 200 "costs 5$";'),
  location("a dollar at the end of a pattern", 'rewrite ^/a$ /b;\nif ($host ~ "a$") {\n}'),
  location("a dollar in the other parameter", "rewrite ^/a$ /b$;"),
  http("two ways to write an address", "server {\nlisten 8181;\nlisten *:8181;\n}"),
  http("two ways to write it with zeros", "server {\nlisten 0.0.0.0:8181;\nlisten 8181;\n}"),
  http("the same address twice", "server {\nlisten 127.0.0.1:8181;\nlisten 127.0.0.1:8181;\n}"),
  http("both protocols of the internet", "server {\nlisten 8181;\nlisten [::]:8181;\n}"),
  http(
    "two addresses with one port",
    "server {\nlisten 127.0.0.1:8181;\nlisten 127.0.0.2:8181;\n}",
  ),
  http(
    "two default servers of one address",
    "server {\nlisten 8181 default_server;\n}\nserver {\nlisten *:8181 default_server;\n}",
  ),
  location("an address of IPv6 without a port", "proxy_pass http://[::1];"),
  http("keys that differ in a letter beyond ASCII", "map $host $x {\n\u00c9 1;\n\u00e9 2;\n}"),
  http("keys that differ in case", "map $host $x {\nA 1;\na 2;\n}"),
  // Contexts
  http("proxy settings in http", "proxy_set_header A b;\nproxy_http_version 1.1;"),
  http("proxy settings in server", "server { proxy_set_header A b; proxy_read_timeout 5; }"),
  http("proxy_pass in http", "proxy_pass http://127.0.0.1:1;"),
  http("proxy_pass in server", "server {\nproxy_pass http://127.0.0.1:1;\n}"),
  http(
    "proxy_pass in an if of the server",
    "server { if ($host) {\nproxy_pass http://127.0.0.1:1; } }",
  ),
  location("proxy_pass in if", "if ($host) { proxy_pass http://127.0.0.1:1; }"),
  location("proxy_pass in limit_except", "limit_except GET { proxy_pass http://127.0.0.1:1; }"),
  location("proxy_set_header in if", "if ($host) {\nproxy_set_header A b;\n}"),
  location("proxy_http_version in if", "if ($host) {\nproxy_http_version 1.1;\n}"),
  location("proxy_read_timeout in if", "if ($host) {\nproxy_read_timeout 1h;\n}"),
  location("proxy_buffering in limit_except", "limit_except GET {\nproxy_buffering off;\n}"),
  location("proxy_set_header in limit_except", "limit_except GET {\nproxy_set_header A b;\n}"),
  location("add_header in if", "if ($host) { add_header A b; }"),
  location("if in if", "if ($host) {\nif ($host) {\n}\n}"),
  location("a map in a location", "map $host $x {\n}"),
  http("a map in a server", "server {\nmap $host $x { default a; }\n}"),
  http("an upstream in a server", "server {\nupstream be { server 127.0.0.1:1; }\n}"),
  http("a location in http", "location / {\n}"),
  http("a location in an if", "server { if ($host) {\nlocation / {\n}\n}\n}"),
  http("keepalive in http", "keepalive 4;"),
  files("a server at the top", { "nginx.conf": "events {}\nserver {\n}\nhttp {}\n" }),
  files("events twice", { "nginx.conf": "events {}\nevents {}\nhttp {}\n" }),
  files("http twice", { "nginx.conf": "events {}\nhttp {}\nhttp {}\n" }),
  // Form
  http("a block directive without a block", "server;"),
  http("a block after a simple directive", "proxy_buffering off {\n}"),
  http("too few parameters", "proxy_set_header A;"),
  http("too many parameters", "proxy_set_header A b c;"),
  http("too many parameters over several lines", "proxy_read_timeout\n1h\n30m\n;"),
  // Values
  http("a flag", "proxy_buffering ON;"),
  http("a wrong flag", "proxy_buffering yes;"),
  http("a wrong version", "proxy_http_version 1.2;"),
  http("a version after a space", "proxy_http_version ' 1.1';"),
  ...["0", "60", "1h30m", "1h 30m", "500ms", "1.5h", "off", "1m1h", "5x", ""].map((time) =>
    http(`the time "${time}"`, `proxy_read_timeout "${time}";`),
  ),
  http("a keepalive that is no number", `upstream be { server 127.0.0.1:1;\nkeepalive x; }`),
  // What may not repeat
  ...[
    "proxy_buffering on",
    "proxy_http_version 1.1",
    "proxy_read_timeout 5",
    "proxy_send_timeout 5",
    "proxy_method GET",
    "proxy_set_body x",
    "proxy_pass_request_headers on",
    "proxy_cache off",
    "proxy_set_header A b",
    "proxy_hide_header A",
    "add_header A b",
    "error_page 404 /x",
    "proxy_cache_bypass $host",
    "client_max_body_size 1m",
    "gzip on",
    "limit_rate 5",
    "expires 5",
    "root /a",
  ].map((line) => http(`${line} twice`, `${line};\n${line};`)),
  location("proxy_pass twice", "proxy_pass http://127.0.0.1:1;\nproxy_pass http://127.0.0.1:1;"),
  location("root and alias", "root /a;\nalias /b;"),
  location("a location's own after the server's", "proxy_buffering on;"),
  http("keepalive twice", "upstream be { server 127.0.0.1:1; keepalive 1;\nkeepalive 2; }"),
  http("a directive twice in a map's key", "map $host $x {\nproxy_buffering on;\n}"),
  files("a duplicate across an include", {
    "nginx.conf": "events {}\nhttp {\nproxy_buffering on;\ninclude a;\n}\n",
    a: "\nproxy_buffering off;\n",
  }),
  files("a snippet included twice on a level", {
    "nginx.conf": "events {}\nhttp {\ninclude a;\ninclude a;\n}\n",
    a: "proxy_buffering off;\n",
  }),
  files("a snippet included on two levels", {
    "nginx.conf": "events {}\nhttp {\ninclude a;\nserver { include a; }\n}\n",
    a: "proxy_buffering off;\n",
  }),
  files("a duplicate that the outer file writes after the include", {
    "nginx.conf": "events {}\nhttp {\ninclude a;\nproxy_buffering off;\n}\n",
    a: "proxy_buffering off;\n",
  }),
  // proxy_pass
  ...[
    "ws://127.0.0.1:1",
    "wss://127.0.0.1:1",
    "127.0.0.1:1",
    "HTTP://127.0.0.1:1",
    "ws://$host",
    "http://",
  ].map((target) => location(`proxy_pass ${target}`, `proxy_pass ${target};`)),
  location("the highest port", "proxy_pass http://127.0.0.1:65535;"),
  location("a port that is one too high", "proxy_pass http://127.0.0.1:65536;"),
  location("a port too high", "proxy_pass http://127.0.0.1:99999;"),
  location("a port that is none", "proxy_pass http://127.0.0.1:x;"),
  location("a URI part in a regex location", "proxy_pass http://127.0.0.1:1/;", "~ /a"),
  location("a query in a regex location", "proxy_pass http://127.0.0.1:1?x=1;", "~ /a"),
  location(
    "a URI part with a variable in a regex location",
    "proxy_pass http://127.0.0.1:1/$uri;",
    "~* /a",
  ),
  location("no URI part in a regex location", "proxy_pass http://127.0.0.1:1;", "~ /a"),
  location("a URI part in a named location", "proxy_pass http://127.0.0.1:1/;", "@a"),
  location("a URI part in a quoted regex location", "proxy_pass http://127.0.0.1:1/;", '"~/a"'),
  location("a URI part in an exact location", "proxy_pass http://127.0.0.1:1/b;", "= /a"),
  location("a URI part in an if", "if ($host) {\nproxy_pass http://127.0.0.1:1/;\n}"),
  location(
    "a URI part in a limit_except",
    "limit_except GET {\nproxy_pass http://127.0.0.1:1/;\n}",
  ),
  location(
    "a prefix inside a regex location",
    "location /a/b { proxy_pass http://127.0.0.1:1/x; }",
    "~ /a",
  ),
  location("a socket with a URI part in a regex location", "proxy_pass http://unix:/s:/x;", "~ /a"),
  location("a socket in a regex location", "proxy_pass http://unix:/s;", "~ /a"),
  // Names
  http("two upstreams of one name", `${upstream}\nupstream BE {\nserver 127.0.0.1:1; }`),
  http("an upstream without servers", "upstream be {\n\n}"),
  http(
    "an upstream with a port",
    `${upstream}\nserver { location / {\nproxy_pass http://be:8080; } }`,
  ),
  http(
    "an upstream with a port, before it",
    `server { location / {\nproxy_pass http://BE:080; } }\n${upstream}`,
  ),
  http(
    "an upstream with a port in a variable's address",
    `${upstream}\nserver { location / { proxy_pass http://be:8080$uri; } }`,
  ),
  http("a location twice", "server { location /a {}\nlocation /b {}\nlocation ^~ /a {}\n}"),
  http("an exact location twice", "server { location = /a {}\nlocation =/a {}\n}"),
  http("an exact and a prefix location", "server { location = /a {}\nlocation /a {}\n}"),
  http("a regex location twice", "server { location ~ a {}\nlocation ~ a {}\n}"),
  http("a named location twice", "server { location @a {}\nlocation @a {}\n}"),
  http("locations in different case", "server { location /a {}\nlocation /A {}\n}"),
  http(
    "a location twice in different servers",
    "server { listen 127.0.0.1:9; location /a {}\n}\nserver { listen 127.0.0.1:8; location /a {} }",
  ),
  http("an unknown modifier", "server {\nlocation == /a {\n}\n}"),
  ...[
    ["/a", "/b"],
    ["/a", "/ab"],
    ["~ /a", "/b"],
    ["~ /a", "~ b"],
    ["= /a", "/a/b"],
    ["@a", "/a"],
    ["/a", "@b"],
    ["/a", "~ b"],
  ].map(([outer, inner]) =>
    http(`${inner} in ${outer}`, `server { location ${outer} {\nlocation ${inner} {\n}\n}\n}`),
  ),
  http(
    "two default servers",
    "server { listen 127.0.0.1:9 default_server; }\nserver {\nlisten 127.0.0.1:9 default_server; }",
  ),
  http(
    "two default servers of a port",
    "server { listen 9 default_server; }\nserver {\nlisten 9 default_server; }",
  ),
  // Maps
  http("a map without a dollar", "map $host x {\n}"),
  http("a map's default twice", "map $host $x {\ndefault a;\nb c;\n'default' d;\n}"),
  http("an escaped default", "map $host $x { default a; \\default b; }"),
  http("a map's key twice", "map $host $x {\n'' a;\n'' b;\n}"),
  http("a map's key in another case", "map $host $x {\na a;\nA b;\n}"),
  http("a map's regular expression twice", "map $host $x { ~a b; ~a c; }"),
  http("a map's key with two values", "map $host $x {\na b c;\n}"),
  http("a map's key without a value", "map $host $x {\na;\n}"),
  http("a map's options", "map $host $x { hostnames; volatile; .a b; }"),
  http("a block in a map", "map $host $x {\na {\nb c; }\n}"),
  http("a map twice", "map $host $x { a b; }\nmap $host $x { a c; }"),
  http("a map for $host", "map $uri $HOST {\n}"),
  http("a map for $http_connection", "map $uri $http_connection { a b; }"),
  http("a map for $http_host", "map $uri $http_host {\n}"),
  http("a set without a dollar", "server {\nset x 1;\n}"),
  http("a set of $host", "server {\nset $host 1;\n}"),
  http("a set of $args", "server { set $args 1; }"),
  http("a geo for $uri", "geo $uri {\n}"),
  http("a geo with a source", "geo $host $x { default a; }"),
  files("a map's include", {
    "nginx.conf": "events {}\nhttp {\nmap $host $x {\ndefault a;\ninclude a;\n}\n}\n",
    a: "b c;\ndefault d;\n",
  }),
  files("a map's include that is missing", {
    "nginx.conf": "events {}\nhttp {\nmap $host $x {\ninclude a;\n}\n}\n",
  }),
  // Includes
  http("a missing include", "include nothere;"),
  http("a pattern without a match", "include nothere/*.conf;"),
  location("a missing include in an if", "if ($host) {\ninclude nothere;\n}"),
  files("an include relative to the main file, not to the including one", {
    "nginx.conf": "events {}\nhttp {\ninclude sub/a;\n}\n",
    "sub/a": "include b;\n",
    "sub/b": "",
  }),
  files("an include in a subfolder", {
    "nginx.conf": "events {}\nhttp {\ninclude sub/a;\n}\n",
    "sub/a": "include sub/b;\n",
    "sub/b": "proxy_buffering x;\n",
  }),
  files("a pattern that matches a folder", {
    "nginx.conf": "events {}\nhttp {\ninclude sub/*;\n}\n",
    "sub/a": "",
    "sub/b/c": "",
  }),
  files("an include of a folder", {
    "nginx.conf": "events {}\nhttp {\ninclude sub;\n}\n",
    "sub/a": "",
  }),
  files("files in the order of bytes", {
    "nginx.conf": "events {}\nhttp {\ninclude sub/*.conf;\n}\n",
    "sub/9.conf": "proxy_buffering off;\n",
    "sub/10.conf": "proxy_buffering off;\n",
  }),
  files("files in the order of bytes above U+FFFF", {
    "nginx.conf": "events {}\nhttp {\ninclude sub/*.conf;\n}\n",
    "sub/\u{1f600}.conf": "proxy_buffering off;\n",
    "sub/\uff01.conf": "proxy_buffering off;\n",
  }),
  files("files that begin with a dot", {
    "nginx.conf": "events {}\nhttp {\ninclude sub/*;\ninclude */a;\n}\n",
    "sub/.a": "nonsense",
    ".sub/a": "nonsense",
  }),
  ...[
    "[ab].conf",
    "[!ab].conf",
    "[^a].conf",
    "[[:digit:]].conf",
    "[a-c]?conf",
    "{a,b}.conf",
    "\\*.conf",
    "**/a.conf",
    "[].conf",
    "[]a].conf",
    "a.con[f",
    "*/*.conf",
  ].map((pattern) =>
    files(`the pattern ${pattern}`, {
      "nginx.conf": `events {}\nhttp {\ninclude "sub/${pattern}";\ninclude last*;\n}\n`,
      "sub/a.conf": "proxy_buffering off;\n",
      "sub/d.conf": "proxy_request_buffering off;\n",
      "sub/1.conf": "proxy_intercept_errors off;\n",
      "sub/x/a.conf": "gzip off;\n",
      last: "proxy_buffering off;\nproxy_request_buffering off;\nproxy_intercept_errors off;\ngzip off;\n",
    }),
  ),
];

/** Where a directive may stand, each with the text around it. */
const contexts: readonly (readonly [context: string, before: string, after: string])[] = [
  ["main", "", "\nevents {}"],
  ["events", "events {", "}"],
  ["http", "http {", "}"],
  ["upstream", "http { upstream be { server 127.0.0.1:1;", "} }"],
  ["server", "http { server {", "} }"],
  ["if of a server", "http { server { if ($host) {", "} } }"],
  ["location", "http { server { location / {", "} } }"],
  ["if of a location", "http { server { location / { if ($host) {", "} } } }"],
  ["limit_except", "http { server { location / { limit_except GET {", "} } } }"],
];

/** With a wrong number of parameters: nginx first looks whether the directive may stand there. */
const misplaced: readonly Case[] = [
  "add_header",
  "auth_request",
  "error_page",
  "if {}",
  "keepalive",
  "limit_except {}",
  "location {}",
  "map {}",
  "mirror",
  "proxy_buffering",
  "proxy_cache",
  "proxy_hide_header",
  "proxy_http_version",
  "proxy_method",
  "proxy_pass",
  "proxy_read_timeout",
  "proxy_set_body",
  "proxy_set_header",
  "return",
  "rewrite",
  "server_name",
  "set",
  "try_files",
  "upstream {}",
].flatMap((written) =>
  contexts.map(([context, before, after]) => {
    const [name = "", block] = written.split(" ");
    const text = `${before}\n${name}${block ?? ";"}\n${after}\n`;
    return {
      title: `${name} in ${context}`,
      config: { main: "nginx.conf", files: { "nginx.conf": text } },
    };
  }),
);

interface Answer {
  readonly text: string;
  readonly file: string | null;
  readonly line: number | null;
}

/** The message with which nginx refuses a configuration; null where it takes it. */
async function nginxSays(config: NginxFiles): Promise<Answer | null> {
  const { ok, messages } = await configTest(config);
  const refusal = ok ? undefined : messages.find(({ level }) => /^(?:emerg|crit)$/.test(level));
  const { text = "", file = null, line = null } = refusal ?? {};
  return ok ? null : { text, file, line };
}

/** Our first problem, with the line on which nginx stands. */
function weSay({ main, files: texts }: NginxFiles): Answer | null {
  const documents = new Documents({ read: (path) => texts[path], list: () => Object.keys(texts) });
  const config = resolve(documents, main, { kind: "main", prefixes: new Map() });
  const [problem] = config?.problems ?? [];
  return problem === undefined
    ? null
    : {
        text: problem.message,
        file: problem.document.path,
        line: problem.document.lines.lineAt(problem.span.end - 1),
      };
}

describeWithNginx("nginx -t and we say the same", () => {
  test.each([
    ["about each configuration", cases],
    ["about where a directive may stand", misplaced],
  ])("%s", { timeout: 120_000 }, async (_, cases) => {
    const answers = await inPool(cases, 2, async ({ title, config }) => {
      const nginx = await nginxSays(config);
      const ours = weSay(config);
      // Where nginx names no place, ours is the include.
      const place = nginx?.file === null ? { file: null, line: null } : {};
      return { nginx: [title, nginx], ours: [title, ours && { ...ours, ...place }] };
    });
    expect(answers.map(({ ours }) => ours)).toEqual(answers.map(({ nginx }) => nginx));
  });

  test("that a cycle of includes does not start", async () => {
    const config = httpConfig("include nginx.conf;");
    expect(await nginxSays(config)).not.toBeNull();
    expect(weSay(config)?.text).toBe("nginx.conf includes itself");
  });
});

/** Each with one thing missing that nginx sees somewhere else, if at all. */
const incomplete: readonly Case[] = [
  http("a ; before a block", "server {\nlisten 127.0.0.1:9\nlocation / {\nreturn 200;\n}\n}"),
  http("a ; between the lines of a map", "map $host $x {\na b\nc d;\n}"),
  http("a ; between the lines of a geo", "geo $x {\ndefault b\n10.0.0.0/8 d;\n}"),
  http("a ; between the lines of a split_clients", 'split_clients $uri $x {\n10% a\n"*" b;\n}'),
  http("a ; after a directive that takes more", "server {\nserver_name a\nlocation / {\n}\n}"),
  http("the { of a server", "server\nlisten 127.0.0.1:9;\nlocation / {\n}\n}"),
  http("the { of a location", "server {\nlocation /a\nreturn 200;\n}\n}"),
  http("the { of an if", "server {\nif ($host = a)\nreturn 200;\n}\n}"),
  http("the { of a map", "map $host $x\ndefault a;\n}"),
  http(
    "the } of a location",
    "server {\n  location /a {\n    return 200;\n  location /a/b {\n  }\n}\n",
  ),
];

describeWithNginx("what is missing", () => {
  test.each(incomplete)("$title: nginx's own words", async ({ config }) => {
    const { messages } = await configTest(config);
    const { problems } = parse(config.files["nginx.conf"] ?? "", grammar);
    const said = (text: string): string => text.replace(/(?<!file), expecting ";" after.*$/, "");
    expect(problems.map(({ message }) => said(message))).toEqual(messages.map(({ text }) => text));
  });
});
