/** The nginx blocks of a rule's page, by what stands before them. */
export function examplesOf(page: string): { readonly before: string[]; readonly after: string[] } {
  const blocks = [...page.matchAll(/^(Before|After)[^\n]*:\n\n```nginx\n(.*?)^```$/gms)];
  const of = (label: string) =>
    blocks.filter((match) => match[1] === label).map((match) => match[2] ?? "");
  return { before: of("Before"), after: of("After") };
}
