import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {expect, test} from "vitest";

import {drained} from "../../../src/nouns/drained";
import {openIdxDirectory} from "../../../src/pipeline/data/images/idx-directory";
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

test("class names may begin with a byte order mark, and end lines as Windows does", async () => {
  const names = `\ufeff${Array.from("abcdefghij").join("\r\n")}\r\n`;
  expect((await drained(openIdxDirectory(idxFolder({}, {"classes.txt": names})))).classNames).toEqual(
    Array.from("abcdefghij"),
  );
});
