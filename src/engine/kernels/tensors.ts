/**
 * @file Kernels over plain arrays in the memory of another module: that of tfjs' wasm backend. They keep nothing of
 * their own there, neither tables nor a stack. They take the addresses of float32 arrays of any length, and counts in
 * elements. Each kernel does in one pass what takes tfjs many passes.
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
