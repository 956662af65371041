import { readFileSync } from "node:fs";
import {
  type DocumentNode,
  type ExecutionResult,
  buildSchema,
  execute,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  validate,
} from "graphql";
import {
  type GraphqlContext,
  actor,
  canResolve,
  commentNode,
  forbidden,
  repositoryNode,
  reviewNode,
  threadNode,
  TypedError,
} from "./graphql-nodes.ts";
import type { ReviewComment, ReviewThread } from "./pull-request.ts";
import { nodeId } from "./resources.ts";

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
}

const schema = buildSchema(readFileSync(new URL("schema.graphql", import.meta.url), "utf8"));

/** The fields of the query's root, such as `repository` or `resolveReviewThread`. Empty for what does not parse. */
export function rootFields(query: string): string[] {
  const document = parsed(query);
  if (document instanceof GraphQLError) {
    return [];
  }
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.flatMap((selection) =>
          selection.kind === Kind.FIELD ? [selection.name.value] : [],
        )
      : [],
  );
}

export function isMutation(query: string): boolean {
  const document = parsed(query);
  if (document instanceof GraphQLError) {
    return false;
  }
  return document.definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === OperationTypeNode.MUTATION,
  );
}

/** The answer to a query. Errors are part of it; GitHub sends it with status 200 all the same. */
export function answerGraphql(request: GraphqlRequest, context: GraphqlContext): object {
  const document = parsed(request.query);
  const errors = document instanceof GraphQLError ? [document] : validate(schema, document);
  if (document instanceof GraphQLError || errors.length > 0) {
    return { errors: errors.map(withType) };
  }
  const result = execute({
    schema,
    document,
    rootValue: new Root(context),
    variableValues: { ...request.variables },
    operationName: request.operationName ?? null,
  }) as ExecutionResult;
  return { ...result, ...(result.errors ? { errors: result.errors.map(withType) } : {}) };
}

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) {
      return error;
    }
    throw error;
  }
}

function withType({ message, path, locations, originalError }: GraphQLError): object {
  return {
    ...(originalError instanceof TypedError ? { type: originalError.type } : {}),
    ...(path ? { path } : {}),
    locations,
    message,
  };
}

/** Resolvers: graphql-js calls the methods of what it gets by the names of the fields. */
class Root {
  readonly #context: GraphqlContext;

  constructor(context: GraphqlContext) {
    this.#context = context;
  }

  get id(): string {
    return "Query";
  }

  viewer(): object {
    return actor(this.#context.token.account, this.#context);
  }

  rateLimit(): object {
    const { limit, remaining, resetAt } = this.#context.rateLimit;
    return { cost: 1, nodeCount: 1, limit, remaining, used: limit - remaining, resetAt };
  }

  repository({ owner, name }: { owner: string; name: string }): object {
    const repository = this.#context.repository(`${owner}/${name}`);
    if (!repository) {
      const text = `Could not resolve to a Repository with the name '${owner}/${name}'.`;
      throw new TypedError("NOT_FOUND", text);
    }
    return repositoryNode(repository, this.#context);
  }

  node({ id }: { id: string }): object {
    for (const thread of this.#threads()) {
      if (nodeId("PRRT", thread.id) === id) {
        return threadNode(thread, this.#context);
      }
      const comment = thread.comments.find((entry) => nodeId("PRRC", entry.id) === id);
      if (comment) {
        return commentNode(comment, this.#context);
      }
    }
    throw new TypedError("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
  }

  nodes({ ids }: { ids: readonly string[] }): object[] {
    return ids.map((id) => this.node({ id }));
  }

  resolveReviewThread({ input }: { input: { threadId: string } }): object {
    const thread = this.#thread(input.threadId);
    if (!canResolve(this.#context.token)) {
      throw forbidden();
    }
    thread.resolvedBy = this.#context.token.account;
    return { thread: threadNode(thread, this.#context) };
  }

  unresolveReviewThread({ input }: { input: { threadId: string } }): object {
    const thread = this.#thread(input.threadId);
    if (!canResolve(this.#context.token)) {
      throw forbidden();
    }
    thread.resolvedBy = undefined;
    return { thread: threadNode(thread, this.#context) };
  }

  minimizeComment({ input }: { input: { subjectId: string; classifier: string } }): object {
    const comment = this.#comment(input.subjectId);
    this.#requireWrite();
    comment.minimizedReason = input.classifier.toLowerCase().replace("_", "-");
    return { minimizedComment: commentNode(comment, this.#context) };
  }

  unminimizeComment({ input }: { input: { subjectId: string } }): object {
    const comment = this.#comment(input.subjectId);
    this.#requireWrite();
    comment.minimizedReason = undefined;
    return { unminimizedComment: commentNode(comment, this.#context) };
  }

  updatePullRequestReviewComment(parameters: {
    input: { pullRequestReviewCommentId: string; body: string };
  }): object {
    const { pullRequestReviewCommentId, body } = parameters.input;
    const comment = this.#ownComment(pullRequestReviewCommentId);
    this.#checkBody(comment, body);
    comment.body = body;
    comment.updatedAt = comment.thread.pullRequest.repository.world.now();
    return { pullRequestReviewComment: commentNode(comment, this.#context) };
  }

  deletePullRequestReviewComment({ input }: { input: { id: string } }): object {
    const comment = this.#ownComment(input.id);
    comment.thread.pullRequest.deleteComment(comment);
    return {
      pullRequestReview: reviewNode(comment.review, comment, this.#context),
      pullRequestReviewComment: commentNode(comment, this.#context),
    };
  }

  addPullRequestReviewThreadReply(parameters: {
    input: { pullRequestReviewThreadId: string; body: string };
  }): object {
    const { pullRequestReviewThreadId, body } = parameters.input;
    const thread = this.#thread(pullRequestReviewThreadId);
    this.#requireWrite();
    const [first] = thread.comments;
    if (!first) {
      throw new Error("a thread has at least one comment");
    }
    this.#checkBody(first, body);
    const reply = thread.pullRequest.reply(this.#context.token.account, first, body);
    return { comment: commentNode(reply, this.#context) };
  }

  #threads(): ReviewThread[] {
    return this.#context.repositories
      .filter((repository) => this.#context.repository(repository.fullName))
      .flatMap((repository) => repository.pullRequests)
      .flatMap((pullRequest) => pullRequest.threads);
  }

  #thread(id: string): ReviewThread {
    const thread = this.#threads().find((entry) => nodeId("PRRT", entry.id) === id);
    if (!thread) {
      const text = `Could not resolve to PullRequestReviewThread node with the global id of '${id}'.`;
      throw new TypedError("NOT_FOUND", text);
    }
    return thread;
  }

  #comment(id: string): ReviewComment {
    const comment = this.#threads()
      .flatMap((thread) => thread.comments)
      .find((entry) => nodeId("PRRC", entry.id) === id);
    if (!comment) {
      const text = `Could not resolve to a node with the global id of '${id}'`;
      throw new TypedError("NOT_FOUND", text);
    }
    return comment;
  }

  /** Stricter than GitHub, as in REST: what others wrote stays as it is. */
  #ownComment(id: string): ReviewComment {
    const comment = this.#comment(id);
    this.#requireWrite();
    if (comment.author !== this.#context.token.account) {
      throw forbidden();
    }
    return comment;
  }

  #requireWrite(): void {
    if (this.#context.token.pullRequests !== "write") {
      throw forbidden();
    }
  }

  #checkBody({ thread }: ReviewComment, body: string): void {
    const { charactersPerBody } = thread.pullRequest.repository.world.limits;
    if (body.trim() === "") {
      throw new TypedError("UNPROCESSABLE", "Body can't be blank");
    }
    if (Array.from(body).length > charactersPerBody) {
      const text = `Body is too long (maximum is ${charactersPerBody} characters)`;
      throw new TypedError("UNPROCESSABLE", text);
    }
  }
}
