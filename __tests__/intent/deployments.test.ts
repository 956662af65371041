import { expect, test } from "vitest";
import { intentOf } from "../../src/core/intent/intent.ts";
import { deployments } from "./deployments.ts";
import { subjects } from "./subject.ts";

test.each(deployments)("$title", ({ text, serves, guess }) => {
  const said = Object.fromEntries(
    subjects(text).map((subject) => [subject.name, intentOf(subject).intent.serves]),
  );
  expect(said).toEqual({ ...serves, ...guess });
});

test("no location of software that speaks HTTP alone is called a WebSocket endpoint", () => {
  for (const { serves, guess } of deployments) {
    for (const [name, said] of Object.entries(guess ?? {})) {
      expect({ name, said, serves: serves[name] }).not.toMatchObject({ said: "yes", serves: "no" });
    }
  }
});

test("of what serves WebSockets nine of ten are found", () => {
  const real = deployments.flatMap(({ serves, guess }) =>
    Object.entries(serves).flatMap(([name, is]) => (is === "yes" ? [guess?.[name] ?? is] : [])),
  );
  expect(real.filter((said) => said === "yes").length / real.length).toBeGreaterThan(0.9);
});
