import { parse } from "yaml";

const prefix = "nginx.ingress.kubernetes.io/";

interface Ingress {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly rules: readonly {
      readonly host?: string;
      readonly http: {
        readonly paths: readonly {
          readonly path: string;
          readonly backend: {
            readonly service: { readonly name: string; readonly port: { readonly number: number } };
          };
        }[];
      };
    }[];
  };
}

/**
 * The nginx.conf that ingress-nginx makes of an Ingress, as far as it concerns proxying: its lines, in its order, after
 * rootfs/etc/nginx/template/nginx.tmpl and internal/ingress/annotations/proxy/main.go of kubernetes/ingress-nginx.
 */
export function ingressConfig(text: string): string {
  const { metadata, spec } = parse(text) as Ingress;
  const { annotations = {} } = metadata;
  const own = (name: string): string | undefined => annotations[prefix + name];
  const whole = (name: string, otherwise: string): string =>
    /^[+-]?\d+$/.test(own(name) ?? "") ? (own(name) ?? "") : otherwise;
  const version = ["1.0", "1.1"].find((each) => each === own("proxy-http-version")?.trim());
  const connection = /^(?:close|keep-alive)$/.exec(own("connection-proxy-header") ?? "")?.[0];
  const location = (path: string, address: string): string => `
    location ${path} {
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection ${connection ?? "$connection_upgrade"};
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_connect_timeout ${whole("proxy-connect-timeout", "5")}s;
      proxy_send_timeout ${whole("proxy-send-timeout", "60")}s;
      proxy_read_timeout ${whole("proxy-read-timeout", "60")}s;
      proxy_buffering ${own("proxy-buffering") ?? "off"};
      proxy_request_buffering on;
      proxy_http_version ${version ?? "1.1"};
      ${own("configuration-snippet") ?? ""}
      proxy_pass http://${address};
    }`;
  const servers = spec.rules.map(
    ({ host, http }) => `
  server {
    listen 80;
    server_name ${host ?? "_"};
    ${own("server-snippet") ?? ""}
    ${http.paths.map(({ path, backend: { service } }) => location(path, `${service.name}:${service.port.number}`)).join("")}
  }`,
  );
  return `events {}
http {
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  ${servers.join("")}
}
`;
}
