import {EngineError, type NamedArray} from "../network-types";
import type {Layout, PlacedParameter} from "./layout";
import {sizeOf} from "./planes";

/**
 * Reads arrays into the model's own layout.
 *
 * @param base The address of the flat array to read: values, gradients or moments.
 */
export function readArrays(
  floats: Float32Array,
  parameters: readonly PlacedParameter[],
  base: number,
  {values: first}: Layout,
): NamedArray[] {
  return inModelOrder(parameters).map((parameter) => {
    const at = (base + parameter.place.values - first) / 4;
    const size = sizeOf(parameter.shape);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = floats[at + parameter.packed(i)];
    return {name: parameter.name, shape: parameter.shape, values};
  });
}

/** Writes arrays that have the model's own layout. @throws EngineError if they are not the model's. */
export function writeArrays(
  floats: Float32Array,
  parameters: readonly PlacedParameter[],
  base: number,
  {values: first}: Layout,
  arrays: readonly NamedArray[],
): void {
  const ordered = inModelOrder(parameters);
  if (arrays.length !== ordered.length) {
    throw new EngineError(`weights: expected ${ordered.length} arrays, got ${arrays.length}`);
  }
  ordered.forEach(({name, shape}, i) => {
    if (`${arrays[i].shape}` !== `${shape}`) {
      throw new EngineError(`weights of ${name}: expected shape [${shape}], got [${arrays[i].shape}]`);
    }
  });
  ordered.forEach((parameter, i) => {
    const at = (base + parameter.place.values - first) / 4;
    const {values} = arrays[i];
    for (let j = 0; j < values.length; j++) floats[at + parameter.packed(j)] = values[j];
  });
}

/** All arrays as one, in the model's order and layout, for weights that are kept or sent often. */
export function readFlat(
  floats: Float32Array,
  parameters: readonly PlacedParameter[],
  base: number,
  {values: first}: Layout,
): Float32Array {
  const ordered = inModelOrder(parameters);
  const flat = new Float32Array(ordered.reduce((sum, {shape}) => sum + sizeOf(shape), 0));
  let to = 0;
  for (const parameter of ordered) {
    const at = (base + parameter.place.values - first) / 4;
    const size = sizeOf(parameter.shape);
    for (let i = 0; i < size; i++) flat[to++] = floats[at + parameter.packed(i)];
  }
  return flat;
}

/** Writes an array that `readFlat` returned. @throws EngineError if it has another number of weights than the model. */
export function writeFlat(
  floats: Float32Array,
  parameters: readonly PlacedParameter[],
  base: number,
  {values: first}: Layout,
  flat: Float32Array,
): void {
  const ordered = inModelOrder(parameters);
  const expected = ordered.reduce((sum, {shape}) => sum + sizeOf(shape), 0);
  if (flat.length !== expected) throw new EngineError(`weights: expected ${expected} numbers, got ${flat.length}`);
  let from = 0;
  for (const parameter of ordered) {
    const at = (base + parameter.place.values - first) / 4;
    const size = sizeOf(parameter.shape);
    for (let i = 0; i < size; i++) floats[at + parameter.packed(i)] = flat[from++];
  }
}

function inModelOrder(parameters: readonly PlacedParameter[]): PlacedParameter[] {
  return [...parameters].sort((a, b) => a.index - b.index);
}
