import {meanAndDeviation} from "../../numbers/intervals";
import type {RunAt} from "../../pipeline/record/saved-run";
import type {RunsDetail, RunsShown} from "../runs-file";
import {placesOf, type RunComparison} from "./compare-runs";
import {nameOf} from "./document";
import {type ExplainedAnew, LISTED_APART} from "./explain-differing";
import {imagesInRuns} from "./images-in-runs";
import {joinedMaps} from "./joined-maps";
import {noiseWords} from "./noise-words";

/** How many confusions the page lists. */
const PAIRS = 12;
/** How many of the images that both runs get wrong the page lists; it also says how many there are. */
const BOTH_WRONG = 300;

/** The name of the file in a run's folder with the comparison that its page shows. */
export const RUNS_FILE = "compared.json";

/**
 * The comparison of the last of several runs with the first, in the form for its page.
 *
 * @param anew Explanations that were made for this comparison.
 */
export async function runsShown(comparison: RunComparison, anew?: ExplainedAnew): Promise<RunsShown> {
  const {base, runs, settings} = comparison;
  const run = runs[runs.length - 1];
  const {total, noise} = run;
  const {images} = total;
  const [said, source] = noiseWords(noise, base.run.facts.name);
  const classes = run.classes.map(
    ({label, before, after, images: own}, n): RunsDetail => ({
      ...{label, before: Math.round(before * own || 0), after: Math.round(after * own || 0), noise: run.classNoise[n]},
    }),
  );
  const byChange = (a: RunsDetail, b: RunsDetail) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before);
  const pairOf = ({label, predicted, before, after}: (typeof run.pairs)[number], n: number): RunsDetail => ({
    ...{label, predicted, before, after, noise: run.pairNoise[n]},
  });
  const places = placesOf(run.indices, run.own);
  const own = ({index}: {readonly index: number}) => places.get(index) as number; // all are among the compared images
  const changed = (one: (typeof run.fixed)[number]) => [own(one), one.label, one.before, one.after] as const;
  const lists = {
    fixed: run.fixed.slice(0, LISTED_APART),
    broken: run.broken.slice(0, LISTED_APART),
    wrong: run.wrong.slice(0, BOTH_WRONG),
  };
  const all = [...lists.fixed, ...lists.broken, ...lists.wrong];
  const isCut = Math.max(run.fixed.length, run.broken.length) > LISTED_APART;
  const right = (share: number) => Math.round(share * images);
  const words = (value: unknown) => {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
    return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text; // a digest
  };
  const bySetting = settings.map((setting) => ({
    runs: setting.runs.map(nameOf),
    right: setting.accuracies.map(right),
  }));
  // if only some test images are compared, the answers of other seeds are not counted, because other seeds were tested
  // on yet other images
  const theTwo = [base, run.at].map((at, n) => ({
    ...{runs: [nameOf(at)], right: [right(n === 0 ? run.accuracyBefore : run.accuracyAfter)]},
  }));
  return {
    ...{base: nameOf(base), run: nameOf(run.at), images, ...(run.isSame ? {} : {isPart: true})},
    ...{baseRight: right(run.accuracyBefore), right: right(run.accuracyAfter)},
    ...{changed: run.changed, bothWrong: run.bothWrong, p: total.p},
    ...{fixed: lists.fixed.map(changed), broken: lists.broken.map(changed), wrong: lists.wrong.map(changed)},
    ...(isCut ? {counts: {fixed: run.fixed.length, broken: run.broken.length}} : {}),
    noise: {verdict: noise.verdict, said, source},
    ...(await imagesInRuns(comparison, {...run, ...lists}, anew)),
    maps: await joinedMaps(base, run.at, places, new Set(all.map(own))),
    ...(run.pairs.length > PAIRS ? {confusions: run.pairs.length} : {}),
    details: [...classes.sort(byChange), ...run.pairs.slice(0, PAIRS).map(pairOf)],
    settings: run.isSame ? bySetting : theTwo,
    ...(run.isSame ? seedsByEpoch(settings.find(({runs}) => runs.includes(run.at))?.runs ?? []) : {}),
    options: run.options.map(({name, base: was, other}) => ({name, base: words(was), other: words(other)})),
    edits: (run.at.run.facts.data as {edits?: RunsShown["edits"]}).edits ?? null,
  };
}

/** The accuracies of runs that differ by their seed, after each epoch that all of them have; nothing for a single run. */
function seedsByEpoch(runs: readonly RunAt[]): Pick<RunsShown, "byEpoch"> {
  if (runs.length < 2) return {};
  const [first, ...others] = runs.map(({run}) => new Map(run.metrics.map((line) => [line.epoch, line.testAccuracy])));
  const epochs = [...first].flatMap(([epoch, accuracy]) => {
    const rest = others.flatMap((of) => of.get(epoch) ?? []);
    return rest.length === others.length ? [{epoch, ...meanAndDeviation([accuracy, ...rest])}] : [];
  });
  return {byEpoch: {seeds: runs.length, epochs}};
}
