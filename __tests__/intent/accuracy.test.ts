import { describe, expect, test } from "vitest";
import { absent } from "../syntax/corpus.ts";
import { judge, measure } from "./labels.ts";

describe.skipIf(absent)(`locations that a person labelled${absent}`, () => {
  test("of what we call WebSockets at least 97 of 100 are, and nine of ten that are we call so", () => {
    const { precision, recall, answers } = measure();
    expect(answers.length).toBeGreaterThan(200);
    expect(precision).toBeGreaterThanOrEqual(0.97);
    expect(recall).toBeGreaterThanOrEqual(0.9);
  });

  test("nothing is an error where there are no WebSockets", () => {
    expect(judge().errors).toEqual([]);
  });
});
