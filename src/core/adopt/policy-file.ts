import { oneLine } from "../report/markup.ts";
import type { Discovery, FoundLocation } from "./discover.ts";
import type { FoundEndpoint } from "./endpoints.ts";

/** A list that nobody reads to its end says nothing. */
const MOST_ENDPOINTS = 40;
const MOST_UNCLEAR = 5;

/** The policy file for what was found: what the repository cannot say itself, and the contract of its endpoints. */
export function policyFile({ version, exampleFolders, endpoints, unclear }: Discovery): string {
  const shown = endpoints.slice(0, MOST_ENDPOINTS);
  const parts = [
    [
      "# What nginx-websocket-guard checks. Everything here is optional.",
      "profile: recommended # or basic, enterprise, hardened",
    ],
    version === "unknown"
      ? [
          "# No image in the repository says which nginx runs this. Where you know, say it:",
          '# nginx-version: "1.28"',
        ]
      : [],
    exampleFolders.length > 0
      ? [
          "# Configuration that nobody runs need not be checked:",
          `# ignore: [${exampleFolders.map((folder) => JSON.stringify(`${oneLine(folder)}/**`)).join(", ")}]`,
        ]
      : [],
    endpointLines(
      shown.filter(({ result }) => result !== "breaks"),
      shown.filter(({ result }) => result === "breaks"),
    ),
    unclearLines(unclear.slice(0, MOST_UNCLEAR)),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function endpointLines(
  kept: readonly FoundEndpoint[],
  broken: readonly FoundEndpoint[],
): readonly string[] {
  if (kept.length + broken.length === 0) {
    return [];
  }
  const contract = "# Each of these must upgrade, whichever location serves it.";
  const later = "# Handshakes fail here today. Promise them when they work:";
  if (kept.length === 0) {
    const list = broken.map((each) => `#   - ${withFile(each)}`);
    return [contract, later, "# endpoints:", ...list];
  }
  return [
    contract,
    "endpoints:",
    ...kept.map((each) => `  - ${withFile(each)}`),
    ...(broken.length > 0 ? [`  ${later}`] : []),
    ...broken.map((each) => `  # - ${withFile(each)}`),
  ];
}

function withFile({ text, place }: FoundEndpoint): string {
  return `${text} # ${oneLine(place.document.path)}`;
}

function unclearLines(unclear: readonly FoundLocation[]): readonly string[] {
  if (unclear.length === 0) {
    return [];
  }
  return [
    unclear.length === 1
      ? "# This location may serve WebSockets. Say whether it does:"
      : "# These locations may serve WebSockets. Say whether they do:",
    "# locations:",
    ...unclear.flatMap(({ name: { name, server, place } }) => {
      const parts = [
        ...(name === "" ? [] : [`path: ${value(name)}`]),
        ...(server === null ? [] : [`server: ${value(server)}`]),
        ...(name === "" || server === null ? [`file: ${value(place.document.path)}`] : []),
      ];
      return [`#   - match: { ${parts.join(", ")} }`, "#     websocket: true"];
    }),
  ];
}

/** Text as YAML, in a flow map. */
function value(text: string): string {
  return /^[\w./][\w./-]*$/.test(text) ? text : JSON.stringify(oneLine(text));
}
