import {type AttentionPlan, attention} from "./attention";
import {type BatchNormalizationPlan, batchNormalization} from "./batch-normalization";
import {type ConcatenationPlan, concatenation} from "./concatenation";
import {convolution} from "./convolution";
import type {ConvolutionPlan} from "./convolution-plan";
import {type DensePlan, dense} from "./dense";
import {type DropoutPlan, dropout} from "./dropout";
import {type GeluPlan, gelu} from "./gelu";
import type {LayerKind, LayerPlan} from "./kind";
import {type LayerNormPlan, layerNorm} from "./layer-norm";
import {type PatchesPlan, patches} from "./patches";
import {type PoolingPlan, pooling} from "./pooling";
import {type PositionPlan, position} from "./position";
import {type ReluPlan, relu} from "./relu";
import {type RescalingPlan, rescaling} from "./rescaling";
import {type SumPlan, sum} from "./sum";

/** All kinds of layers that the engine can compute. */
export const kinds = {
  ...{attention, batchNormalization, concatenation, convolution, dense, dropout, gelu, layerNorm},
  ...{patches, pooling, position, relu, rescaling, sum},
};
export type KindName = keyof typeof kinds;
export type AnyLayer =
  | AttentionPlan
  | BatchNormalizationPlan
  | ConcatenationPlan
  | ConvolutionPlan
  | DensePlan
  | DropoutPlan
  | GeluPlan
  | LayerNormPlan
  | PatchesPlan
  | PoolingPlan
  | PositionPlan
  | ReluPlan
  | RescalingPlan
  | SumPlan;

/** For each layer class of tfjs, the kind that computes it. */
export const kindOfClass: {readonly [className: string]: KindName} = {
  Add: "sum",
  BatchNormalization: "batchNormalization",
  Concatenate: "concatenation",
  Conv2D: "convolution",
  Dense: "dense",
  SeededDropout: "dropout",
  Dropout: "dropout",
  Gelu: "gelu",
  LayerNormalization: "layerNorm",
  MaxPooling2D: "pooling",
  AveragePooling2D: "pooling",
  GlobalMaxPooling2D: "pooling",
  GlobalAveragePooling1D: "pooling",
  GlobalAveragePooling2D: "pooling",
  Patches: "patches",
  PositionEmbedding: "position",
  ReLU: "relu",
  Rescaling: "rescaling",
  SelfAttention: "attention",
  TokenNorm: "layerNorm",
};

/**
 * The kind of a plan. Each plan belongs to the kind with its name, but TypeScript cannot conclude this from the table.
 */
export function kindOf(plan: AnyLayer): LayerKind<LayerPlan> {
  return kinds[plan.kind] as unknown as LayerKind<LayerPlan>;
}
