export interface Example {
  readonly before: string;
  /** Null where the page shows no suggestion. */
  readonly after: string | null;
}

const block = /^(Before|After):\n\n```(nginx|yaml)\n(.*?)^```$/gms;

/** The examples of a rule's page: each block below "Before:", with the one below the next "After:". */
export function examplesOf(page: string): Example[] {
  const examples: { before: string; after: string | null }[] = [];
  for (const [, label, , text = ""] of page.matchAll(block)) {
    const last = examples.at(-1);
    if (label === "Before") {
      examples.push({ before: text, after: null });
    } else if (last !== undefined) {
      last.after = text;
    }
  }
  return examples;
}

/** The page with each "After:" block as `fixed` has it for the "Before:" block above. */
export function withExamples(page: string, fixed: ReadonlyMap<string, string | null>): string {
  let after: string | null = null;
  return page.replace(block, (whole, label: string, language: string, text: string) => {
    if (label === "Before") {
      after = fixed.get(text) ?? null;
      return whole;
    }
    return after === null ? whole : `After:\n\n\`\`\`${language}\n${after}\`\`\``;
  });
}
