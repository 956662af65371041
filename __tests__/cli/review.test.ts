import { expect, test } from "vitest";
import { commit, git, guard, repositoryWith, write } from "./program.ts";

const location = `    location /ws {
        proxy_pass http://backend;
    }
`;

test("review prints the comments that a pull request would get, and posts nothing", () => {
  const folder = repositoryWith({ "nginx/app.conf": "server {\n    listen 80;\n}\n" });
  git(folder, "switch", "--quiet", "--create", "change");
  write(folder, { "nginx/app.conf": `server {\n    listen 80;\n${location}}\n` });
  commit(folder, "Add the chat");
  const { status, stdout } = guard(folder, ["review", "--base", "main", "--format", "json"]);
  expect(status).toBe(1);
  const { comments, unplaced } = JSON.parse(stdout);
  expect(unplaced).toEqual([]);
  expect(comments).toMatchObject([{ path: "nginx/app.conf", startLine: null, line: 4 }]);
  expect(comments[0].body).toContain("```suggestion\n        proxy_pass http://backend;\n");
  const text = guard(folder, ["review"]).stdout;
  expect(text).toContain("── nginx/app.conf:4\n");
  expect(text).toContain("1 comment for git diff main...HEAD; nothing was posted.");
});

test("what is not committed is not looked at, and that is said", () => {
  const folder = repositoryWith({ "nginx/app.conf": "server {\n    listen 80;\n}\n" });
  expect(guard(folder, ["review"]).stderr).toBe("");
  write(folder, { "nginx/app.conf": `server {\n    listen 80;\n${location}}\n` });
  const { status, stdout, stderr } = guard(folder, ["review"]);
  expect(status).toBe(0);
  expect(stdout).toContain("0 comments");
  expect(stderr).toBe("What is not committed is not looked at; check --base sees it.\n");
});

test("a branch that changes nothing about nginx gets no comment", () => {
  const folder = repositoryWith({ "nginx/app.conf": `server {\n${location}}\n` });
  git(folder, "switch", "--quiet", "--create", "change");
  write(folder, { "README.md": "# Shop\n" });
  commit(folder, "Say what it is");
  const { status, stdout } = guard(folder, ["review"]);
  expect(status).toBe(0);
  expect(stdout).toContain("0 comments");
});
