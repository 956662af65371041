import { headerLines, effectiveSetting } from "../config/effective.ts";
import { type Use, enclosing } from "../config/level.ts";
import { statusPages } from "../request/status-page.ts";
import type { Remedy } from "./remedy.ts";
import { probeHeaders } from "../handshake/probe.ts";
import { isKnown, shown } from "../request/value.ts";
import { headerValues } from "../request/answer.ts";
import { linesOf } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, marked, quoted, upstreamName } from "./phrases.ts";

/** What a handshake says of itself beside the pair of headers. */
const ownHeaders = probeHeaders("websocket").filter(([name]) => name.startsWith("Sec-"));

/** Modules that never make a tunnel of a 101; uwsgi and scgi do. */
const withoutTunnel = /^(?:grpc|fastcgi|memcached)_pass$/;

export const alteredRequest: LocationRule = {
  id: "altered-request",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "The request is changed on its way so that it is no handshake any more",
  fixMayChange: "everything",
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

function statusOf({ parameters }: Use): string {
  const own = parameters.find((word) => word.startsWith("="))?.slice(1);
  const codes = own === undefined ? parameters.slice(0, -1) : [own];
  return codes.length === 1 ? `the status ${codes[0]}` : "the error's status";
}

/** Statuses that neither nginx nor, by custom, a server answers: a `return` in the file has them, for this page. */
function isOnlyReturned({ parameters }: Use): boolean {
  return parameters
    .slice(0, -1)
    .every((word) => word.startsWith("=") || /^(?:418|419|420|43[02-9]|4[4-8]\d)$/.test(word));
}

function keepStatus({ document, directive }: Use): Remedy {
  const { parameters } = directive;
  const name = parameters.at(-1);
  const written = parameters.find(({ value }) => value.startsWith("="));
  const [place, text] =
    written === undefined && name !== undefined
      ? [name, `= ${document.text.slice(name.start, name.end)}`]
      : [written ?? directive, "="];
  return { kind: "replace", place: { document, span: place }, text };
}

/** What changes the request so that it is no handshake any more. */
function alterations({ exchanges, level }: ProxiedLocation): { use: Use; effect: string }[] {
  const request = exchanges.websocket.upstream;
  if (request === null) {
    return [];
  }
  const settings = (name: string): Use[] => {
    const setting = effectiveSetting(level, name);
    return setting.state === "set" ? [setting.use] : [];
  };
  const found = new Map<Use, string>();
  const add = (causes: readonly Use[], effect: string): void => {
    for (const use of causes) {
      found.set(use, found.get(use) ?? effect);
    }
  };
  if (isKnown(request.method) && request.method !== "GET") {
    add(settings("proxy_method"), `${request.method} instead of GET`);
  }
  for (const [name, asked] of ownHeaders) {
    const values = headerValues(request, name.toLowerCase());
    const isRight =
      values.length === 1 && values.every((value) => !isKnown(value) || value === asked);
    // No hidden line gives the client's key back.
    if (!isRight && (request.hidden === null || name === "Sec-WebSocket-Key")) {
      const lines = linesOf(headerLines(level).uses, name);
      add(
        lines.length === 0 ? settings("proxy_pass_request_headers") : lines,
        values.length === 0
          ? `no ${marked(name)}`
          : marked(`${name}: ${values.map(shown).join(", ")}`),
      );
    }
  }
  if (request.body !== null && request.body !== "") {
    add(settings("proxy_set_body"), "a body");
  }
  return [...found].map(([use, effect]) => ({ use, effect }));
}
