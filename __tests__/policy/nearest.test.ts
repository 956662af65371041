import { expect, test } from "vitest";
import { nearest } from "../../src/core/basics/nearest.ts";

const names = ["profile", "files", "ignore", "roots", "rules", "endpoints", "idle-timeout"];

test.each([
  ["profil", "profile"],
  ["porfile", "profile"],
  ["PROFILE", "profile"],
  ["file", "files"],
  ["endpoint", "endpoints"],
  ["idle-timeot", "idle-timeout"],
  ["idel-timeout", "idle-timeout"],
  ["ruls", "rules"],
  ["xyzzy", null],
  ["", null],
  ["x".repeat(100_000), null],
])("%s → %s", (word, name) => {
  expect(nearest(word, names)).toBe(name);
});
