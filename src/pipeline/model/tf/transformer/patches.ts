import * as tf from "@tensorflow/tfjs";

import {onlyInput} from "./only-input";

/**
 * Cuts images into square patches, row by row: [images, height, width, channels] → [images, tokens, side · side ·
 * channels]. If a side is not a multiple of the patch, the pixels left over on the right and at the bottom are ignored.
 */
export class Patches extends tf.layers.Layer {
  static readonly className = "Patches";
  readonly side: number;

  constructor(config: {readonly side: number; readonly name?: string}) {
    super(config);
    this.side = config.side;
  }

  override computeOutputShape([images, height, width, channels]: number[]): tf.Shape {
    const {side} = this;
    return [images, Math.floor(height / side) * Math.floor(width / side), side * side * channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const {side} = this;
      const x = onlyInput(inputs) as tf.Tensor4D;
      const [images, height, width, channels] = x.shape;
      const [rows, columns] = [Math.floor(height / side), Math.floor(width / side)];
      const whole = rows * side === height && columns * side === width;
      const seen = whole ? x : tf.slice(x, [0, 0, 0, 0], [images, rows * side, columns * side, channels]);
      return seen
        .reshape([images * rows, side, columns, side * channels])
        .transpose([0, 2, 1, 3])
        .reshape([images, rows * columns, side * side * channels]);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), side: this.side};
  }
}
tf.serialization.registerClass(Patches);
