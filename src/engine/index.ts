/** @file The fused training engine: `plan` reads a model, `fusedNetwork` runs it. README.md says how it is made. */

export {type PlainLayer, type PlainModel, type Plan, plan, planPlain} from "./compiler/plan";
export {fusedNetwork} from "./network";
export {EngineError, type FusedNetwork, type FusedOptions} from "./network-types";
export {provideKernels, VARIANTS, type Variant} from "./runtime/modules";
