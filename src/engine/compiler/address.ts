/** An address in the workspace of the thread (or group) that makes the call, in bytes from the workspace's start. */
export interface Local {
  readonly local: number;
}

/** The address of a byte in the shared memory. */
export type Address = number | Local;
