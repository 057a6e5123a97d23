import {argMaxRows} from "../../numbers/scores";
import {answersAt, type RunAt} from "../../pipeline/record/saved-run";
import type {ImageInRuns, RunsShown, ShownExplanation} from "../runs-file";
import type {Compared, RunComparison} from "./compare-runs";
import {allExplanations, type Explanation} from "./explanations";

/** Pixels whose segments a page carries at most. */
const MOST_PIXELS = 200_000;

/**
 * The images that one of two runs alone gets right, one by one: what both say, how sure they are, what other seeds say, and what
 * LIME says of both answers where the runs explained them.
 */
export async function imagesInRuns(
  {base, settings, classNames}: RunComparison,
  {at, fixed, broken}: Compared,
): Promise<Pick<RunsShown, "inRuns" | "segments">> {
  const classes = classNames.length;
  const sides = [base, at] as const;
  const answers = await Promise.all(sides.map((side) => answersAt(side.run, side.epoch)));
  const others: Uint16Array[][] = [];
  for (const side of sides) {
    const own = settings.find(({runs}) => runs.includes(side))?.runs ?? [side];
    const said: Uint16Array[] = [];
    for (const one of [side, ...own.filter((run) => run !== side)]) said.push(await predictedBy(one, classes));
    others.push(said);
  }
  const explained = await Promise.all(sides.map(allExplanations));
  const segments: number[][] = [];
  let pixels = 0;
  const shown = (found: Explanation | undefined): ShownExplanation | null => {
    if (!found) return null;
    const own = Array.from(found.segments);
    const known = segments.findIndex((list) => list.length === own.length && list.every((s, p) => s === own[p]));
    if (known < 0 && pixels + own.length > MOST_PIXELS) return null;
    if (known < 0) {
      segments.push(own);
      pixels += own.length;
    }
    const weights = Array.from(found.weights, (weight) => Number(weight.toPrecision(3)));
    return {segments: known < 0 ? segments.length - 1 : known, weights};
  };
  const inRuns = [...fixed, ...broken].map(({index, label, before, after}): ImageInRuns => {
    const both = <T>(of: (side: 0 | 1, answer: number) => T) => [of(0, before), of(1, after)] as const;
    const probability = (side: 0 | 1, k: number) => Number(answers[side].probabilities[index * classes + k].toFixed(4));
    return {
      sure: both(probability),
      ofLabel: both((side) => probability(side, label)),
      said: both((side) => others[side].map((predicted) => predicted[index])),
      why: both((side, k) => shown(explained[side].find((one) => one.index === index && one.explained === k))),
    };
  });
  return {inRuns, segments};
}

async function predictedBy({run, epoch}: RunAt, classes: number): Promise<Uint16Array> {
  const {probabilities} = await answersAt(run, epoch);
  return Uint16Array.from(argMaxRows(probabilities, classes));
}
