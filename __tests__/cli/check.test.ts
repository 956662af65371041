import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commit, folderWith, git, guard, repositoryWith, write } from "./program.ts";

const broken = `server {
    listen 80;
    server_name api.example.com;

    location /ws {
        proxy_pass http://backend;
    }
}
`;

const sound = `server {
    listen 80;
    server_name api.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
`;

describe("check", () => {
  test("a broken location fails with its file, line and rules", () => {
    const { status, stdout } = guard(folderWith({ "conf.d/app.conf": broken }), ["check"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^conf\.d\/app\.conf:6:9: 2 errors, 3 warnings\n/);
    expect(stdout).toMatch(/^ {2}error \[upgrade-header\] location \/ws sends no Upgrade/m);
    expect(stdout).toMatch(/2 errors, 3 warnings in 1 file, 1 proxying location\n$/);
    expect(stdout, "plain where nobody looks at colours").not.toContain("\u{1b}");
  });

  test("a sound location passes", () => {
    const { status, stdout, stderr } = guard(folderWith({ "conf.d/app.conf": sound }), ["check"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe("nothing to report in 1 file, 1 proxying location\n");
  });

  test("--debug says of each finding without a fix why it has none", () => {
    const spread = sound.replace("http://backend", "http://chat");
    const folder = folderWith({
      "conf.d/app.conf": `upstream chat {\n    server 10.0.0.1;\n    server 10.0.0.2;\n}\n${spread.replace("/ws", "/socket.io/")}`,
      // A map cannot stand in a file that is included in a server.
      "snippets/all.conf":
        'location / {\n    proxy_pass http://app;\n    proxy_http_version 1.1;\n    proxy_set_header Upgrade $http_upgrade;\n    proxy_set_header Connection "upgrade";\n    proxy_set_header Host $host;\n    proxy_read_timeout 1h;\n}\n',
      "conf.d/other.conf": broken,
    });
    const { stderr } = guard(folder, ["check", "--debug"]);
    expect(stderr.split("\n").filter((line) => line.includes("has no fix"))).toEqual([
      "conf.d/app.conf:1: sticky-sessions has no fix: only a person can tell what is meant.",
      "snippets/all.conf:5: hardcoded-upgrade has no fix: what would have to change cannot be written here.",
    ]);
    expect(guard(folder, ["check"]).stderr).not.toContain("has no fix");
  });

  test("JSON has the shape that DESIGN.md fixes", () => {
    const folder = folderWith({ "conf.d/app.conf": broken });
    const { status, stdout } = guard(folder, [
      "check",
      "--format",
      "json",
      "--nginx-version",
      "1.22.1",
    ]);
    expect(status).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      version: 1,
      tool: { name: "nginx-websocket-guard" },
      nginxVersion: "1.22.1",
      files: [{ path: "conf.d/app.conf", analysed: true }],
      locations: [
        {
          file: "conf.d/app.conf",
          line: 5,
          name: "/ws",
          server: "api.example.com",
          includedFrom: [],
          proxyPass: "http://backend",
          websocket: { serves: "yes" },
          handshake: { strict: "breaks", lenient: "breaks" },
          upstream: {
            httpVersion: "1.0",
            headers: [
              ["Host", "backend"],
              ["Connection", "close"],
              ["Sec-WebSocket-Key", expect.any(String)],
              ["Sec-WebSocket-Version", "13"],
            ],
          },
          idleTimeoutMs: 60_000,
        },
      ],
      summary: { errors: 3, warnings: 2, notices: 0, locations: 1 },
    });
    const keys = [
      "rule",
      "severity",
      "message",
      "file",
      "line",
      "column",
      "endLine",
      "endColumn",
      "location",
      "group",
      "fixedBy",
      "related",
      "new",
      "fingerprint",
      "fix",
    ];
    for (const finding of report.findings) {
      expect(Object.keys(finding)).toEqual(keys);
    }
    const [first, ...others] = report.findings;
    expect(first.fix).toMatchObject({ safety: "safe", edits: [{ file: "conf.d/app.conf" }] });
    expect(others.map((finding: { fixedBy: string }) => finding.fixedBy)).toEqual(
      others.map(() => first.fingerprint),
    );
  });

  test("--fix writes the published block, and a second run has nothing to do", () => {
    const folder = folderWith({ "conf.d/app.conf": broken });
    const first = guard(folder, ["check", "--fix"]);
    expect(first.status).toBe(0);
    expect(first.stderr).toBe("1 fix applied.\n");
    expect(readFileSync(join(folder, "conf.d/app.conf"), "utf8")).toBe(sound);
    expect(guard(folder, ["check", "--fix"])).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(join(folder, "conf.d/app.conf"), "utf8")).toBe(sound);
  });

  test("--fix leaves alone what is not sure to be a fault", () => {
    const unclear = broken.replace("/ws", "/stream");
    const folder = folderWith({ "conf.d/app.conf": unclear });
    const { status, stdout, stderr } = guard(folder, ["check", "--fix"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("notice [upgrade-header]");
    expect(readFileSync(join(folder, "conf.d/app.conf"), "utf8")).toBe(unclear);
  });

  test("--base shows only what is new, and knows renamed files", () => {
    const folder = repositoryWith({ "nginx/old.conf": broken });
    git(folder, "switch", "--quiet", "--create", "change");
    git(folder, "mv", "nginx/old.conf", "nginx/renamed.conf");
    commit(folder, "Rename");
    expect(guard(folder, ["check", "--base", "main"]).status).toBe(0);
    expect(guard(folder, ["check"]).status).toBe(1);
    write(folder, { "nginx/new.conf": broken.replace("api", "new") });
    const { status, stdout } = guard(folder, ["check", "--base", "main"]);
    expect(status).toBe(1);
    expect(stdout).toContain("nginx/new.conf:6:9");
    expect(stdout).not.toContain("nginx/renamed.conf:6:9");
  });

  test.each([
    ["error", 1],
    ["warning", 1],
    ["never", 0],
  ])("--fail-on %s ends with %i", (failOn, expected) => {
    const folder = folderWith({ "conf.d/app.conf": broken });
    expect(guard(folder, ["check", "--fail-on", failOn]).status).toBe(expected);
  });

  test("a path limits what is reported, not what is read", () => {
    const folder = folderWith({
      "nginx/nginx.conf": `events {}
http {
    map $http_upgrade $connection_upgrade { default upgrade; '' close; }
    include conf.d/*.conf;
}
`,
      "nginx/conf.d/a.conf": sound.replace('"upgrade"', "$connection_upgrade"),
      "nginx/conf.d/b.conf": broken.replace("api", "other"),
    });
    expect(guard(folder, ["check", "nginx/conf.d/a.conf"])).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(guard(folder, ["check", "nginx/conf.d/b.conf"]).status).toBe(1);
    expect(guard(folder, ["check", "nginx"]).status).toBe(1);
  });

  test("a folder elsewhere is checked with the nginx.conf above it", () => {
    const folder = folderWith({
      "nginx.conf": "events {}\nhttp { include conf.d/*.conf; }\n",
      "conf.d/app.conf": broken,
    });
    const { status, stdout, stderr } = guard(folderWith({}), ["check", join(folder, "conf.d")]);
    expect(status).toBe(1);
    expect(stdout).toContain("conf.d/app.conf:6:9");
    expect(stderr).toBe(`Paths are relative to ${folder}.\n`);
  });

  test("- reads what nginx -T prints, which is complete", () => {
    const dump = `# configuration file /etc/nginx/nginx.conf:
events {}
http {
    include /etc/nginx/conf.d/*.conf;
}

# configuration file /etc/nginx/conf.d/app.conf:
${sound.replace('"upgrade"', "$connection_upgrade")}
`;
    const { status, stdout } = guard(folderWith({}), ["check", "-", "--format", "json"], dump);
    expect(status).toBe(1);
    const { findings } = JSON.parse(stdout);
    expect(findings[0]).toMatchObject({
      rule: "undefined-variable",
      severity: "error",
      file: "etc/nginx/conf.d/app.conf",
      line: 9,
    });
  });

  test("a folder without nginx configuration is said to have none", () => {
    expect(guard(folderWith({ "a.txt": "x" }), ["check"])).toEqual({
      status: 0,
      stdout: "",
      stderr:
        "No nginx configuration found. Where it has other names, name them under files: in .github/nginx-websocket-guard.yml.\n",
    });
  });

  test("SARIF and Markdown are formats", () => {
    const folder = folderWith({ "conf.d/app.conf": broken });
    const sarif = JSON.parse(guard(folder, ["check", "--format", "sarif"]).stdout);
    expect(sarif.version).toBe("2.1.0");
    expect(sarif.runs[0].results[0].ruleId).toBe("connection-header");
    expect(guard(folder, ["check", "--format", "markdown"]).stdout).toContain("upgrade-header");
  });

  test("the policy file of the folder holds, and flags overrule it", () => {
    const folder = folderWith({
      "conf.d/app.conf": broken,
      ".github/nginx-websocket-guard.yml": `rules:\n  upgrade-header: off\n  connection-header: off\n`,
    });
    expect(guard(folder, ["check"]).status).toBe(0);
    expect(guard(folder, ["check", "--nginx-version", "1.28"]).status).toBe(1);
  });
});

describe("files that are not plain text", () => {
  test("a file that cannot be read is named, and the status says so", () => {
    const folder = folderWith({ "conf.d/app.conf": sound, "conf.d/other.conf": "server\0{}" });
    const { status, stderr } = guard(folder, ["check"]);
    expect(status).toBe(2);
    expect(stderr).toBe("conf.d/other.conf was not analysed: it is binary.\n");
  });

  test("a symbolic link of the same folder is followed, as Debian lays out its sites", () => {
    const folder = folderWith({
      "nginx.conf": `events {}
http {
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header Host $host;
    map $http_upgrade $connection_upgrade { default upgrade; '' close; }
    include sites-enabled/*;
}
`,
      "sites-available/chat": `server {
    listen 80;
    location /ws {
        proxy_pass http://backend;
        proxy_read_timeout 1h;
    }
}
`,
    });
    mkdirSync(join(folder, "sites-enabled"));
    symlinkSync("../sites-available/chat", join(folder, "sites-enabled/chat"));
    expect(guard(folder, ["check"])).toEqual({
      status: 0,
      stdout: "nothing to report in 2 files, 1 proxying location\n",
      stderr: "",
    });
  });

  test("--fix leaves text alone that is not UTF-8", () => {
    const folder = folderWith({});
    const bytes = Buffer.from(`# caf\u00e9\n${broken}`, "latin1");
    writeFileSync(join(folder, "app.conf"), bytes);
    guard(folder, ["check", "--fix"]);
    expect(readFileSync(join(folder, "app.conf")).equals(bytes)).toBe(true);
  });
});

test("--base asks the policy of the base, so that a change cannot switch off what judges it", () => {
  const policy = ".github/nginx-websocket-guard.yml";
  const folder = repositoryWith({ "nginx/app.conf": sound, [policy]: "profile: basic\n" });
  git(folder, "switch", "--quiet", "--create", "change");
  write(folder, { "nginx/app.conf": broken, [policy]: 'ignore: ["**"]\n' });
  commit(folder, "Break it unseen");
  expect(guard(folder, ["check"]).status).toBe(0);
  expect(guard(folder, ["check", "--base", "main"]).status).toBe(1);
  expect(guard(folder, ["review", "--base", "main"]).status).toBe(1);
});

test("--base says which comments to us count only after the merge", () => {
  const folder = repositoryWith({ "nginx/app.conf": sound });
  git(folder, "switch", "--quiet", "--create", "change");
  const silence = "# nginx-websocket-guard: ignore[upgrade-header, connection-header] no need\n";
  write(folder, { "nginx/app.conf": `${silence}${broken}` });
  const said = "A silence that this change adds counts only after the merge: nginx/app.conf:1.";
  expect(guard(folder, ["check", "--base", "main"])).toMatchObject({
    status: 1,
    stderr: `${said}\n`,
  });
  expect(guard(folder, ["check"])).toMatchObject({ status: 0, stderr: "" });
  commit(folder, "Silence it");
  expect(guard(folder, ["review"]).stdout).toContain(said);
});

describe("wrong usage ends with 2 and one message", () => {
  const folder = folderWith({
    "conf.d/app.conf": broken,
    "bad.yml": "profile: recommended\nrules:\n  upgrade-heder: off\n",
    "notes.txt": "hello\n",
  });

  test.each<[string, readonly string[], string]>([
    ["an unknown command", ["chekc"], "there is no command chekc. Did you mean check?"],
    [
      "an unknown flag",
      ["check", "--formt", "json"],
      "check has no flag --formt. Did you mean --format?",
    ],
    [
      "a wrong value",
      ["check", "--format", "jsn"],
      "--format is jsn: expected text, json, sarif, markdown, conftest. Did you mean json?",
    ],
    [
      "a wrong version",
      ["check", "--nginx-version", "new"],
      "--nginx-version is new: expected a version such as 1.27",
    ],
    ["a value that is missing", ["check", "--base"], "--base expects a value."],
    ["a path that is not there", ["check", "conf.e"], "there is no file or folder conf.e."],
    [
      "a file of another kind",
      ["check", "notes.txt"],
      "notes.txt holds no nginx configuration as far as its name and content say",
    ],
    [
      "a policy that is not there",
      ["check", "--config", "no.yml"],
      "the policy file no.yml cannot be read: no such file",
    ],
    [
      "an unknown rule",
      ["check", "--config", "bad.yml"],
      'bad.yml:3:3: unknown rule "upgrade-heder": did you mean "upgrade-header"?',
    ],
    ["no git repository", ["check", "--base", "main"], "is not in a git repository"],
    [
      "a rule that is not there",
      ["explain", "upgrade"],
      "there is no rule upgrade. Did you mean upgrade-",
    ],
    ["no dump", ["check", "-"], "expected what nginx -T prints"],
  ])("%s", (_, args, message) => {
    const { status, stdout, stderr } = guard(folder, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });

  test("an unknown reference in git", () => {
    const repository = repositoryWith({ "conf.d/app.conf": broken });
    const { status, stderr } = guard(repository, ["check", "--base", "origin/none"]);
    expect(status).toBe(2);
    expect(stderr).toContain("git knows no commit origin/none");
  });
});
