import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { oldestVersion } from "../../src/core/nginx/versions.ts";
import { Documents } from "../../src/core/repository/documents.ts";
import { type Config, type Level, type Use, enclosing } from "../../src/core/config/level.ts";
import { findPrograms } from "../../src/core/config/programs.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import type { Exchange, Verdict } from "../../src/core/request/exchange.ts";
import { type Value, isKnown, shown } from "../../src/core/request/value.ts";
import { proxyingLevels } from "../../src/core/request/pass.ts";
import { simulateAt } from "../../src/core/handshake/simulate.ts";
import { verdictOf } from "../../src/core/handshake/verdict.ts";
import { headerValues } from "../../src/core/request/answer.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";
import { dataFolder, hasData, readLines } from "./truth.ts";

/** What the labels themselves say is not in the data: nobody can tell what is sent without it. */
const elsewhere = /needs a map|include not in the corpus|headers come from a template variable/;

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
  /** Null where we read no proxying location in that line. */
  readonly verdict: Verdict | null;
  /** Why the verdict is unknown; empty where it is known. */
  readonly reasons: readonly string[];
  /** Whether all that it takes is in the data, as the labels have it. */
  readonly isInData: boolean;
  /** What is known otherwise than nginx sent it. */
  readonly differences: readonly string[];
}

/** Compares every measured location with the simulation. */
export function compareLocations(): ComparedLocation[] {
  return hasData ? readLines<MeasuredLocation>("locations.jsonl").map(compareLocation) : [];
}

/** Whether the simulation says if a strict server takes the handshake. */
export function isAnswered({ verdict }: ComparedLocation): boolean {
  return verdict !== null && verdict.strict !== "unknown";
}

function compareLocation(location: MeasuredLocation): ComparedLocation {
  const isInData = !elsewhere.test(location.note ?? "");
  const found = find(location);
  if (found === undefined) {
    const reasons = ["we read no proxying location there"];
    return { location, verdict: null, reasons, isInData, differences: [] };
  }
  const { config, level, pass, websocket } = found;
  const verdict = verdictOf(websocket);
  const { measured } = location;
  const differences: string[] = [];
  const compare = (what: string, ours: readonly Value[], theirs: string): void => {
    const text = ours.map(shown).join(" | ");
    if (ours.every(isKnown) && text !== theirs) {
      differences.push(`${what}: ${text}, nginx: ${theirs}`);
    }
  };
  const { upstream } = websocket;
  if (upstream !== null) {
    compare("version", [upstream.httpVersion], measured.upstream_version.replace("HTTP/", ""));
    if (upstream.hidden === null) {
      const sent = (name: string) => headerValues(upstream, name);
      compare("Upgrade", sent("upgrade"), measured.upstream_upgrade.join(" | "));
      compare("Connection", sent("connection"), measured.upstream_connection.join(" | "));
    }
  }
  const plain = simulateAt({
    config,
    level,
    pass,
    probe: "plain",
    version: oldestVersion,
  }).upstream;
  if (plain !== null && plain.hidden === null) {
    // The measurement's plain client says keep-alive, the probe says nothing.
    const theirs = measured.plain_request_connection.filter((value) => value !== "keep-alive");
    compare("Connection of a plain request", headerValues(plain, "connection"), theirs.join(" | "));
  }
  if (verdict.strict !== "unknown") {
    compare("strict", [verdict.strict], measured.status === "101" ? "works" : "breaks");
  }
  const reasons = verdict.strict === "unknown" ? reasonsOf(websocket) : [];
  return {
    location,
    verdict,
    reasons,
    isInData,
    differences: isWithoutShell(location) ? [] : differences,
  };
}

/** Whether nginx was measured with the backslashes of a heredoc, which the shell takes away before nginx sees them. */
function isWithoutShell({ measured }: MeasuredLocation): boolean {
  return [...measured.upstream_upgrade, ...measured.upstream_connection].some((value) =>
    value.startsWith("\\"),
  );
}

/** Why a verdict is unknown: what may be hidden, and the values that are. */
function reasonsOf({ upstream, steps }: Exchange): string[] {
  if (upstream === null) {
    return steps.slice(-1);
  }
  const values = ["upgrade", "connection"].flatMap((name) => headerValues(upstream, name));
  const unknown = [upstream.httpVersion, ...values].flatMap((value) =>
    isKnown(value) ? [] : [value.unknown],
  );
  return [...new Set([...(upstream.hidden === null ? [] : [upstream.hidden]), ...unknown])];
}

interface Found {
  readonly config: Config;
  readonly level: Level;
  readonly pass: Use;
  readonly websocket: Exchange;
}

/**
 * The location in the programs of its repository, preferably one at which a handshake ends, and in the rendering of it that
 * tells most: templates were measured without what their tags bring.
 */
function find(location: MeasuredLocation): Found | undefined {
  const programs = programsOf(location.file).map((program) =>
    [program, ...program.alternatives].flatMap((config) =>
      proxyingLevels(config)
        .filter(({ level }) => isAt(level, location))
        .map((at) => ({
          ...at,
          config,
          websocket: simulateAt({ config, ...at, probe: "websocket", version: oldestVersion }),
        })),
    ),
  );
  const ending = programs.map((found) => found.filter(isProxied)).find(({ length }) => length > 0);
  return (
    ending?.find(({ websocket }) => verdictOf(websocket).strict !== "unknown") ??
    ending?.[0] ??
    programs.flat()[0]
  );
}

function isProxied({ websocket }: Found): boolean {
  return websocket.outcome === "proxied";
}

function isAt(level: Level, { file, location_line: line }: MeasuredLocation): boolean {
  const [, , ...path] = file.split("/");
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const opener = enclosing(at, "location")?.opener ?? null;
    if (opener !== null && opener.document.path === path.join("/")) {
      if (opener.document.lines.lineAt(opener.directive.start) === line) {
        return true;
      }
    }
  }
  return false;
}

/** The programs that a file takes part in, of the repository that it is from. */
function programsOf(file: string): readonly Config[] {
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
  const { configs } = findPrograms(documents, { policy: defaultPolicy, paths: [path] });
  const alone = (["http", "server", "location"] as const).flatMap(
    (kind) => resolve(documents, path, { kind, prefixes: new Map() }) ?? [],
  );
  return [...configs, ...alone];
}
