/**
 * Why GitHub did not do what was asked:
 * - `unauthorized` the token is not valid (401)
 * - `read-only` the token may not do this (403)
 * - `limited` a primary or secondary rate limit (403 or 429); the request was refused, not executed
 * - `missing` no such thing, or the token cannot see it (404)
 * - `refused` the request is not acceptable (409, 422 and other 4xx)
 * - `unavailable` 5xx, a time-out or a lost connection: the request may have been executed
 */
export type FaultKind =
  | "unauthorized"
  | "read-only"
  | "limited"
  | "missing"
  | "refused"
  | "unavailable";

/** A request that GitHub did not answer as hoped. The message is a whole sentence for the job log. */
export class GitHubFault extends Error {
  readonly kind: FaultKind;
  readonly status: number | null;
  /** How long GitHub asks to wait, in milliseconds; null where it does not say. */
  readonly waitMs: number | null;

  constructor(
    kind: FaultKind,
    message: string,
    details: { status?: number; waitMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "GitHubFault";
    this.kind = kind;
    this.status = details.status ?? null;
    this.waitMs = details.waitMs ?? null;
  }
}

/** Something the user can put right: a wrong input, a wrong policy. Its message is shown without a stack. */
export class UserError extends Error {
  /** Where the fault stands, for an annotation; lines are 1-based. */
  readonly place: { readonly file: string; readonly line: number } | null;

  constructor(message: string, place: UserError["place"] = null) {
    super(message);
    this.name = "UserError";
    this.place = place;
  }
}

export type Headers = Readonly<Record<string, string | number | undefined>>;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/** What Octokit throws, as far as it is looked at here. */
interface RequestFailure {
  readonly message: string;
  readonly status: number;
  readonly request: { readonly method: string; readonly url: string };
  readonly response?: Answer;
}

/** One entry of a GraphQL answer's `errors`. */
export interface GraphqlProblem {
  readonly type?: string;
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

/** Turns what Octokit throws into a fault; gives anything else back as it is. */
export function faultOf(error: unknown, now: number = Date.now()): unknown {
  if (!isRequestFailure(error)) {
    return error;
  }
  const { response } = error;
  const what = `${error.request.method} ${pathOf(error.request.url)}`;
  if (!response) {
    return new GitHubFault(
      "unavailable",
      `GitHub did not answer ${what} (${sentence(error.message)}).`,
      { cause: error },
    );
  }
  const status = response.status;
  const said = messageOf(response.data) ?? error.message;
  const kind = kindOf(response, said);
  return new GitHubFault(
    kind,
    `GitHub answered ${status} to ${what}: ${sentence(said)}.${advice(kind)}`,
    {
      status,
      waitMs: kind === "limited" || kind === "unavailable" ? waitOf(response.headers, now) : null,
      cause: error,
    },
  );
}

/** A fault for the `errors` of a GraphQL answer, which come with status 200; also for an answer that lacks its data. */
export function graphqlFault(
  problems: readonly GraphqlProblem[],
  cause?: unknown,
  headers: Headers = {},
): GitHubFault {
  const first = problems[0];
  const kind = graphqlKind(first);
  const said = sentence(first?.message ?? "no data");
  return new GitHubFault(kind, `GitHub's GraphQL API answered: ${said}.${advice(kind)}`, {
    waitMs: kind === "limited" ? waitOf(headers, Date.now()) : null,
    cause,
  });
}

function graphqlKind(problem: GraphqlProblem | undefined): FaultKind {
  switch (problem?.type) {
    case "RATE_LIMITED":
      return "limited";
    case "FORBIDDEN":
    case "INSUFFICIENT_SCOPES":
      return "read-only";
    case "NOT_FOUND":
      return "missing";
    case "UNPROCESSABLE":
      return "refused";
    default:
      // A query that ran too long has no type: "Something went wrong while executing your query".
      return "unavailable";
  }
}

function kindOf(response: Answer, said: string): FaultKind {
  const { status, headers } = response;
  if (status === 401) {
    return "unauthorized";
  }
  if (status === 404 || status === 410) {
    return "missing";
  }
  if (status >= 500) {
    return "unavailable";
  }
  if (status === 429) {
    return "limited";
  }
  if (status !== 403) {
    return "refused";
  }
  const limited =
    headers["retry-after"] !== undefined ||
    String(headers["x-ratelimit-remaining"]) === "0" ||
    /rate limit|abuse detection/i.test(said);
  return limited ? "limited" : "read-only";
}

function waitOf(headers: Headers, now: number): number | null {
  const seconds = Number(headers["retry-after"]);
  if (Number.isFinite(seconds) && seconds >= 0) {
    return seconds * 1000;
  }
  const reset = Number(headers["x-ratelimit-reset"]);
  if (String(headers["x-ratelimit-remaining"]) === "0" && Number.isFinite(reset)) {
    return Math.max(0, reset * 1000 - now);
  }
  return null;
}

function advice(kind: FaultKind): string {
  switch (kind) {
    case "unauthorized":
      return " The input token is not valid; leave it out to use the job's own token.";
    case "missing":
      return " Is the repository right, and may the token read it (permissions: contents: read, pull-requests: write)?";
    case "read-only":
      return " The token lacks a permission (the job needs contents: read and pull-requests: write).";
    case "limited":
      return " The token's request limit is used up; run the job again later.";
    case "refused":
    case "unavailable":
      return "";
  }
}

function messageOf(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("message" in data)) {
    return null;
  }
  const errors = "errors" in data && Array.isArray(data.errors) ? data.errors : [];
  const details = errors.map((entry: unknown) =>
    typeof entry === "string" ? entry : (messageOf(entry) ?? JSON.stringify(entry)),
  );
  return [String(data.message), ...details].join(": ");
}

function isRequestFailure(error: unknown): error is RequestFailure {
  return error instanceof Error && "status" in error && "request" in error;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** One line without the final full stop, so that it can be quoted inside a sentence. */
function sentence(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const short = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  return short.replace(/\.$/, "");
}
