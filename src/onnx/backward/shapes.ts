import type {Builder, Name} from "./builder";
import {type Call, each, list, number, positive, type Rule, type Rules, range, refusal} from "./rule";

/** The rule of operators that only give the numbers another shape. */
const reshaped: Rule = ({b, x, g}) => [b.as(g, x[0])];

const transpose: Rule = ({b, x, g, a}) => {
  const perm = list(a.perm, range(b.rank(x[0])).reverse());
  return [b.op("Transpose", [g], {perm: perm.map((_, i) => perm.indexOf(i))})];
};

const concat: Rule = (call) => {
  const {b, x, y, g, a} = call;
  const axis = positive(number(a.axis, 0), b.rank(y[0]));
  const sizes = x.map((name) => b.dims(name)[axis]);
  if (sizes.includes(-1)) return partsOf(call, axis);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((p, n) => p + n, 0));
  return each(call, (i) => b.slice(g, [axis], [starts[i]], [starts[i] + sizes[i]]));
};

/**
 * Splits the gradient into the parts that Concat joined. Along the batch, the sizes of the parts are known only when
 * the model runs.
 */
function partsOf({b, x, g}: Call, axis: number): readonly Name[] {
  const sizes = x.map((name) => b.slice(b.shape(name), [0], [axis], [axis + 1]));
  const split = b.op("Concat", sizes, {axis: 0});
  return b.ops("Split", [g, split], x.length, {axis});
}

const split: Rule = ({b, y, dy, a}) => [
  b.op(
    "Concat",
    y.map((name, i) => dy[i] ?? b.zerosLike(name)),
    {axis: number(a.axis, 0)},
  ),
];

const expand: Rule = ({b, x, y, g}) => [b.fit(g, b.dims(y[0]), x[0])];

/** The rule of Tile: the gradients of each number's copies are summed, over the axes r of [r0, d0, r1, d1, …]. */
const tile: Rule = (call) => {
  const {b, x, g} = call;
  const repeats = b.values(x[1]);
  const dims = b.dims(x[0]);
  if (!repeats) throw refusal(call, "repeats that are constant", "computed ones");
  const parts = dims.flatMap((n, i) => [repeats[i], n]);
  return [
    b.as(
      b.sum(
        b.op("Reshape", [g, b.ints(parts)]),
        dims.map((_, i) => 2 * i),
      ),
      x[0],
    ),
  ];
};

const depthToSpace: Rule = ({b, x, y, g, a}) => {
  const size = a.blocksize as number;
  const [, , rows, columns] = b.dims(x[0]);
  const parts = b.op("Reshape", [g, b.ints([-1, b.dims(y[0])[1], rows, size, columns, size])]);
  const perm = a.mode === "CRD" ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
  return [b.as(b.op("Transpose", [parts], {perm}), x[0])];
};

/** The rule of Trilu, which sets the numbers beyond a diagonal to 0. */
const triangle: Rule = ({b, node, x, g}) => [b.op("Trilu", [g, ...x.slice(1)], node.attribute ?? [])];

/** The rule of ReverseSequence: reversing a second time restores the order. */
const reversed: Rule = ({b, node, x, g}) => [b.op("ReverseSequence", [g, x[1]], node.attribute ?? [])];

const conditioned = (call: Call, b: Builder, i: number): Name => {
  const {x, g} = call;
  return b.op("Where", i === 1 ? [x[0], g, b.number(0)] : [x[0], b.number(0), g]);
};
const where: Rule = (call) => {
  const {b, x, y} = call;
  return each(call, (i) => b.fit(conditioned(call, b, i), b.dims(y[0]), x[i]));
};

/** Rules of operators that move numbers, repeat them or choose between tensors. */
export const shapes: Rules = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: ({b, g, a}) => [b.op("DepthToSpace", [g], {blocksize: a.blocksize})],
  Trilu: triangle,
  ReverseSequence: reversed,
  Where: where,
};
