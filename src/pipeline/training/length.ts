import type {Dataset} from "../../nouns/samples";

/** How long a run trains, and on how many images in each step. */
export interface Length {
  readonly epochs: number;
  readonly batchSize: number;
  /** A note for the user, if the length was chosen because there are few pictures. */
  readonly note?: string;
}

/** The epochs of a run, and the images in each step, unless the user asks for others. */
const EPOCHS = 5;
export const BATCH = 64;
/**
 * How many steps a network makes on the user's own pictures: after so many, it tells six classes of 3,000 noisy
 * pictures apart (bench/shapes.ts).
 */
const STEPS = 650;
/**
 * For few pictures: the fewest batches in an epoch, and the smallest batch. Otherwise an epoch of few images would have
 * only a few steps.
 */
const [FEWEST_BATCHES, SMALLEST_BATCH] = [30, 8];
/**
 * The most epochs, however few pictures there are: the probes look at the network after each epoch, and that takes time
 * too.
 */
const MOST_EPOCHS = 30;

/** The batch size for this number of training images: `most`, or less if there are few images. */
export function fittingBatch(images: number, most: number): number {
  return Math.min(most, Math.max(SMALLEST_BATCH, Math.floor(images / FEWEST_BATCHES)));
}

/**
 * The length of training: the one that the user asks for; if that is 0, 5 epochs with batches of 64. A folder of
 * pictures, which mostly has few, gets as many epochs as make 650 steps, from 5 to 30.
 */
export function lengthOf(
  asked: {readonly epochs: number; readonly batchSize: number},
  {folder, train}: Pick<Dataset, "folder" | "train">,
): Length {
  const isOwn = folder !== undefined;
  const batchSize = asked.batchSize || (isOwn ? fittingBatch(train.count, BATCH) : BATCH);
  if (asked.epochs || !isOwn) return {epochs: asked.epochs || EPOCHS, batchSize};
  const batches = Math.ceil(train.count / batchSize);
  const epochs = Math.min(MOST_EPOCHS, Math.max(EPOCHS, Math.ceil(STEPS / batches)));
  if (epochs === EPOCHS) return {epochs, batchSize};
  const steps = (epochs * batches).toLocaleString("en");
  return {
    epochs,
    batchSize,
    note: `${epochs} epochs, because there are few pictures: ${steps} steps of ${batchSize}; --epochs changes this`,
  };
}
