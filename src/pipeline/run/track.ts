import {EMBEDDING, type NamedArray, type Network, sizeOf} from "../../nouns/network";
import type {Dataset, LabelledImages} from "../../nouns/samples";
import {metWeights} from "../../numbers/tracked-weights";
import {draw} from "../../plots/index";
import {imageNamed, numberOf} from "../data/image-names";
import {joined} from "../data/split";
import {csvTable} from "../record/csv-table";
import {epochStem} from "../record/epoch-stem";
import type {RunDirectory} from "../record/run-directory";
import {type KeptTrack, keptTracks, type TrackedImage, trackedName} from "../record/tracks";
import type {TrackedPoints} from "../training/tracked-points";
import type {EpochProgress} from "../training/train";
import type {TrainingRecord} from "../training/training-record";
import {trackedNames} from "./track-named";

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
  /** At the end of a run, makes `track.csv`, `track-weights.csv` and `track.png` from everything that was kept. */
  tell(directory: RunDirectory, data: Dataset): Promise<void>;
}

/**
 * Opens the tracking of images.
 *
 * @param word The value of `--track`.
 * @throws UserError if a split has no such image.
 */
export async function openTracking(
  word: string,
  data: Dataset,
  {batches, epochs}: {readonly batches: number; readonly epochs: number},
): Promise<Tracking> {
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
        ...(kernel && kernel.values.length <= MOST_WEIGHTS ? {kernel: kernel.values} : {}),
      };
      await directory.writeValue(`track/${epochStem(epoch)}`, kept);
    },
    tell: keepTrackStory,
  };
}

/** The weights of the dense layer that turns the features into the logits. */
function lastKernel(weights: readonly NamedArray[], width: number, classes: number): NamedArray | undefined {
  return weights.findLast(({shape}) => shape.length === 2 && shape[0] === width && shape[1] === classes);
}

async function keepTrackStory(directory: RunDirectory, {classNames, name}: Dataset): Promise<void> {
  const tracks = await keptTracks(directory.path);
  if (tracks.length === 0) return;
  const {images, classes} = tracks[0];
  const rows = tracks.flatMap(({at, logits}) =>
    at.flatMap((when, point) =>
      images.flatMap((image, n) => {
        const from = (point * images.length + n) * classes;
        const own = logits.subarray(from, from + classes);
        const most = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
        const sum = own.reduce((total, logit) => total + Math.exp(logit - most), 0);
        return Array.from(own, (logit, k) => ({when, image, k, logit, p: Math.exp(logit - most) / sum}));
      }),
    ),
  );
  const short = (value: number) => Number(value.toPrecision(6));
  const of = (list: readonly {readonly image: TrackedImage}[]) => ({
    image: list.map(({image}) => image.name ?? ""),
    split: list.map(({image}) => image.split),
    index: list.map(({image}) => image.index),
    file: list.map(({image}) => image.file ?? ""),
    given_label: list.map(({image}) => classNames[image.label]),
  });
  await directory.writeFile(
    "track.csv",
    csvTable({
      epochs: rows.map(({when}) => short(when)),
      ...of(rows),
      class: rows.map(({k}) => classNames[k]),
      logit: rows.map(({logit}) => short(logit)),
      probability: rows.map(({p}) => short(p)),
    }),
  );
  const weights = images.map((image, n) => ({image, met: metOf(tracks, n, image.label)}));
  const lines = weights.flatMap(({image, met}) => met.map((weight) => ({image, ...weight})));
  await directory.writeFile(
    "track-weights.csv",
    csvTable({
      ...of(lines),
      node: lines.map(({node}) => node),
      activation: lines.map(({activation}) => short(activation)),
      first_weight: lines.map(({values}) => short(values[0])),
      last_weight: lines.map(({values}) => short(values[values.length - 1])),
      change: lines.map(({change}) => short(change)),
      change_over_spread: lines.map(({overSpread}) => short(overSpread)),
      pushed_logit: lines.map(({pushed}) => short(pushed)),
    }),
  );
  const {png} = draw("tracked", {
    title: `${name}: ${images.length === 1 ? "one image" : `${images.length} images`} within the epochs`,
    classNames,
    images: images.map((image, n) => ({
      name: `${trackedName(image)}, labelled ${classNames[image.label]}`,
      label: image.label,
      at: tracks.flatMap(({at}) => at),
      logits: tracks.flatMap(({at, logits}) =>
        at.map((_, point) =>
          logits.slice((point * images.length + n) * classes, (point * images.length + n + 1) * classes),
        ),
      ),
      weights: weights[n].met.map(({node, values}) => ({node, values: [...values]})),
    })),
  });
  await directory.writeFile("track.png", png);
}

/** For image n, the weights that led to its label; empty if they were not kept. */
function metOf(tracks: readonly KeptTrack[], n: number, label: number) {
  const kernels = tracks.flatMap(({kernel}) => (kernel ? [kernel] : []));
  const {features, images, classes} = tracks[tracks.length - 1];
  const width = features.length / images.length;
  if (kernels.length < 2 || kernels.length < tracks.length) return [];
  return metWeights(features.subarray(n * width, (n + 1) * width), kernels, classes, label);
}
