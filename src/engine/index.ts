/** @file The fused training engine: `plan` reads a model, `fusedNetwork` runs it. README.md says how it is made. */

export {VARIANTS, type Variant} from "./modules";
export {type FusedNetwork, type FusedOptions, fusedNetwork} from "./network";
export {type Plan, plan} from "./plan";
