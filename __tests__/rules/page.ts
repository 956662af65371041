export interface Example {
  readonly before: string;
  /** Null where the page shows no suggestion. */
  readonly after: string | null;
}

const block = /^(Before|After):\n\n```nginx\n(.*?)^```$/gms;

/** The examples of a rule's page: each block below "Before:", with the one below the next "After:". */
export function examplesOf(page: string): Example[] {
  const examples: { before: string; after: string | null }[] = [];
  for (const [, label, text = ""] of page.matchAll(block)) {
    const last = examples.at(-1);
    if (label === "Before") examples.push({ before: text, after: null });
    else if (last !== undefined) last.after = text;
  }
  return examples;
}

/** The page with each "After:" block as `fixed` gives it for the "Before:" block above. */
export function withExamples(page: string, fixed: (before: string) => string | undefined): string {
  let after: string | undefined;
  return page.replace(block, (whole, label: string, text: string) => {
    if (label === "Before") {
      after = fixed(text);
      return whole;
    }
    return after === undefined ? whole : `After:\n\n\`\`\`nginx\n${after}\`\`\``;
  });
}
