import {ascending} from "./ascending";
import {type AnswersByEpoch, type Dynamics, dynamicsOf} from "./dynamics";

/** A training image whose label looks wrong, judged by how the network learnt it. */
export interface TrainingSuspect {
  /** Its place in the training split. */
  readonly index: number;
  /**
   * The class that the network answered most often in place of the label; the label itself if no other class was ever
   * answered.
   */
  readonly predicted: number;
  /** Mean over the epochs of the label's probability, in [0, 1]. */
  readonly confidence: number;
  /** Population standard deviation of that probability, in [0, 0.5]. */
  readonly variability: number;
  /**
   * The mean over the epochs of the label's logit minus the greatest other logit (Pleiss et al. 2020). A low number is
   * suspect.
   */
  readonly areaUnderMargin: number;
  /** In how many epochs the answer was the label. */
  readonly correct: number;
  readonly forgotten: number;
  readonly learnedAt: number;
  /** Whether the margin is below 0 on average: over the run, another class mostly scored higher than the label. */
  readonly isIssue: boolean;
}

/** The facts about each training image, and the suspects among them. */
export interface RankedLabels {
  /** The places of the images, the most suspect first: by the area under the margin, the lowest first. */
  readonly order: Uint32Array;
  readonly dynamics: Dynamics;
  /**
   * By place: the class that was answered most often in place of the label, or the label itself if no other class was
   * answered.
   */
  readonly others: Uint16Array;
}

/**
 * Ranks training images by how likely their label is wrong: the area under the margin, lowest first (Pleiss et al.
 * 2020, "Identifying Mislabeled Data using the Area Under the Margin Ranking"). The network has learnt from these very
 * labels, so images are ranked by how long it took the network to accept them.
 *
 * @param predicted Each epoch's answer to each image.
 */
export function rankedLabels(
  answers: AnswersByEpoch,
  predicted: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
): RankedLabels {
  const dynamics = dynamicsOf(answers);
  return {order: ascending(dynamics.areaUnderMargin), dynamics, others: usualOthers(predicted, labels)};
}

/**
 * By place: the class that was answered most often in place of the label; the label itself if no other was.
 *
 * @param predicted Each epoch's answer to each image.
 */
export function usualOthers(predicted: readonly ArrayLike<number>[], labels: ArrayLike<number>): Uint16Array {
  const others = new Uint16Array(labels);
  const astray = new Set<number>();
  for (const epoch of predicted) for (let n = 0; n < others.length; n++) if (epoch[n] !== labels[n]) astray.add(n);
  for (const n of astray) others[n] = usualOther(predicted, n, labels[n]);
  return others;
}

/** The same facts, image by image, the most suspect first. */
export function suspectTrainingLabels(
  answers: AnswersByEpoch,
  predicted: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
): TrainingSuspect[] {
  const {order, dynamics, others} = rankedLabels(answers, predicted, labels);
  const suspects: TrainingSuspect[] = [];
  for (let rank = 0; rank < order.length; rank++) {
    const n = order[rank];
    suspects.push({
      index: n,
      predicted: others[n],
      confidence: dynamics.confidence[n],
      variability: dynamics.variability[n],
      areaUnderMargin: dynamics.areaUnderMargin[n],
      correct: dynamics.correctness[n],
      forgotten: dynamics.forgotten[n],
      learnedAt: dynamics.learnedAt[n],
      isIssue: dynamics.areaUnderMargin[n] < 0,
    });
  }
  return suspects;
}

/** The commonest answer that is not the label; of equally common ones, the later one. */
function usualOther(predicted: readonly ArrayLike<number>[], n: number, label: number): number {
  const counts = new Map<number, number>();
  let best = label;
  for (const epoch of predicted) {
    const answer = epoch[n];
    if (answer === label) continue;
    const count = (counts.get(answer) ?? 0) + 1;
    counts.set(answer, count);
    if (count >= (counts.get(best) ?? 0)) best = answer; // the label itself is never counted
  }
  return best;
}
