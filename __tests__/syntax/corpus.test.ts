import { describe, expect, test } from "vitest";
import { parse } from "../../src/core/syntax/parse.ts";
import { absent, corpus, lines } from "./corpus.ts";
import { faults } from "./steps.ts";

interface Experiment {
  readonly id: string;
  readonly config: string;
  readonly nginx_1_22: { readonly config_test: string; readonly messages?: readonly string[] };
}

const LEXICAL = /\] (?:unexpected "|unexpected end of file|too long parameter)/;

describe.skipIf(absent !== "")(`real configurations${absent}`, () => {
  test("tokenize without loss and parse in linear work", () => {
    const files = corpus("corpus", "peer-cases", "fixes");
    expect(files.length).toBeGreaterThan(600);
    expect(files.flatMap(({ path, text }) => faults(text, path))).toEqual([]);
  });

  test("experiments have a problem exactly where nginx's lexer refused them", () => {
    const experiments = lines("experiments.jsonl").map((line): Experiment => JSON.parse(line));
    expect(experiments.length).toBeGreaterThan(100);
    const wrong = experiments.filter(({ config, nginx_1_22: nginx }) => {
      const refused = (nginx.messages ?? []).some((message) => LEXICAL.test(message));
      return parse(config).problems.length > 0 !== refused;
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});
