import { describe, expect, test } from "vitest";
import { analyse } from "../../src/core/index.ts";
import { policyOf } from "../config/repository.ts";

const good = [
  "proxy_http_version 1.1;",
  "proxy_set_header Host $host;",
  "proxy_set_header Upgrade $http_upgrade;",
  'proxy_set_header Connection "upgrade";',
  "proxy_read_timeout 3600s;",
];

/** A site whose location has these lines, as a template. */
function site(...lines: readonly string[]): string {
  return `server {\n  location /ws {\n    proxy_pass http://app;\n${lines.map((line) => `    ${line}\n`).join("")}  }\n}\n`;
}

/** Findings of a template as `line: rule`, and what is known of the handshake. */
function check(text: string, path = "conf.d/site.conf.j2"): { found: string[]; verdict: string } {
  const { findings, locations } = analyse(
    { list: () => [path], read: () => text },
    { policy: policyOf('nginx-version: "1.27"\n') },
  );
  return {
    found: findings.map(
      ({ rule, place }) => `${place.document.lines.lineAt(place.span.start)}: ${rule}`,
    ),
    verdict: locations.map(({ verdict }) => verdict.strict).join(" "),
  };
}

const without = (header: string): string[] => good.filter((line) => !line.includes(header));

describe("a directive under a condition may or may not be there", () => {
  test.each<[title: string, text: string, found: readonly string[], verdict: string]>([
    ["no condition", site(...good), [], "works"],
    [
      "a fault beside a condition",
      site(...without("Upgrade"), "{% if a %}", "proxy_buffering off;", "{% endif %}"),
      ["3: upgrade-header"],
      "breaks",
    ],
    [
      "what may be there is not missing",
      site(
        ...without("Upgrade"),
        "{% if a %}",
        "proxy_set_header Upgrade $http_upgrade;",
        "{% endif %}",
      ),
      [],
      "unknown",
    ],
    [
      "both branches set it",
      site(
        ...without("Upgrade"),
        "{% if a %}",
        "proxy_set_header Upgrade $http_upgrade;",
        "{% else %}",
        "proxy_set_header Upgrade websocket;",
        "{% endif %}",
      ),
      [],
      "works",
    ],
    [
      "one branch upgrades and the other is written not to",
      site(
        ...without('"upgrade"'),
        "{% if a %}",
        'proxy_set_header Connection "";',
        "{% else %}",
        'proxy_set_header Connection "upgrade";',
        "{% endif %}",
      ),
      [],
      "unknown",
    ],
    [
      "both branches are wrong",
      site(
        ...without("http_version"),
        "{% if a %}",
        "proxy_http_version 1.0;",
        "{% else %}",
        "proxy_http_version 2;",
        "{% endif %}",
      ),
      ["9: http-version", "11: http-version"],
      "breaks",
    ],
    [
      "the same condition twice",
      site(
        "{% if a %}",
        ...without("Connection"),
        "{% endif %}",
        "{% if a %}",
        'proxy_set_header Connection "upgrade";',
        "{% endif %}",
      ),
      [],
      "unknown",
    ],
    [
      "a loop",
      site(
        ...without("Upgrade"),
        "{% for a in b %}",
        "proxy_set_header Upgrade $http_upgrade;",
        "{% endfor %}",
      ),
      [],
      "unknown",
    ],
    [
      "a directive in both branches stands there once",
      site(
        ...without("timeout"),
        "{% if a %}",
        "proxy_read_timeout 3600s;",
        "{% else %}",
        "proxy_read_timeout 2h;",
        "{% endif %}",
      ),
      [],
      "works",
    ],
    [
      "a header of any name",
      site(...without("Upgrade"), "proxy_set_header {{ name }} {{ value }};"),
      [],
      "unknown",
    ],
    [
      "a value that nobody knows",
      site(...without('"upgrade"'), "proxy_set_header Connection {{ value }};"),
      [],
      "unknown",
    ],
    ["a line that nobody knows", site(...without("Upgrade"), "{{ more }}"), [], "unknown"],
    [
      "a version that nobody knows",
      site(...without("http_version"), "proxy_http_version {{ version }};"),
      [],
      "unknown",
    ],
    [
      "a location in a branch",
      `server {\n{% if a %}\n  location /ws { proxy_pass http://app; }\n{% endif %}\n}\n`,
      [
        "3: connection-header",
        "3: host-header",
        "3: http-version",
        "3: idle-timeout",
        "3: upgrade-header",
      ],
      "breaks",
    ],
    [
      "a location in each branch",
      `server {\n{% if a %}\n  location /ws { ${good.join(" ")} proxy_pass http://a; }\n{% else %}\n  location /ws { ${good.join(" ")} proxy_pass http://b; }\n{% endif %}\n}\n`,
      [],
      "works works",
    ],
    [
      "a redirect under a condition",
      `server {\n{% if a %}\n  return 301 https://$host$request_uri;\n{% endif %}\n  location /ws { proxy_pass http://app; ${without("Upgrade").join(" ")} }\n}\n`,
      ["5: upgrade-header"],
      "breaks",
    ],
    [
      "headers of an outer level under a condition",
      `server {\n{% if a %}\n  ${good.join(" ")}\n{% endif %}\n  location /ws { proxy_pass http://app; }\n}\n`,
      [],
      "unknown",
    ],
    [
      "a map under a condition",
      `{% if a %}\nmap $http_upgrade $c { default upgrade; '' close; }\n{% else %}\nmap $http_upgrade $c { default close; }\n{% endif %}\n${site(...without("Connection"), "proxy_set_header Connection $c;")}`,
      ["4: connection-map"],
      "unknown",
    ],
  ])("%s", (_, text, found, verdict) => {
    expect(check(text)).toEqual({ found, verdict });
  });

  test("of many conditions, each is taken without each of the others", () => {
    const lines = Array.from({ length: 40 }, (_, index) => [
      `{% if c${index} %}`,
      index === 17
        ? 'proxy_set_header Connection "upgrade";'
        : index === 29
          ? "proxy_set_header Upgrade $http_upgrade;"
          : `proxy_set_header X-${index} a;`,
      "{% endif %}",
    ]).flat();
    const rest = good.filter((line) => !/Upgrade|Connection/.test(line));
    expect(check(site(...rest, ...lines))).toEqual({ found: [], verdict: "unknown" });
  });

  test("no branch of another", () => {
    const text = site(
      ...good,
      "{% if a %}",
      "proxy_buffering off;",
      "{% endif %}",
      "{% if b %}",
      "proxy_buffering on;",
      "{% endif %}",
    );
    expect(check(text).found).toEqual([]);
  });

  test("a duplicate in one branch is one", () => {
    const text = site(
      ...good,
      "{% if a %}",
      "proxy_buffering off;",
      "proxy_buffering off;",
      "{% endif %}",
    );
    expect(check(text).found).toEqual(["11: duplicate-directive"]);
  });
});

test("what products put around a text holds in it", () => {
  const swag =
    "server {\n  location /ws {\n    include /config/nginx/proxy.conf;\n    proxy_pass http://app;\n  }\n}\n";
  expect(check(swag, "nginx/proxy-confs/a.subdomain.conf")).toEqual({
    found: [],
    verdict: "works",
  });
});

test("examples in documentation are notices", () => {
  const text = `\`\`\`nginx\n${site()}\`\`\`\n`;
  const files = { list: () => ["README.md"], read: () => text };
  expect(analyse(files, { policy: policyOf() }).findings).toEqual([]);
  const severities = analyse(files, { policy: policyOf("markdown: true\n") }).findings.map(
    ({ severity }) => severity,
  );
  expect(new Set(severities)).toEqual(new Set(["notice"]));
});

describe("a macro is written where it is called", () => {
  /** A macro `part`, and a server that calls it and sets all but `Upgrade`: what hides nothing leaves that known. */
  const around = (macro: string, call: string): string =>
    `{% macro part(name, on) %}\n${macro}\n{% endmacro %}\nserver { ${without("Upgrade").join(" ")}\n${call}\n}\n`;
  const proxy = "location /a/ws { proxy_pass http://{{ name }}; }";
  const own = "location /ws { proxy_pass http://app; }";
  const upgrade = "proxy_set_header Upgrade $http_upgrade;";

  test.each<[title: string, text: string, found: readonly string[], verdict: string]>([
    ["its location inherits", around(proxy, `${upgrade}\n{{ part('a') }}`), [], "works"],
    ["its headers are the server's", around(upgrade, `{{ part('a') }}\n${own}`), [], "works"],
    [
      "twice",
      around(
        proxy,
        `${upgrade}\n{{ part('a') }}\n}\nserver { ${good.join(" ")} server_name b;\n{{ part('b') }}`,
      ),
      [],
      "works works",
    ],
    [
      "a location beside it is known",
      around("location /b { return 404; }", `{{- part('a', (1, ")")) -}}\n${own}`),
      ["6: upgrade-header"],
      "breaks",
    ],
    [
      "its indentation changes",
      around("", `{{ part('a') | indent(4) }}\n${own}`),
      ["6: upgrade-header"],
      "breaks",
    ],
    [
      "a filter changes it",
      around("", `{{ part('a') | replace("ws", "x") }}\n${own}`),
      [],
      "unknown",
    ],
    ["two calls in one tag", around("", `{{ part('a') + part('b') }}\n${own}`), [], "unknown"],
    ["it brings what is not known", around("{{ name }}", `{{ part('a') }}\n${own}`), [], "unknown"],
    [
      "it sets a header under a condition",
      around(`{% if on %}\n${upgrade}\n{% endif %}`, `{{ part('a') }}\n${own}`),
      [],
      "unknown",
    ],
    ["it calls itself", around("{{ part(name) }}", `{{ part('a') }}\n${own}`), [], "unknown"],
    [
      "it calls another",
      `{% macro first() %}\n${upgrade}\n{% endmacro %}\n${around("{{ first() }}", `{{ part('a') }}\n${own}`)}`,
      [],
      "works",
    ],
    ["a macro of another file", around("", `{{ other('a') }}\n${own}`), [], "unknown"],
  ])("%s", (_, text, found, verdict) => {
    expect(check(text)).toEqual({ found, verdict });
  });

  test("calls that double at each step end", () => {
    const macros = Array.from(
      { length: 40 },
      (_, index) =>
        `{% macro m${index}() %}\n{{ m${index + 1}() }}\n{{ m${index + 1}() }}\n{% endmacro %}\n`,
    );
    const last = `{% macro m40() %}\n${upgrade}\n{% endmacro %}\n`;
    expect(check(`${macros.join("")}${last}server {\n{{ m0() }}\n${own}\n}\n`).found).toEqual([]);
  });
});
