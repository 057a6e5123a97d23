/** The facts that are kept about a layer's weights and about its answers to some test images. */
export interface LayerState {
  readonly layer: string;
  readonly type: string;
  /** Shape of the kernel. */
  readonly shape: readonly number[];
  readonly weights: number;
  /** The kernel in tfjs' layout; if it is very large, only some of its weights, evenly spaced. */
  readonly kernel: Float32Array;
  /** `gramOf` its outputs, places averaged in blocks. */
  readonly gram: Float32Array;
  /** Mean |output| of each unit, over images and places. */
  readonly activity: Float32Array;
  /** The share of images and places at which each unit is above 0. */
  readonly on: Float32Array;
  /** Whether no output is below 0: only such a layer can have dead units. */
  readonly rectified: boolean;
  /**
   * Images that a linear probe gets right, each left out of its fit (`probeRight`); null if none can be fitted. Absent
   * from runs of earlier versions, as is the next.
   */
  readonly probe?: number | null;
  /** Length of the mean loss' gradient at the layer's weights, of some training images with dropout on; null: it has none. */
  readonly gradient?: number | null;
}

/** The facts that are kept about a transformer's block, attention and dense layers together, beside those of its layers. */
export interface BlockState {
  /** "block 1". */
  readonly name: string;
  /** Its layers that have a LayerState, attention first. */
  readonly layers: readonly string[];
  /** Its matrices that are in none of these. */
  readonly others: readonly Pick<LayerState, "weights" | "kernel">[];
  /** `gramOf` what it gives on: its input with all that it adds; places averaged in blocks. */
  readonly gram: Float32Array;
  /** Images that a linear probe of what it gives on gets right; null if none can be fitted. */
  readonly probe: number | null;
}
