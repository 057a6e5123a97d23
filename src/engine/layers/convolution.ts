import {contiguous, corner, ELEMENT, elements, type Planes, type Shape, takePlanes} from "../compiler/planes";
import {each, type Step} from "../compiler/program";
import type {ConvolutionPlan} from "./convolution-plan";
import {type LayerKind, maskArguments, type Parameter, spread} from "./kind";
import {covered, gradientSlot, isWinograd, winograd} from "./winograd";

const LARGEST = 7;

/** Two-dimensional convolution with bias and relu. It is a cross-correlation, as everywhere in this field. */
export const convolution: LayerKind<ConvolutionPlan> = {
  plan({name, config, input, weights}) {
    const {filters, kernelSize, strides, padding, activation, dilationRate} = config;
    if (!["linear", "relu"].includes(activation)) return {reason: `activation ${activation}`};
    if (config.dataFormat === "channelsFirst") return {reason: "channels first"};
    if (!dilationRate.every((rate: number) => rate === 1)) return {reason: `dilation ${dilationRate.join(" x ")}`};
    if (!kernelSize.every((k: number) => k <= LARGEST))
      return {reason: `kernel ${kernelSize.join(" x ")}, above 7 x 7`};
    if (!strides.every((s: number) => s <= 2)) return {reason: `stride ${strides.join(" x ")}, above 2`};
    const [down, top] = extent(input.height, kernelSize[0], strides[0], padding);
    const [across, left] = extent(input.width, kernelSize[1], strides[1], padding);
    return {
      name,
      input,
      output: {height: down, width: across, channels: filters},
      relu: activation === "relu",
      kernel: kernelSize,
      stride: strides,
      padding: [top, left],
      weights,
    };
  },

  parameters(plan) {
    const {
      kernel: [height, width],
      input,
      output,
      weights,
    } = plan;
    const fast = isWinograd(plan);
    const {channels} = output;
    const taps = input.channels * height * width;
    const kernel: Parameter = {
      ...weights[0],
      trainable: true,
      size: taps * channels,
      slotted: !fast,
      ...(fast ? {ownSlot: gradientSlot(input.channels, channels)} : {}),
      packed(i) {
        const [k, c] = [i % channels, Math.floor(i / channels) % input.channels];
        const [y, x] = spatial(Math.floor(i / channels / input.channels), width);
        return packed(channels, taps, (c * height + y) * width + x, k);
      },
      flipped(i) {
        const {tap, channel: k} = unpacked(channels, taps, i);
        const [y, x] = spatial(tap % (height * width), width);
        const turned = (k * height + (height - 1 - y)) * width + (width - 1 - x);
        return packed(input.channels, channels * height * width, turned, Math.floor(tap / (height * width)));
      },
    };
    const bias = {...weights[1], trainable: true, size: channels, slotted: true, packed: (i: number) => i};
    return weights.length > 1 ? [kernel, bias] : [kernel];
  },

  border(plan) {
    const {
      input,
      output,
      padding: [top, left],
    } = plan;
    const [rows, columns] = windowExtent(plan, output);
    const [bottom, right] = [rows - top - input.height, columns - left - input.width];
    return {top, left, bottom: Math.max(0, bottom), right: Math.max(0, right)};
  },

  gradientBorder(plan) {
    const {input, output, kernel, stride, padding} = plan;
    if (isWinograd(plan)) {
      // Winograd works on whole squares.
      const [bottom, right] = [covered(output.height) - output.height, covered(output.width) - output.width];
      return {top: 0, left: 0, bottom, right};
    }
    const [top, left] = [kernel[0] - 1 - padding[0], kernel[1] - 1 - padding[1]];
    const [height, width] = dilated(output, stride);
    const [rows, columns] = windowExtent({...plan, stride: [1, 1]}, input);
    return {top, left, bottom: Math.max(0, rows - top - height), right: Math.max(0, columns - left - width)};
  },

  gradientDilation: ({stride}) => stride,

  stage(plan, place) {
    const {input: from, output: to, kernel, stride, padding, relu} = plan;
    const {input, output, outputGradient: dz, parameters, slots, slotStride, zeros} = place;
    const [weights, bias] = parameters;
    const taps = place.constants(tapOffsets(from.channels, kernel, input));
    const first = corner(input, -padding[0], -padding[1]);
    // The first tap of an input pixel in the gradient. Where strides leave rows out, the rows in between are zeros.
    const turned: Planes = {...dz, row: dz.row / stride[0], step: dz.step / stride[1]};
    const tapsBack = place.constants(tapOffsets(to.channels, kernel, turned));
    const firstBack = corner(turned, padding[0] - kernel[0] + 1, padding[1] - kernel[1] + 1);
    const [height, width] = dilated(to, stride);

    const fast = isWinograd(plan) ? winograd(plan, place) : undefined;
    const isPointwise = `${kernel}` === "1,1" && contiguous(input) && contiguous(dz);

    return {
      forward(training, linear = false) {
        const result = [output.at, output.row, output.plane, to.height, to.width, ...maskArguments(undefined)] as const;
        const epilogue = relu && !linear ? 1 : 0;
        const offset = bias?.values ?? zeros;
        if (fast) return [fast.forward(first, offset, epilogue, training)];
        const window = [
          first,
          input.row * stride[0],
          ELEMENT * stride[1],
          taps,
          from.channels * kernel[0] * kernel[1],
        ] as const;
        return [each("groups", "convolve", ...window, weights.values, offset, to.channels, ...result, epilogue)];
      },
      parameterGradients(afterForward) {
        const windows = [first, input.row, input.plane, from.channels, ...kernel] as const;
        const gradient = [dz.at, turned.row, dz.plane, height, width, to.channels] as const;
        const into = [weights.slots, slots, slotStride] as const;
        const direct = isPointwise
          ? each(
              "slots",
              "pointwiseWeightGradient",
              first,
              dz.at,
              elements({...to, channels: 1}),
              from.channels,
              to.channels,
              ...into,
            )
          : each("slots", "convolutionWeightGradient", ...windows, ...gradient, ...into);
        const steps = [fast?.weightGradient(first, afterForward) ?? direct];
        if (bias) steps.push(each("slots", "convolutionBiasGradient", ...gradient, bias.slots, slots, slotStride));
        return steps;
      },
      inputGradient(training) {
        const {planes, mask} = place.inputGradient;
        const tapCount = to.channels * kernel[0] * kernel[1];
        const window = [
          firstBack,
          turned.row,
          ELEMENT,
          tapsBack,
          tapCount,
          weights.flipped,
          zeros,
          from.channels,
        ] as const;
        const write = (into: Planes, masked: Planes | undefined): Step[] => {
          const result = [into.at, into.row, into.plane, from.height, from.width, ...maskArguments(masked)] as const;
          const epilogue = masked ? 2 : 0;
          if (fast) return [fast.inputGradient(into, masked, training)];
          return [each("groups", "convolve", ...window, ...result, epilogue)];
        };
        if (planes.step === ELEMENT) return write(planes, mask);
        const passing = takePlanes(place.local, from);
        return [...write(passing, undefined), spread(passing, place.inputGradient)];
      },
      batchGradients: () => (fast ? [fast.finish] : []),
      refresh: () => (fast ? [fast.refresh] : []),
    };
  },
};

/** How many rows and columns are read for this many outputs. Winograd's whole squares need up to three more. */
function windowExtent(plan: ConvolutionPlan, {height, width}: Shape): [number, number] {
  const [down, across] = isWinograd(plan) ? [covered(height), covered(width)] : [height, width];
  return [(down - 1) * plan.stride[0] + plan.kernel[0], (across - 1) * plan.stride[1] + plan.kernel[1]];
}

/**
 * The output's length along one axis, and the zeros before the input. For "same" they are split as in TensorFlow: an
 * odd zero goes behind the input.
 */
export function extent(length: number, window: number, stride: number, padding: string): [number, number] {
  if (padding === "valid") return [Math.floor((length - window) / stride) + 1, 0];
  const out = Math.ceil(length / stride);
  return [out, Math.max(0, (out - 1) * stride + window - length) >> 1];
}

function dilated({height, width}: Shape, [down, across]: readonly [number, number]): [number, number] {
  return [(height - 1) * down + 1, (width - 1) * across + 1];
}

function spatial(i: number, width: number): [number, number] {
  return [Math.floor(i / width), i % width];
}

/** The distance in bytes from a window's first element to each tap, channel by channel, row by row. */
function tapOffsets(
  channels: number,
  [height, width]: readonly [number, number],
  {plane, row, step}: Planes,
): number[] {
  return Array.from({length: channels * height * width}, (_, tap) => {
    const [y, x] = spatial(tap % (height * width), width);
    return Math.floor(tap / (height * width)) * plane + y * row + x * step;
  });
}

/**
 * The place of a weight in memory. For each tap, the weights of four channels stand together, so that one tile reads
 * them in a row; the last one to three channels likewise.
 */
function packed(channels: number, taps: number, tap: number, channel: number): number {
  const whole = channels & ~3;
  return channel < whole
    ? (channel & ~3) * taps + tap * 4 + (channel & 3)
    : whole * taps + tap * (channels - whole) + channel - whole;
}

/** The tap and the channel of the weight at place i of packed weights. */
function unpacked(channels: number, taps: number, i: number): {tap: number; channel: number} {
  const whole = channels & ~3;
  if (i < whole * taps) {
    const within = i % (4 * taps);
    return {tap: within >> 2, channel: Math.floor(i / (4 * taps)) * 4 + (within & 3)};
  }
  const [rest, left] = [i - whole * taps, channels - whole];
  return {tap: Math.floor(rest / left), channel: whole + (rest % left)};
}
