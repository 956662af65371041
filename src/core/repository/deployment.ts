import { rememberedOf } from "../basics/collections.ts";
import { type Bound, type Limit, within } from "../basics/limit.ts";
import {
  bareEnvsubst,
  composePlacements,
  dockerfilePlacements,
  type Placement,
  terraformTemplates,
} from "./placements.ts";
import { type ConfigMap, manifestsIn, type Mount } from "../sources/manifests.ts";
import { containerOf } from "../sources/sources.ts";
import { byteOrder, type Documents, nameOf } from "./documents.ts";
import { folderOf, joinPath } from "./links.ts";
import type { Files } from "./document.ts";
import { expandGlob, isGlob, nameMatcher } from "./glob.ts";

/** Each is parsed; a monorepo has hundreds of Dockerfiles that have nothing to do with nginx. */
const builders: Limit = {
  most: 30,
  says: "more than 30 Dockerfiles, compose files and scripts may say where nginx's files land; only the nearest are read",
};

/** Each is parsed; one of them is seldom about nginx. */
const terraformFiles: Limit = {
  most: 30,
  says: "more than 30 Terraform files may fill in nginx's files; only the nearest are read",
};

/** Around each of them manifests are looked for, and in each what Terraform may fill in. */
const nearFiles: Limit = {
  most: 50,
  says: "Terraform or manifests may be about more than 50 nginx files; those after them are taken as they stand",
};

/** A whole repository may be copied into an image. */
const placesPerImage: Limit = {
  most: 2000,
  says: "copies more than 2,000 files to where nginx reads; those after them are taken as not there",
};

/** Each is parsed as YAML. */
const manifestFiles: Limit = {
  most: 60,
  says: "more than 60 manifests may mount nginx's files; only the first are read",
};

const dockerfile =
  /(?:^|\/)(?:(?:Dockerfile|Containerfile)(?:[.-][^/]*)?|[^/]*\.(?:docker|container)file)$/i;
const composeFile = /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i;
const kustomization = /^kustomization\.ya?ml$/i;
const terraform = /\.(?:tf|tofu)$/i;
const script = /(?:^|\/)[^/]*(?:entrypoint|start|run|init|nginx|envsubst|template)[^/]*\.sh$/i;

/** Folders to which a file is copied by their name alone. */
const folders =
  /\/(?:nginx|conf\.d|http\.d|sites-(?:available|enabled)|snippets|templates|includes?)$/;

/** Which documents of the repository one server has, and where. */
export class Deployment {
  /** Path on the server → the document's key. */
  readonly #places: ReadonlyMap<string, string>;

  constructor(places: ReadonlyMap<string, string>) {
    this.#places = places;
  }

  /** Where a document of the repository is on the server; null where it is not there. */
  placeOf(key: string): string | null {
    for (const [to, from] of this.#places) {
      if (from === key) {
        return to;
      }
    }
    return null;
  }

  /** The keys of the documents that a path or pattern on the server means, in the order of the server's paths. */
  find(pattern: string): string[] {
    if (!isGlob(pattern)) {
      return [this.#places.get(pattern) ?? []].flat();
    }
    const parts = pattern.split("/").map((part) => nameMatcher(part));
    return [...this.#places]
      .filter(([to]) => {
        const names = to.split("/");
        return (
          names.length === parts.length && names.every((name, at) => parts[at]?.(name) ?? false)
        );
      })
      .toSorted(([a], [b]) => byteOrder(a, b))
      .map(([, from]) => from);
  }
}

/** What the files around nginx's own say of them. */
export interface Surveyed {
  readonly deployments: readonly Deployment[];
  /** Files from which a bare `envsubst` erases nginx's variables, with the place of the command. */
  readonly erased: ReadonlyMap<string, string>;
  /** Files that Terraform fills in. */
  readonly filledIn: ReadonlySet<string>;
  /** Files that hold what is mounted. */
  readonly mounted: readonly string[];
  /** What is left out because a limit is reached, one sentence each. */
  readonly limits: ReadonlySet<string>;
}

/** By the files that were asked for. */
const surveysOf: (files: Files) => Map<string, Surveyed> = rememberedOf(() => new Map());

/**
 * What Dockerfiles, compose files, the scripts beside them and Kubernetes' manifests say of where nginx's files land, and of what becomes of
 * them. What is still to be loaded is in `wanted`.
 *
 * @param near the files in question; those that are nearest to them are read
 */
export function survey(documents: Documents, near: readonly string[]): Surveyed {
  const { original } = documents;
  const surveys = surveysOf(original);
  const key = JSON.stringify(near);
  const before = surveys.get(key);
  if (before !== undefined) {
    before.limits.forEach(documents.bound);
    return before;
  }
  const limits = new Set<string>();
  const bound = (sentence: string): void => {
    limits.add(sentence);
    documents.bound(sentence);
  };
  const found = { ...read(documents, near, bound), limits };
  if (documents.wanted.size === 0) {
    surveys.set(key, found);
  }
  return found;
}

function read(
  documents: Documents,
  near: readonly string[],
  bound: Bound,
): Omit<Surveyed, "limits"> {
  const texts = textsNear(
    documents,
    near,
    builders,
    bound,
    (path) => dockerfile.test(path) || composeFile.test(path) || script.test(path),
  );
  const deployments = texts
    .filter(({ path, text }) => !script.test(path) && text.includes("nginx"))
    .flatMap(({ path, text }) =>
      (composeFile.test(path) ? composePlacements(text) : [dockerfilePlacements(text)])
        .map((placements) => placesOf(documents, placements, path, bound))
        .filter((places) => places.size > 0)
        .map((places) => new Deployment(places)),
    );
  const erased = new Map<string, string>();
  for (const { path, text } of texts) {
    for (const { input, line } of text.includes("envsubst") ? bareEnvsubst(text) : []) {
      for (const file of inputs(documents, deployments, folderOf(path), input)) {
        erased.set(file, `${path}, line ${line},`);
      }
    }
  }
  const mounts = mountsOf(documents, near, bound);
  return {
    deployments: [...deployments, ...mounts.deployments],
    erased,
    filledIn: filledIn(documents, near, bound),
    mounted: mounts.files,
  };
}

/** The nearest of the files that a test is true of. */
function textsNear(
  documents: Documents,
  near: readonly string[],
  limit: Limit,
  bound: Bound,
  isWanted: (path: string) => boolean,
): { readonly path: string; readonly text: string }[] {
  // The first of them tell well enough what is near: the way from each to each would take too long.
  const from = near.slice(0, nearFiles.most);
  const nearest = documents.files
    .list()
    .filter(isWanted)
    .map((path) => ({ path, distance: Math.min(...from.map((other) => distance(path, other))) }))
    .toSorted((a, b) => a.distance - b.distance || byteOrder(a.path, b.path));
  return within(nearest, limit, "The repository", bound).map(({ path }) => ({
    path,
    text: documents.text(path) ?? "",
  }));
}

/** Asked only where a file has what may be Terraform's and nginx's own alike: `${name}`. */
function filledIn(documents: Documents, near: readonly string[], bound: Bound): Set<string> {
  const found = new Set<string>();
  if (!documents.files.list().some((path) => terraform.test(path))) {
    return found;
  }
  const unclear = within(near, nearFiles, "The repository", bound).filter((path) =>
    /\$\{[a-z]|%\{/.test(documents.text(path) ?? ""),
  );
  if (unclear.length === 0) {
    return found;
  }
  const texts = textsNear(documents, unclear, terraformFiles, bound, (each) =>
    terraform.test(each),
  );
  for (const { path, text } of texts) {
    for (const template of terraformTemplates(text)) {
      const file = joinPath(folderOf(path), template.replace(/^\$\{path\.module\}\//, ""));
      if (file !== undefined && documents.has(file)) {
        found.add(file);
      } else {
        // A folder that is not known: each file of that name may be the one.
        for (const each of unclear.filter((one) => nameOf(one) === nameOf(template))) {
          found.add(each);
        }
      }
    }
  }
  return found;
}

/** Where the ConfigMaps of an application land: of those around the files in question that are manifests. */
function mountsOf(
  documents: Documents,
  near: readonly string[],
  bound: Bound,
): { readonly deployments: Deployment[]; readonly files: readonly string[] } {
  const manifests = manifestsAround(documents, near, bound).map((path) => ({
    path,
    ...manifestsIn(documents.text(path) ?? ""),
  }));
  const configMaps = manifests.flatMap((each) =>
    each.configMaps.map((configMap) => ({ path: each.path, ...configMap })),
  );
  const files = new Set<string>();
  const deployments = manifests.flatMap(({ path, containers }) =>
    containers.flatMap((mounts) => {
      const places = new Map<string, string>();
      for (const mount of mounts) {
        const configMap = nearest(
          configMaps.filter(({ name }) => name === mount.configMap),
          path,
        );
        for (const [to, from] of configMap === null ? [] : landed(mount, configMap)) {
          if (!/nginx|openresty/.test(to) || configMap === null) {
            continue;
          }
          const isFile = !from.startsWith("#");
          const file = isFile ? joinPath(folderOf(configMap.path), from) : configMap.path;
          if (file === undefined || !documents.has(file)) {
            continue;
          }
          places.set(to, isFile ? file : file + from);
          files.add(file);
        }
      }
      return places.size === 0 ? [] : [new Deployment(places)];
    }),
  );
  return { deployments, files: [...files] };
}

/**
 * The manifests in the folders of those that are given, above them, and beside these folders; around other files where a
 * kustomization may make a ConfigMap of them.
 */
function manifestsAround(
  documents: Documents,
  near: readonly string[],
  bound: Bound,
): readonly string[] {
  const folderSet = new Set<string>();
  const isKustomized = (folder: string): boolean =>
    [...documents.folder(folder).files].some((name) => kustomization.test(name));
  const concerned = near.filter(
    (path) =>
      containerOf(path) === "yaml" ||
      isKustomized(folderOf(path)) ||
      isKustomized(folderOf(folderOf(path))),
  );
  for (const path of within(concerned, nearFiles, "The repository", bound)) {
    const folder = folderOf(path);
    const above = folderOf(folder);
    const beside = [...documents.folder(above).folders]
      .toSorted(byteOrder)
      .map((name) => joinPath(above, name));
    for (const each of [folder, above, ...beside]) {
      folderSet.add(each ?? folder);
    }
  }
  const manifests = [...folderSet]
    .flatMap((folder) =>
      [...documents.folder(folder).files]
        .toSorted(byteOrder)
        .map((name) => (folder === "" ? name : `${folder}/${name}`)),
    )
    .filter((path) => containerOf(path) === "yaml" && !composeFile.test(path));
  return within(manifests, manifestFiles, "The repository", bound);
}

/** Of ConfigMaps with one name the one in the same file, else in the same folder, else the only one. */
function nearest<T extends { readonly path: string }>(named: readonly T[], path: string): T | null {
  const choices = [
    named.filter((each) => each.path === path),
    named.filter((each) => folderOf(each.path) === folderOf(path)),
    named,
  ];
  const [first, ...others] = choices.find((each) => each.length > 0) ?? [];
  return first === undefined || others.length > 0 ? null : first;
}

/** Path on the server → the key's file or source that lands there. */
function landed({ to, subPath, items }: Mount, { keys }: ConfigMap): [string, string][] {
  return [...keys].flatMap(([key, source]): [string, string][] => {
    const path = items === null ? key : items.get(key);
    return path === undefined || (subPath !== null && subPath !== path)
      ? []
      : [[subPath === null ? `${to}/${path}` : to, source]];
  });
}

/** The files of the repository that a path in a command means: by where they land, else the only one of that name. */
function inputs(
  documents: Documents,
  deployments: readonly Deployment[],
  folder: string,
  input: string,
): string[] {
  const deployed = deployments.flatMap((deployment) => deployment.find(input));
  const beside = input.startsWith("/") ? undefined : joinPath(folder, input);
  if (deployed.length > 0 || (beside !== undefined && documents.has(beside))) {
    return deployed.length > 0 ? deployed : [beside ?? ""];
  }
  const named = documents.files.list().filter((path) => nameOf(path) === nameOf(input));
  return named.length === 1 ? named : [];
}

/** How many folders apart two files are. */
function distance(one: string, other: string): number {
  const [a, b] = [one.split("/"), other.split("/")];
  let common = 0;
  while (common < Math.min(a.length, b.length) - 1 && a[common] === b[common]) {
    common++;
  }
  return a.length + b.length - 2 * common;
}

/** The folders that a build's context may be: the file's own, then those above; a compose file's own. */
function basesOf(path: string): string[] {
  const bases = [folderOf(path)];
  for (let above = bases[0] ?? ""; above !== "" && !composeFile.test(path);) {
    above = folderOf(above);
    bases.push(above);
  }
  return bases;
}

function placesOf(
  documents: Documents,
  placements: readonly Placement[],
  by: string,
  bound: Bound,
): Map<string, string> {
  const bases = basesOf(by);
  const places = new Map<string, string>();
  const add = (to: string, from: string): void => {
    if (places.size >= placesPerImage.most) {
      bound(`${by}: ${placesPerImage.says}`);
    } else {
      // The image's entry point fills in templates: /docker-entrypoint.d/20-envsubst-on-templates.sh.
      const [, name] = /^\/etc\/nginx\/templates\/(.+)\.template$/.exec(to) ?? [];
      places.set(name === undefined ? to : `/etc/nginx/conf.d/${name}`, from);
    }
  };
  for (const { from, to, intoFolder } of placements) {
    if (!/nginx|openresty/.test(to)) {
      continue;
    }
    if (from.startsWith("#")) {
      add(to, by + from);
      continue;
    }
    for (const base of bases) {
      const path = joinPath(base, from);
      if (path === undefined) {
        continue;
      }
      const files = isGlob(path)
        ? expandGlob(documents, path).files
        : documents.has(path)
          ? [path]
          : [];
      for (const file of files) {
        add(intoFolder || isGlob(path) || folders.test(to) ? `${to}/${nameOf(file)}` : to, file);
      }
      const isFolder = files.length === 0 && path !== "" && documents.hasFolder(path);
      if (isFolder) {
        for (const file of documents.files.list()) {
          if (file.startsWith(`${path}/`)) {
            add(`${to}${file.slice(path.length)}`, file);
          }
        }
      }
      if (files.length > 0 || isFolder) {
        break;
      }
    }
  }
  return places;
}
