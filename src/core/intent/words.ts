import { remembered } from "../basics/collections.ts";

/** How sure a name makes us that WebSockets pass there. */
export type Meaning = "websocket" | "perhaps" | "duplex" | "streaming" | "other";

export interface FoundWord {
  readonly word: string;
  readonly meaning: Meaning;
}

/** Names that nothing but a WebSocket endpoint bears, as one segment of a path. */
const websocketSegments = new Set(
  `websocket websockets web-socket web-sockets web_socket socket.io socketio sockjs sockjs-node signalr action-cable colibri-ws engine.io engineio
  websockify webpack-hmr webpack-dev-server-ws vite-hmr vite_hmr __vite_hmr wsapp chatws wschat`.split(
    /\s+/,
  ),
);
/** The same as a part of a segment: `cryptpad_websocket`, `chatWebsocket`. */
const websocketParts = new Set(
  "websocket websockets websockify sockjs signalr socketio".split(" "),
);
/** Web services are called so as well. */
const shortNames = new Set(["ws", "wss"]);
/** Words of the language, which a shop or a page about people may have in its paths. */
const ordinaryNames = new Set("cable faye primus socket sockets".split(" "));
/** What stands before an endpoint's own name without telling what it is. */
const prefixes = /^(?:…|api|apps?|backend|server|v\d+)$/;
/** What comes after `ws` where it stands for a web service: a version, or a service's name. */
const serviceNames = /^v?\d+(?:\.\d+)*$|services?$/i;
/** Names of two-way protocols and things that mostly use them. */
const duplexParts = new Set(
  `hub hubs realtime mqtt stomp wamp terminal xterm webssh vnc webrtc signaling signalling hmr v2ray vmess vless`.split(
    " ",
  ),
);

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
  upload uploads download downloads attachments news newsletter newsletters blog wiki docs documentation swagger openapi robots sitemap
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
  const segments = segmentsOf(path);
  const found = segments.flatMap((segment) => wordsInSegment(segment));
  const ending = /\.(\w+)$/.exec(segments.at(-1) ?? "")?.[1]?.toLowerCase();
  if (ending !== undefined && fileEndings.has(ending)) {
    found.push({ word: `.${ending}`, meaning: "other" });
  }
  return found;
});

function segmentsOf(path: string): readonly string[] {
  // `~ ^/ws.*` takes no more than the prefix /ws does, and the dot of `~ ^/socket.io` was meant as one.
  const known = path.replace(/(?<=[^/])…$/, "").replace(/socket…io/i, "socket.io");
  return known.split("/").filter((segment) => segment !== "");
}

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

/**
 * Whether one of the path's names is an endpoint's, so that it needs no other sign: `/ws` and `/api/cable` are, `/ws/2` is a web
 * service's version, and `/products/cable` a page.
 */
export function isEndpointPath(path: string): boolean {
  const segments = segmentsOf(path);
  return segments.some((segment, index) => {
    const name = segment.toLowerCase();
    const words = wordsInSegment(segment);
    if (words.some(({ meaning }) => meaning === "websocket")) {
      return true;
    }
    if (words.some(({ word }) => shortNames.has(word))) {
      return !serviceNames.test(segments[index + 1] ?? "");
    }
    const before = segments.slice(0, index);
    return (
      ordinaryNames.has(name) &&
      index === segments.length - 1 &&
      before.every((each) => prefixes.test(each.toLowerCase()))
    );
  });
}

function wordsInSegment(segment: string): FoundWord[] {
  const whole = segment.toLowerCase();
  if (websocketSegments.has(whole)) {
    return [{ word: whole, meaning: "websocket" }];
  }
  if (ordinaryNames.has(whole)) {
    return [{ word: whole, meaning: "perhaps" }];
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
  if (websocketParts.has(part)) {
    return "websocket";
  }
  if (shortNames.has(part)) {
    return "perhaps";
  }
  if (duplexParts.has(part)) {
    return "duplex";
  }
  if (streamingParts.has(part)) {
    return "streaming";
  }
  return otherParts.has(part) ? "other" : null;
}
