import { describe, expect, test } from "vitest";
import { outline, read, values } from "./read.ts";

const server = "server {\n  listen 80;\n  location /ws { proxy_pass http://app:3000; }\n}\n";

const indented = (text: string, indent: string): string => text.replace(/^(?=.)/gm, indent);

/** Where the four directives of `server` are, when it begins in this line. */
const expected = (line: number): string[] => [
  `${line}: server`,
  `  ${line + 1}: listen 80`,
  `  ${line + 2}: location /ws`,
  `    ${line + 2}: proxy_pass http://app:3000`,
];

describe("what is nginx configuration in a file, and where", () => {
  test.each<[title: string, path: string, text: string, lines: readonly number[]]>([
    ["a plain file", "site.conf", server, [1]],
    [
      "a ConfigMap",
      "k8s.yaml",
      `kind: ConfigMap\ndata:\n  default.conf: |\n${indented(server, "    ")}`,
      [4],
    ],
    [
      "a block that keeps its end",
      "k8s.yaml",
      `data:\n  a: |+\n${indented(server, "    ")}\n\nb: c\n`,
      [3],
    ],
    [
      "two keys, two documents",
      "k8s.yml",
      `a: |\n${indented(server, "  ")}b: |-\n${indented(server, "  ")}---\nc: |2\n${indented(server, "    ")}`,
      [2, 7, 13],
    ],
    ["a list's items", "values.yaml", `a:\n  - b: |\n${indented(server, "      ")}`, [3]],
    [
      "lines that end in CRLF",
      "values.yaml",
      `a: |\n${indented(server, "  ")}`.replaceAll("\n", "\r\n"),
      [2],
    ],
    ["folded", "values.yaml", `a: >\n${indented(server, "  ")}`, [2]],
    ["in double quotes", "values.yaml", `a: "${server.replaceAll("\n", "\\n\\\n  ")}"\n`, [1]],
    ["in single quotes, over lines", "values.yaml", `a: '${indented(server, "  ").trim()}'\n`, [1]],
    [
      "a Helm template",
      "templates/c.yaml",
      `{{- if .Values.on }}\nmetadata:\n  name: {{ include "a" . }}\n  labels:\n{{ toYaml .Values.b | indent 4 }}\ndata:\n  default.conf: |\n${indented(server, "    ")}{{- end }}\n`,
      [8],
    ],
    [
      "a compose file",
      "compose.yaml",
      `configs:\n  site:\n    content: |\n${indented(server, "      ")}`,
      [4],
    ],
    [
      "a playbook",
      "tasks/main.yml",
      `- name: site\n  copy:\n    dest: /etc/nginx/conf.d/a.conf\n    content: |\n${indented(server, "      ")}`,
      [5],
    ],
    [
      "blockinfile",
      "tasks/main.yml",
      `- blockinfile:\n    block: |\n${indented(server, "      ")}`,
      [3],
    ],
    ["no configuration in YAML", "a.yaml", "a: |\n  b c;\n  d { e }\n", []],
    ["a workflow", ".github/workflows/a.yml", `a: |\n${indented(server, "  ")}`, []],
    [
      "Terraform",
      "main.tf",
      `resource "local_file" "a" {\n  content = <<-EOT\n${indented(server, "    ")}  EOT\n}\n`,
      [3],
    ],
    ["a shell script", "setup.sh", `cat > /etc/nginx/conf.d/a.conf <<'EOF'\n${server}EOF\n`, [2]],
    [
      "two heredocs, one of something else",
      "setup.sh",
      `cat <<A\nb\nA\ncat <<"EOF" | tee c\n${server}EOF\n`,
      [5],
    ],
    ["two heredocs of one line", "setup.sh", `cat <<A <<'B'\nb\nA\n${server}B\n`, [4]],
    [
      "tabs before the delimiter",
      "setup.sh",
      `\tcat <<-EOF\n${indented(server, "\t")}\tEOF\n`,
      [2],
    ],
    [
      "a script in Terraform's heredoc",
      "main.tf",
      `user_data = <<-EOT\n  cat > /etc/nginx/a.conf <<'EOF'\n${indented(server, "  ")}  EOF\n  EOT\n`,
      [3],
    ],
    ["text in quotes", "setup.sh", `echo '${server}' > /etc/nginx/conf.d/a.conf\n`, [1]],
    [
      "text in double quotes, for tee",
      "setup.sh",
      `echo -e "${server}" | sudo tee /etc/nginx/conf.d/a.conf >/dev/null\n`,
      [1],
    ],
    ["printf", "Dockerfile", `RUN printf '${server}' > /etc/nginx/conf.d/a.conf\n`, [1]],
    ["text in quotes that goes nowhere", "setup.sh", `echo '${server}'\n`, []],
    [
      "a variable that is written",
      "setup.sh",
      `site="${server}"\nother='${server}'\necho "$site" > "/etc/nginx/conf.d/$1"\n`,
      [1],
    ],
    [
      "a variable that printf writes",
      "setup.sh",
      `local site='${server}'\nprintf '%s\\n' "\${site}" | sudo tee /etc/nginx/conf.d/a.conf\n`,
      [1],
    ],
    [
      "a command in quotes with quotes of its own",
      "setup.sh",
      `echo "# $(date "+%F")\n${server}" > /etc/nginx/conf.d/a.conf\n`,
      [2],
    ],
    ["a variable that is only shown", "setup.sh", `site="${server}"\necho "$site"\n`, []],
    ["a test in shell", "nginx.bats", `cat <<'EOF' > a.conf\n${server}EOF\n`, [2]],
    ["a test of something else", "http.bats", `cat <<'EOF' > a.conf\n${server}EOF\n`, []],
    [
      "raw strings in Go",
      "pkg/nginx/site.go",
      `package nginx\n\n// It's a \` in a comment.\nconst q, r = "a\\"\`", '\`'\n\nvar a = \`${server}\`\n/* \` */\nconst b = \`\n${server}\`\n`,
      [6, 13],
    ],
    [
      "parts of a text in Go",
      "nginx.go",
      `var a = \`${server}\` + rest\nvar b = start +\n\t\`${server}\`\n`,
      [],
    ],
    ["other text in Go", "nginx.go", "var a = `if a { b(); return c; }`\n", []],
    ["Go that is not about nginx", "site.go", `var a = \`${server}\`\n`, []],
    ["tests in Go", "nginx_test.go", `var a = \`${server}\`\n`, []],
    ["other text in quotes", "setup.sh", "echo 'a; b' > /etc/nginx/note\n", []],
    ["a quote without an end", "setup.sh", `echo '${server} > /etc/nginx/conf.d/a.conf\n`, []],
    ["no end", "setup.sh", `cat <<EOF\n${server}`, []],
    ["a here-string", "setup.sh", `cat <<<EOF\n${server}EOF\n`, []],
    [
      "a Dockerfile",
      "Dockerfile",
      `FROM nginx\nCOPY <<'EOF' /etc/nginx/conf.d/a.conf\n${server}EOF\n`,
      [3],
    ],
    [
      "Markdown",
      "README.md",
      `# A\n\n\`\`\`nginx\n${server}\`\`\`\n\n\`\`\`js\n${server}\`\`\`\n`,
      [4],
    ],
    [
      "a fence in a list, and one of tildes",
      "README.md",
      `- a\n  \`\`\`\n${indented(server, "  ")}  \`\`\`\n~~~conf\n${server}~~~\n`,
      [3, 9],
    ],
    ["no fence", "README.md", server, []],
  ])("%s", (_, path, text, lines) => {
    const found = read(path, text);
    expect(found.map(outline)).toEqual(lines.map(expected));
    for (const { source, tree } of found) {
      expect(source.masked).toHaveLength(text.length);
      expect(tree.problems).toEqual([]);
      expect(source.unreadable).toBeNull();
    }
  });

  test("what belongs together has one folder, and each its own key", () => {
    const text = `data:\n  nginx.conf: |\n    events {}\n    http { server { listen 80; } }\n  a.conf: |\n${indented(server, "    ")}`;
    expect(read("a/b.yaml", text).map(({ key, path }) => `${path} ${key}`)).toEqual([
      "a/b.yaml a/b.yaml#0.data/nginx.conf",
      "a/b.yaml a/b.yaml#0.data/a.conf",
    ]);
  });

  test.each<[title: string, path: string, text: string, editable: boolean]>([
    ["a literal block", "a.yaml", `a: |\n${indented(server, "  ")}`, true],
    ["a folded block", "a.yaml", `a: >\n${indented(server, "  ")}`, false],
    ["quotes", "a.yaml", `a: "${server.replaceAll("\n", "\\n")}"\n`, false],
    ["a heredoc that is taken as it is", "a.sh", `cat <<'E'\n${server}E\n`, true],
    ["a heredoc in which the shell replaces", "a.sh", `cat <<E\n${server}E\n`, true],
    ["Terraform", "a.tf", `a = <<E\n${server}E\n`, true],
    ["a raw string", "nginx.go", `var a = \`${server}\`\n`, true],
    ["a shell's variable", "a.sh", `a='${server}'\necho "$a" > /etc/nginx/a.conf\n`, false],
    ["a shell's quotes", "a.sh", `echo '${server}' > /etc/nginx/a.conf\n`, false],
  ])("text can be suggested in %s: %s", (_, path, text, editable) => {
    expect(read(path, text).map(({ source }) => source.editable)).toEqual([editable]);
  });
});

describe("what tags and escapes are to nginx", () => {
  const inLocation = (directive: string): string => `location / {\n  ${directive}\n}\n`;

  test.each<[title: string, path: string, text: string, value: string]>([
    [
      "Jinja",
      "a.conf.j2",
      inLocation("proxy_pass http://{{ host }}:80;"),
      "http://⟨{{ host }}⟩:80",
    ],
    [
      "a format of Go",
      "nginx.go",
      `fmt.Sprintf(\`${inLocation("proxy_pass http://%s:%[2]d/{{.Path}};")}\`, a, b)`,
      "http://⟨%s⟩:⟨%[2]d⟩/⟨{{.Path}}⟩",
    ],
    [
      "a word between quotes, which the shell joins",
      "a.sh",
      `echo "${inLocation('proxy_pass "b.test";')}" > nginx.conf\n`,
      "b.test",
    ],
    [
      "a variable of a script",
      "a.sh",
      `a="${inLocation("proxy_pass http://$b:\\$port;")}"\necho "$a" > nginx.conf\n`,
      "http://⟨$b⟩:$port",
    ],
    ["in quotes", "a.conf.j2", inLocation('set $a "\\"{{ b }}\\" c";'), '"⟨{{ b }}⟩" c'],
    ["two tags that touch", "a.conf.j2", inLocation("set $a {{ b }}{{ c }};"), "⟨{{ b }}{{ c }}⟩"],
    ["alone in its line", "a.conf.j2", inLocation("proxy_pass http://b;\n  {{ c }}"), "⟨{{ c }}⟩"],
    [
      "a condition in a word",
      "a.conf.j2",
      inLocation("proxy_pass http{% if a %}s{% endif %}://b;"),
      "http⟨{% if a %}s{% endif %}⟩://b",
    ],
    [
      "envsubst",
      "a.conf.template",
      inLocation("proxy_pass http://$APP_HOST:${PORT};"),
      "http://⟨$APP_HOST⟩:⟨${PORT}⟩",
    ],
    ["ERB", "a.conf.erb", inLocation("proxy_pass <%= @url %>;"), "⟨<%= @url %>⟩"],
    [
      "a templatefile",
      "nginx.tftpl",
      inLocation("proxy_pass http://${host}:$port/$${uri};"),
      "http://⟨${host}⟩:$port/${uri}",
    ],
    [
      "Terraform's escape",
      "a.tf",
      `a = <<E\n${inLocation("proxy_pass http://${a}:$${port};")}E\n`,
      "http://⟨${a}⟩:${port}",
    ],
    [
      "the shell",
      "a.sh",
      `cat <<E\n${inLocation("proxy_pass http://$a:\\$port/${b};")}E\n`,
      "http://⟨$a⟩:$port/⟨${b}⟩",
    ],
    [
      "a quoted heredoc",
      "a.sh",
      `cat <<'E'\n${inLocation("proxy_pass http://$a:\\$port;")}E\n`,
      "http://$a:\\$port",
    ],
    [
      "a quoted heredoc in Terraform's",
      "a.tf",
      `a = <<-T\n  cat <<'E'\n${indented(inLocation("proxy_pass http://${a}:$port;"), "  ")}  E\n  T\n`,
      "http://⟨${a}⟩:$port",
    ],
    [
      "an open heredoc in Terraform's",
      "a.tf",
      `a = <<-T\n  cat <<E\n${indented(inLocation("proxy_pass http://${a}:\\$port;"), "  ")}  E\n  T\n`,
      "http://⟨${a}⟩:$port",
    ],
    [
      "double quotes of the shell",
      "a.sh",
      `echo "${inLocation("proxy_pass http://$a:\\$port/\\${b};")}" > nginx.conf\n`,
      "http://⟨$a⟩:$port/${b}",
    ],
    [
      "lines that printf breaks",
      "a.sh",
      `printf 'location / {\\n  proxy_pass http://%s:$port;\\n}\\n' a > nginx.conf\n`,
      "http://⟨%s⟩:$port",
    ],
    [
      "lines that Docker joins",
      "Dockerfile",
      `RUN echo 'location / { \\\n  proxy_pass http://a; \\\n}' > /etc/nginx/a.conf\n`,
      "http://a",
    ],
    [
      "compose",
      "compose.yml",
      `configs:\n  a:\n    content: |\n${indented(inLocation("proxy_pass http://$A:$$port/${B};"), "      ")}`,
      "http://⟨$A⟩:$port/⟨${B}⟩",
    ],
    [
      "double quotes",
      "a.yaml",
      `a: "${inLocation('set $b \\"c\\";').replaceAll("\n", "\\n")}"\n`,
      "c",
    ],
  ])("%s", (_, path, text, value) => {
    const [document] = read(path, text);
    expect(document === undefined ? [] : values(document)).toContain(value);
    expect(document?.tree.problems).toEqual([]);
  });

  test("an excerpt leaves something out", () => {
    const [document] = read(
      "a.md",
      `\`\`\`nginx\nserver {\n  ...\n  location / { ... }\n  location /ws { proxy_pass http://b; }\n}\n\`\`\`\n`,
    );
    expect(document?.tree.problems).toEqual([]);
    expect(document?.source.isExample).toBe(true);
  });

  test("a value that is left out", () => {
    const [document] = read("site.conf", "location /ws {\n  proxy_pass ...;\n}\n");
    expect(document && values(document)).toContain("⟨...⟩");
    expect(document?.source.isExample).toBe(true);
  });

  test.each(["...", ". . .", "[...]", "[ configuration A ]", "…", "<snip>"])(
    "%s stands for what is left out",
    (omission) => {
      const [document] = read(
        "site.conf",
        `server {\n  listen 80;\n  ${omission}\n  location /ws {\n    ${omission}\n  }\n}\n`,
      );
      expect(document?.tree.problems).toEqual([]);
      expect(document?.source.isExample).toBe(true);
    },
  );

  test.each([
    ["server_name {{ name }};", '⟨\\"upgrade\\"⟩'],
    ["", '"upgrade"'],
  ])("escaped quotes in a file with %j", (line, value) => {
    const [document] = read(
      "site.conf",
      `server { ${line} location /ws { proxy_pass http://b; proxy_set_header Connection \\"upgrade\\"; } }`,
    );
    expect(document && values(document)).toContain(value);
  });

  test("snippets of ingress controllers are what their annotation says", () => {
    const text = [
      "snippets:",
      "  nginx.ingress.kubernetes.io/configuration-snippet: |",
      "    proxy_set_header A b;",
      "  nginx.ingress.kubernetes.io/server-snippet: |",
      "    location /ws { proxy_pass http://b; }",
      "  nginx.ingress.kubernetes.io/server-snippets: |",
      "    location /chat { proxy_pass http://b; }",
      "  nginx.org/location-snippets: |",
      "    proxy_buffering off;",
      "",
    ].join("\n");
    expect(
      read("ingress.yaml", text).map(({ source: { role, surroundings } }) => [role, surroundings]),
    ).toEqual([
      ["location", "ingress-nginx"],
      ["server", "ingress-nginx"],
      ["location", "nginx-ingress"],
    ]);
  });
});

test.each([
  ["braces", "values.yaml", `a: "${"{".repeat(300_000)};server"`],
  ["opened tags", "values.yaml", `a: |\n  server;\n  ${"{{ a ".repeat(100_000)}`],
  ["heredocs", "a.sh", "cat <<EOF\n;".repeat(5_000)],
  ["heredocs in heredocs", "a.tf", "a = <<E\n;".repeat(5_000)],
  ["quotes", "a.sh", "echo 'a;' > b\n".repeat(20_000)],
  ["opened quotes", "a.sh", 'echo "'.repeat(20_000)],
  ["variables", "a.sh", 'a="b;"\necho "$a" > c\n'.repeat(10_000)],
  ["raw strings", "nginx.go", "`a;`".repeat(50_000)],
  ["opened comments", "nginx.go", "/*".repeat(200_000)],
  ["fences", "a.md", "```\n;".repeat(50_000)],
  ["texts", "values.yaml", "- 'server { }; '\n".repeat(20_000)],
])("hostile text takes no longer than it should: %s", (_, path, text) => {
  const start = performance.now();
  read(path, text);
  expect(performance.now() - start).toBeLessThan(5000);
});
