import type { Use } from "../config/level.ts";
import type { Remedy } from "../rules/remedy.ts";

/** A header that shall be sent. */
export interface WantedHeader {
  readonly name: string;
  /** Null for a `Connection` that is to be chosen; a value that is given for it may turn out not to do. */
  readonly value: string | null;
}

export function wantedHeaders(remedies: readonly Remedy[]): WantedHeader[] {
  const wanted = new Map<string, WantedHeader>();
  for (const remedy of remedies) {
    if (remedy.kind === "header") {
      const key = remedy.name.toLowerCase();
      const known = wanted.get(key);
      if (known === undefined || known.value === null) {
        wanted.set(key, { name: remedy.name, value: remedy.value });
      }
    }
  }
  return [...wanted.values()];
}

export function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

export function isNamed(use: Use, name: string): boolean {
  return isSameName(use.parameters[0] ?? "", name);
}

export function isEmptyValue(value: string | null): boolean {
  return value === "" || value === '""' || value === "''";
}

export function isRawUpgrade({ name, value }: WantedHeader): boolean {
  return isSameName(name, "Upgrade") && value === "$http_upgrade";
}

/** Whether a parameter's value is the one that is wanted, which may come in quotes. */
export function isSameValue(value: string, wanted: string): boolean {
  const plain = (text: string): string => text.replace(/\$\{(\w+)\}/g, "$$$1").toLowerCase();
  return plain(value) === plain(wanted.replace(/^(["'])(.*)\1$/s, "$2"));
}
