import { analyse } from "../../src/core/check/analyse.ts";
import type { Analysis, Group } from "../../src/core/check/analysis.ts";
import { applyEdits, type TextEdit } from "../../src/core/fix/edit.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";
import { planReview } from "../../src/core/review/plan.ts";
import type { ReviewComment } from "../../src/core/review/review.ts";
import type { ChangedFile } from "../../src/core/compare/changed-file.ts";
import type { Finding } from "../../src/core/check/finding.ts";
import { isAboutHandshakes } from "../../src/core/rules/catalogue.ts";
import { suggestionsIn } from "../github/apply.ts";
import { startBackend, type Backend } from "./backend.ts";
import { probeNames, type ProbeName } from "./client.ts";
import { breakConfig, type BrokenConfig, type Place, runnable } from "./generate/broken.ts";
import { Random } from "./generate/random.ts";
import { exchange, type Exchange, fillPorts, freePorts, inPool, withNginx } from "./harness.ts";
import { differingHeaders, hasToken, parseHead, valuesOf } from "./head.ts";

type Texts = Readonly<Record<string, string>>;

/** A fix or a suggestion that is not what it promises to be. */
export interface Failure {
  readonly seed: number;
  readonly index: number;
  readonly faults: readonly string[];
  readonly files: Texts;
}

export interface Summary {
  readonly configurations: number;
  readonly fixes: number;
  readonly suggestions: number;
  /** Findings that no fix or suggestion is offered for, by rule. */
  readonly unmended: ReadonlyMap<string, { readonly count: number; readonly examples: number[] }>;
  readonly failures: readonly Failure[];
}

/** Where one configuration at a time runs; with a new port each, two could get the same. */
interface Lane {
  readonly port: number;
  readonly backend: Backend;
}

/** As many configurations are tried at a time. */
const WIDTH = 4;

const mostFailures = 8;

/**
 * Breaks configurations at random, and holds every fix and every suggestion that is offered for them against real nginx
 * and the analysis of the result.
 */
export async function tryFixes(seed: number, from: number, count: number): Promise<Summary> {
  const failures: Failure[] = [];
  const unmended = new Map<string, { count: number; examples: number[] }>();
  let fixes = 0;
  let suggestions = 0;
  const ports = await freePorts(WIDTH);
  const lanes = await Promise.all(
    ports.map(async (port): Promise<Lane> => {
      return { port, backend: await startBackend("strict", { refuseSecondHost: true }) };
    }),
  );
  const free = [...lanes];
  try {
    const indexes = Array.from({ length: count }, (_, offset) => from + offset);
    await inPool(indexes, WIDTH, async (index) => {
      const lane = free.pop();
      if (lane === undefined || failures.length >= mostFailures) {
        return;
      }
      try {
        const trial = new Trial(Random.forCase(seed, index), lane);
        const faults = await trial.faults();
        fixes += trial.fixes;
        suggestions += trial.suggestions;
        for (const rule of trial.unmended) {
          const known = unmended.get(rule) ?? { count: 0, examples: [] };
          known.count++;
          if (known.examples.length < 12 && known.examples.at(-1) !== index) {
            known.examples.push(index);
          }
          unmended.set(rule, known);
        }
        if (faults.length > 0) {
          failures.push({ seed, index, faults, files: trial.files });
        }
      } finally {
        free.push(lane);
      }
    });
  } finally {
    await Promise.all(lanes.map(({ backend }) => backend.close()));
  }
  return { configurations: count, fixes, suggestions, unmended, failures };
}

/** The failures as text, with what it takes to see each again. */
export function describeFailures(failures: readonly Failure[]): string {
  return failures
    .map(({ seed, index, faults, files }) =>
      [`SEED=${seed}, case ${index}`, filesText(files), ...faults].join("\n"),
    )
    .join("\n\n");
}

function filesText(files: Texts): string {
  return Object.entries(files)
    .map(([path, text]) => `# ${path}\n${text.replaceAll("\r", "␍").replaceAll("\uFEFF", "⟨BOM⟩")}`)
    .join("\n");
}

/** What real nginx does with each place of a configuration, or the message with which it refuses to start. */
type Observed = readonly Readonly<Record<ProbeName, Exchange>>[] | string;

/** Something that is offered, applied: the files then, and what is claimed to be mended by it. */
interface Offer {
  readonly title: string;
  readonly after: Texts;
  readonly claimed: readonly Finding[];
  /** What else it may mend: only what their rules are about may change. */
  readonly named: readonly Finding[];
}

class Trial {
  readonly files: Texts;
  readonly unmended: string[] = [];
  fixes = 0;
  suggestions = 0;
  readonly #broken: BrokenConfig;
  readonly #random: Random;
  readonly #lane: Lane;
  readonly #policy: Policy;
  readonly #seen = new Map<string, Promise<Observed>>();

  constructor(random: Random, lane: Lane) {
    this.#broken = breakConfig(random);
    this.files = this.#broken.files;
    this.#random = random;
    this.#lane = lane;
    this.#policy = { ...defaultPolicy, nginxVersion: random.chance(0.7) ? "1.22.1" : null };
  }

  /** What is wrong with what is offered; each with the offer and the files after it. */
  async faults(): Promise<string[]> {
    const before = this.#analyse(this.files);
    for (const finding of before.findings) {
      const { rule, commentable } = finding;
      if (!isClaimed(finding)) {
        this.unmended.push(commentable ? rule : `${rule} (notice)`);
      }
    }
    const faults: string[] = [];
    for (const offer of [...this.#fixes(before), ...this.#reviewed(before)]) {
      const found = await this.#check(before, offer);
      if (found.length > 0) {
        faults.push(
          ...found.map((fault) => `- ${fault}`),
          `  with ${offer.title}, which gives`,
          filesText(changedOnly(this.files, offer.after)),
        );
      }
    }
    return faults;
  }

  #analyse(files: Texts): Analysis {
    return analyse(
      { list: () => Object.keys(files), read: (path) => files[path] },
      { policy: this.#policy },
    );
  }

  /** Each safe fix alone, then all of them as the command line writes them. */
  *#fixes(before: Analysis): Generator<Offer> {
    const fixing = before.groups.flatMap((group) => {
      const fix = group.fix(() => true);
      return fix?.safety === "safe" ? [{ group, fix }] : [];
    });
    this.fixes += fixing.length;
    for (const { group, fix } of fixing) {
      const claimed = claimsOf(group);
      yield {
        title: `the fix "${fix.title}"`,
        after: edited(this.files, fix.edits),
        claimed,
        named: [],
      };
    }
    const edits: TextEdit[] = [];
    const claimed: Finding[] = [];
    for (const { group, fix } of fixing) {
      if (edits.length > 0 && !before.proveTogether([...edits, ...fix.edits])) {
        continue;
      }
      edits.push(...fix.edits);
      claimed.push(...claimsOf(group));
    }
    if (fixing.length > 1) {
      yield { title: "all fixes", after: edited(this.files, edits), claimed, named: [] };
    }
  }

  /** Each suggestion of a pull request that changes some of the lines, then all of them. */
  *#reviewed(before: Analysis): Generator<Offer> {
    const random = this.#random;
    const changes = Object.entries(this.files).map(([path, text]) => changeOf(random, path, text));
    const { comments } = planReview({
      analysis: before,
      changes: changes.filter((change) => change !== null),
      findings: before.findings,
      maxComments: 50,
    });
    const suggesting = comments.filter(({ suggests }) => suggests);
    this.suggestions += suggesting.length;
    // A suggestion that must do without some lines mends at least the worst.
    const claims = ({ findings }: ReviewComment): Finding[] => {
      const mended = findings.filter(isClaimed);
      return mended.filter(({ severity }) => severity === mended[0]?.severity);
    };
    for (const comment of suggesting) {
      yield {
        title: `the suggestion at ${comment.path}:${comment.startLine ?? comment.line}-${comment.line}`,
        after: suggested(this.files, [comment]),
        claimed: claims(comment),
        named: comment.findings,
      };
    }
    if (suggesting.length > 1) {
      yield {
        title: "all suggestions",
        after: suggested(this.files, suggesting),
        claimed: suggesting.flatMap(claims),
        named: suggesting.flatMap(({ findings }) => findings),
      };
    }
  }

  async #check(before: Analysis, { after: files, claimed, named }: Offer): Promise<string[]> {
    const after = this.#analyse(files);
    const faults = [
      ...foundAgain(before, after, claimed),
      ...this.#isSettled(before, after, files),
    ];
    const [old, now] = [await this.#observe(this.files), await this.#observe(files)];
    if (typeof now === "string") {
      // What no rule is about stays; it is the same before and after.
      const isExpected = typeof old === "string" && (old === now || after.findings.some(isRefusal));
      return isExpected ? faults : [...faults, `nginx refuses to start: ${now}`];
    }
    this.#broken.places.forEach((place, at) => {
      const here = now[at];
      if (here === undefined) {
        return;
      }
      const report = reportOf(after, place);
      const what = `${place.host}${place.path}`;
      const concerned = claimed.some((finding) => isAbout(finding, report));
      const isLeft = after.findings.some(
        (finding) => isHandshake(finding) && isAbout(finding, report),
      );
      const { ok, status } = here.websocket;
      // Of servers that follow RFC 6455 not all refuse a second Host, as this one does.
      const hosts = report?.upstream?.headers.filter(([name]) => name.toLowerCase() === "host");
      const isSure = !isLeft && report?.verdict.strict === "works" && hosts?.length === 1;
      if (isSure && !ok) {
        faults.push(`${what} is said to work and answers ${status}`);
      }
      // What breaks a location is not said of one that perhaps serves no WebSockets, if it breaks others too.
      const isClear = report?.intent.serves === "yes" || report?.verdict.strict === "works";
      if (concerned && isClear && claimed.some(isHandshake) && !isLeft && !ok) {
        faults.push(`${what} is mended and answers ${status}`);
      }
      const earlier = typeof old === "string" ? undefined : old[at];
      if (earlier !== undefined) {
        if (earlier.websocket.ok && !ok) {
          faults.push(`${what} worked before`);
        }
        // A fix that repeats lines of an outer level mends what is wrong with them, whichever fix is theirs.
        const others = before.findings.filter((each) => isAbout(each, reportOf(before, place)));
        const mended = [...claimed, ...named, ...others];
        faults.push(...sideEffects(place, earlier, here, mended).map((each) => `${what}: ${each}`));
      }
    });
    return faults;
  }

  /** What was mended does not want to be mended again. */
  #isSettled(before: Analysis, after: Analysis, files: Texts): string[] {
    const known = new Set(before.findings.map(({ fingerprint }) => fingerprint));
    return after.groups.flatMap((group) => {
      const isNew = group.findings.some(
        (finding) => !known.has(finding.fingerprint) && !isOfClarity(before, finding),
      );
      const fix = isNew ? group.fix(() => true) : null;
      return fix !== null && changedOnly(files, edited(files, fix.edits)) !== files
        ? [`a second time it wants "${fix.title}"`]
        : [];
    });
  }

  #observe(files: Texts): Promise<Observed> {
    const key = JSON.stringify(files);
    const known = this.#seen.get(key) ?? observe(this.#broken, files, this.#lane);
    this.#seen.set(key, known);
    return known;
  }
}

async function observe(
  broken: BrokenConfig,
  files: Texts,
  { backend, port }: Lane,
): Promise<Observed> {
  const ports = [port];
  const config = fillPorts(runnable(broken, files), ports, [backend.port]);
  const outcome = await withNginx(config, ports, async () => {
    const seen: Record<ProbeName, Exchange>[] = [];
    for (const { host, path } of broken.places) {
      const sent: [ProbeName, Exchange][] = [];
      for (const probe of probeNames) {
        sent.push([probe, await exchange(port, backend, { probe, path, host, timeout: 2000 })]);
      }
      seen.push(Object.fromEntries(sent) as Record<ProbeName, Exchange>);
    }
    return seen;
  });
  if ("result" in outcome) {
    return outcome.result;
  }
  return outcome.refused.find(({ level }) => level === "emerg")?.text ?? "no message";
}

function claimsOf(group: Group): Finding[] {
  return group.findings.filter(isClaimed);
}

function isClaimed({ fix, fixedBy }: Finding): boolean {
  return fix !== null || fixedBy !== null;
}

function foundAgain(before: Analysis, after: Analysis, claimed: readonly Finding[]): string[] {
  const known = new Set(before.findings.map(({ fingerprint }) => fingerprint));
  const fresh = after.findings.filter(({ fingerprint }) => !known.has(fingerprint));
  const unexpected = fresh.filter((finding) => !isOfClarity(before, finding));
  const most = before.findings.length - new Set(claimed).size + fresh.length - unexpected.length;
  const left = after.findings.map(({ rule, message }) => `${rule}: ${message}`);
  return [
    ...unexpected.map(({ rule, message }) => `now it finds ${rule}: ${message}`),
    ...(after.findings.length > most
      ? [`of ${before.findings.length} findings ${claimed.length} were to go: ${left.join(" | ")}`]
      : []),
  ];
}

/** Whether it is about a location of which it was not clear that it serves WebSockets: not all was said of it then. */
function isOfClarity({ locations }: Analysis, { location }: Finding): boolean {
  const earlier = locations.find(
    ({ name }) => name.name === location?.name && name.server === location.server,
  );
  return earlier?.intent.serves === "unclear";
}

/** Headers that a rule's mend is about. Of the others' mends nothing else may change at the upstream. */
const about: Readonly<Record<string, readonly string[]>> = {
  "upgrade-header": ["upgrade", "connection"],
  "connection-header": ["upgrade", "connection"],
  "header-inheritance": ["upgrade", "connection", "host"],
  "connection-map": ["upgrade", "connection"],
  "hardcoded-upgrade": ["upgrade", "connection"],
  "keepalive-defeated": ["connection"],
  "connection-passthrough": ["connection"],
  "subrequest-upgrade": ["upgrade", "connection"],
  "contradictory-header": ["connection", "host"],
  "host-header": ["host", "origin"],
};

function sideEffects(
  { isMixed, location }: Place,
  before: Readonly<Record<ProbeName, Exchange>>,
  after: Readonly<Record<ProbeName, Exchange>>,
  claimed: readonly Finding[],
): string[] {
  const rules = new Set(claimed.map(({ rule }) => rule));
  const isVersion = rules.has("http-version");
  const names = [...rules].flatMap((rule) => about[rule] ?? []);
  const faults = probeNames.flatMap((probe) => {
    const [old, now] = [before[probe].upstreamHead, after[probe].upstreamHead];
    if (old === null || now === null) {
      return old === now ? [] : [`${probe}: reaches another place`];
    }
    const [oldHead, nowHead] = [parseHead(old), parseHead(now)];
    // The 101 of a subrequest came before the request itself.
    if (rules.has("subrequest-upgrade") && probe !== "plain") {
      return [];
    }
    // What altered the request may be all of it.
    if (rules.has("altered-request") && claimed.some((each) => each.location?.name === location)) {
      return [];
    }
    const line = (text: string): string => (isVersion ? text.replace(/ HTTP\/[\d.]+$/, "") : text);
    return [
      ...(line(oldHead.startLine) === line(nowHead.startLine) ? [] : ["request line"]),
      ...differingHeaders(oldHead, nowHead, names),
    ].map((what) => `${probe}: ${what} changes`);
  });
  const hurts = (exchanges: typeof before): boolean => {
    const head = parseHead(exchanges.plain.upstreamHead ?? "");
    return hasToken(valuesOf(head, "Connection"), "upgrade");
  };
  if (isMixed && hurts(after) && !hurts(before)) {
    faults.push("plain: says Connection: upgrade now");
  }
  return faults;
}

/** Rules about what keeps nginx from starting. */
const refusals: ReadonlySet<string> = new Set([
  "undefined-variable",
  "proxy-pass-scheme",
  "misplaced-directive",
  "duplicate-directive",
  "invalid-directive",
  "syntax",
]);

function isRefusal({ rule }: Finding): boolean {
  return refusals.has(rule);
}

function isHandshake({ rule }: Finding): boolean {
  return isAboutHandshakes(rule) && rule !== "silence-comment";
}

function reportOf(
  { locations }: Analysis,
  { host, location }: Place,
): Analysis["locations"][number] | undefined {
  return locations.find(({ name }) => name.name === location && name.server === host);
}

function isAbout(finding: Finding, report: ReturnType<typeof reportOf>): boolean {
  if (report === undefined) {
    return false;
  }
  const { document, span } = report.name.place;
  const places = [finding.location?.place, ...finding.related.map(({ place }) => place)];
  return places.some(
    (place) => place?.document.path === document.path && place.span.start === span.start,
  );
}

function edited(files: Texts, edits: readonly TextEdit[]): Texts {
  const after: Record<string, string> = { ...files };
  for (const document of new Set(edits.map((edit) => edit.document))) {
    const own = edits.filter((edit) => edit.document === document);
    const text = applyEdits(document.text, own);
    if (text === null) {
      throw new Error(`edits of ${document.path} overlap`);
    }
    after[document.path] = text;
  }
  return after;
}

/** The files that differ, or all where none does. */
function changedOnly(before: Texts, after: Texts): Texts {
  const changed = Object.entries(after).filter(([path, text]) => before[path] !== text);
  return changed.length > 0 ? Object.fromEntries(changed) : before;
}

/** Puts the lines of suggestions in place of those that the comments stand on, as GitHub does. */
function suggested(files: Texts, comments: readonly ReviewComment[]): Texts {
  const after: Record<string, string> = { ...files };
  for (const { path, startLine, line, body } of comments.toSorted((a, b) => b.line - a.line)) {
    const text = after[path] ?? "";
    const eol = text.includes("\r\n") ? "\r\n" : "\n";
    const lines = text.split(eol);
    const [suggestion = []] = suggestionsIn(body);
    const first = startLine ?? line;
    after[path] = lines.toSpliced(first - 1, line - first + 1, ...suggestion).join(eol);
  }
  return after;
}

/** The file as a pull request changes it: new, or with some of its lines new; null where it is not touched. */
function changeOf(random: Random, path: string, text: string): ChangedFile | null {
  if (random.chance(0.15)) {
    return null;
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") {
    lines.pop();
  }
  const isNewFile = random.chance(0.3);
  const share = random.pick([0.05, 0.15, 0.4]);
  const isNew = lines.map(() => isNewFile || random.chance(share));
  if (!isNew.includes(true)) {
    return null;
  }
  const patch = isNewFile
    ? [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join("\n")
    : hunks(lines, isNew);
  return { path, previousPath: null, status: isNewFile ? "added" : "modified", patch };
}

/** Of context GitHub shows three lines. */
const context = 3;

function hunks(lines: readonly string[], isNew: readonly boolean[]): string {
  const shown = lines.map((_, at) =>
    isNew.slice(Math.max(0, at - context), at + context + 1).includes(true),
  );
  const parts: string[] = [];
  let added = 0;
  for (let start = shown.indexOf(true); start !== -1;) {
    const stop = shown.indexOf(false, start);
    const end = stop === -1 ? lines.length : stop;
    const own = isNew.slice(start, end).filter(Boolean).length;
    parts.push(
      `@@ -${start + 1 - added},${end - start - own} +${start + 1},${end - start} @@`,
      ...lines.slice(start, end).map((line, at) => `${isNew[start + at] ? "+" : " "}${line}`),
    );
    added += own;
    start = shown.indexOf(true, end);
  }
  return parts.join("\n");
}
