import type { Account } from "./accounts.ts";
import { hasPatch } from "./anchor.ts";
import type { CommitInfo, FileDiff } from "./git.ts";
import type { Side } from "./patch.ts";
import type { PullRequest, Review, ReviewComment } from "./pull-request.ts";
import type { Repository } from "./repository.ts";

/** Where the API and the pages are: without a `/` at the end. */
export interface Addresses {
  readonly api: string;
  readonly html: string;
}

type Json = Record<string, unknown>;

export function nodeId(kind: string, id: number | string): string {
  return `${kind}_${Buffer.from(String(id)).toString("base64url")}`;
}

/** What REST answers about the model's things, in the shapes of GitHub's description. */
export class Resources {
  readonly #at: Addresses;

  constructor(addresses: Addresses) {
    this.#at = addresses;
  }

  #api({ fullName }: Repository, path = ""): string {
    return `${this.#at.api}/repos/${fullName}${path}`;
  }

  #html({ fullName }: Repository, path = ""): string {
    return `${this.#at.html}/${fullName}${path}`;
  }

  user({ id, login, type }: Account): Json {
    const page = type === "Bot" ? `apps/${login.replace(/\[bot\]$/u, "")}` : login;
    return {
      login,
      id,
      node_id: nodeId("U", id),
      type,
      html_url: `${this.#at.html}/${page}`,
      site_admin: false,
    };
  }

  repository(repository: Repository, owner = repository.owner): Json {
    const fullName = `${owner.login}/${repository.name}`;
    const isFork = owner !== repository.owner;
    return {
      id: isFork ? owner.id + repository.id : repository.id,
      node_id: nodeId("R", fullName),
      name: repository.name,
      full_name: fullName,
      owner: this.user(owner),
      private: repository.isPrivate,
      html_url: `${this.#at.html}/${fullName}`,
      description: null,
      fork: isFork,
      url: `${this.#at.api}/repos/${fullName}`,
      archived: false,
      disabled: false,
      default_branch: repository.defaultBranch,
      visibility: repository.isPrivate ? "private" : "public",
      clone_url: `${this.#at.html}/${fullName}.git`,
    };
  }

  pullRequest(pullRequest: PullRequest): Json {
    const { repository, number, id, author, headOwner, files } = pullRequest;
    const merge = pullRequest.mergeCommit;
    const html = this.#html(repository, `/pull/${number}`);
    const sum = (count: (file: FileDiff) => number): number =>
      files.reduce((total, file) => total + count(file), 0);
    const end = (ref: string, sha: string, owner: Account): Json => ({
      label: `${owner.login}:${ref}`,
      ref,
      sha,
      user: this.user(owner),
      repo: this.repository(repository, owner),
    });
    return {
      url: this.#api(repository, `/pulls/${number}`),
      id,
      node_id: nodeId("PR", id),
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      number,
      state: pullRequest.state,
      locked: false,
      title: pullRequest.title,
      user: this.user(author),
      body: pullRequest.body === "" ? null : pullRequest.body,
      labels: [],
      created_at: pullRequest.createdAt,
      updated_at: pullRequest.updatedAt,
      closed_at: pullRequest.state === "closed" ? pullRequest.updatedAt : null,
      merged_at: pullRequest.merged ? pullRequest.updatedAt : null,
      merge_commit_sha: merge ?? null,
      draft: pullRequest.draft,
      head: end(pullRequest.headRef, pullRequest.headSha, headOwner),
      base: end(pullRequest.baseRef, pullRequest.baseSha, repository.owner),
      author_association: pullRequest.isFromFork ? "CONTRIBUTOR" : "MEMBER",
      merged: pullRequest.merged,
      mergeable: merge !== undefined,
      mergeable_state: merge === undefined ? "dirty" : "clean",
      comments: 0,
      review_comments: pullRequest.comments.length,
      commits: pullRequest.commits.length,
      additions: sum((file) => file.additions),
      deletions: sum((file) => file.deletions),
      changed_files: files.length,
      maintainer_can_modify: false,
    };
  }

  /** A page of files. From the first patch that makes the page too large on, none is given. */
  diffEntries(repository: Repository, files: readonly FileDiff[], commit: string): Json[] {
    const { limits } = repository.world;
    let lines = 0;
    let bytes = 0;
    return files.map((file) => {
      const { path, previousPath, patch = "", additions, deletions } = file;
      lines += file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
      bytes += Buffer.byteLength(patch);
      const fits = lines <= limits.patchLinesPerPage && bytes <= limits.patchBytesPerPage;
      const encoded = path.split("/").map(encodeURIComponent).join("/");
      return {
        sha: file.sha,
        filename: path,
        status: file.status,
        additions,
        deletions,
        changes: additions + deletions,
        blob_url: this.#html(repository, `/blob/${commit}/${encoded}`),
        raw_url: this.#html(repository, `/raw/${commit}/${encoded}`),
        contents_url: this.#api(repository, `/contents/${encoded}?ref=${commit}`),
        ...(hasPatch(file, limits) && fits ? { patch } : {}),
        ...(previousPath === undefined ? {} : { previous_filename: previousPath }),
      };
    });
  }

  review(pullRequest: PullRequest, review: Review): Json {
    const { repository, number } = pullRequest;
    const html = this.#html(repository, `/pull/${number}#pullrequestreview-${review.id}`);
    const api = this.#api(repository, `/pulls/${number}`);
    return {
      id: review.id,
      node_id: nodeId("PRR", review.id),
      user: this.user(review.author),
      body: review.body,
      state: review.state,
      html_url: html,
      pull_request_url: api,
      author_association: association(review.author),
      _links: { html: { href: html }, pull_request: { href: api } },
      ...(review.state === "PENDING" ? {} : { submitted_at: review.submittedAt }),
      commit_id: review.commit,
    };
  }

  pullRequestPage({ repository, number }: PullRequest): string {
    return this.#html(repository, `/pull/${number}`);
  }

  /** The place of a comment on the page of its pull request. */
  commentPage({ id, thread: { pullRequest } }: ReviewComment): string {
    return `${this.pullRequestPage(pullRequest)}#discussion_r${id}`;
  }

  comment(comment: ReviewComment): Json {
    const { id, thread, replyTo } = comment;
    const { pullRequest, original, side } = thread;
    const { repository, number, headSha } = pullRequest;
    const position = pullRequest.positionOf(thread);
    const isOutdated = pullRequest.isOutdated(thread);
    const url = this.#api(repository, `/pulls/comments/${id}`);
    const api = this.#api(repository, `/pulls/${number}`);
    const html = this.commentPage(comment);
    const lines = {
      original_line: original?.line,
      original_position:
        original &&
        diffPosition(pullRequest.filesAt(thread.commit), thread.path, side, original.line),
      original_start_line: original?.startLine ?? null,
      line: position?.line ?? null,
      position: position ? diffPosition(pullRequest.files, thread.path, side, position.line) : null,
      start_line: position?.startLine ?? null,
      start_side: thread.startSide ?? null,
      side,
    };
    return {
      url,
      pull_request_review_id: comment.review.id,
      id,
      node_id: nodeId("PRRC", id),
      diff_hunk: thread.diffHunk,
      path: thread.path,
      ...(thread.subject === "line" ? lines : {}),
      commit_id: isOutdated ? thread.commit : headSha,
      original_commit_id: thread.commit,
      ...(replyTo ? { in_reply_to_id: replyTo.id } : {}),
      user: this.user(comment.author),
      body: comment.body,
      created_at: comment.createdAt,
      updated_at: comment.updatedAt,
      html_url: html,
      pull_request_url: api,
      author_association: association(comment.author),
      _links: { self: { href: url }, html: { href: html }, pull_request: { href: api } },
      subject_type: thread.subject,
    };
  }

  gitCommit(repository: Repository, info: CommitInfo): Json {
    const { sha } = info;
    return {
      sha,
      node_id: nodeId("C", sha),
      url: this.#api(repository, `/git/commits/${sha}`),
      html_url: this.#html(repository, `/commit/${sha}`),
      ...this.#commitBody(repository, info),
      parents: this.#parents(repository, info),
    };
  }

  commit(repository: Repository, info: CommitInfo): Json {
    const { sha } = info;
    const author = this.user(repository.world.account(info.author.name));
    return {
      url: this.#api(repository, `/commits/${sha}`),
      sha,
      node_id: nodeId("C", sha),
      html_url: this.#html(repository, `/commit/${sha}`),
      comments_url: this.#api(repository, `/commits/${sha}/comments`),
      commit: {
        url: this.#api(repository, `/git/commits/${sha}`),
        ...this.#commitBody(repository, info),
        comment_count: 0,
      },
      author,
      committer: author,
      parents: this.#parents(repository, info),
    };
  }

  #commitBody(repository: Repository, { author, committer, message, tree }: CommitInfo): Json {
    return {
      author,
      committer,
      message,
      tree: { sha: tree, url: this.#api(repository, `/git/trees/${tree}`) },
      verification: {
        verified: false,
        reason: "unsigned",
        signature: null,
        payload: null,
        verified_at: null,
      },
    };
  }

  #parents(repository: Repository, { parents }: CommitInfo): Json[] {
    return parents.map((sha) => ({
      sha,
      url: this.#api(repository, `/commits/${sha}`),
      html_url: this.#html(repository, `/commit/${sha}`),
    }));
  }

  /** The URLs that a comparison answers with. */
  comparison(repository: Repository, basehead: string): Json {
    const html = this.#html(repository, `/compare/${basehead}`);
    return {
      url: this.#api(repository, `/compare/${basehead}`),
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
    };
  }

  blobUrl(repository: Repository, sha: string): string {
    return this.#api(repository, `/git/blobs/${sha}`);
  }

  treeUrl(repository: Repository, sha: string): string {
    return this.#api(repository, `/git/trees/${sha}`);
  }

  /** What every kind of content has. */
  content(
    repository: Repository,
    ref: string,
    entry: { path: string; sha: string; size: number; type: string },
  ): Json {
    const { path, sha, size, type } = entry;
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    const self = `${this.#api(repository, `/contents/${encoded}`)}?ref=${encodeURIComponent(ref)}`;
    const isFolder = type === "dir";
    const git = isFolder ? this.treeUrl(repository, sha) : this.blobUrl(repository, sha);
    const html = this.#html(repository, `/${isFolder ? "tree" : "blob"}/${ref}/${encoded}`);
    return {
      name: path.split("/").at(-1),
      path,
      sha,
      size,
      url: self,
      html_url: html,
      git_url: git,
      download_url: isFolder ? null : this.#html(repository, `/raw/${ref}/${encoded}`),
      type,
      _links: { self, git, html },
    };
  }
}

function association({ type }: Account): string {
  return type === "Bot" ? "NONE" : "MEMBER";
}

/** Lines down from the first `@@` of the file, which is how the API counted before it knew line numbers. */
function diffPosition(
  files: readonly FileDiff[],
  path: string,
  side: Side,
  line: number,
): number | null {
  const hunks = files.find((file) => file.path === path)?.hunks ?? [];
  let position = -1;
  for (const hunk of hunks) {
    position += 1;
    for (const entry of hunk.lines) {
      position += 1;
      if ((side === "LEFT" ? entry.oldLine : entry.newLine) === line) {
        return position;
      }
    }
  }
  return null;
}
