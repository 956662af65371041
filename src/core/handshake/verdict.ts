import { judged } from "../request/answer.ts";
import type { Exchange, Verdict } from "../request/exchange.ts";

/** What a strict server (RFC 6455) and a lenient one (Node's `ws`) make of a websocket probe. */
export function verdictOf(exchange: Exchange): Verdict {
  return judged(exchange, true);
}
