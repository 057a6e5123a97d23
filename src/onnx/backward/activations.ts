import type {Builder, Name} from "./builder";
import {type Call, each, number, type Rule, type Rules} from "./rule";

/** Makes the rule of an activation: g times its derivative. */
function activation(slope: (call: Call, x: Name, y: Name) => Name): Rule {
  return (call) => [call.b.mul(call.g, slope(call, call.x[0], call.y[0]))];
}

/** Gives `then` where x is above `threshold`, and `otherwise` elsewhere. */
function above(b: Builder, x: Name, threshold: number, then: Name, otherwise: Name): Name {
  return b.op("Where", [b.op("Greater", [x, b.number(threshold)]), then, otherwise]);
}

/**
 * 1 where y is above `bound` (`way` 1) or below it (−1), and 0 elsewhere. In float32 it is a HardSigmoid that is so
 * steep that it only gives 0 or 1. onnxruntime computes it in one vectorised pass, twice as fast as Sign, or as a
 * comparison with a Cast.
 */
function step(b: Builder, y: Name, bound: number, way: 1 | -1): Name {
  if (b.float !== "float32") return b.asFloat(b.op(way === 1 ? "Greater" : "Less", [y, b.number(bound)]));
  // A power of two, so that the product with the bound is exact and y = bound gives 0; at 0 as steep as can be.
  const steep = bound === 0 ? 2 ** 126 : 2 ** 90;
  return b.op("HardSigmoid", [y], {alpha: way * steep, beta: bound === 0 ? 0 : -way * steep * bound});
}

/**
 * The rule of Clip. Numbers exactly at a bound get no gradient (as in PyTorch's hardtanh and ReLU6); the gradient at
 * numbers that were cut off goes to their bound.
 */
const clip: Rule = (call) => {
  const {b, x, y, g} = call;
  const beyond = ["", "Less", "Greater"] as const;
  return each(call, (i) => {
    if (i === 0) return ([1, 2] as const).reduce((left, bound) => withinBound(call, left, bound), g);
    return b.fit(b.mul(g, b.asFloat(b.op(beyond[i], [x[0], x[i]]))), b.dims(y[0]), x[i]);
  });
};

/** The part of g at places within a bound: input 1 is the lower bound, input 2 the upper one. */
function withinBound({b, x, y}: Call, g: Name, i: 1 | 2): Name {
  const [constant] = b.values(x[i]) ?? [];
  if (!x[i] || Math.abs(constant) > 3e38) return g; // no bound
  const isModest = Math.abs(constant) < 2 ** 30; // so that its product with the steepness is finite
  if (isModest) return b.mul(g, step(b, y[0], constant, i === 1 ? 1 : -1));
  return b.mul(g, b.asFloat(b.op(i === 1 ? "Greater" : "Less", [y[0], x[i]])));
}

const gelu = activation(({b, a}, x) => {
  const half = b.number(0.5);
  const one = b.number(1);
  if (a.approximate !== "tanh") {
    // Φ(x) + x · φ(x)
    const density = b.mul(b.op("Exp", [b.mul(b.mul(x, x), b.number(-0.5))]), b.number(1 / Math.sqrt(2 * Math.PI)));
    const share = b.mul(half, b.add(one, b.op("Erf", [b.mul(x, b.number(Math.SQRT1_2))])));
    return b.add(share, b.mul(x, density));
  }
  const c = Math.sqrt(2 / Math.PI);
  const square = b.mul(x, x);
  const t = b.op("Tanh", [b.mul(x, b.add(b.number(c), b.mul(square, b.number(c * 0.044715))))]);
  const inner = b.add(b.number(c), b.mul(square, b.number(3 * c * 0.044715)));
  return b.add(b.mul(half, b.add(one, t)), b.mul(b.mul(b.mul(half, x), b.sub(one, b.mul(t, t))), inner));
});

/** The derivative of y = x · σ(k x) is σ + k y (1 − σ). */
const swish = activation(({b, a}, x, y) => {
  const k = number(a.alpha, 1);
  const sigmoid = b.op("Sigmoid", [k === 1 ? x : b.mul(x, b.number(k))]);
  const rest = b.mul(y, b.sub(b.number(1), sigmoid));
  return b.add(sigmoid, k === 1 ? rest : b.mul(rest, b.number(k)));
});

/** The derivative of y = x · tanh(s), with s = softplus(x), is tanh s + x σ(x) (1 − tanh² s). */
const mish = activation(({b}, x) => {
  const t = b.op("Tanh", [b.op("Softplus", [x])]);
  return b.add(t, b.mul(b.mul(x, b.op("Sigmoid", [x])), b.sub(b.number(1), b.mul(t, t))));
});

/** Rules of activation functions. */
export const activations: Rules = {
  Relu: activation(({b}, _, y) => step(b, y, 0, 1)),
  Clip: clip,
  LeakyRelu: activation(({b, a}, x) => above(b, x, 0, b.number(1), b.number(number(a.alpha, 0.01)))),
  ThresholdedRelu: activation(({b, a}, x) => above(b, x, number(a.alpha, 1), b.number(1), b.number(0))),
  PRelu: (call) => {
    const {b, x, y, g} = call;
    const negative = () => b.fit(b.mul(g, b.op("Min", [x[0], b.number(0)])), b.dims(y[0]), x[1]);
    return each(call, (i) => (i === 0 ? above(b, x[0], 0, g, b.mul(g, x[1])) : negative()));
  },
  Elu: activation(({b, a}, x, y) => above(b, x, 0, b.number(1), b.add(y, b.number(number(a.alpha, 1))))),
  Celu: activation(({b, a}, x) => {
    const scaled = b.div(b.op("Min", [x, b.number(0)]), b.number(number(a.alpha, 1)));
    return b.op("Exp", [scaled]);
  }),
  Selu: activation(({b, a}, x, y) => {
    const gamma = number(a.gamma, 1.0507009873554805);
    const below = b.add(y, b.number(gamma * number(a.alpha, 1.6732632423543772)));
    return above(b, x, 0, b.number(gamma), below);
  }),
  Sigmoid: activation(({b}, _, y) => b.mul(y, b.sub(b.number(1), y))),
  HardSigmoid: activation(({b, a}, _, y) =>
    b.mul(b.mul(step(b, y, 0, 1), step(b, y, 1, -1)), b.number(number(a.alpha, 0.2))),
  ),
  HardSwish: activation(({b}, x) => {
    const middle = b.add(b.mul(x, b.number(1 / 3)), b.number(0.5));
    return above(b, x, -3, above(b, x, 3, b.number(1), middle), b.number(0));
  }),
  Softplus: activation(({b}, x) => b.op("Sigmoid", [x])),
  Softsign: activation(({b}, x) => {
    const all = b.add(b.number(1), b.op("Abs", [x]));
    return b.op("Reciprocal", [b.mul(all, all)]);
  }),
  Shrink: activation(({b, a}, x) => above(b, b.op("Abs", [x]), number(a.lambd, 0.5), b.number(1), b.number(0))),
  Gelu: gelu,
  Swish: swish,
  Mish: mish,
};
