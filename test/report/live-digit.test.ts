import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {createCanvas} from "@napi-rs/canvas";
import * as tf from "@tensorflow/tfjs";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {models} from "../../src/pipeline/model/index";
import {savedModel} from "../../src/pipeline/model/load/saved-model";
import {blank, placedAsDigit, stroke} from "../../src/report/client/live-digit/pad";
import {writeReport} from "../../src/report/page";
import {serveReport} from "../../src/report/serve";
import {temporaryFolder} from "../support/idx-files";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
let browser: Browser;
let report = "";
let folder = "";

/** Puts a model into a run's folder, as a run does. */
function putModel(into: string, model: tf.LayersModel): void {
  const weights = model.weights.map((weight) => ({
    ...{name: weight.originalName, shape: weight.shape as number[]},
    values: Float32Array.from(weight.read().dataSync()),
  }));
  const files = savedModel(model, weights, "test");
  mkdirSync(join(into, "model"), {recursive: true});
  for (const [name, content] of Object.entries(files)) writeFileSync(join(into, "model", name), content);
  writeFileSync(join(into, "model", "best.json"), JSON.stringify({epoch: 2}));
}

beforeAll(async () => {
  browser = await openBrowser();
  await tf.setBackend("cpu");
  folder = exampleRun({shape: [28, 28, 1], classNames: [..."0123456789"]});
  putModel(folder, models.cnn([28, 28, 1], 10, 3));
  report = pathToFileURL(await writeReport(folder, {pageModel: true})).href;
});
afterAll(() => browser?.close());

const said = (page: Page) => page.locator(".p-live .verdict").textContent();
const shares = (page: Page) =>
  page
    .locator(".p-live .bar-fill")
    .evaluateAll((bars) => bars.map((bar) => Number((bar as HTMLElement).style.getPropertyValue("--w"))));

test.each([
  ["light", 1440],
  ["dark", 390],
] as const)("a digit drawn with the pointer is answered at once: %s, %i wide", async (colorScheme, width) => {
  const {page, complaints} = await openPage(browser, report, {colorScheme, viewport: {width, height: 900}});
  const pad = page.locator(".p-live .pad[tabindex]");
  await pad.scrollIntoViewIfNeeded();
  expect(await said(page)).toBe("Draw a digit here.");
  const box = (await pad.boundingBox())!;
  const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
  await page.mouse.move(...at(0.3, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.7, 0.25), {steps: 5});
  const half = await shares(page);
  await page.mouse.move(...at(0.45, 0.8), {steps: 5});
  await page.mouse.up();
  const whole = await shares(page);
  expect(whole.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  expect(whole).not.toEqual(half); // live: also before the pointer was lifted
  const answer = whole.indexOf(Math.max(...whole));
  expect(await said(page)).toMatch(new RegExp(`^${answer}, [<>]?[\\d.]+ % sure$`));
  expect(await page.locator(".p-live .seen").getAttribute("aria-label")).toBe(`Saliency for ${answer}`);
  await page.locator(".p-live").getByText("Clear", {exact: true}).click();
  expect(await said(page)).toBe("Draw a digit here.");
  await page.locator(".p-live").getByText("Test digit", {exact: true}).click();
  expect(await said(page)).toContain("sure");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const {axe} = window as unknown as {axe: typeof import("axe-core")};
    return (await axe.run(".p-live")).violations.map(({id, nodes}) => `${id}: ${nodes[0].html}`);
  });
  expect(violations).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("the keys draw, and the page's epoch stays where it is", async () => {
  const {page} = await openPage(browser, `${report}#e=2`);
  await page.locator(".p-live .pad[tabindex]").focus();
  const epoch = await page.locator(".tl-a").getAttribute("aria-valuenow");
  for (const key of ["ArrowLeft", "ArrowUp"]) await page.keyboard.press(key);
  expect(await said(page)).toBe("Draw a digit here."); // the pen is up
  await page.keyboard.press("Space");
  for (let n = 0; n < 6; n++) await page.keyboard.press("ArrowDown");
  expect(await said(page)).toContain("sure");
  expect(await page.locator(".tl-a").getAttribute("aria-valuenow")).toBe(epoch);
  await page.keyboard.press("Delete");
  expect(await said(page)).toBe("Draw a digit here.");
  await page.context().close();
});

test("a picture that is chosen is answered, and what is no picture is said to be none", async () => {
  const {page} = await openPage(browser, report);
  const canvas = createCanvas(40, 20);
  canvas.getContext("2d").fillRect(15, 2, 8, 16);
  const file = (name: string, buffer: Buffer) =>
    page.locator(".live-file").setInputFiles({name, mimeType: "image/png", buffer});
  await file("bar.png", canvas.toBuffer("image/png"));
  await page.waitForFunction(() => document.querySelector(".live-tools [role=status]")?.textContent === "bar.png");
  expect(await said(page)).toContain("sure");
  await file("text.png", Buffer.from("no picture"));
  await page.waitForFunction(() =>
    document.querySelector(".live-tools [role=status]")?.textContent?.startsWith("text.png is no picture"),
  );
  await page.context().close();
});

test("a served page has the network where it is asked for, and else not", async () => {
  for (const pageModel of [true, false]) {
    const server = await serveReport(folder, {pageModel});
    const {model} = (await (await fetch(`${server.url}run.json`)).json()) as {model: {epoch: number} | null};
    expect(model?.epoch).toBe(pageModel ? 2 : undefined);
    await server.close();
  }
});

test("a page has no weights unless they are asked for, and says why where it cannot run the model", async () => {
  const plain = temporaryFolder();
  const {page} = await openPage(browser, pathToFileURL(await writeReport(folder)).href);
  expect(await page.locator(".p-live").count()).toBe(0);
  await page.context().close();
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({inputShape: [28, 28, 1], name: "flatten"}),
      tf.layers.dense({units: 4, activation: "tanh", name: "hidden"}),
      tf.layers.dense({units: 10, name: "logits"}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
  putModel(folder, model);
  const path = join(plain, "report.html");
  copyFileSync(await writeReport(folder, {pageModel: true}), path);
  const other = await openPage(browser, pathToFileURL(path).href);
  expect(await other.page.locator(".p-live .panel-body").textContent()).toBe(
    "The page cannot run this model: layer hidden: an activation tanh.",
  );
  await other.page.context().close();
});

test("a drawing is placed as MNIST's digits are: 20 of 28 pixels large, its mass in the middle", () => {
  const sheet = blank([28, 28, 1]);
  stroke(sheet, {x: 3, y: 4}, {x: 3, y: 12});
  stroke(sheet, {x: 3, y: 12}, {x: 7, y: 12});
  const placed = placedAsDigit(sheet);
  let [sum, x, y, top, bottom] = [0, 0, 0, 28, 0];
  placed.values.forEach((value, i) => {
    [sum, x, y] = [sum + value, x + value * ((i % 28) + 0.5), y + value * (Math.floor(i / 28) + 0.5)];
    if (value > 0.3) [top, bottom] = [Math.min(top, Math.floor(i / 28)), Math.max(bottom, Math.floor(i / 28))];
  });
  expect(x / sum).toBeCloseTo(14, 0);
  expect(y / sum).toBeCloseTo(14, 0);
  expect(bottom - top + 1).toBeGreaterThanOrEqual(18);
  expect(bottom - top + 1).toBeLessThanOrEqual(21);
  expect(placedAsDigit(blank([28, 28, 1])).values.every((value) => value === 0)).toBe(true);
});
