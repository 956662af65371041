import { byteOrder } from "./names.ts";
import { nameMatcher, isGlob } from "./glob.ts";

/** Which documents of the repository one server has, and where. */
export class Deployment {
  /** Path on the server → the document's key. */
  readonly #places: ReadonlyMap<string, string>;

  constructor(places: ReadonlyMap<string, string>) {
    this.#places = places;
  }

  /** Where a document of the repository is on the server; null where it is not there. */
  placeOf(key: string): string | null {
    for (const [to, from] of this.#places) {
      if (from === key) {
        return to;
      }
    }
    return null;
  }

  /** The keys of the documents that a path or pattern on the server means, in the order of the server's paths. */
  find(pattern: string): string[] {
    if (!isGlob(pattern)) {
      return [this.#places.get(pattern) ?? []].flat();
    }
    const parts = pattern.split("/").map((part) => nameMatcher(part));
    return [...this.#places]
      .filter(([to]) => {
        const names = to.split("/");
        return (
          names.length === parts.length && names.every((name, at) => parts[at]?.(name) ?? false)
        );
      })
      .toSorted(([a], [b]) => byteOrder(a, b))
      .map(([, from]) => from);
  }
}
