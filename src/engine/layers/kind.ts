import type {Address} from "../compiler/address";
import type {Arena} from "../compiler/arena";
import {type Border, contiguous, type Planes, type Shape, takePlanes} from "../compiler/planes";
import {each, type Step} from "../compiler/program";

/** Why a layer cannot be run by the engine, in words. */
export interface Reason {
  readonly reason: string;
}

/** What every kind of layer has in common. */
export interface LayerPlan {
  readonly name: string;
  /** Whose outputs it is given: places in `Plan.layers`, −1 for the image. */
  readonly from: readonly number[];
  readonly input: Shape;
  readonly output: Shape;
  /** Whether the output went through relu: whoever passes a gradient back to it applies relu's derivative. */
  readonly relu: boolean;
}

/** One weight array of the model, and where its numbers stand in the engine. */
export interface Parameter {
  /** The model's name for it, and its place in `tf.LayersModel.weights`. */
  readonly name: string;
  readonly index: number;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  /** Numbers the engine keeps, spare ones included. */
  readonly size: number;
  /** Whether groups add to its gradient slot by slot; otherwise it is made from the whole batch at once. */
  readonly slotted: boolean;
  /** Floats of one slot where the layer keeps slots of its own. */
  readonly ownSlot?: number;
  /** Where number i of the model's array stands among the engine's. */
  packed(i: number): number;
  /** Where the input gradient reads engine number i a second time, in an array as long. */
  flipped?(i: number): number;
}

/** Where a parameter's numbers stand, each a byte. */
export interface Placed {
  readonly values: number;
  readonly gradients: number;
  readonly slots: number;
  readonly flipped: number;
}

/** Where a layer leaves the gradient of its input. */
export interface Target {
  readonly planes: Planes;
  /** The input itself, if it is a relu's output: the gradient is 0 where it is not above 0. */
  readonly mask: Planes | undefined;
}

/** What a layer is built on. */
export interface Place {
  readonly input: Planes;
  readonly output: Planes;
  readonly inputGradient: Target;
  /** Of a layer with several: all its inputs, and where the gradient of each goes. */
  readonly inputs: readonly Planes[];
  readonly inputGradients: readonly Target[];
  readonly outputGradient: Planes;
  readonly parameters: readonly Placed[];
  readonly slots: number;
  /** Bytes from a slot to the next. */
  readonly slotStride: number;
  /** Groups of the largest training batch. */
  readonly groups: number;
  /** Memory of all threads, and of one workspace. */
  readonly shared: Arena;
  readonly local: Arena;
  /** Zeros, enough for any bias. */
  readonly zeros: number;
  /** Puts constants into shared memory. @returns Their address. */
  constants(values: readonly number[]): number;
}

/** A layer's steps. Groups are divided among threads; see `Unit`. */
export interface Stage {
  /** @param linear Without the relu that was fused into it. */
  forward(training: boolean, linear?: boolean): Step[];
  /**
   * Gradients of its parameters, as far as a group can make them, from `outputGradient`.
   *
   * @param afterForward Whether the training pass of the same images has gone forward in this workspace.
   */
  parameterGradients(afterForward: boolean): Step[];
  /** Gradient of its input. @param training Whether through the training pass or that of inference. */
  inputGradient(training: boolean): Step[];
  /** What is left for the end of the batch, over parts. */
  batchGradients(): Step[];
  /** What else a training step changes, over parts; with the weights' update. */
  update?(): Step[];
  /** What is derived from its weights, over parts; after every change of them. */
  refresh?(): Step[];
}

/** What a kind of layer is made from. */
export interface LayerSource {
  readonly name: string;
  /** tfjs' name of the kind of layer, such as "Conv2D". */
  readonly className: string;
  /** tfjs' settings of it, such as `{filters: 16, kernelSize: [3, 3], …}`. */
  // biome-ignore lint/suspicious/noExplicitAny: a layer's configuration is untyped in tfjs
  readonly config: {readonly [name: string]: any};
  /** Its first input, and all of them. */
  readonly input: Shape;
  readonly inputs: readonly Shape[];
  /** How many sizes the model gives one sample's first input: 3 for an image, 2 for tokens, 1 where it is flat. */
  readonly sides: number;
  /** The layer's weights and their places among the model's. */
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
}

/** A kind of layer: to add one, one file and one line in index.ts. */
export interface LayerKind<P extends LayerPlan> {
  plan(source: LayerSource): Omit<P, "kind" | "from"> | Reason;
  parameters(plan: P): readonly Parameter[];
  /** Whether its input's planes must follow each other without a border. */
  readonly contiguous?: boolean;
  /** Zeros it reads around its input. */
  border?(plan: P): Border;
  /** Zeros it reads around its output's gradient, and the distance of that gradient's elements. */
  gradientBorder?(plan: P): Border;
  gradientDilation?(plan: P): readonly [number, number];
  stage(plan: P, place: Place): Stage;
}

/** A mask's address, row and plane, or zeros for none. */
export function maskArguments(mask: Planes | undefined): readonly [at: Address, row: Address, plane: Address] {
  return mask ? [mask.at, mask.row, mask.plane] : [0, 0, 0];
}

/**
 * Lets `write` leave a gradient in plain, contiguous planes without a mask, and brings it to its target: at no cost where
 * the target is such.
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
