import type { Config } from "../config/level.ts";
import { allListeners, type Listening, serverFor } from "../request/server.ts";
import type { TraceRequest } from "./client.ts";

/** The servers of the address that a request comes to. Notes in `steps` what had to be assumed. */
export function addressed(
  config: Config,
  request: TraceRequest,
  steps: string[],
): readonly Listening[] {
  const all = allListeners(config);
  const [usual] = all.filter(({ listener }) => listener.scheme === "http").concat(all);
  if (usual === undefined) {
    return [];
  }
  if (request.scheme === null && request.port === null) {
    return besides(usual, all);
  }
  const port = request.port ?? (request.scheme === "https" ? "443" : "80");
  const onPort = all.filter(({ listener }) => listener.port === port);
  const mayEndBefore = request.scheme === "https" && request.port === null;
  if (onPort.length === 0) {
    steps.push(
      mayEndBefore
        ? `no server listens on port ${port}: TLS is taken to end before nginx`
        : `no server listens on port ${port}`,
    );
    return mayEndBefore ? besides(usual, all) : [];
  }
  const address = addressOf(request.host, onPort);
  if (address.isGuess) {
    steps.push(`of several addresses with port ${port}, ${address.text} is taken`);
  }
  const chosen = onPort.filter(({ listener }) => listener.address === address.text);
  if (mayEndBefore && chosen[0]?.listener.scheme === "http") {
    steps.push(`port ${port} has no TLS: it is taken to end before nginx`);
  }
  return chosen;
}

/** Those that listen on the same address and port as one of them. */
function besides(
  { listener: { address, port } }: Listening,
  all: readonly Listening[],
): Listening[] {
  return all.filter(({ listener }) => listener.address === address && listener.port === port);
}

/** The address that the host stands for, of those that listen on its port. */
function addressOf(
  host: string | null,
  onPort: readonly Listening[],
): { readonly text: string; readonly isGuess: boolean } {
  const addresses = [...new Set(onPort.map(({ listener }) => listener.address))];
  const named = addresses.filter((each) => hasName(host, each, onPort));
  const text = likelyAddress(host ?? "", named.length > 0 ? named : addresses);
  return { text, isGuess: addresses.length > 1 && text !== host };
}

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
