import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { commit, folderWith, git, guard, program, repositoryWith, write } from "../cli/program.ts";

const workflows = "examples/workflows";
const readme = readFileSync("README.md", "utf8");
const { inputs, outputs } = parse(readFileSync("action.yml", "utf8"));

const files = [
  "action.yml",
  ".pre-commit-hooks.yaml",
  ...yamlIn(workflows),
  ...yamlIn(".github"),
  ...yamlIn(".github/workflows"),
].map((path) => [path, readFileSync(path, "utf8")] as const);

const blocks = [...readme.matchAll(/^```yaml\n([^]*?)^```/gm)].map(
  ([, text = ""], index) => [`README.md, block ${index + 1}`, text] as const,
);

function yamlIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder}/${name}`);
}

describe("YAML", () => {
  test.each([...files, ...blocks])("%s is YAML", (_, text) => {
    const { errors, warnings } = parseDocument(text);
    expect([...errors, ...warnings]).toEqual([]);
  });

  const steps = [...files, ...blocks].flatMap(([path, text]) =>
    stepsIn(parse(text)).map((step) => [path, step] as const),
  );

  test.each(steps.filter(([, { uses }]) => uses?.includes("nginx-websocket-guard")))(
    "%s gives the Action inputs that it has",
    (_, step) => {
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    },
  );

  test("the README's workflow is that of the examples", () => {
    const [, example] =
      /^(?:#.*\n)+([^]*)$/.exec(readFileSync(`${workflows}/repository.yml`, "utf8")) ?? [];
    expect(blocks.map(([, text]) => text)).toContainEqual(expect.stringContaining(`${example}`));
  });

  test("every file that the README names is there", () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
    expect(links).toEqual(
      expect.arrayContaining(yamlIn(workflows).filter((path) => !path.endsWith("repository.yml"))),
    );
  });

  test("workflows read outputs that the Action has", () => {
    const read = files.flatMap(([, text]) => [
      ...text.matchAll(/steps\.guard\.outputs\.([\w-]+)/g),
    ]);
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(read.map(([, name]) => name)));
  });
});

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

function stepsIn(workflow: unknown): Step[] {
  const jobs: Readonly<Record<string, { readonly steps?: readonly Step[] }>> =
    Object(workflow).jobs ?? {};
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

/** The repository of the demo, with the pull request's change staged. */
function shop(): string {
  const folder = repositoryWith({ ".gitignore": "/build/\n" });
  cpSync("examples/pull-request/base", folder, { recursive: true });
  commit(folder, "Base");
  git(folder, "update-ref", "refs/remotes/origin/main", "HEAD");
  cpSync("examples/pull-request/head", folder, { recursive: true });
  git(folder, "add", "--all");
  return folder;
}

describe("commands of the README", () => {
  const commands = [...readme.matchAll(/^\$ (.*node dist\/cli\.js .*?)(?: {2,}#.*)?$/gm)].map(
    ([, command = ""]) => command,
  );

  test("are there", () => expect(commands.length).toBeGreaterThan(5));

  test.each(commands)("%s", (command) => {
    const folder = shop();
    commit(folder, "Head");
    const bin = folderWith({
      nginx: `#!/bin/sh\nprintf '# configuration file /etc/nginx/nginx.conf:\\nevents {}\\nhttp { server { location /ws { proxy_pass http://127.0.0.1:1; } } }\\n'\n`,
    });
    chmodSync(join(bin, "nginx"), 0o755);
    const { status, stdout, stderr } = spawnSync(
      "sh",
      ["-c", command.replaceAll("dist/cli.js", `"${program}"`)],
      {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` },
      },
    );
    expect([0, 1], stderr).toContain(status);
    const [, file] = / > (\S+)$/.exec(command) ?? [];
    expect(file === undefined ? stdout : readFileSync(join(folder, file), "utf8")).not.toBe("");
  });
});

describe("before a commit", () => {
  const hooks: { id: string; entry: string }[] = parse(
    readFileSync(".pre-commit-hooks.yaml", "utf8"),
  );
  const runHook = (id: string, folder: string) => {
    const entry = hooks.find((hook) => hook.id === id)?.entry ?? "";
    const [command, ...args] = entry.split(" ");
    expect(command).toBe(Object.keys(JSON.parse(readFileSync("package.json", "utf8")).bin)[0]);
    return guard(folder, args);
  };

  test("what the change breaks fails; what was broken does not, but for the hook that takes all", () => {
    const folder = shop();
    expect(runHook("nginx-websocket-guard", folder).status).toBe(1);
    commit(folder, "Broken");
    write(folder, { "README.md": "More.\n" });
    git(folder, "add", "--all");
    expect(runHook("nginx-websocket-guard", folder)).toMatchObject({ status: 0, stderr: "" });
    expect(runHook("nginx-websocket-guard-all", folder).status).toBe(1);
  });

  test("as git's own hook it stops the commit", () => {
    const folder = shop();
    const command = `exec "${process.execPath}" "${program}" check --base HEAD\n`;
    write(folder, { ".git/hooks/pre-commit": `#!/bin/sh\n${command}` });
    chmodSync(join(folder, ".git/hooks/pre-commit"), 0o755);
    expect(() => commit(folder, "Broken")).toThrow(/shop\.conf:13/);
    git(folder, "reset", "--quiet", "--hard");
    write(folder, { "README.md": "More.\n" });
    commit(folder, "Sound");
  });

  test("pre-commit starts it whatever the files' names, and passes none", () => {
    for (const hook of hooks) {
      expect(hook).toMatchObject({ always_run: true, pass_filenames: false });
    }
  });
});
