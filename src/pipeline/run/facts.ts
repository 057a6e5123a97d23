import {join, resolve} from "node:path";
import {type LayersModel, version as tfjsVersion} from "@tensorflow/tfjs";
import type {Dataset} from "../../nouns/samples";
import {isModelFile} from "../model/own/model-file";
import type {Environment} from "../record/environment";
import {RUN_FORMAT} from "../record/run-file";
import type {Engine} from "./choose-engine";
import {keptData, waysFromRun} from "./data";
import type {ModelFacts} from "./events";
import type {RunOptions} from "./options";
import type {ChosenProbe} from "./probe-once";

export function factsOf(name: string, model: LayersModel): ModelFacts {
  const layers = model.layers.map((layer) => ({
    name: layer.name,
    type: layer.getClassName(),
    outputShape: layer.outputShape as (number | null)[],
    parameters: layer.countParams(),
  }));
  return {name, parameters: model.countParams(), layers};
}

/**
 * The content of run.json: everything that is needed to say how the run was made, and to make it again. Its paths are
 * absolute.
 */
export function runFacts(
  name: string,
  options: RunOptions,
  chosen: readonly ChosenProbe[],
  made: Environment,
  data: Dataset,
  model: ModelFacts,
  engine: Engine,
  training: {
    readonly learningRate: number;
    readonly shape: string;
    readonly augmentation: object;
    readonly classWeights: Float32Array | undefined;
  },
): object {
  const {name: dataName, digest, imageShape, classNames, train, validation, test, moreTest, edits} = data;
  const save = resolve(options.save);
  const more = moreTest ? {moreTest: moreTest.count} : {};
  const counts = {train: train.count, validation: validation.count, test: test.count, ...more};
  return {
    format: RUN_FORMAT,
    name,
    startedAt: made.startedAt.toISOString(),
    seed: options.seed,
    options: {
      ...options,
      ...{data: keptData(options.data), edit: options.edit && resolve(options.edit), save},
      model: isModelFile(options.model) ? resolve(options.model) : options.model,
      weights: model.weightsFrom?.path ?? options.weights,
    },
    training: {
      learningRate: training.learningRate,
      schedule: training.shape,
      loss: "softmax cross-entropy",
      ...(training.classWeights ? {classWeights: [...training.classWeights]} : {}),
      augmentation: training.augmentation,
    },
    probes: Object.fromEntries(chosen.map(({probe, values}) => [probe.name, values])),
    asked: Object.fromEntries(chosen.map(({probe, asked}) => [probe.name, [...asked]])),
    data: {
      name: dataName,
      digest,
      imageShape,
      classNames,
      ...counts,
      ...waysFromRun(join(save, name), options),
      ...(edits ? {edits} : {}),
    },
    model,
    engine,
    versions: {...made.versions, tfjs: tfjsVersion.tfjs},
    processor: made.processor,
  };
}
