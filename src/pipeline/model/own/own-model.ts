import * as tf from "@tensorflow/tfjs";
import {UserError} from "../../../nouns/options";
import type {ImageShape} from "../../../nouns/samples";
import {shapeWords} from "../load/ports";
import {withLogits} from "../with-logits";
import {kindOf, type ModelFile, makerIn} from "./model-file";
import {registeredModel} from "./registered";

/** A network by the user, after all checks. */
export interface OwnModel {
  /** Makes the network, which ends in the layers "logits" and "probabilities". */
  readonly make: () => tf.LayersModel;
  /** Notes for the user, one line each. */
  readonly notes: readonly string[];
  /**
   * Its layers, their order and their options, as one text, which is the same for two files that make the same network.
   */
  readonly outline: string;
}

/**
 * Reads the file and makes the network twice, to see whether it fits, and whether the seed decides its weights.
 *
 * @param file The file, or the name of a registered function.
 * @param seed The run's seed; the file gets the next number, which is never 0.
 * @throws UserError in one line that names the file, and what does not fit.
 */
export async function ownModel(
  file: ModelFile | string,
  imageShape: ImageShape,
  classes: number,
  seed: number,
): Promise<OwnModel> {
  const maker = registeredModel(file) ?? (await makerIn(file as ModelFile)); // it is one of the two
  const make = (): tf.LayersModel => {
    let made: unknown;
    try {
      made = maker([...imageShape], classes, seed + 1, tf); // TensorFlow.js takes a seed of 0 for none
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`${file}: expected a network, got an error: ${(error as Error).message?.split("\n")[0]}`, {
        cause: error,
      });
    }
    return fitted(made, file, imageShape, classes);
  };
  await tf.ready();
  const [model, again] = [make(), make()];
  const notes = [
    ...notesOf(model, file),
    ...((await alike(model, again))
      ? []
      : [
          `${file}: its weights differ from one call to the next, so the run cannot be repeated; give its initializers the seed that it is handed`,
        ]),
  ];
  const outline = outlineOf(model);
  for (const one of [model, again]) one.dispose();
  return {make, notes, outline};
}

/** @throws UserError if the file's result is not a network for these images and classes. */
function fitted(made: unknown, file: string, imageShape: ImageShape, classes: number): tf.LayersModel {
  const model = made as tf.LayersModel; // it is checked below
  if (!(made instanceof tf.LayersModel)) {
    const isOther = typeof made === "object" && made !== null && "layers" in made && "predict" in made;
    const got = isOther
      ? "one of another copy of @tensorflow/tfjs; take tf from the function's fourth argument"
      : made instanceof Promise
        ? "a promise: the function must give it at once"
        : kindOf(made);
    throw new UserError(`${file}: expected a tf.LayersModel, got ${got}`);
  }
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new UserError(
      `${file}: expected one input and one output, got ${model.inputs.length} and ${model.outputs.length}`,
    );
  }
  const [, ...input] = model.inputs[0].shape;
  if (input.length !== 3 || input.some((n, i) => n !== null && n !== imageShape[i])) {
    throw new UserError(
      `${file}: expected an input of [${imageShape.join(", ")}], the images', got ${shapeWords(input)}`,
    );
  }
  const [, ...output] = model.outputs[0].shape;
  if (output.length !== 1 || output[0] !== classes) {
    throw new UserError(
      `${file}: expected an output of [${classes}], one number for each class, got ${shapeWords(output)}`,
    );
  }
  if (model.trainableWeights.length === 0) throw new UserError(`${file}: expected weights to train, got none`);
  const ends = model.layers.slice(-2).map(({name}) => name);
  if (`${ends}` === "logits,probabilities") return model;
  try {
    return withLogits(model, false, file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file}: expected a network that can be given logits, got: ${(error as Error).message.split("\n")[0]}`,
    );
  }
}

/** Layers with random numbers of their own, which no seed decides. */
const RANDOM = new Set(["GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout1D"]);

function notesOf(model: tf.LayersModel, file: string): string[] {
  const layers = model.layers;
  const noisy = layers.filter((layer) => RANDOM.has(layer.getClassName())).map(({name}) => name);
  const penalised = layers
    .filter((layer) =>
      Object.entries(layer.getConfig()).some(([key, value]) => /Regularizer$/.test(key) && value !== null),
    )
    .map(({name}) => name);
  return [
    ...(noisy.length > 0 ? [`${file}: ${noisy.join(", ")}: draws without a seed, so the run cannot be repeated`] : []),
    ...(penalised.length > 0
      ? [`${file}: ${penalised.join(", ")}: regularizers are not applied; the loss is the cross-entropy alone`]
      : []),
  ];
}

async function alike(a: tf.LayersModel, b: tf.LayersModel): Promise<boolean> {
  const [own, other] = [a, b].map((model) => model.weights.map((weight) => weight.read()));
  if (own.length !== other.length) return false;
  for (const [i, tensor] of own.entries()) {
    const [x, y] = [await tensor.data(), await other[i].data()];
    if (x.length !== y.length || x.some((v, n) => v !== y[n])) return false;
  }
  return true;
}

/** A layer's settings without the names that tfjs counts up in each process for all of its layers. */
function outlineOf(model: tf.LayersModel): string {
  return model.layers
    .map((layer) => {
      const {name: _, ...config} = layer.getConfig();
      const plain = JSON.stringify(config, (key, value) =>
        /^(name|.*[iI]nitializer|layers|.*Layers)$/.test(key) ? undefined : value,
      );
      const inputs = layer.inboundNodes.flatMap(({inboundLayers}) =>
        inboundLayers.map((one) => model.layers.indexOf(one)),
      );
      const shape = layer.inboundNodes.at(-1)?.outputTensors[0]?.shape;
      return `${layer.getClassName()} of ${inputs} [${shape}] ${plain}`;
    })
    .join("\n");
}
