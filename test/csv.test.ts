import {expect, test} from "vitest";
import {parseCsv} from "../src/pipeline/data/csv";
import {parseNpy} from "../src/pipeline/data/npy";
import {randomSource} from "../src/pipeline/random";
import {mapCsv} from "../src/pipeline/record/map-csv";

test("a table with a header, words and quotes", () => {
  const text = 'x,kind,"y, upwards"\r\n1,"a ""b""",2.5\r\n-3e2,"c,\nd",4\r\n';
  expect(parseCsv(text, "t")).toEqual({
    rows: 2,
    headings: ["x", "y, upwards"],
    values: Float32Array.of(1, 2.5, -300, 4),
    words: {kind: ['a "b"', "c,\nd"]},
  });
});

test.each([",", ";", "\t"])("numbers alone, with %j between, have no header", (separator) => {
  const {rows, headings, values} = parseCsv(`1${separator}2\n3${separator}4`, "t");
  expect([rows, headings, [...values]]).toEqual([2, ["1", "2"], [1, 2, 3, 4]]);
});

test("what is no table is refused by name", () => {
  expect(() => parseCsv("a,b\n1,2\n3\n", "t.csv")).toThrow("t.csv: expected 2 cells in every row, got 1 in row 2");
  expect(() => parseCsv("a,b\nx,y\n", "t.csv")).toThrow("t.csv: expected a column of numbers, got none in 1 rows");
  expect(() => parseCsv("", "t.csv")).toThrow("t.csv: expected a column of numbers, got none in 0 rows");
});

test("a map written as CSV reads back", () => {
  const points = Float32Array.of(0.1, -2, 3e-5, 4, 5, 6);
  const table = parseCsv(`${mapCsv(points, {"a,b": ["one", 'two "2"'], index: Uint32Array.of(7, 9)})}`, "t");
  expect(table.headings).toEqual(["x", "y", "z", "index"]);
  expect(table.values).toBeAllClose([...points.subarray(0, 3), 7, ...points.subarray(3), 9], {rtol: 1e-6});
  expect(table.words).toEqual({"a,b": ["one", 'two "2"']});
});

test("a map's coordinates are written as their seven digits are read, whatever their size", () => {
  const random = randomSource(6);
  const sizes = Float32Array.from({length: 40_000}, () => (random() - 0.5) * 10 ** (90 * random() - 45));
  const maps = Float32Array.from({length: 40_000}, () => (random() - 0.5) * 10 ** (13 * random() - 6));
  const halves = Float32Array.from({length: 20_000}, (_, i) => (2 * i + 1) / 2 ** (1 + (i % 24))); // ties
  const powers = Array.from({length: 84}, (_, p) => Number(`1e${p - 45}`));
  const edges = Float32Array.of(
    ...powers.flatMap((p) => [p, p * (1 - 2 ** -24), p * (1 + 2 ** -23), p * 9.9999995]),
    ...[0, -0, NaN, Infinity, -Infinity, 2 ** 24, 9_999_999, 10_000_001, 0.1, 1 / 3, 2 ** -149],
  );
  for (const values of [sizes, maps, halves, edges, edges.map((v) => -v)]) {
    const written = `${mapCsv(values, {}, values.length)}`.split("\n").slice(1, -1);
    expect(written).toEqual(Array.from(values, (v) => `${Number(v.toPrecision(7))}`));
  }
});

test("a map's columns are written as templates write them, words quoted where they must be", () => {
  const numbers = [0, -0, 7, -12, 4_294_967_295, 1e15, 2 ** 53, -1e21, 0.1, 1 / 3, -1.5e-300, NaN, Infinity];
  const words = numbers.map((_, i) => ["plain", "a,b", 'say "é"', "two\nlines", "", "=1+1"][i % 6]);
  const written = words.map((word) => word.replace("\n", "\\n").replace("=", "'="));
  const lines = numbers.map(
    (v, i) => `0,0,${v},${/[,"]/.test(words[i]) ? `"${words[i].replaceAll('"', '""')}"` : written[i]}`,
  );
  expect(`${mapCsv(new Float32Array(2 * numbers.length), {"n,": numbers, w: words})}`).toBe(
    `x,y,"n,",w\n${lines.join("\n")}\n`,
  );
  expect(`${mapCsv(new Float32Array(0), {w: []})}`).toBe("w\n");
});

/** As numpy writes it (numpy.lib.format, version 1). */
function npy(header: string, numbers: Uint8Array): Uint8Array {
  const text = Buffer.from(`${header.padEnd(117)}\n`);
  return Buffer.concat([Buffer.from([0x93]), Buffer.from("NUMPY"), Uint8Array.of(1, 0, text.length, 0), text, numbers]);
}

test.each([
  ["<f4", new Uint8Array(Float32Array.of(1.5, -2, 3, 4, 5, 6).buffer)],
  ["<f8", new Uint8Array(Float64Array.of(1.5, -2, 3, 4, 5, 6).buffer)],
])("a .npy of type %s", (type, bytes) => {
  const file = npy(`{'descr': '${type}', 'fortran_order': False, 'shape': (2, 3), }`, bytes);
  expect(parseNpy(file, "t")).toEqual({shape: [2, 3], values: Float32Array.of(1.5, -2, 3, 4, 5, 6)});
});

test("a .npy of integers, and of bytes", () => {
  const eight = new Uint8Array(BigInt64Array.of(1n, -2n).buffer);
  expect(parseNpy(npy("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", eight), "t").values).toEqual(
    Float32Array.of(1, -2),
  );
  const one = Uint8Array.of(1, 255);
  expect(parseNpy(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", one), "t").values).toEqual(
    Float32Array.of(1, 255),
  );
});

test("what is no such .npy is refused by name", () => {
  const numbers = new Uint8Array(8);
  expect(() => parseNpy(Uint8Array.of(1, 2, 3), "t.npy")).toThrow("t.npy: expected a .npy file, got other bytes");
  const of = (header: string) => () => parseNpy(npy(header, numbers), "t.npy");
  expect(of("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }")).toThrow('got "<c8"');
  expect(of("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }")).toThrow("got Fortran order");
  expect(of("{'descr': '<f4', 'fortran_order': False, 'shape': (9,), }")).toThrow(
    "expected 36 bytes of numbers, got 8",
  );
});
