import {pathToFileURL} from "node:url";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {writeReport} from "../../src/report/page";
import {expectToLookAsBefore} from "../support/looks";
import {classNames} from "../support/named-classes";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

const DESK = {viewport: {width: 1440, height: 900}};
const PHONE = {viewport: {width: 390, height: 844}, hasTouch: true, isMobile: true};

let browser: Browser;
const pages = new Map<number, string>();
beforeAll(async () => {
  browser = await openBrowser();
  for (const classes of [3, 28, 100]) {
    const folder = exampleRun({
      ...{classNames: classNames(classes), count: 6 * classes, data: "things", shape: [8, 8, 1]},
      mapSpread: 6,
    });
    pages.set(classes, pathToFileURL(await writeReport(folder)).href);
  }
});
afterAll(async () => {
  await browser?.close();
});

/** The faults of a page's headings and cells: none, if all is well. */
const faults = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    const table = document.querySelector(".cm") as HTMLTableElement;
    const [head, ...rows] = [...table.rows];
    const middle = (element: Element) => {
      const {left, width} = element.getBoundingClientRect();
      return left + width / 2;
    };
    for (const [c, cell] of [...head.cells].entries()) {
      const name = cell.querySelector(".cm-name");
      if (!name) continue;
      if (Math.abs(middle(name) - middle(rows[0].cells[c])) > 2)
        found.push(`${name.textContent} is not over its column`);
    }
    for (const name of document.querySelectorAll<HTMLElement>(".cm-name, .chip, .bar-n, .seg button, .cell")) {
      if (name.scrollWidth > name.clientWidth + 1 && name.clientWidth > 0) found.push(`${name.textContent} is cut`);
    }
    const heads = [...head.querySelectorAll(".cm-name")].map((name) => name.getBoundingClientRect());
    for (const [c, box] of heads.entries()) {
      if (c && box.left < heads[c - 1].right - 1 && heads[c - 1].width < 40)
        found.push(`heading ${c} lies over another`);
      if (box.top < (document.querySelector(".cm-scroll") as Element).getBoundingClientRect().top) {
        found.push(`heading ${c} sticks out`);
      }
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the screen");
    return found;
  });

test.each([
  [3, "desk", DESK],
  [28, "desk", DESK],
  [100, "desk", DESK],
  [3, "phone", PHONE],
  [28, "phone", PHONE],
  [100, "phone", PHONE],
] as const)("%d classes with names of any length and script on a %s", async (classes, where, screen) => {
  const {page, complaints} = await openPage(browser, pages.get(classes) ?? "", screen);
  await page.waitForSelector(".sc-chart svg", {state: "attached"});
  await page.evaluate(() => document.fonts.ready);
  expect(await faults(page)).toEqual([]);
  await expectToLookAsBefore(`names-${classes}-${where}`, await page.screenshot({fullPage: true}));
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a cell tells both names whole", async () => {
  const {page} = await openPage(browser, pages.get(28) ?? "", DESK);
  await page.locator(".cell.diag").nth(3).hover();
  const told = await page.locator(".cm-say").first().textContent();
  expect(told).toMatch(/^\d+ of 6 true Airport terminal, seen from the south-west recognised$/);
  await page.context().close();
});

test.each([12, 24, 60])("%d epochs have room on a phone's timeline, the chosen one's label too", async (count) => {
  const epochs = Array.from({length: count + 1}, (_, e) => e);
  const url = pathToFileURL(await writeReport(exampleRun({epochs, probes: []}))).href;
  const {page} = await openPage(browser, `${url}#e=7`, PHONE);
  const labels = await page.evaluate(() =>
    Array.from(document.querySelectorAll(".tl-acc"), (label) => {
      const {left, right, width} = (label.firstChild ? rangeOf(label) : label).getBoundingClientRect();
      return {left, right, width, text: label.textContent};
      function rangeOf(element: Element) {
        const range = document.createRange();
        range.selectNodeContents(element);
        return range;
      }
    }).filter(({width}) => width > 0),
  );
  expect(labels.length).toBeGreaterThan(3);
  for (let n = 1; n < labels.length; n++) expect(labels[n].left).toBeGreaterThan(labels[n - 1].right);
  expect(labels[0].left).toBeGreaterThanOrEqual(0);
  expect(labels[labels.length - 1].right).toBeLessThanOrEqual(390);
  expect(labels.some(({text}) => text === "93.8 %")).toBe(true); // 1 − 0.5 / 8
  await expectToLookAsBefore(`timeline-${count}-phone`, await page.locator(".top").screenshot());
  await page.context().close();
});

const SCREENS = [1440, 1366, 1330, 1280, 1240, 1200, 1150, 1100, 1024, 910, 860, 820, 768, 600, 412, 390, 360];
test.each(["", "#e=2&b=0"])(
  "ten digits with counts above 1,000 fit every screen, and nothing scrolls: %s",
  async (at) => {
    const digits = exampleRun({classNames: [..."0123456789"], count: 16_000, shape: [8, 8, 1]});
    const {page} = await openPage(browser, `${pathToFileURL(await writeReport(digits)).href}${at}`, DESK);
    await page.evaluate(() => document.fonts.ready);
    const found: string[] = [];
    for (const width of SCREENS) {
      await page.setViewportSize({width, height: 800});
      const [most, ...faults] = await page.evaluate(async () => {
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
        const faults: string[] = [];
        let most = 0;
        for (const place of document.querySelectorAll(".cm-scroll")) {
          if (place.scrollWidth > place.clientWidth) faults.push("the matrix scrolls");
        }
        for (const cell of document.querySelectorAll<HTMLElement>(".cell")) {
          most = Math.max(most, cell.offsetWidth && Number(cell.textContent));
          const text = document.createRange();
          text.selectNodeContents(cell);
          const room = cell.getBoundingClientRect().width;
          if (text.getBoundingClientRect().width > room + 0.1) faults.push(`${cell.textContent} has ${room} pixels`);
        }
        return [`${most}`, ...faults];
      });
      expect(Number(most)).toBeGreaterThan(1000);
      found.push(...faults.map((fault) => `${width}: ${fault}`));
    }
    expect(found).toEqual([]);
    await page.context().close();
  },
);
