import {normal, type RandomSource} from "../../src/nouns/random";
import {type Attributes, attributesFrom} from "../../src/onnx/file/attributes";
import {encodeModel, type TensorProto} from "../../src/onnx/file/model";
import {type FloatType, floatsTensor, intsTensor, TYPE} from "../../src/onnx/file/tensors";
import {type Feeds, type NdArray, type OnnxGraph, openOnnx, runtimeHere} from "../../src/onnx/index";

/** An input after the first: floats that are drawn and fed, or floats or whole numbers that the model stores. */
export type Input =
  | {readonly fed: readonly number[]; readonly draw?: (value: number) => number}
  | {readonly floats: readonly number[]; readonly dims?: readonly number[]; readonly type?: FloatType}
  | {readonly ints: readonly number[]; readonly dims?: readonly number[]}
  | "";

/** How its output depends on what is fed, and so what central differences are worth. */
export type Kind =
  /** A polynomial of degree 2 at most: differences are exact for any step. */
  | "quadratic"
  /** Linear as far as the step goes: `draw` keeps numbers away from kinks. */
  | "piecewise"
  | "smooth";

/** A model of one node. */
export interface Operator {
  readonly op: string;
  readonly kind: Kind;
  readonly opset?: number;
  /** float64 if onnxruntime has the operator in it; there differences are worth more. */
  readonly type?: FloatType;
  /** Sizes of the first input, which is fed; −1 is the batch. */
  readonly x: readonly number[];
  readonly a?: Attributes;
  readonly others?: readonly Input[];
  /** The first input's numbers, made of normal ones. */
  readonly draw?: (value: number) => number;
  /** Its outputs; the first is differentiated, the others have whole numbers. */
  readonly outputs?: number;
}

export interface OpenOperator {
  readonly graph: OnnxGraph;
  readonly feeds: Feeds;
  draw(dims: readonly number[], through?: (value: number) => number): NdArray;
}

/** The test's own thread computes: hundreds of sessions start faster there. */
const runtime = import("onnxruntime-node").then(runtimeHere);

export async function openOperator(operator: Operator, random: RandomSource): Promise<OpenOperator> {
  const {op, opset = 17, type = "float32", x, a = {}, others = [], outputs = 1} = operator;
  const draw = (dims: readonly number[], through = (v: number) => v): NdArray => {
    const values = Array.from({length: product(dims)}, () => through(normal(random)));
    return {type, dims, data: type === "float32" ? Float32Array.from(values) : Float64Array.from(values)};
  };
  const initializer: TensorProto[] = [];
  const sizes: {[name: string]: readonly number[]} = {x};
  const feeds: {[name: string]: NdArray} = {
    x: draw(
      x.map((n) => (n < 0 ? 2 : n)),
      operator.draw,
    ),
  };
  others.forEach((input, i) => {
    const name = `p${i}`;
    if (input === "") return;
    if ("fed" in input) {
      sizes[name] = input.fed;
      feeds[name] = draw(input.fed, input.draw);
    } else if ("ints" in input) initializer.push(intsTensor(name, input.ints, input.dims));
    else initializer.push(floatsTensor(name, input.type ?? type, input.floats, input.dims));
  });
  const value = (name: string) => {
    const dim = sizes[name]?.map((n) => (n < 0 ? {param: "batch"} : {value: n}));
    return {name, type: {tensorType: {elemType: TYPE[type], ...(dim && {shape: {dim}})}}};
  };
  const names = others.map((input, i) => (input === "" ? "" : `p${i}`));
  const output = ["y", ...Array.from({length: outputs - 1}, (_, i) => `y${i + 1}`)];
  const node = [{opType: op, input: ["x", ...names], output, attribute: attributesFrom(a)}];
  const graph = {name: "one", node, initializer, input: Object.keys(sizes).map(value), output: [value("y")]};
  const bytes = encodeModel({irVersion: 8, opsetImport: [{version: opset}], graph});
  return {graph: await openOnnx(bytes, {runtime: await runtime}), feeds, draw};
}

/** Steps of central differences. In "piecewise" no draw is nearer to a kink than this times 3. */
const STEP = {quadratic: 1, piecewise: 2 ** -6, smooth: 2 ** -6};

/**
 * How far the gradient is from central differences of the output along a random direction of all that is fed, seeded at
 * random: |⟨u, dy/dv⟩ − ⟨gradient, v⟩| over what the right side's size is for a random direction. Of a smooth function two
 * steps are combined (Richardson 1911), so that the error falls with the fourth power.
 */
export async function apart(operator: Operator, random: RandomSource): Promise<number> {
  const {graph, feeds, draw} = await openOperator(operator, random);
  try {
    const {y} = await graph.run(feeds);
    const u = draw(y.dims);
    // Few digits, so that a "piecewise" function of few digits is moved along it without rounding.
    const bounded = (v: number) => Math.round(256 * Math.tanh(v)) / 256;
    const v = Object.fromEntries(Object.entries(feeds).map(([name, {dims}]) => [name, draw(dims, bounded)]));
    const gradients = await graph.gradient(feeds, {output: "y", weights: u});
    const names = Object.keys(feeds);
    for (const name of names) {
      const [got, wanted] = [gradients[name], feeds[name]];
      if (`${got.dims}` !== `${wanted.dims}` || got.type !== wanted.type) throw new Error(`${name}: [${got.dims}]`);
    }
    const slope = async (step: number) => {
      const [ahead, behind] = [await at(graph, feeds, v, step), await at(graph, feeds, v, -step)];
      return dot(
        numbers(u),
        ahead.map((value, i) => (value - behind[i]) / (2 * step)),
      );
    };
    const step = STEP[operator.kind];
    const once = await slope(step);
    const left = operator.kind === "smooth" ? (4 * (await slope(step / 2)) - once) / 3 : once;
    const [g, way] = [names.flatMap((n) => [...numbers(gradients[n])]), names.flatMap((n) => [...numbers(v[n])])];
    const size = Math.sqrt(dot(g, g) * dot(way, way)) / Math.sqrt(way.length);
    return Math.abs(left - dot(g, way)) / (size + Number.MIN_VALUE);
  } finally {
    await graph.dispose();
  }
}

async function at(graph: OnnxGraph, feeds: Feeds, v: Feeds, step: number): Promise<Float64Array> {
  const there = Object.entries(feeds).map(([name, array]) => [name, moved(array, v[name], step)]);
  return numbers((await graph.run(Object.fromEntries(there))).y);
}

function moved(x: NdArray, v: NdArray, step: number): NdArray {
  const [from, way] = [numbers(x), numbers(v)];
  const values = from.map((value, i) => value + step * way[i]);
  return {...x, data: x.type === "float32" ? Float32Array.from(values) : values};
}

function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

function numbers({data}: NdArray): Float64Array {
  return Float64Array.from(data as Float32Array);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
