import { Documents } from "../repository/documents.ts";
import type { Files } from "../repository/document.ts";
import { findPrograms } from "../config/programs.ts";
import { repositoryVersion, versionsInQuestion } from "../repository/images.ts";
import { trace, type TraceResult } from "../handshake/trace.ts";
import type { TraceRequest } from "../handshake/client.ts";
import { intentOf } from "../intent/intent.ts";
import type { Intent } from "../intent/serves.ts";
import { passOf } from "../request/pass.ts";
import type { Policy } from "../policy/policy.ts";

/** One request, and whether the location where it ends serves WebSockets. */
export interface FileTrace extends TraceResult {
  /** Null where the request ends at no location that proxies. */
  readonly intent: Intent | null;
}

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
): FileTrace | null {
  const [only, ...others] = versionsInQuestion(
    policy.nginxVersion ?? repositoryVersion(files, () => {}),
  );
  const version = only === undefined || others.length > 0 ? null : only;
  // Who names a file means it, whatever its name.
  for (const asked of [policy, { ...policy, files: [file], ignore: [] }]) {
    const { configs } = findPrograms(new Documents(files), { policy: asked, paths: [file] });
    const config = configs.find(({ root }) => root === file) ?? configs[0];
    if (config !== undefined) {
      const traced = trace(config, request, version);
      const { level } = traced;
      const pass = level && passOf(level);
      return {
        ...traced,
        intent: level && pass && intentOf({ config, level, pass, policy }).intent,
      };
    }
  }
  return null;
}
