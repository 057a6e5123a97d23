import {describe, expect, test} from "vitest";

import {OnnxError, type OnnxGraph, openOnnx} from "../../src/onnx/index";
import {FOLDER, referenceOf} from "../support/onnx-fixtures";
import {denseGraph, floats, node, tinyGraph, value} from "../support/tiny-graph";

const numbers = (array: {readonly data: ArrayBufferView}) => [...(array.data as Float32Array)];

async function using<T>(opened: Promise<OnnxGraph>, work: (graph: OnnxGraph) => Promise<T>): Promise<T> {
  const graph = await opened;
  return work(graph).finally(() => graph.dispose());
}

describe("a model of one dense layer and relu, by hand", () => {
  // x w + b = [1 + 4 − 6 + 0.5, −1 + 6 + 1.5 − 0.25] = [−0.5, 6.25]: the first unit is off.
  const x = floats([1, 2, 3], [1, 3]);
  const weights = floats([10, 100], [1, 2]);

  test("runs forward, inner tensors included", () =>
    using(openOnnx(denseGraph()), async (graph) => {
      expect([graph.inputs, graph.outputs, graph.unsupported]).toEqual([["x"], ["y"], []]);
      expect(numbers((await graph.run({x})).y)).toEqual([0, 6.25]);
      expect(numbers((await graph.run({x}, ["h"])).h)).toEqual([-0.5, 6.25]);
    }));

  test("has gradients at its input, at inner tensors and at weights", () =>
    using(openOnnx(denseGraph()), async (graph) => {
      const wrt = ["x", "h", "w", "b"];
      const gradients = await graph.gradient({x}, {output: "y", weights, wrt});
      expect(Object.keys(gradients)).toEqual(wrt);
      expect(numbers(gradients.h)).toEqual([0, 100]);
      expect(numbers(gradients.x)).toEqual([-100, 300, 50]); // 100 × the second column of w
      expect(numbers(gradients.b)).toEqual([0, 100]);
      expect(gradients.w.dims).toEqual([3, 2]);
      expect(numbers(gradients.w)).toEqual([0, 100, 0, 200, 0, 300]);
    }));

  test("differentiates an inner tensor as well, and gives values of the same pass", () =>
    using(openOnnx(denseGraph()), async (graph) => {
      const {values, gradients} = await graph.runWithGradient({x}, {output: "h", weights, values: ["h", "y"]});
      expect(numbers(gradients.x)).toEqual([10 - 100, 20 + 300, -20 + 50]);
      expect([numbers(values.h), numbers(values.y)]).toEqual([
        [-0.5, 6.25],
        [0, 6.25],
      ]);
    }));

  test("leaves what was fed to the caller", () =>
    using(openOnnx(denseGraph()), async (graph) => {
      const whole = Float32Array.from([9, 9, 9, 1, 2, 3, 9]);
      const view = {type: "float32", dims: [1, 3], data: whole.subarray(3, 6)};
      expect(numbers((await graph.run({x: view})).y)).toEqual([0, 6.25]);
      expect([...whole]).toEqual([9, 9, 9, 1, 2, 3, 9]);
    }));

  test("with a fixed batch takes any number of rows: the same numbers, and weights' gradients are summed", async () => {
    const rows = floats([1, 2, 3, -1, 0, 1, 0.5, 0.5, -2], [3, 3]);
    const seed = floats([1, 2, 3, 4, 5, 6], [3, 2]);
    const question = {output: "y", weights: seed, wrt: ["x", "h", "w"], values: ["y"]};
    const free = await using(openOnnx(denseGraph()), (graph) => graph.runWithGradient({x: rows}, question));
    for (const batch of [1, 2]) {
      const fixed = await using(openOnnx(denseGraph(batch)), async (graph) => {
        expect((await graph.run({x: rows})).y).toEqual(free.values.y);
        return graph.runWithGradient({x: rows}, question);
      });
      expect(fixed).toEqual(free);
    }
  });
});

describe("refuses in one line", () => {
  const x = floats([1, 2, 3], [1, 3]);
  const weights = floats([1, 1], [1, 2]);

  test.each([
    ["other inputs", {z: x}, {}, "inputs: expected x, got z"],
    ["none", {}, {}, "inputs: expected x, got none"],
    [
      "other sizes",
      {x: floats([1, 2], [1, 2])},
      {},
      'input "x": expected [batch, 3] of float32, got [1, 2] of float32',
    ],
    [
      "another type",
      {x: {...x, type: "float64", data: new Float64Array(3)}},
      {},
      'input "x": expected [batch, 3] of float32, got [1, 3] of float64',
    ],
    ["no rows", {x: floats([], [0, 3])}, {weights: floats([], [0, 2])}, 'input "x": expected 1 row or more, got none'],
    ["too few numbers", {x: {...x, data: new Float32Array(2)}}, {}, 'input "x": expected 3 numbers for [1,3], got 2'],
    [
      "weights of other sizes",
      {x},
      {weights: floats([1], [1, 1])},
      'weights: expected [rows, 2] of float32, as "y", got [1, 1] of float32',
    ],
    ["an unknown output", {x}, {output: "q"}, 'gradient: expected the name of a tensor of the model, got "q"'],
    ["an unknown target", {x}, {wrt: ["q"]}, 'gradient: expected the name of a tensor of the model, got "q"'],
    [
      "what it does not depend on",
      {x},
      {output: "h", wrt: ["y"]},
      'gradient: expected "h" to depend on "y", got no path from one to the other',
    ],
  ])("%s", async (_, feeds, of, message) => {
    await using(openOnnx(denseGraph()), (graph) =>
      expect(graph.gradient(feeds, {output: "y", weights, ...of})).rejects.toThrow(new OnnxError(message)),
    );
  });

  test.each([
    [
      "bytes that are no model",
      Uint8Array.from([1, 2, 3]),
      "model: expected an ONNX file, got one that starts with 01 02 03",
    ],
    ["an empty file", new Uint8Array(), "model: expected an ONNX file, got one that starts with nothing"],
    [
      "text",
      Buffer.from("hello, this is no model"),
      "model: expected an ONNX file, got one that starts with 68 65 6c 6c",
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(openOnnx(bytes)).rejects.toThrow(new OnnxError(message));
  });

  test("a path that is not there", async () => {
    await expect(openOnnx("no/such.onnx")).rejects.toThrow(/^model: expected a file to read, got ENOENT/);
  });

  test("a number of threads that is none", async () => {
    await expect(openOnnx(denseGraph(), {threads: 0})).rejects.toThrow(
      "threads: expected a whole number, 1 or more, got 0",
    );
  });
});

describe("an operator without a gradient", () => {
  const bytes = tinyGraph({
    node: [node("Det", ["x"], "d"), node("Mul", ["d", "scale"], "y")],
    input: [value("x", ["n", 2, 2]), value("scale", [1])],
    output: [value("y")],
  });
  const feeds = {x: floats([2, 0, 0, 4], [1, 2, 2]), scale: floats([2])};

  test("is named, and the model runs forward all the same", () =>
    using(openOnnx(bytes), async (graph) => {
      expect(graph.unsupported).toEqual(["Det"]);
      expect(numbers((await graph.run(feeds)).y)).toEqual([16]);
    }));

  test("is refused where it lies on the way, and nowhere else", () =>
    using(openOnnx(bytes), async (graph) => {
      const weights = floats([3]);
      const message = "gradient: expected operators with a gradient rule, got Det";
      await expect(graph.gradient(feeds, {output: "y", weights, wrt: ["x"]})).rejects.toThrow(new OnnxError(message));
      expect(numbers((await graph.gradient(feeds, {output: "y", weights, wrt: ["scale"]})).scale)).toEqual([24]);
    }));
});

describe.each(["resnet-dynamo-20", "mobilenet-dynamo-18", "vit-script-17", "convnext-dynamo-20"])(
  "the same bits of %s",
  (name) => {
    const {inputs, seed} = referenceOf(name.split("-")[0]);
    const file = `${FOLDER}/${name}.onnx`;
    const rows = (count: number, array = inputs.x) => {
      const size = (array.data as Float32Array).length / array.dims[0];
      return {
        ...array,
        dims: [count, ...array.dims.slice(1)],
        data: (array.data as Float32Array).slice(0, count * size),
      };
    };
    const first = (threads: number, count: number) =>
      using(openOnnx(file, {threads}), async (graph) => {
        const {x} = await graph.gradient({x: rows(count)}, {output: "y", weights: rows(count, seed)});
        return numbers(x).slice(0, 3 * 16 * 16);
      });

    test("for any batch of two rows or more, number of threads and session", async () => {
      const one = await first(1, 3);
      for (const [threads, count] of [
        [1, 3],
        [2, 3],
        [1, 2],
        [2, 2],
      ])
        expect(await first(threads, count)).toEqual(one);
    });

    // onnxruntime multiplies a matrix of a single row by other kernels, which add in another order
    test("of a row alone to rounding", async () => {
      const [together, alone] = [await first(1, 3), await first(1, 1)];
      const most = Math.max(...together.map(Math.abs));
      for (const [i, value] of alone.entries()) expect(Math.abs(value - together[i])).toBeLessThan(1e-6 * most);
    });
  },
);

test("what computes does not block the caller's thread", () =>
  using(openOnnx(`${FOLDER}/resnet-dynamo-20.onnx`), async (graph) => {
    const {inputs, seed} = referenceOf("resnet");
    const many = (array: typeof seed) => {
      const data = new Float32Array(200 * (array.data as Float32Array).length);
      return {...array, dims: [200 * array.dims[0], ...array.dims.slice(1)], data};
    };
    const question = {output: "y", weights: many(seed)};
    await graph.gradient({x: many(inputs.x)}, question);
    let turns = 0;
    let waiting = true;
    const turn = () => {
      turns++;
      if (waiting) setImmediate(turn);
    };
    setImmediate(turn);
    await graph.gradient({x: many(inputs.x)}, question);
    waiting = false;
    expect(turns).toBeGreaterThan(100); // where `run` blocks there are two
  }));
