import {type BatchNormalizationPlan, batchNormalization} from "./batch-normalization";
import {convolution} from "./convolution";
import type {ConvolutionPlan} from "./convolution-plan";
import {type DensePlan, dense} from "./dense";
import {type DropoutPlan, dropout} from "./dropout";
import type {LayerKind, LayerPlan} from "./kind";
import {type PoolingPlan, pooling} from "./pooling";
import {type ReluPlan, relu} from "./relu";
import {type RescalingPlan, rescaling} from "./rescaling";

/** Every kind of layer the engine computes. */
export const kinds = {batchNormalization, convolution, dense, dropout, pooling, relu, rescaling};
export type KindName = keyof typeof kinds;
export type AnyLayer =
  | BatchNormalizationPlan
  | ConvolutionPlan
  | DensePlan
  | DropoutPlan
  | PoolingPlan
  | ReluPlan
  | RescalingPlan;

/** The kind that computes each of tfjs' layer classes. */
export const kindOfClass: {readonly [className: string]: KindName} = {
  BatchNormalization: "batchNormalization",
  Conv2D: "convolution",
  Dense: "dense",
  SeededDropout: "dropout",
  Dropout: "dropout",
  MaxPooling2D: "pooling",
  AveragePooling2D: "pooling",
  GlobalMaxPooling2D: "pooling",
  GlobalAveragePooling2D: "pooling",
  ReLU: "relu",
  Rescaling: "rescaling",
};

/** The kind of a plan: each plan belongs to the kind of its name, which TypeScript cannot follow through the table. */
export function kindOf(plan: AnyLayer): LayerKind<LayerPlan> {
  return kinds[plan.kind] as unknown as LayerKind<LayerPlan>;
}
