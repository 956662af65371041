import { expect, test } from "vitest";
import { isNginxFile, sourcesOf } from "../../src/core/sources/sources.ts";
import { parse } from "../../src/core/syntax/parse.ts";
import { absent, corpus, lines } from "../syntax/corpus.ts";
import { policyOf } from "./repository.ts";

const policy = policyOf();

test.each([
  ["nginx.conf", true],
  ["deploy/app.conf", true],
  ["app.nginx", true],
  ["app.vhost", true],
  ["proxy.inc", true],
  ["nginx.conf.sample", true],
  ["default.conf.template", true],
  ["nginx.conf.j2", true],
  ["etc/nginx/sites-available/example.com", true],
  ["sites-enabled/default", true],
  ["nginx/snippets/proxy", true],
  ["conf.d/a", true],
  ["docker/nginx/proxy_params", true],
  ["gitlab-nginx", true],
  ["src/server.ts", false],
  ["nginx/README.md", false],
  ["nginx/Dockerfile", true],
  ["Dockerfile.nginx", true],
  ["nginx/entrypoint.sh", true],
  ["charts/nginx/values.yaml", true],
  ["nginx/cert.pem", false],
  ["node_modules/x/nginx.conf", false],
  ["config", false],
])("by its name %s may be nginx: %s", (path, expected) => {
  expect(isNginxFile(path, null, policy)).toBe(expected);
});

const server = "server {\n  listen 80;\n  location / { proxy_pass http://b; }\n}\n";

test.each<[title: string, path: string, text: string, expected: boolean]>([
  ["a server", "a.conf", server, true],
  ["a whole file", "a.conf", `user www;\nevents {}\nhttp { ${server} }`, true],
  ["a byte order mark", "a.conf", `\ufeff${server}`, true],
  ["CRLF", "a.conf", server.replaceAll("\n", "\r\n"), true],
  ["header lines", "a.conf", "proxy_set_header Host $host;\n", true],
  ["one map", "a.conf", "map $http_upgrade $c { default upgrade; '' close; }", true],
  ["an upstream", "a.conf", "upstream b { server b:1; keepalive 4; }", true],
  ["Lua", "a.conf", "location /a { content_by_lua_block { ngx.say({{1}, {2}}) } }", true],
  ["a missing semicolon", "a.conf", "server {\n  listen 80\n  server_name a;\n}", true],
  ["an unclosed brace", "a.conf", "server {\n  listen 80;\n  location / {\n", true],
  ["an unclosed quote", "a.conf", 'server {\n  listen 80;\n  add_header A "b;\n}\n', true],
  ["a stray brace", "a.conf", `${server}}\n`, true],
  ["a file cut off in its only line", "nginx/a.conf", "proxy_pass http://b", true],
  [
    "directives of modules we do not know",
    "a.conf",
    "server { listen 80; vts_a b; vts_c d; vts_e f; }",
    true,
  ],
  [
    "as many directives of other software as of nginx",
    "a.conf",
    "server {\n  listen 80;\n  one;\n  two;\n  three;\n  four;\n  location / { proxy_pass http://b; }\n}",
    true,
  ],
  [
    "one more",
    "a.conf",
    "server {\n  listen 80;\n  one;\n  two;\n  three;\n  four;\n  five;\n  location / { proxy_pass http://b; }\n}",
    false,
  ],
  ["a list of addresses", "nginx/deny.conf", "deny 10.0.0.1;\nallow all;\n", true],
  ["nothing but comments", "a.conf", "# server { listen 80; }\n", false],
  ["nothing", "nginx.conf", "", false],
  [
    "Apache",
    "a.conf",
    "<VirtualHost *:80>\n  ServerName a\n  ProxyPass / http://b/\n</VirtualHost>\n",
    false,
  ],
  ["Apache without a container", "a.conf", "Listen 80\nServerName a\nRewriteEngine on\n", false],
  [
    "supervisor",
    "nginx/supervisord.conf",
    '[program:nginx]\ncommand=nginx -g "daemon off;"\n',
    false,
  ],
  ["php-fpm", "nginx/www.conf", "; pool\n[www]\nuser = www\nlisten = 9000\n", false],
  ["redis", "redis.conf", "bind 127.0.0.1\nport 6379\ninclude /a\n", false],
  ["systemd", "nginx.d/override.conf", "[Service]\nExecStart=\n", false],
  ["sshd", "sshd.conf", "Port 22\nPermitRootLogin no\nInclude /a/*.conf\n", false],
  ["fail2ban", "jail.d/nginx.conf", "[nginx-http-auth]\nenabled = true\n", false],
  [
    "logrotate",
    "logrotate.d/nginx",
    "/var/log/nginx/*.log {\n  daily\n  postrotate\n    kill -USR1 1\n  endscript\n}\n",
    false,
  ],
  ["YAML", "a.conf", "server:\n  port: 80\n", false],
  [
    "HOCON",
    "application.conf",
    'server {\n  port = 80\n  host = "a"\n}\nhttp { listen = 1 }\n',
    false,
  ],
  [
    "BIND",
    "named.conf",
    'options { directory "/a"; };\nzone "b" { type master; file "c"; };\ninclude "/d";\n',
    false,
  ],
  ["PHP", "a.inc", "<?php\ninclude 'b.php';\nif ($a) { return 1; }\n", false],
  ["C", "a.inc", "#define A\nif (a) { return 0; }\nbreak;\n", false],
  ["Lua's own language", "a.conf", 'local a = require "b"\nreturn { c = 1 }\n', false],
  ["a shell script", "nginx/start", "#!/bin/sh\nset -e;\nnginx -t;\n", false],
  [
    "HAProxy",
    "a.conf",
    "frontend a\n  bind *:80\n  default_backend b\nbackend b\n  server c 10.0.0.1:80\n",
    false,
  ],
  ["Caddy", "a.conf", "example.com {\n  reverse_proxy localhost:80\n}\n", false],
])("by its text: %s", (_, path, text, expected) => {
  expect(isNginxFile(path, text, policy)).toBe(expected);
});

test.each([
  ["a.conf.j2", "server { listen {{ port }}; location / { proxy_pass http://b; } }", "{{ port }}"],
  ["a.conf", "{% if x %}\nserver {\n  listen 80;\n}\n{% endif %}\n", "{% if x %}"],
  [
    "a.conf.erb",
    "server {\n<% a.each do %>\n  listen <%= b %>;\n<% end %>\n}\n",
    "<% a.each do %>",
  ],
  ["a.conf", "server { listen %%port%% default_server; }", "%%port%%"],
  ["a.conf.template", "server { listen 80; server_name ${HOST_NAME}; }", "${HOST_NAME}"],
  ["a.conf", "server { listen __PORT__; }", "__PORT__"],
  ["a.conf.template", "server { listen $PORT; }", "$PORT"],
])("a template is read: %s %s", (path, text, tag) => {
  const [source] = sourcesOf(path, text, policy);
  expect(source?.unreadable).toBeNull();
  expect(source?.masked).toHaveLength(text.length);
  expect(source?.masked).not.toContain(tag);
});

test.each([
  ["a tag in a comment", "# {{ ansible_managed }}\nserver { listen 80; }"],
  ["nginx's own braces", "server { listen 80; add_header A ${host}; }"],
  ["quantifiers", 'location ~ "^/[0-9]{4}/[a-z]{2,}" { proxy_pass http://b; }'],
  [
    "a variable in capitals that is set here",
    "server { listen 80; set $BACKEND b; proxy_pass http://${BACKEND}; }",
  ],
  ["nginx's own variable in capitals", "location / { proxy_set_header Upgrade $HTTP_UPGRADE; }"],
  ["a percent sign", "log_format a '%{x}';\nserver { listen 80; }"],
])("no template: %s", (_, text) => {
  expect(isNginxFile("a.conf", text, policy)).toBe(true);
});

test("a template of another program is passed over silently", () => {
  expect(isNginxFile("a.conf.j2", "[a]\nb = {{ c }}\n", policy)).toBe(false);
});

test("the policy says which files count, whatever is in them", () => {
  const own = policyOf('files: ["deploy/**"]\nignore: ["**/old/**"]\n');
  expect(isNginxFile("deploy/site.txt", null, own)).toBe(true);
  expect(isNginxFile("deploy/site.txt", "a b\n", own)).toBe(true);
  expect(isNginxFile("deploy/old/site.conf", server, own)).toBe(false);
  expect(isNginxFile("nginx.conf", server, own)).toBe(false);
});

test.each([
  ["**", "node_modules/a/nginx.conf", false],
  ["node_modules/a/*.conf", "node_modules/a/nginx.conf", true],
  ["**", ".git/nginx.conf", false],
])("with files: %s, %s counts: %s", (glob, path, expected) => {
  expect(isNginxFile(path, server, policyOf(`files: ["${glob}"]\n`))).toBe(expected);
});

test.each([
  ["braces", "{".repeat(1_000_000)],
  ["opened tags", "{{ a ".repeat(200_000)],
  ["statements", "{% ".repeat(300_000)],
  ["tags in comments", "# {{ a }}\n".repeat(100_000)],
])("hostile text is recognised or passed over: %s", (_, text) => {
  expect(sourcesOf("nginx.conf", text, policy).length).toBeLessThan(2);
});

test.skipIf(absent !== "")(`plain nginx files of real repositories are seen${absent}`, () => {
  const missed = lines("corpus.jsonl")
    .map((line) => JSON.parse(line) as { file: string; kind: string })
    .filter(({ kind, file }) => kind === "conf" && !file.includes("_extracted/"))
    .flatMap(({ file }) =>
      corpus(`corpus/${file.slice(0, file.indexOf("/"))}`).filter(
        ({ path }) => path === `corpus/${file}`,
      ),
    )
    .filter(
      ({ path, text }) => !isNginxFile(path, text, policy) && parse(text).problems.length === 0,
    );
  expect(missed.map(({ path }) => path)).toEqual([]);
});
