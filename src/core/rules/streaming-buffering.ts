import { remembered, rememberedOf } from "../basics/collections.ts";
import { effectiveSetting } from "../config/effective.ts";
import { type Level, enclosing } from "../config/level.ts";
import { remarksOn } from "../comments/headings.ts";
import { pathsOf } from "../intent/paths.ts";
import { speaksOfEvents } from "../intent/remarks.ts";
import { partsOf } from "../intent/words.ts";
import { settingLevel } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, marked, quoted } from "./phrases.ts";

export const streamingBuffering: LocationRule = {
  id: "streaming-buffering",
  group: "traffic",
  severity: "warning",
  from: "recommended",
  summary: "Server-Sent Events are held back by buffering",
  over: "location",
  everyLocation: true,
  mayConcern: (level) => evidenceIn(level) !== null,
  check(location, report) {
    const setting = effectiveSetting(location.level, "proxy_buffering");
    const isOn = setting.state === "default" || (setting.state === "set" && !isOff(setting.use));
    const evidence =
      location.pass.name === "proxy_pass" && isOn ? evidenceIn(location.level) : null;
    if (evidence === null) {
      return;
    }
    const own =
      setting.state === "set" && setting.use.level === settingLevel(location.level)
        ? setting.use
        : null;
    report({
      place: placeOf(own ?? location.pass),
      message: `${called(location)} holds Server-Sent Events back (${evidence}): with ${setting.state === "set" ? quoted(setting.use) : "nginx's default, `proxy_buffering on`,"} small events wait for a full buffer, unless the application sends \`X-Accel-Buffering: no\`.`,
      remedies: [{ kind: "directive", name: "proxy_buffering", parameters: ["off"] }],
    });
  },
};

function isOff({ parameters }: { readonly parameters: readonly string[] }): boolean {
  return parameters[0]?.toLowerCase() === "off";
}

/** Words that only event streams have; `events`, `stream` and `live` are names of much else. */
const streamWord = /^(?:sse|eventsource|eventstream)$/;

const denial = /\b(?:no|not|non|without|never|except|elsewhere|separate|below|above)\b/i;

const isNamed = remembered(
  (path) =>
    partsOf(path).some((part) => streamWord.test(part)) || /event-(?:stream|source)/i.test(path),
);

/** Most words of a configuration are shorter than both. */
function isOfStreams(word: string): boolean {
  return (
    word.length >= "text/event-stream".length &&
    /text\/event-stream|^x-accel-buffering$/i.test(word)
  );
}

/** What shows that the location serves Server-Sent Events, as a clause; the same in every version of nginx. */
const evidenceIn = rememberedOf((level: Level): string | null => {
  const location = enclosing(level, "location");
  const opener = location?.opener ?? null;
  if (location === null || opener === null) {
    return null;
  }
  const { paths, written: path } = pathsOf(opener);
  if (paths.length > 0 && paths.every(isNamed)) {
    return `the path ${marked(path)} is named so`;
  }
  const line = location.uses.find(
    ({ name, parameters }) => isOfStreams(name) || parameters.some(isOfStreams),
  );
  if (line !== undefined) {
    return `it has ${quoted(line)}`;
  }
  const remark = remarksOn(opener).find((each) => speaksOfEvents(each) && !denial.test(each));
  return remark === undefined ? null : "a comment says so";
});
