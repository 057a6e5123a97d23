/**
 * The height, width and channels of a layer's answer to one image. Tokens are laid out as a square if their number
 * allows it, else below each other; a dense layer has one place.
 *
 * @param outputShape With the batch first, as tfjs says it.
 */
export function layerPlaces(outputShape: readonly (number | null)[]): readonly [number, number, number] {
  const [, ...sizes] = outputShape.map((size) => size ?? 1);
  const channels = sizes.at(-1) ?? 1;
  if (sizes.length >= 3) return [sizes[0], sizes[1], channels];
  const tokens = sizes.length === 2 ? sizes[0] : 1;
  const side = Math.round(Math.sqrt(tokens));
  return side * side === tokens ? [side, side, channels] : [tokens, 1, channels];
}
