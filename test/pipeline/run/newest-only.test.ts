import {expect, test} from "vitest";

import {newestOnly} from "../../../src/pipeline/run/newest-only";

test("asked for five times while at work, it is done once more, and then is done", async () => {
  const ends: (() => void)[] = [];
  let begun = 0;
  const page = newestOnly(() => {
    begun++;
    return new Promise((resolve) => ends.push(() => resolve(begun !== 2)));
  });
  page.ask();
  expect(begun).toBe(1);
  for (let n = 0; n < 5; n++) page.ask();
  expect(begun).toBe(1);
  const done = page.done();
  ends[0]();
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(2);
  ends[1]();
  expect(await done).toBe(false);
  page.ask();
  expect(begun).toBe(3);
  ends[2]();
  expect(await page.done()).toBe(true);
});

test("never asked for, it is done", async () => {
  expect(await newestOnly(async () => false).done()).toBe(true);
});
