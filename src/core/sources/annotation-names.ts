/** What begins the names of the annotations that ingress-nginx reads. */
export const annotationPrefix = "nginx.ingress.kubernetes.io/";

/** What began them before ingress-nginx 0.9; other controllers have it to this day. */
export const outdatedPrefix = "ingress.kubernetes.io/";

/** Annotations under the outdated prefix that say how requests get to the service. */
export const outdatedNames =
  /^(?:affinity|session-cookie-name|upstream-hash-by|proxy-(?:(?:connect|read|send)-timeout|http-version|buffering)|rewrite-target|(?:configuration|server)-snippet)$/;

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
export function intendedName(name: string): string | null {
  return withoutOutdatedPrefix(name) ?? rightName(name);
}

/** Null for a name that has not the outdated prefix. */
export function withoutOutdatedPrefix(name: string): string | null {
  return name.startsWith(outdatedPrefix) ? name.slice(outdatedPrefix.length) : null;
}

export function fullName(name: string): string {
  return name.startsWith(outdatedPrefix) ? name : annotationPrefix + name;
}

/** As Go's `strconv.Atoi` takes it (internal/ingress/annotations/parser/main.go of kubernetes/ingress-nginx). */
export function isWholeNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}
