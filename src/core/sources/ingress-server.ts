import type { Annotation } from "./source.ts";
import { isWholeNumber, intendedName, fullName } from "./annotation-names.ts";
import { isOpaque, tagged } from "../syntax/opaque.ts";
import { parse } from "../syntax/parse.ts";
import type { Directive, SyntaxTree, Word, Span } from "../syntax/tree.ts";
import { templatePath } from "../nginx/shipped.ts";

/** An object that ingress-nginx makes locations from: an Ingress, or the values of a chart that has one. */
export interface Ingress extends Span {
  readonly annotations: readonly Annotation[];
  /** Whether these are all: what another file or a template adds may say more. */
  readonly isWhole: boolean;
  readonly hosts: readonly Word[];
  readonly routes: readonly Route[];
}

/** One path of an Ingress. */
export interface Route extends Span {
  readonly path: Word;
  /** Name and port of the service, as far as they are known. */
  readonly service: string;
}

/** Directives that the template writes into each location with the value of an annotation, else with its own. */
const settings = [
  "proxy_http_version",
  "proxy_read_timeout",
  "proxy_send_timeout",
  "proxy_buffering",
] as const;

/** With these, requests do not go to the service by HTTP, or not at all. */
function isElsewhere(annotations: readonly Annotation[]): boolean {
  return annotations.some(
    ({ name, value }) =>
      (name === "backend-protocol" && /^(?:GRPCS?|FCGI|AJP)$/i.test(value.value)) ||
      (name === "ssl-passthrough" && value.value === "true") ||
      /^(?:permanent|temporal)-redirect$/.test(name),
  );
}

/**
 * What ingress-nginx makes of an Ingress. Its template repeats the same lines in each location; here they stand once, in a
 * server around the locations, whose paths are the Ingress's.
 */
export function treeOf(
  ingress: Ingress,
  plain: string,
  snippetAt: (value: Span) => string | null,
): SyntaxTree {
  const { start, end, annotations, hosts } = ingress;
  const said = [
    ...settings.map((directive) => settingLine(ingress, directive)),
    connectionLine(ingress),
    ...snippetLines(ingress, snippetAt),
  ];
  const starts = new Set(said.map((line) => line.start));
  const children = [
    before(ingress, "include", templatePath("fixed")),
    ...said,
    ...annotations
      .filter((annotation) => !starts.has(annotation.start))
      .map((annotation) => simple(annotation, fullName(annotation.name), [annotation.value])),
    ...hosts.map((host) => simple(host, "server_name", [host])),
    ...(isElsewhere(annotations) ? [] : locationsOf(ingress)),
  ];
  const server: Directive = {
    ...simple({ start, end }, "server", []),
    semicolon: null,
    block: block(
      { start, end },
      children.toSorted((a, b) => a.start - b.start),
    ),
  };
  return { text: plain, directives: [server], comments: commentsIn(plain, ingress), problems: [] };
}

/** A line that no annotation writes: it stands where the Ingress begins. */
function before({ start }: Ingress, directive: string, parameter: string): Directive {
  const at = { start, end: start };
  return simple(at, directive, [{ ...at, quote: "", value: parameter }]);
}

function annotationNamed({ annotations }: Ingress, name: string): Annotation | undefined {
  return annotations.findLast((annotation) => annotation.name === name);
}

/** What an annotation says of a setting, else the template's own; unknown where an annotation may stand elsewhere. */
function settingLine(ingress: Ingress, directive: (typeof settings)[number]): Directive {
  const name = directive.replace(/_/g, "-");
  const annotation = annotationNamed(ingress, name);
  if (annotation !== undefined) {
    const value = settingOf(annotation) ?? tagged("a value that ingress-nginx does not take");
    return simple(annotation, directive, [{ ...annotation.value, value }]);
  }
  const isMeant = ingress.annotations.some((each) => intendedName(each.name) === name);
  return ingress.isWhole && !isMeant
    ? before(ingress, "include", templatePath(directive))
    : before(ingress, directive, tagged("an annotation that is not here"));
}

function connectionLine(ingress: Ingress): Directive {
  const own = annotationNamed(ingress, "connection-proxy-header");
  if (own === undefined || !/^\s*(?:close|keep-alive)\s*$/.test(own.value.value)) {
    return before(ingress, "include", templatePath("connection"));
  }
  const header = { ...own.key, quote: "", value: "Connection" } as const;
  return simple(own, "proxy_set_header", [header, own.value]);
}

/** What a snippet says about proxying; a tag where it cannot be read. */
function snippetLines(
  ingress: Ingress,
  snippetAt: (value: Span) => string | null,
): readonly Directive[] {
  const snippet = annotationNamed(ingress, "configuration-snippet");
  if (snippet === undefined) {
    return [];
  }
  const text = snippetAt(snippet.value);
  const own = text === null ? null : parse(text);
  return own === null || own.problems.length > 0
    ? [before(ingress, "include", tagged("configuration-snippet"))]
    : own.directives.filter(({ name }) => name.value.startsWith("proxy_"));
}

/** The value as the template writes it; null where ingress-nginx does not take it. */
function settingOf({ name, value: { value } }: Annotation): string | null {
  if (isOpaque(value)) {
    return value;
  }
  if (name.endsWith("-timeout")) {
    return isWholeNumber(value) ? `${value}s` : null;
  }
  const text = value.trim();
  const taken = name === "proxy-buffering" ? ["on", "off"] : ["1.0", "1.1"];
  return taken.includes(text) ? text : null;
}

/** One location for each path, whichever hosts have it: their settings are the same. */
function locationsOf({ routes, annotations, start }: Ingress): Directive[] {
  const isRegex = annotations.some(
    ({ name, value }) =>
      (name === "use-regex" && value.value === "true") ||
      (name === "rewrite-target" && value.value !== "/"),
  );
  const byPath = new Map(routes.map((route) => [route.path.value, route]));
  const nowhere = { start, end: start };
  const all =
    byPath.size > 0
      ? [...byPath.values()]
      : [
          {
            ...nowhere,
            path: { ...nowhere, quote: "", value: "/" } as const,
            service: "upstream_balancer",
          },
        ];
  return all.map((route) => {
    const { path, service } = route;
    const modifier = isRegex
      ? [{ start: path.start, end: path.start, quote: "", value: "~*" } as const]
      : [];
    return {
      ...simple(route, "location", [...modifier, path]),
      semicolon: null,
      block: block(route, [simple(path, "proxy_pass", [{ ...path, value: `http://${service}` }])]),
    };
  });
}

function simple({ start, end }: Span, name: string, parameters: readonly Word[]): Directive {
  return {
    start,
    end,
    name: { start, end: start, quote: "", value: name },
    parameters,
    block: null,
    semicolon: { start: end, end },
  };
}

function block({ start, end }: Span, directives: readonly Directive[]): Directive["block"] {
  return { start, end, open: { start, end: start }, close: null, directives, lua: null };
}

/** Comments in lines of their own, outside of the annotations' values. */
function commentsIn(plain: string, { start, end, annotations }: Ingress): Span[] {
  return Array.from(plain.matchAll(/^[ \t]*(#[^\r\n]*)/gm), (match): Span => {
    const last = match.index + match[0].length;
    return { start: last - (match[1] ?? "").length, end: last };
  }).filter(
    (comment) =>
      start <= comment.start &&
      comment.end <= end &&
      !annotations.some(({ value }) => value.start <= comment.start && comment.end <= value.end),
  );
}
