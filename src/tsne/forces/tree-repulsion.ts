import type {Arena} from "../threads/arena";
import {align, CHUNK, sum} from "../threads/layout";
import type {Team} from "../threads/team";
import type {Repulsion} from "./repulsion";

/** A node counts as one point if its side is less than this share of its distance. */
const ANGLE = 0.5;
const PART = 64;
const CELLS = 1024;
const SCRATCH = 16 * 1024 + 64 * 32 + 4096;

/**
 * Computes the repulsion of points in space by an octree (Barnes & Hut 1986; van der Maaten 2014 for t-SNE), in about
 * n log n steps (kernels/octree.ts). Points near each other walk the tree together, so that the sums are taken four at
 * a time. Forces are off by some 1 %, Z by 0.3 % (docs/tsne.md).
 */
export function treeRepulsion(team: Team, arena: Arena, n: number, points: number, angle = ANGLE): Repulsion {
  const chunks = Math.ceil(n / CHUNK);
  const parts = Math.ceil(n / PART);
  const [codes, order, codes2, order2, xs, ys, zs] = Array.from({length: 7}, () => arena.allocate(n * 4));
  const counts = arena.allocate(CELLS * 4);
  const nodes = arena.allocate(2 * n * 32);
  const levels = arena.allocate(2 * n * 4);
  const [longRange, shortRange] = [0, 1].map(() => arena.allocate((n + 3) * 16));
  const sums = arena.allocate(parts * 8);
  const scratchSize = align(SCRATCH);
  const scratch = arena.allocate(team.threads * scratchSize);
  arena.floats(shortRange, (n + 3) * 4).fill(0);
  return {
    longRange,
    shortRange,
    run([left, top, front, right, bottom, back], attraction) {
      const side = 1.0001 * Math.max(right - left, bottom - top, back - front, 1e-30);
      const cells = [n, points, left, top, front, CELLS / side, codes];
      team.run({kernel: "cellCodes", tasks: chunks, args: cells}, attraction);
      team.run({kernel: "sortCodes", tasks: 1, args: [n, codes, order, codes2, order2, counts]});
      team.run({kernel: "sortPoints", tasks: chunks, args: [n, points, order2, xs, ys, zs]});
      team.run({kernel: "growTree", tasks: 1, args: [n, codes2, xs, ys, zs, side, nodes, levels]});
      const walk = [n, nodes, order2, xs, ys, zs, angle, longRange, sums, scratch, scratchSize];
      team.run({kernel: "repelTree", tasks: parts, args: walk});
      return sum(arena.doubles(sums, parts));
    },
  };
}
