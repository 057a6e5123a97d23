/** @file The page that learns, in Chromium, from disk: built from the sources as they are. */
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import type {Browser, BrowserContextOptions, Page} from "playwright-core";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {materialFrom} from "../../src/page/file/material";
import {pageFile} from "../../src/page/file/page-file";
import {makeDemoShell} from "../../src/page/file/shell";
import type {Material} from "../../src/page/lesson";
import {openData} from "../../src/pipeline/data/index";
import {openBrowser} from "../report/browser";
import {temporaryFolder} from "../support/idx-files";
import {writeShapes} from "../support/image-folder";
import {firstOf, KNOWN_RUNS, mnistMaterial} from "./lesson-data";
import {DIGITS} from "./stroke-digits";

let browser: Browser;
let mnist: string;
/** 400 digits to learn from, 100 to test: quick. */
let few: string;
let shapes: string;

beforeAll(async () => {
  const folder = temporaryFolder();
  const shell = await makeDemoShell();
  const write = (name: string, material: Material) => {
    const path = join(folder, name);
    writeFileSync(path, pageFile(shell, material));
    return `file://${path}`;
  };
  const digits = await mnistMaterial();
  mnist = write("mnist.html", digits);
  few = write("few.html", firstOf(digits, 400, 100));
  const data = writeShapes(join(folder, "shapes"), {perClass: 60, size: [24, 20]});
  const limits = {trainLimit: Infinity, testLimit: Infinity, seed: 0};
  const opening = openData({data, dataUrl: "", ...limits, cacheFolder: folder});
  for (;;) {
    const {done, value} = await opening.next();
    if (!done) continue;
    shapes = write("shapes.html", (await materialFrom(value, 10e6)).material);
    break;
  }
  browser = await openBrowser();
}, 120_000);
afterAll(() => browser?.close());

interface Measured {
  readonly state: string;
  readonly hash: string;
  /** The number of the last question; an answer has its question's. */
  readonly asked: number;
  readonly answer: {readonly probabilities: Float32Array; readonly id: number};
  /** For all frames, the time since the frame before; for frames that drew the map, the time that this took. */
  readonly frames: readonly number[];
  readonly costs: readonly number[];
}
const measured = (page: Page) => page.evaluate(() => (globalThis as unknown as {measured(): Measured}).measured());
const isReady = (page: Page) => page.waitForSelector("html[data-ready=yes]", {timeout: 120_000});

/** Opens an address without motion. `complaints`: errors, broken policy, and whatever the page asks of the network. */
async function opened(address: string, options: BrowserContextOptions = {}) {
  const viewport = {width: 1440, height: 900};
  const context = await browser.newContext({viewport, reducedMotion: "reduce", ...options});
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({message}) => complaints.push(message));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("request", (request) => {
    if (!/^(file|blob|data):/.test(request.url())) complaints.push(`request ${request.url()}`);
  });
  await page.goto(address);
  return {page, complaints, close: () => context.close()};
}

describe("the page", () => {
  test.each(KNOWN_RUNS)(
    "with $change ends at the weights that Node ends at",
    async ({change, hash}) => {
      const settings = new URLSearchParams(Object.entries(change).map(([name, value]) => [name, String(value)]));
      const {page, complaints, close} = await opened(`${mnist}#go=1&${settings}`);
      await isReady(page);
      expect((await measured(page)).hash).toBe(hash);
      expect(complaints).toEqual([]);
      await close();
    },
    240_000,
  );

  test("draws nothing while nothing moves", async () => {
    const {page, close} = await opened(`${few}#go=1&epochs=1`, {reducedMotion: "no-preference"});
    await isReady(page);
    const counts = async () => {
      const {frames, costs} = await measured(page);
      return {frames: frames.length, drawn: costs.length};
    };
    let before = await counts();
    await expect // the last pictures arrive
      .poll(async () => {
        const last = before;
        before = await counts();
        return before.frames > last.frames && before.drawn === last.drawn;
      })
      .toBe(true);
    await page.waitForFunction(
      (n) => (globalThis as unknown as {measured(): Measured}).measured().frames.length > n,
      before.frames + 30,
    );
    expect((await counts()).drawn).toBe(before.drawn);
    await page.hover("#map");
    await expect.poll(async () => (await counts()).drawn).toBeGreaterThan(before.drawn);
    await close();
  }, 120_000);

  test("answers ten digits that are drawn by mouse", async () => {
    const {page, complaints, close} = await opened(`${mnist}#go=1`);
    await isReady(page);
    const box = await page.locator("#pad").boundingBox();
    if (!box) throw new Error("pad: expected a box, got none");
    const answers: number[] = [];
    for (const strokes of DIGITS) {
      await page.keyboard.press("c");
      for (const stroke of strokes) {
        const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
        await page.mouse.move(...at(stroke[0]));
        await page.mouse.down();
        for (const point of stroke.slice(1)) await page.mouse.move(...at(point), {steps: 2});
        await page.mouse.up();
      }
      await page.waitForFunction(() => {
        const {asked, answer} = (globalThis as unknown as {measured(): Measured}).measured();
        return answer?.id === asked;
      });
      answers.push(Number(await page.locator("#bars .best b").textContent()));
    }
    expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(complaints).toEqual([]);
    await close();
  }, 240_000);

  test("waits to be taught, pauses, continues, and ends where an uninterrupted run ends", async () => {
    const {page, complaints, close} = await opened(few);
    await page.waitForFunction(
      () => (globalThis as unknown as {measured?(): Measured}).measured?.().state === "waiting",
    );
    expect(await page.textContent("#when")).toBe("Before the first lesson");
    // the page itself pauses at its first batch: a slow machine could see none of the few batches from here
    await page.evaluate(() => {
      const when = document.getElementById("when") as HTMLElement;
      const watcher = new MutationObserver(() => {
        if (!when.textContent?.startsWith("Batch ")) return;
        watcher.disconnect();
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key: " ", code: "Space", bubbles: true}));
      });
      watcher.observe(when, {childList: true, characterData: true, subtree: true});
    });
    await page.keyboard.press("Space");
    await page.waitForFunction(() => document.getElementById("teach-words")?.textContent === "Go on");
    await page.keyboard.press("Space");
    await isReady(page);
    const {hash} = await measured(page);
    await page.click("#teach"); // a new one, from the start: the first stays as a dashed curve
    await isReady(page);
    expect((await measured(page)).hash).toBe(hash);
    expect(await page.textContent("#compare")).toBe("As good as the run before (dashed).");
    expect(complaints).toEqual([]);
    await close();
  }, 120_000);

  test("is walked with keys alone: moments, wrong answers, the map, the pad, the tour", async () => {
    const {page, complaints, close} = await opened(`${few}#go=1`);
    await isReady(page);
    await page.keyboard.press("Home");
    await expect.poll(() => page.textContent("#when")).toBe("Before the first lesson");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.textContent("#when")).toBe("After 1 batch");
    await page.keyboard.press("End");
    await page.keyboard.press("j");
    await expect.poll(() => page.locator("#wrong [aria-selected=true]").count()).toBe(1);
    await page.focus("#map");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    expect(await page.textContent("#status")).toMatch(/^a \d, read (right|as \d)$/);
    const said = /^a (\d)/.exec((await page.textContent("#status")) ?? "")?.[1];
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent("#hand-title")).toBe(`${said === "8" ? "An" : "A"} ${said} from the map`);
    await page.focus("#pad");
    await page.keyboard.press("Enter");
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent("#hand-title")).toBe("Your digit");
    await page.keyboard.press("?");
    for (let step = 1; step <= 6; step++) {
      await expect.poll(() => page.textContent("#card .step")).toBe(`Step ${step} of 6 · Esc ends the tour`);
      await page.focus("#card [data-key=next]");
      await page.keyboard.press("Enter");
    }
    expect(await page.isVisible("#card")).toBe(false);
    expect(complaints).toEqual([]);
    await close();
  }, 120_000);

  test.each([
    [1440, 900],
    [820, 1180],
    [390, 844],
  ])(
    "at %i x %i shows all of the panel that a card of the tour speaks of, beside the card",
    async (width, height) => {
      const {page, close} = await opened(`${few}#go=1&epochs=1`, {viewport: {width, height}});
      await isReady(page);
      await page.keyboard.press("?");
      for (let step = 1; step <= 6; step++) {
        const [panel, card] = await Promise.all([".spot", "#card"].map((name) => page.locator(name).boundingBox()));
        if (!panel || !card) throw new Error(`step ${step}: expected a panel and a card, got none`);
        expect(panel.y, `step ${step}`).toBeGreaterThanOrEqual(0);
        expect(panel.y + panel.height, `step ${step}`).toBeLessThan(height + 2); // it scrolls by whole pixels, and begins at half ones
        const isBeside = panel.x + panel.width <= card.x || card.x + card.width <= panel.x;
        expect(isBeside || panel.y + panel.height <= card.y || card.y + card.height <= panel.y, `step ${step}`).toBe(
          true,
        );
        await page.click("#card [data-key=next]");
      }
      await close();
    },
    120_000,
  );

  test("opens an address at its settings, its moment and its drawing", async () => {
    const {page, close} = await opened(`${few}#at=3&epochs=1&seed=2&draw=gEgz`);
    await isReady(page);
    expect(await page.textContent("#when")).toBe("After 3 batches");
    expect(await page.textContent("#hand-title")).toBe("Your digit");
    expect(new URL(page.url()).hash).toBe("#epochs=1&seed=2&at=3&draw=gEgz");
    await close();
  }, 120_000);

  test("says that a network is dead, and that one broke", async () => {
    const {page, close} = await opened(`${few}#go=1&rate=1&epochs=3`);
    await page.waitForSelector("html[data-ready]", {timeout: 60_000});
    const words = `${await page.textContent("#map-note")} ${await page.textContent("#sentence")}`;
    expect(words).toMatch(/the network is dead, and this map shows nothing|It broke: /);
    await close();
  }, 120_000);

  test("fits a phone without scrolling, and its five tabs open five panels", async () => {
    const {page, complaints, close} = await opened(`${few}#go=1`, {
      ...{viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true, deviceScaleFactor: 2},
    });
    await isReady(page);
    for (const name of ["Why", "Wrong", "Curves", "Change", "Draw"]) {
      await page.tap(`role=tab[name="${name}"]`);
      const seen = page.locator(`.panel[data-tab=${name.toLowerCase()}]`);
      expect(await seen.isVisible(), name).toBe(true);
      const over = await page.evaluate(() => [
        document.documentElement.scrollWidth - innerWidth,
        document.documentElement.scrollHeight - innerHeight,
      ]);
      expect(over, name).toEqual([0, 0]);
    }
    expect(complaints).toEqual([]);
    await close();
  }, 120_000);
});

test("one's own colour pictures are taught, and a dropped file is answered", async () => {
  const {page, complaints, close} = await opened(`${shapes}#go=1`);
  await isReady(page);
  expect(await page.textContent("#map-note")).toMatch(/pictures it never learns from/);
  expect(await page.locator("#bars .bar b").allTextContents()).toEqual(["disc", "square", "stripes"]);
  const right = Number.parseFloat((await page.textContent("#accuracy-note")) ?? "");
  expect(right).toBeGreaterThan(60); // a guess is 33
  await page.setInputFiles("#file", join(new URL(shapes).pathname, "..", "shapes", "stripes", "3.png"));
  await expect.poll(() => page.textContent("#hand-title")).toBe("Your picture");
  await expect.poll(() => page.textContent("#reads")).toMatch(/stripes/);
  expect(complaints).toEqual([]);
  await close();
}, 240_000);

describe.each(["light", "dark"] as const)("axe finds nothing in the %s theme", (colorScheme) => {
  const violations = async (page: Page) => {
    await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    const found = await page.evaluate(() => (globalThis as unknown as {axe: {run(): Promise<AxeResults>}}).axe.run());
    return found.violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(" ")}`);
  };

  test("after a run, with the tour, and on a phone", async () => {
    for (const viewport of [
      {width: 1440, height: 900},
      {width: 390, height: 844},
    ]) {
      const {page, close} = await opened(`${few}#go=1&epochs=1`, {colorScheme, viewport, bypassCSP: true});
      await isReady(page);
      expect(await violations(page), `${viewport.width} wide`).toEqual([]);
      await page.keyboard.press("?");
      for (let step = 0; step < 6; step++) {
        expect(await violations(page), `${viewport.width} wide, step ${step + 1}`).toEqual([]);
        await page.click("#card [data-key=next]");
      }
      await close();
    }
  }, 240_000);
});

interface AxeResults {
  readonly violations: readonly {readonly id: string; readonly nodes: readonly {readonly html: string}[]}[];
}
