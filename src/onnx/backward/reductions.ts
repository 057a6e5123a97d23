import type {Name} from "./builder";
import {type Call, number, positive, type Rule, type Rules, range, refusal} from "./rule";

/** Axes of a reduction, counted from the front; all if none are given. */
function axesOf(call: Call): readonly number[] {
  const {b, x, a} = call;
  const rank = b.rank(x[0]);
  const given = (a.axes as readonly number[] | undefined) ?? b.values(x[1]);
  if (x[1] && !given) throw refusal(call, "axes that are constant", "computed ones");
  if (!given?.length) return number(a.noop_with_empty_axes, 0) ? [] : range(rank);
  return given.map((axis) => positive(axis, rank));
}

/** A reduced tensor with the reduced axes again, each of size 1. */
function kept(call: Call, reduced: Name): Name {
  const axes = axesOf(call);
  if (number(call.a.keepdims, 1) || axes.length === 0) return reduced;
  return call.b.op("Unsqueeze", [reduced, call.b.ints(axes)]);
}

/** A rule that gets x, and y and g with the reduced axes of size 1. */
function reduction(make: (call: Call, x: Name, y: Name, g: Name) => Name): Rule {
  return (call) => [make(call, call.x[0], kept(call, call.y[0]), kept(call, call.g))];
}

/** How many numbers become one: a constant, or counted while the model runs if the batch is among the axes. */
function countOf(call: Call): Name {
  const {b, x, y} = call;
  const sizes = axesOf(call).map((axis) => b.dims(x[0])[axis]);
  if (!sizes.includes(-1)) return b.number(sizes.reduce((p, n) => p * n, 1));
  return b.asFloat(b.op("Div", [b.op("Size", [x[0]]), b.op("Size", [y[0]])]));
}

/** The rule of ReduceMax and ReduceMin: equal extreme values share the gradient, as in PyTorch's amax. */
const extreme = reduction((call, x, y, g) => {
  const hit = call.b.asFloat(call.b.op("Equal", [x, y]));
  return call.b.mul(hit, call.b.div(g, call.b.sum(hit, axesOf(call))));
});

/**
 * The rule of ReduceProd: g times the product of the other numbers. This product is y/x; if x is the only 0, it is the
 * product of the rest; if another number is 0, it is 0.
 */
const product = reduction((call, x, _, g) => {
  const {b} = call;
  const axes = axesOf(call);
  const [zero, one] = [b.number(0), b.number(1)];
  const isZero = b.op("Equal", [x, zero]);
  const rest = b.op("Where", [isZero, one, x]);
  const all = b.opset < 18 ? b.op("ReduceProd", [rest], {axes}) : b.op("ReduceProd", [rest, b.ints(axes)]);
  const zeros = b.sum(b.asFloat(isZero), axes);
  const others = b.sub(zeros, b.asFloat(isZero)); // zeros besides x
  return b.op("Where", [b.op("Equal", [others, zero]), b.mul(g, b.div(all, rest)), zero]);
});

const cumulative: Rule = ({b, x, g, a}) => [
  b.op("CumSum", [g, x[1]], {exclusive: a.exclusive, reverse: 1 - number(a.reverse, 0)}),
];

/** Rules of sums, means and extremes over axes. */
export const reductions: Rules = {
  ReduceSum: reduction(({b}, x, _, g) => b.op("Expand", [g, b.shape(x)])),
  ReduceMean: reduction((call, x, _, g) => call.b.op("Expand", [call.b.div(g, countOf(call)), call.b.shape(x)])),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceProd: product,
  ReduceL1: reduction(({b}, x, _, g) => b.mul(g, b.op("Sign", [x]))),
  ReduceL2: reduction(({b}, x, y, g) => {
    const share = b.op("Where", [b.op("Equal", [y, b.number(0)]), b.number(0), b.div(g, y)]);
    return b.mul(x, share);
  }),
  ReduceSumSquare: reduction(({b}, x, _, g) => b.mul(b.mul(g, b.number(2)), x)),
  ReduceLogSum: reduction(({b}, x, y, g) => b.op("Expand", [b.div(g, b.op("Exp", [y])), b.shape(x)])),
  ReduceLogSumExp: reduction(({b}, x, y, g) => b.mul(g, b.op("Exp", [b.sub(x, y)]))),
  CumSum: cumulative,
};
