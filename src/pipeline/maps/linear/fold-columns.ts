import type {Matrix} from "../../../tsne/index";

/**
 * Reduces rows to at most `most` columns: each column is added, with a sign of its own, to one of `most` columns
 * (Charikar, Chen & Farach-Colton 2002, count sketch; Weinberger et al. 2009, feature hashing). Inner products of rows
 * are kept on average, with a relative error of about 1/√most; columns and signs are chosen by a hash of the column's
 * number, not at random.
 */
export function foldedColumns(matrix: Matrix, most: number): Matrix {
  const {rows, columns, values} = matrix;
  if (columns <= most) return matrix;
  const target = Uint32Array.from({length: columns}, (_, c) => hash(2 * c) % most);
  const sign = Int8Array.from({length: columns}, (_, c) => (hash(2 * c + 1) & 1 ? 1 : -1));
  const out = new Float32Array(rows * most);
  for (let r = 0, e = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[r * most + target[c]] += sign[c] * values[e++];
  }
  return {rows, columns: most, values: out};
}

/** MurmurHash3's finalizer (Appleby 2011): every bit of the result depends on every bit of n. */
function hash(n: number): number {
  let h = Math.imul(n + 1, 0x9e3779b9);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
