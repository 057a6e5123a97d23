import fc from "fast-check";
import {expect, test} from "vitest";

import {bestEpoch, keptEpochs, probedEpochs} from "../../../src/pipeline/record/kept-epochs";

const upTo = (last: number) => Array.from({length: last + 1}, (_, e) => e);

test("up to 60 epochs all are kept; of 1,000 the first, the last, the best and every 17th", () => {
  expect(keptEpochs(upTo(60), 60)).toEqual(upTo(60));
  const kept = keptEpochs(upTo(1000), 60, 500);
  expect(kept).toHaveLength(61);
  expect(kept.slice(0, 3)).toEqual([0, 17, 34]);
  expect(kept.slice(-2)).toEqual([986, 1000]);
  expect(kept).toContain(500);
  expect(keptEpochs(upTo(1000), 0)).toEqual(upTo(1000));
});

test("the first, the last and the best are always among them, about as many as asked for, evenly apart", () => {
  fc.assert(
    fc.property(
      fc.integer({min: 0, max: 3000}),
      fc.integer({min: 1, max: 9}),
      fc.integer({min: 3, max: 200}),
      fc.nat(),
      (last, every, most, seed) => {
        const probed = probedEpochs(last, every);
        const best = probed[seed % probed.length];
        const kept = keptEpochs(probed, most, best);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        for (const epoch of [0, last, best]) expect(kept).toContain(epoch);
        expect(kept.length).toBeLessThanOrEqual(most + 2);
        if (probed.length > most + 1) expect(kept.length).toBeGreaterThan(most / 2);
        const gaps = kept.slice(1).map((epoch, i) => epoch - kept[i]);
        expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(
          every * Math.max(1, Math.ceil((probed.length - 1) / (most - 1))),
        );
      },
    ),
  );
});

test("an epoch more changes the choice seldom", () => {
  let changes = 0;
  let before: readonly number[] = [];
  for (let last = 0; last <= 1000; last++) {
    const now = keptEpochs(upTo(last), 60).slice(0, -1); // the last is new each time
    if (!before.every((epoch) => now.includes(epoch))) changes++;
    before = now;
  }
  expect(changes).toBeLessThan(20);
});

test("epochs that are looked at: the untrained network, every so many, the last", () => {
  expect(probedEpochs(5, 2)).toEqual([0, 2, 4, 5]);
  expect(probedEpochs(4, 2)).toEqual([0, 2, 4]);
  expect(probedEpochs(0, 1)).toEqual([0]);
});

test("the best epoch has the least validation loss, the first of equals", () => {
  const losses = [2, 1, 3, 1].map((validationLoss, epoch) => ({epoch, validationLoss}));
  expect(bestEpoch(losses)).toBe(1);
  expect(bestEpoch([])).toBeUndefined();
});
