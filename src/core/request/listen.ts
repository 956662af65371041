import { rememberedOf } from "../basics/collections.ts";
import { usesOf } from "../config/effective.ts";
import type { Level } from "../config/level.ts";
import { isOpaque } from "../syntax/opaque.ts";

/** One address that a server listens on. */
export interface Listener {
  /** As nginx compares it: `*`, `127.0.0.1`, `[::1]`, `unix:/path`. */
  readonly address: string;
  readonly port: string;
  readonly scheme: "http" | "https";
  readonly isDefault: boolean;
  /** Whether this line says `http2`, which holds for the address, whatever other servers say of it. */
  readonly isHttp2: boolean;
}

/** The addresses of a server, `*:80` where it says none; none where something hidden or unknown may say more. */
export const listenersOf = rememberedOf((server: Level): readonly Listener[] => {
  const lines = usesOf(server, "listen").filter((use) => use.parameters.length > 0);
  if (lines.length === 0 || lines.some((use) => use.parameters.some(isOpaque))) {
    return lines.length > 0 || server.hidden.length > 0
      ? []
      : [{ address: "*", port: "80", scheme: "http", isDefault: false, isHttp2: false }];
  }
  // `ssl on` is of nginx before 1.25.1.
  const ssl = usesOf(server, "ssl").some((use) => use.parameters[0]?.toLowerCase() === "on");
  return lines.map((use) => {
    const [where = "", ...words] = use.parameters;
    return {
      ...addressOf(where),
      scheme: ssl || words.includes("ssl") || words.includes("quic") ? "https" : "http",
      isDefault: words.includes("default_server") || words.includes("default"),
      isHttp2: words.includes("http2"),
    };
  });
});

/** Other words for an address of IPv4. */
const sameAs: ReadonlyMap<string, string> = new Map([
  ["0.0.0.0", "*"],
  ["localhost", "127.0.0.1"],
]);

function addressOf(where: string): { address: string; port: string } {
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
export const serverNames = rememberedOf((server: Level): readonly string[] =>
  usesOf(server, "server_name").flatMap((use) => use.parameters),
);

/** `$server_name`: the first name; null where a hidden directive may give one. */
export function serverNameOf(server: Level): string | null {
  const [first] = serverNames(server);
  if (first === undefined || isOpaque(first)) {
    return first !== undefined || server.hidden.length > 0 ? null : "";
  }
  return first.startsWith(".") ? first.slice(1) : first.toLowerCase();
}

/** The one name that every request of this server asks for, or null where there are several or a pattern. */
export function exactServerName(server: Level): string | null {
  const [first, ...more] = serverNames(server);
  return first !== undefined && more.length === 0 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(first)
    ? first.toLowerCase()
    : null;
}
