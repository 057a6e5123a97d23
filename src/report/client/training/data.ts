import {visible} from "../../../escape/visible";
import {type Dynamics, dynamicsOf} from "../../../numbers/dynamics";
import {sourcesOf} from "../../../pipeline/record/source-gaps";
import {unpackedLoss} from "../../packed-loss";
import type {Packed} from "../../report-file";
import type {TrainingShown} from "../../training-file";
import {decodeEvidence, type SuspectEvidence} from "./evidence-data";
import type {SamplePicture} from "./shown-picture";

/** How the network learnt each image over a number of epochs; the rows are those of `TrainingData`. */
export type Story = Omit<Dynamics, "areaUnderMargin"> & {
  /** The mean loss in nats. */
  readonly loss: Float64Array;
  /** How many images were answered right at the last of the epochs. */
  readonly learned: number;
};

/** The training images, decoded. A row is an image that the page carries; its place is its place in the split. */
export interface TrainingData {
  readonly rows: number;
  /** How many images the whole split has. */
  readonly count: number;
  /** The epochs that the page carries, and how many the run kept. */
  readonly epochs: readonly number[];
  readonly of: number;
  /** How many epochs the labels were judged by. */
  readonly judged: number;
  /** Whether the answers come from a pass after each epoch, and not from the moments when the images were presented. */
  readonly isAfter: boolean;
  place(row: number): number;
  /** The row of the image at a place; −1 if the page does not carry it. */
  rowOf(place: number): number;
  readonly labels: Uint8Array | Uint16Array;
  readonly suggested: Uint8Array | Uint16Array;
  /** The area under the margin in logits, over the `judged` epochs; a number below 0 is suspect. */
  readonly margins: Float32Array;
  /**
   * The mean EL2N over the `judged` epochs, in [0, √2], and the entropy at the last epoch in nats; null if the run kept
   * none.
   */
  readonly error: ((row: number) => number) | null;
  readonly entropy: ((row: number) => number) | null;
  /** The label's probability at the carried epoch e (0 is the first). */
  probability(e: number, row: number): number;
  /** The answer at the carried epoch e, and its probability. */
  answer(e: number, row: number): {readonly predicted: number; readonly sureness: number};
  /** How each image was learnt over the first `epochs` epochs in the page, at least 1. */
  story(epochs: number): Story;
  /** How many carried epochs are completed at an epoch of the run. */
  epochsBy(epoch: number): number;
  /** The picture of a row; null if the page does not carry it. */
  picture(row: number): SamplePicture | null;
  /** The evidence for both labels of a suspect; null if it was not asked for. */
  evidence(row: number): SuspectEvidence | null;
  /** The test image that is the same picture as a training image, or looks like it; null if none is known. */
  copy(row: number): {readonly test: number; readonly isNear: boolean} | null;
  /** The training images that have such a copy. */
  readonly copies: number;
  /** The rows that have a picture. */
  readonly pictured: number;
  /** Its place in the source of the split: the number in its name, `train:17`. Null if it is not known. */
  source(row: number): number | null;
  file(row: number): {readonly path: string; readonly raw: string; readonly link: string | null} | null;
}

type View = Uint8Array | Int8Array | Uint16Array | Uint32Array | Float32Array;
type Whole = Uint8Array | Uint16Array;

/** Uses the arrays in place; results that take time are computed when they are needed. */
export function decodeTraining(shown: TrainingShown, classes: number, view: (packed: Packed) => View): TrainingData {
  const labels = view(shown.labels) as Whole;
  const rows = labels.length;
  const indices = shown.indices && (view(shown.indices) as Uint32Array);
  // each number is spread within the step to which it was rounded; otherwise the map would show the steps as bands
  const FINE = 64;
  const levels = Float32Array.from({length: 256 * FINE}, (_, n) => unpackedLoss(Math.max(0, (n + 0.5) / FINE - 0.5)));
  const losses = shown.losses.map((packed, e) => {
    const stored = view(packed);
    const nats = new Float32Array(rows);
    for (let row = 0; row < rows; row++) nats[row] = levels[FINE * stored[row] + scattered(row, e, FINE)];
    return nats;
  });
  const astray = shown.astray.map((packed) => view(packed) as Whole);
  const sureness = shown.sureness.map((packed) => view(packed) as Uint8Array);
  const step = shown.margins.scale ?? 1;
  const margins = Float32Array.from(view(shown.margins), (v) => shown.lowestMargin + v * step);
  const {pictures} = shown;
  const places = pictures ? (view(pictures.indices) as Uint32Array) : new Uint32Array();
  const picturedSources = pictures && (view(pictures.sources) as Uint32Array);
  const sources = shown.gaps && sourcesOf(view(shown.gaps));
  const pixels = pictures && (view(pictures.pixels) as Uint8Array);
  const [, height = 0, width = 0, channels = 1] = pictures?.pixels.shape ?? [];
  const size = height * width * channels;
  const place = (row: number) => indices?.[row] ?? row;
  const rowOfPlace = indices && new Map(Array.from(indices, (at, row) => [at, row]));
  const rowOf = (at: number) => (rowOfPlace ? (rowOfPlace.get(at) ?? -1) : at < rows ? at : -1);
  const pictureOfPlace = new Map(Array.from(places, (at, n) => [at, n]));
  const pictureAt = (row: number) => pictureOfPlace.get(place(row)) ?? -1;
  const scaled = (packed: Packed | null, most: number) => {
    const stored = packed && view(packed);
    return stored && ((row: number) => (stored[row] * most) / 255);
  };
  const evidence = new Map((shown.evidence ?? []).map((one) => [one.place, one]));
  const copies = new Map<number, {test: number; isNear: boolean}>();
  const {copies: inTest} = shown;
  // if there are several, the first in the list: an equal picture comes before one that looks alike
  for (const isNear of [false, true])
    inTest?.train.forEach((at, n) => {
      if (inTest.near[n] === isNear && !copies.has(at)) copies.set(at, {test: inTest.test[n], isNear});
    });
  const stories = new Map<number, Story>();
  const story = (epochs: number): Story => {
    const known = stories.get(epochs);
    if (known) return known;
    const some = {losses: losses.slice(0, epochs), astray: astray.slice(0, epochs)};
    // the margins only show here whether an answer was right or wrong
    const margins = some.astray.map((epoch) => Int8Array.from(epoch, (off) => (off === 0 ? 1 : -1)));
    const {areaUnderMargin: _, ...dynamics} = dynamicsOf({losses: some.losses, margins});
    const loss = new Float64Array(rows);
    for (const epoch of some.losses) for (let row = 0; row < rows; row++) loss[row] += epoch[row] / epochs;
    let learned = 0;
    for (const off of astray[epochs - 1]) if (off === 0) learned++;
    const made = {...dynamics, loss, learned};
    stories.set(epochs, made);
    return made;
  };
  return {
    ...{
      rows,
      count: shown.count,
      epochs: shown.epochs,
      of: shown.of,
      place,
      judged: shown.judged ?? shown.epochs.length,
      rowOf,
      labels,
      margins,
      story,
    },
    isAfter: shown.isAfter,
    suggested: view(shown.suggested) as Whole,
    error: scaled(shown.errors, Math.SQRT2),
    entropy: scaled(shown.entropies, Math.log(Math.max(2, classes))),
    probability: (e, row) => Math.exp(-losses[e][row]),
    answer: (e, row) => {
      const off = astray[e][row];
      const predicted = (labels[row] + off) % classes;
      return {predicted, sureness: off === 0 ? Math.exp(-losses[e][row]) : sureness[e][row] / 255};
    },
    epochsBy: (epoch) => shown.epochs.filter((one) => one <= epoch).length,
    picture: (row) => {
      const n = pictureAt(row);
      if (n < 0 || !pixels) return null;
      return {pixels: pixels.subarray(n * size, (n + 1) * size), height, width, channels};
    },
    evidence: (row) => {
      const one = evidence.get(place(row));
      return one ? decodeEvidence(one, view) : null;
    },
    copy: (row) => copies.get(place(row)) ?? null,
    copies: copies.size,
    pictured: places.length,
    source: (row) => {
      if (sources) return sources[row];
      const n = pictureAt(row); // the run was made by an earlier version
      return n < 0 || !picturedSources ? null : picturedSources[n];
    },
    file: (row) => {
      const n = pictureAt(row);
      const path = n < 0 ? undefined : pictures?.files?.paths[n];
      if (path === undefined) return null;
      const folder = pictures?.files?.folder;
      const raw = decodeURIComponent(path);
      return {path: visible(raw), raw, link: folder && location.protocol === "file:" ? `${folder}${path}` : null};
    },
  };
}

/** A number below `most` that is always the same for n, but unrelated to the numbers of its neighbours. */
function scattered(row: number, epoch: number, most: number): number {
  const mixed = Math.imul(Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(epoch + 7, 0x85ebca6b), 0xc2b2ae35);
  return (mixed >>> 16) % most;
}
