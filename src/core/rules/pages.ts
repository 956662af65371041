// Generated from the pages beside the rules: npm run generate.

/** Each rule's page, Markdown, by the rule's name. */
export const pages: ReadonlyMap<string, string> = new Map([
  ["altered-request", `# altered-request

The request is changed on its way so that it is no handshake any more.

## What breaks

A handshake is a \`GET\` with a key and a version. These make something else of it on its way:

- \`proxy_method POST\`: servers answer 400 or 405.
- \`proxy_pass_request_headers off\`: \`Sec-WebSocket-Key\` and \`Sec-WebSocket-Version\` are gone, unless they are set by hand;
  \`proxy_set_header Sec-WebSocket-Version 8\` and the like ask for a protocol that nobody speaks any more.
- \`proxy_set_body\`: the handshake passes, but the body's bytes come before the first frame, over which Node's ws stumbles.
- \`error_page 418 @websocket\` as the only way to a named location: without \`=\` the 101 gets the status 418.
- \`grpc_pass\`, \`fastcgi_pass\` and \`memcached_pass\`: nginx has no tunnel for a 101 there, in any version. It has one for
  \`uwsgi_pass\` and \`scgi_pass\`.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        proxy_method POST;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error; a warning for a body. Silent where the request that reaches the upstream is a handshake all the same.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[altered-request] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  altered-request: off
\`\`\`

## Sources

- [proxy_method](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_method) and
  [proxy_pass_request_headers](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass_request_headers), nginx
- [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1)
`],
  ["cached-handshake", `# cached-handshake

A handshake can be answered from the cache.

## What breaks

A handshake is a GET like others, and nginx looks into the cache before it asks the upstream. As long as nothing is stored for its key all
is well. Once an ordinary GET of the same path was stored, the client gets that page with 200 and no upgrade, until the entry ends.
\`proxy_cache_bypass $http_upgrade\` sends handshakes to the upstream, \`proxy_no_cache $http_upgrade\` keeps the answers to them from being
stored.

## Example

Before:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_cache_bypass $http_upgrade;
        proxy_no_cache $http_upgrade;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

A bypass of another kind stays:

Before:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_cache_bypass $cookie_fresh;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_no_cache $http_upgrade;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_cache_bypass $cookie_fresh $http_upgrade;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error where ordinary requests come to the location too, and where \`proxy_cache_valid\` has answers stored whatever the upstream says. A
notice at an endpoint of its own, where there is little that could be stored. Silent where a bypass holds for handshakes, where the cache's
key has a header in it, and with \`proxy_cache off\`.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[cached-handshake] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  cached-handshake: off
\`\`\`

## Sources

- [proxy_cache_bypass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_bypass), nginx
- [proxy_no_cache](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_no_cache), nginx
`],
  ["client-headers", `# client-headers

The upstream is not told the client's address and scheme.

## What breaks

The application sees nginx as its client: all visitors have one address in its log, its limits per address hold for all together, and it
makes links and cookies for \`http://\` behind TLS. Where nginx does not set these headers, it passes on those of the client, who may write
what he likes.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*, where \`X-Real-IP\`, \`X-Forwarded-For\` or \`X-Forwarded-Proto\` is not set at a location
that serves WebSockets. Whatever value they are given is taken as meant.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[client-headers] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  client-headers: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header) and
  [$proxy_add_x_forwarded_for](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#var_proxy_add_x_forwarded_for), nginx
`],
  ["connection-header", `# connection-header

The upstream does not get \`upgrade\` in \`Connection\`.

## What breaks

A handshake must have the token \`upgrade\` in its \`Connection\` header. nginx does not pass the client's \`Connection\` on: it
sends \`close\` (before 1.29.7) or none (from 1.29.7 on), unless \`proxy_set_header Connection\` says something else. A server that
follows RFC 6455 then refuses the handshake, with 400 or 426; nothing of it is in nginx's error log.

Usual causes, beside a line that is missing:

- \`proxy_set_header Connection close\` in a base configuration, which holds in every location that has no \`proxy_set_header\` of
  its own, and in no other: it works wherever somebody has copied the headers, and fails elsewhere.
- \`proxy_set_header Connection ""\`, written to keep upstream connections alive. It clears the header for handshakes too.
- \`proxy_set_header Connection $http_upgrade\`, which sends \`Connection: websocket\`.
- a variable that an \`if ($http_connection = "Upgrade")\` sets: so Chrome and Safari write it, and Firefox writes
  \`Connection: keep-alive, Upgrade\`. \`if ($http_connection ~* upgrade)\` holds for all.

## Example

Before:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

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
\`\`\`

Where ordinary requests pass the same location, a literal \`upgrade\` would hurt them, so that a map comes along. It sends nothing
on ordinary requests where the upstream keeps its connections:

Before:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error. A notice where it is not clear that the location serves WebSockets. Silent where another \`Connection\` line of the same
level has the token, since nginx sends all of them.

A wrong line of an outer level is reported there, with the locations that it breaks, if that level forwards \`Upgrade\`. If it does
not, the location is what lacks the pair of headers.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[connection-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  connection-header: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html), nginx
- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header): the defaults, nginx
- [CHANGES of 1.29.7](https://nginx.org/en/CHANGES): \`Connection\` is no longer sent by default
- [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1)
`],
  ["connection-map", `# connection-map

The map behind \`Connection\` or \`Upgrade\` gives a handshake the wrong value.

## What breaks

The usual way to serve handshakes and ordinary requests in one location is a map from \`$http_upgrade\` to the value of
\`Connection\`. The rule looks at what the map gives for a handshake, and says which of its lines is at fault:

- inverted: the values of \`default\` and \`''\` have changed places;
- no \`default\`: a value that no line matches gives the empty string, and nginx sends no header then;
- another source than \`$http_upgrade\`;
- a key that takes \`$http_connection\` for one word: Chrome and Safari write \`Connection: Upgrade\`, Firefox writes
  \`Connection: keep-alive, Upgrade\`, and nginx compares a key with all of it. \`~*upgrade\` is in both;
- a regular expression with \`~\`, which is case-sensitive (exact keys are not: \`websocket\` matches \`WebSocket\`);
- a regular expression that is not anchored and matches everything;
- two maps for one variable: nginx takes the last one, without a word;
- a value that does not have the token.

A map that feeds \`Upgrade\`, such as a list of the protocols that may pass, is looked at in the same way; a list without
\`websocket\` gets that line, and stays a list.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default close;
    ''      upgrade;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    '' close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    '' close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default      close;
    ~^WebSocket$ upgrade;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default      close;
    ~*^WebSocket$ upgrade;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, at the map's line; the locations that read the map are listed. Silent where the source of the map cannot be known.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[connection-map] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  connection-map: off
\`\`\`

## Sources

- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html), nginx
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map, nginx
`],
  ["connection-passthrough", `# connection-passthrough

The client decides what \`Connection\` says to the upstream.

## What breaks

The handshake works: the client's \`Connection: Upgrade\` reaches the upstream. So does everything else that a client writes there. Each
name in \`Connection\` is a header that the next server must drop, so that the client can make the upstream forget headers that nginx has
set, \`X-Real-IP\` for one. With \`Connection: Upgrade, HTTP2-Settings\` it can ask the upstream for HTTP/2 in clear text, a
tunnel in which nginx's rules do not hold (see \`h2c-smuggling\`).

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning, at the line. Silent where a map makes \`upgrade\` or nothing of what the client says.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[connection-passthrough] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  connection-passthrough: off
\`\`\`

## Sources

- [RFC 9110, section 7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1): what \`Connection\` does
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map, nginx
`],
  ["contradictory-header", `# contradictory-header

Two lines set the same header, and both are sent.

## What breaks

\`proxy_set_header\` may repeat, also for one header: nginx sends every line that is not empty, in their order, and warns of
nothing.

- Two \`Connection\` lines reach the upstream as \`close\` and \`upgrade\`. Some servers take that, some do not, and which of the two
  a proxy in between obeys is anybody's guess.
- Two \`Upgrade\` lines are read as \`websocket, websocket\`. RFC 6455 allows that; Node's \`ws\` and Python's \`websockets\` refuse it.
- Two \`Host\` lines are an error in HTTP/1.1: servers answer 400. From 1.31.4 on nginx sends only the last.

ingress-nginx writes \`Upgrade\`, \`Connection\` and \`Host\` into each location by itself, and a \`configuration-snippet\` goes behind these lines: what
it sets once more is sent twice. The snippet needs no line for WebSockets.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection close;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning for \`Connection\`, and for \`Host\` from 1.31.4 on; an error for \`Upgrade\`, and for \`Host\` before. Lines that come out empty are not sent and
do not count. Of two lines for \`Connection\` or \`Upgrade\` the one that upgrades stays; of two different \`Host\` lines only a person can tell.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[contradictory-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  contradictory-header: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header), nginx
- kubernetes/ingress-nginx, rootfs/etc/nginx/template/nginx.tmpl: the lines of a location, and the snippet behind them
- [RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2): 400 for more than one \`Host\`
`],
  ["duplicate-directive", `# duplicate-directive

A directive that may stand once per block stands there twice.

## What breaks

Most directives may stand once per block. A second one keeps nginx from starting: \`"proxy_http_version" directive is duplicate\`.
An \`include\` counts as the text of its file, so that a snippet with \`proxy_http_version 1.1\` and a location that says it too are
two. Directives that may repeat are \`proxy_set_header\`, \`proxy_hide_header\`, \`add_header\` and \`error_page\`, among others; another
block, inside or outside, is another level and no duplicate. In a \`configuration-snippet\` of an Ingress all counts that ingress-nginx's
template writes into the location by itself, such as \`proxy_http_version\` and the timeouts: those have annotations.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        proxy_http_version 1.1;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, whatever the location serves. There is a suggestion where both lines are equal; it removes the second, or the block's own
where the other one comes by an \`include\`. Where they differ, only a person can tell which is right, except that a handshake needs
\`proxy_http_version 1.1\`.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[duplicate-directive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  duplicate-directive: off
\`\`\`

## Sources

- \`ngx_conf_set_flag_slot\` and its neighbours in
  [ngx_conf_file.c](https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c): "is duplicate", nginx
`],
  ["endpoint", `# endpoint

An endpoint that the policy promises does not upgrade.

## What breaks

The policy file names the addresses that must upgrade. Each is followed like a client's handshake: which server answers for the host, which
location for the path, what that one sends on. What it finds is not always a wrong header: \`location /ws/\` answers a client that asks for
\`/ws\` with a redirect to \`/ws/\`, and WebSocket clients follow no redirect; a path that no location serves ends in a file that is not there;
the server with TLS may lack the location that the one without has.

## Example

With \`wss://www.example.com/ws\` in the policy:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }

    location / {
        root /srv/www;
    }
}
\`\`\`

With \`/live/feed\` in the policy, which no name would have told:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /live/feed {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /live/feed {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, at the location that answers, else at the server. \`wss:\` is looked for at the listeners of that host with TLS, or where there are none
at the others: TLS may end before nginx. Without a scheme one server that upgrades is enough. A redirect to \`https://\` is no
finding: it is how a server without TLS should answer. Silent where an include that is not there may have the answer, and where the
handshake depends on a version of nginx that nobody names. The suggestion is that of the cause, where it is a header or the version.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[endpoint] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  endpoint: off
\`\`\`

## Sources

- [How nginx processes a request](https://nginx.org/en/docs/http/request_processing.html), nginx
- [location](https://nginx.org/en/docs/http/ngx_http_core_module.html#location): the redirect that adds a slash, nginx
- [RFC 6455, section 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1): a client need not follow redirects
`],
  ["h2c-smuggling", `# h2c-smuggling

A client can open an HTTP/2 tunnel past the access rules.

## What breaks

\`proxy_set_header Upgrade $http_upgrade\` forwards every upgrade that a client asks for, \`h2c\` too. If the upstream speaks HTTP/2 in clear
text and takes it, nginx makes a tunnel of the connection, as it does for a WebSocket. In it the client asks for any path it likes, and nginx
does not see it: \`deny\`, \`auth_basic\`, \`auth_request\` and limits of other locations do not hold. Where the upstream does not speak \`h2c\`, and
most do not, it is harmless.

A map that only lets \`websocket\` set \`Connection\` is no cure, since servers look at \`Upgrade\`. The whitelist below was measured with two
servers that speak \`h2c\`.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_origin $is_foreign_origin {
    default                 1;
    https://www.example.com 0;
    ''                      0;
}

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        if ($is_foreign_origin) {
            return 403;
        }
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_origin $is_foreign_origin {
    default                 1;
    https://www.example.com 0;
    ''                      0;
}

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

map $http_upgrade $ws_upgrade {
    default   '';
    websocket websocket;
}

map $ws_upgrade $ws_connection {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $ws_upgrade;
        proxy_set_header Connection $ws_connection;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        if ($is_foreign_origin) {
            return 403;
        }
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning, in the profile *hardened*, wherever an upgrade to \`h2c\` reaches the upstream. An error where the same server has rules of access
(\`deny\`, \`allow\`, \`auth_basic\`, \`auth_request\`, \`auth_jwt\`) in another place, for those are what the tunnel goes past. Suggestions of this
profile write the whitelist from the start.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[h2c-smuggling] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  h2c-smuggling: off
\`\`\`

## Sources

- [RFC 7540, section 3.2](https://www.rfc-editor.org/rfc/rfc7540#section-3.2): the upgrade to \`h2c\`, which
  [RFC 9113](https://www.rfc-editor.org/rfc/rfc9113#section-3.1) has withdrawn
- [h2c smuggling](https://bishopfox.com/blog/h2c-smuggling-request), Bishop Fox
`],
  ["hardcoded-upgrade", `# hardcoded-upgrade

Ordinary requests reach the upstream as upgrade requests.

## What breaks

\`proxy_set_header Connection "upgrade"\` holds for every request of its location. Where that location also serves pages, forms and
an API, all of these reach the upstream with \`Connection: upgrade\`, and a literal \`Upgrade: websocket\` makes handshakes of them.
Strict servers answer such a POST with 400; a lenient one may answer an ordinary request with 101, and the client hangs until the
timeout.

A map from \`$http_upgrade\` gives each request what it needs.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning, at locations that serve ordinary requests too: \`/\`, an application's root, whatever is not named like a WebSocket
endpoint. Silent at a dedicated endpoint, where the literal is fine.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[hardcoded-upgrade] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  hardcoded-upgrade: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the example with a map, nginx
- [RFC 9110, section 7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1): what \`Connection\` says
`],
  ["header-inheritance", `# header-inheritance

A \`proxy_set_header\` of this level discards the upgrade headers of an outer one.

## What breaks

\`proxy_set_header\` is inherited all or nothing. One such line on a level, for whatever header, discards all of the outer levels'
lines. A server that forwards \`Upgrade\` and \`Connection\` for all of its locations loses both in the location that adds
\`proxy_set_header Host $host\` of its own, or that includes a file with such a line. nginx says nothing about it.

Other directives do not do that: \`proxy_hide_header\`, \`add_header\` and \`proxy_redirect\` leave the headers alone, and
\`proxy_http_version\` and the timeouts are inherited one by one.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error; one finding for both headers, which points at the line that discards and at those that are lost. A notice where it is not
clear that the location serves WebSockets. Silent where the outer lines would not make a handshake either.

The suggestion repeats what a handshake needs: \`Upgrade\`, \`Connection\` and, where it is lost with them, \`Host\`. Whatever else is
lost is named in the message and left as it is, since a location may well mean to send less.

Moving an \`include\` to the outer level, or the lines of that level into the included file, is as good as repeating them.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[header-inheritance] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  header-inheritance: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header): inherited only by levels
  that have none of their own, nginx
`],
  ["hidden-response-header", `# hidden-response-header

A header of the 101 answer that the client needs is hidden from it.

## What breaks

The handshake succeeds, nginx opens the tunnel, and the client gives up: the 101 that it sees lacks a header it must check.
\`proxy_hide_header Upgrade\` and \`proxy_hide_header Sec-WebSocket-Accept\` do that. \`proxy_hide_header Connection\` is harmless,
since nginx writes a \`Connection: upgrade\` of its own into every 101.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        proxy_hide_header Upgrade;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, at the line that hides; where it stands on an outer level, the locations that it breaks are listed. Silent where a level
has \`proxy_hide_header\` lines of its own, which discard those of outer levels.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[hidden-response-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  hidden-response-header: off
\`\`\`

## Sources

- [proxy_hide_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_hide_header), nginx
- [RFC 6455, section 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1): when a client must fail the connection
`],
  ["host-header", `# host-header

The upstream sees another host than the client, which fails its check of the origin.

## What breaks

Browsers send the page's \`Origin\` with every handshake. Many servers compare it with \`Host\` and answer 403 when the two differ,
to keep other sites out. By default nginx sends \`$proxy_host\`, which is what \`proxy_pass\` names: \`backend\`, \`127.0.0.1:8080\`. The
application then refuses its own pages. A constant \`proxy_set_header Origin\` next to the client's host has the same effect; so has \`$scheme://$http_host\`
where TLS ends before nginx, since the page's origin then says https and nginx says http. \`proxy_set_header Host ""\` sends none at all, which HTTP/1.1 does not allow.

## Example

Before:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
}

server {
    listen 80;
    server_name www.example.com;

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
\`\`\`

Where an outer level sets \`Host\` and the location's own headers discard it, it is the outer one that comes back. \`$host\` has no port: where the server listens on another port than 80 and 443, the origin has one, and only \`$http_host\` equals
it:

Before:

\`\`\`nginx
server {
    listen 8443;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 8443;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $http_host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning where the target is the name of an \`upstream\` block, a private or loopback address, or a host without a dot. A notice in
the summary, without a suggestion, where it is a public name: such a host may serve several sites and need its own name. An error
where no \`Host\` is sent. Notices where a template's tag stands for the target, and where \`X-Forwarded-Host\` ends in a port that browsers leave out of the origin. Silent where nginx sets both \`Origin\` and \`Host\` to the same host, and where either cannot be known. Where \`Host\` is lost together with
the upgrade headers, \`header-inheritance\` brings it back.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[host-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  host-header: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header): the default of \`Host\`, nginx
- [RFC 6455, section 10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2): why servers look at \`Origin\`
- [RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2): 400 without \`Host\`
`],
  ["http-version", `# http-version

The handshake reaches the upstream as HTTP/1.0 or HTTP/2, not as HTTP/1.1.

## What breaks

RFC 6455 asks for HTTP/1.1 or later, and an upgrade of this kind exists in HTTP/1.1 only.

- Before 1.29.7 (that is, in all stable versions before 1.30) nginx speaks HTTP/1.0 to the upstream unless
  \`proxy_http_version 1.1\` is in force. nginx itself would relay the 101 all the same; it is the server that refuses: Go's
  coder/websocket, Python's websockets, hypercorn and Kestrel do, Node's ws and Go's gorilla do not.
- \`proxy_http_version 2\` (from 1.29.4 on) cannot carry a handshake at all: nginx has no extended CONNECT to upstreams, and the
  request ends in a 502.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.0;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error where the version of nginx is known (the policy's \`nginx-version\`) or where \`1.0\` or \`2\` is written. A warning where the
version is not known and nothing is written: then it holds for nginx before 1.29.7. Silent where the version is known and its
default is 1.1.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[http-version] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  http-version: off
\`\`\`

## Sources

- [proxy_http_version](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version), nginx
- [CHANGES of 1.29.4 and 1.29.7](https://nginx.org/en/CHANGES)
- [RFC 6455, section 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1): the version of the request
`],
  ["idle-timeout", `# idle-timeout

A quiet connection is closed too soon by \`proxy_read_timeout\`.

## What breaks

Nothing at first. A connection on which no byte passes in either direction for \`proxy_read_timeout\`, 60 seconds by default, is
closed by nginx. Nobody sees why: the access log says 101, and the reason is logged at level \`info\` (\`upstream timed out … while
proxying upgraded connection\`), below the usual level of the error log.

Only this timer matters to a quiet connection. \`proxy_send_timeout\`, \`send_timeout\` and \`keepalive_timeout\` do not fire on one,
and TCP keepalive does not help. Any byte from either side starts the timer again, so that a ping every 30 seconds is as good.

Of an Ingress it is the annotation \`nginx.ingress.kubernetes.io/proxy-read-timeout\`, a whole number of seconds, that holds for all of its
paths; without one ingress-nginx writes 60 s.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
    }
}
\`\`\`

Published guides set both timeouts, and so does the suggestion:

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning at or below nginx's 60 seconds. With an own minimum in the policy, whatever is below it:

\`\`\`yaml
rules:
  idle-timeout: { severity: error, minimum: 3600s }
\`\`\`

A notice for protocols that ping by themselves (Socket.IO, SignalR, Phoenix). An error for \`0\`, which does not switch the timer
off: the connection is closed at once. Where ordinary requests pass the same location there is no suggestion, since a long
timeout would let hung requests live as long; give the WebSockets a location of their own.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[idle-timeout] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  idle-timeout: off
\`\`\`

## Sources

- [proxy_read_timeout](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout), nginx
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the timeout and pings, nginx
`],
  ["ignored-annotation", `# ignored-annotation

An Ingress has an annotation or a value that ingress-nginx does not know, and nothing comes of it.

## What is checked

The annotations of an Ingress, or of a chart's values, that begin with \`nginx.ingress.kubernetes.io/\`. ingress-nginx reads those that
it knows and says nothing of the others, so that a wish stands in the repository and not in nginx:

- \`proxy-read-timeout\` and \`proxy-send-timeout\` are a whole number of seconds. Of \`3600s\` or \`1h\` the controller makes nothing and
  keeps its default of 60 s; the admission webhook lets it pass.
- There is \`server-snippet\` and \`configuration-snippet\`, which goes into the location. There is no \`server-snippets\`,
  \`configuration-snippets\` or \`location-snippet\`: those names are F5's, below \`nginx.org/\`.
- There is no annotation for WebSockets, such as \`enable-websocket\`, and none is needed: the template forwards \`Upgrade\`, sends
  \`Connection: upgrade\` with handshakes and speaks HTTP/1.1. \`websocket-services\` is an annotation of F5's controller, where its name
  is \`nginx.org/websocket-services\`.
- \`connection-proxy-header\` is \`close\` or \`keep-alive\`, both of which break handshakes. From version 1.12 on \`upgrade\` is not taken.

Of an Ingress whose class is \`nginx\`, also annotations that begin with \`ingress.kubernetes.io/\`, as they did before version 0.9: since
then the controller reads that prefix only where \`--annotations-prefix\` says so. Those are looked at that say how requests get to the
service: \`affinity\`, \`session-cookie-name\`, \`upstream-hash-by\`, \`proxy-read-timeout\` and its like, \`proxy-http-version\`,
\`proxy-buffering\`, \`rewrite-target\` and the snippets. One that stands there with both prefixes is passed over, and so is an Ingress of
another class: HAProxy's and Voyager's controllers have that prefix for their own.

Other names that the controller does not have are passed over: there may be a newer version that does.

## Example

Before:

\`\`\`yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: chat
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600s"
    nginx.ingress.kubernetes.io/proxy-send-timeout: 1h
spec:
  ingressClassName: nginx
  rules:
    - host: www.example.com
      http:
        paths:
          - path: /ws
            pathType: Prefix
            backend:
              service:
                name: chat
                port:
                  number: 8080
\`\`\`

After:

\`\`\`yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: chat
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
    nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"
spec:
  ingressClassName: nginx
  rules:
    - host: www.example.com
      http:
        paths:
          - path: /ws
            pathType: Prefix
            backend:
              service:
                name: chat
                port:
                  number: 8080
\`\`\`

## Severity

A warning, because handshakes work all the same; a notice where the controller does what is asked for by itself. The suggestion
writes the right name or value, or takes away what nothing comes of. There is none for a snippet that changes
what is sent, or that has locations, nor for \`rewrite-target\` with the old prefix, whose meaning changed with version 0.22: what takes
effect with the right name must be looked at by a person.

## Silence

Above the annotation, with your reason:

\`\`\`yaml
# nginx-websocket-guard: ignore[ignored-annotation] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  ignored-annotation: off
\`\`\`

## Sources

- kubernetes/ingress-nginx, internal/ingress/annotations: each annotation's name and what it takes
- kubernetes/ingress-nginx, rootfs/etc/nginx/template/nginx.tmpl: the lines of a location
- [Issue 1961](https://github.com/kubernetes/ingress-nginx/issues/1961): the prefix, and the flag that changes it
- [Issue 10640](https://github.com/kubernetes/ingress-nginx/issues/10640): \`300s\` passes the webhook, and the default is written
- [Issue 11726](https://github.com/kubernetes/ingress-nginx/issues/11726): the same of \`120s\`
- [nginx/kubernetes-ingress, examples/ingress-resources/websocket](https://github.com/nginx/kubernetes-ingress/tree/main/examples/ingress-resources/websocket): \`nginx.org/websocket-services\`
`],
  ["invalid-directive", `# invalid-directive

nginx refuses a directive as it is written, so it does not start.

## What breaks

One line that nginx does not accept keeps all of its sites down, and a reload keeps the old configuration. The message is nginx's
own; nginx names the line on which it stopped reading, which is not always the one to mend.

The rule looks at what decides on the way of a handshake: \`proxy_…\` directives, \`location\`, \`map\`, \`upstream\`, \`keepalive\` and
\`set\`. It finds a wrong number of parameters, values that nginx does not take (\`proxy_http_version 1.2\`, \`proxy_read_timeout 1.5h\`,
\`proxy_buffering yes\`), addresses without \`http://\` or \`https://\`, a path behind \`proxy_pass\` in a location that is a regular
expression or has a name, a port behind the name of an \`upstream\`, an \`upstream\` without servers, a location that cannot be inside
the one around it, and two locations, upstreams or lines of a map of one name. A map's keys have no case: \`websocket\` and
\`WebSocket\` are the same.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.2;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, whatever the location serves. There is a suggestion where \`proxy_http_version\` has a version that there is not.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[invalid-directive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  invalid-directive: off
\`\`\`

## Sources

- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html) and
  [ngx_http_proxy_module](https://nginx.org/en/docs/http/ngx_http_proxy_module.html), nginx
- [Configuration file measurement units](https://nginx.org/en/docs/syntax.html), nginx: how times are written
`],
  ["keepalive-defeated", `# keepalive-defeated

Ordinary requests close the connections that the upstream should keep.

## What breaks

Nothing, but it costs: \`keepalive 32\` in an upstream asks nginx to keep connections for later requests, and \`Connection: close\`
asks the upstream to close each one after its answer. With both, no connection is ever used twice. The well-known map with
\`'' close\` does that next to \`keepalive\`; with \`'' ''\` ordinary requests carry no \`Connection\`, and the connections stay.

WebSockets are not concerned: an upgraded connection never returns to the pool.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning where the upstream says \`keepalive\`. A notice where connections are kept only because nginx does so by default, which it
does for every \`upstream\` block from 1.29.7 on. Silent where nothing is kept: without an \`upstream\` block, and with \`keepalive 0\`;
and at a location that is there for WebSockets alone, where no ordinary requests pass.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[keepalive-defeated] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  keepalive-defeated: off
\`\`\`

## Sources

- [keepalive](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive): clear \`Connection\`, nginx
- [CHANGES of 1.29.7](https://nginx.org/en/CHANGES): keepalive by default
`],
  ["location-shadowed", `# location-shadowed

No request can reach the location, because something else answers first.

## What breaks

nginx first takes the longest prefix, then tries the regular expressions in their order, and the first that matches answers in the
place of the prefix. \`location /ws/\` with all its headers right is never asked where \`location ~ ^/[a-z]+/\` matches too, and that one
forwards no upgrade: the client gets 400 or an ordinary page. The same comes of a \`return\` that stands before, of \`deny all\`, of a \`rewrite\`
that takes the slash from the end of every path, since Socket.IO asks for \`/socket.io/\` and follows no redirect, and of \`try_files\`, which
sends what is no file elsewhere: \`proxy_pass\` of the same location then gets only files, and an endpoint is none. A \`return\` after an
\`if\` in the same location wins over the \`proxy_pass\` in that \`if\`. And \`if ($http_connection != "Upgrade")\` answers Firefox, which
writes \`Connection: keep-alive, Upgrade\`.

Or the location is in one of two servers of the same name: the one without TLS has it, the one with TLS sends everything to the same
upstream by a \`location /\` that forwards no upgrade. Pages that come with \`https://\` can only ask there.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }

    location ~ ^/[a-z]+/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location ^~ /ws/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }

    location ~ ^/[a-z]+/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

\`proxy_pass\` beside \`try_files\`, which answers 404:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        try_files $uri =404;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, where no path of the location comes to it and the handshake does not upgrade where it comes to. A warning where only the server with
TLS lacks it, and for \`deny all\`, which may be meant. Silent where the other location upgrades as well, where only some paths go elsewhere, where the server sends its clients on to
\`https://\`, and where an include that is not there may have more locations. \`deny all\` counts where nothing lets a client in: no \`allow\` before
it, no \`satisfy any\` with a password, no include whose addresses are not there. A suggestion (\`^~\`, with which nginx tries no regular
expression) only for a prefix of the server's own level that loses to regular expressions: an exact one and a longer one are there on purpose.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[location-shadowed] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  location-shadowed: off
\`\`\`

## Sources

- [location](https://nginx.org/en/docs/http/ngx_http_core_module.html#location): the order in which locations are tried, and \`^~\`, nginx
- [try_files](https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files), nginx
- [return](https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return), nginx
`],
  ["lost-handshake", `# lost-handshake

A handshake that worked before a change is lost, or nobody can say any more.

## What breaks

Clients of this address could upgrade before the change, and cannot after it: something else answers, or the location, the server or the
file is gone. Nothing is wrong with what stands there now; it is what is missing that breaks them. So the finding compares answers and not lines: every
handshake that works before the change is asked once more after it, with the same host, port and path, as nginx would answer both.

Where the lines that send the upgrade are what the change takes away, the rules about these lines say so, with the suggestion. This rule
says the rest:

- another answer: \`return\`, a redirect, a file, \`internal\`, another location or server that does not upgrade;
- no server any more;
- nobody knows: the lines come from an include that is not in the repository, from a template, or from code. Such an address is listed in
  \`incomplete\` too.

A redirect to the same address with TLS that works there is none, nor is a new location of the same name that hands on to the same upstream.

If the endpoint is gone on purpose, nothing has to be done: a warning does not fail the job. To make sure that an endpoint is never lost, name it
under \`endpoints\` in the policy.

## Example

What a pull request leaves of a location that handed handshakes on to \`127.0.0.1:3000\`, whose clients upgraded.

Before:

\`\`\`nginx
server {
    listen 80;
    server_name chat.example.com;

    location /ws {
        return 404;
    }
}
\`\`\`

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[lost-handshake] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  lost-handshake: off
\`\`\`

## Sources

- [location](https://nginx.org/en/docs/http/ngx_http_core_module.html#location), nginx
`],
  ["misplaced-directive", `# misplaced-directive

A directive stands in a block in which nginx refuses it.

## What breaks

nginx does not start when a directive stands where it may not: \`"proxy_set_header" directive is not allowed here\`. Of those that
a handshake needs:

- \`proxy_set_header\`, \`proxy_http_version\`, the timeouts and \`proxy_buffering\` stand in \`http\`, \`server\` and \`location\`, never in
  \`if\` and \`limit_except\`. So there is no way to set headers for upgrades only; that is what a map is for.
- \`proxy_pass\` stands in \`location\`, in an \`if\` of one, and in \`limit_except\`, never in \`server\`.
- \`map\` and \`upstream\` stand in \`http\` only.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        if ($http_upgrade) {
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, whatever the location serves. The suggestion moves lines out of \`if\` and \`limit_except\` into the location, and
\`map\` and \`upstream\` before the \`server\` that they stand in; for the others only a person can tell where they belong. Silent at the top level of a file that nothing includes, since it is not known where
such a file is used.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[misplaced-directive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  misplaced-directive: off
\`\`\`

## Sources

- [ngx_http_proxy_module](https://nginx.org/en/docs/http/ngx_http_proxy_module.html): "Context" of each directive, nginx
- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html#map), nginx
`],
  ["missing-include", `# missing-include

An \`include\` has no file to read, so nginx does not start.

## What breaks

nginx opens what an \`include\` names while it starts: \`open() "…" failed (2: No such file or directory)\`, and nothing runs. Only a
pattern such as \`conf.d/*.conf\` may match nothing.

Many files are put on the server by packages, by other repositories or by a deployment, so that a file which the repository does
not hold says little. It is a finding in two cases only:

- a change deletes or renames the file, and something still includes it;
- a main file is here with everything else that it includes by relative paths, other files from the same folder among them, and
  just this one is not here.

Silent where git ignores the file, where a template of it stands beside it (\`websocket.conf.template\` for \`websocket.conf\`), and,
unless a change deletes it, where the path is absolute.

A file that includes itself, directly or through others, keeps nginx from starting too: it opens it until it may open no more files.

## Example

Before:

\`\`\`nginx
events {}
http {
    server {
        listen 80;
        server_name www.example.com;
        include snippets/proxy.conf;

        location /ws {
            proxy_pass http://127.0.0.1:8080;
            include snippets/websocket.conf;
        }
    }
}
\`\`\`

## Severity

Error, whatever the file was for. There is no suggestion: what it should hold is not known.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[missing-include] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  missing-include: off
\`\`\`

## Sources

- [include](https://nginx.org/en/docs/ngx_core_module.html#include), nginx
`],
  ["missing-resolver", `# missing-resolver

nginx has to look up the upstream's name and has no \`resolver\` to ask.

## What breaks

Names that stand in \`proxy_pass\` as they are, nginx looks up once, as it starts, with the system's own means. With a variable in the address it looks
the name up while it runs, with each request, and asks only the DNS servers that \`resolver\` names; it reads neither \`/etc/resolv.conf\` nor
\`/etc/hosts\` then. Without a \`resolver\` it starts all the same, and answers every request with 502; the error log says
\`no resolver defined to resolve app\`.

No \`resolver\` is needed where the name is that of an \`upstream\` block (without a port), where it is an IP address, or where another \`proxy_pass\`
has the same host and port without a variable.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        set $app http://app:3000;
        proxy_pass $app;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

In a container that Docker started, \`resolver 127.0.0.11;\` in the server is Docker's own DNS server. Where
the name need not be looked up anew, an \`upstream\` block does without a \`resolver\`.

## Severity

Error in a whole configuration. Where a file that is not in the repository may hold the \`resolver\`, a notice that gets no comment. Silent where the
host is not known. There is no suggestion: the address of your DNS server does not stand in the configuration.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[missing-resolver] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  missing-resolver: off
\`\`\`

## Sources

- [proxy_pass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass) and
  [resolver](https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver), nginx
- Measured with nginx 1.22.1: 502 for a name in a variable, 101 for an IP address, an \`upstream\`, and a host and port that another pass names
`],
  ["observability", `# observability

No access log shows whether handshakes succeed.

## What breaks

Nobody sees it when handshakes fail. nginx answers with whatever the application says, 200, 400 or 426, and logs no error; a quiet
WebSocket that \`proxy_read_timeout\` closes is logged with status 101, at level info. What shows a failed handshake is a line of the access
log with an \`$http_upgrade\` and another \`$status\` than 101, and \`$upstream_status\` tells whether nginx or the application refused it.

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log /var/log/nginx/access.log handshakes;
\`\`\`

Status 502 together with an upstream's 101, which some guides tell you to watch for, does not occur.

## Example

Before:

\`\`\`nginx
log_format short '$remote_addr "$request" $status';
access_log /var/log/nginx/access.log short;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*, in a whole configuration with a main file. At the \`access_log\`, or at \`http\` where
none is written. Silent with a format that is not there to be seen.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[observability] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  observability: off
\`\`\`

## Sources

- [log_format](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format), nginx
- [$upstream_status](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_status), nginx
`],
  ["origin-check", `# origin-check

Pages of other sites can open a WebSocket in a visitor's name.

## What breaks

A browser lets any page open a WebSocket to any host, and sends that host's cookies along. Only \`Origin\` tells which page it was. If nobody
compares it, a page of another site acts in the name of whoever visits it. Many applications do compare; nginx can do so for all of them,
with a map of the sites that may:

\`\`\`nginx
map $http_origin $is_foreign_origin {
    default                 1;
    https://www.example.com 0;
    ''                      0; # programs that are no browsers
}

# in the location
if ($is_foreign_origin) {
    return 403;
}
\`\`\`

A constant \`proxy_set_header Origin\` takes the question away from the application as well.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $ws_upgrade {
    default   '';
    websocket websocket;
}

map $ws_upgrade $ws_connection {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $ws_upgrade;
        proxy_set_header Connection $ws_connection;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $ws_upgrade {
    default   '';
    websocket websocket;
}

map $ws_upgrade $ws_connection {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $ws_upgrade;
        proxy_set_header Connection $ws_connection;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Origin https://www.example.com;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profile *hardened*, where a handshake from another site's page would reach the upstream. Without a suggestion: which sites
may is yours to say. Silent where the path is that of a regular expression, and where the answer cannot be told.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[origin-check] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  origin-check: off
\`\`\`

## Sources

- [RFC 6455, section 10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2): what \`Origin\` is for
- [Cross-site WebSocket hijacking](https://portswigger.net/web-security/websockets/cross-site-websocket-hijacking), PortSwigger
- [map](https://nginx.org/en/docs/http/ngx_http_map_module.html), nginx
`],
  ["proxy-pass-scheme", `# proxy-pass-scheme

\`proxy_pass\` has a \`ws://\` or \`wss://\` address, which nginx does not know.

## What breaks

\`proxy_pass\` takes \`http://\` and \`https://\`. nginx does not start with anything else: \`invalid URL prefix\`. A WebSocket is an
HTTP request until the server answers 101, so that \`ws://\` is \`http://\` here and \`wss://\` is \`https://\`.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass ws://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, wherever the line stands. Silent where the scheme comes out of a variable.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[proxy-pass-scheme] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  proxy-pass-scheme: off
\`\`\`

## Sources

- [proxy_pass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass), nginx
- [RFC 6455, section 3](https://www.rfc-editor.org/rfc/rfc6455#section-3): what \`ws\` and \`wss\` stand for
`],
  ["refused", `# refused

nginx refuses the configuration, so it does not start.

## What breaks

Whatever nginx refuses keeps all of its servers from starting, also those that have nothing to do with the line. The rule says in nginx's own words what
\`nginx -t\` would say, for every directive that no other rule is about. It speaks of whole configurations: those whose main file is here, whose
includes are all here, and that have no directive of a module that is not known.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name chat.example.com;

    location /ws {
        listen 8080;
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[refused] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  refused: off
\`\`\`

## Sources

- [ngx_conf_handler](https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c), nginx: \`"%s" directive is not allowed here\`
`],
  ["silence-comment", `# silence-comment

A comment to this program silences nothing, gives no reason, or is not understood.

## What is checked

Comments that begin with \`nginx-websocket-guard:\` speak to this program. Three kinds of them are worth a notice:

- one that silences a rule which finds nothing in what follows: it would hide the next fault;
- one that silences without a reason: nobody will know later whether it still holds;
- one that is not understood, such as a misspelt rule.

What they can say:

\`\`\`nginx
# nginx-websocket-guard: ignore[idle-timeout] the application pings every 20 seconds
# nginx-websocket-guard: websocket
# nginx-websocket-guard: http
\`\`\`

\`ignore\` holds for the directive in whose line it stands, else for the next one with its whole block. \`websocket\` and \`http\` say
what the next location serves. What a pull request silences or declares \`http\` itself counts after the merge, because it
would pass by its own word; \`websocket\` counts at once.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    # nginx-websocket-guard: ignore[upgrade-header] the application speaks HTTP only
    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice. A silence without a reason silences all the same.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[silence-comment] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  silence-comment: off
\`\`\`

## Sources

- The README: silences and the policy file
`],
  ["sticky-sessions", `# sticky-sessions

A protocol that needs one server per client is spread over several.

## What breaks

Socket.IO and SockJS start with several ordinary requests that belong together and upgrade later. An upstream sends each to another
server in turn, and the second one has never heard of the session: Socket.IO answers 400, "Session ID unknown". Clients that start with a
WebSocket at once are not concerned.

## Example

Before:

\`\`\`nginx
upstream io {
    server 10.0.0.1:3000;
    server 10.0.0.2:3000;
}

server {
    listen 80;
    server_name www.example.com;

    location /socket.io/ {
        proxy_pass http://io;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, and never a suggestion: \`ip_hash\` refuses \`backup\` servers, so that nginx might not start, and behind a CDN all clients have one
address. What fits, \`ip_hash\`, \`hash $remote_addr consistent\` or a cookie, depends on what stands before nginx. Silent with one server
(\`backup\` and \`down\` aside), with \`ip_hash\`, \`hash\` or \`sticky\`, and where Lua chooses the server.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[sticky-sessions] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  sticky-sessions: off
\`\`\`

## Sources

- [ip_hash](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#ip_hash) and
  [hash](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#hash), nginx
- [Using multiple nodes](https://socket.io/docs/v4/using-multiple-nodes/), Socket.IO
`],
  ["streaming-buffering", `# streaming-buffering

Server-Sent Events are held back by buffering.

## What breaks

Server-Sent Events are one long answer. With \`proxy_buffering on\`, which is nginx's default, a small event waits until a buffer is full or
the answer ends: the page sees nothing for a long time and then everything at once. The application can prevent it with
\`X-Accel-Buffering: no\` in its answer; the same line as \`add_header\` or \`proxy_set_header\` in nginx has no effect there.

This is not about WebSockets: nginx buffers no upgraded connection, whatever \`proxy_buffering\` says.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /api/sse {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /api/sse {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        proxy_buffering off;
    }
}
\`\`\`

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /updates/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        add_header X-Accel-Buffering no;
        proxy_buffering on;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /updates/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        add_header X-Accel-Buffering no;
        proxy_buffering off;
    }
}
\`\`\`

## Severity

A warning where the path has the word \`sse\`, \`eventsource\` or \`event-stream\`, where a line of the location says \`text/event-stream\` or
\`X-Accel-Buffering\`, or where a comment speaks of Server-Sent Events. Names such as \`/events\` and \`/stream\` are no evidence. Silent with
\`proxy_buffering off\`, and where an include that is not there may say so.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[streaming-buffering] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  streaming-buffering: off
\`\`\`

## Sources

- [proxy_buffering](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering): and \`X-Accel-Buffering\`, nginx
- [Server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html), HTML
`],
  ["subrequest-upgrade", `# subrequest-upgrade

An \`auth_request\` or \`mirror\` subrequest carries the upgrade headers too.

## What breaks

\`auth_request\` and \`mirror\` send a request of nginx's own, with the client's headers, to another location. Where that one forwards the
upgrade too, mostly because the headers stand at the server's level, the subrequest is a handshake as well. If its server answers 101,
nginx has a second upgrade on its hands and gives up: with \`auth_request\` the client's connection is closed without an answer and the
error log says \`connection upgrade in subrequest\`, with \`mirror\` the client gets its 101 and a connection that is dead.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header Host $host;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;

    location /ws {
        auth_request /auth;
        proxy_pass http://127.0.0.1:8080;
    }

    location = /auth {
        internal;
        proxy_pass http://127.0.0.1:9000;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header Host $host;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;

    location /ws {
        auth_request /auth;
        proxy_pass http://127.0.0.1:8080;
    }

    location = /auth {
        internal;
        proxy_pass http://127.0.0.1:9000;
        proxy_set_header Upgrade "";
        proxy_set_header Connection "";
        proxy_set_header Host $host;
    }
}
\`\`\`

## Severity

A warning: ordinary authentication servers answer 200 or 401, never 101. An error where the subrequest goes to the WebSocket's own
server. Silent where the location of the subrequest clears \`Upgrade\`, or sets headers of its own without it.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[subrequest-upgrade] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  subrequest-upgrade: off
\`\`\`

## Sources

- [auth_request](https://nginx.org/en/docs/http/ngx_http_auth_request_module.html), nginx
- [mirror](https://nginx.org/en/docs/http/ngx_http_mirror_module.html), nginx
`],
  ["syntax", `# syntax

nginx cannot read the file.

## What breaks

nginx does not start, and a reload keeps the old configuration. The files are read by nginx's own rules: where a quote may stand,
what ends a directive, how long a word or a comment may be (less than 4096 bytes). nginx names the line where it stopped reading,
which for a missing \`;\` is a later one; the finding stands where the \`;\` is missing. For a missing \`}\` it names the end of the file:
the finding stands at the block that the indentation of what follows ends.

A byte order mark at the start of a file counts as a part of the first directive's name.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error. There is a suggestion for a missing \`;\`, \`{\` or \`}\`, a superfluous \`;\` and a byte order mark. What stands around the problem is
still looked at, as far as it can be read, as if what is missing were there.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[syntax] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  syntax: off
\`\`\`

## Sources

- \`ngx_conf_read_token\` in [ngx_conf_file.c](https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c), nginx
`],
  ["undefined-variable", `# undefined-variable

A proxied header or address uses a variable that nothing defines, so nginx does not start.

## What breaks

\`proxy_set_header Connection $connection_upgrade\` is often copied without the map that defines the variable. nginx then does not
start, and a reload keeps the old configuration: \`unknown "connection_upgrade" variable\`, without file and line.

The rule looks at every \`proxy_set_header\` and \`proxy_pass\` of a configuration, wherever it stands; only a list of headers at http
level that every server replaces is never looked at by nginx either. It knows nginx's own variables, those that
begin with \`arg_\`, \`cookie_\`, \`http_\`, \`sent_http_\`, \`upstream_http_\` and the like, and those of \`map\`, \`set\`, \`geo\`,
\`split_clients\`, \`auth_request_set\` and named captures.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error where the repository has the whole configuration: a main file all of whose includes are there, and no module that could
define variables; and wherever a change takes a definition away that was there. Else a notice in the summary and in the reports, never a comment: the map may stand in a file that the
repository does not show. There is a suggestion for \`Upgrade\` and \`Connection\` only; nobody can know what another variable was to
be.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[undefined-variable] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  undefined-variable: off
\`\`\`

## Sources

- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html), nginx
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map that defines \`$connection_upgrade\`, nginx
`],
  ["unknown-directive", `# unknown-directive

A directive's name is misspelt, so nginx does not start.

## What breaks

nginx starts with no directive that it does not know: \`unknown directive "proxy_set_headr"\`. A reload keeps the old configuration, a restart ends with no
server at all, and every client is cut off. The rule names what was meant where the name is one letter off a directive of nginx (two, from eight letters on), is
written with capitals, or holds a character that cannot be seen, such as a no-break space from a web page.

A name that is not near to one of nginx's may be a module's, and nobody's fault. Where \`load_module\`, or another unknown name that begins
alike, says that modules are there, the finding is a warning.

No other suggestion is made for a block as long as such a name stands in it: committed, it would leave nginx as it is.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name chat.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_headr Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name chat.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[unknown-directive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  unknown-directive: off
\`\`\`

## Sources

- [ngx_conf_handler](https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c), nginx: \`unknown directive "%s"\`
`],
  ["upgrade-header", `# upgrade-header

The upstream does not get \`Upgrade: websocket\`.

## What breaks

A handshake asks for the protocol with \`Upgrade: websocket\`. \`Upgrade\` is a hop-by-hop header: nginx keeps it to itself and
sends nothing in its place, in every version. The application then sees an ordinary \`GET\` and answers 200, 400, 404 or 426;
nginx passes that on and writes nothing into its error log.

The rule looks at the request head that reaches the upstream. It fires when \`Upgrade\` does not say \`websocket\` there: because no
\`proxy_set_header Upgrade\` is in force, because the line has the wrong variable (\`$http_connection\`, \`$connection_upgrade\`, a
misspelt \`$http_upgrad\`, which nginx takes for a header that nobody sends), or because it is empty. It also fires where \`$http_upgrade\` does not
survive until nginx: a bare \`envsubst\`, or a heredoc of a shell script or Dockerfile whose delimiter is not quoted, replaces it by nothing.

Where an included file has the other half of the pair, and nobody who includes it sets this one, it is the file that lacks the line: one
finding there, with the locations, and one suggestion for all of them. So it is where every location with the file's lines lacks it.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
    }
}
\`\`\`

The suggestion also brings what the other rules of the same comment ask for:

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Headers that the location had from an outer level are repeated, since one \`proxy_set_header\` discards all of them:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error. A notice where it is not clear that the location serves WebSockets. Silent where a value cannot be known, such as a
variable that Lua sets. Where the cause is an outer level's header that this level discards, \`header-inheritance\` reports it
instead; where a map is at fault, \`connection-map\`.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upgrade-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upgrade-header: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html), nginx
- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header), nginx
- [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1): what a server must find in the request
- [RFC 9110, section 7.8](https://www.rfc-editor.org/rfc/rfc9110#section-7.8): \`Upgrade\` is for one connection only
`],
  ["upgrade-map", `# upgrade-map

A literal \`Connection\` where a map would serve both kinds of traffic.

## What breaks

Nothing at an endpoint that only WebSockets use. But the literal \`Connection "upgrade"\` is copied, and the next location has ordinary
requests too: strict servers answer them with 400. A map asks for an upgrade only where the client does, and serves both.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*. Where ordinary requests are known to pass, \`hardcoded-upgrade\` warns instead.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upgrade-map] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upgrade-map: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map, nginx
`],
  ["upstream-keepalive", `# upstream-keepalive

The upstream keeps no connections for ordinary requests.

## What breaks

Nothing, but it costs: without \`keepalive\`, nginx opens a connection to the upstream for each ordinary request and closes it after the
answer. WebSockets are not concerned: an upgraded connection never returns to the pool. From 1.29.7 on nginx keeps connections of every
\`upstream\` block by itself.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*, for nginx before 1.29.7 or where nobody says which nginx it is. A suggestion only
where the pool would be of use: with HTTP/1.1 and without \`Connection: close\` (see \`keepalive-defeated\`).

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upstream-keepalive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upstream-keepalive: off
\`\`\`

## Sources

- [keepalive](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive), nginx
- [CHANGES of 1.29.7](https://nginx.org/en/CHANGES): keepalive by default
`],
  ["upstream-path", `# upstream-path

The path that reaches the upstream is not the one that was meant.

## What breaks

Where \`proxy_pass\` ends in a path, nginx puts it in the place of the location's path, letter by letter. If only one of the two ends in a
slash, there is one slash too many or too few: \`location /grafana\` with \`proxy_pass http://host/\` sends \`/grafana/x\` as \`//x\`, and
\`location /app/\` with \`http://host/base\` sends \`/app/x\` as \`/basex\`. Socket.IO listens at \`/socket.io/\` only, and so do some
applications at their own paths, so that a \`proxy_pass\` which takes that path away leaves the handshake without its server.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /app/ {
        proxy_pass http://127.0.0.1:3000/base;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /socket.io/ {
        proxy_pass http://127.0.0.1:3000/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /grafana {
        proxy_pass http://127.0.0.1:3000/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning where ordinary requests pass too, and where the two paths are the same but for the slash. Silent at other endpoints of their own: clients that ask
for exactly that path are well served. Never a suggestion: each of the two ways to mend it changes the path that
the upstream sees, and only who knows the upstream can tell which path is meant. Silent too with variables, with a \`rewrite\`, in \`location =\`, and where
another location takes what lies below this one's path. An error where a blank in the path ends the request line.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upstream-path] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upstream-path: off
\`\`\`

## Sources

- [proxy_pass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass): how the URI is replaced, nginx
- [Socket.IO, the path option](https://socket.io/docs/v4/server-options/#path)
`],
  ["websocket-buffering", `# websocket-buffering

House style: \`proxy_buffering off\` where WebSockets are served.

## What breaks

Nothing. nginx buffers no upgraded connection: \`proxy_buffering on\` and \`off\` send the same bytes at the same time. Many published
configurations have \`proxy_buffering off\` all the same, and some teams want it everywhere as a sign. It does matter for Server-Sent Events
at the same location (see \`streaming-buffering\`).

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_buffering off;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Off in every profile. The policy file switches it on, with the severity that it is to have:

\`\`\`yaml
rules:
  websocket-buffering: notice
\`\`\`

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[websocket-buffering] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  websocket-buffering: off
\`\`\`

## Sources

- [proxy_buffering](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering), nginx
`],
]);
