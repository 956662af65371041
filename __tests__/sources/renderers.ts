import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRenderer } from "../../scripts/fetch-renderers.ts";

/** What a template is filled in with. */
type Values = Readonly<Record<string, unknown>>;

/** Gives null, and says why, where there is no such program; under `CI=true` that is an error. */
async function rendererOf(
  name: Parameters<typeof findRenderer>[0],
): Promise<(parameters: readonly string[], input: string, values?: Values) => string | null> {
  const found = await findRenderer(name);
  if (!("unavailable" in found)) {
    return (parameters, input, values = {}) =>
      execFileSync(found.path, parameters, {
        input,
        encoding: "utf8",
        env: { ...process.env, ...found.env, ...(values as Readonly<Record<string, string>>) },
      });
  }
  process.stderr.write(`Templates of ${name} are not rendered: ${found.unavailable}\n`);
  return () => {
    if (process.env["CI"] === "true") {
      throw new Error(found.unavailable);
    }
    return null;
  };
}

const [runJinja, runErb, runEnvsubst] = await Promise.all([
  rendererOf("jinja"),
  rendererOf("erb"),
  rendererOf("envsubst"),
]);

const hasTerraform = spawnSync("terraform", ["version"], { stdio: "ignore" }).status === 0;

/** As Ansible has Jinja fill in its templates. */
export function jinja(text: string, values: Values): string | null {
  const program = `import json, sys, jinja2
request = json.load(sys.stdin)
environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
print(environment.from_string(request["text"]).render(**request["values"]))`;
  return runJinja(["-c", program], JSON.stringify({ text, values }));
}

/** With the values as the `@` variables of an object, as Chef and Puppet do. */
export function erb(text: string, values: Values): string | null {
  const program = `request = JSON.parse($stdin.read)
scope = Object.new
request["values"].each { |name, value| scope.instance_variable_set("@" + name, value) }
print ERB.new(request["text"], trim_mode: "-").result(scope.instance_eval { binding })`;
  return runErb(
    ["--disable=gems", "-rerb", "-rjson", "-e", program],
    JSON.stringify({ text, values }),
  );
}

/** With a list of the names that are given, as the entry point of nginx's image does. */
export function envsubst(text: string, values: Readonly<Record<string, string>>): string | null {
  const names = Object.keys(values).map((name) => `\${${name}}`);
  return runEnvsubst([names.join(" ")], text, values);
}

/** By Terraform where it is in PATH: neither Debian nor npm has it. Else its syntax is taken away as far as the fixture goes. */
export function templatefile(text: string, values: Values): string {
  if (!hasTerraform) {
    return text
      .replace(/^%\{.*\n(?:.*\n%\{.*\n)?/gm, "")
      .replace(
        /\$(\$\{\w+\})|\$\{([\w.]+)\}/g,
        (_, plain: string | undefined, path: string) => plain ?? valueAt(values, path),
      );
  }
  const folder = mkdtempSync(join(tmpdir(), "guard-"));
  try {
    writeFileSync(join(folder, "template"), text);
    writeFileSync(join(folder, "settings"), "");
    const given = JSON.stringify(JSON.stringify(values));
    const output = execFileSync("terraform", ["console"], {
      cwd: folder,
      input: `base64encode(templatefile("template", jsondecode(${given})))\n`,
      encoding: "utf8",
      env: {
        ...process.env,
        CHECKPOINT_DISABLE: "1",
        TF_CLI_CONFIG_FILE: join(folder, "settings"),
      },
    });
    const [, encoded] = /"([\w+/=]*)"\s*$/.exec(output) ?? [];
    if (encoded === undefined) {
      throw new Error(`terraform says ${output}`);
    }
    return Buffer.from(encoded, "base64").toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function valueAt(values: Values, path: string): string {
  let value: unknown = values;
  for (const key of path.split(".")) {
    value = (value as Values)[key];
  }
  return String(value);
}
