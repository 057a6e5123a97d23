/**
 * @file A list of explanations as columns: one array for each figure over all explanations, and not two small arrays
 * for each explanation.
 */
import type {NdArray, Values} from "./npy";

/** The form in which a list is kept: the numbers that every record has, as columns, and the rest of each record. */
export interface Columns {
  readonly columns: {readonly [name: string]: NdArray};
  readonly records: readonly Record[];
}

interface Record {
  readonly [name: string]: unknown;
}

/** The figures of an explanation, by the names of their columns. If a fraction is null, it is kept as NaN. */
const FIGURES: {readonly [column: string]: readonly [name: string, Kind: typeof Uint32Array | typeof Float64Array]} = {
  target: ["explained", Uint32Array],
  index: ["index", Uint32Array],
  label: ["label", Uint32Array],
  samples: ["samples", Uint32Array],
  near: ["near", Uint32Array],
  probability: ["probability", Float64Array],
  intercept: ["intercept", Float64Array],
  r2: ["r2", Float64Array],
  localPrediction: ["localPrediction", Float64Array],
  halvesTop5: ["halvesTop5", Float64Array],
  halvesCorrelation: ["halvesCorrelation", Float64Array],
};

/** Arrays with one number for each segment: those of explanation i are `starts[i]` to `starts[i + 1]`. */
const PER_SEGMENT = ["weights", "errors"];

/** Whether a value is a list of explanations that can be kept as columns. */
export function areExplanations(value: unknown): value is readonly Record[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(
    (one) =>
      one?.segments instanceof Uint16Array &&
      one.segments.length === value[0].segments.length &&
      PER_SEGMENT.every((name) => one[name] instanceof Float64Array && one[name].length === one.weights.length),
  );
}

/** @param size Height and width of the segments' map; if they do not fit, the segments stay in one row. */
export function toColumns(list: readonly Record[], size: readonly number[]): Columns {
  const columns: {[name: string]: NdArray} = {};
  const {length} = list[0].segments as Uint16Array; // checked above, like the casts below
  const shape = size[0] * size[1] === length ? [list.length, ...size] : [list.length, length];
  columns.segments = {values: joined(list.map(({segments}) => segments as Uint16Array)), shape};
  for (const name of PER_SEGMENT) {
    const values = joined(list.map((one) => one[name] as Float64Array));
    columns[name] = {values, shape: [values.length]};
  }
  const starts = new Uint32Array(list.length + 1);
  for (const [i, {weights}] of list.entries()) starts[i + 1] = starts[i] + (weights as Float64Array).length;
  columns.starts = {values: starts, shape: [starts.length]};
  const kept = new Set(["segments", ...PER_SEGMENT]);
  for (const [column, [name, Kind]] of Object.entries(FIGURES)) {
    const figures = list.map((one) => one[name]);
    if (!figures.every(Kind === Uint32Array ? isCount : isFraction)) continue; // it stays in the records
    const values = Kind.from(figures.map((value) => (value === null ? Number.NaN : Number(value))));
    columns[column] = {values, shape: [list.length]};
    kept.add(name);
  }
  const rest = (one: Record) => Object.fromEntries(Object.entries(one).filter(([name]) => !kept.has(name)));
  return {columns, records: list.map(rest)};
}

const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
const isFraction = (value: unknown) => value === null || (typeof value === "number" && !Number.isNaN(value));

/** Makes the list again. @param columns The same columns, but without their shapes. */
export function fromColumns(columns: {readonly [name: string]: unknown}, records: readonly Record[]): Record[] {
  const {segments, starts} = columns as {readonly [name: string]: Values};
  const size = segments.length / records.length;
  return records.map((record, i) => {
    const one: {[name: string]: unknown} = {...record, segments: segments.slice(i * size, (i + 1) * size)};
    for (const name of PER_SEGMENT) one[name] = (columns[name] as Values).slice(starts[i], starts[i + 1]);
    for (const [column, [name]] of Object.entries(FIGURES)) {
      if (!(column in columns)) continue;
      const value = (columns[column] as Values)[i];
      one[name] = Number.isNaN(value) ? null : value;
    }
    return one;
  });
}

function joined<V extends Uint16Array | Float64Array>(parts: readonly V[]): V {
  const all = new (parts[0].constructor as new (length: number) => V)(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
