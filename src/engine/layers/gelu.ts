import {elements} from "../compiler/planes";
import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, viaContiguous} from "./kind";

export interface GeluPlan extends LayerPlan {
  readonly kind: "gelu";
}

/** x · Φ(x), Φ the normal distribution's cumulative function (Hendrycks & Gimpel 2016, "Gaussian error linear units"). */
export const gelu: LayerKind<GeluPlan> = {
  contiguous: true,
  plan: ({name, input}) => ({name, input, output: input, relu: false}),
  parameters: () => [],
  stage({input: shape}, {input, output, outputGradient, inputGradient, local}) {
    const count = 4 * elements(shape);
    // The output stands without a border: what reads it with one gets it by way of planes without.
    return {
      forward: () =>
        viaContiguous({planes: output, mask: undefined}, local, ({at}) => [
          each("groups", "gelu", input.at, at, count, 1),
        ]),
      parameterGradients: () => [],
      inputGradient: () =>
        viaContiguous(inputGradient, local, ({at}) => [
          each("groups", "geluGradient", input.at, outputGradient.at, at, count, 1),
        ]),
      batchGradients: () => [],
    };
  },
};
