import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {resolveOptions} from "../../../../src/nouns/options";
import {readTable} from "../../../../src/pipeline/data/tables/read-table";
import {tableOptions} from "../../../../src/pipeline/data/tables/table";
import {fileOf, rowsOf, tableOf} from "./table-of";
import {type ZippedFile, zipOf} from "./zip-of";

const FIXTURES = join(__dirname, "../../../fixtures/tables");
const options = resolveOptions(tableOptions, {}, "--");
const read = (path: string, given: Partial<typeof options> = {}) => readTable(path, {...options, ...given});

/** A .npy as numpy.lib.format writes it. */
function npy(header: string, numbers: Uint8Array, version = 1): Buffer {
  const begin = version > 1 ? 12 : 10;
  const text = Buffer.from(`${header.padEnd(Math.ceil((header.length + 1 + begin) / 64) * 64 - begin - 1)}\n`);
  const size = Buffer.alloc(begin - 8);
  size.writeUIntLE(text.length, 0, begin - 8);
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from("NUMPY"), version, 0]), size, text, numbers]);
}

const header = (descr: string, shape: string, fortran = false) =>
  `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${shape}), }`;

/** How Buffer writes a number of each type: the oracle of bytes. */
const WRITERS: {readonly [type: string]: (bytes: Buffer, at: number, value: number, little: boolean) => void} = {
  i1: (b, at, v) => b.writeInt8(v, at),
  u1: (b, at, v) => b.writeUInt8(v, at),
  i2: (b, at, v, little) => (little ? b.writeInt16LE(v, at) : b.writeInt16BE(v, at)),
  u2: (b, at, v, little) => (little ? b.writeUInt16LE(v, at) : b.writeUInt16BE(v, at)),
  i4: (b, at, v, little) => (little ? b.writeInt32LE(v, at) : b.writeInt32BE(v, at)),
  u4: (b, at, v, little) => (little ? b.writeUInt32LE(v, at) : b.writeUInt32BE(v, at)),
  i8: (b, at, v, little) => (little ? b.writeBigInt64LE(BigInt(v), at) : b.writeBigInt64BE(BigInt(v), at)),
  u8: (b, at, v, little) => (little ? b.writeBigUInt64LE(BigInt(v), at) : b.writeBigUInt64BE(BigInt(v), at)),
  f4: (b, at, v, little) => (little ? b.writeFloatLE(v, at) : b.writeFloatBE(v, at)),
  f8: (b, at, v, little) => (little ? b.writeDoubleLE(v, at) : b.writeDoubleBE(v, at)),
};

/** Numbers that a type holds. */
function numbersOf(type: string): fc.Arbitrary<number> {
  const bits = 8 * Number(type[1]);
  if (type === "f4") return fc.float({noNaN: true, noDefaultInfinity: true});
  if (type === "f8") return fc.double({noNaN: true, noDefaultInfinity: true});
  const most = Math.min(Number.MAX_SAFE_INTEGER, type[0] === "u" ? 2 ** bits - 1 : 2 ** (bits - 1) - 1);
  return fc.integer({min: type[0] === "u" ? 0 : -most, max: most});
}

test("numbers of any type, order of bytes, order in memory, shape and version are read as they are", async () => {
  const file = fc.constantFrom(...Object.keys(WRITERS)).chain((type) =>
    fc.array(fc.integer({min: 1, max: 4}), {minLength: 1, maxLength: 4}).chain((shape) =>
      fc.record({
        type: fc.constant(type),
        shape: fc.constant(shape),
        little: fc.boolean(),
        fortran: fc.boolean(),
        version: fc.constantFrom(1, 2, 3),
        long: fc.boolean(),
        gzip: fc.boolean(),
        numbers: fc.array(numbersOf(type), {
          minLength: shape.reduce((a, b) => a * b),
          maxLength: shape.reduce((a, b) => a * b),
        }),
      }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(file, async ({type, shape, little, fortran, version, long, gzip, numbers}) => {
      const width = Number(type[1]);
      const bytes = Buffer.alloc(numbers.length * width);
      // numbers are in the order of rows; of place p, its indices, and from these its place in memory
      numbers.forEach((value, p) => {
        let [rest, place] = [p, 0];
        const indices = shape.map(() => 0);
        for (let d = shape.length - 1; d >= 0; d--) {
          indices[d] = rest % shape[d];
          rest = Math.floor(rest / shape[d]);
        }
        if (fortran) for (let d = shape.length - 1; d >= 0; d--) place = place * shape[d] + indices[d];
        WRITERS[type](bytes, (fortran ? place : p) * width, value, little);
      });
      const mark = width === 1 ? "|" : little ? "<" : ">";
      const sides = shape.map((side) => (long ? `${side}L` : `${side}`)).join(", ") + (shape.length === 1 ? "," : "");
      const content = npy(header(mark + type, sides, fortran), bytes, version);
      const table = await tableOf(gzip ? gzipSync(content) : content, {}, gzip ? "t.npy.gz" : "t.npy");
      expect([table.rows, table.columns]).toEqual([shape[0], numbers.length / shape[0]]);
      expect(Array.from(table.values, (v) => v + 0)).toEqual(numbers.map((v) => v + 0));
    }),
    {numRuns: 300},
  );
}, 60_000);

describe("arrays that numpy wrote", () => {
  const expected = JSON.parse(readFileSync(join(FIXTURES, "npy.json"), "utf8")) as {[name: string]: number[][]};

  test.each(Object.keys(expected))("%s", async (name) => {
    expect(rowsOf(await read(`${FIXTURES}/npy.npz:${name}`))).toEqual(expected[name]);
  });

  test("half precision is what numpy makes of its bits", async () => {
    const half = await read(`${FIXTURES}/npy.npz:half`, {missing: "mean"});
    const float = await read(`${FIXTURES}/npy.npz:half-as-float32`, {missing: "mean"});
    expect(half.rows).toBe(9363);
    expect(half.values).toEqual(float.values);
  });

  test("an array of an archive is named, and another one may be its label", async () => {
    const table = await read(`${FIXTURES}/npy-stored.npz:x`, {label: "y"});
    expect([table.rows, table.columns]).toEqual([6, 4]);
    expect(table.label).toEqual({name: "y", cells: ["0", "0", "1", "1", "2", "2"]});
    await expect(read(`${FIXTURES}/npy-stored.npz`)).rejects.toThrow(
      "there are: x (6, 4) <f8; y (6) <i8; words (1) <U1",
    );
    await expect(read(`${FIXTURES}/npy-stored.npz:z`)).rejects.toThrow('one of its arrays (x, y, words), got "z"');
    await expect(read(`${FIXTURES}/npy-stored.npz:words`)).rejects.toThrow(
      "npz:words: expected numbers of type float16",
    );
  });

  test("a damaged archive is refused, whichever byte of its numbers is wrong", async () => {
    const whole = readFileSync(join(FIXTURES, "npy-stored.npz"));
    const at = whole.indexOf("NUMPY") + 200; // within the numbers of x
    const wrong = Buffer.from(whole);
    wrong[at] ^= 1;
    await expect(read(`${fileOf(wrong, "w.npz")}:x`)).rejects.toThrow(
      "w.npz:x.npy: expected a complete array, got another checksum",
    );
    for (const length of [10, 30, 400, whole.length - 30]) {
      await expect(read(`${fileOf(whole.subarray(0, length), "c.npz")}:x`)).rejects.toThrow(
        /c\.npz: expected a whole \.npz/,
      );
    }
  });
});

test("shapes of one dimension and of three are rows, and that is said", async () => {
  const numbers = new Uint8Array(Float32Array.from({length: 12}, (_, i) => i).buffer);
  const one = await tableOf(npy(header("<f4", "12,"), numbers), {}, "t.npy");
  expect([one.rows, one.columns, one.notes]).toEqual([12, 1, ["shape (12,): each number is a row"]]);
  const three = await tableOf(npy(header("<f4", "2, 2, 3"), numbers), {}, "t.npy");
  expect([three.rows, three.columns]).toEqual([2, 6]);
  expect(three.notes).toEqual(["shape (2, 2, 3): each of 2 parts is a row of 6 numbers"]);
});

test("a label by its place is a column of the array", async () => {
  const numbers = new Uint8Array(Float64Array.of(0, 1.5, 2, 1, 3, 4).buffer);
  const table = await tableOf(npy(header("<f8", "2, 3"), numbers), {label: "1"}, "t.npy");
  expect(rowsOf(table)).toEqual([
    [1.5, 2],
    [3, 4],
  ]);
  expect(table.label).toEqual({name: "column 1", cells: ["0", "1"]});
  expect(table.columnPlaces).toEqual([2, 3]);
});

test("a label in the middle leaves the columns on both of its sides", async () => {
  const numbers = new Uint8Array(Float64Array.of(0.5, 1.5, 2, 1, 3, 4.25).buffer);
  const table = await tableOf(npy(header("<f8", "2, 3"), numbers), {label: "2"}, "t.npy");
  expect(rowsOf(table)).toEqual([
    [0.5, 2],
    [1, 4.25],
  ]);
  expect(table.label).toEqual({name: "column 2", cells: ["1.5", "3"]});
  expect([table.columnPlaces, table.names]).toEqual([
    [1, 3],
    ["column 1", "column 3"],
  ]);
  expect(table.unused).toEqual([{name: "column 2", place: 2, reason: "it is the label"}]);
  await expect(tableOf(npy(header("<f8", "6, 1"), numbers), {label: "1"}, "t.npy")).rejects.toThrow(
    '--label: expected another column than the only one, got "1"',
  );
});

test("of a table of two dimensions nothing is told, and of bytes that follow it, that they are not read", async () => {
  for (const [descr, Numbers] of [
    ["<f8", Float64Array],
    ["<f4", Float32Array],
  ] as const) {
    const numbers = new Uint8Array(Numbers.of(0.5, 1.5, 2.5, 3.5).buffer);
    expect((await tableOf(npy(header(descr, "2, 2"), numbers), {}, "t.npy")).notes).toEqual([]);
    const longer = npy(header(descr, "2, 2"), Buffer.concat([numbers, Buffer.from("x")]));
    expect((await tableOf(longer, {}, "t.npy")).notes).toEqual(["more bytes follow the array: they are not read"]);
  }
  const large = new Uint8Array(BigInt64Array.of(2n ** 53n, 2n ** 53n - 1n, -(2n ** 60n)).buffer);
  expect((await tableOf(npy(header("<i8", "3, 1"), large), {}, "t.npy")).notes).toEqual([
    "2 whole numbers beyond 2^53 are rounded",
  ]);
});

test("a row that lacks a number is refused with what stands there", async () => {
  const numbers = (...values: number[]) => npy(header("<f8", "2, 2"), new Uint8Array(Float64Array.from(values).buffer));
  const words = "(--missing drop-rows or mean can go on without it)";
  await expect(tableOf(numbers(1, 2, 3, -Infinity), {missing: "refuse"}, "t.npy")).rejects.toThrow(
    `t.npy, row 2: expected a finite number in "column 2", got -Infinity ${words}`,
  );
  await expect(tableOf(numbers(1, Number.NaN, 3, 4), {missing: "refuse"}, "t.npy")).rejects.toThrow(
    `t.npy, row 1: expected a finite number in "column 2", got NaN ${words}`,
  );
});

test("numbers that take as much memory as the limit are read, and no more", async () => {
  const bytes = (count: number) => npy(header("|u1", `${count}, 1`), new Uint8Array(count)); // four bytes in memory
  expect((await tableOf(bytes(2 ** 18), {maxMegabytes: 1}, "t.npy")).rows).toBe(2 ** 18);
  await expect(tableOf(bytes(2 ** 18 + 1), {maxMegabytes: 1}, "t.npy")).rejects.toThrow(
    "t.npy: expected at most 1 MB (--max-megabytes), got 2 MB",
  );
});

test("a packed array that is cut off tells how many bytes came", async () => {
  const content = gzipSync(npy(header("<f4", "9, 1"), new Uint8Array(10)));
  await expect(tableOf(content, {}, "t.npy.gz")).rejects.toThrow(
    "expected 36 bytes of numbers for shape (9, 1) of <f4, got 10",
  );
});

describe("an archive", () => {
  const floats = (shape: string, ...values: number[]) =>
    npy(header("<f8", shape), new Uint8Array(Float64Array.from(values).buffer));
  const x = {name: "x.npy", content: floats("2, 2", 1, 2, 3, 4)};
  const y = {name: "y.npy", content: floats("2,", 7, 8), isDeflated: true};
  const archive = (...files: readonly ZippedFile[]) => fileOf(zipOf(files), "t.npz");

  test("of one array, or of one beside its label, needs no name", async () => {
    expect(rowsOf(await read(archive(x, {name: "notes.txt", content: Buffer.from("hello")})))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const labelled = await read(archive(y, x), {label: "y"});
    expect([labelled.columns, labelled.label]).toEqual([2, {name: "y", cells: ["7", "8"]}]);
    // an array's own name is no label; a place is that of a column
    await expect(read(`${archive(x, y)}:x`, {label: "x"})).rejects.toThrow('place (1 to 2), got "x"');
    expect((await read(`${archive(x, y)}:x.npy`, {label: "2"})).label?.cells).toEqual(["2", "4"]);
  });

  test("is refused where it is not clear which array is meant, or there is none", async () => {
    const path = archive(x, y);
    await expect(read(path)).rejects.toThrow(
      `expected the name of an array behind a colon (${path}:x), got none; there are: x (2, 2) <f8; y (2) <f8`,
    );
    await expect(read(archive({name: "a.txt", content: Buffer.from("a")}))).rejects.toThrow(
      "t.npz:name), got none; there are: no arrays",
    );
    await expect(read(`${archive({name: "a.txt", content: Buffer.from("a")})}:x`)).rejects.toThrow(
      'expected one of its arrays (none), got "x"',
    );
  });

  test("has a label of one number for each row", async () => {
    for (const [label, shape] of [
      [floats("3,", 1, 2, 3), "3"],
      [floats("2, 2", 1, 2, 3, 4), "2,2"],
    ] as const)
      await expect(read(`${archive(x, {name: "z.npy", content: label})}:x`, {label: "z"})).rejects.toThrow(
        `--label: expected an array of 2 numbers, got "z" of shape (${shape})`,
      );
  });

  test("of an array larger than the limit is refused", async () => {
    const zeros = {name: "z.npy", content: npy(header("|u1", `${2 ** 20}, 1`), new Uint8Array(2 ** 20))};
    await expect(read(archive({...zeros, isDeflated: true}), {maxMegabytes: 1})).rejects.toThrow(
      "t.npz: expected at most 1 MB (--max-megabytes), got 2 MB",
    );
  });
});

test("rows with NaN or infinity are left out, and whole numbers that doubles round are told", async () => {
  const numbers = Float64Array.of(1, 2, Number.NaN, 4, 5, Infinity, 7, 8);
  const table = await tableOf(npy(header("<f8", "4, 2"), new Uint8Array(numbers.buffer)), {}, "t.npy");
  expect(rowsOf(table)).toEqual([
    [1, 2],
    [7, 8],
  ]);
  expect(table.notes[0]).toContain(
    '2 rows of 4 left out, without a finite number in "column 1" (row 2), "column 2" (row 3); 1 cell of them is infinite',
  );
  const large = new Uint8Array(BigInt64Array.of(2n ** 53n + 1n, 1n).buffer);
  expect((await tableOf(npy(header("<i8", "2, 1"), large), {}, "t.npy")).notes).toEqual([
    "1 whole number beyond 2^53 is rounded",
  ]);
});

test.each([
  [npy(header("<c8", "1, 1"), new Uint8Array(8)), 'got dtype "<c8"'],
  [npy(header("|O", "1, 1"), new Uint8Array(8)), 'got dtype "|O"'],
  [npy(header("|f4", "1, 1"), new Uint8Array(4)), 'got dtype "|f4"'],
  [npy(header("<U3", "1, 1"), new Uint8Array(12)), 'got dtype "<U3"'],
  [npy(header("<M8[s]", "1, 1"), new Uint8Array(8)), 'got dtype "<M8[s]"'],
  [npy(header("<f16", "1, 1"), new Uint8Array(16)), 'got dtype "<f16"'],
  [npy(header("<f4", "9, 1"), new Uint8Array(8)), "expected 36 bytes of numbers for shape (9, 1) of <f4, got 8"],
  [
    npy(header("<f4", "1000000000, 0"), new Uint8Array(640)),
    "expected rows and columns of numbers, got shape (1000000000, 0)",
  ],
  [npy(header("<f4", "0, 5"), new Uint8Array(0)), "got shape (0, 5)"],
  [npy(header("<f4", ""), new Uint8Array(4)), "got shape ()"],
  [npy(header("<f4", "1000000000, 1000000"), new Uint8Array(640)), "expected 4000000000000000 bytes"],
  [npy(header("<f4", "1e400, 0"), new Uint8Array(640)), "expected a shape of whole numbers, got (1e400, 0)"],
  [npy(header("<f4", "10.5, 4"), new Uint8Array(640)), "got (10.5, 4)"],
  [npy(header("<f4", "-1, 4"), new Uint8Array(640)), "got (-1, 4)"],
  [npy(header("<f4", "Infinity, 4"), new Uint8Array(640)), "got (Infinity, 4)"],
  [
    npy("{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }", new Uint8Array(16)),
    "got dtype",
  ],
  [npy("{'fortran_order': False, 'shape': (2,), }", new Uint8Array(16)), "expected a .npy header with descr"],
  [npy(header("<f4", "1, 1"), new Uint8Array(4), 3).fill(9, 6, 7), "expected .npy version 1 to 3, got 9"],
  [npy(header("<f4", "1, 1"), new Uint8Array(4)).subarray(0, 40), "expected a header of"],
  [Buffer.from([1, 2, 3]), "expected a .npy file, got other bytes"],
])("what is no such .npy is refused by name (case %#)", async (content, words) => {
  const error = await tableOf(content, {}, "t.npy").catch((e) => e);
  expect(String(error.message)).toContain(words);
  expect(error.message).toContain("t.npy: expected");
});

test("a file with a colon in its name is read as it is", async () => {
  const path = fileOf("", "plain.npz:x");
  writeFileSync(path, readFileSync(join(FIXTURES, "npy-stored.npz")));
  expect((await read(`${path}:x`)).rows).toBe(6);
});
