import type * as tf from "@tensorflow/tfjs";

import type {ImageShape} from "../../nouns/samples";
import {cnn} from "./zoo/cnn";
import {deep} from "./zoo/deep";
import {exigo} from "./zoo/exigo";
import {type MlpOptions, mlp} from "./zoo/mlp";
import {type VitOptions, vit} from "./zoo/vit";

/**
 * Makes an untrained network: the same weights for the same seed. It ends in the layers "logits" and "probabilities".
 */
export type ModelMaker = (imageShape: ImageShape, classes: number, seed: number) => tf.LayersModel;

/** The settings of a network, by the names of the flags. */
export type ModelOptions = MlpOptions & VitOptions;

type ToldMaker = (...args: [...Parameters<ModelMaker>, options?: ModelOptions]) => tf.LayersModel;

/** All networks, by their names for `--model`. */
export const models = {
  cnn: (shape, classes, seed) => cnn(shape, classes, seed), // nobody asks for its width
  deep,
  exigo,
  mlp,
  vit,
} satisfies Record<string, ToldMaker>;
export type ModelName = keyof typeof models;

/** The same networks, in the form of networks whose size can be chosen. */
export const toldModels: {readonly [name in ModelName]: ToldMaker} = models;

/** Colour pictures with a side of this many pixels contain more than the default network can find. */
const RICH = 64;
/** Smaller ones have no room for the default network's two convolutions and poolings. */
const LEAST = 10;

/** The network that fits pictures of a shape, and why. */
export function fittingModel([height, width, channels]: ImageShape): {readonly name: ModelName; readonly why: string} {
  const size = `${height} x ${width}`;
  if (channels === 3 && Math.min(height, width) >= RICH)
    return {name: "deep", why: `the pictures are in colour, ${size}`};
  if (Math.min(height, width) < LEAST) return {name: "mlp", why: `the pictures are smaller than ${LEAST} x ${LEAST}`};
  return {name: "cnn", why: `the pictures are ${channels === 3 ? "smaller than 64 x 64" : "grey"}`};
}
