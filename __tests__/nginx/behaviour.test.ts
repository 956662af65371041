import { createSocket } from "node:dgram";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { findNginx } from "../../scripts/fetch-nginx.ts";
import {
  httpOneOneByDefault,
  isSince,
  type NginxVersion,
  oldestVersion,
} from "../../src/core/nginx/versions.ts";
import { proxyingLevels } from "../../src/core/request/pass.ts";
import { firefoxConnection } from "../../src/core/handshake/probe.ts";
import { simulateAt } from "../../src/core/handshake/simulate.ts";
import { configErrors } from "../../src/core/handshake/trace.ts";
import { analyse, defaultPolicy } from "../../src/core/index.ts";
import { type Backend, type BackendKind, startBackend } from "./backend.ts";
import type { ProbeOptions } from "./client.ts";
import {
  configTest,
  type Exchange,
  exchange,
  fillPorts,
  freePorts,
  httpConfig,
  type NginxFiles,
  type RunningNginx,
  withNginx,
} from "./harness.ts";
import { describeWithNginx } from "./suite.ts";
import { configOf } from "./truth.ts";

/** Time (milliseconds) in which what was sent has long arrived. */
const soon = 250;

interface Running {
  readonly port: number;
  readonly backend: Backend;
  readonly nginx: RunningNginx;
  /** Sends the probes one after the other. */
  ask(...probes: ProbeOptions[]): Promise<Exchange[]>;
}

/** Runs an `http` block, whose server listens on `@NGINX@`, in front of one backend at `@BACKEND@`. */
async function through<Result>(
  body: string,
  use: (running: Running) => Promise<Result>,
  kind: BackendKind = "strict",
): Promise<Result> {
  const backend = await startBackend(kind);
  const [port = 0] = await freePorts(1);
  const config = fillPorts(httpConfig(body), [port], [backend.port]);
  try {
    const outcome = await withNginx(config, [port], (nginx) => {
      const ask = async (...probes: ProbeOptions[]) => {
        const exchanges: Exchange[] = [];
        for (const probe of probes) {
          exchanges.push(await exchange(port, backend, probe));
        }
        return exchanges;
      };
      return use({ port, backend, nginx, ask });
    });
    if ("refused" in outcome) {
      throw new Error(JSON.stringify(outcome.refused));
    }
    return outcome.result;
  } finally {
    await backend.close();
  }
}

const server = (inside: string) => `server { listen 127.0.0.1:@NGINX@; ${inside} }`;
const pass = "proxy_pass http://127.0.0.1:@BACKEND@;";
const version = "proxy_http_version 1.1;";
const pair = `${version} proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";`;
const websocket: ProbeOptions = { probe: "websocket" };
const plain: ProbeOptions = { probe: "plain" };

/** The version of the nginx that is asked. */
async function nginxVersion(): Promise<NginxVersion> {
  const nginx = await findNginx();
  const text = "unavailable" in nginx ? "" : nginx.version;
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return [major, minor, patch];
}

async function statuses(body: string, ...probes: ProbeOptions[]): Promise<(number | null)[]> {
  const exchanges = await through(body, ({ ask }) => ask(...probes));
  return exchanges.map(({ status }) => status);
}

describeWithNginx("maps that lead to each other", () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, at) => `map $host $m${at} { default "\${m${at + 1}}x"; }`).join(
      "\n",
    ) + `map $host $m${length} { default end; }`;

  test.each([
    [chain(99), "$m0", `end${"x".repeat(99)}`],
    [chain(100), "$m0", "x".repeat(100)],
    ["map $x $x { default a; '' b; }", "$x", "a"],
    ["map $x $x { a b; b a; '' b; }", "$x", "a"],
    ["map $host $x { default $x-; }", "$x", "-".repeat(100)],
    ["map $http_x_own$x $x { default $x-; }", "$x", "-".repeat(100)],
  ])("%.40s…", async (maps, text, expected) => {
    const body = `${maps} ${server(`location / { ${pass} proxy_set_header X-Value "<${text}>"; }`)}`;
    const [answer] = await through(body, ({ ask }) => ask(plain));
    expect(/X-Value: <(.*)>/.exec(answer?.upstreamHead ?? "")?.[1]).toBe(expected);
  });
});

describeWithNginx("names that have to be looked up with each request", () => {
  const to = (address: string, inside = "") => `location / { ${inside} proxy_pass ${address}; }`;
  const pool = "upstream app { server 127.0.0.1:@BACKEND@; }";
  test.each([
    ["a name in a variable", "", to("$to", "set $to http://localhost:@BACKEND@;")],
    ["a name before one", "", to("http://localhost:@BACKEND@$request_uri")],
    ["an upstream with a port", pool, to("http://app:80$request_uri")],
    [
      "another port of a name that is looked up",
      "",
      `${to("http://localhost:@BACKEND@$request_uri")} location /x { proxy_pass http://localhost; }`,
    ],
  ])("%s: 502", async (_, http, locations) => {
    const body = `${http} ${server(locations)}`;
    expect(await statuses(body, plain)).toEqual([502]);
    expect(missing(body)).toEqual(["missing-resolver"]);
  });

  test.each([
    ["an IP address", "", to("$to", "set $to http://127.0.0.1:@BACKEND@;")],
    ["an upstream", pool, to("$to", "set $to http://APP;")],
    ["an upstream and a path", pool, to("http://app$request_uri")],
    [
      "a name that another location gives",
      "",
      `${to("http://LOCALHOST:@BACKEND@$request_uri")} location /x { proxy_pass http://localhost:@BACKEND@/y; }`,
    ],
  ])("%s: needs none", async (_, http, locations) => {
    const body = `${http} ${server(locations)}`;
    expect(await statuses(body, plain)).toEqual([200]);
    expect(missing(body)).toEqual([]);
  });

  function missing(body: string): readonly string[] {
    const config = configOf(fillPorts(httpConfig(body), [8000], [9000]));
    const found = proxyingLevels(config).map(({ level, pass: use }) =>
      simulateAt({
        config,
        level,
        pass: use,
        probe: "websocket",
        version: oldestVersion,
      }).obstacles.map(({ fault }) => fault),
    );
    return [...new Set(found.flat())];
  }
});

describeWithNginx("two servers of one name", () => {
  const named = (names: string, status: number) =>
    server(`server_name ${names}; return ${status};`);
  test.each([
    ["the first has the requests of that name", named("a.test", 201), named("a.test", 202), 201],
    ["the second keeps its other names", named("b.test", 201), named("b.test a.test", 202), 202],
    [
      "the second may be the default all the same",
      named("b.test", 201),
      named("b.test", 202).replace("@;", "@ default_server;"),
      202,
    ],
  ])("%s", async (_, first, second, status) => {
    const asked = { ...plain, host: "a.test" };
    expect(await statuses(`${first} ${second}`, asked)).toEqual([status]);
  });
});

describeWithNginx("undefined-variable", () => {
  const bad = "proxy_set_header X-A $nosuch;";
  const good = "proxy_set_header X-B b;";
  test.each([
    ["a location's own list", server(`location / { ${pass} ${bad} }`), false],
    [
      "a server's, which its locations replace",
      server(`${bad} location / { ${pass} ${good} }`),
      false,
    ],
    ["a server's without locations", server(bad), false],
    [
      "of http, which a server takes over",
      `${bad} ${server(`location / { ${pass} ${good} }`)}`,
      false,
    ],
    [
      "of http, which every server replaces",
      `${bad} ${server(`${good} location / { ${pass} }`)}`,
      true,
    ],
    ["of http without servers", bad, true],
    ["the address", server("location / { proxy_pass http://$nosuch; }"), false],
  ])("%s", async (_, body, starts) => {
    const files = fillPorts(httpConfig(body), await freePorts(1), [1]);
    const { ok, messages } = await configTest(files);
    expect(ok).toBe(starts);
    const refusal = messages.find(({ level }) => level === "emerg") ?? null;
    const [ours] = configErrors(configOf(files), oldestVersion);
    expect(ours?.message ?? null).toBe(refusal?.text ?? null);
    expect(rulesSay(files)).toBe(!starts);
  });

  function rulesSay({ files }: NginxFiles): boolean {
    const { findings } = analyse(
      { read: (path) => files[path], list: () => Object.keys(files) },
      { policy: defaultPolicy },
    );
    return findings.some(({ rule }) => rule === "undefined-variable");
  }
});

describeWithNginx("location-shadowed", () => {
  test.each([
    ["a regular expression comes before a prefix", "/ws/", 200],
    ["but not with ^~", "^~ /ws/", 101],
  ])("%s (E94)", async (_, location, status) => {
    const body = server(
      `location ${location} { ${pass} ${pair} } location ~ ^/[a-z]+/ { ${pass} }`,
    );
    expect(await statuses(body, { ...websocket, path: "/ws/chat" })).toEqual([status]);
  });

  test("try_files answers for what is no file before the proxy_pass beside it", async () => {
    const body = server(`location /ws { try_files $uri =404; ${pass} ${pair} }`);
    expect(await statuses(body, websocket)).toEqual([404]);
  });

  test("a return wins over the proxy_pass in an if before it (E76)", async () => {
    const body = server(`location /ws { ${pair} if ($http_upgrade) { ${pass} } return 404; }`);
    expect(await statuses(body, websocket)).toEqual([404]);
  });
});

describeWithNginx("endpoint", () => {
  test("location /ws/ answers a client that asks for /ws with a redirect (E93)", async () => {
    const body = server(`location /ws/ { ${pass} ${pair} }`);
    const asked = ["/ws", "/ws/"].map((path) => ({ ...websocket, path }));
    expect(await statuses(body, ...asked)).toEqual([301, 101]);
  });
});

describeWithNginx("cached-handshake", () => {
  const cache = "proxy_cache_path cache keys_zone=pages:1m;";
  const cached = `proxy_cache pages; proxy_cache_valid 200 1m; ${pass} ${pair}`;

  test("a handshake gets the page that an ordinary GET has stored (E106)", async () => {
    const body = `${cache} ${server(`location / { ${cached} }`)}`;
    expect(await statuses(body, websocket, plain, websocket)).toEqual([101, 200, 200]);
  });

  test("not with proxy_cache_bypass and proxy_no_cache (E107)", async () => {
    const cure = "proxy_cache_bypass $http_upgrade; proxy_no_cache $http_upgrade;";
    const body = `${cache} ${server(`location / { ${cached} ${cure} }`)}`;
    expect(await statuses(body, websocket, plain, websocket)).toEqual([101, 200, 101]);
  });
});

describeWithNginx("subrequest-upgrade", () => {
  const cleared = `proxy_set_header Upgrade ""; proxy_set_header Connection "";`;
  const body = (use: string, inner: string) =>
    server(
      `${pair} location /ws { ${use} /sub; ${pass} } location = /sub { internal; ${pass} ${inner} }`,
    );

  test("a 101 to auth_request closes the client's connection without an answer (E89)", async () => {
    const [answer, log] = await through(body("auth_request", ""), async ({ ask, nginx }) => {
      const [first] = await ask(websocket);
      return [first, nginx.errorLog()] as const;
    });
    expect(answer?.status).toBe(null);
    expect(log).toContain("connection upgrade in subrequest");
  });

  test("a 101 to mirror leaves the client with a dead connection (E176)", async () => {
    const [answer] = await through(body("mirror", ""), ({ ask }) =>
      ask({ ...websocket, timeout: 500 }),
    );
    expect(answer).toMatchObject({ status: 101, echo: false });
  });

  test.each(["auth_request", "mirror"])(
    "%s does no harm where its location clears the headers (E177)",
    async (use) => {
      const [answer] = await through(body(use, cleared), ({ ask }) => ask(websocket));
      expect(answer).toMatchObject({ status: 101, ok: true });
    },
  );
});

describeWithNginx("idle-timeout", () => {
  /** Whether a WebSocket on which nothing is said is still open after a while. */
  async function staysOpen(settings: string): Promise<{ open: boolean; log: string }> {
    return through(server(`location /ws { ${pass} ${pair} ${settings} }`), async (running) => {
      const socket = new WebSocket(`ws://127.0.0.1:${running.port}/ws`);
      await new Promise((open, failed) => socket.once("open", open).once("error", failed));
      const closed = new Promise((done) => socket.once("close", () => done(false)));
      const open = (await Promise.race([closed, sleep(1000, true)])) === true;
      socket.terminate();
      return { open, log: running.nginx.errorLog() };
    });
  }

  test("proxy_read_timeout closes a quiet WebSocket, and says so at level info only (E126)", async () => {
    const { open, log } = await staysOpen("proxy_read_timeout 200ms;");
    expect(open).toBe(false);
    expect(log).toMatch(/\[info\].* upstream timed out .* while proxying upgraded connection/);
  });

  test("no other timeout does (E129, E130)", async () => {
    const others = "proxy_send_timeout 200ms; send_timeout 200ms; keepalive_timeout 200ms;";
    expect(await staysOpen(others)).toMatchObject({ open: true });
  });
});

describeWithNginx("keepalive-defeated", () => {
  const body = (closing: string) => `
    map $http_upgrade $connection_upgrade { default upgrade; '' ${closing}; }
    upstream pool { server 127.0.0.1:@BACKEND@; keepalive 4; }
    ${server(`location / { proxy_pass http://pool; ${version} proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade; }`)}`;

  test.each([
    ["'' close opens a connection for each request (E42)", "close", [1, 2, 3]],
    ["'' '' keeps one (E41)", "''", [1, 1, 1]],
  ])("%s", async (_, closing, connections) => {
    const used = await through(body(closing), async ({ ask, backend }) => {
      await ask(plain, plain, plain);
      return backend.requests.map(({ connection }) => connection);
    });
    expect(used).toEqual(connections);
  });
});

describeWithNginx("upstream-keepalive", () => {
  const body = (upstream: string) => `
    upstream pool { ${upstream} }
    ${server(`location / { proxy_pass http://pool; ${version} proxy_set_header Connection ""; }`)}`;
  const one = "server 127.0.0.1:@BACKEND@;";

  test.each([
    ["no keepalive", one, [1, 2]],
    ["keepalive before the balancing method (E62)", `keepalive 4; least_conn; ${one}`, [1, 2]],
    ["keepalive after it", `least_conn; ${one} keepalive 4;`, [1, 1]],
  ])("%s, before 1.29.7", async (_, upstream, connections) => {
    const used = await through(body(upstream), async ({ ask, backend }) => {
      await ask(plain, plain);
      return backend.requests.map(({ connection }) => connection);
    });
    const isNew = isSince(await nginxVersion(), httpOneOneByDefault);
    expect(used).toEqual(isNew ? [1, 1] : connections);
  });
});

describeWithNginx("client-headers", () => {
  test("what nginx does not set, the client may", async () => {
    const body = server(`location / { ${pass} }
      location /told { ${pass} proxy_set_header X-Real-IP $remote_addr; }`);
    const headers = [["X-Real-IP", "192.0.2.1"]] as const;
    const answers = await through(body, ({ ask }) =>
      ask({ ...plain, path: "/", headers }, { ...plain, path: "/told", headers }),
    );
    expect(
      answers.map(({ upstreamHead }) => /X-Real-IP: (.*)/.exec(upstreamHead ?? "")?.[1]?.trim()),
    ).toEqual(["192.0.2.1", "127.0.0.1"]);
  });
});

describeWithNginx("websocket-buffering", () => {
  test.each(["on", "off"])("proxy_buffering %s, and a message comes back", async (buffering) => {
    const body = server(`location / { ${pass} ${pair} proxy_buffering ${buffering}; }`);
    const [answer] = await through(body, ({ ask }) => ask(websocket));
    expect(answer).toMatchObject({ ok: true });
  });
});

describeWithNginx("observability", () => {
  test("a handshake that fails is in the access log, and nowhere in the error log", async () => {
    const log = createSocket("udp4");
    const logged: string[] = [];
    const both = new Promise<void>((done) => {
      log.on("message", (line) => {
        if (logged.push(String(line).replace(/^.*: /s, "")) === 2) {
          done();
        }
      });
    });
    await new Promise<void>((ready) => log.bind(0, "127.0.0.1", ready));
    const body = `log_format handshakes '$status $http_upgrade $upstream_status';
      access_log syslog:server=127.0.0.1:${log.address().port} handshakes;
      ${server(`location /bare { ${pass} } location /ws { ${pass} ${pair} }`)}`;
    const errors = await through(body, async ({ ask, nginx }) => {
      await ask({ ...websocket, path: "/bare" }, websocket);
      await both;
      return nginx.errorLog();
    });
    log.close();
    expect(logged).toEqual(["200 websocket 200", "101 websocket 101"]);
    expect(errors).not.toMatch(/\[(?:warn|error|crit|alert|emerg)\]/);
  });
});

describeWithNginx("upstream-path", () => {
  test.each([
    ["/grafana", "/", "/grafana/x", "//x"],
    ["/app/", "/base", "/app/x", "/basex"],
    ["/app/", "/base/", "/app/x", "/base/x"],
    ["/socket.io/", "/", "/socket.io/", "/"],
  ])("location %s with the path %s sends %s as %s", async (location, uri, path, sent) => {
    const body = server(`location ${location} { ${pass.replace(";", `${uri};`)} ${pair} }`);
    const [answer] = await through(body, ({ ask }) => ask({ ...websocket, path }));
    expect(answer?.upstreamHead?.split("\r\n")[0]).toBe(`GET ${sent} HTTP/1.1`);
  });
});

describeWithNginx("streaming-buffering", () => {
  /** Whether an event arrives while the answer is still under way. */
  async function arrivesAtOnce(settings: string, path: string): Promise<boolean> {
    let finish = () => {};
    const events = createServer((request, response) => {
      response.setHeader("Content-Type", "text/event-stream");
      if (request.url === "/accel") {
        response.setHeader("X-Accel-Buffering", "no");
      }
      response.write("data: one\n\n");
      finish = () => response.end("data: two\n\n");
    });
    await new Promise<void>((ready) => events.listen(0, "127.0.0.1", ready));
    const { port: backend } = events.address() as AddressInfo;
    const [port = 0] = await freePorts(1);
    const body = server(`location / { ${pass} ${settings} }`);
    try {
      const outcome = await withNginx(fillPorts(httpConfig(body), [port], [backend]), [port], () =>
        firstBytes(port, path, () => finish()),
      );
      return "result" in outcome && outcome.result;
    } finally {
      events.closeAllConnections();
      events.close();
    }
  }

  async function firstBytes(port: number, path: string, finish: () => void): Promise<boolean> {
    let arrived = "";
    let early = "";
    await new Promise<void>((done, failed) => {
      get({ port, path, host: "127.0.0.1" }, (response) => {
        response.setEncoding("utf8").on("data", (text: string) => (arrived += text));
        response.on("end", done);
      }).on("error", failed);
      setTimeout(() => {
        early = arrived;
        finish();
      }, soon);
    });
    expect(arrived).toBe("data: one\n\ndata: two\n\n");
    return early === "data: one\n\n";
  }

  test.each([
    ["by default events wait for the end of the answer (E133)", "", "/", false],
    ["with proxy_buffering off they do not (E134)", "proxy_buffering off;", "/", true],
    ["nor where the application says X-Accel-Buffering: no", "", "/accel", true],
    ["the same line as add_header has no effect", "add_header X-Accel-Buffering no;", "/", false],
  ])("%s", async (_, settings, path, atOnce) => {
    expect(await arrivesAtOnce(settings, path)).toBe(atOnce);
  });
});

describeWithNginx("sticky-sessions", () => {
  test("ip_hash refuses backup servers, so that it is never suggested", async () => {
    const inside = "ip_hash; server 127.0.0.1:1; server 127.0.0.1:2 backup;";
    const { ok, messages } = await configTest(httpConfig(`upstream io { ${inside} }`));
    expect(ok).toBe(false);
    expect(messages[0]?.text).toBe('balancing method does not support parameter "backup"');
  });
});

/** The `Upgrade` and `Connection` lines that reach the upstream. */
async function pairFor(body: string, probe: ProbeOptions): Promise<string[]> {
  const [answer] = await through(body, ({ ask }) => ask(probe));
  const lines = answer?.upstreamHead?.split("\r\n") ?? [];
  return lines.filter((line) => /^(?:upgrade|connection):/i.test(line)).toSorted();
}

const h2c: ProbeOptions = { probe: "h2c" };

describeWithNginx("connection-map and the list that Firefox sends", () => {
  const location = (connection: string, script = "") =>
    server(`location / { ${script} ${pass} ${version}
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection ${connection}; }`);
  const map = (lines: string) => `map $http_connection $c { ${lines} } ${location("$c")}`;
  const script = (condition: string) =>
    location("$c", `set $c ""; if ($http_connection ${condition}) { set $c upgrade; }`);
  const firefox: ProbeOptions = { ...websocket, connection: firefoxConnection };

  test.each([
    ["a key that is one word", map("default close; upgrade upgrade;")],
    ["an anchored one", map("default close; ~*^upgrade$ upgrade;")],
    ["keep-alive first", map("~*keep-alive close; upgrade upgrade; default close;")],
    ["a condition on one word", script('= "Upgrade"')],
  ])("%s: Chrome comes through, Firefox does not", async (_, body) => {
    expect(await statuses(body, websocket, firefox)).toEqual([101, 400]);
    expect(breaksInFirefox(body)).toBe(true);
  });

  test.each([
    ["a key that looks for the word", map("default close; ~*upgrade upgrade;")],
    ["keys for both", map('default close; upgrade upgrade; "keep-alive, Upgrade" upgrade;')],
    ["the client's own", location("$http_connection")],
    ["a condition that looks for the word", script("~* upgrade")],
  ])("%s: both come through", async (_, body) => {
    expect(await statuses(body, websocket, firefox)).toEqual([101, 101]);
    expect(breaksInFirefox(body)).toBe(false);
  });

  function breaksInFirefox(body: string): boolean {
    const { files } = fillPorts(httpConfig(body), [8000], [9000]);
    const { locations } = analyse(
      { list: () => Object.keys(files), read: (path) => files[path] },
      { policy: { ...defaultPolicy, nginxVersion: "1.22.1" } },
    );
    return locations.some(({ failsInFirefox }) => failsInFirefox);
  }
});

describeWithNginx("connection-passthrough", () => {
  test("whatever the client writes in Connection reaches the upstream", async () => {
    const body = server(
      `location / { ${pass} ${version} proxy_set_header Connection $http_connection; }`,
    );
    const connection = "Upgrade, X-Real-IP";
    expect(await pairFor(body, { ...h2c, connection })).toEqual([`Connection: ${connection}`]);
  });
});

describeWithNginx("h2c-smuggling", () => {
  const location = (upgrade: string, connection: string) =>
    server(`location / { ${pass} ${version}
      proxy_set_header Upgrade ${upgrade}; proxy_set_header Connection ${connection}; }`);
  const whitelist = `
    map $http_upgrade $ws_upgrade { default ''; websocket websocket; }
    map $ws_upgrade $ws_connection { default upgrade; '' ''; }
    ${location("$ws_upgrade", "$ws_connection")}`;

  test("$http_upgrade forwards h2c", async () => {
    const body = location("$http_upgrade", '"upgrade"');
    expect(await pairFor(body, h2c)).toEqual(["Connection: upgrade", "Upgrade: h2c"]);
  });

  test("so it does beside a map that lets only websocket set Connection", async () => {
    const map = "map $http_upgrade $c { default ''; websocket upgrade; }";
    expect(await pairFor(`${map} ${location("$http_upgrade", "$c")}`, h2c)).toEqual([
      "Upgrade: h2c",
    ]);
  });

  test("the whitelist stops h2c and lets WebSockets pass", async () => {
    expect(await pairFor(whitelist, h2c)).toEqual([]);
    expect(await pairFor(whitelist, websocket)).toEqual([
      "Connection: upgrade",
      "Upgrade: websocket",
    ]);
    expect(await statuses(whitelist, websocket, plain)).toEqual([101, 200]);
  });
});

describeWithNginx("origin-check", () => {
  test("a map of the sites that may, and 403 for the others", async () => {
    const body = `map $http_origin $is_foreign_origin { default 1; https://www.example.com 0; '' 0; }
      ${server(`location /ws { if ($is_foreign_origin) { return 403; } ${pass} ${pair} }`)}`;
    const own = { ...websocket, origin: "https://www.example.com" };
    const foreign = { ...websocket, origin: "https://other-site.example" };
    expect(await statuses(body, own, foreign, websocket)).toEqual([101, 403, 101]);
  });
});
