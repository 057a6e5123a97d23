/** Spearman's rank correlation, from −1 to 1. Equal values share their mean rank. NaN if one of the two is constant. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ra, rb] = [ranks(a), ranks(b)];
  const middle = (ra.length - 1) / 2;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < ra.length; i++) {
    ab += (ra[i] - middle) * (rb[i] - middle);
    aa += (ra[i] - middle) ** 2;
    bb += (rb[i] - middle) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

/** The rank of each value in rising order, from 0. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({length: values.length}, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const rank = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) rank[order[i]] = (start + end - 1) / 2;
    start = end;
  }
  return rank;
}
