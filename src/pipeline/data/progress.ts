/** The progress of opening a data set, if it takes a while. */
export interface DataProgress {
  /** The work that is being done: "fetching train-images-idx3-ubyte.gz". */
  readonly doing: string;
  /** How many bytes or images are done, of `total`; `total` is NaN if a server does not say it. */
  readonly done: number;
  readonly total: number;
}

/** Something that the user should know about the data, in one sentence: what is left out, and why. */
export interface DataNote {
  readonly note: string;
}
