import {describe, expect, test} from "vitest";

import {checkFeeds, fixedBatch, freeBatch} from "../../src/onnx/feeds";
import {isStandard, opsetOf} from "../../src/onnx/file/model";
import {isFloat} from "../../src/onnx/file/tensors";
import {inBatches, joinedRows, rowsInTurn, rowsOf, summed} from "../../src/onnx/rows";
import type {Feeds, Port} from "../../src/onnx/runtime/runtime";

const array = (values: readonly number[], dims: readonly number[]) =>
  ({type: "float32", dims, data: Float32Array.from(values)}) as const;
const three = array([1, 2, 3, 4, 5, 6], [3, 2]);
const plain = ({dims, data}: {dims: readonly number[]; data: ArrayBufferView}) => [
  [...dims],
  [...(data as unknown as Float32Array)],
];

describe("rows of an array", () => {
  test("are those with the numbers; −1 is a row of zeros", () => {
    expect(plain(rowsOf(three, [2, 0, -1]))).toEqual([
      [3, 2],
      [5, 6, 1, 2, 0, 0],
    ]);
    expect(plain(rowsOf(array([], [0, 2]), []))).toEqual([[0, 2], []]);
    expect(plain(rowsInTurn(three, 4))).toEqual([
      [4, 2],
      [1, 2, 3, 4, 5, 6, 1, 2],
    ]);
    const whole = {type: "int64", dims: [2], data: BigInt64Array.of(7n, 8n)} as const;
    expect(rowsOf(whole, [1]).data).toEqual(BigInt64Array.of(8n)); // of its own type
  });

  test("are joined, without what filled the last batch up", () => {
    const parts = [array([1, 2, 3, 4], [2, 2]), array([5, 6, 7, 8], [2, 2])];
    expect(plain(joinedRows(parts, 3))).toEqual([
      [3, 2],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect(plain(joinedRows(parts, 4))).toEqual([
      [4, 2],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ]);
    expect(plain(summed(parts))).toEqual([
      [2, 2],
      [6, 8, 10, 12],
    ]);
  });

  test("come in batches of one size; the last row fills the last batch up", () => {
    const batches = inBatches({x: three, y: array([7, 8, 9], [3])}, 2);
    expect(batches.map(({rows}) => rows)).toEqual([
      [0, 1],
      [2, -1],
    ]);
    expect(batches.map(({feeds}) => plain(feeds.x))).toEqual([
      [
        [2, 2],
        [1, 2, 3, 4],
      ],
      [
        [2, 2],
        [5, 6, 5, 6],
      ],
    ]);
    expect(batches.map(({feeds}) => plain(feeds.y))).toEqual([
      [[2], [7, 8]],
      [[2], [9, 9]],
    ]);
    expect(inBatches({x: three}, 3)).toHaveLength(1);
  });

  test.each([
    [{x: three, y: array([7, 8], [2])}, "got 3, 2"],
    [{x: array([], [0, 2])}, "got 0"],
    [{}, "got "],
  ])("are as many in each input, one at least: %#", (feeds, got) => {
    expect(() => inBatches(feeds as Feeds, 2)).toThrow(
      `inputs: expected the same number of rows in each, at least 1, ${got}`,
    );
  });
});

describe("inputs", () => {
  const port = (name: string, ...dims: readonly (number | string)[]) => ({name, type: "float32", dims}) as Port;

  test("have a free batch where the first size is no number", () => {
    expect(freeBatch([port("x", "n", 2), port("y", 3, 2), port("z")])).toEqual(["x"]);
  });

  test("have a fixed batch where the first size of all is the same number above 0", () => {
    expect(fixedBatch([port("x", 4, 2), port("y", 4)])).toBe(4);
    expect(fixedBatch([port("x", 4, 2), port("y", 3)])).toBeUndefined();
    expect(fixedBatch([port("x", 4, 2), port("y", "n")])).toBeUndefined();
    expect(fixedBatch([port("x", "n", 2)])).toBeUndefined();
    expect(fixedBatch([port("x", 0, 2)])).toBeUndefined();
    expect(fixedBatch([port("x")])).toBeUndefined();
    expect(fixedBatch([])).toBeUndefined();
  });

  test.each([
    [{}, "inputs: expected x, got none"],
    [{x: three, y: three}, "inputs: expected x, got x, y"],
    [{x: array([1, 2, 3], [3])}, 'input "x": expected [n, 2] of float32, got [3] of float32'],
    [{x: array([1, 2, 3], [1, 3])}, 'input "x": expected [n, 2] of float32, got [1, 3] of float32'],
    [{x: {...three, type: "float64"}}, 'input "x": expected [n, 2] of float32, got [3, 2] of float64'],
    [{x: array([1, 2, 3], [2, 2])}, 'input "x": expected 4 numbers for [2,2], got 3'],
  ])("are checked: %#", (feeds, words) => {
    expect(() => checkFeeds(feeds as Feeds, [port("x", "n", 2)])).toThrow(words);
  });

  test("may have any number of rows, and any size where it is free", () => {
    expect(checkFeeds({x: three}, [port("x", 7, 2)])).toBeUndefined(); // the batch is fitted later
    expect(checkFeeds({x: three}, [port("x", "n", "width")])).toBeUndefined();
  });
});

test("the standard operators have two names and a version, the first if none is said", () => {
  expect([undefined, "", "ai.onnx", "com.microsoft"].map(isStandard)).toEqual([true, true, true, false]);
  expect(opsetOf({})).toBe(1);
  expect(
    opsetOf({
      opsetImport: [
        {domain: "com.microsoft", version: 3},
        {domain: "", version: 17},
      ],
    }),
  ).toBe(17);
  expect(opsetOf({opsetImport: [{domain: "ai.onnx"}]})).toBe(1);
});

test("floats are single or double", () => {
  expect(["float32", "float64", "float16", "int64", undefined].map(isFloat)).toEqual([true, true, false, false, false]);
});
