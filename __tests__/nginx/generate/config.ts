import type { NginxFiles } from "../harness.ts";
import type { Target } from "../observe.ts";
import { asNonEmpty, headerLines, maybeIncluded, settingLines } from "./headers.ts";
import { mapBlocks } from "./maps.ts";
import type { Random } from "./random.ts";
import { scriptLines } from "./scripts.ts";
import { block, makeWorld, type World } from "./world.ts";

/** A configuration for one port, with `@NGINX@` and `@BACKEND@` in it, and requests to ask of it. */
export interface Generated {
  readonly config: NginxFiles;
  readonly targets: readonly Target[];
}

/** Makes up a configuration; most are ones that nginx accepts. */
export function generate(random: Random): Generated {
  const world = makeWorld(random);
  const http = [
    ...upstreamBlocks(world),
    ...mapBlocks(world),
    "proxy_cache_path cache keys_zone=cache:64k;",
    ...(random.chance(0.25) ? maybeIncluded(world, levelLines(world)) : []),
  ];
  const names = random.shuffle([
    "example.test",
    "*.example.test",
    "~^(?<sub>.+)\\.test$",
    "www.*",
    ".other.test",
    "_",
  ]);
  const servers = Array.from(
    { length: random.chance(0.7) ? 1 : random.between(2, 3) },
    (_, index) => serverBlock(world, names[index] ?? "_", index > 0 && random.chance(0.1)),
  );
  const body = [...http, ...servers.flat()];
  if (random.chance(0.04)) {
    breakSomething(world, body);
  }
  const lines = ["events {}", ...block("http", body)];
  world.files["nginx.conf"] = `${lines.join("\n")}\n`;
  return {
    config: { main: "nginx.conf", files: world.files },
    targets: Array.from({ length: 2 }, () => target(world)),
  };
}

function target({ random }: World): Target {
  const path = random.pick([
    "/ws",
    "/ws",
    "/ws",
    "/ws/",
    "/ws/room",
    "/ws?token=t",
    "/ws/a%20b?x=1&token=u",
    "/api/items",
    "/api/ws.WS",
    "/old/thing?token=t",
    "//ws/./x/../y",
    "/",
    "/w%73",
    "/ws/%3Fa%25b",
    "/ws/a+b",
  ]);
  const host = random.pick([
    "example.test",
    "example.test",
    "example.test",
    "example.test",
    "a.example.test",
    "WWW.test",
    "other.test",
    "b.other.test:81",
    "Example.test.",
    "10.0.0.1",
    "[::1]:81",
  ]);
  const headers: [string, string][] = [];
  if (random.chance(0.3)) {
    headers.push(["X-Given", random.pick(["given", "other"])]);
  }
  if (random.chance(0.2)) {
    headers.push(["Cookie", "a=b; sid=s"]);
  }
  if (random.chance(0.2)) {
    headers.push(["Origin", "https://example.test"]);
  }
  if (random.chance(0.05)) {
    headers.push(["Proxy-Connection", "x"]);
  }
  if (random.chance(0.05)) {
    headers.push(["X-Forwarded-For", "192.0.2.1"]);
  }
  if (random.chance(0.04)) {
    headers.push(["X-Forwarded-For", "192.0.2.7, 10.0.0.1"]);
  }
  if (random.chance(0.04)) {
    headers.push(["Cookie", "sid=second"]);
  }
  if (random.chance(0.04)) {
    headers.push(["X_Under", "u"]);
  }
  if (random.chance(0.04)) {
    headers.push(["X.Dot", "d"]);
  }
  if (random.chance(0.04)) {
    headers.push(["If-None-Match", '"tag"']);
  }
  if (random.chance(0.04)) {
    headers.push(["Range", "bytes=0-1"]);
  }
  if (random.chance(0.04)) {
    headers.push(["TE", "trailers"]);
  }
  if (random.chance(0.04)) {
    headers.push(["Content-Type", "text/plain"]);
  }
  const websocket = random.chance(0.2)
    ? {
        websocket: random.pick([
          { connection: "keep-alive, Upgrade" },
          { connection: "upgrade" },
          { upgrade: "WebSocket" },
        ]),
      }
    : {};
  return { path, host, ...websocket, ...(headers.length > 0 ? { headers } : {}) };
}

function upstreamBlocks(world: World): string[] {
  const { random } = world;
  const lines: string[] = [];
  for (const name of ["backend", "Pool_2"].slice(0, random.between(0, 2))) {
    const keepalive = random.chance(0.5) ? ["keepalive 4;"] : [];
    const method = random.chance(0.2)
      ? [random.pick(["least_conn;", "ip_hash;", "random;", "hash $request_uri consistent;"])]
      : [];
    const limits = random.chance(0.1)
      ? [random.pick(["zone shared 64k;", "keepalive_requests 1;", "keepalive_timeout 5s;"])]
      : [];
    const inside = random.chance(0.8) ? [...method, ...keepalive] : [...keepalive, ...method];
    lines.push(...block(`upstream ${name}`, ["server 127.0.0.1:@BACKEND@;", ...inside, ...limits]));
    world.upstreams.push(name);
  }
  return lines;
}

function levelLines(world: World): string[] {
  const lines = [...headerLines(world), ...settingLines(world)];
  return world.random.chance(0.3) ? world.random.shuffle(lines) : lines;
}

function serverBlock(world: World, name: string, isDefault: boolean): string[] {
  const { random } = world;
  const address = random.pick([
    "127.0.0.1:@NGINX@",
    "127.0.0.1:@NGINX@",
    "127.0.0.1:@NGINX@",
    "127.0.0.1:@NGINX@",
    "@NGINX@",
    "*:@NGINX@",
    ...(isDefault ? [] : ["localhost:@NGINX@"]),
  ]);
  const lines = [
    `listen ${address}${isDefault ? " default_server" : ""};`,
    ...(random.chance(0.9) ? [`server_name ${name};`] : []),
  ];
  if (random.chance(0.05) && address.startsWith("127")) {
    lines.push("listen @NGINX@;");
  }
  if (random.chance(0.4)) {
    lines.push(...maybeIncluded(world, levelLines(world)));
  }
  lines.push(...scriptLines(world, true));
  if (random.chance(0.05)) {
    lines.push(
      `error_page 403 418 ${random.pick(["= @named", "@named", "=200 /api/error", "/ws"])};`,
    );
  }
  if (random.chance(0.03)) {
    lines.push("auth_request /auth;");
  }
  if (random.chance(0.02)) {
    lines.push("mirror /copy;");
  }
  if (random.chance(0.02)) {
    lines.push(random.pick(["satisfy any;", "satisfy Any;"]));
  }
  if (random.chance(0.03)) {
    lines.push("merge_slashes off;");
  }
  if (random.chance(0.03)) {
    lines.push("recursive_error_pages on;");
  }
  const names = random
    .shuffle([
      "/ws",
      "/ws/",
      "= /ws",
      "^~ /ws/",
      "~ ^/ws",
      "~* \\.WS$",
      "/api",
      "/api/",
      "~ ^/api/(.*)$",
      "~ ^/(?<service>ws|api)(?:/(?<rest>.*))?$",
      "/old",
      "=/ws/room",
    ])
    .slice(0, random.between(0, 4));
  // The modifier aside, two locations may not have one name.
  const paths = new Map(
    names.map((each) => [
      each.replace(/^(?:\^~|=) ?/, (modifier) => (modifier.startsWith("=") ? "=" : "")),
      each,
    ]),
  );
  if (random.chance(0.85)) {
    paths.set("/", "/");
  }
  for (const path of paths.values()) {
    lines.push(...locationBlock(world, path, 0));
  }
  if (lines.some((line) => line.includes("@named"))) {
    lines.push(...locationBlock(world, "@named", 0));
  }
  if (lines.some((line) => line.includes("/auth;"))) {
    lines.push(
      ...block(
        "location = /auth",
        random.pick([
          ["return 204;"],
          ["return 403;"],
          [
            "internal;",
            "proxy_pass http://127.0.0.1:@BACKEND@/auth;",
            'proxy_set_header Upgrade "";',
          ],
          [
            "proxy_pass http://127.0.0.1:@BACKEND@;",
            "proxy_pass_request_body off;",
            'proxy_set_header Content-Length "";',
            "proxy_set_header X-Original-URI $request_uri;",
          ],
          ["proxy_pass http://127.0.0.1:@BACKEND@/auth$is_args$args;"],
        ]),
      ),
    );
  }
  if (lines.some((line) => line.includes("mirror /copy;"))) {
    lines.push(
      ...block("location = /copy", [
        "internal;",
        "proxy_pass http://127.0.0.1:@BACKEND@/copy$request_uri;",
        ...random.pick([[], ['proxy_set_header Upgrade "";'], ["proxy_set_header X-Copy yes;"]]),
      ]),
    );
  }
  return block("server", lines);
}

function locationBlock(world: World, name: string, depth: number): string[] {
  const { random } = world;
  const takesUri = !/^(?:~|@)/.test(name);
  const lines: string[] = [];
  const settings = random.chance(0.85) ? maybeIncluded(world, levelLines(world)) : [];
  const script = scriptLines(world, false);
  const pass = random.chance(0.93) ? proxyPass(world, takesUri, name.includes("?<rest>")) : [];
  lines.push(...random.shuffle([settings, script, pass]).flat());
  if (random.chance(0.06)) {
    const limited = random.chance(0.7) ? ["proxy_pass http://127.0.0.1:@BACKEND@;"] : ["deny all;"];
    lines.push(...block(`limit_except ${random.pick(["GET", "POST", "GET POST"])}`, limited));
  }
  if (depth === 0 && !name.startsWith("@")) {
    if (random.chance(0.05)) {
      lines.push(
        `try_files ${random.pick(["/none @named", "$uri /api/fallback?a=b", "$uri =404"])};`,
      );
    }
    if (random.chance(0.05)) {
      lines.push(
        `error_page ${random.pick(["403 418 = @named", "404 @named", "403 =200 /api/denied"])};`,
      );
    }
    if (random.chance(0.03)) {
      lines.push(
        random.pick([
          "deny all;",
          "allow all;",
          "internal;",
          "auth_request /auth;",
          "auth_request off;",
          "mirror /copy;",
          "mirror off;",
        ]),
      );
    }
    if (random.chance(0.02)) {
      lines.push("satisfy any;", "deny all;", "auth_request /auth;");
    }
    if (random.chance(0.02)) {
      lines.push("allow 127.0.0.0/8;", "deny all;");
    }
    const inside = random.pick([
      "",
      "",
      "",
      "",
      "",
      "",
      name === "/ws" ? "/ws/room" : "",
      "~ room$",
      name === "/api" ? "= /api/items" : "",
    ]);
    if (inside !== "" && !name.startsWith("=")) {
      lines.push(...locationBlock(world, inside, depth + 1));
    }
  }
  return block(`location ${name}`, lines);
}

function proxyPass(world: World, takesUri: boolean, hasRest: boolean): string[] {
  const { random } = world;
  const host =
    world.upstreams.length > 0 && random.chance(0.5)
      ? random.pick(asNonEmpty(world.upstreams))
      : "127.0.0.1:@BACKEND@";
  const scheme = random.chance(0.03) ? "HTTP" : "http";
  const uri = takesUri ? random.pick(["", "", "", "", "/", "/sub/", "/sub", "/a?b=c"]) : "";
  const variable = random.pick([
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "$request_uri",
    "$uri$is_args$args",
    "/fixed$uri",
    "/$1$is_args$args",
    "/$1/$2",
    ...(hasRest ? ["/$rest$is_args$args", "/$service/$rest", "/sub/$rest"] : []),
  ]);
  const end = variable === "" ? uri : variable;
  if (random.chance(0.06)) {
    return passOfVariable(world, host, end);
  }
  return [`proxy_pass ${scheme}://${host}${end};`];
}

/** The server's name or the whole address from a variable, as for names that are to be resolved anew. */
function passOfVariable({ random }: World, host: string, end: string): string[] {
  const [value, pass] = random.pick<readonly [string, string]>([
    [host, `http://$goal${end}`],
    [host, "http://$goal"],
    [`http://${host}`, "$goal"],
    [`http://${host}`, `$goal${end}`],
    [`http://${host}${end}`, "$goal"],
    [`http://${host}/a%20b`, "$goal"],
    [random.pick(["http://", "ws://backend", '""', "http://127.0.0.1:x"]), "$goal"],
  ]);
  return [`set $goal ${value};`, `proxy_pass ${pass};`];
}

/** One fault of the kind that nginx refuses. */
function breakSomething({ random }: World, lines: string[]): void {
  const faults = [
    "proxy_http_version 1.2;",
    "proxy_set_header Upgrade;",
    "proxy_set_header X-Lost $nowhere_defined;",
    "proxy_pass ws://127.0.0.1:@BACKEND@;",
    "proxy_read_timeout 1.5h;",
    "keepalive 4;",
    "map $host $twice { default a; default b; }",
    "map $host $unsigned { a; }",
    "map $host $same { a 1; A 2; }",
    "proxy_buffering maybe;",
    "upstream empty { }",
  ] as const;
  lines.splice(random.between(0, lines.length), 0, random.pick(faults));
}
