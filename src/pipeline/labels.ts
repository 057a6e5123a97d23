import {UserError} from "../nouns/options";
import type {Dataset} from "../nouns/samples";
import {suspectTrainingLabels, type TrainingSuspect} from "../numbers/suspect-training-labels";
import {numberOf} from "./data/image-names";
import {csvTable} from "./record/csv-table";
import {trainingAnswersOf} from "./record/training-answers";

/** The suspect labels of a run's training images, and facts about the data behind them. */
export interface TrainingSuspects {
  /** All training images, the most suspect first. */
  readonly suspects: readonly TrainingSuspect[];
  readonly labels: ArrayLike<number>;
  /** The epochs whose answers were used. */
  readonly epochs: number;
}

/** With fewer epochs, a hard image cannot be told from an image whose label is wrong. */
const ENOUGH_EPOCHS = 3;

/**
 * Ranks a run's training images by how likely their label is wrong, from the network's answers to each of them, epoch
 * by epoch.
 *
 * @throws UserError if the run kept no answers, or if they belong to other data than these.
 */
export async function trainingSuspects(runPath: string, data: Dataset): Promise<TrainingSuspects> {
  const {labels, losses, margins, predicted, epochs} = await trainingAnswersOf(runPath);
  if (labels.length !== data.train.count) {
    throw new UserError(
      `${runPath}: expected answers to the ${data.train.count} training images, got answers to ${labels.length}`,
    );
  }
  return {suspects: suspectTrainingLabels({losses, margins}, predicted, labels), labels, epochs: epochs.length};
}

/** A sentence for the user when there are too few epochs to judge by. */
export function tooFewEpochs({epochs}: TrainingSuspects): string | undefined {
  return epochs < ENOUGH_EPOCHS
    ? `${epochs === 1 ? "1 epoch is" : `${epochs} epochs are`} too few to tell an image that is hard from one whose label is wrong; ${ENOUGH_EPOCHS} or more are better`
    : undefined;
}

/** The decision about the worst labels of a run, which nobody has looked at. */
export interface WorstLabels {
  readonly decision: "drop" | "relabel";
  readonly count: number;
}

/**
 * The first rows of the list, decided about: as `--edit` reads them. The worst are taken as the list ranks them.
 *
 * @throws UserError if there are not so many, or no class is suggested for one that is to be relabelled.
 */
export function worstLabelsCsv(found: TrainingSuspects, data: Dataset, {decision, count}: WorstLabels): string {
  const suspects = firstOf(
    found.suspects,
    {decision, count},
    ({index, predicted}) => predicted !== found.labels[index],
  );
  return trainingSuspectsCsv({...found, suspects}, data, decision);
}

/**
 * The first of a list that can be decided about.
 *
 * @param isAnotherClass Whether another class is suggested: only such an image can be relabelled.
 * @throws UserError if there are not so many.
 */
export function firstOf<S>(
  suspects: readonly S[],
  {decision, count}: WorstLabels,
  isAnotherClass: (suspect: S) => boolean,
): readonly S[] {
  const among = decision === "relabel" ? suspects.filter(isAnotherClass) : suspects;
  if (count <= among.length) return among.slice(0, count);
  const which = decision === "relabel" ? " that were ever answered otherwise" : "";
  throw new UserError(
    `--${decision}: expected at most the run's ${among.length} training images${which}, got ${count}`,
    {code: "BAD_OPTION"},
  );
}

const DIGITS = 6;

/**
 * The list as `suspects.csv`.
 *
 * @param decision About all of them; "" leaves the columns `decision` and `new_label` for the reader to fill in.
 */
export function trainingSuspectsCsv(
  {suspects, labels, epochs}: TrainingSuspects,
  data: Dataset,
  decision: "" | WorstLabels["decision"] = "",
): string {
  const {train, classNames} = data;
  const empty = suspects.map(() => "");
  return csvTable({
    rank: suspects.map((_, i) => i + 1),
    image: suspects.map(({index}) => numberOf(data, {split: "train", index})),
    split: suspects.map(() => "train"),
    index: suspects.map(({index}) => index),
    source_index: suspects.map(({index}) => train.sources?.[index] ?? index),
    file: suspects.map(({index}) => train.files?.[index] ?? ""),
    given_label: suspects.map(({index}) => classNames[labels[index]]),
    predicted_label: suspects.map(({predicted}) => classNames[predicted]),
    label_score: suspects.map(({areaUnderMargin}) => Number(areaUnderMargin.toPrecision(DIGITS))),
    is_label_issue: suspects.map(({isIssue}) => (isIssue ? 1 : 0)),
    method: suspects.map(() => "dynamics"),
    reason: suspects.map((suspect) => whySuspect(suspect, epochs)),
    confidence: suspects.map(({confidence}) => Number(confidence.toPrecision(DIGITS))),
    variability: suspects.map(({variability}) => Number(variability.toPrecision(DIGITS))),
    correct_epochs: suspects.map(({correct}) => correct),
    forgotten: suspects.map(({forgotten}) => forgotten),
    learned_at: suspects.map(({learnedAt}) => learnedAt),
    decision: suspects.map(() => decision),
    new_label: empty,
  });
}

/** Why an image is where it is in the list, in a few words. */
export function whySuspect({correct, forgotten, confidence}: TrainingSuspect, epochs: number): string {
  const learnt = correct === 0 ? "never answered right" : `right in ${correct} of ${epochs} epochs`;
  const again = forgotten === 0 ? "" : `; forgotten ${forgotten === 1 ? "once" : `${forgotten} times`}`;
  return `${learnt}${again}; probability of the label ${(100 * confidence).toFixed(1)} %`;
}
