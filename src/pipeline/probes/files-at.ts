import type {Split} from "../../nouns/samples";

/** The files of images of a split, to keep beside their indices; nothing if the images are no files. */
export function filesAt({files}: Split, indices: ArrayLike<number>): {readonly files?: readonly string[]} {
  return files ? {files: Array.from(indices, (n) => files[n])} : {};
}
