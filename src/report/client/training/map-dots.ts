import {acrossOf, heightOf} from "../../../plots/data-map-axes";
import {mix, type Rgb, type Tokens} from "../colors";
import type {TrainingData} from "./data";

/** How many steps of colour there are, from right at no epoch to right at all epochs. */
export const STEPS = 6;

/** From orange (right at no epoch) over grey to blue (right at all epochs). @param share In [0, 1]. */
export function shareColor(share: number, {bad, ok, dot, panel}: Tokens): Rgb {
  const middle = mix(dot, panel, 0.15);
  return share < 0.5 ? mix(bad, middle, 2 * share) : mix(middle, ok, 2 * share - 1);
}

/** The place of each row after a number of epochs: x to the right and y downwards, in [0, 1], one row after another. */
export function dotPlaces(training: TrainingData, epochs: number, zoomed: boolean): Float32Array {
  const {confidence, variability} = training.story(epochs);
  const places = new Float32Array(2 * training.rows);
  for (let row = 0; row < training.rows; row++) {
    places[2 * row] = acrossOf(variability[row], zoomed);
    places[2 * row + 1] = 1 - heightOf(confidence[row], zoomed);
  }
  return places;
}

/**
 * The rows by their step of colour. Images that are right most often come first; they are drawn first, so that hard
 * images lie on top.
 *
 * @returns `STEPS` lists; the first is right at all epochs.
 */
export function rowsByStep(training: TrainingData, epochs: number): readonly Int32Array[] {
  const {correctness} = training.story(epochs);
  const lists: number[][] = Array.from({length: STEPS}, () => []);
  for (let row = 0; row < training.rows; row++) {
    lists[STEPS - 1 - Math.round(((STEPS - 1) * correctness[row]) / epochs)].push(row);
  }
  return lists.map((list) => Int32Array.from(list));
}
