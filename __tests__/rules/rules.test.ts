import { existsSync, readdirSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  analyse,
  type Analysis,
  type ChangedFile,
  compare,
  endOf,
  planReview,
  type Policy,
  type Review,
  startOf,
} from "../../src/core/index.ts";
import { rules } from "../../src/core/rules/index.ts";
import { isAboutHandshakes } from "../../src/core/rules/catalogue.ts";
import { applySuggestions } from "../github/apply.ts";
import type { PullRequest } from "../github/pull-request.ts";
import { type LocalGitHub, startGitHub } from "../github/server.ts";
import { ingressConfig } from "../nginx/ingress.ts";
import { type Proof, proveHandshake, sideEffects } from "../nginx/proof.ts";
import { describeWithNginx } from "../nginx/suite.ts";
import { type Fixture, fixedPath, fixturesFolder, loadFixtures } from "./fixtures.ts";
import { examplesOf, withExamples } from "./page.ts";

const updating = process.env["UPDATE"] === "1";
const rulesFolder = join(import.meta.dirname, "../../src/core/rules");
const fixtures = loadFixtures();
const bad = fixtures.filter((fixture) => fixture.isBad);
const good = fixtures.filter((fixture) => !fixture.isBad);

let github: LocalGitHub;
beforeAll(async () => {
  github = await startGitHub();
});
afterAll(async () => {
  await github.close();
});

type Texts = Readonly<Record<string, string>>;

function analyseTexts(texts: Texts, policy: Policy): Analysis {
  return analyse({ read: (path) => texts[path], list: () => Object.keys(texts) }, { policy });
}

function said(analysis: Analysis): string[] {
  return analysis.findings.map(
    ({ rule, severity, place, message }) =>
      `${severity} ${rule} ${place.document.path}:${startOf(place).line} ${message}`,
  );
}

describe("every rule has code, a page and both kinds of fixtures", () => {
  test.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, { summary }) => {
    const own = (list: readonly Fixture[]) => list.filter(({ rule }) => rule === id).length;
    expect(existsSync(join(rulesFolder, `${id}.ts`))).toBe(true);
    expect(own(bad)).toBeGreaterThan(0);
    expect(own(good)).toBeGreaterThan(0);
    const path = join(rulesFolder, `${id}.md`);
    const fixed = new Map<string, string | null>();
    for (const fixture of bad.filter(({ rule }) => rule === id)) {
      for (const [file, text] of Object.entries(fixture.added)) {
        fixed.set(text, fixture.fixed?.[file] ?? fixed.get(text) ?? null);
      }
    }
    if (updating) {
      writeFileSync(path, withExamples(readFileSync(path, "utf8"), fixed));
    }
    const page = readFileSync(path, "utf8");
    expect(page.startsWith(`# ${id}\n\n${summary}.\n`)).toBe(true);
    expect(page).toContain(`ignore[${id}]`);
    const examples = examplesOf(page);
    expect(examples.length).toBeGreaterThan(0);
    expect(examples).toEqual(
      examples.map(({ before, after }) => ({
        before: fixed.has(before) ? before : "the text of a fixture",
        after: after === null ? null : fixed.get(before),
      })),
    );
  });

  test("no fixtures without a rule", () => {
    const known = new Set<string>(rules.map(({ id }) => id));
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("a good configuration is silent", () => {
  test.each(good.map((fixture) => [`${fixture.rule}/${fixture.name}`, fixture] as const))(
    "%s",
    (_, fixture) => {
      const { base, added, policy } = fixture;
      expect(said(analyseTexts({ ...base, ...added }, policy))).toEqual([]);
    },
  );
});

describe("a bad configuration has its comment, and its suggestion mends it", () => {
  test.each(bad.map((fixture) => [`${fixture.rule}/${fixture.name}`, fixture] as const))(
    "%s",
    (title, fixture) => {
      const { rule, base, added, policy } = fixture;
      const repository = github.createRepository(`rules/${title.replace("/", "-")}`, {
        files: base,
      });
      const pull = repository.openPullRequest({ files: added });
      const changes = changesOf(pull);
      const head = analyseTexts({ ...base, ...added }, policy);
      const analysis = compare(head, analyseTexts(base, policy), changes);
      expect(analysis.findings.map((finding) => finding.rule)).toContain(rule);

      const review = planReview({
        analysis,
        changes,
        findings: analysis.findings,
        maxComments: 50,
      });
      const reviewPath = join(fixturesFolder, rule, `${fixture.name}.review.md`);
      const text = reviewText(analysis, review);
      if (updating) {
        writeFileSync(reviewPath, text);
      }
      expect(text).toBe(readFileSync(reviewPath, "utf8"));

      post(pull, review);
      const { refused } = applySuggestions(pull);
      expect(refused).toEqual([]);
      const now = Object.fromEntries(
        Object.keys(added).map((path) => [path, repository.read(pull.headSha, path)]),
      );
      const suggests = review.comments.some((comment) => comment.suggests);
      if (updating && suggests) {
        writeFixed(fixture, now);
      }
      const fixed = updating && suggests ? now : fixture.fixed;
      expect(suggests).toBe(fixed !== null);
      expect(now).toEqual({ ...added, ...fixed });
      const left = said(analyseTexts({ ...base, ...now }, policy));
      expect(fixed === null ? [] : left).toEqual([]);
    },
  );
});

/** Rules about locations that no handshake comes to. */
const withoutHandshake = new Set(["streaming-buffering"]);

/** What breaks only once something else has come before, such as an answer in the cache. */
const onlyLater = new Set(["cached-handshake"]);

/** Where the version is not known, `http-version` only warns; the nginx that is asked here may well default to 1.0. */
function breaksHandshake({ base, added, policy }: Fixture): boolean {
  return analyseTexts({ ...base, ...added }, policy).findings.some(
    ({ rule, severity }) =>
      isAboutHandshakes(rule) &&
      !onlyLater.has(rule) &&
      (severity === "error" || rule === "http-version"),
  );
}

/** What else than the pair of headers a rule's fix may change of a request. */
const about: Readonly<Record<string, readonly string[]>> = {
  "contradictory-header": ["host"],
  "client-headers": ["x-real-ip", "x-forwarded-for", "x-forwarded-proto"],
  // Before, only the subrequest reached a server.
  "subrequest-upgrade": ["request line"],
  "header-inheritance": ["host"],
  "altered-request": [
    "content-length",
    "request line",
    "sec-websocket-key",
    "sec-websocket-version",
    "http2-settings",
  ],
};

describeWithNginx("real nginx in front of a strict server", () => {
  const mended = bad.filter(({ rule, fixed }) => fixed !== null && !withoutHandshake.has(rule));
  test.each(mended.map((fixture) => [`${fixture.rule}/${fixture.name}`, fixture] as const))(
    "%s",
    async (_, fixture) => {
      const { rule, base, added, fixed, request, connection } = fixture;
      const before = { ...base, ...added };
      const proof = await proveHandshake({
        before: { main: "nginx.conf", files: withIngress(before) },
        after: { main: "nginx.conf", files: withIngress({ ...before, ...fixed }) },
        path: request,
        ...(connection !== null && { connection }),
        server: breaksOnlyLenient(fixture) ? "nodews" : "strict",
      });
      expect(proof.before.probes?.websocket.ok ?? false).toBe(
        !breaksHandshake(fixture) && worksBefore(proof),
      );
      expect(proof.after.configTest).toMatchObject({ ok: true });
      expect(proof.after.probes?.websocket).toMatchObject({ status: 101, ok: true });
      const review = readFileSync(join(fixturesFolder, rule, `${fixture.name}.review.md`), "utf8");
      const names = [
        "upgrade",
        "connection",
        ...(review.includes("`host-header`") ? ["host", "origin"] : []),
        ...(about[rule] ?? []),
      ];
      const effects = isMeasured(proof) ? sideEffects(proof, names) : [];
      expect(
        effects.filter((effect) => !names.some((name) => effect.endsWith(`: ${name}`))),
      ).toEqual([]);
    },
  );
});

/** Servers such as Node's `ws` refuse some of what RFC 6455 allows. */
function breaksOnlyLenient({ base, added, policy }: Fixture): boolean {
  return analyseTexts({ ...base, ...added }, policy).locations.some(
    ({ verdict }) => verdict.strict === "works" && verdict.lenient === "breaks",
  );
}

/** What ingress-nginx makes of an Ingress, where the fixture is one. */
function withIngress(texts: Texts): Texts {
  const { "ingress.yaml": ingress } = texts;
  return ingress === undefined ? texts : { "nginx.conf": ingressConfig(ingress) };
}

function worksBefore({ before }: Proof): boolean {
  return before.probes?.websocket.ok ?? false;
}

/** With a timeout of 0 nginx gives up before the upstream has read the request, so that there is nothing to compare. */
function isMeasured({ before }: Proof): boolean {
  return before.probes?.plain.status !== 504;
}

function changesOf(pull: PullRequest): ChangedFile[] {
  return pull.files.map(({ path, previousPath = null, status, patch = null }) => ({
    path,
    previousPath,
    status: status === "changed" ? "modified" : status,
    patch,
  }));
}

function post(pull: PullRequest, { comments }: Review): void {
  const anchored = comments.map(({ path, line, startLine, body }) => ({
    path,
    line,
    startLine: startLine ?? undefined,
    side: "RIGHT" as const,
    startSide: startLine === null ? undefined : ("RIGHT" as const),
    body,
  }));
  for (const comment of anchored) {
    expect(pull.problemsOf(comment, pull.headSha)).toEqual([]);
  }
  const bot = pull.repository.world.account("github-actions[bot]");
  pull.addReview(bot, "COMMENT", "", pull.headSha, anchored);
}

/** Each comment below its place, then what is found and has no comment. */
function reviewText(analysis: Analysis, { comments }: Review): string {
  const commented = new Set(comments.flatMap(({ fingerprints }) => fingerprints));
  const posted = comments.map(({ path, startLine, line, body }) => {
    const range = startLine === null ? `line ${line}` : `lines ${startLine} to ${line}`;
    return `<!-- ${path}, ${range} -->\n\n${body}\n`;
  });
  const silent = analysis.findings
    .filter(({ fingerprint }) => !commented.has(fingerprint))
    .map(({ rule, severity, message, place }) => {
      const lines = [...new Set([startOf(place).line, endOf(place).line])].join(" to ");
      return `<!-- no comment, ${place.document.path}, line ${lines} -->\n\n${severity} \`${rule}\`: ${message}\n`;
    });
  return [...posted, ...silent].join("\n");
}

function writeFixed({ rule, name, added, isFolder }: Fixture, now: Texts): void {
  const path = fixedPath(rule, name, isFolder);
  for (const [file, text] of Object.entries(now)) {
    if (!isFolder) {
      writeFileSync(path, text);
    } else if (text !== added[file]) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), text);
    }
  }
}
