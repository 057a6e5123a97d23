/** The function that the last nodes of a graph apply to its scores, as far as the nodes' names show it. */
export interface GraphEnd {
  readonly kind: "softmax" | "log-softmax" | "sigmoid" | "scores" | "unknown";
  /** The kind of the node that shows this, in the graph's own words: "Softmax". */
  readonly node: string;
}

/** A node of any kind of graph: ONNX, a TensorFlow graph, or Keras layers. */
export interface GraphNode {
  readonly type: string;
  /** The computed tensors that it reads, the data first; constants and the graph's own inputs are left out. */
  readonly inputs: readonly string[];
  /**
   * The function that it applies to its own result, if it has such an option: Keras' `activation`, TensorFlow's
   * `fused_ops`.
   */
  readonly activation?: string | undefined;
}

/** Kinds of nodes that change no number, or only its type. */
const PASSING = new Set([
  ...[
    "Identity",
    "Reshape",
    "Flatten",
    "Squeeze",
    "Unsqueeze",
    "ExpandDims",
    "Cast",
    "Dropout",
    "Transpose",
    "Permute",
  ],
  ...[
    "QuantizeLinear",
    "DequantizeLinear",
    "StopGradient",
    "SeededDropout",
    "Pad",
    "Contiguous",
    "PlaceholderWithDefault",
  ],
]);
/** Whether a node of this kind changes no number. */
export function isPassing(type: string): boolean {
  return PASSING.has(type);
}
const SOFTMAX = new Set(["softmax", "biassoftmax", "qlinearsoftmax"]);
const LOG_SOFTMAX = new Set(["logsoftmax", "log_softmax"]);
const SIGMOID = new Set(["sigmoid", "hardsigmoid", "hard_sigmoid", "qlinearsigmoid", "logistic"]);
/** Weighted sums and means. Their results can be any number, like the scores before a softmax or a sigmoid. */
const LINEAR = new Set([
  ...["Gemm", "MatMul", "Conv", "MatMulInteger", "FusedMatMul", "QLinearMatMul", "QGemm", "Einsum"],
  ...["Dense", "Conv2D", "SeparableConv2D", "DepthwiseConv2D", "DepthwiseConv2dNative", "_FusedMatMul", "_FusedConv2D"],
  ...["BatchMatMul", "BatchMatMulV2", "BatchNormalization", "FusedBatchNormV3"],
]);
/** Nodes that are linear in what they read: if they read scores, they give scores. */
const KEEPING = new Set([
  ...["Add", "AddV2", "BiasAdd", "Sub", "Mul", "Div", "RealDiv", "Multiply", "Average", "Sum"],
  ...[
    "GlobalAveragePool",
    "AveragePool",
    "AvgPool",
    "ReduceMean",
    "Mean",
    "GlobalAveragePooling2D",
    "AveragePooling2D",
  ],
]);
/** The kinds of activation in which a classifier may end, by the names that layers use for them. */
export function isEnd(activation: string): boolean {
  const word = activation.toLowerCase();
  return [SOFTMAX, LOG_SOFTMAX, SIGMOID].some((words) => words.has(word));
}
const NO_ACTIVATION = new Set([undefined, "linear", "BiasAdd", "FusedBatchNorm"]);

/**
 * Follows a graph back from an output to the node that shows what the numbers mean.
 *
 * @param nodeOf The node that makes a tensor; undefined for a constant, and for the graph's inputs.
 */
export function graphEnd(nodeOf: (tensor: string) => GraphNode | undefined, output: string): GraphEnd {
  const seen = new Set<string>();
  let tensor = output;
  while (!seen.has(tensor)) {
    seen.add(tensor);
    const node = nodeOf(tensor);
    if (!node) break;
    const {type, inputs, activation} = node;
    const name = NO_ACTIVATION.has(activation) ? type : `${activation}`;
    const word = name.toLowerCase();
    if (SOFTMAX.has(word)) return {kind: "softmax", node: name};
    if (LOG_SOFTMAX.has(word)) return {kind: "log-softmax", node: name};
    if (SIGMOID.has(word)) return {kind: "sigmoid", node: name};
    if (!NO_ACTIVATION.has(activation)) return {kind: "unknown", node: name};
    if (LINEAR.has(type)) return {kind: "scores", node: type};
    if (KEEPING.has(type))
      return {kind: inputs.every((input) => isScores(nodeOf, input, 8)) ? "scores" : "unknown", node: type};
    if (!PASSING.has(type) || inputs.length === 0) return {kind: "unknown", node: type};
    tensor = inputs[0];
  }
  return {kind: "unknown", node: "its input"};
}

/**
 * The scores that a graph's last softmax, log-softmax or sigmoid reads, if that function is a node of its own.
 *
 * @param nodeOf As for `graphEnd`.
 */
export function beforeActivation(
  nodeOf: (tensor: string) => GraphNode | undefined,
  output: string,
): string | undefined {
  const seen = new Set<string>();
  let tensor = output;
  while (!seen.has(tensor)) {
    seen.add(tensor);
    const node = nodeOf(tensor);
    if (!node || node.inputs.length === 0 || !NO_ACTIVATION.has(node.activation)) return undefined;
    const word = node.type.toLowerCase();
    if ([SOFTMAX, LOG_SOFTMAX, SIGMOID].some((words) => words.has(word))) return node.inputs[0];
    if (!PASSING.has(node.type)) return undefined;
    tensor = node.inputs[0];
  }
  return undefined;
}

/** Whether a tensor is a weighted sum of what came before. @param depth How many nodes it may go back. */
function isScores(nodeOf: (tensor: string) => GraphNode | undefined, tensor: string, depth: number): boolean {
  const node = nodeOf(tensor);
  if (!node || depth === 0 || !NO_ACTIVATION.has(node.activation)) return false;
  if (LINEAR.has(node.type)) return true;
  if (!KEEPING.has(node.type) && !PASSING.has(node.type)) return false;
  return node.inputs.length > 0 && node.inputs.every((input) => isScores(nodeOf, input, depth - 1));
}
