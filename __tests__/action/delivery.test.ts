import { describe, expect, test } from "vitest";
import { nginx, pass, siteOf, upgrade } from "./configurations.ts";
import { scenario, writes, type Scenario } from "./scenario.ts";

const broken = { base: nginx.complete, head: nginx.broken };
/** Serves ordinary requests too, so that the fix brings a map. */
const mixed = `upstream app {
    server 10.0.0.5:8080;
    keepalive 8;
}

${siteOf("proxy_pass http://app/guacamole/;").replace("location /ws", "location /remote/")}`;
const repaired = siteOf(...upgrade, pass);

/** Comments that a reader sees: open, in the diff, not hidden. */
function visible({ pull }: Scenario): string[] {
  return pull.threads
    .filter((thread) => !thread.resolvedBy && pull.positionOf(thread))
    .flatMap((thread) => thread.comments.slice(0, 1))
    .filter(({ minimizedReason }) => minimizedReason === undefined)
    .map(({ body }) => body);
}

describe("a later push", () => {
  test("that moves the lines keeps the comment", async () => {
    const one = await scenario(broken);
    await one.run();
    one.pull.push({ [nginx.path]: `# Our API\n\n${nginx.site}` });
    const result = await one.run();
    expect(result.exitCode).toBe(1);
    expect(writes(result)).toEqual([]);
    expect(visible(one)).toHaveLength(1);
  });

  test("that changes the line posts anew and retires the old comment", async () => {
    const one = await scenario(broken);
    await one.run();
    one.pull.push({ [nginx.path]: nginx.site.replace("10.0.0.5", "10.0.0.6") });
    await one.run();
    expect(one.pull.comments).toHaveLength(2);
    expect(visible(one)).toHaveLength(1);
    expect(visible(one)[0]).toContain("10.0.0.6");
    expect(one.pull.comments[0]?.body).toMatch(/^\*\*Replaced by a newer comment\.\*\*/);
    expect(writes(await one.run())).toEqual([]);
  });

  test("that allows a suggestion of more lines replaces the comment at the same line", async () => {
    const one = await scenario({
      base: nginx.complete,
      // The stray brace keeps the fix from being proven.
      head: { [nginx.path]: `${mixed}}\n` },
    });
    await one.run();
    one.pull.push({ [nginx.path]: mixed });
    await one.run();
    expect(visible(one)).toHaveLength(1);
    expect(visible(one)[0]).toContain("```suggestion\nmap ");
    expect(writes(await one.run())).toEqual([]);
  });

  test("that repairs it retires the comment", async () => {
    const one = await scenario(broken);
    await one.run();
    one.pull.push({ [nginx.path]: repaired });
    const result = await one.run();
    expect(result.exitCode).toBe(0);
    expect(visible(one)).toEqual([]);
    expect(one.pull.comments[0]?.body).toMatch(/^\*\*Fixed in [0-9a-f]{7}\.\*\*/);
    expect(one.pull.comments[0]?.body).not.toContain("suggestion\n");
    expect(writes(await one.run())).toEqual([]);
  });

  test("that repairs it resolves the thread, where the token may", async () => {
    const tokens = { token: { contents: "write", pullRequests: "write" } } as const;
    const one = await scenario({ ...broken, github: { tokens } });
    await one.run();
    one.pull.push({ [nginx.path]: repaired });
    await one.run();
    expect(one.pull.threads[0]?.resolvedBy?.login).toBe("github-actions[bot]");
  });

  test("that takes all nginx files back retires the comment", async () => {
    const one = await scenario(broken);
    await one.run();
    one.pull.push({ [nginx.path]: null, "README.md": "# The shop\n" });
    expect((await one.run()).exitCode).toBe(0);
    expect(visible(one)).toEqual([]);
  });
});

test("a comment that a person resolved stays silent, and counts", async () => {
  const one = await scenario(broken);
  await one.run();
  const [thread] = one.pull.threads;
  if (!thread) {
    throw new Error("no thread");
  }
  thread.resolvedBy = one.github.world.person;
  const result = await one.run();
  expect(result.exitCode).toBe(1);
  expect(writes(result)).toEqual([]);
  expect(result.annotations.map(({ properties }) => properties)).toEqual([{}]);
  expect(result.summary).toContain("resolved by a person");
});

test("a comment that people answered is not hidden when its finding is gone", async () => {
  const one = await scenario(broken);
  await one.run();
  const [comment] = one.pull.comments;
  if (!comment) {
    throw new Error("no comment");
  }
  one.pull.reply(one.github.world.person, comment, "Why?");
  one.pull.push({ [nginx.path]: `${repaired}# end\n` });
  await one.run();
  expect(comment.body).toMatch(/^\*\*Fixed in /);
  expect(comment.minimizedReason).toBeUndefined();
});

describe("when GitHub", () => {
  test("answers 502 although it created the review, nothing is posted twice", async () => {
    let first = true;
    const one = await scenario({
      ...broken,
      github: {
        faults: ({ operation }) => {
          if (operation !== "pulls/create-review" || !first) {
            return undefined;
          }
          first = false;
          return { kind: "answer", status: 502, executed: true };
        },
      },
    });
    const result = await one.run();
    expect(one.pull.comments).toHaveLength(1);
    expect(result.outputs["comments-posted"]).toBe("1");
    expect(result.exitCode).toBe(1);
  });

  test("drops the connection, the review is posted at the next attempt", async () => {
    let first = true;
    const one = await scenario({
      ...broken,
      github: {
        faults: ({ operation }) => {
          if (operation !== "pulls/create-review" || !first) {
            return undefined;
          }
          first = false;
          return { kind: "drop" };
        },
      },
    });
    const result = await one.run();
    expect(one.pull.comments).toHaveLength(1);
    expect(result.outputs["comments-posted"]).toBe("1");
  });

  test("refuses one comment, the others are posted and it is annotated", async () => {
    const paths = ["a", "b", "c"].map((name) => `nginx/conf.d/${name}.conf`);
    const head = Object.fromEntries(
      paths.map((path, index) => [path, nginx.site.replace("api.", `${index}.`)]),
    );
    const one = await scenario({
      base: nginx.complete,
      head,
      github: {
        faults: ({ operation, body }) =>
          operation === "pulls/create-review" && JSON.stringify(body).includes('b.conf"')
            ? {
                kind: "answer",
                status: 422,
                body: {
                  message: "Unprocessable Entity",
                  errors: ["line must be part of the diff"],
                },
              }
            : undefined,
      },
    });
    const result = await one.run();
    expect(one.pull.comments.map(({ thread }) => thread.path)).toEqual([paths[0], paths[2]]);
    expect(result.annotations[0]?.properties["file"]).toBe(paths[1]);
    expect(result.stdout).toContain(`GitHub takes no comment at ${paths[1]}:`);
    expect(result.outputs["comments-posted"]).toBe("2");
  });

  test("has a newer head already, nothing is posted: its own run will", async () => {
    const one = await scenario({
      ...broken,
      github: {
        faults: ({ operation }) => {
          if (operation === "git/get-tree" && one.pull.commits.length === 1) {
            one.pull.push({ "README.md": "# The shop\n" });
          }
          return undefined;
        },
      },
    });
    const result = await one.run();
    expect(one.pull.comments).toEqual([]);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain("the pull request has moved on to");
    expect(result.annotations[0]?.properties["file"]).toBe(nginx.path);
  });
});

test("two runs at once leave one comment", async () => {
  const one = await scenario(broken);
  await Promise.all([one.run(), one.run()]);
  await one.run();
  expect(visible(one)).toHaveLength(1);
});
