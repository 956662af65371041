/** `1 nginx file`, `3 nginx files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** As GitHub shows a commit. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}
