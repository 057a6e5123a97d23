import {each, type Step} from "./program";

/**
 * The places of the weights and of what the optimizer remembers of each: addresses of flat float32 arrays, and how many
 * numbers each has.
 */
export interface WeightPlaces {
  readonly values: number;
  readonly gradients: number;
  readonly firstMoments: number;
  readonly secondMoments: number;
  readonly size: number;
}

/** A rule that moves the weights against their gradients. */
export interface Optimizer {
  /** The optimizer's memory: one number for each weight in each of these arrays. */
  readonly slots: readonly ("firstMoments" | "secondMoments")[];
  /** The step that updates a part of all weights. */
  step(places: WeightPlaces): Step;
  /** The factors by which the kernel multiplies at the t-th update, counted from 1. */
  factors(learningRate: number, t: number): {readonly rate: number; readonly correction: number};
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-7;
const MOMENTUM = 0.9;

/** All optimizers of the engine, with tfjs' default settings. */
export const optimizers = {
  adam: {
    slots: ["firstMoments", "secondMoments"],
    step: ({values, gradients, firstMoments, secondMoments, size}) =>
      each("parts", "adam", values, gradients, firstMoments, secondMoments, size, BETA1, BETA2, EPSILON),
    factors: (learningRate, t) => ({
      rate: learningRate / (1 - Math.fround(BETA1) ** t),
      correction: 1 / (1 - Math.fround(BETA2) ** t),
    }),
  },
  sgd: {
    slots: ["firstMoments"],
    step: ({values, gradients, firstMoments, size}) =>
      each("parts", "momentum", values, gradients, firstMoments, size, MOMENTUM),
    factors: (learningRate) => ({rate: learningRate, correction: 1}),
  },
} as const satisfies Record<string, Optimizer>;
export type OptimizerName = keyof typeof optimizers;

export function isOptimizer(name: string): name is OptimizerName {
  return name in optimizers;
}
