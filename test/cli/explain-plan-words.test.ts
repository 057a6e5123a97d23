import {expect, test} from "vitest";

import {explainPlanLines} from "../../src/cli/explain-plan";

const machine = (machines: number, seconds: number, efficiency: number) => ({
  machines,
  workers: 2 * machines,
  seconds,
  efficiency,
});
const plan = {
  ...{images: 10_000, epochs: [0, 1, 2, 3, 4, 5], explanations: 60_000, known: 1200, shards: 588, shardImages: 100},
  measured: {images: 128, workers: 2, secondsEach: 0.0104, openSeconds: 0.31, aroundSeconds: 4.2, busy: 1.1},
  ...{seconds: 306, bytes: {results: 31_200_000, run: 9_400_000}},
  machines: [machine(1, 306, 0.99), machine(10, 33, 0.92), machine(20, 9.4, 0.8), machine(50, 8000, 0.5)],
  enough: 10,
};

test("a plan of explanations says what there is to do, what it takes, and how many machines are enough", () => {
  expect(explainPlanLines(plan)).toEqual([
    "explain   10,000 images at 6 epochs: 60,000 explanations, of which 1,200 are there",
    "shards    588 of up to 100 images",
    "measured  128 images by 2 workers here: 10 ms of a core each, and 0.31 s to open; 4.2 s to start and for the page",
    "takes     about 5.1 min on this machine",
    "writes    about 31 MB of results and 9.4 MB in the run's folder",
    "        1 machine  like this one     5.1 min   99 % of their time is work",
    "       10 machines like this one        33 s   92 % of their time is work",
    "       20 machines like this one       9.4 s   80 % of their time is work",
    "enough    10: twice as many would save less than a tenth of the time",
  ]);
});

test("it says that the machine is busy, shows ten machines at least, and times of hours in hours", () => {
  const busy = {
    ...plan,
    ...{known: 0, epochs: [3], seconds: 7200, enough: 1},
    measured: {...plan.measured, busy: 1.25},
  };
  const lines = explainPlanLines(busy);
  expect(lines[0]).toBe("explain   10,000 images at 1 epoch: 60,000 explanations");
  expect(lines[3]).toBe(
    "takes     about 2.0 h on this machine, which has so much else to do that all takes 1.3 times as long",
  );
  expect(lines).toHaveLength(5 + 2 + 1);
  expect(explainPlanLines({...busy, seconds: 119})[3]).toMatch(/about 119 s on/);
  expect(explainPlanLines({...busy, seconds: 120})[3]).toMatch(/about 2\.0 min on/);
  expect(explainPlanLines({...busy, seconds: 600})[3]).toMatch(/about 10 min on/);
});
