import type { Limit } from "../basics/limit.ts";

/** A file that is made of generated configurations would take minutes otherwise. */
export const sourcesPerFile: Limit = {
  most: 200,
  says: "holds more than 200 configurations; those after them are not looked at",
};

/** In UTF-16 units; the YAML parser takes a second for it. */
export const longestYaml: Limit = {
  most: 2_000_000,
  says: "is a YAML file of more than 2,000,000 characters; it is not looked at",
};
