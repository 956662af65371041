import { LineMap } from "../syntax/lines.ts";
import { parse } from "../syntax/parse.ts";
import { grammar } from "./directives.ts";
import type { Document, Files } from "./model.ts";

/**
 * Files that every distribution ships beside nginx.conf, as far as they concern proxying. Debian's `proxy_params` sets
 * four request headers; the others set none.
 */
const shippedFiles: Readonly<Record<string, string>> = {
  proxy_params: [
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "",
  ].join("\n"),
  "mime.types": "",
  fastcgi_params: "",
  "fastcgi.conf": "",
  uwsgi_params: "",
  scgi_params: "",
};

/** Reads and parses each file once. */
export class Documents {
  readonly files: Files;
  /** Paths that are listed but were not given. */
  readonly wanted = new Set<string>();
  private readonly byPath = new Map<string, Document>();
  private readonly listed: ReadonlySet<string>;
  private folders: Map<string, string[]> | null = null;

  constructor(files: Files) {
    this.files = files;
    this.listed = new Set(files.list());
  }

  /** The same files with other texts for some; what is not changed is not parsed again. */
  edited(texts: ReadonlyMap<string, string>): Documents {
    const { files } = this;
    const copy = new Documents({
      list: () => files.list(),
      read: (path) => texts.get(path) ?? files.read(path),
    });
    for (const [path, document] of this.byPath) {
      if (!texts.has(path)) {
        copy.byPath.set(path, document);
      }
    }
    return copy;
  }

  /** Whether the path is in the repository, loaded or not. */
  has(path: string): boolean {
    return this.listed.has(path);
  }

  /** The file's text, or undefined where there is none or it is still to be loaded (then it is in `wanted`). */
  text(path: string): string | undefined {
    const text = this.files.read(path);
    if (text === undefined && this.listed.has(path)) {
      this.wanted.add(path);
    }
    return text;
  }

  /** The parsed file, or undefined as for `text`. */
  get(path: string): Document | undefined {
    const known = this.byPath.get(path);
    if (known !== undefined) {
      return known;
    }
    const text = this.text(path);
    return text === undefined ? undefined : this.add(path, text);
  }

  /** A file that a distribution ships and that the repository does not hold. */
  shipped(name: string): Document | undefined {
    const text = Object.hasOwn(shippedFiles, name) ? shippedFiles[name] : undefined;
    const path = `/etc/nginx/${name}`;
    return text === undefined ? undefined : (this.byPath.get(path) ?? this.add(path, text));
  }

  all(): ReadonlyMap<string, Document> {
    return this.byPath;
  }

  /** The paths directly in a folder ("" is the repository's root), in byte order. */
  inFolder(folder: string): readonly string[] {
    if (this.folders === null) {
      this.folders = new Map();
      for (const path of this.listed) {
        const name = folderOf(path);
        const paths = this.folders.get(name);
        if (paths === undefined) {
          this.folders.set(name, [path]);
        } else {
          paths.push(path);
        }
      }
      for (const paths of this.folders.values()) {
        paths.sort(byteOrder);
      }
    }
    return this.folders.get(folder) ?? [];
  }

  hasFolder(folder: string): boolean {
    return this.inFolder(folder).length > 0;
  }

  private add(path: string, text: string): Document {
    const document = { path, text, tree: parse(text, grammar), lines: new LineMap(text) };
    this.byPath.set(path, document);
    return document;
  }
}

/** The folder of a path, "" for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** As glob(3) sorts in the C locale: by bytes, which for valid UTF-16 is by code points. */
export function byteOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Joins and resolves `.` and `..`; undefined where the path leaves the repository. */
export function joinPath(folder: string, path: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) {
        return undefined;
      }
    } else if (part !== "" && part !== ".") {
      parts.push(part);
    }
  }
  return parts.join("/");
}
