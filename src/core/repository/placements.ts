import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { sourceName } from "../sources/yaml.ts";

/** A file or folder of the repository and where it is on the server. */
export interface Placement {
  /**
   * As it is written: relative to the build's context or to the compose file; may be a pattern. `#` and the name of a source
   * for what stands in the compose file itself.
   */
  readonly from: string;
  readonly to: string;
  /** `to` is the folder that the file goes into. */
  readonly intoFolder: boolean;
}

/** Larger files (UTF-16 units) are not written by people. */
const LONGEST = 200_000;

/** What the `COPY` and `ADD` lines of a Dockerfile bring from its context. What comes from another stage is not there. */
export function dockerfilePlacements(text: string): Placement[] {
  if (text.length > LONGEST) {
    return [];
  }
  const found: Placement[] = [];
  let folder = "/";
  for (const line of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
    const [, instruction = "", rest = ""] =
      /^\s*(COPY|ADD|WORKDIR|FROM)\s+(.*?)\s*$/i.exec(line) ?? [];
    switch (instruction.toUpperCase()) {
      case "FROM":
        folder = "/";
        break;
      case "WORKDIR":
        folder = absolute(rest, folder);
        break;
      case "COPY":
      case "ADD": {
        const words = wordsOf(rest);
        const paths = words.filter((word) => !word.startsWith("--"));
        const to = paths.pop();
        if (
          to === undefined ||
          words.some((word) => /^--from\b/.test(word)) ||
          rest.includes("<<")
        ) {
          break;
        }
        const intoFolder = to.endsWith("/") || paths.length > 1;
        for (const from of paths) {
          if (!/[$]|:\/\//.test(from + to)) {
            found.push({ from, to: absolute(to, folder), intoFolder });
          }
        }
        break;
      }
    }
  }
  return found;
}

function wordsOf(rest: string): string[] {
  const flags = /^(?:--\S+\s+)*/.exec(rest)?.[0] ?? "";
  const list = rest.slice(flags.length);
  const words = list.startsWith("[")
    ? Array.from(list.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, word = ""]) => word)
    : list.split(/\s+/);
  return [...flags.split(/\s+/), ...words].filter((word) => word !== "");
}

function absolute(path: string, folder: string): string {
  const joined = path.startsWith("/") ? path : `${folder}/${path}`;
  const parts: string[] = [];
  for (const part of joined.split("/")) {
    if (part === "..") {
      parts.pop();
    } else if (part !== "" && part !== ".") {
      parts.push(part);
    }
  }
  return `/${parts.join("/")}`;
}

/** What each service of a compose file mounts from beside it; none where it is no compose file. */
export function composePlacements(text: string): Placement[][] {
  if (text.length > LONGEST) {
    return [];
  }
  const { contents } = parseDocument(text, { logLevel: "silent", uniqueKeys: false });
  if (!isMap(contents)) {
    return [];
  }
  const services = contents.get("services");
  const configs = configsOf(contents.get("configs"));
  return isMap(services)
    ? services.items.map(({ value }) =>
        isMap(value)
          ? [
              ...itemsOf(value.get("volumes")).flatMap(volumeOf),
              ...itemsOf(value.get("configs")).flatMap((item) => configOf(item, configs)),
            ]
          : [],
      )
    : [];
}

function itemsOf(node: unknown): readonly unknown[] {
  return isSeq(node) ? node.items : [];
}

function textOf(node: unknown): string | null {
  const value: unknown = isScalar(node) ? node.value : node;
  return typeof value === "string" ? value : null;
}

/** `./nginx.conf:/etc/nginx/nginx.conf:ro`, or the same as a map. */
function volumeOf(item: unknown): Placement[] {
  const [from, to] = isMap(item)
    ? [textOf(item.get("source")), textOf(item.get("target"))]
    : (textOf(item)?.split(":") ?? []);
  return typeof from === "string" &&
    typeof to === "string" &&
    from.startsWith(".") &&
    to.startsWith("/")
    ? [{ from, to: absolute(to, "/"), intoFolder: false }]
    : [];
}

function configsOf(node: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { key, value } of isMap(node) ? node.items : []) {
    const name = textOf(key);
    if (name === null || !isMap(value)) {
      continue;
    }
    const file = value.has("content")
      ? `#${sourceName([0, "configs", name, "content"])}`
      : textOf(value.get("file"));
    if (file !== null) {
      found.set(name, file);
    }
  }
  return found;
}

function configOf(item: unknown, files: ReadonlyMap<string, string>): Placement[] {
  const name = isMap(item) ? textOf(item.get("source")) : textOf(item);
  const to = isMap(item) ? textOf(item.get("target")) : null;
  const from = name === null ? undefined : files.get(name);
  return from === undefined || to === null
    ? []
    : [{ from, to: absolute(to, "/"), intoFolder: false }];
}

/** An `envsubst` without a list of names, which replaces every variable that its input names, nginx's too. */
export interface BareEnvsubst {
  /** The path that it reads, as it is written. */
  readonly input: string;
  /** 1-based. */
  readonly line: number;
}

/** The commands of a script, a Dockerfile or a compose file that erase nginx's variables from a file they name. */
export function bareEnvsubst(text: string): BareEnvsubst[] {
  if (text.length > LONGEST) {
    return [];
  }
  const joined = text.replace(/\\\r?\n/g, (escape) => " ".repeat(escape.length));
  const found: BareEnvsubst[] = [];
  for (const { 0: command, 1: after = "", index } of joined.matchAll(/\benvsubst\b([^|;&\n]*)/g)) {
    const before = joined.slice(joined.lastIndexOf("\n", index) + 1, index);
    const read =
      /<\s*["']?([^\s"'<>$]+)/.exec(after)?.[1] ??
      /\bcat\s+([^\s"'|<>$]+)\s*\|\s*$/.exec(before)?.[1];
    const rest = after.replace(/\d?[<>]{1,2}\s*[^\s<>]+/g, "").replace(/["'\])\s]/g, "");
    if (read !== undefined && rest === "" && !before.trimStart().startsWith("#")) {
      found.push({ input: read, line: text.slice(0, index + command.length).split("\n").length });
    }
  }
  return found;
}

/** The files that Terraform fills in: the arguments of `templatefile` and of `template_file`, as they are written. */
export function terraformTemplates(text: string): string[] {
  const call =
    /\btemplatefile\(\s*"([^"\n]+)"|\btemplate\s*=\s*"?(?:\$\{)?\s*file\(\s*"([^"\n]+)"/g;
  return text.length > LONGEST
    ? []
    : Array.from(text.matchAll(call), ([, path, older]) => path ?? older ?? "");
}
