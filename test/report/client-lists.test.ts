import {afterEach, expect, test, vi} from "vitest";
import type {Slice} from "../../src/numbers/slices";
import type {Data} from "../../src/report/client/data";
import {epochTimes} from "../../src/report/client/epochs";
import {firstState} from "../../src/report/client/first-state";
import {countsOf, isNarrowed, listsOf, walkOf, withinWords} from "../../src/report/client/runs/lists";
import {sampleWords} from "../../src/report/client/sample-words";
import {scopeOf} from "../../src/report/client/scope";
import {members, singlesOut, span} from "../../src/report/client/selection";
import {besides, chooseSlices, isChosen, slicesNamed, sliceWords, withSlice} from "../../src/report/client/slices";
import type {Selection, State, Store} from "../../src/report/client/state";
import {decidedWords, decisionsCsv} from "../../src/report/client/training/decisions";
import {describe as describeList, titleOf} from "../../src/report/client/tray-words";
import {whyFinding} from "../../src/report/client/why/view";
import type {RunsShown} from "../../src/report/runs-file";

afterEach(() => {
  vi.unstubAllGlobals();
});

const labels = [0, 0, 1, 1, 1, 0];
const images = labels.map((_, i) => i);
/** Two classes: what was answered to each of six images after each of three epochs, and how surely. */
const answered = [
  {predicted: [1, 1, 1, 0, 1, 0], confidence: [0.6, 0.7, 0.5, 0.8, 0.9, 0.6]},
  {predicted: [0, 1, 1, 1, 0, 0], confidence: [0.6, 0.7, 0.5, 0.8, 0.9, 0.95]},
  {predicted: [0, 1, 0, 1, 1, 0], confidence: [0.9, 0.7, 0.8, 0.6, 0.75, 0.5]},
].map(({predicted, confidence}) => ({
  ...{predicted, confidence, counts: new Uint32Array(4)},
  wrong: predicted.filter((k, i) => k !== labels[i]).length,
  of: (i: number, k: number) => (predicted[i] === k ? confidence[i] : 1 - confidence[i]),
}));

/** The data of a page, as far as lists and words need them. */
function dataOf(given: object = {}): Data {
  const explained = [1, 2, 4];
  return {
    ...{labels, count: 6, classes: 2, last: 2, epochs: [0, 1, 2], answers: answered, names: ["cat", "dog"]},
    words: {one: "image", many: "images", as: "taken for", right: "recognised"},
    explained: () => explained,
    isExplained: (i: number) => explained.includes(i),
    metrics: (stop: number) => ({testAccuracy: [0.5, 0.75, 0.9][stop]}),
    ...{image: {height: 1, width: 1, channels: 1}, pixels: () => new Uint8Array(1), training: null},
    columns: [
      {name: "camera", values: images.map((i) => (i < 4 ? "a" : "b"))},
      {name: "light", values: images.map((i) => (i % 2 ? "day" : "night"))},
    ],
    file: {run: {name: "r", startedAt: "now", data: {}}},
    ...given,
  } as unknown as Data;
}
const stateOf = (given: Partial<State> = {}) =>
  ({stop: 2, other: null, selection: {kind: "mistakes"}, slices: [], ...given}) as unknown as State;
const storeOf = (given: object = {}) => {
  const state = stateOf(given) as {-readonly [key in keyof State]: State[key]};
  return {state, set: (change: Partial<State>) => Object.assign(state, change)} as unknown as Store;
};
const slice = (field: string, value: string, own: readonly number[]) => ({field, value, images: own}) as Slice;

test("fixed and newly broken are between A and B, or else since the stop before", () => {
  expect(span({stop: 2, other: null})).toEqual([1, 2]);
  expect(span({stop: 1, other: null})).toEqual([0, 1]);
  expect(span({stop: 0, other: null})).toBeNull();
  expect(span({stop: 0, other: 2})).toEqual([0, 2]);
  expect(span({stop: 2, other: 0})).toEqual([2, 0]);
  expect(span({stop: 1, other: 1})).toBeNull();
});

test.each([
  [{kind: "mistakes"}, [2, 1]],
  [{kind: "fixed"}, [4]],
  [{kind: "broken"}, [2]],
  [{kind: "explained"}, [2, 1, 4]], // the mistaken ones first, the surest of each first
  [{kind: "cell", actual: 0, predicted: 0}, [5, 0]], // right ones: the least sure first
  [{kind: "cell", actual: 1, predicted: 1}, [3, 4]],
  [{kind: "cell", actual: 1, predicted: 0}, [2]],
  [{kind: "lasso", images: [0, 1, 2, 5]}, [2, 1, 0, 5]],
] as readonly (readonly [Selection, readonly number[]])[])(
  "the list of %j has its images in order",
  (selection, list) => {
    expect(members(dataOf(), stateOf({selection}))).toEqual(list);
  },
);

test("the lists of two epochs count from the first to the second, whichever is later", () => {
  const of = (kind: "fixed" | "broken", stop: number, other: number) =>
    members(dataOf(), stateOf({selection: {kind}, stop, other}));
  expect(of("fixed", 0, 2)).toEqual([3, 0]); // surest at the first epoch first
  expect(of("broken", 0, 2)).toEqual([2]);
  expect(of("broken", 2, 0)).toEqual([3, 0]); // surest at the second epoch first
  expect(of("fixed", 1, 1)).toEqual([]);
  expect(of("broken", 1, 1)).toEqual([]);
});

test("nothing is fixed or broken since an epoch of which no answers are known", () => {
  const data = dataOf({answers: [answered[0], null, answered[2]]});
  const of = (kind: "fixed" | "broken", other: number | null) => members(data, stateOf({selection: {kind}, other}));
  expect([of("fixed", null), of("broken", null), of("fixed", 1), of("broken", 1)]).toEqual([[], [], [], []]);
});

test("a list holds what the slices leave, and without answers what needs none", () => {
  const slices = [slice("camera", "a", [0, 1, 2, 3]), slice("light", "day", [5, 3, 1])];
  expect(members(dataOf(), stateOf({slices}))).toEqual([1]);
  const none = dataOf({answers: [null, null, null]});
  const of = (selection: Selection) => members(none, stateOf({selection}));
  expect(of({kind: "lasso", images: [3, 2]})).toEqual([3, 2]);
  expect(of({kind: "explained"})).toEqual([1, 2, 4]);
  expect(of({kind: "mistakes"})).toEqual([]);
});

test("a cell or a lasso singles images out, the lists that are always there do not", () => {
  const out = (kind: string) => singlesOut({kind} as Selection);
  expect(["mistakes", "explained", "fixed", "broken", "cell", "lasso"].map(out)).toEqual([
    ...[false, false, true, true, true, true],
  ]);
});

test("slices leave the images that are in each of them, and count their mistakes alone", () => {
  const data = dataOf();
  const scope = scopeOf(data, [slice("camera", "a", [3, 2, 1, 0]), slice("light", "day", [1, 3, 5])]);
  expect([scope.images, scope.count]).toEqual([[1, 3], 2]);
  expect(images.map(scope.has)).toEqual([false, true, false, true, false, false]);
  expect(scope.answers(2)?.wrong).toBe(1);
  expect([...(scope.answers(2)?.counts ?? [])]).toEqual([0, 1, 0, 1]);
  expect(scope.answers(2)).toBe(scope.answers(2));
  expect(scope.answers(2)?.predicted).toBe(data.answers[2]?.predicted); // the rows are still those of all
  const bare = dataOf({answers: [null]});
  expect(scopeOf(bare, [slice("light", "day", [1])]).answers(0)).toBeNull();
  expect(scopeOf(bare, []).answers(7)).toBeNull();
  expect(scopeOf(data, [])).toMatchObject({images: null, count: 6});
});

test("a chosen slice goes when it is clicked again, else takes the place of its field's or of the oldest", () => {
  const [a, b] = [slice("camera", "a", [0]), slice("camera", "b", [1])];
  const [day, small] = [slice("light", "day", [2]), slice("size", "small", [3])];
  expect(withSlice([], a)).toEqual([a]);
  expect(withSlice([a], day)).toEqual([a, day]);
  expect(withSlice([a, day], b)).toEqual([day, b]);
  expect(withSlice([a, day], a)).toEqual([day]);
  expect(withSlice([a, day], small)).toEqual([day, small]);
  expect(besides([a, day], day)).toBe(besides([a], day));
  expect(besides([a], b)).toEqual([]);
  expect(isChosen([{field: "camera", value: "a"}], a)).toBe(true);
  expect(
    isChosen(
      [
        {field: "camera", value: "b"},
        {field: "lens", value: "a"},
      ],
      a,
    ),
  ).toBe(false);
  expect(sliceWords([a, day])).toBe("camera: a; light: day");
});

test("an address names at most two slices of the run, and those that it does not have are left out", () => {
  const data = dataOf();
  const named = slicesNamed(data, [
    {field: "camera", value: "b"},
    {field: "camera", value: "none such"},
    {field: "light", value: "day"},
  ]);
  expect(named.map(({field, images: own}) => [field, [...own]])).toEqual([["camera", [4, 5]]]);
  expect(slicesNamed(data, [])).toEqual([]);
});

test("when slices are chosen, an image that is in them stays, else an explained one of the list comes, else the first", () => {
  const next = (own: readonly number[], image: number) => {
    const store = storeOf({image});
    chooseSlices(dataOf(), store, [slice("camera", "a", own)]);
    return store.state.image;
  };
  expect(next([0, 1, 2], 0)).toBe(0);
  expect(next([1, 2], 0)).toBe(2); // the surest mistake
  expect(next([5], 0)).toBe(0); // none of the list: it stays
  const store = storeOf({image: 0});
  chooseSlices(dataOf({isExplained: () => false}), store, [slice("camera", "a", [1, 2])]);
  expect(store.state.image).toBe(2);
});

test("a timeline says each epoch's share of right answers: of all, or of the slices", () => {
  const all = epochTimes(dataOf(), storeOf({view: "answers"}));
  expect([0, 2].map(all.name)).toEqual(["epoch 0, untrained, 50.0 % right", "epoch 2, 90.0 % right"]);
  expect(all.figure(1)).toBe("75.0 %");
  expect(all).toMatchObject({last: 2, numbers: [0, 1, 2]});
  const slices = [slice("camera", "a", [0, 1, 2, 3])];
  const some = epochTimes(dataOf(), storeOf({view: "answers", slices}));
  expect([0, 1, 2].map(some.figure)).toEqual(["25.0 %", "75.0 %", "50.0 %"]);
  const none = epochTimes(dataOf(), storeOf({slices: [slice("camera", "a", [])]}));
  expect([none.name(1), none.figure(1)]).toEqual(["epoch 1", ""]);
  const untested = epochTimes(dataOf({metrics: () => undefined}), storeOf({}));
  expect([untested.name(2), untested.figure(2)]).toEqual(["epoch 2", ""]);
});

test("a timeline says how many training labels are learned, and of several seeds their mean and spread", () => {
  const training = {epochsBy: (epoch: number) => epoch, story: (over: number) => ({learned: 1000 * over})};
  const data = dataOf({training});
  const learned = epochTimes(data, storeOf({view: "training"}));
  expect([0, 1, 2].map(learned.figure)).toEqual(["learned", "1,000", "2,000"]);
  expect(epochTimes(data, storeOf({view: "answers"})).figure(1)).toBe("75.0 %");
  expect(epochTimes(dataOf(), storeOf({view: "training"})).figure(1)).toBe("75.0 %");
  const byEpoch = {
    seeds: 3,
    epochs: [
      {epoch: 1, mean: 0.97014, deviation: 0.0029},
      {epoch: 2, mean: 0.5, deviation: 0.012},
    ],
  };
  const runs = dataOf({file: {runs: {byEpoch}}});
  const figures = epochTimes(runs, storeOf({view: "runs"}));
  vi.stubGlobal("innerWidth", 1100);
  expect([0, 1, 2].map(figures.figure)).toEqual(["3 seeds", "97.01 ± .29", "50.00 ± 1.20"]);
  vi.stubGlobal("innerWidth", 1099);
  expect(figures.figure(1)).toBe("97.0 %");
  expect(epochTimes(runs, storeOf({view: "answers"})).figure(1)).toBe("75.0 %");
  expect(epochTimes(dataOf({epochs: [0, 1, 4], file: runs.file}), storeOf({view: "runs"})).figure(2)).toBe("");
});

test("a page opens at the last epoch and the first explained mistake, or where its address says", () => {
  expect(firstState(dataOf(), {})).toMatchObject({
    ...{view: "answers", stop: 2, other: null, at: 2, atOther: 0, image: 2, sample: -1, hover: -1, isolated: -1},
    ...{selection: {kind: "mistakes"}, slices: []},
  });
  expect(firstState(dataOf(), {stop: 1, other: 2, image: 5, view: "why", sample: 7})).toMatchObject({
    ...{stop: 1, other: 2, at: 1, atOther: 2, image: 5, view: "why", sample: 7},
  });
  expect(firstState(dataOf(), {stop: 9, other: 3})).toMatchObject({stop: 2, other: null});
  expect(firstState(dataOf(), {slices: [{field: "camera", value: "b"}]}).slices).toHaveLength(1);
});

test("a page without explained mistakes opens at the hardest explained image, else at the list's first, else at 0", () => {
  const hard = {isExplained: () => false};
  expect(firstState(dataOf(hard), {}).image).toBe(1); // 0.3 and 0.3 for its class after epochs 1 and 2
  const list = {...hard, explained: () => []};
  expect(firstState(dataOf(list), {}).image).toBe(2);
  const none = dataOf({...list, answers: [null, null, null]});
  expect(firstState(none, {slices: [{field: "camera", value: "b"}]})).toMatchObject({
    ...{image: 0, slices: [], selection: {kind: "explained"}},
  });
});

test("the list's heading and line say what it lists, how many, when and in what order", () => {
  const data = dataOf();
  const lines = (selection: Selection, count: number, wrong: number | undefined, epoch = 2, stop = 2) => [
    titleOf(data, selection),
    describeList(data, stateOf({selection, stop}), count, wrong, epoch),
  ];
  expect(lines({kind: "mistakes"}, 1, 1)).toEqual(["Most confident mistakes", "1 mistake at epoch 2, surest first."]);
  expect(lines({kind: "mistakes"}, 3, 3, 0)[1]).toBe("3 mistakes before training, surest first.");
  expect(lines({kind: "broken"}, 2, 2)).toEqual(["Newly broken", "2 images right at epoch 1, wrong at epoch 2."]);
  expect(lines({kind: "fixed"}, 1, 0)).toEqual(["Fixed", "1 image wrong at epoch 1, right at epoch 2."]);
  expect(lines({kind: "fixed"}, 0, 0, 0, 0)[1]).toBe("There is no epoch before this one.");
  expect(lines({kind: "explained"}, 3, 2)).toEqual([
    ...["Images with explanations", "3 images with explanations; 2 mistaken at epoch 2."],
  ]);
  expect(lines({kind: "explained"}, 3, undefined)[1]).toBe("3 images with explanations.");
  expect(lines({kind: "cell", actual: 0, predicted: 0}, 2, 0)).toEqual([
    ...["cat recognised", "2 images at epoch 2, least sure first."],
  ]);
  expect(lines({kind: "cell", actual: 0, predicted: 1}, 2, 2)).toEqual([
    ...["cat taken for dog", "2 images at epoch 2, surest first."],
  ]);
  const lasso = {kind: "lasso", images: [1, 2]} as const;
  expect(lines(lasso, 2, 0)).toEqual(["Lassoed images", "2 images, none wrong at epoch 2."]);
  expect(lines(lasso, 2, 1)[1]).toBe("2 images, 1 wrong at epoch 2.");
  expect(lines(lasso, 2, undefined)[1]).toBe("2 images.");
});

test("a run that shows some of its test images says of how many they are a sample", () => {
  const of = (data: object) => sampleWords({count: 10, file: {run: {data}} as unknown as Data["file"]});
  expect([of({}), of({moreTest: 0}), of({moreTest: 1}), of({moreTest: 28_561})]).toEqual([
    ...["", "", "a sample of 11", "a sample of 28,571"],
  ]);
});

test("a circle and slices narrow the lists of two runs, and nothing else does", () => {
  const runs = {fixed: [[1], [2]], broken: [[3]], wrong: [[4], [5]]} as unknown as RunsShown;
  const [data, slices] = [dataOf(), [slice("camera", "a", [1, 3, 4])]];
  const [lasso, mistakes] = [{kind: "lasso", images: [2, 3, 4]} as const, {kind: "mistakes"} as const];
  const within = (selection: Selection, chosen: readonly Slice[]) => {
    const by = {selection, scope: scopeOf(data, chosen)};
    return [isNarrowed(by), withinWords(by), walkOf(listsOf(runs, by)).map(([index]) => index)];
  };
  expect(within(mistakes, [])).toEqual([false, "", [1, 2, 3, 4, 5]]);
  expect(within(lasso, [])).toEqual([true, "within the circle", [2, 3, 4]]);
  expect(within(mistakes, slices)).toEqual([true, "in the chosen slices", [1, 3, 4]]);
  expect(within(lasso, slices)).toEqual([true, "within the circle and in the chosen slices", [3, 4]]);
  expect(listsOf(runs).fixed).toHaveLength(2);
  expect(listsOf({fixed: [], broken: []} as unknown as RunsShown).wrong).toEqual([]); // a file of an earlier version
  expect(countsOf(runs)).toEqual({fixed: 2, broken: 1});
  expect(countsOf({...runs, counts: {fixed: 90, broken: 80}})).toEqual({fixed: 90, broken: 80});
});

test("an explanation passes with a fit and a steadiness of 0.5, and not where either is unknown", () => {
  const reason = (fit: number | null, ownError: number | null) =>
    ({fit, ownError}) as Parameters<typeof whyFinding>[0][0];
  expect(whyFinding([])).toBe("none explained");
  expect(whyFinding([reason(0.5, 0.5), reason(0.49, 0.9), reason(0.9, 0.49), reason(0.8, 0.8)])).toBe("50 % pass");
  expect(whyFinding([reason(null, 0.9), reason(0.9, null), reason(null, null), reason(1, 1)])).toBe("25 % pass");
});

test("decisions are counted by kind, and saved in the order of the training split", () => {
  const decided = new Map([
    [9, {kind: "drop"}],
    [4, {kind: "relabel", to: 0}],
    [0, {kind: "keep"}],
    [77, {kind: "drop"}],
  ] as const);
  expect(decidedWords(decided)).toBe("4 decided: 1 kept, 1 relabelled, 2 dropped");
  const training = {
    rowOf: (place: number) => [0, 4, 9].indexOf(place), // 77 is not on the page
    source: (row: number) => (row === 0 ? null : 10 * row),
    file: (row: number) => (row === 2 ? {raw: "a b.png"} : null),
    ...{labels: [0, 1, 1], suggested: [1, 0, 0], margins: [-1, -0.123456, 2]},
  };
  const lines = decisionsCsv({names: ["cat", "dog"]}, training as never, decided)
    .trim()
    .split(/\r?\n/);
  expect(lines).toEqual([
    "split,index,source_index,file,given_label,predicted_label,label_score,decision,new_label",
    "train,0,,,cat,dog,-1,keep,",
    "train,4,10,,dog,cat,-0.12346,relabel,cat",
    "train,9,20,a b.png,dog,cat,2,drop,",
  ]);
});
