import type { Located, Versions } from "./locations.ts";
import { isInside } from "../syntax/find.ts";
import type { Rendering, Config, Level } from "../config/level.ts";
import { ruleNamed, isAboutHandshakes } from "../rules/catalogue.ts";
import type { RuleOptions, Rule, Report } from "../rules/rule.ts";
import { keyOf } from "./placed-report.ts";
import { firefoxConnection } from "../handshake/probe.ts";
import type { RunRequest } from "./run-request.ts";
import type { ActiveRule } from "./active-rules.ts";

/** Reports by rule and place. */
type Reports = ReadonlyMap<string, Report>;

const nothing: Reports = new Map();

/** What a location rule says in every version in question, or says to hold in any. */
export function reportsOf(active: ActiveRule, located: Located, request: RunRequest): Report[] {
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

export function reportsOfConfig(
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
export function reportsOfPrograms(
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
