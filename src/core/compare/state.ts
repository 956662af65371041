import { verdictOf } from "../handshake/verdict.ts";
import type { Exchange } from "../request/exchange.ts";

/** What becomes of a handshake in a program of the head. */
export type State =
  | { readonly kind: "works" | "absent" }
  | { readonly kind: "breaks" | "answered" | "unknown"; readonly exchange: Exchange };

/** What one exchange tells. */
export function stateOfExchange(exchange: Exchange): State {
  const { outcome } = exchange;
  if (outcome === "answered") {
    return { kind: "answered", exchange };
  }
  if (outcome === "config-error") {
    // What nginx refuses is said by itself.
    return { kind: "works" };
  }
  const { strict } = verdictOf(exchange);
  if (outcome === "unknown" || strict === "unknown") {
    return { kind: "unknown", exchange };
  }
  return strict === "works" ? { kind: "works" } : { kind: "breaks", exchange };
}
