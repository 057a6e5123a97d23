/** @file The fused training engine: `plan` reads a graph, `fusedNetwork` runs it. README.md says how it is made. */

export {type Plan, plan} from "./compiler/plan";
export {fusedNetwork} from "./network";
export {EngineError, type FusedNetwork, type FusedOptions, type Graph, type GraphNode} from "./network-types";
export {provideKernels, VARIANTS, type Variant} from "./runtime/modules";
