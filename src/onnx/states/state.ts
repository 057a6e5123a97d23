import type {ElementType} from "../file/tensors";

/** Numbers in the form of a file of weights: row after row, little-endian. */
export interface StoredArray {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** Weights without a graph: a PyTorch state_dict. */
export type State = ReadonlyMap<string, StoredArray>;
