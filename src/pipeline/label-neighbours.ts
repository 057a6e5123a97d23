import {EMBEDDING, type Network} from "../nouns/network";
import type {Split} from "../nouns/samples";
import {batches} from "./data/batches";

/** Images read at a time. */
const BATCH = 1000;

/** A suspect: its place in the training split, its label, and the class that it looks like. */
export interface SuspectLabel {
  readonly index: number;
  readonly given: number;
  readonly suggested: number;
}

/** A training image near a suspect. */
export interface Neighbour {
  readonly index: number;
  /** Cosine of the angle between what the last layer before the scores makes of both, −1 to 1. */
  readonly alike: number;
}

/**
 * The training images that are most like each suspect to the network, among those of its label and among those of the class
 * that it looks like: by the cosine of what the last layer before the scores makes of them. A suspect is not its own neighbour.
 *
 * @param each How many of each class; fewer where a class has fewer.
 * @returns The most alike first; of equals the first in the split.
 */
export async function labelNeighbours(
  network: Network,
  train: Split,
  suspects: readonly SuspectLabel[],
  each: number,
): Promise<{readonly given: readonly Neighbour[]; readonly suggested: readonly Neighbour[]}[]> {
  const asked = await train.read(suspects.map(({index}) => index));
  const [own] = await network.forward(asked, [EMBEDDING]);
  const width = own.values.length / Math.max(1, suspects.length);
  const found = suspects.map(() => ({given: [] as Neighbour[], suggested: [] as Neighbour[]}));
  const lengths = suspects.map((_, n) => length(own.values, n, width));
  for await (const batch of batches(train, BATCH, {held: 1})) {
    const [{values}] = await network.forward(batch, [EMBEDDING]);
    for (let row = 0; row < batch.count; row++) {
      const index = batch.indices[row];
      const label = batch.labels[row];
      for (const [n, suspect] of suspects.entries()) {
        const lists = [
          ...(label === suspect.given ? [found[n].given] : []),
          ...(label === suspect.suggested ? [found[n].suggested] : []),
        ];
        if (lists.length === 0 || index === suspect.index) continue;
        let product = 0;
        for (let j = 0; j < width; j++) product += values[row * width + j] * own.values[n * width + j];
        const alike = product / (length(values, row, width) * lengths[n] || 1);
        for (const list of lists) insert(list, {index, alike}, each);
      }
    }
  }
  return found;
}

function length(values: ArrayLike<number>, row: number, width: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++) sum += values[row * width + j] ** 2;
  return Math.sqrt(sum);
}

/** Keeps a list of the `most` most alike, in order. */
function insert(list: Neighbour[], one: Neighbour, most: number): void {
  if (list.length === most && one.alike <= list[most - 1].alike) return;
  const at = list.findIndex(({alike}) => alike < one.alike);
  list.splice(at < 0 ? list.length : at, 0, one);
  if (list.length > most) list.pop();
}
