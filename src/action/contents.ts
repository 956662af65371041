import type { ChangedFile, Files } from "../core/index.ts";
import { GitHubFault } from "./faults.ts";
import type { BlobContent, GitHub, BlobSource } from "./github.ts";

/** What one run reads at most, so that it cannot use up the hour's 1,000 requests of a repository. */
const MOST_FILES = 5000;
const MOST_BYTES = 60_000_000;
const filesPerQuery = 100;
/** A query that has to read more than this runs into GitHub's time limit of 10 s. */
const bytesPerQuery = 4_000_000;

/** Texts of files at commits, each read once. */
export class Contents {
  readonly #github: GitHub;
  readonly #number: number | null;
  readonly #known = new Map<string, BlobContent | null>();
  #files = 0;
  #bytes = 0;

  /** With the number of a pull request, each reading also tells `github.state`. */
  constructor(github: GitHub, number: number | null) {
    this.#github = github;
    this.#number = number;
  }

  has(source: BlobSource): boolean {
    return this.#known.has(keyOf(source));
  }

  /** Undefined where it was not read, or there is nothing to read. */
  text(source: BlobSource): string | undefined {
    const content = this.#known.get(keyOf(source));
    return content && "text" in content ? content.text : undefined;
  }

  /** Why there is no text although there is a file; null where there is one, or nobody asked. */
  reason(source: BlobSource): string | null {
    const content = this.#known.get(keyOf(source));
    return content && "reason" in content ? content.reason : null;
  }

  /** Reads what is not known yet. `sizeOf` gives the size in bytes, as far as it is known. */
  async load(
    sources: readonly BlobSource[],
    sizeOf: (source: BlobSource) => number,
  ): Promise<void> {
    let batch: BlobSource[] = [];
    let bytes = 0;
    const flush = async () => {
      await this.#read(batch);
      batch = [];
      bytes = 0;
    };
    for (const source of new Map(sources.map((source) => [keyOf(source), source])).values()) {
      if (this.has(source)) {
        continue;
      }
      const size = sizeOf(source);
      if (this.#files >= MOST_FILES || this.#bytes + size > MOST_BYTES) {
        this.#known.set(keyOf(source), { reason: "the limit of what one run reads is reached" });
        continue;
      }
      if (batch.length === filesPerQuery || (batch.length > 0 && bytes + size > bytesPerQuery)) {
        await flush();
      }
      batch.push(source);
      bytes += size;
      this.#files += 1;
      this.#bytes += size;
    }
    await flush();
  }

  /** GitHub gives up on a query that takes too long: then its halves are asked for. */
  async #read(batch: readonly BlobSource[]): Promise<void> {
    if (batch.length === 0) {
      return;
    }
    try {
      const contents = await this.#github.contents(batch, this.#number);
      for (const [index, source] of batch.entries()) {
        this.#known.set(keyOf(source), contents[index] ?? null);
      }
    } catch (error) {
      const mayPass = error instanceof GitHubFault && error.kind === "unavailable";
      if (!mayPass || batch.length === 1) {
        throw error;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.#read(batch.slice(0, middle));
      await this.#read(batch.slice(middle));
    }
  }
}

/** The files of one commit, as far as they are loaded. */
export class CommitFiles implements Files {
  readonly #paths: ReadonlySet<string>;
  readonly #contents: Contents;
  readonly #locate: (path: string) => BlobSource;
  readonly isLink: (path: string) => boolean;

  /**
   * `locate` says where a file's text is read: the base shares with the head what the pull request leaves alone. The text
   * of a symbolic link is where it leads.
   */
  constructor(
    paths: Iterable<string>,
    contents: Contents,
    locate: (path: string) => BlobSource,
    isLink: (path: string) => boolean,
  ) {
    this.#paths = new Set(paths);
    this.#contents = contents;
    this.#locate = locate;
    this.isLink = isLink;
  }

  list(): readonly string[] {
    return [...this.#paths];
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  read(path: string): string | undefined {
    return this.has(path) ? this.#contents.text(this.#locate(path)) : undefined;
  }

  /** Why a file that was asked for has no text; null where it has one. */
  reason(path: string): string | null {
    return this.#contents.reason(this.#locate(path));
  }

  /** Where to read those of the paths that nobody has asked for yet. */
  missing(paths: readonly string[]): BlobSource[] {
    return paths
      .filter((path) => this.has(path))
      .map((path) => this.#locate(path))
      .filter((source) => !this.#contents.has(source));
  }
}

/** Where a changed file was in the base; null where it was not there. */
export function pathBefore(change: ChangedFile): string | null {
  return change.status === "added" ? null : (change.previousPath ?? change.path);
}

function keyOf({ sha, path }: BlobSource): string {
  return `${sha}:${path}`;
}
