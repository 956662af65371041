const main = `events {}
http {
    include conf.d/*.conf;
}
`;

/** A server whose only location, on line 5, has these lines. */
export function siteOf(...lines: readonly string[]): string {
  const inner = lines.map((line) => `        ${line}\n`).join("");
  return `server {\n    listen 80;\n    server_name api.example.com;\n\n    location /ws {\n${inner}    }\n}\n`;
}

export const pass = "proxy_pass http://10.0.0.5:8080;";

/** What makes a location upgrade, and leaves nothing to report. */
export const upgrade = [
  "proxy_http_version 1.1;",
  "proxy_set_header Upgrade $http_upgrade;",
  'proxy_set_header Connection "upgrade";',
  "proxy_set_header Host $host;",
  "proxy_read_timeout 3600s;",
  "proxy_send_timeout 3600s;",
] as const;

const site = siteOf(pass);

export const nginx = {
  /** A site whose handshake breaks on line 6. */
  site,
  path: "nginx/conf.d/api.conf",
  complete: { "nginx/nginx.conf": main },
  /** What a pull request adds to `complete`. */
  broken: { "nginx/conf.d/api.conf": site },
} as const;
