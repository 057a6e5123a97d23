import type {Dataset} from "../../nouns/samples";
import {first} from "../data/split";
import {keptAnswers} from "../record/epoch-answers";
import {epochStem} from "../record/epoch-stem";
import type {RunDirectory} from "../record/run-directory";
import {gapsOf} from "../record/source-gaps";
import {hasTrainingLabels} from "../record/training-answers";
import type {TrainingRecord} from "../training/training-record";

/**
 * Keeps the network's answers to every training image in an epoch (artifacts/training/epoch-003), and once the labels,
 * which no epoch changes. If an earlier version, which kept no answers, trained a part of the epoch, nothing is kept.
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
  await directory.writeOneFile("training/hardness", {epoch, entropies}); // only needed for the last epoch
}
