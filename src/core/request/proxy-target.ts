import type { Use } from "../config/level.ts";
import { isOpaque } from "../syntax/opaque.ts";
import { type Value, isKnown, shown, unknown } from "./value.ts";
import { evaluate } from "./variables.ts";
import type { Scope } from "./scope.ts";

/** Where `proxy_pass` leads: `scheme://authority` and the URI part, if it has one. */
export interface ProxyTarget {
  readonly use: Use;
  readonly address: Value;
  /** What `Host` is by default. */
  readonly host: Value;
  readonly port: Value;
  /** The part from the first `/` after the authority; null where there is none. */
  readonly uri: Value | null;
  /** Whether the parameter has variables: then the URI part is sent as it is. */
  readonly dynamic: boolean;
  /** nginx refuses to start: the scheme is neither http nor https. */
  readonly invalid: boolean;
}

/** Scheme and authority, then the rest; variables that hold a path end the authority too. */
const addressAndRest =
  /^([a-z]+:\/\/(?:(?!\$\{?(?:request_uri|uri|document_uri|is_args|[1-9])\b)[^/?#])*)(.*)$/is;

/** Reads a `proxy_pass` for one request. */
export function proxyTarget(use: Use, scope: Scope): ProxyTarget {
  const written = use.parameters[0] ?? "";
  const dynamic = written.includes("$");
  const invalid = !/^(?:https?:\/\/|\$|\uE000)/i.test(written);
  const value = evaluate(written, scope);
  const text = shown(value);
  const parts = partsOf(text);
  if (isKnown(value)) {
    const { address, host, port, rest } = parts ?? { ...noParts, address: text };
    return { use, address, host, port, uri: uriOf(rest, dynamic), dynamic, invalid };
  }
  if (parts === null) {
    const hidden = unknown(value.unknown, text);
    return { use, address: hidden, host: hidden, port: hidden, uri: hidden, dynamic, invalid };
  }
  // A part is known where what is not known stands in another.
  const wrap = (part: string): Value =>
    isOpaque(written) || part.includes("$") || !text.includes("$")
      ? unknown(value.unknown, part)
      : part;
  const uri = uriOf(parts.rest, dynamic);
  return {
    use,
    address: wrap(parts.address),
    host: wrap(parts.host),
    port: parts.port === "" ? "" : wrap(parts.port),
    uri: uri === null ? null : wrap(uri),
    dynamic,
    invalid,
  };
}

interface TargetParts {
  readonly address: string;
  readonly host: string;
  readonly port: string;
  /** From the path on. */
  readonly rest: string;
}

const noParts = { host: "", port: "80", rest: "" };

function partsOf(text: string): TargetParts | null {
  const socket = /^(https?:\/\/unix:[^:]*)(?::(.*))?$/i.exec(text);
  if (socket !== null) {
    return { address: socket[1] ?? "", host: "localhost", port: "", rest: socket[2] ?? "" };
  }
  const [, address, rest = ""] = addressAndRest.exec(text) ?? [];
  if (address === undefined) {
    return null;
  }
  const [, name = "", port] = /^[a-z]+:\/\/(\[[^\]]*\]|[^:]*)(?::(.*))?$/i.exec(address) ?? [];
  const usual = /^https:/i.test(address) ? "443" : "80";
  const host = port === undefined || port === usual ? name : `${name}:${port}`;
  return { address, host, port: port ?? usual, rest };
}

/** The URI part; a query alone follows a `/` that nginx adds where the parameter has variables. */
function uriOf(rest: string, dynamic: boolean): string | null {
  if (rest === "") {
    return null;
  }
  return dynamic && rest.startsWith("?") ? `/${rest}` : rest;
}
