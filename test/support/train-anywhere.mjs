/** @file Five steps of training by the package's engine, in Node or in a page: the weights must be the same. */
import * as tf from "@tensorflow/tfjs";
import {fusedNetwork, plan, provideKernels} from "epochscope/engine";
import {graphOf} from "epochscope/graph";

/** @param kernels The bytes of plain.wasm, where there is no file system. */
export async function trained(kernels) {
  if (kernels) await provideKernels("plain", Uint8Array.from(kernels));
  await tf.setBackend("cpu");
  const kernelInitializer = (seed) => tf.initializers.randomUniform({minval: -0.3, maxval: 0.3, seed});
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...{inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: "relu"},
        kernelInitializer: kernelInitializer(1),
      }),
      tf.layers.flatten(),
      tf.layers.dense({name: "logits", units: 3, kernelInitializer: kernelInitializer(2)}),
      tf.layers.softmax({name: "probabilities"}),
    ],
  });
  const planned = plan(graphOf(model), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const network = await fusedNetwork(planned, {
    ...{here: true, threads: 1, classNames: ["a", "b", "c"], batchSize: 8, seed: 0, variant: "plain"},
  });
  const pixels = Float32Array.from({length: 8 * 64}, (_, i) => ((i * 7919) % 101) / 101);
  const batch = {count: 8, shape: [8, 8, 1], pixels, labels: Uint16Array.from({length: 8}, (_, n) => n % 3)};
  for (let step = 0; step < 5; step++) await network.trainBatch(batch, 0.01, step);
  return (await network.getWeights()).flatMap(({values}) => [...values]);
}
