import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

import type {Backend} from "./index";
import {registerTrainingKernels} from "./training-kernels";

/** tfjs-backend-wasm (XNNPACK, SIMD) and the training kernels it lacks. Needs no native code: it works everywhere. */
export const wasm: Backend = {
  async start() {
    registerTrainingKernels();
    if (!(await tf.setBackend("wasm"))) return {problem: "tfjs-backend-wasm did not start"};
    return {version: tf.version.tfjs};
  },
};
