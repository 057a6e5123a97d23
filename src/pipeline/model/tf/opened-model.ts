import type * as tf from "@tensorflow/tfjs";
import type {GraphEnd} from "../load/graph-end";
import type {Port} from "../load/ports";
import type {WeightedNode} from "./weighted-nodes";

/** A tfjs model of either kind, as far as it is used here. All tensors that go in or come out belong to the caller. */
export interface OpenedModel {
  readonly input: Port;
  readonly end: GraphEnd;
  /** The model's unchanged answer. */
  run(images: tf.Tensor): tf.Tensor;
  /** The scores before the softmax or sigmoid in which it ends; absent if no such layer is found at its end. */
  readonly scores?: (images: tf.Tensor) => tf.Tensor;
  /** The names of its layers or nodes, in their order. */
  readonly layers: readonly string[];
  /** The kind of a layer or node. */
  typeOf(layer: string): string;
  /** Its weights of floats, by name; they still belong to the model. */
  weights(): readonly {readonly name: string; readonly tensor: tf.Tensor}[];
  /** The layers that multiply by stored weights, in their order; absent if they are not known. */
  readonly weighted?: readonly WeightedNode[];
  /** The one that feeds the last dense layer; absent if there is none. */
  readonly embedding?: string;
  /** The layers from the last convolution on; Grad-CAM looks at the last of them that has rows and columns. */
  readonly maps: readonly string[];
  /** A layer's answer. The caller must dispose of it, also within tf.tidy. */
  at(images: tf.Tensor, layer: string): tf.Tensor;
  /** The result of `act` on the images if a layer's answer is replaced by `answer`. */
  replacing(layer: string, answer: tf.Tensor, images: tf.Tensor, act: "run" | "scores"): tf.Tensor;
  dispose(): void;
}
