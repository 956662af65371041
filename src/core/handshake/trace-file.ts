import { Documents } from "../repository/documents.ts";
import type { Files } from "../repository/document.ts";
import { findPrograms } from "../config/programs.ts";
import { repositoryVersion, versionsInQuestion } from "../repository/images.ts";
import { trace, type TraceRequest, type TraceResult } from "./trace.ts";
import type { Policy } from "../policy/policy.ts";

/**
 * Follows one request through the program that a file belongs to: the one that starts with it, else the first that
 * includes it.
 *
 * @param policy whose `nginxVersion` counts, else that of the repository's images; without either, what versions do differently is open
 * @returns null where the file is no nginx configuration
 */
export function traceFile(
  files: Files,
  file: string,
  request: TraceRequest,
  policy: Policy,
): TraceResult | null {
  const [only, ...others] = versionsInQuestion(
    policy.nginxVersion ?? repositoryVersion(files, () => {}),
  );
  const version = only === undefined || others.length > 0 ? null : only;
  // Who names a file means it, whatever its name.
  for (const asked of [policy, { ...policy, files: [file], ignore: [] }]) {
    const { configs } = findPrograms(new Documents(files), { policy: asked, paths: [file] });
    const config = configs.find(({ root }) => root === file) ?? configs[0];
    if (config !== undefined) {
      return trace(config, request, version);
    }
  }
  return null;
}
