import type { ChangedFile } from "../core/index.ts";

/** A file as GitHub's REST API lists it. */
export function changedFileOf(file: {
  filename: string;
  previous_filename?: string;
  status: string;
  patch?: string;
}): ChangedFile {
  return {
    path: file.filename,
    previousPath: file.status === "renamed" ? (file.previous_filename ?? null) : null,
    status: statusOf(file.status),
    patch: file.patch ?? null,
  };
}

function statusOf(status: string): ChangedFile["status"] {
  switch (status) {
    case "added":
    case "copied":
      return "added";
    case "removed":
    case "renamed":
      return status;
    default:
      return "modified";
  }
}
