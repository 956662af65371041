import { applyEdits, type TextEdit, type Fix } from "./edit.ts";
import type { Config } from "../config/level.ts";
import { mapEdits, type NewMap } from "./map.ts";
import { Plan } from "./plan.ts";
import { titleOf } from "./title.ts";
import { wholeLines } from "./change.ts";
import { annotationEdits, ingressOf } from "./annotation.ts";
import type { Writable, FixRequest } from "../rules/remedy.ts";

/** The most candidates of one request. */
const MOST_CANDIDATES = 8;

/**
 * Finds ways to make all remedies of a request true, best first. Nothing is proven here: the caller applies each candidate,
 * analyses again and takes the first that holds. Nothing is given where the remedies hold already, or where no candidate's
 * edits all lie within `writable`, which is asked for whole lines.
 */
export function* fixCandidates(request: FixRequest, writable: Writable): Generator<Fix> {
  const isWritable: Writable = (place) => place.document.origin === "repository" && writable(place);
  const ingress = ingressOf(request);
  if (ingress !== null) {
    const edits = annotationEdits(ingress, request) ?? [];
    if (isOneResult(edits) && edits.every((edit) => isWritable(wholeLines(edit)))) {
      const hints = { onlyMaps: false, narrows: false, saysUpgrade: false };
      yield { title: titleOf(request, request.level, null, hints), safety: "safe", edits };
    }
    return;
  }
  const plan = new Plan(request, isWritable);
  let given = 0;
  for (const choice of plan.choices()) {
    const edits = plan.edits(choice);
    const maps = choice?.maps ?? [];
    if (edits === null) {
      continue;
    }
    if (edits.length === 0 && maps.length === 0) {
      return;
    }
    for (const variant of withMaps(request, plan, edits, maps)) {
      if (isOneResult(variant) && variant.every((edit) => isWritable(wholeLines(edit)))) {
        const title = titleOf(request, plan.level, choice, plan.titleHints(edits, choice));
        yield { title, safety: "safe", edits: variant };
        if (++given === MOST_CANDIDATES) {
          return;
        }
      }
    }
  }
}

/** The edits with the new maps that they need, once for each place where these may stand. */
function withMaps(
  { config, programs }: FixRequest,
  plan: Plan,
  edits: readonly TextEdit[],
  maps: readonly NewMap[],
): readonly (readonly TextEdit[])[] {
  return maps.length === 0
    ? [edits]
    : mapEdits(config, plan.level, plan.homes(edits), maps).map((map) => [
        map,
        ...mapsBeside(map, programs, edits, maps),
        ...edits,
      ]);
}

/** The same maps for other programs that have a file of the edits and not that of the map: in their main files. */
function mapsBeside(
  { document }: TextEdit,
  programs: readonly Config[],
  edits: readonly TextEdit[],
  maps: readonly NewMap[],
): TextEdit[] {
  return programs
    .filter(
      ({ documents }) =>
        !documents.includes(document) && edits.some((edit) => documents.includes(edit.document)),
    )
    .flatMap((config) => {
      const roots = config.documents.filter(({ key }) => key === config.root);
      return mapEdits(config, config.main, roots, maps);
    });
}

function isOneResult(edits: readonly TextEdit[]): boolean {
  return [...new Set(edits.map((edit) => edit.document))].every((document) => {
    const own = edits.filter((edit) => edit.document === document);
    return applyEdits(document.text, own) !== null;
  });
}
