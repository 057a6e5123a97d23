import type {LayerPlan} from "./kind";

/** A convolution as the engine plans it. */
export interface ConvolutionPlan extends LayerPlan {
  readonly kind: "convolution";
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [down: number, across: number];
  /** How many zeros stand before the first row and column; "valid" convolutions have none. */
  readonly padding: readonly [top: number, left: number];
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
}
