import type {Builder, Name} from "./builder";
import type {Call} from "./rule";

/** Adds each number of `g` to its place in a tensor of zeros like `like`; `places` count through `like` row by row. */
export function scattered(b: Builder, g: Name, places: Name, like: Name): Name {
  const flat = b.ints([-1]);
  const zeros = b.op("Reshape", [b.zerosLike(like), flat]);
  const [at, numbers] = [places, g].map((name) => b.op("Reshape", [name, flat]));
  return b.as(b.op("ScatterElements", [zeros, at, numbers], {axis: 0, reduction: "add"}), like);
}

/**
 * The gradient of an operator that only picks and repeats numbers of its first input (Slice, Gather, Tile, a reflecting
 * Pad …). Applied to the places of the numbers, the operator itself shows where each number came from.
 */
export function backToTheirPlaces({b, node, x, g}: Call): Name {
  const places = b.once(`places of ${x[0]}`, () => {
    const count = b.op("Size", [x[0]]);
    return b.as(b.op("Range", [b.ints([0], []), count, b.ints([1], [])]), x[0]);
  });
  return scattered(b, g, b.op(node.opType, [places, ...x.slice(1)], node.attribute ?? []), x[0]);
}
