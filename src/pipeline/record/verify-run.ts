import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {confusionCounts} from "../../numbers/confusion";
import {argMaxRows} from "../../numbers/scores";
import {readCheckpoint} from "./checkpoint";
import {epochStem} from "./epoch-stem";
import {openRunDirectory} from "./run-directory";
import {readRunFile} from "./run-file";
import {readNotes} from "./run-notes";
import {readStatusFile} from "./run-status";
import {readArtifactFile, readSaved} from "./saved-file";
import {answersAt, openSavedRun} from "./saved-run";
import {readTestImages} from "./test-images";

/** Something that was checked and, if it is wrong, what was found. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: string;
  readonly got: string;
  readonly hint?: string;
}

const WHOLE = "what was written";
/** The largest difference that single precision explains. */
const ROUNDING = 1e-6;

/**
 * Checks every file of a run by its digest, and computes the numbers of its metrics again from the data that it keeps.
 */
export async function* verifyRun(path: string): AsyncGenerator<Check> {
  const run = yield* checked("run.json", async () => readRunFile(path));
  if (!run) return;
  const metrics = (yield* checked("metrics.jsonl", () => openRunDirectory(path).readMetrics())) ?? [];
  yield* checked("status.json", () => readStatusFile(path));
  yield* checked("notes.json", () => readNotes(path));
  if (run.data.test > 0) {
    yield* checked("test images", async () => {
      const {count} = readTestImages(path);
      expectEqual("test images", run.data.test, count);
    });
  }
  yield* checked("model", () => checkModel(join(path, "model")));
  yield* checked("checkpoint", () => readCheckpoint(path));
  const entries = await readdir(join(path, "artifacts"), {recursive: true}).catch(() => []);
  for (const name of entries.filter((entry) => entry.endsWith(".json")).sort()) {
    yield* checked(`artifacts/${name}`, () => readSaved(join(path, "artifacts", name)));
  }
  const saved = yield* checked("answers", () => openSavedRun(path));
  for (const epoch of saved?.epochs ?? []) {
    yield* checked(`numbers of epoch ${epoch}`, async () => {
      const {probabilities, labels} = await answersAt(saved as NonNullable<typeof saved>, epoch);
      const classes = run.data.classNames.length;
      const predicted = argMaxRows(probabilities, classes);
      const right = labels.reduce((sum, label, n) => sum + (label === predicted[n] ? 1 : 0), 0);
      const line = metrics.find((one) => one.epoch === epoch);
      if (line && Math.abs(line.testAccuracy - right / labels.length) > ROUNDING) {
        expectEqual("test accuracy", line.testAccuracy, right / labels.length);
      }
      const {data} = await readArtifactFile(join(path, "artifacts", "confusion", `${epochStem(epoch, "matrix")}.json`));
      const {counts} = data as {readonly counts: ArrayLike<number>};
      expectEqual("confusion", Array.from(counts).join(" "), confusionCounts(labels, predicted, classes).join(" "));
      for (let n = 0; n < labels.length; n++) {
        const sum = probabilities.subarray(n * classes, (n + 1) * classes).reduce((a, b) => a + b, 0);
        if (!(Math.abs(sum - 1) < 1e-4)) expectEqual(`probabilities of image ${n}, their sum`, 1, sum);
      }
    });
  }
}

/** Reads something and reports whether that worked. @returns What was read. */
export async function* checked<T>(name: string, act: () => Promise<T>): AsyncGenerator<Check, T | undefined> {
  try {
    const value = await act();
    yield {name, ok: true, expected: WHOLE, got: WHOLE};
    return value;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const {expected, got, hint, message} = error;
    yield {name, ok: false, expected: expected ?? WHOLE, got: got ?? message, ...(hint ? {hint} : {})};
    return undefined;
  }
}

function expectEqual(what: string, expected: number | string, got: number | string): void {
  if (expected === got) return;
  throw new UserError(`${what}: expected ${`${expected}`.slice(0, 80)}, got ${`${got}`.slice(0, 80)}`);
}

/** @throws UserError if the weights do not have as many bytes as the model's file says. */
async function checkModel(folder: string): Promise<void> {
  const text = await readFile(join(folder, "model.json"), "utf8").catch(() => undefined);
  if (text === undefined) return; // no epoch was the best yet, or the network belongs to another program
  const {weightsManifest = []} = JSON.parse(text) as {weightsManifest?: {weights: {shape: number[]}[]}[]};
  const sizes = weightsManifest.flatMap(({weights}) => weights.map(({shape}) => shape.reduce((a, b) => a * b, 4)));
  const {length} = await readFile(join(folder, "weights.bin"));
  expectEqual(
    `${join(folder, "weights.bin")}, bytes`,
    sizes.reduce((a, b) => a + b, 0),
    length,
  );
}
