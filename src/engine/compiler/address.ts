/** An address in the workspace of whichever thread (or group) makes the call, from the workspace's start, in bytes. */
export interface Local {
  readonly local: number;
}

/** A byte in the shared memory. */
export type Address = number | Local;
