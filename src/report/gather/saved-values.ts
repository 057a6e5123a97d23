import {UserError} from "../../nouns/options";

/** A run's saved artifacts: for each "probe/name", the file of each epoch. */
export type ArtifactFiles = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** @throws UserError naming `what`, if it is not an array of numbers. */
export function array(value: unknown, what: string): ArrayLike<number> {
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return value as unknown as ArrayLike<number>;
  throw new UserError(`${what}: expected an array of numbers, got ${value === undefined ? "nothing" : typeof value}`);
}
