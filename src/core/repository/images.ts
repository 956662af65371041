import { manifest, kustomization, composeFile, dockerfile } from "./file-kinds.ts";
import { type Bound, type Limit, within } from "../basics/limit.ts";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { groupBy } from "../basics/collections.ts";
import {
  hostFirst,
  httpOneOneByDefault,
  isSince,
  newestVersion,
  type NginxVersion,
  oldestVersion,
  proxyConnectionStripped,
} from "../nginx/versions.ts";
import type { Files } from "./document.ts";
import { leftAside } from "../sources/plain.ts";

/** Behaviour that handshakes depend on changed in these. */
const changes = [httpOneOneByDefault, proxyConnectionStripped, hostFirst];

/**
 * The versions to ask, oldest first, for a version as people write it: one where nothing that matters changed within it.
 * `1.29` may be any patch level, and the default HTTP version changed in 1.29.7. Null stands for any version.
 */
export function versionsInQuestion(text: string | null): readonly NginxVersion[] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? "");
  if (match === null) {
    return [oldestVersion, newestVersion];
  }
  const [, major, minor, patch] = match.map(Number);
  const at = (level: number): NginxVersion => [major ?? 0, minor ?? 0, level];
  if (match[3] !== undefined) {
    return [at(patch ?? 0)];
  }
  const [first, last] = [at(0), at(99)];
  const isOne = changes.every((since) => isSince(first, since) === isSince(last, since));
  return isOne ? [last] : [first, last];
}

/** Dockerfiles and compose files first. */
const imageFiles: Limit = {
  most: 60,
  says: "more than 60 files may name the image of nginx; those after them are not read for its version, which nginx-version in the policy says too",
};

/** In UTF-16 units; a longer kustomization is not written by people. */
const LONGEST = 200_000;

/** In the order in which they are read. */
const kinds: readonly (readonly [path: RegExp, imagesOf: (text: string) => string[]])[] = [
  [dockerfile, baseImages],
  [composeFile, composeImages],
  [kustomization, kustomizedImages],
  [manifest, podImages],
];

/** Whether {@link repositoryVersion} looks into a file of this name. */
export function decidesVersion(path: string): boolean {
  return kinds.some(([name]) => name.test(path)) && leftAside(path) === null;
}

/** An image of nginx that a Dockerfile, a compose file or a manifest of Kubernetes names. */
export interface NginxImage {
  /** The file's. */
  readonly path: string;
  readonly image: string;
  /** As its tag says; null where it does not (`latest`, a digest, OpenResty). */
  readonly version: string | null;
}

/**
 * The version of nginx that the repository's images have, as written in their tags; null where there is none, where they
 * do not agree, or where one of them does not say.
 *
 * @param want called for files that are listed and not loaded
 */
export function repositoryVersion(
  files: Files,
  want: (path: string) => void,
  bound: Bound = () => {},
): string | null {
  const [only, ...others] = new Set(nginxImages(files, want, bound).map(({ version }) => version));
  return others.length === 0 ? (only ?? null) : null;
}

/**
 * The images of nginx that the repository's Dockerfiles, compose files and manifests name.
 *
 * @param want called for files that are listed and not loaded
 */
export function nginxImages(
  files: Files,
  want: (path: string) => void,
  bound: Bound = () => {},
): NginxImage[] {
  const deciding = files.list().filter(decidesVersion);
  const byKind = groupBy(deciding, (path) => kinds.find(([name]) => name.test(path)));
  const found = kinds.flatMap((kind) =>
    (byKind.get(kind) ?? []).map((path) => ({ path, imagesOf: kind[1] })),
  );
  return within(found, imageFiles, "The repository", bound).flatMap(({ path, imagesOf }) => {
    const text = files.read(path);
    if (text === undefined) {
      want(path);
      return [];
    }
    return imagesOf(text).flatMap((image) => {
      const version = imageVersion(image);
      return version === undefined ? [] : [{ path, image, version }];
    });
  });
}

function baseImages(text: string): string[] {
  const defaults = new Map(
    Array.from(text.matchAll(/^[ \t]*ARG[ \t]+(\w+)=["']?([^\s"']*)/gim), (match) => [
      match[1] ?? "",
      match[2] ?? "",
    ]),
  );
  return Array.from(text.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)/gim), ([, image = ""]) =>
    image.replaceAll(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, (written, braced, other, bare) => {
      const value: unknown = defaults.get(braced ?? bare) ?? other;
      return typeof value === "string" ? value : written;
    }),
  );
}

function composeImages(text: string): string[] {
  return Array.from(text.matchAll(/^[ \t-]*image:[ \t]*["']?([^\s"'#]+)/gm), ([, image = ""]) =>
    image.replaceAll(/\$\{\w+:?-([^}]*)\}/g, "$1"),
  );
}

/** The images of the pods in a file's documents. */
function podImages(text: string): string[] {
  const kind =
    /^[ \t-]*kind:[ \t]*["']?(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Pod|Job|CronJob|List)\b/m;
  return text.split(/^---/m).flatMap((part) => (kind.test(part) ? composeImages(part) : []));
}

/** What a kustomization puts in the place of images that manifests name. */
function kustomizedImages(text: string): string[] {
  if (text.length > LONGEST) {
    return [];
  }
  const { contents } = parseDocument(text, { logLevel: "silent", uniqueKeys: false });
  const images = isMap(contents) ? contents.get("images") : null;
  return (isSeq(images) ? images.items : []).flatMap((item) => {
    const of = (key: string): string | null => {
      const node = isMap(item) ? item.get(key, true) : null;
      return isScalar(node) ? (node.source ?? String(node.value)) : null;
    };
    const [name, tag, digest] = [of("newName") ?? of("name"), of("newTag"), of("digest")];
    return name === null
      ? []
      : name + (tag === null ? "" : `:${tag}`) + (digest === null ? "" : `@${digest}`);
  });
}

/** Who publishes images of nginx whose tags are its versions. */
const publishers =
  /^(?:(?:docker\.io|registry\.hub\.docker\.com)\/)?(?:library\/|nginxinc\/|bitnami\/|(?:public\.ecr\.aws|quay\.io)\/(?:nginx|docker\/library|bitnami)\/)?$/;

/** Undefined for what is not nginx, null for nginx of a version that the name does not tell: a tag of one's own is none. */
function imageVersion(image: string): string | null | undefined {
  const match = /^((?:.*\/)?)([^/:@]+)(?::([^@]*))?(?:@.*)?$/.exec(image);
  const [, owner = "", name = "", tag = ""] = match ?? [];
  if (name === "openresty") {
    return null;
  }
  if (name !== "nginx" && name !== "nginx-unprivileged") {
    return undefined;
  }
  if (!publishers.test(owner)) {
    return null;
  }
  return /^(\d+\.\d+(?:\.\d+)?)(?:-|$)/.exec(tag)?.[1] ?? null;
}
