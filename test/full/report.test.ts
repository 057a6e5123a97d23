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

test("a run of 5 epochs on all of MNIST makes a page under 12 MB whose map glides from epoch to epoch", async () => {
  const path = join(folder, "report.html");
  expect(statSync(path).size).toBeLessThan(12e6);
  const {page, complaints} = await openPage(browser, pathToFileURL(path).href, {reducedMotion: "no-preference"});
  expect(await page.locator(".map-facts").textContent()).toMatch(
    /^KL \d\.\d\d, trustworthiness 0\.9\d\d in 50 principal components, about 0\.9\d\d in all 800 features$/,
  );
  const drawn = await page.evaluate(async () => {
    const {store, frames, last} = (window as unknown as {epochscope: {current: App}}).epochscope.current;
    const counts: {screens: number; drawn: number}[] = [];
    for (let stop = 0; stop <= last; stop++) {
      frames.length = 0;
      store.go(stop);
      let screens = 0;
      for (let still = 0, before = 0; still < 20; still++, screens++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        if (frames.length > before) still = 0;
        before = frames.length;
      }
      counts.push({screens, drawn: frames.length});
    }
    return counts.slice(1);
  });
  for (const counts of drawn) {
    expect(counts.drawn).toBeGreaterThan(2); // a glide, not a jump
    expect(counts.drawn).toBeLessThanOrEqual(counts.screens); // never twice for one screen
  }
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
