/** @file A model as nodes and named arrays: `graphOf` reads a tf.LayersModel, the fused engine plans from what it gives. */

export {graphOf} from "./from-layers";
export type {Graph, GraphArray, GraphInput, GraphNode} from "./graph";
