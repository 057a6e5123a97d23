import type {AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto} from "../file/model";

/** Gives the nodes that replace a node: the node itself if nothing needs to change. New constants go to `constants`. */
export type NodeRewrite = (node: NodeProto, constants: TensorProto[]) => readonly NodeProto[];

/** The model with each node replaced, in the graphs inside nodes (If, Loop, Scan) as well. */
export function rewritten(model: ModelProto, rewrite: NodeRewrite): ModelProto {
  const constants: TensorProto[] = [];
  const inGraph = (graph: GraphProto): GraphProto => ({
    ...graph,
    node: (graph.node ?? []).flatMap((node) => rewrite(withGraphs(node, inGraph), constants)),
  });
  const graph = inGraph(model.graph ?? {});
  return {...model, graph: {...graph, initializer: [...(graph.initializer ?? []), ...constants]}};
}

/** A node with its inner graphs changed. */
export function withGraphs(node: NodeProto, change: (graph: GraphProto) => GraphProto): NodeProto {
  if (!node.attribute?.some((a) => a.g || a.graphs?.length)) return node;
  const changed = (a: AttributeProto): AttributeProto => ({
    ...a,
    ...(a.g && {g: change(a.g)}),
    ...(a.graphs && {graphs: a.graphs.map(change)}),
  });
  return {...node, attribute: node.attribute.map(changed)};
}
