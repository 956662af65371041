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
  const path = normalised(decode(written), mergeSlashes);
  return path === null ? null : { path, query };
}

/** The path with `.`, `..` and doubled slashes resolved; null where it leads above the root. */
function normalised(path: string, mergeSlashes: boolean): string | null {
  const segments: string[] = [];
  const parts = path.split("/").slice(1);
  for (const part of parts) {
    if (part === "..") {
      if (segments.pop() === undefined) {
        return null;
      }
    } else if (part !== "." && (part !== "" || !mergeSlashes)) {
      segments.push(part);
    }
  }
  // A path that ends in a folder keeps its slash, unless the empty part was kept as it is.
  const last = parts.at(-1) ?? "";
  const isFolder = last === "." || last === ".." || (last === "" && mergeSlashes);
  return `/${segments.join("/")}${isFolder && segments.length > 0 ? "/" : ""}`;
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
