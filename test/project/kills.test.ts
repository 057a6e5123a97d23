import {beforeAll, expect, test} from "vitest";

import {killedRun, type Unbroken, unbrokenRun} from "../support/killed-runs";
import {chanceOf, TEST_SEED} from "../support/test-seed";

let unbroken: Unbroken;
beforeAll(async () => {
  unbroken = await unbrokenRun();
});

test(`a run killed three times in a row leaves what an unbroken one does (seed ${TEST_SEED}; 100 kills in test/full)`, async () => {
  expect(await killedRun(unbroken, 3, chanceOf("a chain of kills"))).toHaveLength(3);
});
