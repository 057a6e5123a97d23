import {UserError} from "../options";
import type {Classifier, ImageShape} from "../types";
import {asProbabilities, type ModelInput, type ModelOutput, modelInput} from "./model-input";

/** A classifier that must be let go of. */
export interface LoadedClassifier extends Classifier {
  dispose(): Promise<void>;
}

export interface LoadSettings {
  /** Where the model leaves its input's size open. */
  readonly imageShape?: ImageShape;
  /** By default "0", "1", … */
  readonly classNames?: readonly string[];
  /** `layout` by default as the input's shape has it: 1 or 3 channels second or last. */
  readonly input: Omit<ModelInput, "layout"> & {readonly layout?: ModelInput["layout"]};
  readonly output: ModelOutput;
}

/** A loaded model, of which no more is known than this. */
export interface BlackBox {
  readonly imageShape: ImageShape;
  readonly layout: ModelInput["layout"];
  /** The model's answer to images laid out as it wants them: [count][class]. */
  scores(values: Float32Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** One image's sizes in the order of a model's input. */
export function dimsOf([height, width, channels]: ImageShape, layout: ModelInput["layout"]): [number, number, number] {
  return layout === "nchw" ? [channels, height, width] : [height, width, channels];
}

/**
 * The size of the images a model takes.
 *
 * @param input Its input's shape, whole; `found` the height, width and channels in it, undefined where it leaves them open.
 * @param given What the user says.
 * @throws UserError if they differ, or neither knows.
 */
export function imageShapeOf(
  input: readonly (number | string | null)[],
  found: readonly (number | undefined)[],
  given: ImageShape | undefined,
): ImageShape {
  const shape = found.map((n, i) => n ?? given?.[i]);
  if (shape.includes(undefined)) throw new UserError(`--size: expected one for an input of [${input}], got none`);
  if (given && `${shape}` !== `${given}`) {
    throw new UserError(`--size: expected ${shape.join(" x ")}, the model's input, got ${given.join(" x ")}`);
  }
  return shape as unknown as ImageShape; // three numbers
}

/**
 * A loaded model as a classifier. How many classes it has is asked of it, with one empty image.
 *
 * @throws UserError if it has another number of classes than names were given.
 */
export async function blackBoxClassifier(
  {imageShape, layout, scores, dispose}: BlackBox,
  {input, output, classNames}: LoadSettings,
): Promise<LoadedClassifier> {
  const classes = (await scores(new Float32Array(imageShape[0] * imageShape[1] * imageShape[2]), 1)).length;
  if (classNames && classNames.length !== classes) {
    throw new UserError(`class names: expected ${classes}, one an output of the model, got ${classNames.length}`);
  }
  return {
    imageShape,
    classNames: classNames ?? Array.from({length: classes}, (_, k) => `${k}`),
    async predict(images) {
      const values = modelInput(images, {...input, layout});
      return asProbabilities(await scores(values, images.count), classes, output);
    },
    dispose,
  };
}
