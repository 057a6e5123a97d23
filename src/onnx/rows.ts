import {OnnxError} from "./error";
import type {Feeds, NdArray} from "./runtime/runtime";

type Numbers = Float32Array; // stands for any typed array: they are made and filled alike

/** `count` rows along the first axis, taken in turn from the rows of an array. */
export function rowsInTurn(array: NdArray, count: number): NdArray {
  return rowsOf(
    array,
    Array.from({length: count}, (_, row) => row % array.dims[0]),
  );
}

/** The rows with these numbers; −1 is a row of zeros. */
export function rowsOf(array: NdArray, rows: readonly number[]): NdArray {
  const size = array.dims[0] ? lengthOf(array) / array.dims[0] : 0;
  const from = numbersOf(array);
  const data = alike(array, rows.length * size);
  rows.forEach((row, i) => {
    if (row >= 0) data.set(from.subarray(row * size, (row + 1) * size), i * size);
  });
  return {type: array.type, dims: [rows.length, ...array.dims.slice(1)], data: data as ArrayBufferView};
}

/**
 * Joins parts of one array along the first axis. From the last part, it takes only the rows that are still missing to
 * `count`.
 */
export function joinedRows(parts: readonly NdArray[], count: number): NdArray {
  const [first] = parts;
  const size = lengthOf(first) / first.dims[0];
  const data = alike(first, count * size);
  parts.forEach((part, i) => {
    const start = i * first.dims[0];
    data.set(numbersOf(part).subarray(0, Math.min(first.dims[0], count - start) * size), start * size);
  });
  return {type: first.type, dims: [count, ...first.dims.slice(1)], data: data as ArrayBufferView};
}

/** The sum of arrays of floats of one shape. */
export function summed(parts: readonly NdArray[]): NdArray {
  const [first] = parts;
  const data = alike(first, lengthOf(first));
  for (const part of parts) {
    const numbers = numbersOf(part);
    for (let i = 0; i < data.length; i++) data[i] += numbers[i];
  }
  return {type: first.type, dims: first.dims, data: data as ArrayBufferView};
}

/**
 * Divides feeds of any number of rows into parts of `batch` rows, for a model with a fixed batch size. The last part is
 * filled up with copies of the last row.
 */
export function inBatches(feeds: Feeds, batch: number): {readonly feeds: Feeds; readonly rows: readonly number[]}[] {
  const counts = new Set(Object.values(feeds).map(({dims}) => dims[0]));
  const [count] = counts;
  if (counts.size !== 1 || !(count > 0)) {
    throw new OnnxError(`inputs: expected the same number of rows in each, at least 1, got ${[...counts].join(", ")}`);
  }
  return Array.from({length: Math.ceil(count / batch)}, (_, part) => {
    const rows = Array.from({length: batch}, (_, i) => part * batch + i);
    const filled = rows.map((row) => Math.min(row, count - 1));
    const own = Object.entries(feeds).map(([name, array]) => [name, rowsOf(array, filled)]);
    return {feeds: Object.fromEntries(own), rows: rows.map((row) => (row < count ? row : -1))};
  });
}

export function lengthOf({dims}: Pick<NdArray, "dims">): number {
  return dims.reduce((a, b) => a * b, 1);
}

function numbersOf({data}: NdArray): Numbers {
  return data as ArrayBufferView as Numbers;
}

function alike({data}: NdArray, length: number): Numbers {
  return new (data.constructor as Float32ArrayConstructor)(length);
}
