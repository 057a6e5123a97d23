import fc from "fast-check";
import {expect, test} from "vitest";

import {suspectsOf} from "../../src/numbers/suspects";

test("suspects come by their score, of equals the surest answer first, then in the order of splits and places", () => {
  const rows = fc.array(fc.record({label: fc.nat(2), hundredths: fc.tuple(fc.nat(4), fc.nat(4))}), {maxLength: 40});
  fc.assert(
    fc.property(rows, fc.nat(40), (images, cut) => {
      const probabilities = images.flatMap(({hundredths: [a, b]}) => [a / 10, b / 10, 1 - (a + b) / 10]);
      const labels = images.map(({label}) => label);
      const at = Math.min(cut, images.length);
      const asked = [
        {split: "validation" as const, labels: labels.slice(0, at), probabilities: probabilities.slice(0, 3 * at)},
        {split: "test" as const, labels: labels.slice(at), probabilities: probabilities.slice(3 * at)},
      ];
      const facts = images.map(({label}, n) => {
        const row = probabilities.slice(3 * n, 3 * n + 3);
        return {n, score: row[label], probability: Math.max(...row)};
      });
      facts.sort((a, b) => a.score - b.score || b.probability - a.probability || a.n - b.n);
      const found = suspectsOf(asked, 3).map(({split, index, score, probability}) => ({
        ...{n: split === "test" ? at + index : index, score, probability},
      }));
      expect(found).toEqual(facts);
    }),
  );
});

test("of no images there are no suspects", () => {
  expect(suspectsOf([], 3)).toEqual([]);
  expect(suspectsOf([{split: "test", labels: [], probabilities: []}], 3)).toEqual([]);
});
