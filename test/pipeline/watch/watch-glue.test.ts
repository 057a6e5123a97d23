/** @file The steps of a watcher before it looks at a checkpoint: arrays, answers, the data, and earlier runs. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {LOGITS} from "../../../src/nouns/network";
import {writeNpy} from "../../../src/pipeline/record/npy";
import {writeNpz} from "../../../src/pipeline/record/npz";
import {dataOf} from "../../../src/pipeline/watch/array-data";
import {readArrays} from "../../../src/pipeline/watch/arrays";
import {fittedToCheckpoint} from "../../../src/pipeline/watch/begin";
import {sameness} from "../../../src/pipeline/watch/facts";
import {networkInTurn} from "../../../src/pipeline/watch/network-in-turn";
import {answersOpener} from "../../../src/pipeline/watch/open-answers";
import {temporaryFolder} from "../../support/idx-files";

const floats = (shape: readonly number[], ...values: readonly number[]) => ({
  shape: [...shape],
  values: Float32Array.from(values),
});

describe("arrays of files", () => {
  test("are found by their names, in .npy files and within .npz files, long and short", async () => {
    const folder = temporaryFolder();
    const many = Array.from({length: 2000}, (_, i) => i);
    writeFileSync(join(folder, "logits.npy"), writeNpy(floats([1000, 2], ...many)));
    writeFileSync(join(folder, "labels.NPY"), writeNpy(floats([3], 2, 1, 0)));
    const packed = new Map([
      ["features", floats([2, 1], 5, 6)],
      ["other", floats([1], 9)],
    ]);
    writeFileSync(join(folder, "more.npz"), writeNpz(packed));
    const paths = ["logits.npy", "labels.NPY", "more.npz"].map((name) => join(folder, name));
    const found = await readArrays(paths, ["logits", "labels", "features"]);
    expect([...found.keys()].sort()).toEqual(["features", "labels", "logits"]);
    expect([...(found.get("logits")?.values ?? [])]).toEqual(many);
    expect(found.get("logits")).toMatchObject({rows: 1000, columns: 2});
    expect([...(found.get("labels")?.values ?? [])]).toEqual([2, 1, 0]);
    expect([...(found.get("features")?.values ?? [])]).toEqual([5, 6]);
  });

  test("of no dimension are one number", async () => {
    const file = join(temporaryFolder(), "train_loss.npy");
    const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (), }".padEnd(117);
    const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    writeFileSync(file, Buffer.concat([head, Buffer.from(`${dict}\n`), new Uint8Array(Float32Array.of(0.25).buffer)]));
    const loss = (await readArrays([file], ["train_loss"])).get("train_loss");
    expect([...(loss?.values ?? [])]).toEqual([0.25]);
  });
});

describe("answers without a network", () => {
  function checkpoint(epoch: number, arrays: {readonly [name: string]: ReturnType<typeof floats>}) {
    const path = join(temporaryFolder(), `e${epoch}`);
    mkdirSync(path);
    for (const [name, array] of Object.entries(arrays)) writeFileSync(join(path, `${name}.npy`), writeNpy(array));
    return {epoch, name: `e${epoch}`, kind: "answers", path} as const;
  }
  const opened = (arrays: {readonly [name: string]: ReturnType<typeof floats>}) =>
    answersOpener().open(checkpoint(1, arrays), undefined);

  test("may round their probabilities, which lie from 0 to 1", async () => {
    const {network, found} = await opened({probabilities: floats([2, 2], 1, 0, 0.5, 0.5029)});
    expect(found).toEqual({scores: "probabilities", features: "logits"});
    const asked = {count: 1, shape: [1, 1, 1], pixels: new Float32Array(1), indices: Uint32Array.of(0)} as const;
    const logits = await network.logits(asked);
    expect(logits[0]).toBe(0);
    expect(logits[1]).toBeLessThan(-80); // no probability, but a number all the same
    for (const row of [
      [1.002, 0],
      [1.002, -0.002],
      [0.5, 0.505],
      [0.5, 0.495],
    ]) {
      await expect(opened({probabilities: floats([1, 2], ...row)})).rejects.toThrow("expected probabilities that sum");
    }
  });

  test("are given by the places of the images, for the map from features, if there are some", async () => {
    const {network, answers} = await opened({
      logits: floats([3, 2], 1, 2, 3, 4, 5, 6),
      features: floats([3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9),
    });
    expect(answers).toBe(3);
    const asked = {count: 2, shape: [1, 1, 1], pixels: new Float32Array(2), indices: Uint32Array.of(2, 0)} as const;
    const [own, map] = await network.forward(asked, [LOGITS, "features"]);
    expect([own.shape, [...own.values]]).toEqual([[2], [5, 6, 1, 2]]);
    expect([map.shape, [...map.values]]).toEqual([[3], [7, 8, 9, 1, 2, 3]]);
    const probabilities = await network.predict(asked);
    expect(probabilities).toBeAllClose(
      [0, 1, 0, 1].map((k) => 1 / (1 + Math.exp(1 - 2 * k))),
      {rtol: 1e-6, atol: 0},
    );
    const {indices: _, ...without} = asked;
    await expect(network.logits(without)).rejects.toThrow("expected questions only about its own images, got others");
  });

  test("have the labels and images of an earlier file where they have none", async () => {
    const opener = answersOpener();
    const logits = floats([2, 2], 1, 2, 3, 4);
    const [images, labels] = [floats([2, 1, 1], 0.25, 0.5), floats([2], 1, 0)];
    await opener.open(checkpoint(1, {logits, images, labels}), undefined);
    const later = await opener.open(checkpoint(2, {logits}), undefined);
    const read = await later.data?.test.read([1, 0]);
    expect([...(read?.labels ?? [])]).toEqual([0, 1]);
    expect([...(read?.pixels ?? [])]).toEqual([0.5, 0.25]);
    const other = await opener.open(checkpoint(3, {logits, labels: floats([2], 1, 1)}), undefined);
    expect([...((await other.data?.test.read([1, 0]))?.labels ?? [])]).toEqual([1, 1]);
  });

  test("have both figures of a training, or none", async () => {
    const logits = floats([1, 2], 1, 2);
    expect(await opened({logits})).not.toHaveProperty("trained");
    const both = await opened({logits, train_loss: floats([1], 0), train_accuracy: floats([1], 0)});
    expect(both.trained).toEqual({loss: 0, accuracy: 0});
    for (const name of ["train_loss", "train_accuracy"]) {
      await expect(opened({logits, [name]: floats([1], 0)})).rejects.toThrow("expected both");
    }
  });
});

test("a long map takes fewer iterations; a method or a number that was asked for stays", () => {
  const iterations = (images: number, values: object, name = "projection") => {
    const labels = {
      rows: images,
      columns: 1,
      values: new Float64Array(images),
      header: {shape: [images], descr: "<f4"},
    };
    const data = dataOf("f", labels as never, undefined, images, 2);
    const opened = {network: {imageShape: [1, 1, 1], classNames: ["0", "1"]}} as never;
    const chosen = [{probe: {name}, values, asked: []}] as never;
    const {usable, notes} = fittedToCheckpoint({opened, names: undefined, chosen, checkpoint: {} as never}, data, "");
    expect(notes).toEqual([]);
    return (usable[0].values as {iterations?: number}).iterations;
  };
  const values = {method: "tsne", iterations: 0};
  expect([iterations(4999, values), iterations(5000, values)]).toEqual([700, 300]);
  expect(iterations(5000, {...values, iterations: 9})).toBe(9);
  expect(iterations(5000, {...values, method: "umap"})).toBe(0);
  expect(iterations(5000, values, "other")).toBe(0);
});

test("answers keep only the probes that need no network", () => {
  const labels = {rows: 2, columns: 1, values: Float64Array.of(0, 1), header: {shape: [2], descr: "<f4"}};
  const data = dataOf("f", labels as never, undefined, 2, 2);
  const network = {imageShape: [1, 1, 1], classNames: ["0", "1"]};
  const chosen = ["confusion", "lime"].map((name) => ({probe: {name}, values: {}, asked: []})) as never;
  const of = (opened: object) =>
    fittedToCheckpoint(
      {opened: {network, ...opened} as never, names: undefined, chosen, checkpoint: {path: "e1"} as never},
      data,
      "",
    ).usable.map(({probe}) => probe.name);
  expect(of({})).toEqual(["confusion", "lime"]);
  expect(of({answers: 2, probes: ["confusion"]})).toEqual(["confusion"]);
  expect(() => of({answers: 3, probes: ["confusion"]})).toThrow("e1: expected answers to 2 images");
});

test("a watch goes on with an earlier run of the same options, data and version, whatever it is called", () => {
  const facts = {
    ...{options: {save: "a", name: "b", idle: "", layer: "x"}, probes: {}, data: {digest: "d"}, watch: {folder: "f"}},
    versions: {epochscope: "1", node: "20"},
  };
  const own = sameness(facts);
  expect(sameness({...facts, options: {save: "c", name: "d", idle: "9s", layer: "x"}})).toBe(own);
  expect(sameness({...facts, versions: {epochscope: "1", node: "22"}})).toBe(own);
  for (const other of [
    {options: {...facts.options, layer: "y"}},
    {probes: {lime: {}}},
    {data: {digest: "e"}},
    {watch: {folder: "g"}},
    {versions: {epochscope: "2"}},
  ]) {
    expect(sameness({...facts, ...other})).not.toBe(own);
  }
});

test("a network in turn is whichever was put in last, and shows no weighted layers where that has none", async () => {
  const network = (name: string, more: object = {}) =>
    ({imageShape: [1, 1, 1], noGradient: name, logits: async () => Float32Array.of(name.length), ...more}) as never;
  const layers = [{name: "dense"}];
  const turn = networkInTurn(network("a", {weightedLayers: () => layers}), ["x", "y"]);
  const shown = turn.network as unknown as {weightedLayers(): unknown; noGradient: string; classNames: unknown};
  expect([shown.noGradient, shown.weightedLayers(), shown.classNames]).toEqual(["a", layers, ["x", "y"]]);
  turn.put(network("bb"));
  expect([shown.noGradient, shown.weightedLayers()]).toEqual(["bb", []]);
  expect([...(await turn.network.logits({} as never))]).toEqual([2]);
  expect(networkInTurn(network("a"), []).network).not.toHaveProperty("weightedLayers");
});
