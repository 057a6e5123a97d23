import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, viaContiguous} from "./kind";

export interface AttentionPlan extends LayerPlan {
  readonly kind: "attention";
  readonly heads: number;
}

/**
 * Attention with several heads, without its dense layers: each token gets a mixture of all values, weighted by
 * softmax(q kᵀ / √depth) (Vaswani et al. 2017, "Attention is all you need", eq. 1). The channels of a token are its
 * query, its key and its value; each of the three has one head after another.
 */
export const attention: LayerKind<AttentionPlan> = {
  contiguous: true,
  plan({name, config: {heads}, input}) {
    const output = {...input, channels: input.channels / 3};
    return {name, input, output, relu: false, heads};
  },
  parameters: () => [],
  stage({output: {height, width, channels}, heads}, {input, output, outputGradient: dy, inputGradient, local}) {
    const tokens = height * width;
    const sizes = [tokens, heads, channels / heads] as const;
    // The attention weights: [head][from][to].
    const weights = {local: local.take(heads * tokens * tokens * 16)};
    const scratch = {local: local.take(tokens * tokens * 16)};
    return {
      forward: () =>
        viaContiguous({planes: output, mask: undefined}, local, ({at}) => [
          each("groups", "attend", input.at, ...sizes, weights, at),
        ]),
      parameterGradients: () => [],
      inputGradient: () =>
        viaContiguous(inputGradient, local, ({at}) => [
          each("groups", "attendGradient", input.at, ...sizes, weights, dy.at, scratch, at),
        ]),
      batchGradients: () => [],
    };
  },
};
