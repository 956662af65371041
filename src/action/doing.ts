/** Is told what the run does now, as a gerund: an unexpected exception names it. */
export type Doing = (what: string) => void;
