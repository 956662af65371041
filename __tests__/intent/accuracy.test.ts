import { describe, expect, test } from "vitest";
import { absent } from "../syntax/corpus.ts";
import { measure } from "./labels.ts";

describe.skipIf(absent)(`locations that a person labelled${absent}`, () => {
  const measured = absent ? null : measure((label) => label.kind === "conf");

  test("what we call WebSockets without the author's own upgrade headers is so, in at least 97 of 100", () => {
    const guessed = measured?.answers.filter(
      ({ label, serves, evidence }) =>
        serves === "yes" &&
        label.serves_websocket !== "unclear" &&
        !evidence.some((each) => each.startsWith("this location sets")),
    );
    const wrong = guessed?.filter(({ label }) => label.serves_websocket === "no") ?? [];
    expect(guessed?.length).toBeGreaterThan(10);
    expect(wrong.length / (guessed?.length ?? 0)).toBeLessThan(0.03);
  });

  test("nine of ten that serve WebSockets are found", () => {
    const real =
      measured?.answers.filter(
        ({ label, serves }) => label.serves_websocket === "yes" && serves !== null,
      ) ?? [];
    expect(real.filter(({ serves }) => serves === "yes").length / real.length).toBeGreaterThan(0.9);
  });

  test("nothing that a person calls ordinary is an error for another reason than its own upgrade headers", () => {
    const wrong = measured?.misses.filter(({ serves }) => serves === "yes") ?? [];
    for (const { evidence } of wrong) expect(evidence[0]).toMatch(/^this location sets Upgrade/);
    expect(measured?.precision).toBeGreaterThan(0.93);
  });
});
