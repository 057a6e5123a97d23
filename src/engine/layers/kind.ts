import type {Address} from "../compiler/address";
import type {Arena} from "../compiler/arena";
import {type Border, contiguous, type Planes, type Shape, takePlanes} from "../compiler/planes";
import {each, type Step} from "../compiler/program";

/** The reason why the engine cannot run a layer, in words. */
export interface Reason {
  readonly reason: string;
}

/** The fields that the plans of all kinds of layers share. */
export interface LayerPlan {
  readonly name: string;
  /** The layers whose outputs it reads: places in `Plan.layers`, or −1 for the image. */
  readonly from: readonly number[];
  readonly input: Shape;
  readonly output: Shape;
  /**
   * Whether the output went through relu. If so, a layer that passes a gradient back to it applies the derivative of
   * relu.
   */
  readonly relu: boolean;
}

/** One weight array of the model, and the places of its numbers in the engine. */
export interface Parameter {
  /** Its name in the model, and its place in `tf.LayersModel.weights`. */
  readonly name: string;
  readonly index: number;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  /** How many numbers the engine keeps, spare ones included. */
  readonly size: number;
  /**
   * Whether groups add to its gradient slot by slot; otherwise the gradient is computed from the whole batch at once.
   */
  readonly slotted: boolean;
  /** How many floats one slot has, if the layer keeps slots of its own. */
  readonly ownSlot?: number;
  /** The place in the engine of number i of the model's array. */
  packed(i: number): number;
  /** The place of the engine's number i in a second array, which the input gradient reads. */
  flipped?(i: number): number;
}

/** The addresses of a parameter's numbers. */
export interface Placed {
  readonly values: number;
  readonly gradients: number;
  readonly slots: number;
  readonly flipped: number;
}

/** Where a layer writes the gradient of its input. */
export interface Target {
  readonly planes: Planes;
  /** The input itself, if it is the output of a relu: the gradient is 0 wherever the input is not above 0. */
  readonly mask: Planes | undefined;
}

/** The memory and the inputs from which a layer's steps are built. */
export interface Place {
  readonly input: Planes;
  readonly output: Planes;
  readonly inputGradient: Target;
  /** All inputs of a layer, and the place for the gradient of each. */
  readonly inputs: readonly Planes[];
  readonly inputGradients: readonly Target[];
  readonly outputGradient: Planes;
  readonly parameters: readonly Placed[];
  readonly slots: number;
  /** The distance between slots in bytes. */
  readonly slotStride: number;
  /** The number of groups in the largest training batch. */
  readonly groups: number;
  /** Memory that all threads share, and memory of one workspace. */
  readonly shared: Arena;
  readonly local: Arena;
  /** An address with zeros, as many as any bias needs. */
  readonly zeros: number;
  /** Writes constants to the shared memory. @returns Their address. */
  constants(values: readonly number[]): number;
}

/** The steps of a layer. Groups are divided among threads; see `Unit`. */
export interface Stage {
  /**
   * The steps of the forward pass.
   *
   * @param linear Without the relu that was fused into the layer.
   */
  forward(training: boolean, linear?: boolean): Step[];
  /**
   * The gradients of its parameters, from `outputGradient`, as far as a single group can compute them.
   *
   * @param afterForward Whether the training pass of the same images has run forward in this workspace.
   */
  parameterGradients(afterForward: boolean): Step[];
  /**
   * The gradient of its input.
   *
   * @param training Whether to go back through the training pass or through that of inference.
   */
  inputGradient(training: boolean): Step[];
  /** The work that remains for the end of the batch, over parts. */
  batchGradients(): Step[];
  /** Other changes that a training step makes, over parts; they run with the update of the weights. */
  update?(): Step[];
  /** Computes what is derived from the layer's weights, over parts; it runs after every change of them. */
  refresh?(): Step[];
}

/** The description of a layer, from which a kind plans it. */
export interface LayerSource {
  readonly name: string;
  /** The kind of layer by tfjs' name, such as "Conv2D". */
  readonly className: string;
  /** The layer's settings by tfjs' names, such as `{filters: 16, kernelSize: [3, 3], …}`. */
  // biome-ignore lint/suspicious/noExplicitAny: a layer's configuration is untyped in tfjs
  readonly config: {readonly [name: string]: any};
  /** The shape of its first input, and of all inputs. */
  readonly input: Shape;
  readonly inputs: readonly Shape[];
  /** How many sizes the model gives one sample's first input: 3 for an image, 2 for tokens, 1 if it is flat. */
  readonly sides: number;
  /** The layer's weights and their places among the model's. */
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
}

/** A kind of layer. To add one, write one file and one line in index.ts. */
export interface LayerKind<P extends LayerPlan> {
  plan(source: LayerSource): Omit<P, "kind" | "from"> | Reason;
  parameters(plan: P): readonly Parameter[];
  /** Whether the planes of its input must follow each other without a border. */
  readonly contiguous?: boolean;
  /** How many zeros it reads around its input. */
  border?(plan: P): Border;
  /**
   * How many zeros it reads around the gradient of its output, and the distance between the elements of that gradient.
   */
  gradientBorder?(plan: P): Border;
  gradientDilation?(plan: P): readonly [number, number];
  stage(plan: P, place: Place): Stage;
}

/** The address, row and plane of a mask, or zeros if there is none. */
export function maskArguments(mask: Planes | undefined): readonly [at: Address, row: Address, plane: Address] {
  return mask ? [mask.at, mask.row, mask.plane] : [0, 0, 0];
}

/**
 * Lets `write` leave a gradient in plain, contiguous planes without a mask, and then copies it to its target. If the
 * target is such itself, nothing is copied.
 */
export function viaContiguous(target: Target, local: Arena, write: (planes: Planes) => Step[]): Step[] {
  const {planes, mask} = target;
  if (!mask && contiguous(planes)) return write(planes);
  const passing = takePlanes(local, planes);
  return [...write(passing), spread(passing, target)];
}

export function spread(from: Planes, {planes, mask}: Target): Step {
  const {height, width, channels} = planes;
  const source = [from.at, from.row, from.plane, height, width, channels] as const;
  return each("groups", "spread", ...source, planes.at, planes.step, planes.row, planes.plane, ...maskArguments(mask));
}
