/** @file Pickles, zips and the weights in them, made byte by byte. */
import {describe, expect, test} from "vitest";

import {decodeModel, encodeModel} from "../../src/onnx/file/model";
import {floatsTensor, intsTensor, TYPE} from "../../src/onnx/file/tensors";
import {Global, type PickleHooks, Unknown, unpickled, unpickledFrom} from "../../src/onnx/states/pickle";
import {safetensors, safetensorsMetadata, toSafetensors} from "../../src/onnx/states/safetensors";
import type {State, StoredArray} from "../../src/onnx/states/state";
import {readState, unstored, withState} from "../../src/onnx/states/weights";
import {unzipped} from "../../src/onnx/states/zip";

describe("a pickle", () => {
  const hooks: PickleHooks = {
    call: (name, args) => (name === "a.b" ? args : undefined),
    persistent: (id) => `stored ${id}`,
  };
  const of = (...bytes: readonly (number | string)[]) =>
    unpickled(
      Uint8Array.from([...bytes.flatMap((one) => (typeof one === "string" ? [...Buffer.from(one)] : [one])), 0x2e]),
      hooks,
    );

  test.each<[string, readonly (number | string)[], unknown]>([
    ["a small number", [75, 7], 7],
    ["two bytes", [77, 1, 2], 513],
    ["four bytes below 0", [74, 0xfe, 0xff, 0xff, 0xff], -2],
    ["a long one", [138, 2, 0x34, 0x12], 0x1234],
    ["a long one below 0", [138, 2, 0xff, 0xfe], -257],
    ["a long one of no bytes", [138, 0], 0],
    ["a long one with a long length", [139, 1, 0, 0, 0, 5], 5],
    ["a real number", [71, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5],
    ["a short text", [140, 2, "hi"], "hi"],
    ["a text", [88, 3, 0, 0, 0, "é!"], "é!"],
    ["a text of a long length", [141, 2, 0, 0, 0, 0, 0, 0, 0, "ok"], "ok"],
    ["none, true and false", [78, 136, 137, 135], [null, true, false]],
    ["a list", [93, 40, 75, 1, 75, 2, 101, 75, 3, 97], [1, 2, 3]],
    ["a tuple since a mark", [75, 9, 40, 75, 1, 75, 2, 116], [1, 2]],
    ["pairs", [75, 1, 75, 2, 134], [1, 2]],
    [
      "a dictionary",
      [125, 40, 75, 1, 75, 2, 75, 3, 75, 4, 117, 75, 5, 75, 6, 115],
      new Map([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ],
    [
      "a dictionary since a mark",
      [40, 75, 1, 75, 2, 75, 3, 75, 4, 100],
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    ["what was remembered", [75, 8, 113, 3, 48, 104, 3], 8],
    ["what was remembered in turn", [75, 8, 148, 75, 9, 148, 104, 0], 8],
    ["the same twice", [75, 4, 50, 134], [4, 4]],
    ["a name", ["ca\nb\n"], new Global("a.b")],
    ["a name of two texts", [140, 1, "a", 140, 1, "b", 147], new Global("a.b")],
    ["a call that is known", ["ca\nb\n", 75, 1, 133, 82], [1]],
    ["a call that is not known", ["cc\nd\n", 41, 82], new Unknown("c.d")],
    ["a call of what is no name", [75, 1, 41, 82], new Unknown("something unknown")],
    ["a call without a list", ["ca\nb\n", 75, 1, 82], new Unknown("a.b")],
    ["an object with more beside it", ["ca\nb\n", 41, 129, 125, 98], []],
    ["a stored array", [140, 1, "x", 81], "stored x"],
    ["nothing kept in what is not known", ["cc\nd\n", 41, 82, 75, 1, 75, 2, 115], new Unknown("c.d")],
  ])("holds %s", (_, bytes, expected) => {
    expect(of(...bytes)).toEqual(expected);
  });

  test("ends where it says, and is refused where it does not", () => {
    expect(unpickledFrom(Uint8Array.of(9, 75, 7, 0x2e, 75), 1, hooks)).toEqual({value: 7, end: 4});
    expect(() => unpickled(Uint8Array.of(75), hooks)).toThrow("expected its last operation, got the end of the file");
    expect(() => unpickled(Uint8Array.of(140, 5, 65, 0x2e), hooks)).toThrow("got the end of the file");
    expect(() => unpickled(Uint8Array.of(0xf0), hooks)).toThrow("expected operations of a state_dict, got 0xf0");
  });

  test("may stand anywhere in a buffer", () => {
    const whole = Buffer.from([1, 2, 3, 140, 2, 104, 105, 0x2e]);
    expect(unpickled(whole.subarray(3), hooks)).toBe("hi");
  });
});

describe("a zip", () => {
  /** Files without compression. @param extra Bytes beside each name, in both places. */
  function zipOf(files: {readonly [name: string]: string}, extra: readonly number[] = [], comment = "", method = 0) {
    const parts: Buffer[] = [];
    const directory: Buffer[] = [];
    let at = 0;
    for (const [name, content] of Object.entries(files)) {
      const local = Buffer.alloc(30);
      local.writeUInt16LE(name.length, 26);
      local.writeUInt16LE(extra.length, 28);
      const whole = Buffer.concat([local, Buffer.from(name), Buffer.from(extra), Buffer.from(content)]);
      const entry = Buffer.alloc(46);
      entry.writeUInt16LE(method, 10);
      entry.writeUInt32LE(content.length, 20);
      entry.writeUInt32LE(content.length, 24);
      entry.writeUInt16LE(name.length, 28);
      entry.writeUInt16LE(extra.length, 30);
      entry.writeUInt16LE(comment.length, 32);
      entry.writeUInt32LE(at, 42);
      directory.push(entry, Buffer.from(name), Buffer.from(extra), Buffer.from(comment));
      parts.push(whole);
      at += whole.length;
    }
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(Object.keys(files).length, 10);
    end.writeUInt32LE(at, 16);
    return Buffer.concat([...parts, ...directory, end, Buffer.from(comment)]);
  }
  const contents = (zip: Uint8Array) =>
    Object.fromEntries([...unzipped(zip)].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
  const files = {"a/one": "first", two: "", "three.bin": "the third"};

  test("holds its files, whatever stands beside their names and after the end", () => {
    expect(contents(zipOf(files))).toEqual(files);
    expect(contents(zipOf(files, [9, 0, 2, 0, 1, 2]))).toEqual(files); // a field of another kind
    expect(contents(zipOf(files, [9, 0, 0, 0, 8, 0, 1, 0, 7], "said beside"))).toEqual(files);
    expect(contents(zipOf({}))).toEqual({});
  });

  test("is refused where it is compressed, cut off or none", () => {
    expect(() => unzipped(zipOf(files, [], "", 8))).toThrow("expected files without compression, got a compressed one");
    expect(() => unzipped(Buffer.alloc(40))).toThrow("zip: expected its directory at the end, got none");
    expect(() => unzipped(Buffer.alloc(3))).toThrow("zip: expected its directory at the end, got none");
    const whole = zipOf({a: "x"});
    whole.writeUInt32LE(5000, whole.length - 6);
    expect(() => unzipped(whole)).toThrow("zip: expected a whole file, got a part of one");
  });
});

describe("weights for a graph", () => {
  const array = (type: StoredArray["type"], dims: readonly number[], data: ArrayBufferView): StoredArray => ({
    ...{type, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength)},
  });
  const real = (...values: readonly number[]) => array("float32", [values.length], Float32Array.from(values));
  const graph = (...initializer: NonNullable<NonNullable<ReturnType<typeof decodeModel>["graph"]>["initializer"]>) =>
    encodeModel({graph: {initializer}});
  const plain = graph(
    floatsTensor("a.weight", "float32", [1, 2]),
    floatsTensor("a.bias", "float32", [3]),
    intsTensor("shape", [4]),
  );
  const stored = (file: Uint8Array) =>
    new Map(decodeModel(file).graph?.initializer?.map(({name, rawData, dataType}) => [name, {rawData, dataType}]));
  const floats = (file: Uint8Array, name: string) => [
    ...new Float32Array(stored(file).get(name)?.rawData?.slice().buffer ?? []),
  ];

  test("take the places of those with their names, and leave the others", () => {
    const made = withState(plain, new Map([["a.weight", real(5, 6)]]));
    expect([floats(made, "a.weight"), floats(made, "a.bias")]).toEqual([[5, 6], [3]]);
  });

  test("are found behind a name that all of them begin with", () => {
    const state: State = new Map([
      ["net.inner.a.weight", real(5, 6)],
      ["net.inner.a.bias", real(7)],
    ]);
    expect(floats(withState(plain, state), "a.bias")).toEqual([7]);
    const apart: State = new Map([
      ["net.a.weight", real(5, 6)],
      ["other.a.bias", real(7)],
    ]);
    expect(() => withState(plain, apart)).toThrow("got none for net.a.weight, other.a.bias (export it with");
  });

  test("without a place are named, three at most", () => {
    const homeless = (count: number) =>
      new Map([["a.bias", real(1)], ...Array.from({length: count}, (_, i) => [`x${i}`, real(1)] as const)]);
    expect(() => withState(plain, homeless(3))).toThrow("got none for x0, x1, x2 (export it");
    expect(() => withState(plain, homeless(5))).toThrow("got none for x0, x1, x2 and 2 more (export it");
    const counts: State = new Map([
      ["a.bias", real(1)],
      ["batches", array("int64", [1], BigInt64Array.of(3n))],
    ]);
    expect(() => withState(plain, counts)).not.toThrow(); // no real numbers
    for (const type of ["float16", "bfloat16", "float64"] as const)
      expect(() =>
        withState(
          plain,
          new Map([
            ["a.bias", real(1)],
            ["x", array(type, [0], new Uint8Array(0))],
          ]),
        ),
      ).toThrow("got none for x (export");
  });

  test("have the type of the graph, or one that is made it", () => {
    const double = new Map([["a.bias", array("float64", [1], Float64Array.of(0.5))]]);
    expect(floats(withState(plain, double), "a.bias")).toEqual([0.5]);
    for (const type of ["float16", "bfloat16"] as const) {
      const made = stored(withState(plain, new Map([["a.bias", array(type, [1], Uint8Array.of(1, 2))]]))).get("a.bias");
      expect(made).toEqual({rawData: Uint8Array.of(1, 2), dataType: TYPE[type]});
    }
    const whole: State = new Map([["a.bias", array("int64", [1], BigInt64Array.of(1n))]]);
    expect(() => withState(plain, whole)).toThrow('weights "a.bias": expected type 1 as in the graph, got int64');
    const shape: State = new Map([["shape", array("float64", [1], Float64Array.of(1))]]);
    expect(() => withState(plain, shape)).toThrow('weights "shape": expected type 7 as in the graph, got float64');
    const halved: State = new Map([["shape", array("float16", [1], Uint8Array.of(1, 2))]]);
    expect(() => withState(plain, halved)).toThrow('weights "shape": expected type 7 as in the graph, got float16');
  });

  test("that a state lacks are parameters by their names", () => {
    const half = {name: "a.half.scale", dims: [1], dataType: TYPE.float16, rawData: new Uint8Array(2)};
    const more = graph(
      ...["a.weight", "a.bias", "a.more", "b.weight", "b.more", "plain", "/a/weight"].map((name) =>
        floatsTensor(name, "float32", [1, 2]),
      ),
      {...half},
      {...half, name: "a.brain.scale", dataType: TYPE.bfloat16},
      floatsTensor("a.scalar", "float32", [1], []),
      intsTensor("a.count", [1]),
    );
    expect(unstored(more, new Map([["a.weight", real(1, 2)]]))).toEqual([
      ...["a.bias", "a.more", "b.weight", "a.half.scale", "a.brain.scale"],
    ]);
  });

  test("are told by the first bytes of their file", () => {
    const arrays = new Map([["w", {shape: [2], values: Float32Array.of(1, 2)}]]);
    expect([...readState(toSafetensors(arrays)).keys()]).toEqual(["w"]);
    expect(() => readState(Uint8Array.of(0x50, 0x4b, 0))).toThrow("zip: ");
    expect(() => readState(Uint8Array.of(0x50, 0x4c, 0))).toThrow("safetensors: ");
    expect(() => readState(Uint8Array.of(0x80, 0x05))).toThrow("checkpoint: ");
    expect(() => readState(Uint8Array.of(0x80))).toThrow("checkpoint: ");
    expect(() => readState(Uint8Array.of(0x80, 0x06))).toThrow("safetensors: ");
  });
});

describe("a safetensors file that is written", () => {
  test("has its numbers at a multiple of eight bytes, and comes back", () => {
    for (const name of ["w", "weight", "wéight", "a longer name of a weight"]) {
      const file = toSafetensors(
        new Map([
          [name, {shape: [2, 1], values: Float32Array.of(1, 2).subarray(0)}],
          ["second", {shape: [1], values: Float32Array.of(9, 3).subarray(1)}],
        ]),
        {by: "test"},
      );
      const length = Number(new DataView(file.buffer).getBigUint64(0, true));
      expect([length % 8, file.length - 8 - length]).toEqual([0, 12]);
      expect(safetensorsMetadata(file)).toEqual({by: "test"});
      const state = safetensors(file);
      expect([...state].map(([own, {type, dims}]) => [own, type, [...dims]])).toEqual([
        [name, "float32", [2, 1]],
        ["second", "float32", [1]],
      ]);
      expect([...new Float32Array(state.get("second")?.bytes.slice().buffer ?? [])]).toEqual([3]);
    }
  });

  test("is as short as it can be, and may say nothing beside", () => {
    const empty = toSafetensors(new Map());
    expect(empty.length).toBe(8 + '{"__metadata__":{}}     '.length);
    expect(safetensorsMetadata(empty)).toEqual({});
    const bare = Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("{}")]);
    expect(safetensorsMetadata(bare)).toEqual({});
    expect(safetensors(bare).size).toBe(0);
    expect(() => safetensors(bare.subarray(0, 7))).toThrow("safetensors: expected a header in JSON, got other bytes");
    expect(() => safetensors(bare.subarray(0, 9))).toThrow("safetensors: expected a header in JSON, got other bytes");
  });
});
