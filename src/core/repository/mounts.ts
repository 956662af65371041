import { containerOf } from "../sources/sources.ts";
import { type ConfigMap, type Mount, manifestsIn } from "../sources/manifests.ts";
import { composeFile, kustomization } from "./file-kinds.ts";
import { byteOrder } from "./names.ts";
import { nearFiles } from "./near-files.ts";
import { within, type Bound, type Limit } from "../basics/limit.ts";
import { folderOf, joinPath } from "./links.ts";
import { Deployment } from "./deployed.ts";
import type { Documents } from "./documents.ts";

/** Each is parsed as YAML. */
const manifestFiles: Limit = {
  most: 60,
  says: "more than 60 manifests may mount nginx's files; only the first are read",
};

/** Where the ConfigMaps of an application land: of those around the files in question that are manifests. */
export function mountsOf(
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
