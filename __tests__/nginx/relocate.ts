import { freePorts, type NginxFiles } from "./harness.ts";
import { replaceAll, statementsOf, type Replacement, type Statement } from "./statements.ts";

/**
 * Where a real-world configuration is moved to so that it runs here: each address that it listens on becomes a port of
 * 127.0.0.1, and each address that it proxies to becomes the backend.
 */
export interface Addresses {
  /** Original listen address, as `listenKey` writes it, to port. */
  readonly listen: ReadonlyMap<string, number>;
  /** The port of servers that have no `listen`. */
  readonly unwritten: number;
  readonly backend: number;
}

/** Blocks whose lines are data, not directives. */
const dataBlocks = new Set(["map", "geo", "types", "split_clients", "charset_map", "match"]);

/** Directives that name files, users or sockets of the machine that the configuration was written for. */
const machineDirectives =
  /^(?:user|pid|daemon|master_process|load_module|worker_cpu_affinity|worker_rlimit_nofile|lock_file|(?:client_body|proxy|fastcgi|uwsgi|scgi)_temp_path|ssl|ssl_(?:certificate|certificate_key|client_certificate|trusted_certificate|dhparam|crl|password_file|session_ticket_key|stapling|stapling_verify|stapling_file|verify_client)|http2|http3|quic_.*)$/;

/** Files that distributions install beside nginx.conf, for configurations that include them without showing them. */
const distributionFiles: Readonly<Record<string, string>> = {
  "mime.types": "types { text/html html; }\n",
  fastcgi_params: "",
  uwsgi_params: "",
  scgi_params: "",
  proxy_params:
    "proxy_set_header Host $http_host;\nproxy_set_header X-Real-IP $remote_addr;\n" +
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\nproxy_set_header X-Forwarded-Proto $scheme;\n",
};

/** Free ports for everything that one of `configs` listens on, so that several versions of one text run alike. */
export async function addressesFor(
  configs: readonly NginxFiles[],
  backend: number,
): Promise<Addresses> {
  const keys = new Set<string>();
  for (const config of configs) {
    for (const text of Object.values(config.files)) {
      for (const statement of statementsOf(text)) {
        if (isListen(statement)) {
          keys.add(listenKey(statement.parameters[0]?.value ?? ""));
        }
      }
    }
  }
  const [unwritten = 0, ...ports] = await freePorts(keys.size + 1);
  const listen = new Map([...keys].map((key, index) => [key, ports[index] ?? 0]));
  // A server without `listen` listens on 80, together with those that say so.
  return { listen, unwritten: listen.get("80") ?? unwritten, backend };
}

/** The port as written, with the address before it unless that is a wildcard. */
export function listenKey(address: string): string {
  if (address.startsWith("unix:") || /^\d+$/.test(address)) {
    return address;
  }
  const [, host = address, port = "80"] = /^(.+):(\d+)$/.exec(address) ?? [];
  return host === "*" || host === "0.0.0.0" ? port : `${host}:${port}`;
}

/** The configuration with its addresses replaced, machine-bound directives removed and line numbers kept. */
export function relocate(config: NginxFiles, addresses: Addresses): NginxFiles {
  const wrapped = wrapFragment(config);
  const files = Object.entries(wrapped.files).map(
    ([path, text]) => [stripPrefix(path), text] as const,
  );
  const all = files.map(([, text]) => statementsOf(text));
  const upstreams = new Set(
    all
      .flat()
      .filter((statement) => statement.name === "upstream")
      .map((statement) => statement.parameters[0]?.value.toLowerCase() ?? ""),
  );
  const snippetsListen = all.some((statements) =>
    statements.some((one) => isListen(one) && one.parent === null),
  );
  const moved: Record<string, string> = { ...distributionFiles };
  for (const [index, [path, text]] of files.entries()) {
    const statements = all[index] ?? [];
    const replacements = statements
      .filter((statement) => !dataBlocks.has(statement.parent?.name ?? ""))
      .flatMap((statement) =>
        replacementsFor(statement, statements, addresses, upstreams, snippetsListen),
      );
    moved[path] = replaceAll(text, replacements);
  }
  return { main: stripPrefix(wrapped.main), files: moved };
}

function replacementsFor(
  statement: Statement,
  statements: readonly Statement[],
  addresses: Addresses,
  upstreams: ReadonlySet<string>,
  snippetsListen: boolean,
): Replacement[] {
  const { name, start, end, parameters } = statement;
  const first = parameters[0];
  if (machineDirectives.test(name)) {
    return [{ start, end, text: "" }];
  }
  if (isListen(statement)) {
    const port = addresses.listen.get(listenKey(first?.value ?? ""));
    const options = new Set(parameters.slice(1).map((parameter) => parameter.value));
    if (options.has("quic") || port === undefined) {
      return [{ start, end, text: "" }];
    }
    const isDefault = options.has("default_server") || options.has("default");
    return [{ start, end, text: `listen 127.0.0.1:${port}${isDefault ? " default_server" : ""};` }];
  }
  if (name === "server" && statement.blockEnd !== null) {
    const listens =
      statements.some((one) => one.parent === statement && isListen(one)) || snippetsListen;
    return listens ? [] : [{ start: end, end, text: ` listen 127.0.0.1:${addresses.unwritten};` }];
  }
  if (first === undefined) {
    return [];
  }
  const replaceFirst = (text: string): Replacement[] => [
    { start: first.start, end: first.end, text },
  ];
  if (name === "server") {
    const options = parameters.slice(1).map((parameter) => parameter.value);
    const kept = options.filter((option) =>
      /^(?:backup|down|weight=.*|max_.*|fail_.*)$/.test(option),
    );
    return [
      { start, end, text: `${["server", `127.0.0.1:${addresses.backend}`, ...kept].join(" ")};` },
    ];
  }
  if (name === "proxy_pass") {
    return replaceFirst(redirectedTarget(first.value, addresses.backend, upstreams));
  }
  if (name === "include") {
    return replaceFirst(stripPrefix(first.value));
  }
  if (name === "error_log") {
    return replaceFirst("stderr");
  }
  if (name === "access_log" && first.value !== "off") {
    return replaceFirst("/dev/null");
  }
  if (name === "proxy_cache_path") {
    return replaceFirst("cache");
  }
  return [];
}

/** Leaves upstream names, variables and schemes that nginx refuses; https becomes http, the backend has no TLS. */
function redirectedTarget(target: string, backend: number, upstreams: ReadonlySet<string>): string {
  const [, host = "", uri = ""] = /^https?:\/\/(unix:[^:]*:?|[^/?]*)(.*)$/is.exec(target) ?? [];
  if (host === "") {
    return target;
  }
  const address =
    host.includes("$") || upstreams.has(host.toLowerCase()) ? host : `127.0.0.1:${backend}`;
  return `http://${address}${uri}`;
}

function isListen(statement: Statement): boolean {
  return (
    statement.name === "listen" &&
    statement.blockEnd === null &&
    !dataBlocks.has(statement.parent?.name ?? "")
  );
}

/** `/etc/nginx/conf.d/x.conf` as a path below the prefix. Other absolute paths lose only their slash. */
function stripPrefix(path: string): string {
  return path.replace(
    /^(?:\/etc\/nginx|\/usr\/local\/nginx\/conf|\/usr\/local\/etc\/nginx)?\//,
    "",
  );
}

/** Puts the main file into the blocks that its top-level directives imply, on its first line. */
function wrapFragment(config: NginxFiles): NginxFiles {
  const text = config.files[config.main];
  if (text === undefined) {
    throw new Error(`${config.main} is not among the files`);
  }
  const top = new Set(
    statementsOf(text)
      .filter((statement) => statement.parent === null)
      .map((statement) => statement.name),
  );
  const [before, after] = wrapping(top);
  return {
    main: config.main,
    files: { ...config.files, [config.main]: `${before}${text}${after}` },
  };
}

function wrapping(top: ReadonlySet<string>): [before: string, after: string] {
  if (top.has("http") || top.has("stream")) {
    return [top.has("events") ? "" : "events {} ", ""];
  }
  if (["server", "map", "upstream", "log_format"].some((name) => top.has(name))) {
    return ["events {} http { ", "\n}\n"];
  }
  if (["location", "listen", "server_name"].some((name) => top.has(name))) {
    return ["events {} http { server { ", "\n}}\n"];
  }
  return ["events {} http { server { location / { ", "\n}}}\n"];
}
