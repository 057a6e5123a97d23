import {batches} from "../data/batches";
import type {DifferentiableClassifier, Split} from "../types";

/** Images read at a time. */
const BATCH = 1000;

/** The logits, `[n * classes + k]`, and labels of a whole split. */
export async function logitsOf(
  classifier: DifferentiableClassifier,
  split: Split,
): Promise<{readonly logits: Float32Array; readonly labels: Uint16Array}> {
  const classes = classifier.classNames.length;
  const logits = new Float32Array(split.count * classes);
  const labels = new Uint16Array(split.count);
  let at = 0;
  for await (const batch of batches(split, BATCH)) {
    logits.set(await classifier.logits(batch), at * classes);
    labels.set(batch.labels, at);
    at += batch.count;
  }
  return {logits, labels};
}
