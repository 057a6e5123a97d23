import type {Browser} from "playwright-core";
import {afterAll, beforeAll, test} from "vitest";
import {openBrowser} from "../report/browser";
import {expectOnlyText} from "../report/hostile-names-page";
import {hostileNames} from "../support/hostile-names";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test.each(hostileNames.map((name) => [name.slice(0, 60), name]))("%j stays text in the page", async (_, name) => {
  await expectOnlyText(browser, [name]);
});
