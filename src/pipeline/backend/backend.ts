/** One way to compute with tfjs. */
export interface Backend {
  /** Starts it and makes tfjs use it; or says why it does not work here. */
  start(): Promise<{readonly version: string} | {readonly problem: string}>;
}
