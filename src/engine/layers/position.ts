import {elements} from "../compiler/planes";
import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, type Parameter, spread, viaContiguous} from "./kind";

export interface PositionPlan extends LayerPlan {
  readonly kind: "position";
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
}

/** Adds a trained row of numbers to each token. The token's place decides which row. */
export const position: LayerKind<PositionPlan> = {
  contiguous: true,
  plan: ({name, input, weights}) => ({name, input, output: input, relu: false, weights}),
  parameters({input, weights: [table]}) {
    const [tokens, width] = table.shape;
    const parameter: Parameter = {
      ...table,
      ...{trainable: true, slotted: true, size: elements(input)},
      packed: (i) => (i % width) * tokens + Math.floor(i / width),
    };
    return [parameter];
  },
  stage({input: shape}, place) {
    const {input, output, outputGradient: dy, inputGradient, parameters, slots, slotStride, local} = place;
    const [table] = parameters;
    const count = elements(shape);
    return {
      forward: () =>
        viaContiguous({planes: output, mask: undefined}, local, ({at}) => [
          each("groups", "addTable", input.at, table.values, count, at),
        ]),
      parameterGradients: () => [each("slots", "tableGradient", dy.at, count, table.slots, slots, slotStride)],
      inputGradient: () => [spread(dy, inputGradient)],
      batchGradients: () => [],
    };
  },
};
