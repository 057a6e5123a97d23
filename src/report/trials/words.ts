import {type PowerLaw, powerWords} from "../../numbers/power-law";
import type {ErrorTrials, LearnedMistakes, SizeCurve, SizePoint} from "../../pipeline/trials/types";

/** @file The results of error trials in sentences, so that the page and the terminal say the same. */

export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const count = (n: number) => n.toLocaleString("en");

/** A point's error, with its spread over the seeds. */
export function errorWords({mean, deviation}: SizePoint): string {
  return `${percent(mean)}${deviation === null ? "" : ` ± ${(100 * deviation).toFixed(2)}`}`;
}

/** Says for each line of a curve how the error falls from the smallest size to the largest. */
export function curveSentences({flag, label, series}: SizeCurve): string[] {
  return series.map(({name, points, law}) => {
    const [first, last] = [points[0], points[points.length - 1]];
    const counted = flag === "train-limit" ? "images" : label;
    const by =
      flag === "train-limit" ? (p: SizePoint) => `${count(p.x)} ${counted}` : (p: SizePoint) => `${label} ${p.x}`;
    const where = name ? `${name}: ` : "";
    const fall = `${where}${errorWords(first)} of the test images are wrong with ${by(first)}, ${errorWords(last)} with ${by(last)}`;
    if (flag !== "train-limit") return `${fall}.`;
    return `${fall}. ${lawSentence(law, points)}`;
  });
}

function lawSentence(law: PowerLaw | undefined, points: readonly SizePoint[]): string {
  if (!law) {
    return points.length < 3 ? "A law needs three sizes or more." : "No power law fits: the error does not fall.";
  }
  const half =
    law.c === 0 ? ` To halve the error, you need ${(2 ** (1 / law.b)).toFixed(1)} times as many images.` : "";
  const floor = law.c > 0 ? ` By this law, ${percent(law.c)} remain, with any number of images.` : "";
  const short =
    points.length < 4 ? " With three sizes, the part that remains cannot be estimated, so it is set to 0." : "";
  return `Fitted: error = ${powerWords(law)}.${half}${floor}${short}`;
}

/** The sentence about what mistakes teach, compared with images chosen by chance. */
export function learnedSentence({seeds, images, run}: LearnedMistakes): string {
  const mean = (of: (one: (typeof seeds)[number]) => number) =>
    seeds.reduce((sum, one) => sum + of(one), 0) / seeds.length;
  const last = (points: readonly {readonly learned: number; readonly error: number}[]) => points[points.length - 1];
  const learned = mean(({mistakes}) => last(mistakes).learned);
  const before = mean(({mistakes}) => mistakes[0].error);
  const [after, chance] = [mean(({mistakes}) => last(mistakes).error), mean(({byChance}) => last(byChance).error)];
  const of = seeds.length === 1 ? "" : `, mean of ${seeds.length} seeds`;
  return `From ${run}: ${count(Math.round(learned))} mistakes among ${count(seeds[0].asked)} images ${images}, learnt one at a time, take the error from ${percent(before)} to ${percent(after)}; as many images drawn by chance to ${percent(chance)}${of}.`;
}

/** The error of the nearest exemplar, compared with that of the networks. */
export function baselineSentence({baseline, curves}: ErrorTrials): string | undefined {
  if (!baseline) return undefined;
  const {x, error} = baseline.points[baseline.points.length - 1];
  const own =
    curves.find(({flag}) => flag === "train-limit")?.series.map(({points}) => points[points.length - 1].mean) ?? [];
  const least = Math.min(...own);
  return `The nearest exemplar by pixels, which learns nothing, gets ${percent(error)} wrong with ${count(x)} images; the best network here ${percent(least)}.`;
}

/** All sentences, for the terminal. */
export function trialLines(trials: ErrorTrials): string[] {
  const tables = trials.curves.flatMap(({label, series}) => [
    "",
    `error by ${label}`,
    ...series.flatMap(({name, points}) => [
      ...(name ? [name] : []),
      ...points.map((p) => `${count(p.x).padStart(9)}  ${errorWords(p).padEnd(16)}  ${count(p.weights)} weights`),
    ]),
  ]);
  const sentences = trials.curves.filter(({flag}) => flag === "train-limit").flatMap(curveSentences);
  const rest = [baselineSentence(trials), trials.learned ? learnedSentence(trials.learned) : undefined];
  return [...tables, "", ...sentences, ...rest.filter((line) => line !== undefined)];
}
