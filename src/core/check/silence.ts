import { rememberedOf } from "../collections.ts";
import type { Documents } from "../config/documents.ts";
import type { Document, Place } from "../config/model.ts";
import { declarationOf } from "../intent/declared.ts";
import { type Declaration, guardComments, type Hears, type Silence } from "../intent/silences.ts";
import { blockPath } from "../review/fingerprint.ts";
import type { RuleId } from "../rules/names.ts";
import { directivesAround } from "../syntax/find.ts";
import type { Directive } from "../syntax/tree.ts";

/** A comment to us and the file that it stands in. */
export interface PlacedComment {
  readonly document: Document;
  readonly comment: Silence | Declaration;
}

/** The first silence that counts and covers a rule at a place, or null; each counts where `hears` is not given. */
export function silenceAt(rule: RuleId, place: Place, hears?: Hears): PlacedComment | null {
  const { document } = place;
  const comment = guardComments(document).silences.find(
    (each) => covers(each, rule, place) && (hears === undefined || hears(document, each)),
  );
  return comment === undefined ? null : { document, comment };
}

/** The silences that do not count and cover a rule at one of the places. */
export function pendingSilences(
  rule: RuleId,
  places: readonly Place[],
  hears: Hears,
): PlacedComment[] {
  return places.flatMap((place) => {
    const { document } = place;
    return guardComments(document)
      .silences.filter((each) => covers(each, rule, place) && !hears(document, each))
      .map((comment) => ({ document, comment }));
  });
}

/** What would say that one of the locations serves no WebSockets, and does not count. */
export function pendingDeclarations(locations: readonly Place[], hears: Hears): PlacedComment[] {
  return locations.flatMap(({ document, span }) => {
    const comment = declarationOf(document, span);
    return comment === undefined || hears(document, comment) ? [] : [{ document, comment }];
  });
}

function covers({ rules, target }: Silence, rule: RuleId, { span }: Place): boolean {
  return (
    rules.includes(rule) && target !== null && target.start <= span.start && span.end <= target.end
  );
}

/**
 * Hears the comments that these files have about the same directive, wherever its lines have moved to, and those that
 * can only bring more findings.
 *
 * @param renamed new paths by the paths in `documents`
 */
export function heardIn(documents: Documents, renamed: ReadonlyMap<string, string>): Hears {
  const known = new Set(
    [...documents.all().values()].flatMap((document) => {
      const path = renamed.get(document.path) ?? document.path;
      return [...keysIn(document).values()].map((key) => keyIn(document, path, key));
    }),
  );
  return (document, comment) => {
    const key = keysIn(document).get(comment);
    return key === undefined || known.has(keyIn(document, document.path, key));
  };
}

/** Whether every comment in these files counts. */
export function hearsAll(documents: Documents, hears: Hears): boolean {
  return [...documents.all().values()].every((document) =>
    [...keysIn(document).keys()].every((comment) => hears(document, comment)),
  );
}

/** Several documents of one file are told apart by what their keys have behind the path. */
function keyIn(document: Document, path: string, key: string): string {
  return JSON.stringify([path, document.key.slice(document.path.length), key]);
}

/** What the comments that can hide a finding are known by within their document. */
const keysIn = rememberedOf((document: Document): ReadonlyMap<Silence | Declaration, string> => {
  const { silences, declarations } = guardComments(document);
  const keys = new Map<Silence | Declaration, string>();
  for (const silence of silences) {
    if (silence.target !== null) {
      const about = identityOf(document, silence.target);
      keys.set(silence, JSON.stringify([silence.rules.toSorted(), ...about]));
    }
  }
  for (const declaration of declarations) {
    if (!declaration.websocket) {
      keys.set(declaration, JSON.stringify(["http", ...identityOf(document, declaration.target)]));
    }
  }
  return keys;
});

/** What tells a directive from all others of its document: the blocks around it, what it says, and which of several it is. */
function identityOf(document: Document, directive: Directive): readonly (string | number)[] {
  const { block } = directive;
  if (block !== null) {
    const { end } = block.open;
    return [blockPath({ document, span: { start: end, end } })];
  }
  const parent = directivesAround(document.tree.directives, directive.start).at(-2)?.block;
  const siblings = parent?.directives ?? document.tree.directives;
  return [
    blockPath({ document, span: directive }),
    wordsOf(directive),
    ordinalsIn(siblings).get(directive) ?? 0,
  ];
}

function wordsOf({ name, parameters }: Directive): string {
  return JSON.stringify([name, ...parameters].map(({ value }) => value));
}

/** Of directives that say the same, which each of them is. */
const ordinalsIn = rememberedOf(
  (siblings: readonly Directive[]): ReadonlyMap<Directive, number> => {
    const counts = new Map<string, number>();
    return new Map(
      siblings.map((directive) => {
        const words = wordsOf(directive);
        const ordinal = counts.get(words) ?? 0;
        counts.set(words, ordinal + 1);
        return [directive, ordinal];
      }),
    );
  },
);
