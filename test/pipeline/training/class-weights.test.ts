import {readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";

import {balancedWeights, unequalNote} from "../../../src/pipeline/training/class-weights";

test("weights of classes are scikit-learn's balanced ones, and 0 where a class has no image", () => {
  const cases = JSON.parse(readFileSync(join(__dirname, "../../fixtures", "class_weights.json"), "utf8"));
  for (const {labels, classes, weights} of cases) {
    const own = balancedWeights(labels, 4);
    for (let k = 0; k < 4; k++) {
      const at = classes.indexOf(k);
      expect(own[k]).toBe(at < 0 ? 0 : Math.fround(weights[at]));
    }
    // a law: all present classes have equal shares of the loss, and the mean over images is 1
    const shares = classes.map((k: number) => labels.filter((label: number) => label === k).length * own[k]);
    for (const share of shares) expect(share).toBeCloseTo(labels.length / classes.length, 3);
  }
});

test("one line says that classes are very unequal, and nothing where they are not", () => {
  const labels = (cats: number, dogs: number) => [...new Array(cats).fill(0), ...new Array(dogs).fill(1)];
  const names = ["cat", "dog", "owl"];
  expect(unequalNote(labels(1200, 50), names)).toBe(
    "classes are unequal: cat 1,200 images, dog 50; --class-weights balanced makes all classes count alike",
  );
  expect(unequalNote(labels(40, 10), names)).toMatch(/^classes are unequal: cat 40 images, dog 10;/);
  expect(unequalNote(labels(39, 10), names)).toBeUndefined();
  expect(unequalNote(labels(0, 10), names)).toBeUndefined();
});
