/** @file The fused engine: `engine-fused.ts network batch threads`. */
import * as tf from "@tensorflow/tfjs";

import {fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import {mnistImages, type NetworkName, networks, part} from "./networks";
import {answerRounds} from "./rounds";

async function main([name, batch, threads]: string[]): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend("cpu");
  const planned = plan(graphOf(networks[name as NetworkName]()), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const [batchSize, classNames] = [Number(batch), [..."0123456789"]];
  const network = await fusedNetwork(planned, {threads: Number(threads), classNames, batchSize, seed: 0});
  const images = mnistImages();
  let [start, step] = [0, 0];
  const next = () => {
    start = start + batchSize > images.count ? 0 : start;
    const result = network.trainBatch(part(images, start, batchSize), 1e-3, step++);
    start += batchSize;
    return result;
  };
  // As in the pipeline (training/train.ts), the next batch is handed over before the last one has answered.
  let before = next();
  await answerRounds({
    async train() {
      const last = before;
      before = next();
      await last;
      return batchSize;
    },
    async infer() {
      await network.predict(part(images, 0, 2000));
      return 2000;
    },
  });
}

void main(process.argv.slice(2));
