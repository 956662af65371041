import { groupBy, rememberedOf } from "../basics/collections.ts";
import { isOpaque, tagged, tagIn } from "../syntax/opaque.ts";
import type { Directive, Span } from "../syntax/tree.ts";
import { contextInside, directiveRows, isChecked } from "../nginx/directives.ts";
import type { Deployment } from "../repository/deployment.ts";
import { byteOrder, type Documents, nameOf } from "../repository/documents.ts";
import { folderOf, joinPath } from "../repository/links.ts";
import { expandGlob, isGlob, nameMatcher } from "../repository/glob.ts";
import type { Config, Level, Rendering, Use } from "./level.ts";
import type { Document } from "../repository/document.ts";
import { Checker } from "./problems.ts";
import { surroundingsPath } from "../nginx/shipped.ts";
import { firstRendering, otherRenderings } from "./rendering.ts";

export interface ResolveOptions {
  readonly kind: Config["kind"];
  /** Absolute folder on the server → folder in the repository, from the policy. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Where files of the repository are on the server, as far as a Dockerfile or a compose file says. */
  readonly deployment?: Deployment;
  /** Further fragments of the same folder, loaded after the root as one `include folder/*` would. */
  readonly siblings?: readonly string[];
}

const noVariables: ReadonlySet<string> = new Set();

/** Where packages and images keep nginx.conf; a repository's main file stands for the one there. */
const usualPrefixes = [
  "/etc/nginx",
  "/usr/local/etc/nginx",
  "/usr/local/nginx/conf",
  "/usr/local/openresty/nginx/conf",
  "/opt/nginx/conf",
  "/config/nginx",
];

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
  readonly #incomplete = new Set<string>();
  /** What each include pattern stands for: one snippet may be included at thousands of places. */
  readonly #included = new Map<string, Included>();
  /** Where the files are that includes of one file found. */
  readonly #foldersOfIncludes = new Set<string>();
  /** Relative includes of which the repository holds nothing. */
  readonly #missedIncludes = new Set<string>();
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
        problem.code === "missing-include" && this.#isLost(problem.use.parameters[0] ?? "")
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
    const found = this.#included.get(pattern) ?? this.#findFirst(pattern);
    for (const why of found.missing) {
      this.#hideIncluded(level, why, use);
    }
    if (found.missing.length > 0 && !pattern.startsWith("/")) {
      this.#missedIncludes.add(pattern);
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
   * Whether the repository ought to hold a file that it lacks: it did before the change, or it holds all others that are
   * included, some of them from the same folder, and nothing says that this one is made later.
   */
  #isLost(pattern: string): boolean {
    const documents = this.#documents;
    const [path = "", ...others] = this.#candidates(pattern);
    return (
      [path, ...others].some((each) => documents.gone.paths.has(each)) ||
      (this.#options.kind === "main" &&
        !pattern.startsWith("/") &&
        /\.(?:conf|inc)$/.test(path) &&
        this.#missedIncludes.size === 1 &&
        this.#foldersOfIncludes.has(folderOf(path)) &&
        !documents.isMadeLater(path))
    );
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

  #findFirst(pattern: string): Included {
    const found = this.#find(pattern);
    this.#included.set(pattern, found);
    if (!isGlob(pattern)) {
      for (const { path } of found.documents) {
        this.#foldersOfIncludes.add(folderOf(path));
      }
    }
    return found;
  }

  #find(pattern: string): Included {
    if (isOpaque(pattern)) {
      return { ...nothing, missing: [fromTag(pattern)] };
    }
    const deployed = this.#deployed(pattern);
    const known = deployed.length > 0 ? deployed : this.#beside(pattern);
    if (known.length > 0) {
      return { ...nothing, documents: known };
    }
    return isGlob(pattern) ? this.#glob(pattern) : this.#plain(pattern);
  }

  #deployed(pattern: string): Document[] {
    const { deployment, kind } = this.#options;
    if (deployment === undefined) {
      return [];
    }
    const place = deployment.placeOf(this.#root.key);
    const folder = kind === "main" && place !== null ? folderOf(place) : "/etc/nginx";
    const path = pattern.startsWith("/") ? pattern : `${folder}/${pattern}`;
    return deployment.find(path).flatMap((found) => this.#documents.get(found) ?? []);
  }

  /**
   * Texts that stand beside the root in one object, as keys of a ConfigMap do: where they are mounted is said elsewhere, and
   * the names are those that the include asks for.
   */
  #beside(pattern: string): Document[] {
    const { key, source } = this.#root;
    if (source.name === "") {
      return [];
    }
    const folder = `${folderOf(key)}/`;
    const matches = nameMatcher(nameOf(pattern));
    return [...this.#documents.all()]
      .filter(([other]) => other.startsWith(folder) && matches(other.slice(folder.length)))
      .map(([, document]) => document)
      .filter((document) => document !== this.#root && !isMain(document))
      .toSorted((a, b) => byteOrder(a.key, b.key));
  }

  #plain(pattern: string): Included {
    const documents = this.#documents;
    const candidates = this.#candidates(pattern);
    for (const path of candidates) {
      if (documents.has(path)) {
        const document = documents.get(path);
        return document === undefined
          ? { ...nothing, missing: [`${path} is not readable`] }
          : { ...nothing, documents: [document] };
      }
      if (documents.hasFolder(path)) {
        return { ...nothing, folders: [path] };
      }
    }
    const shipped = documents.shipped(pattern) ?? documents.shipped(shippedName(pattern));
    if (shipped !== undefined) {
      return { ...nothing, documents: [shipped] };
    }
    for (const path of candidates) {
      documents.missed.add(path);
    }
    return {
      ...nothing,
      missing: [`${pattern} is not in the repository`],
      isCertainlyMissing:
        candidates.some((path) => documents.gone.paths.has(path)) ||
        (this.#options.kind === "main" && !pattern.startsWith("/") && candidates.length > 0),
    };
  }

  #glob(pattern: string): Included {
    const documents = this.#documents;
    for (const candidate of this.#candidates(pattern)) {
      const { files, folders } = expandGlob(documents, candidate);
      const fixed = folderOf(candidate.slice(0, candidate.search(/[*?[]/)));
      if (files.length + folders.length > 0 || (fixed !== "" && documents.hasFolder(fixed))) {
        const unreadable: string[] = [];
        const loaded: Document[] = [];
        for (const path of files) {
          const document = documents.get(path);
          if (document === undefined) {
            unreadable.push(`${path} is not readable`);
          } else {
            loaded.push(document);
          }
        }
        return { ...nothing, documents: loaded, folders, missing: unreadable };
      }
    }
    return { ...nothing, missing: [`${pattern} is not in the repository`] };
  }

  /**
   * Where in the repository a path of the server may be, best first. nginx takes a relative path from the main file's
   * folder, whichever file includes it; of a fragment, any folder around it may be that one. Nothing outside of the
   * repository is ever meant.
   */
  #candidates(pattern: string): string[] {
    const folders = [folderOf(this.#root.path)];
    if (this.#options.kind !== "main") {
      for (let above = folders[0] ?? ""; above !== "";) {
        above = folderOf(above);
        folders.push(above);
      }
    }
    const found = new Set<string>();
    const add = (folder: string, path: string): void => {
      const joined = joinPath(folder, path);
      if (joined !== undefined && joined !== "") {
        found.add(joined);
      }
    };
    if (!pattern.startsWith("/")) {
      for (const folder of folders) {
        add(folder, pattern);
      }
    } else {
      for (const [prefix, target] of this.#options.prefixes) {
        const rest = below(pattern, prefix);
        if (rest !== undefined) {
          add(target, rest);
        }
      }
      for (const prefix of usualPrefixes) {
        const rest = below(pattern, prefix);
        for (const folder of folders) {
          if (rest !== undefined) {
            add(folder, rest);
          }
          // A repository that holds an image's files from its root: `rootfs/etc/nginx/nginx.conf`.
          if (`/${folder}`.endsWith(prefix)) {
            add(folder.slice(0, -prefix.length), pattern);
          }
        }
      }
    }
    return [...found];
  }
}

/** What an include brings. What the repository does not hold is unknown, not missing: it may be put there later. */
interface Included {
  readonly documents: readonly Document[];
  readonly folders: readonly string[];
  readonly missing: readonly string[];
  /** nginx, started with these files, would not find it. */
  readonly isCertainlyMissing: boolean;
}

const nothing: Included = {
  documents: [],
  folders: [],
  missing: [],
  isCertainlyMissing: false,
};

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

function isMain({ tree }: Document): boolean {
  return tree.directives.some(({ name }) => name.value === "http" || name.value === "events");
}

function fromTag(value: string): string {
  return `what the template's tag ${tagIn(value) ?? ""} brings is not known`;
}

/** The rest of an absolute path below a folder, or undefined where it is elsewhere. */
function below(path: string, folder: string): string | undefined {
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

function shippedName(pattern: string): string {
  return usualPrefixes.map((prefix) => below(pattern, prefix)).find(Boolean) ?? pattern;
}

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
