import type { Config, Level, Use } from "../config/model.ts";
import { upstreamOf } from "../handshake/upstream-request.ts";
import { type Application, applications, withoutWebSocket } from "./applications.ts";
import { serverNames } from "./declared.ts";
import { serverOf } from "./routes.ts";

/** Parts of a name that follow the software's own and do not change what it is. */
const neutral = new Set(
  `server app application web www backend frontend upstream upstreams svc service prod production dev staging test docker container http
  https node nodes host internal local localhost main ui proxy pool cluster addon ingress`.split(
    /\s+/,
  ),
);

export interface Named {
  readonly text: string;
  /** What bears the name, e.g. `the upstream grafana`. */
  readonly what: string;
}

/** The names by which one can tell what answers: those of the upstream and its servers, then those of the nginx server. */
export function namesAround(config: Config, level: Level, pass: Use): readonly Named[] {
  return [...upstreamNames(config, level, pass), ...ownNames(level)];
}

export function ownNames(level: Level): readonly Named[] {
  return serverNames(serverOf(level))
    .filter((name) => !name.startsWith("~"))
    .map((name) => ({ text: name.replace(/^\*?\./, ""), what: `the server name ${name}` }));
}

export function upstreamNames(config: Config, level: Level, pass: Use): readonly Named[] {
  const written = pass.parameters[0] ?? "";
  const host = hostOf(withSetVariables(written, level));
  const names: Named[] = host === "" ? [] : [{ text: host, what: `the upstream ${host}` }];
  const folder = /^\w+:\/\/[^/]+\/([\w-]+)/.exec(written)?.[1];
  if (folder !== undefined) names.push({ text: folder, what: `the upstream's folder ${folder}` });
  for (const [, variable = ""] of written.matchAll(/\$\{?(\w+)/g)) {
    names.push({ text: variable.replace(/^upstream_/, ""), what: `the upstream $${variable}` });
  }
  const servers = upstreamOf(config, { address: `http://${host}` })?.inner?.uses ?? [];
  for (const use of servers) {
    const server = use.name === "server" ? hostOf(use.parameters[0] ?? "") : "";
    if (server !== "" && server !== host) {
      names.push({ text: server, what: `${server}, a server of the upstream ${host}` });
    }
  }
  return names;
}

/** The host in an address, without scheme, port and path; empty for an IP address or a socket. */
function hostOf(address: string): string {
  const host = /^(?:\w+:\/\/)?(?:[^@/]*@)?([\w.-]+)/.exec(address)?.[1] ?? "";
  return /^[\d.]+$/.test(host) || host === "unix" || host === "localhost" ? "" : host;
}

/** `http://$app:80` after `set $app grafana` is `http://grafana:80`; other variables are left out. */
function withSetVariables(text: string, level: Level): string {
  return text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    for (let at: Level | null = level; at !== null; at = at.parent) {
      const set = at.uses.findLast((use) => use.name === "set" && use.parameters[0] === `$${name}`);
      if (set !== undefined)
        return set.parameters[1]?.includes("$") === false ? set.parameters[1] : "";
    }
    return "";
  });
}

/** The port that requests go to; null where it is not written. */
export function upstreamPort(config: Config, level: Level, pass: Use): number | null {
  const written = withSetVariables(pass.parameters[0] ?? "", level);
  const servers = upstreamOf(config, { address: `http://${hostOf(written)}` })?.inner?.uses;
  const address = servers?.find((use) => use.name === "server")?.parameters[0] ?? written;
  const port = /^(?:\w+:\/\/)?[^/:]*:(\d+)/.exec(address)?.[1];
  return port === undefined ? null : Number(port);
}

/** The application that listens on the port unless told otherwise. */
export function applicationOnPort(port: number): Application | null {
  return applications.find((each) => each.port === port) ?? null;
}

/** The application that a name stands for. */
export function applicationCalled(name: string): Application | null {
  return applications.find(({ called }) => called.some((each) => isCalled(name, each))) ?? null;
}

/** Whether the name is that of software without WebSockets; gives its name. */
export function plainSoftwareCalled(name: string): string | null {
  return (
    withoutWebSocket.find(({ called }) => called.some((each) => isCalled(name, each)))?.name ?? null
  );
}

/** As in English, the last word says what it is: `acme-grafana` is Grafana, `gitlab-pages` is not GitLab. */
function isCalled(name: string, called: string): boolean {
  const [label = ""] = name.toLowerCase().split(".");
  const parts = label.split(/[-_]+/).filter((part) => part !== "");
  while (!endsIn(parts.join("-"), called)) {
    if (parts.length === 0 || !isNeutral(parts.pop() ?? "")) return false;
  }
  return true;
}

function endsIn(name: string, called: string): boolean {
  return name === called || name.endsWith(`-${called}`);
}

function isNeutral(part: string): boolean {
  return neutral.has(part) || /^v?\d+$/.test(part);
}
