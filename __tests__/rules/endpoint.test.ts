import { describe, expect, test } from "vitest";
import { analyse, applyEdits, defaultPolicy, type Finding } from "../../src/core/index.ts";

const upgrade = `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "upgrade"; proxy_read_timeout 1h;`;
const pass = "proxy_pass http://127.0.0.1:8080; proxy_set_header Host $host;";
const works = `location /feed { ${pass} ${upgrade} }`;
const breaks = `location /feed { ${pass} }`;

function server(name: string, location: string, listen = "80"): string {
  return `server { listen ${listen}; server_name ${name}; ${location} }`;
}

function program(...servers: string[]): string {
  return `events {} http { ${servers.join("\n")} }`;
}

type Texts = Readonly<Record<string, string>>;

function broken(endpoint: string, texts: Texts, paths?: readonly string[]): readonly Finding[] {
  const files = { read: (path: string) => texts[path], list: () => Object.keys(texts) };
  const policy = { ...defaultPolicy, endpoints: [endpoint] };
  const { findings } = analyse(files, { policy, ...(paths !== undefined && { paths }) });
  return findings.filter(({ rule }) => rule === "endpoint");
}

function places(findings: readonly Finding[]): string[] {
  return findings.map(({ place }) => place.document.path);
}

describe("which programs and servers an endpoint speaks of", () => {
  test.each<[title: string, endpoint: string, texts: Texts, where: string[]]>([
    [
      "each program that names the host",
      "wss://a.example/feed",
      {
        "dev/nginx.conf": program(server("a.example", works)),
        "nginx.conf": program(server("a.example", breaks)),
      },
      ["nginx.conf"],
    ],
    [
      "no program of another host",
      "wss://a.example/feed",
      {
        "dev/nginx.conf": program(server("a.example", works)),
        "nginx.conf": program(server("b.example", breaks)),
      },
      [],
    ],
    [
      "without a host one server of any program is enough",
      "/feed",
      {
        "dev/nginx.conf": program(server("a.example", works)),
        "nginx.conf": program(server("b.example", breaks)),
      },
      [],
    ],
    [
      "with TLS only the server that has it, where there is one",
      "wss://a.example/feed",
      { "nginx.conf": program(server("a.example", works), server("a.example", breaks, "443 ssl")) },
      ["nginx.conf"],
    ],
    [
      "without TLS the other one",
      "ws://a.example/feed",
      { "nginx.conf": program(server("a.example", works), server("a.example", breaks, "443 ssl")) },
      [],
    ],
    [
      "no redirect from the server without TLS to the same path with it",
      "/feed",
      { "nginx.conf": program(server("a.example", "return 301 https://$host$request_uri;")) },
      [],
    ],
    [
      "a redirect to another page",
      "/feed",
      { "nginx.conf": program(server("a.example", "return 301 https://a.example/;")) },
      ["nginx.conf"],
    ],
    [
      "a redirect of the server with TLS to another host",
      "wss://a.example/feed",
      {
        "nginx.conf": program(
          server("a.example", "return 301 https://www.a.example$request_uri;", "443 ssl"),
        ),
      },
      ["nginx.conf"],
    ],
    [
      "a server with both, which sends on what comes without TLS",
      "wss://a.example/feed",
      {
        "nginx.conf": program(
          server(
            "a.example",
            `listen 443 ssl; if ($scheme = http) { return 301 https://$host$request_uri; } ${works}`,
          ),
        ),
      },
      [],
    ],
    [
      "the default server, where none has the name in a whole configuration",
      "wss://a.example/feed",
      { "nginx.conf": program(server("b.example", breaks)) },
      ["nginx.conf"],
    ],
    [
      "nothing in fragments of other hosts",
      "wss://a.example/feed",
      { "conf.d/b.conf": server("b.example", breaks) },
      [],
    ],
    [
      "the server whose include that is not there may have the location",
      "wss://a.example/feed",
      { "nginx.conf": program(server("a.example", "include /srv/locations/feed.conf;")) },
      ["nginx.conf"],
    ],
  ])("%s", (_, endpoint, texts, where) => {
    expect(places(broken(endpoint, texts))).toEqual(where);
  });

  test("where only some files are asked for, the others keep the promise all the same", () => {
    const texts = {
      "dev/nginx.conf": program(server("a.example", works)),
      "nginx.conf": program(server("b.example", breaks)),
    };
    expect(broken("/feed", texts, ["nginx.conf"])).toEqual([]);
  });
});

test.each([
  [
    "what would tell is not here",
    "include /srv/locations/feed.conf;",
    "/srv/locations/feed.conf is not in the repository",
  ],
  [
    "a value is not known",
    `location /feed { ${pass} ${upgrade.replace('"upgrade"', "$ssl_cipher")} }`,
    "$ssl_cipher is known only while nginx runs",
  ],
])("a promise is not taken for kept where %s", (_, location, why) => {
  const [finding, ...others] = broken("wss://a.example/feed", {
    "nginx.conf": program(server("a.example", location)),
  });
  expect(others).toEqual([]);
  expect(finding?.severity).toBe("warning");
  expect(finding?.message).toBe(
    `The policy promises \`wss://a.example/feed\`, and nobody can say whether its handshakes work: ${why}.`,
  );
});

test("two endpoints that one location answers are one finding, which tells the whole way", () => {
  const texts = { "nginx.conf": program(server("a.example", "location / { return 404; }")) };
  const policy = { ...defaultPolicy, endpoints: ["wss://a.example/feed", "/chat"] };
  const { findings } = analyse(
    { read: () => texts["nginx.conf"], list: () => ["nginx.conf"] },
    { policy },
  );
  expect(findings.map(({ message }) => message)).toEqual([
    "The policy promises `wss://a.example/feed` and `/chat`, but their handshakes fail: `server a.example` (line 1), then `location /` (line 1), then `return 404` (line 1); the answer is 404, no 101.",
  ]);
});

test("the suggestion for the cause mends the endpoint", () => {
  const text = program(server("a.example", breaks));
  const read = (now: string) =>
    analyse(
      { read: () => now, list: () => ["nginx.conf"] },
      { policy: { ...defaultPolicy, endpoints: ["/feed"] } },
    ).findings;
  const fix = read(text).find((finding) => finding.fix !== null)?.fix;
  const mended = applyEdits(text, fix?.edits ?? []);
  expect(read(mended ?? "").filter(({ severity }) => severity === "error")).toEqual([]);
});
