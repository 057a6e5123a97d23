/** @file onnxruntime-node, only inference: `engine-onnx.ts model.onnx threads`. */
import {InferenceSession, Tensor} from "onnxruntime-node";

import {mnistImages, part} from "./networks";
import {answerRounds} from "./rounds";

const BATCH = 500;

async function main([file, threads]: string[]): Promise<void> {
  const session = await InferenceSession.create(file, {intraOpNumThreads: Number(threads), interOpNumThreads: 1});
  const {pixels} = part(mnistImages(), 0, BATCH);
  const input = new Tensor("float32", pixels, [BATCH, 1, 28, 28]);
  await answerRounds({
    async infer() {
      await session.run({[session.inputNames[0]]: input});
      return BATCH;
    },
  });
}

void main(process.argv.slice(2));
