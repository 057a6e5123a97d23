import {alikeHeads} from "../../numbers/alike-heads";
import type {Saved} from "../file-memory";
import {fractions, type Packer} from "../packer";
import type {AttentionShown} from "../report-file";
import {array} from "./saved-values";

type Stop = NonNullable<AttentionShown["stops"][number]>;

/**
 * The most bytes that a page carries about where each patch looks; for long runs, these are enough for fewer images.
 */
const MOST_LOOKS = 1e6;

/** Where a transformer's heads look, in the form in which the probe `attention` kept it. */
export function gatherAttention(stops: readonly (KeptAttention | null)[], pack: Packer): AttentionShown | null {
  const any = stops.find((stop) => stop !== null);
  if (!any) return null;
  const tokens = any.grid.rows * any.grid.columns;
  const followed = followedImages(stops, tokens);
  return {
    ...any.grid,
    stops: stops.map(
      (stop): Stop | null =>
        stop && {
          indices: stop.indices,
          rollout: pack.add(fractions(stop.rollout, tokens), [stop.indices.length, tokens], 1 / 65535),
          layers: stop.layers.map(({layer, heads, received, rows, distance, sharpness, importance}) => ({
            name: layer,
            received: pack.add(fractions(received, tokens), [stop.indices.length, heads, tokens], 1 / 65535),
            alike: alikeHeads(received, heads, tokens),
            ...(followed &&
              rows && {
                rows: pack.add(rows.subarray(0, followed * heads * tokens * tokens), [followed, heads, tokens, tokens]),
              }),
            ...{distance, sharpness, importance},
          })),
        },
    ),
  };
}

/** For how many images, from the first, every stop can say where each patch looks. */
function followedImages(stops: readonly (KeptAttention | null)[], tokens: number): number {
  const kept = stops.filter((stop) => stop !== null);
  const images = ({layers}: KeptAttention) =>
    Math.min(...layers.map(({heads, rows}) => (rows ? rows.length / (heads * tokens * tokens) : 0)));
  const each = kept.reduce((sum, {layers}) => sum + layers.reduce((own, {heads}) => own + heads * tokens ** 2, 0), 0);
  return Math.min(Math.floor(MOST_LOOKS / each), ...kept.map(images));
}

interface KeptAttention {
  readonly grid: {readonly rows: number; readonly columns: number; readonly side: number};
  readonly indices: readonly number[];
  readonly rollout: ArrayLike<number>;
  readonly layers: readonly {
    readonly layer: string;
    readonly heads: number;
    readonly received: ArrayLike<number>;
    /** Absent in runs of earlier versions. */
    readonly rows?: Uint8Array | undefined;
    readonly distance: readonly number[];
    readonly sharpness: readonly number[];
    readonly importance: readonly number[];
  }[];
}

/** One epoch's artifact. @throws UserError if it lacks an array that the probe always keeps. */
export function keptAttention({numbers}: Saved, path: string): KeptAttention {
  const of = (values: unknown, name: string) => array(values, `${path}: numbers.${name}`);
  const layers = numbers?.layers as readonly {readonly [name: string]: unknown}[];
  return {
    grid: numbers?.grid as KeptAttention["grid"],
    indices: [...Array.from(of(numbers?.indices, "indices"))],
    rollout: of(numbers?.rollout, "rollout"),
    layers: layers.map((layer) => ({
      layer: `${layer.layer}`,
      heads: Number(layer.heads),
      received: of(layer.received, "received"),
      rows: layer.rows === undefined ? undefined : Uint8Array.from(of(layer.rows, "rows")),
      distance: Array.from(of(layer.distance, "distance")),
      sharpness: Array.from(of(layer.sharpness, "sharpness")),
      importance: Array.from(of(layer.importance, "importance")),
    })),
  };
}
