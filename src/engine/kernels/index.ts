/** @file The engine's kernels. Addresses and strides are in bytes; a plane's element is four images' numbers, 16 bytes. */
export * from "./attention";
export * from "./convolution";
export * from "./dense";
export * from "./dropout";
export * from "./elementwise";
export * from "./gelu";
export * from "./images";
export * from "./layer-norm";
export * from "./loss";
export * from "./normalization";
export * from "./optimizer";
export * from "./pointwise";
export * from "./pooling";
export * from "./tensor-gelu";
export * from "./tokens";
export * from "./winograd";
export * from "./winograd-gradient";
export * from "./winograd-weights";

/** Where the module's own tables end: nothing else may stand below. */
export function heapBase(): usize {
  return __heap_base;
}
