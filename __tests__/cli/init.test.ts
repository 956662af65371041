import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { nginx, siteOf, upgrade } from "../action/configurations.ts";
import { scenario } from "../action/scenario.ts";
import { absent, lines } from "../syntax/corpus.ts";
import { folderWith, git, guard, program, repositoryWith, write } from "./program.ts";

const workflow = ".github/workflows/nginx-websocket-guard.yml";
const policy = ".github/nginx-websocket-guard.yml";

function read(folder: string, path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

/** Everything in a folder. */
function all(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}

/** The findings that `check` has, without what may lie elsewhere. @throws where it complains */
function findings(folder: string): string[] {
  const { status, stdout, stderr } = guard(folder, ["check", "--format", "json"]);
  expect(stderr).toBe("");
  expect([0, 1]).toContain(status);
  const report: { findings: { fingerprint: string; severity: string }[] } = JSON.parse(stdout);
  return report.findings.map(({ fingerprint, severity }) => `${severity} ${fingerprint}`);
}

const working = siteOf("proxy_pass http://10.0.0.5:8080;", ...upgrade);

test("tells what it found, and writes a workflow and a policy that promises what works", () => {
  const folder = repositoryWith({
    "deploy/Dockerfile": "FROM nginx:1.27.3-alpine\nCOPY . /etc/nginx\n",
    "deploy/nginx.conf": "events {}\nhttp {\n    include conf.d/*.conf;\n}\n",
    "deploy/conf.d/api.conf": working,
    "deploy/conf.d/shop.conf": siteOf("proxy_pass http://10.0.0.6:8080;").replace(
      "api.example.com",
      "shop.example.com",
    ),
    "deploy/conf.d/feed.conf": `server {
    listen 443 ssl;
    server_name feed.example.com;
    location /feed {
        proxy_pass http://10.0.0.7:8080;
        proxy_read_timeout 1h;
    }
}
`,
  });
  const { status, stdout, stderr } = guard(folder, ["init"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toBe(`nginx 1.27.3
  deploy/Dockerfile  nginx:1.27.3-alpine  1.27.3

nginx configuration: 1 program in 4 plain files
  deploy/nginx.conf  whole configuration, 4 files

WebSockets: 2 locations
  location /ws of api.example.com   works   deploy/conf.d/api.conf:5: the path /ws is named like a WebSocket endpoint; this location sets Upgrade to $http_upgrade; proxy_read_timeout is 3600s
  location /ws of shop.example.com  breaks  deploy/conf.d/shop.conf:5: the path /ws is named like a WebSocket endpoint

Perhaps WebSockets: 1 location
  location /feed of feed.example.com  breaks  deploy/conf.d/feed.conf:4: proxy_read_timeout is 1h

check finds 3 errors, 2 warnings, 3 notices today.

Wrote ${workflow} and ${policy}. Read them, then commit them.
In the workflow, put the account that holds the Action in place of OWNER.
`);
  expect(read(folder, policy))
    .toBe(`# What nginx-websocket-guard checks. Everything here is optional.
profile: recommended # or basic, enterprise, hardened

# Each of these must upgrade, whichever location serves it.
endpoints:
  - ws://api.example.com/ws # deploy/conf.d/api.conf
  # Handshakes fail here today. Promise them when they work:
  # - ws://shop.example.com/ws # deploy/conf.d/shop.conf

# This location may serve WebSockets. Say whether it does:
# locations:
#   - match: { path: /feed, server: feed.example.com }
#     websocket: true
`);
  // The lines that are comments are as good once they are none.
  write(folder, {
    [policy]: read(folder, policy).replaceAll(/^(\s*)# (?=locations:| {2}-| {4}web|- )/gm, "$1"),
  });
  expect(parse(read(folder, policy))).toMatchObject({
    endpoints: ["ws://api.example.com/ws", "ws://shop.example.com/ws"],
    locations: [{ match: { path: "/feed", server: "feed.example.com" }, websocket: true }],
  });
  expect(findings(folder).length).toBeGreaterThan(0);
});

test("the workflow is the README's, and its job fails where a pull request breaks a handshake", async () => {
  const folder = folderWith({ "nginx/nginx.conf": nginx.complete["nginx/nginx.conf"] });
  write(folder, { [nginx.path]: working });
  expect(guard(folder, ["init"]).status).toBe(0);
  const text = read(folder, workflow);
  expect(read(".", "examples/workflows/repository.yml").endsWith(text)).toBe(true);
  const { on, permissions, jobs } = parse(text);
  expect(Object.keys(on)).toContain("pull_request");
  expect(permissions).toEqual({ contents: "read", "pull-requests": "write" });
  expect(jobs.websocket.steps).toEqual([{ uses: "OWNER/nginx-websocket-guard@v1" }]);
  const base = {
    ...nginx.complete,
    [nginx.path]: working,
    [workflow]: text,
    [policy]: read(folder, policy),
  };
  const { run } = await scenario({ base, head: { [nginx.path]: nginx.site } });
  const result = await run({ inputs: jobs.websocket.steps[0].with ?? {} });
  expect(result.exitCode).toBe(1);
  expect(result.summary).toContain("ws://api.example.com/ws");
});

test("--dry-run shows the files and writes none, even where they are there", () => {
  const folder = folderWith({ "app.conf": working });
  const before = all(folder);
  const dry = guard(folder, ["init", "--dry-run"]);
  expect(dry.status).toBe(0);
  expect(dry.stdout).toContain(`── ${workflow}\n\nname: nginx\n`);
  expect(dry.stdout).toContain(`── ${policy}\n\n# What`);
  expect(all(folder)).toEqual(before);
  guard(folder, ["init"]);
  expect(guard(folder, ["init", "--dry-run"])).toEqual(dry);
});

describe("writes nothing and says why", () => {
  const usual = { "app.conf": working };
  test.each<[string, () => { folder: string; args?: string[] }, string]>([
    [
      "over a policy that is there",
      () => ({ folder: folderWith({ ...usual, [policy]: "profile: basic\n" }) }),
      `${policy} is already there, so nothing was written. --dry-run shows what would be.`,
    ],
    [
      "over a workflow that is there",
      () => ({ folder: folderWith({ ...usual, [workflow]: "on: push\n" }) }),
      `${workflow} is already there`,
    ],
    [
      "over a link that leads nowhere",
      () => {
        const folder = folderWith({ ...usual, ".github/keep": "" });
        symlinkSync("/nowhere", join(folder, policy));
        return { folder };
      },
      `${policy} is already there`,
    ],
    [
      "where .github is a file",
      () => ({ folder: folderWith({ ...usual, ".github": "" }) }),
      "nothing was written: ",
    ],
    [
      "where the workflows' folder is a file, which leaves no policy",
      () => ({ folder: folderWith({ ...usual, ".github/workflows": "" }) }),
      "nothing was written: ",
    ],
    [
      "without nginx configuration",
      () => ({ folder: folderWith({ "README.md": "# Shop\n" }) }),
      "no nginx configuration found in ., so there is nothing to write.",
    ],
    [
      "below the top of a repository",
      () => ({ folder: join(repositoryWith({ "deploy/app.conf": working }), "deploy") }),
      "GitHub reads .github at the top of a repository: run init for ..",
    ],
    [
      "for a folder that is not there",
      () => ({ folder: folderWith(usual), args: ["nowhere"] }),
      "there is no folder nowhere.",
    ],
    ["for two", () => ({ folder: folderWith(usual), args: ["a", "b"] }), "init takes one folder"],
  ])("%s", (_, make, message) => {
    const { folder, args = [] } = make();
    const before = all(folder);
    const { status, stdout, stderr } = guard(folder, ["init", ...args]);
    expect(stderr).toContain(`nginx-websocket-guard: ${message}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(all(folder)).toEqual(before);
  });
});

describe("promises only what is sure", () => {
  const promised = (files: Readonly<Record<string, string>>): string[] => {
    const folder = folderWith(files);
    const before = findings(folder);
    expect(guard(folder, ["init"]).status).toBe(0);
    expect(findings(folder)).toEqual(before);
    return parse(read(folder, policy)).endpoints ?? [];
  };
  const tls = working.replace("listen 80;", "listen 443 ssl;");

  test.each<[string, Readonly<Record<string, string>>, string[]]>([
    ["TLS and its usual port", { "a.conf": tls }, ["wss://api.example.com/ws"]],
    ["another port", { "a.conf": tls.replace("443", "8443") }, ["wss://api.example.com:8443/ws"]],
    ["both once", { "a.conf": tls, "b.conf": working }, ["wss://api.example.com/ws"]],
    ["a server without a name", { "a.conf": working.replace(/server_name.*\n/, "") }, ["/ws"]],
    [
      "a name that a template writes",
      { "a.conf.j2": working.replace("api.", "{{ name }}.") },
      ["/ws"],
    ],
    ["a regular expression", { "a.conf": working.replace("/ws", "~ ^/ws/[0-9]+$") }, []],
    [
      "everything of a server without a name",
      { "a.conf": working.replace(/server_name.*\n/, "").replace("/ws", "/") },
      [],
    ],
    [
      "a path that leads elsewhere in another server",
      {
        "a.conf": `${working.replace(/server_name.*/, "server_name _;")}
server {
    listen 81;
    location / { proxy_pass http://10.0.0.9; }
}
`,
      },
      [],
    ],
    ["what documentation shows", { "docs/nginx/a.conf": working }, []],
    ["what a name alone suggests", { "a.conf": working.replace("/ws", "/live-feed-x") }, []],
  ])("%s", (_, files, endpoints) => {
    expect(promised(files)).toEqual(endpoints);
  });
});

test("nginx in other forms than plain files is found and named", () => {
  const forms = join(import.meta.dirname, "../sources/repositories");
  const folder = folderWith({});
  for (const form of ["compose", "configmap", "erb", "helm", "ingress", "jinja", "terraform"]) {
    cpSync(join(forms, form), join(folder, form), { recursive: true });
  }
  const before = findings(folder);
  const { status, stdout } = guard(folder, ["init"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^nginx configuration: .*Ingress annotation/m);
  expect(stdout).toMatch(/^nginx configuration: .*YAML file.*Terraform file|Terraform.*YAML/m);
  expect(findings(folder)).toEqual(before);
});

describe("names the Action's repository where the program's own folder tells it", () => {
  const started = (folder: string): string => {
    const repository = folderWith({ "app.conf": working });
    // Built by the bundler or not, the program is found by the file that was started.
    mkdirSync(join(folder, "dist"), { recursive: true });
    write(folder, { "dist/cli.js": `await import(${JSON.stringify(`file://${program}`)});\n` });
    expect(guard(repository, ["init"], "", join(folder, "dist/cli.js")).status).toBe(0);
    return parse(read(repository, workflow)).jobs.websocket.steps[0].uses;
  };
  const name = "nginx-websocket-guard";

  test("installed by npm from GitHub", () => {
    const folder = folderWith({
      "node_modules/.package-lock.json": JSON.stringify({
        packages: {
          [`node_modules/${name}`]: { resolved: `git+ssh://git@github.com/acme/${name}.git#a1b2` },
        },
      }),
      [`node_modules/${name}/package.json`]: `{"type":"module"}`,
    });
    expect(started(join(folder, "node_modules", name))).toBe(`acme/${name}@v1`);
  });

  test("installed by npm from elsewhere", () => {
    const folder = folderWith({ [`node_modules/${name}/package.json`]: `{"type":"module"}` });
    expect(started(join(folder, "node_modules", name))).toBe(`OWNER/${name}@v1`);
  });

  test.each([
    [`https://github.com/acme/guard.git`, "acme/guard@v1"],
    [`git@github.com:acme/${name}.git`, `acme/${name}@v1`],
    [`https://example.com/acme/${name}.git`, `OWNER/${name}@v1`],
  ])("a clone of %s", (address, action) => {
    const folder = repositoryWith({ "package.json": `{"type":"module"}` });
    git(folder, "remote", "add", "origin", address);
    expect(started(folder)).toBe(action);
  });
});

describe(`trees of real repositories${absent}`, () => {
  interface Row {
    readonly repo: string;
    readonly file: string;
  }
  const data = resolve(import.meta.dirname, "../../../shared/data/corpus");
  // What was cut out of a file, quoted or replaced is in no tree.
  const rows = (absent === "" ? lines("corpus.jsonl") : [])
    .map((line): Row => JSON.parse(line))
    .filter(({ file }) => !/\/_(?:extracted|history|quoted)\//.test(file));
  const trees = new Map<string, Record<string, string>>();
  for (const { repo, file } of rows) {
    const path = file.slice(file.indexOf("/") + 1);
    trees.set(repo, { ...trees.get(repo), [path]: readFileSync(join(data, file), "utf8") });
  }
  const largest = [...trees].toSorted(
    ([, one], [, other]) => Object.keys(other).length - Object.keys(one).length,
  );

  test.skipIf(absent !== "").each(largest.slice(0, 12))(
    "%s: the policy is valid and changes no finding",
    (_, files) => {
      const folder = repositoryWith(files);
      const before = findings(folder);
      const { status, stderr } = guard(folder, ["init"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(existsSync(join(folder, policy))).toBe(true);
      expect(findings(folder)).toEqual(before);
    },
  );
});
