import * as tf from "@tensorflow/tfjs";

import type {Backend} from "./backend";

/** tfjs in plain JavaScript: the reference for the tests, about 15 images/s. It is used only if the user names it. */
export const cpu: Backend = {
  async start() {
    await tf.setBackend("cpu");
    return {version: tf.version.tfjs};
  },
};
