/**
 * @file Kernels over plain arrays in a memory that is another's: tfjs' wasm backend's own. No tables, no stack, nothing of
 * their own in it; addresses of float32 arrays of any length, counts in elements. Each is one pass where tfjs makes many.
 */
export * from "./tensor-attention";
export * from "./tensor-depthwise";
export * from "./tensor-gelu";
export * from "./tensor-layer-norm";
export * from "./tensor-optimizers";
export * from "./tensor-pooling";
export * from "./tensor-products";
export * from "./tensor-segments";
export * from "./tensor-sums";
