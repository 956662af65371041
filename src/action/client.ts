import type { Octokit } from "@octokit/rest";
import { faultOf, GitHubFault, graphqlFault, type GraphqlProblem, type Headers } from "./faults.ts";
import { debug } from "./log.ts";

/** The API of one repository, with the rules that every request of a run obeys. */
export interface Client {
  readonly rest: Octokit["rest"];
  /**
   * Sends a GraphQL document.
   * @throws GitHubFault also where GitHub gives only a part of the data: a missing thread would be posted again, a missing
   * file would pass as one that is not there.
   */
  graphql<Data>(document: string, variables: Readonly<Record<string, unknown>>): Promise<Data>;
}

/** Pauses between the attempts of a read, in milliseconds. */
const pauses = [500, 1500, 4500];
/** The longest pause that a rate limit is waited for; the job fails or stays silent beyond it. */
const LONGEST_WAIT_MS = 60_000;
/** After a limit of which GitHub does not say when it ends (docs: wait at least a minute). */
const waitAfterLimitMs = 60_000;
const timeoutMs = 30_000;

/**
 * A client for the API of this runner (`GITHUB_API_URL`, proxies: what @actions/github knows).
 * Reads are repeated after 5xx, lost connections and rate limits. Writes never are: GitHub may have executed a
 * write that it answered with 502 (reviewdog#355), so the caller must look first.
 */
export async function connect(token: string): Promise<Client> {
  const [{ Octokit }, { defaults, getOctokitOptions }] = await Promise.all([
    import("@octokit/rest"),
    import("@actions/github/lib/utils"),
  ]);
  const log = { debug: quiet, info: debug, warn: debug, error: debug };
  const octokit = new Octokit({
    ...defaults,
    ...getOctokitOptions(token, { userAgent: "nginx-websocket-guard" }),
    request: { ...defaults.request, log },
    log,
  });

  octokit.hook.wrap("request", async (send, options) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      return await send({ ...options, request: { ...options.request, signal } });
    } catch (error) {
      throw faultOf(error);
    }
  });
  octokit.hook.wrap("request", (send, options) =>
    options.method === "GET" ? repeatedly(async () => send(options)) : send(options),
  );

  return {
    rest: octokit.rest,
    graphql<Data>(document: string, variables: Readonly<Record<string, unknown>>) {
      const send = async () => {
        try {
          return await octokit.graphql<Data>(document, { ...variables });
        } catch (error) {
          if (!isGraphqlFailure(error)) {
            throw error;
          }
          throw graphqlFault(error.errors, error, error.headers);
        }
      };
      return document.trimStart().startsWith("query") ? repeatedly(send) : send();
    },
  };
}

/** Sends a read until it is answered, a fault is final, or the attempts are used up. */
async function repeatedly<Result>(send: () => Promise<Result>): Promise<Result> {
  for (const usual of pauses) {
    try {
      return await send();
    } catch (error) {
      const pause = pauseAfter(error, usual);
      if (pause === null) {
        throw error;
      }
      debug(`${String(error)} Trying again in ${pause} ms.`);
      await sleep(pause);
    }
  }
  return send();
}

/** Waits; a run's pauses are all made here. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** How long to wait before the same request may be sent again; null where that would not help or takes too long. */
export function pauseAfter(fault: unknown, usual: number): number | null {
  if (!(fault instanceof GitHubFault)) {
    return null;
  }
  if (fault.kind !== "unavailable" && fault.kind !== "limited") {
    return null;
  }
  const asked = fault.waitMs ?? (fault.kind === "limited" ? waitAfterLimitMs : 0);
  const pause = Math.max(asked, usual);
  return pause <= LONGEST_WAIT_MS ? pause : null;
}

function isGraphqlFailure(
  error: unknown,
): error is Error & { readonly errors: readonly GraphqlProblem[]; readonly headers: Headers } {
  return error instanceof Error && error.name === "GraphqlResponseError";
}

/** Octokit's log of whole request objects, which no one reads. */
function quiet(): void {}
