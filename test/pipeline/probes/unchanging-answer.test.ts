import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {explainWithLime} from "../../../src/lime/lime";
import {removalSummary, removeAndAskAgain} from "../../../src/lime/remove-and-ask";
import {grid} from "../../../src/lime/segmentation/grid";
import {unchanging} from "../../../src/lime/unchanging";
import type {Classifier} from "../../../src/nouns/network";
import {fork} from "../../../src/nouns/random";
import type {Images} from "../../../src/nouns/samples";
import {explainImage} from "../../../src/pipeline/explain";
import {segmentExplanation} from "../../../src/pipeline/probes/segment-explanation";
import {encode} from "../../../src/pipeline/record/artifact-codec";
import type {Artifact} from "../../../src/pipeline/types";
import {draw} from "../../../src/plots/index";
import {trustWords} from "../../../src/plots/trust-words";

const shape = [12, 12, 1] as const;
const segmentation = grid([...shape], 9);
const grey: Images = {count: 1, shape, pixels: Float32Array.from({length: 144}, fork(1, "pixels"))};

/** Answers p whatever it sees, but for rounding: the last bits of single precision differ from image to image. */
function deaf(p: number, rounding = 0): Classifier {
  const random = fork(2, "rounding");
  return {
    imageShape: shape,
    classNames: ["a", "b"],
    async predict({count}) {
      return Float32Array.from({length: 2 * count}, (_, i) => {
        return (i % 2 ? 1 - p : p) * (1 + rounding * (2 * random() - 1));
      });
    },
  };
}

describe("where nothing that is hidden changes the answer", () => {
  test("no figure says how good the fit is, whatever the answer, and no segment has a weight", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({min: 0, max: 1, noNaN: true}),
        fc.constantFrom(0, 1e-7),
        fc.constantFrom("ridge", "least-squares", "bayesian-ridge", "lasso" as const),
        async (p, rounding, model) => {
          const options = {segmentation, hiding: [0], samples: 40, model, explained: 0} as const;
          const found = await explainWithLime(deaf(p, rounding), grey, options);
          expect(found).toMatchObject({r2: null, halvesCorrelation: null, halvesTop5: null});
          expect([...found.weights]).toEqual(Array(9).fill(0));
          expect(found.errors.every(Number.isNaN)).toBe(true);
          expect(found.localPrediction).toBeCloseTo(p, 6);
        },
      ),
      {numRuns: 40},
    );
  });

  test("a black picture, in which hiding changes nothing, is told apart from a perfect fit", async () => {
    const bright: Classifier = {
      ...deaf(0.5),
      async predict({count, pixels}) {
        const means = Array.from({length: count}, (_, n) =>
          pixels.subarray(n * 144, (n + 1) * 144).reduce((a, b) => a + b),
        );
        return Float32Array.from(means.flatMap((m) => [m / 144, 1 - m / 144]));
      },
    };
    const black = {...grey, pixels: new Float32Array(144)};
    const options = {segmentation, hiding: "mean", samples: 40, explained: 0, model: "least-squares"} as const;
    expect((await explainWithLime(bright, black, options)).r2).toBeNull();
    const linear = await explainWithLime(bright, grey, {...options, hiding: [0]});
    expect(linear.r2).toBeCloseTo(1, 6);
    expect(linear.halvesTop5).not.toBeNull();
  });

  test("an effect of a hundred thousandth is an effect, on a small probability too", async () => {
    for (const p of [0.5, 1e-7]) {
      const faint: Classifier = {
        ...deaf(p),
        async predict({count, pixels}) {
          const p0 = Array.from({length: count}, (_, n) => p * (1 + 1e-5 * (pixels[n * 144] > 0 ? 1 : 0)));
          return Float32Array.from(p0.flatMap((v) => [v, 1 - v]));
        },
      };
      const {r2, weights} = await explainWithLime(faint, grey, {segmentation, hiding: [0], samples: 60, explained: 0});
      expect(r2).not.toBeNull();
      expect(weights[0]).toBeGreaterThan(0);
    }
  });

  test("samples auto stops at its first masks", async () => {
    const {samples} = await explainWithLime(deaf(0.3), grey, {segmentation, hiding: [0], samples: "auto"});
    expect(samples).toBe(250);
  });

  test("what is saved holds null, and what is drawn and said names the reason", async () => {
    const options = {caption: "deaf", lime: {segmentation, hiding: [0], samples: 40}, top: 1, remove: 1, coverage: 1};
    const artifacts = new Map<string, Artifact>();
    for await (const one of explainImage(deaf(0.75), grey, {...options, minWeight: 0, curves: true, seed: 0})) {
      artifacts.set(one.name, one);
      expect(draw(one.plot, one.data).png.length).toBeGreaterThan(1000);
    }
    const jsonOf = (name: string) => encode(artifacts.get(name), "x.bin").json;
    expect(jsonOf("segments")).toMatch(/"r2":null.*"halvesTop5":null,"halvesCorrelation":null/);
    expect(jsonOf("bars")).toContain("40 masks");
    expect(jsonOf("bars")).toContain("nothing changes the answer");
    expect(jsonOf("steps")).toContain('"r2":null');
    expect(jsonOf("curves").match(/"deletionArea":null,"insertionArea":null/g)?.length).toBe(3);
    for (const json of ["segments", "bars", "steps", "removal"].map(jsonOf)) expect(json).not.toMatch(/R² |NaN|agree/);
  });

  test("remove and ask again says that there is nothing to remove", async () => {
    const removal = await removeAndAskAgain(deaf(0.75), grey, {segmentation, hiding: [0], samples: 40}, 2);
    expect(removalSummary(removal, ["a", "b"])).toEqual([
      "round 1: a 75.0%, b 25.0% (nothing changes the answer)",
      "a has 75.0% whatever is hidden: there is nothing to remove",
    ]);
  });

  test("a probe keeps null too", async () => {
    const found = await explainWithLime(deaf(1), grey, {segmentation, hiding: [0], samples: 40});
    const kept = segmentExplanation(found, 3, 0, ["a", "b"]);
    expect(kept).toMatchObject({r2: null, halvesCorrelation: null, halvesTop5: null});
    expect(trustWords(kept.r2, kept.halvesTop5)).toEqual(["nothing changes the answer"]);
  });
});

test("values are alike if they differ by rounding alone, and those that count nothing are not looked at", () => {
  expect(unchanging([1, 1, 1])).toBe(true);
  expect(unchanging([0, 0])).toBe(true);
  expect(unchanging(Float32Array.of(0.1, 0.10000001))).toBe(true);
  expect(unchanging([1, 1.00001])).toBe(false);
  expect(unchanging([-3e-9, 3e-9])).toBe(false);
  expect(unchanging([1, 5, 1], [1, 0, 2])).toBe(true);
  expect(unchanging([1, 5, 1], [1, 0.1, 2])).toBe(false);
});
