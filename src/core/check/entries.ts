import type { Located } from "./locations.ts";
import { directivesAround, isInside } from "../syntax/find.ts";
import type { Place } from "../repository/document.ts";
import { locationOf } from "../rules/phrases.ts";
import { pendingDeclaration, pendingSilences, silenceAt, type PlacedComment } from "./silence.ts";
import { evidenceOf } from "../intent/serves.ts";
import { readable } from "../syntax/opaque.ts";
import { severityOf } from "./active-rules.ts";
import { placeOfLocation, silenceOf, type PlacedReport } from "./placed-report.ts";
import { blockPath, type FingerprintParts } from "./fingerprint.ts";
import type { RunRequest } from "./run-request.ts";
import type { PendingComment } from "./analysis.ts";
import type { Related } from "../rules/finding.ts";
import type { Config } from "../config/level.ts";
import type { Report } from "../rules/rule.ts";
import type { Severity } from "../policy/policy.ts";

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

export function entriesOf(
  drafts: readonly PlacedReport[],
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
        ? locations.filter((each) => silenceAt(rule, placeOfLocation(each), hearing) === null)
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
              ...pendingSilences(rule, [report.place, ...locations.map(placeOfLocation)], hearing),
              ...(isAboutEach
                ? []
                : locations.flatMap((each) => pendingDeclaration(each, policy, hearing) ?? [])),
            ],
    };
  });
}

function byPlace(one: PlacedReport, other: PlacedReport): number {
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
  return outer.document === inner.document && isInside(inner.span, outer.span);
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
