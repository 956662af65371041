import { effectiveSetting } from "../config/effective.ts";
import type { Level, Use } from "../config/level.ts";
import type { Protocol } from "../intent/protocol.ts";
import type { Remedy } from "./remedy.ts";
import { settingLevel } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation, type RuleOptions } from "./rule.ts";
import { attributed, called } from "./phrases.ts";

/** nginx's own default, in milliseconds: a connection that is quiet for so long is closed. */
const byDefault = 60_000;
const suggested = 3_600_000;

export const idleTimeout: LocationRule = {
  id: "idle-timeout",
  group: "traffic",
  severity: "warning",
  from: "basic",
  summary: "A quiet connection is closed too soon by `proxy_read_timeout`",
  options: {
    minimum: {
      kind: "time",
      description: "The shortest timeout that is long enough, as nginx writes times.",
    },
  },
  over: "location",
  check(location, report, options) {
    const { idleTimeoutMs: timeout, outcome } = location.exchanges.websocket;
    const { pass, level, traffic, intent } = location;
    const canUpgrade = /^(?:proxy|uwsgi|scgi)_pass$/.test(pass.name) && outcome !== "answered";
    if (
      intent.serves !== "yes" ||
      !canUpgrade ||
      timeout === null ||
      !isTooShort(timeout, options)
    ) {
      return;
    }
    const setting = effectiveSetting(level, pass.name.replace(/_pass$/, "_read_timeout"));
    const inForce = setting.state === "set" ? setting.use : null;
    const own = inForce !== null && isOwn(inForce, level) ? inForce : null;
    const isPinged = timeout !== 0 && pingsOf(location) !== undefined;
    report({
      place: placeOf(own ?? pass),
      message: messageOf(
        location,
        timeout,
        inForce === null ? "nginx's default" : attributed(inForce),
      ),
      related:
        own === null && inForce !== null
          ? [{ place: placeOf(inForce), note: "the timeout that holds here" }]
          : [],
      ...(timeout === 0 && { severity: "error" }),
      ...(isPinged && { severity: "notice" }),
      remedies: traffic === "mixed" ? [] : longer(location, options),
    });
  },
};

function messageOf(location: ProxiedLocation, timeout: number, source: string): string {
  if (timeout === 0) {
    return `${called(location)} closes a WebSocket at once: ${source} leaves no time at all.`;
  }
  const pings = pingsOf(location);
  const unless = pings === undefined ? "" : `, unless ${pings} pings more often`;
  const advice =
    location.traffic === "mixed"
      ? " Ordinary requests pass here too and must not wait longer, so give the WebSockets a location of their own with `proxy_read_timeout 3600s`."
      : "";
  return `${called(location)} closes a WebSocket that is quiet for ${seconds(timeout)} (${source})${unless}.${advice}`;
}

/** An annotation is there for the locations of its Ingress alone. */
function isOwn(use: Use, level: Level): boolean {
  return use.level === settingLevel(level) || use.document.source.tree !== null;
}

function isTooShort(timeout: number, { minimum }: RuleOptions): boolean {
  return typeof minimum === "number" ? timeout < minimum : timeout <= byDefault;
}

/** Protocols whose server pings by itself, every 15 to 30 s. */
const selfPinging: Readonly<Partial<Record<Protocol, string>>> = {
  "socket.io": "socket.io",
  signalr: "SignalR",
  phoenix: "Phoenix",
};

function pingsOf({ intent }: ProxiedLocation): string | undefined {
  return intent.protocol === null ? undefined : selfPinging[intent.protocol];
}

/** Only the first matters to a quiet connection; published guides write both, and so do we. */
function longer({ level, pass }: ProxiedLocation, { minimum }: RuleOptions): Remedy[] {
  const enough = Math.max(suggested, typeof minimum === "number" ? minimum : 0);
  const prefix = pass.name.replace(/_pass$/, "");
  const names = [`${prefix}_read_timeout`, `${prefix}_send_timeout`];
  const own = settingLevel(level).uses.some((use) => use.name === names[1]);
  return names
    .slice(0, own ? 1 : 2)
    .map((name) => ({ kind: "directive", name, parameters: [seconds(enough).replace(" ", "")] }));
}

function seconds(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}
