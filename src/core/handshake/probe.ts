import { type Scope, newScope } from "../request/scope.ts";
import type { ClientRequest } from "../request/client-request.ts";
import type { Config } from "../config/level.ts";
import type { ProbeName } from "../request/exchange.ts";

/** A key of 16 bytes in base64, as each handshake has one (RFC 6455, 4.1); this one is the RFC's example. */
const sampleKey = "dGhlIHNhbXBsZSBub25jZQ==";

/** The headers of a probe beside `Host`, in order. */
export function probeHeaders(probe: ProbeName): readonly (readonly [string, string])[] {
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
export const firefoxConnection = "keep-alive, Upgrade";

/** The websocket probe as Firefox would send it. */
export const firefoxHandshake = probeHeaders("websocket").map(
  ([name, value]) => [name, name === "Connection" ? firefoxConnection : value] as const,
);

/** That of a request of which only the headers are known: by default the probe's. */
export function probeScope(
  config: Config,
  probe: ProbeName,
  headers: ClientRequest["headers"] = probeHeaders(probe),
): Scope {
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
