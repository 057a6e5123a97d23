import type {Matrix} from "../../tsne/index";

/**
 * Trustworthiness (Venna & Kaski 2001), in [0, 1]: 1 − 2 / (nk (2n − 3k − 1)) Σi Σj∈Ui (r(i, j) − k), Ui those of the k
 * nearest in the map that are not among the k nearest in the data, r their rank there. In double precision, n² work for
 * each of n rows: for few points, and as the oracle of the fast one (src/tsne). Continuity is the same with data and map
 * exchanged.
 *
 * @throws RangeError unless k < n / 2.
 */
export function trustworthiness(data: Matrix, map: Matrix, k: number): number {
  const n = data.rows;
  if (!(k >= 1 && k < n / 2)) throw new RangeError(`neighbours: expected 1 to ${Math.ceil(n / 2) - 1}, got ${k}`);
  const order = Uint32Array.from({length: n}, (_, j) => j);
  let excess = 0;
  for (let i = 0; i < n; i++) {
    const inData = distancesFrom(data, i);
    const inMap = distancesFrom(map, i);
    const near = order.slice().sort((a, b) => inMap[a] - inMap[b] || a - b);
    for (const j of near.filter((j) => j !== i).subarray(0, k)) {
      let rank = 1;
      for (let other = 0; other < n; other++) if (other !== i && inData[other] < inData[j]) rank++;
      excess += Math.max(0, rank - k);
    }
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * excess;
}

function distancesFrom({rows, columns, values}: Matrix, i: number): Float64Array {
  const out = new Float64Array(rows);
  for (let j = 0; j < rows; j++) {
    for (let c = 0; c < columns; c++) out[j] += (values[i * columns + c] - values[j * columns + c]) ** 2;
  }
  return out;
}

/**
 * The share of points whose class is that of most of their neighbours (of classes with equal votes, the nearest's): how
 * well a map or a space tells the classes apart by itself.
 *
 * @param neighbours `[n * k]`, nearest first.
 */
export function neighbourAccuracy(neighbours: ArrayLike<number>, k: number, labels: ArrayLike<number>): number {
  const n = labels.length;
  let right = 0;
  for (let i = 0; i < n; i++) {
    const votes = new Map<number, number>(); // in order of the nearest of each class
    for (let q = 0; q < k; q++) {
      const label = labels[neighbours[i * k + q]];
      votes.set(label, (votes.get(label) ?? 0) + 1);
    }
    let winner = -1;
    for (const [label, count] of votes) if (count > (votes.get(winner) ?? 0)) winner = label;
    if (winner === labels[i]) right++;
  }
  return right / n;
}
