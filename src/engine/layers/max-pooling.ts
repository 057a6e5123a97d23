import {each} from "../program";
import type {LayerKind, LayerPlan} from "./kind";

export interface MaxPoolingPlan extends LayerPlan {
  readonly kind: "maxPooling";
}

/** Maxima of 2 x 2 squares; rows and columns left over are dropped. The first of equal maxima takes the gradient. */
export const maxPooling: LayerKind<MaxPoolingPlan> = {
  plan({layer, config, input}) {
    const {poolSize, strides, padding} = config;
    if (`${poolSize}` !== "2,2" || `${strides}` !== "2,2") return {reason: `pools of ${poolSize}, ${strides} apart`};
    if (padding !== "valid") return {reason: `padding ${padding}`};
    const output = {height: input.height >> 1, width: input.width >> 1, channels: input.channels};
    return {name: layer.name, input, output, relu: false};
  },
  parameters: () => [],
  stage({output: {height, width, channels}}, {input, output, outputGradient: dy, inputGradient: {planes, mask}}) {
    const from = [input.at, input.row, input.plane, channels];
    const pooled = [output.at, output.row, output.plane];
    return {
      forward: () => [each("groups", "maxPool2", ...from, ...pooled, height, width)],
      parameterGradients: () => [],
      inputGradient: () => {
        const gradient = [dy.at, dy.row, dy.plane, height, width];
        const into = [planes.at, planes.step, planes.row, planes.plane, mask ? 1 : 0];
        return [each("groups", "maxPool2Gradient", ...from, ...pooled, ...gradient, ...into)];
      },
      batchGradients: () => [],
    };
  },
};
