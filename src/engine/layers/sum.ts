import {each, type Step} from "../compiler/program";
import {type LayerKind, type LayerPlan, spread} from "./kind";

export interface SumPlan extends LayerPlan {
  readonly kind: "sum";
}

/** The sum of two or more outputs of equal sizes, element by element. */
export const sum: LayerKind<SumPlan> = {
  plan({name, input, inputs}) {
    if (new Set(inputs.map(({height, width, channels}) => `${height} x ${width} x ${channels}`)).size > 1) {
      return {reason: "a sum of answers of different sizes"};
    }
    return {name, input, output: input, relu: false};
  },
  parameters: () => [],
  stage({input: {height, width, channels}}, {inputs, output, outputGradient, inputGradients}) {
    const whole = {planes: output, mask: undefined};
    const add = (i: number): Step => {
      const from = [inputs[i].at, inputs[i].row, inputs[i].plane, height, width, channels] as const;
      return each("groups", "addTo", ...from, output.at, output.step, output.row, output.plane);
    };
    return {
      forward: () => [spread(inputs[0], whole), ...inputs.slice(1).map((_, i) => add(i + 1))],
      parameterGradients: () => [],
      inputGradient: () =>
        inputGradients
          .filter(({planes}) => planes !== outputGradient) // the other inputs read the gradient where it is
          .map((target) => spread(outputGradient, target)),
      batchGradients: () => [],
    };
  },
};
