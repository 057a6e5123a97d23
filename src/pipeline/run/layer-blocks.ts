import type {ModelFacts} from "./events";

type Layer = ModelFacts["layers"][number];

/** A transformer's block: its attention, its dense layers, and what they are added up to. */
export interface LayerBlock {
  /** "block 1". */
  readonly name: string;
  /** Attention first. */
  readonly layers: readonly Layer[];
  /** The layer that gives the block's output. */
  readonly end: Layer;
}

/**
 * Finds the blocks of a transformer by its layers in their order: each begins with self-attention, and ends with the last sum
 * before the next one begins.
 *
 * @returns None of a network without self-attention.
 */
export function blocksOf(layers: readonly Layer[]): LayerBlock[] {
  const starts = layers.flatMap(({type}, at) => (type === "SelfAttention" ? [at] : []));
  return starts.flatMap((start, n) => {
    const own = layers.slice(start, starts[n + 1] ?? layers.length);
    const end = own.findLastIndex(({type}) => type === "Add");
    return end < 0 ? [] : [{name: `block ${n + 1}`, layers: own.slice(0, end), end: own[end]}];
  });
}
