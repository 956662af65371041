import {
  isSameValue,
  isNamed,
  isRawUpgrade,
  isEmptyValue,
  isSameName,
  wantedHeaders,
  type WantedHeader,
} from "./wanted-header.ts";
import { isSharedByOthers, settingsLevel } from "./reach.ts";
import { type EffectiveList, headerLines, effectiveSetting } from "../config/effective.ts";
import type { Level, Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import { hasToken } from "../request/answer.ts";
import type { Directive } from "../syntax/tree.ts";
import { comesByInclude } from "../rules/phrases.ts";
import { type Container, containerOf, includedContainer, isOnOneLine } from "./block.ts";
import { isOverlapping, removals, replaceParameters, type Written } from "./change.ts";
import { type Choice, choices } from "./connection.ts";
import type { TextEdit } from "./edit.ts";
import { type Words, written } from "./format.ts";
import { addLines } from "./place.ts";
import { quoteAsBefore, quoteAsFile, quoteAsNeighbours } from "./quotes.ts";
import type { FixRequest, Writable } from "../rules/remedy.ts";
import type { TitleHints } from "./title.ts";

const HEADER = "proxy_set_header";

/** What one candidate does, before it is spelled out as edits. */
interface Draft {
  readonly replaced: TextEdit[];
  readonly removed: Written[];
  readonly added: Words[];
}

/** One request, read once for all its candidates. */
export class Plan {
  readonly level: Level;
  readonly #request: FixRequest;
  readonly #writable: Writable;
  readonly #container: Container | null;
  readonly #headers: readonly WantedHeader[];
  readonly #removed: readonly Use[];
  readonly #list: EffectiveList;

  constructor(request: FixRequest, writable: Writable) {
    this.#request = request;
    this.#writable = writable;
    this.level = settingsLevel(request.level);
    this.#container =
      request.beside === null
        ? containerOf(request.config, this.level)
        : includedContainer(request.beside);
    this.#headers = wantedHeaders(request.remedies);
    this.#removed = request.remedies.flatMap((remedy) =>
      remedy.kind === "remove" ? [remedy.use] : [],
    );
    this.#list = this.#listInForce();
  }

  /** The choices of `Connection` and `Upgrade` to try; null stands for the values that the remedies give. */
  choices(): (Choice | null)[] {
    const connection = this.#headers.find(({ name }) => isSameName(name, "Connection"));
    const isGiven = connection !== undefined && connection.value !== null;
    const isChosen = connection !== undefined && !isEmptyValue(connection.value);
    if (!isChosen && !this.#headers.some(isRawUpgrade)) {
      return [null];
    }
    const current = this.#currentConnection();
    const { beside } = this.#request;
    const isOuter = this.level.context !== "location";
    const isShared = beside !== null || isSharedByOthers(this.#request.config, this.level, current);
    const isIncluded = this.#isIncluded;
    const wanted = { connection: isChosen, current, isShared, isIncluded, isOuter };
    return [...(isGiven ? [null] : []), ...choices(this.#request, wanted)];
  }

  /** What a title cannot tell from the remedies alone. */
  titleHints(edits: readonly TextEdit[], choice: Choice | null): TitleHints {
    const current = this.#currentConnection()?.parameters[1] ?? "";
    const upgrade = this.#list.uses.find((use) => isNamed(use, "Upgrade"))?.parameters[1];
    return {
      onlyMaps: edits.length === 0,
      narrows: choice !== null && choice.upgrade !== "$http_upgrade" && upgrade === "$http_upgrade",
      saysUpgrade:
        (hasToken(current, "upgrade") || isSameValue(current, "$http_connection")) &&
        !this.#headers.some(({ name }) => isSameName(name, "Upgrade")),
    };
  }

  /**
   * The files that a map may stand in: that of the line itself first, then outwards along the includes; inwards for a line of
   * an included file, since the outermost reaches most of those who include it.
   */
  homes(edits: readonly TextEdit[]): Set<Document> {
    const homes = new Set(edits.slice(0, 1).map((edit) => edit.document));
    for (const start of [this.#currentConnection(), this.level.opener]) {
      for (let use = start ?? null; use !== null; use = use.include) {
        homes.add(use.document);
      }
    }
    if (this.#container !== null) {
      homes.add(this.#container.document);
    }
    return this.#isIncluded ? new Set([...homes].toReversed()) : homes;
  }

  /** The edits for all remedies, maps aside; null where there is no way, empty where there is nothing to do. */
  edits(choice: Choice | null): TextEdit[] | null {
    const draft: Draft = { replaced: [], removed: [...this.#removed], added: [] };
    if (!this.#draftSettings(draft) || !this.#draftHeaders(draft, choice)) {
      return null;
    }
    const removed = new Set(draft.removed.map(({ directive }) => directive));
    const added = this.#addedLines(draft.added, removed);
    if (added === null) {
      return null;
    }
    const literal = this.#literalEdits();
    const replaced = draft.replaced.filter(
      (edit) => !literal.some((other) => isOverlapping(edit, other)),
    );
    const isTaken = added.length > 0 ? this.#takenByOpening(removed) : new Set<Directive>();
    const gone = removals(draft.removed.filter(({ directive }) => !isTaken.has(directive)));
    return [...literal, ...gone, ...replaced, ...added];
  }

  /** What `replace` remedies say, word for word. */
  #literalEdits(): TextEdit[] {
    return this.#request.remedies.flatMap((remedy): TextEdit[] => {
      if (remedy.kind !== "replace") {
        return [];
      }
      const { place, text } = remedy;
      const { document, span } = place;
      const old = document.text.slice(span.start, span.end);
      return old === text ? [] : [{ document, start: span.start, end: span.end, text }];
    });
  }

  /** Directives that may not repeat: the level's own is replaced, else one is added. */
  #draftSettings(draft: Draft): boolean {
    const seen = new Set<string>();
    for (const remedy of this.#request.remedies) {
      if (remedy.kind !== "directive" || seen.has(remedy.name)) {
        continue;
      }
      seen.add(remedy.name);
      const text = remedy.parameters.join(" ");
      const own = this.level.uses.find((use) => use.name === remedy.name && !this.#isRemoved(use));
      const inForce = own ?? this.#outerSetting(remedy.name);
      if (inForce?.parameters.join(" ") === text) {
        continue;
      }
      if (own !== undefined) {
        draft.replaced.push(replaceParameters(own, 0, text));
      } else if (this.level.hidden.length > 0) {
        return false;
      } else {
        draft.added.push([remedy.name, ...remedy.parameters]);
      }
    }
    return true;
  }

  #outerSetting(name: string): Use | undefined {
    const setting = this.level.parent === null ? null : effectiveSetting(this.level.parent, name);
    return setting?.state === "set" ? setting.use : undefined;
  }

  /** The level's own lines are replaced in place; a list of an outer level is repeated here, since one line discards it. */
  #draftHeaders(draft: Draft, choice: Choice | null): boolean {
    const { uses, level, hidden } = this.#list;
    const missing: Words[] = [];
    /** The new value of each line that is wrong; null where it shall go. */
    const wrong = new Map<Use, string | null>();
    for (const header of this.#headers) {
      const value = this.#valueOf(header, choice);
      if (value === null) {
        return false;
      }
      const same = uses.filter((use) => isNamed(use, header.name));
      const isRight = (use: Use): boolean => isSameValue(use.parameters[1] ?? "", value);
      const kept = same.find(isRight) ?? same[0];
      if (kept === undefined) {
        missing.push([HEADER, header.name, value]);
      }
      for (const use of same.filter((other) => !isRight(other))) {
        wrong.set(use, use === kept ? value : null);
      }
    }
    if (wrong.size === 0 && missing.length === 0) {
      return true;
    }
    if (level === this.level) {
      draft.added.push(...missing);
      for (const [use, value] of wrong) {
        if (value === null) {
          draft.removed.push(use);
        } else {
          draft.replaced.push(replaceParameters(use, 1, quoteAsBefore(use, value)));
        }
      }
      return true;
    }
    draft.added.push(...missing, ...uses.flatMap((use) => copyOf(use, wrong.get(use))));
    return hidden === null;
  }

  /** The parameter to be written; null where only a choice could tell. */
  #valueOf(header: WantedHeader, choice: Choice | null): string | null {
    const { name, value } = header;
    if (isEmptyValue(value)) {
      return '""';
    }
    if (choice !== null && isSameName(name, "Connection")) {
      return "variable" in choice.connection
        ? quoteAsNeighbours(this.#list.uses, choice.connection.variable)
        : this.#literal(choice.connection.literal);
    }
    const written = choice !== null && isRawUpgrade(header) ? choice.upgrade : value;
    return written === null ? null : quoteAsNeighbours(this.#list.uses, written);
  }

  #literal(text: string): string {
    const document = this.#container?.document ?? this.#list.uses[0]?.document;
    return document === undefined ? text : quoteAsFile(document, text);
  }

  #addedLines(lines: readonly Words[], removed: ReadonlySet<Directive>): TextEdit[] | null {
    const { level } = this;
    const container = this.#container;
    const list = this.#list;
    const writable = this.#writable;
    if (container === null) {
      return lines.length === 0 ? [] : null;
    }
    const hasOwnHeaders = list.level === level;
    const models = hasOwnHeaders ? [] : list.uses;
    return addLines({ container, level, hasOwnHeaders, models, removed, writable }, lines);
  }

  /** Directives that go with the blanks around them when a block on one line is opened up. */
  #takenByOpening(removed: ReadonlySet<Directive>): ReadonlySet<Directive> {
    const container = this.#container;
    const isOpened = container !== null && isOnOneLine(container);
    return new Set(isOpened ? container.directives.filter((one) => removed.has(one)) : []);
  }

  #isRemoved({ directive }: Use): boolean {
    return this.#removed.some((use) => use.directive === directive);
  }

  /** Whether the line to be written stands in a file that the level includes. */
  get #isIncluded(): boolean {
    const current = this.#currentConnection();
    return (
      this.#request.beside !== null ||
      (current !== undefined && current.level === this.level && comesByInclude(current))
    );
  }

  #currentConnection(): Use | undefined {
    return this.#list.uses.find((use) => isNamed(use, "Connection"));
  }

  /** What holds here once the lines that shall go are gone. */
  #listInForce(): EffectiveList {
    let found = headerLines(this.level);
    let uses = found.uses.filter((use) => !this.#isRemoved(use));
    while (uses.length === 0 && found.uses.length > 0) {
      const outer = found.level?.parent ?? null;
      if (outer === null) {
        break;
      }
      found = headerLines(outer);
      uses = found.uses.filter((use) => !this.#isRemoved(use));
    }
    return { ...found, uses };
  }
}

/** The line as its author wrote it, with another value if there is one; nothing where that is null. */
function copyOf({ document, directive }: Use, value: string | null | undefined): Words[] {
  const [name = "", ...values] = directive.parameters.map((word) => written(document, word));
  if (value === null) {
    return [];
  }
  return [[HEADER, name, ...(value === undefined ? values : [value])]];
}
