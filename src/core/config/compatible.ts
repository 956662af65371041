import type { Directive } from "../syntax/tree.ts";
import { directiveRows, rowIn } from "../nginx/directives.ts";
import { rememberedOf } from "../basics/collections.ts";
import { byteOrder } from "../repository/names.ts";
import type { Document } from "../repository/document.ts";

/** At most this many addresses and names of a server are compared with those of other files. */
const MOST_KEYS = 20;

/** Alternatives in a folder times files that would go with each of them. */
const MOST_SHARED = 2000;

/**
 * Parts the fragments of one folder into what nginx can load together. Two that claim the same name, such as `dev.conf`
 * and `prod.conf` with the same upstream, are alternatives; what has no server of its own, such as maps, goes with all.
 */
export function compatible(documents: readonly Document[]): Document[][] {
  const groups: ProgramGroup[] = [];
  const shared = documents.filter((document) => !hasServer(document));
  for (const document of documents.filter(hasServer)) {
    const claims = claimsOf(document);
    const group = groups.find((candidate) => !conflict(candidate.claims, claims));
    join(group ?? newGroup(groups), document, claims);
  }
  if (groups.length === 0 && shared.length > 0) {
    newGroup(groups);
  }
  if (groups.length * shared.length > MOST_SHARED) {
    return [shared, ...groups.map((group) => group.documents)];
  }
  for (const document of shared) {
    const claims = claimsOf(document);
    for (const group of groups.filter((candidate) => !conflict(candidate.claims, claims))) {
      join(group, document, claims);
    }
  }
  return groups.map((group) => group.documents.toSorted((a, b) => byteOrder(a.key, b.key)));
}

/** Files that can be loaded together, and what they claim. */
interface ProgramGroup {
  readonly documents: Document[];
  readonly claims: Map<string, string>;
}

function newGroup(groups: ProgramGroup[]): ProgramGroup {
  const group = { documents: [], claims: new Map<string, string>() };
  groups.push(group);
  return group;
}

function join(group: ProgramGroup, document: Document, claims: ReadonlyMap<string, string>): void {
  group.documents.push(document);
  for (const [key, value] of claims) {
    group.claims.set(key, value);
  }
}

function hasServer({ tree }: Document): boolean {
  return tree.directives.some(({ name, block }) => name.value === "server" && block !== null);
}

function conflict(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of right) {
    const other = left.get(key);
    if (other !== undefined && (other !== value || !key.startsWith("map "))) {
      return true;
    }
  }
  return false;
}

/** What may be there once in an `http` block; a map with its text, since two for one variable do no harm when they are equal. */
const claimsOf = rememberedOf(({ tree, text }: Document): ReadonlyMap<string, string> => {
  const claims = new Map<string, string>();
  for (const directive of tree.directives) {
    const { name, parameters, block, start, end } = directive;
    const values = parameters.map((parameter) => parameter.value);
    if (block === null) {
      const row = rowIn(directiveRows(name.value) ?? [], "http");
      if (row?.once === true) {
        claims.set(name.value, "");
      }
    } else if (name.value === "map" || name.value === "geo" || name.value === "split_clients") {
      const own = text.slice(start, end).replace(/\s+/g, " ");
      claims.set(`map ${values.at(-1)?.toLowerCase() ?? ""}`, own);
    } else if (name.value === "upstream") {
      claims.set(`upstream ${values[0]?.toLowerCase() ?? ""}`, "");
    } else if (name.value === "server") {
      for (const key of serverKeys(block.directives)) {
        claims.set(key, "");
      }
    }
  }
  return claims;
});

/** Each address with each name, of which nginx answers from the first server, and each address that it is the default of. */
function serverKeys(directives: readonly Directive[]): string[] {
  const values = (wanted: string): string[][] =>
    directives
      .filter(({ name, block }) => name.value === wanted && block === null)
      .slice(0, MOST_KEYS)
      .map(({ parameters }) => parameters.map(({ value }) => value.toLowerCase()));
  const listens = values("listen");
  const addresses = listens.length === 0 ? ["80"] : listens.map(([address = ""]) => address);
  const names = values("server_name").flat().slice(0, MOST_KEYS);
  const defaults = listens.filter((words) => words.includes("default_server"));
  return [
    ...addresses.flatMap((address) =>
      (names.length === 0 ? [""] : names).map((name) => `server ${address} ${name}`),
    ),
    ...defaults.map(([address = ""]) => `default server ${address}`),
  ];
}
