import {meshRepulsion} from "./forces/mesh-repulsion";
import {allPairsRepulsion, type Repulsion} from "./forces/repulsion";
import {treeRepulsion} from "./forces/tree-repulsion";
import type {Dimensions} from "./linear/matrix";
import {boxOf, REPORT, readReports} from "./neighbours/box";
import type {Neighbourhood} from "./neighbours/neighbourhood";
import {placePoints, readPoints, writePoints} from "./neighbours/points";
import {bestStretch, radiusOf, slopeBySize, stretched} from "./neighbours/radius";
import {CHUNK} from "./threads/layout";
import {pauses} from "./threads/parts";
import type {Job} from "./threads/team";

/**
 * The settings of the descent: van der Maaten's method (2008, section 3.4), with the names and defaults of scikit-learn
 * 1.2.
 */
export interface Descent {
  /** 1,000 by default. */
  readonly iterations: number;
  /**
   * The factor by which attraction is multiplied at first, so that clusters form while they can still pass each other;
   * 12 by default.
   */
  readonly exaggeration: number;
  /** How many iterations are exaggerated; 250 by default. */
  readonly exaggerationIterations: number;
  /** By default n / exaggeration / 4, at least 50 (Belkina et al. 2019); n / 4 if no iteration is exaggerated. */
  readonly learningRate: number;
  /**
   * The learning rate after the exaggeration. By default it is the same as before, as in scikit-learn. With n / 4, the
   * descent gets as far in two thirds of the iterations (docs/tsne.md).
   */
  readonly lateLearningRate: number;
  /**
   * The descent stops when the gradient's Euclidean norm is below this; 1e-7 by default. It is checked every 50
   * iterations once exaggeration is over.
   */
  readonly minGradientNorm: number;
  /**
   * "mesh" is fast and for the plane only, "tree" is fast and for space only; "all-pairs" is exact. By default, the
   * mesh is used in the plane from 500 points on, and the tree in space with more than 4,000.
   */
  readonly repulsion: "mesh" | "tree" | "all-pairs";
  /**
   * Before the last `settling` iterations, and once more after them, the map is stretched to this radius (the root mean
   * square distance from its middle). With "best" it is stretched once, to the radius of the least divergence. By
   * default it keeps the size to which it grew.
   */
  readonly radius?: number | "best";
  /** How many iterations follow the stretching; 0 by default. */
  readonly settling: number;
  /** `onProgress` is called each time after this many iterations; 50 by default. */
  readonly every: number;
  onProgress(progress: Progress): void | Promise<void>;
  /** Aborts the descent between two iterations: it throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  /** How many iterations are done. */
  readonly iteration: number;
  readonly gradientNorm: number;
  /** A copy of the map as it is now, `[n * dimensions]`. */
  points(): Float32Array;
}

const MOMENTUM = {early: 0.5, late: 0.8};
const STOP_CHECK = 50;
/** For fewer points than this, all pairs are as fast as the mesh. */
const MESH_FROM = 500;
/**
 * With up to so many points in space, all pairs take only seconds, and these maps keep the bits that they always had.
 */
const MOST_PAIRS_IN_SPACE = 4000;

/**
 * Moves points down the gradient of KL(P‖Q).
 *
 * @param start `[n * dimensions]`; not changed.
 * @throws RangeError for settings that do not fit; Error if the points move towards infinity (the learning rate is far
 * too large).
 */
export async function descend(
  neighbourhood: Neighbourhood,
  start: Float32Array,
  dimensions: Dimensions,
  settings: Partial<Descent>,
): Promise<{points: Float32Array; iterations: number; gradientNorm: number}> {
  const {rows: n, team, arena, places, order} = neighbourhood;
  const descent = resolve(settings, n, dimensions);
  const {iterations, exaggeration, exaggerationIterations, radius, every, onProgress} = descent;
  const mark = arena.mark();
  const points = writePoints(arena, start, dimensions, order);
  const stride = dimensions === 2 ? 2 : 4;
  const size = Math.ceil(n / 4) * 4 * stride;
  const [attraction, velocity, gains] = [0, 1, 2].map(() => arena.allocate(size * 4));
  const chunks = Math.ceil(n / CHUNK);
  const reports = arena.allocate(chunks * REPORT);
  const repulsion = repulsionBy(descent.repulsion, neighbourhood, dimensions, points);
  const attract: Job = {
    kernel: dimensions === 2 ? "attract2" : "attract3",
    tasks: chunks,
    args: [n, places.edges, places.ends, places.joint, points, attraction],
  };
  const current = () => readPoints(arena, points, dimensions, order);
  const rest = () => {
    arena.floats(velocity, size).fill(0);
    arena.floats(gains, size).fill(1);
  };

  const stretch = () => {
    const map = current();
    const put = (factor: number) => {
      const wide = stretched(map, dimensions, factor);
      placePoints(arena, points, wide, dimensions, order);
      box = boxOf(wide, dimensions);
    };
    const slope = (factor: number) => {
      put(factor);
      const z = repulsion.run(box, attract);
      const read = (address: number) => arena.floats(address, n * stride);
      return slopeBySize(read(points), read(attraction), [repulsion.longRange, repulsion.shortRange].map(read), z);
    };
    keeps = false;
    put(radius === "best" ? bestStretch(slope) : (radius ?? 1) / (radiusOf(map, dimensions) || 1));
  };

  const pause = pauses();
  let box = boxOf(start, dimensions);
  let gradientNorm = Infinity;
  /** Whether the last long-range forces may be reused, though the points are one step further. */
  let keeps = false;
  let done = 0;
  rest();
  while (done < iterations) {
    settings.signal?.throwIfAborted();
    const early = done < exaggerationIterations;
    if (done === exaggerationIterations) rest(); // as in scikit-learn, the second stage starts without momentum
    if (radius !== undefined && done === Math.max(exaggerationIterations, iterations - descent.settling)) {
      stretch();
      rest();
    }
    const z = repulsion.run(box, attract, done % 2 === 0 && keeps);
    keeps = true;
    const [x, momentum, learningRate] = early
      ? [exaggeration, MOMENTUM.early, descent.learningRate]
      : [1, MOMENTUM.late, descent.lateLearningRate];
    const {longRange, shortRange} = repulsion;
    const arrays = [n, dimensions, points, attraction, longRange, shortRange, velocity, gains];
    team.run({kernel: "update", tasks: chunks, args: [...arrays, x, z, learningRate, momentum, reports]});
    ({box, gradientNorm} = readReports(arena.floats(reports, (chunks * REPORT) / 4), dimensions));
    done++;
    if (!Number.isFinite(gradientNorm) || box.some((edge) => !(Math.abs(edge) < 1e6))) {
      throw new Error(`t-SNE: expected finite coordinates, got others at iteration ${done}: lower the learning rate`);
    }
    if (onProgress && done % every === 0) await onProgress({iteration: done, gradientNorm, points: current});
    if (!early && done % STOP_CHECK === 0 && gradientNorm < descent.minGradientNorm) break;
    await pause();
  }
  if (radius !== undefined && (radius !== "best" || descent.settling === 0)) stretch();
  const result = {points: current(), iterations: done, gradientNorm};
  arena.release(mark);
  return result;
}

function fastest(n: number, dimensions: Dimensions): Descent["repulsion"] {
  if (dimensions === 2) return n >= MESH_FROM ? "mesh" : "all-pairs";
  return n > MOST_PAIRS_IN_SPACE ? "tree" : "all-pairs";
}

function repulsionBy(
  way: Descent["repulsion"],
  {rows, team, arena}: Neighbourhood,
  dimensions: Dimensions,
  points: number,
): Repulsion {
  if (way === "mesh") return meshRepulsion(team, arena, rows, points);
  if (way === "tree") return treeRepulsion(team, arena, rows, points);
  return allPairsRepulsion(team, arena, rows, dimensions, points);
}

function resolve(settings: Partial<Descent>, n: number, dimensions: Dimensions) {
  const {exaggeration = 12, iterations = 1000, exaggerationIterations = 250, minGradientNorm = 1e-7} = settings;
  const {
    learningRate = Math.max(n / (exaggerationIterations > 0 ? exaggeration : 1) / 4, 50),
    lateLearningRate = learningRate,
    repulsion = fastest(n, dimensions),
    radius,
    settling = 0,
    every = 50,
    onProgress,
  } = settings;
  const [own, other] = dimensions === 2 ? ["mesh", "tree"] : ["tree", "mesh"];
  if (repulsion === other) {
    throw new RangeError(`repulsion: expected ${own} or all-pairs for a map of ${dimensions} dimensions, got ${other}`);
  }
  for (const [name, value] of Object.entries({iterations, exaggerationIterations, settling, minGradientNorm})) {
    if (!(value >= 0)) throw new RangeError(`${name}: expected 0 or more, got ${value}`);
  }
  const length = radius === undefined || radius === "best" ? 1 : radius;
  for (const [name, value] of Object.entries({exaggeration, learningRate, lateLearningRate, radius: length, every})) {
    if (!(value > 0)) throw new RangeError(`${name}: expected more than 0, got ${value}`);
  }
  return {
    exaggeration,
    iterations,
    exaggerationIterations,
    minGradientNorm,
    learningRate,
    lateLearningRate,
    repulsion,
    radius,
    settling,
    every,
    onProgress,
  };
}
