import type {Builder, Name} from "./builder";
import {type Call, number, type Rule, type Rules, refusal, spatial} from "./rule";
import {scattered} from "./scatter";
import {transposed, type Window, windowOf} from "./window";

/**
 * The rule of MaxPool, which can return the place of each maximum, counted over the whole tensor: the gradient is added
 * there.
 */
const maxPool: Rule = (call) => {
  const {b, x, y, g, a} = call;
  const {auto_pad, ceil_mode, dilations, kernel_shape, pads, strides} = a;
  const places = y[1] || b.ops("MaxPool", [x[0]], 2, {auto_pad, ceil_mode, dilations, kernel_shape, pads, strides})[1];
  if (number(a.storage_order, 0) !== 0) throw refusal(call, "places counted row by row", "storage_order 1");
  return [scattered(b, g, places, x[0])];
};

/** The rule of AveragePool: g · 1/(how many numbers the window holds), spread over the window. */
const averagePool: Rule = (call) => {
  const {b, g, a, x} = call;
  const kernel = a.kernel_shape as readonly number[];
  const window = windowOf(call, kernel);
  const shares = sharesOf(window, call);
  const even = shares.every((share) => share === shares[0]);
  const shared = b.mul(g, even ? b.number(shares[0]) : b.floats(shares, [1, 1, ...window.ys]));
  return [isTiling(window) ? spread(b, shared, x[0], window) : windowsBack(b, shared, x[0], window)];
};

/** 1/(numbers that a window holds), one for each place of the output. */
function sharesOf({xs, ys, kernel, strides, dilations, begin, end}: Window, {a}: Call): readonly number[] {
  const rank = kernel.length;
  const declared = a.pads as readonly number[] | undefined;
  const automatic = a.auto_pad && a.auto_pad !== "NOTSET";
  const counts = ys.map((n, i) =>
    Array.from({length: n}, (_, place) => {
      const start = place * strides[i] - begin[i];
      // If padding counts, only the declared one does; the part of a window that sticks out by ceil_mode does not.
      const padded = automatic ? Math.max(0, end[i]) : (declared?.[i + rank] ?? 0);
      const [low, high] = number(a.count_include_pad, 0) ? [-begin[i], xs[i] + padded] : [0, xs[i]];
      let inside = 0;
      for (let k = 0; k < kernel[i]; k++) {
        const at = start + k * dilations[i];
        if (at >= low && at < high) inside++;
      }
      return inside;
    }),
  );
  return counts.reduce<number[]>((shares, one) => shares.flatMap((p) => one.map((n) => p / n)), [1]);
}

/** Whether the windows do not overlap, so that each number belongs to one window. */
function isTiling({kernel, strides, dilations, begin, end}: Window): boolean {
  return kernel.every((k, i) => k === strides[i] && begin[i] === 0 && end[i] === 0 && dilations[i] === 1);
}

function spread(b: Builder, shared: Name, like: Name, {kernel, ys}: Window): Name {
  const channels = b.dims(like)[1];
  const lifted = b.op("Reshape", [shared, b.ints([-1, channels, ...ys.flatMap((n) => [n, 1])])]);
  return b.as(b.op("Expand", [lifted, b.ints([1, 1, ...kernel.flatMap((k) => [1, k])])]), like);
}

/** Each place of the output adds its number to all places of its window: a transposed convolution with ones. */
function windowsBack(b: Builder, shared: Name, like: Name, window: Window): Name {
  const {kernel, strides, dilations} = window;
  const channels = b.dims(like)[1];
  const count = channels * kernel.reduce((p, n) => p * n, 1);
  const ones = b.floats(Array(count).fill(1), [channels, 1, ...kernel]);
  const how = {kernel_shape: kernel, strides, dilations, group: channels, ...transposed(window)};
  return b.op("ConvTranspose", [shared, ones], how);
}

/** The rule of y = (Σ |x|ᵖ)^(1/p): g · x · |x|ᵖ⁻² · y¹⁻ᵖ, and 0 where y is 0. */
const lpPool: Rule = (call) => {
  const {b, x, y, g, a} = call;
  const p = number(a.p, 2);
  const window = windowOf(call, a.kernel_shape as readonly number[]);
  return [b.mul(normSlope(b, x[0], p), windowsBack(b, normShare(b, g, y[0], p), x[0], window))];
};

const globalLpPool: Rule = ({b, x, y, g, a}) => {
  const p = number(a.p, 2);
  return [b.mul(normSlope(b, x[0], p), normShare(b, g, y[0], p))];
};

function normSlope(b: Builder, x: Name, p: number): Name {
  if (p === 1) return b.op("Sign", [x]);
  return p === 2 ? x : b.mul(x, b.op("Pow", [b.op("Abs", [x]), b.number(p - 2)]));
}

function normShare(b: Builder, g: Name, y: Name, p: number): Name {
  if (p === 1) return g;
  const share = b.div(g, p === 2 ? y : b.op("Pow", [y, b.number(p - 1)]));
  return b.op("Where", [b.op("Equal", [y, b.number(0)]), b.number(0), share]);
}

const globalAverage: Rule = ({b, x, g}) => {
  const area = b
    .dims(x[0])
    .slice(2)
    .reduce((p, n) => p * n, 1);
  return [b.op("Expand", [b.mul(g, b.number(1 / area)), b.shape(x[0])])];
};

/** The rule of GlobalMaxPool: equal maxima share the gradient, as in PyTorch's amax. */
const globalMax: Rule = ({b, x, y, g}) => {
  const hit = b.asFloat(b.op("Equal", [x[0], y[0]]));
  return [b.mul(hit, b.div(g, b.sum(hit, spatial(b.rank(x[0])))))];
};

/** Rules of pools of one, two or three spatial axes. */
export const pooling: Rules = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  LpPool: lpPool,
  GlobalAveragePool: globalAverage,
  GlobalMaxPool: globalMax,
  GlobalLpPool: globalLpPool,
};
