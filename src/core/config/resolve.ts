import { fromTag, IncludeFinder, type ResolveOptions } from "./include-finder.ts";
import { groupBy, rememberedOf } from "../basics/collections.ts";
import { isOpaque, tagged, tagIn } from "../syntax/opaque.ts";
import type { Directive, Span } from "../syntax/tree.ts";
import { contextInside, directiveRows, isChecked } from "../nginx/directives.ts";
import type { Documents } from "../repository/documents.ts";
import { isGlob } from "../repository/glob.ts";
import type { Config, Level, Rendering, Use } from "./level.ts";
import type { Document } from "../repository/document.ts";
import { Checker } from "./problems.ts";
import { surroundingsPath } from "../nginx/shipped.ts";
import { firstRendering, otherRenderings } from "./rendering.ts";

const noVariables: ReadonlySet<string> = new Set();

/** At most this many uses may come from files that were included before, or includes that double at each step would not end. */
const MOST_REPEATED_USES = 100_000;

/** Blocks and includes inside each other; nginx itself ends where it has no more file descriptors or stack. */
const DEEPEST = 700;

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/**
 * Expands a root file and its includes into levels, as nginx would read them.
 *
 * @param root the key of the main file, or of a fragment when `options.kind` says so
 * @returns null where the root itself is not loaded
 */
export function resolve(
  documents: Documents,
  root: string,
  options: ResolveOptions,
): Config | null {
  const document = documents.get(root);
  if (document === undefined) {
    return null;
  }
  const rendered = (rendering: Rendering): Config =>
    new Resolver(documents, document, options, rendering).resolve();
  const config = rendered(firstRendering());
  const alternatives = otherRenderings(config.documents).map(rendered);
  if (alternatives.length === 0) {
    return config;
  }
  const all = { ...config, alternatives };
  includes.set(all, includesOf(config));
  return all;
}

const includes = new WeakMap<Config, ReadonlyMap<string, ReadonlySet<string>>>();

/** For the root and each sibling, the paths that its includes bring, directly or not. */
export function includesOf(config: Config): ReadonlyMap<string, ReadonlySet<string>> {
  return includes.get(config) ?? new Map();
}

const brought = new WeakMap<Use, readonly Document[]>();

/** The files that an include brings, those without a directive too. */
export function filesOf(include: Use): readonly Document[] {
  return brought.get(include) ?? [];
}

class Resolver {
  readonly #documents: Documents;
  readonly #root: Document;
  readonly #options: ResolveOptions;
  readonly #rendering: Rendering;
  readonly #used = new Set<Document>();
  /** The macros that were called, and those that are being written. */
  readonly #called = new Set<Span>();
  readonly #calls: Span[] = [];
  readonly #checker = new Checker();
  readonly #finder: IncludeFinder;
  readonly #incomplete = new Set<string>();
  readonly #includes = new Map<string, Set<string>>();
  /** What the file brings that stands at the outermost level, the root or a sibling. */
  #brought = new Set<string>();
  /** Whether the file that is being read was included before. */
  #isRepeated = false;
  #repeatedUses = 0;
  #depth = 0;

  constructor(documents: Documents, root: Document, options: ResolveOptions, rendering: Rendering) {
    this.#documents = documents;
    this.#root = root;
    this.#options = options;
    this.#rendering = rendering;
    this.#finder = new IncludeFinder(documents, root, options);
  }

  resolve(): Config {
    const { kind, siblings = [] } = this.#options;
    const main = newLevel(kind, null, null);
    if (kind !== "main") {
      this.#incomplete.add(`no main file includes ${this.#root.path}`);
    }
    if (kind === "location") {
      main.hidden.push(`the location that includes ${this.#root.path} is not in the repository`);
    }
    const { surroundings } = this.#root.source;
    const around =
      surroundings === null || kind === "main" || kind === "location"
        ? undefined
        : this.#documents.shipped(surroundingsPath(surroundings));
    if (around !== undefined) {
      this.#fill(main, around, null);
    }
    const siblingDocuments = siblings.flatMap((path) => this.#documents.get(path) ?? []);
    for (const document of [this.#root, ...siblingDocuments]) {
      this.#brought = new Set();
      this.#includes.set(document.key, this.#brought);
      this.#fill(main, document, null);
    }
    const config: Config = {
      root: this.#root.key,
      kind,
      main,
      documents: [...this.#used],
      problems: this.#checker.problems.map((problem) =>
        problem.code === "missing-include" && this.#finder.isLost(problem.use.parameters[0] ?? "")
          ? { ...problem, code: "lost-include" }
          : problem,
      ),
      rendering: [...this.#used].some(({ source }) => source.switches.length > 0)
        ? this.#rendering
        : null,
      alternatives: [],
      incomplete: [...this.#incomplete],
      lostVariables: this.#documents.gone.variables.get(this.#root.key) ?? noVariables,
    };
    includes.set(config, this.#includes);
    return config;
  }

  #fill(level: Growing<Level>, document: Document, include: Use | null): void {
    if (document.unreadable !== null) {
      this.#hideIncluded(level, `${document.path} is not read: ${document.unreadable}`, include);
      return;
    }
    const isRepeated = this.#used.has(document);
    this.#used.add(document);
    if (document.tree.problems.length > 0) {
      this.#incomplete.add(`${document.path} has syntax problems`);
    }
    const outer = this.#isRepeated;
    this.#isRepeated = isRepeated;
    this.#expand(level, document, written(document).get(null) ?? [], include);
    this.#isRepeated = outer;
  }

  #expand(
    level: Growing<Level>,
    document: Document,
    directives: readonly Directive[],
    include: Use | null,
  ): void {
    if (this.#depth >= DEEPEST) {
      const why = `blocks and includes nest more than ${DEEPEST} deep`;
      this.#documents.bound(`${document.path}: ${why}; what is deeper is taken as unknown`);
      this.#hide(level, why);
      return;
    }
    this.#depth++;
    const hasSwitches = document.source.switches.length > 0;
    directives.forEach((directive) => {
      if (this.#repeatedUses >= MOST_REPEATED_USES) {
        const why = `the includes repeat more than ${MOST_REPEATED_USES} directives`;
        this.#documents.bound(
          `${document.path}: ${why}; what comes after them is taken as unknown`,
        );
        this.#hide(level, why);
      } else if (!hasSwitches || this.#rendering.has(document, directive.start)) {
        this.#repeatedUses += this.#isRepeated ? 1 : 0;
        this.#expandOne(level, document, directive, include);
      }
    });
    this.#depth--;
  }

  #expandOne(
    level: Growing<Level>,
    document: Document,
    directive: Directive,
    include: Use | null,
  ): void {
    const name = directive.name.value;
    const parameters = directive.parameters.map((word) => word.value);
    const use: Growing<Use> = {
      document,
      directive,
      name,
      parameters,
      level,
      inner: null,
      include,
    };
    level.uses.push(use);
    if (level.context !== "map" && document.hasTags && isOpaque(name)) {
      this.#call(level, use);
    } else {
      this.#check(use);
    }
    if (directive.block !== null) {
      const inner = newLevel(this.#contextInside(name, level), use, level);
      use.inner = inner;
      this.#expand(inner, document, directive.block.directives, include);
      this.#checker.blockEnd(inner);
    } else if (name === "include" && parameters[0] !== undefined) {
      this.#include(level, use, parameters[0]);
    }
  }

  /** What a fragment's outermost level is was guessed: a block that would not fit there is taken for what its name says. */
  #contextInside(name: string, level: Level): Level["context"] {
    const context = contextInside(name, level.context);
    return context === "other" && this.#isGuessed(level)
      ? contextInside(name, name === "location" ? "server" : "http")
      : context;
  }

  #isGuessed(level: Level): boolean {
    return level.parent === null && this.#options.kind !== "main";
  }

  /** Checks a directive as nginx does. A module may define variables that no directive here names. */
  #check(use: Use): void {
    const { name, parameters, level } = use;
    if (!isChecked(level.context)) {
      this.#checker.entry(use);
      return;
    }
    const rows = directiveRows(name);
    if (rows === undefined) {
      this.#incomplete.add(`${name} is of a module we do not know`);
      return;
    }
    if (name === "load_module") {
      this.#incomplete.add(`${parameters[0] ?? "a module"} is loaded`);
    }
    this.#checker.directive(use, rows, this.#isGuessed(level));
  }

  /** A tag in a directive's place. What it brings is known of a call of a macro that the same file defines. */
  #call(level: Growing<Level>, use: Use): void {
    const body = calledMacro(use);
    if (body === undefined || this.#calls.includes(body)) {
      this.#hide(level, fromTag(use.name));
      return;
    }
    const outer = this.#isRepeated;
    this.#isRepeated ||= this.#called.has(body);
    this.#called.add(body);
    this.#calls.push(body);
    this.#expand(level, use.document, written(use.document).get(body) ?? [], use);
    this.#calls.pop();
    this.#isRepeated = outer;
  }

  #include(level: Growing<Level>, use: Use, pattern: string): void {
    const found = this.#finder.find(pattern);
    for (const why of found.missing) {
      this.#hideIncluded(level, why, use);
    }
    if (found.isCertainlyMissing) {
      const message = `open() "${pattern}" failed (2: No such file or directory)`;
      this.#checker.report(use, "missing-include", message);
    }
    for (const folder of found.folders) {
      const message = `pread() "${folder}" failed (21: Is a directory)`;
      this.#checker.report(use, "include-of-folder", message);
    }
    brought.set(use, found.documents);
    for (const document of found.documents) {
      if (isOnTheWay(document, use)) {
        this.#checker.report(use, "include-cycle", `${document.path} includes itself`);
      } else {
        this.#brought.add(document.key);
        this.#fill(level, document, use);
      }
    }
  }

  /**
   * Something that we cannot read stands here. Packages keep `conf.d/*.conf` and the like at http level for servers,
   * upstreams and maps, settings for all servers in nginx.conf itself: what a pattern brings there hides none.
   */
  #hideIncluded(level: Growing<Level>, why: string, include: Use | null): void {
    this.#incomplete.add(why);
    const isPattern = isGlob(include?.parameters[0] ?? "");
    if (!(isPattern && ["http", "main", "events"].includes(level.context))) {
      this.#hide(level, why);
    }
  }

  #hide(level: Growing<Level>, why: string): void {
    this.#incomplete.add(why);
    if (!level.hidden.includes(why)) {
      level.hidden.push(why);
    }
  }
}

/** A call and nothing else, with filters that change only white space; brackets nest once in the arguments. */
const macroCall =
  /^\{\{[-+]?\s*(\w+)\((?:[^()'"]|'[^']*'|"[^"]*"|\((?:[^()'"]|'[^']*'|"[^"]*")*\))*\)(?:\s*\|\s*(?:indent|trim)\b(?:\([^()]*\))?)*\s*[-+]?\}\}$/;

function calledMacro({ document, name, parameters }: Use): Span | undefined {
  const { macros } = document.source;
  const tag = macros.size > 0 && parameters.length === 0 ? (tagIn(name) ?? "") : "";
  const [, macro] = name === tagged(tag) ? (macroCall.exec(tag) ?? []) : [];
  return macro === undefined ? undefined : macros.get(macro);
}

/** The outermost directives that a file writes by itself (null) and in each of its macros. */
const written = rememberedOf(
  ({ tree, source: { macros } }: Document): ReadonlyMap<Span | null, readonly Directive[]> => {
    const spans = [...macros.values()].toSorted((a, b) => b.start - a.start);
    return groupBy(
      tree.directives,
      ({ start }) => spans.find((span) => span.start <= start && start < span.end) ?? null,
    );
  },
);

function newLevel(
  context: Level["context"],
  opener: Use | null,
  parent: Level | null,
): Growing<Level> {
  return { context, opener, parent, uses: [], hidden: [] };
}

function isOnTheWay(document: Document, use: Use): boolean {
  for (let step: Use | null = use; step !== null; step = step.include) {
    if (step.document === document) {
      return true;
    }
  }
  return false;
}
