import { groupBy } from "../basics/collections.ts";
import type { UpstreamRequest, Verdict } from "./exchange.ts";
import { type Value, shown, unknown } from "./value.ts";

/** What two versions of nginx make of the same request; where they do not agree it is unknown. */
export function joinVerdicts(one: Verdict, other: Verdict): Verdict {
  return {
    strict: one.strict === other.strict ? one.strict : "unknown",
    lenient: one.lenient === other.lenient ? one.lenient : "unknown",
    reasons: [...new Set([...one.reasons, ...other.reasons])],
  };
}

/** The request that two versions send alike; what differs is unknown, headers that only one sends included. */
export function joinRequests(
  oldest: UpstreamRequest,
  newest: UpstreamRequest,
  why = "it depends on the version of nginx, which is not known",
): UpstreamRequest {
  const both = (one: Value, other: Value): Value =>
    shown(one) === shown(other) ? other : unknown(why, shown(other));
  const left = new Set(oldest.headers);
  const byName = groupBy(oldest.headers.toReversed(), ({ name }) => name.toLowerCase());
  const headers = newest.headers.map((header) => {
    const same = byName.get(header.name.toLowerCase())?.pop();
    if (same !== undefined) {
      left.delete(same);
    }
    const value =
      same === undefined ? unknown(why, shown(header.value)) : both(same.value, header.value);
    return { ...header, value };
  });
  const gone = Array.from(left, (header) => ({
    ...header,
    value: unknown(why, shown(header.value)),
  }));
  return {
    ...newest,
    httpVersion:
      shown(oldest.httpVersion) === shown(newest.httpVersion)
        ? newest.httpVersion
        : unknown(why, `${shown(oldest.httpVersion)} or ${shown(newest.httpVersion)}`),
    headers: [...headers, ...gone],
  };
}
