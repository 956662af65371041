import type { Documents } from "../config/documents.ts";
import type { Document, Place } from "../config/model.ts";
import { guardComments, type Silence } from "../intent/silences.ts";
import { blockPath } from "../review/fingerprint.ts";
import type { RuleId } from "../rules/names.ts";

/** A silence and the file that it stands in. */
export interface PlacedSilence {
  readonly document: Document;
  readonly silence: Silence;
}

/** Every silence in the files that were read, whether it silences anything or not. */
export function placedSilences(documents: Documents): PlacedSilence[] {
  return [...documents.all().values()].flatMap((document) =>
    guardComments(document).silences.map((silence) => ({ document, silence })),
  );
}

/** The silence that covers a rule at a place, or null. */
export function silenceAt(rule: RuleId, { document, span }: Place): PlacedSilence | null {
  const silence = guardComments(document).silences.find(
    ({ rules, target }) =>
      rules.includes(rule) &&
      target !== null &&
      target.start <= span.start &&
      span.end <= target.end,
  );
  return silence === undefined ? null : { document, silence };
}

/** What a silence is known by when lines move: its file, the blocks around it, its rules. */
export function silenceKey(
  { document, silence }: PlacedSilence,
  renamed: ReadonlyMap<string, string>,
): string {
  const path = renamed.get(document.path) ?? document.path;
  return JSON.stringify([path, blockPath({ document, span: silence.span }), silence.rules]);
}
