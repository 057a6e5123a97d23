import {powerWords} from "../../numbers/power-law";
import type {SizeChart} from "../../plots/size-chart";
import {FIRST_LOOK, IMAGES, MOST_LINES} from "./curves";
import type {ErrorTrials, LearnedMistakes} from "./types";

/** The pictures of a sweep's error trials, by the names of their files. */
export function trialCharts({
  curves,
  baseline,
  learned,
}: ErrorTrials): {readonly name: string; readonly chart: SizeChart}[] {
  const sizes = curves.map(({flag, label, series}) => {
    const shown = series.slice(0, MOST_LINES);
    const left = series.length - shown.length;
    const chart: SizeChart = {
      title:
        flag === IMAGES ? "How the error falls with the number of training images" : `How the error goes with ${flag}`,
      ...{x: label, y: "wrong test images"},
      series: [
        ...shown.map(({name, points, law}) => ({
          name: `${name || "networks"}${law ? `; dashed: ${powerWords(law)}` : ""}`,
          points: points.map(({x, errors}) => ({x, values: errors})),
          ...(law ? {law: (n: number) => law.a * n ** -law.b + law.c} : {}),
        })),
        ...(flag === IMAGES && baseline ? [nearestLine(baseline.points)] : []),
      ],
      note: `A dot is a run; a line goes through the means.${left > 0 ? ` ${left} more lines are in curves.csv.` : ""}`,
    };
    return {name: `error-by-${flag}`, chart};
  });
  return learned && hasCurve(learned) ? [...sizes, {name: "mistakes-learned", chart: learnedChart(learned)}] : sizes;
}

function nearestLine(points: readonly {readonly x: number; readonly error: number}[]): SizeChart["series"][number] {
  return {
    name: "nearest exemplar by pixels, which learns nothing",
    points: points.map(({x, error}) => ({x, values: [error]})),
    dashed: true,
  };
}

/** Whether enough mistakes were learnt, by every seed, to draw a line. */
function hasCurve({seeds}: LearnedMistakes): boolean {
  return seeds.every(({mistakes}) => mistakes.some(({learned}) => learned >= FIRST_LOOK));
}

function learnedChart({seeds}: LearnedMistakes): SizeChart {
  type Of = (one: (typeof seeds)[number]) => readonly {readonly learned: number; readonly error: number}[];
  // only counts at which all seeds were asked; each seed ends at a count of its own, which is in trials.json
  const all = seeds[0].mistakes
    .map(({learned}) => learned)
    .filter((n) => n > 0 && seeds.every((one) => one.mistakes.some(({learned}) => learned === n)));
  const line = (name: string, points: Of) => ({
    name,
    points: all.map((x) => ({
      x,
      values: seeds.flatMap((one) => points(one).flatMap(({learned, error}) => (learned === x ? [error] : []))),
    })),
  });
  const before = seeds.reduce((sum, {mistakes}) => sum + mistakes[0].error, 0) / seeds.length;
  const level = [all[0], all[all.length - 1]].map((x) => ({x, values: [before]}));
  return {
    title: "What each mistake teaches, learnt by itself",
    ...{x: "images learnt one at a time", y: "wrong test images"},
    series: [
      line("mistakes", ({mistakes}) => mistakes),
      line("as many images drawn by chance", ({byChance}) => byChance),
      {name: "before", points: level, dashed: true},
    ],
    note: "The images are neither those that the network began with nor the test images.",
  };
}
