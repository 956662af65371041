import { analyse } from "../../src/core/check/analyse.ts";
import type { Analysis, Group, LocationReport, ProvenFix } from "../../src/core/check/analysis.ts";
import { Documents } from "../../src/core/repository/documents.ts";
import type { Document, Place } from "../../src/core/repository/document.ts";
import type { TextEdit } from "../../src/core/fix/edit.ts";
import type { Writable } from "../../src/core/rules/remedy.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";
import type { ChangedFile } from "../../src/core/compare/changed-file.ts";
import type { LocationName } from "../../src/core/rules/finding.ts";
import type { Finding } from "../../src/core/check/finding.ts";

/** A place by its text: the first `text` of the file. */
export type At = readonly [path: string, text: string];

/** An edit by texts: `find` becomes `replace`, once. */
export type Edit = readonly [path: string, find: string, replace: string];

export interface FindingSketch extends Partial<
  Omit<Finding, "place" | "related" | "location" | "others" | "fix">
> {
  readonly at: At;
  readonly related?: readonly (readonly [...At, note: string])[];
  /** Text that the location's block starts with. */
  readonly location?: At | null;
  readonly others?: readonly At[];
}

export interface GroupSketch {
  readonly findings: readonly FindingSketch[];
  readonly place?: At;
  /** Candidates, best first: the first whose edits are writable is the fix. */
  readonly fixes?: readonly (readonly Edit[])[];
  readonly safety?: "safe" | "unsafe";
  readonly now?: readonly string[];
  readonly after?: readonly string[];
  /** Whether the first finding has the first fix, and the others name it. */
  readonly carriesFix?: boolean;
}

export interface WorldSketch {
  readonly files: Readonly<Record<string, string>>;
  readonly groups?: readonly GroupSketch[];
  readonly provesTogether?: (edits: readonly TextEdit[]) => boolean;
}

export interface World {
  readonly analysis: Analysis;
  readonly documents: ReadonlyMap<string, Document>;
}

/** An analysis whose findings and fixes are those of the sketch; documents and locations are the engine's. */
export function worldOf(sketch: WorldSketch): World {
  const { files } = sketch;
  const real = analyse(
    { list: () => Object.keys(files), read: (path) => files[path] },
    { policy: defaultPolicy },
  );
  const documents = new Map([...documentsOf(files), ...real.documents]);
  const groups = (sketch.groups ?? []).map((group, index) =>
    groupOf(documents, real.locations, group, index),
  );
  const analysis: Analysis = {
    nginxVersion: real.nginxVersion,
    files: real.files,
    documents,
    configs: real.configs,
    findings: groups.flatMap((group) => group.findings),
    groups,
    locations: real.locations,
    pending: [],
    wanted: [],
    limits: [],
    proveTogether: sketch.provesTogether ?? (() => true),
    findingsGivenUp: 0,
    locationsWith: (edits) => real.locationsWith(edits),
  };
  return { analysis, documents };
}

function documentsOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, Document> {
  const documents = new Documents({ list: () => Object.keys(files), read: (path) => files[path] });
  for (const path of Object.keys(files)) {
    documents.get(path);
  }
  return documents.all();
}

export function documentOf(text: string, path = "a.conf"): Document {
  return get(documentsOf({ [path]: text }), path);
}

function get(documents: ReadonlyMap<string, Document>, path: string): Document {
  const document = documents.get(path);
  if (!document) {
    throw new Error(`no file ${path}`);
  }
  return document;
}

/** The edits that turn each `find` into its `replace`. */
function editsOf(documents: ReadonlyMap<string, Document>, edits: readonly Edit[]): TextEdit[] {
  return edits.map(([path, find, replace]) => {
    const { document, span } = placeOf(documents, [path, find]);
    return { document, start: span.start, end: span.end, text: replace };
  });
}

function placeOf(documents: ReadonlyMap<string, Document>, [path, text]: At): Place {
  const document = get(documents, path);
  const start = document.text.indexOf(text);
  if (start === -1) {
    throw new Error(`no ${JSON.stringify(text)} in ${path}`);
  }
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
  locations: readonly LocationReport[],
  sketch: GroupSketch,
  index: number,
): Group {
  const id = `group-${index}`;
  const fingerprint = (number: number): string =>
    `${index}`.padStart(8, "a") + `${number}`.padStart(8, "0");
  const fix = (writable: Writable): ProvenFix | null => fixOf(documents, sketch, writable);
  const carried = sketch.carriesFix ? fix(() => true) : null;
  const findings = sketch.findings.map((finding, number): Finding => {
    const { at, related = [], location, others = [], ...given } = finding;
    return {
      rule: "upgrade-header",
      severity: "error",
      message: "The upstream gets no Upgrade header.",
      group: id,
      fixedBy: carried && number > 0 ? fingerprint(0) : null,
      unfixed: null,
      fix: number === 0 ? carried : null,
      fingerprint: fingerprint(number),
      isNew: true,
      evidence: [],
      isGuess: false,
      commentable: true,
      ...given,
      place: placeOf(documents, at),
      related: related.map(([path, text, note]) => ({
        place: placeOf(documents, [path, text]),
        note,
      })),
      others: others.map((other) => nameOf(locations, placeOf(documents, other))),
      location: location ? nameOf(locations, placeOf(documents, location)) : null,
    };
  });
  const place = sketch.place ?? sketch.findings[0]?.at;
  if (!place) {
    throw new Error("a group without findings");
  }
  return { id, findings, place: placeOf(documents, place), fix };
}

function fixOf(
  documents: ReadonlyMap<string, Document>,
  { fixes = [], safety = "safe", now = [], after = [] }: GroupSketch,
  writable: Writable,
): ProvenFix | null {
  const edits = fixes
    .map((candidate) => editsOf(documents, candidate))
    .find((candidate) =>
      candidate.every(({ document, start, end }) => writable({ document, span: { start, end } })),
    );
  return edits
    ? { title: "Forward the upgrade headers", safety, edits, probe: "websocket", now, after }
    : null;
}

function nameOf(locations: readonly LocationReport[], { document, span }: Place): LocationName {
  const report = locations.find(
    ({ name: { place } }) => place.document === document && place.span.start === span.start,
  );
  if (!report) {
    throw new Error(`no location at ${document.path}:${document.lines.lineAt(span.start)}`);
  }
  return report.name;
}
