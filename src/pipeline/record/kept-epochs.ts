import {judgedLoss} from "../../nouns/judged-loss";

/** How many epochs are shown in full, unless `--keep-epochs` gives another number. */
export const KEEP_EPOCHS = 60;

/** The epochs that a run looks at with its probes: the untrained network, every Nth epoch, and the last. */
export function probedEpochs(last: number, every: number): number[] {
  const epochs: number[] = [];
  for (let epoch = 0; epoch < last; epoch += every) epochs.push(epoch);
  return [...epochs, last];
}

/**
 * Which epochs of a long run are shown in full (pictures, the page, TensorBoard's histograms and projector): the first,
 * the last, the best, and others at even distances. If epochs are added at the end, the choice stays the same until it
 * would have more than `most`.
 *
 * @param epochs Ascending.
 * @param most About how many, besides the untrained network; 0 means all.
 * @param best The epoch that is kept in any case, if it is one of them.
 */
export function keptEpochs(epochs: readonly number[], most: number, best?: number): number[] {
  if (most === 0 || epochs.length <= most + 1) return [...epochs];
  const step = Math.ceil((epochs.length - 1) / (most - 1));
  return epochs.filter((epoch, i) => i % step === 0 || i === epochs.length - 1 || epoch === best);
}

/**
 * The epoch with the smallest validation loss (or else test loss); of equal ones, the first. Undefined if there is
 * none.
 */
export function bestEpoch(
  metrics: readonly {readonly epoch: number; readonly validationLoss: number | null; readonly testLoss?: number}[],
): number | undefined {
  if (metrics.length === 0) return undefined;
  return metrics.reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a)).epoch;
}
