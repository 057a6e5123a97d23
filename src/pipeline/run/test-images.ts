import {UserError} from "../../nouns/options";
import {ownTurn} from "../../nouns/own-turn";
import type {Dataset} from "../../nouns/samples";
import {first} from "../data/split";
import {bytesAt} from "../data/split-bytes";
import {labelsAt} from "../data/split-labels";
import type {RunDirectory} from "../record/run-directory";
import {readTestImages} from "../record/test-images";

/** How many images are read and turned into bytes between two turns of the event loop. */
const AT_ONCE = 1000;

/** Whether an interrupted run had kept all its test images. */
export async function hasTestImages({path}: RunDirectory, data: Dataset): Promise<boolean> {
  try {
    return readTestImages(path).count === data.test.count;
  } catch (error) {
    if (error instanceof UserError) return false; // missing or damaged, so the caller makes it again
    throw error;
  }
}

/**
 * Keeps the test images as bytes, once for each run: the report draws them, and a saved run can be asked about them.
 */
export async function keepTestImages(directory: RunDirectory, data: Dataset): Promise<void> {
  const {count, files} = data.test;
  const shape = data.imageShape;
  const size = shape[0] * shape[1] * shape[2];
  const places = first(count);
  const bytes = new Uint8Array(count * size);
  const labels = await labelsAt(data.test, places);
  for (let from = 0; from < count; from += AT_ONCE) {
    const part = places.subarray(from, from + AT_ONCE);
    const own = bytes.subarray(from * size, (from + part.length) * size);
    await bytesAt(data.test, part, own);
    await ownTurn();
  }
  const images = {count, shape, classNames: data.classNames, pixels: bytes, labels, ...(files ? {files} : {})};
  await directory.writeTestImages(images);
}
