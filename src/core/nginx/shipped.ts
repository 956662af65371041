/** Products that put a file's text into a configuration of their own. */
export type Surroundings = "ingress-nginx" | "nginx-ingress" | "swag";

const upgradeMap = (otherwise: string): string =>
  `map $http_upgrade $connection_upgrade { default upgrade; '' ${otherwise}; }\n`;

/**
 * What a product's own configuration defines around the text that a repository gives it, as far as it concerns
 * proxying: at http level, where the text is a server or goes into one.
 */
const aroundText: Readonly<Record<Surroundings, string>> = {
  // rootfs/etc/nginx/template/nginx.tmpl of kubernetes/ingress-nginx; it keeps connections to the upstream by default.
  "ingress-nginx": upgradeMap("''"),
  // internal/configs/version1/nginx.tmpl of nginx/kubernetes-ingress.
  "nginx-ingress": upgradeMap("close"),
  // root/defaults/nginx/nginx.conf.sample of linuxserver/docker-baseimage-alpine-nginx.
  swag: upgradeMap("close"),
};

/** Where a product's own configuration is said to be; no file of a repository has such a path. */
export function surroundingsPath(product: Surroundings): string {
  return `/around/${product}/http.conf`;
}

/** Where the lines of the template are that no annotation changes, or that stand where one is not given. */
export function templatePath(name: string): string {
  return `/around/ingress-nginx/${name}.conf`;
}

/** Whether a path is that of lines which a product writes around whatever it is given, so that they tell nothing of it. */
export function isTemplate(path: string): boolean {
  return path.startsWith("/around/");
}

/** Files that products put beside the text, by the path that includes them. */
const included: readonly (readonly [path: string, text: string])[] = [
  // root/defaults/nginx/proxy.conf.sample of linuxserver/docker-swag.
  [
    "/config/nginx/proxy.conf",
    [
      "proxy_connect_timeout 240;",
      "proxy_http_version 1.1;",
      "proxy_read_timeout 240;",
      "proxy_send_timeout 240;",
      "proxy_set_header Connection $connection_upgrade;",
      "proxy_set_header Host $host;",
      "proxy_set_header Upgrade $http_upgrade;",
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
      "proxy_set_header X-Forwarded-Host $host:$server_port;",
      "proxy_set_header X-Forwarded-Proto $scheme;",
      "proxy_set_header X-Real-IP $remote_addr;",
      "",
    ].join("\n"),
  ],
  // Beside it: TLS settings and a resolver.
  ["/config/nginx/ssl.conf", ""],
  ["/config/nginx/resolver.conf", ""],
  // docker/rootfs/etc/nginx/conf.d/include/proxy.conf of NginxProxyManager/nginx-proxy-manager.
  [
    "conf.d/include/proxy.conf",
    [
      "proxy_set_header Host $host;",
      "proxy_set_header X-Forwarded-Proto $scheme;",
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
      "proxy_set_header X-Real-IP $remote_addr;",
      "proxy_pass $forward_scheme://$server:$port$request_uri;",
      "",
    ].join("\n"),
  ],
];

/**
 * What ingress-nginx's template writes into each location, in the parts that annotations replace.
 * rootfs/etc/nginx/template/nginx.tmpl; the values are the defaults of internal/ingress/controller/config/config.go.
 */
const ingressTemplate: readonly (readonly [name: string, lines: readonly string[]])[] = [
  [
    "fixed",
    [
      "proxy_set_header Host $http_host;",
      "proxy_set_header Upgrade $http_upgrade;",
      "proxy_set_header X-Request-ID $request_id;",
      "proxy_set_header X-Real-IP $remote_addr;",
      "proxy_set_header X-Forwarded-For $remote_addr;",
      "proxy_set_header X-Forwarded-Host $http_host;",
      "proxy_set_header X-Forwarded-Port $server_port;",
      "proxy_set_header X-Forwarded-Proto $scheme;",
      "proxy_set_header X-Scheme $scheme;",
      "proxy_connect_timeout 5s;",
      "proxy_buffer_size 4k;",
      "proxy_buffers 4 4k;",
      "proxy_max_temp_file_size 1024m;",
      "proxy_request_buffering on;",
      "proxy_cookie_domain off;",
      "proxy_cookie_path off;",
      "proxy_next_upstream error timeout;",
      "proxy_next_upstream_timeout 0;",
      "proxy_next_upstream_tries 3;",
    ],
  ],
  ["connection", ["proxy_set_header Connection $connection_upgrade;"]],
  ["proxy_http_version", ["proxy_http_version 1.1;"]],
  ["proxy_read_timeout", ["proxy_read_timeout 60s;"]],
  ["proxy_send_timeout", ["proxy_send_timeout 60s;"]],
  ["proxy_buffering", ["proxy_buffering off;"]],
];

/** What products bring, by path. */
const ofProducts: readonly (readonly [path: string, text: string])[] = [
  ...included,
  ...ingressTemplate.map(([name, lines]) => [templatePath(name), lines.join("\n")] as const),
  ...(["ingress-nginx", "nginx-ingress", "swag"] as const).map(
    (product) => [surroundingsPath(product), aroundText[product]] as const,
  ),
];

/**
 * Files that distributions and certbot put on the server, as far as they concern proxying: Debian's `proxy_params` sets
 * four request headers, the others set none and define no variable. Paths are relative to nginx.conf's folder.
 */
const ofDistributions: readonly (readonly [path: string, text: string])[] = [
  [
    "proxy_params",
    [
      "proxy_set_header Host $http_host;",
      "proxy_set_header X-Real-IP $remote_addr;",
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
      "proxy_set_header X-Forwarded-Proto $scheme;",
      "",
    ].join("\n"),
  ],
  ...[
    "mime.types",
    "fastcgi_params",
    "fastcgi.conf",
    "uwsgi_params",
    "scgi_params",
    "koi-utf",
    "koi-win",
    "win-utf",
    "snippets/fastcgi-php.conf",
    "snippets/snakeoil.conf",
    "/etc/letsencrypt/options-ssl-nginx.conf",
  ].map((name) => [name, ""] as const),
];

/** Whose a file is: only what the repository holds can be edited there. */
export type Origin = "repository" | "distribution" | "product";

const texts: ReadonlyMap<string, string> = new Map([...ofDistributions, ...ofProducts]);

const origins: ReadonlyMap<string, Origin> = new Map([
  ...ofDistributions.map(([path]) => [absolute(path), "distribution"] as const),
  ...ofProducts.map(([path]) => [absolute(path), "product"] as const),
]);

function absolute(path: string): string {
  return path.startsWith("/") ? path : `/etc/nginx/${path}`;
}

/** The text of a file that a distribution or product ships, by the path that includes it; undefined where none does. */
export function shippedText(path: string): string | undefined {
  return texts.get(path);
}

/** Whose a file is, by its path: that of a shipped file is absolute, that of the repository's never. */
export function originOf(path: string): Origin {
  return origins.get(path) ?? "repository";
}
