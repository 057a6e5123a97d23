import {elements} from "../compiler/planes";
import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, viaContiguous} from "./kind";

export interface GeluPlan extends LayerPlan {
  readonly kind: "gelu";
}

/**
 * The function x · Φ(x), where Φ is the normal distribution's cumulative function (Hendrycks & Gimpel 2016, "Gaussian
 * error linear units").
 */
export const gelu: LayerKind<GeluPlan> = {
  contiguous: true,
  plan: ({name, input}) => ({name, input, output: input, relu: false}),
  parameters: () => [],
  stage({input: shape}, {input, output, outputGradient, inputGradient, local}) {
    const count = 4 * elements(shape);
    const slope = {local: local.take(4 * count)};
    const whole = {planes: output, mask: undefined};
    return {
      forward: (training) =>
        viaContiguous(whole, local, ({at}) => [
          training
            ? each("groups", "geluWithSlope", input.at, at, slope, count)
            : each("groups", "gelu", input.at, at, count, 1),
        ]),
      parameterGradients: () => [],
      inputGradient: (training) =>
        viaContiguous(inputGradient, local, ({at}) => [
          training
            ? each("groups", "products", outputGradient.at, slope, at, count)
            : each("groups", "geluGradient", input.at, outputGradient.at, at, count, 1),
        ]),
      batchGradients: () => [],
    };
  },
};
