import {expect, test} from "vitest";
import {meshRepulsion} from "../../src/tsne/forces/mesh-repulsion";
import {embed, type Matrix, openNeighbourhood} from "../../src/tsne/index";
import {writePoints} from "../../src/tsne/neighbours/points";
import {repulsion} from "../../src/tsne/reference";
import {openArena} from "../../src/tsne/threads/arena";
import {openTeam} from "../../src/tsne/threads/team";
import {cloud, digits, relativeError} from "../support/tsne-data";

/** Forces and Z by the mesh, after `times` runs: it may change its plan in between. */
async function byMesh({rows, values}: Matrix, times = 1) {
  const team = await openTeam(1);
  const arena = openArena(team);
  const points = writePoints(
    arena,
    values,
    2,
    Int32Array.from({length: rows}, (_, i) => i),
  );
  const mesh = meshRepulsion(team, arena, rows, points);
  const box = [0, 1, 2, 3].map((q) => {
    const coordinates = Array.from(values).filter((_, i) => i % 2 === q % 2);
    return q < 2 ? Math.min(...coordinates) : Math.max(...coordinates);
  });
  const nothing = {kernel: "update", tasks: 0, args: []} as const;
  let z = 0;
  for (let run = 0; run < times; run++) z = mesh.run(box, nothing);
  const [long, short] = [arena.floats(mesh.longRange, 2 * rows), arena.floats(mesh.shortRange, 2 * rows)];
  return {z, forces: long.map((force, i) => force + short[i])};
}

test("on a real map the force is within 0.5 % of the direct sum's, and Z within 0.01 %", async () => {
  const data = digits(2000);
  const neighbourhood = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 1});
  const {points} = await embed(neighbourhood, data, {});
  const exact = repulsion(points, 2);
  const {z, forces} = await byMesh({rows: 2000, columns: 2, values: points});
  expect(relativeError(forces, exact.forces)).toBeLessThan(5e-3);
  expect(Math.abs(z / exact.z - 1)).toBeLessThan(1e-4);
});

test.each([
  [0.1, 1e-2], // nearly all forces cancel: what is left is single precision's
  [1, 1e-3],
  [10, 5e-3],
  [100, 5e-3],
  [1000, 5e-3],
])(
  "a cloud of deviation %f: within %f of the direct sum, also once the mesh has been reviewed",
  async (scale, tolerance) => {
    const points = cloud(1000, 2, 1, scale);
    const exact = repulsion(points.values, 2);
    for (const times of [1, 61]) {
      const {z, forces} = await byMesh(points, times);
      expect(relativeError(forces, exact.forces)).toBeLessThan(tolerance);
      expect(Math.abs(z / exact.z - 1)).toBeLessThan(1e-3);
    }
  },
);

test("clusters, a line, a lone outlier and points on top of each other", async () => {
  const points = cloud(1200, 2, 2, 0.5);
  for (let i = 0; i < 1200; i++) {
    const place = i < 600 ? [40 * (i % 3), 30 * (i % 2)] : [i / 10, -50];
    for (let c = 0; c < 2; c++) points.values[2 * i + c] = (i < 600 ? points.values[2 * i + c] : 0) + place[c];
  }
  points.values.set([400, 400], 0);
  for (let i = 1; i < 40; i++) points.values.set([7, 7], 2 * i);
  const exact = repulsion(points.values, 2);
  const {z, forces} = await byMesh(points);
  expect(relativeError(forces, exact.forces)).toBeLessThan(5e-3);
  expect(Math.abs(z / exact.z - 1)).toBeLessThan(1e-3);
});

test("forces sum to nothing: every push has its counterpart", async () => {
  const {forces} = await byMesh(cloud(1000, 2, 3, 10));
  const size = Math.hypot(...forces);
  for (const c of [0, 1]) {
    const sum = forces.reduce((a, force, i) => (i % 2 === c ? a + force : a), 0);
    expect(Math.abs(sum)).toBeLessThan(0.02 * size); // interpolated forces need not cancel exactly: √n · 0.2 % at most
  }
});
