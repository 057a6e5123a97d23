import fc from "fast-check";
import {expect} from "vitest";

// The same cases at every run; FC_SEED=… looks at others.
fc.configureGlobal({seed: Number(process.env.FC_SEED ?? 1)});

/** |actual − expected| ≤ atol + rtol · |expected|, as numpy.allclose; but lengths must agree and NaN is never close. */
expect.extend({
  toBeAllClose(actual: ArrayLike<number>, expected: ArrayLike<number>, {rtol = 1e-5, atol = 1e-8} = {}) {
    const apart = (i: number) => !(Math.abs(actual[i] - expected[i]) <= atol + rtol * Math.abs(expected[i]));
    const worst = Array.from({length: expected.length}, (_, i) => i).filter(apart);
    return {
      pass: actual.length === expected.length && worst.length === 0,
      message: () =>
        actual.length === expected.length
          ? `${worst.length} of ${expected.length} differ; at ${worst[0]}: expected ${expected[worst[0]]}, got ${actual[worst[0]]}`
          : `expected ${expected.length} numbers, got ${actual.length}`,
    };
  },
});

declare module "vitest" {
  interface Assertion<T> {
    toBeAllClose(expected: ArrayLike<number>, tolerance?: {rtol?: number; atol?: number}): T;
  }
}
