/**
 * @file The types of the arguments and results of the functions that write layers (layer-writers.ts, token-writers.ts).
 */
import type {Attributes} from "../../../onnx/file/attributes";

/** A tensor on its way through the network. */
export interface Value {
  readonly name: string;
  /** Whether it holds images with the channels first, as in ONNX; in tfjs, they are last. */
  readonly isFirst: boolean;
  /** Sizes for one image, the channels last, as far as they are known. */
  readonly sizes?: readonly number[];
}

/** The things that a function needs to write a layer. */
export interface Writing {
  readonly name: string;
  readonly config: {readonly [name: string]: unknown};
  /** Its inputs: one value, or several for a layer that joins branches. */
  readonly given: readonly Value[];
  /** The first input. */
  readonly input: Value;
  /** The first input with the channels first, or last. */
  first(value?: Value): string;
  last(value?: Value): string;
  /** Adds a node. @returns Its answer. */
  add(opType: string, inputs: readonly string[], attributes?: Attributes): string;
  /** Adds an array of its weights, in another order if that is given. */
  weight(name: string, order?: (values: Float32Array, shape: readonly number[]) => Ordered): string;
  /** The values of one of its weights, to compute with. */
  values(name: string): Float32Array;
  floats(name: string, values: readonly number[]): string;
  integers(name: string, values: readonly number[]): string;
}

/** An array in the order that ONNX wants. */
export interface Ordered {
  readonly dims: readonly number[];
  readonly rawData: Uint8Array;
}

export type Write = (layer: Writing) => Value;

export const plain = (name: string): Value => ({name, isFirst: false});
