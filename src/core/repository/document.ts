import type { Origin } from "../nginx/shipped.ts";
import type { Source } from "../sources/source.ts";
import type { LineMap } from "../syntax/lines.ts";
import type { Span, SyntaxTree } from "../syntax/tree.ts";

/** The only door of core to the outside: a set of files with paths relative to the repository, `/` between folders. */
export interface Files {
  /** The text, or undefined where there is no such file or an adapter has not loaded it yet. */
  read(path: string): string | undefined;
  /** Every path there is, loaded or not. */
  list(): readonly string[];
  /** Whether it is a symbolic link: then `read` gives its target, as git stores it. Without this method nothing is one. */
  isLink?(path: string): boolean;
}

/** One file, or one of the configurations in it, parsed once however often it is included. */
export interface Document {
  readonly path: string;
  /** Whose it is. What is found in another's file is reported at the `include` that brings it, and never edited. */
  readonly origin: Origin;
  /** What tells it from all others: its path, for one of several in a file with more behind it. */
  readonly key: string;
  /** The file's, whatever part of it is configuration; spans are offsets into it. */
  readonly text: string;
  readonly tree: SyntaxTree;
  /** Whether a word may be one that nobody knows (syntax/opaque.ts): it holds a template's tag, or a quote without its end. */
  readonly hasTags: boolean;
  readonly lines: LineMap;
  /** Where its configuration comes from. */
  readonly source: Source;
  /** Why it is not judged although it is nginx configuration; null where it is. */
  readonly unreadable: string | null;
}

/** A span of one document. */
export interface Place {
  readonly document: Document;
  readonly span: Span;
}
