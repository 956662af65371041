import picomatch from "picomatch";
import type { Directive } from "../syntax/tree.ts";
import { contextInside, directiveRows } from "./directives.ts";
import { byteOrder, type Documents, folderOf, joinPath } from "./documents.ts";
import type { Config, ConfigProblem, Context, Document, Level, Use } from "./model.ts";
import { levelProblems } from "./problems.ts";

export interface ResolveOptions {
  readonly kind: Config["kind"];
  /** Absolute folder on the server → folder in the repository, from the policy. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Further fragments of the same folder, loaded after the root as one `include folder/*` would. */
  readonly siblings?: readonly string[];
}

/** Where packages and images keep nginx.conf; a repository's main file stands for the one there. */
const usualPrefixes = [
  "/etc/nginx",
  "/usr/local/etc/nginx",
  "/usr/local/nginx/conf",
  "/usr/local/openresty/nginx/conf",
  "/opt/nginx/conf",
  "/config/nginx",
];

/** More uses than any real configuration has; includes that double at each step end here. */
const MOST_USES = 500_000;

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/**
 * Expands a root file and its includes into levels, as nginx would read them.
 *
 * @param root the main file, or a fragment when `options.kind` says so
 * @returns null where the root itself is not loaded
 */
export function resolve(
  documents: Documents,
  root: string,
  options: ResolveOptions,
): Config | null {
  const document = documents.get(root);
  return document === undefined ? null : new Resolver(documents, document, options).resolve();
}

class Resolver {
  private readonly documents: Documents;
  private readonly root: Document;
  private readonly options: ResolveOptions;
  private readonly used = new Set<Document>();
  private readonly problems: ConfigProblem[] = [];
  private readonly incomplete = new Set<string>();
  private uses = 0;

  constructor(documents: Documents, root: Document, options: ResolveOptions) {
    this.documents = documents;
    this.root = root;
    this.options = options;
  }

  resolve(): Config {
    const { kind } = this.options;
    if (kind !== "main") {
      this.incomplete.add(`no main file includes ${this.root.path}`);
    }
    const main = newLevel(kind, null, null);
    this.fill(main, this.root, null);
    for (const path of this.options.siblings ?? []) {
      const document = this.documents.get(path);
      if (document !== undefined) {
        this.fill(main, document, null);
      }
    }
    this.problems.push(...levelProblems(main));
    return {
      root: this.root.path,
      kind,
      main,
      documents: [...this.used],
      problems: this.problems,
      incomplete: [...this.incomplete],
    };
  }

  private fill(level: Growing<Level>, document: Document, include: Use | null): void {
    this.used.add(document);
    if (document.tree.problems.length > 0) {
      this.incomplete.add(`${document.path} has syntax problems`);
    }
    this.expand(level, document, document.tree.directives, include);
  }

  private expand(
    level: Growing<Level>,
    document: Document,
    directives: readonly Directive[],
    include: Use | null,
  ): void {
    for (const directive of directives) {
      if (++this.uses > MOST_USES) {
        level.hidden.push(`the includes expand to more than ${MOST_USES} directives`);
        return;
      }
      const name = directive.name.value;
      const use: Growing<Use> = {
        document,
        directive,
        name,
        parameters: directive.parameters.map((word) => word.value),
        level,
        inner: null,
        include,
      };
      level.uses.push(use);
      if (directive.block !== null) {
        const inner = newLevel(contextInside(name, level.context), use, level);
        use.inner = inner;
        this.expand(inner, document, directive.block.directives, include);
        this.problems.push(...levelProblems(inner));
      } else if (name === "include") {
        this.include(level, use);
      }
      if (
        name === "load_module" ||
        (level.context !== "map" && directiveRows(name) === undefined)
      ) {
        this.noteModule(level.context, use);
      }
    }
  }

  /** A module may define variables that no directive here names. */
  private noteModule(context: Context, use: Use): void {
    if (context !== "other" && context !== "stream" && context !== "mail") {
      this.incomplete.add(
        use.name === "load_module"
          ? `${use.parameters[0] ?? "a module"} is loaded`
          : `${use.name} is of a module we do not know`,
      );
    }
  }

  private include(level: Growing<Level>, use: Use): void {
    const pattern = use.parameters[0];
    if (pattern === undefined) {
      return;
    }
    const isGlob = /[*?[]/.test(pattern);
    const found = isGlob ? this.glob(pattern) : this.plain(pattern);
    if (found === null) {
      this.noteMissing(level, use, pattern, isGlob);
      return;
    }
    for (const document of found) {
      if (isOnTheWay(document, use)) {
        this.problems.push({
          document: use.document,
          span: use.directive,
          code: "include-cycle",
          message: `${document.path} includes itself`,
          use,
          earlier: null,
        });
      } else {
        this.fill(level, document, use);
      }
    }
  }

  /** What an include brings that the repository does not hold is unknown, not missing. */
  private noteMissing(level: Growing<Level>, use: Use, pattern: string, isGlob: boolean): void {
    const why = `${pattern} is not in the repository`;
    this.incomplete.add(why);
    // Packages keep `conf.d/*.conf` and the like at http level for servers, upstreams and maps; settings for all servers
    // stand in nginx.conf itself.
    if (
      !(
        isGlob &&
        (level.context === "http" || level.context === "main" || level.context === "events")
      )
    ) {
      level.hidden.push(why);
    }
    if (!isGlob) {
      this.problems.push({
        document: use.document,
        span: use.directive,
        code: "missing-include",
        message: `open() "${pattern}" failed (2: No such file or directory)`,
        use,
        earlier: null,
      });
    }
  }

  private plain(pattern: string): Document[] | null {
    for (const path of this.candidates(pattern)) {
      const document = this.documents.get(path);
      if (document !== undefined) {
        return [document];
      }
      if (this.documents.has(path)) {
        return null;
      }
    }
    const shipped = this.documents.shipped(pattern.slice(pattern.lastIndexOf("/") + 1));
    return shipped === undefined ? null : [shipped];
  }

  private glob(pattern: string): Document[] | null {
    for (const candidate of this.candidates(pattern)) {
      const fixed = folderOf(candidate.slice(0, candidate.search(/[*?[]/)));
      const folder = folderOf(candidate);
      const matches = picomatch(candidate, {
        nobrace: true,
        noext: true,
        noglobstar: true,
        nonegate: true,
      });
      const paths = (
        folder === fixed ? this.documents.inFolder(folder) : this.documents.files.list()
      ).filter((path) => matches(path));
      if (paths.length > 0 || this.documents.hasFolder(fixed)) {
        return [...paths]
          .sort(byteOrder)
          .map((path) => this.documents.get(path))
          .filter((document) => document !== undefined);
      }
    }
    return null;
  }

  /** Where in the repository a path of the server may be, best first. */
  private candidates(pattern: string): string[] {
    const folder = folderOf(this.root.path);
    if (!pattern.startsWith("/")) {
      const folders = [folder];
      if (this.options.kind !== "main") {
        for (let above = folder; above !== "";) {
          above = folderOf(above);
          folders.push(above);
        }
      }
      return folders.map((from) => joinPath(from, pattern)).filter((path) => path !== undefined);
    }
    const candidates: string[] = [];
    for (const [prefix, target] of this.options.prefixes) {
      if (pattern.startsWith(`${prefix.replace(/\/$/, "")}/`)) {
        candidates.push(joinPath(target, pattern.slice(prefix.length)) ?? "");
      }
    }
    for (const prefix of usualPrefixes) {
      if (pattern.startsWith(`${prefix}/`)) {
        const rest = pattern.slice(prefix.length + 1);
        candidates.push(joinPath(folder, rest) ?? "");
        if (this.options.kind !== "main") {
          candidates.push(joinPath(folderOf(folder), rest) ?? "");
        }
      }
    }
    return candidates.filter((path) => path !== "");
  }
}

function newLevel(context: Context, opener: Use | null, parent: Level | null): Growing<Level> {
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
