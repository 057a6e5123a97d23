import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {lockRun} from "../../../src/pipeline/record/run-lock";
import {type ProgressFile, progressFile, readProgress, type Step} from "../../../src/pipeline/record/run-progress";
import {temporaryFolder} from "../../support/idx-files";

const step = (epoch: number, batch: number) => ({
  epoch,
  batch,
  batches: 100,
  images: 64 * batch,
  lossSum: 3,
  correct: 2,
  steps: [{at: 0.5, loss: 1, accuracy: 0.5}],
});
const saved = (folder: string) => JSON.parse(readFileSync(join(folder, "progress.json"), "utf8"));
/** Tells again and again, as a run does, until it is written: that is looked for, not timed. */
const told = async (live: ProgressFile, folder: string, at: Step) => {
  const share = at.batch / at.batches;
  for (let tries = 0; tries < 10_000; tries++) {
    live.tell(at);
    await new Promise(setImmediate);
    if (existsSync(join(folder, "progress.json")) && saved(folder).share === share) return;
  }
  throw new Error(`expected progress.json to tell a share of ${share}, got none`);
};

test("tells how far a run is at most once a second, and the whole run's time left by what it took so far", async () => {
  const folder = temporaryFolder();
  let now = 5000;
  const live = progressFile(folder, 4, () => now);
  await told(live, folder, step(1, 0));
  const counts = {batch: 0, batches: 100, images: 0, lossSum: 3, correct: 2};
  expect(saved(folder)).toEqual({epoch: 1, epochs: 4, share: 0, counts, steps: step(1, 0).steps, secondsLeft: null});
  now += 500;
  live.tell(step(1, 10)); // too soon
  now += 9500;
  expect(saved(folder).share).toBe(0);
  await told(live, folder, step(1, 50));
  expect(saved(folder).secondsLeft).toBe(70); // an eighth took 10 s, seven eighths are left
  await live.close();
  expect(existsSync(join(folder, "progress.json"))).toBe(false);
});

test("a run that is resumed counts only what it did itself", async () => {
  const folder = temporaryFolder();
  let now = 0;
  const live = progressFile(folder, 2, () => now);
  await told(live, folder, step(2, 0));
  now = 8000;
  await told(live, folder, step(2, 80));
  expect(saved(folder).secondsLeft).toBe(2);
  await live.close();
});

test("what a dead run left behind is not taken for one that continues", async () => {
  const folder = temporaryFolder();
  expect(await readProgress(folder)).toBeNull();
  writeFileSync(join(folder, "progress.json"), JSON.stringify({epoch: 1, epochs: 2, share: 0.5, steps: []}));
  expect(await readProgress(folder)).toBeNull();
  const lock = await lockRun(folder);
  expect(await readProgress(folder)).toMatchObject({epoch: 1, share: 0.5});
  await lock.release();
  expect(await readProgress(folder)).toBeNull();
});

test("a file that cannot be written costs nothing but itself, and is told", async () => {
  const folder = join(temporaryFolder(), "run");
  writeFileSync(folder, "a file where a folder should be");
  const live = progressFile(folder, 4);
  live.tell(step(1, 100));
  for (let tries = 0; tries < 10_000 && !live.trouble(); tries++) await new Promise(setImmediate);
  expect(live.trouble()).toContain(folder);
  rmSync(folder);
  mkdirSync(folder);
  live.tell(step(1, 100));
  await live.close();
  expect(existsSync(join(folder, "progress.json"))).toBe(false);
});

test("tells again after just a second, and the end of an epoch at once", async () => {
  const folder = temporaryFolder();
  let now = 0;
  const live = progressFile(folder, 4, () => now);
  await told(live, folder, step(1, 10));
  now += 1000;
  await told(live, folder, step(1, 20));
  now += 1;
  await told(live, folder, step(1, 100));
  expect(saved(folder)).toMatchObject({share: 1, secondsLeft: 3}); // 0.9 of 4 epochs took 1 s, 3 epochs are left
  await live.close();
});

test("an epoch without batches is done, and a time left is told from a hundredth of the run on", async () => {
  const folder = temporaryFolder();
  let now = 0;
  const live = progressFile(folder, 1, () => now);
  await told(live, folder, step(1, 0));
  now = 2000;
  await told(live, folder, step(1, 0.5));
  expect(saved(folder).secondsLeft).toBeNull();
  now = 4000;
  await told(live, folder, step(1, 1));
  expect(saved(folder).secondsLeft).toBe(396);
  now = 8000;
  live.tell({...step(1, 0), batches: 0});
  await told(live, folder, {...step(1, 1), batches: 1});
  expect(saved(folder)).toMatchObject({share: 1, secondsLeft: 0});
  await live.close();
});
