import { remembered, rememberedOf } from "../basics/collections.ts";
import type { Policy } from "../policy/policy.ts";
import { parse } from "../syntax/parse.ts";
import type { SyntaxTree } from "../syntax/tree.ts";
import { goSources } from "./go.ts";
import { isNginxPath, matchesAny, mayBePlain, plainSource, seemsNginx } from "./plain.ts";
import { shellSources, terraformSources } from "./heredoc.ts";
import { markdownSources } from "./markdown.ts";
import type { Source } from "./source.ts";
import { yamlSources } from "./yaml.ts";

type Selection = Pick<Policy, "files" | "ignore" | "markdown">;

/**
 * Whether a file is nginx configuration or holds some.
 *
 * @param text null asks by name alone: true where the file may be one
 */
export function isNginxFile(path: string, text: string | null, policy: Selection): boolean {
  return text === null ? mayBe(path, policy) : sourcesOf(path, text, policy).length > 0;
}

/**
 * The nginx configuration in a file, in the order of the text: the whole of a plain file or template.
 *
 * A broken file still counts, so that its faults are reported; a file of another program that happens to end in `.conf`
 * does not. Where the policy names the files, its word holds.
 *
 * @param treeOf parses a source, for a caller that needs the tree afterwards
 */
export function sourcesOf(
  path: string,
  text: string,
  policy: Selection,
  treeOf: (source: Source) => SyntaxTree = ({ masked }) => parse(masked),
): Source[] {
  if (!mayBe(path, policy)) {
    return [];
  }
  switch (containerOf(path)) {
    case "yaml":
      return yamlSources(path, text);
    case "terraform":
      return terraformSources(text);
    case "shell":
      return isTest(path)
        ? shellSources(text).map((source) => ({ ...source, isExample: true }))
        : shellSources(text);
    case "go":
      return goSources(text);
    case "markdown":
      return policy.markdown ? markdownSources(text) : [];
    case null:
      break;
  }
  const source = plainSource(path, text);
  return policy.files.length > 0 || seemsNginx(treeOf(source), isNginxPath(path)) ? [source] : [];
}

function mayBe(path: string, policy: Selection): boolean {
  return namesFor(policy)(path);
}

/** The same names are asked for again and again while edits are tried. */
const namesFor = rememberedOf(({ files, ignore, markdown }: Selection) =>
  remembered((path): boolean => {
    if (matchesAny(ignore, path) || /(?:^|\/)\.git\//.test(path)) {
      return false;
    }
    // There are too many files in there for `**/*.conf` to mean them.
    if (
      /(?:^|\/)node_modules\//.test(path) &&
      !files.some((glob) => glob.includes("node_modules"))
    ) {
      return false;
    }
    if (files.length > 0) {
      return matchesAny(files, path);
    }
    const container = containerOf(path);
    return container === null ? mayBePlain(path) : container !== "markdown" || markdown;
  }),
);

type ContainerKind = "yaml" | "terraform" | "shell" | "go" | "markdown";

/** What a file is that may hold configuration among other things; null for one that is all configuration or none. */
export const containerOf = remembered((path): ContainerKind | null => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/\.ya?ml(?:\.(?:j2|jinja2?|erb|gotmpl|tpl|tmpl|template))?$/i.test(name)) {
    const isOther = /(?:^|\/)\.github\//.test(path) || /(?:^|[-.])lock\.ya?ml$/i.test(name);
    return isOther ? null : "yaml";
  }
  if (/\.(?:tf|tofu|hcl)$/i.test(name)) {
    return "terraform";
  }
  if (
    /\.(?:sh|bash)$/i.test(name) ||
    /^(?:Dockerfile|Containerfile)\b|\.(?:docker|container)file$/i.test(name)
  ) {
    return "shell";
  }
  // Programs and tests are many: only those are looked at whose path speaks for nginx.
  if (/(?<!_test)\.go$/.test(name) && isNginxPath(path)) {
    return "go";
  }
  if (isTest(name) && isNginxPath(path)) {
    return "shell";
  }
  return /\.(?:md|mdx|markdown)$/i.test(name) ? "markdown" : null;
});

/** A script of tests writes configuration that nobody else runs. */
function isTest(path: string): boolean {
  return /\.bats$/i.test(path);
}
