import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {expect, test} from "vitest";

import {writeReport} from "../../src/report/page";
import {serveReport} from "../../src/report/serve";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

test("a run's page links to the page that learns where it lies beside, on disk and served, and nowhere else", async () => {
  const folder = exampleRun();
  const browser = await openBrowser();
  try {
    const linksOf = async (url: string) => {
      const {page, complaints} = await openPage(browser, url);
      const links = await page.locator("a:text('Train one yourself')").evaluateAll((all) => all.map((a) => `${a}`));
      expect(complaints).toEqual([]);
      await page.close();
      return links;
    };
    expect(await linksOf(pathToFileURL(await writeReport(folder)).href)).toEqual([]);
    const bare = await serveReport(folder);
    expect((await fetch(`${bare.url}demo.html`)).status).toBe(404);
    await bare.close();

    const beside = join(folder, "demo.html");
    writeFileSync(beside, "<title>it learns</title>");
    expect(await linksOf(pathToFileURL(await writeReport(folder)).href)).toEqual([pathToFileURL(beside).href]);
    const server = await serveReport(folder);
    expect(await linksOf(server.url)).toEqual([`${server.url}demo.html`]);
    expect(await (await fetch(`${server.url}demo.html`)).text()).toContain("it learns");
    await server.close();
  } finally {
    await browser.close();
  }
}, 60_000);
