import { Documents } from "../../src/core/repository/documents.ts";
import { analyse, type LocationReport } from "../../src/core/index.ts";
import type { Config } from "../../src/core/config/level.ts";
import type { Files, Place } from "../../src/core/repository/document.ts";
import { findPrograms } from "../../src/core/config/programs.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import { proxyingLevels } from "../../src/core/request/pass.ts";
import { intentOf } from "../../src/core/intent/intent.ts";
import { evidenceOf, type Serves } from "../../src/core/intent/serves.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";
import { type CorpusFile, corpus, lines } from "../syntax/corpus.ts";

/** A location that a person read and labelled. */
export interface Label {
  readonly file: string;
  readonly kind: string;
  readonly location_line: number;
  readonly location_arg: string;
  readonly serves_websocket: Serves;
  readonly evidence: string;
}

export interface Answer {
  readonly label: Label;
  /** Null where no proxying location stands in the labelled line. */
  readonly serves: Serves | null;
  readonly evidence: readonly string[];
}

export interface Measured {
  /** Of the locations that we call "yes", how many a person calls so; those that a person finds unclear do not count. */
  readonly precision: number;
  /** Of the locations that a person calls "yes", how many we do. */
  readonly recall: number;
  readonly answers: readonly Answer[];
  readonly misses: readonly Answer[];
  readonly table: string;
}

/** Compares the intent with the labels. */
export function measure(): Measured {
  const labels = lines("locations.jsonl").map((line) => JSON.parse(line) as Label);
  const files = repositories(corpus("corpus"));
  const answers = labels.map((label) => answer(label, files));
  const clear = answers.filter((each) => each.label.serves_websocket !== "unclear");
  const isRight = (each: Answer): boolean =>
    each.serves === "yes" && each.label.serves_websocket === "yes";
  const right = clear.filter(isRight).length;
  const precision = right / clear.filter((each) => each.serves === "yes").length;
  const recall = right / clear.filter((each) => each.label.serves_websocket === "yes").length;
  const misses = clear.filter(
    (each) => (each.serves === "yes") !== (each.label.serves_websocket === "yes"),
  );
  return { precision, recall, answers, misses, table: table(answers, precision, recall) };
}

export interface Judged {
  /** Errors at locations where a person sees no WebSockets. */
  readonly errors: readonly string[];
  /** Those, what is not found, and verdicts that are unknown, with the count of all. */
  readonly text: string;
}

/** What the analysis says about the labelled locations. */
export function judge(): Judged {
  const labels = lines("locations.jsonl").map((line) => JSON.parse(line) as Label);
  const files = repositories(corpus("corpus"));
  const said: string[] = [];
  const errors: string[] = [];
  let found = 0;
  let unknown = 0;
  for (const { file, location_line, location_arg, serves_websocket } of labels) {
    const { repository, inside } = split(file);
    const texts = files.get(repository) ?? new Map<string, string>();
    const { locations, findings } = analyse(
      { list: () => [...texts.keys()], read: (path) => texts.get(path) },
      { policy: { ...defaultPolicy, markdown: true, nginxVersion: "1.22.1" }, paths: [inside] },
    );
    const report = locations.find(({ name: { place } }) => isAt(place, inside, location_line));
    if (report === undefined) {
      said.push(`not found: ${file}:${location_line} ${location_arg}`);
      continue;
    }
    found++;
    if (report.verdict.strict === "unknown") {
      unknown++;
      said.push(`unknown: ${file}:${location_line} ${location_arg}: ${whyUnknown(report)}`);
    }
    for (const { severity, location, rule, message } of findings) {
      if (severity === "error" && serves_websocket === "no" && location !== null) {
        if (isAt(location.place, inside, location_line)) {
          errors.push(
            `error at a location of no WebSockets: ${file}:${location_line} ${rule}: ${message}`,
          );
        }
      }
    }
  }
  const counts = `${labels.length} labels, ${found} found, ${unknown} verdicts unknown, ${errors.length} errors where there are no WebSockets`;
  return { errors, text: [...said, ...errors, counts].join("\n") };
}

function whyUnknown({ exchanges: { websocket }, upstream }: LocationReport): string {
  const values = upstream?.headers.map(([, value]) => value) ?? [];
  const parts = values.flatMap((value) => (typeof value === "string" ? [] : [value.unknown]));
  return [websocket.outcome, ...websocket.steps, websocket.upstream?.hidden ?? "", ...parts].join(
    "; ",
  );
}

function isAt({ document, span }: Place, path: string, line: number): boolean {
  return document.path === path && document.lines.lineAt(span.start) === line;
}

function repositories(
  files: readonly CorpusFile[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const { path, text } of files) {
    const { repository, inside } = split(path);
    const paths = found.get(repository) ?? new Map<string, string>();
    found.set(repository, paths.set(inside, text));
  }
  return found;
}

/** The data keeps a repository's files in a folder of its name, which is no part of their paths. */
function split(path: string): { readonly repository: string; readonly inside: string } {
  const [, repository = "", ...inside] = path.split("/");
  return { repository, inside: inside.join("/") };
}

function answer(
  label: Label,
  repositories: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Answer {
  const { repository, inside } = split(label.file);
  const paths = repositories.get(repository) ?? new Map<string, string>();
  const files: Files = { read: (path) => paths.get(path), list: () => [...paths.keys()] };
  const documents = new Documents(files);
  const programs = findPrograms(documents, { policy: defaultPolicy, paths: [inside] }).configs;
  const all = programs.length > 0 ? programs : [load(documents, inside)];
  for (const config of all.flatMap((each) => [each, ...each.alternatives])) {
    for (const { level, pass } of proxyingLevels(config)) {
      for (let at = level; at.parent !== null; at = at.parent) {
        const opener = at.opener;
        if (opener?.name !== "location" || opener.document.path !== inside) {
          continue;
        }
        if (opener.document.lines.lineAt(opener.directive.start) !== label.location_line) {
          continue;
        }
        const { intent } = intentOf({ config, level, pass, policy: defaultPolicy });
        return { label, serves: intent.serves, evidence: evidenceOf(intent) };
      }
    }
  }
  return { label, serves: null, evidence: [] };
}

/** The file by itself, in the context that its first telling directive implies. */
function load(documents: Documents, path: string): Config {
  const names = documents.get(path)?.tree.directives.map((directive) => directive.name.value) ?? [];
  const has = (...wanted: string[]): boolean => names.some((name) => wanted.includes(name));
  const kind = has("http", "events")
    ? "main"
    : has("server", "upstream", "map")
      ? "http"
      : has("location")
        ? "server"
        : "location";
  const config = resolve(documents, path, { kind, prefixes: new Map() });
  if (config === null) {
    throw new Error(`${path} is not in the data`);
  }
  return config;
}

function table(answers: readonly Answer[], precision: number, recall: number): string {
  const columns = ["yes", "no", "unclear", null] as const;
  const rows = (["yes", "no", "unclear"] as const).map((label) => {
    const own = answers.filter((each) => each.label.serves_websocket === label);
    const counts = columns.map((column) =>
      String(own.filter((each) => each.serves === column).length).padStart(10),
    );
    return label.padEnd(10) + counts.join("");
  });
  return [
    `label     ${columns.map((column) => (column ?? "not found").padStart(10)).join("")}`,
    ...rows,
    `precision of yes ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
  ].join("\n");
}
