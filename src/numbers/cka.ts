/**
 * @file How alike two representations of the same examples are: linear centred kernel alignment (Kornblith et al.
 * 2019), with the unbiased estimate of HSIC (Song et al. 2012, as Nguyen et al. 2021 use it). The biased one calls
 * independent noise alike if there are few examples. It needs only the Gram matrix of each representation, so that an
 * epoch's matrix can be kept and compared later.
 */

/** The entries above the diagonal of X Xᵀ, row after row: what CKA needs of X. */
export type Gram = Float32Array;

/**
 * @param rows `[count, width]`.
 * @returns `count (count − 1) / 2` inner products: those of (i, j) with i < j, row after row. Each is summed in the
 * order of the columns.
 */
export function gramOf(rows: ArrayLike<number>, count: number): Gram {
  const width = rows.length / count;
  const gram = new Float32Array((count * (count - 1)) / 2);
  const values = Float64Array.from(rows);
  for (let i = 0, to = 0; i < count; i++) {
    let j = i + 1;
    for (; j + 4 <= count; j += 4, to += 4) putFour(gram, to, values, i * width, j * width, width);
    for (; j < count; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += values[i * width + k] * values[j * width + k];
      gram[to++] = sum;
    }
  }
  return gram;
}

/**
 * Inner products of one row with four rows that follow one another: each number that is read from the one row serves
 * four sums.
 */
function putFour(gram: Gram, to: number, values: Float64Array, one: number, four: number, width: number): void {
  const [b, c, d] = [four + width, four + 2 * width, four + 3 * width];
  let [p, q, r, s] = [0, 0, 0, 0];
  for (let k = 0; k < width; k++) {
    const x = values[one + k];
    p += x * values[four + k];
    q += x * values[b + k];
    r += x * values[c + k];
    s += x * values[d + k];
  }
  gram[to] = p;
  gram[to + 1] = q;
  gram[to + 2] = r;
  gram[to + 3] = s;
}

/**
 * The unbiased estimate of HSIC, diagonals left out (Song et al. 2012, equation 5).
 *
 * @param count Examples, at least 4.
 */
export function unbiasedHsic(k: ArrayLike<number>, l: ArrayLike<number>, count: number): number {
  const [rowsK, rowsL] = [new Float64Array(count), new Float64Array(count)];
  let [trace, sumK, sumL] = [0, 0, 0];
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++, at++) {
      trace += 2 * k[at] * l[at];
      rowsK[i] += k[at];
      rowsK[j] += k[at];
      rowsL[i] += l[at];
      rowsL[j] += l[at];
      sumK += 2 * k[at];
      sumL += 2 * l[at];
    }
  }
  let crossed = 0;
  for (let i = 0; i < count; i++) crossed += rowsK[i] * rowsL[i];
  const pairs = (sumK * sumL) / ((count - 1) * (count - 2));
  return (trace + pairs - (2 * crossed) / (count - 2)) / (count * (count - 3));
}

/**
 * Linear CKA of two representations of the same examples: 1 if they are equal except for a rotation and a scale, and
 * about 0 if they have nothing to do with each other. The unbiased estimate may be a little below 0.
 *
 * @returns NaN if one of them is the same for all examples.
 */
export function cka(k: Gram, l: Gram, count: number): number {
  const [own, other] = [unbiasedHsic(k, k, count), unbiasedHsic(l, l, count)];
  return own > 0 && other > 0 ? unbiasedHsic(k, l, count) / Math.sqrt(own * other) : Number.NaN;
}
