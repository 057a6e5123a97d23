import type {Classifier} from "../lime/classifier";
import {explainStudy} from "../lime/explanation";
import {studyWithLime} from "../lime/lime";
import {fork, randomSource} from "../nouns/random";
import type {ImageShape} from "../nouns/samples";
import type {SegmentExplanation} from "../plots/segments";
import {withKeptNetwork} from "./kept-network";
import {imageAt, segmentExplanation} from "./probes/segment-explanation";
import {epochsOfWeights, readWeights} from "./record/epoch-weights";
import {answersAt, type RunAt, testImagesOf} from "./record/saved-run";
import type {RunOptions} from "./run/options";

/** A test image, and the class that is to be explained. */
export interface Asked {
  readonly index: number;
  readonly explained: number;
  /** Equal keys draw the same masks, in any run. */
  readonly chance: number;
}

/**
 * Gives `use` the network that a run watched at an epoch; `use` returns undefined if it is another network. Returns the
 * reason in words if there is no such network.
 */
type WithWatched = <R>(
  path: string,
  epoch: number,
  use: (classifier: Classifier) => Promise<R | undefined>,
) => Promise<R | string>;

/**
 * The greatest difference allowed between a network's answers now and those that the run kept. Rounding by another
 * engine stays far below it.
 */
const SAME_ANSWER = 0.01;

/**
 * Explains test images by LIME from the weights that a run kept; for a run that watched, from the checkpoint that it
 * looked at. If two runs are asked with the same random numbers, they answer the same masks, so only their networks
 * make a difference.
 *
 * @param watched Opens the networks of runs that watched.
 * @returns The explanations in the order of the questions, or the reason in words why there are none.
 */
export async function explainKept(
  {run, epoch}: RunAt,
  asked: readonly Asked[],
  watched: WithWatched,
): Promise<readonly SegmentExplanation[] | string> {
  const {path, facts} = run;
  const {shape, pixels, labels} = await testImagesOf(run);
  const {classNames} = facts.data;
  const indices = asked.map(({index}) => index);
  const images = {count: indices.length, shape: shape as ImageShape, pixels: pixelsOf(pixels, shape, indices)};
  const {probabilities} = await answersAt(run, epoch);
  /** Undefined if the network is not the one of that epoch, because its answers are different. */
  const explained = async (classifier: Classifier): Promise<readonly SegmentExplanation[] | undefined> => {
    const classes = classNames.length;
    const answers = await classifier.predict(images);
    const isOther = answers.some((p, at) => {
      const [n, k] = [Math.floor(at / classes), at % classes];
      return Math.abs(p - probabilities[indices[n] * classes + k]) > SAME_ANSWER;
    });
    if (isOther) return undefined;
    const found: SegmentExplanation[] = [];
    for (const [n, {index, explained, chance}] of asked.entries()) {
      const random = randomSource(fork(0, "explain kept", chance)() * 2 ** 32);
      const study = await studyWithLime(classifier, imageAt(images, n), {random});
      found.push(segmentExplanation(explainStudy(study, explained), index, labels[index], classNames));
    }
    return found;
  };
  if ((facts as {readonly kind?: string}).kind === "watch") return watched(path, epoch, explained);
  const data = {imageShape: images.shape, classNames};
  return withKeptNetwork(path, data, facts.options as unknown as RunOptions, async (network) => {
    if ((await epochsOfWeights(path)).includes(epoch)) await network.setWeights(await readWeights(path, epoch));
    return (await explained(network)) ?? `${facts.name} kept no weights of epoch ${epoch}`;
  });
}

/** The pixels of the images at `indices`, in [0, 1]. */
function pixelsOf(bytes: Uint8Array, shape: readonly number[], indices: readonly number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const pixels = new Float32Array(indices.length * size);
  for (const [n, index] of indices.entries()) {
    for (let p = 0; p < size; p++) pixels[n * size + p] = bytes[index * size + p] / 255;
  }
  return pixels;
}
