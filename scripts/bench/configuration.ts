/** What a generated configuration is like. */
export interface Shape {
  readonly lines: number;
  /** The WebSocket endpoints forward `Upgrade` without `Connection`: one finding with a fix for each server. */
  readonly broken?: boolean;
}

/** The files of a generated configuration, by path; `nginx -t` accepts them. */
export type Generated = ReadonlyMap<string, string>;

const proxyHeaders = [
  "proxy_set_header Host $host;",
  "proxy_set_header X-Real-IP $remote_addr;",
  "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
  "proxy_set_header X-Forwarded-Proto $scheme;",
];

const snippets: Generated = new Map([
  ["snippets/proxy.conf", text(["# For applications behind nginx", ...proxyHeaders])],
  ["snippets/static.conf", text(["expires 30d;", 'add_header Cache-Control "public";'])],
]);

/** A folder like that of a hosting company: one main file of so many lines, with a server for each customer. */
export function largeFile(shape: Shape): Generated {
  return new Map([...snippets, ["nginx.conf", text(main(servers(shape, 0)))]]);
}

/** So many files of 50,000 lines each, all included by one main file: a file of its own may have 5 MB at most. */
export function largeFiles(count: number, shape: Shape): Generated {
  const sites = Array.from(
    { length: count },
    (_, index) => [`sites/${index}.conf`, text(servers(shape, index * 10_000))] as const,
  );
  return new Map([...snippets, ["nginx.conf", text(main(["include sites/*.conf;"]))], ...sites]);
}

/** A repository of 5,000 files: a server in each, which takes two of 200 snippets. */
export function manyFiles(): Generated {
  const files = new Map(snippets);
  for (let index = 0; index < 200; index++) {
    const lines = [`# Limits of tariff ${index}`, `limit_rate ${index + 1}m;`];
    files.set(`tariffs/${index}.conf`, text(lines));
  }
  for (let index = 0; index < 4797; index++) {
    const lines = server(index, { lines: 0 }, [`include tariffs/${index % 200}.conf;`], 1);
    files.set(`sites/${index}.conf`, text(lines));
  }
  return files.set("nginx.conf", text(main(["include sites/*.conf;"])));
}

function main(rest: readonly string[]): string[] {
  return [
    "worker_processes 1;",
    "pid nginx.pid;",
    "error_log stderr;",
    ...block("events", ["worker_connections 1024;"]),
    ...block("http", [
      "access_log off;",
      ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (name) => `${name}_temp_path ${name};`,
      ),
      "server_names_hash_max_size 16384;",
      "server_names_hash_bucket_size 128;",
      "map_hash_max_size 16384;",
      "keepalive_timeout 65;",
      "# A WebSocket handshake needs the hop-by-hop header that nginx does not pass on by itself.",
      ...block("map $http_upgrade $connection_upgrade", ["default upgrade;", "'' close;"]),
      ...rest,
    ]),
  ];
}

/** Servers that fill the wanted number of lines, as near as whole servers do. */
function servers(shape: Shape, first: number): string[] {
  const lines: string[] = [];
  for (let index = first; lines.length < shape.lines - linesOfServer / 2; index++) {
    lines.push(...server(index, shape, [], 12));
  }
  return lines;
}

/** The upstream and the server of one customer, with so many services. */
function server(
  index: number,
  { broken = false }: Shape,
  settings: readonly string[],
  services: number,
): string[] {
  const upstream = `backend_${index}`;
  const connection = broken ? [] : ["proxy_set_header Connection $connection_upgrade;"];
  return [
    ...block(`upstream ${upstream}`, [
      `server 10.${index >> 8}.${index & 255}.10:8080 max_fails=3;`,
      `server 10.${index >> 8}.${index & 255}.11:8080 backup;`,
    ]),
    ...block(`map $http_x_tier_${index} $tier_${index}`, [
      "default free;",
      '"~^gold-[0-9]+$" gold;',
      "trial trial;",
    ]),
    ...block("server", [
      "listen 127.0.0.1:8089;",
      `server_name www.customer-${index}.example customer-${index}.example;`,
      "",
      `# Customer ${index}`,
      "client_max_body_size 20m;",
      `set $customer "customer ${index}";`,
      ...settings,
      ...block("location /", [`proxy_pass http://${upstream};`, ...proxyHeaders]),
      ...block("location ~* \\.(?:css|js|png|svg|woff2)$", [
        "root /srv/www;",
        "include snippets/static.conf;",
      ]),
      ...block("location = /old", ["return 301 /;"]),
      ...block("location /ws/", [
        `proxy_pass http://${upstream};`,
        "proxy_http_version 1.1;",
        "proxy_set_header Upgrade $http_upgrade;",
        ...connection,
        "proxy_set_header Host $host;",
        "proxy_read_timeout 1h;",
      ]),
      ...Array.from({ length: services }, (_, service) => service).flatMap((service) =>
        block(`location /service-${service}/`, [
          `proxy_pass http://${upstream}/v${service}/;`,
          ...(service % 3 === 0 ? ["include snippets/proxy.conf;"] : proxyHeaders),
          `proxy_set_header X-Tier $tier_${index};`,
          "proxy_connect_timeout 5s;",
          "proxy_read_timeout 60s; # as the load balancer in front",
          "proxy_buffers 16 16k;",
        ]),
      ),
    ]),
  ];
}

const linesOfServer = server(0, { lines: 0 }, [], 12).length;

function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => (line === "" ? "" : `    ${line}`)), "}"];
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
