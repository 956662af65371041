import type { Document } from "../repository/document.ts";
import type { Remedy } from "./remedy.ts";
import { linesOf } from "../sources/ingress.ts";
import {
  annotationPrefix,
  isWholeNumber,
  rightName,
  withoutOutdatedPrefix,
} from "../sources/annotation-names.ts";
import type { Annotation } from "../sources/source.ts";
import { isOpaque } from "../syntax/opaque.ts";
import { parseTime } from "../syntax/time.ts";
import type { DocumentRule, Report } from "./rule.ts";
import { marked } from "./phrases.ts";

export const ignoredAnnotation: DocumentRule = {
  id: "ignored-annotation",
  group: "handshake",
  severity: "warning",
  from: "basic",
  summary:
    "An Ingress has an annotation or a value that ingress-nginx does not know, and nothing comes of it",
  over: "document",
  check(document, report) {
    for (const annotation of document.source.annotations) {
      const said =
        outdated(annotation, document) ??
        refusedTimeout(annotation, document) ??
        refusedConnection(annotation, document) ??
        misspelt(annotation, document) ??
        needless(annotation, document);
      if (said !== null) {
        report({ place: { document, span: annotation }, ...said });
      }
    }
  },
};

type Said = Omit<Report, "place">;

/** With another prefix these take effect and change nothing of the requests themselves. */
const harmless = /^(?:affinity|session-cookie-name|upstream-hash-by|proxy-\w+-timeout)$/;

/** The flag's default in internal/ingress/annotations/parser/main.go of kubernetes/ingress-nginx; its issue 1961. */
function outdated(annotation: Annotation, document: Document): Said | null {
  const { name, key } = annotation;
  const right = withoutOutdatedPrefix(name);
  if (right === null || document.source.annotations.some((other) => other.name === right)) {
    return null;
  }
  const text = document.text.slice(key.start, key.end).replace(name, annotationPrefix + right);
  const refused = refusedTimeout({ ...annotation, name: right }, document);
  const value = refused?.remedies ?? [];
  const isTaken = refused === null || value.length > 0;
  return {
    message: `ingress-nginx reads ${marked(annotationPrefix + right)} and makes nothing of ${marked(name)}, unless it is started with \`--annotations-prefix\`.`,
    remedies:
      harmless.test(right) && isTaken
        ? [{ kind: "replace", place: { document, span: key }, text }, ...value]
        : [],
  };
}

/** `GetIntAnnotation` in internal/ingress/annotations/parser/main.go of kubernetes/ingress-nginx; its issue 10640. */
function refusedTimeout({ name, value }: Annotation, document: Document): Said | null {
  const text = value.value;
  if (!/^proxy-(?:read|send)-timeout$/.test(name) || isWholeNumber(text) || isOpaque(text)) {
    return null;
  }
  const time = parseTime(text) ?? NaN;
  const span = { start: value.start, end: value.end };
  return {
    message: `ingress-nginx takes ${marked(name)} as a whole number of seconds only: of ${marked(text)} it makes nothing, and its default holds, which is 60 s.`,
    remedies: Number.isInteger(time / 1000)
      ? [{ kind: "replace", place: { document, span }, text: `"${time / 1000}"` }]
      : [],
  };
}

/** internal/ingress/annotations/connection/main.go; versions before 1.12 do not check it unless they are told to. */
function refusedConnection(annotation: Annotation, document: Document): Said | null {
  const { name, value } = annotation;
  return name !== "connection-proxy-header" || !/^\s*upgrade\s*$/i.test(value.value)
    ? null
    : {
        severity: "notice",
        message: `ingress-nginx takes ${marked(name)} as \`close\` or \`keep-alive\` only, from version 1.12 on. Without it, handshakes have \`Connection: upgrade\`, and other requests do not.`,
        remedies: without(annotation, document),
      };
}

function misspelt({ name, key, value }: Annotation, document: Document): Said | null {
  const right = rightName(name);
  const isSnippet = right?.endsWith("-snippet") === true;
  if (right === null || (isSnippet && !/proxy_|upgrade|location/i.test(value.value))) {
    return null;
  }
  const text = document.text.slice(key.start, key.end).replace(name, right);
  const isFree = document.source.annotations.every((other) => other.name !== right);
  // Requests for it would go there, and no longer where they go now.
  const hasLocation = /\blocation\b/.test(value.value);
  return {
    message: `ingress-nginx has no annotation ${marked(name)} and makes nothing of it: it is called ${marked(right)}.`,
    remedies:
      isFree && !hasLocation ? [{ kind: "replace", place: { document, span: key }, text }] : [],
  };
}

/** Names that ask for what ingress-nginx does by itself. */
const forWebSockets = /(?:^|-)(?:web-?sockets?|wss?|upgrade)(?:-|$)/;

function needless(annotation: Annotation, document: Document): Said | null {
  const { name } = annotation;
  if (!forWebSockets.test(name.replace(/_/g, "-").toLowerCase())) {
    return null;
  }
  const other = /^websocket-services$/.test(name)
    ? " It is F5's NGINX Ingress Controller that has one, as `nginx.org/websocket-services`."
    : "";
  return {
    severity: "notice",
    message: `ingress-nginx has no annotation ${marked(name)} and makes nothing of it: it forwards the upgrade without one.${other}`,
    remedies: without(annotation, document),
  };
}

/** Where it is the only one, its key `annotations` would be left with nothing. */
function without(annotation: Annotation, document: Document): Remedy[] {
  const { text, source } = document;
  const span = source.annotations.length > 1 ? linesOf(annotation, text) : null;
  return span === null ? [] : [{ kind: "replace", place: { document, span }, text: "" }];
}
