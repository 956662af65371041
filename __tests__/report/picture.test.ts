import mermaid from "mermaid";
import { describe, expect, test } from "vitest";
import { analyse, defaultPolicy, summaryReport, type Files } from "../../src/core/index.ts";
import { visible } from "../../src/core/report/markup.ts";
import { loadFixtures } from "../rules/fixtures.ts";

interface Picture {
  /** By the name in Mermaid's text, as people see them. */
  readonly actors: Readonly<Record<string, string>>;
  readonly messages: readonly string[];
}

/** What Mermaid's own parser makes of the text; throws where that is nothing. */
async function parsed(text: string): Promise<Picture> {
  expect(await mermaid.parse(text)).toEqual({ diagramType: "sequence", config: {} });
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const { getActors, getMessages } = db as unknown as {
    getActors: () => ReadonlyMap<string, { readonly description: string }>;
    getMessages: () => readonly { readonly message: string }[];
  };
  const actors = [...getActors.call(db)].map(([id, { description }]) => [id, shown(description)]);
  return {
    actors: Object.fromEntries(actors) as Picture["actors"],
    messages: getMessages.call(db).map(({ message }) => shown(message)),
  };
}

/** Mermaid keeps `#35;` in signs of its own until the picture is drawn. */
function shown(text: string): string {
  return text.replaceAll(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCodePoint(Number(code)));
}

function summaryOf(files: Readonly<Record<string, string>>): string {
  const source: Files = { list: () => Object.keys(files), read: (path) => files[path] };
  const analysis = analyse(source, { policy: { ...defaultPolicy, nginxVersion: "1.22.1" } });
  return summaryReport({
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
}

function picturesIn(summary: string): string[] {
  return [...summary.matchAll(/^```mermaid\n([^]*?)\n```$/gm)].map(([, text]) => text ?? "");
}

const site = `server {
    server_name api.example.com;
    proxy_set_header Connection close;
    location /ws {
        proxy_pass http://backend;
    }
}
`;

test("a picture shows the way of the handshake, what is lost and the line that loses it", async () => {
  const summary = summaryOf({ "conf.d/site.conf": site });
  const [text = "", ...others] = picturesIn(summary);
  expect(others).toEqual([]);
  expect(await parsed(text)).toEqual({
    actors: {
      C: "client",
      N: "nginx, location /ws<br/>api.example.com<br/>conf.d/site.conf:4",
      U: "upstream<br/>http://backend",
    },
    messages: [
      "GET … HTTP/1.1<br/>Upgrade: websocket<br/>Connection: Upgrade",
      "Connection is lost here<br/>conf.d/site.conf:3<br/>proxy_set_header Connection close;",
      "HTTP/1.1 and Upgrade are not passed on<br/>conf.d/site.conf:5<br/>proxy_pass http://backend;",
      "GET … HTTP/1.0<br/>no Upgrade<br/>Connection: close",
      "no 101 Switching Protocols",
      "no WebSocket",
    ],
  });
  expect(summary).toMatch(/\| breaks \| works \| 60 s, then 3600 s \|/);
});

test("at most five, and what is left is counted", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 7 }, (_, n) => [`conf.d/${n}.conf`, site.replace("api", `api${n}`)]),
  );
  const summary = summaryOf(files);
  const pictures = picturesIn(summary);
  expect(pictures).toHaveLength(5);
  expect(summary).toContain("And 2 more locations.");
  await Promise.all(pictures.map(parsed));
});

const fixtures = loadFixtures().filter(({ isBad }) => isBad);

describe("every picture of the rules' fixtures is one for Mermaid", () => {
  test.each(fixtures.map((fixture) => [`${fixture.rule} ${fixture.name}`, fixture] as const))(
    "%s",
    async (_, { base, added }) => {
      await Promise.all(picturesIn(summaryOf({ ...base, ...added })).map(parsed));
    },
  );

  test("and there are many", () => {
    const drawn = fixtures.filter(
      ({ base, added }) => picturesIn(summaryOf({ ...base, ...added })).length > 0,
    );
    expect(drawn.length).toBeGreaterThan(20);
  });
});

describe("text of the repository is text in the picture", () => {
  const hostile = [
    `"quoted" 'too' [a] {b} (c) <b>d</b> &amp; #35; #quot; ; e`,
    "%%{init: {'theme': 'dark'}}%% %% comment",
    "wrap: nowrap: style x: y#35; classDef z: #1;",
    "$$x^2$$ `code` $a $$",
    "end alt par loop A->>B: x-)y +C -C ()",
    '<script>alert(1)</script> javascript:alert(1) @{ "type": 1 }',
    "\u{202e}backwards ä 漢 😀 ﬂ°°60¶ß \\n <br>",
    "---\ntitle: x\n---\r\nparticipant Z",
    "```\n# heading",
  ];

  test.each(hostile)("%j", async (text) => {
    const name = JSON.stringify(text.replaceAll("$", "S"));
    const path = `conf.d/${text.replaceAll("/", "|")}.conf`;
    const pictures = picturesIn(
      summaryOf({
        [path]: site,
        "conf.d/b.conf": site.replace("api.example.com", name),
      }),
    );
    expect(pictures).toHaveLength(2);
    const nginx: string[] = [];
    for (const picture of pictures) {
      const { actors, messages } = await parsed(picture);
      expect(Object.keys(actors)).toEqual(["C", "N", "U"]);
      nginx.push(actors["N"] ?? "");
      expect(messages).toHaveLength(6);
      expect(messages[1]).toMatch(/^Connection is lost here<br\/>/);
      const ownMarkup = /<br\/>|^[CNU]-{1,2}(?:>>|x)[CNU]:/gm;
      expect(picture.replaceAll(ownMarkup, "")).not.toMatch(/[<>"{}[\]`%@&]/);
    }
    const end = visible(`${path}:4`.replaceAll(/[\r\n]+/g, " ")).slice(-40);
    expect(nginx).toContainEqual(expect.stringContaining(end));
  });
});
