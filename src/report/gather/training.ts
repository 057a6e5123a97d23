import {existsSync} from "node:fs";
import {dirname, join} from "node:path";
import {ascending} from "../../numbers/ascending";
import {areasUnderMargin} from "../../numbers/dynamics";
import {reduced} from "../../numbers/reduced-images";
import {usualOthers} from "../../numbers/suspect-training-labels";
import type {EpochAnswers} from "../../pipeline/record/epoch-answers";
import {keptEpochs} from "../../pipeline/record/kept-epochs";
import {gapsOf, sourcesOf} from "../../pipeline/record/source-gaps";
import {answersFrom} from "../../pipeline/record/training-answers";
import type {Recall, Saved} from "../file-memory";
import {packedLoss} from "../packed-loss";
import type {Packer} from "../packer";
import {packedShare} from "../page-budget";
import type {TrainingShown} from "../training-file";
import {gatherEvidence} from "./evidence";
import {array} from "./saved-values";

/**
 * The most bytes of answers that are read to judge labels by all epochs, and how many bytes an image takes in each
 * epoch.
 */
const MOST_JUDGED_BYTES = 400e6;
const ANSWER_BYTES = 14;
/** About the most epochs of answers to training images that a page carries, and the most images of each. */
const MOST_EPOCHS = 12;
const MOST_IMAGES = 60_000;
/** The most copies of test images that a page lists. */
const MOST_COPIES = 2000;
/** The most bytes of pixels that a page carries of the training images, packed. */
const PACKED_PIXEL_BYTES = 1.2e6;
type Whole = Uint8Array | Uint16Array;
type Gaps = Whole | Uint32Array;
type Packable = Whole | Uint32Array;

/**
 * How the training images were learnt, from the answers that the run kept. Labels are judged by all epochs. From a long
 * run, the page has some epochs at even distances; from a large training set, one half is the most suspect images, and
 * the other half is taken at even distances.
 *
 * @param files For "training", a map from each epoch to a path.
 * @param finished Whether an epoch is complete.
 * @param isAfter Whether the run kept its answers from a pass after each epoch.
 * @returns null if no epoch's answers were kept.
 */
export function gatherTraining(
  files: ReadonlyMap<number, string> | undefined,
  finished: (epoch: number) => boolean,
  classes: number,
  recall: Recall,
  pack: Packer,
  linksOf: (paths: readonly string[]) => {folder: string; paths: readonly string[]},
  isAfter: boolean,
): TrainingShown | null {
  const all = [...(files?.keys() ?? [])].filter(finished).sort((a, b) => a - b);
  if (!files || all.length === 0) return null;
  const epochs = keptEpochs(all, MOST_EPOCHS);
  const folder = dirname(files.get(all[0]) as string);
  const labels = recall(join(folder, "labels.json"), "labels", (saved) => values(saved, "labels") as Whole);
  const answersAt = (some: readonly number[]) =>
    some.map((epoch) => {
      const path = files.get(epoch) as string;
      return recall(path, `training ${classes}`, (saved) => {
        const answers = answersFrom(epochAnswers(saved), labels, path);
        return {...answers, small: asBytes(answers, labels, classes)};
      });
    });
  const judgedEpochs = Math.max(MOST_EPOCHS, Math.floor(MOST_JUDGED_BYTES / (ANSWER_BYTES * labels.length)));
  const judged = answersAt(keptEpochs(all, judgedEpochs));
  const areas = areasUnderMargin(
    judged.map(({margins}) => margins),
    labels.length,
  );
  const suggested = usualOthers(
    judged.map(({predicted}) => predicted),
    labels,
  );
  const answers = answersAt(epochs);
  // a page is made after every epoch, so the images are only sorted if the page has no room for all of them
  const places = labels.length > MOST_IMAGES ? shownPlaces(ascending(areas), MOST_IMAGES) : null;
  const [least, most] = extremes(areas);
  const lowestMargin = Math.min(0, least);
  const step = (Math.max(0, most) - lowestMargin) / 65535 || 1;
  const meanErrors = judged.every(({errors}) => errors) ? meanOf(judged.map(({errors}) => errors as Uint8Array)) : null;
  const hardness = join(folder, "hardness.json");
  const entropies = existsSync(hardness)
    ? recall(hardness, "hardness", (saved) => values(saved, "entropies") as Uint8Array)
    : null;
  const gaps = recall(join(folder, "labels.json"), "gaps", (saved) =>
    "gaps" in saved ? (values(saved, "gaps") as Gaps) : null,
  );
  const some = <A extends Packable>(values: A) => {
    const kept = places ? placed(values, places) : values;
    return pack.add(kept, [kept.length]);
  };
  const classesOf = (values: ArrayLike<number>) => some(new (classesArray(classes))(values));
  // what never changes comes first and each epoch by itself, so that the parts that were packed for the page before still fit
  const fixed = {labels: classesOf(labels), gaps: gaps && packedGaps(gaps, places, pack)};
  const epochsShown = answers.map(({small: {losses, astray, sureness}}) => ({
    losses: some(losses),
    astray: some(astray),
    sureness: some(sureness),
  }));
  return {
    count: labels.length,
    indices: places && pack.add(places, [places.length]),
    epochs,
    ...{of: all.length, judged: judged.length},
    isAfter,
    ...fixed,
    losses: epochsShown.map(({losses}) => losses),
    astray: epochsShown.map(({astray}) => astray),
    sureness: epochsShown.map(({sureness}) => sureness),
    suggested: classesOf(suggested),
    margins: {...some(steps(areas, lowestMargin, step)), scale: step},
    lowestMargin,
    ...{errors: meanErrors && some(meanErrors), entropies: entropies && some(entropies)},
    evidence: gatherEvidence(join(folder, "..", "suspects", "evidence.json"), recall, pack),
    copies: gatherCopies(join(folder, "copies.json"), recall),
    pictures: gatherPictures(join(folder, "pictures.json"), recall, pack, linksOf),
  };
}

const classesArray = (classes: number) => (classes > 256 ? Uint16Array : Uint8Array);

/** An epoch's answers to all images in the form of a page. They do not change when later epochs come. */
function asBytes({losses, predicted, sureness}: EpochAnswers, labels: ArrayLike<number>, classes: number) {
  const count = labels.length;
  const small = {
    losses: new Uint8Array(count),
    /** How many classes the answer comes after the label; 0 if it is right. */
    astray: new (classesArray(classes))(count),
    /** The answer's probability in 255ths if it is wrong. */
    sureness: new Uint8Array(count),
  };
  for (let n = 0; n < count; n++) {
    small.losses[n] = packedLoss(losses[n]);
    small.astray[n] = (predicted[n] - labels[n] + classes) % classes;
    if (predicted[n] !== labels[n]) small.sureness[n] = sureness[n];
  }
  return small;
}

/** The training images that are also test images; null if none are known. */
function gatherCopies(path: string, recall: Recall): NonNullable<TrainingShown["copies"]> | null {
  if (!existsSync(path)) return null;
  return recall(path, "training copies", (saved) => {
    const of = (name: string) => Array.from(values(saved, name));
    const [train, test, near] = [of("train"), of("test"), of("near")].map((list) => list.slice(0, MOST_COPIES));
    return {train, test, near: near.map((one) => one === 1), of: values(saved, "train").length};
  });
}

function epochAnswers(saved: Saved): EpochAnswers {
  return {
    losses: values(saved, "losses") as Float32Array,
    margins: values(saved, "margins") as Float32Array,
    predicted: values(saved, "predicted") as Whole,
    sureness: values(saved, "sureness") as Uint8Array,
    ...("errors" in saved ? {errors: values(saved, "errors") as Uint8Array} : {}),
  };
}

/** @throws UserError if a saved file lacks an array. */
function values(saved: Saved, name: string): ArrayLike<number> {
  return array((saved as unknown as {[name: string]: unknown})[name], name);
}

function meanOf(epochs: readonly Uint8Array[]): Uint8Array {
  const sums = new Uint32Array(epochs[0].length);
  for (const epoch of epochs) for (let n = 0; n < sums.length; n++) sums[n] += epoch[n];
  const means = new Uint8Array(sums.length);
  for (let n = 0; n < sums.length; n++) means[n] = Math.round(sums[n] / epochs.length);
  return means;
}

function extremes(values: Float64Array): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = 0; n < values.length; n++) {
    if (values[n] < least) least = values[n];
    if (values[n] > most) most = values[n];
  }
  return [least, most];
}

/** Areas in steps from the lowest. They are rounded, but never across 0, because an area's sign says whether a label is suspect. */
function steps(areas: Float64Array, lowest: number, step: number): Uint16Array {
  const zero = Math.ceil(-lowest / step);
  const out = new Uint16Array(areas.length);
  for (let n = 0; n < out.length; n++) {
    const at = Math.round((areas[n] - lowest) / step);
    out[n] = Math.min(65535, areas[n] < 0 ? Math.min(at, zero - 1) : Math.max(at, zero));
  }
  return out;
}

function placed<A extends Packable>(values: A, places: Uint32Array): A {
  const out = values.slice(0, places.length) as A;
  for (let i = 0; i < places.length; i++) out[i] = values[places[i]];
  return out;
}

function packedGaps(gaps: Gaps, places: Uint32Array | null, pack: Packer) {
  const sources = places && sourcesOf(gaps);
  const shown = sources ? gapsOf(placed(sources, places)) : gaps;
  return pack.add(shown, [shown.length]);
}

/** @param ranked The images, the most suspect first. @returns null if there is room for all. */
export function shownPlaces(ranked: ArrayLike<number>, most: number): Uint32Array | null {
  if (ranked.length <= most) return null;
  const first = Math.floor(most / 2);
  const others = Array.from(ranked).slice(first);
  const rest = most - first;
  const even = Array.from({length: rest}, (_, n) => others[Math.floor((n * others.length) / rest)]);
  return Uint32Array.from([...Array.from(ranked).slice(0, first), ...even]).sort();
}

function gatherPictures(
  path: string,
  recall: Recall,
  pack: Packer,
  linksOf: (paths: readonly string[]) => {folder: string; paths: readonly string[]},
): TrainingShown["pictures"] {
  if (!existsSync(path)) return null; // it is written when the run ends
  const pictures = recall(path, "training pictures", (saved) => {
    const {files, shape} = saved as unknown as {files?: readonly string[]; shape: readonly number[]};
    const [count, height, width, channels] = shape;
    const pixels = values(saved, "pixels") as Uint8Array;
    // photographs can hardly be compressed, so they are made even smaller
    const share = packedShare(pixels);
    let step = 1;
    while ((pixels.length * share) / step ** 2 > PACKED_PIXEL_BYTES) step++;
    return {
      files: files ?? null,
      indices: Uint32Array.from(values(saved, "indices")),
      sources: Uint32Array.from(values(saved, "sources")),
      pixels: reduced(pixels, [count, height, width, channels], step),
      shape: [count, Math.ceil(height / step), Math.ceil(width / step), channels],
    };
  });
  const {indices, sources, pixels, shape, files} = pictures;
  return {
    indices: pack.add(indices, [indices.length]),
    sources: pack.add(sources, [sources.length]),
    pixels: pack.add(pixels, shape),
    files: files && linksOf(files),
  };
}
