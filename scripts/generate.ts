import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ruleTable } from "../src/core/rules/names.ts";
import type { RuleId, RuleMetadata } from "../src/core/rules/names.ts";
import { project } from "./tools.ts";

interface Metadata {
  readonly inputs: Readonly<Record<string, { readonly description: string; default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

/** Files with generated content, by path in the project, as they should be now. */
function generated(): Map<string, string> {
  return new Map([
    ["README.md", readme(read("README.md"))],
    ["src/core/rules/pages.ts", pages()],
  ]);
}

/** The paths of generated files that are not what their sources say. */
export function stale(): string[] {
  return [...generated()].filter(([path, text]) => read(path) !== text).map(([path]) => path);
}

function read(path: string): string {
  const file = join(project, path);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** The rules that the sources have, each with its facts, in the order of the table. */
function rules(): [RuleId, RuleMetadata][] {
  const all: [RuleId, RuleMetadata][] = [];
  for (const [id, metadata] of Object.entries(ruleTable)) {
    if (existsSync(join(project, "src/core/rules", `${id}.ts`))) all.push([id as RuleId, metadata]);
  }
  return all;
}

function readme(text: string): string {
  const { inputs, outputs } = parse(read("action.yml")) as Metadata;
  const tables = {
    inputs: table(
      ["Input", "Default", "Meaning"],
      Object.entries(inputs).map(([name, input]) => [
        `\`${name}\``,
        input.default ? `\`${input.default}\`` : "",
        input.description,
      ]),
    ),
    outputs: table(
      ["Output", "Meaning"],
      Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description]),
    ),
    rules: table(
      ["Rule", "Severity", "Profiles", "What it finds"],
      rules().map(([id, { severity, profiles, summary }]) => [
        `[\`${id}\`](src/core/rules/${id}.md)`,
        severity,
        profiles.length === 4 ? "all" : profiles.join(", "),
        summary,
      ]),
    ),
  };
  return Object.entries(tables).reduce(
    (page, [name, content]) => between(page, name, content),
    text,
  );
}

/**
 * Puts content between `<!-- generated: name -->` and `<!-- end -->`.
 * @throws Error where the page has no such place.
 */
function between(page: string, name: string, content: string): string {
  const start = `<!-- generated: ${name} -->\n`;
  const from = page.indexOf(start);
  const to = page.indexOf("<!-- end -->", from);
  if (from < 0 || to < 0) throw new Error(`README.md has no place for ${name}: ${start.trim()} …`);
  return `${page.slice(0, from + start.length)}${content}\n${page.slice(to)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines
    .map(
      (cells) => `| ${cells.map((cell) => cell.trim().replaceAll(/\s*\n\s*/g, " ")).join(" | ")} |`,
    )
    .join("\n");
}

/** The rules' pages as a module, since core reads no files. */
function pages(): string {
  const entries = rules()
    .filter(([id]) => existsSync(join(project, "src/core/rules", `${id}.md`)))
    .map(([id]) => `  "${id}": ${template(read(`src/core/rules/${id}.md`))},\n`);
  return `// Generated from the pages beside the rules: npm run generate.
import type { RuleId } from "./names.ts";

/** Each rule's page, Markdown. */
export const pages: Readonly<Partial<Record<RuleId, string>>> = {
${entries.join("")}};
`;
}

/** A template literal that gives this text. */
function template(text: string): string {
  return `\`${text.replaceAll(/\\|`|\$\{/g, String.raw`\$&`)}\``;
}

if (import.meta.main) {
  for (const [path, text] of generated()) {
    if (read(path) === text) continue;
    writeFileSync(join(project, path), text);
    console.log(`wrote ${path}`);
  }
}
