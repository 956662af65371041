import type { Protocol } from "./protocol.ts";
import type { Doubt, SignKind } from "./sign.ts";

export type Serves = "yes" | "no" | "unclear";

/**
 * How much a sign says: one `strong` sign or two `weak` ones of different kinds speak for WebSockets, `against` takes the force
 * of others, and what somebody `declared` leaves nothing to weigh.
 */
export type Weight = "declared" | "strong" | "weak" | "against";

/** One thing that tells whether a location serves WebSockets. */
export interface WeighedSign {
  readonly kind: SignKind | Doubt["kind"] | "declared" | "elsewhere";
  readonly weight: Weight;
  /** A clause, e.g. `this location sets Upgrade to $http_upgrade`. */
  readonly text: string;
}

/** Does this location serve WebSockets, and how do we know? */
export interface Intent {
  readonly serves: Serves;
  /** What is spoken over the WebSocket, where a path or the upstream settles it. Rules ask this, and never the signs' words. */
  readonly protocol: Protocol | null;
  /** The known application that answers, where a path of its own, a name or its port with its path settles it. */
  readonly application: string | null;
  /** All of them: what is declared, then what speaks for it, strongest first, then what speaks against it. */
  readonly signs: readonly WeighedSign[];
}

/**
 * Why we think so, each as a clause, strongest first: the first sign of each kind, for two say no more than one, and where they
 * were not enough, what speaks against them. Where something is declared, that alone.
 */
export function evidenceOf({ serves, signs }: Intent): readonly string[] {
  const declared = signs.filter(({ weight }) => weight === "declared");
  if (declared.length > 0) {
    return declared.map(({ text }) => text);
  }
  const against = serves === "yes" ? [] : signs.filter(({ weight }) => weight === "against");
  const kinds = new Set<WeighedSign["kind"]>();
  const first = signs.filter(
    ({ kind, weight }) => weight !== "against" && !kinds.has(kind) && kinds.add(kind),
  );
  return [...first.map(({ text }) => text), ...against.map(({ text }) => `but ${text}`)];
}

/** `mixed`: ordinary requests pass here too, so that a literal `Connection: upgrade` would hurt them. */
export type Traffic = "websocket" | "mixed";
