import type {NoiseVerdict} from "../numbers/seed-noise";
import {partingWords} from "../pipeline/record/parting";
import type {Compared, RunComparison} from "../report/compare/compare-runs";
import {nameOf} from "../report/compare/document";
import {apartWords} from "../report/compare/explained-apart";
import {percent, points} from "../report/compare/figures";
import {NOISE_KEY, NOISE_MARKS, noiseWords} from "../report/compare/noise-words";
import {outOf100} from "../report/compare/page";
import type {SeedNoise} from "../report/compare/seed-yardstick";
import type {Setting} from "../report/compare/settings";
import {paint} from "./terminal";

/** Confusions that the terminal lists at most. */
const SHOWN_PAIRS = 5;

/** The lines that `compare` prints: first the verdict, then the facts behind it. */
export function comparisonLines(comparison: RunComparison, most: number): string[] {
  const {base, baseMetrics, baseInterval, runs, settings, unread} = comparison;
  return [
    `base  ${paint.bold(nameOf(base))}  test accuracy ${percent(baseMetrics.testAccuracy)} (95 %: ${baseInterval.map(percent).join(" to ")})`,
    ...runs.flatMap((run) => ["", ...runLines(comparison, run, most)]),
    ...(runs.some(({noise}) => noise.verdict !== "seed") ? ["", NOISE_KEY] : []),
    ...unread.map((why) => `left out: ${why}`),
    ...(settings.some((setting) => setting.runs.length > 1) ? ["", ...settings.map(settingLine)] : []),
  ];
}

function runLines({base, classNames, images}: RunComparison, run: Compared, most: number): string[] {
  const {total, accuracyAfter, accuracyInterval, options, pairs, classes, fixed, broken, noise} = run;
  const mark = (of: readonly NoiseVerdict[], n: number) => (noise.verdict === "seed" ? "" : ` ${NOISE_MARKS[of[n]]}`);
  const [low, high] = accuracyInterval.map(percent);
  const net = total.fixed - total.broken;
  const verdict =
    net === 0 ? "as many right" : `${Math.abs(net).toLocaleString("en")} ${net > 0 ? "more" : "fewer"} right`;
  const named = (n: number) => images.files?.[n] ?? `test:${n}`;
  const more = (count: number) => `and ${count.toLocaleString("en")} more; --top all lists them`;
  const listed = (word: string, list: typeof fixed) => [
    ...list.slice(0, most).map(({index, label, before, after}) => {
      const [truth, was, is] = [label, before, after].map((k) => classNames[k]);
      return `  ${word}  ${named(index)}: ${truth}, was ${was}, is ${is}`;
    }),
    ...(list.length > most ? [`  ${word}  ${more(list.length - most)}`] : []),
  ];
  const someConfusions = Math.min(SHOWN_PAIRS, most);
  const shown = classes.filter(({holmP}) => holmP < 0.05);
  return [
    `run   ${paint.bold(nameOf(run.at))}  ${percent(accuracyAfter)} (95 %: ${low} to ${high}), ${paint.bold(verdict)}`,
    ...(run.isSame ? [] : [`  ${partWords(total.images, images.count)}`]),
    `  ${total.fixed} turned right, ${total.broken} turned wrong, ${run.bothWrong} are wrong in both`,
    `  difference ${points(total.difference)} points (95 %: ${total.interval95.map(points).join(" to ")})`,
    `  were both equally good, a split as uneven as ${total.fixed} : ${total.broken} would come up in ${outOf100(total.p)} comparisons (McNemar, exact)`,
    ...noiseLines(noise, base.run.facts.name),
    ...(run.explained.length === 0 ? [] : [`  ${apartWords(run.explained, classNames)}`]),
    ...(run.parting === undefined ? [] : [`  ${partingWords(run.parting)}`]),
    ...options.map(({name, base, other}) => `  ${name}: ${shortly(base)} → ${shortly(other)}`),
    ...shown.map(
      ({label, before, after}) =>
        `  class ${classNames[label]}: ${percent(before)} → ${percent(after)} right${mark(run.classNoise, label)}`,
    ),
    ...pairs
      .slice(0, someConfusions)
      .map(
        ({label, predicted, before, after}, n) =>
          `  ${classNames[label]} taken for ${classNames[predicted]}: ${before} → ${after} times${mark(run.pairNoise, n)}`,
      ),
    ...(pairs.length > someConfusions
      ? [
          `  and ${(pairs.length - someConfusions).toLocaleString("en")} more confusions differ; --top all --json lists them`,
        ]
      : []),
    ...listed(paint.green("right"), fixed),
    ...listed(paint.red("wrong"), broken),
  ];
}

/** On how many images two runs are compared whose test images are not the same, and what follows. */
function partWords(both: number, ofBase: number): string {
  const number = (count: number) => count.toLocaleString("en");
  return `compared on the ${number(both)} test images that both runs have, of the base's ${number(ofBase)}; each run's other accuracies are of all its own`;
}

function noiseLines(noise: SeedNoise, base: string): string[] {
  const [said, source] = noiseWords(noise, base);
  const mark = noise.verdict === "seed" ? "" : `${NOISE_MARKS[noise.verdict]} `;
  return [`  ${mark}${paint.bold(said)}`, ...(source ? [`  ${source}`] : [])];
}

function settingLine({runs, mean, deviation}: Setting): string {
  const spread = Number.isNaN(deviation) ? "one seed" : `± ${(100 * deviation).toFixed(2)} over ${runs.length} seeds`;
  return `setting  ${percent(mean)} ${spread}: ${runs.map(nameOf).join(", ")}`;
}

function shortly(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
