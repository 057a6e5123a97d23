import {expect, test} from "vitest";

import type {KeptTrack} from "../../src/pipeline/record/tracks";
import type {Recall, Saved} from "../../src/report/file-memory";
import {gatherTracked} from "../../src/report/gather/tracked";

test("each tracked image has its own logits, and the weights that its own answer of the layer before met", () => {
  const images = [
    {name: "test:4", split: "test" as const, index: 4, label: 0},
    {name: "test:9", split: "test" as const, index: 9, label: 1},
  ];
  // the standard deviation of the first kernel is 1; the weights node 0 → class 0 and node 1 → class 1 change
  const saved: {readonly [path: string]: KeptTrack} = {
    "0": {
      ...{images, classes: 2, at: [0], logits: Float32Array.of(0.5, 1, 1.5, 2)},
      ...{features: Float32Array.of(1, 1, 1, 1), kernel: Float32Array.of(1, -1, 1, -1)},
    },
    "1": {
      ...{images, classes: 2, at: [1], logits: Float32Array.of(2.5, 3, 3.5, 4)},
      ...{features: Float32Array.of(3, 5, 7, 11), kernel: Float32Array.of(2, -1, 1, 1)},
    },
  };
  const recall: Recall = (path, _, make) => make(saved[path] as unknown as Saved);
  const files = new Map([
    [0, "0"],
    [1, "1"],
  ]);
  const shown = gatherTracked(files, () => true, recall);
  const weight = (node: number, values: readonly number[], change: number, pushed: number) => ({
    ...{node, values, change, overSpread: change, pushed},
  });
  expect(shown?.images).toEqual([
    {
      ...{name: "test:4", label: 0, classes: [0, 1], at: [0, 1]},
      logits: [
        [0.5, 2.5],
        [1, 3],
      ],
      weights: [weight(0, [1, 2], 1, 3), weight(1, [1, 1], 0, 0)],
    },
    {
      ...{name: "test:9", label: 1, classes: [1, 0], at: [0, 1]},
      logits: [
        [2, 4],
        [1.5, 3.5],
      ],
      weights: [weight(1, [-1, 1], 2, 22), weight(0, [-1, -1], 0, 0)],
    },
  ]);
});
