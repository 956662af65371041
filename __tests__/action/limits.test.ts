import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { nginx, pass, siteOf } from "./configurations.ts";
import { printed, scenario } from "./scenario.ts";

const broken = { base: nginx.complete, head: nginx.broken };

/** As many broken sites, each in a file of its own. */
function sites(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `nginx/conf.d/${String(index).padStart(2, "0")}.conf`,
      nginx.site.replace("api.", `${index}.`),
    ]),
  );
}

test("more than 25 comments are two reviews, and a second run posts nothing", async () => {
  const { pull, run } = await scenario({ base: nginx.complete, head: sites(30) });
  const first = await run({ inputs: { "max-comments": "28" } });
  expect(pull.reviews).toHaveLength(2);
  expect(pull.comments).toHaveLength(28);
  expect(first.outputs["comments-posted"]).toBe("28");
  // What has no comment is named once, above the first review.
  expect(pull.reviews.map(({ body }) => body.includes("nginx/conf.d/29.conf"))).toEqual([
    true,
    false,
  ]);
  await run({ inputs: { "max-comments": "28" } });
  expect(pull.comments).toHaveLength(28);
});

test("annotations stay within what GitHub shows, the line that says why included", async () => {
  const { run } = await scenario({ base: nginx.complete, head: sites(12) });
  const { annotations } = await run({ inputs: { comment: "off" } });
  expect(annotations.filter(({ shown }) => !shown)).toEqual([]);
  expect(annotations.filter(({ level }) => level === "error")).toHaveLength(10);
  expect(annotations.at(-1)?.message).toMatch(/^Failed: 24 errors in 12 nginx files/);
});

test("a file that GraphQL cuts is read whole", async () => {
  const { pull, run } = await scenario({
    ...broken,
    github: { limits: { bytesPerGraphqlText: 50 } },
  });
  const { requests } = await run();
  expect(requests.map(({ operation }) => operation)).toContain("git/get-blob");
  expect(pull.comments).toHaveLength(1);
});

test("a file without a diff gets no comment, but annotations, and the reason is said", async () => {
  const { pull, run } = await scenario({ ...broken, github: { limits: { linesPerPatch: 3 } } });
  const result = await run();
  expect(pull.comments).toEqual([]);
  expect(result.annotations[0]?.properties["file"]).toBe(nginx.path);
  expect(printed(result)).toContain(
    `GitHub shows no diff of ${nginx.path}, so there can be no comments on it.`,
  );
});

test("a tree that GitHub cuts makes the result incomplete", async () => {
  const { run } = await scenario({ ...broken, github: { limits: { entriesPerTree: 2 } } });
  const result = await run();
  expect(result.outputs["incomplete"]).toContain("GitHub lists only a part");
  expect(result.exitCode).toBe(1);
});

test("a secondary rate limit is waited for, as long as GitHub asks", async () => {
  let refused = 0;
  const { pull, run } = await scenario({
    ...broken,
    github: {
      faults: ({ operation }) => {
        if (operation !== "pulls/create-review" || refused > 0) {
          return undefined;
        }
        refused = Date.now();
        return {
          kind: "answer",
          status: 403,
          body: { message: "You have exceeded a secondary rate limit." },
          headers: { "retry-after": "3" },
        };
      },
    },
  });
  await run();
  expect(pull.comments).toHaveLength(1);
  expect(Date.now() - refused).toBeGreaterThanOrEqual(3000);
});

test("many pages of threads are read", async () => {
  const one = await scenario(broken);
  await one.run();
  const [comment] = one.pull.comments;
  if (!comment) {
    throw new Error("no comment");
  }
  const { person } = one.github.world;
  const elsewhere = {
    path: nginx.path,
    line: 1,
    side: "RIGHT",
    startLine: undefined,
    startSide: undefined,
    body: "Nice.",
  } as const;
  for (let count = 0; count < 120; count += 1) {
    one.pull.addReview(person, "COMMENT", "", one.pull.headSha, [elsewhere]);
  }
  const { exitCode } = await one.run();
  expect(exitCode).toBe(1);
  expect(one.pull.comments.filter(({ author }) => author === comment.author)).toHaveLength(1);
});

test("requests go through the proxy of the runner", async () => {
  const { github, pull, run } = await scenario(broken);
  const { port } = new URL(github.url);
  const asked = new Set<string>();
  const proxy = createServer().on("connect", (request, socket) => {
    asked.add(request.url ?? "");
    const upstream = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const address = proxy.address() as AddressInfo;
  await run({
    env: {
      // Of a loopback address the proxy is never asked.
      GITHUB_API_URL: `http://api.github.test:${port}`,
      http_proxy: `http://127.0.0.1:${address.port}`,
    },
  });
  expect([...asked]).toEqual([`api.github.test:${port}`]);
  expect(pull.comments).toHaveLength(1);
});

test("a repository of 400 sites is read in few requests", async () => {
  const base = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [
      `nginx/conf.d/s${index}.conf`,
      siteOf(pass).replace("api.", `${index}.`),
    ]),
  );
  const { run } = await scenario({ ...broken, base: { ...nginx.complete, ...base } });
  const { requests, exitCode } = await run();
  expect(exitCode).toBe(1);
  expect(requests.length).toBeLessThan(15);
});
