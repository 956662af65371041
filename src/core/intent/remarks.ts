import { headingsOf } from "../comments/headings.ts";
import type { Doubt, Sign, LocationContext } from "./sign.ts";

const subject =
  /web[- ]?sockets?\b|\bsocket\.io\b|\bsockjs\b|\bsignalr\b|\bactioncable\b|\bwss?\b/i;
const denial =
  /\b(?:no|not|non|without|never|disable[ds]?|doesn't|don't|isn't|aren't|except|other than|unlike|instead of|separate|elsewhere|below|above|rest|sse)\b/i;

const serverSentEvents = /server[- ]sent|\bsse\b|event-?stream|\bEventSource\b/i;

/** What heads a section about WebSockets, first in the line or among few words; `ws` alone may be a web service. */
const headed = /\b(?:web[- ]?sockets?|wss|socket\.io|sockjs|signalr|actioncable)\b/i;
const before = /^[^\p{L}]*(?:(?:proxy|for|the)\s+)?$/iu;
const fewWords = 4;
const someWords = 8;
/** What makes a sentence of it, which may be about somebody else, or the heading of more than WebSockets. */
const sentence =
  /[+&]|\b(?:and|https?|rest|polling|static|is|are|was|will|would|should|may|might|could|goes|go|if|later|future|todo|optional|also|like|handled|via|used|moved|see)\b|\?/i;

/** A comment that speaks of WebSockets, and does not say that there are none; one that heads the block says what it is for. */
export function remarkSigns({ location, remarks }: LocationContext): readonly Sign[] {
  const remark = remarks.find(speaksOfWebSockets);
  const headings = location.opener === null ? [] : headingsOf(location.opener);
  const head = headings.find((each) => speaksOfWebSockets(each) && isHeading(each));
  if (head !== undefined) {
    const text = `the comment above it says "${shortened(head)}"`;
    return [{ kind: "heading", text, isShared: true }];
  }
  return remark === undefined
    ? []
    : [{ kind: "remark", text: `a comment says "${shortened(remark)}"` }];
}

function isHeading(remark: string): boolean {
  const words = remark.match(/[\p{L}\d]+/gu) ?? [];
  const at = headed.exec(remark)?.index;
  if (at === undefined) {
    return false;
  }
  const isShort = words.length <= (before.test(remark.slice(0, at)) ? someWords : fewWords);
  return isShort && !sentence.test(remark);
}

function speaksOfWebSockets(remark: string): boolean {
  return subject.test(remark) && !denial.test(remark) && !/nginx-websocket-guard/i.test(remark);
}

function shortened(remark: string): string {
  const words = remark.replace(/^[#\s]+/, "").trim();
  return words.length > 60 ? `${words.slice(0, 60).trimEnd()}…` : words;
}

/** Whether a comment speaks of Server-Sent Events. */
export function speaksOfEvents(remark: string): boolean {
  return serverSentEvents.test(remark);
}

/** A comment that speaks of the other kind of stream, and none that says that both pass here. */
export function remarkDoubts({ remarks }: LocationContext): readonly Doubt[] {
  return remarks.some(speaksOfEvents) && !remarks.some(speaksOfWebSockets)
    ? [{ kind: "hint", text: "a comment speaks of Server-Sent Events" }]
    : [];
}
