import { rememberedOf } from "../basics/collections.ts";
import type { Level, Use } from "./level.ts";

/** A location as nginx reads its parameters; the modifier may touch the name. */
export interface LocationParameters {
  readonly kind: "prefix" | "exact" | "prefix-no-regex" | "regex" | "regex-caseless" | "named";
  /** The path, regular expression, or name with its `@`. */
  readonly text: string;
}

const kinds: Readonly<Record<string, LocationParameters["kind"]>> = {
  "=": "exact",
  "^~": "prefix-no-regex",
  "~": "regex",
  "~*": "regex-caseless",
};

/** Reads the parameters of a `location` directive (ngx_http_core_location). */
export const readLocationName = rememberedOf(({ parameters }: Use): LocationParameters => {
  const [first = "", second] = parameters;
  const [, modifier = "", text = ""] =
    second === undefined ? (/^(=|\^~|~\*|~)?(.*)$/s.exec(first) ?? []) : ["", first, second];
  return { kind: kinds[modifier] ?? (text.startsWith("@") ? "named" : "prefix"), text };
});

/** How the location of that very level is called; null where the level is none. */
export function locationName({ context, opener }: Level): LocationParameters | null {
  return context === "location" && opener !== null ? readLocationName(opener) : null;
}

/** The path of the nearest location, where it is a prefix or exact: null for a regular expression, a named one and none. */
export function locationPath(level: Level): string | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    if (at.opener?.name === "location") {
      const { kind, text } = readLocationName(at.opener);
      return kind === "exact" || kind.startsWith("prefix") ? text : null;
    }
  }
  return null;
}
