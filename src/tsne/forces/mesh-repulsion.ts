import type {Arena} from "../threads/arena";
import {align, CHUNK, sum} from "../threads/layout";
import type {Job, Team} from "../threads/team";
import type {Repulsion} from "./repulsion";

/** The geometry of the mesh, and which part of the forces is left to direct sums. */
interface Plan {
  /** The number of nodes on each side. */
  readonly N: number;
  /** The distance between neighbouring nodes. */
  readonly h: number;
  /** The range of the direct sums; 0 if the mesh is fine enough without them. */
  readonly R: number;
  /** 1 + R², or 0 if R is 0. */
  readonly U: number;
}

/** The numbers of nodes on a side for which the transform is made: 2^a 3^b, multiples of four. */
const SIDES = [2, 3, 4, 5, 6, 7, 8, 9, 10]
  .flatMap((a) => [0, 1, 2, 3, 4, 5].map((b) => 2 ** a * 3 ** b))
  .filter((N) => N >= 32 && N <= 1024)
  .sort((a, b) => a - b);
/**
 * The first number of nodes on a side, divided by √n. The transforms and the direct sums then take about the same time,
 * however the points are spread.
 */
const GRAIN = 1.8;
const MOST_GRAIN = 6;
/** R / h. On a real map of 10,000 points the forces are wrong by 0.5 % at 3, by 0.2 % at 3.5, and by 0.1 % at 4. */
const RANGE = 3.5;
/**
 * At this distance between nodes, the B-spline follows 1/(1 + r²) well without direct sums. A finer mesh is never
 * needed.
 */
const FINE_STEP = 0.25;
const LEAST_STEP = 0.1;
/** How many nodes at each edge are reserved, because splines reach into them. */
const BORDER = 4.5;
/** How far the map may grow before a new plan is made. */
const MARGIN = 1.08;
const MOST_CELLS = 511;
/**
 * The costs of a node in the transforms and of a pair, measured on one core. They are in nanoseconds; only their ratio
 * matters.
 */
const NODE_COST = 6;
const PAIR_COST = 0.5;
const REVIEW = 20;

/**
 * Computes the repulsion for maps in the plane by a particle mesh with an exact short range. The potential
 * φ(y) = Σj 1/(1 + |y − yj|²) gives all that repulsion needs: the forces are −½∇φ, and Z = Σ φ(yi) − n. φ is split into
 * two parts. The smooth long range is spread to a mesh, convolved there by Fourier transforms, and interpolated. The
 * rest ends at R and is summed directly over cells (kernels/short-range.ts has the split). docs/tsne.md derives it. The
 * method differs from Barnes-Hut (van der Maaten 2014) and from FIt-SNE (Linderman et al. 2019, who interpolate four
 * kernels by polynomials): there is one potential, with one transform there and back, and R / h decides how accurate it
 * is.
 */
export function meshRepulsion(team: Team, arena: Arena, n: number, points: number): Repulsion {
  const {threads} = team;
  const chunks = Math.ceil(n / CHUNK);
  const most = SIDES.find((N) => N >= MOST_GRAIN * Math.sqrt(n)) ?? SIDES[SIDES.length - 1];
  const wide = most + 4;
  const mesh0 = arena.allocate(most * most * 4);
  const mesh1 = arena.allocate(most * most * 4);
  const spectrum = arena.allocate(2 * (most + 8) * wide * 4);
  const kernel = arena.allocate((most + 1) * wide * 4);
  const samples = arena.allocate((most + 4) * 2 * most * 4);
  const roots = arena.allocate(most * 8);
  const halfRoots = arena.allocate((most + 1) * 8);
  const radices = arena.allocate(64);
  const spline = arena.allocate((most + 1) * 4);
  const starts = arena.allocate((MOST_CELLS + 1) * (MOST_CELLS + 2) * 4);
  const cells = arena.allocate(n * 4);
  const sorted = [0, 1, 2].map(() => arena.allocate((n + 4 * (MOST_CELLS + 1)) * 4)); // xs, ys, owners
  const pairs = arena.allocate(8);
  const longRange = arena.allocate((n + 2) * 8);
  const shortRange = arena.allocate((n + 2) * 8);
  const longSums = arena.allocate(chunks * 8);
  const shortSums = arena.allocate((MOST_CELLS + 1) * 8);
  const scratchSize = align(3 * most * 32 + 256);
  const scratch = arena.allocate(threads * scratchSize);
  arena.floats(shortRange, (n + 2) * 2).fill(0);

  let plan: Plan | undefined;
  let finer = 1;
  let iteration = 0;
  /** The long-range part of Z + n, from the last call that used this plan. */
  let zLong: number | undefined;

  function fits(span: number): boolean {
    if (!plan) return false;
    const {N, h} = plan;
    return span <= (N - BORDER) * h && (h <= LEAST_STEP || span > (N - BORDER) * h * 0.5);
  }

  function newPlan(span: number): Plan {
    const least = GRAIN * Math.sqrt(n) * finer;
    const N = SIDES.find((side) => side >= least || (side - BORDER) * LEAST_STEP >= span * MARGIN) ?? most;
    const side = Math.min(N, most);
    const h = Math.max(LEAST_STEP, (span * MARGIN) / (side - BORDER));
    const R = h <= FINE_STEP ? 0 : RANGE * h;
    return {N: side, h, R, U: R > 0 ? 1 + R * R : 0};
  }

  function transformTables(N: number): number[] {
    arena.floats(roots, 2 * N).set(unitRoots(N, 2));
    arena.floats(halfRoots, 2 * (N + 1)).set(unitRoots(N + 1, 1, N));
    arena.integers(radices, 16).set([...factors(N), 0]);
    arena
      .floats(spline, N + 1)
      .set(Float32Array.from({length: N + 1}, (_, k) => ((4 + 2 * Math.cos((Math.PI * k) / N)) / 6) ** -2));
    return [roots, halfRoots, radices, scratch, scratchSize];
  }

  const planeOf = (N: number) => (N + 8) * (N + 4) * 4;

  function prepareKernel({N, h, U}: Plan): void {
    zLong = undefined;
    const tables = transformTables(N);
    const rows = (N + 4) & ~3; // 0 to N, in fours
    const tasks = Math.ceil(rows / 16);
    const transform: Job = {
      kernel: "transformRows",
      tasks,
      args: [rows, N, samples, 0, 2 * N, spectrum, planeOf(N), ...tables],
    };
    team.run({kernel: "sampleKernel", tasks, args: [rows, N, h, U, samples]});
    team.run(transform);
    team.run({kernel: "turnKernel", tasks, args: [rows, N, spectrum, samples]});
    team.run(transform);
    team.run({kernel: "sharpenKernel", tasks, args: [N, spectrum, spline, kernel]});
    if (U === 0) arena.floats(shortRange, (n + 2) * 2).fill(0);
  }

  /** Replaces the mesh by its convolution with the kernel. */
  function convolve(N: number): void {
    const tables = [roots, halfRoots, radices, scratch, scratchSize];
    const plane = planeOf(N);
    const rowTasks = Math.ceil(N / 16);
    const columnTasks = Math.ceil((N + 4) / 16);
    team.run({kernel: "transformRows", tasks: rowTasks, args: [N, N, mesh0, mesh1, N, spectrum, plane, ...tables]});
    team.run({kernel: "multiplyColumns", tasks: columnTasks, args: [N, spectrum, plane, kernel, ...tables]});
    team.run({kernel: "restoreRows", tasks: rowTasks, args: [N, spectrum, plane, mesh0, ...tables]});
  }

  /**
   * Asks for a finer or coarser mesh if one half of the work costs much more than the other. It counts operations and
   * never measures time, so that the bits are the same everywhere.
   */
  function review({N}: Plan): void {
    const pairTime = PAIR_COST * arena.doubles(pairs, 1)[0];
    const meshTime = NODE_COST * N * N;
    if (pairTime > 2.2 * meshTime && N < most) {
      finer = Math.max(N / (GRAIN * Math.sqrt(n)), finer) * Math.min(2, (pairTime / meshTime) ** 0.25 * 1.02);
      plan = undefined;
    } else if (pairTime < 0.3 * meshTime && N > 48) {
      finer *= Math.max(0.5, (pairTime / meshTime + 1e-3) ** 0.25);
      plan = undefined;
    }
  }

  return {
    longRange,
    shortRange,
    run([left, top, right, bottom], attraction, mayKeep = false) {
      const span = Math.max(right - left, bottom - top, 1e-30);
      if (!plan || !fits(span)) {
        plan = newPlan(span);
        prepareKernel(plan);
      }
      const {N, h, R, U} = plan;
      const [x0, y0] = [(left + right) / 2 - (N / 2) * h, (top + bottom) / 2 - (N / 2) * h];
      const cell = Math.max(R / 2, span / (MOST_CELLS - 1));
      const side = R > 0 ? Math.floor(span / cell) + 1 : 0;
      if (!mayKeep || side === 0) zLong = undefined;
      const [xs, ys, owners] = sorted;
      const sortArgs = [n, points, left, top, 1 / cell, side, starts, cells, xs, ys, owners, pairs];
      const sort: Job[] = side ? [{kernel: "sortCells", tasks: 1, args: sortArgs}] : [];
      const nearArgs = [side, U, starts, xs, ys, owners, shortRange, shortSums];
      const near: Job[] = side ? [{kernel: "repelNear", tasks: side, args: nearArgs}] : [];
      if (zLong === undefined) {
        team.run(...sort, {kernel: "spread", tasks: 2, args: [n, points, x0, y0, 1 / h, N, mesh0, mesh1]}, attraction);
        convolve(N);
        const args = [n, points, x0, y0, 1 / h, N, mesh0, longRange, longSums];
        team.run(...near, {kernel: "interpolate", tasks: chunks, args});
        zLong = sum(arena.doubles(longSums, chunks));
      } else {
        team.run(...sort, attraction);
        team.run(...near);
      }
      const z = zLong + (side ? sum(arena.doubles(shortSums, side)) : 0) - n;
      if (side && ++iteration % REVIEW === 0) review(plan);
      return z;
    },
  };
}

/** The `count` pairs cos, −sin of `turns` · π j / N. */
function unitRoots(count: number, turns: number, N = count): Float32Array {
  return Float32Array.from({length: 2 * count}, (_, i) => {
    const angle = (turns * Math.PI * (i >> 1)) / N;
    return i % 2 === 0 ? Math.cos(angle) : -Math.sin(angle);
  });
}

function factors(N: number): number[] {
  const out: number[] = [];
  for (const radix of [4, 3, 2]) for (; N % radix === 0; N /= radix) out.push(radix);
  return out;
}
