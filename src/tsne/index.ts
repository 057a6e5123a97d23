export type {Descent, Progress} from "./descent";
export {provideKernels} from "./kernel-module";
export type {Dimensions, Matrix} from "./matrix";
export {type LoadedMatrix, loadMatrix} from "./matrix-product";
export {type MapQuality, type Metric, type Neighbourhood, openNeighbourhood} from "./neighbourhood";
export {pauses} from "./parts";
export {automaticThreads} from "./threads";
export {embed, type TsneMap, type TsneOptions, tsne} from "./tsne";
