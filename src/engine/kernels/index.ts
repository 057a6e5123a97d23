/**
 * @file The engine's kernels. Addresses and strides are in bytes. A group is four images, one in each lane: an element
 * of a plane has 16 bytes, one number of each image. Groups add their gradients to slots, which are summed after the
 * batch.
 */
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

/** Returns the address where the module's own tables end. Nothing else may be stored below it. */
export function heapBase(): usize {
  return __heap_base;
}
