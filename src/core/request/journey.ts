import type { NginxVersion } from "../nginx/versions.ts";
import { effectiveList, effectiveSetting, settingWord, usesOf } from "../config/effective.ts";
import { type Level, type Use, lineOf } from "../config/level.ts";
import { refusalAt } from "./access.ts";
import { answerTo } from "./answer.ts";
import { clientHeader } from "./client-request.ts";
import { ended } from "./ended.ts";
import { enterLocation } from "./enter.ts";
import type { Exchange, Obstacle } from "./exchange.ts";
import { locate, namedLocation } from "./locate.ts";
import { locationName } from "../config/location-name.ts";
import { ownContent } from "./own-content.ts";
import { passOf } from "./pass.ts";
import { proxied } from "./proxied.ts";
import { runScript } from "./script.ts";
import type { ScriptEnd } from "./script-state.ts";
import { subrequestObstacles, subrequestScope, withoutGroups } from "./subrequest.ts";
import { evaluate } from "./variables.ts";
import { capture, type Scope } from "./scope.ts";
import { isKnown } from "./value.ts";

/** nginx follows as many `rewrite … last`, `try_files` and `error_page` before it answers 500. */
const MOST_CHANGES = 10;

/** Where a request goes next. */
type Next =
  | { readonly to: "server" }
  | { readonly to: "find" }
  | { readonly to: "location"; readonly level: Level }
  | { readonly to: "end"; readonly exchange: Exchange };

/** One request's way, or that of a subrequest, which no access rule stops. */
export class Journey {
  readonly #scope: Scope;
  readonly #server: Level;
  readonly #version: NginxVersion;
  readonly #steps: string[];
  readonly #subrequests: { use: Use; exchange: Exchange }[] = [];
  readonly #isSubrequest: boolean;
  #changes = MOST_CHANGES;
  /** The status that an `error_page` without `=` puts over whatever its page answers. */
  #fixedStatus: number | null = null;
  #wentToErrorPage = false;
  /** The directive whose answer stands unless an `error_page` takes its place. */
  #answeredBy: Use | null = null;

  constructor(
    scope: Scope,
    server: Level,
    version: NginxVersion,
    steps: string[],
    isSubrequest = false,
  ) {
    this.#scope = scope;
    this.#server = server;
    this.#version = version;
    this.#steps = steps;
    this.#isSubrequest = isSubrequest;
  }

  run(): Exchange {
    let next: Next = { to: "server" };
    while (next.to !== "end") {
      next =
        next.to === "server"
          ? this.#serverScript()
          : next.to === "find"
            ? this.#find()
            : this.#enter(next.level);
    }
    return next.exchange;
  }

  #serverScript(): Next {
    const script = runScript(this.#server, this.#scope, this.#steps);
    return script.end === "answered" || script.end === "unknown"
      ? this.#stopped(script, this.#server)
      : { to: "find" };
  }

  #find(): Next {
    const { path } = this.#scope;
    if (path === null) {
      return this.#unknown("the path is not known", this.#server);
    }
    const located = locate(this.#server, path);
    if ("unknown" in located) {
      return this.#unknown(located.unknown, this.#server);
    }
    const { level } = located;
    this.#noteLocation(level);
    if (!this.#scope.isInternal && effectiveSetting(level, "internal").state === "set") {
      return this.#special(404, level, "the location is internal");
    }
    if (located.redirect) {
      return this.#special(
        301,
        level,
        `nginx adds the slash: 301 to ${locationName(level)?.text ?? ""}`,
      );
    }
    capture(located.groups, this.#scope);
    return this.#enter(level);
  }

  #noteLocation(level: Level): void {
    this.#steps.push(
      level.context === "location" && level.opener !== null
        ? `location ${level.opener.parameters.join(" ")} (line ${lineOf(level.opener)})`
        : "no location matches",
    );
  }

  #enter(location: Level): Next {
    // What matches no location has the server's own settings, whose script has run.
    if (location === this.#server) {
      return this.#admit(location);
    }
    const script = enterLocation(location, this.#scope, this.#steps);
    if (script.end === "rewritten") {
      return this.#changed(script.level, { to: "find" });
    }
    return script.end === "continue" ? this.#admit(script.level) : this.#stopped(script, location);
  }

  /** A script went no further, and with it the request, unless an `error_page` takes it on. */
  #stopped(script: ScriptEnd & { end: "answered" | "unknown" }, level: Level): Next {
    if (script.end === "unknown") {
      return this.#unknown(script.why, level);
    }
    const step = `${script.use.name} ${script.use.parameters.join(" ")} (line ${lineOf(script.use)})`;
    this.#answeredBy = script.use;
    return script.text || script.status === null || script.status < 300
      ? this.#answered(script.status, script.level, step)
      : this.#special(script.status, script.level, step);
  }

  /** Access rules, which hold for no subrequest. */
  #admit(level: Level): Next {
    const refusal = this.#isSubrequest
      ? null
      : refusalAt(level, this.#scope.request, this.#steps, (auth) => this.#subrequest(auth));
    if (refusal === null) {
      return this.#tryFiles(level);
    }
    this.#answeredBy = refusal.by;
    return this.#special(refusal.status, level, refusal.why);
  }

  /** Follows the subrequest of an `auth_request` or `mirror`. Gives its status, or null where a server or nobody knows it. */
  #subrequest(
    use: Use,
    variables: Pick<Scope, "assigned" | "computed"> = this.#scope,
  ): number | null {
    const target = evaluate(use.parameters[0] ?? "", this.#scope);
    if (!isKnown(target) || !target.startsWith("/")) {
      return null;
    }
    const scope = subrequestScope({ ...this.#scope, ...variables }, target);
    const journey = new Journey(scope, this.#server, this.#version, [], true);
    const exchange = withoutGroups(scope, () => journey.run());
    this.#subrequests.push({ use, exchange });
    // Files are taken as if they were not there.
    return exchange.outcome === "answered" ? (exchange.status ?? 404) : journey.#fixedStatus;
  }

  #tryFiles(level: Level): Next {
    const mirrors = this.#isSubrequest ? [] : effectiveList(level, "mirror").uses;
    for (const mirror of mirrors) {
      if (mirror.parameters[0] !== "off") {
        // nginx works on it when the request itself is on its way: what it sets is too late for that.
        const { assigned, computed } = this.#scope;
        this.#subrequest(mirror, { assigned: new Map(assigned), computed: new Map(computed) });
      }
    }
    const use = ownTryFiles(level);
    const last = use?.parameters.at(-1);
    if (use === null || last === undefined) {
      return this.#content(level);
    }
    const where = `try_files (line ${lineOf(use)}), taken as if there were no such file: ${last}`;
    this.#steps.push(where);
    if (last.startsWith("=")) {
      return this.#special(Number(last.slice(1)), level, null);
    }
    return this.#goTo(last, level);
  }

  /** On to a named location or, by an internal redirect, to a path. */
  #goTo(text: string, level: Level): Next {
    this.#answeredBy = null;
    const target = evaluate(text, this.#scope);
    if (!isKnown(target)) {
      return this.#unknown(target.unknown, level);
    }
    // A variable may hold the name, or a part of it (ngx_http_try_files_handler looks at the value).
    if (target.startsWith("@")) {
      const named = namedLocation(this.#server, target);
      if (named === null) {
        return this.#end("answered", 500, level, `there is no location ${target}`);
      }
      this.#noteLocation(named);
      this.#scope.isInternal = true;
      return this.#changed(level, { to: "location", level: named });
    }
    const question = target.indexOf("?");
    this.#scope.path = question < 0 ? target : target.slice(0, question);
    this.#scope.query = question < 0 ? "" : target.slice(question + 1);
    this.#scope.isInternal = true;
    this.#scope.sentAsAsked = false;
    this.#scope.replacesPath = true;
    return this.#changed(level, { to: "server" });
  }

  #changed(level: Level, next: Next): Next {
    this.#changes--;
    return this.#changes < 0
      ? this.#end("answered", 500, level, "the request goes in circles")
      : next;
  }

  #content(level: Level): Next {
    const pass = passOf(level);
    if (pass === null) {
      return this.#own(level);
    }
    const exchange = proxied(level, pass, this.#scope, this.#steps, this.#version);
    if (exchange.status !== null) {
      return this.#special(exchange.status, level, null);
    }
    const obstacles = [...exchange.obstacles, ...this.#obstaclesOf(exchange)];
    return { to: "end", exchange: { ...exchange, obstacles } };
  }

  #obstaclesOf(exchange: Exchange): Obstacle[] {
    const obstacles: Obstacle[] = [];
    if (clientHeader(this.#scope.request, "upgrade") === "") {
      // ngx_http_proxy_module takes a 101 as a tunnel only for a client that asked (E123, E140).
      obstacles.push({ fault: "altered-request", why: "the client sends no Upgrade" });
    }
    // A subrequest's 101 ends the connection whatever status is put over it.
    if (this.#fixedStatus !== null && !this.#isSubrequest) {
      const why = `error_page gives its page the status ${this.#fixedStatus}`;
      obstacles.push({ fault: "altered-request", why });
    }
    obstacles.push(...subrequestObstacles(this.#scope.config, exchange, this.#subrequests));
    return obstacles;
  }

  /** The location is not proxied: nginx answers itself, or a module that we do not know does. */
  #own(level: Level): Next {
    const content = ownContent(level);
    if ("unknown" in content) {
      return this.#unknown(content.unknown, level);
    }
    if (content.status !== null) {
      return this.#answered(content.status, level, content.why);
    }
    const pages = effectiveList(level, "error_page").uses;
    return pages.some(({ parameters }) => parameters.slice(0, -1).includes("404"))
      ? this.#special(404, level, `${content.why}, taken as if there were none`)
      : this.#end("answered", null, level, content.why);
  }

  /** A status that an `error_page` may answer in its own way. */
  #special(status: number, level: Level, step: string | null): Next {
    if (step !== null) {
      this.#steps.push(step);
    }
    const isAgain =
      this.#wentToErrorPage && settingWord(level, "recursive_error_pages")?.toLowerCase() !== "on";
    const pages = effectiveList(level, "error_page");
    const page = isAgain
      ? undefined
      : pages.uses.find((use) => use.parameters.slice(0, -1).includes(String(status)));
    if (page !== undefined) {
      return this.#errorPage(page, status, level);
    }
    return pages.hidden !== null && !isAgain
      ? this.#unknown(pages.hidden, level)
      : this.#end("answered", status, level, null);
  }

  #errorPage(page: Use, status: number, level: Level): Next {
    const { parameters } = page;
    this.#wentToErrorPage = true;
    this.#steps.push(`error_page ${parameters.join(" ")} (line ${lineOf(page)})`);
    const answer = parameters.find((word) => word.startsWith("="));
    const own = answer === undefined ? status : Number(answer.slice(1));
    const text = parameters.at(-1) ?? "";
    const target = evaluate(text, this.#scope);
    if (!isKnown(target)) {
      return this.#unknown(target.unknown, level);
    }
    if (!/^[/@]/.test(target)) {
      return this.#answered([301, 302, 303, 307, 308].includes(own) ? own : 302, level, null);
    }
    this.#fixedStatus = own === 0 ? null : own;
    if (target.startsWith("/") && this.#scope.method !== "HEAD") {
      this.#scope.method = "GET";
    }
    return this.#goTo(text, level);
  }

  #answered(status: number | null, level: Level, step: string | null): Next {
    return this.#end("answered", this.#fixedStatus ?? status, level, step);
  }

  #unknown(why: string, level: Level): Next {
    return this.#end("unknown", null, level, why);
  }

  #end(
    outcome: "answered" | "unknown",
    status: number | null,
    level: Level,
    step: string | null,
  ): Next {
    if (step !== null) {
      this.#steps.push(step);
    }
    const { probe } = this.#scope.request;
    // The 101 of a subrequest ends the connection before anything is answered.
    const isCutOff = this.#subrequests.some(({ exchange }) => {
      const { strict, lenient } = answerTo(exchange);
      return strict === "works" || lenient === "works";
    });
    const at = { status: isCutOff ? null : status, level, answeredBy: this.#answeredBy };
    return { to: "end", exchange: ended(probe, outcome, this.#steps, at) };
  }
}

/** `try_files` of this very level: it is not inherited, not even by an `if` that holds. */
function ownTryFiles(level: Level): Use | null {
  return usesOf(level, "try_files")[0] ?? null;
}
