import type { Doubt, Sign, Surroundings } from "./sign.ts";

const subject =
  /web[- ]?sockets?\b|\bsocket\.io\b|\bsockjs\b|\bsignalr\b|\bactioncable\b|\bwss?\b/i;
const denial =
  /\b(?:no|not|non|without|never|disable[ds]?|doesn't|don't|isn't|aren't|except|other than|unlike|instead of|separate|elsewhere|below|above|rest|sse)\b/i;

const serverSentEvents = /server[- ]sent|\bsse\b|event-?stream|\bEventSource\b/i;

/** A comment that speaks of WebSockets, and does not say that there are none. */
export function remarkSigns({ remarks }: Surroundings): readonly Sign[] {
  const remark = remarks.find(
    (each) => subject.test(each) && !denial.test(each) && !/nginx-websocket-guard/i.test(each),
  );
  return remark === undefined
    ? []
    : [{ kind: "remark", text: `a comment says "${shortened(remark)}"` }];
}

function shortened(remark: string): string {
  const words = remark.replace(/^[#\s]+/, "").trim();
  return words.length > 60 ? `${words.slice(0, 60).trimEnd()}…` : words;
}

/** Whether a comment speaks of Server-Sent Events. */
export function speaksOfEvents(remark: string): boolean {
  return serverSentEvents.test(remark);
}

/** A comment that speaks of the other kind of stream. */
export function remarkDoubts({ remarks }: Surroundings): readonly Doubt[] {
  return remarks.some(speaksOfEvents)
    ? [{ kind: "hint", text: "a comment speaks of Server-Sent Events" }]
    : [];
}
