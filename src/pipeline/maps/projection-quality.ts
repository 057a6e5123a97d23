import type {Dimensions, Matrix, Neighbourhood} from "../../tsne/index";

/** How far a map can be trusted. */
export interface MapFigures {
  /** KL(P‖Q) in nats. */
  readonly klDivergence: number;
  /** In [0, 1], at `neighbourhoodSize` neighbours. */
  readonly trustworthiness: number;
  readonly continuity: number;
  readonly neighbourhoodSize: number;
  /**
   * Among about how many other points the ranks in these two figures were counted; if there are many points, it is a
   * fair sample.
   */
  readonly among: number;
  /**
   * The share of points whose `voters` nearest points give them the right class: on the map, and in the data from which
   * it is made. Null if no classes are known.
   */
  readonly neighbourAccuracyMap: number | null;
  readonly neighbourAccuracyFull: number | null;
  readonly voters: number;
}

export interface MeasuredMap extends MapFigures {
  /** The points nearest to each point on the map, nearest first, `[i * neighbourhoodSize + q]`. */
  readonly neighbours: Uint32Array;
}

const NEIGHBOURS = 12;
const VOTERS = 10;

/**
 * A map's figures, computed in the same way for every method. If there are few points, there are fewer neighbours and
 * voters.
 *
 * @param divergence The map's divergence, if it is known already.
 */
export async function mapQuality(
  neighbourhood: Neighbourhood,
  points: Float32Array,
  dimensions: Dimensions,
  labels?: Uint16Array,
  divergence?: number,
): Promise<MeasuredMap> {
  const count = Math.min(NEIGHBOURS, neighbourhood.k, Math.ceil(neighbourhood.rows / 2) - 1);
  const voters = Math.min(VOTERS, count);
  const klDivergence = divergence ?? (await neighbourhood.divergence(points, dimensions));
  const {trustworthiness, continuity, among, neighbours} = await neighbourhood.quality(points, dimensions, count);
  return {
    klDivergence,
    trustworthiness,
    continuity,
    neighbourhoodSize: count,
    among,
    neighbourAccuracyMap: labels ? neighbourAccuracy(neighbours, voters, labels) : null,
    neighbourAccuracyFull: labels ? neighbourAccuracy(neighbourhood.nearest(voters), voters, labels) : null,
    voters,
    neighbours,
  };
}

/**
 * Trustworthiness (Venna & Kaski 2001), in [0, 1]: 1 − 2 / (nk (2n − 3k − 1)) Σi Σj∈Ui (r(i, j) − k), where Ui are
 * those of the k nearest points on the map that are not among the k nearest in the data, and r is their rank in the
 * data. It computes in double precision, and takes n² steps for each of n rows; so it is used for few points, and as
 * the reference for the fast one (src/tsne). Continuity is the same with data and map exchanged.
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
 * The share of points whose class is that of most of their k nearest (of classes with equal votes, the nearest's): it
 * shows how well a map or a space separates the classes by itself.
 *
 * @param neighbours The same number for each point, at least k, the nearest first.
 */
export function neighbourAccuracy(neighbours: ArrayLike<number>, k: number, labels: ArrayLike<number>): number {
  const n = labels.length;
  const held = neighbours.length / n;
  let most = 0;
  for (let i = 0; i < n; i++) most = Math.max(most, labels[i]);
  const votes = new Uint32Array(most + 1);
  let right = 0;
  for (let i = 0; i < n; i++) {
    let winner = -1;
    for (let q = 0; q < k; q++) votes[labels[neighbours[i * held + q]]]++;
    for (let q = 0; q < k; q++) {
      const label = labels[neighbours[i * held + q]]; // the nearest first
      if (winner < 0 || votes[label] > votes[winner]) winner = label;
    }
    for (let q = 0; q < k; q++) votes[labels[neighbours[i * held + q]]] = 0;
    if (winner === labels[i]) right++;
  }
  return right / n;
}
