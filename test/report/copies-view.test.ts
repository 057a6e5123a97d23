import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";

import {writeReport} from "../../src/report/page";
import {type Opened, openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
let report = "";
beforeAll(async () => {
  browser = await openBrowser();
  const settings = {shape: [8, 8, 1] as const, count: 30, epochs: [0, 1, 2, 3], training: 90};
  const run = exampleRun(settings);
  // image 4 has two copies: that which only looks alike is not the one that is told
  const copies = {train: [4, 4, 7], test: [9, 11, 2], near: [1, 0, 0]};
  writeFileSync(join(run, "artifacts/training/copies.json"), JSON.stringify(copies));
  report = pathToFileURL(await writeReport(run)).href;
});
afterAll(async () => {
  await browser?.close();
});

const settle = ({page}: Opened) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

test("training images that are test images too are counted, listed in pairs, and lead to their answers", async () => {
  const opened = await openPage(browser, `${report}#v=training`);
  const {page, complaints} = opened;
  await page.getByRole("button", {name: /^2 are test \w+ too$/}).click();
  await settle(opened);
  const thumbs = page.locator(".p-samples .thumb");
  expect(await thumbs.count()).toBe(2);
  expect(await thumbs.locator(".th-p").allTextContents()).toEqual(expect.arrayContaining(["= test:11", "= test:2"]));
  expect(await thumbs.first().locator("canvas").count()).toBe(2);
  await thumbs.filter({hasText: "test:11"}).click();
  await settle(opened);
  expect(await page.locator(".p-sample .meta").first().textContent()).toContain("the same picture as test:11");
  await page.locator(".p-sample .meta .link").click();
  await settle(opened);
  expect(new URL(page.url()).hash).toContain("img=11");
  expect(complaints).toEqual([]);
  await page.context().close();
});
