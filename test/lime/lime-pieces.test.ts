/** @file Small parts of LIME, each by itself, with values worked by hand. */
import {describe, expect, test} from "vitest";

import {largestOf, orderByChance, ownChance} from "../../src/lime/chance";
import {orderCurves} from "../../src/lime/deletion-insertion";
import {hiddenLook} from "../../src/lime/hiding";
import {distinctMasks, drawMasks, keptCounts} from "../../src/lime/masks";
import {writeMasked} from "../../src/lime/neighbourhood";
import {hidingEnergies, liveSegments, maskWeights} from "../../src/lime/proximity";
import {rankCorrelation} from "../../src/lime/rank-correlation";
import {removalSummary, removeAndAskAgain} from "../../src/lime/remove-and-ask";
import {deletionInsertion, segment} from "../../src/lime/requests";
import {grid} from "../../src/lime/segmentation/grid";
import {suitedSegmenter} from "../../src/lime/segmentation/index";
import {segmentSizes} from "../../src/lime/segmentation/raster";
import {openWorkspace} from "../../src/lime/segmentation/workspace";
import {recipes} from "../../src/lime/settings";
import {jaccard, nearMasks, strongest} from "../../src/lime/trust";

describe("chance", () => {
  test("of another seed gives other numbers, all from 0 up to 1, also for seeds beyond 32 bits", () => {
    const of = (seed?: number) => Array.from({length: 50}, ownChance(seed));
    expect(of(0)).toEqual(of());
    const streams = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40].map((seed) => `${of(seed)}`);
    expect(new Set(streams).size).toBe(streams.length);
    const many = Array.from({length: 2000}, ownChance(3));
    expect(many.every((v) => v >= 0 && v < 1)).toBe(true);
    expect(many.reduce((sum, v) => sum + v, 0) / 2000).toBeCloseTo(0.5, 1);
  });

  test("puts numbers in an order with one draw for each but one", () => {
    let draws = 0;
    const of = (value: number, count: number) =>
      orderByChance(count, () => {
        draws++;
        return value;
      });
    expect(of(0.999, 4)).toEqual([0, 1, 2, 3]); // each stays
    expect(draws).toBe(3);
    expect(of(0, 4)).toEqual([1, 2, 3, 0]); // each is exchanged with the first
    expect(of(0.5, 3)).toEqual([0, 2, 1]);
    expect([of(0, 0), of(0, 1)]).toEqual([[], [0]]);
  });

  test("has no part in the largest of several, which is the first of equal ones", () => {
    expect(largestOf([1, 3, 3, 2])).toBe(1);
    expect(largestOf([4, 4])).toBe(0);
    expect(largestOf([0, 1, 2])).toBe(2);
  });
});

test("a correlation of ranks is 1 in the same order, less with ties, and none if nothing differs", () => {
  expect(rankCorrelation([1, 5, 9], [0, 1, 100])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 5, 9], [3, 2, 1])).toBeCloseTo(-1, 12);
  // ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: 4.5 / √(4.5 · 5)
  expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
  expect(rankCorrelation([2, 1, 3, 4], [1, 2, 3, 4])).toBeCloseTo(0.8, 12);
  expect(rankCorrelation([1, 1], [1, 2])).toBeNaN();
});

test("figures of trust count near masks, the strongest segments and what two sets share", () => {
  expect(nearMasks(Float64Array.of(0.5, 1, 0.49, 0.75))).toBe(3);
  expect(strongest([0.1, -3, 0, 2], 2)).toEqual([1, 3]);
  expect(strongest([0, 1], 5)).toEqual([1]);
  expect(strongest([1, -1, 1], 3)).toEqual([0, 1, 2]);
  expect([jaccard([1, 2], [2, 3]), jaccard([1], [1]), jaccard([1], []), jaccard([], [])]).toEqual([1 / 3, 1, 0, null]);
});

describe("masks", () => {
  const chance = (...draws: readonly number[]) => {
    const left = [...draws];
    return () => left.shift() as number;
  };
  const antithetic = (wholeFirst: boolean) => ({keep: 0.5, sampling: "antithetic", wholeFirst}) as const;
  const [low, high] = [0.25, 0.75];

  test("keep a segment whose draw is below the share, and stand in pairs", () => {
    const whole = drawMasks(chance(low, high, high, high), 4, 2, antithetic(true));
    expect([...whole]).toEqual([1, 1, 1, 0, 0, 1, 0, 0]);
    const none = drawMasks(chance(low, high, low, low), 3, 2, antithetic(false));
    expect([...none]).toEqual([1, 0, 0, 1, 1, 1]);
    const single = drawMasks(chance(low, high, high, low), 2, 2, {...antithetic(false), sampling: "bernoulli"});
    expect([...single]).toEqual([1, 0, 0, 1]);
  });

  test("that are drawn later stand in the pairs of all, and none of them is the whole image", () => {
    // with the image itself before all, 251 and 252 are a pair
    const later = drawMasks(chance(low, high, high, low), 3, 2, antithetic(true), 250);
    expect([...later]).toEqual([1, 0, 0, 1, 1, 0]);
    const even = drawMasks(chance(low, high, high, high), 3, 2, antithetic(false), 250);
    expect([...even]).toEqual([1, 0, 0, 1, 0, 0]);
  });

  test("are counted, and those that make the same image are asked about once", () => {
    const masks = Uint8Array.of(1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1);
    expect([...keptCounts(masks, 3)]).toEqual([2, 3, 1, 2]);
    const {distinct, likes} = distinctMasks(masks, 3, Uint8Array.of(1, 0, 1));
    expect([...likes]).toEqual([0, 1, 2, 2]);
    expect([...distinct]).toEqual([1, 1, 0, 1, 1, 1, 0, 0, 1]);
    expect([...distinctMasks(masks, 3, new Uint8Array(3)).distinct]).toEqual([1, 1, 0]);
  });

  test("weigh less the more they hide, by the distance that is asked for", () => {
    const masks = Uint8Array.of(1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0);
    const of = (distance: "cosine" | "l2" | "kept", width: number) => [...maskWeights(masks, 4, distance, width)];
    expect(of("cosine", 0.25)).toBeAllClose([1, Math.exp(-(0.5 ** 2) / 0.125), Math.exp(-1 / 0.125)], {rtol: 1e-12});
    expect(of("l2", 2)).toBeAllClose([1, Math.exp(-3 / 8), Math.exp(-4 / 8)], {rtol: 1e-12});
    expect(of("kept", 1)).toEqual([2, 1, 0]);
    // two pixels of two channels, each a segment: hiding changes the first by 0.5 and 1, the second by nothing
    const energies = hidingEnergies([0.5, 1, 0.25, 0.25], [0, 0, 0.25, 0.25], {labels: Uint16Array.of(0, 1), count: 2});
    expect([...energies.values]).toEqual([0.25, 1, 0, 0]);
    expect([...liveSegments(energies)]).toEqual([1, 0]);
    const distance = (Math.sqrt(0.25 / 2) + Math.sqrt(1 / 2)) / 2;
    const weights = maskWeights(Uint8Array.of(1, 1, 0, 1, 1, 0), 2, "pixels", 0.5, energies);
    expect([...weights]).toBeAllClose([1, Math.exp(-(distance ** 2) / 0.5), 1], {rtol: 1e-12});
  });

  test("are written into an image of several channels", () => {
    const to = new Float32Array(4);
    writeMasked(to, Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8), Uint16Array.of(1, 0), [1, 0]);
    expect([...to]).toEqual([5, 6, 3, 4]);
  });
});

describe("a hidden segment looks", () => {
  // three pixels of two channels, in two segments
  const image = {count: 1, shape: [1, 3, 2] as const, pixels: Float32Array.of(1, 0, 0.5, 0.5, 0, 0.25)};
  const segmentation = {labels: Uint16Array.of(0, 0, 1), count: 2};
  const look = (hiding: Parameters<typeof hiddenLook>[2]) => [...hiddenLook(image, segmentation, hiding, () => 0.125)];

  test("like its mean colour, like noise, or like its opposite", () => {
    expect(look("mean")).toEqual([0.75, 0.25, 0.75, 0.25, 0, 0.25]);
    expect(look("noise")).toEqual(new Array(6).fill(0.125));
    // ink is the 95th percentile of what is no background: of 0.5 and 1 the lower, of 0.25 and 0.5 the lower
    expect(look("fill")).toEqual([0, 0, 0, 0, 0.5, 0.25]);
  });

  test("blurred by a fourteenth of the longer side", () => {
    const flat = {count: 1, shape: [1, 28, 1] as const, pixels: new Float32Array(28)};
    flat.pixels[14] = 1;
    const whole = {labels: new Uint16Array(28), count: 1};
    const found = hiddenLook(flat, whole, "blur", () => 0);
    // a Gaussian of two pixels
    const all = Array.from({length: 17}, (_, d) => Math.exp(-((d - 8) ** 2) / 8)).reduce((sum, v) => sum + v, 0);
    expect([found[14], found[12], found[16], found[5]]).toBeAllClose([1 / all, Math.exp(-0.5) / all, Math.exp(-0.5) / all, 0], {atol: 1e-6}); // biome-ignore format: one line
  });
});

test("settings suit the size of the image, small up to 64 pixels a side", () => {
  const compactness = (side: number) => suitedSegmenter("slic", [8, side, 1]);
  expect([compactness(64), compactness(65)]).toMatchObject([{compactness: 1}, {compactness: 10}]);
  expect(suitedSegmenter("quickshift", [64, 8, 1])).toMatchObject({kernelSize: 2});
  expect(suitedSegmenter("felzenszwalb", [65, 8, 1])).toMatchObject({scale: 300});
  expect([recipes.default([64, 64, 1]).samples, recipes.default([8, 65, 1]).samples]).toEqual([500, 1000]);
});

test("a grid has as many rows and columns as fit, and segments know their sizes", () => {
  const whole = grid([2, 6, 1], 3);
  expect([...whole.labels]).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2]);
  expect([...segmentSizes(whole)]).toEqual([4, 4, 4]);
  expect([...grid([3, 3, 1], 4).labels]).toEqual([0, 0, 1, 0, 0, 1, 2, 2, 3]);
  expect(grid([2, 2, 1], 100).count).toBe(4);
  expect(grid([2, 2, 1], 1).count).toBe(1);
  expect([...grid([3, 1, 1], 3).labels]).toEqual([0, 1, 2]);
});

test("room for segmentation is as large as is asked for, and its arrays do not overlap", () => {
  const {doubles, integers} = openWorkspace(100);
  const [a, b, c] = [doubles(3), integers(3), doubles(1)];
  expect([a.byteOffset % 16, b.byteOffset % 16, c.byteOffset % 16]).toEqual([0, 0, 0]);
  expect(b.byteOffset).toBe(a.byteOffset + 32);
  expect(c.byteOffset).toBe(b.byteOffset + 16);
  const large = openWorkspace(3e6).doubles(3e6 / 8);
  expect(large).toHaveLength(3e6 / 8);
});

test("a setting that a way to segment does not have is refused, and sigma of quickshift is not", () => {
  const raster = {shape: [8, 8, 3] as const, pixels: Float32Array.from({length: 192}, (_, i) => (i % 7) / 7)};
  expect(() => segment(raster, {method: "slic", scale: 3})).toThrow(
    "scale: expected a setting of slic (segments, compactness, sigma), got this one",
  );
  expect(() => segment(raster, {method: "grid", sigma: 1})).toThrow("sigma: expected a setting of grid (segments)");
  expect(segment(raster, {method: "quickshift", sigma: 0}).count).toBeGreaterThan(0);
  expect(segment(raster, {method: "grid", segments: 4}).count).toBe(4);
});

describe("curves of deletion and insertion", () => {
  const shape = [4, 4, 1] as const;
  const segmentation = grid([...shape], 4);
  // a bright pixel makes edges in the last segment alone
  const image = {count: 1, shape, pixels: new Float32Array(16).fill(0.5)};
  image.pixels[15] = 1;
  /** The sum of weights of the segments that are seen: 0.5 for the second, 0.25 for the third. */
  const classifier = {
    ...{imageShape: shape, classNames: ["x", "y"]},
    async predict({count, pixels}: {readonly count: number; readonly pixels: Float32Array}) {
      return Float32Array.from(
        Array.from({length: count}, (_, n) => {
          const p = 0.5 * Number(pixels[16 * n + 2] > 0) + 0.25 * Number(pixels[16 * n + 8] > 0);
          return [p, 1 - p];
        }).flat(),
      );
    },
  };

  test("begin with the strongest segment, and their areas are those of trapezoids", async () => {
    const curves = await orderCurves(classifier, image, new Float32Array(16), segmentation, 0, [0, 0.5, 0.25, 0], () => 0); // biome-ignore format: one line
    const of = (name: string) => curves.find((curve) => curve.name === name);
    const lime = of("lime");
    // 0.75, then 0.25, 0, 0, 0; each segment is a quarter of the pixels
    expect(lime?.deletionArea).toBeCloseTo((0.75 / 2 + 0.25) / 4, 6);
    // 0, then 0.5, 0.75, 0.75, 0.75
    expect(lime?.insertionArea).toBeCloseTo((0.5 + 0.75 + 0.75 + 0.75 / 2) / 4, 6);
    const last = (lime?.deletion.length ?? 0) - 1;
    expect([lime?.deletion[0], lime?.deletion[last], lime?.insertion[0], lime?.insertion[last]]).toEqual([0.75, 0, 0, 0.75]); // biome-ignore format: one line
    // 51 places: at 10 of 50 four fifths of the first segment are gone, which had 0.5
    expect(last).toBe(50);
    expect(lime?.deletion[10]).toBeCloseTo(0.75 - 0.8 * 0.5, 6);
    expect(lime?.deletion[20]).toBeCloseTo(0.25 - 0.6 * 0.25, 6);
    // by edges, the last segment goes first: the answer is whole after it
    const edges = of("edges");
    expect(edges?.deletionArea).toBeGreaterThan(lime?.deletionArea ?? 1);
    expect(edges?.insertion[Math.floor(last / 4)]).toBe(0);
  });

  test("are of an explanation of this image alone", async () => {
    const explanation = {
      segmentation: {...segmentation, labels: new Uint16Array(15)},
      explained: 0,
      weights: [0, 0, 0, 0],
    };
    await expect(deletionInsertion(classifier, image, explanation as never)).rejects.toThrow(
      "explanation: expected one for an image of 16 pixels, got one for 15",
    );
  });
});

describe("removing and asking again", () => {
  const shape = [1, 4, 1] as const;
  const segmentation = grid([...shape], 4);
  const image = {count: 1, shape, pixels: new Float32Array(4).fill(1)};
  /** Three classes; the first has what the first two pixels give it, and the others share the rest unevenly. */
  const classifier = {
    ...{imageShape: shape, classNames: ["x", "y", "z"]},
    async predict({count, pixels}: {readonly count: number; readonly pixels: Float32Array}) {
      return Float32Array.from(
        Array.from({length: count}, (_, n) => {
          const p = 0.5 * pixels[4 * n] + 0.25 * pixels[4 * n + 1];
          return [p, 0.25 * (1 - p), 0.75 * (1 - p)];
        }).flat(),
      );
    },
  };
  const options = {segmentation, hiding: [0], samples: 60, model: "least-squares", skipInert: false} as const;

  test("ends with another class, whose place in the first round it knows", async () => {
    const removal = await removeAndAskAgain(classifier, image, options, 1);
    expect(removal.end).toBe("flipped");
    expect(removal.rounds.map(({removed}) => removed)).toEqual([[0], []]);
    expect([...removal.rounds[1].pixels]).toEqual([0, 1, 1, 1]);
    expect(removal.placeBefore).toBe(2);
    expect(removal.probabilityBefore).toBeCloseTo(0.75 * 0.25, 6);
    const words = removalSummary(removal, ["x", "y", "z"]);
    expect(words[0]).toMatch(/^round 1: x 75\.0%, z 18\.8%, y 6\.25% \(R² 1\.00\); then removed 1 of 4 segments$/);
    expect(words[1]).toMatch(/^round 2: z 56\.3%, x 25\.0%, y 18\.8% \(R² 1\.00\)$/);
    expect(words.slice(2)).toEqual([
      "after 1 segments were gone, z (56.3%) took the place of x;",
      "in the first round z stood at place 2 with 18.8%",
    ]);
  });

  test("stops where the rounds are used up", async () => {
    const removal = await removeAndAskAgain(classifier, image, options, 1, 1);
    expect([removal.end, removal.rounds.length, removal.placeBefore]).toEqual(["stopped", 1, 1]);
    expect(removalSummary(removal, ["x", "y", "z"]).at(-1)).toBe("x still held with 75.0% after 1 rounds");
  });
});
