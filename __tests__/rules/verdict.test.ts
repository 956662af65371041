import { describe, expect, test } from "vitest";
import {
  analyse,
  type Analysis,
  defaultPolicy,
  type LocationReport,
} from "../../src/core/index.ts";
import { isNeverChosen } from "../../src/core/handshake/reach.ts";
import { absent, corpus, lines } from "../syntax/corpus.ts";
import { loadFixtures } from "./fixtures.ts";

/** Rules that say why a handshake fails. */
const handshakeRules = new Set([
  "upgrade-header",
  "connection-header",
  "http-version",
  "header-inheritance",
  "connection-map",
  "altered-request",
  "hidden-response-header",
  "missing-resolver",
  "subrequest-upgrade",
]);
/** What keeps nginx from starting, and the headers that only some rules of the other group look at. */
const otherReasons = new Set([
  "undefined-variable",
  "proxy-pass-scheme",
  "duplicate-directive",
  "misplaced-directive",
  "invalid-directive",
  "syntax",
  "host-header",
  "location-shadowed",
]);

type Texts = Readonly<Record<string, string>>;

/** Every location is taken for one that serves WebSockets. */
function analyseAll(texts: Texts, nginxVersion: string | null): Analysis {
  const locations = Object.keys(texts).map((file) => ({
    file,
    path: null,
    server: null,
    websocket: true,
  }));
  const files = { read: (path: string) => texts[path], list: () => Object.keys(texts) };
  return analyse(files, { policy: { ...defaultPolicy, nginxVersion, locations } });
}

/** Locations of which the findings say something else than the simulation. */
function contradictions(title: string, texts: Texts): string[] {
  return ["1.22.1", "1.31.5", null].flatMap((version) => {
    const analysis = analyseAll(texts, version);
    return analysis.locations.flatMap((location) => {
      const errors = analysis.findings.filter(
        (finding) =>
          (finding.severity === "error" || finding.place.document.source.isExample) &&
          concerns(finding.related, finding.location, location),
      );
      const { strict } = location.verdict;
      const says = errors.some(({ rule }) => handshakeRules.has(rule));
      const hasReason = says || analysis.findings.some(({ rule }) => otherReasons.has(rule));
      const isProxied = location.exchanges.websocket.outcome === "proxied";
      // What an if in the location does with other requests is said of the location too.
      const isOne = analysis.locations.every(
        (other) => other === location || other.name.place.span !== location.name.place.span,
      );
      const fails = strict === "breaks" ? isProxied : location.failsInFirefox;
      const isWrong = strict === "works" && !fails ? says : fails && !hasReason;
      const isJudged = !isNeverChosen(location.level);
      return isWrong && isOne && isJudged
        ? [`${title} ${version ?? "unknown"} location ${location.name.name}: ${strict}`]
        : [];
    });
  });
}

function concerns(
  related: Analysis["findings"][number]["related"],
  name: LocationReport["name"] | null,
  location: LocationReport,
): boolean {
  const places = [...(name === null ? [] : [name.place]), ...related.map(({ place }) => place)];
  return places.some(
    ({ document, span }) =>
      document === location.name.place.document && span.start === location.name.place.span.start,
  );
}

describe("findings say what the simulated handshake does", () => {
  test("in every fixture", () => {
    const found = loadFixtures().flatMap(({ rule, name, base, added }) =>
      contradictions(`${rule}/${name}`, { ...base, ...added }),
    );
    expect(found).toEqual([]);
  });

  describe.skipIf(absent !== "")(`in real configurations${absent}`, () => {
    test("every experiment", () => {
      const found = lines("experiments.jsonl").flatMap((line) => {
        const { id, config } = JSON.parse(line) as { id: string; config: string };
        const text = config.replaceAll("@NGINX@", "8080").replaceAll("@BACKEND@", "9000");
        return contradictions(id, { "nginx.conf": `events {}\n${text}` });
      });
      expect(found).toEqual([]);
    });

    test("every file", () => {
      const found = corpus("corpus", "peer-cases").flatMap(({ path, text }) =>
        contradictions(path, { "conf.d/site.conf": text }),
      );
      expect(found).toEqual([]);
    });
  });
});
