import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";
import {fork} from "../../../src/nouns/random";
import type {Images} from "../../../src/nouns/samples";
import {softmaxRows} from "../../../src/numbers/scores";
import type {LoadSettings} from "../../../src/pipeline/model/load/load-settings";
import {savedModel} from "../../../src/pipeline/model/load/saved-model";
import {checkGroupSize, tfjsModelJson} from "../../../src/pipeline/model/load/tfjs-weights";
import {tfjsClassifier} from "../../../src/pipeline/model/tf/tfjs-classifier";
import {tfjsNetwork} from "../../../src/pipeline/model/tf/tfjs-network";

const plain: LoadSettings = {what: "model.json", input: {scale: 1, mean: [0], std: [1]}, output: "auto"};
const random = fork(7, "images");
const four: Images = {count: 4, shape: [4, 4, 1], pixels: Float32Array.from({length: 64}, random)};

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

/** A model's files, as it would be saved. */
function partsOf(model: tf.LayersModel) {
  const weights = model.weights.map((w) => ({
    name: w.originalName,
    shape: w.shape as number[],
    values: w.read().dataSync() as Float32Array,
  }));
  const saved = savedModel(model, weights, "test");
  return {json: tfjsModelJson(JSON.parse(saved["model.json"]), "model.json"), weights: saved["weights.bin"]};
}

/** Opens a model as it would be saved, and says what it said and what it answers; and what tfjs itself answers. */
async function opened(model: tf.LayersModel, settings: Partial<LoadSettings> = {}, which = 0) {
  const out = [model.predict(tf.tensor4d(four.pixels, [4, 4, 4, 1]))].flat()[which] as tf.Tensor;
  const own = await out.data();
  const said: string[] = [];
  const {json, weights} = partsOf(model);
  const classifier = await tfjsClassifier(json, weights, {
    ...plain,
    say: (line) => said.push(line),
    ...settings,
  });
  const found = await classifier.predict(four);
  await classifier.dispose();
  return {found, own, said, names: classifier.classNames};
}

const flat = () => tf.layers.flatten({inputShape: [4, 4, 1]});
type Activation = "sigmoid" | "softmax" | "linear" | "relu";
const dense = (units: number, activation: Activation = "linear") =>
  tf.layers.dense({units, activation, kernelInitializer: tf.initializers.glorotUniform({seed: 4})});
const stack = (...layers: tf.layers.Layer[]) => tf.sequential({layers: [flat(), ...layers]});

describe("a LayersModel's output is understood by its last layers", () => {
  test("independent sigmoids are explained as they are", async () => {
    const {found, own, said} = await opened(stack(dense(3, "sigmoid")));
    expect(found).toBeAllClose(own, {rtol: 1e-6});
    expect(said).toEqual(["model   3 independent probabilities (the graph ends in sigmoid)"]);
  });

  test("one sigmoid is two classes", async () => {
    const {found, own, names} = await opened(stack(dense(1, "sigmoid")), {classNames: ["spam"]});
    expect(found).toBeAllClose(
      [...own].flatMap((p) => [1 - p, p]),
      {rtol: 1e-6},
    );
    expect(names).toEqual(["not spam", "spam"]);
  });

  test.each([
    [() => stack(dense(3, "softmax")), "probabilities of 3 classes (the graph ends in softmax)"],
    [() => stack(dense(3), tf.layers.softmax()), "probabilities of 3 classes (the graph ends in Softmax)"],
    [
      () => stack(dense(3), tf.layers.activation({activation: "sigmoid"})),
      "3 independent probabilities (the graph ends in sigmoid)",
    ],
    [
      () => stack(dense(3), tf.layers.activation({activation: "linear"})),
      "scores of 3 classes, made probabilities by a softmax (the graph ends in Dense)",
    ],
    [
      () => stack(dense(3, "sigmoid"), tf.layers.dropout({rate: 0.5}), tf.layers.reshape({targetShape: [1, 1, 3]})),
      "3 independent probabilities (the graph ends in sigmoid)",
    ],
    [
      () => stack(tf.sequential({layers: [tf.layers.dense({units: 3, activation: "sigmoid", inputShape: [16]})]})),
      "3 independent probabilities (the graph ends in sigmoid)",
    ],
  ])("%s", async (make, words) => {
    expect((await opened(make())).said).toEqual([`model   ${words}`]);
  });

  test("several outputs are refused by their names, or one is chosen", async () => {
    const input = tf.input({shape: [4, 4, 1]});
    const rows = tf.layers.flatten().apply(input) as tf.SymbolicTensor;
    const inside = tf.layers.dense({units: 5, name: "embedding"}).apply(rows) as tf.SymbolicTensor;
    const scores = tf.layers
      .dense({units: 2, activation: "softmax", name: "classes"})
      .apply(inside) as tf.SymbolicTensor;
    const model = tf.model({inputs: input, outputs: [inside, scores]});
    await expect(opened(model)).rejects.toThrow(
      "--output-name: expected one of the 2 outputs of model.json, embedding [?, 5], classes [?, 2], got none",
    );
    const {found, own} = await opened(model, {outputName: "classes"}, 1);
    expect(found).toBeAllClose(own, {rtol: 1e-6});
  });

  test("an input besides the images' gets what it is told", async () => {
    const [one, two] = [tf.input({shape: [2, 2, 1], name: "one"}), tf.input({shape: [2], name: "two"})];
    const flat = tf.layers.flatten().apply(one) as tf.SymbolicTensor;
    const all = tf.layers.concatenate().apply([flat, two]) as tf.SymbolicTensor;
    const kernel = tf.tensor2d([1, 0, 2, 0, 3, 0, 4, 0, 0, 1, 0, 10], [6, 2]);
    const scores = tf.layers.dense({units: 2, useBias: false, weights: [kernel]}).apply(all) as tf.SymbolicTensor;
    const model = tf.model({inputs: [one, two], outputs: scores});
    const settings = {output: "logits", feeds: {two: {shape: [2], values: [0.5, -0.25]}}} as const;
    const {json, weights} = partsOf(model);
    await expect(tfjsClassifier(json, weights, plain)).rejects.toThrow("got none for two [?, 2]");
    const classifier = await tfjsClassifier(json, weights, {...plain, ...settings});
    const pixels = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0, 0, 0, 1);
    const found = await classifier.predict({count: 2, shape: [2, 2, 1], pixels});
    // scores by hand: 0.1 + 0.4 + 0.9 + 1.6 = 3 and 4 against 0.5 − 2.5 = −2
    expect(found).toBeAllClose([...softmaxRows([3, -2, 4, -2], 2)], {rtol: 1e-5});
    await classifier.dispose();
    const network = await tfjsNetwork(json, weights, {...plain, ...settings});
    expect(await network.inputGradient({count: 1, shape: [2, 2, 1], pixels: pixels.subarray(0, 4)}, [0])).toBeAllClose(
      [1, 2, 3, 4],
      {rtol: 1e-6},
    );
    await network.dispose();
  });

  test("several inputs, a map, and a number that tells nothing are refused", async () => {
    const [one, two] = [tf.input({shape: [4, 4, 1], name: "one"}), tf.input({shape: [4, 4, 1], name: "two"})];
    const sum = tf.layers.add().apply([one, two]) as tf.SymbolicTensor;
    const json = savedModel(tf.model({inputs: [one, two], outputs: sum}), [], "test")["model.json"];
    await expect(tfjsClassifier(tfjsModelJson(JSON.parse(json), "m"), new Uint8Array(0), plain)).rejects.toThrow(
      "--input-name: expected the input of model.json that takes the images, of one [?, 4, 4, 1], two [?, 4, 4, 1], got none",
    );
    const map = tf.sequential({layers: [tf.layers.conv2d({filters: 2, kernelSize: 3, inputShape: [4, 4, 1]})]});
    await expect(opened(map)).rejects.toThrow("got a map or boxes: an output of [1, 2, 2, 2]");
    await expect(opened(stack(dense(1)))).rejects.toThrow(
      "--scores: expected sigmoid (a probability) or logits (a score)",
    );
    const {found, own} = await opened(stack(dense(3, "relu")), {output: "logits"}); // asked for by name, it is taken
    expect(found).toBeAllClose([...softmaxRows(own, 3)], {rtol: 1e-6, atol: 1e-7});
  });
});

describe("a GraphModel", () => {
  const sized = (...sizes: number[]) => ({dim: sizes.map((size) => ({size: `${size}`}))});
  const constant = (name: string, ...sizes: number[]) => ({
    name,
    op: "Const",
    attr: {dtype: {type: "DT_FLOAT"}, value: {tensor: {dtype: "DT_FLOAT", tensorShape: sized(...sizes)}}},
  });
  const flags = {transpose_a: {b: false}, transpose_b: {b: false}};
  const image = {dtype: {type: "DT_FLOAT"}, shape: {shape: sized(-1, 4)}};
  /** One weight for each of two classes, of an image of 2 x 2 pixels in a row. */
  const graph = (...tail: object[]) =>
    tfjsModelJson(
      {
        format: "graph-model",
        modelTopology: {
          node: [
            {name: "image", op: "Placeholder", attr: {...image, shape: {shape: sized(-1, 2, 2, 1)}}},
            {
              name: "size",
              op: "Const",
              attr: {dtype: {type: "DT_INT32"}, value: {tensor: {dtype: "DT_INT32", tensorShape: sized(2)}}},
            },
            {name: "rows", op: "Reshape", input: ["image", "size"], attr: {}},
            constant("w", 4, 2),
            constant("b", 2),
            ...tail,
          ],
          versions: {producer: 1, minConsumer: 0},
        },
        weightsManifest: [
          {
            paths: ["w.bin"],
            weights: [
              {name: "size", shape: [2], dtype: "int32"},
              {name: "w", shape: [4, 2], dtype: "float32"},
              {name: "b", shape: [2], dtype: "float32"},
            ],
          },
        ],
      },
      "model.json",
    );
  const numbers = new Uint8Array([
    ...new Uint8Array(Int32Array.of(-1, 4).buffer),
    ...new Uint8Array(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1, 0.5, -0.5).buffer),
  ]);
  const words = async (...tail: object[]) => {
    const said: string[] = [];
    const classifier = await tfjsClassifier(graph(...tail), numbers, {...plain, say: (line) => said.push(line)});
    await classifier.dispose();
    return said;
  };
  const product = {name: "scores", op: "MatMul", input: ["rows", "w"], attr: flags};
  const sum = {name: "sum", op: "BiasAdd", input: ["scores", "b"], attr: {}};

  test("is understood by its last nodes too", async () => {
    expect(await words(product, sum)).toEqual([
      "model   scores of 2 classes, made probabilities by a softmax (the graph ends in BiasAdd)",
    ]);
    const ending = (op: string) => [
      product,
      sum,
      {name: "out", op, input: ["sum"], attr: {}},
      {name: "Identity", op: "Identity", input: ["out"], attr: {}},
    ];
    expect(await words(...ending("Sigmoid"))).toEqual([
      "model   2 independent probabilities (the graph ends in Sigmoid)",
    ]);
    expect(await words(...ending("Softmax"))).toEqual([
      "model   probabilities of 2 classes (the graph ends in Softmax)",
    ]);
  });

  test("with several outputs is refused by their names, or one is chosen", async () => {
    const both = [
      product,
      {name: "p", op: "Softmax", input: ["scores"], attr: {}},
      {name: "q", op: "Sigmoid", input: ["scores"], attr: {}},
    ];
    await expect(words(...both)).rejects.toThrow(
      "--output-name: expected one of the 2 outputs of model.json, p, q, got none",
    );
    const classifier = await tfjsClassifier(graph(...both), numbers, {...plain, outputName: "q"});
    const one: Images = {count: 1, shape: [2, 2, 1], pixels: Float32Array.of(0.1, 0.2, 0.3, 0.4)};
    expect(await classifier.predict(one)).toBeAllClose(
      [0.4, 0.6].map((v) => 1 / (1 + Math.exp(-v))),
      {rtol: 1e-6},
    );
    await classifier.dispose();
  });
});

describe("a model.json", () => {
  const spec = (dtype: string, shape: number[], quantization?: object) => ({
    name: "w",
    shape,
    dtype,
    ...(quantization ? {quantization} : {}),
  });
  const group = (...weights: object[]) => ({paths: ["w.bin"], weights});
  const json = (weightsManifest: unknown) => tfjsModelJson({modelTopology: {}, weightsManifest}, "m.json");

  test.each([
    [{modelTopology: {}}, "m.json: expected a tfjs model's topology and weightsManifest, got only one or neither"],
    [null, "m.json: expected a tfjs model's topology and weightsManifest"],
    [[1, 2], "m.json: expected a tfjs model's topology and weightsManifest"],
    [
      {modelTopology: {}, weightsManifest: [null]},
      "m.json: expected paths and weights in weightsManifest[0], got other things",
    ],
    [
      {modelTopology: {}, weightsManifest: [{paths: [3], weights: []}]},
      "m.json: expected paths and weights in weightsManifest[0]",
    ],
    [
      {modelTopology: {}, weightsManifest: [group({name: "w", shape: [-1], dtype: "float32"})]},
      "m.json: expected weights with a name, a shape and a dtype in weightsManifest[0], got {",
    ],
  ])("%j is refused", (value, message) => {
    expect(() => tfjsModelJson(value, "m.json")).toThrow(message);
  });

  test("says how many bytes its weights have, quantised ones too", () => {
    const [first] = json([
      group(
        spec("float32", [3, 2]),
        spec("int32", []),
        spec("bool", [5]),
        spec("float32", [7], {dtype: "uint8"}),
        spec("float32", [2], {dtype: "uint16"}),
      ),
    ]).weightsManifest;
    checkGroupSize(first, [24 + 4 + 5, 7 + 4], "m.json");
    expect(() => checkGroupSize(first, [45], "m.json")).toThrow("w.bin: expected 44 bytes, as m.json says, got 45");
    expect(() => checkGroupSize(first, [43], "m.json")).toThrow("w.bin: expected 44 bytes, as m.json says, got 43");
    expect(() => checkGroupSize(group(spec("float80", [1])) as never, [4], "m.json")).toThrow("got w of float80");
    checkGroupSize(group(spec("string", [9])) as never, [1234], "m.json"); // words have a length each
  });
});
