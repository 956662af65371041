import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { marked } from "marked";
import { describe, expect, onTestFinished, test } from "vitest";
import { nginx } from "../action/configurations.ts";
import { scenario } from "../action/scenario.ts";
import type { Stage } from "../action/stage.ts";
import type { RunResult } from "../github/runner.ts";
import { bombs, hostileFiles, mentioned, secrets } from "./hostile.ts";

const seed = Number(process.env["SEED"] ?? 20_260_901);
const files = 300;
const megabytes = 512;
const seconds = 60;

/** What a person reads on GitHub, without the suggestions: their lines are the file's own. */
function shown({ pull }: Stage, { summary }: RunResult): string[] {
  const bodies = pull.comments.map(({ body }) =>
    body.replaceAll(/^(`{3,})suggestion\n[^]*?^\1$/gm, ""),
  );
  return [summary, ...pull.reviews.map(({ body }) => body), ...bodies];
}

/** Text outside of code, as a browser has it after GitHub's Markdown, and the tags that are in it. */
function rendered(markdown: string): { readonly text: string; readonly tags: readonly string[] } {
  const html = marked.parse(markdown, { async: false, gfm: true });
  const outside = html
    .replaceAll(/<!-- nginx-websocket-guard fp=[\da-f,]+(?: job=[\da-f]+)? -->/g, "")
    .replaceAll(/<pre>[^]*?<\/pre>|<code>[^]*?<\/code>/g, "");
  const tags = Array.from(outside.matchAll(/<(\/?[a-z!][^\s>]*)/gi), ([, tag = ""]) => tag);
  return { text: outside.replaceAll(/<[^>]*>/g, ""), tags };
}

const ours =
  /^\/?(?:h[1-6]|p|ul|li|strong|em|table|thead|tbody|tr|th|td|br|details|summary|span|hr|div)$/;

/** Everything that must not be, whatever the repository holds. */
function injections(stage: Stage, result: RunResult): readonly string[] {
  const commands = result.commands.filter(
    ({ command, message }) =>
      !["error", "warning", "notice"].includes(command) || /^(?:owned|b\.conf)/.test(message),
  );
  const texts = shown(stage, result);
  const pages = texts.map(rendered);
  const everything = [result.stdout, result.stderr, ...texts].join("\n");
  return [
    ...commands.map(({ command }) => `a workflow command: ${command}`),
    ...secrets.flatMap((secret) => contextsOf(everything, secret)),
    ...pages.flatMap(({ text, tags }) => [
      ...tags.filter((tag) => !ours.test(tag)).map((tag) => `markup: <${tag}>`),
      ...(text.includes(`@${mentioned}`) ? ["a mention"] : []),
      ...(/(?:^|[^\w&\\])#\d/.test(text)
        ? [`a reference: ${text.match(/.{20}#\d.{9}/)?.[0]}`]
        : []),
    ]),
    // oxlint-disable-next-line no-control-regex -- these are the characters to find
    ...(/[\u{0}-\u{8}\u{b}-\u{1f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u.test(
      texts.join("").replaceAll("\r\n", "\n"),
    )
      ? ["control or bidirectional characters"]
      : []),
    ...(/::(?:error|add-mask|stop-commands|set-output)/m.test(
      result.stdout.replaceAll(/^::(?:error|warning|notice)[^\n]*$/gm, ""),
    )
      ? ["a line of the log looks like a command"]
      : []),
  ];
}

/** Where a secret is shown, with what stands around it. */
function contextsOf(text: string, secret: string): string[] {
  const found = Array.from(
    text.matchAll(new RegExp(`.{0,60}${secret}.{0,20}`, "g")),
    ([context]) => context,
  );
  return [...new Set(found)].map((context) => `a secret: ${context}`);
}

interface Measured extends RunResult {
  readonly bytes: number;
  readonly milliseconds: number;
}

async function measured(
  stage: Stage,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "peak");
  const probe = pathToFileURL(join(import.meta.dirname, "peak-memory.mjs")).href;
  const before = performance.now();
  const result = await stage.run({
    inputs,
    env: {
      NODE_OPTIONS: `--import=${probe}`,
      PEAK_MEMORY_FILE: file,
    },
    timeoutMs: seconds * 1000,
  });
  const milliseconds = performance.now() - before;
  return { ...result, bytes: Number(readFileSync(file, "utf8")), milliseconds };
}

describe(`${files} hostile files (SEED=${seed})`, () => {
  test.each([
    ["commented", {}],
    ["annotated", { comment: "summary" }],
    ["all of the repository", { scope: "all", "max-comments": "3" }],
  ])(
    "%s: nothing is injected, nothing secret repeated",
    { timeout: 180_000 },
    async (_, inputs) => {
      const stage = await scenario({ base: nginx.complete, head: hostileFiles(seed, files) });
      const result = await measured(stage, inputs);
      expect(injections(stage, result)).toEqual([]);
      expect(result.stderr).toBe("");
      expect(result.stdout).not.toContain("This is a bug");
      expect(result.exitCode).toBe(1);
      expect(result.bytes).toBeLessThan(megabytes * 2 ** 20);
      expect(result.milliseconds).toBeLessThan(seconds * 1000);
      expect(
        result.annotations.filter(({ properties }) => properties["file"]?.includes("passwd")),
      ).toEqual([]);
    },
  );
});

describe("a policy that is", () => {
  test.each(Object.entries(bombs))(
    "%s is refused in time",
    { timeout: 90_000 },
    async (_, policy) => {
      const stage = await scenario({
        base: nginx.complete,
        head: { ...nginx.broken, ".github/nginx-websocket-guard.yml": policy },
      });
      const result = await measured(stage);
      expect(injections(stage, result)).toEqual([]);
      expect(result.stdout).not.toContain("This is a bug");
      expect(result.exitCode).toBe(1);
      expect(result.bytes).toBeLessThan(megabytes * 2 ** 20);
    },
  );
});
