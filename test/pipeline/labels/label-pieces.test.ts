/** @file Small parts of what judges labels and compares images, with runs and networks that are made up. */
import {mkdirSync} from "node:fs";
import {join, resolve} from "node:path";
import {describe, expect, test} from "vitest";
import {grid} from "../../../src/lime/segmentation/grid";
import type {LabelledImages} from "../../../src/nouns/samples";
import {byteSplit} from "../../../src/pipeline/data/split";
import {exactLeaks, keysOf, leakNote, partsOf} from "../../../src/pipeline/exact-leaks";
import {explainImage} from "../../../src/pipeline/explain";
import {chosenMethod, judgingFlags} from "../../../src/pipeline/judged-labels";
import {labelEvidence} from "../../../src/pipeline/label-evidence";
import {labelNeighbours} from "../../../src/pipeline/label-neighbours";
import {firstOf, tooFewEpochs, trainingSuspectsCsv, whySuspect, worstLabelsCsv} from "../../../src/pipeline/labels";
import {acrossSplits, findLeaks, leaksCsv} from "../../../src/pipeline/leaks";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {runFileText} from "../../../src/pipeline/record/run-file";
import {embeddingsOf} from "../../../src/pipeline/seen-alike";
import {seedsOf, sweepGrid} from "../../../src/pipeline/sweep";
import {checkSame, hasFailures, isDone} from "../../../src/pipeline/sweep-runs";
import type {Artifact} from "../../../src/pipeline/types";
import {temporaryFolder} from "../../support/idx-files";

describe("training labels", () => {
  const suspect = (index: number, predicted: number, more = {}) => ({
    ...{index, predicted, confidence: 0.1234567, variability: 0.25, areaUnderMargin: -1.5, correct: 1},
    ...{forgotten: 0, learnedAt: 2, isIssue: true, ...more},
  });
  const data = {
    classNames: ["x", "y"],
    train: {count: 3, files: ["a.png", "b.png", "c.png"], sources: Uint32Array.of(4, 5, 9)},
  } as never;
  const found = {suspects: [suspect(2, 1), suspect(0, 0, {isIssue: false})], labels: [0, 1, 0], epochs: 3};

  test("are hard to judge by fewer than three epochs", () => {
    const words = (epochs: number) => tooFewEpochs({...found, epochs});
    expect(words(1)).toMatch(/^1 epoch is too few .*; 3 or more are better$/);
    expect(words(2)).toMatch(/^2 epochs are too few /);
    expect(words(3)).toBeUndefined();
  });

  test("are doubted for reasons that are said", () => {
    const why = (correct: number, forgotten: number) => whySuspect(suspect(0, 1, {correct, forgotten}), 5);
    expect(why(0, 0)).toBe("never answered right; probability of the label 12.3 %");
    expect(why(2, 1)).toBe("right in 2 of 5 epochs; forgotten once; probability of the label 12.3 %");
    expect(why(2, 3)).toContain("; forgotten 3 times; ");
  });

  test("are listed with their places in their source, and their files", () => {
    const [header, first, second] = trainingSuspectsCsv(found, data).split("\n");
    expect(header).toMatch(/^rank,image,split,index,source_index,file,given_label,predicted_label,label_score,/);
    expect(first).toBe(
      "1,train:9,train,2,9,c.png,x,y,-1.5,1,dynamics,right in 1 of 3 epochs; probability of the label 12.3 %," +
        "0.123457,0.25,1,0,2,,",
    );
    expect(second).toMatch(/^2,train:4,train,0,4,a\.png,x,x,-1\.5,0,dynamics,/);
    const plain = trainingSuspectsCsv(found, {classNames: ["x", "y"], train: {count: 3}} as never);
    expect(plain.split("\n")[1]).toMatch(/^1,train:2,train,2,2,,x,y,/);
  });

  test("that are the worst can be dropped, and relabelled if another class is suggested", () => {
    const rows = (decision: "drop" | "relabel", count: number) =>
      worstLabelsCsv(found, data, {decision, count}).trim().split("\n").slice(1);
    expect(rows("drop", 2).map((row) => row.split(",").slice(-2))).toEqual([
      ["drop", ""],
      ["drop", ""],
    ]);
    expect(rows("relabel", 1)).toHaveLength(1);
    expect(() => rows("relabel", 2)).toThrow(
      "--relabel: expected at most the run's 1 training images that were ever answered otherwise, got 2",
    );
    expect(() => rows("drop", 3)).toThrow("--drop: expected at most the run's 2 training images, got 3");
    expect(firstOf([1, 2, 3], {decision: "relabel", count: 1}, (n) => n > 1)).toEqual([2]);
    expect(firstOf([1, 2, 3], {decision: "drop", count: 2}, () => false)).toEqual([1, 2]);
  });

  test("are judged by folds of two to twenty, and by one method", () => {
    const {check} = judgingFlags.folds;
    for (const folds of [0, 2, 20]) expect(check?.(folds)).toBeUndefined();
    for (const folds of [1, 21, 2.5]) expect(check?.(folds)).toBe("none, or a whole number from 2 to 20");
    expect(chosenMethod({method: "confident", folds: 5}, ["train"])).toBe("confident");
    expect(chosenMethod({method: "auto", folds: 0}, ["train", "test"])).toBe("auto");
    expect(chosenMethod({method: "dynamics", folds: 0}, ["train"])).toBe("dynamics");
    expect(() => chosenMethod({method: "best", folds: 5}, ["train"])).toThrow("got --method best");
  });
});

describe("neighbours of a suspect label", () => {
  /** The embedding is an image's two pixels. */
  const network = {
    imageShape: [1, 2, 1],
    forward: async ({pixels}: LabelledImages) => [{values: pixels, shape: [2]}],
  } as never;
  const train = (pixels: readonly number[], labels: readonly number[]) =>
    byteSplit({shape: [labels.length, 1, 2, 1], values: Uint8Array.from(pixels)}, Uint16Array.from(labels), [1, 2, 1]);

  test("that are equally alike stand in their order, and an image that is all zero is like none", async () => {
    const images = train([9, 0, 5, 0, 7, 0, 0, 3, 0, 0], [0, 0, 0, 0, 0]);
    const one = [{index: 0, given: 0, suggested: 1}];
    const [{all, given}] = await labelNeighbours(network, images, one, {ofClass: 2, ofAll: 9});
    expect(all.map(({index}) => index)).toEqual([1, 2, 3, 4]);
    expect(all.map(({alike}) => alike)).toBeAllClose([1, 1, 0, 0], {atol: 1e-6});
    expect(given.map(({index}) => index)).toEqual([1, 2]);
  });
});

describe("exact copies", () => {
  const split = (images: readonly (readonly number[])[], labels: readonly number[]) =>
    byteSplit(
      {shape: [images.length, 1, 3, 1], values: Uint8Array.from(images.flat())},
      Uint16Array.from(labels),
      [1, 3, 1],
    );
  const [a, b, c] = [
    [1, 2, 3],
    [1, 2, 4],
    [9, 9, 9],
  ];
  const data = (more = {}) => ({
    ...{imageShape: [1, 3, 1], classNames: ["x", "y"], train: split([a, b, a], [0, 1, 1])},
    ...{validation: split([b, c], [1, 0]), test: split([c, a, b], [0, 0, 0]), ...more},
  });
  const found = {
    ...{validation: 1, test: 2, otherLabel: 1},
    inTest: [
      {train: 0, test: 1},
      {train: 2, test: 1},
      {train: 1, test: 2},
    ],
  };

  test("are counted by split, with those that have another label, whether the images are bytes or not", async () => {
    expect(await exactLeaks(data() as never)).toEqual(found);
    const {readBytes: _, ...plain} = data().train;
    expect(await exactLeaks(data({train: plain}) as never)).toEqual(found);
    const more = await exactLeaks(data({moreTest: split([a, c], [0, 0])}) as never);
    expect(more).toEqual({...found, test: 3});
  });

  test("are told in one line", () => {
    const note = (validation: number, test: number, otherLabel = 0) => leakNote({validation, test, otherLabel});
    expect(note(0, 0)).toBeUndefined();
    expect(note(1, 0)).toMatch(/^1 validation image is an exact copy of training images: /);
    expect(note(0, 1)).toMatch(/^1 test image is an exact copy /);
    expect(note(1, 1)).toMatch(/^1 test and 1 validation images are exact copies /);
    expect(note(2000, 3, 2)).toMatch(/^3 test and 2,000 validation .* images, 2 of them with another label: /);
  });

  test("are looked for in parts, in which every image keeps its place", async () => {
    const many = byteSplit(
      {shape: [1001, 1, 3, 1], values: Uint8Array.from({length: 3003}, (_, n) => n % 255)},
      Uint16Array.from({length: 1001}, (_, n) => n % 7),
      [1, 3, 1],
    );
    const parts: [number, number][] = [];
    for await (const {start, images} of partsOf(many, [1, 3, 1])) parts.push([start, images.count]);
    expect(parts).toEqual([
      [0, 500],
      [500, 500],
      [1000, 1],
    ]);
    const labels = Uint16Array.from({length: 1001}, (_, n) => n % 7);
    for (const asBytes of [true, false]) {
      const {keys, labels: got} = await keysOf(many, asBytes, [1, 3, 1]);
      expect(got).toEqual(labels);
      // images repeat after 85: 3 * 85 = 255
      expect([keys[85], keys[595], keys[935]]).toEqual([keys[0], keys[0], keys[0]]);
      expect(new Set(keys).size).toBe(85);
    }
  });

  test("are listed with the training image, or else the later one, to be left out", async () => {
    const whole = data({
      validation: split([c, c], [0, 1]),
      test: {...split([a], [0]), files: ["t.png"], sources: Uint32Array.of(6)},
    });
    const copies = await findLeaks(whole as never, {distance: -1, alike: 1});
    const place = ({split: name, index}: {readonly split: string; readonly index: number}) => `${name} ${index}`;
    expect(copies.map((copy) => [copy.kind, place(copy.image), place(copy.other), acrossSplits(copy)])).toEqual([
      ["pixels", "train 0", "test 0", true],
      ["pixels", "train 2", "train 0", false],
      ["pixels", "validation 1", "validation 0", false],
    ]);
    const [, across, within] = leaksCsv(copies, whole as never).split("\n");
    expect(across).toBe("pixels,train:0,test:0,1,1,train,0,0,,x,test,0,t.png,x,0,0,1,,,");
    expect(within).toMatch(/^pixels,train:2,train:0,0,0,train,2,2,,y,train,0,,x,0,0,1,/);
  });
});

test("embeddings of all images stand split after split, and are refused where they need too much memory", async () => {
  const split = (...values: readonly number[]) =>
    byteSplit({shape: [values.length, 1, 1, 1], values: Uint8Array.from(values)}, new Uint16Array(values.length), [1, 1, 1]); // biome-ignore format: one line a split
  const data = {imageShape: [1, 1, 1], train: split(1, 2), validation: split(3), test: split(4, 5)} as never;
  const network = (width: number) => ({
    forward: async ({pixels}: LabelledImages) => [
      {shape: [width], values: Float32Array.from([...pixels].flatMap((v) => [255 * v, -255 * v]))},
    ],
  });
  const found = await embeddingsOf(network(2) as never, data);
  expect([...found].map(Math.round)).toEqual([1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
  // five images of 100,000,001 numbers of four bytes are more than 2 GB
  await expect(embeddingsOf(network(100_000_001) as never, data)).rejects.toThrow(
    /^labels leaks: expected the network's answers in at most .*, got .* \(5 images, 100,000,001 numbers each\); --embed/,
  );
});

describe("an image's explanation", () => {
  const shape = [4, 4, 1] as const;
  const image = {count: 1, shape, pixels: new Float32Array(16).fill(1)};
  const segmentation = grid([...shape], 4);
  /** The first class has an eighth for each pixel of the first segment that is seen; it has four pixels. */
  const classifier = {
    ...{imageShape: shape, classNames: ["x", "y"]},
    async predict({count, pixels}: {readonly count: number; readonly pixels: Float32Array}) {
      return Float32Array.from(
        Array.from({length: count}, (_, n) => {
          let seen = 0;
          for (let p = 0; p < 16; p++)
            if (segmentation.labels[p] === segmentation.labels[0]) seen += pixels[16 * n + p];
          return [seen / 8, 1 - seen / 8];
        }).flat(),
      );
    },
  };
  async function made(more: object) {
    const lime = {segmentation, hiding: [0], samples: 20, model: "least-squares", skipInert: false};
    const options = {caption: "c", lime, top: 2, remove: 0, coverage: 1, minWeight: 0, curves: false, seed: 0, ...more};
    const found = new Map<string, Artifact>();
    for await (const one of explainImage(classifier as never, image, options as never)) found.set(one.name, one);
    return found;
  }
  const dataOf = <T>(found: ReadonlyMap<string, Artifact>, name: string) => found.get(name)?.data as unknown as T;

  test("shows four of its masks, how much each keeps, and what is answered and fitted to each", async () => {
    const found = await made({explained: "x"});
    const {examples, kept, answers, fitted, classes} = dataOf<{
      readonly examples: readonly {
        readonly pixels: Float32Array;
        readonly kept: number;
        readonly probability: number;
      }[];
      readonly kept: Uint32Array;
      readonly answers: Float32Array;
      readonly fitted: Float32Array;
      readonly classes: readonly {readonly name: string; readonly mean: number}[];
    }>(found, "steps");
    expect(kept).toHaveLength(20);
    expect(kept[0]).toBe(4); // the image itself
    expect(examples).toHaveLength(4);
    for (const [i, {pixels, kept: count, probability}] of examples.entries()) {
      expect(count).toBe(kept[i + 1]);
      expect(pixels.reduce((sum, v) => sum + v, 0)).toBe(4 * count);
      expect(probability).toBeCloseTo(pixels[0] / 2, 6);
      expect(answers[i + 1]).toBe(probability);
    }
    expect(answers[0]).toBeCloseTo(0.5, 6);
    // the network is linear, and so is the fit
    for (const [n, answer] of answers.entries()) expect(fitted[n]).toBeCloseTo(answer, 5);
    const mean = answers.reduce((sum, v) => sum + v, 0) / 20;
    expect(classes.map(({name}) => name)).toEqual(["y", "x"]);
    expect(classes.map((one) => one.mean)).toBeAllClose([1 - mean, mean], {atol: 1e-6});
  });

  test("is of the most probable classes, or of the one that is asked for", async () => {
    const names = (found: ReadonlyMap<string, Artifact>) =>
      dataOf<{readonly explanations: readonly {explainedName: string; label: number; caption: string}[]}>(
        found,
        "segments",
      ).explanations;
    expect(names(await made({})).map((one) => one.explainedName)).toEqual(["x", "y"]);
    expect(names(await made({top: 1})).map((one) => one.explainedName)).toEqual(["x"]);
    const [one, ...more] = names(await made({explained: "y"}));
    expect([one.explainedName, one.label, one.caption, more.length]).toEqual(["y", 1, "c", 0]);
    expect(names(await made({explained: "y", label: 0}))[0]).toMatchObject({label: 0, caption: "c · true x"});
  });

  test("has curves and rounds where they are asked for, and facts about the image where they are known", async () => {
    const plain = await made({});
    expect([...plain.keys()]).toEqual(["segments", "bars", "steps"]);
    expect(plain.get("segments")).not.toHaveProperty("numbers");
    expect((await made({understood: "logits"})).get("segments")?.numbers).toEqual({understood: "logits"});
    expect((await made({file: "f"})).get("segments")?.numbers).toEqual({file: "f"});
    const all = await made({curves: true, remove: 1});
    expect([...all.keys()]).toEqual(["segments", "bars", "steps", "curves", "removal"]);
    const {note} = dataOf<{readonly note: string}>(all, "bars");
    expect(note).toMatch(/^50\.0% {3}4 segments {3}20 masks, \d+ near/);
  });
});

test("a doubted label has maps for both of its classes, and no gradient where the network has none", async () => {
  const images = {count: 2, shape: [1, 4, 1], labels: Uint16Array.of(0, 1), pixels: new Float32Array(8).fill(0.5)};
  const network = {
    ...{imageShape: [1, 4, 1], classNames: ["x", "y"]},
    predict: async ({count}: LabelledImages) => new Float32Array(2 * count).fill(0.5),
    inputGradient: async ({pixels}: LabelledImages, targets: ArrayLike<number>) =>
      pixels.map((v, p) => (v > 0 ? 10 * Math.floor(p / 4) + targets[Math.floor(p / 4)] + 1 : 0)),
  };
  const asked = {indices: [7, 8], suggested: [1, 0], names: ["a", "b"]};
  const [, second] = await labelEvidence(network as never, images as never, asked, 0);
  // of image 1: 10, and the class, and 1; its label is 1, and it looks like 0
  expect([...(second.saliency?.given ?? [])]).toEqual([12, 12, 12, 12]);
  expect([...(second.saliency?.suggested ?? [])]).toEqual([11, 11, 11, 11]);
  expect(second.lime.given).toMatchObject({index: 8, label: 1, explained: 1, caption: "b · labelled y"});
  expect(second.lime.suggested).toMatchObject({explained: 0});
  const [blind] = await labelEvidence({...network, noGradient: "none"} as never, images as never, asked, 0);
  expect(blind.saliency).toBeNull();
});

describe("a sweep", () => {
  test("has up to a thousand runs", () => {
    expect(seedsOf("1000")).toHaveLength(1000);
    expect(seedsOf("0,1000000")).toEqual([0, 1_000_000]);
    expect(sweepGrid("s", ["epochs=1,2"], seedsOf("500"))).toHaveLength(1000);
    expect(() => sweepGrid("s", ["epochs=1,2"], seedsOf("501"))).toThrow("expected at most 1000 runs, got 1002");
    for (const flag of ["seed", "name", "save"])
      expect(() => sweepGrid("s", [`${flag}=1`], [0])).toThrow("that changes what is learnt");
    expect(() => sweepGrid("s", ["a=1", "b=2", "a=3"], [0])).toThrow("--over a: expected it once, got it twice");
  });

  /** A run with these options and lines of metrics. */
  async function runWith(given: object | ((save: string) => object), metrics: readonly object[] = []) {
    const path = join(temporaryFolder(), "save", "r");
    const options = typeof given === "function" ? given(join(path, "..")) : given;
    mkdirSync(path, {recursive: true});
    const directory = openRunDirectory(path);
    const facts = {
      ...{format: "epochscope-run/2", name: "r", startedAt: "2026-11-30T00:00:00.000Z", options, probes: {}},
      ...{engine: {name: "fused"}, model: {name: "cnn"}, versions: {}},
      data: {name: "mnist", classNames: ["0"], imageShape: [1, 1, 1], train: 1, validation: 0, test: 1},
    };
    await directory.writeFile("run.json", runFileText(facts));
    await directory.writeMetrics(
      metrics.map((line) => ({testLoss: 1, testAccuracy: 0, seconds: {}, steps: [], ...line})) as never,
    );
    return directory;
  }

  test("goes on with a run of the same options, and refuses one of others", async () => {
    const kept = {
      seed: 1,
      threads: 1,
      save: "a",
      epochs: 5,
      batchSize: 64,
      data: "mnist",
      testSeed: 0,
      optimizer: "adam",
    };
    const run = await runWith(kept);
    const same = (more: object) => checkSame(run, {...kept, ...more});
    for (const more of [
      {},
      ...[{threads: 8}, {save: "b"}, {name: "n"}, {dataUrl: "u"}, {from: "f"}],
      ...[{epochs: 0}, {batchSize: 0}], // the data decide
      {testSeed: 3}, // MNIST has test images of its own
      {data: "mnist", unknownThen: 7},
    ])
      await expect(same(more), JSON.stringify(more)).resolves.toBeUndefined();
    await expect(same({optimizer: "sgd"})).rejects.toThrow(
      "r: expected a run with --optimizer sgd, got one with adam; give the sweep another --name",
    );
    await expect(same({epochs: 6})).rejects.toThrow("expected a run with --epochs 6, got one with 5");
    await expect(same({seed: 0})).rejects.toThrow("expected a run with --seed 0, got one with 1");
    await expect(same({data: "/elsewhere", testSeed: 3})).rejects.toThrow("expected a run with --test-seed 3");
  });

  test("knows a file by any way to it", async () => {
    const run = await runWith({weights: resolve("w/model"), edit: ""});
    await checkSame(run, {weights: "w/model"});
    await checkSame(run, {weights: "w"}); // what is in the folder that is named
    await expect(checkSame(run, {weights: "w/mod"})).rejects.toThrow("expected a run with --weights w/mod");
    await expect(checkSame(run, {weights: ""})).rejects.toThrow("expected a run with --weights ");
    const named = await runWith({weights: ""});
    await expect(checkSame(named, {weights: "w"})).rejects.toThrow("expected a run with --weights w, got one with ");
    const start = await runWith((save) => ({weights: join(save, "first")}));
    await checkSame(start, {weights: "first"}); // a run beside it
    await expect(checkSame(start, {weights: "second"})).rejects.toThrow("expected a run with --weights second");
  });

  test("skips a run that is at its end, or that patience has ended", async () => {
    const done = async (epochs: readonly number[], patience = 0) => {
      const lines = epochs.map((epoch) => ({epoch, validationLoss: 1 + epoch}));
      return isDone(await runWith({epochs: 3}, lines), {patience} as never);
    };
    expect(await done([0, 1, 2])).toBe(false);
    expect(await done([0, 1, 2, 3])).toBe(true);
    expect(await done([0, 1, 2], 2)).toBe(true);
    expect(await done([0, 1, 2], 3)).toBe(false);
    expect(await hasFailures(await runWith({}, [{epoch: 0}, {epoch: 1, failures: {lime: "x"}}]))).toBe(true);
    expect(await hasFailures(await runWith({}, [{epoch: 0}]))).toBe(false);
  });
});
