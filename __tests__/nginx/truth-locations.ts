import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { oldestVersion } from "../../src/core/config/directives.ts";
import { Documents } from "../../src/core/config/documents.ts";
import type { Config, Level, Use } from "../../src/core/config/model.ts";
import { findPrograms } from "../../src/core/config/programs.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import type { UpstreamRequest, Verdict } from "../../src/core/handshake/model.ts";
import { proxyingLevels } from "../../src/core/handshake/pass.ts";
import { enclosing, simulateAt } from "../../src/core/handshake/simulate.ts";
import { isKnown, shown } from "../../src/core/handshake/variables.ts";
import { headerValues, verdictOf } from "../../src/core/handshake/verdict.ts";
import { defaultPolicy } from "../../src/core/policy/schema.ts";
import { dataFolder, hasData, readLines } from "./truth.ts";

/** Labels that say why the answer lies outside of the file. */
const outside = /needs a map|include not in the corpus/;

/** A location of a real repository, and what nginx 1.22.1 sent upstream for its header directives. */
export interface MeasuredLocation {
  readonly id: string;
  readonly file: string;
  readonly kind: string;
  readonly note: string | null;
  readonly location_line: number;
  readonly location_arg: string;
  readonly measured: {
    readonly status: string;
    readonly upstream_version: string;
    readonly upstream_upgrade: readonly string[];
    readonly upstream_connection: readonly string[];
    readonly plain_request_connection: readonly string[];
  };
}

export interface ComparedLocation {
  readonly location: MeasuredLocation;
  /** Null where no proxying location stands in that line. */
  readonly verdict: Verdict | null;
  /** Whether what is sent is said in the data: no include on the way there is missing. */
  readonly isDecided: boolean;
  /** Whether every value that is compared is known. */
  readonly hasAnswer: boolean;
  readonly differences: readonly string[];
}

/** Compares every measured location in plain configuration files with the simulation. */
export function compareLocations(): ComparedLocation[] {
  if (!hasData) return [];
  const rows = readLines<MeasuredLocation>("locations.jsonl");
  return rows.filter(({ kind }) => kind === "conf").flatMap((row) => compareLocation(row) ?? []);
}

/** Null for a template, which is not read. */
function compareLocation(location: MeasuredLocation): ComparedLocation | null {
  const configs = programsOf(location.file);
  if (configs === null) return null;
  for (const config of configs) {
    for (const { level, pass } of proxyingLevels(config)) {
      if (isAt(level, location)) return compared(location, config, level, pass);
    }
  }
  const differences = ["no proxying location here"];
  return { location, verdict: null, isDecided: true, hasAnswer: false, differences };
}

function compared(
  location: MeasuredLocation,
  config: Config,
  level: Level,
  pass: Use,
): ComparedLocation {
  const { measured } = location;
  const websocket = simulateAt(config, level, pass, "websocket", oldestVersion);
  const plain = simulateAt(config, level, pass, "plain", oldestVersion);
  const verdict = verdictOf(websocket);
  const differences: string[] = [];
  const differ = (what: string, ours: string, theirs: string): void => {
    if (ours !== theirs) differences.push(`${what}: ${ours}, nginx: ${theirs}`);
  };
  let hasAnswer = verdict.strict !== "unknown";
  if (websocket.upstream !== null) {
    const { upstream } = websocket;
    hasAnswer &&= isComplete(upstream);
    differ("version", `HTTP/${shown(upstream.httpVersion)}`, measured.upstream_version);
    differ("Upgrade", textOf(upstream, "upgrade"), measured.upstream_upgrade.join(" | "));
    differ("Connection", textOf(upstream, "connection"), measured.upstream_connection.join(" | "));
  }
  if (plain.upstream !== null) {
    // The measurement's plain client says keep-alive, the probe says nothing.
    const ours = textOf(plain.upstream, "connection");
    const theirs = measured.plain_request_connection.filter((value) => value !== "keep-alive");
    differ("Connection of a plain request", ours, theirs.join(" | "));
  }
  differ("strict", verdict.strict, measured.status === "101" ? "works" : "breaks");
  const isDecided = !outside.test(location.note ?? "") && !hasHidden(level);
  return { location, verdict, isDecided, hasAnswer, differences };
}

function hasHidden(level: Level): boolean {
  return level.hidden.length > 0 || (level.parent !== null && hasHidden(level.parent));
}

function isComplete(upstream: UpstreamRequest): boolean {
  const values = ["upgrade", "connection"].flatMap((name) => headerValues(upstream, name));
  return upstream.hidden === null && [...values, upstream.httpVersion].every(isKnown);
}

function textOf(upstream: UpstreamRequest, name: string): string {
  return headerValues(upstream, name).map(shown).join(" | ");
}

function isAt(level: Level, { file, location_line: line }: MeasuredLocation): boolean {
  const [, , ...path] = file.split("/");
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const opener = enclosing(at, "location")?.opener ?? null;
    if (opener !== null && opener.document.path === path.join("/")) {
      if (opener.document.lines.lineAt(opener.directive.start) === line) return true;
    }
  }
  return false;
}

/** The programs that a file takes part in, of the repository that it is from; null where it is a template. */
function programsOf(file: string): readonly Config[] | null {
  const [, repository = "", ...inside] = file.split("/");
  const path = inside.join("/");
  const folder = join(dataFolder, "corpus", repository);
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  // What was cut out of documents does not belong together.
  const paths = path.startsWith("_extracted/") ? [path] : found;
  const documents = new Documents({
    read: (each) => (paths.includes(each) ? readFileSync(join(folder, each), "utf8") : undefined),
    list: () => paths,
  });
  const document = documents.get(path);
  if (document !== undefined && documents.templateReason(document) !== null) return null;
  const { configs } = findPrograms(documents, { policy: defaultPolicy, paths: [path] });
  const alone = (["http", "server", "location"] as const).flatMap(
    (kind) => resolve(documents, path, { kind, prefixes: new Map() }) ?? [],
  );
  return [...configs, ...alone];
}
