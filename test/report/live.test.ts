import {readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {lockRun} from "../../src/pipeline/record/run-lock";
import {liveWords} from "../../src/report/client/live-line";
import {serveReport} from "../../src/report/serve";
import {expectToLookAsBefore} from "../support/looks";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("says in words how far a run is, and how it ended", () => {
  const at = (share: number, secondsLeft: number | null) =>
    liveWords({kind: "training", epoch: 3, epochs: 5, share, steps: [], secondsLeft});
  expect(liveWords(null)).toBe("");
  expect(at(0.429, 12)).toBe("Training goes on: epoch 3 of 5, 42 %. About 12 s left.");
  expect(at(0.9, 4)).toBe("Training goes on: epoch 3 of 5, 90 %. About 4 s left.");
  expect(at(0, null)).toBe("Training goes on: epoch 3 of 5, 0 %.");
  expect(at(1, 125)).toBe("Epoch 3 of 5 is trained, and the network is being looked at. About 2 min 05 s left.");
  expect(liveWords({kind: "ended", epoch: 5, epochs: 5})).toBe("The run has ended: all 5 epochs are trained.");
  expect(liveWords({kind: "ended", epoch: 1, epochs: 1})).toBe("The run has ended: its epoch is trained.");
  expect(liveWords({kind: "ended", epoch: 2, epochs: 5})).toBe("The run has stopped after epoch 2 of 5.");
});

test("a live page says that training continues, moves its curves within the epoch, and ends by itself", async () => {
  const folder = exampleRun({epochs: [0, 1, 2, 3, 4], probed: [0, 1, 2, 3, 4]});
  const metrics = join(folder, "metrics.jsonl");
  const lines = readFileSync(metrics, "utf8").trim().split("\n");
  const until = (epoch: number) => writeFileSync(metrics, `${lines.slice(0, epoch + 1).join("\n")}\n`);
  const progress = (epoch: number, share: number) => {
    const steps = Array.from({length: Math.floor(20 * share)}, (_, n) => ({
      ...{at: epoch - 1 + (n + 1) / 20, accuracy: 0.7 + n / 100},
      loss: 0.6 - n / 100,
    }));
    writeFileSync(join(folder, "progress.json"), JSON.stringify({epoch, epochs: 4, share, steps, secondsLeft: 42}));
  };
  until(2);
  const lock = await lockRun(folder);
  progress(3, 0.25);
  const server = await serveReport(folder, {interval: 40});
  try {
    const {page, complaints} = await openPage(browser, server.url);
    const said = (words: string) =>
      page.waitForFunction((wanted) => document.querySelector(".live-words")?.textContent === wanted, words);
    const curve = () => page.locator(".chart .l-batch").first().getAttribute("d");
    await said("Training goes on: epoch 3 of 4, 25 %. About 42 s left.");
    const before = await curve();
    progress(3, 0.6);
    await said("Training goes on: epoch 3 of 4, 60 %. About 42 s left.");
    await page.waitForFunction((d) => document.querySelector(".chart .l-batch")?.getAttribute("d") !== d, before);
    expect((await curve())?.split("L").length).toBeGreaterThan((before ?? "").split("L").length);
    expect(await page.locator(".tl-a").getAttribute("aria-valuemax")).toBe("2"); // all else waits for the epoch
    await expectToLookAsBefore("live", await page.screenshot());
    until(3);
    await page.waitForFunction(() => document.querySelector(".tl-a")?.getAttribute("aria-valuenow") === "3");
    progress(4, 1);
    await said("Epoch 4 of 4 is trained, and the network is being looked at. About 42 s left.");
    until(4);
    rmSync(join(folder, "progress.json"));
    await lock.release();
    await said("The run has ended: all 4 epochs are trained.");
    await page.waitForFunction(() => document.querySelector(".tl-a")?.getAttribute("aria-valuenow") === "4");
    expect(complaints).toEqual([]);
    await page.context().close();
  } finally {
    await lock.release();
    await server.close();
  }
});

test("a page of a run that has long ended says nothing of training", async () => {
  const server = await serveReport(exampleRun(), {interval: 40});
  try {
    const {page} = await openPage(browser, server.url);
    expect(await page.locator(".live").isVisible()).toBe(false);
    await page.context().close();
  } finally {
    await server.close();
  }
});
