import type {ModelInput} from "./model-input";
import type {Port} from "./ports";

/** The types of inputs whose pixels are whole numbers. */
export const WHOLE = "uint8";

/**
 * The pixels that an input of bytes wants: from 0 to 255, unless the user gives another scale, mean or deviation.
 *
 * @param input The values from the user, or else the defaults.
 */
export function bytesIfWhole<I extends Omit<ModelInput, "layout">>({type}: Port, input: I): I {
  const isTold = input.scale !== 1 || input.mean.some((m) => m !== 0) || input.std.some((s) => s !== 1);
  return type === WHOLE && !isTold ? {...input, scale: 255} : input;
}

/** Rounds numbers to the nearest bytes. */
export function bytesFrom(values: Float32Array): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from(values).buffer);
}
