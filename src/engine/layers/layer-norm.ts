import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, type Parameter, viaContiguous} from "./kind";

export interface LayerNormPlan extends LayerPlan {
  readonly kind: "layerNorm";
  readonly epsilon: number;
  /** The gain and the bias. */
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
}

/**
 * Layer normalisation over the channels of each token, or of each pixel, with a gain and a bias (Ba, Kiros & Hinton
 * 2016, "Layer normalization", eq. 4).
 */
export const layerNorm: LayerKind<LayerNormPlan> = {
  contiguous: true,
  plan({name, config, input, weights}) {
    const axes = [config.axis ?? -1].flat();
    if (weights.length !== 2 || axes.length !== 1 || weights[0].shape[0] !== input.channels) {
      return {reason: "normalisation of anything but channels"};
    }
    return {name, input, output: input, relu: false, epsilon: config.epsilon, weights};
  },

  parameters: ({weights}) =>
    weights.map(
      (weight): Parameter => ({
        ...weight,
        ...{trainable: true, slotted: true, size: weight.shape[0], packed: (i) => i},
      }),
    ),

  stage({input: {height, width, channels}, epsilon}, place) {
    const {input, output, outputGradient: dy, inputGradient, parameters, slots, slotStride, local} = place;
    const [gain, bias] = parameters;
    const tokens = height * width;
    // For each token, its mean and the inverse of its standard deviation.
    const statistics = {local: local.take(2 * tokens * 16)};
    return {
      forward: () =>
        viaContiguous({planes: output, mask: undefined}, local, ({at}) => [
          each("groups", "layerNorm", input.at, tokens, channels, gain.values, bias.values, epsilon, at, statistics),
        ]),
      parameterGradients: () => [
        each(
          "slots",
          "layerNormWeightGradient",
          ...([input.at, statistics, dy.at, tokens, channels] as const),
          ...([gain.slots, bias.slots, slots, slotStride] as const),
        ),
      ],
      inputGradient: () =>
        viaContiguous(inputGradient, local, ({at}) => [
          each("groups", "layerNormGradient", input.at, statistics, dy.at, tokens, channels, gain.values, at),
        ]),
      batchGradients: () => [],
    };
  },
};
