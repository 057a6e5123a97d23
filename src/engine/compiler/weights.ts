import type {NamedArray} from "../../nouns/network";
import {UserError} from "../../nouns/options";
import type {Layout, PlacedParameter} from "./layout";

/**
 * Reads arrays in the model's own layout.
 *
 * @param base Byte of the flat array to read: values, gradients or moments.
 */
export function readArrays(
  floats: Float32Array,
  parameters: readonly PlacedParameter[],
  base: number,
  {values: first}: Layout,
): NamedArray[] {
  return inModelOrder(parameters).map((parameter) => {
    const at = (base + parameter.place.values - first) / 4;
    const size = parameter.shape.reduce((product, n) => product * n, 1);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = floats[at + parameter.packed(i)];
    return {name: parameter.name, shape: parameter.shape, values};
  });
}

/** Writes arrays given in the model's own layout. @throws UserError if they are not the model's. */
export function writeArrays(
  floats: Float32Array,
  parameters: readonly PlacedParameter[],
  base: number,
  {values: first}: Layout,
  arrays: readonly NamedArray[],
): void {
  const ordered = inModelOrder(parameters);
  if (arrays.length !== ordered.length) {
    throw new UserError(`weights: expected ${ordered.length} arrays, got ${arrays.length}`);
  }
  ordered.forEach(({name, shape}, i) => {
    if (`${arrays[i].shape}` !== `${shape}`) {
      throw new UserError(`weights of ${name}: expected shape [${shape}], got [${arrays[i].shape}]`);
    }
  });
  ordered.forEach((parameter, i) => {
    const at = (base + parameter.place.values - first) / 4;
    const {values} = arrays[i];
    for (let j = 0; j < values.length; j++) floats[at + parameter.packed(j)] = values[j];
  });
}

function inModelOrder(parameters: readonly PlacedParameter[]): PlacedParameter[] {
  return [...parameters].sort((a, b) => a.index - b.index);
}
