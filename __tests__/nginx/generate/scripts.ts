import { asNonEmpty } from "./headers.ts";
import { block, type World } from "./world.ts";

const conditions = [
  "($http_upgrade)",
  "( $http_upgrade )",
  "($http_upgrade = websocket)",
  '($http_upgrade = "")',
  "($http_upgrade != websocket)",
  "($http_upgrade ~ ^web)",
  "($http_upgrade ~* ^WEB(.*)$)",
  "($http_upgrade !~ sock)",
  "($http_upgrade !~* SOCK)",
  "($http_x_given)",
  "($http_x_given = given)",
  "($arg_token)",
  "($arg_token = t)",
  "($args ~ token=(?<token>[^&]*))",
  "($host = example.test)",
  "($host ~ ^(.+)\\.test$)",
  "($request_method = GET)",
  "($request_method = POST)",
  "($uri ~ ^/ws/(.+)$)",
  "($uri = /ws/$1)",
  "($request_uri ~ %20)",
  "($cookie_sid = s)",
  "($scheme = https)",
  "($server_port ~ ^\\d+$)",
  "($request_method !~ ^(GET|HEAD|POST)$)",
  "($http_origin !~ ^https://example\\.test$)",
  "($http_connection ~* upgrade)",
  "($http_user_agent ~* bot)",
  '($http_cookie ~* "sid=([^;]+)(?:;|$)")',
  "($is_args)",
] as const;

/** Values that a `set` may give; captures among them. */
const assigned = [
  "1",
  "0",
  '""',
  "upgrade",
  "close",
  "$1",
  "[$1]",
  "$uri",
  "$http_upgrade",
  "a$args",
  "websocket",
] as const;

/** Directives of the rewrite module, as they may stand in a server or a location. */
export function scriptLines(world: World, isServer: boolean): string[] {
  const { random } = world;
  const lines: string[] = [];
  if (random.chance(0.2)) {
    lines.push(...setLines(world));
  }
  if (random.chance(isServer ? 0.08 : 0.25)) {
    lines.push(...ifBlock(world, isServer));
  }
  if (random.chance(0.05)) {
    lines.push(...ifBlock(world, isServer));
  }
  if (random.chance(isServer ? 0.04 : 0.1)) {
    lines.push(rewriteLine(world));
  }
  if (random.chance(0.03)) {
    lines.push(rewriteLine(world));
  }
  if (random.chance(0.02)) {
    lines.push("break;");
  }
  if (!isServer && random.chance(0.03)) {
    lines.push(random.pick(["return 204;", "return 404;", 'return 200 "own";']));
  }
  return lines;
}

function setLines(world: World): string[] {
  const { random } = world;
  const name = random.pick(["$flag", "$upgrade_value", "$connection_value"]);
  const value =
    world.variables.length > 0 && random.chance(0.3)
      ? random.pick(asNonEmpty(world.variables))
      : random.pick(assigned);
  if (!world.variables.includes(name)) {
    world.variables.push(name);
  }
  return [`set ${name} ${value};`];
}

function ifBlock(world: World, isServer: boolean): string[] {
  const { random } = world;
  const own = random.some(
    ["set", "rewrite", "return", "break", "proxy_pass", "add_header"] as const,
    0.25,
  );
  const lines = own.flatMap((kind) => {
    switch (kind) {
      case "set":
        return setLines(world);
      case "rewrite":
        return [rewriteLine(world)];
      case "return":
        return [
          random.pick([
            "return 403;",
            "return 418;",
            "return 444;",
            "return 200 in;",
            "return 301 /elsewhere;",
            "return 301 https://$host$request_uri;",
            "return https://$host$uri;",
          ]),
        ];
      case "break":
        return ["break;"];
      case "proxy_pass":
        return isServer ? [] : ["proxy_pass http://127.0.0.1:@BACKEND@;"];
      case "add_header":
        return isServer ? [] : ["add_header X-If yes;"];
    }
  });
  return block(`if ${random.pick(conditions)}`, lines);
}

function rewriteLine(world: World): string {
  return `${world.random.pick([
    "rewrite ^/old(.*)$ /ws$1",
    "rewrite ^/ws/(.*)$ /$1",
    "rewrite ^/ws/(?<rest>.*)$ /api/$rest",
    "rewrite ^ /api/all",
    "rewrite ^/ws$ /ws/?x=1",
    "rewrite ^/ws$ /ws/?",
    "rewrite ^/(.*)$ /api/$1?from=$1",
    "rewrite /nothing /else",
    "rewrite ^/api/(.*)$ /ws/$1",
    "rewrite ^/old/(.*)$ https://$host/$1",
    "rewrite (?i)^/WS/?$ /ws/room",
    "rewrite ^/ws(/.*)?$ /api$1?",
  ])}${world.random.pick([" last", " break", " break", "", " redirect", " permanent"])};`;
}
