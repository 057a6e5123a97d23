import {argMaxRows} from "../../numbers/scores";
import {answersAt, imageKeys, type RunAt, testImagesOf} from "../../pipeline/record/saved-run";
import type {ImageInRuns, RunsShown, ShownExplanation} from "../runs-file";
import {type Compared, matched, placesOf, type RunComparison} from "./compare-runs";
import type {ExplainedAnew} from "./explain-differing";
import {allExplanations, type Explanation} from "./explanations";

/** The most pixels of which a page carries segments. */
const MOST_PIXELS = 200_000;

/**
 * The images that at least one of two runs gets wrong, one by one: both answers, how sure the runs are, the answers of
 * other seeds, and LIME's explanations of both answers if the runs have them.
 *
 * @param anew Explanations that were made for this comparison; they replace those that the runs made themselves.
 */
export async function imagesInRuns(
  {base, settings, classNames, images}: RunComparison,
  {at, fixed, broken, wrong, indices, own: places}: Compared,
  anew?: ExplainedAnew,
): Promise<Pick<RunsShown, "inRuns" | "segments">> {
  const classes = classNames.length;
  const sides = [base, at] as const;
  const answers = await Promise.all(sides.map((side) => answersAt(side.run, side.epoch)));
  const keys = imageKeys(images);
  const ownPlace = placesOf(indices, places);
  const placeIn = (side: 0 | 1, index: number) => (side === 0 ? index : (ownPlace.get(index) ?? -1));
  const others: Said[][] = [];
  for (const side of sides) {
    const own = settings.find(({runs}) => runs.includes(side))?.runs ?? [side];
    const said: Said[] = [];
    for (const one of [side, ...own.filter((run) => run !== side)]) said.push(await saidBy(one, keys, classes));
    others.push(said);
  }
  const explained = await Promise.all(
    sides.map(async (side, s) => [...(anew?.explained[s] ?? []), ...(await allExplanations(side))]),
  );
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
  const inRuns = [...fixed, ...broken, ...wrong].map(({index, label, before, after}): ImageInRuns => {
    const both = <T>(of: (side: 0 | 1, answer: number) => T) => [of(0, before), of(1, after)] as const;
    const probability = (side: 0 | 1, k: number) =>
      Number(answers[side].probabilities[placeIn(side, index) * classes + k].toFixed(4));
    return {
      sure: both(probability),
      ofLabel: both((side) => probability(side, label)),
      ofOther: both((side) => probability(side, side === 0 ? after : before)),
      said: both((side) => others[side].flatMap((said) => said(index) ?? [])),
      why: both((side, k) =>
        shown(explained[side].find((one) => one.index === placeIn(side, index) && one.explained === k)),
      ),
    };
  });
  return {inRuns, segments};
}

/** A run's answer to an image of the base; undefined if it was not tested on it. */
type Said = (index: number) => number | undefined;

/** @param keys The keys of the base's images. */
async function saidBy({run, epoch}: RunAt, keys: readonly string[], classes: number): Promise<Said> {
  const {probabilities} = await answersAt(run, epoch);
  const predicted = argMaxRows(probabilities, classes);
  const pairs = matched(keys, imageKeys(await testImagesOf(run)));
  const places = placesOf(pairs.base, pairs.other);
  return (index) => predicted[places.get(index) ?? -1];
}
