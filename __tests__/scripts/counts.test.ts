import { expect, test } from "vitest";
import { countsOf, countsText } from "../../scripts/counts.ts";

const none = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};
const failedTest = { status: "failed", assertionResults: [{ status: "failed" }] };
const failedFile = { status: "failed", assertionResults: [] };

test.each([
  ["all pass", { numPassedTests: 3 }, 0, "3 passed, 0 failed"],
  [
    "one fails",
    { numPassedTests: 3, numFailedTests: 1, testResults: [failedTest] },
    1,
    "3 passed, 1 failed",
  ],
  [
    "a file cannot be loaded",
    { numPassedTests: 3, testResults: [failedFile] },
    1,
    "3 passed, 1 failed",
  ],
  ["an error outside of tests", { numPassedTests: 3 }, 1, "3 passed, 1 failed"],
  ["ended by a signal", { numPassedTests: 3 }, null, "3 passed, 1 failed"],
  ["no tests", {}, 0, "0 passed, 1 failed"],
  [
    "skipped is not passed",
    { numPassedTests: 3, numPendingTests: 2, numTodoTests: 1 },
    0,
    "3 passed, 0 failed, 3 skipped",
  ],
])("%s", (_, report, code, text) => {
  expect(countsText(countsOf({ ...none, ...report }, code))).toBe(text);
});
