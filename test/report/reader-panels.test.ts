/** @file The panels of a reader's page without a browser: their words, and what they draw where. */
import {afterAll, beforeAll, expect, test, vi} from "vitest";
import type {ChartOf} from "../../src/report/reader/client/chart";
import type {ReaderData, TrackedData} from "../../src/report/reader/client/data";
import type {ReaderState, ReaderStore} from "../../src/report/reader/client/state";
import {type PageElement, pageDocument} from "../page/page-elements";
import {type PlainElement, plainStore} from "../support/plain-document";

const load = async () => ({
  ...(await import("../../src/report/reader/client/chart.js")),
  ...(await import("../../src/report/reader/client/lead.js")),
  ...(await import("../../src/report/reader/client/one-question.js")),
  ...(await import("../../src/report/reader/client/nodes.js")),
  ...(await import("../../src/report/reader/client/places-panel.js")),
  ...(await import("../../src/report/reader/client/questions-panel.js")),
  ...(await import("../../src/report/reader/client/text-panel.js")),
});
let page: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  pageDocument();
  page = await load();
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const plain = (element: unknown) => element as PageElement;
const texts = (list: readonly PlainElement[]) => list.map(({textContent}) => textContent.replaceAll("\u00a0", " "));
const rounded = (value: number) => Math.round(100 * value) / 100;
/** Some attributes of elements, as numbers of at most two decimals. */
const numbers = (list: readonly PlainElement[], ...names: string[]) =>
  list.map((one) => names.map((name) => rounded(Number(one.getAttribute(name)))));
const storeOf = (given: Partial<ReaderState> = {}) =>
  plainStore({
    ...{stop: 0, question: 0, evidence: "gradients", layer: 0, head: 0, node: 1, list: "wrong"},
    ...given,
  } as ReaderState);
type Own = ReturnType<typeof storeOf>;
const own = (store: Own) => store as unknown as ReaderStore;

/** A chart whose drawing, without its margins, is 200 pixels wide and 100 high. */
function charted(chart: Partial<ChartOf>, foot = 20.4) {
  const clicked: number[] = [];
  const made = page.chartHost(
    () => ({title: "T", said: "", lines: [], ...chart}),
    (x) => clicked.push(rounded(x)),
  );
  const root = plain(made.root);
  Object.assign(root, {clientWidth: 252.8, clientHeight: 138.4 + foot});
  made.draw();
  return {root, clicked};
}
const line = (...points: (readonly [number, number])[]) => ({name: "", look: "ink" as const, points});

test("a chart puts its lines, its grid and its numbers by its least and greatest values", () => {
  const {root, clicked} = charted({lines: [line([2, 0], [10, 4])], at: 4});
  expect(root.all("path")[0].getAttribute("d")).toBe("M38.4,138.4L238.4,38.4");
  expect(numbers(root.all("grid"), "x1", "x2", "y1", "y2")).toEqual(
    [138.4, 88.4, 38.4].map((y) => [38.4, 238.4, y, y]),
  );
  const ticks = root.all("tick");
  expect(texts(ticks)).toEqual(["0", "2", "4", "2", "4", "6", "8", "10"]);
  expect(numbers(ticks.slice(0, 3), "x", "y")).toEqual([142.6, 92.6, 42.6].map((y) => [32.4, y]));
  expect(numbers(ticks.slice(3), "x", "y")).toEqual([38.4, 88.4, 138.4, 188.4, 238.4].map((x) => [x, 155.2]));
  expect(ticks.slice(3).map((tick) => tick.getAttribute("text-anchor"))).toEqual([
    ...["start", "middle", "middle", "middle", "end"],
  ]);
  expect(numbers(root.all("ph"), "x1", "x2", "y1", "y2")).toEqual([[88.4, 88.4, 38.4, 138.4]]);
  root.box.left = 10;
  root.send("click", {clientX: 10 + 38.4});
  root.send("click", {clientX: 10 + 138.4});
  expect(clicked).toEqual([2, 6]);
});

test("a chart cuts its lines off at its bounds, and one point alone is drawn", () => {
  const bounded = charted({lines: [line([0, -1], [10, 300])], low: 0, high: 100}).root;
  expect(bounded.all("path")[0].getAttribute("d")).toBe("M38.4,138.4L238.4,38.4");
  expect(
    charted({lines: [line([3, 5])]})
      .root.all("path")[0]
      .getAttribute("d"),
  ).toBe("M38.4,138.4");
});

test("a chart about 0 has a line there, also if all values are on one side", () => {
  const zeros = (...values: number[]) => {
    const {root} = charted({zero: true, lines: [line(...values.map((value, n) => [n, value] as const))]});
    return [numbers(root.all("zero"), "y1"), texts(root.all("tick").slice(0, 3))];
  };
  expect(zeros(-1, 3)).toEqual([[[113.4]], ["-1", "0", "3"]]);
  expect(zeros(1, 3)).toEqual([[[138.4]], ["0", "1.5", "3"]]);
  expect(zeros(-3, -1)).toEqual([[[38.4]], ["-3", "-1.5", "0"]]);
});

test("a phase is shaded, its name beside its start or, near the edge, before its end", () => {
  const shaded = (from: number, to: number) => {
    const {root} = charted({lines: [line([0, 0], [10, 1])], span: {from, to, label: "phase change"}});
    const [word] = root.all("text").filter(({textContent}) => textContent === "phase change");
    return [
      ...numbers(root.all("ch-span"), "x", "width", "y", "height"),
      word.getAttribute("text-anchor"),
      ...numbers([word], "x", "y"),
    ];
  };
  expect(shaded(4, 5)).toEqual([[118.4, 20, 38.4, 100], "start", [118.4, 33.6]]);
  expect(shaded(8, 9)).toEqual([[198.4, 20, 38.4, 100], "end", [218.4, 33.6]]);
  expect(shaded(5, 5)[0]).toEqual([138.4, 2, 38.4, 100]);
});

test("words under a chart stand at their places, and where they have no room the marked ones stay", () => {
  const few = charted({lines: [line([0, 0], [2, 1])], places: ["a", "bb", "ccc"], marked: [1]}, 30).root;
  const words = few.all("text").filter((one) => one.hasAttribute("transform"));
  expect(texts(words)).toEqual(["a", "bb", "ccc"]);
  expect(
    words.map((one) =>
      one
        .getAttribute("transform")
        ?.match(/[\d.]+/g)
        ?.slice(0, 2)
        .map(Number)
        .map(rounded),
    ),
  ).toEqual([
    [42.6, 144.4],
    [142.6, 144.4],
    [242.6, 144.4],
  ]);
  expect(texts(few.all("right"))).toEqual(["bb"]);
  const many = charted(
    {lines: [line([0, 0], [39, 1])], places: Array.from({length: 40}, (_, n) => `${n}`), marked: [4]},
    24,
  ).root;
  const shown = texts(many.all("text").filter((one) => one.hasAttribute("transform"))).map(Number);
  expect(shown).toEqual([...Array(40).keys()].filter((n) => n % 3 === 0 || n === 4));
});

test("the key stands beside the title, and goes on in the next row", () => {
  const named = (name: string) => ({...line([0, 0], [1, 1]), name});
  const {root} = charted({lines: [named("one"), named(""), named("twenty"), named("a longer name"), named("x")]});
  const names = root.all("text").filter(({textContent}) => /^(one|twenty|a longer name|x)$/.test(textContent));
  expect(numbers(names, "x", "y")).toEqual([
    ...[
      [48, 11.4],
      [104.4, 11.4],
    ], // the title is 6 wide
    ...[
      [24, 27],
      [140.4, 27],
    ],
  ]);
  expect(
    numbers(
      root.all("line-ink").filter(({tag}) => tag === "line"),
      "x1",
      "x2",
      "y1",
    )[1],
  ).toEqual([80.4, 99.6, 7.8]);
});

test("the lead says how many are exact, between which steps it learned, and what the controls mean", () => {
  const words = (stop: number, given: object = {}) => {
    const looks = [0, 0.25, 0.5].map((exactMatch) => ({exactMatch}));
    const file = {looks, questions: [1, 2, 3, 4], isHeldOut: true, controls: null, phase: {from: 5, to: 20}, ...given};
    const data = {file, steps: [0, 10, 20], last: 2} as unknown as ReaderData;
    const made = page.mountLead(data, own(storeOf({stop})));
    made.draw();
    return texts(plain(made.root).children);
  };
  expect(words(0)).toEqual([
    "Untrained, it answers 0 of 4 questions exactly.",
    "It is not done: the controls come at its end.",
  ]);
  expect(words(1)[0]).toBe("After 10 steps it answers 1 of 4 questions exactly.");
  expect(words(2)[0]).toBe("Between steps 5 and 20 it learned to answer: now 2 of 4 are exact.");
  expect(words(2, {phase: {from: 5, to: 21}})[0]).toBe("After 20 steps it answers 2 of 4 questions exactly.");
  expect(words(2, {phase: null})[0]).toBe("After 20 steps it answers 2 of 4 questions exactly.");
  const controls = (exactMatch: number) => ({controls: {shuffled: {exactMatch}, withoutQuestion: {exactMatch: 0.2}}});
  expect(words(2, controls(0.4))[1]).toBe(
    "With the sentences in another order it still answers 40.0 %: it does not answer by position. With the question hidden it answers 20.0 %.",
  );
  expect(words(2, controls(0.25))[1]).toMatch(/^With the sentences in another order 25\.0 % of the answers are lost:/);
  const none = {looks: [{exactMatch: 0, unanswerable: {questions: 2, exactMatch: 0.5}}], isHeldOut: false};
  expect(words(0, none)[1]).toMatch(
    /^None was held out: .*trained on\. Of the 2 whose text has no answer it answers 50\.0 % with nothing\. /,
  );
});

const question = (given: Partial<Record<keyof TrackedData, unknown>> = {}) =>
  ({
    ...{place: 2, question: "When", gold: "May", right: [1, 2], losses: [1, 2]},
    tokens: ["a", "b", "c"].map((piece) => ({piece, in: "text", from: 0, to: 0})),
    start: (stop: number) => (stop === 1 ? Float32Array.of(0, 0, 0) : null),
    end: (stop: number) => (stop === 1 ? Float32Array.of(0, 1, 3) : null),
    spans: () => [
      {text: "in May", start: 1, end: 2, probability: 0.5},
      {text: "in", start: 1, end: 1, probability: 0.25},
      {text: "may", start: 2, end: 2, probability: 0.1},
    ],
    nothing: () => null,
    ...given,
  }) as unknown as TrackedData;
const readerOf = (tracked: readonly TrackedData[], given: object = {}, file: object = {}) =>
  ({
    ...{tracked, steps: [0, 10, 20, 30], last: 3, width: 3, moved: 2, outputs: () => null},
    file: {questions: [1, 2, 3, 4, 5], isHeldOut: true, phase: null, tracked: [], ...file},
    ...given,
  }) as unknown as ReaderData;

test("one question has its answer, whether it is right, the other spans, and arrows that go round", () => {
  const store = storeOf({stop: 1});
  const shown = (one: TrackedData, file: object = {}) => {
    const made = page.mountOne(readerOf([one], {}, file), own(store));
    made.draw();
    return plain(made.root);
  };
  const right = shown(question());
  expect(texts(right.all("meta"))).toEqual(["Question 3 of 5, held out: When", "right answer: May"]);
  expect(texts(right.all("verdict"))).toEqual(["Answers in May 50.0 %"]);
  expect(right.all("strong")[0].classList.contains("bad")).toBe(false);
  expect(right.all("bar").map((bar) => bar.classList.contains("is-true"))).toEqual([true, false, false]);
  expect(right.all("bar-fill").map((bar) => bar.styles.get("--c"))).toEqual([
    "var(--ok)",
    "var(--ink-3)",
    "var(--ink-3)",
  ]);
  for (const place of [
    [1, 1],
    [2, 2],
  ] as const)
    expect(
      shown(question({right: place}))
        .all("strong")[0]
        .classList.contains("bad"),
    ).toBe(true);
  const nothing = {nothing: () => ({isAnswer: true, probability: 0.9})};
  const none = shown(question({...nothing, gold: "", right: [0, 0]}), {isHeldOut: false});
  expect(texts(none.all("verdict"))).toEqual(["Answers nothing 90.0 %"]);
  expect(none.all("strong")[0].classList.contains("bad")).toBe(false);
  expect(texts(none.all("meta"))).toEqual(["Question 3 of 5, trained on: When", "it has no answer in this text"]);
  expect(shown(question(nothing)).all("strong")[0].classList.contains("bad")).toBe(true);
  expect(texts(shown(question({spans: () => []})).all("verdict"))).toEqual(["Answers nothing"]);
  expect([right.all("chart")[0].hidden, none.all("chart")[0].hidden]).toEqual([false, false]);
  expect(shown(question({right: [0, 0]})).all("chart")[0].hidden).toBe(true); // its answer is in another part
  expect(right.all("sq")).toHaveLength(0);
  const two = plain(page.mountOne(readerOf([question(), question(), question()]), own(store)).root);
  const [back, on] = two.all("sq");
  back.click();
  expect(store.state.question).toBe(2);
  on.click();
  on.click();
  expect(store.state.question).toBe(1);
});

test("the curve of a question is the probability of the right start and end together", () => {
  const made = page.mountOne(readerOf([question()]), own(storeOf({stop: 1})));
  const [chart] = plain(made.root).all("chart");
  Object.assign(chart, {clientWidth: 252.8, clientHeight: 158.8});
  made.draw();
  const share = (100 * Math.exp(3)) / (1 + Math.E + Math.exp(3)) / 3; // of the end, a third of the start
  expect(chart.all("svg")[0].getAttribute("aria-label")).toBe(
    `Probability of the right answer by step: 10: ${share.toFixed(0)} %`,
  );
});

test("the weights of a node are told with how far they moved, over the spread of all at the start", () => {
  const outputs = (stop: number) =>
    [Float32Array.of(1, 2, 3, 0, 0, 0), null, null, Float32Array.of(1, 2.5, 3, 0, 0, 1)][stop];
  const store = storeOf({stop: 3, node: 1});
  const made = page.mountOutputs(readerOf([question()], {outputs}), own(store));
  const root = plain(made.root);
  const [chart] = root.all("chart");
  Object.assign(chart, {clientWidth: 252.8, clientHeight: 158.8});
  const told = (node: number, stop: number) => {
    store.set({node, stop});
    made.draw();
    return root.text("meta");
  };
  expect(told(1, 3)).toBe("Node 1 at step 30: start 2.5000, end 0.0000; moved by 0.5000, 0.4 times the spread.");
  expect(told(2, 3)).toBe("Node 2 at step 30: start 3.0000, end 1.0000; moved by 1.0000, 0.9 times the spread.");
  expect(told(2, 1)).toBe("Nothing was kept of them.");
  told(1, 3);
  const lines = () => chart.all("path").map((path) => path.getAttribute("d")?.split(",").at(-1));
  const key = () => texts(chart.all("tick").slice(-2));
  // node 2 moved by 1, node 0 not at all, and node 1, that is chosen, by a half
  expect([lines(), key(), chart.text("ch-title")]).toEqual([
    ["38.4", "138.4", "88.4"],
    ["others that moved most", "node 1"],
    "Change",
  ]);
  const [, spread, value] = root.all("seg")[0].children;
  spread.click();
  expect([texts(chart.all("tick"))[2], chart.text("ch-title")]).toEqual(["0.87", "Change over spread"]);
  value.click();
  expect([key(), chart.text("ch-title"), texts(chart.all("tick"))[2]]).toEqual([
    ["start, node 1", "end, node 1"],
    "Weight",
    "2.5",
  ]);
});

test("the values of a node are drawn piece by piece, or it is said that there are none", () => {
  const values = (from: number) => Float32Array.from({length: 9}, (_, i) => from + i);
  const nodes = (stop: number) =>
    stop === 0
      ? null
      : {
          stop: 1,
          lines: [
            ["first", values(0)],
            ["last", values(1)],
            ["output", values(0.25)],
          ],
        };
  const store = storeOf({stop: 0, node: 2});
  const made = page.mountNodes(readerOf([question({nodes})]), own(store));
  const root = plain(made.root);
  const [chart] = root.all("chart");
  Object.assign(chart, {clientWidth: 252.8, clientHeight: 158.8});
  made.draw();
  expect([chart.hidden, root.all("empty")[0].hidden]).toEqual([true, false]);
  store.set({stop: 3});
  made.draw();
  expect([chart.hidden, root.all("empty")[0].hidden, chart.text("ch-title")]).toEqual([false, true, "Step 10"]);
  expect(chart.all("svg")[0].getAttribute("aria-label")).toBe("Node 2 of the last output: a 2.25, b 5.25, c 8.25");
  expect(texts(chart.all("right"))).toEqual(["b", "c"]);
  const none = page.mountNodes(readerOf([question({nodes, right: [0, 0]})]), own(store));
  const [unmarked] = plain(none.root).all("chart");
  Object.assign(unmarked, {clientWidth: 252.8, clientHeight: 158.8});
  none.draw();
  expect(unmarked.all("right")).toEqual([]); // its answer is not in this part of the text
  expect(texts(root.all("option"))).toEqual(["node 0", "node 1", "node 2, moved most"]);
});

test("the strips have a cell for each piece and step, and a click on a row goes there", () => {
  const store = storeOf({stop: 1});
  const made = page.mountPlaces(readerOf([question({right: [2, 2]})], {}, {phase: {from: 5, to: 20}}), own(store));
  const root = plain(made.root);
  const heat = plain(root.all("heat")[0]);
  heat.clientWidth = 352.4; // 100 for each piece
  made.draw();
  expect(root.text("meta")).toBe("Step 10: it starts most likely at “a” (0.0) and ends at “c” (3.0).");
  const cells = numbers(heat.all("hot"), "x", "y", "width", "height");
  expect(cells.slice(0, 3)).toEqual([50.4, 150.4, 250.4].map((x) => [x, 36.8, 100, 17.6]));
  expect(cells.slice(3)).toEqual([50.4, 150.4, 250.4].map((x) => [x, 126.4, 100, 17.6]));
  expect(numbers(heat.all("heat-now"), "y", "width")).toEqual([
    [36.8, 300],
    [126.4, 300],
  ]);
  expect(numbers(heat.all("heat-frame"), "x", "y", "width", "height")).toEqual(
    [19.2, 108.8].map((y) => [50.4, y, 300, 70.4]),
  );
  expect(texts(heat.all("right"))).toEqual(["c"]);
  const rows: (number | undefined)[] = [19.3, 54.5, 89.5, 108.9, 179.1].map((y) => {
    store.state.stop = 9;
    heat.send("click", {clientY: y});
    return store.state.stop;
  });
  expect(rows).toEqual([0, 2, 3, 0, 3]);
  for (const y of [10, 95, 185, 200]) {
    store.state.stop = 9;
    heat.send("click", {clientY: y});
    expect(store.state.stop).toBe(9); // no row is there
  }
  store.state.stop = 1;
  root.all("seg")[0].children[1].click();
  expect(heat.all("hot").map((cell) => cell.classList.contains("for"))).toEqual([true, true]); // logits of 1 and 3
  store.set({stop: 2});
  made.draw();
  expect(root.text("meta")).toBe("At this step nothing was kept of it.");
});

test("the questions are counted by their first word, and listed from the surest wrong answer on", () => {
  const store = storeOf({stop: 1});
  const asked = [
    ...["When is it?", "Who is it?", "when was it?", "3 of what?"].map((one) => ({
      question: one,
      answers: [{text: "May"}, {text: "in May"}],
    })),
    {question: "Why?", answers: []},
  ];
  const answers = [
    ...[
      {text: "May", outcome: "exact", probability: 0.9},
      {text: "in", outcome: "overlaps", probability: 0.2},
    ],
    ...[
      {text: "", outcome: "misses", probability: 0.2},
      {text: "x", outcome: "misses", probability: 0.3},
    ],
    {text: "y", outcome: "should be none", probability: 0.1},
  ];
  const data = readerOf([question({place: 2}), question({place: 0})], {
    answered: (stop: number, n: number) => (stop === 1 ? answers[n] : null),
    file: {questions: asked, isHeldOut: true},
  });
  const made = page.mountQuestions(data, own(store));
  const root = plain(made.root);
  made.draw();
  const [kinds, list] = root.all("tbody").map((body) => body.children.map((row) => texts(row.children)));
  expect(kinds).toEqual([
    ...[
      ["when", "1", "0", "1", "0"],
      ["who", "0", "1", "0", "0"],
    ],
    ...[
      ["other", "0", "0", "1", "0"],
      ["why", "0", "0", "0", "1"],
    ],
  ]);
  expect(list).toEqual([
    ["3 of what?", "x", "May", "30.0 %"],
    ["Who is it?", "in", "May", "20.0 %"],
    ["when was it?", "nothing", "May", "20.0 %"],
    ["Why?", "y", "none", "10.0 %"],
  ]);
  const [table, empty, more] = [root.all("asked-list")[0], root.all("empty")[0], root.all("btn")[0]];
  expect([table.hidden, empty.hidden, more.hidden]).toEqual([false, true, true]);
  root.all("link")[0].click();
  expect(store.state.question).toBe(0);
  store.set({list: "all"});
  made.draw();
  const cells = root
    .all("asked-list")[0]
    .all("tbody")[0]
    .children.map((row) => row.children[1]);
  expect(texts(cells)).toEqual(["May", "x", "in", "nothing", "y"]);
  expect(cells.map((cell) => cell.classList.contains("bad"))).toEqual([false, true, true, true, true]);
  root.all("link")[0].click();
  expect(store.state.question).toBe(1);
  store.set({stop: 0});
  made.draw();
  expect([table.hidden, empty.hidden, empty.textContent]).toEqual([true, false, "At this step no answers were kept."]);
});

test("of many questions the first 12 are listed until all are asked for, and a list of none says why", () => {
  const listed = (count: number, outcome: string, answers: object[] = [{text: "May"}]) => {
    const questions = Array.from({length: count}, (_, n) => ({question: `Who ${n}?`, answers}));
    const answered = () => ({text: "x", outcome, probability: 0.5});
    const made = page.mountQuestions(readerOf([], {answered, file: {questions, isHeldOut: false}}), own(storeOf()));
    made.draw();
    const root = plain(made.root);
    return {root, rows: () => root.all("asked-list")[0].all("tbody")[0].children.length, more: root.all("btn")[0]};
  };
  expect([listed(12, "misses").rows(), listed(12, "misses").more.hidden]).toEqual([12, true]);
  const {rows, more} = listed(13, "misses");
  expect([rows(), more.hidden, more.textContent]).toEqual([12, false, "Show all 13"]);
  more.click();
  expect([rows(), more.hidden]).toEqual([13, true]);
  const exact = listed(2, "exact").root;
  expect(exact.text("empty")).toBe("Every answer is exact.");
  expect(texts(exact.all("kinds")[0].all("th").slice(0, 4))).toEqual(["Begins with", "exact", "overlaps", "misses"]);
  expect(exact.all("kinds")[0].all("th")).toHaveLength(5); // and the row's own
});

test("each word of a text has its weight, the answer a frame, and the right answer a line", () => {
  const token = (piece: string, where: string, from: number, to: number) => ({piece, in: where, from, to});
  const tokens = [
    ...[
      token("[CLS]", "", 0, 0),
      token("when", "question", 0, 4),
      token("ada", "text", 0, 3),
      token("saw", "text", 4, 7),
    ],
    ...[
      token("the", "text", 8, 11),
      token("se", "text", 12, 14),
      token("##a", "text", 14, 15),
      token(".", "text", 15, 16),
    ],
  ];
  const shown = (given: object, state: Partial<ReaderState> = {}, lime: readonly unknown[] = []) => {
    const one = question({
      ...{tokens, context: "Ada saw the sea.", right: [5, 6], spans: () => [{start: 4, end: 6}]},
      evidence: () => Float32Array.of(0, 0.1, -0.2, 0.005, 0, -0.02, 0.05, 0),
      ...given,
    });
    const made = page.mountText(readerOf([one], {}, {tracked: [{lime}]}), own(storeOf(state)));
    made.draw();
    return plain(made.root);
  };
  const root = shown({});
  expect([root.text("asked"), root.text("read")]).toEqual(["When", "Ada saw the sea."]);
  const words = root
    .all("w")
    .map((word) => [
      word.textContent,
      word.classList.contains("for") ? "for" : word.classList.contains("against") ? "against" : "",
      word.styles.get("--s"),
    ]);
  expect(words).toEqual([
    ...[
      ["When", "for", "0.500"],
      ["Ada", "against", "1.000"],
      ["saw", "", "0.025"],
      ["the", "", "0.000"],
    ],
    ...[
      ["sea", "for", "0.250"],
      [".", "", "0.000"],
    ],
  ]);
  expect([texts(root.all("mark")), texts(root.all("u"))]).toEqual([["the sea"], ["sea"]]);
  expect(root.text("meta")).toBe("The strongest word counts 0.20 nats of the logarithm of its probability. ");
  expect(root.all("seg")).toHaveLength(0); // there is no second way
  const small = {evidence: () => Float32Array.of(0, 0.01)};
  expect(shown(small).text("meta")).toMatch(/^The strongest word counts 0\.050 nats/);
  const lime = shown(small, {evidence: "lime"}, [1]);
  expect([lime.text("meta"), lime.all("seg").length]).toEqual([
    ...["The strongest word counts 0.020 of its probability. ", 1],
  ]);
  expect(shown(small, {evidence: "lime"}).text("meta")).toContain("nats");
  expect(shown({evidence: () => null}).text("meta")).toBe("At this step nothing was kept of it.");
  const nothing = shown({nothing: () => ({isAnswer: true, probability: 1}), right: [0, 0]});
  expect(nothing.text("meta")).toMatch(/^It answers with nothing; the colours are of the best span\. The strongest/);
  expect([nothing.all("mark").length, nothing.all("u").length]).toEqual([0, 0]);
  const part = / This is the part of the text that the reader was given at once\.$/;
  expect(shown({context: "Ada saw the sea. She"}).text("meta")).toMatch(part);
  expect(shown({context: "Ada saw the sea.  "}).text("meta")).not.toMatch(part);
  const later = tokens.map((one) => (one.in === "text" ? {...one, from: one.from + 4, to: one.to + 4} : one));
  expect(shown({tokens: later, context: "So. Ada saw the sea."}).text("meta")).toMatch(part);
});

test("of a long text the sentences in which nothing counts are left out and counted", () => {
  const sentence = `${"a ".repeat(99)}a. `;
  const context = sentence.repeat(4).trim();
  const tokens = Array.from(context.matchAll(/a\.?/g), ({0: piece, index}) => ({
    piece,
    in: "text",
    from: index,
    to: index + piece.length,
  }));
  const weights = new Float32Array(400);
  weights[250] = 1;
  const shown = (given: object) => {
    const one = question({tokens, context, right: [0, 0], spans: () => [], evidence: () => weights, ...given});
    const made = page.mountText(readerOf([one]), own(storeOf()));
    made.draw();
    return plain(made.root);
  };
  expect(texts(shown({}).all("left-out"))).toEqual([" … 2 sentences … ", " … 1 sentence … "]);
  expect(shown({}).all("w")).toHaveLength(100);
  // the answer and the right answer count as well
  expect(texts(shown({spans: () => [{start: 350, end: 351}]}).all("left-out"))).toEqual([" … 2 sentences … "]);
  expect(texts(shown({right: [350, 351]}).all("left-out"))).toEqual([" … 2 sentences … "]);
});
