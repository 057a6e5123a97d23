/** @file The activations and weights of a network that are kept at an epoch. */

import type {NamedArray} from "../../nouns/network";
import {histogramBuckets} from "./tensorboard/histogram";

/** How many channels of a layer are kept, and how many pixels a side may have: as much as a page can show. */
const MOST_CHANNELS = 32;
const MOST_PIXELS = 32;

/** The distribution of a weight array. */
export interface WeightSummary {
  readonly name: string;
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
  /** How many numbers are exactly 0. */
  readonly zeros: number;
  /** For each bucket, its left edge, right edge and count, one bucket after another. */
  readonly buckets: Float64Array;
  /** If the earlier weights are known: the length of the step since then, divided by the array's length then. */
  readonly moved?: number;
}

/**
 * A layer's answers to the samples: `values[((n * height + y) * width + x) * channels + c]`, where 255 stands for
 * `peak`.
 */
export interface LayerActivations {
  readonly layer: string;
  readonly type: string;
  /** The shape of the part that is kept: at most 32 pixels a side and 32 channels; a dense layer is 1 × 1 pixel. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** How many channels the layer has. */
  readonly of: number;
  readonly peak: number;
  readonly values: Uint8Array;
}

/** The content of the files under `artifacts/network`, which run/inside.ts writes. */
export interface Inside {
  /** The places of the samples in the test split. */
  readonly indices: Uint32Array;
  readonly weights: readonly WeightSummary[];
  readonly activations: readonly LayerActivations[];
}

export function summaryOf({name, shape, values}: NamedArray): WeightSummary {
  let [min, max, sum, squares, zeros] = [Infinity, -Infinity, 0, 0, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    if (value === 0) zeros++;
  }
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  return {name, shape, min, max, mean, deviation, zeros, buckets: histogramBuckets(values)};
}

/** Takes pixels at even distances and the first channels, as bytes. Numbers below 0 become 0, as in a relu. */
export function shrunk(
  values: Float32Array,
  count: number,
  [height, width, channels]: readonly [number, number, number],
): Omit<LayerActivations, "layer" | "type"> {
  const step = Math.max(1, Math.ceil(Math.max(height, width) / MOST_PIXELS));
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const kept = Math.min(channels, MOST_CHANNELS);
  let peak = 0;
  for (const value of values) peak = Math.max(peak, value);
  const bytes = new Uint8Array(count * rows * columns * kept);
  let to = 0;
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < height; y += step) {
      for (let x = 0; x < width; x += step) {
        const from = ((n * height + y) * width + x) * channels;
        for (let c = 0; c < kept; c++)
          bytes[to++] = peak > 0 ? Math.round(255 * Math.max(0, values[from + c] / peak)) : 0;
      }
    }
  }
  return {shape: [rows, columns, kept], of: channels, peak, values: bytes};
}

/**
 * How far each array of weights has moved since an earlier epoch: the length of the step divided by the array's length
 * before.
 */
export function movedBy(before: readonly NamedArray[], after: readonly NamedArray[]): ReadonlyMap<string, number> {
  const known = new Map(before.map((array) => [array.name, array.values]));
  const moved = new Map<string, number>();
  for (const {name, values} of after) {
    const old = known.get(name);
    if (old?.length !== values.length) continue;
    let [step, length] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      step += (values[i] - old[i]) ** 2;
      length += old[i] ** 2;
    }
    moved.set(name, length > 0 ? Math.sqrt(step / length) : step > 0 ? Number.POSITIVE_INFINITY : 0);
  }
  return moved;
}
