import picomatch from "picomatch";
import type { Policy } from "../policy/policy.ts";
import { parse } from "../syntax/parse.ts";
import type { Directive, Span, SyntaxTree } from "../syntax/tree.ts";

/** What a file is to us. */
export interface Recognition {
  readonly isNginx: boolean;
  /** Why a file that seems to be nginx configuration is passed over; null where it is analysed or is none. */
  readonly reason: string | null;
}

const analysed: Recognition = { isNginx: true, reason: null };
const foreign: Recognition = { isNginx: false, reason: null };

/**
 * Whether a file is plain nginx configuration.
 *
 * @param text null asks by name alone: true where the file may be one
 */
export function isNginxFile(
  path: string,
  text: string | null,
  policy: Pick<Policy, "files" | "ignore">,
): boolean {
  return recognise(path, text, policy).isNginx;
}

/**
 * What `isNginxFile` decides, with the reason for files that are to be named although they are passed over.
 *
 * A broken file still counts, so that its faults are reported; a file of another program that happens to end in `.conf`
 * does not. Where the policy names the files, its word holds, except that a template is no plain file.
 *
 * @param tree the text, parsed, where the caller has it
 */
export function recognise(
  path: string,
  text: string | null,
  policy: Pick<Policy, "files" | "ignore">,
  tree?: SyntaxTree,
): Recognition {
  const named = policy.files.length > 0;
  if (matchesAny(policy.ignore, path) || !(named ? matchesAny(policy.files, path) : mayBe(path))) {
    return foreign;
  }
  if (text === null) {
    return analysed;
  }
  const parsed = tree ?? parse(text);
  const reason = templateReason(path, parsed);
  const plain = reason === null ? parsed : parse(withoutTags(text));
  if (!named && !seemsNginx(plain, isNginxPath(path))) {
    return foreign;
  }
  return reason === null ? analysed : { isNginx: false, reason };
}

const matchers = new Map<string, (path: string) => boolean>();

function matchesAny(globs: readonly string[], path: string): boolean {
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
function isNginxPath(path: string): boolean {
  return nginxFolder.test(path) || nginxName.test(path.slice(path.lastIndexOf("/") + 1));
}

/** Endings that others put behind a configuration's name: copies to edit, and templates. */
const copies = /\.(?:sample|default|example|dist|orig|in)$/i;
const templates = /\.(?:template|tmpl|tpl|j2|jinja|jinja2|erb|gtpl|gotmpl|sigil|ctmpl)$/i;

/** Files that stand beside nginx configuration and are none. */
const notConfiguration =
  /^(?:Dockerfile|Containerfile|Makefile|Jenkinsfile)\b|^(?:LICENSE|README)$|\.(?:md|mdx|rst|txt|adoc|html?|css|m?[jt]sx?|cjs|json|ya?ml|toml|xml|sh|bash|py|rb|pl|php|go|rs|java|lua|c|h|cpp|sql|tf|hcl|nix|lock|log|gitignore|gitkeep|pem|crt|cer|key|csr|dhparam|htpasswd|svg|png|jpe?g|gif|ico|webp|pdf|zip|t?gz|bz2|woff2?|ttf|bats|snap|service|socket|timer|env|ini|cfg|properties|types|bak|old|swp)$/i;

function mayBe(path: string): boolean {
  if (/(?:^|\/)(?:node_modules|\.git)\//.test(path)) {
    return false;
  }
  const file = path.slice(path.lastIndexOf("/") + 1);
  const name = file.replace(copies, "").replace(templates, "");
  if (notConfiguration.test(name)) {
    return false;
  }
  return /\.(?:conf|nginx|vhost|ngx|inc)$/i.test(name) || isNginxPath(path);
}

/**
 * Tags of templates that stay on their line: Jinja, Go and their like, ERB, and placeholders that a script replaces. Text
 * that only opens like one is a fault of nginx configuration.
 */
const tags =
  /\{\{[^{}\n]{0,300}\}\}|\{%[^%\n]{0,300}%\}|<%[^%\n]{0,300}%>|%%\w{1,100}%%|\$\{[A-Z][A-Z0-9_]{0,100}\}|\b__[A-Z][A-Z0-9_]{0,100}__/g;

/** What envsubst replaces besides `${NAME}`, so near to nginx's own variables that only a template's name tells. */
const bareVariables = /\$(?!HTTP_|ARG_|COOKIE_)[A-Z][A-Z0-9_]{1,100}\b(?![({])/g;

/** Directives that define a variable; nginx's names have no case. */
const definitions = /\b(?:set|geo|(?:map|geo|split_clients)\s+[^\s;{}]+)\s+\$(\w+)/gi;

/** Why the text is a template: its first tag outside of comments and Lua. Null where it has none. */
export function templateReason(path: string, tree: SyntaxTree): string | null {
  const found =
    firstTag(tree, tags) ?? (templates.test(path) ? firstTag(tree, bareVariables) : null);
  return found === null
    ? null
    : `it is a template (${found.length > 40 ? `${found.slice(0, 39)}…` : found})`;
}

function firstTag(tree: SyntaxTree, pattern: RegExp): string | null {
  const { text } = tree;
  let aside: readonly Span[] | null = null;
  let next = 0;
  let defined: ReadonlySet<string> | null = null;
  for (const { 0: tag, index } of text.matchAll(pattern)) {
    aside ??= [...tree.comments, ...luaBodies(tree.directives)].toSorted(
      (a, b) => a.start - b.start,
    );
    while ((aside[next]?.end ?? Infinity) <= index) {
      next++;
    }
    if ((aside[next]?.start ?? Infinity) <= index) {
      continue;
    }
    if (tag.startsWith("$")) {
      defined ??= definedIn(text);
      if (defined.has(tag.replace(/\W/g, "").toLowerCase())) {
        continue;
      }
    }
    return tag;
  }
  return null;
}

function definedIn(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(definitions), ([, name = ""]) => name.toLowerCase()));
}

function luaBodies(directives: readonly Directive[]): Span[] {
  return directives.flatMap(({ block }) =>
    block === null ? [] : block.lua === null ? luaBodies(block.directives) : [block.lua],
  );
}

/** The text as nginx might see it after rendering: lines of nothing but tags are gone, others stand for a word. */
function withoutTags(text: string): string {
  return text
    .split("\n")
    .map((line) => {
      const rest = line.replace(tags, "");
      return rest.length === line.length ? line : rest.trim() === "" ? "" : line.replace(tags, "x");
    })
    .join("\n");
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
      return (
        (known.has(name) || family.test(name) || lua.test(name)) &&
        !/^[=(:]/.test(first?.value ?? "")
      );
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

/** Whether more of the directives are nginx's than not, and one of them could hardly be of another program. */
function seemsNginx(tree: SyntaxTree, byPath: boolean): boolean {
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
      const { name, block, semicolon } = directive;
      if (isKnown(directive)) {
        ours++;
        hasEnd ||= semicolon !== null || dataBlocks.has(name.value) || lua.test(name.value);
        tells ||= isTelling(directive);
        if (block !== null && !dataBlocks.has(name.value)) {
          walk(block.directives);
        }
      } else if (!mayBeOfModule(directive)) {
        others++;
      }
    }
  };
  walk(tree.directives);
  return ours > 0 && ours >= others && (byPath || (tells && hasEnd));
}
