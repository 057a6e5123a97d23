import {existsSync} from "node:fs";
import {join} from "node:path";

import {resolveOptions, UserError} from "../nouns/options";
import {explainKept} from "../pipeline/explain-kept";
import {readRunFile} from "../pipeline/record/run-file";
import {findRunAt} from "../pipeline/record/saved-run";
import {writeWhole} from "../pipeline/record/write-whole";
import {runOptions} from "../pipeline/run/options";
import {optionsOfRun} from "../pipeline/run/options-of-run";
import {compareRuns} from "../report/compare/compare-runs";
import {compareDocument} from "../report/compare/document";
import {explainDiffering} from "../report/compare/explain-differing";
import {noiseWords} from "../report/compare/noise-words";
import {comparePage} from "../report/compare/page";
import {RUNS_FILE, runsShown} from "../report/compare/runs-shown";
import {writeReport} from "../report/page";
import {comparisonLines} from "./compare-words";
import {drive} from "./run";
import {say, sayJson} from "./terminal";

/** How many images and confused pairs are listed. */
const LISTED = 10;

/** Images that turned right or wrong whose answers are explained from both runs. */
const EXPLAINED = 12;

export interface Trial {
  /** The run's folder, and the folder that runs are kept in. */
  readonly path: string;
  readonly save: string;
  /** The list of decisions. */
  readonly edit: string;
  /** The new run's name; "" means the old name with "-edited". */
  readonly name: string;
  readonly json: boolean;
}

/**
 * `labels try`: trains again with a list of decisions, all else as it was, and says which answers changed because of it.
 *
 * @param given Flags that the run and its page take.
 * @returns The exit code.
 * @throws UserError if no list is named, or the run is named as one that is there.
 */
export async function tryEdits(
  {path, save, edit, name, json}: Trial,
  given: {readonly [flag: string]: unknown},
): Promise<number> {
  if (!edit) throw new UserError("--edit: expected the list of decisions to try (suspects.csv), got none");
  const before = readRunFile(path).name;
  const parent = await optionsOfRun(save, path);
  const own = name || freeName(save, `${before}-edited`);
  const options = resolveOptions(runOptions, {...parent.options, save, from: path, edit, name: own}, "--");
  const quiet = given.quiet === true || json; // JSON alone may stand on stdout
  const code = await drive(options, parent.probes, {...given, quiet, json: false});
  const made = join(save, own);
  if (code !== 0 || !existsSync(join(made, "metrics.jsonl"))) return code;
  const comparison = await compareRuns([await findRunAt(save, path), await findRunAt(save, made)]);
  const [run] = comparison.runs;
  const changed = run.changed;
  const {dropped = 0, relabelled = 0} = readRunFile(made).data.edits ?? {};
  const anew = await explainDiffering(comparison, run, EXPLAINED, explainKept);
  await writeWhole(join(made, RUNS_FILE), JSON.stringify(await runsShown(comparison, anew)));
  await writeReport(made); // with the question Runs
  const page = join(made, "compare.html");
  await writeWhole(page, comparePage(comparison));
  const sentence = tryWords(changed, dropped + relabelled, run.total.fixed, run.total.broken);
  if (json) {
    const tried = {
      from: before,
      run: own,
      dropped,
      relabelled,
      changed,
      fixed: run.total.fixed,
      broken: run.total.broken,
      seedNoise: run.noise,
    };
    const document = {schema: "epochscope/try/1", ...tried, page, compare: compareDocument(comparison, LISTED)};
    sayJson(JSON.stringify(document, undefined, 2));
  } else if (!quiet) {
    for (const line of [
      "",
      sentence,
      ...noiseWords(run.noise, before),
      "",
      ...comparisonLines(comparison, LISTED),
      "",
      `page  ${page}`,
    ])
      say(line);
  }
  return 0;
}

/** "12 answers changed because of those 50 images: 7 turned right, 4 turned wrong, 1 is wrong in another way". */
export function tryWords(changed: number, images: number, fixed: number, broken: number): string {
  const many = (count: number, one: string) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
  const those = images === 1 ? "that 1 image" : `those ${many(images, "image")}`;
  if (changed === 0) return `No answer changed because of ${those}.`;
  const other = changed - fixed - broken;
  const parts = [
    `${fixed} turned right`,
    `${broken} turned wrong`,
    ...(other > 0 ? [`${other} wrong in another way`] : []),
  ];
  return `${many(changed, "answer")} changed because of ${those}: ${parts.join(", ")}.`;
}

function freeName(save: string, name: string): string {
  for (let n = 1; ; n++) {
    const own = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(join(save, own))) return own;
  }
}
