import { expect, test } from "vitest";
import { loadPolicy } from "../../src/core/policy-file/load.ts";

const example = `profile: recommended
nginx-version: "1.27"
files: ["deploy/nginx/**"]
prefixes: { /etc/nginx: deploy/nginx }
endpoints:
  - wss://api.example.com/ws
locations:
  - match: { path: /news }
    websocket: false
rules:
  idle-timeout: { severity: error, minimum: 3600s }
  origin-check: off
`;

/** A small generator with a fixed seed, so that a failure comes again (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("whatever becomes of a file, it is read or each fault has a place in it", () => {
  const next = random(20_26);
  const pieces = [
    ..."{}[]:,-?&*!|>'\"%@`#\t\n \0\uFEFFé".split(""),
    "\r\n",
    "---\n",
    "<<: ",
    "*a",
    "&a ",
    "!!map ",
    "  ",
  ];
  for (let round = 0; round < 1500; round += 1) {
    let text = example;
    for (let change = 0; change < 1 + (round % 4); change += 1) {
      const from = Math.floor(next() * text.length);
      const to = from + Math.floor(next() * 4);
      text =
        text.slice(0, from) + (pieces[Math.floor(next() * pieces.length)] ?? "") + text.slice(to);
    }
    const read = loadPolicy(text, "p.yml");
    const lines = text.split("\n").length;
    const misplaced =
      "problems" in read
        ? read.problems.filter(({ line, column }) => line < 1 || line > lines || column < 1)
        : [];
    expect({ text, misplaced }).toEqual({ text, misplaced: [] });
    expect("policy" in read || read.problems.length > 0).toBe(true);
  }
});
