import { analyse, defaultPolicy, type Analysis, type Finding } from "../../src/core/index.ts";
import { corpus, lines } from "../syntax/corpus.ts";

/** One repository of the data, with what the analysis says about it. */
export interface Analysed {
  readonly repository: string;
  readonly analysis: Analysis;
}

/** Analyses each repository of the data as one. */
export function analyseCorpus(): Analysed[] {
  const repositories = new Map<string, Map<string, string>>();
  for (const { path, text } of corpus("corpus")) {
    const [, repository = "", ...inside] = path.split("/");
    const files = repositories.get(repository) ?? new Map<string, string>();
    repositories.set(repository, files.set(inside.join("/"), text));
  }
  const policy = { ...defaultPolicy, markdown: true };
  return [...repositories].map(([repository, files]) => ({
    repository,
    analysis: analyse(
      { list: () => [...files.keys()], read: (path) => files.get(path) },
      { policy },
    ),
  }));
}

/** What kind of file each one is, by its path in the data without the first folder. */
export function kinds(): ReadonlyMap<string, string> {
  return new Map(
    lines("corpus.jsonl")
      .map((line) => JSON.parse(line) as { readonly file: string; readonly kind: string })
      .map(({ file, kind }) => [file, kind]),
  );
}

/** Every error-level finding, with counts by kind of file; what is not analysed, with reasons. */
export function corpusReport(): string {
  const kindOf = kinds();
  const all = analyseCorpus();
  const shown: string[] = [];
  const counts = new Map<
    string,
    { files: number; analysed: number; errors: number; wrong: Set<string> }
  >();
  const of = (file: string) => {
    const kind = kindOf.get(file) ?? "?";
    const count = counts.get(kind) ?? {
      files: 0,
      analysed: 0,
      errors: 0,
      wrong: new Set<string>(),
    };
    counts.set(kind, count);
    return count;
  };
  for (const file of kindOf.keys()) {
    of(file).files++;
  }
  for (const { repository, analysis } of all) {
    for (const { path, analysed, reason } of analysis.files) {
      if (analysed) {
        of(`${repository}/${path}`).analysed++;
      } else {
        shown.push(`not analysed: ${repository}/${path}: ${reason ?? ""}`);
      }
    }
    for (const finding of analysis.findings.filter(({ severity }) => severity === "error")) {
      const file = `${repository}/${finding.place.document.path}`;
      of(file).errors++;
      of(file).wrong.add(file);
      shown.push(line(file, finding));
    }
  }
  const table = [...counts].map(
    ([kind, { files, analysed, errors, wrong }]) =>
      `${kind.padEnd(22)}${String(files).padStart(6)} files${String(analysed).padStart(6)} analysed${String(errors).padStart(6)} errors in ${wrong.size}`,
  );
  return [...shown, "", ...table].join("\n");
}

function line(file: string, { place, rule, message, fix }: Finding): string {
  const number = place.document.lines.lineAt(place.span.start);
  return `${file}:${number} ${rule}${fix === null ? "" : " (fix)"}: ${message}`;
}
