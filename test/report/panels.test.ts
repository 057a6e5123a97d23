import {pathToFileURL} from "node:url";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import type {App} from "../../src/report/client/app";
import {writeReport} from "../../src/report/page";
import {classNames} from "../support/named-classes";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
let digits = "";
let things = "";
beforeAll(async () => {
  browser = await openBrowser();
  const written = async (example: Parameters<typeof exampleRun>[0]) =>
    pathToFileURL(await writeReport(exampleRun(example))).href;
  digits = await written({shape: [8, 8, 1], count: 80, explained: 40, epochs: [0, 1, 2, 3], attention: true});
  const epochs = Array.from({length: 25}, (_, e) => e);
  things = await written({classNames: classNames(28), count: 168, data: "things", shape: [8, 8, 1], epochs});
});
afterAll(async () => {
  await browser?.close();
});

const state = (page: Page) =>
  page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const {stop, image, hover} = (window as unknown as {epochscope: {current: App}}).epochscope.current.store.state;
    return {stop, image, hover};
  });

test("after a click on the list, arrows step through the epochs, and with Shift through the list", async () => {
  const {page} = await openPage(browser, digits);
  await page.locator(".thumb").nth(2).click();
  const clicked = await state(page);
  expect(clicked.stop).toBe(3);
  await page.keyboard.press("Shift+ArrowRight");
  const next = await state(page);
  expect(next.stop).toBe(3);
  expect(next.image).not.toBe(clicked.image);
  await page.keyboard.press("Shift+ArrowLeft");
  expect(await state(page)).toEqual(clicked);
  await page.keyboard.press("ArrowLeft");
  expect(await state(page)).toEqual({...clicked, stop: 2});
  await page.keyboard.press("ArrowRight");
  expect((await state(page)).stop).toBe(3);
  await page.context().close();
});

test("after a click on the map, arrows step through the epochs, and with Shift from dot to dot", async () => {
  const {page} = await openPage(browser, digits);
  await page.locator(".map-cv").first().focus();
  await page.keyboard.press("Shift+ArrowRight");
  const {hover} = await state(page);
  expect(hover).toBeGreaterThanOrEqual(0);
  await page.keyboard.press("Enter");
  expect((await state(page)).image).toBe(hover);
  await page.keyboard.press("ArrowLeft");
  expect((await state(page)).stop).toBe(2);
  await page.context().close();
});

test("the key help says what arrows do where", async () => {
  const {page} = await openPage(browser, digits);
  const keys = await page.locator(".keys").textContent();
  expect(keys).toContain("epoch before, after (in the matrix: cell; in a row of choices: choice)");
  expect(keys).toContain("on the map: the next dot; in the list: the next image");
  await page.context().close();
});

test.each([".cls-wrap", ".ph-rows", ".thumbs"])("%s shows that it scrolls, and where to", async (selector) => {
  const {page} = await openPage(browser, things);
  const place = page.locator(selector).first();
  const more = async () => {
    await state(page);
    return place.getAttribute("data-more");
  };
  expect(await more()).toBe("below");
  expect(await place.evaluate((element) => getComputedStyle(element).maskImage)).toContain("gradient");
  await place.evaluate((element) => element.scrollTo(0, 30));
  expect(await more()).toBe("above below");
  await place.evaluate((element) => element.scrollTo(0, 1e6));
  expect(await more()).toBe("above");
  await page.context().close();
});

test("what does not scroll fades nowhere", async () => {
  const {page} = await openPage(browser, digits);
  expect(await page.locator(".p-classes .cls-wrap").getAttribute("data-more")).toBe("");
  expect(await page.locator(".p-classes .cls-wrap").evaluate((element) => getComputedStyle(element).maskImage)).toBe(
    "none",
  );
  await page.context().close();
});

test("strips of as many units as classes carry the classes' names, none over another", async () => {
  for (const [url, least, names] of [
    [digits, 3, ["0", "1", "2"]],
    [things, 5, ["A", "ok", "dog"]],
  ] as const) {
    const {page} = await openPage(browser, url);
    await page.locator(".inside summary").click();
    await page.waitForSelector(".in-names span");
    const shown = await page.evaluate(() =>
      Array.from(document.querySelectorAll(".in-names span"), (name) => {
        const {left, right} = name.getBoundingClientRect();
        return {left, right, text: name.textContent};
      }).sort((a, b) => a.left - b.left),
    );
    expect(shown.length).toBeGreaterThanOrEqual(least);
    expect(shown.map(({text}) => text)).toEqual(expect.arrayContaining(names.slice(0, 1)));
    for (let n = 1; n < shown.length; n++) expect(shown[n].left).toBeGreaterThanOrEqual(shown[n - 1].right - 0.01);
    await page.context().close();
  }
});

test("beside the untrained network's map one sentence says why it has groups", async () => {
  const {page} = await openPage(browser, digits);
  const why = page.locator(".map-why");
  expect(await why.isVisible()).toBe(false);
  await page.keyboard.press("Home");
  await state(page);
  expect(await why.textContent()).toBe(
    "The network has learned nothing yet, but its map has groups already: digits that look alike give alike numbers, whatever the weights are.",
  );
  expect(await why.isVisible()).toBe(true);
  await page.context().close();
});

test("a patch that one points at shows in all maps where it looks, as far as it had learned to at that epoch", async () => {
  const {page} = await openPage(browser, digits);
  await page.evaluate(() => {
    (window as unknown as {epochscope: {current: App}}).epochscope.current.store.set({image: 0});
  });
  const seen = async () => {
    await state(page);
    return page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLCanvasElement>(".head-map"), (canvas) => canvas.toDataURL()),
    );
  };
  const now = page.locator(".attention-now");
  const all = await seen();
  expect(new Set(all).size).toBe(1); // all patches together look everywhere alike
  const rollout = page.locator(".rollout .head-map");
  await rollout.hover({position: {x: 5, y: 5}});
  const first = await seen();
  for (const [n, map] of first.entries()) expect(map).not.toBe(all[n]);
  expect(await now.textContent()).toMatch(/^The patch in row 1, column 1 looks, over all layers, most at itself/);
  await page.keyboard.press("Home");
  const before = await seen();
  for (const [n, map] of before.entries()) expect(map).not.toBe(first[n]); // the hand is still there, and so is the patch
  await page.keyboard.press("End");
  expect(await seen()).toEqual(first);
  await page.mouse.move(2, 2);
  expect(await seen()).toEqual(all);

  await rollout.focus();
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowUp");
  expect(await seen()).toEqual(first);
  await rollout.blur();
  expect(await seen()).toEqual(all);
  const tap = () =>
    rollout.evaluate((canvas) => {
      const {left, top} = canvas.getBoundingClientRect();
      canvas.dispatchEvent(
        new PointerEvent("click", {pointerType: "touch", bubbles: true, clientX: left + 5, clientY: top + 5}),
      );
    });
  await tap();
  expect(await seen()).toEqual(first);
  await tap();
  expect(await seen()).toEqual(all);
  await page.context().close();
});

test("when two epochs are compared, each class says by how many points its figures move to the other", async () => {
  const {page} = await openPage(browser, digits);
  const figures = () =>
    page.locator(".p-classes .cls-v").evaluateAll((cells) =>
      cells.map((cell) => {
        const [value, moved] = Array.from(cell.children, (child) => child.textContent ?? "");
        const number = (text: string) => Number(text.replace("−", "-").replace("±", "").replace(" %", ""));
        return {value: number(value), moved: number(moved)};
      }),
    );
  await page.keyboard.press("c");
  await state(page);
  const before = await figures();
  await page.keyboard.press("c");
  await page.keyboard.press("End");
  expect((await state(page)).stop).toBe(3);
  const after = await figures();
  const moves = before.filter(({moved}) => moved !== 0);
  expect(moves.length).toBeGreaterThan(3);
  for (const [n, {value, moved}] of before.entries()) {
    if (Number.isNaN(value) || Number.isNaN(after[n].value)) continue; // a share of nothing
    expect(Math.abs(after[n].value - value - moved)).toBeLessThan(0.16); // each is rounded to a tenth
  }
  await page.context().close();
});
