import { distanceTo, foldersAround } from "./nearness.ts";
import { roleOf, type Role } from "./role.ts";
import { compatible } from "./compatible.ts";
import { type Limit, within } from "../basics/limit.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { Policy } from "../policy/policy.ts";
import { leftAside } from "../sources/plain.ts";
import { containerOf, isNginxFile } from "../sources/sources.ts";
import { survey } from "../repository/deployment.ts";
import type { Deployment } from "../repository/deployed.ts";
import type { Documents } from "../repository/documents.ts";
import { byteOrder } from "../repository/names.ts";
import { folderOf } from "../repository/links.ts";
import type { Config } from "./level.ts";
import type { Document } from "../repository/document.ts";
import { includesOf, resolve } from "./resolve.ts";
import type { ResolveOptions } from "./include-finder.ts";

export interface ProgramOptions {
  readonly policy: Policy;
  /** Only programs that these files take part in; all programs where it is not given. */
  readonly paths?: readonly string[];
}

/** A file that is part of a program, or seems to be nginx configuration. */
export interface AnalysedFile {
  readonly path: string;
  readonly analysed: boolean;
  /** Why not, where it was not. */
  readonly reason?: string;
}

export interface Programs {
  readonly configs: readonly Config[];
  /** Each file that is part of a program, and each that seems to be nginx configuration and is passed over, by path. */
  readonly files: readonly AnalysedFile[];
}

/** Beside the files that are asked for; each is parsed to see whether it includes one of them. */
const candidates: Limit = {
  most: 400,
  says: "more than 400 files may include those that are asked for; only the nearest are read",
};

/** Each is resolved and checked by itself. */
const deploymentsPerFile: Limit = {
  most: 4,
  says: "is deployed in more than 4 ways; those after them are not looked at",
};

/**
 * Finds what nginx would load: whole configurations by their main files, and, of what no main file reaches, fragments in
 * the context that they imply. Files that are to be loaded first are in `documents.wanted`.
 */
export function findPrograms(documents: Documents, options: ProgramOptions): Programs {
  return new Search(documents, options).run();
}

class Search {
  readonly #documents: Documents;
  readonly #policy: Policy;
  readonly #paths: ReadonlySet<string> | null;
  readonly #roots: ReadonlySet<string>;
  #deployments: readonly Deployment[] = [];
  readonly #files = new Map<string, AnalysedFile>();

  constructor(documents: Documents, { policy, paths }: ProgramOptions) {
    this.#documents = documents;
    this.#policy = policy;
    this.#paths =
      paths === undefined
        ? null
        : new Set(paths.flatMap((path) => [path, documents.follow(path) ?? []].flat()));
    this.#roots = new Set(policy.roots);
  }

  run(): Programs {
    const byRole = this.#documentsByRole();
    const all: Config[] = [];
    const reached = new Set<string>();
    for (const kind of ["main", "http", "server", "location"] as const) {
      const roots = (byRole.get(kind) ?? []).filter(({ key }) => !reached.has(key));
      const configs = this.#resolveAll(kind, roots);
      for (const { key } of configs.flatMap(documentsOf)) {
        reached.add(key);
      }
      all.push(...configs);
    }
    const paths = this.#paths;
    const configs = all.filter(
      (config) => paths === null || documentsOf(config).some(({ path }) => paths.has(path)),
    );
    this.#noteFiles(configs, byRole);
    const files = [...this.#files.values()].toSorted((a, b) => byteOrder(a.path, b.path));
    return { configs, files };
  }

  #documentsByRole(): ReadonlyMap<Role, readonly Document[]> {
    const byRole = new Map<Role, Document[]>();
    const candidates = this.#candidates();
    const near = candidates.filter((path) => this.#mayBeDeployed(path));
    const found = near.length > 0 ? survey(this.#documents, near) : null;
    if (found !== null) {
      this.#deployments = found.deployments;
      this.#documents.erased = found.erased;
      this.#documents.filledIn = found.filledIn;
    }
    for (const path of new Set([...candidates, ...(found?.mounted ?? [])])) {
      for (const document of this.#recognised(path)) {
        const role = this.#roleOf(document);
        const documents = byRole.get(role) ?? [];
        documents.push(document);
        byRole.set(role, documents);
      }
    }
    return byRole;
  }

  /** Whether a file around it may say where it lands: of manifests, only those that seem to hold configuration. */
  #mayBeDeployed(path: string): boolean {
    switch (containerOf(path)) {
      case null:
        return true;
      case "yaml":
        return /\bproxy_pass\b|\b(?:server|http)\s*\{/.test(this.#documents.text(path) ?? "");
      default:
        return false;
    }
  }

  #roleOf(document: Document): Role {
    if (this.#roots.has(document.path)) {
      return "main";
    }
    const role = this.#asideOf(document.path) === null ? roleOf(document) : "none";
    return role === "main" && this.#roots.size > 0 ? "none" : role;
  }

  /** One program per fragment, in http one per folder; a fragment that another one includes is no program of its own. */
  #resolveAll(kind: Config["kind"], roots: readonly Document[]): Config[] {
    const configs = this.#resolveGroups(kind, roots);
    if (kind === "main") {
      return configs;
    }
    const kept = withoutIncluded(roots, configs);
    return kept.length === roots.length ? configs : this.#resolveGroups(kind, kept);
  }

  #resolveGroups(kind: Config["kind"], roots: readonly Document[]): Config[] {
    const { prefixes } = this.#policy;
    const folder = (document: Document): string => this.#folderOf(document);
    const groups =
      kind === "http" ? byFolder(roots, folder).flatMap(compatible) : roots.map((one) => [one]);
    return groups.flatMap(([root, ...others]) => {
      if (root === undefined) {
        return [];
      }
      const siblings = others.map(({ key }) => key);
      const options = { kind, prefixes, siblings };
      // One main file may be in several images, with other files beside it in each.
      const deployments = this.#deploymentsOf(root);
      const deployed =
        kind === "main"
          ? within(deployments, deploymentsPerFile, root.path, this.#documents.bound)
          : deployments.slice(0, 1);
      return deployed.length === 0
        ? this.#resolved(root, options)
        : deployed.flatMap((deployment) => this.#resolved(root, { ...options, deployment }));
    });
  }

  /** Resolves a program that these files did not give before: an edit leaves most programs as they were. */
  #resolved({ key: root }: Document, options: ResolveOptions): readonly Config[] {
    const { kind, siblings, deployment } = options;
    const place = deployment === undefined ? null : this.#deployments.indexOf(deployment);
    const key = JSON.stringify([kind, root, siblings, place]);
    const programs = resolvedOf(this.#documents);
    const config = programs.get(key) ?? resolve(this.#documents, root, options);
    if (config === null) {
      return [];
    }
    programs.set(key, config);
    return [config];
  }

  #deploymentsOf({ key }: Document): Deployment[] {
    return this.#deployments.filter((deployment) => deployment.placeOf(key) !== null);
  }

  /** The folder that a file lands in, else the one that it is in. */
  #folderOf(document: Document): string {
    const [deployment] = this.#deploymentsOf(document);
    return deployment === undefined
      ? folderOf(document.key)
      : `${this.#deployments.indexOf(deployment)} ${folderOf(deployment.placeOf(document.key) ?? "")}`;
  }

  #noteFiles(configs: readonly Config[], byRole: ReadonlyMap<Role, readonly Document[]>): void {
    for (const document of byRole.get("none") ?? []) {
      const { path, source } = document;
      if (source.name === "" && this.#isAskedFor(path)) {
        const reason =
          this.#asideOf(path) ??
          (roleOf(document) === "main"
            ? "it is a main file, and the policy's roots do not name it"
            : "nothing that we see includes it, and its directives do not say where it belongs");
        this.#files.set(path, { path, analysed: false, reason });
      }
    }
    for (const path of this.#roots) {
      if (!this.#documents.has(path)) {
        const reason = "the policy's roots name it, and it is not there";
        this.#files.set(path, { path, analysed: false, reason });
      }
    }
    for (const { path } of configs.flatMap(documentsOf)) {
      if (this.#documents.has(path)) {
        this.#files.set(path, { path, analysed: true });
      }
    }
  }

  /** Of files that hold configuration among other things, only those that are asked for: nothing includes them. */
  #isCandidate(path: string): boolean {
    return (
      isNginxFile(path, null, this.#policy) &&
      (containerOf(path) === null || this.#isAskedFor(path)) &&
      (this.#asideOf(path) === null || this.#paths?.has(path) === true)
    );
  }

  /** Why a file counts only where another one includes it; null where it counts by itself, as where the policy names files. */
  #asideOf(path: string): string | null {
    const reason = this.#policy.files.length > 0 ? null : leftAside(path);
    return reason === null ? null : `${reason}, and nothing that we see includes it`;
  }

  #isAskedFor(path: string): boolean {
    return this.#paths === null || this.#paths.has(path);
  }

  #recognised(path: string): readonly Document[] {
    const found = this.#documents.search(path, this.#policy);
    if (found === undefined) {
      return [];
    }
    const documents =
      found.length === 0 && this.#roots.has(path)
        ? [this.#documents.get(path) ?? []].flat()
        : found;
    return documents.filter((document) => {
      const { unreadable } = document;
      if (unreadable !== null) {
        if (this.#isAskedFor(path)) {
          this.#files.set(path, { path, analysed: false, reason: unreadable });
        }
        return false;
      }
      this.#documents.take(document);
      return true;
    });
  }

  /**
   * What may be nginx by name; with `paths`, these and the nearest of what may include them. All of it is wanted in the
   * first round, so that a second one is for includes only.
   */
  #candidates(): string[] {
    const paths = this.#paths;
    const named = this.#documents.files
      .list()
      .filter((path) => this.#roots.has(path) || this.#isCandidate(path));
    if (paths === null || named.length <= candidates.most) {
      return named.toSorted(byteOrder);
    }
    const depths = foldersAround(paths);
    const nearest = named
      .map((path) => ({
        path,
        first: paths.has(path) || this.#roots.has(path),
        distance: distanceTo(path, depths),
      }))
      .toSorted(
        (a, b) =>
          Number(b.first) - Number(a.first) || a.distance - b.distance || byteOrder(a.path, b.path),
      );
    const most = paths.size + this.#roots.size + candidates.most;
    return within(nearest, { ...candidates, most }, "The repository", this.#documents.bound)
      .map(({ path }) => path)
      .toSorted(byteOrder);
  }
}

/** The fragments that no other of them includes; of two that include each other, the first. */
function withoutIncluded(roots: readonly Document[], configs: readonly Config[]): Document[] {
  const kept = new Set(roots.map(({ key }) => key));
  for (const includes of configs.map(includesOf)) {
    for (const [key, brought] of includes) {
      if (kept.has(key)) {
        for (const other of brought) {
          kept.delete(other);
        }
      }
    }
  }
  return roots.filter(({ key }) => kept.has(key));
}

function byFolder(
  documents: readonly Document[],
  folderOfDocument: (document: Document) => string,
): Document[][] {
  const folders = new Map<string, Document[]>();
  for (const document of documents.toSorted((a, b) => byteOrder(a.key, b.key))) {
    const folder = folderOfDocument(document);
    const group = folders.get(folder) ?? [];
    group.push(document);
    folders.set(folder, group);
  }
  return [...folders.values()];
}

/** What takes part in a program in any of its renderings. */
function documentsOf({ documents, alternatives }: Config): Document[] {
  return [...new Set([documents, ...alternatives.map((other) => other.documents)].flat())];
}

/** What was resolved of these files, by the resolver's own keys: an edit leaves most programs as they were. */
const resolvedOf = rememberedOf(({ editedFrom, gone }: Documents): Map<string, Config> => {
  if (editedFrom === null || gone !== editedFrom.documents.gone) {
    return new Map();
  }
  const { documents, paths } = editedFrom;
  return new Map(
    [...resolvedOf(documents)].filter(
      ([, config]) => !documentsOf(config).some(({ path }) => paths.has(path)),
    ),
  );
});
