import {elements, type Planes} from "../compiler/planes";
import {each} from "../compiler/program";
import {type LayerKind, type LayerPlan, spread, type Target, viaContiguous} from "./kind";

export interface DropoutPlan extends LayerPlan {
  readonly kind: "dropout";
  readonly rate: number;
}

/**
 * Inverted dropout. Its mask is a hash of (the round's seed, the layer's name, the image's key, the unit), so it is the
 * same for any number of threads.
 */
export const dropout: LayerKind<DropoutPlan> = {
  plan({name, config, input}) {
    const {rate, noiseShape} = config;
    if (noiseShape) return {reason: "dropout of whole rows or channels"};
    return {name, input, output: input, relu: false, rate};
  },
  parameters: () => [],
  stage({name, input: shape, rate}, {input, output, outputGradient, inputGradient, local}) {
    const settings = [elements(shape), nameHash(name), Math.round(rate * 2 ** 32), 1 / (1 - rate)] as const;
    const masked = (from: Planes, to: Target) =>
      viaContiguous(to, local, ({at}) => [each("groups", "dropout", from.at, ...settings, at)]);
    const passed = {planes: output, mask: undefined};
    return {
      forward: (training) => (training ? masked(input, passed) : [spread(input, passed)]),
      parameterGradients: () => [],
      inputGradient: (training) =>
        training ? masked(outputGradient, inputGradient) : [spread(outputGradient, inputGradient)],
      batchGradients: () => [],
    };
  },
};

/** The number that makes the draws of a round differ from those of other rounds. */
export function dropoutSeed(seed: number, round: number): number {
  return nameHash(`${seed}/${round}`);
}

/** The number that makes the draws of a layer differ from those of other layers: FNV-1a of its name, 32 bits. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
