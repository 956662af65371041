import { describe, expect, test } from "vitest";
import { absent } from "../syntax/corpus.ts";
import { analyseCorpus, kinds } from "./corpus.ts";

describe.skipIf(absent !== "")(`files of real repositories, of every kind${absent}`, () => {
  const all = absent === "" ? analyseCorpus() : [];
  const kindOf = absent === "" ? kinds() : new Map<string, string>();
  const errors = all.flatMap(({ repository, analysis }) =>
    analysis.findings
      .filter(({ severity }) => severity === "error")
      .map(({ rule, place }) => ({ rule, file: `${repository}/${place.document.path}` })),
  );

  test("few have errors", () => {
    const files = new Set(errors.map(({ file }) => file));
    expect(files.size / kindOf.size).toBeLessThan(0.03);
  });

  test("what is no plain file has no error of syntax", () => {
    const wrong = errors.filter(
      ({ rule, file }) =>
        /^(?:syntax|(?:duplicate|misplaced|invalid)-directive|missing-include)$/.test(rule) &&
        kindOf.get(file) !== "conf",
    );
    expect(wrong).toEqual([]);
  });

  test("templates, and YAML that holds nginx, are read", () => {
    const read = all.flatMap(({ repository, analysis }) =>
      analysis.files
        .filter(({ analysed }) => analysed)
        .map(({ path }) => kindOf.get(`${repository}/${path}`) ?? ""),
    );
    const count = (kind: string): number => read.filter((each) => each === kind).length;
    expect(count("erb")).toBeGreaterThan(15);
    expect(count("jinja")).toBeGreaterThan(30);
    expect(count("go-template")).toBeGreaterThan(10);
    expect(count("yaml-configmap")).toBeGreaterThan(10);
  });
});
