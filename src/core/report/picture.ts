import type { LocationReport } from "../check/analysis.ts";
import { groupBy } from "../basics/collections.ts";
import type { Place } from "../repository/document.ts";
import { type Value, shown } from "../request/value.ts";
import type { Finding } from "../check/finding.ts";
import { ruleNamed } from "../rules/catalogue.ts";
import { handshakeParts } from "../rules/rule.ts";
import { oneLine, redact } from "./markup.ts";
import { startOf } from "./order.ts";

/** Lines of a label are cut off here, in characters: a wider picture is shrunk until nobody can read it. */
const widest = 56;
const MOST_CAUSES = 4;

/**
 * A handshake that breaks, as the text of a Mermaid sequence diagram: from the client through the location to the
 * upstream, with the lines that lose something and what arrives.
 *
 * @param findings those of the location that say why; the order is kept.
 */
export function pictureOf(report: LocationReport, findings: readonly Finding[]): string {
  const { name, proxyPass } = report;
  const location = `location ${name.name}`.trim();
  const server = name.server === null ? [] : [name.server];
  return [
    "sequenceDiagram",
    `participant C as ${label("client")}`,
    `participant N as ${label(`nginx, ${location}`, ...server, positionText(name.place))}`,
    `participant U as ${label("upstream", proxyPass.parameters[0] ?? "")}`,
    `C->>N: ${label("GET … HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade")}`,
    ...causes(report, findings),
    ...endOf(report),
  ].join("\n");
}

/** A note for each line that loses something. */
function causes(report: LocationReport, findings: readonly Finding[]): string[] {
  const all = groupBy(
    findings.map((finding) => ({ finding, place: causeOf(report, finding) })),
    ({ place: { document, span } }) => `${span.start} ${document.path}`,
  );
  const notes = [...all.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const { place } = first;
    const what = lossesOf(
      group.map(({ finding }) => finding.rule),
      place.span.start === report.proxyPass.directive.start ? "not passed on" : "lost here",
    );
    return `Note over N: ${label(...what, positionText(place), sourceOf(place))}`;
  });
  const more = notes.length - MOST_CAUSES;
  const left = more > 0 ? [`Note over N: ${label(`and ${more} more`)}`] : [];
  return [...notes.slice(0, MOST_CAUSES), ...left];
}

/** "Upgrade and Connection are lost here", then what else the rules say. */
function lossesOf(ids: readonly string[], how: string): string[] {
  const known = [...new Set(ids)].flatMap((id) => ruleNamed(id) ?? []);
  const lost = handshakeParts.filter((part) => known.some((rule) => rule.lost === part));
  const others = known.flatMap((rule) =>
    rule.lost === undefined ? [rule.summary.replaceAll("`", "")] : [],
  );
  if (lost.length === 0) {
    return others;
  }
  const last = lost.at(-1);
  const before = lost.slice(0, -1);
  const list = before.length > 0 ? `${before.join(", ")} and ${last}` : last;
  return [`${list} ${before.length > 0 ? "are" : "is"} ${how}`, ...others];
}

/** The line that makes a header what it is, where one does; else what the rule names. */
function causeOf({ exchanges }: LocationReport, { rule, place }: Finding): Place {
  const header = /^(upgrade|connection)-header$/.exec(rule)?.[1];
  const origin = exchanges.websocket.upstream?.headers.find(
    ({ name }) => name.toLowerCase() === header,
  )?.origin;
  if (origin?.from !== "directive") {
    return place;
  }
  return { document: origin.use.document, span: origin.use.directive };
}

/** What arrives, and what comes back. */
function endOf({ upstream, verdict, proxyPass }: LocationReport): string[] {
  if (upstream === null) {
    return [
      `N-xU: ${label(`${proxyPass.name} carries no upgrade`)}`,
      `N--xC: ${label("no WebSocket")}`,
    ];
  }
  const head = [
    `GET … HTTP/${shown(upstream.httpVersion)}`,
    received("Upgrade", upstream.headers),
    received("Connection", upstream.headers),
  ];
  if (verdict.reasons.every((rule) => rule === "hidden-response-header")) {
    return [
      `N->>U: ${label(...head)}`,
      `U->>N: ${label("101 Switching Protocols")}`,
      `N--xC: ${label("101 without what the client needs")}`,
    ];
  }
  const who = verdict.lenient === "works" ? " from servers that follow RFC 6455" : "";
  return [
    `N-xU: ${label(...head)}`,
    `U--xN: ${label(`no 101 Switching Protocols${who}`)}`,
    `N--xC: ${label("no WebSocket")}`,
  ];
}

function received(name: string, headers: readonly (readonly [string, Value])[]): string {
  const values = headers
    .filter(([header]) => header.toLowerCase() === name.toLowerCase())
    .map(([, value]) => shown(value));
  return values.length === 0 ? `no ${name}` : `${name}: ${values.join(", ")}`;
}

function positionText(place: Place): string {
  const { path } = place.document;
  const line = `:${startOf(place).line}`;
  const room = widest - line.length;
  return (path.length > room ? `…${path.slice(1 - room)}` : path) + line;
}

/** The first line of what stands there. */
function sourceOf({ document: { text }, span }: Place): string {
  return text.slice(span.start, span.end).split("\n", 1)[0]?.trim() ?? "";
}

/** Lines of plain text as a label in which nothing is markup, a directive, a comment or the end of a statement. */
function label(...lines: readonly string[]): string {
  return lines
    .map((line) => defused(cut(oneLine(redact(line.slice(0, 40 * widest))))))
    .filter((line) => line !== "")
    .join("<br/>");
}

function cut(line: string): string {
  return line.length > widest
    ? `${line.slice(0, widest - 1).replace(/[\ud800-\udbff]$/, "")}…`
    : line;
}

/**
 * Mermaid has one escape, `#` code point `;`. It leaves out the last `;` of a line that says `style…:…#…;` or
 * `classDef…:…#…;`, reads `wrap:` at the start of a label as an instruction and `$$…$$` as a formula.
 */
function defused(line: string): string {
  return line
    .replaceAll(/[^\w ./:,=!?()'*+~^$-]|\$(?=\$)|(?<=\$)\$|s(?=tyle)|c(?=lassDef)/gu, entity)
    .replace(/^(?=(?:no)?wrap:)./, entity);
}

function entity(character: string): string {
  return `#${character.codePointAt(0)};`;
}
