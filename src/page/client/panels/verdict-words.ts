import {int, pct} from "../../../report/client/format";
import {type Config, SETTINGS} from "../../config";
import type {Lesson} from "../../lesson";
import {weightCount} from "../../weight-count";
import {guessOf, momentOf, type Page} from "../page";
import {epochsAt, isDead, lastOf, type Run} from "../run";

/** @file The words in which the page describes the run. A part between two pairs of asterisks is bold. */

export const BUTTON: {readonly [state in Run["state"]]: string} = {
  opening: "Teach it",
  waiting: "Teach it",
  running: "Pause",
  paused: "Go on",
  done: "Teach a new one",
  failed: "Try again",
};

/** "Before the first lesson", "After 12 batches", "After 1.5 epochs". */
export function whenWords(run: Run, moment: number): string {
  const step = run.stops[moment];
  if (step === 0) return "Before the first lesson";
  const epochs = epochsAt(run, moment);
  if (epochs < 1) return `After ${step} ${step === 1 ? "batch" : "batches"}`;
  return `After ${Number.isInteger(epochs) ? epochs : epochs.toFixed(1)} ${epochs === 1 ? "epoch" : "epochs"}`;
}

export function verdictWords(page: Page): string {
  const {run, lesson} = page;
  const {one, many} = lesson.words;
  const moment = momentOf(page);
  if (run.state === "failed") {
    return `It broke: ${run.why?.split(";")[0]}. That happens when the steps are too large. Choose a lower learning rate.`;
  }
  if (!moment) return "Making a network of random numbers.";
  const right = int(Math.round(moment.accuracy * lesson.test));
  if (moment.index === 0) {
    const numbers = `**${int(weightCount(run.config, lesson))} random numbers**`;
    const reads = `read ${right} of ${int(lesson.test)} ${many} right: that is guessing.`;
    return `${numbers} ${reads} ${lesson.shape[2] === 1 ? `Draw a ${one}, or teach it and watch.` : "Teach it and watch."}`;
  }
  const [wrong, pair] = commonestMistake(page);
  const mistakes =
    wrong === 0
      ? "None is wrong."
      : `**${int(wrong)}** ${wrong === 1 ? "is" : "are"} wrong${wrong > 4 && wrong < lesson.test / 2 ? `, most often **${pair}**` : ""}.`;
  const isEnd = run.state === "done" && moment === lastOf(run.moments);
  const took = isEnd ? ` It learnt that in ${run.seconds.toFixed(1)}\u00a0s.` : "";
  return `It reads **${right} of ${int(lesson.test)}** ${many} right that it never learnt from. ${mistakes}${took}`;
}

/** Says how many answers are wrong, and which class is most often taken for which other. */
function commonestMistake(page: Page): readonly [wrong: number, pair: string] {
  const {labels, lesson} = page;
  const moment = momentOf(page);
  if (!moment) return [0, ""];
  const classes = lesson.classNames.length;
  const counts = new Map<string, number>();
  let wrong = 0;
  labels.forEach((truth, n) => {
    const [guess] = guessOf(moment, n, classes);
    if (guess === truth) return;
    wrong++;
    const pair = `${lesson.classNames[truth]} read as ${lesson.classNames[guess]}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  });
  return [wrong, [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ""];
}

/** The line under the map. */
export function mapWords(page: Page): string {
  const {lesson} = page;
  const moment = momentOf(page);
  if (moment && isDead(moment, lesson.classNames.length)) {
    return `Every ${lesson.words.one} gets the same scores: the network is dead, and this map shows nothing.`;
  }
  return `${int(lesson.test)} ${lesson.words.many} it never learns from; near means alike.`;
}

/** How this run compares to the one before; or how to read the curves. */
export function compareWords({run, ghosts, lesson}: Page): string {
  const before = lastOf(ghosts);
  if (!before) {
    if (run.moments.length < 2) return "";
    return `Line: unseen ${lesson.words.many}. Pale: the batches${run.config.noise ? ", with their wrong labels" : ""}.`;
  }
  const changed = SETTINGS.filter((name) => before.config[name] !== run.config[name]);
  const changes = changed
    .map(
      (name) =>
        `${settingName(name, lesson).toLowerCase()} ${shown(name, before.config[name])} → ${shown(name, run.config[name])}`,
    )
    .join(", ");
  const last = lastOf(run.moments);
  if (run.state !== "done" || !last) return `Dashed: the run before${changes ? `. Now ${changes}` : ""}.`;
  const points = 100 * (last.accuracy - before.accuracy);
  const size = Math.abs(points).toFixed(1);
  const verdict = Math.abs(points) < 0.05 ? "As good as" : `${size} points ${points > 0 ? "better" : "worse"} than`;
  return `**${verdict}** the run before (dashed)${changes ? `: ${changes}` : ""}.`;
}

export function settingName(name: keyof Config, {words}: Lesson): string {
  return {
    ...{train: `Training ${words.many}`, width: "Filters", rate: "Learning rate", noise: "Wrong labels"},
    ...{epochs: "Epochs", seed: "Seed"},
  }[name];
}

/** A setting's value as it is shown. */
export function shown(name: keyof Config, value: number): string {
  if (name === "noise") return pct(value, 0);
  if (name === "width") return `${value}, ${2 * value}`;
  return name === "train" ? int(value) : String(value);
}
