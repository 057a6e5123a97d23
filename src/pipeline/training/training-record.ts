import type {ImageAnswers} from "../../nouns/network";
import type {Batch} from "../data/batches";
import type {TrackedPoints} from "./tracked-points";

/**
 * The network's answers to every training image in one epoch: either as each was presented, before the step that learnt
 * from it (the papers on training dynamics use these answers), or after the epoch (`answers-after.ts`). They are
 * ordered by the image's place in the split; a loss is NaN if the network has not been asked about the image yet.
 */
export interface TrainingRecord {
  /** Softmax cross-entropy in nats. */
  readonly losses: Float32Array;
  /** The label's logit minus the greatest other logit. */
  readonly margins: Float32Array;
  readonly predicted: Uint8Array | Uint16Array;
  /** The label on which it was trained. */
  readonly labels: Uint8Array | Uint16Array;
  /** The probability of the answer, in 255ths. */
  readonly sureness: Uint8Array;
  /** EL2N, in 255ths of √2. */
  readonly errors: Uint8Array;
  /** The entropy of the probabilities, in 255ths of ln classes. */
  readonly entropies: Uint8Array;
  /** The images that the user follows, if there are any. */
  readonly tracked?: TrackedPoints;
}

export function trainingRecord(count: number, classes: number): TrainingRecord {
  const Classes = classes > 256 ? Uint16Array : Uint8Array;
  return {
    losses: new Float32Array(count).fill(Number.NaN),
    margins: new Float32Array(count).fill(Number.NaN),
    predicted: new Classes(count),
    labels: new Classes(count),
    sureness: new Uint8Array(count),
    errors: new Uint8Array(count),
    entropies: new Uint8Array(count),
  };
}

/** Puts a batch's answers at the places of its images. */
export function putAnswers(
  record: TrainingRecord,
  {indices, labels}: Pick<Batch, "indices" | "labels">,
  answers: ImageAnswers,
  classes: number,
): void {
  const most = Math.log(Math.max(2, classes));
  for (let n = 0; n < indices.length; n++) {
    const at = indices[n];
    record.losses[at] = answers.losses[n];
    record.margins[at] = answers.margins[n];
    record.predicted[at] = answers.predicted[n];
    record.labels[at] = labels[n];
    record.sureness[at] = Math.round(255 * answers.probabilities[n]);
    record.errors[at] = Math.round((255 * answers.errors[n]) / Math.SQRT2);
    record.entropies[at] = Math.round((255 * answers.entropies[n]) / most);
  }
}
