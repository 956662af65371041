import type { World } from "./world.ts";

const upgradeValues = [
  "$http_upgrade",
  '"$http_upgrade"',
  "'$http_upgrade'",
  "${http_upgrade}",
  "$HTTP_Upgrade",
  "websocket",
  '"websocket"',
  '""',
  "$http_connection",
  '"$http_upgrade "',
  "h2c",
] as const;

const connectionValues = [
  '"upgrade"',
  "upgrade",
  "'Upgrade'",
  "$http_connection",
  '""',
  "''",
  "close",
  "keep-alive",
  '"keep-alive, Upgrade"',
  '"Upgrade, close"',
  "$http_upgrade",
  "upgrade#x",
  'up"grade"',
  '"upgrade\\t"',
] as const;

const hostValues = [
  "$host",
  "$http_host",
  "$proxy_host",
  '""',
  "backend.test",
  "$host:$server_port",
  '"$server_name"',
  "$proxy_host:$proxy_port",
] as const;

/** Values of other headers: variables that follow from the request, quoting, escapes, and text beside variables. */
const otherValues = [
  "$scheme",
  "$request_uri",
  "$uri",
  "$document_uri",
  "$args",
  "$is_args$args",
  "$query_string",
  "$arg_token",
  "$cookie_sid",
  "$request_method",
  "$server_protocol",
  "$request",
  "$http_origin",
  "$http_sec_websocket_key",
  "$http_x_given",
  "$http_missing",
  "$http_x_under",
  "$http_x_dot",
  "$http_cookie",
  "$cookie_a",
  "$arg_x$arg_TOKEN",
  "$https",
  "$http2",
  "$content_type",
  "$remote_user",
  "$server_port",
  '"https"',
  '"a\\"b"',
  "'a\"b'",
  "a\\ b",
  "a\\;b",
  '"a;b"',
  '"{a}"',
  '"#a"',
  "a#b",
  '"\\x\\\\"',
  '"a\\tb"',
  "'[$uri]'",
  '"${scheme}s"',
  "x$host-y",
  '"two  blanks"',
  "a}b",
] as const;

/** Values that only the connection knows. */
const connectionBoundValues = [
  "$remote_addr",
  "$proxy_add_x_forwarded_for",
  '"for=$remote_addr"',
] as const;

const otherNames = [
  "X-Real-IP",
  "X-Forwarded-For",
  "X-Forwarded-Proto",
  "X-Forwarded-Host",
  "X-Original-URI",
  "X-Given",
  "x-given",
  "Origin",
  "Cookie",
  "Accept-Encoding",
  '"X-Quoted"',
] as const;

/** `proxy_set_header` lines of one level, in any order. */
export function headerLines(world: World): string[] {
  const { random } = world;
  const lines: string[] = [];
  const add = (name: string, value: string) => lines.push(`proxy_set_header ${name} ${value};`);
  const spelled = (name: string) =>
    random.chance(0.1) ? random.pick([name.toLowerCase(), name.toUpperCase(), `"${name}"`]) : name;
  const variable = () =>
    world.variables.length > 0 ? random.pick(asNonEmpty(world.variables)) : "upgrade";
  if (random.chance(0.65)) {
    add(
      spelled("Upgrade"),
      random.chance(0.7) ? "$http_upgrade" : random.pick([...upgradeValues, variable()]),
    );
  }
  if (random.chance(0.65)) {
    add(
      spelled("Connection"),
      random.chance(0.6)
        ? random.pick([variable(), '"upgrade"', "upgrade"])
        : random.pick(connectionValues),
    );
  }
  if (random.chance(0.06)) {
    add("Connection", random.pick(connectionValues));
  }
  if (random.chance(0.04)) {
    add("Upgrade", random.pick(upgradeValues));
  }
  if (random.chance(0.4)) {
    add(spelled("Host"), random.chance(0.6) ? "$host" : random.pick(hostValues));
  }
  if (random.chance(0.04)) {
    add("Host", random.pick(hostValues));
  }
  for (let count = random.between(0, 3); count > 0; count--) {
    const value = random.chance(0.1)
      ? random.pick(connectionBoundValues)
      : random.pick([...otherValues, variable(), variable()]);
    add(random.pick(otherNames), value);
  }
  if (random.chance(0.03)) {
    add("Sec-WebSocket-Key", random.pick(['""', "$http_sec_websocket_key", "x"]));
  }
  if (random.chance(0.03)) {
    add("Sec-WebSocket-Version", random.pick(['""', "$http_sec_websocket_version", "8"]));
  }
  if (random.chance(0.02)) {
    add("Sec-WebSocket-Extensions", '""');
  }
  if (random.chance(0.02)) {
    add(random.pick(["TE", "Keep-Alive", "Expect", "Proxy-Connection"]), "given");
  }
  if (random.chance(0.02)) {
    add("Content-Length", '""');
  }
  return random.chance(0.3) ? random.shuffle(lines) : lines;
}

/** Directives other than `proxy_set_header` that may stand at any level; none of them twice. */
export function settingLines(world: World): string[] {
  const { random } = world;
  const lines: string[] = [];
  const maybe = (probability: number, ...directives: [string, ...string[]]) => {
    if (random.chance(probability)) {
      lines.push(`${random.pick(directives)};`);
    }
  };
  maybe(
    0.5,
    "proxy_http_version 1.1",
    "proxy_http_version 1.1",
    "proxy_http_version 1.1",
    'proxy_http_version "1.1"',
    "proxy_http_version 1.0",
  );
  maybe(
    0.1,
    "proxy_read_timeout 60s",
    "proxy_read_timeout 1h",
    "proxy_read_timeout 1h30m",
    'proxy_read_timeout "1m 30s"',
  );
  maybe(0.05, "proxy_send_timeout 30s", "proxy_send_timeout 30000ms");
  maybe(0.1, "proxy_buffering off", "proxy_buffering on", "proxy_buffering OFF");
  maybe(0.03, "proxy_buffer_size 1k");
  maybe(
    0.05,
    "proxy_hide_header X-Powered-By",
    "proxy_hide_header Connection",
    "proxy_hide_header Server",
  );
  maybe(
    0.03,
    "proxy_hide_header Upgrade",
    "proxy_hide_header upgrade",
    "proxy_hide_header Sec-WebSocket-Accept",
  );
  maybe(0.03, "proxy_pass_header Upgrade", "proxy_pass_header Connection");
  maybe(0.03, "proxy_pass_request_headers off");
  maybe(0.03, "proxy_method POST", "proxy_method GET", "proxy_method get");
  maybe(0.02, 'proxy_set_body "x"', 'proxy_set_body ""', "proxy_set_body $uri");
  maybe(0.02, "proxy_pass_request_body off");
  // Nothing is kept, so that one request has no part in the next; a cache has its way with the headers all the same.
  if (random.chance(0.03)) {
    lines.push("proxy_cache cache;", "proxy_no_cache 1;");
  }
  maybe(
    0.03,
    "proxy_socket_keepalive on",
    "proxy_ignore_client_abort on",
    "proxy_redirect off",
    "tcp_nodelay off",
  );
  maybe(
    0.03,
    "proxy_intercept_errors on",
    "proxy_request_buffering off",
    "underscores_in_headers on",
  );
  return lines;
}

/** Moves lines into a file that is included in their place, or includes one that another level includes too. */
export function maybeIncluded(world: World, lines: readonly string[]): string[] {
  const { random } = world;
  const snippets = Object.keys(world.files).filter((path) => path.startsWith("snippets/"));
  if (snippets.length > 0 && random.chance(0.08)) {
    return [`include ${random.pick(asNonEmpty(snippets))};`];
  }
  if (lines.length === 0 || !random.chance(0.15)) {
    return [...lines];
  }
  const kept = random.between(0, lines.length - 1);
  const path = `snippets/${snippets.length}.conf`;
  world.files[path] = `${lines.slice(kept).join("\n")}\n`;
  return [
    ...lines.slice(0, kept),
    `include ${random.chance(0.2) ? "snippets/*" + path.slice(9) : path};`,
  ];
}

export function asNonEmpty<Item>(items: readonly Item[]): readonly [Item, ...Item[]] {
  const [first, ...others] = items;
  if (first === undefined) {
    throw new Error("an empty list has nothing to pick from");
  }
  return [first, ...others];
}
