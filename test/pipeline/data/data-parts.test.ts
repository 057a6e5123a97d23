/** @file Small parts of reading data, each by itself: labels, bytes, kinds of files, places and columns. */
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import type {Split} from "../../../src/nouns/samples";
import {imageNamed, isTakenOut, nameOf, numberOf, placeNamed} from "../../../src/pipeline/data/image-names";
import {isTurned, orientationOf} from "../../../src/pipeline/data/images/exif-orientation";
import {imageKindOf, isOtherImage, otherKindOf} from "../../../src/pipeline/data/images/image-kind";
import {leftoversOf} from "../../../src/pipeline/data/images/leftovers";
import {imagesAtOnce} from "../../../src/pipeline/data/images-at-once";
import {readColumns} from "../../../src/pipeline/data/known-columns";
import {bytesAt} from "../../../src/pipeline/data/split-bytes";
import {labelsAt} from "../../../src/pipeline/data/split-labels";
import {chosenColumn} from "../../../src/pipeline/data/tables/label-column";
import {headerBytes, isNpy, parseNpyHeader} from "../../../src/pipeline/data/tables/npy-header";
import {decodeText} from "../../../src/pipeline/data/text";
import {temporaryFolder} from "../../support/idx-files";

/** Images of one pixel, whose place is also their label. */
function splitOf(count: number, more: Partial<Split> = {}): Split {
  return {
    count,
    async read(indices) {
      const labels = Uint16Array.from(indices);
      const pixels = Float32Array.from(indices, (n) => (n % 256) / 255);
      return {count: labels.length, shape: [1, 1, 1], pixels, labels};
    },
    ...more,
  };
}

test("labels are read a thousand images at a time, or asked one by one", async () => {
  const asked: number[] = [];
  const split = splitOf(3000);
  const counting: Split = {
    ...split,
    read: (indices, into) => {
      asked.push(indices.length);
      return split.read(indices, into);
    },
  };
  const places = Uint32Array.from({length: 2500}, (_, n) => 2999 - n);
  expect(await labelsAt(counting, places)).toEqual(Uint16Array.from(places));
  expect(asked).toEqual([1000, 1000, 500]);
  expect([...(await labelsAt({...counting, labelOf: (n) => n + 1}, Uint32Array.of(4, 2)))]).toEqual([5, 3]);
  expect(asked).toHaveLength(3);
});

test("bytes are pixels times 255, in the room that is handed if it fits", async () => {
  const split = splitOf(300);
  expect([...(await bytesAt(split, [0, 7, 255]))]).toEqual([0, 7, 255]);
  const [room, other] = [new Uint8Array(2), new Uint8Array(3)];
  expect(await bytesAt(split, [1, 2], room)).toBe(room);
  expect([...room]).toEqual([1, 2]);
  expect([...(await bytesAt(split, [1, 2], other))]).toEqual([1, 2]);
  const own = {...split, readBytes: async () => Uint8Array.of(9)};
  expect([...(await bytesAt(own, [1]))]).toEqual([9]);
});

test("as many images are taken at once as fit into 64 MB of floats, at least one and at most as told", () => {
  expect(imagesAtOnce([256, 256, 4], 999)).toBe(64);
  expect(imagesAtOnce([256, 256, 4], 10)).toBe(10);
  expect(imagesAtOnce([10_000, 10_000, 3], 10)).toBe(1);
});

describe("the first bytes of a file", () => {
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

  test("tell a picture that is read, one that is not, and anything else", () => {
    expect([imageKindOf(bytes("\x89PNG\r\n\x1a\n")), imageKindOf(bytes("\xff\xd8\xff"))]).toEqual(["png", "jpeg"]);
    expect([imageKindOf(bytes("\x89PNG\r\n\x1a")), imageKindOf(bytes("\xff\xd8\xfe"))]).toEqual([undefined, undefined]);
    expect(otherKindOf(bytes("RIFF1234WEBP"))).toBe("a WebP image");
    expect(otherKindOf(bytes("BM"))).toBe("a BMP image");
    expect(otherKindOf(bytes(""))).toBe("an empty file");
    expect(otherKindOf(bytes("B\x01"))).toBe("a file that starts with 42 01");
    expect(otherKindOf(bytes("hello"))).toBe("a file that starts with 68 65 6c 6c");
    expect(["GIF89a", "<svg>", "%PDF-1", "hello"].map((text) => isOtherImage(bytes(text)))).toEqual([
      ...[true, true, false, false],
    ]);
  });

  /** A TIFF header with one entry before that of the orientation. */
  function tiff(
    value: number,
    {little = true, type = 3, first = 8}: {little?: boolean; type?: number; first?: number} = {},
  ) {
    const view = new DataView(new ArrayBuffer(8 + 2 + 2 * 12));
    view.setUint16(0, little ? 0x4949 : 0x4d4d);
    view.setUint16(2, 42, little);
    view.setUint32(4, first, little);
    view.setUint16(8, 2, little);
    view.setUint16(10, 0x0100, little); // another tag
    view.setUint16(22, 0x0112, little);
    view.setUint16(24, type, little);
    view.setUint32(26, 1, little);
    if (type === 3) view.setUint16(30, value, little);
    else view.setUint32(30, value, little);
    return new Uint8Array(view.buffer);
  }

  test("of Exif tell how a picture is turned, from 1 to 8, or else that it is not", () => {
    expect([1, 6, 8].map((value) => orientationOf(tiff(value)))).toEqual([1, 6, 8]);
    expect([orientationOf(tiff(6, {little: false})), orientationOf(tiff(6, {type: 4}))]).toEqual([6, 6]);
    expect([0, 9].map((value) => orientationOf(tiff(value)))).toEqual([1, 1]);
    expect([orientationOf(tiff(6, {type: 2})), orientationOf(tiff(6, {first: 99}))]).toEqual([1, 1]);
    expect([orientationOf(tiff(6).subarray(0, 33)), orientationOf(tiff(6).subarray(0, 7))]).toEqual([1, 1]);
    expect(orientationOf(tiff(6).subarray(0, 8))).toBe(1);
    expect(orientationOf(Uint8Array.of(0x49, 0x4d, ...tiff(6).subarray(2)))).toBe(1);
    expect([1, 4, 5, 8].map((one) => isTurned(one as 1))).toEqual([false, false, true, true]);
  });
});

test("text is UTF-8, or UTF-16 with a mark or with zeros at every other place", () => {
  const utf16 = (text: string, isBig = false) => {
    const bytes = Buffer.from(text, "utf16le");
    return isBig ? bytes.swap16() : bytes;
  };
  expect(decodeText(Buffer.from("naïve"), "f")).toBe("naïve");
  for (const isBig of [false, true]) {
    expect(decodeText(utf16("a,b", isBig), "f")).toBe("a,b");
    expect(decodeText(utf16("\ufeffä", isBig), "f")).toBe("ä");
  }
  expect(() => decodeText(Buffer.from("a\0bc"), "f")).toThrow("f: expected text, got a zero character at place 1");
  // a quarter of zeros is not enough
  expect(() => decodeText(Buffer.from("ab\0c"), "f")).toThrow("f: expected text, got a zero character at place 2");
  expect([decodeText(Buffer.from("\0a"), "f"), decodeText(Buffer.from("a\0"), "f")]).toEqual(["a", "a"]);
  expect(() => decodeText(Buffer.from("\0\0ab"), "f")).toThrow("got a zero character at place 0");
  expect(() => decodeText(Uint8Array.of(0xc3), "f")).toThrow("f: expected UTF-8 or UTF-16 text");
});

test("what a folder has besides is told by its reason, three names of it", () => {
  const left = leftoversOf("/a");
  for (const name of ["b", "c", "d"]) left.add("other", `/a/${name}`);
  left.add("inside", "/a");
  expect(left.notes()).toEqual([
    "/a: left out b, c, d (no pictures)",
    "/a: pictures in folders inside a class's folder count as that class's: .",
  ]);
  left.add("other", "/a/e/f");
  expect(left.notes()[0]).toBe("/a: left out b, c, d and 1 more (no pictures)");
});

describe("a label's column", () => {
  const names = ["a", "b", "b (2)", "7"];
  const given = ["a", "b", "b", "7"];
  const of = (label: string) => chosenColumn(given, names, label);

  test("is found by its name, its own name, or its place from either end", () => {
    expect([of(" a "), of("b (2)"), of("7"), of(""), of("1"), of("4"), of("-1"), of("-4")]).toEqual([
      ...[0, 2, 3, -1, 0, 3, 3, 0],
    ]);
  });

  test("is refused where it is none, or two", () => {
    expect(() => of("b")).toThrow('got "b", the name of columns 2 and 3: give the place of one');
    for (const label of ["0", "5", "-5", "c"])
      expect(() => of(label)).toThrow(`by name (a, b, b (2), 7) or place (1 to 4), got "${label}"`);
    const many = (count: number) => Array.from({length: count}, (_, n) => `n${n}`);
    expect(() => chosenColumn(many(20), many(20), "x")).toThrow("n19) or place (1 to 20)");
    expect(() => chosenColumn(many(21), many(21), "x")).toThrow("n19, …) or place (1 to 21)");
  });
});

describe("the header of a .npy file", () => {
  const start = (version: number, length: readonly number[], magic = "\x93NUMPY") =>
    Uint8Array.from([...Buffer.from(magic, "latin1"), version, 0, ...length, 0, 0, 0, 0].slice(0, 12));

  test("has its length in two bytes, or in four from version 2 on", () => {
    expect([isNpy(start(1, [1, 0])), isNpy(start(1, [1, 0], "\x92NUMPY")), isNpy(start(1, [1], "\x93NUMPX"))]).toEqual([
      ...[true, false, false],
    ]);
    expect([headerBytes(start(1, [2, 1]), "f"), headerBytes(start(2, [2, 1, 0, 0]), "f")]).toEqual([268, 270]);
    expect(headerBytes(start(3, [4, 0, 0, 0]), "f")).toBe(16);
    for (const version of [0, 4])
      expect(() => headerBytes(start(version, [1, 0]), "f")).toThrow(`expected .npy version 1 to 3, got ${version}`);
    expect(() => headerBytes(start(1, [1, 0]).subarray(0, 11), "f")).toThrow(
      "f: expected a .npy file, got other bytes",
    );
    expect(headerBytes(start(2, [0xf4, 0xff, 0x0f, 0]), "f")).toBe(1 << 20);
    expect(() => headerBytes(start(2, [0xf5, 0xff, 0x0f, 0]), "f")).toThrow("a header of at most 1048576 bytes");
  });

  test("has a type, an order and a shape of whole numbers", () => {
    const parsed = (text: string, version = 1) =>
      parseNpyHeader(
        Buffer.concat([
          start(version, []).subarray(0, version > 1 ? 12 : 10),
          Buffer.from(text, version > 2 ? "utf8" : "latin1"),
        ]),
        "f",
      );
    const fields = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
    expect(parsed(`${fields}(3, 4), }`)).toMatchObject({descr: "<f4", fortran: false, shape: [3, 4]});
    expect(parsed(`${fields}(3,), }`, 2).shape).toEqual([3]);
    expect(parsed(`${fields}(), }`).shape).toEqual([]);
    expect(parsed("{'descr': [('é', '<f4')], 'fortran_order': True, 'shape': (3L,), }", 3)).toMatchObject({
      ...{descr: "[('é', '<f4')]", fortran: true, shape: [3]},
    });
    expect(() => parsed(`${fields}(3, x), }`)).toThrow("f: expected a shape of whole numbers, got (3, x)");
    for (const text of [
      "{'descr': '<f4', 'shape': (3,)}",
      "{'fortran_order': True, 'shape': (3,)}",
      "{'descr': '<f4', 'fortran_order': True}",
    ])
      expect(() => parsed(text)).toThrow("f: expected a .npy header with descr, fortran_order and shape");
  });
});

describe("an image's name", () => {
  const files = ["a/1.png", "b/2.png"];
  const dealt = {
    ...{train: splitOf(2, {sources: Uint32Array.of(5, 3)}), validation: splitOf(1, {sources: Uint32Array.of(4)})},
    test: splitOf(2, {files}),
  } as never;
  const own = {train: splitOf(3), validation: splitOf(2), test: splitOf(2)} as never;

  test("counts training images in the source, and others in their split", () => {
    expect([isTakenOut(dealt), isTakenOut(own)]).toEqual([true, false]);
    const half = {train: splitOf(1, {sources: Uint32Array.of(1)}), validation: splitOf(1)};
    expect(isTakenOut(half as never)).toBe(false);
    expect(isTakenOut({...half, takenOut: {validation: true, test: false}} as never)).toBe(true);
    expect(numberOf(dealt, {split: "train", index: 1})).toBe("train:3");
    expect(numberOf(dealt, {split: "validation", index: 0})).toBe("train:4");
    expect(numberOf(dealt, {split: "test", index: 1})).toBe("test:1");
    expect(numberOf(own, {split: "train", index: 2})).toBe("train:2");
    expect(numberOf(own, {split: "validation", index: 1})).toBe("validation:1");
  });

  test("finds its place, up to the last one", () => {
    expect(placeNamed(dealt, "train:5")).toEqual({split: "train", index: 0});
    expect(placeNamed(dealt, "train:4")).toEqual({split: "validation", index: 0});
    expect(placeNamed(own, "train:2")).toEqual({split: "train", index: 2});
    expect(placeNamed(own, "validation:1")).toEqual({split: "validation", index: 1});
    expect([placeNamed(own, "train:3"), placeNamed(own, "validation:2"), placeNamed(dealt, "train:9")]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
    expect(placeNamed(dealt, "a/1.png")).toEqual({split: "test", index: 0});
    expect(placeNamed(dealt, "./b\\2.png")).toEqual({split: "test", index: 1});
    expect(placeNamed(dealt, "c.png")).toBeUndefined();
    const odd = {...(own as object), test: splitOf(2, {files: ["a", "b\\c"]})} as never;
    expect(placeNamed(odd, "b\\c")).toEqual({split: "test", index: 1}); // a name of Linux, not a path of Windows
  });

  test("is its file's path if it has a file, else its number", () => {
    expect(nameOf(dealt, {split: "test", index: 1})).toBe("b/2.png");
    expect(nameOf(dealt, {split: "train", index: 0})).toBe("train:5");
    expect(nameOf(own, {split: "test", index: 0})).toBe("test:0");
  });

  test("that is none is refused with what there is", () => {
    expect(() => imageNamed(dealt, "c.png")).toThrow("expected the file of an image, train:17 or test:8, got none");
    expect(() => imageNamed(own, "c.png")).toThrow("expected train:17 or test:8, got none of that name");
    expect(() => imageNamed(own, "test:2")).toThrow("expected a test image below 2, got 2");
    expect(() => imageNamed(own, "train:3")).toThrow("expected one of the run's 3 training images, got 3");
    expect(() => imageNamed(dealt, "train:9")).toThrow("expected one of the run's 3 training images, got 9");
    const watched = {train: splitOf(0), validation: splitOf(0), test: splitOf(2)} as never;
    expect(() => imageNamed(watched, "train:0")).toThrow("expected test:8, since the run has no training images");
    expect(() => imageNamed(watched, "x")).toThrow("expected test:8, got none of that name");
  });
});

describe("columns that are known of test images", () => {
  async function read(text: string, test: Pick<Split, "count" | "files">) {
    const path = join(temporaryFolder(), "known.csv");
    writeFileSync(path, text);
    return readColumns(path, test).then(
      ({columns, note}) => [
        Object.fromEntries(columns.map(({name, values}) => [name, values])),
        note?.split(": ")[1] ?? null,
      ],
      (error: Error) => error.message.replace(/^--columns \S+: /, ""),
    );
  }

  test("are found by the images' places or files, and what is lacking is told", async () => {
    expect(await read("index,sex\n1,f\n0,m\n", {count: 2})).toEqual([{sex: ["m", "f"]}, null]);
    expect(await read("sex;index;\nf;1;\n", {count: 2})).toEqual([
      ...[{sex: ["", "f"]}, "nothing is known of 1 of 2 test images"],
    ]);
    const files = ["a.png", "b.png"];
    expect(await read("file\tsex\nb.png\tf\na.png\tm\nc.png\tx\n", {count: 2, files})).toEqual([
      ...[{sex: ["m", "f"]}, "1 row left out, of files that are no test images"],
    ]);
    expect(await read("file,index,a,a,\nb.png,0,x,y,z\nc.png,0,,\nd.png,0,,\n", {count: 2, files})).toEqual([
      {a: ["", "x"], "a (2)": ["", "y"]},
      "2 rows left out, of files that are no test images; nothing is known of 1 of 2 test images",
    ]);
    // without a file in the table, the places count
    expect(await read("index,sex\n1,f\n0,m\n", {count: 2, files})).toEqual([{sex: ["m", "f"]}, null]);
    // without files in the data, the places count
    expect(await read("file,index,a\nb.png,0,x\n", {count: 1})).toEqual([{a: ["x"]}, null]);
  });

  test("are refused where they are of no image", async () => {
    for (const index of ["2", "-1", "0.5", "x", ""]) {
      expect(await read(`index,sex\n0,f\n${index},m\n`, {count: 2})).toBe(
        `row 3: expected the place of a test image below 2, got "${index}"`,
      );
    }
    expect(await read("file,sex\nz.png,f\n", {count: 1, files: ["a.png"]})).toBe(
      "expected rows of test images, got none of 1",
    );
    for (const text of ["index\n0\n", "sex,age\nf,3\n"])
      expect(await read(text, {count: 1})).toBe("expected a table with a column index or file and another, got none");
    expect(await read("sex,index\nf\n", {count: 1})).toBe('row 2: expected the place of a test image below 1, got ""');
  });
});
