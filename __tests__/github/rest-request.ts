import type { Token } from "./accounts.ts";
import type { PullRequest } from "./pull-request.ts";
import { notFound } from "./refusal.ts";
import type { Repository } from "./repository.ts";
import type { Resources } from "./resources.ts";

/** A REST request after its path was matched, its token looked up and its body validated. */
export interface RestRequest {
  readonly repository: Repository;
  readonly resources: Resources;
  readonly token: Token | undefined;
  /** From the path, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly accept: string;
  /** The URL without its query, in the form that `Link` headers have: the repository by number. */
  readonly linkUrl: string;
}

/** `text` in place of `body` is an answer in another media type. */
export type RestAnswer = { readonly headers?: Readonly<Record<string, string>> } & (
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly text: Buffer | string; readonly type: string }
);

export interface RestOperation {
  readonly needs: readonly ["contents" | "metadata" | "pullRequests", "read" | "write"];
  readonly run: (request: RestRequest) => RestAnswer;
}

/** One page of a list, with the Link header that leads to the others. */
export function paged<Item>(
  { query, linkUrl }: RestRequest,
  items: readonly Item[],
): { readonly items: readonly Item[]; readonly headers: Readonly<Record<string, string>> } {
  const size = Math.min(Math.max(Number(query["per_page"] ?? 30), 1), 100);
  const page = Math.max(Number(query["page"] ?? 1), 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = (target: number, name: string): string => {
    const parameters = new URLSearchParams({ ...query, page: String(target) });
    return `<${linkUrl}?${parameters.toString()}>; rel="${name}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(", ") } : {},
  };
}

export function pullRequestOf({ repository, parameters }: RestRequest): PullRequest {
  const pullRequest = repository.pullRequest(Number(parameters["pull_number"]));
  if (!pullRequest) {
    throw notFound();
  }
  return pullRequest;
}
