import { rememberedOf } from "../basics/collections.ts";
import { effectiveSetting, settingWord } from "../config/effective.ts";
import { type Level, type Use, lineOf } from "../config/level.ts";
import { clientHeader, type ClientRequest } from "./client-request.ts";

/** nginx answers in place of the location. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
  /** The directive that refuses; null where it is not known, or the answer is a subrequest's. */
  readonly by: Use | null;
}

/** What one module of the access phase says; null where it has no rule. */
type Admission = "admitted" | Refusal | null;

/**
 * Asks each module of the access phase, as far as nginx does: `satisfy any` ends with the first yes, `all` with the first
 * no, and of several noes of `any` a 401 is the one that is answered.
 *
 * @param auth what the subrequest of an `auth_request` answers, where there is one: a status, or null where nobody knows it
 * @returns null where the request goes on
 */
export function refusalAt(
  level: Level,
  request: ClientRequest,
  steps: string[],
  auth: (use: Use) => number | null,
): Refusal | null {
  const isAny = settingWord(level, "satisfy")?.toLowerCase() === "any";
  let refused: Refusal | null = null;
  for (const ask of [byAddress, byPassword, bySubrequest]) {
    const answer = ask(level, steps, request, auth);
    if (answer === "admitted" && isAny) {
      return null;
    }
    if (answer === null || answer === "admitted") {
      continue;
    }
    if (!isAny || (answer.status !== 401 && answer.status !== 403)) {
      return answer;
    }
    if (refused?.status !== 401) {
      refused = answer;
    }
  }
  return refused;
}

function byAddress(level: Level, steps: string[]): Admission {
  const rule = accessRule(level);
  if (rule === "hidden") {
    steps.push(
      "what is not in the repository may allow the client's address: it is taken as allowed",
    );
    return "admitted";
  }
  const whom = rule?.parameters[0];
  if (rule === null || whom === undefined) {
    return null;
  }
  if (whom !== "all") {
    steps.push(
      `${rule.name} ${whom} (line ${lineOf(rule)}): the client's address is taken as allowed`,
    );
    return "admitted";
  }
  return rule.name === "allow"
    ? "admitted"
    : { status: 403, why: `deny all (line ${lineOf(rule)})`, by: rule };
}

function byPassword(level: Level, steps: string[], request: ClientRequest): Admission {
  const realm = settingWord(level, "auth_basic");
  if (realm === null || realm === "off") {
    return null;
  }
  if (clientHeader(request, "authorization") === "") {
    return { status: 401, why: "auth_basic: the request has no Authorization", by: null };
  }
  steps.push("auth_basic: the password is taken as right");
  return "admitted";
}

function bySubrequest(
  level: Level,
  steps: string[],
  _request: ClientRequest,
  auth: (use: Use) => number | null,
): Admission {
  const setting = effectiveSetting(level, "auth_request");
  if (setting.state !== "set" || setting.use.parameters[0] === "off") {
    return null;
  }
  const { use } = setting;
  const where = `auth_request ${use.parameters[0] ?? ""} (line ${lineOf(use)})`;
  const status = auth(use);
  if (status === null) {
    steps.push(`${where}: its answer is taken as a yes`);
    return "admitted";
  }
  if (status >= 200 && status < 300) {
    return "admitted";
  }
  const why = `${where} is answered ${status}`;
  return { status: status === 401 || status === 403 ? status : 500, why, by: null };
}

/**
 * The first `allow` or `deny` of the nearest level that has either; "hidden" where another may stand before or beside a `deny`,
 * in a list of addresses that nobody shows us.
 */
const accessRule = rememberedOf((level: Level): Use | "hidden" | null => {
  const own = level.uses.find(({ name }) => name === "allow" || name === "deny");
  const found = own ?? (level.parent === null ? null : accessRule(level.parent));
  const isDenial = found !== null && found !== "hidden" && found.name === "deny";
  return isDenial && level.hidden.length > 0 ? "hidden" : found;
});
