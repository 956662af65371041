import type { Analysis, Group, LocationReport, ProvenFix } from "../../src/core/analysis.ts";
import { Documents } from "../../src/core/config/documents.ts";
import type { Config, Document, Level, Place, Use } from "../../src/core/config/model.ts";
import type { TextEdit } from "../../src/core/fix/edit.ts";
import type { Exchange, ProbeName, Verdict } from "../../src/core/handshake/model.ts";
import type { ChangedFile } from "../../src/core/review/review.ts";
import type { Finding } from "../../src/core/rules/finding.ts";
import type { Directive } from "../../src/core/syntax/tree.ts";

/** A place by its text: the first `text` of the file. */
export type At = readonly [path: string, text: string];

/** An edit by texts: `find` becomes `replace`, once. */
export type Edit = readonly [path: string, find: string, replace: string];

export interface FindingSketch extends Partial<
  Omit<Finding, "place" | "related" | "location" | "fix">
> {
  readonly at: At;
  readonly related?: readonly (readonly [...At, note: string])[];
  /** The text of the location's block. */
  readonly location?: At;
}

export interface GroupSketch {
  readonly findings: readonly FindingSketch[];
  readonly place?: At;
  /** Candidates, best first: the first whose edits are writable is the fix. */
  readonly fixes?: readonly (readonly Edit[])[];
  readonly safety?: "safe" | "unsafe";
  readonly now?: readonly string[];
  readonly after?: readonly string[];
}

export interface WorldSketch {
  readonly files: Readonly<Record<string, string>>;
  readonly groups?: readonly GroupSketch[];
  readonly provesTogether?: (edits: readonly TextEdit[]) => boolean;
  readonly verdict?: Verdict;
}

export interface World {
  readonly analysis: Analysis;
  readonly documents: ReadonlyMap<string, Document>;
}

/** An analysis without an engine behind it: the findings and fixes are those of the sketch. */
export function worldOf(sketch: WorldSketch): World {
  const documents = documentsOf(sketch.files);
  const groups = (sketch.groups ?? []).map((group, index) => groupOf(documents, group, index));
  const findings = groups.flatMap((group) => group.findings);
  const names = [...new Set(findings.flatMap(({ location }) => location ?? []))];
  const analysis: Analysis = {
    nginxVersion: "1.22.1",
    files: [...documents.keys()].map((path) => ({ path, analysed: true })),
    documents,
    configs: [],
    findings,
    groups,
    locations: names.map((name) => reportOf(name, sketch.verdict)),
    wanted: [],
    pendingSilences: [],
    proveTogether: sketch.provesTogether ?? (() => true),
  };
  return { analysis, documents };
}

export function documentsOf(
  files: Readonly<Record<string, string>>,
): ReadonlyMap<string, Document> {
  const documents = new Documents({ list: () => Object.keys(files), read: (path) => files[path] });
  for (const path of Object.keys(files)) documents.get(path);
  return documents.all();
}

export function documentOf(text: string, path = "a.conf"): Document {
  return get(documentsOf({ [path]: text }), path);
}

export function get(documents: ReadonlyMap<string, Document>, path: string): Document {
  const document = documents.get(path);
  if (!document) throw new Error(`no file ${path}`);
  return document;
}

/** The edits that turn each `find` into its `replace`. */
export function editsOf(
  documents: ReadonlyMap<string, Document>,
  edits: readonly Edit[],
): TextEdit[] {
  return edits.map(([path, find, replace]) => {
    const { document, span } = placeOf(documents, [path, find]);
    return { document, start: span.start, end: span.end, text: replace };
  });
}

export function placeOf(documents: ReadonlyMap<string, Document>, [path, text]: At): Place {
  const document = get(documents, path);
  const start = document.text.indexOf(text);
  if (start === -1) throw new Error(`no ${JSON.stringify(text)} in ${path}`);
  return { document, span: { start, end: start + text.length } };
}

/** A file of the pull request with these hunks; each is a first line and the signed lines. */
export function changed(
  path: string,
  ...hunks: readonly (readonly [start: number, ...lines: string[]])[]
): ChangedFile {
  const patch = hunks.map(([start, ...lines]) => {
    const old = lines.filter((line) => !line.startsWith("+")).length;
    const now = lines.filter((line) => !line.startsWith("-")).length;
    return [`@@ -${start},${old} +${start},${now} @@`, ...lines].join("\n");
  });
  return { path, previousPath: null, status: "modified", patch: patch.join("\n") };
}

/** A file that the pull request adds. */
export function added(path: string, text: string): ChangedFile {
  const lines = text.replace(/\n$/, "").split("\n");
  const patch = [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join("\n");
  return { path, previousPath: null, status: "added", patch };
}

function groupOf(
  documents: ReadonlyMap<string, Document>,
  sketch: GroupSketch,
  index: number,
): Group {
  const id = `group-${index}`;
  const findings = sketch.findings.map((finding, number): Finding => {
    const { at, related = [], location, ...given } = finding;
    return {
      rule: "upgrade-header",
      severity: "error",
      message: "The upstream gets no Upgrade header.",
      group: id,
      fixedBy: null,
      fix: null,
      fingerprint: `${index}`.padStart(8, "a") + `${number}`.padStart(8, "0"),
      isNew: true,
      evidence: [],
      commentable: true,
      ...given,
      place: placeOf(documents, at),
      related: related.map(([path, text, note]) => ({
        place: placeOf(documents, [path, text]),
        note,
      })),
      location: location
        ? {
            place: placeOf(documents, location),
            name: /location (.*?) \{/.exec(location[1])?.[1] ?? "/",
            server: "api.example.com",
            includedFrom: [],
          }
        : null,
    };
  });
  const [first] = sketch.findings;
  if (!first) throw new Error("a group without findings");
  return {
    id,
    findings,
    place: placeOf(documents, sketch.place ?? first.at),
    fix(writable): ProvenFix | null {
      for (const candidate of sketch.fixes ?? []) {
        const edits = editsOf(documents, candidate);
        if (
          edits.every(({ document, start, end }) => writable({ document, span: { start, end } }))
        ) {
          return {
            title: "Forward the upgrade headers",
            safety: sketch.safety ?? "safe",
            edits,
            now: sketch.now ?? [],
            after: sketch.after ?? [],
          };
        }
      }
      return null;
    },
  };
}

function reportOf(
  name: NonNullable<Finding["location"]>,
  verdict: Verdict = { strict: "breaks", lenient: "breaks", reasons: [] },
): LocationReport {
  const { document } = name.place;
  const level: Level = { context: "location", opener: null, parent: null, uses: [], hidden: [] };
  const proxyPass: Use = {
    document,
    directive: directiveIn(document, "proxy_pass"),
    name: "proxy_pass",
    parameters: ["http://backend"],
    level,
    inner: null,
    include: null,
  };
  const config: Config = {
    root: document.path,
    kind: "server",
    main: level,
    documents: [document],
    problems: [],
    incomplete: [],
  };
  return {
    config,
    name,
    level,
    proxyPass,
    intent: { serves: "yes", evidence: ["the path has the token ws"] },
    traffic: "websocket",
    verdict,
    exchanges: { websocket: exchange("websocket"), plain: exchange("plain"), h2c: exchange("h2c") },
    upstream: {
      httpVersion: "1.0",
      headers: [
        ["Host", "backend"],
        ["Connection", "close"],
      ],
    },
    idleTimeoutMs: 60_000,
  };
}

function exchange(probe: ProbeName): Exchange {
  return {
    probe,
    outcome: "proxied",
    status: null,
    pass: null,
    level: null,
    steps: [],
    upstream: {
      method: "GET",
      uri: "/ws",
      address: "http://backend",
      httpVersion: "1.0",
      httpVersionFrom: null,
      headers: [
        { name: "Host", value: "backend", origin: { from: "default" } },
        { name: "Connection", value: "close", origin: { from: "default" } },
      ],
      hidden: null,
    },
    idleTimeoutMs: 60_000,
    reusesUpstreamConnection: false,
  };
}

function directiveIn({ tree }: Document, name: string): Directive {
  const pending = [...tree.directives];
  for (let next = pending.shift(); next; next = pending.shift()) {
    if (next.name.value === name) return next;
    pending.push(...(next.block?.directives ?? []));
  }
  throw new Error(`no ${name}`);
}
