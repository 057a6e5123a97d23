/**
 * @file tfjs on one of its backends: `engine-tfjs.ts network batch backend`; `composites` is the wasm backend, in which
 * missing kernels are composed of existing ones, without this project's own kernels.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

import {type BackendName, backends} from "../../src/pipeline/backend/index";
import {registerTrainingKernels} from "../../src/pipeline/backend/wasm/training-kernels";
import {tfNetwork} from "../../src/pipeline/model/tf/tf-network";

import {mnistImages, networks, part, refused} from "./networks";
import {answerRounds} from "./rounds";

async function setBackend(backend: string): Promise<void> {
  if (backend === "composites") {
    registerTrainingKernels();
    await tf.setBackend("wasm");
    return;
  }
  const started = await backends[backend as BackendName].start();
  if ("problem" in started) throw new Error(started.problem);
}

async function main([name, batch, backend]: string[]): Promise<void> {
  tf.enableProdMode();
  await setBackend(backend);
  const settings = {optimizer: "adam", seed: 0} as const;
  const model = {...networks, ...refused}[name as keyof typeof networks | keyof typeof refused]();
  const network = tfNetwork(model, [28, 28, 1], [..."0123456789"], settings);
  const [batchSize, images] = [Number(batch), mnistImages()];
  let [start, step] = [0, 0];
  await answerRounds({
    async train() {
      start = start + batchSize > images.count ? 0 : start;
      await network.trainBatch(part(images, start, batchSize), 1e-3, step++);
      start += batchSize;
      return batchSize;
    },
    async infer() {
      await network.predict(part(images, 0, 500));
      return 500;
    },
  });
}

void main(process.argv.slice(2));
