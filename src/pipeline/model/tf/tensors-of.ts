import * as tf from "@tensorflow/tfjs";
import type {FedArray} from "../load/other-inputs";

/** The values of the other inputs, as tensors. Call this within tf.tidy. */
export function tensorsOf(feeds: {readonly [name: string]: FedArray}): tf.NamedTensorMap {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, {type, dims, data}]) => [
      name,
      tf.tensor(data as Float32Array, [...dims], type as "float32" | "int32" | "bool"),
    ]),
  );
}
