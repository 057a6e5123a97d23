import {join} from "node:path";

import type {Variant} from "../../engine/index";
import {explainWithLime, type LimeExplanation} from "../../lime/index";
import {parseJson} from "../../nouns/json-text";
import {resolveOptions, UserError} from "../../nouns/options";
import {fork, randomSource} from "../../nouns/random";
import type {LabelledImages, Split} from "../../nouns/samples";
import {limeFlags, limeOptionsOf} from "../attribution/lime-flags";
import {readWhole} from "../data/read-file";
import {byteSplit} from "../data/split";
import {decodeText} from "../data/text";
import type {ExplainQuestion, ExplainSubject} from "../jobs/explain-question";
import {type KeptNetwork, openKeptNetwork} from "../kept-network";
import {overlapped} from "../probes/overlapped";
import {imageAt} from "../probes/segment-explanation";
import {readWeights, weightsDigest} from "../record/epoch-weights";
import {readTrainedRun} from "../record/run-file";
import {sha256} from "../record/seal";
import {readTestImages, type SavedImages} from "../record/test-images";
import type {EngineName} from "../run/choose-engine";
import {begunOptions} from "../run/reopened";
import {columnBytes, joinedArrays, type SegmentedColumns} from "./explained-columns";

/** A run that is open in this thread: its network, and the weights that are in it. */
interface Opened {
  readonly key: string;
  readonly kept: KeptNetwork;
  readonly test: Split;
  weights: string;
}

let opened: Opened | undefined;

/**
 * Explains some test images of a run. The result depends on the subject alone, not on the machine, the order, or the
 * other images. It uses the engine and the random numbers of the run's own probe, so an image that the probe explained
 * gets the same bits. The run stays open for the next question.
 *
 * @param threads How many threads the engine uses; any number gives the same bits.
 * @throws UserError if the run has other images, another model or other weights by now.
 */
export async function explainShard({run, subject}: ExplainQuestion, threads = 1): Promise<Uint8Array> {
  const {kept, test} = await openedFor(run, subject, threads);
  const {network} = kept;
  const indices = Array.from({length: subject.to - subject.from}, (_, n) => subject.from + n);
  const images = await test.read(indices);
  const settings = limeOptionsOf(resolveOptions(limeFlags, subject.lime, "--lime."), images.shape);
  const seedOf = seedsOf(subject);
  const explained = await overlapped(indices.length, (n) =>
    explainWithLime(network, imageAt(images, n), {
      ...settings,
      random: randomSource(seedOf(indices[n])),
      ...explainedClass(subject, images, n),
    }),
  );
  return columnBytes(columnsFrom(explained, indices, images));
}

/** Frees the run that is open in this thread. */
export async function closeShards(): Promise<void> {
  await opened?.kept.dispose();
  opened = undefined;
}

async function openedFor(run: string, subject: ExplainSubject, threads: number): Promise<Opened> {
  const key = [run, subject.images, subject.model, subject.engine, subject.kernels, threads].join("\n");
  if (opened?.key !== key) {
    await closeShards();
    opened = {key, ...(await openRun(run, subject, threads)), weights: ""};
  }
  if (opened.weights !== subject.weights) {
    const weights = await readWeights(run, subject.epoch);
    const got = weightsDigest(weights);
    if (got !== subject.weights) {
      const where = join(run, "artifacts", "weights");
      throw new UserError(
        `${where}: expected weights of SHA-256 ${subject.weights} at epoch ${subject.epoch}, got ${got}`,
      );
    }
    await opened.kept.network.setWeights(weights);
    opened.weights = subject.weights;
  }
  return opened;
}

async function openRun(run: string, subject: ExplainSubject, threads: number): Promise<Pick<Opened, "kept" | "test">> {
  const file = readTrainedRun(run, "explain");
  const images = readTestImages(run);
  const [model, digest] = [await modelDigest(run), imagesDigest(images)];
  if (digest !== subject.images || model !== subject.model) {
    const asked = `images ${subject.images}, model ${subject.model}`;
    throw new UserError(
      `${run}: expected the run that was asked about (${asked}), got images ${digest}, model ${model}`,
    );
  }
  const {count, shape, pixels, labels} = images;
  const {optimizer} = begunOptions(run, file);
  const kept = await openKeptNetwork(run, file.data, {
    ...{optimizer, threads, engine: subject.engine as EngineName}, // run.json's, which a run has used
    ...(subject.kernels === "" ? {} : {kernels: subject.kernels as Variant}),
  });
  return {kept, test: byteSplit({shape: [count, ...shape], values: pixels}, labels, shape)};
}

/** SHA-256 of test images with their labels. */
export function imagesDigest({pixels, labels, shape}: SavedImages): string {
  return sha256(`${shape}\n`, pixels, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
}

/** SHA-256 of the layers of a run's network. */
export async function modelDigest(run: string): Promise<string> {
  const path = join(run, "model", "model.json");
  const json = parseJson(decodeText(await readWhole(path, {most: 256e6}), path), path);
  return sha256(JSON.stringify((json as {readonly modelTopology?: unknown} | null)?.modelTopology ?? null));
}

/**
 * The seed of each image's random draws. An image that the run itself explained gets the number that the run's probe
 * drew, in the probe's order. Any other image has its own stream, by its place, so that its masks do not depend on
 * which other images are asked about.
 */
function seedsOf({seed, epoch, samples}: ExplainSubject): (index: number) => number {
  const draw = fork(seed, "lime", epoch);
  const drawn = new Map(samples.map((index) => [index, draw() * 2 ** 32]));
  return (index) => drawn.get(index) ?? fork(seed, "lime", epoch, "test", index)() * 2 ** 32;
}

function explainedClass({target}: ExplainSubject, {labels}: LabelledImages, n: number): {readonly explained?: number} {
  if (target === "predicted") return {};
  return {explained: target === "label" ? labels[n] : target};
}

function columnsFrom(
  explained: readonly LimeExplanation[],
  indices: readonly number[],
  {labels}: LabelledImages,
): SegmentedColumns {
  const counts = (of: (one: LimeExplanation) => number) => Uint32Array.from(explained, of);
  const figures = (of: (one: LimeExplanation) => number | null) =>
    Float64Array.from(explained, (one) => of(one) ?? Number.NaN);
  const starts = new Uint32Array(explained.length + 1);
  explained.forEach(({weights}, i) => {
    starts[i + 1] = starts[i] + weights.length;
  });
  const joined = (of: (one: LimeExplanation) => Float64Array) => joinedArrays(explained.map(of), Float64Array);
  return {
    index: Uint32Array.from(indices),
    label: Uint32Array.from(labels),
    target: counts((one) => one.explained),
    probability: figures((one) => one.probability),
    intercept: figures((one) => one.intercept),
    r2: figures((one) => one.r2),
    localPrediction: figures((one) => one.localPrediction),
    samples: counts((one) => one.samples),
    near: counts((one) => one.near),
    halvesTop5: figures((one) => one.halvesTop5),
    halvesCorrelation: figures((one) => one.halvesCorrelation),
    starts,
    weights: joined((one) => one.weights),
    errors: joined((one) => one.errors),
    segments: joinedArrays(
      explained.map(({segmentation}) => segmentation.labels),
      Uint16Array,
    ),
  };
}
