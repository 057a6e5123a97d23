import {readFileSync} from "node:fs";
import {join} from "node:path";
import {normal, randomSource} from "../../src/nouns/random";
import type {Matrix} from "../../src/tsne/index";

/** The first 200 or 2,000 MNIST test images on 50 principal components (fixtures/tsne/make_tsne.py). */
export function digits(rows: 200 | 2000): Matrix {
  const bytes = readFileSync(join(__dirname, `./../fixtures/tsne/pca50-${rows}.f32`));
  return {
    rows,
    columns: 50,
    values: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  };
}

/** scikit-learn's figures (fixtures/tsne/make_tsne.py). */
export const reference = JSON.parse(readFileSync(join(__dirname, "../fixtures/tsne/reference.json"), "utf8")) as {
  runs: {n: number; klDivergence: number; trustworthiness12: number}[];
  exact200: {jointRowSums: number[]; jointFirstRow: number[]; klDivergence: number};
};

/** Normal numbers times `scale`. */
export function cloud(rows: number, columns: number, seed: number, scale = 1): Matrix {
  const random = randomSource(seed);
  return {rows, columns, values: Float32Array.from({length: rows * columns}, () => scale * normal(random))};
}

/** √(Σ (a − b)² / Σ b²). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error += (actual[i] - expected[i]) ** 2;
    size += expected[i] ** 2;
  }
  return Math.sqrt(error / size);
}
