import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { analyse, defaultPolicy, summaryReport } from "../src/core/index.ts";
import { run as runProgram } from "./apt.ts";
import { type Counts, countsText } from "./counts.ts";
import { summaryPage } from "./demo/page.ts";
import { type FoundChromium, findChromium } from "./fetch-chromium.ts";
import { project, run } from "./tools.ts";

/**
 * What people look at, in a real browser: the demo's pull request and job summaries, with the pictures drawn by Mermaid. What
 * it shows is read back from the page.
 */
const folder = join(project, "build", "demo");
const picture = join(project, "examples", "review.png");

interface Outcome extends Counts {
  readonly output: string;
}

/** Renders and reads everything; each page counts as one. Without a browser all are skipped, except under `CI=true`. */
export async function checkInBrowser(): Promise<Outcome> {
  const pages = Object.entries({ demo: demoPage, summary: hostileSummary });
  const chromium = await findChromium();
  if ("unavailable" in chromium) {
    const isRequired = process.env["CI"] === "true";
    return {
      passed: 0,
      failed: isRequired ? pages.length : 0,
      skipped: isRequired ? 0 : pages.length,
      output: chromium.unavailable,
    };
  }
  const faults: string[] = [];
  let failed = 0;
  for (const [name, write] of pages) {
    const found = faultsIn(await write(), (file) => rendered(chromium, file));
    const list = await found.catch((error: unknown) => [String(error)]);
    if (list.length > 0) {
      failed += 1;
    }
    faults.push(...list.map((fault) => `${name}: ${fault}`));
  }
  return { passed: pages.length - failed, failed, skipped: 0, output: faults.join("\n") };
}

interface Page {
  readonly file: string;
  /** What it must show, apart from the pictures, whose text is known from their source. */
  readonly says: readonly string[];
}

async function demoPage(): Promise<Page> {
  const { code, output } = await run(process.execPath, [join(project, "scripts/demo.ts")], 120_000);
  if (code !== 0) {
    throw new Error(`the demo failed: ${output}`);
  }
  return {
    file: join(folder, "review.html"),
    says: [
      "websocket: failed",
      "WebSocket handshakes at location /chat/ws of shop.example.com fail.",
      "Commit suggestion",
      "Handshakes that break",
    ],
  };
}

/** Text that would like to be something else, in the places that a picture shows. */
function hostileSummary(): Promise<Page> {
  const markup = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`;
  const names = [
    markup,
    `%%{init: {"theme": "forest"}}%% #35; #quot; ; end`,
    `$$x^2$$ wrap: style a: b#1; classDef ﬂ°°60¶ß`,
    `]] -->> C: "x" [y](javascript:alert(1)) @{ "type": 1 }`,
  ];
  const files = Object.fromEntries(
    names.map((name, index) => [
      `conf.d/${index}${name.replaceAll("/", "|")}.conf`,
      `server {
    server_name ${JSON.stringify(name.replaceAll("$", "S"))};
    proxy_set_header Connection close;
    location /ws {
        proxy_pass http://backend${index};
    }
}
`,
    ]),
  );
  const analysis = analyse(
    { list: () => Object.keys(files), read: (path) => files[path] },
    { policy: defaultPolicy },
  );
  const summary = summaryReport({
    title: "nginx-websocket-guard",
    verdictLine: "It fails.",
    analysis,
    findings: analysis.findings,
    unplaced: [],
    live: new Set(),
    resolved: new Set(),
    notes: [],
    incomplete: [],
    policyProblems: [],
  });
  const file = join(folder, "summary.html");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, summaryPage(summary));
  return Promise.resolve({
    file,
    says: ["It fails.", ...names.map(() => "Connection is lost here")],
  });
}

/** What the page does not show although it must. */
async function faultsIn(
  { file, says }: Page,
  render: (file: string) => Promise<string>,
): Promise<string[]> {
  const source = readFileSync(file, "utf8");
  const html = await render(file);
  const faults: string[] = [];
  const text = textOf(html);
  for (const words of says) {
    if (!text.includes(words)) {
      faults.push(`no "${words}"`);
    }
  }
  const title = (page: string): string | undefined => /<title>(.*?)<\/title>/.exec(page)?.[1];
  if (title(html) !== title(source)) {
    faults.push(`a script changed the title to ${title(html)}`);
  }
  const sources = matches(source, /<pre class="mermaid">([^]*?)<\/pre>/g).map(textOf);
  const pictures = matches(html, /(<svg [^>]*aria-roledescription="sequence"[^]*?<\/svg>)/g);
  if (sources.length === 0 || pictures.length !== sources.length) {
    faults.push(`${pictures.length} pictures of ${sources.length}`);
  }
  for (const [index, svg] of pictures.entries()) {
    const shown = textOf(svg);
    const missing = labelsOf(sources[index] ?? "").filter((label) => !shown.includes(label));
    faults.push(...missing.map((label) => `picture ${index + 1} does not show "${label}"`));
  }
  return faults;
}

/** The lines of all labels in Mermaid's text, as people should see them. */
function labelsOf(source: string): string[] {
  return source
    .split("\n")
    .slice(1)
    .flatMap((line) => line.replace(/^(?:participant \w as |[^:]*: )/, "").split("<br/>"))
    .map((label) =>
      label
        .replaceAll(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
        .replaceAll(/\s+/g, " ")
        .trim(),
    );
}

function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, part]) => part ?? "");
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  gt: ">",
  lt: "<",
  nbsp: " ",
  quot: '"',
};

/** The text of HTML, with one blank between words. */
function textOf(html: string): string {
  return html
    .replaceAll(/<(style|script)\b[^]*?<\/\1>/g, "")
    .replaceAll(/<(?!\/?(?:code|strong|tspan)\b)[^>]*>/g, " ")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .replaceAll(/\s+/g, " ");
}

/** The page as it is when its scripts have run. */
async function rendered(chromium: FoundChromium, file: string): Promise<string> {
  return start(chromium, file, ["--window-size=1200,900", "--dump-dom"]);
}

async function start(
  { path, env }: FoundChromium,
  file: string,
  flags: readonly string[],
): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "chromium-"));
  const common = [
    "--headless",
    // The sandbox needs root or user namespaces, which a container may not have; the pages are our own.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
    "--virtual-time-budget=20000",
    `--user-data-dir=${profile}`,
  ];
  try {
    const parameters = [...common, ...flags, pathToFileURL(file).href];
    const { code, output } = await runProgram(path, parameters, { env });
    if (code !== 0) {
      throw new Error(`${path} ended with ${code}: ${output.slice(-2000)}`);
    }
    return output;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Writes the README's picture: the first comment of the demo's pull request below its lines. */
async function takePicture(): Promise<void> {
  const chromium = await findChromium();
  if ("unavailable" in chromium) {
    throw new Error(chromium.unavailable);
  }
  await demoPage();
  const file = join(folder, "picture.html");
  const width = 920;
  const measuring = join(folder, "measuring.html");
  const script = "<script>document.title = document.documentElement.scrollHeight</script></body>";
  writeFileSync(measuring, readFileSync(file, "utf8").replace("</body>", script));
  const html = await start(chromium, measuring, [`--window-size=${width},100`, "--dump-dom"]);
  const height = /<title>(\d+)<\/title>/.exec(html)?.[1];
  if (height === undefined) {
    throw new Error("the page's height cannot be measured");
  }
  await start(chromium, file, [`--window-size=${width},${height}`, `--screenshot=${picture}`]);
  rmSync(measuring);
  console.log(`wrote ${picture}`);
}

if (import.meta.main) {
  if (process.argv[2] === "--picture") {
    await takePicture();
  } else {
    const { output, ...counts } = await checkInBrowser();
    if (output !== "") {
      console.log(output);
    }
    console.log(countsText(counts));
    process.exitCode = counts.failed === 0 ? 0 : 1;
  }
}
