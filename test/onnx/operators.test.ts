import {describe, expect, test} from "vitest";

import {fork} from "../../src/nouns/random";
import {apart, type Operator} from "../support/one-operator";
import {drawsOf, FAMILIES} from "../support/operator-cases";

/** Other cases: FC_SEED=… */
const SEED = Number(process.env.FC_SEED ?? 1);
const CASES = Number(process.env.CASES ?? 20);

/**
 * Rounding of differences of float32 numbers is about 1e-7 over the step; of float64 numbers Richardson's remainder, step⁴, is
 * what is left.
 */
function tolerance({kind, type}: Operator): number {
  if (kind === "quadratic") return type === "float64" ? 1e-13 : 1e-5;
  return type === "float64" ? 1e-6 : 3e-4;
}

describe("the gradient along a random direction is the central difference of random cases of", () => {
  test.each(Object.keys(FAMILIES))("%s", async (family) => {
    const random = fork(SEED, "operators", family);
    const draws = drawsOf(random);
    const wrong: string[] = [];
    for (let i = 0; i < CASES; i++) {
      const operator = FAMILIES[family](draws);
      const far = await apart(operator, random).catch((error: Error) => error.message);
      if (!(typeof far === "number" && far < tolerance(operator))) wrong.push(`${JSON.stringify(operator)}: ${far}`);
    }
    expect(wrong).toEqual([]);
  });
});
