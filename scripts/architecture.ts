import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  cruise,
  type ICruiseOptions,
  type ICruiseResult,
  type IForbiddenRuleType,
} from "dependency-cruiser";

/** The rooms of core in the order of CONTRIBUTING.md: each imports only rooms above it, types included. */
const rooms = [
  "basics",
  "syntax",
  "nginx",
  "policy",
  "sources",
  "repository",
  "config",
  "request",
  "handshake",
  "comments",
  "intent",
  "rules",
  "fix",
  "check",
  "compare",
  "policy-file",
  "report",
  "review",
  "adopt",
] as const;

/** What may come from core by another way than its public face: the version, without the engine behind it. */
const publicFace = "^src/core/(?:index|report/tool)\\.ts$";

const forbidden: readonly IForbiddenRuleType[] = [
  ...rooms.map((room, index) => ({
    name: `${room} imports only rooms above it`,
    severity: "error" as const,
    from: { path: `^src/core/${room}/` },
    to: { path: `^src/core/(?:${[...rooms.slice(index + 1), "index\\.ts"].join("|")})` },
  })),
  { name: "no circles", severity: "error", from: {}, to: { circular: true } },
  {
    name: "nothing but core/index.ts is imported from outside core",
    severity: "error",
    from: { path: "^src/(?!core/)" },
    to: { path: "^src/core/", pathNot: publicFace },
  },
  {
    name: "core imports nothing outside itself but packages",
    severity: "error",
    from: { path: "^src/core/" },
    to: { path: "^src/(?!core/)" },
  },
];

const options: ICruiseOptions = {
  ruleSet: { forbidden: [...forbidden] },
  validate: true,
  doNotFollow: { path: "node_modules" },
  tsPreCompilationDeps: true,
  parser: "swc",
};

/**
 * Each import of `src` that goes against the order of the rooms, and each circle, one line each.
 *
 * @param folder that of `src`
 * @throws Error where core holds a room that has no place in the order, or few files are read
 */
export async function architectureFaults(folder: string): Promise<string[]> {
  const core = join(folder, "src", "core");
  const strangers = readdirSync(core, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !rooms.some((room) => room === entry.name))
    .map(({ name }) => `src/core/${name}: no room of this name in scripts/architecture.ts`);
  const { output } = await cruise(["src"], { ...options, baseDir: folder });
  const { modules, summary } = output as ICruiseResult;
  if (modules.length < 100) {
    throw new Error(
      `Only ${modules.length} modules are read below ${folder}: the parser is missing.`,
    );
  }
  const faults = summary.violations.map(({ rule, from, to, cycle }) => {
    const way = cycle === undefined ? to : cycle.map(({ name }) => name).join(" → ");
    return `${from} → ${way}: ${rule.name}`;
  });
  return [...strangers, ...faults];
}
