import * as tf from "@tensorflow/tfjs";

import {onlyInput} from "./only-input";
import {attention, attentionWeights} from "./operations";

type Initializer = ReturnType<typeof tf.initializers.zeros>;

/**
 * Attention of several heads over the tokens of one image, with a dense layer before it (queries, keys and values) and one
 * after it: [images, tokens, width] → the same shape (Vaswani et al. 2017, "Attention is all you need", section 3.2.2).
 */
export class SelfAttention extends tf.layers.Layer {
  static readonly className = "SelfAttention";
  readonly heads: number;
  private readonly initializers: readonly Initializer[];
  private weightsIn!: tf.LayerVariable;
  private biasIn!: tf.LayerVariable;
  private weightsOut!: tf.LayerVariable;
  private biasOut!: tf.LayerVariable;
  /** [images, heads]: what each head's answer is multiplied by, if somebody asks how much depends on it. */
  private gates: tf.Tensor2D | undefined;

  /**
   * @param config.initializers For the kernels before and after; a saved model needs none, because its weights are set.
   */
  constructor(config: {
    readonly heads: number;
    readonly name?: string;
    readonly initializers?: readonly [Initializer, Initializer];
  }) {
    super(config);
    this.heads = config.heads;
    this.initializers = config.initializers ?? [tf.initializers.zeros(), tf.initializers.zeros()];
  }

  override build(shape: tf.Shape): void {
    const width = shape[2] as number;
    const [before, after] = this.initializers;
    this.weightsIn = this.addWeight("qkv", [width, 3 * width], "float32", before);
    this.biasIn = this.addWeight("qkv_bias", [3 * width], "float32", tf.initializers.zeros());
    this.weightsOut = this.addWeight("out", [width, width], "float32", after);
    this.biasOut = this.addWeight("out_bias", [width], "float32", tf.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs) as tf.Tensor3D;
      const [images, tokens, width] = x.shape;
      const {heads, gates} = this;
      let mixed: tf.Tensor = attention(this.queriesKeysValues(x), {heads});
      if (gates) mixed = mixed.reshape([images, tokens, heads, -1]).mul(gates.reshape([images, 1, heads, 1]));
      const rows = tf.matMul(mixed.reshape([images * tokens, width]), this.weightsOut.read() as tf.Tensor2D);
      return rows.add(this.biasOut.read()).reshape([images, tokens, width]);
    });
  }

  /** Which token looks at which, for an input of the layer. @returns [images, heads, tokens, tokens], rows sum to 1. */
  lookOf(x: tf.Tensor3D): tf.Tensor4D {
    return tf.tidy(() => attentionWeights(this.queriesKeysValues(x), {heads: this.heads}));
  }

  /** From now on, each head's answer is multiplied by `gates`, [images, heads]; without them, it stays unchanged. */
  setGates(gates?: tf.Tensor2D): void {
    this.gates = gates;
  }

  private queriesKeysValues(x: tf.Tensor3D): tf.Tensor3D {
    const [images, tokens, width] = x.shape;
    const rows = tf.matMul(x.reshape([images * tokens, width]), this.weightsIn.read() as tf.Tensor2D);
    return rows.add(this.biasIn.read()).reshape([images, tokens, 3 * width]) as tf.Tensor3D;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {...super.getConfig(), heads: this.heads};
  }
}
tf.serialization.registerClass(SelfAttention);
