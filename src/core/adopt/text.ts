import type { Analysis } from "../check/analysis.ts";
import { compareText, countsInWords, numbered, startOf } from "../report/order.ts";
import { clean, said } from "../report/text.ts";
import { locationOf } from "../rules/phrases.ts";
import type { Discovery, FoundLocation, FoundProgram } from "./discover.ts";

const MOST_PROGRAMS = 20;
const MOST_LOCATIONS = 20;

/** What was found, for a terminal: each part with where it comes from. Ends with a line feed. */
export function discoveryText(discovery: Discovery, analysis: Analysis): string {
  const { programs, forms, websockets, unclear } = discovery;
  const stored = [...forms].map(([form, count]) => numbered(count, form));
  return [
    ...versionLines(discovery),
    "",
    `nginx configuration: ${numbered(programs.length, "program")} in ${inWords(stored)}`,
    ...columns(programs.slice(0, MOST_PROGRAMS).map(programColumns)),
    ...rest(programs.length - MOST_PROGRAMS),
    "",
    websockets.length === 0
      ? "WebSockets: at no location that is sure"
      : `WebSockets: ${numbered(websockets.length, "location")}`,
    ...locationLines(websockets),
    "",
    ...(unclear.length === 0
      ? []
      : [
          `Perhaps WebSockets: ${numbered(unclear.length, "location")}`,
          ...locationLines(unclear),
          "",
        ]),
    `check finds ${countsInWords(analysis.findings)} today.`,
    "",
  ].join("\n");
}

function locationLines(locations: readonly FoundLocation[]): string[] {
  const rows = locations
    .slice(0, MOST_LOCATIONS)
    .map((location) => [
      locationOf(location.name),
      resultText(location),
      `${location.name.place.document.path}:${startOf(location.name.place).line}: ${location.evidence.join("; ")}`,
    ]);
  return [...columns(rows), ...rest(locations.length - MOST_LOCATIONS)];
}

function resultText({ result, failsInFirefox }: FoundLocation): string {
  const said = result === "unknown" ? "not known" : result;
  return failsInFirefox ? `${said}, but not with Firefox` : said;
}

function versionLines({ version, images }: Discovery): string[] {
  const rows = images
    .toSorted((one, other) => compareText(one.path, other.path))
    .map(({ path, image, version: tag }) => [path, image, tag ?? "says no version"]);
  if (version !== "unknown") {
    return [`nginx ${version}`, ...columns(rows)];
  }
  const why =
    images.length === 0 ? "no image here names it" : "the images here do not agree on one";
  return [`nginx of an unknown version: ${why}`, ...columns(rows)];
}

const kinds: Readonly<Record<FoundProgram["kind"], string>> = {
  main: "whole configuration",
  http: "part of an http block",
  server: "part of a server block",
  location: "part of a location block",
};

function programColumns({ root, kind, files }: FoundProgram): string[] {
  return [root, files > 1 ? `${kinds[kind]}, ${files} files` : kinds[kind]];
}

/** Rows below each other, two columns in; as wide as what stands in them, within reason. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((row) => row.map((each) => clean(said(each))));
  const widths = (shown[0] ?? []).map((_, index) =>
    Math.min(48, Math.max(...shown.map((row) => row[index]?.length ?? 0))),
  );
  return shown.map((row) =>
    `  ${row.map((each, index) => (index === row.length - 1 ? each : each.padEnd(widths[index] ?? 0))).join("  ")}`.trimEnd(),
  );
}

function rest(count: number): string[] {
  return count > 0 ? [`  and ${count} more`] : [];
}

function inWords(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}
