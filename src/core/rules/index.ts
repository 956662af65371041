import { alteredRequest } from "./altered-request.ts";
import { connectionHeader } from "./connection-header.ts";
import { connectionMap } from "./connection-map.ts";
import { contradictoryHeader } from "./contradictory-header.ts";
import { duplicateDirective } from "./duplicate-directive.ts";
import { hardcodedUpgrade } from "./hardcoded-upgrade.ts";
import { headerInheritance } from "./header-inheritance.ts";
import { hiddenResponseHeader } from "./hidden-response-header.ts";
import { hostHeader } from "./host-header.ts";
import { httpVersion } from "./http-version.ts";
import { idleTimeout } from "./idle-timeout.ts";
import { keepaliveDefeated } from "./keepalive-defeated.ts";
import { misplacedDirective } from "./misplaced-directive.ts";
import { proxyPassScheme } from "./proxy-pass-scheme.ts";
import type { Rule } from "./rule.ts";
import { silenceComment } from "./silence-comment.ts";
import { syntax } from "./syntax.ts";
import { undefinedVariable } from "./undefined-variable.ts";
import { upgradeHeader } from "./upgrade-header.ts";

/** The rules that run, in the order of the table. */
export const rules: readonly Rule[] = [
  upgradeHeader,
  connectionHeader,
  httpVersion,
  headerInheritance,
  connectionMap,
  undefinedVariable,
  proxyPassScheme,
  misplacedDirective,
  duplicateDirective,
  contradictoryHeader,
  hiddenResponseHeader,
  alteredRequest,
  syntax,
  silenceComment,
  idleTimeout,
  hardcodedUpgrade,
  keepaliveDefeated,
  hostHeader,
];
