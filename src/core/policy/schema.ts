import type { Severity } from "../rules/finding.ts";
import { isRuleId, ruleTable } from "../rules/names.ts";
import { parseTime } from "../syntax/time.ts";
import type { PolicyNode } from "./node.ts";
import type { LocationOverride, Policy, Profile, RuleSetting } from "./policy.ts";
import {
  choice,
  described,
  entries,
  fields,
  flag,
  list,
  quoted,
  suggestion,
  text,
} from "./reader.ts";
import type { Complain, Reader } from "./reader.ts";

/** What holds where the policy file says nothing. */
export const defaultPolicy: Policy = {
  profile: "recommended",
  nginxVersion: null,
  files: [],
  ignore: [],
  roots: [],
  prefixes: new Map(),
  endpoints: [],
  locations: [],
  rules: new Map(),
  suggestion: { connection: "auto", upgrade: "raw" },
  silences: "base",
  markdown: false,
};

/** The options that rules take in the policy file, by rule and name. */
const ruleOptions: Readonly<Record<string, Readonly<Record<string, Reader<number>>>>> = {
  "idle-timeout": { minimum: time },
};

const profiles = ["recommended", "basic", "enterprise", "hardened"] as const satisfies Profile[];
const severities = ["error", "warning", "notice", "off"] as const satisfies (Severity | "off")[];
const keys = [
  "profile",
  "nginx-version",
  "files",
  "ignore",
  "roots",
  "prefixes",
  "endpoints",
  "locations",
  "rules",
  "suggestion",
  "silences",
  "markdown",
] as const;

const globs = list(text("a glob such as deploy/nginx/**", globProblem), '["deploy/nginx/**"]');
const repositoryPath = text("the path of a file in the repository", repositoryPathProblem);

/** Reads a whole policy file; each fault is complained about and the default taken instead. */
export function readPolicy(node: PolicyNode, complain: Complain): Policy {
  const found = fields(node, "", keys, complain, ruleAtTopLevel);
  /** The value under the key, or the default where it is not there or wrong. */
  function read<Result>(key: (typeof keys)[number], reader: Reader<Result>, other: Result): Result {
    const entry = found.get(key);
    return (entry && reader(entry.value, key, complain)) ?? other;
  }
  return {
    profile: read("profile", choice(...profiles), defaultPolicy.profile),
    nginxVersion: read("nginx-version", version, defaultPolicy.nginxVersion),
    files: read("files", globs, defaultPolicy.files),
    ignore: read("ignore", globs, defaultPolicy.ignore),
    roots: read("roots", list(repositoryPath, "[deploy/nginx/nginx.conf]"), defaultPolicy.roots),
    prefixes: read("prefixes", prefixes, defaultPolicy.prefixes),
    endpoints: read(
      "endpoints",
      list(endpoint, "[wss://api.example.com/ws, /socket.io/]"),
      defaultPolicy.endpoints,
    ),
    locations: read(
      "locations",
      list(location, "[{ match: { path: /news }, websocket: false }]"),
      defaultPolicy.locations,
    ),
    rules: read("rules", rules, defaultPolicy.rules),
    suggestion: read("suggestion", suggestions, defaultPolicy.suggestion),
    silences: read("silences", choice("base", "head"), defaultPolicy.silences),
    markdown: read("markdown", flag, defaultPolicy.markdown),
  };
}

function ruleAtTopLevel(key: string): string | null {
  return isRuleId(key) ? `${quoted(key)} is a rule and belongs under "rules"; ` : null;
}

function version(node: PolicyNode, what: string, complain: Complain): string | undefined {
  const expected = "a version such as 1.27 or 1.27.3";
  return text(expected, (value) => (/^\d+\.\d+(?:\.\d+)?$/.test(value) ? null : expected))(
    node,
    what,
    complain,
  );
}

/** The glob matcher takes a bracket that is left open literally, which nobody means. */
function globProblem(glob: string): string | null {
  const rest = glob.replace(/\[[^\]]+\]/g, "");
  if (/[[\]]/.test(rest)) return "a glob whose [ is closed by ]";
  let open = 0;
  for (const brace of rest.replace(/[^{}]/g, "")) {
    open += brace === "{" ? 1 : -1;
    if (open < 0) break;
  }
  if (open !== 0) return "a glob whose { is closed by }";
  return repositoryPathProblem(glob.replace(/^!/, ""));
}

function repositoryPathProblem(path: string): string | null {
  if (path.startsWith("/")) return "a path inside the repository, without / at its beginning";
  if (path.split("/").includes("..")) return "a path inside the repository, without ..";
  if (path.includes("\\")) return "a path with / between its folders";
  return null;
}

function prefixes(node: PolicyNode, what: string, complain: Complain): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const entry of entries(node, what, complain)) {
    const name = `${what}[${entry.key}]`;
    if (!entry.key.startsWith("/")) {
      complain(
        entry.keyAt,
        `${quoted(entry.key)} in ${what} is not absolute: expected a folder on the server such as /etc/nginx`,
      );
    }
    const folder = text("a folder in the repository such as deploy/nginx", repositoryPathProblem)(
      entry.value,
      name,
      complain,
    );
    if (folder !== undefined) result.set(withoutSlash(entry.key), withoutSlash(folder));
  }
  return result;
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, "") : path;
}

function endpoint(node: PolicyNode, what: string, complain: Complain): string | undefined {
  return text(
    "an address such as wss://api.example.com/ws, or a path such as /socket.io/",
    endpointProblem,
  )(node, what, complain);
}

function endpointProblem(value: string): string | null {
  if (/^wss?:\/\/[^/\s?#]+(?:[/?][^\s#]*)?$/.test(value) || /^\/[^\s#]*$/.test(value)) return null;
  const http = /^http(s?):\/\/(.*)$/.exec(value);
  if (http) return `the scheme ws or wss, as in ws${http[1]}://${http[2]}`;
  return "an address such as wss://api.example.com/ws, or a path such as /socket.io/, without spaces and fragment";
}

function location(
  node: PolicyNode,
  what: string,
  complain: Complain,
): LocationOverride | undefined {
  const found = fields(node, what, ["match", "websocket"], complain, (key) =>
    ["path", "server", "file"].includes(key) ? `${quoted(key)} belongs under "match"; ` : null,
  );
  if (node.kind !== "map") return undefined;
  const match = found.get("match");
  const websocket = found.get("websocket");
  if (!match) complain(node.at, `${what} has no "match": expected path, server or file under it`);
  if (!websocket) complain(node.at, `${what} has no "websocket": expected true or false`);
  const serves = websocket && flag(websocket.value, `${what}.websocket`, complain);
  const where = match && locationMatch(match.value, `${what}.match`, complain);
  return where && serves !== undefined ? { ...where, websocket: serves } : undefined;
}

function locationMatch(
  node: PolicyNode,
  what: string,
  complain: Complain,
): Omit<LocationOverride, "websocket"> | undefined {
  const found = fields(node, what, ["path", "server", "file"], complain);
  if (found.size === 0) {
    if (node.kind === "empty" || (node.kind === "map" && node.entries.length === 0)) {
      complain(node.at, `${what} is empty: expected path, server or file`);
    }
    return undefined;
  }
  const read = (key: "path" | "server" | "file", expected: string): string | null => {
    const entry = found.get(key);
    return (entry && text(expected)(entry.value, `${what}.${key}`, complain)) ?? null;
  };
  return {
    path: read("path", "the location as written in nginx, e.g. /news"),
    server: read("server", "a server name"),
    file: read("file", "the path of a file in the repository"),
  };
}

function rules(
  node: PolicyNode,
  what: string,
  complain: Complain,
): ReadonlyMap<string, RuleSetting> {
  const result = new Map<string, RuleSetting>();
  for (const { key, keyAt, value } of entries(node, what, complain)) {
    if (isRuleId(key)) {
      result.set(key, ruleSetting(key, value, `${what}.${key}`, complain));
    } else {
      const advice = suggestion(key, Object.keys(ruleTable));
      complain(
        keyAt,
        `unknown rule ${quoted(key)}: ${advice}expected a rule's name; \`explain\` lists them all`,
      );
    }
  }
  return result;
}

function ruleSetting(
  rule: string,
  node: PolicyNode,
  what: string,
  complain: Complain,
): RuleSetting {
  const severity = choice(...severities);
  if (node.kind !== "map") {
    return { severity: severity(node, what, complain) ?? null, options: {} };
  }
  const readers = ruleOptions[rule] ?? {};
  const found = fields(node, what, ["severity", ...Object.keys(readers)], complain);
  const options: Record<string, number> = {};
  for (const [name, reader] of Object.entries(readers)) {
    const entry = found.get(name);
    const value = entry && reader(entry.value, `${what}.${name}`, complain);
    if (value !== undefined) options[name] = value;
  }
  const written = found.get("severity");
  return {
    severity: (written && severity(written.value, `${what}.severity`, complain)) ?? null,
    options,
  };
}

function time(node: PolicyNode, what: string, complain: Complain): number | undefined {
  const milliseconds = node.kind === "text" ? parseTime(node.text) : undefined;
  if (milliseconds !== undefined) return milliseconds;
  complain(
    node.at,
    `${what} is ${described(node)}: expected a time as nginx writes it, such as 3600s, 1h or 1h30m`,
  );
  return undefined;
}

function suggestions(node: PolicyNode, what: string, complain: Complain): Policy["suggestion"] {
  const found = fields(node, what, ["connection", "upgrade"], complain);
  const connection = found.get("connection");
  const upgrade = found.get("upgrade");
  return {
    connection:
      (connection &&
        choice("auto", "map", "literal")(connection.value, `${what}.connection`, complain)) ??
      defaultPolicy.suggestion.connection,
    upgrade:
      (upgrade && choice("raw", "websocket-only")(upgrade.value, `${what}.upgrade`, complain)) ??
      defaultPolicy.suggestion.upgrade,
  };
}
