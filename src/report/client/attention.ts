import type {AttentionShown, Packed} from "../report-file";

/** Where each head looks, for one image at one stop. */
export interface AttentionOf {
  /** `[tokens]`; sums to 1. */
  readonly rollout: Float32Array;
  readonly layers: readonly {
    readonly name: string;
    readonly heads: readonly {
      /** `[tokens]`; sums to 1. */
      readonly received: Float32Array;
      /** Means over the images looked at: see AttentionShown. */
      readonly distance: number;
      readonly sharpness: number;
      readonly importance: number;
    }[];
  }[];
}

export interface AttentionData {
  readonly rows: number;
  readonly columns: number;
  readonly side: number;
  /** Undefined where the image was not looked at. */
  of(stop: number, i: number): AttentionOf | undefined;
}

export function decodeAttention(
  {rows, columns, side, stops}: AttentionShown,
  view: (packed: Packed) => ArrayLike<number>,
): AttentionData {
  const tokens = rows * columns;
  const rowOf = (packed: Packed, row: number) => {
    const values = view(packed);
    return Float32Array.from({length: tokens}, (_, t) => values[row * tokens + t] * (packed.scale ?? 1));
  };
  return {
    ...{rows, columns, side},
    of(stop, i) {
      const here = stops[stop];
      const at = here?.indices.indexOf(i) ?? -1;
      if (!here || at < 0) return undefined;
      return {
        rollout: rowOf(here.rollout, at),
        layers: here.layers.map(({name, received, distance, sharpness, importance}) => ({
          name,
          heads: distance.map((_, h) => ({
            received: rowOf(received, at * distance.length + h),
            ...{distance: distance[h], sharpness: sharpness[h], importance: importance[h]},
          })),
        })),
      };
    },
  };
}
