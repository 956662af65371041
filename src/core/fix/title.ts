import type { Level, Use } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import { directivesAround } from "../syntax/find.ts";
import type { Directive } from "../syntax/tree.ts";
import type { Choice } from "./connection.ts";
import { applyEdits } from "./edit.ts";
import { written } from "./format.ts";
import { marked } from "../rules/phrases.ts";
import type { FixRequest, Remedy } from "../rules/remedy.ts";

export interface TitleHints {
  /** Nothing changes but that maps are added. */
  readonly onlyMaps: boolean;
  /** Every upgrade is forwarded already, and now only WebSockets shall be. */
  readonly narrows: boolean;
  /** `Connection` says upgrade already, to every request, and only that line is at fault. */
  readonly saysUpgrade: boolean;
}

/** What the fix will change, in the file's own names. */
export function titleOf(
  request: FixRequest,
  level: Level,
  choice: Choice | null,
  { onlyMaps, narrows, saysUpgrade }: TitleHints,
): string {
  const remedies = onlyMaps ? [] : request.remedies;
  const target = targetOf(level, remedies);
  const hasPair = remedies.some(isPair);
  const reads = remedies.some(isDirective("proxy_read_timeout"));
  const parts = new Set<string>();
  if (hasPair) {
    parts.add(
      narrows
        ? `forward no other upgrade than websocket ${target}`
        : saysUpgrade
          ? `ask for an upgrade ${target} only where the client does`
          : `forward the upgrade ${target}`,
    );
  }
  for (const remedy of remedies) {
    const isSaid =
      isPair(remedy) ||
      (hasPair && remedy.kind === "directive") ||
      (reads && isDirective("proxy_send_timeout")(remedy)) ||
      remedies.some((other) => isMoved(remedy, other));
    if (!isSaid) {
      parts.add(partOf(remedy, remedies, target));
    }
  }
  for (const map of choice?.maps ?? []) {
    parts.add(`define ${map.variable}`);
  }
  const title = [...parts].join(", ").replace(/, ([^,]*)$/, " and $1");
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function isPair(remedy: Remedy): boolean {
  return (
    remedy.kind === "header" &&
    !isEmptied(remedy.value) &&
    ["upgrade", "connection"].includes(remedy.name.toLowerCase())
  );
}

function isEmptied(value: string | null): boolean {
  return value === "" || value === '""' || value === "''";
}

function isDirective(name: string): (remedy: Remedy) => boolean {
  return (remedy) => remedy.kind === "directive" && remedy.name === name;
}

/** Whether `removed` takes away what `remedy` writes elsewhere. */
function isMoved(remedy: Remedy, removed: Remedy): boolean {
  if (removed.kind !== "remove") {
    return false;
  }
  const { document, directive, name, parameters } = removed.use;
  if (remedy.kind === "replace" && directive.block !== null) {
    const head = document.text.slice(directive.start, directive.block.open.end);
    return remedy.text.startsWith(head);
  }
  return remedy.kind === "header"
    ? name === "proxy_set_header" && parameters[0]?.toLowerCase() === remedy.name.toLowerCase()
    : remedy.kind === "directive" && remedy.name === name;
}

function targetOf(level: Level, remedies: readonly Remedy[]): string {
  const pass = level.uses.find((use) => use.name === "proxy_pass");
  if (pass !== undefined) {
    return `to ${marked(passedTo(pass, remedies))}`;
  }
  const name =
    level.opener === null
      ? level.context
      : [level.opener.name, ...level.opener.parameters].join(" ");
  const server = level.uses.find((use) => use.name === "server_name")?.parameters[0];
  return `in ${marked(server === undefined ? name : `${name} ${server}`)}`;
}

/** The target of a `proxy_pass` as it will read. */
function passedTo({ document, directive, parameters }: Use, remedies: readonly Remedy[]): string {
  const [word] = directive.parameters;
  if (word === undefined) {
    return "the upstream";
  }
  const edits = remedies.flatMap((remedy) =>
    remedy.kind === "replace" &&
    // What ends the directive is no part of the address.
    remedy.text !== ";" &&
    remedy.place.document === document &&
    remedy.place.span.start >= word.start &&
    remedy.place.span.end <= word.end
      ? [
          {
            start: remedy.place.span.start - word.start,
            end: remedy.place.span.end - word.start,
            text: remedy.text,
          },
        ]
      : [],
  );
  const text = document.text.slice(word.start, word.end);
  return edits.length === 0 ? (parameters[0] ?? "") : (applyEdits(text, edits) ?? text);
}

function partOf(remedy: Remedy, remedies: readonly Remedy[], target: string): string {
  switch (remedy.kind) {
    case "header":
      return isEmptied(remedy.value)
        ? `send no ${marked(remedy.name)} ${target}`
        : `send ${marked(`${remedy.name} ${remedy.value ?? ""}`.trim())} ${target}`;
    case "directive":
      return remedy.name === "proxy_http_version"
        ? `speak HTTP/${remedy.parameters.join(" ")} ${target}`
        : `set ${marked(remedy.name)} to ${marked(remedy.parameters.join(" "))}`;
    case "replace":
      return replaced(remedy.place, remedy.text);
    case "remove": {
      const { name, document, directive, level } = remedy.use;
      const words = directive.parameters.map((word) => written(document, word));
      const line = marked([name, ...words].join(" "));
      return level.opener !== null && remedies.some((other) => isMoved(other, remedy))
        ? `move ${line} out of ${marked(level.opener.name)}`
        : `remove ${line}`;
    }
  }
}

function replaced({ document, span }: Place, text: string): string {
  const map = mapAround(document.tree.directives, span.start);
  if (map !== null) {
    return `correct the map for ${map.parameters[1]?.value ?? ""}`;
  }
  const old = document.text.slice(span.start, span.end);
  if (old === "\uFEFF") {
    return "remove the byte order mark";
  }
  if (old === "" || text === "") {
    return old === "" ? `add ${marked(text.trim())}` : `remove ${marked(old.trim())}`;
  }
  return `write ${marked(text.trim())} in place of ${marked(old.trim())}`;
}

/** The `map` that the offset lies in, its opening line included. */
function mapAround(directives: readonly Directive[], offset: number): Directive | null {
  return directivesAround(directives, offset).find(({ name }) => name.value === "map") ?? null;
}
