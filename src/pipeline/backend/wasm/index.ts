import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

import type {Backend} from "../backend";
import {registerDepthwiseKernels} from "./depthwise-kernels";
import {registerEngineKernels} from "./engine-kernels";
import {registerOptimizerKernels} from "./optimizer-kernels";
import {registerTensorKernels} from "./tensor-kernels";
import {registerTrainingKernels} from "./training-kernels";
import {registerTransformerKernels} from "./transformer-kernels";

/**
 * tfjs-backend-wasm (XNNPACK, SIMD), with the training kernels that it lacks and the fused engine's convolutions and
 * optimizers. It needs no native code.
 */
export const wasm: Backend = {
  async start() {
    registerTrainingKernels();
    registerEngineKernels();
    registerTensorKernels();
    registerDepthwiseKernels();
    registerOptimizerKernels();
    registerTransformerKernels();
    if (!(await tf.setBackend("wasm"))) return {problem: "tfjs-backend-wasm did not start"};
    return {version: tf.version.tfjs};
  },
};
