import type { Exchange } from "../request/exchange.ts";
import { shown } from "../request/value.ts";

/**
 * The request head that reaches the upstream as people write it, one line per header; empty where nothing is proxied.
 * What is not known stands as it is written in the configuration.
 */
export function requestHead({ upstream }: Exchange): string[] {
  if (upstream === null) {
    return [];
  }
  const { method, uri, httpVersion, headers } = upstream;
  return [
    `${shown(method)} ${shown(uri)} HTTP/${shown(httpVersion)}`,
    ...headers.map(({ name, value }) => `${name}: ${shown(value)}`),
  ];
}
