import {
  type Analysis,
  analyse,
  applyEdits,
  compare,
  conftestReport,
  type Finding,
  givenUpInWords,
  isFailing,
  isNginxFile,
  jsonReport,
  pendingInWords,
  type Policy,
  sarifReport,
  summaryReport,
  textReport,
  unfixedInWords,
} from "../core/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { readDump } from "./dump.ts";
import { Git } from "./git.ts";
import { failOnValues, policyAt, policyFlags, readPolicy, usualPath } from "./settings.ts";
import { type Terminal, UsageError } from "./terminal.ts";
import { select, Tree } from "./tree.ts";

const formats = ["text", "json", "sarif", "markdown", "conftest"] as const;
type Format = (typeof formats)[number];

/** Checks the working tree, or a dump of `nginx -T` on standard input. */
export const check: Command = {
  words: "[PATH…]",
  about: "findings in the working tree; check - reads what nginx -T prints",
  flags: {
    format: { value: "F", about: "text, json, sarif, markdown or conftest" },
    fix: { value: null, about: "applies the fixes that are safe" },
    base: { value: "REF", about: "only what is new since HEAD left that git commit" },
    "fail-on": {
      value: "S",
      about: "ends with 1 from this severity on: error, warning, notice or never",
    },
    debug: { value: null, about: "says of each finding without a fix why it has none" },
    ...policyFlags,
  },
  examples: [
    "GUARD check deploy/nginx",
    "GUARD check --base origin/main",
    "nginx -T | GUARD check -",
  ],
  run: runCheck,
};

function runCheck(args: Arguments, terminal: Terminal): number {
  const format = args.choice("format", formats);
  const failOn = args.choice("fail-on", failOnValues);
  const policy = readPolicy(args, terminal.cwd);
  const { analysis, findings, applied, unreadable } = args.words.includes("-")
    ? checkDump(args, policy, terminal)
    : checkTree(args, policy, terminal);
  terminal.progress(null);
  for (const [path, reason] of unreadable) {
    terminal.complain(`${path} was not analysed: ${reason}.\n`);
  }
  if (applied > 0) {
    terminal.complain(`${applied} ${applied === 1 ? "fix" : "fixes"} applied.\n`);
  }
  const isEmpty = analysis.files.length === 0 && unreadable.size === 0;
  if (isEmpty) {
    terminal.complain(
      `No nginx configuration found. Where it has other names, name them under files: in ${usualPath}.\n`,
    );
  }
  for (const sentence of pendingInWords(analysis)) {
    terminal.complain(`${sentence}\n`);
  }
  if (!isEmpty || format !== "text") {
    terminal.write(report(format, analysis, findings, terminal));
  }
  for (const line of args.has("debug") ? unfixedInWords(findings) : []) {
    terminal.complain(`${line}\n`);
  }
  // Fixes are looked for when a report asks for them.
  for (const sentence of givenUpInWords(analysis)) {
    terminal.complain(`${sentence}\n`);
  }
  if (unreadable.size > 0) {
    return 2;
  }
  return findings.some(({ severity }) => isFailing(severity, failOn)) ? 1 : 0;
}

interface Checked {
  readonly analysis: Analysis;
  readonly findings: readonly Finding[];
  /** How many fixes were written. */
  readonly applied: number;
  /** Files that were wanted and could not be read, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
}

function checkDump(args: Arguments, policy: Policy, terminal: Terminal): Checked {
  for (const flag of ["fix", "base"] as const) {
    if (args.has(flag)) {
      throw new UsageError(`--${flag} does not go with standard input.`);
    }
  }
  if (args.words.length > 1) {
    throw new UsageError("- stands alone: it is the whole configuration.");
  }
  const { files, root } = readDump(terminal.input());
  const own: Policy = {
    ...policy,
    files: ["**"],
    ignore: [],
    roots: [root],
    prefixes: new Map([["/", ""]]),
  };
  const analysis = analyse(files, { policy: own });
  return { analysis, findings: analysis.findings, applied: 0, unreadable: new Map() };
}

function checkTree(args: Arguments, own: Policy, terminal: Terminal): Checked {
  const { folder, paths } = select(terminal.cwd, args.words);
  if (folder !== terminal.cwd) {
    terminal.complain(`Paths are relative to ${folder}.\n`);
  }
  terminal.progress("Looking for nginx configuration…");
  const tree = new Tree(folder, paths);
  const reference = args.value("base");
  const base = reference === null ? null : baseOf(reference, folder, args, terminal);
  const policy = base?.policy ?? own;
  const wanted = chosen(tree, paths, policy);
  const analyseTree = (): Analysis => {
    terminal.progress("Simulating handshakes…");
    const head = analyse(tree, { policy, ...(wanted !== null && { paths: wanted }) });
    return base === null ? head : against(base, head);
  };
  const isMeant = selects(wanted);
  const meant = (analysis: Analysis): Finding[] =>
    analysis.findings.filter((finding) => isMeant(finding) && (base === null || finding.isNew));
  let analysis = analyseTree();
  let applied = 0;
  if (args.has("fix")) {
    // A fix may make room for the next one; more rounds than this would mean that two undo each other.
    for (let round = 0; round < 10; round += 1) {
      const count = applyFixes(tree, analysis, meant(analysis));
      if (count === 0) {
        break;
      }
      applied += count;
      analysis = analyseTree();
    }
  }
  return { analysis, findings: meant(analysis), applied, unreadable: tree.unreadable };
}

/** The nginx files that the user means; null for all. */
function chosen(tree: Tree, paths: readonly string[], policy: Policy): string[] | null {
  if (paths.includes("")) {
    return null;
  }
  const inPaths = (file: string): boolean =>
    paths.some((path) => file === path || file.startsWith(`${path}/`));
  const files = tree.list().filter(inPaths);
  const nginx = files.filter((file) => isNginxFile(file, null, policy));
  for (const path of paths) {
    const text = files.includes(path) ? tree.read(path) : "";
    if (text === undefined) {
      throw new UsageError(`${path} cannot be read: it is binary, or larger than 5 MB.`);
    }
    if (files.includes(path) && !isNginxFile(path, text, policy)) {
      throw new UsageError(
        `${path} holds no nginx configuration as far as its name and content say; files: in ${usualPath} can name it.`,
      );
    }
  }
  return nginx;
}

/** A finding counts where its place, its location or something related lies in what the user means. */
function selects(wanted: readonly string[] | null): (finding: Finding) => boolean {
  if (wanted === null) {
    return () => true;
  }
  const paths = new Set(wanted);
  return ({ place, location, related }) =>
    [
      place,
      ...(location === null ? [] : [location.place]),
      ...related.map((each) => each.place),
    ].some(({ document }) => paths.has(document.path));
}

/** What a working tree is compared with. */
interface Base {
  readonly git: Git;
  readonly commit: string;
  /** The policy file as it is there. */
  readonly policy: Policy;
}

function baseOf(reference: string, folder: string, args: Arguments, { cwd }: Terminal): Base {
  const git = new Git(folder);
  const commit = git.mergeBase(reference);
  return { git, commit, policy: policyAt(new Git(cwd), commit, args, cwd) };
}

function against({ git, commit, policy }: Base, head: Analysis): Analysis {
  const base = analyse(git.filesAt(commit, policy), { policy });
  return compare(head, base, git.changes(commit, null, policy));
}

/** Writes the safe fixes of these findings that hold together. @returns how many */
function applyFixes(tree: Tree, analysis: Analysis, findings: readonly Finding[]): number {
  const edits = [];
  let count = 0;
  for (const { fix, commentable } of findings) {
    // What is not sure to be a fault is left to the person who reads of it.
    if (fix?.safety !== "safe" || !commentable) {
      continue;
    }
    // Text that is not UTF-8 would be written back as something else.
    if (fix.edits.some(({ document }) => document.text.includes("\u{fffd}"))) {
      continue;
    }
    const together = [...edits, ...fix.edits];
    if (!analysis.proveTogether(together)) {
      continue;
    }
    edits.push(...fix.edits);
    count += 1;
  }
  const texts = new Map<string, string>();
  for (const { document } of edits) {
    const own = edits.filter((edit) => edit.document === document);
    const text = applyEdits(document.text, own);
    if (text !== null) {
      texts.set(document.path, text);
    }
  }
  tree.write(texts);
  return count;
}

function report(
  format: Format,
  analysis: Analysis,
  findings: readonly Finding[],
  { color, width }: Terminal,
): string {
  switch (format) {
    case "text":
      return textReport(analysis, findings, { color, width });
    case "json":
      return jsonReport(analysis, findings);
    case "sarif":
      return sarifReport(analysis, findings);
    case "conftest":
      return conftestReport(analysis);
    case "markdown":
      return summaryReport({
        title: "nginx-websocket-guard",
        verdictLine: findings.length === 0 ? "No findings." : `${findings.length} findings.`,
        analysis,
        findings,
        unplaced: [],
        live: new Set(),
        resolved: new Set(),
        notes: [],
        incomplete: [],
        policyProblems: [],
      });
  }
}
