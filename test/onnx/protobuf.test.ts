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
