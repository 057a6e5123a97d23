import type {DifferentiableClassifier} from "../../nouns/network";
import type {Split} from "../../nouns/samples";
import {batches} from "../data/batches";
import {imagesAtOnce} from "../data/images-at-once";
import {imageAnswers} from "../model/image-answers";
import {putAnswers, type TrainingRecord} from "./training-record";

/** Images read at a time. */
const BATCH = 1000;

/**
 * Fills a record with what the network answers to every training image as it stands: dropout off, the images as they are, no
 * step between. Its losses are not weighted by class.
 *
 * @param signal Ends it after the images at hand; the losses of the others stay as they were.
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
