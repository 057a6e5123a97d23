import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, viaContiguous} from "./kind";

export interface PatchesPlan extends LayerPlan {
  readonly kind: "patches";
  /** The side of a patch in pixels. */
  readonly side: number;
}

/**
 * Cuts an image into square patches, row by row. Each patch becomes a token; its pixels become the token's channels,
 * row by row, with the image's channels last. Pixels at the right and lower edge that fill no patch are ignored.
 */
export const patches: LayerKind<PatchesPlan> = {
  plan({name, config: {side}, input}) {
    const tokens = Math.floor(input.height / side) * Math.floor(input.width / side);
    const output = {height: 1, width: tokens, channels: side * side * input.channels};
    return {name, input, output, relu: false, side};
  },
  parameters: () => [],
  stage({input: {height, width, channels}, side}, {input, output, outputGradient, inputGradient, local}) {
    const grid = [Math.floor(height / side), Math.floor(width / side), side, channels] as const;
    return {
      forward: () =>
        viaContiguous({planes: output, mask: undefined}, local, ({at}) => [
          each("groups", "patches", input.at, input.row, input.plane, ...grid, at),
        ]),
      parameterGradients: () => [],
      inputGradient: () =>
        viaContiguous(inputGradient, local, ({at}) => [
          each("groups", "patchesGradient", outputGradient.at, ...grid, at, height, width),
        ]),
      batchGradients: () => [],
    };
  },
};
