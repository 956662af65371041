import { endpoint } from "./endpoint-reader.ts";
import {
  keysOf,
  about,
  choice,
  described,
  entries,
  fields,
  flag,
  list,
  mapSchema,
  reader,
  text,
  type Complain,
  type Demand,
  type JsonSchema,
  type Reader,
} from "./reader.ts";
import { openBracket } from "./open-bracket.ts";
import {
  ruleSeverities,
  type LocationOverride,
  type Policy,
  profiles,
  type RuleSetting,
} from "../policy/policy.ts";
import { ruleList, ruleNamed } from "../rules/catalogue.ts";
import type { Rule, RuleOption } from "../rules/rule.ts";
import { didYouMean, quoted } from "../basics/nearest.ts";
import { parseTime, timePattern } from "../syntax/time.ts";
import type { PolicyNode } from "./node.ts";

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

/** The default first. */
const profileNames = [
  defaultPolicy.profile,
  ...profiles.filter((name) => name !== defaultPolicy.profile),
];
const severity = choice(...ruleSeverities);

/** A time as nginx writes it, in milliseconds. Editors take a bare number for one. */
const time = reader<number>(
  { type: ["string", "number"], pattern: timePattern.source, minimum: 0 },
  (node, what, complain) => {
    const milliseconds = node.kind === "text" ? parseTime(node.text) : null;
    if (milliseconds !== null) {
      return milliseconds;
    }
    complain(
      node.at,
      `${what} is ${described(node)}: expected a time as nginx writes it, such as 3600s, 1h or 1h30m`,
    );
    return undefined;
  },
);

const optionReaders: Readonly<Record<RuleOption["kind"], Reader<number>>> = { time };

const inRepository: readonly Demand[] = [
  {
    pattern: /^(?!\/)/,
    expected: "a path inside the repository, without / at its beginning",
  },
  {
    pattern: /^(?!(?:.*\/)?\.\.(?:\/|$))/,
    expected: "a path inside the repository, without ..",
  },
  { pattern: /^[^\\]*$/, expected: "a path with / between its folders" },
];

const repositoryPath = text("the path of a file in the repository", inRepository);

const glob = text(
  "a glob such as deploy/nginx/**",
  inRepository.map(({ pattern, expected }) => ({
    // Behind the sign that excludes, the same.
    pattern: new RegExp(pattern.source.replace("^(?!", "^(?!!?")),
    expected,
  })),
  openBracket,
);
const globs = list(glob, '["deploy/nginx/**"]');

const expectedVersion = "a version such as 1.27 or 1.27.3";
const version = text(expectedVersion, [
  { pattern: /^\d+\.\d+(?:\.\d+)?$/, expected: expectedVersion },
]);

const folder = text("a folder in the repository such as deploy/nginx", inRepository);

const prefixes = reader<ReadonlyMap<string, string>>(
  {
    type: ["object", "null"],
    propertyNames: { pattern: "^/" },
    additionalProperties: folder.schema,
  },
  (node, what, complain) => {
    const result = new Map<string, string>();
    for (const entry of entries(node, what, complain)) {
      if (!entry.key.startsWith("/")) {
        complain(
          entry.keyAt,
          `${quoted(entry.key)} in ${what} is not absolute: expected a folder on the server such as /etc/nginx`,
        );
      }
      const path = folder(entry.value, `${what}[${entry.key}]`, complain);
      if (path !== undefined) {
        result.set(withoutSlash(entry.key), withoutSlash(path));
      }
    }
    return result;
  },
);

const matchReaders = {
  path: text("the location as written in nginx, e.g. /news"),
  server: text("a server name"),
  file: text("the path of a file in the repository"),
};

const locationMatch = reader<Omit<LocationOverride, "websocket">>(
  mapSchema(matchReaders, { type: "object", minProperties: 1 }),
  (node, what, complain) => {
    const found = fields(node, what, keysOf(matchReaders), complain);
    if (found.size === 0) {
      if (node.kind === "empty" || (node.kind === "map" && node.entries.length === 0)) {
        complain(node.at, `${what} is empty: expected path, server or file`);
      }
      return undefined;
    }
    const read = (key: keyof typeof matchReaders): string | null => {
      const entry = found.get(key);
      return (entry && matchReaders[key](entry.value, `${what}.${key}`, complain)) ?? null;
    };
    return { path: read("path"), server: read("server"), file: read("file") };
  },
);

const locationReaders = { match: locationMatch, websocket: flag };

const location = reader<LocationOverride>(
  mapSchema(locationReaders, { type: "object", required: ["match", "websocket"] }),
  (node, what, complain) => {
    const found = fields(node, what, keysOf(locationReaders), complain, (key) =>
      ["path", "server", "file"].includes(key) ? `${quoted(key)} belongs under "match"; ` : null,
    );
    if (node.kind !== "map") {
      return undefined;
    }
    const match = found.get("match");
    const websocket = found.get("websocket");
    if (!match) {
      complain(node.at, `${what} has no "match": expected path, server or file under it`);
    }
    if (!websocket) {
      complain(node.at, `${what} has no "websocket": expected true or false`);
    }
    const serves = websocket && flag(websocket.value, `${what}.websocket`, complain);
    const where = match && locationMatch(match.value, `${what}.match`, complain);
    return where && serves !== undefined ? { ...where, websocket: serves } : undefined;
  },
);

const rules = reader<ReadonlyMap<string, RuleSetting>>(
  mapSchema(
    Object.fromEntries(
      ruleList.map((rule) => [rule.id, about(`${rule.summary}.`, ruleSetting(rule))]),
    ),
  ),
  (node, what, complain) => {
    const result = new Map<string, RuleSetting>();
    for (const { key, keyAt, value } of entries(node, what, complain)) {
      const rule = ruleNamed(key);
      if (rule !== undefined) {
        const read = ruleSetting(rule)(value, `${what}.${key}`, complain);
        if (read !== undefined) {
          result.set(key, read);
        }
      } else {
        const advice = didYouMean(
          key,
          ruleList.map(({ id }) => id),
        );
        complain(
          keyAt,
          `unknown rule ${quoted(key)}: ${advice}expected a rule's name; \`explain\` lists them all`,
        );
      }
    }
    return result;
  },
);

/** A severity, or a map of it and the rule's own options. */
function ruleSetting({ options: own = {} }: Rule): Reader<RuleSetting> {
  const options = Object.fromEntries(
    Object.entries(own).map(([name, { kind, description }]) => [
      name,
      about(description, optionReaders[kind]),
    ]),
  );
  const schema = {
    anyOf: [severity.schema, mapSchema({ severity, ...options }, { type: "object" })],
  };
  return reader(schema, (node, what, complain) => {
    if (node.kind !== "map") {
      return { severity: severity(node, what, complain) ?? null, options: {} };
    }
    const found = fields(node, what, ["severity", ...Object.keys(options)], complain);
    const values: Record<string, number> = {};
    for (const [name, option] of Object.entries(options)) {
      const entry = found.get(name);
      const value = entry && option(entry.value, `${what}.${name}`, complain);
      if (value !== undefined) {
        values[name] = value;
      }
    }
    const written = found.get("severity");
    return {
      severity: (written && severity(written.value, `${what}.severity`, complain)) ?? null,
      options: values,
    };
  });
}

const suggestionReaders = {
  connection: about(
    "How suggestions set Connection: by a map, by the literal upgrade, or as the location's traffic asks.",
    choice("auto", "map", "literal"),
  ),
  upgrade: about(
    "Whether suggestions pass any Upgrade on, or that to a WebSocket only.",
    choice("raw", "websocket-only"),
  ),
};

const suggestions = reader<Policy["suggestion"]>(
  mapSchema(suggestionReaders),
  (node, what, complain) => {
    const found = fields(node, what, keysOf(suggestionReaders), complain);
    const { connection, upgrade } = suggestionReaders;
    const [one, other] = [found.get("connection"), found.get("upgrade")];
    return {
      connection:
        (one && connection(one.value, `${what}.connection`, complain)) ??
        defaultPolicy.suggestion.connection,
      upgrade:
        (other && upgrade(other.value, `${what}.upgrade`, complain)) ??
        defaultPolicy.suggestion.upgrade,
    };
  },
);

/** All that a policy may say. */
const readers = {
  profile: about("The set of rules.", choice(...profileNames)),
  "nginx-version": about(
    "The version of nginx that runs the configuration; else read from the tags of nginx images in the repository.",
    // YAML takes an unquoted 1.27 for a number.
    reader({ ...version.schema, type: ["string", "number"] }, version),
  ),
  files: about(
    "Globs of what counts as nginx configuration; else usual names and content decide.",
    globs,
  ),
  ignore: about("Globs of what does not count.", globs),
  roots: about(
    "Main files; else they are found.",
    list(repositoryPath, "[deploy/nginx/nginx.conf]"),
  ),
  prefixes: about("Where absolute include paths live in the repository; else found.", prefixes),
  endpoints: about(
    "Addresses or paths that must upgrade, whichever location serves them.",
    list(endpoint, "[wss://api.example.com/ws, /socket.io/]"),
  ),
  locations: about(
    "Whether locations serve WebSockets, where their names mislead.",
    list(location, "[{ match: { path: /news }, websocket: false }]"),
  ),
  rules: about("Severities of rules, and their options.", rules),
  suggestion: about("How suggestions are written.", suggestions),
  silences: about(
    "Whether a silence that a change adds counts before the merge.",
    choice("base", "head"),
  ),
  markdown: about("Whether examples in Markdown are checked too, as notices.", flag),
};

/** What editors know of the policy file, from the same table that reads it. */
export const policySchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Policy of nginx-websocket-guard",
  ...mapSchema(readers),
};

/** Reads a whole policy file; each fault is complained about and the default taken instead. */
export function readPolicy(node: PolicyNode, complain: Complain): Policy {
  const found = fields(node, "", keysOf(readers), complain, ruleAtTopLevel);
  /** The value under the key, or the default where it is not there or wrong. */
  function read<Result>(key: keyof typeof readers, value: Reader<Result>, other: Result): Result {
    const entry = found.get(key);
    return (entry && value(entry.value, key, complain)) ?? other;
  }
  return {
    profile: read("profile", readers.profile, defaultPolicy.profile),
    nginxVersion: read("nginx-version", version, defaultPolicy.nginxVersion),
    files: read("files", globs, defaultPolicy.files),
    ignore: read("ignore", globs, defaultPolicy.ignore),
    roots: read("roots", readers.roots, defaultPolicy.roots),
    prefixes: read("prefixes", prefixes, defaultPolicy.prefixes),
    endpoints: read("endpoints", readers.endpoints, defaultPolicy.endpoints),
    locations: read("locations", readers.locations, defaultPolicy.locations),
    rules: read("rules", rules, defaultPolicy.rules),
    suggestion: read("suggestion", suggestions, defaultPolicy.suggestion),
    silences: read("silences", readers.silences, defaultPolicy.silences),
    markdown: read("markdown", flag, defaultPolicy.markdown),
  };
}

function ruleAtTopLevel(key: string): string | null {
  return ruleNamed(key) !== undefined
    ? `${quoted(key)} is a rule and belongs under "rules"; `
    : null;
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, "") : path;
}
