import {expect, test} from "vitest";

import {overlapped} from "../../../src/pipeline/probes/overlapped";
import {turns} from "../../support/turns";

test("begins in order, three at a time, and gives what each gives in order, whoever ends first", async () => {
  const begun: number[] = [];
  let [at, most] = [0, 0];
  const results = await overlapped(7, async (n) => {
    begun.push(n);
    most = Math.max(most, ++at);
    await turns((7 - n) * 3);
    at--;
    return n * n;
  });
  expect(results).toEqual([0, 1, 4, 9, 16, 25, 36]);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
});

test("an error is the whole's; of none, gives none", async () => {
  const begun: number[] = [];
  const failing = overlapped(20, async (n) => {
    begun.push(n);
    await turns(1);
    if (n === 2) throw new Error("no answer");
  });
  await expect(failing).rejects.toThrow("no answer");
  await turns(30);
  expect(begun.length).toBeLessThan(8); // none is begun after it
  expect(await overlapped(0, async () => 1)).toEqual([]);
});
