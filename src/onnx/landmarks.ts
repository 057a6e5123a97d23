import type {ModelProto, NodeProto} from "./file/model";

/** The tensors of a classifier for which people ask most. */
export interface Landmarks {
  /** The scores before a final softmax (or log-softmax, or sigmoid); the output itself if there is none. */
  readonly logits: string;
  /** The function that turns these scores into the output, if it is one of these. */
  readonly activation?: "softmax" | "logSoftmax" | "sigmoid";
  /** The input of the last dense layer. */
  readonly embedding?: string;
  /** The output of the last convolution, where Grad-CAM looks. */
  readonly lastConvolution?: string;
}

const ENDS = {Softmax: "softmax", LogSoftmax: "logSoftmax", Sigmoid: "sigmoid"} as const;
/** Operators that pass the same numbers on, or do so when the model is not being trained. */
const PASSING = new Set(["Identity", "Cast", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);

/** Finds the landmarks in the graph: it goes from the output back along the first inputs. */
export function landmarksOf(model: ModelProto, output = model.graph?.output?.[0]?.name ?? ""): Landmarks {
  const nodes = model.graph?.node ?? [];
  const byOutput = new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)));
  const stored = storedIn(model, nodes);
  const end = behind(byOutput, output);
  const activation = end && end.opType in ENDS ? ENDS[end.opType as keyof typeof ENDS] : undefined;
  const logits = activation ? (end?.input?.[0] ?? output) : output;
  const isDense = ({opType, input = []}: NodeProto) =>
    (opType === "Gemm" || opType === "MatMul") && input.slice(0, 2).some((name) => stored.has(name));
  const dense = lastBefore(nodes, logits, isDense);
  const embedding = dense?.input?.slice(0, 2).find((name) => !stored.has(name));
  const lastConvolution = lastBefore(nodes, logits, ({opType}) => opType === "Conv")?.output?.[0];
  return {
    logits,
    ...(activation && {activation}),
    ...(embedding && {embedding}),
    ...(lastConvolution && {lastConvolution}),
  };
}

/** The node that computed a tensor, skipping nodes that only pass it on. */
function behind(byOutput: ReadonlyMap<string, NodeProto>, name: string): NodeProto | undefined {
  let node = byOutput.get(name);
  while (node && PASSING.has(node.opType)) node = byOutput.get(node.input?.[0] ?? "");
  return node;
}

/** The last node, in the graph's order, that a tensor depends on and that fits. */
function lastBefore(nodes: readonly NodeProto[], name: string, fits: (node: NodeProto) => boolean) {
  const before = new Set([name]);
  return [...nodes].reverse().find((node) => {
    if (!node.output?.some((output) => before.has(output))) return false;
    for (const input of node.input ?? []) before.add(input);
    return fits(node);
  });
}

/** The weights, and all tensors that are computed from weights alone. */
function storedIn({graph}: ModelProto, nodes: readonly NodeProto[]): ReadonlySet<string> {
  const stored = new Set((graph?.initializer ?? []).map(({name = ""}) => name));
  for (const {input = [], output = [], opType} of nodes) {
    const fromStored =
      input.length > 0 ? input.every((name) => name === "" || stored.has(name)) : opType === "Constant";
    if (fromStored) for (const name of output) stored.add(name);
  }
  return stored;
}
