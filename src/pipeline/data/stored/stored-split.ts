import type {ImageShape, Split} from "../../../nouns/samples";
import {checked} from "../split";
import type {StoredRows} from "./rows";

/** How many bytes of pixels are requested before they are needed: some batches of small pictures. */
const AHEAD = 2 ** 24;

/**
 * A split whose pictures are read from a file as they are needed: it gives the same numbers, to the last bit, as
 * `byteSplit` does from bytes in memory.
 *
 * @param first The row of the split's first picture; the others follow.
 */
export function storedSplit(
  {rows, first, count}: {readonly rows: StoredRows; readonly first: number; readonly count: number},
  labels: Uint8Array | Uint16Array,
  shape: ImageShape,
  files?: readonly string[],
): Split {
  const {size} = rows;
  const placesOf = (indices: ArrayLike<number>) => Float64Array.from(indices, (index) => first + checked(index, count));
  return {
    count,
    ...(files ? {files} : {}),
    ahead: Math.max(1, Math.floor(AHEAD / (4 * size))),
    labelOf: (index) => labels[checked(index, count)],
    async read(indices, into) {
      const places = placesOf(indices);
      const length = places.length * size;
      const pixels = into?.length === length ? into : new Float32Array(length);
      const chosen = Uint16Array.from(indices, (index) => labels[index]);
      await rows.read(places, pixels);
      return {count: places.length, shape, pixels, labels: chosen};
    },
    async readBytes(indices, into) {
      const places = placesOf(indices);
      const length = places.length * size;
      const bytes = into?.length === length ? into : new Uint8Array(length);
      await rows.read(places, bytes);
      return bytes;
    },
  };
}
