/** One way to compute with tfjs. */
export interface Backend {
  /** Starts it and makes it tfjs' own; or says why it cannot be had here. */
  start(): Promise<{readonly version: string} | {readonly problem: string}>;
}
