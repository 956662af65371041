import type { Analysis, LocationReport } from "../check/analysis.ts";
import { groupBy } from "../basics/collections.ts";
import { headerLines, effectiveSetting } from "../config/effective.ts";
import { type Level, type Use, enclosing } from "../config/level.ts";
import { evidenceOf } from "../intent/serves.ts";
import { locationName } from "../config/location-name.ts";
import { placeOf } from "../rules/rule.ts";
import { readable } from "../syntax/opaque.ts";
import { handshakeJson } from "./json.ts";
import { startOf } from "./order.ts";
import { redact } from "./redact.ts";
import { tool } from "./tool.ts";

const settings = [
  "proxy_http_version",
  "proxy_read_timeout",
  "proxy_send_timeout",
  "proxy_buffering",
] as const;

/**
 * The input of OPA policies, as text: every location that proxies over HTTP with the directives in force there, their
 * values as written and where each comes from. Null where nothing sets one, so that nginx's default holds. What a place
 * that nobody shows us may set is under `unknown`.
 */
export function conftestReport({ locations, nginxVersion }: Analysis): string {
  const input = {
    version: 1,
    tool,
    nginxVersion,
    locations: locations
      .filter(({ proxyPass }) => proxyPass.name === "proxy_pass")
      .map(locationInput),
  };
  return `${JSON.stringify(input, null, 2)}\n`;
}

function locationInput(report: LocationReport): object {
  const { name, level, proxyPass, intent } = report;
  const location = enclosing(level, "location");
  const values: Record<string, string | null> = {};
  const provenance: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const directive of settings) {
    const setting = effectiveSetting(level, directive);
    const isSet = setting.state === "set";
    values[directive] = isSet ? readable(setting.use.parameters.join(" ")) : null;
    provenance[directive] = isSet ? originOf(setting.use) : null;
    if (setting.state === "unknown") {
      unknown.push(`${directive}: ${setting.why}`);
    }
  }
  const headers = headersAt(level);
  if (headers.hidden !== null) {
    unknown.push(`proxy_set_header: ${headers.hidden}`);
  }
  return {
    path: readable((location && locationName(location)?.text) ?? name.name),
    server: name.server,
    file: name.place.document.path,
    line: startOf(name.place).line,
    includedFrom: name.includedFrom,
    proxy_pass: redact(readable(proxyPass.parameters[0] ?? "")),
    ...values,
    proxy_set_header: headers.values,
    provenance: { ...provenance, proxy_set_header: headers.origins },
    unknown,
    websocket: { serves: intent.serves, evidence: evidenceOf(intent).map(redact) },
    handshake: handshakeJson(report),
  };
}

/** By header; a list of values where several lines set the same, for nginx sends them all. */
function headersAt(level: Level): {
  readonly values: Readonly<Record<string, string | readonly string[]>>;
  readonly origins: Readonly<Record<string, unknown>>;
  readonly hidden: string | null;
} {
  const { uses, hidden } = headerLines(level);
  const byName = groupBy(uses, ({ parameters: [header = ""] }) => usualName(header));
  const entries = [...byName].map(([header, own]) => {
    const values = own.map(({ parameters: [, value = ""] }) => valueOf(header, readable(value)));
    const [only = "", ...others] = values;
    return [header, others.length === 0 ? only : values, own.map(originOf)] as const;
  });
  return {
    values: Object.fromEntries(entries.map(([header, value]) => [header, value])),
    origins: Object.fromEntries(
      entries.map(([header, , origins]) => [header, origins.length === 1 ? origins[0] : origins]),
    ),
    hidden,
  };
}

/** Whether a header's value is a secret shows in its name. */
function valueOf(header: string, value: string): string {
  return redact(`${header}: ${value}`).slice(header.length + 2);
}

const usualNames = new Map(
  [
    "Host",
    "Upgrade",
    "Connection",
    "Origin",
    "X-Real-IP",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
  ].map((name) => [name.toLowerCase(), name]),
);

/** Names of headers have no case, but keys of a policy's input have. */
function usualName(header: string): string {
  return usualNames.get(header.toLowerCase()) ?? readable(header);
}

function originOf(use: Use): object {
  const place = placeOf(use);
  return { file: place.document.path, line: startOf(place).line, level: use.level.context };
}
