import { describe, expect, test } from "vitest";
import {
  analyse,
  type Analysis,
  type ChangedFile,
  compare,
  defaultPolicy,
  pendingInWords,
  type Policy,
} from "../../src/core/index.ts";

type Texts = Readonly<Record<string, string>>;

const path = "conf.d/site.conf";
const http = "# nginx-websocket-guard: http";
const websocket = "# nginx-websocket-guard: websocket";
const silence = "# nginx-websocket-guard: ignore[http-version] the server behind takes HTTP/1.0";

/** A location that lacks `proxy_http_version` and nothing else. */
function broken(name: string, comment = ""): string {
  return `${comment}
    location ${name} {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }`;
}

function server(...contents: readonly string[]): string {
  return `server {\n    listen 80;\n    server_name www.example.com;\n${contents.join("\n")}\n}\n`;
}

function check(texts: Texts | string, policy: Partial<Policy>): Analysis {
  const files: Texts = typeof texts === "string" ? { [path]: texts } : texts;
  return analyse(
    { read: (name) => files[name], list: () => Object.keys(files) },
    { policy: { ...defaultPolicy, nginxVersion: "1.22.1", ...policy } },
  );
}

/** The locations with a finding of `http-version`, the new ones marked, and the lines of comments that do not count yet. */
function compared(
  head: Texts | string,
  base: Texts | string,
  policy: Partial<Policy> = {},
  changes: readonly ChangedFile[] = [],
): { readonly found: string[]; readonly pending: number[]; readonly serves: string[] } {
  const analysis = compare(check(head, policy), check(base, policy), changes);
  return {
    found: analysis.findings
      .filter(({ rule }) => rule === "http-version")
      .map(({ location, isNew }) => `${location?.name}${isNew ? " new" : ""}`),
    pending: analysis.pending.map(({ place: { document, span } }) =>
      document.lines.lineAt(span.start),
    ),
    serves: analysis.locations.map(({ intent }) => intent.serves),
  };
}

describe("a location that a comment says serves no WebSockets", () => {
  const declared = server(broken("/ws", http));

  test.each<[string, string, string, Partial<Policy>, ReturnType<typeof compared>]>([
    [
      "does not pass by a comment that the change adds with it",
      declared,
      server(),
      {},
      { found: ["/ws new"], pending: [4], serves: ["yes"] },
    ],
    [
      "is found as before where the change adds the comment alone",
      declared,
      server(broken("/ws")),
      {},
      { found: ["/ws"], pending: [4], serves: ["yes"] },
    ],
    [
      "is left alone where the base says so too",
      declared,
      declared,
      {},
      { found: [], pending: [], serves: ["no"] },
    ],
    [
      "is left alone where the base says so in other lines",
      server("    location / { return 404; }", broken("/ws", http)),
      declared,
      {},
      { found: [], pending: [], serves: ["no"] },
    ],
    [
      "is left alone where the policy takes the head's comments",
      declared,
      server(),
      { silences: "head" },
      { found: [], pending: [], serves: ["no"] },
    ],
    [
      "does not pass by what the base says of its neighbour",
      server(broken("/ws", http), broken("/socket", http)),
      declared,
      {},
      { found: ["/socket new"], pending: [13], serves: ["no", "yes"] },
    ],
    [
      "is nothing to speak of where nothing is found without the comment",
      server(`${http}\n    location /files { proxy_pass http://127.0.0.1:8080; }`),
      server(),
      {},
      { found: [], pending: [], serves: ["no"] },
    ],
    [
      "is found where the change takes the comment away",
      server(broken("/ws")),
      declared,
      {},
      { found: ["/ws new"], pending: [], serves: ["yes"] },
    ],
    [
      "keeps what it was where the change turns a comment round",
      server(broken("/ws", http)),
      server(broken("/ws", websocket)),
      {},
      { found: ["/ws"], pending: [4], serves: ["yes"] },
    ],
    [
      "serves them at once where a comment says the contrary",
      server(broken("/feed", websocket)),
      server(broken("/feed", http)),
      {},
      { found: ["/feed new"], pending: [], serves: ["yes"] },
    ],
  ])("%s", (_, head, base, policy, expected) => {
    expect(compared(head, base, policy)).toEqual(expected);
  });

  test("is left alone in a renamed file", () => {
    const [before, after] = ["conf.d/old.conf", "conf.d/new.conf"];
    const rename: ChangedFile = {
      path: after,
      previousPath: before,
      status: "renamed",
      patch: null,
    };
    const [head, base] = [{ [after]: declared }, { [before]: declared }];
    expect(compared(head, base, {}, [rename])).toMatchObject({ found: [], pending: [] });
    expect(compared(head, base)).toMatchObject({ found: ["/ws new"], pending: [4] });
  });

  test("still gets what is said of every location, and says who says so", () => {
    const text = server(`${http}
    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
    }`);
    const policy = { profile: "hardened" } as const;
    const { findings, locations } = compare(check(text, policy), check(text, policy), []);
    expect(findings.map(({ rule }) => rule)).toContain("h2c-smuggling");
    expect(locations[0]?.intent.serves).toBe("no");
    expect(locations[0]?.intent.signs[0]).toEqual({
      kind: "declared",
      weight: "declared",
      text: "the comment in line 4 says that this location serves no WebSockets",
    });
  });

  test("has a fix while the comment does not count", () => {
    const { findings } = compare(check(declared, {}), check(server(), {}), []);
    expect(findings[0]?.fix?.edits.map(({ text }) => text.trim())).toEqual([
      "proxy_http_version 1.1;",
    ]);
  });
});

describe("a location that a comment says serves WebSockets", () => {
  const declared = server(broken("/feed", websocket));
  // Without the upgrade headers nothing but the comment speaks for WebSockets.
  const bare = (comment = ""): string =>
    server(`${comment}\n    location /feed {\n        proxy_pass http://127.0.0.1:8080;\n    }`);
  const works = declared.replace("proxy_pass", "proxy_http_version 1.1;\n        proxy_pass");

  test.each<[string, string, string, Partial<Policy>, ReturnType<typeof compared>]>([
    [
      "is not broken in silence by a change that takes the comment away with the headers",
      bare(),
      works,
      {},
      { found: ["/feed new"], pending: [5], serves: ["yes"] },
    ],
    [
      "is not broken in silence by a change that turns the comment round",
      bare(http),
      works,
      {},
      { found: ["/feed new"], pending: [4], serves: ["yes"] },
    ],
    [
      "is found broken in other lines",
      server("    location / { return 404; }", bare().split("\n").slice(3, -2).join("\n")),
      works,
      {},
      { found: ["/feed new"], pending: [6], serves: ["yes"] },
    ],
    [
      "may lose the comment while it works",
      works.replace(websocket, ""),
      works,
      {},
      { found: [], pending: [], serves: ["yes"] },
    ],
    [
      "is as broken as before where the change takes the comment away alone",
      bare(),
      bare(websocket),
      {},
      { found: ["/feed"], pending: [5], serves: ["yes"] },
    ],
    [
      "is found all the same where other signs speak for it, and nothing hangs on the comment",
      server(broken("/ws")),
      server(broken("/ws", websocket)),
      {},
      { found: ["/ws"], pending: [], serves: ["yes"] },
    ],
    [
      "is what the head says where the policy takes the head's comments",
      bare(),
      works,
      { silences: "head" },
      { found: [], pending: [], serves: ["no"] },
    ],
    [
      "says nothing of its neighbour",
      server(broken("/feed", websocket), "    location /files { proxy_pass http://127.0.0.1:1; }"),
      declared,
      {},
      { found: ["/feed"], pending: [], serves: ["yes", "no"] },
    ],
    [
      "may go",
      server("    location /files { proxy_pass http://127.0.0.1:1; }"),
      works,
      {},
      { found: [], pending: [], serves: ["no"] },
    ],
  ])("%s", (_, head, base, policy, expected) => {
    expect(compared(head, base, policy)).toEqual(expected);
  });

  test("names the comment as what speaks for it, and says when it stops to count", () => {
    const analysis = compare(check(bare(), {}), check(works, {}), []);
    expect(analysis.findings[0]?.evidence).toEqual([
      "a comment that the change takes away says that this location serves WebSockets",
    ]);
    expect(pendingInWords(analysis)).toEqual([
      `A websocket comment that this change takes away counts until the merge: ${path}:5.`,
    ]);
    expect(analysis.findings[0]?.fix).not.toBeNull();
  });

  test("is known in a renamed file", () => {
    const [before, after] = ["conf.d/old.conf", "conf.d/new.conf"];
    const rename: ChangedFile = {
      path: after,
      previousPath: before,
      status: "renamed",
      patch: null,
    };
    const [head, base] = [{ [after]: bare() }, { [before]: works }];
    expect(compared(head, base, {}, [rename])).toMatchObject({ found: ["/feed new"] });
    // Without the rename the handshake tells: it worked before.
    expect(compared(head, base)).toMatchObject({ found: ["/feed new"], serves: ["yes"] });
  });
});

describe("a silence of the base", () => {
  const silenced = server(broken("/ws", silence));

  test.each<[string, string, string, string[], number[]]>([
    ["counts for its location", silenced, silenced, [], []],
    [
      "counts where its lines have moved",
      server("    location / { return 404; }", broken("/ws", silence)),
      silenced,
      [],
      [],
    ],
    [
      "counts for nothing but its location",
      server(broken("/ws", silence), broken("/socket", silence)),
      silenced,
      ["/socket new"],
      [13],
    ],
    [
      "does not count where it has moved to another location",
      server(broken("/ws"), broken("/socket", silence)),
      silenced,
      ["/ws", "/socket new"],
      [13],
    ],
    [
      "counts beside one for the server that the change adds",
      `${silence}\n${server(broken("/ws", silence), broken("/socket"))}`,
      silenced,
      ["/socket new"],
      [1],
    ],
    [
      "does not count for a second server of the same name",
      `${silenced}${silenced.replace("listen 80", "listen 81")}`,
      silenced,
      ["/ws new"],
      [17],
    ],
  ])("%s", (_, head, base, found, pending) => {
    expect(compared(head, base)).toMatchObject({ found, pending });
  });

  test("counts for one line, and not for the same line of another location", () => {
    const line = `\n${silence}\n        proxy_http_version 1.0;\n    }`;
    const [ws, socket] = ["/ws", "/socket"].map((name) => broken(name).replace(/\n\s*\}$/, line));
    const base = server(ws ?? "");
    expect(compared(base, base)).toMatchObject({ found: [], pending: [] });
    expect(compared(server(socket ?? "", ws ?? ""), base)).toMatchObject({
      found: ["/socket new"],
      pending: [12],
    });
  });

  test("does not count for the locations of a shared cause that it does not name", () => {
    const shared = (...locations: readonly string[]): string =>
      server("    proxy_http_version 1.0;", ...locations);
    const base = shared(broken("/ws", silence));
    const head = shared(broken("/ws", silence), broken("/socket", silence));
    expect(compared(base, base)).toMatchObject({ found: [], pending: [] });
    expect(compared(head, base)).toMatchObject({ found: ["/socket new"], pending: [14] });
  });
});

describe("a comment that names a rule which is not there", () => {
  const said = (rules: string): readonly string[] =>
    check(server(broken("/ws", `    # nginx-websocket-guard: ignore[${rules}] reason`)), {})
      .findings.filter(({ rule }) => rule === "silence-comment" || rule === "http-version")
      .map(({ message }) => message);

  test("is not understood, and silences nothing", () => {
    const [notUnderstood, version, ...others] = said("http-versoin");
    expect(notUnderstood).toBe(
      'This comment is not understood: unknown rule "http-versoin": did you mean "http-version"? expected a rule\'s name.',
    );
    expect(version).toContain("HTTP/1.0");
    expect(others).toEqual([]);
  });

  test("does not take the force of a right name beside it", () => {
    expect(said("nope, http-version")).toEqual([
      'This comment is not understood: unknown rule "nope": expected a rule\'s name.',
    ]);
  });
});

describe("what a silence covers", () => {
  const locations = (body: string): (string | undefined)[] =>
    check(body, {})
      .findings.filter(({ rule }) => rule === "http-version")
      .map(({ location }) => location?.name);

  test("ends with the block below it", () => {
    const text = server(broken("/ws/a", `    ${silence}`), broken("/ws/b"));
    expect(locations(text)).toEqual(["/ws/b"]);
  });

  test("ends with the directive below it, where the next one touches that", () => {
    const line = `\n${silence}\n        proxy_buffering off;proxy_http_version 1.0;\n    }`;
    expect(locations(server(broken("/ws").replace(/\n\s*\}$/, line)))).toEqual(["/ws"]);
  });

  test("is the whole of the line below it", () => {
    const text = server(broken("/ws/a"), broken("/ws/b"));
    const at = text.indexOf("        proxy_pass");
    expect(locations(`${text.slice(0, at)}        ${silence}\n${text.slice(at)}`)).toEqual([
      "/ws/b",
    ]);
  });
});
