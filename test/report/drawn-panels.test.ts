/** @file Panels that draw, without a browser: what is where, and which keys and clicks do what. */
import {afterAll, beforeAll, expect, test, vi} from "vitest";
import {MARKS} from "../../src/plots/marks";
import type {Tokens} from "../../src/report/client/colors";
import type {Answers, Data, MapData} from "../../src/report/client/data";
import type {State, Store} from "../../src/report/client/state";
import type {TrainingData} from "../../src/report/client/training/data";
import {type PageElement, pageDocument} from "../page/page-elements";
import {type PlainElement, plainStore} from "../support/plain-document";

const load = async () => ({
  ...(await import("../../src/report/client/explained.js")),
  ...(await import("../../src/report/client/sized.js")),
  ...(await import("../../src/report/client/strip-names.js")),
  ...(await import("../../src/report/client/timeline.js")),
  ...(await import("../../src/report/client/map/map-groups.js")),
  ...(await import("../../src/report/client/panels/matrix-grid.js")),
  ...(await import("../../src/report/client/panels/slices-panel.js")),
  ...(await import("../../src/report/client/training/draw-axes.js")),
  ...(await import("../../src/report/client/training/learned-bars.js")),
  ...(await import("../../src/report/client/training/map-range.js")),
  ...(await import("../../src/report/client/training/sample-curve.js")),
  ...(await import("../../src/report/client/training/suggestions.js")),
});
let page: Awaited<ReturnType<typeof load>>;
let elements: ReturnType<typeof pageDocument>;
beforeAll(async () => {
  elements = pageDocument();
  vi.stubGlobal("Element", class {});
  page = await load();
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const plain = (element: unknown) => element as PageElement;
const texts = (list: readonly PlainElement[]) => list.map(({textContent}) => textContent.replaceAll("\u00a0", " "));
const numbers = (list: readonly PlainElement[], ...names: string[]) =>
  list.map((one) => names.map((name) => Math.round(100 * Number(one.getAttribute(name))) / 100));
const words = {one: "image", many: "images", as: "taken for", right: "recognised"};
const looks = [
  {hue: 0, mark: "disc"},
  {hue: 1, mark: MARKS.find((mark) => mark !== "disc")},
];
const dataOf = (given: object = {}) =>
  ({
    words,
    looks,
    names: ["cat", "dog"],
    classes: 2,
    labels: Uint16Array.of(0, 0, 1, 1),
    count: 4,
    ...given,
  }) as unknown as Data;
const storeOf = (given: object) => {
  const store = plainStore(given as unknown as State);
  const went: [string, ...unknown[]][] = [];
  const tell =
    (name: string) =>
    (...args: unknown[]) =>
      void went.push([name, ...args]);
  return {store: Object.assign(store, {go: tell("go"), goOther: tell("goOther"), scrub: tell("scrub")}), went};
};
const own = (store: object) => store as unknown as Store;
/** Draws all that stands in an element, as when it gets its size. */
const sized = (element: PageElement, clientWidth: number, clientHeight: number) => {
  Object.assign(element, {clientWidth, clientHeight, isConnected: true});
  page.drawAllNow();
};

/** Ten training images of one class, of which those are right that `isRight` says. */
const learner = (isRight: (e: number, row: number) => boolean) =>
  ({
    ...{rows: 10, labels: new Uint8Array(10), epochs: [1, 2, 3], epochsBy: () => 2, isAfter: false},
    answer: (e: number, row: number) => ({predicted: isRight(e, row) ? 0 : 1}),
  }) as unknown as TrainingData;

test("what was learned has a bar up, what was forgotten one down, and a first bar that is far longer is cut", () => {
  const {store, went} = storeOf({stop: 1, view: "training"});
  const training = learner((e, row) => [row < 8, row > 0 && row < 9, true][e]); // learned 8, 1, 2; forgotten 0, 1, 0
  const root = plain(page.mountLearnedBars(dataOf({epochs: [0, 2]}), training, own(store)));
  const chart = plain(root.all("chart-moves")[0]);
  sized(chart, 300, 97.2); // 10 pixels for an image
  expect(numbers(chart.all("up"), "x", "y", "width", "height")).toEqual([
    ...[
      [19, 18, 62, 32],
      [119, 40, 62, 10],
      [219, 30, 62, 20],
    ],
  ]);
  expect(numbers(chart.all("down"), "x", "y", "width", "height")).toEqual([[119, 50, 62, 10]]);
  expect(
    chart
      .all("moves-break")[0]
      .getAttribute("d")
      ?.match(/[\d.]+/g)
      ?.map(Number),
  ).toBeAllClose([16, 35.16, 84, 27.16], {
    atol: 1e-9,
  });
  expect(numbers(chart.all("moves-base"), "x2", "y1", "y2")).toEqual([[300, 50, 50]]);
  expect(texts(chart.all("moves-n"))).toEqual(["+8", "1", "+1", "−1", "2", "+2", "3"]);
  expect(numbers(chart.all("moves-n"), "x", "y").slice(0, 5)).toEqual([
    ...[
      [50, 12.6],
      [50, 93.6],
      [150, 34.6],
      [150, 73.2],
      [150, 93.6],
    ],
  ]);
  expect(texts(chart.all("on"))).toEqual(["", "", "+1", "−1", "2"]); // the second epoch's
  chart.all("moves-hit")[0].click();
  expect(went).toEqual([]); // the page has no stop of the first
  chart.all("moves-hit")[1].click();
  expect(went).toEqual([["go", 1]]);
  expect(numbers(chart.all("moves-hit"), "x", "width")).toEqual([
    [0, 100],
    [100, 100],
    [200, 100],
  ]);
  Object.assign(chart, {clientWidth: 150});
  store.set({stop: 1});
  expect(texts(chart.all("moves-n"))).toEqual(["1", "+1", "−1", "2", "3"]); // no room but for the one that is shown
  Object.assign(chart, {clientWidth: 300});
  store.set({image: 1});
  store.set({view: "why"});
  expect(texts(chart.all("moves-n"))).toHaveLength(5); // not drawn again
});

test("a first bar that is not far longer is drawn whole", () => {
  const {store} = storeOf({stop: 1, view: "training"});
  const training = learner((e, row) => [row < 3, row > 0 && row < 4, row < 5][e]); // learned 3, 1, 2; forgotten 0, 1, 0
  const chart = plain(
    plain(page.mountLearnedBars(dataOf({epochs: [0, 2]}), training, own(store))).all("chart-moves")[0],
  );
  sized(chart, 300, 95.2);
  expect(numbers(chart.all("up"), "y", "height")).toEqual([
    [18, 30],
    [38, 10],
    [28, 20],
  ]);
  expect(chart.all("moves-break")).toEqual([]);
});

test("numbers instead of a circle list the images between them, their bounds too", () => {
  const {store} = storeOf({});
  const story = () => ({confidence: [0.1, 0.5, 0.6, 0.5, 0.09, 0.3], variability: [0.1, 0.5, 0.3, 0.05, 0.2, 0.6]});
  const training = {rows: 6, epochs: [1], epochsBy: () => 1, story} as unknown as TrainingData;
  const {button, form} = page.mapRange(training, own(store), () => 1);
  const inputs = plain(form).all("input") as unknown as (PageElement & {value: string})[];
  plain(button).click();
  expect([form.hidden, button.getAttribute("aria-expanded"), inputs[0].focused]).toEqual([false, "true", 1]);
  ["10", "50", "0.1", "0.5"].forEach((value, n) => {
    inputs[n].value = value;
  });
  plain(form).send("submit");
  expect(store.state.samples).toEqual({kind: "lasso", rows: [0, 1], name: "10 to 50 % sure, deviation 0.1 to 0.5"});
  plain(button).click();
  expect([form.hidden, button.getAttribute("aria-expanded")]).toEqual([true, "false"]);
});

test("the data map's numbers stand beside its axes, the last one inside", () => {
  const canvas = elements.create("canvas");
  const frame = {width: 150, height: 130, left: 40, right: 2, top: 20, bottom: 10};
  page.drawAxes(canvas.getContext() as CanvasRenderingContext2D, frame, false, [0, 0, 0]);
  const drawn = canvas.drawn("fillText") as [string, number, number][];
  const shares = drawn.filter(([text]) => text.endsWith("%"));
  const deviations = drawn.filter(([text]) => !text.endsWith("%"));
  expect(shares.length).toBeGreaterThan(2);
  for (const [text, x, y] of shares) expect([x, y]).toEqual([34, 20 + 100 * (1 - Number.parseFloat(text) / 100)]);
  expect(deviations.length).toBeGreaterThan(2);
  for (const [text, x, y] of deviations)
    expect([x, y]).toBeAllClose([Math.min(142, 40 + 216 * Number(text)), 120.4], {atol: 0.01});
});

test("a training image's curve is its label's probability, and its other answers stand where they were given", () => {
  const training = {
    ...{labels: [0], epochs: [1, 2], probability: (e: number) => [0.25, 0.75][e]},
    answer: (e: number) =>
      [
        {predicted: 1, sureness: 0.6},
        {predicted: 0, sureness: 0.75},
      ][e],
  } as unknown as TrainingData;
  const host = Object.assign(elements.create("div"), {clientWidth: 200, clientHeight: 114.4});
  page.drawSampleCurve(host as never, dataOf(), training, -1);
  expect(host.children).toEqual([]);
  page.drawSampleCurve(host as never, dataOf(), training, 0);
  expect(host.all("p-true")[0].getAttribute("d")).toBe("M50.0,82.2L150.0,32.2");
  expect(host.all("p-hi").map((path) => path.getAttribute("d"))).toEqual(["M50.0,47.2"]);
  expect(numbers(host.all("circle"), "cx", "cy")).toEqual([
    [50, 47.2],
    [50, 82.2],
    [150, 32.2],
  ]);
  expect(numbers(host.all("grid"), "x2", "y1", "y2")).toEqual([107.2, 57.2, 7.2].map((y) => [200, y, y]));
  const narrow = elements.create("div");
  page.drawSampleCurve(narrow as never, dataOf(), training, 0);
  expect(narrow.children).toEqual([]);
});

const answersOf = (...predicted: number[]) =>
  ({predicted, confidence: predicted.map(() => 0.5), wrong: 0, counts: new Uint32Array(4)}) as unknown as Answers;

test("dots that look alike are drawn together: what is chosen above the rest, and mistakes above right answers", () => {
  const data = dataOf({answers: [answersOf(1, 1, 1, 1), answersOf(0, 1, 1, 0)], epochs: [0, 2], explained: () => []});
  const map = {count: 4, image: [0, 1, 2, 3]} as unknown as MapData;
  const theme = {
    bad: [1, 0, 0],
    dot: [2, 0, 0],
    classes: [
      [3, 0, 0],
      [4, 0, 0],
    ],
  } as unknown as Tokens;
  const groups = (given: object, stop = 1) => {
    const state = {selection: {kind: "mistakes"}, mode: "label", isolated: -1, slices: [], stop, other: null, ...given};
    return page
      .groupPoints(data, map, state as unknown as State, stop, theme)
      .map(({points, radius, alpha, ring, color}) => [
        [...points],
        Math.round(100 * radius) / 100,
        alpha,
        ring,
        color[0],
      ]);
  };
  expect(groups({})).toEqual([
    ...[
      [[0], 2.7, 0.88, false, 3],
      [[2], 3.51, 0.88, false, 4],
    ],
    ...[
      [[1], 3.7, 0.88, true, 3],
      [[3], 4.81, 0.88, true, 4],
    ],
  ]);
  expect(groups({}, 0)).toEqual([
    [[2, 3], 3.51, 0.88, false, 4],
    [[0, 1], 2.7, 0.88, false, 3], // untrained, a mistake is nothing to mark
  ]);
  expect(groups({isolated: 1})).toEqual([
    ...[
      [[0], 2.7, 0.16, false, 3],
      [[1], 3.7, 0.16, false, 3],
    ],
    ...[
      [[2], 3.51, 0.88, false, 4],
      [[3], 4.81, 0.88, true, 4],
    ],
  ]);
  expect(groups({isolated: 0, mode: "predicted"}).map(([points, , alpha]) => [points, alpha])).toEqual([
    ...[
      [[2], 0.16],
      [[1], 0.16],
      [[0], 0.88],
      [[3], 0.88],
    ],
  ]);
  expect(groups({mode: "right"})).toEqual([
    [[0, 2], 2.2, 0.75, false, 2],
    [[1, 3], 3.7, 0.88, false, 1],
  ]);
  const chosen = groups({selection: {kind: "cell", actual: 0, predicted: 1}}).filter(([, , alpha]) => alpha === 0.88);
  expect(chosen.map(([points]) => points)).toEqual([[1]]);
});

test("explanations of many images are read row by row, and none is made up where there was none", () => {
  const packed = (values: readonly number[], more: object = {}) => ({values, ...more});
  const stop = (starts: readonly number[], scale?: number) => ({
    ...{starts: packed(starts), strongest: packed([0.5, 1]), targets: packed([4, 1])},
    weights: {values: Int8Array.of(127, -127)},
    probabilities: packed([20, 40], scale === undefined ? {} : {scale}),
    ...{fit: packed([0.75, Number.NaN]), stability: packed([Number.NaN, 0.5])},
  });
  const shown = {
    ...{indices: packed([7, 3]), of: 5, segments: packed([], {shape: [2, 1, 2], values: Uint8Array.of(0, 1, 2, 3)})},
    stops: [null, stop([0, 2, 2], 0.01), stop([0, 0, 2])],
  };
  const {carried, all, of, at} = page.decodeExplained(
    shown as never,
    (one) => (one as unknown as {values: never}).values,
  );
  expect([carried, all, at(0), at(1), at(2)]).toEqual([2, 5, [], [7], [3]]);
  const read = (s: number, image: number) => {
    const found = of(s, image);
    return found && {...found, pieces: [...found.pieces]};
  };
  expect([read(0, 7), read(1, 3), read(1, 9), read(2, 7)]).toEqual([null, null, null, null]);
  expect(read(1, 7)).toEqual({
    ...{index: 7, explained: 4, probability: 0.2, weights: [0.5, -0.5], r2: 0.75, stability: null, pieces: [0, 1]},
  });
  expect(read(2, 3)).toEqual({
    ...{index: 3, explained: 1, probability: 40, weights: [1, -1], r2: null, stability: 0.5, pieces: [2, 3]},
  });
});

test("names under a strip stand under their cells, and where they touch the greater value's stays", () => {
  const host = plain(page.stripNames(["cat", ""], [1, 2]));
  const shown = () =>
    host.children.map((one) => [one.textContent, Reflect.get(one.style, "left") ?? one.styles.get("left"), one.title]);
  sized(host, 200, 20);
  expect(shown()).toEqual([
    ["–", "144px", ""],
    ["cat", "38px", "cat"],
  ]);
  sized(host, 20, 20);
  expect(shown().map(([name]) => name)).toEqual(["–"]);
});

test("suspects are counted by their label and the answer instead, and arrows go from cell to cell", () => {
  const {store} = storeOf({view: "training", samples: {kind: "suspects"}});
  const training = {
    rows: 4,
    labels: [0, 0, 1, 1],
    suggested: [1, 1, 0, 0],
    margins: [-1, -2, -1, 1],
  } as unknown as TrainingData;
  const {root, draw} = page.mountSuggestions(dataOf(), training, own(store));
  const cells = plain(root).all("cell").map(plain);
  draw();
  expect(texts(cells)).toEqual(["", "2", "1", ""]);
  expect(cells.map((cell) => cell.classList.contains("none"))).toEqual([true, false, false, true]);
  expect(cells.map((cell) => cell.classList.contains("zero"))).toEqual([true, false, false, true]);
  expect(cells[1].title).toBe("2 labelled cat that look like dog");
  expect(texts(plain(root).all("cm-rec"))).toEqual(["suspect", "2", "1"]);
  expect(plain(root).all("empty")).toEqual([]);
  cells[2].click();
  expect(store.state.samples).toEqual({kind: "cell", given: 1, suggested: 0});
  expect(cells.map((cell) => cell.classList.contains("sel"))).toEqual([false, false, true, false]);
  const table = plain(plain(root).all("cm")[0]);
  const pressed = (from: number, key: string) => {
    cells.forEach((cell) => {
      cell.focused = 0;
    });
    Object.assign(document, {activeElement: cells[from]});
    table.send("keydown", {key});
    return cells.findIndex(({focused}) => focused > 0);
  };
  expect([pressed(0, "ArrowRight"), pressed(0, "ArrowDown"), pressed(3, "ArrowLeft"), pressed(3, "ArrowUp")]).toEqual([
    ...[1, 2, 2, 1],
  ]);
  expect([pressed(3, "ArrowRight"), pressed(0, "a")]).toEqual([-1, -1]);
});

test("of too many classes those with the most suspects are shown", () => {
  const names = Array.from({length: 25}, (_, k) => `c${k}`);
  const training = {rows: 2, labels: [24, 3], suggested: [0, 3], margins: [-1, 1]} as unknown as TrainingData;
  const {store} = storeOf({view: "training", samples: {kind: "suspects"}});
  const data = dataOf({names, classes: 25, looks: names.map(() => looks[0])});
  const root = plain(page.mountSuggestions(data, training, own(store)).root);
  expect(root.text("empty")).toBe("24 of 25 classes: those with the most suspects.");
  const shown = root
    .all("th")
    .filter((one) => one.getAttribute("scope") === "row")
    .map(({title}) => title);
  expect(shown).toEqual(names.filter((name) => name !== "c23"));
  expect(texts(root.all("cm-rec")).slice(1)).toEqual([...Array(23).fill("–"), "1"]);
});

test("the timeline's handles go by keys within its ends, and a drag moves the nearer one", () => {
  const {store, went} = storeOf({stop: 2, other: null, at: 2, atOther: 0, playing: false});
  const numbersOf = [0, 1, 2, 3, 4, 5];
  const times = {
    ...{last: 5, numbers: numbersOf, words: {one: "A", other: "B", many: "Epochs"}},
    ...{name: (s: number) => `epoch ${s}`, figure: () => "9 %"},
  };
  const {root, toggle} = page.mountTimeline(times, own(store));
  const [track, a, b] = ["tl-track", "tl-a", "tl-b"].map((name) => plain(plain(root).all(name)[0]));
  const press = (knob: PageElement, key: string) => {
    went.length = 0;
    knob.send("keydown", {key});
    return went[0];
  };
  const keys = ["ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
  expect(keys.map((key) => press(a, key)?.[1])).toEqual([3, 3, 1, 1, 0, 5, 5, 0]);
  expect([press(b, "ArrowRight"), press(a, "x")]).toEqual([["goOther", 1], undefined]);
  store.set({other: 3, atOther: 4.5, at: 2, stop: 2});
  expect(press(b, "ArrowLeft")).toEqual(["goOther", 2]);
  expect([a.styles.get("--x"), b.styles.get("--x"), b.hidden]).toEqual(["0.4", "0.9", false]);
  const [between] = plain(root).all("tl-span");
  expect([between.styles.get("--l"), between.styles.get("--w")]).toEqual(["0.4", "0.5"]);
  store.set({at: 5});
  expect([between.styles.get("--l"), between.styles.get("--w")]).toEqual(["0.9", "0.1"]);
  const marks = plain(root).all("tl-stop");
  expect(marks.map((mark) => [mark.classList.contains("on"), mark.classList.contains("on-b")])).toEqual(
    numbersOf.map((s) => [s === 2, s === 3]),
  );
  expect([a.textContent, b.getAttribute("aria-valuetext")]).toEqual(["2", "epoch 3"]);
  Object.assign(track.box, {left: 100, width: 500});
  const dragged = (stop: number, other: number | null, x: number) => {
    Object.assign(store.state, {stop, other});
    went.length = 0;
    track.send("pointermove", {clientX: 0});
    track.send("pointerdown", {pointerId: 1, clientX: x, button: 0});
    track.send("pointermove", {clientX: x});
    track.send("pointerup", {clientX: x});
    return went;
  };
  expect(dragged(0, null, 340)).toEqual([
    ["scrub", "a", 2.4],
    ["go", 2],
  ]);
  expect([dragged(0, 5, 500)[0][1], dragged(0, 5, 340)[0][1], dragged(0, 4, 300)[0][1]]).toEqual(["b", "a", "a"]);
  expect([dragged(0, null, 50)[0][2], dragged(0, null, 900)[0][2]]).toEqual([0, 5]);
  went.length = 0;
  track.send("pointerdown", {pointerId: 1, clientX: 300, button: 2});
  track.send("pointermove", {clientX: 300});
  expect(went).toEqual([]);
  const isDense = (width: number) => {
    sized(track, width, 10);
    return track.classList.contains("dense");
  };
  expect([isDense(69), isDense(70)]).toEqual([true, false]);
  vi.useFakeTimers();
  store.state.stop = 2;
  toggle();
  expect([went, store.state.playing]).toEqual([[["go", 3]], true]);
  toggle();
  expect(store.state.playing).toBe(false);
  went.length = 0;
  store.state.stop = 5;
  toggle();
  expect(went).toEqual([["go", 0]]); // from the start
  vi.advanceTimersByTime(1500);
  expect(store.state.playing).toBe(false); // it is at its end
  vi.useRealTimers();
  const alone = page.mountTimeline({...times, last: 0, numbers: [4]}, own(storeOf({stop: 0, other: null}).store));
  expect(plain(alone.root).all("play")[0].hidden).toBe(true);
  expect(plain(root).all("play")[0].hidden).toBe(false);
});

test("the matrix counts answers by true class, or says what changed and whether it is better", () => {
  const picked: number[][] = [];
  const before = {counts: Uint32Array.of(1, 1, 0, 0)} as unknown as Answers;
  const after = {counts: Uint32Array.of(2, 0, 1, 3)} as unknown as Answers;
  const made = page.grid(dataOf({answers: [before, after]}), (actual, predicted) => picked.push([actual, predicted]));
  const root = plain(made.root);
  const cells = root.all("cell").map(plain);
  const recalls = () => texts(root.all("cm-rec")).slice(1);
  made.showCounts(before, 1, {kind: "cell", actual: 0, predicted: 1});
  expect([texts(cells), recalls()]).toEqual([
    ["1", "1", "", ""],
    ["50 %", "–"],
  ]);
  expect(cells.map(({title}) => title)).toEqual([
    ...["1 of 2 true cat recognised", "1 of 2 true cat taken for dog"],
    ...["0 of 0 true dog taken for cat", "0 of 0 true dog recognised"],
  ]);
  expect(cells.map((cell) => cell.classList.contains("sel"))).toEqual([false, true, false, false]);
  expect(cells.map((cell) => cell.classList.contains("zero"))).toEqual([false, false, true, true]);
  expect(cells.map((cell) => cell.classList.contains("diag"))).toEqual([true, false, false, true]);
  // the panel is grey (128); right is blue (0 0 200), wrong red (200 0 0)
  expect(cells[0].styles.get("--c")).toBe("rgb(111 111 138)"); // a share of 0.06 + 0.3 / 4
  expect(cells[1].styles.get("--c")).toBe("rgb(200 0 0)");
  made.showDifference(before, after);
  expect([texts(cells), recalls()]).toEqual([
    ["+1", "−1", "+1", "+3"],
    ["+50.0", "+75.0"],
  ]);
  expect(cells.map(({title}) => title)).toEqual([
    ...["cat recognised: +1, better", "cat taken for dog: −1, better"],
    ...["dog taken for cat: +1, worse", "dog recognised: +3, better"],
  ]);
  made.showDifference(after, before);
  expect([texts(cells), recalls()]).toEqual([
    ["−1", "+1", "−1", "−3"],
    ["−50.0", "0.0"],
  ]);
  expect(cells[0].title).toBe("cat recognised: −1, worse");
  made.showDifference(after, after);
  expect([texts(cells), cells[0].title, recalls()]).toEqual([
    ["", "", "", ""],
    "cat recognised: as before",
    ["0.0", "0.0"],
  ]);
  cells[2].click();
  expect(picked).toEqual([[1, 0]]);
  const pressed = (from: number, key: string) => {
    cells.forEach((cell) => {
      cell.focused = 0;
    });
    Object.assign(document, {activeElement: cells[from]});
    plain(root.all("cm")[0]).send("keydown", {key});
    return cells.findIndex(({focused}) => focused > 0);
  };
  expect(["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End"].map((key) => pressed(0, key))).toEqual([
    1, 2, 0, 0, 1,
  ]);
  expect(["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "Home"].map((key) => pressed(3, key))).toEqual([
    3, 3, 2, 1, 2,
  ]);
  expect(pressed(-1, "Home")).toBe(-1);
});

test("slices that say something come first, the worst of them on top, and 12 are shown at first", () => {
  const mounted = (values: readonly string[]) => {
    const {store} = storeOf({view: "answers", stop: 0, slices: []});
    const predicted = values.map((value) => (value === "c" ? 0 : 1));
    const answers = [{predicted, wrong: predicted.filter((k) => k === 1).length}];
    const data = dataOf({
      ...{answers, count: values.length, labels: new Uint8Array(values.length), columns: [{name: "camera", values}]},
      ...{image: {height: 2, width: 2, channels: 1}, pixels: () => new Uint8Array(4)},
    });
    const root = plain(page.mountSlices(data, own(store)));
    store.set({stop: 0});
    return {root, rows: () => root.all("tbody")[0].children};
  };
  const {root, rows} = mounted([...Array(19).fill("a"), ...Array(20).fill("b"), ...Array(21).fill("c")]);
  const ofCamera = () => rows().filter((row) => row.textContent.startsWith("camera"));
  expect(ofCamera().map((row) => texts(row.children))).toEqual([
    ["camera: b", "20", "0.0 %", "0.0 to 16.1", "▼"],
    ["camera: c", "21", "100.0 %", "84.5 to 100.0", ""],
    ["camera: a", "19", "0.0 %", "0.0 to 16.8", ""], // too few to tell
  ]);
  expect(ofCamera().map((row) => row.classList.contains("dim"))).toEqual([false, false, true]);
  expect(root.text("panel-foot")?.replaceAll("\u00a0", " ")).toBe("Of all 60: 35.0 % right.");
  const more = (one: PageElement) => one.all("link")[0];
  const many = mounted(Array.from({length: 300}, (_, n) => `v${n % 15}`));
  expect([many.rows().length, more(many.root).hidden]).toEqual([12, false]);
  more(many.root).click();
  expect([many.rows().length >= 15, more(many.root).hidden]).toEqual([true, true]);
});
