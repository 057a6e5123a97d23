/**
 * @file Keeps the answers of an epoch in a short form: a right answer equals the label, and its probability follows
 * from the loss.
 */

type Classes = Uint8Array | Uint16Array;

/** The network's answers to the images. */
export interface EpochAnswers {
  /** Softmax cross-entropy in nats. */
  readonly losses: Float32Array;
  /** Label's logit less the greatest other's: above 0 if the answer was right. */
  readonly margins: Float32Array;
  readonly predicted: Classes;
  /** Probability of the answer, in 255ths. */
  readonly sureness: Uint8Array;
  /** EL2N, in 255ths of √2; absent from runs of earlier versions. */
  readonly errors?: Uint8Array;
}

/**
 * The short form: it contains `predicted` and `sureness` only for the images whose margin is not above 0, because the
 * others follow from it.
 */
export function keptAnswers<A extends EpochAnswers>({predicted, sureness, ...answers}: A) {
  const {margins} = answers;
  const isWrong = (_: number, n: number) => !(margins[n] > 0);
  return {...answers, predicted: predicted.filter(isWrong), sureness: sureness.filter(isWrong)};
}

/**
 * Makes the full answers again. Answers that an earlier version kept in full stay as they are.
 *
 * @throws RangeError if there are not as many answers as images were answered wrong.
 */
export function wholeAnswers(kept: EpochAnswers, labels: Classes): EpochAnswers {
  const {losses, margins, predicted, sureness} = kept;
  if (predicted.length === losses.length) return kept; // this is also true for an epoch in which all answers were wrong
  const all = labels.slice();
  const sure = new Uint8Array(losses.length);
  let at = 0;
  for (let n = 0; n < losses.length; n++) {
    if (margins[n] > 0) sure[n] = Math.round(255 * Math.exp(-losses[n]));
    else {
      all[n] = predicted[at];
      sure[n] = sureness[at++];
    }
  }
  if (at !== predicted.length || at !== sureness.length) {
    throw new RangeError(`answers that were wrong: expected ${at}, got ${predicted.length}`);
  }
  return {...kept, predicted: all, sureness: sure};
}
