export { analyse } from "./check/analyse.ts";
export { compare } from "./compare/compare.ts";
export type { AnalyseOptions } from "./check/analyse.ts";
export type { Analysis, Group, LocationReport, ProvenFix } from "./check/analysis.ts";
export type { AnalysedFile } from "./config/programs.ts";
export type { Document, Files, Place } from "./repository/document.ts";
export { followLinks, longestLink } from "./repository/links.ts";
export { decidesVersion } from "./repository/images.ts";
export { discover } from "./adopt/discover.ts";
export { policyFile } from "./adopt/policy-file.ts";
export { discoveryText } from "./adopt/text.ts";
export { applyEdits } from "./fix/edit.ts";
export type { Fix, TextEdit } from "./fix/edit.ts";
export { loadPolicy } from "./policy-file/load.ts";
export { nearest } from "./basics/nearest.ts";
export type { FailOn, Policy, PolicyProblem, Profile } from "./policy/policy.ts";
export { isFailing, severityRank } from "./policy/policy.ts";
export { defaultPolicy } from "./policy-file/schema.ts";
export { conftestReport } from "./report/conftest.ts";
export { jsonReport } from "./report/json.ts";
export { fullMessage } from "./report/message.ts";
export { code, fence, plain, prose } from "./report/markup.ts";
export {
  countBySeverity,
  countsInWords,
  endOf,
  numbered,
  startOf,
  worstFirst,
} from "./report/order.ts";
export { givenUpInWords } from "./report/given-up.ts";
export { pendingInWords } from "./report/pending.ts";
export { redact } from "./report/redact.ts";
export { sarifReport } from "./report/sarif.ts";
export { summaryReport } from "./report/summary.ts";
export type { SummaryInput } from "./report/summary.ts";
export { textReport } from "./report/text.ts";
export { unfixedInWords } from "./report/unfixed.ts";
export { readMarker } from "./review/comment.ts";
export { planReview } from "./review/plan.ts";
export type { Review, ReviewComment } from "./review/review.ts";
export type { ChangedFile } from "./compare/changed-file.ts";
export type { Related } from "./rules/finding.ts";
export type { Finding } from "./check/finding.ts";
export type { Severity } from "./policy/policy.ts";
export { rulePage, ruleSummaries } from "./rules/catalogue.ts";
export { isNginxFile } from "./sources/sources.ts";
export { parseUrl } from "./handshake/client.ts";
export type { TraceRequest } from "./handshake/client.ts";
export { traceJson, traceText } from "./report/trace-report.ts";
export { type FileTrace, traceFile } from "./check/trace-file.ts";
