import {expect, test} from "vitest";

import type {KeptTrack} from "../../src/pipeline/record/tracks";
import {lookAt} from "../../src/report/client/layers/stave";
import type {Recall} from "../../src/report/file-memory";
import {gatherMoves} from "../../src/report/gather/moves";

const layers = ["conv", "key", "value"];
const nothing = {images: [], classes: 2, logits: new Float32Array(), features: new Float32Array()};
const looks = (at: number[], moved: number[], lengths: number[]): KeptTrack => ({
  ...{...nothing, at, layers},
  ...{moved: Float32Array.from(moved), lengths: Float32Array.from(lengths)},
});
const kept = new Map([
  [0, {...nothing, at: [0]}],
  [1, looks([0.5, 1], [1, 3, 4, 2, 0, 0], [2, 6, 8, 4, 5, 0])],
  [2, looks([1.5, 2], [1, 0, 6, 1, 0, 0], [4, 0, 12, 4, 0, 0])],
]);
const files = new Map([...kept.keys()].map((epoch) => [epoch, `${epoch}`]));
const recall = ((path: string, _by: string, make: (saved: never) => unknown) =>
  make(kept.get(Number(path)) as never)) as Recall;
const block = {name: "block 1", layers: ["key", "value"]};

test("a page gets each layer's way within the epochs, and that of a block's layers as one vector", () => {
  const shown = gatherMoves(files, () => true, [block], recall);
  expect(shown?.at).toEqual([0.5, 1, 1.5, 2]);
  // of the block: √(3² + 4²) / √(6² + 8²), √0 / √25, √36 / √144; a layer without length did not move
  expect(shown?.rows).toEqual({
    conv: [0.5, 0.5, 0.25, 0.25],
    key: [0.5, 0, 0, 0],
    value: [0.5, 0, 0.5, 0],
    "block 1": [0.5, 0, 0.5, 0],
  });
  // an epoch that is not whole is left out
  expect(gatherMoves(files, (epoch) => epoch < 2, [], recall)?.at).toEqual([0.5, 1]);
});

test("a run that kept no moves shows none", () => {
  expect(gatherMoves(new Map([[0, "0"]]), () => true, [], recall)).toBe(undefined);
  expect(gatherMoves(undefined, () => true, [], recall)).toBe(undefined);
});

test("a time stands between the epochs that were looked at, however far apart these are", () => {
  expect([0, 0.5, 1, 3, 5, 9].map((time) => lookAt([0, 1, 5], time))).toEqual([0, 0.5, 1, 1.5, 2, 2]);
});
