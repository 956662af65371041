import { effectiveList, effectiveSetting } from "../config/effective.ts";
import type { Remedy } from "./remedy.ts";
import { type Value, isKnown } from "../request/value.ts";
import { evaluate } from "../request/variables.ts";
import { probeScope } from "../handshake/probe.ts";
import { settingLevel } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, parameterText, quoted } from "./phrases.ts";

export const cachedHandshake: LocationRule = {
  id: "cached-handshake",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "A handshake can be answered from the cache",
  isBesideHead: true,
  over: "location",
  check(location, report) {
    const { config, level, traffic } = location;
    const cache = effectiveSetting(level, "proxy_cache");
    if (location.pass.name !== "proxy_pass" || cache.state !== "set") {
      return;
    }
    const zone = evaluate(cache.use.parameters[0] ?? "", probeScope(config, "websocket"));
    if (!isKnown(zone) || zone === "" || zone.toLowerCase() === "off" || !isServed(location)) {
      return;
    }
    const isLikely =
      traffic === "mixed" || effectiveList(level, "proxy_cache_valid").uses.length > 0;
    const isOwn = cache.use.level === settingLevel(level);
    report({
      place: placeOf(isOwn ? cache.use : location.pass),
      related: isOwn ? [] : [{ place: placeOf(cache.use), note: "the cache that holds here" }],
      message: `${called(location)} answers handshakes from the cache (${quoted(cache.use)}): once an ordinary GET of the same path is stored, the client gets that answer and no 101.`,
      remedies: [
        ...withUpgrade(location, "proxy_cache_bypass"),
        ...withUpgrade(location, "proxy_no_cache"),
      ],
      ...(!isLikely && { severity: "notice" }),
    });
  },
};

/** Whether a handshake may be served from what ordinary requests stored. */
function isServed({ config, level }: ProxiedLocation): boolean {
  const { uses, hidden } = effectiveList(level, "proxy_cache_bypass");
  const scope = probeScope(config, "websocket");
  const values = uses.flatMap(({ parameters }) => parameters.map((text) => evaluate(text, scope)));
  const key = effectiveSetting(level, "proxy_cache_key");
  const hasOwnKey =
    key.state === "unknown" ||
    (key.state === "set" && /\$\{?(?:http_|connection_upgrade)/i.test(key.use.parameters[0] ?? ""));
  return hidden === null && !hasOwnKey && values.every(mayBeEmpty);
}

/** What only some clients send keeps no other client's handshake from the cache. */
function mayBeEmpty(value: Value): boolean {
  return isKnown(value)
    ? value === "" || value === "0"
    : /^\$\{?(?:cookie|arg|http)_\w+\}?$/i.test(value.text);
}

/** One line at this level discards those of outer ones, so that it repeats them. */
function withUpgrade({ level }: ProxiedLocation, name: string): Remedy[] {
  const { uses, level: from } = effectiveList(level, name);
  const last = uses.at(-1);
  if (uses.some(({ parameters }) => parameters.includes("$http_upgrade"))) {
    return [];
  }
  const end = last?.directive.parameters.at(-1)?.end;
  if (last !== undefined && end !== undefined && from === settingLevel(level)) {
    const place = { document: last.document, span: { start: end, end } };
    return [{ kind: "replace", place, text: " $http_upgrade" }];
  }
  const outer = uses.flatMap((use) => use.parameters.map((_, index) => parameterText(use, index)));
  return [{ kind: "directive", name, parameters: [...outer, "$http_upgrade"] }];
}
