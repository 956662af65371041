import type { Exchange } from "../request/exchange.ts";
import { shown } from "../request/value.ts";

/** One part of a request head that is another one after an edit. */
export interface RequestChange {
  /** A header's name in lower case, or what a rule's `fixMayChange` calls the part. */
  readonly part: string;
  /** Null where it was not there. */
  readonly before: string | null;
  /** Null where it is not there any more. */
  readonly after: string | null;
}

/** Parts that are no header: no header is called so. */
const httpVersion = "http-version";
const requestLine = "request line";
const settings = "settings of the level";
const outcome = "what nginx does with the request";

/**
 * The first part of a request that an edit changes.
 *
 * @param allowed the parts that may change
 */
export function requestChange(
  before: Exchange,
  after: Exchange,
  allowed: ReadonlySet<string>,
): RequestChange | null {
  if (before.outcome !== after.outcome) {
    return { part: outcome, before: before.outcome, after: after.outcome };
  }
  const [old, now] = [partsOf(before), partsOf(after)];
  for (const part of new Set([...old.keys(), ...now.keys()])) {
    if (!allowed.has(part) && old.get(part) !== now.get(part)) {
      return { part, before: old.get(part) ?? null, after: now.get(part) ?? null };
    }
  }
  return null;
}

/** What a request says, by part; lines of one name in their order. */
function partsOf({ upstream, level }: Exchange): ReadonlyMap<string, string> {
  if (upstream === null) {
    return new Map();
  }
  const parts = new Map([
    [httpVersion, shown(upstream.httpVersion)],
    [requestLine, [upstream.method, upstream.uri, upstream.address].map(shown).join(" ")],
    [settings, level?.context ?? ""],
  ]);
  for (const { name, value } of upstream.headers) {
    const key = name.toLowerCase();
    const known = parts.get(key);
    parts.set(key, known === undefined ? shown(value) : `${known}\n${shown(value)}`);
  }
  return parts;
}
