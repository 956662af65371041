import { type Config, type Level, type Use, enclosing } from "../config/level.ts";
import type { Policy } from "../policy/policy.ts";
import { declared } from "./declared.ts";
import { type Evidence, evidenceAt } from "./evidence.ts";
import { firstProtocol } from "./protocol.ts";
import type { Intent, Traffic, WeighedSign } from "./serves.ts";
import type { Sign, SignKind } from "./sign.ts";
import type { Hearing } from "../comments/guard-comments.ts";

export interface IntentSubject {
  readonly config: Config;
  /** The location's level, or that of an `if`/`limit_except` in it that proxies. */
  readonly level: Level;
  /** The level's `proxy_pass`, or what stands in its place. */
  readonly pass: Use;
  readonly policy: Policy;
  /** Which comments count; all where it is not given. */
  readonly hearing?: Hearing | undefined;
}

const strongKinds: ReadonlySet<SignKind> = new Set([
  "name",
  "application",
  "own-headers",
  "condition",
  "heading",
]);

/**
 * Whether a proxying location serves WebSockets, why we think so, and whether ordinary requests pass there too.
 *
 * Declared, it is what was declared. Else it is "yes" with one strong sign or two weak ones of different kinds, "unclear" with
 * one weak sign, "no" with none. A location of another purpose makes strong signs weak and weak ones nothing.
 */
export function intentOf(subject: IntentSubject): { intent: Intent; traffic: Traffic } {
  const { config, level, pass, policy, hearing } = subject;
  const location = enclosing(level, "location") ?? level;
  const evidence = evidenceAt(config, level, location, pass);
  const said = declared(config, location, policy, hearing);
  const { protocol } = evidence;
  const application = evidence.application?.name ?? null;
  const weighed = weigh(evidence);
  if (said !== null) {
    const declaration = { kind: "declared", weight: "declared", text: said.evidence } as const;
    return {
      intent: {
        serves: said.websocket ? "yes" : "no",
        protocol: protocol ?? firstProtocol([said.path ?? ""]),
        application,
        signs: [declaration, ...weighed.signs],
      },
      traffic: evidence.dedicated || !evidence.takesEverything ? "websocket" : "mixed",
    };
  }
  return {
    intent: { ...weighed, protocol, application },
    traffic: evidence.dedicated ? "websocket" : "mixed",
  };
}

/** Whether one sign is enough to say that the location serves WebSockets, or somebody says so outright. */
export function isPlainlyWebSocket({ config, level, pass, policy }: IntentSubject): boolean {
  const location = enclosing(level, "location") ?? level;
  if (declared(config, location, policy)?.websocket === true) {
    return true;
  }
  const { signs, circumstances } = evidenceAt(config, level, location, pass);
  const { elsewhere } = circumstances();
  return signs.some((sign) => isStrong(sign, elsewhere));
}

function weigh(evidence: Evidence): Pick<Intent, "serves" | "signs"> {
  if (evidence.signs.length === 0) {
    return { serves: "no", signs: [] };
  }
  const { doubts, elsewhere } = evidence.circumstances();
  const strong = evidence.signs.filter((sign) => isStrong(sign, elsewhere));
  const weak = evidence.signs.filter((sign) => !strong.includes(sign));
  const beside =
    elsewhere === null || doubts.length > 0
      ? []
      : [{ kind: "elsewhere", text: `${elsewhere} is an endpoint of its own` } as const];
  const signs = [
    ...strong.map(weighing("strong")),
    ...weak.map(weighing("weak")),
    ...[...doubts, ...beside].map(weighing("against")),
  ];
  if (strong.length > 0) {
    const hasPurpose = doubts.some((doubt) => doubt.kind === "purpose");
    return { serves: hasPurpose && !evidence.dedicated ? "unclear" : "yes", signs };
  }
  if (doubts.length > 0) {
    return { serves: "no", signs };
  }
  const isForAll = evidence.takesEverything && elsewhere === null;
  return { serves: isEnough(weak, isForAll) ? "yes" : "unclear", signs };
}

function weighing(
  weight: WeighedSign["weight"],
): (sign: Pick<WeighedSign, "kind" | "text">) => WeighedSign {
  return ({ kind, text }) => ({ kind, weight, text });
}

/**
 * Where a server has an endpoint of its own, the same headers in its other locations were often copied, and the rest of an
 * application's paths is for its ordinary requests.
 */
function isStrong({ kind, isShared = false }: Sign, elsewhere: string | null): boolean {
  return strongKinds.has(kind) && !(isShared && elsewhere !== null);
}

function isEnough(weak: readonly Sign[], isForAll: boolean): boolean {
  const kinds = new Set(weak.map((sign) => sign.kind));
  // What a server sets for all is meant for the location that takes all.
  if (isForAll && kinds.has("outer-headers")) {
    return true;
  }
  // Streams in one direction need a long timeout just as much.
  if (kinds.has("streaming-word")) {
    kinds.delete("timeout");
  }
  // Whoever copies the headers copies what stands beside them.
  if (kinds.has("own-headers")) {
    kinds.delete("bypass");
  }
  return kinds.size > 1;
}
