import fc from "fast-check";
import {expect, test} from "vitest";

import {usualOthers} from "../../src/numbers/suspect-training-labels";

test("in place of a label stands the commonest other answer, of equally common ones the later one", () => {
  // label 0; by column: a single late answer after two equal ones, a tie, never another, and only the label and one
  const epochs = [
    [1, 1, 0, 0],
    [1, 2, 0, 3],
    [2, 2, 0, 0],
    [0, 1, 0, 0],
  ];
  expect(usualOthers(epochs, [0, 0, 0, 0])).toEqual(Uint16Array.of(1, 1, 0, 3));
});

test("answers that come by chance are counted as by hand", () => {
  const answers = fc.array(fc.array(fc.nat(3), {minLength: 3, maxLength: 3}), {maxLength: 9});
  fc.assert(
    fc.property(answers, fc.array(fc.nat(3), {minLength: 3, maxLength: 3}), (epochs, labels) => {
      const expected = labels.map((label, n) => {
        const others = epochs.map((epoch) => epoch[n]).filter((answer) => answer !== label);
        const times = (answer: number) => others.filter((one) => one === answer).length;
        const latest = [...new Set(others.toReversed())];
        return latest.reduce((best, answer) => (times(answer) > times(best) ? answer : best), latest[0] ?? label);
      });
      expect([...usualOthers(epochs, labels)]).toEqual(expected);
    }),
  );
});
