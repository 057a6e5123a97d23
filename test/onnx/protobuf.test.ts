import {readFileSync} from "node:fs";
import {BinaryWriter} from "@bufbuild/protobuf/wire";
import {expect, test} from "vitest";

import {attributesFrom, attributesOf} from "../../src/onnx/file/attributes";
import {appended, decodeModel, encodeModel} from "../../src/onnx/file/model";
import {decode, encode, type Table} from "../../src/onnx/file/protobuf";
import {exportsOf} from "../support/onnx-fixtures";

const INNER: Table = {values: [1, "int64", "many"], name: [2, "string"]};
const OUTER: Table = {
  inner: [1, () => INNER],
  many: [2, () => INNER, "many"],
  real: [3, "float"],
  reals: [4, "double", "many"],
};

test("fields come back as they were, whether they are packed or not", () => {
  const message = {
    inner: {values: [1, -2, 2 ** 40], name: "é"},
    many: [{values: [3]}, {}],
    real: 0.5,
    reals: [0.1, -7],
  };
  expect(decode(encode(message, OUTER), OUTER)).toEqual(message);
  const packed = new BinaryWriter().tag(4, 2).fork().double(0.25).double(8).join().tag(4, 1).double(9).finish();
  expect(decode(packed, OUTER)).toEqual({reals: [0.25, 8, 9]});
});

test("what no table names is kept, and written again", () => {
  const bytes = new BinaryWriter().tag(3, 5).float(2).tag(77, 2).string("unknown").tag(78, 0).int32(5).finish();
  const read = decode(bytes, OUTER);
  expect(read.real).toBe(2);
  expect(decode(encode({...read, real: 3}, OUTER), {...OUTER, text: [77, "string"], whole: [78, "int32"]})).toEqual({
    real: 3,
    text: "unknown",
    whole: 5,
  });
});

test("messages one after the other are their merger", () => {
  const [a, b] = [
    {inner: {values: [1], name: "a"}, many: [{values: [1]}]},
    {inner: {values: [2]}, many: [{values: [2]}]},
  ];
  const both = new Uint8Array([...encode(a, OUTER), ...encode(b, OUTER)]);
  expect(decode(both, OUTER)).toEqual({inner: {values: [1, 2], name: "a"}, many: [{values: [1]}, {values: [2]}]});
  const model = encodeModel({graph: {node: [{opType: "Relu"}], name: "g"}});
  expect(decodeModel(appended(model, {graph: {node: [{opType: "Exp"}]}})).graph).toMatchObject({
    name: "g",
    node: [{opType: "Relu"}, {opType: "Exp"}],
  });
});

test("the largest whole number, which means to the end, stays the largest", () => {
  const most = new BinaryWriter()
    .tag(1, 0)
    .int64(2n ** 63n - 1n)
    .tag(1, 0)
    .int64(-(2n ** 63n))
    .finish();
  expect([...encode(decode(most, INNER), INNER)]).toEqual([...most]);
});

test("exported files come back from their objects with the same content", () => {
  for (const {file} of exportsOf()) {
    const model = decodeModel(new Uint8Array(readFileSync(file)));
    expect(decodeModel(encodeModel(model))).toEqual(model);
  }
});

test("attributes by name, and back", () => {
  const values = {alpha: 0.5, axis: 1, mode: "linear", perm: [1, 0]};
  expect(attributesOf({attribute: attributesFrom({...values, none: undefined})})).toEqual(values);
});

test("attributes that a file leaves out are nothing of their kind, and those it tells are as they stand", () => {
  const [float, int, string, tensor, graph, floats, ints, strings] = [1, 2, 3, 4, 5, 6, 7, 8];
  const bytes = (text: string) => new TextEncoder().encode(text);
  const none = [float, int, string, floats, ints, strings, 99].map((type) => ({name: `${type}`, type}));
  expect(attributesOf({attribute: none})).toEqual({1: 0, 2: 0, 3: "", 6: [], 7: [], 8: [], 99: undefined});
  const told = [
    {name: "a", type: float, f: 0.5},
    {name: "b", type: int, i: -3},
    {name: "c", type: string, s: bytes("same")},
    {name: "d", type: tensor, t: {name: "t"}},
    {name: "e", type: graph, g: {name: "g"}},
    {name: "f", type: floats, floats: [1.5]},
    {name: "g", type: ints, ints: [2, 3]},
    {name: "h", type: strings, strings: [bytes("x"), bytes("y")]},
  ];
  expect(attributesOf({attribute: told})).toEqual({
    ...{a: 0.5, b: -3, c: "same", d: {name: "t"}, e: {name: "g"}, f: [1.5], g: [2, 3], h: ["x", "y"]},
  });
  expect(attributesOf({})).toEqual({});
});

test("whole numbers beyond 64 bits become the nearest that a file can hold", () => {
  const stored = (value: number) => [...encode({values: [value]}, INNER)];
  const written = (value: bigint) => [...new BinaryWriter().tag(1, 0).int64(value).finish()];
  expect(stored(2 ** 64)).toEqual(written(2n ** 63n - 1n));
  expect(stored(-(2 ** 64))).toEqual(written(-(2n ** 63n)));
  expect(stored(-(2 ** 63))).toEqual(written(-(2n ** 63n)));
  expect(stored(-(2 ** 62))).toEqual(written(-(2n ** 62n)));
});
