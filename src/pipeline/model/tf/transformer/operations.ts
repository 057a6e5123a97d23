import * as tf from "@tensorflow/tfjs";

/**
 * @file The operations of a transformer, with gradients. Each is one kernel if the backend has it (wasm); otherwise it
 * is composed of tfjs' own operations, with which the tests also compare the kernels.
 */

type Save = tf.GradSaveFunc;

function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

function runKernel(name: string, inputs: {readonly [name: string]: tf.Tensor | undefined}, attributes: object = {}) {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor)) as tf.NamedTensorMap;
  return tf.engine().runKernel(name, given, attributes as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
}

export interface AttentionOptions {
  readonly heads: number;
  /** [images, tokens]: added to every score of that key, such as −10,000 if a key is padding. */
  readonly bias?: tf.Tensor2D | undefined;
  /** The factor of each probability, 0 or 1 / (1 − rate): [images, heads, tokens, tokens rounded up to fours]. */
  readonly drop?: tf.Tensor4D | undefined;
}

/** Rows of probabilities are as long as the tokens, rounded up to a multiple of this. */
const PADDED_TO = 4;

/** The shape of attention's probabilities, padding included. */
export function probabilitiesShape(
  [images, tokens]: readonly number[],
  heads: number,
): [number, number, number, number] {
  return [images, heads, tokens, Math.ceil(tokens / PADDED_TO) * PADDED_TO];
}

/**
 * Attention of several heads (Vaswani et al. 2017, "Attention is all you need", eq. 1): each token's mixture of all values, by
 * softmax(q kᵀ / √depth).
 *
 * @param qkv [images, tokens, 3 · width]: each token's query, key and value, each with its heads one after the other.
 * @returns [images, tokens, width].
 */
export function attention(qkv: tf.Tensor3D, options: AttentionOptions): tf.Tensor3D {
  if (!hasKernel("_Attention")) return composed(qkv, options).out;
  const {heads, bias, drop} = options;
  const op = tf.customGrad((x, save) => {
    const [out, p] = runKernel("_Attention", {qkv: x as tf.Tensor, bias, drop}, {heads}) as tf.Tensor[];
    (save as Save)([x as tf.Tensor, p, ...(drop ? [drop] : [])]); // tensors that are not saved may be freed by then
    const gradFunc = (dy: tf.Tensor, [saved, weights, dropped]: tf.Tensor[]) =>
      runKernel("_AttentionGradient", {qkv: saved, drop: dropped, p: weights, dy}, {heads}) as tf.Tensor;
    return {value: out, gradFunc};
  });
  return op(qkv) as tf.Tensor3D;
}

/** Which token looks at which: softmax(q kᵀ / √depth), before dropout. @returns [images, heads, tokens, tokens]. */
export function attentionWeights(qkv: tf.Tensor3D, options: Omit<AttentionOptions, "drop">): tf.Tensor4D {
  if (!hasKernel("_Attention")) return composed(qkv, options).weights;
  const {heads, bias} = options;
  return tf.tidy(() => {
    const [, p] = runKernel("_Attention", {qkv, bias}, {heads}) as tf.Tensor[];
    const [images, tokens] = qkv.shape;
    return tf.slice(p, [0, 0, 0, 0], [images, heads, tokens, tokens]) as tf.Tensor4D;
  });
}

function composed(qkv: tf.Tensor3D, {heads, bias, drop}: AttentionOptions): {out: tf.Tensor3D; weights: tf.Tensor4D} {
  const [images, tokens, wide] = qkv.shape;
  const depth = wide / 3 / heads;
  const apart = qkv.reshape([images, tokens, 3, heads, depth]).transpose([2, 0, 3, 1, 4]);
  const [q, k, v] = tf.unstack(apart) as tf.Tensor4D[]; // [images, heads, tokens, depth]
  const scores = tf.matMul(q.mul(1 / Math.sqrt(depth)), k, false, true) as tf.Tensor4D;
  const biased = bias ? scores.add(bias.reshape([images, 1, 1, tokens])) : scores;
  const weights = tf.softmax(biased) as tf.Tensor4D;
  const used = drop ? weights.mul(tf.slice(drop, [0, 0, 0, 0], [images, heads, tokens, tokens])) : weights;
  const out = tf
    .matMul(used, v)
    .transpose([0, 2, 1, 3])
    .reshape([images, tokens, heads * depth]) as tf.Tensor3D;
  return {out, weights};
}

/** (x − mean) / √(variance + ε) · gain + bias over the last axis (Ba, Kiros & Hinton 2016, "Layer normalization"). */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): tf.Tensor {
  if (!hasKernel("_LayerNorm")) {
    const {mean, variance} = tf.moments(x, -1, true);
    return x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(gain).add(bias);
  }
  const op = tf.customGrad((...given) => {
    const [input, factor, term, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, Save];
    const [y, stats] = runKernel("_LayerNorm", {x: input, gain: factor, bias: term}, {epsilon}) as tf.Tensor[];
    save([input, factor, stats]);
    const gradFunc = (dy: tf.Tensor, [from, by, kept]: tf.Tensor[]) =>
      runKernel("_LayerNormGradient", {x: from, gain: by, stats: kept, dy}) as tf.Tensor[];
    return {value: y, gradFunc};
  });
  return op(x, gain, bias);
}

const ROOT = Math.sqrt(2 / Math.PI);

/**
 * x Φ(x), where Φ is the normal distribution's cumulative function (Hendrycks & Gimpel 2016, "Gaussian error linear
 * units").
 *
 * @param exact False for their approximation by tanh, as in GPT-2.
 */
export function gelu(x: tf.Tensor, exact = true): tf.Tensor {
  if (!hasKernel("_Gelu")) {
    const inner = exact ? tf.erf(x.div(Math.SQRT2)) : tf.tanh(x.add(x.pow(3).mul(0.044715)).mul(ROOT));
    return x.mul(0.5).mul(inner.add(1));
  }
  const op = tf.customGrad((input, save) => {
    (save as Save)([input as tf.Tensor]);
    const value = runKernel("_Gelu", {x: input as tf.Tensor}, {exact}) as tf.Tensor;
    const gradFunc = (dy: tf.Tensor, [from]: tf.Tensor[]) =>
      runKernel("_GeluGradient", {x: from, dy}, {exact}) as tf.Tensor;
    return {value, gradFunc};
  });
  return op(x);
}
