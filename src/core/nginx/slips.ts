import { distanceBetween } from "../basics/nearest.ts";
import { remembered } from "../basics/collections.ts";
import { directiveTable } from "./directive-table.ts";
import { moduleDirectives } from "./module-directives.ts";

/** What a name was to be, and how it differs. */
export interface Slip {
  readonly meant: string;
  readonly how: "letters" | "case" | "invisible";
}

/** Characters that nobody sees, and that nginx takes for letters. */
const invisible = /[\u00a0\u00ad\u200b-\u200f\u2060\ufeff]/g;

/** A name below this length is near another one with one letter that is off, a longer one with two. */
const SHORT = 8;

/**
 * The directive of nginx that a name which nginx does not know was to be: one or two letters off, in another case, or with a
 * character that nobody sees. Null for a name that may well be a module's.
 */
export const slipOf = remembered((name): { readonly slip: Slip | null } => ({ slip: find(name) }));

function find(name: string): Slip | null {
  if (moduleDirectives.has(name)) {
    return null;
  }
  const visible = name.replace(invisible, " ").trim().split(" ")[0] ?? "";
  if (visible !== name && Object.hasOwn(directiveTable, visible)) {
    return { meant: visible, how: "invisible" };
  }
  if (Object.hasOwn(directiveTable, name.toLowerCase())) {
    return { meant: name.toLowerCase(), how: "case" };
  }
  const most = name.length < SHORT ? 1 : 2;
  let best: string | null = null;
  let bestDistance = most + 1;
  for (const candidate of Object.keys(directiveTable)) {
    if (Math.abs(candidate.length - name.length) <= most) {
      const distance = distanceBetween(name, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
  }
  return best === null ? null : { meant: best, how: "letters" };
}
