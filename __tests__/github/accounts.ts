/** `none` hides even what a public repository shows to everyone from no one: reading then still works there. */
export type Access = "none" | "read" | "write";

/** What a token may do, as the `permissions:` of a workflow say it. */
export interface Permissions {
  readonly contents?: Access;
  readonly pullRequests?: Access;
}

export interface TokenOptions extends Permissions {
  /** Whose token it is. Default: `github-actions[bot]`, as for the token of a workflow. */
  readonly login?: string;
}

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "Bot" | "Organization" | "User";
}

export interface Token {
  readonly name: string;
  readonly account: Account;
  readonly contents: Access;
  readonly pullRequests: Access;
}

/** GraphQL names a bot without the suffix that REST shows. */
export function graphqlLogin({ login }: Account): string {
  return login.replace(/\[bot\]$/u, "");
}
