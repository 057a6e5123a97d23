import type {Planes} from "../compiler/planes";
import {moved} from "../compiler/program";
import {type LayerKind, type LayerPlan, spread} from "./kind";

export interface ConcatenationPlan extends LayerPlan {
  readonly kind: "concatenation";
  /** The number of channels of each input. */
  readonly channels: readonly number[];
}

/** Joins outputs of equal height and width: the channels of one stand behind those of the other. */
export const concatenation: LayerKind<ConcatenationPlan> = {
  plan({name, config: {axis}, input, inputs, sides}) {
    if (axis !== -1 && axis !== sides) return {reason: "answers side by side in anything but their channels"};
    const channels = inputs.map((one) => one.channels);
    const output = {...input, channels: channels.reduce((sum, count) => sum + count, 0)};
    return {name, input, output, relu: false, channels};
  },
  parameters: () => [],
  stage({channels}, {inputs, output, outputGradient, inputGradients}) {
    /** The planes of input i, as a part of the planes of all inputs. */
    const within = (all: Planes, i: number): Planes => {
      const before = channels.slice(0, i).reduce((sum, count) => sum + count, 0);
      return {...all, at: moved(all.at, before * all.plane), channels: channels[i]};
    };
    return {
      forward: () => inputs.map((input, i) => spread(input, {planes: within(output, i), mask: undefined})),
      parameterGradients: () => [],
      inputGradient: () => inputGradients.map((target, i) => spread(within(outputGradient, i), target)),
      batchGradients: () => [],
    };
  },
};
