import {UserError} from "../../nouns/options";
import {type Comparison, compareAnswers} from "../../numbers/comparison";
import {wilsonInterval} from "../../numbers/intervals";
import type {NoiseVerdict} from "../../numbers/seed-noise";
import {type Parting, type PartingRun, partingOf} from "../../pipeline/record/parting";
import {
  answersAt,
  imageKeys,
  type RunAt,
  type SavedAnswers,
  type SavedImages,
  testImagesOf,
} from "../../pipeline/record/saved-run";
import type {EpochMetrics} from "../../pipeline/types";
import {type ExplainedApart, explainedApart} from "./explained-apart";
import {detailNoise, noiseOf, type SeedNoise, talliesOf} from "./seed-yardstick";
import {type OptionDifference, optionDifferences, type Setting, seedRuns, settingsOf} from "./settings";

/** A run in comparison with the base. */
export interface Compared extends Comparison {
  readonly at: RunAt;
  readonly metrics: EpochMetrics;
  /** Wilson's 95 % interval of the accuracy on the compared images. */
  readonly accuracyInterval: readonly [low: number, high: number];
  readonly options: readonly OptionDifference[];
  readonly noise: SeedNoise;
  /**
   * How each difference of `classes` and of `pairs` compares with that of another seed, corrected for their number
   * (Holm 1979).
   */
  readonly classNoise: readonly NoiseVerdict[];
  readonly pairNoise: readonly NoiseVerdict[];
  /**
   * The point at which the two runs first differ in a bit; null if they never do; absent if this is not known
   * (`partingOf`).
   */
  readonly parting?: Parting | null;
  /** How similarly both explain the same test images, the least similar first. */
  readonly explained: readonly ExplainedApart[];
  /** Images of the base, by index, on which the two were compared; all of them if the test sets are the same. */
  readonly indices: Uint32Array;
  /** The places of the same images in this run, whose order may be different. */
  readonly own: Uint32Array;
  /** Whether these are all test images of both runs. */
  readonly isSame: boolean;
}

export interface RunComparison {
  readonly base: RunAt;
  readonly baseMetrics: EpochMetrics;
  /** Wilson's 95 % interval of the base's accuracy on all its test images. */
  readonly baseInterval: readonly [low: number, high: number];
  readonly images: SavedImages;
  readonly classNames: readonly string[];
  /** Whether all runs were tested on the same images, in any order. */
  readonly sameData: boolean;
  readonly runs: readonly Compared[];
  /** The settings of the runs that were given, and of other runs that differ from one of them only by the seed. */
  readonly settings: readonly Setting[];
  /** The reasons why other runs of these settings in the same folder could not be read. */
  readonly unread: readonly string[];
}

/**
 * Compares runs with the first on the test images that both have: McNemar's test, who is right where, and which options
 * differ. Runs that differ only in their seed form a setting, with whose spread every difference is compared. A setting
 * contains the given runs and all completed runs in the same folder.
 *
 * @throws UserError if two runs have no test image in common, or if their classes differ.
 */
export async function compareRuns(references: readonly RunAt[]): Promise<RunComparison> {
  const [base, ...others] = references;
  const {classNames} = base.run.facts.data;
  const images = await testImagesOf(base.run);
  const answers = await answersAt(base.run, base.epoch);
  const keys = imageKeys(images);
  const beside = await seedRuns(references);
  const settings = settingsOf([...references, ...beside.runs]);
  const tallies = talliesOf(classNames.length);
  const runs: Compared[] = [];
  let sameData = true;
  for (const at of others) {
    if (at.run.facts.data.classNames.join("\n") !== classNames.join("\n")) {
      throw new UserError(
        `${at.run.facts.name}: expected the classes of ${base.run.facts.name} (${classNames.length}), got ${at.run.facts.data.classNames.length} others`,
      );
    }
    const pairs = matched(keys, imageKeys(await testImagesOf(at.run)));
    if (pairs.base.length === 0) {
      throw new UserError(
        `${at.run.facts.name}: expected a test image of ${base.run.facts.name}, got none of its images`,
      );
    }
    if (!pairs.same) sameData = false;
    const comparison = compareAnswers(
      picked(answers, pairs.base, classNames.length),
      picked(await answersAt(at.run, at.epoch), pairs.other, classNames.length),
      classNames.length,
    );
    // if images were dropped, the order of the remaining images is different
    const isWhole = [base, at].every(({run}) => !(run.facts.data as {readonly edits?: unknown}).edits);
    const parting = isWhole ? await partingOf(partingRun(base), partingRun(at)) : undefined;
    const inBase = <T extends {readonly index: number}>(list: readonly T[]) =>
      list.map((image) => ({...image, index: pairs.base[image.index]}));
    runs.push({
      ...comparison,
      ...{fixed: inBase(comparison.fixed), broken: inBase(comparison.broken), wrong: inBase(comparison.wrong)},
      ...{at, metrics: metricsOf(at)},
      accuracyInterval: wilsonInterval(Math.round(comparison.accuracyAfter * pairs.base.length), pairs.base.length),
      options: optionDifferences(base.run.facts, at.run.facts),
      noise: noiseOf(settings, base, at),
      ...(await detailNoise(settings, base, at, comparison, pairs.same ? tallies : undefined)),
      ...(parting === undefined ? {} : {parting}),
      explained: await explainedApart(base, at, placesOf(pairs.base, pairs.other)),
      ...{indices: pairs.base, own: pairs.other, isSame: pairs.same},
    });
  }
  const baseMetrics = metricsOf(base);
  const baseInterval = wilsonInterval(Math.round(baseMetrics.testAccuracy * images.count), images.count);
  return {base, baseMetrics, baseInterval, images, classNames, sameData, runs, settings, unread: beside.unread};
}

/** For each image of the base, its place in another run. */
export function placesOf(indices: ArrayLike<number>, own: ArrayLike<number>): ReadonlyMap<number, number> {
  return new Map(Array.from(indices, (index, n) => [index, own[n]]));
}

function partingRun({run: {path, facts}}: RunAt): PartingRun {
  return {path, seed: facts.seed, batchSize: Number(facts.options.batchSize)};
}

function metricsOf({run, epoch}: RunAt): EpochMetrics {
  return run.metrics.find((line) => line.epoch === epoch) as EpochMetrics; // `run.epochs` contains only such epochs
}

/**
 * The places in both lists that have the same image, in rising order of the first. An image that occurs several times
 * is matched as often as both lists have it.
 */
export function matched(base: readonly string[], other: readonly string[]) {
  const places = new Map<string, number[]>();
  other.forEach((key, i) => {
    const list = places.get(key);
    if (list) list.push(i);
    else places.set(key, [i]);
  });
  for (const list of places.values()) list.reverse();
  const pairs = base.flatMap((key, i) => {
    const place = places.get(key)?.pop();
    return place === undefined ? [] : [[i, place] as const];
  });
  return {
    base: Uint32Array.from(pairs, ([i]) => i),
    other: Uint32Array.from(pairs, ([, place]) => place),
    same: pairs.length === base.length && base.length === other.length,
  };
}

function picked({probabilities, labels}: SavedAnswers, indices: Uint32Array, classes: number): SavedAnswers {
  const rows = new Float32Array(indices.length * classes);
  indices.forEach((index, n) => {
    rows.set(probabilities.subarray(index * classes, (index + 1) * classes), n * classes);
  });
  return {probabilities: rows, labels: Uint16Array.from(indices, (index) => labels[index])};
}
