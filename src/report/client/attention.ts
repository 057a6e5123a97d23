import {tokenRollout} from "../../numbers/attention";
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
      /** Means over the images that were looked at; see AttentionShown. */
      readonly distance: number;
      readonly sharpness: number;
      readonly importance: number;
    }[];
  }[];
  /** Where one patch looks, in the same form as above; undefined if this was not kept for the image. */
  readonly from: ((patch: number) => PatchLooks) | undefined;
}

export interface PatchLooks {
  /** `[tokens]`; sums to 1. */
  readonly rollout: Float32Array;
  /** `[layer][head][tokens]`; sum to 1. */
  readonly heads: readonly (readonly Float32Array[])[];
}

export interface AttentionData {
  readonly rows: number;
  readonly columns: number;
  readonly side: number;
  /** Groups of heads that look alike, counted from 0, by the layer's name; undefined if no image was looked at. */
  alike(stop: number): ReadonlyMap<string, readonly (readonly number[])[]> | undefined;
  /**
   * The largest share of a patch in an image's rollout, over all stops: so that all have one scale. 0 if the image was
   * not looked at.
   */
  most(i: number): number;
  /** Undefined if the image was not looked at. */
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
  /** One layer's attention from every token of an image: rows divided by their sums. */
  const looks = (packed: Packed, at: number, heads: number) => {
    const bytes = view(packed);
    const values = new Float32Array(heads * tokens * tokens);
    for (let from = 0; from < values.length; from += tokens) {
      let sum = 0;
      for (let to = 0; to < tokens; to++) sum += values[from + to] = bytes[at * values.length + from + to];
      for (let to = 0; to < tokens; to++) values[from + to] /= sum || 1;
    }
    return {heads, values};
  };
  return {
    ...{rows, columns, side},
    alike: (stop) => {
      const here = stops[stop];
      return here ? new Map(here.layers.map(({name, alike}) => [name, alike])) : undefined;
    },
    most: (i) =>
      stops.reduce((most, stop) => {
        const at = stop?.indices.indexOf(i) ?? -1;
        return stop && at >= 0 ? Math.max(most, ...rowOf(stop.rollout, at)) : most;
      }, 0),
    of(stop, i) {
      const here = stops[stop];
      const at = here?.indices.indexOf(i) ?? -1;
      if (!here || at < 0) return undefined;
      const {layers} = here;
      const followed = layers.flatMap(({rows: packed, distance}) =>
        packed && at < packed.shape[0] ? [() => looks(packed, at, distance.length)] : [],
      );
      return {
        from: followed.length === layers.length ? patchLooks(followed, tokens) : undefined,
        rollout: rowOf(here.rollout, at),
        layers: layers.map(({name, received, distance, sharpness, importance}) => ({
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

/** Unpacks the layers only when they are first asked for. */
function patchLooks(
  followed: readonly (() => {readonly heads: number; readonly values: Float32Array})[],
  tokens: number,
): (patch: number) => PatchLooks {
  let known: ReturnType<(typeof followed)[number]>[] | undefined;
  return (patch) => {
    known ??= followed.map((unpack) => unpack());
    return {
      rollout: Float32Array.from(tokenRollout(known, tokens, patch)),
      heads: known.map(({heads, values}) =>
        Array.from({length: heads}, (_, h) =>
          values.slice((h * tokens + patch) * tokens, (h * tokens + patch + 1) * tokens),
        ),
      ),
    };
  };
}
