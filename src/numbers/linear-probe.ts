/**
 * @file Measures how well a linear function of a layer's outputs tells the classes apart (Alain & Bengio 2016): ridge
 * regression on one-hot labels, where each image is judged by a fit without it. Like CKA, it needs only the layer's
 * Gram matrix.
 */

/** The ridge penalty, as a share of the mean squared length of the centred rows. */
export const RIDGE = 0.01;

/**
 * How many images a linear probe gets right, where each image in turn is left out of the fit (in closed form). The
 * intercept is not penalised. The answer is the class with the greatest score, or the first of equal ones.
 *
 * @param gram `gramOf` the layer's outputs, above the diagonal. @param squares Each row's inner product with itself.
 * @param share The penalty, in mean squared lengths of the centred rows.
 * @returns null if the layer gives the same to all images, or there are fewer than 3.
 */
export function probeRight(
  gram: ArrayLike<number>,
  squares: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  share = RIDGE,
): number | null {
  const count = labels.length;
  const kernel = centred(gram, squares);
  let trace = 0;
  for (let i = 0; i < count; i++) trace += kernel[i * count + i];
  if (count < 3 || !(trace > 0)) return null;
  const penalty = (share * trace) / count;
  // 1 - hat matrix = penalty (K + penalty)⁻¹ - 1/n for centred rows
  const system = kernel.slice();
  for (let i = 0; i < count; i++) system[i * count + i] += penalty;
  const inverse = inverseOf(system, count);
  const scores = new Float64Array(count * classes);
  const sums = new Float64Array(count * classes);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) sums[i * classes + labels[j]] += inverse[i * count + j];
  }
  const sizes = new Float64Array(classes);
  for (let i = 0; i < count; i++) sizes[labels[i]]++;
  let right = 0;
  for (let i = 0; i < count; i++) {
    const left = penalty * inverse[i * count + i] - 1 / count;
    let best = 0;
    for (let k = 0; k < classes; k++) {
      const is = labels[i] === k ? 1 : 0;
      const residual = penalty * sums[i * classes + k] - sizes[k] / count;
      scores[i * classes + k] = is - residual / left;
      if (scores[i * classes + k] > scores[i * classes + best]) best = k;
    }
    if (best === labels[i]) right++;
  }
  return right;
}

/** The whole Gram matrix of the rows less their mean. */
function centred(gram: ArrayLike<number>, squares: ArrayLike<number>): Float64Array {
  const count = squares.length;
  const all = new Float64Array(count * count);
  for (let i = 0, at = 0; i < count; i++) {
    all[i * count + i] = squares[i];
    for (let j = i + 1; j < count; j++, at++) {
      all[i * count + j] = gram[at];
      all[j * count + i] = gram[at];
    }
  }
  const means = Float64Array.from({length: count}, (_, i) => {
    let sum = 0;
    for (let j = 0; j < count; j++) sum += all[i * count + j];
    return sum / count;
  });
  const mean = means.reduce((a, b) => a + b, 0) / count;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) all[i * count + j] += mean - means[i] - means[j];
  }
  return all;
}

/** The inverse of a symmetric positive definite matrix, by Cholesky's factors. */
function inverseOf(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j];
      for (let k = 0; k < j; k++) sum -= factor[i * size + k] * factor[j * size + k];
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j];
    }
  }
  // finds the rows of the transposed inverse factor: solves factor * x = unit vector
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let i = column; i < size; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= factor[i * size + k] * inverse[column * size + k];
      inverse[column * size + i] = sum / factor[i * size + i];
    }
  }
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < size; k++) sum += inverse[i * size + k] * inverse[j * size + k];
      out[i * size + j] = sum;
      out[j * size + i] = sum;
    }
  }
  return out;
}
