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
  const values = new Float64Array(rows);
  const placeOf = (i: number, j: number) => i * count - (i * (i + 1)) / 2 + j - i - 1;
  const put = (i: number, j: number) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += values[i * width + k] * values[j * width + k];
    gram[placeOf(i, j)] = sum;
  };
  for (let i = 0; i + 1 < count; i += 2) {
    put(i, i + 1);
    let j = i + 2;
    for (; j + 4 <= count; j += 4) putEight(gram, placeOf(i, j), placeOf(i + 1, j), values, i, j, width);
    for (; j < count; j++) {
      put(i, j);
      put(i + 1, j);
    }
  }
  return gram;
}

/**
 * The inner products of two rows that follow each other with four others that do: a number that is read serves two sums or four.
 * A run makes few of them, mostly before they are compiled well, so they are written plainly.
 *
 * @param first Where those of the row `two` go; `second`: where those of the row after it go.
 */
function putEight(
  gram: Gram,
  first: number,
  second: number,
  values: Float64Array,
  two: number,
  four: number,
  width: number,
): void {
  let a = two * width;
  let b = a + width;
  let c = four * width;
  let d = c + width;
  let e = d + width;
  let f = e + width;
  let ac = 0;
  let ad = 0;
  let ae = 0;
  let af = 0;
  let bc = 0;
  let bd = 0;
  let be = 0;
  let bf = 0;
  for (const end = b; a < end; a++, b++, c++, d++, e++, f++) {
    const x = values[a];
    const y = values[b];
    const p = values[c];
    const q = values[d];
    const r = values[e];
    const s = values[f];
    ac += x * p;
    ad += x * q;
    ae += x * r;
    af += x * s;
    bc += y * p;
    bd += y * q;
    be += y * r;
    bf += y * s;
  }
  gram[first] = ac;
  gram[first + 1] = ad;
  gram[first + 2] = ae;
  gram[first + 3] = af;
  gram[second] = bc;
  gram[second + 1] = bd;
  gram[second + 2] = be;
  gram[second + 3] = bf;
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
