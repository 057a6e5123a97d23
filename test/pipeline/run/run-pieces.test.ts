/** @file Small pieces of a run, each by itself: choices of epochs, layers, probes and images, and checks of options. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {checkCodeOutside} from "../../../src/pipeline/run/code-outside";
import {waysFromRun} from "../../../src/pipeline/run/data";
import {blocksOf} from "../../../src/pipeline/run/layer-blocks";
import {layerPlaces} from "../../../src/pipeline/run/layer-places";
import {runOptions} from "../../../src/pipeline/run/options";
import {chooseProbes, suitedProbes} from "../../../src/pipeline/run/probe-once";
import {rateOf, threadsOf} from "../../../src/pipeline/run/resolved";
import {sampledWeights} from "../../../src/pipeline/run/sampled-weights";
import {samplesNamed} from "../../../src/pipeline/run/samples";
import {shownInFull} from "../../../src/pipeline/run/shown-in-full";
import {placed} from "../../../src/pipeline/run/starting-weights";
import {answersBySplit, answersTo, reasonOf} from "../../../src/pipeline/run/suspects";
import {trackedNames, trackNamed} from "../../../src/pipeline/run/track-named";
import {isStale, staleNote} from "../../../src/pipeline/training/patience";
import type {EpochMetrics, Probe} from "../../../src/pipeline/types";
import {temporaryFolder} from "../../support/idx-files";

describe("patience", () => {
  const losses = (...list: readonly number[]) =>
    list.map((validationLoss, epoch) => ({epoch, validationLoss})) as unknown as readonly EpochMetrics[];

  test("ends a run when as many epochs as it says were no better than the best one", () => {
    const line = losses(1, 0.5, 0.6, 0.5);
    expect([1, 2, 3].map((patience) => isStale(line, patience))).toEqual([true, true, false]);
    expect(isStale(losses(1, 0.9), 1)).toBe(false);
    expect(isStale(losses(1, 2), 0)).toBe(false); // without end
    expect(isStale([], 1)).toBe(false);
  });

  test("is said in words when it ends a run", () => {
    expect(staleNote(losses(1, 2), 1)).toMatch(/^ended after epoch 1: .* not been lower for epoch \(--patience 1\)$/);
    expect(staleNote(losses(1, 2, 3), 2)).toMatch(/^ended after epoch 2: .* for 2 epochs \(--patience 2\)$/);
  });
});

describe("options that the data or the machine decide", () => {
  test("threads are as many as there are cores, up to eight, unless some are asked for", () => {
    const threads = (asked: number, cores: number) =>
      threadsOf({threads: asked} as never, {processor: {cores}} as never);
    expect([threads(0, 4), threads(0, 16), threads(12, 4)]).toEqual([4, 8, 12]);
  });

  test("the rate is constant where the user gives one, else one cycle, unless a schedule is asked for", () => {
    const of = (learningRate: number, schedule: string) =>
      rateOf({optimizer: "adam", learningRate, schedule, batchSize: 64} as never, "cnn");
    expect(of(0, "auto")).toMatchObject({learningRate: 0.004, shape: "one-cycle"});
    expect(of(0.5, "auto")).toMatchObject({learningRate: 0.5, shape: "constant"});
    expect(of(0.5, "one-cycle").shape).toBe("one-cycle");
    expect(of(0.5, "auto").schedule(0, 100)).toBe(0.5);
    expect(of(0, "auto").schedule(0, 100)).toBeCloseTo(0.004 / 25, 12);
    expect(of(0, "constant").schedule(0, 100)).toBe(0.004);
  });

  test("all epochs have pictures where they are few enough, else some, and a note says so", () => {
    const of = (epochs: number, keepEpochs: number, every = 1) => shownInFull({epochs, every, keepEpochs} as never);
    expect(of(1000, 0).note).toBeUndefined();
    expect(of(1000, 0).isKept(777)).toBe(true);
    expect(of(10, 10).note).toBeUndefined();
    expect([...Array(11).keys()].every(of(10, 10).isKept)).toBe(true);
    const long = of(2000, 10);
    expect([long.isKept(0), long.isKept(2000)]).toEqual([true, true]);
    expect([...Array(2001).keys()].filter(long.isKept).length).toBeLessThan(20);
    expect(long.note).toMatch(/^\d+ of 2,001 epochs, and the best, have pictures/);
    // looked at so seldom that all looks are kept: nothing to say, and no other epoch counts
    const seldom = of(20, 10, 10);
    expect(seldom.note).toBeUndefined();
    expect([...Array(21).keys()].filter(seldom.isKept)).toEqual([0, 10, 20]);
  });
});

describe("layers", () => {
  test.each([
    ["a convolution", [null, 14, 7, 32], [14, 7, 32]],
    ["tokens that make a square", [null, 49, 16], [7, 7, 16]],
    ["tokens that make none", [null, 50, 16], [50, 1, 16]],
    ["a dense layer", [null, 10], [1, 1, 10]],
    ["a size that is not known", [null, null, 8], [1, 1, 8]],
    ["a single number", [null], [1, 1, 1]],
  ] as const)("of %s have their places in rows and columns", (_, shape, places) => {
    expect(layerPlaces(shape)).toEqual(places);
  });

  test("of a transformer make blocks, each from its attention to the last sum before the next one", () => {
    const layers = ["Dense", "SelfAttention", "Add", "Dense", "Add", "Dense", "SelfAttention", "Add", "Dense"].map(
      (type, n) => ({name: `${n}`, type}),
    ) as never;
    expect(blocksOf(layers).map(({name, layers: own, end}) => [name, own.map((one) => one.name), end.name])).toEqual([
      ["block 1", ["1", "2", "3"], "4"],
      ["block 2", ["6"], "7"],
    ]);
    expect(blocksOf([{name: "a", type: "Dense"}] as never)).toEqual([]);
    // attention whose answer is added to nothing is no block
    expect(blocksOf([{type: "SelfAttention"}, {type: "Dense"}] as never)).toEqual([]);
  });

  test("of more than 65,536 weights are stood for by so many, taken evenly", () => {
    const most = 1 << 16;
    const few = new Float32Array(most);
    expect(sampledWeights(few)).toBe(few);
    const many = sampledWeights(Float32Array.from({length: 3 * most}, (_, n) => n));
    expect(many).toHaveLength(most);
    expect([many[0], many[1], many[most - 1]]).toEqual([0, 3, 3 * (most - 1)]);
  });
});

describe("probes", () => {
  const own: Probe = {name: "mine", help: "", options: {}, async *run() {}, suits: () => false};
  const names = (list: ReturnType<typeof chooseProbes>) => list.map(({probe}) => probe.name);

  test("are all, none, or those that are named, and a caller's own besides", () => {
    expect(names(chooseProbes("all", {}))).toContain("lime");
    expect(names(chooseProbes("none", {}))).toEqual([]);
    expect(names(chooseProbes("lime,confusion", {}))).toEqual(["confusion", "lime"]);
    expect(names(chooseProbes("none", {}, undefined, [own]))).toEqual(["mine"]);
  });

  test("know which options the user gave, in a resumed run from its file", () => {
    const asked = (...given: Parameters<typeof chooseProbes>) => [...chooseProbes(...given)[0].asked];
    expect(asked("lime", {lime: {samples: "64"}})).toEqual(["samples"]);
    expect(asked("lime", {})).toEqual([]);
    expect(asked("lime", {lime: {samples: "64"}}, {lime: ["recipe"]})).toEqual(["recipe"]);
  });

  test("that do not suit the network are left out, which is said of those asked for by name", () => {
    const chosen = chooseProbes("none", {}, undefined, [own, {...own, name: "other", suits: () => true}]);
    const {chosen: left, notes} = suitedProbes(chosen, {} as never, "mine,lime");
    expect(names(left)).toEqual(["other"]);
    expect(notes).toEqual(["mine: left out, this network has nothing that it looks at"]);
    expect(suitedProbes(chosen, {} as never, "all").notes).toEqual([]);
    const {suits: _, ...plain} = own;
    expect(names(suitedProbes(chooseProbes("none", {}, undefined, [plain]), {} as never, "all").chosen)).toEqual([
      "mine",
    ]);
  });
});

describe("images that are named", () => {
  test("to be followed may be twelve, a bare number meaning a training image", () => {
    expect(trackedNames("3, 8,test:2000,a.png")).toEqual(["train:3", "train:8", "test:2000", "a.png"]);
    const list = (count: number) => Array.from({length: count}, (_, n) => n).join(",");
    expect(["", "3", list(12)].map(trackNamed)).toEqual([undefined, undefined, undefined]);
    for (const word of [list(13), "3,", ",", " "]) expect(trackNamed(word)).toMatch(/^up to 12 images with commas/);
  });

  test("to be explained may be 24", () => {
    const list = (count: number) => Array.from({length: count}, (_, n) => n).join(",");
    expect(samplesNamed(list(24))).toBeUndefined();
    expect(samplesNamed(list(25))).toBe("auto, or up to 24 places of test images with commas between");
  });
});

describe("options of a run", () => {
  const check = (name: keyof typeof runOptions, value: unknown) => runOptions[name].check?.(value as never);

  test.each([
    ["data", ["mnist", "a"], [""]],
    ["imageSize", [0, 8, 512], [7, 513, 8.5]],
    ["trainLimit", [24, 1e9], [23, 24.5]],
    ["testLimit", [24], [23]],
    ["folds", [0, 2, 20], [1, 21, 2.5]],
    ["learningRate", [0, 10, 0.1], [-0.1, 10.1]],
    ["keepEpochs", [0, 3], [1, 2, 3.5]],
    ["augmentShift", ["auto", "0", "0.5"], ["", " ", "-0.1", "0.6", "x"]],
    ["augmentTurn", ["180"], ["181"]],
    ["probes", ["all", "none", "lime", "lime,saliency"], ["", "lime,x", "lime,all"]],
    ["model", ["auto", "cnn", "net.ts"], ["x", ""]],
  ] as const)("--%s takes the values that it says, to both ends, and no others", (name, good, bad) => {
    for (const value of good) expect(check(name, value), `${value}`).toBeUndefined();
    for (const value of bad) expect(check(name, value), `${value}`).toEqual(expect.stringMatching(/./));
  });
});

describe("ways to a run's files", () => {
  test("lead from its folder to the data and to the list of decisions, if there are any", () => {
    expect(waysFromRun("/s/save/r", {data: "mnist", edit: ""})).toEqual({});
    expect(waysFromRun("/s/save/r", {data: "/s/data", edit: "/s/list.csv"})).toEqual({
      ...{fromRun: "../../data", editFromRun: "../../list.csv"},
    });
  });

  test("to a network's code may not lead into that folder, and other models are no code", () => {
    const [run, other] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(run, "model"));
    for (const folder of [join(run, "model"), other]) writeFileSync(join(folder, "net.js"), "");
    expect(() => checkCodeOutside(run, join(run, "model", "net.js"))).toThrow(
      `${join(run, "run.json")}: --model: expected a file outside the run's folder`,
    );
    for (const model of [join(other, "net.js"), join(run, "none.js"), "cnn", 3, undefined])
      expect(() => checkCodeOutside(run, model)).not.toThrow();
  });
});

describe("weights of another network", () => {
  const array = (name: string, shape: readonly number[], value: number) => ({
    ...{name, shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value)},
  });
  const own = [array("a", [2], 0), array("b", [2], 0), array("logits/kernel", [2, 3], 0), array("logits/bias", [3], 0)];
  const from = (...weights: ReturnType<typeof array>[]) => ({path: "p", sha256: "", weights});
  const firsts = (found: ReturnType<typeof placed>) => found.weights.map(({name, values}) => [name, values[0]]);

  test("go by their names, in whatever order", () => {
    const found = placed(
      own,
      from(array("b", [2], 1), array("a", [2], 2), array("logits/bias", [3], 3), array("logits/kernel", [2, 3], 4)),
    );
    expect(firsts(found)).toEqual([
      ["a", 2],
      ["b", 1],
      ["logits/kernel", 4],
      ["logits/bias", 3],
    ]);
    expect(found.note).toBe("begins with the weights of p");
  });

  test("go by their order where one name differs, or stands twice", () => {
    const rest = [array("logits/kernel", [2, 3], 3), array("logits/bias", [3], 4)];
    for (const names of [
      ["b", "x"],
      ["b", "b"],
    ]) {
      const found = placed(own, from(array(names[0], [2], 1), array(names[1], [2], 2), ...rest));
      expect(firsts(found).map(([, value]) => value)).toEqual([1, 2, 3, 4]);
    }
  });

  test("leave the last layer as it is where it has another number of classes", () => {
    const found = placed(
      own,
      from(array("a", [2], 1), array("b", [2], 1), array("logits/kernel", [2, 5], 1), array("logits/bias", [5], 1)),
    );
    expect(firsts(found).map(([, value]) => value)).toEqual([1, 1, 0, 0]);
    expect(found.note).toMatch(/; the last layer begins anew, for it has another number of classes$/);
  });

  test("of another shape, or of another number of arrays, are refused", () => {
    const rest = [array("logits/kernel", [2, 3], 3), array("logits/bias", [3], 4)];
    expect(() => placed(own, from(array("a", [2], 1), array("b", [3], 1), ...rest))).toThrow(
      "--weights: expected [2] for b, got [3] (b) of p",
    );
    expect(() => placed(own, from(...rest))).toThrow("--weights: expected 4 arrays, as the network has, got 2 of p");
  });
});

describe("answers for the ranking of labels", () => {
  test("are probabilities, with the files and the sources that the images have", () => {
    const given = {labels: Uint16Array.of(0, 1), logits: Float32Array.of(0, Math.log(3), 5, 5)};
    const plain = answersTo("test", {}, given);
    expect(plain.probabilities).toBeAllClose([0.25, 0.75, 0.5, 0.5], {atol: 1e-6});
    expect(plain).not.toHaveProperty("files");
    expect(plain).not.toHaveProperty("sources");
    expect(answersTo("test", {files: ["a", "b"], sources: Uint32Array.of(4, 5)}, given)).toMatchObject({
      ...{files: ["a", "b"], sources: Uint32Array.of(4, 5)},
    });
  });

  test("to all images are parted by split, in the splits' order", () => {
    const data = {
      ...{classNames: ["a", "b"], train: {count: 2}, validation: {count: 1, files: ["v"]}, test: {count: 1}},
    } as never;
    const all = {labels: Uint16Array.of(0, 1, 0, 1), probabilities: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)};
    const parts = answersBySplit(data, all);
    expect(
      parts.map(({split, labels, probabilities}) => [split, Array.from(labels), Array.from(probabilities)]),
    ).toEqual([
      ["train", [0, 1], [1, 2, 3, 4]],
      ["validation", [0], [5, 6]],
      ["test", [1], [7, 8]],
    ]);
    expect(parts.map(({files}) => files)).toEqual([undefined, ["v"], undefined]);
  });

  test("say what a doubted image looks like, and nothing of one that the network agrees with", () => {
    const suspect = {given: 0, predicted: 1, probability: 0.875} as never;
    expect(reasonOf(suspect, ["a", "b"])).toBe("looks like b (87.5%)");
    expect(reasonOf({given: 1, predicted: 1, probability: 0.875} as never, ["a", "b"])).toBe("");
  });
});
