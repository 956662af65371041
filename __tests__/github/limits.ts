/** Where GitHub stops. A test lowers one to get there with a small repository. */
export interface Limits {
  /** Files in the list of a pull request, all pages together (docs). */
  readonly filesPerPullRequest: number;
  /** Files in a comparison or a commit (docs). */
  readonly filesPerComparison: number;
  /** A file whose diff is larger has no `patch` (docs, diff limits). */
  readonly linesPerPatch: number;
  readonly bytesPerPatch: number;
  /**
   * Patches in one answer. Those of the files after it are left out, however small: the 71st of a
   * page in openjdk/skara#1302, the 121st in github/docs#32223. The documented limits of a diff.
   */
  readonly patchLinesPerPage: number;
  readonly patchBytesPerPage: number;
  /** The diff media type answers 406 above these (docs). */
  readonly filesPerDiff: number;
  readonly linesPerDiff: number;
  /** The contents endpoint leaves larger content out (docs). */
  readonly bytesPerContent: number;
  /** The blob and the raw contents endpoints refuse larger files (docs). */
  readonly bytesPerBlob: number;
  /** `Blob.text` of GraphQL is cut there (sveltia/sveltia-cms#950). */
  readonly bytesPerGraphqlText: number;
  /** A recursive tree is cut there (docs). */
  readonly entriesPerTree: number;
  /** Code points in the body of a comment or review. */
  readonly charactersPerBody: number;
  /** Of a token, in an hour. */
  readonly requestsPerHour: number;
  /** Requests that write, in a minute; more is a secondary rate limit. */
  readonly writesPerMinute: number;
}

export const githubLimits: Limits = {
  filesPerPullRequest: 3000,
  filesPerComparison: 300,
  linesPerPatch: 20_000,
  bytesPerPatch: 500 * 1024,
  patchLinesPerPage: 20_000,
  patchBytesPerPage: 1024 * 1024,
  filesPerDiff: 300,
  linesPerDiff: 20_000,
  bytesPerContent: 1024 * 1024,
  bytesPerBlob: 100 * 1024 * 1024,
  bytesPerGraphqlText: 512_000,
  entriesPerTree: 100_000,
  charactersPerBody: 65_536,
  requestsPerHour: 1000,
  writesPerMinute: 80,
};
