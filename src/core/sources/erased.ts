import { vanishing } from "../syntax/opaque.ts";
import type { Span } from "../syntax/tree.ts";

/** `Upgrade` is what matters here; that nginx hardly starts with what is left of the rest is the same fault. */
const upgrade = /(\bproxy_set_header\s+Upgrade\s+["']?)(\$(?:\{http_upgrade\}|http_upgrade\b))/gi;

/** Where `proxy_set_header Upgrade` reads `$http_upgrade`, which is nothing once the variables are replaced by what a shell has. */
export function erasedUpgrades(text: string): Span[] {
  return Array.from(text.matchAll(upgrade), ({ 0: line, 2: variable = "", index }) => {
    const end = index + line.length;
    return { start: end - variable.length, end };
  });
}

/** The text without what stands in the spans; each keeps its length. */
export function without(text: string, spans: readonly Span[]): string {
  let kept = text;
  for (const { start, end } of spans) {
    kept = kept.slice(0, start) + vanishing.repeat(end - start) + kept.slice(end);
  }
  return kept;
}
