import * as tf from "@tensorflow/tfjs";

import {onlyInput} from "./only-input";
import {layerNorm} from "./operations";

/** Layer normalisation of each token, with a trained gain and bias (Ba, Kiros & Hinton 2016). */
export class TokenNorm extends tf.layers.Layer {
  static readonly className = "TokenNorm";
  readonly epsilon: number;
  private gain!: tf.LayerVariable;
  private bias!: tf.LayerVariable;

  constructor(config: {readonly name?: string; readonly epsilon?: number}) {
    super(config);
    this.epsilon = config.epsilon ?? 1e-6;
  }

  override build(shape: tf.Shape): void {
    const width = shape[shape.length - 1] as number;
    this.gain = this.addWeight("gain", [width], "float32", tf.initializers.ones());
    this.bias = this.addWeight("bias", [width], "float32", tf.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [gain, bias] = [this.gain.read(), this.bias.read()] as tf.Tensor1D[];
    return tf.tidy(() => layerNorm(onlyInput(inputs), gain, bias, this.epsilon));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), epsilon: this.epsilon};
  }
}
tf.serialization.registerClass(TokenNorm);
