import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";

import type {App} from "../../src/report/client/app";
import {writeReport} from "../../src/report/page";
import {type Opened, openBrowser, openPage} from "./browser";
import {exampleProbabilities, exampleRun} from "./example-run";

const COUNT = 60;
const CLASSES = 3;
const label = (i: number) => i % CLASSES;
/** Camera b took every fourth image, and of every tenth nobody knows the camera; by night: the first half. */
const cameras = Array.from({length: COUNT}, (_, i) => (i % 10 === 9 ? "" : i % 4 === 0 ? "b" : "a"));
const lights = Array.from({length: COUNT}, (_, i) => (i < COUNT / 2 ? "night" : "day"));
const places = Array.from({length: COUNT}, (_, i) => i);
const ofB = places.filter((i) => cameras[i] === "b");
const ofBAtNight = ofB.filter((i) => lights[i] === "night");

/** The labels and answers of the last epoch, from the probabilities that the example writes. */
const labels = Uint16Array.from(places, label);
const probabilities = exampleProbabilities(labels, CLASSES, 2);
const answer = (i: number) => {
  const row = [...probabilities.subarray(i * CLASSES, (i + 1) * CLASSES)];
  return row.indexOf(Math.max(...row));
};
const wrongIn = (images: readonly number[]) => images.filter((i) => answer(i) !== label(i));

let browser: Browser;
let [report, single] = ["", ""];
beforeAll(async () => {
  browser = await openBrowser();
  const columns = [
    {name: "camera", values: cameras},
    {name: "light", values: lights},
    {name: "brightness", values: places.map((i) => (i % 2 ? "dim" : "bright"))},
  ];
  const run = {shape: [10, 10, 1] as const, count: COUNT, columns};
  report = pathToFileURL(await writeReport(exampleRun({...run, training: 90}))).href;
  single = pathToFileURL(await writeReport(exampleRun({...run, probes: ["confusion", "projection"]}))).href;
});
afterAll(async () => {
  await browser?.close();
});

async function using(page: string, use: (opened: Opened) => Promise<void>, hash = ""): Promise<void> {
  const opened = await openPage(browser, `${page}${hash}`);
  try {
    await use(opened);
    expect(opened.complaints).toEqual([]);
  } finally {
    await opened.page.context().close();
  }
}
const settle = ({page}: Opened) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
const text = async ({page}: Opened, selector: string) => (await page.locator(selector).first().textContent()) ?? "";
const choose = async (opened: Opened, slice: string) => {
  await opened.page.locator(".slices .chip", {hasText: slice}).click();
  await settle(opened);
};
/** The sum of the confusion matrix's cells. */
const counted = ({page}: Opened) =>
  page
    .locator(".p-matrix .cm-fig:visible .cell")
    .evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
const listed = async ({page}: Opened) => page.locator(".thumbs > *").count();
const slices = ({page}: Opened) =>
  page.evaluate(() =>
    (window as unknown as {epochscope: {current: App}}).epochscope.current.store.state.slices.map(
      ({field, value}) => `${field}: ${value}`,
    ),
  );

test("a slice narrows the sentence, the matrix, the list, the classes, the calibration, the map and the timeline", () =>
  using(report, async (opened) => {
    const {page} = opened;
    expect(await counted(opened)).toBe(COUNT);
    await choose(opened, "camera: b");
    const right = ofB.length - wrongIn(ofB).length;
    expect(wrongIn(ofB).length).toBeGreaterThan(0);
    expect(await text(opened, ".lead")).toBe(
      `Of ${ofB.length} test digits (camera: b) the network gets ${right} right after 2 epochs.`,
    );
    // scipy 1.16's binomtest(10, 15).proportion_ci(method="wilson"): 0.4171 to 0.8482
    expect([right, ofB.length]).toEqual([10, 15]);
    expect(await text(opened, ".sub")).toContain("66.7 % (95 %: 41.7 to 84.8), against");
    expect(await counted(opened)).toBe(ofB.length);
    expect(await listed(opened)).toBe(wrongIn(ofB).length);
    const images = await page.locator(".p-classes .cls-n").allTextContents();
    expect(images.reduce((sum, n) => sum + Number(n), 0)).toBe(ofB.length);
    expect(await text(opened, ".p-classes .panel-foot")).toContain("All classes: 66.7 % (95 %: 41.7 to 84.8) right.");
    expect(await text(opened, ".p-calibration .panel-say")).toContain("66.7 % right");
    expect(await text(opened, ".map-facts")).toContain(`${ofB.length} dots in the slice`);
    expect(await text(opened, ".tl-stop.on .tl-acc")).toBe("66.7 %");
    expect(await text(opened, ".ask-tab[aria-current] span")).toBe(`${wrongIn(ofB).length} wrong`);
    expect(await page.locator(".chart .l-slice").count()).toBe(2);
    const spoken = await page.locator(".p-curves svg").nth(1).getAttribute("aria-label");
    expect(spoken).toContain("slice at epoch 2 66.7 %");
  }));

test("a slice of another field narrows further, one of the same field takes its place, and a third the oldest's", () =>
  using(report, async (opened) => {
    await choose(opened, "camera: b");
    await choose(opened, "light: night");
    expect(await counted(opened)).toBe(ofBAtNight.length);
    expect(await text(opened, ".slice-count")).toBe(`of ${ofBAtNight.length} digits:`);
    await choose(opened, "light: day");
    expect(await counted(opened)).toBe(ofB.length - ofBAtNight.length);
    await choose(opened, "brightness: dim");
    expect(await slices(opened)).toEqual(["light: day", "brightness: dim"]);
    // the trait of that name steps aside for the user's column
    expect(await opened.page.locator(".slices .chip", {hasText: "brightness (of the pixels)"}).count()).toBeGreaterThan(
      0,
    );
    await choose(opened, "brightness: dim");
    expect(await slices(opened)).toEqual(["light: day"]);
  }));

test("the address keeps slices, back in it takes them away, and Esc lets go of a cell first", () =>
  using(
    report,
    async (opened) => {
      const {page} = opened;
      expect(await slices(opened)).toEqual(["camera: b", "light: night"]);
      expect(await counted(opened)).toBe(ofBAtNight.length);
      expect(new URL(page.url()).hash).toContain("slice=camera&is=b&slice=light&is=night");
      await page.locator(".p-matrix .cell.diag").first().click();
      await page.keyboard.press("Escape");
      await settle(opened);
      expect(await slices(opened)).toHaveLength(2);
      await page.keyboard.press("Escape");
      await settle(opened);
      expect(await slices(opened)).toEqual([]);
      expect(await counted(opened)).toBe(COUNT);
      expect(page.url()).not.toContain("slice=");
      await page.evaluate(() => {
        location.hash = "#slice=camera&is=b&slice=no such field&is=b";
      });
      await settle(opened);
      expect(await slices(opened)).toEqual(["camera: b"]);
      await page.getByRole("button", {name: `All ${COUNT}`}).click();
      await settle(opened);
      expect(await counted(opened)).toBe(COUNT);
    },
    "#slice=camera&is=b&slice=light&is=night",
  ));

test("with two epochs side by side both are of the slice, and the fixed ones are counted within it", () =>
  using(
    report,
    async (opened) => {
      const before = exampleProbabilities(labels, CLASSES, 1);
      const was = (i: number) => {
        const row = [...before.subarray(i * CLASSES, (i + 1) * CLASSES)];
        return row.indexOf(Math.max(...row)) === label(i);
      };
      const fixed = ofB.filter((i) => !was(i) && answer(i) === label(i)).length;
      const right = ofB.length - wrongIn(ofB).length;
      expect(await text(opened, ".lead")).toBe(
        `Of ${ofB.length} test digits (camera: b) epoch 1 gets ${ofB.filter(was).length}, epoch 2 gets ${right} right.`,
      );
      expect(await text(opened, ".sub")).toContain(`${fixed} fixed`);
      expect(await counted(opened)).toBe(2 * ofB.length);
    },
    "#e=1&b=2&slice=camera&is=b",
  ));

test("slices that share no image say so, and nothing is divided by none", () =>
  using(
    report,
    async (opened) => {
      const {page} = opened;
      await page.evaluate(() => {
        const {store} = (window as unknown as {epochscope: {current: App}}).epochscope.current;
        const of = (field: string, images: number[]) => ({field, value: "x", images});
        store.set({slices: [of("one", [1, 2]), of("other", [3, 4])]});
      });
      await settle(opened);
      expect(await text(opened, ".lead")).toBe("No test digit is in both slices.");
      expect(await page.locator("main:visible").textContent()).not.toMatch(/NaN|Infinity/);
      expect(await text(opened, ".p-calibration .panel-say")).toBe("There is no image in both slices.");
    },
    "",
  ));

test("a page of one question has no row until a slice is chosen, on a phone too", async () => {
  const phone = {viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true};
  for (const options of [{}, phone]) {
    const opened = await openPage(browser, single, options);
    expect(await opened.page.locator(".ask-row").isVisible()).toBe(false);
    await opened.page.goto(`${single}#slice=camera&is=b`);
    await opened.page.reload();
    await opened.page.waitForSelector("html[data-ready=yes]");
    await settle(opened);
    expect(await opened.page.locator(".slice-chips .chip").isVisible()).toBe(true);
    const wide = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await opened.page.context().close();
  }
});

test("a slice narrows Why: its rows, its sentence, its finding and its keys; Escape shows all again", () =>
  using(
    report,
    async (opened) => {
      const {page} = opened;
      const explained = await page
        .locator(".why-row")
        .evaluateAll((all) => all.map((row) => Number((row as HTMLElement).dataset.image)));
      const [night, day] = ["night", "day"].map((light) => explained.filter((i) => lights[i] === light).length);
      expect(night).toBeGreaterThan(0);
      const rows = () => page.locator(".why-row:visible").count();
      expect(await rows()).toBe(explained.length);
      expect(await page.locator(".slice-bar:visible").count()).toBe(0);
      await page.evaluate(() => {
        location.hash = "#v=why&slice=light&is=night";
      });
      await settle(opened);
      expect(await rows()).toBe(night);
      expect(await page.locator(".slice-bar:visible .chip").count()).toBe(1);
      expect(await text(opened, "[data-view=why] .sub")).toContain(`of ${night} explanation`);
      const shown = () => page.locator('.why-row[aria-selected="true"]:visible').count();
      for (let step = 0; step < night; step++) {
        expect(await shown()).toBe(1);
        await page.keyboard.press("j");
        await settle(opened);
      }
      await page.evaluate(() => {
        location.hash = "#v=why&slice=light&is=day";
      });
      await settle(opened);
      expect(await rows()).toBe(day);
      if (day === 0) expect(await text(opened, "[data-view=why] .lead")).toBe("None of these digits was explained.");
      await page.keyboard.press("Escape");
      await settle(opened);
      expect(await rows()).toBe(explained.length);
    },
    "#v=why",
  ));
