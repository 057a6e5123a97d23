import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {UserError} from "../../../src/nouns/options";
import {fork} from "../../../src/nouns/random";
import type {Images} from "../../../src/nouns/samples";
import {TYPE} from "../../../src/onnx/file/tensors";
import type {LoadSettings} from "../../../src/pipeline/model/load/load-settings";
import {onnxClassifier} from "../../../src/pipeline/model/load/onnx-classifier";
import {onnxNetwork} from "../../../src/pipeline/model/load/onnx-network";
import {floats, ints, node, type OnnxGraph, onnxFile} from "../../support/onnx";

const plain: LoadSettings = {what: "net.onnx", input: {scale: 1, mean: [0], std: [1]}, output: "auto"};
const random = fork(5, "images");
const images = (count: number): Images => ({
  count,
  shape: [2, 2, 3],
  pixels: Float32Array.from({length: count * 12}, random),
});
const meanOf = ({pixels}: Images, n: number) => pixels.subarray(n * 12, (n + 1) * 12).reduce((a, b) => a + b) / 12;
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/** Opens it, and says what it said. */
async function opened(graph: OnnxGraph, settings: Partial<LoadSettings> = {}) {
  const said: string[] = [];
  const classifier = await onnxClassifier(onnxFile(graph), {...plain, say: (line) => said.push(line), ...settings});
  return {classifier, said};
}

/** mean of an image + 0, 1, 2, … → Sigmoid, or not → any shape and type. */
function patterned(rest: readonly number[], type: keyof typeof TYPE, hasBatch: boolean, last = "Sigmoid"): OnnxGraph {
  const numbers = rest.reduce((a, b) => a * b, 1);
  const pattern = floats(
    "pattern",
    hasBatch ? [1, ...rest] : rest,
    Array.from({length: numbers}, (_, k) => k / 8),
  );
  const shape = hasBatch ? [-1, ...rest.map(() => 1)] : rest.map(() => 1);
  return {
    inputs: {x: ["n", 3, 2, 2]},
    outputs: {y: {type, dims: hasBatch ? ["n", ...rest] : rest}},
    nodes: [
      node("ReduceMean", ["x", "axes"], ["mean"], {keepdims: 1}),
      node("Reshape", ["mean", "shape"], ["flat"]),
      node("Add", ["flat", "pattern"], ["scores"]),
      node(last, ["scores"], ["answer"]),
      node("Cast", ["answer"], ["y"], {to: TYPE[type]}),
    ],
    weights: [pattern, ints("axes", [1, 2, 3]), ints("shape", shape)],
  };
}

describe("whatever the shape and type of an ONNX model's output", () => {
  test("each image gets its probabilities, or the model is refused in one line", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<number>(0, 1, 1, 2, 3), {maxLength: 3}),
        fc.constantFrom(...(["float32", "float16", "float64", "int64", "bool", "uint8"] as const)),
        fc.boolean(),
        async (rest, type, hasBatch) => {
          const numbers = rest.reduce((a, b) => a * b, 1);
          const isRow = numbers > 0 && rest.filter((n) => n > 1).length <= 1;
          const three = images(3);
          try {
            const {classifier} = await opened(patterned(rest, type, hasBatch));
            const found = await classifier.predict(three);
            await classifier.dispose();
            expect(isRow && type.startsWith("float")).toBe(true);
            const expected = [0, 1, 2].flatMap((n) => {
              const row = Array.from({length: numbers}, (_, k) => sigmoid(meanOf(three, n) + k / 8));
              return numbers === 1 ? [1 - row[0], row[0]] : row;
            });
            expect(found).toBeAllClose(expected, {rtol: 0, atol: type === "float16" ? 1e-3 : 1e-6});
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
            expect(error.message).toMatch(/^[^\n]+: expected [^\n]+, got [^\n]+$/);
            expect(isRow && type.startsWith("float")).toBe(false);
          }
        },
      ),
      {numRuns: 120},
    );
  });

  test("a map, boxes or words are refused with their shape", async () => {
    await expect(opened(patterned([4, 7, 7], "float32", true))).rejects.toThrow(
      "net.onnx: expected one row of scores for each image, got a map or boxes: an output of [1, 4, 7, 7]",
    );
    await expect(opened(patterned([3], "int64", true))).rejects.toThrow(
      "net.onnx: expected an output of float32, float16, float64, got y int64 [n, 3]",
    );
    await expect(opened(patterned([3], "string", true))).rejects.toThrow("got y string [n, 3]");
  });

  test("what it ends in is found and said", async () => {
    const ends = async (last: string, rest: number[]) => (await opened(patterned(rest, "float32", true, last))).said;
    expect(await ends("Sigmoid", [3])).toEqual(["model   3 independent probabilities (the graph ends in Sigmoid)"]);
    expect(await ends("Softmax", [3])).toEqual(["model   probabilities of 3 classes (the graph ends in Softmax)"]);
    expect(await ends("HardSigmoid", [1])).toEqual([
      "model   one probability p: 1 has p, 0 has 1 - p (the graph ends in HardSigmoid)",
    ]);
    await expect(ends("Tanh", [3])).rejects.toThrow("and Tanh as the last node, which does not tell");
    await expect(ends("Softmax", [1])).rejects.toThrow("expected two classes or more, got one");
  });

  test("numbers that are none are refused", async () => {
    await expect(opened(patterned([2], "float32", true, "Log"))).resolves.toBeDefined(); // log 0 = −∞ of the empty image
    const negative = patterned([2], "float32", true, "Sqrt");
    const below = {...negative, weights: [floats("pattern", [1, 2], [-9, -9]), ...(negative.weights ?? []).slice(1)]};
    await expect(opened(below)).rejects.toThrow("net.onnx: expected finite numbers, got NaN");
  });
});

const mean = node("ReduceMean", ["x", "axes"], ["means"], {keepdims: 0});
const dense = node("MatMul", ["means", "w"], ["scores"]);
const weights = [ints("axes", [2, 3]), floats("w", [3, 2], [4, -1, 0.5, 2, -3, 1])];
/** Means of the channels → dense → softmax. */
const usual: OnnxGraph = {
  inputs: {x: ["n", 3, 2, 2]},
  outputs: {y: ["n", 2]},
  nodes: [mean, dense, node("Softmax", ["scores"], ["y"])],
  weights,
};
async function answersOf(graph: OnnxGraph, settings: Partial<LoadSettings> = {}, count = 5) {
  const {classifier, said} = await opened(graph, settings);
  const asked = images(count);
  const found = await classifier.predict(asked);
  await classifier.dispose();
  const expected = Array.from({length: count}, (_, n) => {
    const channel = [0, 1, 2].map((c) =>
      [0, 1, 2, 3].reduce((sum, p) => sum + asked.pixels[n * 12 + p * 3 + c] / 4, 0),
    );
    const score = (k: number) =>
      4 * channel[0] * (1 - k) - channel[0] * k + channel[1] * (k ? 2 : 0.5) + channel[2] * (k ? 1 : -3);
    const p = sigmoid(score(1) - score(0));
    return [1 - p, p];
  }).flat();
  return {found, expected, said};
}

describe("several inputs and outputs", () => {
  const two: OnnxGraph = {...usual, outputs: {means: ["n", 3], y: ["n", 2]}};

  test("outputs are named, and one is chosen by its name", async () => {
    await expect(opened(two)).rejects.toThrow(
      "--output-name: expected one of the 2 outputs of net.onnx, means [n, 3], y [n, 2], got none",
    );
    await expect(opened(two, {outputName: "z"})).rejects.toThrow(
      '--output-name: expected one of means [n, 3], y [n, 2], got "z"',
    );
    const {found, expected} = await answersOf(two, {outputName: "y"});
    expect(found).toBeAllClose(expected, {rtol: 1e-5});
  });

  const masked: OnnxGraph = {
    ...usual,
    inputs: {x: ["n", 3, 2, 2], mask: ["n", 3]},
    nodes: [
      mean,
      node("Mul", ["means", "mask"], ["m"]),
      node("MatMul", ["m", "w"], ["scores"]),
      node("Softmax", ["scores"], ["y"]),
    ],
  };
  /** Two images: of the first all channels are 1, of the second 0, 1 and 2. */
  const pair = {
    count: 2,
    shape: [2, 2, 3],
    pixels: Float32Array.from({length: 24}, (_, i) => (i < 12 ? 1 : i % 3)),
  } as const;
  const answersFed = async (graph: OnnxGraph, settings: Partial<LoadSettings>) => {
    const {classifier} = await opened(graph, settings);
    const found = await classifier.predict(pair);
    await classifier.dispose();
    return found;
  };
  /** Probabilities by hand: mask · channels, times w. */
  const byHand = (mask: readonly number[]) =>
    [
      [1, 1, 1],
      [0, 1, 2],
    ].flatMap((channels) => {
      const [a, b, c] = channels.map((value, i) => value * mask[i]);
      const p = sigmoid(-a + 2 * b + c - (4 * a + 0.5 * b - 3 * c));
      return [1 - p, p];
    });

  test("an input besides the images' gets what it is told, the same for every image", async () => {
    await expect(opened(masked)).rejects.toThrow(
      "--feed: expected values for net.onnx's other inputs, the same for every image, as mask=0 or mask=FILE.npy, got none for mask [n, 3]",
    );
    expect(await answersFed(masked, {feeds: {mask: 1}})).toBeAllClose(byHand([1, 1, 1]), {rtol: 1e-5});
    const values = [1, 0, -0.5];
    for (const shape of [[3], [1, 3]]) {
      const found = await answersFed(masked, {feeds: {mask: {shape, values}}, inputName: "x"});
      expect(found).toBeAllClose(byHand(values), {rtol: 1e-5});
    }
  });

  test("gradients go to the images alone, with the other inputs as they are fed", async () => {
    const values = [1, 0, -0.5];
    const network = await onnxNetwork(onnxFile(masked), {...plain, feeds: {mask: {shape: [3], values}}});
    expect(await network.predict(pair)).toBeAllClose(byHand(values), {rtol: 1e-5});
    const gradient = await network.inputGradient(pair, [0, 1]);
    // d score k / d pixel of channel c = mask[c] · w[c][k] / 4 places
    const own = (k: number) => [4, -1, 0.5, 2, -3, 1].filter((_, i) => i % 2 === k).map((w, c) => (w * values[c]) / 4);
    expect(gradient).toBeAllClose(
      [0, 1].flatMap((k) => [0, 1, 2, 3].flatMap(() => own(k))),
      {rtol: 1e-6},
    );
    await network.dispose();
  });

  test("what is fed and does not fit is refused by name and shape", async () => {
    for (const [settings, message] of [
      [{feeds: {mask: {shape: [2], values: [1, 2]}}}, "--feed: expected mask of [3], for one image, got [2]"],
      [
        {feeds: {mask: 1, other: 2}},
        '--feed: expected inputs other than the one for the images, mask [n, 3], got "other"',
      ],
      [{inputName: "z"}, '--input-name: expected one of x [n, 3, 2, 2], mask [n, 3], got "z"'],
      [{inputName: "mask"}, "net.onnx: expected a batch of images as input, 4 dimensions, got mask [n, 3]"],
    ] as const) {
      await expect(opened(masked, settings)).rejects.toThrow(message);
    }
    const open: OnnxGraph = {...masked, inputs: {x: ["n", 3, 2, 2], mask: ["n", "k"]}};
    await expect(opened(open, {feeds: {mask: 1}})).rejects.toThrow(
      "--feed: expected mask=FILE.npy for an input of any size, mask [n, k], got mask=1",
    );
    const array = {feeds: {mask: {shape: [3], values: [1, 1, 1]}}};
    expect(await answersFed(open, array)).toBeAllClose(byHand([1, 1, 1]), {rtol: 1e-5});
  });

  test("single numbers, whole numbers and booleans are fed in their own types", async () => {
    const typed: OnnxGraph = {
      ...usual,
      inputs: {
        x: ["n", 3, 2, 2],
        scale: {type: "float64", dims: []},
        shift: {type: "int64", dims: [1]},
        on: {type: "bool", dims: ["n", 1]},
      },
      nodes: [
        mean,
        node("Cast", ["scale"], ["s"], {to: TYPE.float32}),
        node("Cast", ["shift"], ["t"], {to: TYPE.float32}),
        node("Cast", ["on"], ["o"], {to: TYPE.float32}),
        node("Mul", ["means", "s"], ["m"]),
        node("Add", ["m", "t"], ["mt"]),
        node("Mul", ["mt", "o"], ["mto"]),
        node("MatMul", ["mto", "w"], ["scores"]),
        node("Softmax", ["scores"], ["y"]),
      ],
    };
    const found = await answersFed(typed, {feeds: {scale: 1, shift: 0, on: 1}});
    expect(found).toBeAllClose(byHand([1, 1, 1]), {rtol: 1e-5});
    expect(await answersFed(typed, {feeds: {scale: 1, shift: 0, on: 0}})).toBeAllClose([0.5, 0.5, 0.5, 0.5]);
    const network = await onnxNetwork(onnxFile(typed), {...plain, feeds: {scale: -0.5, shift: 0, on: 1}});
    expect(await network.predict(pair)).toBeAllClose(byHand([-0.5, -0.5, -0.5]), {rtol: 1e-5});
    await network.dispose();
  });

  /** Bytes → floats → means of the channels → times w / 255. */
  const bytes: OnnxGraph = {
    ...usual,
    inputs: {x: {type: "uint8", dims: ["n", 3, 2, 2]}},
    nodes: [
      node("Cast", ["x"], ["f"], {to: TYPE.float32}),
      node("Div", ["f", "most"], ["d"]),
      node("ReduceMean", ["d", "axes"], ["means"], {keepdims: 0}),
      dense,
      node("Softmax", ["scores"], ["y"]),
    ],
    weights: [...weights, floats("most", [], [255])],
  };

  test("an input of bytes gets pixels from 0 to 255, rounded; or as another scale says", async () => {
    const found = await answersFed(bytes, {});
    expect(found.subarray(0, 2)).toBeAllClose(byHand([1, 1, 1]).slice(0, 2), {rtol: 1e-5});
    const p = sigmoid(2 + 1 - (0.5 - 3)); // 0, 1 and 2: what is above white is white
    expect(found.subarray(2)).toBeAllClose([1 - p, p], {rtol: 1e-5});
    const {said} = await opened(bytes);
    expect(said[0]).toBe("model   takes bytes: pixels from 0 to 255");
    const told = {input: {scale: 127.4, mean: [0], std: [1]}};
    const half = await answersFed(bytes, told); // 127.4 is 127 as a byte
    expect(half.subarray(0, 2)).toBeAllClose(byHand([127 / 255, 127 / 255, 127 / 255]).slice(0, 2), {rtol: 1e-5});
  });

  test("whole numbers have no gradients, and the network answers all the same", async () => {
    const network = await onnxNetwork(onnxFile(bytes), plain);
    expect(network.noGradient).toBe(
      "no gradients, so no saliency: its input x is of whole numbers (uint8); what asks from outside explains it all the same",
    );
    expect((await network.predict(pair)).subarray(0, 2)).toBeAllClose(byHand([1, 1, 1]).slice(0, 2), {rtol: 1e-5});
    await network.dispose();
  });

  test("a network's output that is no row of floats is refused by its type", async () => {
    const classes = {
      ...usual,
      outputs: {y: {type: "int64", dims: ["n"]}},
      nodes: [mean, dense, node("ArgMax", ["scores"], ["y"], {axis: 1, keepdims: 0})],
    } as const;
    await expect(onnxNetwork(onnxFile(classes), plain)).rejects.toThrow(
      "net.onnx: expected an output of float32, float64, got y int64 [n]",
    );
  });

  test("of two inputs that could take the images one is named", async () => {
    const differing: OnnxGraph = {
      ...usual,
      inputs: {x: ["n", 3, 2, 2], before: ["n", 3, 2, 2]},
      nodes: [
        node("Sub", ["x", "before"], ["d"]),
        node("ReduceMean", ["d", "axes"], ["means"], {keepdims: 0}),
        dense,
        node("Softmax", ["scores"], ["y"]),
      ],
    };
    await expect(opened(differing)).rejects.toThrow(
      "--input-name: expected the input of net.onnx that takes the images, of x [n, 3, 2, 2], before [n, 3, 2, 2], got none",
    );
    for (const settings of [{inputName: "x", feeds: {before: 0}}, {feeds: {before: 0}}]) {
      expect(await answersFed(differing, settings)).toBeAllClose(byHand([1, 1, 1]), {rtol: 1e-5});
    }
    const turned = await answersFed(differing, {inputName: "before", feeds: {x: 0}});
    expect(turned).toBeAllClose(byHand([-1, -1, -1]), {rtol: 1e-5});
  });

  test.each([
    [["n", 12], "4 dimensions, got x [n, 12]"],
    [["n", 3, 2, 2, 2], "4 dimensions, got x [n, 3, 2, 2, 2]"],
    [["n", 7, 2, 2], "--layout: expected nchw or nhwc for an input of [n, 7, 2, 2], got none"],
    [["n", "c", "h", "w"], "--layout: expected nchw or nhwc for an input of [n, c, h, w], got none"],
    [["n", 3, "h", "w"], "--size: expected a size for an input of [n, 3, h, w], got none"],
    [
      ["n", 3, 30000, 30000],
      "net.onnx: expected images of at most 64 MB, got 30000 x 30000 x 3; --max-memory lifts the limit",
    ],
  ])("an input of %j is refused", async (dims, message) => {
    const nodes = [
      node("Flatten", ["x"], ["f"]),
      node("ReduceMean", ["f"], ["m"], {keepdims: 1}),
      node("Sigmoid", ["m"], ["y"]),
    ];
    await expect(opened({inputs: {x: dims}, outputs: {y: ["n", 1]}, nodes})).rejects.toThrow(message);
  });

  test("an input of 7 channels is refused though its layout is said", async () => {
    const nodes = [node("Flatten", ["x"], ["f"]), node("Sigmoid", ["f"], ["y"])];
    const seven = {inputs: {x: ["n", 7, 2, 2]}, outputs: {y: ["n", 28]}, nodes};
    await expect(opened(seven, {input: {...plain.input, layout: "nchw"}})).rejects.toThrow(
      "net.onnx: expected images of 1 or 3 channels, got 7: an input of [n, 7, 2, 2]",
    );
  });
});

describe("an input", () => {
  test.each(["float16", "float64"] as const)("of %s is fed so, and answers the same", async (type) => {
    const to = TYPE.float32;
    const graph: OnnxGraph = {
      ...usual,
      type,
      outputs: {y: {type, dims: ["n", 2]}},
      inputs: {x: ["n", 3, 2, 2]},
      nodes: [
        node("Cast", ["x"], ["x32"], {to}),
        node("ReduceMean", ["x32", "axes"], ["means"], {keepdims: 0}),
        dense,
        node("Softmax", ["scores"], ["p"]),
        node("Cast", ["p"], ["y"], {to: TYPE[type]}),
      ],
    };
    const {found, expected} = await answersOf(graph);
    expect(found).toBeAllClose(expected, {rtol: 0, atol: type === "float16" ? 2e-3 : 1e-6});
  });

  test.each([1, 4])("whose batch is fixed to %i answers any number of images", async (batch) => {
    const graph: OnnxGraph = {...usual, inputs: {x: [batch, 3, 2, 2]}, outputs: {y: [batch, 2]}};
    const {found, expected, said} = await answersOf(graph);
    expect(found).toBeAllClose(expected, {rtol: 1e-5});
    const alone = "model   takes one image at a time (its input has a batch of one): it is asked so";
    expect(said.includes(alone)).toBe(batch === 1);
  });
});

describe("a model that takes no batch is asked one image at a time, and this is said", () => {
  test("where a size of one is baked into the graph", async () => {
    const baked: OnnxGraph = {
      ...usual,
      nodes: [mean, dense, node("Reshape", ["scores", "one"], ["row"]), node("Softmax", ["row"], ["y"])],
      weights: [...weights, ints("one", [1, 2])],
    };
    const {found, expected, said} = await answersOf(baked);
    expect(found).toBeAllClose(expected, {rtol: 1e-5});
    expect(said[1]).toBe("model   takes one image at a time (it fails on two): it is asked so");
  });

  test("where the output has no batch at all", async () => {
    const {found, said} = await answersOf(patterned([2], "float32", false, "Softmax"));
    expect(found.length).toBe(10);
    expect(said[1]).toContain("takes one image at a time (it fails on two)");
  });

  test("where it gives one row for two images", async () => {
    const first: OnnxGraph = {
      ...usual,
      nodes: [mean, dense, node("Slice", ["scores", "from", "to", "axis"], ["row"]), node("Softmax", ["row"], ["y"])],
      weights: [...weights, ints("from", [0]), ints("to", [1]), ints("axis", [0])],
    };
    const {found, expected, said} = await answersOf(first);
    expect(found).toBeAllClose(expected, {rtol: 1e-5});
    expect(said[1]).toContain("(for two it gives [1, 2], for one [1, 2])");
  });

  test("where an image's answer depends on the others", async () => {
    const centred: OnnxGraph = {
      ...usual,
      nodes: [
        mean,
        dense,
        node("ReduceMean", ["scores", "batch"], ["middle"], {keepdims: 1}),
        node("Sub", ["scores", "middle"], ["off"]),
        node("Softmax", ["off"], ["y"]),
      ],
      weights: [...weights, ints("batch", [0])],
    };
    const {found, said} = await answersOf(centred);
    expect([...found]).toEqual(Array(10).fill(0.5)); // an image alone is its own mean
    expect(said[1]).toContain("(its answer to an image depends on what else is asked)");
  });

  test("but one that takes many is asked about no more than fit in memory", async () => {
    const {found, expected, said} = await answersOf(usual, {mostAtOnce: 2});
    expect(found).toBeAllClose(expected, {rtol: 1e-5});
    expect(said.length).toBe(1);
  });
});

test("an operator that nobody knows, and a graph that fails on one image, are refused in one line", async () => {
  const unknown = {...usual, nodes: [{...node("Frobnicate", ["x"], ["y"]), domain: "com.example"}]};
  await expect(opened(unknown)).rejects.toThrow(
    /^net\.onnx: expected an ONNX model that onnxruntime runs, got: [^\n]+$/,
  );
  const failing = {
    ...usual,
    nodes: [mean, dense, node("Reshape", ["scores", "s"], ["y"])],
    weights: [...weights, ints("s", [7, 7])],
  };
  await expect(opened(failing)).rejects.toThrow(/^net\.onnx: expected an answer to one image, got: [^\n]+$/);
});
