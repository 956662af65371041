import type { Account } from "./accounts.ts";
import { isoDate } from "./git.ts";
import type { Limits } from "./limits.ts";

/** What all repositories of one local GitHub share. Its clock moves one second with every event, so that two runs of a test give the same hashes and times. */
export class World {
  readonly limits: Limits;
  readonly #accounts = new Map<string, Account>();
  #lastId = 1_000_000;
  #seconds = Date.UTC(2026, 8, 1) / 1000;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** The next second, as seconds since 1970. */
  tick(): number {
    this.#seconds += 1;
    return this.#seconds;
  }

  /** The next second, as GitHub writes times. */
  now(): string {
    return isoDate(this.tick());
  }

  /** Who writes code and opens pull requests where nobody else is named. */
  get person(): Account {
    return this.account("octocat");
  }

  account(login: string, type?: Account["type"]): Account {
    const known = this.#accounts.get(login);
    if (known) {
      return known;
    }
    const isBot = login.endsWith("[bot]");
    const account = { id: this.nextId(), login, type: type ?? (isBot ? "Bot" : "User") };
    this.#accounts.set(login, account);
    return account;
  }
}
