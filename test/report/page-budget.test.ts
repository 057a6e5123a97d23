import {statSync} from "node:fs";
import {expect, test} from "vitest";
import {randomSource} from "../../src/nouns/random";
import {gatherInside} from "../../src/report/gather/inside";
import {packer} from "../../src/report/packer";
import {writeReport} from "../../src/report/page";
import {coarser, mapReduction, packedShare, reduction} from "../../src/report/page-budget";
import {exampleRun} from "./example-run";

const random = randomSource(3);
const noise = (length: number) => Uint8Array.from({length}, () => 256 * random());

test("a page of seven epochs of photographs has less than 8 MB", async () => {
  const run = exampleRun({
    ...{shape: [64, 64, 3], count: 400, explained: 60, data: "photos"},
    epochs: [0, 1, 2, 3, 4, 5, 6],
  });
  expect(statSync(await writeReport(run)).size).toBeLessThan(8e6);
});

test("pixels that hardly pack are made smaller sooner than those that do", () => {
  const size = 1500 * 64 * 64 * 3;
  expect(reduction(1500, 64, 64, 3, noise(size))).toBe(3); // 18.4 MB, and 4.6 at half the side
  expect(reduction(1500, 64, 64, 3, new Uint8Array(size))).toBe(2); // by their number alone
  expect(reduction(10_000, 28, 28, 1, new Uint8Array(7_840_000))).toBe(1);
});

test("how bytes pack is told by a sample of them", () => {
  expect(packedShare(noise(1_000_000))).toBeGreaterThan(0.98);
  expect(packedShare(new Uint8Array(1_000_000))).toBeLessThan(0.02);
  expect(packedShare(Uint8Array.of(7))).toBeGreaterThan(0);
});

test("a coarser map keeps each block's value that is farthest from 0, and its sign", () => {
  const maps = Int8Array.of(1, -9, 2, 0, 3, -4, 5, 5, 5);
  expect([...coarser(maps, [1, 3, 3, 1], 2)]).toEqual([-9, -4, 5, 5]);
  expect(coarser(maps, [1, 3, 3, 1], 1)).toBe(maps);
  const two = Uint8Array.of(1, 10, 2, 20, 3, 30, 4, 40); // 2 × 2 pixels of two channels
  expect([...coarser(two, [1, 2, 2, 2], 2)]).toEqual([4, 40]);
});

test("digits' maps are never made coarser, photographs' to no less than 16 pixels a side", () => {
  expect(mapReduction(1e9, 28, 28)).toBe(1);
  expect(mapReduction(1e6, 64, 64)).toBe(1);
  expect(mapReduction(7e6, 64, 64)).toBe(2);
  expect(mapReduction(1e9, 64, 64)).toBe(4);
});

test("activations of large layers are coarser where all are too many, and tell the layer's own size", () => {
  const activation = (side: number, channels: number) => ({
    ...{layer: "conv", type: "Conv2D", of: channels, peak: 1},
    ...{shape: [10, side, side, channels], values: noise(10 * side * side * channels)},
  });
  const stop = {indices: [0], weights: [], activations: [activation(64, 32), activation(8, 32)]};
  const inside = gatherInside([stop, stop, null, stop], packer()); // 4 MB in all
  const [large, small] = inside?.stops[0]?.activations ?? [];
  expect([large.values.shape, large.size]).toEqual([
    [10, 32, 32, 32],
    [64, 64],
  ]);
  expect([small.values.shape, small.size]).toEqual([
    [10, 8, 8, 32],
    [8, 8],
  ]);
});
