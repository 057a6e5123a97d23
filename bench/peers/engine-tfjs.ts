/** @file tfjs on one of its backends: `engine-tfjs.ts network batch backend`. */

import * as tf from "@tensorflow/tfjs";
import {type BackendName, backends} from "../../src/pipeline/backend/index";
import {tfNetwork} from "../../src/pipeline/model/tf-network";

import {mnistImages, type NetworkName, networks, part} from "./networks";
import {answerRounds} from "./rounds";

async function main([name, batch, backend]: string[]): Promise<void> {
  tf.enableProdMode();
  const started = await backends[backend as BackendName].start();
  if ("problem" in started) throw new Error(started.problem);
  const settings = {optimizer: "adam", seed: 0} as const;
  const network = tfNetwork(networks[name as NetworkName](), [28, 28, 1], [..."0123456789"], settings);
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
