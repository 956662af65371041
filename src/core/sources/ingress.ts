import { sourcesPerFile } from "./limits.ts";
import { templatePath } from "../nginx/shipped.ts";
import type { Annotation, Source } from "./source.ts";
import { isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import { isOpaque, tagged } from "../syntax/opaque.ts";
import { parse } from "../syntax/parse.ts";
import type { Directive, Span, SyntaxTree, Word } from "../syntax/tree.ts";

/** What begins the names of the annotations that ingress-nginx reads. */
export const annotationPrefix = "nginx.ingress.kubernetes.io/";

/** What began them before ingress-nginx 0.9; other controllers have it to this day. */
export const outdatedPrefix = "ingress.kubernetes.io/";

/** Annotations under the outdated prefix that say how requests get to the service. */
const outdatedNames =
  /^(?:affinity|session-cookie-name|upstream-hash-by|proxy-(?:(?:connect|read|send)-timeout|http-version|buffering)|rewrite-target|(?:configuration|server)-snippet)$/;

/** The whole lines of an annotation, with the last one's ending; null where something else stands in them. */
export function linesOf({ start, end }: Annotation, text: string): Span | null {
  const first = text.lastIndexOf("\n", start - 1) + 1;
  const last = text.indexOf("\n", end - 1) + 1 || text.length;
  const isAlone =
    /^[ \t]*$/.test(text.slice(first, start)) && /^\s*(?:#.*)?\s*$/.test(text.slice(end, last));
  return isAlone ? { start: first, end: last } : null;
}

/** An object that ingress-nginx makes locations from: an Ingress, or the values of a chart that has one. */
interface Ingress extends Span {
  readonly annotations: readonly Annotation[];
  /** Whether these are all: what another file or a template adds may say more. */
  readonly isWhole: boolean;
  readonly hosts: readonly Word[];
  readonly routes: readonly Route[];
}

/** One path of an Ingress. */
interface Route extends Span {
  readonly path: Word;
  /** Name and port of the service, as far as they are known. */
  readonly service: string;
}

/**
 * The Ingress objects in a YAML file, as the `server` that ingress-nginx makes of each.
 *
 * @param roots the root nodes of its documents
 * @param plain the file's text as YAML sees it
 * @param addsAt whether a template adds lines within a span that nobody knows
 * @param snippetAt the text of a snippet as nginx sees it, in a text of the file's length; null where it is not known
 */
export function ingressSources(
  roots: readonly unknown[],
  plain: string,
  addsAt: (span: Span) => boolean,
  snippetAt: (value: Span) => string | null,
): Source[] {
  const ingresses = roots.flatMap((contents) => ingressesIn(contents, plain, addsAt));
  return ingresses.slice(0, sourcesPerFile.most + 1).map((ingress, index) => ({
    name: `ingress${index}/`,
    span: { start: ingress.start, end: ingress.end },
    masked: plain,
    tree: treeOf(ingress, plain, snippetAt),
    annotations: ingress.annotations,
    switches: [],
    macros: new Map(),
    editable: true,
    dollar: "$",
    isExample: false,
    role: "http",
    surroundings: "ingress-nginx",
    erased: null,
    unreadable: null,
  }));
}

function ingressesIn(contents: unknown, plain: string, addsAt: (span: Span) => boolean): Ingress[] {
  const found: Ingress[] = [];
  const isIngress = isMap(contents) && contents.get("kind") === "Ingress";
  const walk = (owner: YAMLMap): void => {
    for (const { value } of owner.items) {
      if (isMap(value)) {
        walk(value);
      }
    }
    const node = owner.get("annotations");
    const around = isIngress ? contents : owner;
    if (!isMap(node) || !node.range || !around.range) {
      return;
    }
    const isOurs = isIngress && classOf(contents, node) === "nginx";
    const annotations = node.items.flatMap((pair) => annotationOf(pair, plain, isOurs) ?? []);
    if (annotations.length === 0) {
      return;
    }
    const spec = isIngress ? contents.get("spec") : null;
    const rules = isIngress
      ? itemsOf(isMap(spec) ? spec.get("rules") : null)
      : itemsOf(owner.get("hosts"));
    const [start, end] = around.range;
    found.push({
      start,
      end,
      annotations,
      isWhole: isIngress && !addsAt({ start: node.range[0], end: nextText(plain, node.range[1]) }),
      hosts: rules.flatMap((rule) =>
        isMap(rule) ? (wordOf(rule.get("host", true), plain) ?? []) : [],
      ),
      routes: rules.flatMap((rule) => routesOf(rule, plain)),
    });
  };
  if (isMap(contents)) {
    walk(contents);
  }
  return found;
}

/** Where the next text begins; tags in lines of their own are none. */
function nextText(plain: string, from: number): number {
  const found = plain.slice(from).search(/\S/);
  return found === -1 ? plain.length : from + found;
}

/** The annotation goes before the field where both are there; F5's controller has the same class and names of its own. */
function classOf(ingress: YAMLMap, annotations: YAMLMap): unknown {
  const spec = ingress.get("spec");
  const own = annotations.get("kubernetes.io/ingress.class");
  const isOther = annotations.items.some(
    ({ key }) => isScalar(key) && /^nginx\.(?:org|com)\//.test(String(key.value)),
  );
  return isOther ? null : (own ?? (isMap(spec) ? spec.get("ingressClassName") : null));
}

function annotationOf({ key, value }: Pair, plain: string, isOurs: boolean): Annotation | null {
  const name = wordOf(key, plain);
  const word = wordOf(value, plain);
  if (name === null || word === null) {
    return null;
  }
  const isOutdated =
    name.value.startsWith(outdatedPrefix) &&
    outdatedNames.test(name.value.slice(outdatedPrefix.length));
  return !name.value.startsWith(annotationPrefix) && !(isOurs && isOutdated)
    ? null
    : {
        name: isOutdated ? name.value : name.value.slice(annotationPrefix.length),
        start: name.start,
        end: word.end,
        key: { start: name.start, end: name.end },
        value: word,
      };
}

/** The paths of a rule: of an Ingress below `http`, in a chart's values beside the host. */
function routesOf(rule: unknown, plain: string): Route[] {
  if (!isMap(rule)) {
    return [];
  }
  const http = rule.get("http");
  return itemsOf((isMap(http) ? http : rule).get("paths")).flatMap((item) => {
    const path = wordOf(isMap(item) ? item.get("path", true) : item, plain);
    const range = isMap(item) || isScalar(item) ? item.range : null;
    return path === null || !range || isOpaque(path.value) || !path.value.startsWith("/")
      ? []
      : { start: range[0], end: range[1], path, service: serviceOf(item) };
  });
}

/** Of `networking.k8s.io/v1` and of what was before it. */
function serviceOf(item: unknown): string {
  const backend = isMap(item) ? item.get("backend") : null;
  const service = isMap(backend) ? backend.get("service") : null;
  const port = isMap(service) ? service.get("port") : null;
  const name = isMap(service)
    ? service.get("name")
    : isMap(backend)
      ? backend.get("serviceName")
      : null;
  const number = isMap(port) ? port.get("number") : null;
  const known = typeof name === "string" && /^[\w.-]+$/.test(name) ? name : "upstream_balancer";
  return typeof number === "number" ? `${known}:${number}` : known;
}

function itemsOf(node: unknown): readonly unknown[] {
  return isSeq(node) ? node.items : [];
}

function wordOf(node: unknown, plain: string): Word | null {
  if (!isScalar(node) || !node.range || node.value === null) {
    return null;
  }
  const [start, end] = node.range;
  const first = plain[start];
  const quote = first === '"' || first === "'" ? first : "";
  return { start, end, quote, value: textOf(node) };
}

function textOf({ value, source }: Scalar): string {
  return typeof value === "string" ? value : (source ?? String(value));
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
function treeOf(
  ingress: Ingress,
  plain: string,
  snippetAt: (value: Span) => string | null,
): SyntaxTree {
  const { start, end, annotations, hosts, isWhole } = ingress;
  const of = (name: string): Annotation | undefined =>
    annotations.findLast((annotation) => annotation.name === name);
  const before = (directive: string, parameter: string): Directive =>
    simple({ start, end: start }, directive, [{ start, end: start, quote: "", value: parameter }]);
  const children: Directive[] = [before("include", templatePath("fixed"))];
  for (const directive of settings) {
    const name = directive.replace(/_/g, "-");
    const annotation = of(name);
    if (annotation !== undefined) {
      const value = settingOf(annotation) ?? tagged("a value that ingress-nginx does not take");
      children.push(simple(annotation, directive, [{ ...annotation.value, value }]));
    } else {
      children.push(
        isWhole && !annotations.some((each) => intendedName(each.name) === name)
          ? before("include", templatePath(directive))
          : before(directive, tagged("an annotation that is not here")),
      );
    }
  }
  const connection = of("connection-proxy-header");
  if (connection !== undefined && /^\s*(?:close|keep-alive)\s*$/.test(connection.value.value)) {
    const header = { ...connection.key, quote: "", value: "Connection" } as const;
    children.push(simple(connection, "proxy_set_header", [header, connection.value]));
  } else {
    children.push(before("include", templatePath("connection")));
  }
  const snippet = of("configuration-snippet");
  if (snippet !== undefined) {
    const text = snippetAt(snippet.value);
    const own = text === null ? null : parse(text);
    children.push(
      ...(own === null || own.problems.length > 0
        ? [before("include", tagged("configuration-snippet"))]
        : own.directives.filter(({ name }) => name.value.startsWith("proxy_"))),
    );
  }
  const said = new Set(children.map((child) => child.start));
  children.push(
    ...annotations
      .filter((annotation) => !said.has(annotation.start))
      .map((annotation) => simple(annotation, fullName(annotation.name), [annotation.value])),
  );
  children.push(...hosts.map((host) => simple(host, "server_name", [host])));
  if (!isElsewhere(annotations)) {
    children.push(...locationsOf(ingress));
  }
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

/** Names that are near to one that ingress-nginx has. */
const misspellings: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^(?:configuration|location)-snippets?$/, "configuration-snippet"],
  [/^server-snippets?$/, "server-snippet"],
  [/^(?:proxy-)?read-timeouts?$/, "proxy-read-timeout"],
  [/^(?:proxy-)?send-timeouts?$/, "proxy-send-timeout"],
  [/^(?:proxy-)?http-version$/, "proxy-http-version"],
];

/** What an annotation that there is none of was to be called; null where it has its right name or is no such thing. */
export function rightName(name: string): string | null {
  const plain = name.replace(/_/g, "-").toLowerCase();
  const right = misspellings.find(([pattern]) => pattern.test(plain))?.[1];
  return right === undefined || right === name ? null : right;
}

/** What an annotation of no effect was to be called, for its spelling or its prefix; null for one that is right. */
function intendedName(name: string): string | null {
  return withoutOutdatedPrefix(name) ?? rightName(name);
}

/** Null for a name that has not the outdated prefix. */
export function withoutOutdatedPrefix(name: string): string | null {
  return name.startsWith(outdatedPrefix) ? name.slice(outdatedPrefix.length) : null;
}

function fullName(name: string): string {
  return name.startsWith(outdatedPrefix) ? name : annotationPrefix + name;
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

/** As Go's `strconv.Atoi` takes it (internal/ingress/annotations/parser/main.go of kubernetes/ingress-nginx). */
export function isWholeNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
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
