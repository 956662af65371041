import type { Analysis, Group, ProvenFix } from "../check/analysis.ts";
import { groupBy } from "../basics/collections.ts";
import type { Document } from "../repository/document.ts";
import type { TextEdit } from "../fix/edit.ts";
import { givenUpInWords } from "../report/given-up.ts";
import { compareText, numbered, worstFirst } from "../report/order.ts";
import type { Finding } from "../check/finding.ts";
import { Anchors, type CommentAnchor } from "./anchor.ts";
import { commentBody } from "./comment.ts";
import { type Hunk, hunksOf } from "./diff.ts";
import type { Review, ReviewComment } from "./review.ts";
import type { ChangedFile } from "../compare/changed-file.ts";
import { type LineChange, suggestionFor } from "./suggestion.ts";

export interface ReviewRequest {
  /** Of the head. */
  readonly analysis: Analysis;
  readonly changes: readonly ChangedFile[];
  /** What may be said; the rest of the analysis stays silent. */
  readonly findings: readonly Finding[];
  readonly maxComments: number;
}

/** A comment before it is written. */
interface CommentDraft {
  /** More than one where one line breaks several, or where one suggestion must hold the fixes of several. */
  readonly groups: Group[];
  readonly findings: Finding[];
  readonly anchor: CommentAnchor;
  suggestion: Suggestion | null;
}

interface Suggestion {
  readonly document: Document;
  readonly fix: ProvenFix;
  readonly change: LineChange;
}

/**
 * Which comments to post on which lines of the diff. Each group gives one comment, but for groups that are all broken by
 * one line outside of them: these share one. Every line lies in the diff, both ends of a range in one hunk; no two
 * suggestions share a line; and all suggestions together were proven.
 */
export function planReview(request: ReviewRequest): Review {
  return new Planner(request).plan();
}

class Planner {
  readonly #analysis: Analysis;
  readonly #findings: readonly Finding[];
  readonly #changes: readonly ChangedFile[];
  readonly #maxComments: number;
  readonly #hunks = new Map<string, readonly Hunk[]>();
  readonly #anchors: Anchors;
  readonly #drafts: CommentDraft[] = [];
  readonly #unplaced: Finding[] = [];
  readonly #left: Finding[] = [];

  constructor({ analysis, changes, findings, maxComments }: ReviewRequest) {
    this.#analysis = analysis;
    this.#changes = changes;
    this.#findings = worstFirst(findings.filter(({ commentable }) => commentable));
    this.#maxComments = maxComments;
    for (const { path, status, patch } of changes) {
      if (status !== "removed") {
        this.#hunks.set(path, hunksOf(patch));
      }
    }
    this.#anchors = new Anchors(analysis, this.#hunks);
  }

  plan(): Review {
    for (const { group, findings } of this.#groups()) {
      this.#draft(group, findings);
    }
    this.#proveTogether();
    return {
      comments: this.#drafts.map((draft) => this.#comment(draft)),
      unplaced: worstFirst(this.#unplaced),
      leftOut: new Set(this.#left),
      notes: this.#notes(),
    };
  }

  /** The groups that have something to say, the worst first. */
  #groups(): { readonly group: Group; readonly findings: readonly Finding[] }[] {
    const byId = new Map(this.#analysis.groups.map((group) => [group.id, group]));
    const said = groupBy(this.#findings, (finding) => finding.group);
    return [...said].flatMap(([id, findings]) => {
      const group = byId.get(id);
      if (!group) {
        this.#unplaced.push(...findings);
      }
      return group ? [{ group, findings }] : [];
    });
  }

  #draft(group: Group, findings: readonly Finding[]): void {
    const anchor = this.#anchors.find(group, findings);
    if (!anchor) {
      this.#unplaced.push(...findings);
    } else if (this.#drafts.length >= this.#maxComments) {
      this.#left.push(...findings);
      this.#unplaced.push(...findings);
    } else {
      const suggestion = this.#suggestion(group, anchor);
      const other = suggestion ? null : (this.#join(group, anchor) ?? this.#sameCause(anchor));
      if (other) {
        other.groups.push(group);
        other.findings.push(...findings);
      } else {
        this.#drafts.push({ groups: [group], findings: [...findings], anchor, suggestion });
      }
    }
  }

  /** A comment about other blocks that stands at this line only because the line has to do with them. */
  #sameCause({ document, line, side, isPrimary }: CommentAnchor): CommentDraft | null {
    if (isPrimary) {
      return null;
    }
    const draft = this.#drafts.find(({ anchor, suggestion }) => {
      const isSameLine =
        anchor.document === document && anchor.line === line && anchor.side === side;
      return isSameLine && !anchor.isPrimary && !suggestion;
    });
    return draft ?? null;
  }

  /**
   * Puts a fix whose lines another suggestion has into that suggestion, such as two locations of a new file that need the
   * same map. Gives the comment that holds both then.
   */
  #join(group: Group, { document, hunk }: CommentAnchor): CommentDraft | null {
    const fix = group.fix(anywhere);
    if (fix?.safety !== "safe") {
      return null;
    }
    const inHunk = this.#drafts.filter(({ suggestion }) => suggestion?.document === document);
    for (const draft of inHunk) {
      const joint = joined([...(draft.suggestion ? [draft.suggestion.fix] : []), fix]);
      const isFree = this.#freeLines(document, hunk, draft);
      const others = editsOf(this.#drafts.filter((other) => other !== draft));
      if (!joint?.edits.every(writableIn(document, isFree, others))) {
        continue;
      }
      const change = suggestionFor(document, joint.edits, isFree);
      if (!change || !this.#analysis.proveTogether(joint.edits)) {
        continue;
      }
      draft.suggestion = { document, fix: joint, change };
      return draft;
    }
    return null;
  }

  /** The group's fix inside one hunk, tried first where the comment would stand. */
  #suggestion(group: Group, anchor: CommentAnchor): Suggestion | null {
    const best = group.fix(anywhere);
    if (!best) {
      return null;
    }
    for (const { document, hunk } of this.#hunksFor(group, anchor)) {
      const isFree = this.#freeLines(document, hunk);
      const isWritable = writableIn(document, isFree, editsOf(this.#drafts));
      const fix = best.edits.every(isWritable)
        ? best
        : group.fix(({ document: of, span }) => isWritable({ document: of, ...span }));
      if (fix?.safety !== "safe" || !fix.edits.every(isWritable)) {
        continue;
      }
      const change = suggestionFor(document, fix.edits, isFree);
      if (change) {
        return { document, fix, change };
      }
    }
    return null;
  }

  /** Each try simulates anew, so only hunks that have to do with the group are tried, and no more than a few. */
  #hunksFor(
    group: Group,
    anchor: CommentAnchor,
  ): { readonly document: Document; readonly hunk: Hunk }[] {
    const places = [
      ...group.findings.map(({ place }) => place),
      group.place,
      ...group.findings.flatMap(({ related }) => related.map(({ place }) => place)),
    ];
    const found = [{ document: anchor.document, hunk: anchor.hunk }];
    for (const { document, span } of places) {
      const first = document.lines.lineAt(span.start);
      const last = document.lines.lineAt(span.end);
      for (const hunk of this.#hunks.get(document.path) ?? []) {
        const isNear = hunk.start <= last && first <= hunk.end;
        if (isNear && !found.some((other) => other.hunk === hunk)) {
          found.push({ document, hunk });
        }
      }
    }
    return found.slice(0, MOST_TRIES);
  }

  /** Lines that lie in the hunk and in no suggestion but perhaps that of `own`. */
  #freeLines(
    document: Document,
    hunk: Hunk,
    own: CommentDraft | null = null,
  ): (first: number, last: number) => boolean {
    const taken = this.#drafts
      .filter((draft) => draft !== own)
      .flatMap(({ suggestion }) => (suggestion?.document === document ? [suggestion.change] : []));
    return (first, last) =>
      hunk.start <= first &&
      last <= hunk.end &&
      !taken.some(({ startLine, line }) => startLine <= last && first <= line);
  }

  /** Drops the suggestions that do not go together with the worse ones. */
  #proveTogether(): void {
    const suggesting = this.#drafts.filter(({ suggestion }) => suggestion);
    if (suggesting.length < 2 || this.#analysis.proveTogether(editsOf(suggesting))) {
      return;
    }
    const kept: CommentDraft[] = [];
    for (const draft of suggesting) {
      const holds = kept.length === 0 || this.#analysis.proveTogether(editsOf([...kept, draft]));
      if (holds) {
        kept.push(draft);
      } else {
        draft.suggestion = null;
      }
    }
  }

  #comment({ groups, findings: unsorted, anchor, suggestion }: CommentDraft): ReviewComment {
    const findings = worstFirst(unsorted);
    const fix = suggestion?.fix ?? joined(groups.flatMap((group) => group.fix(anywhere) ?? []));
    const { startLine, line } = suggestion?.change ?? { startLine: anchor.line, line: anchor.line };
    return {
      path: (suggestion?.document ?? anchor.document).path,
      side: suggestion ? "RIGHT" : anchor.side,
      startLine: startLine < line ? startLine : null,
      line,
      body: commentBody({
        analysis: this.#analysis,
        findings,
        suggestion: suggestion?.change ?? null,
        fix,
      }),
      fingerprints: findings.map(({ fingerprint }) => fingerprint),
      findings,
      suggests: suggestion !== null,
    };
  }

  #notes(): string[] {
    const notes = this.#changes
      .filter(({ path, patch, status }) => {
        const isWithoutDiff = patch === null && status !== "removed" && status !== "renamed";
        return isWithoutDiff && this.#unplaced.some(({ place }) => place.document.path === path);
      })
      .toSorted((a, b) => compareText(a.path, b.path))
      .map(({ path }) => `GitHub shows no diff of ${path}, so there can be no comments on it.`);
    if (this.#left.length > 0) {
      notes.push(
        `${numbered(this.#left.length, "finding")} got no comment, because max-comments is ${this.#maxComments}.`,
      );
    }
    return [...notes, ...givenUpInWords(this.#analysis)];
  }
}

const MOST_TRIES = 4;

/** Several fixes as one; null without any. */
function joined(fixes: readonly ProvenFix[]): ProvenFix | null {
  const [first, ...others] = fixes;
  if (!first || others.length === 0) {
    return first ?? null;
  }
  const titles = new Set(fixes.map(({ title }) => title));
  return {
    ...first,
    title: [...titles].join("; "),
    safety: fixes.every(({ safety }) => safety === "safe") ? "safe" : "unsafe",
    edits: fixes.flatMap(({ edits }) => edits),
  };
}

function anywhere(): boolean {
  return true;
}

/** Whether an edit touches free lines of this document only, and is not at the place of an edit of another suggestion. */
function writableIn(
  document: Document,
  isFree: (first: number, last: number) => boolean,
  others: readonly TextEdit[],
): (edit: Pick<TextEdit, "document" | "start" | "end">) => boolean {
  return ({ document: edited, start, end }) =>
    edited === document &&
    isFree(document.lines.lineAt(start), document.lines.lineAt(Math.max(start, end - 1))) &&
    !others.some(
      (other) => other.document === document && other.start <= end && start <= other.end,
    );
}

function editsOf(drafts: readonly CommentDraft[]): TextEdit[] {
  return drafts.flatMap(({ suggestion }) => suggestion?.fix.edits ?? []);
}
