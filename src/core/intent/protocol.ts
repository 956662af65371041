import { remembered } from "../basics/collections.ts";

/** What is spoken over a WebSocket, where it matters what that is. */
export type Protocol = "socket.io" | "sockjs" | "signalr" | "phoenix";

/** How their paths and upstreams are called; `…` is what a regular expression leaves open, mostly a dot that was meant as one. */
const names: readonly (readonly [Protocol, RegExp])[] = [
  ["socket.io", /(?<![a-z\d])socket[.…]?io(?![a-z\d])/i],
  ["signalr", /signalr/i],
  ["phoenix", /\/live\/websocket(?![\w-])/i],
  ["sockjs", /sockjs/i],
];

/** The protocol that a path, an address or a name tells of, whichever stands first in it. */
const protocolIn = remembered((text): Protocol | null => {
  const found = names
    .map(([protocol, name]) => ({ protocol, at: text.search(name) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at);
  return found[0]?.protocol ?? null;
});

/** The protocol of the first of the paths, addresses and names that tells of one. */
export function firstProtocol(texts: readonly string[]): Protocol | null {
  for (const text of texts) {
    const protocol = protocolIn(text);
    if (protocol !== null) {
      return protocol;
    }
  }
  return null;
}
