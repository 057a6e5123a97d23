import {execFileSync} from "node:child_process";
import {expect, test} from "vitest";
import {principalComponents} from "../../../src/pipeline/maps/linear/pca";
import {
  closeIdleWorkspace,
  type Dimensions,
  embed,
  inWorkspace,
  openNeighbourhood,
  openWorkspace,
  type Workspace,
} from "../../../src/tsne/index";
import {cloud, digits} from "../../support/tsne-data";

/** All that a map needs of a workspace. */
async function everything(workspace: Workspace, dimensions: Dimensions) {
  const data = digits(2000);
  const some = {...data, rows: 1100, values: data.values.slice(0, 1100 * 50)};
  const {scores} = await principalComponents(workspace, some, 40, {scaling: "feature", tolerance: 1e-4});
  const wide = await principalComponents(workspace, cloud(200, 150, 1), 3);
  const neighbourhood = await openNeighbourhood(scores, {perplexity: 30, metric: "euclidean", threads: workspace});
  const map = await embed(neighbourhood, scores, {dimensions, iterations: 20});
  const quality = await neighbourhood.quality(map.points, dimensions, 12);
  neighbourhood.close();
  return {scores, wide, map, quality};
}

test.each([2, 3] as const)("memory that others have used changes no bit, in %i dimensions", async (dimensions) => {
  const fresh = await openWorkspace(1);
  const expected = await everything(fresh, dimensions);
  fresh.close();
  const used = await openWorkspace(1);
  const mark = used.arena.mark();
  const bytes = 64 << 20;
  used.arena.integers(used.arena.allocate(bytes), bytes / 4).fill(-1); // NaN
  used.arena.release(mark);
  expect(await everything(used, dimensions)).toEqual(expected);
  expect(used.arena.mark()).toBe(mark);
  used.close();
});

test("the next who asks for as many threads gets the same workspace, with all that was taken free again", async () => {
  const take = async (workspace: Workspace) => ({workspace, place: workspace.arena.allocate(1000)});
  const first = await inWorkspace(2, take);
  const second = await inWorkspace(2, take);
  expect(second.workspace).toBe(first.workspace);
  expect(second.place).toBe(first.place);
  const other = await inWorkspace(1, take);
  expect(other.workspace.team.threads).toBe(1);
  expect((await inWorkspace(1, take)).workspace).toBe(other.workspace);
  closeIdleWorkspace();
  expect((await inWorkspace(1, take)).workspace).not.toBe(other.workspace);
});

test("two at once have one each, and after a failure the next gets a new one", async () => {
  const [a, b] = await Promise.all([0, 1].map(() => inWorkspace(1, async (workspace) => workspace)));
  expect(a).not.toBe(b);
  let failed: Workspace | undefined;
  const failure = inWorkspace(1, async (workspace) => {
    failed = workspace;
    throw new Error("no");
  });
  await expect(failure).rejects.toThrow("no");
  expect(await inWorkspace(1, async (workspace) => workspace)).not.toBe(failed);
});

test("a workspace that is kept does not keep the process alive", () => {
  const program = `require("./src/tsne/index").inWorkspace(2, async () => console.log("done"))`;
  const out = execFileSync(process.execPath, ["-r", "ts-node/register", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(out).toBe("done\n");
});
