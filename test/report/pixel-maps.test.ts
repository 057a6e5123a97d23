import {expect, test} from "vitest";
import {viewOf} from "../../src/report/client/decode";
import {decodePixelMaps} from "../../src/report/client/pixel-maps";
import type {Recall, Saved} from "../../src/report/file-memory";
import {gatherPixelMaps} from "../../src/report/gather/pixel-maps";
import {packer} from "../../src/report/packer";
import type {PixelMapsShown} from "../../src/report/pixel-maps-file";

/** Saved maps of the images `index`, in which each pixel of image i is i, but the first is full. */
function saved(index: readonly number[], [height, width]: readonly [number, number], signed = false): Saved {
  const size = height * width;
  const values = new Int16Array(index.length * size);
  index.forEach((image, row) => {
    values.fill(image, row * size, (row + 1) * size)[row * size] = signed ? -32767 : 32767;
  });
  const row = {index: Uint32Array.from(index), target: Uint32Array.from(index, (image) => image % 10)};
  const figures = {faithfulness: new Float64Array(index.length), gap: new Float64Array(index.length).fill(Number.NaN)};
  return {height, width, signed, ...row, ...figures, values} as unknown as Saved;
}

/** The parts of these files that the page reads: by method, then by epoch. */
function shown(files: {readonly [method: string]: readonly Saved[]}) {
  const methods = Object.entries(files).map(
    ([name, epochs]) => [`explained/${name}`, new Map(epochs.map((_, epoch) => [epoch, `${name} ${epoch}`]))] as const,
  );
  const stops = Object.values(files)[0].map((_, epoch) => epoch);
  const recall: Recall = (path, _, make) => {
    const [name, epoch] = path.split(" ");
    return make(files[name][Number(epoch)]);
  };
  const pack = packer();
  const file = gatherPixelMaps(new Map(methods), stops, recall, pack) as PixelMapsShown;
  const bytes = Uint8Array.from(Buffer.concat(pack.parts)).buffer;
  return {methods: decodePixelMaps(file, (packed) => viewOf(packed, bytes)), bytes: bytes.byteLength};
}

test("a page carries an even choice of the images where not all maps fit, and says how many there are", () => {
  const all = Array.from({length: 1000}, (_, image) => image);
  const one = saved(all, [28, 28]);
  const {methods, bytes} = shown({occlusion: Array.from({length: 40}, () => one)});
  // 24 MB / (40 epochs · (784 + 10) bytes) = 755 images fit: every second one is taken
  expect(methods[0]).toMatchObject({name: "Occlusion", carried: 500, all: 1000});
  expect(methods[0].at(39)).toEqual(all.filter((image) => image % 2 === 0));
  expect(bytes).toBeLessThan(24e6);
  expect(methods[0].tile(39, 998)).toMatchObject({target: 8, faithfulness: 0, gap: null});
  expect(methods[0].tile(39, 999)).toBe(null);
});

test("several methods share the room, and an image has a map only at the epochs at which it was asked about", () => {
  const files = {
    gradient: [saved([1, 2], [28, 28], true), saved([2, 7], [28, 28], true)],
    saliency: [saved([5], [28, 28])],
  };
  const [gradient, saliency] = shown(files).methods;
  expect([gradient.name, saliency.name]).toEqual(["Gradient", "Saliency (size)"]);
  expect([gradient.at(0), gradient.at(1), saliency.at(0), saliency.at(1)]).toEqual([[1, 2], [2, 7], [5], []]);
  expect(gradient).toMatchObject({carried: 3, all: 3});
  expect(gradient.tile(0, 1)?.values[0]).toBe(-1); // against the class
  expect(saliency.tile(0, 5)?.values[0]).toBe(1);
});

test("a map of a large image is made coarser, and its strongest pixel stays full", () => {
  const [{height, width, tile}] = shown({occlusion: [saved([3], [224, 112])]}).methods;
  expect([height, width]).toEqual([56, 28]); // blocks of 4: the shorter side keeps 28
  expect(tile(0, 3)?.values[0]).toBe(1);
});

test("a file with fewer maps than images is refused by its name", () => {
  const {index: _, ...rest} = saved([1], [28, 28]) as unknown as {index: Uint32Array};
  const short = {...rest, index: Uint32Array.of(1, 2)} as unknown as Saved;
  expect(() => shown({occlusion: [short]})).toThrow("occlusion 0: expected 2 maps of 28 x 28, got 784 numbers");
});
