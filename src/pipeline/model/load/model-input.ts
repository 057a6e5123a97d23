import {UserError} from "../../../nouns/options";
import type {Images} from "../../../nouns/samples";

/** How a model wants its pixels, which are in [0, 1] here: `(v · scale − mean[c]) / std[c]`. */
export interface ModelInput {
  readonly layout: "nchw" | "nhwc";
  readonly scale: number;
  /** One a channel, or one for all; so `std`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The images as the model wants them. */
export function modelInput(images: Images, {layout, scale, mean, std}: ModelInput): Float32Array {
  const {count, pixels, shape} = images;
  const [height, width, channels] = shape;
  for (const [name, values] of Object.entries({mean, std})) {
    if (values.length !== 1 && values.length !== channels) {
      throw new UserError(`${name}: expected 1 or ${channels} numbers, one a channel, got ${values.length}`);
    }
  }
  const area = height * width;
  const input = new Float32Array(pixels.length);
  for (let c = 0; c < channels; c++) {
    const [m, s] = [mean[c % mean.length], std[c % std.length]];
    for (let n = 0; n < count; n++) {
      const start = n * area * channels;
      for (let p = 0; p < area; p++) {
        const from = start + p * channels + c;
        input[layout === "nhwc" ? from : start + c * area + p] = (pixels[from] * scale - m) / s;
      }
    }
  }
  return input;
}
