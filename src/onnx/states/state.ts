import type {ElementType} from "../file/tensors";

/** Numbers as a file of weights has them: row after row, little-endian. */
export interface StoredArray {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** Weights without a graph: a PyTorch state_dict. */
export type State = ReadonlyMap<string, StoredArray>;
