import {ownTurn} from "../../nouns/own-turn";
import type {Split} from "../../nouns/samples";

/** How many images are read at a time, because their pixels are read together with the labels. */
const AT_ONCE = 1000;

/** The labels of the images at `indices`, in that order. */
export async function labelsAt(split: Split, indices: Uint32Array): Promise<Uint16Array> {
  const {labelOf} = split;
  if (labelOf) return Uint16Array.from(indices, (index) => labelOf(index));
  const labels = new Uint16Array(indices.length);
  let room: Float32Array | undefined;
  for (let start = 0; start < indices.length; start += AT_ONCE) {
    const part = await split.read(indices.subarray(start, start + AT_ONCE), room);
    room = part.pixels;
    labels.set(part.labels, start);
    await ownTurn();
  }
  return labels;
}
