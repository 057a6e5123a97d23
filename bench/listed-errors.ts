/**
 * @file Counts how many of the wrong labels that the literature lists in MNIST's test set are among the first suspects:
 * `npm run bench -- listed-errors [--seed 0] [--epochs 5] [--folds 0]`.
 *
 * The list is that of C. Northcutt, A. Athalye, J. Mueller, "Pervasive Label Errors in Test Sets Destabilize Machine
 * Learning Benchmarks", NeurIPS 2021, who count 15 errors. Their files (github.com/cleanlab/label-errors,
 * mturk/mnist_mturk.json, commit 5457895) say for each candidate how many of five people saw the given label. The 15
 * errors are the candidates whose label fewer than three people saw.
 */
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";

import {resolveOptions} from "../src/nouns/options";
import {run} from "../src/pipeline/run";
import {runOptions} from "../src/pipeline/run/options";

/**
 * The place in the test set, the label in the data, and what most of the five people saw ("neither": another digit or
 * none; "–": no majority).
 */
export const LISTED: readonly (readonly [index: number, label: number, seen: string])[] = [
  [947, 8, "9"],
  [1621, 0, "6"],
  [1901, 9, "4"],
  [2130, 4, "–"],
  [2462, 2, "0"],
  [2597, 5, "3"],
  [2654, 6, "neither"],
  [3520, 6, "neither"],
  [3558, 5, "0"],
  [5937, 5, "3"],
  [6651, 0, "6"],
  [6783, 1, "6"],
  [8527, 4, "–"],
  [9679, 6, "neither"],
  [9729, 5, "6"],
];
const FIRST = [15, 50, 100];

async function main(): Promise<void> {
  const {values: given} = parseArgs({
    options: {
      seed: {type: "string", default: "0"},
      epochs: {type: "string", default: "5"},
      folds: {type: "string", default: "0"},
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "bench-listed-"));
  try {
    const [seed, epochs, folds] = [given.seed, given.epochs, given.folds].map(Number);
    const more = {save: join(folder, "save"), name: "r", probes: "none", projector: 0};
    const options = resolveOptions(runOptions, {...more, seed, epochs, folds}, "--");
    for await (const event of run(options)) if (event.type === "end") console.log("trained");
    const ranks = testRanks(readFileSync(join(options.save, "r", "suspects.csv"), "utf8"));
    for (const first of FIRST) {
      const found = LISTED.filter(([index]) => (ranks.get(index) ?? Infinity) <= first);
      console.log(
        `among the first ${first} test suspects: ${found.length} of ${LISTED.length} (${found.map(([index]) => index).join(", ")})`,
      );
    }
    for (const [index, label, seen] of LISTED)
      console.log(`test ${index}: labelled ${label}, seen ${seen}, suspect ${ranks.get(index)}`);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

/** The rank of each test image among the test images of a run's suspects.csv, from 1. */
function testRanks(csv: string): Map<number, number> {
  const [header, ...lines] = csv.trimEnd().split("\n");
  const names = header.split(",");
  const [split, place] = ["split", "index"].map((name) => names.indexOf(name));
  const test = lines.map((line) => line.split(",")).filter((cells) => cells[split] === "test");
  return new Map(test.map((cells, n) => [Number(cells[place]), n + 1]));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
