import type { NginxFiles } from "../harness.ts";
import { asNonEmpty } from "./headers.ts";
import { type Block, blockOf, type Hand, handOf, type Statement, writtenBy } from "./layout.ts";
import type { Random } from "./random.ts";

/** A path of the configuration that is worth requests. */
export interface Place {
  readonly host: string;
  readonly path: string;
  /** As the location is written. */
  readonly location: string;
  /** Whether ordinary requests are answered there too. */
  readonly isMixed: boolean;
}

/** A configuration as people write and break it, with addresses of its own; see `runnable`. */
export interface BrokenConfig {
  /** What the repository holds. */
  readonly files: Readonly<Record<string, string>>;
  /** What includes those files where the repository has no main file. */
  readonly main: NginxFiles["main"];
  readonly hidden: Readonly<Record<string, string>>;
  readonly places: readonly Place[];
}

/** What the parts of one configuration know of each other. */
interface Site {
  readonly random: Random;
  readonly hand: Hand;
  readonly files: Map<string, Statement[]>;
  readonly upstreams: string[];
  /** Variables of maps, good and bad. */
  readonly variables: string[];
  readonly places: Place[];
}

/** Makes up a configuration; most have a fault or several. */
export function breakConfig(random: Random): BrokenConfig {
  const hand = handOf(random);
  const site: Site = { random, hand, files: new Map(), upstreams: [], variables: [], places: [] };
  const layout = random.pick(["one", "one", "folder", "folder", "fragment"] as const);
  const upstreams = upstreamBlocks(site);
  const maps = mapBlocks(site);
  const http = [
    ...(random.chance(0.3) ? ["sendfile on"] : []),
    ...(random.chance(0.15) ? levelHeaders(site) : []),
    ...(random.chance(0.05) ? ["proxy_http_version 1.1"] : []),
  ];
  const servers = random
    .shuffle(["app.example.com", "chat.example.com", "www.example.com"])
    .slice(0, random.chance(0.7) ? 1 : 2)
    .map((name) => serverBlock(site, name));
  const main = "nginx.conf";
  const events = blockOf("events", []);
  switch (layout) {
    case "one":
      site.files.set(main, [events, blockOf("http", [...http, ...maps, ...upstreams, ...servers])]);
      break;
    case "folder":
      site.files.set(main, [
        events,
        blockOf("http", [
          ...http,
          ...(random.chance(0.5) ? maps.splice(0) : []),
          "include conf.d/*.conf",
        ]),
      ]);
      if (maps.length > 0 && random.chance(0.6)) {
        site.files.set("conf.d/00-maps.conf", maps.splice(0));
      }
      siteFiles(site, [...maps, ...upstreams], servers);
      break;
    case "fragment":
      siteFiles(site, [...maps, ...upstreams], servers);
      break;
  }
  const files = new Map(
    [...site.files].map(([path, statements]) => [path, writtenBy(random, hand, statements)]),
  );
  if (random.chance(0.06)) {
    misspell(random, files);
  }
  return {
    files: Object.fromEntries(files),
    main,
    hidden: layout === "fragment" ? { [main]: stock } : {},
    places: site.places,
  };
}

/** As distributions ship it: who keeps only sites in a repository has no proxy settings elsewhere. */
const stock = "events {}\nhttp {\n  include conf.d/*.conf;\n}\n";

function siteFiles(site: Site, shared: readonly Statement[], servers: readonly Block[]): void {
  servers.forEach((server, index) => {
    const path = `conf.d/${index === 0 ? "app" : "second"}.conf`;
    site.files.set(path, [...(index === 0 ? shared : []), server]);
  });
}

/** An address that `runnable` replaces. */
const backend = "127.0.0.1:3000";

function upstreamBlocks(site: Site): Statement[] {
  const { random } = site;
  const names = ["backend", "chat_pool"].slice(0, random.pick([0, 0, 1, 1, 2]));
  site.upstreams.push(...names);
  return names.map((name) =>
    blockOf(`upstream ${name}`, [
      `server ${backend}`,
      ...(random.chance(0.5) ? [`keepalive ${random.pick(["16", "32"])}`] : []),
    ]),
  );
}

type Entries = readonly string[];

const goodEntries: readonly [Entries, ...Entries[]] = [
  ["default upgrade", "'' close"],
  ["default upgrade", "'' ''"],
  ['default "upgrade"', '"" close'],
  ["'' close", "default upgrade"],
  ["default upgrade", '"" keep-alive'],
];

const badEntries: readonly [Entries, ...Entries[]] = [
  ["default close", "'' upgrade"],
  ["'' close"],
  ["default close", "WebSocket close"],
  ["default close", "~WebSocket upgrade"],
  ["default keep-alive", "'' close"],
  ["default upgrade", "~ close"],
  ["default Upgrade_", "'' close"],
  ["default $http_connection", "'' close"],
];

function mapBlocks(site: Site): Statement[] {
  const { random } = site;
  if (random.chance(0.35)) {
    return [];
  }
  const names = ["$connection_upgrade", "$ws_connection"].slice(0, random.chance(0.8) ? 1 : 2);
  return names.flatMap((name) => {
    site.variables.push(name);
    const isGood = random.chance(0.55);
    const entries = isGood ? random.pick(goodEntries) : random.pick(badEntries);
    const source = random.chance(0.9)
      ? "$http_upgrade"
      : random.pick(["$http_connection", "$http_upgrad", "$host"]);
    const one = blockOf(`map ${source} ${name}`, entries);
    return random.chance(0.06)
      ? [one, blockOf(`map $http_upgrade ${name}`, random.pick(badEntries))]
      : [one];
  });
}

const pools = {
  dedicated: ["/ws", "/ws/", "= /ws", "/socket.io/", "~ ^/ws/", "/api/websocket", "^~ /cable"],
  unclear: ["/live", "/hub/", "/events", "/stream"],
  mixed: ["/app/", "/api/", "/"],
} as const;

function serverBlock(site: Site, name: string): Block {
  const { random } = site;
  const body: Statement[] = [`listen ${random.pick(["80", "80", "8080"])}`, `server_name ${name}`];
  if (random.chance(0.35)) {
    body.push(...levelHeaders(site));
  }
  if (random.chance(0.2)) {
    body.push(
      random.pick(["proxy_http_version 1.1", "proxy_http_version 1.1", "proxy_http_version 1.0"]),
    );
  }
  if (random.chance(0.1)) {
    body.push(random.pick(["proxy_read_timeout 3600s", "proxy_read_timeout 30s"]));
  }
  if (random.chance(0.05)) {
    body.push(includeOf(site));
  }
  const chosen = new Map<string, string>();
  for (let count = random.between(1, 4); count > 0; count--) {
    const kind = random.pick([
      "dedicated",
      "dedicated",
      "dedicated",
      "mixed",
      "mixed",
      "unclear",
    ] as const);
    const location = random.pick(asNonEmpty(pools[kind]));
    // Nothing shadows another: one path, one location.
    chosen.set(pathOf(location), location);
  }
  const locations = [...chosen].map(([path, location]) => {
    const isMixed = pools.mixed.some((each) => each === location);
    site.places.push({ host: name, path, location, isMixed });
    return locationBlock(site, location);
  });
  if (random.chance(0.1) && !chosen.has("/any")) {
    locations.push(...namedLocation(site, name));
  }
  if (mentions(locations, "/auth")) {
    locations.push(
      blockOf("location = /auth", [
        `proxy_pass http://${random.pick(asNonEmpty([...site.upstreams, backend]))}`,
        // Half a handshake is none, which servers take as they like.
        ...random.pick([
          ['proxy_set_header Content-Length ""'],
          ['proxy_set_header Upgrade ""', "proxy_set_header Host $host"],
          [
            "proxy_http_version 1.1",
            "proxy_set_header Upgrade $http_upgrade",
            'proxy_set_header Connection "upgrade"',
          ],
        ]),
      ]),
    );
  }
  if (random.chance(0.2)) {
    locations.push(
      blockOf("location /static/", [
        `proxy_pass http://${backend}`,
        ...(random.chance(0.5) ? ["proxy_set_header X-Real-IP $remote_addr"] : []),
      ]),
    );
    site.places.push({ host: name, path: "/static/a.css", location: "/static/", isMixed: true });
  }
  return blockOf("server", [...body, ...locations]);
}

/** A location without a path, and how requests come to it. */
function namedLocation(site: Site, host: string): Block[] {
  const { random } = site;
  const way = random.pick([
    ["try_files /none @app"],
    ["error_page 418 = @app", "return 418"],
    ["error_page 418 @app", "return 418"],
  ]);
  site.places.push({ host, path: "/any", location: "@app", isMixed: true });
  return [blockOf("location /", way), locationBlock(site, "@app")];
}

function mentions(statements: readonly Statement[], path: string): boolean {
  return statements.some((each) =>
    typeof each === "string" ? each.endsWith(` ${path}`) : mentions(each.body, path),
  );
}

function pathOf(location: string): string {
  if (location === "~ ^/ws/" || location === "/ws/") {
    return "/ws/room";
  }
  const path = location.replace(/^\S+ /, "");
  return path === "/" ? "/any" : path;
}

/** Headers of an outer level. */
function levelHeaders(site: Site): string[] {
  const { random } = site;
  return random.chance(0.6)
    ? [...pair(site), ...others(random)]
    : asNonEmpty([...others(random), "proxy_set_header Host $host"]).slice();
}

function others(random: Random): string[] {
  return random.some(
    [
      `proxy_set_header Host ${random.pick(["$host", "$host", "$http_host", '"$host"', "$proxy_host"])}`,
      "proxy_set_header X-Real-IP $remote_addr",
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for",
      "proxy_set_header X-Forwarded-Proto $scheme",
      `proxy_set_header X-Note ${random.pick(['"a;b"', "'{x}'", "a\\;b", '"say \\"hi\\""', "x#y"])}`,
    ],
    0.4,
  );
}

function pair(site: Site): string[] {
  const { random } = site;
  const upgrade = random.chance(0.7)
    ? "$http_upgrade"
    : random.pick([
        '"$http_upgrade"',
        "${http_upgrade}",
        "$http_connection",
        "$http_upgrad",
        '""',
        "websocket",
        "$connection_upgrade",
        "h2c",
      ]);
  const known =
    site.variables.length > 0 ? random.pick(asNonEmpty(site.variables)) : "$connection_upgrade";
  const connection = random.chance(0.45)
    ? random.pick([known, '"upgrade"', "upgrade", "'Upgrade'", `"${known}"`])
    : random.pick([
        '""',
        "''",
        "close",
        "keep-alive",
        "$http_upgrade",
        "$http_connection",
        "$connection_upgrade",
        "$connection_upgrad",
        '"keep-alive, Upgrade"',
      ]);
  return [
    ...(random.chance(0.8) ? [`proxy_set_header Upgrade ${upgrade}`] : []),
    ...(random.chance(0.8)
      ? [
          `proxy_set_header ${random.pick(["Connection", "Connection", "connection", '"Connection"'])} ${connection}`,
        ]
      : []),
  ];
}

/** An include of a snippet that may be there already. */
function includeOf(site: Site): string {
  const { random, files } = site;
  const known = [...files.keys()].filter((path) => path.startsWith("snippets/"));
  if (known.length > 0 && random.chance(0.7)) {
    return `include ${random.pick(asNonEmpty(known))}`;
  }
  const path = `snippets/${random.pick(["websocket", "proxy", "headers"])}${known.length === 0 ? "" : known.length}.conf`;
  files.set(path, [
    ...(random.chance(0.3) ? ["# shared"] : []),
    ...(random.chance(0.7) ? pair(site) : []),
    ...others(random),
    ...(random.chance(0.4) ? ["proxy_http_version 1.1"] : []),
    ...(random.chance(0.15) ? ["proxy_read_timeout 300s"] : []),
  ]);
  return `include ${path}`;
}

function locationBlock(site: Site, location: string): Block {
  const { random } = site;
  const target =
    site.upstreams.length > 0 && random.chance(0.6)
      ? random.pick(asNonEmpty(site.upstreams))
      : backend;
  const scheme = random.chance(0.03) ? random.pick(["ws", "wss"]) : "http";
  const pass = random.chance(0.08)
    ? random.pick([
        [`set $goal ${target}`, "proxy_pass http://$goal"],
        [`set $goal http://${target}`, "proxy_pass $goal"],
        [`proxy_pass http://${target}$request_uri`],
      ])
    : [`proxy_pass ${scheme}://${target}`];
  const settings: Statement[] = [];
  const content = random.pick([
    "pair",
    "pair",
    "pair",
    "snippet",
    "snippet",
    "others",
    "nothing",
  ] as const);
  if (content === "pair") {
    settings.push(...pair(site), ...others(random));
  }
  if (content === "others") {
    settings.push(...others(random));
  }
  if (content === "snippet") {
    settings.push(includeOf(site), ...(random.chance(0.2) ? others(random) : []));
  }
  if (random.chance(0.5)) {
    settings.push(`proxy_http_version ${random.pick(["1.1", "1.1", "1.1", "1.0", '"1.1"'])}`);
  }
  if (random.chance(0.3)) {
    settings.push(`proxy_read_timeout ${random.pick(["3600s", "86400", "30s", "1h", "60"])}`);
  }
  settings.push(...random.some(rareSettings, 0.025));
  if (random.chance(0.04) && !location.startsWith("@")) {
    settings.push(random.pick(["auth_request /auth", "mirror /auth"]));
  }
  const lines = random.chance(0.3)
    ? random.shuffle([...pass, ...settings])
    : random.chance(0.5)
      ? [...pass, ...settings]
      : [...settings, ...pass];
  const faults: Statement[] = [];
  if (random.chance(0.04)) {
    faults.push(
      blockOf(random.pick(["if ($http_upgrade)", "limit_except GET"]), random.some(misplaced, 0.5)),
    );
  }
  if (random.chance(0.03)) {
    faults.push(...random.some(repeated, 0.4));
  }
  return blockOf(`location ${location}`, [...lines, ...faults]);
}

const rareSettings = [
  "proxy_hide_header Upgrade",
  "proxy_hide_header Sec-WebSocket-Accept",
  "proxy_method POST",
  "proxy_pass_request_headers off",
  'proxy_set_body "x"',
  "proxy_buffering off",
  "proxy_cache_bypass $http_upgrade",
  "proxy_set_header Connection close",
  "proxy_set_header Host backend.internal",
  "proxy_set_header Host $host",
  "proxy_set_header Sec-WebSocket-Version 8",
  'proxy_set_header Sec-WebSocket-Key ""',
  "proxy_set_header Origin http://backend",
  "client_max_body_size 10m",
] as const;

const misplaced = [
  "proxy_set_header Upgrade $http_upgrade",
  'proxy_set_header Connection "upgrade"',
  "proxy_http_version 1.1",
  "proxy_read_timeout 3600s",
] as const;

const repeated = [
  "proxy_http_version 1.1",
  "proxy_http_version 1.0",
  "proxy_read_timeout 60s",
  "proxy_buffering off",
] as const;

/** One slip of the keyboard. */
function misspell(random: Random, files: Map<string, string>): void {
  const path = random.pick(asNonEmpty([...files.keys()]));
  const text = files.get(path) ?? "";
  const semicolons = [...text.matchAll(/;(?=[ \t]*\r?\n)/g)].map(({ index }) => index);
  const at = random.pick(asNonEmpty([...semicolons, text.length]));
  switch (random.pick(["semicolon", "semicolon", "twice", "mark", "hash"] as const)) {
    case "semicolon":
      files.set(path, text.slice(0, at) + text.slice(at + 1));
      break;
    case "twice":
      files.set(path, `${text.slice(0, at)};${text.slice(at)}`);
      break;
    case "hash":
      files.set(path, text.replace(/(proxy_set_header +\S+ +)(?=\S)/, "$1#"));
      break;
    case "mark":
      files.set(path, `\uFEFF${text}`);
      break;
  }
}

/** The files with ports of this machine in them. Offsets differ, lines do not. */
export function runnable(
  { main, hidden }: BrokenConfig,
  files: Readonly<Record<string, string>>,
): NginxFiles {
  const all = Object.entries({ ...files, ...hidden }).map(
    ([path, text]) =>
      [
        path,
        text
          .replaceAll(/(\blisten[ \t]+)(?:80|8080)\b/g, "$1127.0.0.1:@NGINX@")
          .replaceAll(backend, "127.0.0.1:@BACKEND@")
          // The server there has no TLS.
          .replaceAll(/\bhttps(?=:\/\/)/g, "http"),
      ] as const,
  );
  return { main, files: Object.fromEntries(all) };
}
