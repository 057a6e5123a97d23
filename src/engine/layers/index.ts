import {type ConvolutionPlan, convolution} from "./convolution";
import {type DensePlan, dense} from "./dense";
import {type DropoutPlan, dropout} from "./dropout";
import type {LayerKind, LayerPlan} from "./kind";
import {type MaxPoolingPlan, maxPooling} from "./max-pooling";
import {type ReluPlan, relu} from "./relu";
import {type RescalingPlan, rescaling} from "./rescaling";

/** Every kind of layer the engine computes. */
export const kinds = {convolution, dense, dropout, maxPooling, relu, rescaling};
export type KindName = keyof typeof kinds;
export type AnyLayer = ConvolutionPlan | DensePlan | DropoutPlan | MaxPoolingPlan | ReluPlan | RescalingPlan;

/** The kind that computes each of tfjs' layer classes. */
export const kindOfClass: {readonly [className: string]: KindName} = {
  Conv2D: "convolution",
  Dense: "dense",
  SeededDropout: "dropout",
  Dropout: "dropout",
  MaxPooling2D: "maxPooling",
  ReLU: "relu",
  Rescaling: "rescaling",
};

/** The kind of a plan: each plan belongs to the kind of its name, which TypeScript cannot follow through the table. */
export function kindOf(plan: AnyLayer): LayerKind<LayerPlan> {
  return kinds[plan.kind] as unknown as LayerKind<LayerPlan>;
}
