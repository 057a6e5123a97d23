import {UserError} from "../options";
import type {Images} from "../types";

/** How a model wants its pixels, which are in [0, 1] here: `(v · scale − mean[c]) / std[c]`. */
export interface ModelInput {
  readonly layout: "nchw" | "nhwc";
  readonly scale: number;
  /** One a channel, or one for all; so `std`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What an output row is: probabilities as they are, logits through a softmax; auto: by whether rows sum to 1. */
export type ModelOutput = "probabilities" | "logits" | "auto";

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

/** Rows as probabilities. @throws UserError if they were said to be probabilities and are not, or are not finite. */
export function asProbabilities(rows: Float32Array, classes: number, output: ModelOutput): Float32Array {
  const bad = rows.find((v) => !Number.isFinite(v));
  if (bad !== undefined) throw new UserError(`model: expected finite outputs, got ${bad}`);
  const sums = Array.from({length: rows.length / classes}, (_, n) => {
    const row = rows.subarray(n * classes, (n + 1) * classes);
    return row.some((v) => v < 0) ? Number.NaN : row.reduce((sum, v) => sum + v, 0);
  });
  const already = sums.every((sum) => Math.abs(sum - 1) < 1e-3); // float32 sums of 1,000 classes
  if (output === "probabilities" && !already) {
    throw new UserError("model: expected rows of probabilities that sum to 1, got others (--output logits?)");
  }
  return output === "probabilities" || (output === "auto" && already) ? rows : softmax(rows, classes);
}

function softmax(rows: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += classes) {
    const row = rows.subarray(start, start + classes);
    const most = row.reduce((a, b) => Math.max(a, b));
    const odds = Float64Array.from(row, (v) => Math.exp(v - most));
    const sum = odds.reduce((a, b) => a + b);
    out.set(
      odds.map((v) => v / sum),
      start,
    );
  }
  return out;
}
