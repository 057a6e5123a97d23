import {EMBEDDING, type NamedArray, type Network, sizeOf} from "../../nouns/network";
import type {Dataset, LabelledImages} from "../../nouns/samples";
import {imageNamed, numberOf} from "../data/image-names";
import {joined} from "../data/split";
import {epochStem} from "../record/epoch-stem";
import type {RunDirectory} from "../record/run-directory";
import type {KeptTrack, TrackedImage} from "../record/tracks";
import type {TrackedPoints} from "../training/tracked-points";
import type {EpochProgress} from "../training/train";
import type {TrainingRecord} from "../training/training-record";
import {addMoves, type LayerVector, layerVectors} from "./layer-moves";
import {trackedNames} from "./track-named";
import {keepTrackStory} from "./track-story";

/** How many times within an epoch the tracked images are looked at. */
const LOOKS = 20;
/** The weights of the last layer are kept only if it has no more than this many. */
const MOST_WEIGHTS = 1 << 20;

/** The images that are looked at several times within each epoch. */
export interface Tracking {
  /**
   * The numbers of steps, counted over the whole run, after which the network is asked: twenty in each epoch, its last
   * step among them.
   */
  readonly steps: ReadonlySet<number>;
  /** Asks the network if it is time. The network must stand exactly at `progress`. */
  see(network: Network, record: TrainingRecord, progress: EpochProgress): Promise<void>;
  /** Keeps an epoch's points, the inputs of the last layer, and that layer's weights: artifacts/track/epoch-003. */
  keep(directory: RunDirectory, network: Network, epoch: number, points?: TrackedPoints): Promise<void>;
  /** At the end of a run, makes `track.csv`, `track-weights.csv`, `track-layers.csv` and `track.png` from everything that was kept. */
  tell(directory: RunDirectory, data: Dataset): Promise<void>;
}

/**
 * Opens the tracking of images, and of how far the layers move between two looks.
 *
 * @param word The value of `--track`.
 * @param network With the weights with which this start of the run begins. @param layers Names of its layers.
 * @throws UserError if a split has no such image.
 */
export async function openTracking(
  word: string,
  data: Dataset,
  network: Network,
  {batches, epochs, layers}: {readonly batches: number; readonly epochs: number; readonly layers: readonly string[]},
): Promise<Tracking> {
  const vectors = async () => layerVectors(layers, await network.getWeights());
  let before: readonly LayerVector[] = await vectors();
  const named: TrackedImage[] = [];
  const parts: LabelledImages[] = [];
  for (const name of trackedNames(word)) {
    const {split, index} = imageNamed(data, name, "--track ");
    const image = await data[split].read([index]);
    parts.push(image);
    const file = data[split].files?.[index];
    named.push({
      name: numberOf(data, {split, index}),
      split,
      index,
      label: image.labels[0],
      ...(file === undefined ? {} : {file}),
    });
  }
  const images = joined(parts);
  const steps = new Set<number>();
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let look = 1; look <= LOOKS; look++) steps.add(epoch * batches + Math.ceil((look * batches) / LOOKS));
  }
  return {
    steps,
    async see(network, {tracked}, {epoch, batch}) {
      if (!tracked || !steps.has((epoch - 1) * batches + batch)) return;
      tracked.logits.push(await network.logits(images));
      tracked.at.push(epoch - 1 + batch / batches);
      const now = await vectors();
      // in a checkpoint of an earlier version nothing is known of the looks before it
      if (!tracked.moves && tracked.at.length > 1) return;
      tracked.moves ??= {layers: now.map(({layer}) => layer), moved: [], lengths: [], last: before};
      addMoves(tracked.moves, tracked.moves.last, now);
      tracked.moves.last = before = now;
    },
    async keep(directory, network, epoch, given) {
      const points = given ?? {at: [0], logits: [await network.logits(images)]};
      const [{shape, values}] = await network.forward(images, [EMBEDDING]);
      const width = sizeOf(shape);
      const classes = network.classNames.length;
      const kernel = lastKernel(await network.getWeights(), width, classes);
      const logits = new Float32Array(points.at.length * named.length * classes);
      for (const [n, some] of points.logits.entries()) logits.set(some, n * some.length);
      const kept: KeptTrack = {
        ...{images: named, classes, at: points.at, logits, features: values},
        ...(points.moves
          ? {layers: points.moves.layers, moved: rowsOf(points.moves.moved), lengths: rowsOf(points.moves.lengths)}
          : {}),
        ...(kernel && kernel.values.length <= MOST_WEIGHTS ? {kernel: kernel.values} : {}),
      };
      await directory.writeValue(`track/${epochStem(epoch)}`, kept);
    },
    tell: keepTrackStory,
  };
}

/** Rows of equal length, one after another. */
function rowsOf(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  for (const [n, row] of rows.entries()) all.set(row, n * width);
  return all;
}

/** The weights of the dense layer that turns the features into the logits. */
function lastKernel(weights: readonly NamedArray[], width: number, classes: number): NamedArray | undefined {
  return weights.findLast(({shape}) => shape.length === 2 && shape[0] === width && shape[1] === classes);
}
