import type { RunRequest } from "./run-request.ts";
import { locate, type Located } from "./locations.ts";
import type { Document } from "../repository/document.ts";
import { rules } from "../rules/index.ts";
import { guardComments } from "../comments/guard-comments.ts";
import { silenceOf, keyOf, type PlacedReport } from "./placed-report.ts";
import { reportsOf, reportsOfPrograms, reportsOfConfig } from "./agreed.ts";
import type { Rule } from "../rules/rule.ts";
import { type ActiveRule, activeRules } from "./active-rules.ts";
import { inRepository } from "./in-repository.ts";
import { entriesOf, type Entry } from "./entries.ts";
import { sharedCauses } from "./shared-cause.ts";
import { findPrograms, type AnalysedFile } from "../config/programs.ts";
import type { Config } from "../config/level.ts";

/** Everything that the rules say about a set of files. */
export interface Run {
  readonly request: RunRequest;
  readonly configs: readonly Config[];
  /** The same with those that `paths` take no part in, where a rule asks for them. */
  readonly programs: readonly Config[];
  readonly files: readonly AnalysedFile[];
  readonly located: readonly Located[];
  /** Sorted by file, offset and rule. */
  readonly entries: readonly Entry[];
}

/** Simulates and asks every rule that the policy has. */
export function run(request: RunRequest): Run {
  const { documents, policy, paths, versions } = request;
  const { configs, files } = findPrograms(documents, {
    policy,
    ...(paths !== undefined && { paths }),
  });
  const located = configs.flatMap((config) => locate(config, policy, versions, request));
  const asked = { request, configs, programs: everyProgram(request, configs), located };
  const active = activeRules(policy);
  const reports = new PlacedReports();
  for (const rule of active) {
    reports.add(reportsOfRule(rule, asked));
  }
  for (const { parts, whole } of sharedCauses(reports.all(), configs)) {
    reports.replace(parts, whole);
  }
  // Rules about our comments come last: they ask what these silence.
  reports.add(active.flatMap((rule) => aboutComments(rule, configs, reports.all())));
  return { ...asked, files, entries: entriesOf(reports.all(), request) };
}

/** What the rules are asked about. */
type Subjects = Pick<Run, "request" | "configs" | "programs" | "located">;

/** Reports by rule and place: what is said of several locations at one place is one. */
class PlacedReports {
  readonly #byKey = new Map<string, PlacedReport>();

  all(): readonly PlacedReport[] {
    return [...this.#byKey.values()];
  }

  add(reports: readonly PlacedReport[]): void {
    for (const each of reports) {
      const placed = inRepository(each);
      const key = placed === null ? "" : keyOf(placed.active.rule.id, placed.report.place);
      const known = this.#byKey.get(key);
      if (known !== undefined) {
        known.locations.push(...(placed?.locations ?? []));
      } else if (placed !== null) {
        this.#byKey.set(key, placed);
      }
    }
  }

  replace(parts: readonly PlacedReport[], whole: PlacedReport): void {
    for (const { active, report } of parts) {
      this.#byKey.delete(keyOf(active.rule.id, report.place));
    }
    this.add([whole]);
  }
}

/** Everything that one rule says, but for those about our own comments. */
function reportsOfRule(active: ActiveRule, asked: Subjects): PlacedReport[] {
  const { rule } = active;
  switch (rule.over) {
    case "document":
      return aboutDocuments(active, rule, asked);
    case "config":
      return asked.configs.flatMap((config) =>
        reportsOfConfig(rule, config, active.options).map((report) => ({
          active,
          report,
          config,
          locations: [],
        })),
      );
    case "programs":
      return aboutPrograms(active, asked);
    case "location":
      return aboutLocations(active, rule, asked);
    case "lost":
      return aboutLost(active, rule, asked);
    case "comments":
      return [];
  }
}

function aboutDocuments(
  active: ActiveRule,
  rule: Extract<Rule, { over: "document" }>,
  { request, configs }: Subjects,
): PlacedReport[] {
  const found: PlacedReport[] = [];
  for (const [document, config] of documentsOf(configs)) {
    if (!isAsKnown(document, request)) {
      rule.check(
        document,
        (report) => found.push({ active, report, config, locations: [] }),
        active.options,
      );
    }
  }
  return found;
}

function aboutLost(
  active: ActiveRule,
  rule: Extract<Rule, { over: "lost" }>,
  { request, configs }: Subjects,
): PlacedReport[] {
  const found: PlacedReport[] = [];
  for (const handshake of request.before?.lost ?? []) {
    const { document } = handshake.place;
    const now = configs.find(({ documents }) => documents.includes(document));
    const config = now ?? handshake.config;
    rule.check(
      handshake,
      (report) => found.push({ active, report, config, locations: [] }),
      active.options,
    );
  }
  return found;
}

function aboutPrograms(
  active: ActiveRule,
  { request, configs, programs }: Subjects,
): PlacedReport[] {
  const byRoot = new Map(configs.map((config) => [config.root, config]));
  return reportsOfPrograms(active, programs, request).flatMap(({ report, root }) => {
    const config = byRoot.get(root);
    return config === undefined ? [] : { active, report, config, locations: [] };
  });
}

function aboutLocations(
  active: ActiveRule,
  rule: Extract<Rule, { over: "location" }>,
  { request, located }: Subjects,
): PlacedReport[] {
  return located
    .filter(({ intent }) => rule.everyLocation === true || intent.serves !== "no")
    .flatMap((location) => {
      const reports = reportsOf(active, location, request);
      const { config } = location;
      return reports.length > 0 && location.isIdle
        ? []
        : reports.map((report) => ({ active, report, config, locations: [location] }));
    });
}

function aboutComments(
  active: ActiveRule,
  configs: readonly Config[],
  others: readonly PlacedReport[],
): PlacedReport[] {
  const { rule } = active;
  if (rule.over !== "comments") {
    return [];
  }
  // A comment that does not count yet has its purpose all the same.
  const used = new Set<unknown>(others.map((each) => silenceOf(each, undefined)?.comment));
  const found: PlacedReport[] = [];
  for (const [document, config] of documentsOf(configs)) {
    const { silences, faults } = guardComments(document);
    const comments = {
      document,
      silences,
      used: new Set(silences.filter((one) => used.has(one))),
      faults,
      ruleIds: rules.map(({ id }) => id),
    };
    rule.check(
      comments,
      (report) => found.push({ active, report, config, locations: [] }),
      active.options,
    );
  }
  return found;
}

/** Whether what a file says by itself was found before an edit of others; what it silences must be found again. */
function isAsKnown(document: Document, { known, paths }: RunRequest): boolean {
  return (
    known !== undefined &&
    paths?.includes(document.path) === false &&
    guardComments(document).silences.length === 0
  );
}

/** What the policy promises may hold in a program that the given files take no part in. */
function everyProgram(
  { documents, policy, paths, known }: RunRequest,
  configs: readonly Config[],
): readonly Config[] {
  if (paths === undefined || policy.endpoints.length === 0) {
    return configs;
  }
  if (known === undefined) {
    return findPrograms(documents, { policy }).configs;
  }
  const now = new Map(configs.map((config) => [config.root, config]));
  return known.map((config) => now.get(config.root) ?? config);
}

/** Each file of the repository that takes part, with the first program that has it. */
function documentsOf(configs: readonly Config[]): Map<Document, Config> {
  const found = new Map<Document, Config>();
  for (const config of configs) {
    const documents = [config, ...config.alternatives].flatMap((each) => each.documents);
    for (const document of documents) {
      if (document.origin === "repository" && !found.has(document)) {
        found.set(document, config);
      }
    }
  }
  return found;
}
