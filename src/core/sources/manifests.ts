import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { plainTags, tagsIn } from "./tags.ts";
import { rootsOf, sourceName, withoutTags } from "./yaml.ts";

/** A ConfigMap, and which source each of its keys is. */
export interface ConfigMap {
  /** As it is written: of two that a template fills in, the tags are compared. */
  readonly name: string;
  /** Key → the name of its source in the file. */
  readonly keys: ReadonlyMap<string, string>;
}

/** A ConfigMap in the file system of a container. */
export interface Mount {
  readonly configMap: string;
  /** Where the volume is, or the one file of it that `subPath` names. */
  readonly to: string;
  readonly subPath: string | null;
  /** Key → path in the volume; null where each key is a file of its own name. */
  readonly items: ReadonlyMap<string, string> | null;
}

export interface Manifests {
  readonly configMaps: readonly ConfigMap[];
  /** The mounts of each container. */
  readonly containers: readonly (readonly Mount[])[];
}

/** Larger files (UTF-16 units) are not written by people. */
const LONGEST = 200_000;

/** The ConfigMaps of a file and what mounts some: Deployments, DaemonSets, StatefulSets, whatever has a pod's fields. */
export function manifestsIn(text: string): Manifests {
  const configMaps: ConfigMap[] = [];
  const containers: Mount[][] = [];
  if (text.length > LONGEST || !/\bConfigMap\b|\bconfigMap:/.test(text)) {
    return { configMaps, containers };
  }
  const written = (node: unknown): string => {
    const [start = 0, end = 0] = (isScalar(node) && node.range) || [];
    return text
      .slice(start, end)
      .replace(/^(["'])(.*)\1$/s, "$2")
      .replace(/\s+/g, " ");
  };
  const walk = (node: unknown, path: readonly (string | number)[]): void => {
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    }
    if (!isMap(node)) return;
    const [metadata, data] = [node.get("metadata"), node.get("data")];
    if (node.get("kind") === "ConfigMap" && isMap(metadata) && isMap(data)) {
      const keys = data.items.flatMap(({ key }) => (isScalar(key) ? String(key.value) : []));
      configMaps.push({
        name: written(metadata.get("name", true)),
        keys: new Map(keys.map((key) => [key, sourceName([...path, "data", key])])),
      });
      return;
    }
    const [own, volumes] = [node.get("containers"), node.get("volumes")];
    if (isSeq(own) && isSeq(volumes)) {
      containers.push(...own.items.map((each) => mountsOf(each, volumes.items, written)));
    }
    for (const { key, value } of node.items) {
      walk(value, [...path, isScalar(key) ? String(key.value) : "?"]);
    }
  };
  for (const [index, root] of rootsOf(withoutTags(text, tagsIn(text, plainTags))).entries()) {
    walk(root, [index]);
  }
  return { configMaps, containers };
}

type Written = (node: unknown) => string;

function mountsOf(container: unknown, volumes: readonly unknown[], written: Written): Mount[] {
  return itemsOf(container, "volumeMounts").flatMap((mount) => {
    const to = mount.get("mountPath");
    const subPath = mount.get("subPath");
    const name = written(mount.get("name", true));
    return typeof to !== "string" || !to.startsWith("/")
      ? []
      : volumes
          .flatMap((volume) =>
            isMap(volume) && written(volume.get("name", true)) === name
              ? [volume, ...itemsOf(volume.get("projected"), "sources")]
              : [],
          )
          .flatMap((volume) => {
            const source = volume.get("configMap");
            return isMap(source)
              ? {
                  configMap: written(source.get("name", true)),
                  to: to.replace(/\/+$/, ""),
                  subPath: typeof subPath === "string" ? subPath : null,
                  items: pathsOf(source),
                }
              : [];
          });
  });
}

function pathsOf(source: YAMLMap): Mount["items"] {
  return source.has("items")
    ? new Map(
        itemsOf(source, "items").map((item) => [String(item.get("key")), String(item.get("path"))]),
      )
    : null;
}

function itemsOf(node: unknown, key: string): YAMLMap[] {
  const items = isMap(node) ? node.get(key) : null;
  return isSeq(items) ? items.items.filter((item) => isMap(item)) : [];
}
