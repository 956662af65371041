import { expect, test } from "vitest";
import { applySuggestions } from "../github/apply.ts";
import { nginx, pass, siteOf, upgrade } from "./configurations.ts";
import { printed, scenario, writes } from "./scenario.ts";

test("a new location with proxy_pass alone: one review, whose suggestion makes the next run green", async () => {
  const { pull, run } = await scenario({
    base: nginx.complete,
    head: nginx.broken,
  });
  const first = await run();
  expect(first.exitCode).toBe(1);
  expect(pull.reviews.map(({ state }) => state)).toEqual(["COMMENTED"]);
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]?.thread.path).toBe("nginx/conf.d/api.conf");
  expect(first.outputs).toMatchObject({
    conclusion: "failure",
    "comments-posted": "1",
    suggestions: "1",
  });
  // The comment says it; an annotation would say it again.
  expect(first.annotations.map(({ properties }) => properties)).toEqual([{}]);
  expect(first.annotations[0]?.message).toMatch(
    /^Failed: \d errors? .*nginx\/conf\.d\/api\.conf:6/,
  );

  const again = await run();
  expect(again.exitCode).toBe(1);
  expect(writes(again)).toEqual([]);

  const { applied, refused } = applySuggestions(pull);
  expect(refused).toEqual([]);
  expect(applied).toHaveLength(1);
  const green = await run();
  expect(green.stdout).toContain("no new findings");
  expect(green.exitCode).toBe(0);
  expect(writes(green)).toEqual([]);
  expect(green.outputs).toMatchObject({ conclusion: "success", findings: "0" });
});

test("a shared snippet breaks a site file that nobody touched", async () => {
  const { pull, run } = await scenario({
    base: {
      ...nginx.complete,
      "nginx/conf.d/api.conf": siteOf("include snippets/proxy.conf;", pass),
      "nginx/snippets/proxy.conf": upgrade.map((line) => `${line}\n`).join(""),
    },
    head: {
      "nginx/snippets/proxy.conf": [
        "proxy_http_version 1.1;\n",
        "proxy_set_header Upgrade $http_upgrade;\n",
        'proxy_set_header Connection "";\n',
        "proxy_set_header Host $host;\n",
        "proxy_read_timeout 3600s;\n",
      ].join(""),
    },
  });
  const { exitCode } = await run();
  expect(exitCode).toBe(1);
  expect(pull.comments).toHaveLength(1);
  const [comment] = pull.comments;
  expect(comment?.thread.path).toBe("nginx/snippets/proxy.conf");
  expect(comment?.thread.original?.line).toBe(3);
  expect(comment?.body).toContain("nginx/conf.d/api.conf");
});

test.each([
  ["that is emptied", "", "LEFT", 6],
  ["of which a comment is left", "# Now in the image.\n", "RIGHT", 1],
  ["that says nothing about it any more", "client_max_body_size 1m;\n", "RIGHT", 1],
])("a snippet %s: one comment there, and none again", async (_, text, side, line) => {
  const { pull, run } = await scenario({
    base: {
      ...nginx.complete,
      [nginx.path]: siteOf("include snippets/proxy.conf;", pass),
      "nginx/snippets/proxy.conf": upgrade.map((each) => `${each}\n`).join(""),
    },
    head: { "nginx/snippets/proxy.conf": text },
  });
  expect((await run()).exitCode).toBe(1);
  expect(pull.comments).toHaveLength(1);
  const [comment] = pull.comments;
  expect(comment?.thread).toMatchObject({ path: "nginx/snippets/proxy.conf", side });
  expect(comment?.thread.original?.line).toBe(line);
  expect(comment?.body).toContain(`In \`${nginx.path}\`, after line 7, add:`);
  const again = await run();
  expect(again.exitCode).toBe(1);
  expect(writes(again)).toEqual([]);
});

test.each([
  ["other files", { "src/app.ts": "export {};\n", "README.md": "# The shop\n" }],
  ["the removal of one", { "README.md": null }],
])("no nginx file changes (%s): two requests, one line, exit 0", async (_, head) => {
  const { run } = await scenario({ base: nginx.complete, head });
  const result = await run();
  expect(result).toMatchObject({ exitCode: 0, stderr: "", annotations: [] });
  expect(result.requests.map(({ operation }) => operation).toSorted()).toEqual([
    "graphql repository",
    "pulls/list-files",
  ]);
  expect(printed(result)).toHaveLength(1);
  expect(result.stdout.split("\n")).toHaveLength(2);
  expect(result.outputs).toMatchObject({ conclusion: "success", findings: "0", incomplete: "" });
});

test.each([
  [
    "an old fault in a touched file",
    nginx.broken,
    { "nginx/conf.d/api.conf": `# Our API\n${siteOf(pass)}` },
  ],
  [
    "a renamed file with an old fault",
    nginx.broken,
    { "nginx/conf.d/api.conf": null, "nginx/conf.d/rest.conf": siteOf(pass) },
  ],
  ["a location that upgrades", {}, { "nginx/conf.d/api.conf": siteOf(...upgrade, pass) }],
  ["a removed file", nginx.broken, { "nginx/conf.d/api.conf": null }],
])("%s does not block", async (_, base, head) => {
  const { pull, run } = await scenario({ base: { ...nginx.complete, ...base }, head });
  const result = await run();
  expect(result.stdout).toContain("no new findings");
  expect(result.exitCode).toBe(0);
  expect(pull.comments).toEqual([]);
});

test("a deleted snippet whose headers a site file needs is found there", async () => {
  const { run } = await scenario({
    base: {
      ...nginx.complete,
      [nginx.path]: siteOf("include snippets/*.conf;", pass),
      "nginx/snippets/log.conf": "access_log off;\n",
      "nginx/snippets/proxy.conf": upgrade.map((line) => `${line}\n`).join(""),
    },
    head: { "nginx/snippets/proxy.conf": null },
  });
  const { exitCode, annotations } = await run();
  expect(exitCode).toBe(1);
  expect(annotations.map(({ properties }) => properties["file"])).toContain(nginx.path);
});

test("a deleted file that is still included by its name is missed there, and what it held is unknown", async () => {
  const { run } = await scenario({
    base: {
      ...nginx.complete,
      [nginx.path]: siteOf("include snippets/proxy.conf;", pass),
      "nginx/snippets/proxy.conf": upgrade.map((line) => `${line}\n`).join(""),
    },
    head: { "nginx/snippets/proxy.conf": null },
  });
  const { exitCode, outputs, annotations } = await run();
  expect(exitCode).toBe(1);
  expect(annotations[0]?.properties["file"]).toBe(nginx.path);
  expect(annotations[0]?.message).toContain("No such file or directory");
  expect(outputs["incomplete"]).toBe(
    "nginx/nginx.conf can be analysed only in part since this change: snippets/proxy.conf is not in the repository.",
  );
});

test("files on the second page of the list are read", async () => {
  const others = Array.from({ length: 120 }, (_, index) => [`a/${index}.txt`, `${index}\n`]);
  const { pull, run } = await scenario({
    base: nginx.complete,
    head: { ...Object.fromEntries(others), ...nginx.broken },
  });
  expect((await run()).exitCode).toBe(1);
  expect(pull.comments).toHaveLength(1);
});

test("files beyond the 3000 that GitHub lists are compared as well, but get no comments", async () => {
  const others = Array.from({ length: 3000 }, (_, index) => [`a/${index}.txt`, `${index}\n`]);
  const { pull, run } = await scenario({
    base: nginx.complete,
    head: { ...Object.fromEntries(others), ...nginx.broken },
  });
  const { exitCode, annotations, summary } = await run();
  expect(exitCode).toBe(1);
  expect(pull.comments).toEqual([]);
  expect(annotations[0]?.properties["file"]).toBe("nginx/conf.d/api.conf");
  expect(summary).toContain("GitHub lists the first 3000 files of this change only");
});

test("on pull_request_target the head is read as data, and commented", async () => {
  const { pull, run } = await scenario({
    base: nginx.complete,
    head: nginx.broken,
    pull: { fork: "stranger" },
  });
  expect((await run({ target: true })).exitCode).toBe(1);
  expect(pull.comments).toHaveLength(1);
});

test("on an enterprise server the addresses are its own", async () => {
  const { pull, run } = await scenario({
    base: nginx.complete,
    head: nginx.broken,
    github: { enterprise: true },
  });
  expect((await run()).exitCode).toBe(1);
  expect(pull.comments).toHaveLength(1);
});

test("a read-only token: annotations, the usual exit code, and one sentence that says why there are no comments", async () => {
  const { pull, run } = await scenario({
    base: nginx.complete,
    head: nginx.broken,
    pull: { fork: "stranger" },
    github: { tokens: { token: { contents: "read", pullRequests: "read" } } },
  });
  const result = await run();
  expect(result.exitCode).toBe(1);
  expect(pull.comments).toEqual([]);
  const [annotation] = result.annotations;
  expect(annotation).toMatchObject({
    level: "error",
    properties: { file: "nginx/conf.d/api.conf", line: "6" },
  });
  expect(annotation?.properties["title"]).toContain("upgrade-header");
  const why =
    "1 comment was not posted, because the token of a pull request from a fork is read-only";
  expect(printed(result).filter((line) => line.startsWith(why))).toHaveLength(1);
  expect(result.summary).toContain(why);
  expect(result.outputs).toMatchObject({ "comments-posted": "0", conclusion: "failure" });
});
