import type { Located } from "../check/locations.ts";
import { locationKey } from "../check/worked.ts";
import { isAboutHandshakes } from "../rules/catalogue.ts";
import type { Before } from "../check/run-request.ts";
import { handshakesBefore } from "./handshakes.ts";
import { severityRank } from "../policy/policy.ts";
import type { Entry } from "../check/entries.ts";
import { run, type Run } from "../check/run.ts";
import { hearingOf } from "../check/silence.ts";
import { definitions } from "../request/definitions.ts";
import type { ChangedFile } from "./changed-file.ts";
import type { Analysis } from "../check/analysis.ts";
import { AnalysedRun, runOf } from "../check/analyse.ts";

/**
 * The head's analysis with only that marked as new which the base lacks: a fingerprint that the base does not have, or
 * has for fewer locations or less severely. A file or server under another name keeps its findings. A comment that
 * silences, or says that a location serves no WebSockets, does not count where the base lacks it, and one of the base
 * that says that it serves them counts where the head lacks it, unless the policy says so.
 *
 * @param changes what differs between the two sides
 */
export function compare(head: Analysis, base: Analysis, changes: readonly ChangedFile[]): Analysis {
  const renamed = new Map(
    changes.flatMap(({ path, previousPath }) =>
      previousPath === null ? [] : [[previousPath, path] as const],
    ),
  );
  const present = heard(withGone(runOf(head), runOf(base), changes), runOf(base), renamed);
  const of = withBefore(present, handshakesBefore(runOf(base), present, changes));
  const { entries, located } = runOf(base);
  const then: Renames = { paths: renamed, servers: renamedServers(of.located, located, renamed) };
  const before = new Map(entries.map((entry) => [identityOf(entry, then), weightOf(entry, then)]));
  return new AnalysedRun(of, (entry) => {
    if (breaksWhatWorked(entry, of)) {
      return true;
    }
    const known = before.get(identityOf(entry, now));
    if (known === undefined) {
      return true;
    }
    const weight = weightOf(entry, now);
    const { severity, locations } = known;
    return weight.severity > severity || [...weight.locations].some((each) => !locations.has(each));
  });
}

/** The head's run where it is known which handshakes worked before. */
function withBefore(head: Run, before: Before): Run {
  return before.worked.size + before.lost.length === 0 ? head : run({ ...head.request, before });
}

/** Whether a fault, old or not, is why a handshake fails that worked before. */
function breaksWhatWorked({ rule, locations }: Entry, { request }: Run): boolean {
  const worked = request.before?.worked;
  return (
    worked !== undefined &&
    isAboutHandshakes(rule) &&
    locations.some(({ name }) => worked.has(locationKey(name)))
  );
}

/** The head's run where the change took away what is still asked for: nobody will put that there later. */
function withGone(head: Run, base: Run, changes: readonly ChangedFile[]): Run {
  const paths = gonePaths(head, base, changes);
  const variables = goneVariables(head, base);
  return paths.size + variables.size === 0
    ? head
    : run({ ...head.request, documents: head.request.documents.withGone({ paths, variables }) });
}

/** Files that are still included. */
function gonePaths(head: Run, base: Run, changes: readonly ChangedFile[]): ReadonlySet<string> {
  const { documents } = head.request;
  const taken = new Set(
    changes.flatMap(({ path, previousPath, status }) =>
      status === "removed" ? path : status === "renamed" ? (previousPath ?? []) : [],
    ),
  );
  // A link that stands there now leads to what nobody follows.
  const stay = changes.filter(({ status }) => status !== "removed").map(({ path }) => path);
  return new Set(
    [...documents.missed].filter(
      (path) =>
        taken.has(path) &&
        base.request.documents.has(path) &&
        !stay.some((other) => path === other || path.startsWith(`${other}/`)),
    ),
  );
}

/**
 * Variables that each program of the base defines and that of the head does not, where no part of the head's is hidden
 * that the base showed.
 */
function goneVariables(head: Run, base: Run): ReadonlyMap<string, ReadonlySet<string>> {
  const before = new Map(base.configs.map((config) => [config.root, config]));
  return new Map(
    head.configs.flatMap((config) => {
      const known = before.get(config.root);
      const isComparable =
        known !== undefined &&
        config.incomplete.length > 0 &&
        config.incomplete.every((why) => known.incomplete.includes(why));
      if (!isComparable) {
        return [];
      }
      const renderings = [config, ...config.alternatives].map((each) => definitions(each));
      const lost = [...definitions(known).keys()].filter((name) =>
        renderings.every((defined) => !defined.has(name)),
      );
      return lost.length === 0 ? [] : [[config.root, new Set(lost)] as const];
    }),
  );
}

/** The head's run without what the change does to comments and does not count yet. */
function heard(head: Run, base: Run, renamed: Renames["paths"]): Run {
  const { documents, policy } = head.request;
  if (policy.silences === "head") {
    return head;
  }
  const hearing = hearingOf(documents, base.request.documents, renamed);
  return hearing === null ? head : run({ ...head.request, hearing });
}

/** What the base has under another name than the head. */
interface Renames {
  readonly paths: ReadonlyMap<string, string>;
  /** By the file's new path: the new names of servers whose locations stand in it, by their old ones. */
  readonly servers: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const now: Renames = { paths: new Map(), servers: new Map() };

/** A server under another name keeps its findings too: names that a file has lost are paired with those it has got. */
function renamedServers(
  head: readonly Located[],
  base: readonly Located[],
  renamed: Renames["paths"],
): Renames["servers"] {
  const [after, before] = [serversOf(head, now.paths), serversOf(base, renamed)];
  const servers = new Map<string, ReadonlyMap<string, string>>();
  for (const [path, names] of after) {
    const known = before.get(path) ?? new Set<string>();
    const lost = [...known].filter((name) => !names.has(name));
    const got = [...names].filter((name) => !known.has(name));
    if (lost.length > 0 && lost.length === got.length) {
      servers.set(path, new Map(lost.map((name, index) => [name, got[index] ?? name])));
    }
  }
  return servers;
}

/** The names of the servers that each file's locations belong to, in the order of the text. */
function serversOf(
  located: readonly Located[],
  renamed: Renames["paths"],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name } of located) {
    if (name.server === null) {
      continue;
    }
    const { path } = name.place.document;
    const current = renamed.get(path) ?? path;
    const names = found.get(current) ?? new Set();
    found.set(current, names.add(name.server));
  }
  return found;
}

function identityOf({ identity }: Entry, { paths, servers }: Renames): string {
  const path = paths.get(identity.path) ?? identity.path;
  const names = servers.get(path);
  const blockPath =
    names === undefined
      ? identity.blockPath
      : identity.blockPath.replace(
          /\bserver\[([^\]]*)\]/,
          (_, name: string) => `server[${names.get(name) ?? name}]`,
        );
  return JSON.stringify({ ...identity, path, blockPath });
}

function weightOf(
  { severity, locations }: Entry,
  { paths, servers }: Renames,
): { severity: number; locations: ReadonlySet<string> } {
  const keys = locations.map(({ name }) => {
    const path = paths.get(name.place.document.path) ?? name.place.document.path;
    const server =
      name.server === null ? null : (servers.get(path)?.get(name.server) ?? name.server);
    return JSON.stringify([path, server, name.name]);
  });
  return { severity: severityRank[severity], locations: new Set(keys) };
}
