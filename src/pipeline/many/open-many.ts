import {join} from "node:path";

import {settingsOf} from "../../lime/lime";
import {resolveOptions, UserError} from "../../nouns/options";
import type {ImageShape} from "../../nouns/samples";
import {type LimeFlags, limeFlags, limeOptionsOf} from "../attribution/lime-flags";
import type {EpochSubject, LimeEpochSubject, PixelEpochSubject, PixelSubject} from "../jobs/explain-question";
import {lime} from "../probes/lime";
import {programVersions} from "../record/environment";
import {epochStem} from "../record/epoch-stem";
import {epochsOfWeights, readWeights, weightsDigest} from "../record/epoch-weights";
import {type RunFile, readTrainedRun} from "../record/run-file";
import {readSaved} from "../record/saved-file";
import {readTestImages, type SavedImages} from "../record/test-images";
import {textIfThere} from "../record/text-if-there";
import {samplePlaces} from "../run/samples";
import {imagesDigest, modelDigest} from "./open-shard";

/** The images and epochs that should be explained. */
export interface ManyOptions {
  /** The test images: from the first place up to, but not including, the second; absent for all. */
  readonly range?: {readonly from: number; readonly to: number};
  /** The epochs; absent for every epoch whose weights the run kept. */
  readonly epochs?: readonly number[];
  /** The class to explain; absent for the choice of the run's probe. */
  readonly target?: "predicted" | "label" | string;
  /** A method that makes maps of pixels, with all its options; absent for LIME. */
  readonly pixels?: {readonly method: string; readonly options: PixelSubject["options"]};
  /** The options of LIME that the user gave; the others are those of the run's probe. */
  readonly lime: {readonly [option: string]: unknown};
  /** The seed; absent for the run's seed with LIME, and for 0 with other methods, as for one image. */
  readonly seed?: number;
}

/** A run whose images are to be explained, and what is asked at each epoch. */
export interface OpenMany {
  readonly run: string;
  readonly file: RunFile;
  readonly images: SavedImages;
  readonly range: {readonly from: number; readonly to: number};
  /** For each epoch, everything on which the answers depend, without the range of images; epochs in rising order. */
  readonly epochs: readonly EpochSubject[];
  /** Notes for the user, one line each. */
  readonly notes: readonly string[];
}

/**
 * Turns the user's request into questions about a run, and checks it before the first image is explained.
 *
 * @throws UserError in one line, if the run watched another program's network, kept no weights, or has no such images.
 */
export async function openMany(run: string, options: ManyOptions): Promise<OpenMany> {
  const file = readTrainedRun(run, "explain");
  const images = readTestImages(run);
  const {count, shape, labels} = images;
  const range = options.range ?? {from: 0, to: count};
  if (range.to > count || range.from >= range.to) {
    const got = `test:${range.from}-${range.to - 1}`;
    throw new UserError(`${got}: expected test images from 0 to ${count - 1}, got ${got}`, {code: "NOT_FOUND"});
  }
  const kept = await epochsOfWeights(run);
  const notes: string[] = [];
  if (kept.length === 0) {
    throw new UserError(
      `${run}: expected the weights of its epochs, got none: an earlier version made it, or the network has more than a million`,
      {code: "NOT_FOUND"},
    );
  }
  const missing = options.epochs?.find((epoch) => !kept.includes(epoch));
  if (missing !== undefined) {
    throw new UserError(
      `${file.name}: expected an epoch whose weights were kept (${kept.join(", ")}), got ${missing}`,
      {
        code: "NOT_FOUND",
      },
    );
  }
  const wanted = kept.filter((epoch) => options.epochs?.includes(epoch) ?? true);
  if (!kept.includes(0) && !options.epochs)
    notes.push("the untrained network is left out: the run did not keep its weights");
  const about = {
    ...{images: imagesDigest(images), model: await modelDigest(run)},
    ...{engine: file.engine.name, kernels: file.engine.kernels ?? "", ...programVersions()},
  };
  const {classNames} = file.data;
  if (options.pixels) {
    const {seed = 0, target = "predicted", pixels} = options;
    const asked = {...about, seed, target: targetOf(target, classNames), ...pixels};
    const epochs: PixelEpochSubject[] = [];
    for (const epoch of wanted) {
      epochs.push({kind: "pixels/1", ...asked, weights: weightsDigest(await readWeights(run, epoch)), epoch});
    }
    return {run, file, images, range, epochs, notes};
  }
  const given = limeFlagsGiven(options.lime);
  const probe = file.probes.lime ?? {};
  const base = {...onlyLime(probe), ...given};
  const places = samplePlaces(`${file.options.samples ?? "auto"}`, labels, classNames.length);
  const common = {
    ...{kind: "lime/1" as const, ...about},
    seed: options.seed ?? file.seed,
    target: targetOf(options.target ?? `${probe.explain ?? "predicted"}`, classNames),
    samples: [...places],
  };
  const epochs: LimeEpochSubject[] = [];
  for (const epoch of wanted) {
    const asked = "samples" in given || "recipe" in given ? undefined : await masksOfProbe(run, epoch);
    const samples = asked ?? masksOf(base, shape);
    const flags = resolveOptions(limeFlags, {...base, samples}, "--lime.");
    const weights = weightsDigest(await readWeights(run, epoch));
    epochs.push({...common, weights, epoch, lime: {...flags}});
  }
  return {run, file, images, range, epochs, notes};
}

function limeFlagsGiven(given: {readonly [option: string]: unknown}): Partial<LimeFlags> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in limeFlags)) as Partial<LimeFlags>;
}

/** The probe's options that LIME itself takes. */
function onlyLime(probe: {readonly [option: string]: unknown}): Partial<LimeFlags> {
  const {explain: _, ...rest} = resolveOptions(lime.options, probe, "--lime.") as LimeFlags & {explain: string};
  return rest;
}

/** "500", or "auto". */
function masksOf(flags: Partial<LimeFlags>, shape: ImageShape): string {
  return `${settingsOf(limeOptionsOf(resolveOptions(limeFlags, flags, "--lime."), shape), shape).samples}`;
}

/**
 * How many masks the run's probe took at an epoch. These can be fewer than its option says, if looking would have taken
 * too long.
 */
async function masksOfProbe(run: string, epoch: number): Promise<string | undefined> {
  const path = join(run, "artifacts", "lime", `${epochStem(epoch, "segments")}.json`);
  if ((await textIfThere(path)) === undefined) return undefined;
  const {numbers} = (await readSaved(path)) as {readonly numbers?: {readonly settings?: {readonly samples?: unknown}}};
  const samples = numbers?.settings?.samples;
  return samples === undefined ? undefined : `${samples}`;
}

function targetOf(word: string, names: readonly string[]): EpochSubject["target"] {
  if (names.includes(word)) return names.indexOf(word);
  if (word === "predicted" || word === "label") return word;
  if (/^\d+$/.test(word) && Number(word) < names.length) return Number(word);
  throw new UserError(
    `--target: expected predicted, label, or a class (${names.slice(0, 3).join(", ")}, …), got ${word}`,
  );
}
