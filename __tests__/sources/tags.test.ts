import { describe, expect, test } from "vitest";
import { maskTags } from "../../src/core/sources/mask.ts";
import { plainTags, tagsIn } from "../../src/core/sources/tags.ts";
import { standIn } from "../../src/core/syntax/opaque.ts";

const kinds = (text: string, options = plainTags): string[] =>
  tagsIn(text, options).map(({ start, end, kind, condition }) => {
    const written = JSON.stringify(text.slice(start, end)).slice(1, -1);
    return `${kind} ${written}${condition === "" ? "" : ` (${condition})`}`;
  });

describe("tags", () => {
  test.each<[text: string, expected: readonly string[]]>([
    ["{{ a }} {{- b -}}", ["value {{ a }}", "value {{- b -}}"]],
    ["{# a #}{{ b }}", ["nothing {# a #}", "value {{ b }}"]],
    [
      "{% if a == b %}x{% elif c %}y{% else %}z{% endif %}",
      [
        "open {% if a == b %} (a==b)",
        "else {% elif c %} (c)",
        "else {% else %}",
        "close {% endif %}",
      ],
    ],
    ["{% for a in b %}{% endfor %}", ["open {% for a in b %} (forainb)", "close {% endfor %}"]],
    ["{% if not a %}{% endif %}", ["open {% if not a %} (!a)", "close {% endif %}"]],
    ["{% set a = 1 %}{% include 'b' %}", ["nothing {% set a = 1 %}", "value {% include 'b' %}"]],
    [
      "{% raw %}{{ a }}{% endraw %}{{ b }}",
      ["nothing {% raw %}", "nothing {% endraw %}", "value {{ b }}"],
    ],
    ["{{ ansible_managed | comment }}", ["nothing {{ ansible_managed | comment }}"]],
    [
      "{{- if .A }}{{ else if .B }}{{ else }}{{ end }}",
      [
        "open {{- if .A }} (.A)",
        "else {{ else if .B }} (.B)",
        "else {{ else }}",
        "close {{ end }}",
      ],
    ],
    [
      "{{ range $a, $b := .C }}{{ $d := 1 }}{{/* e */}}{{ end }}",
      [
        "open {{ range $a, $b := .C }} (range$a,$b:=.C)",
        "nothing {{ $d := 1 }}",
        "nothing {{/* e */}}",
        "close {{ end }}",
      ],
    ],
    ['{{ include "a" . | nindent 4 }}', ['value {{ include \\"a\\" . | nindent 4 }}']],
    ["{{#if a}}{{else}}{{/if}}", ["open {{#if a}} (ifa)", "else {{else}}", "close {{/if}}"]],
    [
      "<% if a -%><%= b %><% else %><% end %><%# c %>",
      [
        "open <% if a -%> (a)",
        "value <%= b %>",
        "else <% else %>",
        "close <% end %>",
        "nothing <%# c %>",
      ],
    ],
    ["pass http://<%- url %>;", ["value <%- url %>"]],
    ["  <%- url = 1 -%>", ["nothing <%- url = 1 -%>"]],
    ["a <%- url = 1 -%>", ["nothing <%- url = 1 -%>"]],
    ["a <%- if b -%> c<%- end %>", ["open <%- if b -%> (b)", "close <%- end %>"]],
    ["<% a.each do |b| %><% end %>", ["open <% a.each do |b| %> (a.eachdo|b|)", "close <% end %>"]],
    [
      "<% a.each do |b|\n if b %><% end\n end %>",
      [
        "open <% a.each do |b|\\n if b %> (a.eachdo|b|)",
        "open  (b)",
        "close <% end\\n end %>",
        "close ",
      ],
    ],
    ["<% unless a %><% end %>", ["open <% unless a %> (!a)", "close <% end %>"]],
    [
      "<% if (a) { %><% } else { %><% } %>",
      ["open <% if (a) { %> ((a))", "else <% } else { %>", "close <% } %>"],
    ],
    [
      "${A_B} ${host} $HOST %%a%% __B__ ${C:-d}",
      ["value ${A_B}", "value %%a%%", "value __B__", "value ${C:-d}"],
    ],
    ["${HTTP_UPGRADE}", []],
    ["{{ a", []],
    ["a {{2,3}", []],
  ])("%s", (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  test("names in capitals after a bare $, where envsubst is known to run", () => {
    const options = { ...plainTags, bareVariables: true };
    expect(kinds("$HOST $host $HTTP_UPGRADE", options)).toEqual(["value $HOST"]);
  });

  test("variables that the configuration defines are its own", () => {
    const options = { ...plainTags, isDefined: (name: string) => name === "backend" };
    expect(kinds("${BACKEND} ${OTHER}", options)).toEqual(["value ${OTHER}"]);
  });

  test("the shell's and Terraform's", () => {
    expect(kinds("$a ${b} \\$c $(d) $1", { ...plainTags, interpolation: "shell" })).toEqual([
      "value $a",
      "value ${b}",
      "value $(d)",
      "value $1",
    ]);
    const terraform = { ...plainTags, interpolation: "terraform" } as const;
    expect(kinds("$a ${b[{c}]} $${d} %{ if e ~}%{ endif }", terraform)).toEqual([
      "value ${b[{c}]}",
      "open %{ if e ~} (e)",
      "close %{ endif }",
    ]);
  });
});

/** A text with its tags masked: stand-ins as `x`, and each switch as its key with what it writes. */
function masked(text: string): { text: string; switches: string[]; unreadable: string | null } {
  const result = maskTags(text, tagsIn(text));
  return {
    text: result.text.replaceAll(standIn, "x"),
    switches: result.switches.map(
      ({ key, contents }) =>
        `${key}: ${[...contents].map(([choice, { start, end }]) => `${choice} ${text.slice(start, end).trim()}`).join(" | ")}`,
    ),
    unreadable: result.unreadable,
  };
}

describe("masks", () => {
  test.each<[title: string, text: string, expected: string]>([
    ["a value is a part of its word", "listen {{ a }};", "listen xxxxxxx;"],
    ["in quotes", 'set $a "b {{ c }}";', 'set $a "b xxxxxxx";'],
    ["alone in its line it is a directive", "{{ a }}\nlisten 80;", "xxxxxx;\nlisten 80;"],
    ["two, and a comment behind them", "  {{ a }}{{ b }} # c\n", "  xxxxxxxxxxxxx; # c\n"],
    [
      "alone in a line within a directive it is a word",
      "server_name\n  {{ a }};",
      "server_name\n  xxxxxxx;",
    ],
    ["over two lines", "{{ a |\n b }}\nlisten 80;", "xxxxx;\nxxxx;\nlisten 80;"],
    ["statements are blank", "{% if a %}\nb;\n{% endif %}\n", "          \nb;\n           \n"],
    [
      "a condition within a directive is a word",
      "listen 80{% if a %} ssl{% endif %};",
      "listen 80xxxxxxxxxxxxxxxxxxxxxxxxx;",
    ],
    [
      "line endings stay",
      "{% if a %}\r\nb;\r\n{% endif %}\r\n",
      "          \r\nb;\r\n           \r\n",
    ],
  ])("%s", (_, text, expected) => {
    const result = masked(text);
    expect(result.text).toHaveLength(text.length);
    expect(result.text).toBe(expected);
    expect(result.unreadable).toBeNull();
  });

  test.each<[title: string, text: string, switches: readonly string[]]>([
    ["if and else", "{% if a %}b;{% else %}c;{% endif %}", ["a: 0 b; | 1 c;"]],
    ["a negation asks the same", "{% if not a %}b;{% else %}c;{% endif %}", ["a: 1 b; | 0 c;"]],
    ["three ways", "{% if a %}b;{% elif c %}d;{% endif %}", ["a | c: 0 b; | 1 d;"]],
    ["a loop", "{% for a in b %}c;{% endfor %}", ["forainb: 0 c;"]],
    [
      "nested, inner first",
      "{% if a %}{% if b %}c;{% endif %}{% endif %}",
      ["b: 0 c;", "a: 0 {% if b %}c;{% endif %}"],
    ],
    ["what is always written is no condition", "{% block a %}b;{% endblock %}", []],
    [
      "branches that open a block in two ways",
      "{% if a %}server { listen 1;{% else %}server { listen 2;{% endif %} }",
      [],
    ],
  ])("switches: %s", (_, text, switches) => {
    expect(masked(text)).toMatchObject({ switches, unreadable: null });
  });

  test.each<[text: string, why: string]>([
    ["{% if a %}b;", "it is a template, and its tag {% if a %} has no counterpart"],
    ["b;{% endif %}", "it is a template, and its tag {% endif %} has no counterpart"],
    [
      "location / {% if a %}{ proxy_pass http://b; {% endif %} }",
      "it is a template, and its tag {% if a %} cuts a block or directive apart",
    ],
    [
      "{% if a %}location / { {% else %}location / { proxy_pass http://b; {% endif %} }",
      "it is a template, and its tag {% if a %} cuts a block or directive apart",
    ],
  ])("not to be read: %s", (text, why) => {
    expect(masked(text).unreadable).toBe(why);
  });

  test("hostile text takes no longer than it should", () => {
    const start = performance.now();
    maskTags("{% if a %}".repeat(50_000), tagsIn("{% if a %}".repeat(50_000)));
    maskTags("{% if a %}{% endif %}".repeat(2_400), tagsIn("{% if a %}{% endif %}".repeat(2_400)));
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
