/**
 * @file The shapes and names of a saved value's arrays on the disk (docs/run-folder.md). In memory, arrays are flat.
 */
import type {Values} from "./npy";

/** The place of an array in a saved value. */
export interface Placed {
  readonly shape: readonly number[];
  /** Its name in the .npz file, if that is not its path. */
  readonly name?: string;
}

interface Plain {
  readonly [name: string]: unknown;
}

/** The shapes of arrays; an array without a shape is a row of numbers. */
export type Shapes = ReadonlyMap<unknown, Placed>;

/**
 * The arrays of a saved value whose shape is known, whether it is an artifact with a plot or another value that a run
 * keeps.
 */
export function shapesOf(value: unknown): Shapes {
  const shapes = new Map<unknown, Placed>();
  const root = plain(value);
  const [data, numbers] = [plain(root.data), plain(root.numbers)];
  const put = (array: unknown, shape: readonly unknown[], name?: string) => {
    if (!ArrayBuffer.isView(array)) return;
    const sides = fitting(shape, (array as Values).length);
    shapes.set(array, {shape: sides ?? [(array as Values).length], ...(name === undefined ? {} : {name})});
  };
  const size = [data.height, data.width, -1];
  if (root.plot === "confusionMatrix") {
    const {length} = list(data.classNames);
    put(data.counts, [length, length]);
    put(numbers.probabilities, [-1, length]);
  }
  if (root.plot === "scatter") {
    const points = lengthOf(data.labels);
    put(data.points, [points, -1]);
    put(numbers.nearest, [points, -1]);
  }
  if (root.plot === "segments") put(data.images, [lengthOf(data.explanations), ...size]);
  if (root.plot === "imageGrid") {
    const images = lengthOf(numbers.indices);
    const names = new Set<string>();
    const named = (label: unknown, group: string) => {
      const name = `${group}.${`${label}`.replace(/\W+/g, "_").replace(/^_|_$/g, "")}`;
      let free = name;
      for (let n = 2; names.has(free); n++) free = `${name}_${n}`; // the answer's and the truth's have one label
      names.add(free);
      return free;
    };
    for (const row of list(data.rows)) {
      put(row.values, [lengthOf(data.columns), ...size], named(row.label, "data"));
    }
    for (const map of list(numbers.maps)) {
      put(map.values, [images, ...size], named(map.label, "numbers"));
    }
    put(numbers.probabilities, [images, -1]);
    put(plain(plain(numbers.trust).untrained).gradient, [images, ...size]);
  }
  for (const {values, shape} of list(root.activations)) put(values, [lengthOf(root.indices), ...list(shape)]);
  for (const {buckets} of list(root.weights)) put(buckets, [-1, 3]);
  for (const {kernel, shape} of list(root.layers)) put(kernel, list(shape));
  if (ArrayBuffer.isView(root.segments)) put(root.segments, [lengthOf(root.index), root.height, root.width]);
  if (ArrayBuffer.isView(root.strongest)) put(root.values, [lengthOf(root.index), root.height, root.width]);
  if (Array.isArray(root.shape)) put(root.pixels, root.shape);
  if (ArrayBuffer.isView(root.places)) put(root.probabilities, [lengthOf(root.places), -1]);
  return shapes;
}

/**
 * The shape, with -1 replaced by the size that follows from the count; undefined if the shape does not fit the count.
 */
function fitting(shape: readonly unknown[], count: number): readonly number[] | undefined {
  const sides = shape.map(Number);
  const known = sides.reduce((product, side) => (side === -1 ? product : product * side), 1);
  const free = sides.includes(-1) ? count / known : 1;
  const isWhole = sides.every((side) => Number.isInteger(side)) && Number.isInteger(free) && known * free === count;
  return isWhole ? sides.map((side) => (side === -1 ? free : side)) : undefined;
}

function plain(value: unknown): Plain {
  return typeof value === "object" && value !== null ? (value as Plain) : {};
}

function list(value: unknown): readonly Plain[] {
  return Array.isArray(value) ? (value as Plain[]) : [];
}

function lengthOf(value: unknown): number {
  return ArrayBuffer.isView(value) || Array.isArray(value) ? (value as unknown as ArrayLike<unknown>).length : -2;
}
