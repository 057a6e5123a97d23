import type {Builder, Name} from "./builder";
import {type Call, each, number, perChannel, positive, type Rule, type Rules, range, refusal, spatial} from "./rule";

/**
 * The rule of y = scale · (x − mean)/σ + bias, with σ = √(variance + ε), where mean and variance are stored numbers.
 */
const batchNorm: Rule = (call) => {
  const {b, x, g, a} = call;
  if (number(a.training_mode, 0)) {
    throw refusal(call, "a model that is exported for inference", "batch statistics (training_mode 1)");
  }
  const rank = b.rank(x[0]);
  const others = range(rank).filter((axis) => axis !== 1);
  const sigma = b.once(`sigma ${x[4]} ${a.epsilon}`, () =>
    b.op("Sqrt", [b.add(x[4], b.number(number(a.epsilon, 1e-5)))]),
  );
  const slope = b.once(`slope ${x[1]} ${sigma}`, () => b.div(x[1], sigma)); // one a channel
  const centred = () => b.sub(x[0], perChannel(b, x[3], rank));
  const total = () => b.once(`total ${g}`, () => b.sum(g, others, 0));
  const withCentred = () => b.once(`total ${g} ${x[0]}`, () => b.sum(b.mul(g, centred()), others, 0));
  return each(call, (i) => {
    if (i === 0) return b.mul(g, perChannel(b, slope, rank));
    if (i === 1) return b.div(withCentred(), sigma);
    if (i === 2) return total();
    if (i === 3) return b.neg(b.mul(total(), slope));
    return b.mul(b.mul(withCentred(), slope), b.div(b.number(-0.5), b.mul(sigma, sigma)));
  });
};

/** Computes x̂ = (x − mean)/σ over the axes, and σ, once more, because the model does not give them. */
function standardised(b: Builder, x: Name, axes: readonly number[], epsilon: number): {hat: Name; sigma: Name} {
  return {
    hat: b.once(`hat ${x} ${axes} ${epsilon}`, () => b.div(centredOn(b, x, axes), sigmaOf(b, x, axes, epsilon))),
    sigma: sigmaOf(b, x, axes, epsilon),
  };
}

function centredOn(b: Builder, x: Name, axes: readonly number[]): Name {
  return b.once(`centred ${x} ${axes}`, () => b.sub(x, b.mean(x, axes)));
}

function sigmaOf(b: Builder, x: Name, axes: readonly number[], epsilon: number): Name {
  const centred = centredOn(b, x, axes);
  return b.once(`sigma ${x} ${axes} ${epsilon}`, () =>
    b.op("Sqrt", [b.add(b.mean(b.mul(centred, centred), axes), b.number(epsilon))]),
  );
}

/** Computes the gradient at x, (g − mean g − x̂ · mean(g · x̂))/σ, where g is the gradient at x̂. */
function throughStandard(b: Builder, g: Name, {hat, sigma}: {hat: Name; sigma: Name}, axes: readonly number[]): Name {
  const along = b.mul(hat, b.mean(b.mul(g, hat), axes));
  return b.div(b.sub(b.sub(g, b.mean(g, axes)), along), sigma);
}

const layerNorm: Rule = (call) => {
  const {b, x, y, g, a} = call;
  const rank = b.rank(x[0]);
  const axes = range(rank).slice(positive(number(a.axis, -1), rank));
  const standard = standardised(b, x[0], axes, number(a.epsilon, 1e-5));
  const dims = b.dims(y[0]);
  return each(call, (i) => {
    if (i === 0) return throughStandard(b, b.mul(g, x[1]), standard, axes);
    return b.fit(i === 1 ? b.mul(g, standard.hat) : g, dims, x[i]);
  });
};

/** The rule of InstanceNormalization, which normalises each channel of each image by itself. */
const instanceNorm: Rule = (call) => {
  const {b, x, g, a} = call;
  const rank = b.rank(x[0]);
  const axes = spatial(rank);
  const standard = standardised(b, x[0], axes, number(a.epsilon, 1e-5));
  return each(call, (i) => {
    if (i === 0) return throughStandard(b, b.mul(g, perChannel(b, x[1], rank)), standard, axes);
    return b.sum(i === 1 ? b.mul(g, standard.hat) : g, [0, ...axes], 0);
  });
};

/**
 * The rule of GroupNormalization. Scale and bias have one number for each channel (opset 21) or for each group (18).
 */
const groupNorm: Rule = (call) => {
  const {b, x, g, a} = call;
  const dims = b.dims(x[0]);
  const groups = number(a.num_groups, 1);
  const perGroup = b.dims(x[1])[0] !== dims[1];
  const grouped = (name: Name) => b.op("Reshape", [name, b.ints([0, groups, -1])]);
  const rows = b.once(`grouped ${x[0]} ${groups}`, () => grouped(x[0]));
  const standard = standardised(b, rows, [2], number(a.epsilon, 1e-5));
  return each(call, (i) => {
    if (i === 0) {
      const scaled = perGroup
        ? b.mul(grouped(g), perChannel(b, x[1], 3))
        : grouped(b.mul(g, perChannel(b, x[1], dims.length)));
      return b.as(throughStandard(b, scaled, standard, [2]), x[0]);
    }
    const share = i === 1 ? b.mul(grouped(g), standard.hat) : grouped(g);
    if (perGroup) return b.sum(share, [0, 2], 0);
    return b.sum(b.as(share, x[0]), [0, ...spatial(dims.length)], 0);
  });
};

/**
 * The rule of y = x̂ · scale, with x̂ = x/r and r = √(mean x² + ε): (g − x̂ · mean(g · x̂))/r, where g is that at x̂.
 */
const rmsNorm: Rule = (call) => {
  const {b, x, y, g, a} = call;
  const rank = b.rank(x[0]);
  const axes = range(rank).slice(positive(number(a.axis, -1), rank));
  const root = b.op("Sqrt", [b.add(b.mean(b.mul(x[0], x[0]), axes), b.number(number(a.epsilon, 1e-5)))]);
  const hat = b.div(x[0], root);
  return each(call, (i) => {
    if (i === 1) return b.fit(b.mul(g, hat), b.dims(y[0]), x[1]);
    const scaled = b.mul(g, x[1]);
    return b.div(b.sub(scaled, b.mul(hat, b.mean(b.mul(scaled, hat), axes))), root);
  });
};

const meanVariance: Rule = ({b, x, g, a}) => {
  const axes = (a.axes as readonly number[] | undefined) ?? [0, 2, 3];
  return [throughStandard(b, g, standardised(b, x[0], axes, 1e-9), axes)];
};

/**
 * The rule of y = x/‖x‖ along an axis: (g − slope · Σ g y)/‖x‖, where the slope is y for the 2-norm and sign x for the
 * 1-norm.
 */
const lpNorm: Rule = ({b, x, y, g, a}) => {
  const axes = [positive(number(a.axis, -1), b.rank(x[0]))];
  const isOne = number(a.p, 2) === 1;
  const norm = isOne ? b.sum(b.op("Abs", [x[0]]), axes) : b.op("Sqrt", [b.sum(b.mul(x[0], x[0]), axes)]);
  const slope = isOne ? b.op("Sign", [x[0]]) : y[0];
  return [b.div(b.sub(g, b.mul(slope, b.sum(b.mul(g, y[0]), axes))), norm)];
};

/**
 * The rule of y = x · d⁻ᵝ, with d = bias + α/n · Σ x² over n neighbouring channels: g d⁻ᵝ − 2αβ/n · x · Σ g x d⁻ᵝ⁻¹.
 * The last sum is over the channels that have x as a neighbour.
 */
const localResponse: Rule = (call) => {
  const {b, x, g, a} = call;
  const [size, alpha, beta] = [a.size as number, number(a.alpha, 1e-4), number(a.beta, 0.75)];
  const before = Math.floor((size - 1) / 2);
  const pads = [before, size - 1 - before];
  const scaled = b.mul(overChannels(call, b.mul(x[0], x[0]), pads), b.number(alpha / size));
  const d = b.add(scaled, b.number(number(a.bias, 1)));
  const power = b.op("Pow", [d, b.number(-beta)]);
  const inner = b.mul(b.mul(g, x[0]), b.div(power, d));
  const back = b.mul(b.mul(x[0], overChannels(call, inner, [pads[1], pads[0]])), b.number((2 * alpha * beta) / size));
  return [b.sub(b.mul(g, power), back)];
};

/** Sums over `size` neighbouring channels: an average pool along them, times their number. */
function overChannels({b, x, a}: Call, what: Name, [before, after]: readonly number[]): Name {
  const size = a.size as number;
  const column = b.op("Reshape", [what, b.ints([0, 1, b.dims(x[0])[1], -1])]);
  const how = {kernel_shape: [size, 1], pads: [before, 0, after, 0], count_include_pad: 1};
  return b.as(b.mul(b.op("AveragePool", [column], how), b.number(size)), x[0]);
}

/** Rules of normalisations. */
export const normalisation: Rules = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  InstanceNormalization: instanceNorm,
  GroupNormalization: groupNorm,
  RMSNormalization: rmsNorm,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: lpNorm,
  LRN: localResponse,
};
