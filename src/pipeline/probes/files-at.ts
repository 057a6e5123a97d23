import type {Split} from "../../nouns/samples";

/** The files of some images of a split, which are kept beside their indices; nothing if the images are not files. */
export function filesAt({files}: Split, indices: ArrayLike<number>): {readonly files?: readonly string[]} {
  return files ? {files: Array.from(indices, (n) => files[n])} : {};
}
