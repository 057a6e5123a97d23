/**
 * Lower triangle L with L Lᵀ = A (Cholesky), row-major.
 *
 * @param matrix Symmetric, n × n, row-major; left as it is.
 * @returns undefined if A is not positive definite to rounding: a pivot fell below 1e-12 of its diagonal.
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j];
      else if (!(sum > 1e-12 * matrix[i * n + i])) return undefined;
      else lower[i * n + i] = Math.sqrt(sum);
    }
  }
  return lower;
}

/** The solution x of L Lᵀ x = b. */
export function solveCholesky(lower: Float64Array, b: ArrayLike<number>): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * n + k] * x[k];
    x[i] /= lower[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k * n + i] * x[k];
    x[i] /= lower[i * n + i];
  }
  return x;
}

/** The product XᵀX of a row-major rows × columns matrix. */
export function gram(x: Float64Array, columns: number): Float64Array {
  const product = new Float64Array(columns * columns);
  for (let row = 0; row < x.length; row += columns) {
    for (let i = 0; i < columns; i++) {
      const v = x[row + i];
      if (v === 0) continue;
      for (let j = i; j < columns; j++) product[i * columns + j] += v * x[row + j];
    }
  }
  for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) product[i * columns + j] = product[j * columns + i];
  return product;
}

/** The product Xᵀy. */
export function transposeTimes(x: Float64Array, columns: number, y: ArrayLike<number>): Float64Array {
  const product = new Float64Array(columns);
  for (let row = 0; row < y.length; row++) {
    for (let j = 0; j < columns; j++) product[j] += x[row * columns + j] * y[row];
  }
  return product;
}
