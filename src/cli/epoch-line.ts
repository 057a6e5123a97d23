import type {EpochMetrics} from "../pipeline/types";
import {percent} from "./numbers";
import {paint} from "./terminal";

/**
 * The columns for the word "best" at the end. Every line keeps them free, so that all lines of a run have the same
 * width.
 */
const BEST = 6;

/**
 * The figures of an epoch in one line of at most `columns` characters, for `say`. If there is not room for all, it
 * leaves out first the times, then the training figures (which the bar has shown), then the losses, then the validation
 * accuracy.
 */
export function epochLine(metrics: EpochMetrics, best: boolean, columns: number): string {
  const {epoch, seconds} = metrics;
  const title = (epoch === 0 ? "untrained" : `epoch ${epoch}`).padEnd(9);
  const {train, validation, test, testAccuracy, validationAccuracy} = figuresOf(metrics);
  const looking = `${(seconds.evaluate + seconds.probes).toFixed(1)} s looking`;
  const times = `${seconds.train.toFixed(1)} s training, ${looking}`;
  // a network that was trained elsewhere has few other figures
  const isWatched = metrics.validationLoss === null;
  const told = metrics.trainLoss === null ? [test] : [train, test];
  const layouts = isWatched
    ? [
        {parts: told, times: looking, least: 90},
        {parts: told, times: ""},
        {parts: [testAccuracy], times: ""},
      ]
    : [
        {parts: [train, validation, test], times, least: 118},
        {parts: [train, validation, test], times: ""},
        {parts: [validation, test], times: ""},
        {parts: [validationAccuracy, testAccuracy], times: ""},
        {parts: [testAccuracy], times: ""},
      ];
  const fits = ({parts, least}: {readonly parts: readonly string[]; readonly least?: number}) =>
    columns >= (least ?? [title, ...parts].join("  ").length + BEST);
  const {parts, times: shown} = layouts.find(fits) ?? layouts[layouts.length - 1];
  return [paint.bold(title), ...parts, shown && paint.dim(shown), best ? paint.green("best") : ""]
    .filter((part) => part !== "")
    .join("  ")
    .trimEnd();
}

function figuresOf(metrics: EpochMetrics) {
  const {trainLoss, trainAccuracy, validationLoss, validationAccuracy, testLoss, testAccuracy} = metrics;
  const part = (name: string, loss: number | null, accuracy: number | null) =>
    `${name} ${loss === null || accuracy === null ? "–".padEnd(14) : `${loss.toFixed(4)} ${percent(accuracy).padStart(7)}`}`;
  return {
    train: part("train", trainLoss, trainAccuracy),
    validation: part("validation", validationLoss, validationAccuracy),
    test: part("test", testLoss, testAccuracy),
    testAccuracy: `test ${percent(testAccuracy).padStart(7)}`,
    validationAccuracy: `validation ${(validationAccuracy === null ? "–" : percent(validationAccuracy)).padStart(7)}`,
  };
}
