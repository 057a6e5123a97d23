import type {Split} from "../types";
import {batches} from "./batches";

/** Images in memory at a time. */
const BATCH = 1000;

/** The class of every image of a split. */
export async function labelsOf(split: Split): Promise<Uint16Array> {
  const labels = new Uint16Array(split.count);
  let at = 0;
  for await (const batch of batches(split, BATCH)) {
    labels.set(batch.labels, at);
    at += batch.count;
  }
  return labels;
}
