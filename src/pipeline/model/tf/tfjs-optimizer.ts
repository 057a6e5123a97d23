import * as tf from "@tensorflow/tfjs";
import {namedArrays} from "./named-arrays";
import {powerAfter} from "./power-after";
import type {TensorOptimizer} from "./tensor-optimizer";

/** One of tfjs' own optimizers, which use many kernels for a step. */
export function tfjsOptimizer(optimizer: tf.Optimizer): TensorOptimizer {
  return {
    apply(gradients, learningRate) {
      setLearningRate(optimizer, learningRate);
      const named = gradients.map(({variable: {name}, gradient}) => ({name, tensor: gradient}));
      tf.tidy(() => optimizer.applyGradients(named));
    },
    async getState() {
      const [iterations, ...slots] = await optimizer.getWeights();
      const steps = (await iterations.tensor.data())[0];
      iterations.tensor.dispose();
      return {steps, slots: await namedArrays(slots)};
    },
    async setState({steps, slots}) {
      const iterations = {name: "iter", tensor: tf.scalar(steps, "int32")};
      const moments = slots.map(({name, shape, values}) => ({name, tensor: tf.tensor(values, [...shape])}));
      await optimizer.setWeights([iterations, ...moments]);
      tf.dispose([iterations, ...moments].map(({tensor}) => tensor));
      restoreBetas(optimizer, steps);
    },
    dispose: () => optimizer.dispose(),
  };
}

// They are recognised by their fields and not by instanceof: for tfjs, every optimizer is an instance of every kind.

function setLearningRate(optimizer: tf.Optimizer | tf.SGDOptimizer, learningRate: number): void {
  if ("setLearningRate" in optimizer) {
    optimizer.setLearningRate(learningRate); // keeps a tensor of it, so the number alone would change nothing
  } else {
    // This field is protected in tfjs' types, and is read at every update.
    (optimizer as unknown as {learningRate: number}).learningRate = learningRate;
  }
}

type Adam = {readonly [name in "beta1" | "beta2"]: number} & {readonly [name in "accBeta1" | "accBeta2"]: tf.Variable};

/**
 * Adam's powers of beta as its own steps would have left them. tfjs' own setWeights computes a power instead, which
 * rounds differently, so a resumed run would differ from an uninterrupted one.
 */
function restoreBetas(optimizer: object, steps: number): void {
  if (!("accBeta1" in optimizer)) return;
  const {beta1, beta2, accBeta1, accBeta2} = optimizer as Adam;
  tf.tidy(() => {
    accBeta1.assign(tf.scalar(powerAfter(beta1, steps)));
    accBeta2.assign(tf.scalar(powerAfter(beta2, steps)));
  });
}
