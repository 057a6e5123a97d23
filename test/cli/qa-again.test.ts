import {expect, test} from "vitest";

import {linesOf} from "../../src/cli/qa-again";

const draw = (place: number, isRight: boolean) => ({
  ...{
    id: `q${place}`,
    place,
    question: `where is ${place}?`,
    answer: isRight ? "here" : "there",
    right: ["here"],
    isRight,
  },
});
const asked = {
  ...{split: "held-out", seed: 7, questions: 1200, correct: 1, asked: 15, isReached: true},
  draws: Array.from({length: 15}, (_, n) => draw(n, n === 14)),
  rate: {biased: 1 / 15, unbiased: 0},
  wilson: [0.0119, 0.2982],
  inverse: [0.0017, 0.2647],
} as const;

test("asking again until one is right shows the last twelve draws, how many were before, and what the rate means", () => {
  const lines = linesOf(asked, "epoch 3", false);
  expect(lines[0]).toBe("… 3 draws before");
  expect(lines).toHaveLength(1 + 12 + 1 + 3);
  expect(lines[1]).toBe('wrong  3: where is 3?  "there" (right: "here")');
  expect(lines[12]).toBe('right  14: where is 14?  "here"');
  expect(lines.slice(14)).toEqual([
    "1 right of 15 asked   epoch 3, held-out (1,200 questions), seed 7",
    "rate 6.7 %, which is too great on average, since it was asked until one was right; without that bias 0.0 %",
    "95 %: Wilson 1.2 % to 29.8 %; negative binomial 0.2 % to 26.5 %",
  ]);
});

test("asking again to the end of --times has one interval, and few draws are all shown", () => {
  const few = {
    ...asked,
    isReached: false,
    asked: 2,
    correct: 0,
    draws: [draw(4, false), {...draw(5, false), right: []}],
  };
  const lines = linesOf({...few, rate: {biased: 0, unbiased: null}}, "epoch 3", false);
  expect(lines.slice(0, 3)).toEqual([
    'wrong  4: where is 4?  "there" (right: "here")',
    'wrong  5: where is 5?  "there" (right: none)',
    "",
  ]);
  expect(lines.slice(4)).toEqual([
    "rate 0.0 %; it ended by --times, so this is not biased",
    "95 %: Wilson 1.2 % to 29.8 %",
  ]);
  expect(linesOf(few, "epoch 3", true)).toHaveLength(3);
});
