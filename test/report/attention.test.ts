import {expect, test} from "vitest";
import {decodeAttention} from "../../src/report/client/attention";
import {gatherAttention} from "../../src/report/gather/attention";
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
