import {readFileSync} from "node:fs";
import {pathToFileURL} from "node:url";
import {createCanvas, loadImage} from "@napi-rs/canvas";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {writeReport} from "../../src/report/page";
import {pixelsOf} from "../support/looks";
import {classNames} from "../support/named-classes";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
let report = "";
beforeAll(async () => {
  browser = await openBrowser();
  const example = {shape: [8, 8, 1], count: 168, classNames: classNames(14), data: "things", mapSpread: 6} as const;
  report = pathToFileURL(await writeReport(exampleRun(example))).href;
});
afterAll(async () => {
  await browser?.close();
});

async function saved(page: Page, panel: string, kind: "PNG" | "SVG"): Promise<{name: string; file: Buffer}> {
  const root = page.locator(`.p-${panel}`);
  if (!(await root.locator(".save-as").isVisible())) await root.locator(".save-ask").click();
  const [download] = await Promise.all([page.waitForEvent("download"), root.getByText(kind, {exact: true}).click()]);
  return {name: download.suggestedFilename(), file: readFileSync(await download.path())};
}

const SIDE = 4;

/**
 * How far two pictures are apart, 0 to 255: the mean difference of squares of 4 x 4 pixels, so that edges of letters do not
 * count. A panel's corner lies between pixels, so that a screenshot of it may be a pixel off.
 */
async function apart(a: Buffer, b: Buffer): Promise<number> {
  const [own, other] = await Promise.all([loadImage(a), loadImage(b)]);
  const [columns, rows] = [other.width, other.height].map((size) => Math.floor(size / SIDE));
  const scale = Math.round(own.width / other.width);
  const squares = (image: typeof own, factor: number, dx: number, dy: number) => {
    const canvas = createCanvas(columns * SIDE, rows * SIDE);
    canvas.getContext("2d").drawImage(image, dx, dy, image.width / factor, image.height / factor);
    const sums = new Float64Array(columns * rows * 4);
    const levels = pixelsOf(canvas);
    const row = 4 * canvas.width;
    for (let at = 0; at < levels.length; at++) {
      const square = Math.floor(Math.floor(at / row) / SIDE) * columns + Math.floor((at % row) / (4 * SIDE));
      sums[square * 4 + (at % 4)] += levels[at] / SIDE ** 2;
    }
    return sums;
  };
  const then = squares(other, 1, 0, 0);
  const offsets = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const));
  const differences = offsets.map(
    ([dx, dy]) =>
      squares(own, scale, dx, dy).reduce((sum, value, at) => sum + Math.abs(value - then[at]), 0) / then.length,
  );
  return Math.min(...differences);
}

/** The panel as the browser shows it, without its tools. */
async function shown(page: Page, panel: string): Promise<Buffer> {
  const tools = ".panel-tools, .q, .save, .tools, .map-card, .tray-clear, .panel .btn";
  const hide = (to: string) =>
    page.evaluate(
      ([selector, visibility]) => {
        for (const tool of document.querySelectorAll<HTMLElement>(selector)) tool.style.visibility = visibility;
      },
      [tools, to],
    );
  await hide("hidden");
  const png = await page.locator(`.p-${panel}`).screenshot();
  await hide("");
  return png;
}

test.each([
  ["curves", "light"],
  ["matrix", "light"],
  ["matrix", "dark"],
  ["map", "dark"],
  ["calibration", "light"],
  ["classes", "light"],
  ["phases", "light"],
  ["tray", "light"],
  ["image", "dark"],
] as const)("the panel %s is saved as it is shown, in the %s theme", async (panel, colorScheme) => {
  const {page} = await openPage(browser, `${report}#e=2&img=2`, {
    colorScheme,
    viewport: {width: 1440, height: 1500},
    acceptDownloads: true,
  });
  await page.waitForSelector(".sc-chart svg", {state: "attached"});
  await page.evaluate(() => document.fonts.ready);
  const screen = await shown(page, panel);
  const {width, height} = await loadImage(screen);

  const png = await saved(page, panel, "PNG");
  expect(png.name).toBe(`2026-11-21T18-40-00-mnist-cnn-${panel}-epoch-002.png`);
  const image = await loadImage(png.file);
  expect([image.width / 2, image.height / 2]).toEqual([expect.closeTo(width, -1), expect.closeTo(height, -1)]);
  expect(await apart(png.file, screen)).toBeLessThan(4);

  const blank = createCanvas(width, height);
  blank.getContext("2d").drawImage(await loadImage(screen), 0, 0, 1, 1, 0, 0, width, height);
  expect(await apart(blank.toBuffer("image/png"), screen)).toBeGreaterThan(6); // so would not an empty panel

  const svg = await saved(page, panel, "SVG");
  const words = svg.file.toString("utf8");
  expect(words.startsWith("<svg ")).toBe(true);
  expect(words).not.toMatch(/foreignObject|<script|https?:\/\/(?!www\.w3\.org)/);
  await page.context().close();
  // as a picture of its own, by the browser
  const own = await browser.newPage();
  const draw = () =>
    own.evaluate(
      async ([source, w, h]) => {
        const image = new Image();
        image.src = `data:image/svg+xml;base64,${source}`;
        await image.decode();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [w, h];
        canvas.getContext("2d")?.drawImage(image, 0, 0);
        return canvas.toDataURL("image/png").split(",")[1];
      },
      [svg.file.toString("base64"), width, height] as const,
    );
  let difference = Number.POSITIVE_INFINITY;
  // the font within an SVG image is there a moment later than the image
  for (let tries = 0; tries < 20 && !(difference < 4); tries++) {
    difference = await apart(Buffer.from(await draw(), "base64"), screen);
  }
  expect(difference).toBeLessThan(4);
  await own.close();
});

test("a saved matrix has its names and counts as text", async () => {
  const example = {shape: [8, 8, 1], count: 120, classNames: classNames(10), data: "things"} as const;
  const few = pathToFileURL(await writeReport(exampleRun(example))).href; // so few that none is scrolled out of sight
  const {page, complaints} = await openPage(browser, few, {acceptDownloads: true});
  const {file} = await saved(page, "matrix", "SVG");
  const told = Array.from(file.toString("utf8").matchAll(/<text [^>]*>([^<]*)<\/text>/g), ([, text]) => text);
  expect(told).toEqual(expect.arrayContaining(["Confusion matrix", "chanterelle", "found"]));
  const counts = await page.locator(".cell:not(.zero):visible").allTextContents();
  for (const count of new Set(counts)) {
    expect(told.filter((text) => text === count).length).toBe(counts.filter((text) => text === count).length);
  }
  expect(complaints).toEqual([]);
  await page.context().close();
});
