import type { Intent } from "../intent/serves.ts";
import type { LocationName } from "../rules/finding.ts";

/** What a location is called, the same before and after an edit. */
export function locationKey({ place, server, name }: LocationName): string {
  return JSON.stringify([place.document.path, server, name]);
}

/** A handshake that worked is the best evidence, unless somebody declares what the location is for. */
export function proven(intent: Intent): Intent {
  const isDeclared = intent.signs.some(({ weight }) => weight === "declared");
  const text = "its handshakes worked before this change";
  if (isDeclared) {
    return intent;
  }
  const weight = intent.serves === "yes" ? "strong" : "declared";
  return {
    ...intent,
    serves: "yes",
    signs: [{ kind: "declared", weight, text }, ...intent.signs],
  };
}
