/** The facts that are kept about a layer's weights and about its answers to some test images. */
export interface LayerState {
  readonly layer: string;
  readonly type: string;
  /** The shape of the kernel. */
  readonly shape: readonly number[];
  readonly weights: number;
  /** The kernel in tfjs' layout; if it is very large, only some of its weights, evenly spaced. */
  readonly kernel: Float32Array;
  /** `gramOf` its outputs, with places averaged in blocks. */
  readonly gram: Float32Array;
  /** The mean |output| of each unit, over images and places. */
  readonly activity: Float32Array;
  /** The share of images and places at which each unit is above 0. */
  readonly on: Float32Array;
  /** Whether no output is below 0: only such a layer can have dead units. */
  readonly rectified: boolean;
  /**
   * How many images a linear probe gets right, where each image is left out of its fit (`probeRight`); null if no probe
   * can be fitted. This field and the next one are absent from runs of earlier versions.
   */
  readonly probe?: number | null;
  /**
   * The length of the gradient of the mean loss with respect to the layer's weights, for some training images, with
   * dropout on; null if the layer has no gradient.
   */
  readonly gradient?: number | null;
}

/**
 * The facts that are kept about a transformer's block (attention and dense layers together), in addition to those about
 * its layers.
 */
export interface BlockState {
  /** Its name: "block 1". */
  readonly name: string;
  /** Its layers that have a LayerState, attention first. */
  readonly layers: readonly string[];
  /** Its matrices that are in none of these layers. */
  readonly others: readonly Pick<LayerState, "weights" | "kernel">[];
  /** `gramOf` its output, which is its input plus everything that it adds, with places averaged in blocks. */
  readonly gram: Float32Array;
  /** How many images a linear probe of its output gets right; null if no probe can be fitted. */
  readonly probe: number | null;
}
