import { type Route, type Ingress, treeOf } from "./ingress-server.ts";
import { annotationPrefix, outdatedNames, outdatedPrefix } from "./annotation-names.ts";
import { sourcesPerFile } from "./limits.ts";
import type { Annotation, Source } from "./source.ts";
import { isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import { isOpaque } from "../syntax/opaque.ts";
import type { Span, Word } from "../syntax/tree.ts";

/** The whole lines of an annotation, with the last one's ending; null where something else stands in them. */
export function linesOf({ start, end }: Annotation, text: string): Span | null {
  const first = text.lastIndexOf("\n", start - 1) + 1;
  const last = text.indexOf("\n", end - 1) + 1 || text.length;
  const isAlone =
    /^[ \t]*$/.test(text.slice(first, start)) && /^\s*(?:#.*)?\s*$/.test(text.slice(end, last));
  return isAlone ? { start: first, end: last } : null;
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
