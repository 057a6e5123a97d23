import {existsSync, realpathSync} from "node:fs";
import {join, resolve} from "node:path";
import {UserError} from "../../nouns/options";
import {isModelFile} from "../model/own/model-file";
import {isInside} from "../record/is-inside";

/**
 * Refuses to run a network's file that is in a run's folder. Runs keep no code, and the folder may be a stranger's; a
 * file elsewhere is the user's own.
 *
 * @param run The folder whose run.json names the file. @param model Its option `model`.
 * @throws UserError that names both.
 */
export function checkCodeOutside(run: string, model: unknown): void {
  if (typeof model !== "string" || !isModelFile(model) || !existsSync(model)) return;
  if (!isInside(realpathSync(run), realpathSync(resolve(model)))) return;
  throw new UserError(
    `${join(run, "run.json")}: --model: expected a file outside the run's folder, which holds no code of its own, got ${model}`,
  );
}
