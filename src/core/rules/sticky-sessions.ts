import type { Protocol } from "../intent/protocol.ts";
import type { LocationRule } from "./rule.ts";
import { called, headOf, marked } from "./phrases.ts";

export const stickySessions: LocationRule = {
  id: "sticky-sessions",
  group: "traffic",
  severity: "notice",
  from: "recommended",
  summary: "A protocol that needs one server per client is spread over several",
  over: "location",
  check(location, report) {
    const { upstream, intent } = location;
    const protocol = intent.protocol === null ? undefined : polling[intent.protocol];
    if (protocol === undefined || upstream?.inner == null || intent.serves !== "yes") {
      return;
    }
    const { uses, hidden } = upstream.inner;
    const servers = uses.filter(
      ({ name, parameters }) =>
        name === "server" && !parameters.includes("backup") && !parameters.includes("down"),
    );
    if (
      servers.length < 2 ||
      hidden.length > 0 ||
      uses.some(({ name }) => keepsClients.test(name))
    ) {
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
const polling: Readonly<Partial<Record<Protocol, string>>> = {
  "socket.io": "Socket.IO",
  sockjs: "SockJS",
};
