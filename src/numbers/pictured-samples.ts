import {ascending} from "./ascending";
import type {RankedLabels} from "./suspect-training-labels";

/** The share of the pictures that each reason gets, suspects first. The other pictures fill the rest. */
const SHARES = {suspects: 0.7, forgotten: 0.1, unsteady: 0.1};

/**
 * The training images that are kept as pictures if there is no room for all: the most suspect, those forgotten most
 * often, those learnt least steadily; and, for the rest, images evenly from the surest to the least sure, so that every
 * part of the data map has some.
 *
 * @param ranked All training images.
 * @param room The greatest number of pictures.
 * @returns Their places, ascending.
 */
export function picturedSamples({order, dynamics}: RankedLabels, room: number): Uint32Array {
  if (order.length <= room) return order.slice().sort();
  const {areaUnderMargin, confidence, forgotten, variability} = dynamics;
  const chosen = new Set<number>();
  const take = (places: Uint32Array, most: number) => {
    for (const place of places.subarray(0, Math.floor(most))) if (chosen.size < room) chosen.add(place);
  };
  const falling = (sizes: Float64Array | Uint16Array) => {
    const negative = new Float64Array(sizes.length);
    for (let n = 0; n < negative.length; n++) negative[n] = -sizes[n];
    return ascending(negative).filter((place) => sizes[place] > 0);
  };
  take(
    order.filter((place) => areaUnderMargin[place] < 0),
    SHARES.suspects * room,
  );
  take(falling(forgotten), SHARES.forgotten * room);
  take(falling(variability), SHARES.unsteady * room);
  const others = ascending(confidence).filter((place) => !chosen.has(place));
  const left = Math.min(others.length, room - chosen.size);
  for (let n = 0; n < left; n++) chosen.add(others[Math.floor((n * others.length) / left)]);
  return Uint32Array.from(chosen).sort();
}
