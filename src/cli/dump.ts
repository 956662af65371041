import type { Files } from "../core/index.ts";
import { UsageError } from "./terminal.ts";

/** A whole configuration as `nginx -T` prints it: the files by their absolute paths without the first `/`. */
export interface Dump {
  readonly files: Files;
  /** The main file. */
  readonly root: string;
}

/** Takes what `nginx -T` prints apart. @throws UsageError where the text is no such dump. */
export function readDump(text: string): Dump {
  const parts = text.split(/^# configuration file (.+):\r?\n/m);
  const texts = new Map<string, string>();
  for (let at = 1; at < parts.length; at += 2) {
    const path = (parts[at] ?? "").replace(/^\/+/, "");
    // nginx adds a line feed after each file.
    if (!texts.has(path)) {
      texts.set(path, (parts[at + 1] ?? "").replace(/\n$/, ""));
    }
  }
  const [root] = texts.keys();
  if (root === undefined) {
    throw new UsageError(
      'standard input has no line "# configuration file …:": expected what nginx -T prints.',
    );
  }
  const paths = [...texts.keys()];
  return { root, files: { list: () => paths, read: (path) => texts.get(path) } };
}
