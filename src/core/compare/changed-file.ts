/** A file of the pull request, as GitHub lists it. */
export interface ChangedFile {
  readonly path: string;
  /** Where it was in the base, for a rename. */
  readonly previousPath: string | null;
  readonly status: "added" | "modified" | "removed" | "renamed";
  /** The hunks as GitHub gives them in `patch`; null where it gives none (too large, binary, pure rename). */
  readonly patch: string | null;
}
