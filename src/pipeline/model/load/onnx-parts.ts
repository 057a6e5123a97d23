import {UserError} from "../../../nouns/options";
import type {ImageShape, Images} from "../../../nouns/samples";
import type {Feeds} from "../../../onnx/index";
import {dimsOf} from "./black-box";
import {type ModelInput, modelInput} from "./model-input";
import {bytesFrom, WHOLE} from "./whole-pixels";

/**
 * How many numbers of images are asked about at once: for 28 x 28 pixels this allows the most rows, for photographs a
 * few.
 */
const MOST_NUMBERS = 800_000;
const MOST_ROWS = 256;

/** Some images that are asked about at once. */
export interface Part {
  /** The place of the first one among all images. */
  readonly start: number;
  /** How many of its images count; more rows than these may be fed. */
  readonly count: number;
  readonly images: Images;
}

/** How many images a model is asked about at once. */
export function mostAtOnce(shape: ImageShape, isAlone: boolean, most = MOST_ROWS): number {
  const size = shape[0] * shape[1] * shape[2];
  return isAlone ? 1 : Math.max(1, Math.min(MOST_ROWS, most, Math.floor(MOST_NUMBERS / size)));
}

/**
 * Divides images into parts of at most `most`. If a part may have two images, no part has a single row, because
 * onnxruntime multiplies a matrix of one row with other kernels, whose last bits differ; an image's answer must be the
 * same whatever else is asked. A single image is fed twice.
 *
 * @param isFixed Whether the model fixes the size of its batches.
 * @throws UserError if they have another shape.
 */
export function* partsOf(images: Images, shape: ImageShape, most: number, isFixed = false): Generator<Part> {
  if (`${images.shape}` !== `${shape}`) {
    throw new UserError(`images: expected ${shape.join(" x ")}, the model's input, got ${images.shape.join(" x ")}`);
  }
  const size = shape[0] * shape[1] * shape[2];
  for (let start = 0; start < images.count; start += most) {
    const count = Math.min(most, images.count - start);
    const pixels = images.pixels.subarray(start * size, (start + count) * size);
    const isLone = count === 1 && most > 1 && !isFixed;
    const rows = isLone ? {count: 2, pixels: twice(pixels)} : {count, pixels};
    yield {start, count, images: {shape, ...rows}};
  }
}

function twice(pixels: Float32Array): Float32Array {
  const both = new Float32Array(2 * pixels.length);
  both.set(pixels);
  both.set(pixels, pixels.length);
  return both;
}

/**
 * Makes a model's feeds from images. The caller must not change them, because they may contain the images' own pixels.
 */
export function feeding(
  input: {readonly name: string; readonly type?: string | undefined},
  shape: ImageShape,
  wanted: ModelInput,
): (images: Images) => Feeds {
  return (images) => {
    const values = modelInput(images, wanted);
    const data =
      input.type === "float64" ? Float64Array.from(values) : input.type === WHOLE ? bytesFrom(values) : values;
    return {[input.name]: {type: `${input.type}`, dims: [images.count, ...dimsOf(shape, wanted.layout)], data}};
  };
}
