import {readFileSync} from "node:fs";
import {createContext, runInContext} from "node:vm";
import {gunzipSync} from "node:zlib";
import {buildSync} from "esbuild";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {labOf} from "../../src/lime/segmentation/color-space";
import {felzenszwalb} from "../../src/lime/segmentation/felzenszwalb";
import {grid} from "../../src/lime/segmentation/grid";
import {type SegmentationMethod, segment, suitedSegmenter} from "../../src/lime/segmentation/index";
import {nearestCenters} from "../../src/lime/segmentation/nearest-centers";
import {densities, quickshift} from "../../src/lime/segmentation/quickshift";
import type {Raster, Segmentation} from "../../src/lime/segmentation/raster";
import {slic} from "../../src/lime/segmentation/slic";
import {fork} from "../../src/nouns/random";
import {adjustedRand} from "../support/adjusted-rand";
import {testDigits} from "../support/digits";

const FOLDER = "test/fixtures/segmentation";
const bytes = (name: string) => {
  const raw = gunzipSync(readFileSync(`${FOLDER}/${name}.gz`));
  return raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength);
};
interface SavedMap {
  readonly image: string;
  readonly method: "slic" | "quickshift" | "felzenszwalb";
  readonly parameters: {readonly [name: string]: number};
  readonly file: string;
  readonly segments: number;
}
const maps: readonly SavedMap[] = JSON.parse(readFileSync(`${FOLDER}/segmentation.json`, "utf8")).maps;
const sizes = {coffee: [224, 224, 3], chelsea: [224, 224, 3], strip: [7, 111, 3]} as const;

function rasterOf(image: string): Raster {
  if (image.startsWith("digit")) return testDigits([Number(image.slice(5))]);
  const pixels = Float32Array.from(new Uint8Array(bytes(`${image}.rgb`)), (v) => v / 255);
  return {shape: sizes[image as keyof typeof sizes], pixels};
}

function ours({image, method, parameters: p}: SavedMap, tieBreak?: Float64Array): Segmentation {
  const raster = rasterOf(image);
  if (method === "slic") return slic(raster, {segments: p.n_segments, compactness: p.compactness, sigma: p.sigma ?? 0});
  if (method === "felzenszwalb") {
    return felzenszwalb(raster, {scale: p.scale, sigma: p.sigma ?? 0.8, smallest: p.min_size ?? 20});
  }
  return quickshift(raster, {kernelSize: p.kernel_size, maxDistance: p.max_dist, ratio: p.ratio}, tieBreak);
}

/** The noise of seed 0, which decides the background of digits under quickshift; quickshift.test.ts has more of it. */
const noise28 = new Float64Array(bytes("tie-break-28.f64"));

test.each(maps.map((map) => [map.file, map] as const))(
  "%s: the very partition of scikit-image, label for label",
  (_, map) => {
    const found = ours(map, map.image.startsWith("digit") ? noise28 : undefined);
    expect(found.count).toBe(map.segments);
    expect(adjustedRand(found.labels, new Uint16Array(bytes(`${map.file}.u16`)))).toBe(1);
    expect(found.labels).toEqual(new Uint16Array(bytes(`${map.file}.u16`)));
  },
);

const methods: readonly SegmentationMethod[] = ["slic", "quickshift", "felzenszwalb", "grid"];

describe.each(methods)("%s", (method) => {
  test("labels are 0 to count − 1, and all occur, whatever the image", () => {
    const images = fc.record({
      height: fc.integer({min: 1, max: 24}),
      width: fc.integer({min: 1, max: 24}),
      channels: fc.constantFrom(1, 3),
      levels: fc.integer({min: 1, max: 256}),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(images, ({height, width, channels, levels, seed}) => {
        const random = fork(seed, "image");
        const pixels = Float32Array.from(
          {length: height * width * channels},
          () => Math.floor(random() * levels) / 255,
        );
        const {labels, count} = segment(
          {shape: [height, width, channels], pixels},
          suitedSegmenter(method, [height, width, channels]),
        );
        expect(labels.length).toBe(height * width);
        expect([...new Set(labels)].sort((a, b) => a - b)).toEqual(Array.from({length: count}, (_, j) => j));
      }),
      {numRuns: 60, seed: 6},
    );
  });

  test("a grey image is segmented as the same image in equal red, green and blue", () => {
    const {pixels} = testDigits([4]);
    const rgb = Float32Array.from({length: 3 * 784}, (_, i) => pixels[Math.floor(i / 3)]);
    const settings = suitedSegmenter(method, [28, 28, 1]);
    const grey = segment({shape: [28, 28, 1], pixels}, settings);
    expect(segment({shape: [28, 28, 3], pixels: rgb}, settings)).toEqual(grey);
  });

  test("digits get segments enough to explain with", () => {
    for (let n = 0; n < 10; n++) {
      const {count} = segment(testDigits([n]), suitedSegmenter(method, [28, 28, 1]));
      expect(count).toBeGreaterThanOrEqual(5);
      expect(count).toBeLessThanOrEqual(60);
    }
  });
});

test("SLIC's segments and felzenszwalb's are in one piece", () => {
  for (const method of ["slic", "felzenszwalb"] as const) {
    const raster = testDigits([2]);
    const {labels, count} = segment(raster, suitedSegmenter(method, raster.shape));
    expect(pieces(labels, 28, 28)).toBe(count);
  }
});

const noise = fc.record({
  height: fc.integer({min: 1, max: 30}),
  width: fc.integer({min: 1, max: 30}),
  levels: fc.integer({min: 1, max: 50}),
  seed: fc.integer(),
});
/** Colours of a few levels, so that distances tie. */
function colors(pixels: number, levels: number, seed: number): Float64Array {
  const random = fork(seed, "colors");
  return Float64Array.from({length: 3 * pixels}, () => Math.floor(random() * levels) / 4);
}

test("SLIC's pixels go to the nearest centre that sees them, of equally near ones the first, as by definition", () => {
  const settings = fc.tuple(noise, fc.integer({min: 1, max: 20}), fc.integer({min: 1, max: 9}), fc.integer({max: 12}));
  fc.assert(
    fc.property(settings, ([{height, width, levels, seed}, count, reach, step]) => {
      const color = colors(height * width, levels, seed);
      const random = fork(seed, "starts");
      const starts = Array.from({length: 2 * count}, (_, i) => Math.floor(random() * (i % 2 ? width : height)));
      const scale = Math.abs(step) + 1;
      expect(nearestCenters(color, height, width, starts, [reach, reach + 1], scale, 4)).toEqual(
        nearestByDefinition(color, height, width, starts, [reach, reach + 1], scale, 4),
      );
    }),
    {numRuns: 300, seed: 3},
  );
});

function nearestByDefinition(
  color: Float64Array,
  height: number,
  width: number,
  starts: readonly number[],
  [reachY, reachX]: readonly [number, number],
  step: number,
  iterations: number,
): Int32Array {
  let centers = Array.from({length: starts.length / 2}, (_, k) => [starts[2 * k], starts[2 * k + 1], 0, 0, 0]);
  const nearest = new Int32Array(height * width);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const sums = centers.map(() => [0, 0, 0, 0, 0, 0]);
    for (let p = 0; p < nearest.length; p++) {
      const [y, x] = [Math.floor(p / width), p % width];
      let least = Infinity;
      for (const [k, [cy, cx, ...c]] of centers.entries()) {
        const seen = [cy - reachY, cx - reachX].map((v) => Math.trunc(Math.max(v, 0)));
        const inside =
          y >= seen[0] && x >= seen[1] && y < Math.trunc(cy + reachY + 1) && x < Math.trunc(cx + reachX + 1);
        const [d0, d1, d2] = c.map((v, i) => v - color[3 * p + i]);
        const d = ((cy - y) ** 2 + (cx - x) ** 2) * (1 / (step * step)) + (d0 * d0 + d1 * d1 + d2 * d2);
        if (inside && d < least) [least, nearest[p]] = [d, k];
      }
      [y, x, color[3 * p], color[3 * p + 1], color[3 * p + 2], 1].forEach((v, i) => {
        sums[nearest[p]][i] += v;
      });
    }
    centers = sums.map(([...sum]) => sum.slice(0, 5).map((v) => v / sum[5]));
  }
  return nearest;
}

test("quickshift's densities are the sum of the kernel over the window, to rounding", () => {
  fc.assert(
    fc.property(noise, fc.integer({min: 1, max: 5}), ({height, width, levels, seed}, radius) => {
      const color = colors(height * width, levels, seed);
      const found = densities(color, height, width, radius, -0.3);
      for (let p = 0; p < found.length; p++) {
        const [y, x] = [Math.floor(p / width), p % width];
        let sum = 0;
        for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
          for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
            let d2 = (y - v) ** 2 + (x - u) ** 2;
            for (let c = 0; c < 3; c++) d2 += (color[3 * p + c] - color[3 * (v * width + u) + c]) ** 2;
            sum += Math.exp(-0.3 * d2);
          }
        }
        // 121 terms of at most 1, each to 2 units in its last place, and their sum in another order
        expect(Math.abs(found[p] / sum - 1)).toBeLessThan(5e-15);
      }
    }),
    {numRuns: 60, seed: 4},
  );
});

test("Lab is as CIE and IEC define it", () => {
  const grey = Array.from({length: 256}, (_, v) => v / 255);
  const random = fork(2, "colors");
  const pixels = Float64Array.from(
    [...grey.flatMap((v) => [v, v, v]), ...Array.from({length: 3001}, random)].slice(0, -1),
  );
  const lab = labOf({shape: [1, pixels.length / 3, 3], pixels});
  for (let p = 0; p < pixels.length; p += 3) {
    const [r, g, b] = [...pixels.subarray(p, p + 3)].map((v) =>
      v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92,
    );
    const [x, y, z] = [
      (0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047,
      0.212671 * r + 0.71516 * g + 0.072169 * b,
      (0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883,
    ].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
    [116 * y - 16, 500 * (x - y), 200 * (y - z)].forEach((v, c) => {
      expect(Math.abs(lab[p + c] - v)).toBeLessThan(5e-13); // 500 × a few units in the last place of 1
    });
  }
});

test("runs where there is no Node, and gives the same segments", () => {
  const {outputFiles} = buildSync({
    entryPoints: ["src/lime/segmentation/index.ts"],
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "segmentation",
  });
  const raster = rasterOf("strip");
  const context = createContext({WebAssembly, atob, raster});
  runInContext(outputFiles[0].text, context);
  for (const method of ["slic", "quickshift"] as const) {
    const found: Segmentation = runInContext(
      `segmentation.segment(raster, segmentation.suitedSegmenter("${method}", raster.shape))`,
      context,
    );
    expect([...found.labels]).toEqual([...segment(raster, suitedSegmenter(method, raster.shape)).labels]);
  }
});

test("an image too large to keep memory for is segmented as a small one is", () => {
  const tall = {shape: [1500, 2000, 1] as const, pixels: new Float32Array(3_000_000)}; // 84 MB of working memory
  for (let p = 0; p < tall.pixels.length; p++) tall.pixels[p] = p % 2000 < 1000 ? 0 : 1;
  const {labels} = slic(tall, {segments: 4, compactness: 0.01, sigma: 0});
  const sides = [new Set<number>(), new Set<number>()];
  labels.forEach((label, p) => {
    sides[tall.pixels[p]].add(label);
  });
  expect([...sides[0]].filter((label) => sides[1].has(label))).toEqual([]);
});

test("a grid is rectangles in rows and columns", () => {
  const {labels, count} = grid([4, 6, 1], 6);
  expect(count).toBe(6);
  expect([...labels]).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 3, 4, 4, 5, 5]);
});

test("impossible settings are refused with what was given", () => {
  const raster = testDigits([0]);
  expect(() => slic(raster, {segments: 0, compactness: 1, sigma: 0})).toThrow("expected 1 segment or more, got 0");
  expect(() => slic(raster, {segments: 9, compactness: Number.NaN, sigma: 0})).toThrow("got NaN");
  expect(() => quickshift(raster, {kernelSize: 0.5, maxDistance: 9, ratio: 1})).toThrow("1 or more, got 0.5");
  expect(() => felzenszwalb(raster, {scale: -1, sigma: 0, smallest: 1})).toThrow("above 0, got -1");
});

/** Number of 8-connected pieces of equal label. */
function pieces(labels: Uint16Array, height: number, width: number): number {
  const seen = new Uint8Array(labels.length);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (seen[start]) continue;
    count++;
    const stack = [start];
    seen[start] = 1;
    while (stack.length) {
      const p = stack.pop()!;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [y, x] = [Math.floor(p / width) + dy, (p % width) + dx];
          const q = y * width + x;
          if (y < 0 || x < 0 || y >= height || x >= width || seen[q] || labels[q] !== labels[start]) continue;
          seen[q] = 1;
          stack.push(q);
        }
      }
    }
  }
  return count;
}
