import {UserError} from "../../../nouns/options";
import type {Images} from "../../../nouns/samples";

/** How a model wants its pixels, which are in [0, 1] here: `(v · scale − mean[c]) / std[c]`. */
export interface ModelInput {
  readonly layout: "nchw" | "nhwc";
  readonly scale: number;
  /** One number for each channel, or one for all; the same for `std`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * The images in the form that the model wants. The caller must not change them, because they are the images' own pixels
 * if nothing has to be changed.
 */
export function modelInput(images: Images, {layout, scale, mean, std}: ModelInput): Float32Array {
  const {count, pixels, shape} = images;
  const [height, width, channels] = shape;
  for (const [name, values] of Object.entries({mean, std})) {
    if (values.length !== 1 && values.length !== channels) {
      throw new UserError(`${name}: expected 1 or ${channels} numbers, one for each channel, got ${values.length}`);
    }
  }
  const isMoved = layout === "nchw" && channels > 1;
  if (!isMoved && scale === 1 && mean.every((m) => m === 0) && std.every((s) => s === 1)) return pixels;
  const area = height * width;
  const input = new Float32Array(pixels.length);
  const [first, step] = isMoved ? [area, 1] : [1, channels]; // from channel to channel, and from place to place
  for (let c = 0; c < channels; c++) {
    const [m, s] = [mean[c % mean.length], std[c % std.length]];
    for (let start = 0; start < count * area * channels; start += area * channels) {
      let to = start + c * first;
      for (let from = start + c; from < start + area * channels; from += channels, to += step) {
        input[to] = (pixels[from] * scale - m) / s;
      }
    }
  }
  return input;
}
