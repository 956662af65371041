import type { Word, Span, SyntaxTree } from "../syntax/tree.ts";
import type { Surroundings } from "../nginx/shipped.ts";

/**
 * nginx configuration as it stands in a file: a text of exactly the file's length in which everything else is blank, so
 * that an offset into it is one into the file.
 */
export interface Source {
  /** What the source tells from others of its file: empty where the file is nothing but configuration. */
  readonly name: string;
  /** Where it stands in the file. */
  readonly span: Span;
  /** What is parsed: stand-ins (syntax/opaque.ts) for tags that write something, blanks for all that is no configuration. */
  readonly masked: string;
  /** What is written in another language than nginx's, as nginx gets to see it; null where `masked` is parsed. */
  readonly tree: SyntaxTree | null;
  /** What an Ingress says to its controller. */
  readonly annotations: readonly Annotation[];
  readonly switches: readonly Switch[];
  /** What Jinja's macros write where they are called, by name: those that this file calls. */
  readonly macros: ReadonlyMap<string, Span>;
  /** False where offsets within a line are not the file's: there, no text is suggested. */
  readonly editable: boolean;
  /** How the file writes a `$` of nginx, where it stands alone for something else. */
  readonly dollar: "$" | "$$" | "\\$";
  /** True where nobody runs it as it stands, as in documentation: its findings are notices. */
  readonly isExample: boolean;
  /** What its place in the file says that it is; null where only its directives tell. */
  readonly role: "http" | "server" | "location" | null;
  /** The product around it, whose own configuration holds too; null for none. */
  readonly surroundings: Surroundings | null;
  /** What erases nginx's variables from it before nginx reads it; null where nothing is known to. */
  readonly erased: Erasure | null;
  /** Why it cannot be judged although it is nginx configuration; null where it can. */
  readonly unreadable: string | null;
}

/** A bare `envsubst`, with the file and line of the command, or a shell that replaces the variables of a heredoc. */
export type Erasure =
  | { readonly by: "envsubst"; readonly where: string }
  | { readonly by: "shell" };

/** A condition of a template. Those that ask the same have the same key and are decided the same. */
export interface Switch {
  readonly key: string;
  /** How many choices there are: one for each condition and the last for when none of them holds. */
  readonly choices: number;
  /** What is written by choice; a choice that is not there writes nothing. */
  readonly contents: ReadonlyMap<number, Span>;
}

/** An annotation of an Ingress that is meant for ingress-nginx. The span is from its key to the end of its value. */
export interface Annotation extends Span {
  /** Without the prefix; with it where it is the outdated one. */
  readonly name: string;
  readonly key: Span;
  readonly value: Word;
}
