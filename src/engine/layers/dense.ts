import {elements} from "../compiler/planes";
import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, type Parameter, viaContiguous} from "./kind";

export interface DensePlan extends LayerPlan {
  readonly kind: "dense";
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
}

/** A fully connected layer. The gradient of its weights is computed from the whole batch at once, without slots. */
export const dense: LayerKind<DensePlan> = {
  contiguous: true,
  plan({name, config, input, weights}) {
    if (!["linear", "relu"].includes(config.activation)) return {reason: `activation ${config.activation}`};
    const output = {height: 1, width: 1, channels: config.units};
    return {name, input, output, relu: config.activation === "relu", weights};
  },

  parameters({input: {height, width, channels}, output, weights}) {
    const units = output.channels;
    const columns = padded(units);
    const kernel: Parameter = {
      ...weights[0],
      trainable: true,
      size: height * width * channels * columns,
      slotted: false,
      // The model flattens images row by row with channels last; the engine's planes stand channel by channel.
      packed(i) {
        const row = Math.floor(i / units);
        const [c, pixel] = [row % channels, Math.floor(row / channels)];
        return (c * height * width + pixel) * columns + (i % units);
      },
    };
    const bias = {...weights[1], trainable: true, size: columns, slotted: false, packed: (i: number) => i};
    return weights.length > 1 ? [kernel, bias] : [kernel];
  },

  stage({input: shape, output: {channels}, relu}, place) {
    const {input, output, outputGradient: dz, inputGradient, parameters, groups, shared, local, zeros} = place;
    const [weights, bias] = parameters;
    const [inputs, columns] = [elements(shape), padded(channels)];
    const keptInputs = shared.take(groups * inputs * 16);
    const keptGradients = shared.take(groups * columns * 16);
    const unusedBias = bias ? 0 : shared.take(columns * 4);
    return {
      forward(_training, linear = false) {
        const sources = [input.at, inputs, weights.values, columns, bias?.values ?? zeros] as const;
        return [each("groups", "dense", ...sources, output.at, relu && !linear ? 1 : 0)];
      },
      parameterGradients: () => [
        each("slots", "keepGroup", input.at, inputs * 16, keptInputs),
        each("slots", "keepTransposed", dz.at, columns, keptGradients),
      ],
      inputGradient: () =>
        viaContiguous(inputGradient, local, ({at}) => [
          each("groups", "denseInputGradient", inputs, weights.values, columns, dz.at, at),
        ]),
      batchGradients: () => {
        const into = [weights.gradients, bias?.gradients ?? unusedBias] as const;
        return [each("parts", "denseWeightGradient", keptInputs, inputs, keptGradients, columns, ...into)];
      },
    };
  },
};

/** The number of columns that the kernels compute, a multiple of four. */
function padded(units: number): number {
  return Math.ceil(units / 4) * 4;
}
