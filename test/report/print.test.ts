import {pathToFileURL} from "node:url";
import type {Canvas} from "@napi-rs/canvas";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {writeReport} from "../../src/report/page";
import {expectToLookAsBefore} from "../support/looks";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";
import {PDF_SCALE, pdfPages} from "./pdf";

/** Sheets in millimetres; the page's margins are 12 mm. */
const SHEETS = {A4: [210, 297], Letter: [215.9, 279.4]} as const;
const MARGIN = 12;
const PIXELS = 96 / 25.4; // of CSS, to a millimetre
/** The light theme's colours of four classes: hues 0, 3, 4 and 5 (style.css). */
const CLASSES = [
  [0x01, 0x6f, 0x9e],
  [0xbe, 0x0b, 0x5e],
  [0x2d, 0x2e, 0xb4],
  [0x64, 0x95, 0xe5],
];

let browser: Browser;
let report = "";
beforeAll(async () => {
  browser = await openBrowser();
  const example = {shape: [14, 14, 1], count: 240, classNames: ["0", "1", "2", "3"], explained: 10} as const;
  report = pathToFileURL(await writeReport(exampleRun({...example, epochs: [0, 1, 2, 3]}))).href;
});
afterAll(async () => {
  await browser?.close();
});

/** Pixels of a class's colour within a box of CSS pixels on a printed page. */
function pixelsLike(page: Canvas, box: Box, [red, green, blue]: readonly number[]): number {
  const scale = (72 / 96) * PDF_SCALE;
  const [left, top] = [box.left + MARGIN * PIXELS, box.top + MARGIN * PIXELS].map((at) => Math.round(at * scale));
  const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
  const {data} = page.getContext("2d").getImageData(left, top, width, height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue) < 60) count++;
  }
  return count;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const boxes = (page: Page, selector: string) =>
  page.evaluate(
    (wanted) =>
      Array.from(document.querySelectorAll(wanted), (element) => {
        const {left, top, width, height} = element.getBoundingClientRect();
        return {left, top, width, height};
      }).filter(({width}) => width > 0),
    selector,
  );

test.each([
  ["A4", false],
  ["A4", true],
  ["Letter", false],
  ["Letter", true],
] as const)(
  "%s, landscape %j: the map has its points, the curves their own places, and nothing sticks out",
  async (format, landscape) => {
    const [short, long] = SHEETS[format];
    const [width, height] = landscape ? [long, short] : [short, long];
    const {page, complaints} = await openPage(browser, `${report}#e=2&img=4`, {colorScheme: "dark"});
    await page.waitForSelector(".sc-chart svg");
    const [sheet] = await pdfPages(await page.pdf({format, landscape, printBackground: true}));
    const points = (mm: number) => (mm / 25.4) * 72 * PDF_SCALE;
    expect(sheet.width).toBeCloseTo(points(width), -1);
    expect(sheet.height).toBeCloseTo(points(height), -1);
    await expectToLookAsBefore(`print-${format}-${landscape ? "landscape" : "portrait"}`, sheet.toBuffer("image/png"));

    // the same layout on the screen says where things are
    await page.waitForSelector("html:not(.paper)");
    await page.setViewportSize({
      width: Math.round((width - 2 * MARGIN) * PIXELS),
      height: Math.round((height - 2 * MARGIN) * PIXELS),
    });
    await page.emulateMedia({media: "print", colorScheme: "dark"});
    await page.waitForSelector("html.paper");
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const [map] = await boxes(page, ".map-cv");
    for (const color of CLASSES) expect(pixelsLike(sheet, map, color)).toBeGreaterThan(600); // 60 dots each, of 20 and more
    const [loss, accuracy] = await boxes(page, ".chart svg");
    expect(loss.left + loss.width).toBeLessThanOrEqual(accuracy.left);
    const edge = (width - 2 * MARGIN) * PIXELS + 1;
    for (const box of await boxes(page, ".panel, svg, canvas, table")) expect(box.left + box.width).toBeLessThan(edge);
    expect(complaints).toEqual([]);
    await page.context().close();
  },
);

test("after printing the page is as it was: its theme, and what was closed", async () => {
  const {page} = await openPage(browser, report, {colorScheme: "dark"});
  const state = () =>
    page.evaluate(() => ({
      theme: document.documentElement.dataset.theme,
      paper: document.documentElement.classList.contains("paper"),
      open: Array.from(document.querySelectorAll("details"), ({open}) => open),
      map: document.querySelector<HTMLCanvasElement>(".map-cv")?.width,
    }));
  await page.locator(".about summary").click();
  const before = await state();
  expect(before).toMatchObject({theme: "dark", paper: false, open: [false, true]});
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect(await state()).toMatchObject({theme: "light", paper: true, open: [true, true]});
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  expect(await state()).toEqual(before);
  await page.context().close();
});

test("paper shows at most 14 epochs of one image, the chosen one among them, and the screen all", async () => {
  const epochs = Array.from({length: 41}, (_, e) => e);
  const url = pathToFileURL(await writeReport(exampleRun({epochs}))).href;
  const {page} = await openPage(browser, `${url}#e=17&img=2`);
  await page.waitForSelector(".sc-chart svg");
  const columns = () => page.locator(".sc-e").allTextContents();
  expect(await columns()).toEqual(epochs.map(String));
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const printed = (await columns()).map(Number);
  expect(printed.length).toBeLessThanOrEqual(15);
  expect(printed).toEqual(expect.arrayContaining([0, 17, 40]));
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await page.context().close();
});
