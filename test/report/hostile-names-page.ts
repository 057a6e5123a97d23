import {rmSync} from "node:fs";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {expect} from "vitest";

import {visible} from "../../src/escape/visible";
import {writeReport} from "../../src/report/page";
import {openPage} from "./browser";
import {exampleRun} from "./example-run";

/**
 * Characters that no text of the page may contain: control characters (except its own line ends and tabs) and direction
 * marks.
 */
const UNSEEN = /[^\P{Cc}\n\t]|\p{Bidi_Control}/u;

/** Opens a run whose classes, data and name are these, uses it, and checks that all of it stayed text. */
export async function expectOnlyText(browser: Browser, names: readonly string[]): Promise<void> {
  const classNames = [...names, "an honest name"];
  const folder = exampleRun({
    classNames,
    name: names[0],
    data: names[0],
    shape: [8, 8, 1],
    count: 12 * classNames.length,
  });
  const {page, complaints} = await openPage(browser, pathToFileURL(await writeReport(folder)).href);
  try {
    page.on("dialog", () => complaints.push("a dialog"));
    await page.mouse.move(400, 400);
    for (const key of ["c", "?", "j", "ArrowLeft", "t"]) await page.keyboard.press(key);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    expect(await page.title()).toBe(`${visible(names[0])} – epochscope`.replace(/\s+/g, " "));
    const found = await page.evaluate(() => {
      const texts: string[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.parentElement?.tagName !== "SCRIPT") texts.push(node.nodeValue ?? "");
      }
      for (const element of document.body.querySelectorAll("*")) {
        for (const {value} of element.attributes) texts.push(value);
      }
      const made = document.querySelectorAll(
        "img, iframe, base, object, embed, style:not([data-glamor]) ~ style:not([data-glamor]), script:not([id]) ~ script",
      );
      return {texts, made: Array.from(made, ({outerHTML}) => outerHTML.slice(0, 200))};
    });
    expect(found.texts.filter((text) => UNSEEN.test(text))).toEqual([]);
    const all = found.texts.join("\n");
    for (const name of names) expect(all, name.slice(0, 60)).toContain(visible(name).slice(0, 20));
    expect(found.made).toEqual([]);
    expect(complaints).toEqual([]);
  } finally {
    await page.context().close();
    rmSync(folder, {recursive: true, force: true});
  }
}
