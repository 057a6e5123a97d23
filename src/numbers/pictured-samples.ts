import {ascending} from "./ascending";
import type {TrainingSuspect} from "./suspect-training-labels";

/** Shares of the pictures: suspects first; the others fill what these leave. */
const SHARES = {suspects: 0.7, forgotten: 0.1, unsteady: 0.1};

/**
 * The training images that are kept as pictures if there is no room for all: the most suspect, those forgotten most
 * often, those learnt least steadily; and, for the rest, images evenly from the surest to the least sure, so that every
 * part of the data map has some.
 *
 * @param ranked All training images, the most suspect first.
 * @param room The most pictures.
 * @returns Their places, ascending.
 */
export function picturedSamples(ranked: readonly TrainingSuspect[], room: number): Uint32Array {
  if (ranked.length <= room) return Uint32Array.from(ranked, ({index}) => index).sort();
  const chosen = new Set<number>();
  const take = (from: readonly Pick<TrainingSuspect, "index">[], most: number) => {
    for (const {index} of from.slice(0, Math.floor(most))) if (chosen.size < room) chosen.add(index);
  };
  const suspects = ranked.filter(({isIssue}) => isIssue);
  take(suspects, SHARES.suspects * room);
  const by = (size: (one: TrainingSuspect) => number) => {
    const negative = new Float64Array(ranked.length);
    for (const one of ranked) negative[one.index] = -size(one);
    return Array.from(
      ascending(negative).filter((index) => negative[index] < 0),
      (index) => ({index}),
    );
  };
  take(
    by(({forgotten}) => forgotten),
    SHARES.forgotten * room,
  );
  take(
    by(({variability}) => variability),
    SHARES.unsteady * room,
  );
  const confidence = new Float64Array(ranked.length);
  for (const one of ranked) confidence[one.index] = one.confidence;
  const others = [...ascending(confidence)].filter((index) => !chosen.has(index));
  const left = Math.min(others.length, room - chosen.size);
  for (let n = 0; n < left; n++) chosen.add(others[Math.floor((n * others.length) / left)]);
  return Uint32Array.from(chosen).sort();
}
