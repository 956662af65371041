import { headerLines } from "../config/effective.ts";
import type { Use } from "../config/level.ts";
import type { Related } from "./finding.ts";
import { discardedLines, linesOf } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import {
  called,
  comesByInclude,
  isInRepository,
  marked,
  parameterText,
  quoted,
  upstreamName,
} from "./phrases.ts";

export const headerInheritance: LocationRule = {
  id: "header-inheritance",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "A `proxy_set_header` of this level discards the upgrade headers of an outer one",
  fixMayChange: ["upgrade", "connection"],
  over: "location",
  check(location, report) {
    const { uses, shadowed } = headerLines(location.level);
    const discarded = discardedLines(location);
    const cause = uses.find((use) => !comesByInclude(use)) ?? uses[0];
    if (cause === undefined || discarded.length === 0) {
      return;
    }
    const others = shadowed.filter(
      (use) => linesOf(uses, nameOf(use)).length === 0 && !discarded.includes(use),
    );
    const also = others.length === 0 ? "" : ` (also ${listed(others)})`;
    report({
      place: placeOf(isInRepository(cause) ? cause : (cause.include ?? cause)),
      level: cause.level,
      message: `${called(location)} loses ${listed(discarded)} on the way to ${upstreamName(location)}: ${quoted(cause)} stands here, and one proxy_set_header on a level discards all of the outer ones${also}.`,
      related: [
        ...discarded.map((use) => note(use, `${quoted(use)} does not hold here`)),
        ...(cause.include !== null && comesByInclude(cause)
          ? [note(cause.include, `${quoted(cause.include)} brings it here`)]
          : []),
      ],
      remedies: discarded.map((use) => ({
        kind: "header",
        name: nameOf(use),
        value: parameterText(use, 1),
      })),
    });
  },
};

function nameOf({ parameters }: Use): string {
  return parameters[0] ?? "";
}

function listed(lines: readonly Use[]): string {
  const names = lines.map((use) => marked(nameOf(use)));
  return [names.slice(0, -1).join(", "), ...names.slice(-1)]
    .filter((part) => part !== "")
    .join(" and ");
}

function note(use: Use, text: string): Related {
  return { place: placeOf(use), note: text };
}
