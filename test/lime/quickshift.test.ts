import {readFileSync} from "node:fs";
import {gunzipSync} from "node:zlib";
import {describe, expect, test} from "vitest";
import {quickshift} from "../../src/lime/segmentation/quickshift";
import {adjustedRand} from "../support/adjusted-rand";
import {testDigits} from "../support/digits";

const FOLDER = "test/fixtures/segmentation";
const DIGITS = Array.from({length: 10}, (_, n) => n);
const images = DIGITS.map((n) => testDigits([n]));
const SEEDS = [0, 1, 2, 3, 4];
const PIXELS = 784;

interface Setting {
  readonly kernel_size: number;
  readonly max_dist: number;
  readonly ratio: number;
  /** scikit-image with itself: mean adjusted Rand index over pairs of seeds and digits, by scikit-learn. */
  readonly all: number;
  readonly ink: number;
}
const settings: readonly Setting[] = JSON.parse(readFileSync(`${FOLDER}/quickshift-seeds.json`, "utf8")).settings;
const labels = gunzipSync(readFileSync(`${FOLDER}/quickshift-seeds.u8.gz`));
const noise = new Float64Array(Uint8Array.from(gunzipSync(readFileSync(`${FOLDER}/quickshift-noise.f64.gz`))).buffer);

const theirs = (digit: number, setting: Setting, seed: number) => {
  const map = (digit * settings.length + settings.indexOf(setting)) * SEEDS.length + seed;
  return labels.subarray(map * PIXELS, (map + 1) * PIXELS);
};
const ours = (digit: number, {kernel_size, max_dist, ratio}: Setting, tieBreak?: Float64Array) =>
  quickshift(images[digit], {kernelSize: kernel_size, maxDistance: max_dist, ratio}, tieBreak).labels;
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const pairs = SEEDS.flatMap((a) => SEEDS.filter((b) => b > a).map((b) => [a, b] as const));

describe.each(settings.map((setting) => [setting.kernel_size, setting.max_dist, setting] as const))(
  "quickshift on digits, whose background is flat, at kernel %d, distance %d",
  (kernel, _, setting) => {
    test("given scikit-image's noise it gives scikit-image's labels: 10 digits, 5 seeds, every pixel", () => {
      for (const digit of DIGITS) {
        for (const seed of SEEDS) {
          const given = noise.subarray(seed * PIXELS, (seed + 1) * PIXELS);
          expect([...ours(digit, setting, given)]).toEqual([...theirs(digit, setting, seed)]);
        }
      }
    });

    test("without noise it agrees with scikit-image as scikit-image agrees with itself", () => {
      const self = DIGITS.flatMap((n) =>
        pairs.map(([a, b]) => adjustedRand(theirs(n, setting, a), theirs(n, setting, b))),
      );
      expect(mean(self)).toBeCloseTo(setting.all, 12); // our adjusted Rand index is scikit-learn's
      const each = DIGITS.map((n) =>
        mean(SEEDS.map((seed) => adjustedRand(ours(n, setting), theirs(n, setting, seed)))),
      );
      expect(mean(each)).toBeGreaterThanOrEqual(setting.all - 1e-4); // measured: 0.0035, 0.0003, 0.0000 above, or 1
      if (kernel > 1) expect(Math.min(...each)).toBeGreaterThan(0.98);
    });

    test("on the digit's ink it is scikit-image's partition, but where that is not its own", () => {
      for (const n of DIGITS) {
        const ink = [...images[n].pixels.keys()].filter((p) => images[n].pixels[p] > 0);
        const onInk = (map: ArrayLike<number>) => ink.map((p) => map[p]);
        const same = pairs.every(
          ([a, b]) => adjustedRand(onInk(theirs(n, setting, a)), onInk(theirs(n, setting, b))) === 1,
        );
        if (kernel > 1) expect(same).toBe(true);
        if (same) expect(adjustedRand(onInk(ours(n, setting)), onInk(theirs(n, setting, 0)))).toBe(1);
      }
    });
  },
);

/**
 * Pairs of pixels on which two partitions disagree are a metric (Mirkin 1996), M. With W pairs within segments,
 * 1 − ARI ≥ M / (W of one + W of the other), and the Ws differ by at most M: so a partition D at ARI a or more from S has
 * M(D, S) ≤ 2 (1 − a) / a · W(S), and two S with one such D have at most the sum of both between them.
 */
test("at kernel 1 no fixed partition could be 0.98 from two of scikit-image's seeds, on any digit", () => {
  const within = (map: readonly number[]) => {
    const sizes = new Map<number, number>();
    for (const label of map) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    return [...sizes.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  };
  const excluded = DIGITS.map(
    (n) =>
      pairs.filter(([a, b]) => {
        const [s, t] = [[...theirs(n, settings[0], a)], [...theirs(n, settings[0], b)]];
        const disagreeing = within(s) + within(t) - 2 * within(s.map((label, p) => 256 * label + t[p]));
        return disagreeing > ((2 * 0.02) / 0.98) * (within(s) + within(t));
      }).length,
  );
  expect(settings[0].kernel_size).toBe(1);
  expect(Math.min(...excluded)).toBeGreaterThanOrEqual(7); // of 10 pairs of seeds
  expect(excluded.reduce((sum, count) => sum + count, 0)).toBe(97); // of 100
});

test("an image of one tone is one segment, or four, one a corner, where the window is small", () => {
  const blank = {shape: [28, 28, 1], pixels: new Float32Array(PIXELS)} as const;
  const segments = (kernelSize: number) => quickshift(blank, {kernelSize, maxDistance: 200, ratio: 0.2}).count;
  expect([4, 2, 1].map(segments)).toEqual([1, 4, 4]);
});
