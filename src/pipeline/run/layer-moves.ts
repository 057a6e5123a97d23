/** @file How far each layer's weights move between two looks within an epoch. */

import type {NamedArray} from "../../nouns/network";
import type {LayerMoves} from "../training/tracked-points";
import {sampledWeights} from "./sampled-weights";

/** The matrices of each layer that has some, as one vector: no biases and no normalisations. */
export interface LayerVector {
  readonly layer: string;
  readonly values: Float32Array;
  /** Weights for each of `values`. */
  readonly each: number;
}

/** The vectors of those layers that have matrices. @param layers Names of layers. @param weights By the names of tfjs: "conv1/kernel". */
export function layerVectors(layers: readonly string[], weights: readonly NamedArray[]): LayerVector[] {
  return layers.flatMap((layer): LayerVector[] => {
    const arrays = weights.filter(({name, shape}) => shape.length > 1 && name.startsWith(`${layer}/`));
    if (arrays.length === 0) return [];
    const all = new Float32Array(arrays.reduce((sum, {values}) => sum + values.length, 0));
    let at = 0;
    for (const {values} of arrays) {
      all.set(values, at);
      at += values.length;
    }
    const values = sampledWeights(all);
    return [{layer, values, each: all.length / values.length}];
  });
}

/** Adds how far the layers have moved since the look before. @param before Their vectors then. */
export function addMoves(moves: LayerMoves, before: readonly LayerVector[], now: readonly LayerVector[]): void {
  const [moved, lengths] = [new Float32Array(now.length), new Float32Array(now.length)];
  for (const [n, {values, each}] of now.entries()) {
    const was = before[n].values;
    let [change, length] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      change += (values[i] - was[i]) ** 2;
      length += was[i] ** 2;
    }
    moved[n] = Math.sqrt(each * change);
    lengths[n] = Math.sqrt(each * length);
  }
  moves.moved.push(moved);
  moves.lengths.push(lengths);
}
