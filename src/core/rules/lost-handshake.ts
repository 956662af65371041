import type { LostHandshake, LostRule } from "./rule.ts";
import { marked } from "./phrases.ts";

export const lostHandshake: LostRule = {
  id: "lost-handshake",
  group: "traffic",
  severity: "warning",
  from: "basic",
  summary: "A handshake that worked before a change is lost, or nobody can say any more",
  isBesideHead: true,
  over: "lost",
  check(handshake, report) {
    report({
      place: handshake.place,
      message: messageOf(handshake),
      commentable: handshake.isHere,
    });
  },
};

function messageOf({ address, kind, why }: LostHandshake): string {
  const what = marked(address);
  switch (kind) {
    case "answered":
      return `Handshakes to ${what} worked before this change and fail now: ${why}.`;
    case "removed":
      return `This change removes the endpoint ${what}: ${why}.`;
    case "unknown":
      return `Handshakes to ${what} worked before this change, and nobody can say now: ${why}.`;
  }
}
