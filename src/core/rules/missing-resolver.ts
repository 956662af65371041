import { unresolvedHost } from "../request/resolver.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, marked, quoted } from "./phrases.ts";

export const missingResolver: LocationRule = {
  id: "missing-resolver",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "nginx has to look up the upstream's name and has no `resolver` to ask",
  isBesideHead: true,
  over: "location",
  check(location, report) {
    const { config, level, pass, exchanges } = location;
    const { upstream } = exchanges.websocket;
    const host = upstream && unresolvedHost(config, level, upstream.address);
    if (host === null) {
      return;
    }
    const name = marked(host);
    const why = `${quoted(pass)} holds a variable, so nginx looks ${name} up with each request`;
    const [elsewhere] = config.incomplete;
    report({
      place: placeOf(pass),
      ...(elsewhere === undefined
        ? {
            message: `${called(location)} answers every request with 502: ${why}, and no \`resolver\` is in force here (no resolver defined to resolve ${host}).`,
          }
        : {
            message: `${called(location)} needs a \`resolver\`: ${why}. None is in what we see (${elsewhere}); without one every request is answered with 502.`,
            severity: "notice",
            commentable: false,
          }),
    });
  },
};
