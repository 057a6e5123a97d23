import {CHUNK} from "./layout";
import type {Dimensions} from "./matrix";
import {meshRepulsion} from "./mesh-repulsion";
import type {Neighbourhood} from "./neighbourhood";
import {pauses} from "./parts";
import {writePoints} from "./points";
import {allPairsRepulsion, type Box, type Repulsion} from "./repulsion";
import type {Job} from "./team";

/** How the descent goes: scikit-learn 1.2's names and defaults, van der Maaten's method (2008, section 3.4). */
export interface Descent {
  /** 1,000 by default. */
  readonly iterations: number;
  /** 12: attraction is multiplied by this at first, so that clusters form while they can still pass each other. */
  readonly exaggeration: number;
  /** 250. */
  readonly exaggerationIterations: number;
  /** n / exaggeration / 4, at least 50 (Belkina et al. 2019); n / 4 where no iteration is exaggerated. */
  readonly learningRate: number;
  /**
   * Once exaggeration is over: as before it, like scikit-learn. n / 4 goes as far in two thirds of the iterations
   * (docs/tsne.md).
   */
  readonly lateLearningRate: number;
  /**
   * 1e-7: stop when the gradient's Euclidean norm is below. Looked at every 50 iterations once exaggeration is over.
   */
  readonly minGradientNorm: number;
  /**
   * "mesh" is the fast one, of the plane only; "all-pairs" is exact. By default the mesh in the plane from 500 points
   * on.
   */
  readonly repulsion: "mesh" | "all-pairs";
  /** Calls `onProgress` after every so many iterations (50). */
  readonly every: number;
  onProgress(progress: Progress): void | Promise<void>;
}

export interface Progress {
  /** Iterations done. */
  readonly iteration: number;
  readonly gradientNorm: number;
  /** A copy of the map as it is now, `[n * dimensions]`. */
  points(): Float32Array;
}

const MOMENTUM = {early: 0.5, late: 0.8};
const STOP_CHECK = 50;
/** Below this many points all pairs are as fast as the mesh. */
const MESH_FROM = 500;
/** Bytes of what a task of the update reports (kernels/update.ts). */
const REPORT = 48;

/**
 * Moves points down the gradient of KL(P‖Q).
 *
 * @param start `[n * dimensions]`; not changed.
 * @throws RangeError for settings that do not fit; Error if the points run away (a learning rate far too large).
 */
export async function descend(
  neighbourhood: Neighbourhood,
  start: Float32Array,
  dimensions: Dimensions,
  settings: Partial<Descent>,
): Promise<{points: Float32Array; iterations: number; gradientNorm: number}> {
  const {rows: n, team, arena, places} = neighbourhood;
  const descent = resolve(settings, n, dimensions);
  const {iterations, exaggeration, exaggerationIterations, every, onProgress} = descent;
  const mark = arena.mark();
  const points = writePoints(arena, start, dimensions);
  const stride = dimensions === 2 ? 2 : 4;
  const size = Math.ceil(n / 4) * 4 * stride;
  const [attraction, velocity, gains] = [0, 1, 2].map(() => arena.allocate(size * 4));
  const chunks = Math.ceil(n / CHUNK);
  const reports = arena.allocate(chunks * REPORT);
  const repulsion: Repulsion =
    descent.repulsion === "mesh"
      ? meshRepulsion(team, arena, n, points)
      : allPairsRepulsion(team, arena, n, dimensions, points);
  const attract: Job = {
    kernel: dimensions === 2 ? "attract2" : "attract3",
    tasks: chunks,
    args: [n, places.edges, places.ends, places.joint, points, attraction],
  };
  const current = () => {
    const all = arena.floats(points, size);
    return Float32Array.from(
      {length: n * dimensions},
      (_, i) => all[Math.floor(i / dimensions) * stride + (i % dimensions)],
    );
  };
  const rest = () => {
    arena.floats(velocity, size).fill(0);
    arena.floats(gains, size).fill(1);
  };

  const pause = pauses();
  let box = boxOf(start, dimensions);
  let gradientNorm = Infinity;
  let done = 0;
  rest();
  while (done < iterations) {
    const early = done < exaggerationIterations;
    if (done === exaggerationIterations) rest(); // as scikit-learn: the second stage starts from rest
    const z = repulsion.run(box, attract);
    const [x, momentum, learningRate] = early
      ? [exaggeration, MOMENTUM.early, descent.learningRate]
      : [1, MOMENTUM.late, descent.lateLearningRate];
    const {longRange, shortRange} = repulsion;
    const args = [
      n,
      dimensions,
      points,
      attraction,
      longRange,
      shortRange,
      velocity,
      gains,
      x,
      z,
      learningRate,
      momentum,
    ];
    team.run({kernel: "update", tasks: chunks, args: [...args, reports]});
    ({box, gradientNorm} = readReports(arena.floats(reports, (chunks * REPORT) / 4), dimensions));
    done++;
    if (!Number.isFinite(gradientNorm) || box.some((edge) => !(Math.abs(edge) < 1e6))) {
      throw new Error(`t-SNE: expected the map to stay finite, got lost at iteration ${done}: lower the learning rate`);
    }
    if (onProgress && done % every === 0) await onProgress({iteration: done, gradientNorm, points: current});
    if (!early && done % STOP_CHECK === 0 && gradientNorm < descent.minGradientNorm) break;
    await pause();
  }
  const result = {points: current(), iterations: done, gradientNorm};
  arena.release(mark);
  return result;
}

function resolve(settings: Partial<Descent>, n: number, dimensions: Dimensions) {
  const {exaggeration = 12, iterations = 1000, exaggerationIterations = 250, minGradientNorm = 1e-7} = settings;
  const {
    learningRate = Math.max(n / (exaggerationIterations > 0 ? exaggeration : 1) / 4, 50),
    lateLearningRate = learningRate,
    repulsion = dimensions === 2 && n >= MESH_FROM ? "mesh" : "all-pairs",
    every = 50,
    onProgress,
  } = settings;
  if (repulsion === "mesh" && dimensions !== 2) {
    throw new RangeError(`repulsion: expected all-pairs for a map of ${dimensions} dimensions, got mesh`);
  }
  for (const [name, value] of Object.entries({iterations, exaggerationIterations, minGradientNorm})) {
    if (!(value >= 0)) throw new RangeError(`${name}: expected 0 or more, got ${value}`);
  }
  for (const [name, value] of Object.entries({exaggeration, learningRate, lateLearningRate, every})) {
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
    every,
    onProgress,
  };
}

function boxOf(points: Float32Array, dimensions: Dimensions): Box {
  const low = new Array<number>(dimensions).fill(Infinity);
  const high = new Array<number>(dimensions).fill(-Infinity);
  points.forEach((value, i) => {
    const d = i % dimensions;
    low[d] = Math.min(low[d], value);
    high[d] = Math.max(high[d], value);
  });
  return [...low, ...high];
}

/** Joins the tasks' reports, always in one order. In the plane a report holds two points' corners side by side. */
function readReports(reports: Float32Array, dimensions: Dimensions): {box: Box; gradientNorm: number} {
  const low = new Array<number>(dimensions).fill(Infinity);
  const high = new Array<number>(dimensions).fill(-Infinity);
  const doubles = new Float64Array(reports.buffer, reports.byteOffset, reports.length / 2);
  let squares = 0;
  for (let r = 0; r < reports.length; r += REPORT / 4) {
    for (let lane = 0; lane < (dimensions === 2 ? 4 : 3); lane++) {
      const d = lane % dimensions;
      low[d] = Math.min(low[d], reports[r + lane]);
      high[d] = Math.max(high[d], reports[r + 4 + lane]);
    }
    squares += doubles[r / 2 + 4];
  }
  return {box: [...low, ...high], gradientNorm: Math.sqrt(squares)};
}
