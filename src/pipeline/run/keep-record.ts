import type {Dataset} from "../../nouns/samples";
import {first} from "../data/split";
import {keptAnswers} from "../record/epoch-answers";
import {epochStem} from "../record/epoch-stem";
import type {RunDirectory} from "../record/run-directory";
import {gapsOf} from "../record/source-gaps";
import {hasTrainingLabels} from "../record/training-answers";
import type {TrainingRecord} from "../training/training-record";

/**
 * Keeps what the network answered to every training image in an epoch: artifacts/training/epoch-003, and the labels, which
 * no epoch changes, once. An epoch of which a part was trained by a version that kept no answers leaves none.
 */
export async function keepRecord(
  directory: RunDirectory,
  epoch: number,
  record: TrainingRecord,
  {sources}: Dataset["train"],
): Promise<void> {
  const {labels, entropies, tracked: _, ...answers} = record;
  if (answers.losses.some(Number.isNaN)) return;
  // there already, unless an earlier version began the run, or the file is lost or damaged
  const isThere = epoch > 1 && (await hasTrainingLabels(directory.path, labels.length));
  if (!isThere) await directory.writeValue("training/labels", {labels, gaps: gapsOf(sources ?? first(labels.length))});
  await directory.writeValue(`training/${epochStem(epoch)}`, keptAnswers(answers));
  await directory.writeOneFile("training/hardness", {epoch, entropies}); // of the last epoch alone
}
