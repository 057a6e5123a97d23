import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, spread} from "./kind";

export interface ReluPlan extends LayerPlan {
  readonly kind: "relu";
}

/** A relu that stands alone, because it follows no convolution or dense layer that it could be fused into. */
export const relu: LayerKind<ReluPlan> = {
  plan: ({name, input}) => ({name, input, output: input, relu: true}),
  parameters: () => [],
  stage({input: {height, width, channels}}, {input, output, outputGradient, inputGradient}) {
    const from = [input.at, input.row, input.plane, height, width, channels] as const;
    return {
      forward: () => [each("groups", "relu", ...from, output.at, output.row, output.plane)],
      parameterGradients: () => [],
      // The layer that left the gradient here has applied the derivative already.
      inputGradient: () => [spread(outputGradient, inputGradient)],
      batchGradients: () => [],
    };
  },
};
