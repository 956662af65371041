import type { Random } from "./random.ts";

/** A simple directive without its `;`, a comment, or a block. */
export type Statement = string | Block;

export interface Block {
  readonly opening: string;
  readonly body: readonly Statement[];
}

export function blockOf(opening: string, body: readonly Statement[]): Block {
  return { opening, body };
}

/** How one author writes all of his files. */
export interface Hand {
  readonly eol: "\n" | "\r\n";
  readonly unit: string;
  /** How often a block stands on one line, and how often a comment or an empty line stands between directives. */
  readonly oneLine: number;
  readonly comments: number;
  readonly aligns: boolean;
}

export function handOf(random: Random): Hand {
  return {
    eol: random.chance(0.12) ? "\r\n" : "\n",
    unit: random.pick(["    ", "    ", "  ", "\t"]),
    oneLine: random.pick([0, 0, 0.1, 0.5]),
    comments: random.pick([0, 0, 0.1, 0.3]),
    aligns: random.chance(0.15),
  };
}

/** The text of a file. */
export function writtenBy(random: Random, hand: Hand, statements: readonly Statement[]): string {
  const text = linesOf(random, hand, statements, "").join(hand.eol);
  return random.chance(0.04) ? text : text + hand.eol;
}

function linesOf(
  random: Random,
  hand: Hand,
  statements: readonly Statement[],
  indent: string,
): string[] {
  return statements.flatMap((statement) => {
    const before = random.chance(hand.comments)
      ? [
          random.pick([
            "",
            `${indent}# see the wiki; it says { why`,
            `${indent}#proxy_buffering off;`,
          ]),
        ]
      : [];
    const behind = random.chance(hand.comments / 2) ? random.pick([" # keep", "  ", " #; }"]) : "";
    return [...before, ...statementLines(random, hand, statement, indent, behind)];
  });
}

function statementLines(
  random: Random,
  hand: Hand,
  statement: Statement,
  indent: string,
  behind: string,
): string[] {
  if (typeof statement === "string") {
    return [indent + simple(hand, statement) + (statement.startsWith("#") ? "" : behind)];
  }
  const { opening, body } = statement;
  if (isFlat(body) && random.chance(hand.oneLine)) {
    const gap = random.chance(0.2) ? "" : " ";
    return [
      `${indent}${opening} {${gap}${body.map((each) => `${each};`).join(gap || " ")}${gap}}${behind}`,
    ];
  }
  const opened = random.chance(hand.oneLine / 4)
    ? [`${indent}${opening}`, `${indent}{${behind}`]
    : [`${indent}${opening} {${behind}`];
  return [...opened, ...linesOf(random, hand, body, indent + hand.unit), `${indent}}`];
}

function simple(hand: Hand, statement: string): string {
  if (statement.startsWith("#")) {
    return statement;
  }
  const header = /^(proxy_set_header) (\S+) (.*)$/s.exec(statement);
  return hand.aligns && header !== null
    ? `${header[1]}   ${(header[2] ?? "").padEnd(18)} ${header[3]};`
    : `${statement};`;
}

function isFlat(body: readonly Statement[]): body is readonly string[] {
  return body.every((each) => typeof each === "string" && !each.startsWith("#"));
}
