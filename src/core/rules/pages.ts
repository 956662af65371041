// Generated from the pages beside the rules: npm run generate.
import type { RuleId } from "./names.ts";

/** Each rule's page, Markdown. */
export const pages: Readonly<Partial<Record<RuleId, string>>> = {
};
