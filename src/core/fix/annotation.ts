import { effectiveList } from "../config/effective.ts";
import type { Level, Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import { linesOf } from "../sources/ingress.ts";
import { annotationPrefix } from "../sources/annotation-names.ts";
import type { Annotation } from "../sources/source.ts";
import { removals } from "./change.ts";
import { applyEdits, type TextEdit } from "./edit.ts";
import { eolAt, indentAt, isFirstInLine } from "./format.ts";
import type { FixRequest, Remedy } from "../rules/remedy.ts";

/** The Ingress in whose annotations a request's remedies are to be written; null where it is about nginx's own text. */
export function ingressOf({ level, remedies }: FixRequest): Document | null {
  const documents = [
    level.opener?.document,
    ...remedies.map((remedy) =>
      remedy.kind === "replace"
        ? remedy.place.document
        : remedy.kind === "remove"
          ? remedy.use.document
          : undefined,
    ),
  ];
  return documents.find((document) => (document?.source.tree ?? null) !== null) ?? null;
}

/** The edits that make all remedies true; null where annotations cannot say one of them. */
export function annotationEdits(
  document: Document,
  { level, remedies }: FixRequest,
): TextEdit[] | null {
  const edits: TextEdit[] = [];
  const lines: string[] = [];
  for (const remedy of remedies) {
    const own = editsOf(remedy, document, level);
    if (own === null) {
      return null;
    }
    if (typeof own === "string") {
      lines.push(own);
    } else {
      edits.push(...own.filter((edit) => !edits.some((other) => isSame(edit, other))));
    }
  }
  const added = lines.length === 0 ? [] : insertion(document, lines);
  return added === null ? null : [...withoutEmptySnippet(document, edits), ...added];
}

/** A snippet that loses its last directive goes as a whole: what it says then is a comment at most. */
function withoutEmptySnippet(document: Document, edits: readonly TextEdit[]): readonly TextEdit[] {
  const { annotations } = document.source;
  const snippet = annotations.findLast(({ name }) => name === "configuration-snippet");
  const lines = snippet === undefined ? null : linesOf(snippet, document.text);
  if (snippet === undefined || lines === null) {
    return edits;
  }
  const isWithin = ({ start, end }: TextEdit): boolean =>
    snippet.value.start < start && end <= lines.end;
  const own = edits.filter(isWithin);
  const { start } = snippet.value;
  const left = applyEdits(
    document.text.slice(start, lines.end),
    own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start })),
  );
  const [head = "", ...text] = left?.split("\n") ?? [];
  const isEmpty = /^[|>]/.test(head) && text.every((line) => /^\s*(?:#|$)/.test(line));
  return own.length > 0 && isEmpty
    ? [...edits.filter((edit) => !isWithin(edit)), { document, ...lines, text: "" }]
    : edits;
}

/** The edits, or the annotation to add. */
function editsOf(remedy: Remedy, document: Document, level: Level): TextEdit[] | string | null {
  switch (remedy.kind) {
    case "replace": {
      const { place, text } = remedy;
      return [{ document: place.document, start: place.span.start, end: place.span.end, text }];
    }
    case "remove":
      return removals([remedy.use]);
    case "header":
      return withoutOwnHeader(remedy.name, document, level);
    case "directive":
      return settingEdits(remedy, document, level);
  }
}

/** What the controller's template sends by itself is right: what sends something else goes. */
function withoutOwnHeader(name: string, document: Document, level: Level): TextEdit[] | null {
  const own = document.source.annotations.find((each) => each.name === "connection-proxy-header");
  if (name === "Connection" && own !== undefined) {
    const lines = linesOf(own, document.text);
    return lines === null ? null : [{ document, ...lines, text: "" }];
  }
  const lines = headerLines(document, level, name);
  return /^(?:Upgrade|Connection)$/.test(name) && lines.length > 0 ? removals(lines) : null;
}

/** The annotation of the directive's name, where there is one that says the same. */
function settingEdits(
  { name, parameters }: Extract<Remedy, { kind: "directive" }>,
  document: Document,
  level: Level,
): TextEdit[] | string | null {
  const isTimeout = /^proxy_(?:read|send)_timeout$/.test(name);
  // An annotation holds for every path of the Ingress.
  if ((isTimeout && hasOtherPaths(level)) || !(isTimeout || name === "proxy_http_version")) {
    return null;
  }
  const value = parameters.join(" ");
  const annotation = name.replace(/_/g, "-");
  const text = `"${isTimeout ? value.replace(/s$/, "") : value}"`;
  const known = document.source.annotations.findLast((each) => each.name === annotation);
  return known === undefined
    ? `${annotationPrefix}${annotation}: ${text}`
    : [{ document, start: known.value.start, end: known.value.end, text }];
}

/** The lines of a snippet that set a header in every location. */
function headerLines(document: Document, level: Level, header: string): Use[] {
  return effectiveList(level, "proxy_set_header").uses.filter(
    (use) => use.document === document && use.parameters[0]?.toLowerCase() === header.toLowerCase(),
  );
}

function hasOtherPaths(level: Level): boolean {
  const server = level.context === "location" ? level.parent : level;
  return (server?.uses.filter(({ name }) => name === "location").length ?? 0) > 1;
}

/** New lines go behind the last annotation that is one line, else before the first. */
function insertion(document: Document, lines: readonly string[]): TextEdit[] | null {
  const { annotations } = document.source;
  const isOneLine = ({ start, end }: Annotation): boolean =>
    document.lines.lineAt(start) === document.lines.lineAt(end);
  const behind = annotations.findLast(isOneLine);
  const anchor = behind ?? annotations[0];
  if (anchor === undefined || !isFirstInLine(document, anchor.start)) {
    return null;
  }
  const line = document.lines.lineAt(anchor.start);
  const indent = indentAt(document, anchor.start);
  const eol = eolAt(document, anchor.start);
  const text = lines.map((each) => indent + each);
  const at = behind === undefined ? document.lines.startOf(line) : document.lines.endOf(line);
  const added = text.map((each) => (behind === undefined ? each + eol : eol + each)).join("");
  return [{ document, start: at, end: at, text: added }];
}

function isSame(left: TextEdit, right: TextEdit): boolean {
  return left.start === right.start && left.end === right.end && left.text === right.text;
}
