import { tagIn, isOpaque } from "../syntax/opaque.ts";
import { joinPath, folderOf } from "../repository/links.ts";
import { expandGlob, nameMatcher, isGlob } from "../repository/glob.ts";
import type { Documents } from "../repository/documents.ts";
import { byteOrder, nameOf } from "../repository/names.ts";
import type { Document } from "../repository/document.ts";
import type { Deployment } from "../repository/deployed.ts";
import type { Config } from "./level.ts";

export interface ResolveOptions {
  readonly kind: Config["kind"];
  /** Absolute folder on the server → folder in the repository, from the policy. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Where files of the repository are on the server, as far as a Dockerfile or a compose file says. */
  readonly deployment?: Deployment;
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

/** Finds what includes of one program bring. */
export class IncludeFinder {
  readonly #documents: Documents;
  readonly #root: Document;
  readonly #options: ResolveOptions;
  /** The folder that relative paths start from; of a fragment all that may be it, the nearest first. */
  readonly #folders: readonly string[];
  /** What each pattern stands for: one snippet may be included at thousands of places. */
  readonly #included = new Map<string, Included>();
  /** Where the files are that includes of one file found. */
  readonly #foldersOfIncludes = new Set<string>();
  /** Relative includes of which the repository holds nothing. */
  readonly #missedIncludes = new Set<string>();

  constructor(documents: Documents, root: Document, options: ResolveOptions) {
    this.#documents = documents;
    this.#root = root;
    this.#options = options;
    const folder = folderOf(root.path);
    this.#folders = options.kind === "main" ? [folder] : [folder, ...foldersAbove(folder)];
  }

  /**
   * Whether the repository ought to hold a file that it lacks: it did before the change, or it holds all others that are
   * included, some of them from the same folder, and nothing says that this one is made later.
   */
  isLost(pattern: string): boolean {
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

  /** What an include of this pattern brings. */
  find(pattern: string): Included {
    const known = this.#included.get(pattern);
    if (known !== undefined) {
      return known;
    }
    const found = this.#search(pattern);
    this.#included.set(pattern, found);
    if (found.missing.length > 0 && !pattern.startsWith("/")) {
      this.#missedIncludes.add(pattern);
    }
    if (!isGlob(pattern)) {
      for (const { path } of found.documents) {
        this.#foldersOfIncludes.add(folderOf(path));
      }
    }
    return found;
  }

  #search(pattern: string): Included {
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
   * Where in the repository a path of the server may be, best first. Nothing outside of the repository is ever meant. nginx
   * takes a relative path from the main file's folder, whichever file includes it; of a fragment, any folder around it may
   * be that one.
   */
  #candidates(pattern: string): string[] {
    const ways = pattern.startsWith("/")
      ? [...this.#byPolicy(pattern), ...this.#byUsualPrefix(pattern)]
      : this.#folders.map((folder) => joinPath(folder, pattern));
    return [...new Set(ways)].flatMap((path) => (path === undefined || path === "" ? [] : path));
  }

  /** Where the policy says that a folder of the server is. */
  #byPolicy(path: string): (string | undefined)[] {
    return [...this.#options.prefixes].flatMap(([prefix, target]) => {
      const rest = below(path, prefix);
      return rest === undefined ? [] : joinPath(target, rest);
    });
  }

  /** Below a folder that stands for nginx's own, or for the server's root: `rootfs/etc/nginx/nginx.conf`. */
  #byUsualPrefix(path: string): (string | undefined)[] {
    return usualPrefixes.flatMap((prefix) => {
      const rest = below(path, prefix);
      return this.#folders.flatMap((folder) => [
        ...(rest === undefined ? [] : [joinPath(folder, rest)]),
        ...(`/${folder}`.endsWith(prefix) ? [joinPath(folder.slice(0, -prefix.length), path)] : []),
      ]);
    });
  }
}

function foldersAbove(folder: string): string[] {
  const above: string[] = [];
  for (let at = folder; at !== "";) {
    at = folderOf(at);
    above.push(at);
  }
  return above;
}

function isMain({ tree }: Document): boolean {
  return tree.directives.some(({ name }) => name.value === "http" || name.value === "events");
}

export function fromTag(value: string): string {
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
