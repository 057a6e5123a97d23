import {decode, encode} from "../record/artifact-codec";

/** Columns as the bytes of a task's result: everything in one text. */
export function resultBytes(columns: object): Uint8Array {
  return Buffer.from(encode(columns, "", Number.POSITIVE_INFINITY).json);
}

/** The columns of a result. @typeParam C The columns that `resultBytes` was given. */
export function resultOf<C>(bytes: Uint8Array): C {
  const none = () => {
    throw new Error("result: expected all arrays in one file, got one in another file");
  };
  return decode(Buffer.from(bytes).toString("utf8"), none) as C;
}
