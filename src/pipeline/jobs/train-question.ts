/** A run to be trained: a plain value, which may be handed to whoever has the data and the folder of runs. */
export interface TrainQuestion {
  /** The run's folder; its last part is the run's name. */
  readonly run: string;
  readonly subject: TrainSubject;
  /** Threads of the engine; they change no bit. Absent: as the options say. */
  readonly threads?: number;
  /** Seconds after which a silent worker counts as dead, and another may take its run over. */
  readonly silent?: number;
  /** Folders that the run may read, if its options come from a queue; absent: whatever its options name. */
  readonly reads?: readonly string[];
}

/** The subject of the question: equal subjects train equal networks. */
export interface TrainSubject {
  readonly kind: "train/1";
  readonly name: string;
  /** The options of `run` that were given or follow from others; not `save`, `name`, `threads` and `dataUrl`. */
  readonly options: {readonly [name: string]: unknown};
  /** The probes' options that were given, by the probes' names. */
  readonly probes: {readonly [probe: string]: {readonly [name: string]: unknown}};
  /** The sweep that it is one of. */
  readonly sweep?: string;
  /** Versions of this program and of V8. */
  readonly program: string;
  readonly v8: string;
}
