import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import type {Browser, Page} from "playwright-core";
import {afterAll, beforeAll, expect, test} from "vitest";
import {settled} from "../../src/report/client/runs/one-image";
import {classesInRuns} from "../../src/report/client/runs/run-bars";
import {bandOf, stripNames} from "../../src/report/client/runs/seed-strips";
import {RUNS_FILE} from "../../src/report/compare/runs-shown";
import {writeReport} from "../../src/report/page";
import type {ImageInRuns, RunsShown} from "../../src/report/runs-file";
import {openBrowser, openPage} from "./browser";
import {exampleRun} from "./example-run";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Two frames: the page has drawn what changed. */
const settle = (page: Page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

const shown: RunsShown = {
  ...{base: "first@2", run: "second@2", images: 60, baseRight: 40, right: 43, changed: 8, bothWrong: 15, p: 0.4531},
  fixed: [
    [3, 0, 1, 0],
    [7, 1, 2, 1],
    [9, 0, 2, 0],
    [11, 2, 0, 2],
    [20, 2, 1, 2],
  ],
  broken: [
    [5, 2, 2, 0],
    [6, 0, 0, 1],
  ],
  // the page's file lists 2 of the 15
  wrong: [
    [30, 0, 1, 1],
    [31, 1, 0, 2],
  ],
  noise: {verdict: "within", said: "Within seed noise: as far.", source: "Run `sweep --seeds 5`, and compare again."},
  segments: [Array.from({length: 48}, (_, p) => p % 2)],
  inRuns: [3, 7, 9, 11, 20, 5, 6, 30, 31].map((index) => ({
    ...({sure: [0.6, 0.9], ofLabel: [0.3, 0.9], ofOther: [0.3, 0.05], said: [[1, 0, 1], [0]]} as const),
    why: [index === 6 ? {segments: 0, weights: [0.2, -0.1]} : null, null] as const,
  })),
  maps: {
    indices: [3, 6, 8, 30],
    base: [0, 0, 500, 500, 900, 1000, 800, 200],
    run: [100, 0, 400, 500, 1000, 1000, 800, 300],
  },
  details: [
    {label: 0, before: 10, after: 12, noise: "beyond"},
    {label: 2, predicted: 1, before: 4, after: 3, noise: "within"},
  ],
  settings: [
    {runs: ["first@2", "third@2"], right: [40, 44]},
    {runs: ["second@2"], right: [43]},
  ],
  options: [{name: "options.learningRate", base: "0.001", other: "<b>0.004"}],
  edits: {dropped: 3, relabelled: 1},
};

test("a run that was compared has the question Runs, and a picture of a pile opens among the answers", async () => {
  const folder = exampleRun({count: 60, shape: [6, 8, 1]});
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify(shown));
  const url = pathToFileURL(await writeReport(folder)).href;
  const {page, complaints} = await openPage(browser, `${url}#v=runs`);
  const said = (await page.textContent("[data-view=runs] .hero-say")) ?? "";
  expect(said).toContain("second@2 gets 43 of 60 right, first@2 40.");
  expect(said).toContain("8 answers changed with the decisions about 4 training images: 5 turned right, 2 wrong.");
  expect(said).toContain("a split as uneven as 5 : 2 would come up in 45 of 100 comparisons");
  expect(said).toContain("▨ Within seed noise: as far. Run sweep --seeds 5, and compare again.");
  expect(await page.textContent(".p-details tbody")).toMatch(/, right1012▲.* taken for .*43▨/);
  expect(await page.locator(".pile-fixed .thumb").count()).toBe(5);
  expect(await page.locator(".pile-broken .thumb").count()).toBe(2);
  expect(await page.textContent(".p-options .options-table td:last-child")).toBe("<b>0.004"); // text, never markup
  await page.click(".pile-broken .thumb:nth-child(2)");
  const named = (image: string) => page.locator(".p-one-in-runs .two-runs", {hasText: image}).waitFor(); // a frame later
  await named("test:6");
  expect(await page.textContent(".in-run .empty code")).toBe(
    "npx ts-node runner.ts compare first@2 second@2 --report --explain 7",
  );
  expect(await page.locator(".p-one-in-runs canvas.tile-pic").count()).toBe(1); // the base explained its answer, this run did not
  expect(await page.textContent(".in-verdict")).toContain("A coin toss, not a result: of the same setting");
  expect(await page.locator(".joined line").count()).toBe(2); // 3 and 6 differ, 8 does not
  expect(await page.locator(".joined.now").count()).toBe(1);
  await page.keyboard.press("k");
  await named("test:5");
  await page.keyboard.press("j");
  await named("test:6");
  await page.click(".open-answer");
  await page.waitForSelector("[data-view=answers]:not([hidden])");
  expect(page.url()).toContain("img=6");
  await page.goBack();
  await page.waitForSelector("[data-view=runs]:not([hidden])");
  // on paper the sentence comes first and the tables last
  const tops = await page.evaluate(() => {
    document.documentElement.classList.add("paper");
    return [".hero-say", ".p-who", ".p-one-in-runs", ".p-details"].map(
      (part) => document.querySelector(`[data-view=runs] ${part}`)?.getBoundingClientRect().top ?? Number.NaN,
    );
  });
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("the pictures that both runs get wrong are a list, and a bar shows the other two numbers to scale", async () => {
  const folder = exampleRun({count: 60, shape: [6, 8, 1]});
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify(shown));
  const url = pathToFileURL(await writeReport(folder)).href;
  const {page, complaints} = await openPage(browser, `${url}#v=runs`);
  // 60 pictures, 5 and 2 that one run alone gets right, 15 that neither does: 38 are left
  expect(await page.textContent(".p-who .panel-foot")).toBe(
    "Both runs are right about 38 of 60 digits. The page lists 2 of those that both get wrong: those whose label they think least likely.",
  );
  expect(await page.textContent(".pile-wrong h3")).toBe("15both are wrong");
  expect(await page.locator(".pile-wrong .thumb").allTextContents()).toEqual(["1 · 1true 0", "0 · 2true 1"]);
  expect(await page.textContent(".pile-wrong .empty")).toBe("+ 13");
  const widths = await page.$$eval(".who-bar i", (parts) => parts.map((part) => part.getBoundingClientRect().width));
  expect(widths[0]).toBeGreaterThan(100);
  expect(widths[0] / widths[1]).toBeCloseTo(5 / 2, 1);
  const fills = await page.$$eval(".who-bar i", (parts) => parts.map((part) => getComputedStyle(part).backgroundColor));
  expect(fills[0]).not.toBe(fills[1]);
  // the list goes on where the pictures end that only the base gets right
  await page.click(".pile-broken .thumb:nth-child(2)");
  const named = (image: string) => page.locator(".p-one-in-runs .two-runs", {hasText: image}).waitFor();
  await named("test:6");
  await page.keyboard.press("j");
  await named("test:30");
  expect(await page.textContent(".p-one-in-runs .two-runs")).toContain("8 of 9");
  expect(await page.locator(".p-who .thumb[aria-selected=true]").getAttribute("data-image")).toBe("30");
  expect(await page.textContent(".in-run .empty")).toBe("Not explained: LIME is asked where the runs differ.");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("where more pictures differ than the page lists, it says so, and counts them all", async () => {
  const folder = exampleRun({count: 60, shape: [6, 8, 1]});
  // 5 of 24 and 2 of 6 are listed; 60 − 24 − 6 − 15 are right in both runs
  const cut = {...shown, counts: {fixed: 24, broken: 6}, confusions: 4};
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify(cut));
  const {page, complaints} = await openPage(browser, `${pathToFileURL(await writeReport(folder)).href}#v=runs`);
  expect(await page.textContent("[data-view=runs] .hero-say")).toContain(": 24 turned right, 6 wrong. Were both");
  expect(await page.textContent(".p-who .panel-foot")).toBe(
    "Both runs are right about 15 of 60 digits. The page lists 7 of those that one run alone gets right: those of which the probability of the label changed most. " +
      "The page lists 2 of those that both get wrong: those whose label they think least likely.",
  );
  expect(await page.textContent(".pile-fixed h3")).toBe("24only this run is right");
  expect(await page.textContent(".pile-fixed .empty")).toBe("+ 19");
  expect(await page.textContent(".p-details .panel-foot")).toBe("3 more confusions differ less.");
  expect(await page.textContent(".joined-chart + .map-foot .map-facts")).toContain(
    " of the 7 digits that differ and are listed are",
  );
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("bars show what both runs give to their answers: filled for this run, hollow for the other", async () => {
  const folder = exampleRun({count: 60, shape: [6, 8, 1]});
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify(shown));
  const url = pathToFileURL(await writeReport(folder)).href;
  const {page, complaints} = await openPage(browser, `${url}#v=runs`);
  // picture 3 is a 0; first@2 says 1 (0.6; 0 gets 0.3), second@2 says 0 (0.9; 1 gets 0.05)
  await page.click(".pile-fixed .thumb:first-child");
  await page.locator(".p-one-in-runs .two-runs", {hasText: "test:3"}).waitFor();
  const bars = await page.$$eval(".two-runs .bar:not(.bar-head)", (lines) =>
    lines.map((line) => {
      const track = line.querySelector(".bar-track") as HTMLElement;
      const fills = [...track.children].map((fill) => ({
        share: Math.round((100 * fill.getBoundingClientRect().width) / track.getBoundingClientRect().width),
        hollow: getComputedStyle(fill).backgroundColor === "rgba(0, 0, 0, 0)",
      }));
      return {text: line.textContent, label: line.classList.contains("is-true"), fills};
    }),
  );
  const fills = (run: number, base: number) => [
    {share: run, hollow: false},
    {share: base, hollow: true},
  ];
  expect(bars).toEqual([
    {text: "15.0 %60.0 %", label: false, fills: fills(5, 60)}, // "1", "5.0 %" and "60.0 %"
    {text: "090.0 %30.0 %", label: true, fills: fills(90, 30)},
  ]);
  const marks = await page.$$eval(".two-runs .bar-head .ab", (all) => all.map((mark) => mark.getAttribute("title")));
  expect(marks).toEqual(["second@2", "first@2"]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a circle on the joined map selects the pictures with a place inside, until it is let go of", async () => {
  const folder = exampleRun({count: 60, shape: [6, 8, 1]});
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify(shown));
  const url = pathToFileURL(await writeReport(folder)).href;
  const {page, complaints} = await openPage(browser, `${url}#v=runs`);
  /** Draws round a place, in thousandths of the map, `r` to each side. */
  const circle = async (x: number, y: number, r = 60) => {
    await page.locator(".joined-chart").scrollIntoViewIfNeeded();
    const box = await page.locator(".joined-chart").boundingBox();
    if (!box) throw new Error("no map");
    const side = Math.min(box.width, box.height) - 16;
    const [left, bottom] = [box.x + (box.width - side) / 2, box.y + (box.height + side) / 2];
    const go = (dx: number, dy: number) =>
      page.mouse.move(left + (side * (x + dx)) / 1000, bottom - (side * (y + dy)) / 1000, {steps: 3});
    await go(-r, -r);
    await page.mouse.down();
    for (const [dx, dy] of [
      [r, -r],
      [r, r],
      [-r, r],
      [-r, -0.9 * r],
    ])
      await go(dx, dy);
    await page.mouse.up();
    await settle(page);
  };
  const listed = () =>
    page.$$eval(".p-who .thumb", (thumbs) => thumbs.map((thumb) => Number((thumb as HTMLElement).dataset.image)));
  const drawn = () => page.$$eval(".joined:not(.off) line", (lines) => lines.length);
  expect(await listed()).toEqual([3, 7, 9, 11, 20, 5, 6, 30, 31]);
  const top = () => page.$eval(".joined-chart", (map) => map.getBoundingClientRect().top + scrollY);
  const before = await top();
  await circle(400, 500); // where second@2 has picture 6
  expect(await listed()).toEqual([6]);
  expect(await drawn()).toBe(1);
  expect(await top()).toBeCloseTo(before, 0); // shorter lists above do not move the map from under the hand
  expect(await page.locator(".pile-box h3").allTextContents()).toEqual([
    "0only this run is rightof 5",
    "1only first@2 is rightof 2",
    "0both are wrongof 2",
  ]);
  expect(await page.textContent(".p-who .tray-say")).toBe("Only the 1 within the circle");
  expect(await page.textContent(".two-runs")).toContain("test:6labelled");
  await circle(35, 35, 50); // where first@2 has picture 3
  expect(await listed()).toEqual([3]);
  await circle(800, 250); // both places of picture 30
  expect(await listed()).toEqual([30]);
  expect(await drawn()).toBe(0);
  await page.keyboard.press("Escape");
  await settle(page);
  expect(await listed()).toHaveLength(9);
  expect(await drawn()).toBe(2);
  await circle(800, 800); // nothing is there
  expect(await listed()).toHaveLength(9);
  // what was circled is the list of the question Answers, too, and is let go of by its link
  await circle(400, 500);
  await page.keyboard.press("1");
  await settle(page);
  expect(await page.locator(".p-tray .thumb").count()).toBe(1);
  await page.keyboard.press("2");
  await page.click(".p-who .tray-clear");
  await settle(page);
  expect(await listed()).toHaveLength(9);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a picture's classes in two runs are both answers and the label, each once", () => {
  const known: ImageInRuns = {sure: [0.5, 0.6], ofLabel: [0.1, 0.2], said: [[], []], why: [null, null]};
  // both wrong, and apart: what each gives to the other's answer is a number of its own
  expect(classesInRuns([7, 2, 0, 1], {...known, ofOther: [0.3, 0.15]})).toEqual([
    {k: 0, base: 0.5, run: 0.15},
    {k: 1, base: 0.3, run: 0.6},
    {k: 2, base: 0.1, run: 0.2},
  ]);
  // both wrong in the same way
  expect(classesInRuns([7, 2, 0, 0], {...known, ofOther: [0.5, 0.6]})).toEqual([
    {k: 0, base: 0.5, run: 0.6},
    {k: 2, base: 0.1, run: 0.2},
  ]);
  // a file of an earlier version
  expect(classesInRuns([7, 2, 0, 0], known)).toBeNull();
});

test.each([
  [[3, 3, 3], [8, 8, 8], "It really changed"],
  [[3, 3, 3], [3, 3, 8], "Right in most runs of both"],
  [[8, 8, 8], [8, 1, 8], "Wrong in most runs of both"],
  [[3, 3, 8], [8, 8, 3], "A coin toss"],
  [[3, 3, 3], [8], "All 3 seeds of one setting get it right"],
  [[3, 3], [8], "Too few seeds"],
])("seeds that say %j and %j are put into words", (base, run, words) => {
  expect(settled([base, run], 3)).toContain(words);
});

test("each strip has the band of its seeds, one standard deviation to either side of their mean", async () => {
  // 40, 44 and 45: their mean is 43, their squares 9 + 1 + 4 = 14, of which a half is 7
  expect(bandOf([40, 44, 45])).toEqual({mean: 43, low: 43 - Math.sqrt(7), high: 43 + Math.sqrt(7)});
  expect(bandOf([40])).toBe(null);
  const folder = exampleRun({count: 60, shape: [6, 8, 1]});
  const settings = [
    {runs: ["rate-0.1-seed-0@2", "rate-0.1-seed-1@2", "rate-0.1-seed-2@2"], right: [40, 44, 45]},
    {runs: ["rate-0.2-seed-0@2", "rate-0.2-seed-1@2", "rate-0.2-seed-2@2"], right: [43, 47, 48]},
  ];
  const byEpoch = {seeds: 3, epochs: [{epoch: 2, mean: 0.7667, deviation: 0.0441}]};
  const seeded = {...shown, base: "rate-0.1-seed-0@2", run: "rate-0.2-seed-0@2", settings, byEpoch};
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify(seeded));
  const {page, complaints} = await openPage(browser, `${pathToFileURL(await writeReport(folder)).href}#v=runs`);
  const at = (selector: string) =>
    page.$$eval(`.seeds-chart ${selector}`, (parts) =>
      parts.map((part) => {
        const {left, right} = part.getBoundingClientRect();
        return [left, right];
      }),
    );
  // the axis by the dots: the base stands at 40, this run at 43
  const [[base], [run]] = [await at(".seed.base"), await at(".seed.this")].map((dots) =>
    dots.map(([l, r]) => (l + r) / 2),
  );
  const x = (right: number) => base + ((run - base) * (right - 40)) / 3;
  for (const [n, mean] of [43, 46].entries()) {
    const [band, line] = [(await at(".seed-band"))[n], (await at(".seed-mean"))[n]];
    expect(Math.abs(band[0] - x(mean - Math.sqrt(7)))).toBeLessThan(1.5);
    expect(Math.abs(band[1] - x(mean + Math.sqrt(7)))).toBeLessThan(1.5);
    expect(Math.abs((line[0] + line[1]) / 2 - x(mean))).toBeLessThan(1.5);
  }
  expect(await page.textContent("[data-view=runs] .hero-say")).toContain("Over 3 seeds each: +3.0 on average.");
  expect(await page.locator(".tl-acc").allTextContents()).toEqual(["3 seeds", "", "76.67 ± 4.41"]);
  expect(await page.textContent(".seeds-chart")).toContain("rate-0.13 seeds");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("with one seed each, no one can say, and the page says so", async () => {
  const folder = exampleRun({count: 60, shape: [6, 8, 1]});
  const settings = shown.settings.map(({runs, right}) => ({runs: runs.slice(0, 1), right: right.slice(0, 1)}));
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify({...shown, settings}));
  const {page} = await openPage(browser, `${pathToFileURL(await writeReport(folder)).href}#v=runs`);
  expect(await page.textContent(".p-seeds .panel-foot")).toBe(
    "○ One seed each: no one can say whether another seed does as much.",
  );
  expect(await page.locator(".seed-band").count()).toBe(0);
  expect(await page.textContent("[data-view=runs] .hero-say")).not.toContain("on average");
  await page.context().close();
});

test.each([
  [
    [
      ["a-rate-0.1-seed-0@2", "a-rate-0.1-seed-1@2"],
      ["a-rate-0.2-seed-0@3", "x"],
    ],
    ["a-rate-0.1", "a-rate-0.2"],
    ["…0.1", "…0.2"],
  ],
  [
    [["first@2"], ["first-edited@2"]],
    ["first", "first-edited"],
    ["first", "first-edited"],
  ],
  [[["one-seed-3@2"]], ["one-seed-3"], ["one-seed-3"]],
  [
    [["same@1"], ["same@2"]],
    ["same", "same"],
    ["same", "same"],
  ],
])("strips of %j are called by what tells them apart", (runs, whole, short) => {
  const names = stripNames(runs.map((own) => ({runs: own})));
  expect(names.map((name) => name.whole)).toEqual(whole);
  expect(names.map((name) => name.short)).toEqual(short);
});

test("a slice narrows the piles and the joined map of Runs, and the sentence says that it is about all", async () => {
  const columns = [{name: "half", values: Array.from({length: 60}, (_, i) => (i < 10 ? "low" : "high"))}];
  const folder = exampleRun({count: 60, shape: [6, 8, 1], columns});
  writeFileSync(join(folder, RUNS_FILE), JSON.stringify(shown));
  const url = pathToFileURL(await writeReport(folder)).href;
  const {page, complaints} = await openPage(browser, `${url}#v=runs&slice=half&is=low`);
  const counts = () => page.locator("[data-view=runs] .pile-count").allTextContents();
  expect(await counts()).toEqual(["3", "2", "0"]); // 3, 7, 9; 5, 6
  expect(await page.textContent(".p-who .tray-say")).toBe("Only the 5 in the chosen slices");
  expect(await page.locator(".p-who .tray-clear:visible").count()).toBe(0);
  expect(await page.textContent(".p-joined-map .map-facts")).toContain("2 of them in the chosen slices");
  const all = page.locator(".runs-all");
  expect(await all.textContent()).toBe(
    "These figures are about all 60 test digits; the lists below are about the chosen slices.",
  );
  expect(await all.isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  await settle(page);
  expect(await counts()).toEqual(["5", "2", "15"]);
  expect(await all.isVisible()).toBe(false);
  expect(complaints).toEqual([]);
  await page.context().close();
});
