import type {Builder, Name} from "./builder";
import {type Call, each, none, type Rule, type Rules, refusal} from "./rule";

/** The gradient of a function of one number: g · its derivative, computed from x or from y, whichever is cheaper. */
function unary(slope: (b: Builder, x: Name, y: Name) => Name): Rule {
  return ({b, x, y, g}) => [b.mul(g, slope(b, x[0], y[0]))];
}

/** Computes 1/√radicand, for inverse trigonometric and hyperbolic functions. */
function inverseRoot(b: Builder, radicand: Name): Name {
  return b.op("Reciprocal", [b.op("Sqrt", [radicand])]);
}

const square = (b: Builder, x: Name): Name => b.mul(x, x);
const one = (b: Builder): Name => b.number(1);

/** The rule of x0 · x1 and similar: each input's gradient, summed over the axes along which the input was broadcast. */
function binary(share: (call: Call, i: number) => Name): Rule {
  return (call) => each(call, (i) => call.b.fit(share(call, i), call.b.dims(call.y[0]), call.x[i]));
}

/** The rule of maxima and minima: equal values share the gradient equally, as in PyTorch. */
const extreme: Rule = (call) => {
  const {b, x, y, g} = call;
  const hits = x.map((name) => b.asFloat(b.op("Equal", [name, y[0]])));
  const shared = x.length === 1 ? g : b.div(g, b.op("Sum", hits));
  return each(call, (i) => b.fit(b.mul(shared, hits[i]), b.dims(y[0]), x[i]));
};

/** The rule of xᵖ: p · xᵖ⁻¹ dx + xᵖ · ln x dp, with 0 where p is 0 and where x is not above 0. */
const power: Rule = (call) => {
  const {b, x, y, g} = call;
  const exponent = b.values(x[1]);
  const p = () => b.asFloat(x[1]);
  const base = (): Name => {
    if (exponent?.length === 1 && exponent[0] === 2) return b.mul(g, b.mul(x[0], b.number(2)));
    if (exponent?.length === 1 && exponent[0] === 0.5) return b.div(b.mul(g, b.number(0.5)), y[0]);
    const slope = b.mul(p(), b.op("Pow", [x[0], b.sub(p(), one(b))]));
    return b.mul(g, b.op("Where", [b.op("Equal", [p(), b.number(0)]), b.number(0), slope]));
  };
  const logarithm = () => {
    const log = b.op("Log", [x[0]]);
    return b.mul(g, b.op("Where", [b.op("Greater", [x[0], b.number(0)]), b.mul(y[0], log), b.number(0)]));
  };
  return each(call, (i) => b.fit(i === 0 ? base() : logarithm(), b.dims(y[0]), x[i]));
};

/** The rule of Mod, which subtracts x1 · (whole part of x0/x1) from x0. */
const modulo = binary(({b, x, g, y}, i) =>
  i === 0 ? g : b.neg(b.mul(g, b.op("Round", [b.div(b.sub(x[0], y[0]), x[1])]))),
);

/** Rules of functions that take each number by itself. */
export const elementwise: Rules = {
  Add: binary(({g}) => g),
  Sum: binary(({g}) => g),
  Sub: binary(({b, g}, i) => (i === 0 ? g : b.neg(g))),
  Mul: binary(({b, x, g}, i) => b.mul(g, x[1 - i])),
  Div: binary(({b, x, y, g}, i) => (i === 0 ? b.div(g, x[1]) : b.neg(b.div(b.mul(g, y[0]), x[1])))),
  Mean: binary(({b, x, g}) => b.mul(g, b.number(1 / x.length))),
  Mod: modulo,
  Max: extreme,
  Min: extreme,
  Pow: power,

  Neg: ({b, g}) => [b.neg(g)],
  Identity: ({g}) => [g],
  Abs: unary((b, x) => b.op("Sign", [x])),
  Reciprocal: unary((b, _, y) => b.neg(square(b, y))),
  Sqrt: unary((b, _, y) => b.div(b.number(0.5), y)),
  Exp: unary((_, __, y) => y),
  Log: unary((b, x) => b.op("Reciprocal", [x])),
  // 2/√π · e^(−x²). The factor is a summand of the exponent, which saves one pass.
  Erf: unary((b, x) => b.op("Exp", [b.sub(b.number(Math.log(2 / Math.sqrt(Math.PI))), square(b, x))])),
  Sin: unary((b, x) => b.op("Cos", [x])),
  Cos: unary((b, x) => b.neg(b.op("Sin", [x]))),
  Tan: unary((b, _, y) => b.add(one(b), square(b, y))),
  Sinh: unary((b, x) => b.op("Cosh", [x])),
  Cosh: unary((b, x) => b.op("Sinh", [x])),
  Tanh: unary((b, _, y) => b.sub(one(b), square(b, y))),
  Asin: unary((b, x) => inverseRoot(b, b.sub(one(b), square(b, x)))),
  Acos: unary((b, x) => b.neg(inverseRoot(b, b.sub(one(b), square(b, x))))),
  Atan: unary((b, x) => b.op("Reciprocal", [b.add(one(b), square(b, x))])),
  Asinh: unary((b, x) => inverseRoot(b, b.add(square(b, x), one(b)))),
  Acosh: unary((b, x) => inverseRoot(b, b.sub(square(b, x), one(b)))),
  Atanh: unary((b, x) => b.op("Reciprocal", [b.sub(one(b), square(b, x))])),

  Floor: none,
  Ceil: none,
  Round: none,
  Sign: none,
  Cast: ({b, x, g}) => [b.seen(x[0]).type === b.float ? g : b.op("CastLike", [g, x[0]])],
  CastLike: ({b, x, g}) => [b.seen(x[0]).type === b.float ? g : b.op("CastLike", [g, x[0]])],
  Dropout: (call) => {
    const {b, x, g} = call;
    if (x[2] && b.values(x[2])?.[0] !== 0)
      throw refusal(call, "a model that is exported for inference", "dropout at work");
    return [g];
  },
};
