import type {Browser} from "playwright-core";
import {afterAll, beforeAll, test} from "vitest";

import {hostileNames} from "../support/hostile-names";
import {openBrowser} from "./browser";
import {expectOnlyText} from "./hostile-names-page";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

// test/full opens a page for each of them
test("hostile names of classes, of the data and of the run stay text in the page, without a control character", async () => {
  await expectOnlyText(browser, hostileNames);
});
