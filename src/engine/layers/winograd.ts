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
  const {slots, input, outputGradient: dz} = place;
  const slotFloats = gradientSlot(from.channels, to.channels);
  const gradientSlots = shared.take(slots * slotFloats * 4);
  const kept = squaresKept(to, from.channels, to.channels);
  // Scratch of its own: spare channels must stay 0.
  const [squaresOfInput, squaresOfGradient] = [inFours(from.channels), inTwos(to.channels)].map(
    (channels): Address => ({local: local.take(16 * channels * kept * ELEMENT)}),
  );
  return {
    forward: step(forward, forwardWeights),
    back: step(back, backWeights),
    weightGradient: (first: Address) =>
      each(
        "slots",
        "winogradWeightGradient",
        ...[first, input.row, input.plane, from.channels, dz.at, dz.row, dz.plane, to.channels, to.height, to.width],
        ...[gradientSlots, slots, slotFloats * 4, kept, squaresOfInput, squaresOfGradient],
      ),
    finish: each(
      "parts",
      "winogradFinish",
      ...[gradientSlots, slots, slotFloats * 4, from.channels, to.channels, weights.gradients],
    ),
    refresh: each("parts", "winogradWeights", weights.values, from.channels, to.channels, forwardWeights, backWeights),
  };
}

/** Floats of one slot of the transformed weights' gradient: 16 places, a cache line after each. */
export function gradientSlot(inputs: number, outputs: number): number {
  return 16 * (inFours(inputs) * inTwos(outputs) + 16);
}

function inFours(n: number): number {
  return Math.ceil(n / 4) * 4;
}

function inTwos(n: number): number {
  return Math.ceil(n / 2) * 2;
}

/** What the weights' gradient keeps of input and output at once: most of the second-level cache, in whole rows. */
const KEPT = 448 * 1024;

function squaresKept({height, width}: Shape, inputs: number, outputs: number): number {
  const [down, across] = [evened(height) / 2, evened(width) / 2];
  const perRow = 16 * (inFours(inputs) + inTwos(outputs)) * ELEMENT * across;
  return Math.min(down, Math.max(1, Math.floor(KEPT / perRow))) * across;
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
