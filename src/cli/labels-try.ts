import {existsSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

import {resolveOptions} from "../nouns/options";
import {ENOUGH_SEEDS} from "../numbers/seed-noise";
import {editedDigest, readEdits} from "../pipeline/data/edits";
import {readRunFile} from "../pipeline/record/run-file";
import {findRunAt} from "../pipeline/record/saved-run";
import {writeWhole} from "../pipeline/record/write-whole";
import {keptEdit} from "../pipeline/run/data";
import {runOptions} from "../pipeline/run/options";
import {optionsOfRun} from "../pipeline/run/options-of-run";
import {type Compared, compareRuns, type RunComparison} from "../report/compare/compare-runs";
import {compareDocument} from "../report/compare/document";
import {explainDiffering} from "../report/compare/explain-differing";
import {percent, points} from "../report/compare/figures";
import {noiseWords} from "../report/compare/noise-words";
import {comparePage} from "../report/compare/page";
import {RUNS_FILE, runsShown} from "../report/compare/runs-shown";
import {type Setting, seedRuns} from "../report/compare/settings";
import {writeReport} from "../report/page";
import {comparisonLines} from "./compare-words";
import {VERDICT_NO} from "./exit-codes";
import {explainOfRun} from "./explain-of-run";
import {listToTry, type Tried} from "./labels-try-list";
import {nameToTry, otherSeed, seedsToTry, trained, type Wanted} from "./labels-try-seeds";
import {openIfAsked} from "./served";
import {complain, paint, say, sayJson} from "./terminal";

/** How many images and confused pairs are listed. */
const LISTED = 10;

/** Images that turned right or wrong whose answers are explained from both runs. */
const EXPLAINED = 12;

export interface Trial extends Tried {
  /** The run's folder, and the folder that runs are kept in. */
  readonly path: string;
  readonly save: string;
  /** Runs of each setting, of as many seeds. */
  readonly seeds: number;
  /** The new run's name; "" means the old name with "-edited". */
  readonly name: string;
  /** Exit code 3 if the mean of the seeds falls by more than this. */
  readonly failUnder: number;
  readonly json: boolean;
}

/**
 * `labels try`: trains again with a list of decisions, all else as it was, and says which answers changed because of it. Then with
 * other seeds, with the list and without it, so that a gain is told from chance.
 *
 * @param given Flags that the run and its page take.
 * @returns The exit code.
 * @throws UserError if no list is named, or the run is named as one that is there.
 */
export async function tryEdits(trial: Trial, given: {readonly [flag: string]: unknown}): Promise<number> {
  const {path, save, name, json} = trial;
  const quiet = given.quiet === true || json; // JSON alone may stand on stdout
  const {edit, ...listed} = await listToTry(path, trial, given);
  if (edit === undefined) return listed.code;
  const base = await findRunAt(save, path);
  const file = readRunFile(path);
  const before = file.name;
  const parent = await optionsOfRun(save, path);
  // of a run that has decisions itself, the digest of what they were made about is not known
  const digest = file.data.edits
    ? undefined
    : file.data.digest && editedDigest(file.data.digest, (await readEdits(edit)).digest);
  const own = name || nameToTry(save, `${before}-edited`, digest);
  const made = join(save, own);
  const shared = {...parent.options, save, from: path};
  const first = resolveOptions(runOptions, {...shared, edit, name: own}, "--");
  const silent = {...given, quiet, json: false, serve: false, open: false};
  const known = await seedRuns([base]);
  const seeds = seedsToTry(
    file.seed,
    trial.seeds,
    known.runs.map(({run}) => run.facts.seed),
  );
  const more = seeds.slice(1);
  const lacking = more.filter((seed) => !known.runs.some(({run}) => run.facts.seed === seed));
  const ofBase = {...shared, edit: keptEdit(path, file)};
  const wanted: readonly Wanted[] = [
    {options: first, probes: parent.probes, digest},
    ...more.map((seed) => ({
      options: otherSeed({...shared, edit}, seed, `${own}-seed-${seed}`),
      ...{probes: parent.probes, digest},
    })),
    ...lacking.map((seed) => ({
      options: otherSeed(ofBase, seed, `${before}-seed-${seed}`),
      ...{probes: parent.probes, digest: file.data.digest},
    })),
  ];
  for (const [n, run] of wanted.entries()) {
    const say = (line: string) => {
      if (!quiet && wanted.length > 1) complain(`run ${n + 1} of ${wanted.length}: ${line}`);
    };
    const code = await trained(run, n === 0 ? {...silent, serve: given.serve} : silent, say);
    if (code !== 0) return code;
    if (n === 0 && !existsSync(join(made, "metrics.jsonl"))) return 0;
  }
  const comparison = await compareRuns([await findRunAt(save, path), await findRunAt(save, made)]);
  const [run] = comparison.runs;
  const anew = await explainDiffering(comparison, run, EXPLAINED, explainOfRun);
  await writeWhole(join(made, RUNS_FILE), JSON.stringify(await runsShown(comparison, anew)));
  const report = await writeReport(made); // with the question Runs
  const page = join(made, "compare.html");
  await writeWhole(page, comparePage(comparison));
  const gain = gainOf(comparison, run);
  if (json) sayJson(JSON.stringify(documentOf({comparison, run, before, own, edit, page, gain}), undefined, 2));
  else if (!quiet) {
    const {dropped = 0, relabelled = 0} = readRunFile(made).data.edits ?? {};
    for (const line of [
      "",
      tryWords(run.changed, dropped + relabelled, run.total.fixed, run.total.broken, gain.seeds),
      ...(gain.seeds > 1 ? [gainWords(gain)] : []),
      ...noiseWords(run.noise, before),
      "",
      ...comparisonLines(comparison, LISTED),
      "",
      `page  ${page}`,
    ])
      say(line);
  }
  await openIfAsked({open: given.open === true}, pathToFileURL(report).href);
  return -gain.difference > trial.failUnder ? VERDICT_NO : 0;
}

/** The mean change over the seeds that the decisions cause. */
interface Gain {
  /** How many seeds of that setting are known of which fewer are. */
  readonly seeds: number;
  /** Mean test accuracies of the settings, without the decisions and with them. */
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  /** Welch's 95 % interval of the difference; null with fewer than three seeds. */
  readonly interval95: readonly [low: number, high: number] | null;
}

function gainOf({settings, base}: RunComparison, {at, noise}: Compared): Gain {
  const [was, is] = [base, at].map((one) => settings.find(({runs}) => runs.includes(one)) as Setting);
  return {
    seeds: Math.min(...noise.seeds),
    ...{before: was.mean, after: is.mean, difference: is.mean - was.mean},
    interval95: noise.interval95 ?? null,
  };
}

/** "gain  +0.12 points on average over 3 seeds: 98.21 % before, 98.33 % after". */
function gainWords({seeds, before, after, difference}: Gain): string {
  return `gain  ${paint.bold(`${points(difference)} points`)} on average over ${seeds} seeds: ${percent(before)} without the decisions, ${percent(after)} with them`;
}

/** The document of `labels try --json`, schema "epochscope/try/1". */
function documentOf(made: {
  readonly comparison: RunComparison;
  readonly run: Compared;
  readonly before: string;
  readonly own: string;
  readonly edit: string;
  readonly page: string;
  readonly gain: Gain;
}): object {
  const {comparison, run, before, own, edit, page, gain} = made;
  const {dropped = 0, relabelled = 0} = readRunFile(run.at.run.path).data.edits ?? {};
  return {
    ...{schema: "epochscope/try/1", from: before, run: own, edit, dropped, relabelled, changed: run.changed},
    ...{fixed: run.total.fixed, broken: run.total.broken, seedNoise: run.noise, gain, page},
    compare: compareDocument(comparison, LISTED),
  };
}

/**
 * "12 answers changed because of those 50 images: 7 turned right, 4 turned wrong, 1 is wrong in another way".
 *
 * @param seeds That were trained with and without the decisions. With fewer than three, no one can say that they are the reason.
 */
export function tryWords(changed: number, images: number, fixed: number, broken: number, seeds: number): string {
  const many = (count: number, one: string) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
  const those = images === 1 ? "that 1 image" : `those ${many(images, "image")}`;
  const because = seeds < ENOUGH_SEEDS ? "with the decisions about" : "because of";
  if (changed === 0) return `No answer changed ${because} ${those}.`;
  const other = changed - fixed - broken;
  const parts = [
    `${fixed} turned right`,
    `${broken} turned wrong`,
    ...(other > 0 ? [`${other} wrong in another way`] : []),
  ];
  return `${many(changed, "answer")} changed ${because} ${those}: ${parts.join(", ")}.`;
}
