/**
 * What the policy file holds, free of YAML: the schema reads this. `at` is the UTF-16 offset to report, for a map or a list
 * that of its first entry.
 */
export type PolicyNode =
  | { readonly kind: "empty"; readonly at: number }
  | { readonly kind: "text"; readonly at: number; readonly text: string }
  | { readonly kind: "list"; readonly at: number; readonly items: readonly PolicyNode[] }
  | { readonly kind: "map"; readonly at: number; readonly entries: readonly PolicyEntry[] };

export interface PolicyEntry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: PolicyNode;
}
