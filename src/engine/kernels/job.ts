/** Fields of a job, written by the main thread before each (../control.ts has the same offsets). */

// @ts-ignore: decorator
@inline
export function jobCount(job: usize): i32 {
  return load<i32>(job, 4);
}

/** Staged images, f32 [count][height][width][channels]. */
// @ts-ignore: decorator
@inline
export function jobImages(job: usize): usize {
  return <usize>load<u32>(job, 8);
}

/** Class of each image, i32 [count]; for input gradients −1 stands for all classes. */
// @ts-ignore: decorator
@inline
export function jobLabels(job: usize): usize {
  return <usize>load<u32>(job, 12);
}

/** Where results go, f32 [count][width]. */
// @ts-ignore: decorator
@inline
export function jobOutput(job: usize): usize {
  return <usize>load<u32>(job, 16);
}

/** The step's learning rate, bias correction of the first moment included (Adam). */
// @ts-ignore: decorator
@inline
export function jobRate(job: usize): f32 {
  return load<f32>(job, 20);
}

/** 1 / (1 − beta2 ^ t), the second moment's bias correction (Adam). */
// @ts-ignore: decorator
@inline
export function jobCorrection(job: usize): f32 {
  return load<f32>(job, 24);
}

/** A key for each image, so that each has random draws of its own: i32 [count], a multiple of four. */
// @ts-ignore: decorator
@inline
export function jobKeys(job: usize): usize {
  return <usize>load<u32>(job, 32);
}

/** Seed of this step's dropout masks. */
// @ts-ignore: decorator
@inline
export function jobSeed(job: usize): i32 {
  return load<i32>(job, 28);
}
