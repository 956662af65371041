import { rememberedOf } from "../basics/collections.ts";
import type { Application } from "./applications.ts";
import type { LocationPaths } from "./paths.ts";
import type { Doubt, Named, Sign, LocationContext } from "./sign.ts";
import { distinctEndpoint, isDistinctEndpoint } from "./software.ts";
import { type FoundWord, isEndpointPath, wordsInHost, wordsInPath } from "./words.ts";

/** A path that only WebSocket endpoints have. */
export interface EndpointName {
  readonly sign: Sign;
  /** Nothing else passes there. */
  readonly dedicated: boolean;
  /** Whose path it is, where only one has it. */
  readonly application: Application | null;
}

/** `location ~ ^/(ws|wss)/` must have one of the names, `location ~ ^/(ws|api)/` may have another. */
export const endpointName = rememberedOf((paths: LocationPaths): EndpointName | null => {
  const application = distinctEndpoint(paths);
  if (application !== null) {
    const text = `the path ${paths.written} is the WebSocket endpoint of ${application.name}`;
    const isShared = application.mixed === true;
    return { sign: { kind: "name", text, isShared }, dedicated: !isShared, application };
  }
  if (paths.paths.length === 0 || !paths.paths.every(isKnownEndpoint)) {
    return null;
  }
  const text = `the path ${paths.written} is named like a WebSocket endpoint`;
  return { sign: { kind: "name", text }, dedicated: true, application: null };
});

function isKnownEndpoint(path: string): boolean {
  return isNamedEndpoint(path) || isDistinctEndpoint(path);
}

function isNamedEndpoint(path: string): boolean {
  const words = wordsInPath(path);
  return (
    isEndpointPath(path) && !isOrdinary(words.at(-1)) && !isWebService(words) && !isWriting(words)
  );
}

/** `/ws/health` and `/websocket/info` are ordinary requests to a WebSocket server; `/ws/status` tells it by WebSocket. */
function isOrdinary(last: FoundWord | undefined): boolean {
  return last?.meaning === "other" && !messages.has(last.word);
}

/** Names of another purpose that stand behind an endpoint's for what it sends. */
const messages = new Set("status stats metrics news uploads downloads".split(" "));

/** Whether one of the paths may be an endpoint's by its name, so that others of the server need not be. */
export function mayBeNamedEndpoint(paths: LocationPaths): boolean {
  const isPossible = (path: string): boolean => {
    const words = wordsInPath(path);
    return words.some(mayBeEndpoint) && !isOrdinary(words.at(-1));
  };
  return endpointName(paths) !== null || paths.paths.some(isPossible);
}

/** `/ws/rest` and `/ws/soap` are web services. */
function isWebService(words: readonly FoundWord[]): boolean {
  return (
    words.some(({ word }) => ["rest", "soap", "wsdl", "xmlrpc"].includes(word)) &&
    words.every(({ meaning }) => meaning !== "websocket")
  );
}

/** `/docs/websocket` and `/blog/websockets` are about WebSockets. */
function isWriting([first]: readonly FoundWord[]): boolean {
  return first !== undefined && writings.has(first.word);
}

const writings = new Set("blog docs documentation news wiki".split(" "));

/** What the names of the path, the upstream and the server tell, where the path is no endpoint's. */
export function wordSigns({ paths, upstreamNames, serverNames }: LocationContext): readonly Sign[] {
  return pathSigns(paths).concat(
    hostSigns("upstream-name", upstreamNames),
    serverSigns(serverNames),
  );
}

const pathSigns = rememberedOf((paths: LocationPaths): readonly Sign[] => {
  const inPath = paths.paths.map(wordsInPath);
  const always = (inPath[0] ?? []).filter(({ word }) =>
    inPath.every((words) => words.some((each) => each.word === word)),
  );
  const signs: Sign[] = [];
  if (inPath.some((words) => words.some(mayBeEndpoint))) {
    const text = `the path ${paths.written} can be a WebSocket endpoint`;
    signs.push({ kind: "possible-name", text });
  }
  return signs.concat(weakWords(always, `the path ${paths.written}`));
});

/** All locations of a server share its names. */
const serverSigns = rememberedOf((names: readonly Named[]) => hostSigns("server-name", names));

function hostSigns(
  kind: "upstream-name" | "server-name",
  names: readonly Named[],
): readonly Sign[] {
  return names.flatMap(({ text, what }) => {
    const words = wordsInHost(text);
    const weak = weakWords(words, what);
    return words.some(mayBeEndpoint)
      ? [{ kind, text: `${what} has a name of WebSocket endpoints` }, ...weak]
      : weak;
  });
}

function mayBeEndpoint({ meaning }: FoundWord): boolean {
  return meaning === "websocket" || meaning === "perhaps";
}

function weakWords(words: readonly FoundWord[], what: string): readonly Sign[] {
  return words.flatMap(({ word, meaning }): Sign[] =>
    meaning === "duplex" || meaning === "streaming"
      ? [{ kind: `${meaning}-word`, text: `${what} has "${word}" in its name` }]
      : [],
  );
}

/** The path that requests get at the upstream, where it is an endpoint's beyond doubt: `proxy_pass http://b/socket.io/`. */
export function upstreamPath({ pass }: LocationContext): Sign | null {
  const [, path = ""] = /^\w+:\/\/[^/$]+(\/[^$?]+)$/.exec(pass.parameters[0] ?? "") ?? [];
  const isEndpoint =
    isNamedEndpoint(path) && wordsInPath(path).some(({ meaning }) => meaning === "websocket");
  return isEndpoint
    ? { kind: "name", text: `the upstream's path ${path} is named like a WebSocket endpoint` }
    : null;
}

/** A host that is called after WebSockets, where all of its requests come here: `location /` of `upstream websocket`. */
export function hostName({ upstreamNames, serverNames }: LocationContext): Sign | null {
  const named = [...upstreamNames, ...serverNames].find(({ text }) => {
    const meanings = new Set(wordsInHost(text).map(({ meaning }) => meaning));
    return meanings.has("websocket") && !meanings.has("other");
  });
  return named === undefined
    ? null
    : { kind: "name", text: `${named.what} is named after WebSockets`, isShared: true };
}

/** A path that names another purpose. */
export function purposeOfPath({ paths }: LocationContext): readonly Doubt[] {
  const words = paths.paths.map((path) =>
    wordsInPath(path).find(({ meaning }) => meaning === "other"),
  );
  const [first] = words;
  return first !== undefined && words.every((word) => word !== undefined)
    ? [
        {
          kind: "purpose",
          text: `"${first.word}" in the path ${paths.written} names another purpose`,
        },
      ]
    : [];
}

/** An upstream or a server that is named for another purpose. */
export function purposeOfHost({ upstreamNames, serverNames }: LocationContext): readonly Doubt[] {
  const named = [...upstreamNames, ...serverNames].find(({ text }) =>
    wordsInHost(text).some(({ meaning }) => meaning === "other"),
  );
  return named === undefined
    ? []
    : [{ kind: "hint", text: `${named.what} has a name of another purpose` }];
}
