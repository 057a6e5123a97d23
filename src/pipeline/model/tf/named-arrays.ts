import type * as tf from "@tensorflow/tfjs";

import type {NamedArray} from "../../../nouns/network";

/** The numbers of tensors, copied from their backend. */
export async function namedArrays(tensors: readonly {name: string; tensor: tf.Tensor}[]): Promise<NamedArray[]> {
  return Promise.all(
    tensors.map(async ({name, tensor}) => ({
      name,
      shape: tensor.shape,
      values: Float32Array.from(await tensor.data()),
    })),
  );
}
