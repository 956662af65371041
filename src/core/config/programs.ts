import type { AnalysedFile } from "../analysis.ts";
import type { Policy } from "../policy/policy.ts";
import { isNginxFile, recognise } from "../sources/plain.ts";
import type { Directive } from "../syntax/tree.ts";
import { directiveRows } from "./directives.ts";
import { byteOrder, type Documents, folderOf } from "./documents.ts";
import type { Config, Document } from "./model.ts";
import { resolve } from "./resolve.ts";

export interface ProgramOptions {
  readonly policy: Policy;
  /** Only programs that these files take part in; all programs where it is not given. */
  readonly paths?: readonly string[];
}

export interface Programs {
  readonly configs: readonly Config[];
  /** Each file that is part of a program, and each that seems to be nginx configuration and is passed over, by path. */
  readonly files: readonly AnalysedFile[];
}

/** What a file is by its top-level directives. */
type Role = Config["kind"] | "none";

/** As many files are read beside the given ones to find what includes them. */
const MOST_CANDIDATES = 400;

/**
 * Finds what nginx would load: whole configurations by their main files, and, of what no main file reaches, fragments in
 * the context that they imply. Files that are to be loaded first are in `documents.wanted`.
 */
export function findPrograms(documents: Documents, options: ProgramOptions): Programs {
  return new Search(documents, options).run();
}

class Search {
  private readonly documents: Documents;
  private readonly policy: Policy;
  private readonly paths: ReadonlySet<string> | null;
  private readonly files = new Map<string, AnalysedFile>();
  private readonly roots: ReadonlySet<string>;

  constructor(documents: Documents, { policy, paths }: ProgramOptions) {
    this.documents = documents;
    this.policy = policy;
    this.paths = paths === undefined ? null : new Set(paths);
    this.roots = new Set(policy.roots);
  }

  run(): Programs {
    const byRole = new Map<Role, Document[]>();
    for (const path of this.candidates()) {
      const document = this.recognised(path);
      if (document !== null) {
        const role = this.roleOf(document);
        byRole.set(role, [...(byRole.get(role) ?? []), document]);
      }
    }
    const configs: Config[] = [];
    const reached = new Set<string>();
    for (const kind of ["main", "http", "server", "location"] as const) {
      const roots = (byRole.get(kind) ?? []).filter(({ path }) => !reached.has(path));
      const found = this.resolveAll(kind, roots);
      for (const config of found) {
        for (const { path } of config.documents) {
          reached.add(path);
        }
      }
      configs.push(...found);
    }
    const wanted = configs.filter((config) => this.isWanted(config));
    for (const { path } of wanted.flatMap((config) => config.documents)) {
      if (this.documents.has(path)) {
        this.files.set(path, { path, analysed: true });
      }
    }
    return {
      configs: wanted,
      files: [...this.files.values()].toSorted((a, b) => byteOrder(a.path, b.path)),
    };
  }

  private resolveAll(kind: Config["kind"], roots: readonly Document[]): Config[] {
    const groups = kind === "http" ? byFolder(roots) : roots.map(({ path }) => [path]);
    const configs = groups.flatMap(([root, ...siblings]) => {
      const { prefixes } = this.policy;
      return root === undefined
        ? []
        : (resolve(this.documents, root, { kind, prefixes, siblings }) ?? []);
    });
    if (kind === "main") {
      return configs;
    }
    // A snippet that another one includes is no program of its own.
    return configs.filter(
      (config) =>
        !configs.some(
          (other) =>
            other !== config && other.documents.some((document) => document.path === config.root),
        ),
    );
  }

  private isWanted(config: Config): boolean {
    const { paths } = this;
    return paths === null || config.documents.some(({ path }) => paths.has(path));
  }

  private recognised(path: string): Document | null {
    const text = this.documents.text(path);
    if (text === undefined) {
      return null;
    }
    const { isNginx, reason } = recognise(path, text, this.policy);
    if (!isNginx && !this.roots.has(path)) {
      if (reason !== null && (this.paths === null || this.paths.has(path))) {
        this.files.set(path, { path, analysed: false, reason });
      }
      return null;
    }
    return this.documents.get(path) ?? null;
  }

  /** What may be nginx by name; with `paths`, these and the nearest of what may include them. */
  private candidates(): string[] {
    const named = this.documents.files
      .list()
      .filter((path) => this.roots.has(path) || isNginxFile(path, null, this.policy));
    const { paths } = this;
    if (paths === null) {
      return named.toSorted(byteOrder);
    }
    const near = named
      .map((path) => ({ path, distance: distanceTo(path, paths) }))
      .toSorted((a, b) => a.distance - b.distance || byteOrder(a.path, b.path))
      .slice(0, paths.size + MOST_CANDIDATES);
    return near.map(({ path }) => path).toSorted(byteOrder);
  }

  private roleOf(document: Document): Role {
    return this.roots.has(document.path) ? "main" : impliedRole(document);
  }
}

/** Fewer is nearer: the file itself, then by folders up and down; main files by name count as one folder nearer. */
function distanceTo(path: string, paths: ReadonlySet<string>): number {
  let least = Infinity;
  for (const other of paths) {
    least = Math.min(least, path === other ? -2 : folderDistance(path, other));
  }
  return isMainName(path) ? least - 1 : least;
}

function folderDistance(left: string, right: string): number {
  const a = left.split("/").slice(0, -1);
  const b = right.split("/").slice(0, -1);
  let common = 0;
  while (common < a.length && a[common] === b[common]) {
    common++;
  }
  return a.length + b.length - 2 * common;
}

function isMainName(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1) === "nginx.conf";
}

function byFolder(documents: readonly Document[]): string[][] {
  const folders = new Map<string, string[]>();
  for (const { path } of documents) {
    const folder = folderOf(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return [...folders.values()].map((paths) => paths.toSorted(byteOrder));
}

/** The context in which most of the top-level directives may stand. */
function impliedRole(document: Document): Role {
  const { directives } = document.tree;
  if (
    directives.some(({ name, block }) => block !== null && /^(?:http|events)$/.test(name.value))
  ) {
    return "main";
  }
  if (directives.some((directive) => isStream(directive))) {
    return "none";
  }
  const fits = (letter: string): number =>
    directives.filter(
      ({ name, block }) =>
        name.value !== "include" &&
        directiveRows(name.value)?.some(
          (row) => row.contexts.includes(letter) && row.block === (block !== null),
        ) === true,
    ).length;
  const roles = [
    { role: "http", fits: fits("h") },
    { role: "server", fits: fits("s") },
    { role: "location", fits: fits("l") },
    { role: "main", fits: fits("M") },
    { role: "none", fits: fits("u") },
  ] as const;
  // `location` stands in a server and in a location, most settings also in http: what opens a block decides.
  if (
    directives.some(
      ({ name, block }) => block !== null && /^(?:server|upstream|map)$/.test(name.value),
    )
  ) {
    return "http";
  }
  if (directives.some(({ name, block }) => block !== null && name.value === "location")) {
    return "server";
  }
  const most = Math.max(...roles.map((role) => role.fits));
  if (most === 0) {
    return isMainName(document.path) ? "main" : "none";
  }
  if (roles[2].fits === most && directives.some(({ name }) => /^proxy_/.test(name.value))) {
    return "location";
  }
  return roles.find((role) => role.fits === most)?.role ?? "none";
}

/** A `server` of the stream module proxies by itself, not in a location. */
function isStream({ name, block }: Directive): boolean {
  return (
    block !== null &&
    (name.value === "stream" ||
      name.value === "mail" ||
      (name.value === "server" &&
        block.directives.some(
          (inner) =>
            inner.name.value === "proxy_pass" &&
            inner.parameters[0]?.value.includes("://") !== true,
        )))
  );
}
