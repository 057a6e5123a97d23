/** A map of a table: a plain value, which may be handed to anyone who has the table at the same path. */
export interface TableQuestion {
  /** The table's path; its last part names the task. */
  readonly run: string;
  readonly subject: TableSubject;
  /** Folders that the table may be read from, if the question comes from a queue; absent: any. */
  readonly reads?: readonly string[];
}

/** The subject of the question: equal subjects have equal maps, byte for byte. */
export interface TableSubject {
  readonly kind: "map/1";
  /** The table's absolute path, as `map` takes it (`data.npz:rows`), and the SHA-256 of its file. */
  readonly table: string;
  readonly digest: string;
  /** The options of `map`, without `out`. */
  readonly settings: {readonly [option: string]: string | number | boolean};
  /** Versions of this program and of V8. */
  readonly program: string;
  readonly v8: string;
}
