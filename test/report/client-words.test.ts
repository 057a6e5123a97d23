import {beforeAll, expect, test, vi} from "vitest";
import {contrast, css, inkOn, mix, type Rgb, type Tokens} from "../../src/report/client/colors";
import type {Data} from "../../src/report/client/data";
import {pct, seconds} from "../../src/report/client/format";
import {axisOf} from "../../src/report/client/panels/curves";
import {fitWord, limeAt, wantedClass} from "../../src/report/client/panels/image-tiles";
import {overSeeds} from "../../src/report/client/runs/seed-strips";
import type {State} from "../../src/report/client/state";
import type {SampleChoice, SampleOrder} from "../../src/report/client/training/choices";
import type {Story, TrainingData} from "../../src/report/client/training/data";
import {decodeEvidence} from "../../src/report/client/training/evidence-data";
import {dotPlaces, rowsByStep, shareColor} from "../../src/report/client/training/map-dots";
import {chosenRows, epochsAt, movesByEpoch, regions, suspectCounts} from "../../src/report/client/training/samples";
import {leaksPage, type ShownPair} from "../../src/report/labels/leaks-page";
import {neighbourRows} from "../../src/report/labels/neighbour-rows";
import {nearestWords} from "../../src/report/nearest-words";
import type {RunsShown} from "../../src/report/runs-file";

/** Some modules ask the browser at once whether motion is wanted. */
let view: typeof import("../../src/report/client/runs/view.js");
beforeAll(async () => {
  vi.stubGlobal("matchMedia", () => ({matches: true, addEventListener: () => undefined}));
  vi.stubGlobal("document", {documentElement: {}});
  view = await import("../../src/report/client/runs/view.js");
  vi.unstubAllGlobals();
});

/** Six training images of two classes; the margins of 1, 2 and 4 are below 0. */
const story: Story = {
  confidence: [0.9, 0.2, 0.1, 0.6, 0.3, 1],
  variability: [0.1, 0.3, 0.05, 0.5, 0.2, 0],
  correctness: [2, 1, 0, 1, 0, 2],
  forgotten: [0, 2, 0, 1, 0, 0],
  learnedAt: [1, 3, 9, 2, 9, 1],
  loss: [0.1, 2, 3, 0.7, 2.5, 0],
  learned: 4,
} as unknown as Story;
const predicted = [
  [0, 1, 1, 0, 0, 1],
  [0, 0, 1, 1, 0, 1],
];
const training = {
  ...{rows: 6, labels: [0, 0, 0, 1, 1, 1], suggested: [1, 1, 1, 0, 0, 0], margins: [2, -1, -3, 0, -2, 5]},
  ...{epochs: [2, 4], epochsBy: (epoch: number) => [2, 4].filter((one) => one <= epoch).length, story: () => story},
  copy: (row: number) => (row === 3 ? {test: 8, isNear: false} : null),
  place: (row: number) => 100 + row,
  answer: (e: number, row: number) => ({predicted: predicted[e][row], sureness: 1}),
  entropy: (row: number) => row % 3,
} as unknown as TrainingData;
const chosen = (samples: SampleChoice, order: SampleOrder, decided: readonly number[] = []) =>
  chosenRows(training, {samples, order, decided: new Map(decided.map((place) => [place, {}]))} as unknown as State, 4);

test.each([
  ["suspects", [2, 4, 1]],
  ["forgotten", [1, 3]],
  ["never", [2, 4]],
  ["copies", [3]],
  ["decided", [4, 0]],
  ["all", [2, 4, 1, 3, 0, 5]],
] as const)("the list of %s has its training images, the most suspect first", (kind, rows) => {
  expect(chosen({kind}, "suspect", [100, 104])).toEqual(rows);
});

test("a cell lists the suspects of its label that look like its class; a circle what is in it", () => {
  expect(chosen({kind: "cell", given: 0, suggested: 1}, "suspect")).toEqual([2, 1]); // 0 is no suspect
  expect(chosen({kind: "cell", given: 1, suggested: 0}, "suspect")).toEqual([4]);
  expect(chosen({kind: "cell", given: 1, suggested: 1}, "suspect")).toEqual([]);
  expect(chosen({kind: "lasso", rows: [5, 1, 0]}, "suspect")).toEqual([1, 0, 5]);
  expect([...suspectCounts(training, 2)]).toEqual([0, 2, 1, 0]);
});

test.each([
  ["confidence", [2, 1, 4, 3, 0, 5]],
  ["variability", [3, 1, 4, 0, 2, 5]],
  ["forgotten", [1, 3, 2, 4, 0, 5]],
  ["learnedAt", [2, 4, 1, 3, 0, 5]],
  ["loss", [2, 4, 1, 3, 0, 5]],
  ["entropy", [2, 5, 4, 1, 3, 0]],
  ["error", [2, 4, 1, 3, 0, 5]], // not known: all alike
] as const)("by %s the worst are first, and of equals the most suspect", (order, rows) => {
  expect(chosen({kind: "all"}, order)).toEqual(rows);
});

test("there is always an epoch to show, and moves count from wrong to right and back", () => {
  expect([0, 2, 3, 9].map((epoch) => epochsAt(training, epoch))).toEqual([1, 1, 1, 2]);
  expect(movesByEpoch(training)).toEqual([
    {learned: 2, forgotten: 0}, // 0 and 5
    {learned: 2, forgotten: 0}, // 1 and 3
  ]);
  const swapped = {...training, answer: (e: number, row: number) => training.answer(1 - e, row)} as TrainingData;
  expect(movesByEpoch(swapped)).toEqual([
    {learned: 4, forgotten: 0},
    {learned: 0, forgotten: 2},
  ]);
  expect(regions(story, 2)).toEqual({easy: [0, 5], ambiguous: [1, 3], hard: [2, 4]});
});

test("on the data map sure and steady images are at the top left, and hard ones are drawn last", () => {
  const places = dotPlaces(training, 2, false);
  const of = (row: number) => [places[2 * row], places[2 * row + 1]];
  expect(of(5)).toEqual([0, 0]);
  expect(of(3)[0]).toBe(1); // a deviation of a half is the greatest
  expect(of(2)[1]).toBeCloseTo(0.9, 6);
  const steps = rowsByStep(training, 2).map((rows) => [...rows]);
  expect(steps).toEqual([[0, 5], [], [1, 3], [], [], [2, 4]]);
  const look = {bad: [200, 0, 0], ok: [0, 0, 200], dot: [100, 100, 100], panel: [0, 0, 0]} as unknown as Tokens;
  expect(shareColor(0, look)).toEqual(look.bad);
  expect(shareColor(0.5, look)).toEqual([85, 85, 85]);
  expect(shareColor(1, look)).toEqual(look.ok);
  expect(shareColor(0.25, look)[0]).toBeCloseTo((200 + 85) / 2, 9);
});

test("the evidence for both labels is read side by side, each pixel, weight and picture where it belongs", () => {
  const packed = (values: ArrayLike<number>, shape: readonly number[]) => ({values, shape}) as never;
  const neighbours = (n: number) => ({places: [n, n + 1], pixels: packed(Uint8Array.of(n, n, 7, 8), [2, 1, 2, 1])});
  const shown = {
    ...{place: 5, labels: [3, 4], segments: packed(Uint16Array.of(0, 1), [1, 2])},
    ...{
      weights: [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
      r2: [0.5, null],
    },
    saliency: packed(Int8Array.of(127, 0, -127, 127), [2, 1, 2]),
    neighbours: [neighbours(1), neighbours(5)],
    nearest: {...neighbours(9), labels: [1, 2]},
  };
  const read = (given: object) => decodeEvidence(given as never, (one) => (one as unknown as {values: never}).values);
  const {height, width, sides, nearest} = read(shown);
  expect([height, width]).toEqual([1, 2]);
  expect(sides.map(({label, weights, r2, saliency}) => [label, weights, r2, [...(saliency ?? [])]])).toEqual([
    [3, [0.1, 0.2], 0.5, [1, 0]],
    [4, [0.3, 0.4], null, [-1, 1]],
  ]);
  expect(sides.map(({neighbours: near}) => near?.pictures.map(({pixels}) => [...pixels]))).toEqual([
    [
      [1, 1],
      [7, 8],
    ],
    [
      [5, 5],
      [7, 8],
    ],
  ]);
  expect(nearest?.pictures[0]).toMatchObject({height: 1, width: 2, channels: 1});
  expect(nearest?.labels).toEqual([1, 2]);
  const bare = read({...shown, saliency: null, neighbours: null, nearest: null});
  expect([bare.sides[0].saliency, bare.sides[1].neighbours, bare.nearest]).toEqual([null, null, null]);
});

test("an explanation is of the class that is wanted, else of the one there is", () => {
  const entries = [{explained: 2}, {explained: 1}];
  const data = {labels: [2], answers: [{predicted: [1]}, null], lime: {of: () => entries}} as unknown as Data;
  const of = (limeFor: State["limeFor"], stop = 0) => limeAt(data, {limeFor}, stop, 0)?.explained;
  expect([of("predicted"), of("label"), of("predicted", 1)]).toEqual([1, 2, 2]);
  expect(wantedClass(data, {limeFor: "label"}, 1, 0)).toBe(2);
  expect(wantedClass(data, {limeFor: "predicted"}, 1, 0)).toBeUndefined();
  expect(limeAt({...data, lime: null}, {limeFor: "label"}, 0, 0)).toBeUndefined();
  expect([null, 0.49, 0.5, 0.74, 0.75].map(fitWord)).toEqual(["none", "poor", "fair", "fair", "good"]);
});

test("the question of two runs says by how many answers, and whether seeds do as much", () => {
  const of = (right: number, verdict: string) =>
    view.runsFinding({right, baseRight: 40, noise: {verdict}} as unknown as RunsShown);
  expect(of(1043, "beyond")).toBe("+1,003 right, beyond seed noise");
  expect(of(38, "within")).toBe("−2 right, within seed noise");
  expect(of(40, "unknown")).toBe("as many right");
  expect(of(41, "seed")).toBe("another seed");
});

test("settings are compared over their seeds if three or more of both are known", () => {
  const of = (base: readonly number[], run: readonly number[]) =>
    overSeeds({
      ...{base: "b0", run: "r0"},
      settings: [
        {runs: base.map((_, n) => `b${n}`), right: base},
        {runs: run.map((_, n) => `r${n}`), right: run},
      ],
    } as unknown as RunsShown);
  expect(of([40, 42, 44], [43, 43, 43])).toBe("Over 3 seeds each: +1.0 on average. ");
  expect(of([40, 42, 44], [41, 41, 41, 41])).toBe("Over 3 and 4 seeds: −1.0 on average. ");
  expect(of([40, 42, 44], [42, 42, 42])).toBe("Over 3 seeds each: +0.0 on average. ");
  expect(of([40, 42, 44], [43, 43])).toBe("");
  expect(of([40, 42], [43, 43, 43])).toBe("");
  const one = {runs: ["b0", "r0", "c0"], right: [1, 2, 3]};
  expect(overSeeds({base: "b0", run: "r0", settings: [one]} as unknown as RunsShown)).toBe(""); // one setting
});

test("shares and times are rounded at their bounds", () => {
  expect([
    pct(0.9994),
    pct(0.9995),
    pct(0.0005),
    pct(0.0004),
    pct(0.996, 0),
    pct(0.004, 0),
    pct(-0.1),
    pct(1.5),
  ]).toEqual([...["99.9 %", ">99.9 %", "0.1 %", "<0.1 %", ">99 %", "<1 %", "-10.0 %", "150.0 %"]]);
  expect([9.94, 10, 119.4, 120, 3599.6].map(seconds)).toEqual(["9.9 s", "10 s", "119 s", "2 min 00 s", "60 min 00 s"]);
});

test("the axis of losses is a logarithm of what there is, or begins at 0", () => {
  const zoomed = axisOf("loss", [0.02, 2], true);
  expect([zoomed.low, zoomed.high]).toBeAllClose([0.017, 2.3], {rtol: 1e-9});
  expect(zoomed.ticks[0]).toBeGreaterThanOrEqual(0.017);
  expect(zoomed.along(2) - zoomed.along(0.2)).toBeCloseTo(zoomed.along(0.2) - zoomed.along(0.02), 9);
  const whole = axisOf("loss", [0.02, 2], false);
  expect(whole).toMatchObject({low: 0, ticks: [0, 0.5, 1, 1.5, 2]});
  expect(whole.high).toBeCloseTo(2.1, 9);
  expect(axisOf("loss", [1.01], false).ticks).toEqual([0, 0.5, 1]);
  expect(axisOf("loss", [0, 1], true).low).toBe(0); // a loss of 0 has no logarithm
  expect(axisOf("loss", [60], false).ticks).toEqual([0, 15, 30, 45, 60]);
});

test("the axis of accuracies leaves room above the best, and none above 100 %", () => {
  const axis = axisOf("accuracy", [0.1, 0.9, 1], true);
  expect(axis.high).toBeCloseTo(0.9 + 0.1 * 0.25, 9);
  expect(axis.ticks.at(-1)).toBe(0.9);
  expect(axis.label(0.985)).toBe("98.5");
  expect(axis.along(0.99) - axis.along(0.9)).toBeGreaterThan(axis.along(0.9) - axis.along(0.81));
  expect(axisOf("accuracy", [0.1], true).high).toBeCloseTo(0.625, 9); // at least the half is shown
  expect(axisOf("accuracy", [0.99999], true).high).toBe(0.9997);
});

test("colours are mixed by shares, and an ink is the first legible one on its ground, else the one of most contrast", () => {
  expect(mix([0, 100, 200], [100, 0, 200], 0.25)).toEqual([25, 75, 200]);
  expect(css([1.4, 2.6, 3])).toBe("rgb(1 3 3)");
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 9);
  expect(contrast([255, 255, 255], [0, 0, 0])).toBeCloseTo(21, 9);
  expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2); // as in WCAG's own examples
  expect(contrast([255, 0, 0], [255, 255, 255])).toBeCloseTo(4.0, 1);
  expect(contrast([5, 5, 5], [0, 0, 0])).toBeCloseTo((5 / 255 / 12.92 + 0.05) / 0.05, 9);
  const look = {ink: [40, 40, 40], panel: [240, 240, 240]} as unknown as Tokens;
  const on = (ground: Rgb) => inkOn(ground, look);
  expect([on([255, 255, 255]), on([0, 0, 0]), on([0, 0, 128])]).toEqual([look.ink, look.panel, look.panel]);
  expect(on([128, 128, 128])).toEqual([0, 0, 0]); // ink and paper have less than 4.6 to 1
});

test("the labels of the nearest are counted, and said by the commonest", () => {
  expect(nearestWords(["3", "8", "8"])).toBe("2 of 3 are labelled 8");
  expect(nearestWords(["8", "8"])).toBe("all 2 are labelled 8");
  expect(nearestWords(["8"])).toBe("it is labelled 8");
  expect(nearestWords(["3", "8"])).toBe("1 of 2 are labelled 3");
});

test("neighbours beside a suspect are in three rows, and a row of none says why it is empty", () => {
  const tile = (label: string) => ({picture: "data:,", label, where: `train:${label}`});
  const names = {given: "3", suggested: "<8>"};
  const some = neighbourRows({given: [], suggested: [tile("8"), tile("8")], all: [tile("3")]}, names);
  expect(some.match(/<p class="soft">[^<]*<\/p>/g)).toEqual([
    '<p class="soft">Most alike, labelled 3: none whose own label is beyond doubt</p>',
    '<p class="soft">Most alike, labelled &lt;8&gt;</p>',
    '<p class="soft">Most alike of all: it is labelled 3</p>',
  ]);
  expect(some.match(/<div class="row">/g)).toHaveLength(2);
  expect(some.match(/<img /g)).toHaveLength(3);
  expect(neighbourRows({given: [], suggested: [], all: []}, names)).not.toContain("Most alike of all");
});

test("the page of copies counts its pairs, those across splits, and says how many it leaves out", () => {
  const copy = (label: string, where: string) => ({picture: "data:,", label, where});
  const pair = (other: string, across: boolean): ShownPair => ({
    ...{image: copy("3", "test:1"), other: copy(other, "train:2"), what: "the same pixels", across},
  });
  const page = leaksPage("run", [pair("8", true), pair("3", false)], 1234, true);
  expect(page).toContain("<h1><b>1,234</b> pairs of images that are copies of each other.</h1>");
  expect(page).toContain("come first (1 shown)");
  expect(page).toContain("The first 2 of 1,234 are here; leaks.csv has all.");
  expect(page.match(/labels differ<\/b>/g)).toHaveLength(1);
  expect(page.match(/<b>across splits<\/b>/g)).toHaveLength(1);
  expect(page).toContain('the same pixels <b class="differs">labels differ</b>');
  const one = leaksPage("run", [pair("3", false)], 1, false);
  expect(one).toContain("<b>1</b> pair of images");
  expect(one).not.toContain("are here; leaks.csv has all");
  expect(leaksPage("run", [], 0, false)).toContain("<h1>No image is there twice.</h1>");
});
