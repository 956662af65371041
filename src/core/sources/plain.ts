import picomatch from "picomatch";
import { remembered } from "../basics/collections.ts";
import { isOpaque } from "../syntax/opaque.ts";
import { parse } from "../syntax/parse.ts";
import type { Directive, Span, SyntaxTree } from "../syntax/tree.ts";
import { cutOut, terraformEscape, unescapedIn } from "./cut.ts";
import type { Source } from "./source.ts";
import { ellipses, tagsIn } from "./tags.ts";
import type { Tag } from "./tag.ts";

const matchers = new Map<string, (path: string) => boolean>();

/** Whether one of the globs matches. */
export function matchesAny(globs: readonly string[], path: string): boolean {
  return globs.some((glob) => {
    const matches = matchers.get(glob) ?? picomatch(glob, { dot: true });
    matchers.set(glob, matches);
    return matches(path);
  });
}

/** Folders in which packages and people keep nginx files under any name. */
const nginxFolder =
  /(?:^|\/)(?:[^/]*nginx[^/]*|openresty|sites-(?:available|enabled)|conf\.d|http\.d|vhosts(?:\.d)?|vhost\.d|default\.d|snippets)\//i;

const nginxName = /nginx|\.(?:vhost|ngx)$/i;

/** Whether the path alone speaks for nginx. */
export function isNginxPath(path: string): boolean {
  return nginxFolder.test(path) || nginxName.test(path.slice(path.lastIndexOf("/") + 1));
}

/** Endings that others put behind a configuration's name: copies to edit, and templates. */
const copies = /\.(?:sample|default|example|dist|in)$/i;
const templates =
  /\.(?:template|tmpl|tpl|j2|jinja|jinja2|erb|epp|ejs|gtpl|gotmpl|sigil|ctmpl|tftpl)$/i;

/** What editors, patch, merge tools and package managers put behind the name of a file that they replace or leave alone. */
const leftover =
  /(?:~|\.(?:orig|rej|bak|old|save|sw[op]|(?:dpkg|ucf)-[a-z]+|rpm(?:save|new|orig)|pac(?:save|new)))$/i;

/** Trees that a package manager or a person copies from elsewhere, of those that linguist counts as vendored. */
const vendored =
  /(?:^|\/)(?:node_modules|bower_components|vendors?|third[-_]?party|3rd[-_]?party|Godeps\/_workspace)\//i;

/** Why no nginx reads a file unless another one includes it, told by its path; null where it may be read by itself. */
export function leftAside(path: string): string | null {
  if (leftover.test(path)) {
    return "it is a copy that an editor or a package manager leaves behind";
  }
  return vendored.test(path) ? "it is copied from another project" : null;
}

/** Files that stand beside nginx configuration and are none. */
const notConfiguration =
  /^(?:Dockerfile|Containerfile|Makefile|Jenkinsfile)\b|^(?:LICENSE|README)$|\.(?:md|mdx|rst|txt|adoc|html?|css|m?[jt]sx?|cjs|json|ya?ml|toml|xml|sh|bash|py|rb|pl|php|go|rs|java|lua|c|h|cpp|sql|tf|hcl|nix|lock|log|gitignore|gitkeep|pem|crt|cer|key|csr|dhparam|htpasswd|svg|png|jpe?g|gif|ico|webp|pdf|zip|t?gz|bz2|woff2?|ttf|bats|snap|service|socket|timer|env|ini|cfg|properties|types)$/i;

/** Whether the path alone may be that of a file which is nothing but nginx configuration. */
export function mayBePlain(path: string): boolean {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const name = file.replace(leftover, "").replace(copies, "").replace(templates, "");
  if (notConfiguration.test(name)) {
    return false;
  }
  return /\.(?:conf|nginx|vhost|ngx|inc)$/i.test(name) || isNginxPath(path);
}

/** Directives that define a variable; nginx's names have no case. */
const definitions = /\b(?:set|geo|(?:map|geo|split_clients)\s+[^\s;{}]+)\s+\$(\w+)/gi;

/**
 * The file as configuration, whether it is any or not: with its tags masked, where it is a template.
 *
 * @param isTerraform Terraform fills it in, where its name does not say so
 */
export function plainSource(
  path: string,
  text: string,
  isTerraform: boolean = /\.tftpl$/i.test(path),
): Source {
  let defined: ReadonlySet<string> | null = null;
  const isDefined = (name: string): boolean => {
    defined ??= new Set(
      Array.from(text.matchAll(definitions), ([, found = ""]) => found.toLowerCase()),
    );
    return defined.has(name);
  };
  const bareVariables = templates.test(path);
  const interpolation = isTerraform ? "terraform" : "none";
  const tags = tagsIn(text, { bareVariables, interpolation, isDefined });
  const omissions = ellipses(text);
  // Nobody starts nginx with a file that leaves something out.
  const isExample = hasTagOutside(omissions, text);
  const isTemplate = hasTagOutside(tags, text);
  const all = [
    ...tags,
    ...(isExample ? omissions : []),
    ...(isTemplate ? escapedQuotes(text, tags) : []),
  ].toSorted((a, b) => a.start - b.start);
  return cutOut(text, {
    name: "",
    span: { start: 0, end: text.length },
    tags: isExample || isTemplate ? all : [],
    editable: true,
    isExample,
    replaced: isTerraform ? unescapedIn(text, terraformEscape) : [],
    surroundings: /\binclude\s+\/config\/nginx\//.test(text) ? "swag" : null,
  });
}

/** What a shell makes of `\"` before nginx sees it is not known: nginx itself would take the quotes for a part of the value. */
function escapedQuotes(text: string, tags: readonly Tag[]): Tag[] {
  return Array.from(text.matchAll(/(?<=\s)\\"\w+\\"(?=[\s;])/g), ({ 0: written, index }) => ({
    start: index,
    end: index + written.length,
    kind: "value" as const,
    condition: "",
  })).filter(({ start, end }) => tags.every((tag) => tag.end <= start || end <= tag.start));
}

/** Whether a tag stands outside of comments and Lua, where what looks like one need be none. */
function hasTagOutside(tags: readonly Tag[], text: string): boolean {
  if (tags.length === 0) {
    return false;
  }
  const tree = parse(text);
  const aside = [...tree.comments, ...luaBodies(tree.directives)].toSorted(
    (a, b) => a.start - b.start,
  );
  let next = 0;
  return tags.some(({ start }) => {
    while ((aside[next]?.end ?? Infinity) <= start) {
      next++;
    }
    return (aside[next]?.start ?? Infinity) > start;
  });
}

function luaBodies(directives: readonly Directive[]): Span[] {
  return directives.flatMap(({ block }) =>
    block === null ? [] : block.lua === null ? luaBodies(block.directives) : [block.lua],
  );
}

const blocks = new Set(
  "http events server location upstream map geo split_clients types if limit_except stream mail match charset_map".split(
    " ",
  ),
);

/** Blocks and directives that other languages with braces and semicolons have too. */
const ambiguous = new Set(
  `if include return break set index root server user types use zone hash pid env daemon alias allow deny match internal
  expires mail stream status listen ssl random sticky etag resolver`.split(/\s+/),
);

const known = new Set(
  `absolute_redirect access_log accept_mutex add_header add_trailer aio alias allow autoindex break charset charset_types
  chunked_transfer_encoding daemon default_type deny directio disable_symlinks empty_gif env error_log error_page etag
  expires gunzip gzip hash http2 http3 if_modified_since ignore_invalid_headers include index internal ip_hash keepalive
  least_conn limit_rate limit_conn limit_req listen load_module lock_file log_format log_not_found master_process
  merge_slashes mirror msie_padding multi_accept override_charset pcre_jit perl_set pid port_in_redirect postpone_output
  random recursive_error_pages reset_timedout_connection resolver return rewrite rewrite_log root satisfy send_timeout
  sendfile sendfile_max_chunk server server_name server_name_in_redirect server_names_hash_bucket_size
  server_names_hash_max_size server_tokens set set_real_ip_from ssi ssl sticky stub_status sub_filter tcp_nodelay
  tcp_nopush thread_pool try_files underscores_in_headers use user userid valid_referers worker_connections
  worker_processes zone`.split(/\s+/),
);

/** Modules whose directives begin with the module's name. */
const family =
  /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached|ssl|gzip|brotli|client|auth_basic|auth_request|auth_jwt|limit_conn|limit_req|sub_filter|open_file_cache|open_log_file_cache|keepalive|large_client|lingering|resolver|real_ip|http2|http3|quic|types_hash|map_hash|variables_hash|worker|js|geoip|geoip2|secure_link|vhost_traffic_status|modsecurity|more|set_by_lua|(?:access|content|rewrite|header_filter|body_filter|log|balancer|init|init_worker|ssl_certificate)_by_lua)_/;

const lua = /_by_lua_block$/;

const isNginxName = remembered((name) => known.has(name) || family.test(name) || lua.test(name));

/** Whether hardly another language has such a directive. */
function isTelling(directive: Directive): boolean {
  const { name, parameters, block, semicolon } = directive;
  if (name.value === "listen") {
    return semicolon !== null;
  }
  const isVariableBlock = block !== null && parameters.some(({ value }) => /^\$\w/.test(value));
  return (
    isVariableBlock || !(ambiguous.has(name.value) || name.value === "map" || name.value === "geo")
  );
}

function isKnown({ name: { value: name, quote }, parameters, block }: Directive): boolean {
  if (quote !== "") {
    return false;
  }
  if (block !== null && blocks.has(name)) {
    return true;
  }
  const [first] = parameters;
  switch (name) {
    case "set":
      return first?.value.startsWith("$") === true;
    case "return":
      return first !== undefined && /^(?:\d{3}$|https?:|\$)/.test(first.value);
    default:
      // `name = value` is of INI files, of HOCON and of most languages.
      return isNginxName(name) && !/^[=(:]/.test(first?.value ?? "");
  }
}

/** Directives of modules that we do not know look like this; they speak neither for nor against nginx. */
function mayBeOfModule({ name, block, semicolon }: Directive): boolean {
  return (
    /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(name.value) && (block !== null || semicolon !== null)
  );
}

/** In these, each line's first word is data. */
const dataBlocks = new Set("map geo split_clients types charset_map match".split(" "));

/** At most this many directives are looked at to tell what a file is. */
const MOST_COUNTED = 1000;

/** Whether more of the directives are nginx's than not, and one of them could hardly be of another program. */
export function seemsNginx(tree: SyntaxTree, byPath: boolean): boolean {
  const [first] = tree.directives;
  // An INI section, markup, a script's first line.
  if (first === undefined || /^[[<]/.test(first.name.value) || tree.text.startsWith("#!")) {
    return false;
  }
  let ours = 0;
  let others = 0;
  let hasEnd = false;
  let tells = false;
  const walk = (directives: readonly Directive[]): void => {
    for (const directive of directives) {
      if (ours + others >= MOST_COUNTED) {
        return;
      }
      const { name, block, semicolon } = directive;
      if (isKnown(directive)) {
        ours++;
        hasEnd ||= semicolon !== null || dataBlocks.has(name.value) || lua.test(name.value);
        tells ||= isTelling(directive);
        if (block !== null && !dataBlocks.has(name.value)) {
          walk(block.directives);
        }
      } else if (!mayBeOfModule(directive) && !isOpaque(name.value)) {
        others++;
      }
    }
  };
  walk(tree.directives);
  return ours > 0 && ours >= others && (byPath || (tells && hasEnd));
}
