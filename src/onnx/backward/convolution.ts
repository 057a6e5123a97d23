import type {Builder, Name} from "./builder";
import {type Call, each, list, number, type Rule, type Rules, range, spatial} from "./rule";
import {transposed, type Window, windowOf} from "./window";

const convolution: Rule = (call) => {
  const {b, x, a} = call;
  const window = windowOf(call, b.dims(x[1]).slice(2));
  const group = number(a.group, 1);
  return each(call, (i) => [inputGradient, kernelGradient, biasGradient][i](call, window, group));
};

function biasGradient({b, g, y}: Call): Name {
  const others = range(b.rank(y[0])).filter((axis) => axis !== 1);
  return b.sum(g, others, 0);
}

/**
 * The gradient of the images: without strides, a convolution of g with the turned kernels; with strides, the transposed
 * convolution.
 */
function inputGradient({b, x, g}: Call, window: Window, group: number): Name {
  const {kernel, strides, dilations, span, begin, end, rank} = window;
  if (strides.some((s) => s !== 1)) {
    return b.op("ConvTranspose", [g, x[1]], {kernel_shape: kernel, strides, dilations, group, ...transposed(window)});
  }
  const turned = b.once(`turned ${x[1]} ${group}`, () => {
    const axes = spatial(rank + 2).filter((_, i) => kernel[i] > 1);
    return b.turned(channelsExchanged(b, x[1], group), axes);
  });
  const border = [...span.map((s, i) => s - 1 - begin[i]), ...span.map((s, i) => s - 1 - end[i])];
  const cut = border.map((n) => Math.min(0, n)); // if padding was wider than the kernel
  const inside = b.pad(g, [0, 0, ...cut.slice(0, rank), 0, 0, ...cut.slice(rank)]);
  return b.op("Conv", [inside, turned], {
    kernel_shape: kernel,
    dilations,
    group,
    pads: border.map((n) => Math.max(0, n)),
    strides: strides.map(() => 1),
  });
}

/** Rearranges kernels [outputs, inputs of a group, …] as [inputs, outputs of a group, …]. */
function channelsExchanged(b: Builder, kernels: Name, group: number): Name {
  const [outputs, perGroup, ...kernel] = b.dims(kernels);
  const inner = range(kernel.length);
  if (group === 1) return b.op("Transpose", [kernels], {perm: [1, 0, ...inner.map((i) => i + 2)]});
  if (outputs === group && perGroup === 1) return kernels; // depthwise
  const split = b.op("Reshape", [kernels, b.ints([group, outputs / group, perGroup, ...kernel])]);
  const exchanged = b.op("Transpose", [split], {perm: [0, 2, 1, ...inner.map((i) => i + 3)]});
  return b.op("Reshape", [exchanged, b.ints([group * perGroup, outputs / group, ...kernel])]);
}

/**
 * The gradient of the kernels, Σ over images and places of x · g: a convolution of the images, with channels as batch
 * and g as kernels. Strides and dilations are exchanged.
 */
function kernelGradient({b, x, g}: Call, {kernel, xs, strides, dilations, begin, end}: Window, group: number): Name {
  const perGroup = b.dims(x[1])[1];
  const inner = range(kernel.length);
  const swap = (name: Name) => b.op("Transpose", [name], {perm: [1, 0, ...inner.map((i) => i + 2)]});
  const sizes = xs.map((n, i) => n + Math.min(0, end[i]));
  const unreached = end.some((n) => n < 0);
  const cut = unreached
    ? b.slice(
        x[0],
        inner.map((i) => i + 2),
        inner.map(() => 0),
        sizes,
      )
    : x[0];
  const images = group === 1 ? swap(cut) : groupsAsImages(b, cut, group, perGroup, sizes);
  const pads = [...begin, ...end.map((n) => Math.max(0, n))];
  return swap(b.op("Conv", [images, swap(g)], {strides: dilations, dilations: strides, group, pads}));
}

/** Rearranges [batch, groups · channels, …] as [channels, groups · batch, …]. */
function groupsAsImages(b: Builder, x: Name, group: number, perGroup: number, sizes: readonly number[]): Name {
  const split = b.op("Reshape", [x, b.ints([0, group, perGroup, ...sizes])]);
  const perm = [2, 1, 0, ...range(sizes.length).map((i) => i + 3)];
  return b.op("Reshape", [b.op("Transpose", [split], {perm}), b.ints([perGroup, -1, ...sizes])]);
}

/**
 * The gradient of a transposed convolution: for the images, a convolution of g; for the kernels, the same as above with
 * x and g exchanged.
 */
const transposedConvolution: Rule = (call) => {
  const {b, x, y, g, a} = call;
  const [xs, ys, kernel] = [x[0], y[0], x[1]].map((name) => b.dims(name).slice(2));
  const group = number(a.group, 1);
  const strides = list(
    a.strides,
    kernel.map(() => 1),
  );
  const dilations = list(
    a.dilations,
    kernel.map(() => 1),
  );
  const span = kernel.map((k, i) => dilations[i] * (k - 1) + 1);
  const begin = beginOf(call, kernel, xs, ys, strides, span);
  const end = kernel.map((_, i) => (xs[i] - 1) * strides[i] + span[i] - begin[i] - ys[i]);
  const window: Window = {rank: kernel.length, xs: ys, ys: xs, kernel, strides, dilations, span, begin, end};
  const sizes = ys.map((n, i) => n + Math.min(0, end[i]));
  const axes = spatial(b.rank(x[0]));
  const cut = end.some((n) => n < 0)
    ? b.slice(
        g,
        axes,
        axes.map(() => 0),
        sizes,
      )
    : g;
  const pads = [...begin, ...end.map((n) => Math.max(0, n))];
  return each(call, (i) => {
    if (i === 0) return b.op("Conv", [cut, x[1]], {kernel_shape: kernel, strides, dilations, group, pads});
    // The kernels of the convolution that goes back: its input is g, its output x.
    if (i === 1) return kernelGradient({...call, x: [g, x[1]], g: x[0]}, window, group);
    return biasGradient(call);
  });
};

/** With `output_shape` or `auto_pad`, the padding is half of the difference between the sizes. */
function beginOf(
  {a}: Call,
  kernel: readonly number[],
  xs: readonly number[],
  ys: readonly number[],
  strides: readonly number[],
  span: readonly number[],
): readonly number[] {
  const automatic = a.auto_pad === "SAME_UPPER" || a.auto_pad === "SAME_LOWER" || a.output_shape !== undefined;
  if (!automatic)
    return a.auto_pad === "VALID"
      ? kernel.map(() => 0)
      : list(
          a.pads,
          kernel.map(() => 0),
        ).slice(0, kernel.length);
  const extra = list(
    a.output_padding,
    kernel.map(() => 0),
  );
  return kernel.map((_, i) => {
    const total = Math.max(0, (xs[i] - 1) * strides[i] + extra[i] + span[i] - ys[i]);
    return a.auto_pad === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
  });
}

/** Rules of convolutions of one, two or three spatial axes. */
export const convolutions: Rules = {Conv: convolution, ConvTranspose: transposedConvolution};
