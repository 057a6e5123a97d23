/**
 * @file A model as plain data. Models of all kinds are read into this form, and the fused engine makes its plan from
 * it. Types only.
 */

/** A named array, row-major. */
export interface GraphArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A value that goes from one node to the next. */
export interface GraphInput {
  readonly name: string;
  /** Sizes for one sample, such as [height, width, channels]. */
  readonly shape: readonly number[];
}

/** One computation. Its output has the node's name. */
export interface GraphNode {
  readonly name: string;
  /** The kind of layer by tfjs' name, such as "Conv2D". */
  readonly kind: string;
  /** Its settings by tfjs' names, such as `{filters: 16, kernelSize: [3, 3], …}`. */
  // biome-ignore lint/suspicious/noExplicitAny: a layer's configuration is untyped in tfjs
  readonly config: {readonly [setting: string]: any};
  /** The values that it reads, in order: names of nodes or of the graph's inputs. */
  readonly inputs: readonly string[];
  /** Sizes of its output for one sample: [height, width, channels], [tokens, width] or [units]. */
  readonly shape: readonly number[];
  /** The weights that it reads, and where each stands in `Graph.arrays()`. Two nodes may share them. */
  readonly weights: readonly {readonly name: string; readonly index: number; readonly shape: readonly number[]}[];
  /** Whether training may change its weights. */
  readonly trainable: boolean;
}

export interface Graph {
  readonly inputs: readonly GraphInput[];
  /** The nodes, in an order in which each node stands after those that it reads. */
  readonly nodes: readonly GraphNode[];
  /** The names of the graph's outputs. */
  readonly outputs: readonly string[];
  /** Reads the weights. They are apart from the graph, so that code which refuses the graph need not wait for them. */
  arrays(): readonly GraphArray[];
}
