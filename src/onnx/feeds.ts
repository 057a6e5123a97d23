import {OnnxError} from "./error";
import type {Feeds, NdArray, Port} from "./runtime/runtime";

/**
 * Checks the feeds. @throws OnnxError unless exactly the model's inputs are fed, each with its type and sizes. It does
 * not check the first size.
 */
export function checkFeeds(feeds: Feeds, inputs: readonly Port[]): void {
  const given = Object.keys(feeds);
  const wanted = inputs.map(({name}) => name);
  if (wanted.some((name) => !given.includes(name)) || given.some((name) => !wanted.includes(name))) {
    throw new OnnxError(`inputs: expected ${wanted.join(", ")}, got ${given.join(", ") || "none"}`);
  }
  for (const {name, type, dims} of inputs) {
    const array = feeds[name];
    const fits =
      array.type === type &&
      array.dims.length === dims.length &&
      dims.every((n, i) => i === 0 || typeof n !== "number" || n === array.dims[i]);
    if (!fits)
      throw new OnnxError(`input "${name}": expected ${worded(type, dims)}, got ${worded(array.type, array.dims)}`);
    checkLength(`input "${name}"`, array);
  }
}

export function checkLength(what: string, {data, dims}: NdArray): void {
  const {length} = data as ArrayBufferView as Float32Array;
  const wanted = dims.reduce((a, b) => a * b, 1);
  if (length !== wanted) throw new OnnxError(`${what}: expected ${wanted} numbers for [${dims}], got ${length}`);
}

function worded(type: string, dims: readonly (number | string)[]): string {
  return `[${dims.join(", ")}] of ${type}`;
}

/** The inputs whose first size is free: the batch. */
export function freeBatch(inputs: readonly Port[]): string[] {
  return inputs.filter(({dims}) => dims.length > 0 && typeof dims[0] !== "number").map(({name}) => name);
}

/** The first size of all inputs, if it is the same fixed number. */
export function fixedBatch(inputs: readonly Port[]): number | undefined {
  const first = inputs[0]?.dims[0];
  return typeof first === "number" && first > 0 && inputs.every(({dims}) => dims[0] === first) ? first : undefined;
}
