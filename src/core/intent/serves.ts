export type Serves = "yes" | "no" | "unclear";

/** Does this location serve WebSockets, and how do we know? */
export interface Intent {
  readonly serves: Serves;
  /** What speaks for it, strongest first, each as a clause. */
  readonly evidence: readonly string[];
}

/** `mixed`: ordinary requests pass here too, so that a literal `Connection: upgrade` would hurt them. */
export type Traffic = "websocket" | "mixed";
