import {expect, test} from "vitest";

import {settledFrom} from "../../src/numbers/settled";
import {reasonsOf} from "../../src/report/client/why/reasons";
import type {LimeEntry} from "../../src/report/report-file";

test("something has settled from the first place on from which it holds to the end", () => {
  const isOne = (value: number) => value === 1;
  expect(settledFrom([0, 1, 0, 1, 1], isOne)).toBe(3);
  expect(settledFrom([1, 1], isOne)).toBe(0);
  expect(settledFrom([1, 1, 0], isOne)).toBe(3);
  expect(settledFrom([], isOne)).toBe(0);
});

test("an answer settles where it stays, its reason where it is as like the last as LIME's halves are to each other", () => {
  const pieces = Uint16Array.of(0, 1, 2, 3, 3);
  const entry = (weights: number[], explained: number) =>
    ({index: 0, explained, probability: 0.5, weights, r2: 0.8, stability: 0.7, pieces}) as unknown as LimeEntry & {
      pieces: Uint16Array;
    };
  const stops = [
    entry([4, 3, 2, 1], 1), // the answer's reason turned about: rank correlation −1
    entry([1, 2, 4, 3], 1), // 0.8 with the last: within LIME's own error
    entry([2, 1, 4, 3], 1), // 0.6: not
    entry([1, 2, 4, 3], 1),
    entry([1, 2, 3, 4], 1),
  ];
  const data = {
    lime: {height: 1, width: 5, of: (stop: number) => [stops[stop]]},
    answers: [0, 1, 1, 1, 1].map((k) => ({predicted: Uint16Array.of(k)})),
    ...{last: 4, epochs: [0, 1, 2, 3, 4], explained: () => [0]},
  } as unknown as Parameters<typeof reasonsOf>[0];
  const [reason] = reasonsOf(data);
  expect(reason.likeLast).toBeAllClose([-1, 0.8, 0.6, 0.8, 1], {atol: 1e-12});
  expect([reason.answer, reason.answerFrom, reason.reasonFrom]).toEqual([1, 1, 3]);
});

test("where LIME did not try again, nobody knows when the reason settled", () => {
  const end = {index: 0, explained: 0, weights: [1, 2], stability: null, r2: null, pieces: Uint16Array.of(0, 1)};
  const data = {
    lime: {height: 1, width: 2, of: () => [end]},
    answers: [{predicted: [0]}, {predicted: [0]}],
    ...{last: 1, epochs: [0, 1], explained: () => [0]},
  } as unknown as Parameters<typeof reasonsOf>[0];
  expect(reasonsOf(data)[0].reasonFrom).toBeNull();
});
