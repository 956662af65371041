import type { Use } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import { isTemplate } from "../nginx/shipped.ts";
import type { UpstreamRequest } from "../request/exchange.ts";
import { shown } from "../request/value.ts";
import { headerValues } from "../request/answer.ts";
import type { LocationName } from "./finding.ts";
import type { ProxiedLocation } from "./rule.ts";

/** Text of the configuration inside a message: between backticks, which `prose` makes code and `plain` takes away. */
export function marked(text: string): string {
  return text === "" || text.includes("`") ? text : `\`${text}\``;
}

/** The location as messages call it: `location /ws`. */
export function called({ name }: Pick<ProxiedLocation, "name">): string {
  return name.name === "" ? "this location" : marked(`location ${name.name}`);
}

/** The location with its server, for notes: `location /ws` of `api.example.com`. */
export function locationOf({ name, server }: LocationName): string {
  const location = name === "" ? "the location that includes it" : marked(`location ${name}`);
  return server === null ? location : `${location} of ${marked(server)}`;
}

/** Where the location's requests go, as messages name it: `http://backend`. */
export function upstreamName(location: ProxiedLocation): string {
  const address = location.exchanges.websocket.upstream?.address;
  const text = address === undefined ? (location.pass.parameters[0] ?? "") : shown(address);
  return text === "" ? "the upstream" : marked(text);
}

/** What reaches the upstream of a header: `Connection: close`, or `no Connection`. */
export function sent(request: UpstreamRequest, name: string): string {
  const values = headerValues(request, name.toLowerCase()).map((value) =>
    shown(value).replace(/\s+/g, " "),
  );
  return values.length === 0 ? `no ${marked(name)}` : marked(`${name}: ${values.join(", ")}`);
}

/** A directive as its file says it, without its block and its `;`, on one line. */
export function written({ document, directive }: Use): string {
  const last = directive.parameters.at(-1) ?? directive.name;
  return document.text.slice(directive.start, last.end).replace(/\s+/g, " ");
}

/** A directive inside a message. */
export function quoted(use: Use): string {
  return marked(written(use));
}

/** A directive inside a message, with whose it is where the repository does not hold it. */
export function attributed(use: Use): string {
  return isTemplate(use.document.path) ? `${quoted(use)} of ingress-nginx's template` : quoted(use);
}

/** A parameter as its file writes it, quotes included, so that it can be written again elsewhere. */
export function parameterText({ document, directive }: Use, index: number): string {
  const word = directive.parameters[index];
  return word === undefined ? "" : document.text.slice(word.start, word.end);
}

/** The place of a block's opening: from its name to its `{`. */
export function headOf({ document, directive }: Use): Place {
  return {
    document,
    span: { start: directive.start, end: directive.block?.open.end ?? directive.end },
  };
}

/** Not so of what only a distribution or product ships, such as Debian's `proxy_params`. */
export function isInRepository({ document }: Use): boolean {
  return document.origin === "repository";
}

/** Whether an `include` in the block brings the directive, rather than the block's own text. */
export function comesByInclude({ include, level }: Use): boolean {
  return include !== (level.opener?.include ?? null);
}

/** Whether the value of a `proxy_set_header` line is this variable and nothing else. */
export function isVariable({ parameters }: Use, name: string): boolean {
  return [`$${name}`, `\${${name}}`].includes((parameters[1] ?? "").toLowerCase());
}
