import {existsSync} from "node:fs";
import {dirname, join} from "node:path";
import {reduced} from "../../numbers/reduced-images";
import {rankedLabels} from "../../numbers/suspect-training-labels";
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

/** Bytes of answers that are read at most to judge labels by all epochs, and what an image takes of them an epoch. */
const MOST_JUDGED_BYTES = 400e6;
const ANSWER_BYTES = 14;
/** A page carries at most about so many epochs of answers to training images, and so many images of each. */
const MOST_EPOCHS = 12;
const MOST_IMAGES = 60_000;
/** The most copies of test images that a page lists. */
const MOST_COPIES = 2000;
/** The most bytes of pixels that a page carries of the training images, packed. */
const PACKED_PIXEL_BYTES = 1.2e6;
type Whole = Uint8Array | Uint16Array;

/**
 * How the training images were learnt, from the answers that the run kept. Labels are judged by all epochs; of a long
 * run the page has some, evenly apart, and of a large training set the most suspect half, and others evenly.
 *
 * @param files Of "training": epoch → path.
 * @param finished Whether an epoch is whole.
 * @param isAfter Whether the run kept its answers by a pass after each epoch.
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
  const most = Math.max(MOST_EPOCHS, Math.floor(MOST_JUDGED_BYTES / (ANSWER_BYTES * labels.length)));
  const judged = answersAt(keptEpochs(all, most));
  const {
    order,
    dynamics,
    others: suggested,
  } = rankedLabels(
    {losses: judged.map(({losses}) => losses), margins: judged.map(({margins}) => margins)},
    judged.map(({predicted}) => predicted),
    labels,
  );
  const answers = answersAt(epochs);
  const places = shownPlaces(order, MOST_IMAGES);
  const shown = places ?? Uint32Array.from(labels.keys());
  const Classes = classesArray(classes);
  const of = dynamics.areaUnderMargin;
  const lowestMargin = Math.min(0, of[order[0]]);
  const step = (Math.max(0, of[order[order.length - 1]]) - lowestMargin) / 65535 || 1;
  const zero = Math.ceil(-lowestMargin / step);
  /** Rounded, but never across 0: whether a label is suspect is its sign. */
  const margin = (n: number) => {
    const at = Math.round((of[n] - lowestMargin) / step);
    return Math.min(65535, of[n] < 0 ? Math.min(at, zero - 1) : Math.max(at, zero));
  };
  const meanErrors = judged.every(({errors}) => errors) ? meanOf(judged.map(({errors}) => errors as Uint8Array)) : null;
  const hardness = join(folder, "hardness.json");
  const entropies = existsSync(hardness)
    ? recall(hardness, "hardness", (saved) => values(saved, "entropies") as Uint8Array)
    : null;
  const gaps = recall(join(folder, "labels.json"), "gaps", (saved) => ("gaps" in saved ? values(saved, "gaps") : null));
  const sources = gaps && sourcesOf(gaps);
  const shownGaps = sources && gapsOf(shown.map((n) => sources[n]));
  const picked = (into: Whole, map: (n: number) => number) => {
    for (let i = 0; i < shown.length; i++) into[i] = map(shown[i]);
    return pack.add(into, [shown.length]);
  };
  const some = (values: Whole) => {
    const kept = places ? values.slice(0, shown.length).map((_, i) => values[shown[i]]) : values;
    return pack.add(kept, [shown.length]);
  };
  const byClass = (map: (n: number) => number) => picked(new Classes(shown.length), map);
  return {
    count: labels.length,
    indices: places && pack.add(places, [places.length]),
    epochs,
    ...{of: all.length, judged: judged.length},
    isAfter,
    labels: byClass((n) => labels[n]),
    losses: answers.map(({small}) => some(small.losses)),
    astray: answers.map(({small}) => some(small.astray)),
    sureness: answers.map(({small}) => some(small.sureness)),
    suggested: byClass((n) => suggested[n]),
    margins: {...picked(new Uint16Array(shown.length), margin), scale: step},
    lowestMargin,
    ...{errors: meanErrors && picked(new Uint8Array(shown.length), (n) => meanErrors[n])},
    ...{entropies: entropies && picked(new Uint8Array(shown.length), (n) => entropies[n])},
    gaps: shownGaps && pack.add(shownGaps, [shownGaps.length]),
    evidence: gatherEvidence(join(folder, "..", "suspects", "evidence.json"), recall, pack),
    copies: gatherCopies(join(folder, "copies.json"), recall),
    pictures: gatherPictures(join(folder, "pictures.json"), recall, pack, linksOf),
  };
}

const classesArray = (classes: number) => (classes > 256 ? Uint16Array : Uint8Array);

/** An epoch's answers as a page carries them, of all images; they stay as they are when later epochs come. */
function asBytes({losses, predicted, sureness}: EpochAnswers, labels: ArrayLike<number>, classes: number) {
  const count = labels.length;
  const small = {
    losses: new Uint8Array(count),
    /** How many classes after the label's the answer comes: 0 if it is right. */
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

/** The training images that are test images too; null if none is known. */
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
  return epochs[0].map((_, n) => {
    let sum = 0;
    for (const epoch of epochs) sum += epoch[n];
    return Math.round(sum / epochs.length);
  });
}

/** @param ranked The most suspect first. @returns null: there is room for all. */
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
  if (!existsSync(path)) return null; // written when the run ends
  const pictures = recall(path, "training pictures", (saved) => {
    const {files, shape} = saved as unknown as {files?: readonly string[]; shape: readonly number[]};
    const [count, height, width, channels] = shape;
    const pixels = values(saved, "pixels") as Uint8Array;
    // photographs hardly pack: they are made smaller still
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
