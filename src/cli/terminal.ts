/** What the commands know of the world around them. */
export interface Terminal {
  readonly cwd: string;
  /** The file that was started. */
  readonly program: string;
  /** Whether standard output shows ANSI colours. */
  readonly color: boolean;
  /** Columns of standard output. */
  readonly width: number;
  /** To standard output. */
  readonly write: (text: string) => void;
  /** To standard error. */
  readonly complain: (text: string) => void;
  /** What is being done now, on a terminal; null clears it. */
  readonly progress: (step: string | null) => void;
  /** All of standard input. */
  readonly input: () => string;
}

/** Wrong usage or unreadable input: exit status 2. The message says what is wrong and what to do. */
export class UsageError extends Error {}
