import {describe, expect, test} from "vitest";
import {orderCurves, SHARES} from "../../src/lime/deletion-insertion";
import {explainStudy} from "../../src/lime/explanation";
import {studyWithLime} from "../../src/lime/lime";
import {removalSummary, removeAndAskAgain} from "../../src/lime/remove-and-ask";
import {grid} from "../../src/lime/segmentation/grid";
import type {Classifier} from "../../src/nouns/network";
import {fork} from "../../src/nouns/random";
import type {Images} from "../../src/nouns/samples";
import {testDigits} from "../support/digits";
import {exigoClassifier} from "../support/exigo-classifier";

const quarters = grid([8, 8, 1], 4);
const image: Images = {count: 1, shape: [8, 8, 1], pixels: new Float32Array(64).fill(1)};
const NAMES = ["cat", "dog", "owl"];

/** Three classes of which each has a linear score in the quarters' means, through a softmax. */
function scored(weights: readonly (readonly number[])[]): Classifier {
  return {
    imageShape: [8, 8, 1],
    classNames: NAMES,
    async predict({count, pixels}) {
      const rows = Array.from({length: count}, (_, n) => {
        const means = [0, 1, 2, 3].map((j) => {
          const own = Array.from({length: 64}, (_v, p) => p).filter((p) => quarters.labels[p] === j);
          return own.reduce((sum, p) => sum + pixels[n * 64 + p], 0) / own.length;
        });
        const odds = weights.map((w) => Math.exp(w.reduce((sum, c, j) => sum + c * means[j], 0)));
        const total = odds.reduce((a, b) => a + b);
        return odds.map((v) => v / total);
      });
      return Float32Array.from(rows.flat());
    },
  };
}
const black = {segmentation: quarters, hiding: [0], samples: 200} as const;

describe("remove and ask again", () => {
  // cat: two quarters speak for it, 3 the more; without both the dog is ahead
  const classifier = scored([
    [0, 0, 2, 3],
    [1, 0, 0, 0],
    [0, 0.2, 0, 0],
  ]);

  test("takes away what speaks most until another class comes first", async () => {
    const removal = await removeAndAskAgain(classifier, image, black, 1);
    expect(removal.end).toBe("flipped");
    expect(removal.rounds.map((round) => round.removed)).toEqual([[3], [2], []]);
    expect(removal.rounds.map((round) => round.explanation.explained)).toEqual([0, 0, 1]);
    expect(removal.placeBefore).toBe(2);
    // by hand: e¹ of e⁵ + e¹ + e^0.2
    expect(removal.probabilityBefore).toBeCloseTo(Math.E / (Math.exp(5) + Math.E + Math.exp(0.2)), 6);
  });

  test("removed segments look as hidden ones do, and the rest stays as it was", async () => {
    const {rounds} = await removeAndAskAgain(classifier, image, {...black, hiding: [0.25]}, 1);
    for (let p = 0; p < 64; p++) expect(rounds[1].pixels[p]).toBe(quarters.labels[p] === 3 ? 0.25 : 1);
  });

  test("filling does not toggle back what it took", async () => {
    const {rounds} = await removeAndAskAgain(classifier, image, {...black, hiding: "fill"}, 1);
    expect(rounds[2].pixels.filter((v) => v === 0).length).toBe(32);
  });

  test("ends where nothing speaks for the class", async () => {
    const stubborn = scored([
      [0, 0, 0, 1],
      [-1, -1, -1, -1],
      [-2, -2, -2, -2],
    ]);
    const removal = await removeAndAskAgain(stubborn, image, black, 4);
    expect(removal.end).toBe("nothing left");
    expect(removalSummary(removal, NAMES).at(-1)).toMatch(
      /^cat held with \d+\.\d% until nothing spoke for it any more/,
    );
  });

  test("stops after as many rounds as allowed", async () => {
    expect((await removeAndAskAgain(classifier, image, black, 1, 2)).end).toBe("stopped");
  });

  test("says each round's first three and where the new class had stood", async () => {
    const lines = removalSummary(await removeAndAskAgain(classifier, image, black, 2), NAMES);
    expect(lines[0]).toMatch(
      /^round 1: cat 97\.4%, dog 1\.78%, owl 0\.80% \(R² [01]\.\d\d\); then removed 2 of 4 segments$/,
    );
    expect(lines.slice(2)).toEqual([
      "after 2 segments were gone, dog (55.0%) took the place of cat;",
      "in the first round dog stood at place 2 with 1.78%",
    ]);
  });
});

describe("deletion and insertion", () => {
  test("of a linear class have the areas worked out by hand", async () => {
    // probability = the mean of quarter 3: hidden first it falls to 0 at a quarter of the area, and rises so when shown
    const corner: Classifier = {
      imageShape: [8, 8, 1],
      classNames: ["no", "yes"],
      async predict({count, pixels}) {
        const p = Array.from({length: count}, (_, n) => pixels[n * 64 + 63]);
        return Float32Array.from(p.flatMap((v) => [1 - v, v]));
      },
    };
    const hidden = new Float32Array(64);
    const curves = await orderCurves(corner, image, hidden, quarters, 1, [0, 0, 0, 1], fork(1));
    const [lime, random] = curves;
    expect(lime.deletionArea).toBeCloseTo(1 / 8, 12);
    expect(lime.insertionArea).toBeCloseTo(7 / 8, 12);
    expect(lime.deletion.length).toBe(SHARES);
    expect([lime.deletion[0], lime.deletion[50], lime.insertion[0], lime.insertion[50]]).toEqual([1, 0, 0, 1]);
    expect(lime.deletion[5]).toBeCloseTo(1 - 0.1 / 0.25, 12);
    expect(random.deletionArea).toBeGreaterThan(lime.deletionArea!);
  });

  test("say that LIME's order beats random ones on a trained network", async () => {
    const classifier = exigoClassifier();
    const digit = testDigits([3]);

    const study = await studyWithLime(classifier, digit, {samples: 200});
    const {weights, segmentation, explained} = explainStudy(study, 0);
    const [lime, random] = await orderCurves(
      classifier,
      digit,
      study.hidden,
      segmentation,
      explained,
      weights,
      fork(2),
    );
    expect(lime.deletionArea).toBeLessThan(random.deletionArea!);
    expect(lime.insertionArea).toBeGreaterThan(random.insertionArea!);
  });
});
