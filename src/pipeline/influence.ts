import {EMBEDDING, LOGITS, type NamedArray} from "../nouns/network";
import {UserError} from "../nouns/options";
import type {Dataset, LabelledImages} from "../nouns/samples";
import {addInfluence} from "../numbers/influence";
import {softmaxRows} from "../numbers/scores";
import {batches} from "./data/batches";
import {imageNamed} from "./data/image-names";
import {imagesAtOnce} from "./data/images-at-once";
import {withKeptNetwork} from "./kept-network";
import {epochsOfWeights, readWeights} from "./record/epoch-weights";
import {readTrainedRun} from "./record/run-file";
import {begunOptions, reopenedData} from "./run/reopened";
import {constant, oneCycle} from "./training/schedule";

/** How many images are read at a time. */
const BATCH = 1000;

export interface Influence {
  /** The class that is asked about, and its probability at the last of the epochs used. */
  readonly target: number;
  readonly probability: number;
  readonly label: number;
  /** The epochs whose weights were used. */
  readonly epochs: readonly number[];
  /** How many training images were asked about. */
  readonly images: number;
  /** The images that speak most for the class, the strongest first, and those that speak most against it. */
  readonly for: readonly SpeakingImage[];
  readonly against: readonly SpeakingImage[];
  readonly asked: LabelledImages;
  readonly data: Dataset;
}

export interface SpeakingImage {
  /** Its place in the training split. */
  readonly index: number;
  readonly label: number;
  readonly score: number;
}

export interface InfluenceQuestion {
  /** An image of the run's data, as `image-names.ts` names it. */
  readonly image: string;
  /** A class by name or number; if absent, the class that the network answers. */
  readonly target?: string;
  /** How many images to list for the class, and how many against it. */
  readonly top: number;
}

/**
 * Finds the training images that speak most for an answer: TracIn at the last layer, summed over the epochs whose
 * weights the run kept. Each epoch is weighted by the mean learning rate of its steps.
 *
 * @throws UserError if the run kept no weights, or has no such image.
 */
export async function trainingImagesFor(
  run: string,
  {image, target: word, top}: InfluenceQuestion,
): Promise<Influence> {
  const file = readTrainedRun(run, "explain");
  const epochs = (await epochsOfWeights(run)).filter((epoch) => epoch > 0); // the untrained network has learnt nothing
  if (epochs.length === 0) {
    throw new UserError(
      `${run}: expected the weights of its epochs, got none: an earlier version made it, or the network is too large`,
    );
  }
  const begun = begunOptions(run, file);
  const data = await reopenedData(run, file);
  const {split, index} = imageNamed(data, image);
  const {train, classNames} = data;
  const asked = await data[split].read([index]);
  return withKeptNetwork(run, data, begun, async (network) => {
    const scores = new Float64Array(train.count);
    const labels = new Uint16Array(train.count);
    await network.setWeights(await readWeights(run, epochs[epochs.length - 1]));
    const end = softmaxRows(await network.logits(asked), classNames.length);
    const target = word === undefined ? end.indexOf(Math.max(...end)) : classOf(word, classNames);
    for (const epoch of epochs) {
      const weights: readonly NamedArray[] = await readWeights(run, epoch);
      await network.setWeights(weights);
      const [embedded, logitsOfIt] = await network.forward(asked, [EMBEDDING, LOGITS]);
      const one = {features: embedded.values, logits: logitsOfIt.values, target};
      let from = 0;
      for await (const batch of batches(train, imagesAtOnce(data.imageShape, BATCH), {held: 1})) {
        const [{values: features}, {values: logits}] = await network.forward(batch, [EMBEDDING, LOGITS]);
        const state = {logits, features, labels: batch.labels};
        addInfluence(scores, state, one, {rate: meanRate(file.training, epoch, begun.epochs), from});
        labels.set(batch.labels, from);
        from += batch.count;
      }
    }
    const speaking = (n: number): SpeakingImage => ({index: n, label: labels[n], score: scores[n]});
    const others = [...scores.keys()].filter((n) => split !== "train" || n !== index);
    const order = others.sort((a, b) => scores[b] - scores[a] || a - b);
    return {
      ...{target, probability: end[target], label: asked.labels[0], epochs, images: train.count, asked, data},
      for: order.slice(0, top).map(speaking).filter(({score}) => score > 0), // biome-ignore format: one line a kind
      against: order.slice(-top).reverse().map(speaking).filter(({score}) => score < 0), // biome-ignore format: as above
    };
  });
}

/** The class that a word names. @throws UserError if there is none. */
function classOf(word: string, names: readonly string[]): number {
  const k = names.includes(word) ? names.indexOf(word) : /^\d+$/.test(word) ? Number(word) : -1;
  if (k >= 0 && k < names.length) return k;
  throw new UserError(`--target: expected a class (${names.slice(0, 3).join(", ")}, …), got ${word}`);
}

/** The mean learning rate of an epoch's steps, from the schedule in run.json. */
function meanRate(training: unknown, epoch: number, epochs: number): number {
  const {learningRate, schedule} = training as {readonly learningRate: number; readonly schedule: string};
  const POINTS = 100;
  const shape = schedule === "constant" ? constant(learningRate) : oneCycle(learningRate);
  let sum = 0;
  for (let n = 0; n < POINTS; n++) sum += shape((epoch - 1) * POINTS + n, epochs * POINTS);
  return sum / POINTS;
}
