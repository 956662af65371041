import { requestHead } from "../handshake/head.ts";
import type { Located } from "./locations.ts";
import type { Entry } from "./entries.ts";
import type { ProvenFix } from "../fix/edit.ts";

/** Request heads before and after a fix. */
type Heads = Pick<ProvenFix, "probe" | "now" | "after">;

/** The first location's request head before and after: the handshake's, or an ordinary one's where only that changes. */
export function headsOf(entries: readonly Entry[], mended: ReadonlyMap<Located, Located>): Heads {
  const location = entries.flatMap((entry) => entry.locations)[0];
  if (location === undefined) {
    return { probe: "websocket", now: [], after: [] };
  }
  const same = mended.get(location);
  const head = (located: Located | undefined, probe: Heads["probe"]) => {
    if (located === undefined) {
      return [];
    }
    const [version] = located.versions;
    const { exchanges } = location.failsInFirefox ? version.firefox : version;
    return requestHead(exchanges[probe]);
  };
  const heads = (probe: Heads["probe"]): Heads => {
    return { probe, now: head(location, probe), after: head(same, probe) };
  };
  const [handshake, ordinary] = [heads("websocket"), heads("plain")];
  const saysMore = location.traffic === "mixed" && isSpelling(handshake);
  return isChange(ordinary) && (saysMore || !isChange(handshake)) ? ordinary : handshake;
}

function isChange({ now, after }: Heads): boolean {
  return now.join("\n") !== after.join("\n");
}

/** Whether nothing but the case of words differs: `Upgrade` and `upgrade` say the same. */
function isSpelling({ now, after }: Heads): boolean {
  return now.join("\n").toLowerCase() === after.join("\n").toLowerCase();
}
