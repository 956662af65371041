import { judged } from "../request/answer.ts";
import type { Exchange, Verdict } from "../request/exchange.ts";
import { isKnown } from "../request/value.ts";

/** What a strict server (RFC 6455) and a lenient one (Node's `ws`) make of a websocket probe. */
export function verdictOf(exchange: Exchange): Verdict {
  return judged(exchange, true);
}

/** Why nobody can say whether a handshake works, as a clause: what of its head is not known, else where it got lost. */
export function whyUnknown({ upstream, steps }: Exchange): string {
  const parts = [
    ...(upstream === null ? [] : [upstream.httpVersion]),
    ...(upstream?.headers ?? [])
      .filter(({ name }) => /^(?:upgrade|connection|sec-websocket-\w+)$/i.test(name))
      .map(({ value }) => value),
  ];
  const [why] = parts.flatMap((value) => (isKnown(value) ? [] : [value.unknown]));
  return upstream?.hidden ?? why ?? steps.at(-1) ?? "nothing is known of it";
}
