import { rememberedOf } from "../collections.ts";
import type { LocationPaths } from "./paths.ts";
import type { Doubt, Sign, Surroundings } from "./sign.ts";
import { distinctEndpoint } from "./software.ts";
import { type FoundWord, wordsInHost, wordsInPath } from "./words.ts";

/** A path that only WebSocket endpoints have. */
export interface EndpointName {
  readonly sign: Sign;
  /** Nothing else passes there. */
  readonly dedicated: boolean;
}

/** `location ~ ^/(ws|wss)/` must have one of the names, `location ~ ^/(ws|api)/` may have another. */
export const endpointName = rememberedOf((paths: LocationPaths): EndpointName | null => {
  const application = distinctEndpoint(paths);
  if (application !== null) {
    const text = `the path ${paths.written} is the WebSocket endpoint of ${application.name}`;
    return { sign: { kind: "name", text }, dedicated: application.mixed !== true };
  }
  if (paths.paths.length === 0 || !paths.paths.every(isNamedEndpoint)) return null;
  const text = `the path ${paths.written} is named like a WebSocket endpoint`;
  return { sign: { kind: "name", text }, dedicated: true };
});

function isNamedEndpoint(path: string): boolean {
  const words = wordsInPath(path);
  const last = path.split("/").findLast((segment) => segment !== "") ?? "";
  // `/ws/health` and `/websocket/info` are ordinary requests to a WebSocket server.
  const isOther = wordsInPath(last).some((word) => word.meaning === "other");
  return words.some((word) => word.meaning === "websocket") && !isOther && !isWebService(words);
}

/** `/ws/rest` and `/ws/soap` are web services. */
function isWebService(words: readonly FoundWord[]): boolean {
  return (
    words.some(({ word }) => ["rest", "soap", "wsdl", "xmlrpc"].includes(word)) &&
    words.every(({ word, meaning }) => meaning !== "websocket" || word === "ws")
  );
}

/** What the names of the path, the upstream and the server tell, where the path is no endpoint's. */
export function wordSigns({ paths, upstreamNames, serverNames }: Surroundings): readonly Sign[] {
  const inPath = paths.paths.map(wordsInPath);
  const always = (inPath[0] ?? []).filter(({ word }) =>
    inPath.every((words) => words.some((each) => each.word === word)),
  );
  const signs: Sign[] = [];
  if (inPath.some((words) => words.some(({ meaning }) => meaning === "websocket"))) {
    const text = `the path ${paths.written} can be a WebSocket endpoint`;
    signs.push({ kind: "possible-name", text });
  }
  signs.push(...weakWords(always, `the path ${paths.written}`));
  for (const { text, what } of upstreamNames) {
    signs.push(
      ...websocketWord("upstream-name", text, what),
      ...weakWords(wordsInHost(text), what),
    );
  }
  for (const { text, what } of serverNames) {
    signs.push(...websocketWord("server-name", text, what), ...weakWords(wordsInHost(text), what));
  }
  return signs;
}

function websocketWord(
  kind: "upstream-name" | "server-name",
  name: string,
  what: string,
): readonly Sign[] {
  const isNamed = wordsInHost(name).some(({ meaning }) => meaning === "websocket");
  return isNamed ? [{ kind, text: `${what} has a name of WebSocket endpoints` }] : [];
}

function weakWords(words: readonly FoundWord[], what: string): readonly Sign[] {
  return words.flatMap(({ word, meaning }): Sign[] =>
    meaning === "duplex" || meaning === "streaming"
      ? [{ kind: `${meaning}-word`, text: `${what} has "${word}" in its name` }]
      : [],
  );
}

/** A path that names another purpose. */
export function purposeOfPath({ paths }: Surroundings): readonly Doubt[] {
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
export function purposeOfHost({ upstreamNames, serverNames }: Surroundings): readonly Doubt[] {
  const named = [...upstreamNames, ...serverNames].find(({ text }) =>
    wordsInHost(text).some(({ meaning }) => meaning === "other"),
  );
  return named === undefined
    ? []
    : [{ kind: "hint", text: `${named.what} has a name of another purpose` }];
}
