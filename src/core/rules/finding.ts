import type { Place } from "../repository/document.ts";

/** A second place that takes part in a finding, with what it has to do with it. */
export interface Related {
  readonly place: Place;
  readonly note: string;
}

/** Which proxying location a finding is about. */
export interface LocationName {
  readonly place: Place;
  /** As written after `location`, e.g. `/ws` or `~ ^/ws`. */
  readonly name: string;
  /** The first server_name, or null. */
  readonly server: string | null;
  /** Files whose `include` led here, outermost first. */
  readonly includedFrom: readonly string[];
}
