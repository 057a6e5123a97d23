import {type AnyLayer, kindOf} from "../layers/index";
import {type Parameter, type Placed, type Stage, spread} from "../layers/kind";
import {activations} from "./activations";
import {type Arena, arena} from "./arena";
import {FIRST, JOBS} from "./control";
import type {Plan} from "./plan";
import {contiguous, elements, type Planes, sizeOf, takePlanes} from "./planes";
import type {Step} from "./program";

/** A parameter and the places of its numbers. */
export interface PlacedParameter extends Parameter {
  readonly place: Placed;
}

/** The place of everything in the shared memory, and the steps of each layer on it. Addresses are in bytes. */
export interface Layout {
  readonly parameters: readonly PlacedParameter[];
  /**
   * Flat float32 arrays of equal layout: parameter by parameter, those with slots first, those that are not trained
   * last.
   */
  readonly values: number;
  readonly gradients: number;
  readonly firstMoments: number;
  readonly secondMoments: number;
  /** How many of their numbers are trained, and how many of the trained ones have slots. */
  readonly size: number;
  readonly slotted: number;
  readonly slots: number;
  readonly slotStride: number;
  readonly slotsAt: number;
  /** The weights as input gradients read them, and for each slotted number its place in there: u32 [slotted]. */
  readonly flippedAt: number;
  readonly flippedTo: number;
  readonly stages: readonly Stage[];
  /**
   * If several layers read the same output: the steps that add up their gradients, by the layer of that output (−1: the
   * image).
   */
  readonly gathers: ReadonlyMap<number, readonly Step[]>;
  /** The planes of each layer's output, and of the first layer's input and its gradient. */
  readonly image: Planes;
  readonly imageGradient: Planes;
  readonly outputs: readonly Planes[];
  readonly logitGradient: Planes;
  readonly probabilities: Planes;
  /** The staging areas, one for each job in flight. */
  readonly staging: readonly {
    readonly images: number;
    readonly labels: number;
    readonly keys: number;
    readonly output: number;
  }[];
  /** How many images one job can stage, and how many float32 numbers it can return. */
  readonly chunk: number;
  readonly outputSize: number;
  /** Values that must be written before anything runs. */
  readonly constants: readonly {readonly at: number; readonly values: readonly number[]}[];
  /** Hands out more shared memory until the programs are made. */
  readonly shared: Arena;
  readonly local: Arena;
}

/**
 * The groups of a batch share this many gradient buffers, whatever the number of threads, so that all numbers of
 * threads give the same sums.
 */
const SLOTS = 16;
/** The most floats that slots may take. If they would take more (wide convolutions), there are fewer slots. */
const MOST_SLOTTED = 36 * 2 ** 20;
/** A job stages about this many float32 numbers of images. */
const STAGED = 2 ** 20;

/**
 * Lays a plan out in memory.
 *
 * @param batchSize The largest batch that will be trained on.
 */
export function layout(plan: Plan, batchSize: number): Layout {
  const {layers} = plan;
  const shared = arena(FIRST);
  const local = arena(0);
  const groups = Math.ceil(batchSize / 4);

  const parametersOf = layers.map((layer) => kindOf(layer).parameters(layer));
  const all = parametersOf.flat();
  const trained = all.filter(({trainable}) => trainable);
  const ordered = [...trained.filter((p) => p.slotted), ...trained.filter((p) => !p.slotted)];
  const kept = all.filter(({trainable}) => !trainable);
  const offsets = new Map<Parameter, number>();
  let [size, slotted, end] = [0, 0, 0];
  for (const parameter of [...ordered, ...kept]) {
    offsets.set(parameter, end);
    end += Math.ceil(parameter.size / 4) * 4;
    if (parameter.slotted) slotted = end;
    if (parameter.trainable) size = end;
  }
  const slotFloats = slotted + all.reduce((sum, {ownSlot = 0}) => sum + ownSlot, 0);
  const slots = Math.max(1, Math.min(SLOTS, groups, Math.floor(MOST_SLOTTED / Math.max(1, slotFloats))));
  // One cache line more than a slot needs: if slots were whole pages apart, all their lines would fall into the same
  // few sets of the cache.
  const slotStride = slotted * 4 + 64;
  const [values, gradients, firstMoments, secondMoments] = [0, 1, 2, 3].map(() => shared.take(end * 4));
  const slotsAt = shared.take(slots * slotStride);
  const flippedAt = shared.take(slotted * 4);
  const flippedTo = shared.take(slotted * 4);
  const placeOf = (parameter: Parameter): Placed => {
    const bytes = (offsets.get(parameter) as number) * 4;
    const flipped = flippedAt + bytes;
    return {values: values + bytes, gradients: gradients + bytes, slots: slotsAt + bytes, flipped};
  };

  const constants: {at: number; values: readonly number[]}[] = [];
  const put = (numbers: readonly number[]) => {
    const at = shared.take(numbers.length * 4);
    constants.push({at, values: numbers});
    return at;
  };
  // Biases need no second copy: each of their numbers goes to a place of its own, which nobody reads.
  const flips = ordered
    .filter((parameter) => parameter.slotted)
    .flatMap((parameter) => {
      const offset = offsets.get(parameter) as number;
      const length = Math.ceil(parameter.size / 4) * 4;
      return Array.from({length}, (_, i) => offset + (i < parameter.size ? (parameter.flipped?.(i) ?? i) : i));
    });
  constants.push({at: flippedTo, values: flips});

  const {image, outputs, outputGradients, imageGradient, targets, gathers} = activations(plan, local);
  const zeros = shared.take(
    Math.max(...layers.map(({input, output}) => Math.max(input.channels, output.channels) + 3)) * 4,
  );
  const stages = layers.map((layer, i) => {
    const sources = layer.from.map((source) => (source < 0 ? image : outputs[source]));
    const [isCopied, inputs] = withoutBorders(layer, sources, local);
    const stage = kindOf(layer).stage(layer, {
      ...{input: inputs[0], inputs, output: outputs[i]},
      ...{inputGradient: targets[i][0], inputGradients: targets[i]},
      outputGradient: outputGradients[i],
      parameters: parametersOf[i].map(placeOf),
      slots,
      slotStride,
      groups,
      shared,
      local,
      zeros,
      constants: put,
    });
    if (!isCopied) return stage;
    const copies = sources.map((from, n) => spread(from, {planes: inputs[n], mask: undefined}));
    return {
      ...stage,
      forward: (training: boolean, linear?: boolean) => [...copies, ...stage.forward(training, linear)],
    };
  });

  const pixels = elements(image);
  const chunk = Math.ceil(Math.max(batchSize, Math.min(512, STAGED / pixels)) / 4) * 4;
  // Room for the outputs of all layers for at least four images; a training batch returns six numbers for each image.
  const all4 = 4 * Object.values(plan.outputs).reduce((sum, {shape}) => sum + sizeOf(shape), plan.classes);
  const outputSize = Math.max(all4, chunk * Math.max(6, plan.classes, pixels));
  const staging = Array.from({length: JOBS}, () => ({
    images: shared.take(chunk * pixels * 4),
    labels: shared.take(chunk * 4),
    keys: shared.take(chunk * 4),
    output: shared.take(outputSize * 4),
  }));
  const probabilities = takePlanes(local, {height: 1, width: 1, channels: plan.classes});
  return {
    parameters: all.map((parameter) => ({...parameter, place: placeOf(parameter)})),
    values,
    gradients,
    firstMoments,
    secondMoments,
    size,
    slotted,
    slots,
    slotStride,
    slotsAt,
    flippedAt,
    flippedTo,
    stages,
    gathers,
    image,
    imageGradient,
    outputs,
    logitGradient: outputGradients[layers.length - 1],
    probabilities,
    staging,
    chunk,
    outputSize,
    constants,
    shared,
    local,
  };
}

/** The copies that are needed if a layer reads inputs without the border that another layer put around them. */
function withoutBorders(layer: AnyLayer, sources: readonly Planes[], local: Arena): [boolean, readonly Planes[]] {
  const isCopied = kindOf(layer).contiguous === true && !sources.every(contiguous);
  return [isCopied, isCopied ? sources.map((planes) => takePlanes(local, planes)) : sources];
}
