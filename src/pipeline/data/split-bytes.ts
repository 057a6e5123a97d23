import type {Split} from "../../nouns/samples";

/**
 * The pixels of the images at `indices` as bytes from 0 to 255, in the layout of `Split.read`; rounded if the split
 * does not keep them as bytes.
 *
 * @param into A buffer for them, of just their length.
 */
export async function bytesAt(split: Split, indices: ArrayLike<number>, into?: Uint8Array): Promise<Uint8Array> {
  if (split.readBytes) return split.readBytes(indices, into);
  const {pixels} = await split.read(indices);
  const bytes = into?.length === pixels.length ? into : new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) bytes[i] = Math.round(255 * pixels[i]);
  return bytes;
}
