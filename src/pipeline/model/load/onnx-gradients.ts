import type {ImageShape} from "../../../nouns/samples";
import type {NdArray} from "../../../onnx/index";
import type {ModelInput} from "./model-input";

/**
 * The weights of a model's scores, chosen so that the gradient of the weighted sum is that of each image's target
 * logit. A single score stands for two logits: one half of it is for the class, the other half against it.
 *
 * @param ofOne The type of the scores, and their sizes for one image.
 */
export function seedsOf(
  targets: ArrayLike<number> | "all",
  count: number,
  ofOne: Omit<NdArray, "data">,
  numbers: number,
): NdArray {
  const {
    type,
    dims: [rows, ...rest],
  } = ofOne;
  const data = type === "float64" ? new Float64Array(count * numbers) : new Float32Array(count * numbers);
  for (let n = 0; n < count; n++) {
    if (numbers === 1) data[n] = targets === "all" ? 0 : targets[n] === 1 ? 0.5 : -0.5;
    else if (targets === "all") data.fill(1, n * numbers, (n + 1) * numbers);
    else data[n * numbers + targets[n]] = 1;
  }
  return {type, dims: rows === 1 && rest.length > 0 ? [count, ...rest] : [numbers * count], data};
}

/**
 * Turns a gradient with respect to the model's own input into one with respect to pixels in [0, 1], with the channels
 * last.
 */
export function inPixels(
  gradient: ArrayLike<number>,
  count: number,
  [height, width, channels]: ImageShape,
  {layout, scale, std}: ModelInput,
): Float32Array {
  const area = height * width;
  const out = new Float32Array(gradient.length);
  for (let n = 0; n < count; n++) {
    const start = n * area * channels;
    for (let c = 0; c < channels; c++) {
      const by = scale / std[c % std.length];
      for (let p = 0; p < area; p++) {
        const to = start + p * channels + c;
        out[to] = by * gradient[layout === "nchw" ? start + c * area + p : to];
      }
    }
  }
  return out;
}
