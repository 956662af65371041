import type { Level } from "../config/model.ts";
import type { Choice } from "./connection.ts";
import type { FixRequest, Remedy } from "./remedy.ts";

/** What the fix will change, in the file's own names. */
export function titleOf(request: FixRequest, level: Level, choice: Choice | null): string {
  const target = targetOf(level);
  const remedies = request.remedies;
  const isPair = (remedy: Remedy): boolean =>
    remedy.kind === "header" &&
    remedy.value !== '""' &&
    remedy.value !== "" &&
    ["upgrade", "connection"].includes(remedy.name.toLowerCase());
  const hasPair = remedies.some(isPair);
  const reads = remedies.some(isNamed("proxy_read_timeout"));
  const parts = new Set<string>(hasPair ? [`forward the upgrade ${target}`] : []);
  for (const remedy of remedies) {
    const isSaid =
      isPair(remedy) ||
      (hasPair && remedy.kind === "directive") ||
      (reads && isNamed("proxy_send_timeout")(remedy));
    if (!isSaid) {
      parts.add(partOf(remedy, target));
    }
  }
  for (const map of choice?.maps ?? []) {
    parts.add(`define ${map.variable}`);
  }
  const [first = "", ...rest] = parts;
  const shown = rest.length > 2 ? [...rest.slice(0, 1), "more"] : rest;
  const title = first.charAt(0).toUpperCase() + first.slice(1);
  return [title, ...shown].join(", ").replace(/, ([^,]*)$/, " and $1");
}

function isNamed(name: string): (remedy: Remedy) => boolean {
  return (remedy) => remedy.kind === "directive" && remedy.name === name;
}

function targetOf(level: Level): string {
  const pass = level.uses.find((use) => use.name === "proxy_pass")?.parameters[0];
  if (pass !== undefined) {
    return `to ${pass}`;
  }
  const name =
    level.opener === null
      ? level.context
      : [level.opener.name, ...level.opener.parameters].join(" ");
  const server = level.uses.find((use) => use.name === "server_name")?.parameters[0];
  return `in ${server === undefined ? name : `${name} ${server}`}`;
}

function partOf(remedy: Remedy, target: string): string {
  switch (remedy.kind) {
    case "header":
      return remedy.value === '""' || remedy.value === ""
        ? `send no ${remedy.name} ${target}`
        : `send ${remedy.name} ${remedy.value ?? ""} ${target}`;
    case "directive":
      return remedy.name === "proxy_http_version"
        ? `speak HTTP/${remedy.parameters.join(" ")} ${target}`
        : `set ${remedy.name} to ${remedy.parameters.join(" ")}`;
    case "replace": {
      const { document, span } = remedy.place;
      const old = document.text.slice(span.start, span.end);
      return old === ""
        ? `write ${remedy.text.trim()}`
        : `write ${remedy.text.trim()} in place of ${old}`;
    }
    case "remove":
      return `remove ${[remedy.use.name, ...remedy.use.parameters].join(" ")}`;
  }
}
