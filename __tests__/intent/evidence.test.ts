import { describe, expect, test } from "vitest";
import { intentAt, subjects } from "./subject.ts";
import { intentOf } from "../../src/core/intent/intent.ts";
import { evidenceOf } from "../../src/core/intent/serves.ts";

const upgrade =
  "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;";
const map = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
const server = (text: string): string => `${map}\nserver {\nlisten 80;\n${text}\n}`;

interface Row {
  readonly title: string;
  readonly text: string;
  readonly at?: string;
  readonly serves: "yes" | "no" | "unclear";
  readonly evidence?: string;
  readonly files?: Readonly<Record<string, string>>;
}

const configured: readonly Row[] = [
  {
    title: "upgrade headers in the location's own lines",
    text: server(`location /app { proxy_pass http://b; ${upgrade} }`),
    serves: "yes",
    evidence: "this location sets Upgrade to $http_upgrade",
  },
  {
    title: "a location that an endpoint's requests are rewritten to",
    text: server(`location /ws { rewrite ^ /app last; } location /app { proxy_pass http://b; }`),
    serves: "yes",
    evidence:
      "handshakes for /ws (line 4), a path named like a WebSocket endpoint, are rewritten to this location",
  },
  {
    title: "one that takes everything, and them too",
    text: server(
      `location /ws/ { rewrite ^/ws(/.*) $1 last; } location / { proxy_pass http://b; }`,
    ),
    serves: "unclear",
  },
  {
    title: "a location that only some of an endpoint's requests are rewritten to",
    text: server(
      `location /ws { rewrite ^/ws/x /app last; } location /app { proxy_pass http://b; }`,
    ),
    serves: "no",
  },
  {
    title: "a location that requests are rewritten to under a condition",
    text: server(
      `location /ws { if ($http_x) { rewrite ^ /app last; } } location /app { proxy_pass http://b; }`,
    ),
    serves: "no",
  },
  {
    title: "a location that an endpoint's requests are rewritten to, as far as one sees",
    text: server(
      `include /etc/x.conf; location /ws { rewrite ^ /app last; } location /app { proxy_pass http://b; }`,
    ),
    serves: "no",
  },
  {
    title: "a location that other requests are rewritten to",
    text: server(`location /shop { rewrite ^ /app last; } location /app { proxy_pass http://b; }`),
    serves: "no",
  },
  {
    title: "a literal Connection alone",
    text: server(`location /app { proxy_pass http://b; proxy_set_header Connection "upgrade"; }`),
    serves: "yes",
    evidence: "this location sets Connection to upgrade",
  },
  {
    title: "a variable that a map makes of $http_upgrade, whatever it is called",
    text: `map $http_upgrade $c { default upgrade; } server { location /app { proxy_pass http://b; proxy_set_header Connection $c; } }`,
    serves: "yes",
  },
  {
    title: "a misspelt Upgrade still shows what was meant",
    text: server(`location /app { proxy_pass http://b; proxy_set_header upgrade $http_upgrad; }`),
    serves: "yes",
  },
  {
    title: "Sec-WebSocket headers",
    text: server(
      `location /app { proxy_pass http://b; proxy_set_header Sec-WebSocket-Protocol $http_sec_websocket_protocol; }`,
    ),
    serves: "yes",
  },
  {
    title: "Connection cleared for keepalive",
    text: server(`location /app { proxy_pass http://b; proxy_set_header Connection ""; }`),
    serves: "no",
  },
  {
    title: "Connection handed on",
    text: server(
      `location /app { proxy_pass http://b; proxy_set_header Connection $http_connection; }`,
    ),
    serves: "no",
  },
  {
    title: "headers of the server, used here",
    text: server(`${upgrade} location /app { proxy_pass http://b; }`),
    serves: "unclear",
    evidence: "Upgrade is set at server level",
  },
  {
    title: "headers of the server, used at a location with a weak name",
    text: server(`${upgrade} location /chat { proxy_pass http://b; }`),
    serves: "yes",
  },
  {
    title: "headers of the server at the location that takes all",
    text: server(`${upgrade} location / { proxy_pass http://b; }`),
    serves: "yes",
  },
  {
    title: "headers of the server that this level discards",
    text: server(`${upgrade} location / { proxy_pass http://b; proxy_set_header Host $host; }`),
    serves: "yes",
    evidence: "though not used here",
  },
  {
    title: "headers of the server do not make an API one",
    text: server(`${upgrade} location /api { proxy_pass http://b; proxy_set_header Host $host; }`),
    serves: "unclear",
  },
  {
    title: "headers of the server do not make static files one",
    text: server(`${upgrade} location /static/ { proxy_pass http://b; }`),
    serves: "no",
    evidence: 'but "static" in the path /static/ names another purpose',
  },
  {
    title: "what a product ships for all of its sites",
    text: server(
      "location / { include /config/nginx/proxy.conf; proxy_pass http://b; } location /b { include /config/nginx/proxy.conf; proxy_pass http://b; }",
    ),
    at: "/",
    serves: "unclear",
    evidence: "Upgrade is set by /config/nginx/proxy.conf",
  },
  {
    title: "an endpoint of its own beside it takes the force of copied headers",
    text: server(
      `location / { proxy_pass http://b; ${upgrade} } location /ws { proxy_pass http://b; ${upgrade} }`,
    ),
    at: "/",
    serves: "unclear",
    evidence: "but /ws is an endpoint of its own",
  },
  {
    title: "what stands beside the copied headers was copied too",
    text: server(
      `location / { proxy_pass http://b; ${upgrade} proxy_cache_bypass $http_upgrade; } location /ws { proxy_pass http://b; ${upgrade} }`,
    ),
    at: "/",
    serves: "unclear",
  },
  {
    title: "a path that may be an endpoint's does so as well",
    text: server(
      `location / { proxy_pass http://b; ${upgrade} } location ~ (/app)?/socket { proxy_pass http://b; ${upgrade} }`,
    ),
    at: "/",
    serves: "unclear",
  },
  {
    title: "an endpoint of another upstream does not",
    text: server(
      `location /room/ { proxy_pass http://rooms; ${upgrade} } location /ws { proxy_pass http://b; ${upgrade} }`,
    ),
    at: "/room/",
    serves: "yes",
  },
  {
    title: "own headers where the path is of another purpose",
    text: server(`location /assets { proxy_pass http://b; ${upgrade} }`),
    serves: "unclear",
  },
  {
    title: "a snippet that only this location includes",
    text: server(`location /app { proxy_pass http://b; include only.conf; }`),
    files: { "conf.d/only.conf": upgrade },
    serves: "yes",
    evidence: "this location sets Upgrade",
  },
  {
    title: "a snippet that others include too",
    text: server(
      `location /app { proxy_pass http://b; include all.conf; } location /b { proxy_pass http://b; include all.conf; }`,
    ),
    at: "/app",
    files: { "conf.d/all.conf": upgrade },
    serves: "unclear",
    evidence: "conf.d/all.conf, which others include too",
  },
  {
    title: "a snippet for all at the location that takes all",
    text: server(
      `location / { proxy_pass http://b; include all.conf; } location /b { proxy_pass http://b; include all.conf; }`,
    ),
    at: "/",
    files: { "conf.d/all.conf": upgrade },
    serves: "yes",
  },
  {
    title: "an if that asks for the header",
    text: server(
      `location /app { if ($http_upgrade = websocket) { proxy_pass http://ws; } proxy_pass http://b; }`,
    ),
    at: "($http_upgrade = websocket)",
    serves: "yes",
    evidence: "the if around it asks for $http_upgrade",
  },
  {
    title: "what remains after such an if",
    text: server(
      `location /app { if ($http_upgrade = websocket) { proxy_pass http://ws; } proxy_pass http://b; }`,
    ),
    at: "/app",
    serves: "no",
  },
  {
    title: "an if that turns ordinary requests away",
    text: server(
      `location /app { if ($http_upgrade != "websocket") { return 426; } proxy_pass http://b; }`,
    ),
    serves: "yes",
    evidence: "turns away requests without $http_upgrade",
  },
  {
    title: "headers of the server at the home page alone",
    text: server(`${upgrade} location = / { proxy_pass http://b; }`),
    serves: "unclear",
  },
  {
    title: "a target that a map chooses by the header",
    text: `map $http_upgrade $target { default http://web; websocket http://sock; } server { location /app { proxy_pass $target; } }`,
    serves: "yes",
    evidence: "proxy_pass follows $http_upgrade",
  },
  {
    title: "a fallback of / for what no file answers",
    text: server(
      `${upgrade} location / { try_files $uri @app; } location @app { proxy_pass http://b; }`,
    ),
    serves: "yes",
  },
];

const saidOutright: readonly Row[] = [
  {
    title: "the heading of the location",
    text: server("# WebSocket traffic\nlocation /app { proxy_pass http://b; }"),
    serves: "yes",
    evidence: 'the comment above it says "WebSocket traffic"',
  },
  {
    title: "a heading between rules, with more lines below it",
    text: server(
      "# ---- WebSocket: order updates ----\n# the shop needs it\nlocation /orders { proxy_pass http://b; }",
    ),
    serves: "yes",
  },
  {
    title: "a heading of a few words",
    text: server("# Editor (WebSocket)\nlocation /edit { proxy_pass http://b; }"),
    serves: "yes",
  },
  {
    title: "a longer line that names something else first",
    text: server("# All of the shop, WebSocket included\nlocation /app { proxy_pass http://b; }"),
    serves: "unclear",
  },
  {
    title: "a heading that may speak of a web service",
    text: server("# WS billing\nlocation /billing { proxy_pass http://b; }"),
    serves: "unclear",
  },
  {
    title: "a heading of a section that holds more",
    text: server("# orders (HTTP + WebSocket)\nlocation /orders { proxy_pass http://b; }"),
    serves: "unclear",
  },
  {
    title: "a heading of a section whose endpoint follows",
    text: server(
      "# WebSocket\nlocation /rooms { proxy_pass http://b; } location /ws { proxy_pass http://b; }",
    ),
    at: "/rooms",
    serves: "unclear",
  },
  {
    title: "a heading over a path of another purpose",
    text: server("# WebSocket traffic\nlocation /static/ { proxy_pass http://b; }"),
    serves: "unclear",
  },
  {
    title: "comments that name both kinds of streams",
    text: server(
      "location /app { proxy_pass http://b;\n# WebSocket for the editor\nproxy_read_timeout 1d;\n# SSE needs this too\nproxy_buffering off; }",
    ),
    serves: "yes",
    evidence: 'a comment says "WebSocket for the editor"',
  },
  {
    title: "an upstream called after WebSockets that takes all",
    text: `upstream websocket-pool { server 10.0.0.1:80; } ${server("location / { proxy_pass http://websocket-pool; }")}`,
    serves: "yes",
    evidence: "the upstream websocket-pool is named after WebSockets",
  },
  {
    title: "the same beside an endpoint of its own",
    text: server(
      "location / { proxy_pass http://websocket-pool; } location /ws { proxy_pass http://websocket-pool; }",
    ),
    at: "/",
    serves: "unclear",
  },
  {
    title: "an exporter of a WebSocket server",
    text: server("location / { proxy_pass http://websocket-exporter; }"),
    serves: "no",
  },
  {
    title: "a path that becomes an endpoint's at the upstream",
    text: server("location /quotes/ { proxy_pass http://b/socket.io/; }"),
    serves: "yes",
    evidence: "the upstream's path /socket.io/ is named like a WebSocket endpoint",
  },
  {
    title: "a path that becomes a web service's at the upstream",
    text: server("location /orders/ { proxy_pass http://10.0.0.1/ws/; }"),
    serves: "unclear",
  },
];

const weak: readonly Row[] = [
  { title: "nothing", text: server("location /app { proxy_pass http://b; }"), serves: "no" },
  {
    title: "a comment above that only mentions them",
    text: server("# API, and later WebSockets\nlocation /app { proxy_pass http://b; }"),
    serves: "unclear",
    evidence: 'a comment says "API, and later WebSockets"',
  },
  {
    title: "a sentence above about what others do",
    text: server("# WebSockets are handled by the edge\nlocation /app { proxy_pass http://b; }"),
    serves: "unclear",
  },
  {
    title: "a comment inside",
    text: server("location /app {\n# for socket.io\nproxy_pass http://b; }"),
    serves: "unclear",
  },
  {
    title: "a comment above a blank line",
    text: server("# WebSocket traffic\n\nlocation /app { proxy_pass http://b; }"),
    serves: "no",
  },
  {
    title: "a comment behind the line before",
    text: server(
      "location /ws { proxy_pass http://b; } # websocket\nlocation /app { proxy_pass http://b; }",
    ),
    at: "/app",
    serves: "no",
  },
  {
    title: "a comment in a block within",
    text: server(
      "location /app { proxy_pass http://b; location /app/x {\n# websocket\nproxy_pass http://b; } }",
    ),
    at: "/app",
    serves: "no",
  },
  {
    title: "a comment that denies it",
    text: server("# no websockets here\nlocation /app { proxy_pass http://b; }"),
    serves: "no",
  },
  {
    title: "a directive that somebody switched off",
    text: server(
      "location /app { proxy_pass http://b;\n# proxy_set_header Sec-WebSocket-Key x; # websocket\n}",
    ),
    serves: "no",
  },
  {
    title: "a long timeout",
    text: server("location /app { proxy_pass http://b; proxy_read_timeout 1d; }"),
    serves: "unclear",
  },
  {
    title: "a timeout of some minutes",
    text: server("location /app { proxy_pass http://b; proxy_read_timeout 300s; }"),
    serves: "no",
  },
  {
    title: "a long timeout at a two-way name",
    text: server("location /terminal { proxy_pass http://b; proxy_read_timeout 1d; }"),
    serves: "yes",
  },
  {
    title: "a long timeout at a stream, which may go one way",
    text: server("location /events { proxy_pass http://b; proxy_read_timeout 1d; }"),
    serves: "unclear",
  },
  {
    title: "Server-Sent Events",
    text: server(
      "location /events { proxy_pass http://b; proxy_set_header X-Accel-Buffering no; proxy_read_timeout 1d; }",
    ),
    serves: "no",
  },
  {
    title: "Server-Sent Events by the settings that they need",
    text: server(
      `location /chat { proxy_pass http://realtime:3000; proxy_buffering off; proxy_set_header Connection ""; }`,
    ),
    serves: "no",
    evidence: "as for Server-Sent Events",
  },
  {
    title: "Connection cleared for keepalive alone",
    text: server(
      `location /chat { proxy_pass http://realtime:3000; proxy_set_header Connection ""; }`,
    ),
    serves: "yes",
  },
  {
    title: "one word in two places",
    text: server("server_name live.example.com; location /live { proxy_pass http://live; }"),
    serves: "unclear",
  },
  {
    title: "two words",
    text: server("location /chat { proxy_pass http://realtime:3000; }"),
    serves: "yes",
  },
  {
    title: "the server's name and the upstream's",
    text: server("server_name ws.example.com; location / { proxy_pass http://ws_backend; }"),
    serves: "yes",
  },
  {
    title: "the server's name alone",
    text: server("server_name ws.example.com; location / { proxy_pass http://b; }"),
    serves: "unclear",
  },
  {
    title: "a server's name that only holds the letters",
    text: server(
      "server_name news.example.com aws.example.com; location / { proxy_pass http://reviews; }",
    ),
    serves: "no",
  },
  {
    title: "a bypass of the cache for upgrades",
    text: server("location /app { proxy_pass http://b; proxy_cache_bypass $http_upgrade; }"),
    serves: "unclear",
  },
  {
    title: "an auth_request",
    text: server(
      `${upgrade} location / { auth_request /check; proxy_pass http://b; } location = /check { internal; proxy_pass http://b; }`,
    ),
    at: "= /check",
    serves: "no",
    evidence: "but auth_request or mirror sends its subrequests here",
  },
  {
    title: "an Upgrade that is cleared",
    text: server(`${upgrade} location /chat { proxy_pass http://b; proxy_set_header Upgrade ""; }`),
    serves: "no",
    evidence: "but Upgrade is cleared here",
  },
];

const software: readonly Row[] = [
  {
    title: "the root of an application",
    text: server("location / { proxy_pass http://grafana:3000; }"),
    serves: "yes",
    evidence: "the upstream grafana is Grafana, whose WebSockets at /api/live come here",
  },
  {
    title: "its pages, where its WebSockets have a location of their own",
    text: server(
      "location / { proxy_pass http://grafana:3000; } location /api/live/ { proxy_pass http://grafana:3000; }",
    ),
    at: "/",
    serves: "no",
  },
  {
    title: "its WebSockets' own location",
    text: server(
      "location / { proxy_pass http://grafana:3000; } location /api/live/ { proxy_pass http://grafana:3000; }",
    ),
    at: "/api/live/",
    serves: "yes",
  },
  {
    title: "a regular expression that takes its WebSockets",
    text: server(
      "location / { proxy_pass http://grafana; } location ~ ^/(grafana/)?api { proxy_pass http://grafana; }",
    ),
    at: "~ ^/(grafana/)?api",
    serves: "yes",
  },
  {
    title: "one of its other paths",
    text: server("location /public/ { proxy_pass http://grafana; }"),
    serves: "no",
  },
  {
    title: "a folder of the server",
    text: server("location /grafana/ { proxy_pass http://127.0.0.1:3000; } "),
    serves: "unclear",
    evidence: "the path /grafana/ is called Grafana",
  },
  {
    title: "a folder of the server, and the software's port",
    text: server("location /shiny/ { proxy_pass http://127.0.0.1:3838/; } "),
    serves: "yes",
    evidence: "port 3838 is that of Shiny Server",
  },
  {
    title: "a port, and a folder for two-way traffic that is handed on as it is",
    text: server("location /terminal { proxy_pass http://127.0.0.1:7681; } "),
    serves: "yes",
    evidence: "port 7681 is that of ttyd",
  },
  {
    title: "a port, and a folder for something else",
    text: server("location /api { proxy_pass http://127.0.0.1:7681; } "),
    serves: "no",
  },
  {
    title: "a folder of the software for its own files",
    text: server(
      "location /@vite/ { proxy_pass http://vite:5173; } location / { proxy_pass http://b; }",
    ),
    at: "/@vite/",
    serves: "no",
  },
  {
    title: "a folder whose upstream has another name",
    text: server("location /grafana/ { proxy_pass http://intranet; } "),
    serves: "no",
  },
  {
    title: "a port, and the very path that the software has",
    text: server("location /mqtt { proxy_pass http://127.0.0.1:9001; } "),
    serves: "yes",
    evidence: "Mosquitto has port 9001, and WebSockets at /mqtt",
  },
  {
    title: "a comment that is the software's name, of software that is nothing without WebSockets",
    text: server(
      "# Internal code-server proxy\nlocation /edit/ { proxy_pass http://127.0.0.1:9010/; }",
    ),
    serves: "yes",
    evidence: '"Internal code-server proxy" in the comment above is code-server',
  },
  {
    title: "a comment that is the name of other software",
    text: server("# Grafana\nlocation /charts/ { proxy_pass http://127.0.0.1:9010/; }"),
    serves: "no",
  },
  {
    title: "a folder of the server, with its upstream",
    text: server("location /grafana/ { proxy_pass http://grafana:3000; } "),
    serves: "yes",
  },
  {
    title: "a name in the upstream block",
    text: `upstream backend { server uptime-kuma:3001; } ${server("location / { proxy_pass http://backend; }")}`,
    serves: "yes",
    evidence: "uptime-kuma, a server of the upstream backend, is Uptime Kuma",
  },
  {
    title: "a name that a variable holds",
    text: server(
      "location / { set $upstream_app code-server; proxy_pass http://$upstream_app:8443; }",
    ),
    serves: "yes",
  },
  {
    title: "a name that a template's variable has",
    text: server("location / { proxy_pass http://{{ grafana_host }}:{{ grafana_port }}; }"),
    serves: "yes",
    evidence: "the upstream grafana_host is Grafana",
  },
  {
    title: "a template's variable of another name",
    text: server("location / { proxy_pass http://{{ grafana_exporter_host }}; }"),
    serves: "no",
  },
  {
    title: "a company's own",
    text: server("location / { proxy_pass http://acme-grafana-svc.monitoring.svc:80; }"),
    serves: "yes",
  },
  {
    title: "something else of the same maker",
    text: server("location / { proxy_pass http://gitlab-pages:8090; }"),
    serves: "no",
  },
  {
    title: "an exporter",
    text: server("location / { proxy_pass http://jupyter-exporter; }"),
    serves: "no",
  },
  {
    title: "the server's name",
    text: server(
      "server_name mattermost.example.com; location / { proxy_pass http://127.0.0.1:8065; }",
    ),
    serves: "yes",
  },
  {
    title: "a port alone",
    text: server("location / { proxy_pass http://127.0.0.1:8501; }"),
    serves: "unclear",
  },
  {
    title: "software without WebSockets",
    text: server(`location / { proxy_pass http://prometheus:9090; ${upgrade} }`),
    serves: "unclear",
    evidence: "but the upstream prometheus is Prometheus, which has no WebSockets",
  },
  {
    title: "software without WebSockets, by the server's name",
    text: server(
      `server_name keycloak.example.com; location / { proxy_pass http://b; ${upgrade} }`,
    ),
    serves: "unclear",
  },
  {
    title: "software without WebSockets, by a comment",
    text: server(`location / {\n# behind this is Gerrit\nproxy_pass http://b; ${upgrade} }`),
    serves: "unclear",
    evidence: "but a comment speaks of Gerrit, which has no WebSockets",
  },
  {
    title: "a path that several programs have",
    text: server("location /api/live { proxy_pass http://b; }"),
    serves: "unclear",
  },
];

describe.each([
  ["configured", configured],
  ["what is said outright", saidOutright],
  ["weak signs", weak],
  ["known software", software],
])("%s", (_, rows) => {
  test.each(rows)("$title: $serves", ({ text, at, serves, evidence, files }) => {
    const { intent } = intentAt(text, at, files && { files });
    expect({ serves: intent.serves, evidence: evidenceOf(intent).join("; ") }).toEqual({
      serves,
      evidence: serves === "no" ? expect.any(String) : expect.stringMatching(/./),
    });
    expect(evidenceOf(intent).join("; ")).toContain(evidence ?? "");
  });
});

describe("declared", () => {
  const plain = server("server_name app.example.com; location /app { proxy_pass http://b; }");
  const socket = server("server_name app.example.com; location /ws { proxy_pass http://b; }");

  test.each([
    ["websocket", plain, "yes"],
    ["http", socket, "no"],
  ])("a comment: %s", (word, text, serves) => {
    const { intent } = intentAt(
      text.replace("location", `\n# nginx-websocket-guard: ${word}\nlocation`),
    );
    expect(intent.serves).toBe(serves);
    expect(evidenceOf(intent)).toEqual([expect.stringMatching(/^the comment in line \d+ says/)]);
  });

  test.each([
    [{ path: "/ws", server: null, file: null }, "no"],
    [{ path: "/ws", server: "app.example.com", file: "conf.d/site.conf" }, "no"],
    [{ path: null, server: null, file: "conf.d/site.conf" }, "no"],
    [{ path: "/w", server: null, file: null }, "yes"],
    [{ path: "/ws", server: "b.example.com", file: null }, "yes"],
    [{ path: "/ws", server: null, file: "site.conf" }, "yes"],
  ])("the policy's locations: %o", (match, serves) => {
    const policy = { locations: [{ ...match, websocket: false }] };
    expect(intentAt(socket, undefined, { policy }).intent.serves).toBe(serves);
  });

  test.each([
    ["server_name _;", "yes"],
    ["", "yes"],
    ["listen 443 ssl default_server; server_name b.example.com;", "yes"],
    ["server_name b.example.com;", "no"],
    ["server_name *.example.com;", "yes"],
    ["server_name ~^app\\.;", "yes"],
  ])("an endpoint of a host, in a server with %j", (names, serves) => {
    const text = `server { ${names} location /app { proxy_pass http://b; } }`;
    const policy = { endpoints: ["wss://app.example.com/app"] };
    expect(intentAt(text, undefined, { policy }).intent.serves).toBe(serves);
  });

  test("an endpoint of a host that answers on two ports is at both", () => {
    const text = ["80", "443 ssl"]
      .map(
        (port) =>
          `server { listen ${port}; server_name a.example.com; location /app { proxy_pass http://b; } }`,
      )
      .join("\n");
    const all = subjects(text, { policy: { endpoints: ["wss://a.example.com/app"] } });
    expect(all.map((each) => intentOf(each).intent.serves)).toEqual(["yes", "yes"]);
  });

  test("the last of the policy's locations overrules the others, and the comment", () => {
    const policy = {
      locations: [
        { path: "/ws", server: null, file: null, websocket: true },
        { path: null, server: "app.example.com", file: null, websocket: false },
      ],
    };
    const text = socket.replace("location", "\n# nginx-websocket-guard: websocket\nlocation");
    expect(intentAt(text, undefined, { policy }).intent.serves).toBe("no");
  });

  test.each([
    ["/app", "yes"],
    ["/app/live", "yes"],
    ["wss://app.example.com/app", "yes"],
    ["ws://app.example.com:8080/app?x=1", "yes"],
    ["wss://other.example.com/app", "no"],
    ["/other", "no"],
  ])("the policy's endpoint %s", (endpoint, serves) => {
    expect(intentAt(plain, undefined, { policy: { endpoints: [endpoint] } }).intent.serves).toBe(
      serves,
    );
  });
});

describe("what passes there", () => {
  test.each([
    ["/ws", "proxy_pass http://b;", "websocket"],
    ["/", `proxy_pass http://b; ${upgrade}`, "mixed"],
    ["/app", `proxy_pass http://b; ${upgrade}`, "mixed"],
    ["/hub", `proxy_pass http://b; ${upgrade}`, "mixed"],
    ["/", "proxy_pass http://grafana;", "mixed"],
    ["/api/live/", "proxy_pass http://grafana;", "websocket"],
    ["/api/kernels", "proxy_pass http://b;", "mixed"],
    ["/api2/json", "proxy_pass http://pve;", "mixed"],
  ])("%s { %s }: %s", (location, body, traffic) => {
    expect(intentAt(server(`location ${location} { ${body} }`)).traffic).toBe(traffic);
  });

  test.each([
    ["/app", "websocket"],
    ["/", "mixed"],
  ])("%s, declared: %s", (path, traffic) => {
    const policy = { endpoints: [path] };
    expect(
      intentAt(server(`location ${path} { proxy_pass http://b; }`), undefined, { policy }).traffic,
    ).toBe(traffic);
  });

  test("an if for upgrades", () => {
    const text = server(
      "location /app { if ($http_upgrade) { proxy_pass http://ws; } proxy_pass http://b; }",
    );
    expect(intentAt(text, "($http_upgrade)").traffic).toBe("websocket");
  });
});

test("thousands of locations", () => {
  const locations = Array.from(
    { length: 3000 },
    (_, index) => `location /p${index} { proxy_pass http://b${index}; ${upgrade} }`,
  );
  const endpoints = Array.from({ length: 200 }, (_, index) => `/p${index}`);
  const all = subjects(server(locations.join("\n")), { policy: { endpoints } });
  expect(all.filter((subject) => intentOf(subject).intent.serves === "yes")).toHaveLength(3000);
});
