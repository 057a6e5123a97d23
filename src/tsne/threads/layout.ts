/** How many points a task of most kernels handles (kernels/affinities.ts). */
export const CHUNK = 256;
/** How many points a task handles if each point meets all others (kernels/neighbours.ts, ranks.ts, all-pairs.ts). */
export const ROWS = 32;

export function align(bytes: number): number {
  return Math.ceil(bytes / 128) * 128;
}

export function sum(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
