import type * as tf from "@tensorflow/tfjs";

import type {ImageShape} from "../types";
import {cnn} from "./cnn";
import {exigo} from "./exigo";
import {mlp} from "./mlp";

/** Makes an untrained network: the same weights for the same seed. Ends in layers "logits" and "probabilities". */
export type ModelMaker = (imageShape: ImageShape, classes: number, seed: number) => tf.Sequential;

/** Every network there is, by the name `--model` takes. */
export const models = {cnn, exigo, mlp} satisfies Record<string, ModelMaker>;
export type ModelName = keyof typeof models;
