import * as tf from "@tensorflow/tfjs";

import type {Backend} from "./backend";

/** tfjs in plain JavaScript: the reference of the tests, about 15 images/s. Only if asked for by name. */
export const cpu: Backend = {
  async start() {
    await tf.setBackend("cpu");
    return {version: tf.version.tfjs};
  },
};
