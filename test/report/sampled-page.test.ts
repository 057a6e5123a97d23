import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";

import {carriedStops} from "../../src/report/packer";
import {writeReport} from "../../src/report/page";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("a page of a long run says that it carries some epochs, and stops at these alone", async () => {
  const folder = exampleRun({epochs: Array.from({length: 131}, (_, e) => e), probes: ["confusion"], count: 24});
  const {page, complaints} = await openPage(browser, pathToFileURL(await writeReport(folder)).href);
  expect(await page.locator(".sampled").textContent()).toBe(
    "This page carries 45 of the run's 131 epochs: the first, the last, the best and others evenly between. " +
      "The numbers of every epoch are in the run's folder, under artifacts.",
  );
  expect(await page.locator(".tl-stop").count()).toBe(45);
  expect(await page.locator(".ph-row").count()).toBe(45);
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => document.querySelector(".tl-a span")?.textContent === "129");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a page that shows some of the test images says of how many they are a sample, and one that shows all does not", async () => {
  for (const moreTest of [0, 23_000]) {
    const folder = exampleRun({epochs: [0, 1], probes: ["confusion"], count: 24, moreTest});
    const {page, complaints} = await openPage(browser, pathToFileURL(await writeReport(folder)).href);
    const [lead, bar] = [await page.locator(".lead").textContent(), await page.locator(".slice-bar").textContent()];
    expect(lead).toMatch(moreTest ? /of 24 test digits right \(a sample of 23,024\)\.$/ : /of 24 test digits right\.$/);
    expect(bar).toContain(moreTest ? "of 24 test digits, a sample of 23,024" : "of all 24 test digits");
    expect(complaints).toEqual([]);
    await page.context().close();
  }
});

test("a page of up to 61 epochs carries all of them and says nothing", async () => {
  const folder = exampleRun({epochs: Array.from({length: 61}, (_, e) => e), probes: [], count: 24});
  const {page, complaints} = await openPage(browser, pathToFileURL(await writeReport(folder)).href);
  expect(await page.locator(".tl-stop").count()).toBe(61);
  expect(await page.locator(".sampled").count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("the more a page would carry of an epoch, the fewer epochs it carries, and never fewer than three", () => {
  expect(carriedStops(60, 10_000, 10, 784)).toBe(60);
  // 10,000 images of 256 classes: (2 · 256 + 20) · 10,000 + 1.5 million bytes an epoch, of 150 million
  expect(carriedStops(60, 10_000, 256, 784)).toBe(21);
  expect(carriedStops(60, 1_000_000, 1000, 784)).toBe(3);
  expect(carriedStops(0, 10_000, 10, 784)).toBe(78);
  expect(carriedStops(7, 0, 10, 784)).toBe(7);
});
