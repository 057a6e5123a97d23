import {EMBEDDING, type Network} from "../nouns/network";
import type {Split} from "../nouns/samples";
import {batches} from "./data/batches";
import {imagesAtOnce} from "./data/images-at-once";

/** How many images are read at a time. */
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
  readonly label: number;
  /** Cosine of the angle between what the last layer before the scores makes of both, −1 to 1. */
  readonly alike: number;
}

/**
 * The training images that are most like a suspect, the most alike first. Of equally alike ones, the one that is
 * earlier in the split comes first.
 */
export interface LabelNeighbours {
  /** The neighbours with its own label, and those with the label that it looks like; only witnesses. */
  readonly given: readonly Neighbour[];
  readonly suggested: readonly Neighbour[];
  /** The neighbours of any label, witnesses or not. */
  readonly all: readonly Neighbour[];
}

/**
 * The training images that are most like each suspect to the network: among those with its label, among those with the
 * label that it looks like, and among all. It compares them by the cosine of what the last layer before the scores
 * makes of them. A suspect is not its own neighbour.
 *
 * @param each How many of each class, and how many of all. The lists are shorter if there are fewer.
 * @param isWitness Whether an image may speak for its class. One whose own label is suspect should not.
 */
export async function labelNeighbours(
  network: Network,
  train: Split,
  suspects: readonly SuspectLabel[],
  each: {readonly ofClass: number; readonly ofAll: number},
  isWitness: (index: number) => boolean = () => true,
): Promise<LabelNeighbours[]> {
  const asked = await train.read(suspects.map(({index}) => index));
  const [own] = await network.forward(asked, [EMBEDDING]);
  const width = own.values.length / Math.max(1, suspects.length);
  const lists = () => ({given: [] as Neighbour[], suggested: [] as Neighbour[], all: [] as Neighbour[]});
  const found = suspects.map(lists);
  const lengths = suspects.map((_, n) => length(own.values, n, width));
  for await (const batch of batches(train, imagesAtOnce(network.imageShape, BATCH), {held: 1})) {
    const [{values}] = await network.forward(batch, [EMBEDDING]);
    for (let row = 0; row < batch.count; row++) {
      const index = batch.indices[row];
      const label = batch.labels[row];
      const isHeard = isWitness(index);
      const long = length(values, row, width);
      for (const [n, suspect] of suspects.entries()) {
        if (index === suspect.index) continue;
        let product = 0;
        for (let j = 0; j < width; j++) product += values[row * width + j] * own.values[n * width + j];
        const one = {index, label, alike: product / (long * lengths[n] || 1)};
        insert(found[n].all, one, each.ofAll);
        if (isHeard && label === suspect.given) insert(found[n].given, one, each.ofClass);
        if (isHeard && label === suspect.suggested) insert(found[n].suggested, one, each.ofClass);
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
