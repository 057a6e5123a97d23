import {readFileSync} from "node:fs";
import {expect, test} from "vitest";

import {openOnnx} from "../../src/onnx/index";
import {distance, FOLDER, referenceOf} from "../support/onnx-fixtures";

const {inputs, seed, y, gradient} = referenceOf("lenet");

test.each([
  ["static", "QuantizeLinear"],
  ["operators", "QuantizeLinear"],
  ["dynamic", "DynamicQuantizeLinear"],
])(
  "a model of %s quantisation runs forward, and its gradient is refused by the operator's name",
  async (name, operator) => {
    const graph = await openOnnx(readFileSync(`${FOLDER}/quantised/${name}.onnx`));
    try {
      expect(graph.unsupported).toContain(operator);
      // 8 bits; onnxruntime's sums of two products saturate at 16 bits on processors without VNNI (0.1002 there)
      expect(distance((await graph.run(inputs)).y, y)).toBeLessThan(0.15);
      const asked = graph.gradient(inputs, {output: "y", weights: seed});
      await expect(asked).rejects.toThrow(
        /^gradient: expected operators with a gradient rule, got \w.*, which rounds \(use the model as it was before it was quantised\)$/,
      );
    } finally {
      await graph.dispose();
    }
  },
);

test("a model whose weights alone have 8 bits has gradients", async () => {
  const graph = await openOnnx(readFileSync(`${FOLDER}/quantised/weights.onnx`));
  try {
    expect(graph.unsupported).toEqual([]);
    const {x} = await graph.gradient(inputs, {output: "y", weights: seed});
    expect(distance(x, gradient)).toBeLessThan(0.05); // of other weights: it is near the float model's
  } finally {
    await graph.dispose();
  }
});
