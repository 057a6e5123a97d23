import * as tf from "@tensorflow/tfjs";

import {onlyInput} from "./only-input";
import {gelu} from "./operations";

/**
 * x Φ(x), where Φ is the normal distribution's cumulative function (Hendrycks & Gimpel 2016), in its exact form, as in
 * PyTorch.
 */
export class Gelu extends tf.layers.Layer {
  static readonly className = "Gelu";

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => gelu(onlyInput(inputs)));
  }
}
tf.serialization.registerClass(Gelu);
