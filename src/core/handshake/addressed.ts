import { groupBy, rememberedOf } from "../basics/collections.ts";
import type { Config } from "../config/level.ts";
import { allListeners, type Listening, serverFor } from "../request/server.ts";
import type { TraceRequest } from "./client.ts";

/** The servers of the address that a request comes to. Notes in `steps` what had to be assumed. */
export function addressed(
  config: Config,
  request: TraceRequest,
  steps: string[],
): readonly Listening[] {
  const { usual, byPort } = listenersIn(config);
  if (request.scheme === null && request.port === null) {
    return usual;
  }
  const port = request.port ?? (request.scheme === "https" ? "443" : "80");
  const onPort = byPort.get(port) ?? [];
  const mayEndBefore = request.scheme === "https" && request.port === null;
  if (onPort.length === 0) {
    if (usual.length > 0) {
      const assumed = mayEndBefore ? ": TLS is taken to end before nginx" : "";
      steps.push(`no server listens on port ${port}${assumed}`);
    }
    return mayEndBefore ? usual : [];
  }
  const address = addressOf(request.host, onPort);
  if (address.isGuess) {
    steps.push(`of several addresses with port ${port}, ${address.text} is taken`);
  }
  const chosen = address.isOnly
    ? onPort
    : onPort.filter(({ listener }) => listener.address === address.text);
  if (mayEndBefore && chosen[0]?.listener.scheme === "http") {
    steps.push(`port ${port} has no TLS: it is taken to end before nginx`);
  }
  return chosen;
}

/** A program's listeners by port, and those of the address that is taken where nobody says one: the first without TLS. */
interface Listeners {
  readonly usual: readonly Listening[];
  readonly byPort: ReadonlyMap<string, readonly Listening[]>;
}

const listenersIn = rememberedOf((config: Config): Listeners => {
  const all = allListeners(config);
  const first = (all.find(({ listener }) => listener.scheme === "http") ?? all[0])?.listener;
  return {
    usual: all.filter(
      ({ listener: { address, port } }) => address === first?.address && port === first.port,
    ),
    byPort: groupBy(all, ({ listener }) => listener.port),
  };
});

/** The address that the host stands for, of those that listen on its port. */
function addressOf(
  host: string | null,
  onPort: readonly Listening[],
): { readonly text: string; readonly isOnly: boolean; readonly isGuess: boolean } {
  const addresses = addressesOf(onPort);
  const [only = "", ...more] = addresses;
  if (more.length === 0) {
    return { text: only, isOnly: true, isGuess: false };
  }
  const named = addresses.filter((each) => hasName(host, each, onPort));
  const text = likelyAddress(host ?? "", named.length > 0 ? named : addresses);
  return { text, isOnly: false, isGuess: text !== host };
}

const addressesOf = rememberedOf((onPort: readonly Listening[]): readonly string[] => [
  ...new Set(onPort.map(({ listener }) => listener.address)),
]);

/** Whether a server on the address has the host's name: that address is what the name stands for. */
function hasName(host: string | null, address: string, all: readonly Listening[]): boolean {
  const own = all.filter(({ listener }) => listener.address === address);
  return host !== null && serverFor(host.toLowerCase(), own)?.name != null;
}

/** The address asked for by number, else every address of IPv4, else the first. */
function likelyAddress(host: string, addresses: readonly string[]): string {
  const wanted = host === "localhost" ? "127.0.0.1" : host;
  return (
    addresses.find((each) => each === wanted) ??
    addresses.find((each) => each === "*") ??
    addresses[0] ??
    ""
  );
}
