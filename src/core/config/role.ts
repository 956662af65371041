import { nameOf } from "../repository/names.ts";
import type { Directive } from "../syntax/tree.ts";
import { directiveRows, rowIn, type Context } from "../nginx/directives.ts";
import type { Document } from "../repository/document.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { Config } from "./level.ts";

/** What a file is by its top-level directives. */
export type Role = Config["kind"] | "none";

/**
 * What a file is by its top-level directives: a whole configuration, or a fragment of the context in which most of them may
 * stand. What opens a block says more than settings, which may stand in several contexts.
 */
export const roleOf = rememberedOf(({ path, tree, source }: Document): Role => {
  if (source.role !== null) {
    return source.role;
  }
  const blocks = new Set<string>();
  const settings: string[] = [];
  for (const directive of tree.directives) {
    if (isStream(directive)) {
      blocks.add("stream");
    } else if (directive.block !== null) {
      blocks.add(directive.name.value);
    } else if (directive.name.value !== "include") {
      settings.push(directive.name.value);
    }
  }
  const has = (...names: readonly string[]): boolean => names.some((name) => blocks.has(name));
  if (has("http", "events")) {
    return "main";
  }
  if (has("stream", "mail")) {
    return "none";
  }
  if (has("server", "upstream", "map", "geo", "split_clients")) {
    return "http";
  }
  if (has("location")) {
    return "server";
  }
  const fits = (context: Context): number =>
    settings.filter((name) => rowIn(directiveRows(name) ?? [], context)?.block === false).length;
  const [first] = (["http", "server", "location", "upstream", "main"] as const)
    .map((context) => ({ context, fits: fits(context) }))
    .toSorted((a, b) => b.fits - a.fits);
  if (first === undefined || first.fits === 0) {
    return isMainName(path) ? "main" : "none";
  }
  if (fits("http") === first.fits && httpFolder.test(path)) {
    return "http";
  }
  const inLocation = fits("location") === first.fits;
  if (inLocation && settings.some((name) => /^(?:proxy|grpc|fastcgi|uwsgi|scgi)_/.test(name))) {
    return "location";
  }
  return first.context === "upstream" ? "none" : first.context;
});

/** Folders that nginx.conf includes at http level: settings in a file there are for all servers. */
const httpFolder =
  /(?:^|\/)(?:conf\.d|http\.d|sites-(?:available|enabled)|vhosts?(?:\.d)?)\/[^/]*$/;

/** A server of the stream module proxies by itself, not in a location. */
function isStream({ name, block }: Directive): boolean {
  return (
    name.value === "server" &&
    block !== null &&
    !block.directives.some((inner) => ["location", "server_name"].includes(inner.name.value)) &&
    block.directives.some(
      (inner) =>
        inner.name.value === "proxy_pass" && inner.parameters[0]?.value.includes("://") !== true,
    )
  );
}

export function isMainName(path: string): boolean {
  return nameOf(path) === "nginx.conf";
}
