import type { Finding } from "../check/finding.ts";
import { locationOf } from "../rules/phrases.ts";

/** A finding's message where nothing beside it shows the other locations: which one more it is about, or how many. */
export function fullMessage({ message, others }: Finding): string {
  const [other, ...more] = others;
  if (other === undefined) {
    return message;
  }
  const where = more.length === 0 ? locationOf(other) : `${others.length} other locations`;
  return `${message} It is the same at ${where}.`;
}
