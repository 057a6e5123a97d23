import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {resolveOptions} from "../../src/nouns/options";
import {readArtifactFile} from "../../src/pipeline/record/saved-file";
import {run} from "../../src/pipeline/run";
import {runOptions} from "../../src/pipeline/run/options";
import {decode} from "../../src/report/client/decode";
import {gather} from "../../src/report/gather/index";
import {writeReport} from "../../src/report/page";
import {temporaryFolder} from "../support/idx-files";
import {openBrowser, openPage} from "./browser";

let browser: Browser;
let folder = "";
beforeAll(async () => {
  const save = temporaryFolder();
  const small = {trainLimit: 1200, testLimit: 200, epochs: 2, batchSize: 32, projector: 0};
  const options = {...small, probes: "confusion,saliency,lime,mistakes", save, name: "run"};
  const few = {lime: {samples: "20"}, mistakes: {count: 5, pairs: 2}};
  for await (const event of run(resolveOptions(runOptions, options, "--"), few)) {
    if (event.type === "failure") throw event.error;
  }
  folder = join(save, "run");
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

async function opened() {
  const {file, parts} = await gather(folder);
  return decode(file, Uint8Array.from(Buffer.concat(parts)).buffer);
}
/** The numbers that the probe kept beside its picture. */
async function kept(name: string, epoch: number) {
  const {numbers} = await readArtifactFile(join(folder, `artifacts/mistakes/${name}-epoch-00${epoch}.json`));
  return numbers as unknown as {
    indices: Uint32Array;
    maps: {label: string; targets: Uint16Array; values: Float32Array}[];
  };
}

test("joins each epoch's mistakes to the samples, and knows at which epochs each is explained", async () => {
  const data = await opened();
  for (const [stop, epoch] of data.epochs.entries()) {
    const indices = Array.from((await kept("lime", epoch)).indices);
    const samples = [3, 2, 1, 18, 4, 8, 11, 0, 61, 7]; // the first of each digit
    expect(data.explained(stop)).toEqual([...new Set([...samples, ...indices])].sort((a, b) => a - b));
    for (const i of indices) expect(data.answers[stop]?.predicted[i]).not.toBe(data.labels[i]);
  }
  const ever = new Set(data.epochs.flatMap((_, stop) => data.explained(stop)));
  expect(data.explained()).toEqual([...ever].sort((a, b) => a - b));
  const once = data.explained().find((i) => !data.isExplained(i, data.last)) ?? -1;
  expect(once).toBeGreaterThan(-1);
  expect([0, 1, 2, 3, 4, 7, 8, 11, 18, 61]).not.toContain(once); // a sample is explained at every epoch
  expect([data.lime?.of(data.last, once), data.saliency?.maps[1].tile(data.last, once)]).toEqual([[], null]);
});

test("explains a mistake for its answer and for the truth, with the maps and weights that were saved", async () => {
  const data = await opened();
  const {indices, maps} = await kept("saliency", 2);
  const overlay = data.saliency?.maps.find(({name}) => name === "Overlay");
  for (const [n, i] of indices.entries()) {
    for (const {targets, values} of maps.filter(({label}) => label === "overlay")) {
      const tile = overlay?.tile(data.last, i, targets[n]);
      const own = values.subarray(n * 784, (n + 1) * 784);
      const peak = Math.max(...own);
      expect(tile?.target).toBe(targets[n]);
      // a byte a pixel, the image's own greatest full: half a step of 1 / 255
      expect(tile?.values).toBeAllClose(
        own.map((v) => v / peak),
        {rtol: 0, atol: 0.5 / 255 + 1e-6},
      );
    }
    const told = data.lime?.of(data.last, i).map(({explained}) => explained) ?? [];
    expect(told).toEqual(expect.arrayContaining([data.answers[data.last]?.predicted[i], data.labels[i]]));
  }
});

test("a click on a confused pair shows why: saliency and LIME, for the answer and for the truth", async () => {
  const url = pathToFileURL(await writeReport(folder)).href;
  const {page, complaints} = await openPage(browser, url);
  const data = await opened();
  const {indices} = await kept("lime", 2);
  const chosen = indices[1];
  const [actual, predicted] = [data.labels[chosen], data.answers[data.last]?.predicted[chosen]];
  const pictures = (label: string) => page.locator(`.tile-row canvas[role=img][aria-label^="${label}"]`).count();
  await page.locator(`.cell[aria-label*="true ${actual} read as ${predicted}"]:visible`).click();
  await page.waitForFunction(() => document.querySelector(".p-tray h2")?.textContent?.includes("read as"));
  expect(await page.locator(".verdict").textContent()).toContain(`${actual} read as ${predicted}`);
  expect([await pictures(`Saliency for ${predicted}`), await pictures(`LIME for ${predicted}`)]).toEqual([1, 1]);
  await page.getByRole("radio", {name: `For ${actual}, the truth`}).click();
  await page.waitForSelector(`.tile-row canvas[aria-label^="LIME for ${actual}"]`);
  expect([await pictures(`Saliency for ${actual}`), await pictures(`LIME for ${actual}`)]).toEqual([1, 1]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("opens at the surest mistake, and says in one line why another digit has no explanation", async () => {
  const url = pathToFileURL(await writeReport(folder)).href;
  const data = await opened();
  const {indices} = await kept("lime", 2);
  const {page} = await openPage(browser, url);
  expect(await page.locator(".meta").textContent()).toContain(`Test image ${indices[0]},`);
  expect(await page.locator(".tile-row canvas[role=img]").count()).toBe(3);
  const isRight = (i: number) => data.answers[data.last]?.predicted[i] === data.labels[i];
  const plain = Array.from({length: data.count}, (_, i) => i).filter((i) => !data.isExplained(i));
  const which = "the 5 surest mistakes and the surest of 2 more pairs.";
  for (const [i, said] of [
    [plain.find((i) => !isRight(i)), `Explained here are ${which}`],
    [plain.find((i) => isRight(i)), `Read right here: explained are ${which}`],
  ] as const) {
    await page.goto("about:blank");
    await page.goto(`${url}#e=2&img=${i}`);
    await page.waitForSelector("html[data-ready=yes]");
    expect(await page.locator(".tile.none p").textContent()).toBe(said);
  }
  await page.context().close();
});

test("leaves a quiet gap at epochs that did not explain it", async () => {
  const data = await opened();
  const once = data.explained().find((i) => !data.isExplained(i, 0)) ?? -1;
  const stops = data.epochs.filter((_, s) => data.isExplained(once, s));
  const {page} = await openPage(browser, `${pathToFileURL(await writeReport(folder)).href}#e=${stops[0]}&img=${once}`);
  await page.waitForSelector(".sc-chart svg");
  const rows = 3; // LIME, delta, overlay
  expect(await page.locator(".score canvas").count()).toBe(rows * stops.length);
  expect(await page.locator(".sc-gap").count()).toBe(rows * (data.epochs.length - stops.length));
  await page.context().close();
});
