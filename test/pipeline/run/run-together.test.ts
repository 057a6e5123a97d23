import {expect, test} from "vitest";

import {together} from "../../../src/pipeline/run/together";
import {countTurns, turns} from "../../support/turns";

/** @param waits Turns of the event loop before each step. */
async function* steps(name: string, waits: readonly number[], log: string[] = []): AsyncGenerator<string, string> {
  try {
    for (const [i, count] of waits.entries()) {
      await turns(count);
      yield `${name}${i}`;
    }
    return name.toUpperCase();
  } finally {
    log.push(`${name} ended`);
  }
}

async function drained<E, R>(all: AsyncGenerator<E, R>): Promise<{seen: E[]; returned: R}> {
  const seen: E[] = [];
  for (;;) {
    const {done, value} = await all.next();
    if (done) return {seen, returned: value};
    seen.push(value);
  }
}

test("what each yields comes when it comes, what each returns in their order", async () => {
  const {seen, returned} = await drained(together([steps("a", [60, 60]), steps("b", [10, 10, 10]), steps("c", [])]));
  expect(seen).toEqual(["b0", "b1", "b2", "a0", "a1"]);
  expect(returned).toEqual(["A", "B", "C"]);
});

test("an error of one ends the others, and is thrown", async () => {
  const log: string[] = [];
  async function* bad(): AsyncGenerator<string, string> {
    yield "c0";
    throw new Error("full disk");
  }
  await expect(drained(together([steps("a", [10, 10, 10, 10], log), bad()]))).rejects.toThrow("full disk");
  expect(log).toEqual(["a ended"]);
});

test("left early, none continues", async () => {
  const log: string[] = [];
  for await (const step of together([steps("a", [5, 5, 5, 5], log), steps("b", [1, 1], log)])) {
    if (step === "a0") break;
  }
  expect([...log].sort()).toEqual(["a ended", "b ended"]);
});

test("of none, ends at once", async () => {
  expect(await drained(together([]))).toEqual({seen: [], returned: []});
});

test("the event loop turns before each step, also where nobody waits for anything", async () => {
  const counted = countTurns();
  const {seen} = await drained(together([steps("a", Array(40).fill(0)), steps("b", Array(40).fill(0))]));
  expect(seen).toHaveLength(80);
  expect(counted()).toBeGreaterThanOrEqual(40);
});
