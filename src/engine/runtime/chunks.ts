import type {Compiled} from "../compiler/compile";
import type {Plan} from "../compiler/plan";
import {EngineError, type Images} from "../network-types";
import type {Crew} from "./crew";

/** The threads and the memory of a network that is running. */
export interface Running {
  readonly plan: Plan;
  readonly compiled: Compiled;
  readonly crew: Crew;
  readonly words: Int32Array;
  readonly floats: Float32Array;
}

/** Runs a program on any number of images, with as many at a time as can be staged, and joins the results. */
export async function inChunks(
  running: Running,
  images: Images,
  targets: ArrayLike<number> | "all",
  program: number,
  width: number,
): Promise<Float32Array> {
  return (await partsInChunks(running, images, targets, program, [width]))[0];
}

/**
 * The same for a program that returns several parts one after the other; each part has its own number of values for
 * each image.
 *
 * @param into The buffer for the first part, instead of a new array.
 */
export async function partsInChunks(
  {plan, compiled, crew, words, floats}: Running,
  images: Images,
  targets: ArrayLike<number> | "all",
  program: number,
  widths: readonly number[],
  into?: Float32Array,
): Promise<Float32Array[]> {
  checkImages(plan, images);
  checkTargets(targets, images.count, plan.classes);
  const {staging, chunk, outputSize} = compiled.layout;
  const size = images.count === 0 ? 0 : images.pixels.length / images.count;
  const most = Math.min(chunk, Math.floor(outputSize / widths.reduce((sum, width) => sum + width) / 4) * 4);
  const joined = widths.map((width, part) => (part === 0 && into) || new Float32Array(images.count * width));
  const starts = Array.from({length: Math.ceil(images.count / most)}, (_, i) => i * most);
  await Promise.all(
    starts.map((start) => {
      const count = Math.min(most, images.count - start);
      return crew.run(
        (n) => {
          const {images: at, labels, output} = staging[n];
          floats.set(images.pixels.subarray(start * size, (start + count) * size), at / 4);
          for (let i = 0; i < count; i++) words[labels / 4 + i] = targets === "all" ? -1 : targets[start + i];
          return {program, count, images: at, labels, output};
        },
        (n) => {
          let from = staging[n].output / 4;
          widths.forEach((width, part) => {
            joined[part].set(floats.subarray(from, from + count * width), start * width);
            from += count * width;
          });
        },
      );
    }),
  );
  return joined;
}

export function checkImages({imageShape}: Plan, {count, shape, pixels}: Images): void {
  if (`${shape}` !== `${imageShape}`) {
    throw new EngineError(`images: expected ${imageShape.join(" x ")}, the model's input, got ${shape.join(" x ")}`);
  }
  const expected = count * shape[0] * shape[1] * shape[2];
  if (pixels.length !== expected) throw new RangeError(`pixels: expected ${expected}, got ${pixels.length}`);
}

/** @throws RangeError if there is not one class for each image, each below `classes`. */
export function checkTargets(targets: ArrayLike<number> | "all", count: number, classes: number): void {
  if (targets === "all") return;
  if (targets.length !== count)
    throw new RangeError(`targets: expected one for each of ${count} images, got ${targets.length}`);
  const outside = Array.from(targets).find((k) => !(k >= 0 && k < classes));
  if (outside !== undefined) throw new RangeError(`target class: expected a number below ${classes}, got ${outside}`);
}
