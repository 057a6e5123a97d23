import {ascending} from "./ascending";
import {wilsonInterval} from "./intervals";

/** Some of the images, which have something in common. */
export interface Slice {
  /** The name of the fact that they share: "stroke width", "camera". */
  readonly field: string;
  /** Its value: "lowest quarter, 1.2 to 1.9", "2". */
  readonly value: string;
  readonly images: readonly number[];
}

/** How well the network answers the images of a slice. */
export interface SliceScore extends Slice {
  readonly right: number;
  /** Wilson's 95 % interval of its accuracy. */
  readonly interval: readonly [low: number, high: number];
}

/** A field with more different numbers than this is cut into quarters. */
const MOST_VALUES = 12;
const QUARTERS = ["lowest", "second", "third", "highest"];

/**
 * Cuts the images into quarters by a number: each quarter has equally many, except that equal numbers stay together.
 * There are no quarters if all numbers are equal.
 */
export function quartersOf(field: string, values: ArrayLike<number>): Slice[] {
  const order = [...ascending(values)].filter((n) => Number.isFinite(values[n]));
  const edges = [0.25, 0.5, 0.75].map((share) => values[order[Math.floor(share * order.length)]]);
  const parts: number[][] = [[], [], [], []];
  for (const n of order) parts[edges.filter((edge) => values[n] >= edge).length].push(n);
  if (parts.filter(({length}) => length > 0).length < 2) return []; // all are alike: there is nothing to cut
  const short = (value: number) => `${Number(value.toPrecision(3))}`;
  return parts.flatMap((images, quarter): Slice[] => {
    if (images.length === 0) return [];
    const [low, high] = [values[images[0]], values[images[images.length - 1]]];
    return [{field, value: `${QUARTERS[quarter]} quarter, ${short(low)} to ${short(high)}`, images}];
  });
}

/**
 * One slice for each value, or quarters if there are many different numbers. Images without a value are in no slice.
 */
export function slicesOf(field: string, values: readonly string[]): Slice[] {
  const groups = new Map<string, number[]>();
  values.forEach((value, n) => {
    if (value !== "") groups.set(value, [...(groups.get(value) ?? []), n]);
  });
  const areNumbers = [...groups.keys()].every((value) => value.trim() !== "" && Number.isFinite(Number(value)));
  if (areNumbers && groups.size > MOST_VALUES) {
    return quartersOf(
      field,
      values.map((value) => (value === "" ? Number.NaN : Number(value))),
    );
  }
  return [...groups].map(([value, images]) => ({field, value, images}));
}

/** Slices by their accuracy, the worst first; of equally good ones, the larger first. */
export function worstFirst(slices: readonly Slice[], isRight: (image: number) => boolean): SliceScore[] {
  return slices
    .map((slice) => {
      const right = slice.images.filter(isRight).length;
      return {...slice, right, interval: wilsonInterval(right, slice.images.length)};
    })
    .sort((a, b) => a.right / a.images.length - b.right / b.images.length || b.images.length - a.images.length);
}
