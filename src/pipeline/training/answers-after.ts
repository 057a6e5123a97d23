import type {DifferentiableClassifier} from "../../nouns/network";
import type {Split} from "../../nouns/samples";
import {batches} from "../data/batches";
import {imagesAtOnce} from "../data/images-at-once";
import {imageAnswers} from "../model/image-answers";
import {putAnswers, type TrainingRecord} from "./training-record";

/** How many images are read at a time. */
const BATCH = 1000;

/**
 * Fills a record with the network's answers to every training image as the network is now: without dropout, with
 * unchanged images, and without a step in between. The losses are not weighted by class.
 *
 * @param signal Ends the work after the current images; the losses of the others stay as they were.
 */
export async function putAnswersAfter(
  record: TrainingRecord,
  network: DifferentiableClassifier,
  train: Split,
  signal?: AbortSignal,
): Promise<void> {
  const classes = network.classNames.length;
  for await (const batch of batches(train, imagesAtOnce(network.imageShape, BATCH), {held: 1})) {
    if (signal?.aborted) return;
    putAnswers(record, batch, imageAnswers(await network.logits(batch), batch.labels, classes), classes);
  }
}
