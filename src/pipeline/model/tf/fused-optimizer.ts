import * as tf from "@tensorflow/tfjs";

import {namedArrays} from "./named-arrays";
import {nextPower, powerAfter} from "./power-after";
import type {TensorOptimizer} from "./tensor-optimizer";

const BETAS = [0.9, 0.999] as const;
const EPSILON = 1e-7;
const MOMENTUM = 0.9;

/** Adam (Kingma & Ba 2015) as tf.train.adam computes it, to the last bit, by the kernel `_FusedAdam`. */
export function fusedAdam(): TensorOptimizer {
  let powers: number[] = []; // the betas to the power of the number of this step
  return fusedOptimizer("_FusedAdam", ["m", "v"], {
    goOn(steps) {
      powers = BETAS.map((beta) => powerAfter(beta, steps));
    },
    attributes() {
      const [correction1, correction2] = powers.map((power) => Math.fround(1 - power));
      powers = powers.map((power, i) => nextPower(power, BETAS[i]));
      return {beta1: BETAS[0], correction1, beta2: BETAS[1], correction2, epsilon: EPSILON};
    },
  });
}

/** Gradient descent with momentum as tf.train.momentum computes it, to the last bit, by the kernel `_FusedMomentum`. */
export function fusedMomentum(): TensorOptimizer {
  return fusedOptimizer("_FusedMomentum", ["momentum"], {goOn() {}, attributes: () => ({decay: MOMENTUM})});
}

interface Rule {
  /** Continues after `steps` steps that were made earlier. */
  goOn(steps: number): void;
  /** The kernel's arguments for the next step, without the rate. */
  attributes(): {readonly [name: string]: number};
}

/** One kernel for each variable: value, gradient and slots go in; value and slots come out. */
function fusedOptimizer(kernel: string, slotNames: readonly string[], rule: Rule): TensorOptimizer {
  let steps = 0;
  let slots: {readonly name: string; readonly tensor: tf.Tensor}[][] = []; // [slot][variable]
  rule.goOn(0);
  const replace = (made: typeof slots) => {
    for (const {tensor} of made.flat()) tf.keep(tensor);
    tf.dispose(slots.flat().map(({tensor}) => tensor));
    slots = made;
  };

  return {
    apply(gradients, learningRate) {
      const attributes = {...rule.attributes(), rate: learningRate};
      tf.tidy(() => {
        if (slots.length === 0) {
          const zeros = ({variable: {name, shape}}: (typeof gradients)[0], slot: string) => ({
            name: `${name}/${slot}`,
            tensor: tf.zeros(shape),
          });
          slots = slotNames.map((slot) => gradients.map((pair) => zeros(pair, slot)));
        }
        const made = slots.map((): tf.Tensor[] => []);
        for (const [i, {variable, gradient}] of gradients.entries()) {
          const own = Object.fromEntries(slotNames.map((slot, s) => [slot, slots[s][i].tensor]));
          const inputs = {value: variable, gradient, ...own};
          const [value, ...moments] = tf.engine().runKernel(kernel, inputs, attributes) as tf.Tensor[];
          variable.assign(value);
          for (const [s, moment] of moments.entries()) made[s].push(moment);
        }
        replace(slots.map((named, s) => named.map(({name}, i) => ({name, tensor: made[s][i]}))));
      });
      steps++;
    },
    getState: async () => ({steps, slots: await namedArrays(slots.flat())}),
    async setState(state) {
      const count = state.slots.length / slotNames.length;
      const tensors = state.slots.map(({name, shape, values}) => ({name, tensor: tf.tensor(values, [...shape])}));
      replace(count > 0 ? slotNames.map((_, s) => tensors.slice(s * count, (s + 1) * count)) : []);
      steps = state.steps;
      rule.goOn(steps);
    },
    dispose: () => replace([]),
  };
}
