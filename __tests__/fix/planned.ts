import { Documents } from "../../src/core/repository/documents.ts";
import type { Config, Level, Use } from "../../src/core/config/level.ts";
import type { Document, Place } from "../../src/core/repository/document.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import { applyEdits, type Fix } from "../../src/core/fix/edit.ts";
import { fixCandidates } from "../../src/core/fix/propose.ts";
import type { FixRequest, Remedy, Writable } from "../../src/core/rules/remedy.ts";
import { forEachUse } from "../../src/core/request/walk.ts";

/** A small program: its main file or fragment first. */
export interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly kind?: Config["kind"];
  /** The block whose settings shall change, e.g. `location /ws`; by default the first location, else the file's top. */
  readonly at?: string;
  readonly remedies: readonly Remedy[] | ((config: Config) => readonly Remedy[]);
  readonly options?: Partial<FixRequest>;
  readonly writable?: Writable;
}

/** Reads the files as one program. */
export function load(files: Case["files"], kind: Config["kind"] = "http"): Config {
  const documents = new Documents({ read: (path) => files[path], list: () => Object.keys(files) });
  const config = resolve(documents, Object.keys(files)[0] ?? "", { kind, prefixes: new Map() });
  if (config === null) {
    throw new Error("the case has no files");
  }
  return config;
}

/** All candidates, in order. */
export function candidates(given: Case): Fix[] {
  const config = load(given.files, given.kind);
  const { remedies } = given;
  const request: FixRequest = {
    config,
    programs: [config],
    level: levelNamed(config, given.at),
    remedies: typeof remedies === "function" ? remedies(config) : remedies,
    traffic: "websocket",
    keepsConnections: false,
    beside: null,
    connection: "auto",
    upgrade: "raw",
    ...given.options,
  };
  return [...fixCandidates(request, given.writable ?? (() => true))];
}

/** The files after the fix; files that it does not touch are the same. */
export function fixed(files: Case["files"], fix: Fix | undefined): Record<string, string> {
  const result = { ...files };
  const documents = new Set(fix?.edits.map((edit) => edit.document));
  for (const document of documents) {
    result[document.path] = after(document, fix);
  }
  return result;
}

function after(document: Document, fix: Fix | undefined): string {
  const edits = fix?.edits.filter((edit) => edit.document === document) ?? [];
  const text = applyEdits(document.text, edits);
  if (text === null) {
    throw new Error(`edits of ${document.path} overlap`);
  }
  return text;
}

function levelNamed(config: Config, name: string | undefined): Level {
  const found = usesOf(config).find((use) =>
    name === undefined
      ? use.name === "location"
      : [use.name, ...use.parameters].join(" ").replace(/[()]/g, "") === name,
  );
  if (found?.inner === undefined || found.inner === null) {
    return config.main;
  }
  return found.inner;
}

/** Every use of the program, in order. */
export function usesOf(config: Config): Use[] {
  const uses: Use[] = [];
  forEachUse(config.main, (use) => uses.push(use));
  return uses;
}

export const upgrade: Remedy = { kind: "header", name: "Upgrade", value: "$http_upgrade" };
export const connection: Remedy = { kind: "header", name: "Connection", value: null };
export const version: Remedy = {
  kind: "directive",
  name: "proxy_http_version",
  parameters: ["1.1"],
};
export const host: Remedy = { kind: "header", name: "Host", value: "$host" };
export const timeouts: readonly Remedy[] = [
  { kind: "directive", name: "proxy_read_timeout", parameters: ["3600s"] },
  { kind: "directive", name: "proxy_send_timeout", parameters: ["3600s"] },
];

function named(config: Config, name: string): Use {
  const use = usesOf(config).find((candidate) => candidate.name === name);
  if (use === undefined) {
    throw new Error(`the case has no ${name}`);
  }
  return use;
}

/** Takes the first directive of that name away. */
export function remove(config: Config, name: string): Remedy {
  return { kind: "remove", use: named(config, name) };
}

/** Replaces a text in the first directive of that name. */
export function replace(config: Config, name: string, old: string, text: string): Remedy {
  const { document, directive } = named(config, name);
  const start = document.text.indexOf(old, directive.start);
  return { kind: "replace", place: { document, span: { start, end: start + old.length } }, text };
}

/** Whether the span lies in this line, 1-based. */
export function isInLine({ document, span }: Place, line: number): boolean {
  return document.lines.lineAt(span.start) === line && document.lines.lineAt(span.end) === line;
}
