import type {Address} from "../compiler/address";
import {ELEMENT, type Planes, type Shape} from "../compiler/planes";
import {each, type Step} from "../compiler/program";
import type {ConvolutionPlan} from "./convolution-plan";
import {maskArguments, type Place} from "./kind";

/**
 * Times in cycles for four images on one core (AMD Zen 5): the direct sums of 16 outputs, for each pair of channels;
 * the sums of one square, for each pair; the two transforms of a square, for each channel.
 */
const [DIRECT, MULTIPLIED, TRANSFORMED] = [80, 23, 85];

/**
 * Whether a convolution is computed by Winograd's minimal filtering: yes, if a training step then takes less time. From
 * 3 to 16 channels it saves a sixth, from 10 to 7 half. Planes of few pixels fill too little of their squares.
 */
export function isWinograd({kernel, stride, input, output}: ConvolutionPlan): boolean {
  if (`${kernel}` !== "3,3" || `${stride}` !== "1,1") return false;
  const [pairs, channels] = [input.channels * output.channels, input.channels + output.channels];
  // The direct way computes outputs in the forward pass and for the weights' gradient, and inputs for the input's
  // gradient.
  const direct = ((2 * output.height * output.width + input.height * input.width) / 16) * DIRECT * pairs;
  const squares = 3 * squaresOver(output.height) * squaresOver(output.width);
  return squares * (MULTIPLIED * pairs + TRANSFORMED * channels) < 0.95 * direct;
}

/** How many numbers a transformed square has. */
const PLACES = 36;

/** A length rounded up to whole squares of 4. */
export function covered(length: number): number {
  return squaresOver(length) * 4;
}

function squaresOver(length: number): number {
  return Math.ceil(length / 4);
}

/**
 * The distance in bytes between two of the 36 places, as in kernels/winograd-transforms.ts: an odd number of cache
 * lines.
 */
function placeStride(bytes: number): number {
  return (Math.ceil(bytes / 64) | 1) * 64;
}

/** About how many bytes of squares stand between the transforms, so that they stay in the second-level cache. */
const SCRATCH = 256 * 1024;

/** The steps of a 3 x 3 convolution and of its input's gradient; see kernels/winograd.ts. */
export function winograd({input: from, output: to, padding}: ConvolutionPlan, place: Place) {
  const {local, shared, parameters, slots, input, output, outputGradient: dz} = place;
  const [weights] = parameters;
  const size = PLACES * placeStride(from.channels * to.channels * 4);
  const [forwardWeights, backWeights] = [shared.take(size), shared.take(size)];
  const forward = squares(to, from.channels, to.channels);
  const back = squares(to, to.channels, from.channels);
  const kept = squaresKept(to, from.channels, to.channels);
  // If all squares are kept at once, nothing is transformed twice.
  const whole = kept === squaresOver(to.height) * squaresOver(to.width);
  const scratch = (bytes: number): Address => ({local: local.take(bytes)});
  const ofPlaces = (channels: number, capacity: number) => PLACES * placeStride(channels * capacity * ELEMENT);
  // Passes run one at a time, because all use the same scratch memory.
  const v = scratch(Math.max(forward.inputBytes, whole ? 0 : back.inputBytes));
  const wholeOutputs = whole ? ofPlaces(Math.max(from.channels, to.channels), kept) : 0;
  const m = scratch(Math.max(forward.outputBytes, back.outputBytes, wholeOutputs));
  const strip = scratch(6 * (covered(to.width) + 2) * ELEMENT * 1.5);
  const slotFloats = gradientSlot(from.channels, to.channels);
  const gradientSlots = shared.take(slots * slotFloats * 4);
  // The weights' gradient has its own scratch memory, because spare channels must stay 0.
  const [squaresOfInput, squaresOfGradient] = [inFours(from.channels), inTwos(to.channels)].map((channels) =>
    scratch(ofPlaces(channels, kept)),
  );
  const gradient = [dz.at, dz.row, dz.plane, to.channels] as const;
  const stride = (channels: number, capacity: number) => placeStride(channels * capacity * ELEMENT);
  return {
    /**
     * The forward pass.
     *
     * @param training Whether to keep the transformed squares, so that `weightGradient` need not compute them again.
     */
    forward(first: Address, bias: number, relu: number, training: boolean): Step {
      const passing = training && whole;
      const scratch = passing
        ? ([kept, squaresOfInput, stride(inFours(from.channels), kept)] as const)
        : ([forward.capacity, v, stride(from.channels, forward.capacity)] as const);
      const source = [first, input.row, input.plane, from.channels, forwardWeights, bias, to.channels] as const;
      const result = [output.at, output.row, output.plane, to.height, to.width, relu] as const;
      return each("groups", "winogradConvolve", ...source, ...result, ...scratch, m, strip);
    },
    /** @param ready Whether `forward` of the same images ran before it, in training. */
    weightGradient: (first: Address, ready: boolean) =>
      each(
        "slots",
        "winogradWeightGradient",
        ...([first, input.row, input.plane, from.channels, ...gradient, to.height, to.width] as const),
        ...([gradientSlots, slots, slotFloats * 4, kept, squaresOfInput, squaresOfGradient, strip] as const),
        ready && whole ? 1 : 0,
      ),
    /** @param ready Whether `weightGradient` of the same images ran before it. */
    inputGradient(into: Planes, mask: Planes | undefined, ready: boolean): Step {
      const source = [...gradient, to.height, to.width, backWeights, from.channels] as const;
      const result = [into.at, into.row, into.plane, from.height, from.width, ...maskArguments(mask)] as const;
      const scratch = whole
        ? ([kept, squaresOfGradient, stride(inTwos(to.channels), kept)] as const)
        : ([back.capacity, v, stride(to.channels, back.capacity)] as const);
      const rest = [...padding, ...scratch, m, strip, ready && whole ? 1 : 0] as const;
      return each("groups", "winogradBack", ...source, ...result, ...rest);
    },
    finish: each(
      "parts",
      "winogradFinish",
      ...([gradientSlots, slots, slotFloats * 4, from.channels, to.channels, weights.gradients] as const),
    ),
    refresh: each("parts", "winogradWeights", weights.values, from.channels, to.channels, forwardWeights, backWeights),
  };
}

/** How many floats one slot of the transformed weights' gradient has. */
export function gradientSlot(inputs: number, outputs: number): number {
  return (PLACES * placeStride(inFours(inputs) * inTwos(outputs) * 4)) / 4 + 16;
}

function inFours(n: number): number {
  return Math.ceil(n / 4) * 4;
}

function inTwos(n: number): number {
  return Math.ceil(n / 2) * 2;
}

/**
 * How many bytes of input and output the weights' gradient keeps at once: most of the second-level cache, in whole
 * rows.
 */
const KEPT = 512 * 1024;

function squaresKept({height, width}: Shape, inputs: number, outputs: number): number {
  const [down, across] = [squaresOver(height), squaresOver(width)];
  const perRow = PLACES * (inFours(inputs) + inTwos(outputs)) * ELEMENT * across;
  return evenRows(down, Math.floor(KEPT / perRow)) * across;
}

/** How many squares of an output are computed at a time; always whole rows. */
function squares({height, width}: Shape, inputs: number, outputs: number) {
  const [down, across] = [squaresOver(height), squaresOver(width)];
  const perRow = PLACES * Math.max(inputs, outputs) * ELEMENT * across;
  const capacity = evenRows(down, Math.floor(SCRATCH / perRow)) * across;
  const [inputBytes, outputBytes] = [inputs, outputs].map((n) => PLACES * placeStride(n * capacity * ELEMENT));
  return {capacity, inputs, outputs, inputBytes, outputBytes};
}

/**
 * Divides rows into parts that are as large as fits, and as equal as possible. Returns the number of rows of a part.
 */
function evenRows(rows: number, most: number): number {
  return Math.ceil(rows / Math.ceil(rows / Math.max(1, most)));
}
