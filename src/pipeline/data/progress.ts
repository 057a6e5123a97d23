/** How far the opening of a data set is, if it takes a while. */
export interface DataProgress {
  /** "fetching train-images-idx3-ubyte.gz" */
  readonly doing: string;
  /** Bytes or images, of `total`; NaN if a server does not say. */
  readonly done: number;
  readonly total: number;
}

/** Something that the user should know about the data, in one sentence: what is left out, and why. */
export interface DataNote {
  readonly note: string;
}
