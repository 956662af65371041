import type { Analysis, PendingComment } from "../check/analysis.ts";
import { startOf } from "./order.ts";

const MOST_PLACES = 5;

/** What a change does to comments that counts only after the merge, one sentence for each kind: whoever does it expects silence. */
export function pendingInWords({ pending }: Pick<Analysis, "pending">): string[] {
  const sentence = (
    kind: PendingComment["kind"],
    one: string,
    several: (count: number) => string,
  ): string[] => {
    const places = pending
      .filter((each) => each.kind === kind)
      .map(({ place }) => `${place.document.path}:${startOf(place).line}`);
    if (places.length === 0) {
      return [];
    }
    const more = places.length - MOST_PLACES;
    const where = [...places.slice(0, MOST_PLACES), ...(more > 0 ? [`${more} more`] : [])];
    return [`${places.length === 1 ? one : several(places.length)}: ${where.join(", ")}.`];
  };
  return [
    ...sentence(
      "silence",
      "A silence that this change adds counts only after the merge",
      (count) => `${count} silences that this change adds count only after the merge`,
    ),
    ...sentence(
      "http",
      "An http comment that this change adds counts only after the merge",
      (count) => `${count} http comments that this change adds count only after the merge`,
    ),
    ...sentence(
      "websocket",
      "A websocket comment that this change takes away counts until the merge",
      (count) => `${count} websocket comments that this change takes away count until the merge`,
    ),
  ];
}
