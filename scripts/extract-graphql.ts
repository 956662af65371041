/**
 * Writes __tests__/github/schema.graphql: the types and fields that the GitHub on localhost answers,
 * cut out of GitHub's public GraphQL schema (1.2 MB, so it is no dependency):
 *
 *     npm pack @octokit/graphql-schema && tar xzf octokit-graphql-schema-*.tgz package/schema.graphql
 *     node scripts/extract-graphql.ts package/schema.graphql
 *
 * A query for anything else is refused, as a misspelt field is by GitHub.
 */
import { readFileSync, writeFileSync } from "node:fs";
import {
  type DefinitionNode,
  type DocumentNode,
  buildASTSchema,
  Kind,
  parse,
  print,
  validateSchema,
  visit,
} from "graphql";

/** Fields by type. Enumerations and scalars are kept whole when a kept field needs them. */
const fields: Record<string, string> = {
  Actor: "avatarUrl login url",
  AddPullRequestReviewThreadReplyInput: "*",
  AddPullRequestReviewThreadReplyPayload: "clientMutationId comment",
  Blob: "abbreviatedOid byteSize id isBinary isTruncated oid text",
  Bot: "avatarUrl databaseId id login url",
  Commit: "abbreviatedOid committedDate id message messageHeadline oid tree",
  DeletePullRequestReviewCommentInput: "*",
  DeletePullRequestReviewCommentPayload:
    "clientMutationId pullRequestReview pullRequestReviewComment",
  GitObject: "abbreviatedOid id oid",
  MinimizeCommentInput: "*",
  MinimizeCommentPayload: "clientMutationId minimizedComment",
  Minimizable: "isMinimized minimizedReason viewerCanMinimize",
  Mutation:
    "addPullRequestReviewThreadReply deletePullRequestReviewComment minimizeComment resolveReviewThread unminimizeComment unresolveReviewThread updatePullRequestReviewComment",
  Node: "id",
  PageInfo: "endCursor hasNextPage hasPreviousPage startCursor",
  PullRequest:
    "author baseRefName baseRefOid body changedFiles closed createdAt databaseId fullDatabaseId headRefName headRefOid id isCrossRepository isDraft merged number permalink reviewThreads state title url viewerDidAuthor",
  PullRequestReview:
    "author body databaseId fullDatabaseId id isMinimized minimizedReason state submittedAt url viewerCanMinimize",
  PullRequestReviewComment:
    "author authorAssociation body commit createdAt databaseId diffHunk fullDatabaseId id isMinimized line minimizedReason originalCommit originalLine originalStartLine outdated path pullRequestReview replyTo startLine state subjectType updatedAt url viewerCanDelete viewerCanMinimize viewerCanUpdate viewerDidAuthor",
  PullRequestReviewCommentConnection: "*",
  PullRequestReviewCommentEdge: "*",
  PullRequestReviewThread:
    "comments diffSide id isCollapsed isOutdated isResolved line originalLine originalStartLine path pullRequest resolvedBy startDiffSide startLine subjectType viewerCanReply viewerCanResolve viewerCanUnresolve",
  PullRequestReviewThreadConnection: "*",
  PullRequestReviewThreadEdge: "*",
  Query: "id node nodes rateLimit repository viewer",
  RateLimit: "cost limit nodeCount remaining resetAt used",
  Ref: "id name prefix target",
  Repository:
    "databaseId defaultBranchRef id isFork isPrivate name nameWithOwner object pullRequest ref url",
  ResolveReviewThreadInput: "*",
  ResolveReviewThreadPayload: "clientMutationId thread",
  Tree: "abbreviatedOid entries id oid",
  TreeEntry: "extension mode name object oid path size type",
  UnminimizeCommentInput: "*",
  UnminimizeCommentPayload: "clientMutationId unminimizedComment",
  UnresolveReviewThreadInput: "*",
  UnresolveReviewThreadPayload: "clientMutationId thread",
  UpdatePullRequestReviewCommentInput: "*",
  UpdatePullRequestReviewCommentPayload: "clientMutationId pullRequestReviewComment",
  User: "avatarUrl databaseId id login url",
};

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node scripts/extract-graphql.ts schema.graphql");
  process.exit(2);
}

const whole = parse(readFileSync(path, "utf8"));
const definitions = whole.definitions.flatMap(trimmed);
const referenced = namesIn(definitions);
const leaves = whole.definitions.filter(
  (definition) =>
    (definition.kind === Kind.ENUM_TYPE_DEFINITION ||
      definition.kind === Kind.SCALAR_TYPE_DEFINITION) &&
    referenced.has(definition.name.value),
);
const document: DocumentNode = withoutDescriptions({
  kind: Kind.DOCUMENT,
  definitions: [...definitions, ...leaves],
});
const [problem] = validateSchema(buildASTSchema(document));
if (problem) {
  throw problem;
}

const target = new URL("../__tests__/github/schema.graphql", import.meta.url);
writeFileSync(
  target,
  `# GitHub's public GraphQL schema, cut down by scripts/extract-graphql.ts.\n\n${print(document)}\n`,
);

function trimmed(definition: DefinitionNode): DefinitionNode[] {
  if (!("name" in definition) || definition.name === undefined) {
    return [];
  }
  const list = fields[definition.name.value];
  if (list === undefined) {
    return [];
  }
  const kept = list.split(" ");
  const isKept = (name: string): boolean => list === "*" || kept.includes(name);
  switch (definition.kind) {
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [definition];
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_DEFINITION: {
      const names = new Set(definition.fields?.map((field) => field.name.value));
      const unknown = kept.filter((name) => list !== "*" && !names.has(name));
      if (unknown.length > 0) {
        throw new Error(`${definition.name.value} has no field ${unknown.join(", ")}`);
      }
      return [
        {
          ...definition,
          interfaces: (definition.interfaces ?? []).filter(({ name }) => name.value in fields),
          fields: (definition.fields ?? []).filter(({ name }) => isKept(name.value)),
        },
      ];
    }
    default:
      return [];
  }
}

function namesIn(definitions: readonly DefinitionNode[]): Set<string> {
  const names = new Set<string>();
  visit(
    { kind: Kind.DOCUMENT, definitions },
    { NamedType: (type) => void names.add(type.name.value) },
  );
  return names;
}

function withoutDescriptions(source: DocumentNode): DocumentNode {
  return visit(source, {
    enter: (node) =>
      "description" in node && node.description ? { ...node, description: undefined } : undefined,
    Directive: () => null,
  });
}
