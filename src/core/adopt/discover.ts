import type { Analysis, LocationReport } from "../check/analysis.ts";
import type { Config } from "../config/level.ts";
import type { Document, Files } from "../repository/document.ts";
import { nginxImages, type NginxImage } from "../repository/images.ts";
import type { Result } from "../request/exchange.ts";
import { evidenceOf, type Serves } from "../intent/serves.ts";
import { compareText } from "../report/order.ts";
import type { LocationName } from "../rules/finding.ts";
import { containerOf } from "../sources/sources.ts";
import { exampleFolder, type FoundEndpoint, findEndpoints } from "./endpoints.ts";

/** What a repository holds for somebody who begins to check it. */
export interface Discovery {
  /** "1.27.3", or "unknown". */
  readonly version: string;
  /** Where versions of nginx are written. */
  readonly images: readonly NginxImage[];
  readonly programs: readonly FoundProgram[];
  /** In how many files of each form nginx is stored, the most frequent first. */
  readonly forms: ReadonlyMap<Form, number>;
  /** Locations that serve WebSockets. */
  readonly websockets: readonly FoundLocation[];
  /** Locations that may serve WebSockets: somebody who knows should say it. */
  readonly unclear: readonly FoundLocation[];
  /** Which of the first a policy can promise. */
  readonly endpoints: readonly FoundEndpoint[];
  /** Folders whose configuration is there to be read or tested, not run. */
  readonly exampleFolders: readonly string[];
}

export interface FoundProgram {
  readonly root: string;
  readonly kind: Config["kind"];
  /** How many files take part. */
  readonly files: number;
}

export interface FoundLocation {
  readonly name: LocationName;
  readonly evidence: readonly string[];
  /** What becomes of a handshake today. */
  readonly result: Result;
  readonly failsInFirefox: boolean;
}

export type Form =
  | "plain file"
  | "template"
  | "Ingress annotation"
  | "YAML file"
  | "Terraform file"
  | "script"
  | "Go file"
  | "Markdown page";

/** Looks at the analysis of a whole repository by the default policy. */
export function discover(analysis: Analysis, files: Files): Discovery {
  const documents = distinct(analysis.configs.flatMap(documentsOf));
  const forms = new Map<Form, Set<string>>();
  for (const document of documents) {
    const form = formOf(document);
    forms.set(form, (forms.get(form) ?? new Set()).add(document.path));
  }
  return {
    version: analysis.nginxVersion,
    images: nginxImages(files, () => {}),
    programs: programsIn(analysis),
    forms: new Map(
      [...forms]
        .map(([form, paths]) => [form, paths.size] as const)
        .toSorted(([, one], [, other]) => other - one),
    ),
    websockets: thatServe("yes", analysis.locations),
    unclear: thatServe("unclear", analysis.locations),
    endpoints: findEndpoints(analysis),
    exampleFolders: distinct(
      documents.flatMap(({ path }) => exampleFolder(path) ?? []).toSorted(compareText),
    ),
  };
}

function documentsOf({ documents, alternatives }: Config): Document[] {
  return [documents, ...alternatives.map((other) => other.documents)]
    .flat()
    .filter(({ origin }) => origin === "repository");
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}

/** One line for each main file or fragment, whole configurations first, however often it is deployed. */
function programsIn({ configs }: Analysis): FoundProgram[] {
  const found = new Map<string, FoundProgram>();
  for (const config of configs) {
    const paths = distinct(documentsOf(config).map(({ path }) => path));
    const [root] = paths;
    if (root === undefined) {
      continue;
    }
    const files = paths.length;
    const known = found.get(`${config.kind} ${root}`);
    if (known === undefined || known.files < files) {
      found.set(`${config.kind} ${root}`, { root, kind: config.kind, files });
    }
  }
  const order = ["main", "http", "server", "location"];
  return [...found.values()].toSorted(
    (one, other) => order.indexOf(one.kind) - order.indexOf(other.kind),
  );
}

function formOf({ path, text, source }: Document): Form {
  switch (containerOf(path)) {
    case "yaml":
      return source.surroundings === null ? "YAML file" : "Ingress annotation";
    case "terraform":
      return "Terraform file";
    case "shell":
      return "script";
    case "go":
      return "Go file";
    case "markdown":
      return "Markdown page";
    case null:
      return source.masked === text ? "plain file" : "template";
  }
}

/** Each once, however often its file is included. */
function thatServe(serves: Serves, locations: readonly LocationReport[]): FoundLocation[] {
  const byPlace = new Map(
    locations
      .filter(({ intent }) => intent.serves === serves)
      .map(({ name, intent, verdict, failsInFirefox }) => [
        name.place.span,
        { name, evidence: evidenceOf(intent), result: verdict.strict, failsInFirefox },
      ]),
  );
  return [...byPlace.values()];
}
