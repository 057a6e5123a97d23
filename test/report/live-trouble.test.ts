import {readFileSync, utimesSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";

import {serveReport} from "../../src/report/serve";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("the page says why the run cannot be read, keeps what it had, and continues when it can be read again", async () => {
  const folder = exampleRun();
  const server = await serveReport(folder, {interval: 20});
  try {
    const {page, complaints} = await openPage(browser, server.url);
    const [file, metrics] = [join(folder, "artifacts/confusion/matrix-epoch-001.json"), join(folder, "metrics.jsonl")];
    const whole = readFileSync(file, "utf8");
    const lead = await page.locator(".lead").textContent();
    writeFileSync(file, "null");
    utimesSync(metrics, 1, 1);
    await page.waitForSelector(".trouble");
    expect(await page.locator(".trouble").textContent()).toMatch(
      /^The run cannot be read just now, .*matrix-epoch-001\.json: expected the content that the run saved, got something else$/,
    );
    expect(await page.locator(".lead").textContent()).toBe(lead);
    writeFileSync(file, whole);
    utimesSync(metrics, 2, 2);
    await page.waitForSelector(".trouble", {state: "detached"});
    expect(await page.locator(".lead").textContent()).toBe(lead);
    expect(complaints).toEqual([]);

    await server.close();
    await page.waitForSelector(".trouble");
    expect(await page.locator(".trouble").textContent()).toMatch(/^The server does not answer/);
    await page.context().close();
  } finally {
    await server.close().catch(() => undefined);
  }
});
