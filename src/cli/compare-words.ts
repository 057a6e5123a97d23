import {partingWords} from "../pipeline/record/parting";
import type {Compared, RunComparison, SeedNoise, Setting} from "../report/compare/compare-runs";
import {nameOf} from "../report/compare/document";
import {apartWords} from "../report/compare/explained-apart";
import {percent} from "../report/compare/figures";
import {outOf100, points} from "../report/compare/page";
import {paint} from "./terminal";

/** What `compare` prints, line by line: the verdict first, then what it rests on. */
export function comparisonLines(comparison: RunComparison, most: number): string[] {
  const {base, baseMetrics, runs, settings} = comparison;
  return [
    `base  ${paint.bold(nameOf(base))}  test accuracy ${percent(baseMetrics.testAccuracy)}`,
    ...runs.flatMap((run) => ["", ...runLines(comparison, run, most)]),
    ...(settings.some((setting) => setting.runs.length > 1) ? ["", ...settings.map(settingLine)] : []),
  ];
}

function runLines({classNames, sameData, images}: RunComparison, run: Compared, most: number): string[] {
  const {total, accuracyAfter, accuracyInterval, options, pairs, classes, fixed, broken, noise} = run;
  const [low, high] = accuracyInterval.map(percent);
  const net = total.fixed - total.broken;
  const verdict =
    net === 0 ? "as many right" : `${Math.abs(net).toLocaleString("en")} ${net > 0 ? "more" : "fewer"} right`;
  const named = (n: number) => images.files?.[n] ?? `test:${n}`;
  const listed = (word: string, list: typeof fixed) =>
    list.slice(0, most).map(({index, label, before, after}) => {
      const [truth, was, is] = [label, before, after].map((k) => classNames[k]);
      return `  ${word}  ${named(index)}: ${truth}, was ${was}, is ${is}`;
    });
  const shown = classes.filter(({holmP}) => holmP < 0.05);
  return [
    `run   ${paint.bold(nameOf(run.at))}  ${percent(accuracyAfter)} (95 %: ${low} to ${high}), ${paint.bold(verdict)}`,
    ...(sameData ? [] : [`  compared on the ${total.images.toLocaleString("en")} test images that both runs have`]),
    `  ${total.fixed} turned right, ${total.broken} turned wrong, ${run.bothWrong} are wrong in both`,
    `  difference ${points(total.difference)} points (95 %: ${total.interval95.map(points).join(" to ")})`,
    `  were both equally good, a split as uneven as ${total.fixed} : ${total.broken} would come up in ${outOf100(total.p)} comparisons (McNemar, exact)`,
    noiseLine(noise),
    ...(run.explained.length === 0 ? [] : [`  ${apartWords(run.explained, classNames)}`]),
    ...(run.parting === undefined ? [] : [`  ${partingWords(run.parting)}`]),
    ...options.map(({name, base, other}) => `  ${name}: ${shortly(base)} → ${shortly(other)}`),
    ...shown.map(
      ({label, before, after}) => `  class ${classNames[label]}: ${percent(before)} → ${percent(after)} right`,
    ),
    ...pairs
      .slice(0, Math.min(5, most))
      .map(
        ({label, predicted, before, after}) =>
          `  ${classNames[label]} taken for ${classNames[predicted]}: ${before} → ${after} times`,
      ),
    ...listed(paint.green("right"), fixed),
    ...listed(paint.red("wrong"), broken),
  ];
}

function noiseLine({verdict, interval95}: SeedNoise): string {
  if (verdict === "seed") return "  the two runs differ by their seed alone: this is what chance does";
  if (verdict === "unknown") {
    return "  chance of the seed: unknown; give at least three runs of each setting that differ by --seed alone";
  }
  const between = interval95?.map(points).join(" to ");
  return verdict === "beyond"
    ? `  ${paint.bold("beyond seed noise")}: the settings' means differ by ${between} points (95 %)`
    : `  ${paint.bold("within seed noise")}: another seed alone moves as much (95 %: ${between} points)`;
}

function settingLine({runs, mean, deviation}: Setting): string {
  const spread = Number.isNaN(deviation) ? "one seed" : `± ${(100 * deviation).toFixed(2)} over ${runs.length} seeds`;
  return `setting  ${percent(mean)} ${spread}: ${runs.map(nameOf).join(", ")}`;
}

function shortly(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
