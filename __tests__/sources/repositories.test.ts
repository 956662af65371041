import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { applySuggestions } from "../github/apply.ts";
import { scenario } from "../action/scenario.ts";
import { ingressConfig } from "../nginx/ingress.ts";
import { proveHandshake } from "../nginx/proof.ts";
import { describeWithNginx } from "../nginx/suite.ts";
import { envsubst, erb, jinja, templatefile } from "./renderers.ts";

const folder = join(import.meta.dirname, "repositories");

/** The files of a fixture by their paths in it. */
function filesOf(form: string): Record<string, string> {
  const root = join(folder, form);
  return Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(root.length + 1), readFileSync(path, "utf8")];
      }),
  );
}

/** A value in a YAML file, by its keys. */
function yamlValue(text: string, ...keys: readonly (string | number)[]): string {
  let value: unknown = parseYaml(text);
  for (const key of keys) {
    value = (value as Record<string | number, unknown>)[key];
  }
  if (typeof value !== "string") {
    throw new Error(`${keys.join(".")} is no text`);
  }
  return value;
}

/** Go's templates as far as the fixture goes: conditions hold, values are the given ones. */
function goTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text
    .replace(/^[ \t]*\{\{-? (?:if|end|include)[^}]*\}\}\n/gm, "")
    .replace(/\{\{ ([^}]*) \}\}/g, (_, code: string) => values[code] ?? "x");
}

/** What a script writes into `$TARGET/chat.conf`. */
function ran(script: string): string {
  const target = mkdtempSync(join(tmpdir(), "guard-"));
  try {
    execFileSync("sh", ["-s"], { input: script, env: { ...process.env, TARGET: target } });
    return readFileSync(join(target, "chat.conf"), "utf8");
  } finally {
    rmSync(target, { recursive: true });
  }
}

function heredoc(text: string): string {
  const [, body = ""] = /<<-?'?(\w+)'?.*\n([\s\S]*?)^\s*\1$/m.exec(text)?.slice(1) ?? [];
  return body;
}

interface Form {
  readonly form: string;
  readonly file: string;
  readonly path: string;
  readonly host?: string;
  /** The plain configuration that the file stands for, with the others of its repository; null where it cannot be made here. */
  readonly render: (text: string, files: Readonly<Record<string, string>>) => string | null;
}

const forms: readonly Form[] = [
  {
    form: "configmap",
    file: "deploy/nginx-config.yaml",
    path: "/ws",
    host: "chat.example.com",
    render: (text) => yamlValue(text, "data", "default.conf"),
  },
  {
    form: "helm",
    file: "templates/configmap.yaml",
    path: "/ws",
    render: (text) =>
      yamlValue(
        goTemplate(text, {
          ".Values.edge.port": "80",
          ".Values.edge.service": "app",
          ".Values.edge.servicePort": "80",
        }),
        "data",
        "default.conf",
      ),
  },
  {
    form: "helm-values",
    file: "values.yaml",
    path: "/ws",
    render: (text) => yamlValue(text, "nginx", "serverBlock"),
  },
  {
    form: "compose",
    file: "compose.yaml",
    path: "/ws",
    render: (text) =>
      yamlValue(text, "configs", "site", "content").replace(/\$\{\w+\}|\$\$/g, (found) =>
        found === "$$" ? "$" : "app",
      ),
  },
  {
    form: "jinja",
    file: "roles/web/templates/site.conf.j2",
    path: "/socket.io/",
    render: (text) =>
      jinja(text, { sites: [{ name: "example.test", tls: false, backend: "app:80" }] }),
  },
  {
    form: "playbook",
    file: "tasks/nginx.yml",
    path: "/ws",
    render: (text) =>
      jinja(yamlValue(text, 0, "ansible.builtin.copy", "content"), {
        chat_host: "example.test",
        chat_port: 80,
      }),
  },
  {
    form: "blockinfile",
    file: "tasks/main.yml",
    path: "/ws",
    render: (text) =>
      jinja(yamlValue(text, 0, "ansible.builtin.blockinfile", "block"), {
        chat_host: "app",
        chat_port: 80,
      }),
  },
  {
    form: "placeholders",
    file: "docker/nginx.conf.in",
    path: "/ws",
    render: (text) => text.replace("%%PORT%%", "80").replace("%%BACKEND%%", "app:80"),
  },
  {
    form: "envsubst",
    file: "nginx/templates/default.conf.template",
    path: "/ws",
    render: (text) => envsubst(text, { NGINX_PORT: "80", APP_HOST: "app", APP_PORT: "80" }),
  },
  {
    form: "terraform",
    file: "main.tf",
    path: "/ws",
    render: (text) =>
      templatefile(heredoc(text), {
        var: { host: "example.test" },
        aws_instance: { chat: { private_ip: "app" } },
      }),
  },
  {
    form: "templatefile",
    file: "templates/chat.conf.tpl",
    path: "/ws",
    render: (text) =>
      templatefile(text, { host: "example.test", backend: "app", extra: ["gzip on"] }),
  },
  {
    form: "user-data",
    file: "main.tf",
    path: "/ws",
    render: (text) => heredoc(templatefile(heredoc(text), { var: { backend: "app" } })),
  },
  {
    form: "terraform-configmap",
    file: "main.tf",
    path: "/ws",
    render: (text) =>
      templatefile(heredoc(text), { kubernetes_service: { chat: { name: "app" } } }),
  },
  {
    form: "cloud-init",
    file: "user-data.yaml",
    path: "/ws",
    render: (text) => yamlValue(text, "write_files", 0, "content"),
  },
  {
    form: "configmap-include",
    file: "deploy/nginx.yaml",
    path: "/ws",
    render: (text) =>
      yamlValue(text, "data", "nginx.conf")
        .replace("include /etc/nginx/conf.d/*.conf;", yamlValue(text, "data", "chat.conf"))
        .replace("include /etc/nginx/proxy.inc;", yamlValue(text, "data", "proxy.inc")),
  },
  {
    form: "configmap-mounts",
    file: "deploy/site.yaml",
    path: "/ws",
    render: (text, files) =>
      yamlValue(files["deploy/nginx.yaml"] ?? "", "data", "nginx.conf").replace(
        "include /etc/nginx/conf.d/*.conf;",
        yamlValue(text, "data", "chat"),
      ),
  },
  {
    form: "compose-configs",
    file: "compose.yaml",
    path: "/ws",
    render: (text) =>
      yamlValue(text, "configs", "main", "content")
        .replace("include conf.d/*.conf;", () => yamlValue(text, "configs", "site", "content"))
        .replaceAll("$$", () => "$"),
  },
  {
    form: "ingress-annotation",
    file: "ingress.yaml",
    path: "/ws",
    host: "www.example.com",
    render: ingressConfig,
  },
  { form: "shell", file: "setup.sh", path: "/ws", render: ran },
  { form: "script", file: "install.sh", path: "/ws", render: ran },
  { form: "dockerfile", file: "Dockerfile", path: "/ws", render: heredoc },
  {
    form: "erb",
    file: "templates/site.conf.erb",
    path: "/ws",
    render: (text) => erb(text, { map: true, hosts: ["example.test"], backend: "app:80" }),
  },
  {
    form: "ingress",
    file: "ingress.yaml",
    path: "/ws",
    render: (text) =>
      `map $http_upgrade $connection_upgrade { default upgrade; '' ''; }\nserver {\nlisten 80;\n${yamlValue(text, "metadata", "annotations", "nginx.ingress.kubernetes.io/server-snippet")}}\n`,
  },
];

describeWithNginx("a form in which repositories hold nginx, from pull request to handshake", () => {
  test.for(forms)("$form", async ({ form, file, path, host, render }, { skip }) => {
    const head = filesOf(form);
    const { pull, repository, run } = await scenario({ head });
    const first = await run();
    expect(first.stderr).toBe("");
    expect(pull.comments.map(({ thread }) => thread.path)).toEqual([file]);
    const { applied, refused } = applySuggestions(pull);
    expect(refused).toEqual([]);
    expect(applied).toHaveLength(1);
    const green = await run();
    expect(green.stdout).toContain("no new findings");
    expect(green.exitCode).toBe(0);

    const text = repository.read(pull.headSha, file);
    expect(text).toBe(filesOf(`${form}.fixed`)[file]);
    const [before, after] = [render(head[file] ?? "", head), render(text, head)];
    if (before === null || after === null) {
      return skip("what fills it in is not there");
    }
    const site = (own: string) => ({ main: "site.conf", files: { "site.conf": own } });
    const proof = await proveHandshake({
      before: site(before),
      after: site(after),
      path,
      ...(host !== undefined && { host }),
    });
    expect(proof.before.probes?.websocket.ok).toBe(false);
    expect(proof.after.probes?.websocket).toMatchObject({ status: 101, ok: true });
  });
});
