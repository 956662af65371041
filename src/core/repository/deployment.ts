import { terraformFile, startScript, composeFile, dockerfile } from "./file-kinds.ts";
import { nearFiles } from "./near-files.ts";
import { mountsOf } from "./mounts.ts";
import { placesOf } from "./image-files.ts";
import { Deployment } from "./deployed.ts";
import { rememberedOf } from "../basics/collections.ts";
import { type Bound, type Limit, within } from "../basics/limit.ts";
import {
  bareEnvsubst,
  composePlacements,
  dockerfilePlacements,
  terraformTemplates,
} from "./placements.ts";
import type { Documents } from "./documents.ts";
import { byteOrder, nameOf } from "./names.ts";
import { folderOf, joinPath } from "./links.ts";
import type { Files } from "./document.ts";

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
    (path) => dockerfile.test(path) || composeFile.test(path) || startScript.test(path),
  );
  const deployments = texts
    .filter(({ path, text }) => !startScript.test(path) && text.includes("nginx"))
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
  if (!documents.files.list().some((path) => terraformFile.test(path))) {
    return found;
  }
  const unclear = within(near, nearFiles, "The repository", bound).filter((path) =>
    /\$\{[a-z]|%\{/.test(documents.text(path) ?? ""),
  );
  if (unclear.length === 0) {
    return found;
  }
  const texts = textsNear(documents, unclear, terraformFiles, bound, (each) =>
    terraformFile.test(each),
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
