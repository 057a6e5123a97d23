import type * as tf from "@tensorflow/tfjs";

/** A node that multiplies by stored weights, and the last node of its layer. */
export interface WeightedNode {
  readonly name: string;
  /** Its kind, by the name of the layer in tfjs. */
  readonly type: "Conv2D" | "DepthwiseConv2D" | "Dense";
  /** The name of its stored kernel; a dense one is `[in, out]`, or `[out, in]` if `isTurned`. */
  readonly kernel: string;
  readonly isTurned: boolean;
  /**
   * The node whose answer is the layer's answer: after all nodes that only add a bias, normalise or activate, as long
   * as nothing else reads the answer.
   */
  readonly answer: string;
}

interface RawNode {
  readonly name?: string;
  readonly op?: string;
  readonly input?: readonly string[];
  readonly attr?: {readonly [name: string]: {readonly b?: boolean}};
}

const KINDS: {readonly [op: string]: WeightedNode["type"]} = {
  Conv2D: "Conv2D",
  _FusedConv2D: "Conv2D",
  DepthwiseConv2dNative: "DepthwiseConv2D",
  DepthwiseConv2d: "DepthwiseConv2D",
  FusedDepthwiseConv2dNative: "DepthwiseConv2D",
  MatMul: "Dense",
  _FusedMatMul: "Dense",
  BatchMatMul: "Dense",
  BatchMatMulV2: "Dense",
};
/** Operators that belong to the layer before them, whatever else they read. */
const FOLLOWING = new Set([
  ...["BiasAdd", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "Identity"],
  ...["Relu", "Relu6", "LeakyRelu", "Prelu", "Elu", "Selu", "Sigmoid", "Tanh", "Softplus"],
]);
/**
 * Operators that belong to the layer if all their other inputs are stored numbers: a bias, or a folded batch
 * normalisation.
 */
const WITH_STORED = new Set(["Add", "AddV2", "Sub", "Mul"]);

/**
 * The nodes with weights of a GraphModel, in the graph's order.
 *
 * @param order The names of the nodes on which the output depends. @param stored The model's weights.
 */
export function weightedNodes(
  {node = []}: {readonly node?: readonly RawNode[]},
  order: readonly string[],
  stored: {readonly [name: string]: readonly tf.Tensor[]},
): WeightedNode[] {
  const nodes = new Map(node.map((one) => [`${one.name}`, one]));
  const plain = (input: string) => input.replace(/^\^/, "").replace(/:\d+$/, "");
  const storedName = (input: string): string | undefined => {
    const name = plain(input);
    if (stored[name]) return name;
    const found = nodes.get(name);
    return found?.op === "Identity" && found.input ? storedName(found.input[0]) : undefined;
  };
  const readers = new Map<string, string[]>();
  for (const name of order) {
    for (const input of nodes.get(name)?.input ?? [])
      readers.set(plain(input), [...(readers.get(plain(input)) ?? []), name]);
  }
  const endOf = (name: string): string => {
    const [next, ...others] = readers.get(name) ?? [];
    const {op = "", input = []} = nodes.get(next ?? "") ?? {};
    const isStored = () => input.every((one) => plain(one) === name || storedName(one) !== undefined);
    const isOwn = next !== undefined && others.length === 0;
    return isOwn && (FOLLOWING.has(op) || (WITH_STORED.has(op) && isStored())) ? endOf(next) : name;
  };
  return order.flatMap((name): WeightedNode[] => {
    const {op = "", input = [], attr = {}} = nodes.get(name) ?? {};
    const type = KINDS[op];
    const kernel = type && storedName(input[1] ?? "");
    if (!type || kernel === undefined) return [];
    const isTurned = type === "Dense" && (attr.transpose_b?.b ?? attr.adj_y?.b ?? false);
    return [{name, type, kernel, isTurned, answer: endOf(name)}];
  });
}
