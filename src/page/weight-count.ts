import type {Config} from "./config";
import type {Lesson} from "./lesson";

/** How many numbers it learns: two convolutions of 3 x 3 with a pool of 2 x 2 after each, and a dense layer. */
export function weightCount({width}: Config, {shape: [height, across, channels], classNames}: Lesson): number {
  const pooled = (side: number) => Math.floor((side - 2) / 2);
  const features = pooled(pooled(height)) * pooled(pooled(across)) * 2 * width;
  return 9 * channels * width + width + 9 * width * 2 * width + 2 * width + (features + 1) * classNames.length;
}
