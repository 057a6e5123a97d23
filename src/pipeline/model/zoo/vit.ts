import * as tf from "@tensorflow/tfjs";

import {type OptionTable, positiveInteger, UserError, wholeBetween} from "../../../nouns/options";
import type {ImageShape} from "../../../nouns/samples";
import {Gelu} from "../tf/transformer/gelu";
import {Patches} from "../tf/transformer/patches";
import {PositionEmbedding} from "../tf/transformer/position-embedding";
import {SelfAttention} from "../tf/transformer/self-attention";
import {TokenNorm} from "../tf/transformer/token-norm";
import {glorotUniform, normal} from "./initializers";

/** The hidden layer of each block is this many times as wide as the tokens. */
const WIDER = 4;

export interface VitOptions {
  /** The side of a patch in pixels. */
  readonly "vit.patch": number;
  /** How many numbers a token has. */
  readonly "vit.width": number;
  readonly "vit.heads": number;
  /** How many blocks of attention and dense layers there are. */
  readonly "vit.depth": number;
}

export const vitOptions: OptionTable<VitOptions> = {
  "vit.patch": {default: 7, help: "for --model vit: the side of a patch in pixels", check: positiveInteger},
  "vit.width": {
    default: 64,
    help: "for --model vit: numbers in each token, a multiple of the heads",
    check: wholeBetween(1, 4096),
  },
  "vit.heads": {default: 4, help: "for --model vit: attention heads in each block", check: positiveInteger},
  "vit.depth": {
    default: 4,
    help: "for --model vit: how many blocks of attention and dense layers",
    check: wholeBetween(1, 48),
  },
};

const DEFAULTS = Object.fromEntries(
  Object.entries(vitOptions).map(([name, option]) => [name, option.default]),
) as unknown as VitOptions;

/**
 * A small vision transformer (Dosovitskiy et al. 2021, "An image is worth 16x16 words"): the image is cut into patches,
 * each becomes a token; blocks of self-attention and of two dense layers with GELU, each with a normalisation before it
 * and its input added to its output (pre-norm: Xiong et al. 2020); the mean of the tokens is classified, and not an
 * extra token. 28 x 28 pixels in patches of 7 give 16 tokens; with the defaults it has 204,938 weights.
 *
 * @throws UserError if a patch does not fit into the image, or the width is no multiple of the heads.
 */
export function vit(
  imageShape: ImageShape,
  classes: number,
  seed: number,
  options: VitOptions = DEFAULTS,
): tf.LayersModel {
  const [height, width] = imageShape;
  const {"vit.patch": side, "vit.width": wide, "vit.heads": heads, "vit.depth": depth} = options;
  if (side > Math.min(height, width)) {
    throw new UserError(`--vit.patch: expected at most ${Math.min(height, width)}, the image's side, got ${side}`);
  }
  if (wide % heads !== 0) throw new UserError(`--vit.width: expected a multiple of ${heads} heads, got ${wide}`);
  const dense = (units: number, name: string) =>
    tf.layers.dense({units, name, kernelInitializer: glorotUniform(seed, name)});
  const input = tf.input({shape: [...imageShape], name: "image"});
  const through = (x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]) =>
    layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
  const added = (x: tf.SymbolicTensor, y: tf.SymbolicTensor, name: string) =>
    tf.layers.add({name}).apply([x, y]) as tf.SymbolicTensor;

  let x = through(
    input,
    new Patches({side, name: "patches"}),
    dense(wide, "embedding"),
    new PositionEmbedding({name: "position", initializer: normal(seed, "position", 0.02)}),
  );
  for (let block = 1; block <= depth; block++) {
    const name = `attention${block}`;
    const initializers = [glorotUniform(seed, `${name}/in`), glorotUniform(seed, `${name}/out`)] as const;
    const looked = through(x, new TokenNorm({name: `norm${block}a`}), new SelfAttention({heads, name, initializers}));
    x = added(x, looked, `sum${block}a`);
    const thought = through(
      x,
      new TokenNorm({name: `norm${block}b`}),
      dense(WIDER * wide, `hidden${block}`),
      new Gelu({name: `gelu${block}`}),
      dense(wide, `narrow${block}`),
    );
    x = added(x, thought, `sum${block}b`);
  }
  const probabilities = through(
    x,
    new TokenNorm({name: "norm"}),
    tf.layers.globalAveragePooling1d({name: "mean"}),
    dense(classes, "logits"),
    tf.layers.softmax({name: "probabilities"}),
  );
  return tf.model({inputs: input, outputs: probabilities, name: "vit"});
}
