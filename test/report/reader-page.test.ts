import {readFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {resolveOptions} from "../../src/nouns/options";
import {tokenRollout} from "../../src/numbers/attention";
import {trainReader} from "../../src/pipeline/qa";
import {readLooks, readQuestions, readTracked} from "../../src/pipeline/qa/files";
import {type ReaderOptions, readerOptions} from "../../src/pipeline/qa/options";
import {decodeReader, shares} from "../../src/report/reader/client/data";
import {gatherReader} from "../../src/report/reader/gather-reader";
import {writeReaderPage} from "../../src/report/reader/write-reader-page";
import {temporaryFolder} from "../support/idx-files";
import {openBrowser, openPage} from "./browser";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const save = temporaryFolder();
const folder = join(save, "qa", "small");
let browser: Browser;
let url = "";

beforeAll(async () => {
  const few = {
    data: "test/fixtures/bert/questions.json",
    epochs: 24,
    batchSize: 2,
    width: 32,
    every: 12,
    learningRate: 0.004,
  };
  const options = resolveOptions<ReaderOptions>(readerOptions, {...few, save, name: "small"}, "--");
  for await (const _ of trainReader(options));
  url = pathToFileURL(await writeReaderPage(folder)).href;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

describe("a reader's page", () => {
  test("carries what the run kept: answers, losses, attention and evidence", async () => {
    const {file, parts} = await gatherReader(folder);
    const bytes = Uint8Array.from(Buffer.concat(parts)).buffer;
    const data = decodeReader(file, bytes);
    const looks = await readLooks(folder);
    const questions = await readQuestions(folder);
    expect(data.steps).toEqual(looks.map(({step}) => step));
    expect([...data.batchLosses]).toEqual(looks.flatMap(({batchLosses}) => batchLosses));
    for (const [stop, {step, tracked, exactMatch}] of looks.entries()) {
      const exact = questions.filter((_, n) => data.answered(stop, n)?.outcome === "exact").length;
      expect(exact / questions.length).toBeCloseTo(exactMatch, 10);
      for (const [n, {question, answer, loss}] of tracked.entries()) {
        const one = data.tracked[n];
        const kept = await readTracked(folder, step, question);
        expect(one.spans(stop)[0].text).toBe(answer);
        const [start, end] = [one.start(stop), one.end(stop)] as [Float32Array, Float32Array];
        // half of the two cross-entropies is the loss that was kept
        const own = -(Math.log(shares(start)[one.right[0]]) + Math.log(shares(end)[one.right[1]])) / 2;
        expect(own).toBeCloseTo(loss, 2);
        const evidence = kept?.get("words.gradients")?.values as Float32Array;
        expect(one.evidence("gradients", stop)).toBeAllClose(evidence, {rtol: 2 ** -12, atol: 0});
        const maps = one.attention(stop);
        expect(maps?.stop).toBe(stop);
        expect(maps?.layers[1]).toBeAllClose(kept?.get("attention.1")?.values as Float32Array, {
          rtol: 0,
          atol: 0.5 / 255 + 1e-6,
        });
      }
    }
  });

  test.each([
    ["light", 1440],
    ["dark", 1440],
    ["light", 390],
  ] as const)("is whole, and axe finds nothing: %s, %d wide", async (colorScheme, width) => {
    const {page, complaints} = await openPage(browser, url, {colorScheme, viewport: {width, height: 900}});
    const panels = [
      "scores",
      "text",
      "places",
      "logits",
      "nodes",
      "attention",
      "losses",
      "outputs",
      "one",
      "questions",
    ];
    for (const name of panels) expect(await page.locator(`.p-${name}`).count(), name).toBe(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    await page.keyboard.press("?"); // its explanations, too
    // outside of the page's policy, as the browser's own tools are
    const found = await page.evaluate(
      `${AXE}; axe.run(document).then(({violations}) => violations.map(({id, nodes}) => id + ": " + nodes[0].html))`,
    );
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each([
    ["A4 upright", 703],
    ["A4 on its side", 1032],
  ] as const)("stands on paper in the screen's order, whole: %s", async (_, width) => {
    const {page, complaints} = await openPage(browser, url, {colorScheme: "dark", viewport: {width, height: 900}});
    await page.emulateMedia({media: "print", colorScheme: "dark"});
    await page.waitForSelector("html.paper");
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const places = await page.evaluate(() =>
      [".hero-say", ".p-text", ".p-one", ".p-attention", ".p-losses", ".p-questions", ".p-about-reader"].map(
        (name) => document.querySelector(name)?.getBoundingClientRect().top ?? Number.NaN,
      ),
    );
    const order = [...places].sort((a, b) => a - b);
    if (width < 1000) expect(places).toEqual(order);
    // on its side the one question stands beside the lead, so that a sheet is full
    else expect([places[0], places[2], places[1], ...places.slice(3)]).toEqual(order);
    const wide = await page.evaluate(() =>
      Array.from(document.querySelectorAll(".panel, svg, canvas, table"), (one) => one.getBoundingClientRect().right),
    );
    for (const right of wide) expect(right).toBeLessThanOrEqual(width + 1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("follows the keyboard through steps, questions, nodes and heads", async () => {
    const {page, complaints} = await openPage(browser, url);
    const looks = await readLooks(folder);
    const questions = await readQuestions(folder);
    const verdict = () => page.locator(".p-one .verdict strong").textContent();
    const asked = () => page.locator(".p-text .asked").textContent();
    const first = await asked();
    // of five questions none is held out, and the page does not say that one is
    await expect
      .poll(() => page.locator(".p-one .meta").first().textContent())
      .toMatch(/^Question \d of 5, trained on: /);
    expect(await page.locator(".sub").textContent()).toMatch(/^None was held out: /);
    expect(await page.locator(".p-questions h2").textContent()).toBe("Every question");
    const place = questions.findIndex(({question}) => question === first);
    const answerAt = (look: number) => looks[look].tracked.find(({question}) => question === place)?.answer;
    const last = looks.length - 1;
    await expect.poll(verdict).toBe(answerAt(last));
    await page.keyboard.press("Home");
    await expect.poll(verdict).toBe(answerAt(0) || "nothing");
    await expect
      .poll(() => page.locator(".lead").textContent())
      .toMatch(/^Untrained, it answers \d+ of 5 questions exactly\.$/);
    await page.keyboard.press("End");
    await page.keyboard.press("j");
    await expect.poll(asked).not.toBe(first);
    await page.selectOption(".p-nodes select", "7");
    await expect.poll(() => page.locator(".p-outputs .meta").textContent()).toMatch(/^Node 7 at step 72: start -?\d/);
    await page.locator(".head-grid .head").nth(5).click();
    await expect
      .poll(() => page.locator(".three svg").first().getAttribute("aria-label"))
      .toMatch(/^Layer 2, head 2, step/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

test("rollout of one token is by hand what two small layers give", () => {
  // layer 1: token 0 looks at 1, token 1 at 0; layer 2: both look evenly
  const layers = [
    {heads: 1, values: Float32Array.of(0, 1, 1, 0)},
    {heads: 1, values: Float32Array.of(0.5, 0.5, 0.5, 0.5)},
  ];
  // layer 2 for token 0: half itself, half even: [3/4, 1/4]; layer 1 mixes half and half: [1/2, 1/2]
  expect([...tokenRollout(layers, 2, 0)]).toEqual([0.5, 0.5]);
  expect([...tokenRollout(layers.slice(0, 1), 2, 1)]).toEqual([0.5, 0.5]);
  expect([...tokenRollout(layers.slice(1), 2, 0)]).toEqual([0.75, 0.25]);
});
