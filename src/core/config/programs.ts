import { type Limit, within } from "../basics/limit.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { Policy } from "../policy/policy.ts";
import { leftAside } from "../sources/plain.ts";
import { containerOf, isNginxFile } from "../sources/sources.ts";
import type { Directive } from "../syntax/tree.ts";
import { type Deployment, survey } from "../repository/deployment.ts";
import { directiveRows, rowIn, type Context } from "../nginx/directives.ts";
import { byteOrder, type Documents, nameOf } from "../repository/documents.ts";
import { folderOf } from "../repository/links.ts";
import type { Config } from "./level.ts";
import type { Document } from "../repository/document.ts";
import { includesOf, resolve, type ResolveOptions } from "./resolve.ts";

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

/** What a file is by its top-level directives. */
type Role = Config["kind"] | "none";

/** Beside the files that are asked for; each is parsed to see whether it includes one of them. */
const candidates: Limit = {
  most: 400,
  says: "more than 400 files may include those that are asked for; only the nearest are read",
};

/** Alternatives in a folder times files that would go with each of them. */
const MOST_SHARED = 2000;

/** Each is resolved and checked by itself. */
const deploymentsPerFile: Limit = {
  most: 4,
  says: "is deployed in more than 4 ways; those after them are not looked at",
};

/** At most this many addresses and names of a server are compared with those of other files. */
const MOST_KEYS = 20;

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

/** The folders of the paths and those above: for each, how many folders below it the nearest of the paths is. */
function foldersAround(paths: ReadonlySet<string>): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const path of paths) {
    let folder = folderOf(path);
    for (let depth = 0; ; depth++) {
      depths.set(folder, Math.min(depth, depths.get(folder) ?? Infinity));
      if (folder === "") {
        break;
      }
      folder = folderOf(folder);
    }
  }
  return depths;
}

/** How many folders up and down it is to the nearest path. A main file by its name counts as two nearer. */
function distanceTo(path: string, depths: ReadonlyMap<string, number>): number {
  let folder = folderOf(path);
  let down = 0;
  while (!depths.has(folder) && folder !== "") {
    folder = folderOf(folder);
    down++;
  }
  return down + (depths.get(folder) ?? 0) - (isMainName(path) ? 2 : 0);
}

function isMainName(path: string): boolean {
  return nameOf(path) === "nginx.conf";
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

/**
 * Parts the fragments of one folder into what nginx can load together. Two that claim the same name, such as `dev.conf`
 * and `prod.conf` with the same upstream, are alternatives; what has no server of its own, such as maps, goes with all.
 */
function compatible(documents: readonly Document[]): Document[][] {
  const groups: ProgramGroup[] = [];
  const shared = documents.filter((document) => !hasServer(document));
  for (const document of documents.filter(hasServer)) {
    const claims = claimsOf(document);
    const group = groups.find((candidate) => !conflict(candidate.claims, claims));
    join(group ?? newGroup(groups), document, claims);
  }
  if (groups.length === 0 && shared.length > 0) {
    newGroup(groups);
  }
  if (groups.length * shared.length > MOST_SHARED) {
    return [shared, ...groups.map((group) => group.documents)];
  }
  for (const document of shared) {
    const claims = claimsOf(document);
    for (const group of groups.filter((candidate) => !conflict(candidate.claims, claims))) {
      join(group, document, claims);
    }
  }
  return groups.map((group) => group.documents.toSorted((a, b) => byteOrder(a.key, b.key)));
}

/** Files that can be loaded together, and what they claim. */
interface ProgramGroup {
  readonly documents: Document[];
  readonly claims: Map<string, string>;
}

function newGroup(groups: ProgramGroup[]): ProgramGroup {
  const group = { documents: [], claims: new Map<string, string>() };
  groups.push(group);
  return group;
}

function join(group: ProgramGroup, document: Document, claims: ReadonlyMap<string, string>): void {
  group.documents.push(document);
  for (const [key, value] of claims) {
    group.claims.set(key, value);
  }
}

function hasServer({ tree }: Document): boolean {
  return tree.directives.some(({ name, block }) => name.value === "server" && block !== null);
}

function conflict(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of right) {
    const other = left.get(key);
    if (other !== undefined && (other !== value || !key.startsWith("map "))) {
      return true;
    }
  }
  return false;
}

/** What may be there once in an `http` block; a map with its text, since two for one variable do no harm when they are equal. */
const claimsOf = rememberedOf(({ tree, text }: Document): ReadonlyMap<string, string> => {
  const claims = new Map<string, string>();
  for (const directive of tree.directives) {
    const { name, parameters, block, start, end } = directive;
    const values = parameters.map((parameter) => parameter.value);
    if (block === null) {
      const row = rowIn(directiveRows(name.value) ?? [], "http");
      if (row?.once === true) {
        claims.set(name.value, "");
      }
    } else if (name.value === "map" || name.value === "geo" || name.value === "split_clients") {
      const own = text.slice(start, end).replace(/\s+/g, " ");
      claims.set(`map ${values.at(-1)?.toLowerCase() ?? ""}`, own);
    } else if (name.value === "upstream") {
      claims.set(`upstream ${values[0]?.toLowerCase() ?? ""}`, "");
    } else if (name.value === "server") {
      for (const key of serverKeys(block.directives)) {
        claims.set(key, "");
      }
    }
  }
  return claims;
});

/** Each address with each name, of which nginx answers from the first server, and each address that it is the default of. */
function serverKeys(directives: readonly Directive[]): string[] {
  const values = (wanted: string): string[][] =>
    directives
      .filter(({ name, block }) => name.value === wanted && block === null)
      .slice(0, MOST_KEYS)
      .map(({ parameters }) => parameters.map(({ value }) => value.toLowerCase()));
  const listens = values("listen");
  const addresses = listens.length === 0 ? ["80"] : listens.map(([address = ""]) => address);
  const names = values("server_name").flat().slice(0, MOST_KEYS);
  const defaults = listens.filter((words) => words.includes("default_server"));
  return [
    ...addresses.flatMap((address) =>
      (names.length === 0 ? [""] : names).map((name) => `server ${address} ${name}`),
    ),
    ...defaults.map(([address = ""]) => `default server ${address}`),
  ];
}

/**
 * What a file is by its top-level directives: a whole configuration, or a fragment of the context in which most of them may
 * stand. What opens a block says more than settings, which may stand in several contexts.
 */
const roleOf = rememberedOf(({ path, tree, source }: Document): Role => {
  if (source.role !== null) {
    return source.role;
  }
  const blocks = new Set<string>();
  const settings: string[] = [];
  for (const directive of tree.directives) {
    if (isStream(directive)) {
      blocks.add("stream");
    } else if (directive.block !== null) {
      blocks.add(directive.name.value);
    } else if (directive.name.value !== "include") {
      settings.push(directive.name.value);
    }
  }
  const has = (...names: readonly string[]): boolean => names.some((name) => blocks.has(name));
  if (has("http", "events")) {
    return "main";
  }
  if (has("stream", "mail")) {
    return "none";
  }
  if (has("server", "upstream", "map", "geo", "split_clients")) {
    return "http";
  }
  if (has("location")) {
    return "server";
  }
  const fits = (context: Context): number =>
    settings.filter((name) => rowIn(directiveRows(name) ?? [], context)?.block === false).length;
  const [first] = (["http", "server", "location", "upstream", "main"] as const)
    .map((context) => ({ context, fits: fits(context) }))
    .toSorted((a, b) => b.fits - a.fits);
  if (first === undefined || first.fits === 0) {
    return isMainName(path) ? "main" : "none";
  }
  if (fits("http") === first.fits && httpFolder.test(path)) {
    return "http";
  }
  const inLocation = fits("location") === first.fits;
  if (inLocation && settings.some((name) => /^(?:proxy|grpc|fastcgi|uwsgi|scgi)_/.test(name))) {
    return "location";
  }
  return first.context === "upstream" ? "none" : first.context;
});

/** Folders that nginx.conf includes at http level: settings in a file there are for all servers. */
const httpFolder =
  /(?:^|\/)(?:conf\.d|http\.d|sites-(?:available|enabled)|vhosts?(?:\.d)?)\/[^/]*$/;

/** A server of the stream module proxies by itself, not in a location. */
function isStream({ name, block }: Directive): boolean {
  return (
    name.value === "server" &&
    block !== null &&
    !block.directives.some((inner) => ["location", "server_name"].includes(inner.name.value)) &&
    block.directives.some(
      (inner) =>
        inner.name.value === "proxy_pass" && inner.parameters[0]?.value.includes("://") !== true,
    )
  );
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
