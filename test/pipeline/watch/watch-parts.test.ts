/** @file The parts of a watcher that need no network: what it is told, finds in a folder, and fits together. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {describe, expect, test} from "vitest";

import type {Dataset, ImageShape} from "../../../src/nouns/samples";
import {checkRows, dataOf, noImages} from "../../../src/pipeline/watch/array-data";
import {fitToAnswers, fitToNetwork, toldClasses} from "../../../src/pipeline/watch/data";
import {watchFacts} from "../../../src/pipeline/watch/facts";
import {feedProblem, feedWords} from "../../../src/pipeline/watch/feeds";
import {checkpointsIn} from "../../../src/pipeline/watch/folder";
import {idleTime, shapeOf, watchOptionsOf} from "../../../src/pipeline/watch/options";
import {settledFiles} from "../../../src/pipeline/watch/settled";
import {trainedBeside} from "../../../src/pipeline/watch/trained";
import {foundLines} from "../../../src/pipeline/watch/words";
import {temporaryFolder} from "../../support/idx-files";

function folderWith(...names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(join(folder, name, ".."), {recursive: true});
    writeFileSync(join(folder, name), "x");
  }
  return folder;
}

describe("checkpoints in a folder", () => {
  const told = {pattern: "", model: "", data: ""};
  const names = (found: Awaited<ReturnType<typeof checkpointsIn>>) => found.all.map(({name}) => name);

  test("are those of the kind with the most files, in the order of their epochs; the rest is told", async () => {
    const folder = folderWith("e10.onnx", "e2.onnx", "e1.onnx", "e1.npz", "best.npz", "notes.txt", "e7/model.json");
    const found = await checkpointsIn(folder, told);
    expect(names(found)).toEqual(["e1.onnx", "e2.onnx", "e10.onnx"]);
    expect(found).not.toHaveProperty("graph");
    expect(found.notes).toEqual([
      `${folder}: left out e1.npz, e7: the checkpoints are the 3 like e1.onnx`,
      `${folder}: left out best.npz: no number of an epoch in the name`,
    ]);
  });

  test("leave nothing out where all are alike, and the data are none", async () => {
    const folder = folderWith("e1.npz", "e2.npz", "images-5.npz", "e4/other.npy");
    const found = await checkpointsIn(folder, {...told, data: join(folder, "images-5.npz")});
    expect(names(found)).toEqual(["e1.npz", "e2.npz"]);
    expect(found.notes).toEqual([]);
  });

  test("are states, however few, where there is a graph, and the graph is no checkpoint", async () => {
    const alone = folderWith("e1.safetensors", "graph.onnx");
    expect(await checkpointsIn(alone, told)).toMatchObject({graph: join(alone, "graph.onnx"), notes: []});
    const many = folderWith("e1.safetensors", "e1.npz", "e2.npz", "model.onnx");
    const found = await checkpointsIn(many, told);
    expect(names(found)).toEqual(["e1.safetensors"]);
    expect(found.notes).toEqual([`${many}: left out e1.npz, e2.npz: the checkpoints are the 1 like e1.safetensors`]);
    const elsewhere = folderWith("e1.safetensors", "e1.npz", "e2.npz");
    expect(names(await checkpointsIn(elsewhere, told))).toEqual(["e1.npz", "e2.npz"]);
    expect(await checkpointsIn(elsewhere, {...told, model: "/m.onnx"})).toMatchObject({graph: "/m.onnx"});
    // of one numbered .onnx file it is the graph
    const numbered = folderWith("e1.safetensors", "e2.safetensors", "net-18.onnx");
    expect(await checkpointsIn(numbered, told)).toMatchObject({graph: join(numbered, "net-18.onnx"), notes: []});
  });

  test("need one graph for states, and one file for each epoch", async () => {
    const several = folderWith("e1.safetensors", "a.onnx", "b.onnx", "c.onnx", "d.onnx", "f.onnx");
    await expect(checkpointsIn(several, told)).rejects.toThrow(
      "the graph of e1.safetensors, got a.onnx, b.onnx, c.onnx and 2 more (--model names it)",
    );
    const three = folderWith("e1.safetensors", "a.onnx", "b.onnx", "c.onnx");
    await expect(checkpointsIn(three, told)).rejects.toThrow("got a.onnx, b.onnx, c.onnx (--model names it)");
    await expect(checkpointsIn(folderWith("e1.onnx", "e2.onnx", "e02.onnx"), told)).rejects.toThrow(
      /expected one checkpoint for epoch 2, got e0?2\.onnx and e0?2\.onnx$/,
    );
  });

  test("have their epochs where the pattern says", async () => {
    const folder = folderWith("a1-b2.onnx", "a3-b1.onnx", "other.onnx", "a+4.onnx");
    expect(names(await checkpointsIn(folder, {...told, pattern: "a*-b{epoch}.onnx"}))).toEqual([
      "a3-b1.onnx",
      "a1-b2.onnx",
    ]);
    expect(names(await checkpointsIn(folder, {...told, pattern: "a+{epoch}.onnx"}))).toEqual(["a+4.onnx"]);
    await expect(checkpointsIn(folder, {...told, pattern: "{epoch}-{epoch}"})).rejects.toThrow("expected {epoch} once");
  });
});

describe("watch.json", () => {
  async function told(json: unknown, given: object = {}) {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "watch.json"), JSON.stringify(json));
    const {options, ...rest} = await watchOptionsOf(folder, {...given});
    return {folder, options, ...rest};
  }

  test("names files from its own folder, unless they are whole paths or a data set that is known", async () => {
    const {folder, options, words} = await told({data: "images", model: "/m.onnx", classes: "names.txt"});
    expect(options).toMatchObject({
      data: join(folder, "images"),
      model: "/m.onnx",
      classes: join(folder, "names.txt"),
    });
    expect(words).toBe(`${join(folder, "watch.json")}: data, model, classes`);
    expect((await told({data: "mnist"})).options.data).toBe("mnist");
    expect((await watchOptionsOf(temporaryFolder(), {})).words).toBe("");
  });

  test("has lists of numbers and names, and flags come first", async () => {
    const json = {
      input: {mean: [0.5, 0.25, 0], imageShape: [4, 5, 3]},
      scale: 255,
      size: "4x5x3",
      classNames: ["a", 2],
    };
    const file = await told(json);
    expect(file.options).toMatchObject({mean: "0.5,0.25,0", size: "4x5x3", scale: "255"});
    expect(file.classNames).toEqual(["a", "2"]);
    const flags = await told(json, {classes: "c,d", scale: "1"});
    expect(flags.options).toMatchObject({classes: "c,d", scale: "1"});
    expect(flags).not.toHaveProperty("classNames");
    expect(flags.words).not.toContain("classNames");
  });

  test.each<[unknown, string]>([
    [null, "expected an object, got null"],
    ["x", 'expected an object, got "x"'],
    [[1], "expected an object, got [1]"],
    [{classNames: ["a"]}, "classNames: expected two names or more, got 1"],
    [{classNames: ["a", true]}, "classNames: expected a list of names, got true in it"],
    [{mean: [0, "b"]}, "mean: expected numbers with commas between"],
    [{scale: ""}, "scale: expected numbers with commas between"],
    [{size: "4x5x2"}, "size: expected height x width x channels"],
  ])("of %j is refused", async (json, message) => {
    await expect(told(json)).rejects.toThrow(message);
  });

  test("is beside checkpoints in a folder, and not in a file", async () => {
    const file = join(folderWith("a.onnx"), "a.onnx");
    await expect(watchOptionsOf(file, {})).rejects.toThrow(`${file}: expected a folder of checkpoints, got a file`);
  });

  test("tells feeds as an object or as words, and nothing else", () => {
    expect([feedWords({a: 1, b: "c.npy"}), feedWords("a=1"), feedWords(null)]).toEqual(["a=1,b=c.npy", "a=1", null]);
    expect(feedProblem("a= ")).toBe("NAME=NUMBER or NAME=FILE.npy, with commas between");
  });
});

test("times and sizes are read from words", () => {
  expect([idleTime("90s"), idleTime("2h"), idleTime("")]).toEqual([90_000, 7_200_000, Number.POSITIVE_INFINITY]);
  expect([shapeOf("4x5x3"), shapeOf("")]).toEqual([[4, 5, 3], undefined]);
});

describe("images and labels in arrays", () => {
  const array = (shape: readonly number[], values: readonly number[], descr = "<f4") =>
    ({
      rows: shape[0],
      columns: values.length / shape[0],
      values: Float64Array.from(values),
      header: {shape, descr},
    }) as unknown as Parameters<typeof dataOf>[1];
  const labels = array([2], [1, 0]);
  const read = async (data: Dataset, ...places: readonly number[]) => {
    const {pixels, labels: own, count, shape} = await data.test.read(places);
    return {pixels: [...pixels], labels: [...own], count, shape};
  };

  test("are bytes or floats, with colours last, first or none", async () => {
    const eighths = Array.from({length: 12}, (_, n) => n / 16);
    const last = dataOf("f", labels, array([2, 1, 2, 3], eighths), 2, 2);
    expect(await read(last, 1, 0)).toEqual({
      pixels: [...eighths.slice(6), ...eighths.slice(0, 6)],
      labels: [0, 1],
      count: 2,
      shape: [1, 2, 3],
    });
    const first = dataOf("f", labels, array([2, 3, 1, 2], eighths), 2, 2);
    expect(first.imageShape).toEqual([1, 2, 3]);
    expect((await read(first, 0)).pixels).toEqual([0, 2, 4, 1, 3, 5].map((n) => n / 16));
    const grey = dataOf("f", labels, array([2, 2, 1], [0, 255, 51, 102], "|u1"), 2, 2);
    expect(grey.imageShape).toEqual([2, 1, 1]);
    expect((await read(grey, 1)).pixels).toEqual([0.2, 0.4].map(Math.fround));
    expect(dataOf("f", labels, array([2, 5, 6, 1], Array(60).fill(0)), 2, 2).imageShape).toEqual([5, 6, 1]);
    const none = dataOf("f", labels, undefined, 2, 3);
    expect(await read(none, 1)).toEqual({pixels: [0.5], labels: [0], count: 1, shape: [1, 1, 1]});
    expect(none.classNames).toEqual(["0", "1", "2"]);
  });

  test.each<[string, Parameters<typeof dataOf>[1], Parameters<typeof dataOf>[2], string]>([
    ["labels beyond the classes", array([2], [0, 2]), undefined, "a whole number below 2 for each image, got 2"],
    ["labels below 0", array([2], [-1, 0]), undefined, "for each image, got -1"],
    ["labels between", array([2], [0.5, 0]), undefined, "for each image, got 0.5"],
    ["labels in columns", array([2, 2], [0, 1, 1, 0]), undefined, "for each image, got shape (2,2)"],
    ["labels of other images", array([3], [0, 1, 1]), undefined, "expected 2 rows of labels"],
    ["images of no shape", labels, array([2, 4], Array(8).fill(0)), "expected images of shape (n, h, w) or"],
    ["images of two colours", labels, array([2, 2, 2, 2], Array(16).fill(0)), "or (n, h, w, 1 or 3), got (2,2,2,2)"],
    ["images too bright", labels, array([2, 1, 1], [1, 1.25]), "or of floats from 0 to 1, got 1.25"],
    ["images too dark", labels, array([2, 1, 1], [0, -0.25]), "or of floats from 0 to 1, got -0.25"],
  ])("refuse %s", (_, own, images, message) => {
    expect(() => dataOf("f", own, images, 2, 2)).toThrow(message);
  });

  test("may be none, which are never asked for", async () => {
    expect(() => checkRows("f", "features", undefined, 3)).not.toThrow();
    expect(await noImages([1, 1, 1]).read([])).toMatchObject({count: 0});
    await expect(noImages([1, 1, 1]).read([4])).rejects.toThrow("image index: expected none, got 4");
  });

  const data = dataOf("f", labels, undefined, 2, 2);
  const named = (...classNames: readonly string[]): Dataset => ({...data, classNames});
  const networkData = (
    own: Dataset,
    told: readonly string[] | undefined,
    outputs: number,
    shape: ImageShape = [1, 1, 1],
  ) => fitToNetwork(own, {imageShape: shape, outputs}, told, "net");

  test("fit a network with as many classes, and are scaled to its size", () => {
    expect(networkData(data, undefined, 2).notes).toEqual([]);
    expect(networkData(data, undefined, 2, [2, 2, 1]).notes).toEqual([
      "the images are 1 x 1 x 1, and are scaled to 2 x 2 x 1 for the network",
    ]);
    expect(() => networkData(data, undefined, 3)).toThrow("net: expected scores of 2 classes, as answers has, got 3");
    expect(() => networkData(data, ["a", "b"], 3)).toThrow(
      "--classes: expected 3 names, one for each output of net, got 2",
    );
  });

  test("have the classes that they are told: by the same names, in another order, or by their order", async () => {
    expect(networkData(named("a", "b"), ["a", "b"], 2)).toMatchObject({notes: [], data: {classNames: ["a", "b"]}});
    const moved = networkData(named("a", "b"), ["c", "b", "a"], 3);
    expect(moved.notes).toEqual(["classes by their names: a of the data is the network's number 2"]);
    expect(moved.data.classNames).toEqual(["c", "b", "a"]);
    expect((await read(moved.data, 0, 1)).labels).toEqual([1, 2]);
    const more = networkData(named("a", "b"), ["a", "b", "c"], 3);
    expect(more.data.classNames).toEqual(["a", "b", "c"]);
    expect(networkData(named("a", "b"), ["a", "c"], 2).notes).toEqual([
      "classes by their order: b of the data is c of the network",
    ]);
    expect(networkData(named("0", "1"), ["a", "c"], 2)).toMatchObject({notes: [], data: {classNames: ["a", "c"]}});
    expect(() => networkData(named("a", "b"), ["a", "c", "d"], 3)).toThrow(
      'expected the data\'s classes among the names, got none called "b"',
    );
  });

  test("fit answers to as many images, which are found by the places of the images", async () => {
    const fitted = fitToAnswers(data, {outputs: 2, answers: 2}, undefined, "net");
    expect([...((await fitted.data.test.read([1])) as {indices?: Uint32Array}).indices!]).toEqual([1]);
    for (const answers of [1, undefined]) {
      expect(() => fitToAnswers(data, {outputs: 2, ...(answers ? {answers} : {})}, undefined, "net")).toThrow(
        `net: expected answers to 2 images, as answers has, got ${answers ?? 0}`,
      );
    }
  });

  test("have names from a list, a file, or none", async () => {
    const file = join(temporaryFolder(), "names.txt");
    writeFileSync(file, "a\nb\n");
    const of = (classes: string, classNames?: readonly string[]) =>
      toldClasses({options: {classes}, ...(classNames ? {classNames} : {}), words: ""} as never);
    expect([await of(""), await of("a, b"), await of(file), await of("", ["c", "d"])]).toEqual([
      undefined,
      ["a", "b"],
      ["a", "b"],
      ["c", "d"],
    ]);
    for (const classes of ["a", "a,", ",b"]) {
      await expect(of(classes)).rejects.toThrow(`or two names or more with commas between, got "${classes}"`);
    }
  });
});

test("lines tell what was found about a network, and what was told", () => {
  const lines = (found: object, options: object, words = "") =>
    foundLines({words, options} as never, {found, network: {imageShape: [4, 5, 3]}} as never);
  expect(lines({}, {}, "w: mean")).toEqual(["w: mean"]);
  const found = {layout: "nchw", scale: 1, mean: [0], std: [1], output: "scores", logits: "l", features: "f"};
  expect(lines(found, {layout: "auto", layer: ""})).toEqual([
    "input: 4 x 5 x 3, nchw (found), pixels from 0 to 1 as they are (--scale, --mean and --std tell it otherwise)",
    "output: scores",
    "scores: l; the map is made of f (found)",
  ]);
  for (const [more, how] of [
    [{scale: 255}, "(pixel × 255 − 0) / 1"],
    [{mean: [0.5]}, "(pixel × 1 − 0.5) / 1"],
    [{std: [2]}, "(pixel × 1 − 0) / 2"],
  ] as const) {
    expect(lines({...found, ...more}, {layout: "nchw", layer: "f"})).toEqual([
      `input: 4 x 5 x 3, nchw, ${how}`,
      "output: scores",
      "scores: l; the map is made of f",
    ]);
  }
});

test("training figures beside a checkpoint are two numbers", async () => {
  const folder = folderWith("e1.onnx");
  const beside = (text?: string) => {
    if (text !== undefined) writeFileSync(join(folder, "e1.json"), text);
    return trainedBeside({epoch: 1, name: "e1.onnx", kind: "onnx", path: join(folder, "e1.onnx")});
  };
  expect(await beside()).toBeUndefined();
  expect(await beside('{"train_loss": 0, "train_accuracy": 0.5}')).toEqual({loss: 0, accuracy: 0.5});
  for (const text of ['{"train_loss": 1}', '{"train_accuracy": 1}', '{"train_loss": "1", "train_accuracy": 1}', "null"])
    await expect(beside(text)).rejects.toThrow("e1.json: expected numbers train_loss and train_accuracy, got");
});

test("a file is settled when it is old, or was seen unchanged for long enough, and is there", async () => {
  const folder = folderWith("a", "b");
  const [a, b] = [join(folder, "a"), join(folder, "b")];
  const day = 86_400_000;
  let now = 0;
  const settled = async (quietFor: number, ...paths: readonly string[]) =>
    (await settledFiles(quietFor, () => now).isSettled(paths)).settled;
  expect(await settled(-day, a, b)).toBe(true); // as old as it need be
  expect(await settled(-day, a, join(folder, "none"))).toBe(false);
  expect(await settled(-day)).toBe(false);
  const watching = settledFiles(day, () => now);
  const seen = async (time: number) => {
    now = time;
    return (await watching.isSettled([a, b])).settled;
  };
  expect([await seen(5), await seen(5 + day - 1), await seen(5 + day)]).toEqual([false, false, true]);
  writeFileSync(b, "longer");
  expect([await seen(2 * day), await seen(3 * day - 1), await seen(3 * day)]).toEqual([false, false, true]);
});

test("a watcher's run names its data by a whole path, or as they are known", () => {
  const split = noImages([1, 1, 1]);
  const data = {name: "d", imageShape: [1, 1, 1], classNames: [], digest: "", train: split, validation: split} as const;
  const made = {startedAt: new Date(0), versions: {}, processor: ""} as never;
  const where = (name: string) => {
    const facts = watchFacts("n", ".", {data: name, save: "s", feed: ""} as never, [], made, {...data, test: split}, {
      model: {},
      engine: {},
      found: {},
    } as never);
    return (facts as {options: {data: string}}).options.data;
  };
  expect([where(""), where("mnist"), where("images")]).toEqual(["", "mnist", resolve("images")]);
});
