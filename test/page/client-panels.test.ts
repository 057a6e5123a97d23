/** @file The panels of the page that learns, without a browser: their words, and what they draw where. */
import {gzipSync} from "node:zlib";
import {afterAll, beforeAll, beforeEach, describe, expect, test, vi} from "vitest";
import type {Answer} from "../../src/page/ask";
import type {ShownMap} from "../../src/page/client/map/map";
import type {Page} from "../../src/page/client/page";
import type {Session} from "../../src/page/client/session";
import type {TourActs} from "../../src/page/client/tour/steps";
import {defaultsOf} from "../../src/page/config";
import type {Batch, Moment} from "../../src/page/learn";
import {type PageElement, pageDocument} from "./page-elements";
import {lesson, material} from "./small-lesson";

const load = async () => ({
  ...(await import("../../src/page/client/page.js")),
  ...(await import("../../src/page/client/run.js")),
  ...(await import("../../src/page/client/elements.js")),
  ...(await import("../../src/page/client/tabs.js")),
  ...(await import("../../src/page/client/timeline.js")),
  ...(await import("../../src/page/client/unpack.js")),
  ...(await import("../../src/page/client/map/map-input.js")),
  ...(await import("../../src/page/client/panels/bars.js")),
  ...(await import("../../src/page/client/panels/curves.js")),
  ...(await import("../../src/page/client/panels/drop.js")),
  ...(await import("../../src/page/client/panels/history.js")),
  ...(await import("../../src/page/client/panels/why.js")),
  ...(await import("../../src/page/client/map/draw-map.js")),
  ...(await import("../../src/page/client/map/map.js")),
  ...(await import("../../src/page/client/palette.js")),
  ...(await import("../../src/page/client/tour/batch-picture.js")),
  ...(await import("../../src/page/client/panels/pad.js")),
  ...(await import("../../src/page/client/panels/settings.js")),
  ...(await import("../../src/page/client/panels/verdict.js")),
  ...(await import("../../src/page/client/panels/wrong.js")),
  ...(await import("../../src/page/client/tour/tour.js")),
});
let client: Awaited<ReturnType<typeof load>>;
let elements: ReturnType<typeof pageDocument>;
beforeAll(async () => {
  elements = pageDocument();
  client = await load();
});
afterAll(() => {
  vi.unstubAllGlobals();
});

let page: Page;
beforeEach(() => {
  elements.clear();
  page = client.createPage(material, defaultsOf(lesson));
});
const byId = (id: string) => elements.byId(id);
const texts = (list: readonly {readonly textContent: string}[]) => list.map(({textContent}) => textContent);
const draw = () => {
  page.restyled();
  page.draw();
};

/** A moment that takes some test pictures for the next class, each as surely as is given. */
function moment(index: number, wrong: {readonly [n: number]: number} = {}, given: Partial<Moment> = {}): Moment {
  const probabilities = new Float32Array(80).fill(0.1);
  page.labels.forEach((truth, n) => {
    probabilities[4 * n + (wrong[n] ? (truth + 1) % 4 : truth)] = wrong[n] ?? 0.7;
  });
  const accuracy = 1 - Object.keys(wrong).length / 20;
  const common = {kind: "moment" as const, weights: new Float32Array(), points: new Float32Array(40)};
  return {
    ...common,
    index,
    step: page.run.stops[index],
    probabilities,
    accuracy,
    loss: 1,
    trained: 0,
    looked: 0,
    ...given,
  };
}
const batch = (step: number, accuracy = 0.5): Batch => ({
  ...{kind: "batch", step, loss: 1, accuracy, pictures: new Uint32Array(10)},
});
const answer = (...probabilities: number[]) =>
  ({probabilities: Float32Array.from(probabilities), target: 1}) as unknown as Answer;

describe("the answer", () => {
  const words = (at: number, index: number | undefined, ...probabilities: number[]) => {
    page.at = at;
    page.hand = {pixels: new Float32Array(2), ...(index === undefined ? {} : {index})};
    page.answer = answer(...probabilities);
    draw();
    return byId("reads").textContent.replaceAll("\u00a0", " ");
  };

  test("has a bar for each class, the best marked, and none of them is long before there is a picture", () => {
    const asked: number[] = [];
    client.mountBars(page, (k) => asked.push(k));
    draw();
    const bars = byId("bars");
    expect([bars.styles.get("--name"), bars.styles.get("--rows")]).toEqual(["1.5rem", "6"]);
    expect(texts(bars.all("em"))).toEqual(["", "", "", ""]);
    expect(byId("reads").textContent).toBe("It answers at once.");
    expect([byId("hand-title").textContent, byId("clear").hidden]).toEqual(["Draw a picture", true]);
    words(1, undefined, 0.2, 0.7, 0.06, 0.04);
    expect(texts(bars.all("em"))).toEqual(["20", "70", "6", "4"]);
    expect(bars.children.map((bar) => bar.classList.contains("best"))).toEqual([false, true, false, false]);
    expect(Number(bars.children[0].styles.get("--p"))).toBeCloseTo(0.2, 6);
    expect([byId("hand-title").textContent, byId("clear").hidden]).toEqual(["Your picture", false]);
    bars.children[2].click();
    expect(asked).toEqual([2]);
    page.hand = undefined;
    draw();
    expect(texts(bars.all("em"))).toEqual(["", "", "", ""]); // the answer was about another picture
  });

  test("says how sure it is, and whether it is right where the truth is known", () => {
    client.mountBars(page, () => undefined);
    expect(words(1, undefined, 0.02, 0.96, 0.01, 0.01)).toBe("It is sure: bee, 96 %.");
    expect(words(1, undefined, 0.05, 0.94, 0.01, 0)).toBe("It thinks: bee, 94 %.");
    expect(words(1, undefined, 0.4, 0.59, 0.01, 0)).toBe("It guesses: bee, 59 %.");
    expect(words(1, undefined, 0.003, 0.997, 0, 0)).toBe("It is sure: bee, 99.7 %.");
    expect(words(0.4, undefined, 0.4, 0.5, 0.1, 0)).toBe("It guesses: bee, 50 %. But it is untrained.");
    expect(words(0, 3, 0, 1, 0, 0)).toBe("It is sure: bee, 100.0 %. Right.");
    expect(byId("hand-title").textContent).toBe("A bee from the map");
    expect(words(0, 2, 0, 1, 0, 0)).toBe("It is sure: bee, 100.0 %. Wrong: it is an ant.");
    expect(byId("hand-title").textContent).toBe("An ant from the map");
  });
});

describe("the wrong answers", () => {
  const picked: number[] = [];
  const mounted = () => {
    picked.length = 0;
    return client.mountWrong(page, (n) => {
      picked.push(n);
      page.hand = {pixels: new Float32Array(2), index: n};
    });
  };

  test("are shown from the surest on, each with what it is and was taken for", () => {
    mounted();
    page.run.moments.push(moment(0, {4: 0.8, 7: 0.9, 10: 0.7}), moment(1, {7: 0.9}), moment(2));
    page.hand = {pixels: new Float32Array(2), index: 4};
    draw();
    expect(byId("wrong-title").textContent).toBe("3 wrong, those it is surest of first");
    const items = byId("wrong").children;
    expect(items.map((item) => item.getAttribute("aria-label")?.replaceAll("\u00a0", " "))).toEqual([
      ...["bee → cat, 90 % sure", "cat → dog, 80 % sure", "ant → bee, 70 % sure"],
    ]);
    expect(texts(items)).toEqual(["bee → cat", "cat → dog", "ant → bee"]);
    expect(items.map((item) => item.getAttribute("aria-selected"))).toEqual(["false", "true", "false"]);
    items[2].click();
    expect(picked).toEqual([10]);
    page.at = 1;
    draw();
    expect(items.map(({hidden}) => hidden)).toEqual([false, true, true]);
    page.at = 2;
    draw();
    expect(byId("wrong-title").textContent).toBe("None of 20 pictures is wrong");
  });

  test("are walked in a circle, from the first or the last on", () => {
    const wrongs = mounted();
    wrongs.walk(1);
    wrongs.pick();
    expect(picked).toEqual([]); // nothing is known yet
    page.run.moments.push(moment(0, {4: 0.8, 7: 0.9, 10: 0.7}));
    const walked = (from: number | undefined, by: 1 | -1) => {
      page.hand = from === undefined ? undefined : {pixels: new Float32Array(2), index: from};
      wrongs.walk(by);
      return picked.at(-1);
    };
    expect([walked(undefined, 1), walked(undefined, -1)]).toEqual([7, 10]);
    expect([walked(7, 1), walked(4, 1), walked(10, 1)]).toEqual([4, 10, 7]);
    expect([walked(7, -1), walked(4, -1), walked(10, -1)]).toEqual([10, 7, 4]);
    const next = (from: number | undefined) => {
      page.hand = from === undefined ? undefined : {pixels: new Float32Array(2), index: from};
      wrongs.pick();
      return picked.at(-1);
    };
    expect([next(undefined), next(7), next(10)]).toEqual([7, 4, 7]);
    wrongs.pick(2);
    expect(picked.at(-1)).toBe(10);
    byId("wrong").send("keydown", {key: "ArrowLeft"});
    expect(picked.at(-1)).toBe(4);
    byId("wrong").send("keydown", {key: "a"});
    expect(picked.at(-1)).toBe(4);
  });
});

test("the verdict has the share of right answers, and while it trains the batch", () => {
  client.mountVerdict(page, () => undefined);
  Object.assign(page.run, {id: 1, state: "waiting"});
  draw();
  const said = () => ["when", "big", "accuracy-note", "loss-note"].map((id) => byId(id).textContent);
  expect(said()).toEqual(["Opening", "\u00a0", "", ""]);
  expect(byId("teach").hasAttribute("data-first")).toBe(true);
  page.run.moments.push(moment(0, {1: 0.7, 2: 0.7, 3: 0.7, 4: 0.7, 5: 0.7}, {loss: 1.25}));
  page.run.batches.push(batch(1), batch(2));
  draw();
  expect(said()).toEqual(["Before the first lesson", "75.0% right", "75.0 %", "1.250"]);
  page.run.state = "running";
  draw();
  expect(said()[0]).toBe("Batch 2 of 6");
  expect(byId("teach").hasAttribute("data-first")).toBe(false);
  page.isFollowing = false;
  draw();
  expect(said()[0]).toBe("Before the first lesson");
  page.run = {...page.run, id: 2, state: "waiting"};
  draw();
  expect(byId("teach").hasAttribute("data-first")).toBe(false); // somebody knows the button already
});

describe("the timeline", () => {
  const went: number[] = [];
  let [taught, rested] = [0, 0];
  const mounted = () => {
    went.length = 0;
    [taught, rested] = [0, 0];
    const goTo = (at: number) => {
      went.push(at);
      page.at = at;
    };
    const session = {goTo, teach: () => taught++} as unknown as Session;
    return client.mountTimeline(page, session, () => rested++);
  };

  test("has a tick for each moment, longer ones where an epoch ends, and names for at most eight of them", () => {
    const timeline = mounted();
    timeline.renew();
    const ticks = () => byId("ticks").children;
    expect(ticks().map((tick) => tick.classList.contains("epoch"))).toEqual([
      ...[true, false, false, true, false, false, true],
    ]);
    expect(texts(ticks())).toEqual(["untrained", "", "", "epoch 1", "", "", "2"]);
    expect(ticks()[3].styles.get("left") ?? Reflect.get(ticks()[3].style, "left")).toBe("50%");
    page.run = client.newRun(1, {...page.config, epochs: 8}, lesson, false, 0);
    timeline.renew();
    expect(texts(byId("ticks").all("b"))).toEqual(["untrained", "epoch 2", "4", "6", "8"]);
  });

  test("goes a moment on or back, also from between two", () => {
    const timeline = mounted();
    for (const [from, by] of [
      [2, 1],
      [2.5, 1],
      [2, -1],
      [2.5, -1],
    ] as const) {
      page.at = from;
      timeline.step(by);
    }
    expect([went, rested]).toEqual([[3, 3, 1, 2], 4]);
  });

  test("plays from the start once it is at the end, stops there, and before the end of a run trains", () => {
    vi.useFakeTimers();
    const timeline = mounted();
    page.run.moments.push(moment(0), moment(1), moment(2));
    timeline.play();
    expect([taught, went]).toEqual([1, []]);
    page.run.state = "done";
    page.at = 2;
    timeline.play();
    expect([went, page.isPlaying]).toEqual([[0], true]);
    vi.advanceTimersByTime(1000);
    expect([went, page.isPlaying]).toEqual([[0, 1, 2], true]);
    vi.advanceTimersByTime(500);
    expect([went, page.isPlaying]).toEqual([[0, 1, 2], false]);
    page.at = 1;
    timeline.play();
    expect([went, page.isPlaying]).toEqual([[0, 1, 2], true]); // on from where it is
    timeline.play();
    expect(page.isPlaying).toBe(false);
    vi.useRealTimers();
  });

  test("is dragged within its ends, and rests at a moment", () => {
    mounted();
    const track = byId("track");
    Object.assign(track.box, {left: 100, width: 200});
    track.send("pointermove", {pointerId: 1, clientX: 200}); // it is not held
    for (const clientX of [150, 400, 20]) track.send("pointerdown", {pointerId: 1, clientX});
    track.send("pointermove", {pointerId: 1, clientX: 250});
    track.send("pointerup");
    expect([went, rested]).toEqual([[1.5, 6, 0, 4.5, 5], 1]);
    draw();
    expect(track.getAttribute("aria-valuemax")).toBe("0");
    page.run.moments.push(moment(0), moment(1), moment(2), moment(3));
    page.at = 3;
    draw();
    expect(["aria-valuemax", "aria-valuenow", "aria-valuetext"].map((name) => track.getAttribute(name))).toEqual([
      ...["3", "3", "After 1 epoch"],
    ]);
    expect(Reflect.get(byId("fill").style, "width")).toBe("50%");
  });
});

test("of the tabs one is open, and arrows go round", () => {
  const tabs = ["draw", "why", "curves"].map((name) => {
    const tab = elements.create("button");
    tab.dataset.for = name;
    return tab;
  });
  elements.lists["[data-for]"] = tabs;
  const open = client.mountTabs(page);
  const shown = () => tabs.map((tab) => `${tab.getAttribute("aria-selected")} ${tab.tabIndex}`);
  open("why");
  expect([byId("main").dataset.tab, shown()]).toEqual(["why", ["false -1", "true 0", "false -1"]]);
  const pressed = (tab: number, key: string) => {
    tabs[tab].send("keydown", {key});
    return byId("main").dataset.tab;
  };
  expect([pressed(0, "ArrowLeft"), pressed(0, "ArrowRight"), pressed(2, "ArrowRight")]).toEqual([
    ...["curves", "why", "draw"],
  ]);
  expect(pressed(2, "ArrowUp")).toBe("draw");
  expect(tabs.map(({focused}) => focused)).toEqual([1, 1, 1]);
});

test("a packed part of the page is unpacked, and its text goes", async () => {
  const bytes = Uint8Array.from({length: 300}, (_, i) => i);
  byId("pictures").textContent = `\n${gzipSync(bytes).toString("base64")}\n`;
  expect([...(await client.unpack("pictures"))]).toEqual([...bytes]);
  expect(byId("pictures").textContent).toBe("");
});

test("a canvas has at most two pixels for each of its box's, and words between asterisks are bold", () => {
  const canvas = elements.create("canvas");
  Object.assign(canvas, {clientWidth: 15, clientHeight: 7});
  for (const [ratio, size] of [
    [1, [15, 7]],
    [1.5, [23, 11]],
    [3, [30, 14]],
  ] as const) {
    vi.stubGlobal("devicePixelRatio", ratio);
    client.sized(canvas as never);
    expect([canvas.width, canvas.height]).toEqual(size);
  }
  vi.stubGlobal("devicePixelRatio", 1);
  const box = elements.create("p");
  client.setBold(box as never, "one **two** three **four**");
  expect([box.textContent, texts(box.all("b"))]).toEqual(["one two three four", ["two", "four"]]);
});

describe("the pointer and the keys on the map", () => {
  const [hovered, picked]: [number[], number[]] = [[], []];
  const mounted = () => {
    hovered.length = picked.length = 0;
    const scene = {shown: Float32Array.of(0, 0, 0.875, 0, 0, 1.5), hovered: -1};
    const map = {
      scene,
      placeOn: (x: number, y: number) => [100 + 100 * x, 50 + 100 * y],
      placeAt: (left: number, top: number) => [(left - 100) / 100, (top - 50) / 100],
      hover: (n: number) => {
        scene.hovered = n;
        hovered.push(n);
      },
    };
    byId("tip").append(elements.create("canvas"), elements.create("p"));
    Object.assign(byId("map"), {clientWidth: 400, clientHeight: 200});
    Object.assign(byId("map").box, {left: 10, top: 20});
    client.listenToMap(page, map as unknown as ShownMap, (n) => picked.push(n));
    return scene;
  };
  const at = (left: number, top: number, pointerType = "mouse") => ({
    ...{clientX: 10 + left, clientY: 20 + top, pointerType},
  });
  const tip = () => [
    byId("tip").hidden,
    byId("tip").text("p"),
    ...["left", "top"].map((side) => Reflect.get(byId("tip").style, side)),
  ];

  test("show the picture within 16 pixels, beside it and inside the map", () => {
    mounted();
    byId("map").send("pointermove", at(115, 50));
    expect(tip()).toEqual([false, "a cat, read right", "120px", "14px"]);
    byId("map").send("pointermove", at(116, 50));
    expect([hovered, tip()[0]]).toEqual([[0, -1], true]);
    byId("map").send("pointermove", at(100, 35));
    byId("map").send("pointermove", at(100, 34));
    expect(hovered.slice(2)).toEqual([0, -1]);
    page.run.moments.push(moment(0, {1: 0.7}));
    byId("map").send("pointermove", at(187.5, 50)); // near the right edge it is on the left
    expect(tip()).toEqual([false, "a dog, read as ant", "-12.5px", "14px"]);
    byId("map").send("pointermove", at(100, 200));
    expect(tip().slice(2)).toEqual(["120px", "120px"]);
    byId("map").send("blur");
    expect([hovered.at(-1), tip()[0]]).toEqual([-1, true]);
    byId("map").send("pointermove", at(100, 50, "touch"));
    expect([hovered.at(-1), tip()[0]]).toEqual([0, true]); // a finger would hide it
  });

  test("take the picture that is clicked or marked, and arrows mark the next", () => {
    const scene = mounted();
    byId("map").send("click", at(100, 50));
    byId("map").send("click", at(140, 50));
    expect(picked).toEqual([0]);
    const press = (key: string, held: object = {}) => byId("map").send("keydown", {key, ...held});
    press("Enter");
    expect(picked).toEqual([0]); // none is marked
    press("ArrowRight", {ctrlKey: true});
    press("ArrowRight", {metaKey: true});
    press("ArrowRight", {altKey: true});
    expect(hovered).toEqual([]);
    press("ArrowRight"); // the first key marks what is in the middle
    expect([hovered, byId("status").textContent]).toEqual([[0], "a cat, read right"]);
    press("ArrowRight");
    press("Enter");
    expect([hovered, picked]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    scene.hovered = -1;
    page.hand = {pixels: new Float32Array(2), index: 2};
    press("ArrowRight");
    expect(hovered.at(-1)).toBe(2);
    press("ArrowUp");
    expect(hovered.at(-1)).toBe(0);
    press("Enter");
    expect(picked.at(-1)).toBe(0); // also the first of all
  });
});

test("the tour shows its step, lights its panels, and trains from the second step on", () => {
  const [calls, opened]: [string[], string[]] = [[], []];
  const act = (name: string) => () => calls.push(name);
  const acts = {
    ...{goTo: act("goTo"), pick: act("pick"), pickAny: act("pickAny"), pickWrong: act("pickWrong")},
    ...{teachBatch: act("teachBatch"), sameClassNear: () => 2},
  } as unknown as TourActs;
  const panels = ["verdict", "map", "curves"].map((name) => {
    const panel = elements.create("section");
    panel.dataset.spot = name;
    return panel;
  });
  elements.lists["[data-spot]"] = panels;
  const tour = client.openTour(page, acts, (tab) => opened.push(tab), act("teach"));
  const card = byId("card");
  tour.go(-1);
  expect([byId("tour").focused, tour.isOpen()]).toEqual([0, false]); // it was not open
  tour.go(0);
  expect(card.children).toEqual([]); // there is no network yet
  page.run.moments.push(moment(0), moment(1));
  byId("tour").click();
  expect([tour.isOpen(), byId("tour").focused]).toEqual([false, 1]);
  byId("tour").click();
  const names = () => card.all("btn").map((button) => button.getAttribute("data-key"));
  expect([tour.isOpen(), card.hidden, card.text("step"), opened.at(-1)]).toEqual([
    ...[true, false, "Step 1 of 6 · Esc ends the tour", "curves"],
  ]);
  expect(names()).not.toContain("back");
  expect([calls.includes("teach"), byId("tour").getAttribute("aria-pressed")]).toEqual([false, "true"]);
  expect(panels.map((panel) => [panel.classList.contains("lit"), panel.classList.contains("spot")])).toEqual([
    [true, true],
    [false, false],
    [false, false],
  ]);
  expect([card.classList.contains("beside"), card.classList.contains("high")]).toEqual([true, false]);
  const press = (name: string) =>
    card
      .all("btn")
      .find((button) => button.getAttribute("data-key") === name)
      ?.click();
  press("next");
  expect([card.text("step"), calls.includes("teach")]).toEqual(["Step 2 of 6 · Esc ends the tour", true]);
  press("back");
  expect(card.text("step")).toBe("Step 1 of 6 · Esc ends the tour");
  tour.go(4);
  expect(card.all("next")[0].textContent).toBe("Next");
  press("next");
  expect([card.text("step"), card.all("next")[0].textContent]).toEqual(["Step 6 of 6 · Esc ends the tour", "End"]);
  const made = card.children[0];
  draw();
  expect(card.children[0]).toBe(made); // its words are the same
  press("next");
  expect([tour.isOpen(), card.hidden, byId("tour").getAttribute("aria-pressed")]).toEqual([false, true, "false"]);
  expect(panels.some((panel) => panel.classList.contains("lit"))).toBe(false);
});

test("a slider has a place for each choice, and the settings can be put back where they are others", () => {
  vi.useFakeTimers();
  let again = 0;
  client.mountSettings(page, () => again++);
  const inputs = byId("settings").all("input") as unknown as (PageElement & {value: string})[];
  const [train] = inputs;
  expect([train.getAttribute("max"), byId("reset").hidden]).toEqual([String(page.choices.train.length - 1), true]);
  const rate = inputs.find((input) => input.getAttribute("id") === "set-rate") as (typeof inputs)[0];
  rate.value = "0";
  rate.send("input");
  expect([page.config.rate, byId("reset").hidden]).toEqual([page.choices.rate[0], false]);
  vi.advanceTimersByTime(1000);
  byId("reset").click();
  vi.advanceTimersByTime(1);
  expect([again, byId("reset").hidden, page.config]).toEqual([2, true, defaultsOf(lesson)]);
  vi.useRealTimers();
});

describe("what is drawn", () => {
  const canvas = (id: string, clientWidth: number, clientHeight: number) =>
    Object.assign(byId(id), {
      clientWidth,
      clientHeight,
      box: {left: 10, top: 0, width: clientWidth, height: clientHeight},
    });

  test("of the answers by moment: a line for each class that was ever seen, and a name where there is room", () => {
    const history = canvas("history", 154, 112); // 20 pixels for each moment, 100 for all of a probability
    const went: number[] = [];
    client.mountHistory(page, (at) => went.push(at));
    page.history = new Float32Array(28).fill(Number.NaN);
    page.history.set([0.3, 0.4, 0.25, 0.05], 0);
    page.history.set([0.04, 0.5, 0.45, 0.01], 8);
    page.at = 3;
    draw();
    expect(history.drawn("moveTo")).toEqual([
      ...[
        [4, 106],
        [4, 56],
        [4, 6],
      ], // 0, a half and 1
      ...[
        [4, 76],
        [4, 66],
        [4, 81],
      ], // ant, bee and cat; no dog
      [64, 0], // the moment that is shown
    ]);
    expect(history.drawn("lineTo")).toEqual([
      ...[
        [124, 106],
        [124, 56],
        [124, 6],
      ],
      ...[
        [44, 102],
        [44, 56],
        [44, 61],
      ],
      [64, 112],
    ]);
    expect(history.drawn("fillText")).toEqual([["bee", 50, 56]]); // ant is gone, cat too near
    expect(history.drawn("fillRect")).toEqual([[49, 49, 20, 14]]);
    expect(history.drawn("arc")).toEqual([[44, 56, 3, 0, 7]]);
    history.send("pointerdown", {clientX: 10 + 4 + 41});
    expect(went).toEqual([2]);
    page.history.set([0.45, 0.01, 0.04, 0.5], 8);
    history.calls = [];
    draw();
    expect(history.drawn("fillText")).toEqual([["ant", 50, 61]]);
    page.history.set([0.45, 0.01, 0.04, 0.56], 8);
    history.calls = [];
    draw();
    expect(history.drawn("fillText").map(([name]) => name)).toEqual(["ant", "dog"]); // 11 pixels apart
  });

  test("of the curves: ticks with room between their words, the moments, and the batches made smooth", () => {
    const accuracy = canvas("accuracy", 158, 121); // 60 pixels for an epoch
    const loss = canvas("loss", 158, 71);
    const went: number[] = [];
    client.mountCurves(page, (at) => went.push(at));
    page.run.moments.push(moment(0, {1: 0.7, 2: 0.7}), moment(1), moment(2));
    page.run.batches.push(batch(1, 0.5), batch(2, 1));
    page.at = 1;
    draw();
    const y = (share: number, height: number) => {
      const to = (v: number) => -Math.log10(1.004 - v);
      return Math.round(100 * (height - 15 - ((to(share) - to(0)) / (to(1) - to(0))) * (height - 21))) / 100;
    };
    expect(accuracy.drawn("fillText")).toEqual([
      ...["100", "97", "90", "50", "0"].map((words) => [words, 27, y(Number(words) / 100, 121)]),
      ...[
        ["0", 32, 116],
        ["1", 92, 116],
        ["2", 152, 116],
      ],
    ]);
    expect(accuracy.drawn("lineTo")).toEqual([
      ...[1, 0.97, 0.9, 0.5, 0].map((tick) => [152, y(tick, 121)]),
      ...[
        [52, y(0.5, 121)],
        [72, y(0.575, 121)],
      ],
      ...[
        [32, y(0.9, 121)],
        [52, y(1, 121)],
        [72, y(1, 121)],
      ],
      [52, 106],
    ]);
    expect(accuracy.drawn("moveTo").at(-1)).toEqual([52, 2]);
    expect(accuracy.drawn("arc")).toEqual([[52, 6, 4, 0, 7]]);
    const spots = loss.drawn("fillText").map(([words]) => words);
    expect(spots).toEqual([".02", ".1", ".5", "0", "1", "2"]); // that of a guess would cover the one of a half
    expect(loss.drawn("setLineDash")).toContainEqual([2, 3]);
    const scrubbed = (far: number) => {
      accuracy.send("pointerdown", {pointerId: 1, clientX: 10 + 32 + far});
      return went.at(-1);
    };
    expect([scrubbed(9), scrubbed(11), scrubbed(25), scrubbed(100)]).toEqual([0, 1, 1, 2]);
    accuracy.send("pointermove", {pointerId: 2, clientX: 0});
    expect(went).toHaveLength(4);
  });
});

describe("the pad", () => {
  const told: [unknown, boolean][] = [];
  const opened = () => {
    told.length = 0;
    const pad = Object.assign(byId("pad"), {clientWidth: 100, clientHeight: 100});
    Object.assign(pad.box, {left: 10, top: 20, width: 100, height: 100});
    return {pad, own: client.openPad(lesson, (strokes, isDone) => told.push([structuredClone(strokes), isDone]))};
  };
  const at = (x: number, y: number, pointerId = 1) => ({pointerId, clientX: 10 + x, clientY: 20 + y, button: 0});

  test("follows one pointer, from its press to its end, and leaves out points that hardly move", () => {
    const {pad} = opened();
    pad.send("pointerdown", {...at(50, 50), button: 2});
    pad.send("pointermove", at(50, 50));
    expect(told).toEqual([]);
    pad.send("pointerdown", at(50, 25));
    pad.send("pointerdown", at(1, 1, 2)); // another finger
    pad.send("pointermove", at(9, 9, 2));
    pad.send("pointerup", at(9, 9, 2));
    pad.send("pointermove", at(50.5, 25));
    pad.send("pointermove", at(51, 25));
    pad.send("pointermove", {...at(0, 0), getCoalescedEvents: () => [at(60, 25), at(70, 25)]});
    pad.send("pointerup", at(70, 25));
    expect(told.map(([, isDone]) => isDone)).toEqual([false, false, false, false, true]);
    expect(told.at(-1)?.[0]).toEqual([
      [
        [0.5, 0.25],
        [0.51, 0.25],
        [0.6, 0.25],
        [0.7, 0.25],
      ],
    ]);
    pad.send("pointermove", at(90, 90));
    expect(told).toHaveLength(5);
    expect(pad.drawn("lineTo").slice(-4)).toEqual([
      [50, 25],
      [51, 25],
      [60, 25],
      [70, 25],
    ]);
  });

  test("is drawn on with keys: Enter puts the pen down and up, arrows move it within the edges", () => {
    const {pad, own} = opened();
    const press = (key: string) => pad.send("keydown", {key});
    press("a");
    expect(pad.drawn("arc")).toEqual([]);
    press("ArrowRight");
    expect([told, pad.drawn("arc")]).toEqual([[], [[54, 50, 7, 0, 7]]]);
    press("Enter");
    press("ArrowDown");
    press("Enter");
    expect(told).toEqual([
      [[[[0.54, 0.5]]], false],
      [
        [
          [
            [0.54, 0.5],
            [0.54, 0.54],
          ],
        ],
        false,
      ],
      [
        [
          [
            [0.54, 0.5],
            [0.54, 0.54],
          ],
        ],
        true,
      ],
    ]);
    for (let i = 0; i < 15; i++) press("ArrowLeft");
    expect(pad.drawn("arc").at(-1)).toEqual([5, 54, 7, 0, 7]);
    for (let i = 0; i < 30; i++) press("ArrowDown");
    expect(pad.drawn("arc").at(-1)).toEqual([5, 95, 7, 0, 7]);
    pad.send("blur");
    expect(told).toHaveLength(3); // the pen was up
    press("Enter");
    pad.send("blur");
    expect(told.slice(3).map(([, isDone]) => isDone)).toEqual([false, true]);
    pad.calls = [];
    own.draw();
    expect([pad.drawn("arc"), pad.drawn("moveTo"), pad.drawn("lineTo")]).toEqual([
      [],
      [
        [54, 50],
        [5, 95],
      ],
      [
        [54, 50],
        [54, 54],
        [5, 95],
        [5.01, 95],
      ], // a dot is a short line
    ]);
  });

  test("shows a picture as large as it fits, in the middle, and a stroke takes its place", () => {
    const {pad, own} = opened();
    own.show(Float32Array.of(0, 1));
    expect(pad.drawn("drawImage").at(-1)).toEqual([0, 25, 100, 50]);
    pad.send("pointerdown", at(50, 25));
    expect(told).toEqual([[[[[0.5, 0.25]]], false]]);
    own.put([[[0.1, 0.2]]]);
    expect(pad.drawn("moveTo").at(-1)).toEqual([10, 20]);
    own.invite(false);
    expect(byId("pad-hint").hidden).toBe(true);
  });
});

const levels = (element: PageElement | undefined) => [...(element?.image?.data ?? [])];

test("the pictures of a batch stand side by side, 16 in a row", () => {
  const made = () => client.batchPicture(page) as unknown as PageElement;
  expect([made().getAttribute("aria-label"), made().width, made().height]).toEqual([
    ...["The 10 pictures of the batch", 32, 1],
  ]);
  const pictures = Uint32Array.from({length: 17}, (_, n) => n); // picture n has the levels 2n and 2n + 1
  page.run.batches.push({...batch(1), pictures});
  const both = made();
  expect([both.width, both.height]).toEqual([32, 2]);
  const red = levels(both).filter((_, i) => i % 4 === 0);
  expect(red.slice(0, 34)).toEqual(Array.from({length: 34}, (_, i) => i));
  expect(levels(both).filter((_, i) => i % 4 === 3)).toEqual([...Array(34).fill(255), ...Array(30).fill(0)]);
});

test("an explanation colours what moves the score most, and the pieces for and against the class", () => {
  const picked: number[] = [];
  client.mountWhy(page, (n) => picked.push(n));
  const shown = (saliency: readonly number[], weights: readonly number[]) => {
    const lime = {weights, segments: Uint16Array.of(0, 1), r2: 0.8, halvesTop5: 1};
    page.answer = {
      ...answer(0, 1, 0, 0),
      saliency: Float32Array.from(saliency),
      lime,
      near: Uint32Array.of(3, 5),
    } as never;
    draw();
    return ["saliency", "lime"].map((id) => levels(byId(id)));
  };
  draw();
  expect(byId("trust").textContent).toBe("");
  page.hand = {pixels: Float32Array.of(0, 1)};
  expect(shown([2, 5], [-1, 0.5])).toEqual([
    [0, 92, 46, 255, 0, 200, 100, 255],
    [170, 0, 0, 255, 125, 125, 210, 255],
  ]);
  expect(shown([0, 0], [0, 0])).toEqual([
    [0, 0, 0, 255, 76, 76, 76, 255],
    [0, 0, 0, 255, 217, 217, 217, 255],
  ]);
  expect(byId("why-note").textContent).toBe("for bee; click a bar for another");
  const near = byId("near").children;
  expect(near.map((item) => item.getAttribute("aria-label"))).toEqual(["a bee", "a dog"]);
  near[1].click();
  expect(picked).toEqual([5]);
  page.answer = undefined;
  draw();
  expect([byId("trust").textContent, byId("near").children]).toEqual(["", []]);
});

test.each([
  [1, true, "#000", [0.815, 4.815, 8.815, 12.815]],
  [1, false, "#fff", [0.815, 4.815, 8.815, 12.815]],
  [3, true, "#fff", [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14]],
])(
  "a dropped picture of %i channels fits in whole, in the middle of its ground",
  async (channels, isInk, ground, values) => {
    vi.stubGlobal("createImageBitmap", async () => ({width: 40, height: 10}));
    const taken = new Promise<Float32Array>((took) =>
      client.listenToFiles({...lesson, shape: [2, 2, channels], isInk}, took),
    );
    byId("pad-box").send("drop", {dataTransfer: {files: [{name: "a.png"}]}});
    expect(await taken).toBeAllClose(
      values.map((value) => value / 255),
      {atol: 1e-6},
    );
    const canvas = elements.made.at(-1) as PageElement;
    expect([canvas.given.fillStyle, canvas.drawn("drawImage")]).toEqual([ground, [[0, 0.75, 2, 0.5]]]);
  },
);

describe("a frame of the map", () => {
  const drawn = (given: object, width = 200, place: readonly [number, number] = [0.5, -0.5]) => {
    const scene = {
      ...{shown: new Float32Array(40), lit: new Float32Array(20).fill(1), isWrong: new Uint8Array(20)},
      ...{rings: 0, guest: undefined, hovered: -1},
      ...given,
    };
    scene.shown.set(place, 2);
    scene.isWrong[1] = 1;
    // picture 1 is one white pixel, in its corner; the others are empty
    const from = Uint32Array.from({length: 21}, (_, n) => (n > 1 ? 1 : 0));
    const sprites = {cell: 10, stride: width, from, at: Uint32Array.of(0), color: Int32Array.of(-1)};
    const canvas = elements.create("canvas");
    const image = {data: new Uint8ClampedArray(4 * width * 100), width, height: 100} as unknown as ImageData;
    const c = canvas.getContext() as CanvasRenderingContext2D;
    client.drawMap(page, scene, sprites, client.colors(), {c, image, panel: {width, half: 50, dense: 1}});
    const white = new Int32Array(image.data.buffer).indexOf(-1);
    return {canvas, white: [white % width, Math.floor(white / width)]};
  };

  test("has each picture with its middle at its place, and none over the edge", () => {
    expect(drawn({}).white).toEqual([120, 20]);
    expect(drawn({}, 200, [5, 5]).white).toEqual([190, 90]);
    expect(drawn({}, 200, [-5, -5]).white).toEqual([0, 0]);
  });

  test("has rings around wrong answers and around the one under the pointer", () => {
    expect(drawn({}).canvas.drawn("arc")).toEqual([]);
    expect(drawn({rings: 0.5}).canvas.drawn("arc")).toEqual([[125, 25, 4.8, 0, 7]]);
    expect(drawn({hovered: 0}).canvas.drawn("arc")).toEqual([[100, 50, 6, 0, 7]]);
    expect(drawn({hovered: 0}).canvas.drawn("moveTo")).toEqual([[106, 50]]);
  });

  test("leads from the current picture to those with the nearest scores, but not to itself", () => {
    expect(drawn({guest: [0.2, 0.2]}).canvas.drawn("arc")).toEqual([]); // nobody holds it
    page.hand = {pixels: Float32Array.of(0, 1), index: 3};
    page.answer = {...answer(0, 1, 0, 0), near: Uint32Array.of(3, 1)};
    const {canvas} = drawn({guest: [0.2, 0.2]});
    expect(canvas.drawn("lineTo")).toEqual([[125, 25]]);
    expect(canvas.drawn("moveTo")).toEqual([
      [110, 60],
      [130.5, 25],
      [125, 60],
    ]);
    expect(canvas.drawn("arc")).toEqual([
      [125, 25, 5.5, 0, 7],
      [110, 60, 15, 0, 7],
    ]);
    expect(canvas.drawn("drawImage")).toEqual([[99.5, 54.75, 21, 10.5]]);
    expect(
      drawn({guest: [0, 0]}, 499)
        .canvas.drawn("arc")
        .at(-1)?.[2],
    ).toBe(15);
    expect(
      drawn({guest: [0, 0]}, 500)
        .canvas.drawn("arc")
        .at(-1)?.[2],
    ).toBe(24);
  });
});
