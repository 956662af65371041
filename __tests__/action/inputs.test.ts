import { describe, expect, test } from "vitest";
import { UserError } from "../../src/action/faults.ts";
import { readInputs } from "../../src/action/inputs.ts";

function inputs(given: Readonly<Record<string, string>>) {
  return readInputs((name) => given[name] ?? "");
}

test("without inputs the defaults of action.yml hold", () => {
  expect(inputs({})).toEqual({
    token: "",
    config: ".github/nginx-websocket-guard.yml",
    files: null,
    profile: null,
    nginxVersion: null,
    failOn: "error",
    scope: "new",
    comment: "review",
    maxComments: 50,
    sarifFile: null,
    reportFile: null,
    incomplete: "warn",
  });
});

test("each input is taken as given", () => {
  expect(
    inputs({
      token: "t",
      config: "./deploy/guard.yml",
      files: "deploy/**\n\n  *.vhost  \n",
      profile: "hardened",
      "nginx-version": "1.27",
      "fail-on": "never",
      scope: "all",
      comment: "off",
      "max-comments": "0",
      "sarif-file": "out.sarif",
      "report-file": "out.json",
      incomplete: "fail",
    }),
  ).toEqual({
    token: "t",
    config: "deploy/guard.yml",
    files: ["deploy/**", "*.vhost"],
    profile: "hardened",
    nginxVersion: "1.27",
    failOn: "never",
    scope: "all",
    comment: "off",
    maxComments: 0,
    sarifFile: "out.sarif",
    reportFile: "out.json",
    incomplete: "fail",
  });
});

describe("a wrong value is refused with the input's name, what was given and what is allowed", () => {
  test.each([
    [
      "fail-on",
      "warnings",
      'The input fail-on is "warnings"; allowed are error, warning, notice, never. Did you mean warning?',
    ],
    ["fail-on", "Error", "Did you mean error?"],
    ["profile", "strict", "allowed are recommended, basic, enterprise, hardened."],
    ["scope", "news", "Did you mean new?"],
    ["comment", "yes", "allowed are review, summary, off."],
    ["incomplete", "error", "allowed are warn, fail."],
    ["max-comments", "many", "allowed is a whole number from 0 to 50."],
    ["max-comments", "51", "allowed is a whole number from 0 to 50."],
    ["max-comments", "-1", "allowed is a whole number from 0 to 50."],
    ["nginx-version", "latest", "expected is a version such as 1.27 or 1.27.3."],
    ["config", "../guard.yml", "expected is the path of a file in the repository"],
    ["config", "/etc/guard.yml", "expected is the path of a file in the repository"],
  ])("%s: %s", (name, given, message) => {
    const read = () => inputs({ [name]: given });
    expect(read).toThrow(UserError);
    expect(read).toThrow(`The input ${name} is ${JSON.stringify(given)}`);
    expect(read).toThrow(message);
  });
});

test("a value of any length is answered in one short sentence", () => {
  const given = "x".repeat(100_000);
  expect(() => inputs({ scope: given })).toThrow(/^The input scope is "x{60}…"; allowed are /);
});
