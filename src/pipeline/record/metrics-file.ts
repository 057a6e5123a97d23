/** @file metrics.jsonl has one line for each epoch, each with its own digest. */
import {parseJson} from "../../nouns/json-text";
import {UserError} from "../../nouns/options";
import type {EpochMetrics} from "../types";
import {sealed, unsealed} from "./seal";

/** Figures that differ from run to run, so that no digest includes them. */
const TIMES = ["seconds"];

/** The lines of earlier epochs, which are sealed only once: one more epoch costs the same, however many there are. */
const lines = new WeakMap<EpochMetrics, string>();

/** @param metrics The caller must not change them afterwards. */
export function metricsText(metrics: readonly EpochMetrics[]): string {
  const text = (line: EpochMetrics) => {
    const known = lines.get(line) ?? `${JSON.stringify(sealed(line, TIMES))}\n`;
    lines.set(line, known);
    return known;
  };
  return metrics.map(text).join("");
}

const FIGURES = ["trainLoss", "trainAccuracy", "validationLoss", "validationAccuracy", "testLoss", "testAccuracy"];

/**
 * The epochs in a metrics file, ascending. A last line without a line end was never finished, and is left out. If two
 * lines are of the same epoch, the later one counts.
 *
 * @param path The file's path, for errors.
 * @throws UserError if a line is not of this form, or has been changed.
 */
export function parseMetrics(text: string, path: string): EpochMetrics[] {
  const byEpoch = new Map<number, EpochMetrics>();
  for (const [i, line] of text.split("\n").slice(0, -1).entries()) {
    if (line.trim() === "") continue;
    const where = `${path}, line ${i + 1}`;
    const metrics = unsealed(parseJson(line, where), where, TIMES);
    const {epoch, steps = [], seconds = {}} = metrics;
    if (!(Number.isSafeInteger(epoch) && Number(epoch) >= 0)) {
      throw new UserError(`${where}: expected epoch to be a whole number, got ${JSON.stringify(epoch)}`);
    }
    const wrong = FIGURES.find((name) => !["number", "undefined"].includes(typeof (metrics[name] ?? undefined)));
    if (wrong) throw new UserError(`${where}: expected ${wrong} to be a number, got ${JSON.stringify(metrics[wrong])}`);
    if (!Array.isArray(steps)) throw new UserError(`${where}: expected steps to be a list, got ${typeof steps}`);
    if (typeof seconds !== "object" || !Object.values(seconds ?? {1: ""}).every(Number.isFinite)) {
      throw new UserError(`${where}: expected seconds to be numbers, got ${JSON.stringify(seconds)}`);
    }
    byEpoch.set(Number(epoch), metrics as unknown as EpochMetrics);
  }
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
}
