import { stateOfExchange, type State } from "./state.ts";
import { newestVersion } from "../nginx/versions.ts";
import { whyUnknown } from "../handshake/verdict.ts";
import { type Limit, within } from "../basics/limit.ts";
import type { Before } from "../check/run-request.ts";
import type { Located } from "../check/locations.ts";
import { locationKey } from "../check/worked.ts";
import type { Run } from "../check/run.ts";
import { findPrograms } from "../config/programs.ts";
import { type Config, enclosing, type Level, lineOf } from "../config/level.ts";
import { locationName } from "../config/location-name.ts";
import { addressed } from "../handshake/addressed.ts";
import { isSentToTls } from "../handshake/endpoint.ts";
import { simulateRequest } from "../handshake/request-to.ts";
import type { Exchange } from "../request/exchange.ts";
import type { Place } from "../repository/document.ts";
import { headOf } from "../rules/phrases.ts";
import { type LostHandshake, placeOf } from "../rules/rule.ts";
import { type AskedHandshake, workingHandshakes } from "./asked.ts";
import type { ChangedFile } from "./changed-file.ts";

/** Each is simulated before and after. */
const handshakes: Limit = {
  most: 5000,
  says: "more than 5,000 handshakes may be concerned by this change; those after them are not compared",
};

/**
 * Asks the head for every handshake that works at the base, where the change concerns the program: what the lines look like
 * does not matter.
 */
export function handshakesBefore(base: Run, head: Run, changes: readonly ChangedFile[]): Before {
  return new HandshakeComparison(base, head, changes).run();
}

class HandshakeComparison implements Before {
  readonly worked = new Map<string, Located["traffic"]>();
  readonly lost: LostHandshake[] = [];
  readonly #base: Run;
  readonly #head: Run;
  readonly #changed: ReadonlySet<string>;
  readonly #renamed: ReadonlyMap<string, string>;
  #byLevel: ReadonlyMap<Level, Located> | null = null;

  constructor(base: Run, head: Run, changes: readonly ChangedFile[]) {
    this.#base = base;
    this.#head = head;
    this.#changed = new Set(
      changes.flatMap(({ path, previousPath }) => [path, previousPath ?? path]),
    );
    this.#renamed = new Map(
      changes.flatMap(({ path, previousPath }) =>
        previousPath === null ? [] : [[previousPath, path] as const],
      ),
    );
  }

  run(): Before {
    const { versions } = this.#base.request;
    const concerned = new Set(this.#base.configs.filter((config) => this.#isConcerned(config)));
    const serving = this.#base.located.filter(
      ({ config, intent, verdict }) =>
        concerned.has(config) && intent.serves === "yes" && verdict.strict === "works",
    );
    const asked = within(serving, handshakes, "This change", this.#head.request.documents.bound);
    const newest = versions.at(-1) ?? newestVersion;
    for (const located of asked) {
      const known = workingHandshakes(located, newest);
      for (const handshake of known) {
        this.#compare(handshake);
      }
      if (known.length === 0 && !located.isIdle) {
        this.#compareInPlace(located);
      }
    }
    return this;
  }

  /** Whether a program is another one after the change. */
  #isConcerned(config: Config): boolean {
    const same = this.#sameProgram(config);
    const keys = (of: Config): string => of.documents.map(({ key }) => key).join("\n");
    return (
      same === undefined ||
      keys(same) !== keys(config) ||
      config.documents.some(({ path }) => this.#changed.has(path)) ||
      this.#head.request.policy.nginxVersion !== this.#base.request.policy.nginxVersion
    );
  }

  #sameProgram({ root, kind }: Config): Config | undefined {
    const now = this.#renamed.get(root) ?? root;
    return this.#head.configs.find((config) => config.root === now && config.kind === kind);
  }

  #compare(handshake: AskedHandshake): void {
    const state = this.#stateOf(handshake);
    const { located, address } = handshake;
    switch (state.kind) {
      case "works":
        return;
      case "absent":
        if (!this.#hasMoved(located)) {
          this.#lose(located, address, "removed", "no server answers there any more", null);
        }
        return;
      case "answered":
        this.#lose(
          located,
          address,
          "answered",
          answerText(state.exchange, located),
          state.exchange,
        );
        return;
      case "unknown":
        if (!this.#isSaid(located)) {
          this.#forget(located, address, state.exchange);
        }
        return;
      case "breaks":
        this.#break(handshake, state.exchange);
        return;
    }
  }

  /** Where nobody knows at which address it is asked, in a fragment or a template: the location of that name in that place. */
  #compareInPlace(located: Located): void {
    const { name } = located;
    const { path } = name.place.document;
    const file = this.#renamed.get(path) ?? path;
    const now = this.#head.located.find(
      (other) =>
        other.name.place.document.path === file &&
        other.name.server === name.server &&
        other.name.name === name.name,
    );
    if (now === undefined) {
      if (!this.#hasMoved(located)) {
        this.#lose(located, name.name, "removed", `location ${name.name} is gone`, null);
      }
      return;
    }
    const { strict } = now.verdict;
    if (strict === "breaks") {
      this.worked.set(locationKey(now.name), located.traffic);
    } else if (strict === "unknown" && !this.#isSaid(located)) {
      this.#forget(located, name.name, now.exchanges.websocket);
    }
  }

  /** It worked, and nobody knows now. */
  #forget(located: Located, address: string, exchange: Exchange): void {
    const why = whyUnknown(exchange);
    this.#head.request.documents.bound(
      `The handshake to ${address} worked before this change, and it is not known now: ${why}`,
    );
    this.#lose(located, address, "unknown", why, exchange);
  }

  #stateOf({ located, request }: AskedHandshake): State {
    const same = this.#sameProgram(located.config);
    const own = same === undefined ? null : this.#stateIn(same, request);
    if (own !== null && own.kind !== "absent") {
      return own.kind === "answered" && isSentToTls(own.exchange)
        ? this.#stateOverTls(located, request, own)
        : own;
    }
    const others = this.#otherPrograms(located.config).filter((config) => config !== same);
    const states = others.map((config) => this.#stateIn(config, request));
    return (
      states.find(({ kind }) => kind === "works") ??
      states.find(({ kind }) => kind !== "absent") ?? { kind: "absent" }
    );
  }

  /** A redirect to the same address with TLS is as good as what is there. */
  #stateOverTls(located: Located, request: AskedHandshake["request"], own: State): State {
    const secure = { ...request, scheme: "https", port: "443" } as const;
    const state = this.#stateOf({ located, request: secure, address: "" });
    return state.kind === "works" ? state : own;
  }

  /** Those that the head has analysed, and those that files of the base's program take part in now. */
  #otherPrograms({ documents }: Config): readonly Config[] {
    const { request, configs } = this.#head;
    const paths = documents
      .map(({ path }) => this.#renamed.get(path) ?? path)
      .filter((path) => request.documents.has(path));
    const more =
      paths.length === 0 || request.paths === undefined
        ? []
        : findPrograms(request.documents, { policy: request.policy, paths }).configs;
    const roots = new Set(configs.map(({ root }) => root));
    return [...configs, ...more.filter(({ root }) => !roots.has(root))];
  }

  #stateIn(config: Config, request: AskedHandshake["request"]): State {
    if (config.kind === "server" || config.kind === "location") {
      return { kind: "absent" };
    }
    if (addressed(config, request, []).length === 0) {
      return { kind: "absent" };
    }
    const [newest = newestVersion, ...older] = this.#head.request.versions.toReversed();
    const exchange = simulateRequest(config, request, newest);
    const newestState = stateOfExchange(exchange);
    if (newestState.kind === "works" && this.#locatedAt(exchange)?.verdict.strict === "works") {
      return newestState;
    }
    const states = [
      ...older.map((version) => stateOfExchange(simulateRequest(config, request, version))),
      newestState,
    ];
    const kinds = new Set(states.map(({ kind }) => kind));
    return (
      (kinds.size > 1 ? states.find(({ kind }) => kind === "works") : undefined) ??
      states.at(-1) ?? { kind: "absent" }
    );
  }

  /** The location that takes it now is judged by what worked; where it is another one, that is what is said. */
  #break(handshake: AskedHandshake, exchange: Exchange): void {
    const { located, address } = handshake;
    const now = this.#locatedAt(exchange);
    if (now !== undefined && standsFor(now, located)) {
      this.worked.set(locationKey(now.name), located.traffic);
    } else if (!this.#hasMoved(located)) {
      const opener = exchange.level === null ? null : enclosing(exchange.level, "location")?.opener;
      const where = opener == null ? "another location" : `location ${opener.parameters.join(" ")}`;
      const why = `${where} takes them now, and does not upgrade`;
      this.#lose(located, address, "answered", why, exchange);
    }
  }

  /** The location where an exchange ends: itself, or for an `if` that only has settings the one around it. */
  #locatedAt({ level }: Exchange): Located | undefined {
    this.#byLevel ??= new Map(
      this.#head.located.flatMap((located) => located.levels.map((each) => [each, located])),
    );
    const location = level === null ? null : enclosing(level, "location");
    return (
      (level === null ? undefined : this.#byLevel.get(level)) ??
      (location === null ? undefined : this.#byLevel.get(location))
    );
  }

  /**
   * Whether an error that the program did not have before says what is wrong, such as an include of what is gone, or a promise
   * of the policy that nobody can judge.
   */
  #isSaid({ config }: Located): boolean {
    const root = this.#sameProgram(config)?.root;
    const known = new Set(this.#base.entries.map(({ kind }) => kind));
    return this.#head.entries.some(
      (entry) => entry.severity === "error" && entry.config.root === root && !known.has(entry.kind),
    );
  }

  /** Whether a new location of the head does for the same upstream what the old one did. */
  #hasMoved(located: Located): boolean {
    const before = new Set(this.#base.located.map(({ name }) => locationKey(name)));
    const suffix = lastPart(located.name.name);
    return this.#head.located.some(
      (other) =>
        !before.has(locationKey(other.name)) &&
        other.proxyPass.parameters[0] === located.proxyPass.parameters[0] &&
        lastPart(other.name.name) === suffix &&
        other.verdict.strict === "works",
    );
  }

  #lose(
    located: Located,
    address: string,
    kind: LostHandshake["kind"],
    why: string,
    exchange: Exchange | null,
  ): void {
    const now = exchange === null ? null : placeIn(exchange, located);
    const { name, config } = located;
    const place = now ?? name.place;
    const isSaid = this.lost.some(
      (other) => other.place.document === place.document && other.place.span === place.span,
    );
    if (!isSaid) {
      this.lost.push({ address, kind, why, place, isHere: now !== null, config });
    }
  }
}

function answerText({ status, answeredBy, level }: Exchange, before: Located): string {
  if (answeredBy !== null) {
    const { name, parameters } = answeredBy;
    return `${[name, ...parameters].join(" ")} (line ${lineOf(answeredBy)}) answers`;
  }
  const location = level === null ? null : enclosing(level, "location");
  const text = location?.opener?.parameters.join(" ") ?? null;
  if (text !== before.name.name) {
    return `${text === null ? "the server itself" : `location ${text}`} answers in its place`;
  }
  return status === null ? "nginx answers itself" : `the answer is ${status}`;
}

/** What answers in the file: a directive, the location itself, or the server where it is another location. */
function placeIn({ answeredBy, level }: Exchange, before: Located): Place | null {
  if (answeredBy !== null) {
    return placeOf(answeredBy);
  }
  const location = level === null ? null : enclosing(level, "location");
  const isSame = location?.opener?.parameters.join(" ") === before.name.name;
  const opener = (isSame ? location : level === null ? null : enclosing(level, "server"))?.opener;
  return opener == null ? null : headOf(opener);
}

/** The same location, or a named one that requests for it come to. */
function standsFor(now: Located, before: Located): boolean {
  if (now.name.name === before.name.name) {
    return true;
  }
  const server = enclosing(now.level, "server");
  const location = enclosing(now.level, "location");
  return (
    location !== null &&
    locationName(location)?.kind === "named" &&
    server !== null &&
    server.uses.some(
      ({ name, parameters }) => name === "location" && parameters.join(" ") === before.name.name,
    )
  );
}

function lastPart(path: string): string {
  return path.replace(/\/$/, "").split("/").at(-1) ?? "";
}
