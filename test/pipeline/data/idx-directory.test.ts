import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {expect, test} from "vitest";

import {drained} from "../../../src/nouns/drained";
import {openIdxDirectory} from "../../../src/pipeline/data/images/idx-directory";
import {readIdxFile} from "../../../src/pipeline/data/images/idx-file";
import {idxFile, idxFolder} from "../../support/idx-files";

test("reads the four files, plain or gzipped, and the class names", async () => {
  const labels = idxFile([60], new Uint8Array(60));
  const folder = idxFolder(
    {},
    {"t10k-labels-idx1-ubyte": undefined, "classes.txt": Array.from("abcdefghij").join("\n")},
  );
  writeFileSync(join(folder, "t10k-labels-idx1-ubyte.gz"), gzipSync(labels));
  const {imageShape, classNames, test: testSplit, train} = await drained(openIdxDirectory(folder));
  expect(imageShape).toEqual([12, 12, 1]);
  expect(classNames).toEqual(Array.from("abcdefghij"));
  expect(Array.from(testSplit.labels)).toEqual(new Array(60).fill(0));
  expect(train.images).toMatchObject({shape: [240, 12, 12]});
});

test.each([
  [
    "a missing file",
    {"t10k-labels-idx1-ubyte": undefined},
    /t10k-labels-idx1-ubyte: expected the file, or t10k-labels-idx1-ubyte.gz, got neither/,
  ],
  [
    "a truncated file",
    {"t10k-images-idx3-ubyte": idxFile([60, 12, 12], new Uint8Array(100))},
    /t10k-images-idx3-ubyte: expected 8640 values for shape \[60,12,12\], got 100/,
  ],
  [
    "other magic bytes",
    {"train-images-idx3-ubyte": Uint8Array.of(1, 2, 3, 4)},
    /train-images-idx3-ubyte: expected an idx file \(first bytes 00 00\), got 01 02 03 04/,
  ],
  [
    "counts that differ",
    {"t10k-labels-idx1-ubyte": idxFile([59], new Uint8Array(59))},
    /t10k-labels-idx1-ubyte: expected as many labels as images \(60\), got 59/,
  ],
  [
    "a label out of range",
    {"t10k-labels-idx1-ubyte": idxFile([60], new Uint8Array(60).fill(37, 5))},
    /t10k-labels-idx1-ubyte: expected labels below 10, got 37 at image 5/,
  ],
  [
    "the first label just out of range",
    {"t10k-labels-idx1-ubyte": idxFile([60], new Uint8Array(60).fill(10, 0, 1))},
    /t10k-labels-idx1-ubyte: expected labels below 10, got 10 at image 0/,
  ],
  [
    "labels of two dimensions",
    {"t10k-labels-idx1-ubyte": idxFile([60, 1], new Uint8Array(60))},
    /t10k-labels-idx1-ubyte: expected labels of shape \[count\], got \[60,1\]/,
  ],
  [
    "images of two channels",
    {"train-images-idx3-ubyte": idxFile([240, 6, 12, 2], new Uint8Array(240 * 144))},
    /expected images of shape .* or \[count, height, width, 1 or 3\], got \[240,6,12,2\]/,
  ],
  [
    "images of five dimensions",
    {"train-images-idx3-ubyte": idxFile([240, 6, 12, 1, 2], new Uint8Array(240 * 144))},
    /got \[240,6,12,1,2\]/,
  ],
  ["one class name", {"classes.txt": "only\n"}, /classes.txt: expected 2 or more names, got 1/],
  [
    "labels where images should be",
    {"train-images-idx3-ubyte": idxFile([240], new Uint8Array(240))},
    /expected images of shape \[count, height, width\].*got \[240\]/,
  ],
  [
    "no image at all",
    {"t10k-images-idx3-ubyte": idxFile([0, 12, 12], []), "t10k-labels-idx1-ubyte": idxFile([0], [])},
    /expected 1 image or more, got 0/,
  ],
  [
    "images of another size in test",
    {"t10k-images-idx3-ubyte": idxFile([60, 3, 4], new Uint8Array(720))},
    /expected images of 12 x 12 as in training, got 3 x 4/,
  ],
])("says what is wrong with %s", async (_, files, message) => {
  const folder = idxFolder({}, files as {[name: string]: Uint8Array | undefined});
  for (const inMemory of [1e9, 1]) await expect(drained(openIdxDirectory(folder, {inMemory}))).rejects.toThrow(message);
});

test.each([1e9, 1])(
  "a .gz is unpacked no further than its own header says, with %d bytes in memory",
  async (inMemory) => {
    const zeros = gzipSync(idxFile([40, 500, 500], new Uint8Array(1e7)));
    const bomb = gzipSync(Buffer.concat([idxFile([1, 12, 12], []), Buffer.alloc(2e7)]));
    const opened = async (packed: Uint8Array) => {
      const files = {"train-images-idx3-ubyte": undefined, "train-images-idx3-ubyte.gz": packed};
      return drained(openIdxDirectory(idxFolder({}, files), {inMemory}));
    };
    await expect(opened(zeros)).rejects.toThrow("expected images of 500 x 500 as in training, got 12 x 12");
    await expect(opened(bomb)).rejects.toThrow(/\.gz: expected 160 bytes unpacked, as its header says, got more/);
    await expect(opened(zeros.subarray(0, -20))).rejects.toThrow(
      /\.gz: expected a whole gzip file, got unexpected end/,
    );
    await expect(opened(gzipSync(Buffer.from("hello")))).rejects.toThrow(/first bytes 00 00\), got 68 65 6c 6c/);
    await expect(opened(gzipSync(idxFile([240, 12, 12], new Uint8Array(100))))).rejects.toThrow(
      /expected 34560 values for shape \[240,12,12\], got 100/,
    );
  },
);

test.each([1, 3])("images may have %d channels, and classes two names", async (channels) => {
  const images = (count: number) => idxFile([count, 4, 5, channels], new Uint8Array(count * 20 * channels));
  const folder = idxFolder(
    {train: 6, test: 4, classes: 2},
    {"train-images-idx3-ubyte": images(6), "t10k-images-idx3-ubyte": images(4), "classes.txt": "no\nyes\n"},
  );
  const {imageShape, classNames} = await drained(openIdxDirectory(folder));
  expect([imageShape, classNames]).toEqual([
    [4, 5, channels],
    ["no", "yes"],
  ]);
});

test("images are kept in memory as long as both files of them fit", async () => {
  const folder = idxFolder({train: 20, test: 10});
  const both = 16 + 20 * 144 + (16 + 10 * 144);
  const isStored = async (inMemory: number) =>
    "rows" in (await drained(openIdxDirectory(folder, {inMemory}))).train.images;
  expect([await isStored(both), await isStored(both - 1)]).toEqual([false, true]);
});

test("a .gz of several pieces is unpacked whole, and no further than what can be read", async () => {
  const folder = idxFolder({train: 10, test: 10}, {"train-images-idx3-ubyte": undefined});
  const name = "train-images-idx3-ubyte";
  const values = Uint8Array.from({length: 3 * 2 ** 20}, (_, i) => i % 251);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(idxFile([3, 1024, 1024], values)));
  const {bytes, file} = await readIdxFile(folder, name);
  expect([file, bytes.length]).toEqual([join(folder, `${name}.gz`), values.length + 16]);
  expect(Buffer.compare(bytes.subarray(16), values)).toBe(0);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(idxFile([3e9, 1, 1], new Uint8Array(2000))));
  await expect(readIdxFile(folder, name)).rejects.toThrow(
    "expected at most 2.1 GB, got 3.0 GB for shape [3000000000,1,1]",
  );
});

test("class names may begin with a byte order mark, and end lines as Windows does", async () => {
  const names = `\ufeff${Array.from("abcdefghij").join("\r\n")}\r\n`;
  expect((await drained(openIdxDirectory(idxFolder({}, {"classes.txt": names})))).classNames).toEqual(
    Array.from("abcdefghij"),
  );
});
