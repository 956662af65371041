export const id = 180;
export const ids = [180];
export const modules = {

/***/ 9180:
/***/ ((__unused_webpack___webpack_module__, __unused_webpack___webpack_exports__, __webpack_require__) => {


// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
;// CONCATENATED MODULE: ./build/core/collections.js
/** `Map.groupBy`, which Node 20 does not have: the items by key, keys and items in the order of their first sight. */
function groupBy(items, keyOf) {
    const groups = new Map();
    for (const item of items) {
        const key = keyOf(item);
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, [item]);
        else
            group.push(item);
    }
    return groups;
}
/** The texts that the others do not have, or not as often: of equal ones the last. */
function missingFrom(others, texts) {
    const left = new Map();
    for (const other of others)
        left.set(other, (left.get(other) ?? 0) + 1);
    return texts.filter((text) => {
        const count = left.get(text) ?? 0;
        left.set(text, count - 1);
        return count <= 0;
    });
}
/**
 * A function of a text that remembers what it gave: names and values repeat in a configuration. It forgets everything
 * when it knows too many, so that hostile input cannot fill the memory.
 */
function remembered(compute, most = 10_000) {
    const known = new Map();
    return (text) => {
        const before = known.get(text);
        if (before !== undefined)
            return before;
        if (known.size >= most)
            known.clear();
        const result = compute(text);
        known.set(text, result);
        return result;
    };
}
/** A function of an object that remembers what it gave for as long as the object is there. */
function rememberedOf(compute) {
    const known = new WeakMap();
    return (subject) => {
        const before = known.get(subject);
        if (before !== undefined)
            return before;
        const result = compute(subject);
        known.set(subject, result);
        return result;
    };
}

;// CONCATENATED MODULE: ./build/core/syntax/find.js
/** The last directive that starts at the offset or before it; directives of a block are in the order of the text. */
function lastBefore(directives, offset) {
    let low = 0;
    let high = directives.length;
    while (low < high) {
        const middle = (low + high) >>> 1;
        if ((directives[middle]?.start ?? Infinity) <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return directives[low - 1];
}
/** The directives that the offset lies in, outermost first. Takes time in proportion to their depth. */
function directivesAround(directives, offset) {
    const around = [];
    let found = lastBefore(directives, offset);
    while (found !== undefined && offset < found.end) {
        around.push(found);
        found = lastBefore(found.block?.directives ?? [], offset);
    }
    return around;
}

;// CONCATENATED MODULE: ./build/core/check/group.js


/** Each entry is in one group; groups and entries keep their order. */
function groupsOf(entries) {
    const groups = groupBy(entries, ({ report: { place } }) => {
        const start = blockAround(place)?.start ?? "top";
        return `${place.document.path}:${start}`;
    });
    return [...groups].flatMap(([key, [first, ...others]]) => {
        if (first === undefined)
            return [];
        const { place } = first.report;
        const block = blockAround(place);
        const own = block === null ? place : { document: place.document, span: block };
        return [{ key, entries: [first, ...others], place: own, block }];
    });
}
/** The innermost block that the place lies in, its head included; conditions do not count. */
function blockAround({ document, span }) {
    const around = directivesAround(document.tree.directives, span.start);
    return (around.findLast(({ name, block }) => block !== null && span.end <= block.end && !/^(?:if|limit_except)$/.test(name.value)) ?? null);
}
/** Whether what is written in the group's block can change nothing but the locations in it. */
function isLocal({ block }) {
    return block?.name.value === "location";
}
/** The blocks that a location is a use of or lies in, innermost first. */
function blocksOf({ level }) {
    const blocks = [];
    for (let at = level; at !== null; at = at.parent) {
        if (at.opener !== null)
            blocks.push(at.opener.directive);
    }
    return blocks;
}

;// CONCATENATED MODULE: ./build/core/config/effective.js

const none = [];
const byDefault = { state: "default" };
/** Levels of more uses than this have an index: a server may have thousands of locations. Others are read through. */
const MOST_UNINDEXED = 24;
/** A level's own uses of a directive, in order. */
function usesOf(level, name) {
    if (level.uses.length <= MOST_UNINDEXED) {
        const uses = level.uses.filter((use) => use.name === name);
        return uses.length === 0 ? none : uses;
    }
    return indexOf(level).get(name) ?? none;
}
/** The first of `usesOf`. */
function firstOf(level, name) {
    return level.uses.length <= MOST_UNINDEXED
        ? level.uses.find((use) => use.name === name)
        : indexOf(level).get(name)?.[0];
}
const indexOf = rememberedOf((level) => {
    const index = new Map();
    for (const use of level.uses) {
        const uses = index.get(use.name);
        if (uses === undefined) {
            index.set(use.name, [use]);
        }
        else {
            uses.push(use);
        }
    }
    return index;
});
/**
 * The directive that holds on this level: its own, else the nearest outer one's, else nginx's default. A level's own use
 * is certain whatever is hidden there, since nginx refuses a second one. `proxy_pass` and its kind do not inherit: ask
 * for these with `usesOf`.
 */
function effectiveSetting(level, name) {
    for (let at = level; at !== null; at = at.parent) {
        const use = firstOf(at, name);
        if (use !== undefined) {
            return { state: "set", use, inherited: at !== level };
        }
        if (at.hidden[0] !== undefined) {
            return { state: "unknown", why: at.hidden[0] };
        }
    }
    return byDefault;
}
/**
 * The uses that hold on this level. One use on a level discards all that outer levels say (E65, E70, E171), so that
 * something hidden on a level may add to its uses or, where it has none, discard the outer ones.
 */
function effectiveList(level, name) {
    const at = nearest(level, name);
    if (at === null) {
        return { uses: none, level: null, hidden: null, shadowed: none };
    }
    const uses = usesOf(at, name);
    const outer = uses.length === 0 || at.parent === null ? null : nearest(at.parent, name);
    return {
        uses,
        level: at,
        hidden: at.hidden[0] ?? null,
        shadowed: outer === null ? none : usesOf(outer, name),
    };
}
/** The `proxy_set_header` lines that hold on this level; nearly everybody asks for them. */
const headerLines = rememberedOf((level) => effectiveList(level, "proxy_set_header"));
/** The first level outwards that has such a use, or may have one; null where none has. */
function nearest(level, name) {
    for (let at = level; at !== null; at = at.parent) {
        if (at.hidden.length > 0 || firstOf(at, name) !== undefined) {
            return at;
        }
    }
    return null;
}

;// CONCATENATED MODULE: ./build/core/nearest.js
/**
 * The candidate that a misspelt word most likely stands for, or null where none is near. Near is: one is the beginning of
 * the other, or at most a third of the letters are wrong.
 */
function nearest_nearest(word, candidates) {
    const given = word.slice(0, 60).toLowerCase();
    let best = null;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (const candidate of candidates) {
        const distance = distanceBetween(given, candidate.toLowerCase());
        if (distance < bestDistance && isNear(given, candidate.toLowerCase(), distance)) {
            best = candidate;
            bestDistance = distance;
        }
    }
    return best;
}
function isNear(given, candidate, distance) {
    if (distance <= Math.max(1, Math.floor(Math.max(given.length, candidate.length) / 3)))
        return true;
    const shorter = Math.min(given.length, candidate.length);
    return shorter >= 3 && (given.startsWith(candidate) || candidate.startsWith(given));
}
/** How many letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function distanceBetween(from, to) {
    let before = [];
    let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
    for (let row = 1; row <= from.length; row += 1) {
        const current = [row];
        for (let column = 1; column <= to.length; column += 1) {
            const same = from[row - 1] === to[column - 1];
            let cost = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (same ? 0 : 1));
            const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
            if (swapped && row > 1 && column > 1)
                cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
            current.push(cost);
        }
        before = previous;
        previous = current;
    }
    return previous[to.length] ?? 0;
}

;// CONCATENATED MODULE: ./build/core/syntax/opaque.js
/**
 * What stands for each character of a template's tag in the text that is parsed, so that offsets stay: a character of
 * Unicode's private use area, which configuration has no use for.
 */
const standIn = "\uE000";
/** What stands for a character that is not there once the file is used, such as the backslash of `\$` in a heredoc. */
const vanishing = "\uE002";
/** Behind what a tag says, in a word's value; `standIn` is before it. */
const afterTag = "\uE001";
const quotation = /\uE000([^\uE001]*)\uE001/g;
/** The value of a word that stands for something that nobody knows. */
function tagged(what) {
    return `${standIn}${what}${afterTag}`;
}
/** Whether a word's value holds a template's tag, so that nobody knows what nginx sees. */
function isOpaque(value) {
    return value.includes(standIn);
}
/** The first tag in a word's value, as its file writes it; null where there is none. */
function tagIn(value) {
    return /\uE000([^\uE001]*)/.exec(value)?.[1] ?? null;
}
/** What every tag in a word's value says. */
function tagsIn(value) {
    return value.includes(standIn)
        ? Array.from(value.matchAll(quotation), ([, tag = ""]) => tag)
        : [];
}
/** A text as people read it: tags as their files write them, without what marks them. */
function readable(text) {
    return text.includes(standIn) ? text.replace(quotation, "$1") : text;
}
/** What of a word's value is the file's own. */
function withoutTags(value) {
    return value.includes(standIn) ? value.replace(quotation, "") : value;
}
/**
 * The tree of a text in which stand-ins are, with words that say what they stand for.
 *
 * @param text of the same length, with the tags
 */
function withTags(tree, text) {
    return /[\uE000\uE002]/.test(tree.text)
        ? { ...tree, directives: tree.directives.map((each) => taggedDirective(each, tree.text, text)) }
        : tree;
}
function taggedDirective(directive, masked, text) {
    const { name, parameters, block } = directive;
    return {
        ...directive,
        name: taggedWord(name, masked, text),
        parameters: parameters.map((word) => taggedWord(word, masked, text)),
        block: block === null
            ? null
            : {
                ...block,
                directives: block.directives.map((inner) => taggedDirective(inner, masked, text)),
            },
    };
}
function taggedWord(word, masked, text) {
    if (!/[\uE000\uE002]/.test(word.value)) {
        return word;
    }
    const runs = [...masked.slice(word.start, word.end).matchAll(/\uE000+/g)].map((run) => {
        const start = word.start + run.index;
        return text.slice(start, tagEnd(masked, text, start + run[0].length));
    });
    let next = 0;
    const value = word.value
        .replaceAll(vanishing, "")
        .replace(/\uE000+/g, () => tagged(runs[next++] ?? ""));
    return { ...word, value };
}
/** A tag in a line of its own ends in a `;` that its file does not have. */
function tagEnd(masked, text, end) {
    return masked[end] === ";" && text[end] !== ";" ? end + 1 : end;
}

// EXTERNAL MODULE: ./node_modules/re2js/build/index.js
var build = __webpack_require__(2856);
;// CONCATENATED MODULE: ./build/core/handshake/pattern.js


const compiled = new Map();
/** As many patterns are kept compiled. */
const MOST_COMPILED = 5000;
/** Compiles a PCRE as nginx would; `caseless` for `~*`. Undefined where its meaning is out of reach. */
function compilePattern(source, caseless) {
    const key = `${caseless ? "i" : "s"}${source}`;
    if (!compiled.has(key)) {
        if (compiled.size >= MOST_COMPILED) {
            compiled.clear();
        }
        compiled.set(key, compile(source, caseless));
    }
    return compiled.get(key);
}
function compile(source, caseless) {
    if (isOpaque(source)) {
        return undefined;
    }
    const translated = translate(bytes(source));
    if (translated === undefined) {
        return undefined;
    }
    let expression;
    try {
        expression = build/* RE2JS */.L3.compile(translated.source, caseless ? build/* RE2JS */.L3.CASE_INSENSITIVE : 0);
    }
    catch {
        return undefined;
    }
    const names = Object.entries(expression.namedGroups());
    const folds = caseless || /\(\?[a-zA-Z]*i/.test(source);
    return {
        match(text) {
            const subject = bytes(text);
            if ((translated.hasDollar && subject.endsWith("\n")) ||
                subject.includes("\u000b") ||
                (folds && /[\u0080-\u00ff]/.test(subject + source))) {
                return undefined;
            }
            const matcher = expression.matcher(subject);
            if (!matcher.find()) {
                return null;
            }
            const groups = new Map();
            for (let group = 0; group <= matcher.groupCount(); group++) {
                groups.set(String(group), fromBytes(matcher.group(group) ?? ""));
            }
            for (const [name, group] of names) {
                groups.set(name.toLowerCase(), fromBytes(matcher.group(group) ?? ""));
            }
            return groups;
        },
    };
}
/** Escapes that mean the same to both engines, beside punctuation. */
const sharedEscapes = /^[dDwWsSbBAzQEtnrfa]$/;
/**
 * Writes a PCRE so that the other engine reads the same in it: names of groups in its own way, escapes that it would
 * read otherwise refused. `hasDollar`: a `$` may match before a last line feed in PCRE, and only there do they differ.
 */
function translate(pcre) {
    let source = "";
    let hasDollar = false;
    let inClass = false;
    /** For each group that is open, whether it captures. */
    const open = [];
    for (let at = 0; at < pcre.length; at++) {
        const character = pcre[at] ?? "";
        if (character === "\\") {
            const next = pcre[++at] ?? "";
            const isPunctuation = /^[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e ]$/.test(next);
            const isByte = next === "x" && /^[0-9a-f]{2}/i.test(pcre.slice(at + 1, at + 3));
            if (!isPunctuation && !isByte && !sharedEscapes.test(next)) {
                return undefined;
            }
            if (next === "Q" || (inClass && /[bBAz]/.test(next))) {
                return undefined;
            }
            source += character + next;
        }
        else if (inClass) {
            if (character === "[" && /^\[[:.=]/.test(pcre.slice(at))) {
                const end = pcre.indexOf(":]", at + 2);
                if (pcre[at + 1] !== ":" || end < 0) {
                    return undefined;
                }
                source += pcre.slice(at, end + 2);
                at = end + 1;
                continue;
            }
            inClass = character !== "]";
            source += character;
        }
        else if (character === "[") {
            const opening = /^\[\^?\]?/.exec(pcre.slice(at, at + 3))?.[0] ?? "[";
            inClass = true;
            source += opening.endsWith("]") ? `${opening.slice(0, -1)}\\]` : opening;
            at += opening.length - 1;
        }
        else if (character === "(" && pcre[at + 1] === "?") {
            const named = /^\(\?P?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(pcre.slice(at, at + 80));
            if (named !== null) {
                source += `(?P<${named[1] ?? named[2] ?? ""}>`;
                at += named[0].length - 1;
            }
            else {
                source += character;
            }
            open.push(named !== null);
        }
        else {
            if (character === "(") {
                open.push(true);
            }
            else if (character === ")" && open.pop() === true) {
                // What a group holds that is repeated and may be empty is told differently.
                if (/[*+{]/.test(pcre[at + 1] ?? "") && /[*?}|(]/.test(pcre[at - 1] ?? "")) {
                    return undefined;
                }
            }
            hasDollar ||= character === "$";
            source += character;
        }
    }
    return { source, hasDollar };
}
/** nginx matches bytes: each becomes a character of its own. */
function bytes(text) {
    // oxlint-disable-next-line no-control-regex
    if (/^[\u0000-\u007f]*$/.test(text)) {
        return text;
    }
    return encodeURI(text.replace(/\p{Surrogate}/gu, "\ufffd")).replace(/%([0-9A-F]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}
function fromBytes(text) {
    // oxlint-disable-next-line no-control-regex
    if (/^[\u0000-\u007f]*$/.test(text)) {
        return text;
    }
    try {
        return decodeURIComponent(text.replace(/[%\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`));
    }
    catch {
        return text;
    }
}
/** The named groups that a regular expression defines as variables, in lower case. */
function namedGroups(source) {
    if (!source.includes("(?")) {
        return [];
    }
    return [...source.matchAll(/\(\?(?:P?<|')([A-Za-z_]\w*)[>']/g)].map((match) => (match[1] ?? "").toLowerCase());
}

;// CONCATENATED MODULE: ./build/core/handshake/walk.js

/**
 * Visits each use of a level and its inner levels, in the order of the text.
 *
 * @param enters which blocks to look into, all by default
 */
function forEachUse(level, visit, enters = () => true) {
    // An iterator costs more than such a visit, until the code is compiled; so it does wherever uses are many.
    level.uses.forEach((use) => {
        visit(use);
        if (use.inner !== null && enters(use)) {
            forEachUse(use.inner, visit, enters);
        }
    });
}
const walk_none = [];
/**
 * All uses of a directive in a program, in the order of the text; not those in `stream` and `mail`, whose directives, maps
 * and variables are others of the same names. A program is indexed once for all who ask.
 */
function usesNamed(config, name) {
    return walk_indexOf(config).get(name)?.uses ?? walk_none;
}
/** The same of several directives: of those whose names are wanted. */
function usesOfAny(config, isWanted) {
    const found = [...walk_indexOf(config)].filter(([name]) => isWanted(name)).map(([, named]) => named);
    const [first = nothing, ...others] = found;
    return others.length === 0
        ? first.uses
        : found
            .flatMap(({ uses, places }) => uses.map((use, index) => ({ use, at: places[index] ?? 0 })))
            .toSorted((a, b) => a.at - b.at)
            .map(({ use }) => use);
}
const nothing = { uses: [], places: [] };
const walk_indexOf = rememberedOf((config) => {
    const index = new Map();
    let place = 0;
    const add = (use) => {
        const named = index.get(use.name);
        if (named === undefined) {
            index.set(use.name, { uses: [use], places: [place++] });
        }
        else {
            named.uses.push(use);
            named.places.push(place++);
        }
    };
    forEachUse(config.main, add, ({ name }) => name !== "stream" && name !== "mail");
    return index;
});
/**
 * The uses of a level and its inner levels, in the order of the text.
 *
 * @param enters which blocks to look into, all by default
 */
function* usesWithin(level, enters = () => true) {
    const open = [level.uses.values()];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
        const next = top.next();
        if (next.done === true) {
            open.pop();
            continue;
        }
        yield next.value;
        if (next.value.inner !== null && enters(next.value)) {
            open.push(next.value.inner.uses.values());
        }
    }
}

;// CONCATENATED MODULE: ./build/core/handshake/definitions.js




/** Directives that compute a variable whenever it is asked for, and which of their parameters names it. */
const computing = new Map([
    ["map", 1],
    ["split_clients", 1],
    ["geo", -1],
    ["perl_set", 0],
    ["js_set", 0],
    ["js_var", 0],
    ["auth_jwt_claim_set", 0],
    ["auth_jwt_header_set", 0],
]);
/** Directives that give a variable a value as a request passes them. */
const assigning = new Set([
    "set",
    "auth_request_set",
    "limit_req_set",
    "set_by_lua",
    "set_by_lua_block",
    "set_by_lua_file",
    "uuid4",
    "secure_link_hmac",
]);
/** Directives whose regular expressions name variables. */
const capturing = new Set(["location", "server_name", "rewrite", "if"]);
/** Whether directives of that name may define a variable: most do not. */
function mayDefine(name) {
    return computing.has(name) || capturing.has(name) || name === "geoip2" || isAssigning(name);
}
function isAssigning(name) {
    return assigning.has(name) || /^(?:more_)?set_/.test(name);
}
/**
 * Which directive defines each variable of the http block, by name in lower case: variable names are case-insensitive
 * (E18). Of two maps for one variable the last wins (E46, E47), and a map wins over `set`, which only overlays its value.
 */
const definitions = rememberedOf((config) => {
    const found = new Map();
    const add = (written, use) => {
        if (written?.startsWith("$") === true) {
            const name = written.slice(1).toLowerCase();
            const earlier = found.get(name);
            const isComputed = earlier !== undefined && computing.has(earlier.name);
            if (earlier === undefined || computing.has(use.name) || (!isComputed && use.name !== "set")) {
                found.set(name, use);
            }
        }
    };
    for (const use of usesOfAny(config, mayDefine)) {
        const { name, parameters, level } = use;
        // An entry of a map is no directive, whatever it is called.
        if (level.context === "map") {
            continue;
        }
        const position = computing.get(name);
        if (position !== undefined) {
            add(parameters.at(position), use);
        }
        else if (isAssigning(name)) {
            add(parameters[0], use);
        }
        else if (name === "geoip2") {
            for (const inner of use.inner?.uses ?? []) {
                add(inner.name, use);
            }
        }
        for (const group of capturing.has(name) ? parameters.flatMap(namedGroups) : []) {
            add(`$${group}`, use);
        }
        for (const entry of name === "map" ? (use.inner?.uses ?? []) : []) {
            for (const group of namedGroups(entry.name)) {
                add(`$${group}`, use);
            }
        }
    }
    return found;
});
/**
 * The variables, in lower case, that some location gives a value with `set`, and whether it may send the request on to
 * another location, which then sees the value.
 */
const setInLocations = rememberedOf((config) => {
    const names = new Map();
    for (const { level, parameters } of usesNamed(config, "set")) {
        if (level.context === "location" || level.context === "location-if") {
            const variable = (parameters[0] ?? "").slice(1).toLowerCase();
            names.set(variable, names.get(variable) === true || leadsElsewhere(level));
        }
    }
    return names;
});
function leadsElsewhere(level) {
    const inner = usesOf(level, "if").flatMap((use) => use.inner ?? []);
    return (usesOf(level, "try_files").length > 0 ||
        [level, ...inner].some((each) => usesOf(each, "rewrite").length > 0) ||
        effectiveList(level, "error_page").uses.length > 0 ||
        (level.context === "location-if" && level.parent !== null && leadsElsewhere(level.parent)));
}
const prefixes = [
    "arg_",
    "cookie_",
    "http_",
    "jwt_claim_",
    "jwt_header_",
    "sent_http_",
    "sent_trailer_",
    "upstream_cookie_",
    "upstream_http_",
    "upstream_trailer_",
];
const builtinNames = new Set(`ancient_browser args binary_remote_addr body_bytes_sent bytes_received bytes_sent connection connection_requests
  connection_time connections_active connections_reading connections_waiting connections_writing content_length content_type
  date_gmt date_local document_root document_uri fastcgi_path_info fastcgi_script_name geoip_area_code geoip_city
  geoip_city_continent_code geoip_city_country_code geoip_city_country_code3 geoip_city_country_name geoip_country_code
  geoip_country_code3 geoip_country_name geoip_dma_code geoip_latitude geoip_longitude geoip_org geoip_postal_code geoip_region
  geoip_region_name gzip_ratio host hostname http2 http3 https invalid_referer is_args is_request_port jwt_payload limit_conn_status
  limit_rate limit_req_status modern_browser msec msie nginx_version pid pipe proxy_add_x_forwarded_for proxy_host
  proxy_internal_body_length proxy_internal_chunked proxy_port proxy_protocol_addr proxy_protocol_port
  proxy_protocol_server_addr proxy_protocol_server_port query_string quic_connection realip_remote_addr realip_remote_port
  realpath_root remote_addr remote_port remote_user request request_body request_body_file request_completion
  request_filename request_id request_length request_method request_port request_time request_uri scheme secure_link
  secure_link_expires server_addr server_name server_port server_protocol slice_range spdy spdy_request_priority
  ssl_alpn_protocol ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert ssl_client_fingerprint ssl_client_i_dn
  ssl_client_i_dn_legacy ssl_client_raw_cert ssl_client_s_dn ssl_client_s_dn_legacy ssl_client_serial ssl_client_sigalg
  ssl_client_v_end ssl_client_v_remain ssl_client_v_start ssl_client_verify ssl_curve ssl_curves ssl_early_data ssl_ech_outer_server_name
  ssl_ech_status ssl_preread_alpn_protocols ssl_protocol ssl_server_name ssl_session_id ssl_session_reused ssl_sigalg status
  tcpinfo_rcv_space tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd time_iso8601 time_local uid_got uid_reset uid_set
  upstream_addr upstream_bytes_received upstream_bytes_sent upstream_cache_age upstream_cache_key
  upstream_cache_last_modified upstream_cache_status upstream_connect_time upstream_first_byte_time
  upstream_header_time upstream_last_server_name upstream_queue_time upstream_response_length upstream_response_time
  upstream_session_time upstream_status uri memcached_key`.split(/\s+/));
/** Whether nginx knows the variable (name in lower case, without `$`) in this configuration. */
function isDefined(name, config) {
    return isBuiltin(name) || definitions(config).has(name);
}
const isBuiltin = remembered((name) => /^[1-9]$/.test(name) ||
    builtinNames.has(name) ||
    prefixes.some((prefix) => name.startsWith(prefix)));
/** Request headers of the http block of which nginx takes no notice: every server sets some of its own. */
function isNeverCompiled({ name, level }) {
    return (name === "proxy_set_header" &&
        level.context === "http" &&
        usesOf(level, "server").every(({ inner }) => inner === null || usesOf(inner, "proxy_set_header").length > 0));
}

;// CONCATENATED MODULE: ./build/core/handshake/escape.js
/** As ngx_escape_uri with NGX_ESCAPE_URI writes a path, since 1.21.1. */
function escapePath(text) {
    return escape_escape(text, /[^!$&'()*+,\-./0-9:;=@A-Z[\]_a-z~]/gu);
}
/** As ngx_escape_uri with NGX_ESCAPE_ARGS writes an argument's value. */
function escapeArgument(text) {
    return escape_escape(text, /[^!"$'()*,\-./0-9:<=>@A-Z[\\\]^_`a-z{|}~]/gu);
}
function escape_escape(text, escaped) {
    return text
        .replace(/\p{Surrogate}/gu, "\ufffd")
        .replace(escaped, (character) => character < "\u0080"
        ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
        : encodeURIComponent(character));
}

;// CONCATENATED MODULE: ./build/core/handshake/map.js



/** As many regular expressions of a map are tried; each takes its time to compile. */
const MOST_PATTERNS = 2000;
/** Reads a map's block as ngx_http_map does: `hostnames` concerns the lines after it. */
const mapTable = rememberedOf((inner) => {
    const exact = new Map();
    const heads = new Map();
    const tails = new Map();
    const patterns = [];
    let fallback = null;
    let hostnames = false;
    let volatile = false;
    for (const use of inner.uses) {
        const [value] = use.parameters;
        if (value === undefined) {
            hostnames ||= use.name === "hostnames";
            volatile ||= use.name === "volatile";
            continue;
        }
        const entry = { use, value };
        const written = use.name;
        if (written === "include") {
            continue;
        }
        if (written === "default") {
            fallback = entry;
            continue;
        }
        if (written.startsWith("~")) {
            const caseless = written.startsWith("~*");
            patterns.push({ ...entry, source: written.slice(caseless ? 2 : 1), caseless });
            continue;
        }
        const key = (written.startsWith("\\") ? written.slice(1) : written).toLowerCase();
        if (hostnames && key.length > 1 && key.startsWith(".")) {
            exact.set(key.slice(1), exact.get(key.slice(1)) ?? entry);
            heads.set(key.slice(1), entry);
        }
        else if (hostnames && key.length > 2 && key.startsWith("*.")) {
            heads.set(key.slice(2), entry);
        }
        else if (hostnames && key.length > 2 && key.endsWith(".*")) {
            tails.set(key.slice(0, -2), entry);
        }
        else {
            exact.set(key, entry);
        }
    }
    const hidden = inner.hidden[0] ??
        (inner.uses.some(({ name }) => isOpaque(name)) ? "a template's tag stands for a key" : null);
    return { exact, heads, tails, patterns, fallback, hostnames, volatile, hidden };
});
/**
 * Exact keys first, without case (E38), then the longest wildcard, then regular expressions in order, which are not
 * tried on an empty text, then `default`.
 */
function map_select(table, text) {
    const source = table.hostnames && text.endsWith(".") ? text.slice(0, -1) : text;
    const key = source.toLowerCase();
    const entry = table.exact.get(key);
    if (entry !== undefined) {
        return { entry, groups: null };
    }
    if (table.hidden !== null) {
        return { unknown: table.hidden };
    }
    const wildcard = wildcardEntry(table, key);
    if (wildcard !== undefined) {
        return { entry: wildcard, groups: null };
    }
    for (const [index, candidate] of source === "" ? [] : table.patterns.entries()) {
        if (index === MOST_PATTERNS) {
            return { unknown: `a map has more than ${MOST_PATTERNS} regular expressions` };
        }
        const groups = compilePattern(candidate.source, candidate.caseless)?.match(source);
        if (groups === undefined) {
            return { unknown: `whether ${candidate.source} matches cannot be told` };
        }
        if (groups !== null) {
            return { entry: candidate, groups };
        }
    }
    return { entry: table.fallback, groups: null };
}
function wildcardEntry({ heads, tails }, key) {
    if (heads.size > 0) {
        for (let dot = key.indexOf("."); dot >= 0; dot = key.indexOf(".", dot + 1)) {
            const entry = heads.get(key.slice(dot + 1));
            if (entry !== undefined) {
                return entry;
            }
        }
    }
    if (tails.size > 0) {
        for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) {
            const entry = tails.get(key.slice(0, dot));
            if (entry !== undefined) {
                return entry;
            }
        }
    }
    return undefined;
}
/** The one value that a map gives whatever its source is, or undefined. */
function onlyValue(table) {
    const { exact, heads, tails, patterns, fallback, hidden } = table;
    if (hidden !== null || fallback === null || fallback.value.includes("$")) {
        return undefined;
    }
    const others = [...exact.values(), ...heads.values(), ...tails.values(), ...patterns];
    return others.every(({ value }) => value === fallback.value) ? fallback.value : undefined;
}
/** The entry of a map that a source text selects, for messages and fixes; null where none does or nobody knows. */
function selectedEntry(map, source) {
    const selected = map.inner === null ? null : map_select(mapTable(map.inner), source);
    return selected !== null && "entry" in selected ? (selected.entry?.use ?? null) : null;
}

;// CONCATENATED MODULE: ./build/core/handshake/probe.js
/** A key of 16 bytes in base64, as each handshake has one (RFC 6455, 4.1); this one is the RFC's example. */
const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
/** The headers of a probe beside `Host`, in order. */
function probeHeaders(probe) {
    switch (probe) {
        case "plain":
            return [];
        case "websocket":
            return [
                ["Upgrade", "websocket"],
                ["Connection", "Upgrade"],
                ["Sec-WebSocket-Key", sampleKey],
                ["Sec-WebSocket-Version", "13"],
            ];
        case "h2c":
            return [
                ["Upgrade", "h2c"],
                ["Connection", "Upgrade, HTTP2-Settings"],
                ["HTTP2-Settings", "AAMAAABkAAQAAP__"],
            ];
    }
}
/** What Firefox writes as `Connection` of a handshake: a list, of which Chrome, Safari and the probe have one word. */
const firefoxConnection = "keep-alive, Upgrade";
/** The websocket probe as Firefox would send it. */
const firefoxHandshake = probeHeaders("websocket").map(([name, value]) => [name, name === "Connection" ? firefoxConnection : value]);
/**
 * The value of a request header as `$http_name` gives it, or the empty string. Before 1.23.0 only the first line of a
 * name counted, but for some that are lists.
 */
function clientHeader(request, name) {
    const wanted = name.toLowerCase();
    const values = [];
    for (const [header, value] of request.headers) {
        if (header.length === wanted.length && header.toLowerCase().replaceAll("-", "_") === wanted) {
            values.push(value);
        }
    }
    if (wanted === "cookie") {
        return values.join("; ");
    }
    const takesAll = request.joinsHeaders !== false || wanted === "x_forwarded_for";
    return (takesAll ? values : values.slice(0, 1)).join(", ");
}

;// CONCATENATED MODULE: ./build/core/handshake/variables.js










/** Starts a request's way with nothing assigned. */
function newScope(config, request, serverName) {
    return {
        config,
        request,
        assigned: new Map(),
        computed: new Map(),
        proxyHost: null,
        proxyPort: null,
        method: request.method,
        path: request.path,
        query: request.query,
        serverName,
        sentAsAsked: true,
        replacesPath: true,
        isInternal: false,
        escapesGroups: false,
        meddler: null,
    };
}
/** That of a request of which only the headers are known: by default the probe's. */
function probeScope(config, probe, headers = probeHeaders(probe)) {
    const request = {
        probe,
        standsForAll: true,
        method: "GET",
        path: null,
        query: null,
        scheme: null,
        host: null,
        hostName: null,
        port: null,
        headers,
        clientAddress: null,
    };
    return newScope(config, request, null);
}
function isKnown(value) {
    return typeof value === "string";
}
function unknown(why, text) {
    return { unknown: why, text };
}
/** The value as people read it: known text, or the text with its unknown parts as written. */
function shown(value) {
    return isKnown(value) ? value : value.text;
}
/** A variable in a parameter: `${name}`, a group's one digit, or a name. nginx has no way to escape a `$` (E153). */
const reference = /\$(?:\{(\w+)\}|([1-9])|([A-Za-z_]\w*))/g;
/** What a template's tag says, or a variable. */
const referenceOrTag = new RegExp(`\\uE000([^\\uE001]*)\\uE001|${reference.source}`, "g");
/** The names of the variables in a parameter, in lower case, in order. */
function variablesIn(text) {
    return text.includes("$") ? namesIn(text) : variables_none;
}
const variables_none = [];
const namesIn = remembered((text) => Array.from(withoutTags(text).matchAll(reference), ([, braced, digit, bare]) => (braced ?? digit ?? bare ?? "").toLowerCase()));
/** Expands the variables of a parameter's value. */
function evaluate(text, scope) {
    return expand(text, scope, []);
}
/** Longer values (UTF-16 units) than any header line, as maps that double each other make them, are not computed. */
const LONGEST_VALUE = 65_536;
/** As many variables may be worked out inside each other; what is asked for deeper is empty (ngx_http_variable_depth). */
const MOST_NESTED = 100;
function expand(text, scope, within) {
    if (!text.includes("$") && !isOpaque(text)) {
        return text;
    }
    let why = null;
    let result = "";
    let position = 0;
    for (const match of text.matchAll(referenceOrTag)) {
        const [written, tag, braced, digit, bare] = match;
        result += text.slice(position, match.index);
        position = match.index + written.length;
        if (tag !== undefined) {
            why ??= `it comes from the template's tag ${tag}`;
            result += tag;
            continue;
        }
        const value = variable((braced ?? digit ?? bare ?? "").toLowerCase(), scope, within);
        if (isKnown(value)) {
            const isEscaped = digit !== undefined && scope.escapesGroups && within.length === 0;
            result += isEscaped ? escapeArgument(value) : value;
        }
        else {
            why ??= value.unknown;
            result += value.text === "" ? written : value.text;
        }
        if (result.length > LONGEST_VALUE) {
            return unknown("the value is longer than any header", text);
        }
    }
    result += text.slice(position);
    return why === null ? result : unknown(why, result);
}
function variable(name, scope, within) {
    const assigned = scope.assigned.get(name);
    if (assigned !== undefined) {
        return scope.meddler === null || /^\d$/.test(name)
            ? assigned
            : unknown(`${scope.meddler} may change $${name}`, `$${name}`);
    }
    const computed = scope.computed.get(name);
    if (computed !== undefined) {
        return computed;
    }
    const definition = definitions(scope.config).get(name);
    if (definition === undefined) {
        return within.length >= MOST_NESTED ? tooDeep(name) : kept(name, builtin(name, scope), scope);
    }
    if (definition.name === "map" && definition.inner !== null && isMapOf(definition, name)) {
        if (within.length >= MOST_NESTED) {
            return "";
        }
        if (within.includes(name) && within.some((each) => isVolatile(each, scope))) {
            return unknown(`$${name} is defined by itself`, `$${name}`);
        }
        return mapValue(definition, definition.inner, name, scope, [...within, name]);
    }
    return unpassed(name, definition, scope);
}
/** Whether nginx keeps what it has once worked out for the rest of the request; so it does for most that a map reads. */
function isKept(name) {
    return name.startsWith("http_") || name === "host";
}
function kept(name, value, scope) {
    if (isKept(name)) {
        scope.computed.set(name, value);
    }
    return value;
}
/** What nginx works out anew wherever it is read, because rewrites change it. */
const fleeting = /^(?:arg_\w+|args|is_args|query_string|uri|document_uri)$/;
function tooDeep(name) {
    return isKept(name) || fleeting.test(name)
        ? ""
        : unknown(`$${name} is asked for too deep inside others`, `$${name}`);
}
/** A map that is worked out anew each time: what is defined by itself then takes for ever. */
function isVolatile(name, scope) {
    const inner = definitions(scope.config).get(name)?.inner ?? null;
    return inner !== null && mapTable(inner).volatile;
}
/** A map's regular expressions may define variables too. */
function isMapOf(map, name) {
    return map.parameters[1]?.toLowerCase() === `$${name}`;
}
/** What a variable holds whose `set` or regular expression this request has not passed: nothing; nginx only logs it. */
function unpassed(name, definition, scope) {
    const isScript = ["set", "if", "rewrite", "location", "server_name", "map"].includes(definition.name);
    if (!isScript) {
        return unknown(`$${name} is set by ${definition.name}`, `$${name}`);
    }
    if (scope.meddler !== null) {
        return unknown(`${scope.meddler} may change $${name}`, `$${name}`);
    }
    const { cameFromElsewhere = false, standsForAll } = scope.request;
    const mayBeSet = cameFromElsewhere ||
        definition.name !== "set" ||
        setInLocations(scope.config).get(name) === true;
    if (standsForAll && mayBeSet) {
        return unknown(`$${name} is set on the way here, by ${definition.name}`, `$${name}`);
    }
    return "";
}
function mapValue(map, inner, name, scope, within) {
    const table = mapTable(inner);
    const source = expand(map.parameters[0] ?? "", scope, within);
    let value;
    if (isKnown(source)) {
        const selected = map_select(table, source);
        if ("unknown" in selected) {
            value = unknown(selected.unknown, `$${name}`);
        }
        else {
            capture(selected.groups, scope);
            value = expand(selected.entry?.value ?? "", scope, within);
        }
    }
    else {
        value = onlyValue(table) ?? unknown(source.unknown, `$${name}`);
    }
    if (!table.volatile) {
        scope.computed.set(name, value);
    }
    return value;
}
/** Makes a match's groups variables. The numbered ones are those of the last match. */
function capture(groups, scope) {
    if (groups === null) {
        return;
    }
    for (let digit = 1; digit <= 9; digit++) {
        scope.assigned.set(String(digit), groups.get(String(digit)) ?? "");
    }
    for (const [name, value] of groups) {
        if (!/^\d/.test(name)) {
            scope.assigned.set(name, value);
        }
    }
}
/** Makes the numbered groups unknown: whether there was a match, or of what, is not known. */
function forgetCaptures(scope, why) {
    for (let digit = 1; digit <= 9; digit++) {
        scope.assigned.set(String(digit), unknown(why, `$${digit}`));
    }
}
/** How nginx's own variables read, by exact name; the rest is known only while nginx runs. */
function builtin(name, scope) {
    const { request } = scope;
    const runtime = (why) => unknown(`$${name} is ${why}`, `$${name}`);
    const orRuntime = (value, why) => value ?? runtime(why);
    const sent = (header) => request.standsForAll && maySend(header, request)
        ? runtime("a header that the client may send")
        : clientHeader(request, header);
    switch (name) {
        case "request_method":
            return scope.method;
        case "scheme":
            return orRuntime(request.scheme, "http or https, as the client connects");
        case "https":
            return request.scheme === null
                ? runtime("on or empty, as the client connects")
                : request.scheme === "https"
                    ? "on"
                    : "";
        case "host":
            return orRuntime(request.hostName, "the host that the client asks for");
        case "http_host":
            return orRuntime(request.host, "the host that the client asks for");
        case "server_name":
            return orRuntime(scope.serverName, "the server's first name");
        case "server_port":
            return orRuntime(request.port, "the port that the client connects to");
        case "server_protocol":
            return "HTTP/1.1";
        case "http2":
        case "http3":
            return "";
        case "uri":
        case "document_uri":
            return orRuntime(scope.path, "the path that the client asks for");
        case "request_uri":
            return orRuntime(targetOf(request), "what the client asks for");
        case "request": {
            const target = targetOf(request);
            return target === null
                ? runtime("the client's request line")
                : `${request.method} ${target} HTTP/1.1`;
        }
        case "args":
        case "query_string":
            return orRuntime(scope.query, "the query that the client sends");
        case "is_args":
            return scope.query === null
                ? runtime("? where the client sends a query")
                : scope.query === ""
                    ? ""
                    : "?";
        case "remote_addr":
        case "realip_remote_addr":
            return orRuntime(request.clientAddress, "the client's address");
        case "proxy_add_x_forwarded_for": {
            const forwarded = sent("x_forwarded_for");
            if (request.clientAddress === null || !isKnown(forwarded)) {
                return runtime("the addresses on the client's way");
            }
            return forwarded === "" ? request.clientAddress : `${forwarded}, ${request.clientAddress}`;
        }
        case "proxy_host":
            return scope.proxyHost ?? runtime("the host of the upstream");
        case "proxy_port":
            return scope.proxyPort ?? runtime("the port of the upstream");
        case "content_length":
        case "content_type":
            return sent(name);
        case "remote_user":
            return sent("authorization") === "" ? "" : runtime("the name that the client gives");
    }
    if (name.startsWith("http_")) {
        return sent(name.slice("http_".length));
    }
    if (name.startsWith("arg_")) {
        return scope.query === null
            ? runtime("an argument that the client may send")
            : argument(scope.query, name.slice("arg_".length));
    }
    if (name.startsWith("cookie_")) {
        return request.standsForAll
            ? runtime("a cookie that the client may send")
            : cookie(clientHeader(request, "cookie"), name.slice("cookie_".length));
    }
    if (/^[1-9]$/.test(name)) {
        return request.standsForAll ? runtime("a part of what the client asks for") : "";
    }
    return isDefined(name, scope.config)
        ? runtime("known only while nginx runs")
        : runtime("defined nowhere that we can see");
}
function targetOf(request) {
    if (request.target !== undefined) {
        return request.target;
    }
    return request.path === null || request.query === null
        ? null
        : request.path + (request.query === "" ? "" : `?${request.query}`);
}
/** `$arg_name`: the first argument of that name, without case, as it is written. */
function argument(query, name) {
    const pair = query.split("&").find((part) => part.toLowerCase().startsWith(`${name}=`));
    return pair?.slice(name.length + 1) ?? "";
}
function cookie(header, name) {
    for (const part of header.split(/[;,]/)) {
        const [, key = "", value = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
        if (key.toLowerCase() === name) {
            return value;
        }
    }
    return "";
}
/**
 * Whether a request that stands for many may or may not have this header. The probes fix those that a handshake is made
 * of, and a name like theirs is taken for a slip, which nobody sends: it is how `$http_upgrad` shows.
 */
function maySend(name, { probe }) {
    if (name === "upgrade_insecure_requests") {
        // Browsers say so when they open a page, never in a handshake.
        return probe === "plain";
    }
    return !fixedHeaders.has(name) && !isSlip(name);
}
const slips = new Map();
function isSlip(name) {
    let known = slips.get(name);
    if (known === undefined) {
        known = nearest_nearest(name.replace(/^http_/, ""), pairNames) !== null;
        slips.set(name, known);
    }
    return known;
}
const pairNames = ["upgrade", "connection"];
const fixedHeaders = new Set([
    "host",
    "sec_websocket_key",
    "sec_websocket_version",
    "http2_settings",
    "keep_alive",
    "te",
    "transfer_encoding",
    "expect",
    "content_length",
    "proxy_connection",
]);

;// CONCATENATED MODULE: ./build/core/handshake/verdict.js


/** Whether a comma-separated header value has a token, without case. */
function hasToken(value, token) {
    return value.split(",").some((part) => part.trim().toLowerCase() === token);
}
/** The values of a request header, in order. */
function headerValues(request, name) {
    return request.headers
        .filter((header) => header.name.toLowerCase() === name)
        .map((header) => header.value);
}
/** Whether some header line of that name has the token; unknown where a line that is unknown may. */
function carriesToken(request, name, token) {
    const values = headerValues(request, name);
    if (values.some((value) => isKnown(value) && hasToken(value, token))) {
        return true;
    }
    return values.some((value) => !isKnown(value)) || request.hidden !== null ? "unknown" : false;
}
/**
 * The response headers without which the client does not take the 101; hiding `Connection` is harmless (E95 to E97), and
 * `proxy_pass_header` shows what `proxy_hide_header` hides.
 */
function hiddenResponseHeaders(level) {
    const names = (directive) => effectiveList(level, directive).uses.map((use) => use.parameters[0] ?? "");
    const passed = new Set(names("proxy_pass_header").map((name) => name.toLowerCase()));
    return names("proxy_hide_header").filter((name) => /^(?:upgrade|sec-websocket-accept)$/i.test(name) && !passed.has(name.toLowerCase()));
}
/** What a strict server (RFC 6455) and a lenient one (Node's `ws`) make of a websocket probe. */
function verdictOf(exchange) {
    return judged(exchange, true);
}
/** Whether such servers answer 101, whatever the client then makes of it: a subrequest has no client. */
function answerTo(exchange) {
    return judged(exchange, false);
}
function judged(exchange, hasClient) {
    const { upstream, level, pass } = exchange;
    if (exchange.outcome === "proxied" && pass !== null && upstream === null) {
        // uwsgi and scgi let a 101 through; what the application is told stands in params, which are not simulated.
        const tunnels = pass.name === "uwsgi_pass" || pass.name === "scgi_pass";
        const result = tunnels ? "unknown" : "breaks";
        return { strict: result, lenient: result, reasons: tunnels ? [] : ["altered-request"] };
    }
    if (exchange.outcome !== "proxied" || upstream === null || level === null) {
        const result = exchange.outcome === "unknown" ? "unknown" : "breaks";
        return { strict: result, lenient: result, reasons: [] };
    }
    const equals = (value, text) => isKnown(value) ? value === text : "unknown";
    const some = (values, holds) => or(...values.map(holds), upstream.hidden === null ? false : "unknown");
    const joined = (name) => joinValues(headerValues(upstream, name));
    const obstaclesFor = (kind) => exchange.obstacles.flatMap(({ rule, only }) => (only === kind ? [[rule, false]] : []));
    const keys = headerValues(upstream, "sec-websocket-key");
    const versions = headerValues(upstream, "sec-websocket-version");
    const both = [
        ["upgrade-header", carriesToken(upstream, "upgrade", "websocket")],
        ["connection-header", carriesToken(upstream, "connection", "upgrade")],
        // What is not sent of the client's own is not in a hidden list either: nobody writes a key.
        ["altered-request", and(equals(upstream.method, "GET"), keys.length === 1)],
        ["hidden-response-header", !hasClient || hiddenResponseHeaders(level).length === 0],
        // A blank or a line feed in the path ends the request line.
        ["upstream-path", isKnown(upstream.uri) ? !/\s/.test(upstream.uri) : true],
        ["http-version", isKnown(upstream.httpVersion) ? upstream.httpVersion !== "2" : "unknown"],
        ...obstaclesFor(undefined),
    ];
    const onlyStrict = [
        ["http-version", equals(upstream.httpVersion, "1.1")],
        [
            "altered-request",
            versions.length > 1 ? false : some(versions, (value) => equals(value, "13")),
        ],
        ["altered-request", hasNoBareBody(upstream)],
        ...obstaclesFor("strict"),
        // A value that is not known is some host's name: `$host` is never empty.
        ["host-header", some(headerValues(upstream, "host"), () => true)],
    ];
    // `ws` takes only "websocket", of all lines joined; it knows version 8 too. A body's bytes come before the first frame
    // (E180).
    const upgrade = joined("upgrade");
    const version = joined("sec-websocket-version");
    const onlyLenient = [
        [
            "upgrade-header",
            or(isToken(upgrade, "websocket"), upstream.hidden === null ? false : "unknown"),
        ],
        [
            "altered-request",
            or(equals(version, "13"), equals(version, "8"), upstream.hidden === null ? false : "unknown"),
        ],
        ["altered-request", upstream.body === null ? true : equals(upstream.body, "")],
        ...obstaclesFor("lenient"),
    ];
    const truths = (list) => list.map((each) => each[1]);
    const reasons = [...both, ...onlyStrict, ...onlyLenient]
        .filter((each) => each[1] === false)
        .map((each) => each[0]);
    return {
        strict: toResult(and(...truths(both), ...truths(onlyStrict))),
        lenient: toResult(and(...truths(both), ...truths(onlyLenient))),
        reasons: [...new Set(reasons)],
    };
}
/** Without its length, the server takes a body for the first bytes of the WebSocket. */
function hasNoBareBody(upstream) {
    const { body } = upstream;
    if (body === null || body === "" || headerValues(upstream, "content-length").length > 0) {
        return true;
    }
    return isKnown(body) && upstream.hidden === null ? false : "unknown";
}
function joinValues(values) {
    const missing = values.find((value) => !isKnown(value));
    return missing ?? values.filter(isKnown).join(", ");
}
function isToken(value, token) {
    return isKnown(value) ? value.trim().toLowerCase() === token : "unknown";
}
function and(...truths) {
    return truths.includes(false) ? false : truths.includes("unknown") ? "unknown" : true;
}
function or(...truths) {
    return truths.includes(true) ? true : truths.includes("unknown") ? "unknown" : false;
}
function toResult(truth) {
    return truth === "unknown" ? "unknown" : truth ? "works" : "breaks";
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./build/core/syntax/lua.js
const LINE_FEED = 0x0a;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const MINUS = 0x2d;
const EQUALS = 0x3d;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/**
 * Finds the `}` that ends the body of a `*_by_lua_block`.
 *
 * Braces in strings, long strings and comments do not count. Measured on lua-nginx-module 0.10.23: a
 * quoted string never reaches over a line feed, not even after a backslash; a quote without its
 * partner on the same line is an ordinary character, and braces after it count.
 *
 * @param start The offset after the `{`.
 * @returns The offset of the `}`, or the text's length where there is none.
 */
function luaBodyEnd(text, start) {
    const length = text.length;
    let depth = 1;
    // No string that a quote of this kind opens before these offsets is closed on its line.
    let unpairedDoubleUntil = start;
    let unpairedSingleUntil = start;
    let at = start;
    while (at < length) {
        switch (text.charCodeAt(at)) {
            case OPEN_BRACE:
                depth++;
                at++;
                break;
            case CLOSE_BRACE:
                depth--;
                if (depth === 0) {
                    return at;
                }
                at++;
                break;
            case DOUBLE_QUOTE:
                if (at >= unpairedDoubleUntil) {
                    const end = stringEnd(text, at, DOUBLE_QUOTE);
                    if (end > 0) {
                        at = end;
                        break;
                    }
                    unpairedDoubleUntil = -end;
                }
                at++;
                break;
            case SINGLE_QUOTE:
                if (at >= unpairedSingleUntil) {
                    const end = stringEnd(text, at, SINGLE_QUOTE);
                    if (end > 0) {
                        at = end;
                        break;
                    }
                    unpairedSingleUntil = -end;
                }
                at++;
                break;
            case OPEN_BRACKET:
                at = longBracketEnd(text, at) ?? at + 1;
                break;
            case MINUS:
                at = text.charCodeAt(at + 1) === MINUS ? commentEnd(text, at + 2) : at + 1;
                break;
            default:
                at++;
        }
    }
    return length;
}
/** The offset after the closing quote, or minus the offset at which the line ends without one. */
function stringEnd(text, open, quote) {
    const length = text.length;
    let at = open + 1;
    for (; at < length; at++) {
        let code = text.charCodeAt(at);
        if (code === quote) {
            return at + 1;
        }
        if (code === BACKSLASH) {
            at++;
            code = text.charCodeAt(at);
        }
        if (code === LINE_FEED) {
            return -at;
        }
    }
    return -length;
}
function commentEnd(text, start) {
    const end = longBracketEnd(text, start);
    if (end !== null) {
        return end;
    }
    const lineFeed = text.indexOf("\n", start);
    return lineFeed === -1 ? text.length : lineFeed + 1;
}
/**
 * The offset after `[[\u2026]]`, `[=[\u2026]=]` and so on (the text's length where it is not closed), or null
 * where no long bracket opens.
 */
function longBracketEnd(text, start) {
    if (text.charCodeAt(start) !== OPEN_BRACKET) {
        return null;
    }
    let open = start + 1;
    while (text.charCodeAt(open) === EQUALS) {
        open++;
    }
    if (text.charCodeAt(open) !== OPEN_BRACKET) {
        return null;
    }
    const close = `]${text.slice(start + 1, open)}]`;
    const end = text.indexOf(close, open + 1);
    return end === -1 ? text.length : end + close.length;
}

;// CONCATENATED MODULE: ./build/core/syntax/scan.js


const TAB = 0x09;
const scan_LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const scan_DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const DOLLAR = 0x24;
const scan_SINGLE_QUOTE = 0x27;
const CLOSE_PARENTHESIS = 0x29;
const SEMICOLON = 0x3b;
const scan_BACKSLASH = 0x5c;
const SMALL_K = 0x6b;
const scan_OPEN_BRACE = 0x7b;
const scan_CLOSE_BRACE = 0x7d;
const BYTE_ORDER_MARK = 0xfeff;
/** Bytes in nginx's read buffer (NGX_CONF_BUFFER in ngx_conf_file.c). */
const BUFFER_BYTES = 4096;
/** No text shorter than this, in UTF-16 units, can fill the buffer: a unit is at most three bytes. */
const FEWEST_UNITS_TO_FILL_BUFFER = Math.floor(BUFFER_BYTES / 3);
const LUA_BLOCK_SUFFIX = "_by_lua_block";
/** More problems than this say nothing new; hostile text could have one per character. */
const MOST_PROBLEMS = 1000;
/** Collects problems, the first thousand of them. */
class Problems {
    list = [];
    report(code, start, end, message) {
        if (this.list.length < MOST_PROBLEMS) {
            this.list.push({ start, end, code, message });
        }
    }
}
/**
 * Reads one token after the other the way nginx does (ngx_conf_read_token in ngx_conf_file.c, the
 * same in 1.22 and 1.31). White space is not reported: it is what lies between two tokens.
 *
 * The scanner itself describes the current token, so that reading allocates nothing.
 */
class Scanner {
    text;
    problems;
    kind = "end";
    start = 0;
    end = 0;
    /** Of the current word: its quote, and where the text between the quotes starts and ends. */
    quote = "";
    contentStart = 0;
    contentEnd = 0;
    hasBackslash = false;
    /** Whether a quote is missing or one too many, so that where it should end is a guess. */
    isCut = false;
    inDirective = false;
    luaBlockNamed = false;
    luaBodyNext = false;
    constructor(text, problems) {
        this.text = text;
        this.problems = problems;
        if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
            this.end = 1;
            problems.report("byte-order-mark", 0, 1, "unknown directive: the file starts with a byte order mark, which nginx takes for a part of the first name");
        }
    }
    /** Moves to the next token and returns its kind; `end` at the end of the text, again and again. */
    next() {
        if (this.luaBodyNext) {
            return this.luaBody();
        }
        const text = this.text;
        const length = text.length;
        let at = this.end;
        while (at < length && isSpace(text.charCodeAt(at))) {
            at++;
        }
        this.start = at;
        if (at >= length) {
            this.end = length;
            return (this.kind = "end");
        }
        this.isCut = false;
        const code = text.charCodeAt(at);
        switch (code) {
            case SEMICOLON:
                this.inDirective = false;
                this.luaBlockNamed = false;
                this.end = at + 1;
                return (this.kind = "semicolon");
            case scan_OPEN_BRACE:
                this.inDirective = false;
                this.luaBodyNext = this.luaBlockNamed;
                this.luaBlockNamed = false;
                this.end = at + 1;
                return (this.kind = "open");
            case scan_CLOSE_BRACE:
                this.inDirective = false;
                this.luaBlockNamed = false;
                this.end = at + 1;
                return (this.kind = "close");
            case HASH:
                return this.comment();
            case scan_DOUBLE_QUOTE:
                this.quoted(scan_DOUBLE_QUOTE, '"');
                break;
            case scan_SINGLE_QUOTE:
                this.quoted(scan_SINGLE_QUOTE, "'");
                break;
            default:
                this.bare();
        }
        if (text.charCodeAt(this.contentEnd - 1) === SMALL_K) {
            this.noticeLuaBlock();
        }
        this.inDirective = true;
        return (this.kind = "word");
    }
    /** What nginx keeps of the current word; something unknown where a quote is missing or one too many. */
    value() {
        if (this.isCut) {
            return tagged(this.text.slice(this.start, this.end));
        }
        const content = this.text.slice(this.contentStart, this.contentEnd);
        return this.hasBackslash ? unescaped(content) : content;
    }
    luaBody() {
        this.luaBodyNext = false;
        this.start = this.end;
        this.end = luaBodyEnd(this.text, this.start);
        return (this.kind = "lua");
    }
    comment() {
        const lineFeed = this.text.indexOf("\n", this.start);
        this.end = lineFeed === -1 ? this.text.length : lineFeed;
        this.quote = "";
        this.checkLength(this.start, this.end);
        return (this.kind = "comment");
    }
    bare() {
        const text = this.text;
        const length = text.length;
        let hasBackslash = false;
        let at = this.start;
        scan: for (; at < length; at++) {
            switch (text.charCodeAt(at)) {
                case SPACE:
                case TAB:
                case CARRIAGE_RETURN:
                case scan_LINE_FEED:
                case SEMICOLON:
                case scan_OPEN_BRACE:
                    break scan;
                case scan_BACKSLASH:
                    hasBackslash = true;
                    at++;
                    break;
                case DOLLAR:
                    // Braces directly after a $ are part of the word: that is how ${name} is read.
                    while (text.charCodeAt(at + 1) === scan_OPEN_BRACE) {
                        at++;
                    }
                    break;
                default:
            }
        }
        const end = Math.min(at, length);
        this.end = end;
        this.quote = "";
        this.contentStart = this.start;
        this.contentEnd = end;
        this.hasBackslash = hasBackslash;
        this.checkLength(this.start, isSpace(text.charCodeAt(end)) ? end + 1 : end);
    }
    /**
     * A quoted word ends at its quote, on whatever line. Where nginx gives up on it and it was not
     * closed on its first line, the closing quote was most likely forgotten there: the word then ends
     * with that line, so that what follows is still read.
     */
    quoted(quoteCode, quote) {
        const text = this.text;
        const content = this.start + 1;
        let limit = text.length;
        let firstLineEnd = -1;
        let hasBackslash = false;
        let at = content;
        for (; at < limit; at++) {
            let code = text.charCodeAt(at);
            if (code === quoteCode) {
                break;
            }
            if (code === scan_BACKSLASH) {
                hasBackslash = true;
                at++;
                code = text.charCodeAt(at);
            }
            if (code === scan_LINE_FEED && firstLineEnd === -1) {
                firstLineEnd = at;
                limit = Math.min(limit, content + BUFFER_BYTES);
            }
        }
        this.quote = quote;
        this.contentStart = content;
        this.hasBackslash = hasBackslash;
        if (at >= limit) {
            const reason = fitsInBytes(text, content, text.length, BUFFER_BYTES)
                ? 'unexpected end of file, expecting ";" or "}"'
                : tooLongQuoted(quote);
            this.unterminated(quote, firstLineEnd, reason);
            return;
        }
        const after = at + 1;
        const next = text.charCodeAt(after);
        const legal = after === text.length || mayFollowQuote(next);
        if (!legal && firstLineEnd !== -1) {
            this.unterminated(quote, firstLineEnd, `unexpected "${characterAt(text, after)}"`);
            return;
        }
        this.end = after;
        this.contentEnd = at;
        this.checkLength(content, isSpace(next) ? after + 1 : after);
        // A closing brace here is a missing semicolon, which the parser reports.
        if (!legal && next !== scan_CLOSE_BRACE) {
            this.isCut = true;
            const found = characterAt(text, after);
            this.problems.report("unexpected-character", after, after + found.length, `unexpected "${found}", expecting a space, ";" or "{" after the closing ${quote}`);
        }
    }
    unterminated(quote, firstLineEnd, reason) {
        const { text, start } = this;
        let end = trimmedEnd(text, start + 1, firstLineEnd === -1 ? text.length : firstLineEnd);
        const last = text.charCodeAt(end - 1);
        const before = text.charCodeAt(end - 2);
        if (end > start + 1 && (last === SEMICOLON || (last === scan_OPEN_BRACE && before !== DOLLAR))) {
            end = trimmedEnd(text, start + 1, end - 1);
        }
        this.end = end;
        this.contentEnd = end;
        this.isCut = true;
        this.problems.report("unterminated-quote", start, start + 1, `${reason}: expecting a closing ${quote} on this line`);
    }
    /**
     * nginx keeps a word or comment line in its buffer from its first byte (`from`) until it has read
     * the byte with which the next one begins or the directive ends (`until`). It gives up when the
     * buffer is full before that and the file has more.
     */
    checkLength(from, until) {
        if (until - from >= FEWEST_UNITS_TO_FILL_BUFFER) {
            this.reportIfTooLong(from, until);
        }
    }
    reportIfTooLong(from, until) {
        const text = this.text;
        const room = until < text.length ? BUFFER_BYTES - 1 : BUFFER_BYTES;
        if (fitsInBytes(text, from, until, room)) {
            return;
        }
        const { quote, contentEnd } = this;
        const reason = quote === "" || fitsInBytes(text, from, contentEnd, BUFFER_BYTES - 1)
            ? `too long parameter "${text.slice(from, from + 10)}..." started`
            : tooLongQuoted(quote);
        this.problems.report("too-long", this.start, this.end, `${reason}, expecting its end within ${BUFFER_BYTES} bytes`);
    }
    /**
     * A `{` after a directive with such a name opens Lua. The name also counts where it is first on
     * its line: then the `;` before it is missing, and its body must not be read as directives.
     */
    noticeLuaBlock() {
        const { text, contentStart, contentEnd } = this;
        const suffix = contentEnd - LUA_BLOCK_SUFFIX.length;
        if (suffix >= contentStart &&
            text.startsWith(LUA_BLOCK_SUFFIX, suffix) &&
            (!this.inDirective || isFirstOnLine(text, this.start))) {
            this.luaBlockNamed = true;
        }
    }
}
/** Whether only blanks stand between the line's start and the offset. */
function isFirstOnLine(text, offset) {
    let at = offset - 1;
    while (at >= 0 && text.charCodeAt(at) !== scan_LINE_FEED && isSpace(text.charCodeAt(at))) {
        at--;
    }
    return at < 0 || text.charCodeAt(at) === scan_LINE_FEED;
}
function isSpace(code) {
    return code === SPACE || code === scan_LINE_FEED || code === TAB || code === CARRIAGE_RETURN;
}
function mayFollowQuote(code) {
    return code === SEMICOLON || isSpace(code) || code === scan_OPEN_BRACE || code === CLOSE_PARENTHESIS;
}
function trimmedEnd(text, start, end) {
    let at = end;
    while (at > start && isSpace(text.charCodeAt(at - 1))) {
        at--;
    }
    return at;
}
function tooLongQuoted(quote) {
    return `too long parameter, probably missing terminating "${quote}" character`;
}
function characterAt(text, offset) {
    return String.fromCodePoint(text.codePointAt(offset) ?? 0);
}
/** Whether the text from start to end is at most `room` bytes long in UTF-8. */
function fitsInBytes(text, start, end, room) {
    let bytes = 0;
    for (let at = start; at < end && bytes <= room; at++) {
        const code = text.charCodeAt(at);
        if (code < 0x80) {
            bytes += 1;
        }
        else if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)) {
            // Each half of a surrogate pair stands for two of the character's four bytes.
            bytes += 2;
        }
        else {
            bytes += 3;
        }
    }
    return bytes <= room;
}
function unescaped(content) {
    let value = "";
    let kept = 0;
    for (let at = content.indexOf("\\"); at !== -1; at = content.indexOf("\\", at + 2)) {
        const replacement = escapeValue(content.charAt(at + 1));
        if (replacement !== undefined) {
            value += content.slice(kept, at) + replacement;
            kept = at + 2;
        }
    }
    return value + content.slice(kept);
}
function escapeValue(character) {
    switch (character) {
        case '"':
        case "'":
        case "\\":
            return character;
        case "t":
            return "\t";
        case "r":
            return "\r";
        case "n":
            return "\n";
        default:
            return undefined;
    }
}

;// CONCATENATED MODULE: ./build/core/syntax/parse.js

/** nginx itself has no limit; sixty nested locations are fine. */
const DEEPEST_BLOCK = 512;
/** Where more braces have no counterpart, the indentation is not asked. */
const MOST_UNBALANCED = 10;
/** How much of a word a message repeats, in UTF-16 units. */
const LONGEST_QUOTATION = 60;
/** Blocks whose lines are no directives but a word and what it stands for, and nothing more. */
const tables = new Set(["map", "geo"]);
/**
 * Parses nginx configuration text.
 *
 * Never throws, whatever the text: what nginx would refuse is in `problems`, at most the first
 * thousand, in order of their place. Takes time in proportion to the text's length.
 *
 * Recovers so that one mistake does not hide what follows: an unclosed quote ends with its line, a
 * missing `;` is seen before `}`, and, where `grammar` knows the directives, before a directive that
 * begins a line, and so is a missing `{`. Where a `}` is missing or one too many, the indentation says
 * which, if it says so of as many as there are.
 */
function parse(text, grammar) {
    const parser = new Parser(text, grammar ?? null, false);
    const tree = parser.parse();
    if (grammar === undefined || parser.unbalanced === 0 || parser.unbalanced > MOST_UNBALANCED) {
        return tree;
    }
    const guided = new Parser(text, grammar, true);
    const likely = guided.parse();
    return guided.unbalanced === parser.unbalanced ? likely : tree;
}
class Parser {
    text;
    grammar;
    problems = new Problems();
    scanner;
    byIndent;
    /** How many braces have no counterpart. */
    unbalanced = 0;
    comments = [];
    open = [];
    topLevel = [];
    /** The directives of the innermost open block. */
    directives = this.topLevel;
    /** The name of the directive being read, once that was read. */
    name = null;
    /** Its parameters so far are the first of these: each in an array that grows would take the room of many. */
    words = [];
    parameterCount = 0;
    /** @param byIndent whether the indentation says where a `}` is missing or one too many */
    constructor(text, grammar, byIndent) {
        this.text = text;
        this.grammar = grammar;
        this.byIndent = byIndent;
        this.scanner = new Scanner(text, this.problems);
    }
    parse() {
        const scanner = this.scanner;
        for (let kind = scanner.next(); kind !== "end"; kind = scanner.next()) {
            switch (kind) {
                case "word":
                    this.word();
                    break;
                case "semicolon":
                    this.semicolon();
                    break;
                case "open":
                    this.openBrace();
                    break;
                case "close":
                    this.closeBrace();
                    break;
                case "lua":
                    this.luaBody();
                    break;
                case "comment":
                    this.comments.push(this.span());
                    break;
            }
        }
        this.endOfFile();
        const problems = this.problems.list.toSorted((a, b) => a.start - b.start);
        return { text: this.text, directives: this.topLevel, comments: this.comments, problems };
    }
    span() {
        return { start: this.scanner.start, end: this.scanner.end };
    }
    word() {
        const { start, end, quote } = this.scanner;
        const word = { start, end, value: this.scanner.value(), quote };
        if (this.name === null) {
            if (this.byIndent) {
                this.closeDeeper((indent, own) => indent.startsWith(own));
            }
            this.name = word;
            this.parameterCount = 0;
        }
        else {
            this.words[this.parameterCount++] = word;
        }
    }
    semicolon() {
        const semicolon = this.span();
        if (this.name === null) {
            const message = 'unexpected ";", expecting a directive';
            this.problems.report("unexpected-semicolon", semicolon.start, semicolon.end, message);
            return;
        }
        const directive = this.directive(this.name, ";");
        directive.semicolon = semicolon;
        directive.end = semicolon.end;
    }
    openBrace() {
        const open = this.span();
        if (this.open.length >= DEEPEST_BLOCK) {
            const message = `blocks are nested more than ${DEEPEST_BLOCK} deep: what is in this one is not read`;
            this.problems.report("too-deep", open.start, open.end, message);
            this.tooDeepBlock(open);
            return;
        }
        if (this.name === null) {
            const message = 'unexpected "{", expecting a directive before it';
            this.problems.report("unexpected-brace", open.start, open.end, message);
            this.open.push({ opened: null, outer: this.directives, indent: null });
            return;
        }
        this.openBlock(this.directive(this.name, "{"), open);
    }
    openBlock(directive, open) {
        const directives = [];
        const block = {
            start: open.start,
            end: open.end,
            open,
            close: null,
            directives,
            lua: null,
        };
        directive.block = block;
        const indent = this.byIndent ? indentOf(this.text, directive.start) : null;
        this.open.push({ opened: { directive, block }, outer: this.directives, indent });
        this.directives = directives;
    }
    tooDeepBlock(open) {
        const scanner = this.scanner;
        let depth = 1;
        while (depth > 0 && scanner.next() !== "end") {
            if (scanner.kind === "open") {
                depth++;
            }
            else if (scanner.kind === "close") {
                depth--;
            }
            else if (scanner.kind === "comment") {
                this.comments.push(this.span());
            }
        }
        if (this.name !== null) {
            const { end } = scanner;
            const close = depth === 0 ? this.span() : null;
            const directive = this.directive(this.name, "{");
            directive.block = { start: open.start, end, open, close, directives: [], lua: null };
            directive.end = end;
        }
    }
    closeBrace() {
        const close = this.span();
        if (this.name !== null) {
            this.missingSemicolon(this.directive(this.name, "}"), 'unexpected "}"');
        }
        if (this.byIndent) {
            this.closeDeeper((indent, own) => indent !== own && indent.startsWith(own));
        }
        const brace = this.isOneTooMany(close) ? undefined : this.open.pop();
        if (brace === undefined) {
            const message = 'unexpected "}", expecting a directive or the end of the file';
            this.problems.report("unexpected-brace", close.start, close.end, message);
            this.unbalanced++;
            return;
        }
        this.directives = brace.outer;
        if (brace.opened !== null) {
            const { directive, block } = brace.opened;
            block.close = close;
            block.end = close.end;
            directive.end = close.end;
        }
    }
    /** Whether a `}` stands deeper in the line than the block that it would close. */
    isOneTooMany(close) {
        const indent = this.open.at(-1)?.indent ?? null;
        const own = this.byIndent ? indentOf(this.text, close.start) : null;
        return indent !== null && own !== null && own !== indent && own.startsWith(indent);
    }
    /** Closes blocks that have no `}` before what begins this line, as far as their indentation says so. */
    closeDeeper(isOver) {
        const own = indentOf(this.text, this.scanner.start);
        if (own === null) {
            return;
        }
        for (let brace = this.open.at(-1); brace; brace = this.open.at(-1)) {
            const { indent, opened, outer } = brace;
            if (indent === null || opened === null || !isOver(indent, own)) {
                return;
            }
            const { directive, block } = opened;
            block.end = (block.directives.at(-1) ?? block.open).end;
            directive.end = block.end;
            this.unclosed(block);
            this.open.pop();
            this.directives = outer;
        }
    }
    unclosed({ open, lua }) {
        const message = lua === null
            ? 'unexpected end of file, expecting "}"'
            : "unexpected end of file, expecting terminating characters for lua code block";
        this.problems.report("unexpected-end", open.start, open.end, message);
        this.unbalanced++;
    }
    luaBody() {
        const opened = this.open.at(-1)?.opened;
        if (opened) {
            opened.block.lua = this.span();
        }
    }
    endOfFile() {
        const { text } = this;
        if (this.name !== null) {
            const { start, end } = this.directive(this.name, "");
            const message = 'unexpected end of file, expecting ";" or "}"';
            this.problems.report("unexpected-end", start, end, message);
        }
        const unclosed = this.open.flatMap(({ opened }) => opened ?? []);
        for (const { directive, block } of unclosed) {
            block.end = text.length;
            directive.end = text.length;
        }
        const innermost = unclosed.at(-1);
        if (innermost !== undefined) {
            this.unclosed(innermost.block);
            this.unbalanced += unclosed.length - 1;
        }
    }
    /**
     * Adds the directive that was read, without its end, to the innermost block. Where a `;` or `{` is
     * missing in it, these are several, and the last one is returned.
     */
    directive(name, before) {
        const { grammar } = this;
        const parameters = this.words.slice(0, this.parameterCount);
        this.name = null;
        const mayBeSeveral = grammar !== null &&
            parameters.length > 0 &&
            (parameters.length > this.mostOf(name, grammar) ||
                (before === "{" && grammar.opensBlock(name.value) === "never") ||
                ((name.value === "server" || name.value === "if") &&
                    parameters.some(({ start }) => isFirstOnLine(this.text, start))));
        return mayBeSeveral
            ? this.split(name, parameters, before === "{", grammar)
            : this.add(name, parameters);
    }
    mostOf(name, grammar) {
        return this.table() !== null ? 1 : (grammar.maxParameters(name.value) ?? Infinity);
    }
    /** The name of the innermost block, where its lines are no directives. */
    table() {
        const name = this.open.at(-1)?.opened?.directive.name.value;
        return name !== undefined && tables.has(name) ? name : null;
    }
    add(name, parameters) {
        const end = (parameters.at(-1) ?? name).end;
        const directive = { start: name.start, end, name, parameters, block: null, semicolon: null };
        this.directives.push(directive);
        return directive;
    }
    /**
     * What begins a line like a directive ends one that has too many parameters or, before a `{`, no
     * block; it stands in the block of one that should have opened it.
     */
    split(firstName, words, hasBlock, grammar) {
        let name = firstName;
        let first = 0;
        for (const [index, word] of words.entries()) {
            if (!isFirstOnLine(this.text, word.start))
                continue;
            const own = words.slice(first, index);
            const opens = this.shouldOpen(name, own, grammar);
            const endsInBlock = hasBlock && grammar.opensBlock(name.value) === "never";
            const isOver = endsInBlock || words.length - first > this.mostOf(name, grammar);
            const mayBegin = this.table() !== null || (opens && tables.has(name.value))
                ? own.length > 0
                : grammar.maxParameters(word.value) !== undefined;
            if (!mayBegin || !(opens || isOver))
                continue;
            const directive = this.add(name, own);
            if (opens) {
                const { start, end } = directive;
                const message = `directive "${name.value}" has no opening "{"`;
                this.problems.report("missing-brace", start, end, message);
                this.openBlock(directive, { start: end, end });
            }
            else {
                const table = this.table();
                const cause = table !== null
                    ? `invalid number of the ${table} parameters`
                    : endsInBlock
                        ? `directive "${name.value}" is not terminated by ";"`
                        : `invalid number of arguments in "${name.value}" directive`;
                this.missingSemicolon(directive, cause);
            }
            name = word;
            first = index + 1;
        }
        return this.add(name, words.slice(first));
    }
    /** Whether a `{` is missing behind these words, where a directive follows them. */
    shouldOpen(name, parameters, grammar) {
        const isNone = this.table() !== null ||
            this.open.length >= DEEPEST_BLOCK ||
            name.value.endsWith("_by_lua_block");
        const opens = isNone ? "never" : grammar.opensBlock(name.value);
        return opens === "always" || (opens === "somewhere" && parameters.length === 0);
    }
    missingSemicolon(directive, cause) {
        const { start, end, name, parameters } = directive;
        const last = parameters.at(-1) ?? name;
        const after = this.text.slice(last.start, Math.min(last.end, last.start + LONGEST_QUOTATION));
        const ellipsis = last.end > last.start + LONGEST_QUOTATION ? "\u2026" : "";
        const message = `${cause}, expecting ";" after ${after}${ellipsis}`;
        this.problems.report("missing-semicolon", start, end, message);
    }
}
/** The blanks before what begins a line; null for what does not. */
function indentOf(text, offset) {
    return isFirstOnLine(text, offset)
        ? text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset)
        : null;
}

;// CONCATENATED MODULE: ./build/core/sources/ingress.js



/** What begins the names of the annotations that ingress-nginx reads. */
const annotationPrefix = "nginx.ingress.kubernetes.io/";
/** What began them before ingress-nginx 0.9; other controllers have it to this day. */
const outdatedPrefix = "ingress.kubernetes.io/";
/** Annotations under the outdated prefix that say how requests get to the service. */
const outdatedNames = /^(?:affinity|session-cookie-name|upstream-hash-by|proxy-(?:(?:connect|read|send)-timeout|http-version|buffering)|rewrite-target|(?:configuration|server)-snippet)$/;
/** As many are looked at in one file. */
const MOST_INGRESSES = 200;
/** The whole lines of an annotation, with the last one's ending; null where something else stands in them. */
function linesOf({ start, end }, text) {
    const first = text.lastIndexOf("\n", start - 1) + 1;
    const last = text.indexOf("\n", end - 1) + 1 || text.length;
    const isAlone = /^[ \t]*$/.test(text.slice(first, start)) && /^\s*(?:#.*)?\s*$/.test(text.slice(end, last));
    return isAlone ? { start: first, end: last } : null;
}
/**
 * The Ingress objects in a YAML file, as the `server` that ingress-nginx makes of each.
 *
 * @param roots the root nodes of its documents
 * @param plain the file's text as YAML sees it
 * @param addsAt whether a template adds lines within a span that nobody knows
 * @param snippetAt the text of a snippet as nginx sees it, in a text of the file's length; null where it is not known
 */
function ingressSources(roots, plain, addsAt, snippetAt) {
    const ingresses = roots.flatMap((contents) => ingressesIn(contents, plain, addsAt));
    return ingresses.slice(0, MOST_INGRESSES).map((ingress, index) => ({
        name: `ingress${index}/`,
        span: { start: ingress.start, end: ingress.end },
        masked: plain,
        tree: treeOf(ingress, plain, snippetAt),
        annotations: ingress.annotations,
        switches: [],
        macros: new Map(),
        editable: true,
        dollar: "$",
        isExample: false,
        role: "http",
        surroundings: "ingress-nginx",
        erased: null,
        unreadable: null,
    }));
}
function ingressesIn(contents, plain, addsAt) {
    const found = [];
    const isIngress = (0,dist/* isMap */.jh)(contents) && contents.get("kind") === "Ingress";
    const walk = (owner) => {
        for (const { value } of owner.items) {
            if ((0,dist/* isMap */.jh)(value))
                walk(value);
        }
        const node = owner.get("annotations");
        const around = isIngress ? contents : owner;
        if (!(0,dist/* isMap */.jh)(node) || !node.range || !around.range)
            return;
        const isOurs = isIngress && classOf(contents, node) === "nginx";
        const annotations = node.items.flatMap((pair) => annotationOf(pair, plain, isOurs) ?? []);
        if (annotations.length === 0)
            return;
        const spec = isIngress ? contents.get("spec") : null;
        const rules = isIngress
            ? itemsOf((0,dist/* isMap */.jh)(spec) ? spec.get("rules") : null)
            : itemsOf(owner.get("hosts"));
        const [start, end] = around.range;
        found.push({
            start,
            end,
            annotations,
            isWhole: isIngress && !addsAt({ start: node.range[0], end: nextText(plain, node.range[1]) }),
            hosts: rules.flatMap((rule) => (0,dist/* isMap */.jh)(rule) ? (wordOf(rule.get("host", true), plain) ?? []) : []),
            routes: rules.flatMap((rule) => routesOf(rule, plain)),
        });
    };
    if ((0,dist/* isMap */.jh)(contents))
        walk(contents);
    return found;
}
/** Where the next text begins; tags in lines of their own are none. */
function nextText(plain, from) {
    const found = plain.slice(from).search(/\S/);
    return found === -1 ? plain.length : from + found;
}
/** The annotation goes before the field where both are there; F5's controller has the same class and names of its own. */
function classOf(ingress, annotations) {
    const spec = ingress.get("spec");
    const own = annotations.get("kubernetes.io/ingress.class");
    const isOther = annotations.items.some(({ key }) => (0,dist/* isScalar */.jn)(key) && /^nginx\.(?:org|com)\//.test(String(key.value)));
    return isOther ? null : (own ?? ((0,dist/* isMap */.jh)(spec) ? spec.get("ingressClassName") : null));
}
function annotationOf({ key, value }, plain, isOurs) {
    const name = wordOf(key, plain);
    const word = wordOf(value, plain);
    if (name === null || word === null)
        return null;
    const isOutdated = name.value.startsWith(outdatedPrefix) &&
        outdatedNames.test(name.value.slice(outdatedPrefix.length));
    return !name.value.startsWith(annotationPrefix) && !(isOurs && isOutdated)
        ? null
        : {
            name: isOutdated ? name.value : name.value.slice(annotationPrefix.length),
            start: name.start,
            end: word.end,
            key: { start: name.start, end: name.end },
            value: word,
        };
}
/** The paths of a rule: of an Ingress below `http`, in a chart's values beside the host. */
function routesOf(rule, plain) {
    if (!(0,dist/* isMap */.jh)(rule))
        return [];
    const http = rule.get("http");
    return itemsOf(((0,dist/* isMap */.jh)(http) ? http : rule).get("paths")).flatMap((item) => {
        const path = wordOf((0,dist/* isMap */.jh)(item) ? item.get("path", true) : item, plain);
        const range = (0,dist/* isMap */.jh)(item) || (0,dist/* isScalar */.jn)(item) ? item.range : null;
        return path === null || !range || isOpaque(path.value) || !path.value.startsWith("/")
            ? []
            : { start: range[0], end: range[1], path, service: serviceOf(item) };
    });
}
/** Of `networking.k8s.io/v1` and of what was before it. */
function serviceOf(item) {
    const backend = (0,dist/* isMap */.jh)(item) ? item.get("backend") : null;
    const service = (0,dist/* isMap */.jh)(backend) ? backend.get("service") : null;
    const port = (0,dist/* isMap */.jh)(service) ? service.get("port") : null;
    const name = (0,dist/* isMap */.jh)(service)
        ? service.get("name")
        : (0,dist/* isMap */.jh)(backend)
            ? backend.get("serviceName")
            : null;
    const number = (0,dist/* isMap */.jh)(port) ? port.get("number") : null;
    const known = typeof name === "string" && /^[\w.-]+$/.test(name) ? name : "upstream_balancer";
    return typeof number === "number" ? `${known}:${number}` : known;
}
function itemsOf(node) {
    return (0,dist/* isSeq */.oP)(node) ? node.items : [];
}
function wordOf(node, plain) {
    if (!(0,dist/* isScalar */.jn)(node) || !node.range || node.value === null)
        return null;
    const [start, end] = node.range;
    const first = plain[start];
    const quote = first === '"' || first === "'" ? first : "";
    return { start, end, quote, value: textOf(node) };
}
function textOf({ value, source }) {
    return typeof value === "string" ? value : (source ?? String(value));
}
/** Directives that the template writes into each location with the value of an annotation, else with its own. */
const settings = [
    "proxy_http_version",
    "proxy_read_timeout",
    "proxy_send_timeout",
    "proxy_buffering",
];
/** Where the lines of the template are that no annotation changes, or that stand where one is not given. */
function templatePath(name) {
    return `/around/ingress-nginx/${name}.conf`;
}
/** With these, requests do not go to the service by HTTP, or not at all. */
function isElsewhere(annotations) {
    return annotations.some(({ name, value }) => (name === "backend-protocol" && /^(?:GRPCS?|FCGI|AJP)$/i.test(value.value)) ||
        (name === "ssl-passthrough" && value.value === "true") ||
        /^(?:permanent|temporal)-redirect$/.test(name));
}
/**
 * What ingress-nginx makes of an Ingress. Its template repeats the same lines in each location; here they stand once, in a
 * server around the locations, whose paths are the Ingress's.
 */
function treeOf(ingress, plain, snippetAt) {
    const { start, end, annotations, hosts, isWhole } = ingress;
    const of = (name) => annotations.findLast((annotation) => annotation.name === name);
    const before = (directive, parameter) => simple({ start, end: start }, directive, [{ start, end: start, quote: "", value: parameter }]);
    const children = [before("include", templatePath("fixed"))];
    for (const directive of settings) {
        const name = directive.replace(/_/g, "-");
        const annotation = of(name);
        if (annotation !== undefined) {
            const value = settingOf(annotation) ?? tagged("a value that ingress-nginx does not take");
            children.push(simple(annotation, directive, [{ ...annotation.value, value }]));
        }
        else {
            children.push(isWhole && !annotations.some((each) => intendedName(each.name) === name)
                ? before("include", templatePath(directive))
                : before(directive, tagged("an annotation that is not here")));
        }
    }
    const connection = of("connection-proxy-header");
    if (connection !== undefined && /^\s*(?:close|keep-alive)\s*$/.test(connection.value.value)) {
        const header = { ...connection.key, quote: "", value: "Connection" };
        children.push(simple(connection, "proxy_set_header", [header, connection.value]));
    }
    else {
        children.push(before("include", templatePath("connection")));
    }
    const snippet = of("configuration-snippet");
    if (snippet !== undefined) {
        const text = snippetAt(snippet.value);
        const own = text === null ? null : parse(text);
        children.push(...(own === null || own.problems.length > 0
            ? [before("include", tagged("configuration-snippet"))]
            : own.directives.filter(({ name }) => name.value.startsWith("proxy_"))));
    }
    const said = new Set(children.map((child) => child.start));
    children.push(...annotations
        .filter((annotation) => !said.has(annotation.start))
        .map((annotation) => simple(annotation, fullName(annotation.name), [annotation.value])));
    children.push(...hosts.map((host) => simple(host, "server_name", [host])));
    if (!isElsewhere(annotations))
        children.push(...locationsOf(ingress));
    const server = {
        ...simple({ start, end }, "server", []),
        semicolon: null,
        block: block({ start, end }, children.toSorted((a, b) => a.start - b.start)),
    };
    return { text: plain, directives: [server], comments: commentsIn(plain, ingress), problems: [] };
}
/** Names that are near to one that ingress-nginx has. */
const misspellings = [
    [/^(?:configuration|location)-snippets?$/, "configuration-snippet"],
    [/^server-snippets?$/, "server-snippet"],
    [/^(?:proxy-)?read-timeouts?$/, "proxy-read-timeout"],
    [/^(?:proxy-)?send-timeouts?$/, "proxy-send-timeout"],
    [/^(?:proxy-)?http-version$/, "proxy-http-version"],
];
/** What an annotation that there is none of was to be called; null where it has its right name or is no such thing. */
function rightName(name) {
    const plain = name.replace(/_/g, "-").toLowerCase();
    const right = misspellings.find(([pattern]) => pattern.test(plain))?.[1];
    return right === undefined || right === name ? null : right;
}
/** What an annotation of no effect was to be called, for its spelling or its prefix; null for one that is right. */
function intendedName(name) {
    return withoutOutdatedPrefix(name) ?? rightName(name);
}
/** Null for a name that has not the outdated prefix. */
function withoutOutdatedPrefix(name) {
    return name.startsWith(outdatedPrefix) ? name.slice(outdatedPrefix.length) : null;
}
function fullName(name) {
    return name.startsWith(outdatedPrefix) ? name : annotationPrefix + name;
}
/** The value as the template writes it; null where ingress-nginx does not take it. */
function settingOf({ name, value: { value } }) {
    if (isOpaque(value))
        return value;
    if (name.endsWith("-timeout"))
        return isWholeNumber(value) ? `${value}s` : null;
    const text = value.trim();
    const taken = name === "proxy-buffering" ? ["on", "off"] : ["1.0", "1.1"];
    return taken.includes(text) ? text : null;
}
/** As Go's `strconv.Atoi` takes it (internal/ingress/annotations/parser/main.go of kubernetes/ingress-nginx). */
function isWholeNumber(text) {
    return /^[+-]?\d+$/.test(text);
}
/** One location for each path, whichever hosts have it: their settings are the same. */
function locationsOf({ routes, annotations, start }) {
    const isRegex = annotations.some(({ name, value }) => (name === "use-regex" && value.value === "true") ||
        (name === "rewrite-target" && value.value !== "/"));
    const byPath = new Map(routes.map((route) => [route.path.value, route]));
    const nowhere = { start, end: start };
    const all = byPath.size > 0
        ? [...byPath.values()]
        : [
            {
                ...nowhere,
                path: { ...nowhere, quote: "", value: "/" },
                service: "upstream_balancer",
            },
        ];
    return all.map((route) => {
        const { path, service } = route;
        const modifier = isRegex
            ? [{ start: path.start, end: path.start, quote: "", value: "~*" }]
            : [];
        return {
            ...simple(route, "location", [...modifier, path]),
            semicolon: null,
            block: block(route, [simple(path, "proxy_pass", [{ ...path, value: `http://${service}` }])]),
        };
    });
}
function simple({ start, end }, name, parameters) {
    return {
        start,
        end,
        name: { start, end: start, quote: "", value: name },
        parameters,
        block: null,
        semicolon: { start: end, end },
    };
}
function block({ start, end }, directives) {
    return { start, end, open: { start, end: start }, close: null, directives, lua: null };
}
/** Comments in lines of their own, outside of the annotations' values. */
function commentsIn(plain, { start, end, annotations }) {
    return Array.from(plain.matchAll(/^[ \t]*(#[^\r\n]*)/gm), (match) => {
        const last = match.index + match[0].length;
        return { start: last - (match[1] ?? "").length, end: last };
    }).filter((comment) => start <= comment.start &&
        comment.end <= end &&
        !annotations.some(({ value }) => value.start <= comment.start && comment.end <= value.end));
}

;// CONCATENATED MODULE: ./build/core/config/surroundings.js

const upgradeMap = (otherwise) => `map $http_upgrade $connection_upgrade { default upgrade; '' ${otherwise}; }\n`;
/**
 * What a product's own configuration defines around the text that a repository gives it, as far as it concerns
 * proxying: at http level, where the text is a server or goes into one.
 */
const aroundText = {
    // rootfs/etc/nginx/template/nginx.tmpl of kubernetes/ingress-nginx; it keeps connections to the upstream by default.
    "ingress-nginx": upgradeMap("''"),
    // internal/configs/version1/nginx.tmpl of nginx/kubernetes-ingress.
    "nginx-ingress": upgradeMap("close"),
    // root/defaults/nginx/nginx.conf.sample of linuxserver/docker-baseimage-alpine-nginx.
    swag: upgradeMap("close"),
};
/** Where a product's own configuration is said to be; no file of a repository has such a path. */
function surroundingsPath(product) {
    return `/around/${product}/http.conf`;
}
/** Whether a path is that of a product's own configuration, in which nobody can change anything. */
function isSurroundings(path) {
    return shipped.has(path);
}
/** Whether a path is that of lines which a product writes around whatever it is given, so that they tell nothing of it. */
function isTemplate(path) {
    return path.startsWith("/around/");
}
/** Files that products put beside the text, by the path that includes them. */
const included = [
    // root/defaults/nginx/proxy.conf.sample of linuxserver/docker-swag.
    [
        "/config/nginx/proxy.conf",
        [
            "proxy_connect_timeout 240;",
            "proxy_http_version 1.1;",
            "proxy_read_timeout 240;",
            "proxy_send_timeout 240;",
            "proxy_set_header Connection $connection_upgrade;",
            "proxy_set_header Host $host;",
            "proxy_set_header Upgrade $http_upgrade;",
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            "proxy_set_header X-Forwarded-Host $host:$server_port;",
            "proxy_set_header X-Forwarded-Proto $scheme;",
            "proxy_set_header X-Real-IP $remote_addr;",
            "",
        ].join("\n"),
    ],
    // Beside it: TLS settings and a resolver.
    ["/config/nginx/ssl.conf", ""],
    ["/config/nginx/resolver.conf", ""],
    // docker/rootfs/etc/nginx/conf.d/include/proxy.conf of NginxProxyManager/nginx-proxy-manager.
    [
        "conf.d/include/proxy.conf",
        [
            "proxy_set_header Host $host;",
            "proxy_set_header X-Forwarded-Proto $scheme;",
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            "proxy_set_header X-Real-IP $remote_addr;",
            "proxy_pass $forward_scheme://$server:$port$request_uri;",
            "",
        ].join("\n"),
    ],
];
/**
 * What ingress-nginx's template writes into each location, in the parts that annotations replace.
 * rootfs/etc/nginx/template/nginx.tmpl; the values are the defaults of internal/ingress/controller/config/config.go.
 */
const ingressTemplate = [
    [
        "fixed",
        [
            "proxy_set_header Host $http_host;",
            "proxy_set_header Upgrade $http_upgrade;",
            "proxy_set_header X-Request-ID $request_id;",
            "proxy_set_header X-Real-IP $remote_addr;",
            "proxy_set_header X-Forwarded-For $remote_addr;",
            "proxy_set_header X-Forwarded-Host $http_host;",
            "proxy_set_header X-Forwarded-Port $server_port;",
            "proxy_set_header X-Forwarded-Proto $scheme;",
            "proxy_set_header X-Scheme $scheme;",
            "proxy_connect_timeout 5s;",
            "proxy_buffer_size 4k;",
            "proxy_buffers 4 4k;",
            "proxy_max_temp_file_size 1024m;",
            "proxy_request_buffering on;",
            "proxy_cookie_domain off;",
            "proxy_cookie_path off;",
            "proxy_next_upstream error timeout;",
            "proxy_next_upstream_timeout 0;",
            "proxy_next_upstream_tries 3;",
        ],
    ],
    ["connection", ["proxy_set_header Connection $connection_upgrade;"]],
    ["proxy_http_version", ["proxy_http_version 1.1;"]],
    ["proxy_read_timeout", ["proxy_read_timeout 60s;"]],
    ["proxy_send_timeout", ["proxy_send_timeout 60s;"]],
    ["proxy_buffering", ["proxy_buffering off;"]],
];
/** All of these texts by path. */
const surroundings = [
    ...included,
    ...ingressTemplate.map(([name, lines]) => [templatePath(name), lines.join("\n")]),
    ...["ingress-nginx", "nginx-ingress", "swag"].map((product) => [surroundingsPath(product), aroundText[product]]),
];
const shipped = new Set(surroundings.map(([path]) => (path.startsWith("/") ? path : `/etc/nginx/${path}`)));

;// CONCATENATED MODULE: ./build/core/rules/words.js



/** Text of the configuration inside a message: between backticks, which `prose` makes code and `plain` takes away. */
function marked(text) {
    return text === "" || text.includes("`") ? text : `\`${text}\``;
}
/** The location as messages call it: `location /ws`. */
function called({ name }) {
    return name.name === "" ? "this location" : marked(`location ${name.name}`);
}
/** The location with its server, for notes: `location /ws` of `api.example.com`. */
function locationOf({ name, server }) {
    const location = name === "" ? "the location that includes it" : marked(`location ${name}`);
    return server === null ? location : `${location} of ${marked(server)}`;
}
/** Where the location's requests go, as messages name it: `http://backend`. */
function upstreamName(location) {
    const address = location.exchanges.websocket.upstream?.address;
    const text = address === undefined ? (location.pass.parameters[0] ?? "") : shown(address);
    return text === "" ? "the upstream" : marked(text);
}
/** What reaches the upstream of a header: `Connection: close`, or `no Connection`. */
function sent(request, name) {
    const values = headerValues(request, name.toLowerCase()).map((value) => shown(value).replace(/\s+/g, " "));
    return values.length === 0 ? `no ${marked(name)}` : marked(`${name}: ${values.join(", ")}`);
}
/** A directive as its file says it, without its block and its `;`, on one line. */
function written({ document, directive }) {
    const last = directive.parameters.at(-1) ?? directive.name;
    return document.text.slice(directive.start, last.end).replace(/\s+/g, " ");
}
/** A directive inside a message. */
function quoted(use) {
    return marked(written(use));
}
/** A directive inside a message, with whose it is where the repository does not hold it. */
function attributed(use) {
    return isTemplate(use.document.path) ? `${quoted(use)} of ingress-nginx's template` : quoted(use);
}
/** A parameter as its file writes it, quotes included, so that it can be written again elsewhere. */
function parameterText({ document, directive }, index) {
    const word = directive.parameters[index];
    return word === undefined ? "" : document.text.slice(word.start, word.end);
}
/** The place of a block's opening: from its name to its `{`. */
function headOf({ document, directive }) {
    return {
        document,
        span: { start: directive.start, end: directive.block?.open.end ?? directive.end },
    };
}
/** A file that only a distribution ships, such as Debian's `proxy_params`, has an absolute path. */
function isInRepository({ document }) {
    return !document.path.startsWith("/");
}
/** Whether an `include` in the block brings the directive, rather than the block's own text. */
function comesByInclude({ include, level }) {
    return include !== (level.opener?.include ?? null);
}
/** Whether the value of a `proxy_set_header` line is this variable and nothing else. */
function isVariable({ parameters }, name) {
    return [`$${name}`, `\${${name}}`].includes((parameters[1] ?? "").toLowerCase());
}

;// CONCATENATED MODULE: ./build/core/fix/format.js

/** The blanks and tabs that begin the line of an offset. */
function indentAt(document, offset) {
    const start = document.lines.startOf(document.lines.lineAt(offset));
    return /^[ \t]*/.exec(document.text.slice(start, offset))?.[0] ?? "";
}
/** Whether nothing but blanks and tabs stands before the offset in its line. */
function isFirstInLine(document, offset) {
    const start = document.lines.startOf(document.lines.lineAt(offset));
    return /^\uFEFF?[ \t]*$/.test(document.text.slice(start, offset));
}
/** Whether nothing but blanks and a comment stands after the offset in its line. */
function isLastInLine(document, offset) {
    const end = document.lines.endOf(document.lines.lineAt(offset));
    return /^[ \t\r]*(?:#.*)?$/s.test(document.text.slice(offset, Math.max(offset, end)));
}
/** The ending of the offset's line, else of the line before it (a last line has none), else a line feed. */
function eolAt(document, offset) {
    const line = document.lines.lineAt(offset);
    return document.lines.eolOf(line) || (line > 1 ? document.lines.eolOf(line - 1) : "") || "\n";
}
/** One step of indentation, as an outer block of the file shows it; else a tab where one begins a line, or four blanks. */
const indentUnit = rememberedOf((document) => {
    const pending = [document.tree.directives];
    for (let directives = pending.pop(); directives !== undefined; directives = pending.pop()) {
        for (const directive of directives) {
            if (directive.block === null) {
                continue;
            }
            const first = directive.block.directives.find(({ start }) => isFirstInLine(document, start));
            const outer = indentAt(document, directive.start);
            const inner = first === undefined ? "" : indentAt(document, first.start);
            if (isFirstInLine(document, directive.start) &&
                inner.startsWith(outer) &&
                inner.length > outer.length) {
                return inner.slice(outer.length);
            }
            pending.push(directive.block.directives);
        }
    }
    return /^\t/m.test(document.text) ? "\t" : "    ";
});
/** How lines inside a block are indented: as its first directive that begins a line, else one step deeper than the block. */
function indentInside(document, block, directives) {
    const first = directives.find((directive) => isFirstInLine(document, directive.start));
    if (first !== undefined) {
        return indentAt(document, first.start);
    }
    return block === null ? "" : indentAt(document, block.start) + indentUnit(document);
}
/** A word as its author wrote it, quotes included. */
function format_written(document, word) {
    return document.text.slice(word.start, word.end);
}
/**
 * Writes directives the way their neighbours are written: gaps between name, header name and value are those of the
 * neighbours, or reach the same column where the neighbours are aligned.
 *
 * @param neighbours simple directives of the block
 * @param models `proxy_set_header` lines of an outer level, to be followed where the block has none of its own
 */
function layOut(document, neighbours, models, lines) {
    const simple = neighbours.filter((directive) => directive.block === null && directive.parameters.length > 0);
    const headers = simple.filter(isHeader);
    const proxying = simple.filter(({ name }) => name.value.startsWith("proxy_"));
    const others = (proxying.length > 0 ? proxying : simple).map((directive) => sample(document, directive, 0));
    const ownHeaders = headers.map((directive) => sample(document, directive, 1));
    const modelHeaders = models.map((use) => sample(use.document, use.directive, 1));
    return lines.map((words) => {
        const [name = "", first, ...rest] = words;
        const same = simple.filter((directive) => directive.name.value === name);
        const alike = same.map((directive) => sample(document, directive, 0));
        let text = name;
        if (first !== undefined) {
            text += gap(alike.length > 0 ? alike : others, text.length, 0) + first;
        }
        if (name === "proxy_set_header" && rest.length > 0) {
            const longest = Math.max(...lines.filter(([other]) => other === name).map((line) => line[1]?.length ?? 0));
            const shift = text.length - (first ?? "").length + longest + 1;
            text +=
                ownHeaders.length > 0
                    ? gap(ownHeaders, text.length, 0)
                    : gap(modelHeaders, text.length, shift);
        }
        else if (rest.length > 0) {
            text += " ";
        }
        return `${text}${rest.join(" ")};`;
    });
}
function isHeader(directive) {
    return directive.name.value === "proxy_set_header" && directive.parameters.length === 2;
}
function sample(document, directive, index) {
    const words = [directive.name, ...directive.parameters];
    const before = words[index];
    const after = words[index + 1];
    return before === undefined || after === undefined
        ? null
        : {
            gap: document.text.slice(before.end, after.start),
            column: after.start - directive.start,
        };
}
/** @param column where the next word shall begin if the samples are aligned; 0 for their own column */
function gap(samples, length, column) {
    const usable = samples.filter((one) => one !== null).filter((one) => !/[\r\n#]/.test(one.gap));
    const [first] = usable;
    if (first === undefined) {
        return " ";
    }
    if (first.gap.includes("\t") || first.gap === " ") {
        if (usable.every((one) => one.gap === first.gap)) {
            return first.gap;
        }
    }
    const aligned = usable.every((one) => one.column === first.column && !one.gap.includes("\t"));
    return aligned ? " ".repeat(Math.max(1, (column || first.column) - length)) : " ";
}

;// CONCATENATED MODULE: ./build/core/fix/block.js

/** The level's own text, or null where no file shows it. */
function containerOf(config, level) {
    if (level.opener !== null) {
        const { document, directive } = level.opener;
        const { block } = directive;
        return block === null
            ? null
            : { document, opener: directive, block, directives: block.directives };
    }
    const pass = level.uses.find((use) => use.name === "proxy_pass" && use.include === null);
    const root = config.documents.find((candidate) => candidate.key === config.root);
    const document = pass?.document ?? root;
    return document === undefined || level !== config.main
        ? null
        : { document, opener: null, block: null, directives: document.tree.directives };
}
/** The text of the file that an include brings into a level, or null where the line does not stand at its top. */
function includedContainer({ document, directive }) {
    const { directives } = document.tree;
    return directives.includes(directive)
        ? { document, opener: null, block: null, directives }
        : null;
}
/**
 * The edits that bring these lines into the block. A block on one line is opened up, and then loses the directives that
 * shall go by the same edits.
 */
function insert(container, insertions, removed) {
    const { document } = container;
    const gaps = gapsOf(container, removed);
    const usual = indentInside(document, container.block, container.directives);
    const outer = container.opener === null ? "" : indentAt(document, container.opener.start);
    const edits = [];
    const opened = new Map();
    for (const { anchor, lines } of insertions) {
        const gap = gaps.find((candidate) => isAt(anchor, candidate));
        if (gap === undefined || lines.length === 0) {
            continue;
        }
        const eol = eolAt(document, gap.start);
        const indent = indentBeside(document, anchor) ?? usual;
        const isAfter = anchor.at === "after" || anchor.at === "open";
        if (isAfter && isLastInLine(document, gap.start)) {
            const end = Math.max(gap.start, document.lines.endOf(document.lines.lineAt(gap.start)));
            const text = lines.map((line) => `${eol}${indent}${line}`).join("");
            edits.push({ document, start: end, end, text });
        }
        else if (!isAfter && isFirstInLine(document, gap.end)) {
            const start = lineStart(document, gap.end);
            const text = lines.map((line) => `${indent}${line}${eol}`).join("");
            edits.push({ document, start, end: start, text });
        }
        else {
            const known = opened.get(gap);
            opened.set(gap, known === undefined ? [...lines] : [...known, ...lines]);
        }
    }
    if (opened.size > 0) {
        for (const gap of isOnOneLine(container) ? gaps : opened.keys()) {
            const eol = eolAt(document, gap.start);
            const lines = (opened.get(gap) ?? []).map((line) => `${eol}${usual}${line}`).join("");
            const text = lines + eol + (gap.before === "close" ? outer : usual);
            edits.push({ document, start: gap.start, end: gap.end, text });
        }
        edits.push(...separated(container, outer));
    }
    return edits;
}
/** What stands behind a block on one line begins a line of its own once the block is opened up. */
function separated(container, indent) {
    const { document, block } = container;
    if (block === null || !isOnOneLine(container))
        return [];
    const start = block.end;
    const blanks = /^[ \t]*(?=[^\s#}])/.exec(document.text.slice(start, document.lines.endOf(document.lines.lineAt(start - 1))));
    return blanks === null
        ? []
        : [{ document, start, end: start + blanks[0].length, text: eolAt(document, start) + indent }];
}
/** How the directive that the lines go beside is indented, where it begins a line. */
function indentBeside(document, anchor) {
    return "directive" in anchor && isFirstInLine(document, anchor.directive.start)
        ? indentAt(document, anchor.directive.start)
        : null;
}
/** An offset in the line that an insertion attaches to. */
function anchorOffset(container, anchor) {
    switch (anchor.at) {
        case "after":
            return anchor.directive.end;
        case "before":
            return anchor.directive.start;
        case "open":
            return container.block?.open.end ?? container.document.source.span.start;
        case "close":
            return container.block?.close?.start ?? container.document.source.span.end;
    }
}
function gapsOf(container, removed) {
    const { block, directives, document } = container;
    const gaps = [];
    let start = block?.open.end ?? document.source.span.start;
    let after = "open";
    const loses = isOnOneLine(container);
    for (const directive of directives) {
        if (loses && removed.has(directive)) {
            continue;
        }
        gaps.push({ start, end: directive.start, after, before: directive });
        start = directive.end;
        after = directive;
    }
    const end = block?.close?.start ?? document.source.span.end;
    gaps.push({ start, end, after, before: "close" });
    return gaps;
}
function isAt(anchor, gap) {
    switch (anchor.at) {
        case "after":
            return gap.after === anchor.directive;
        case "before":
            return gap.before === anchor.directive;
        case "open":
            return gap.after === "open";
        case "close":
            return gap.before === "close";
    }
}
function isOnOneLine({ document, block }) {
    return (block !== null &&
        document.lines.lineAt(block.start) ===
            document.lines.lineAt(Math.max(block.start, block.end - 1)));
}
/** A line without its ending; 1-based. */
function lineText({ lines, text }, line) {
    return text.slice(lines.startOf(line), lines.endOf(line));
}
/** The start of the offset's line, after a byte order mark. */
function lineStart(document, offset) {
    const start = document.lines.startOf(document.lines.lineAt(offset));
    return start === 0 && document.text.startsWith("\uFEFF") ? 1 : start;
}

;// CONCATENATED MODULE: ./build/core/fix/change.js


/** Writes `text` in place of the parameters from the one with the given index on. */
function replaceParameters({ document, directive }, from, text) {
    const first = directive.parameters[from];
    const last = directive.parameters.at(-1);
    if (first !== undefined && last !== undefined) {
        return { document, start: first.start, end: last.end, text };
    }
    const at = (last ?? directive.name).end;
    return { document, start: at, end: at, text: ` ${text}` };
}
/** The edits that take directives away. */
function removals(written) {
    const edits = [...written].map(removal).toSorted((left, right) => left.start - right.start);
    // Two neighbours may both claim the blank between them.
    return edits.map((edit, index) => {
        const before = edits.slice(0, index).filter(({ document }) => document === edit.document);
        return { ...edit, start: Math.max(edit.start, ...before.map(({ end }) => end)) };
    });
}
/**
 * Takes the directive's lines where it stands alone there, with a comment at their end and one of two empty lines around;
 * else only the directive and a blank.
 */
function removal({ document, directive }) {
    const { lines, text } = document;
    const isFirst = isFirstInLine(document, directive.start);
    if (isFirst && isLastInLine(document, directive.end)) {
        const first = lines.lineAt(directive.start);
        const last = lines.lineAt(Math.max(directive.start, directive.end - 1));
        const start = lines.startOf(first);
        if (last === lines.count && first > 1) {
            return { document, start: lines.endOf(first - 1), end: lines.endOf(last), text: "" };
        }
        const isEmpty = (line) => line < 1 || lineText(document, line).trim() === "";
        const leavesTwo = isEmpty(first - 1) && last < lines.count && isEmpty(last + 1);
        return { document, start, end: lines.startOf(last + (leavesTwo ? 2 : 1)), text: "" };
    }
    const takesBefore = !isFirst && /[ \t]/.test(text.charAt(directive.start - 1));
    const takesAfter = !takesBefore && /[ \t]/.test(text.charAt(directive.end));
    const start = takesBefore ? directive.start - 1 : directive.start;
    const end = takesAfter ? directive.end + 1 : directive.end;
    return { document, start, end, text: "" };
}
function isOverlapping(left, right) {
    return left.document === right.document && left.start < right.end && right.start < left.end;
}
/** The whole lines that an edit touches. */
function wholeLines({ document, start, end }) {
    const { lines } = document;
    const last = lines.lineAt(Math.max(start, end - 1));
    return { document, span: { start: lines.startOf(lines.lineAt(start)), end: lines.endOf(last) } };
}

;// CONCATENATED MODULE: ./build/core/fix/edit.js
/**
 * Applies edits of one text. Their order does not matter, and an edit that is given twice counts once, since two fixes may
 * bring the same map.
 *
 * @returns null where two edits overlap; an insertion at either end of a replaced span does not
 */
function applyEdits(text, edits) {
    const ordered = edits.toSorted((left, right) => left.start - right.start ||
        left.end - right.end ||
        (left.text < right.text ? -1 : left.text > right.text ? 1 : 0));
    let result = "";
    let at = 0;
    let previous = null;
    for (const edit of ordered) {
        if (previous !== null && isSame(previous, edit)) {
            continue;
        }
        if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
            return null;
        }
        result += text.slice(at, edit.start) + edit.text;
        at = edit.end;
        previous = edit;
    }
    return result + text.slice(at);
}
function isSame(left, right) {
    return left.start === right.start && left.end === right.end && left.text === right.text;
}

;// CONCATENATED MODULE: ./build/core/fix/annotation.js





/** The Ingress in whose annotations a request's remedies are to be written; null where it is about nginx's own text. */
function ingressOf({ level, remedies }) {
    const documents = [
        level.opener?.document,
        ...remedies.map((remedy) => remedy.kind === "replace"
            ? remedy.place.document
            : remedy.kind === "remove"
                ? remedy.use.document
                : undefined),
    ];
    return documents.find((document) => (document?.source.tree ?? null) !== null) ?? null;
}
/** The edits that make all remedies true; null where annotations cannot say one of them. */
function annotationEdits(document, { level, remedies }) {
    const edits = [];
    const lines = [];
    for (const remedy of remedies) {
        const own = editsOf(remedy, document, level);
        if (own === null)
            return null;
        if (typeof own === "string")
            lines.push(own);
        else
            edits.push(...own.filter((edit) => !edits.some((other) => annotation_isSame(edit, other))));
    }
    const added = lines.length === 0 ? [] : insertion(document, lines);
    return added === null ? null : [...withoutEmptySnippet(document, edits), ...added];
}
/** A snippet that loses its last directive goes as a whole: what it says then is a comment at most. */
function withoutEmptySnippet(document, edits) {
    const { annotations } = document.source;
    const snippet = annotations.findLast(({ name }) => name === "configuration-snippet");
    const lines = snippet === undefined ? null : linesOf(snippet, document.text);
    if (snippet === undefined || lines === null)
        return edits;
    const isWithin = ({ start, end }) => snippet.value.start < start && end <= lines.end;
    const own = edits.filter(isWithin);
    const { start } = snippet.value;
    const left = applyEdits(document.text.slice(start, lines.end), own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start })));
    const [head = "", ...text] = left?.split("\n") ?? [];
    const isEmpty = /^[|>]/.test(head) && text.every((line) => /^\s*(?:#|$)/.test(line));
    return own.length > 0 && isEmpty
        ? [...edits.filter((edit) => !isWithin(edit)), { document, ...lines, text: "" }]
        : edits;
}
/** The edits, or the annotation to add. */
function editsOf(remedy, document, level) {
    const { annotations } = document.source;
    switch (remedy.kind) {
        case "replace": {
            const { place, text } = remedy;
            return [{ document: place.document, start: place.span.start, end: place.span.end, text }];
        }
        case "remove":
            return removals([remedy.use]);
        case "header": {
            // What the template sends by itself is right.
            const { name } = remedy;
            const own = annotations.find((each) => each.name === "connection-proxy-header");
            if (name === "Connection" && own !== undefined) {
                const lines = linesOf(own, document.text);
                return lines === null ? null : [{ document, ...lines, text: "" }];
            }
            const lines = annotation_headerLines(document, level, name);
            return /^(?:Upgrade|Connection)$/.test(name) && lines.length > 0 ? removals(lines) : null;
        }
        case "directive": {
            const { name } = remedy;
            const value = remedy.parameters.join(" ");
            const annotation = name.replace(/_/g, "-");
            const isTimeout = /^proxy_(?:read|send)_timeout$/.test(name);
            // An annotation holds for every path of the Ingress.
            if ((isTimeout && hasOtherPaths(level)) || !(isTimeout || name === "proxy_http_version")) {
                return null;
            }
            const written = `"${isTimeout ? value.replace(/s$/, "") : value}"`;
            const known = annotations.findLast((each) => each.name === annotation);
            return known === undefined
                ? `${annotationPrefix}${annotation}: ${written}`
                : [{ document, start: known.value.start, end: known.value.end, text: written }];
        }
    }
}
/** The lines of a snippet that set a header in every location. */
function annotation_headerLines(document, level, header) {
    return effectiveList(level, "proxy_set_header").uses.filter((use) => use.document === document && use.parameters[0]?.toLowerCase() === header.toLowerCase());
}
function hasOtherPaths(level) {
    const server = level.context === "location" ? level.parent : level;
    return (server?.uses.filter(({ name }) => name === "location").length ?? 0) > 1;
}
/** New lines go behind the last annotation that is one line, else before the first. */
function insertion(document, lines) {
    const { annotations } = document.source;
    const isOneLine = ({ start, end }) => document.lines.lineAt(start) === document.lines.lineAt(end);
    const behind = annotations.findLast(isOneLine);
    const anchor = behind ?? annotations[0];
    if (anchor === undefined || !isFirstInLine(document, anchor.start))
        return null;
    const line = document.lines.lineAt(anchor.start);
    const indent = indentAt(document, anchor.start);
    const eol = eolAt(document, anchor.start);
    const text = lines.map((each) => indent + each);
    const at = behind === undefined ? document.lines.startOf(line) : document.lines.endOf(line);
    const added = text.map((each) => (behind === undefined ? each + eol : eol + each)).join("");
    return [{ document, start: at, end: at, text: added }];
}
function annotation_isSame(left, right) {
    return left.start === right.start && left.end === right.end && left.text === right.text;
}

;// CONCATENATED MODULE: ./build/core/fix/connection.js



/** The values to try, best first. */
function choices(request, wanted) {
    if (request.upgrade === "websocket-only") {
        return [whitelist(request, wanted)];
    }
    const raw = { upgrade: "$http_upgrade", maps: [] };
    const literal = { ...raw, connection: { literal: "upgrade" } };
    if (request.connection === "literal" || !wanted.connection) {
        return [literal];
    }
    const { config, traffic } = request;
    // Who clears the header wants connections to be kept, whatever we see of the upstream.
    const keeps = request.keepsConnections || wanted.current?.parameters[1] === "";
    // Where no ordinary requests pass, nobody minds what a map says to them.
    const existing = connectionMaps(config, keeps && traffic === "mixed", false).map((variable) => ({
        ...raw,
        connection: { variable },
    }));
    const name = freeName(config, wanted.current, ["connection_upgrade", "websocket_connection"]);
    const variable = `$${name}`;
    // Other locations come to use a map that is there.
    const keepsAny = keeps || usesNamed(config, "keepalive").length > 0;
    const fresh = {
        ...raw,
        connection: { variable },
        maps: [connectionMap("$http_upgrade", variable, keepsAny)],
    };
    if (request.connection === "map" || traffic === "mixed") {
        return [...existing, fresh];
    }
    // The proof tells whether all that the line reaches is dedicated.
    const wantsMap = wanted.isOuter ||
        (wanted.isShared && !wanted.isIncluded) ||
        variableOf(wanted.current) === name;
    return [...existing, ...(wantsMap ? [fresh, literal] : [literal, fresh])];
}
function connectionMap(source, variable, keepsConnections) {
    return {
        source,
        variable,
        entries: [
            ["default", "upgrade"],
            ["''", keepsConnections ? "''" : "close"],
        ],
    };
}
/** The two maps that let only `websocket` through, where the file has none like them. */
function whitelist(request, wanted) {
    const { config, keepsConnections } = request;
    const [known] = upgradeMaps(config);
    const upgrade = known ?? `$${freeName(config, undefined, ["ws_upgrade", "websocket_upgrade"])}`;
    const upgradeMap = {
        source: "$http_upgrade",
        variable: upgrade,
        entries: [
            ["default", "''"],
            ["websocket", "websocket"],
        ],
    };
    const maps = known === undefined ? [upgradeMap] : [];
    if (request.connection === "literal" || !wanted.connection) {
        return { upgrade, connection: { literal: "upgrade" }, maps };
    }
    const [knownConnection] = connectionMaps(config, keepsConnections, true);
    if (knownConnection !== undefined) {
        return { upgrade, connection: { variable: knownConnection }, maps };
    }
    const names = ["ws_connection", "websocket_connection"];
    const variable = `$${freeName(config, wanted.current, names)}`;
    return {
        upgrade,
        connection: { variable },
        maps: [...maps, connectionMap(upgrade, variable, true)],
    };
}
/** The variables that maps define, as written, in the order of the file. */
function mapVariables(config) {
    return [...definitions(config)]
        .map(([name, use]) => ({ name, use, variable: use.parameters[1] ?? "" }))
        .filter(({ name, use, variable }) => use.name === "map" && variable.toLowerCase() === `$${name}`)
        .map(({ use, variable }) => ({ variable, source: (use.parameters[0] ?? "").toLowerCase() }));
}
/** All maps' variables, probed once per program: every location that lacks the pair asks for them. */
const probedMaps = rememberedOf((config) => mapVariables(config).map(({ variable, source }) => ({
    variable,
    source,
    websocket: evaluate(variable, probeScope(config, "websocket")),
    firefox: evaluate(variable, probeScope(config, "websocket", firefoxHandshake)),
    plain: evaluate(variable, probeScope(config, "plain")),
    h2c: evaluate(variable, probeScope(config, "h2c")),
})));
/** Those that say `upgrade` to a handshake, however the client writes it. */
const upgrading = rememberedOf((config) => probedMaps(config).filter(({ websocket, firefox }) => hasUpgrade(websocket) && hasUpgrade(firefox)));
/**
 * Variables that say `upgrade` to a handshake and something harmless to an ordinary request, best first: those that leave
 * the upstream's connections alone, and those that read `$http_upgrade`.
 */
function connectionMaps(config, keepsConnections, refusesH2c) {
    const harmless = keepsConnections ? ["", "keep-alive"] : ["", "keep-alive", "close"];
    const rank = (value) => isKnown(value) ? harmless.indexOf(value.toLowerCase()) : -1;
    return upgrading(config)
        .filter(({ plain, h2c }) => rank(plain) >= 0 && (!refusesH2c || rank(h2c) >= 0))
        .toSorted((left, right) => Number(right.source === "$http_upgrade") - Number(left.source === "$http_upgrade") ||
        rank(left.plain) - rank(right.plain))
        .map(({ variable }) => variable);
}
function hasUpgrade(value) {
    return (isKnown(value) && value.split(",").some((token) => token.trim().toLowerCase() === "upgrade"));
}
function upgradeMaps(config) {
    const is = (value, wanted) => isKnown(value) && value.toLowerCase() === wanted;
    return probedMaps(config)
        .filter(({ websocket, plain, h2c }) => is(websocket, "websocket") && is(plain, "") && is(h2c, ""))
        .map(({ variable }) => variable);
}
/**
 * A name for a new map's variable: the one that the header already uses and nobody defines, else the first that means
 * nothing yet.
 */
function freeName(config, current, names) {
    const uses = variableUses(config);
    const isFree = (name) => !isDefined(name, config) && (uses.get(name) ?? []).every(isConnectionHeader);
    const [first = "connection_upgrade"] = names;
    const wanted = variableOf(current);
    if (wanted !== undefined && isFree(wanted.toLowerCase())) {
        return wanted;
    }
    for (const name of names) {
        if (isFree(name)) {
            return name;
        }
    }
    let number = 2;
    while (!isFree(`${first}_${number}`)) {
        number++;
    }
    return `${first}_${number}`;
}
/** The name of the variable that is all of a header's value. */
function variableOf(header) {
    const match = /^\$(?:\{(\w+)\}|(\w+))$/.exec(header?.parameters[1] ?? "");
    return match?.[1] ?? match?.[2];
}
function isConnectionHeader(use) {
    return use.name === "proxy_set_header" && use.parameters[0]?.toLowerCase() === "connection";
}
/** Which directives use each variable, by name in lower case. */
const variableUses = rememberedOf((config) => {
    const found = new Map();
    forEachUse(config.main, (use) => {
        for (const name of use.parameters.flatMap(variablesIn)) {
            const uses = found.get(name);
            if (uses === undefined) {
                found.set(name, [use]);
            }
            else {
                uses.push(use);
            }
        }
    });
    return found;
});

;// CONCATENATED MODULE: ./build/core/fix/map.js



/**
 * The edits that could bring new maps: in each of the files that have http level, before its first server or upstream,
 * then before the block that the level itself is in.
 */
function mapEdits(config, level, documents, maps) {
    const places = httpPlaces(config);
    const around = blockAtHttpLevel(level);
    return [...documents].flatMap((document) => {
        const own = around?.document === document ? around.directive : undefined;
        return [...new Set([places.get(document), own])]
            .filter((before) => before !== undefined)
            .map((before) => mapEdit(document, before, maps));
    });
}
/** The server that a level is in, or another block at http level. */
function blockAtHttpLevel(level) {
    let { opener } = level;
    while (opener !== null && opener.level.context !== "http") {
        opener = opener.level.opener;
    }
    return opener;
}
/** In each file with http level, the first server or upstream, else the include that brings one. */
const httpPlaces = rememberedOf((config) => {
    const places = new Map();
    const includes = new Map();
    const levels = config.kind === "http"
        ? [config.main]
        : config.main.uses.filter((use) => use.name === "http").map((use) => use.inner);
    for (const use of levels.flatMap((level) => level?.uses ?? [])) {
        if (use.name === "server" || use.name === "upstream") {
            if (!places.has(use.document)) {
                places.set(use.document, use.directive);
            }
            for (let { include } = use; include !== null; include = include.include) {
                if (!includes.has(include.document)) {
                    includes.set(include.document, include.directive);
                }
            }
        }
    }
    for (const [document, directive] of includes) {
        if (!places.has(document)) {
            places.set(document, directive);
        }
    }
    return places;
});
/** Puts maps before a directive, above the comments that belong to it, with empty lines around. */
function mapEdit(document, before, maps) {
    const { lines } = document;
    const eol = eolAt(document, before.start);
    const indent = indentAt(document, before.start);
    const texts = maps.map((map) => mapText(map, indent, indentUnit(document), eol));
    const text = texts.join(eol + eol) + eol;
    if (!isFirstInLine(document, before.start)) {
        return { document, start: before.start, end: before.start, text: text.trimStart() + indent };
    }
    let line = lines.lineAt(before.start);
    while (lines.startOf(line) > document.source.span.start &&
        /^[ \t]*#/.test(lineText(document, line - 1))) {
        line--;
    }
    const isOpen = lines.startOf(line) <= document.source.span.start ||
        /^\s*$|\{\s*$/.test(lineText(document, line - 1));
    const start = lineStart(document, lines.startOf(line));
    return { document, start, end: start, text: (isOpen ? "" : eol) + text + eol };
}
function mapText(map, indent, unit, eol) {
    const width = Math.max(...map.entries.map(([key]) => key.length));
    return [
        `${indent}map ${map.source} ${map.variable} {`,
        ...map.entries.map(([key, value]) => `${indent}${unit}${key.padEnd(width)} ${value};`),
        `${indent}}`,
    ].join(eol);
}

;// CONCATENATED MODULE: ./build/core/fix/place.js



const HEADER = "proxy_set_header";
/** The order of the published block. */
const ranks = ["proxy_http_version", "upgrade", "connection", "host", "", "proxy_read_timeout"];
const otherHeaders = ranks.indexOf("");
function rankOf([name = "", header = ""]) {
    const index = ranks.indexOf(name === HEADER ? header.toLowerCase() : name);
    return index !== -1 ? index : name === HEADER ? otherHeaders : ranks.length;
}
/**
 * Adds directives to a block, in the order of the published block: after `proxy_pass`, but beside lines that
 * they belong to, and timeouts behind the headers.
 *
 * @returns null where no line of the block may be written
 */
function addLines(site, lines) {
    const { container } = site;
    const anchor = place_anchors(site).find((candidate) => mayWrite(site, candidate));
    if (lines.length === 0 || anchor === undefined) {
        return lines.length === 0 ? [] : null;
    }
    const ordered = lines.toSorted((left, right) => rankOf(left) - rankOf(right));
    const texts = layOut(container.document, container.directives, site.models, ordered);
    const late = behindHeaders(site, anchor);
    const groups = new Map();
    ordered.forEach((words, index) => {
        const place = beside(site, words) ?? (rankOf(words) < otherHeaders ? anchor : late);
        const key = `${place.at} ${anchorOffset(container, place)}`;
        const known = groups.get(key)?.lines ?? [];
        groups.set(key, { anchor: place, lines: [...known, texts[index] ?? ""] });
    });
    return insert(container, [...groups.values()], site.removed);
}
/** All places of the block where lines may be added, best first. */
function place_anchors({ container, level, removed }) {
    const { document, block, directives } = container;
    const kept = directives.filter((directive) => place_isKept(directive, removed));
    const named = (name) => kept.findLast((directive) => directive.name.value === name);
    const brought = level.uses.find((use) => use.name === "proxy_pass" && use.document !== document);
    const include = includeInText(brought)?.directive;
    const preferred = [
        named("proxy_pass"),
        kept.find((directive) => directive === include),
        named(HEADER),
        // Before 1.29.7 a balancing method after `keepalive` takes its place (E62).
        level.context === "upstream" ? kept.at(-1) : undefined,
    ].filter((directive) => directive !== undefined);
    const others = kept.filter((directive) => directive.block === null && !preferred.includes(directive));
    const after = (directive) => ({ at: "after", directive });
    const open = block === null ? [] : [{ at: "open" }];
    const close = (block?.close ?? null) === null ? [] : [{ at: "close" }];
    return [...preferred.map(after), ...open, ...close, ...others.map(after)];
}
/** Whether lines can be added beside the directive: not where it shall go, nor before its `;` is there. */
function place_isKept(directive, removed) {
    return !removed.has(directive) && (directive.block !== null || directive.semicolon !== null);
}
/** The include in the level's own text that led to the use. */
function includeInText(use) {
    let include = use?.include ?? null;
    while (include !== null && include.include !== null && include.include.level === include.level) {
        include = include.include;
    }
    return include;
}
function mayWrite({ container, writable }, anchor) {
    const { document } = container;
    const at = anchorOffset(container, anchor);
    return writable(wholeLines({ document, start: at, end: at, text: "" }));
}
/** The last header line of the block's own text whose name matches. */
function lastHeader(site, header) {
    return lastOf(site, ({ name, parameters }) => name.value === HEADER && header.test(parameters[0]?.value ?? ""));
}
function lastOf({ container, removed }, matches) {
    return container.directives.findLast((directive) => place_isKept(directive, removed) && matches(directive));
}
/**
 * The place next to a line that belongs to the new one: `Upgrade`, `Connection` and `Host` stand together, where one of
 * the first two is there already, and so do the two timeouts.
 */
function beside(site, words) {
    const rank = rankOf(words);
    const isTimeout = /^proxy_(?:read|send)_timeout$/.test(words[0] ?? "");
    const isOfPair = rank > 0 && rank < otherHeaders && site.hasOwnHeaders;
    const partner = isTimeout
        ? lastOf(site, ({ name }) => /^proxy_(?:read|send)_timeout$/.test(name.value))
        : isOfPair
            ? lastHeader(site, /^(?:upgrade|connection)$/i)
            : undefined;
    if (partner === undefined) {
        return null;
    }
    const isAbove = ranks[rank] === "upgrade" && !isBelowComment(site.container.document, partner);
    const anchor = { at: isAbove ? "before" : "after", directive: partner };
    return mayWrite(site, anchor) ? anchor : null;
}
/** Behind the headers that follow the anchor, where there are some. */
function behindHeaders(site, anchor) {
    const directive = lastHeader(site, /^/);
    if (anchor.at !== "after" ||
        anchor.directive.name.value !== "proxy_pass" ||
        directive === undefined ||
        directive.start < anchor.directive.start) {
        return anchor;
    }
    const behind = { at: "after", directive };
    return mayWrite(site, behind) ? behind : anchor;
}
function isBelowComment(document, directive) {
    const line = document.lines.lineAt(directive.start);
    return line > 1 && /^[ \t]*#/.test(lineText(document, line - 1));
}

;// CONCATENATED MODULE: ./build/core/fix/quotes.js

const quotes_variable = /^\$\w+$/;
/** Quotes a variable where every variable of the neighbouring headers is quoted alike; other values stay as they are. */
function quoteAsNeighbours(headers, value) {
    const quotes = new Set(headers
        .map((use) => use.directive.parameters[1])
        .filter((word) => word?.value.includes("$"))
        .map((word) => word?.quote ?? ""));
    return quotes_variable.test(value) ? quotedBy(quotes, value, "") : value;
}
/** A variable that takes another's place keeps its quotes; other values come with their own. */
function quoteAsBefore(header, value) {
    const word = header.directive.parameters[1];
    return word !== undefined && word.value.includes("$") && quotes_variable.test(value)
        ? word.quote + value + word.quote
        : value;
}
/** Quotes a literal as the published guides do, unless the file writes such header values otherwise throughout. */
function quoteAsFile(document, value) {
    return quotedBy(literalQuotes(document), value, '"');
}
const literalQuotes = rememberedOf(({ tree }) => new Set(quotesOfLiterals(tree.directives)));
function* quotesOfLiterals(directives) {
    for (const { name, parameters, block } of directives) {
        const literal = parameters[1];
        if (name.value === "proxy_set_header" && /^[\w-]+$/.test(literal?.value ?? "")) {
            yield literal?.quote ?? "";
        }
        yield* quotesOfLiterals(block?.directives ?? []);
    }
}
function quotedBy(quotes, value, usual) {
    const [only = usual] = quotes;
    const quote = quotes.size === 1 ? only : usual;
    return quote + value + quote;
}

;// CONCATENATED MODULE: ./build/core/fix/title.js




/** What the fix will change, in the file's own names. */
function titleOf(request, level, choice, { onlyMaps, narrows, saysUpgrade }) {
    const remedies = onlyMaps ? [] : request.remedies;
    const target = title_targetOf(level, remedies);
    const hasPair = remedies.some(isPair);
    const reads = remedies.some(isDirective("proxy_read_timeout"));
    const parts = new Set();
    if (hasPair) {
        parts.add(narrows
            ? `forward no other upgrade than websocket ${target}`
            : saysUpgrade
                ? `ask for an upgrade ${target} only where the client does`
                : `forward the upgrade ${target}`);
    }
    for (const remedy of remedies) {
        const isSaid = isPair(remedy) ||
            (hasPair && remedy.kind === "directive") ||
            (reads && isDirective("proxy_send_timeout")(remedy)) ||
            remedies.some((other) => isMoved(remedy, other));
        if (!isSaid) {
            parts.add(partOf(remedy, remedies, target));
        }
    }
    for (const map of choice?.maps ?? []) {
        parts.add(`define ${map.variable}`);
    }
    const title = [...parts].join(", ").replace(/, ([^,]*)$/, " and $1");
    return title.charAt(0).toUpperCase() + title.slice(1);
}
function isPair(remedy) {
    return (remedy.kind === "header" &&
        !isEmptied(remedy.value) &&
        ["upgrade", "connection"].includes(remedy.name.toLowerCase()));
}
function isEmptied(value) {
    return value === "" || value === '""' || value === "''";
}
function isDirective(name) {
    return (remedy) => remedy.kind === "directive" && remedy.name === name;
}
/** Whether `removed` takes away what `remedy` writes elsewhere. */
function isMoved(remedy, removed) {
    if (removed.kind !== "remove") {
        return false;
    }
    const { document, directive, name, parameters } = removed.use;
    if (remedy.kind === "replace" && directive.block !== null) {
        const head = document.text.slice(directive.start, directive.block.open.end);
        return remedy.text.startsWith(head);
    }
    return remedy.kind === "header"
        ? name === "proxy_set_header" && parameters[0]?.toLowerCase() === remedy.name.toLowerCase()
        : remedy.kind === "directive" && remedy.name === name;
}
function title_targetOf(level, remedies) {
    const pass = level.uses.find((use) => use.name === "proxy_pass");
    if (pass !== undefined) {
        return `to ${marked(passedTo(pass, remedies))}`;
    }
    const name = level.opener === null
        ? level.context
        : [level.opener.name, ...level.opener.parameters].join(" ");
    const server = level.uses.find((use) => use.name === "server_name")?.parameters[0];
    return `in ${marked(server === undefined ? name : `${name} ${server}`)}`;
}
/** The target of a `proxy_pass` as it will read. */
function passedTo({ document, directive, parameters }, remedies) {
    const [word] = directive.parameters;
    if (word === undefined) {
        return "the upstream";
    }
    const edits = remedies.flatMap((remedy) => remedy.kind === "replace" &&
        // What ends the directive is no part of the address.
        remedy.text !== ";" &&
        remedy.place.document === document &&
        remedy.place.span.start >= word.start &&
        remedy.place.span.end <= word.end
        ? [
            {
                start: remedy.place.span.start - word.start,
                end: remedy.place.span.end - word.start,
                text: remedy.text,
            },
        ]
        : []);
    const text = document.text.slice(word.start, word.end);
    return edits.length === 0 ? (parameters[0] ?? "") : (applyEdits(text, edits) ?? text);
}
function partOf(remedy, remedies, target) {
    switch (remedy.kind) {
        case "header":
            return isEmptied(remedy.value)
                ? `send no ${marked(remedy.name)} ${target}`
                : `send ${marked(`${remedy.name} ${remedy.value ?? ""}`.trim())} ${target}`;
        case "directive":
            return remedy.name === "proxy_http_version"
                ? `speak HTTP/${remedy.parameters.join(" ")} ${target}`
                : `set ${marked(remedy.name)} to ${marked(remedy.parameters.join(" "))}`;
        case "replace":
            return replaced(remedy.place, remedy.text);
        case "remove": {
            const { name, document, directive, level } = remedy.use;
            const words = directive.parameters.map((word) => format_written(document, word));
            const line = marked([name, ...words].join(" "));
            return level.opener !== null && remedies.some((other) => isMoved(other, remedy))
                ? `move ${line} out of ${marked(level.opener.name)}`
                : `remove ${line}`;
        }
    }
}
function replaced({ document, span }, text) {
    const map = mapAround(document.tree.directives, span.start);
    if (map !== null) {
        return `correct the map for ${map.parameters[1]?.value ?? ""}`;
    }
    const old = document.text.slice(span.start, span.end);
    if (old === "\uFEFF") {
        return "remove the byte order mark";
    }
    if (old === "" || text === "") {
        return old === "" ? `add ${marked(text.trim())}` : `remove ${marked(old.trim())}`;
    }
    return `write ${marked(text.trim())} in place of ${marked(old.trim())}`;
}
/** The `map` that the offset lies in, its opening line included. */
function mapAround(directives, offset) {
    return directivesAround(directives, offset).find(({ name }) => name.value === "map") ?? null;
}

;// CONCATENATED MODULE: ./build/core/fix/plan.js















/** The most candidates of one request. */
const MOST_CANDIDATES = 8;
const plan_HEADER = "proxy_set_header";
/**
 * Finds ways to make all remedies of a request true, best first. Nothing is proven here: the caller applies each candidate,
 * analyses again and takes the first that holds. Nothing is given where the remedies hold already, or where no candidate's
 * edits all lie within `writable`, which is asked for whole lines.
 */
function* fixCandidates(request, writable) {
    const isWritable = (place) => !isShipped(place.document) && writable(place);
    const ingress = ingressOf(request);
    if (ingress !== null) {
        const edits = annotationEdits(ingress, request) ?? [];
        if (isOneResult(edits) && edits.every((edit) => isWritable(wholeLines(edit)))) {
            const hints = { onlyMaps: false, narrows: false, saysUpgrade: false };
            yield { title: titleOf(request, request.level, null, hints), safety: "safe", edits };
        }
        return;
    }
    const plan = new Plan(request, isWritable);
    let given = 0;
    for (const choice of plan.choices()) {
        const edits = plan.edits(choice);
        const maps = choice?.maps ?? [];
        if (edits === null) {
            continue;
        }
        if (edits.length === 0 && maps.length === 0) {
            return;
        }
        const variants = maps.length === 0
            ? [edits]
            : mapEdits(request.config, plan.level, plan.homes(edits), maps).map((map) => [
                map,
                ...edits,
            ]);
        for (const variant of variants) {
            if (isOneResult(variant) && variant.every((edit) => isWritable(wholeLines(edit)))) {
                const title = titleOf(request, plan.level, choice, plan.titleHints(edits, choice));
                yield { title, safety: "safe", edits: variant };
                if (++given === MOST_CANDIDATES) {
                    return;
                }
            }
        }
    }
}
/** Debian's own file, which the repository does not hold (see config/documents.ts). */
function isShipped(document) {
    return document.path === "/etc/nginx/proxy_params";
}
function isOneResult(edits) {
    return [...new Set(edits.map((edit) => edit.document))].every((document) => {
        const own = edits.filter((edit) => edit.document === document);
        return applyEdits(document.text, own) !== null;
    });
}
/** One request, read once for all its candidates. */
class Plan {
    level;
    request;
    writable;
    container;
    headers;
    removed;
    list;
    constructor(request, writable) {
        this.request = request;
        this.writable = writable;
        this.level = settingsLevel(request.level);
        this.container =
            request.beside === null
                ? containerOf(request.config, this.level)
                : includedContainer(request.beside);
        this.headers = wantedHeaders(request.remedies);
        this.removed = request.remedies.flatMap((remedy) => remedy.kind === "remove" ? [remedy.use] : []);
        this.list = this.listInForce();
    }
    /** The choices of `Connection` and `Upgrade` to try; null stands for the values that the remedies give. */
    choices() {
        const connection = this.headers.find(({ name }) => isSameName(name, "Connection"));
        const isGiven = connection !== undefined && connection.value !== null;
        const isChosen = connection !== undefined && !isEmptyValue(connection.value);
        if (!isChosen && !this.headers.some(isRawUpgrade)) {
            return [null];
        }
        const current = this.currentConnection();
        const { beside } = this.request;
        const isOuter = this.level.context !== "location";
        const isShared = beside !== null || this.isShared(current);
        const { isIncluded } = this;
        const wanted = { connection: isChosen, current, isShared, isIncluded, isOuter };
        return [...(isGiven ? [null] : []), ...choices(this.request, wanted)];
    }
    /** What a title cannot tell from the remedies alone. */
    titleHints(edits, choice) {
        const current = this.currentConnection()?.parameters[1] ?? "";
        const upgrade = this.list.uses.find((use) => isNamed(use, "Upgrade"))?.parameters[1];
        return {
            onlyMaps: edits.length === 0,
            narrows: choice !== null && choice.upgrade !== "$http_upgrade" && upgrade === "$http_upgrade",
            saysUpgrade: (hasToken(current, "upgrade") || isSameValue(current, "$http_connection")) &&
                !this.headers.some(({ name }) => isSameName(name, "Upgrade")),
        };
    }
    /**
     * The files that a map may stand in: that of the line itself first, then outwards along the includes; inwards for a line of
     * an included file, since the outermost reaches most of those who include it.
     */
    homes(edits) {
        const homes = new Set(edits.slice(0, 1).map((edit) => edit.document));
        for (const start of [this.currentConnection(), this.level.opener]) {
            for (let use = start ?? null; use !== null; use = use.include) {
                homes.add(use.document);
            }
        }
        if (this.container !== null) {
            homes.add(this.container.document);
        }
        return this.isIncluded ? new Set([...homes].toReversed()) : homes;
    }
    /** The edits for all remedies, maps aside; null where there is no way, empty where there is nothing to do. */
    edits(choice) {
        const draft = { replaced: [], removed: [...this.removed], added: [] };
        if (!this.draftSettings(draft) || !this.draftHeaders(draft, choice)) {
            return null;
        }
        const removed = new Set(draft.removed.map(({ directive }) => directive));
        const added = this.addedLines(draft.added, removed);
        if (added === null) {
            return null;
        }
        const literal = this.literalEdits();
        const replaced = draft.replaced.filter((edit) => !literal.some((other) => isOverlapping(edit, other)));
        const isTaken = added.length > 0 ? this.takenByOpening(removed) : new Set();
        const gone = removals(draft.removed.filter(({ directive }) => !isTaken.has(directive)));
        return [...literal, ...gone, ...replaced, ...added];
    }
    /** What `replace` remedies say, word for word. */
    literalEdits() {
        return this.request.remedies.flatMap((remedy) => {
            if (remedy.kind !== "replace") {
                return [];
            }
            const { place, text } = remedy;
            const { document, span } = place;
            const old = document.text.slice(span.start, span.end);
            return old === text ? [] : [{ document, start: span.start, end: span.end, text }];
        });
    }
    /** Directives that may not repeat: the level's own is replaced, else one is added. */
    draftSettings(draft) {
        const seen = new Set();
        for (const remedy of this.request.remedies) {
            if (remedy.kind !== "directive" || seen.has(remedy.name)) {
                continue;
            }
            seen.add(remedy.name);
            const text = remedy.parameters.join(" ");
            const own = this.level.uses.find((use) => use.name === remedy.name && !this.isRemoved(use));
            const inForce = own ?? this.outerSetting(remedy.name);
            if (inForce?.parameters.join(" ") === text) {
                continue;
            }
            if (own !== undefined) {
                draft.replaced.push(replaceParameters(own, 0, text));
            }
            else if (this.level.hidden.length > 0) {
                return false;
            }
            else {
                draft.added.push([remedy.name, ...remedy.parameters]);
            }
        }
        return true;
    }
    outerSetting(name) {
        const setting = this.level.parent === null ? null : effectiveSetting(this.level.parent, name);
        return setting?.state === "set" ? setting.use : undefined;
    }
    /** The level's own lines are replaced in place; a list of an outer level is repeated here, since one line discards it. */
    draftHeaders(draft, choice) {
        const { uses, level, hidden } = this.list;
        const missing = [];
        /** The new value of each line that is wrong; null where it shall go. */
        const wrong = new Map();
        for (const header of this.headers) {
            const value = this.valueOf(header, choice);
            if (value === null) {
                return false;
            }
            const same = uses.filter((use) => isNamed(use, header.name));
            const isRight = (use) => isSameValue(use.parameters[1] ?? "", value);
            const kept = same.find(isRight) ?? same[0];
            if (kept === undefined) {
                missing.push([plan_HEADER, header.name, value]);
            }
            for (const use of same.filter((other) => !isRight(other))) {
                wrong.set(use, use === kept ? value : null);
            }
        }
        if (wrong.size === 0 && missing.length === 0) {
            return true;
        }
        if (level === this.level) {
            draft.added.push(...missing);
            for (const [use, value] of wrong) {
                if (value === null) {
                    draft.removed.push(use);
                }
                else {
                    draft.replaced.push(replaceParameters(use, 1, quoteAsBefore(use, value)));
                }
            }
            return true;
        }
        draft.added.push(...missing, ...uses.flatMap((use) => copyOf(use, wrong.get(use))));
        return hidden === null;
    }
    /** The parameter to be written; null where only a choice could tell. */
    valueOf(header, choice) {
        const { name, value } = header;
        if (isEmptyValue(value)) {
            return '""';
        }
        if (choice !== null && isSameName(name, "Connection")) {
            return "variable" in choice.connection
                ? quoteAsNeighbours(this.list.uses, choice.connection.variable)
                : this.literal(choice.connection.literal);
        }
        const written = choice !== null && isRawUpgrade(header) ? choice.upgrade : value;
        return written === null ? null : quoteAsNeighbours(this.list.uses, written);
    }
    literal(text) {
        const document = this.container?.document ?? this.list.uses[0]?.document;
        return document === undefined ? text : quoteAsFile(document, text);
    }
    addedLines(lines, removed) {
        const { container, level, list, writable } = this;
        if (container === null) {
            return lines.length === 0 ? [] : null;
        }
        const hasOwnHeaders = list.level === level;
        const models = hasOwnHeaders ? [] : list.uses;
        return addLines({ container, level, hasOwnHeaders, models, removed, writable }, lines);
    }
    /** Directives that go with the blanks around them when a block on one line is opened up. */
    takenByOpening(removed) {
        const { container } = this;
        const isOpened = container !== null && isOnOneLine(container);
        return new Set(isOpened ? container.directives.filter((one) => removed.has(one)) : []);
    }
    isRemoved({ directive }) {
        return this.removed.some((use) => use.directive === directive);
    }
    /** Whether the line to be written stands in a file that the level includes. */
    get isIncluded() {
        const current = this.currentConnection();
        return (this.request.beside !== null ||
            (current !== undefined && current.level === this.level && comesByInclude(current)));
    }
    currentConnection() {
        return this.list.uses.find((use) => isNamed(use, "Connection"));
    }
    /** What holds here once the lines that shall go are gone. */
    listInForce() {
        let found = headerLines(this.level);
        let uses = found.uses.filter((use) => !this.isRemoved(use));
        while (uses.length === 0 && found.uses.length > 0) {
            const outer = found.level?.parent ?? null;
            if (outer === null) {
                break;
            }
            found = headerLines(outer);
            uses = found.uses.filter((use) => !this.isRemoved(use));
        }
        return { ...found, uses };
    }
    /** Whether changing this line, or adding one at this level, reaches further locations than one. */
    isShared(current) {
        if (current !== undefined && current.level === this.level) {
            return (reach(this.request.config).get(current.directive)?.size ?? 0) > 1;
        }
        const locations = new Set();
        forEachUse(this.level, ({ name, level }) => {
            if (name === "proxy_pass") {
                const list = headerLines(level);
                if (list.level === null || isAround(list.level, this.level)) {
                    locations.add(settingsLevel(level).opener?.directive ?? null);
                }
            }
        });
        return locations.size > 1;
    }
}
/** The blocks with a `proxy_pass` in which each header line holds; null stands for a file's top. */
const reach = rememberedOf((config) => {
    const found = new Map();
    for (const { level } of usesNamed(config, "proxy_pass")) {
        const block = settingsLevel(level).opener?.directive ?? null;
        for (const { directive } of headerLines(level).uses) {
            const blocks = found.get(directive);
            if (blocks === undefined) {
                found.set(directive, new Set([block]));
            }
            else {
                blocks.add(block);
            }
        }
    }
    return found;
});
/** Whether `outer` is `inner` or a level around it. */
function isAround(outer, inner) {
    let at = inner;
    while (at !== null && at !== outer) {
        at = at.parent;
    }
    return at !== null;
}
/** `if` and `limit_except` take none of the directives in question: the block around them does. */
function settingsLevel(level) {
    let at = level;
    while (at.parent !== null &&
        (at.context === "location-if" || at.context === "server-if" || at.context === "limit_except")) {
        at = at.parent;
    }
    return at;
}
function wantedHeaders(remedies) {
    const wanted = new Map();
    for (const remedy of remedies) {
        if (remedy.kind === "header") {
            const key = remedy.name.toLowerCase();
            const known = wanted.get(key);
            if (known === undefined || known.value === null) {
                wanted.set(key, { name: remedy.name, value: remedy.value });
            }
        }
    }
    return [...wanted.values()];
}
/** The line as its author wrote it, with another value if there is one; nothing where that is null. */
function copyOf({ document, directive }, value) {
    const [name = "", ...values] = directive.parameters.map((word) => format_written(document, word));
    if (value === null) {
        return [];
    }
    return [[plan_HEADER, name, ...(value === undefined ? values : [value])]];
}
function isSameName(left, right) {
    return left.toLowerCase() === right.toLowerCase();
}
function isNamed(use, name) {
    return isSameName(use.parameters[0] ?? "", name);
}
function isEmptyValue(value) {
    return value === "" || value === '""' || value === "''";
}
function isRawUpgrade({ name, value }) {
    return isSameName(name, "Upgrade") && value === "$http_upgrade";
}
/** Whether a parameter's value is the one that is wanted, which may come in quotes. */
function isSameValue(value, wanted) {
    const plain = (text) => text.replace(/\$\{(\w+)\}/g, "$$$1").toLowerCase();
    return plain(value) === plain(wanted.replace(/^(["'])(.*)\1$/s, "$2"));
}

;// CONCATENATED MODULE: ./build/core/handshake/head.js

/**
 * The request head that reaches the upstream as people write it, one line per header; empty where nothing is proxied.
 * What is not known stands as it is written in the configuration.
 */
function requestHead({ upstream }) {
    if (upstream === null)
        return [];
    const { method, uri, httpVersion, headers } = upstream;
    return [
        `${shown(method)} ${shown(uri)} HTTP/${shown(httpVersion)}`,
        ...headers.map(({ name, value }) => `${name}: ${shown(value)}`),
    ];
}

;// CONCATENATED MODULE: ./build/core/syntax/time.js

/** Milliseconds per unit, in the only order that nginx takes; a bare number, the last, is seconds. */
const scales = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1, 1000];
/** What `parseTime` takes, but for the empty text and numbers that are too large. */
const timePattern = /^(?:(\d+)w *)?(?:(\d+)d *)?(?:(\d+)h *)?(?:(\d+)m *(?!s))?(?:(\d+)s *)?(?:(\d+)ms *)?(\d+)? *$/;
/**
 * Gives the milliseconds of a time as nginx's timeouts take it ("60s", "1h30m", "1h 30m", "500ms", "60"), or null where nginx
 * refuses it: units come from large to small, each once, and months and years are only for directives that count in
 * seconds (`ngx_parse_time`, core/ngx_parse.c).
 */
const parseTime = remembered((text) => {
    const [, ...counts] = timePattern.exec(text) ?? [];
    if (counts.every((count) => count === undefined)) {
        return null;
    }
    const total = counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (scales[index] ?? 0), 0);
    return Number.isSafeInteger(total) ? total : null;
});

;// CONCATENATED MODULE: ./build/core/config/directive-table.js
/**
 * Which directives nginx has, where they may stand, and how many parameters they take: the type flags of each
 * `ngx_command_t` of nginx 1.22.1 and 1.30.6 with Debian's modules and lua-nginx-module, joined.
 *
 * A row reads `CONTEXTS PARAMETERS [block] [once]`; rows of one name are separated by `|`. Contexts: `M`ain, `e`vents,
 * `h`ttp, `u`pstream, `s`erver, server-`i`f, `l`ocation, location-i`f`, limit_e`x`cept, `*` any. `flag` is one of on and
 * off. `once`: nginx refuses to start with "is duplicate" when one level has it twice.
 */
const directiveTable = {
    absolute_redirect: "hsl flag once",
    accept_mutex: "e flag once",
    accept_mutex_delay: "e 1 once",
    access_by_lua: "hslf 1",
    access_by_lua_block: "hslf 0 block",
    access_by_lua_file: "hslf 1",
    access_by_lua_no_postpone: "h flag",
    access_log: "hslfx 1-",
    add_after_body: "hsl 1 once",
    add_before_body: "hsl 1 once",
    add_header: "hslf 2-3",
    add_header_inherit: "hslf 1 once",
    add_trailer: "hslf 2-3",
    add_trailer_inherit: "hslf 1 once",
    addition_types: "hsl 1-",
    aio: "hsl 1",
    aio_write: "hsl flag once",
    alias: "l 1 once",
    allow: "hslx 1",
    ancient_browser: "hsl 1-",
    ancient_browser_value: "hsl 1",
    auth_basic: "hslx 1",
    auth_basic_user_file: "hslx 1",
    auth_delay: "hsl 1 once",
    auth_request: "hsl 1 once",
    auth_request_set: "hsl 2",
    autoindex: "hsl flag once",
    autoindex_exact_size: "hsl flag once",
    autoindex_format: "hsl 1 once",
    autoindex_localtime: "hsl flag once",
    balancer_by_lua_block: "u 0 block",
    balancer_by_lua_file: "u 1",
    body_filter_by_lua: "hslf 1",
    body_filter_by_lua_block: "hslf 0 block",
    body_filter_by_lua_file: "hslf 1",
    break: "silf 0",
    charset: "hslf 1",
    charset_map: "h 2 block",
    charset_types: "hsl 1-",
    chunked_transfer_encoding: "hsl flag once",
    client_body_buffer_size: "hsl 1 once",
    client_body_in_file_only: "hsl 1 once",
    client_body_in_single_buffer: "hsl flag once",
    client_body_temp_path: "hsl 1-4 once",
    client_body_timeout: "hsl 1 once",
    client_header_buffer_size: "hs 1 once",
    client_header_timeout: "hs 1 once",
    client_max_body_size: "hsl 1 once",
    connection_pool_size: "hs 1 once",
    content_by_lua: "lf 1",
    content_by_lua_block: "lf 0 block",
    content_by_lua_file: "lf 1",
    create_full_put_path: "hsl flag once",
    daemon: "M flag once",
    dav_access: "hsl 1-3",
    dav_methods: "hsl 1-",
    debug_connection: "e 1",
    debug_points: "M 1 once",
    default_type: "hsl 1 once",
    deny: "hslx 1",
    directio: "hsl 1",
    directio_alignment: "hsl 1",
    disable_symlinks: "hsl 1-2 once",
    early_hints: "hsl 1-",
    empty_gif: "l 0",
    env: "M 1",
    epoll_events: "e 1 once",
    error_log: "M 1- | hsl 1-",
    error_page: "hslf 2-",
    etag: "hsl flag once",
    events: "M 0 block once",
    exit_worker_by_lua_block: "h 0 block",
    exit_worker_by_lua_file: "h 1",
    expires: "hslf 1-2 once",
    fastcgi_bind: "hsl 1-2 once",
    fastcgi_buffer_size: "hsl 1 once",
    fastcgi_buffering: "hsl flag once",
    fastcgi_buffers: "hsl 2 once",
    fastcgi_busy_buffers_size: "hsl 1 once",
    fastcgi_cache: "hsl 1 once",
    fastcgi_cache_background_update: "hsl flag once",
    fastcgi_cache_bypass: "hsl 1-",
    fastcgi_cache_key: "hsl 1 once",
    fastcgi_cache_lock: "hsl flag once",
    fastcgi_cache_lock_age: "hsl 1 once",
    fastcgi_cache_lock_timeout: "hsl 1 once",
    fastcgi_cache_max_range_offset: "hsl 1 once",
    fastcgi_cache_methods: "hsl 1-",
    fastcgi_cache_min_uses: "hsl 1 once",
    fastcgi_cache_path: "h 2-",
    fastcgi_cache_revalidate: "hsl flag once",
    fastcgi_cache_use_stale: "hsl 1-",
    fastcgi_cache_valid: "hsl 1-",
    fastcgi_catch_stderr: "hsl 1",
    fastcgi_connect_timeout: "hsl 1 once",
    fastcgi_force_ranges: "hsl flag once",
    fastcgi_hide_header: "hsl 1",
    fastcgi_ignore_client_abort: "hsl flag once",
    fastcgi_ignore_headers: "hsl 1-",
    fastcgi_index: "hsl 1 once",
    fastcgi_intercept_errors: "hsl flag once",
    fastcgi_keep_conn: "hsl flag once",
    fastcgi_limit_rate: "hsl 1 once",
    fastcgi_max_temp_file_size: "hsl 1 once",
    fastcgi_next_upstream: "hsl 1-",
    fastcgi_next_upstream_timeout: "hsl 1 once",
    fastcgi_next_upstream_tries: "hsl 1 once",
    fastcgi_no_cache: "hsl 1-",
    fastcgi_param: "hsl 2-3",
    fastcgi_pass: "lf 1 once",
    fastcgi_pass_header: "hsl 1",
    fastcgi_pass_request_body: "hsl flag once",
    fastcgi_pass_request_headers: "hsl flag once",
    fastcgi_read_timeout: "hsl 1 once",
    fastcgi_request_buffering: "hsl flag once",
    fastcgi_send_lowat: "hsl 1 once",
    fastcgi_send_timeout: "hsl 1 once",
    fastcgi_socket_keepalive: "hsl flag once",
    fastcgi_split_path_info: "hsl 1",
    fastcgi_store: "hsl 1 once",
    fastcgi_store_access: "hsl 1-3",
    fastcgi_temp_file_write_size: "hsl 1 once",
    fastcgi_temp_path: "hsl 1-4 once",
    flv: "l 0",
    geo: "h 1-2 block",
    grpc_bind: "hsl 1-2 once",
    grpc_buffer_size: "hsl 1 once",
    grpc_connect_timeout: "hsl 1 once",
    grpc_hide_header: "hsl 1",
    grpc_ignore_headers: "hsl 1-",
    grpc_intercept_errors: "hsl flag once",
    grpc_next_upstream: "hsl 1-",
    grpc_next_upstream_timeout: "hsl 1 once",
    grpc_next_upstream_tries: "hsl 1 once",
    grpc_pass: "lf 1 once",
    grpc_pass_header: "hsl 1",
    grpc_read_timeout: "hsl 1 once",
    grpc_send_timeout: "hsl 1 once",
    grpc_set_header: "hsl 2",
    grpc_socket_keepalive: "hsl flag once",
    grpc_ssl_certificate: "hsl 1 once",
    grpc_ssl_certificate_cache: "hsl 1-3",
    grpc_ssl_certificate_key: "hsl 1 once",
    grpc_ssl_ciphers: "hsl 1 once",
    grpc_ssl_conf_command: "hsl 2",
    grpc_ssl_crl: "hsl 1 once",
    grpc_ssl_name: "hsl 1 once",
    grpc_ssl_password_file: "hsl 1 once",
    grpc_ssl_protocols: "hsl 1-",
    grpc_ssl_server_name: "hsl flag once",
    grpc_ssl_session_reuse: "hsl flag once",
    grpc_ssl_trusted_certificate: "hsl 1 once",
    grpc_ssl_verify: "hsl flag once",
    grpc_ssl_verify_depth: "hsl 1 once",
    gunzip: "hsl flag once",
    gunzip_buffers: "hsl 2 once",
    gzip: "hslf flag once",
    gzip_buffers: "hsl 2 once",
    gzip_comp_level: "hsl 1 once",
    gzip_disable: "hsl 1-",
    gzip_hash: "hsl 1 once",
    gzip_http_version: "hsl 1 once",
    gzip_min_length: "hsl 1 once",
    gzip_no_buffer: "hsl flag once",
    gzip_proxied: "hsl 1-",
    gzip_static: "hsl 1 once",
    gzip_types: "hsl 1-",
    gzip_vary: "hsl flag once",
    gzip_window: "hsl 1 once",
    hash: "u 1-2",
    header_filter_by_lua: "hslf 1",
    header_filter_by_lua_block: "hslf 0 block",
    header_filter_by_lua_file: "hslf 1",
    http: "M 0 block once",
    http2: "hs flag once",
    http2_body_preread_size: "hs 1 once",
    http2_chunk_size: "hsl 1 once",
    http2_idle_timeout: "hs 1",
    http2_max_concurrent_pushes: "hs 1 once",
    http2_max_concurrent_streams: "hs 1 once",
    http2_max_field_size: "hs 1",
    http2_max_header_size: "hs 1",
    http2_max_requests: "hs 1",
    http2_pool_size: "hs 1 once",
    http2_push: "hsl 1",
    http2_push_preload: "hsl flag once",
    http2_recv_buffer_size: "h 1 once",
    http2_recv_timeout: "hs 1",
    http2_streams_index_size: "hs 1 once",
    http3: "hs flag once",
    http3_hq: "hs flag once",
    http3_max_concurrent_streams: "hs 1 once",
    http3_stream_buffer_size: "hs 1 once",
    if: "sl 1- block",
    if_modified_since: "hsl 1 once",
    ignore_invalid_headers: "hs flag once",
    include: "* 1",
    index: "hsl 1-",
    init_by_lua: "h 1",
    init_by_lua_block: "h 0 block",
    init_by_lua_file: "h 1",
    init_worker_by_lua: "h 1",
    init_worker_by_lua_block: "h 0 block",
    init_worker_by_lua_file: "h 1",
    internal: "l 0 once",
    ip_hash: "u 0",
    keepalive: "u 1-2 once",
    keepalive_disable: "hsl 1-2",
    keepalive_min_timeout: "hsl 1 once",
    keepalive_requests: "hsl 1 once | u 1 once",
    keepalive_time: "hsl 1 once | u 1 once",
    keepalive_timeout: "hsl 1-2 once | u 1 once",
    large_client_header_buffers: "hs 2 once",
    least_conn: "u 0",
    limit_conn: "hsl 2",
    limit_conn_dry_run: "hsl flag once",
    limit_conn_log_level: "hsl 1 once",
    limit_conn_status: "hsl 1 once",
    limit_conn_zone: "h 2",
    limit_except: "l 1- block",
    limit_rate: "hslf 1 once",
    limit_rate_after: "hslf 1 once",
    limit_req: "hsl 1-3",
    limit_req_dry_run: "hsl flag once",
    limit_req_log_level: "hsl 1 once",
    limit_req_status: "hsl 1 once",
    limit_req_zone: "h 3",
    lingering_close: "hsl 1 once",
    lingering_time: "hsl 1 once",
    lingering_timeout: "hsl 1 once",
    listen: "s 1-",
    load_module: "M 1",
    location: "sl 1-2 block",
    lock_file: "M 1 once",
    log_by_lua: "hslf 1",
    log_by_lua_block: "hslf 0 block",
    log_by_lua_file: "hslf 1",
    log_format: "h 2-",
    log_not_found: "hsl flag once",
    log_subrequest: "hsl flag once",
    lua_capture_error_log: "h 1",
    lua_check_client_abort: "hslf flag",
    lua_code_cache: "hslf flag",
    lua_http10_buffering: "hslf flag",
    lua_load_resty_core: "h flag",
    lua_malloc_trim: "h 1",
    lua_max_pending_timers: "h 1",
    lua_max_running_timers: "h 1",
    lua_need_request_body: "hslf flag",
    lua_package_cpath: "h 1",
    lua_package_path: "h 1",
    lua_regex_cache_max_entries: "h 1",
    lua_regex_match_limit: "h 1",
    lua_sa_restart: "h flag",
    lua_shared_dict: "h 2",
    lua_socket_buffer_size: "hslf 1",
    lua_socket_connect_timeout: "hslf 1",
    lua_socket_keepalive_timeout: "hslf 1",
    lua_socket_log_errors: "hslf flag",
    lua_socket_pool_size: "hslf 1",
    lua_socket_read_timeout: "hslf 1",
    lua_socket_send_lowat: "hslf 1",
    lua_socket_send_timeout: "hslf 1",
    lua_ssl_ciphers: "hsl 1",
    lua_ssl_conf_command: "hsl 2",
    lua_ssl_crl: "hsl 1",
    lua_ssl_protocols: "hsl 1-",
    lua_ssl_trusted_certificate: "hsl 1",
    lua_ssl_verify_depth: "hsl 1",
    lua_thread_cache_max_entries: "h 1",
    lua_transform_underscores_in_response_headers: "hslf flag",
    lua_use_default_type: "hslf flag",
    lua_worker_thread_vm_pool_size: "h 1",
    mail: "M 0 block once",
    map: "h 2 block",
    map_hash_bucket_size: "h 1 once",
    map_hash_max_size: "h 1 once",
    master_process: "M flag once",
    max_headers: "hs 1 once",
    max_ranges: "hsl 1 once",
    memcached_bind: "hsl 1-2 once",
    memcached_buffer_size: "hsl 1 once",
    memcached_connect_timeout: "hsl 1 once",
    memcached_gzip_flag: "hsl 1 once",
    memcached_next_upstream: "hsl 1-",
    memcached_next_upstream_timeout: "hsl 1 once",
    memcached_next_upstream_tries: "hsl 1 once",
    memcached_pass: "lf 1 once",
    memcached_read_timeout: "hsl 1 once",
    memcached_send_timeout: "hsl 1 once",
    memcached_socket_keepalive: "hsl flag once",
    merge_slashes: "hs flag once",
    min_delete_depth: "hsl 1 once",
    mirror: "hsl 1",
    mirror_request_body: "hsl flag once",
    modern_browser: "hsl 1-2",
    modern_browser_value: "hsl 1",
    mp4: "l 0",
    mp4_buffer_size: "hsl 1 once",
    mp4_max_buffer_size: "hsl 1 once",
    mp4_start_key_frame: "hsl flag once",
    msie_padding: "hsl flag once",
    msie_refresh: "hsl flag once",
    multi_accept: "e flag once",
    open_file_cache: "hsl 1-2 once",
    open_file_cache_errors: "hsl flag once",
    open_file_cache_events: "hsl flag once",
    open_file_cache_min_uses: "hsl 1 once",
    open_file_cache_valid: "hsl 1 once",
    open_log_file_cache: "hsl 1-4 once",
    output_buffers: "hsl 2 once",
    override_charset: "hslf flag once",
    pcre_jit: "M flag once",
    pid: "M 1 once",
    port_in_redirect: "hsl flag once",
    post_action: "hslf 1 once",
    postpone_gzipping: "hsl 1 once",
    postpone_output: "hsl 1 once",
    proxy_bind: "hsl 1-2 once",
    proxy_buffer_size: "hsl 1 once",
    proxy_buffering: "hsl flag once",
    proxy_buffers: "hsl 2 once",
    proxy_busy_buffers_size: "hsl 1 once",
    proxy_cache: "hsl 1 once",
    proxy_cache_background_update: "hsl flag once",
    proxy_cache_bypass: "hsl 1-",
    proxy_cache_convert_head: "hsl flag once",
    proxy_cache_key: "hsl 1 once",
    proxy_cache_lock: "hsl flag once",
    proxy_cache_lock_age: "hsl 1 once",
    proxy_cache_lock_timeout: "hsl 1 once",
    proxy_cache_max_range_offset: "hsl 1 once",
    proxy_cache_methods: "hsl 1-",
    proxy_cache_min_uses: "hsl 1 once",
    proxy_cache_path: "h 2-",
    proxy_cache_revalidate: "hsl flag once",
    proxy_cache_use_stale: "hsl 1-",
    proxy_cache_valid: "hsl 1-",
    proxy_connect_timeout: "hsl 1 once",
    proxy_cookie_domain: "hsl 1-2",
    proxy_cookie_flags: "hsl 1-4",
    proxy_cookie_path: "hsl 1-2",
    proxy_force_ranges: "hsl flag once",
    proxy_headers_hash_bucket_size: "hsl 1 once",
    proxy_headers_hash_max_size: "hsl 1 once",
    proxy_hide_header: "hsl 1",
    proxy_http_version: "hsl 1 once",
    proxy_ignore_client_abort: "hsl flag once",
    proxy_ignore_headers: "hsl 1-",
    proxy_intercept_errors: "hsl flag once",
    proxy_limit_rate: "hsl 1 once",
    proxy_max_temp_file_size: "hsl 1 once",
    proxy_method: "hsl 1 once",
    proxy_next_upstream: "hsl 1-",
    proxy_next_upstream_timeout: "hsl 1 once",
    proxy_next_upstream_tries: "hsl 1 once",
    proxy_no_cache: "hsl 1-",
    proxy_pass: "lfx 1 once",
    proxy_pass_header: "hsl 1",
    proxy_pass_request_body: "hsl flag once",
    proxy_pass_request_headers: "hsl flag once",
    proxy_pass_trailers: "hsl flag once",
    proxy_read_timeout: "hsl 1 once",
    proxy_redirect: "hsl 1-2",
    proxy_request_buffering: "hsl flag once",
    proxy_send_lowat: "hsl 1 once",
    proxy_send_timeout: "hsl 1 once",
    proxy_set_body: "hsl 1 once",
    proxy_set_header: "hsl 2",
    proxy_socket_keepalive: "hsl flag once",
    proxy_ssl_certificate: "hsl 1 once",
    proxy_ssl_certificate_cache: "hsl 1-3",
    proxy_ssl_certificate_key: "hsl 1 once",
    proxy_ssl_ciphers: "hsl 1 once",
    proxy_ssl_conf_command: "hsl 2",
    proxy_ssl_crl: "hsl 1 once",
    proxy_ssl_name: "hsl 1 once",
    proxy_ssl_password_file: "hsl 1 once",
    proxy_ssl_protocols: "hsl 1-",
    proxy_ssl_server_name: "hsl flag once",
    proxy_ssl_session_reuse: "hsl flag once",
    proxy_ssl_trusted_certificate: "hsl 1 once",
    proxy_ssl_verify: "hsl flag once",
    proxy_ssl_verify_depth: "hsl 1 once",
    proxy_store: "hsl 1 once",
    proxy_store_access: "hsl 1-3",
    proxy_temp_file_write_size: "hsl 1 once",
    proxy_temp_path: "hsl 1-4 once",
    quic_active_connection_id_limit: "hs 1 once",
    quic_bpf: "M flag once",
    quic_gso: "hs flag once",
    quic_host_key: "hs 1",
    quic_retry: "hs flag once",
    random: "u 0-2",
    random_index: "l flag once",
    read_ahead: "hsl 1 once",
    real_ip_header: "hsl 1 once",
    real_ip_recursive: "hsl flag once",
    recursive_error_pages: "hsl flag once",
    referer_hash_bucket_size: "sl 1 once",
    referer_hash_max_size: "sl 1 once",
    request_pool_size: "hs 1 once",
    reset_timedout_connection: "hsl flag once",
    resolver: "hsl 1- once | u 1- once",
    resolver_timeout: "hsl 1 once | u 1 once",
    return: "silf 1-2",
    rewrite: "silf 2-3",
    rewrite_by_lua: "hslf 1",
    rewrite_by_lua_block: "hslf 0 block",
    rewrite_by_lua_file: "hslf 1",
    rewrite_by_lua_no_postpone: "h flag",
    rewrite_log: "hsilf flag once",
    root: "hslf 1 once",
    satisfy: "hsl 1 once",
    scgi_bind: "hsl 1-2 once",
    scgi_buffer_size: "hsl 1 once",
    scgi_buffering: "hsl flag once",
    scgi_buffers: "hsl 2 once",
    scgi_busy_buffers_size: "hsl 1 once",
    scgi_cache: "hsl 1 once",
    scgi_cache_background_update: "hsl flag once",
    scgi_cache_bypass: "hsl 1-",
    scgi_cache_key: "hsl 1 once",
    scgi_cache_lock: "hsl flag once",
    scgi_cache_lock_age: "hsl 1 once",
    scgi_cache_lock_timeout: "hsl 1 once",
    scgi_cache_max_range_offset: "hsl 1 once",
    scgi_cache_methods: "hsl 1-",
    scgi_cache_min_uses: "hsl 1 once",
    scgi_cache_path: "h 2-",
    scgi_cache_revalidate: "hsl flag once",
    scgi_cache_use_stale: "hsl 1-",
    scgi_cache_valid: "hsl 1-",
    scgi_connect_timeout: "hsl 1 once",
    scgi_force_ranges: "hsl flag once",
    scgi_hide_header: "hsl 1",
    scgi_ignore_client_abort: "hsl flag once",
    scgi_ignore_headers: "hsl 1-",
    scgi_intercept_errors: "hsl flag once",
    scgi_limit_rate: "hsl 1 once",
    scgi_max_temp_file_size: "hsl 1 once",
    scgi_next_upstream: "hsl 1-",
    scgi_next_upstream_timeout: "hsl 1 once",
    scgi_next_upstream_tries: "hsl 1 once",
    scgi_no_cache: "hsl 1-",
    scgi_param: "hsl 2-3",
    scgi_pass: "lf 1 once",
    scgi_pass_header: "hsl 1",
    scgi_pass_request_body: "hsl flag once",
    scgi_pass_request_headers: "hsl flag once",
    scgi_read_timeout: "hsl 1 once",
    scgi_request_buffering: "hsl flag once",
    scgi_send_timeout: "hsl 1 once",
    scgi_socket_keepalive: "hsl flag once",
    scgi_store: "hsl 1 once",
    scgi_store_access: "hsl 1-3",
    scgi_temp_file_write_size: "hsl 1 once",
    scgi_temp_path: "hsl 1-4 once",
    secure_link: "hsl 1 once",
    secure_link_md5: "hsl 1 once",
    secure_link_secret: "hsl 1 once",
    send_lowat: "hsl 1 once",
    send_timeout: "hsl 1 once",
    sendfile: "hslf flag once",
    sendfile_max_chunk: "hsl 1 once",
    server: "h 0 block | u 1-",
    server_name: "s 1-",
    server_name_in_redirect: "hsl flag once",
    server_names_hash_bucket_size: "h 1 once",
    server_names_hash_max_size: "h 1 once",
    server_rewrite_by_lua_block: "hs 0 block",
    server_rewrite_by_lua_file: "hs 1",
    server_tokens: "hsl 1 once",
    set: "silf 2",
    set_by_lua: "silf 2-",
    set_by_lua_block: "silf 1 block",
    set_by_lua_file: "silf 2-",
    set_real_ip_from: "hsl 1",
    slice: "hsl 1 once",
    source_charset: "hslf 1 once",
    split_clients: "h 2 block",
    ssi: "hslf flag once",
    ssi_ignore_recycled_buffers: "hsl flag once",
    ssi_last_modified: "hsl flag once",
    ssi_min_file_chunk: "hsl 1 once",
    ssi_silent_errors: "hsl flag once",
    ssi_types: "hsl 1-",
    ssi_value_length: "hsl 1 once",
    ssl: "hs flag",
    ssl_buffer_size: "hs 1 once",
    ssl_certificate: "hs 1",
    ssl_certificate_by_lua_block: "hs 0 block",
    ssl_certificate_by_lua_file: "hs 1",
    ssl_certificate_cache: "hs 1-3",
    ssl_certificate_compression: "hs flag once",
    ssl_certificate_key: "hs 1",
    ssl_ciphers: "hs 1 once",
    ssl_client_certificate: "hs 1 once",
    ssl_client_hello_by_lua_block: "hs 0 block",
    ssl_client_hello_by_lua_file: "hs 1",
    ssl_conf_command: "hs 2",
    ssl_crl: "hs 1 once",
    ssl_dhparam: "hs 1 once",
    ssl_early_data: "hs flag once",
    ssl_ecdh_curve: "hs 1 once",
    ssl_ech_file: "hs 1",
    ssl_engine: "M 1",
    ssl_object_cache_inheritable: "M flag once",
    ssl_ocsp: "hs 1 once",
    ssl_ocsp_cache: "hs 1 once",
    ssl_ocsp_responder: "hs 1 once",
    ssl_password_file: "hs 1 once",
    ssl_prefer_server_ciphers: "hs flag once",
    ssl_protocols: "hs 1-",
    ssl_reject_handshake: "hs flag once",
    ssl_session_cache: "hs 1-2",
    ssl_session_fetch_by_lua_block: "h 0 block",
    ssl_session_fetch_by_lua_file: "h 1",
    ssl_session_store_by_lua_block: "h 0 block",
    ssl_session_store_by_lua_file: "h 1",
    ssl_session_ticket_key: "hs 1",
    ssl_session_tickets: "hs flag once",
    ssl_session_timeout: "hs 1 once",
    ssl_stapling: "hs flag once",
    ssl_stapling_file: "hs 1 once",
    ssl_stapling_responder: "hs 1 once",
    ssl_stapling_verify: "hs flag once",
    ssl_trusted_certificate: "hs 1 once",
    ssl_verify_client: "hs 1 once",
    ssl_verify_depth: "hs 1 once",
    sticky: "u 2-",
    stream: "M 0 block once",
    stub_status: "sl 0-1",
    sub_filter: "hsl 2",
    sub_filter_last_modified: "hsl flag once",
    sub_filter_once: "hsl flag once",
    sub_filter_types: "hsl 1-",
    subrequest_output_buffer_size: "hsl 1 once",
    tcp_nodelay: "hsl flag once",
    tcp_nopush: "hsl flag once",
    thread_pool: "M 2-3",
    timer_resolution: "M 1 once",
    try_files: "sl 2- once",
    types: "hsl 0 block",
    types_hash_bucket_size: "hsl 1 once",
    types_hash_max_size: "hsl 1 once",
    underscores_in_headers: "hs flag once",
    uninitialized_variable_warn: "hsilf flag once",
    upstream: "h 1 block",
    use: "e 1",
    user: "M 1-2 once",
    userid: "hsl 1 once",
    userid_domain: "hsl 1 once",
    userid_expires: "hsl 1 once",
    userid_flags: "hsl 1-3",
    userid_mark: "hsl 1 once",
    userid_name: "hsl 1 once",
    userid_p3p: "hsl 1 once",
    userid_path: "hsl 1 once",
    userid_service: "hsl 1 once",
    uwsgi_bind: "hsl 1-2 once",
    uwsgi_buffer_size: "hsl 1 once",
    uwsgi_buffering: "hsl flag once",
    uwsgi_buffers: "hsl 2 once",
    uwsgi_busy_buffers_size: "hsl 1 once",
    uwsgi_cache: "hsl 1 once",
    uwsgi_cache_background_update: "hsl 1 once",
    uwsgi_cache_bypass: "hsl 1-",
    uwsgi_cache_key: "hsl 1 once",
    uwsgi_cache_lock: "hsl flag once",
    uwsgi_cache_lock_age: "hsl 1 once",
    uwsgi_cache_lock_timeout: "hsl 1 once",
    uwsgi_cache_max_range_offset: "hsl 1 once",
    uwsgi_cache_methods: "hsl 1-",
    uwsgi_cache_min_uses: "hsl 1 once",
    uwsgi_cache_path: "h 2-",
    uwsgi_cache_revalidate: "hsl flag once",
    uwsgi_cache_use_stale: "hsl 1-",
    uwsgi_cache_valid: "hsl 1-",
    uwsgi_connect_timeout: "hsl 1 once",
    uwsgi_force_ranges: "hsl flag once",
    uwsgi_hide_header: "hsl 1",
    uwsgi_ignore_client_abort: "hsl flag once",
    uwsgi_ignore_headers: "hsl 1-",
    uwsgi_intercept_errors: "hsl flag once",
    uwsgi_limit_rate: "hsl 1 once",
    uwsgi_max_temp_file_size: "hsl 1 once",
    uwsgi_modifier1: "hsl 1 once",
    uwsgi_modifier2: "hsl 1 once",
    uwsgi_next_upstream: "hsl 1-",
    uwsgi_next_upstream_timeout: "hsl 1 once",
    uwsgi_next_upstream_tries: "hsl 1 once",
    uwsgi_no_cache: "hsl 1-",
    uwsgi_param: "hsl 2-3",
    uwsgi_pass: "lf 1 once",
    uwsgi_pass_header: "hsl 1",
    uwsgi_pass_request_body: "hsl flag once",
    uwsgi_pass_request_headers: "hsl flag once",
    uwsgi_read_timeout: "hsl 1 once",
    uwsgi_request_buffering: "hsl flag once",
    uwsgi_send_timeout: "hsl 1 once",
    uwsgi_socket_keepalive: "hsl flag once",
    uwsgi_ssl_certificate: "hsl 1 once",
    uwsgi_ssl_certificate_cache: "hsl 1-3",
    uwsgi_ssl_certificate_key: "hsl 1 once",
    uwsgi_ssl_ciphers: "hsl 1 once",
    uwsgi_ssl_conf_command: "hsl 2",
    uwsgi_ssl_crl: "hsl 1 once",
    uwsgi_ssl_name: "hsl 1 once",
    uwsgi_ssl_password_file: "hsl 1 once",
    uwsgi_ssl_protocols: "hsl 1-",
    uwsgi_ssl_server_name: "hsl flag once",
    uwsgi_ssl_session_reuse: "hsl flag once",
    uwsgi_ssl_trusted_certificate: "hsl 1 once",
    uwsgi_ssl_verify: "hsl flag once",
    uwsgi_ssl_verify_depth: "hsl 1 once",
    uwsgi_store: "hsl 1 once",
    uwsgi_store_access: "hsl 1-3",
    uwsgi_string: "hsl 1 once",
    uwsgi_temp_file_write_size: "hsl 1 once",
    uwsgi_temp_path: "hsl 1-4 once",
    valid_referers: "sl 1-",
    variables_hash_bucket_size: "h 1 once",
    variables_hash_max_size: "h 1 once",
    worker_aio_requests: "e 1 once",
    worker_connections: "e 1 once",
    worker_cpu_affinity: "M 1- once",
    worker_priority: "M 1 once",
    worker_processes: "M 1 once",
    worker_rlimit_core: "M 1 once",
    worker_rlimit_nofile: "M 1 once",
    worker_shutdown_timeout: "M 1 once",
    working_directory: "M 1 once",
    zone: "u 1-2",
};

;// CONCATENATED MODULE: ./build/core/config/directives.js



const parsed = new Map();
/** The directive's rows, or undefined where nginx and the modules we know have no directive of that name. */
function directiveRows(name) {
    const known = parsed.get(name);
    if (known !== undefined || !Object.hasOwn(directiveTable, name)) {
        return known;
    }
    const rows = (directiveTable[name] ?? "").split(" | ").map((row) => parseRow(name, row));
    parsed.set(name, rows);
    return rows;
}
const values = new Map([
    ["proxy_http_version", "version"],
    ["keepalive", "count"],
    ...["proxy_read", "proxy_send", "proxy_connect", "send", "client_body", "client_header"].map((name) => [`${name}_timeout`, "time"]),
]);
function parseRow(name, row) {
    const [contexts = "", count = "", ...words] = row.split(" ");
    const [least = "0", most] = count === "flag" ? ["1", "1"] : count.split("-");
    return {
        contexts,
        least: Number(least),
        most: most === "" ? Infinity : Number(most ?? least),
        value: count === "flag" ? "flag" : (values.get(name) ?? null),
        block: words.includes("block"),
        once: words.includes("once"),
    };
}
const letters = {
    main: "M",
    events: "e",
    http: "h",
    upstream: "u",
    server: "s",
    "server-if": "i",
    location: "l",
    "location-if": "f",
    limit_except: "x",
    map: "",
    stream: "",
    mail: "",
    other: "",
};
/** Whether we know which directives stand in this context; not so inside `map`, `types`, `stream` or a module's block. */
function isChecked(context) {
    return letters[context] !== "";
}
/** The row that holds in this context, or undefined where nginx says that the directive is not allowed here. */
function rowIn(rows, context) {
    return rows.find((row) => row.contexts === "*" || row.contexts.includes(letters[context]));
}
/** What the parser asks to see that a `;` or `{` is missing. */
const grammar = {
    maxParameters: (name) => maxParameters(name) ?? undefined,
    opensBlock(name) {
        const rows = directiveRows(name);
        if (rows?.some(({ block }) => block) !== true) {
            return rows && "never";
        }
        return rows.every(({ block }) => block) ? "always" : "somewhere";
    },
};
const maxParameters = remembered((name) => {
    const rows = directiveRows(name);
    return rows === undefined ? null : Math.max(...rows.map((row) => row.most));
});
/** The context that a block directive opens. */
function contextInside(name, context) {
    switch (name) {
        case "http":
        case "events":
        case "stream":
        case "mail":
            return context === "main" ? name : "other";
        case "upstream":
        case "server":
            return context === "http" ? name : "other";
        case "location":
            return context === "server" || context === "location" ? "location" : "other";
        case "if":
            return context === "server" ? "server-if" : context === "location" ? "location-if" : "other";
        case "limit_except":
            return context === "location" ? "limit_except" : "other";
        case "map":
        case "geo":
        case "split_clients":
        case "types":
        case "charset_map":
            return "map";
        default:
            return "other";
    }
}
/** The versions to ask when the version is not known: Debian 12's, and the newest whose behaviour was measured. */
const oldestVersion = [1, 22, 1];
const newestVersion = [1, 31, 5];
/** Whether `version` is `since` or later. */
function isSince(version, since) {
    for (let part = 0; part < 3; part++) {
        const difference = (version[part] ?? 0) - (since[part] ?? 0);
        if (difference !== 0) {
            return difference > 0;
        }
    }
    return true;
}
/** `proxy_http_version` defaults to 1.1, `Connection` is not sent and explicit upstreams keep connections (changes of 1.29.7). */
const httpOneOneByDefault = [1, 29, 7];
/** `Host` is the first line, `Host ""` falls back to `$proxy_host`, the last of two wins (E157, E158). */
const hostFirst = [1, 31, 4];
/** `Proxy-Connection` is no longer passed on. */
const proxyConnectionStripped = [1, 31, 0];

;// CONCATENATED MODULE: ./build/core/handshake/upstream-request.js







/** Scheme and authority, then the rest; variables that hold a path end the authority too. */
const addressAndRest = /^([a-z]+:\/\/(?:(?!\$\{?(?:request_uri|uri|document_uri|is_args|[1-9])\b)[^/?#])*)(.*)$/is;
/** Reads a `proxy_pass` for one request. */
function proxyTarget(use, scope) {
    const written = use.parameters[0] ?? "";
    const dynamic = written.includes("$");
    const isInvalid = !/^(?:https?:\/\/|\$|\uE000)/i.test(written);
    const value = evaluate(written, scope);
    const text = shown(value);
    const why = isKnown(value) ? null : value.unknown;
    const socket = /^(https?:\/\/unix:[^:]*)(?::(.*))?$/i.exec(text);
    const parts = socket ?? addressAndRest.exec(text);
    if (parts === null && why !== null) {
        const hidden = unknown(why, text);
        const rest = { address: hidden, host: hidden, port: hidden, uri: hidden };
        return { use, ...rest, dynamic, invalid: isInvalid };
    }
    const address = parts?.[1] ?? text;
    const rest = parts?.[2] ?? "";
    const isSecure = /^https:/i.test(address);
    const [, name = "", port] = /^[a-z]+:\/\/(\[[^\]]*\]|[^:]*)(?::(.*))?$/i.exec(address) ?? [];
    const usual = isSecure ? "443" : "80";
    const host = socket !== null ? "localhost" : port === undefined || port === usual ? name : `${name}:${port}`;
    const wrap = (part) => why !== null && (isOpaque(written) || part.includes("$") || !text.includes("$"))
        ? unknown(why, part)
        : part;
    return {
        use,
        address: wrap(address),
        host: wrap(host),
        port: socket !== null ? "" : wrap(port ?? usual),
        uri: rest === "" ? null : wrap(dynamic && rest.startsWith("?") ? `/${rest}` : rest),
        dynamic,
        invalid: isInvalid,
    };
}
/** The `upstream` block that a target names, or null: names are compared without case. */
function upstreamOf(config, target) {
    return upstreams(config).get(authorityOf(target.address).toLowerCase()) ?? null;
}
/** An address without its scheme. */
function authorityOf(address) {
    return shown(address).replace(/^[a-z]+:\/\//i, "");
}
/** Whether two requests may come to one server: to the same address, or to `upstream` blocks that have a server in common. */
function haveSameServer(config, left, right) {
    const servers = serversBehind(config, left.address);
    return serversBehind(config, right.address).some((server) => servers.includes(server));
}
function serversBehind(config, address) {
    const inner = upstreamOf(config, { address })?.inner ?? null;
    return inner === null
        ? [authorityOf(address)]
        : usesOf(inner, "server").map(({ parameters }) => parameters[0] ?? "");
}
const upstreams = rememberedOf((config) => {
    const named = new Map();
    const http = config.kind === "main" ? usesOf(config.main, "http") : [];
    const levels = config.kind === "http"
        ? [config.main]
        : http.map((use) => use.inner).filter((inner) => inner !== null);
    for (const use of levels.flatMap((level) => usesOf(level, "upstream"))) {
        if (use.parameters[0] !== undefined) {
            named.set(use.parameters[0].toLowerCase(), use);
        }
    }
    return named;
});
/** Directives of an `upstream` that choose its balancing method. */
const balancing = new Set([
    "hash",
    "ip_hash",
    "least_conn",
    "least_time",
    "random",
]);
/**
 * Whether connections to this target are kept for later requests: an `upstream` with `keepalive`, or from 1.29.7 any
 * `upstream` without `keepalive 0` (E57, E58). Before, a balancing method after `keepalive` took its place (E62).
 */
function keepsConnections(config, target, version) {
    const uses = upstreamOf(config, target)?.inner?.uses;
    if (uses === undefined) {
        return false;
    }
    const isNew = isSince(version, httpOneOneByDefault);
    const at = uses.findLastIndex(({ name }) => name === "keepalive");
    if (at < 0) {
        return isNew;
    }
    const isReplaced = !isNew && uses.slice(at).some(({ name }) => balancing.has(name));
    const isUsedOnce = uses.some(({ name, parameters }) => name === "keepalive_requests" && /^0*1?$/.test(parameters[0] ?? ""));
    return uses[at]?.parameters[0] !== "0" && !isUsedOnce && !isReplaced;
}
/**
 * Whether the connection can come from a pool, and return to it where the answer is an ordinary one: a server that is
 * told to close, or asked with HTTP/1.0 and not told otherwise, closes (E42, E53).
 */
function reusesConnection(config, target, request, version) {
    const tokens = new Set(request.headers
        .filter(({ name }) => name.toLowerCase() === "connection")
        .flatMap(({ value }) => (isKnown(value) ? value.split(",") : []))
        .map((token) => token.trim().toLowerCase()));
    const isOld = request.httpVersion === "1.0";
    return (keepsConnections(config, target, version) &&
        !tokens.has("close") &&
        (!isOld || tokens.has("keep-alive")));
}
/** A variable of the request head that a complete configuration does not define: nginx refuses to start (E30). */
function undefinedVariableIn(level, pass, config) {
    if (config.kind !== "main" || config.incomplete.length > 0) {
        return null;
    }
    const texts = headerLines(level).uses.map((use) => use.parameters[1] ?? "");
    for (const text of [...texts, pass.parameters[0] ?? ""]) {
        const name = variablesIn(text).find((each) => !isDefined(each, config));
        if (name !== undefined) {
            return name;
        }
    }
    return null;
}
/** Request headers that nginx has values of its own for: the client's are not passed on. */
const neverPassed = new Set([
    "host",
    "connection",
    "upgrade",
    "te",
    "keep-alive",
    "expect",
    "content-length",
    "transfer-encoding",
]);
/** Those that `proxy_cache` keeps to itself beside. */
const neverPassedToCache = new Set([
    "if-modified-since",
    "if-unmodified-since",
    "if-none-match",
    "if-match",
    "range",
    "if-range",
]);
/** The request head that nginx sends for a scope that has reached `level`. */
function upstreamRequest(level, target, scope, version) {
    scope.proxyHost = target.host;
    scope.proxyPort = target.port;
    const list = headerLines(level);
    // These three are so rare that what we do not see is taken not to have them.
    const passes = useOf(effectiveSetting(level, "proxy_pass_request_headers"));
    const method = useOf(effectiveSetting(level, "proxy_method"));
    const body = useOf(effectiveSetting(level, "proxy_set_body"));
    const httpVersion = settingText(effectiveSetting(level, "proxy_http_version"), isSince(version, httpOneOneByDefault) ? "1.1" : "1.0");
    const headers = ownHeaders(list.uses, scope, version);
    const named = new Set(list.uses.map((use) => (use.parameters[0] ?? "").toLowerCase()));
    addDefaults(headers, named, target, version);
    const sentBody = body === null ? null : evaluate(body.parameters[0] ?? "", scope);
    if (body !== null && sentBody !== null && !named.has("content-length")) {
        headers.push({
            name: "Content-Length",
            value: isKnown(sentBody)
                ? String(utf8Length(sentBody))
                : unknown(sentBody.unknown, `length of ${sentBody.text}`),
            origin: { from: "directive", use: body },
        });
    }
    const length = clientHeader(scope.request, "content_length");
    if (body === null && length !== "" && !named.has("content-length")) {
        headers.push({ name: "Content-Length", value: length, origin: { from: "client" } });
    }
    const stripsOwn = isSince(version, proxyConnectionStripped);
    const cache = useOf(effectiveSetting(level, "proxy_cache"));
    const isCached = cache !== null && cache.parameters[0] !== "off";
    const isStripped = (key) => neverPassed.has(key) ||
        (stripsOwn && key === "proxy-connection") ||
        (isCached && neverPassedToCache.has(key));
    if (passes?.parameters[0]?.toLowerCase() !== "off") {
        for (const [name, value] of scope.request.headers) {
            const key = name.toLowerCase();
            if (!named.has(key) && !isStripped(key)) {
                headers.push({ name, value, origin: { from: "client" } });
            }
        }
    }
    return {
        method: method === null ? scope.method : evaluate(method.parameters[0] ?? "", scope),
        uri: upstreamUri(level, target, scope),
        address: target.address,
        httpVersion,
        httpVersionFrom: useOf(effectiveSetting(level, "proxy_http_version")),
        headers,
        body: sentBody,
        hidden: list.hidden ?? unnamedHeader(list.uses),
    };
}
/** A line of which nobody knows what header it sets. */
function unnamedHeader(uses) {
    const name = uses.map((use) => use.parameters[0] ?? "").find(isOpaque);
    return name === undefined ? null : `a header's name comes from the template's tag ${tagIn(name)}`;
}
function ownHeaders(uses, scope, version) {
    const headers = [];
    const first = isSince(version, hostFirst);
    if (uses.some(({ parameters }) => /\$[1-9]/.test(parameters[1] ?? ""))) {
        // nginx first asks for all lengths: what a map's regular expression captures then is in `$1` of the lines before it.
        for (const { parameters } of uses) {
            evaluate(parameters[1] ?? "", scope);
        }
    }
    let host = null;
    for (const use of uses) {
        const [name = "", text = ""] = use.parameters;
        const value = evaluate(text, scope);
        if (value === "") {
            continue;
        }
        const header = { name, value, origin: { from: "directive", use } };
        if (first && name.toLowerCase() === "host") {
            host = header;
        }
        else {
            headers.push(header);
        }
    }
    return host === null ? headers : [{ ...host, name: "Host" }, ...headers];
}
function addDefaults(headers, named, target, version) {
    const host = { name: "Host", value: target.host, origin: { from: "default" } };
    if (isSince(version, hostFirst)) {
        if (headers[0]?.name.toLowerCase() !== "host") {
            headers.unshift(host);
        }
    }
    else if (!named.has("host")) {
        headers.push(host);
    }
    if (!named.has("connection") && !isSince(version, httpOneOneByDefault)) {
        headers.push({ name: "Connection", value: "close", origin: { from: "default" } });
    }
}
/** The request target as ngx_http_proxy_create_request writes it. */
function upstreamUri(level, target, scope) {
    const { request, query } = scope;
    if (target.uri !== null && target.dynamic) {
        return target.uri;
    }
    const isExactlyKnown = scope.path !== null && query !== null;
    const known = (text) => isExactlyKnown ? text : unknown("it follows the path that the client asks for", text);
    const path = locationPath(level);
    const sample = scope.path ?? path ?? "/";
    const suffix = query === null || query === "" ? "" : `?${query}`;
    if (target.uri === null && scope.sentAsAsked) {
        return request.target ?? known(sample + suffix);
    }
    const replaced = target.uri !== null && scope.replacesPath ? (path ?? "").length : 0;
    const rest = sample.slice(replaced);
    const escapes = scope.isInternal || (request.target ?? "").split("?")[0]?.includes("%") === true;
    const uri = scope.replacesPath ? shown(target.uri ?? "") : "";
    return known(uri + (escapes ? escapePath(rest) : rest) + suffix);
}
/** The path of a prefix or exact location, or null for a regular expression, a named location and none. */
function locationPath(level) {
    for (let at = level; at !== null; at = at.parent) {
        if (at.opener?.name === "location") {
            const [first = "", second] = at.opener.parameters;
            if (second === undefined) {
                const glued = /^(?:=|\^~)(.*)$/.exec(first);
                return glued !== null
                    ? (glued[1] ?? "")
                    : first.startsWith("~") || first.startsWith("@")
                        ? null
                        : first;
            }
            return first === "=" || first === "^~" ? second : null;
        }
    }
    return null;
}
/** `proxy_read_timeout` (`uwsgi_read_timeout` and so on) in milliseconds, 60 s by default; null where it is unknown. */
function idleTimeout(level, pass) {
    const setting = effectiveSetting(level, pass.name.replace(/_pass$/, "_read_timeout"));
    if (setting.state === "default") {
        return 60_000;
    }
    return setting.state === "set" ? parseTime(setting.use.parameters[0] ?? "") : null;
}
function useOf(setting) {
    return setting.state === "set" ? setting.use : null;
}
function settingText(setting, byDefault) {
    switch (setting.state) {
        case "default":
            return byDefault;
        case "set": {
            const [text = ""] = setting.use.parameters;
            const tag = tagIn(text);
            return tag === null
                ? text
                : unknown(`it comes from the template's tag ${tag}`, readable(text));
        }
        case "unknown":
            return unknown(setting.why, "");
    }
}
function utf8Length(text) {
    let length = 0;
    for (const character of text) {
        const code = character.codePointAt(0) ?? 0;
        length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    }
    return length;
}

;// CONCATENATED MODULE: ./build/core/sources/tags.js
const plainTags = {
    bareVariables: false,
    interpolation: "none",
    isDefined: () => false,
};
/** As long as a tag may be, in UTF-16 units: what opens like one and does not end is none. */
const LONGEST_TAG = 4000;
const opening = /\{\{|\{%|\{#|<%|%\{|%%\w{1,100}%%|\\?\$\{|\b__[A-Z][A-Z0-9_]{0,100}__/g;
/** The same where a `$` without braces may begin one: nginx's own variables are everywhere. */
const openingOrDollar = new RegExp(`${opening.source}|\\\\?\\$`, "g");
/** Every tag of Jinja, Liquid, Go, Handlebars, ERB and envsubst, and placeholders such as `%%X%%` and `__X__`. */
function tags_tagsIn(text, options = plainTags) {
    const tags = [];
    const hasBare = options.bareVariables || options.interpolation === "shell";
    const opener = new RegExp(hasBare ? openingOrDollar : opening);
    /** Where no further end of this kind is: a text full of beginnings is looked through once. */
    const endless = new Set();
    const ending = (mark, from) => {
        if (endless.has(mark))
            return -1;
        const at = text.indexOf(mark, from);
        if (at === -1)
            endless.add(mark);
        return at === -1 || at - from > LONGEST_TAG ? -1 : at + mark.length;
    };
    const isJinja = text.includes("{%") || text.includes("{{");
    for (let found = opener.exec(text); found !== null; found = opener.exec(text)) {
        const start = found.index;
        const [mark] = found;
        const tag = tagAt(text, start, mark, ending, options, isJinja);
        if (tag === null) {
            continue;
        }
        if (mark === "<%" && tag.kind !== "value") {
            tags.push(...rubyTags(text, tag));
        }
        else {
            tags.push(tag);
        }
        opener.lastIndex = tag.end;
        const raw = /^\{%[-+]?\s*(raw|verbatim)\s*[-+]?%\}$/.exec(text.slice(start, tag.end))?.[1];
        if (raw !== undefined) {
            const rest = new RegExp(`\\{%[-+]?\\s*end${raw}\\s*[-+]?%\\}`, "g");
            rest.lastIndex = tag.end;
            const close = rest.exec(text);
            if (close !== null) {
                const end = close.index + close[0].length;
                tags.push({ start: close.index, end, kind: "nothing", condition: "" });
                opener.lastIndex = end;
            }
        }
    }
    return tags;
}
function tagAt(text, start, mark, ending, options, isJinja) {
    const value = (end) => ({ start, end, kind: "value", condition: "" });
    switch (mark) {
        case "{{": {
            let end = ending("}}", start + 2);
            while (end !== -1 && text[end] === "}")
                end++;
            return end === -1 ? null : { start, end, ...doubleBraces(text.slice(start + 2, end - 2)) };
        }
        case "{%": {
            const end = ending("%}", start + 2);
            return end === -1 ? null : { start, end, ...jinja(text.slice(start + 2, end - 2)) };
        }
        case "{#": {
            const end = isJinja ? ending("#}", start + 2) : -1;
            return end === -1 ? null : { start, end, kind: "nothing", condition: "" };
        }
        case "<%": {
            const end = ending("%>", start + 2);
            return end === -1 ? null : { start, end, ...(text[start + 2] === "=" ? writes : tags_nothing) };
        }
        case "%{": {
            if (options.interpolation !== "terraform" || text[start - 1] === "%")
                return null;
            const end = braceEnd(text, start + 1);
            return end === -1 ? null : { start, end, ...terraform(text.slice(start + 2, end - 1)) };
        }
        default:
            break;
    }
    if (!mark.includes("$")) {
        return value(start + mark.length);
    }
    if (mark.startsWith("\\")) {
        return null;
    }
    const braced = mark.endsWith("{");
    if (options.interpolation === "terraform") {
        if (!braced || text[start - 1] === "$")
            return null;
        const end = braceEnd(text, start + 1);
        return end === -1 ? null : value(end);
    }
    if (options.interpolation === "shell") {
        const pattern = braced ? /\$\{[^}\n]*\}/y : /\$(?:\w+|\((?:[^()\n]|\([^()\n]*\))*\)|[@*#?!-])/y;
        pattern.lastIndex = start;
        const found = pattern.exec(text);
        return found === null ? null : value(pattern.lastIndex);
    }
    const pattern = braced
        ? /\$\{(?!HTTP_(?:UPGRADE|CONNECTION|SEC_\w+)\})([A-Z][A-Z0-9_]{0,100})(?::?[-=?+][^}\n]{0,300})?\}/y
        : /\$(?!HTTP_|ARG_|COOKIE_)([A-Z][A-Z0-9_]{1,100})\b(?![({])/y;
    pattern.lastIndex = start;
    const [, name = ""] = (braced || options.bareVariables ? pattern.exec(text) : null) ?? [];
    return name === "" || options.isDefined(name.toLowerCase()) ? null : value(pattern.lastIndex);
}
/** The end of what a `{` opens, with braces and strings in it. */
function braceEnd(text, open) {
    let depth = 0;
    for (let at = open; at < Math.min(text.length, open + LONGEST_TAG); at++) {
        const character = text[at];
        if (character === "{")
            depth++;
        else if (character === "}" && --depth === 0)
            return at + 1;
    }
    return -1;
}
const tags_nothing = { kind: "nothing", condition: "" };
const writes = { kind: "value", condition: "" };
function asking(kind, condition) {
    return {
        kind,
        condition: condition
            .trim()
            .replace(/^not\b/, "!")
            .replace(/\s+/g, ""),
    };
}
/** Go's templates and Handlebars have statements in the braces that others have for values. */
function doubleBraces(inside) {
    const code = inside.replace(/^[-~!]?\s*/, "").replace(/\s*[-~]$/, "");
    if (inside.startsWith("!") || code.startsWith("/*"))
        return tags_nothing;
    const [, sign, block, rest = ""] = /^([#^/])\s*(\w*)\s*(.*)$/s.exec(code) ?? [];
    if (sign !== undefined && block !== undefined) {
        if (sign === "/")
            return { kind: "close", condition: "" };
        return asking("open", sign === "^" || block === "unless" ? `not ${block} ${rest}` : `${block} ${rest}`);
    }
    const [, word = "", condition = ""] = /^(\w+)(?![\w.])\s*(.*)$/s.exec(code) ?? [];
    switch (word) {
        case "if":
        case "with":
        case "range":
            // Jinja has a value before an inline `if`, never the word first.
            return asking("open", `${word === "if" ? "" : word} ${condition}`);
        case "else":
            return asking("else", condition.replace(/^if\b/, ""));
        case "end":
            return { kind: "close", condition: "" };
        case "define":
        case "block":
            return { kind: "group", condition: "" };
        case "break":
        case "continue":
        case "fail":
            return tags_nothing;
        default:
            return /^\$[\w.]*\s*(?:,\s*\$\w+\s*)?:?=/.test(code) || isHeading(code) ? tags_nothing : writes;
    }
}
/** Values that are comments once they are written. */
function isHeading(code) {
    return /^ansible_managed\b|\|\s*comment\b/.test(code);
}
function jinja(inside) {
    const code = inside.replace(/^[-+]?\s*/, "").replace(/\s*[-+]?$/, "");
    const [, word = "", rest = ""] = /^(\w+)\s*(.*)$/s.exec(code) ?? [];
    switch (word) {
        case "if":
        case "case":
            return asking("open", rest);
        case "unless":
            return asking("open", `not ${rest}`);
        case "for":
        case "macro":
        case "tablerow":
            return asking("open", `${word} ${rest}`);
        case "else":
            return asking("else", "");
        case "elif":
        case "elsif":
        case "when":
            return asking("else", rest);
        case "block":
        case "with":
        case "filter":
        case "autoescape":
        case "trans":
        case "call":
            return { kind: "group", condition: "" };
        case "set":
            return rest.includes("=") ? tags_nothing : asking("open", "set");
        case "include":
        case "render":
            return writes;
        default:
            return word.startsWith("end") ? { kind: "close", condition: "" } : tags_nothing;
    }
}
/** One tag for each statement of a piece of Ruby that matters; those after the first are empty. */
function rubyTags(text, { start, end }) {
    const inside = text.slice(start + 2, end - 2);
    if (/^[#%]/.test(inside)) {
        return [{ start, end, ...tags_nothing }];
    }
    const whole = ruby(inside);
    const meanings = /[\n;]/.test(inside.trim())
        ? inside
            .split(/[\n;]/)
            .map(ruby)
            .filter(({ kind }) => kind !== "nothing")
        : [whole];
    const [first = tags_nothing, ...others] = meanings;
    return [{ start, end, ...first }, ...others.map((meaning) => ({ start: end, end, ...meaning }))];
}
/** ERB, and what looks like it: EJS and EPP, whose blocks have braces. */
function ruby(inside) {
    const code = inside.replace(/^[-_]?\s*/, "").replace(/\s*[-_]?$/, "");
    const [, word = "", rest = ""] = /^(\w+)\b\s*(.*)$/s.exec(code) ?? [];
    if (/^\}\s*(?:else|elsif)\b/.test(code)) {
        return asking("else", code.replace(/^\}\s*(?:else(?:\s*if)?|elsif)\s*/, "").replace(/\{$/, ""));
    }
    if (code.startsWith("}") || (word === "end" && !/\bdo\b/.test(rest))) {
        return { kind: "close", condition: "" };
    }
    if (/^(?:else|elsif|when|in)$/.test(word)) {
        return asking("else", rest.replace(/\bthen$/, ""));
    }
    const opensAndEnds = /(?:^|[\s;])end$/.test(code);
    if (/^(?:if|unless|case|for|while|until)$/.test(word) && !opensAndEnds) {
        const question = rest.replace(/\s*\{$/, "").replace(/\bthen$/, "");
        return asking("open", word === "unless" ? `not ${question}` : question);
    }
    return /\bdo(?:\s*\|[^|]*\|)?$|\{(?:\s*\|[^|]*\|)?$/.test(code) && !opensAndEnds
        ? asking("open", code)
        : tags_nothing;
}
function terraform(inside) {
    const code = inside.replace(/^~?\s*/, "").replace(/\s*~?$/, "");
    const [, word = "", rest = ""] = /^(\w+)\b\s*(.*)$/s.exec(code) ?? [];
    switch (word) {
        case "if":
            return asking("open", rest);
        case "for":
            return asking("open", `for ${rest}`);
        case "else":
            return asking("else", "");
        default:
            return word === "endif" || word === "endfor" ? { kind: "close", condition: "" } : tags_nothing;
    }
}
/** Where an excerpt leaves something out: anything may stand there. */
function ellipses(body) {
    if (!["..", ". .", "\u2026", "[ ", "<snip>"].some((part) => body.includes(part))) {
        return [];
    }
    const pattern = /(?<=^|[{;\s])[ \t]?(?:\.(?: ?\.)+|\u2026|\[ *(?:\.{2,}|\u2026) *\]|<snip>)(?=[ \t]*(?:[};#\r\n]|$))|(?<=^[ \t]*)\[ [^\]\r\n;{}]* \](?=[ \t]*$)/gm;
    return Array.from(body.matchAll(pattern), ({ 0: written, index }) => ({
        start: index,
        end: index + written.length,
        kind: written.length < 2 ? "nothing" : "value",
        condition: "",
    }));
}

// EXTERNAL MODULE: ./node_modules/picomatch/index.js
var picomatch = __webpack_require__(4006);
;// CONCATENATED MODULE: ./build/core/sources/mask.js


/** More than any real template has. */
const MOST_TAGS = 5000;
/**
 * Makes text that nginx's parser reads out of a template of the same length: tags that write something become words, or
 * parts of words, tags that steer become blanks, and a tag in a line of its own becomes a directive that nobody knows.
 */
function maskTags(text, tags) {
    if (tags.length === 0) {
        return { text, switches: [], macros: new Map(), unreadable: null };
    }
    if (tags.length > MOST_TAGS) {
        const unreadable = `it is a template with more than ${MOST_TAGS} tags`;
        return { text: masked(text, tags, []), switches: [], macros: new Map(), unreadable };
    }
    const { regions, unbalanced } = regionsOf(tags);
    const layout = new Layout(masked(text, tags, []));
    // A condition within a directive makes a part of it unknown, whatever it writes.
    const inline = outermost(regions.filter((region) => layout.isInDirective(region.start)));
    const joined = masked(text, tags.filter((tag) => !isWithin(tag, inline)), inline);
    const settled = inline.length === 0 ? layout : new Layout(joined);
    const around = regions.filter((region) => !isWithin(region, inline));
    // Where branches open a block in different ways and close it together, the first is taken for all.
    const apart = around.filter((region) => contentsOf(region).some((span) => !settled.isWhole(span)));
    const dropped = apart.flatMap((region) => contentsOf(region).slice(1));
    const whole = blanked(joined, dropped);
    const final = apart.length === 0 ? settled : new Layout(whole);
    const rest = around.filter((region) => !apart.includes(region) && !isWithin(region, dropped));
    const cut = inline.find((region) => !layout.holds(region)) ??
        apart.find((region) => contentsOf(region).some((span, index) => decisive.test(index === 0 ? "" : joined.slice(span.start, span.end)))) ??
        rest.find((region) => contentsOf(region).some((span) => !final.isWhole(span)));
    const unreadable = unbalanced
        ? `it is a template, and its tag ${shortened(text, unbalanced)} has no counterpart`
        : cut === undefined
            ? null
            : `it is a template, and its tag ${shortened(text, cut.tags[0] ?? cut)} cuts a block or directive apart`;
    const pieces = [];
    let from = 0;
    for (const end of final.loose) {
        pieces.push(whole.slice(from, end - 1), ";");
        from = end;
    }
    pieces.push(whole.slice(from));
    const macros = macrosOf(text, rest, final);
    const bodies = new Set(macros.values());
    const switches = rest.filter((region) => !bodies.has(region)).map(switchOf);
    return {
        text: pieces.join(""),
        switches,
        macros: new Map([...macros].map(([name, region]) => [name, contentOf(region)])),
        unreadable,
    };
}
/** The macros that the text calls and that stand outside of all blocks: nothing is written where they are. */
function macrosOf(text, regions, layout) {
    const found = new Map();
    const called = new Set(Array.from(text.matchAll(/\{\{[-+]?\s*(\w+)\(/g), ([, name = ""]) => name));
    for (const region of regions) {
        const [tag = region] = region.tags;
        const name = /^\{%[-+]?\s*macro\s+(\w+)/.exec(text.slice(tag.start, tag.end))?.[1];
        if (name !== undefined && called.has(name) && layout.isOutermost(region)) {
            found.set(name, region);
        }
    }
    return found;
}
function contentOf(region) {
    return contentsOf(region)[0] ?? region;
}
/** What in a branch decides on a request's way, so that one branch cannot stand for another. */
const decisive = /\b(?:(?:proxy|grpc|uwsgi|scgi|fastcgi)_\w+|include|return|rewrite|set)\b/;
function blanked(text, spans) {
    return spans.reduce((result, { start, end }) => result.slice(0, start) + filled(result, start, end, " ") + result.slice(end), text);
}
function shortened(text, { start, end }) {
    const tag = text.slice(start, end).replace(/\s+/g, " ");
    return tag.length > 40 ? `${tag.slice(0, 39)}\u2026` : tag;
}
function isWithin(span, outer) {
    return outer.some(({ start, end }) => start <= span.start && span.end <= end);
}
function outermost(regions) {
    return regions.filter((region) => !regions.some((other) => other !== region && other.start <= region.start && region.end <= other.end));
}
function masked(text, tags, opaque) {
    const pieces = [];
    let from = 0;
    const spans = [
        ...tags.map(({ start, end, kind }) => ({ start, end, fill: kind === "value" ? standIn : " " })),
        ...opaque.map(({ start, end }) => ({ start, end, fill: standIn })),
    ].toSorted((a, b) => a.start - b.start);
    for (const { start, end, fill } of spans) {
        pieces.push(text.slice(from, start), filled(text, start, end, fill));
        from = end;
    }
    pieces.push(text.slice(from));
    return pieces.join("");
}
/** As many characters of one kind as the text has there; line endings stay. */
function filled(text, start, end, fill) {
    return text.slice(start, end).replace(/[^\r\n]/g, fill);
}
function regionsOf(tags) {
    const regions = [];
    const open = [];
    let unbalanced = null;
    for (const tag of tags) {
        switch (tag.kind) {
            case "open":
            case "group":
                open.push({ tags: [tag] });
                break;
            case "else": {
                const innermost = open.at(-1);
                if (innermost === undefined)
                    unbalanced ??= tag;
                else
                    innermost.tags.push(tag);
                break;
            }
            case "close": {
                const closed = open.pop();
                const [first] = closed?.tags ?? [];
                if (closed === undefined || first === undefined)
                    unbalanced ??= tag;
                else if (first.kind === "open") {
                    regions.push({ start: first.start, end: tag.end, tags: [...closed.tags, tag] });
                }
                break;
            }
            case "value":
            case "nothing":
                break;
        }
    }
    return { regions, unbalanced: unbalanced ?? open[0]?.tags[0] ?? null };
}
function contentsOf({ tags }) {
    return tags.slice(1).map((tag, index) => ({ start: tags[index]?.end ?? 0, end: tag.start }));
}
function switchOf(region) {
    const conditions = region.tags.filter(({ kind, condition }, index) => index === 0 || (kind === "else" && condition !== ""));
    const spans = contentsOf(region);
    const contents = new Map();
    const questions = [];
    for (const [index, span] of spans.entries()) {
        const tag = region.tags[index];
        if (tag !== undefined && conditions.includes(tag)) {
            contents.set(questions.length, span);
            questions.push(tag.condition);
        }
        else {
            contents.set(conditions.length, span);
        }
    }
    const [only = ""] = questions;
    if (questions.length > 1 || !only.startsWith("!")) {
        return { key: questions.join(" | "), choices: questions.length + 1, contents };
    }
    const turned = new Map([...contents].map(([choice, span]) => [1 - choice, span]));
    return { key: only.replace(/^!/, ""), choices: 2, contents: turned };
}
/** Where directives begin and end in a text, and how deep blocks are nested. */
class Layout {
    /** Ends of tags that are alone in their line, where a directive could begin. */
    loose = [];
    /** Sorted places at which a directive begins or ends, or a block opens or closes. */
    at = [];
    inside = [];
    depth = [];
    constructor(text) {
        const scanner = new Scanner(text, new Problems());
        let depth = 0;
        let within = false;
        const note = (offset) => {
            this.at.push(offset);
            this.inside.push(within);
            this.depth.push(depth);
        };
        note(0);
        for (let kind = scanner.next(); kind !== "end"; kind = scanner.next()) {
            switch (kind) {
                case "word":
                    if (!within && isLoose(text, scanner.start, scanner.end)) {
                        this.loose.push(scanner.end);
                    }
                    else if (!within) {
                        within = true;
                        note(scanner.start + 1);
                    }
                    break;
                case "semicolon":
                    within = false;
                    note(scanner.end);
                    break;
                case "open":
                    within = false;
                    depth++;
                    note(scanner.end);
                    break;
                case "close":
                    within = false;
                    depth--;
                    note(scanner.end);
                    break;
                case "comment":
                case "lua":
                    break;
            }
        }
    }
    isInDirective(offset) {
        return this.inside[this.indexAt(offset)] ?? false;
    }
    /** Whether the span is within one directive. */
    holds({ start, end }) {
        return this.indexAt(start) === this.indexAt(end);
    }
    isOutermost({ start }) {
        return this.depth[this.indexAt(start)] === 0;
    }
    /** Whether the span has nothing but whole directives and blocks. */
    isWhole({ start, end }) {
        const first = this.indexAt(start);
        const last = this.indexAt(end);
        if (this.inside[first] === true || this.inside[last] === true)
            return false;
        const depth = this.depth[first] ?? 0;
        if (this.depth[last] !== depth)
            return false;
        for (let index = first; index <= last; index++) {
            if ((this.depth[index] ?? 0) < depth)
                return false;
        }
        return true;
    }
    /** The last place that is not after the offset. */
    indexAt(offset) {
        let low = 0;
        let high = this.at.length;
        while (high - low > 1) {
            const middle = (low + high) >>> 1;
            if ((this.at[middle] ?? 0) <= offset)
                low = middle;
            else
                high = middle;
        }
        return low;
    }
}
/** Whether a word is nothing but tags, and nothing but blanks, a comment or a block's end follows it in its line. */
function isLoose(text, start, end) {
    for (let at = start; at < end; at++) {
        if (text[at] !== standIn)
            return false;
    }
    const lineEnd = text.indexOf("\n", end);
    return /^[ \t\r]*(?:[#}].*)?$/.test(text.slice(end, lineEnd === -1 ? text.length : lineEnd));
}

;// CONCATENATED MODULE: ./build/core/sources/cut.js


/** Makes a source of a part of a file. */
function cutOut(text, cut) {
    const { name, span, editable, isExample = false, replaced = [] } = cut;
    const { role = null, surroundings = null, dollar = "$" } = cut;
    const pieces = [filled(text, 0, span.start, " ")];
    let from = span.start;
    for (const { start, end, text: other } of replaced) {
        pieces.push(text.slice(from, start), other);
        from = end;
    }
    pieces.push(text.slice(from, span.end), filled(text, span.end, text.length, " "));
    const tags = cut.tags.filter(({ start, end }) => span.start <= start && end <= span.end);
    const { text: masked, switches, macros, unreadable } = maskTags(pieces.join(""), tags);
    return {
        name,
        span,
        masked,
        tree: null,
        annotations: [],
        switches,
        macros,
        editable,
        dollar,
        isExample,
        role,
        surroundings,
        erased: cut.erased ?? null,
        unreadable,
    };
}
/** What an escaped character stands for, in as many characters. */
function cut_unescaped(written, character, before) {
    const fill = /\s/.test(character + before) ? " " : vanishing;
    return fill.repeat(Math.max(0, written.length - character.length)) + character;
}
/** In Terraform `$${` and `%%{` are a plain `${` and `%{`. */
const terraformEscape = /\$\$(?=\{)|%%(?=\{)/g;
/** What of a text stands for itself without its first character. */
function unescapedIn(text, escape) {
    return Array.from(text.matchAll(escape), ({ 0: written, index }) => ({
        start: index,
        end: index + written.length,
        text: cut_unescaped(written, written.slice(1), ""),
    }));
}

;// CONCATENATED MODULE: ./build/core/sources/plain.js






const matchers = new Map();
/** Whether one of the globs matches. */
function matchesAny(globs, path) {
    return globs.some((glob) => {
        const matches = matchers.get(glob) ?? picomatch(glob, { dot: true });
        matchers.set(glob, matches);
        return matches(path);
    });
}
/** Folders in which packages and people keep nginx files under any name. */
const nginxFolder = /(?:^|\/)(?:[^/]*nginx[^/]*|openresty|sites-(?:available|enabled)|conf\.d|http\.d|vhosts(?:\.d)?|vhost\.d|default\.d|snippets)\//i;
const nginxName = /nginx|\.(?:vhost|ngx)$/i;
/** Whether the path alone speaks for nginx. */
function isNginxPath(path) {
    return nginxFolder.test(path) || nginxName.test(path.slice(path.lastIndexOf("/") + 1));
}
/** Endings that others put behind a configuration's name: copies to edit, and templates. */
const copies = /\.(?:sample|default|example|dist|in)$/i;
const templates = /\.(?:template|tmpl|tpl|j2|jinja|jinja2|erb|epp|ejs|gtpl|gotmpl|sigil|ctmpl|tftpl)$/i;
/** What editors, patch, merge tools and package managers put behind the name of a file that they replace or leave alone. */
const leftover = /(?:~|\.(?:orig|rej|bak|old|save|sw[op]|(?:dpkg|ucf)-[a-z]+|rpm(?:save|new|orig)|pac(?:save|new)))$/i;
/** Trees that a package manager or a person copies from elsewhere, of those that linguist counts as vendored. */
const vendored = /(?:^|\/)(?:node_modules|bower_components|vendors?|third[-_]?party|3rd[-_]?party|Godeps\/_workspace)\//i;
/** Why no nginx reads a file unless another one includes it, told by its path; null where it may be read by itself. */
function leftAside(path) {
    if (leftover.test(path))
        return "it is a copy that an editor or a package manager leaves behind";
    return vendored.test(path) ? "it is copied from another project" : null;
}
/** Files that stand beside nginx configuration and are none. */
const notConfiguration = /^(?:Dockerfile|Containerfile|Makefile|Jenkinsfile)\b|^(?:LICENSE|README)$|\.(?:md|mdx|rst|txt|adoc|html?|css|m?[jt]sx?|cjs|json|ya?ml|toml|xml|sh|bash|py|rb|pl|php|go|rs|java|lua|c|h|cpp|sql|tf|hcl|nix|lock|log|gitignore|gitkeep|pem|crt|cer|key|csr|dhparam|htpasswd|svg|png|jpe?g|gif|ico|webp|pdf|zip|t?gz|bz2|woff2?|ttf|bats|snap|service|socket|timer|env|ini|cfg|properties|types)$/i;
/** Whether the path alone may be that of a file which is nothing but nginx configuration. */
function mayBePlain(path) {
    const file = path.slice(path.lastIndexOf("/") + 1);
    const name = file.replace(leftover, "").replace(copies, "").replace(templates, "");
    if (notConfiguration.test(name)) {
        return false;
    }
    return /\.(?:conf|nginx|vhost|ngx|inc)$/i.test(name) || isNginxPath(path);
}
/** Directives that define a variable; nginx's names have no case. */
const plain_definitions = /\b(?:set|geo|(?:map|geo|split_clients)\s+[^\s;{}]+)\s+\$(\w+)/gi;
/**
 * The file as configuration, whether it is any or not: with its tags masked, where it is a template.
 *
 * @param isTerraform Terraform fills it in, where its name does not say so
 */
function plainSource(path, text, isTerraform = /\.tftpl$/i.test(path)) {
    let defined = null;
    const isDefined = (name) => {
        defined ??= new Set(Array.from(text.matchAll(plain_definitions), ([, found = ""]) => found.toLowerCase()));
        return defined.has(name);
    };
    const bareVariables = templates.test(path);
    const interpolation = isTerraform ? "terraform" : "none";
    const tags = tags_tagsIn(text, { bareVariables, interpolation, isDefined });
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
function escapedQuotes(text, tags) {
    return Array.from(text.matchAll(/(?<=\s)\\"\w+\\"(?=[\s;])/g), ({ 0: written, index }) => ({
        start: index,
        end: index + written.length,
        kind: "value",
        condition: "",
    })).filter(({ start, end }) => tags.every((tag) => tag.end <= start || end <= tag.start));
}
/** Whether a tag stands outside of comments and Lua, where what looks like one need be none. */
function hasTagOutside(tags, text) {
    if (tags.length === 0) {
        return false;
    }
    const tree = parse(text);
    const aside = [...tree.comments, ...luaBodies(tree.directives)].toSorted((a, b) => a.start - b.start);
    let next = 0;
    return tags.some(({ start }) => {
        while ((aside[next]?.end ?? Infinity) <= start) {
            next++;
        }
        return (aside[next]?.start ?? Infinity) > start;
    });
}
function luaBodies(directives) {
    return directives.flatMap(({ block }) => block === null ? [] : block.lua === null ? luaBodies(block.directives) : [block.lua]);
}
const blocks = new Set("http events server location upstream map geo split_clients types if limit_except stream mail match charset_map".split(" "));
/** Blocks and directives that other languages with braces and semicolons have too. */
const ambiguous = new Set(`if include return break set index root server user types use zone hash pid env daemon alias allow deny match internal
  expires mail stream status listen ssl random sticky etag resolver`.split(/\s+/));
const known = new Set(`absolute_redirect access_log accept_mutex add_header add_trailer aio alias allow autoindex break charset charset_types
  chunked_transfer_encoding daemon default_type deny directio disable_symlinks empty_gif env error_log error_page etag
  expires gunzip gzip hash http2 http3 if_modified_since ignore_invalid_headers include index internal ip_hash keepalive
  least_conn limit_rate limit_conn limit_req listen load_module lock_file log_format log_not_found master_process
  merge_slashes mirror msie_padding multi_accept override_charset pcre_jit perl_set pid port_in_redirect postpone_output
  random recursive_error_pages reset_timedout_connection resolver return rewrite rewrite_log root satisfy send_timeout
  sendfile sendfile_max_chunk server server_name server_name_in_redirect server_names_hash_bucket_size
  server_names_hash_max_size server_tokens set set_real_ip_from ssi ssl sticky stub_status sub_filter tcp_nodelay
  tcp_nopush thread_pool try_files underscores_in_headers use user userid valid_referers worker_connections
  worker_processes zone`.split(/\s+/));
/** Modules whose directives begin with the module's name. */
const family = /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached|ssl|gzip|brotli|client|auth_basic|auth_request|auth_jwt|limit_conn|limit_req|sub_filter|open_file_cache|open_log_file_cache|keepalive|large_client|lingering|resolver|real_ip|http2|http3|quic|types_hash|map_hash|variables_hash|worker|js|geoip|geoip2|secure_link|vhost_traffic_status|modsecurity|more|set_by_lua|(?:access|content|rewrite|header_filter|body_filter|log|balancer|init|init_worker|ssl_certificate)_by_lua)_/;
const lua = /_by_lua_block$/;
const isNginxName = remembered((name) => known.has(name) || family.test(name) || lua.test(name));
/** Whether hardly another language has such a directive. */
function isTelling(directive) {
    const { name, parameters, block, semicolon } = directive;
    if (name.value === "listen") {
        return semicolon !== null;
    }
    const isVariableBlock = block !== null && parameters.some(({ value }) => /^\$\w/.test(value));
    return (isVariableBlock || !(ambiguous.has(name.value) || name.value === "map" || name.value === "geo"));
}
function plain_isKnown({ name: { value: name, quote }, parameters, block }) {
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
function mayBeOfModule({ name, block, semicolon }) {
    return (/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(name.value) && (block !== null || semicolon !== null));
}
/** In these, each line's first word is data. */
const dataBlocks = new Set("map geo split_clients types charset_map match".split(" "));
/** As many directives tell what a file is. */
const MOST_COUNTED = 1000;
/** Whether more of the directives are nginx's than not, and one of them could hardly be of another program. */
function seemsNginx(tree, byPath) {
    const [first] = tree.directives;
    // An INI section, markup, a script's first line.
    if (first === undefined || /^[[<]/.test(first.name.value) || tree.text.startsWith("#!")) {
        return false;
    }
    let ours = 0;
    let others = 0;
    let hasEnd = false;
    let tells = false;
    const walk = (directives) => {
        for (const directive of directives) {
            if (ours + others >= MOST_COUNTED) {
                return;
            }
            const { name, block, semicolon } = directive;
            if (plain_isKnown(directive)) {
                ours++;
                hasEnd ||= semicolon !== null || dataBlocks.has(name.value) || lua.test(name.value);
                tells ||= isTelling(directive);
                if (block !== null && !dataBlocks.has(name.value)) {
                    walk(block.directives);
                }
            }
            else if (!mayBeOfModule(directive) && !isOpaque(name.value)) {
                others++;
            }
        }
    };
    walk(tree.directives);
    return ours > 0 && ours >= others && (byPath || (tells && hasEnd));
}

;// CONCATENATED MODULE: ./build/core/sources/go.js





/** As many configurations are looked at in one file. */
const MOST_SOURCES = 200;
/** Comments, strings and runes, in which a backtick begins nothing, and raw strings, in which nothing is escaped. */
const token = /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`([^`]*)`/g;
/** What `fmt.Sprintf` puts a value in place of. */
const conversion = /%(?:\[\d+\])?[sdvqt](?!\w)/g;
/** The nginx configuration in the raw strings of a Go file, which is often a template. One that `+` joins is not whole. */
function goSources(text) {
    const sources = [];
    for (const { 0: whole, 1: body, index } of text.matchAll(token)) {
        if (body === undefined || !body.includes(";") || sources.length >= MOST_SOURCES)
            continue;
        const span = { start: index + 1, end: index + whole.length - 1 };
        const isJoined = /\+\s*$/.test(text.slice(Math.max(0, index - 100), index)) ||
            /^\s*\+/.test(text.slice(span.end + 1, span.end + 100));
        const values = tags_tagsIn(body);
        const own = [...values, ...conversions(body, values)].toSorted((a, b) => a.start - b.start);
        if (isJoined || !seemsNginx(parse(maskTags(body, own).text), false))
            continue;
        const tags = own.map((tag) => ({
            ...tag,
            start: tag.start + span.start,
            end: tag.end + span.start,
        }));
        sources.push(cutOut(text, { name: `raw${sources.length}/`, span, tags, editable: true }));
    }
    return sources;
}
function conversions(body, tags) {
    return Array.from(body.matchAll(conversion), ({ 0: written, index }) => ({
        start: index,
        end: index + written.length,
        kind: "value",
        condition: "",
    })).filter(({ start, end }) => tags.every((tag) => tag.end <= start || end <= tag.start));
}

;// CONCATENATED MODULE: ./build/core/sources/erased.js

/** `Upgrade` is what matters here; that nginx hardly starts with what is left of the rest is the same fault. */
const upgrade = /(\bproxy_set_header\s+Upgrade\s+["']?)(\$(?:\{http_upgrade\}|http_upgrade\b))/gi;
/** Where `proxy_set_header Upgrade` reads `$http_upgrade`, which is nothing once the variables are replaced by what a shell has. */
function erasedUpgrades(text) {
    return Array.from(text.matchAll(upgrade), ({ 0: line, 2: variable = "", index }) => {
        const end = index + line.length;
        return { start: end - variable.length, end };
    });
}
/** The text without what stands in the spans; each keeps its length. */
function without(text, spans) {
    let kept = text;
    for (const { start, end } of spans) {
        kept = kept.slice(0, start) + vanishing.repeat(end - start) + kept.slice(end);
    }
    return kept;
}

;// CONCATENATED MODULE: ./build/core/sources/quoted.js




/** As many texts are looked at in one file. */
const quoted_MOST_SOURCES = 200;
/** A command that writes a text in quotes, or a variable that gets one, up to the quote. */
const quoted_opener = /\b(?:(echo|printf)[ \t]+(?:-[a-zA-Z]+[ \t]+)*\$?|(\w+)=)(["'])/g;
/** A command that writes a variable: `echo "$site"`, `printf '%s\n' "$site"`. */
const ofVariable = /\b(echo|printf)[ \t]+(?:-[a-zA-Z]+[ \t]+)*(["']%s(?:\\n)?["'][ \t]+)?"?\$(?:\{(\w+)\}|(\w+))"?(?=[ \t]*[>|])/g;
/** Where such a command says that the text goes: `> path`, `| tee path`. */
const target = /^[^\n;&]*?(?:>>?|\|[ \t]*(?:sudo[ \t]+)?tee(?:[ \t]+-a)?)[ \t]*["']?([^\s"';|&]+)/;
/**
 * The nginx configuration that a script or a Dockerfile writes with `echo '\u2026' > /etc/nginx/\u2026` or `printf`, or puts into a
 * variable that it writes so. Its offsets are the file's; no text is suggested, since that would have to be quoted once more.
 */
function quotedSources(text) {
    const sources = [];
    const openers = new RegExp(quoted_opener);
    const variables = writtenVariables(text);
    for (let match = openers.exec(text); match !== null; match = openers.exec(text)) {
        const [whole, direct, name = "", quote = ""] = match;
        const variable = variables.get(name);
        if (direct === undefined && variable === undefined)
            continue;
        const start = match.index + whole.length;
        const end = closing(text, start, quote);
        if (end === -1)
            continue;
        const body = text.slice(start, end);
        const path = direct === undefined ? variable?.path : targetAt(text, end + 1);
        const isFormat = direct === undefined ? variable?.isFormat : direct === "printf";
        if (path === undefined || !body.includes(";") || sources.length >= quoted_MOST_SOURCES)
            continue;
        openers.lastIndex = end + 1;
        const isDouble = quote === '"';
        const values = tags_tagsIn(body, { ...plainTags, interpolation: isDouble ? "shell" : "none" });
        const own = isFormat === true ? [...values, ...conversionTags(body)] : values;
        const tags = own.toSorted((a, b) => a.start - b.start);
        const replaced = escapes(body, isDouble);
        const plain = cutOut(body, {
            name: "",
            span: { start: 0, end: body.length },
            tags,
            editable: false,
            replaced,
        });
        if (!seemsNginx(parse(plain.masked), isNginxPath(path)))
            continue;
        const moved = (part) => ({
            ...part,
            start: part.start + start,
            end: part.end + start,
        });
        sources.push(cutOut(text, {
            name: `quoted${sources.length}/`,
            span: { start, end },
            tags: tags.map(moved),
            editable: false,
            replaced: replaced.map(moved),
        }));
    }
    return sources;
}
/** The variables that a script writes to a file, by name. */
function writtenVariables(text) {
    const found = new Map();
    for (const match of text.matchAll(ofVariable)) {
        const [whole, command, format, braced, bare = ""] = match;
        const path = targetAt(text, match.index + whole.length);
        const isFormat = command === "printf" && format === undefined;
        if (path !== undefined)
            found.set(braced ?? bare, { path, isFormat });
    }
    return found;
}
/** Where a command says that what it writes goes, looking on from the end of the text. */
function targetAt(text, end) {
    return target.exec(text.slice(end, end + 500))?.[1];
}
/**
 * Where the quote ends; -1 where it does not. In single quotes nothing is escaped. In double ones a command has quotes of its
 * own, and a word between two quotes, as in `"\u2026 Connection "upgrade";"`, joins what stands before and after.
 */
function closing(text, start, quote) {
    if (quote === "'")
        return text.indexOf(quote, start);
    const end = /(?:[^"\\$]|\\[^]|\$(?!\()|\$\((?:[^()\n]|\([^()\n]*\))*\)|"[\w.-]+")*/y;
    end.lastIndex = start;
    end.exec(text);
    return text[end.lastIndex] === quote ? end.lastIndex : -1;
}
/** What `printf` puts a value in place of. */
const quoted_conversion = /%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]/g;
function conversionTags(body) {
    return Array.from(body.matchAll(quoted_conversion), ({ 0: written, index }) => ({
        start: index,
        end: index + written.length,
        kind: "value",
        condition: "",
    }));
}
/**
 * What the shell and the command make of backslashes: `echo` of some shells takes `\n` for a new line, of others only with
 * `-e`, and nobody means anything else by it. At the end of a line a backslash is for the shell or for Docker. Double quotes
 * within double quotes are the shell's, too.
 */
function escapes(body, isDouble) {
    const pattern = isDouble ? /\\(?:\r?\n|.)|"/g : /\\(?:\r?\n|.)/g;
    return Array.from(body.matchAll(pattern), ({ 0: written, index }) => {
        const meaning = written === '"' ? "" : meaningOf(written.slice(1), isDouble);
        const span = { start: index, end: index + written.length };
        return meaning === null
            ? []
            : [{ ...span, text: cut_unescaped(written, meaning, body[index - 1] ?? " ") }];
    }).flat();
}
function meaningOf(character, isDouble) {
    switch (character) {
        case "n":
        case "\n":
        case "\r\n":
            return "\n";
        case "t":
            return " ";
        default:
            return isDouble && /[$`"\\]/.test(character) ? character : null;
    }
}

;// CONCATENATED MODULE: ./build/core/sources/heredoc.js








/** As many configurations are looked at in one file. */
const heredoc_MOST_SOURCES = 200;
/** `<<EOF`, `<<-'EOF'`, `<<\EOF`, and Terraform's `<<~EOT`; `<<<` is none. */
const heredoc_opener = /(?<!<)<<([-~]?)[ \t]*(?:(["'])(\w+)\2|(\\?)([A-Za-z_]\w*))/g;
const shell = {
    tags: { ...plainTags, interpolation: "shell" },
    escape: /\\[$`\\]/g,
    dollar: "\\$",
};
const heredoc_terraform = {
    tags: { ...plainTags, interpolation: "terraform" },
    escape: terraformEscape,
    dollar: "$",
};
/** What is quoted: no values in it. */
const literal = { tags: plainTags, escape: /(?!)/g, dollar: "$" };
/** The nginx configuration in the heredocs of shell scripts and Dockerfiles; quoting decides what the shell replaces. */
function shellSources(text) {
    return [
        ...sourcesIn(text, heredocs(text), ({ isQuoted }) => (isQuoted ? literal : shell)),
        ...quotedSources(text),
    ].toSorted((a, b) => a.span.start - b.span.start);
}
/** The nginx configuration in Terraform's heredocs, and in those of scripts that stand in one, as `user_data` does. */
function terraformSources(text) {
    return sourcesIn(text, heredocs(text), ({ isInner, isQuoted }) => isInner && !isQuoted ? shell : heredoc_terraform);
}
function sourcesIn(text, found, languageOf) {
    const sources = [];
    const isSet = /http_upgrade["']?\s*:?[-=]/i.test(text);
    for (const heredoc of found) {
        const { span, opening } = heredoc;
        const body = text.slice(span.start, span.end);
        const language = languageOf(heredoc);
        const { tags, escape, dollar } = language;
        const erased = language === shell && !isSet ? erasedUpgrades(body) : [];
        const own = tags_tagsIn(body, tags).filter(({ start }) => erased.every((each) => each.start !== start));
        if (sources.length >= heredoc_MOST_SOURCES ||
            !body.includes(";") ||
            !seemsNginx(parse(maskTags(body, own).text), isNginxPath(opening))) {
            continue;
        }
        sources.push(cutOut(text, {
            name: `heredoc${sources.length}/`,
            span,
            tags: own.map((tag) => ({
                ...tag,
                start: tag.start + span.start,
                end: tag.end + span.start,
            })),
            // Other variables of nginx may be lost too, and nginx not start after all.
            editable: erased.length === 0 || !own.some((tag) => heredoc_isVariable(body, tag)),
            dollar,
            erased: erased.length > 0 ? { by: "shell" } : null,
            replaced: [
                ...unescapedIn(body, escape),
                ...erased.map(({ start, end }) => ({ start, end, text: vanishing.repeat(end - start) })),
            ]
                .toSorted((a, b) => a.start - b.start)
                .map((each) => ({
                ...each,
                start: each.start + span.start,
                end: each.end + span.start,
            })),
        }));
    }
    return sources;
}
/** Whether it reads a variable whose name may be nginx's: those of scripts are mostly in capitals. */
function heredoc_isVariable(text, { start, end }) {
    return /^\$\{?[a-z]/.test(text.slice(start, end));
}
/** Every heredoc, and those of the scripts in them. */
function heredocs(text) {
    return heredocsIn(text, { start: 0, end: text.length }, false).flatMap((outer) => {
        const { span, isStripped } = outer;
        const inner = heredocsIn(text, span, isStripped).map((each) => ({ ...each, isInner: true }));
        return [outer, ...inner];
    });
}
/** @param isStripped whether blanks before a delimiter do not count, since what is around takes them away */
function heredocsIn(text, within, isStripped) {
    const found = [];
    let from = 0;
    const openers = new RegExp(heredoc_opener);
    openers.lastIndex = within.start;
    for (let match = openers.exec(text); match !== null; match = openers.exec(text)) {
        const [, strip = "", quote, quoted, backslash = "", bare] = match;
        const delimiter = quoted ?? bare ?? "";
        const lineEnd = text.indexOf("\n", match.index);
        if (lineEnd === -1 || lineEnd >= within.end)
            break;
        // The bodies of one line's heredocs follow each other.
        const start = Math.max(lineEnd + 1, from);
        const end = heredoc_closing(text, start, delimiter, strip !== "" || isStripped);
        if (end === -1 || end > within.end)
            continue;
        const opening = text.slice(text.lastIndexOf("\n", match.index) + 1, lineEnd);
        found.push({
            span: { start, end },
            opening,
            isQuoted: quote !== undefined || backslash !== "",
            isStripped: strip !== "",
            isInner: false,
        });
        from = text.indexOf("\n", end) + 1 || text.length;
        if (!heredoc_opener.test(text.slice(match.index + match[0].length, lineEnd))) {
            openers.lastIndex = Math.max(from, openers.lastIndex);
        }
        heredoc_opener.lastIndex = 0;
    }
    return found;
}
/** Where the line begins that is the delimiter and nothing else; -1 where there is none. */
function heredoc_closing(text, start, delimiter, isIndented) {
    const pattern = new RegExp(`^${isIndented ? "[ \\t]*" : ""}${delimiter}[ \\t]*\\r?$`, "gm");
    pattern.lastIndex = start;
    return pattern.exec(text)?.index ?? -1;
}

;// CONCATENATED MODULE: ./build/core/sources/markdown.js





/** What people write after the fence of such a block. */
const languages = /^(?:nginx|nginxconf|conf|config|txt|text|plain|plaintext|)$/i;
/** As many blocks are looked at in one file. */
const markdown_MOST_SOURCES = 200;
/** The nginx configuration in the fenced blocks of a Markdown file. */
function markdownSources(text) {
    const sources = [];
    for (const { span, language } of fences(text)) {
        const body = text.slice(span.start, span.end);
        const own = [...tags_tagsIn(body), ...ellipses(body)].toSorted((a, b) => a.start - b.start);
        if (sources.length >= markdown_MOST_SOURCES ||
            !languages.test(language) ||
            !seemsNginx(parse(maskTags(body, own).text), /nginx/i.test(language))) {
            continue;
        }
        const tags = own.map((tag) => ({
            ...tag,
            start: tag.start + span.start,
            end: tag.end + span.start,
        }));
        const name = `fence${sources.length}/`;
        sources.push(cutOut(text, { name, span, tags, editable: true, isExample: true }));
    }
    return sources;
}
function fences(text) {
    const found = [];
    const opening = /^[ \t>]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n`]*$/gm;
    for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
        const [whole, fence = "", language = ""] = match;
        const start = match.index + whole.length + 1;
        const closing = new RegExp(`^[ \\t>]*${fence[0] ?? ""}{${fence.length},}[ \\t]*\\r?$`, "gm");
        closing.lastIndex = start;
        const end = closing.exec(text);
        if (end === null)
            break;
        found.push({ span: { start, end: end.index }, language });
        opening.lastIndex = closing.lastIndex;
    }
    return found;
}

;// CONCATENATED MODULE: ./build/core/sources/yaml.js








/** Larger files (UTF-16 units) are generated, and hold no configuration that a person edits. */
const LONGEST = 2_000_000;
/** As many configurations are looked at in one file. */
const yaml_MOST_SOURCES = 200;
/** Text without any of these words holds no configuration that concerns proxying. */
const telling = /\b(?:server|location|upstream|map|proxy_\w+)\b|\bhttp\s*\{/;
/** The nginx configuration in a YAML file, whatever it is for: ConfigMaps, Helm values, compose files, playbooks. */
function yamlSources(path, text) {
    const hasText = text.includes(";") && (telling.test(text) || /-snippets?\b/.test(text));
    const hasAnnotations = text.includes(outdatedPrefix);
    if (text.length > LONGEST || !(hasText || hasAnnotations)) {
        return [];
    }
    const isCompose = /(?:^|\/)(?:docker-)?compose[^/]*$/i.test(path);
    const tags = tags_tagsIn(text, plainTags);
    const plain = yaml_withoutTags(text, tags);
    const roots = rootsOf(plain);
    const found = [];
    for (const [index, contents] of roots.entries()) {
        collect(contents, [index], plain, found);
    }
    const texts = found.filter((each) => isConfiguration(each, text, tags)).slice(0, yaml_MOST_SOURCES);
    const sources = texts.map((each) => sourceOf(each, text, tags, isCompose && each.path.at(-1) === "content"));
    if (!hasAnnotations) {
        return sources;
    }
    const snippets = new Map(texts.map((each, index) => [each.span.end, sources[index]]));
    const taken = new Set();
    const ingresses = ingressSources(roots, plain, (span) => tags.some((tag) => yaml_isWithin(tag, span) && tag.kind === "value" && isAlone(text, tag.start, tag.end)), (value) => {
        const source = snippets.get(value.end);
        if (source?.switches.length !== 0 || source.unreadable !== null)
            return null;
        taken.add(source);
        return source.masked;
    });
    return [...sources.filter((source) => !taken.has(source)), ...ingresses].toSorted((a, b) => a.span.start - b.span.start);
}
/** The root nodes of a file's documents. Never throws: what is no YAML has none. */
function rootsOf(plain) {
    const documents = (0,dist/* parseAllDocuments */.hR)(plain, { logLevel: "silent", uniqueKeys: false });
    return Array.isArray(documents) ? documents.map(({ contents }) => contents) : [];
}
function collect(node, path, text, found) {
    if ((0,dist/* isMap */.jh)(node)) {
        for (const { key, value } of node.items) {
            const name = (0,dist/* isScalar */.jn)(key) ? String(key.value) : "?";
            collect(value, [...path, name], text, found);
        }
    }
    else if ((0,dist/* isSeq */.oP)(node)) {
        for (const [index, item] of node.items.entries()) {
            collect(item, [...path, index], text, found);
        }
    }
    else if ((0,dist/* isScalar */.jn)(node) && typeof node.value === "string" && node.range) {
        const [start, end] = node.range;
        const style = styleOf(node);
        if (style === "literal" || style === "folded") {
            const line = text.indexOf("\n", start) + 1;
            found.push({
                path,
                value: node.value,
                style,
                span: { start: line === 0 ? end : Math.min(line, end), end },
                lastEnd: start + text.slice(start, end).trimEnd().length,
            });
        }
        else {
            const quote = style === "plain" ? 0 : 1;
            found.push({
                path,
                value: node.value,
                style,
                span: { start: start + quote, end: end - quote },
                lastEnd: end,
            });
        }
    }
}
function styleOf({ type }) {
    switch (type) {
        case dist/* Scalar */.X5.BLOCK_LITERAL:
            return "literal";
        case dist/* Scalar */.X5.BLOCK_FOLDED:
            return "folded";
        case dist/* Scalar */.X5.QUOTE_DOUBLE:
            return "double";
        case dist/* Scalar */.X5.QUOTE_SINGLE:
            return "single";
        default:
            return "plain";
    }
}
/** The file as YAML may see it: lines of nothing but tags are blank, other tags are parts of a word. */
function yaml_withoutTags(text, tags) {
    const pieces = [];
    let from = 0;
    for (const { start, end, kind } of tags) {
        if (start < from)
            continue;
        pieces.push(text.slice(from, start));
        pieces.push(filled(text, start, end, kind === "value" && !isAlone(text, start, end) ? standIn : " "));
        from = end;
    }
    pieces.push(text.slice(from));
    return pieces.join("");
}
function yaml_isWithin(inner, outer) {
    return outer.start <= inner.start && inner.end <= outer.end;
}
function isAlone(text, start, end) {
    const lineEnd = text.indexOf("\n", end);
    return (/^[ \t]*$/.test(text.slice(text.lastIndexOf("\n", start - 1) + 1, start)) &&
        /^[ \t\r]*$/.test(text.slice(end, lineEnd === -1 ? text.length : lineEnd)));
}
function isConfiguration({ value, path, span, style }, text, tags) {
    if (!value.includes(";") || isUnknownAnnotation(path)) {
        return false;
    }
    if (snippetOf(path) !== null) {
        return true;
    }
    if (!telling.test(value)) {
        return false;
    }
    // In a folded text a comment goes on over what looks like the next lines.
    if (style === "folded" && value.includes("#")) {
        return false;
    }
    const own = tags
        .filter(({ start, end }) => span.start <= start && end <= span.end)
        .map((tag) => ({ ...tag, start: tag.start - span.start, end: tag.end - span.start }));
    const content = style === "double" ? value : yaml_withoutTags(text.slice(span.start, span.end), own);
    return seemsNginx(parse(content), isNamedNginx(path));
}
/** What stands under such a name, nginx never sees. */
function isUnknownAnnotation(path) {
    const key = String(path.at(-1));
    const name = key.slice(annotationPrefix.length);
    return (key.startsWith(outdatedPrefix) ||
        (key.startsWith(annotationPrefix) && !/^(?:server|configuration)-snippet$/.test(name)));
}
/** What a key of an ingress controller's annotations, resources and ConfigMap says that its text is. */
function snippetOf(path) {
    const key = String(path.at(-1));
    const [, controller, kind, plural] = /^(nginx\.ingress\.kubernetes\.io\/|nginx\.(?:org|com)\/)?(http|server|configuration|location)-snippet(s?)$/.exec(key) ?? [];
    if (kind === undefined) {
        return null;
    }
    // F5's controller names them in the plural.
    const isOwn = controller === undefined ? plural === "" : controller.includes("kubernetes");
    return {
        role: kind === "http" || kind === "server" ? kind : "location",
        surroundings: isOwn ? "ingress-nginx" : "nginx-ingress",
    };
}
/** Whether a key says that its text is nginx configuration: `default.conf`, `nginx.conf`. */
function isNamedNginx(path) {
    const name = path.at(-1);
    return (typeof name === "string" &&
        leftAside(name) === null &&
        (isNginxPath(name) || (/\.\w+$/.test(name) && mayBePlain(name))));
}
/** A source for a text; in compose files `$$` is a `$`, and what one `$` begins is compose's own. */
function sourceOf({ path, span, lastEnd, style }, text, tags, isInterpolated) {
    const written = text.slice(span.start, span.end);
    const replaced = style === "double"
        ? yaml_escapes(written, /\\(?:x..|u.{4}|U.{8}|\r?\n|.)/gs, decoded)
        : isInterpolated
            ? yaml_escapes(written, /\$\$/g, () => "$")
            : [];
    const end = endOf(span, lastEnd, tags);
    return cutOut(text, {
        name: sourceName(path),
        span: { start: span.start, end },
        tags: isInterpolated ? interpolated(text, span, tags) : tags,
        editable: style === "literal",
        dollar: isInterpolated ? "$$" : "$",
        ...snippetOf(path),
        replaced: replaced.map((each) => ({
            ...each,
            start: each.start + span.start,
            end: each.end + span.start,
        })),
    });
}
/** The end of a block without the tags that close or go on with what opened before it. */
function endOf(span, lastEnd, tags) {
    let depth = 0;
    for (const { start, end, kind } of tags) {
        if (span.start <= start && end <= span.end) {
            if (depth === 0 && start >= lastEnd && (kind === "close" || kind === "else"))
                return start;
            if (kind === "open" || kind === "group")
                depth++;
            if (kind === "close")
                depth--;
        }
    }
    return span.end;
}
/**
 * The keys as a path: what belongs together has the same folder.
 *
 * @param path the keys on the way to a text; first the number of its document
 */
function sourceName(path) {
    const words = path.map((part) => String(part).replace(/[/#]/g, "_"));
    return `${words.slice(0, -1).join(".")}/${words.at(-1) ?? ""}`;
}
function yaml_escapes(written, pattern, meaning) {
    return Array.from(written.matchAll(pattern), ({ 0: escape, index }) => ({
        start: index,
        end: index + escape.length,
        text: cut_unescaped(escape, meaning(escape), written[index - 1] ?? " "),
    }));
}
function decoded(escape) {
    switch (escape[1]) {
        case "n":
            return "\n";
        case "t":
            return "\t";
        case "r":
        case "\r":
        case "\n":
        case " ":
            return " ";
        case '"':
        case "\\":
        case "/":
            return escape[1];
        default:
            return standIn;
    }
}
/** Compose's own variables beside the file's tags. */
function interpolated(text, { start, end }, tags) {
    const own = Array.from(text.slice(start, end).matchAll(/(?<!\$)(?:\$\$)*\$(?:\{[^}\n]*\}|\w+)/g), ({ 0: found, index }) => {
        const doubled = /^(?:\$\$)*(?=\$(?:\{|\w))/.exec(found)?.[0].length ?? 0;
        return {
            start: start + index + doubled,
            end: start + index + found.length,
            kind: "value",
            condition: "",
        };
    });
    const others = tags.filter((tag) => own.every((each) => tag.end <= each.start || each.end <= tag.start));
    return [...others, ...own].toSorted((a, b) => a.start - b.start);
}

;// CONCATENATED MODULE: ./build/core/sources/sources.js







/**
 * Whether a file is nginx configuration or holds some.
 *
 * @param text null asks by name alone: true where the file may be one
 */
function isNginxFile(path, text, policy) {
    return text === null ? mayBe(path, policy) : sourcesOf(path, text, policy).length > 0;
}
/**
 * The nginx configuration in a file, in the order of the text: the whole of a plain file or template.
 *
 * A broken file still counts, so that its faults are reported; a file of another program that happens to end in `.conf`
 * does not. Where the policy names the files, its word holds.
 *
 * @param treeOf parses a source, for a caller that needs the tree afterwards
 */
function sourcesOf(path, text, policy, treeOf = ({ masked }) => parse(masked)) {
    if (!mayBe(path, policy)) {
        return [];
    }
    switch (sources_containerOf(path)) {
        case "yaml":
            return yamlSources(path, text);
        case "terraform":
            return terraformSources(text);
        case "shell":
            return isTest(path)
                ? shellSources(text).map((source) => ({ ...source, isExample: true }))
                : shellSources(text);
        case "go":
            return goSources(text);
        case "markdown":
            return policy.markdown ? markdownSources(text) : [];
        case null:
            break;
    }
    const source = plainSource(path, text);
    return policy.files.length > 0 || seemsNginx(treeOf(source), isNginxPath(path)) ? [source] : [];
}
function mayBe(path, policy) {
    return namesFor(policy)(path);
}
/** The same names are asked for again and again while edits are tried. */
const namesFor = rememberedOf(({ files, ignore, markdown }) => remembered((path) => {
    if (matchesAny(ignore, path) || /(?:^|\/)\.git\//.test(path)) {
        return false;
    }
    // There are too many files in there for `**/*.conf` to mean them.
    if (/(?:^|\/)node_modules\//.test(path) &&
        !files.some((glob) => glob.includes("node_modules"))) {
        return false;
    }
    if (files.length > 0) {
        return matchesAny(files, path);
    }
    const container = sources_containerOf(path);
    return container === null ? mayBePlain(path) : container !== "markdown" || markdown;
}));
/** What a file is that may hold configuration among other things; null for one that is all configuration or none. */
const sources_containerOf = remembered((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (/\.ya?ml(?:\.(?:j2|jinja2?|erb|gotmpl|tpl|tmpl|template))?$/i.test(name)) {
        const isOther = /(?:^|\/)\.github\//.test(path) || /(?:^|[-.])lock\.ya?ml$/i.test(name);
        return isOther ? null : "yaml";
    }
    if (/\.(?:tf|tofu|hcl)$/i.test(name)) {
        return "terraform";
    }
    if (/\.(?:sh|bash)$/i.test(name) ||
        /^(?:Dockerfile|Containerfile)\b|\.(?:docker|container)file$/i.test(name)) {
        return "shell";
    }
    // Programs and tests are many: only those are looked at whose path speaks for nginx.
    if (/(?<!_test)\.go$/.test(name) && isNginxPath(path)) {
        return "go";
    }
    if (isTest(name) && isNginxPath(path)) {
        return "shell";
    }
    return /\.(?:md|mdx|markdown)$/i.test(name) ? "markdown" : null;
});
/** A script of tests writes configuration that nobody else runs. */
function isTest(path) {
    return /\.bats$/i.test(path);
}

;// CONCATENATED MODULE: ./build/core/sources/placements.js


/** Larger files (UTF-16 units) are not written by people. */
const placements_LONGEST = 200_000;
/** What the `COPY` and `ADD` lines of a Dockerfile bring from its context. What comes from another stage is not there. */
function dockerfilePlacements(text) {
    if (text.length > placements_LONGEST) {
        return [];
    }
    const found = [];
    let folder = "/";
    for (const line of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
        const [, instruction = "", rest = ""] = /^\s*(COPY|ADD|WORKDIR|FROM)\s+(.*?)\s*$/i.exec(line) ?? [];
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
                if (to === undefined ||
                    words.some((word) => /^--from\b/.test(word)) ||
                    rest.includes("<<")) {
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
function wordsOf(rest) {
    const flags = /^(?:--\S+\s+)*/.exec(rest)?.[0] ?? "";
    const list = rest.slice(flags.length);
    const words = list.startsWith("[")
        ? Array.from(list.matchAll(/"((?:[^"\\]|\\.)*)"/g), ([, word = ""]) => word)
        : list.split(/\s+/);
    return [...flags.split(/\s+/), ...words].filter((word) => word !== "");
}
function absolute(path, folder) {
    const joined = path.startsWith("/") ? path : `${folder}/${path}`;
    const parts = [];
    for (const part of joined.split("/")) {
        if (part === "..")
            parts.pop();
        else if (part !== "" && part !== ".")
            parts.push(part);
    }
    return `/${parts.join("/")}`;
}
/** What each service of a compose file mounts from beside it; none where it is no compose file. */
function composePlacements(text) {
    if (text.length > placements_LONGEST) {
        return [];
    }
    const { contents } = (0,dist/* parseDocument */.Tp)(text, { logLevel: "silent", uniqueKeys: false });
    if (!(0,dist/* isMap */.jh)(contents)) {
        return [];
    }
    const services = contents.get("services");
    const configs = configsOf(contents.get("configs"));
    return (0,dist/* isMap */.jh)(services)
        ? services.items.map(({ value }) => (0,dist/* isMap */.jh)(value)
            ? [
                ...placements_itemsOf(value.get("volumes")).flatMap(volumeOf),
                ...placements_itemsOf(value.get("configs")).flatMap((item) => configOf(item, configs)),
            ]
            : [])
        : [];
}
function placements_itemsOf(node) {
    return (0,dist/* isSeq */.oP)(node) ? node.items : [];
}
function placements_textOf(node) {
    const value = (0,dist/* isScalar */.jn)(node) ? node.value : node;
    return typeof value === "string" ? value : null;
}
/** `./nginx.conf:/etc/nginx/nginx.conf:ro`, or the same as a map. */
function volumeOf(item) {
    const [from, to] = (0,dist/* isMap */.jh)(item)
        ? [placements_textOf(item.get("source")), placements_textOf(item.get("target"))]
        : (placements_textOf(item)?.split(":") ?? []);
    return typeof from === "string" &&
        typeof to === "string" &&
        from.startsWith(".") &&
        to.startsWith("/")
        ? [{ from, to: absolute(to, "/"), intoFolder: false }]
        : [];
}
function configsOf(node) {
    const found = new Map();
    for (const { key, value } of (0,dist/* isMap */.jh)(node) ? node.items : []) {
        const name = placements_textOf(key);
        if (name === null || !(0,dist/* isMap */.jh)(value))
            continue;
        const file = value.has("content")
            ? `#${sourceName([0, "configs", name, "content"])}`
            : placements_textOf(value.get("file"));
        if (file !== null)
            found.set(name, file);
    }
    return found;
}
function configOf(item, files) {
    const name = (0,dist/* isMap */.jh)(item) ? placements_textOf(item.get("source")) : placements_textOf(item);
    const to = (0,dist/* isMap */.jh)(item) ? placements_textOf(item.get("target")) : null;
    const from = name === null ? undefined : files.get(name);
    return from === undefined || to === null
        ? []
        : [{ from, to: absolute(to, "/"), intoFolder: false }];
}
/** The commands of a script, a Dockerfile or a compose file that erase nginx's variables from a file they name. */
function bareEnvsubst(text) {
    if (text.length > placements_LONGEST) {
        return [];
    }
    const joined = text.replace(/\\\r?\n/g, (escape) => " ".repeat(escape.length));
    const found = [];
    for (const { 0: command, 1: after = "", index } of joined.matchAll(/\benvsubst\b([^|;&\n]*)/g)) {
        const before = joined.slice(joined.lastIndexOf("\n", index) + 1, index);
        const read = /<\s*["']?([^\s"'<>$]+)/.exec(after)?.[1] ??
            /\bcat\s+([^\s"'|<>$]+)\s*\|\s*$/.exec(before)?.[1];
        const rest = after.replace(/\d?[<>]{1,2}\s*[^\s<>]+/g, "").replace(/["'\])\s]/g, "");
        if (read !== undefined && rest === "" && !before.trimStart().startsWith("#")) {
            found.push({ input: read, line: text.slice(0, index + command.length).split("\n").length });
        }
    }
    return found;
}
/** The files that Terraform fills in: the arguments of `templatefile` and of `template_file`, as they are written. */
function terraformTemplates(text) {
    const call = /\btemplatefile\(\s*"([^"\n]+)"|\btemplate\s*=\s*"?(?:\$\{)?\s*file\(\s*"([^"\n]+)"/g;
    return text.length > placements_LONGEST
        ? []
        : Array.from(text.matchAll(call), ([, path, older]) => path ?? older ?? "");
}

;// CONCATENATED MODULE: ./build/core/sources/manifests.js



/** Larger files (UTF-16 units) are not written by people. */
const manifests_LONGEST = 200_000;
/** The ConfigMaps of a file and what mounts some: Deployments, DaemonSets, StatefulSets, whatever has a pod's fields. */
function manifestsIn(text) {
    const configMaps = [];
    const containers = [];
    if (text.length > manifests_LONGEST || !/\bConfigMap\b|\bconfigMap:/.test(text)) {
        return { configMaps, containers };
    }
    const written = (node) => {
        const [start = 0, end = 0] = ((0,dist/* isScalar */.jn)(node) && node.range) || [];
        return text
            .slice(start, end)
            .replace(/^(["'])(.*)\1$/s, "$2")
            .replace(/\s+/g, " ");
    };
    const walk = (node, path) => {
        if ((0,dist/* isSeq */.oP)(node)) {
            for (const [index, item] of node.items.entries())
                walk(item, [...path, index]);
        }
        if (!(0,dist/* isMap */.jh)(node))
            return;
        const [metadata, data] = [node.get("metadata"), node.get("data")];
        if (node.get("kind") === "ConfigMap" && (0,dist/* isMap */.jh)(metadata) && (0,dist/* isMap */.jh)(data)) {
            const keys = data.items.flatMap(({ key }) => ((0,dist/* isScalar */.jn)(key) ? String(key.value) : []));
            configMaps.push({
                name: written(metadata.get("name", true)),
                keys: new Map(keys.map((key) => [key, sourceName([...path, "data", key])])),
            });
            return;
        }
        const [own, volumes] = [node.get("containers"), node.get("volumes")];
        if ((0,dist/* isSeq */.oP)(own) && (0,dist/* isSeq */.oP)(volumes)) {
            containers.push(...own.items.map((each) => mountsOf(each, volumes.items, written)));
        }
        for (const { key, value } of node.items) {
            walk(value, [...path, (0,dist/* isScalar */.jn)(key) ? String(key.value) : "?"]);
        }
    };
    for (const [index, root] of rootsOf(yaml_withoutTags(text, tags_tagsIn(text, plainTags))).entries()) {
        walk(root, [index]);
    }
    return { configMaps, containers };
}
function mountsOf(container, volumes, written) {
    return manifests_itemsOf(container, "volumeMounts").flatMap((mount) => {
        const to = mount.get("mountPath");
        const subPath = mount.get("subPath");
        const name = written(mount.get("name", true));
        return typeof to !== "string" || !to.startsWith("/")
            ? []
            : volumes
                .flatMap((volume) => (0,dist/* isMap */.jh)(volume) && written(volume.get("name", true)) === name
                ? [volume, ...manifests_itemsOf(volume.get("projected"), "sources")]
                : [])
                .flatMap((volume) => {
                const source = volume.get("configMap");
                return (0,dist/* isMap */.jh)(source)
                    ? {
                        configMap: written(source.get("name", true)),
                        to: to.replace(/\/+$/, ""),
                        subPath: typeof subPath === "string" ? subPath : null,
                        items: pathsOf(source),
                    }
                    : [];
            });
    });
}
function pathsOf(source) {
    return source.has("items")
        ? new Map(manifests_itemsOf(source, "items").map((item) => [String(item.get("key")), String(item.get("path"))]))
        : null;
}
function manifests_itemsOf(node, key) {
    const items = (0,dist/* isMap */.jh)(node) ? node.get(key) : null;
    return (0,dist/* isSeq */.oP)(items) ? items.items.filter((item) => (0,dist/* isMap */.jh)(item)) : [];
}

;// CONCATENATED MODULE: ./build/core/syntax/lines.js
/**
 * Turns UTF-16 offsets into lines and columns, both 1-based, and back.
 *
 * As in nginx and in git, a line ends at a line feed only: CRLF is a line feed with a carriage
 * return before it. A text that ends with a line feed has an empty last line after it, so that every
 * offset up to the text's length lies in a line.
 */
class LineMap {
    text;
    starts = null;
    constructor(text) {
        this.text = text;
    }
    /** How many lines there are; at least 1. */
    get count() {
        return this.lineStarts().length;
    }
    /** The line that holds the offset. A line feed belongs to the line that it ends. */
    lineAt(offset) {
        const starts = this.lineStarts();
        let low = 0;
        let high = starts.length;
        while (high - low > 1) {
            const middle = (low + high) >>> 1;
            if (this.startAt(middle) <= offset) {
                low = middle;
            }
            else {
                high = middle;
            }
        }
        return low + 1;
    }
    /** The offset's place in its line, in UTF-16 units. */
    columnAt(offset) {
        return offset - this.startOf(this.lineAt(offset)) + 1;
    }
    /** The offset of the line's first character. A line past the last one starts at the text's end. */
    startOf(line) {
        return this.startAt(line - 1);
    }
    /** The offset after the line's last character, before its line ending. */
    endOf(line) {
        return this.startAt(line) - this.eolOf(line).length;
    }
    /** The line's ending; empty for the last line. */
    eolOf(line) {
        const next = this.startAt(line);
        if (line >= this.count) {
            return "";
        }
        return this.text.charAt(next - 2) === "\r" ? "\r\n" : "\n";
    }
    startAt(index) {
        return this.lineStarts()[index] ?? this.text.length;
    }
    lineStarts() {
        this.starts ??= lineStarts(this.text);
        return this.starts;
    }
}
function lineStarts(text) {
    const starts = [0];
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
        starts.push(at + 1);
    }
    return starts;
}

;// CONCATENATED MODULE: ./build/core/config/links.js
/** As many links may lead to each other; Linux itself follows 40. */
const MOST_LINKS = 40;
/** The longest path that Linux takes (PATH_MAX), in bytes: a link whose text is longer leads nowhere. */
const longestLink = 4096;
/**
 * The path that a symbolic link leads to in the end; the path itself where it is no link. Links are followed as text, by
 * the names that git keeps, and only within the repository: null for one that is absolute, leads out of it, or in a circle.
 *
 * @returns undefined where the text of a link on the way is not loaded. What is at the path is not asked
 */
function followLinks(files, path) {
    let at = path;
    for (let step = 0; files.isLink?.(at) === true; step++) {
        const text = files.read(at);
        if (text === undefined)
            return undefined;
        const next = step < MOST_LINKS && isRelative(text) ? joinPath(folderOf(at), text) : undefined;
        if (next === undefined)
            return null;
        at = next;
    }
    return at;
}
function isRelative(text) {
    return text !== "" && text.length <= longestLink && !text.startsWith("/") && !text.includes("\0");
}
/** The folder of a path, "" for the root. */
function folderOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
/** Joins and resolves `.` and `..`; undefined where the path leaves the repository. */
function joinPath(folder, path) {
    const parts = [];
    for (const part of `${folder}/${path}`.split("/")) {
        if (part === "..") {
            if (parts.pop() === undefined) {
                return undefined;
            }
        }
        else if (part !== "" && part !== ".") {
            parts.push(part);
        }
    }
    return parts.join("/");
}

;// CONCATENATED MODULE: ./build/core/config/documents.js










/**
 * Files that distributions and certbot put on the server, as far as they concern proxying: Debian's `proxy_params` sets
 * four request headers, the others set none and define no variable. Paths are relative to nginx.conf's folder.
 */
const shippedFiles = new Map([
    [
        "proxy_params",
        [
            "proxy_set_header Host $http_host;",
            "proxy_set_header X-Real-IP $remote_addr;",
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            "proxy_set_header X-Forwarded-Proto $scheme;",
            "",
        ].join("\n"),
    ],
    ...[
        "mime.types",
        "fastcgi_params",
        "fastcgi.conf",
        "uwsgi_params",
        "scgi_params",
        "koi-utf",
        "koi-win",
        "win-utf",
        "snippets/fastcgi-php.conf",
        "snippets/snakeoil.conf",
        "/etc/letsencrypt/options-ssl-nginx.conf",
    ].map((name) => [name, ""]),
    ...surroundings,
]);
const emptyFolder = { files: new Set(), folders: new Set() };
const nothingGone = { paths: new Set(), variables: new Map() };
/** Reads and parses each file once. */
class Documents {
    files;
    /** The files as they were given, before any edits. */
    original;
    /** Files that lose nginx's variables before nginx reads them, with what takes them. */
    erased = new Map();
    /** Files that Terraform fills in, whatever their names. */
    filledIn = new Set();
    /** Paths that are listed but were not given. */
    wanted = new Set();
    /** Where an `include` of one file was looked for in vain. */
    missed = new Set();
    gone = nothingGone;
    /** What was resolved of these files; the keys are the resolver's own. */
    programs = new Map();
    byKey = new Map();
    found = new Map();
    listed;
    folders = null;
    constructor(files, original = files) {
        this.files = files;
        this.original = original;
        this.listed = new Set(files.list());
    }
    /** The same files with other texts for some; what is not changed is not parsed or resolved again. */
    edited(texts) {
        const { files } = this;
        const copy = new Documents({
            list: () => files.list(),
            read: (path) => texts.get(path) ?? files.read(path),
            isLink: (path) => files.isLink?.(path) === true,
        }, this.original);
        copy.erased = this.erased;
        copy.filledIn = this.filledIn;
        copy.gone = this.gone;
        for (const path of this.missed) {
            copy.missed.add(path);
        }
        for (const [key, document] of this.byKey) {
            if (!texts.has(document.path)) {
                copy.byKey.set(key, document);
            }
        }
        for (const [path, documents] of this.found) {
            if (!texts.has(path)) {
                copy.found.set(path, documents);
            }
        }
        for (const [key, config] of this.programs) {
            if (!documentsOf(config).some(({ path }) => texts.has(path))) {
                copy.programs.set(key, config);
            }
        }
        return copy;
    }
    /** The same files, of which it is known what a change took away; programs are resolved anew. */
    withGone(gone) {
        const copy = this.edited(new Map());
        copy.gone = gone;
        copy.programs.clear();
        return copy;
    }
    /** Whether something says that a file which is not there is made later: git ignores it, or its template is there. */
    isMadeLater(path) {
        const folder = folderOf(path);
        const template = `${nameOf(path)}.`;
        return ([...this.folder(folder).files].some((name) => name.startsWith(template)) ||
            ["", folder].some((at) => {
                const prefix = at === "" ? "" : `${at}/`;
                return isIgnored(this.text(`${prefix}.gitignore`) ?? "", path.slice(prefix.length));
            }));
    }
    /** Whether the path is in the repository, loaded or not. */
    has(path) {
        return this.listed.has(path);
    }
    /** The file's text, or undefined where there is none or it is still to be loaded (then it is in `wanted`). */
    text(path) {
        const text = this.files.read(path);
        if (text === undefined && this.listed.has(path)) {
            this.wanted.add(path);
        }
        return text;
    }
    /**
     * What of the file is nginx configuration by its name and text, without taking it for a part of any program: it is not
     * among `all`. Undefined as for `text`.
     */
    search(path, policy) {
        const known = this.found.get(path);
        if (known !== undefined) {
            return known;
        }
        const text = this.text(path);
        if (text === undefined) {
            return undefined;
        }
        if (this.files.isLink?.(path) === true) {
            return [];
        }
        let parsed = this.byKey.get(path);
        const treeOf = (source) => {
            parsed ??= this.parsed(path, text, source);
            return parsed.tree;
        };
        const documents = sourcesOf(path, text, policy, treeOf).map((source) => source.name === "" && parsed !== undefined ? parsed : this.parsed(path, text, source));
        this.found.set(path, documents);
        return documents;
    }
    /** Takes a document for a part of a program. */
    take(document) {
        if (!this.byKey.has(document.key)) {
            this.byKey.set(document.key, document);
        }
    }
    /**
     * The parsed file, or undefined as for `text`, and for a symbolic link that leads to no file of the repository.
     *
     * @param key a path, or the key of a document that was taken
     */
    get(key) {
        const known = this.byKey.get(key);
        if (known !== undefined) {
            return known;
        }
        const target = this.follow(key);
        if (target !== key) {
            return target === null ? undefined : this.get(target);
        }
        const text = this.text(key);
        return text === undefined ? undefined : this.add(key, text);
    }
    /** The file of the repository that a path means, which may be a symbolic link; null for none, or where it is not known. */
    follow(path) {
        if (this.files.isLink?.(path) !== true) {
            return path;
        }
        const read = (link) => this.text(link);
        const isLink = (at) => this.files.isLink?.(at) === true;
        const target = followLinks({ read, isLink }, path);
        return typeof target === "string" && this.listed.has(target) ? target : null;
    }
    /** A file that comes with nginx, by its path relative to nginx.conf's folder, or by its absolute path. */
    shipped(name) {
        const text = shippedFiles.get(name);
        const path = name.startsWith("/") ? name : `/etc/nginx/${name}`;
        return text === undefined ? undefined : (this.byKey.get(path) ?? this.add(path, text));
    }
    /** Everything that was parsed, by key; the paths of shipped files are absolute. */
    all() {
        return this.byKey;
    }
    /** What stands directly in a folder; "" is the repository's root. */
    folder(path) {
        this.folders ??= foldersOf(this.listed);
        return this.folders.get(path) ?? emptyFolder;
    }
    hasFolder(path) {
        const { files, folders } = this.folder(path);
        return files.size + folders.size > 0;
    }
    parsed(path, text, found) {
        const by = this.erased.get(path);
        const isPlain = found.name === "";
        const source = isPlain && this.filledIn.has(path) ? plainSource(path, text, true) : found;
        return parseDocument(path, text, by === undefined ? source : erasedSource(source, by));
    }
    add(path, text) {
        const known = this.found.get(path)?.find(({ key }) => key === path);
        const document = known ?? this.parsed(path, text, plainSource(path, text));
        this.byKey.set(path, document);
        return document;
    }
}
/** What takes part in a program in any of its renderings. */
function documentsOf({ documents, alternatives }) {
    return [...new Set([documents, ...alternatives.map((other) => other.documents)].flat())];
}
function erasedSource(source, by) {
    const { masked } = source;
    const left = without(masked, erasedUpgrades(masked));
    return left === masked
        ? source
        : { ...source, masked: left, editable: false, erased: { by: "envsubst", where: by } };
}
function parseDocument(path, text, source) {
    const tree = withTags(source.tree ?? parse(source.masked, grammar), text);
    const [problem] = tree.problems;
    return {
        path,
        key: source.name === "" ? path : `${path}#${source.name}`,
        text,
        tree,
        hasTags: source.tree !== null || problem !== undefined || tree.text.includes(standIn),
        lines: new LineMap(text),
        source,
        unreadable: source.unreadable ??
            (problem === undefined || !documents_isTemplate(source)
                ? null
                : `${source.isExample ? "it leaves something out, and the rest cannot be read" : "it is a template that cannot be read without its values"}: ${problem.message}`),
    };
}
function documents_isTemplate({ masked, switches }) {
    return switches.length > 0 || masked.includes(standIn);
}
function foldersOf(paths) {
    const found = new Map();
    const folderAt = (path) => {
        const known = found.get(path);
        if (known !== undefined) {
            return known;
        }
        const folder = { files: new Set(), folders: new Set() };
        found.set(path, folder);
        if (path !== "") {
            folderAt(folderOf(path)).folders.add(nameOf(path));
        }
        return folder;
    };
    for (const path of paths) {
        folderAt(folderOf(path)).files.add(nameOf(path));
    }
    return found;
}
/** Whether one of the lines of a `.gitignore` names the path, which is relative to its folder, or a folder above. */
function isIgnored(text, path) {
    return text.split("\n").some((line) => {
        const pattern = line.trim().replace(/\/$/, "");
        if (pattern === "" || /^[#!]/.test(pattern))
            return false;
        const whole = pattern.includes("/") ? pattern.replace(/^\//, "") : `**/${pattern}`;
        return picomatch.isMatch(path, [whole, `${whole}/**`], { dot: true });
    });
}
/** The last part of a path. */
function nameOf(path) {
    return path.slice(path.lastIndexOf("/") + 1);
}
/**
 * As glob(3) sorts in the C locale: by the bytes of UTF-8, which is by code points. Comparing UTF-16 units would put
 * characters above U+FFFF, whose halves are U+D800 to U+DFFF, before U+E000 to U+FFFF.
 */
function byteOrder(left, right) {
    const length = Math.min(left.length, right.length);
    for (let at = 0; at < length; at++) {
        const a = left.charCodeAt(at);
        const b = right.charCodeAt(at);
        if (a !== b) {
            const aIsHalf = a >= 0xd800 && a <= 0xdfff;
            const bIsHalf = b >= 0xd800 && b <= 0xdfff;
            return aIsHalf === bIsHalf
                ? a - b
                : aIsHalf
                    ? b >= 0xe000
                        ? 1
                        : a - b
                    : a >= 0xe000
                        ? -1
                        : a - b;
        }
    }
    return left.length - right.length;
}

;// CONCATENATED MODULE: ./build/core/config/glob.js

/** What nginx takes for a pattern (`ngx_conf_include`): other paths must exist. */
function isGlob(path) {
    return /[*?[]/.test(path);
}
/**
 * The files and folders of the repository that a pattern matches, each in the order in which glob(3) gives them: by the
 * bytes of the whole path.
 *
 * As glob(3) without flags: `*` and `?` match neither `/` nor a dot at a name's start, `[\u2026]` may hold ranges, classes such
 * as `[:digit:]` and a leading `!` or `^`, a backslash takes the next character as it is; braces and `**` mean nothing.
 *
 * @param pattern relative to the repository, without `.` and `..`
 */
function expandGlob(documents, pattern) {
    const parts = pattern.split("/");
    const last = parts.pop() ?? "";
    let within = [""];
    for (const part of parts) {
        const matches = nameMatcher(part);
        within = within.flatMap((folder) => [...documents.folder(folder).folders].filter(matches).map((name) => child(folder, name)));
    }
    const matches = nameMatcher(last);
    const expand = (kind) => within
        .flatMap((folder) => [...documents.folder(folder)[kind]].filter(matches).map((name) => child(folder, name)))
        .toSorted(byteOrder);
    return { files: expand("files"), folders: expand("folders") };
}
function child(folder, name) {
    return folder === "" ? name : `${folder}/${name}`;
}
/** Matches one name; takes time in proportion to the name's length times the pattern's. */
function nameMatcher(pattern) {
    const steps = stepsOf(pattern);
    if (steps === null) {
        return (name) => name === pattern;
    }
    const opensWithDot = pattern.startsWith(".") || pattern.startsWith("\\.");
    return (name) => (!name.startsWith(".") || opensWithDot) && matches(steps, Array.from(name));
}
function matches(steps, name) {
    let step = 0;
    let at = 0;
    let starAt = -1;
    let resumeAt = 0;
    while (at < name.length) {
        const test = steps[step];
        if (test === null) {
            starAt = step++;
            resumeAt = at;
        }
        else if (test?.(name[at] ?? "") === true) {
            step++;
            at++;
        }
        else if (starAt >= 0) {
            // Only the last star needs to be tried again: what is before it matches as early as it can.
            step = starAt + 1;
            at = ++resumeAt;
        }
        else {
            return false;
        }
    }
    return steps.slice(step).every((rest) => rest === null);
}
/** Null where the pattern is an ordinary name. */
function stepsOf(pattern) {
    const characters = Array.from(pattern);
    const steps = [];
    let isPlain = true;
    for (let at = 0; at < characters.length; at++) {
        const character = characters[at] ?? "";
        const set = character === "[" ? characterSet(characters, at) : null;
        if (set !== null) {
            steps.push(set.test);
            at = set.last;
        }
        else if (character === "*") {
            steps.push(null);
        }
        else if (character === "?") {
            steps.push(() => true);
        }
        else {
            const literal = character === "\\" ? (characters[++at] ?? "\\") : character;
            steps.push((other) => other === literal);
            isPlain &&= character !== "\\";
            continue;
        }
        isPlain = false;
    }
    return isPlain ? null : steps;
}
const classes = {
    alnum: /[0-9A-Za-z]/,
    alpha: /[A-Za-z]/,
    blank: /[ \t]/,
    digit: /[0-9]/,
    graph: /[!-~]/,
    lower: /[a-z]/,
    print: /[ -~]/,
    punct: /[!-/:-@[-`{-~]/,
    space: /\s/,
    upper: /[A-Z]/,
    xdigit: /[0-9A-Fa-f]/,
};
/** The set that opens at `start`, or null where no `]` closes it: then the bracket is an ordinary character. */
function characterSet(pattern, start) {
    let at = start + 1;
    const negated = pattern[at] === "!" || pattern[at] === "^";
    if (negated) {
        at++;
    }
    const tests = [];
    const first = at;
    for (; at < pattern.length; at++) {
        let low = pattern[at] ?? "";
        if (low === "]" && at > first) {
            return { test: (other) => tests.some((test) => test(other)) !== negated, last: at };
        }
        const named = low === "[" && pattern[at + 1] === ":" ? className(pattern, at) : null;
        if (named !== null) {
            tests.push((other) => named.matches.test(other));
            at = named.last;
            continue;
        }
        if (low === "\\" && at + 1 < pattern.length) {
            low = pattern[++at] ?? "";
        }
        let high = low;
        if (pattern[at + 1] === "-" && pattern[at + 2] !== undefined && pattern[at + 2] !== "]") {
            at += 2;
            high = pattern[at] === "\\" ? (pattern[++at] ?? "\\") : (pattern[at] ?? "");
        }
        tests.push((other) => byteOrder(low, other) <= 0 && byteOrder(other, high) <= 0);
    }
    return null;
}
function className(pattern, start) {
    const end = pattern.indexOf(":", start + 2);
    const name = pattern.slice(start + 2, end).join("");
    const matches = Object.hasOwn(classes, name) ? classes[name] : undefined;
    return end === -1 || pattern[end + 1] !== "]" || matches === undefined
        ? null
        : { matches, last: end + 1 };
}

;// CONCATENATED MODULE: ./build/core/config/deployment.js






/** As many files say where others land that are read. */
const MOST_FILES = 30;
/** As many files are asked how near they are. */
const MOST_NEAR = 50;
/** As many files of one image are looked at. */
const MOST_PLACES = 2000;
/** As many files are read that may be of the same Kubernetes application. */
const MOST_MANIFESTS = 60;
const dockerfile = /(?:^|\/)(?:(?:Dockerfile|Containerfile)(?:[.-][^/]*)?|[^/]*\.(?:docker|container)file)$/i;
const composeFile = /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i;
const deployment_terraform = /\.(?:tf|tofu)$/i;
const script = /(?:^|\/)[^/]*(?:entrypoint|start|run|init|nginx|envsubst|template)[^/]*\.sh$/i;
/** Folders to which a file is copied by their name alone. */
const folders = /\/(?:nginx|conf\.d|http\.d|sites-(?:available|enabled)|snippets|templates|includes?)$/;
/** Which documents of the repository one server has, and where. */
class Deployment {
    /** Path on the server \u2192 the document's key. */
    places;
    constructor(places) {
        this.places = places;
    }
    /** Where a document of the repository is on the server; null where it is not there. */
    placeOf(key) {
        for (const [to, from] of this.places) {
            if (from === key)
                return to;
        }
        return null;
    }
    /** The keys of the documents that a path or pattern on the server means, in the order of the server's paths. */
    find(pattern) {
        if (!isGlob(pattern)) {
            return [this.places.get(pattern) ?? []].flat();
        }
        const parts = pattern.split("/").map((part) => nameMatcher(part));
        return [...this.places]
            .filter(([to]) => {
            const names = to.split("/");
            return (names.length === parts.length && names.every((name, at) => parts[at]?.(name) ?? false));
        })
            .toSorted(([a], [b]) => byteOrder(a, b))
            .map(([, from]) => from);
    }
}
const deployment_known = new WeakMap();
/**
 * What Dockerfiles, compose files, the scripts beside them and Kubernetes' manifests say of where nginx's files land, and of what becomes of
 * them. What is still to be loaded is in `wanted`.
 *
 * @param near the files in question; those that are nearest to them are read
 */
function survey(documents, near) {
    const { original } = documents;
    const before = deployment_known.get(original);
    if (before !== undefined) {
        return before;
    }
    const found = read(documents, near.slice(0, MOST_NEAR));
    if (documents.wanted.size === 0) {
        deployment_known.set(original, found);
    }
    return found;
}
function read(documents, near) {
    const texts = textsNear(documents, near, (path) => dockerfile.test(path) || composeFile.test(path) || script.test(path));
    const deployments = texts
        .filter(({ path, text }) => !script.test(path) && text.includes("nginx"))
        .flatMap(({ path, text }) => (composeFile.test(path) ? composePlacements(text) : [dockerfilePlacements(text)])
        .map((placements) => placesOf(documents, placements, path))
        .filter((places) => places.size > 0)
        .map((places) => new Deployment(places)));
    const erased = new Map();
    for (const { path, text } of texts) {
        for (const { input, line } of text.includes("envsubst") ? bareEnvsubst(text) : []) {
            for (const file of inputs(documents, deployments, folderOf(path), input)) {
                erased.set(file, `${path}, line ${line},`);
            }
        }
    }
    const mounts = deployment_mountsOf(documents, near);
    return {
        deployments: [...deployments, ...mounts.deployments],
        erased,
        filledIn: filledIn(documents, near),
        mounted: mounts.files,
    };
}
/** The nearest of the files that a test is true of. */
function textsNear(documents, near, isWanted) {
    return documents.files
        .list()
        .filter(isWanted)
        .map((path) => ({ path, distance: Math.min(...near.map((other) => distance(path, other))) }))
        .toSorted((a, b) => a.distance - b.distance || byteOrder(a.path, b.path))
        .slice(0, MOST_FILES)
        .map(({ path }) => ({ path, text: documents.text(path) ?? "" }));
}
/** Asked only where a file has what may be Terraform's and nginx's own alike: `${name}`. */
function filledIn(documents, near) {
    const found = new Set();
    const unclear = near.filter((path) => /\$\{[a-z]|%\{/.test(documents.text(path) ?? ""));
    if (unclear.length === 0)
        return found;
    for (const { path, text } of textsNear(documents, unclear, (each) => deployment_terraform.test(each))) {
        for (const template of terraformTemplates(text)) {
            const file = joinPath(folderOf(path), template.replace(/^\$\{path\.module\}\//, ""));
            if (file !== undefined && documents.has(file)) {
                found.add(file);
            }
            else {
                // A folder that is not known: each file of that name may be the one.
                for (const each of unclear.filter((one) => nameOf(one) === nameOf(template))) {
                    found.add(each);
                }
            }
        }
    }
    return found;
}
/** Where the ConfigMaps of an application land: of those around the files in question that are manifests. */
function deployment_mountsOf(documents, near) {
    const manifests = manifestsAround(documents, near).map((path) => ({
        path,
        ...manifestsIn(documents.text(path) ?? ""),
    }));
    const configMaps = manifests.flatMap((each) => each.configMaps.map((configMap) => ({ path: each.path, ...configMap })));
    const files = new Set();
    const deployments = manifests.flatMap(({ path, containers }) => containers.flatMap((mounts) => {
        const places = new Map();
        for (const mount of mounts) {
            const configMap = deployment_nearest(configMaps.filter(({ name }) => name === mount.configMap), path);
            for (const [to, source] of configMap === null ? [] : landed(mount, configMap)) {
                if (!/nginx|openresty/.test(to) || configMap === null)
                    continue;
                places.set(to, `${configMap.path}#${source}`);
                files.add(configMap.path);
            }
        }
        return places.size === 0 ? [] : [new Deployment(places)];
    }));
    return { deployments, files: [...files] };
}
/** The files in the folders of those that are given, above them, and beside these folders. */
function manifestsAround(documents, near) {
    const folderSet = new Set();
    for (const path of near.filter((each) => sources_containerOf(each) === "yaml")) {
        const folder = folderOf(path);
        const above = folderOf(folder);
        const beside = [...documents.folder(above).folders]
            .toSorted(byteOrder)
            .map((name) => joinPath(above, name));
        for (const each of [folder, above, ...beside])
            folderSet.add(each ?? folder);
    }
    return [...folderSet]
        .flatMap((folder) => [...documents.folder(folder).files]
        .toSorted(byteOrder)
        .map((name) => (folder === "" ? name : `${folder}/${name}`)))
        .filter((path) => sources_containerOf(path) === "yaml" && !composeFile.test(path))
        .slice(0, MOST_MANIFESTS);
}
/** Of ConfigMaps with one name the one in the same file, else in the same folder, else the only one. */
function deployment_nearest(named, path) {
    const choices = [
        named.filter((each) => each.path === path),
        named.filter((each) => folderOf(each.path) === folderOf(path)),
        named,
    ];
    const [first, ...others] = choices.find((each) => each.length > 0) ?? [];
    return first === undefined || others.length > 0 ? null : first;
}
/** Path on the server \u2192 the source that lands there. */
function landed({ to, subPath, items }, { keys }) {
    return [...keys].flatMap(([key, source]) => {
        const path = items === null ? key : items.get(key);
        return path === undefined || (subPath !== null && subPath !== path)
            ? []
            : [[subPath === null ? `${to}/${path}` : to, source]];
    });
}
/** The files of the repository that a path in a command means: by where they land, else the only one of that name. */
function inputs(documents, deployments, folder, input) {
    const deployed = deployments.flatMap((deployment) => deployment.find(input));
    const beside = input.startsWith("/") ? undefined : joinPath(folder, input);
    if (deployed.length > 0 || (beside !== undefined && documents.has(beside))) {
        return deployed.length > 0 ? deployed : [beside ?? ""];
    }
    const named = documents.files.list().filter((path) => nameOf(path) === nameOf(input));
    return named.length === 1 ? named : [];
}
/** How many folders apart two files are. */
function distance(one, other) {
    const [a, b] = [one.split("/"), other.split("/")];
    let common = 0;
    while (common < Math.min(a.length, b.length) - 1 && a[common] === b[common])
        common++;
    return a.length + b.length - 2 * common;
}
/** The folders that a build's context may be: the file's own, then those above; a compose file's own. */
function basesOf(path) {
    const bases = [folderOf(path)];
    for (let above = bases[0] ?? ""; above !== "" && !composeFile.test(path);) {
        above = folderOf(above);
        bases.push(above);
    }
    return bases;
}
function placesOf(documents, placements, by) {
    const bases = basesOf(by);
    const places = new Map();
    const add = (to, from) => {
        if (places.size < MOST_PLACES) {
            // The image's entry point fills in templates: /docker-entrypoint.d/20-envsubst-on-templates.sh.
            const [, name] = /^\/etc\/nginx\/templates\/(.+)\.template$/.exec(to) ?? [];
            places.set(name === undefined ? to : `/etc/nginx/conf.d/${name}`, from);
        }
    };
    for (const { from, to, intoFolder } of placements) {
        if (!/nginx|openresty/.test(to))
            continue;
        if (from.startsWith("#")) {
            add(to, by + from);
            continue;
        }
        for (const base of bases) {
            const path = joinPath(base, from);
            if (path === undefined)
                continue;
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
                    if (file.startsWith(`${path}/`))
                        add(`${to}${file.slice(path.length)}`, file);
                }
            }
            if (files.length > 0 || isFolder)
                break;
        }
    }
    return places;
}

;// CONCATENATED MODULE: ./build/core/config/variable-names.js
/**
 * Variables that nginx itself defines and lets nobody define again: `map`, `set` and the like answer `the duplicate "host"
 * variable`. Measured on 1.22.1; others, such as `$args`, `$limit_rate` and most of `$http_\u2026`, may be defined again.
 */
const fixedVariables = new Set(`binary_remote_addr body_bytes_sent bytes_sent connection connection_requests connection_time content_length
  content_type date_gmt date_local document_root document_uri fastcgi_path_info fastcgi_script_name gzip_ratio host
  hostname http2 http_cookie http_host http_referer http_user_agent http_via http_x_forwarded_for https is_args
  limit_conn_status limit_req_status msec nginx_version pid pipe proxy_add_x_forwarded_for proxy_internal_body_length
  proxy_internal_chunked proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port
  query_string realip_remote_addr realip_remote_port realpath_root remote_addr remote_port remote_user request
  request_body request_body_file request_completion request_filename request_id request_length request_method
  request_time request_uri scheme secure_link secure_link_expires sent_http_connection server_addr server_name
  server_port server_protocol slice_range status tcpinfo_rtt time_iso8601 time_local uid_got uid_set upstream_addr
  upstream_response_time upstream_status uri`.split(/\s+/));

;// CONCATENATED MODULE: ./build/core/config/problems.js



/** nginx stops at the first; a snippet that is included thousands of times would repeat it as often. */
const problems_MOST_PROBLEMS = 1000;
/**
 * Checks directives as nginx does, in the order in which it reads them: whether they may stand where they do, how they
 * are written, what they say twice, and the values that proxying depends on. Directives we do not know are passed over.
 */
class Checker {
    problems = [];
    firsts = new Map();
    upstreams = new Map();
    defaultServers = new Map();
    /** `proxy_pass` uses with a port, by host, whose upstream has not been read so far. */
    proxied = new Map();
    /** Uses that nginx would not have got to: the levels in them are not looked at. */
    refused = new Set();
    report(use, code, message, earlier = null, span) {
        if (this.problems.length < problems_MOST_PROBLEMS) {
            const { document } = use;
            this.problems.push({ document, span: span ?? problems_headOf(use), code, message, use, earlier });
        }
    }
    /**
     * A directive was read; for a block, its `{`.
     *
     * @param rows what the directive's name stands for
     * @param anywhere its context was only guessed: it is not said to be misplaced
     */
    directive(use, rows, anywhere) {
        const row = rowIn(rows, use.level.context);
        if (row === undefined && anywhere) {
            this.meaning(use);
            return;
        }
        if (row === undefined) {
            this.refused.add(use);
            this.report(use, "misplaced-directive", `"${use.name}" directive is not allowed here`);
            return;
        }
        // A tag may stand for any number of parameters.
        if (use.document.hasTags && use.parameters.some(isOpaque)) {
            this.repetition(use, row);
            return;
        }
        const form = formProblem(use, row);
        if (form !== null) {
            this.refused.add(use);
            this.report(use, form.code, form.message);
            return;
        }
        this.repetition(use, row);
        const value = row.value === null ? null : invalidValue(use, row.value);
        if (value !== null) {
            this.report(use, "invalid-value", value);
        }
        this.meaning(use);
    }
    /** A line was read in a block whose lines are no directives we know. */
    entry(use) {
        const { level, name, parameters, document } = use;
        if (level.context === "map" && level.opener?.name === "map") {
            if (!(document.hasTags && [name, ...parameters].some(isOpaque))) {
                this.mapEntry(level, use);
            }
        }
    }
    /** A block was read to its end. */
    blockEnd(inner) {
        this.firsts.delete(inner);
        const { opener } = inner;
        const close = opener?.directive.block?.close;
        if (opener === null || close === null || close === undefined || this.refused.has(opener)) {
            return;
        }
        if (inner.context === "upstream" &&
            inner.hidden.length === 0 &&
            inner.uses.every((use) => use.name !== "server" && directiveRows(use.name) !== undefined)) {
            this.report(opener, "empty-upstream", "no servers are inside upstream", null, close);
        }
    }
    /** Gives the first use on this level with that key, or undefined and remembers this one. */
    earlier(use, key) {
        const firsts = this.firsts.get(use.level) ?? new Map();
        this.firsts.set(use.level, firsts);
        const first = firsts.get(key);
        if (first === undefined) {
            firsts.set(key, use);
        }
        return first;
    }
    repetition(use, row) {
        if (!row.once) {
            return;
        }
        const { name } = use;
        const other = name === "alias" || name === "root" ? "root" : name;
        const first = this.earlier(use, other);
        if (first !== undefined) {
            const message = first.name === name
                ? `"${name}" directive is duplicate`
                : `"${name}" directive is duplicate, "${first.name}" directive was specified earlier`;
            this.report(use, "duplicate-directive", message, first);
        }
    }
    meaning(use) {
        switch (use.name) {
            case "proxy_pass":
                this.proxyPass(use);
                break;
            case "upstream":
                this.upstream(use);
                break;
            case "location":
                this.location(use);
                break;
            case "listen":
                this.listen(use);
                break;
            case "map":
            case "split_clients":
                this.variable(use, use.parameters[1] ?? "");
                break;
            case "geo":
                this.variable(use, use.parameters.at(-1) ?? "");
                break;
            case "set":
            case "auth_request_set":
                this.variable(use, use.parameters[0] ?? "");
                break;
        }
    }
    variable(use, parameter) {
        const name = parameter.slice(1).toLowerCase();
        if (!parameter.startsWith("$") || name === "") {
            this.report(use, "invalid-value", `invalid variable name "${parameter}"`);
        }
        else if (fixedVariables.has(name)) {
            const message = `the duplicate "${parameter.slice(1)}" variable`;
            this.report(use, "duplicate-name", message);
        }
    }
    mapEntry(map, use) {
        const { name: key, parameters, directive } = use;
        if (directive.block !== null) {
            this.refused.add(use);
            this.report(use, "invalid-value", 'unexpected "{"');
            return;
        }
        const isOption = parameters.length === 0 && (key === "hostnames" || key === "volatile");
        if (!isOption && parameters.length !== 1) {
            this.report(use, "invalid-arity", "invalid number of the map parameters");
            return;
        }
        if (isOption || key === "include" || key.startsWith("~")) {
            return;
        }
        if (key === "default") {
            const first = this.earlier(use, "default");
            if (first !== undefined) {
                this.report(use, "duplicate-name", "duplicate default map parameter", first);
            }
            return;
        }
        const exact = (key.startsWith("\\") ? key.slice(1) : key).toLowerCase();
        const first = this.earlier(use, `=${exact}`);
        if (first !== undefined && first.level === map) {
            this.report(use, "duplicate-name", `conflicting parameter "${exact}"`, first);
        }
    }
    proxyPass(use) {
        const [target = ""] = use.parameters;
        // A value with variables is looked at only when a request comes.
        if (target.includes("$")) {
            return;
        }
        const [, authority, uri = ""] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
        if (authority === undefined) {
            this.report(use, "proxy-pass-scheme", "invalid URL prefix");
            return;
        }
        const socket = /^unix:/i.test(authority);
        if (!socket) {
            const [, host = authority, port] = /^(\[[^\]]*\]|[^:]*):(.*)$/.exec(authority) ?? [];
            if (host === "") {
                this.report(use, "invalid-value", 'no host in upstream ""');
                return;
            }
            if (port !== undefined) {
                if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
                    const message = `invalid port in upstream "${authority}${uri}"`;
                    this.report(use, "invalid-value", message);
                    return;
                }
                this.upstreamPort(use, host, Number(port));
            }
        }
        const hasUri = socket ? /^https?:\/\/unix:[^:]*:./i.test(target) : uri !== "";
        if (hasUri && !replacesPath(use.level)) {
            const message = '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, ' +
                'or inside "if" statement, or inside "limit_except" block';
            this.report(use, "proxy-pass-uri", message);
        }
    }
    upstream(use) {
        const [name = ""] = use.parameters;
        const key = name.toLowerCase();
        const first = this.upstreams.get(key);
        if (first !== undefined) {
            this.report(use, "duplicate-name", `duplicate upstream "${name}"`, first);
            return;
        }
        this.upstreams.set(key, use);
        for (const { use: proxyPass, port } of this.proxied.get(key) ?? []) {
            const message = `upstream "${name}" may not have port ${port}`;
            this.report(proxyPass, "upstream-port", message, use);
        }
    }
    upstreamPort(use, host, port) {
        const key = host.toLowerCase();
        const upstream = this.upstreams.get(key);
        if (upstream !== undefined) {
            this.report(use, "upstream-port", `upstream "${host}" may not have port ${port}`, upstream);
            return;
        }
        const waiting = this.proxied.get(key) ?? [];
        waiting.push({ use, port });
        this.proxied.set(key, waiting);
    }
    listen(use) {
        const [address = "", ...options] = use.parameters;
        const isDefault = options.includes("default_server") || options.includes("default");
        const key = /^\d+$/.test(address) ? `*:${address}` : address;
        if (this.earlier(use, `listen ${key}`) !== undefined) {
            return;
        }
        const first = isDefault ? this.defaultServers.get(key) : undefined;
        if (first !== undefined) {
            const shown = key.startsWith("*:") ? `0.0.0.0${key.slice(1)}` : address;
            this.report(use, "duplicate-name", `a duplicate default server for ${shown}`, first);
        }
        else if (isDefault) {
            this.defaultServers.set(key, use);
        }
    }
    location(use) {
        const own = problems_locationOf(use);
        if (own === null) {
            const message = `invalid location modifier "${use.parameters[0] ?? ""}"`;
            this.refused.add(use);
            this.report(use, "invalid-value", message);
            return;
        }
        const outer = use.level.opener?.name === "location" ? problems_locationOf(use.level.opener) : null;
        const nesting = outer === null ? null : nestingProblem(own, outer);
        if (nesting !== null) {
            this.report(use, "misplaced-location", nesting);
            return;
        }
        if (own.kind === "exact" || own.kind === "prefix") {
            const first = this.earlier(use, `location ${own.kind} ${own.name}`);
            if (first !== undefined) {
                this.report(use, "duplicate-name", `duplicate location "${own.name}"`, first);
            }
        }
    }
}
/** A simple directive to its `;`, a block to its `{`: that is where nginx stands when it complains. */
function problems_headOf({ directive }) {
    return { start: directive.start, end: directive.block?.open.end ?? directive.end };
}
function formProblem({ name, parameters, directive }, row) {
    if (row.block !== (directive.block !== null)) {
        const message = row.block
            ? `directive "${name}" has no opening "{"`
            : `directive "${name}" is not terminated by ";"`;
        return { code: "missing-block", message };
    }
    return parameters.length < row.least || parameters.length > row.most
        ? { code: "invalid-arity", message: `invalid number of arguments in "${name}" directive` }
        : null;
}
/** Values of other directives are nginx's to check. */
function invalidValue({ name, parameters }, kind) {
    const value = parameters[0] ?? "";
    switch (kind) {
        case "flag":
            return /^(?:on|off)$/i.test(value)
                ? null
                : `invalid value "${value}" in "${name}" directive, it must be "on" or "off"`;
        // Which of these a version takes is for the simulation to say: `2` came with 1.29.4.
        case "version":
            return ["1.0", "1.1", "2"].includes(value) ? null : `invalid value "${value}"`;
        case "time":
            return parseTime(value) === null ? `"${name}" directive invalid value` : null;
        // `keepalive 0` is refused before 1.29.7 (E59).
        case "count":
            return /^\d+$/.test(value) ? null : `invalid value "${value}" in "${name}" directive`;
    }
}
/** How nginx reads what stands after `location` (`ngx_http_core_location`); null for a modifier it does not know. */
function problems_locationOf({ parameters }) {
    const [first = "", second] = parameters;
    if (second !== undefined) {
        switch (first) {
            case "=":
                return { kind: "exact", name: second };
            case "^~":
                return { kind: "prefix", name: second };
            case "~":
            case "~*":
                return { kind: "regex", name: second };
            default:
                return null;
        }
    }
    if (first.startsWith("=")) {
        return { kind: "exact", name: first.slice(1) };
    }
    if (first.startsWith("^~")) {
        return { kind: "prefix", name: first.slice(2) };
    }
    if (first.startsWith("~")) {
        return { kind: "regex", name: first.slice(first.startsWith("~*") ? 2 : 1) };
    }
    return { kind: first.startsWith("@") ? "named" : "prefix", name: first };
}
function nestingProblem(inner, outer) {
    if (outer.kind === "exact" || outer.kind === "named") {
        return `location "${inner.name}" cannot be inside the ${outer.kind} location "${outer.name}"`;
    }
    if (inner.kind === "named") {
        return `named location "${inner.name}" can be on the server level only`;
    }
    return inner.kind === "regex" || inner.name.startsWith(outer.name)
        ? null
        : `location "${inner.name}" is outside location "${outer.name}"`;
}
/** Whether a URI part can stand for the location's own path; true where we do not see the location. */
function replacesPath(level) {
    if (level.context !== "location") {
        return false;
    }
    const location = level.opener === null ? null : problems_locationOf(level.opener);
    return location === null || location.kind === "exact" || location.kind === "prefix";
}

;// CONCATENATED MODULE: ./build/core/config/rendering.js
/** Up to as many choices are tried one by one. */
const MOST_SINGLES = 16;
/** What is written when conditions are decided like this. */
class Decided {
    choose;
    absent = new Map();
    constructor(choose) {
        this.choose = choose;
    }
    has({ source }, offset) {
        if (source.switches.length === 0) {
            return true;
        }
        let absent = this.absent.get(source);
        if (absent === undefined) {
            absent = source.switches.flatMap((each) => {
                const chosen = this.choose(each);
                return [...each.contents].filter(([choice]) => choice !== chosen).map(([, span]) => span);
            });
            this.absent.set(source, absent);
        }
        return !absent.some(({ start, end }) => start <= offset && offset < end);
    }
}
/** Every condition holds. */
function firstRendering() {
    return new Decided(() => 0);
}
/**
 * Beside the first: no condition holds; then each further choice by itself, with those around it, or, where they are
 * many, in so few groups that of any two choices each is taken without the other once. What all of these say is taken to
 * be said by every mixture of them.
 */
function otherRenderings(documents) {
    const switches = documents.flatMap(({ source }) => source.switches);
    if (switches.length === 0) {
        return [];
    }
    const singles = new Map();
    const keys = new Set(switches.map(({ key }) => key));
    for (const { source } of documents) {
        for (const each of source.switches) {
            const { key, choices, contents } = each;
            for (let choice = 0; choice < choices - 1; choice++) {
                const isFirst = choice === 0 && keys.size === 1;
                const content = contents.get(choice);
                if (!isFirst && content !== undefined && matters(source, content)) {
                    const around = source.switches.flatMap((other) => choicesAround(other, content));
                    singles.set(`${key} ${choice}`, new Map([...around, [key, choice]]));
                }
            }
        }
    }
    return [
        new Decided(({ choices }) => choices - 1),
        ...rendering_groupsOf([...singles.values()]).map((chosen) => new Decided(({ key, choices }) => chosen.get(key) ?? choices - 1)),
    ];
}
function rendering_groupsOf(singles) {
    if (singles.length <= MOST_SINGLES) {
        return singles;
    }
    const join = (chosen) => new Map(chosen.flatMap((each) => [...each]));
    const groups = [];
    for (let bit = 1; bit < singles.length; bit *= 2) {
        groups.push(join(singles.filter((_, index) => (index & bit) !== 0)));
        groups.push(join(singles.filter((_, index) => (index & bit) === 0)));
    }
    return groups;
}
/** Directives on which a request's way depends; what else is written under a condition changes none. */
const relevant = /\b(?:(?:proxy|grpc|uwsgi|scgi|fastcgi)_\w+|include|map|upstream|location|server|return|rewrite|set|if|keepalive)\b|\uE000/;
function matters({ masked }, { start, end }) {
    return relevant.test(masked.slice(start, end));
}
function choicesAround({ key, contents }, inner) {
    return [...contents]
        .filter(([, { start, end }]) => start <= inner.start && inner.end <= end && inner.start !== start)
        .map(([choice]) => [key, choice]);
}

;// CONCATENATED MODULE: ./build/core/config/resolve.js









const noVariables = new Set();
/** Where packages and images keep nginx.conf; a repository's main file stands for the one there. */
const usualPrefixes = [
    "/etc/nginx",
    "/usr/local/etc/nginx",
    "/usr/local/nginx/conf",
    "/usr/local/openresty/nginx/conf",
    "/opt/nginx/conf",
    "/config/nginx",
];
/** As many uses may come from files that were included before; includes that double at each step end here. */
const MOST_REPEATED_USES = 100_000;
/** Blocks and includes inside each other; nginx itself ends where it has no more file descriptors or stack. */
const DEEPEST = 700;
/**
 * Expands a root file and its includes into levels, as nginx would read them.
 *
 * @param root the key of the main file, or of a fragment when `options.kind` says so
 * @returns null where the root itself is not loaded
 */
function resolve(documents, root, options) {
    const document = documents.get(root);
    if (document === undefined) {
        return null;
    }
    const rendered = (rendering) => new Resolver(documents, document, options, rendering).resolve();
    const config = rendered(firstRendering());
    const alternatives = otherRenderings(config.documents).map(rendered);
    if (alternatives.length === 0) {
        return config;
    }
    const all = { ...config, alternatives };
    includes.set(all, includesOf(config));
    return all;
}
const includes = new WeakMap();
/** For the root and each sibling, the paths that its includes bring, directly or not. */
function includesOf(config) {
    return includes.get(config) ?? new Map();
}
class Resolver {
    documents;
    root;
    options;
    rendering;
    used = new Set();
    /** The macros that were called, and those that are being written. */
    called = new Set();
    calls = [];
    checker = new Checker();
    incomplete = new Set();
    /** What each include pattern stands for: one snippet may be included at thousands of places. */
    included = new Map();
    /** Where the files are that includes of one file found. */
    foldersOfIncludes = new Set();
    /** Relative includes of which the repository holds nothing. */
    missedIncludes = new Set();
    includes = new Map();
    /** What the file brings that stands at the outermost level, the root or a sibling. */
    brought = new Set();
    /** Whether the file that is being read was included before. */
    isRepeated = false;
    repeatedUses = 0;
    depth = 0;
    constructor(documents, root, options, rendering) {
        this.documents = documents;
        this.root = root;
        this.options = options;
        this.rendering = rendering;
    }
    resolve() {
        const { kind, siblings = [] } = this.options;
        const main = newLevel(kind, null, null);
        if (kind !== "main") {
            this.incomplete.add(`no main file includes ${this.root.path}`);
        }
        if (kind === "location") {
            main.hidden.push(`the location that includes ${this.root.path} is not in the repository`);
        }
        const { surroundings } = this.root.source;
        const around = surroundings === null || kind === "main" || kind === "location"
            ? undefined
            : this.documents.shipped(surroundingsPath(surroundings));
        if (around !== undefined) {
            this.fill(main, around, null);
        }
        const siblingDocuments = siblings.flatMap((path) => this.documents.get(path) ?? []);
        for (const document of [this.root, ...siblingDocuments]) {
            this.brought = new Set();
            this.includes.set(document.key, this.brought);
            this.fill(main, document, null);
        }
        const config = {
            root: this.root.key,
            kind,
            main,
            documents: [...this.used],
            problems: this.checker.problems.map((problem) => problem.code === "missing-include" && this.isLost(problem.use.parameters[0] ?? "")
                ? { ...problem, code: "lost-include" }
                : problem),
            rendering: [...this.used].some(({ source }) => source.switches.length > 0)
                ? this.rendering
                : null,
            alternatives: [],
            incomplete: [...this.incomplete],
            lostVariables: this.documents.gone.variables.get(this.root.key) ?? noVariables,
        };
        includes.set(config, this.includes);
        return config;
    }
    fill(level, document, include) {
        if (document.unreadable !== null) {
            this.hideIncluded(level, `${document.path} is not read: ${document.unreadable}`, include);
            return;
        }
        const isRepeated = this.used.has(document);
        this.used.add(document);
        if (document.tree.problems.length > 0) {
            this.incomplete.add(`${document.path} has syntax problems`);
        }
        const outer = this.isRepeated;
        this.isRepeated = isRepeated;
        this.expand(level, document, resolve_written(document).get(null) ?? [], include);
        this.isRepeated = outer;
    }
    expand(level, document, directives, include) {
        if (this.depth >= DEEPEST) {
            this.hide(level, `blocks and includes nest more than ${DEEPEST} deep`);
            return;
        }
        this.depth++;
        const hasSwitches = document.source.switches.length > 0;
        directives.forEach((directive) => {
            if (this.repeatedUses >= MOST_REPEATED_USES) {
                this.hide(level, `the includes repeat more than ${MOST_REPEATED_USES} directives`);
            }
            else if (!hasSwitches || this.rendering.has(document, directive.start)) {
                this.repeatedUses += this.isRepeated ? 1 : 0;
                this.expandOne(level, document, directive, include);
            }
        });
        this.depth--;
    }
    expandOne(level, document, directive, include) {
        const name = directive.name.value;
        const parameters = directive.parameters.map((word) => word.value);
        const use = {
            document,
            directive,
            name,
            parameters,
            level,
            inner: null,
            include,
        };
        level.uses.push(use);
        if (level.context !== "map" && document.hasTags && isOpaque(name)) {
            this.call(level, use);
        }
        else {
            this.check(use);
        }
        if (directive.block !== null) {
            const inner = newLevel(this.contextInside(name, level), use, level);
            use.inner = inner;
            this.expand(inner, document, directive.block.directives, include);
            this.checker.blockEnd(inner);
        }
        else if (name === "include" && parameters[0] !== undefined) {
            this.include(level, use, parameters[0]);
        }
    }
    /** What a fragment's outermost level is was guessed: a block that would not fit there is taken for what its name says. */
    contextInside(name, level) {
        const context = contextInside(name, level.context);
        return context === "other" && this.isGuessed(level)
            ? contextInside(name, name === "location" ? "server" : "http")
            : context;
    }
    isGuessed(level) {
        return level.parent === null && this.options.kind !== "main";
    }
    /** Checks a directive as nginx does. A module may define variables that no directive here names. */
    check(use) {
        const { name, parameters, level } = use;
        if (!isChecked(level.context)) {
            this.checker.entry(use);
            return;
        }
        const rows = directiveRows(name);
        if (rows === undefined) {
            this.incomplete.add(`${name} is of a module we do not know`);
            return;
        }
        if (name === "load_module") {
            this.incomplete.add(`${parameters[0] ?? "a module"} is loaded`);
        }
        this.checker.directive(use, rows, this.isGuessed(level));
    }
    /** A tag in a directive's place. What it brings is known of a call of a macro that the same file defines. */
    call(level, use) {
        const body = calledMacro(use);
        if (body === undefined || this.calls.includes(body)) {
            this.hide(level, fromTag(use.name));
            return;
        }
        const outer = this.isRepeated;
        this.isRepeated ||= this.called.has(body);
        this.called.add(body);
        this.calls.push(body);
        this.expand(level, use.document, resolve_written(use.document).get(body) ?? [], use);
        this.calls.pop();
        this.isRepeated = outer;
    }
    include(level, use, pattern) {
        const found = this.included.get(pattern) ?? this.findFirst(pattern);
        for (const why of found.missing) {
            this.hideIncluded(level, why, use);
        }
        if (found.missing.length > 0 && !pattern.startsWith("/")) {
            this.missedIncludes.add(pattern);
        }
        if (found.isCertainlyMissing) {
            const message = `open() "${pattern}" failed (2: No such file or directory)`;
            this.checker.report(use, "missing-include", message);
        }
        for (const folder of found.folders) {
            const message = `pread() "${folder}" failed (21: Is a directory)`;
            this.checker.report(use, "include-of-folder", message);
        }
        for (const document of found.documents) {
            if (isOnTheWay(document, use)) {
                this.checker.report(use, "include-cycle", `${document.path} includes itself`);
            }
            else {
                this.brought.add(document.key);
                this.fill(level, document, use);
            }
        }
    }
    /**
     * Whether the repository ought to hold a file that it lacks: it did before the change, or it holds all others that are
     * included, some of them from the same folder, and nothing says that this one is made later.
     */
    isLost(pattern) {
        const { documents } = this;
        const [path = "", ...others] = this.candidates(pattern);
        return ([path, ...others].some((each) => documents.gone.paths.has(each)) ||
            (this.options.kind === "main" &&
                !pattern.startsWith("/") &&
                /\.(?:conf|inc)$/.test(path) &&
                this.missedIncludes.size === 1 &&
                this.foldersOfIncludes.has(folderOf(path)) &&
                !documents.isMadeLater(path)));
    }
    /**
     * Something that we cannot read stands here. Packages keep `conf.d/*.conf` and the like at http level for servers,
     * upstreams and maps, settings for all servers in nginx.conf itself: what a pattern brings there hides none.
     */
    hideIncluded(level, why, include) {
        this.incomplete.add(why);
        const isPattern = isGlob(include?.parameters[0] ?? "");
        if (!(isPattern && ["http", "main", "events"].includes(level.context))) {
            this.hide(level, why);
        }
    }
    hide(level, why) {
        this.incomplete.add(why);
        if (!level.hidden.includes(why)) {
            level.hidden.push(why);
        }
    }
    findFirst(pattern) {
        const found = this.find(pattern);
        this.included.set(pattern, found);
        if (!isGlob(pattern)) {
            for (const { path } of found.documents) {
                this.foldersOfIncludes.add(folderOf(path));
            }
        }
        return found;
    }
    find(pattern) {
        if (isOpaque(pattern)) {
            return { ...resolve_nothing, missing: [fromTag(pattern)] };
        }
        const deployed = this.deployed(pattern);
        const known = deployed.length > 0 ? deployed : this.beside(pattern);
        if (known.length > 0) {
            return { ...resolve_nothing, documents: known };
        }
        return isGlob(pattern) ? this.glob(pattern) : this.plain(pattern);
    }
    deployed(pattern) {
        const { deployment, kind } = this.options;
        if (deployment === undefined) {
            return [];
        }
        const place = deployment.placeOf(this.root.key);
        const folder = kind === "main" && place !== null ? folderOf(place) : "/etc/nginx";
        const path = pattern.startsWith("/") ? pattern : `${folder}/${pattern}`;
        return deployment.find(path).flatMap((found) => this.documents.get(found) ?? []);
    }
    /**
     * Texts that stand beside the root in one object, as keys of a ConfigMap do: where they are mounted is said elsewhere, and
     * the names are those that the include asks for.
     */
    beside(pattern) {
        const { key, source } = this.root;
        if (source.name === "") {
            return [];
        }
        const folder = `${folderOf(key)}/`;
        const matches = nameMatcher(nameOf(pattern));
        return [...this.documents.all()]
            .filter(([other]) => other.startsWith(folder) && matches(other.slice(folder.length)))
            .map(([, document]) => document)
            .filter((document) => document !== this.root && !isMain(document))
            .toSorted((a, b) => byteOrder(a.key, b.key));
    }
    plain(pattern) {
        const { documents } = this;
        const candidates = this.candidates(pattern);
        for (const path of candidates) {
            if (documents.has(path)) {
                const document = documents.get(path);
                return document === undefined
                    ? { ...resolve_nothing, missing: [`${path} is not readable`] }
                    : { ...resolve_nothing, documents: [document] };
            }
            if (documents.hasFolder(path)) {
                return { ...resolve_nothing, folders: [path] };
            }
        }
        const shipped = documents.shipped(pattern) ?? documents.shipped(shippedName(pattern));
        if (shipped !== undefined) {
            return { ...resolve_nothing, documents: [shipped] };
        }
        for (const path of candidates) {
            documents.missed.add(path);
        }
        return {
            ...resolve_nothing,
            missing: [`${pattern} is not in the repository`],
            isCertainlyMissing: candidates.some((path) => documents.gone.paths.has(path)) ||
                (this.options.kind === "main" && !pattern.startsWith("/") && candidates.length > 0),
        };
    }
    glob(pattern) {
        const { documents } = this;
        for (const candidate of this.candidates(pattern)) {
            const { files, folders } = expandGlob(documents, candidate);
            const fixed = folderOf(candidate.slice(0, candidate.search(/[*?[]/)));
            if (files.length + folders.length > 0 || (fixed !== "" && documents.hasFolder(fixed))) {
                const unreadable = [];
                const loaded = [];
                for (const path of files) {
                    const document = documents.get(path);
                    if (document === undefined) {
                        unreadable.push(`${path} is not readable`);
                    }
                    else {
                        loaded.push(document);
                    }
                }
                return { ...resolve_nothing, documents: loaded, folders, missing: unreadable };
            }
        }
        return { ...resolve_nothing, missing: [`${pattern} is not in the repository`] };
    }
    /**
     * Where in the repository a path of the server may be, best first. nginx takes a relative path from the main file's
     * folder, whichever file includes it; of a fragment, any folder around it may be that one. Nothing outside of the
     * repository is ever meant.
     */
    candidates(pattern) {
        const folders = [folderOf(this.root.path)];
        if (this.options.kind !== "main") {
            for (let above = folders[0] ?? ""; above !== "";) {
                above = folderOf(above);
                folders.push(above);
            }
        }
        const found = new Set();
        const add = (folder, path) => {
            const joined = joinPath(folder, path);
            if (joined !== undefined && joined !== "") {
                found.add(joined);
            }
        };
        if (!pattern.startsWith("/")) {
            for (const folder of folders) {
                add(folder, pattern);
            }
        }
        else {
            for (const [prefix, target] of this.options.prefixes) {
                const rest = below(pattern, prefix);
                if (rest !== undefined) {
                    add(target, rest);
                }
            }
            for (const prefix of usualPrefixes) {
                const rest = below(pattern, prefix);
                for (const folder of folders) {
                    if (rest !== undefined) {
                        add(folder, rest);
                    }
                    // A repository that holds an image's files from its root: `rootfs/etc/nginx/nginx.conf`.
                    if (`/${folder}`.endsWith(prefix)) {
                        add(folder.slice(0, -prefix.length), pattern);
                    }
                }
            }
        }
        return [...found];
    }
}
const resolve_nothing = {
    documents: [],
    folders: [],
    missing: [],
    isCertainlyMissing: false,
};
/** A call and nothing else, with filters that change only white space; brackets nest once in the arguments. */
const macroCall = /^\{\{[-+]?\s*(\w+)\((?:[^()'"]|'[^']*'|"[^"]*"|\((?:[^()'"]|'[^']*'|"[^"]*")*\))*\)(?:\s*\|\s*(?:indent|trim)\b(?:\([^()]*\))?)*\s*[-+]?\}\}$/;
function calledMacro({ document, name, parameters }) {
    const { macros } = document.source;
    const tag = macros.size > 0 && parameters.length === 0 ? (tagIn(name) ?? "") : "";
    const [, macro] = name === tagged(tag) ? (macroCall.exec(tag) ?? []) : [];
    return macro === undefined ? undefined : macros.get(macro);
}
/** The outermost directives that a file writes by itself (null) and in each of its macros. */
const resolve_written = rememberedOf(({ tree, source: { macros } }) => {
    const spans = [...macros.values()].toSorted((a, b) => b.start - a.start);
    return groupBy(tree.directives, ({ start }) => spans.find((span) => span.start <= start && start < span.end) ?? null);
});
function isMain({ tree }) {
    return tree.directives.some(({ name }) => name.value === "http" || name.value === "events");
}
function fromTag(value) {
    return `what the template's tag ${tagIn(value) ?? ""} brings is not known`;
}
/** The rest of an absolute path below a folder, or undefined where it is elsewhere. */
function below(path, folder) {
    const prefix = folder.endsWith("/") ? folder : `${folder}/`;
    return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}
function shippedName(pattern) {
    return usualPrefixes.map((prefix) => below(pattern, prefix)).find(Boolean) ?? pattern;
}
function newLevel(context, opener, parent) {
    return { context, opener, parent, uses: [], hidden: [] };
}
function isOnTheWay(document, use) {
    for (let step = use; step !== null; step = step.include) {
        if (step.document === document) {
            return true;
        }
    }
    return false;
}

;// CONCATENATED MODULE: ./build/core/config/programs.js








/** As many files are read beside the given ones to find what includes them. */
const programs_MOST_CANDIDATES = 400;
/** Alternatives in a folder times files that would go with each of them. */
const MOST_SHARED = 2000;
/** As many images with the same main file are told apart. */
const MOST_DEPLOYMENTS = 4;
/** As many addresses and names of a server are compared with those of other files. */
const MOST_KEYS = 20;
/**
 * Finds what nginx would load: whole configurations by their main files, and, of what no main file reaches, fragments in
 * the context that they imply. Files that are to be loaded first are in `documents.wanted`.
 */
function findPrograms(documents, options) {
    return new Search(documents, options).run();
}
class Search {
    documents;
    policy;
    paths;
    roots;
    deployments = [];
    files = new Map();
    constructor(documents, { policy, paths }) {
        this.documents = documents;
        this.policy = policy;
        this.paths =
            paths === undefined
                ? null
                : new Set(paths.flatMap((path) => [path, documents.follow(path) ?? []].flat()));
        this.roots = new Set(policy.roots);
    }
    run() {
        const byRole = this.documentsByRole();
        const all = [];
        const reached = new Set();
        for (const kind of ["main", "http", "server", "location"]) {
            const roots = (byRole.get(kind) ?? []).filter(({ key }) => !reached.has(key));
            const configs = this.resolveAll(kind, roots);
            for (const { key } of configs.flatMap(documentsOf)) {
                reached.add(key);
            }
            all.push(...configs);
        }
        const { paths } = this;
        const configs = all.filter((config) => paths === null || documentsOf(config).some(({ path }) => paths.has(path)));
        this.noteFiles(configs, byRole);
        const files = [...this.files.values()].toSorted((a, b) => byteOrder(a.path, b.path));
        return { configs, files };
    }
    documentsByRole() {
        const byRole = new Map();
        const candidates = this.candidates();
        const near = candidates.filter((path) => this.mayBeDeployed(path));
        const found = near.length > 0 ? survey(this.documents, near) : null;
        if (found !== null) {
            this.deployments = found.deployments;
            this.documents.erased = found.erased;
            this.documents.filledIn = found.filledIn;
        }
        for (const path of new Set([...candidates, ...(found?.mounted ?? [])])) {
            for (const document of this.recognised(path)) {
                const role = this.roleOf(document);
                const documents = byRole.get(role) ?? [];
                documents.push(document);
                byRole.set(role, documents);
            }
        }
        return byRole;
    }
    /** Whether a file around it may say where it lands: of manifests, only those that seem to hold configuration. */
    mayBeDeployed(path) {
        switch (sources_containerOf(path)) {
            case null:
                return true;
            case "yaml":
                return /\bproxy_pass\b|\b(?:server|http)\s*\{/.test(this.documents.text(path) ?? "");
            default:
                return false;
        }
    }
    roleOf(document) {
        if (this.roots.has(document.path)) {
            return "main";
        }
        const role = this.asideOf(document.path) === null ? roleOf(document) : "none";
        return role === "main" && this.roots.size > 0 ? "none" : role;
    }
    /** One program per fragment, in http one per folder; a fragment that another one includes is no program of its own. */
    resolveAll(kind, roots) {
        const configs = this.resolveGroups(kind, roots);
        if (kind === "main") {
            return configs;
        }
        const kept = withoutIncluded(roots, configs);
        return kept.length === roots.length ? configs : this.resolveGroups(kind, kept);
    }
    resolveGroups(kind, roots) {
        const { prefixes } = this.policy;
        const folder = (document) => this.folderOf(document);
        const groups = kind === "http" ? byFolder(roots, folder).flatMap(compatible) : roots.map((one) => [one]);
        return groups.flatMap(([root, ...others]) => {
            if (root === undefined) {
                return [];
            }
            const siblings = others.map(({ key }) => key);
            const options = { kind, prefixes, siblings };
            // One main file may be in several images, with other files beside it in each.
            const deployed = this.deploymentsOf(root).slice(0, kind === "main" ? MOST_DEPLOYMENTS : 1);
            return deployed.length === 0
                ? this.resolved(root, options)
                : deployed.flatMap((deployment) => this.resolved(root, { ...options, deployment }));
        });
    }
    /** Resolves a program that these files did not give before: an edit leaves most programs as they were. */
    resolved({ key: root }, options) {
        const { kind, siblings, deployment } = options;
        const place = deployment === undefined ? null : this.deployments.indexOf(deployment);
        const key = JSON.stringify([kind, root, siblings, place]);
        const { programs } = this.documents;
        const config = programs.get(key) ?? resolve(this.documents, root, options);
        if (config === null) {
            return [];
        }
        programs.set(key, config);
        return [config];
    }
    deploymentsOf({ key }) {
        return this.deployments.filter((deployment) => deployment.placeOf(key) !== null);
    }
    /** The folder that a file lands in, else the one that it is in. */
    folderOf(document) {
        const [deployment] = this.deploymentsOf(document);
        return deployment === undefined
            ? folderOf(document.key)
            : `${this.deployments.indexOf(deployment)} ${folderOf(deployment.placeOf(document.key) ?? "")}`;
    }
    noteFiles(configs, byRole) {
        for (const document of byRole.get("none") ?? []) {
            const { path, source } = document;
            if (source.name === "" && this.isAskedFor(path)) {
                const reason = this.asideOf(path) ??
                    (roleOf(document) === "main"
                        ? "it is a main file, and the policy's roots do not name it"
                        : "nothing that we see includes it, and its directives do not say where it belongs");
                this.files.set(path, { path, analysed: false, reason });
            }
        }
        for (const path of this.roots) {
            if (!this.documents.has(path)) {
                const reason = "the policy's roots name it, and it is not there";
                this.files.set(path, { path, analysed: false, reason });
            }
        }
        for (const { path } of configs.flatMap(documentsOf)) {
            if (this.documents.has(path)) {
                this.files.set(path, { path, analysed: true });
            }
        }
    }
    /** Of files that hold configuration among other things, only those that are asked for: nothing includes them. */
    isCandidate(path) {
        return (isNginxFile(path, null, this.policy) &&
            (sources_containerOf(path) === null || this.isAskedFor(path)) &&
            (this.asideOf(path) === null || this.paths?.has(path) === true));
    }
    /** Why a file counts only where another one includes it; null where it counts by itself, as where the policy names files. */
    asideOf(path) {
        const reason = this.policy.files.length > 0 ? null : leftAside(path);
        return reason === null ? null : `${reason}, and nothing that we see includes it`;
    }
    isAskedFor(path) {
        return this.paths === null || this.paths.has(path);
    }
    recognised(path) {
        const found = this.documents.search(path, this.policy);
        if (found === undefined) {
            return [];
        }
        const documents = found.length === 0 && this.roots.has(path) ? [this.documents.get(path) ?? []].flat() : found;
        return documents.filter((document) => {
            const { unreadable } = document;
            if (unreadable !== null) {
                if (this.isAskedFor(path)) {
                    this.files.set(path, { path, analysed: false, reason: unreadable });
                }
                return false;
            }
            this.documents.take(document);
            return true;
        });
    }
    /**
     * What may be nginx by name; with `paths`, these and the nearest of what may include them. All of it is wanted in the
     * first round, so that a second one is for includes only.
     */
    candidates() {
        const { paths } = this;
        const named = this.documents.files
            .list()
            .filter((path) => this.roots.has(path) || this.isCandidate(path));
        if (paths === null || named.length <= programs_MOST_CANDIDATES) {
            return named.toSorted(byteOrder);
        }
        const depths = foldersAround(paths);
        return named
            .map((path) => ({
            path,
            first: paths.has(path) || this.roots.has(path),
            distance: distanceTo(path, depths),
        }))
            .toSorted((a, b) => Number(b.first) - Number(a.first) || a.distance - b.distance || byteOrder(a.path, b.path))
            .slice(0, paths.size + this.roots.size + programs_MOST_CANDIDATES)
            .map(({ path }) => path)
            .toSorted(byteOrder);
    }
}
/** The folders of the paths and those above: for each, how many folders below it the nearest of the paths is. */
function foldersAround(paths) {
    const depths = new Map();
    for (const path of paths) {
        let folder = folderOf(path);
        for (let depth = 0;; depth++) {
            depths.set(folder, Math.min(depth, depths.get(folder) ?? Infinity));
            if (folder === "") {
                break;
            }
            folder = folderOf(folder);
        }
    }
    return depths;
}
/** How many folders up and down it is to the nearest path. A main file by its name counts as two nearer. */
function distanceTo(path, depths) {
    let folder = folderOf(path);
    let down = 0;
    while (!depths.has(folder) && folder !== "") {
        folder = folderOf(folder);
        down++;
    }
    return down + (depths.get(folder) ?? 0) - (isMainName(path) ? 2 : 0);
}
function isMainName(path) {
    return nameOf(path) === "nginx.conf";
}
/** The fragments that no other of them includes; of two that include each other, the first. */
function withoutIncluded(roots, configs) {
    const kept = new Set(roots.map(({ key }) => key));
    for (const includes of configs.map(includesOf)) {
        for (const [key, brought] of includes) {
            if (kept.has(key)) {
                for (const other of brought) {
                    kept.delete(other);
                }
            }
        }
    }
    return roots.filter(({ key }) => kept.has(key));
}
function byFolder(documents, folderOfDocument) {
    const folders = new Map();
    for (const document of documents.toSorted((a, b) => byteOrder(a.key, b.key))) {
        const folder = folderOfDocument(document);
        const group = folders.get(folder) ?? [];
        group.push(document);
        folders.set(folder, group);
    }
    return [...folders.values()];
}
/**
 * Parts the fragments of one folder into what nginx can load together. Two that claim the same name, such as `dev.conf`
 * and `prod.conf` with the same upstream, are alternatives; what has no server of its own, such as maps, goes with all.
 */
function compatible(documents) {
    const groups = [];
    const shared = documents.filter((document) => !hasServer(document));
    for (const document of documents.filter(hasServer)) {
        const claims = claimsOf(document);
        const group = groups.find((candidate) => !conflict(candidate.claims, claims));
        join(group ?? newGroup(groups), document, claims);
    }
    if (groups.length === 0 && shared.length > 0) {
        newGroup(groups);
    }
    if (groups.length * shared.length > MOST_SHARED) {
        return [shared, ...groups.map((group) => group.documents)];
    }
    for (const document of shared) {
        const claims = claimsOf(document);
        for (const group of groups.filter((candidate) => !conflict(candidate.claims, claims))) {
            join(group, document, claims);
        }
    }
    return groups.map((group) => group.documents.toSorted((a, b) => byteOrder(a.key, b.key)));
}
function newGroup(groups) {
    const group = { documents: [], claims: new Map() };
    groups.push(group);
    return group;
}
function join(group, document, claims) {
    group.documents.push(document);
    for (const [key, value] of claims) {
        group.claims.set(key, value);
    }
}
function hasServer({ tree }) {
    return tree.directives.some(({ name, block }) => name.value === "server" && block !== null);
}
function conflict(left, right) {
    for (const [key, value] of right) {
        const other = left.get(key);
        if (other !== undefined && (other !== value || !key.startsWith("map "))) {
            return true;
        }
    }
    return false;
}
/** What may be there once in an `http` block; a map with its text, since two for one variable do no harm when they are equal. */
const claimsOf = rememberedOf(({ tree, text }) => {
    const claims = new Map();
    for (const directive of tree.directives) {
        const { name, parameters, block, start, end } = directive;
        const values = parameters.map((parameter) => parameter.value);
        if (block === null) {
            const row = rowIn(directiveRows(name.value) ?? [], "http");
            if (row?.once === true) {
                claims.set(name.value, "");
            }
        }
        else if (name.value === "map" || name.value === "geo" || name.value === "split_clients") {
            const own = text.slice(start, end).replace(/\s+/g, " ");
            claims.set(`map ${values.at(-1)?.toLowerCase() ?? ""}`, own);
        }
        else if (name.value === "upstream") {
            claims.set(`upstream ${values[0]?.toLowerCase() ?? ""}`, "");
        }
        else if (name.value === "server") {
            for (const key of serverKeys(block.directives)) {
                claims.set(key, "");
            }
        }
    }
    return claims;
});
/** Each address with each name, of which nginx answers from the first server, and each address that it is the default of. */
function serverKeys(directives) {
    const values = (wanted) => directives
        .filter(({ name, block }) => name.value === wanted && block === null)
        .slice(0, MOST_KEYS)
        .map(({ parameters }) => parameters.map(({ value }) => value.toLowerCase()));
    const listens = values("listen");
    const addresses = listens.length === 0 ? ["80"] : listens.map(([address = ""]) => address);
    const names = values("server_name").flat().slice(0, MOST_KEYS);
    const defaults = listens.filter((words) => words.includes("default_server"));
    return [
        ...addresses.flatMap((address) => (names.length === 0 ? [""] : names).map((name) => `server ${address} ${name}`)),
        ...defaults.map(([address = ""]) => `default server ${address}`),
    ];
}
/**
 * What a file is by its top-level directives: a whole configuration, or a fragment of the context in which most of them may
 * stand. What opens a block says more than settings, which may stand in several contexts.
 */
const roleOf = rememberedOf(({ path, tree, source }) => {
    if (source.role !== null) {
        return source.role;
    }
    const blocks = new Set();
    const settings = [];
    for (const directive of tree.directives) {
        if (isStream(directive)) {
            blocks.add("stream");
        }
        else if (directive.block !== null) {
            blocks.add(directive.name.value);
        }
        else if (directive.name.value !== "include") {
            settings.push(directive.name.value);
        }
    }
    const has = (...names) => names.some((name) => blocks.has(name));
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
    const fits = (context) => settings.filter((name) => rowIn(directiveRows(name) ?? [], context)?.block === false).length;
    const [first] = ["http", "server", "location", "upstream", "main"]
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
const httpFolder = /(?:^|\/)(?:conf\.d|http\.d|sites-(?:available|enabled)|vhosts?(?:\.d)?)\/[^/]*$/;
/** A server of the stream module proxies by itself, not in a location. */
function isStream({ name, block }) {
    return (name.value === "server" &&
        block !== null &&
        !block.directives.some((inner) => ["location", "server_name"].includes(inner.name.value)) &&
        block.directives.some((inner) => inner.name.value === "proxy_pass" && inner.parameters[0]?.value.includes("://") !== true));
}

;// CONCATENATED MODULE: ./build/core/policy/reader.js

function reader(schema, read) {
    return Object.assign((...args) => read(...args), {
        schema,
    });
}
/** The same reader, with what an editor shows beside the key. */
function about(description, read) {
    return reader({ description, ...read.schema }, read);
}
/** The schema of a map whose keys are known. */
function mapSchema(readers, more = {}) {
    const properties = Object.entries(readers).map(([key, { schema }]) => [key, schema]);
    return {
        type: ["object", "null"],
        additionalProperties: false,
        properties: Object.fromEntries(properties),
        ...more,
    };
}
/** Reads a map whose keys are known. Gives its entries by key; other keys and wrong types are complained about. */
function fields(node, what, keys, complain, hint = () => null) {
    const found = new Map();
    for (const entry of entries(node, what, complain)) {
        const key = keys.find((known) => known === entry.key);
        if (key === undefined) {
            const place = what === "" ? "" : ` in ${what}`;
            const advice = hint(entry.key) ?? suggestion(entry.key, keys);
            complain(entry.keyAt, `unknown key ${reader_quoted(entry.key)}${place}: ${advice}expected ${oneOf(keys)}`);
        }
        else {
            found.set(key, entry);
        }
    }
    return found;
}
/** The entries of a map; none for an empty value or, after a complaint, for another type. */
function entries(node, what, complain) {
    if (node.kind === "map")
        return node.entries;
    if (node.kind !== "empty") {
        const subject = what === "" ? "the policy" : what;
        complain(node.at, `${subject} is ${described(node)}: expected keys with values`);
    }
    return [];
}
/** Reads one of the allowed words. */
function choice(...words) {
    return reader({ enum: words }, (node, what, complain) => {
        const word = node.kind === "text" ? words.find((each) => each === node.text) : undefined;
        if (word === undefined) {
            const advice = node.kind === "text" ? suggestion(node.text, words) : "";
            complain(node.at, `${what} is ${described(node)}: ${advice}expected ${oneOf(words)}`);
        }
        return word;
    });
}
/** Reads a text that meets all demands, and `check`, which gives null or what was expected instead. */
function reader_text(expected, demands = [], check = () => null) {
    const patterns = demands.map(({ pattern }) => ({ pattern: pattern.source }));
    const schema = {
        type: "string",
        minLength: 1,
        ...(patterns.length > 0 && { allOf: patterns }),
    };
    return reader(schema, (node, what, complain) => {
        const problem = node.kind === "text" ? (unmet(demands, node.text) ?? check(node.text)) : expected;
        if (node.kind === "text" && node.text !== "" && problem === null)
            return node.text;
        complain(node.at, `${what} is ${described(node)}: expected ${problem ?? expected}`);
        return undefined;
    });
}
function unmet(demands, value) {
    const first = demands.find(({ pattern }) => !pattern.test(value));
    if (first === undefined)
        return null;
    return typeof first.expected === "string" ? first.expected : first.expected(value);
}
/** Reads a list; an empty value is an empty list. Entries that are wrong are left out after a complaint. */
function list(entry, example) {
    const schema = { type: ["array", "null"], items: entry.schema };
    return reader(schema, (node, what, complain) => {
        if (node.kind === "empty")
            return [];
        if (node.kind !== "list") {
            complain(node.at, `${what} is ${described(node)}: expected a list such as ${example}`);
            return undefined;
        }
        return node.items
            .map((item, index) => entry(item, `${what}[${index}]`, complain))
            .filter((item) => item !== undefined);
    });
}
/** Reads `true` or `false`; `on` and `off`, which older YAML takes for the same, count too. */
const flag = reader({ enum: [true, false, "on", "off"] }, (node, what, complain) => {
    const word = node.kind === "text" ? node.text : "";
    if (/^(?:true|on)$/i.test(word))
        return true;
    if (/^(?:false|off)$/i.test(word))
        return false;
    const advice = suggestion(word, ["true", "false"]);
    complain(node.at, `${what} is ${described(node)}: ${advice}expected true or false`);
    return undefined;
});
/** `did you mean "x"? `, or nothing where no candidate is near. */
function suggestion(word, candidates) {
    const candidate = nearest_nearest(word, candidates);
    return candidate === null ? "" : `did you mean ${reader_quoted(candidate)}? `;
}
/** A value in the words of a message. */
function described(node) {
    switch (node.kind) {
        case "empty":
            return "empty";
        case "list":
            return "a list";
        case "map":
            return "a map";
        case "text":
            return reader_quoted(node.text);
        default:
            return node;
    }
}
/** The text in double quotes, on one line and not too long. */
function reader_quoted(value) {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}\u2026` : value);
}
function oneOf(words) {
    return words.length < 3 ? words.join(" or ") : `one of ${words.join(", ")}`;
}

;// CONCATENATED MODULE: ./build/core/rules/names.js
const everyProfile = ["basic", "recommended", "enterprise", "hardened"];
const fromRecommended = ["recommended", "enterprise", "hardened"];
const fromEnterprise = ["enterprise", "hardened"];
const onlyHardened = ["hardened"];
/** Every rule there is, in the order in which lists show them. */
const ruleTable = {
    "upgrade-header": {
        group: "handshake",
        severity: "error",
        summary: "The upstream does not get `Upgrade: websocket`",
        profiles: everyProfile,
    },
    "connection-header": {
        group: "handshake",
        severity: "error",
        summary: "The upstream does not get `upgrade` in `Connection`",
        profiles: everyProfile,
    },
    "http-version": {
        group: "handshake",
        severity: "error",
        summary: "The handshake reaches the upstream as something else than HTTP/1.1",
        profiles: everyProfile,
    },
    "header-inheritance": {
        group: "handshake",
        severity: "error",
        summary: "A `proxy_set_header` of this level discards the upgrade headers of an outer one",
        profiles: everyProfile,
    },
    "connection-map": {
        group: "handshake",
        severity: "error",
        summary: "The map behind `Connection` or `Upgrade` gives a handshake the wrong value",
        profiles: everyProfile,
    },
    "undefined-variable": {
        group: "handshake",
        severity: "error",
        summary: "A proxied header or address uses a variable that nothing defines, so nginx does not start",
        profiles: everyProfile,
    },
    "proxy-pass-scheme": {
        group: "handshake",
        severity: "error",
        summary: "`proxy_pass` has a `ws://` or `wss://` address, which nginx does not know",
        profiles: everyProfile,
    },
    "misplaced-directive": {
        group: "handshake",
        severity: "error",
        summary: "A directive stands in a block in which nginx refuses it",
        profiles: everyProfile,
    },
    "duplicate-directive": {
        group: "handshake",
        severity: "error",
        summary: "A directive that may stand once per block stands there twice",
        profiles: everyProfile,
    },
    "invalid-directive": {
        group: "handshake",
        severity: "error",
        summary: "nginx refuses a directive as it is written, so it does not start",
        profiles: everyProfile,
    },
    "missing-include": {
        group: "handshake",
        severity: "error",
        summary: "An `include` has no file to read, so nginx does not start",
        profiles: everyProfile,
    },
    "contradictory-header": {
        group: "handshake",
        severity: "warning",
        summary: "Two lines set the same header, and both are sent",
        profiles: everyProfile,
    },
    "hidden-response-header": {
        group: "handshake",
        severity: "error",
        summary: "A header of the 101 answer that the client needs is hidden from it",
        profiles: everyProfile,
    },
    "altered-request": {
        group: "handshake",
        severity: "error",
        summary: "The request is changed on its way so that it is no handshake any more",
        profiles: everyProfile,
    },
    "subrequest-upgrade": {
        group: "handshake",
        severity: "warning",
        summary: "An `auth_request` or `mirror` subrequest carries the upgrade headers too",
        profiles: everyProfile,
    },
    "missing-resolver": {
        group: "handshake",
        severity: "error",
        summary: "nginx has to look up the upstream's name and has no `resolver` to ask",
        profiles: everyProfile,
    },
    "cached-handshake": {
        group: "handshake",
        severity: "error",
        summary: "A handshake can be answered from the cache",
        profiles: everyProfile,
    },
    "location-shadowed": {
        group: "handshake",
        severity: "error",
        summary: "No request can reach the location, because something else answers first",
        profiles: everyProfile,
    },
    endpoint: {
        group: "handshake",
        severity: "error",
        summary: "An endpoint that the policy promises does not upgrade",
        profiles: everyProfile,
    },
    syntax: {
        group: "handshake",
        severity: "error",
        summary: "nginx cannot read the file",
        profiles: everyProfile,
    },
    "ignored-annotation": {
        group: "handshake",
        severity: "warning",
        summary: "An Ingress has an annotation or a value that ingress-nginx does not know, and nothing comes of it",
        profiles: everyProfile,
    },
    "silence-comment": {
        group: "handshake",
        severity: "notice",
        summary: "A comment to this program silences nothing, gives no reason, or is not understood",
        profiles: everyProfile,
    },
    "idle-timeout": {
        group: "traffic",
        severity: "warning",
        summary: "A quiet connection is closed too soon by `proxy_read_timeout`",
        profiles: everyProfile,
    },
    "hardcoded-upgrade": {
        group: "traffic",
        severity: "warning",
        summary: "Ordinary requests reach the upstream as upgrade requests",
        profiles: fromRecommended,
    },
    "keepalive-defeated": {
        group: "traffic",
        severity: "warning",
        summary: "Ordinary requests close the connections that the upstream should keep",
        profiles: fromRecommended,
    },
    "host-header": {
        group: "traffic",
        severity: "warning",
        summary: "The upstream sees another host than the client, which fails its check of the origin",
        profiles: fromRecommended,
    },
    "upstream-path": {
        group: "traffic",
        severity: "warning",
        summary: "The path that reaches the upstream is not the one that was meant",
        profiles: fromRecommended,
    },
    "streaming-buffering": {
        group: "traffic",
        severity: "warning",
        summary: "Server-Sent Events are held back by buffering",
        profiles: fromRecommended,
    },
    "sticky-sessions": {
        group: "traffic",
        severity: "notice",
        summary: "A protocol that needs one server per client is spread over several",
        profiles: fromRecommended,
    },
    "connection-passthrough": {
        group: "traffic",
        severity: "warning",
        summary: "The client decides what `Connection` says to the upstream",
        profiles: fromRecommended,
    },
    "upgrade-map": {
        group: "enterprise",
        severity: "notice",
        summary: "A literal `Connection` where a map would serve both kinds of traffic",
        profiles: fromEnterprise,
    },
    "upstream-keepalive": {
        group: "enterprise",
        severity: "notice",
        summary: "The upstream keeps no connections for ordinary requests",
        profiles: fromEnterprise,
    },
    "client-headers": {
        group: "enterprise",
        severity: "notice",
        summary: "The upstream is not told the client's address and scheme",
        profiles: fromEnterprise,
    },
    "websocket-buffering": {
        group: "enterprise",
        severity: "off",
        summary: "House style: `proxy_buffering off` where WebSockets are served",
        profiles: fromEnterprise,
    },
    observability: {
        group: "enterprise",
        severity: "notice",
        summary: "No access log shows whether handshakes succeed",
        profiles: fromEnterprise,
    },
    "h2c-smuggling": {
        group: "hardened",
        severity: "warning",
        summary: "A client can open an HTTP/2 tunnel past the access rules",
        profiles: onlyHardened,
    },
    "origin-check": {
        group: "hardened",
        severity: "notice",
        summary: "Pages of other sites can open a WebSocket in a visitor's name",
        profiles: onlyHardened,
    },
};
/** Whether there is a rule of this name. */
function isRuleId(name) {
    return Object.hasOwn(ruleTable, name);
}

;// CONCATENATED MODULE: ./build/core/intent/comments.js


/** What people write of their own; a comment that holds a directive is one that they switched off. */
const directive = /^#+\s*(?:[a-z_]+\s+\S.*;|[a-z_]+\s.*\{|\})\s*(?:#.*)?$/;
/** The index of the first comment that starts at or after the offset. */
function firstFrom(comments, offset) {
    let low = 0;
    let high = comments.length;
    while (low < high) {
        const middle = (low + high) >>> 1;
        if ((comments[middle]?.start ?? 0) < offset) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}
/** The comments in the lines directly above, without a blank line between, nearest last. */
function commentsAbove(document, offset) {
    const { text, tree } = document;
    const found = [];
    let below = offset;
    for (let index = firstFrom(tree.comments, offset) - 1; index >= 0; index -= 1) {
        const comment = tree.comments[index];
        if (comment === undefined || !/^\r?\n?[ \t]*$/.test(text.slice(comment.end, below)))
            break;
        if (!isAloneInLine(document, comment))
            break;
        found.unshift(comment);
        below = comments_lineStart(text, comment.start);
    }
    return found;
}
/** Whether nothing but space stands before the comment in its line. */
function isAloneInLine({ text }, comment) {
    return /^[\s\uFEFF]*$/.test(text.slice(comments_lineStart(text, comment.start), comment.start));
}
const comments_none = [];
/** What the author says about a block in words: above it and in it, but not in the blocks within. */
const remarksOn = rememberedOf((use) => {
    const { document, directive: block } = use;
    const { comments } = document.tree;
    const within = [];
    for (let index = firstFrom(comments, block.start); index < comments.length; index += 1) {
        const comment = comments[index];
        if (comment === undefined || comment.start >= block.end)
            break;
        const around = lastBefore(block.block?.directives ?? [], comment.start);
        if (around?.block == null || comment.start >= around.end)
            within.push(comment);
    }
    const above = commentsAbove(document, block.start);
    if (above.length + within.length === 0)
        return comments_none;
    return [...above, ...within]
        .map(({ start, end }) => document.text.slice(start, end))
        .filter((remark) => !directive.test(remark.trim()));
});
function comments_lineStart(text, offset) {
    return text.lastIndexOf("\n", offset - 1) + 1;
}

;// CONCATENATED MODULE: ./build/core/intent/silences.js




const marker = /^#+\s*nginx-websocket-guard\b\s*:?\s*/i;
const silences_forms = "expected ignore[rule] with a reason, websocket or http";
/** All comments of a file that speak to us, in the order of the text. */
const guardComments = rememberedOf((document) => {
    const result = {
        silences: [],
        declarations: [],
        faults: [],
    };
    for (const span of document.tree.comments) {
        const comment = document.text.slice(span.start, span.end).trimEnd();
        const opening = marker.exec(comment)?.[0];
        if (opening !== undefined) {
            silences_read(document, span, comment.slice(opening.length), result);
        }
    }
    return result;
});
/** The silences of a file; `guardComments` has its other comments and the faulty ones. */
function silencesOf(document) {
    return guardComments(document).silences;
}
function silences_read(document, span, words, result) {
    const target = silences_targetOf(document, span);
    const declaration = /^(websocket|http)\b/i.exec(words)?.[1]?.toLowerCase();
    const silence = /^ignore\s*\[([^\]]*)\](.*)$/i.exec(words);
    if (declaration !== undefined) {
        if (target?.name.value === "location") {
            result.declarations.push({ span, websocket: declaration === "websocket", target });
        }
        else {
            result.faults.push({
                span,
                message: `${reader_quoted(declaration)} stands above no location: expected one in the next line`,
            });
        }
    }
    else if (silence !== null) {
        readSilence(span, silence[1] ?? "", silence[2] ?? "", target, result);
    }
    else if (/^ignore\b/i.test(words)) {
        result.faults.push({
            span,
            message: "ignore names no rule: expected ignore[rule] with a reason",
        });
    }
    else {
        const [word = ""] = words.split(/[\s[]/);
        const advice = suggestion(word, ["ignore", "websocket", "http"]);
        result.faults.push({ span, message: `unknown word ${reader_quoted(word)}: ${advice}${silences_forms}` });
    }
}
function readSilence(span, list, rest, target, result) {
    const rules = [];
    const names = list.split(",").map((name) => name.trim());
    for (const name of names) {
        if (isRuleId(name)) {
            rules.push(name);
        }
        else {
            const advice = suggestion(name, Object.keys(ruleTable));
            const message = name === ""
                ? "ignore names no rule: expected ignore[rule] with a reason"
                : `unknown rule ${reader_quoted(name)}: ${advice}expected a rule's name`;
            result.faults.push({ span, message });
        }
    }
    if (rules.length > 0) {
        const reason = rest.replace(/^[\s:,.\u2013\u2014-]+/, "").trim();
        result.silences.push({ span, rules, reason: reason === "" ? null : reason, target });
    }
}
/** The directive in whose line the comment stands, else the next one in the same block. */
function silences_targetOf(document, span) {
    return isAloneInLine(document, span)
        ? nextDirective(document.tree.directives, span.end)
        : lastOfLine(document.tree.directives, document.text.lastIndexOf("\n", span.start) + 1, span.start);
}
function nextDirective(directives, offset) {
    const next = directives[indexAfter(directives, offset)];
    if (next === undefined)
        return null;
    const block = next.block;
    return block !== null && block.start < offset ? nextDirective(block.directives, offset) : next;
}
/** The last directive that begins between the two offsets, else the one that reaches into the line. */
function lastOfLine(directives, from, to) {
    const starting = directives[indexStarting(directives, to) - 1];
    if (starting === undefined)
        return null;
    const inside = starting.block === null ? null : lastOfLine(starting.block.directives, from, to);
    if (inside !== null && inside.end > from)
        return inside;
    return starting.end > from ? starting : null;
}
/** The first directive that ends after the offset. */
function indexAfter(directives, offset) {
    return partition(directives, (each) => each.end <= offset);
}
/** The first directive that starts at or after the offset. */
function indexStarting(directives, offset) {
    return partition(directives, (each) => each.start < offset);
}
function partition(directives, isBefore) {
    let low = 0;
    let high = directives.length;
    while (low < high) {
        const middle = (low + high) >>> 1;
        const each = directives[middle];
        if (each !== undefined && isBefore(each)) {
            low = middle + 1;
        }
        else {
            high = middle;
        }
    }
    return low;
}

;// CONCATENATED MODULE: ./build/core/check/fingerprint.js



/** A finding's identity: 16 hexadecimal digits, which stay the same when lines move. */
function fingerprintOf(parts) {
    return fnv1a(JSON.stringify([parts.rule, parts.path, parts.blockPath, parts.directive, parts.ordinal]));
}
/**
 * The blocks around a place, outermost first, e.g. `http > server[api.example.com] > location[/ws]`; empty at the file's
 * top level. A block is not around its own head. The second of two blocks with one name is `server[api.example.com]#2`.
 */
function blockPath({ document, span }) {
    const names = [];
    let siblings = document.tree.directives;
    for (;;) {
        const around = lastBefore(siblings, span.start);
        const block = around?.block;
        if (!around || !block || span.start < block.open.end || block.end < span.end) {
            return names.join(" > ");
        }
        names.push(fingerprint_namesIn(siblings).get(around) ?? "");
        siblings = block.directives;
    }
}
/** Each block's name among its siblings; worked out once per level. */
const fingerprint_namesIn = rememberedOf((siblings) => {
    const names = new Map();
    const counts = new Map();
    for (const directive of siblings) {
        if (!directive.block)
            continue;
        const name = fingerprint_nameOf(directive);
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        names.set(directive, count === 1 ? name : `${name}#${count}`);
    }
    return names;
});
/** A server is known by its first name, or where it has none by its first listener. */
function fingerprint_nameOf({ name, parameters, block }) {
    const words = name.value === "server"
        ? [firstParameter(block?.directives ?? [], "server_name", "listen")]
        : parameters.map(({ value }) => value);
    const label = readable(words.join(" "));
    return label === "" ? name.value : `${name.value}[${label}]`;
}
function firstParameter(directives, ...names) {
    for (const name of names) {
        const directive = directives.find((each) => each.name.value === name);
        const value = directive?.parameters[0]?.value;
        if (value)
            return value;
    }
    return "";
}
/** FNV-1a with 64 bits, over UTF-16 units. */
function fnv1a(text) {
    let hash = 0xcbf29ce484222325n;
    for (let index = 0; index < text.length; index += 1) {
        hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
    }
    return hash.toString(16).padStart(16, "0");
}

;// CONCATENATED MODULE: ./build/core/handshake/listen.js



/** The addresses of a server, `*:80` where it says none; none where something hidden or unknown may say more. */
const listenersOf = rememberedOf((server) => {
    const lines = usesOf(server, "listen").filter((use) => use.parameters.length > 0);
    if (lines.length === 0 || lines.some((use) => use.parameters.some(isOpaque))) {
        return lines.length > 0 || server.hidden.length > 0
            ? []
            : [{ address: "*", port: "80", scheme: "http", isDefault: false }];
    }
    // `ssl on` is of nginx before 1.25.1.
    const ssl = usesOf(server, "ssl").some((use) => use.parameters[0]?.toLowerCase() === "on");
    return lines.map((use) => {
        const [where = "", ...words] = use.parameters;
        return {
            ...addressOf(where),
            scheme: ssl || words.includes("ssl") || words.includes("quic") ? "https" : "http",
            isDefault: words.includes("default_server") || words.includes("default"),
        };
    });
});
/** Other words for an address of IPv4. */
const sameAs = new Map([
    ["0.0.0.0", "*"],
    ["localhost", "127.0.0.1"],
]);
function addressOf(where) {
    if (where.startsWith("unix:")) {
        return { address: where, port: "" };
    }
    if (/^\d+$/.test(where)) {
        return { address: "*", port: where };
    }
    const [, address = where, port = "80"] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(where) ?? [];
    const known = address.toLowerCase();
    return { address: sameAs.get(known) ?? known, port };
}
/** Every name that a server answers to, as written. */
const serverNames = rememberedOf((server) => usesOf(server, "server_name").flatMap((use) => use.parameters));
/** `$server_name`: the first name; null where a hidden directive may give one. */
function serverNameOf(server) {
    const [first] = serverNames(server);
    if (first === undefined || isOpaque(first)) {
        return first !== undefined || server.hidden.length > 0 ? null : "";
    }
    return first.startsWith(".") ? first.slice(1) : first.toLowerCase();
}
/** The one name that every request of this server asks for, or null where there are several or a pattern. */
function exactServerName(server) {
    const [first, ...more] = serverNames(server);
    return first !== undefined && more.length === 0 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(first)
        ? first.toLowerCase()
        : null;
}

;// CONCATENATED MODULE: ./build/core/handshake/ended.js
/** The exchange of a request that nothing is proxied for. */
function ended(probe, outcome, steps, at = {}) {
    return {
        probe,
        outcome,
        status: at.status ?? null,
        answeredBy: at.answeredBy ?? null,
        level: at.level ?? null,
        pass: null,
        steps,
        obstacles: [],
        upstream: null,
        idleTimeoutMs: null,
        reusesUpstreamConnection: false,
    };
}

;// CONCATENATED MODULE: ./build/core/handshake/pass.js

/** Directives that hand a request to another server. */
const passes = new Set([
    "proxy_pass",
    "grpc_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "scgi_pass",
    "memcached_pass",
]);
/** Blocks that may have one. */
const openers = new Set(["location", "if", "limit_except"]);
/**
 * Every proxying level with a pass of its own, once per use, in the order of the text. `if` and `limit_except` that only
 * take on their location's pass are not listed.
 */
function proxyingLevels(config) {
    const found = [];
    const add = (level) => {
        const pass = ownPass(level);
        if (pass !== null) {
            found.push({ level, pass });
        }
    };
    add(config.main);
    for (const { inner } of usesOfAny(config, (name) => openers.has(name))) {
        if (inner !== null) {
            add(inner);
        }
    }
    return found;
}
/** The level's own pass; of passes of several kinds the last takes the requests, for each sets the location's handler. */
function ownPass(level) {
    if (level.context !== "location" &&
        level.context !== "location-if" &&
        level.context !== "limit_except") {
        return null;
    }
    const last = level.uses.findLast((use) => passes.has(use.name));
    return last === undefined ? null : (level.uses.find((use) => use.name === last.name) ?? null);
}
/** The pass that takes a request with this level's settings: an `if` or `limit_except` without one has its location's (E78). */
function passOf(level) {
    const own = ownPass(level);
    const inherits = level.context === "location-if" || level.context === "limit_except";
    return own ?? (inherits && level.parent !== null ? ownPass(level.parent) : null);
}

;// CONCATENATED MODULE: ./build/core/handshake/locate.js




/** Reads a location's parameters (ngx_http_core_location); null where its level is none. */
const locationName = rememberedOf((level) => {
    if (level.context !== "location" || level.opener === null) {
        return null;
    }
    const [first = "", second] = level.opener.parameters;
    const [, modifier = "", text = ""] = second === undefined ? (/^(=|\^~|~\*|~)?(.*)$/s.exec(first) ?? []) : ["", first, second];
    const kinds = {
        "=": "exact",
        "^~": "prefix-no-regex",
        "~": "regex",
        "~*": "regex-caseless",
    };
    return { kind: kinds[modifier] ?? (text.startsWith("@") ? "named" : "prefix"), text };
});
/** As many regular expressions are tried on one level; each takes its time to compile. */
const locate_MOST_PATTERNS = 2000;
const tableOf = rememberedOf((level) => {
    const exact = new Map();
    const prefixes = new Map();
    const patterns = [];
    const named = new Map();
    for (const { inner } of usesOf(level, "location")) {
        const name = inner === null ? null : locationName(inner);
        if (inner === null || name === null) {
            continue;
        }
        if (name.kind === "exact") {
            exact.set(name.text, inner);
        }
        else if (name.kind === "named") {
            named.set(name.text, inner);
        }
        else if (name.kind === "regex" || name.kind === "regex-caseless") {
            patterns.push({ level: inner, name });
        }
        else {
            prefixes.set(name.text, inner);
        }
    }
    const lengths = [...new Set([...prefixes.keys()].map((text) => text.length))];
    return { exact, prefixes, lengths: lengths.toSorted((a, b) => b - a), patterns, named };
});
/** The named location of a server, or null. */
function namedLocation(server, name) {
    return tableOf(server).named.get(name) ?? null;
}
/**
 * The location for a path, as ngx_http_core_find_location finds it: exact, the longest prefix and then what is nested in
 * it, then regular expressions in order unless the prefix says `^~`. `level` itself where no location matches.
 */
function locate(level, path) {
    return search(level, path, `${path}/`).located;
}
function search(level, path, slashedPath) {
    const { exact, prefixes, lengths, patterns } = tableOf(level);
    const precise = exact.get(path);
    if (precise !== undefined) {
        return locate_final({ level: precise, groups: null, redirect: false });
    }
    const slashed = exact.get(slashedPath) ?? prefixes.get(slashedPath);
    let found = { level, groups: null, redirect: false };
    let noRegex = false;
    const length = lengths.find((each) => each <= path.length && prefixes.has(path.slice(0, each)));
    const prefix = length === undefined ? undefined : prefixes.get(path.slice(0, length));
    if (length !== path.length && slashed !== undefined && passOf(slashed) !== null) {
        return locate_final({ level: slashed, redirect: true });
    }
    if (prefix !== undefined) {
        noRegex = locationName(prefix)?.kind === "prefix-no-regex";
        const nested = search(prefix, path, slashedPath);
        if (nested.isFinal) {
            return nested;
        }
        found = nested.located;
    }
    for (const [index, { level: inner, name }] of noRegex ? [] : patterns.entries()) {
        if (index === locate_MOST_PATTERNS) {
            const why = `there are more than ${locate_MOST_PATTERNS} locations with regular expressions`;
            return locate_final({ unknown: why });
        }
        const groups = compilePattern(name.text, name.kind === "regex-caseless")?.match(path);
        if (groups === undefined) {
            return locate_final({ unknown: `whether location ~ ${name.text} matches cannot be told` });
        }
        if (groups !== null) {
            const nested = search(inner, path, slashedPath).located;
            return locate_final("unknown" in nested || nested.redirect
                ? nested
                : { ...nested, groups: nested.groups ?? groups });
        }
    }
    return { located: found, isFinal: false };
}
function locate_final(located) {
    return { located, isFinal: true };
}

;// CONCATENATED MODULE: ./build/core/handshake/meddler.js


/** Directives that run code on a request before it is passed on: it may set variables, or answer. */
const meddling = [
    "rewrite_by_lua",
    "rewrite_by_lua_block",
    "rewrite_by_lua_file",
    "access_by_lua",
    "access_by_lua_block",
    "access_by_lua_file",
    "js_access",
];
/** The first such directive of this location or around it, by name; null where there is none. */
const meddlerOf = rememberedOf((level) => {
    const [own] = meddling.flatMap((name) => usesOf(level, name));
    return own?.name ?? (level.parent === null ? null : meddlerOf(level.parent));
});
/** Calls of lua-nginx-module with which a request goes on elsewhere, or its headers are other ones. */
const moves = /\bngx\s*\.\s*(?:exec|redirect|exit|req\s*\.\s*(?:set_uri|set_header|clear_header))\b/;
/**
 * The first directive of this location or around it whose code may send a request elsewhere, by name; null where there is
 * none. What a file holds that nobody shows us may do so.
 */
const moverOf = rememberedOf((level) => {
    const own = meddling.flatMap((name) => usesOf(level, name)).find(mayMove);
    return own?.name ?? (level.parent === null ? null : moverOf(level.parent));
});
function mayMove({ name, document, directive, parameters }) {
    if (name.endsWith("_file") || name === "js_access") {
        return true;
    }
    const lua = directive.block?.lua ?? null;
    const code = lua === null ? (parameters[0] ?? "") : document.text.slice(lua.start, lua.end);
    return moves.test(code);
}

;// CONCATENATED MODULE: ./build/core/handshake/resolver.js





/**
 * The name that nginx would have to look up for each request, because the address holds a variable, while no `resolver`
 * says which server to ask: it answers 502 and logs `no resolver defined to resolve \u2026` (ngx_http_upstream_init_request).
 * Null where there is one, where the address needs none, or where it is not known.
 *
 * @param address scheme and authority of a `proxy_pass`, its variables replaced
 *
 * It needs none where it is an IP address, the name of an `upstream` (without a port), or the host and port of another
 * pass without variables, which nginx has looked up as it started.
 */
function unresolvedHost(config, level, address) {
    if (!isKnown(address))
        return null;
    const [, scheme = "", host = "", port] = authority.exec(address) ?? [];
    const needsNone = host === "" || /^(?:\d+\.){3}\d+$/.test(host) || upstreamOf(config, { address }) !== null;
    if (needsNone || lookedUp(config).has(hostAndPort(scheme, host, port)))
        return null;
    return effectiveSetting(level, "resolver").state === "default" ? host : null;
}
/** Scheme, host and port; IPv6 addresses and sockets do not match. */
const authority = /^(?:([a-z]+):\/\/)?(?!unix:)([^[\]:/]+)(?::(\d+))?$/i;
/** Hosts that stand in passes as they are. */
const lookedUp = rememberedOf((config) => {
    const written = proxyingLevels(config).map(({ pass }) => pass.parameters[0] ?? "");
    return new Set(written
        .filter((address) => !address.includes("$"))
        .flatMap((address) => {
        const [, scheme = "", host, port] = authority.exec(address.replace(/(?<=[^:/])\/.*$/, "")) ?? [];
        return host === undefined ? [] : [hostAndPort(scheme, host, port)];
    }));
});
function hostAndPort(scheme, host, port) {
    const usual = scheme.toLowerCase() === "https" ? "443" : "80";
    return `${host.toLowerCase()}:${port ?? usual}`;
}

;// CONCATENATED MODULE: ./build/core/handshake/script.js




/**
 * Runs `set`, `if`, `return`, `rewrite` and `break` of a level in their order, as ngx_http_rewrite_module does: the last
 * `if` that held gives its settings, and a `return` after it still wins (E76).
 *
 * Where the request stands for all of a location's, a condition that is not known counts as not held: the question is
 * what becomes of the requests that stay.
 *
 * @param taken an `if` whose condition counts as held where it is not known: the request stands for those that end in it
 */
function runScript(level, scope, steps, taken = null) {
    const running = {
        scope,
        steps,
        taken,
        settings: level,
        rewritten: null,
        mayHaveStopped: false,
        escapesGroups: true,
    };
    const end = run(level, running);
    if (end !== "next" && end !== "stop") {
        return end;
    }
    const { settings, rewritten, mayHaveStopped } = running;
    return rewritten === null || mayHaveStopped
        ? { end: "continue", level: settings }
        : { end: "rewritten", level: settings, use: rewritten };
}
function run(level, running) {
    for (const use of scriptOf(level)) {
        if (running.mayHaveStopped && (use.inner === null || use.inner !== running.taken)) {
            forgetAssigned(use, running.scope, "whether a rewrite \u2026 break before it matches is not known");
            continue;
        }
        switch (use.name) {
            case "set":
                script_assign(use, running);
                break;
            case "break":
                takeAsItIs(running);
                return "stop";
            case "return": {
                const [code = ""] = use.parameters;
                const status = /^\d+$/.test(code) ? Number(code) : 302;
                const text = use.parameters.length > 1 && !isRedirect(status);
                return { end: "answered", status, text, level: running.settings, use };
            }
            case "rewrite": {
                const end = rewrite(use, running);
                if (end !== "next") {
                    return end;
                }
                break;
            }
            case "if": {
                const end = use.inner === null ? "next" : runIf(use, use.inner, running);
                if (end !== "next") {
                    return end;
                }
                break;
            }
        }
    }
    return "next";
}
/** The level's directives of the rewrite module. They are run for each location of a server, which may have thousands. */
const scriptOf = rememberedOf((level) => level.uses.filter(({ name }) => /^(?:set|if|return|rewrite|break)$/.test(name)));
function runIf(use, inner, running) {
    const { scope, taken, steps } = running;
    const held = holds(use, running) ?? (inner === taken ? true : null);
    if (held === null) {
        if (!script_matters(inner)) {
            return "next";
        }
        if (!scope.request.standsForAll) {
            return { end: "unknown", why: `whether (${conditionText(use)}) holds is not known`, use };
        }
        forgetAssigned(use, scope, `whether (${conditionText(use)}) holds is not known`);
        return "next";
    }
    if (!held) {
        return "next";
    }
    steps.push(`if (${conditionText(use)}) holds (line ${lineOf(use)})`);
    if (inner.context === "location-if") {
        running.settings = inner;
    }
    return run(inner, running);
}
/** The line of a directive, for people. */
function lineOf(use) {
    return use.document.lines.lineAt(use.directive.start);
}
function isRedirect(status) {
    return [301, 302, 303, 307, 308].includes(status);
}
/** `break` ends the search for another location; the URI part of `proxy_pass` then replaces nothing. */
function takeAsItIs(running) {
    if (running.rewritten !== null) {
        running.rewritten = null;
        running.scope.replacesPath = false;
    }
}
function script_assign(use, { scope, escapesGroups }) {
    const [name, text] = use.parameters;
    if (name?.startsWith("$") !== true || text === undefined) {
        return;
    }
    const key = name.slice(1).toLowerCase();
    const value = evaluateWord(text, scope, escapesGroups);
    if (key === "args") {
        scope.query = isKnown(value) ? value : null;
    }
    else {
        scope.assigned.set(key, value);
    }
}
/** Variables that a `set` gives a value, or one in an `if`, of which nobody knows whether the request passes it. */
function forgetAssigned(passed, scope, why) {
    for (const use of passed.inner === null ? [passed] : usesWithin(passed.inner)) {
        if (use.name === "set" && use.parameters[0] !== undefined) {
            const name = use.parameters[0].slice(1).toLowerCase();
            scope.assigned.set(name, unknown(why, `$${name}`));
            if (name === "args") {
                scope.query = null;
            }
        }
    }
}
/** Patterns that match every path, whatever it is. */
const everyPath = /^(?:\^|\/|\^\/|\(?\.\*\)?|\^\(?\.[*+]\)?\$?|\^?\/\(?\.\*\)?\$?|\(\.[*+]\)\$?)$/;
function rewrite(use, running) {
    const { scope, steps } = running;
    const [pattern = "", replacement = "", mode] = use.parameters;
    const redirects = mode === "redirect" || mode === "permanent" || /^(?:https?:\/\/|\$scheme)/.test(replacement);
    if (scope.path === null) {
        forgetCaptures(scope, "it is a part of the path that the client asks for");
        if (!everyPath.test(pattern)) {
            running.mayHaveStopped ||= mode === "break";
            return "next";
        }
    }
    else {
        const groups = compilePattern(pattern, false)?.match(scope.path);
        if (groups === undefined) {
            return { end: "unknown", why: `whether ${pattern} matches cannot be told`, use };
        }
        if (groups === null) {
            capture(new Map(), scope);
            return "next";
        }
        capture(groups, scope);
    }
    running.escapesGroups = false;
    if (redirects) {
        const status = mode === "permanent" ? 301 : 302;
        return { end: "answered", status, text: false, level: running.settings, use };
    }
    const question = replacement.indexOf("?");
    const target = evaluate(question < 0 ? replacement : replacement.slice(0, question), scope);
    const query = question < 0
        ? ""
        : evaluateWord(replacement.slice(question + 1).replace(/\?$/, ""), scope, true);
    if (!isKnown(target) && !scope.request.standsForAll) {
        return { end: "unknown", why: target.unknown, use };
    }
    if (target === "") {
        return { end: "answered", status: 500, text: false, level: running.settings, use };
    }
    const appends = !replacement.endsWith("?");
    if (question >= 0) {
        scope.query =
            !isKnown(query) || (appends && scope.query === null)
                ? null
                : query + (appends && scope.query !== null && scope.query !== "" ? `&${scope.query}` : "");
    }
    scope.path = isKnown(target) ? target : null;
    scope.sentAsAsked = false;
    scope.isInternal = true;
    if (isKnown(target)) {
        steps.push(`rewrite to ${target} (line ${lineOf(use)})`);
    }
    if (mode === "break") {
        running.rewritten = null;
        scope.replacesPath = false;
        return "stop";
    }
    running.rewritten = use;
    return mode === "last" ? "stop" : "next";
}
/**
 * Evaluates a word of the script.
 *
 * @param escapesGroups whether groups are escaped as in a query, which nginx does where the client's path was escaped or had
 *   a plus (ngx_http_script_copy_capture_code)
 */
function evaluateWord(text, scope, escapesGroups) {
    scope.escapesGroups = escapesGroups && /[%+]/.test(scope.request.target?.split("?")[0] ?? "");
    const value = evaluate(text, scope);
    scope.escapesGroups = false;
    return value;
}
/** Whether a condition that nobody knows could change the way of a request. */
function script_matters(level) {
    return level.uses.some(({ name }) => name.endsWith("_pass") || ["return", "rewrite", "set", "break"].includes(name));
}
/** The condition without the parentheses, as its words are joined again. */
function conditionText(use) {
    return use.parameters
        .join(" ")
        .replace(/^\(\s*/, "")
        .replace(/\s*\)$/, "");
}
/** The words between the parentheses, which may or may not touch them. */
function conditionWords(use) {
    const words = [...use.parameters];
    const first = words[0] ?? "";
    if (first === "(") {
        words.shift();
    }
    else {
        words[0] = first.slice(1);
    }
    const last = words.at(-1) ?? "";
    if (last === ")") {
        words.pop();
    }
    else {
        words[words.length - 1] = last.slice(0, -1);
    }
    return words;
}
/** Whether the condition of an `if` holds; null where that is not known. */
function holds(use, { scope, steps, escapesGroups }) {
    const [subject = "", operator, operand = ""] = conditionWords(use);
    if (/^!?-[fdex]$/.test(subject)) {
        if (scope.request.standsForAll) {
            return null;
        }
        steps.push(`if (${conditionText(use)}): taken as if there were no such file (line ${lineOf(use)})`);
        return subject.startsWith("!");
    }
    if (!subject.startsWith("$")) {
        return null;
    }
    const value = evaluate(subject, scope);
    if (!isKnown(value)) {
        if (operator?.includes("~") === true) {
            forgetCaptures(scope, value.unknown);
        }
        return null;
    }
    if (operator === undefined) {
        return value !== "" && value !== "0";
    }
    if (operator === "=" || operator === "!=") {
        const expected = evaluateWord(operand, scope, escapesGroups);
        return isKnown(expected) ? (value === expected) === (operator === "=") : null;
    }
    if (!/^!?~\*?$/.test(operator)) {
        return null;
    }
    const groups = compilePattern(operand, operator.endsWith("*"))?.match(value);
    if (groups === undefined) {
        forgetCaptures(scope, `whether ${operand} matches cannot be told`);
        return null;
    }
    capture(groups ?? new Map(), scope);
    return (groups !== null) !== operator.startsWith("!");
}

;// CONCATENATED MODULE: ./build/core/handshake/server.js





/** Every address of every server of the http block, in the order of the text. */
function allListeners(config) {
    return serversOf(config).flatMap((server) => listenersOf(server).map((listener) => ({ server, listener })));
}
/** The servers of the http block, in the order of the text; a fragment of a server is one itself. */
function serversOf(config) {
    const { main, kind } = config;
    if (kind === "server" || kind === "location") {
        return [main];
    }
    const blocks = kind === "http" ? [main] : usesOf(main, "http").map((use) => use.inner);
    return blocks.flatMap((http) => http === null
        ? []
        : usesOf(http, "server")
            .map((use) => use.inner)
            .filter((server) => server !== null));
}
/**
 * The servers that no request comes to, each with one that answers in its place: on every address of theirs another one is
 * the default, and had each of their names before. nginx only warns ("conflicting server name \u2026 ignored").
 */
const ignoredServers = rememberedOf((config) => {
    const defaults = new Map();
    const holders = new Map();
    const reached = new Set();
    const taken = new Map();
    for (const { server, listener } of allListeners(config)) {
        const address = `${listener.address}:${listener.port}`;
        if (listener.isDefault || !defaults.has(address)) {
            defaults.set(address, server);
        }
        const names = serverNames(server).map((name) => name.toLowerCase());
        for (const name of names.length === 0 ? [""] : names) {
            const key = `${address} ${name}`;
            const holder = holders.get(key) ?? server;
            holders.set(key, holder);
            // nginx tries one regular expression after the other: the same one again is no conflict to it.
            if (holder === server || name.startsWith("~") || isOpaque(name)) {
                reached.add(server);
            }
            else {
                taken.set(server, holder);
            }
        }
    }
    for (const server of [...reached, ...defaults.values()]) {
        taken.delete(server);
    }
    for (const server of taken.keys()) {
        if (server.hidden.length > 0) {
            taken.delete(server);
        }
    }
    return taken;
});
/**
 * The server for a host among those of one address: the exact name, the longest wildcard at the front, the longest at
 * the end, the first regular expression, else the default server (ngx_http_find_virtual_server).
 *
 * @param host in lower case, without the port
 * @returns undefined where a regular expression before the right one cannot be told
 */
function serverFor(host, candidates) {
    const servers = [...new Set(candidates.map(({ server }) => server))];
    let wildcard = null;
    let rank = 0;
    for (const server of servers) {
        for (const written of serverNames(server)) {
            const name = written.toLowerCase();
            if (name === host || (name.startsWith(".") && name.slice(1) === host)) {
                return { server, groups: null, name: written };
            }
            const found = wildcardRank(name, host);
            if (found > rank) {
                rank = found;
                wildcard = { server, groups: null, name: written };
            }
        }
    }
    if (wildcard !== null) {
        return wildcard;
    }
    for (const server of servers) {
        for (const written of serverNames(server).filter((name) => name.startsWith("~"))) {
            const groups = compilePattern(written.slice(1), /[A-Z]/.test(written))?.match(host);
            if (groups === undefined) {
                return undefined;
            }
            if (groups !== null) {
                return { server, groups, name: written };
            }
        }
    }
    const chosen = candidates.find(({ listener }) => listener.isDefault) ?? candidates[0];
    return chosen === undefined ? undefined : { server: chosen.server, groups: null, name: null };
}
/** 0 where the wildcard does not match; any front wildcard ranks above any at the end, a longer one above a shorter. */
function wildcardRank(name, host) {
    if (name.startsWith("*.") || name.startsWith(".")) {
        const suffix = name.startsWith("*") ? name.slice(1) : name;
        return host.length > suffix.length && host.endsWith(suffix) ? 1_000_000 + suffix.length : 0;
    }
    if (name.endsWith(".*")) {
        const prefix = name.slice(0, -1);
        return host.length > prefix.length && host.startsWith(prefix) ? prefix.length : 0;
    }
    return 0;
}

;// CONCATENATED MODULE: ./build/core/handshake/simulate.js














/**
 * Simulates the request that stands for all requests of one probe that end at a proxying level.
 *
 * What differs between those requests is unknown: the path (but for `location =`), the query, headers beside the
 * probe's, and host, scheme and port where `server_name` and `listen` leave more than one. The rewrite module's
 * directives run as far as they are known. Where the probe cannot end at `proxyPass` \u2014 an `if` sends it elsewhere, a
 * `limit_except` does not hold for GET \u2014 the outcome is `unknown` and nothing is claimed of it.
 *
 * @param level a location, or an `if`/`limit_except` in it, whose own pass is `proxyPass`
 * @param headers what the client sends beside `Host`, as other clients than the probe's may write it
 */
function simulateAt(config, level, proxyPass, probe, version, headers = probeHeaders(probe)) {
    const server = enclosing(level, "server");
    const location = enclosing(level, "location") ?? level;
    const request = simulate_standIn(server, location, probe, headers);
    const scope = newScope(config, request, server === null ? null : serverNameOf(server));
    const steps = [];
    const end = (outcome, step, status = null, answeredBy = null) => ended(probe, outcome, [...steps, step], { status, level, answeredBy });
    const other = server === null ? undefined : ignoredServers(config).get(server);
    if (other !== undefined) {
        const where = other.opener === null ? "" : ` (line ${lineOf(other.opener)})`;
        return end("unknown", `another server${where} has the names of this one on its addresses`);
    }
    if (server !== null) {
        // The path that reaches this location may be one that the server's rewrites made.
        const before = runScript(server, { ...scope, path: null, computed: new Map() }, steps);
        if (before.end === "answered") {
            const { use, status } = before;
            return end("answered", `${use.name} (line ${lineOf(use)})`, status, use);
        }
        for (const [name, leadsElsewhere] of setInLocations(config)) {
            if (leadsElsewhere || request.cameFromElsewhere === true) {
                scope.assigned.set(name, unknown("the location that leads here may set it", `$${name}`));
            }
        }
    }
    if (locationName(location)?.kind.startsWith("regex") === true) {
        forgetCaptures(scope, "it is a part of the path that the client asks for");
    }
    scope.meddler = meddlerOf(location);
    const mover = moverOf(location);
    if (mover !== null) {
        return end("unknown", `${mover} may send the request elsewhere`);
    }
    const chosen = limited(location, request.method);
    if (chosen !== location || level.context === "limit_except") {
        return chosen === level
            ? proxied(level, proxyPass, scope, steps, version)
            : end("unknown", `${request.method} requests do not end at this ${level.opener?.name ?? "level"}`);
    }
    const before = new Map(scope.assigned);
    const script = runScript(location, scope, steps, level);
    for (const name of server === null ? [] : setAgain(config, server, location)) {
        if (scope.assigned.get(name) !== before.get(name) || !before.has(name)) {
            scope.assigned.set(name, unknown("a subrequest may set it once more", `$${name}`));
        }
    }
    switch (script.end) {
        case "answered": {
            const { use, status } = script;
            return end("answered", `${use.name} (line ${lineOf(use)})`, status, use);
        }
        case "rewritten":
            return end("unknown", `rewrite (line ${lineOf(script.use)}) sends every request to another location`);
        case "unknown":
            return end("unknown", script.why);
        case "continue":
            return passOf(script.level) === proxyPass
                ? proxied(script.level, proxyPass, scope, steps, version)
                : end("unknown", `an if sends ${probe} requests elsewhere`);
    }
}
/**
 * The variables that a subrequest of the location sets: it passes the server's script after the location's, and that of its
 * own location, and shares all variables with the request.
 */
function setAgain(config, server, location) {
    const auth = effectiveSetting(location, "auth_request");
    const subrequests = [
        ...(auth.state === "set" ? [auth.use] : []),
        ...effectiveList(location, "mirror").uses,
    ].filter(({ parameters }) => parameters[0] !== "off");
    if (subrequests.length === 0) {
        return new Set();
    }
    const own = [...usesWithin(server, ({ name }) => name === "if")].flatMap(({ name, parameters }) => name === "set" ? (parameters[0] ?? "").slice(1).toLowerCase() : []);
    return new Set([...own, ...setInLocations(config).keys()]);
}
/** The exchange of a request that has come to `pass` with the settings of `level`. */
function proxied(level, pass, scope, steps, version) {
    steps.push(`${pass.name} ${pass.parameters[0] ?? ""} (line ${lineOf(pass)})`);
    let upstream = null;
    let failure = null;
    const obstacles = [];
    let outcome = "proxied";
    let reuses = false;
    if (pass.name === "proxy_pass") {
        const target = proxyTarget(pass, scope);
        upstream = upstreamRequest(level, target, scope, version);
        reuses = reusesConnection(scope.config, target, upstream, version);
        if (hasForeignKey(upstream, scope)) {
            obstacles.push({ rule: "altered-request", why: "Sec-WebSocket-Key is not the client's" });
        }
        failure = target.dynamic ? failureOf(target, level, scope.config) : null;
        if (failure !== null) {
            obstacles.push({ rule: failure.rule, why: failure.why });
            steps.push(failure.why);
        }
        const missing = undefinedVariableIn(level, pass, scope.config);
        if (missing !== null) {
            outcome = "config-error";
            steps.push(`unknown "${missing}" variable`);
        }
        else if (target.invalid) {
            outcome = "config-error";
            steps.push("invalid URL prefix");
        }
    }
    return {
        probe: scope.request.probe,
        outcome,
        status: failure?.status ?? null,
        answeredBy: null,
        level,
        pass,
        steps,
        obstacles,
        upstream,
        idleTimeoutMs: idleTimeout(level, pass),
        reusesUpstreamConnection: reuses,
    };
}
/** An address without variables was tried as nginx started; one with them is with each request (ngx_http_proxy_eval). */
function failureOf({ address, host, port }, level, config) {
    if (!isKnown(address))
        return null;
    const wrong = !/^https?:\/\/./i.test(address)
        ? `invalid URL prefix in "${address}"`
        : host === "" || (isKnown(host) && host.startsWith(":"))
            ? `no host in upstream "${address}"`
            : isKnown(port) && port !== "" && !isPort(port)
                ? `invalid port in upstream "${address}"`
                : null;
    if (wrong !== null)
        return { status: 500, rule: "proxy-pass-scheme", why: wrong };
    const name = config.incomplete.length === 0 ? unresolvedHost(config, level, address) : null;
    return name === null
        ? null
        : { status: 502, rule: "missing-resolver", why: `no resolver defined to resolve ${name}` };
}
function isPort(text) {
    return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
/** Whether the server is sent another key than the client has, which then refuses the server's answer. */
function hasForeignKey(upstream, scope) {
    const own = clientHeader(scope.request, "sec_websocket_key");
    return upstream.headers.some(({ name, value }) => name.toLowerCase() === "sec-websocket-key" && isKnown(value) && value.trim() !== own);
}
/** The location's settings, or those of a `limit_except` in it that holds for the method; it comes before `if`. */
function limited(location, method) {
    const limit = usesOf(location, "limit_except").at(-1);
    const inner = limit?.inner ?? null;
    if (limit === undefined || inner === null) {
        return location;
    }
    const allowed = new Set(limit.parameters.map((parameter) => parameter.toUpperCase()));
    const isAllowed = allowed.has(method) || (method === "HEAD" && allowed.has("GET"));
    return isAllowed ? location : inner;
}
/** The level itself or the nearest outer one of that context; null where there is none. */
function enclosing(level, context) {
    for (let at = level; at !== null; at = at.parent) {
        if (at.context === context) {
            return at;
        }
    }
    return null;
}
function simulate_standIn(server, location, probe, headers) {
    const { scheme, port, host, hostName } = server === null ? anyServer : askedFor(server);
    return {
        probe,
        standsForAll: true,
        method: "GET",
        path: isExact(location) ? locationPath(location) : null,
        query: null,
        scheme,
        host,
        hostName,
        port,
        headers: host === null ? headers : [["Host", host], ...headers],
        clientAddress: null,
        cameFromElsewhere: cameFromElsewhere(location),
    };
}
const anyServer = { scheme: null, port: null, host: null, hostName: null };
/** What all requests that come to a server have in common. */
const askedFor = rememberedOf((server) => {
    const listeners = listenersOf(server);
    const only = (key) => {
        const values = new Set(listeners.map((listener) => listener[key]));
        const [first] = values;
        return values.size === 1 && first !== undefined ? first : null;
    };
    const scheme = only("scheme");
    const port = only("port");
    const hostName = exactServerName(server);
    // On another port the client may say it or not: it may be one that only a container's inside knows.
    const isUsual = port === (scheme === "https" ? "443" : "80");
    return { scheme, port, host: isUsual ? hostName : null, hostName };
});
/** Named and internal locations are only reached from others, which may have set variables. */
function cameFromElsewhere(location) {
    return (locationName(location)?.kind === "named" ||
        effectiveSetting(location, "internal").state === "set");
}
function isExact(location) {
    return location.opener?.parameters[0]?.startsWith("=") === true;
}

;// CONCATENATED MODULE: ./build/core/handshake/status-page.js





/**
 * The `error_page` lines by which alone requests come to a named location, where each puts a status of its own over the
 * answer: a 101 gets to no client then. Empty where there is another way, or may be one that we do not see.
 */
const statusPages = rememberedOf((location) => {
    const name = locationName(location);
    const server = enclosing(location, "server");
    if (name?.kind !== "named" || server === null) {
        return [];
    }
    const around = server.parent === null ? [] : effectiveList(server.parent, "error_page").uses;
    const found = [];
    for (const use of [...around, ...usesWithin(server)]) {
        const target = use.parameters.at(-1) ?? "";
        const isHidden = (use.inner?.hidden ?? server.hidden).length > 0;
        if (isHidden || use.name.includes("_by_lua") || use.name.startsWith("js_")) {
            return [];
        }
        if (use.name !== "error_page" && use.name !== "try_files") {
            continue;
        }
        if (target.includes("$") || (target === name.text && !putsStatus(use))) {
            return [];
        }
        if (target === name.text) {
            found.push(use);
        }
    }
    return found;
});
/** `=` alone leaves the answer's own status, `=200` puts another, and without it the error's stays. */
function putsStatus({ name, parameters }) {
    return name === "error_page" && !parameters.includes("=");
}

;// CONCATENATED MODULE: ./build/core/rules/rule.js
/** The place of a whole directive. */
function placeOf(use) {
    return { document: use.document, span: use.directive };
}

;// CONCATENATED MODULE: ./build/core/rules/map-fault.js






/** The two request headers that make a handshake, and what each must say. */
const pairTokens = { Upgrade: "websocket", Connection: "upgrade" };
/**
 * The fault of the map that a `proxy_set_header` line reads; null where it reads none, or one that is made for the other
 * header.
 *
 * @param line one whose value in a handshake is known, and wrong
 * @param scope that of the handshake
 * @param keepsConnections whether the upstream may keep connections, so that no `close` shall be sent to it
 */
function mapFault(line, header, scope, keepsConnections) {
    const map = firstMap(line.parameters[1] ?? "", scope);
    return map === null ? null : new Reading(map, header, scope, keepsConnections).fault();
}
function firstMap(text, scope) {
    for (const variable of variablesIn(text)) {
        const definition = definitions(scope.config).get(variable);
        if (definition?.name === "map" && definition.inner !== null) {
            return definition;
        }
    }
    return null;
}
/** The map that reads the request where others read each other. */
function firstOfChain(map, scope) {
    const chain = new Set([map]);
    for (const each of chain) {
        const feeding = firstMap(each.parameters[0] ?? "", scope);
        if (feeding !== null) {
            chain.add(feeding);
        }
    }
    return [...chain].at(-1) ?? map;
}
/** What a map reads; empty where that is not known. */
function map_fault_textOf(map, scope) {
    const text = evaluate(map.parameters[0] ?? "", scope);
    return isKnown(text) ? text : "";
}
/** A map that is read for one header of a handshake. */
class Reading {
    map;
    header;
    scope;
    keepsConnections;
    source;
    /** The line that the handshake takes. */
    entry;
    constructor(map, header, scope, keepsConnections) {
        this.map = map;
        this.header = header;
        this.scope = scope;
        this.keepsConnections = keepsConnections;
        this.source = map_fault_textOf(map, scope);
        this.entry = selectedEntry(map, this.source);
    }
    fault() {
        const other = this.header === "Upgrade" ? "Connection" : "Upgrade";
        if (this.says(this.entry, other)) {
            return null;
        }
        return (this.overridden() ??
            this.narrowKey() ??
            this.wrongSource() ??
            this.caseSensitive() ??
            this.missingLine() ??
            this.unanchored() ??
            this.wrongValue());
    }
    /** nginx takes the last of several maps for one variable (E46); names are compared without case. */
    overridden() {
        const { map, scope } = this;
        const variable = map.parameters[1]?.toLowerCase();
        for (const other of usesNamed(scope.config, "map")) {
            const isRival = other.parameters[1]?.toLowerCase() === variable;
            if (isRival && other !== map && this.says(selectedEntry(other, "websocket"))) {
                return {
                    place: headOf(map),
                    why: `${map.parameters[1]} has two maps, and nginx takes the last one, which does not give ${pairTokens[this.header]}`,
                    remedies: [{ kind: "remove", use: map }],
                    related: [{ place: headOf(other), note: "the map that is not used" }],
                };
            }
        }
        return null;
    }
    /** Browsers write `Connection` as one word or as a list, and a key that is made for the one may not match the other. */
    narrowKey() {
        const { map, scope } = this;
        const first = firstOfChain(map, scope);
        const source = map_fault_textOf(first, scope);
        const entry = selectedEntry(first, source);
        for (const headers of [probeHeaders("websocket"), firefoxHandshake]) {
            const other = probeScope(scope.config, "websocket", headers);
            const made = selectedEntry(first, map_fault_textOf(first, other));
            if (made === null || made === entry || !this.says(selectedEntry(map, map_fault_textOf(map, other)))) {
                continue;
            }
            // Regular expressions are tried in their order, `default` after all.
            const taker = made.name === "default" || entry?.name.startsWith("~") === true ? entry : null;
            const name = `the map for ${first.parameters[1] ?? ""}`;
            const why = taker === null
                ? `${marked(made.name)} in ${name} does not match ${marked(source)}`
                : `${marked(taker.name)} in ${name} takes ${marked(source)} too`;
            const remedy = taker === null
                ? replacement(made, made.directive.name, "~*upgrade")
                : map_fault_insertion(first, `~*upgrade ${parameterText(made, 0)};`);
            const isList = /^\$(?:http_connection|\{http_connection\})$/i.test(first.parameters[0] ?? "");
            return { place: placeOf(taker ?? made), why, remedies: isList ? [remedy] : [] };
        }
        return null;
    }
    wrongSource() {
        const { map, scope, source } = this;
        const [word] = map.directive.parameters;
        if (word === undefined ||
            source === "websocket" ||
            !this.says(selectedEntry(map, "websocket"))) {
            return null;
        }
        const feeding = firstMap(word.value, scope);
        if (feeding !== null) {
            return new Reading(feeding, "Upgrade", scope, this.keepsConnections).fault();
        }
        return {
            place: { document: map.document, span: word },
            why: `${this.name} reads ${word.value}, not $http_upgrade`,
            remedies: [replacement(map, word, "$http_upgrade")],
        };
    }
    caseSensitive() {
        const strict = this.entries.find(({ name }) => /^~(?!\*)/.test(name) &&
            !map_fault_matches(name, this.source) &&
            map_fault_matches(`~*${name.slice(1)}`, this.source));
        if (strict === undefined || !this.says(strict)) {
            return null;
        }
        const { start, quote } = strict.directive.name;
        const at = start + quote.length + 1;
        return {
            place: placeOf(strict),
            why: `${marked(strict.name)} in ${this.name} is case-sensitive and does not match ${this.source}`,
            remedies: [replacement(strict, { start: at, end: at }, "*")],
        };
    }
    /** A map for `Upgrade` is a list of what may pass: it stays one. */
    missingLine() {
        const { map, entry } = this;
        const isList = this.header === "Upgrade";
        if (entry !== null && !(isList && entry.name === "default")) {
            return null;
        }
        return {
            place: headOf(map),
            why: `${this.name} has ${isList ? "no line for websocket" : "no default, so that it is empty"}`,
            remedies: [map_fault_insertion(map, isList ? "websocket websocket;" : "default upgrade;")],
        };
    }
    unanchored() {
        const { entry } = this;
        const fallback = this.entries.find(({ name }) => name === "default");
        if (entry === null || !map_fault_matches(entry.name, "") || !this.says(fallback ?? null)) {
            return null;
        }
        return {
            place: placeOf(entry),
            why: `${marked(entry.name)} in ${this.name} is not anchored and matches every value`,
            remedies: [replacement(entry, entry.directive.name, "''")],
        };
    }
    wrongValue() {
        const { entry, map } = this;
        if (entry === null) {
            return null;
        }
        const wanted = pairTokens[this.header];
        const mended = valueReplacement(entry, wanted);
        const empty = selectedEntry(map, "");
        return empty !== null && empty !== entry && this.says(empty)
            ? {
                place: placeOf(entry),
                why: `${this.name} is inverted, it gives ${wanted} to requests without Upgrade`,
                remedies: [
                    mended,
                    valueReplacement(empty, this.keepsConnections ? "''" : parameterText(entry, 0)),
                ],
            }
            : {
                place: placeOf(entry),
                why: `${this.name} says ${quoted(entry)}`,
                remedies: [mended],
            };
    }
    get name() {
        return `the map for ${this.map.parameters[1] ?? ""}`;
    }
    get entries() {
        return this.map.inner?.uses ?? [];
    }
    /** Whether a line of a map gives a value with the header's token. */
    says(entry, header = this.header) {
        const value = entry === null ? "" : evaluate(entry.parameters[0] ?? "", this.scope);
        return isKnown(value) && hasToken(value, pairTokens[header]);
    }
}
/** Whether a key is a regular expression that matches the text. */
function map_fault_matches(key, text) {
    const [, caseless, source] = /^~(\*?)(.*)$/s.exec(key) ?? [];
    const pattern = source === undefined ? undefined : compilePattern(source, caseless === "*");
    return pattern !== undefined && pattern.match(text) !== null;
}
function replacement({ document }, span, text) {
    return { kind: "replace", place: { document, span }, text };
}
function valueReplacement(entry, text) {
    return replacement(entry, entry.directive.parameters[0] ?? entry.directive, text);
}
/** A line at the head of a map, indented like the one after it. */
function map_fault_insertion(map, line) {
    const { text, lines } = map.document;
    const { block, end } = map.directive;
    const first = block?.directives[0]?.start;
    const at = first ?? block?.open.end ?? end;
    const number = lines.lineAt(at);
    const indent = text.slice(lines.startOf(number), at);
    const gap = /^\s*$/.test(indent) ? lines.eolOf(number) + indent : " ";
    return replacement(map, { start: at, end: at }, first === undefined ? ` ${line} ` : line + gap);
}

;// CONCATENATED MODULE: ./build/core/rules/pair.js







/** Null where the header arrives, where nobody can know, and where the handshake works all the same. */
function lostHeader(location, name) {
    return lostHeaders(location)[name];
}
/** Several rules ask for them. */
const lostHeaders = rememberedOf((location) => ({
    Upgrade: lost(location, "Upgrade"),
    Connection: lost(location, "Connection"),
}));
function lost(location, name) {
    const request = location.exchanges.websocket.upstream;
    if (location.verdict.strict === "works" ||
        request === null ||
        carriesToken(request, name.toLowerCase(), pairTokens[name]) !== false) {
        return null;
    }
    const list = headerLines(location.level);
    const scope = probeScope(location.config, "websocket", location.handshake);
    const lines = pair_linesOf(list.uses, name);
    const header = { name, request, list, lines };
    const discarded = pair_linesOf(list.shadowed, name).filter((use) => says(use, pairTokens[name], scope));
    if (lines.length === 0 && discarded.length > 0) {
        return { ...header, blame: { rule: "header-inheritance", discarded } };
    }
    for (const line of lines) {
        const fault = mapFault(line, name, scope, location.upstream !== null);
        if (fault !== null) {
            return { ...header, blame: { rule: "connection-map", fault } };
        }
    }
    return {
        ...header,
        blame: { rule: name === "Upgrade" ? "upgrade-header" : "connection-header" },
    };
}
/**
 * What this level discards of an outer one's lines and a handshake needs: the pair, and with it `Host`. Empty where neither
 * header of the pair is lost that way.
 */
function discardedLines(location) {
    const { Upgrade, Connection } = lostHeaders(location);
    const pair = [Upgrade, Connection].flatMap((header) => header?.blame.rule === "header-inheritance" ? header.blame.discarded : []);
    const { uses, shadowed } = headerLines(location.level);
    const isHostLost = pair.length > 0 && pair_linesOf(uses, "Host").length === 0;
    const hosts = isHostLost
        ? pair_linesOf(shadowed, "Host").filter((use) => !isVariable(use, "proxy_host"))
        : [];
    return [...pair, ...hosts];
}
/**
 * Where a lost header is reported: at the line that says something wrong, unless that line is an outer level's which
 * does not care for upgrades otherwise. Then, and where no line names the header, it is the location that lacks the pair, or
 * an included file that has the other half of it.
 */
function placeOfLoss(lost, { config, level, pass }) {
    const { list, lines, name, request } = lost;
    const [line] = lines;
    if (line === undefined) {
        const partner = includedPartner(lost, config);
        return partner === null
            ? { place: placeOf(pass), ...sharedLine(level) }
            : { place: placeOf(partner), level: partner.level, beside: partner };
    }
    if (list.level === null || list.level === settingLevel(level)) {
        return { place: placeOf(line) };
    }
    const other = otherOf(name);
    return carriesToken(request, other.toLowerCase(), pairTokens[other]) === true
        ? { place: placeOf(line), level: list.level }
        : {
            place: placeOf(pass),
            related: [
                {
                    place: placeOf(line),
                    note: `sets ${name} for every location without a \`proxy_set_header\` of its own`,
                },
            ],
        };
}
/**
 * The other half of the pair, where an included file has it and nobody who includes that file sets this header beside it: then
 * it is the file that lacks it. Null where the location's own text is to have it.
 */
function includedPartner({ name, list, lines, request }, config) {
    const other = otherOf(name);
    const partner = pair_linesOf(list.uses, other).find(isIncluded);
    return lines.length === 0 &&
        partner !== undefined &&
        carriesToken(request, other.toLowerCase(), pairTokens[other]) === true &&
        companions(config).get(partner.directive)?.has(name) === false
        ? partner
        : null;
}
/** The last header line of an included file, which may be where what is missing once stood. */
function sharedLine(level) {
    const shared = headerLines(level).uses.findLast(isIncluded);
    return shared === undefined ? {} : { shared };
}
function isIncluded(use) {
    return comesByInclude(use) && isInRepository(use);
}
/** For each line of the pair, which of the two some level has that it stands or is included at. */
const companions = rememberedOf((config) => {
    const found = new Map();
    for (const [, uses] of groupBy(usesNamed(config, "proxy_set_header"), ({ level }) => level)) {
        const lines = { Upgrade: pair_linesOf(uses, "Upgrade"), Connection: pair_linesOf(uses, "Connection") };
        for (const { directive } of [...lines.Upgrade, ...lines.Connection]) {
            const names = found.get(directive) ?? new Set();
            if (lines.Upgrade.length > 0)
                names.add("Upgrade");
            if (lines.Connection.length > 0)
                names.add("Connection");
            found.set(directive, names);
        }
    }
    return found;
});
/** Where a line is missing, as the end of "no `proxy_set_header Upgrade` \u2026". */
function missingWhere(partner) {
    return partner === undefined ? "is in force here" : `stands beside ${quoted(partner)}`;
}
function otherOf(name) {
    return name === "Upgrade" ? "Connection" : "Upgrade";
}
/** The level at which this one's `proxy_set_header` lines may stand: `if` and `limit_except` take none. */
function settingLevel(level) {
    const isInner = level.context === "location-if" || level.context === "limit_except";
    return isInner && level.parent !== null ? settingLevel(level.parent) : level;
}
function pair_linesOf(uses, name) {
    return uses.filter((use) => use.parameters[0]?.toLowerCase() === name.toLowerCase());
}
function says(line, token, scope) {
    const value = evaluate(line.parameters[1] ?? "", scope);
    return isKnown(value) && hasToken(value, token);
}

;// CONCATENATED MODULE: ./build/core/rules/altered-request.js









/** What a handshake says of itself beside the pair of headers. */
const altered_request_ownHeaders = probeHeaders("websocket").filter(([name]) => name.startsWith("Sec-"));
/** Modules that never make a tunnel of a 101; uwsgi and scgi do. */
const withoutTunnel = /^(?:grpc|fastcgi|memcached)_pass$/;
const alteredRequest = {
    id: "altered-request",
    over: "location",
    check(location, report) {
        const { pass, level, verdict, intent } = location;
        if (!verdict.reasons.includes("altered-request")) {
            return;
        }
        if (withoutTunnel.test(pass.name) && intent.serves === "yes") {
            report({
                place: placeOf(pass),
                message: `${called(location)} cannot upgrade: with ${marked(pass.name)} nginx never makes a tunnel of a 101. A WebSocket server is reached with proxy_pass.`,
            });
        }
        for (const page of statusPages(enclosing(level, "location") ?? level)) {
            report({
                place: placeOf(page),
                level: page.level,
                message: `${called(location)} gets its requests from ${quoted(page)}, which puts ${statusOf(page)} over each answer: no client takes that for a 101. ${marked("=")} before the name leaves the answer as it is.`,
                remedies: isOnlyReturned(page) ? [keepStatus(page)] : [],
            });
        }
        const onlyLenient = verdict.strict === "works";
        for (const { use, effect } of alterations(location)) {
            const end = onlyLenient
                ? "lenient servers such as Node's ws stumble over it"
                : "that is no handshake";
            report({
                place: placeOf(use),
                level: use.level,
                message: `${called(location)} sends ${effect} to ${upstreamName(location)}, because of ${quoted(use)}: ${end}.`,
                remedies: [{ kind: "remove", use }],
                ...(onlyLenient && { severity: "warning" }),
            });
        }
    },
};
function statusOf({ parameters }) {
    const own = parameters.find((word) => word.startsWith("="))?.slice(1);
    const codes = own === undefined ? parameters.slice(0, -1) : [own];
    return codes.length === 1 ? `the status ${codes[0]}` : "the error's status";
}
/** Statuses that neither nginx nor, by custom, a server answers: a `return` in the file has them, for this page. */
function isOnlyReturned({ parameters }) {
    return parameters
        .slice(0, -1)
        .every((word) => word.startsWith("=") || /^(?:418|419|420|43[02-9]|4[4-8]\d)$/.test(word));
}
function keepStatus({ document, directive }) {
    const { parameters } = directive;
    const name = parameters.at(-1);
    const written = parameters.find(({ value }) => value.startsWith("="));
    const [place, text] = written === undefined && name !== undefined
        ? [name, `= ${document.text.slice(name.start, name.end)}`]
        : [written ?? directive, "="];
    return { kind: "replace", place: { document, span: place }, text };
}
/** What changes the request so that it is no handshake any more. */
function alterations({ exchanges, level }) {
    const request = exchanges.websocket.upstream;
    if (request === null) {
        return [];
    }
    const settings = (name) => {
        const setting = effectiveSetting(level, name);
        return setting.state === "set" ? [setting.use] : [];
    };
    const found = new Map();
    const add = (causes, effect) => {
        for (const use of causes)
            found.set(use, found.get(use) ?? effect);
    };
    if (isKnown(request.method) && request.method !== "GET") {
        add(settings("proxy_method"), `${request.method} instead of GET`);
    }
    for (const [name, asked] of altered_request_ownHeaders) {
        const values = headerValues(request, name.toLowerCase());
        const isRight = values.length === 1 && values.every((value) => !isKnown(value) || value === asked);
        // No hidden line gives the client's key back.
        if (!isRight && (request.hidden === null || name === "Sec-WebSocket-Key")) {
            const lines = pair_linesOf(headerLines(level).uses, name);
            add(lines.length === 0 ? settings("proxy_pass_request_headers") : lines, values.length === 0
                ? `no ${marked(name)}`
                : marked(`${name}: ${values.map(shown).join(", ")}`));
        }
    }
    if (request.body !== null && request.body !== "") {
        add(settings("proxy_set_body"), "a body");
    }
    return [...found].map(([use, effect]) => ({ use, effect }));
}

;// CONCATENATED MODULE: ./build/core/rules/cached-handshake.js





const cachedHandshake = {
    id: "cached-handshake",
    over: "location",
    check(location, report) {
        const { config, level, traffic } = location;
        const cache = effectiveSetting(level, "proxy_cache");
        if (location.pass.name !== "proxy_pass" || cache.state !== "set") {
            return;
        }
        const zone = evaluate(cache.use.parameters[0] ?? "", probeScope(config, "websocket"));
        if (!isKnown(zone) || zone === "" || zone.toLowerCase() === "off" || !isServed(location)) {
            return;
        }
        const isLikely = traffic === "mixed" || effectiveList(level, "proxy_cache_valid").uses.length > 0;
        const isOwn = cache.use.level === settingLevel(level);
        report({
            place: placeOf(isOwn ? cache.use : location.pass),
            related: isOwn ? [] : [{ place: placeOf(cache.use), note: "the cache that holds here" }],
            message: `${called(location)} answers handshakes from the cache (${quoted(cache.use)}): once an ordinary GET of the same path is stored, the client gets that answer and no 101.`,
            remedies: [
                ...withUpgrade(location, "proxy_cache_bypass"),
                ...withUpgrade(location, "proxy_no_cache"),
            ],
            ...(!isLikely && { severity: "notice" }),
        });
    },
};
/** Whether a handshake may be served from what ordinary requests stored. */
function isServed({ config, level }) {
    const { uses, hidden } = effectiveList(level, "proxy_cache_bypass");
    const scope = probeScope(config, "websocket");
    const values = uses.flatMap(({ parameters }) => parameters.map((text) => evaluate(text, scope)));
    const key = effectiveSetting(level, "proxy_cache_key");
    const hasOwnKey = key.state === "unknown" ||
        (key.state === "set" && /\$\{?(?:http_|connection_upgrade)/i.test(key.use.parameters[0] ?? ""));
    return hidden === null && !hasOwnKey && values.every(mayBeEmpty);
}
/** What only some clients send keeps no other client's handshake from the cache. */
function mayBeEmpty(value) {
    return isKnown(value)
        ? value === "" || value === "0"
        : /^\$\{?(?:cookie|arg|http)_\w+\}?$/i.test(value.text);
}
/** One line at this level discards those of outer ones, so that it repeats them. */
function withUpgrade({ level }, name) {
    const { uses, level: from } = effectiveList(level, name);
    const last = uses.at(-1);
    if (uses.some(({ parameters }) => parameters.includes("$http_upgrade"))) {
        return [];
    }
    const end = last?.directive.parameters.at(-1)?.end;
    if (last !== undefined && end !== undefined && from === settingLevel(level)) {
        const place = { document: last.document, span: { start: end, end } };
        return [{ kind: "replace", place, text: " $http_upgrade" }];
    }
    const outer = uses.flatMap((use) => use.parameters.map((_, index) => parameterText(use, index)));
    return [{ kind: "directive", name, parameters: [...outer, "$http_upgrade"] }];
}

;// CONCATENATED MODULE: ./build/core/rules/client-headers.js




/** What the published configurations tell an application of its client, and from where. */
const clientValues = {
    "X-Real-IP": "$remote_addr",
    "X-Forwarded-For": "$proxy_add_x_forwarded_for",
    "X-Forwarded-Proto": "$scheme",
};
const clientHeaders = {
    id: "client-headers",
    over: "location",
    check(location, report) {
        const { uses, hidden } = headerLines(location.level);
        if (hidden !== null || location.exchanges.websocket.upstream === null) {
            return;
        }
        const missing = Object.entries(clientValues).filter(([name]) => pair_linesOf(uses, name).length === 0);
        if (missing.length > 0) {
            const names = listed(missing.map(([name]) => marked(name)));
            const things = new Set(missing.map(([name]) => (name.endsWith("Proto") ? "scheme" : "address")));
            report({
                place: placeOf(location.pass),
                message: `${called(location)} sets no ${names}, so that ${upstreamName(location)} does not learn the client's ${listed([...things])} from there, or believes what the client says of itself.`,
                remedies: missing.map(([name, value]) => ({ kind: "header", name, value })),
            });
        }
    },
};
function listed(words) {
    return words.join(", ").replace(/, ([^,]*)$/, " and $1");
}

;// CONCATENATED MODULE: ./build/core/rules/connection-header.js



const connectionHeader = {
    id: "connection-header",
    over: "location",
    mayBeMeant: true,
    check(location, report) {
        const lost = lostHeader(location, "Connection");
        if (lost?.blame.rule !== "connection-header") {
            return;
        }
        const [line] = lost.lines;
        const where = placeOfLoss(lost, location);
        const cause = line === undefined
            ? `no \`proxy_set_header Connection\` ${missingWhere(where.beside)}, and ${connection_header_byDefault(location)}`
            : `${quoted(line)} ${line.parameters[1] === "" ? "clears it" : "does not say upgrade"}`;
        report({
            ...where,
            message: `${called(location)} sends ${sent(lost.request, "Connection")} to ${upstreamName(location)}: ${cause}.`,
            remedies: [{ kind: "header", name: "Connection", value: null }],
        });
    },
};
function connection_header_byDefault({ version, versionKnown }) {
    if (!versionKnown) {
        return "nginx's default is close (none from 1.29.7 on)";
    }
    return isSince(version, httpOneOneByDefault)
        ? "nginx sends none by default"
        : "nginx's default is close";
}

;// CONCATENATED MODULE: ./build/core/rules/connection-map.js


const connection_map_connectionMap = {
    id: "connection-map",
    over: "location",
    check(location, report) {
        // One map may feed both; then what is said of Upgrade stays.
        for (const lost of [lostHeader(location, "Connection"), lostHeader(location, "Upgrade")]) {
            if (lost?.blame.rule === "connection-map") {
                const { why, ...where } = lost.blame.fault;
                report({
                    ...where,
                    message: `${called(location)} sends ${sent(lost.request, lost.name)} to ${upstreamName(location)} for a handshake: ${why}.`,
                });
            }
        }
    },
};

;// CONCATENATED MODULE: ./build/core/rules/connection-passthrough.js





const connectionPassthrough = {
    id: "connection-passthrough",
    over: "location",
    check(location, report) {
        if (!location.config.documents.some(mayPassOn)) {
            return;
        }
        const request = location.exchanges.h2c.upstream;
        for (const { name, value, origin } of request?.headers ?? []) {
            // Only the h2c probe names HTTP2-Settings: what says so was taken from the client.
            if (name.toLowerCase() === "connection" &&
                origin.from === "directive" &&
                isKnown(value) &&
                hasToken(value, "http2-settings")) {
                report({
                    place: placeOf(origin.use),
                    level: origin.use.level,
                    message: `${called(location)} sends ${upstreamName(location)} whatever \`Connection\` the client writes, because of ${quoted(origin.use)}: the client decides which headers the upstream must drop, and can ask for HTTP/2 in clear text.`,
                    remedies: [{ kind: "header", name: "Connection", value: null }],
                });
            }
        }
    },
};
/** Nothing else gives the client's `Connection`, whichever way it then takes through maps and variables. */
const mayPassOn = rememberedOf(({ text }) => /http_connection|http2-settings/i.test(text));

;// CONCATENATED MODULE: ./build/core/rules/contradictory-header.js








const contradictoryHeader = {
    id: "contradictory-header",
    over: "location",
    check(location, report) {
        const request = location.exchanges.websocket.upstream;
        const { uses } = headerLines(location.level);
        for (const name of request === null ? [] : ["Host", "Connection", "Upgrade"]) {
            const lines = pair_linesOf(uses, name).filter((use) => isSent(use, request));
            const kept = lines.find((use) => isRight(use, name, request)) ?? lines[0];
            for (const extra of lines.filter((use) => use !== kept)) {
                const isClear = name !== "Host" || kept?.parameters[1] === extra.parameters[1];
                report({
                    place: placeOf(extra),
                    level: extra.level,
                    message: `${called(location)} has ${lines.length} lines for ${name} (${lines.map(attributed).join(", ")}), and ${upstreamName(location)} gets ${got(name, location)}.`,
                    related: kept === undefined ? [] : [{ place: placeOf(kept), note: `sets ${name} too` }],
                    remedies: isClear ? [{ kind: "remove", use: extra }] : [],
                    ...(isRefused(name, location) && { severity: "error" }),
                });
            }
        }
    },
};
/** Variables that are never empty in a request of HTTP/1.1; a line whose value is empty is not sent, and a template's tag may be. */
const neverEmpty = new Set(["$host", "$http_host", "$proxy_host"]);
function isSent(use, request) {
    const [, text = ""] = use.parameters;
    return (neverEmpty.has(text) ||
        (withoutTags(text) !== "" && !text.includes("$")) ||
        contradictory_header_valueOf(use, request) !== undefined);
}
function isRight(use, name, request) {
    return hasToken(contradictory_header_valueOf(use, request) ?? "", name === "Upgrade" ? "websocket" : "upgrade");
}
/** Servers answer two hosts with 400; Node's `ws` and Python's `websockets` refuse two lines for Upgrade. */
function isRefused(name, location) {
    return name === "Upgrade" || (name === "Host" && !sendsLast(location));
}
function got(name, location) {
    switch (name) {
        case "Host":
            return hosts(location);
        case "Upgrade":
            return "all of them, which Node's `ws` and Python's `websockets` refuse";
        default:
            return "all of them";
    }
}
/** The known value with which a line reaches the upstream. */
function contradictory_header_valueOf(use, request) {
    const header = request?.headers.find(({ origin }) => origin.from === "directive" && origin.use === use);
    return header !== undefined && isKnown(header.value) ? header.value : undefined;
}
function sendsLast({ version }) {
    return isSince(version, hostFirst);
}
function hosts(location) {
    if (!location.versionKnown) {
        return "all of them, which servers answer with 400; from nginx 1.31.4 on only the last";
    }
    return sendsLast(location) ? "only the last" : "all of them, which servers answer with 400";
}

;// CONCATENATED MODULE: ./build/core/rules/duplicate-directive.js



const duplicateDirective = {
    id: "duplicate-directive",
    over: "config",
    check(config, report) {
        for (const { code, use, earlier } of config.problems) {
            if (code !== "duplicate-directive" || earlier === null) {
                continue;
            }
            // Whether the files of a folder are loaded together is a guess where nothing includes them.
            if (config.kind !== "main" &&
                use.level === config.main &&
                use.document !== earlier.document) {
                continue;
            }
            const [extra, kept] = extraAndKept(use, earlier);
            const areEqual = extra.parameters.join(" ") === kept.parameters.join(" ");
            const isBetter = is11(kept) && !is11(extra);
            report({
                place: placeOf(extra),
                level: extra.level,
                message: `nginx refuses to start: "${use.name}" directive is duplicate${isTemplate(kept.document.path) ? `: ingress-nginx's template has ${quoted(kept)}` : areEqual ? "" : `: ${quoted(kept)}, and ${quoted(extra)}`}.`,
                related: [{ place: placeOf(kept), note: "the other one" }],
                remedies: areEqual || isBetter ? [{ kind: "remove", use: extra }] : [],
            });
        }
    },
};
/** Of two versions of HTTP the one that a handshake needs stays, else the one that an include brings. */
function extraAndKept(use, earlier) {
    const isKept = is11(use) === is11(earlier) ? comesByInclude(use) && !comesByInclude(earlier) : is11(use);
    return isKept ? [earlier, use] : [use, earlier];
}
function is11({ name, parameters }) {
    return name === "proxy_http_version" && parameters[0] === "1.1";
}

;// CONCATENATED MODULE: ./build/core/handshake/join.js


/** What two versions of nginx make of the same request; where they do not agree it is unknown. */
function joinVerdicts(one, other) {
    return {
        strict: one.strict === other.strict ? one.strict : "unknown",
        lenient: one.lenient === other.lenient ? one.lenient : "unknown",
        reasons: [...new Set([...one.reasons, ...other.reasons])],
    };
}
/** The request that two versions send alike; what differs is unknown, headers that only one sends included. */
function joinRequests(oldest, newest, why = "it depends on the version of nginx, which is not known") {
    const both = (one, other) => shown(one) === shown(other) ? other : unknown(why, shown(other));
    const left = new Set(oldest.headers);
    const byName = groupBy(oldest.headers.toReversed(), ({ name }) => name.toLowerCase());
    const headers = newest.headers.map((header) => {
        const same = byName.get(header.name.toLowerCase())?.pop();
        if (same !== undefined)
            left.delete(same);
        const value = same === undefined ? unknown(why, shown(header.value)) : both(same.value, header.value);
        return { ...header, value };
    });
    const gone = Array.from(left, (header) => ({
        ...header,
        value: unknown(why, shown(header.value)),
    }));
    return {
        ...newest,
        httpVersion: shown(oldest.httpVersion) === shown(newest.httpVersion)
            ? newest.httpVersion
            : unknown(why, `${shown(oldest.httpVersion)} or ${shown(newest.httpVersion)}`),
        headers: [...headers, ...gone],
    };
}

;// CONCATENATED MODULE: ./build/core/handshake/subrequest.js






/** The subrequests of a location that another server answers. */
function subrequestsOf(config, level, version) {
    const server = enclosing(level, "server");
    const auth = effectiveSetting(level, "auth_request");
    const uses = [
        ...(auth.state === "set" ? [auth.use] : []),
        ...effectiveList(level, "mirror").uses,
    ];
    return uses.flatMap((use) => {
        const [path = "off"] = use.parameters;
        const isPath = path.startsWith("/") && !path.includes("$");
        const located = server === null || !isPath ? null : locate(server, path.split("?")[0] ?? "");
        if (located === null || "unknown" in located) {
            return [];
        }
        const pass = passOf(located.level);
        // Without a location of its own the path is most likely one that another file serves.
        const hasOwn = enclosing(located.level, "location") !== enclosing(level, "location");
        return pass === null || !hasOwn
            ? []
            : [
                {
                    use,
                    level: located.level,
                    pass,
                    exchange: simulateAt(config, located.level, pass, "websocket", version),
                },
            ];
    });
}
/**
 * What a subrequest's 101 does to the request that it is made for: nginx ends the connection (E89, E90, E176). Only where
 * both come to one server, which takes the subrequest for a handshake too.
 */
function subrequestObstacles(config, main, subrequests) {
    return subrequests.flatMap(({ use, exchange }) => {
        const isSameServer = exchange.upstream !== null &&
            main.upstream !== null &&
            haveSameServer(config, exchange.upstream, main.upstream);
        const answer = answerTo(exchange);
        return ["strict", "lenient"]
            .filter((only) => isSameServer && answer[only] === "works")
            .map((only) => {
            const why = `the subrequest of ${use.name} is a handshake too: its 101 ends the connection`;
            return { rule: "subrequest-upgrade", why, only };
        });
    });
}

;// CONCATENATED MODULE: ./build/core/handshake/route.js















/** nginx follows as many `rewrite \u2026 last`, `try_files` and `error_page` before it answers 500. */
const MOST_CHANGES = 10;
const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
/** Follows one request that has come to a server's address, to where nginx answers it or hands it on. */
function route(config, request, candidates, version) {
    const steps = [];
    const chosen = serverFor(request.hostName ?? "", candidates);
    if (chosen === undefined) {
        const why = "which server answers cannot be told: a regular expression among their names";
        return ended(request.probe, "unknown", [...steps, why]);
    }
    const { server, groups, name } = chosen;
    const title = serverNameOf(server);
    const words = [
        "server",
        ...(title === null || title === "" ? [] : [title]),
        ...(server.opener === null ? [] : [`(line ${lineOf(server.opener)})`]),
    ];
    steps.push(`${words.join(" ")}${name === null ? ", the default for this address" : ""}`);
    const headers = request.headers.filter(([header]) => {
        const isTaken = takesHeader(server, header);
        if (!isTaken)
            steps.push(`nginx ignores the header ${header}: its name is invalid`);
        return isTaken;
    });
    const scope = newScope(config, { ...request, headers }, title);
    capture(groups, scope);
    return new Journey(scope, server, version, steps).run();
}
/** Whether nginx takes a client's header line, by its name (ngx_http_parse_header_line). */
function takesHeader(server, name) {
    const isOn = (setting, byDefault) => (settingWord(server, setting) ?? byDefault).toLowerCase() === "on";
    return (/^[a-z0-9-]*$/i.test(name) ||
        !isOn("ignore_invalid_headers", "on") ||
        (/^[\w-]*$/.test(name) && isOn("underscores_in_headers", "off")));
}
/** One request's way, or that of a subrequest, which no access rule stops. */
class Journey {
    scope;
    server;
    version;
    steps;
    subrequests = [];
    isSubrequest;
    changes = MOST_CHANGES;
    /** The status that an `error_page` without `=` puts over whatever its page answers. */
    fixedStatus = null;
    wentToErrorPage = false;
    /** The directive whose answer stands unless an `error_page` takes its place. */
    answeredBy = null;
    constructor(scope, server, version, steps, isSubrequest = false) {
        this.scope = scope;
        this.server = server;
        this.version = version;
        this.steps = steps;
        this.isSubrequest = isSubrequest;
    }
    run() {
        let next = { to: "server" };
        while (next.to !== "end") {
            next =
                next.to === "server"
                    ? this.serverScript()
                    : next.to === "find"
                        ? this.find()
                        : this.enter(next.level);
        }
        return next.exchange;
    }
    serverScript() {
        const script = runScript(this.server, this.scope, this.steps);
        return script.end === "answered" || script.end === "unknown"
            ? this.scriptEnded(script)
            : { to: "find" };
    }
    find() {
        const { path } = this.scope;
        if (path === null) {
            return this.unknown("the path is not known", this.server);
        }
        const located = locate(this.server, path);
        if ("unknown" in located) {
            return this.unknown(located.unknown, this.server);
        }
        const { level } = located;
        this.noteLocation(level);
        if (!this.scope.isInternal && effectiveSetting(level, "internal").state === "set") {
            return this.special(404, level, "the location is internal");
        }
        if (located.redirect) {
            return this.special(301, level, `nginx adds the slash: 301 to ${locationName(level)?.text ?? ""}`);
        }
        capture(located.groups, this.scope);
        return this.enter(level);
    }
    noteLocation(level) {
        this.steps.push(level.context === "location" && level.opener !== null
            ? `location ${level.opener.parameters.join(" ")} (line ${lineOf(level.opener)})`
            : "no location matches");
    }
    enter(location) {
        const settings = limited(location, this.scope.method);
        if (settings !== location) {
            this.steps.push(`limit_except holds for ${this.scope.method}`);
        }
        else if (location !== this.server) {
            const meddler = meddlerOf(location);
            if (meddler !== null) {
                this.scope.meddler = meddler;
                this.steps.push(`${meddler} may change this request`);
            }
            const mover = moverOf(location);
            if (mover !== null) {
                return this.unknown(`${mover} may send the request elsewhere`, location);
            }
            const script = runScript(location, this.scope, this.steps);
            if (script.end === "rewritten") {
                return this.changed(script.level, { to: "find" });
            }
            return script.end === "continue" ? this.admit(script.level) : this.scriptEnded(script);
        }
        return this.admit(settings);
    }
    scriptEnded(script) {
        if (script.end === "unknown") {
            return this.unknown(script.why, this.server);
        }
        const step = `${script.use.name} ${script.use.parameters.join(" ")} (line ${lineOf(script.use)})`;
        this.answeredBy = script.use;
        return script.text || script.status === null || script.status < 300
            ? this.answered(script.status, script.level, step)
            : this.special(script.status, script.level, step);
    }
    /** Access rules, which hold for no subrequest. */
    admit(level) {
        if (!this.isSubrequest) {
            const refusal = this.refusal(level);
            if (refusal !== null) {
                return refusal;
            }
        }
        return this.tryFiles(level);
    }
    /** Asks each module of the access phase, as far as nginx does: `satisfy any` ends with the first yes, `all` with the first no. */
    refusal(level) {
        const isAny = settingWord(level, "satisfy")?.toLowerCase() === "any";
        let refused = null;
        for (const answer of this.admissions(level)) {
            if (answer === "admitted" && isAny) {
                return null;
            }
            if (answer === null || answer === "admitted") {
                continue;
            }
            if (!isAny || (answer.status !== 401 && answer.status !== 403)) {
                return this.special(answer.status, level, answer.why);
            }
            if (refused?.status !== 401) {
                refused = answer;
            }
        }
        return refused === null ? null : this.special(refused.status, level, refused.why);
    }
    *admissions(level) {
        yield this.byAddress(level);
        yield this.byPassword(level);
        yield this.bySubrequest(level);
    }
    byAddress(level) {
        const rule = accessRule(level);
        const whom = rule?.parameters[0];
        if (rule === null || whom === undefined) {
            return null;
        }
        if (whom !== "all") {
            this.steps.push(`${rule.name} ${whom} (line ${lineOf(rule)}): the client's address is taken as allowed`);
            return "admitted";
        }
        return rule.name === "allow"
            ? "admitted"
            : { status: 403, why: `deny all (line ${lineOf(rule)})` };
    }
    byPassword(level) {
        const realm = settingWord(level, "auth_basic");
        if (realm === null || realm === "off") {
            return null;
        }
        if (clientHeader(this.scope.request, "authorization") === "") {
            return { status: 401, why: "auth_basic: the request has no Authorization" };
        }
        this.steps.push("auth_basic: the password is taken as right");
        return "admitted";
    }
    bySubrequest(level) {
        const auth = effectiveSetting(level, "auth_request");
        if (auth.state !== "set" || auth.use.parameters[0] === "off") {
            return null;
        }
        const { use } = auth;
        const where = `auth_request ${use.parameters[0] ?? ""} (line ${lineOf(use)})`;
        const status = this.subrequest(use);
        if (status === null) {
            this.steps.push(`${where}: its answer is taken as a yes`);
            return "admitted";
        }
        if (status >= 200 && status < 300) {
            return "admitted";
        }
        const why = `${where} is answered ${status}`;
        return { status: status === 401 || status === 403 ? status : 500, why };
    }
    /** Follows the subrequest of an `auth_request` or `mirror`. Gives its status, or null where a server or nobody knows it. */
    subrequest(use) {
        const target = evaluate(use.parameters[0] ?? "", this.scope);
        if (!isKnown(target) || !target.startsWith("/")) {
            return null;
        }
        const question = target.indexOf("?");
        // A subrequest has its own path and no groups to begin with, but the variables of the request.
        const groups = digits.map((digit) => [digit, this.scope.assigned.get(digit)]);
        const scope = {
            ...this.scope,
            path: question < 0 ? target : target.slice(0, question),
            query: question < 0 ? "" : target.slice(question + 1),
            isInternal: true,
            sentAsAsked: false,
            replacesPath: true,
        };
        for (const digit of digits) {
            this.scope.assigned.delete(digit);
        }
        const journey = new Journey(scope, this.server, this.version, [], true);
        const exchange = journey.run();
        for (const [digit, value] of groups) {
            this.scope.assigned.delete(digit);
            if (value !== undefined) {
                this.scope.assigned.set(digit, value);
            }
        }
        this.subrequests.push({ use, exchange });
        // Files are taken as if they were not there.
        return exchange.outcome === "answered" ? (exchange.status ?? 404) : journey.fixedStatus;
    }
    tryFiles(level) {
        const mirrors = this.isSubrequest ? [] : effectiveList(level, "mirror").uses;
        for (const mirror of mirrors) {
            if (mirror.parameters[0] !== "off") {
                this.subrequest(mirror);
            }
        }
        const use = ownTryFiles(level);
        const last = use?.parameters.at(-1);
        if (use === null || last === undefined) {
            return this.content(level);
        }
        const where = `try_files (line ${lineOf(use)}), taken as if there were no such file: ${last}`;
        this.steps.push(where);
        if (last.startsWith("=")) {
            return this.special(Number(last.slice(1)), level, null);
        }
        return this.goTo(last, level);
    }
    /** On to a named location or, by an internal redirect, to a path. */
    goTo(text, level) {
        this.answeredBy = null;
        const target = evaluate(text, this.scope);
        if (!isKnown(target)) {
            return this.unknown(target.unknown, level);
        }
        // A variable may hold the name, or a part of it (ngx_http_try_files_handler looks at the value).
        if (target.startsWith("@")) {
            const named = namedLocation(this.server, target);
            if (named === null) {
                return this.end("answered", 500, level, `there is no location ${target}`);
            }
            this.noteLocation(named);
            this.scope.isInternal = true;
            return this.changed(level, { to: "location", level: named });
        }
        const question = target.indexOf("?");
        this.scope.path = question < 0 ? target : target.slice(0, question);
        this.scope.query = question < 0 ? "" : target.slice(question + 1);
        this.scope.isInternal = true;
        this.scope.sentAsAsked = false;
        this.scope.replacesPath = true;
        return this.changed(level, { to: "server" });
    }
    changed(level, next) {
        this.changes--;
        return this.changes < 0
            ? this.end("answered", 500, level, "the request goes in circles")
            : next;
    }
    content(level) {
        const pass = passOf(level);
        if (pass === null) {
            return this.own(level);
        }
        const exchange = proxied(level, pass, this.scope, this.steps, this.version);
        if (exchange.status !== null) {
            return this.special(exchange.status, level, null);
        }
        const obstacles = [...exchange.obstacles, ...this.obstaclesOf(exchange)];
        return { to: "end", exchange: { ...exchange, obstacles } };
    }
    obstaclesOf(exchange) {
        const obstacles = [];
        if (clientHeader(this.scope.request, "upgrade") === "") {
            // ngx_http_proxy_module takes a 101 as a tunnel only for a client that asked (E123, E140).
            obstacles.push({ rule: "altered-request", why: "the client sends no Upgrade" });
        }
        // A subrequest's 101 ends the connection whatever status is put over it.
        if (this.fixedStatus !== null && !this.isSubrequest) {
            const why = `error_page gives its page the status ${this.fixedStatus}`;
            obstacles.push({ rule: "altered-request", why });
        }
        obstacles.push(...subrequestObstacles(this.scope.config, exchange, this.subrequests));
        return obstacles;
    }
    /** The location is not proxied: nginx answers itself, or a module that we do not know does. */
    own(level) {
        const levels = level.parent !== null && level.context !== "location" ? [level, level.parent] : [level];
        for (const use of levels.flatMap((each) => each.uses)) {
            if (/^(?:content_by_lua|js_content$|perl$)/.test(use.name) ||
                directiveRows(use.name) === undefined) {
                return this.unknown(`${use.name} (line ${lineOf(use)}) answers`, level);
            }
            if (use.name === "stub_status" || use.name === "empty_gif") {
                return this.answered(200, level, `${use.name} (line ${lineOf(use)}) answers`);
            }
        }
        const [hidden] = level.hidden;
        if (hidden !== undefined) {
            return this.unknown(hidden, level);
        }
        const pages = effectiveList(level, "error_page").uses;
        return pages.some(({ parameters }) => parameters.slice(0, -1).includes("404"))
            ? this.special(404, level, "nginx looks for a file, taken as if there were none")
            : this.end("answered", null, level, "nginx looks for a file");
    }
    /** A status that an `error_page` may answer in its own way. */
    special(status, level, step) {
        if (step !== null) {
            this.steps.push(step);
        }
        const pages = effectiveList(level, "error_page");
        const page = pages.uses.find((use) => use.parameters.slice(0, -1).includes(String(status)));
        const isAgain = this.wentToErrorPage && settingWord(level, "recursive_error_pages")?.toLowerCase() !== "on";
        const text = page?.parameters.at(-1);
        if (page === undefined || text === undefined || isAgain) {
            return pages.hidden !== null && !isAgain
                ? this.unknown(pages.hidden, level)
                : this.end("answered", status, level, null);
        }
        this.wentToErrorPage = true;
        this.steps.push(`error_page ${page.parameters.join(" ")} (line ${lineOf(page)})`);
        const answer = page.parameters.find((word) => word.startsWith("="));
        const own = answer === undefined ? status : Number(answer.slice(1));
        const target = evaluate(text, this.scope);
        if (!isKnown(target)) {
            return this.unknown(target.unknown, level);
        }
        if (!/^[/@]/.test(target)) {
            return this.answered([301, 302, 303, 307, 308].includes(own) ? own : 302, level, null);
        }
        this.fixedStatus = own === 0 ? null : own;
        if (target.startsWith("/") && this.scope.method !== "HEAD") {
            this.scope.method = "GET";
        }
        return this.goTo(text, level);
    }
    answered(status, level, step) {
        return this.end("answered", this.fixedStatus ?? status, level, step);
    }
    unknown(why, level) {
        return this.end("unknown", null, level, why);
    }
    end(outcome, status, level, step) {
        if (step !== null) {
            this.steps.push(step);
        }
        const { probe } = this.scope.request;
        // The 101 of a subrequest ends the connection before anything is answered.
        const isCutOff = this.subrequests.some(({ exchange }) => {
            const { strict, lenient } = answerTo(exchange);
            return strict === "works" || lenient === "works";
        });
        const at = { status: isCutOff ? null : status, level, answeredBy: this.answeredBy };
        return { to: "end", exchange: ended(probe, outcome, this.steps, at) };
    }
}
/** The first `allow` or `deny` of the nearest level that has either. */
const accessRule = rememberedOf((level) => {
    const own = level.uses.find(({ name }) => name === "allow" || name === "deny");
    return own ?? (level.parent === null ? null : accessRule(level.parent));
});
/** `try_files` of this very level: it is not inherited, not even by an `if` that holds. */
function ownTryFiles(level) {
    return usesOf(level, "try_files")[0] ?? null;
}
function settingWord(level, name) {
    const setting = effectiveSetting(level, name);
    return setting.state === "set" ? (setting.use.parameters[0] ?? "") : null;
}
/** Whether this address speaks HTTP/2 alone, as plain `listen \u2026 http2` did before 1.25.1 (E143). */
function speaksOnlyHttp2({ server, listener }, version) {
    const isHttp2 = usesOf(server, "listen").some(({ parameters }) => parameters.includes("http2"));
    return isHttp2 && listener.scheme === "http" && !isSince(version, [1, 25, 1]);
}

;// CONCATENATED MODULE: ./build/core/handshake/target.js
/**
 * Reads a request target as ngx_http_parse_complex_uri does: `%XX` decoded, `.` and `..` resolved, slashes merged. Null
 * where nginx answers 400.
 */
function parseTarget(target, mergeSlashes) {
    const [asked = ""] = target.split("#");
    const question = asked.indexOf("?");
    const written = question < 0 ? asked : asked.slice(0, question);
    const query = question < 0 ? "" : asked.slice(question + 1);
    if (!written.startsWith("/") || /%(?![0-9a-f]{2})|%00/i.test(written)) {
        return null;
    }
    const segments = [];
    const parts = decode(written).split("/").slice(1);
    for (const [index, part] of parts.entries()) {
        const isLast = index === parts.length - 1;
        if (part === "..") {
            if (segments.pop() === undefined) {
                return null;
            }
        }
        else if (part !== "." && (part !== "" || !mergeSlashes)) {
            segments.push(part);
            continue;
        }
        if (isLast && (part === "" || part === "." || part === "..")) {
            segments.push("");
        }
    }
    return { path: `/${segments.join("/")}`, query };
}
/** Bytes that are no UTF-8 become a character each. */
function decode(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
    }
}

;// CONCATENATED MODULE: ./build/core/handshake/trace.js














/** Takes a URL apart: `http`, `https`, `ws` and `wss`, with host, port, path and query. Undefined where it is none. */
function parseUrl(url) {
    const match = /^(https?|wss?):\/\/(\[[0-9a-f:.]+\]|[^\s/?#:@[\]]+)(?::(\d+))?([/?][^\s#]*)?(?:#.*)?$/i.exec(url);
    if (match === null) {
        return undefined;
    }
    const [, scheme = "", host = "", port = null, rest = "/"] = match;
    return {
        scheme: /^(?:https|wss)$/i.test(scheme) ? "https" : "http",
        host,
        port,
        target: rest.startsWith("?") ? `/${rest}` : rest,
    };
}
/**
 * Follows one request through a configuration.
 *
 * @param version null where it is not known: then what the oldest and the newest do differently is unknown
 */
function trace(config, request, version) {
    const errors = configErrors(config, version);
    const exchanges = inVersions(config, request, version);
    const exchange = exchanges.reduce(trace_join);
    const isWebsocket = request.probe === "websocket";
    const result = {
        outcome: exchange.outcome,
        status: exchange.status,
        configErrors: errors,
        location: trace_placeOf(exchange.level),
        steps: exchange.steps,
        upstream: exchange.upstream,
        verdict: isWebsocket ? joinedVerdict(exchanges) : null,
        firefox: isWebsocket ? joinedVerdict(inVersions(config, ofFirefox(request), version)) : null,
        idleTimeoutMs: exchange.idleTimeoutMs,
        reusesUpstreamConnection: exchange.reusesUpstreamConnection,
    };
    return errors.length === 0 ? result : refused(result);
}
/** The request in the version, or in the oldest and the newest. */
function inVersions(config, request, version) {
    const versions = version === null ? [oldestVersion, newestVersion] : [version];
    return versions.map((each) => simulateRequest(config, request, each));
}
function joinedVerdict(exchanges) {
    return exchanges.map(verdictOf).reduce(joinVerdicts);
}
function ofFirefox(request) {
    const { headers = [] } = request;
    return { ...request, headers: [["Connection", firefoxConnection], ...headers] };
}
/** nginx does not start, so that nothing of the rest comes to pass. */
function refused(result) {
    const { verdict, firefox } = result;
    const broken = (of) => of && { ...of, strict: "breaks", lenient: "breaks" };
    return {
        ...result,
        outcome: "config-error",
        status: null,
        upstream: null,
        verdict: broken(verdict),
        firefox: broken(firefox),
        idleTimeoutMs: null,
        reusesUpstreamConnection: false,
    };
}
/**
 * What nginx says before it starts, as the simulation can see it: what the parser and `config` found, in the order of
 * the text, then variables that nothing defines, of which nginx only hears when all is read (E30).
 */
function configErrors(config, version) {
    const found = config.problems.map(({ document, span, message }) => ({
        message,
        document,
        at: lastOffset(span),
    }));
    for (const { message, use } of version === null ? [] : tooNew(config, version)) {
        insertInOrder(found, { message, document: use.document, at: lastOffset(use.directive) });
    }
    for (const document of config.documents) {
        for (const { message, start } of document.tree.problems) {
            insertInOrder(found, { message, document, at: start });
        }
    }
    const errors = found.map(({ message, document, at }) => ({
        message,
        file: document.path,
        line: document.lines.lineAt(at),
    }));
    if (config.kind !== "main" || config.incomplete.length > 0) {
        return errors;
    }
    for (const { use, name } of undefinedVariables(config)) {
        const file = use.document.path;
        errors.push({ message: `unknown "${name}" variable`, file, line: lineOf(use) });
    }
    return errors;
}
/** nginx stops at the first error: before it comes to what stands behind it in the same file. */
function insertInOrder(found, error) {
    const later = found.findIndex(({ document, at }) => document === error.document && at > error.at);
    found.splice(later < 0 ? found.length : later, 0, error);
}
function lastOffset({ start, end }) {
    return end > start ? end - 1 : start;
}
/** When directives came to nginx, of those that a version in question may lack (nginx's changes). */
const directiveSince = {
    http2: [1, 25, 1],
    http3: [1, 25, 0],
    http3_hq: [1, 25, 0],
    quic_gso: [1, 25, 0],
    quic_host_key: [1, 25, 0],
    quic_retry: [1, 25, 0],
    proxy_pass_trailers: [1, 27, 2],
    ssl_key_log: [1, 27, 2],
    keepalive_min_timeout: [1, 27, 4],
    ssl_certificate_cache: [1, 27, 4],
    early_hints: [1, 29, 0],
};
/** `proxy_http_version 2` came with 1.29.4. */
const httpTwoUpstream = [1, 29, 4];
/** What only a later nginx than this one knows. */
function* tooNew(config, version) {
    for (const use of usesWithin(config.main, ({ name }) => !/_by_lua|^map$|^types$/.test(name))) {
        const { name } = use;
        const since = Object.hasOwn(directiveSince, name) ? directiveSince[name] : undefined;
        if (since !== undefined && !isSince(version, since)) {
            yield { use, message: `unknown directive "${name}"` };
        }
        if (name === "proxy_http_version" &&
            use.parameters[0] === "2" &&
            !isSince(version, httpTwoUpstream)) {
            yield { use, message: 'invalid value "2"' };
        }
    }
}
/** Directives of which each parameter may have variables that must be defined. */
const expanding = /^(?:proxy_(?:set_header|pass|method|set_body|cache_key|cache_bypass|no_cache|redirect|cookie_\w+|bind|store)|(?:fastcgi|uwsgi|scgi|grpc|memcached)_pass|(?:fastcgi|uwsgi|scgi)_param|grpc_set_header|add_header|return|rewrite|set|if|map|try_files|error_page|root|alias|auth_request_set|access_log|log_format|limit_\w+_zone)$/;
function* undefinedVariables(config) {
    for (const use of usesWithin(config.main, ({ name }) => name !== "stream" && name !== "mail")) {
        const isEntry = use.level.context === "map" && use.level.opener?.name === "map";
        if ((!isEntry && !expanding.test(use.name)) || isNeverCompiled(use)) {
            continue;
        }
        // What follows the source of a map, or a `set`, is the variable that it defines.
        const own = use.name === "map"
            ? use.parameters.slice(0, 1)
            : use.name === "set"
                ? use.parameters.slice(1)
                : use.parameters;
        const isPattern = use.name === "rewrite" || use.name === "if";
        for (const [index, text] of own.entries()) {
            if (isPattern && isRegularExpression(use, index)) {
                continue;
            }
            for (const name of variablesIn(text)) {
                if (!isDefined(name, config)) {
                    yield { use, name };
                }
            }
        }
    }
}
/** In a regular expression, `$` is an end and no variable. */
function isRegularExpression(use, index) {
    return use.name === "rewrite" ? index === 0 : /^!?~\*?$/.test(use.parameters[index - 1] ?? "");
}
/** `$http_name` joins all lines of a name (changes of 1.23.0). */
const headersJoined = [1, 23, 0];
/** What becomes of one request in one version of nginx, if it starts. */
function simulateRequest(config, request, version) {
    const steps = [];
    const candidates = listenersFor(config, request, steps);
    const [first, ...others] = candidates;
    if (first === undefined) {
        const why = steps.length > 0 ? "so nothing answers here" : "there is no server";
        return ended(request.probe, "unknown", [...steps, why]);
    }
    const exchange = requestTo([first, ...others], config, request, version);
    return { ...exchange, steps: [...steps, ...exchange.steps] };
}
/** What becomes of a request that has come to the address of these servers. */
function requestTo(candidates, config, request, version) {
    const [first] = candidates;
    const refused = (step) => ended(request.probe, "answered", [step], { status: 400 });
    const target = parseTarget(request.target, mergesSlashes(candidates));
    if (target === null) {
        return refused(`nginx refuses the path ${request.target}`);
    }
    if (speaksOnlyHttp2(first, version)) {
        return refused("the address speaks HTTP/2 only: nginx before 1.25.1 does so without TLS");
    }
    const client = {
        ...clientRequest(request, first, target),
        joinsHeaders: isSince(version, headersJoined),
    };
    return client.hostName === ""
        ? refused("the request has no Host")
        : route(config, client, candidates, version);
}
/** The path is read before the host is known: the default server says how. */
function mergesSlashes(candidates) {
    const chosen = candidates.find(({ listener }) => listener.isDefault) ?? candidates[0];
    const setting = chosen === undefined ? null : effectiveSetting(chosen.server, "merge_slashes");
    return setting?.state !== "set" || setting.use.parameters[0]?.toLowerCase() !== "off";
}
function clientRequest(request, { server, listener }, { path, query }) {
    const asked = request.headers?.find(([name]) => name.toLowerCase() === "host")?.[1];
    const names = server.uses.find(({ name }) => name === "server_name")?.parameters ?? [];
    const own = names.find((name) => /^[a-z0-9.-]+$/i.test(name)) ?? "localhost";
    const name = request.host ?? own;
    const port = request.port ?? listener.port;
    const isUsual = port === "" || port === (listener.scheme === "https" ? "443" : "80");
    const host = asked ?? (isUsual ? name : `${name}:${port}`);
    return {
        probe: request.probe,
        standsForAll: false,
        method: request.method ?? "GET",
        path,
        query,
        scheme: listener.scheme,
        host,
        hostName: host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase(),
        port: listener.port,
        headers: [["Host", host], ...headersOf(request)],
        clientAddress: request.clientAddress ?? null,
        target: request.target,
    };
}
function headersOf({ probe, headers = [] }) {
    const given = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
    const own = probeHeaders(probe).map(([name, value]) => [name, given.get(name.toLowerCase()) ?? value]);
    const names = new Set(own.map(([name]) => name.toLowerCase()).concat("host"));
    return [...own, ...headers.filter(([name]) => !names.has(name.toLowerCase()))].filter(([, value]) => value !== "");
}
/** The servers of the address that the request comes to. Notes in `steps` what had to be assumed. */
function listenersFor(config, request, steps) {
    const all = allListeners(config);
    const [usual] = all.filter(({ listener }) => listener.scheme === "http").concat(all);
    if (usual === undefined) {
        return [];
    }
    if (request.scheme === null && request.port === null) {
        return sameAddress(all, usual.listener.address, usual.listener.port);
    }
    const port = request.port ?? (request.scheme === "https" ? "443" : "80");
    const onPort = all.filter(({ listener }) => listener.port === port);
    if (onPort.length === 0) {
        if (request.scheme === "https" && request.port === null) {
            steps.push("no server listens on port 443: TLS is taken to end before nginx");
            return sameAddress(all, usual.listener.address, usual.listener.port);
        }
        steps.push(`no server listens on port ${port}`);
        return [];
    }
    const addresses = [...new Set(onPort.map(({ listener }) => listener.address))];
    const named = addresses.filter((each) => hasName(request.host, each, onPort));
    const address = addressFor(request.host ?? "", named.length > 0 ? named : addresses);
    if (addresses.length > 1 && address !== request.host) {
        steps.push(`of several addresses with port ${port}, ${address} is taken`);
    }
    const chosen = onPort.filter(({ listener }) => listener.address === address);
    if (request.scheme === "https" &&
        request.port === null &&
        chosen[0]?.listener.scheme === "http") {
        steps.push(`port ${port} has no TLS: it is taken to end before nginx`);
    }
    return chosen;
}
function sameAddress(all, address, port) {
    return all.filter(({ listener }) => listener.address === address && listener.port === port);
}
/** Whether a server on the address has the host's name: that address is what the name stands for. */
function hasName(host, address, all) {
    const own = all.filter(({ listener }) => listener.address === address);
    return host !== null && serverFor(host.toLowerCase(), own)?.name != null;
}
/** An address of the listeners: the one asked for by number, else every address of IPv4, else the first. */
function addressFor(host, addresses) {
    const wanted = host === "localhost" ? "127.0.0.1" : host;
    return (addresses.find((each) => each === wanted) ??
        addresses.find((each) => each === "*") ??
        addresses[0] ??
        "");
}
function trace_placeOf(level) {
    const location = level === null ? null : enclosing(level, "location");
    const opener = location?.opener;
    if (location === null || opener === null || opener === undefined) {
        return null;
    }
    const name = locationName(location);
    return {
        file: opener.document.path,
        line: lineOf(opener),
        name: name?.kind === "prefix" || name?.kind === "named" ? name.text : opener.parameters.join(" "),
    };
}
/** What two versions agree on. */
function trace_join(oldest, newest) {
    if (oldest.outcome !== newest.outcome) {
        const steps = [
            ...newest.steps,
            "what comes of it depends on the version of nginx, which is not known",
        ];
        return { ...newest, outcome: "unknown", status: null, upstream: null, steps };
    }
    return {
        ...newest,
        upstream: oldest.upstream === null || newest.upstream === null
            ? newest.upstream
            : joinRequests(oldest.upstream, newest.upstream),
        reusesUpstreamConnection: oldest.reusesUpstreamConnection && newest.reusesUpstreamConnection,
    };
}

;// CONCATENATED MODULE: ./build/core/handshake/ask.js



/**
 * Paths that a prefix or exact location takes by its name: the shortest one and some below it. None for the other kinds,
 * whose paths only a request tells.
 */
function samplePaths(location) {
    const name = locationName(location);
    switch (name?.kind) {
        case "exact":
            return [name.text];
        case "prefix":
        case "prefix-no-regex": {
            const below = name.text.endsWith("/") ? name.text : `${name.text}/`;
            // Clients of Socket.IO open its WebSocket at this very path, slash included.
            if (/\/(?:socket|engine)\.io\/$/.test(below))
                return [below];
            return [...new Set([name.text, below, `${below}x`, `${below}x/y`])];
        }
        default:
            return [];
    }
}
/** Some user's, so that the question is not who may come in. */
const withPassword = [["Authorization", "Basic dXNlcjpwYXNzd29yZA=="]];
/**
 * What becomes of a request that has come to this server.
 *
 * @returns null where the server has no such address, or nobody can know its addresses
 */
function askServer(config, server, { scheme, ...question }, version) {
    const listeners = listenersOf(server);
    const usual = listeners.find((each) => each.scheme === "https") ?? listeners[0];
    const listener = scheme === undefined ? usual : listeners.find((each) => each.scheme === scheme);
    if (listener === undefined) {
        return null;
    }
    const asked = { scheme: listener.scheme, host: null, port: null, ...question };
    return requestTo([{ server, listener }], config, asked, version);
}

;// CONCATENATED MODULE: ./build/core/handshake/sibling.js







/**
 * The location of a server of the same name with TLS that takes the handshake of a location without, hands it to the same
 * upstream, and does not upgrade: the location stands only where the site's own pages never ask.
 */
function lackingSibling(config, server, [target = "/"], upstream, version) {
    if (server.hidden.length > 0 || listenersOf(server).some(({ scheme }) => scheme === "https")) {
        return null;
    }
    for (const host of serverNames(server)) {
        const other = secureServers(config).get(host);
        if (other === undefined) {
            continue;
        }
        const asked = { probe: "websocket", target: encodeURI(target), headers: withPassword };
        const exchange = askServer(config, other, { ...asked, host, scheme: "https" }, version);
        const isSame = exchange?.upstream != null && haveSameServer(config, exchange.upstream, upstream);
        if (exchange?.level != null && isSame && verdictOf(exchange).strict === "breaks") {
            return enclosing(exchange.level, "location")?.opener ?? null;
        }
    }
    return null;
}
/** The servers with TLS by their exact names; of those that show all their lines. */
const secureServers = rememberedOf((config) => {
    const found = new Map();
    for (const server of serversOf(config)) {
        const isSecure = listenersOf(server).some(({ scheme }) => scheme === "https");
        for (const name of isSecure && server.hidden.length === 0 ? serverNames(server) : []) {
            if (/^[\w-]+(?:\.[\w-]+)+$/.test(name) && !found.has(name)) {
                found.set(name, server);
            }
        }
    }
    return found;
});

;// CONCATENATED MODULE: ./build/core/handshake/reach.js








/**
 * What stands between clients and a location, whatever path of its they ask for. Null where a handshake comes through, where
 * what answers instead upgrades too, and where that cannot be told.
 *
 * @param exchange the websocket probe at the location
 */
function obstructionOf(config, { level, answeredBy, upstream }, version) {
    const location = level === null ? null : enclosing(level, "location");
    const server = level === null ? null : enclosing(level, "server");
    if (location === null || server === null || isOnlyInternal(location)) {
        return null;
    }
    if (answeredBy !== null) {
        return redirectsToTls(answeredBy) ? null : { kind: "answer", by: [answeredBy] };
    }
    const paths = server.hidden.length > 0 ? [] : samplePaths(location);
    const [first, ...others] = paths;
    if (first === undefined) {
        return null;
    }
    const takers = takersOf(location);
    const by = takers === null
        ? usesOf(location, "try_files")
        : [...new Set(takers.flatMap(({ opener }) => opener ?? []))];
    // Following a request is the dearest step here, and the first of them mostly decides.
    const ask = (target) => {
        const asked = { probe: "websocket", target: encodeURI(target), headers: withPassword };
        return askServer(config, server, asked, version);
    };
    if (isNotEmpty(by)) {
        const isMissed = paths.every((path) => isLost(ask(path), location));
        return isMissed ? { kind: takers === null ? "try-files" : "location", by } : null;
    }
    const answerTo = (path) => {
        const exchange = ask(path);
        const answer = exchange?.outcome === "answered" ? exchange.answeredBy : null;
        return answer !== null && answersThePath(answer) ? answer : null;
    };
    const answer = mayBeAnswered(location) ? answerTo(first) : null;
    if (answer !== null && others.every((path) => answerTo(path) !== null)) {
        return { kind: "answer", by: [answer] };
    }
    const lacking = upstream && lackingSibling(config, server, paths, upstream, version);
    return lacking === null ? null : { kind: "sibling", by: [lacking] };
}
/** Whether other locations take every request to this one's paths, so that nothing written in it matters. */
function isNeverChosen(level) {
    const location = enclosing(level, "location");
    return location !== null && takersOf(location) !== null;
}
/**
 * The other locations that take the requests to all of a location's paths; null where one of them comes to it, or is
 * answered by nginx itself, and where that is not known.
 */
const takersOf = rememberedOf((location) => {
    const server = enclosing(location, "server");
    const takers = [];
    for (const path of server === null || server.hidden.length > 0 ? [] : samplePaths(location)) {
        const taker = server === null ? null : takerOf(server, path);
        if (taker === null || isInside(taker, location)) {
            return null;
        }
        takers.push(taker);
    }
    return takers.length === 0 ? null : takers;
});
function takerOf(server, path) {
    const located = locate(server, path);
    return "unknown" in located || located.redirect ? null : located.level;
}
function isNotEmpty(uses) {
    return uses.length > 0;
}
/** `return 301 https://\u2026`: the client asks again, and comes to another server. */
function redirectsToTls(use) {
    return redirectTarget(use).startsWith("https://");
}
/** Whether what answers or leads elsewhere stands on the way of a location's first path: mostly nothing does. */
const mayBeAnswered = rememberedOf((location) => {
    const server = enclosing(location, "server");
    const [path] = samplePaths(location);
    return (hasAnswers(location) ||
        server === null ||
        path === undefined ||
        takerOf(server, path) !== location);
});
const hasAnswers = rememberedOf((level) => {
    const own = ["return", "rewrite", "if", "error_page"].some((name) => usesOf(level, name).length > 0);
    return own || (level.parent !== null && hasAnswers(level.parent));
});
/** An answer to whoever asks for the path, to be got nowhere else: none for a host, an origin or a method. */
function answersThePath(use) {
    for (let at = use.level; at.opener?.name === "if" && at.parent !== null; at = at.parent) {
        const asked = variablesIn(at.opener.parameters.join(" "));
        if (!asked.every((name) => /^(?:request_|document_)?uri$|^request_filename$/.test(name))) {
            return false;
        }
    }
    return !redirectsToTls(use);
}
/** Where a `return` or `rewrite` sends the client, as it is written. */
function redirectTarget({ name, parameters }) {
    return (name === "rewrite" ? parameters[1] : parameters.at(-1)) ?? "";
}
/** Whether a level is another one or lies in it. */
function isInside(level, outer) {
    for (let at = level; at !== null; at = at.parent) {
        if (at === outer) {
            return true;
        }
    }
    return false;
}
function isOnlyInternal(location) {
    return (locationName(location)?.kind === "named" ||
        effectiveSetting(location, "internal").state !== "default");
}
/** Answered by nginx itself, or a broken handshake at another location. */
function isLost(exchange, location) {
    if (exchange === null) {
        return false;
    }
    const { outcome, level, answeredBy } = exchange;
    return outcome === "answered"
        ? answeredBy === null || !redirectsToTls(answeredBy)
        : outcome === "proxied" &&
            level !== null &&
            !isInside(level, location) &&
            verdictOf(exchange).strict === "breaks";
}

;// CONCATENATED MODULE: ./build/core/handshake/endpoint.js






/** Reads an endpoint of the policy, which is valid. */
function parseEndpoint(text) {
    const [, scheme, host, port, rest = ""] = /^(?:(wss?):\/\/(\[[^\]]*\]|[^/?:]+)(?::(\d+))?)?(.*)$/s.exec(text) ?? [];
    return {
        scheme: scheme === undefined ? null : scheme === "wss" ? "https" : "http",
        host: host?.toLowerCase() ?? null,
        port: port ?? null,
        target: rest.startsWith("/") ? rest : `/${rest}`,
    };
}
/**
 * Follows a handshake for the endpoint to each server of a program that may be meant by it. A server that only sends clients
 * on to TLS is none.
 */
function traceEndpoint(config, endpoint, versions) {
    const candidates = config.kind === "location" ? [] : serversFor(config, endpoint);
    return candidates.flatMap(({ server, scheme, isNamed }) => {
        const asked = {
            probe: "websocket",
            target: endpoint.target,
            headers: withPassword,
            scheme,
            ...(endpoint.host !== null && { host: endpoint.host }),
        };
        const exchanges = versions
            .map((version) => askServer(config, server, asked, version))
            .filter((exchange) => exchange !== null);
        const exchange = exchanges.at(-1);
        if (exchange === undefined || (scheme === "http" && isSentToTls(exchange))) {
            return [];
        }
        const results = new Set(exchanges.map((each) => verdictOf(each).strict));
        const [only = "unknown"] = results.size === 1 ? results : [];
        const result = only === "breaks" && server.hidden.length > 0 ? "unknown" : only;
        return [{ config, server, isNamed, result, exchange }];
    });
}
/** To the same path, that is: a redirect to the start page is no endpoint. */
function isSentToTls({ answeredBy }) {
    const target = answeredBy === null ? "" : redirectTarget(answeredBy);
    return /^https:\/\/.*\$\{?(?:request_uri|uri|document_uri|\d)\b/.test(target);
}
/**
 * `wss:` comes to the listeners with TLS, or, where the host has none, to the others: TLS may end before nginx. The same
 * holds for the port, which something in front of nginx may have translated.
 */
function serversFor(config, { scheme, host, port }) {
    if (host === null) {
        return distinct(allListeners(config), false);
    }
    const addresses = groupBy(allListeners(config), ({ listener }) => `${listener.address}:${listener.port}`);
    const chosen = [...addresses.values()].flatMap((candidates) => {
        const found = serverFor(host, candidates);
        const listening = candidates.find(({ server }) => server === found?.server);
        return found === undefined || listening === undefined
            ? []
            : [{ ...listening, isNamed: found.name !== null }];
    });
    const isNamed = chosen.some((each) => each.isNamed);
    const isWhole = config.kind === "main" && config.incomplete.length === 0;
    const meant = chosen.filter((each) => isNamed ? each.isNamed : isWhole || isForAllHosts(each.server));
    const wanted = port ?? (scheme === "https" ? "443" : "80");
    const byScheme = preferred(meant, ({ listener }) => listener.scheme === scheme);
    const byPort = preferred(byScheme, ({ listener }) => listener.port === wanted);
    return distinct(byPort, isNamed);
}
function distinct(all, isNamed) {
    const byServer = groupBy(all, ({ server }) => server);
    return [...byServer].flatMap(([server, own]) => [...new Set(own.map(({ listener }) => listener.scheme))].map((scheme) => ({
        server,
        scheme,
        isNamed,
    })));
}
function preferred(all, isWanted) {
    const wanted = all.filter(isWanted);
    return wanted.length > 0 ? wanted : all;
}
/** nginx takes the first server for hosts that none names, but a file that shows that one need not show them all. */
function isForAllHosts(server) {
    return (listenersOf(server).some(({ isDefault }) => isDefault) ||
        serverNames(server).every((name) => name === "_" || name === ""));
}

;// CONCATENATED MODULE: ./build/core/rules/endpoint.js





const endpoint = {
    id: "endpoint",
    over: "programs",
    check({ configs, policy, versions }, report) {
        const failures = policy.endpoints.flatMap((text) => {
            const traces = tracesOf(text, configs, versions);
            return failing(traces).map((trace) => ({ text, trace }));
        });
        const byPlace = groupBy(failures, ({ trace }) => keyOf(trace));
        for (const [first, ...others] of byPlace.values()) {
            if (first === undefined)
                continue;
            const names = [...new Set([first, ...others].map(({ text }) => text))];
            const made = reportFor(names, first.trace);
            if (made !== null)
                report(made, first.trace.config);
        }
    },
};
/** What becomes of handshakes for an endpoint, as the policy writes it, in all programs. */
function tracesOf(text, configs, versions) {
    const asked = parseEndpoint(text);
    return configs.flatMap((config) => traceEndpoint(config, asked, versions));
}
/**
 * Those that break the policy's promise: in each program that names the host one server must upgrade; where none does, one
 * of all.
 */
function failing(traces) {
    const named = groupBy(traces.filter(({ isNamed }) => isNamed), ({ config }) => config);
    const sets = named.size > 0 ? [...named.values()] : [traces];
    return sets.flatMap((set) => {
        const isKept = set.some(({ result }) => result !== "breaks");
        const worst = set.find(({ exchange }) => exchange.outcome === "proxied") ?? set[0];
        return isKept || worst === undefined ? [] : [worst];
    });
}
function reportFor(names, { server, exchange }) {
    const location = exchange.level === null ? null : enclosing(exchange.level, "location");
    const opener = location?.opener ?? server.opener ?? server.uses[0];
    if (opener === undefined)
        return null;
    const subject = `${names.map(marked).join(" and ")} ${names.length === 1 ? "does" : "do"}`;
    return {
        place: headOf(opener),
        level: location ?? server,
        message: `${subject} not upgrade, although the policy says so: ${exchange.steps.map(stepOf).join(", then ")}; ${outcomeOf(exchange)}.`,
        related: location === null || server.opener === null
            ? []
            : [{ place: headOf(server.opener), note: "the server that answers" }],
        remedies: verdictOf(exchange).reasons.flatMap((rule) => cures[rule] ?? []),
    };
}
/** A step of the way, with what stands in the file as code. */
function stepOf(step) {
    return step.replace(/^(.+?)(?= \(line \d+\))/, marked);
}
const cures = {
    "upgrade-header": [{ kind: "header", name: "Upgrade", value: "$http_upgrade" }],
    "connection-header": [{ kind: "header", name: "Connection", value: null }],
    "http-version": [{ kind: "directive", name: "proxy_http_version", parameters: ["1.1"] }],
};
function outcomeOf(exchange) {
    const { outcome, status } = exchange;
    if (outcome === "config-error")
        return "nginx does not start";
    if (outcome !== "proxied")
        return status === null ? "no 101" : `the answer is ${status}, no 101`;
    return `there the handshake breaks (${verdictOf(exchange).reasons.join(", ")})`;
}
function keyOf({ exchange, server }) {
    const location = exchange.level === null ? null : enclosing(exchange.level, "location");
    return (location ?? server).opener?.directive ?? server;
}

;// CONCATENATED MODULE: ./build/core/rules/h2c-smuggling.js





const h2cSmuggling = {
    id: "h2c-smuggling",
    over: "location",
    everyLocation: true,
    check(location, report) {
        const request = location.exchanges.h2c.upstream;
        const line = request?.headers.find(({ name }) => name.toLowerCase() === "upgrade")?.origin;
        if (request === null ||
            line?.from !== "directive" ||
            carriesToken(request, "upgrade", "h2c") !== true) {
            return;
        }
        const rule = accessRuleBeside(location);
        const past = rule === null ? "whatever nginx decides by path" : "this server's rules of access";
        report({
            place: placeOf(line.use),
            level: line.use.level,
            message: `${called(location)} sends ${upstreamName(location)} \`Upgrade: h2c\` when a client asks for it (${quoted(line.use)}). If that server speaks HTTP/2 in clear text, the client has a tunnel to all of its paths, past ${past}; else it is harmless.`,
            related: rule === null ? [] : [{ place: placeOf(rule), note: "does not hold in the tunnel" }],
            ...(rule !== null && { severity: "error" }),
            remedies: [
                { kind: "header", name: "Upgrade", value: "$http_upgrade" },
                ...(headerValues(request, "connection").length === 0
                    ? []
                    : [{ kind: "header", name: "Connection", value: null }]),
            ],
        });
    },
};
/** A rule of the same server that keeps clients from some of its paths. */
function accessRuleBeside({ level }) {
    const server = enclosing(level, "server");
    for (const use of server === null ? [] : usesWithin(server)) {
        const isRule = /^(?:deny|allow|auth_basic|auth_request|auth_jwt)$/.test(use.name);
        if (isRule && use.parameters[0] !== "off" && use.level !== level) {
            return use;
        }
    }
    return null;
}

;// CONCATENATED MODULE: ./build/core/intent/applications.js
/** Sorted by name. */
const applications = [
    {
        name: "Audiobookshelf",
        called: ["audiobookshelf"],
        endpoints: ["/socket.io"],
        source: "https://github.com/advplyr/audiobookshelf#reverse-proxy-set-up",
    },
    {
        name: "Centrifugo",
        called: ["centrifugo"],
        endpoints: ["/connection/websocket"],
        distinct: true,
        source: "https://centrifugal.dev/docs/server/load_balancing",
    },
    {
        name: "Cockpit",
        called: [],
        endpoints: ["/cockpit/socket"],
        distinct: true,
        source: "https://github.com/cockpit-project/cockpit/wiki/Proxying-Cockpit-over-NGINX",
    },
    {
        name: "Collabora Online",
        called: ["collabora", "coolwsd", "loolwsd"],
        endpoints: ["/cool", "/lool"],
        mixed: true,
        source: "https://sdk.collaboraonline.com/docs/installation/Proxy_settings.html",
    },
    {
        name: "code-server",
        called: ["code-server", "codeserver", "openvscode-server"],
        endpoints: ["/"],
        source: "https://coder.com/docs/code-server/guide",
    },
    {
        name: "CryptPad",
        called: ["cryptpad"],
        endpoints: ["/cryptpad_websocket"],
        distinct: true,
        source: "https://docs.cryptpad.org/en/admin_guide/installation.html",
    },
    {
        name: "Emby",
        called: ["emby"],
        endpoints: ["/embywebsocket"],
        distinct: true,
        source: "https://github.com/MediaBrowser/Emby/wiki",
    },
    {
        name: "Etherpad",
        called: ["etherpad", "etherpad-lite"],
        endpoints: ["/socket.io"],
        source: "https://github.com/ether/etherpad-lite/wiki/How-to-put-Etherpad-Lite-behind-a-reverse-Proxy",
    },
    {
        name: "Excalidraw",
        called: ["excalidraw-room"],
        endpoints: ["/socket.io"],
        source: "https://github.com/excalidraw/excalidraw-room",
    },
    {
        name: "Frigate",
        called: ["frigate"],
        endpoints: ["/ws", "/live"],
        source: "https://github.com/blakeblackshear/frigate/blob/dev/docker/main/rootfs/usr/local/nginx/conf/nginx.conf",
    },
    {
        name: "GitLab",
        called: ["gitlab", "gitlab-ce", "gitlab-ee", "gitlab-workhorse", "workhorse"],
        endpoints: ["/-/cable"],
        distinct: true,
        fixed: true,
        source: "https://docs.gitlab.com/development/real_time/",
    },
    {
        name: "GitLab agent server",
        called: ["gitlab-kas"],
        endpoints: ["/"],
        source: "https://docs.gitlab.com/administration/clusters/kas/",
    },
    {
        name: "GitLab agent server",
        called: [],
        endpoints: ["/-/kubernetes-agent"],
        distinct: true,
        source: "https://docs.gitlab.com/administration/clusters/kas/",
    },
    {
        name: "Grafana",
        called: ["grafana"],
        endpoints: ["/api/live"],
        source: "https://grafana.com/tutorials/run-grafana-behind-a-proxy/",
    },
    {
        name: "GraphQL over WebSocket",
        called: [],
        endpoints: ["/graphql/subscriptions", "/graphql-ws"],
        distinct: true,
        source: "https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md",
    },
    {
        name: "Guacamole",
        called: ["guacamole", "guac", "guacd"],
        endpoints: ["/websocket-tunnel", "/guacamole/websocket-tunnel"],
        distinct: true,
        source: "https://guacamole.apache.org/doc/gug/reverse-proxy.html",
    },
    {
        name: "HedgeDoc",
        called: ["hedgedoc", "codimd"],
        endpoints: ["/socket.io"],
        source: "https://docs.hedgedoc.org/guides/reverse-proxy/",
    },
    {
        name: "Home Assistant",
        port: 8123,
        called: ["home-assistant", "homeassistant", "hass"],
        endpoints: ["/api/websocket"],
        source: "https://developers.home-assistant.io/docs/api/websocket",
    },
    {
        name: "Immich",
        port: 2283,
        called: ["immich", "immich-server"],
        endpoints: ["/api/socket.io"],
        source: "https://docs.immich.app/administration/reverse-proxy/",
    },
    {
        name: "Jellyfin",
        port: 8096,
        called: ["jellyfin"],
        endpoints: ["/socket"],
        source: "https://jellyfin.org/docs/general/post-install/networking/reverse-proxy/nginx/",
    },
    {
        name: "Jitsi Meet",
        called: ["jitsi", "jitsi-meet"],
        endpoints: ["/xmpp-websocket", "/colibri-ws"],
        distinct: true,
        source: "https://jitsi.github.io/handbook/docs/devops-guide/devops-guide-manual/",
    },
    {
        name: "Jupyter",
        called: ["jupyter", "jupyterhub", "jupyterlab"],
        endpoints: ["/api/kernels", "/terminals", "/user"],
        mixed: true,
        source: "https://jupyterhub.readthedocs.io/en/stable/howto/configuration/config-proxy.html",
    },
    {
        name: "Jupyter",
        called: [],
        endpoints: ["/api/kernels"],
        distinct: true,
        mixed: true,
        source: "https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html",
    },
    {
        name: "LiveKit",
        port: 7880,
        called: ["livekit", "livekit-server"],
        endpoints: ["/rtc"],
        source: "https://docs.livekit.io/home/self-hosting/deployment/",
    },
    {
        name: "Mastodon",
        called: ["mastodon-streaming"],
        endpoints: ["/api/v1/streaming"],
        distinct: true,
        mixed: true,
        source: "https://docs.joinmastodon.org/methods/streaming/",
    },
    {
        name: "Mattermost",
        port: 8065,
        called: ["mattermost"],
        endpoints: ["/api/v4/websocket"],
        distinct: true,
        fixed: true,
        source: "https://docs.mattermost.com/deployment-guide/server/setup-nginx-proxy.html",
    },
    {
        name: "Moonraker",
        port: 7125,
        called: ["moonraker"],
        endpoints: ["/websocket"],
        source: "https://moonraker.readthedocs.io/en/latest/external_api/introduction/",
    },
    {
        name: "n8n",
        port: 5678,
        called: ["n8n"],
        endpoints: ["/rest/push"],
        source: "https://github.com/n8n-io/n8n/issues/12688",
    },
    {
        name: "MinIO Console",
        called: ["minio-console"],
        endpoints: ["/ws"],
        mixed: true,
        source: "https://min.io/docs/minio/linux/integrations/setup-nginx-proxy-with-minio.html",
    },
    {
        name: "Next.js",
        called: [],
        endpoints: ["/_next/webpack-hmr"],
        distinct: true,
        source: "https://nextjs.org/docs/pages/guides/upgrading/version-12",
    },
    {
        name: "Nextcloud Client Push",
        port: 7867,
        called: ["notify-push"],
        endpoints: ["/ws"],
        source: "https://github.com/nextcloud/notify_push#reverse-proxy",
    },
    {
        name: "Nextcloud Talk signaling",
        called: ["spreed-signaling"],
        endpoints: ["/spreed"],
        source: "https://github.com/strukturag/nextcloud-spreed-signaling#nginx",
    },
    {
        name: "Node-RED",
        port: 1880,
        called: ["node-red", "nodered"],
        endpoints: ["/comms"],
        source: "https://nodered.org/docs/user-guide/runtime/configuration",
    },
    {
        name: "NodeBB",
        called: ["nodebb"],
        endpoints: ["/socket.io"],
        source: "https://docs.nodebb.org/configuring/proxies/nginx/",
    },
    {
        name: "noVNC",
        called: ["novnc", "websockify"],
        endpoints: ["/websockify"],
        distinct: true,
        source: "https://github.com/novnc/noVNC/wiki/Proxying-with-nginx",
    },
    {
        name: "OctoPrint",
        called: ["octoprint"],
        endpoints: ["/sockjs"],
        source: "https://docs.octoprint.org/en/master/api/push.html",
    },
    {
        name: "Odoo",
        port: 8072,
        called: ["odoo-chat", "odoochat", "odoo-im"],
        endpoints: ["/websocket"],
        source: "https://www.odoo.com/documentation/17.0/administration/on_premise/deploy.html",
    },
    {
        name: "Open WebUI",
        called: ["open-webui", "openwebui"],
        endpoints: ["/ws/socket.io"],
        source: "https://docs.openwebui.com",
    },
    {
        name: "Outline",
        called: ["outline"],
        endpoints: ["/realtime", "/collaboration"],
        source: "https://github.com/outline/outline/blob/main/server/services/websockets.ts",
    },
    {
        name: "Paperless-ngx",
        called: ["paperless", "paperless-ngx"],
        endpoints: ["/ws/status"],
        source: "https://github.com/paperless-ngx/paperless-ngx/blob/main/src/paperless/urls.py",
    },
    {
        name: "Phoenix LiveView",
        called: [],
        endpoints: ["/live/websocket"],
        distinct: true,
        source: "https://hexdocs.pm/phoenix_live_view/Phoenix.LiveView.Socket.html",
    },
    {
        name: "Plex",
        port: 32400,
        called: ["plex"],
        endpoints: ["/:/websockets"],
        distinct: true,
        fixed: true,
        source: "https://github.com/Arcanemagus/plex-api/wiki",
    },
    {
        name: "Portainer",
        called: ["portainer"],
        endpoints: ["/api/websocket"],
        source: "https://docs.portainer.io/advanced/reverse-proxy/nginx",
    },
    {
        name: "Proxmox",
        port: 8006,
        called: ["proxmox", "pve"],
        endpoints: ["/api2/json"],
        mixed: true,
        source: "https://pve.proxmox.com/wiki/Web_Interface_Via_Nginx_Proxy",
    },
    {
        name: "Reverb",
        called: ["reverb", "soketi", "pusher"],
        endpoints: ["/app"],
        source: "https://laravel.com/docs/reverb#web-server",
    },
    {
        name: "Rocket.Chat",
        called: ["rocket-chat", "rocketchat"],
        endpoints: ["/websocket", "/sockjs"],
        source: "https://docs.rocket.chat",
    },
    {
        name: "RStudio",
        called: ["rstudio", "rstudio-server"],
        endpoints: ["/"],
        source: "https://docs.posit.co/ide/server-pro/access_and_security/running_with_a_proxy.html",
    },
    {
        name: "Shiny Server",
        port: 3838,
        called: ["shiny", "shiny-server", "shinyproxy"],
        endpoints: ["/"],
        source: "https://docs.posit.co/shiny-server/",
    },
    {
        name: "Sonarr, Radarr, Lidarr, Prowlarr, Readarr",
        called: ["sonarr", "radarr", "lidarr", "prowlarr", "readarr", "whisparr"],
        endpoints: ["/signalr"],
        source: "https://wiki.servarr.com/sonarr/installation/reverse-proxy",
    },
    {
        name: "Streamlit",
        port: 8501,
        called: ["streamlit"],
        endpoints: ["/_stcore/stream"],
        distinct: true,
        fixed: true,
        source: "https://docs.streamlit.io/develop/concepts/architecture/architecture",
    },
    {
        name: "Taiga events",
        called: ["taiga-events"],
        endpoints: ["/events"],
        source: "https://docs.taiga.io/setup-production.html",
    },
    {
        name: "ttyd",
        called: ["ttyd", "gotty", "wetty"],
        endpoints: ["/ws"],
        source: "https://github.com/tsl0922/ttyd/wiki/Nginx-reverse-proxy",
    },
    {
        name: "Uptime Kuma",
        called: ["uptime-kuma", "uptimekuma"],
        endpoints: ["/socket.io"],
        source: "https://github.com/louislam/uptime-kuma/wiki/Reverse-Proxy",
    },
    {
        name: "Vaultwarden",
        called: ["vaultwarden", "bitwarden", "bitwardenrs"],
        endpoints: ["/notifications/hub", "/notifications/anonymous-hub"],
        distinct: true,
        source: "https://github.com/dani-garcia/vaultwarden/wiki/Proxy-examples",
    },
    {
        name: "webpack-dev-server",
        called: ["webpack-dev-server"],
        endpoints: ["/sockjs-node"],
        distinct: true,
        source: "https://v4.webpack.js.org/configuration/dev-server/",
    },
    {
        name: "Wekan",
        called: ["wekan"],
        endpoints: ["/websocket", "/sockjs"],
        source: "https://github.com/wekan/wekan/wiki/Nginx-Webserver-Config",
    },
    {
        name: "Zigbee2MQTT",
        called: ["zigbee2mqtt"],
        endpoints: ["/api"],
        source: "https://www.zigbee2mqtt.io/guide/configuration/frontend.html",
    },
];
/** Software that speaks plain HTTP only: upgrade headers in front of it were copied from elsewhere. */
const withoutWebSocket = [
    {
        name: "Alertmanager",
        called: ["alertmanager"],
        source: "https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml",
    },
    {
        name: "Calibre-Web",
        called: ["calibre-web", "calibreweb"],
        source: "https://github.com/janeczku/calibre-web/wiki/Setup-Reverse-Proxy",
    },
    {
        name: "Docker Registry",
        called: ["registry", "docker-registry"],
        source: "https://distribution.github.io/distribution/spec/api/",
    },
    {
        name: "Elasticsearch",
        called: ["elasticsearch"],
        source: "https://www.elastic.co/docs/api/doc/elasticsearch/",
    },
    {
        name: "Gerrit",
        called: ["gerrit"],
        source: "https://gerrit-review.googlesource.com/Documentation/config-reverseproxy.html",
    },
    {
        name: "Keycloak",
        called: ["keycloak"],
        source: "https://www.keycloak.org/server/reverseproxy",
    },
    {
        name: "Nexus Repository",
        called: ["nexus"],
        source: "https://help.sonatype.com/en/run-behind-a-reverse-proxy.html",
    },
    {
        name: "phpMyAdmin",
        called: ["phpmyadmin"],
        source: "https://docs.phpmyadmin.net/en/latest/setup.html",
    },
    {
        name: "Prometheus",
        called: ["prometheus"],
        source: "https://prometheus.io/docs/prometheus/latest/querying/api/",
    },
    {
        name: "Sharry",
        called: ["sharry"],
        source: "https://eikek.github.io/sharry/doc/reverseproxy",
    },
    {
        name: "Solr",
        called: ["solr"],
        source: "https://solr.apache.org/guide/solr/latest/deployment-guide/securing-solr.html",
    },
    {
        name: "SonarQube",
        called: ["sonarqube"],
        source: "https://docs.sonarsource.com/sonarqube-server/latest/setup-and-upgrade/",
    },
];

;// CONCATENATED MODULE: ./build/core/intent/routes.js



/** The block that holds a location's server, or the top of a fragment. */
function serverOf(config, level) {
    return enclosing(level, "server") ?? config.main;
}
/** Whether requests for the path end at the location, if need be by `try_files` or `error_page`. */
function isTakenBy(server, location, path) {
    const found = locate(server, path);
    return !("unknown" in found) && (found.level === location || fallsBackTo(found.level, location));
}
/** Whether it is a named location that takes what no file answers. */
function isFallback(server, location) {
    if (locationName(location)?.kind !== "named")
        return false;
    const root = locate(server, "/");
    return (fallsBackTo(server, location) || (!("unknown" in root) && fallsBackTo(root.level, location)));
}
function fallsBackTo(level, location) {
    const name = locationName(location);
    return (name?.kind === "named" &&
        ["try_files", "error_page"].some((directive) => usesOf(level, directive).some((use) => use.parameters.at(-1) === name.text)));
}

;// CONCATENATED MODULE: ./build/core/intent/words.js

/** Names that nothing but a WebSocket endpoint bears, as one segment of a path. */
const websocketSegments = new Set(`websocket websockets web-socket web-sockets web_socket socket.io socketio sockjs sockjs-node signalr action-cable colibri-ws engine.io engineio
  websockify webpack-hmr webpack-dev-server-ws`.split(/\s+/));
/** The same as a part of a segment: `cryptpad_websocket`, `chatWebsocket`. */
const websocketParts = new Set("websocket websockets websockify sockjs signalr socketio".split(" "));
/** Web services are called so as well. */
const shortNames = new Set(["ws", "wss"]);
/** Words of the language, which a shop or a page about people may have in its paths. */
const ordinaryNames = new Set("cable faye primus socket sockets".split(" "));
/** What stands before an endpoint's own name without telling what it is. */
const words_prefixes = /^(?:\u2026|api|apps?|backend|server|v\d+)$/;
/** What comes after `ws` where it stands for a web service: a version, or a service's name. */
const serviceNames = /^v?\d+(?:\.\d+)*$|services?$/i;
/** Names of two-way protocols and things that mostly use them. */
const duplexParts = new Set("hub hubs realtime mqtt stomp terminal".split(" "));
/** Names that Server-Sent Events, video, long polling and plain interfaces bear as often. */
const streamingParts = new Set("live stream streaming push notification notifications events event graphql subscription subscriptions rpc chat console".split(" "));
/** Names of another purpose. */
const otherParts = new Set(`webhook webhooks hook hooks auth oauth oauth2 authorize login logout signin signup sso saml oidc status health healthz
  healthcheck livez readyz ping metrics stats assets asset static media images image img css js fonts font icons icon favicon files
  upload uploads download downloads attachments news newsletter newsletters blog wiki docs documentation swagger openapi robots sitemap
  manifest wellknown acme registry pages info rest soap wsdl xmlrpc public dist thumbnails avatars negotiate backup export exporter`.split(/\s+/));
/** `ws-trust` and its kin are standards of SOAP. */
const otherSegments = /^\.well-known|^ws-?(?:trust|fed|federation|security|policy|discovery|addressing|man)\b/;
/** Endings of files that a server delivers as they are. */
const fileEndings = new Set(`js mjs css map png jpg jpeg gif svg ico webp avif woff woff2 ttf eot otf html xhtml htm txt xml json pdf zip gz mp4 m3u8 ts webm mp3
  wasm php asmx wsdl`.split(/\s+/));
/**
 * The telling words of a path, whole words only: `/ws` and `/live-ws` have one, `/news`, `/aws` and `/rows` have none.
 * Where nobody knows what stands in the path it holds `\u2026`.
 */
const wordsInPath = remembered((path) => {
    const segments = segmentsOf(path);
    const found = segments.flatMap((segment) => wordsInSegment(segment));
    const ending = /\.(\w+)$/.exec(segments.at(-1) ?? "")?.[1]?.toLowerCase();
    if (ending !== undefined && fileEndings.has(ending)) {
        found.push({ word: `.${ending}`, meaning: "other" });
    }
    return found;
});
function segmentsOf(path) {
    // `~ ^/ws.*` takes no more than the prefix /ws does, and the dot of `~ ^/socket.io` was meant as one.
    const known = path.replace(/(?<=[^/])\u2026$/, "").replace(/socket\u2026io/i, "socket.io");
    return known.split("/").filter((segment) => segment !== "");
}
/** The telling words of a host, an upstream's name or a server's. */
const wordsInHost = remembered((host) => {
    const [label = ""] = host.split(/[.:]/);
    return wordsInSegment(label);
});
/** The parts of a name in lower case: `chatHub`, `chat-hub` and `chat_hub` are `chat` and `hub`. */
function partsOf(name) {
    return name
        .replace(/([a-z\d])([A-Z])/g, "$1-$2")
        .toLowerCase()
        .split(/[^\p{L}\d\u2026]+/u)
        .filter((part) => part !== "");
}
/**
 * Whether one of the path's names is an endpoint's, so that it needs no other sign: `/ws` and `/api/cable` are, `/ws/2` is a web
 * service's version, and `/products/cable` a page.
 */
function isEndpointPath(path) {
    const segments = segmentsOf(path);
    return segments.some((segment, index) => {
        const name = segment.toLowerCase();
        const words = wordsInSegment(segment);
        if (words.some(({ meaning }) => meaning === "websocket"))
            return true;
        if (words.some(({ word }) => shortNames.has(word))) {
            return !serviceNames.test(segments[index + 1] ?? "");
        }
        const before = segments.slice(0, index);
        return (ordinaryNames.has(name) &&
            index === segments.length - 1 &&
            before.every((each) => words_prefixes.test(each.toLowerCase())));
    });
}
function wordsInSegment(segment) {
    const whole = segment.toLowerCase();
    if (websocketSegments.has(whole)) {
        return [{ word: whole, meaning: "websocket" }];
    }
    if (ordinaryNames.has(whole)) {
        return [{ word: whole, meaning: "perhaps" }];
    }
    if (otherSegments.test(whole)) {
        return [{ word: segment, meaning: "other" }];
    }
    return partsOf(segment).flatMap((part) => {
        const word = words_meaningOf(part) === null ? part.replace(/\d$/, "") : part;
        const meaning = words_meaningOf(word);
        return meaning === null ? [] : [{ word, meaning }];
    });
}
function words_meaningOf(part) {
    if (websocketParts.has(part))
        return "websocket";
    if (shortNames.has(part))
        return "perhaps";
    if (duplexParts.has(part))
        return "duplex";
    if (streamingParts.has(part))
        return "streaming";
    return otherParts.has(part) ? "other" : null;
}

;// CONCATENATED MODULE: ./build/core/intent/software.js




/** Parts of a name that follow the software's own and do not change what it is. */
const neutral = new Set(`server app application web www backend frontend upstream upstreams svc service prod production dev staging test docker container http
  https node nodes host hostname internal local localhost main ui proxy pool cluster addon ingress address addr listen bind url uri
  base port`.split(/\s+/));
/** The software's WebSocket path is one that nginx sends to this location. */
function applicationSign(around) {
    const { paths, upstreamNames, serverNames } = around;
    const telling = upstreamNames
        .concat(serverNames)
        .filter(({ text }) => applicationCalled(text) !== null);
    for (const { text, what } of telling) {
        const application = applicationCalled(text);
        if (application === null)
            continue;
        const isItsPath = isAlways(paths, application);
        if (isItsPath || takesAllOf(around, application)) {
            const [endpoint] = application.endpoints;
            const where = endpoint === "/" ? "" : `, whose WebSockets at ${endpoint} come here`;
            const isShared = isItsPath && application.mixed === true;
            const text = `${what} is ${application.name}${where}`;
            return {
                sign: { kind: "application", text, isShared },
                dedicated: isItsPath && application.mixed !== true,
            };
        }
    }
    return null;
}
/** A path that no other software has, so that it says enough by itself. */
function distinctEndpoint(paths) {
    return distinctApplications.find((each) => isAlways(paths, each)) ?? null;
}
/** Whose endpoint the path is, and which, where the software answers at that very path only. */
function fixedEndpoint(path) {
    const trimmed = path.replace(/\/$/, "");
    for (const { name, endpoints, fixed } of distinctApplications) {
        const endpoint = endpoints.find((each) => trimmed.endsWith(each));
        if (fixed === true && endpoint !== undefined)
            return { name, endpoint };
    }
    const [library] = /\/(?:socket|engine)\.io$/.exec(trimmed) ?? [];
    return library === undefined ? null : { name: library.slice(1), endpoint: library };
}
const distinctApplications = applications.filter(({ distinct }) => distinct === true);
const applicationsByPort = new Map(applications.toReversed().map((application) => [application.port, application]));
/** A port is no proof, unless a folder or the file is called like the software too. */
function portSign(around) {
    const { upstreamPort: port, pass } = around;
    const application = port === null ? undefined : applicationsByPort.get(port);
    if (application === undefined || !takesAllOf(around, application))
        return null;
    const { path } = pass.document;
    const isCalledSo = path.split("/").some((folder) => applicationCalled(folder) === application);
    const text = `port ${port} is that of ${application.name}`;
    return isCalledSo
        ? { kind: "application", text: `${text}, which ${path} names` }
        : { kind: "application-port", text };
}
/** A path of known software, but others may have the same. */
const applicationPath = rememberedOf((paths) => {
    const application = withDeepEndpoints.find((each) => isAlways(paths, each));
    return application === undefined
        ? null
        : { kind: "application-path", text: `${application.name} has WebSockets at ${paths.written}` };
});
/** With their endpoints of more than one segment: `/user` and `/events` are anybody's. */
const withDeepEndpoints = applications.flatMap((application) => {
    const endpoints = application.endpoints.filter((endpoint) => endpoint.split("/").length > 2);
    return endpoints.length > 0 ? [{ ...application, endpoints }] : [];
});
/** Software in front of which upgrade headers were copied from elsewhere. */
function plainSoftware(around) {
    const { location, upstreamNames, serverNames, remarks } = around;
    const path = location.opener?.document.path ?? "";
    const file = path.slice(path.lastIndexOf("/") + 1);
    // Where the upstream has no name, the file is mostly called like it.
    const byFile = upstreamNames.length === 0 ? [{ text: file, what: `the file ${file}` }] : [];
    const named = [...upstreamNames, ...serverNames, ...byFile].flatMap(({ text, what }) => {
        const software = plainCalled(text);
        return software === null ? [] : [`${what} is ${software.name}, which has no WebSockets`];
    });
    const said = remarks.flatMap((remark) => withoutWebSocket
        .filter(({ name }) => remark
        .toLowerCase()
        .split(/[^\w-]+/)
        .includes(name.toLowerCase()))
        .map(({ name }) => `a comment speaks of ${name}, which has no WebSockets`));
    return [...named, ...said].slice(0, 1).map((text) => ({ kind: "purpose", text }));
}
/** Whether the path is one of the software's endpoints, in whatever folder the software stands. */
function isEndpointOf(path, application) {
    const trimmed = path.replace(/\/$/, "");
    return application.endpoints.some((endpoint) => endpoint !== "/" && trimmed.endsWith(endpoint));
}
function isAlways({ paths }, application) {
    return paths.length > 0 && paths.every((path) => isEndpointOf(path, application));
}
/** All of its endpoints: where one has a location of its own, the author knew the difference. */
function takesAllOf(around, application) {
    const { server, location } = around;
    return software_mountsOf(around, application).some((mount) => application.endpoints.every((endpoint) => {
        const path = mount + endpoint.replace(/\/$/, "");
        return isTakenBy(server, location, path || "/") && isTakenBy(server, location, `${path}/`);
    }));
}
/** In which folders of the server the software may stand: at its root, or where the location hands a folder to it. */
function software_mountsOf({ paths, pass }, { called }) {
    const [path = ""] = paths.kind === "prefix" ? paths.paths : [];
    const folder = path.replace(/\/$/, "");
    const isNamed = called.some((name) => partsOf(folder).join("-").includes(name));
    const hasUri = /^\w+:\/\/[^/]+\//.test(pass.parameters[0] ?? "");
    return folder !== "" && (isNamed || hasUri) ? ["", folder] : [""];
}
const applicationCalled = remembered((name) => firstCalled(name, applicationsByName));
const plainCalled = remembered((name) => firstCalled(name, plainByName));
const applicationsByName = byName(applications);
const plainByName = byName(withoutWebSocket);
/** As many words has the longest of the names. */
const mostWords = Math.max(...[...applicationsByName.keys(), ...plainByName.keys()].map((name) => name.split("-").length));
function byName(table) {
    const found = new Map();
    for (const [index, software] of table.entries()) {
        for (const called of software.called) {
            if (!found.has(called))
                found.set(called, { software, index });
        }
    }
    return found;
}
/**
 * The first software of a table that bears the name. As in English, the last word says what it is: `acme-grafana` is
 * Grafana, `gitlab-pages` is not GitLab.
 */
function firstCalled(name, table) {
    const [label = ""] = name.toLowerCase().split(".", 1);
    const parts = label.split(/[-_]+/).filter((part) => part !== "");
    let first = null;
    do {
        for (let words = Math.min(mostWords, parts.length); words > 0; words--) {
            const found = table.get(parts.slice(-words).join("-"));
            if (found !== undefined && (first === null || found.index < first.index))
                first = found;
        }
    } while (isNeutral(parts.pop() ?? ""));
    return first?.software ?? null;
}
function isNeutral(part) {
    return neutral.has(part) || /^v?\d+$/.test(part);
}

;// CONCATENATED MODULE: ./build/core/intent/names.js



/** `location ~ ^/(ws|wss)/` must have one of the names, `location ~ ^/(ws|api)/` may have another. */
const endpointName = rememberedOf((paths) => {
    const application = distinctEndpoint(paths);
    if (application !== null) {
        const text = `the path ${paths.written} is the WebSocket endpoint of ${application.name}`;
        const isShared = application.mixed === true;
        return { sign: { kind: "name", text, isShared }, dedicated: !isShared };
    }
    if (paths.paths.length === 0 || !paths.paths.every(isNamedEndpoint))
        return null;
    const text = `the path ${paths.written} is named like a WebSocket endpoint`;
    return { sign: { kind: "name", text }, dedicated: true };
});
function isNamedEndpoint(path) {
    const words = wordsInPath(path);
    return (isEndpointPath(path) && !isOrdinary(words.at(-1)) && !isWebService(words) && !isWriting(words));
}
/** `/ws/health` and `/websocket/info` are ordinary requests to a WebSocket server; `/ws/status` tells it by WebSocket. */
function isOrdinary(last) {
    return last?.meaning === "other" && !messages.has(last.word);
}
/** Names of another purpose that stand behind an endpoint's for what it sends. */
const messages = new Set("status stats metrics news uploads downloads".split(" "));
/** Whether one of the paths may be an endpoint's by its name, so that others of the server need not be. */
function mayBeNamedEndpoint(paths) {
    const isPossible = (path) => {
        const words = wordsInPath(path);
        return words.some(mayBeEndpoint) && !isOrdinary(words.at(-1));
    };
    return endpointName(paths) !== null || paths.paths.some(isPossible);
}
/** `/ws/rest` and `/ws/soap` are web services. */
function isWebService(words) {
    return (words.some(({ word }) => ["rest", "soap", "wsdl", "xmlrpc"].includes(word)) &&
        words.every(({ meaning }) => meaning !== "websocket"));
}
/** `/docs/websocket` and `/blog/websockets` are about WebSockets. */
function isWriting([first]) {
    return first !== undefined && writings.has(first.word);
}
const writings = new Set("blog docs documentation news wiki".split(" "));
/** What the names of the path, the upstream and the server tell, where the path is no endpoint's. */
function wordSigns({ paths, upstreamNames, serverNames }) {
    return pathSigns(paths).concat(hostSigns("upstream-name", upstreamNames), serverSigns(serverNames));
}
const pathSigns = rememberedOf((paths) => {
    const inPath = paths.paths.map(wordsInPath);
    const always = (inPath[0] ?? []).filter(({ word }) => inPath.every((words) => words.some((each) => each.word === word)));
    const signs = [];
    if (inPath.some((words) => words.some(mayBeEndpoint))) {
        const text = `the path ${paths.written} can be a WebSocket endpoint`;
        signs.push({ kind: "possible-name", text });
    }
    return signs.concat(weakWords(always, `the path ${paths.written}`));
});
/** All locations of a server share its names. */
const serverSigns = rememberedOf((names) => hostSigns("server-name", names));
function hostSigns(kind, names) {
    return names.flatMap(({ text, what }) => {
        const words = wordsInHost(text);
        const weak = weakWords(words, what);
        return words.some(mayBeEndpoint)
            ? [{ kind, text: `${what} has a name of WebSocket endpoints` }, ...weak]
            : weak;
    });
}
function mayBeEndpoint({ meaning }) {
    return meaning === "websocket" || meaning === "perhaps";
}
function weakWords(words, what) {
    return words.flatMap(({ word, meaning }) => meaning === "duplex" || meaning === "streaming"
        ? [{ kind: `${meaning}-word`, text: `${what} has "${word}" in its name` }]
        : []);
}
/** A path that names another purpose. */
function purposeOfPath({ paths }) {
    const words = paths.paths.map((path) => wordsInPath(path).find(({ meaning }) => meaning === "other"));
    const [first] = words;
    return first !== undefined && words.every((word) => word !== undefined)
        ? [
            {
                kind: "purpose",
                text: `"${first.word}" in the path ${paths.written} names another purpose`,
            },
        ]
        : [];
}
/** An upstream or a server that is named for another purpose. */
function purposeOfHost({ upstreamNames, serverNames }) {
    const named = [...upstreamNames, ...serverNames].find(({ text }) => wordsInHost(text).some(({ meaning }) => meaning === "other"));
    return named === undefined
        ? []
        : [{ kind: "hint", text: `${named.what} has a name of another purpose` }];
}

;// CONCATENATED MODULE: ./build/core/intent/paths.js

/** Stands in a path for what nobody can know: whatever a regular expression leaves open. */
const unknownPart = "\u2026";
/** More alternatives than a location that people write has. */
const mostPaths = 64;
const paths_none = { kind: "none", written: "", paths: [] };
/** What must stand in the path of a request that this `location` takes. */
function paths_pathsOf(location) {
    return location === null || location.name !== "location"
        ? paths_none
        : paths_read(location.parameters.join(" "));
}
/** Whether the location takes whatever no other one does: `/`, `^~ /`, `~ ^/`, `~ .*`. */
const takesEverything = rememberedOf(({ kind, paths }) => (kind === "prefix" || kind === "regex") && paths.every((path) => /^[/\u2026]*$/.test(path)));
const paths_read = remembered((written) => {
    const modifier = /^(=|~\*|~|\^~)?\s*(.*)$/.exec(written);
    const path = modifier?.[2] ?? "";
    if (path.startsWith("@")) {
        return { kind: "named", written, paths: [] };
    }
    switch (modifier?.[1]) {
        case "~":
        case "~*":
            return { kind: "regex", written, paths: expansions(path) };
        case "=":
            return { kind: "exact", written, paths: [path] };
        default:
            return { kind: "prefix", written, paths: [path] };
    }
});
/** The texts that a regular expression can match, with `unknownPart` for what is not literal. */
function expansions(source) {
    const reader = new PatternReader(source);
    const found = reader.alternatives();
    if (found === null || reader.at < source.length) {
        return [unknownPart];
    }
    const anchored = source.startsWith("^");
    const distinct = new Set(found.map((path) => (anchored ? path : unknownPart + path)));
    return [...distinct].map((path) => path.replace(/\u2026+/g, unknownPart));
}
/** Reads a PCRE as far as its literals go. Null where there are too many alternatives. */
class PatternReader {
    #source;
    #depth = 0;
    at = 0;
    constructor(source) {
        this.#source = source;
    }
    alternatives() {
        if (++this.#depth > 20) {
            return null;
        }
        const all = [];
        do {
            const sequence = this.#sequence();
            if (sequence === null) {
                return null;
            }
            all.push(...sequence);
        } while (this.#take("|") && all.length <= mostPaths);
        this.#depth -= 1;
        return all.length > mostPaths ? null : all;
    }
    #sequence() {
        let texts = [""];
        while (this.at < this.#source.length && !"|)".includes(this.#source.charAt(this.at))) {
            const atom = this.#atom();
            if (atom === null) {
                return null;
            }
            const next = this.#quantified(atom);
            if (texts.length * next.length > mostPaths) {
                return null;
            }
            texts = texts.flatMap((text) => next.map((more) => text + more));
        }
        return texts;
    }
    #atom() {
        const character = this.#source.charAt(this.at++);
        switch (character) {
            case "^":
            case "$":
                return [""];
            case ".":
                return [unknownPart];
            case "[":
                return [this.#set()];
            case "\\":
                return [escaped(this.#source.charAt(this.at++))];
            case "(":
                return this.#group();
            default:
                return [character];
        }
    }
    #group() {
        const opening = /^\?(?:[a-zA-Z-]*:|P?<\w+>|'\w+'|[a-zA-Z]+(?=\))|<?[=!])/.exec(this.#source.slice(this.at, this.at + 80));
        this.at += opening?.[0].length ?? 0;
        const inside = this.alternatives();
        if (inside === null || !this.#take(")")) {
            return null;
        }
        return opening !== null && /^\?<?[=!]$/.test(opening[0]) ? [""] : inside;
    }
    /** A set of one character is that character. */
    #set() {
        const rest = this.#source.slice(this.at);
        const end = /^\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/.exec(rest)?.[0] ?? rest;
        this.at += end.length;
        const single = /^\\?([^\\^\w])\]$|^(\w)\]$/.exec(end);
        return single?.[1] ?? single?.[2] ?? unknownPart;
    }
    #quantified(atom) {
        const quantifier = /^(?:[*+?]|\{\d*,?\d*\})[?+]?/.exec(this.#source.slice(this.at, this.at + 20))?.[0];
        if (quantifier === undefined) {
            return atom;
        }
        this.at += quantifier.length;
        if (atom.every((text) => text === unknownPart)) {
            return atom;
        }
        return /^[?*]|^\{0?,/.test(quantifier) ? ["", ...atom] : atom;
    }
    #take(character) {
        const is = this.#source.charAt(this.at) === character;
        this.at += is ? 1 : 0;
        return is;
    }
}
function escaped(character) {
    if (/[bBAZzG]/.test(character))
        return "";
    return /[\w]/.test(character) ? unknownPart : character;
}

;// CONCATENATED MODULE: ./build/core/rules/hardcoded-upgrade.js







const hardcodedUpgrade = {
    id: "hardcoded-upgrade",
    over: "location",
    check(location, report) {
        if (location.traffic !== "mixed" || isOnlySentTo(location)) {
            return;
        }
        const request = location.exchanges.plain.upstream;
        for (const header of request?.headers ?? []) {
            const use = hardcoded(header);
            if (use !== null) {
                const isUpgrade = header.name.toLowerCase() === "upgrade";
                report({
                    place: placeOf(use),
                    level: use.level,
                    message: `${called(location)} sends ${marked(written(use).replace(/^proxy_set_header /, ""))} to ${upstreamName(location)} with ordinary requests too: strict servers answer them with 400.`,
                    remedies: [
                        isUpgrade
                            ? { kind: "header", name: "Upgrade", value: "$http_upgrade" }
                            : { kind: "header", name: "Connection", value: null },
                    ],
                });
            }
        }
    },
};
/**
 * A named location that no `try_files` falls back to, but those of WebSocket endpoints, gets what some condition sends
 * there: often handshakes alone.
 */
function isOnlySentTo({ config, name }) {
    if (!name.name.startsWith("@"))
        return false;
    return !usesNamed(config, "try_files").some(({ parameters, level }) => parameters.at(-1) === name.name && !isEndpoint(level.opener));
}
function isEndpoint(location) {
    return endpointName(paths_pathsOf(location))?.dedicated === true;
}
/** The line that makes an ordinary request look like an upgrade. */
function hardcoded({ name, value, origin }) {
    if (origin.from !== "directive" || !isKnown(value)) {
        return null;
    }
    const isConnection = name.toLowerCase() === "connection" && hasToken(value, "upgrade");
    const isUpgrade = name.toLowerCase() === "upgrade" && value !== "";
    return isConnection || isUpgrade ? origin.use : null;
}

;// CONCATENATED MODULE: ./build/core/rules/header-inheritance.js




const headerInheritance = {
    id: "header-inheritance",
    over: "location",
    check(location, report) {
        const { uses, shadowed } = headerLines(location.level);
        const discarded = discardedLines(location);
        const cause = uses.find((use) => !comesByInclude(use)) ?? uses[0];
        if (cause === undefined || discarded.length === 0) {
            return;
        }
        const others = shadowed.filter((use) => pair_linesOf(uses, header_inheritance_nameOf(use)).length === 0 && !discarded.includes(use));
        const also = others.length === 0 ? "" : ` (also ${header_inheritance_listed(others)})`;
        report({
            place: placeOf(isInRepository(cause) ? cause : (cause.include ?? cause)),
            level: cause.level,
            message: `${called(location)} loses ${header_inheritance_listed(discarded)} on the way to ${upstreamName(location)}: ${quoted(cause)} stands here, and one proxy_set_header on a level discards all of the outer ones${also}.`,
            related: [
                ...discarded.map((use) => note(use, `${quoted(use)} does not hold here`)),
                ...(cause.include !== null && comesByInclude(cause)
                    ? [note(cause.include, `${quoted(cause.include)} brings it here`)]
                    : []),
            ],
            remedies: discarded.map((use) => ({
                kind: "header",
                name: header_inheritance_nameOf(use),
                value: parameterText(use, 1),
            })),
        });
    },
};
function header_inheritance_nameOf({ parameters }) {
    return parameters[0] ?? "";
}
function header_inheritance_listed(lines) {
    const names = lines.map((use) => marked(header_inheritance_nameOf(use)));
    return [names.slice(0, -1).join(", "), ...names.slice(-1)]
        .filter((part) => part !== "")
        .join(" and ");
}
function note(use, text) {
    return { place: placeOf(use), note: text };
}

;// CONCATENATED MODULE: ./build/core/rules/hidden-response-header.js




const hiddenResponseHeader = {
    id: "hidden-response-header",
    over: "location",
    check(location, report) {
        if (location.verdict.strict === "works" || location.exchanges.websocket.upstream === null) {
            return;
        }
        const hidden = hiddenResponseHeaders(location.level);
        for (const use of effectiveList(location.level, "proxy_hide_header").uses) {
            const [name = ""] = use.parameters;
            if (hidden.includes(name)) {
                report({
                    place: placeOf(use),
                    level: use.level,
                    message: `${called(location)} answers a handshake without ${marked(name)}, because of ${quoted(use)}: the client refuses such a 101.`,
                    remedies: [{ kind: "remove", use }],
                });
            }
        }
    },
};

;// CONCATENATED MODULE: ./build/core/rules/hosts.js



/**
 * A private or loopback address, or a host without a dot: an application of the same people, not a virtual host of
 * somebody else that needs its own name.
 *
 * @param host as in a `Host` header, with or without a port
 */
function hosts_isNear(host) {
    const name = host.replace(/:\d+$/, "").toLowerCase();
    return (/^[a-z0-9_-]+$/.test(name) ||
        /^(?:127|10)(?:\.\d+){3}$/.test(name) ||
        /^192\.168(?:\.\d+){2}$/.test(name) ||
        /^172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}$/.test(name) ||
        /^\[(?:::1|f[cd][0-9a-f:]*|fe80:[0-9a-f:]*)\]$/.test(name));
}
/** `$host` has no port: where the server listens on another one than the usual two, only `$http_host` equals the origin's. */
function hostThatWasAsked({ level }) {
    const server = enclosing(level, "server");
    const ports = server === null ? [] : listenersOf(server).map(({ port }) => port);
    return ports.every((port) => port === "" || port === "80" || port === "443")
        ? "$host"
        : "$http_host";
}
/** Whether a `Host` line says what is the default anyway; from 1.31.4 on an empty one does. */
function isProxyHost(line) {
    return line.parameters[1] === "" || isVariable(line, "proxy_host");
}

;// CONCATENATED MODULE: ./build/core/rules/origins.js








const refusal = "Servers that compare Origin with Host answer such a handshake with 403.";
/** An origin of nginx's own making that is not the page's. */
function originReport(location, request) {
    const { uses } = headerLines(location.level);
    const line = pair_linesOf(uses, "Origin").find((use) => !isVariable(use, "http_origin"));
    if (line === undefined)
        return null;
    const [host = ""] = headerValues(request, "host");
    const [origin = ""] = headerValues(request, "origin");
    const at = { place: placeOf(line), level: line.level };
    const proxy = proxyBefore(location);
    if (proxy !== null && variablesIn(line.parameters[1] ?? "").includes("scheme")) {
        const message = `${called(location)} sends an \`Origin\` that says http, because of ${quoted(line)}: ${quoted(proxy)} shows that another proxy stands before nginx, and where TLS ends there the page's origin says https. Servers that compare the two refuse such a handshake.`;
        return { ...at, message, related: [{ place: placeOf(proxy), note: "another proxy" }] };
    }
    if (!isKnown(host) || !isKnown(origin) || origin === "" || origin.endsWith(`//${host}`)) {
        return null;
    }
    const message = `${called(location)} sends ${marked(`Origin: ${origin}`)} and ${marked(`Host: ${host}`)} to ${upstreamName(location)}, because of ${quoted(line)}. ${refusal}`;
    return { ...at, message, remedies: [{ kind: "remove", use: line }] };
}
/**
 * A port that browsers leave out of the origin: `app.example.com:443`, where the page is of `https://app.example.com`. A notice,
 * since most servers that compare the two know the schemes' ports.
 */
function forwardedHostReport(location) {
    const { uses } = headerLines(location.level);
    const [line] = pair_linesOf(uses, "X-Forwarded-Host");
    const server = enclosing(location.level, "server");
    const listeners = server === null ? [] : listenersOf(server);
    const usual = listeners.find(({ port, scheme }) => port === (scheme === "https" ? "443" : "80"));
    const [, port] = /:(\$server_port|\$\{server_port\}|\d+)$/.exec(line?.parameters[1] ?? "") ?? [];
    if (line === undefined || usual === undefined || port === undefined)
        return null;
    if (/^\d/.test(port) && port !== usual.port)
        return null;
    const message = `${called(location)} sends an \`X-Forwarded-Host\` that ends in \`:${usual.port}\`, because of ${quoted(line)}: browsers leave that port out of the origin, and a server that compares the two as texts answers with 403.`;
    return {
        place: placeOf(line),
        level: line.level,
        message,
        severity: "notice",
        commentable: false,
    };
}
/** What shows that requests come by way of another proxy; null where nothing does, and where nginx itself speaks TLS. */
function proxyBefore({ level }) {
    const server = enclosing(level, "server");
    if (server === null || listenersOf(server).some(({ scheme }) => scheme === "https"))
        return null;
    for (let at = level; at !== null; at = at.parent) {
        const [use] = usesOf(at, "set_real_ip_from");
        if (use !== undefined)
            return use;
    }
    return null;
}

;// CONCATENATED MODULE: ./build/core/rules/host-header.js









const hostHeader = {
    id: "host-header",
    over: "location",
    check(location, report) {
        const request = location.exchanges.websocket.upstream;
        const { uses, hidden } = headerLines(location.level);
        if (request === null || hidden !== null || location.intent.serves !== "yes") {
            return;
        }
        // With the pair of headers, header-inheritance brings back the host.
        if (pair_linesOf(discardedLines(location), "Host").length > 0)
            return;
        const setsOrigin = pair_linesOf(uses, "Origin").some((use) => !isVariable(use, "http_origin"));
        const found = [
            setsOrigin && headerValues(request, "host").length > 0
                ? originReport(location, request)
                : hostReport(location, request, pair_linesOf(uses, "Host")[0]),
            forwardedHostReport(location),
        ];
        for (const each of found)
            if (each !== null)
                report(each);
    },
};
/** The default, `$proxy_host`, or none at all. */
function hostReport(location, request, line) {
    const [host] = headerValues(request, "host");
    const where = line === undefined
        ? { place: placeOf(location.pass) }
        : { place: placeOf(line), level: line.level };
    const [lost] = pair_linesOf(headerLines(location.level).shadowed, "Host");
    const value = lost === undefined || isProxyHost(lost) ? hostThatWasAsked(location) : parameterText(lost, 1);
    const remedies = [{ kind: "header", name: "Host", value }];
    const sent = (what) => `${called(location)} sends ${what} to ${upstreamName(location)}`;
    if (host === undefined && line !== undefined) {
        const message = `${sent("no `Host`")}, because of ${quoted(line)}: servers answer that with 400.`;
        return { ...where, message, remedies, severity: "error" };
    }
    // A variable may hold the client's own host; a template's tag hardly does.
    if (host !== undefined && line === undefined && isOpaque(location.pass.parameters[0] ?? "")) {
        const message = `${sent("the upstream's own name")} as \`Host\`, nginx's default, and not the host that the client asked for. ${refusal}`;
        return { ...where, message, severity: "notice", commentable: false };
    }
    if (host === undefined ||
        host === "" ||
        !isKnown(host) ||
        (line !== undefined && !isProxyHost(line))) {
        return null;
    }
    const cause = line === undefined ? "nginx's default" : `because of ${quoted(line)}`;
    const message = `${sent(marked(`Host: ${host}`))}, ${cause}, and not the host that the client asked for. ${refusal}`;
    return location.upstream !== null || hosts_isNear(host)
        ? { ...where, message, remedies }
        : { ...where, message, severity: "notice", commentable: false };
}

;// CONCATENATED MODULE: ./build/core/rules/http-version.js




const whoRefuses = "Servers that follow RFC 6455 refuse it (Go coder/websocket, Python websockets, hypercorn, Kestrel); Node's ws takes it.";
const httpVersion = {
    id: "http-version",
    over: "location",
    check(location, report) {
        const request = location.exchanges.websocket.upstream;
        if (location.verdict.strict === "works" || request === null) {
            return;
        }
        const { httpVersion: version, httpVersionFrom: from } = request;
        // Another than these three keeps nginx from starting: `invalid-directive` says so.
        if (!isKnown(version) || (version !== "1.0" && version !== "2")) {
            return;
        }
        const route = `${called(location)} reaches ${upstreamName(location)} as HTTP/${version}`;
        const remedies = [
            { kind: "directive", name: "proxy_http_version", parameters: ["1.1"] },
        ];
        if (from !== null) {
            report({
                place: placeOf(from),
                level: from.level,
                message: `${route}, because ${quoted(from)} says so. ${consequence(version)}`,
                remedies,
            });
            return;
        }
        report({
            place: placeOf(location.pass),
            ...sharedLine(location.level),
            message: location.versionKnown
                ? `${route}, the default of this nginx: no proxy_http_version is in force here. ${whoRefuses}`
                : `${route} where nginx is before 1.29.7: no proxy_http_version is in force here, and 1.0 was the default. ${whoRefuses}`,
            ...(!location.versionKnown && { severity: "warning" }),
            inAnyVersion: true,
            remedies,
        });
    },
};
function consequence(version) {
    return version === "1.0"
        ? whoRefuses
        : "HTTP/2 has no Upgrade, and the upstream resets the request.";
}

;// CONCATENATED MODULE: ./build/core/rules/idle-timeout.js




/** nginx's own default, in milliseconds: a connection that is quiet for so long is closed. */
const idle_timeout_byDefault = 60_000;
const suggested = 3_600_000;
const idle_timeout_idleTimeout = {
    id: "idle-timeout",
    over: "location",
    check(location, report, options) {
        const { idleTimeoutMs: timeout, outcome } = location.exchanges.websocket;
        const { pass, level, traffic, intent } = location;
        const canUpgrade = /^(?:proxy|uwsgi|scgi)_pass$/.test(pass.name) && outcome !== "answered";
        if (intent.serves !== "yes" ||
            !canUpgrade ||
            timeout === null ||
            !isTooShort(timeout, options)) {
            return;
        }
        const setting = effectiveSetting(level, pass.name.replace(/_pass$/, "_read_timeout"));
        const own = setting.state === "set" && isOwn(setting.use, level) ? setting.use : null;
        const source = setting.state === "set" ? attributed(setting.use) : "nginx's default";
        const pings = selfPinging(location);
        const advice = traffic === "mixed"
            ? " Ordinary requests pass here too and must not wait longer, so give the WebSockets a location of their own with `proxy_read_timeout 3600s`."
            : "";
        report({
            place: placeOf(own ?? pass),
            message: timeout === 0
                ? `${called(location)} closes a WebSocket at once: ${source} leaves no time at all.`
                : `${called(location)} closes a WebSocket that is quiet for ${seconds(timeout)} (${source})${pings === null ? "" : `, unless ${pings} pings more often`}.${advice}`,
            related: own === null && setting.state === "set"
                ? [{ place: placeOf(setting.use), note: "the timeout that holds here" }]
                : [],
            ...(timeout === 0 && { severity: "error" }),
            ...(timeout !== 0 && pings !== null && { severity: "notice" }),
            remedies: traffic === "mixed" ? [] : longer(location, options),
        });
    },
};
/** An annotation is there for the locations of its Ingress alone. */
function isOwn(use, level) {
    return use.level === settingLevel(level) || use.document.source.tree !== null;
}
function isTooShort(timeout, { minimum }) {
    return typeof minimum === "number" ? timeout < minimum : timeout <= idle_timeout_byDefault;
}
/** Protocols whose server pings by itself, every 15 to 30 s. */
function selfPinging({ name, intent }) {
    const text = [name.name.replaceAll("\\", ""), ...intent.evidence].join(" ");
    return /socket\.io|signalr|phoenix|\/live\/websocket/i.exec(text)?.[0] ?? null;
}
/** Only the first matters to a quiet connection; published guides write both, and so do we. */
function longer({ level, pass }, { minimum }) {
    const enough = Math.max(suggested, typeof minimum === "number" ? minimum : 0);
    const prefix = pass.name.replace(/_pass$/, "");
    const names = [`${prefix}_read_timeout`, `${prefix}_send_timeout`];
    const own = settingLevel(level).uses.some((use) => use.name === names[1]);
    return names
        .slice(0, own ? 1 : 2)
        .map((name) => ({ kind: "directive", name, parameters: [seconds(enough).replace(" ", "")] }));
}
function seconds(milliseconds) {
    return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}

;// CONCATENATED MODULE: ./build/core/rules/ignored-annotation.js




const ignoredAnnotation = {
    id: "ignored-annotation",
    over: "document",
    check(document, report) {
        for (const annotation of document.source.annotations) {
            const said = outdated(annotation, document) ??
                refusedTimeout(annotation, document) ??
                refusedConnection(annotation, document) ??
                misspelt(annotation, document) ??
                needless(annotation, document);
            if (said !== null)
                report({ place: { document, span: annotation }, ...said });
        }
    },
};
/** With another prefix these take effect and change nothing of the requests themselves. */
const harmless = /^(?:affinity|session-cookie-name|upstream-hash-by|proxy-\w+-timeout)$/;
/** The flag's default in internal/ingress/annotations/parser/main.go of kubernetes/ingress-nginx; its issue 1961. */
function outdated(annotation, document) {
    const { name, key } = annotation;
    const right = withoutOutdatedPrefix(name);
    if (right === null || document.source.annotations.some((other) => other.name === right)) {
        return null;
    }
    const text = document.text.slice(key.start, key.end).replace(name, annotationPrefix + right);
    const refused = refusedTimeout({ ...annotation, name: right }, document);
    const value = refused?.remedies ?? [];
    const isTaken = refused === null || value.length > 0;
    return {
        message: `ingress-nginx reads ${marked(annotationPrefix + right)} and makes nothing of ${marked(name)}, unless it is started with \`--annotations-prefix\`.`,
        remedies: harmless.test(right) && isTaken
            ? [{ kind: "replace", place: { document, span: key }, text }, ...value]
            : [],
    };
}
/** `GetIntAnnotation` in internal/ingress/annotations/parser/main.go of kubernetes/ingress-nginx; its issue 10640. */
function refusedTimeout({ name, value }, document) {
    const text = value.value;
    if (!/^proxy-(?:read|send)-timeout$/.test(name) || isWholeNumber(text) || isOpaque(text)) {
        return null;
    }
    const time = parseTime(text) ?? NaN;
    const span = { start: value.start, end: value.end };
    return {
        message: `ingress-nginx takes ${marked(name)} as a whole number of seconds only: of ${marked(text)} it makes nothing, and its default holds, which is 60 s.`,
        remedies: Number.isInteger(time / 1000)
            ? [{ kind: "replace", place: { document, span }, text: `"${time / 1000}"` }]
            : [],
    };
}
/** internal/ingress/annotations/connection/main.go; versions before 1.12 do not check it unless they are told to. */
function refusedConnection(annotation, document) {
    const { name, value } = annotation;
    return name !== "connection-proxy-header" || !/^\s*upgrade\s*$/i.test(value.value)
        ? null
        : {
            severity: "notice",
            message: `ingress-nginx takes ${marked(name)} as \`close\` or \`keep-alive\` only, from version 1.12 on. Without it, handshakes have \`Connection: upgrade\`, and other requests do not.`,
            remedies: ignored_annotation_without(annotation, document),
        };
}
function misspelt({ name, key, value }, document) {
    const right = rightName(name);
    const isSnippet = right?.endsWith("-snippet") === true;
    if (right === null || (isSnippet && !/proxy_|upgrade|location/i.test(value.value))) {
        return null;
    }
    const text = document.text.slice(key.start, key.end).replace(name, right);
    const isFree = document.source.annotations.every((other) => other.name !== right);
    // Requests for it would go there, and no longer where they go now.
    const hasLocation = /\blocation\b/.test(value.value);
    return {
        message: `ingress-nginx has no annotation ${marked(name)} and makes nothing of it: it is called ${marked(right)}.`,
        remedies: isFree && !hasLocation ? [{ kind: "replace", place: { document, span: key }, text }] : [],
    };
}
/** Names that ask for what ingress-nginx does by itself. */
const forWebSockets = /(?:^|-)(?:web-?sockets?|wss?|upgrade)(?:-|$)/;
function needless(annotation, document) {
    const { name } = annotation;
    if (!forWebSockets.test(name.replace(/_/g, "-").toLowerCase()))
        return null;
    const other = /^websocket-services$/.test(name)
        ? " It is F5's NGINX Ingress Controller that has one, as `nginx.org/websocket-services`."
        : "";
    return {
        severity: "notice",
        message: `ingress-nginx has no annotation ${marked(name)} and makes nothing of it: it forwards the upgrade without one.${other}`,
        remedies: ignored_annotation_without(annotation, document),
    };
}
/** Where it is the only one, its key `annotations` would be left with nothing. */
function ignored_annotation_without(annotation, document) {
    const { text, source } = document;
    const span = source.annotations.length > 1 ? linesOf(annotation, text) : null;
    return span === null ? [] : [{ kind: "replace", place: { document, span }, text: "" }];
}

;// CONCATENATED MODULE: ./build/core/rules/invalid-directive.js


const codes = new Set([
    "invalid-arity",
    "invalid-value",
    "missing-block",
    "proxy-pass-scheme",
    "proxy-pass-uri",
    "upstream-port",
    "empty-upstream",
    "duplicate-name",
    "misplaced-location",
]);
/** Directives on which the way of a handshake depends. */
const concerned = /^(?:proxy_\w+|map|upstream|keepalive|location|set)$/;
const invalidDirective = {
    id: "invalid-directive",
    over: "config",
    check(config, report) {
        for (const problem of config.problems) {
            const { code, use, message, earlier } = problem;
            if (!codes.has(code) ||
                !isConcerned(use) ||
                isGuess(problem, config) ||
                isPlaceholder(problem)) {
                continue;
            }
            report({
                place: use.inner === null ? placeOf(use) : headOf(use),
                level: use.level,
                message: `nginx refuses ${quoted(use)}, and does not start: ${marked(message)}.`,
                related: earlier === null
                    ? []
                    : [
                        {
                            place: headOf(earlier),
                            note: code === "upstream-port" ? "the upstream of that name" : "the other one",
                        },
                    ],
                remedies: remediesFor(problem),
            });
        }
    },
};
function isConcerned({ name, level, parameters }) {
    // ws:// and wss:// have a rule of their own.
    const isSocket = name === "proxy_pass" && /^wss?:/i.test(parameters[0] ?? "");
    return (concerned.test(name) || level.opener?.name === "map") && !isSocket;
}
/** Whether the files of a folder are loaded together is a guess where nothing includes them, and what they stand in too. */
function isGuess({ code, use, earlier }, config) {
    return (config.kind !== "main" &&
        use.level === config.main &&
        (code === "missing-block" || (earlier !== null && earlier.document !== use.document)));
}
/** Whether something puts another text here before nginx sees it: `proxy_pass <backend>`, `proxy_buffering BUFFERING`. */
function isPlaceholder({ code, use }) {
    return (["invalid-arity", "invalid-value", "proxy-pass-scheme"].includes(code) &&
        use.parameters.some((text) => /[<>@%]|__|^[A-Z][A-Z0-9_]{2,}$/.test(text)));
}
function remediesFor({ use, code }) {
    return use.name === "proxy_http_version" && code === "invalid-value"
        ? [{ kind: "directive", name: use.name, parameters: ["1.1"] }]
        : [];
}

;// CONCATENATED MODULE: ./build/core/rules/keepalive-defeated.js





const keepaliveDefeated = {
    id: "keepalive-defeated",
    over: "location",
    check(location, report) {
        const { config, upstream, version, exchanges, traffic } = location;
        if (traffic !== "mixed") {
            return;
        }
        const { plain, websocket } = exchanges;
        // A Connection that does not even upgrade is the handshake's matter first.
        if (upstream === null ||
            plain.upstream === null ||
            websocket.upstream === null ||
            carriesToken(websocket.upstream, "connection", "upgrade") !== true ||
            !keepsConnections(config, plain.upstream, version)) {
            return;
        }
        const pool = upstream.inner?.uses.find((use) => use.name === "keepalive");
        for (const { name, value, origin } of plain.upstream.headers) {
            if (name.toLowerCase() !== "connection" ||
                origin.from !== "directive" ||
                !isKnown(value) ||
                !hasToken(value, "close")) {
                continue;
            }
            const entry = entryFor(origin.use, location);
            report({
                place: placeOf(entry ?? origin.use),
                message: `${called(location)} sends \`Connection: close\` with ordinary requests (${quoted(entry ?? origin.use)}), so that none of their connections is kept, although ${pool === undefined ? `nginx keeps those to ${quoted(upstream)} by default from 1.29.7 on` : `${quoted(upstream)} says ${quoted(pool)}`}.`,
                related: [{ place: placeOf(pool ?? upstream), note: "connections are to be kept here" }],
                ...(pool === undefined && { severity: "notice" }),
                remedies: entry === null ? [] : [emptied(entry)],
            });
        }
    },
};
/** The line of the map that gives an ordinary request its `Connection`. */
function entryFor(line, { config }) {
    for (const variable of variablesIn(line.parameters[1] ?? "")) {
        const map = definitions(config).get(variable);
        if (map?.name === "map" && map.parameters[0]?.toLowerCase() === "$http_upgrade") {
            return selectedEntry(map, "");
        }
    }
    return null;
}
function emptied({ document, directive }) {
    return {
        kind: "replace",
        place: { document, span: directive.parameters[0] ?? directive },
        text: "''",
    };
}

;// CONCATENATED MODULE: ./build/core/rules/location-shadowed.js






const locationShadowed = {
    id: "location-shadowed",
    over: "location",
    check(location, report) {
        const own = enclosing(location.level, "location")?.opener ?? null;
        if (location.intent.serves !== "yes" || own === null) {
            return;
        }
        const { config, exchanges, version } = location;
        const found = obstructionOf(config, exchanges.websocket, version);
        if (found === null) {
            return;
        }
        const { kind, by } = found;
        const isOther = kind === "location";
        report({
            place: isOther ? headOf(own) : headOf(by[0]),
            message: messageFor(called(location), found),
            related: isOther
                ? by.map((use) => ({ place: headOf(use), note: "answers in its place" }))
                : [],
            ...(kind === "sibling" && { severity: "warning" }),
            remedies: isOther && by.every(isPattern) ? first(own) : [],
        });
    },
};
function messageFor(here, { kind, by }) {
    const names = by.map((use) => `${quoted(use)} (line ${lineOf(use)})`).join(" and ");
    switch (kind) {
        case "answer":
            return `No handshake reaches the upstream of ${here}: ${names} answers first.`;
        case "location":
            return `No request comes to ${here}: all its paths go to ${names}, where the handshake does not upgrade.`;
        case "sibling":
            return `${here} upgrades, but its server has no TLS: with TLS the same path comes to ${names}, which goes to the same upstream and does not upgrade.`;
        case "try-files":
            return `No handshake reaches the upstream of ${here}: ${names} sends what is no file elsewhere, and an endpoint is no file.`;
    }
}
function isPattern({ inner }) {
    return inner !== null && locationName(inner)?.kind.startsWith("regex") === true;
}
/** `^~` keeps regular expressions from being tried after a prefix that matched. */
function first(own) {
    const [word] = own.directive.parameters;
    const isPrefix = own.inner !== null && locationName(own.inner)?.kind === "prefix";
    return word === undefined || !isPrefix || own.level.context !== "server"
        ? []
        : [
            {
                kind: "replace",
                place: { document: own.document, span: word },
                text: `^~ ${parameterText(own, 0)}`,
            },
        ];
}

;// CONCATENATED MODULE: ./build/core/rules/hoist.js
/** Moves a block that only `http` takes before the block of `http` that it stands in; nothing where no file shows both. */
function hoisted(config, use) {
    const opener = blockOfHttp(config, use.level);
    const { document, directive } = use;
    if (opener === null || opener.document !== document || !document.source.editable)
        return [];
    const { lines, text } = document;
    const indentOf = (offset) => /^[ \t]*/.exec(text.slice(lines.startOf(lines.lineAt(offset)), offset))?.[0] ?? "";
    const at = opener.directive.start;
    const [from, to] = [indentOf(directive.start), indentOf(at)];
    const eol = lines.eolOf(lines.lineAt(at)) || "\n";
    const moved = text
        .slice(directive.start, directive.end)
        .split(/\r?\n/)
        .map((line, index) => index > 0 && line.startsWith(from) ? to + line.slice(from.length) : line);
    const place = { document, span: { start: at, end: at } };
    return [
        { kind: "remove", use },
        { kind: "replace", place, text: `${moved.join(eol)}${eol}${eol}${to}` },
    ];
}
/** The `server` around a level, whose own level is `http` or the top of a file that `http` includes. */
function blockOfHttp({ main, kind }, level) {
    for (let at = level; at.parent !== null; at = at.parent) {
        const isHttp = at.parent.context === "http" || (at.parent === main && kind === "http");
        if (isHttp)
            return at.opener;
    }
    return null;
}

;// CONCATENATED MODULE: ./build/core/rules/misplaced-directive.js




/** Directives that take part in a handshake. */
const misplaced_directive_concerned = /^(?:proxy_\w+|map|upstream|keepalive)$/;
/** Of these, the ones that neither \`if\` nor \`limit_except\` takes. */
const isSetting = /^proxy_(?!pass$|intercept_errors$)\w+$/;
/** Blocks that `http` takes alone. */
const isOfHttp = /^(?:map|upstream)$/;
const misplacedDirective = {
    id: "misplaced-directive",
    over: "config",
    check(config, report) {
        for (const { code, use, message } of config.problems) {
            const { level } = use;
            // What a fragment stands in, when nothing includes it, is a guess.
            const isGuess = level === config.main && config.kind !== "main";
            if (code !== "misplaced-directive" || !misplaced_directive_concerned.test(use.name) || isGuess) {
                continue;
            }
            const outer = settingLevel(level);
            report({
                place: placeOf(use),
                level: outer,
                message: `${quoted(use)} stands ${whereIn(level)}, and nginx refuses to start: ${message}.`,
                remedies: isOfHttp.test(use.name)
                    ? hoisted(config, use)
                    : outer === level || outer.context !== "location"
                        ? []
                        : moved(use, outer),
            });
        }
    },
};
function whereIn({ opener }) {
    return opener === null ? "at the top level of the main file" : `in ${quoted(opener)}`;
}
/** Out of the `if` or `limit_except` into the location, where that does not say it already. */
function moved(use, outer) {
    const { opener, uses } = use.level;
    const isAll = opener !== null && uses.every(({ name }) => isSetting.test(name));
    const gone = { kind: "remove", use: isAll ? opener : use };
    const [name = ""] = use.parameters;
    if (use.name === "proxy_set_header") {
        const isThere = outer.uses.some((other) => other.name === use.name && other.parameters[0]?.toLowerCase() === name.toLowerCase());
        const value = name.toLowerCase() === "connection" ? null : parameterText(use, 1);
        return isThere ? [gone] : [gone, { kind: "header", name, value }];
    }
    const isThere = outer.uses.some((other) => other.name === use.name);
    const parameters = use.parameters.map((_, index) => parameterText(use, index));
    return isThere ? [gone] : [gone, { kind: "directive", name: use.name, parameters }];
}

;// CONCATENATED MODULE: ./build/core/rules/missing-include.js


const missingInclude = {
    id: "missing-include",
    over: "config",
    check(config, report) {
        for (const { code, use, message } of config.problems) {
            const at = { place: placeOf(use), level: use.level };
            if (code === "lost-include") {
                report({
                    ...at,
                    message: `${quoted(use)} names a file that is not there, and nginx refuses to start: ${marked(message)}.`,
                });
            }
            else if (code === "include-cycle" && config.kind === "main") {
                report({
                    ...at,
                    message: `With ${quoted(use)}, ${message}: nginx opens files until it may open no more, and does not start.`,
                });
            }
        }
    },
};

;// CONCATENATED MODULE: ./build/core/rules/missing-resolver.js



const missingResolver = {
    id: "missing-resolver",
    over: "location",
    check(location, report) {
        const { config, level, pass, exchanges } = location;
        const { upstream } = exchanges.websocket;
        const host = upstream && unresolvedHost(config, level, upstream.address);
        if (host === null)
            return;
        const name = marked(host);
        const why = `${quoted(pass)} holds a variable, so nginx looks ${name} up with each request`;
        const [elsewhere] = config.incomplete;
        report({
            place: placeOf(pass),
            ...(elsewhere === undefined
                ? {
                    message: `${called(location)} answers every request with 502: ${why}, and no \`resolver\` is in force here (no resolver defined to resolve ${host}).`,
                }
                : {
                    message: `${called(location)} needs a \`resolver\`: ${why}. None is in what we see (${elsewhere}); without one every request is answered with 502.`,
                    severity: "notice",
                    commentable: false,
                }),
        });
    },
};

;// CONCATENATED MODULE: ./build/core/rules/observability.js





const observability = {
    id: "observability",
    over: "location",
    check(location, report) {
        const { config, level } = location;
        const { uses, hidden } = effectiveList(level, "access_log");
        if (config.kind !== "main" || hidden !== null || uses.some((use) => observability_isTelling(use, config))) {
            return;
        }
        const [log] = uses;
        const http = config.main.uses.find(({ name }) => name === "http");
        const place = log === undefined ? (http === undefined ? null : headOf(http)) : placeOf(log);
        if (place !== null) {
            report({
                place,
                message: `No access log shows whether handshakes at ${called(location)} succeed: ${log === undefined ? "nginx's default format" : quoted(log)} has no \`$upstream_status\`. Failed ones are those with an \`$http_upgrade\` and another \`$status\` than 101.`,
            });
        }
    },
};
/** Whether a log's format has the upstream's status; what another program or a template writes is not known to lack it. */
function observability_isTelling({ parameters }, config) {
    const [target = "", name] = parameters;
    if (target === "off" || name === undefined || name.includes("=")) {
        return false;
    }
    const formats = usesNamed(config, "log_format").filter(({ level, parameters: [format] }) => level.context !== "stream" && format === name);
    return ((formats.length === 0 && name !== "combined") ||
        formats.some(({ parameters: [, ...texts] }) => texts.some(isOpaque) || texts.flatMap(variablesIn).includes("upstream_status")));
}

;// CONCATENATED MODULE: ./build/core/rules/origin-check.js







const originCheck = {
    id: "origin-check",
    over: "location",
    check(location, report) {
        const { uses } = headerLines(location.level);
        const line = pair_linesOf(uses, "Origin").find(isConstant);
        if (line !== undefined) {
            report({
                place: placeOf(line),
                level: line.level,
                message: `${called(location)} hides from ${upstreamName(location)} which page a handshake comes from (${quoted(line)}), so that the application cannot refuse those of other sites.`,
            });
        }
        else if (letsOthersIn(location)) {
            report({
                place: placeOf(location.pass),
                message: `${called(location)} lets pages of any site open a WebSocket with the visitor's cookies, unless the application compares \`Origin\` itself.`,
            });
        }
    },
};
function isConstant({ parameters }) {
    return parameters[1]?.includes("$") === false;
}
/** Whether a handshake from a page of another site reaches the upstream; false where that cannot be told. */
function letsOthersIn({ config, level, version }) {
    const location = enclosing(level, "location");
    const server = enclosing(level, "server");
    const [target] = location === null ? [] : samplePaths(location);
    if (location === null || server === null || target === undefined || location.hidden.length > 0) {
        return false;
    }
    const headers = [["Origin", "https://other-site.example"], ...withPassword];
    const asked = { probe: "websocket", target: encodeURI(target), headers };
    const exchange = askServer(config, server, asked, version);
    return (exchange?.outcome === "proxied" && exchange.level !== null && isInside(exchange.level, location));
}

;// CONCATENATED MODULE: ./build/core/rules/proxy-pass-scheme.js


const proxyPassScheme = {
    id: "proxy-pass-scheme",
    over: "config",
    check(config, report) {
        for (const use of usesNamed(config, "proxy_pass")) {
            const [address] = use.directive.parameters;
            const scheme = /^wss?(?=:\/\/)/i.exec(address?.value ?? "")?.[0];
            if (address === undefined || scheme === undefined) {
                continue;
            }
            const start = address.start + address.quote.length;
            const place = { document: use.document, span: { start, end: start + scheme.length } };
            const right = scheme.toLowerCase() === "wss" ? "https" : "http";
            report({
                place,
                level: use.level,
                message: `nginx refuses ${quoted(use)} (invalid URL prefix): a WebSocket starts as an HTTP request, and proxy_pass takes it with ${right}://.`,
                remedies: [{ kind: "replace", place, text: right }],
            });
        }
    },
};

;// CONCATENATED MODULE: ./build/core/rules/silence-comment.js

const silenceComment = {
    id: "silence-comment",
    over: "comments",
    check({ document, silences, used, faults }, report) {
        for (const silence of silences) {
            const place = { document, span: silence.span };
            const names = silence.rules.map(marked).join(", ");
            if (!used.has(silence)) {
                report({
                    place,
                    message: `This comment silences nothing: ${names} finds nothing in what follows.`,
                });
            }
            else if (silence.reason === null) {
                report({
                    place,
                    message: `This comment silences ${names} without a reason: write it after the bracket.`,
                });
            }
        }
        for (const { span, message } of faults) {
            report({ place: { document, span }, message: `This comment is not understood: ${message}.` });
        }
    },
};

;// CONCATENATED MODULE: ./build/core/rules/sticky-sessions.js


const stickySessions = {
    id: "sticky-sessions",
    over: "location",
    check(location, report) {
        const { upstream } = location;
        const protocol = pollingProtocol(location);
        if (protocol === null || upstream?.inner == null || location.intent.serves !== "yes") {
            return;
        }
        const { uses, hidden } = upstream.inner;
        const servers = uses.filter(({ name, parameters }) => name === "server" && !parameters.includes("backup") && !parameters.includes("down"));
        if (servers.length < 2 ||
            hidden.length > 0 ||
            uses.some(({ name }) => keepsClients.test(name))) {
            return;
        }
        report({
            place: headOf(upstream),
            message: `${called(location)} spreads ${protocol} over the ${servers.length} servers of ${marked(`upstream ${upstream.parameters[0] ?? ""}`)} by turns: a client that starts with polling must come to the same server each time, else it is answered "session unknown".`,
        });
    },
};
/** What sends a client to the same server each time, or decides in a way that we cannot see. */
const keepsClients = /^(?:ip_hash|hash|sticky\w*|consistent_hash|jvm_route|\w+_by_lua\w*)$/;
/** Protocols that start with several ordinary requests which belong together. */
function pollingProtocol({ name, intent }) {
    const text = [name.name, ...intent.evidence].join(" ");
    return /socket\\?\.io/i.test(text) ? "Socket.IO" : /sockjs/i.test(text) ? "SockJS" : null;
}

;// CONCATENATED MODULE: ./build/core/intent/remarks.js
const subject = /web[- ]?sockets?\b|\bsocket\.io\b|\bsockjs\b|\bsignalr\b|\bactioncable\b|\bwss?\b/i;
const denial = /\b(?:no|not|non|without|never|disable[ds]?|doesn't|don't|isn't|aren't|except|other than|unlike|instead of|separate|elsewhere|below|above|rest|sse)\b/i;
const serverSentEvents = /server[- ]sent|\bsse\b|event-?stream|\bEventSource\b/i;
/** A comment that speaks of WebSockets, and does not say that there are none. */
function remarkSigns({ remarks }) {
    const remark = remarks.find((each) => subject.test(each) && !denial.test(each) && !/nginx-websocket-guard/i.test(each));
    return remark === undefined
        ? []
        : [{ kind: "remark", text: `a comment says "${remarks_shortened(remark)}"` }];
}
function remarks_shortened(remark) {
    const words = remark.replace(/^[#\s]+/, "").trim();
    return words.length > 60 ? `${words.slice(0, 60).trimEnd()}\u2026` : words;
}
/** Whether a comment speaks of Server-Sent Events. */
function speaksOfEvents(remark) {
    return serverSentEvents.test(remark);
}
/** A comment that speaks of the other kind of stream. */
function remarkDoubts({ remarks }) {
    return remarks.some(speaksOfEvents)
        ? [{ kind: "hint", text: "a comment speaks of Server-Sent Events" }]
        : [];
}

;// CONCATENATED MODULE: ./build/core/rules/streaming-buffering.js










const streamingBuffering = {
    id: "streaming-buffering",
    over: "location",
    everyLocation: true,
    mayConcern: (level) => evidenceIn(level) !== null,
    check(location, report) {
        const setting = effectiveSetting(location.level, "proxy_buffering");
        const isOn = setting.state === "default" || (setting.state === "set" && !isOff(setting.use));
        const evidence = location.pass.name === "proxy_pass" && isOn ? evidenceIn(location.level) : null;
        if (evidence === null) {
            return;
        }
        const own = setting.state === "set" && setting.use.level === settingLevel(location.level)
            ? setting.use
            : null;
        report({
            place: placeOf(own ?? location.pass),
            message: `${called(location)} holds Server-Sent Events back (${evidence}): with ${setting.state === "set" ? quoted(setting.use) : "nginx's default, `proxy_buffering on`,"} small events wait for a full buffer, unless the application sends \`X-Accel-Buffering: no\`.`,
            remedies: [{ kind: "directive", name: "proxy_buffering", parameters: ["off"] }],
        });
    },
};
function isOff({ parameters }) {
    return parameters[0]?.toLowerCase() === "off";
}
/** Words that only event streams have; `events`, `stream` and `live` are names of much else. */
const streamWord = /^(?:sse|eventsource|eventstream)$/;
const streaming_buffering_denial = /\b(?:no|not|non|without|never|except|elsewhere|separate|below|above)\b/i;
const streaming_buffering_isNamed = remembered((path) => partsOf(path).some((part) => streamWord.test(part)) || /event-(?:stream|source)/i.test(path));
/** Most words of a configuration are shorter than both. */
function isOfStreams(word) {
    return (word.length >= "text/event-stream".length &&
        /text\/event-stream|^x-accel-buffering$/i.test(word));
}
/** What shows that the location serves Server-Sent Events, as a clause; the same in every version of nginx. */
const evidenceIn = rememberedOf((level) => {
    const location = enclosing(level, "location");
    const opener = location?.opener ?? null;
    if (location === null || opener === null) {
        return null;
    }
    const { paths, written: path } = paths_pathsOf(opener);
    if (paths.length > 0 && paths.every(streaming_buffering_isNamed)) {
        return `the path ${marked(path)} is named so`;
    }
    const line = location.uses.find(({ name, parameters }) => isOfStreams(name) || parameters.some(isOfStreams));
    if (line !== undefined) {
        return `it has ${quoted(line)}`;
    }
    const remark = remarksOn(opener).find((each) => speaksOfEvents(each) && !streaming_buffering_denial.test(each));
    return remark === undefined ? null : "a comment says so";
});

;// CONCATENATED MODULE: ./build/core/rules/subrequest-upgrade.js





const subrequestUpgrade = {
    id: "subrequest-upgrade",
    over: "location",
    check(location, report) {
        const { config, level, version, exchanges } = location;
        const target = exchanges.websocket.upstream;
        if (target === null) {
            return;
        }
        for (const { use, level: asked, pass, exchange } of subrequestsOf(config, level, version)) {
            if (exchange.upstream === null || answerTo(exchange).lenient !== "works") {
                continue;
            }
            const isSame = haveSameServer(config, exchange.upstream, target);
            const end = use.name === "mirror"
                ? "the client's WebSocket is dead from its start"
                : "nginx closes the client's connection without an answer";
            report({
                place: placeOf(pass),
                level: asked,
                message: `${quoted(use)} sends ${marked(pass.parameters[0] ?? "")} the upgrade headers of each handshake at ${called(location)} too: if ${isSame ? "that server, which is the WebSocket's own," : "that server"} answers 101, ${end}.`,
                related: [{ place: placeOf(use), note: "makes the subrequest" }],
                ...(isSame && { severity: "error" }),
                remedies: ["Upgrade", "Connection"].map((name) => ({ kind: "header", name, value: '""' })),
            });
        }
    },
};

;// CONCATENATED MODULE: ./build/core/rules/syntax.js

const syntax = {
    id: "syntax",
    over: "document",
    check(document, report) {
        for (const problem of document.tree.problems) {
            // nginx itself has no limit to the depth of blocks.
            if (problem.code !== "too-deep") {
                report({
                    place: { document, span: problem },
                    message: `nginx cannot read this file: ${problem.message}.`,
                    remedies: syntax_remediesFor(problem, document),
                });
            }
        }
    },
};
function syntax_remediesFor(problem, document) {
    const replace = (start, end, text) => [
        { kind: "replace", place: { document, span: { start, end } }, text },
    ];
    switch (problem.code) {
        case "missing-semicolon":
            return replace(problem.end, problem.end, ";");
        case "unexpected-end":
            return syntax_closing(problem, document);
        case "missing-brace":
            return replace(problem.end, problem.end, " {");
        case "byte-order-mark":
        case "unexpected-semicolon":
            return replace(problem.start, problem.end, "");
        default:
            return [];
    }
}
/** The `}` of a block that the indentation ends, in a line of its own. */
function syntax_closing({ start }, document) {
    const { tree, text } = document;
    const opener = directivesAround(tree.directives, start).at(-1);
    const end = opener?.block?.directives.at(-1)?.end ?? text.length;
    const lineEnd = /\r?\n/g;
    lineEnd.lastIndex = end;
    const eol = lineEnd.exec(text);
    if (opener?.block?.open.start !== start || opener.end === text.length || eol === null)
        return [];
    const lineStart = text.lastIndexOf("\n", opener.start) + 1;
    const place = { document, span: { start: eol.index, end: eol.index } };
    return [{ kind: "replace", place, text: `${eol[0]}${text.slice(lineStart, opener.start)}}` }];
}

;// CONCATENATED MODULE: ./build/core/rules/undefined-variable.js




const undefinedVariable = {
    id: "undefined-variable",
    over: "config",
    check(config, report) {
        const [elsewhere] = config.incomplete;
        const undefinedIn = remembered((text) => variablesIn(text).find((name) => !isDefined(name, config)) ?? null);
        for (const use of expandedUses(config)) {
            const text = use.parameters.at(-1) ?? "";
            const name = text.includes("$") ? undefinedIn(text) : null;
            if (name === null || isNeverCompiled(use)) {
                continue;
            }
            const refusal = `nginx refuses to start with unknown "${name}" variable, without file and line`;
            report({
                place: placeOf(use),
                level: use.level,
                ...(elsewhere === undefined || config.lostVariables.has(name)
                    ? {
                        message: `${quoted(use)} reads $${name}, which nothing in this configuration defines${elsewhere === undefined ? "" : " since this change"}: ${refusal}.`,
                        remedies: undefined_variable_remediesFor(use),
                    }
                    : {
                        message: `${quoted(use)} reads $${name}, which nothing that we see defines (${elsewhere}). If nothing else does, ${refusal}.`,
                        severity: "notice",
                        commentable: false,
                    }),
            });
        }
    },
};
/** Whose last parameter nginx looks through for variables as it starts. */
function expandedUses(config) {
    return [...usesNamed(config, "proxy_set_header"), ...usesNamed(config, "proxy_pass")];
}
/** Only what a handshake needs has a value that we can know. */
function undefined_variable_remediesFor({ parameters }) {
    switch (parameters[0]?.toLowerCase()) {
        case "connection":
            return [{ kind: "header", name: "Connection", value: null }];
        case "upgrade":
            return [{ kind: "header", name: "Upgrade", value: "$http_upgrade" }];
        default:
            return [];
    }
}

;// CONCATENATED MODULE: ./build/core/rules/upgrade-header.js


const upgradeHeader = {
    id: "upgrade-header",
    over: "location",
    mayBeMeant: true,
    check(location, report) {
        const lost = lostHeader(location, "Upgrade");
        if (lost?.blame.rule !== "upgrade-header") {
            return;
        }
        const [line] = lost.lines;
        const where = placeOfLoss(lost, location);
        report({
            ...where,
            message: `${called(location)} sends ${sent(lost.request, "Upgrade")} to ${upstreamName(location)}: ${causeOf(line, where.beside)}.`,
            // What a command erases stands as it should in the file.
            ...(erasureOf(line)?.by !== "envsubst" && {
                remedies: [{ kind: "header", name: "Upgrade", value: "$http_upgrade" }],
            }),
        });
    },
};
function causeOf(line, partner) {
    const erasure = erasureOf(line);
    switch (erasure?.by) {
        case "envsubst":
            return `${erasure.where} runs \`envsubst\` without a list of names, which replaces \`$http_upgrade\` by nothing. List the variables that it is for: \`envsubst '$NAME $OTHER'\``;
        case "shell":
            return "`$http_upgrade` is replaced by nothing before nginx sees it, since the delimiter of the heredoc is not quoted. `\\$http_upgrade` stays, as all does behind `<<'EOF'`";
        case undefined:
    }
    return line === undefined
        ? `no \`proxy_set_header Upgrade\` ${missingWhere(partner)}, and nginx does not pass it on by itself`
        : `${quoted(line)} ${line.parameters[1] === "" ? "clears it" : "does not say websocket"}`;
}
function erasureOf(line) {
    return line?.parameters[1] === "" ? line.document.source.erased : null;
}

;// CONCATENATED MODULE: ./build/core/rules/upgrade-map.js




const upgrade_map_upgradeMap = {
    id: "upgrade-map",
    over: "location",
    check(location, report) {
        // Where ordinary requests are known to pass, hardcoded-upgrade speaks.
        const request = location.traffic === "websocket" ? location.exchanges.plain.upstream : null;
        for (const { name, value, origin } of request?.headers ?? []) {
            if (name.toLowerCase() === "connection" &&
                origin.from === "directive" &&
                isKnown(value) &&
                hasToken(value, "upgrade") &&
                origin.use.parameters[1]?.includes("$") === false) {
                report({
                    place: placeOf(origin.use),
                    level: origin.use.level,
                    message: `${called(location)} has ${quoted(origin.use)}, which is right for handshakes only: with a map the same lines serve ordinary requests too.`,
                    remedies: [{ kind: "header", name: "Connection", value: null }],
                });
            }
        }
    },
};

;// CONCATENATED MODULE: ./build/core/rules/upstream-keepalive.js





const upstreamKeepalive = {
    id: "upstream-keepalive",
    over: "location",
    everyLocation: true,
    check(location, report) {
        const { config, upstream, version, versionKnown, exchanges } = location;
        const inner = upstream?.inner ?? null;
        const request = exchanges.plain.upstream;
        if (upstream === null || inner === null || request === null || inner.hidden.length > 0) {
            return;
        }
        const pool = inner.uses.findLast(({ name }) => name === "keepalive");
        const isMeant = pool?.parameters[0] === "0" || inner.uses.some(isChosenByLua);
        if (isMeant || keepsConnections(config, request, version)) {
            return;
        }
        const lacks = pool === undefined
            ? "has no `keepalive`"
            : `has ${quoted(pool)} before its balancing method, which takes its place`;
        report({
            place: headOf(upstream),
            level: inner,
            message: `${marked(`upstream ${upstream.parameters[0] ?? ""}`)} ${lacks}, so that nginx ${versionKnown ? "" : "before 1.29.7 "}opens a connection for each ordinary request of ${called(location)}. WebSockets are not concerned.`,
            inAnyVersion: true,
            remedies: pool === undefined && isKeepable(request)
                ? [{ kind: "directive", name: "keepalive", parameters: ["32"] }]
                : [],
        });
    },
};
function isChosenByLua({ name }) {
    return name.includes("_by_lua");
}
/** A pool is of use only to requests that do not ask the server to close. */
function isKeepable(request) {
    return (request.httpVersion === "1.1" &&
        headerValues(request, "connection").every((value) => isKnown(value) && !hasToken(value, "close")));
}

;// CONCATENATED MODULE: ./build/core/rules/upstream-path.js






const upstreamPath = {
    id: "upstream-path",
    over: "location",
    check(location, report) {
        const { pass, verdict, traffic } = location;
        const place = placeOf(pass);
        if (verdict.reasons.includes("upstream-path")) {
            const message = `${called(location)} sends ${upstreamName(location)} a path with a blank in it, because of ${quoted(pass)}: that is no request.`;
            report({ place, message, severity: "error" });
            return;
        }
        const parts = upstream_path_partsOf(location);
        if (parts === null || location.intent.serves !== "yes") {
            return;
        }
        const { path, uri } = parts;
        const sent = (asked) => uri + asked.slice(path.length);
        const way = (asked) => `${called(location)} sends ${marked(asked)} to ${upstreamName(location)} as ${marked(sent(asked))}`;
        // No suggestion: only who knows the upstream can tell which of the two paths is meant.
        const fixed = fixedEndpoint(path);
        if (fixed !== null && !uri.replace(/\/$/, "").endsWith(fixed.endpoint)) {
            const message = `${way(path)}, because ${quoted(pass)} ends in a path: ${fixed.name} listens at ${marked(fixed.endpoint)} only.`;
            report({ place, message });
            return;
        }
        const isUneven = path !== "" && path.endsWith("/") !== uri.endsWith("/");
        // Clients of an endpoint that ask for nothing below it are well served, but for a slash at its own end.
        const isMeant = traffic === "websocket" && uri !== `${path}/` && path !== `${uri}/`;
        const asked = path.endsWith("/") ? `${path}x` : `${path}/x`;
        if (isUneven && !isMeant && isTaken(asked, location)) {
            const message = `${way(asked)}: of its path and that of ${quoted(pass)} only one ends in a slash.`;
            report({ place, message });
        }
    },
};
/** Whether requests for the path come here, and not to another location of the server. */
function isTaken(path, { config, level }) {
    const found = locate(enclosing(level, "server") ?? config.main, path);
    return !("unknown" in found) && found.level === enclosing(level, "location");
}
/** The path of a prefix location, and the one of `proxy_pass` that takes its place. */
function upstream_path_partsOf({ level, pass }) {
    const location = enclosing(level, "location");
    const opener = location?.opener ?? null;
    const [target = ""] = pass.parameters;
    const [, uri] = /^https?:\/\/(?:unix:[^:]*:|(?!unix:)[^/]*)(\/[^?]*)$/i.exec(target) ?? [];
    const path = location === null ? null : locationPath(location);
    const isRewritten = location?.uses.some(({ name }) => name === "rewrite") === true;
    return uri === undefined ||
        path === null ||
        target.includes("$") ||
        isRewritten ||
        opener?.parameters[0]?.startsWith("=") === true
        ? null
        : { path, uri };
}

;// CONCATENATED MODULE: ./build/core/rules/websocket-buffering.js




const websocketBuffering = {
    id: "websocket-buffering",
    over: "location",
    check(location, report) {
        const { level, pass } = location;
        const setting = effectiveSetting(level, "proxy_buffering");
        const isOff = setting.state === "set" && setting.use.parameters[0]?.toLowerCase() === "off";
        if (pass.name !== "proxy_pass" || setting.state === "unknown" || isOff) {
            return;
        }
        const own = setting.state === "set" && setting.use.level === settingLevel(level) ? setting.use : null;
        report({
            place: placeOf(own ?? pass),
            message: `${called(location)} has no \`proxy_buffering off\`, which this repository's policy asks for. It changes nothing for WebSockets: nginx buffers no upgraded connection.`,
            remedies: [{ kind: "directive", name: "proxy_buffering", parameters: ["off"] }],
        });
    },
};

;// CONCATENATED MODULE: ./build/core/rules/index.js





































/** The rules that run, in the order of the table. */
const rules = [
    upgradeHeader,
    connectionHeader,
    httpVersion,
    headerInheritance,
    connection_map_connectionMap,
    undefinedVariable,
    proxyPassScheme,
    misplacedDirective,
    duplicateDirective,
    invalidDirective,
    missingInclude,
    contradictoryHeader,
    hiddenResponseHeader,
    alteredRequest,
    subrequestUpgrade,
    missingResolver,
    cachedHandshake,
    locationShadowed,
    endpoint,
    syntax,
    ignoredAnnotation,
    silenceComment,
    idle_timeout_idleTimeout,
    hardcodedUpgrade,
    keepaliveDefeated,
    hostHeader,
    upstreamPath,
    streamingBuffering,
    stickySessions,
    connectionPassthrough,
    upgrade_map_upgradeMap,
    upstreamKeepalive,
    clientHeaders,
    websocketBuffering,
    observability,
    h2cSmuggling,
    originCheck,
];

;// CONCATENATED MODULE: ./build/core/handshake/obstacles.js



/** The exchange of a location's handshake, with what keeps the 101 of its server from getting back to any client. */
function withObstacles(config, exchange, version) {
    const { level, upstream, obstacles } = exchange;
    if (level === null || upstream === null) {
        return exchange;
    }
    const pages = statusPages(enclosing(level, "location") ?? level).map(({ parameters }) => ({
        rule: "altered-request",
        why: `error_page ${parameters.join(" ")} puts its status over the answer`,
    }));
    const subrequests = subrequestObstacles(config, exchange, subrequestsOf(config, level, version));
    return { ...exchange, obstacles: [...obstacles, ...pages, ...subrequests] };
}

;// CONCATENATED MODULE: ./build/core/intent/declared.js






/** What the policy or a comment says of the location; the policy's `locations` first, then the comment, then its endpoints. */
function declared(config, location, policy, hearing) {
    return (overruled(config, location, policy) ??
        commented(location, hearing) ??
        promised(config, location, policy));
}
function overruled(config, location, policy) {
    const { opener } = location;
    if (policy.locations.length === 0 || opener === null)
        return null;
    const names = serverNames(serverOf(config, location));
    const written = opener.parameters.join(" ");
    const text = locationName(location)?.text;
    const said = policy.locations.findLast(({ path, server, file }) => (path === null || path === written || path === text) &&
        (server === null || names.includes(server)) &&
        (file === null || file === opener.document.path));
    return said === undefined ? null : saying("the policy", said.websocket);
}
function commented({ opener }, hearing) {
    if (opener === null)
        return null;
    const { document, directive } = opener;
    const said = declarationOf(document, directive, hearing);
    if (said !== undefined) {
        const line = document.lines.lineAt(said.span.start);
        return saying(`the comment in line ${line}`, said.websocket);
    }
    return hearing?.promised(document, directive) === true
        ? saying("a comment that the change takes away", true)
        : null;
}
/** What comments declare of a block: the last that counts, every one where `hearing` is not given. */
function declarationOf(document, block, hearing) {
    return guardComments(document).declarations.findLast((each) => each.target === block && (hearing === undefined || hearing.counts(document, each)));
}
function saying(who, websocket) {
    const what = websocket ? "WebSockets" : "no WebSockets";
    return { websocket, evidence: `${who} says that this location serves ${what}` };
}
const promises = new WeakMap();
function promised(config, location, policy) {
    if (policy.endpoints.length === 0)
        return null;
    const byConfig = promises.get(policy) ?? new WeakMap();
    promises.set(policy, byConfig);
    const endpoints = byConfig.get(config) ?? endpointsIn(config, policy);
    byConfig.set(config, endpoints);
    const endpoint = endpoints.get(location);
    return endpoint === undefined
        ? null
        : { websocket: true, evidence: `the policy names the endpoint ${endpoint}` };
}
/** The policy's endpoints by the location that nginx chooses for them, before any rewrite. */
function endpointsIn(config, { endpoints }) {
    const found = new Map();
    for (const endpoint of endpoints) {
        const [, host, path = ""] = /^(?:wss?:\/\/([^/?:]+)[^/?]*)?([^?]*)/.exec(endpoint) ?? [];
        const servers = host === undefined ? serversOf(config) : declared_serversFor(config, host.toLowerCase());
        for (const server of servers) {
            const located = locate(server, path === "" ? "/" : path);
            if (!("unknown" in located) && located.level !== server)
                found.set(located.level, endpoint);
        }
    }
    return found;
}
/** The servers that answer to the host by name on one of their addresses, else those that are there for all hosts. */
function declared_serversFor(config, host) {
    if (config.kind === "location")
        return [config.main];
    const addresses = groupBy(allListeners(config), ({ listener }) => `${listener.address}:${listener.port}`);
    const chosen = [...addresses.values()]
        .map((candidates) => serverFor(host, candidates))
        .filter((each) => each !== undefined);
    const named = chosen.filter(({ name }) => name !== null).map(({ server }) => server);
    return named.length > 0 ? named : chosen.map(({ server }) => server).filter(declared_isForAllHosts);
}
/** nginx takes the first server for hosts that none names, but a file that shows that one need not show them all. */
function declared_isForAllHosts(server) {
    return (listenersOf(server).some(({ isDefault }) => isDefault) ||
        serverNames(server).every((name) => name === "_" || name === ""));
}

;// CONCATENATED MODULE: ./build/core/intent/headers.js







/** An hour: published guides take it for WebSockets, hardly anybody takes it for a page. */
const longTimeout = 3_600_000;
/** Headers that only WebSockets need: in the location's own lines they are strong, for many locations at once they are weak. */
function headerSigns({ config, location }) {
    const list = headerLines(location);
    const telling = list.uses.filter((use) => isUpgradeHeader(config, use) && !isTemplate(use.document.path));
    const shadowed = list.shadowed.find((use) => isUpgradeHeader(config, use));
    if (telling.length === 0 && shadowed === undefined)
        return headers_none;
    const signs = [];
    for (const use of telling.toSorted((a, b) => rank(a) - rank(b))) {
        const header = use.parameters[0] ?? "";
        if (use.level !== location) {
            signs.push({
                kind: "outer-headers",
                text: `${header} is set at ${levelName(use.level)} level`,
            });
        }
        else if (isShared(config, location, use)) {
            // What a product ships is for all of its sites, and says nothing of this one.
            const kind = isSurroundings(use.document.path) ? "product-headers" : "outer-headers";
            signs.push({
                kind,
                text: `${header} is set by ${use.document.path}, which others include too`,
            });
        }
        else {
            signs.push({
                kind: "own-headers",
                text: `this location sets ${header} to ${use.parameters[1] ?? ""}`,
                isShared: true,
            });
        }
    }
    if (shadowed !== undefined) {
        const header = shadowed.parameters[0] ?? "";
        signs.push({
            kind: "outer-headers",
            text: `${header} is set at ${levelName(shadowed.level)} level, though not used here`,
        });
    }
    return signs;
}
const headers_none = [];
/** `Upgrade` tells more than `Connection`. */
function rank(use) {
    return use.parameters[0]?.toLowerCase() === "upgrade" ? 0 : 1;
}
function levelName(level) {
    return level.context === "other" ? "an outer" : level.context;
}
function isUpgradeHeader(config, use) {
    const { parameters } = use;
    const value = parameters[1] ?? "";
    if (value === "")
        return false;
    const name = (parameters[0] ?? "").toLowerCase();
    if (name === "upgrade" || name.startsWith("sec-websocket-"))
        return true;
    if (name === "connection" && /\bupgrade\b/i.test(value.replace(/\$\w+/g, "")))
        return true;
    return asksForUpgrade(config, value);
}
/** Whether a text has `$http_upgrade`, what a map makes of it, or the name by which everybody calls that map. */
function asksForUpgrade(config, text) {
    return text.includes("$") && headers_asking(config)(text);
}
const headers_asking = rememberedOf((config) => remembered((text) => variablesIn(text).some((variable) => variable === "http_upgrade" ||
    /^connection_upgrade\b/.test(variable) ||
    mapsOfUpgrade(config).has(variable))));
/** The variables that maps make of `$http_upgrade`. */
const mapsOfUpgrade = rememberedOf((config) => {
    const found = new Set();
    for (const [variable, { name, parameters }] of definitions(config)) {
        if (name === "map" && variablesIn(parameters[0] ?? "").includes("http_upgrade")) {
            found.add(variable);
        }
    }
    return found;
});
/** The levels in which each file's directives stand. */
const includers = rememberedOf((config) => {
    const found = new Map();
    forEachUse(config.main, ({ document, level }) => {
        const holders = found.get(document);
        if (holders === undefined)
            found.set(document, new Set([level]));
        else
            holders.add(level);
    });
    return found;
});
/** Whether the directive comes through an include that other levels use too, or that may be: its file is not the location's. */
function isShared(config, location, use) {
    if (use.include === (location.opener?.include ?? null))
        return false;
    // The file's own top level is the one that the include stands in; blocks within it do not count.
    const tops = [...(includers(config).get(use.document) ?? [])].filter((level) => level.opener?.document !== use.document);
    return tops.length > 1;
}
/** True where only upgrade requests come to the `if`; false where all but they do; null where it asks something else. */
function conditionOf(level) {
    const condition = level.opener?.name === "if" ? level.opener.parameters.join(" ") : "";
    if (!/\$\{?http_upgrade\b/i.test(condition))
        return null;
    return !/!=|!~|=\s*(?:""|'')?\s*\)?$/.test(condition);
}
/** What is decided by the header itself. */
function conditionSigns({ config, level, location, pass }) {
    const own = conditionOf(level);
    if (own === true)
        return [{ kind: "condition", text: "the if around it asks for $http_upgrade" }];
    if (asksForUpgrade(config, pass.parameters[0] ?? "")) {
        return [{ kind: "condition", text: `${pass.name} follows $http_upgrade` }];
    }
    const refuses = location.uses.some(({ inner }) => inner !== null &&
        conditionOf(inner) === false &&
        inner.uses.some((use) => use.name === "return"));
    return refuses
        ? [{ kind: "condition", text: "an if turns away requests without $http_upgrade" }]
        : [];
}
/** Settings that mostly go with WebSockets. */
function settingSigns({ config, location }) {
    const signs = [];
    location.uses.forEach((use) => {
        const { name, parameters } = use;
        if (name === "proxy_read_timeout") {
            const time = parameters[0] ?? "";
            if ((parseTime(time) ?? 0) >= longTimeout && !isShared(config, location, use)) {
                signs.push({ kind: "timeout", text: `proxy_read_timeout is ${time}` });
            }
        }
        else if (name === "proxy_cache_bypass" || name === "proxy_no_cache") {
            const asks = parameters.some((each) => variablesIn(each).includes("http_upgrade"));
            if (asks && !isShared(config, location, use)) {
                signs.push({ kind: "bypass", text: `${name} asks for $http_upgrade` });
            }
        }
    });
    return signs;
}
/** Settings that do not go with WebSockets. */
function settingDoubts({ location }) {
    const isStream = location.uses.some(({ name, parameters }) => name === "proxy_buffering" && parameters[0] === "off") &&
        location.uses.some(({ name, parameters: [header = "", value] }) => name === "proxy_set_header" && header.toLowerCase() === "connection" && value === "");
    const stream = {
        kind: "hint",
        text: "Connection is cleared and proxy_buffering off, as for Server-Sent Events",
    };
    const own = location.uses.flatMap(({ name, parameters }) => {
        const [header = "", value = ""] = parameters;
        if (name === "internal")
            return [{ kind: "hint", text: "the location is internal" }];
        if (name === "proxy_set_header" && header.toLowerCase() === "upgrade" && value === "") {
            return [{ kind: "hint", text: "Upgrade is cleared here" }];
        }
        return /^(?:x-accel-buffering|last-event-id)$/i.test(header)
            ? [{ kind: "hint", text: `${header} belongs to Server-Sent Events` }]
            : [];
    });
    return isStream ? [...own, stream] : own;
}
/** The locations that `auth_request` and `mirror` ask. */
const subrequests = rememberedOf((config) => {
    const uses = [...usesNamed(config, "auth_request"), ...usesNamed(config, "mirror")];
    return new Set(uses.map(({ parameters }) => parameters[0] ?? ""));
});
/** A location that `auth_request` or `mirror` asks: no client speaks to it. */
function subrequestDoubts({ config, paths }) {
    const isOne = paths.kind !== "regex" && subrequests(config).has(paths.paths[0] ?? "");
    return isOne
        ? [{ kind: "purpose", text: "auth_request or mirror sends its subrequests here" }]
        : [];
}

;// CONCATENATED MODULE: ./build/core/intent/hosts.js




/** The server's names, as far as they are no regular expressions. */
const ownNames = rememberedOf((server) => serverNames(server)
    .filter((name) => !name.startsWith("~"))
    .map((name) => ({ text: name.replace(/^\*?\./, ""), what: `the server name ${name}` })));
/** Where a location's pass leads. */
function destinationOf(config, level, pass) {
    const written = pass.parameters[0] ?? "";
    const known = withSetVariables(written, level);
    const host = hostOf(known);
    const names = host === "" ? [] : [{ text: host, what: `the upstream ${host}` }];
    const folder = /^\w+:\/\/[^/]+\/([\w.-]+)/.exec(written)?.[1];
    if (folder !== undefined)
        names.push({ text: folder, what: `the upstream's path /${folder}` });
    for (const [, variable = ""] of written.includes("$") ? written.matchAll(/\$\{?(\w+)/g) : []) {
        names.push({ text: variable.replace(/^upstream_/, ""), what: `the upstream $${variable}` });
    }
    // `{{ grafana_host }}` names it as well as a variable does.
    const authority = isOpaque(written) ? /^[^/]*(?:\/\/[^/]*)?/.exec(written)?.[0] : "";
    for (const tag of tagsIn(authority ?? "")) {
        for (const [name] of tag.matchAll(/[a-z_][\w-]*/gi)) {
            names.push({ text: name, what: `the upstream ${name}` });
        }
    }
    const upstream = hosts_upstreams(config)(host);
    const port = /^(?:\w+:\/\/)?[^/:]*:(\d+)/.exec(upstream.address ?? known)?.[1];
    return {
        names: names.concat(upstream.names),
        port: port === undefined ? null : Number(port),
    };
}
/** The upstreams by name: dozens of locations may go to one. */
const hosts_upstreams = rememberedOf((config) => remembered((host) => {
    const uses = upstreamOf(config, { address: `http://${host}` })?.inner?.uses ?? [];
    const addresses = uses
        .filter(({ name }) => name === "server")
        .map(({ parameters }) => parameters[0] ?? "");
    const names = addresses
        .map(hostOf)
        .filter((server) => server !== "" && server !== host)
        .map((server) => ({ text: server, what: `${server}, a server of the upstream ${host},` }));
    return { names, address: addresses[0] ?? null };
}));
/** The host in an address, without scheme, port and path; empty for an IP address or a socket. */
function hostOf(address) {
    const host = /^(?:\w+:\/\/)?(?:[^@/]*@)?([\w.-]+)/.exec(address)?.[1] ?? "";
    return /^[\d.]+$/.test(host) || host === "unix" || host === "localhost" ? "" : host;
}
/** `http://$app:80` after `set $app grafana` is `http://grafana:80`; other variables are left out. */
function withSetVariables(text, level) {
    if (!text.includes("$"))
        return text;
    return text.replace(/\$\{?(\w+)\}?/g, (_, name) => {
        for (let at = level; at !== null; at = at.parent) {
            const set = at.uses.findLast((use) => use.name === "set" && use.parameters[0] === `$${name}`);
            if (set !== undefined)
                return set.parameters[1]?.includes("$") === false ? set.parameters[1] : "";
        }
        return "";
    });
}

;// CONCATENATED MODULE: ./build/core/intent/evidence.js











/**
 * All that the configuration shows of what passes at a proxying level.
 *
 * @param level the level of `pass`: a location, or an `if`/`limit_except` in it
 * @param location the location's level
 */
function evidenceAt(config, level, location, pass) {
    const server = serverOf(config, location);
    const { names, port } = destinationOf(config, location, pass);
    const paths = paths_pathsOf(location.opener);
    const around = {
        config,
        level,
        location,
        server,
        pass,
        paths,
        upstreamNames: names,
        upstreamPort: port,
        serverNames: ownNames(server),
        remarks: location.opener === null ? [] : remarksOn(location.opener),
    };
    const endpoint = endpointName(paths);
    const application = applicationSign(around);
    const isRoot = takesEverything(paths) || isFallback(server, location);
    return {
        signs: nameSigns(around, endpoint?.sign ?? null, application?.sign ?? null).concat(headerSigns(around), conditionSigns(around), remarkSigns(around), settingSigns(around)),
        dedicated: endpoint?.dedicated === true ||
            application?.dedicated === true ||
            conditionOf(level) === true,
        takesEverything: isRoot,
        circumstances: () => ({
            doubts: [
                ...purposeOfPath(around),
                ...subrequestDoubts(around),
                ...plainSoftware(around),
                ...purposeOfHost(around),
                ...remarkDoubts(around),
                ...settingDoubts(around),
            ],
            elsewhere: endpointBeside(around, isRoot),
        }),
    };
}
/** The strongest that the names tell: what is an endpoint by its name needs no weaker words. */
function nameSigns(around, endpoint, application) {
    if (endpoint !== null || application !== null) {
        return [endpoint, application].filter((sign) => sign !== null);
    }
    const known = applicationPath(around.paths);
    const names = known === null ? wordSigns(around) : [known];
    const port = portSign(around);
    return port === null ? names : [port, ...names];
}
/** A location of the same server that is an endpoint by its name; where not everything comes here, of the same upstream. */
function endpointBeside({ server, location, pass }, isRoot) {
    const endpoints = evidence_endpointsIn(server).get(isRoot ? "" : evidence_authorityOf(pass)) ?? [];
    const beside = endpoints.find((use) => use !== location.opener);
    return beside === undefined ? null : paths_pathsOf(beside).written;
}
const evidence_endpointsIn = rememberedOf((server) => {
    const found = new Map();
    forEachUse(server, (use) => {
        if (use.name !== "location" || use.inner === null)
            return;
        const [pass] = usesOf(use.inner, "proxy_pass");
        if (pass !== undefined && mayBeNamedEndpoint(paths_pathsOf(use))) {
            for (const key of ["", evidence_authorityOf(pass)])
                found.set(key, [...(found.get(key) ?? []), use].slice(0, 2));
        }
    });
    return found;
});
function evidence_authorityOf(pass) {
    return /^\w+:\/\/[^/]*/.exec(pass.parameters[0] ?? "")?.[0] ?? pass.parameters[0] ?? "";
}

;// CONCATENATED MODULE: ./build/core/intent/intent.js



const strongKinds = new Set([
    "name",
    "application",
    "own-headers",
    "condition",
]);
/**
 * Whether a proxying location serves WebSockets, why we think so, and whether ordinary requests pass there too.
 *
 * Declared, it is what was declared. Else it is "yes" with one strong sign or two weak ones of different kinds, "unclear" with
 * one weak sign, "no" with none. A location of another purpose makes strong signs weak and weak ones nothing.
 */
function intentOf(subject) {
    const { config, level, pass, policy, hearing } = subject;
    const location = enclosing(level, "location") ?? level;
    const evidence = evidenceAt(config, level, location, pass);
    const said = declared(config, location, policy, hearing);
    if (said !== null) {
        return {
            intent: { serves: said.websocket ? "yes" : "no", evidence: [said.evidence] },
            traffic: evidence.dedicated || !evidence.takesEverything ? "websocket" : "mixed",
        };
    }
    return { intent: weigh(evidence), traffic: evidence.dedicated ? "websocket" : "mixed" };
}
/** Whether one sign is enough to say that the location serves WebSockets, or somebody says so outright. */
function isPlainlyWebSocket({ config, level, pass, policy }) {
    const location = enclosing(level, "location") ?? level;
    if (declared(config, location, policy)?.websocket === true)
        return true;
    const { signs, circumstances } = evidenceAt(config, level, location, pass);
    const { elsewhere } = circumstances();
    return signs.some((sign) => isStrong(sign, elsewhere));
}
function weigh(evidence) {
    if (evidence.signs.length === 0)
        return { serves: "no", evidence: [] };
    const { doubts, elsewhere } = evidence.circumstances();
    const hasPurpose = doubts.some((doubt) => doubt.kind === "purpose");
    const strong = evidence.signs.filter((sign) => isStrong(sign, elsewhere));
    const weak = evidence.signs.filter((sign) => !strong.includes(sign));
    const against = doubts.map((doubt) => `but ${doubt.text}`);
    if (strong.length > 0) {
        const isDoubtful = hasPurpose && !evidence.dedicated;
        return {
            serves: isDoubtful ? "unclear" : "yes",
            evidence: texts([...strong, ...weak], isDoubtful ? against : []),
        };
    }
    if (doubts.length > 0)
        return { serves: "no", evidence: texts(weak, against) };
    const isForAll = evidence.takesEverything && elsewhere === null;
    if (isEnough(weak, isForAll))
        return { serves: "yes", evidence: texts(weak, []) };
    const beside = elsewhere === null ? [] : [`but ${elsewhere} is an endpoint of its own`];
    return { serves: "unclear", evidence: texts(weak, beside) };
}
/**
 * Where a server has an endpoint of its own, the same headers in its other locations were often copied, and the rest of an
 * application's paths is for its ordinary requests.
 */
function isStrong({ kind, isShared = false }, elsewhere) {
    return strongKinds.has(kind) && !(isShared && elsewhere !== null);
}
function isEnough(weak, isForAll) {
    const kinds = new Set(weak.map((sign) => sign.kind));
    // What a server sets for all is meant for the location that takes all.
    if (isForAll && kinds.has("outer-headers"))
        return true;
    // Streams in one direction need a long timeout just as much.
    if (kinds.has("streaming-word"))
        kinds.delete("timeout");
    // Whoever copies the headers copies what stands beside them.
    if (kinds.has("own-headers"))
        kinds.delete("bypass");
    return kinds.size > 1;
}
function texts(signs, against) {
    const kinds = new Set();
    const first = signs.filter(({ kind }) => !kinds.has(kind) && kinds.add(kind));
    return [...first.map((sign) => sign.text), ...against];
}

;// CONCATENATED MODULE: ./build/core/check/locations.js












/**
 * Simulates every proxying location of a program, each use once, in the order of the text; of a template, each location
 * that any rendering has.
 */
function locations_locate(config, policy, versions, hearing) {
    const uses = new Map();
    for (const each of [config, ...config.alternatives]) {
        for (const { level, pass } of proxyingLevels(each)) {
            const key = config.alternatives.length === 0 ? String(uses.size) : locations_keyOf(level, pass);
            const cases = uses.get(key) ?? [];
            cases.push({ config: each, level, pass });
            uses.set(key, cases);
        }
    }
    return [...uses.values()].flatMap(([first, ...others]) => first === undefined ? [] : new Located([first, ...others], policy, versions, hearing));
}
/** The same in every rendering: where the block stands, and the includes that bring it. */
function locations_keyOf(level, pass) {
    const opener = level.opener ?? pass;
    const parts = [];
    for (let use = opener; use !== null; use = use.include) {
        parts.push(use.document.key, use.directive.start);
    }
    return parts.join(" ");
}
/**
 * One use of a proxying location: what reports show, and what rules see in each version in question. Worked out when
 * somebody asks, because most locations of a large configuration have nothing to do with WebSockets.
 */
class Located {
    config;
    level;
    proxyPass;
    intent;
    traffic;
    #asked;
    #alternatives;
    #name = null;
    #versions = null;
    #renderings = null;
    #isIdle = null;
    constructor([{ config, level, pass }, ...alternatives], policy, versions, hearing) {
        this.#alternatives = alternatives;
        this.config = config;
        this.level = level;
        this.proxyPass = pass;
        const { intent, traffic } = intentOf({ config, level, pass, policy, hearing });
        this.intent = intent;
        this.traffic = traffic;
        this.#asked = versions;
    }
    /** In each rendering that has the location. */
    get levels() {
        return [this.level, ...this.#alternatives.map(({ level }) => level)];
    }
    get name() {
        this.#name ??= locations_nameOf(this.level, this.proxyPass);
        return this.#name;
    }
    /** In the order of the versions, oldest first; of a template, in its first rendering that has the location. */
    get versions() {
        const { config, level, proxyPass: pass } = this;
        this.#versions ??= this.#simulated({ config, level, pass });
        return this.#versions;
    }
    /** The versions in each rendering that has the location. */
    get renderings() {
        this.#renderings ??= [
            this.versions,
            ...this.#alternatives.map((alternative) => this.#simulated(alternative)),
        ];
        return this.#renderings;
    }
    /**
     * Whether all requests to its paths go to other locations, and come through there: what it says is said to nobody. One
     * whose handshakes are lost elsewhere is not among them, for it is to be chosen.
     */
    get isIdle() {
        this.#isIdle ??= this.renderings
            .flat()
            .every(({ config, level, version, intent, exchanges }) => isNeverChosen(level) &&
            (intent.serves !== "yes" || obstructionOf(config, exchanges.websocket, version) === null));
        return this.#isIdle;
    }
    get verdict() {
        return this.renderings
            .flat()
            .map(({ verdict }) => verdict)
            .reduce(joinVerdicts);
    }
    get failsInFirefox() {
        return this.versions.every(({ failsInFirefox }) => failsInFirefox);
    }
    get exchanges() {
        return this.#newest.exchanges;
    }
    get upstream() {
        const head = joined(this.renderings.map((versions) => joined(versions.map(({ exchanges }) => exchanges.websocket.upstream))), "it depends on the branch of the template, which is not known");
        if (head === null)
            return null;
        const { httpVersion, headers } = head;
        return { httpVersion, headers: headers.map(({ name, value }) => [name, value]) };
    }
    get idleTimeoutMs() {
        return this.#newest.exchanges.websocket.idleTimeoutMs;
    }
    get #newest() {
        return this.versions.at(-1) ?? this.versions[0];
    }
    #simulated(of) {
        const [first, ...others] = this.#asked.map((version) => this.#simulatedIn(of, version));
        if (first === undefined)
            throw new Error("a location is simulated for at least one version");
        return [first, ...others];
    }
    #simulatedIn({ config, level, pass }, version) {
        const { name, intent, traffic } = this;
        return new Simulated({
            config,
            version,
            versionKnown: this.#asked.length === 1,
            name,
            level,
            pass,
            intent,
            traffic,
            handshake: probeHeaders("websocket"),
        });
    }
}
/** Simulates a probe when a rule asks for it: most rules need one of the three. */
class Exchanges {
    #simulate;
    #websocket = null;
    #plain = null;
    #h2c = null;
    constructor(simulate) {
        this.#simulate = simulate;
    }
    get websocket() {
        return (this.#websocket ??= this.#simulate("websocket"));
    }
    get plain() {
        return (this.#plain ??= this.#simulate("plain"));
    }
    get h2c() {
        return (this.#h2c ??= this.#simulate("h2c"));
    }
}
class Simulated {
    config;
    version;
    versionKnown;
    name;
    level;
    pass;
    intent;
    traffic;
    handshake;
    exchanges;
    #asked;
    #verdict = null;
    #firefox = null;
    constructor(asked) {
        const { config, level, pass, version, handshake } = asked;
        this.#asked = asked;
        this.config = config;
        this.version = version;
        this.versionKnown = asked.versionKnown;
        this.name = asked.name;
        this.level = level;
        this.pass = pass;
        this.intent = asked.intent;
        this.traffic = asked.traffic;
        this.handshake = handshake;
        this.exchanges = new Exchanges((probe) => probe === "websocket"
            ? withObstacles(config, simulateAt(config, level, pass, probe, version, handshake), version)
            : simulateAt(config, level, pass, probe, version));
    }
    /** The same, taken for one that serves WebSockets. */
    serving() {
        return new Simulated({ ...this.#asked, intent: { ...this.intent, serves: "yes" } });
    }
    /** The same, with the handshake that Firefox sends. */
    get firefox() {
        this.#firefox ??= new Simulated({ ...this.#asked, handshake: firefoxHandshake });
        return this.#firefox;
    }
    /** Whether a handshake breaks for no other reason than that Firefox wrote it. */
    get failsInFirefox() {
        return (mayReadConnection(this.config) &&
            this.verdict.strict !== "breaks" &&
            this.firefox.verdict.strict === "breaks");
    }
    get upstream() {
        const { upstream } = this.exchanges.websocket;
        return upstream === null ? null : upstreamOf(this.config, upstream);
    }
    get verdict() {
        this.#verdict ??= verdictOf(this.exchanges.websocket);
        return this.#verdict;
    }
}
/** Nothing else shows how the client wrote `Connection`, which nginx does not pass on by itself. */
const mayReadConnection = rememberedOf((config) => config.documents.some(({ text }) => /http_connection/i.test(text)));
/** What all of these requests say; null where one of them is none. */
function joined(requests, why) {
    const [first = null, ...others] = requests;
    return others.reduce((one, other) => (one === null || other === null ? null : joinRequests(one, other, why)), first);
}
function locations_nameOf(level, pass) {
    const opener = enclosing(level, "location")?.opener ?? null;
    const server = enclosing(level, "server");
    const names = server?.uses.find((use) => use.name === "server_name")?.parameters ?? [];
    const includedFrom = [];
    for (let include = (opener ?? pass).include; include !== null; include = include.include) {
        if (include.name === "include")
            includedFrom.unshift(include.document.path);
    }
    return {
        place: placeOf(opener ?? pass),
        name: opener === null ? "" : readable(opener.parameters.join(" ")),
        server: names[0] === undefined ? null : readable(names[0]),
        includedFrom,
    };
}

;// CONCATENATED MODULE: ./build/core/check/silence.js







/** The first silence that counts and covers a rule at a place, or null; each counts where `hearing` is not given. */
function silenceAt(rule, place, hearing) {
    const { document } = place;
    const comment = guardComments(document).silences.find((each) => covers(each, rule, place) && (hearing === undefined || hearing.counts(document, each)));
    return comment === undefined ? null : { document, comment };
}
/** The silences that do not count and cover a rule at one of the places. */
function pendingSilences(rule, places, hearing) {
    return places.flatMap((place) => {
        const { document } = place;
        return guardComments(document)
            .silences.filter((each) => covers(each, rule, place) && !hearing.counts(document, each))
            .map(({ span }) => ({ kind: "silence", place: { document, span } }));
    });
}
/** What would make a location one that serves no WebSockets, and does not count; null where there is nothing. */
function pendingDeclaration({ config, level, proxyPass: pass }, policy, hearing) {
    const opener = enclosing(level, "location")?.opener ?? null;
    if (opener === null)
        return null;
    const { document, directive } = opener;
    const said = declarationOf(document, directive);
    if (said !== undefined) {
        const place = { document, span: said.span };
        return hearing.counts(document, said) ? null : { kind: "http", place };
    }
    if (!hearing.promised(document, directive))
        return null;
    // Where everything else speaks for WebSockets too, nothing hangs on the comment.
    const { intent } = intentOf({ config, level, pass, policy });
    return intent.serves === "yes"
        ? null
        : { kind: "websocket", place: { document, span: directive.name } };
}
function covers({ rules, target }, rule, { span }) {
    return (rules.includes(rule) && target !== null && target.start <= span.start && span.end <= target.end);
}
/**
 * Hears the comments that the base has about the same directive, wherever its lines have moved to, and those that can
 * only bring more findings. What the base says to serve WebSockets still does where the comment is gone. Null where the
 * head's comments are the ones that count.
 *
 * @param renamed new paths by the paths in the base
 */
function hearingOf(head, base, renamed) {
    const [before, after] = [keysOf(base, renamed), keysOf(head, new Map())];
    const isKnown = [...after.hiding].every((key) => before.hiding.has(key));
    if (isKnown && [...before.promising].every((key) => after.promising.has(key)))
        return null;
    return {
        counts(document, comment) {
            const key = keysIn(document).get(comment);
            return (key === undefined ||
                isPromise(comment) ||
                before.hiding.has(keyIn(document, document.path, key)));
        },
        promised: (document, block) => before.promising.size > 0 &&
            before.promising.has(keyIn(document, document.path, declarationKey(document, block, true))),
    };
}
/** What the comments of these files are known by: those that can hide findings, and those that can bring them. */
function keysOf(documents, renamed) {
    const hiding = new Set();
    const promising = new Set();
    for (const document of documents.all().values()) {
        const path = renamed.get(document.path) ?? document.path;
        for (const [comment, key] of keysIn(document)) {
            (isPromise(comment) ? promising : hiding).add(keyIn(document, path, key));
        }
    }
    return { hiding, promising };
}
function isPromise(comment) {
    return "websocket" in comment && comment.websocket;
}
/** Several documents of one file are told apart by what their keys have behind the path. */
function keyIn(document, path, key) {
    return JSON.stringify([path, document.key.slice(document.path.length), key]);
}
/** What comments that count for something are known by within their document. */
const keysIn = rememberedOf((document) => {
    const { silences, declarations } = guardComments(document);
    const keys = new Map();
    for (const silence of silences) {
        if (silence.target !== null) {
            const about = identityOf(document, silence.target);
            keys.set(silence, JSON.stringify([silence.rules.toSorted(), ...about]));
        }
    }
    for (const declaration of declarations) {
        const { target, websocket } = declaration;
        keys.set(declaration, declarationKey(document, target, websocket));
    }
    return keys;
});
function declarationKey(document, block, websocket) {
    return JSON.stringify([websocket ? "websocket" : "http", ...identityOf(document, block)]);
}
/** What tells a directive from all others of its document: the blocks around it, what it says, and which of several it is. */
function identityOf(document, directive) {
    const { block } = directive;
    if (block !== null) {
        const { end } = block.open;
        return [blockPath({ document, span: { start: end, end } })];
    }
    const parent = directivesAround(document.tree.directives, directive.start).at(-2)?.block;
    const siblings = parent?.directives ?? document.tree.directives;
    return [
        blockPath({ document, span: directive }),
        silence_wordsOf(directive),
        ordinalsIn(siblings).get(directive) ?? 0,
    ];
}
function silence_wordsOf({ name, parameters }) {
    return JSON.stringify([name, ...parameters].map(({ value }) => value));
}
/** Of directives that say the same, which each of them is. */
const ordinalsIn = rememberedOf((siblings) => {
    const counts = new Map();
    return new Map(siblings.map((directive) => {
        const words = silence_wordsOf(directive);
        const ordinal = counts.get(words) ?? 0;
        counts.set(words, ordinal + 1);
        return [directive, ordinal];
    }));
});

;// CONCATENATED MODULE: ./build/core/check/run.js
















/** Simulates and asks every rule that the policy has. */
function run_run(request) {
    const { documents, policy, paths, versions, hearing } = request;
    const { configs, files } = findPrograms(documents, {
        policy,
        ...(paths !== undefined && { paths }),
    });
    const located = configs.flatMap((config) => locations_locate(config, policy, versions, hearing));
    const programs = everyProgram(request, configs);
    const serving = located.filter(({ intent }) => intent.serves !== "no");
    const active = activeRules(policy);
    const drafts = new Map();
    const add = (draft) => {
        if (isSurroundings(draft.report.place.document.path))
            return;
        const key = run_keyOf(draft.active.rule.id, draft.report.place);
        const known = drafts.get(key);
        if (known === undefined)
            drafts.set(key, draft);
        else
            known.locations.push(...draft.locations);
    };
    for (const each of active) {
        switch (each.rule.over) {
            case "comments":
                break;
            case "document":
                for (const [document, config] of run_documentsOf(configs)) {
                    if (isAsKnown(document, request))
                        continue;
                    each.rule.check(document, (report) => add({ active: each, report, config, locations: [] }), each.options);
                }
                break;
            case "config":
                for (const config of configs) {
                    for (const report of reportsOfConfig(each.rule, config, each.options)) {
                        add({ active: each, report, config, locations: [] });
                    }
                }
                break;
            case "programs": {
                const byRoot = new Map(configs.map((config) => [config.root, config]));
                for (const { report, root } of reportsOfPrograms(each, programs, request)) {
                    const config = byRoot.get(root);
                    if (config !== undefined)
                        add({ active: each, report, config, locations: [] });
                }
                break;
            }
            case "location":
                for (const location of each.rule.everyLocation === true ? located : serving) {
                    const reports = reportsOf(each, location, request);
                    if (reports.length > 0 && location.isIdle)
                        continue;
                    for (const report of reports) {
                        const { config } = location;
                        add({ active: each, report, config, locations: [location] });
                    }
                }
                break;
        }
    }
    for (const { parts, whole } of sharedCauses([...drafts.values()], configs)) {
        for (const { report } of parts)
            drafts.delete(run_keyOf(whole.active.rule.id, report.place));
        add(whole);
    }
    // A comment that does not count yet has its purpose all the same.
    const used = new Set(Array.from(drafts.values(), (draft) => silenceOf(draft, undefined)?.comment));
    for (const each of active) {
        if (each.rule.over !== "comments")
            continue;
        for (const [document, config] of run_documentsOf(configs)) {
            const { silences, faults } = guardComments(document);
            const comments = {
                document,
                silences,
                used: new Set(silences.filter((one) => used.has(one))),
                faults,
            };
            each.rule.check(comments, (report) => add({ active: each, report, config, locations: [] }), each.options);
        }
    }
    const entries = entriesOf([...drafts.values()], request);
    return { request, configs, programs, files, located, entries };
}
/** Reports at several locations that are one at a line of a file which these include, and nobody else. */
function sharedCauses(drafts, configs) {
    const sharing = drafts.flatMap((draft) => {
        const { shared } = draft.report;
        return shared === undefined ? [] : { draft, shared };
    });
    const lines = groupBy(sharing, ({ draft: { active }, shared: { document, directive } }) => `${active.rule.id} ${directive.start} ${document.path}`);
    return [...lines.values()].flatMap(([first, ...others]) => {
        if (first === undefined || others.length === 0)
            return [];
        const { draft, shared } = first;
        const parts = [draft, ...others.map((other) => other.draft)];
        const locations = parts.flatMap((part) => part.locations);
        const clear = locations.filter(({ intent }) => intent.serves === "yes");
        const levels = new Set(clear.flatMap((location) => location.levels.map(settingLevel)));
        const including = includingLevels(configs).get(shared.directive) ?? [];
        const where = { place: placeOf(shared), level: shared.level, beside: shared };
        return including.every((level) => levels.has(level))
            ? [{ parts, whole: { ...draft, report: { ...draft.report, ...where }, locations } }]
            : [];
    });
}
/** The levels that each header line of an included file comes to. */
const includingLevels = rememberedOf((configs) => {
    const found = new Map();
    for (const config of configs.flatMap((each) => [each, ...each.alternatives])) {
        for (const use of usesNamed(config, "proxy_set_header")) {
            if (!comesByInclude(use))
                continue;
            const known = found.get(use.directive);
            if (known === undefined)
                found.set(use.directive, [use.level]);
            else
                known.push(use.level);
        }
    }
    return found;
});
/** Whether what a file says by itself was found before an edit of others; what it silences must be found again. */
function isAsKnown(document, { known, paths }) {
    return (known !== undefined &&
        paths?.includes(document.path) === false &&
        guardComments(document).silences.length === 0);
}
/** What the policy promises may hold in a program that the given files take no part in. */
function everyProgram({ documents, policy, paths, known }, configs) {
    if (paths === undefined || policy.endpoints.length === 0)
        return configs;
    if (known === undefined)
        return findPrograms(documents, { policy }).configs;
    const now = new Map(configs.map((config) => [config.root, config]));
    return known.map((config) => now.get(config.root) ?? config);
}
/** What the policy, else its profile, makes of a rule. */
function severityIn({ rules: settings, profile }, rule) {
    const { profiles, severity } = ruleTable[rule];
    const inProfile = profiles.some((each) => each === profile);
    return settings.get(rule)?.severity ?? (inProfile ? severity : "off");
}
/** The rules of the profile, and those that the policy switches on or off. */
function activeRules(policy) {
    return rules.flatMap((rule) => {
        const setting = policy.rules.get(rule.id);
        const severity = severityIn(policy, rule.id);
        const isSet = setting?.severity != null;
        return severity === "off" ? [] : [{ rule, severity, isSet, options: setting?.options ?? {} }];
    });
}
const run_nothing = new Map();
/** What a location rule says in every version in question, or says to hold in any. */
function reportsOf(active, located, request) {
    const { rule } = active;
    if (rule.over !== "location")
        return [];
    const isOfNone = (level) => rule.mayConcern?.(level) === false;
    if (located.intent.serves === "no" && located.levels.every(isOfNone))
        return [];
    const { renderings } = located;
    if (renderings.length === 1) {
        return [...inEachVersion(active, located.versions, request).values()];
    }
    // A branch that answers before the location says nothing of it, unless all do.
    const reached = renderings.filter((versions) => versions.some(({ exchanges }) => exchanges.websocket.outcome !== "answered"));
    const isChosen = reached.some((versions) => versions.every(({ verdict }) => verdict.strict === "works"));
    if (isChosen && rule.mayBeMeant === true)
        return [];
    return inEachRendering((reached.length > 0 ? reached : renderings).map((versions) => ({
        rendering: versions[0].config.rendering,
        reports: inEachVersion(active, versions, request),
    })));
}
/** What is said of one client's handshake alone begins so. */
const run_ofFirefox = `Handshakes of Firefox fail, which writes \`Connection: ${firefoxConnection}\`.`;
function inEachVersion({ rule, options }, versions, { takesUnclear = false }) {
    if (rule.over !== "location")
        return new Map();
    const found = versions.map((simulated) => {
        const reports = [];
        const location = takesUnclear && simulated.intent.serves === "unclear" ? simulated.serving() : simulated;
        rule.check(location, (report) => reports.push(report), options);
        if (ruleTable[rule.id].group === "handshake" && location.failsInFirefox) {
            const known = new Set(reports.map(({ place }) => run_keyOf(rule.id, place)));
            const add = (report) => {
                if (known.has(run_keyOf(rule.id, report.place)))
                    return;
                reports.push({ ...report, message: `${run_ofFirefox} ${report.message}` });
            };
            rule.check(location.firefox, add, options);
        }
        return reports;
    });
    if (found.every((reports) => reports.length === 0))
        return run_nothing;
    const said = found.map((reports) => new Map(reports.map((report) => [run_keyOf(rule.id, report.place), report])));
    const all = new Map(said.toReversed().flatMap((reports) => [...reports]));
    for (const [key, report] of all) {
        if (report.inAnyVersion !== true && !said.every((reports) => reports.has(key)))
            all.delete(key);
    }
    return all;
}
function reportsOfConfig(rule, config, options) {
    return inEachRendering([config, ...config.alternatives].map((each) => {
        const reports = new Map();
        rule.check(each, (report) => reports.set(run_keyOf(rule.id, report.place), report), options);
        return { rendering: each.rendering, reports };
    })).filter(isUnderOneCondition);
}
/** What a rule says of all programs together, whichever branches of their templates are taken. */
function reportsOfPrograms({ rule, options }, programs, { policy, versions }) {
    if (rule.over !== "programs")
        return [];
    const renderings = Math.max(0, ...programs.map(({ alternatives }) => alternatives.length));
    const said = Array.from({ length: renderings + 1 }, (_, index) => {
        const configs = programs.map((config) => config.alternatives[index - 1] ?? config);
        const reports = new Map();
        rule.check({ configs, policy, versions }, (report, { root }) => reports.set(run_keyOf(rule.id, report.place), { report, root }), options);
        return reports;
    });
    const [first, ...others] = said;
    return [...(first ?? [])].flatMap(([key, each]) => others.every((reports) => reports.has(key)) ? [each] : []);
}
/** Whether what a report points at is there whenever its place is, as far as one template tells. */
function isUnderOneCondition({ place, related = [] }) {
    return related.every(({ place: other }) => other.document.source.switches
        .flatMap(({ contents }) => [...contents.values()])
        .every((span) => !run_isInside(other.span, span) ||
        (place.document === other.document && run_isInside(place.span, span))));
}
function run_isInside(inner, outer) {
    return outer.start <= inner.start && inner.end <= outer.end;
}
/** What is said in every rendering that has the place; a template need not have it in each. */
function inEachRendering(said) {
    const all = new Map(said.toReversed().flatMap(({ reports }) => [...reports]));
    return [...all]
        .filter(([key, { place: { document, span }, },]) => said.every(({ rendering, reports }) => reports.has(key) || (rendering !== null && !rendering.has(document, span.start))))
        .map(([, report]) => report);
}
/** Each file of the repository that takes part, with the first program that has it. */
function run_documentsOf(configs) {
    const found = new Map();
    for (const config of configs) {
        const documents = [config, ...config.alternatives].flatMap((each) => each.documents);
        for (const document of documents) {
            if (!document.path.startsWith("/") && !found.has(document))
                found.set(document, config);
        }
    }
    return found;
}
function run_keyOf(rule, { document, span }) {
    return `${rule} ${span.start} ${span.end} ${document.path}`;
}
function entriesOf(drafts, { takesUnclear = false, hearing, policy }) {
    const ordinals = new Map();
    return drafts.toSorted(byPlace).map((draft) => {
        const { active, report, config, locations } = draft;
        const rule = active.rule.id;
        const { document } = report.place;
        const parts = {
            rule,
            path: document.path,
            blockPath: blockPath(report.place),
            directive: directiveName(report.place),
        };
        const kind = JSON.stringify(parts);
        const ordinal = ordinals.get(kind) ?? 0;
        ordinals.set(kind, ordinal + 1);
        const silence = silenceOf(draft, hearing);
        // A location may be silenced for itself while the cause still reaches others.
        const heard = silence === null
            ? locations.filter((each) => silenceAt(rule, run_placeOf(each), hearing) === null)
            : locations;
        const isAboutEach = active.rule.over === "location" && active.rule.everyLocation === true;
        const isAboutAll = takesUnclear || isAboutEach;
        const sure = heard.filter(({ intent }) => isAboutAll || intent.serves === "yes");
        const onlyUnclear = heard.length > 0 && sure.length === 0;
        const concerned = onlyUnclear ? heard : sure;
        return {
            rule,
            severity: onlyUnclear || document.source.isExample ? "notice" : severityOf(active, report),
            report: { ...report, message: readable(report.message) },
            config,
            locations: concerned,
            evidence: isAboutAll ? [] : (concerned[0]?.intent.evidence ?? []).map(readable),
            isGuess: onlyUnclear,
            commentable: !onlyUnclear && report.commentable !== false,
            related: relatedOf(report, concerned),
            identity: { ...parts, ordinal },
            kind,
            silence,
            pending: hearing === undefined || silence !== null
                ? []
                : [
                    ...pendingSilences(rule, [report.place, ...locations.map(run_placeOf)], hearing),
                    ...(isAboutEach
                        ? []
                        : locations.flatMap((each) => pendingDeclaration(each, policy, hearing) ?? [])),
                ],
        };
    });
}
/** What silences a report at its place, else the first of what silences each of its locations. */
function silenceOf({ active: { rule }, report, locations }, hearing) {
    const at = (place) => silenceAt(rule.id, place, hearing);
    const own = at(report.place);
    const [first] = locations;
    return own === null &&
        first !== undefined &&
        locations.every((each) => at(run_placeOf(each)) !== null)
        ? at(run_placeOf(first))
        : own;
}
function run_placeOf({ name }) {
    return name.place;
}
/** What only the summary may show stays as mild as the rule says. */
function severityOf({ severity, isSet }, report) {
    const own = report.severity ?? severity;
    return isSet && report.commentable !== false ? severity : own;
}
function byPlace(one, other) {
    const [a, b] = [one.report.place, other.report.place];
    return (compare(a.document.path, b.document.path) ||
        a.span.start - b.span.start ||
        compare(one.active.rule.id, other.active.rule.id));
}
function compare(left, right) {
    return left < right ? -1 : Number(left > right);
}
/** What the rule itself points at, then the locations that a cause outside of them reaches. */
function relatedOf(report, locations) {
    const { place } = report;
    const own = (report.related ?? []).filter((each) => !isSurroundings(each.place.document.path));
    const shownPlaces = new Set([
        keyOfPlace(place),
        ...own.map((related) => keyOfPlace(related.place)),
    ]);
    const victims = locations.flatMap(({ name }) => {
        const key = keyOfPlace(name.place);
        if (shownPlaces.has(key) || run_holds(name.place, place))
            return [];
        shownPlaces.add(key);
        return [{ place: name.place, note: `${locationOf(name)} is affected` }];
    });
    return [...own, ...victims];
}
function keyOfPlace({ document, span }) {
    return `${span.start} ${document.path}`;
}
function run_holds(outer, inner) {
    return (outer.document === inner.document &&
        outer.span.start <= inner.span.start &&
        inner.span.end <= outer.span.end);
}
/** The directive at a place with what tells it from its neighbours: `proxy_set_header connection`. */
function directiveName({ document, span }) {
    const directive = directivesAround(document.tree.directives, span.start).at(-1);
    const body = directive?.block?.open.end ?? Infinity;
    if (directive === undefined || span.start >= body)
        return "";
    const name = directive.name.value;
    const [first] = directive.parameters;
    return name === "proxy_set_header" || name === "proxy_hide_header"
        ? `${name} ${first?.value.toLowerCase() ?? ""}`
        : name;
}

;// CONCATENATED MODULE: ./build/core/check/prove.js







const version = ":version";
const requestLine = ":request";
/** What a rule's mend may change of a request beside the headers that its remedies set. */
const mayChange = {
    "upgrade-header": ["upgrade", "connection"],
    "connection-header": ["upgrade", "connection"],
    "header-inheritance": ["upgrade", "connection"],
    "connection-map": ["upgrade", "connection"],
    "hardcoded-upgrade": ["upgrade", "connection"],
    "keepalive-defeated": ["connection"],
    "contradictory-header": ["connection", "host", "upgrade"],
    "http-version": [version],
    "host-header": ["host", "origin"],
    endpoint: ["upgrade", "connection", version],
    "connection-passthrough": ["connection"],
    "upgrade-map": ["connection"],
    "h2c-smuggling": ["upgrade", "connection"],
};
/** Rules whose fault is all about the request, or without whose mend nginx does not start. */
const mayChangeAll = new Set([
    "altered-request",
    "undefined-variable",
    "misplaced-directive",
    "duplicate-directive",
    "invalid-directive",
    "missing-include",
    "proxy-pass-scheme",
    "syntax",
]);
/** Applies edits and simulates again; null where they cannot be applied. */
function prove(before, edits, mended) {
    const after = rerun(before, edits);
    if (after === null)
        return null;
    const roots = new Set(after.configs.map(({ root }) => root));
    const holds = isGone(before, after, mended.flatMap(({ entries }) => entries)) &&
        addsNothing(before, after) &&
        refusesNoMore(before, after, roots, mended.flatMap(({ entries }) => entries)) &&
        keepsRequests(before.located.filter(({ config }) => roots.has(config.root)), after.located, mended, isConfined(edits, mended));
    return { after, holds };
}
/** What is found after edits and was not before. */
function newEntries(before, after) {
    const known = byKind(before.entries);
    const found = [...byKind(after.entries)].flatMap(([kind, entries]) => entries.slice(known.get(kind)?.length ?? 0));
    const isNew = new Set(found);
    return after.entries.filter((entry) => isNew.has(entry));
}
/**
 * Each location of the programs that the edits reach, and the same use with the edits applied.
 *
 * @returns null where edits overlap
 */
function locationsWith(before, edits) {
    const after = rerun(before, edits);
    if (after === null)
        return null;
    const afterByRoot = groupBy(after.located, ({ config }) => config.root);
    const pairs = [];
    for (const [root, old] of groupBy(before.located, ({ config }) => config.root)) {
        const now = afterByRoot.get(root) ?? [];
        if (now.length !== old.length)
            continue;
        for (const [index, location] of old.entries()) {
            const same = now[index];
            if (same !== undefined)
                pairs.push([location, same]);
        }
    }
    return new Map(pairs);
}
function rerun(before, edits) {
    const texts = editedTexts(edits);
    if (texts === null)
        return null;
    return run_run({
        ...before.request,
        documents: before.request.documents.edited(texts),
        paths: [...texts.keys()],
        known: before.programs,
    });
}
/** Whether all edits lie in locations that they mend, but for maps that are new. */
function isConfined(edits, mended) {
    const blocks = new Set(mended.map(({ group }) => (isLocal(group) ? group.block : null)));
    return edits.every(({ document, start, end, text }) => (start === end && /^\s*map\s/.test(text)) ||
        directivesAround(document.tree.directives, start).some((block) => blocks.has(block) && block.start < start && end < block.end));
}
function editedTexts(edits) {
    const texts = new Map();
    for (const [document, own] of groupBy(edits, (edit) => edit.document)) {
        const text = applyEdits(document.text, own);
        if (text === null)
            return null;
        texts.set(document.path, text);
    }
    return texts;
}
/** A run's entries by kind; one run is compared with many. */
const byKind = rememberedOf((entries) => groupBy(entries, ({ kind }) => kind));
function isGone(before, after, mended) {
    const [old, now] = [byKind(before.entries), byKind(after.entries)];
    return [...byKind(mended)].every(([kind, { length }]) => (now.get(kind)?.length ?? 0) <= (old.get(kind)?.length ?? 0) - length);
}
const prove_rank = { notice: 1, warning: 2, error: 3 };
/**
 * An edit that makes clear that a location serves WebSockets does no damage by it: what could be said of the location then
 * could have been said before.
 */
function addsNothing(before, after) {
    return prove_isWithin(after.entries, before.entries) || prove_isWithin(after.entries, entriesIfClear(before));
}
/** What would be found if all locations that may serve WebSockets did. */
const entriesIfClear = rememberedOf((of) => {
    const hasUnclear = of.located.some(({ intent }) => intent.serves === "unclear");
    return hasUnclear ? run_run({ ...of.request, takesUnclear: true }).entries : of.entries;
});
/** Whether there is nothing that was not there before, as severe and about the same locations. */
function prove_isWithin(after, before) {
    const all = byKind(before);
    return [...byKind(after)].every(([kind, entries]) => {
        const known = all.get(kind) ?? [];
        const most = Math.max(...known.map(({ severity }) => prove_rank[severity]));
        const names = new Set(known.flatMap(({ locations }) => locations.map(prove_nameOf)));
        return (entries.length <= known.length &&
            entries.every(({ severity, locations }) => prove_rank[severity] <= most && locations.every((location) => names.has(prove_nameOf(location)))));
    });
}
function prove_nameOf({ name: { place, server, name } }) {
    return JSON.stringify([place.document.path, server, name]);
}
/**
 * Whatever keeps nginx from starting after the edits kept it from starting before. What it has against a directive that
 * counts as mended is no excuse: a semicolon alone does not give one its value.
 */
function refusesNoMore(before, after, roots, mended) {
    const isMended = ({ use }) => mended.some(({ report: { place } }) => isTouching(place, use));
    const problemsOf = ({ configs }) => configs
        .filter(({ root }) => roots.has(root))
        .flatMap(({ root, problems }) => problems.map((problem) => ({ refusal: `${root} ${problem.message}`, problem })));
    const left = problemsOf(before).flatMap(({ refusal, problem }) => isMended(problem) ? [] : [refusal]);
    return problemsOf(after).every(({ refusal }) => {
        const at = left.indexOf(refusal);
        if (at !== -1)
            left.splice(at, 1);
        return at !== -1;
    });
}
function isTouching({ document, span }, use) {
    const { start, end } = use.directive;
    return document === use.document && start <= span.end && span.start <= end;
}
/** @param confined whether only locations in the mended blocks can have changed */
function keepsRequests(before, after, mended, confined) {
    if (before.length !== after.length)
        return false;
    const everywhere = mended.filter(({ group }) => !isLocal(group));
    const byBlock = groupBy(mended.filter(({ group }) => isLocal(group)), ({ group }) => group.block);
    return before.every((located, index) => {
        const own = blocksOf(located).flatMap((block) => byBlock.get(block) ?? []);
        const reaching = [...everywhere, ...own];
        if (confined && reaching.length === 0)
            return true;
        const now = after[index];
        if (now !== undefined && hurtsOrdinary(now) && !hurtsOrdinary(located))
            return false;
        const allowed = allowedChanges(reaching.flatMap(({ entries, repeated = [] }) => [...entries, ...repeated]));
        return (allowed === null ||
            located.renderings.flat().every((location, which) => {
                const other = after[index]?.renderings.flat()[which];
                return (other !== undefined &&
                    ["websocket", "plain", "h2c"].every((probe) => prove_isKept(location.exchanges[probe], other.exchanges[probe], allowed)));
            }));
    });
}
/** Whether ordinary requests ask for an upgrade, where they are not the exception. */
function hurtsOrdinary({ traffic, versions }) {
    return (traffic === "mixed" &&
        versions.some(({ exchanges: { plain } }) => {
            return (plain.upstream !== null && carriesToken(plain.upstream, "connection", "upgrade") === true);
        }));
}
/** The names of headers that may change, in lower case; null where everything may. */
function allowedChanges(mended) {
    const allowed = new Set();
    for (const { rule, report } of mended) {
        if (mayChangeAll.has(rule))
            return null;
        for (const name of mayChange[rule] ?? [])
            allowed.add(name);
        for (const remedy of report.remedies ?? []) {
            if (remedy.kind === "header")
                allowed.add(remedy.name.toLowerCase());
        }
    }
    return allowed;
}
function prove_isKept(before, after, allowed) {
    if (before.outcome !== after.outcome)
        return false;
    const parts = { before: prove_partsOf(before), after: prove_partsOf(after) };
    const names = new Set([...parts.before.keys(), ...parts.after.keys()]);
    return [...names].every((name) => allowed.has(name) || parts.before.get(name) === parts.after.get(name));
}
/** What a request says, by header name in lower case; the rest of it under names that no header has. */
function prove_partsOf({ upstream, level }) {
    const parts = new Map();
    if (upstream === null)
        return parts;
    parts.set(version, shown(upstream.httpVersion));
    parts.set(requestLine, [upstream.method, upstream.uri, upstream.address].map(shown).join(" "));
    parts.set(":level", level?.context ?? "");
    for (const { name, value } of upstream.headers) {
        const key = name.toLowerCase();
        parts.set(key, `${parts.get(key) ?? ""}${shown(value)}\n`);
    }
    return parts;
}

;// CONCATENATED MODULE: ./build/core/check/mend.js










const mend_rank = { notice: 1, warning: 2, error: 3 };
/**
 * As many levels are simulated again to prove fixes: of a program with 20,000 locations all, 25 times. Locations in
 * each other by the hundred, each of them wrong, would take hours.
 */
const MOST_WORK = 2_000_000;
/** Finds fixes for groups, and offers only what simulating again finds good. */
class Mender {
    #run;
    #groups;
    #most;
    #offered = [];
    #givenUp = new Set();
    #work = 0;
    #everywhere = null;
    #mentioned = null;
    constructor(of, groups, most = MOST_WORK) {
        this.#run = of;
        this.#groups = groups;
        this.#most = most;
    }
    /** How many levels were simulated again so far: those of each location, and those around it. */
    get work() {
        return this.#work;
    }
    /** Groups that may have a fix which was not looked for, because that was too much work. */
    get givenUp() {
        return this.#givenUp;
    }
    /** The best fix within `writable`, which is asked for whole lines, that holds. */
    mend(group, writable) {
        const known = this.everywhere(group);
        const isWritable = known?.fix.edits.every((edit) => writable(wholeLines(edit))) === true;
        return known === null || isWritable
            ? known
            : this.#search(attempts(mendable(group)), group, writable);
    }
    /** As `mend` where everything may be written; the fixes of all groups are proven together as far as possible. */
    everywhere(group) {
        this.#everywhere ??= this.#mendAll();
        let found = this.#everywhere.get(group);
        if (found === undefined) {
            const entries = mendable(group);
            const tries = [...attempts(entries), ...single(entries)];
            found = this.#search(tries, group, () => true);
            this.#everywhere.set(group, found);
        }
        return found;
    }
    /** The first of several lists of findings that can be mended. */
    #search(tries, group, writable) {
        for (const attempt of tries) {
            if (this.#givesUp(group))
                return null;
            const left = [];
            const found = this.#firstThatHolds(this.#candidates(group, attempt, writable), left) ??
                (left.length > 0
                    ? this.#firstThatHolds(this.#candidates(group, attempt, writable, left), [])
                    : null);
            if (found !== null)
                return found;
        }
        return null;
    }
    /** @param left gets what the first candidate leaves to mend in its block, where that is all that it leaves */
    #firstThatHolds(candidates, left) {
        let isFirst = true;
        for (const candidate of candidates) {
            if (this.#givesUp(candidate.group))
                return null;
            const proof = this.#prove(candidate.fix.edits, [candidate]);
            if (proof?.holds)
                return this.#offer(candidate, counterparts(this.#run, proof.after));
            if (isFirst && proof !== null)
                left.push(...this.#leftBy(candidate, proof.after));
            isFirst = false;
        }
        return null;
    }
    #prove(edits, mended) {
        const proof = prove(this.#run, edits, mended);
        for (const { level } of proof?.after.located ?? [])
            this.#work += depthOf(level);
        return proof;
    }
    #givesUp(group) {
        const isTooMuch = this.#work >= this.#most;
        if (isTooMuch)
            this.#givenUp.add(group);
        return isTooMuch;
    }
    /**
     * The findings that a fix brings to light where it is made: lines of an outer level that it repeats may be wrong
     * themselves, and an address that is no address hides what else is wrong.
     */
    #leftBy({ entries: [first] }, after) {
        const found = newEntries(this.#run, after);
        const isHere = ({ identity }) => identity.path === first?.identity.path && identity.blockPath === first.identity.blockPath;
        return found.every((entry) => isHere(entry) && isMendable(entry)) ? found : [];
    }
    /** Of findings after an edit those that were there before it, at another place, about a location of `entries`. */
    #repeated(found, entries) {
        if (found.length === 0)
            return [];
        const locations = new Set(entries.flatMap((entry) => entry.locations));
        const known = this.#run.entries.filter((entry) => entry.locations.some((location) => locations.has(location)));
        return found.filter(({ rule }) => known.some((entry) => entry.rule === rule));
    }
    /**
     * Whether fixes that were offered leave nothing of what each mends, and break nothing, when all are applied. They are
     * worth as much work again as it took to find them; what is not proven by then does not hold.
     */
    proveTogether(edits) {
        const given = new Set(edits);
        const mended = this.#offered.filter(({ fix }) => fix.edits.every((edit) => given.has(edit)));
        if (this.#work >= 2 * this.#most) {
            for (const { group } of mended)
                this.#givenUp.add(group);
            return false;
        }
        return this.#prove(edits, mended)?.holds === true;
    }
    /** Locations with edits applied, as {@link locationsWith} gives them. */
    locationsWith(edits) {
        return locationsWith(this.#run, edits);
    }
    /**
     * What is written in one location cannot change another, unless it defines what that reads already, so that fixes in
     * different locations which hold together hold alone too. Those that do not are tried in halves; a group that is left is
     * tried by itself.
     */
    #mendAll() {
        const found = new Map();
        const tryTogether = (candidates) => {
            if (candidates.length < 2 || this.#work >= this.#most)
                return;
            const edits = candidates.flatMap(({ fix }) => fix.edits);
            const proof = this.#prove(edits, candidates);
            if (proof?.holds !== true) {
                const middle = candidates.length >>> 1;
                tryTogether(candidates.slice(0, middle));
                tryTogether(candidates.slice(middle));
                return;
            }
            const mended = counterparts(this.#run, proof.after);
            for (const candidate of candidates) {
                found.set(candidate.group, this.#offer(candidate, mended));
            }
        };
        for (const layer of layersOf(this.#groups)) {
            tryTogether(layer.flatMap((group) => {
                const [first] = this.#candidates(group, mendable(group), () => true);
                return first === undefined || this.#bringsMeaning(first) ? [] : first;
            }));
        }
        return found;
    }
    /** Whether a new map gives a meaning to lines in other places, which read its variable already. */
    #bringsMeaning({ fix }) {
        const variables = fix.edits.flatMap(({ text }) => /^\s*map\s+\S+\s+\$(\w+)/.exec(text)?.[1]?.toLowerCase() ?? []);
        if (variables.length === 0)
            return false;
        this.#mentioned ??= mentionedIn(this.#run);
        return variables.some((variable) => this.#mentioned?.has(variable) === true);
    }
    *#candidates(group, entries, writable, left = []) {
        const [first] = entries;
        if (first === undefined)
            return;
        const [beside = null] = entries.flatMap(({ report }) => report.beside ?? []);
        const level = beside?.level ?? levelOf(first);
        const repeated = this.#repeated(left, entries);
        const more = remediesOf(left).flatMap((remedy) => inText(remedy, level) ?? []);
        const locations = entries.flatMap((entry) => entry.locations);
        const request = {
            config: first.config,
            level,
            beside,
            remedies: mend_distinct([...more, ...remediesOf(entries)]),
            traffic: locations.some(({ traffic }) => traffic === "mixed") ? "mixed" : "websocket",
            keepsConnections: locations.some(mend_isKept),
            ...formsFor(this.#run.request.policy),
        };
        // One location may help itself where the file that it includes must stay as it is.
        const isAlone = beside !== null && new Set(locations).size === 1;
        for (const each of isAlone ? [request, { ...request, beside: null }] : [request]) {
            for (const fix of fixCandidates(each, writable)) {
                if (fix.edits.length > 0 && fix.edits.every(isPossible)) {
                    yield { fix: { ...fix, edits: fix.edits.map(asWritten) }, group, entries, repeated };
                }
            }
        }
    }
    #offer(candidate, mended) {
        this.#offered.push(candidate);
        const { fix, entries } = candidate;
        return { fix: { ...fix, ...headsOf(entries, mended) }, entries: new Set(entries) };
    }
}
/** The edit as its file writes what nginx is to see: in some, a `$` is something else's. */
function asWritten(edit) {
    const { dollar } = edit.document.source;
    return dollar === "$"
        ? edit
        : { ...edit, text: edit.text.replace(/\$\$|\\\$|\$/g, () => dollar) };
}
/** Whether an edit neither writes nor replaces a template's tag, nor text whose offsets are not the file's. */
function isPossible({ document, start, end, text }) {
    const { masked, editable } = document.source;
    const old = document.text.slice(start, end);
    const isTemplate = masked !== document.text;
    return (editable &&
        !isOpaque(text + masked.slice(start, end)) &&
        !(isTemplate && tags_tagsIn(`${text}\n${old}`).length > 0));
}
/** Everything in a group, else at least the worst in it. */
function attempts(entries) {
    const least = worst(entries);
    return least.length < entries.length ? [entries, least] : [entries];
}
/** Of what does not break a handshake one is better than nothing, where all that is needed may be written. */
function single(entries) {
    const least = worst(entries).filter(({ severity }) => severity !== "error");
    return least.length > 1 ? least.map((entry) => [entry]) : [];
}
function worst(entries) {
    const most = Math.max(...entries.map(({ severity }) => mend_rank[severity]));
    return entries.filter(({ severity }) => mend_rank[severity] === most);
}
/** The forms that the policy's own rules accept: what they would report is no fix. */
function formsFor(policy) {
    const { connection, upgrade } = policy.suggestion;
    const wantsMap = connection === "auto" && severityIn(policy, "upgrade-map") !== "off";
    return {
        connection: wantsMap ? "map" : connection,
        upgrade: severityIn(policy, "h2c-smuggling") === "off" ? upgrade : "websocket-only",
    };
}
/** The names of all variables that stand somewhere in the text, in lower case. */
function mentionedIn({ configs }) {
    const documents = new Set(configs.flatMap((config) => config.documents));
    const names = new Set();
    for (const { text } of documents) {
        for (const [, name = ""] of text.matchAll(/\$\{?(\w+)/g))
            names.add(name.toLowerCase());
    }
    return names;
}
function mendable({ entries }) {
    return entries.filter(isMendable);
}
function isMendable(entry) {
    return remediesOf([entry]).length > 0;
}
function remediesOf(entries) {
    return entries.flatMap(({ report }) => report.remedies ?? []);
}
/** The level whose settings an entry's remedies change. */
function levelOf({ report, locations, config }) {
    return report.level ?? locations[0]?.level ?? config.main;
}
/** A remedy for an edited text as one for the text before the edits; null where that is not the same. */
function inText(remedy, level) {
    switch (remedy.kind) {
        case "header":
        case "directive":
            return remedy;
        case "replace":
            return null;
        case "remove": {
            const said = ({ name, parameters }) => [name, ...parameters].join(" ");
            const [use, ...others] = level.uses.filter((each) => said(each) === said(remedy.use));
            return use === undefined || others.length > 0 ? null : { kind: "remove", use };
        }
    }
}
/** Groups of locations, in layers: no group of one layer holds another one's location. */
function layersOf(groups) {
    const around = new Map();
    const inOrder = groups.flatMap((group) => isLocal(group) && group.block !== null ? { group, block: group.block } : []);
    const layers = groupBy(inOrder.toSorted((a, b) => a.block.start - b.block.start), ({ group, block }) => {
        const { document } = group.place;
        const outer = (around.get(document) ?? []).filter(({ end }) => block.start < end);
        around.set(document, [...outer, block]);
        return outer.length;
    });
    return Array.from(layers.values(), (layer) => layer.map(({ group }) => group));
}
/** How many levels settings may come from. */
function depthOf(level) {
    let depth = 0;
    for (let at = level; at !== null; at = at.parent)
        depth++;
    return depth;
}
function mend_isKept({ versions }) {
    return versions.some(({ config, version, exchanges }) => {
        const { upstream } = exchanges.plain;
        return upstream !== null && keepsConnections(config, upstream, version);
    });
}
/** The first location's request head before and after: the handshake's, or an ordinary one's where only that changes. */
function headsOf(entries, mended) {
    const location = entries.flatMap((entry) => entry.locations)[0];
    if (location === undefined)
        return { probe: "websocket", now: [], after: [] };
    const same = mended.get(location);
    const head = (located, probe) => {
        if (located === undefined)
            return [];
        const [version] = located.versions;
        const { exchanges } = location.failsInFirefox ? version.firefox : version;
        return requestHead(exchanges[probe]);
    };
    const heads = (probe) => {
        return { probe, now: head(location, probe), after: head(same, probe) };
    };
    const [handshake, ordinary] = [heads("websocket"), heads("plain")];
    const saysMore = location.traffic === "mixed" && isSpelling(handshake);
    return isChange(ordinary) && (saysMore || !isChange(handshake)) ? ordinary : handshake;
}
/** Each location's use after the edits, which leave the number and order of a program's locations. */
function counterparts(before, after) {
    const found = new Map();
    const remaining = groupBy(before.located, ({ config }) => config.root);
    for (const [root, located] of groupBy(after.located, ({ config }) => config.root)) {
        for (const [index, one] of (remaining.get(root) ?? []).entries()) {
            const other = located[index];
            if (other !== undefined)
                found.set(one, other);
        }
    }
    return found;
}
function isChange({ now, after }) {
    return now.join("\n") !== after.join("\n");
}
/** Whether nothing but the case of words differs: `Upgrade` and `upgrade` say the same. */
function isSpelling({ now, after }) {
    return now.join("\n").toLowerCase() === after.join("\n").toLowerCase();
}
function mend_distinct(remedies) {
    const found = [];
    for (const remedy of remedies) {
        if (!found.some((other) => mend_isSame(remedy, other)))
            found.push(remedy);
    }
    return found;
}
function mend_isSame(one, other) {
    switch (one.kind) {
        case "header":
            return other.kind === "header" && one.name === other.name;
        case "directive":
            return other.kind === "directive" && one.name === other.name;
        case "replace":
            return (other.kind === "replace" &&
                one.place.document === other.place.document &&
                one.place.span.start === other.place.span.start);
        case "remove":
            return other.kind === "remove" && one.use.directive === other.use.directive;
    }
}

;// CONCATENATED MODULE: ./build/core/config/version.js


/** Behaviour that handshakes depend on changed in these. */
const changes = [httpOneOneByDefault, proxyConnectionStripped, hostFirst];
/**
 * The versions to ask, oldest first, for a version as people write it: one where nothing that matters changed within it.
 * `1.29` may be any patch level, and the default HTTP version changed in 1.29.7. Null stands for any version.
 */
function versionsInQuestion(text) {
    const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text ?? "");
    if (match === null)
        return [oldestVersion, newestVersion];
    const [, major, minor, patch] = match.map(Number);
    const at = (level) => [major ?? 0, minor ?? 0, level];
    if (match[3] !== undefined)
        return [at(patch ?? 0)];
    const [first, last] = [at(0), at(99)];
    const isOne = changes.every((since) => isSince(first, since) === isSince(last, since));
    return isOne ? [last] : [first, last];
}
/** More Dockerfiles and compose files than this are not read. */
const mostFiles = 60;
const version_dockerfile = /(?:^|\/)(?:[^/]*\.)?(?:Dockerfile|Containerfile)(?:\.[^/]*)?$/i;
const compose = /(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i;
/** Whether {@link repositoryVersion} looks into a file of this name. */
function decidesVersion(path) {
    return (version_dockerfile.test(path) || compose.test(path)) && leftAside(path) === null;
}
/**
 * The version of nginx that the repository's images have, as written in their tags; null where there is none, where they
 * do not agree, or where one of them does not say.
 *
 * @param want called for files that are listed and not loaded
 */
function repositoryVersion(files, want) {
    const [only, ...others] = new Set(nginxImages(files, want).map(({ version }) => version));
    return others.length === 0 ? (only ?? null) : null;
}
/**
 * The images of nginx that the repository's Dockerfiles and compose files name.
 *
 * @param want called for files that are listed and not loaded
 */
function nginxImages(files, want) {
    const paths = files.list().filter(decidesVersion);
    return paths.slice(0, mostFiles).flatMap((path) => {
        const text = files.read(path);
        if (text === undefined) {
            want(path);
            return [];
        }
        const images = version_dockerfile.test(path) ? baseImages(text) : composeImages(text);
        return images.flatMap((image) => {
            const version = imageVersion(image);
            return version === undefined ? [] : [{ path, image, version }];
        });
    });
}
function baseImages(text) {
    const defaults = new Map(Array.from(text.matchAll(/^[ \t]*ARG[ \t]+(\w+)=["']?([^\s"']*)/gim), (match) => [
        match[1] ?? "",
        match[2] ?? "",
    ]));
    return Array.from(text.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)/gim), ([, image = ""]) => image.replaceAll(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, (written, braced, other, bare) => {
        const value = defaults.get(braced ?? bare) ?? other;
        return typeof value === "string" ? value : written;
    }));
}
function composeImages(text) {
    return Array.from(text.matchAll(/^[ \t-]*image:[ \t]*["']?([^\s"'#]+)/gm), ([, image = ""]) => image.replaceAll(/\$\{\w+:?-([^}]*)\}/g, "$1"));
}
/** Who publishes images of nginx whose tags are its versions. */
const publishers = /^(?:(?:docker\.io|registry\.hub\.docker\.com)\/)?(?:library\/|nginxinc\/|bitnami\/|(?:public\.ecr\.aws|quay\.io)\/(?:nginx|docker\/library|bitnami)\/)?$/;
/** Undefined for what is not nginx, null for nginx of a version that the name does not tell: a tag of one's own is none. */
function imageVersion(image) {
    const match = /^((?:.*\/)?)([^/:@]+)(?::([^@]*))?(?:@.*)?$/.exec(image);
    const [, owner = "", name = "", tag = ""] = match ?? [];
    if (name === "openresty")
        return null;
    if (name !== "nginx" && name !== "nginx-unprivileged")
        return undefined;
    if (!publishers.test(owner))
        return null;
    return /^(\d+\.\d+(?:\.\d+)?)(?:-|$)/.exec(tag)?.[1] ?? null;
}

;// CONCATENATED MODULE: ./build/core/analyse.js









/**
 * Finds the programs in a set of files, simulates their proxying locations and asks the rules.
 *
 * Never throws for what the files say. Files that `list()` names and `read()` does not give are in `wanted`: load them
 * and analyse again.
 */
function analyse(files, { policy, paths }) {
    const documents = new Documents(files);
    const version = policy.nginxVersion ?? repositoryVersion(files, (path) => documents.wanted.add(path));
    const versions = versionsInQuestion(version);
    const of = run_run({ documents, policy: { ...policy, nginxVersion: version }, paths, versions });
    return new Result(of, () => true);
}
/**
 * The head's analysis with only that marked as new which the base lacks: a fingerprint that the base does not have, or
 * has for fewer locations or less severely. A file or server under another name keeps its findings. A comment that
 * silences, or says that a location serves no WebSockets, does not count where the base lacks it, and one of the base
 * that says that it serves them counts where the head lacks it, unless the policy says so.
 *
 * @param changes what differs between the two sides
 */
function analyse_compare(head, base, changes) {
    const renamed = new Map(changes.flatMap(({ path, previousPath }) => previousPath === null ? [] : [[previousPath, path]]));
    const of = heard(withGone(runOf(head), runOf(base), changes), runOf(base), renamed);
    const { entries, located } = runOf(base);
    const then = { paths: renamed, servers: renamedServers(of.located, located, renamed) };
    const before = new Map(entries.map((entry) => [analyse_identityOf(entry, then), weightOf(entry, then)]));
    return new Result(of, (entry) => {
        const known = before.get(analyse_identityOf(entry, now));
        if (known === undefined)
            return true;
        const weight = weightOf(entry, now);
        const { severity, locations } = known;
        return weight.severity > severity || [...weight.locations].some((each) => !locations.has(each));
    });
}
/** The head's run where the change took away what is still asked for: nobody will put that there later. */
function withGone(head, base, changes) {
    const paths = gonePaths(head, base, changes);
    const variables = goneVariables(head, base);
    return paths.size + variables.size === 0
        ? head
        : run_run({ ...head.request, documents: head.request.documents.withGone({ paths, variables }) });
}
/** Files that are still included. */
function gonePaths(head, base, changes) {
    const { documents } = head.request;
    const taken = new Set(changes.flatMap(({ path, previousPath, status }) => status === "removed" ? path : status === "renamed" ? (previousPath ?? []) : []));
    // A link that stands there now leads to what nobody follows.
    const stay = changes.filter(({ status }) => status !== "removed").map(({ path }) => path);
    return new Set([...documents.missed].filter((path) => taken.has(path) &&
        base.request.documents.has(path) &&
        !stay.some((other) => path === other || path.startsWith(`${other}/`))));
}
/**
 * Variables that each program of the base defines and that of the head does not, where no part of the head's is hidden
 * that the base showed.
 */
function goneVariables(head, base) {
    const before = new Map(base.configs.map((config) => [config.root, config]));
    return new Map(head.configs.flatMap((config) => {
        const known = before.get(config.root);
        const isComparable = known !== undefined &&
            config.incomplete.length > 0 &&
            config.incomplete.every((why) => known.incomplete.includes(why));
        if (!isComparable)
            return [];
        const renderings = [config, ...config.alternatives].map((each) => definitions(each));
        const lost = [...definitions(known).keys()].filter((name) => renderings.every((defined) => !defined.has(name)));
        return lost.length === 0 ? [] : [[config.root, new Set(lost)]];
    }));
}
/** The head's run without what the change does to comments and does not count yet. */
function heard(head, base, renamed) {
    const { documents, policy } = head.request;
    if (policy.silences === "head")
        return head;
    const hearing = hearingOf(documents, base.request.documents, renamed);
    return hearing === null ? head : run_run({ ...head.request, hearing });
}
const runs = new WeakMap();
function runOf(analysis) {
    const found = runs.get(analysis);
    if (found === undefined)
        throw new Error("the analysis is not one of analyse()");
    return found;
}
const now = { paths: new Map(), servers: new Map() };
/** A server under another name keeps its findings too: names that a file has lost are paired with those it has got. */
function renamedServers(head, base, renamed) {
    const [after, before] = [analyse_serversOf(head, now.paths), analyse_serversOf(base, renamed)];
    const servers = new Map();
    for (const [path, names] of after) {
        const known = before.get(path) ?? new Set();
        const lost = [...known].filter((name) => !names.has(name));
        const got = [...names].filter((name) => !known.has(name));
        if (lost.length > 0 && lost.length === got.length) {
            servers.set(path, new Map(lost.map((name, index) => [name, got[index] ?? name])));
        }
    }
    return servers;
}
/** The names of the servers that each file's locations belong to, in the order of the text. */
function analyse_serversOf(located, renamed) {
    const found = new Map();
    for (const { name } of located) {
        if (name.server === null)
            continue;
        const { path } = name.place.document;
        const current = renamed.get(path) ?? path;
        const names = found.get(current) ?? new Set();
        found.set(current, names.add(name.server));
    }
    return found;
}
function analyse_identityOf({ identity }, { paths, servers }) {
    const path = paths.get(identity.path) ?? identity.path;
    const names = servers.get(path);
    const blockPath = names === undefined
        ? identity.blockPath
        : identity.blockPath.replace(/\bserver\[([^\]]*)\]/, (_, name) => `server[${names.get(name) ?? name}]`);
    return JSON.stringify({ ...identity, path, blockPath });
}
const analyse_rank = { notice: 1, warning: 2, error: 3 };
function weightOf({ severity, locations }, { paths, servers }) {
    const keys = locations.map(({ name }) => {
        const path = paths.get(name.place.document.path) ?? name.place.document.path;
        const server = name.server === null ? null : (servers.get(path)?.get(name.server) ?? name.server);
        return JSON.stringify([path, server, name.name]);
    });
    return { severity: analyse_rank[severity], locations: new Set(keys) };
}
class Result {
    nginxVersion;
    files;
    documents;
    configs;
    locations;
    wanted;
    pending;
    groups;
    findings;
    #mender;
    constructor(of, isNew) {
        const { documents, policy } = of.request;
        this.nginxVersion = policy.nginxVersion ?? "unknown";
        this.files = of.files;
        this.documents = documents.all();
        this.configs = of.configs;
        this.locations = of.located;
        this.wanted = [...documents.wanted];
        const entries = of.entries.filter(({ silence }) => silence === null);
        // A comment that silences several findings is there for each of them.
        const pending = new Map(entries.flatMap((entry) => entry.pending.map((each) => [each.place.span, each])));
        this.pending = [...pending.values()];
        const groups = groupsOf(entries);
        const mender = new Mender(of, groups);
        this.groups = groups.map((group) => new FoundGroup(group, isNew, mender));
        const found = new Map(this.groups.flatMap(({ findings }) => findings.map((each) => [each.entry, each])));
        this.findings = entries.flatMap((entry) => found.get(entry) ?? []);
        this.#mender = mender;
        runs.set(this, of);
    }
    get findingsGivenUp() {
        return [...this.#mender.givenUp].reduce((sum, { entries }) => sum + entries.length, 0);
    }
    proveTogether(edits) {
        return this.#mender.proveTogether(edits);
    }
    locationsWith(edits) {
        return this.#mender.locationsWith(edits);
    }
}
class FoundGroup {
    id;
    findings;
    place;
    #group;
    #mender;
    constructor(group, isNew, mender) {
        this.id = group.key;
        this.place = group.place;
        this.#group = group;
        this.#mender = mender;
        this.findings = group.entries.map((entry) => new Found(entry, isNew(entry), this));
    }
    fix(writable) {
        return this.#mender.mend(this.#group, writable)?.fix ?? null;
    }
    /** The fix where everything may be written. */
    get mend() {
        return this.#mender.everywhere(this.#group);
    }
}
class Found {
    rule;
    severity;
    message;
    place;
    location;
    others;
    related;
    group;
    fingerprint;
    isNew;
    evidence;
    isGuess;
    commentable;
    entry;
    owner;
    constructor(entry, isNew, owner) {
        this.entry = entry;
        this.owner = owner;
        this.rule = entry.rule;
        this.severity = entry.severity;
        this.message = entry.report.message;
        this.place = entry.report.place;
        [this.location = null, ...this.others] = namesOf(entry);
        this.related = entry.related;
        this.group = owner.id;
        this.fingerprint = fingerprintOf(entry.identity);
        this.isNew = isNew;
        this.evidence = entry.evidence;
        this.isGuess = entry.isGuess;
        this.commentable = entry.commentable;
    }
    /** The group's fix, at the first of the findings that it mends. */
    get fix() {
        const mend = this.owner.mend;
        return mend !== null && this.isCarrier(mend) ? mend.fix : null;
    }
    get fixedBy() {
        const mend = this.owner.mend;
        if (mend === null || !mend.entries.has(this.entry) || this.isCarrier(mend))
            return null;
        return this.owner.findings.find(({ entry }) => mend.entries.has(entry))?.fingerprint ?? null;
    }
    isCarrier({ entries }) {
        return this.owner.findings.find(({ entry }) => entries.has(entry)) === this;
    }
}
/** The names of an entry's locations, each place once. */
function namesOf({ locations }) {
    const names = groupBy(locations.map(({ name }) => name), ({ place: { document, span } }) => `${span.start} ${document.path}`);
    return [...names.values()].flatMap(([first]) => first ?? []);
}

;// CONCATENATED MODULE: ./build/core/report/order.js
/** 0 for the worst. */
const order_ranks = { error: 0, warning: 1, notice: 2 };
/** Where a place starts. */
function startOf({ document, span }) {
    return positionAt(document, span.start);
}
/** The position after a place's last character. */
function order_endOf({ document, span }) {
    return positionAt(document, span.end);
}
function positionAt({ lines }, offset) {
    return { line: lines.lineAt(offset), column: lines.columnAt(offset) };
}
/** Worst first, then by file, place and rule. */
function worstFirst(findings) {
    return findings.toSorted((a, b) => order_ranks[a.severity] - order_ranks[b.severity] || comparePlaces(a, b));
}
function comparePlaces(a, b) {
    return (compareText(a.place.document.path, b.place.document.path) ||
        a.place.span.start - b.place.span.start ||
        compareText(a.rule, b.rule) ||
        compareText(a.fingerprint, b.fingerprint));
}
/** How many findings there are of each severity. */
function countBySeverity(findings) {
    const counts = { error: 0, warning: 0, notice: 0 };
    for (const { severity } of findings)
        counts[severity] += 1;
    return counts;
}
/** "1 error, 2 warnings"; "nothing" without findings. */
function countsInWords(findings) {
    const counts = countBySeverity(findings);
    const parts = ["error", "warning", "notice"]
        .filter((severity) => counts[severity] > 0)
        .map((severity) => numbered(counts[severity], severity));
    return parts.length > 0 ? parts.join(", ") : "nothing";
}
/** "1 file", "2 files". */
function numbered(count, noun) {
    return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
function compareText(a, b) {
    return a < b ? -1 : Number(a > b);
}

;// CONCATENATED MODULE: ./build/core/policy/schema.js



/** What holds where the policy file says nothing. */
const defaultPolicy = {
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
const profiles = ["recommended", "basic", "enterprise", "hardened"];
const severities = ["error", "warning", "notice", "off"];
const severity = choice(...severities);
/** A time as nginx writes it, in milliseconds. Editors take a bare number for one. */
const time = reader({ type: ["string", "number"], pattern: timePattern.source, minimum: 0 }, (node, what, complain) => {
    const milliseconds = node.kind === "text" ? parseTime(node.text) : null;
    if (milliseconds !== null)
        return milliseconds;
    complain(node.at, `${what} is ${described(node)}: expected a time as nginx writes it, such as 3600s, 1h or 1h30m`);
    return undefined;
});
/** The options that rules take in the policy file, by rule and name. */
const ruleOptions = {
    "idle-timeout": {
        minimum: about("The shortest timeout that is long enough, as nginx writes times.", time),
    },
};
const inRepository = [
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
const repositoryPath = reader_text("the path of a file in the repository", inRepository);
const glob = reader_text("a glob such as deploy/nginx/**", inRepository.map(({ pattern, expected }) => ({
    // Behind the sign that excludes, the same.
    pattern: new RegExp(pattern.source.replace("^(?!", "^(?!!?")),
    expected,
})), openBracket);
const globs = list(glob, '["deploy/nginx/**"]');
const expectedVersion = "a version such as 1.27 or 1.27.3";
const schema_version = reader_text(expectedVersion, [
    { pattern: /^\d+\.\d+(?:\.\d+)?$/, expected: expectedVersion },
]);
const expectedEndpoint = "an address such as wss://api.example.com/ws, or a path such as /socket.io/";
const schema_endpoint = reader_text(expectedEndpoint, [
    {
        pattern: /^(?!https?:\/\/)/,
        expected: (value) => `the scheme ws or wss, as in ${value.replace(/^http/, "ws")}`,
    },
    {
        pattern: /^(?:wss?:\/\/[^/\s?#]+(?:[/?][^\s#]*)?|\/[^\s#]*)$/,
        expected: `${expectedEndpoint}, without spaces and fragment`,
    },
]);
const folder = reader_text("a folder in the repository such as deploy/nginx", inRepository);
const schema_prefixes = reader({
    type: ["object", "null"],
    propertyNames: { pattern: "^/" },
    additionalProperties: folder.schema,
}, (node, what, complain) => {
    const result = new Map();
    for (const entry of entries(node, what, complain)) {
        if (!entry.key.startsWith("/")) {
            complain(entry.keyAt, `${reader_quoted(entry.key)} in ${what} is not absolute: expected a folder on the server such as /etc/nginx`);
        }
        const path = folder(entry.value, `${what}[${entry.key}]`, complain);
        if (path !== undefined)
            result.set(withoutSlash(entry.key), withoutSlash(path));
    }
    return result;
});
const matchReaders = {
    path: reader_text("the location as written in nginx, e.g. /news"),
    server: reader_text("a server name"),
    file: reader_text("the path of a file in the repository"),
};
const locationMatch = reader(mapSchema(matchReaders, { type: "object", minProperties: 1 }), (node, what, complain) => {
    const found = fields(node, what, schema_keysOf(matchReaders), complain);
    if (found.size === 0) {
        if (node.kind === "empty" || (node.kind === "map" && node.entries.length === 0)) {
            complain(node.at, `${what} is empty: expected path, server or file`);
        }
        return undefined;
    }
    const read = (key) => {
        const entry = found.get(key);
        return (entry && matchReaders[key](entry.value, `${what}.${key}`, complain)) ?? null;
    };
    return { path: read("path"), server: read("server"), file: read("file") };
});
const locationReaders = { match: locationMatch, websocket: flag };
const schema_location = reader(mapSchema(locationReaders, { type: "object", required: ["match", "websocket"] }), (node, what, complain) => {
    const found = fields(node, what, schema_keysOf(locationReaders), complain, (key) => ["path", "server", "file"].includes(key) ? `${reader_quoted(key)} belongs under "match"; ` : null);
    if (node.kind !== "map")
        return undefined;
    const match = found.get("match");
    const websocket = found.get("websocket");
    if (!match)
        complain(node.at, `${what} has no "match": expected path, server or file under it`);
    if (!websocket)
        complain(node.at, `${what} has no "websocket": expected true or false`);
    const serves = websocket && flag(websocket.value, `${what}.websocket`, complain);
    const where = match && locationMatch(match.value, `${what}.match`, complain);
    return where && serves !== undefined ? { ...where, websocket: serves } : undefined;
});
const schema_rules = reader(mapSchema(Object.fromEntries(Object.entries(ruleTable).map(([rule, { summary }]) => [
    rule,
    about(`${summary}.`, ruleSetting(rule)),
]))), (node, what, complain) => {
    const result = new Map();
    for (const { key, keyAt, value } of entries(node, what, complain)) {
        if (isRuleId(key)) {
            const read = ruleSetting(key)(value, `${what}.${key}`, complain);
            if (read !== undefined)
                result.set(key, read);
        }
        else {
            const advice = suggestion(key, Object.keys(ruleTable));
            complain(keyAt, `unknown rule ${reader_quoted(key)}: ${advice}expected a rule's name; \`explain\` lists them all`);
        }
    }
    return result;
});
/** A severity, or a map of it and the rule's own options. */
function ruleSetting(rule) {
    const options = ruleOptions[rule] ?? {};
    const schema = {
        anyOf: [severity.schema, mapSchema({ severity, ...options }, { type: "object" })],
    };
    return reader(schema, (node, what, complain) => {
        if (node.kind !== "map") {
            return { severity: severity(node, what, complain) ?? null, options: {} };
        }
        const found = fields(node, what, ["severity", ...Object.keys(options)], complain);
        const values = {};
        for (const [name, option] of Object.entries(options)) {
            const entry = found.get(name);
            const value = entry && option(entry.value, `${what}.${name}`, complain);
            if (value !== undefined)
                values[name] = value;
        }
        const written = found.get("severity");
        return {
            severity: (written && severity(written.value, `${what}.severity`, complain)) ?? null,
            options: values,
        };
    });
}
const suggestionReaders = {
    connection: about("How suggestions set Connection: by a map, by the literal upgrade, or as the location's traffic asks.", choice("auto", "map", "literal")),
    upgrade: about("Whether suggestions pass any Upgrade on, or that to a WebSocket only.", choice("raw", "websocket-only")),
};
const suggestions = reader(mapSchema(suggestionReaders), (node, what, complain) => {
    const found = fields(node, what, schema_keysOf(suggestionReaders), complain);
    const { connection, upgrade } = suggestionReaders;
    const [one, other] = [found.get("connection"), found.get("upgrade")];
    return {
        connection: (one && connection(one.value, `${what}.connection`, complain)) ??
            defaultPolicy.suggestion.connection,
        upgrade: (other && upgrade(other.value, `${what}.upgrade`, complain)) ??
            defaultPolicy.suggestion.upgrade,
    };
});
/** All that a policy may say. */
const readers = {
    profile: about("The set of rules.", choice(...profiles)),
    "nginx-version": about("The version of nginx that runs the configuration; else read from the tags of nginx images in the repository.", 
    // YAML takes an unquoted 1.27 for a number.
    reader({ ...schema_version.schema, type: ["string", "number"] }, schema_version)),
    files: about("Globs of what counts as nginx configuration; else usual names and content decide.", globs),
    ignore: about("Globs of what does not count.", globs),
    roots: about("Main files; else they are found.", list(repositoryPath, "[deploy/nginx/nginx.conf]")),
    prefixes: about("Where absolute include paths live in the repository; else found.", schema_prefixes),
    endpoints: about("Addresses or paths that must upgrade, whichever location serves them.", list(schema_endpoint, "[wss://api.example.com/ws, /socket.io/]")),
    locations: about("Whether locations serve WebSockets, where their names mislead.", list(schema_location, "[{ match: { path: /news }, websocket: false }]")),
    rules: about("Severities of rules, and their options.", schema_rules),
    suggestion: about("How suggestions are written.", suggestions),
    silences: about("Whether a silence that a change adds counts before the merge.", choice("base", "head")),
    markdown: about("Whether examples in Markdown are checked too, as notices.", flag),
};
/** What editors know of the policy file, from the same table that reads it. */
const policySchema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Policy of nginx-websocket-guard",
    ...mapSchema(readers),
};
/** Reads a whole policy file; each fault is complained about and the default taken instead. */
function readPolicy(node, complain) {
    const found = fields(node, "", schema_keysOf(readers), complain, ruleAtTopLevel);
    /** The value under the key, or the default where it is not there or wrong. */
    function read(key, value, other) {
        const entry = found.get(key);
        return (entry && value(entry.value, key, complain)) ?? other;
    }
    return {
        profile: read("profile", readers.profile, defaultPolicy.profile),
        nginxVersion: read("nginx-version", schema_version, defaultPolicy.nginxVersion),
        files: read("files", globs, defaultPolicy.files),
        ignore: read("ignore", globs, defaultPolicy.ignore),
        roots: read("roots", readers.roots, defaultPolicy.roots),
        prefixes: read("prefixes", schema_prefixes, defaultPolicy.prefixes),
        endpoints: read("endpoints", readers.endpoints, defaultPolicy.endpoints),
        locations: read("locations", readers.locations, defaultPolicy.locations),
        rules: read("rules", schema_rules, defaultPolicy.rules),
        suggestion: read("suggestion", suggestions, defaultPolicy.suggestion),
        silences: read("silences", readers.silences, defaultPolicy.silences),
        markdown: read("markdown", flag, defaultPolicy.markdown),
    };
}
function ruleAtTopLevel(key) {
    return isRuleId(key) ? `${reader_quoted(key)} is a rule and belongs under "rules"; ` : null;
}
function schema_keysOf(readers) {
    return Object.keys(readers).filter((key) => Object.hasOwn(readers, key));
}
/** The glob matcher takes a bracket that is left open literally, which nobody means. */
function openBracket(value) {
    const rest = value.replace(/\[[^\]]+\]/g, "");
    if (/[[\]]/.test(rest))
        return "a glob whose [ is closed by ]";
    let open = 0;
    for (const brace of rest.replace(/[^{}]/g, "")) {
        open += brace === "{" ? 1 : -1;
        if (open < 0)
            break;
    }
    return open === 0 ? null : "a glob whose { is closed by }";
}
function withoutSlash(path) {
    return path.length > 1 ? path.replace(/\/$/, "") : path;
}

;// CONCATENATED MODULE: ./build/core/adopt/endpoints.js









/**
 * The addresses that serve WebSockets for sure. A promise makes every location that it leads to one that serves them, so an
 * address that leads to another one too, in whichever program, is none that one can promise.
 */
function findEndpoints({ configs, locations, nginxVersion }) {
    const versions = versionsInQuestion(nginxVersion === "unknown" ? null : nginxVersion);
    const sure = locations.filter(isSure);
    const levels = new Set(sure.map(({ level }) => enclosing(level, "location") ?? level));
    const found = new Map();
    for (const location of sure) {
        const text = endpoints_addressOf(location);
        if (text === null || found.has(text) || !leadsTo(text, configs, levels))
            continue;
        if (changesTraffic(location, text))
            continue;
        const result = resultOf(text, configs, versions);
        if (result === null)
            continue;
        const { name, intent } = location;
        found.set(text, { text, place: name.place, evidence: intent.evidence, result });
    }
    const all = [...found.values()];
    // A path says less than an address with the same path, and a plain address less than one with TLS.
    return all.filter(({ text }) => !all.some((other) => other.text !== text && other.text.endsWith(lessThan(text))));
}
/** What an address that says more ends with. */
function lessThan(text) {
    return text.startsWith("ws://") ? `wss${text.slice(2)}` : text.startsWith("/") ? text : "\n";
}
/** The folder of documentation, samples or tests that a file is in; null for none. */
function exampleFolder(path) {
    return (/^(?:.*?\/)?(?:docs?|documentation|examples?|samples?|tests?|__tests__|testdata|fixtures|spec)(?=\/)/i.exec(path)?.[0] ?? null);
}
function isSure({ config, level, proxyPass: pass, intent }) {
    return (intent.serves === "yes" &&
        isPlainlyWebSocket({ config, level, pass, policy: defaultPolicy }) &&
        exampleFolder(pass.document.path) === null);
}
const path = /^\/[\w./~+-]*$/;
const host = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/i;
/** Null where the location has no path of its own: a regular expression, or everything of servers without a name. */
function endpoints_addressOf({ config, level }) {
    const location = enclosing(level, "location");
    const name = location && locationName(location);
    if (location === null || !name || name.kind.startsWith("regex") || !path.test(name.text)) {
        return null;
    }
    const server = serverOf(config, location);
    const named = serverNames(server).find((each) => host.test(each));
    if (named === undefined)
        return name.text === "/" ? null : name.text;
    const listeners = listenersOf(server);
    const listener = listeners.find(({ scheme }) => scheme === "https") ?? listeners[0];
    if (listener === undefined)
        return name.text === "/" ? null : name.text;
    const { scheme, port } = listener;
    const usual = port === "" || port === (scheme === "https" ? "443" : "80");
    const authority = `${named.toLowerCase()}${usual ? "" : `:${port}`}`;
    return `${scheme === "https" ? "wss" : "ws"}://${authority}${name.text}`;
}
/** Whether we would think otherwise of ordinary requests there for the promise alone, and say less. */
function changesTraffic(location, text) {
    const { config, level, proxyPass: pass, traffic } = location;
    const policy = { ...defaultPolicy, endpoints: [text] };
    return intentOf({ config, level, pass, policy }).traffic !== traffic;
}
function leadsTo(text, configs, levels) {
    const policy = { ...defaultPolicy, endpoints: [text] };
    const reached = configs.flatMap((config) => [...endpointsIn(config, policy).keys()]);
    return reached.length > 0 && reached.every((level) => levels.has(level));
}
/** Null where no server that we see would have to keep the promise. */
function resultOf(text, configs, versions) {
    const traces = tracesOf(text, configs, versions);
    if (traces.length === 0)
        return null;
    if (failing(traces).length > 0)
        return "breaks";
    return traces.some(({ result }) => result === "works") ? "works" : "unknown";
}

;// CONCATENATED MODULE: ./build/core/adopt/discover.js




/** Looks at the analysis of a whole repository by the default policy. */
function discover(analysis, files) {
    const documents = discover_distinct(analysis.configs.flatMap(discover_documentsOf));
    const forms = new Map();
    for (const document of documents) {
        const form = formOf(document);
        forms.set(form, (forms.get(form) ?? new Set()).add(document.path));
    }
    return {
        version: analysis.nginxVersion,
        images: nginxImages(files, () => { }),
        programs: programsIn(analysis),
        forms: new Map([...forms]
            .map(([form, paths]) => [form, paths.size])
            .toSorted(([, one], [, other]) => other - one)),
        websockets: thatServe("yes", analysis.locations),
        unclear: thatServe("unclear", analysis.locations),
        endpoints: findEndpoints(analysis),
        exampleFolders: discover_distinct(documents.flatMap(({ path }) => exampleFolder(path) ?? []).toSorted(compareText)),
    };
}
function discover_documentsOf({ documents, alternatives }) {
    return [documents, ...alternatives.map((other) => other.documents)]
        .flat()
        .filter(({ path }) => !path.startsWith("/"));
}
function discover_distinct(items) {
    return [...new Set(items)];
}
/** One line for each main file or fragment, whole configurations first, however often it is deployed. */
function programsIn({ configs }) {
    const found = new Map();
    for (const config of configs) {
        const paths = discover_distinct(discover_documentsOf(config).map(({ path }) => path));
        const [root] = paths;
        if (root === undefined)
            continue;
        const files = paths.length;
        const known = found.get(`${config.kind} ${root}`);
        if (known === undefined || known.files < files) {
            found.set(`${config.kind} ${root}`, { root, kind: config.kind, files });
        }
    }
    const order = ["main", "http", "server", "location"];
    return [...found.values()].toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
}
function formOf({ path, text, source }) {
    switch (sources_containerOf(path)) {
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
function thatServe(serves, locations) {
    const byPlace = new Map(locations
        .filter(({ intent }) => intent.serves === serves)
        .map(({ name, intent: { evidence }, verdict, failsInFirefox }) => [
        name.place.span,
        { name, evidence, result: verdict.strict, failsInFirefox },
    ]));
    return [...byPlace.values()];
}

;// CONCATENATED MODULE: ./build/core/report/redact.js
/** What stands where a secret stood; the same mark as in GitHub's logs. */
const mask = "***";
const headerNames = "(?:proxy-)?authorization|cookie|set-cookie|[\\w-]*(?:api|access|secret|auth)[-_]?(?:key|token)|[\\w-]*(?:password|secret|token)";
/** A value up to where it must end: a quoted string, or everything before white space, `;` or a closing sign. */
const value = `"(?:[^"\\\\]|\\\\[^])*"|'(?:[^'\\\\]|\\\\[^])*'|[^\\s;"'(){}]+`;
/**
 * Each pattern's last group is the secret. Names must be whole, so that `proxy_cache_key` and `Sec-WebSocket-Key`,
 * which hold no secret, are left alone.
 */
const patterns = [
    // proxy_set_header Authorization "Basic \u2026"; fastcgi_param API_KEY \u2026; set $token \u2026
    new RegExp(`\\b(?:proxy_set_header|grpc_set_header|add_header|more_set_(?:input_)?headers|fastcgi_param|uwsgi_param|scgi_param|set)\\s+["']?\\$?(?:${headerNames})["']?\\s+(${value})`, "dgi"),
    // Authorization: Basic \u2026   (a request head, curl -H)
    new RegExp(`(?<![\\w$-])(?:${headerNames})["']?:[ \\t]*([^\\r\\n"']+)`, "dgi"),
    // $arg_token = "\u2026", api_key=\u2026, password != \u2026
    new RegExp(`(?<![\\w-])\\$?[\\w-]*(?:api[-_]?key|access[-_]?key|secret[-_]?key|passw(?:or)?d|secret|token|authorization)["']?\\s*(?:!?=|!?~\\*?)\\s*(${value.replace("[^\\s;", "[^\\s;&")})`, "dgi"),
    new RegExp(`\\bauth_basic\\s+(?!off\\s*;)(${value})`, "dgi"),
    new RegExp(`\\bsecure_link_secret\\s+(${value})`, "dgi"),
    // https://user:password@host
    /\b[a-z][a-z0-9+.-]{0,20}:\/\/([^\s/?#"';]{1,500})@/dgi,
    // user:password@host, as in `Host: admin:pw@10.0.0.5`; a slash would make it a path.
    /(?<![^\s"'`(,=])([^\s/?#"'`;:@(){}]{1,100}:[^\s/?#"'`;@(){}]{1,500})@(?=[\w[$])/dg,
    // Shapes that the issuers document, so that their own scanners find them.
    /(?<![\w-])(gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|[rs]k_live_\w{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/dg,
    /-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]+)/dg,
];
/** Where the text holds secrets: spans in order, which do not overlap. */
function secrets(text) {
    const found = [];
    for (const pattern of patterns) {
        for (const match of text.matchAll(pattern)) {
            const range = match.indices?.[1];
            const span = range && secretPart(text, range[0], range[1]);
            if (span)
                found.push(span);
        }
    }
    return redact_joined(found);
}
/** The text with {@link mask} for each secret: it may be shown where everyone reads. */
function redact(text) {
    let shown = "";
    let from = 0;
    for (const { start, end } of secrets(text)) {
        shown += text.slice(from, start) + mask;
        from = end;
    }
    return shown + text.slice(from);
}
/** Leaves out the quotes and a scheme such as `Basic`; null for what a variable fills in at run time. */
function secretPart(text, start, end) {
    const quoted = /^["']/.test(text.charAt(start));
    const from = quoted ? start + 1 : start;
    const to = quoted ? end - 1 : end;
    const scheme = /^(?:basic|bearer|digest|token|negotiate)\s+/i.exec(text.slice(from, to));
    const secretFrom = from + (scheme?.[0].length ?? 0);
    const secret = text.slice(secretFrom, to).trimEnd().replace(/`$/, "");
    if (secret === "" || secret === mask || /^(?:\$\w+|\$\{\w+\})+$/.test(secret))
        return null;
    return { start: secretFrom, end: secretFrom + secret.length };
}
function redact_joined(spans) {
    const result = [];
    for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
        const last = result.at(-1);
        if (last && span.start < last.end) {
            result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
        }
        else {
            result.push(span);
        }
    }
    return result;
}

;// CONCATENATED MODULE: ./build/core/report/markup.js

/**
 * The one place where text from a repository becomes Markdown or HTML for GitHub. Nothing of it may turn into markup, a
 * mention, a reference to an issue, a link or a formula; secrets are the business of `redact`, which comes first.
 */

/** Breaks `@name` and `#12` in two for GitHub, whose filters read the rendered text: escaping alone does not stop them. */
const zeroWidthSpace = "\u{200b}";
/**
 * C0 and C1 controls but tab and the line ends, bidirectional controls, what else has no shape of its own, and U+FFFD, which
 * stands where the bytes were no UTF-8: written back it would change them.
 */
const markup_hidden = 
// oxlint-disable-next-line no-control-regex -- these are the characters to find
/[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{fffd}\u{e0000}-\u{e007f}]/u;
const everyHidden = new RegExp(markup_hidden.source, "gu");
/** Whether the text has characters that change or hide what a reader sees: such text is never suggested. */
function hasHiddenCharacters(text) {
    return markup_hidden.test(text);
}
/** The text with such characters written out, e.g. `\u{202e}`. */
function visible(text) {
    return text.replace(everyHidden, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
/** One line: line ends and tabs become blanks, hidden characters are written out. */
function oneLine(text) {
    return visible(text.replaceAll(/[\r\n\t]+/g, " "));
}
/** Inline code on one line, e.g. for a file name. Empty text gives an empty string. */
function code(text) {
    const content = oneLine(text);
    if (content === "")
        return "";
    const ticks = "`".repeat(longestRun(content, "`") + 1);
    // A blank at each end is taken off again by Markdown, unless everything is blank.
    const pad = /^[` ]|[` ]$/.test(content) && content.trim() !== "" ? " " : "";
    return `${ticks}${pad}${content}${pad}${ticks}`;
}
/**
 * A code block; the fence is longer than any run of backticks inside. Ends without a line feed.
 * @param info the language, or `suggestion`, whose text must have passed {@link hasHiddenCharacters}.
 */
function fence(text, info = "") {
    const ticks = "`".repeat(Math.max(3, longestRun(text, "`") + 1));
    const end = text === "" || text.endsWith("\n") ? "" : "\n";
    return `${ticks}${info.replaceAll(/[^\w-]/g, "")}\n${visible(text)}${end}${ticks}`;
}
/**
 * Running text on one line. What stands between backticks, variables, tags of templates, addresses and names with underscores become inline
 * code, which is also what keeps them from being formulas, links or emphasis; every other sign of Markdown is escaped.
 */
function prose(text) {
    const words = /`([^`]+)`|(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{0,20}:\/\/|www\.)(?:\{\{[^`{}]{0,200}\}\}|<%=[^`%]{0,200}%>|[^\s"'`<>|])*(?:\{\{[^`{}]{0,200}\}\}|<%=[^`%]{0,200}%>|[^\s"'`<>|.,;:!?)])|\{[{%][^`{}]{0,200}[%}]\}|<%=?[^`%]{0,200}%>|\$(?:\w+|\{\w+\})|\b[a-z0-9]+(?:_[a-z0-9]+)+\b/gi;
    const line = oneLine(text).trim();
    let result = "";
    let from = 0;
    for (const match of line.matchAll(words)) {
        result += markup_escaped(line.slice(from, match.index)) + code(match[1] ?? match[0]);
        from = match.index + match[0].length;
    }
    result += markup_escaped(line.slice(from));
    return result.replace(/^(?:[-+=]|\d+(?=[.)]))/, (start) => /\d/.test(start) ? `${start}${zeroWidthSpace}` : `\\${start}`);
}
/** Running text for where there is no markup: without the backticks around what is code. */
function plain(text) {
    return text.replaceAll(/`([^`]+)`/g, "$1");
}
/** Nobody reads on where a name or a message is longer than this. */
const longestText = 400;
/** The text up to a length that people read. */
function clip(text) {
    if (text.length <= longestText)
        return text;
    // Half of a surrogate pair is no text.
    return `${text.slice(0, longestText).replace(/[\ud800-\udbff]$/, "")}\u2026`;
}
/** Text of ours that names things of the repository, as running text: without secrets, and not endless. */
function sentence(text) {
    // What is cut off first cannot leave half of a secret in what is shown in the end.
    return prose(clip(redact(text.slice(0, 10 * longestText))));
}
/** Markdown for a cell of a table, where a bar would end the cell, even inside inline code. */
function cell(markdown) {
    return markdown.replaceAll(/\\?\|/g, "\\|").replaceAll("\n", "<br>");
}
/** A table; the cells are Markdown. Empty without rows. */
function table(head, rows) {
    if (rows.length === 0)
        return "";
    return [row(head), `|${" --- |".repeat(head.length)}`, ...rows.map(row)].join("\n");
}
function row(cells) {
    return `| ${cells.map(cell).join(" | ")} |`;
}
function markup_escaped(text) {
    return text
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll("$", "<span>$</span>")
        .replaceAll(/[\\`*_[\]|~]/g, String.raw `\$&`)
        .replaceAll("@", `@${zeroWidthSpace}`)
        .replaceAll("#", `\\#${zeroWidthSpace}`)
        .replaceAll(/\bGH-(?=\d)/gi, (prefix) => prefix + zeroWidthSpace);
}
function longestRun(text, character) {
    let longest = 0;
    let run = 0;
    for (const each of text) {
        run = each === character ? run + 1 : 0;
        if (run > longest)
            longest = run;
    }
    return longest;
}

;// CONCATENATED MODULE: ./build/core/adopt/policy-file.js

/** A list that nobody reads to its end says nothing. */
const mostEndpoints = 40;
const mostUnclear = 5;
/** The policy file for what was found: what the repository cannot say itself, and the contract of its endpoints. */
function policyFile({ version, exampleFolders, endpoints, unclear }) {
    const shown = endpoints.slice(0, mostEndpoints);
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
        endpointLines(shown.filter(({ result }) => result !== "breaks"), shown.filter(({ result }) => result === "breaks")),
        unclearLines(unclear.slice(0, mostUnclear)),
    ];
    return parts
        .filter((lines) => lines.length > 0)
        .map((lines) => `${lines.join("\n")}\n`)
        .join("\n");
}
function endpointLines(kept, broken) {
    if (kept.length + broken.length === 0)
        return [];
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
function withFile({ text, place }) {
    return `${text} # ${oneLine(place.document.path)}`;
}
function unclearLines(unclear) {
    if (unclear.length === 0)
        return [];
    return [
        unclear.length === 1
            ? "# This location may serve WebSockets. Say whether it does:"
            : "# These locations may serve WebSockets. Say whether they do:",
        "# locations:",
        ...unclear.flatMap(({ name: { name, server, place } }) => {
            const parts = [
                ...(name === "" ? [] : [`path: ${policy_file_value(name)}`]),
                ...(server === null ? [] : [`server: ${policy_file_value(server)}`]),
                ...(name === "" || server === null ? [`file: ${policy_file_value(place.document.path)}`] : []),
            ];
            return [`#   - match: { ${parts.join(", ")} }`, "#     websocket: true"];
        }),
    ];
}
/** Text as YAML, in a flow map. */
function policy_file_value(text) {
    return /^[\w./][\w./-]*$/.test(text) ? text : JSON.stringify(oneLine(text));
}

;// CONCATENATED MODULE: ./build/core/report/message.js

/** A finding's message where nothing beside it shows the other locations: which one more it is about, or how many. */
function fullMessage({ message, others }) {
    const [other, ...more] = others;
    if (other === undefined)
        return message;
    const where = more.length === 0 ? locationOf(other) : `${others.length} other locations`;
    return `${message} It is the same at ${where}.`;
}

;// CONCATENATED MODULE: ./build/core/report/text.js





const sgr = {
    error: "1;31",
    warning: "1;33",
    notice: "1;36",
    bold: "1",
    dim: "2",
    good: "32",
};
/** The report for a terminal: a code frame for each finding, then one line that sums up. Ends with a line feed. */
function textReport(analysis, findings, options) {
    const writer = new Writer(analysis, options);
    const blocks = groupBy(findings, placeKey);
    const framed = [...blocks.values()].map((group) => writer.block(worstFirst(group)));
    return `${[...framed, ...writer.notAnalysed(), writer.summary(findings)].join("\n\n")}\n`;
}
class Writer {
    #analysis;
    #color;
    #width;
    constructor(analysis, { color, width }) {
        this.#analysis = analysis;
        this.#color = color;
        this.#width = Math.max(40, width);
    }
    /** Findings at one place, the worst first, with one frame. */
    block(findings) {
        const [first] = findings;
        if (!first)
            return "";
        const { place, severity } = first;
        const { line, column } = startOf(place);
        const where = this.#style("bold", `${clean(place.document.path)}:${line}:${column}`);
        return [
            `${where}: ${this.#style(severity, countsInWords(findings))}`,
            ...this.#frame(place, severity),
            ...findings.flatMap((finding) => this.#message(finding)),
            ...this.#notes(findings),
        ].join("\n");
    }
    #message(finding) {
        const { rule, severity } = finding;
        const [first = "", ...more] = this.#wrapped(said(fullMessage(finding)), `  ${severity} [${rule}] `, "    ");
        const title = `${this.#style(severity, severity)} ${this.#style("dim", `[${rule}]`)}`;
        return [first.replace(`${severity} [${rule}]`, title), ...more];
    }
    notAnalysed() {
        return this.#analysis.files
            .filter(({ analysed }) => !analysed)
            .map(({ path, reason }) => `${clean(path)}: not analysed${reason ? `: ${clean(reason)}` : ""}`);
    }
    summary(findings) {
        const { files, locations } = this.#analysis;
        const analysed = files.filter((file) => file.analysed).length;
        const found = findings.length === 0 ? "nothing to report" : countsInWords(findings);
        const style = worstFirst(findings)[0]?.severity ?? "good";
        return `${this.#style(style, found)} in ${numbered(analysed, "file")}, ${numbered(locations.length, "proxying location")}`;
    }
    /** The line, the one before it, and a caret below what is meant. */
    #frame({ document, span }, severity) {
        const { lines, text } = document;
        const line = lines.lineAt(span.start);
        const numberWidth = String(line).length;
        const show = (number) => {
            const source = text.slice(lines.startOf(number), lines.endOf(number));
            const gutter = this.#style("dim", `${String(number).padStart(numberWidth)} |`);
            return `  ${gutter} ${this.#cut(clean(redact(source)), numberWidth + 5)}`.trimEnd();
        };
        const from = span.start - lines.startOf(line);
        const to = Math.min(span.end, lines.endOf(line)) - lines.startOf(line);
        const source = text.slice(lines.startOf(line), lines.endOf(line));
        const frame = line > 1 ? [show(line - 1), show(line)] : [show(line)];
        const caret = carets(source, from, to);
        if (caret && redact(source) === source && caret.length <= this.#width - numberWidth - 5) {
            frame.push(`  ${" ".repeat(numberWidth)} ${this.#style("dim", "|")} ${caret.replace(/\^+/, (signs) => this.#style(severity, signs))}`);
        }
        return frame;
    }
    #notes(findings) {
        const related = findings.flatMap((finding) => finding.related.map(({ place, note }) => `see ${clean(positionText(place))}: ${said(note)}`));
        const places = [...new Set(related)];
        const reasoned = findings.filter((finding) => finding.evidence.length > 0);
        const evidence = [...new Set(reasoned.flatMap((finding) => finding.evidence))].map(said);
        const serves = reasoned.every(({ isGuess }) => isGuess) ? "may serve" : "serves";
        const notes = [
            ...places.slice(0, mostRelated),
            ...(places.length > mostRelated ? [`and ${places.length - mostRelated} more`] : []),
            ...(evidence.length > 0 ? [`${serves} WebSockets: ${evidence.join("; ")}`] : []),
            ...new Set(findings.flatMap((finding) => this.#fixOf(finding))),
        ];
        return notes.flatMap((note) => this.#wrapped(note, "  = ", "    "));
    }
    #fixOf({ fix, fixedBy, place, commentable }) {
        if (fix) {
            const isApplied = fix.safety === "safe" && commentable;
            const how = isApplied ? "--fix applies it" : "not to be applied unseen";
            return [...headChanges(fix), `fix: ${said(fix.title)} (${how})`];
        }
        const other = this.#analysis.findings.find(({ fingerprint }) => fingerprint === fixedBy);
        if (!other || placeKey(other) === placeKey({ place }))
            return [];
        return [`fix: comes with that of ${other.rule} at ${clean(positionText(other.place))}`];
    }
    /** Words never break, so that names stay whole. */
    #wrapped(text, bullet, indent) {
        const lines = [];
        let line = bullet;
        let isEmpty = true;
        for (const word of text.split(" ")) {
            const longer = isEmpty ? line + word : `${line} ${word}`;
            if (!isEmpty && longer.length > this.#width) {
                lines.push(line);
                line = indent + word;
            }
            else {
                line = longer;
            }
            isEmpty = false;
        }
        return [...lines, line];
    }
    #cut(source, used) {
        const room = this.#width - used;
        return source.length > room ? `${source.slice(0, Math.max(0, room - 1))}\u2026` : source;
    }
    #style(style, text) {
        return this.#color ? `\u{1b}[${sgr[style]}m${text}\u{1b}[0m` : text;
    }
}
const mostRelated = 5;
function placeKey({ place: { document, span } }) {
    return `${span.start} ${span.end} ${document.path}`;
}
function positionText(place) {
    return `${place.document.path}:${startOf(place).line}`;
}
/** What the upstream gets now and with the fix, as far as they differ. */
function headChanges({ probe, now, after }) {
    const what = probe === "websocket" ? "a handshake" : "an ordinary request";
    const gone = missingFrom(after, now);
    const come = missingFrom(now, after);
    return [
        ...(gone.length > 0 ? [`${what} now sends: ${gone.map(clean).join("; ")}`] : []),
        ...(come.length > 0 ? [`with the fix: ${come.map(clean).join("; ")}`] : []),
    ];
}
/** Text of ours: without the marks around what is code. */
function said(text) {
    return clean(plain(text));
}
/** Tabs become one blank each, so that carets stand below what they mean; nothing reaches the terminal as a command. */
function clean(text) {
    return visible(redact(text).replaceAll(/[\r\n\t]/g, " "));
}
/** Null where characters before the caret may not be one column wide each. */
function carets(source, from, to) {
    const before = source.slice(0, from);
    if (!/^[\t -~\u00a1-\u00ac\u00ae-\u024f]*$/.test(before) || to <= from)
        return null;
    return " ".repeat(from) + "^".repeat(to - from);
}

;// CONCATENATED MODULE: ./build/core/adopt/text.js



const mostPrograms = 20;
const mostLocations = 20;
/** What was found, for a terminal: each part with where it comes from. Ends with a line feed. */
function discoveryText(discovery, analysis) {
    const { programs, forms, websockets, unclear } = discovery;
    const stored = [...forms].map(([form, count]) => numbered(count, form));
    return [
        ...versionLines(discovery),
        "",
        `nginx configuration: ${numbered(programs.length, "program")} in ${inWords(stored)}`,
        ...columns(programs.slice(0, mostPrograms).map(programColumns)),
        ...rest(programs.length - mostPrograms),
        "",
        websockets.length === 0
            ? "WebSockets: at no location that is sure"
            : `WebSockets: ${numbered(websockets.length, "location")}`,
        ...locationLines(websockets),
        "",
        ...(unclear.length === 0
            ? []
            : [
                `Perhaps WebSockets: ${numbered(unclear.length, "location")}`,
                ...locationLines(unclear),
                "",
            ]),
        `check finds ${countsInWords(analysis.findings)} today.`,
        "",
    ].join("\n");
}
function locationLines(locations) {
    const rows = locations
        .slice(0, mostLocations)
        .map((location) => [
        locationOf(location.name),
        resultText(location),
        `${location.name.place.document.path}:${startOf(location.name.place).line}: ${location.evidence.join("; ")}`,
    ]);
    return [...columns(rows), ...rest(locations.length - mostLocations)];
}
function resultText({ result, failsInFirefox }) {
    const said = result === "unknown" ? "not known" : result;
    return failsInFirefox ? `${said}, but not with Firefox` : said;
}
function versionLines({ version, images }) {
    const rows = images
        .toSorted((one, other) => compareText(one.path, other.path))
        .map(({ path, image, version: tag }) => [path, image, tag ?? "says no version"]);
    if (version !== "unknown")
        return [`nginx ${version}`, ...columns(rows)];
    const why = images.length === 0 ? "no image here names it" : "the images here do not agree on one";
    return [`nginx of an unknown version: ${why}`, ...columns(rows)];
}
const kinds = {
    main: "whole configuration",
    http: "part of an http block",
    server: "part of a server block",
    location: "part of a location block",
};
function programColumns({ root, kind, files }) {
    return [root, files > 1 ? `${kinds[kind]}, ${files} files` : kinds[kind]];
}
/** Rows below each other, two columns in; as wide as what stands in them, within reason. */
function columns(rows) {
    const shown = rows.map((row) => row.map((each) => clean(said(each))));
    const widths = (shown[0] ?? []).map((_, index) => Math.min(48, Math.max(...shown.map((row) => row[index]?.length ?? 0))));
    return shown.map((row) => `  ${row.map((each, index) => (index === row.length - 1 ? each : each.padEnd(widths[index] ?? 0))).join("  ")}`.trimEnd());
}
function rest(count) {
    return count > 0 ? [`  and ${count} more`] : [];
}
function inWords(parts) {
    const last = parts.at(-1) ?? "";
    return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

;// CONCATENATED MODULE: ./build/core/policy/load.js




/** A policy of a thousand rules and endpoints is far below these; a file made to exhaust memory is above them. */
const mostCharacters = 100_000;
const mostAliases = 100;
const mostNodes = 10_000;
const deepest = 20;
const mostProblems = 50;
const load_tooDeep = `this nests too deeply: expected at most ${deepest} levels`;
/**
 * Reads the policy file's text. An empty text gives the default policy. All problems are reported, in the order of the
 * text, at most 50.
 * @param path the file's name in the problems.
 */
function loadPolicy(text, path) {
    const lines = new LineMap(text);
    const found = [];
    const complain = (at, message) => {
        found.push({ at, message });
    };
    const policy = load_read(text, complain);
    if (found.length === 0)
        return { policy };
    const problems = found
        .toSorted((a, b) => a.at - b.at)
        .slice(0, mostProblems)
        .map(({ at, message }) => ({
        file: path,
        line: lines.lineAt(at),
        column: lines.columnAt(at),
        message,
    }));
    return { problems };
}
function load_read(text, complain) {
    const nothing = { kind: "empty", at: 0 };
    if (text.length > mostCharacters) {
        complain(0, `the file has ${text.length} characters: expected at most ${mostCharacters}`);
        return readPolicy(nothing, complain);
    }
    const document = load_parse(text);
    if (document === null) {
        complain(0, load_tooDeep);
        return readPolicy(nothing, complain);
    }
    // One fault of syntax makes the parser stumble on: only the first is the author's.
    const [fault] = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
    if (fault !== undefined) {
        complain(fault.pos[0], yamlMessage(fault));
        return readPolicy(nothing, () => { });
    }
    const content = new Converter(document, complain).convert(document.contents, 1);
    return readPolicy(content ?? nothing, content ? complain : () => { });
}
/** The library's parser calls itself for each level, so that 100,000 brackets overflow the stack: null then. */
function load_parse(text) {
    try {
        return (0,dist/* parseDocument */.Tp)(text, { prettyErrors: false, uniqueKeys: false });
    }
    catch (error) {
        if (error instanceof RangeError)
            return null;
        throw error;
    }
}
/** What the library's codes mean to somebody who edits the file. */
const yamlFaults = {
    BAD_INDENT: "the indent does not fit, or a bracket is open: expected the column of the entries before, or ] or }",
    BAD_SCALAR_START: "a text cannot begin with this character: expected quotes around it",
    BLOCK_AS_IMPLICIT_KEY: "a second key stands in one entry: expected `key: value` in a line of its own, or quotes around a text with a colon",
    MISSING_CHAR: "the text ends inside quotes: expected the closing quote",
    MULTILINE_IMPLICIT_KEY: "this line is no entry: expected `key: value`",
    MULTIPLE_DOCS: "a second document begins here: expected one",
    RESOURCE_EXHAUSTION: load_tooDeep,
    TAB_AS_INDENT: "a tab indents this line: expected blanks",
    TAG_RESOLVE_FAILED: "this tag is not known: expected a plain value",
};
function yamlMessage({ code, message, }) {
    const [fault = ""] = message.split("\n", 1);
    return (yamlFaults[code] ?? `this is not YAML: ${fault}: expected entries such as \`profile: basic\``);
}
/** Turns YAML's nodes into plain ones; bounded however often aliases repeat each other. */
class Converter {
    #document;
    #complain;
    #open = new Set();
    #aliases = 0;
    #nodes = 0;
    #stopped = false;
    constructor(document, complain) {
        this.#document = document;
        this.#complain = complain;
    }
    /** Null after a complaint that makes the rest meaningless. */
    convert(node, depth) {
        const at = load_startOf(node);
        this.#nodes += 1;
        if (this.#stopped)
            return null;
        if (depth > deepest)
            return this.#stop(at, load_tooDeep);
        if (this.#nodes > mostNodes) {
            return this.#stop(at, `too many values: expected at most ${mostNodes}`);
        }
        if ((0,dist/* isAlias */.Vj)(node))
            return this.#alias(node, at, depth);
        if (!(0,dist/* isMap */.jh)(node) && !(0,dist/* isSeq */.oP)(node))
            return scalar(node, at);
        this.#open.add(node);
        const converted = (0,dist/* isMap */.jh)(node)
            ? { kind: "map", at, entries: this.#entries(node.items, depth + 1) }
            : { kind: "list", at, items: this.#items(node.items, depth + 1) };
        this.#open.delete(node);
        return this.#stopped ? null : converted;
    }
    #items(nodes, depth) {
        return nodes.map((node) => this.convert(node, depth)).filter((item) => item !== null);
    }
    #entries(pairs, depth) {
        const entries = new Map();
        for (const pair of pairs) {
            const keyAt = load_startOf(pair.key);
            const key = this.convert(pair.key, depth);
            const value = this.convert(pair.value, depth);
            if (key === null || value === null)
                return [];
            if (key.kind !== "text") {
                this.#complain(keyAt, `this key is ${described(key)}: expected a word`);
            }
            else if (entries.has(key.text)) {
                this.#complain(keyAt, `the key ${reader_quoted(key.text)} stands here twice: expected it once`);
            }
            else {
                // An empty value has no place of its own.
                const placed = value.kind === "empty" ? { ...value, at: value.at || keyAt } : value;
                entries.set(key.text, { key: key.text, keyAt, value: placed });
            }
        }
        return [...entries.values()];
    }
    /** A copy of what the anchor holds; its offsets are the anchor's. */
    #alias(alias, at, depth) {
        const name = reader_quoted(`*${alias.source}`);
        this.#aliases += 1;
        if (this.#aliases > mostAliases) {
            return this.#stop(at, `too many aliases: expected at most ${mostAliases}`);
        }
        const target = alias.resolve(this.#document);
        if (target === undefined) {
            return this.#stop(at, `the alias ${name} has no anchor before it: expected a value`);
        }
        if (this.#open.has(target)) {
            return this.#stop(at, `the alias ${name} stands inside its own anchor: expected a value`);
        }
        return this.convert(target, depth);
    }
    #stop(at, message) {
        if (!this.#stopped)
            this.#complain(at, message);
        this.#stopped = true;
        return null;
    }
}
function load_startOf(node) {
    return (0,dist/* isNode */.Ll)(node) ? (node.range?.[0] ?? 0) : 0;
}
/** A plain scalar is taken as written: YAML would read the version 1.30 as the number 1.3. */
function scalar(node, at) {
    if (!(0,dist/* isScalar */.jn)(node) || node.value === null)
        return { kind: "empty", at };
    const text = node.type !== "PLAIN" && typeof node.value === "string" ? node.value : node.source;
    return { kind: "text", at, text: text ?? "" };
}

// EXTERNAL MODULE: ./build/core/report/tool.js
var tool = __webpack_require__(5991);
;// CONCATENATED MODULE: ./build/core/report/json.js




/**
 * The report for machines, as text: version 1 of the shape that the README describes. Its order is that of the analysis:
 * files by path, findings by file and offset, locations by use. Offsets are UTF-16, lines and columns 1-based.
 * @param findings what counts, where that is not everything found.
 */
function jsonReport(analysis, findings = analysis.findings) {
    const { error, warning, notice } = countBySeverity(findings);
    const report = {
        version: 1,
        tool: tool/* tool */.z,
        nginxVersion: analysis.nginxVersion,
        files: analysis.files,
        findings: findings.map(findingJson),
        locations: analysis.locations.map(locationJson),
        summary: {
            errors: error,
            warnings: warning,
            notices: notice,
            locations: analysis.locations.length,
        },
    };
    return `${JSON.stringify(report, null, 2)}\n`;
}
function findingJson(finding) {
    const start = startOf(finding.place);
    const end = order_endOf(finding.place);
    return {
        rule: finding.rule,
        severity: finding.severity,
        message: plain(redact(finding.message)),
        file: finding.place.document.path,
        line: start.line,
        column: start.column,
        endLine: end.line,
        endColumn: end.column,
        location: finding.location && nameJson(finding.location),
        group: finding.group,
        fixedBy: finding.fixedBy,
        related: finding.related.map(({ place, note }) => ({
            ...lineJson(place),
            note: plain(redact(note)),
        })),
        new: finding.isNew,
        fingerprint: finding.fingerprint,
        fix: finding.fix && fixJson(finding.fix),
    };
}
function fixJson({ title, safety, edits }) {
    return {
        title: plain(redact(title)),
        safety,
        edits: edits.map(({ document, start, end, text }) => ({
            file: document.path,
            start,
            end,
            text,
        })),
    };
}
function locationJson(location) {
    const { name, proxyPass, intent, upstream } = location;
    return {
        ...nameJson(name),
        proxyPass: redact(proxyPass.parameters[0] ?? ""),
        websocket: { serves: intent.serves, evidence: intent.evidence.map(redact) },
        handshake: handshakeJson(location),
        upstream: upstream && {
            httpVersion: valueJson(upstream.httpVersion),
            headers: upstream.headers.map(([header, value]) => [header, headerJson(header, value)]),
        },
        idleTimeoutMs: location.idleTimeoutMs,
    };
}
/** What each server makes of the probe, and a strict one of the handshake that Firefox writes. */
function handshakeJson({ verdict, failsInFirefox }) {
    const { strict, lenient } = verdict;
    return { strict, lenient, firefox: failsInFirefox ? "breaks" : strict };
}
function nameJson({ place, name, server, includedFrom }) {
    return { ...lineJson(place), name, server, includedFrom };
}
function lineJson(place) {
    return { file: place.document.path, line: startOf(place).line };
}
function valueJson(value) {
    return typeof value === "string" ? value : { unknown: value.unknown };
}
/** Whether a header's value is a secret shows in its name. */
function headerJson(name, value) {
    if (typeof value !== "string")
        return valueJson(value);
    return redact(`${name}: ${value}`).slice(name.length + 2);
}

;// CONCATENATED MODULE: ./build/core/report/conftest.js










const conftest_settings = [
    "proxy_http_version",
    "proxy_read_timeout",
    "proxy_send_timeout",
    "proxy_buffering",
];
/**
 * The input of OPA policies, as text: every location that proxies over HTTP with the directives in force there, their
 * values as written and where each comes from. Null where nothing sets one, so that nginx's default holds. What a place
 * that nobody shows us may set is under `unknown`.
 */
function conftestReport({ locations, nginxVersion }) {
    const input = {
        version: 1,
        tool: tool/* tool */.z,
        nginxVersion,
        locations: locations
            .filter(({ proxyPass }) => proxyPass.name === "proxy_pass")
            .map(locationInput),
    };
    return `${JSON.stringify(input, null, 2)}\n`;
}
function locationInput(report) {
    const { name, level, proxyPass, intent } = report;
    const location = enclosing(level, "location");
    const values = {};
    const provenance = {};
    const unknown = [];
    for (const directive of conftest_settings) {
        const setting = effectiveSetting(level, directive);
        const isSet = setting.state === "set";
        values[directive] = isSet ? readable(setting.use.parameters.join(" ")) : null;
        provenance[directive] = isSet ? originOf(setting.use) : null;
        if (setting.state === "unknown")
            unknown.push(`${directive}: ${setting.why}`);
    }
    const headers = headersAt(level);
    if (headers.hidden !== null)
        unknown.push(`proxy_set_header: ${headers.hidden}`);
    return {
        path: readable((location && locationName(location)?.text) ?? name.name),
        server: name.server,
        file: name.place.document.path,
        line: startOf(name.place).line,
        includedFrom: name.includedFrom,
        proxy_pass: redact(readable(proxyPass.parameters[0] ?? "")),
        ...values,
        proxy_set_header: headers.values,
        provenance: { ...provenance, proxy_set_header: headers.origins },
        unknown,
        websocket: { serves: intent.serves, evidence: intent.evidence.map(redact) },
        handshake: handshakeJson(report),
    };
}
/** By header; a list of values where several lines set the same, for nginx sends them all. */
function headersAt(level) {
    const { uses, hidden } = headerLines(level);
    const byName = groupBy(uses, ({ parameters: [header = ""] }) => usualName(header));
    const entries = [...byName].map(([header, own]) => {
        const values = own.map(({ parameters: [, value = ""] }) => conftest_valueOf(header, readable(value)));
        const [only = "", ...others] = values;
        return [header, others.length === 0 ? only : values, own.map(originOf)];
    });
    return {
        values: Object.fromEntries(entries.map(([header, value]) => [header, value])),
        origins: Object.fromEntries(entries.map(([header, , origins]) => [header, origins.length === 1 ? origins[0] : origins])),
        hidden,
    };
}
/** Whether a header's value is a secret shows in its name. */
function conftest_valueOf(header, value) {
    return redact(`${header}: ${value}`).slice(header.length + 2);
}
const usualNames = new Map([
    "Host",
    "Upgrade",
    "Connection",
    "Origin",
    "X-Real-IP",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
].map((name) => [name.toLowerCase(), name]));
/** Names of headers have no case, but keys of a policy's input have. */
function usualName(header) {
    return usualNames.get(header.toLowerCase()) ?? readable(header);
}
function originOf(use) {
    const place = placeOf(use);
    return { file: place.document.path, line: startOf(place).line, level: use.level.context };
}

;// CONCATENATED MODULE: ./build/core/report/given-up.js

/** What suggestions are lacking because they were too much work, as a sentence; empty where none are. */
function givenUpInWords({ findingsGivenUp }) {
    return findingsGivenUp === 0
        ? []
        : [
            `No fix was looked for any further for ${numbered(findingsGivenUp, "finding")}: locations are nested so deep here, or so many, that proving fixes takes too long.`,
        ];
}

;// CONCATENATED MODULE: ./build/core/report/pending.js

const mostPlaces = 5;
/** What a change does to comments that counts only after the merge, one sentence for each kind: whoever does it expects silence. */
function pendingInWords({ pending }) {
    const sentence = (kind, one, several) => {
        const places = pending
            .filter((each) => each.kind === kind)
            .map(({ place }) => `${place.document.path}:${startOf(place).line}`);
        if (places.length === 0)
            return [];
        const more = places.length - mostPlaces;
        const where = [...places.slice(0, mostPlaces), ...(more > 0 ? [`${more} more`] : [])];
        return [`${places.length === 1 ? one : several(places.length)}: ${where.join(", ")}.`];
    };
    return [
        ...sentence("silence", "A silence that this change adds counts only after the merge", (count) => `${count} silences that this change adds count only after the merge`),
        ...sentence("http", "An http comment that this change adds counts only after the merge", (count) => `${count} http comments that this change adds count only after the merge`),
        ...sentence("websocket", "A websocket comment that this change takes away counts until the merge", (count) => `${count} websocket comments that this change takes away count until the merge`),
    ];
}

;// CONCATENATED MODULE: ./build/core/rules/pages.js
/** Each rule's page, Markdown. */
const pages = {
    "upgrade-header": `# upgrade-header

The upstream does not get \`Upgrade: websocket\`.

## What breaks

A handshake asks for the protocol with \`Upgrade: websocket\`. \`Upgrade\` is a hop-by-hop header: nginx keeps it to itself and
sends nothing in its place, in every version. The application then sees an ordinary \`GET\` and answers 200, 400, 404 or 426;
nginx passes that on and writes nothing into its error log.

The rule looks at the request head that reaches the upstream. It fires when \`Upgrade\` does not say \`websocket\` there: because no
\`proxy_set_header Upgrade\` is in force, because the line has the wrong variable (\`$http_connection\`, \`$connection_upgrade\`, a
misspelt \`$http_upgrad\`, which nginx takes for a header that nobody sends), or because it is empty. It also fires where \`$http_upgrade\` does not
survive until nginx: a bare \`envsubst\`, or a heredoc of a shell script or Dockerfile whose delimiter is not quoted, replaces it by nothing.

Where an included file has the other half of the pair, and nobody who includes it sets this one, it is the file that lacks the line: one
finding there, with the locations, and one suggestion for all of them. So it is where every location with the file's lines lacks it.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
    }
}
\`\`\`

The suggestion also brings what the other rules of the same comment ask for:

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Headers that the location had from an outer level are repeated, since one \`proxy_set_header\` discards all of them:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error. A notice where it is not clear that the location serves WebSockets. Silent where a value cannot be known, such as a
variable that Lua sets. Where the cause is an outer level's header that this level discards, \`header-inheritance\` reports it
instead; where a map is at fault, \`connection-map\`.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upgrade-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upgrade-header: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html), nginx
- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header), nginx
- [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1): what a server must find in the request
- [RFC 9110, section 7.8](https://www.rfc-editor.org/rfc/rfc9110#section-7.8): \`Upgrade\` is for one connection only
`,
    "connection-header": `# connection-header

The upstream does not get \`upgrade\` in \`Connection\`.

## What breaks

A handshake must have the token \`upgrade\` in its \`Connection\` header. nginx does not pass the client's \`Connection\` on: it
sends \`close\` (before 1.29.7) or none (from 1.29.7 on), unless \`proxy_set_header Connection\` says something else. A server that
follows RFC 6455 then refuses the handshake, with 400 or 426; nothing of it is in nginx's error log.

Usual causes, beside a line that is missing:

- \`proxy_set_header Connection close\` in a base configuration, which holds in every location that has no \`proxy_set_header\` of
  its own, and in no other: it works wherever somebody has copied the headers, and fails elsewhere.
- \`proxy_set_header Connection ""\`, written to keep upstream connections alive. It clears the header for handshakes too.
- \`proxy_set_header Connection $http_upgrade\`, which sends \`Connection: websocket\`.
- a variable that an \`if ($http_connection = "Upgrade")\` sets: so Chrome and Safari write it, and Firefox writes
  \`Connection: keep-alive, Upgrade\`. \`if ($http_connection ~* upgrade)\` holds for all.

## Example

Before:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Where ordinary requests pass the same location, a literal \`upgrade\` would hurt them, so that a map comes along. It sends nothing
on ordinary requests where the upstream keeps its connections:

Before:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error. A notice where it is not clear that the location serves WebSockets. Silent where another \`Connection\` line of the same
level has the token, since nginx sends all of them.

A wrong line of an outer level is reported there, with the locations that it breaks, if that level forwards \`Upgrade\`. If it does
not, the location is what lacks the pair of headers.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[connection-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  connection-header: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html), nginx
- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header): the defaults, nginx
- [CHANGES of 1.29.7](https://nginx.org/en/CHANGES): \`Connection\` is no longer sent by default
- [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1)
`,
    "http-version": `# http-version

The handshake reaches the upstream as something else than HTTP/1.1.

## What breaks

RFC 6455 asks for HTTP/1.1 or later, and an upgrade of this kind exists in HTTP/1.1 only.

- Before 1.29.7 (that is, in all stable versions before 1.30) nginx speaks HTTP/1.0 to the upstream unless
  \`proxy_http_version 1.1\` is in force. nginx itself would relay the 101 all the same; it is the server that refuses: Go's
  coder/websocket, Python's websockets, hypercorn and Kestrel do, Node's ws and Go's gorilla do not.
- \`proxy_http_version 2\` (from 1.29.4 on) cannot carry a handshake at all: nginx has no extended CONNECT to upstreams, and the
  request ends in a 502.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.0;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error where the version of nginx is known (the policy's \`nginx-version\`) or where \`1.0\` or \`2\` is written. A warning where the
version is not known and nothing is written: then it holds for nginx before 1.29.7. Silent where the version is known and its
default is 1.1.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[http-version] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  http-version: off
\`\`\`

## Sources

- [proxy_http_version](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version), nginx
- [CHANGES of 1.29.4 and 1.29.7](https://nginx.org/en/CHANGES)
- [RFC 6455, section 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1): the version of the request
`,
    "header-inheritance": `# header-inheritance

A \`proxy_set_header\` of this level discards the upgrade headers of an outer one.

## What breaks

\`proxy_set_header\` is inherited all or nothing. One such line on a level, for whatever header, discards all of the outer levels'
lines. A server that forwards \`Upgrade\` and \`Connection\` for all of its locations loses both in the location that adds
\`proxy_set_header Host $host\` of its own, or that includes a file with such a line. nginx says nothing about it.

Other directives do not do that: \`proxy_hide_header\`, \`add_header\` and \`proxy_redirect\` leave the headers alone, and
\`proxy_http_version\` and the timeouts are inherited one by one.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error; one finding for both headers, which points at the line that discards and at those that are lost. A notice where it is not
clear that the location serves WebSockets. Silent where the outer lines would not make a handshake either.

The suggestion repeats what a handshake needs: \`Upgrade\`, \`Connection\` and, where it is lost with them, \`Host\`. Whatever else is
lost is named in the message and left as it is, since a location may well mean to send less.

Moving an \`include\` to the outer level, or the lines of that level into the included file, is as good as repeating them.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[header-inheritance] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  header-inheritance: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header): inherited only by levels
  that have none of their own, nginx
`,
    "connection-map": `# connection-map

The map behind \`Connection\` or \`Upgrade\` gives a handshake the wrong value.

## What breaks

The usual way to serve handshakes and ordinary requests in one location is a map from \`$http_upgrade\` to the value of
\`Connection\`. The rule looks at what the map gives for a handshake, and says which of its lines is at fault:

- inverted: the values of \`default\` and \`''\` have changed places;
- no \`default\`: a value that no line matches gives the empty string, and nginx sends no header then;
- another source than \`$http_upgrade\`;
- a key that takes \`$http_connection\` for one word: Chrome and Safari write \`Connection: Upgrade\`, Firefox writes
  \`Connection: keep-alive, Upgrade\`, and nginx compares a key with all of it. \`~*upgrade\` is in both;
- a regular expression with \`~\`, which is case-sensitive (exact keys are not: \`websocket\` matches \`WebSocket\`);
- a regular expression that is not anchored and matches everything;
- two maps for one variable: nginx takes the last one, without a word;
- a value that does not have the token.

A map that feeds \`Upgrade\`, such as a list of the protocols that may pass, is looked at in the same way; a list without
\`websocket\` gets that line, and stays a list.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default close;
    ''      upgrade;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    '' close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    '' close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default      close;
    ~^WebSocket$ upgrade;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default      close;
    ~*^WebSocket$ upgrade;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, at the map's line; the locations that read the map are listed. Silent where the source of the map cannot be known.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[connection-map] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  connection-map: off
\`\`\`

## Sources

- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html), nginx
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map, nginx
`,
    "undefined-variable": `# undefined-variable

A proxied header or address uses a variable that nothing defines, so nginx does not start.

## What breaks

\`proxy_set_header Connection $connection_upgrade\` is often copied without the map that defines the variable. nginx then does not
start, and a reload keeps the old configuration: \`unknown "connection_upgrade" variable\`, without file and line.

The rule looks at every \`proxy_set_header\` and \`proxy_pass\` of a configuration, wherever it stands; only a list of headers at http
level that every server replaces is never looked at by nginx either. It knows nginx's own variables, those that
begin with \`arg_\`, \`cookie_\`, \`http_\`, \`sent_http_\`, \`upstream_http_\` and the like, and those of \`map\`, \`set\`, \`geo\`,
\`split_clients\`, \`auth_request_set\` and named captures.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error where the repository has the whole configuration: a main file all of whose includes are there, and no module that could
define variables; and wherever a change takes a definition away that was there. Else a notice in the summary and in the reports, never a comment: the map may stand in a file that the
repository does not show. There is a suggestion for \`Upgrade\` and \`Connection\` only; nobody can know what another variable was to
be.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[undefined-variable] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  undefined-variable: off
\`\`\`

## Sources

- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html), nginx
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map that defines \`$connection_upgrade\`, nginx
`,
    "proxy-pass-scheme": `# proxy-pass-scheme

\`proxy_pass\` has a \`ws://\` or \`wss://\` address, which nginx does not know.

## What breaks

\`proxy_pass\` takes \`http://\` and \`https://\`. nginx does not start with anything else: \`invalid URL prefix\`. A WebSocket is an
HTTP request until the server answers 101, so that \`ws://\` is \`http://\` here and \`wss://\` is \`https://\`.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass ws://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, wherever the line stands. Silent where the scheme comes out of a variable.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[proxy-pass-scheme] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  proxy-pass-scheme: off
\`\`\`

## Sources

- [proxy_pass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass), nginx
- [RFC 6455, section 3](https://www.rfc-editor.org/rfc/rfc6455#section-3): what \`ws\` and \`wss\` stand for
`,
    "misplaced-directive": `# misplaced-directive

A directive stands in a block in which nginx refuses it.

## What breaks

nginx does not start when a directive stands where it may not: \`"proxy_set_header" directive is not allowed here\`. Of those that
a handshake needs:

- \`proxy_set_header\`, \`proxy_http_version\`, the timeouts and \`proxy_buffering\` stand in \`http\`, \`server\` and \`location\`, never in
  \`if\` and \`limit_except\`. So there is no way to set headers for upgrades only; that is what a map is for.
- \`proxy_pass\` stands in \`location\`, in an \`if\` of one, and in \`limit_except\`, never in \`server\`.
- \`map\` and \`upstream\` stand in \`http\` only.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        if ($http_upgrade) {
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, whatever the location serves. The suggestion moves lines out of \`if\` and \`limit_except\` into the location, and
\`map\` and \`upstream\` before the \`server\` that they stand in; for the others only a person can tell where they belong. Silent at the top level of a file that nothing includes, since it is not known where
such a file is used.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[misplaced-directive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  misplaced-directive: off
\`\`\`

## Sources

- [ngx_http_proxy_module](https://nginx.org/en/docs/http/ngx_http_proxy_module.html): "Context" of each directive, nginx
- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html#map), nginx
`,
    "duplicate-directive": `# duplicate-directive

A directive that may stand once per block stands there twice.

## What breaks

Most directives may stand once per block. A second one keeps nginx from starting: \`"proxy_http_version" directive is duplicate\`.
An \`include\` counts as the text of its file, so that a snippet with \`proxy_http_version 1.1\` and a location that says it too are
two. Directives that may repeat are \`proxy_set_header\`, \`proxy_hide_header\`, \`add_header\` and \`error_page\`, among others; another
block, inside or outside, is another level and no duplicate. In a \`configuration-snippet\` of an Ingress all counts that ingress-nginx's
template writes into the location by itself, such as \`proxy_http_version\` and the timeouts: those have annotations.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        proxy_http_version 1.1;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, whatever the location serves. There is a suggestion where both lines are equal; it removes the second, or the block's own
where the other one comes by an \`include\`. Where they differ, only a person can tell which is right, except that a handshake needs
\`proxy_http_version 1.1\`.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[duplicate-directive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  duplicate-directive: off
\`\`\`

## Sources

- \`ngx_conf_set_flag_slot\` and its neighbours in
  [ngx_conf_file.c](https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c): "is duplicate", nginx
`,
    "invalid-directive": `# invalid-directive

nginx refuses a directive as it is written, so it does not start.

## What breaks

One line that nginx does not accept keeps all of its sites down, and a reload keeps the old configuration. The message is nginx's
own; nginx names the line on which it stopped reading, which is not always the one to mend.

The rule looks at what decides on the way of a handshake: \`proxy_\u2026\` directives, \`location\`, \`map\`, \`upstream\`, \`keepalive\` and
\`set\`. It finds a wrong number of parameters, values that nginx does not take (\`proxy_http_version 1.2\`, \`proxy_read_timeout 1.5h\`,
\`proxy_buffering yes\`), addresses without \`http://\` or \`https://\`, a path behind \`proxy_pass\` in a location that is a regular
expression or has a name, a port behind the name of an \`upstream\`, an \`upstream\` without servers, a location that cannot be inside
the one around it, and two locations, upstreams or lines of a map of one name. A map's keys have no case: \`websocket\` and
\`WebSocket\` are the same.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.2;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, whatever the location serves. There is a suggestion where \`proxy_http_version\` has a version that there is not.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[invalid-directive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  invalid-directive: off
\`\`\`

## Sources

- [ngx_http_map_module](https://nginx.org/en/docs/http/ngx_http_map_module.html) and
  [ngx_http_proxy_module](https://nginx.org/en/docs/http/ngx_http_proxy_module.html), nginx
- [Configuration file measurement units](https://nginx.org/en/docs/syntax.html), nginx: how times are written
`,
    "missing-include": `# missing-include

An \`include\` has no file to read, so nginx does not start.

## What breaks

nginx opens what an \`include\` names while it starts: \`open() "\u2026" failed (2: No such file or directory)\`, and nothing runs. Only a
pattern such as \`conf.d/*.conf\` may match nothing.

Many files are put on the server by packages, by other repositories or by a deployment, so that a file which the repository does
not hold says little. It is a finding in two cases only:

- a change deletes or renames the file, and something still includes it;
- a main file is here with everything else that it includes by relative paths, other files from the same folder among them, and
  just this one is not here.

Silent where git ignores the file, where a template of it stands beside it (\`websocket.conf.template\` for \`websocket.conf\`), and,
unless a change deletes it, where the path is absolute.

A file that includes itself, directly or through others, keeps nginx from starting too: it opens it until it may open no more files.

## Example

Before:

\`\`\`nginx
events {}
http {
    server {
        listen 80;
        server_name www.example.com;
        include snippets/proxy.conf;

        location /ws {
            proxy_pass http://127.0.0.1:8080;
            include snippets/websocket.conf;
        }
    }
}
\`\`\`

## Severity

Error, whatever the file was for. There is no suggestion: what it should hold is not known.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[missing-include] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  missing-include: off
\`\`\`

## Sources

- [include](https://nginx.org/en/docs/ngx_core_module.html#include), nginx
`,
    "contradictory-header": `# contradictory-header

Two lines set the same header, and both are sent.

## What breaks

\`proxy_set_header\` may repeat, also for one header: nginx sends every line that is not empty, in their order, and warns of
nothing.

- Two \`Connection\` lines reach the upstream as \`close\` and \`upgrade\`. Some servers take that, some do not, and which of the two
  a proxy in between obeys is anybody's guess.
- Two \`Upgrade\` lines are read as \`websocket, websocket\`. RFC 6455 allows that; Node's \`ws\` and Python's \`websockets\` refuse it.
- Two \`Host\` lines are an error in HTTP/1.1: servers answer 400. From 1.31.4 on nginx sends only the last.

ingress-nginx writes \`Upgrade\`, \`Connection\` and \`Host\` into each location by itself, and a \`configuration-snippet\` goes behind these lines: what
it sets once more is sent twice. The snippet needs no line for WebSockets.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection close;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning for \`Connection\`, and for \`Host\` from 1.31.4 on; an error for \`Upgrade\`, and for \`Host\` before. Lines that come out empty are not sent and
do not count. Of two lines for \`Connection\` or \`Upgrade\` the one that upgrades stays; of two different \`Host\` lines only a person can tell.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[contradictory-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  contradictory-header: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header), nginx
- kubernetes/ingress-nginx, rootfs/etc/nginx/template/nginx.tmpl: the lines of a location, and the snippet behind them
- [RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2): 400 for more than one \`Host\`
`,
    "hidden-response-header": `# hidden-response-header

A header of the 101 answer that the client needs is hidden from it.

## What breaks

The handshake succeeds, nginx opens the tunnel, and the client gives up: the 101 that it sees lacks a header it must check.
\`proxy_hide_header Upgrade\` and \`proxy_hide_header Sec-WebSocket-Accept\` do that. \`proxy_hide_header Connection\` is harmless,
since nginx writes a \`Connection: upgrade\` of its own into every 101.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        proxy_hide_header Upgrade;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, at the line that hides; where it stands on an outer level, the locations that it breaks are listed. Silent where a level
has \`proxy_hide_header\` lines of its own, which discard those of outer levels.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[hidden-response-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  hidden-response-header: off
\`\`\`

## Sources

- [proxy_hide_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_hide_header), nginx
- [RFC 6455, section 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1): when a client must fail the connection
`,
    "altered-request": `# altered-request

The request is changed on its way so that it is no handshake any more.

## What breaks

A handshake is a \`GET\` with a key and a version. These make something else of it on its way:

- \`proxy_method POST\`: servers answer 400 or 405.
- \`proxy_pass_request_headers off\`: \`Sec-WebSocket-Key\` and \`Sec-WebSocket-Version\` are gone, unless they are set by hand;
  \`proxy_set_header Sec-WebSocket-Version 8\` and the like ask for a protocol that nobody speaks any more.
- \`proxy_set_body\`: the handshake passes, but the body's bytes come before the first frame, over which Node's ws stumbles.
- \`error_page 418 @websocket\` as the only way to a named location: without \`=\` the 101 gets the status 418.
- \`grpc_pass\`, \`fastcgi_pass\` and \`memcached_pass\`: nginx has no tunnel for a 101 there, in any version. It has one for
  \`uwsgi_pass\` and \`scgi_pass\`.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        proxy_method POST;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error; a warning for a body. Silent where the request that reaches the upstream is a handshake all the same.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[altered-request] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  altered-request: off
\`\`\`

## Sources

- [proxy_method](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_method) and
  [proxy_pass_request_headers](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass_request_headers), nginx
- [RFC 6455, section 4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1)
`,
    "subrequest-upgrade": `# subrequest-upgrade

An \`auth_request\` or \`mirror\` subrequest carries the upgrade headers too.

## What breaks

\`auth_request\` and \`mirror\` send a request of nginx's own, with the client's headers, to another location. Where that one forwards the
upgrade too, mostly because the headers stand at the server's level, the subrequest is a handshake as well. If its server answers 101,
nginx has a second upgrade on its hands and gives up: with \`auth_request\` the client's connection is closed without an answer and the
error log says \`connection upgrade in subrequest\`, with \`mirror\` the client gets its 101 and a connection that is dead.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header Host $host;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;

    location /ws {
        auth_request /auth;
        proxy_pass http://127.0.0.1:8080;
    }

    location = /auth {
        internal;
        proxy_pass http://127.0.0.1:9000;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_set_header Host $host;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;

    location /ws {
        auth_request /auth;
        proxy_pass http://127.0.0.1:8080;
    }

    location = /auth {
        internal;
        proxy_pass http://127.0.0.1:9000;
        proxy_set_header Upgrade "";
        proxy_set_header Connection "";
        proxy_set_header Host $host;
    }
}
\`\`\`

## Severity

A warning: ordinary authentication servers answer 200 or 401, never 101. An error where the subrequest goes to the WebSocket's own
server. Silent where the location of the subrequest clears \`Upgrade\`, or sets headers of its own without it.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[subrequest-upgrade] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  subrequest-upgrade: off
\`\`\`

## Sources

- [auth_request](https://nginx.org/en/docs/http/ngx_http_auth_request_module.html), nginx
- [mirror](https://nginx.org/en/docs/http/ngx_http_mirror_module.html), nginx
`,
    "missing-resolver": `# missing-resolver

nginx has to look up the upstream's name and has no \`resolver\` to ask.

## What breaks

Names that stand in \`proxy_pass\` as they are, nginx looks up once, as it starts, with the system's own means. With a variable in the address it looks
the name up while it runs, with each request, and asks only the DNS servers that \`resolver\` names; it reads neither \`/etc/resolv.conf\` nor
\`/etc/hosts\` then. Without a \`resolver\` it starts all the same, and answers every request with 502; the error log says
\`no resolver defined to resolve app\`.

No \`resolver\` is needed where the name is that of an \`upstream\` block (without a port), where it is an IP address, or where another \`proxy_pass\`
has the same host and port without a variable.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        set $app http://app:3000;
        proxy_pass $app;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

In a container that Docker started, \`resolver 127.0.0.11;\` in the server is Docker's own DNS server. Where
the name need not be looked up anew, an \`upstream\` block does without a \`resolver\`.

## Severity

Error in a whole configuration. Where a file that is not in the repository may hold the \`resolver\`, a notice that gets no comment. Silent where the
host is not known. There is no suggestion: the address of your DNS server does not stand in the configuration.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[missing-resolver] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  missing-resolver: off
\`\`\`

## Sources

- [proxy_pass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass) and
  [resolver](https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver), nginx
- Measured with nginx 1.22.1: 502 for a name in a variable, 101 for an IP address, an \`upstream\`, and a host and port that another pass names
`,
    "cached-handshake": `# cached-handshake

A handshake can be answered from the cache.

## What breaks

A handshake is a GET like others, and nginx looks into the cache before it asks the upstream. As long as nothing is stored for its key all
is well. Once an ordinary GET of the same path was stored, the client gets that page with 200 and no upgrade, until the entry ends.
\`proxy_cache_bypass $http_upgrade\` sends handshakes to the upstream, \`proxy_no_cache $http_upgrade\` keeps the answers to them from being
stored.

## Example

Before:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_cache_bypass $http_upgrade;
        proxy_no_cache $http_upgrade;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

A bypass of another kind stays:

Before:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_cache_bypass $cookie_fresh;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
proxy_cache_path cache keys_zone=pages:10m;

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_no_cache $http_upgrade;
        proxy_cache pages;
        proxy_cache_valid 200 10m;
        proxy_cache_bypass $cookie_fresh $http_upgrade;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error where ordinary requests come to the location too, and where \`proxy_cache_valid\` has answers stored whatever the upstream says. A
notice at an endpoint of its own, where there is little that could be stored. Silent where a bypass holds for handshakes, where the cache's
key has a header in it, and with \`proxy_cache off\`.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[cached-handshake] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  cached-handshake: off
\`\`\`

## Sources

- [proxy_cache_bypass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_bypass), nginx
- [proxy_no_cache](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_no_cache), nginx
`,
    "location-shadowed": `# location-shadowed

No request can reach the location, because something else answers first.

## What breaks

nginx first takes the longest prefix, then tries the regular expressions in their order, and the first that matches answers in the
place of the prefix. \`location /ws/\` with all its headers right is never asked where \`location ~ ^/[a-z]+/\` matches too, and that one
forwards no upgrade: the client gets 400 or an ordinary page. The same comes of a \`return\` that stands before, of a \`rewrite\`
that takes the slash from the end of every path, since Socket.IO asks for \`/socket.io/\` and follows no redirect, and of \`try_files\`, which
sends what is no file elsewhere: \`proxy_pass\` of the same location then gets only files, and an endpoint is none. A \`return\` after an
\`if\` in the same location wins over the \`proxy_pass\` in that \`if\`. And \`if ($http_connection != "Upgrade")\` answers Firefox, which
writes \`Connection: keep-alive, Upgrade\`.

Or the location is in one of two servers of the same name: the one without TLS has it, the one with TLS sends everything to the same
upstream by a \`location /\` that forwards no upgrade. Pages that come with \`https://\` can only ask there.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }

    location ~ ^/[a-z]+/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location ^~ /ws/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }

    location ~ ^/[a-z]+/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

\`proxy_pass\` beside \`try_files\`, which answers 404:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        try_files $uri =404;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, where no path of the location comes to it and the handshake does not upgrade where it comes to. A warning where only the server with
TLS lacks it. Silent where the other location
upgrades as well, where only some paths go elsewhere, where the server sends its clients on to \`https://\`, and where an include that is
not there may have more locations. A suggestion (\`^~\`, with which nginx tries no regular expression) only for a prefix of the server's own
level that loses to regular expressions: an exact one and a longer one are there on purpose.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[location-shadowed] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  location-shadowed: off
\`\`\`

## Sources

- [location](https://nginx.org/en/docs/http/ngx_http_core_module.html#location): the order in which locations are tried, and \`^~\`, nginx
- [try_files](https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files), nginx
- [return](https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return), nginx
`,
    "endpoint": `# endpoint

An endpoint that the policy promises does not upgrade.

## What breaks

The policy file names the addresses that must upgrade. Each is followed like a client's handshake: which server answers for the host, which
location for the path, what that one sends on. What it finds is not always a wrong header: \`location /ws/\` answers a client that asks for
\`/ws\` with a redirect to \`/ws/\`, and WebSocket clients follow no redirect; a path that no location serves ends in a file that is not there;
the server with TLS may lack the location that the one without has.

## Example

With \`wss://www.example.com/ws\` in the policy:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }

    location / {
        root /srv/www;
    }
}
\`\`\`

With \`/live/feed\` in the policy, which no name would have told:

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /live/feed {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /live/feed {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error, at the location that answers, else at the server. \`wss:\` is looked for at the listeners of that host with TLS, or where there are none
at the others: TLS may end before nginx. Without a scheme one server that upgrades is enough. A redirect to \`https://\` is no
finding: it is how a server without TLS should answer. Silent where an include that is not there may have the answer, and where the
handshake depends on a version of nginx that nobody names. The suggestion is that of the cause, where it is a header or the version.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[endpoint] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  endpoint: off
\`\`\`

## Sources

- [How nginx processes a request](https://nginx.org/en/docs/http/request_processing.html), nginx
- [location](https://nginx.org/en/docs/http/ngx_http_core_module.html#location): the redirect that adds a slash, nginx
- [RFC 6455, section 4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1): a client need not follow redirects
`,
    "syntax": `# syntax

nginx cannot read the file.

## What breaks

nginx does not start, and a reload keeps the old configuration. The files are read by nginx's own rules: where a quote may stand,
what ends a directive, how long a word or a comment may be (less than 4096 bytes). nginx names the line where it stopped reading,
which for a missing \`;\` is a later one; the finding stands where the \`;\` is missing. For a missing \`}\` it names the end of the file:
the finding stands at the block that the indentation of what follows ends.

A byte order mark at the start of a file counts as a part of the first directive's name.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Error. There is a suggestion for a missing \`;\`, \`{\` or \`}\`, a superfluous \`;\` and a byte order mark. What stands around the problem is
still looked at, as far as it can be read, as if what is missing were there.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[syntax] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  syntax: off
\`\`\`

## Sources

- \`ngx_conf_read_token\` in [ngx_conf_file.c](https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c), nginx
`,
    "ignored-annotation": `# ignored-annotation

An Ingress has an annotation or a value that ingress-nginx does not know, and nothing comes of it.

## What is checked

The annotations of an Ingress, or of a chart's values, that begin with \`nginx.ingress.kubernetes.io/\`. ingress-nginx reads those that
it knows and says nothing of the others, so that a wish stands in the repository and not in nginx:

- \`proxy-read-timeout\` and \`proxy-send-timeout\` are a whole number of seconds. Of \`3600s\` or \`1h\` the controller makes nothing and
  keeps its default of 60 s; the admission webhook lets it pass.
- There is \`server-snippet\` and \`configuration-snippet\`, which goes into the location. There is no \`server-snippets\`,
  \`configuration-snippets\` or \`location-snippet\`: those names are F5's, below \`nginx.org/\`.
- There is no annotation for WebSockets, such as \`enable-websocket\`, and none is needed: the template forwards \`Upgrade\`, sends
  \`Connection: upgrade\` with handshakes and speaks HTTP/1.1. \`websocket-services\` is an annotation of F5's controller, where its name
  is \`nginx.org/websocket-services\`.
- \`connection-proxy-header\` is \`close\` or \`keep-alive\`, both of which break handshakes. From version 1.12 on \`upgrade\` is not taken.

Of an Ingress whose class is \`nginx\`, also annotations that begin with \`ingress.kubernetes.io/\`, as they did before version 0.9: since
then the controller reads that prefix only where \`--annotations-prefix\` says so. Those are looked at that say how requests get to the
service: \`affinity\`, \`session-cookie-name\`, \`upstream-hash-by\`, \`proxy-read-timeout\` and its like, \`proxy-http-version\`,
\`proxy-buffering\`, \`rewrite-target\` and the snippets. One that stands there with both prefixes is passed over, and so is an Ingress of
another class: HAProxy's and Voyager's controllers have that prefix for their own.

Other names that the controller does not have are passed over: there may be a newer version that does.

## Example

Before:

\`\`\`yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: chat
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600s"
    nginx.ingress.kubernetes.io/proxy-send-timeout: 1h
spec:
  ingressClassName: nginx
  rules:
    - host: www.example.com
      http:
        paths:
          - path: /ws
            pathType: Prefix
            backend:
              service:
                name: chat
                port:
                  number: 8080
\`\`\`

After:

\`\`\`yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: chat
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
    nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"
spec:
  ingressClassName: nginx
  rules:
    - host: www.example.com
      http:
        paths:
          - path: /ws
            pathType: Prefix
            backend:
              service:
                name: chat
                port:
                  number: 8080
\`\`\`

## Severity

A warning, because handshakes work all the same; a notice where the controller does what is asked for by itself. The suggestion
writes the right name or value, or takes away what nothing comes of. There is none for a snippet that changes
what is sent, or that has locations, nor for \`rewrite-target\` with the old prefix, whose meaning changed with version 0.22: what takes
effect with the right name must be looked at by a person.

## Silence

Above the annotation, with your reason:

\`\`\`yaml
# nginx-websocket-guard: ignore[ignored-annotation] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  ignored-annotation: off
\`\`\`

## Sources

- kubernetes/ingress-nginx, internal/ingress/annotations: each annotation's name and what it takes
- kubernetes/ingress-nginx, rootfs/etc/nginx/template/nginx.tmpl: the lines of a location
- [Issue 1961](https://github.com/kubernetes/ingress-nginx/issues/1961): the prefix, and the flag that changes it
- [Issue 10640](https://github.com/kubernetes/ingress-nginx/issues/10640): \`300s\` passes the webhook, and the default is written
- [Issue 11726](https://github.com/kubernetes/ingress-nginx/issues/11726): the same of \`120s\`
- [nginx/kubernetes-ingress, examples/ingress-resources/websocket](https://github.com/nginx/kubernetes-ingress/tree/main/examples/ingress-resources/websocket): \`nginx.org/websocket-services\`
`,
    "silence-comment": `# silence-comment

A comment to this program silences nothing, gives no reason, or is not understood.

## What is checked

Comments that begin with \`nginx-websocket-guard:\` speak to this program. Three kinds of them are worth a notice:

- one that silences a rule which finds nothing in what follows: it would hide the next fault;
- one that silences without a reason: nobody will know later whether it still holds;
- one that is not understood, such as a misspelt rule.

What they can say:

\`\`\`nginx
# nginx-websocket-guard: ignore[idle-timeout] the application pings every 20 seconds
# nginx-websocket-guard: websocket
# nginx-websocket-guard: http
\`\`\`

\`ignore\` holds for the directive in whose line it stands, else for the next one with its whole block. \`websocket\` and \`http\` say
what the next location serves. What a pull request silences or declares \`http\` itself counts after the merge, because it
would pass by its own word; \`websocket\` counts at once.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    # nginx-websocket-guard: ignore[upgrade-header] the application speaks HTTP only
    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice. A silence without a reason silences all the same.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[silence-comment] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  silence-comment: off
\`\`\`

## Sources

- The README: silences and the policy file
`,
    "idle-timeout": `# idle-timeout

A quiet connection is closed too soon by \`proxy_read_timeout\`.

## What breaks

Nothing at first. A connection on which no byte passes in either direction for \`proxy_read_timeout\`, 60 seconds by default, is
closed by nginx. Nobody sees why: the access log says 101, and the reason is logged at level \`info\` (\`upstream timed out \u2026 while
proxying upgraded connection\`), below the usual level of the error log.

Only this timer matters to a quiet connection. \`proxy_send_timeout\`, \`send_timeout\` and \`keepalive_timeout\` do not fire on one,
and TCP keepalive does not help. Any byte from either side starts the timer again, so that a ping every 30 seconds is as good.

Of an Ingress it is the annotation \`nginx.ingress.kubernetes.io/proxy-read-timeout\`, a whole number of seconds, that holds for all of its
paths; without one ingress-nginx writes 60 s.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
    }
}
\`\`\`

Published guides set both timeouts, and so does the suggestion:

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning at or below nginx's 60 seconds. With an own minimum in the policy, whatever is below it:

\`\`\`yaml
rules:
  idle-timeout: { severity: error, minimum: 3600s }
\`\`\`

A notice for protocols that ping by themselves (Socket.IO, SignalR, Phoenix). An error for \`0\`, which does not switch the timer
off: the connection is closed at once. Where ordinary requests pass the same location there is no suggestion, since a long
timeout would let hung requests live as long; give the WebSockets a location of their own.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[idle-timeout] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  idle-timeout: off
\`\`\`

## Sources

- [proxy_read_timeout](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout), nginx
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the timeout and pings, nginx
`,
    "hardcoded-upgrade": `# hardcoded-upgrade

Ordinary requests reach the upstream as upgrade requests.

## What breaks

\`proxy_set_header Connection "upgrade"\` holds for every request of its location. Where that location also serves pages, forms and
an API, all of these reach the upstream with \`Connection: upgrade\`, and a literal \`Upgrade: websocket\` makes handshakes of them.
Strict servers answer such a POST with 400; a lenient one may answer an ordinary request with 101, and the client hangs until the
timeout.

A map from \`$http_upgrade\` gives each request what it needs.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning, at locations that serve ordinary requests too: \`/\`, an application's root, whatever is not named like a WebSocket
endpoint. Silent at a dedicated endpoint, where the literal is fine.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[hardcoded-upgrade] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  hardcoded-upgrade: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the example with a map, nginx
- [RFC 9110, section 7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1): what \`Connection\` says
`,
    "keepalive-defeated": `# keepalive-defeated

Ordinary requests close the connections that the upstream should keep.

## What breaks

Nothing, but it costs: \`keepalive 32\` in an upstream asks nginx to keep connections for later requests, and \`Connection: close\`
asks the upstream to close each one after its answer. With both, no connection is ever used twice. The well-known map with
\`'' close\` does that next to \`keepalive\`; with \`'' ''\` ordinary requests carry no \`Connection\`, and the connections stay.

WebSockets are not concerned: an upgraded connection never returns to the pool.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning where the upstream says \`keepalive\`. A notice where connections are kept only because nginx does so by default, which it
does for every \`upstream\` block from 1.29.7 on. Silent where nothing is kept: without an \`upstream\` block, and with \`keepalive 0\`;
and at a location that is there for WebSockets alone, where no ordinary requests pass.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[keepalive-defeated] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  keepalive-defeated: off
\`\`\`

## Sources

- [keepalive](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive): clear \`Connection\`, nginx
- [CHANGES of 1.29.7](https://nginx.org/en/CHANGES): keepalive by default
`,
    "host-header": `# host-header

The upstream sees another host than the client, which fails its check of the origin.

## What breaks

Browsers send the page's \`Origin\` with every handshake. Many servers compare it with \`Host\` and answer 403 when the two differ,
to keep other sites out. By default nginx sends \`$proxy_host\`, which is what \`proxy_pass\` names: \`backend\`, \`127.0.0.1:8080\`. The
application then refuses its own pages. A constant \`proxy_set_header Origin\` next to the client's host has the same effect; so has \`$scheme://$http_host\`
where TLS ends before nginx, since the page's origin then says https and nginx says http. \`proxy_set_header Host ""\` sends none at all, which HTTP/1.1 does not allow.

## Example

Before:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
upstream backend {
    server 127.0.0.1:8080;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Where an outer level sets \`Host\` and the location's own headers discard it, it is the outer one that comes back. \`$host\` has no port: where the server listens on another port than 80 and 443, the origin has one, and only \`$http_host\` equals
it:

Before:

\`\`\`nginx
server {
    listen 8443;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 8443;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $http_host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning where the target is the name of an \`upstream\` block, a private or loopback address, or a host without a dot. A notice in
the summary, without a suggestion, where it is a public name: such a host may serve several sites and need its own name. An error
where no \`Host\` is sent. Notices where a template's tag stands for the target, and where \`X-Forwarded-Host\` ends in a port that browsers leave out of the origin. Silent where nginx sets both \`Origin\` and \`Host\` to the same host, and where either cannot be known. Where \`Host\` is lost together with
the upgrade headers, \`header-inheritance\` brings it back.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[host-header] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  host-header: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header): the default of \`Host\`, nginx
- [RFC 6455, section 10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2): why servers look at \`Origin\`
- [RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2): 400 without \`Host\`
`,
    "upstream-path": `# upstream-path

The path that reaches the upstream is not the one that was meant.

## What breaks

Where \`proxy_pass\` ends in a path, nginx puts it in the place of the location's path, letter by letter. If only one of the two ends in a
slash, there is one slash too many or too few: \`location /grafana\` with \`proxy_pass http://host/\` sends \`/grafana/x\` as \`//x\`, and
\`location /app/\` with \`http://host/base\` sends \`/app/x\` as \`/basex\`. Socket.IO listens at \`/socket.io/\` only, and so do some
applications at their own paths, so that a \`proxy_pass\` which takes that path away leaves the handshake without its server.

## Example

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /app/ {
        proxy_pass http://127.0.0.1:3000/base;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /socket.io/ {
        proxy_pass http://127.0.0.1:3000/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location /grafana {
        proxy_pass http://127.0.0.1:3000/;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning where ordinary requests pass too, and where the two paths are the same but for the slash. Silent at other endpoints of their own: clients that ask
for exactly that path are well served. Never a suggestion: each of the two ways to mend it changes the path that
the upstream sees, and only who knows the upstream can tell which path is meant. Silent too with variables, with a \`rewrite\`, in \`location =\`, and where
another location takes what lies below this one's path. An error where a blank in the path ends the request line.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upstream-path] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upstream-path: off
\`\`\`

## Sources

- [proxy_pass](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass): how the URI is replaced, nginx
- [Socket.IO, the path option](https://socket.io/docs/v4/server-options/#path)
`,
    "streaming-buffering": `# streaming-buffering

Server-Sent Events are held back by buffering.

## What breaks

Server-Sent Events are one long answer. With \`proxy_buffering on\`, which is nginx's default, a small event waits until a buffer is full or
the answer ends: the page sees nothing for a long time and then everything at once. The application can prevent it with
\`X-Accel-Buffering: no\` in its answer; the same line as \`add_header\` or \`proxy_set_header\` in nginx has no effect there.

This is not about WebSockets: nginx buffers no upgraded connection, whatever \`proxy_buffering\` says.

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /api/sse {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /api/sse {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        proxy_buffering off;
    }
}
\`\`\`

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /updates/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        add_header X-Accel-Buffering no;
        proxy_buffering on;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /updates/ {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
        add_header X-Accel-Buffering no;
        proxy_buffering off;
    }
}
\`\`\`

## Severity

A warning where the path has the word \`sse\`, \`eventsource\` or \`event-stream\`, where a line of the location says \`text/event-stream\` or
\`X-Accel-Buffering\`, or where a comment speaks of Server-Sent Events. Names such as \`/events\` and \`/stream\` are no evidence. Silent with
\`proxy_buffering off\`, and where an include that is not there may say so.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[streaming-buffering] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  streaming-buffering: off
\`\`\`

## Sources

- [proxy_buffering](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering): and \`X-Accel-Buffering\`, nginx
- [Server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html), HTML
`,
    "sticky-sessions": `# sticky-sessions

A protocol that needs one server per client is spread over several.

## What breaks

Socket.IO and SockJS start with several ordinary requests that belong together and upgrade later. An upstream sends each to another
server in turn, and the second one has never heard of the session: Socket.IO answers 400, "Session ID unknown". Clients that start with a
WebSocket at once are not concerned.

## Example

Before:

\`\`\`nginx
upstream io {
    server 10.0.0.1:3000;
    server 10.0.0.2:3000;
}

server {
    listen 80;
    server_name www.example.com;

    location /socket.io/ {
        proxy_pass http://io;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, and never a suggestion: \`ip_hash\` refuses \`backup\` servers, so that nginx might not start, and behind a CDN all clients have one
address. What fits, \`ip_hash\`, \`hash $remote_addr consistent\` or a cookie, depends on what stands before nginx. Silent with one server
(\`backup\` and \`down\` aside), with \`ip_hash\`, \`hash\` or \`sticky\`, and where Lua chooses the server.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[sticky-sessions] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  sticky-sessions: off
\`\`\`

## Sources

- [ip_hash](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#ip_hash) and
  [hash](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#hash), nginx
- [Using multiple nodes](https://socket.io/docs/v4/using-multiple-nodes/), Socket.IO
`,
    "connection-passthrough": `# connection-passthrough

The client decides what \`Connection\` says to the upstream.

## What breaks

The handshake works: the client's \`Connection: Upgrade\` reaches the upstream. So does everything else that a client writes there. Each
name in \`Connection\` is a header that the next server must drop, so that the client can make the upstream forget headers that nginx has
set, \`X-Real-IP\` for one. With \`Connection: Upgrade, HTTP2-Settings\` it can ask the upstream for HTTP/2 in clear text, a
tunnel in which nginx's rules do not hold (see \`h2c-smuggling\`).

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $http_connection;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      close;
}

server {
    listen 80;
    server_name www.example.com;

    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning, at the line. Silent where a map makes \`upgrade\` or nothing of what the client says.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[connection-passthrough] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  connection-passthrough: off
\`\`\`

## Sources

- [RFC 9110, section 7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1): what \`Connection\` does
- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map, nginx
`,
    "upgrade-map": `# upgrade-map

A literal \`Connection\` where a map would serve both kinds of traffic.

## What breaks

Nothing at an endpoint that only WebSockets use. But the literal \`Connection "upgrade"\` is copied, and the next location has ordinary
requests too: strict servers answer them with 400. A map asks for an upgrade only where the client does, and serves both.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*. Where ordinary requests are known to pass, \`hardcoded-upgrade\` warns instead.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upgrade-map] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upgrade-map: off
\`\`\`

## Sources

- [WebSocket proxying](https://nginx.org/en/docs/http/websocket.html): the map, nginx
`,
    "upstream-keepalive": `# upstream-keepalive

The upstream keeps no connections for ordinary requests.

## What breaks

Nothing, but it costs: without \`keepalive\`, nginx opens a connection to the upstream for each ordinary request and closes it after the
answer. WebSockets are not concerned: an upgraded connection never returns to the pool. From 1.29.7 on nginx keeps connections of every
\`upstream\` block by itself.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*, for nginx before 1.29.7 or where nobody says which nginx it is. A suggestion only
where the pool would be of use: with HTTP/1.1 and without \`Connection: close\` (see \`keepalive-defeated\`).

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upstream-keepalive] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  upstream-keepalive: off
\`\`\`

## Sources

- [keepalive](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive), nginx
- [CHANGES of 1.29.7](https://nginx.org/en/CHANGES): keepalive by default
`,
    "client-headers": `# client-headers

The upstream is not told the client's address and scheme.

## What breaks

The application sees nginx as its client: all visitors have one address in its log, its limits per address hold for all together, and it
makes links and cookies for \`http://\` behind TLS. Where nginx does not set these headers, it passes on those of the client, who may write
what he likes.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*, where \`X-Real-IP\`, \`X-Forwarded-For\` or \`X-Forwarded-Proto\` is not set at a location
that serves WebSockets. Whatever value they are given is taken as meant.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[client-headers] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  client-headers: off
\`\`\`

## Sources

- [proxy_set_header](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header) and
  [$proxy_add_x_forwarded_for](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#var_proxy_add_x_forwarded_for), nginx
`,
    "websocket-buffering": `# websocket-buffering

House style: \`proxy_buffering off\` where WebSockets are served.

## What breaks

Nothing. nginx buffers no upgraded connection: \`proxy_buffering on\` and \`off\` send the same bytes at the same time. Many published
configurations have \`proxy_buffering off\` all the same, and some teams want it everywhere as a sign. It does matter for Server-Sent Events
at the same location (see \`streaming-buffering\`).

## Example

Before:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_buffering off;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

Off in every profile. The policy file switches it on, with the severity that it is to have:

\`\`\`yaml
rules:
  websocket-buffering: notice
\`\`\`

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[websocket-buffering] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  websocket-buffering: off
\`\`\`

## Sources

- [proxy_buffering](https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering), nginx
`,
    "observability": `# observability

No access log shows whether handshakes succeed.

## What breaks

Nobody sees it when handshakes fail. nginx answers with whatever the application says, 200, 400 or 426, and logs no error; a quiet
WebSocket that \`proxy_read_timeout\` closes is logged with status 101, at level info. What shows a failed handshake is a line of the access
log with an \`$http_upgrade\` and another \`$status\` than 101, and \`$upstream_status\` tells whether nginx or the application refused it.

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log /var/log/nginx/access.log handshakes;
\`\`\`

Status 502 together with an upstream's 101, which some guides tell you to watch for, does not occur.

## Example

Before:

\`\`\`nginx
log_format short '$remote_addr "$request" $status';
access_log /var/log/nginx/access.log short;

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profiles *enterprise* and *hardened*, in a whole configuration with a main file. At the \`access_log\`, or at \`http\` where
none is written. Silent with a format that is not there to be seen.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[observability] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  observability: off
\`\`\`

## Sources

- [log_format](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format), nginx
- [$upstream_status](https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_status), nginx
`,
    "h2c-smuggling": `# h2c-smuggling

A client can open an HTTP/2 tunnel past the access rules.

## What breaks

\`proxy_set_header Upgrade $http_upgrade\` forwards every upgrade that a client asks for, \`h2c\` too. If the upstream speaks HTTP/2 in clear
text and takes it, nginx makes a tunnel of the connection, as it does for a WebSocket. In it the client asks for any path it likes, and nginx
does not see it: \`deny\`, \`auth_basic\`, \`auth_request\` and limits of other locations do not hold. Where the upstream does not speak \`h2c\`, and
most do not, it is harmless.

A map that only lets \`websocket\` set \`Connection\` is no cure, since servers look at \`Upgrade\`. The whitelist below was measured with two
servers that speak \`h2c\`.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_origin $is_foreign_origin {
    default                 1;
    https://www.example.com 0;
    ''                      0;
}

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        if ($is_foreign_origin) {
            return 403;
        }
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

After:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_origin $is_foreign_origin {
    default                 1;
    https://www.example.com 0;
    ''                      0;
}

map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

map $http_upgrade $ws_upgrade {
    default   '';
    websocket websocket;
}

map $ws_upgrade $ws_connection {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $ws_upgrade;
        proxy_set_header Connection $ws_connection;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        if ($is_foreign_origin) {
            return 403;
        }
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A warning, in the profile *hardened*, wherever an upgrade to \`h2c\` reaches the upstream. An error where the same server has rules of access
(\`deny\`, \`allow\`, \`auth_basic\`, \`auth_request\`, \`auth_jwt\`) in another place, for those are what the tunnel goes past. Suggestions of this
profile write the whitelist from the start.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[h2c-smuggling] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  h2c-smuggling: off
\`\`\`

## Sources

- [RFC 7540, section 3.2](https://www.rfc-editor.org/rfc/rfc7540#section-3.2): the upgrade to \`h2c\`, which
  [RFC 9113](https://www.rfc-editor.org/rfc/rfc9113#section-3.1) has withdrawn
- [h2c smuggling](https://bishopfox.com/blog/h2c-smuggling-request), Bishop Fox
`,
    "origin-check": `# origin-check

Pages of other sites can open a WebSocket in a visitor's name.

## What breaks

A browser lets any page open a WebSocket to any host, and sends that host's cookies along. Only \`Origin\` tells which page it was. If nobody
compares it, a page of another site acts in the name of whoever visits it. Many applications do compare; nginx can do so for all of them,
with a map of the sites that may:

\`\`\`nginx
map $http_origin $is_foreign_origin {
    default                 1;
    https://www.example.com 0;
    ''                      0; # programs that are no browsers
}

# in the location
if ($is_foreign_origin) {
    return 403;
}
\`\`\`

A constant \`proxy_set_header Origin\` takes the question away from the application as well.

## Example

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $ws_upgrade {
    default   '';
    websocket websocket;
}

map $ws_upgrade $ws_connection {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $ws_upgrade;
        proxy_set_header Connection $ws_connection;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

Before:

\`\`\`nginx
log_format handshakes '$remote_addr "$request" $status "$http_upgrade" $upstream_status $upstream_response_time';
access_log access.log handshakes;

map $http_upgrade $ws_upgrade {
    default   '';
    websocket websocket;
}

map $ws_upgrade $ws_connection {
    default upgrade;
    ''      '';
}

upstream backend {
    server 127.0.0.1:8080;
    keepalive 32;
}

server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $ws_upgrade;
        proxy_set_header Connection $ws_connection;
        proxy_set_header Host $host;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Origin https://www.example.com;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
    }
}
\`\`\`

## Severity

A notice, in the profile *hardened*, where a handshake from another site's page would reach the upstream. Without a suggestion: which sites
may is yours to say. Silent where the path is that of a regular expression, and where the answer cannot be told.

## Silence

Above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[origin-check] reason
\`\`\`

For the whole repository, in \`.github/nginx-websocket-guard.yml\`:

\`\`\`yaml
rules:
  origin-check: off
\`\`\`

## Sources

- [RFC 6455, section 10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2): what \`Origin\` is for
- [Cross-site WebSocket hijacking](https://portswigger.net/web-security/websockets/cross-site-websocket-hijacking), PortSwigger
- [map](https://nginx.org/en/docs/http/ngx_http_map_module.html), nginx
`,
};

;// CONCATENATED MODULE: ./build/core/rules/catalogue.js



/** The rules that there are, in the order in which lists show them; summaries are one line of Markdown. */
function ruleSummaries() {
    return rules.map(({ id }) => ({ id, summary: ruleTable[id].summary }));
}
/** A rule's page as Markdown; undefined where there is no rule of that name. */
function rulePage(rule) {
    return isRuleId(rule) ? pages[rule] : undefined;
}

;// CONCATENATED MODULE: ./build/core/report/sarif.js







const levels = {
    error: "error",
    warning: "warning",
    notice: "note",
};
/** In GitHub's own words. */
const problemSeverities = {
    error: "error",
    warning: "warning",
    notice: "recommendation",
    off: "recommendation",
};
/**
 * The findings as SARIF 2.1.0, as text. Paths are relative to the repository's root. GitHub recognises an alert again by
 * `partialFingerprints`, so ours go there.
 */
function sarifReport(analysis, findings = analysis.findings) {
    const ruleIds = [...new Set(findings.map(({ rule }) => rule))].toSorted(compareText);
    const notAnalysed = analysis.files.filter(({ analysed }) => !analysed);
    const log = {
        $schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [
            {
                tool: { driver: { ...tool/* tool */.z, rules: ruleIds.map(descriptor) } },
                columnKind: "utf16CodeUnits",
                invocations: [
                    {
                        executionSuccessful: true,
                        toolExecutionNotifications: notAnalysed.map(({ path, reason }) => ({
                            level: "warning",
                            message: { text: `${path} was not analysed${reason ? `: ${reason}` : ""}` },
                        })),
                    },
                ],
                results: findings.map((finding) => sarif_resultOf(finding, ruleIds.indexOf(finding.rule))),
            },
        ],
    };
    return `${JSON.stringify(log, null, 2)}\n`;
}
function descriptor(id) {
    if (!isRuleId(id))
        return { id };
    const { summary, severity, group } = ruleTable[id];
    const page = rulePage(id) ?? `${tool/* tool */.z.name} explain ${id}`;
    return {
        id,
        shortDescription: { text: plain(summary) },
        fullDescription: { text: `${plain(summary)}.` },
        defaultConfiguration: {
            level: severity === "off" ? "none" : levels[severity],
            enabled: severity !== "off",
        },
        // The page is Markdown that reads well as it is.
        help: { text: page, markdown: page },
        // GitHub sorts and filters alerts by these.
        properties: {
            tags: ["nginx", "websocket", group],
            precision: "very-high",
            "problem.severity": problemSeverities[severity],
        },
    };
}
function sarif_resultOf(finding, ruleIndex) {
    return {
        ruleId: finding.rule,
        ruleIndex,
        level: levels[finding.severity],
        message: { text: messageOf(finding) },
        locations: [{ physicalLocation: physical(finding.place) }],
        relatedLocations: finding.related.map(({ place, note }, id) => ({
            id,
            physicalLocation: physical(place),
            message: { text: plain(redact(note)) },
        })),
        partialFingerprints: { "nginxWebsocketGuard/v1": finding.fingerprint },
        // Every fix of SARIF replaces something.
        ...(finding.fix && finding.fix.edits.length > 0 && { fixes: [fixOf(finding.fix)] }),
    };
}
/** GitHub shows a related location only where the message links to it, by its id. */
function messageOf({ message, related }) {
    const links = related
        .slice(0, mostLinks)
        .map(({ place, note }, id) => `[${linkText(place, note)}](${id})`);
    const text = withoutLinks(plain(redact(message)));
    return links.length > 0 ? `${text} See ${links.join(", ")}.` : text;
}
const mostLinks = 5;
function linkText(place, note) {
    const text = `${place.document.path}:${startOf(place).line} (${plain(redact(note))})`;
    return visible(text).replaceAll(/[\\[\]]/g, String.raw `\$&`);
}
/** What reads like a link, such as a regular expression with a class before a group, stays text (SARIF 3.11.6). */
function withoutLinks(text) {
    return text.replaceAll(/\[(?=[^\]]*\]\()/g, String.raw `\[`);
}
function fixOf({ title, edits }) {
    return {
        description: { text: plain(redact(title)) },
        artifactChanges: [...groupBy(edits, ({ document }) => document)].map(([document, own]) => ({
            artifactLocation: artifact(document.path),
            replacements: own.map(({ start, end, text }) => ({
                deletedRegion: region({ document, span: { start, end } }),
                insertedContent: { text },
            })),
        })),
    };
}
function physical(place) {
    return { artifactLocation: artifact(place.document.path), region: region(place) };
}
function artifact(path) {
    return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}
/** SARIF's `endColumn` is the one after the last character, as ours is. */
function region(place) {
    const start = startOf(place);
    const end = order_endOf(place);
    return {
        startLine: start.line,
        startColumn: start.column,
        endLine: end.line,
        endColumn: end.column,
    };
}

;// CONCATENATED MODULE: ./build/core/report/picture.js





/** Lines of a label are cut off here, in characters: a wider picture is shrunk until nobody can read it. */
const widest = 56;
const mostCauses = 4;
/** What of the handshake is gone, for rules that say just that; in the order of the request. */
const losses = [
    ["http-version", "HTTP/1.1"],
    ["upgrade-header", "Upgrade"],
    ["connection-header", "Connection"],
];
/**
 * A handshake that breaks, as the text of a Mermaid sequence diagram: from the client through the location to the
 * upstream, with the lines that lose something and what arrives.
 *
 * @param findings those of the location that say why; the order is kept.
 */
function pictureOf(report, findings) {
    const { name, proxyPass } = report;
    const location = `location ${name.name}`.trim();
    const server = name.server === null ? [] : [name.server];
    return [
        "sequenceDiagram",
        `participant C as ${label("client")}`,
        `participant N as ${label(`nginx, ${location}`, ...server, picture_positionText(name.place))}`,
        `participant U as ${label("upstream", proxyPass.parameters[0] ?? "")}`,
        `C->>N: ${label("GET \u2026 HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade")}`,
        ...causes(report, findings),
        ...picture_endOf(report),
    ].join("\n");
}
/** A note for each line that loses something. */
function causes(report, findings) {
    const all = groupBy(findings.map((finding) => ({ finding, place: picture_causeOf(report, finding) })), ({ place: { document, span } }) => `${span.start} ${document.path}`);
    const notes = [...all.values()].flatMap((group) => {
        const [first] = group;
        if (first === undefined)
            return [];
        const { place } = first;
        const what = lossesOf(group.map(({ finding }) => finding.rule), place.span.start === report.proxyPass.directive.start ? "not passed on" : "lost here");
        return `Note over N: ${label(...what, picture_positionText(place), picture_sourceOf(place))}`;
    });
    const more = notes.length - mostCauses;
    const left = more > 0 ? [`Note over N: ${label(`and ${more} more`)}`] : [];
    return [...notes.slice(0, mostCauses), ...left];
}
/** "Upgrade and Connection are lost here", then what else the rules say. */
function lossesOf(rules, how) {
    const lost = losses.flatMap(([rule, part]) => (rules.includes(rule) ? [part] : []));
    const others = [...new Set(rules)].flatMap((rule) => isRuleId(rule) && !losses.some(([own]) => own === rule)
        ? [ruleTable[rule].summary.replaceAll("`", "")]
        : []);
    if (lost.length === 0)
        return others;
    const last = lost.pop();
    const list = lost.length > 0 ? `${lost.join(", ")} and ${last}` : last;
    return [`${list} ${lost.length > 0 ? "are" : "is"} ${how}`, ...others];
}
/** The line that makes a header what it is, where one does; else what the rule names. */
function picture_causeOf({ exchanges }, { rule, place }) {
    const header = /^(upgrade|connection)-header$/.exec(rule)?.[1];
    const origin = exchanges.websocket.upstream?.headers.find(({ name }) => name.toLowerCase() === header)?.origin;
    if (origin?.from !== "directive")
        return place;
    return { document: origin.use.document, span: origin.use.directive };
}
/** What arrives, and what comes back. */
function picture_endOf({ upstream, verdict, proxyPass }) {
    if (upstream === null) {
        return [
            `N-xU: ${label(`${proxyPass.name} carries no upgrade`)}`,
            `N--xC: ${label("no WebSocket")}`,
        ];
    }
    const head = [
        `GET \u2026 HTTP/${shown(upstream.httpVersion)}`,
        received("Upgrade", upstream.headers),
        received("Connection", upstream.headers),
    ];
    if (verdict.reasons.every((rule) => rule === "hidden-response-header")) {
        return [
            `N->>U: ${label(...head)}`,
            `U->>N: ${label("101 Switching Protocols")}`,
            `N--xC: ${label("101 without what the client needs")}`,
        ];
    }
    const who = verdict.lenient === "works" ? " from servers that follow RFC 6455" : "";
    return [
        `N-xU: ${label(...head)}`,
        `U--xN: ${label(`no 101 Switching Protocols${who}`)}`,
        `N--xC: ${label("no WebSocket")}`,
    ];
}
function received(name, headers) {
    const values = headers
        .filter(([header]) => header.toLowerCase() === name.toLowerCase())
        .map(([, value]) => shown(value));
    return values.length === 0 ? `no ${name}` : `${name}: ${values.join(", ")}`;
}
function picture_positionText(place) {
    const { path } = place.document;
    const line = `:${startOf(place).line}`;
    const room = widest - line.length;
    return (path.length > room ? `\u2026${path.slice(1 - room)}` : path) + line;
}
/** The first line of what stands there. */
function picture_sourceOf({ document: { text }, span }) {
    return text.slice(span.start, span.end).split("\n", 1)[0]?.trim() ?? "";
}
/** Lines of plain text as a label in which nothing is markup, a directive, a comment or the end of a statement. */
function label(...lines) {
    return lines
        .map((line) => defused(cut(oneLine(redact(line.slice(0, 40 * widest))))))
        .filter((line) => line !== "")
        .join("<br/>");
}
function cut(line) {
    return line.length > widest
        ? `${line.slice(0, widest - 1).replace(/[\ud800-\udbff]$/, "")}\u2026`
        : line;
}
/**
 * Mermaid has one escape, `#` code point `;`. It leaves out the last `;` of a line that says `style\u2026:\u2026#\u2026;` or
 * `classDef\u2026:\u2026#\u2026;`, reads `wrap:` at the start of a label as an instruction and `$$\u2026$$` as a formula.
 */
function defused(line) {
    return line
        .replaceAll(/[^\w ./:,=!?()'*+~^$-]|\$(?=\$)|(?<=\$)\$|s(?=tyle)|c(?=lassDef)/gu, entity)
        .replace(/^(?=(?:no)?wrap:)./, entity);
}
function entity(character) {
    return `#${character.codePointAt(0)};`;
}

;// CONCATENATED MODULE: ./build/core/report/summary.js







/** GitHub takes 1 MiB per step. In characters of at most three bytes in UTF-8 each; four bytes are two characters. */
const longestSummary = 340_000;
const mostRows = 500;
const mostPictures = 5;
/** The job summary as Markdown: the verdict first. Ends with a line feed. */
function summaryReport(input) {
    const sections = [
        `## ${sentence(input.title)}`,
        sentence(input.verdictLine),
        policySection(input.policyProblems),
        summary_list("", input.notes.map(sentence)),
        picturesSection(input),
        findingsSection(input),
        locationsSection(input),
        notAnalysedSection(input),
    ];
    return summary_cut(sections.filter((section) => section !== ""));
}
/** Whole rows and pictures only, so that the Markdown stays in shape. */
function summary_cut(sections) {
    let text = "";
    let picture = null;
    for (const section of sections) {
        for (const line of [...section.split("\n"), ""]) {
            if (text.length + line.length > longestSummary) {
                const whole = text.slice(0, picture ?? text.length);
                return `${whole}\n\n**The rest is cut off: GitHub shows no more than 1 MiB.**\n`;
            }
            if (line === "```mermaid")
                picture = text.length;
            text += `${line}\n`;
            if (line === "```")
                picture = null;
        }
    }
    return `${text.trimEnd()}\n`;
}
function policySection(problems) {
    const entries = problems.map(({ file, line, column, message }) => `${code(`${file}:${line}:${column}`)}: ${sentence(message)}`);
    return summary_list("### Policy file", entries);
}
function notAnalysedSection({ analysis, incomplete }) {
    const files = (analysis?.files ?? [])
        .filter(({ analysed }) => !analysed)
        .map(({ path, reason }) => `${code(path)}${reason ? `: ${sentence(reason)}` : ""}`);
    return summary_list("### Not analysed", [...incomplete.map(sentence), ...files]);
}
/** The entries are Markdown. Empty without any. */
function summary_list(title, entries) {
    if (entries.length === 0)
        return "";
    const shown = entries.slice(0, mostRows).map((entry) => `- ${entry}`);
    if (entries.length > mostRows)
        shown.push(`- and ${entries.length - mostRows} more`);
    return [...(title === "" ? [] : [title, ""]), ...shown].join("\n");
}
function findingsSection(input) {
    const { findings, unplaced } = input;
    if (findings.length === 0)
        return "";
    const withoutPlace = new Set(unplaced);
    const rows = worstFirst(findings)
        .slice(0, mostRows)
        .map((finding) => [
        finding.severity,
        code(summary_positionText(finding.place)),
        code(finding.rule),
        sentence(fullMessage(finding)),
        standing(finding, withoutPlace, input),
    ]);
    const more = findings.length > mostRows ? [`And ${findings.length - mostRows} more.`] : [];
    const shown = table(["", "Where", "Rule", "What", "Comment"], rows);
    return ["### Findings", shown, ...more].join("\n\n");
}
/** Where a reader finds the comment, or why there is none. */
function standing(finding, unplaced, { live, resolved, leftOut }) {
    if (resolved.has(finding.fingerprint))
        return "resolved by a person; it still counts";
    if (live.has(finding.fingerprint))
        return "in the diff";
    if (leftOut?.has(finding))
        return "none: max-comments is reached";
    return unplaced.has(finding) ? "no line in the diff" : "";
}
/** A picture of each handshake that breaks, the worst first. */
function picturesSection({ analysis, findings }) {
    const causes = worstFirst(findings).filter(({ rule, severity }) => severity !== "notice" && isRuleId(rule) && ruleTable[rule].group === "handshake");
    const broken = brokenLocations(analysis?.locations ?? [], causes);
    if (broken.length === 0)
        return "";
    const pictures = broken.slice(0, mostPictures).map(([report, own]) => {
        return [`#### ${summary_titleOf(report)}`, fence(pictureOf(report, own), "mermaid")].join("\n\n");
    });
    const more = broken.length - mostPictures;
    const left = more > 0 ? [`And ${numbered(more, "more location")}.`] : [];
    return ["### Handshakes that break", ...pictures, ...left].join("\n\n");
}
/** Each location once, however often it is included, with the findings that are about it; in the order of these. */
function brokenLocations(locations, findings) {
    const byPlace = new Map();
    for (const report of locations) {
        const { strict, lenient } = report.verdict;
        const key = summary_placeKey(report.name.place);
        if ((strict === "breaks" || lenient === "breaks") && !byPlace.has(key)) {
            byPlace.set(key, report);
        }
    }
    const about = findings.flatMap((finding) => {
        const places = [finding.location?.place ?? [], finding.related.map(({ place }) => place)];
        const keys = new Set(places.flat().map(summary_placeKey));
        return [...keys].flatMap((key) => {
            const report = byPlace.get(key);
            return report ? [{ report, finding }] : [];
        });
    });
    const grouped = groupBy(about, ({ report }) => report);
    return [...grouped].map(([report, own]) => [report, own.map(({ finding }) => finding)]);
}
function summary_placeKey({ document, span }) {
    return `${span.start} ${span.end} ${document.path}`;
}
function summary_titleOf({ name, proxyPass }) {
    const server = name.server === null ? "" : ` of ${code(clip(name.server))}`;
    const upstream = code(clip(redact(proxyPass.parameters[0] ?? "")));
    return `${code(clip(`location ${name.name}`.trim()))}${server} to ${upstream}`;
}
function locationsSection({ analysis, findings }) {
    const locations = (analysis?.locations ?? []).filter(({ intent }) => intent.serves !== "no");
    if (!analysis || locations.length === 0)
        return "";
    const edits = fixesThatGoTogether(findings);
    const changed = edits.length > 0 ? analysis.locationsWith(edits) : null;
    const head = ["Location", "Server", "Where", "Upstream", "Handshake now"];
    if (changed)
        head.push("With the fixes");
    const worst = [...locations.filter(breaks), ...locations.filter((each) => !breaks(each))];
    const rows = worst
        .slice(0, mostRows)
        .map((report) => locationRow(report, changed && (changed.get(report) ?? report)));
    const more = locations.length > mostRows ? [`And ${locations.length - mostRows} more.`] : [];
    const shown = table([...head, "Closed when idle for"], rows);
    return ["### WebSocket locations", shown, ...more].join("\n\n");
}
function breaks({ verdict: { strict, lenient }, failsInFirefox }) {
    return strict === "breaks" || lenient === "breaks" || failsInFirefox;
}
/** The edits of the findings' fixes, the worst first, without those that overlap others. */
function fixesThatGoTogether(findings) {
    const all = findings.flatMap(({ fix }) => fix?.edits ?? []);
    const apart = [...groupBy(all, ({ document }) => document)].every(([document, edits]) => applyEdits(document.text, edits) !== null);
    if (apart)
        return all;
    const together = new Map();
    for (const { fix } of worstFirst(findings)) {
        const documents = groupBy(fix?.edits ?? [], ({ document }) => document);
        const tried = [...documents].map(([document, own]) => {
            const edits = [...(together.get(document) ?? []), ...own];
            return applyEdits(document.text, edits) === null ? null : [document, edits];
        });
        const fits = tried.filter((each) => each !== null);
        if (fits.length < tried.length)
            continue;
        for (const [document, edits] of fits)
            together.set(document, edits);
    }
    return [...together.values()].flat();
}
/** @param after the location with all fixes; null where there are none */
function locationRow(report, after) {
    const { name, proxyPass, intent } = report;
    const idle = [...new Set([report, ...(after ? [after] : [])].map(idleText))];
    return [
        code(clip(redact(`location ${name.name}`.trim()))) +
            (intent.serves === "unclear" ? " (perhaps)" : ""),
        code(clip(redact(name.server ?? ""))),
        code(summary_positionText(name.place)),
        code(clip(redact(proxyPass.parameters[0] ?? ""))),
        handshakeText(report),
        ...(after ? [handshakeText(after)] : []),
        idle.join(", then "),
    ];
}
function idleText({ idleTimeoutMs }) {
    return idleTimeoutMs === null ? "unknown" : `${idleTimeoutMs / 1000} s`;
}
function handshakeText({ verdict: { strict, lenient }, failsInFirefox }) {
    if (failsInFirefox)
        return `${strict}, but not with Firefox`;
    if (strict === lenient)
        return strict;
    return `${strict} with RFC 6455 servers, ${lenient} with lenient ones`;
}
function summary_positionText(place) {
    return `${place.document.path}:${startOf(place).line}`;
}

;// CONCATENATED MODULE: ./build/core/review/suggestion.js


/** The smallest range of whole lines that the edits of one document change; null where they change nothing. */
function lineChange(document, edits) {
    const after = applyEdits(document.text, edits);
    if (after === null || after === document.text)
        return null;
    const old = document.text.split("\n");
    const now = after.split("\n");
    const shorter = Math.min(old.length, now.length);
    let before = 0;
    while (before < shorter && old[before] === now[before])
        before += 1;
    let behind = 0;
    while (behind < shorter - before && old.at(-1 - behind) === now.at(-1 - behind))
        behind += 1;
    return {
        startLine: before + 1,
        line: old.length - behind,
        lines: now.slice(before, now.length - behind).map(withoutReturn),
    };
}
/**
 * The edits as one suggestion: it replaces whole lines by at least one line. Null where GitHub would not show or not apply
 * it exactly: it rewrites the line ends of a file that mixes them (w3c/guide#452), a last line without line end is better
 * left alone (reviewdog#1975), and what happens to the bytes of a file that is not UTF-8 is not known.
 * @param isFree whether a suggestion may replace the lines from `first` to `last`
 */
function suggestionFor(document, edits, isFree) {
    const change = lineChange(document, edits);
    const ending = lineEnding(document.text);
    if (!change || ending === null || isReplaced.test(document.text))
        return null;
    const old = document.text.split("\n").map(withoutReturn);
    const suggestion = anchorings(change, old).find(({ startLine, line }) => line < old.length && isFree(startLine, line));
    if (!suggestion || !isShowable(suggestion.lines))
        return null;
    const { startLine, line, lines } = suggestion;
    const applied = old.toSpliced(startLine - 1, line - startLine + 1, ...lines).join(ending);
    return applied === applyEdits(document.text, edits) ? suggestion : null;
}
/** An insertion repeats a neighbour line, and a deletion leaves one: the line before by choice, else the one after. */
function anchorings(change, old) {
    const { startLine, line, lines } = change;
    if (startLine <= line && lines.length > 0)
        return [change];
    const before = old[startLine - 2];
    const after = old[line];
    const result = [];
    if (before !== undefined) {
        result.push({ startLine: startLine - 1, line, lines: [before, ...lines] });
    }
    if (after !== undefined) {
        result.push({ startLine, line: line + 1, lines: [...lines, after] });
    }
    return result;
}
/** The text's one line ending; null where it mixes them. */
function lineEnding(text) {
    if (!text.includes("\r\n"))
        return "\n";
    return /(?<!\r)\n/.test(text) ? null : "\r\n";
}
/** What a decoder puts where the bytes are no UTF-8. */
const isReplaced = /\u{fffd}/u;
/** Nobody reads longer ones, and the whole comment must stay below 65,536 characters. */
const longestSuggestion = 20_000;
/** A fence is longer than any run of backticks in it, so that runs count against the comment's length too. */
const manyBackticks = /`{100}/;
function isShowable(lines) {
    const text = lines.join("\n");
    if (text.length > longestSuggestion || manyBackticks.test(text))
        return false;
    return !text.includes("\r") && !hasHiddenCharacters(text);
}
function withoutReturn(line) {
    return line.endsWith("\r") ? line.slice(0, -1) : line;
}

;// CONCATENATED MODULE: ./build/core/review/comment.js









/** GitHub takes 65,536 characters. */
const longestBody = 65_000;
const mostFingerprints = 1000;
/** Of the worst; the others are among the details. */
const mostMessages = 2;
const mostEvidence = 3;
const comment_mostRelated = 5;
const mostPlainBlocks = 5;
const mostDetails = 20;
/**
 * The comment as Markdown, with the hidden marker that {@link readMarker} reads. Where it gets too long, it loses what
 * a reader can do without; never the headline and the suggestion.
 */
function commentBody(request) {
    const essential = [headline(request), suggestionBlock(request), markerOf(request.findings)];
    const parts = [
        essential[0],
        comment_messages(request.findings),
        heads(request),
        evidence(request.findings),
        related(request.findings),
        essential[1],
        plainCode(request),
        details(request),
        essential[2],
    ];
    let left = longestBody - essential.join("\n\n").length;
    const kept = parts.filter((part) => {
        if (part === undefined || part === "")
            return false;
        if (essential.includes(part))
            return true;
        if (part.length + 2 > left)
            return false;
        left -= part.length + 2;
        return true;
    });
    return kept.join("\n\n");
}
function markerOf(findings) {
    const fingerprints = findings.slice(0, mostFingerprints).map(({ fingerprint }) => fingerprint);
    return `<!-- ${tool/* tool */.z.name} fp=${fingerprints.join(",")} -->`;
}
/**
 * The fingerprints that a comment of ours names, or null where it has no marker. Only its end counts: what stands before
 * may quote the repository. Behind them may stand which job wrote the comment.
 */
function readMarker(body) {
    const marker = /<!-- nginx-websocket-guard fp=([\da-f,]+)(?: job=[\da-f]+)? -->\s*$/;
    const fingerprints = marker.exec(body)?.[1]?.split(",") ?? [];
    return fingerprints.length > 0 && fingerprints.every((each) => /^[\da-f]{1,64}$/.test(each))
        ? fingerprints
        : null;
}
function headline({ analysis, findings }) {
    const where = whereOf(findings);
    const reports = comment_reportsOf(analysis, findings);
    const verdicts = reports.map(({ verdict }) => verdict);
    const fails = findings.some(isHandshakeError);
    if (fails &&
        verdicts.some(({ strict, lenient }) => strict === "breaks" && lenient === "breaks")) {
        return `**WebSocket handshakes${where} fail.**`;
    }
    if (fails && verdicts.some(({ strict }) => strict === "breaks")) {
        return `**WebSocket handshakes${where} fail with servers that follow RFC 6455.**`;
    }
    if (fails && reports.some(({ failsInFirefox }) => failsInFirefox)) {
        return `**WebSocket handshakes of Firefox${where} fail.**`;
    }
    const [worst] = findings;
    const said = worst && isRuleId(worst.rule) ? ruleTable[worst.rule].summary : "This needs a look";
    return `**${prose(said)}${where === "" ? "" : `,${where}`}.**`;
}
function isHandshakeError({ rule, severity }) {
    return severity === "error" && isRuleId(rule) && ruleTable[rule].group === "handshake";
}
/** " at `location /ws` of `api.example.com`", and how many more; empty where the findings are about no location. */
function whereOf(findings) {
    const named = findings.flatMap(({ location, others }) => [location ?? [], others].flat());
    const [first, ...others] = new Map(named.map((name) => [comment_keyOf(name.place), name])).values();
    if (!first)
        return "";
    const [other, ...more] = others;
    if (!other)
        return ` at ${comment_nameOf(first)}`;
    if (more.length > 0)
        return ` at ${comment_nameOf(first)} and ${others.length} other locations`;
    const one = first.server === other.server ? { ...first, server: null } : first;
    return ` at ${comment_nameOf(one)} and ${comment_nameOf(other)}`;
}
function comment_nameOf({ name, server }) {
    const of = server === null ? "" : ` of ${code(clip(redact(server)))}`;
    return code(clip(redact(`location ${name}`.trim()))) + of;
}
function comment_reportsOf(analysis, findings) {
    const places = new Set(findings.flatMap(({ location }) => (location ? comment_keyOf(location.place) : [])));
    return analysis.locations.filter(({ name }) => places.has(comment_keyOf(name.place)));
}
function comment_keyOf({ document, span }) {
    return `${span.start} ${span.end} ${document.path}`;
}
function comment_messages(findings) {
    const distinct = distinctOf(findings);
    if (distinct.length <= mostMessages + 1)
        return bullets(distinct.map(comment_messageOf));
    const shown = distinct.slice(0, mostMessages);
    const rest = distinct.slice(mostMessages);
    const others = rulesOf(rest).filter((rule) => !rulesOf(shown).includes(rule));
    const named = others.length > 0 ? others.map(code).join(", ") : `${rest.length} more`;
    return bullets([...shown.map(comment_messageOf), `and ${named}: see the details`]);
}
/** The first of those that say the same. */
function distinctOf(findings) {
    return [...groupBy(findings, ({ rule, message }) => `${rule} ${message}`).values()].flatMap(([first]) => first ?? []);
}
function comment_messageOf({ rule, message }) {
    return `${code(rule)}: ${sentence(message)}`;
}
function rulesOf(findings) {
    return [...new Set(findings.map(({ rule }) => rule))];
}
/** Rules whose faults no request head shows: it is right and never sent, or not the only one. */
const beforeOrBeside = new Set([
    "location-shadowed",
    "cached-handshake",
    "missing-resolver",
    "subrequest-upgrade",
    "endpoint",
]);
/** The request head that reaches the upstream: now, and with the fix. */
function heads({ analysis, findings, fix }) {
    const [report] = comment_reportsOf(analysis, findings);
    const upstream = report?.proxyPass.parameters[0];
    const to = upstream === undefined ? "" : ` ${code(clip(redact(upstream)))}`;
    if (fix && fix.now.join("\n") !== fix.after.join("\n")) {
        const what = fix.probe === "websocket" ? "a handshake" : "an ordinary request";
        const version = versionText(analysis, oldestVersion);
        const title = `What ${what} sends to the upstream${to}, now and with the change${version}:`;
        return `${title}\n${fence(headDiff(headLines(fix.now), headLines(fix.after)), "diff")}`;
    }
    const isAboutHead = (finding) => isHandshakeError(finding) && !beforeOrBeside.has(finding.rule);
    if (!report?.upstream || !findings.some(isAboutHead))
        return "";
    const lines = headLines(requestHead(report.exchanges.websocket)).filter((line) => !takenForGranted.test(line));
    const version = versionText(analysis, newestVersion);
    return `What a handshake sends to the upstream${to}${version}:\n${fence(lines.join("\n"), "http")}`;
}
/** Which version's requests are shown, where nobody says which one runs. */
function versionText({ nginxVersion }, [major, minor]) {
    return nginxVersion === "unknown" ? ` (by nginx ${major}.${minor}; no version is given)` : "";
}
function headLines(head) {
    return head.map((line) => clip(redact(line)));
}
/** What a browser always sends and nginx always passes on. */
const takenForGranted = /^(?:Sec-WebSocket-(?:Key|Version)|Origin):/i;
/** What changes stands together: the request line at the top, headers below those that stay. */
function headDiff(now, after) {
    const lost = missingFrom(after, now);
    const gone = lost.map((line) => `- ${line}`);
    const come = missingFrom(now, after).map((line) => `+ ${line}`);
    const kept = missingFrom(lost, now)
        .filter((line) => !takenForGranted.test(line))
        .map((line) => `  ${line}`);
    const first = now[0] === after[0] ? [] : [...gone.splice(0, 1), ...come.splice(0, 1)];
    return [...first, ...kept, ...gone, ...come].join("\n");
}
function evidence(findings) {
    const pieces = [...new Set(findings.flatMap((finding) => finding.evidence))];
    if (pieces.length === 0)
        return "";
    return `Why this counts as WebSocket: ${pieces.slice(0, mostEvidence).map(sentence).join("; ")}.`;
}
/** The other places that take part, such as the locations that a line breaks. */
function related(findings) {
    const locations = groupBy(findings.flatMap(({ location }) => location ?? []), ({ place }) => comment_keyOf(place));
    const affected = [...locations.values()].flatMap(([first]) => first && locations.size > 1
        ? [
            {
                place: first.place,
                note: `${locationOf(first)} is affected`,
            },
        ]
        : []);
    const all = groupBy([...affected, ...findings.flatMap((finding) => finding.related)], ({ place, note }) => `${comment_keyOf(place)} ${note}`);
    if (all.size === 0)
        return "";
    const shown = [...all.values()].slice(0, comment_mostRelated).flatMap(([first]) => {
        return first ? `${code(comment_positionText(first.place))}: ${sentence(first.note)}` : [];
    });
    if (all.size > comment_mostRelated)
        shown.push(`and ${all.size - comment_mostRelated} more`);
    return `See also:\n${bullets(shown)}`;
}
function comment_positionText(place) {
    return `${place.document.path}:${startOf(place).line}`;
}
function suggestionBlock({ suggestion }) {
    if (!suggestion)
        return "";
    return fence(suggestion.lines.map((line) => `${line}\n`).join(""), "suggestion");
}
/** What to write where, one code block for each stretch of lines that the fix changes. */
function plainCode({ suggestion, fix }) {
    if (suggestion || !fix || fix.edits.length === 0)
        return "";
    const blocks = [...groupBy(fix.edits, (edit) => edit.document)].flatMap(([document, edits]) => clustersOf(document, edits).flatMap((cluster) => {
        const change = lineChange(document, cluster);
        return change ? [instruction(document, change)] : [];
    }));
    const more = blocks.length - mostPlainBlocks;
    return [
        `${sentence(fix.title)}, by hand${fix.safety === "safe" ? "" : " (look closely: this changes more than that)"}:`,
        ...blocks.slice(0, mostPlainBlocks),
        ...(more > 0 ? [`And ${more} more.`] : []),
    ].join("\n\n");
}
function instruction({ path }, { startLine, line, lines }) {
    const file = code(path);
    const range = startLine === line ? `line ${line}` : `lines ${startLine} to ${line}`;
    if (lines.length === 0)
        return `In ${file}, remove ${range}.`;
    const what = startLine <= line
        ? `In ${file}, replace ${range} with:`
        : line === 0
            ? `At the top of ${file}, add:`
            : `In ${file}, after line ${line}, add:`;
    return `${what}\n${fence(redact(lines.join("\n")), "nginx")}`;
}
/** Edits whose lines are near each other are shown together. */
function clustersOf({ lines }, edits) {
    const clusters = [];
    let last = -Infinity;
    for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
        const cluster = clusters.at(-1);
        if (cluster && lines.lineAt(edit.start) - last <= 3)
            cluster.push(edit);
        else
            clusters.push([edit]);
        last = lines.lineAt(edit.end);
    }
    return clusters;
}
/** What only some want to know: the other messages, what was checked, how to silence it. */
function details({ findings, suggestion, fix }) {
    const rules = rulesOf(findings);
    const distinct = distinctOf(findings);
    const others = rules.slice(1);
    const likewise = others.length > 0 ? `, and so on for ${others.map(code).join(", ")}` : "";
    const parts = [
        ...(distinct.length > mostMessages + 1
            ? [bullets(distinct.slice(mostMessages, mostDetails).map(comment_messageOf))]
            : []),
        ...(suggestion && fix ? [`The suggestion: ${sentence(fix.title)}. ${checked}`] : []),
        `More about it: ${code(`${tool/* tool */.z.name} explain ${rules[0] ?? ""}`)}${likewise}.`,
        "To keep it as it is, write above the directive or its block, with your reason:",
        fence(`# ${tool/* tool */.z.name}: ignore[${rules.join(", ")}] reason`, "nginx"),
    ];
    return [
        "<details>",
        "<summary>Details, and how to silence this</summary>",
        "",
        parts.join("\n\n"),
        "",
        "</details>",
    ].join("\n");
}
const checked = "It was tried in a simulation of nginx: nothing new is found with it, and all other headers stay as they are.";
function bullets(entries) {
    return entries.map((entry) => `- ${entry}`).join("\n");
}

;// CONCATENATED MODULE: ./build/core/review/diff.js
/**
 * Reads the hunks of one file's `patch` as GitHub gives it: without the two lines that name the files. A hunk that does not
 * hold as many lines as its head says ends the reading, since what follows cannot be trusted. Hunks that show no line of
 * the head are left out.
 */
function hunksOf(patch) {
    const hunks = [];
    const lines = (patch ?? "").split("\n");
    let next = 0;
    while (next < lines.length) {
        const head = readHead(lines[next] ?? "");
        if (!head)
            break;
        const body = readBody(lines, next + 1, head);
        if (!body)
            break;
        if (head.newLines > 0) {
            hunks.push({
                start: head.newStart,
                end: head.newStart + head.newLines - 1,
                changed: body.changed,
            });
        }
        next = body.next;
    }
    return hunks;
}
/** A count that is not written is 1. */
function readHead(line) {
    const match = /^@@ -\d{1,9}(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/.exec(line);
    if (!match)
        return null;
    const [, oldLines = "1", newStart = "", newLines = "1"] = match;
    return { oldLines: Number(oldLines), newStart: Number(newStart), newLines: Number(newLines) };
}
function readBody(lines, first, head) {
    const changed = new Set();
    let { oldLines, newLines } = head;
    let line = head.newStart;
    let next = first;
    let onlyRemoved = false;
    const endRun = () => {
        if (onlyRemoved)
            changed.add(Math.max(head.newStart, line - 1));
        onlyRemoved = false;
    };
    for (; oldLines > 0 || newLines > 0; next += 1) {
        const sign = lines[next]?.charAt(0);
        // `\ No newline at end of file` is no line of the file.
        if (sign === "\\")
            continue;
        if (sign === " ") {
            endRun();
            oldLines -= 1;
            newLines -= 1;
            line += 1;
        }
        else if (sign === "+") {
            onlyRemoved = false;
            changed.add(line);
            newLines -= 1;
            line += 1;
        }
        else if (sign === "-") {
            // Git writes what goes before what comes in its place.
            onlyRemoved = true;
            oldLines -= 1;
        }
        else {
            return null;
        }
        if (oldLines < 0 || newLines < 0)
            return null;
    }
    endRun();
    while (lines[next]?.startsWith("\\") || lines[next] === "")
        next += 1;
    return { changed, next };
}
/** The hunk that shows all of these lines, if there is one. */
function hunkAround(hunks, first, last) {
    return hunks.find(({ start, end }) => start <= first && last <= end);
}

;// CONCATENATED MODULE: ./build/core/review/anchor.js



/** Finds lines of the diff for comments. */
class Anchors {
    #hunks;
    #locations;
    #settings = new Map();
    constructor(analysis, hunks) {
        this.#hunks = hunks;
        this.#locations = groupBy(analysis.locations, ({ name }) => anchor_keyOf(name.place));
    }
    /**
     * Where a comment about these findings stands: at the primary place of the worst one, else at a related place, the
     * location, the group's block, or a line that takes part in the location's settings, a changed one by choice; null
     * where none of them is in the diff.
     */
    find(group, findings) {
        for (const { place } of findings) {
            const found = this.#lineIn(place);
            if (found)
                return { ...found, isPrimary: true };
        }
        const others = [
            ...findings.flatMap(({ related }) => related.map(({ place }) => place)),
            ...findings.flatMap(({ location }) => location?.place ?? []),
            group.place,
        ];
        for (const place of others) {
            const found = this.#lineIn(place);
            if (found)
                return { ...found, isPrimary: false };
        }
        const settings = findings.flatMap(({ location }) => location ? this.#settingsOf(location) : []);
        const found = settings.find(({ hunk, line }) => hunk.changed.has(line)) ?? settings[0];
        return found ? { ...found, isPrimary: false } : null;
    }
    #lineIn(place) {
        return lineIn(place, this.#hunks.get(place.document.path) ?? []);
    }
    /** The lines in the diff that can have to do with what a location sends, innermost level first. */
    #settingsOf({ place }) {
        const lines = [];
        for (const { level: own } of this.#locations.get(anchor_keyOf(place)) ?? []) {
            for (let level = own; level; level = level.parent) {
                lines.push(...this.#settingsIn(level));
            }
        }
        return lines;
    }
    #settingsIn(level) {
        const known = this.#settings.get(level);
        if (known)
            return known;
        const lines = level.uses
            .filter(({ name }) => /^(?:proxy_|include$|set$|map$)/.test(name))
            .flatMap(({ document, directive }) => this.#lineIn({ document, span: directive }) ?? []);
        this.#settings.set(level, lines);
        return lines;
    }
}
function anchor_keyOf({ document, span }) {
    return `${span.start} ${document.path}`;
}
/**
 * A line of the place that lies in a hunk. Of a block only the lines that belong to it and not to a block inside: first
 * those of `proxy_pass` and `include`, then its head, then changed lines.
 */
function lineIn({ document, span }, hunks) {
    if (hunks.length === 0)
        return null;
    const first = document.lines.lineAt(span.start);
    const last = document.lines.lineAt(Math.max(span.start, span.end - 1));
    const inner = directiveAt(document.tree.directives, span)?.block?.directives ?? [];
    const telling = inner.filter(({ name }) => /^(?:proxy_pass|include)$/.test(name.value));
    for (const line of [...telling.map(({ start }) => document.lines.lineAt(start)), first]) {
        const hunk = hunkAround(hunks, line, line);
        if (hunk)
            return { document, hunk, line };
    }
    let shown = null;
    for (const range of rangesOutside(document, inner, { first, last })) {
        for (const hunk of hunks) {
            const from = Math.max(range.first, hunk.start);
            const to = Math.min(range.last, hunk.end);
            if (from > to)
                continue;
            const changed = [...hunk.changed].find((line) => from <= line && line <= to);
            if (changed !== undefined)
                return { document, hunk, line: changed };
            shown ??= { document, hunk, line: from };
        }
    }
    return shown;
}
/** What is left of a range of lines without those of the blocks in it. */
function rangesOutside({ lines }, directives, whole) {
    const ranges = [];
    let { first } = whole;
    for (const { block } of directives) {
        if (!block)
            continue;
        ranges.push({ first, last: lines.lineAt(block.start) - 1 });
        first = lines.lineAt(block.end) + 1;
    }
    ranges.push({ first, last: whole.last });
    return ranges.filter(({ first: from, last }) => from <= last);
}
/** The directive that is exactly this span. */
function directiveAt(directives, span) {
    return directivesAround(directives, span.start).find(({ start, end }) => start === span.start && end === span.end);
}

;// CONCATENATED MODULE: ./build/core/review/plan.js







/**
 * Which comments to post on which lines of the diff. Each group gives one comment, but for groups that are all broken by
 * one line outside of them: these share one. Every line lies in the diff, both ends of a range in one hunk; no two
 * suggestions share a line; and all suggestions together were proven.
 */
function planReview(request) {
    return new Planner(request).plan();
}
class Planner {
    #analysis;
    #findings;
    #changes;
    #maxComments;
    #hunks = new Map();
    #anchors;
    #drafts = [];
    #unplaced = [];
    #left = [];
    constructor({ analysis, changes, findings, maxComments }) {
        this.#analysis = analysis;
        this.#changes = changes;
        this.#findings = worstFirst(findings.filter(({ commentable }) => commentable));
        this.#maxComments = maxComments;
        for (const { path, status, patch } of changes) {
            if (status !== "removed")
                this.#hunks.set(path, hunksOf(patch));
        }
        this.#anchors = new Anchors(analysis, this.#hunks);
    }
    plan() {
        for (const { group, findings } of this.#groups())
            this.#draft(group, findings);
        this.#proveTogether();
        return {
            comments: this.#drafts.map((draft) => this.#comment(draft)),
            unplaced: worstFirst(this.#unplaced),
            leftOut: new Set(this.#left),
            notes: this.#notes(),
        };
    }
    /** The groups that have something to say, the worst first. */
    #groups() {
        const byId = new Map(this.#analysis.groups.map((group) => [group.id, group]));
        const said = groupBy(this.#findings, (finding) => finding.group);
        return [...said].flatMap(([id, findings]) => {
            const group = byId.get(id);
            if (!group)
                this.#unplaced.push(...findings);
            return group ? [{ group, findings }] : [];
        });
    }
    #draft(group, findings) {
        const anchor = this.#anchors.find(group, findings);
        if (!anchor) {
            this.#unplaced.push(...findings);
        }
        else if (this.#drafts.length >= this.#maxComments) {
            this.#left.push(...findings);
            this.#unplaced.push(...findings);
        }
        else {
            const suggestion = this.#suggestion(group, anchor);
            const other = suggestion ? null : (this.#join(group, anchor) ?? this.#sameCause(anchor));
            if (other) {
                other.groups.push(group);
                other.findings.push(...findings);
            }
            else {
                this.#drafts.push({ groups: [group], findings: [...findings], anchor, suggestion });
            }
        }
    }
    /** A comment about other blocks that stands at this line only because the line has to do with them. */
    #sameCause({ document, line, isPrimary }) {
        if (isPrimary)
            return null;
        const draft = this.#drafts.find(({ anchor, suggestion }) => {
            const isSameLine = anchor.document === document && anchor.line === line;
            return isSameLine && !anchor.isPrimary && !suggestion;
        });
        return draft ?? null;
    }
    /**
     * Puts a fix whose lines another suggestion has into that suggestion, such as two locations of a new file that need the
     * same map. Gives the comment that holds both then.
     */
    #join(group, { document, hunk }) {
        const fix = group.fix(anywhere);
        if (fix?.safety !== "safe")
            return null;
        const inHunk = this.#drafts.filter(({ suggestion }) => suggestion?.document === document);
        for (const draft of inHunk) {
            const joint = plan_joined([...(draft.suggestion ? [draft.suggestion.fix] : []), fix]);
            const isFree = this.#freeLines(document, hunk, draft);
            const others = plan_editsOf(this.#drafts.filter((other) => other !== draft));
            if (!joint?.edits.every(writableIn(document, isFree, others)))
                continue;
            const change = suggestionFor(document, joint.edits, isFree);
            if (!change || !this.#analysis.proveTogether(joint.edits))
                continue;
            draft.suggestion = { document, fix: joint, change };
            return draft;
        }
        return null;
    }
    /** The group's fix inside one hunk, tried first where the comment would stand. */
    #suggestion(group, anchor) {
        const best = group.fix(anywhere);
        if (!best)
            return null;
        for (const { document, hunk } of this.#hunksFor(group, anchor)) {
            const isFree = this.#freeLines(document, hunk);
            const isWritable = writableIn(document, isFree, plan_editsOf(this.#drafts));
            const fix = best.edits.every(isWritable)
                ? best
                : group.fix(({ document: of, span }) => isWritable({ document: of, ...span }));
            if (fix?.safety !== "safe" || !fix.edits.every(isWritable))
                continue;
            const change = suggestionFor(document, fix.edits, isFree);
            if (change)
                return { document, fix, change };
        }
        return null;
    }
    /** Each try simulates anew, so only hunks that have to do with the group are tried, and no more than a few. */
    #hunksFor(group, anchor) {
        const places = [
            ...group.findings.map(({ place }) => place),
            group.place,
            ...group.findings.flatMap(({ related }) => related.map(({ place }) => place)),
        ];
        const found = [{ document: anchor.document, hunk: anchor.hunk }];
        for (const { document, span } of places) {
            const first = document.lines.lineAt(span.start);
            const last = document.lines.lineAt(span.end);
            for (const hunk of this.#hunks.get(document.path) ?? []) {
                const isNear = hunk.start <= last && first <= hunk.end;
                if (isNear && !found.some((other) => other.hunk === hunk))
                    found.push({ document, hunk });
            }
        }
        return found.slice(0, mostTries);
    }
    /** Lines that lie in the hunk and in no suggestion but perhaps that of `own`. */
    #freeLines(document, hunk, own = null) {
        const taken = this.#drafts
            .filter((draft) => draft !== own)
            .flatMap(({ suggestion }) => (suggestion?.document === document ? [suggestion.change] : []));
        return (first, last) => hunk.start <= first &&
            last <= hunk.end &&
            !taken.some(({ startLine, line }) => startLine <= last && first <= line);
    }
    /** Drops the suggestions that do not go together with the worse ones. */
    #proveTogether() {
        const suggesting = this.#drafts.filter(({ suggestion }) => suggestion);
        if (suggesting.length < 2 || this.#analysis.proveTogether(plan_editsOf(suggesting)))
            return;
        const kept = [];
        for (const draft of suggesting) {
            const holds = kept.length === 0 || this.#analysis.proveTogether(plan_editsOf([...kept, draft]));
            if (holds)
                kept.push(draft);
            else
                draft.suggestion = null;
        }
    }
    #comment({ groups, findings: unsorted, anchor, suggestion }) {
        const findings = worstFirst(unsorted);
        const fix = suggestion?.fix ?? plan_joined(groups.flatMap((group) => group.fix(anywhere) ?? []));
        const { startLine, line } = suggestion?.change ?? { startLine: anchor.line, line: anchor.line };
        return {
            path: (suggestion?.document ?? anchor.document).path,
            startLine: startLine < line ? startLine : null,
            line,
            body: commentBody({
                analysis: this.#analysis,
                findings,
                suggestion: suggestion?.change ?? null,
                fix,
            }),
            fingerprints: findings.map(({ fingerprint }) => fingerprint),
            findings,
            suggests: suggestion !== null,
        };
    }
    #notes() {
        const notes = this.#changes
            .filter(({ path, patch, status }) => {
            const isWithoutDiff = patch === null && status !== "removed" && status !== "renamed";
            return isWithoutDiff && this.#unplaced.some(({ place }) => place.document.path === path);
        })
            .toSorted((a, b) => compareText(a.path, b.path))
            .map(({ path }) => `GitHub shows no diff of ${path}, so there can be no comments on it.`);
        if (this.#left.length > 0) {
            notes.push(`${numbered(this.#left.length, "finding")} got no comment, because max-comments is ${this.#maxComments}.`);
        }
        return [...notes, ...givenUpInWords(this.#analysis)];
    }
}
const mostTries = 4;
/** Several fixes as one; null without any. */
function plan_joined(fixes) {
    const [first, ...others] = fixes;
    if (!first || others.length === 0)
        return first ?? null;
    const titles = new Set(fixes.map(({ title }) => title));
    return {
        ...first,
        title: [...titles].join("; "),
        safety: fixes.every(({ safety }) => safety === "safe") ? "safe" : "unsafe",
        edits: fixes.flatMap(({ edits }) => edits),
    };
}
function anywhere() {
    return true;
}
/** Whether an edit touches free lines of this document only, and is not at the place of an edit of another suggestion. */
function writableIn(document, isFree, others) {
    return ({ document: edited, start, end }) => edited === document &&
        isFree(document.lines.lineAt(start), document.lines.lineAt(Math.max(start, end - 1))) &&
        !others.some((other) => other.document === document && other.start <= end && start <= other.end);
}
function plan_editsOf(drafts) {
    return drafts.flatMap(({ suggestion }) => suggestion?.fix.edits ?? []);
}

;// CONCATENATED MODULE: ./build/core/report/trace.js


/** The trace for machines, as text: version 1 of the shape that the README describes. */
function traceJson(result) {
    const { upstream, verdict, firefox } = result;
    const value = {
        version: 1,
        outcome: result.outcome,
        status: result.status,
        configErrors: result.configErrors,
        location: result.location,
        steps: result.steps,
        upstream: upstream && {
            method: trace_valueJson(upstream.method),
            uri: trace_valueJson(upstream.uri),
            address: trace_valueJson(upstream.address),
            httpVersion: trace_valueJson(upstream.httpVersion),
            headers: upstream.headers.map(({ name, value }) => [name, trace_valueJson(value)]),
        },
        verdict: verdict && {
            strict: verdict.strict,
            lenient: verdict.lenient,
            firefox: firefox?.strict,
            reasons: verdict.reasons,
        },
        idleTimeoutMs: result.idleTimeoutMs,
        reusesUpstreamConnection: result.reusesUpstreamConnection,
    };
    return `${JSON.stringify(value, null, 2)}\n`;
}
function trace_valueJson(value) {
    return typeof value === "string" ? value : { unknown: value.unknown };
}
/** The trace for people: the way step by step, the request that reaches the upstream, and what comes of it. */
function traceText(result) {
    const { steps, configErrors, upstream, verdict, firefox, idleTimeoutMs } = result;
    const sections = [
        steps.map((step, index) => `${String(index + 1).padStart(3)}. ${step}`),
        configErrors.map(({ message, file, line }) => `nginx refuses ${file}:${line}: ${message}`),
        upstream === null
            ? []
            : [
                `What reaches ${shown(upstream.address)}:`,
                `    ${[upstream.method, upstream.uri].map(shown).join(" ")} HTTP/${shown(upstream.httpVersion)}`,
                ...upstream.headers.map(({ name, value }) => `    ${name}: ${headerText(value)}`),
            ],
        [
            outcomeText(result.outcome, result.status),
            ...(verdict === null ? [] : verdictText(verdict)),
            ...(verdict?.strict !== "breaks" && firefox?.strict === "breaks" ? firefoxText(firefox) : []),
            ...(upstream === null || idleTimeoutMs === null
                ? []
                : [`A connection without traffic is closed after ${idleTimeoutMs / 1000} s.`]),
        ],
    ];
    return `${sections
        .filter((lines) => lines.length > 0)
        .map((lines) => lines.join("\n"))
        .join("\n\n")}\n`;
}
function headerText(value) {
    return typeof value === "string" ? value : `${value.text}   (not known: ${value.unknown})`;
}
function outcomeText(outcome, status) {
    switch (outcome) {
        case "proxied":
            return "The request is proxied.";
        case "answered":
            return status === null ? "nginx answers by itself." : `nginx answers by itself: ${status}.`;
        case "config-error":
            return "nginx does not start with this configuration.";
        case "unknown":
            return "Where the request ends is not known from the configuration alone.";
    }
}
function verdictText({ strict, lenient, reasons }) {
    const said = {
        works: "is accepted",
        breaks: "fails",
        unknown: "is not known to work or to fail",
    };
    const why = whyText(reasons);
    return strict === lenient
        ? [`The WebSocket handshake ${said[strict]}${why}.`]
        : [
            `The WebSocket handshake ${said[strict]} at servers that follow RFC 6455${why}, and ${said[lenient]} at lenient ones such as Node's ws.`,
        ];
}
function firefoxText({ reasons }) {
    return [
        `That of Firefox, which writes Connection: ${firefoxConnection}, fails${whyText(reasons)}.`,
    ];
}
function whyText(reasons) {
    return reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
}

;// CONCATENATED MODULE: ./build/core/trace.js




/**
 * Follows one request through the program that a file belongs to: the one that starts with it, else the first that
 * includes it.
 *
 * @param policy whose `nginxVersion` counts, else that of the repository's images; without either, what versions do differently is open
 * @returns null where the file is no nginx configuration
 */
function traceFile(files, file, request, policy) {
    const [only, ...others] = versionsInQuestion(policy.nginxVersion ?? repositoryVersion(files, () => { }));
    const version = only === undefined || others.length > 0 ? null : only;
    // Who names a file means it, whatever its name.
    for (const asked of [policy, { ...policy, files: [file], ignore: [] }]) {
        const { configs } = findPrograms(new Documents(files), { policy: asked, paths: [file] });
        const config = configs.find(({ root }) => root === file) ?? configs[0];
        if (config !== undefined)
            return trace(config, request, version);
    }
    return null;
}

;// CONCATENATED MODULE: ./build/core/index.js





























// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./build/cli/terminal.js
/** Wrong usage or unreadable input: exit status 2. The message says what is wrong and what to do. */
class UsageError extends Error {
}

;// CONCATENATED MODULE: ./build/cli/arguments.js



/**
 * Reads a command's words.
 * @throws UsageError that names the flag and the nearest right one.
 */
function readArguments(command, args, flags) {
    const options = Object.fromEntries(Object.entries(flags).map(([name, { value }]) => [
        name,
        { type: value === null ? "boolean" : "string", multiple: true },
    ]));
    const { values, positionals, tokens } = (0,external_node_util_.parseArgs)({
        args: [...args],
        options,
        strict: false,
        allowPositionals: true,
        tokens: true,
    });
    for (const token of tokens) {
        if (token.kind !== "option")
            continue;
        const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
        if (flag === undefined)
            throw new UsageError(unknownFlag(command, token.rawName, flags));
        if (flag.value !== null && token.value === undefined) {
            throw new UsageError(`${token.rawName} expects a value.`);
        }
        if (flag.value === null && token.value !== undefined) {
            throw new UsageError(`${token.rawName} takes no value.`);
        }
    }
    const all = (name) => [values[name] ?? []].flat().filter((value) => typeof value === "string");
    const last = (name) => all(name).at(-1) ?? null;
    return {
        words: positionals,
        has: (name) => values[name] !== undefined,
        value: last,
        values: all,
        choice(name, allowed) {
            const given = last(name);
            if (given === null)
                return allowed[0];
            const found = allowed.find((value) => value === given);
            if (found !== undefined)
                return found;
            const guess = nearest_nearest(given, allowed);
            const hint = guess === null ? "" : ` Did you mean ${guess}?`;
            throw new UsageError(`--${name} is ${given}: expected ${allowed.join(", ")}.${hint}`);
        },
    };
}
function unknownFlag(command, name, flags) {
    const guess = nearest_nearest(name, Object.keys(flags).map((flag) => `--${flag}`));
    const hint = guess === null ? "" : ` Did you mean ${guess}?`;
    return `${command} has no flag ${name}.${hint || ` ${command} --help lists its flags.`}`;
}

;// CONCATENATED MODULE: ./build/cli/dump.js

/** Takes what `nginx -T` prints apart. @throws UsageError where the text is no such dump. */
function readDump(text) {
    const parts = text.split(/^# configuration file (.+):\r?\n/m);
    const texts = new Map();
    for (let at = 1; at < parts.length; at += 2) {
        const path = (parts[at] ?? "").replace(/^\/+/, "");
        // nginx adds a line feed after each file.
        if (!texts.has(path))
            texts.set(path, (parts[at + 1] ?? "").replace(/\n$/, ""));
    }
    const [root] = texts.keys();
    if (root === undefined) {
        throw new UsageError('standard input has no line "# configuration file \u2026:": expected what nginx -T prints.');
    }
    const paths = [...texts.keys()];
    return { root, files: { list: () => paths, read: (path) => texts.get(path) } };
}

// EXTERNAL MODULE: external "node:module"
var external_node_module_ = __webpack_require__(8995);
;// CONCATENATED MODULE: ./build/cli/execute.js

const execute_require = (0,external_node_module_.createRequire)(import.meta.url);
/**
 * Runs a program to its end. Node loads what that takes only now: it is a third of a start's time, and `check` of a
 * working tree asks nobody.
 *
 * @returns what it wrote
 * @throws Error where it cannot be started or fails
 */
function execute(program, args, options) {
    const { execFileSync } = execute_require("node:child_process");
    return execFileSync(program, [...args], options);
}

;// CONCATENATED MODULE: ./build/cli/git.js



/** Git's answer to a question is at most this long, in bytes. */
const longestAnswer = 1 << 30;
/**
 * A git repository as the commands see it: paths are relative to `folder`, which may be below the repository's top, and
 * what lies outside of it is not seen.
 */
class Git {
    #folder;
    /** @throws UsageError where the folder is in no git repository. */
    constructor(folder) {
        this.#folder = folder;
        let isInside;
        try {
            isInside = this.#git(["rev-parse", "--is-inside-work-tree"]).toString("utf8").trim();
        }
        catch (error) {
            const isNone = error instanceof UsageError && /not a git repository/.test(error.message);
            if (!isNone)
                throw error;
            isInside = "false";
        }
        if (isInside !== "true") {
            throw new UsageError(`${folder} is not in a git repository, so there is nothing to compare.`);
        }
    }
    /** The top folder of the repository that a folder is in; null where it is in none. */
    static topOf(folder) {
        let git;
        try {
            git = new Git(folder);
        }
        catch (error) {
            if (error instanceof UsageError)
                return null;
            throw error;
        }
        return git.#try(["rev-parse", "--show-toplevel"]);
    }
    /** Where HEAD left a branch. @throws UsageError where the reference is unknown or has nothing in common with HEAD. */
    mergeBase(reference) {
        if (this.#try(["rev-parse", "--verify", "--quiet", `${reference}^{commit}`]) === null) {
            throw new UsageError(`git knows no commit ${reference}. Fetch it first, or name another one with --base.`);
        }
        const base = this.#try(["merge-base", reference, "HEAD"]);
        if (base === null) {
            throw new UsageError(`${reference} and HEAD have no commit in common. In a shallow clone, fetch more history.`);
        }
        return base;
    }
    /** The branch that pull requests go to, as far as git knows: the remote's default, else main or master. */
    defaultBase() {
        const candidates = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];
        const found = candidates.find((name) => this.#try(["rev-parse", "--verify", "--quiet", `${name}^{commit}`]) !== null);
        if (found !== undefined)
            return found;
        throw new UsageError("git knows no main branch here; name the base with --base REF.");
    }
    /** Whether something in the working tree is not as HEAD has it. */
    isChanged() {
        return this.#git(["status", "--porcelain", "--", "."]).length > 0;
    }
    /** Files that git tracks or would track, without those that it ignores. */
    workingFiles() {
        return split(this.#git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]));
    }
    /** The files of a commit; a symbolic link reads as its target's path. Those that `policy` takes for nginx configuration are read in one go. */
    filesAt(commit, policy) {
        const entries = split(this.#git(["ls-tree", "-r", "-z", commit, "./"])).flatMap((line) => {
            const [, mode = "", sha = "", path = ""] = /^(\d+) \w+ ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
            return /^(?:100|120)/.test(mode) ? [{ path, sha, isLink: mode.startsWith("120") }] : [];
        });
        const links = new Set(entries.flatMap(({ path, isLink }) => (isLink ? path : [])));
        const shas = new Map(entries.map(({ path, sha }) => [path, sha]));
        const paths = [...shas.keys()];
        const texts = new Map();
        const load = (wanted) => {
            const contents = this.#blobs(wanted.map((path) => shas.get(path) ?? ""));
            for (const [index, path] of wanted.entries())
                texts.set(path, contents[index]);
        };
        return {
            list: () => paths,
            isLink: (path) => links.has(path),
            read(path) {
                if (!shas.has(path))
                    return undefined;
                if (texts.size === 0)
                    load(paths.filter((each) => isNginxFile(each, null, policy)));
                if (!texts.has(path))
                    load([path]);
                return texts.get(path);
            },
        };
    }
    /** What differs between a commit and another, or the working tree where `to` is null, renames found. */
    changes(from, to, policy) {
        const range = to === null ? [from] : [from, to];
        const fields = split(this.#git(["diff", "--name-status", "-z", "-M", "--relative", ...range, "--", "."]));
        const changes = [];
        for (let at = 0; at < fields.length;) {
            const letter = fields[at] ?? "";
            const renames = /^[RC]/.test(letter);
            const previous = renames ? (fields[at + 1] ?? "") : null;
            const path = fields[at + (renames ? 2 : 1)] ?? "";
            at += renames ? 3 : 2;
            const status = git_statusOf(letter);
            const paths = previous === null ? [path] : [previous, path];
            const matters = paths.some((each) => isNginxFile(each, null, policy));
            changes.push({
                path,
                previousPath: status === "renamed" ? previous : null,
                status,
                patch: matters ? this.#patch(range, paths) : null,
            });
        }
        return changes;
    }
    #patch(range, paths) {
        const diff = this.#git([
            "diff",
            "-M",
            "--no-color",
            "--no-ext-diff",
            "--relative",
            "--unified=3",
            ...range,
            "--",
            ...paths.map((path) => `:(literal)${path}`),
        ]).toString("utf8");
        const hunks = diff.search(/^@@ /m);
        return hunks === -1 ? null : diff.slice(hunks).replace(/\n$/, "");
    }
    /** Undefined for what is binary. */
    #blobs(shas) {
        if (shas.length === 0)
            return [];
        const answer = this.#git(["cat-file", "--batch"], `${shas.join("\n")}\n`);
        const contents = [];
        for (let at = 0; at < answer.length;) {
            const end = answer.indexOf("\n", at);
            const size = Number(answer.toString("latin1", at, end).split(" ")[2]);
            const bytes = answer.subarray(end + 1, end + 1 + size);
            contents.push(bytes.includes(0) ? undefined : bytes.toString("utf8"));
            at = end + 1 + size + 1;
        }
        return contents;
    }
    #git(args, input = "") {
        try {
            return execute("git", args, {
                cwd: this.#folder,
                input,
                maxBuffer: longestAnswer,
                stdio: ["pipe", "pipe", "pipe"],
            });
        }
        catch (error) {
            const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
            throw new UsageError(`git ${args[0]} failed: ${said === "" ? String(error) : said}`);
        }
    }
    #try(args) {
        try {
            return this.#git(args).toString("utf8").trim();
        }
        catch {
            return null;
        }
    }
}
function git_statusOf(letter) {
    switch (letter.charAt(0)) {
        case "A":
        case "C":
            return "added";
        case "D":
            return "removed";
        case "R":
            return "renamed";
        default:
            return "modified";
    }
}
function split(bytes) {
    return bytes
        .toString("utf8")
        .split("\0")
        .filter((field) => field !== "");
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./build/cli/settings.js




/** Where the policy file is, unless `--config` says otherwise. */
const usualPath = ".github/nginx-websocket-guard.yml";
/** Flags of every command that analyses. */
const policyFlags = {
    config: { value: "FILE", about: `the policy file; else ${usualPath}` },
    profile: {
        value: "P",
        about: "recommended, basic, enterprise or hardened; overrules the policy's",
    },
    "nginx-version": {
        value: "V",
        about: "the version that runs the configuration, such as 1.27; overrules the policy's",
    },
};
/**
 * The policy file, under the flags, which overrule it.
 * @throws UsageError with all that is wrong in the file, one line each: `file:line:column: message`
 */
function settings_readPolicy(args, cwd) {
    const given = args.value("config");
    const path = (0,external_node_path_.resolve)(cwd, given ?? usualPath);
    const policy = given !== null || (0,external_node_fs_.existsSync)(path) ? readFile(path, cwd) : defaultPolicy;
    return withFlags(policy, args);
}
/**
 * The policy that decides about a change: the file as it is in the base, for nobody shall switch off what judges them. A
 * file outside of the folder is not part of the change and is read as it is.
 */
function policyAt(git, commit, args, cwd) {
    const path = (0,external_node_path_.relative)(cwd, (0,external_node_path_.resolve)(cwd, args.value("config") ?? usualPath)).replaceAll(external_node_path_.sep, "/");
    if ((0,external_node_path_.isAbsolute)(path) || path.startsWith("../"))
        return settings_readPolicy(args, cwd);
    const text = git.filesAt(commit, defaultPolicy).read(path);
    return withFlags(text === undefined ? defaultPolicy : settings_parsed(text, `${path} of the base`), args);
}
function withFlags(policy, args) {
    const { profile } = policy;
    const others = ["recommended", "basic", "enterprise", "hardened"].filter((each) => each !== profile);
    return {
        ...policy,
        profile: args.choice("profile", [profile, ...others]),
        nginxVersion: versionOf(args) ?? policy.nginxVersion,
    };
}
/** `--nginx-version`, or null. */
function versionOf(args) {
    const version = args.value("nginx-version");
    if (version === null || /^\d+\.\d+(\.\d+)?$/.test(version))
        return version;
    throw new UsageError(`--nginx-version is ${version}: expected a version such as 1.27 or 1.27.3.`);
}
function readFile(path, cwd) {
    const name = (0,external_node_path_.relative)(cwd, path);
    let text;
    try {
        text = (0,external_node_fs_.readFileSync)(path, "utf8");
    }
    catch (error) {
        throw new UsageError(`the policy file ${name} cannot be read: ${settings_messageOf(error)}`);
    }
    return settings_parsed(text, name);
}
function settings_parsed(text, name) {
    const read = loadPolicy(text, name);
    if ("policy" in read)
        return read.policy;
    const lines = read.problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
    throw new UsageError(`the policy file is not valid:\n${lines.join("\n")}`);
}
/** What Node says of a file, without its code and the path, which the sentence around it names. */
function settings_messageOf(error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^[A-Z]+: /, "").replace(/, \w+ '.*'$/, "");
}
const settings_rank = { notice: 1, warning: 2, error: 3 };
/** Whether something is as bad as `--fail-on` says, or worse. */
function fails(findings, failOn) {
    return failOn !== "never" && findings.some(({ severity }) => settings_rank[severity] >= settings_rank[failOn]);
}
/** The values of `--fail-on`, the default first. */
const failOnValues = ["error", "warning", "notice", "never"];

;// CONCATENATED MODULE: ./build/cli/tree.js





/** Files above this size are not read: no one writes such a configuration by hand. In bytes. */
const largestFile = 5_000_000;
const unreadFolders = new Set([".git", "node_modules"]);
/**
 * The files of a folder. A symbolic link reads as its target's path, as git stores it: the analysis follows it to a file of
 * the same folder and nowhere else.
 */
class Tree {
    folder;
    /** Why files that were asked for have no text, by path. */
    unreadable = new Map();
    #paths = new Set();
    #links = new Set();
    #texts = new Map();
    /** @param named paths that the user named: they are there even where git ignores them */
    constructor(folder, named) {
        this.folder = folder;
        const paths = tracked(folder) ?? [...walk(folder, "")];
        const wanted = named.flatMap((path) => (path === "" ? [] : tree_below(folder, path)));
        for (const path of new Set([...paths, ...wanted])) {
            const status = (0,external_node_fs_.lstatSync)((0,external_node_path_.join)(folder, path), { throwIfNoEntry: false });
            if (status?.isSymbolicLink() === true)
                this.#links.add(path);
            if (status?.isFile() === true || status?.isSymbolicLink() === true)
                this.#paths.add(path);
        }
    }
    list() {
        return [...this.#paths];
    }
    isLink(path) {
        return this.#links.has(path);
    }
    read(path) {
        if (!this.#texts.has(path))
            this.#texts.set(path, this.#load(path));
        return this.#texts.get(path);
    }
    /** Replaces files, each as a whole: a run that is cut off leaves the old or the new text, never a part. */
    write(texts) {
        for (const [path, text] of texts) {
            const file = (0,external_node_path_.join)(this.folder, path);
            const next = `${file}.${crypto.randomUUID()}`;
            try {
                (0,external_node_fs_.writeFileSync)(next, text, { mode: (0,external_node_fs_.statSync)(file).mode, flag: "wx" });
                (0,external_node_fs_.renameSync)(next, file);
            }
            catch (error) {
                throw new UsageError(`${path} cannot be written: ${settings_messageOf(error)}`);
            }
            this.#texts.set(path, text);
        }
    }
    #load(path) {
        if (!this.#paths.has(path))
            return undefined;
        const content = tree_contentOf((0,external_node_path_.join)(this.folder, path));
        if ("text" in content)
            return content.text;
        this.unreadable.set(path, content.reason);
        return undefined;
    }
}
function tree_contentOf(file) {
    try {
        const status = (0,external_node_fs_.lstatSync)(file);
        if (status.isSymbolicLink())
            return { text: (0,external_node_fs_.readlinkSync)(file) };
        if (status.size > largestFile)
            return { reason: `it is larger than ${largestFile / 1e6} MB` };
        const bytes = (0,external_node_fs_.readFileSync)(file);
        return bytes.includes(0) ? { reason: "it is binary" } : { text: bytes.toString("utf8") };
    }
    catch (error) {
        return { reason: settings_messageOf(error) };
    }
}
/**
 * Where to look for the paths that a user names: in the current folder, or, for one path outside of it, in the nearest
 * folder above that holds an nginx.conf.
 * @throws UsageError for a path that is not there, or several outside of the current folder
 */
function tree_select(cwd, words) {
    const given = words.length === 0 ? [cwd] : words.map((word) => (0,external_node_path_.resolve)(cwd, word));
    for (const [index, path] of given.entries()) {
        if ((0,external_node_fs_.statSync)(path, { throwIfNoEntry: false }) === undefined) {
            throw new UsageError(`there is no file or folder ${words[index] ?? path}.`);
        }
    }
    if (given.every((path) => tree_isWithin(cwd, path)))
        return selection(cwd, given);
    const [only, ...more] = given;
    if (only === undefined || more.length > 0) {
        throw new UsageError("paths outside of the current folder are checked one at a time; change into their folder to check several.");
    }
    const folder = (0,external_node_fs_.statSync)(only).isDirectory() ? only : (0,external_node_path_.dirname)(only);
    return selection(folderOfMain(folder) ?? folder, given);
}
function selection(folder, paths) {
    return { folder, paths: paths.map((path) => (0,external_node_path_.relative)(folder, path).replaceAll(external_node_path_.sep, "/")) };
}
function folderOfMain(folder) {
    for (let at = folder, steps = 0; steps < 4; at = (0,external_node_path_.dirname)(at), steps += 1) {
        if (isPlainFile((0,external_node_path_.join)(at, "nginx.conf")))
            return at;
    }
    return null;
}
function tree_isWithin(folder, path) {
    const way = (0,external_node_path_.relative)(folder, path);
    return way !== ".." && !way.startsWith(`..${external_node_path_.sep}`) && !way.startsWith(external_node_path_.sep);
}
function isPlainFile(path) {
    return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })?.isFile() === true;
}
/** Null outside of a git repository. */
function tracked(folder) {
    try {
        return new Git(folder).workingFiles();
    }
    catch (error) {
        if (error instanceof UsageError)
            return null;
        throw error;
    }
}
/** The file itself, or every file below the folder. */
function tree_below(folder, path) {
    return isPlainFile((0,external_node_path_.join)(folder, path)) ? [path] : [...walk(folder, `${path}/`)];
}
function* walk(folder, prefix) {
    let entries;
    try {
        entries = (0,external_node_fs_.readdirSync)((0,external_node_path_.join)(folder, prefix), { withFileTypes: true });
    }
    catch (error) {
        throw new UsageError(`the folder ${prefix} cannot be read: ${settings_messageOf(error)}`);
    }
    for (const entry of entries) {
        const path = prefix + entry.name;
        if (entry.isFile() || entry.isSymbolicLink())
            yield path;
        else if (entry.isDirectory() && !unreadFolders.has(entry.name))
            yield* walk(folder, `${path}/`);
    }
}

;// CONCATENATED MODULE: ./build/cli/check.js






const formats = ["text", "json", "sarif", "markdown", "conftest"];
/** Checks the working tree, or a dump of `nginx -T` on standard input. */
const check = {
    words: "[PATH\u2026]",
    about: "findings in the working tree; check - reads what nginx -T prints",
    flags: {
        format: { value: "F", about: "text, json, sarif, markdown or conftest" },
        fix: { value: null, about: "applies the fixes that are safe" },
        base: { value: "REF", about: "only what is new since HEAD left that git commit" },
        "fail-on": {
            value: "S",
            about: "ends with 1 from this severity on: error, warning, notice or never",
        },
        ...policyFlags,
    },
    examples: [
        "GUARD check deploy/nginx",
        "GUARD check --base origin/main",
        "nginx -T | GUARD check -",
    ],
    run: runCheck,
};
function runCheck(args, terminal) {
    const format = args.choice("format", formats);
    const failOn = args.choice("fail-on", failOnValues);
    const policy = settings_readPolicy(args, terminal.cwd);
    const { analysis, findings, applied, unreadable } = args.words.includes("-")
        ? checkDump(args, policy, terminal)
        : checkTree(args, policy, terminal);
    terminal.progress(null);
    for (const [path, reason] of unreadable) {
        terminal.complain(`${path} was not analysed: ${reason}.\n`);
    }
    if (applied > 0) {
        terminal.complain(`${applied} ${applied === 1 ? "fix" : "fixes"} applied.\n`);
    }
    const isEmpty = analysis.files.length === 0 && unreadable.size === 0;
    if (isEmpty) {
        terminal.complain(`No nginx configuration found. Where it has other names, name them under files: in ${usualPath}.\n`);
    }
    for (const sentence of pendingInWords(analysis))
        terminal.complain(`${sentence}\n`);
    if (!isEmpty || format !== "text") {
        terminal.write(report(format, analysis, findings, terminal));
    }
    // Fixes are looked for when a report asks for them.
    for (const sentence of givenUpInWords(analysis))
        terminal.complain(`${sentence}\n`);
    if (unreadable.size > 0)
        return 2;
    return fails(findings, failOn) ? 1 : 0;
}
function checkDump(args, policy, terminal) {
    for (const flag of ["fix", "base"]) {
        if (args.has(flag))
            throw new UsageError(`--${flag} does not go with standard input.`);
    }
    if (args.words.length > 1)
        throw new UsageError("- stands alone: it is the whole configuration.");
    const { files, root } = readDump(terminal.input());
    const own = {
        ...policy,
        files: ["**"],
        ignore: [],
        roots: [root],
        prefixes: new Map([["/", ""]]),
    };
    const analysis = analyse(files, { policy: own });
    return { analysis, findings: analysis.findings, applied: 0, unreadable: new Map() };
}
function checkTree(args, own, terminal) {
    const { folder, paths } = tree_select(terminal.cwd, args.words);
    if (folder !== terminal.cwd)
        terminal.complain(`Paths are relative to ${folder}.\n`);
    terminal.progress("Looking for nginx configuration\u2026");
    const tree = new Tree(folder, paths);
    const reference = args.value("base");
    const base = reference === null ? null : baseOf(reference, folder, args, terminal);
    const policy = base?.policy ?? own;
    const wanted = chosen(tree, paths, policy);
    const analyseTree = () => {
        terminal.progress("Simulating handshakes\u2026");
        const head = analyse(tree, { policy, ...(wanted !== null && { paths: wanted }) });
        return base === null ? head : against(base, head);
    };
    const isMeant = selects(wanted);
    const meant = (analysis) => analysis.findings.filter((finding) => isMeant(finding) && (base === null || finding.isNew));
    let analysis = analyseTree();
    let applied = 0;
    if (args.has("fix")) {
        // A fix may make room for the next one; more rounds than this would mean that two undo each other.
        for (let round = 0; round < 10; round += 1) {
            const count = applyFixes(tree, analysis, meant(analysis));
            if (count === 0)
                break;
            applied += count;
            analysis = analyseTree();
        }
    }
    return { analysis, findings: meant(analysis), applied, unreadable: tree.unreadable };
}
/** The nginx files that the user means; null for all. */
function chosen(tree, paths, policy) {
    if (paths.includes(""))
        return null;
    const inPaths = (file) => paths.some((path) => file === path || file.startsWith(`${path}/`));
    const files = tree.list().filter(inPaths);
    const nginx = files.filter((file) => isNginxFile(file, null, policy));
    for (const path of paths) {
        const text = files.includes(path) ? tree.read(path) : "";
        if (text === undefined) {
            throw new UsageError(`${path} cannot be read: it is binary, or larger than 5 MB.`);
        }
        if (files.includes(path) && !isNginxFile(path, text, policy)) {
            throw new UsageError(`${path} holds no nginx configuration as far as its name and content say; files: in ${usualPath} can name it.`);
        }
    }
    return nginx;
}
/** A finding counts where its place, its location or something related lies in what the user means. */
function selects(wanted) {
    if (wanted === null)
        return () => true;
    const paths = new Set(wanted);
    return ({ place, location, related }) => [
        place,
        ...(location === null ? [] : [location.place]),
        ...related.map((each) => each.place),
    ].some(({ document }) => paths.has(document.path));
}
function baseOf(reference, folder, args, { cwd }) {
    const git = new Git(folder);
    const commit = git.mergeBase(reference);
    return { git, commit, policy: policyAt(new Git(cwd), commit, args, cwd) };
}
function against({ git, commit, policy }, head) {
    const base = analyse(git.filesAt(commit, policy), { policy });
    return analyse_compare(head, base, git.changes(commit, null, policy));
}
/** Writes the safe fixes of these findings that hold together. @returns how many */
function applyFixes(tree, analysis, findings) {
    const edits = [];
    let count = 0;
    for (const { fix, commentable } of findings) {
        // What is not sure to be a fault is left to the person who reads of it.
        if (fix?.safety !== "safe" || !commentable)
            continue;
        // Text that is not UTF-8 would be written back as something else.
        if (fix.edits.some(({ document }) => document.text.includes("\u{fffd}")))
            continue;
        const together = [...edits, ...fix.edits];
        if (!analysis.proveTogether(together))
            continue;
        edits.push(...fix.edits);
        count += 1;
    }
    const texts = new Map();
    for (const { document } of edits) {
        const own = edits.filter((edit) => edit.document === document);
        const text = applyEdits(document.text, own);
        if (text !== null)
            texts.set(document.path, text);
    }
    tree.write(texts);
    return count;
}
function report(format, analysis, findings, { color, width }) {
    switch (format) {
        case "text":
            return textReport(analysis, findings, { color, width });
        case "json":
            return jsonReport(analysis, findings);
        case "sarif":
            return sarifReport(analysis, findings);
        case "conftest":
            return conftestReport(analysis);
        case "markdown":
            return summaryReport({
                title: "nginx-websocket-guard",
                verdictLine: findings.length === 0 ? "No findings." : `${findings.length} findings.`,
                analysis,
                findings,
                unplaced: [],
                live: new Set(),
                resolved: new Set(),
                notes: [],
                incomplete: [],
                policyProblems: [],
            });
    }
}

;// CONCATENATED MODULE: ./build/cli/explain.js


/** Prints a rule's page, or one line per rule. */
const explain = {
    words: "[RULE]",
    about: "a rule's page; without RULE the list of rules",
    flags: {},
    examples: ["GUARD explain connection-header"],
    run: runExplain,
};
function runExplain({ words }, terminal) {
    const [rule, ...more] = words;
    if (more.length > 0)
        throw new UsageError(`explain takes one rule, not ${words.length} words.`);
    const summaries = ruleSummaries();
    if (rule === undefined) {
        const width = Math.max(...summaries.map(({ id }) => id.length));
        for (const { id, summary } of summaries) {
            terminal.write(`${id.padEnd(width)}  ${summary.replaceAll("`", "")}\n`);
        }
        return 0;
    }
    const page = rulePage(rule);
    if (page === undefined) {
        const guess = nearest_nearest(rule, summaries.map(({ id }) => id));
        const hint = guess === null ? "explain without a rule lists them all." : `Did you mean ${guess}?`;
        throw new UsageError(`there is no rule ${rule}. ${hint}`);
    }
    terminal.write(page.endsWith("\n") ? page : `${page}\n`);
    return 0;
}

;// CONCATENATED MODULE: ./build/cli/workflow.js



/** The workflow that reviews pull requests. @param action what its step uses */
function workflowFile(action) {
    return `name: nginx

on:
  pull_request:
  merge_group:

permissions:
  contents: read
  pull-requests: write

concurrency:
  group: nginx-\${{ github.event.pull_request.number || github.ref }}
  cancel-in-progress: true

jobs:
  websocket:
    runs-on: ubuntu-latest
    steps:
      - uses: ${action}
`;
}
/** Stands for the account where nothing tells it. */
const unknownOwner = "OWNER";
/**
 * The Action's name on GitHub: from what npm notes of a package that it installs from there, or the remote of a clone.
 *
 * @param program the file that was started, in the package's `dist`
 */
function actionOf(program) {
    const folder = (0,external_node_path_.dirname)((0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(program)));
    const address = (0,external_node_path_.dirname)(folder).endsWith("node_modules") ? npmSource(folder) : remote(folder);
    const [, repository] = /\bgithub\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?(?:[#?].*)?$/.exec(address) ?? [];
    return `${repository ?? `${unknownOwner}/nginx-websocket-guard`}@v1`;
}
function npmSource(folder) {
    const modules = (0,external_node_path_.dirname)(folder);
    try {
        const { packages } = JSON.parse((0,external_node_fs_.readFileSync)((0,external_node_path_.join)(modules, ".package-lock.json"), "utf8"));
        return packages?.[`node_modules/${(0,external_node_path_.basename)(folder)}`]?.resolved ?? "";
    }
    catch {
        return "";
    }
}
function remote(folder) {
    if (!(0,external_node_fs_.existsSync)((0,external_node_path_.join)(folder, ".git")))
        return "";
    try {
        const url = execute("git", ["remote", "get-url", "origin"], {
            cwd: folder,
            stdio: ["ignore", "pipe", "ignore"],
        });
        return url.toString("utf8").trim();
    }
    catch {
        return "";
    }
}

;// CONCATENATED MODULE: ./build/cli/init.js








const workflowPath = ".github/workflows/nginx-websocket-guard.yml";
/** Says what a repository holds, and writes a workflow and a policy file for it; never over a file that is there. */
const init = {
    words: "[FOLDER]",
    about: "looks at a repository, and writes a workflow and a policy file for it",
    flags: { "dry-run": { value: null, about: "shows the two files and writes nothing" } },
    examples: ["GUARD init --dry-run"],
    run: runInit,
};
function runInit(args, terminal) {
    const [given = ".", ...more] = args.words;
    if (more.length > 0)
        throw new UsageError(`init takes one folder, not ${args.words.length}.`);
    const folder = init_folderOf(given, terminal.cwd);
    const isDry = args.has("dry-run");
    if (!isDry)
        refuseExisting(folder);
    terminal.progress("Looking for nginx configuration\u2026");
    const tree = new Tree(folder, []);
    const analysis = analyse(tree, { policy: defaultPolicy });
    terminal.progress(null);
    if (analysis.configs.length === 0) {
        throw new UsageError(`no nginx configuration found in ${given}, so there is nothing to write. If it is there under other names, write ${usualPath} with files: that name it.`);
    }
    const discovery = discover(analysis, tree);
    const action = actionOf(terminal.program);
    const texts = new Map([
        [workflowPath, workflowFile(action)],
        [usualPath, policyFile(discovery)],
    ]);
    if (!isDry)
        writeNew(folder, texts);
    terminal.write(`${discoveryText(discovery, analysis)}\n`);
    if (isDry) {
        for (const [path, text] of texts)
            terminal.write(`\u2500\u2500 ${path}\n\n${text}\n`);
        terminal.write("Nothing was written.\n");
    }
    else {
        terminal.write(`Wrote ${[...texts.keys()].join(" and ")}. Read them, then commit them.\n`);
    }
    if (action.startsWith(`${unknownOwner}/`)) {
        terminal.write(`In the workflow, put the account that holds the Action in place of ${unknownOwner}.\n`);
    }
    return 0;
}
/** @throws UsageError for what is no folder, and for one below a repository's top: GitHub looks there only. */
function init_folderOf(given, cwd) {
    const folder = (0,external_node_path_.resolve)(cwd, given);
    if ((0,external_node_fs_.statSync)(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw new UsageError(`there is no folder ${given}.`);
    }
    const top = Git.topOf(folder);
    if (top !== null && (0,external_node_path_.relative)(top, (0,external_node_fs_.realpathSync)(folder)) !== "") {
        throw new UsageError(`GitHub reads .github at the top of a repository: run init for ${(0,external_node_path_.relative)(cwd, top) || "."}.`);
    }
    return folder;
}
/** Before anything is read, so that the answer is at once there. */
function refuseExisting(folder) {
    const there = [workflowPath, usualPath].filter((path) => isThere((0,external_node_path_.join)(folder, path)));
    if (there.length === 0)
        return;
    const subject = there.length === 1 ? "is" : "are";
    throw new UsageError(`${there.join(" and ")} ${subject} already there, so nothing was written. --dry-run shows what would be.`);
}
/** A link that leads nowhere is there too. */
function isThere(path) {
    try {
        return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false }) !== undefined;
    }
    catch {
        return false;
    }
}
/** Writes all of these files or none: each whole under another name first, and only then where it belongs. */
function writeNew(folder, texts) {
    const made = [];
    const drafts = [];
    try {
        const files = [...texts].map(([path, text]) => {
            const file = (0,external_node_path_.join)(folder, path);
            const top = (0,external_node_fs_.mkdirSync)((0,external_node_path_.dirname)(file), { recursive: true });
            if (top !== undefined)
                made.push(top);
            const draft = `${file}.${crypto.randomUUID()}`;
            drafts.push(draft);
            (0,external_node_fs_.writeFileSync)(draft, text, { flag: "wx" });
            return { file, draft };
        });
        for (const { file, draft } of files) {
            // Unlike a rename, a link never takes the place of a file.
            (0,external_node_fs_.linkSync)(draft, file);
            made.push(file);
        }
    }
    catch (error) {
        for (const path of made.toReversed())
            (0,external_node_fs_.rmSync)(path, { recursive: true, force: true });
        throw new UsageError(`nothing was written: ${settings_messageOf(error)}.`);
    }
    finally {
        for (const draft of drafts)
            (0,external_node_fs_.rmSync)(draft, { force: true });
    }
}

;// CONCATENATED MODULE: ./build/cli/review.js




const mostComments = 50;
/** Prints the comments that a pull request from HEAD would get. Posts nothing. */
const review = {
    words: "",
    about: "the comments that a pull request from HEAD would get; posts nothing",
    flags: {
        base: { value: "REF", about: "the branch that it goes to; else that of the remote" },
        format: { value: "F", about: "text or json" },
        ...policyFlags,
    },
    examples: ["GUARD review --base origin/main"],
    run: runReview,
};
function runReview(args, terminal) {
    if (args.words.length > 0)
        throw new UsageError(`review takes no path: ${args.words[0]}.`);
    const format = args.choice("format", ["text", "json"]);
    settings_readPolicy(args, terminal.cwd);
    const git = new Git(terminal.cwd);
    const reference = args.value("base") ?? git.defaultBase();
    const base = git.mergeBase(reference);
    const policy = policyAt(git, base, args, terminal.cwd);
    terminal.progress("Simulating handshakes\u2026");
    const changes = git.changes(base, "HEAD", policy);
    const [before, after] = [base, "HEAD"].map((commit) => analyse(git.filesAt(commit, policy), { policy }));
    if (before === undefined || after === undefined)
        throw new Error("both sides are analysed");
    const analysis = analyse_compare(after, before, changes);
    const findings = analysis.findings.filter(({ isNew }) => isNew);
    const planned = planReview({ analysis, changes, findings, maxComments: mostComments });
    const notes = [...pendingInWords(analysis), ...planned.notes];
    terminal.progress(null);
    if (git.isChanged()) {
        terminal.complain("What is not committed is not looked at; check --base sees it.\n");
    }
    terminal.write(format === "json" ? asJson({ ...planned, notes }) : asText({ ...planned, notes }, reference));
    return fails(findings, "error") ? 1 : 0;
}
function asJson({ comments, unplaced, notes }) {
    const value = {
        version: 1,
        comments: comments.map(({ path, startLine, line, body }) => ({ path, startLine, line, body })),
        unplaced: unplaced.map(({ rule, message, place }) => ({
            rule,
            message: plain(message),
            file: place.document.path,
            line: place.document.lines.lineAt(place.span.start),
        })),
        notes,
    };
    return `${JSON.stringify(value, null, 2)}\n`;
}
function asText({ comments, unplaced, notes }, reference) {
    const count = `${comments.length} comment${comments.length === 1 ? "" : "s"}`;
    return [
        ...comments.map(({ path, startLine, line, body }) => `${review_placeOf({ path, startLine, line })}\n\n${body}\n`),
        ...unplaced.map(({ rule, message, place: { document, span } }) => `${document.path}:${document.lines.lineAt(span.start)}: no line in the diff: [${rule}] ${plain(message)}`),
        ...notes,
        `${count} for git diff ${reference}...HEAD; nothing was posted.`,
        "",
    ].join("\n");
}
function review_placeOf({ path, startLine, line, }) {
    return startLine === null ? `\u2500\u2500 ${path}:${line}` : `\u2500\u2500 ${path}:${startLine}-${line}`;
}

;// CONCATENATED MODULE: ./build/cli/trace.js




/** Follows one request through a configuration: which location answers, and what reaches the upstream. */
const trace_trace = {
    words: "FILE URL",
    about: "which server and location answer a request, and what reaches the upstream",
    flags: {
        path: { value: "/ws", about: "in place of URL: the path, on the first address without TLS" },
        host: { value: "H", about: "with --path: the host that the client asks for" },
        request: { value: "R", about: "websocket, plain or h2c" },
        header: { value: "'N: V'", about: "one more header of the client's; may be repeated" },
        "nginx-version": policyFlags["nginx-version"],
        format: { value: "F", about: "text or json" },
    },
    examples: [
        "GUARD trace nginx.conf wss://chat.example.com/ws",
        "GUARD trace nginx.conf --path /ws --host chat.example.com",
    ],
    run: runTrace,
};
function runTrace(args, terminal) {
    const format = args.choice("format", ["text", "json"]);
    const [file, ...more] = args.words;
    if (file === undefined)
        throw new UsageError("trace expects a FILE and a URL, such as nginx.conf wss://chat.example.com/ws.");
    const request = requestOf(args, more);
    const { folder, paths } = tree_select(terminal.cwd, [file]);
    const [path = ""] = paths;
    const tree = new Tree(folder, paths);
    if (!tree.list().includes(path))
        throw new UsageError(`${file} is not a plain file: trace expects one such as nginx.conf.`);
    if (tree.read(path) === undefined) {
        throw new UsageError(`${file} cannot be read: it is binary, or larger than 5 MB.`);
    }
    const policy = { ...defaultPolicy, nginxVersion: versionOf(args) };
    const result = traceFile(tree, path, request, policy);
    if (result === null) {
        throw new UsageError(`${file} is not nginx configuration as far as its content says.`);
    }
    terminal.write(format === "json" ? traceJson(result) : traceText(result));
    return 0;
}
function requestOf(args, words) {
    const [url, ...more] = words;
    if (more.length > 0)
        throw new UsageError(`trace takes one URL; ${more[0]} is one too many.`);
    const headers = args.values("header").map(headerOf);
    const probe = args.choice("request", ["websocket", "plain", "h2c"]);
    const path = args.value("path");
    if (url === undefined) {
        if (path === null)
            throw new UsageError("trace expects a URL, or --path.");
        if (!path.startsWith("/"))
            throw new UsageError(`--path is ${path}: expected one that begins with /.`);
        return { probe, scheme: null, host: args.value("host"), port: null, target: path, headers };
    }
    if (path !== null || args.value("host") !== null) {
        throw new UsageError("--path and --host take the place of the URL: leave one of them out.");
    }
    const parsed = parseUrl(url);
    if (parsed === undefined)
        throw new UsageError(wrongUrl(url));
    return { probe, ...parsed, headers };
}
function wrongUrl(url) {
    const scheme = /^([a-z]+):\/\//i.exec(url)?.[1];
    const guess = scheme === undefined ? null : nearest_nearest(scheme, ["ws", "wss", "http", "https"]);
    const hint = guess === null || guess === scheme ? "" : ` Did you mean ${guess}://?`;
    return `${url} is no URL to trace: expected one such as wss://api.example.com/ws.${hint}`;
}
function headerOf(text) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(text);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined) {
        throw new UsageError(`--header is ${text}: expected 'Name: value'.`);
    }
    return [name, value];
}

;// CONCATENATED MODULE: ./build/cli/usage.js
const program = "nginx-websocket-guard";
const statuses = `Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or unreadable input.
`;
/** What the program can do, one line for each command. */
function overview(commands) {
    const rows = Object.entries(commands).map(([name, { words, about }]) => [
        `${name} ${words}`,
        about,
    ]);
    return [
        `${program}: does a WebSocket handshake get through this nginx configuration?`,
        "",
        ...usage_columns(rows),
        "",
        `${program} COMMAND --help tells a command's flags.`,
        statuses,
    ].join("\n");
}
/** What one command takes, and how it is used. */
function usageOf(name, { words, about, flags, examples }) {
    const rows = Object.entries(flags).map(([flag, { value, about: meaning }]) => [
        value === null ? `--${flag}` : `--${flag} ${value}`,
        meaning,
    ]);
    return [
        `${program} ${name} ${words}`.trimEnd(),
        "",
        `${about.charAt(0).toUpperCase()}${about.slice(1)}.`,
        "",
        ...(rows.length > 0 ? [...usage_columns(rows), ""] : []),
        "For example:",
        ...examples.map((example) => `  ${example.replace("GUARD", program)}`),
        "",
        statuses,
    ].join("\n");
}
function usage_columns(rows) {
    const width = Math.max(...rows.map(([first = ""]) => first.length));
    return rows.map(([first = "", second = ""]) => `  ${first.padEnd(width)}  ${second}`);
}

;// CONCATENATED MODULE: ./build/cli/run.js









const commands = { check: check, review: review, trace: trace_trace, explain: explain, init: init };
/** Runs one command. @returns the exit status: 0 fine, 1 findings, 2 wrong usage or unreadable input. */
function cli_run_run(words, terminal) {
    const [name = "", ...rest] = words;
    if (name === "") {
        terminal.complain(overview(commands));
        return 2;
    }
    try {
        const asked = name === "help" ? rest[0] : name;
        if (name === "help" || words.includes("--help") || words.includes("-h")) {
            const isCommand = asked !== undefined && !asked.startsWith("-");
            terminal.write(isCommand ? usageOf(asked, commandOf(asked)) : overview(commands));
            return 0;
        }
        const command = commandOf(name);
        return command.run(readArguments(name, rest, command.flags), terminal);
    }
    catch (error) {
        terminal.progress(null);
        if (error instanceof UsageError) {
            terminal.complain(`nginx-websocket-guard: ${error.message}\n`);
        }
        else {
            const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
            terminal.complain(`nginx-websocket-guard: this is a bug, please report it.\n${said}\n`);
        }
        return 2;
    }
}
function commandOf(name) {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command !== undefined)
        return command;
    const guess = nearest_nearest(name, Object.keys(commands));
    const hint = guess === null ? "" : ` Did you mean ${guess}?`;
    throw new UsageError(`there is no command ${name}.${hint} The commands are ${Object.keys(commands).join(", ")}; --help tells more.`);
}

;// CONCATENATED MODULE: ./build/cli/main.js


process.exitCode = cli_run_run(process.argv.slice(2), {
    cwd: process.cwd(),
    program: process.argv[1] ?? "",
    color: process.stdout.isTTY && !process.env["NO_COLOR"],
    width: process.stdout.columns ?? 80,
    write: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    progress: progressOf(process.stderr),
    input: () => (0,external_node_fs_.readFileSync)(0, "utf8"),
});
/** One line that each step writes over, on a terminal only. */
function progressOf(stream) {
    if (!stream.isTTY)
        return () => { };
    return (step) => {
        const line = step === null ? "" : step.slice(0, stream.columns - 1);
        stream.write(`\r\u{1b}[K${line}`);
    };
}


/***/ })

};
