import { expect, test } from "vitest";
import type { NginxFiles } from "./harness.ts";
import { proveHandshake, sideEffects } from "./proof.ts";
import { listenKey, relocate } from "./relocate.ts";
import { describeWithNginx } from "./suite.ts";

function single(text: string): NginxFiles {
  return { main: "site.conf", files: { "site.conf": text } };
}

const before = `server {
  listen 443 ssl;
  listen [::]:443 ssl;
  ssl_certificate /etc/ssl/x.pem;
  proxy_set_header X-Real-IP $remote_addr;
  location /ws {
    proxy_pass https://app.internal:8443;
  }
}
`;

describeWithNginx("the handshake proof", () => {
  test("a repaired fragment completes the handshake and keeps its other headers", async () => {
    const repaired = before.replace(
      "8443;",
      `8443;
    proxy_http_version 1.1;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";`,
    );
    const proof = await proveHandshake({
      before: single(before),
      after: single(repaired),
      path: "/ws",
    });
    expect(proof.before.probes?.websocket).toMatchObject({ status: 200, ok: false });
    expect(proof.after.probes?.websocket).toMatchObject({ status: 101, ok: true });
    expect(sideEffects(proof, ["Upgrade", "Connection"])).toEqual([]);
  });

  test("a repair that loses an inherited header is found out", async () => {
    const careless = before.replace(
      "8443;",
      `8443;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";`,
    );
    const proof = await proveHandshake({
      before: single(before),
      after: single(careless),
      path: "/ws",
    });
    expect(sideEffects(proof, ["Upgrade", "Connection"])).toEqual([
      "websocket: x-real-ip",
      "plain: x-real-ip",
      "h2c: x-real-ip",
    ]);
  });

  test("a configuration that nginx refuses has its message and no probes", async () => {
    const undefinedVariable = before.replace(
      "8443;",
      "8443; proxy_set_header Connection $connection_upgrade;",
    );
    const proof = await proveHandshake({
      before: single(undefinedVariable),
      after: single(undefinedVariable),
      path: "/ws",
    });
    expect(proof.before).toMatchObject({
      configTest: {
        ok: false,
        messages: [{ level: "emerg", text: 'unknown "connection_upgrade" variable' }],
      },
      probes: null,
    });
  });

  test("several files, an upstream and two servers on one port", async () => {
    const files = {
      "nginx.conf": `user www-data;
pid /run/nginx.pid;
events { worker_connections 10; }
http {
  include /etc/nginx/mime.types;
  upstream app { server 10.0.0.1:3000 max_fails=2; server app.internal:3000 backup; }
  include /etc/nginx/sites-enabled/*;
}
`,
      "sites-enabled/a": "server { listen 80 default_server; return 404; }\n",
      "sites-enabled/b": `server { listen 80; server_name b.test; location /ws {
  proxy_pass http://app/live/; include snippets/ws.conf; } }\n`,
      "snippets/ws.conf": `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";\n`,
    };
    const config = { main: "nginx.conf", files };
    const proof = await proveHandshake({
      before: config,
      after: config,
      path: "/ws/x",
      host: "b.test",
    });
    expect(proof.after.configTest).toEqual({ ok: true, messages: [] });
    expect(proof.after.probes?.websocket.ok).toBe(true);
    expect(proof.after.probes?.websocket.upstreamHead).toMatch(/^GET \/live\/\/x HTTP\/1\.1\r\n/);
    expect(proof.after.probes?.plain.status).toBe(200);
  });
});

test.each([
  ["80", "80"],
  ["*:8080", "8080"],
  ["0.0.0.0:80", "80"],
  ["127.0.0.1:80", "127.0.0.1:80"],
  ["127.0.0.1", "127.0.0.1:80"],
  ["[::]:443", "[::]:443"],
  ["[::1]", "[::1]:80"],
  ["unix:/run/nginx.sock", "unix:/run/nginx.sock"],
])("listen %s is the address %s", (written, key) => {
  expect(listenKey(written)).toBe(key);
});

test("relocation keeps line numbers and what is not an address", () => {
  const text = `map $http_upgrade $c { default upgrade; server x; }
upstream a { server b:1 weight=2 resolve; }
server { listen 80; # listen 81;
  location / { proxy_pass http://A/x; }
  location /v { proxy_pass http://$up; }
  location /w { proxy_pass ws://b; }
  location /u { proxy_pass http://unix:/run/x.sock:/y; }
}`;
  const addresses = { listen: new Map([["80", 1001]]), unwritten: 1002, backend: 2001 };
  expect(relocate(single(text), addresses).files["site.conf"]).toBe(
    `events {} http { map $http_upgrade $c { default upgrade; server x; }
upstream a { server 127.0.0.1:2001 weight=2; }
server { listen 127.0.0.1:1001; # listen 81;
  location / { proxy_pass http://A/x; }
  location /v { proxy_pass http://$up; }
  location /w { proxy_pass ws://b; }
  location /u { proxy_pass http://127.0.0.1:2001/y; }
}
}
`,
  );
});
