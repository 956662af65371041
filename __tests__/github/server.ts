import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Token, TokenOptions } from "./accounts.ts";
import { isoDate } from "./git.ts";
import { type GraphqlRequest, answerGraphql, isMutation, rootFields } from "./graphql.ts";
import { type Limits, githubLimits } from "./limits.ts";
import { type Operation, readOperations } from "./openapi.ts";
import { notAccessible, notFound, Refusal } from "./refusal.ts";
import { type RepositoryOptions, Repository } from "./repository.ts";
import { Resources } from "./resources.ts";
import type { RestAnswer, RestOperation } from "./rest-request.ts";
import { restOperations } from "./rest.ts";
import { World } from "./world.ts";

/** What goes wrong with a request in place of, or after, its work. */
export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** The request does its work all the same, and only its answer is lost: GitHub's 502. */
      readonly executed?: boolean;
    }
  | { readonly kind: "delay"; readonly milliseconds: number }
  | { readonly kind: "drop"; readonly executed?: boolean };

/** One request of the audit log. */
export interface LoggedRequest {
  /** From 0. */
  readonly index: number;
  readonly method: string;
  /** Without the prefix of an enterprise server, decoded only by whom it concerns. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The operation id of GitHub's description, or the root fields of a GraphQL query: `graphql repository`. */
  readonly operation: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  /** 0 where the connection was dropped. */
  readonly status: number;
}

export interface GitHubOptions {
  /** By the secret itself. Default: one `token` that may read contents and write pull requests. */
  readonly tokens?: Readonly<Record<string, TokenOptions>>;
  /** As an enterprise server has it: `/api/v3` before REST paths, and `/api/graphql`. */
  readonly enterprise?: boolean;
  readonly limits?: Partial<Limits>;
  /** Called before each request does its work; `status` is 0 then. May also change the world. */
  readonly faults?: (request: LoggedRequest) => Fault | undefined;
}

const documentation = "https://docs.github.com/rest";
const prefixOfEnterprise = "/api/v3";

/**
 * A GitHub on localhost: a stateful model that answers as GitHub does, with its permissions,
 * limits and refusals, and holds real git repositories. Requests and answers are checked against
 * GitHub's own descriptions.
 */
export class LocalGitHub {
  /** Of REST. */
  readonly url: string;
  readonly graphqlUrl: string;
  /** Of the pages, which this model names but does not serve. */
  readonly serverUrl: string;
  readonly requests: LoggedRequest[] = [];
  /** Answers that GitHub's description does not allow, and operations that are not modelled: mistakes of the model, or gaps in it. */
  readonly problems: string[] = [];
  readonly world: World;
  /** What REST answers, and the payloads of events hold, about the model's things. */
  readonly resources: Resources;
  /** May be replaced between runs. */
  faults: GitHubOptions["faults"];
  readonly #tokens: ReadonlyMap<string, Token>;
  readonly #operations = readOperations();
  readonly #repositories: Repository[] = [];
  readonly #prefix: string;
  readonly #server: Server;
  readonly #used = new Map<string, number>();
  readonly #writes = new Map<string, number[]>();

  private constructor(server: Server, options: GitHubOptions) {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server.on("request", (request, response) => void this.#serve(request, response));
    this.#prefix = options.enterprise ? prefixOfEnterprise : "";
    this.serverUrl = address;
    this.url = address + this.#prefix;
    this.graphqlUrl = `${address}${options.enterprise ? "/api" : ""}/graphql`;
    this.world = new World({ ...githubLimits, ...options.limits });
    this.resources = new Resources({ api: this.url, html: address });
    this.faults = options.faults;
    const tokens = options.tokens ?? { token: { contents: "read", pullRequests: "write" } };
    this.#tokens = new Map(
      Object.entries(tokens).map(([name, { login, contents, pullRequests }]) => [
        name,
        {
          name,
          account: this.world.account(login ?? "github-actions[bot]"),
          contents: contents ?? "none",
          pullRequests: pullRequests ?? "none",
        },
      ]),
    );
  }

  static async start(options: GitHubOptions): Promise<LocalGitHub> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return new LocalGitHub(server, options);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
    for (const repository of this.#repositories) {
      repository.git.close();
    }
  }

  /** Makes a repository with one commit on `main`. */
  createRepository(fullName: string, options: RepositoryOptions = {}): Repository {
    const repository = new Repository(this.world, fullName, options);
    this.#repositories.push(repository);
    return repository;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const call = this.#callOf(request, Buffer.concat(chunks).toString("utf8"));
    this.requests.push(call.log);
    const fault = this.faults?.(call.log);
    if (fault?.kind === "delay") {
      await new Promise((resolve) => {
        setTimeout(resolve, fault.milliseconds);
      });
    }
    const answer = isExecuted(fault) ? this.#execute(call) : undefined;
    if (fault?.kind === "drop") {
      request.socket.destroy();
      return;
    }
    const sent = fault?.kind === "answer" ? faultAnswer(fault) : answer;
    if (!sent) {
      throw new Error("a request without a fault has an answer");
    }
    call.log.status = sent.status;
    send(response, sent, {
      ...this.#limitHeaders(call),
      "x-github-request-id": requestId(call.log),
    });
  }

  #callOf(request: IncomingMessage, text: string): Call {
    const url = new URL(request.url ?? "/", this.serverUrl);
    const isGraphql = url.pathname === new URL(this.graphqlUrl).pathname;
    const path = isGraphql
      ? "/graphql"
      : this.#namedRepository(url.pathname.slice(this.#prefix.length));
    const method = request.method ?? "GET";
    const operation = this.#operations.find(
      (entry) => entry.method === method && entry.pattern.test(path),
    );
    const body = parsedBody(text);
    const secret = /^(?:bearer|token) (.+)$/iu.exec(request.headers.authorization ?? "")?.[1];
    const log = {
      index: this.requests.length,
      method,
      path,
      query: Object.fromEntries(url.searchParams),
      operation: isGraphql ? graphqlName(body) : (operation?.id ?? "none"),
      headers: request.headers,
      body,
      status: 0,
    };
    const isOutside = !isGraphql && !url.pathname.startsWith(`${this.#prefix}/`);
    return { log, secret, isGraphql, operation: isOutside ? undefined : operation };
  }

  /** `Link` headers name a repository by its number: `/repositories/1/…`. */
  #namedRepository(path: string): string {
    const [, id, rest] = /^\/repositories\/(\d+)(\/.*)?$/u.exec(path) ?? [];
    const repository = this.#repositories.find((entry) => entry.id === Number(id));
    return repository ? `/repos/${repository.fullName}${rest ?? ""}` : path;
  }

  #execute(call: Call): RestAnswer {
    try {
      const token = this.#authenticated(call);
      this.#countRequest(call);
      if (call.isGraphql) {
        return this.#graphql(call, token);
      }
      return this.#rest(call, token);
    } catch (error) {
      if (error instanceof Refusal) {
        return refusalAnswer(error);
      }
      const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.problems.push(`${call.log.operation}: ${problem}`);
      return refusalAnswer(new Refusal(500, problem));
    }
  }

  #authenticated({ secret, isGraphql }: Call): Token | undefined {
    if (secret === undefined) {
      if (isGraphql) {
        throw new Refusal(401, "Requires authentication");
      }
      return undefined;
    }
    const token = this.#tokens.get(secret);
    if (!token) {
      throw new Refusal(401, "Bad credentials");
    }
    return token;
  }

  /** Both rate limits. */
  #countRequest(call: Call): void {
    const { limits } = this.world;
    const key = limitKey(call);
    const used = this.#used.get(key) ?? 0;
    if (call.operation?.id === "rate-limit/get") {
      return;
    }
    this.#used.set(key, used + 1);
    if (used >= limits.requestsPerHour) {
      throw new Refusal(403, "API rate limit exceeded for installation ID 1.");
    }
    if (!isWrite(call)) {
      return;
    }
    const since = Date.now() - 60_000;
    const writes = (this.#writes.get(key) ?? []).filter((time) => time > since);
    this.#writes.set(key, [...writes, Date.now()]);
    if (writes.length >= limits.writesPerMinute) {
      const text =
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
      throw new Refusal(403, text, [], { "retry-after": "60" });
    }
  }

  #rateLimit(key: string): { limit: number; remaining: number; used: number; reset: number } {
    const limit = this.world.limits.requestsPerHour;
    const used = Math.min(this.#used.get(key) ?? 0, limit);
    return { limit, remaining: limit - used, used, reset: Math.ceil(Date.now() / 1000) + 3600 };
  }

  #limitHeaders(call: Call): Record<string, string> {
    const { limit, remaining, used, reset } = this.#rateLimit(limitKey(call));
    return {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-used": String(used),
      "x-ratelimit-reset": String(reset),
      "x-ratelimit-resource": call.isGraphql ? "graphql" : "core",
    };
  }

  #graphql(call: Call, token: Token | undefined): RestAnswer {
    if (!token) {
      throw new Refusal(401, "Requires authentication");
    }
    if (call.log.method !== "POST") {
      throw notFound();
    }
    const { query, variables, operationName } = call.log.body as Partial<GraphqlRequest>;
    if (typeof query !== "string") {
      throw new Refusal(400, "A query attribute must be specified");
    }
    const { limit, remaining, reset } = this.#rateLimit(limitKey(call));
    const body = answerGraphql(
      { query, variables: variables ?? {}, operationName },
      {
        token,
        resources: this.resources,
        repositories: this.#repositories,
        repository: (name) => this.#visible(name, token),
        rateLimit: { limit, remaining, resetAt: isoDate(reset) },
      },
    );
    return { status: 200, body };
  }

  #rest({ log, operation, secret }: Call, token: Token | undefined): RestAnswer {
    if (!operation) {
      this.problems.push(`not modelled: ${log.method} ${log.path}`);
      throw new Refusal(501, `The local GitHub does not model ${log.method} ${log.path}`);
    }
    if (operation.id === "rate-limit/get") {
      return this.#rateLimits(operation, secret);
    }
    const parameters = decoded(operation.pattern.exec(log.path)?.groups ?? {});
    const run = restOperations[operation.id];
    const repository = this.#visible(`${parameters["owner"]}/${parameters["repo"]}`, token);
    if (!run) {
      throw new Error(`no handler for ${operation.id}`);
    }
    if (!repository) {
      throw notFound();
    }
    checkPermission(run, repository, token);
    const problems = operation.requestProblems(log.query, log.body ?? {});
    if (problems.length > 0) {
      throw new Refusal(422, `Invalid request.\n\n${problems.join("\n")}`);
    }
    const prefix = `/repos/${parameters["owner"]}/${parameters["repo"]}`;
    const answer = run.run({
      repository,
      resources: this.resources,
      token,
      parameters,
      query: log.query,
      body: log.body,
      accept: String(log.headers["accept"] ?? ""),
      linkUrl: `${this.url}/repositories/${repository.id}${log.path.slice(prefix.length)}`,
    });
    return this.#checked(operation, answer);
  }

  #rateLimits(operation: Operation, secret: string | undefined): RestAnswer {
    const core = this.#rateLimit(`core ${secret ?? ""}`);
    const graphql = this.#rateLimit(`graphql ${secret ?? ""}`);
    const search = { limit: 30, remaining: 30, used: 0, reset: core.reset };
    const body = { resources: { core, graphql, search }, rate: core };
    return this.#checked(operation, { status: 200, body });
  }

  #checked(operation: Operation, answer: RestAnswer): RestAnswer {
    if ("text" in answer) {
      return answer;
    }
    const body = JSON.parse(JSON.stringify(answer.body ?? null)) as unknown;
    this.problems.push(...operation.answerProblems(answer.status, body));
    return answer;
  }

  /** A private repository does not exist for who has no token. */
  #visible(fullName: string, token: Token | undefined): Repository | undefined {
    const repository = this.#repositories.find(
      (entry) => entry.fullName.toLowerCase() === fullName.toLowerCase(),
    );
    return repository?.isPrivate && !token ? undefined : repository;
  }
}

export async function startGitHub(options: GitHubOptions = {}): Promise<LocalGitHub> {
  return LocalGitHub.start(options);
}

interface Call {
  readonly log: { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] };
  readonly secret: string | undefined;
  readonly isGraphql: boolean;
  readonly operation: Operation | undefined;
}

function isExecuted(fault: Fault | undefined): boolean {
  return !fault || fault.kind === "delay" || fault.executed === true;
}

function faultAnswer({ status, body, headers }: Fault & { readonly kind: "answer" }): RestAnswer {
  return { status, body: body ?? { message: "Server Error" }, headers: headers ?? {} };
}

function refusalAnswer({ status, message, errors, headers }: Refusal): RestAnswer {
  const body = {
    message,
    ...(errors.length > 0 ? { errors } : {}),
    documentation_url: documentation,
    status: String(status),
  };
  return { status, body, headers };
}

function send(
  response: ServerResponse,
  answer: RestAnswer,
  headers: Readonly<Record<string, string>>,
): void {
  const isText = "text" in answer;
  const content = isText ? answer.text : JSON.stringify(answer.body);
  const type = isText ? answer.type : "application/json; charset=utf-8";
  response.writeHead(answer.status, {
    ...headers,
    ...answer.headers,
    ...(answer.status === 204 ? {} : { "content-type": type }),
  });
  response.end(answer.status === 204 ? undefined : content);
}

function requestId({ index }: LoggedRequest): string {
  return `LOCAL:${index.toString(16).padStart(4, "0").toUpperCase()}`;
}

function limitKey({ isGraphql, secret }: Call): string {
  return `${isGraphql ? "graphql" : "core"} ${secret ?? ""}`;
}

function parsedBody(text: string): unknown {
  if (text === "") {
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function graphqlQuery(body: unknown): string {
  const query = (body as { readonly query?: unknown } | undefined)?.query;
  return typeof query === "string" ? query : "";
}

function graphqlName(body: unknown): string {
  return ["graphql", ...new Set(rootFields(graphqlQuery(body)))].join(" ");
}

function isWrite({ log, isGraphql }: Call): boolean {
  return isGraphql ? isMutation(graphqlQuery(log.body)) : log.method !== "GET";
}

function decoded(groups: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    throw new Refusal(400, "Bad Request");
  }
}

/** Everyone may read a public repository; the rest is a matter of the token. */
function checkPermission(
  { needs: [kind, access] }: RestOperation,
  { isPrivate }: Repository,
  token: Token | undefined,
): void {
  if (access === "write" && !token) {
    throw new Refusal(401, "Requires authentication");
  }
  if (kind === "metadata" || !token) {
    return;
  }
  const held = token[kind];
  if (access === "write" ? held !== "write" : held === "none" && isPrivate) {
    throw notAccessible();
  }
}
