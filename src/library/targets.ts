import type {Classifier} from "../nouns/network";
import {UserError} from "../nouns/options";
import type {Images} from "../nouns/samples";
import {classNamed} from "../pipeline/explained-classes";

/** The class that is explained: the answer, the truth, a class by name or index; one for all images, or one for each. */
export type Target = "predicted" | "label" | number | string | readonly (number | string)[];

/** A class for each image. @throws EpochscopeError BAD_OPTION if there is no such class, or no label is known. */
export async function targetsOf(
  model: Classifier,
  images: Images,
  target: Target,
  labels: ArrayLike<number> | undefined,
): Promise<Uint16Array> {
  const {count} = images;
  const {classNames} = model;
  if (target === "label") {
    const own = labels ?? (images as {readonly labels?: ArrayLike<number>}).labels;
    if (own?.length === count) return Uint16Array.from(own);
    throw new UserError(`target: expected a label for each of ${count} images, got ${own?.length ?? "none"}`, {
      code: "BAD_OPTION",
    });
  }
  if (target === "predicted") {
    const rows = await model.predict(images);
    const classes = classNames.length;
    return Uint16Array.from({length: count}, (_, n) => {
      const row = rows.subarray(n * classes, (n + 1) * classes);
      return row.indexOf(Math.max(...row));
    });
  }
  const words = typeof target === "object" ? target : Array.from({length: count}, () => target);
  if (words.length !== count) {
    throw new UserError(`target: expected one class for each of ${count} images, got ${words.length}`, {
      code: "BAD_OPTION",
    });
  }
  return Uint16Array.from(words, (word) => classNamed(classNames, `${word}`, "--target"));
}
