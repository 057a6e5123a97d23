import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {decode, encode} from "../../../src/pipeline/record/artifact-codec";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {temporaryFolder} from "../../support/idx-files";

const arrays = {
  f32: Float32Array.of(1.5, Number.NaN, -0, Infinity),
  f64: Float64Array.of(Math.PI, 1e-300),
  u8: Uint8Array.of(0, 255),
  u16: Uint16Array.of(1, 65535),
  u32: Uint32Array.of(4_000_000_000),
  i32: Int32Array.of(-5),
  large: Float32Array.from({length: 3001}, (_, i) => i / 7),
  larger: Float64Array.from({length: 500}, (_, i) => -i),
};

test("gives back what it was given: numbers, texts, arrays of every kind, large ones from their file", () => {
  const value = {name: "x", nested: [{deep: arrays.u8}, null, true, 0.1], ...arrays};
  const {json, binary} = encode(value, "x.bin");
  const bytes = (file: string) => (file === "x.bin" ? binary!.buffer : new ArrayBuffer()) as ArrayBuffer;
  expect(decode(json, (file, offset, length) => bytes(file).slice(offset, offset + length))).toEqual(value);
  expect(json.length).toBeLessThan(2000);
});

test("starts each large array at a multiple of 8 bytes, little-endian, where the JSON says", () => {
  const {json, binary} = encode(arrays, "x.bin");
  const {large, larger} = JSON.parse(json);
  expect(larger).toEqual({dtype: "Float64Array", length: 500, file: "x.bin", offset: 12008});
  const view = new DataView(binary!.buffer);
  expect(view.getFloat32(large.offset + 4 * 7, true)).toBe(1);
  expect(view.getFloat64(larger.offset + 8 * 499, true)).toBe(-499);
});

test("writes no file where nothing is large, and a view of a longer buffer without what lies around it", () => {
  const view = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
  const {json, binary} = encode({view}, "x.bin");
  expect(binary).toBeUndefined();
  expect(decode(json, () => new ArrayBuffer())).toEqual({view: Uint8Array.of(1, 2)});
});

test("says what is wrong with a cut file, or what is no JSON", async () => {
  const folder = temporaryFolder();
  const {json, binary} = encode(arrays, "x.bin");
  writeFileSync(join(folder, "x.json"), json);
  writeFileSync(join(folder, "x.bin"), binary!.subarray(0, 5000));
  await expect(readSaved(join(folder, "x.json"))).rejects.toThrow("x.bin: expected 16008 bytes, got 5000");
  writeFileSync(join(folder, "y.json"), "{");
  await expect(readSaved(join(folder, "y.json"))).rejects.toThrow(/y.json: expected JSON, got/);
});

test("reads each array into a buffer of its own, and one of a kind that it does not know not at all", async () => {
  const folder = temporaryFolder();
  const {json, binary} = encode(arrays, "x.bin");
  writeFileSync(join(folder, "x.json"), json);
  writeFileSync(join(folder, "x.bin"), binary!);
  const read = (await readSaved(join(folder, "x.json"))) as typeof arrays;
  expect(read).toEqual(arrays);
  for (const array of Object.values(read)) expect(array.buffer.byteLength).toBe(array.byteLength);
  expect(() => decode('[1, {"a": {"dtype": "Int9Array", "base64": ""}}]', () => new ArrayBuffer())).toThrow(
    "saved array: expected one of Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array, got Int9",
  );
  expect(() => decode('{"dtype": "Uint8Array"}', () => new ArrayBuffer())).toThrow("expected base64 or a file beside");
});

test("reads from the folder of the JSON alone, and takes no length that the file has not", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "x.bin"), new Uint8Array(16));
  const read = (saved: object) => {
    writeFileSync(join(folder, "x.json"), JSON.stringify({dtype: "Float32Array", file: "x.bin", ...saved}));
    return readSaved(join(folder, "x.json"));
  };
  expect(await read({length: 4, offset: 0})).toEqual(new Float32Array(4));
  await expect(read({length: 4, file: "../x.bin"})).rejects.toThrow("expected base64 or a file beside");
  await expect(read({length: 1e15})).rejects.toThrow("x.bin: expected 4000000000000000 bytes, got 16");
  await expect(read({length: 1, offset: -4})).rejects.toThrow(
    "expected a length and an offset of 0 or more, got 1 and -4",
  );
});

test.each([
  [{length: 1.5, offset: 0}],
  [{length: -1, offset: 0}],
  [{length: 1, offset: 0.5}],
  [{length: "1", offset: 0}],
  [{length: 1, offset: 2 ** 53}],
])("a place in the file that is none is refused: %j", (place) => {
  const json = JSON.stringify({dtype: "Float32Array", file: "x.bin", ...place});
  expect(() => decode(json, (_, __, bytes) => new ArrayBuffer(Math.max(0, Number(bytes) || 0)))).toThrow(
    `saved array: expected a length and an offset of 0 or more, got ${place.length} and ${place.offset}`,
  );
});

test("an array of no numbers may lie in the file, and bytes must be those of whole numbers", () => {
  const asked: unknown[] = [];
  const read = (file: string, offset: number, length: number) => {
    asked.push([file, offset, length]);
    return new ArrayBuffer(length);
  };
  expect(decode('{"dtype": "Float32Array", "file": "x.bin", "length": 0}', read)).toEqual(new Float32Array(0));
  expect(decode('{"dtype": "Float64Array", "file": "x.bin", "length": 2, "offset": 8}', read)).toEqual(
    new Float64Array(2),
  );
  expect(asked).toEqual([
    ["x.bin", 0, 0],
    ["x.bin", 8, 16],
  ]);
  const odd = Buffer.alloc(6).toString("base64");
  expect(() => decode(`{"dtype": "Float32Array", "base64": "${odd}"}`, read)).toThrow(
    "saved array: expected a multiple of 4 bytes for Float32Array, got 6",
  );
});

test("an array of just so many bytes as are large is written into the file", () => {
  expect(encode({a: new Uint8Array(2047)}, "x.bin").binary).toBeUndefined();
  expect(encode({a: new Uint8Array(2048)}, "x.bin").binary).toHaveLength(2048);
});
