import type {BlockShown, LayerShown, LayersShown} from "../../layers-file";
import type {Packed} from "../../packed";

/** A filter's weights for one input channel, at an epoch. */
export interface FilterPicture {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

export interface LayersData extends LayersShown {
  /** In the network's order: each block instead of its layers, and the other layers. */
  readonly rows: readonly (LayerShown | BlockShown)[];
  /** The place among `epochs` of the last look at or before an epoch; −1 if there is none yet. */
  at(epoch: number): number;
  /** Filter n, of those that are shown, of a layer at look e. */
  filter(layer: LayerShown, e: number, n: number): FilterPicture;
  /** The share of images and places at which it is above 0. */
  on(layer: LayerShown, e: number, n: number): number;
}

type View = Uint8Array | Int8Array | Uint16Array | Uint32Array | Float32Array;

export function decodeLayers(shown: LayersShown, view: (packed: Packed) => View): LayersData {
  return {
    ...shown,
    rows: shown.layers.flatMap((layer): (LayerShown | BlockShown)[] => {
      const block = shown.blocks?.find(({layers}) => layers.includes(layer.name));
      if (!block) return [layer];
      return block.layers[0] === layer.name ? [block] : [];
    }),
    at: (epoch) => shown.epochs.findLastIndex((one) => one <= epoch),
    filter: ({filters}, e, n) => {
      if (!filters) throw new RangeError("filters: expected a layer that has some, got one without");
      const [, count, height, width] = filters.kernels.shape;
      const size = height * width;
      const from = (e * count + n) * size;
      return {height, width, values: view(filters.kernels).subarray(from, from + size) as Float32Array};
    },
    on: ({filters}, e, n) => (filters ? view(filters.on)[e * filters.units.length + n] : 0),
  };
}
