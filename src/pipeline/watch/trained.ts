import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import {readIfThere} from "../data/read-file";
import type {Checkpoint} from "./folder";

/** The training figures at an epoch. */
export interface Trained {
  readonly loss: number;
  readonly accuracy: number;
}

/**
 * The training figures in a file beside the checkpoint: `epoch-003.json` beside `epoch-003.onnx`, with train_loss and
 * train_accuracy.
 *
 * @throws UserError that names the file, if it does not have both.
 */
export async function trainedBeside({path}: Checkpoint): Promise<Trained | undefined> {
  const file = `${path.replace(/\.[a-z]+$/i, "")}.json`;
  const bytes = await readIfThere(file, {most: 1e6});
  if (!bytes) return undefined;
  const value = parseJson(Buffer.from(bytes).toString("utf8"), file) as {readonly [name: string]: unknown} | null;
  const [loss, accuracy] = [value?.train_loss, value?.train_accuracy];
  if (typeof loss === "number" && typeof accuracy === "number") return {loss, accuracy};
  throw new UserError(
    `${file}: expected numbers train_loss and train_accuracy, got ${JSON.stringify(value).slice(0, 60)}`,
  );
}
