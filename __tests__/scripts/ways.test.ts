import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { nginx, siteOf, upgrade } from "../action/configurations.ts";
import { scenario } from "../action/scenario.ts";
import { commit, folderWith, git, guard, program, repositoryWith, write } from "../cli/program.ts";

const working = siteOf("proxy_pass http://10.0.0.5:8080;", ...upgrade);

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
}

function yaml(path: string) {
  return parse(readFileSync(path, "utf8"));
}

/** A folder of executables for `PATH`. */
function binWith(programs: Readonly<Record<string, string>>): string {
  const bin = folderWith(programs);
  for (const name of Object.keys(programs)) {
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

function shell(script: string, cwd: string, env: Readonly<Record<string, string>>, bin = "") {
  return spawnSync("bash", ["-e", "-c", script], {
    cwd,
    encoding: "utf8",
    env: {
      HOME: cwd,
      PATH: [bin, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      ...env,
    },
  });
}

/** What is committed here, as far as npm needs it to install the command line. */
function shipped(): string {
  const folder = repositoryWith({ "README.md": "# Guard\n" });
  for (const path of ["package.json", "dist", ".pre-commit-hooks.yaml"]) {
    cpSync(path, join(folder, path), { recursive: true });
  }
  commit(folder, "Ship");
  return folder;
}

/** What npm does here must need nothing from a registry. */
function npm(command: string, args: readonly string[], cwd: string) {
  const { status, stdout, stderr } = spawnSync(command, [...args], {
    cwd,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folderWith({}),
      npm_config_offline: "true",
      npm_config_update_notifier: "false",
    },
  });
  return { status, stdout, stderr };
}

describe("installed by npm, with nothing beside it", () => {
  test("npx starts it from a git address", () => {
    const address = `git+${pathToFileURL(shipped()).href}`;
    const folder = folderWith({ "app.conf": nginx.site });
    const { status, stdout, stderr } = npm("npx", ["--yes", address, "check"], folder);
    expect(stdout, stderr).toContain("app.conf:6:9: ");
    expect(status).toBe(1);
  });

  test("pre-commit's steps for Node give the program that the hooks name", () => {
    const hooks: { id: string; entry: string; language: string }[] = yaml(".pre-commit-hooks.yaml");
    const source = shipped();
    const packed = npm("npm", ["pack", "--silent"], source);
    expect(packed.status, packed.stderr).toBe(0);
    const prefix = folderWith({});
    const installed = npm(
      "npm",
      ["install", "-g", "--prefix", prefix, `./${packed.stdout.trim()}`],
      source,
    );
    expect(installed.status, installed.stderr).toBe(0);
    const folder = repositoryWith({ "app.conf": working });
    write(folder, { "app.conf": nginx.site });
    git(folder, "add", "--all");
    for (const { entry, language } of hooks) {
      expect(language).toBe("node");
      expect(shell(entry, folder, {}, join(prefix, "bin"))).toMatchObject({
        status: 1,
        stderr: "",
      });
    }
    git(folder, "reset", "--hard", "--quiet");
    for (const { entry } of hooks) {
      expect(shell(entry, folder, {}, join(prefix, "bin")).status).toBe(0);
    }
  });
});

test.each([
  ["breaks a handshake", 1, nginx.site],
  ["does not", 0, working.replace("3600s", "7200s")],
])("GitLab: the job of a merge request that %s ends with %s", (_, status, site) => {
  const { script }: { script: string[] } = yaml("examples/workflows/gitlab-ci.yml")[
    "nginx-websockets"
  ];
  const origin = repositoryWith({ "nginx/app.conf": working });
  const clone = join(folderWith({}), "clone");
  git(origin, "clone", "--quiet", origin, clone);
  git(clone, "switch", "--quiet", "--create", "change");
  write(clone, { "nginx/app.conf": site });
  commit(clone, "Change it");
  // Meanwhile the target branch goes on, and breaks something of its own.
  write(origin, { "nginx/other.conf": nginx.site.replace("api.", "other.") });
  commit(origin, "Go on");
  const bin = binWith({
    npx: `#!/bin/sh\nshift 2\nexec "${process.execPath}" "${program}" "$@"\n`,
  });
  const env = { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main" };
  const job = shell(script.join("\n"), clone, env, bin);
  expect(job.status, job.stderr).toBe(status);
});

describe("the organisation's workflow", () => {
  const { on, jobs } = yaml("examples/workflows/organisation.yml");
  const step: Step = jobs.websocket.steps[0];
  /** As GitHub evaluates it where a ruleset requires the workflow, so that it has no inputs. */
  const inputs = Object.fromEntries(
    Object.entries(step.with ?? {}).map(([name, value]) => [
      name,
      String(value).replace(/^\$\{\{ inputs\.[\w-]+(?: \|\| '(\w*)')? \}\}$/, "$1"),
    ]),
  );

  test("required, it fails what breaks and what cannot be read, and passes the rest", async () => {
    const base = { ...nginx.complete, [nginx.path]: working };
    const outcomes = [
      { [nginx.path]: nginx.site },
      { [nginx.path]: `${working}\0` },
      { [nginx.path]: working.replace("3600s", "7200s") },
    ].map(async (head) => {
      const { run } = await scenario({ base, head });
      return (await run({ inputs })).exitCode;
    });
    expect(await Promise.all(outcomes)).toEqual([1, 1, 0]);
  });

  test("takes the inputs that its caller gives, and each of its own reaches the Action", () => {
    const names = Object.keys(on.workflow_call.inputs);
    const caller = yaml("examples/workflows/caller.yml").jobs.nginx;
    expect(names).toEqual(expect.arrayContaining(Object.keys(caller.with)));
    const read = JSON.stringify(step.with);
    expect(names.filter((name) => !read.includes(`inputs.${name}`))).toEqual([]);
  });
});

describe("the audit of an organisation", () => {
  const { jobs } = yaml("examples/workflows/audit.yml");
  const steps: { list: Step[]; audit: Step[] } = {
    list: jobs.list.steps,
    audit: jobs.audit.steps,
  };

  test("makes one job of each repository", () => {
    const bin = binWith({
      gh: `#!/bin/sh\n[ "$1 $2 $3" = "repo list acme" ] && echo '["shop","chat"]'\n`,
    });
    const folder = folderWith({ output: "" });
    const run = steps.list.find(({ id }) => id === "list")?.run ?? "";
    const env = { OWNER: "acme", GITHUB_OUTPUT: join(folder, "output") };
    expect(shell(run, folder, env, bin)).toMatchObject({ status: 0, stderr: "" });
    const [, json = ""] =
      /^repositories=(.*)\n$/.exec(readFileSync(env.GITHUB_OUTPUT, "utf8")) ?? [];
    expect(JSON.parse(json)).toEqual(["shop", "chat"]);
    expect(jobs.audit.strategy.matrix.repository).toContain("needs.list.outputs.repositories");
  });

  test("uploads what the Action found to the audited repository", () => {
    const folder = repositoryWith({ "app.conf": nginx.site });
    const { stdout } = guard(folder, ["check", "--format", "sarif"]);
    const action = steps.audit.find(({ uses }) => uses?.includes("nginx-websocket-guard"));
    const file = String(action?.with?.["sarif-file"]);
    write(folder, { [file]: stdout });
    const bin = binWith({ gh: `#!/bin/sh\nprintf '%s\\n' "$@" > arguments\n` });
    const run = steps.audit.find(({ name }) => name?.startsWith("Upload"))?.run ?? "";
    expect(shell(run, folder, { TARGET: "acme/shop" }, bin)).toMatchObject({
      status: 0,
      stderr: "",
    });
    const said = readFileSync(join(folder, "arguments"), "utf8").split("\n");
    expect(said).toContain("repos/acme/shop/code-scanning/sarifs");
    expect(said).toContain(`commit_sha=${git(folder, "rev-parse", "HEAD").trim()}`);
    expect(said).toContain("ref=refs/heads/main");
    const [, sent = ""] = said.find((word) => word.startsWith("sarif=@"))?.split("@") ?? [];
    const bytes = Buffer.from(readFileSync(join(folder, sent), "utf8"), "base64");
    expect(JSON.parse(gunzipSync(bytes).toString("utf8"))).toEqual(JSON.parse(stdout));
  });
});
