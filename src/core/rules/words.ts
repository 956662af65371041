import type { Place, Use } from "../config/model.ts";
import type { UpstreamRequest } from "../handshake/model.ts";
import { shown } from "../handshake/variables.ts";
import { headerValues } from "../handshake/verdict.ts";
import type { ProxiedLocation } from "./rule.ts";

/** The location as messages call it: `location /ws`. */
export function called({ name }: ProxiedLocation): string {
  return name.name === "" ? "this location" : `location ${name.name}`;
}

/** Where the location's requests go, as messages name it: `http://backend`. */
export function upstreamName(location: ProxiedLocation): string {
  const address = location.exchanges.websocket.upstream?.address;
  return address === undefined ? (location.pass.parameters[0] ?? "the upstream") : shown(address);
}

/** What reaches the upstream of a header: `Connection: close`, or `no Connection`. */
export function sent(request: UpstreamRequest, name: string): string {
  const values = headerValues(request, name.toLowerCase()).map((value) =>
    shown(value).replace(/\s+/g, " "),
  );
  return values.length === 0 ? `no ${name}` : `${name}: ${values.join(", ")}`;
}

/** A directive as its file says it, without its block and its `;`, on one line. */
export function written({ document, directive }: Use): string {
  const last = directive.parameters.at(-1) ?? directive.name;
  return document.text.slice(directive.start, last.end).replace(/\s+/g, " ");
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

/** Whether an `include` in the block brings the directive, rather than the block's own text. */
export function comesByInclude({ include, level }: Use): boolean {
  return include !== (level.opener?.include ?? null);
}

/** Whether the value of a `proxy_set_header` line is this variable and nothing else. */
export function isVariable({ parameters }: Use, name: string): boolean {
  return [`$${name}`, `\${${name}}`].includes((parameters[1] ?? "").toLowerCase());
}
