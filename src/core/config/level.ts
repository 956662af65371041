import type { Context } from "../nginx/directives.ts";
import type { Document, Place } from "../repository/document.ts";
import type { Directive } from "../syntax/tree.ts";

/**
 * One use of a directive: a file that is included twice gives two uses of each of its directives.
 * Uses are what the simulation reads; a directive's text is reached through `document` and `directive`.
 */
export interface Use {
  readonly document: Document;
  readonly directive: Directive;
  readonly name: string;
  /** The parameters' values, quotes and escapes resolved. */
  readonly parameters: readonly string[];
  /** The level in which it takes effect. */
  readonly level: Level;
  /** What its block opens; null for a simple directive. */
  readonly inner: Level | null;
  /** The `include` or the call of a template's macro that brought it, innermost; null where it stands in the root file itself. */
  readonly include: Use | null;
}

/** One use of a block, with the includes in it expanded: nginx's "level". */
export interface Level {
  readonly context: Context;
  /** Null for the file's top and for levels that a fragment only implies. */
  readonly opener: Use | null;
  readonly parent: Level | null;
  readonly uses: readonly Use[];
  /** Reasons why directives may stand here that nobody shows us, such as an include that is not in the repository. */
  readonly hidden: readonly string[];
}

/**
 * What keeps nginx from starting, in its own wording. nginx stops at the first; they are in the order in which it would
 * come to them. The line on which the span ends is the one that nginx names.
 */
export interface ConfigProblem extends Place {
  readonly code:
    /** A file that nginx, started with these files alone, would not find. It may be put there later. */
    | "missing-include"
    /** One that a change took away, or that is missing beside files that are included from the same folder. */
    | "lost-include"
    | "include-cycle"
    | "include-of-folder"
    | "misplaced-directive"
    | "duplicate-directive"
    | "invalid-arity"
    | "invalid-value"
    | "missing-block"
    /** `proxy_pass` with another scheme than http and https. */
    | "proxy-pass-scheme"
    /** `proxy_pass` with a URI part where nginx could not replace a path by it. */
    | "proxy-pass-uri"
    /** A port behind the name of an `upstream`. */
    | "upstream-port"
    | "empty-upstream"
    /** Two upstreams, locations, map entries or default servers of one name. */
    | "duplicate-name"
    /** A location that cannot be inside the outer one. */
    | "misplaced-location";
  readonly message: string;
  readonly use: Use;
  /** The other place, for a duplicate. */
  readonly earlier: Use | null;
}

/** One choice for each condition of a program's templates. */
export interface Rendering {
  /** Whether what stands at this offset is written. */
  has(document: Document, offset: number): boolean;
}

/** One program: what nginx would load when started with `root`, or a fragment in the context that it implies. */
export interface Config {
  readonly root: string;
  /**
   * `main` for a whole configuration; else the context that the fragment's top-level directives imply. The levels around
   * a fragment are not there: of a fragment in http or server we take them to set nothing (that is how packages and images
   * ship nginx.conf), of one in a location everything else is hidden.
   */
  readonly kind: "main" | "http" | "server" | "location";
  readonly main: Level;
  readonly documents: readonly Document[];
  readonly problems: readonly ConfigProblem[];
  /** Which of its templates' branches are taken; null where no template is in it. */
  readonly rendering: Rendering | null;
  /** The same program with other branches taken, without this one. */
  readonly alternatives: readonly Config[];
  /** Why a variable or header may be defined outside what we see; empty for a complete configuration. */
  readonly incomplete: readonly string[];
  /** Names, in lower case, of variables that it defined until a change took that away. */
  readonly lostVariables: ReadonlySet<string>;
}

/** The level itself or the nearest outer one of that context; null where there is none. */
export function enclosing(level: Level, context: Level["context"]): Level | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    if (at.context === context) {
      return at;
    }
  }
  return null;
}

/** The line of a directive, for people: 1-based. */
export function lineOf(use: Use): number {
  return use.document.lines.lineAt(use.directive.start);
}
