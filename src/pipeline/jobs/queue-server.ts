/** A queue's server: where BullMQ keeps its tasks. */
export interface Server {
  /** The server's kind, for errors. */
  readonly kind: string;
  readonly connection: object;
  /** How BullMQ speaks to it; undefined: as to a Redis. */
  readonly backend: unknown;
  /** @throws Whatever keeps it from answering. */
  ask(): Promise<void>;
}
