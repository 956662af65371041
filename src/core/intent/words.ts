import { remembered } from "../collections.ts";

/** How sure a name makes us that WebSockets pass there. */
export type Meaning = "websocket" | "duplex" | "streaming" | "other";

export interface FoundWord {
  readonly word: string;
  readonly meaning: Meaning;
}

/** Names that nothing but a WebSocket endpoint bears, as one segment of a path. */
const websocketSegments = new Set(
  `ws wss websocket websockets web-socket web-sockets web_socket socket sockets socket.io socketio sockjs sockjs-node signalr
  cable action-cable faye primus engine.io engineio websockify webpack-hmr webpack-dev-server-ws`.split(
    /\s+/,
  ),
);

/** The same as a part of a segment: `rtcstats-ws`, `cryptpad_websocket`, `chatWebsocket`. */
const websocketParts = new Set(
  "ws wss websocket websockets websockify sockjs signalr socketio".split(" "),
);

/** Names of two-way protocols and things that mostly use them. */
const duplexParts = new Set("hub hubs realtime mqtt stomp terminal".split(" "));

/** Names that Server-Sent Events, video, long polling and plain interfaces bear as often. */
const streamingParts = new Set(
  "live stream streaming push notification notifications events event graphql subscription subscriptions rpc chat console".split(
    " ",
  ),
);

/** Names of another purpose. */
const otherParts = new Set(
  `webhook webhooks hook hooks auth oauth oauth2 authorize login logout signin signup sso saml oidc status health healthz
  healthcheck livez readyz ping metrics stats assets asset static media images image img css js fonts font icons icon favicon files
  upload uploads download downloads attachments news newsletter newsletters blog docs documentation swagger openapi robots sitemap
  manifest wellknown acme registry pages info rest soap wsdl xmlrpc public dist thumbnails avatars negotiate backup export exporter`.split(
    /\s+/,
  ),
);

/** `ws-trust` and its kin are standards of SOAP. */
const otherSegments =
  /^\.well-known|^ws-?(?:trust|fed|federation|security|policy|discovery|addressing|man)\b/;

/** Endings of files that a server delivers as they are. */
const fileEndings = new Set(
  `js mjs css map png jpg jpeg gif svg ico webp avif woff woff2 ttf eot otf html xhtml htm txt xml json pdf zip gz mp4 m3u8 ts webm mp3
  wasm php asmx wsdl`.split(/\s+/),
);

/**
 * The telling words of a path, whole words only: `/ws` and `/live-ws` have one, `/news`, `/aws` and `/rows` have none.
 * Where nobody knows what stands in the path it holds `…`.
 */
export const wordsInPath = remembered((path): readonly FoundWord[] => {
  // `~ ^/ws.*` takes no more than the prefix /ws does, and the dot of `~ ^/socket.io` was meant as one.
  const known = path.replace(/(?<=[^/])…$/, "").replace(/socket…io/i, "socket.io");
  const segments = known.split("/").filter((segment) => segment !== "");
  const found = segments.flatMap((segment) => wordsInSegment(segment));
  const ending = /\.(\w+)$/.exec(segments.at(-1) ?? "")?.[1]?.toLowerCase();
  if (ending !== undefined && fileEndings.has(ending)) {
    found.push({ word: `.${ending}`, meaning: "other" });
  }
  return found;
});

/** The telling words of a host, an upstream's name or a server's. */
export const wordsInHost = remembered((host): readonly FoundWord[] => {
  const [label = ""] = host.split(/[.:]/);
  return wordsInSegment(label);
});

/** The parts of a name in lower case: `chatHub`, `chat-hub` and `chat_hub` are `chat` and `hub`. */
export function partsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[^\p{L}\d…]+/u)
    .filter((part) => part !== "");
}

function wordsInSegment(segment: string): FoundWord[] {
  const whole = segment.toLowerCase();
  if (websocketSegments.has(whole)) {
    return [{ word: whole, meaning: "websocket" }];
  }
  if (otherSegments.test(whole)) {
    return [{ word: segment, meaning: "other" }];
  }
  return partsOf(segment).flatMap((part) => {
    const word = meaningOf(part) === null ? part.replace(/\d$/, "") : part;
    const meaning = meaningOf(word);
    return meaning === null ? [] : [{ word, meaning }];
  });
}

function meaningOf(part: string): Meaning | null {
  if (websocketParts.has(part)) return "websocket";
  if (duplexParts.has(part)) return "duplex";
  if (streamingParts.has(part)) return "streaming";
  return otherParts.has(part) ? "other" : null;
}
