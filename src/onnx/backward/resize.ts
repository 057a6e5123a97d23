import type {Builder, Name} from "./builder";
import {type Call, type Rule, type Rules, range, refusal} from "./rule";

/**
 * The rule of Resize, which is linear and works axis by axis. Applied to unit vectors, it gives its own matrix, in
 * every mode; the gradient is multiplied by the transposed matrix.
 */
const resize: Rule = (call) => {
  const {b, x, y, g, a} = call;
  if (a.coordinate_transformation_mode === "tf_crop_and_resize") {
    throw refusal(call, "another coordinate_transformation_mode", '"tf_crop_and_resize"');
  }
  const [xs, ys] = [b.dims(x[0]), b.dims(y[0])];
  const scales = scalesOf(call, xs, ys);
  const changed = range(xs.length).filter((axis) => axis > 0 && (xs[axis] !== ys[axis] || scales[axis] !== 1));
  if (xs[0] !== ys[0] || changed.some((axis) => xs[axis] < 0))
    throw refusal(call, "the batch's own size", "another one");
  return [changed.reduce((back, axis) => along(b, back, axis, xs.length, matrixOf(call, axis, scales[axis])), g)];
};

/** The scale that Resize used for each axis. It is not the ratio of the sizes, because sizes are rounded. */
function scalesOf({b, x, a}: Call, xs: readonly number[], ys: readonly number[]): readonly number[] {
  const ratios = xs.map((n, i) => (n === ys[i] ? 1 : ys[i] / n));
  const axes =
    (a.axes as readonly number[] | undefined)?.map((axis) => (axis + xs.length) % xs.length) ?? range(xs.length);
  const given = x[2] ? b.values(x[2]) : undefined;
  if (given?.length) return ratios.map((ratio, axis) => given[axes.indexOf(axis)] ?? ratio);
  const sizes = x[3] ? b.values(x[3]) : undefined;
  const policy = a.keep_aspect_ratio_policy;
  if (!sizes || (policy !== "not_larger" && policy !== "not_smaller")) return ratios;
  const wanted = sizes.map((n, i) => n / xs[axes[i]]);
  const scale = policy === "not_larger" ? Math.min(...wanted) : Math.max(...wanted);
  return ratios.map((ratio, axis) => (axes.includes(axis) ? scale : ratio));
}

/** The matrix [from, to] of one axis: row k is the result for a 1 at place k and 0 elsewhere. */
function matrixOf({b, node, x, y}: Call, axis: number, scale: number): Name {
  const [from, to] = [b.dims(x[0])[axis], b.dims(y[0])[axis]];
  const rank = b.rank(x[0]);
  const at = (value: number, count: number) => range(rank).map((i) => (i === 0 ? count : i === axis ? value : 1));
  const unit = b.floats(
    Array.from({length: from * from}, (_, i) => (i % (from + 1) === 0 ? 1 : 0)),
    at(from, from),
  );
  const bySizes = x[3] !== undefined && x[3] !== "" && scale === to / from;
  const scales = range(rank).map((i) => (i === axis ? scale : 1));
  const how = (node.attribute ?? []).filter(({name}) => name !== "axes" && name !== "keep_aspect_ratio_policy");
  const inputs = bySizes ? [unit, "", "", b.ints(at(to, from))] : [unit, "", float32(b, scales)];
  return b.op("Reshape", [b.op("Resize", inputs, how), b.ints([from, to])]);
}

/** A constant of scales, which are float32 for every type of image. */
function float32(b: Builder, values: readonly number[]): Name {
  const {float} = b;
  b.float = "float32";
  const name = b.floats(values, [values.length]);
  b.float = float;
  return name;
}

/** Multiplies g along one axis by the transposed matrix. */
function along(b: Builder, g: Name, axis: number, rank: number, matrix: Name): Name {
  if (axis === rank - 2) return b.op("MatMul", [matrix, g]);
  const turned = b.op("Transpose", [matrix], {perm: [1, 0]});
  if (axis === rank - 1) return b.op("MatMul", [g, turned]);
  const perm = [...range(rank).filter((i) => i !== axis), axis];
  const product = b.op("MatMul", [b.op("Transpose", [g], {perm}), turned]);
  return b.op("Transpose", [product], {perm: perm.map((_, i) => perm.indexOf(i))});
}

export const resizing: Rules = {Resize: resize};
