import type {Planes} from "../compiler/planes";
import {each} from "../compiler/program";
import {extent} from "./convolution";
import {type LayerKind, type LayerPlan, viaContiguous} from "./kind";

export interface PoolingPlan extends LayerPlan {
  readonly kind: "pooling";
  readonly average: boolean;
  readonly window: readonly [height: number, width: number];
  readonly stride: readonly [down: number, across: number];
  readonly padding: readonly [top: number, left: number];
}

/**
 * The maximum or mean of each window, or of the whole image. Windows stop at the image's edge, so pixels beyond it
 * count neither in a maximum nor in a mean. If several maxima are equal, the first one gets the gradient.
 */
export const pooling: LayerKind<PoolingPlan> = {
  plan({name, className, config, input}) {
    const average = className.includes("Average");
    const common = {name, input, relu: false, average};
    if (config.dataFormat === "channelsFirst") return {reason: "channels first"};
    if (className.startsWith("Global")) {
      const output = {height: 1, width: 1, channels: input.channels};
      return {...common, output, window: [input.height, input.width], stride: [1, 1], padding: [0, 0]};
    }
    const {poolSize: window, strides: stride, padding} = config;
    const [height, top] = extent(input.height, window[0], stride[0], padding);
    const [width, left] = extent(input.width, window[1], stride[1], padding);
    return {...common, output: {height, width, channels: input.channels}, window, stride, padding: [top, left]};
  },

  parameters: () => [],

  stage(plan, {input, output, outputGradient: dy, inputGradient, local}) {
    const {output: size, window, stride, padding, average} = plan;
    const from = [input.at, input.row, input.plane, size.channels] as const;
    const pooled = [output.at, output.row, output.plane] as const;
    const gradient = [dy.at, dy.row, dy.plane, size.height, size.width] as const;
    if (isSquareOfTwo(plan)) {
      const {planes, mask} = inputGradient;
      return {
        forward: () => [each("groups", "maxPool2", ...from, ...pooled, size.height, size.width)],
        parameterGradients: () => [],
        inputGradient: () => {
          const into = [planes.at, planes.step, planes.row, planes.plane, mask ? 1 : 0] as const;
          return [each("groups", "maxPool2Gradient", ...from, ...pooled, ...gradient, ...into)];
        },
        batchGradients: () => [],
      };
    }
    const windows = [input.height, input.width, ...window, ...stride, ...padding] as const;
    const backTo = ({at, row, plane}: Planes) => [at, row, plane] as const;
    return {
      forward: () => [
        each("groups", average ? "meanPool" : "maxPool", ...from, ...pooled, size.height, size.width, ...windows),
      ],
      parameterGradients: () => [],
      inputGradient: () =>
        viaContiguous(inputGradient, local, (planes) => [
          average
            ? each("groups", "meanPoolGradient", size.channels, ...gradient, ...backTo(planes), ...windows)
            : each("groups", "maxPoolGradient", ...from, ...pooled, ...gradient, ...backTo(planes), ...windows),
        ]),
      batchGradients: () => [],
    };
  },
};

/** Whether it is the usual maximum pool of 2 x 2, which has its own kernel, three times as fast. */
function isSquareOfTwo({average, window, stride, padding, input, output}: PoolingPlan): boolean {
  const two = [window, stride].every(([a, b]) => a === 2 && b === 2) && `${padding}` === "0,0";
  return !average && two && output.height * 2 <= input.height && output.width * 2 <= input.width;
}
