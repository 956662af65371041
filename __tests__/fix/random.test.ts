import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { effectiveList, effectiveSetting } from "../../src/core/config/effective.ts";
import type { Config, Level } from "../../src/core/config/level.ts";
import type { Place } from "../../src/core/repository/document.ts";
import type { TextEdit } from "../../src/core/fix/edit.ts";
import type { Remedy } from "../../src/core/rules/remedy.ts";
import { Random } from "../nginx/generate/random.ts";
import { candidates, fixed, host, load, timeouts, upgrade, usesOf, version } from "./planned.ts";

const cases = 400;
const seed = 20_250_114;

/** A server with one proxying location, in any layout. */
function site(random: Random): string {
  const eol = random.pick(["\n", "\r\n"]);
  const unit = random.pick(["  ", "    ", "\t"]);
  const headers = (share: number): string[] =>
    random.some(
      [
        `proxy_set_header Host ${random.pick(["$host", '"$host"', "backend"])};`,
        "proxy_set_header X-Real-IP $remote_addr;",
        `proxy_set_header Upgrade ${random.pick(["$http_upgrade", '""', "$http_upgrad"])};`,
        `proxy_set_header   Connection ${random.pick(['""', "close", "upgrade", '"upgrade"'])};`,
        "proxy_set_header X-Forwarded-For\t$proxy_add_x_forwarded_for;",
      ],
      share,
    );
  const settings = random.some(
    [
      `proxy_http_version ${random.pick(["1.0", "1.1"])};`,
      "proxy_read_timeout 60s;",
      "if ($slow) { set $limit_rate 1k; }",
      "limit_except GET { deny all; }",
      "client_max_body_size 1m;",
    ],
    0.3,
  );
  const inside = random.shuffle([
    "proxy_pass http://b;",
    ...headers(random.pick([0, 0.5])),
    ...settings,
  ]);
  const outside = random.shuffle(["listen 80;", ...headers(random.pick([0, 0.4]))]);
  return [
    random.pick(["", `# the site${eol}`, `gzip on;${eol}`]),
    `server {${eol}`,
    laidOut(outside, unit, unit, eol, random),
    `${unit}location /ws {`,
    random.chance(0.25)
      ? ` ${inside.join(" ")} }`
      : `${random.pick(["", " # chat"])}${eol}${laidOut(inside, unit + unit, unit, eol, random)}${unit}}`,
    `${eol}}${eol}`,
  ].join("");
}

/** Some share a line, some have a comment above or behind, some an empty line before them. */
function laidOut(
  lines: readonly string[],
  indent: string,
  unit: string,
  eol: string,
  random: Random,
): string {
  let text = "";
  let isOpen = true;
  lines.forEach((line, index) => {
    if (isOpen) {
      text += random.pick(["", "", "", eol, `${indent}# see ${index}${eol}`]) + indent;
    }
    text += line;
    isOpen = !random.chance(0.15) || index === lines.length - 1;
    text += isOpen ? random.pick(["", "", "", " ", ` # note ${unit}`]) + eol : " ";
  });
  return text;
}

function remediesOf(random: Random): Remedy[] {
  const given: Remedy[] = [
    upgrade,
    { kind: "header", name: "Connection", value: random.pick(['"upgrade"', "$http_connection"]) },
    host,
    version,
    ...timeouts,
    { kind: "header", name: "X-Forwarded-Proto", value: "$scheme" },
  ];
  return random.shuffle(random.some(given, 0.6));
}

function headersAt(level: Level): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const { parameters } of effectiveList(level, "proxy_set_header").uses) {
    const [name = "", value = ""] = parameters;
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  return headers;
}

function levelOf(config: Config): Level {
  return usesOf(config).find((use) => use.name === "location")?.inner ?? config.main;
}

/** What the remedies make of the headers and settings that held before. */
function expected(before: Level, remedies: readonly Remedy[]): unknown {
  const headers = headersAt(before);
  const settings = new Map<string, string>();
  for (const remedy of remedies) {
    if (remedy.kind === "header") {
      headers.set(remedy.name.toLowerCase(), [(remedy.value ?? "").replaceAll('"', "")]);
    } else if (remedy.kind === "directive") {
      settings.set(remedy.name, remedy.parameters.join(" "));
    }
  }
  return stateOf(before, headers, settings);
}

const settingNames = ["proxy_http_version", "proxy_read_timeout", "proxy_send_timeout"] as const;

function stateOf(
  level: Level,
  headers: Map<string, string[]>,
  given: Map<string, string>,
): unknown {
  const settings = settingNames.map((name) => {
    const setting = effectiveSetting(level, name);
    return given.get(name) ?? (setting.state === "set" ? setting.use.parameters.join(" ") : "");
  });
  return { headers: Object.fromEntries(headers), settings };
}

/** Comments, and directives that no remedy is about. */
function rest({ documents }: Config): string[] {
  return documents.flatMap(({ tree, text }) => [
    ...tree.comments.map(({ start, end }) => text.slice(start, end).trimEnd()),
    text.replaceAll(/proxy_(?:set_header|http_version|\w+_timeout)[^;]*;|#.*|\s+/gm, ""),
  ]);
}

function placeOf({ document, start, end }: TextEdit): Place {
  return { document, span: { start, end: Math.max(start, end - 1) } };
}

/** Whether the place lies in these lines, 1-based, each of which it touches. */
function isIn({ document, span }: Place, lines: ReadonlySet<number>): boolean {
  for (
    let line = document.lines.lineAt(span.start);
    line <= document.lines.lineAt(span.end);
    line++
  ) {
    if (!lines.has(line)) {
      return false;
    }
  }
  return true;
}

/** What is wrong with the first candidate of one case; empty where it does what the remedies say and nothing else. */
function faults(index: number): string[] {
  const random = Random.forCase(seed, index);
  const text = site(random);
  const files = { "site.conf": text };
  const remedies = remediesOf(random);
  const [fix] = candidates({ files, remedies });
  const now = fixed(files, fix);
  const result = now["site.conf"] ?? "";
  const before = load(files);
  const after = load(now);
  const level = levelOf(after);
  const state = stateOf(level, headersAt(level), new Map());
  const lines = new Set(random.some([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], 0.5));
  const within = candidates({ files, remedies, writable: (place) => isIn(place, lines) });
  const wrong = [
    after.documents.every(({ tree }) => tree.problems.length === 0) ? "" : "does not parse",
    isDeepStrictEqual(state, expected(levelOf(before), remedies)) ? "" : "is not what was asked",
    isDeepStrictEqual(rest(after), rest(before)) ? "" : "changes something else",
    candidates({ files: now, remedies }).length === 0 ? "" : "leaves something to do",
    /\r\n/.test(text) === /\r/.test(result.replace(/\n/g, "")) ? "" : "has other line endings",
    within.every(({ edits }) => edits.every((edit) => isIn(placeOf(edit), lines)))
      ? ""
      : "edits what is not writable",
    text.includes("\r") && /(?<!\r)\n/.test(result) ? "mixes line endings" : "",
  ].filter((fault) => fault !== "");
  return wrong.map(
    (fault) => `case ${index} ${fault}: ${JSON.stringify(remedies)}\n${text}became\n${result}`,
  );
}

test(`${cases} random layouts, seed ${seed}: a first candidate does what the remedies say and nothing else`, () => {
  expect(Array.from({ length: cases }, (_, index) => faults(index)).flat()).toEqual([]);
});
