import {ELEMENT, type Shape} from "../planes";
import {type Address, each, type Step} from "../program";
import type {ConvolutionPlan} from "./convolution";
import type {Place} from "./kind";

/** From here on it gains (a tenth at 7 by 10, a quarter at 16 by 32); at 5 by 7 the transforms cost as much. */
const LEAST_CHANNELS = 7;

/** Whether a convolution is computed by Winograd's minimal filtering. */
export function isWinograd({kernel, stride, input, output}: ConvolutionPlan): boolean {
  const fits = `${kernel}` === "3,3" && `${stride}` === "1,1";
  return fits && input.channels >= LEAST_CHANNELS && output.channels >= LEAST_CHANNELS;
}

/** Lengths are covered by squares of 2. */
export function evened(length: number): number {
  return length + (length % 2);
}

/** Squares between the transforms: about 128 KiB of them, so that they stay in the second-level cache. */
const SCRATCH = 128 * 1024;

/** The steps of a 3 x 3 convolution and of its input's gradient; see kernels/winograd.ts. */
export function winograd({input: from, output: to}: ConvolutionPlan, place: Place) {
  const {local, shared, constants, zeros, parameters} = place;
  const [weights] = parameters;
  const size = 16 * from.channels * to.channels * 4;
  const [forwardWeights, backWeights] = [shared.take(size), shared.take(size)];
  const forward = squares(to, from.channels, to.channels);
  const back = squares(from, to.channels, from.channels);
  // One pass at a time: both use the same scratch.
  const most = Math.max(forward.bytes, back.bytes);
  const [v, m] = [local.take(most), local.take(most)].map((at): Address => ({local: at}));
  const step = ({capacity, inputs, outputs}: ReturnType<typeof squares>, u: number) => {
    const offsets = constants(Array.from({length: inputs}, (_, c) => c * capacity * ELEMENT));
    return (source: readonly Address[], bias: number, result: readonly Address[]): Step =>
      each(
        "groups",
        "winogradConvolve",
        ...source,
        inputs,
        u,
        bias,
        outputs,
        ...result,
        offsets,
        capacity,
        v,
        m,
        zeros,
      );
  };
  return {
    forward: step(forward, forwardWeights),
    back: step(back, backWeights),
    refresh: each("parts", "winogradWeights", weights.values, from.channels, to.channels, forwardWeights, backWeights),
  };
}

/** How many squares of an output are computed at a time: whole rows, an even number of squares if two rows make one. */
function squares({height, width}: Shape, inputs: number, outputs: number) {
  const [down, across] = [evened(height) / 2, evened(width) / 2];
  const perSquare = 16 * Math.max(inputs, outputs) * ELEMENT;
  let rows = Math.min(down, Math.max(1, Math.floor(SCRATCH / perSquare / across)));
  if (across % 2 === 1 && rows % 2 === 1 && rows < down) rows = rows > 1 ? rows - 1 : 2;
  const capacity = rows * across;
  return {capacity, inputs, outputs, bytes: capacity * perSquare};
}
