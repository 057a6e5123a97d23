import type {Packed} from "../../packed";
import {type PageLayer, type PageModel, withArrays} from "../../page-model";

/** The run's best network in a form that the page can compute, or the reason why it cannot. */
export type PageNetwork =
  | {
      readonly layers: readonly PageLayer<Float32Array>[];
      readonly shape: readonly [height: number, width: number, channels: number];
      /** The epoch to which its weights belong. */
      readonly epoch: number;
    }
  | {readonly reason: string};

/** Views the weights in place. */
export function decodeModel(
  model: PageModel,
  shape: readonly [number, number, number],
  view: (packed: Packed) => ArrayLike<number>,
): PageNetwork {
  if ("reason" in model) return model;
  const numbers = (packed: Packed) => view(packed) as Float32Array; // f32, because the model was packed so
  const layers = model.layers.map((layer) => withArrays(layer, numbers));
  return {layers, shape, epoch: model.epoch};
}
