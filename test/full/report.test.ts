import {execFileSync} from "node:child_process";
import {mkdtempSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {basename, dirname, join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {App} from "../../src/report/client/app";
import {openBrowser, openPage} from "../report/browser";
import {expectTensorBoard, PYTHON} from "../support/tensorboard-server";

let browser: Browser;
let folder = "";
beforeAll(async () => {
  const save = mkdtempSync(join(tmpdir(), "epochscope-report-"));
  const flags = ["--epochs", "5", "--save", save, "--name", "run", "--quiet"];
  execFileSync("npx", ["ts-node", "runner.ts", ...flags], {stdio: ["ignore", "inherit", "inherit"]});
  folder = join(save, "run");
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("a run of 5 epochs on all of MNIST makes a page under 12 MB that is ready within 2 s and draws within a frame", async () => {
  const path = join(folder, "report.html");
  expect(statSync(path).size).toBeLessThan(12e6);
  const {page, complaints} = await openPage(browser, pathToFileURL(path).href, {reducedMotion: "no-preference"});
  // 0.3 s where nothing else runs; twice the second that is asked for leaves room for a busy machine
  expect(await page.evaluate(() => performance.getEntriesByName("ready")[0].startTime)).toBeLessThan(2000);
  expect(await page.locator(".map-facts").textContent()).toMatch(
    /^KL \d\.\d\d, trustworthiness 0\.9\d\d in 50 principal components, about 0\.9\d\d in all 800 features$/,
  );
  await page.waitForTimeout(1000);
  const {draws, gaps} = await page.evaluate(async () => {
    const {store, frames, last} = (window as unknown as {epochscope: {current: App}}).epochscope.current;
    store.go(0);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    frames.length = 0;
    const gaps: number[] = [];
    let before = 0;
    let on = true;
    const tick = (now: number) => {
      if (before) gaps.push(now - before);
      before = now;
      if (on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    for (let stop = 1; stop <= last; stop++) {
      store.go(stop);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    on = false;
    const sorted = (list: number[]) => [...list].sort((a, b) => a - b);
    return {draws: sorted(frames), gaps: sorted(gaps)};
  });
  expect(draws[draws.length >> 1]).toBeLessThan(16);
  expect(gaps[gaps.length >> 1]).toBeLessThan(40);
  expect(gaps[Math.floor(gaps.length * 0.95)]).toBeLessThan(60);
  await page.locator(".inside summary").click();
  await page.waitForSelector(".in-vis .tf-table td");
  expect(complaints).toEqual([]);
});

test("TensorBoard reads the run's own logs: every epoch's scalars, histograms, pictures and projections", () => {
  expectTensorBoard();
  const script = join(__dirname, "tensorboard_read.py");
  const read = JSON.parse(
    execFileSync(PYTHON, [script, join(dirname(folder), "logs", basename(folder))], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1e9,
    }),
  );
  const steps = (tag: string) =>
    read.values.filter((value: {tag: string}) => value.tag === tag).map(({step}: {step: number}) => step);
  for (const tag of [
    "loss/validation",
    "accuracy/test",
    "weights/conv1/kernel",
    "gradients/logits/bias",
    "lime/segments",
  ]) {
    expect(steps(tag), tag).toEqual([0, 1, 2, 3, 4, 5]);
  }
  expect(steps("loss/train")).toEqual([1, 2, 3, 4, 5]);
  for (const asset of read.projector.assets) {
    expect([asset.tensor[0], asset.metadata[0], asset.sprite[0]], asset.name).toEqual([200, 200, 200]);
  }
  expect(read.projector.assets).toHaveLength(6);
});
