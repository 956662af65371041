// Generated from the files of this folder: npm run generate.
import { alteredRequest } from "./altered-request.ts";
import { cachedHandshake } from "./cached-handshake.ts";
import { clientHeaders } from "./client-headers.ts";
import { connectionHeader } from "./connection-header.ts";
import { connectionMap } from "./connection-map.ts";
import { connectionPassthrough } from "./connection-passthrough.ts";
import { contradictoryHeader } from "./contradictory-header.ts";
import { duplicateDirective } from "./duplicate-directive.ts";
import { endpoint } from "./endpoint.ts";
import { h2cSmuggling } from "./h2c-smuggling.ts";
import { hardcodedUpgrade } from "./hardcoded-upgrade.ts";
import { headerInheritance } from "./header-inheritance.ts";
import { hiddenResponseHeader } from "./hidden-response-header.ts";
import { hostHeader } from "./host-header.ts";
import { httpVersion } from "./http-version.ts";
import { idleTimeout } from "./idle-timeout.ts";
import { ignoredAnnotation } from "./ignored-annotation.ts";
import { invalidDirective } from "./invalid-directive.ts";
import { keepaliveDefeated } from "./keepalive-defeated.ts";
import { locationShadowed } from "./location-shadowed.ts";
import { lostHandshake } from "./lost-handshake.ts";
import { misplacedDirective } from "./misplaced-directive.ts";
import { missingInclude } from "./missing-include.ts";
import { missingResolver } from "./missing-resolver.ts";
import { observability } from "./observability.ts";
import { originCheck } from "./origin-check.ts";
import { proxyPassScheme } from "./proxy-pass-scheme.ts";
import { refused } from "./refused.ts";
import { silenceComment } from "./silence-comment.ts";
import { stickySessions } from "./sticky-sessions.ts";
import { streamingBuffering } from "./streaming-buffering.ts";
import { subrequestUpgrade } from "./subrequest-upgrade.ts";
import { syntax } from "./syntax.ts";
import { undefinedVariable } from "./undefined-variable.ts";
import { unknownDirective } from "./unknown-directive.ts";
import { upgradeHeader } from "./upgrade-header.ts";
import { upgradeMap } from "./upgrade-map.ts";
import { upstreamKeepalive } from "./upstream-keepalive.ts";
import { upstreamPath } from "./upstream-path.ts";
import { websocketBuffering } from "./websocket-buffering.ts";
import type { Rule } from "./rule.ts";

/** The rules that run. */
export const rules: readonly Rule[] = [
  alteredRequest,
  cachedHandshake,
  clientHeaders,
  connectionHeader,
  connectionMap,
  connectionPassthrough,
  contradictoryHeader,
  duplicateDirective,
  endpoint,
  h2cSmuggling,
  hardcodedUpgrade,
  headerInheritance,
  hiddenResponseHeader,
  hostHeader,
  httpVersion,
  idleTimeout,
  ignoredAnnotation,
  invalidDirective,
  keepaliveDefeated,
  locationShadowed,
  lostHandshake,
  misplacedDirective,
  missingInclude,
  missingResolver,
  observability,
  originCheck,
  proxyPassScheme,
  refused,
  silenceComment,
  stickySessions,
  streamingBuffering,
  subrequestUpgrade,
  syntax,
  undefinedVariable,
  unknownDirective,
  upgradeHeader,
  upgradeMap,
  upstreamKeepalive,
  upstreamPath,
  websocketBuffering,
];
