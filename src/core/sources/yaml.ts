import { longestYaml, sourcesPerFile } from "./limits.ts";
import { isMap, isScalar, isSeq, parseAllDocuments, Scalar } from "yaml";
import { standIn } from "../syntax/opaque.ts";
import { parse } from "../syntax/parse.ts";
import type { Span } from "../syntax/tree.ts";
import { cutOut, unescaped } from "./cut.ts";
import { ingressSources } from "./ingress.ts";
import { annotationPrefix, outdatedPrefix } from "./annotation-names.ts";
import { filled } from "./mask.ts";
import { isNginxPath, leftAside, mayBePlain, seemsNginx } from "./plain.ts";
import type { Source } from "./source.ts";
import { plainTags, tagsIn } from "./tags.ts";
import type { Tag } from "./tag.ts";

/** Text without any of these words holds no configuration that concerns proxying. */
const telling = /\b(?:server|location|upstream|map|proxy_\w+)\b|\bhttp\s*\{/;

/** A text in a YAML file, and where it stands. */
interface YamlText {
  /** The keys on the way to it, indexes for items of lists; first the number of the document. */
  readonly path: readonly (string | number)[];
  readonly value: string;
  /** The text between its quotes, or the lines of a block. */
  readonly span: Span;
  /** Where nothing but blank lines and lines of tags follow, in a block. */
  readonly lastEnd: number;
  readonly style: "literal" | "folded" | "double" | "single" | "plain";
}

/** The nginx configuration in a YAML file, whatever it is for: ConfigMaps, Helm values, compose files, playbooks. */
export function yamlSources(path: string, text: string): Source[] {
  const hasText = text.includes(";") && (telling.test(text) || /-snippets?\b/.test(text));
  const hasAnnotations = text.includes(outdatedPrefix);
  if (text.length > longestYaml.most || !(hasText || hasAnnotations)) {
    return [];
  }
  const isCompose = /(?:^|\/)(?:docker-)?compose[^/]*$/i.test(path);
  const tags = tagsIn(text, plainTags);
  const plain = withoutTags(text, tags);
  const roots = rootsOf(plain);
  const found: YamlText[] = [];
  for (const [index, contents] of roots.entries()) {
    collect(contents, [index], plain, found);
  }
  const texts = found
    .filter((each) => isConfiguration(each, text, tags))
    .slice(0, sourcesPerFile.most + 1);
  const sources = texts.map((each) =>
    sourceOf(each, text, tags, isCompose && each.path.at(-1) === "content"),
  );
  if (!hasAnnotations) {
    return sources;
  }
  const snippets = new Map(texts.map((each, index) => [each.span.end, sources[index]]));
  const taken = new Set<Source>();
  const ingresses = ingressSources(
    roots,
    plain,
    (span) =>
      tags.some(
        (tag) => isWithin(tag, span) && tag.kind === "value" && isAlone(text, tag.start, tag.end),
      ),
    (value) => {
      const source = snippets.get(value.end);
      if (source?.switches.length !== 0 || source.unreadable !== null) {
        return null;
      }
      taken.add(source);
      return source.masked;
    },
  );
  return [...sources.filter((source) => !taken.has(source)), ...ingresses].toSorted(
    (a, b) => a.span.start - b.span.start,
  );
}

/** The root nodes of a file's documents. Never throws: what is no YAML has none. */
export function rootsOf(plain: string): unknown[] {
  const documents = parseAllDocuments(plain, { logLevel: "silent", uniqueKeys: false });
  return Array.isArray(documents) ? documents.map(({ contents }) => contents) : [];
}

function collect(
  node: unknown,
  path: readonly (string | number)[],
  text: string,
  found: YamlText[],
): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : "?";
      collect(value, [...path, name], text, found);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      collect(item, [...path, index], text, found);
    }
  } else if (isScalar(node) && typeof node.value === "string" && node.range) {
    const [start, end] = node.range;
    const style = styleOf(node);
    if (style === "literal" || style === "folded") {
      const line = text.indexOf("\n", start) + 1;
      found.push({
        path,
        value: node.value,
        style,
        span: { start: line === 0 ? end : Math.min(line, end), end },
        lastEnd: start + text.slice(start, end).trimEnd().length,
      });
    } else {
      const quote = style === "plain" ? 0 : 1;
      found.push({
        path,
        value: node.value,
        style,
        span: { start: start + quote, end: end - quote },
        lastEnd: end,
      });
    }
  }
}

function styleOf({ type }: Scalar): YamlText["style"] {
  switch (type) {
    case Scalar.BLOCK_LITERAL:
      return "literal";
    case Scalar.BLOCK_FOLDED:
      return "folded";
    case Scalar.QUOTE_DOUBLE:
      return "double";
    case Scalar.QUOTE_SINGLE:
      return "single";
    default:
      return "plain";
  }
}

/** The file as YAML may see it: lines of nothing but tags are blank, other tags are parts of a word. */
export function withoutTags(text: string, tags: readonly Tag[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end, kind } of tags) {
    if (start < from) {
      continue;
    }
    pieces.push(text.slice(from, start));
    pieces.push(
      filled(text, start, end, kind === "value" && !isAlone(text, start, end) ? standIn : " "),
    );
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join("");
}

function isWithin(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function isAlone(text: string, start: number, end: number): boolean {
  const lineEnd = text.indexOf("\n", end);
  return (
    /^[ \t]*$/.test(text.slice(text.lastIndexOf("\n", start - 1) + 1, start)) &&
    /^[ \t\r]*$/.test(text.slice(end, lineEnd === -1 ? text.length : lineEnd))
  );
}

function isConfiguration(
  { value, path, span, style }: YamlText,
  text: string,
  tags: readonly Tag[],
): boolean {
  if (!value.includes(";") || isUnknownAnnotation(path)) {
    return false;
  }
  if (snippetOf(path) !== null) {
    return true;
  }
  if (!telling.test(value)) {
    return false;
  }
  // In a folded text a comment goes on over what looks like the next lines.
  if (style === "folded" && value.includes("#")) {
    return false;
  }
  const own = tags
    .filter(({ start, end }) => span.start <= start && end <= span.end)
    .map((tag) => ({ ...tag, start: tag.start - span.start, end: tag.end - span.start }));
  const content = style === "double" ? value : withoutTags(text.slice(span.start, span.end), own);
  return seemsNginx(parse(content), isNamedNginx(path));
}

/** What stands under such a name, nginx never sees. */
function isUnknownAnnotation(path: readonly (string | number)[]): boolean {
  const key = String(path.at(-1));
  const name = key.slice(annotationPrefix.length);
  return (
    key.startsWith(outdatedPrefix) ||
    (key.startsWith(annotationPrefix) && !/^(?:server|configuration)-snippet$/.test(name))
  );
}

/** What a key of an ingress controller's annotations, resources and ConfigMap says that its text is. */
function snippetOf(
  path: readonly (string | number)[],
): { readonly role: Source["role"]; readonly surroundings: Source["surroundings"] } | null {
  const key = String(path.at(-1));
  const [, controller, kind, plural] =
    /^(nginx\.ingress\.kubernetes\.io\/|nginx\.(?:org|com)\/)?(http|server|configuration|location)-snippet(s?)$/.exec(
      key,
    ) ?? [];
  if (kind === undefined) {
    return null;
  }
  // F5's controller names them in the plural.
  const isOwn = controller === undefined ? plural === "" : controller.includes("kubernetes");
  return {
    role: kind === "http" || kind === "server" ? kind : "location",
    surroundings: isOwn ? "ingress-nginx" : "nginx-ingress",
  };
}

/** Whether a key says that its text is nginx configuration: `default.conf`, `nginx.conf`. */
function isNamedNginx(path: readonly (string | number)[]): boolean {
  const name = path.at(-1);
  return (
    typeof name === "string" &&
    leftAside(name) === null &&
    (isNginxPath(name) || (/\.\w+$/.test(name) && mayBePlain(name)))
  );
}

/** A source for a text; in compose files `$$` is a `$`, and what one `$` begins is compose's own. */
function sourceOf(
  { path, span, lastEnd, style }: YamlText,
  text: string,
  tags: readonly Tag[],
  isInterpolated: boolean,
): Source {
  const written = text.slice(span.start, span.end);
  const replaced =
    style === "double"
      ? escapes(written, /\\(?:x..|u.{4}|U.{8}|\r?\n|.)/gs, decoded)
      : isInterpolated
        ? escapes(written, /\$\$/g, () => "$")
        : [];
  const end = endOf(span, lastEnd, tags);
  return cutOut(text, {
    name: sourceName(path),
    span: { start: span.start, end },
    tags: isInterpolated ? interpolated(text, span, tags) : tags,
    editable: style === "literal",
    dollar: isInterpolated ? "$$" : "$",
    ...snippetOf(path),
    replaced: replaced.map((each) => ({
      ...each,
      start: each.start + span.start,
      end: each.end + span.start,
    })),
  });
}

/** The end of a block without the tags that close or go on with what opened before it. */
function endOf(span: Span, lastEnd: number, tags: readonly Tag[]): number {
  let depth = 0;
  for (const { start, end, kind } of tags) {
    if (span.start <= start && end <= span.end) {
      if (depth === 0 && start >= lastEnd && (kind === "close" || kind === "else")) {
        return start;
      }
      if (kind === "open" || kind === "group") {
        depth++;
      }
      if (kind === "close") {
        depth--;
      }
    }
  }
  return span.end;
}

/**
 * The keys as a path: what belongs together has the same folder.
 *
 * @param path the keys on the way to a text; first the number of its document
 */
export function sourceName(path: readonly (string | number)[]): string {
  const words = path.map((part) => String(part).replace(/[/#]/g, "_"));
  return `${words.slice(0, -1).join(".")}/${words.at(-1) ?? ""}`;
}

function escapes(
  written: string,
  pattern: RegExp,
  meaning: (escape: string) => string,
): (Span & { text: string })[] {
  return Array.from(written.matchAll(pattern), ({ 0: escape, index }) => ({
    start: index,
    end: index + escape.length,
    text: unescaped(escape, meaning(escape), written[index - 1] ?? " "),
  }));
}

function decoded(escape: string): string {
  switch (escape[1]) {
    case "n":
      return "\n";
    case "t":
      return "\t";
    case "r":
    case "\r":
    case "\n":
    case " ":
      return " ";
    case '"':
    case "\\":
    case "/":
      return escape[1];
    default:
      return standIn;
  }
}

/** Compose's own variables beside the file's tags. */
function interpolated(text: string, { start, end }: Span, tags: readonly Tag[]): Tag[] {
  const own = Array.from(
    text.slice(start, end).matchAll(/(?<!\$)(?:\$\$)*\$(?:\{[^}\n]*\}|\w+)/g),
    ({ 0: found, index }): Tag => {
      const doubled = /^(?:\$\$)*(?=\$(?:\{|\w))/.exec(found)?.[0].length ?? 0;
      return {
        start: start + index + doubled,
        end: start + index + found.length,
        kind: "value",
        condition: "",
      };
    },
  );
  const others = tags.filter((tag) =>
    own.every((each) => tag.end <= each.start || each.end <= tag.start),
  );
  return [...others, ...own].toSorted((a, b) => a.start - b.start);
}
