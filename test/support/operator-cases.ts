import type {RandomSource} from "../../src/nouns/random";
import type {Input, Kind, Operator} from "./one-operator";

/** Draws one case of a family of operators. */
export type Family = (draw: Draw) => Operator;

export interface Draw {
  /** A whole number, both ends included. */
  int(low: number, high: number): number;
  pick<T>(...all: readonly T[]): T;
  /** Quarters in disorder, each once. */
  distinct(): (value: number) => number;
}

export function drawsOf(random: RandomSource): Draw {
  const int = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  return {
    int,
    pick: (...all) => all[int(0, all.length - 1)],
    distinct() {
      const taken = new Set<number>();
      return () => {
        let place = int(-2000, 2000);
        while (taken.has(place)) place = int(-2000, 2000);
        taken.add(place);
        return place / 4;
      };
    },
  };
}

/** Away from 0 by at least a half. */
const offZero = (v: number) => v + Math.sign(v) * 0.5;
/** Between −0.8 and 0.8, away from the ends. */
const inside = (v: number) => 0.8 * Math.tanh(v);
const above = (low: number) => (v: number) => low + Math.abs(v);

function conv({int, pick}: Draw, group: number, per: number, outputs: number): Operator {
  const rank = pick(1, 2, 2, 2, 3);
  const few = (make: () => number) => Array.from({length: rank}, make);
  const auto = pick("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
  const kernel = few(() => int(1, rank === 3 ? 3 : 5));
  const dilations = auto.startsWith("SAME") ? few(() => 1) : few(() => pick(1, 1, 2));
  const pads = [...few(() => int(0, 3)), ...few(() => int(0, 3))];
  const a = {
    kernel_shape: kernel,
    strides: few(() => pick(1, 1, 2, 3)),
    dilations,
    group,
    ...(auto === "NOTSET" ? {pads} : {auto_pad: auto}),
  };
  const sizes = few(() => int(9, rank === 3 ? 10 : 14));
  const others: Input[] = [{fed: [outputs, per, ...kernel]}, ...(pick(true, false) ? [{fed: [outputs]}] : [])];
  return {op: "Conv", kind: "quadratic", opset: pick(11, 17, 22), x: [-1, group * per, ...sizes], a, others};
}

function transposedConv({int, pick}: Draw): Operator {
  const [group, per, outputs] = [pick(1, 1, 2), int(1, 3), int(1, 3)];
  const [kernel, strides] = [
    [int(1, 4), int(2, 4)],
    [int(1, 3), int(1, 3)],
  ];
  const how = pick("pads", "pads", "SAME_UPPER", "SAME_LOWER", "shape");
  const x = [-1, group * per, int(3, 6), int(3, 6)];
  const shape = [2, 3].map((i) => x[i] * strides[i - 2]);
  const a = {
    kernel_shape: kernel,
    strides,
    group,
    ...(how === "pads" && {
      pads: [0, 0, 0, 0].map((_, i) => int(0, Math.min(1, kernel[i % 2] - 1))),
      output_padding: strides.map((n) => int(0, n - 1)),
      dilations: pick([1, 1], [1, 2]),
    }),
    ...(how.startsWith("SAME") && {auto_pad: how}),
    ...(how === "shape" && {output_shape: shape}),
  };
  const others: Input[] = [{fed: [group * per, outputs, ...kernel]}, {fed: [group * outputs]}];
  return {op: "ConvTranspose", kind: "quadratic", opset: pick(11, 17), x, a, others};
}

function pool(op: string, kind: Kind, {int, pick, distinct}: Draw): Operator {
  const [kernel, strides] = [
    [int(1, 4), int(2, 3)],
    [int(1, 3), int(1, 3)],
  ];
  // If windows are further apart than wide, onnxruntime takes "SAME" to need padding below 0, and refuses.
  const apart = kernel.some((k, i) => k < strides[i]);
  const auto = apart ? "NOTSET" : pick("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER");
  const opset = pick(op === "LpPool" ? 18 : 11, 19, 22);
  const padded = {
    pads: [0, 1, 2, 3].map((i) => int(0, Math.floor(kernel[i % 2] / 2))),
    ceil_mode: op === "LpPool" ? 0 : pick(0, 1),
  };
  const dilated = auto === "NOTSET" && (op === "MaxPool" || opset >= 19);
  const a = {
    kernel_shape: kernel,
    strides,
    ...(auto === "NOTSET" ? padded : {auto_pad: auto}),
    ...(op === "AveragePool" && {count_include_pad: pick(0, 1)}),
    ...(dilated && {dilations: pick([1, 1], [2, 1])}),
  };
  const x = [-1, int(1, 3), int(8, 13), int(8, 12)];
  return {op, kind, opset, x, a, draw: op === "MaxPool" ? distinct() : offZero};
}

function resize({int, pick}: Draw): Operator {
  const mode = pick("nearest", "linear", "cubic");
  const modes = ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"];
  const opset = pick(11, 13, 18, 19);
  const antialias = opset >= 18 && mode !== "nearest" && pick(true, false);
  const a = {
    mode,
    coordinate_transformation_mode: pick(...modes),
    ...(mode === "nearest" && {nearest_mode: pick("floor", "round_prefer_floor", "ceil", "round_prefer_ceil")}),
    ...(antialias && {antialias: 1}),
  };
  const x = [-1, 2, int(3, 7), int(3, 7)];
  const scales = {floats: [1, 1, pick(2, 1.5, 0.5, 3), pick(2, 1.7, 0.6)], type: "float32" as const};
  return {op: "Resize", kind: "quadratic", opset, x, a, others: [{floats: [], type: "float32"}, scales]};
}

function pads({int, pick}: Draw): Operator {
  const mode = pick("constant", "reflect", "edge");
  const least = mode === "constant" ? -1 : 0;
  const ends = [0, 0, int(0, 3), int(least, 3), 0, 0, int(least, 2), int(0, 3)];
  return {op: "Pad", kind: "quadratic", opset: pick(11, 17, 19), x: [-1, 2, 6, 7], a: {mode}, others: [{ints: ends}]};
}

function slices({int, pick}: Draw): Operator {
  const step = pick(1, 1, 2, -1, -2, 3);
  const [start, end] = step < 0 ? [-1, -8] : [int(0, 3), pick(7, -1, 2 ** 53, -100)];
  const others = [[start], [end], [pick(2, 3, -1)], [step]].map((ints) => ({ints}));
  return {
    op: "Slice",
    kind: "quadratic",
    opset: pick(10, 17),
    x: [-1, 5, 8, 7],
    others: end === -100 ? others.slice(0, 0).concat([[0], [5], [2], [1]].map((ints) => ({ints}))) : others,
  };
}

function gathers({int, pick}: Draw): Operator {
  const axis = pick(1, 2, -1);
  const kind = "quadratic";
  return pick<Operator>(
    {op: "Gather", kind, x: [-1, 6, 5], a: {axis}, others: [{ints: [int(0, 4), int(-2, 4), int(0, 4)]}]},
    {op: "Gather", kind, x: [5, 3], a: {axis: 0}, others: [{ints: [4, 0, -1, int(0, 4)], dims: [2, 2]}]},
    {op: "Gather", kind, x: [-1, 6, 5], a: {axis}, others: [{ints: [int(0, 4)], dims: []}]},
    {op: "Gather", kind, x: [-1, 6, 5], a: {axis}, others: [{ints: pick([1, 2, 3], [-2, -1], [4])}]},
    {op: "GatherElements", kind, x: [3, 4], a: {axis: pick(0, 1)}, others: [{ints: [0, 2, 1, -1, 0, 1], dims: [2, 3]}]},
    {op: "GatherND", kind, x: [3, 4, 2], others: [{ints: [0, 1, 2, 3, 0, 1], dims: [3, 2]}]},
    {op: "GatherND", kind, x: [2, 3, 4], a: {batch_dims: 1}, others: [{ints: [1, 2], dims: [2, 1]}]},
  );
}

function scatters({pick}: Draw): Operator {
  const [opset, reduction] = [pick(16, 18), pick("none", "add")];
  return pick<Operator>(
    {
      op: "ScatterElements",
      kind: "quadratic",
      opset,
      x: [3, 4],
      a: {axis: 1, reduction},
      others: [{ints: [0, 2, 3, 1, 0, 3], dims: [3, 2]}, {fed: [3, 2]}],
    },
    {
      op: "ScatterND",
      kind: "quadratic",
      opset,
      x: [4, 3],
      a: {reduction},
      others: [{ints: [3, 1], dims: [2, 1]}, {fed: [2, 3]}],
    },
  );
}

/** Functions of one number: where they are smooth, and whether onnxruntime has them in float64. */
const UNARY: readonly Omit<Operator, "x">[] = [
  ...["Exp", "Sin", "Cos", "Tanh", "Sigmoid"].map((op) => ({op, kind: "smooth" as const, type: "float64" as const})),
  ...["Erf", "Softplus", "Softsign", "Sinh", "Cosh", "Atan", "Asinh", "Mish"].map((op) => ({
    op,
    kind: "smooth" as const,
    opset: 18,
  })),
  ...["Log", "Sqrt"].map((op) => ({op, kind: "smooth" as const, type: "float64" as const, draw: above(0.5)})),
  {op: "Reciprocal", kind: "smooth", type: "float64", draw: offZero},
  ...["Asin", "Acos", "Atanh", "Tan"].map((op) => ({op, kind: "smooth" as const, draw: inside})),
  {op: "Acosh", kind: "smooth", draw: above(1.5)},
  ...["Abs", "Relu"].map((op) => ({op, kind: "piecewise" as const, type: "float64" as const, draw: offZero})),
  {op: "Relu", kind: "piecewise", draw: offZero},
  {op: "LeakyRelu", kind: "piecewise", a: {alpha: 0.2}, draw: offZero},
  {op: "Neg", kind: "quadratic", type: "float64"},
  {op: "Identity", kind: "quadratic"},
  {op: "Elu", kind: "smooth", a: {alpha: 0.7}, draw: offZero},
  {op: "Selu", kind: "smooth", draw: offZero},
  {op: "Celu", kind: "smooth", a: {alpha: 1.5}, draw: offZero},
  {op: "ThresholdedRelu", kind: "piecewise", a: {alpha: 0.2}, draw: offZero},
  {op: "Shrink", kind: "piecewise", a: {lambd: 0.25, bias: 0.1}, draw: offZero},
  {op: "HardSigmoid", kind: "piecewise", a: {alpha: 0.5, beta: 0.5}, draw: inside},
  {
    op: "HardSigmoid",
    kind: "piecewise",
    a: {alpha: 0.5, beta: 0.5},
    draw: (v) => (Math.abs(v) < 0.5 ? v : Math.sign(v) * (1.5 + Math.abs(v))),
  },
  {op: "HardSwish", kind: "quadratic", draw: inside},
  {op: "HardSwish", kind: "piecewise", draw: (v) => Math.sign(v) * (4 + Math.abs(v))},
  {op: "Gelu", kind: "smooth", opset: 20, a: {approximate: "none"}},
  {op: "Gelu", kind: "smooth", opset: 20, a: {approximate: "tanh"}},
  {op: "Swish", kind: "smooth", opset: 24, a: {alpha: 1.3}},
];

function clips({pick}: Draw): Operator {
  const [low, high]: Input[] = [
    {floats: [-0.25], dims: []},
    {floats: [0.25], dims: []},
  ];
  const fed = (bound: number): Input => ({fed: [], draw: () => bound}); // what is cut off flows to its bound
  const others = pick<readonly Input[]>([low, high], [low], ["", high], [], [fed(-0.25), fed(0.25)]);
  return {op: "Clip", kind: "piecewise", opset: pick(11, 17), x: [-1, 3, 9], others, draw: offZero};
}

function norms({pick}: Draw): Operator {
  const [kind, x] = ["smooth" as const, [-1, 4, 5, 5]];
  return pick<Operator>(
    {op: "LayerNormalization", kind, type: "float64", x: [-1, 4, 7], a: {axis: -1}, others: [{fed: [7]}, {fed: [7]}]},
    {
      op: "LayerNormalization",
      kind,
      type: "float64",
      x: [-1, 4, 7],
      a: {axis: 1, epsilon: 0.01},
      others: [{fed: [4, 7]}],
    },
    {op: "InstanceNormalization", kind, x, others: [{fed: [4]}, {fed: [4]}]},
    {op: "GroupNormalization", kind, opset: 21, x, a: {num_groups: 2}, others: [{fed: [4]}, {fed: [4]}]},
    {op: "GroupNormalization", kind, opset: 18, x, a: {num_groups: 2}, others: [{fed: [2]}, {fed: [2]}]},
    {
      op: "BatchNormalization",
      kind,
      type: "float64",
      opset: pick(9, 14, 15),
      x,
      others: [{fed: [4]}, {fed: [4]}, {fed: [4]}, {fed: [4], draw: above(0.5)}],
    },
    {op: "MeanVarianceNormalization", kind, opset: 13, x},
    {op: "LpNormalization", kind, type: "float64", x, a: {axis: pick(1, -1), p: 2}},
    {op: "LpNormalization", kind, x, a: {axis: 1, p: 1}, draw: offZero},
    {op: "LRN", kind, x: [-1, 7, 3, 3], a: {size: pick(3, 5), alpha: 0.3, beta: 0.6, bias: 1.5}},
    {op: "RMSNormalization", kind, opset: 23, x: [-1, 4, 7], a: {axis: -1}, others: [{fed: [7]}]},
  );
}

function reduces({pick, distinct}: Draw): Operator {
  const op = pick("Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp");
  const axes = pick<readonly number[] | undefined>([1], [2, 3], [-1], [1, 3], undefined);
  const opset = pick(11, 17, 18);
  const asInput = opset >= 18 || (op === "Sum" && opset >= 13);
  const how = {
    Mean: {kind: "quadratic"},
    Sum: {kind: "quadratic"},
    SumSquare: {kind: "quadratic"},
    Max: {kind: "piecewise", draw: distinct()},
    Min: {kind: "piecewise", draw: distinct()},
    L1: {kind: "piecewise", draw: offZero},
    Prod: {kind: "smooth", draw: (v: number) => 1 + 0.3 * Math.tanh(v)},
    L2: {kind: "smooth", type: "float64"},
    LogSum: {kind: "smooth", type: "float64", draw: above(0.5)},
    LogSumExp: {kind: "smooth", type: "float64"},
  }[op] as Pick<Operator, "kind" | "draw" | "type">;
  const others = asInput && axes ? [{ints: axes}] : [];
  return {
    op: `Reduce${op}`,
    opset,
    x: [-1, 3, 5, 4],
    a: {keepdims: pick(0, 1), ...(!asInput && {axes})},
    others,
    ...how,
  };
}

function binary({pick}: Draw): Operator {
  const op = pick("Mul", "Div", "Add", "Sub", "Max", "Min", "Mean", "Sum", "Pow", "PRelu", "Mod");
  const fed = pick([4], [3, 1, 1], [5, 4], [1, 3, 5, 4], [], [1]);
  const x = [-1, 3, 5, 4];
  const how: {readonly [op: string]: Partial<Operator> & {readonly kind: Kind}} = {
    Div: {kind: "smooth", type: "float64", others: [{fed, draw: offZero}]},
    Max: {kind: "piecewise", others: [{fed, draw: (v) => 0.3 * Math.round(10 * v) - 0.05}]},
    Min: {kind: "piecewise", others: [{fed, draw: (v) => 0.3 * Math.round(10 * v) - 0.05}]},
    Pow: {
      kind: "smooth",
      type: "float64",
      draw: above(0.5),
      others: [pick<Input>({fed}, {floats: [pick(2, 3, 0.5, 0, 1)], dims: []})],
    },
    PRelu: {kind: "piecewise", draw: offZero, others: [{fed: pick([4], [3, 1, 1], [1])}]},
    Mod: {
      kind: "piecewise",
      a: {fmod: 1},
      draw: (v) => Math.sign(v) * (0.5 + Math.round(Math.abs(v))),
      others: [{floats: [1], dims: []}],
    },
  };
  const draw = op === "Max" || op === "Min" ? {draw: (v: number) => 0.3 * Math.round(10 * v) + 0.1} : {};
  return {op, opset: 17, x, others: [{fed}], ...draw, ...(how[op] ?? {kind: "quadratic"})};
}

function products({pick}: Draw): Operator {
  const kind = "quadratic";
  const [a, b] = pick(
    [
      [-1, 3, 4],
      [4, 5],
    ],
    [
      [-1, 3, 4],
      [1, 4, 5],
    ],
    [
      [-1, 1, 3, 4],
      [2, 4, 5],
    ],
    [[-1, 2, 3, 4], [4]],
    [[4], [3, 4, 2]],
    [[4], [4]],
    [
      [3, 4],
      [2, 4, 2],
    ],
  );
  const gemm = {transA: pick(0, 1), transB: pick(0, 1), alpha: pick(1, 0.5), beta: pick(1, 2)};
  const bias = pick([5], [3, 5], [1, 5], [3, 1], []);
  const equation = pick("bij,bjk->bik", "bij,kj->bik", "bij,bij->b", "bij,jk", "bij,bkj->bik");
  const other = {
    "bij,bjk->bik": [2, 4, 5],
    "bij,kj->bik": [5, 4],
    "bij,bij->b": [2, 3, 4],
    "bij,jk": [4, 5],
    "bij,bkj->bik": [2, 5, 4],
  }[equation];
  return pick<Operator>(
    {op: "MatMul", kind, type: pick("float32", "float64"), x: a, others: [{fed: b}]},
    {
      op: "Gemm",
      kind,
      x: gemm.transA ? [4, 3] : [3, 4],
      a: gemm,
      others: [{fed: gemm.transB ? [5, 4] : [4, 5]}, {fed: bias}],
    },
    {op: "Einsum", kind, x: [2, 3, 4], a: {equation}, others: [{fed: other as number[]}]},
  );
}

function softmaxes({pick}: Draw): Operator {
  const [op, axis] = [pick("Softmax", "LogSoftmax"), pick(1, 2, 3, -1)];
  return {op, kind: "smooth", type: "float64", opset: pick(9, 11, 13, 17), x: [-1, 4, 5, 3], a: {axis: axis}};
}

function moves({pick, int}: Draw): Operator {
  const kind = "quadratic";
  return pick<Operator>(
    {op: "DepthToSpace", kind, x: [-1, 8, 3, 4], a: {blocksize: 2, mode: pick("DCR", "CRD")}},
    {op: "SpaceToDepth", kind, x: [-1, 2, 6, 4], a: {blocksize: 2}},
    {op: "Tile", kind, x: [-1, 2, 3], others: [{ints: [1, int(1, 3), int(1, 3)]}]},
    {op: "Tile", kind, x: [-1, 2, 3], others: [{ints: [2, 1, 3]}]},
    {op: "Expand", kind, x: [-1, 1, 3], others: [{ints: pick([1, 4, 3], [2, 1, 4, 3])}]},
    {op: "Transpose", kind, x: [-1, 2, 3, 4], a: pick({perm: [0, 3, 1, 2]}, {perm: [3, 2, 0, 1]}, {})},
    {op: "Reshape", kind, x: [-1, 2, 3, 4], others: [{ints: pick([0, -1], [-1, 6, 4], [0, 0, 12])}]},
    {op: "Flatten", kind, x: [-1, 2, 3, 4], a: {axis: pick(0, 1, 2, 3)}},
    {op: "Unsqueeze", kind, opset: 17, x: [-1, 2, 3], others: [{ints: pick([1], [0, 2], [-1])}]},
    {op: "Squeeze", kind, opset: 17, x: [-1, 1, 3, 1], others: pick([], [{ints: [1]}], [{ints: [-1, 1]}]) as Input[]},
    {op: "Squeeze", kind, opset: 11, x: [-1, 1, 3, 1], a: {axes: [1]}},
    {op: "Concat", kind, x: [-1, 2, 3], a: {axis: pick(1, -2)}, others: [{fed: [2, 4, 3]}, {fed: [2, 1, 3]}]},
    {op: "Concat", kind, x: [-1, 3], a: {axis: 0}, others: [{fed: [4, 3]}]},
    {op: "Split", kind, opset: 17, x: [-1, 6, 2], a: {axis: 1}, others: [{ints: [1, 5]}], outputs: 2},
    {op: "Split", kind, opset: 11, x: [-1, 6, 2], a: {axis: 1, split: [2, 4]}, outputs: 2},
    {op: "Split", kind, opset: 18, x: [-1, 6, 2], a: {axis: 1, num_outputs: 3}, outputs: 3},
    {
      op: "Trilu",
      kind,
      x: [-1, 3, 4],
      a: {upper: pick(0, 1)},
      others: pick([], [{ints: [int(-1, 1)], dims: []}]) as Input[],
    },
    {op: "ReverseSequence", kind, x: [4, 3], a: {batch_axis: 1, time_axis: 0}, others: [{ints: [2, 4, 1]}]},
    {
      op: "CumSum",
      kind,
      x: [-1, 4, 3],
      a: {exclusive: pick(0, 1), reverse: pick(0, 1)},
      others: [{ints: [pick(1, -1)], dims: []}],
    },
    {op: "Cast", kind, x: [-1, 3], a: {to: 1}},
    {op: "Dropout", kind, opset: pick(9, 13), x: [-1, 3]},
  );
}

function globals({pick, distinct}: Draw): Operator {
  const x = [-1, 2, 3, 4];
  return pick<Operator>(
    {op: "GlobalAveragePool", kind: "quadratic", x},
    {op: "GlobalMaxPool", kind: "piecewise", x, draw: distinct()},
    {op: "GlobalLpPool", kind: "smooth", x, a: {p: pick(2, 3)}, draw: offZero},
    {
      op: "TopK",
      kind: "piecewise",
      opset: pick(10, 11, 17),
      x: [-1, 9],
      a: {axis: 1},
      others: [{ints: [3]}],
      outputs: 2,
      draw: distinct(),
    },
  );
}

/** The families of operators, as src/onnx/backward has them. */
export const FAMILIES: {readonly [family: string]: Family} = {
  convolutions: (d) => conv(d, ...d.pick<[number, number, number]>([1, 3, 4], [1, 1, 1], [2, 2, 4], [3, 1, 6])),
  "depthwise convolutions": (d) => conv(d, 4, 1, 4 * d.int(1, 2)),
  "transposed convolutions": transposedConv,
  "max pools": (d) => pool("MaxPool", "piecewise", d),
  "average pools": (d) => pool("AveragePool", "quadratic", d),
  "Lp pools": (d) => pool("LpPool", "smooth", d),
  "global pools and top k": globals,
  resizing: resize,
  padding: pads,
  slices,
  gathers,
  scatters,
  softmaxes,
  "functions of one number": (d) => ({x: [-1, 3, 9], ...d.pick(...UNARY)}),
  clips,
  normalisations: norms,
  reductions: reduces,
  "functions of two numbers": binary,
  products,
  "moves and shapes": moves,
};
