import type {Builder, Name} from "./builder";
import {each, number, positive, type Rule, type Rules, refusal} from "./rule";
import {backToTheirPlaces} from "./scatter";

const picked: Rule = (call) => [call.needs(0) ? backToTheirPlaces(call) : undefined];

/** The rule of Slice: without steps, the gradient is g with zeros around it. */
const slice: Rule = (call) => {
  const {b, x, g} = call;
  const rank = b.rank(x[0]);
  const [starts, ends, given, steps] = [1, 2, 3, 4].map((i) => b.values(x[i]));
  const axes = (x[3] ? given : starts?.map((_, i) => i))?.map((axis) => positive(axis, rank));
  const sizes = b.dims(x[0]);
  const isPlain = starts && ends && axes && (!x[4] || steps?.every((step) => step === 1));
  if (!isPlain || axes.some((axis) => sizes[axis] < 0)) return picked(call);
  const clamp = (n: number, size: number) => Math.min(Math.max(n < 0 ? n + size : n, 0), size);
  const pads = Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    pads[axis] = clamp(starts[i], sizes[axis]);
    pads[axis + rank] = sizes[axis] - Math.max(pads[axis], clamp(ends[i], sizes[axis]));
  });
  return [b.pad(g, pads)];
};

/**
 * The rule of Pad. The gradient at constant padding is cut off; the gradient at reflected padding is added to the
 * places where its numbers came from.
 */
const pad: Rule = (call) => {
  const {b, x, g, a} = call;
  if (call.needs(2)) throw refusal(call, "a constant value to pad with", "one that depends on what is asked for");
  if ((a.mode ?? "constant") === "constant") {
    return [b.op("Pad", [g, b.neg(x[1]), ...(x[3] ? ["", x[3]] : [])])];
  }
  return picked(call);
};

/**
 * The rule of Gather. Neighbours in a row are treated as a slice. If rows of a table were picked, each row of g is
 * added to its row; along other axes, g is added by places.
 */
const gather: Rule = (call) => {
  const {b, x, g, a, needs} = call;
  if (!needs(0)) return [];
  const rank = b.rank(x[0]);
  const axis = positive(number(a.axis, 0), rank);
  const size = b.dims(x[0])[axis];
  const places = size > 0 ? b.values(x[1])?.map((place) => positive(place, size)) : undefined;
  if (places && b.rank(x[1]) < 2 && places.every((place, i) => place === places[0] + i)) {
    const pads = Array<number>(2 * rank).fill(0);
    pads[axis] = places[0];
    pads[axis + rank] = size - places[0] - places.length;
    return [b.pad(b.rank(x[1]) === 0 ? b.op("Unsqueeze", [g, b.ints([axis])]) : g, pads)];
  }
  if (axis !== 0) return picked(call);
  return [addedAt(b, "ScatterND", x[0], b.op("Unsqueeze", [x[1], b.ints([-1])]), g)];
};

const gatherND: Rule = (call) => {
  const {b, x, g, a, needs} = call;
  if (!needs(0)) return [];
  return number(a.batch_dims, 0) === 0 ? [addedAt(b, "ScatterND", x[0], x[1], g)] : picked(call);
};

const gatherElements: Rule = ({b, x, g, a, needs}) =>
  needs(0) ? [addedAt(b, "ScatterElements", x[0], x[1], g, number(a.axis, 0))] : [];

function addedAt(b: Builder, op: string, like: Name, places: Name, g: Name, axis?: number): Name {
  return b.op(op, [b.zerosLike(like), places, g], {axis, reduction: "add"});
}

/** The rule of TopK: the gradient goes back to the places of the values that were found. */
const topK: Rule = ({b, x, y, dy, a}) => {
  const g = dy[0];
  return g === undefined ? [] : [addedAt(b, "ScatterElements", x[0], y[1], g, number(a.axis, -1))];
};

/**
 * The rule of Scatter operators: a number that was overwritten gets no gradient, and a written number gets the gradient
 * of its place.
 */
function scatter(opType: string, gather: string): Rule {
  return (call) => {
    const {b, x, g, a} = call;
    const reduction = (a.reduction as string | undefined) ?? "none";
    if (reduction !== "none" && reduction !== "add") throw refusal(call, 'reduction "none" or "add"', `"${reduction}"`);
    const {axis} = a;
    return each(call, (i) => {
      if (i === 2) return b.op(gather, [g, x[1]], {axis});
      return reduction === "add" ? g : b.op(opType, [g, x[1], b.zerosLike(x[2])], {axis});
    });
  };
}

/** Rules of operators that pick numbers by their places, or put them there. */
export const picking: Rules = {
  Slice: slice,
  Pad: pad,
  Gather: gather,
  GatherND: gatherND,
  GatherElements: gatherElements,
  ScatterElements: scatter("ScatterElements", "GatherElements"),
  ScatterND: scatter("ScatterND", "GatherND"),
  TopK: topK,
  Compress: picked,
};
