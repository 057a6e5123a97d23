import {expect, test} from "vitest";
import {alikeHeads} from "../../src/numbers/alike-heads";
import type {LayerState} from "../../src/pipeline/record/layer-state";
import {blocksOf} from "../../src/pipeline/run/layer-blocks";
import {decodeAttention} from "../../src/report/client/attention";
import {alikeGroups, alikeWords} from "../../src/report/client/layers/alike-words";
import type {LayersData} from "../../src/report/client/layers/data";
import {gatherAttention} from "../../src/report/gather/attention";
import {gatherBlocks} from "../../src/report/gather/layer-blocks";
import {packer} from "../../src/report/packer";
import type {Packed} from "../../src/report/report-file";

const grid = {rows: 1, columns: 3, side: 10};
// of each image: head 1 looks at the next patch to the right (the last at itself), head 2 at all alike
const next = [0, 255, 0, 0, 0, 255, 0, 0, 255];
const kept = (images: number, rows: boolean) => ({
  grid,
  indices: Array.from({length: images}, (_, n) => 10 + n),
  rollout: Float32Array.from({length: images * 3}, (_, at) => [0.2, 0.3, 0.5][at % 3]),
  layers: [
    {
      ...{layer: "attention1", heads: 2, distance: [1, 2], sharpness: [1, 0], importance: [1, 1]},
      received: Float32Array.from({length: images * 6}, (_, at) => [0, 1 / 3, 2 / 3, 1 / 3, 1 / 3, 1 / 3][at % 6]),
      rows: rows
        ? Uint8Array.from({length: images * 18}, (_, at) => [...next, ...Array(9).fill(200)][at % 18])
        : undefined,
    },
  ],
});

function shown(stops: Parameters<typeof gatherAttention>[0]) {
  const pack = packer();
  const gathered = gatherAttention(stops, pack);
  const bytes = Buffer.concat(pack.parts);
  const view = ({dtype, shape, offset}: Packed) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const own = bytes.buffer.slice(
      bytes.byteOffset + offset,
      bytes.byteOffset + offset + count * (dtype === "u8" ? 1 : 2),
    );
    return dtype === "u8" ? new Uint8Array(own) : new Uint16Array(own);
  };
  return gathered && decodeAttention(gathered, view);
}

test("of a patch the page knows where each head looks, and rollout worked by hand", () => {
  const from = shown([null, kept(2, true)])?.of(1, 11)?.from;
  expect(from?.(0).heads[0].flatMap((row) => [...row])).toBeAllClose([0, 1, 0, 1 / 3, 1 / 3, 1 / 3], {
    rtol: 1e-6,
    atol: 1e-7,
  });
  // half the mean of both heads, (1/6, 2/3, 1/6), and half the patch itself
  expect([...(from?.(0).rollout ?? [])]).toBeAllClose([7 / 12, 4 / 12, 1 / 12], {rtol: 1e-6, atol: 1e-7});
  expect([...(from?.(2).rollout ?? [])]).toBeAllClose([1 / 12, 1 / 12, 10 / 12], {rtol: 1e-6, atol: 1e-7});
});

test("rollout has one scale for all epochs, the largest share of any", () => {
  expect(shown([kept(1, true), kept(2, true)])?.most(10)).toBeCloseTo(0.5, 4);
  expect(shown([kept(1, true)])?.most(99)).toBe(0);
});

test("where a stop lacks what patches look at, or all stops together have too much of it, no patch is told", () => {
  expect(shown([kept(2, true), kept(2, false)])?.of(0, 10)?.from).toBeUndefined();
  // 20,000 bytes an image and stop: of 30 stops one image is 600,000 bytes, two are more than a page carries
  const wide = {
    ...{grid: {rows: 10, columns: 10, side: 1}, indices: [10, 11], rollout: new Float32Array(200)},
    layers: [{...kept(2, true).layers[0], received: new Float32Array(400), rows: new Uint8Array(40_000).fill(9)}],
  };
  const many = shown(Array(30).fill(wide));
  expect(many?.of(29, 10)?.from?.(0).rollout[0]).toBeCloseTo(1 / 2 + 1 / 200, 6);
  expect(many?.of(29, 11)?.from).toBeUndefined();
});

test("heads look alike where their maps correlate above 0.95 over all images and patches, in a chain too", () => {
  const maps = (...heads: readonly (readonly number[])[]) => {
    const [images, tokens] = [heads[0].length / 2, 2];
    return Float64Array.from({length: images * heads.length * tokens}, (_, at) => {
      const [image, head, token] = [
        Math.floor(at / tokens / heads.length),
        Math.floor(at / tokens) % heads.length,
        at % 2,
      ];
      return heads[head][image * tokens + token];
    });
  };
  const [one, near, far] = [
    [0.7, 0.3, 0.6, 0.4],
    [0.7, 0.3, 0.55, 0.45], // r = 0.09 / √(0.1 · 0.085) = 0.976 with the first
    [0.7, 0.3, 0.5, 0.5], // r = 0.08 / √(0.1 · 0.08) = 0.894 with the first, 0.08 / √(0.085 · 0.08) = 0.970 with the second
  ];
  const turned = [0.3, 0.7, 0.4, 0.6];
  const even = [0.5, 0.5, 0.5, 0.5];
  expect(alikeHeads(maps(one, far), 2, 2)).toEqual([]);
  expect(alikeHeads(maps(one, turned, even, near), 4, 2)).toEqual([[0, 3]]);
  expect(alikeHeads(maps(even, far, turned, one, near), 5, 2)).toEqual([[1, 3, 4]]);
  expect(alikeHeads(maps(even, even), 2, 2)).toEqual([]);
});

test("a block's change is that of all its matrices together, its gradient the length of all, its likeness what it gives on", () => {
  const state = (layer: string, kernel: number[], gradient: number | null) =>
    ({layer, weights: kernel.length, kernel: Float32Array.from(kernel), gradient}) as unknown as LayerState;
  const gram = Float32Array.of(1, 2, 3, 4, 5, 7, 8, 9, 1, 2); // of 5 images
  const look = (first: number, rest: number[], sample: number, gradients: [number, number | null]) => ({
    layers: [
      state("embedding", [9], 9),
      state("attention1", [first], gradients[0]),
      state("hidden1", rest, gradients[1]),
    ],
    blocks: [
      {
        ...{name: "block 1", layers: ["attention1", "hidden1"], gram: gram.map((v) => v * first), probe: 3},
        others: [{weights: 8, kernel: Float32Array.of(sample, sample)}], // two numbers stand for eight
      },
    ],
  });
  const [block] = gatherBlocks([look(1, [0, 2], 0.5, [3, 4]), look(2, [1, 2], 1, [6, null])], 5);
  // ‖before‖² = 1 + 4 + 8/4 = 7, ‖change‖² = 1 + 1 + 8/4 = 4
  expect(block).toMatchObject({
    ...{name: "block 1", weights: 11, sampled: 5, probe: [3, 3], gradient: [5, null]},
    moved: [null, expect.closeTo(Math.sqrt(4 / 7), 5)],
    fromStart: [0, expect.closeTo(Math.sqrt(4 / 7), 5)],
    likeBefore: [null, expect.closeTo(1, 5)],
    likeLast: [expect.closeTo(1, 5), expect.closeTo(1, 5)],
  });
  const earlier = {layers: look(1, [0, 2], 1, [3, 4]).layers};
  expect(gatherBlocks([earlier, earlier], 5)).toEqual([]);
});

test("a block begins with self-attention and ends with the last sum before the next one", () => {
  const types = [
    "Dense",
    "SelfAttention",
    "Add",
    "Dense",
    "Add",
    "TokenNorm",
    "SelfAttention",
    "Add",
    "Dense",
    "Add",
    "Dense",
  ];
  const layers = types.map((type, n) => ({type, name: `l${n}`, outputShape: [null, 4, 8], parameters: 0}));
  expect(
    blocksOf(layers).map(({name, layers: own, end}) => [name, own.map((one) => one.name).join(), end.name]),
  ).toEqual([
    ["block 1", "l1,l2,l3", "l4"],
    ["block 2", "l6,l7,l8", "l9"],
  ]);
  expect(blocksOf(layers.filter(({type}) => type !== "SelfAttention"))).toEqual([]);
});

test("the view of the layers names the heads of each block that look alike", () => {
  const blocks = ["block 1", "block 2"].map((name, n) => ({name, layers: [`attention${n + 1}`, `hidden${n + 1}`]}));
  const layers = {blocks} as unknown as LayersData;
  const alike = (groups: readonly (readonly number[])[]) =>
    new Map([
      ["attention1", []],
      ["attention2", groups],
    ]);
  const two = alike([
    [0, 2, 3],
    [1, 4],
  ]);
  expect(alikeWords(layers, two)).toBe(" These heads look alike: 1, 3 and 4 of block 2; 2 and 5 of block 2.");
  expect(alikeWords(layers, alike([]))).toBe(" No two heads of a block look alike.");
  expect([alikeWords(layers, undefined), alikeWords({} as LayersData, two)]).toEqual(["", ""]);
  const groups = blocks.map((block) => alikeGroups(block as unknown as LayersData["rows"][number], two));
  expect(groups).toEqual([[], ["heads 1, 3, 4 alike", "heads 2, 5 alike"]]);
});
