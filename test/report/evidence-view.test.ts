import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";

import type {App} from "../../src/report/client/app";
import {writeReport} from "../../src/report/page";
import {type Opened, openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

const SIDE = 8;
const [SUSPECT, OTHER] = [9, 18]; // every ninth is never answered right
const NONE = 0xffffffff;

let browser: Browser;
let report = "";
beforeAll(async () => {
  browser = await openBrowser();
  const run = exampleRun({shape: [SIDE, SIDE, 1], count: 30, epochs: [0, 1, 2, 3], training: 90});
  writeEvidence(run);
  report = pathToFileURL(await writeReport(run)).href;
});
afterAll(async () => {
  await browser?.close();
});

/**
 * Writes evidence as `labels suspects --evidence 1` does: two segments, of which the upper one speaks only for the
 * suggested label.
 */
function writeEvidence(run: string): void {
  const segments = Array.from({length: SIDE * SIDE}, (_, p) => (p < (SIDE * SIDE) / 2 ? 0 : 1));
  const explanation = (explained: number, weights: readonly number[], r2: number) => ({
    ...{index: SUSPECT, explained, probability: 0.5, segments, weights, r2, halvesCorrelation: null},
  });
  const map = (value: number) => Array.from({length: SIDE * SIDE}, (_, p) => (p < 8 ? value : 0));
  const evidence = {
    name: "evidence",
    plot: "segments",
    data: {height: SIDE, width: SIDE, channels: 1, explanations: [explanation(0, [0, 0.1], 0.8)]},
    numbers: {
      ...{indices: [SUSPECT], labels: [0], suggested: [1], others: [explanation(1, [0.4, -0.2], 0.4)]},
      ...{given: map(-1), other: map(2), nearGiven: [3, 6, NONE, NONE], nearSuggested: [1, 4, 7, 10]},
      nearGivenPixels: Array.from({length: 4 * SIDE * SIDE}, () => 0),
      nearSuggestedPixels: Array.from({length: 4 * SIDE * SIDE}, () => 255),
      ...{nearAll: [1, 3, 4, NONE], nearAllLabels: [1, 0, 1, 0]},
      nearAllPixels: Array.from({length: 4 * SIDE * SIDE}, () => 9),
    },
  };
  mkdirSync(join(run, "artifacts", "suspects"), {recursive: true});
  writeFileSync(join(run, "artifacts", "suspects", "evidence.json"), JSON.stringify(evidence));
}

const settle = ({page}: Opened) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
const show = async (opened: Opened, sample: number) => {
  await opened.page.evaluate(
    (to) => (window as unknown as {epochscope: {current: App}}).epochscope.current.store.set({sample: to}),
    sample,
  );
  await settle(opened);
};

test("a suspect shows what speaks for either label where it is decided about, and its neighbours of both", async () => {
  const opened = await openPage(browser, `${report}#v=training&t=${SUSPECT}`);
  const {page, complaints} = opened;
  await settle(opened);
  expect(await page.locator(".ev-side h3").allTextContents()).toEqual(["for 0, the label", "for 1, suggested"]);
  expect(await page.locator(".ev-side figcaption").allTextContents()).toEqual([
    ...["Saliency", "LIMER² 0.80, good", "Saliency", "LIMER² 0.40, poor"],
  ]);
  expect(await page.getByText("Also in test").count()).toBe(0); // no copy is known
  // a class that has two others has two
  expect(await page.locator(".ev-near").first().locator("canvas").count()).toBe(2);
  expect(await page.locator(".ev-near").nth(1).locator("canvas").count()).toBe(4);
  expect(await page.locator(".ev-say").last().textContent()).toBe("Most alike of all: 2 of 3 are labelled 1");
  expect(await page.locator(".ev-all canvas").count()).toBe(3);
  // both labels share a scale: the segment of 0.4 is coloured in full for 1, that of 0.1 pale for 0
  const color = (n: number, y: number) =>
    page
      .locator(".ev-tiles")
      .nth(n)
      .locator("canvas")
      .nth(1)
      .evaluate((canvas, row) => {
        const sheet = canvas as HTMLCanvasElement;
        const at = [sheet.width / 2 - 3, Math.floor(row * sheet.height) - 3] as const;
        return [...(sheet.getContext("2d") as CanvasRenderingContext2D).getImageData(at[0], at[1], 1, 1).data];
      }, y);
  const blueness = ([red, , blue]: number[]) => blue - red;
  expect(blueness(await color(1, 0.25))).toBeGreaterThan(blueness(await color(0, 0.75)) + 20);
  expect(blueness(await color(0, 0.75))).toBeGreaterThan(blueness(await color(0, 0.25)));
  // if nobody asked, the command stands instead; a label that is no suspect has neither
  await show(opened, OTHER);
  expect(await page.locator(".ev-side").count()).toBe(0);
  expect(await page.locator(".ev-ask code").textContent()).toMatch(/^npx ts-node runner\.ts labels suspects \S+$/);
  await show(opened, 1);
  expect(await page.locator(".ev-ask, .ev-side").count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});
