import type { Config, Level, Use } from "../config/level.ts";
import type { Remedy } from "./remedy.ts";

/** Moves a block that only `http` takes before the block of `http` that it stands in; nothing where no file shows both. */
export function hoisted(config: Config, use: Use): Remedy[] {
  const opener = blockOfHttp(config, use.level);
  const { document, directive } = use;
  if (opener === null || opener.document !== document || !document.source.editable) {
    return [];
  }
  const { lines, text } = document;
  const indentOf = (offset: number): string =>
    /^[ \t]*/.exec(text.slice(lines.startOf(lines.lineAt(offset)), offset))?.[0] ?? "";
  const at = opener.directive.start;
  const [from, to] = [indentOf(directive.start), indentOf(at)];
  const eol = lines.eolOf(lines.lineAt(at)) || "\n";
  const moved = text
    .slice(directive.start, directive.end)
    .split(/\r?\n/)
    .map((line, index) =>
      index > 0 && line.startsWith(from) ? to + line.slice(from.length) : line,
    );
  const place = { document, span: { start: at, end: at } };
  return [
    { kind: "remove", use },
    { kind: "replace", place, text: `${moved.join(eol)}${eol}${eol}${to}` },
  ];
}

/** The `server` around a level, whose own level is `http` or the top of a file that `http` includes. */
function blockOfHttp({ main, kind }: Config, level: Level): Use | null {
  for (let at = level; at.parent !== null; at = at.parent) {
    const isHttp = at.parent.context === "http" || (at.parent === main && kind === "http");
    if (isHttp) {
      return at.opener;
    }
  }
  return null;
}
