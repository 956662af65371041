import { describe, expect, test } from "vitest";
import { candidates, type Case, connection, fixed, isInLine, upgrade } from "./planned.ts";

const remedies = [upgrade, connection];
const mixed = { traffic: "mixed" } as const;
const kept = { traffic: "mixed", keepsConnections: true } as const;

function site(maps: string, location = ""): string {
  return `${maps}server {\n    location / {\n        proxy_pass http://b;\n${location}    }\n}\n`;
}

function connectionsOf(given: Omit<Case, "remedies"> & Partial<Case>): string[] {
  return candidates({ remedies, ...given }).map((fix) => {
    const text = Object.values(fixed(given.files, fix)).join("");
    return /proxy_set_header Connection (.*);/.exec(text)?.[1] ?? "";
  });
}

const map = (name: string, ...entries: string[]): string =>
  `map $http_upgrade $${name} { ${entries.map((entry) => `${entry};`).join(" ")} }\n`;

describe("which value", () => {
  const closing = map("connection_upgrade", "default upgrade", "'' close");
  const clearing = map("keeping", "default upgrade", "'' ''");
  test.each<[string, string, Case["options"], string[]]>([
    ["dedicated: the literal, then a map", "", {}, ['"upgrade"', "$connection_upgrade"]],
    ["mixed: a map and nothing else", "", mixed, ["$connection_upgrade"]],
    ["policy literal", closing, { ...mixed, connection: "literal" }, ['"upgrade"']],
    ["policy map", "", { connection: "map" }, ["$connection_upgrade"]],
    [
      "the map that is there before the literal",
      closing,
      {},
      ["$connection_upgrade", '"upgrade"', "$websocket_connection"],
    ],
    ["connections are kept: no map that closes", closing, kept, ["$websocket_connection"]],
    [
      "connections are kept: the map that clears",
      closing + clearing,
      kept,
      ["$keeping", "$websocket_connection"],
    ],
    [
      "the map that clears first of all",
      closing + clearing,
      mixed,
      ["$keeping", "$connection_upgrade", "$websocket_connection"],
    ],
    [
      "a map that says upgrade to all is no choice",
      map("always", "default upgrade"),
      mixed,
      ["$connection_upgrade"],
    ],
    [
      "a map that never says it neither",
      map("never", "default close", "websocket upgraded"),
      mixed,
      ["$connection_upgrade"],
    ],
    [
      "a map of another source, if it does the same",
      "map $http_connection $c { default ''; ~*upgrade upgrade; }\n",
      mixed,
      ["$c", "$connection_upgrade"],
    ],
    [
      "one that takes Connection for a single word is none: Firefox sends a list",
      "map $http_connection $c { default ''; upgrade upgrade; }\n",
      mixed,
      ["$connection_upgrade"],
    ],
    [
      "a map whose source is not known is no choice",
      "map $remote_addr $c { default upgrade; }\n",
      mixed,
      ["$connection_upgrade"],
    ],
    [
      "a name that is taken is not defined again",
      map("connection_upgrade", "default close") + map("websocket_connection", "default x"),
      mixed,
      ["$connection_upgrade_2"],
    ],
  ])("%s", (_, maps, options, expected) => {
    expect(connectionsOf({ files: { "a.conf": site(maps) }, ...(options && { options }) })).toEqual(
      expected,
    );
  });

  test("a value that a remedy gives comes first, others after it", () => {
    const given = { kind: "header", name: "Connection", value: '"Upgrade"' } as const;
    const files = { "a.conf": site("") };
    expect(connectionsOf({ files, remedies: [upgrade, given], options: mixed })).toEqual([
      '"Upgrade"',
      "$connection_upgrade",
    ]);
    const emptied = { ...given, value: '""' };
    expect(connectionsOf({ files, remedies: [emptied], options: mixed })).toEqual(['""']);
  });

  test.each([
    ["one location: the map, then the literal", "", ["$connection_upgrade", '"upgrade"']],
    [
      "two locations: the map, then the literal, which only a proof can bear",
      "location /api { proxy_pass http://b; }",
      ["$connection_upgrade", '"upgrade"'],
    ],
    [
      "one location, and one with headers of its own",
      "location /api { proxy_pass http://b; proxy_set_header Host $host; }",
      ["$connection_upgrade", '"upgrade"'],
    ],
  ])("a line of an outer level that reaches %s", (_, other, expected) => {
    const text = `server {
    proxy_set_header Connection "";
    location /ws { proxy_pass http://b; }
    ${other}
}
`;
    expect(connectionsOf({ files: { "a.conf": text }, at: "server" })).toEqual(expected);
  });

  test("a name that is used for something else is left alone", () => {
    const files = {
      "a.conf": site("log_format up $connection_upgrade;\n"),
    };
    expect(connectionsOf({ files, options: mixed })).toEqual(["$websocket_connection"]);
  });

  test("what was cleared stays cleared for ordinary requests", () => {
    const files = { "a.conf": site("", '        proxy_set_header Connection "";\n') };
    const [first] = candidates({ files, remedies, options: mixed });
    expect(fixed(files, first)["a.conf"]).toContain("    ''      '';\n");
  });
});

describe("a variable that is used and not defined", () => {
  const location = `        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
`;
  test.each([{}, mixed])("is defined, nothing else changes: %j", (options) => {
    const files = { "a.conf": site("", location) };
    const [first] = candidates({ files, remedies, options });
    expect(first?.edits).toHaveLength(1);
    expect(fixed(files, first)["a.conf"]).toBe(
      `map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

${files["a.conf"]}`,
    );
  });

  test("whatever its name", () => {
    const files = { "a.conf": site("", location.replace("connection_upgrade", "Conn")) };
    const [first] = candidates({ files, remedies, options: mixed });
    expect(fixed(files, first)["a.conf"]).toContain("map $http_upgrade $Conn {");
  });

  test("is replaced where a map does what it should", () => {
    const files = {
      "a.conf": site(
        map("connection_upgrade", "default upgrade", "'' close"),
        location.replace("$connection_upgrade", "$conection_upgrade"),
      ),
    };
    expect(connectionsOf({ files, options: mixed })[0]).toBe("$connection_upgrade");
  });
});

describe("where a map stands", () => {
  const server = `server {
    location / {
        proxy_pass http://b;
    }
}
`;
  const entries = (indent: string): string =>
    `${indent}map $http_upgrade $connection_upgrade {\n${indent}    default upgrade;\n${indent}    ''      close;\n${indent}}\n`;
  const inHttp = (text: string): string => text.replace(/^(?=.)/gm, "    ");

  function whole(
    files: Case["files"],
    kind: Case["kind"],
    writable?: Case["writable"],
  ): Record<string, string>[] {
    const given: Case = {
      files,
      remedies: [connection],
      options: mixed,
      ...(kind && { kind }),
      ...(writable && { writable }),
    };
    return candidates(given).map((fix) => fixed(files, fix));
  }

  test.each<[string, string, string]>([
    ["above the comments of the server", `# the API\n# and its chat\n${server}`, ""],
    ["between empty lines", `gzip on;\n\n${server}`, "gzip on;\n\n"],
    ["below other directives", `gzip on;\n${server}`, "gzip on;\n\n"],
    ["before the upstream", `upstream b {\n    server b:80;\n}\n${server}`, ""],
  ])("%s", (_, text, before) => {
    const [result] = whole({ "a.conf": text }, "http");
    expect(result?.["a.conf"]?.startsWith(before + entries("") + "\n")).toBe(true);
    expect(result?.["a.conf"]).toContain("proxy_set_header Connection $connection_upgrade;");
  });

  test("in the http block", () => {
    const [result] = whole({ "nginx.conf": `http {\n${inHttp(server)}}\n` }, "main");
    expect(result?.["nginx.conf"]?.startsWith(`http {\n${entries("    ")}\n    server {\n`)).toBe(
      true,
    );
  });

  test("in a block on one line", () => {
    const files = { "a.conf": "http { server { location / { proxy_pass http://b; } } }\n" };
    const [result] = whole(files, "main");
    expect(result?.["a.conf"]).toMatch(/^http \{ map \$http_upgrade \$connection_upgrade \{\n/);
  });

  const files = {
    "nginx.conf": "events {}\nhttp {\n    gzip on;\n\n    include sites/*.conf;\n}\n",
    "sites/a.conf": server,
    "sites/b.conf": server.replace("/ {", "/b {"),
  };

  test("in the location's own file first, then in the one that includes it", () => {
    const results = whole(files, "main");
    expect(
      results.map((result) => Object.keys(files).filter((path) => result[path]?.includes("map "))),
    ).toEqual([["sites/a.conf"], ["nginx.conf"]]);
    expect(results[1]?.["nginx.conf"]).toContain(
      `    gzip on;\n\n${entries("    ")}\n    include sites`,
    );
  });

  test("before the location's own server, where only that may be written", () => {
    const other = "server {\n    listen 80;\n}\n\n";
    const files = { "a.conf": other + server };
    expect(whole(files, "http").map((result) => result["a.conf"]?.indexOf("map "))).toEqual([
      0,
      other.length,
    ]);
    const below: Case["writable"] = ({ span }) => span.start >= other.length;
    expect(whole(files, "http", below)).toHaveLength(1);
  });

  test("only where it may be written", () => {
    const results = whole(files, "main", ({ document }) => document.path !== "nginx.conf");
    expect(results).toHaveLength(1);
    expect(whole(files, "main", (place) => isInLine(place, 3))).toEqual([]);
  });

  test("not in a file without http level", () => {
    expect(whole({ "a.conf": server.replace(/^server \{\n|\}\n$/g, "") }, "server")).toEqual([]);
  });
});

describe("upgrade: websocket-only", () => {
  const options = { ...mixed, upgrade: "websocket-only" } as const;
  const whitelist = `map $http_upgrade $ws_upgrade {
    default   '';
    websocket websocket;
}

map $ws_upgrade $ws_connection {
    default upgrade;
    ''      '';
}

`;

  test("brings the two maps of the whitelist", () => {
    const files = { "a.conf": site("") };
    const [first] = candidates({ files, remedies, options });
    const text = fixed(files, first)["a.conf"] ?? "";
    expect(text.startsWith(whitelist)).toBe(true);
    expect(text).toContain(
      "proxy_set_header Upgrade $ws_upgrade;\n        proxy_set_header Connection $ws_connection;\n",
    );
    expect(candidates({ files: { "a.conf": text }, remedies, options })).toEqual([]);
  });

  test("uses them where they are", () => {
    const files = { "a.conf": site(whitelist.replaceAll("ws_", "only_")) };
    const [first] = candidates({ files, remedies, options });
    expect(first?.edits).toHaveLength(1);
    expect(fixed(files, first)["a.conf"]).toContain("Connection $only_connection;");
  });

  test("brings only the map that the line needs", () => {
    const files = { "a.conf": site("", "        proxy_set_header Connection upgrade;\n") };
    const [first] = candidates({ files, remedies: [upgrade], options });
    expect(fixed(files, first)["a.conf"]).not.toContain("ws_connection");
  });
});
