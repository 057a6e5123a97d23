import {UserError} from "../../nouns/options";
import type {Dataset} from "../../nouns/samples";
import {first} from "../data/split";
import type {RunDirectory} from "../record/run-directory";
import {readTestImages} from "../record/test-images";

/** Whether a run that was broken off came to keep its test images, whole. */
export async function hasTestImages({path}: RunDirectory, data: Dataset): Promise<boolean> {
  try {
    return readTestImages(path).count === data.test.count;
  } catch (error) {
    if (error instanceof UserError) return false; // not there, or damaged: it is made again
    throw error;
  }
}

/** The test images as bytes, once a run: the report draws them, and a saved run can be asked about them. */
export async function keepTestImages(directory: RunDirectory, data: Dataset): Promise<void> {
  const {count, pixels, labels, shape} = await data.test.read(first(data.test.count));
  // Uint8Array.from would gather the millions of numbers in a list of its own first: a second, and 400 MB.
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) bytes[i] = Math.round(255 * pixels[i]);
  const {files} = data.test;
  const images = {count, shape, classNames: data.classNames, pixels: bytes, labels, ...(files ? {files} : {})};
  await directory.writeTestImages(images);
}
