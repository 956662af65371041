import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { project } from "./tools.ts";

/** Of the demo's review; rendered by hand, so it is not always there. */
const picture = "examples/review.png";

interface Metadata {
  readonly inputs: Readonly<Record<string, { readonly description: string; default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

/**
 * Files with generated content, by path in the project, and what makes it of the content they have. The modules come
 * first: the page's example needs a core that loads.
 */
const generated: Readonly<Record<string, (text: string) => string | Promise<string>>> = {
  "src/core/rules/index.ts": rulesIndex,
  "src/core/rules/pages.ts": pages,
  "src/core/report/tool.ts": versioned,
  "src/core/policy-file/policy.schema.json": policySchema,
  "README.md": readme,
};

/** The paths of generated files that are not what their sources say. */
export async function stale(): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, make] of Object.entries(generated)) {
    const text = read(path);
    if ((await make(text)) !== text) {
      paths.push(path);
    }
  }
  return paths;
}

function read(path: string): string {
  const file = join(project, path);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** The names of the rules: each has its code and its page beside each other. */
function ruleNames(): string[] {
  const files = new Set(readdirSync(join(project, "src/core/rules")));
  return [...files]
    .filter((file) => file.endsWith(".md") && files.has(file.replace(/md$/, "ts")))
    .map((file) => file.slice(0, -".md".length))
    .toSorted();
}

async function readme(text: string): Promise<string> {
  // Only here, so that everything else can be generated while core does not load.
  const { profilesWith, ruleList } = await import("../src/core/rules/catalogue.ts");
  const { inputs, outputs } = parse(read("action.yml")) as Metadata;
  const parts = {
    picture: existsSync(join(project, picture)) ? `![A review comment](${picture})` : "",
    comment: await exampleComment(text),
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
      ruleList.map((rule) => [
        `[\`${rule.id}\`](src/core/rules/${rule.id}.md)`,
        rule.severity,
        rule.from === "basic" ? "all" : profilesWith(rule).join(", "),
        rule.summary,
      ]),
    ),
  };
  return Object.entries(parts).reduce(
    (page, [name, content]) => between(page, name, content),
    text,
  );
}

/**
 * The comment on a pull request that adds the page's example, quoted.
 * @throws Error where the page has no example, or it gets another number of comments than one.
 */
async function exampleComment(page: string): Promise<string> {
  const [, path = "", text] = /<!-- example: (\S+) -->\n```nginx\n([^]*?)```\n/.exec(page) ?? [];
  if (text === undefined) {
    throw new Error("README.md has no example.");
  }
  // Only here, so that everything else can be generated while core does not load.
  const { analyse, defaultPolicy, planReview } = await import("../src/core/index.ts");
  const files = { list: () => [path], read: (name: string) => (name === path ? text : undefined) };
  const analysis = analyse(files, { policy: defaultPolicy });
  const lines = text.trimEnd().split("\n");
  const patch = [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join("\n");
  const { comments } = planReview({
    analysis,
    changes: [{ path, previousPath: null, status: "added", patch }],
    findings: analysis.findings,
    maxComments: 50,
  });
  const [only] = comments;
  if (!only || comments.length > 1) {
    throw new Error(`README's example gets ${comments.length} comments.`);
  }
  const body = only.body.replace(/\s*<!-- .* -->\s*$/, "");
  return body.replaceAll(/^(?=.)/gm, "> ").replaceAll(/^$/gm, ">");
}

/**
 * Puts content between `<!-- generated: name -->` and `<!-- end -->`.
 * @throws Error where the page has no such place.
 */
function between(page: string, name: string, content: string): string {
  const start = `<!-- generated: ${name} -->\n`;
  const from = page.indexOf(start);
  const to = page.indexOf("<!-- end -->", from);
  if (from < 0 || to < 0) {
    throw new Error(`README.md has no place for ${name}: ${start.trim()} …`);
  }
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

/** The source with the version of package.json. */
function versioned(source: string): string {
  const { version } = JSON.parse(read("package.json")) as { readonly version: string };
  return source.replace(/(?<=version: )"[^"]*"/, JSON.stringify(version));
}

async function policySchema(): Promise<string> {
  const schema = await import("../src/core/policy-file/schema.ts");
  return `${JSON.stringify(schema.policySchema, null, 2)}\n`;
}

/** The rules as a module, each by the name of its file. */
function rulesIndex(): string {
  const rules = ruleNames().map((id) => ({ id, name: constantOf(id) }));
  const imports = rules.map(({ id, name }) => `import { ${name} } from "./${id}.ts";\n`);
  return `// Generated from the files of this folder: npm run generate.
${imports.join("")}import type { Rule } from "./rule.ts";

/** The rules that run. */
export const rules: readonly Rule[] = [
${rules.map(({ name }) => `  ${name},\n`).join("")}];
`;
}

/** What the module of a rule exports: `idleTimeout` of `idle-timeout`. */
export function constantOf(rule: string): string {
  return rule.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The rules' pages as a module, since core reads no files. */
function pages(): string {
  const entries = ruleNames().map(
    (id) => `  ["${id}", ${template(read(`src/core/rules/${id}.md`))}],\n`,
  );
  return `// Generated from the pages beside the rules: npm run generate.

/** Each rule's page, Markdown, by the rule's name. */
export const pages: ReadonlyMap<string, string> = new Map([
${entries.join("")}]);
`;
}

/** A template literal that gives this text. */
function template(text: string): string {
  return `\`${text.replaceAll(/\\|`|\$\{/g, String.raw`\$&`)}\``;
}

if (import.meta.main) {
  for (const [path, make] of Object.entries(generated)) {
    const before = read(path);
    const text = await make(before);
    if (text === before) {
      continue;
    }
    writeFileSync(join(project, path), text);
    console.log(`wrote ${path}`);
  }
}
