import type {NamedArray, Network, OptimizerState} from "../../nouns/network";
import type {Dataset} from "../../nouns/samples";
import {first} from "../data/split";
import {labelsAt} from "../data/split-labels";
import type {ModelMaker} from "../model/index";
import type {Environment} from "../record/environment";
import type {RunFile} from "../record/run-file";
import {augmentation} from "../training/augment/augment";
import {rangesOf} from "../training/augment/ranges";
import {balancedWeights} from "../training/class-weights";
import {openNetwork} from "./choose-engine";
import {type ChosenModel, chooseModel} from "./choose-model";
import type {RunOptions} from "./options";
import {rateOf, threadsOf} from "./resolved";
import {placed} from "./starting-weights";

/** How the network learns. */
export type Training = ReturnType<typeof rateOf> & {
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly augment: ReturnType<typeof augmentation>;
  readonly augmentation: ReturnType<typeof rangesOf>;
  readonly classWeights: Float32Array | undefined;
};

/** A network with the weights that a run begins with, and how it will learn. */
export interface Learner {
  readonly opened: Awaited<ReturnType<typeof openNetwork>>;
  readonly model: ChosenModel;
  readonly training: Training;
  /** The weights and the optimizer's memory before the first batch. */
  readonly untrained: readonly NamedArray[];
  readonly fresh: OptimizerState;
  /** The training labels, if they had to be read. */
  readonly labels: ArrayLike<number> | undefined;
  /** A note for the user, if it begins with another network's weights. */
  readonly start: string | undefined;
}

/**
 * Makes the network that a run trains, with the weights from which it begins.
 *
 * @param options Here `epochs` and `batchSize` have the numbers that the data led to.
 * @param held Receives the network, which the caller must dispose of, also if this throws.
 * @param model The function that makes the network, if the caller handed one in; the run.json of a run that is there, whose
 * network must be the same.
 */
export async function openLearner(
  options: RunOptions,
  data: Dataset,
  made: Environment,
  held: {network?: Network},
  {own, before}: {readonly own?: ModelMaker | undefined; readonly before?: RunFile | undefined},
): Promise<Learner> {
  const {seed, epochs, batchSize} = options;
  const model = await chooseModel(options, data, own, before);
  // only for the user's own pictures: reading MNIST's labels takes a tenth of a second
  const isBalanced = options.classWeights === "balanced";
  const labels =
    isBalanced || data.folder !== undefined ? await labelsAt(data.train, first(data.train.count)) : undefined;
  const classWeights = labels && isBalanced ? balancedWeights(labels, data.classNames.length) : undefined;
  const {threads, makeModel} = {threads: threadsOf(options, made), makeModel: model.makeModel};
  const opened = await openNetwork({...options, ...data, classWeights, threads, makeModel});
  const {network} = opened;
  held.network = network;
  const ranges = rangesOf(options, data);
  const augment = augmentation(ranges, seed);
  const training = {
    epochs,
    batchSize,
    seed,
    ...rateOf(options, model.name),
    augment,
    augmentation: ranges,
    classWeights,
  };
  const started = model.start && placed(await network.getWeights(), model.start);
  if (started) await network.setWeights(started.weights);
  const [untrained, fresh] = [await network.getWeights(), await network.getOptimizerState()];
  return {opened, model, training, untrained, fresh, labels, start: started?.note};
}
