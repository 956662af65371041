import { type Profile, type Severity } from "../policy/policy.ts";

export type RuleGroup = "handshake" | "traffic" | "enterprise" | "hardened";

/** What is known of a rule without running it. */
export interface RuleMetadata {
  readonly group: RuleGroup;
  /** In the profiles that have the rule; `off` where only the policy file can switch it on. */
  readonly severity: Severity | "off";
  /** What it finds, as one line without a full stop. */
  readonly summary: string;
  /** The profiles that have it. */
  readonly profiles: readonly Profile[];
}

const everyProfile = ["basic", "recommended", "enterprise", "hardened"] as const;
const fromRecommended = ["recommended", "enterprise", "hardened"] as const;
const fromEnterprise = ["enterprise", "hardened"] as const;
const onlyHardened = ["hardened"] as const;

/** Every rule there is, in the order in which lists show them. */
export const ruleTable = {
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
    summary:
      "A proxied header or address uses a variable that nothing defines, so nginx does not start",
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
    summary:
      "An Ingress has an annotation or a value that ingress-nginx does not know, and nothing comes of it",
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
} as const satisfies Readonly<Record<string, RuleMetadata>>;

export type RuleId = keyof typeof ruleTable;

/** Whether there is a rule of this name. */
export function isRuleId(name: string): name is RuleId {
  return Object.hasOwn(ruleTable, name);
}
