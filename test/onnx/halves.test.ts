import {expect, test} from "vitest";

import {openOnnx} from "../../src/onnx/index";
import {distance, FOLDER, referenceOf} from "../support/onnx-fixtures";

/** The reference is PyTorch's float64 with the weights rounded to 16 bits: widened, nothing else is rounded. */
test.each(["resnet-float16", "vit-float16", "vit-bfloat16"])(
  "%s computes in float32 from its own weights",
  async (name) => {
    const {inputs, seed, y, gradient} = referenceOf(`half/${name}`);
    const graph = await openOnnx(`${FOLDER}/half/${name}.onnx`);
    try {
      expect(graph.ports.inputs[0].type).toBe("float32");
      const {values, gradients} = await graph.runWithGradient(inputs, {output: "y", weights: seed});
      expect(distance(values.y, y)).toBeLessThan(2e-6);
      expect(distance(gradients.x, gradient)).toBeLessThan(2e-6);
      expect(distance((await graph.run(inputs)).y, y)).toBeLessThan(2e-6);
    } finally {
      await graph.dispose();
    }
  },
);
