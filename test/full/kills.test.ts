import {beforeAll, expect, test} from "vitest";

import {killedRun, type Unbroken, unbrokenRun} from "../support/killed-runs";
import {between, chanceOf, TEST_SEED} from "../support/test-seed";

const KILLS = 100;

let unbroken: Unbroken;
beforeAll(async () => {
  unbroken = await unbrokenRun();
});

/** Lengths of chains that come to so many kills. */
function chains(): number[] {
  const random = chanceOf("lengths of chains");
  const lengths: number[] = [];
  for (let left = KILLS; left > 0; ) {
    const length = Math.min(left, between(random, 1, 6));
    lengths.push(length);
    left -= length;
  }
  return lengths;
}

test.each(chains().map((length, n) => [n, length]))(
  `chain %i of a run killed %i times leaves what an unbroken one does (seed ${TEST_SEED})`,
  async (n, length) => {
    expect(await killedRun(unbroken, length, chanceOf(`chain ${n}`))).toHaveLength(length);
  },
);
