import { Documents } from "../../src/core/repository/documents.ts";
import type { Document } from "../../src/core/repository/document.ts";
import type { Directive } from "../../src/core/syntax/tree.ts";
import { policyOf } from "../config/repository.ts";

/** The configurations in a file, as the analysis would read them. */
export function read(path: string, text: string): readonly Document[] {
  const documents = new Documents({ list: () => [path], read: () => text });
  return documents.search(path, policyOf("markdown: true\n")) ?? [];
}

/** Each directive with its line, its words as the file has them, indented as it is nested. */
export function outline({ tree, text, lines }: Document): string[] {
  const show = (directives: readonly Directive[], depth: number): string[] =>
    directives.flatMap(({ start, name, parameters, block }) => {
      const words = [name, ...parameters].map((word) => text.slice(word.start, word.end));
      const own = `${"  ".repeat(depth)}${lines.lineAt(start)}: ${words.join(" ")}`;
      return [own, ...show(block?.directives ?? [], depth + 1)];
    });
  return show(tree.directives, 0);
}

/** The values of every word, with what marks tags made visible. */
export function values({ tree }: Document): string[] {
  const all = (directives: readonly Directive[]): string[] =>
    directives.flatMap(({ name, parameters, block }) => [
      ...[name, ...parameters].map(({ value }) => value),
      ...all(block?.directives ?? []),
    ]);
  return all(tree.directives).map((value) =>
    value.replaceAll("\uE000", "⟨").replaceAll("\uE001", "⟩"),
  );
}
