import type {Dataset, Split} from "../../nouns/samples";
import {first, subset} from "./split";

/**
 * The most test images that probes and the page show, which is as many as MNIST has; and the most bytes of their
 * pixels.
 */
const [SHOWN, SHOWN_BYTES] = [10_000, 2 ** 26];

/**
 * The test images of a very large set, divided into those that are shown and those that count only in the loss and the
 * accuracy: a run keeps the shown ones, and asks about each of them. They are taken at even distances.
 *
 * @returns The two parts, and a line for the user. If the images are in memory, all of them are shown.
 */
export function shownTest(
  test: Split,
  [height, width, channels]: Dataset["imageShape"],
): Pick<Dataset, "test" | "moreTest"> & {readonly note?: string} {
  const most = Math.max(1, Math.min(SHOWN, Math.floor(SHOWN_BYTES / (height * width * channels))));
  const {count} = test;
  if (test.ahead === undefined || count <= most) return {test};
  const shown = Uint32Array.from({length: most}, (_, n) => Math.floor((n * count) / most));
  const isShown = new Set(shown);
  const others = first(count).filter((n) => !isShown.has(n));
  const [some, all] = [most, count].map((number) => number.toLocaleString("en"));
  const note =
    `the page, the maps and TensorBoard show ${some} of the ${all} test images, taken evenly; ` +
    "the loss and the accuracy are of all";
  return {test: subset(test, shown), moreTest: subset(test, others), note};
}
