import { type Use, enclosing, lineOf } from "../config/level.ts";
import type { Remedy } from "./remedy.ts";
import { locationName } from "../config/location-name.ts";
import { type Obstruction, obstructionOf } from "../handshake/reach.ts";
import type { LocationRule } from "./rule.ts";
import { called, headOf, parameterText, quoted } from "./phrases.ts";

export const locationShadowed: LocationRule = {
  id: "location-shadowed",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "No request can reach the location, because something else answers first",
  isBesideHead: true,
  over: "location",
  check(location, report) {
    const own = enclosing(location.level, "location")?.opener ?? null;
    if (location.intent.serves !== "yes" || own === null) {
      return;
    }
    const { config, exchanges, version } = location;
    const found = obstructionOf(config, exchanges.websocket, version);
    if (found === null) {
      return;
    }
    const { kind, by } = found;
    const isOther = kind === "location";
    // Somebody may have closed the location for a while, in so many words.
    const mayBeMeant = kind === "sibling" || by[0].name === "deny";
    report({
      place: isOther ? headOf(own) : headOf(by[0]),
      message: messageFor(called(location), found),
      related: isOther
        ? by.map((use) => ({ place: headOf(use), note: "answers in its place" }))
        : [],
      ...(mayBeMeant && { severity: "warning" }),
      remedies: isOther && by.every(isPattern) ? first(own) : [],
    });
  },
};

function messageFor(here: string, { kind, by }: Obstruction): string {
  const names = by.map((use) => `${quoted(use)} (line ${lineOf(use)})`).join(" and ");
  switch (kind) {
    case "answer":
      return `No handshake reaches the upstream of ${here}: ${names} answers first.`;
    case "location":
      return `No request comes to ${here}: all its paths go to ${names}, where the handshake does not upgrade.`;
    case "sibling":
      return `${here} upgrades, but its server has no TLS: with TLS the same path comes to ${names}, which goes to the same upstream and does not upgrade.`;
    case "try-files":
      return `No handshake reaches the upstream of ${here}: ${names} sends what is no file elsewhere, and an endpoint is no file.`;
  }
}

function isPattern({ inner }: Use): boolean {
  return inner !== null && locationName(inner)?.kind.startsWith("regex") === true;
}

/** `^~` keeps regular expressions from being tried after a prefix that matched. */
function first(own: Use): Remedy[] {
  const [word] = own.directive.parameters;
  const isPrefix = own.inner !== null && locationName(own.inner)?.kind === "prefix";
  return word === undefined || !isPrefix || own.level.context !== "server"
    ? []
    : [
        {
          kind: "replace",
          place: { document: own.document, span: word },
          text: `^~ ${parameterText(own, 0)}`,
        },
      ];
}
