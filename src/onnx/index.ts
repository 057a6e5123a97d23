export {OnnxError} from "./error";
export {type Both, type GradientOf, type OnnxGraph, type OnnxOptions, openOnnx} from "./open";
export {runtimeHere} from "./runtime/here";
export type {Feeds, NdArray, Port, Runtime, Session, SessionSettings} from "./runtime/runtime";
export {threadRuntime} from "./runtime/thread";
export type {Seen, Sizes} from "./seen";
