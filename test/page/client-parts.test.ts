/** @file The parts of the page that learns which need no browser, each alone: address, runs, words, questions, session. */
import {afterEach, beforeAll, beforeEach, describe, expect, test, vi} from "vitest";
import type {Answer} from "../../src/page/ask";
import {readAddress, writeAddress} from "../../src/page/client/address";
import {openAsking} from "../../src/page/client/asking";
import {openHands} from "../../src/page/client/hand";
import {listenToKeys} from "../../src/page/client/keys";
import {glide, shareOf} from "../../src/page/client/map/glide";
import type {ShownMap} from "../../src/page/client/map/map";
import {nearestTo, next} from "../../src/page/client/map/next";
import {createPage, guessOf, momentOf, type Page, truthOf} from "../../src/page/client/page";
import {
  compareWords,
  mapWords,
  settingName,
  shown,
  verdictWords,
  whenWords,
} from "../../src/page/client/panels/verdict-words";
import {trustWord, trustWords} from "../../src/page/client/panels/why";
import {colorsOf} from "../../src/page/client/pictures";
import {curvesOf, epochsAt, epochsBetween, isDead, type Run, withGhost} from "../../src/page/client/run";
import {lastBatch} from "../../src/page/client/tour/batch-picture";
import {STEPS, type TourActs} from "../../src/page/client/tour/steps";
import {choicesOf, defaultsOf, isSame} from "../../src/page/config";
import type {Batch, Moment} from "../../src/page/learn";
import type {FromTrainer, ToAsker, ToTrainer} from "../../src/page/messages";
import {lesson, material} from "./small-lesson";

let page: Page;
beforeEach(() => {
  page = createPage(material, defaultsOf(lesson));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A moment at which the first `right` test pictures are read right, and the others as the next class. */
function moment(index: number, right: number, given: Partial<Moment> = {}): Moment {
  const probabilities = new Float32Array(80).fill(0.1);
  page.labels.forEach((truth, n) => {
    probabilities[4 * n + (n < right ? truth : (truth + 1) % 4)] = 0.7;
  });
  const common = {kind: "moment" as const, weights: Float32Array.of(index), points: new Float32Array(40).fill(index)};
  const step = page.run.stops[index];
  return {...common, index, step, probabilities, accuracy: right / 20, loss: 1, trained: 0, looked: 0, ...given};
}
const batch = (step: number, pictures = 10): Batch => ({
  ...{kind: "batch", step, loss: step, accuracy: 0.5, pictures: new Uint32Array(pictures)},
});

describe("an address", () => {
  const read = (hash: string) => readAddress(hash, lesson);

  test("names the first and the last moment, picture and step of the tour, and none beyond", () => {
    expect([read("#at=0").at, read("#at=100").at, read("#at=101").at, read("#at=1.5").at]).toEqual([
      ...[0, 100, undefined, undefined],
    ]);
    expect([read("#test=0").test, read("#test=19").test, read("#test=20").test]).toEqual([0, 19, undefined]);
    expect([read("#tour=0").tour, read("#tour=1").tour, read("#tour=6").tour]).toEqual([undefined, 1, 6]);
  });

  test("begins to train if it says so or names a moment, and chooses one of two themes", () => {
    expect([read("").go, read("#go").go, read("#at=3").go, read("#test=3").go]).toEqual([false, true, true, false]);
    expect([read("#theme=light").theme, read("#theme=dark").theme, read("#theme=auto").theme]).toEqual([
      ...["light", "dark", undefined],
    ]);
  });

  test("holds settings that can be chosen, also one that is 0", () => {
    const {config} = read("#train=30&seed=0&width=8&rate=0.5&epochs=0");
    expect(config).toEqual({...defaultsOf(lesson), width: 8});
    expect(read("#").config).toEqual(defaultsOf(lesson));
  });

  test("holds a drawing of at most 4,000 letters, and points outside of the pad at its edge", () => {
    expect(read(`#draw=${"Aa".repeat(2000)}`).strokes?.[0]).toHaveLength(2000);
    expect(read(`#draw=${"Aa".repeat(2000)}.A`).strokes).toBeUndefined();
    expect(read("#draw=A").strokes).toBeUndefined(); // half a point
    expect(read("#draw=A_.B").strokes).toEqual([[[0, 1]]]);
    const config = defaultsOf(lesson);
    expect(writeAddress({config, strokes: [[[-1, 2]]]}, lesson)).toBe("draw=A_");
    expect(writeAddress({config, strokes: []}, lesson)).toBe("");
    expect(writeAddress({config, test: 0, at: 0}, lesson)).toBe("at=0&test=0");
  });
});

describe("settings", () => {
  test("rise, each once, with the lesson's own among them", () => {
    expect(choicesOf({...lesson, train: 600, epochs: 5})).toMatchObject({
      ...{train: [50, 100, 250, 500, 600], epochs: [1, 2, 3, 4, 5, 6, 8, 12]},
    });
    expect(choicesOf({...lesson, train: 100}).train).toEqual([50, 100]);
    const config = defaultsOf(lesson);
    expect([isSame(config, {...config}), isSame(config, {...config, seed: 1})]).toEqual([true, false]);
  });

  test("are said in words", () => {
    expect(shown("noise", 0.4)).toBe("40 %");
    expect([shown("train", 5000), shown("rate", 0.004), shown("seed", 3), shown("width", 16)]).toEqual([
      ...["5,000", "0.004", "3", "16, 32"],
    ]);
    expect(settingName("train", lesson)).toBe("Training pictures");
  });
});

describe("a run", () => {
  test("tells its time in epochs, also between two moments and after the last one", () => {
    const {run} = page;
    expect([run.stops, run.batchesPerEpoch]).toEqual([[0, 1, 2, 3, 4, 5, 6], 3]); // all steps of two epochs
    expect(epochsAt(run, 3)).toBe(1);
    expect(epochsBetween(run, 3.5)).toBeCloseTo(3.5 / 3, 12);
    expect(epochsBetween(run, 6)).toBe(2);
    expect(epochsBetween({...run, stops: [0, 3, 6]}, 0.25)).toBeCloseTo(0.25, 12);
  });

  test("is drawn in epochs, and stays as a dashed curve once it is done; three are kept", () => {
    const {run} = page;
    run.batches.push(batch(1), batch(3));
    run.moments.push(moment(0, 5), moment(3, 10));
    const curves = curvesOf(run);
    expect(curves.length).toBe(2);
    expect(curves.batches.map(({at, loss}) => [at, loss])).toEqual([
      [1 / 3, 1],
      [1, 3],
    ]);
    expect(withGhost([], run)).toEqual([]);
    run.state = "done";
    expect(withGhost([], run)).toMatchObject([{accuracy: 0.5, config: run.config}]);
    expect(withGhost([], {...run, moments: []})).toEqual([]);
    expect(withGhost(withGhost(withGhost(withGhost([], run), run), run), run)).toHaveLength(3);
  });

  test("is dead where all pictures get the same answers, as far as a thousandth", () => {
    const of = (probabilities: readonly number[]) =>
      isDead(moment(0, 1, {probabilities: Float32Array.from(probabilities)}), 2);
    expect(of([0.2, 0.8, 0.2005, 0.7995])).toBe(true);
    expect(of([0.2, 0.8, 0.2, 0.8, 0.21, 0.79])).toBe(false);
    expect(of([0.2, 0.8, 0.19, 0.81])).toBe(false);
  });

  test("shows of its batches the last, or once it is done the last full one", () => {
    page.run.batches.push(batch(1), batch(2), batch(3, 4));
    expect(lastBatch(page)?.step).toBe(3);
    page.run.state = "done";
    expect(lastBatch(page)?.step).toBe(2);
    page.run.batches.splice(0, 2);
    expect(lastBatch(page)?.step).toBe(3); // none is full
  });
});

test("the guess is the most probable class of its picture, the first of equals", () => {
  const probabilities = Float32Array.of(0.9, 0.1, 0, 0.2, 0.4, 0.4);
  expect(guessOf({probabilities}, 0, 3).map((v) => v.toFixed(1))).toEqual(["0.0", "0.9"]);
  expect(guessOf({probabilities}, 1, 3).map((v) => v.toFixed(1))).toEqual(["1.0", "0.4"]);
});

test("a page shows the moment that is nearest, or else the first, and the truth of a test picture", () => {
  page.run.moments.push(moment(0, 1), moment(1, 2));
  const at = (place: number) => {
    page.at = place;
    return momentOf(page)?.index;
  };
  expect([at(0.4), at(0.6), at(1), at(5)]).toEqual([0, 1, 1, 0]);
  expect(truthOf(page)).toBeUndefined();
  page.hand = {pixels: new Float32Array(2)};
  expect(truthOf(page)).toBeUndefined();
  page.hand = {pixels: new Float32Array(2), index: 1};
  expect(truthOf(page)).toBe(3); // the second of the test, the 32nd of all
});

describe("the words about a run", () => {
  test("tell when a moment is", () => {
    expect([0, 1, 2, 3, 4, 6].map((m) => whenWords(page.run, m))).toEqual([
      ...["Before the first lesson", "After 1 batch", "After 2 batches", "After 1 epoch", "After 1.3 epochs"],
      "After 2 epochs",
    ]);
  });

  test("count what is wrong, and name the commonest mistake where there are some but not most", () => {
    const words = (right: number) => {
      Object.assign(page.run, {moments: [moment(0, 0), moment(1, right)]});
      page.at = 1;
      return /learnt from\. (.*)$/.exec(verdictWords(page))?.[1];
    };
    expect(words(20)).toBe("None is wrong.");
    expect(words(19)).toBe("**1** is wrong.");
    expect(words(16)).toBe("**4** are wrong.");
    expect(words(15)).toMatch(/^\*\*5\*\* are wrong, most often \*\*bee read as cat\*\*\.$/); // two of five
    expect(words(11)).toMatch(/^\*\*9\*\* are wrong, most often/);
    expect(words(10)).toBe("**10** are wrong.");
  });

  test("tell at the end of a run how long it took, and nowhere else", () => {
    page.run.moments.push(moment(0, 4), moment(1, 19), moment(2, 20));
    Object.assign(page.run, {state: "done", seconds: 2.34});
    page.at = 2;
    expect(verdictWords(page)).toMatch(/None is wrong\. It learnt that in 2\.3\u00a0s\.$/);
    page.at = 1;
    expect(verdictWords(page)).not.toContain("It learnt that");
    page.at = 2;
    page.run.state = "running";
    expect(verdictWords(page)).not.toContain("It learnt that");
  });

  test("of an untrained network invite to draw where pictures are grey", () => {
    page.run.moments.push(moment(0, 5));
    expect(verdictWords(page)).toMatch(/that is guessing\. Draw a picture, or teach it and watch\.$/);
    const colour = createPage({...material, lesson: {...lesson, shape: [1, 2, 3]}}, defaultsOf(lesson));
    colour.run.moments.push(moment(0, 5));
    expect(verdictWords(colour)).toMatch(/that is guessing\. Teach it and watch\.$/);
  });

  test("say under the map how many pictures it shows, or that the network is dead", () => {
    expect(mapWords(page)).toBe("20 pictures it never learns from; near means alike.");
    page.run.moments.push(moment(0, 5));
    expect(mapWords(page)).toBe("20 pictures it never learns from; near means alike.");
    page.run.moments[0] = moment(0, 5, {probabilities: new Float32Array(80).fill(0.25)});
    expect(mapWords(page)).toMatch(/^Every picture gets the same scores: the network is dead/);
  });

  test("explain the curves, then compare with the run before", () => {
    expect(compareWords(page)).toBe("");
    page.run.moments.push(moment(0, 5));
    expect(compareWords(page)).toBe("");
    page.run.moments.push(moment(1, 10));
    expect(compareWords(page)).toBe("Line: unseen pictures. Pale: the batches.");
    const noisy: Page = {...page, run: {...page.run, config: {...page.config, noise: 0.1}}};
    expect(compareWords(noisy)).toBe("Line: unseen pictures. Pale: the batches, with their wrong labels.");
    const ghost = (accuracy: number, given = {}) => ({
      curves: curvesOf(page.run),
      config: {...page.config, ...given},
      accuracy,
    });
    page.ghosts = [ghost(0.9), ghost(0.6, {seed: 4, width: 8})];
    expect(compareWords(page)).toBe("Dashed: the run before. Now filters 8, 16 → 16, 32, seed 4 → 0.");
    page.ghosts = [ghost(0.6)];
    expect(compareWords(page)).toBe("Dashed: the run before.");
    page.run.state = "done";
    expect(compareWords(page)).toBe("**10.0 points worse than** the run before (dashed).");
    page.ghosts = [ghost(0.4996)];
    expect(compareWords(page)).toBe("**As good as** the run before (dashed).");
    page.ghosts = [ghost(0.499)];
    expect(compareWords(page)).toBe("**0.1 points better than** the run before (dashed).");
  });

  test("say how far LIME's explanation can be trusted", () => {
    const words = (r2: number | null, halvesTop5: number | null) =>
      trustWords({r2, halvesTop5} as unknown as Parameters<typeof trustWords>[0]);
    expect([0.75, 0.74, 0.5, 0.49].map(trustWord)).toEqual(["good", "fair", "fair", "poor"]);
    expect(words(null, 1)).toBe("LIME finds nothing to fit: hiding pieces changes no answer.");
    expect(words(0.8, 1)).toBe(
      "LIME's fit is **good** (R² 0.80), and its halves agree. Blue speaks for, orange against.",
    );
    expect(words(0.5, 0.6)).toContain("**fair** (R² 0.50); its halves share 60 % of their top five. Blue");
    expect(words(0.4, null)).toContain("**poor** (R² 0.40). Do not lean on it. Blue");
  });
});

describe("on the map", () => {
  test("an arrow leads to what lies at most as far beside as ahead, and the middle to what is nearest", () => {
    const places = Float32Array.of(0, 0, 1, 1, 1, -1.1, 3, 0.1);
    expect(next(places, 0, [1, 0])).toBe(1); // 1 ahead and 1 beside costs 3, the last 3.2
    expect(next(places, 0, [0, 1])).toBe(1);
    expect(next(places, 0, [-1, 0])).toBe(0);
    expect(nearestTo(1, -1, places)).toBe(2);
    expect(nearestTo(2.9, 0, places)).toBe(3);
  });

  test("points go a share of their way in a frame, the same after a long pause, and tell how far", () => {
    expect(shareOf(0)).toBe(0);
    expect(shareOf(13)).toBeCloseTo(1 - Math.exp(-0.1), 12);
    expect(shareOf(5000)).toBe(shareOf(50));
    const values = Float32Array.of(0, 4, 1);
    expect(glide(values, Float32Array.of(1, 0, 1), 0.5)).toBe(2);
    expect([...values]).toEqual([0.5, 2, 1]);
  });
});

test("a grey picture is in the page's ink: its light parts, or its dark ones where it is no light ink; colours stay", () => {
  const look = {raised: [0, 0, 0], ink: [255, 255, 255]} as const;
  const grey = Uint8Array.of(255, 51);
  expect([0, 1].map(colorsOf(grey, lesson, look, 255)).map(([red]) => red)).toEqual([255, 51]);
  expect([0, 1].map(colorsOf(grey, {...lesson, isInk: false}, look, 255)).map(([red]) => red)).toEqual([0, 204]);
  const colour = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1);
  expect(colorsOf(colour, {...lesson, shape: [1, 2, 3]}, look)(1)).toBeAllClose([153, 204, 255], {atol: 1e-4});
});

describe("questions about the current picture", () => {
  const told: ToAsker[] = [];
  let [answered, broken]: [number, string[]] = [0, []];
  const open = () => {
    [answered, broken] = [0, []];
    told.length = 0;
    return openAsking(
      page,
      (one) => told.push(one),
      () => answered++,
      (why) => broken.push(why),
    );
  };
  const answer = (id: number, given: object = {}) =>
    ({id, moment: 1, probabilities: Float32Array.of(0.1, 0.2, 0.3, 0.4), took: 5, ...given}) as unknown as Answer;

  test("are asked at the nearest moment that is known, and only about a picture", () => {
    const asking = open();
    asking.ask(true);
    page.hand = {pixels: Float32Array.of(1, 0), index: 3, target: 2};
    asking.ask(true);
    expect(told).toEqual([]); // no moment is known
    page.run.moments.push(moment(0, 1), moment(1, 1));
    page.at = 0.6;
    asking.ask(true);
    expect(told).toEqual([
      {kind: "ask", question: {id: 1, moment: 1, pixels: page.hand.pixels, target: 2, except: 3, history: true}},
    ]);
    expect(page.measured.asked).toBe(1);
    asking.add(page.run.moments[1]);
    expect(told[1]).toEqual({kind: "moment", index: 1, weights: Float32Array.of(1)});
  });

  test("have answers that count until the picture or the run is another", () => {
    const asking = open();
    page.run.moments.push(moment(0, 1), moment(1, 1));
    asking.hear(answer(1));
    expect([page.answer, answered]).toEqual([undefined, 0]); // there is no picture
    page.hand = {pixels: Float32Array.of(1, 0)};
    asking.ask(false);
    asking.hear(answer(1));
    expect([page.answer?.id, answered, page.measured.answered]).toEqual([1, 1, 5]);
    asking.forget();
    asking.hear(answer(1));
    expect(answered).toBe(1);
    asking.ask(false);
    asking.hear(answer(2));
    expect(answered).toBe(2);
    asking.begin();
    expect([page.answer, page.history, told.at(-1)]).toEqual([
      undefined,
      undefined,
      {kind: "begin", config: page.config},
    ]);
    asking.hear(answer(2));
    expect(page.answer).toBeUndefined();
    asking.hear({kind: "failed", why: "no memory"});
    expect(broken).toEqual(["no memory"]);
  });

  test("fill a history: the answer's own moment, or all of them", () => {
    const asking = open();
    page.hand = {pixels: Float32Array.of(1, 0)};
    asking.hear(answer(1));
    const {history} = page;
    expect(history?.length).toBe(7 * 4);
    expect(
      Array.from(history ?? [])
        .map((p) => Number.isNaN(p))
        .indexOf(false),
    ).toBe(4);
    expect(history?.[7]).toBeCloseTo(0.4, 6);
    asking.hear(answer(2, {moment: 0}));
    expect(page.history).toBe(history); // kept, and added to
    expect(history?.[3]).toBeCloseTo(0.4, 6);
    asking.hear(answer(3, {history: new Float32Array(28).fill(0.5)}));
    expect(page.history?.every((p) => p === 0.5)).toBe(true);
  });

  test("are asked when the picture is another: at once while a pen moves, in full when it rests", () => {
    const calls: unknown[] = [];
    const asking = {forget: () => calls.push("forget"), ask: (full: boolean) => calls.push(full)} as never;
    const seen: unknown[] = [];
    const hands = openHands(page, asking, (isIdle, isDone) => seen.push([isIdle, isDone]));
    const taken = () => [calls.splice(0), seen.splice(0)];
    hands.explain(2);
    expect(taken()).toEqual([[], []]); // there is nothing to explain
    hands.drew([[[0.5, 0.5]]], false);
    expect(taken()).toEqual([[false], [[false, false]]]);
    hands.pick(4);
    expect(taken()).toEqual([["forget", true], [[false, true]]]);
    expect(page.hand).toMatchObject({index: 4});
    expect(Array.from(page.hand?.pixels ?? [])).toBeAllClose([68 / 255, 69 / 255], {atol: 1e-6});
    hands.explain(2);
    expect([page.hand?.target, calls.splice(0)]).toEqual([2, [false]]);
    hands.explain(1);
    expect(page.hand?.target).toBe(1);
    hands.explain(1);
    expect(page.hand?.target).toBeUndefined();
    hands.pickAny();
    expect(page.hand?.index).toBeGreaterThanOrEqual(0);
    expect(page.hand?.index).toBeLessThan(20);
    page.answer = answer(1);
    hands.clear();
    expect([page.hand, page.answer]).toEqual([undefined, undefined]);
  });
});

test("keys act unless another key is held, or the element with the focus needs them itself", () => {
  class Input {}
  class Button {}
  let hear = (_: object) => {};
  vi.stubGlobal("HTMLInputElement", Input);
  vi.stubGlobal("HTMLButtonElement", Button);
  vi.stubGlobal("addEventListener", (_: string, listener: typeof hear) => {
    hear = listener;
  });
  const acted: string[] = [];
  listenToKeys(Object.fromEntries(["a", " ", "Escape"].map((key) => [key, () => acted.push(key)])));
  const press = (key: string, given: object = {}) => {
    const prevented = vi.fn();
    hear({key, target: {}, preventDefault: prevented, ...given});
    return [acted.splice(0).length, prevented.mock.calls.length];
  };
  const [yes, no] = [[1, 1], [0, 0]]; // biome-ignore format: two answers
  expect([press("a"), press("b"), press(" "), press("Escape")]).toEqual([yes, no, yes, yes]);
  for (const held of ["ctrlKey", "metaKey", "altKey"]) expect(press("a", {[held]: true})).toEqual(no);
  const [input, button] = [{target: new Input()}, {target: new Button()}];
  expect([press("a", input), press("Escape", input)]).toEqual([no, yes]);
  expect([press("a", button), press(" ", button)]).toEqual([yes, no]);
});

describe("a session", () => {
  let openSession: typeof import("../../src/page/client/session.js").openSession;
  beforeAll(async () => {
    vi.stubGlobal("matchMedia", () => ({matches: false}));
    ({openSession} = await import("../../src/page/client/session.js"));
  });
  const status = {textContent: ""};
  const dataset: {ready?: string} = {};
  beforeEach(() => {
    vi.stubGlobal("document", {documentElement: {dataset}, getElementById: () => status});
    delete dataset.ready;
  });

  const told: ToTrainer[] = [];
  const asked: unknown[] = [];
  const aimed: number[][] = [];
  const scored: number[] = [];
  let ended = 0;
  const open = () => {
    for (const list of [told, asked, aimed, scored]) list.length = 0;
    ended = 0;
    const map = {
      aim: (points: Float32Array) => aimed.push([...points]),
      score: (_: Float32Array, accuracy: number) => scored.push(accuracy),
    } as unknown as ShownMap;
    const asking = {
      ...{ask: (full: boolean) => asked.push(full), begin: () => asked.push("begin"), add: () => asked.push("add")},
    } as never;
    return openSession(page, map, asking, (one) => told.push(one), 0, () => ended++); // biome-ignore format: a line
  };
  const hear = (session: ReturnType<typeof open>, given: object) =>
    session.hear({run: page.run.id, ...given} as unknown as FromTrainer);

  test("makes a new network, taught at once or waiting, and keeps the run before", () => {
    const session = open();
    page.run.state = "done";
    page.run.moments.push(moment(0, 5));
    session.begin(false);
    expect([page.run.id, page.run.state, page.ghosts.length, page.at]).toEqual([1, "opening", 1, 0]);
    session.begin(true);
    expect([page.run.id, page.run.state, page.ghosts.length]).toEqual([2, "running", 1]);
    expect(told).toMatchObject([
      {kind: "begin", run: 1, until: 0, pace: 85},
      {kind: "begin", run: 2, until: Infinity, pace: 85},
    ]);
    expect(asked).toEqual(["begin", "begin"]);
  });

  test("its button trains, pauses at the last step, goes on, and begins again once it is done", () => {
    const session = open();
    page.run.state = "waiting";
    session.teach();
    expect([page.run.state, told.at(-1)]).toEqual(["running", {kind: "until", step: Infinity}]);
    session.teach();
    expect([page.run.state, told.at(-1)]).toEqual(["paused", {kind: "until", step: 0}]);
    session.teachOn();
    expect(page.run.state).toBe("running");
    page.run.batches.push(batch(7));
    session.teach();
    expect(told.at(-1)).toEqual({kind: "until", step: 7});
    session.teachBatch();
    expect(told.at(-1)).toEqual({kind: "until", step: 8});
    page.run.state = "done";
    session.teachOn();
    expect(page.run.id).toBe(0);
    session.teach();
    expect([page.run.id, page.run.state]).toEqual([1, "running"]);
    session.teachBatch();
    expect([page.run.id, page.run.state]).toEqual([2, "opening"]);
  });

  test("shows a moment, or the map between two, in full once it does not run", () => {
    const session = open();
    page.run.moments.push(moment(0, 4), moment(1, 8), moment(2, 12));
    page.run.state = "running";
    session.goTo(1.25);
    expect([page.at, page.isFollowing, aimed.at(-1)?.[0], scored.at(-1)]).toEqual([1.25, false, 1.25, 0.4]);
    expect(asked).toEqual([false]);
    session.goTo(2);
    expect([page.isFollowing, aimed.at(-1)?.[0], scored.at(-1)]).toEqual([true, 2, 0.6]);
    session.goTo(9);
    expect(page.at).toBe(2);
    session.goTo(-1);
    expect([page.at, page.isFollowing]).toEqual([0, false]);
    page.run.state = "paused";
    session.goTo(2);
    expect([page.isFollowing, asked.at(-1)]).toEqual([false, true]); // nothing is known of other moments
    page.history = new Float32Array(28).fill(0.5);
    session.goTo(2);
    expect(asked.at(-1)).toBe(false);
    page.history[0] = Number.NaN;
    session.goTo(2);
    expect(asked.at(-1)).toBe(true);
  });

  test("follows what it hears of its own run, and nothing of another", () => {
    const session = open();
    session.hear({kind: "looked", run: 9, index: 0, probabilities: new Float32Array(), accuracy: 1});
    expect(scored).toEqual([]);
    hear(session, {kind: "looked", probabilities: new Float32Array(), accuracy: 0.3});
    hear(session, {kind: "points", points: Float32Array.of(5)});
    expect([scored, aimed]).toEqual([[0.3], [[5]]]);
    hear(session, moment(0, 4));
    expect([page.run.state, page.at, asked]).toEqual(["waiting", 0, ["add", true]]);
    hear(session, batch(1));
    expect([page.run.state, page.run.batches.length]).toEqual(["paused", 1]);
    page.run.state = "running";
    hear(session, batch(2));
    hear(session, moment(1, 8));
    expect([page.run.state, page.at]).toEqual(["running", 1]);
    page.isFollowing = false;
    const before = [scored.length, aimed.length];
    hear(session, {kind: "looked", probabilities: new Float32Array(), accuracy: 0.5});
    hear(session, {kind: "points", points: Float32Array.of(6)});
    hear(session, moment(2, 9));
    expect([scored.length, aimed.length, page.at]).toEqual([...before, 1]);
  });

  test("measures what it took once it is done, or says why it failed", () => {
    const session = open();
    page.run.state = "running";
    page.run.moments.push(moment(0, 4, {looked: 20}), moment(1, 8, {looked: 30}));
    page.run.seconds = 3;
    vi.spyOn(performance, "now").mockReturnValueOnce(10_500); // from 8,000: two seconds and a half
    page.run.begun = 8000;
    hear(session, {kind: "done", hash: "abc", trained: 2000, images: 500});
    expect([page.run.state, ended, dataset.ready, asked.at(-1)]).toEqual(["done", 1, "yes", true]);
    expect(page.measured).toMatchObject({hash: "abc", trained: 2000, rate: 250, looked: 50});
    expect(page.measured.seconds).toBe(5.5); // these, and 3 before a pause
    hear(session, {kind: "failed", why: "no memory"});
    const {state, why}: Run = page.run;
    expect([state, why, status.textContent, dataset.ready]).toEqual(["failed", "no memory", "no memory", "failed"]);
  });
});

describe("the tour", () => {
  let went: unknown[] = [];
  const acts: TourActs = {
    ...{goTo: (to) => went.push(["goTo", to]), pick: (n) => went.push(["pick", n]), pickAny: () => went.push("any")},
    ...{pickWrong: (n) => went.push(["wrong", n]), teachBatch: () => went.push("batch"), sameClassNear: (m) => 3 + m},
  };
  const [ofBatch, ofLoss, ofMap, ofWrong, ofLime, ofTrust] = STEPS;
  const entered = (step: (typeof STEPS)[number]) => {
    went = [];
    step.enter(page, acts);
    return went;
  };
  const words = (step: (typeof STEPS)[number]) => step.words(page, acts);
  const lime = {count: 9, samples: 400, r2: 0.5, halvesTop5: 0.6};
  const answer = (given: object = {}) =>
    ({
      target: 2,
      probabilities: Float32Array.of(0.1, 0.2, 0.3, 0.4),
      near: [1, 5, 2],
      lime,
      ...given,
    }) as unknown as Answer;

  test("tells of a batch how many pictures it has and what it read of them, before and after the first", () => {
    expect(words(ofBatch)[0]).toMatch(/^These are 10 of the 30 pictures it learns from\. It reads all 10 /);
    expect(words(ofBatch)[0]).toContain("After 3 batches it has seen every picture once");
    expect(words(ofBatch)[1]).toBe("Teach it one batch, and see how little happens.");
    const [button] = ofBatch.buttons;
    expect(button.words(page)).toBe("Teach one batch");
    page.run.batches.push(batch(1, 8));
    expect(words(ofBatch)[1]).toBe("Batch 1: it read **4 of 8** right before it learnt from them.");
    expect(words(ofBatch)[0]).toMatch(/^These are 8 of the 30/);
    expect(button.words(page)).toBe("One more batch");
    page.run.state = "done";
    expect(button.words(page)).toBe("From nothing, by hand");
  });

  test("tells the loss of the network and of the current picture, meant or known", () => {
    expect(entered(ofLoss)).toEqual([["pick", 0]]);
    expect(words(ofLoss)[1]).toMatch(/^Untrained, this network's loss is \*\*…\*\*\. Right/);
    expect(words(ofLoss)[2]).toBe("");
    page.run.moments.push(moment(0, 5, {loss: 1.4}));
    expect(words(ofLoss)[1]).toContain("loss is **1.40**. Right");
    page.run.moments.push(moment(1, 9, {loss: 0.7}));
    page.at = 1;
    expect(words(ofLoss)[1]).toContain("loss is **1.40**; at this moment it is **0.70**. Right");
    expect(words(ofLoss)[0]).toContain("One in 4: **1.39**.");
    page.hand = {pixels: new Float32Array(2)};
    page.answer = answer();
    expect(entered(ofLoss)).toEqual([]);
    expect(words(ofLoss)[2]).toMatch(
      /^If yours is meant as cat: probability 30\.0 %, so its own loss is \*\*1\.204\*\*/,
    );
    page.hand = {pixels: new Float32Array(2), index: 1};
    expect(words(ofLoss)[2]).toMatch(/^It gives this dog: probability 40\.0 %, so its own loss is \*\*0\.916\*\*/);
  });

  test("tells how many neighbours are of the same class, by chance, untrained and now", () => {
    page.run.moments.push(moment(0, 5));
    expect(words(ofMap)[0]).toContain("it reads 25.0 % right");
    expect(words(ofMap)[0]).toContain("**3.0 are of its own class**. By chance it would be 2.5.");
    expect(words(ofMap)[2]).toBe("It is being taught now: watch the groups part.");
    page.run.moments.push(moment(1, 9));
    expect(words(ofMap)[2]).toBe("Learning gives both: now 4.0 of ten.");
    expect(entered(ofMap)).toEqual([["goTo", 0]]);
    ofMap.buttons[1].act(page, acts);
    expect(went.at(-1)).toEqual(["goTo", 1]);
  });

  test("tells of a wrong answer what it is, what it says, and of which class its neighbours are", () => {
    page.run.moments.push(moment(0, 5), moment(1, 5));
    expect(entered(ofWrong)).toEqual([
      ["goTo", 1],
      ["wrong", 0],
    ]);
    expect(words(ofWrong)[0]).toBe("This is one that it got wrong at the end.");
    page.hand = {pixels: new Float32Array(2), index: 0}; // a cat; 1 and 5 are dogs
    page.answer = answer();
    expect(words(ofWrong)[0]).toBe(
      "The truth is cat, and it says **dog**, 40.0 % sure. Of the 3 pictures nearest to it on the map, **2 are of class dog**: to the network, this looks like them.",
    );
    page.hand = {pixels: new Float32Array(2), index: 1};
    expect(words(ofWrong)[0]).toBe("This is one that it got wrong at the end.");
    expect(words(ofWrong)[1]).toMatch(/^It knows pixels and no things\./);
  });

  test("tells what LIME hides, and when not to trust it", () => {
    page.run.moments.push(moment(0, 5), moment(1, 5));
    expect([entered(ofLime), entered(ofTrust)]).toEqual([
      [["goTo", 1], ["pick", 0]],
      [["pick", 0], ["goTo", 0]],
    ]); // biome-ignore format: two lists
    expect(words(ofLime)[0]).toMatch(/into some pieces and hides them at random, 500 times\./);
    expect([words(ofLime)[2], words(ofTrust)[2]]).toEqual(["", ""]);
    page.answer = answer();
    expect(words(ofLime)[0]).toMatch(/into 9 pieces and hides them at random, 400 times\./);
    expect(words(ofLime)[1]).toContain("**LIME cannot say that a gap matters**. Nor");
    expect(words(ofLime)[2]).toContain("R²: here **0.50, fair**.");
    expect(words(ofTrust)[2]).toBe("Here: R² **0.50, fair**; the halves share **60 %** of their strongest five.");
    page.answer = answer({lime: {...lime, halvesTop5: null}});
    expect(words(ofTrust)[2]).toBe("Here: R² **0.50, fair**.");
    expect(words(ofTrust)[0]).toMatch(/^This network is \*\*untrained\*\*/);
    page.at = 1;
    expect(words(ofTrust)[0]).toMatch(/^This network is trained\./);
  });
});
