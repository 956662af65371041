import { emptyFolder, foldersOf, type Folder } from "./folders.ts";
import { nameOf } from "./names.ts";
import { within } from "../basics/limit.ts";
import { longestYaml, sourcesPerFile } from "../sources/limits.ts";
import picomatch from "picomatch";
import type { Policy } from "../policy/policy.ts";
import { erasedUpgrades, without } from "../sources/erased.ts";
import { plainSource } from "../sources/plain.ts";
import type { Source } from "../sources/source.ts";
import { containerOf, sourcesOf } from "../sources/sources.ts";
import { LineMap } from "../syntax/lines.ts";
import { standIn, withTags } from "../syntax/opaque.ts";
import { parse } from "../syntax/parse.ts";
import type { SyntaxTree } from "../syntax/tree.ts";
import { grammar } from "../nginx/directives.ts";
import { folderOf, followLinks } from "./links.ts";
import type { Document, Files } from "./document.ts";
import { originOf, shippedText } from "../nginx/shipped.ts";

/** What was there before a change took it away. */
export interface Gone {
  /** Paths of files. */
  readonly paths: ReadonlySet<string>;
  /** Variables, in lower case, that a program defined, by its root. */
  readonly variables: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What files were edited from. */
export interface Edited {
  readonly documents: Documents;
  /** The paths whose text is another. */
  readonly paths: ReadonlySet<string>;
}

const nothingGone: Gone = { paths: new Set(), variables: new Map() };

/** Reads and parses each file once. */
export class Documents {
  readonly files: Files;
  /** The files as they were given, before any edits. */
  readonly original: Files;
  /** Files that lose nginx's variables before nginx reads them, with what takes them. */
  erased: ReadonlyMap<string, string> = new Map();
  /** Files that Terraform fills in, whatever their names. */
  filledIn: ReadonlySet<string> = new Set();
  /** Paths that are listed but were not given. */
  readonly wanted = new Set<string>();
  /** Where an `include` of one file was looked for in vain. */
  readonly missed = new Set<string>();
  /** What is left out because a limit is reached, one sentence each. */
  readonly limits = new Set<string>();
  gone: Gone = nothingGone;
  /** What these files were edited from, and the paths whose text is another; null where they are as they were given. */
  readonly editedFrom: Edited | null;
  readonly #byKey = new Map<string, Document>();
  readonly #found = new Map<string, readonly Document[]>();
  readonly #listed: ReadonlySet<string>;
  #folders: Map<string, Folder> | null = null;

  constructor(files: Files, editedFrom: Edited | null = null) {
    this.files = files;
    this.original = editedFrom === null ? files : editedFrom.documents.original;
    this.editedFrom = editedFrom;
    this.#listed = new Set(files.list());
  }

  /** The same files with other texts for some; what is not changed is not parsed or resolved again. */
  edited(texts: ReadonlyMap<string, string>): Documents {
    const { files } = this;
    const copy = new Documents(
      {
        list: () => files.list(),
        read: (path) => texts.get(path) ?? files.read(path),
        isLink: (path) => files.isLink?.(path) === true,
      },
      { documents: this, paths: new Set(texts.keys()) },
    );
    copy.erased = this.erased;
    copy.filledIn = this.filledIn;
    copy.gone = this.gone;
    for (const sentence of this.limits) {
      copy.limits.add(sentence);
    }
    for (const path of this.missed) {
      copy.missed.add(path);
    }
    for (const [key, document] of this.#byKey) {
      if (!texts.has(document.path)) {
        copy.#byKey.set(key, document);
      }
    }
    for (const [path, documents] of this.#found) {
      if (!texts.has(path)) {
        copy.#found.set(path, documents);
      }
    }
    return copy;
  }

  /** The same files, of which it is known what a change took away. */
  withGone(gone: Gone): Documents {
    const copy = this.edited(new Map());
    copy.gone = gone;
    return copy;
  }

  /** Whether something says that a file which is not there is made later: git ignores it, or its template is there. */
  isMadeLater(path: string): boolean {
    const folder = folderOf(path);
    const template = `${nameOf(path)}.`;
    return (
      [...this.folder(folder).files].some((name) => name.startsWith(template)) ||
      ["", folder].some((at) => {
        const prefix = at === "" ? "" : `${at}/`;
        return isIgnored(this.text(`${prefix}.gitignore`) ?? "", path.slice(prefix.length));
      })
    );
  }

  /** Notes what is left out because a limit is reached. */
  readonly bound = (sentence: string): void => {
    this.limits.add(sentence);
  };

  /** Whether the path is in the repository, loaded or not. */
  has(path: string): boolean {
    return this.#listed.has(path);
  }

  /** The file's text, or undefined where there is none or it is still to be loaded (then it is in `wanted`). */
  text(path: string): string | undefined {
    const text = this.files.read(path);
    if (text === undefined && this.#listed.has(path)) {
      this.wanted.add(path);
    }
    return text;
  }

  /**
   * What of the file is nginx configuration by its name and text, without taking it for a part of any program: it is not
   * among `all`. Undefined as for `text`.
   */
  search(path: string, policy: Policy): readonly Document[] | undefined {
    const known = this.#found.get(path);
    if (known !== undefined) {
      return known;
    }
    const text = this.text(path);
    if (text === undefined) {
      return undefined;
    }
    if (this.files.isLink?.(path) === true) {
      return [];
    }
    let parsed = this.#byKey.get(path);
    const treeOf = (source: Source): SyntaxTree => {
      parsed ??= this.#parsed(path, text, source);
      return parsed.tree;
    };
    if (
      containerOf(path) === "yaml" &&
      text.length > longestYaml.most &&
      text.includes("proxy_pass")
    ) {
      this.bound(`${path}: ${longestYaml.says}`);
    }
    const documents = within(
      sourcesOf(path, text, policy, treeOf),
      sourcesPerFile,
      path,
      this.bound,
    ).map((source) =>
      source.name === "" && parsed !== undefined ? parsed : this.#parsed(path, text, source),
    );
    this.#found.set(path, documents);
    return documents;
  }

  /** Takes a document for a part of a program. */
  take(document: Document): void {
    if (!this.#byKey.has(document.key)) {
      this.#byKey.set(document.key, document);
    }
  }

  /**
   * The parsed file, or undefined as for `text`, and for a symbolic link that leads to no file of the repository.
   *
   * @param key a path, or the key of a document that was taken
   */
  get(key: string): Document | undefined {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const target = this.follow(key);
    if (target !== key) {
      return target === null ? undefined : this.get(target);
    }
    const text = this.text(key);
    return text === undefined ? undefined : this.#add(key, text);
  }

  /** The file of the repository that a path means, which may be a symbolic link; null for none, or where it is not known. */
  follow(path: string): string | null {
    if (this.files.isLink?.(path) !== true) {
      return path;
    }
    const read = (link: string): string | undefined => this.text(link);
    const isLink = (at: string): boolean => this.files.isLink?.(at) === true;
    const target = followLinks({ read, isLink }, path);
    return typeof target === "string" && this.#listed.has(target) ? target : null;
  }

  /** A file that comes with nginx, by its path relative to nginx.conf's folder, or by its absolute path. */
  shipped(name: string): Document | undefined {
    const text = shippedText(name);
    const path = name.startsWith("/") ? name : `/etc/nginx/${name}`;
    return text === undefined ? undefined : (this.#byKey.get(path) ?? this.#add(path, text));
  }

  /** Everything that was parsed, by key; the paths of shipped files are absolute. */
  all(): ReadonlyMap<string, Document> {
    return this.#byKey;
  }

  /** What stands directly in a folder; "" is the repository's root. */
  folder(path: string): Folder {
    this.#folders ??= foldersOf(this.#listed);
    return this.#folders.get(path) ?? emptyFolder;
  }

  hasFolder(path: string): boolean {
    const { files, folders } = this.folder(path);
    return files.size + folders.size > 0;
  }

  #parsed(path: string, text: string, found: Source): Document {
    const by = this.erased.get(path);
    const isPlain = found.name === "";
    const source = isPlain && this.filledIn.has(path) ? plainSource(path, text, true) : found;
    return parseDocument(path, text, by === undefined ? source : erasedSource(source, by));
  }

  #add(path: string, text: string): Document {
    const known = this.#found.get(path)?.find(({ key }) => key === path);
    const document = known ?? this.#parsed(path, text, plainSource(path, text));
    this.#byKey.set(path, document);
    return document;
  }
}

function erasedSource(source: Source, by: string): Source {
  const { masked } = source;
  const left = without(masked, erasedUpgrades(masked));
  return left === masked
    ? source
    : { ...source, masked: left, editable: false, erased: { by: "envsubst", where: by } };
}

function parseDocument(path: string, text: string, source: Source): Document {
  const tree = withTags(source.tree ?? parse(source.masked, grammar), text);
  const [problem] = tree.problems;
  return {
    path,
    origin: originOf(path),
    key: source.name === "" ? path : `${path}#${source.name}`,
    text,
    tree,
    hasTags: source.tree !== null || problem !== undefined || tree.text.includes(standIn),
    lines: new LineMap(text),
    source,
    unreadable:
      source.unreadable ??
      (problem === undefined || !isTemplate(source)
        ? null
        : `${source.isExample ? "it leaves something out, and the rest cannot be read" : "it is a template that cannot be read without its values"}: ${problem.message}`),
  };
}

function isTemplate({ masked, switches }: Source): boolean {
  return switches.length > 0 || masked.includes(standIn);
}

/** Whether one of the lines of a `.gitignore` names the path, which is relative to its folder, or a folder above. */
function isIgnored(text: string, path: string): boolean {
  return text.split("\n").some((line) => {
    const pattern = line.trim().replace(/\/$/, "");
    if (pattern === "" || /^[#!]/.test(pattern)) {
      return false;
    }
    const whole = pattern.includes("/") ? pattern.replace(/^\//, "") : `**/${pattern}`;
    return picomatch.isMatch(path, [whole, `${whole}/**`], { dot: true });
  });
}
