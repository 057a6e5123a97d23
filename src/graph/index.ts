/**
 * @file A model as nodes and named arrays: `graphOf` makes it from a tf.LayersModel, and the fused engine makes its
 * plan from it.
 */

export {graphOf} from "./from-layers";
export type {Graph, GraphArray, GraphInput, GraphNode} from "./graph";
