import type { LocationReport, PendingComment } from "./analysis.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { Documents } from "../repository/documents.ts";
import type { Document, Place } from "../repository/document.ts";
import { enclosing } from "../config/level.ts";
import { declarationOf } from "../intent/declared.ts";
import { intentOf } from "../intent/intent.ts";
import {
  type Declaration,
  guardComments,
  type Hearing,
  type Silence,
} from "../comments/guard-comments.ts";
import type { Policy } from "../policy/policy.ts";
import { blockPath } from "./fingerprint.ts";
import { directivesAround } from "../syntax/find.ts";
import type { Directive } from "../syntax/tree.ts";

/** A comment to us and the file that it stands in. */
export interface PlacedComment {
  readonly document: Document;
  readonly comment: Silence | Declaration;
}

/** The first silence that counts and covers a rule at a place, or null; each counts where `hearing` is not given. */
export function silenceAt(rule: string, place: Place, hearing?: Hearing): PlacedComment | null {
  const { document } = place;
  const comment = guardComments(document).silences.find(
    (each) =>
      covers(each, rule, place) && (hearing === undefined || hearing.counts(document, each)),
  );
  return comment === undefined ? null : { document, comment };
}

/** The silences that do not count and cover a rule at one of the places. */
export function pendingSilences(
  rule: string,
  places: readonly Place[],
  hearing: Hearing,
): PendingComment[] {
  return places.flatMap((place) => {
    const { document } = place;
    return guardComments(document)
      .silences.filter((each) => covers(each, rule, place) && !hearing.counts(document, each))
      .map(({ span }) => ({ kind: "silence", place: { document, span } }));
  });
}

/** What would make a location one that serves no WebSockets, and does not count; null where there is nothing. */
export function pendingDeclaration(
  { config, level, proxyPass: pass }: LocationReport,
  policy: Policy,
  hearing: Hearing,
): PendingComment | null {
  const opener = enclosing(level, "location")?.opener ?? null;
  if (opener === null) {
    return null;
  }
  const { document, directive } = opener;
  const said = declarationOf(document, directive);
  if (said !== undefined) {
    const place = { document, span: said.span };
    return hearing.counts(document, said) ? null : { kind: "http", place };
  }
  if (!hearing.promised(document, directive)) {
    return null;
  }
  // Where everything else speaks for WebSockets too, nothing hangs on the comment.
  const { intent } = intentOf({ config, level, pass, policy });
  return intent.serves === "yes"
    ? null
    : { kind: "websocket", place: { document, span: directive.name } };
}

function covers({ rules, target }: Silence, rule: string, { span }: Place): boolean {
  return (
    rules.includes(rule) && target !== null && target.start <= span.start && span.end <= target.end
  );
}

/**
 * Hears the comments that the base has about the same directive, wherever its lines have moved to, and those that can
 * only bring more findings. What the base says to serve WebSockets still does where the comment is gone. Null where the
 * head's comments are the ones that count.
 *
 * @param renamed new paths by the paths in the base
 */
export function hearingOf(
  head: Documents,
  base: Documents,
  renamed: ReadonlyMap<string, string>,
): Hearing | null {
  const [before, after] = [keysOf(base, renamed), keysOf(head, new Map())];
  const isKnown = [...after.hiding].every((key) => before.hiding.has(key));
  if (isKnown && [...before.promising].every((key) => after.promising.has(key))) {
    return null;
  }
  return {
    counts(document, comment) {
      const key = keysIn(document).get(comment);
      return (
        key === undefined ||
        isPromise(comment) ||
        before.hiding.has(keyIn(document, document.path, key))
      );
    },
    promised: (document, block) =>
      before.promising.size > 0 &&
      before.promising.has(keyIn(document, document.path, declarationKey(document, block, true))),
  };
}

/** What the comments of these files are known by: those that can hide findings, and those that can bring them. */
function keysOf(
  documents: Documents,
  renamed: ReadonlyMap<string, string>,
): { readonly hiding: ReadonlySet<string>; readonly promising: ReadonlySet<string> } {
  const hiding = new Set<string>();
  const promising = new Set<string>();
  for (const document of documents.all().values()) {
    const path = renamed.get(document.path) ?? document.path;
    for (const [comment, key] of keysIn(document)) {
      (isPromise(comment) ? promising : hiding).add(keyIn(document, path, key));
    }
  }
  return { hiding, promising };
}

function isPromise(comment: Silence | Declaration): boolean {
  return "websocket" in comment && comment.websocket;
}

/** Several documents of one file are told apart by what their keys have behind the path. */
function keyIn(document: Document, path: string, key: string): string {
  return JSON.stringify([path, document.key.slice(document.path.length), key]);
}

/** What comments that count for something are known by within their document. */
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
    const { target, websocket } = declaration;
    keys.set(declaration, declarationKey(document, target, websocket));
  }
  return keys;
});

function declarationKey(document: Document, block: Directive, websocket: boolean): string {
  return JSON.stringify([websocket ? "websocket" : "http", ...identityOf(document, block)]);
}

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
