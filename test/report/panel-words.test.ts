import {afterAll, beforeAll, beforeEach, expect, test, vi} from "vitest";
import type {Data} from "../../src/report/client/data";
import type {State, Store} from "../../src/report/client/state";
import type {TrainingData} from "../../src/report/client/training/data";
import type {Reason} from "../../src/report/client/why/reasons";
import {type PlainElement, plainDocument, plainStore} from "../support/plain-document";

const load = async () => ({
  ...(await import("../../src/report/client/lead.js")),
  ...(await import("../../src/report/client/training/lead.js")),
  ...(await import("../../src/report/client/panels/phases-panel.js")),
  ...(await import("../../src/report/client/panels/classes-panel.js")),
  ...(await import("../../src/report/client/panels/calibration-panel.js")),
  ...(await import("../../src/report/client/views.js")),
  ...(await import("../../src/report/client/why/view.js")),
  ...(await import("../../src/report/client/thumb.js")),
  ...(await import("../../src/report/client/slice-bar.js")),
  ...(await import("../../src/report/client/training/evidence.js")),
});
let page: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  plainDocument();
  page = await load();
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const labels = Uint16Array.of(0, 0, 1, 1);
const answers = [
  [1, 1, 1, 1],
  [0, 1, 1, 0],
  [0, 1, 1, 1],
].map((predicted) => ({
  ...{predicted, confidence: [0.6, 0.7, 0.8, 0.9], of: () => 0.5},
  wrong: predicted.filter((k, i) => k !== labels[i]).length,
  counts: predicted.reduce(
    (counts, k, i) => counts.fill(counts[2 * labels[i] + k] + 1, 2 * labels[i] + k, 2 * labels[i] + k + 1),
    new Uint32Array(4),
  ),
}));
const dataOf = (given: object = {}) =>
  ({
    ...{labels, count: 4, classes: 2, last: 2, epochs: [0, 1, 3], answers, names: ["cat", "dog"]},
    words: {one: "image", many: "images", as: "taken for", right: "recognised"},
    metrics: (stop: number) => (stop === 2 ? undefined : {testAccuracy: 0.75}),
    ...{image: {height: 0, width: 0, channels: 1}, isExplained: (i: number) => i === 1, lime: null},
    file: {run: {name: "r", data: {}}, metrics: [], stops: [0, 1, 3], recorded: 3},
    ...given,
  }) as unknown as Data;
let store: ReturnType<typeof plainStore<State>>;
beforeEach(() => {
  store = plainStore({
    view: "answers",
    stop: 2,
    other: null,
    slices: [],
    image: 0,
    decided: new Map(),
  } as unknown as State);
});
const own = () => store as unknown as Store;
const plain = (element: unknown) => element as PlainElement;
const slice = (value: string, images: readonly number[]) => ({field: "camera", value, images}) as never;

test("the sentence says how many are right, what changed since the epoch before, and the commonest mistake", () => {
  const root = plain(page.mountLead(dataOf(), own()));
  const at = (stop: number, given: Partial<State> = {}) => {
    store.set({stop, other: null, slices: [], ...given});
    return [root.text("lead"), root.text("sub")];
  };
  expect(at(0)).toEqual([
    "Untrained, the network gets 2 of 4 test images right.",
    "Its weights are still random, so one in 2 would be right by chance. See the 2 mistakes.",
  ]);
  expect(at(1)).toEqual([
    "After 1 epoch the network gets 2 of 4 test images right.",
    "Since epoch 0: 1 fixed, 1 newly broken. 2 mistakes left, most often cat taken for dog (1 time).",
  ]);
  expect(at(2)[1]).toBe(
    "Since epoch 1: 1 fixed, 0 newly broken. 1 mistake left, most often cat taken for dog (1 time).",
  );
  expect(at(1, {other: 2})).toEqual([
    "Epoch 1 gets 2, epoch 3 gets 3 of 4 test images right.",
    "From epoch 1 to 3: 1 fixed, 0 newly broken.",
  ]);
  expect(at(2, {slices: [slice("a", [2, 3])]})).toEqual([
    "Of 2 test images (camera: a) the network gets 2 right after 3 epochs.",
    expect.stringMatching(
      /^100\.0 % \(95 %: 34\.2 to 100\.0\), against 75\.0 % of all\. Since epoch 1: 1 fixed, 0 newly broken\. 0 mistakes left\.$/,
    ),
  ]);
  expect(at(2, {slices: [slice("a", [2])]})[0]).toMatch(/^Of 1 test image \(camera: a\)/);
  const both = [slice("a", [1, 2]), {field: "light", value: "day", images: [1, 3]} as never];
  expect(at(0, {slices: both})[0]).toBe("Of 1 test image in both slices the network gets 0 right untrained.");
  expect(at(0, {slices: both})[1]).toMatch(/^camera: a; light: day\. 0\.0 % /);
  expect(at(1, {other: 2, slices: both})).toEqual([
    "Of 1 test image in both slices epoch 1 gets 0, epoch 3 gets 0 right.",
    "camera: a; light: day. From epoch 1 to 3: 0 fixed, 0 newly broken.",
  ]);
  expect(at(2, {slices: [slice("a", [1]), slice("b", [2])]})).toEqual([
    "No test image is in both slices.",
    "camera: a; camera: b. Let one of them go.",
  ]);
  store.state.stop = 0;
  store.set({image: 3}); // not about images
  expect(root.text("lead")).toBe("No test image is in both slices.");
});

test("without answers the sentence says the accuracy that was measured, and why there is no more", () => {
  const words = (data: Data, stop: number) => {
    const root = plain(page.mountLead(data, own()));
    store.set({stop});
    return [root.text("lead"), root.text("sub")];
  };
  const none = dataOf({answers: [null, null, null]});
  expect(words(none, 0)).toEqual([
    "Untrained, the network gets 75.0 % of the test images right.",
    "This run kept no probabilities, so single answers cannot be shown.",
  ]);
  expect(words(none, 1)[0]).toBe("After 1 epoch, the network gets 75.0 % of the test images right.");
  expect(words(none, 2)[0]).toBe("After 3 epochs, the network was not tested.");
  const some = dataOf({answers: [answers[0], null, answers[2]]});
  expect(words(some, 1)[1]).toBe("This epoch's answers were not recorded.");
  expect(words(some, 2)[1]).toBe("1 mistake left, most often cat taken for dog (1 time).");
});

test("the sentence about the training set counts suspects, what was never learned, copies and decisions", () => {
  const story = (epochs: number) => ({learned: epochs, correctness: [0, 0, epochs, 1], forgotten: [0, 2, 1, 0]});
  const training = {
    ...{rows: 4, count: 4, margins: [-1, -2, 3, 0], labels: [0, 0, 1, 1], suggested: [1, 1, 0, 0], copies: 0},
    ...{epochs: [1, 2, 3], of: 3, judged: 3, isAfter: false, story},
    epochsBy: (epoch: number) => Math.min(3, epoch),
  };
  const words = (given: object, stop: number, state: Partial<State> = {}) => {
    const root = plain(page.mountTrainingLead(dataOf(), {...training, ...given} as unknown as TrainingData, own()));
    store.set({view: "training", stop, ...state});
    return [root.text("lead"), root.text("sub")];
  };
  expect(words({}, 0)).toEqual([
    "Before training, nothing has been learned.",
    "What it says of each training image is kept from epoch 1 on, as it is presented.",
  ]);
  expect(words({isAfter: true}, 0)[1]).toContain("from epoch 1 on, after each epoch.");
  expect(words({}, 1)).toEqual([
    "After 1 epoch it has learned 1 of 4 training labels.",
    "2 were never learned, 2 forgotten on the way. ",
  ]);
  expect(words({}, 2)).toEqual([
    "The network disagrees with 2 of 4 training labels.",
    "2 were never learned, 2 forgotten on the way. Most often cat looks like dog. None decided yet.",
  ]);
  expect(words({margins: [1, 2, 3, 0]}, 2)).toEqual([
    "It agrees with every one of 4 training labels.",
    "2 were never learned, 2 forgotten on the way. None decided yet.",
  ]);
  expect(words({copies: 1, count: 5000}, 2)).toEqual([
    "The network disagrees with 2 of 4 training labels that the page carries, of 5,000.",
    expect.stringContaining(" on the way; 1 is a test image too. Most often"),
  ]);
  expect(words({copies: 2}, 2)[1]).toContain("; 2 are test images too.");
  const decided = new Map([[3, {kind: "keep"}]]) as State["decided"];
  expect(words({}, 2, {decided})[1]).toMatch(/dog\. 1 decided: 1 kept, 0 relabelled, 0 dropped\.$/);
  const few = {epochs: [1, 2], epochsBy: (epoch: number) => Math.min(2, epoch)};
  expect(words({...few, of: 2}, 2)[1]).toMatch(/ 3 epochs or more tell hard from wrong better\.$/);
  expect(words({...few, of: 50, judged: 50}, 2)[1]).toMatch(
    / 2 of its 50 epochs are here; the labels are judged by all of them\.$/,
  );
  expect(words({of: 50, judged: 20}, 2)[1]).toMatch(/dropped\. 3 of its 50 epochs .* judged by 20 of them\.$/);
});

test("the time of a run is told by epoch and phase, and a row that the page has no stop of cannot be chosen", () => {
  const metrics = [0, 1, 2, 3].map((epoch) => ({
    epoch,
    seconds: {train: epoch ? 4 : undefined, evaluate: 1, probes: 5},
  }));
  const mounted = (given: object) =>
    plain(page.mountPhases(dataOf({file: {metrics, stops: [0, 1, 3], recorded: 3, ...given}}), own()));
  const root = mounted({});
  expect(root.text("panel-say")).toBe("36 s in all.");
  expect(root.text("ph-key")).toBe("training 12 sevaluating 4.0 sprobes 20 s");
  const rows = root.all("ph-row");
  expect(rows.map((row) => row.textContent)).toEqual(["06.0 s", "110 s", "210 s", "310 s"]);
  expect(rows[0].title).toBe("Epoch 0: training 0.0 s, evaluating 1.0 s, probes 5.0 s");
  expect(rows[1].all("i").map((part) => part.styles.get("--w"))).toEqual(["0.4", "0.1", "0.5"]);
  expect(rows.map((row) => (row as unknown as {disabled?: boolean}).disabled ?? false)).toEqual([
    false,
    false,
    true,
    false,
  ]);
  rows[1].click();
  expect(store.state.stop).toBe(1);
  store.set({stop: 2, other: 0});
  expect(rows.map((row) => row.classList.contains("on"))).toEqual([true, false, false, true]);
  store.set({other: null, stop: 1});
  expect(rows.map((row) => row.classList.contains("on"))).toEqual([false, true, false, false]);
  store.set({stop: 2});
  expect(rows.map((row) => row.classList.contains("on"))).toEqual([false, false, false, true]);
  store.set({other: 0});
  expect(rows.map((row) => row.classList.contains("on"))).toEqual([true, false, false, true]);
  expect(root.text("note")).toContain("each epoch: training the network, evaluating it");
  const watched = mounted({metrics: metrics.map((row) => ({...row, seconds: {evaluate: 1}}))});
  expect(watched.text("note")).toContain("each epoch: evaluating it");
  expect(mounted({recorded: 4}).all("ph-row")).toHaveLength(3); // of a sample, the page's own epochs
});

test("there is a row of questions from two on, and it marks the one that is shown", () => {
  const question = (name: State["view"]) => ({name, title: name, finding: (stop: number) => `at ${stop}`});
  expect(page.mountQuestions([question("answers")], own())).toBeNull();
  const root = plain(page.mountQuestions([question("answers"), question("why")], own()));
  const [first, second] = root.all("ask-tab");
  store.set({view: "why", stop: 1});
  expect([first, second].map((tab) => tab.getAttribute("aria-current"))).toEqual([null, "page"]);
  expect([second.title, second.textContent]).toEqual(["why (2)", "whyat 1"]);
  for (const key of ["stop", "slices", "view"] as const) {
    store.state.stop++;
    store.set({[key]: store.state[key]});
    expect(first.textContent).toBe(`answersat ${store.state.stop}`);
  }
  store.state.stop = 9;
  store.set({image: 1});
  expect(first.textContent).not.toContain("9");
  first.click();
  expect(store.state.view).toBe("answers");
});

test("the line about slices is there among the answers, and with a slice where it narrows", () => {
  const root = plain(page.mountSliceBar(dataOf(), own()));
  const at = (view: State["view"], slices: State["slices"]) => {
    store.set({view, slices});
    return root.hidden;
  };
  const one = [slice("a", [1, 2])];
  expect([at("answers", []), at("why", []), at("training", [])]).toEqual([false, true, true]);
  expect([at("answers", one), at("why", one), at("training", one)]).toEqual([false, false, true]);
  store.set({slices: []});
  expect(root.hidden).toBe(true);
  store.set({view: "answers"});
  expect(root.hidden).toBe(false);
  store.set({slices: one});
  expect(root.text("slice-count")).toBe("of 2 images:");
  expect(root.text("chip")).toBe("camera: a ×");
});

test("a thumbnail says the class, or what it was taken for, and how sure the network was", () => {
  let stop = 2;
  const opened: number[] = [];
  const made = (data: Data) => page.thumb(data, () => stop, (i) => opened.push(i)); // biome-ignore format: a line
  const one = made(dataOf());
  const root = plain(one.root);
  one.show(1);
  expect([root.text("th-cap"), root.text("th-p"), root.title]).toEqual([
    "cat → dog",
    "70 %",
    "cat taken for dog, 70.0 %",
  ]);
  expect([root.classList.contains("wrong"), root.all("th-dot")[0].hidden]).toEqual([true, false]);
  one.show(2);
  expect([root.text("th-cap"), root.title, root.classList.contains("wrong")]).toEqual([
    "dog",
    "dog recognised, 80.0 %",
    false,
  ]);
  expect(root.all("th-dot")[0].hidden).toBe(true);
  root.click();
  expect(opened).toEqual([2]);
  stop = 0;
  const bare = made(dataOf({answers: [null], names: ["", "dog"]}));
  bare.show(0);
  expect([plain(bare.root).text("th-cap"), plain(bare.root).text("th-p"), plain(bare.root).title]).toEqual([
    "–",
    "",
    "image 0",
  ]);
});

test("the question Why counts reasons that settled after their answers, and explanations that pass both checks", () => {
  const reason = (image: number, given: object = {}): Reason =>
    ({
      image,
      answer: 1,
      answerFrom: 1,
      reasonFrom: 2,
      fit: 0.8,
      ownError: 0.6,
      likeLast: [null, 0.5, 1],
      ...given,
    }) as Reason;
  const reasons = [
    reason(0),
    reason(1, {reasonFrom: 1}),
    reason(2, {reasonFrom: null, ownError: null}),
    reason(3, {fit: null, reasonFrom: 3}),
  ];
  const entry = {explained: 1, weights: [0.1], pieces: []};
  const lime = {height: 0, width: 0, of: (stop: number, image: number) => (stop > 0 && image !== 1 ? [entry] : [])};
  const {left, step} = page.mountWhy(dataOf({lime}), reasons, own());
  const root = plain(left);
  store.set({view: "why"});
  expect(root.text("lead")).toBe("In 2 of 3 images the reason settled after the answer.");
  expect(root.text("sub")).toMatch(/^2 of 4 explanations pass both checks\./);
  const rows = root.all("why-row");
  expect(rows.map((row) => row.text("why-say"))).toEqual([
    ...["cat taken for dog■ fit 0.80  ■ steady 0.60", "cat taken for dog■ fit 0.80  ■ steady 0.60"],
    ...["dog■ fit 0.80  □ steady –", "dog□ fit –  ■ steady 0.60"],
  ]);
  expect(rows.map((row) => row.all("why-when").map((one) => one.textContent))).toEqual([
    ["answerepoch 1", "reasonepoch 3"],
    ["answerepoch 1", "reasonepoch 1"],
    ["answerepoch 1", "reasonnot known"],
    ["answerepoch 1", "reasonnot yet"],
  ]);
  expect(rows.map((row) => row.all("late").length)).toEqual([1, 0, 0, 1]);
  expect(rows[0].all("stave-before")).toHaveLength(1);
  expect(rows[2].all("stave-before")).toHaveLength(0);
  expect(rows[0].all("circle").map((dot) => Number(dot.getAttribute("cx")))).toEqual([48, 93]);
  expect(rows[0].all("circle").map((dot) => Number(dot.getAttribute("cy")))).toEqual([14, 3]);
  const film = (image: number, stop: number) => {
    store.set({image, stop});
    return [
      root.text("verdict"),
      root.all("why-frame").map((one) => one.textContent),
      root.all("why-left-out")[0],
    ] as const;
  };
  const [verdict, frames, out] = film(0, 0);
  expect(verdict).toBe("dog, answered so since epoch 1, for this reason since epoch 3.");
  expect(frames).toEqual(["not explainedepoch 0–", "epoch 10.50 like the last", "epoch 31.00 like the last"]);
  expect([out.hidden, out.textContent]).toEqual([false, "Not explained as dog at epoch 0."]);
  expect(root.all("now").map((one) => one.textContent)).toEqual([frames[0]]);
  expect(film(2, 1)[1]).toHaveLength(2);
  expect(film(2, 1)[0]).toBe("dog, answered so since epoch 1, for this reason nobody knows.");
  expect(film(3, 1)[0]).toBe("dog, answered so since epoch 1, for this reason not yet.");
  expect(film(1, 2)[2].textContent).toBe("Not explained as dog at epochs 0, 1, 3.".replace("0, 1, 3", "0 to 3"));
  step(1);
  expect(store.state.image).toBe(2);
  store.set({image: 3});
  step(1);
  expect(store.state.image).toBe(0);
  step(-1);
  expect(store.state.image).toBe(3);
  store.set({slices: [slice("a", [])]});
  expect(root.text("lead")).toBe("None of these images was explained.");
  expect(root.text("sub")).toBe("All 4 that were explained are outside of the chosen slices.");
  expect(rows.every((row) => row.hidden)).toBe(true);
});

test("where nobody asked for evidence, a suspect has the command that makes it, and no other has", () => {
  const training = {evidence: () => null, picture: () => null, margins: [-1, 0, 2]} as unknown as TrainingData;
  const words = (row: number, ask: number) =>
    page.evidencePanel(dataOf(), training, row, ask).map((kid) => plain(kid).text("code"));
  expect(words(0, 12)).toEqual(["npx ts-node runner.ts labels suspects r"]);
  expect(words(0, 13)).toEqual(["npx ts-node runner.ts labels suspects r --evidence 13"]);
  expect([words(1, 3), words(2, 3)]).toEqual([[], []]);
});

const looks = [0, 1].map((hue) => ({hue, mark: "disc"}));

test("a class has its shares at the epoch and by how many points they move, and a dash for a share of none", () => {
  const root = plain(page.mountClasses(dataOf({looks}), own()));
  const cells = () =>
    root.all("tbody")[0].children.map((row) => [...row.all("cls-v").map((one) => one.textContent), row.text("cls-n")]);
  const footOf = () => root.text("panel-foot");
  // after epoch 1: cat → cat, dog; dog → dog, cat: everything is a half
  store.set({stop: 1});
  expect(cells()).toEqual([
    ["50.0 %", "50.0 %", "50.0 %", "2"],
    ["50.0 %", "50.0 %", "50.0 %", "2"],
  ]);
  expect(footOf()).toBe("All classes: 50.0 % (95 %: 15.0 to 85.0) right. Bars begin at 50 %.");
  expect(root.all("tr")[1].title).toBe("Recall 50.0 % (95 %: 9.5 to 90.5)");
  // at the start all are called dogs: nothing is called a cat
  store.set({stop: 0});
  expect(cells()[0].filter((one) => one === "–")).toHaveLength(1);
  expect(cells()[0]).toContain("0.0 %");
  // from epoch 1 to 3: cats are found as before, and dogs always
  store.set({stop: 1, other: 2});
  const texts = cells();
  expect(texts[0][0]).toBe("50.0 %+50.0"); // precision: 1 of 1
  expect(texts[0][1]).toBe("50.0 %±0");
  expect(texts[1][1]).toBe("50.0 %+50.0");
  store.set({stop: 2, other: 1});
  expect(cells()[1][1]).toBe("100.0 %−50.0");
  store.set({isolated: 1, other: null});
  const rows = root.all("tbody")[0].children;
  expect(rows.map((row) => row.classList.contains("dim"))).toEqual([true, false]);
  expect(rows.map((row) => row.all("chip")[0].getAttribute("aria-pressed"))).toEqual(["false", "true"]);
  rows[1].all("chip")[0].click();
  expect(store.state.isolated).toBe(-1);
  rows[0].all("chip")[0].click();
  expect(store.state.isolated).toBe(0);
  store.set({slices: [slice("a", [2, 3])]});
  expect(cells()).toEqual([
    ["–", "–", "–", "0"],
    ["100.0 %", "100.0 %", "100.0 %", "2"],
  ]);
  expect(rows[0].title).toBe("");
  store.set({slices: []});
  const bare = plain(page.mountClasses(dataOf({looks, answers: [null, null, answers[2]]}), own()));
  store.set({stop: 0});
  expect(bare.text("cls-n")).toBe("–");
  expect(bare.text("panel-foot")).toBe("Bars begin at 50 %.");
});

test("a class without a name has a dash, bars begin at the least trained figure, and what fell is marked", () => {
  const root = plain(page.mountClasses(dataOf({looks, names: ["cat", ""]}), own()));
  expect(root.all("chip").map((chip) => chip.textContent)).toEqual(["cat", "–"]);
  const bars = (stop: number) => {
    store.set({stop, other: null});
    return root.all("cls-bar").map((bar) => Number(Number(bar.all("i")[0].styles.get("--w")).toFixed(3)));
  };
  expect(bars(0)).toEqual([0, 0, 0, 0, 1, 0.333]); // precision, recall and F1 of cats, then of dogs
  expect(bars(1)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(bars(2)).toEqual([1, 0, 0.333, 0.333, 1, 0.6]);
  store.set({stop: 2, other: 1});
  const fell = root.all("small").map((moved) => (moved as unknown as {className: string}).className);
  expect(fell).toEqual(["bad", "", "bad", "bad", "bad", "bad"]);
});

test("the calibration says whether a network is too sure or too modest, and what a temperature would mend", () => {
  const made = (sure: number, given: object = {}) => {
    const predicted = [0, 1, 1, 1]; // three of four are right
    const own2 = {predicted, confidence: [sure, sure, sure, sure], wrong: 1, counts: new Uint32Array(4)};
    const one = {...own2, of: (i: number, k: number) => (predicted[i] === k ? sure : 1 - sure)};
    const data = dataOf({answers: [null, one, one], file: {temperatures: [null, null, 2], metrics: []}, ...given});
    const root = plain(page.mountCalibration(data, own()));
    store.set({stop: 1, other: null, slices: []});
    return root;
  };
  const say = (root: PlainElement) => root.all("panel-say").map((one) => one.textContent)[0];
  expect(say(made(0.95))).toBe("ECE 20.0 %. On average 95.0 % sure and 75.0 % right: too sure.");
  expect(say(made(0.6))).toBe("ECE 15.0 %. On average 60.0 % sure and 75.0 % right: too modest.");
  expect(say(made(0.752))).toMatch(/^ECE 0\.2 %\. On average 75\.2 % sure and 75\.0 % right: well calibrated\.$/);
  const root = made(0.95);
  expect(root.textContent).not.toContain("With temperature");
  store.set({stop: 2});
  expect(root.textContent).toContain(" With temperature 2.00 the ECE would be ");
  store.set({other: 1});
  expect(say(root)).toBe("ECE 20.0 % at epoch 3, 20.0 % at epoch 1.");
  expect(root.textContent).not.toContain("With temperature");
  store.set({stop: 0, other: null});
  expect(say(root)).toBe("This epoch's answers were not recorded.");
  store.set({stop: 1, slices: [slice("a", [1]), slice("b", [2])]});
  expect(say(root)).toBe("There is no image in both slices.");
});
