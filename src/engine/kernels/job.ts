/** The fields of a job. The main thread writes them before each job (../compiler/control.ts has the same offsets). */

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

/** The class of each image, i32 [count]. For input gradients, −1 stands for the sum of all classes. */
// @ts-ignore: decorator
@inline
export function jobLabels(job: usize): usize {
  return <usize>load<u32>(job, 12);
}

/** The place for the results, f32 [count][width]. */
// @ts-ignore: decorator
@inline
export function jobOutput(job: usize): usize {
  return <usize>load<u32>(job, 16);
}

/** The learning rate of the step. For Adam, it includes the bias correction of the first moment. */
// @ts-ignore: decorator
@inline
export function jobRate(job: usize): f32 {
  return load<f32>(job, 20);
}

/** 1 / (1 − beta2 ^ t), the bias correction of the second moment (Adam). */
// @ts-ignore: decorator
@inline
export function jobCorrection(job: usize): f32 {
  return load<f32>(job, 24);
}

/** A key for each image, so that each image has its own random draws: i32 [count rounded up to a multiple of four]. */
// @ts-ignore: decorator
@inline
export function jobKeys(job: usize): usize {
  return <usize>load<u32>(job, 32);
}

/** The seed of the dropout masks of this step. */
// @ts-ignore: decorator
@inline
export function jobSeed(job: usize): i32 {
  return load<i32>(job, 28);
}
