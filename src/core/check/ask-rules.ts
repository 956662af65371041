import { isTemplate } from "../nginx/shipped.ts";
import type { Config, Level, Rendering, Use } from "../config/level.ts";
import type { PendingComment } from "./analysis.ts";
import { type AnalysedFile, findPrograms } from "../config/programs.ts";
import { groupBy, rememberedOf } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import type { Documents } from "../repository/documents.ts";
import type { Document, Place } from "../repository/document.ts";
import { firefoxConnection } from "../handshake/probe.ts";
import { usesNamed } from "../request/walk.ts";
import { guardComments, type Hearing } from "../comments/guard-comments.ts";
import type { Policy, Severity } from "../policy/policy.ts";
import { blockPath, type FingerprintParts } from "./fingerprint.ts";
import { evidenceOf } from "../intent/serves.ts";
import type { Related } from "../rules/finding.ts";
import { rules } from "../rules/index.ts";
import { isAboutHandshakes, profilesWith, ruleNamed } from "../rules/catalogue.ts";
import { settingLevel } from "../rules/pair.ts";
import { placeOf as placeOfUse, type Report, type Rule, type RuleOptions } from "../rules/rule.ts";
import { comesByInclude, locationOf } from "../rules/phrases.ts";
import { directivesAround } from "../syntax/find.ts";
import { readable } from "../syntax/opaque.ts";
import type { Directive, Span } from "../syntax/tree.ts";
import { locate, type Located, type Versions } from "./locations.ts";
import { pendingDeclaration, pendingSilences, type PlacedComment, silenceAt } from "./silence.ts";

/** What is checked, and how. */
export interface RunRequest {
  readonly documents: Documents;
  readonly policy: Policy;
  /** Only programs that these files take part in; all where it is not given. */
  readonly paths: readonly string[] | undefined;
  /** The versions in question, oldest first. */
  readonly versions: readonly NginxVersion[];
  /** Which comments count; all where it is not given. */
  readonly hearing?: Hearing | undefined;
  /** Takes every location that may serve WebSockets for one that does. */
  readonly takesUnclear?: boolean;
  /**
   * Programs as they were before an edit of `paths`: those that these take no part in are as they were, and what other
   * files say by themselves is not found once more.
   */
  readonly known?: readonly Config[];
}

/** One rule at one place, with every location that it concerns. */
export interface Entry {
  readonly rule: string;
  readonly severity: Severity;
  readonly report: Report;
  readonly config: Config;
  /** The locations that it concerns, in the order of the text; none for rules about files and programs. */
  readonly locations: readonly Located[];
  readonly evidence: readonly string[];
  /** Whether it is not clear of any of the locations that it serves WebSockets. */
  readonly isGuess: boolean;
  readonly commentable: boolean;
  readonly related: readonly Related[];
  readonly identity: FingerprintParts;
  /** The identity without what counts equal findings: a mended one may leave its number to the next. */
  readonly kind: string;
  /** The comment that silences it, or null. */
  readonly silence: PlacedComment | null;
  /** What does not count, and would silence it or some of its locations if it did. */
  readonly pending: readonly PendingComment[];
}

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

/** A rule with what the policy makes of it. */
interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Whether the policy says the severity: then the rule's own nuances do not count. */
  readonly isSet: boolean;
  readonly options: RuleOptions;
}

/** A report on its way to an entry: those at one place become one. */
interface Draft {
  readonly active: ActiveRule;
  readonly report: Report;
  readonly config: Config;
  readonly locations: Located[];
}

/** Simulates and asks every rule that the policy has. */
export function run(request: RunRequest): Run {
  const { documents, policy, paths, versions, hearing } = request;
  const { configs, files } = findPrograms(documents, {
    policy,
    ...(paths !== undefined && { paths }),
  });
  const located = configs.flatMap((config) => locate(config, policy, versions, hearing));
  const programs = everyProgram(request, configs);
  const serving = located.filter(({ intent }) => intent.serves !== "no");
  const active = activeRules(policy);
  const drafts = new Map<string, Draft>();
  const add = (draft: Draft): void => {
    const placed = inRepository(draft);
    if (placed === null) {
      return;
    }
    const key = keyOf(placed.active.rule.id, placed.report.place);
    const known = drafts.get(key);
    if (known === undefined) {
      drafts.set(key, placed);
    } else {
      known.locations.push(...placed.locations);
    }
  };
  for (const each of active) {
    switch (each.rule.over) {
      case "comments":
        break;
      case "document":
        for (const [document, config] of documentsOf(configs)) {
          if (isAsKnown(document, request)) {
            continue;
          }
          each.rule.check(
            document,
            (report) => add({ active: each, report, config, locations: [] }),
            each.options,
          );
        }
        break;
      case "config":
        for (const config of configs) {
          for (const report of reportsOfConfig(each.rule, config, each.options)) {
            add({ active: each, report, config, locations: [] });
          }
        }
        break;
      case "programs": {
        const byRoot = new Map(configs.map((config) => [config.root, config]));
        for (const { report, root } of reportsOfPrograms(each, programs, request)) {
          const config = byRoot.get(root);
          if (config !== undefined) {
            add({ active: each, report, config, locations: [] });
          }
        }
        break;
      }
      case "location":
        for (const location of each.rule.everyLocation === true ? located : serving) {
          const reports = reportsOf(each, location, request);
          if (reports.length > 0 && location.isIdle) {
            continue;
          }
          for (const report of reports) {
            const { config } = location;
            add({ active: each, report, config, locations: [location] });
          }
        }
        break;
    }
  }
  for (const { parts, whole } of sharedCauses([...drafts.values()], configs)) {
    for (const { report } of parts) {
      drafts.delete(keyOf(whole.active.rule.id, report.place));
    }
    add(whole);
  }
  // A comment that does not count yet has its purpose all the same.
  const used = new Set<unknown>(
    Array.from(drafts.values(), (draft) => silenceOf(draft, undefined)?.comment),
  );
  for (const each of active) {
    if (each.rule.over !== "comments") {
      continue;
    }
    for (const [document, config] of documentsOf(configs)) {
      const { silences, faults } = guardComments(document);
      const comments = {
        document,
        silences,
        used: new Set(silences.filter((one) => used.has(one))),
        faults,
        ruleIds: rules.map(({ id }) => id),
      };
      each.rule.check(
        comments,
        (report) => add({ active: each, report, config, locations: [] }),
        each.options,
      );
    }
  }
  const entries = entriesOf([...drafts.values()], request);
  return { request, configs, programs, files, located, entries };
}

/**
 * The draft at a place of the repository: what stands in a file that a distribution or product ships is said at the line that
 * includes it. Null for what a product writes around the text, where no line does, and for mere notices about a product's file.
 */
function inRepository(draft: Draft): Draft | null {
  const { report, locations } = draft;
  const { origin, path } = report.place.document;
  if (origin === "repository") {
    return draft;
  }
  // Whoever includes a product's file has the rest of it in every site, and cannot change it.
  const isMere = origin === "product" && severityOf(draft.active, report) === "notice";
  if (isMere || isTemplate(path)) {
    return null;
  }
  const use =
    report.use ??
    locations.map(({ level }) => useAt(report.place, level)).find((found) => found !== null);
  let line = use?.include ?? null;
  while (line !== null && line.document.origin !== "repository") {
    line = line.include;
  }
  if (line === null) {
    return null;
  }
  const { beside: _, shared: __, ...others } = report;
  return { ...draft, report: { ...others, place: placeOfUse(line) } };
}

/** The use of a directive that a place lies in, at a level or around it. */
function useAt({ document, span }: Place, level: Level): Use | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const found = at.uses.find((use) => use.document === document && isInside(span, use.directive));
    if (found !== undefined) {
      return found;
    }
  }
  return null;
}

/** Several locations may have one cause: a line of a file that all of them include, and no other location does. */
function sharedCauses(
  drafts: readonly Draft[],
  configs: readonly Config[],
): { readonly parts: readonly Draft[]; readonly whole: Draft }[] {
  const sharing = drafts.flatMap((draft) => {
    const { shared } = draft.report;
    return shared === undefined ? [] : { draft, shared };
  });
  const lines = groupBy(
    sharing,
    ({ draft: { active }, shared: { document, directive } }) =>
      `${active.rule.id} ${directive.start} ${document.path}`,
  );
  return [...lines.values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) {
      return [];
    }
    const { draft, shared } = first;
    const parts = [draft, ...others.map((other) => other.draft)];
    const locations = parts.flatMap((part) => part.locations);
    const clear = locations.filter(({ intent }) => intent.serves === "yes");
    const levels = new Set(clear.flatMap((location) => location.levels.map(settingLevel)));
    const including = includingLevels(configs).get(shared.directive) ?? [];
    const where = { place: placeOfUse(shared), level: shared.level, beside: shared };
    return including.every((level) => levels.has(level))
      ? [{ parts, whole: { ...draft, report: { ...draft.report, ...where }, locations } }]
      : [];
  });
}

/** The levels that each header line of an included file comes to. */
const includingLevels = rememberedOf(
  (configs: readonly Config[]): ReadonlyMap<Directive, readonly Level[]> => {
    const found = new Map<Directive, Level[]>();
    for (const config of configs.flatMap((each) => [each, ...each.alternatives])) {
      for (const use of usesNamed(config, "proxy_set_header")) {
        if (!comesByInclude(use)) {
          continue;
        }
        const known = found.get(use.directive);
        if (known === undefined) {
          found.set(use.directive, [use.level]);
        } else {
          known.push(use.level);
        }
      }
    }
    return found;
  },
);

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

/** What the policy, else its profile, makes of a rule. */
export function severityIn({ rules: settings, profile }: Policy, rule: Rule): Severity | "off" {
  const inProfile = profilesWith(rule).includes(profile);
  return settings.get(rule.id)?.severity ?? (inProfile ? rule.severity : "off");
}

/** The rules of the profile, and those that the policy switches on or off. */
function activeRules(policy: Policy): ActiveRule[] {
  return rules.flatMap((rule) => {
    const setting = policy.rules.get(rule.id);
    const severity = severityIn(policy, rule);
    const isSet = setting?.severity != null;
    return severity === "off" ? [] : [{ rule, severity, isSet, options: setting?.options ?? {} }];
  });
}

/** Reports by rule and place. */
type Reports = ReadonlyMap<string, Report>;

const nothing: Reports = new Map();

/** What a location rule says in every version in question, or says to hold in any. */
function reportsOf(active: ActiveRule, located: Located, request: RunRequest): Report[] {
  const { rule } = active;
  if (rule.over !== "location") {
    return [];
  }
  const isOfNone = (level: Level): boolean => rule.mayConcern?.(level) === false;
  if (located.intent.serves === "no" && located.levels.every(isOfNone)) {
    return [];
  }
  const { renderings } = located;
  if (renderings.length === 1) {
    return [...inEachVersion(active, located.versions, request).values()];
  }
  // A branch that answers before the location says nothing of it, unless all do.
  const reached = renderings.filter((versions) =>
    versions.some(({ exchanges }) => exchanges.websocket.outcome !== "answered"),
  );
  const isChosen = reached.some((versions) =>
    versions.every(({ verdict }) => verdict.strict === "works"),
  );
  if (isChosen && rule.mayBeMeant === true) {
    return [];
  }
  return inEachRendering(
    (reached.length > 0 ? reached : renderings).map((versions) => ({
      rendering: versions[0].config.rendering,
      reports: inEachVersion(active, versions, request),
    })),
  );
}

/** What is said of one client's handshake alone begins so. */
const ofFirefox = `Handshakes of Firefox fail, which writes \`Connection: ${firefoxConnection}\`.`;

function inEachVersion(
  { rule, options }: ActiveRule,
  versions: Versions,
  { takesUnclear = false }: RunRequest,
): Reports {
  if (rule.over !== "location") {
    return new Map();
  }
  const found = versions.map((simulated) => {
    const reports: Report[] = [];
    const location =
      takesUnclear && simulated.intent.serves === "unclear" ? simulated.serving() : simulated;
    rule.check(location, (report) => reports.push(report), options);
    if (isAboutHandshakes(rule.id) && location.failsInFirefox) {
      const known = new Set(reports.map(({ place }) => keyOf(rule.id, place)));
      const add = (report: Report): void => {
        if (known.has(keyOf(rule.id, report.place))) {
          return;
        }
        reports.push({ ...report, message: `${ofFirefox} ${report.message}` });
      };
      rule.check(location.firefox, add, options);
    }
    return reports;
  });
  if (found.every((reports) => reports.length === 0)) {
    return nothing;
  }
  const said = found.map(
    (reports) => new Map(reports.map((report) => [keyOf(rule.id, report.place), report] as const)),
  );
  const all = new Map(said.toReversed().flatMap((reports) => [...reports]));
  for (const [key, report] of all) {
    if (report.inAnyVersion !== true && !said.every((reports) => reports.has(key))) {
      all.delete(key);
    }
  }
  return all;
}

function reportsOfConfig(
  rule: Extract<Rule, { over: "config" }>,
  config: Config,
  options: RuleOptions,
): Report[] {
  return inEachRendering(
    [config, ...config.alternatives].map((each) => {
      const reports = new Map<string, Report>();
      rule.check(each, (report) => reports.set(keyOf(rule.id, report.place), report), options);
      return { rendering: each.rendering, reports };
    }),
  ).filter(isUnderOneCondition);
}

/** What a rule says of all programs together, whichever branches of their templates are taken. */
function reportsOfPrograms(
  { rule, options }: ActiveRule,
  programs: readonly Config[],
  { policy, versions }: RunRequest,
): { readonly report: Report; readonly root: string }[] {
  if (rule.over !== "programs") {
    return [];
  }
  const renderings = Math.max(0, ...programs.map(({ alternatives }) => alternatives.length));
  const said = Array.from({ length: renderings + 1 }, (_, index) => {
    const configs = programs.map((config) => config.alternatives[index - 1] ?? config);
    const reports = new Map<string, { readonly report: Report; readonly root: string }>();
    rule.check(
      { configs, policy, versions, curesFor: (id) => ruleNamed(id)?.cures ?? [] },
      (report, { root }) => reports.set(keyOf(rule.id, report.place), { report, root }),
      options,
    );
    return reports;
  });
  const [first, ...others] = said;
  return [...(first ?? [])].flatMap(([key, each]) =>
    others.every((reports) => reports.has(key)) ? [each] : [],
  );
}

/** Whether what a report points at is there whenever its place is, as far as one template tells. */
function isUnderOneCondition({ place, related = [] }: Report): boolean {
  return related.every(({ place: other }) =>
    other.document.source.switches
      .flatMap(({ contents }) => [...contents.values()])
      .every(
        (span) =>
          !isInside(other.span, span) ||
          (place.document === other.document && isInside(place.span, span)),
      ),
  );
}

function isInside(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** What is said in every rendering that has the place; a template need not have it in each. */
function inEachRendering(
  said: readonly { readonly rendering: Rendering | null; readonly reports: Reports }[],
): Report[] {
  const all = new Map(said.toReversed().flatMap(({ reports }) => [...reports]));
  return [...all]
    .filter(
      ([
        key,
        {
          place: { document, span },
        },
      ]) =>
        said.every(
          ({ rendering, reports }) =>
            reports.has(key) || (rendering !== null && !rendering.has(document, span.start)),
        ),
    )
    .map(([, report]) => report);
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

function keyOf(rule: string, { document, span }: Place): string {
  return `${rule} ${span.start} ${span.end} ${document.path}`;
}

function entriesOf(
  drafts: readonly Draft[],
  { takesUnclear = false, hearing, policy }: RunRequest,
): Entry[] {
  const ordinals = new Map<string, number>();
  return drafts.toSorted(byPlace).map((draft) => {
    const { active, report, config, locations } = draft;
    const rule = active.rule.id;
    const { document } = report.place;
    const parts = {
      rule,
      path: document.path,
      blockPath: blockPath(report.place),
      directive: directiveName(report.place),
    };
    const kind = JSON.stringify(parts);
    const ordinal = ordinals.get(kind) ?? 0;
    ordinals.set(kind, ordinal + 1);
    const silence = silenceOf(draft, hearing);
    // A location may be silenced for itself while the cause still reaches others.
    const heard =
      silence === null
        ? locations.filter((each) => silenceAt(rule, placeOf(each), hearing) === null)
        : locations;
    const isAboutEach = active.rule.over === "location" && active.rule.everyLocation === true;
    const isAboutAll = takesUnclear || isAboutEach;
    const sure = heard.filter(({ intent }) => isAboutAll || intent.serves === "yes");
    const onlyUnclear = heard.length > 0 && sure.length === 0;
    const concerned = onlyUnclear ? heard : sure;
    return {
      rule,
      severity: onlyUnclear || document.source.isExample ? "notice" : severityOf(active, report),
      report: { ...report, message: readable(report.message) },
      config,
      locations: concerned,
      evidence: isAboutAll
        ? []
        : concerned.slice(0, 1).flatMap(({ intent }) => evidenceOf(intent).map(readable)),
      isGuess: onlyUnclear,
      commentable: !onlyUnclear && report.commentable !== false,
      related: relatedOf(report, concerned),
      identity: { ...parts, ordinal },
      kind,
      silence,
      pending:
        hearing === undefined || silence !== null
          ? []
          : [
              ...pendingSilences(rule, [report.place, ...locations.map(placeOf)], hearing),
              ...(isAboutEach
                ? []
                : locations.flatMap((each) => pendingDeclaration(each, policy, hearing) ?? [])),
            ],
    };
  });
}

/** What silences a report at its place, else the first of what silences each of its locations. */
function silenceOf(
  { active: { rule }, report, locations }: Draft,
  hearing: Hearing | undefined,
): PlacedComment | null {
  const at = (place: Place): PlacedComment | null => silenceAt(rule.id, place, hearing);
  const own = at(report.place);
  const [first] = locations;
  return own === null &&
    first !== undefined &&
    locations.every((each) => at(placeOf(each)) !== null)
    ? at(placeOf(first))
    : own;
}

function placeOf({ name }: Located): Place {
  return name.place;
}

/** What only the summary may show stays as mild as the rule says. */
function severityOf({ severity, isSet }: ActiveRule, report: Report): Severity {
  const own = report.severity ?? severity;
  return isSet && report.commentable !== false ? severity : own;
}

function byPlace(one: Draft, other: Draft): number {
  const [a, b] = [one.report.place, other.report.place];
  return (
    compare(a.document.path, b.document.path) ||
    a.span.start - b.span.start ||
    compare(one.active.rule.id, other.active.rule.id)
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** What the rule itself points at, then the locations that a cause outside of them reaches. */
function relatedOf(report: Report, locations: readonly Located[]): Related[] {
  const { place } = report;
  const own = (report.related ?? []).filter((each) => each.place.document.origin !== "product");
  const shownPlaces = new Set([
    keyOfPlace(place),
    ...own.map((related) => keyOfPlace(related.place)),
  ]);
  const victims = locations.flatMap(({ name }) => {
    const key = keyOfPlace(name.place);
    if (shownPlaces.has(key) || holds(name.place, place)) {
      return [];
    }
    shownPlaces.add(key);
    return [{ place: name.place, note: `${locationOf(name)} is affected` }];
  });
  return [...own, ...victims];
}

function keyOfPlace({ document, span }: Place): string {
  return `${span.start} ${document.path}`;
}

function holds(outer: Place, inner: Place): boolean {
  return (
    outer.document === inner.document &&
    outer.span.start <= inner.span.start &&
    inner.span.end <= outer.span.end
  );
}

/** The directive at a place with what tells it from its neighbours: `proxy_set_header connection`. */
function directiveName({ document, span }: Place): string {
  const directive = directivesAround(document.tree.directives, span.start).at(-1);
  const body = directive?.block?.open.end ?? Infinity;
  if (directive === undefined || span.start >= body) {
    return "";
  }
  const name = directive.name.value;
  const [first] = directive.parameters;
  return name === "proxy_set_header" || name === "proxy_hide_header"
    ? `${name} ${first?.value.toLowerCase() ?? ""}`
    : name;
}
