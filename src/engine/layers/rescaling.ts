import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, viaContiguous} from "./kind";

export interface RescalingPlan extends LayerPlan {
  readonly kind: "rescaling";
  readonly scale: number;
  readonly offset: number;
}

/** Computes out = scale · x + offset. */
export const rescaling: LayerKind<RescalingPlan> = {
  plan({name, config: {scale, offset}, input}) {
    return {name, input, output: input, relu: false, scale, offset};
  },
  parameters: () => [],
  stage({input: {height, width, channels}, scale, offset}, {input, output, outputGradient: dy, inputGradient, local}) {
    const shape = [height, width, channels] as const;
    return {
      forward: () => [
        each(
          "groups",
          "affine",
          input.at,
          input.row,
          input.plane,
          ...shape,
          scale,
          offset,
          output.at,
          output.row,
          output.plane,
        ),
      ],
      parameterGradients: () => [],
      inputGradient: () =>
        viaContiguous(inputGradient, local, ({at, row, plane}) => [
          each("groups", "affine", dy.at, dy.row, dy.plane, ...shape, scale, 0, at, row, plane),
        ]),
      batchGradients: () => [],
    };
  },
};
