/**
 * @file Measures how well training dynamics find wrong labels:
 * `npm run bench -- labels [--share 0.03] [--seed 0] [--epochs 5]`.
 *
 * A share of MNIST's training labels is made wrong on purpose (each gets one of the nine others at random), the default
 * network is trained on them, and its training images are ranked by the method of `labels suspects`. It prints how many
 * of the first images have such a label, and the area under the ROC curve. Only these labels count as wrong, although
 * MNIST has some wrong labels of its own.
 */
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {resolveOptions} from "../src/nouns/options";
import {fork, shuffled} from "../src/nouns/random";
import type {Dataset} from "../src/nouns/samples";
import {openData} from "../src/pipeline/data/index";
import {labelsAt} from "../src/pipeline/data/split-labels";
import {trainingSuspects} from "../src/pipeline/labels";
import {run} from "../src/pipeline/run";
import {runOptions} from "../src/pipeline/run/options";

async function main(): Promise<void> {
  const {values: given} = parseArgs({
    options: {
      share: {type: "string", default: "0.03"},
      seed: {type: "string", default: "0"},
      epochs: {type: "string", default: "5"},
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "bench-labels-"));
  try {
    const edit = join(folder, "planted.csv");
    const common = {seed: Number(given.seed), save: join(folder, "save"), probes: "none", projector: 0};
    const options = resolveOptions(runOptions, {...common, name: "planted", epochs: Number(given.epochs), edit}, "--");
    const cacheFolder = join(options.save, "data");
    const whole = await opened({...options, edit: "", cacheFolder});
    const planted = await plant(whole, Number(given.share), options.seed, edit);
    for await (const event of run(options)) if (event.type === "end") console.log(`trained: ${event.path}`);
    const data = await opened({...options, cacheFolder});
    const {suspects} = await trainingSuspects(join(options.save, "planted"), data);
    const isPlanted = suspects.map(({index}) => planted.has(index));
    const among = (first: number) => isPlanted.slice(0, first).filter(Boolean).length;
    console.log(`${planted.size.toLocaleString("en")} of ${suspects.length.toLocaleString("en")} labels are planted`);
    for (const first of [100, 500, 1000, planted.size]) console.log(`of the first ${first}: ${among(first)} planted`);
    console.log(`area under the ROC curve: ${areaUnderCurve(isPlanted).toFixed(5)}`);
  } finally {
    rmSync(folder, {recursive: true});
  }
}

async function opened(options: Parameters<typeof openData>[0]): Promise<Dataset> {
  const opening = openData(options);
  for (;;) {
    const next = await opening.next();
    if (next.done) return next.value;
  }
}

/** Writes the list that makes a share of the training labels wrong. @returns Their places in the training split. */
async function plant({train, classNames}: Dataset, share: number, seed: number, file: string): Promise<Set<number>> {
  const random = fork(seed, "planted");
  const chosen = shuffled(train.count, random).subarray(0, Math.round(share * train.count));
  const labels = await labelsAt(train, chosen);
  const lines = Array.from(chosen, (index, i) => {
    const other = (labels[i] + 1 + Math.floor(random() * (classNames.length - 1))) % classNames.length;
    return `train,${index},${classNames[labels[i]]},relabel,${classNames[other]}`;
  });
  writeFileSync(file, ["split,index,given_label,decision,new_label", ...lines, ""].join("\n"));
  return new Set(chosen);
}

/** The share of pairs of a planted and another label in which the planted one comes first. */
function areaUnderCurve(isPlanted: readonly boolean[]): number {
  let [before, pairs] = [0, 0];
  for (const planted of isPlanted) {
    if (planted) before++;
    else pairs += before;
  }
  return pairs / (before * (isPlanted.length - before));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
