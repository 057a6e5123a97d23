import type {ImageAnswers} from "../types";

/**
 * What the network answered to every training image as it was presented in one epoch, before the step that learnt from it:
 * the answers that the papers on training dynamics use. By the image's place in the split; NaN losses where an image was not
 * presented yet. 10 bytes an image, 11 of more than 256 classes.
 */
export interface TrainingRecord {
  /** Softmax cross-entropy in nats. */
  readonly losses: Float32Array;
  /** Label's logit less the greatest other's. */
  readonly margins: Float32Array;
  readonly predicted: Uint8Array | Uint16Array;
  /** Probability of the answer, in 255ths. */
  readonly sureness: Uint8Array;
}

export function trainingRecord(count: number, classes: number): TrainingRecord {
  return {
    losses: new Float32Array(count).fill(Number.NaN),
    margins: new Float32Array(count).fill(Number.NaN),
    predicted: classes > 256 ? new Uint16Array(count) : new Uint8Array(count),
    sureness: new Uint8Array(count),
  };
}

/** Puts a batch's answers where its images stand. */
export function putAnswers(record: TrainingRecord, indices: ArrayLike<number>, answers: ImageAnswers): void {
  for (let n = 0; n < indices.length; n++) {
    const at = indices[n];
    record.losses[at] = answers.losses[n];
    record.margins[at] = answers.margins[n];
    record.predicted[at] = answers.predicted[n];
    record.sureness[at] = Math.round(255 * answers.probabilities[n]);
  }
}
