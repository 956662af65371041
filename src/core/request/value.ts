/** A value that nobody can know from the configuration alone. */
export interface Unknown {
  /** Why, as a clause: "$remote_addr is the client's address". */
  readonly unknown: string;
  /** The value with its unknown parts left as written, e.g. `for=$remote_addr`; equal texts are equal values. */
  readonly text: string;
}

export type Value = string | Unknown;

export function isKnown(value: Value): value is string {
  return typeof value === "string";
}

export function unknown(why: string, text: string): Unknown {
  return { unknown: why, text };
}

/** The value as people read it: known text, or the text with its unknown parts as written. */
export function shown(value: Value): string {
  return isKnown(value) ? value : value.text;
}
