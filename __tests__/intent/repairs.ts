import { analyse, defaultPolicy, type Finding } from "../../src/core/index.ts";
import type { Place } from "../../src/core/repository/document.ts";
import { corpus } from "../syntax/corpus.ts";

/** A repair that somebody published: a configuration before and after, and what was wrong. */
interface Repair {
  readonly id: string;
  readonly path: string | null;
  readonly root_cause: string;
  readonly sub_cause: string | null;
  readonly location_line: number;
  /** "yes", or what an analyser needs beside the file. */
  readonly static_visible: string;
  readonly after_still_flagged: readonly string[];
}

/** Which rules say that this was wrong. None where no rule of ours is about it. */
const rulesOf: Readonly<Record<string, readonly string[]>> = {
  buffering: ["streaming-buffering"],
  "connection-cleared-for-keepalive": ["connection-header"],
  "hardcoded-upgrade-breaks-http": ["hardcoded-upgrade"],
  "header-inheritance-lost": ["header-inheritance"],
  "host-header/origin": ["host-header"],
  "location-shadowed": ["location-shadowed", "endpoint"],
  "map-missing": ["undefined-variable"],
  // A map may hold a wrong value, cost the upstream's keepalive, or stand where nginx takes none.
  "map-wrong": ["connection-map", "keepalive-defeated", "misplaced-directive"],
  "ignored-annotation-prefix": ["ignored-annotation"],
  "missing-http-version": ["http-version"],
  "missing-resolver": ["missing-resolver"],
  "missing-upgrade": ["upgrade-header"],
  "proxy-pass-path-rewrite": ["upstream-path"],
  "read-timeout": ["idle-timeout"],
  syntax: ["syntax"],
  "upstream-hash/sticky-session": ["sticky-sessions"],
  "wrong-connection-value": ["connection-header"],
  "wrong-upgrade-value": ["upgrade-header"],
};

export interface MeasuredRepairs {
  /** How many of the causes that a reader sees in the file are named at their place. */
  readonly named: number;
  readonly visible: number;
  /** Causes that are not named, or named still after the repair. */
  readonly misses: readonly string[];
  /** Errors that are none: after the repair, or beside the cause where a reader of the file alone cannot see it. */
  readonly falseClaims: readonly string[];
  readonly table: string;
}

/** Analyses every repair's two files, each as if it were alone in its repository. */
export function measureRepairs(): MeasuredRepairs {
  const texts = new Map(corpus("fixes").map(({ path, text }) => [path, text]));
  const misses: string[] = [];
  const falseClaims: string[] = [];
  const rows = new Map<string, { visible: number; named: number; kept: number }>();
  for (const [path, text] of texts) {
    if (!path.endsWith("/case.json")) {
      continue;
    }
    const repair = JSON.parse(text) as Repair;
    const cause = causeOf(repair);
    const expected = rulesOf[cause] ?? [];
    const [before, after] = ["before", "after"].map((side) => findingsIn(repair, side, texts));
    const isVisible = repair.static_visible === "yes";
    const stillThere = repair.after_still_flagged.flatMap((each) => rulesOf[firstWord(each)] ?? []);
    const isExpected = ({ rule }: Finding): boolean => expected.some((each) => each === rule);
    const isNamed = (before ?? []).some(
      (finding) => isExpected(finding) && isAt(finding, repair.location_line),
    );
    const left = (after ?? []).filter(
      (finding) =>
        isExpected(finding) &&
        !finding.isGuess &&
        !stillThere.some((each) => each === finding.rule),
    );
    if (isVisible) {
      const row = rows.get(cause) ?? { visible: 0, named: 0, kept: 0 };
      row.visible++;
      row.named += isNamed ? 1 : 0;
      row.kept += left.length > 0 ? 1 : 0;
      rows.set(cause, row);
      if (!isNamed) {
        misses.push(`not named: ${describe(repair)}`, ...(before ?? []).map(shown));
      }
      if (left.length > 0) {
        misses.push(`named after the repair: ${describe(repair)}`);
      }
      if (left.length > 0) {
        misses.push(...left.map(shown));
      }
    }
    const wrong = [
      ...(before ?? []).filter((finding) => !isVisible && !isExpected(finding)),
      ...(after ?? []).filter(({ rule }) => !stillThere.some((each) => each === rule)),
    ].filter(({ severity }) => severity === "error");
    if (wrong.length > 0) {
      falseClaims.push(describe(repair), ...wrong.map(shown));
    }
  }
  const sum = (count: (row: { visible: number; named: number; kept: number }) => number): number =>
    [...rows.values()].reduce((total, row) => total + count(row), 0);
  const visible = sum((row) => row.visible);
  const named = sum((row) => row.named);
  const lines = [...rows]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([cause, row]) => tableRow(cause, row.visible, row.named, row.kept));
  return {
    named,
    visible,
    misses,
    falseClaims,
    table: [
      `${"cause".padEnd(36)}${["visible", "named", "kept"].map((each) => each.padStart(9)).join("")}`,
      ...lines,
      tableRow(
        "all",
        visible,
        named,
        sum((row) => row.kept),
      ),
    ].join("\n"),
  };
}

function tableRow(name: string, ...counts: readonly number[]): string {
  return name.padEnd(36) + counts.map((count) => String(count).padStart(9)).join("");
}

/** The data files a few causes under "other" and tells more beside it. */
function causeOf({ root_cause, sub_cause }: Repair): string {
  return root_cause === "other" && sub_cause !== null ? sub_cause : root_cause;
}

function firstWord(text: string): string {
  return text.split(" ")[0] ?? "";
}

function describe(repair: Repair): string {
  return `${repair.id}:${repair.location_line} ${causeOf(repair)} (${repair.static_visible})`;
}

function findingsIn(
  { id, path }: Repair,
  side: string,
  texts: ReadonlyMap<string, string>,
): readonly Finding[] {
  const [file, text] = [...texts].find(([each]) => each.startsWith(`fixes/${id}/${side}.`)) ?? [];
  if (file === undefined || text === undefined) {
    throw new Error(`${id} has no ${side}`);
  }
  const name = file.slice(file.lastIndexOf("/") + 1);
  const ending = name.slice(name.indexOf("."));
  // A piece of a page is kept as what it shows.
  const at = path !== null && (path.endsWith(ending) || !path.endsWith(".md")) ? path : name;
  const files = {
    list: () => [at],
    read: (each: string) => (each === at ? text : undefined),
  };
  return analyse(files, { policy: { ...defaultPolicy, markdown: true } }).findings;
}

/** Whether it is about the line: it or what it names stands there, or in the location around it. */
function isAt({ place, location, related }: Finding, line: number): boolean {
  const places = [
    place,
    ...(location === null ? [] : [location.place]),
    ...related.map((each) => each.place),
  ];
  return places.some(({ document, span }: Place) => {
    const from = document.lines.lineAt(span.start);
    return from <= line && line <= document.lines.lineAt(span.end);
  });
}

function shown({ severity, rule, message, place }: Finding): string {
  return `    line ${place.document.lines.lineAt(place.span.start)} ${severity} ${rule}: ${message}`;
}
