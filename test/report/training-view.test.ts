import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";

import {suspectTrainingLabels} from "../../src/numbers/suspect-training-labels";
import {readEdits} from "../../src/pipeline/data/edits";
import type {App} from "../../src/report/client/app";
import {shownPlaces} from "../../src/report/gather/training";
import {packedLoss, unpackedLoss} from "../../src/report/packed-loss";
import {writeReport} from "../../src/report/page";
import {type Opened, openBrowser, openPage} from "./browser";
import {exampleRun, exampleTraining} from "./example-run";

const COUNT = 300;
const CLASSES = 4;
const taught = exampleTraining(COUNT, CLASSES);
const epochs = [1, 2, 3].map(taught.answers);
const ranked = suspectTrainingLabels(
  {losses: epochs.map(({losses}) => losses), margins: epochs.map(({margins}) => margins)},
  epochs.map(({predicted}) => predicted),
  taught.labels,
);

let browser: Browser;
let report = "";
const folder = mkdtempSync(join(tmpdir(), "training-view-"));
beforeAll(async () => {
  browser = await openBrowser();
  const run = exampleRun({
    ...{shape: [14, 14, 1], count: 60, classNames: ["0", "1", "2", "3"], epochs: [0, 1, 2, 3], training: COUNT},
    pictured: 200,
  });
  report = pathToFileURL(await writeReport(run)).href;
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, {recursive: true});
});

async function using(use: (opened: Opened) => Promise<void>, hash = "#v=training") {
  const opened = await openPage(browser, `${report}${hash}`);
  try {
    await use(opened);
    expect(opened.complaints).toEqual([]);
  } finally {
    await opened.page.context().close();
  }
}
const state = ({page}: Opened) =>
  page.evaluate(() => {
    const {view, sample, samples, stop} = (window as unknown as {epochscope: {current: App}}).epochscope.current.store
      .state;
    return {view, sample, samples, stop};
  });
const settle = ({page}: Pick<Opened, "page">) =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
/** The places of the first training images of the list, as its thumbs name them when they are opened. */
const listed = async (opened: Opened, count: number) => {
  const places: number[] = [];
  for (let n = 1; n <= count; n++) {
    await opened.page.click(`.p-samples .thumb:nth-child(${n})`);
    await settle(opened);
    places.push((await state(opened)).sample);
  }
  return places;
};

test("a run that kept no answers to its training images is not asked about them, but why it answers", async () => {
  const plain = pathToFileURL(await writeReport(exampleRun({count: 20}))).href;
  const {page} = await openPage(browser, plain);
  expect(await page.locator(".ask-tab b").allTextContents()).toEqual(["Answers", "Why"]);
  await page.keyboard.press("2");
  const rows = page.locator("[data-view=why] .why-row");
  await rows.nth(1).waitFor(); // the view is drawn a frame later
  expect(await rows.count()).toBeGreaterThan(1);
  await rows.nth(1).click();
  await settle({page});
  expect(await rows.nth(1).getAttribute("aria-selected")).toBe("true");
  expect(await page.locator("[data-view=why] .why-film ~ .panel-foot").count()).toBe(0); // it kept no weights to ask
  await page.context().close();
});

test("why it answers leads to the training images that speak for it, where weights were kept", async () => {
  const folder = exampleRun({count: 20});
  mkdirSync(join(folder, "artifacts/weights"), {recursive: true});
  writeFileSync(join(folder, "artifacts/weights/all-epoch-001.json"), JSON.stringify({epoch: 1, arrays: []}));
  const {page} = await openPage(browser, pathToFileURL(await writeReport(folder)).href);
  await page.keyboard.press("2");
  await page.waitForSelector("[data-view=why] .why-film ~ .panel-foot");
  expect(await page.textContent("[data-view=why] .why-film ~ .panel-foot code")).toContain("--training --model");
  await page.context().close();
});

test("the sentence counts the suspects, and the list begins with them in the order of their margins", async () => {
  await using(async (opened) => {
    const suspects = ranked.filter(({isIssue}) => isIssue);
    const lead = await opened.page.textContent("[data-view=training] .lead");
    expect(lead).toBe(`The network disagrees with ${suspects.length} of ${COUNT} training labels.`);
    expect(await listed(opened, 5)).toEqual(suspects.slice(0, 5).map(({index}) => index));
  });
});

test.each([
  ["confidence", "confidence", 1],
  ["variability", "variability", -1],
  ["forgotten", "forgotten", -1],
  ["learnedAt", "learnedAt", -1],
] as const)("all training images can be ordered by %s", async (order, figure, sign) => {
  await using(async (opened) => {
    const {page} = opened;
    await page.click(".p-samples [role=radio]:has-text('All')");
    await page.selectOption(".p-samples select", order);
    await settle(opened);
    const found = await listed(opened, 4);
    const of = new Map(ranked.map((one) => [one.index, one[figure]]));
    const all = [...of.values()].sort((a, b) => sign * (a - b)).slice(0, 4);
    // losses are rounded to a byte on the page: what is ordered is right to that
    expect(found.map((place) => of.get(place))).toBeAllClose(all, {atol: 0.01});
  });
});

test("a circle drawn on the data map lists what is inside, and numbers do in its place", async () => {
  await using(async (opened) => {
    const {page} = opened;
    const box = await page.locator(".dm-stage canvas").boundingBox();
    if (!box) throw new Error("expected a map, got none");
    const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
    await page.mouse.move(...at(0.02, 0.5));
    await page.mouse.down();
    for (const corner of [at(0.98, 0.5), at(0.98, 0.99), at(0.02, 0.99)]) await page.mouse.move(...corner, {steps: 6});
    await page.mouse.up();
    await settle(opened);
    const {samples} = await state(opened);
    if (samples.kind !== "lasso") throw new Error(`expected a lasso, got ${samples.kind}`);
    // below the middle of the picture: those that the network held for less likely than about a half
    const low = ranked.filter(({confidence}) => confidence < 0.35).map(({index}) => index);
    expect(low.length).toBeGreaterThan(10);
    expect(low.filter((n) => !samples.rows.includes(n))).toEqual([]);
    expect(ranked.filter(({confidence, index}) => confidence > 0.7 && samples.rows.includes(index))).toEqual([]);

    await page.click(".p-datamap .tool:has-text('Select')");
    await page.keyboard.press("Tab"); // the form is filled in by keyboard
    await page.keyboard.type("101".slice(0, 2));
    await page.keyboard.press("Enter");
    await settle(opened);
    const chosen = (await state(opened)).samples;
    if (chosen.kind !== "lasso") throw new Error(`expected a selection, got ${chosen.kind}`);
    const under = (share: number) => ranked.filter(({confidence}) => confidence <= share).length;
    expect(chosen.rows.length).toBeGreaterThanOrEqual(under(0.09));
    expect(chosen.rows.length).toBeLessThanOrEqual(under(0.11));
  });
});

test("keys decide, the list continues, and the saved file is what --edit reads", async () => {
  await using(async (opened) => {
    const {page} = opened;
    const suspects = ranked.filter(({isIssue}) => isIssue).map(({index}) => index);
    await page.keyboard.press("d");
    await settle(opened);
    expect((await state(opened)).sample).toBe(suspects[1]);
    await page.keyboard.press("s");
    await page.keyboard.press("g");
    await page.keyboard.press("d");
    await page.keyboard.press("u");
    await settle(opened);
    expect(await page.textContent(".dec-say")).toBe("3 decided: 1 kept, 1 relabelled, 1 dropped.");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(".dec-bar .btn")]);
    const file = join(folder, "suspects.csv");
    await download.saveAs(file);
    const {edits} = await readEdits(file);
    const label = (n: number) => String(taught.labels[n]);
    const expected = [
      {index: suspects[0], decision: "drop", given: label(suspects[0])},
      {
        ...{index: suspects[1], decision: "relabel", given: label(suspects[1])},
        label: String((taught.labels[suspects[1]] + 1) % CLASSES),
      },
    ].sort((a, b) => a.index - b.index);
    expect(edits).toHaveLength(2);
    for (const [n, edit] of edits.entries()) expect(edit).toMatchObject({...expected[n], split: "train"});
    const pictured = edits.filter(({index}) => index < 200);
    expect(pictured.map(({index, source}) => (source ?? 0) - index)).toEqual(pictured.map(() => 7000));
  });
});

test("an image's own curve says the probability of its label at each epoch", async () => {
  await using(async ({page}) => {
    const label = await page.getAttribute(".sample-score .sc-chart svg", "aria-label");
    const said = [...(label ?? "").matchAll(/epoch \d (<?)(\d+) %/g)].map(([, , share]) => Number(share));
    const {index} = ranked[0];
    const exact = epochs.map(({losses}) => 100 * Math.exp(-losses[index]));
    expect(said).toBeAllClose(exact, {atol: 1.5});
  });
});

test("a question has an address, and back goes to the one before", async () => {
  await using(async (opened) => {
    const {page} = opened;
    expect((await state(opened)).view).toBe("answers");
    await page.keyboard.press("2");
    await settle(opened);
    expect(await page.locator("[data-view=training]").isVisible()).toBe(true);
    expect(await page.locator("[data-view=answers]").isVisible()).toBe(false);
    expect(page.url()).toContain("v=training");
    await page.goBack();
    await settle(opened);
    expect((await state(opened)).view).toBe("answers");
    expect(await page.locator("[data-view=answers]").isVisible()).toBe(true);
  }, "#e=2&img=7");
});

test("of a large training set the page carries the most suspect half, and others evenly", () => {
  const places = Array.from({length: 1000}, (_, n) => (n * 387) % 1000);
  const shown = shownPlaces(places, 100);
  expect(shown).toHaveLength(100);
  expect(new Set(shown).size).toBe(100);
  expect(places.slice(0, 50).every((place) => shown?.includes(place))).toBe(true);
  expect(shownPlaces(places, 1000)).toBeNull();
});

test("a loss keeps its size to 2.5 %, and its probability to 0.9 points", () => {
  for (let loss = 0; loss < 19.9; loss += 0.0007) {
    const back = unpackedLoss(packedLoss(loss));
    expect(Math.abs(back - loss)).toBeLessThan(0.025 * loss + 3e-5);
    expect(Math.abs(Math.exp(-back) - Math.exp(-loss))).toBeLessThan(0.009);
  }
});
