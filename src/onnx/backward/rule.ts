import {OnnxError} from "../error";
import type {Attributes} from "../file/attributes";
import type {NodeProto} from "../file/model";
import type {Builder, Name} from "./builder";

/** A node whose output's gradient is known. */
export interface Call {
  readonly b: Builder;
  readonly node: NodeProto;
  /** The node's inputs and outputs; "" for one that is left out. */
  readonly x: readonly Name[];
  readonly y: readonly Name[];
  /** The gradients at its outputs; undefined for an output without gradient. `g` is the first one. */
  readonly dy: readonly (Name | undefined)[];
  readonly g: Name;
  readonly a: Attributes;
  /** Whether the gradient at input i is wanted. */
  needs(i: number): boolean;
}

/** Writes the nodes that carry the gradient from a node's outputs to its inputs. Returns one name for each input. */
export type Rule = (call: Call) => readonly (Name | undefined)[];
export type Rules = {readonly [opType: string]: Rule};

/** A rule without gradients: the output is whole numbers, booleans, or a step function. */
export const none: Rule = () => [];

/** The error about a node that has no gradient as it is: it names the node, what was expected, and what it has. */
export function refusal({node}: Pick<Call, "node">, expected: string, got: string): OnnxError {
  const name = node.name ? ` "${node.name}"` : "";
  return new OnnxError(`gradient of ${node.opType}${name}: expected ${expected}, got ${got}`);
}

export function number(value: Attributes[string], otherwise: number): number {
  return (value as number | undefined) ?? otherwise;
}

export function list(value: Attributes[string], otherwise: readonly number[]): readonly number[] {
  return (value as readonly number[] | undefined) ?? otherwise;
}

export function range(count: number): number[] {
  return [...Array(count).keys()];
}

/** An axis counted from the front. */
export function positive(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Makes each input's gradient by a function, but only for inputs whose gradient is wanted. */
export function each({x, needs}: Call, make: (i: number) => Name | undefined): (Name | undefined)[] {
  return x.map((_, i) => (needs(i) ? make(i) : undefined));
}

/** Axes of a batch of images or signals after batch and channel. */
export function spatial(rank: number): number[] {
  return range(rank).slice(2);
}

/** A vector with one number for each channel, as a tensor that broadcasts over batch and space. */
export function perChannel(b: Builder, v: Name, rank: number): Name {
  return b.op("Reshape", [v, b.ints([1, -1, ...Array(rank - 2).fill(1)])]);
}
