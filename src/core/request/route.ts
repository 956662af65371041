import type { NginxVersion } from "../nginx/versions.ts";
import { settingWord } from "../config/effective.ts";
import { type Config, type Level, lineOf } from "../config/level.ts";
import type { ClientRequest } from "./client-request.ts";
import { ended } from "./ended.ts";
import type { Exchange } from "./exchange.ts";
import { Journey } from "./journey.ts";
import { serverNameOf } from "./listen.ts";
import { serverFor, type Listening } from "./server.ts";
import { capture, newScope } from "./scope.ts";

/** Follows one request that has come to a server's address, to where nginx answers it or hands it on. */
export function route(
  config: Config,
  request: ClientRequest,
  candidates: readonly Listening[],
  version: NginxVersion,
): Exchange {
  const steps: string[] = [];
  const chosen = serverFor(request.hostName ?? "", candidates);
  if (chosen === undefined) {
    const why = "which server answers cannot be told: a regular expression among their names";
    return ended(request.probe, "unknown", [...steps, why]);
  }
  const { server, groups, name } = chosen;
  const title = serverNameOf(server);
  const words = [
    "server",
    ...(title === null || title === "" ? [] : [title]),
    ...(server.opener === null ? [] : [`(line ${lineOf(server.opener)})`]),
  ];
  steps.push(`${words.join(" ")}${name === null ? ", the default for this address" : ""}`);
  const headers = request.headers.filter(([header]) => {
    const isTaken = takesHeader(server, header);
    if (!isTaken) {
      steps.push(`nginx ignores the header ${header}: its name is invalid`);
    }
    return isTaken;
  });
  const scope = newScope(config, { ...request, headers }, title);
  capture(groups, scope);
  return new Journey(scope, server, version, steps).run();
}

/** Follows a subrequest, which has its path already, to where nginx answers it or hands it on. */
export function routeInside(
  config: Config,
  server: Level,
  request: ClientRequest,
  version: NginxVersion,
): Exchange {
  const scope = newScope(config, request, serverNameOf(server));
  scope.isInternal = true;
  scope.sentAsAsked = false;
  return new Journey(scope, server, version, [], true).run();
}

/** Whether nginx takes a client's header line, by its name (ngx_http_parse_header_line). */
function takesHeader(server: Level, name: string): boolean {
  const isOn = (setting: string, byDefault: string): boolean =>
    (settingWord(server, setting) ?? byDefault).toLowerCase() === "on";
  return (
    /^[a-z0-9-]*$/i.test(name) ||
    !isOn("ignore_invalid_headers", "on") ||
    (/^[\w-]*$/.test(name) && isOn("underscores_in_headers", "off"))
  );
}
