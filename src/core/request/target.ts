/** A request target, taken apart as nginx does. */
export interface RequestTarget {
  /** Decoded and normalised: `$uri`. */
  readonly path: string;
  /** Without `?`, as sent: `$args`. */
  readonly query: string;
}

/**
 * Reads a request target as ngx_http_parse_complex_uri does: `%XX` decoded, `.` and `..` resolved, slashes merged. Null
 * where nginx answers 400.
 */
export function parseTarget(target: string, mergeSlashes: boolean): RequestTarget | null {
  const [asked = ""] = target.split("#");
  const question = asked.indexOf("?");
  const written = question < 0 ? asked : asked.slice(0, question);
  const query = question < 0 ? "" : asked.slice(question + 1);
  if (!written.startsWith("/") || /%(?![0-9a-f]{2})|%00/i.test(written)) {
    return null;
  }
  const segments: string[] = [];
  const parts = decode(written).split("/").slice(1);
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part === "..") {
      if (segments.pop() === undefined) {
        return null;
      }
    } else if (part !== "." && (part !== "" || !mergeSlashes)) {
      segments.push(part);
      continue;
    }
    if (isLast && (part === "" || part === "." || part === "..")) {
      segments.push("");
    }
  }
  return { path: `/${segments.join("/")}`, query };
}

/** Bytes that are no UTF-8 become a character each. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
  }
}
