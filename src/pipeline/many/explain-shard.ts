import {explainWithLime, type LimeExplanation} from "../../lime/index";
import {resolveOptions} from "../../nouns/options";
import {fork, randomSource} from "../../nouns/random";
import type {LabelledImages} from "../../nouns/samples";
import {limeFlags, limeOptionsOf} from "../attribution/lime-flags";
import type {ExplainQuestion, LimeSubject} from "../jobs/explain-question";
import {overlapped} from "../probes/overlapped";
import {imageAt} from "../probes/segment-explanation";
import {attributeShard} from "./attribute-shard";
import {joinedArrays, type SegmentedColumns} from "./explained-columns";
import {type OpenShard, openShard} from "./open-shard";
import {resultBytes} from "./result-bytes";

/**
 * Explains some test images of a run. The result depends on the subject alone, not on the machine, the order, or the
 * other images. The engine is that of the run.
 *
 * @param threads How many threads the engine uses; any number gives the same bits.
 * @throws UserError if the run has other images, another model or other weights by now.
 */
export async function explainShard(question: ExplainQuestion, threads = 1): Promise<Uint8Array> {
  const {subject} = question;
  const shard = await openShard(question, threads);
  return subject.kind === "pixels/1" ? attributeShard(subject, shard) : limeShard(subject, shard);
}

/** LIME's explanations: an image that the run's probe explained gets the same bits. */
async function limeShard(subject: LimeSubject, {network, indices, images}: OpenShard): Promise<Uint8Array> {
  const settings = limeOptionsOf(resolveOptions(limeFlags, subject.lime, "--lime."), images.shape);
  const seedOf = seedsOf(subject);
  const explained = await overlapped(indices.length, (n) =>
    explainWithLime(network, imageAt(images, n), {
      ...settings,
      random: randomSource(seedOf(indices[n])),
      ...explainedClass(subject, images, n),
    }),
  );
  return resultBytes(columnsFrom(explained, indices, images));
}

/**
 * The seed of each image's random draws. An image that the run itself explained gets the number that the run's probe
 * drew, in the probe's order. Any other image has its own stream, by its place, so that its masks do not depend on
 * which other images are asked about.
 */
function seedsOf({seed, epoch, samples}: LimeSubject): (index: number) => number {
  const draw = fork(seed, "lime", epoch);
  const drawn = new Map(samples.map((index) => [index, draw() * 2 ** 32]));
  return (index) => drawn.get(index) ?? fork(seed, "lime", epoch, "test", index)() * 2 ** 32;
}

function explainedClass({target}: LimeSubject, {labels}: LabelledImages, n: number): {readonly explained?: number} {
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
