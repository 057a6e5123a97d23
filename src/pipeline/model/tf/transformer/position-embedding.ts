import * as tf from "@tensorflow/tfjs";

import {onlyInput} from "./only-input";

type Initializer = ReturnType<typeof tf.initializers.zeros>;

/** Adds a trained row to each token, by its place: [images, tokens, width] + [tokens, width]. */
export class PositionEmbedding extends tf.layers.Layer {
  static readonly className = "PositionEmbedding";
  private readonly initializer: Initializer;
  private table!: tf.LayerVariable;

  /** @param config.initializer For the table; a saved model needs none, because its weights are set. */
  constructor(config: {readonly name?: string; readonly initializer?: Initializer}) {
    super(config);
    this.initializer = config.initializer ?? tf.initializers.zeros();
  }

  override build(shape: tf.Shape): void {
    const [tokens, width] = (shape as number[]).slice(1);
    this.table = this.addWeight("table", [tokens, width], "float32", this.initializer);
    this.built = true;
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.add(onlyInput(inputs), this.table.read()));
  }
}
tf.serialization.registerClass(PositionEmbedding);
