export { analyse, compare } from "./analyse.ts";
export type { AnalyseOptions } from "./analyse.ts";
export type { AnalysedFile, Analysis, Group, LocationReport, ProvenFix } from "./analysis.ts";
export type { Document, Files, Place } from "./config/model.ts";
export { followLinks, longestLink } from "./config/links.ts";
export { decidesVersion } from "./config/version.ts";
export { discover } from "./adopt/discover.ts";
export { policyFile } from "./adopt/policy-file.ts";
export { discoveryText } from "./adopt/text.ts";
export { applyEdits } from "./fix/edit.ts";
export type { Fix, TextEdit } from "./fix/edit.ts";
export { loadPolicy } from "./policy/load.ts";
export { nearest } from "./nearest.ts";
export type { Policy, PolicyProblem, Profile } from "./policy/policy.ts";
export { defaultPolicy } from "./policy/schema.ts";
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
export { readMarker } from "./review/comment.ts";
export { planReview } from "./review/plan.ts";
export type { ChangedFile, Review, ReviewComment } from "./review/review.ts";
export type { Finding, Related, Severity } from "./rules/finding.ts";
export { rulePage, ruleSummaries } from "./rules/catalogue.ts";
export { isNginxFile } from "./sources/sources.ts";
export { parseUrl } from "./handshake/trace.ts";
export type { TraceRequest, TraceResult } from "./handshake/trace.ts";
export { traceJson, traceText } from "./report/trace.ts";
export { traceFile } from "./trace.ts";
