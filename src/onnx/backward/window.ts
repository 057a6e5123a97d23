import type {Builder} from "./builder";
import {type Call, list, refusal} from "./rule";

/** How the windows of a convolution or pool lie on its input, along the spatial axes. */
export interface Window {
  readonly rank: number;
  /** Sizes of the input and of the output. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** How many places a window spans: dilation · (kernel − 1) + 1. */
  readonly span: readonly number[];
  /** The padding that was used. If it is below 0 at the end, it counts the numbers that no window reached. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/**
 * Finds `begin` and `end` from the sizes of x and y; this covers `auto_pad`, `ceil_mode` and uneven pads.
 *
 * @throws OnnxError if onnxruntime would shift the windows of an Lp pool, because its padding is below 0.
 */
export function windowOf(call: Call, kernel: readonly number[]): Window {
  const {b, x, y, a} = call;
  const [xs, ys] = [spatialSizes(b, x[0]), spatialSizes(b, y[0])];
  const rank = xs.length;
  const strides = list(a.strides, Array(rank).fill(1));
  const dilations = list(a.dilations, Array(rank).fill(1));
  const span = kernel.map((k, i) => dilations[i] * (k - 1) + 1);
  const begin = kernel.map((_, i) => {
    if (!a.auto_pad || a.auto_pad === "NOTSET") return list(a.pads, Array(2 * rank).fill(0))[i];
    if (a.auto_pad === "VALID") return 0;
    const needed = (ys[i] - 1) * strides[i] + span[i] - xs[i];
    if (needed < 0 && call.node.opType === "LpPool")
      throw refusal(call, "windows side by side", "strides that are wider");
    const all = Math.max(0, needed);
    return a.auto_pad === "SAME_LOWER" ? Math.ceil(all / 2) : Math.floor(all / 2);
  });
  const end = kernel.map((_, i) => (ys[i] - 1) * strides[i] + span[i] - begin[i] - xs[i]);
  return {rank, xs, ys, kernel, strides, dilations, span, begin, end};
}

function spatialSizes(b: Builder, name: string): readonly number[] {
  return b.dims(name).slice(2);
}

/** Pads and output padding of the transposed convolution that takes a gradient back through such windows. */
export function transposed({begin, end}: Window) {
  return {
    pads: [...begin, ...end.map((n) => Math.max(0, n))],
    output_padding: end.map((n) => Math.max(0, -n)),
  };
}
