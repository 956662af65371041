import { nameOf } from "./names.ts";
import { expandGlob, isGlob } from "./glob.ts";
import { joinPath, folderOf } from "./links.ts";
import type { Bound, Limit } from "../basics/limit.ts";
import type { Placement } from "./placements.ts";
import type { Documents } from "./documents.ts";
import { composeFile } from "./file-kinds.ts";

/** A whole repository may be copied into an image. */
const placesPerImage: Limit = {
  most: 2000,
  says: "copies more than 2,000 files to where nginx reads; those after them are taken as not there",
};

/** Folders to which a file is copied by their name alone. */
const folders =
  /\/(?:nginx|conf\.d|http\.d|sites-(?:available|enabled)|snippets|templates|includes?)$/;

/** The folders that a build's context may be: the file's own, then those above; a compose file's own. */
function basesOf(path: string): string[] {
  const bases = [folderOf(path)];
  for (let above = bases[0] ?? ""; above !== "" && !composeFile.test(path);) {
    above = folderOf(above);
    bases.push(above);
  }
  return bases;
}

export function placesOf(
  documents: Documents,
  placements: readonly Placement[],
  by: string,
  bound: Bound,
): Map<string, string> {
  const bases = basesOf(by);
  const places = new Map<string, string>();
  const add = (to: string, from: string): void => {
    if (places.size >= placesPerImage.most) {
      bound(`${by}: ${placesPerImage.says}`);
    } else {
      // The image's entry point fills in templates: /docker-entrypoint.d/20-envsubst-on-templates.sh.
      const [, name] = /^\/etc\/nginx\/templates\/(.+)\.template$/.exec(to) ?? [];
      places.set(name === undefined ? to : `/etc/nginx/conf.d/${name}`, from);
    }
  };
  for (const { from, to, intoFolder } of placements) {
    if (!/nginx|openresty/.test(to)) {
      continue;
    }
    if (from.startsWith("#")) {
      add(to, by + from);
      continue;
    }
    for (const base of bases) {
      const path = joinPath(base, from);
      if (path === undefined) {
        continue;
      }
      const files = isGlob(path)
        ? expandGlob(documents, path).files
        : documents.has(path)
          ? [path]
          : [];
      for (const file of files) {
        add(intoFolder || isGlob(path) || folders.test(to) ? `${to}/${nameOf(file)}` : to, file);
      }
      const isFolder = files.length === 0 && path !== "" && documents.hasFolder(path);
      if (isFolder) {
        for (const file of documents.files.list()) {
          if (file.startsWith(`${path}/`)) {
            add(`${to}${file.slice(path.length)}`, file);
          }
        }
      }
      if (files.length > 0 || isFolder) {
        break;
      }
    }
  }
  return places;
}
