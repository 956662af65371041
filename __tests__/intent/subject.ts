import { Documents } from "../../src/core/repository/documents.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import { proxyingLevels } from "../../src/core/request/pass.ts";
import { intentOf, type IntentSubject } from "../../src/core/intent/intent.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";

/** Every proxying level of a file with `http` contents, by what its block says after the name, in order. */
export function subjects(
  text: string,
  options: {
    readonly policy?: Partial<Policy>;
    readonly files?: Readonly<Record<string, string>>;
    readonly path?: string;
  } = {},
): readonly (IntentSubject & { readonly name: string })[] {
  const path = options.path ?? "conf.d/site.conf";
  const files: Readonly<Record<string, string>> = { ...options.files, [path]: text };
  const documents = new Documents({ read: (name) => files[name], list: () => Object.keys(files) });
  const config = resolve(documents, path, { kind: "http", prefixes: new Map() });
  if (config === null) {
    throw new Error(`${path} is not there`);
  }
  const policy = { ...defaultPolicy, ...options.policy };
  return proxyingLevels(config).map(({ level, pass }) => ({
    config,
    level,
    pass,
    policy,
    name: level.opener?.parameters.join(" ") ?? "",
  }));
}

/** What we think of the location of that name, or of the only one. */
export function intentAt(
  text: string,
  name?: string,
  options: Parameters<typeof subjects>[1] = {},
): ReturnType<typeof intentOf> {
  const all = subjects(text, options);
  const subject = name === undefined ? all[0] : all.find((each) => each.name === name);
  if (subject === undefined) {
    throw new Error(`no location ${name} in: ${all.map((each) => each.name).join(", ")}`);
  }
  return intentOf(subject);
}
