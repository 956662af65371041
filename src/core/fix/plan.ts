import { type EffectiveList, effectiveList, effectiveSetting } from "../config/effective.ts";
import type { Config, Document, Level, Place, Use } from "../config/model.ts";
import { forEachUse } from "../handshake/variables.ts";
import type { Directive, Word } from "../syntax/tree.ts";
import {
  type Anchor,
  anchorOffset,
  type Container,
  containerOf,
  type Insertion,
  insert,
  isOnOneLine,
  lineText,
} from "./block.ts";
import { type Choice, choices, mapEdits, type NewMap } from "./connection.ts";
import { applyEdits, type Fix, type TextEdit } from "./edit.ts";
import { isFirstInLine, isLastInLine, layOut, type Words, written } from "./format.ts";
import type { FixRequest, Remedy, Writable } from "./remedy.ts";
import { titleOf } from "./title.ts";

/** The most candidates of one request. */
const MOST_CANDIDATES = 8;

const HEADER = "proxy_set_header";

/**
 * Finds ways to make all remedies of a request true, best first. Nothing is proven here: the caller applies each candidate,
 * analyses again and takes the first that holds. Nothing is given where the remedies hold already, or where no candidate's
 * edits all lie within `writable`, which is asked for whole lines.
 */
export function* fixCandidates(request: FixRequest, writable: Writable): Generator<Fix> {
  const level = settingsLevel(request.level);
  const container = containerOf(request.config, level);
  const isWritable: Writable = (place) => !isShipped(place.document) && writable(place);
  const plan = new Plan(request, level, container, isWritable);
  let given = 0;
  for (const choice of plan.choices()) {
    const edits = plan.edits(choice);
    if (edits === null) {
      continue;
    }
    const maps = choice?.maps ?? [];
    if (edits.length === 0 && maps.length === 0) {
      return;
    }
    for (const complete of withMaps(request.config, level, plan.homes(edits), edits, maps)) {
      if (isOneResult(complete) && complete.every((edit) => isWritable(wholeLines(edit)))) {
        yield { title: titleOf(request, level, choice), safety: "safe", edits: complete };
        if (++given === MOST_CANDIDATES) {
          return;
        }
      }
    }
  }
}

/** `if` and `limit_except` take none of the directives in question: the block around them does. */
function settingsLevel(level: Level): Level {
  let at = level;
  while (
    at.parent !== null &&
    (at.context === "location-if" || at.context === "server-if" || at.context === "limit_except")
  ) {
    at = at.parent;
  }
  return at;
}

/** Debian's own file, which the repository does not hold (see config/documents.ts). */
function isShipped(document: Document): boolean {
  return document.path === "/etc/nginx/proxy_params";
}

function* withMaps(
  config: Config,
  level: Level,
  homes: Iterable<Document>,
  edits: readonly TextEdit[],
  maps: readonly NewMap[],
): Generator<readonly TextEdit[]> {
  if (maps.length === 0) {
    yield edits;
    return;
  }
  for (const map of mapEdits(config, level, homes, maps)) {
    yield [map, ...edits];
  }
}

function isOneResult(edits: readonly TextEdit[]): boolean {
  return [...new Set(edits.map((edit) => edit.document))].every(
    (document) =>
      applyEdits(
        document.text,
        edits.filter((edit) => edit.document === document),
      ) !== null,
  );
}

/** The lines that an edit touches. */
function wholeLines({ document, start, end }: TextEdit): Place {
  const { lines } = document;
  const last = lines.lineAt(Math.max(start, end - 1));
  return { document, span: { start: lines.startOf(lines.lineAt(start)), end: lines.endOf(last) } };
}

interface WantedHeader {
  readonly name: string;
  /** Null for a `Connection` that is to be chosen; a value that is given for it may turn out not to do. */
  readonly value: string | null;
}

/** One request, read once for all its candidates. */
class Plan {
  private readonly request: FixRequest;
  private readonly level: Level;
  private readonly container: Container | null;
  private readonly writable: Writable;
  private readonly headers: readonly WantedHeader[];
  private readonly removed: ReadonlySet<Directive>;
  private readonly list: EffectiveList;

  constructor(request: FixRequest, level: Level, container: Container | null, writable: Writable) {
    this.request = request;
    this.level = level;
    this.container = container;
    this.writable = writable;
    this.headers = wantedHeaders(request.remedies);
    this.removed = new Set(
      request.remedies.flatMap((remedy) =>
        remedy.kind === "remove" ? [remedy.use.directive] : [],
      ),
    );
    this.list = this.listInForce();
  }

  /** The choices of `Connection` and `Upgrade` to try; null stands for the values that the remedies give. */
  choices(): (Choice | null)[] {
    const connection = this.headers.find(({ name }) => name.toLowerCase() === "connection");
    const isGiven = connection !== undefined && connection.value !== null;
    const isChosen = connection !== undefined && !isEmptyValue(connection.value);
    if (!isChosen && !this.headers.some(isRawUpgrade)) {
      return [null];
    }
    const current = this.list.uses.find((use) => isNamed(use, "connection"));
    const wanted = { connection: isChosen, current, isShared: this.isShared(current) };
    return [...(isGiven ? [null] : []), ...choices(this.request, wanted)];
  }

  /** The files that a map may stand in: that of the line itself first, then outwards along the includes. */
  homes(edits: readonly TextEdit[]): Set<Document> {
    const current = this.list.uses.find((use) => isNamed(use, "connection"));
    const homes = new Set(edits.slice(0, 1).map((edit) => edit.document));
    for (const start of [current, this.level.opener]) {
      for (let use = start ?? null; use !== null; use = use.include) {
        homes.add(use.document);
      }
    }
    if (this.container !== null) {
      homes.add(this.container.document);
    }
    return homes;
  }

  /** The edits for all remedies, maps aside; null where there is no way, empty where there is nothing to do. */
  edits(choice: Choice | null): TextEdit[] | null {
    const inserted: Words[] = [];
    const settings = this.settings(inserted);
    const headers = this.headerEdits(choice, inserted);
    const insertions = this.insertions(inserted);
    if (settings === null || headers === null || insertions === null) {
      return null;
    }
    const named = this.namedEdits(insertions.length > 0);
    const others = [...settings, ...headers].filter(
      (edit) => !named.some((other) => isOverlapping(edit, other)),
    );
    return [...named, ...others, ...insertions];
  }

  /** What the remedies themselves say, word for word. */
  private namedEdits(isOpened: boolean): TextEdit[] {
    const edits: TextEdit[] = [];
    const { container } = this;
    const isTaken = (directive: Directive): boolean =>
      isOpened &&
      container !== null &&
      isOnOneLine(container) &&
      container.directives.includes(directive);
    for (const remedy of this.request.remedies) {
      if (remedy.kind === "replace") {
        const { document, span } = remedy.place;
        if (document.text.slice(span.start, span.end) !== remedy.text) {
          edits.push({ document, start: span.start, end: span.end, text: remedy.text });
        }
      } else if (remedy.kind === "remove" && !isTaken(remedy.use.directive)) {
        edits.push(removal(remedy.use.document, remedy.use.directive));
      }
    }
    return edits;
  }

  /** Directives that may not repeat: the level's own is replaced, else one is added. */
  private settings(inserted: Words[]): TextEdit[] | null {
    const edits: TextEdit[] = [];
    const seen = new Set<string>();
    for (const remedy of this.request.remedies) {
      if (remedy.kind !== "directive" || seen.has(remedy.name)) {
        continue;
      }
      seen.add(remedy.name);
      const text = remedy.parameters.join(" ");
      const own = this.level.uses.find(
        (use) => use.name === remedy.name && !this.removed.has(use.directive),
      );
      if (own !== undefined) {
        if (own.parameters.join(" ") !== text) {
          edits.push(replaceParameters(own.document, own.directive, 0, text));
        }
        continue;
      }
      if (this.level.hidden.length > 0) {
        return null;
      }
      const outer = effectiveSetting(this.level, remedy.name);
      if (outer.state !== "set" || outer.use.parameters.join(" ") !== text) {
        inserted.push([remedy.name, ...remedy.parameters]);
      }
    }
    return edits;
  }

  /** The level's own lines are replaced in place; a list of an outer level is repeated here, since one line discards it. */
  private headerEdits(choice: Choice | null, inserted: Words[]): TextEdit[] | null {
    if (this.headers.length === 0) {
      return [];
    }
    const { uses, level, hidden } = this.list;
    const edits: TextEdit[] = [];
    const wrong = new Map<Use, string | null>();
    const missing: Words[] = [];
    for (const header of this.headers) {
      const value = this.valueOf(header, choice);
      if (value === null) {
        return null;
      }
      const same = uses.filter((use) => isNamed(use, header.name));
      const right = same.find((use) => isSameValue(use.parameters[1] ?? "", value));
      const [first] = same;
      if (first === undefined) {
        missing.push([HEADER, header.name, value]);
        continue;
      }
      for (const use of same) {
        if (right === undefined && use === first) {
          wrong.set(use, value);
        } else if (!isSameValue(use.parameters[1] ?? "", value)) {
          wrong.set(use, null);
        }
      }
    }
    if (wrong.size === 0 && missing.length === 0) {
      return [];
    }
    if (level === this.level) {
      for (const [use, value] of wrong) {
        edits.push(
          value === null
            ? removal(use.document, use.directive)
            : replaceParameters(use.document, use.directive, 1, keepQuotes(use, value)),
        );
      }
      inserted.push(...missing);
      return edits;
    }
    if (hidden !== null) {
      return null;
    }
    inserted.push(...missing);
    for (const use of uses) {
      const value = wrong.get(use);
      const [name, ...rest] = use.directive.parameters.map((word) => written(use.document, word));
      if (value === undefined) {
        inserted.push([HEADER, name ?? "", ...rest]);
      } else if (value !== null) {
        inserted.push([HEADER, name ?? "", value]);
      }
    }
    return edits;
  }

  /** The parameter to be written; null where only a choice could tell. */
  private valueOf(header: WantedHeader, choice: Choice | null): string | null {
    const { value } = header;
    if (isEmptyValue(value)) {
      return '""';
    }
    if (choice === null) {
      return value === null ? null : quoteAsNeighbours(this.list.uses, value);
    }
    if (header.name.toLowerCase() === "connection") {
      return "variable" in choice.connection
        ? quoteAsNeighbours(this.list.uses, choice.connection.variable)
        : this.literal(choice.connection.literal);
    }
    const written = isRawUpgrade(header) ? choice.upgrade : value;
    return written === null ? null : quoteAsNeighbours(this.list.uses, written);
  }

  /** Quoted as the published guides do, unless the file writes such values bare. */
  private literal(text: string): string {
    const quotes = new Set<string>();
    const pending = [this.container?.document.tree.directives ?? []];
    for (let some = pending.pop(); some !== undefined; some = pending.pop()) {
      for (const { name, parameters, block } of some) {
        const value = parameters[1];
        if (name.value === HEADER && value !== undefined && /^[\w-]+$/.test(value.value)) {
          quotes.add(value.quote);
        }
        if (block !== null) {
          pending.push(block.directives);
        }
      }
    }
    const [only] = quotes;
    const quote = quotes.size === 1 && only !== undefined ? only : '"';
    return quote + text + quote;
  }

  /** New lines in the order of the published block, after `proxy_pass`; timeouts after the headers that follow it. */
  private insertions(inserted: readonly Words[]): TextEdit[] | null {
    if (inserted.length === 0) {
      return [];
    }
    const { container } = this;
    if (container === null) {
      return null;
    }
    const anchor = this.anchors(container).find((candidate) =>
      this.isWritable(container, candidate),
    );
    if (anchor === undefined) {
      return null;
    }
    const ordered = inserted.toSorted((left, right) => rank(left) - rank(right));
    const models = this.list.level === this.level ? [] : this.list.uses;
    const texts = layOut(container.document, container.directives, models, ordered);
    const groups = new Map<Anchor, string[]>();
    const late = this.afterHeaders(container, anchor);
    ordered.forEach((words, index) => {
      const order = rank(words);
      const usual = order === otherRank || order >= timeoutRank ? late : anchor;
      const place = this.besidePair(container, words) ?? usual;
      const known = [...groups.keys()].find((other) => isSameAnchor(other, place)) ?? place;
      groups.set(known, [...(groups.get(known) ?? []), texts[index] ?? ""]);
    });
    const insertions = [...groups].map(([at, lines]): Insertion => ({ anchor: at, lines }));
    return insert(container, insertions, this.removed);
  }

  /** All places of the block where lines may be added, best first. */
  private anchors(container: Container): Anchor[] {
    const { document, block } = container;
    const kept = container.directives.filter((directive) => this.isKept(directive));
    const named = (name: string): Directive | undefined =>
      kept.findLast((directive) => directive.name.value === name);
    const included = this.level.uses.find(
      (use) => use.name === "proxy_pass" && use.document !== document,
    );
    const preferred = [
      named("proxy_pass"),
      kept.find((directive) => directive === outermostInclude(included)?.directive),
      named(HEADER),
    ].filter((directive) => directive !== undefined);
    const rest = kept.filter(
      (directive) => directive.block === null && !preferred.includes(directive),
    );
    const after = (directive: Directive): Anchor => ({ at: "after", directive });
    return [
      ...preferred.map(after),
      ...(block === null ? [] : [{ at: "open" } as const]),
      ...((block?.close ?? null) === null ? [] : [{ at: "close" } as const]),
      ...rest.map(after),
    ];
  }

  private isWritable(container: Container, anchor: Anchor): boolean {
    const { document } = container;
    const at = anchorOffset(container, anchor);
    return this.writable(wholeLines({ document, start: at, end: at, text: "" }));
  }

  /** Whether lines can be added beside the directive: not where it shall go, nor before its `;` is there. */
  private isKept(directive: Directive): boolean {
    return (
      !this.removed.has(directive) && (directive.block !== null || directive.semicolon !== null)
    );
  }

  /** `Upgrade`, `Connection` and `Host` stand together, where one of the first two is there already. */
  private besidePair(container: Container, words: Words): Anchor | null {
    const name = words[0] === HEADER ? (words[1] ?? "").toLowerCase() : "";
    if (!["upgrade", "connection", "host"].includes(name) || this.list.level !== this.level) {
      return null;
    }
    const directive = container.directives.findLast(
      (candidate) =>
        candidate.name.value === HEADER &&
        /^(?:upgrade|connection)$/i.test(candidate.parameters[0]?.value ?? "") &&
        this.isKept(candidate),
    );
    if (directive === undefined) {
      return null;
    }
    const anchor: Anchor =
      name !== "upgrade" || isBelowComment(container.document, directive)
        ? { at: "after", directive }
        : { at: "before", directive };
    return this.isWritable(container, anchor) ? anchor : null;
  }

  private afterHeaders(container: Container, anchor: Anchor): Anchor {
    if (anchor.at !== "after" || anchor.directive.name.value !== "proxy_pass") {
      return anchor;
    }
    const directive = container.directives.findLast(
      (candidate) => candidate.name.value === HEADER && this.isKept(candidate),
    );
    const late: Anchor | null =
      directive === undefined || directive.start < anchor.directive.start
        ? null
        : { at: "after", directive };
    return late !== null && this.isWritable(container, late) ? late : anchor;
  }

  /** What holds here once the lines that shall go are gone. */
  private listInForce(): EffectiveList {
    let at: Level | null = this.level;
    let list = effectiveList(at, HEADER);
    while (at !== null) {
      const found = effectiveList(at, HEADER);
      const uses = found.uses.filter((use) => !this.removed.has(use.directive));
      list = { ...found, uses };
      at = uses.length === 0 && found.uses.length > 0 ? (found.level?.parent ?? null) : null;
    }
    return list;
  }

  /** Whether changing this line (or adding one at this level) reaches further locations than the request's own. */
  private isShared(current: Use | undefined): boolean {
    if (this.level.context !== "location") {
      return true;
    }
    if (current === undefined || current.level !== this.level || current.include === null) {
      return false;
    }
    const levels = new Set<Directive | null>();
    forEachUse(this.request.config.main, (use) => {
      if (use.directive === current.directive) {
        levels.add(use.level.opener?.directive ?? null);
      }
    });
    return levels.size > 1;
  }
}

const otherRank = 4;
const timeoutRank = 5;

/** The order of the published block. */
function rank([name, header = ""]: Words): number {
  if (name === "proxy_http_version") {
    return 0;
  }
  if (name !== HEADER) {
    return name === "proxy_read_timeout" ? timeoutRank : timeoutRank + 1;
  }
  const index = ["upgrade", "connection", "host"].indexOf(header.toLowerCase());
  return index === -1 ? otherRank : index + 1;
}

function wantedHeaders(remedies: readonly Remedy[]): WantedHeader[] {
  const wanted = new Map<string, WantedHeader>();
  for (const remedy of remedies) {
    if (remedy.kind === "header") {
      const key = remedy.name.toLowerCase();
      const known = wanted.get(key);
      if (known === undefined || known.value === null) {
        wanted.set(key, { name: remedy.name, value: remedy.value });
      }
    }
  }
  return [...wanted.values()];
}

function isNamed(use: Use, name: string): boolean {
  return use.parameters[0]?.toLowerCase() === name.toLowerCase();
}

function isEmptyValue(value: string | null): boolean {
  return value === "" || value === '""' || value === "''";
}

function isRawUpgrade({ name, value }: WantedHeader): boolean {
  return name.toLowerCase() === "upgrade" && value === "$http_upgrade";
}

function isOverlapping(left: TextEdit, right: TextEdit): boolean {
  return left.document === right.document && left.start < right.end && right.start < left.end;
}

function isSameValue(value: string, wanted: string): boolean {
  const plain = (text: string): string => text.replace(/\$\{(\w+)\}/g, "$$$1").toLowerCase();
  return plain(value) === plain(wanted.replace(/^(["'])(.*)\1$/s, "$2"));
}

function isSameAnchor(left: Anchor, right: Anchor): boolean {
  return (
    left.at === right.at &&
    ("directive" in left ? left.directive : null) ===
      ("directive" in right ? right.directive : null)
  );
}

/** The include in the level's own text that led to the use. */
function outermostInclude(use: Use | undefined): Use | null {
  let include = use?.include ?? null;
  while (include !== null && include.include !== null && include.include.level === include.level) {
    include = include.include;
  }
  return include;
}

function isBelowComment(document: Document, directive: Directive): boolean {
  const line = document.lines.lineAt(directive.start);
  return line > 1 && /^[ \t]*#/.test(lineText(document, line - 1));
}

/** A variable keeps the quotes that its place has; other values come with their own. */
function keepQuotes(use: Use, value: string): string {
  const word: Word | undefined = use.directive.parameters[1];
  return word !== undefined &&
    word.quote !== "" &&
    word.value.includes("$") &&
    /^\$\w+$/.test(value)
    ? word.quote + value + word.quote
    : value;
}

/** Quotes a variable where every variable of the neighbouring headers is quoted alike. */
function quoteAsNeighbours(uses: readonly Use[], value: string): string {
  const quotes = new Set(
    uses
      .map((use) => use.directive.parameters[1])
      .filter((word) => word?.value.includes("$"))
      .map((word) => word?.quote ?? ""),
  );
  const [only] = quotes;
  return quotes.size === 1 && only !== undefined && /^\$\w+$/.test(value)
    ? only + value + only
    : value;
}

function replaceParameters(
  document: Document,
  directive: Directive,
  from: number,
  text: string,
): TextEdit {
  const first = directive.parameters[from];
  const last = directive.parameters.at(-1);
  if (first !== undefined && last !== undefined) {
    return { document, start: first.start, end: last.end, text };
  }
  const at = (last ?? directive.name).end;
  return { document, start: at, end: at, text: ` ${text}` };
}

function isBlank(document: Document, line: number): boolean {
  return lineText(document, line).trim() === "";
}

/**
 * Takes the directive's lines where it stands alone there, with a comment at their end and one of two empty lines around;
 * else only the directive and a blank.
 */
function removal(document: Document, directive: Directive): TextEdit {
  const { lines, text } = document;
  if (isFirstInLine(document, directive.start) && isLastInLine(document, directive.end)) {
    const first = lines.lineAt(directive.start);
    const last = lines.lineAt(Math.max(directive.start, directive.end - 1));
    const start = lines.startOf(first);
    if (last === lines.count && first > 1) {
      return { document, start: lines.endOf(first - 1), end: lines.endOf(last), text: "" };
    }
    const isGap = (line: number): boolean => line < 1 || isBlank(document, line);
    const leavesTwo = isGap(first - 1) && last < lines.count && isBlank(document, last + 1);
    return { document, start, end: lines.startOf(last + (leavesTwo ? 2 : 1)), text: "" };
  }
  const isIndented = isFirstInLine(document, directive.start);
  const takesBefore = !isIndented && /[ \t]/.test(text.charAt(directive.start - 1));
  const takesAfter = !takesBefore && /[ \t]/.test(text.charAt(directive.end));
  const start = takesBefore ? directive.start - 1 : directive.start;
  const end = takesAfter ? directive.end + 1 : directive.end;
  return { document, start, end, text: "" };
}
