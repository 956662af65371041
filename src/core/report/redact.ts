import type { Span } from "../syntax/tree.ts";

/** What stands where a secret stood; the same mark as in GitHub's logs. */
const mask = "***";

const headerNames =
  "(?:proxy-)?authorization|cookie|set-cookie|[\\w-]*(?:api|access|secret|auth)[-_]?(?:key|token)|[\\w-]*(?:password|secret|token)";

/** A value up to where it must end: a quoted string, or everything before white space, `;` or a closing sign. */
const value = `"(?:[^"\\\\]|\\\\[^])*"|'(?:[^'\\\\]|\\\\[^])*'|[^\\s;"'(){}]+`;

/**
 * Each pattern's last group is the secret. Names must be whole, so that `proxy_cache_key` and `Sec-WebSocket-Key`,
 * which hold no secret, are left alone.
 */
const patterns: readonly RegExp[] = [
  // proxy_set_header Authorization "Basic …"; fastcgi_param API_KEY …; set $token …
  new RegExp(
    `\\b(?:proxy_set_header|grpc_set_header|add_header|more_set_(?:input_)?headers|fastcgi_param|uwsgi_param|scgi_param|set)\\s+["']?\\$?(?:${headerNames})["']?\\s+(${value})`,
    "dgi",
  ),
  // Authorization: Basic …   (a request head, curl -H)
  new RegExp(`(?<![\\w$-])(?:${headerNames})["']?:[ \\t]*([^\\r\\n"']+)`, "dgi"),
  // $arg_token = "…", api_key=…, password != …
  new RegExp(
    `(?<![\\w-])\\$?[\\w-]*(?:api[-_]?key|access[-_]?key|secret[-_]?key|passw(?:or)?d|secret|token|authorization)["']?\\s*(?:!?=|!?~\\*?)\\s*(${value.replace("[^\\s;", "[^\\s;&")})`,
    "dgi",
  ),
  new RegExp(`\\bauth_basic\\s+(?!off\\s*;)(${value})`, "dgi"),
  new RegExp(`\\bsecure_link_secret\\s+(${value})`, "dgi"),
  // https://user:password@host
  /\b[a-z][a-z0-9+.-]{0,20}:\/\/([^\s/?#"';]{1,500})@/dgi,
  // user:password@host, as in `Host: admin:pw@10.0.0.5`; a slash would make it a path.
  /(?<![^\s"'`(,=])([^\s/?#"'`;:@(){}]{1,100}:[^\s/?#"'`;@(){}]{1,500})@(?=[\w[$])/dg,
  // Shapes that the issuers document, so that their own scanners find them.
  /(?<![\w-])(gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|[rs]k_live_\w{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/dg,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]+)/dg,
];

/** Where the text holds secrets: spans in order, which do not overlap. */
function secrets(text: string): Span[] {
  const found: Span[] = [];
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const range = match.indices?.[1];
      const span = range && secretPart(text, range[0], range[1]);
      if (span) {
        found.push(span);
      }
    }
  }
  return joined(found);
}

/** The text with {@link mask} for each secret: it may be shown where everyone reads. */
export function redact(text: string): string {
  let shown = "";
  let from = 0;
  for (const { start, end } of secrets(text)) {
    shown += text.slice(from, start) + mask;
    from = end;
  }
  return shown + text.slice(from);
}

/** Leaves out the quotes and a scheme such as `Basic`; null for what a variable fills in at run time. */
function secretPart(text: string, start: number, end: number): Span | null {
  const quoted = /^["']/.test(text.charAt(start));
  const from = quoted ? start + 1 : start;
  const to = quoted ? end - 1 : end;
  const scheme = /^(?:basic|bearer|digest|token|negotiate)\s+/i.exec(text.slice(from, to));
  const secretFrom = from + (scheme?.[0].length ?? 0);
  const secret = text.slice(secretFrom, to).trimEnd().replace(/`$/, "");
  if (secret === "" || secret === mask || /^(?:\$\w+|\$\{\w+\})+$/.test(secret)) {
    return null;
  }
  return { start: secretFrom, end: secretFrom + secret.length };
}

function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && span.start < last.end) {
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
    } else {
      result.push(span);
    }
  }
  return result;
}
