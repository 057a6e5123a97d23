import type {ModelInput} from "./model-input";
import type {Port} from "./ports";

/** Types of an image input whose pixels are whole numbers. */
export const WHOLE = "uint8";

/**
 * How an input of bytes wants its pixels: from 0 to 255, unless another scale, mean or deviation is told.
 *
 * @param input As the user tells it, with the defaults if nothing is told.
 */
export function bytesIfWhole<I extends Omit<ModelInput, "layout">>({type}: Port, input: I): I {
  const isTold = input.scale !== 1 || input.mean.some((m) => m !== 0) || input.std.some((s) => s !== 1);
  return type === WHOLE && !isTold ? {...input, scale: 255} : input;
}

/** The nearest bytes. */
export function bytesFrom(values: Float32Array): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from(values).buffer);
}
