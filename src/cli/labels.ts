import {existsSync} from "node:fs";
import {join, relative} from "node:path";
import {pathToFileURL} from "node:url";

import type {Network} from "../nouns/network";
import {type OptionTable, oneOf, positiveInteger, resolveOptions, wholeBetween} from "../nouns/options";
import {NEAR} from "../numbers/near-duplicates";
import {nameOf, numberOf} from "../pipeline/data/image-names";
import {chosenMethod, type Judging, judgingFlags} from "../pipeline/judged-labels";
import {withKeptNetwork} from "../pipeline/kept-network";
import {tooFewEpochs, trainingSuspects, trainingSuspectsCsv, whySuspect} from "../pipeline/labels";
import {SPLIT_CHOICES} from "../pipeline/listed-suspects";
import {findRun} from "../pipeline/record/run-directory";
import {readTrainedRun} from "../pipeline/record/run-file";
import {writeWhole} from "../pipeline/record/write-whole";
import {begunOptions, reopenedData} from "../pipeline/run/reopened";
import {thumbnail} from "../report/compare/thumbnail";
import {labelsPage} from "../report/labels/page";
import {writeReport} from "../report/page";
import {type Command, RUN_WORDS} from "./command";
import {VERDICT_NO} from "./exit-codes";
import {declareFlags, givenOf} from "./flags";
import {evidenceFor} from "./labels-evidence";
import {tellJudged} from "./labels-judged";
import {tellLeaks} from "./labels-leaks";

import {tryEdits} from "./labels-try";
import {declarePageFlags} from "./page-flags";
import {say, sayJson} from "./terminal";

interface LabelOptions extends Judging {
  readonly save: string;
  readonly split: keyof typeof SPLIT_CHOICES;
  readonly top: number;
  readonly failOver: number;
  readonly distance: number;
  readonly alike: number;
  readonly embedding: number;
  readonly evidence: number;
  readonly edit: string;
  readonly drop: number;
  readonly relabel: number;
  readonly seeds: number;
  readonly failUnder: number;
  readonly name: string;
}

const WITHOUT_LIMIT = 1e9;

const labelFlags: OptionTable<LabelOptions> = {
  save: {default: "save", help: "the folder that runs are kept in"},
  split: {
    default: "train",
    help: "suspects: the split whose labels are ranked: train; validation or test, as the run itself ranked them; or all, for a run with --folds",
    check: oneOf("train", "validation", "test", "all"),
  },
  ...judgingFlags,
  top: {
    default: 200,
    help: "how many suspects, or pairs, the page shows; the terminal shows at most ten",
    check: positiveInteger,
  },
  failOver: {
    default: WITHOUT_LIMIT,
    words: {none: WITHOUT_LIMIT},
    help: "exit code 3 if more labels than this look wrong, or more pairs of copies than this cross splits",
    check: (value) => (Number.isInteger(value) && value >= 0 ? undefined : "a whole number, 0 or more"),
  },
  distance: {
    default: 4,
    help: "leaks: near copies differ in at most this many of the 64 bits of pHash, and of dHash; -1: only exact copies",
    check: (value) =>
      Number.isInteger(value) && value >= -1 && value <= 10 ? undefined : "a whole number from -1 to 10",
  },
  alike: {
    default: 0.99,
    help: "leaks: the grey pixels of near copies have at least this correlation",
    check: (value) => (value >= -1 && value <= 1 ? undefined : "a number from -1 to 1"),
  },
  embedding: {
    default: 0,
    words: {none: 0, auto: NEAR},
    help: "leaks: also find pairs that look alike to the run's network: their cosine distance is below this many medians of the distance to the nearest image (auto: 0.13, as in cleanlab); none: do not ask the network",
    check: (value) => (value >= 0 && value < 1 ? undefined : "none, auto, or a number below 1"),
  },
  evidence: {
    default: 12,
    words: {none: 0},
    help: "suspects: for how many suspects, from the first, the page shows what speaks for the given label and for the suggested one (saliency and LIME of both)",
    check: (value) => (Number.isInteger(value) && value >= 0 ? undefined : "none, or a whole number"),
  },
  edit: {default: "", help: "try: the list of decisions to train with (suspects.csv)"},
  drop: {
    default: 0,
    words: {none: 0},
    help: "try: in place of --edit, drop this many suspects, from the first, although nobody has looked at them",
    check: (value) => (Number.isInteger(value) && value >= 0 ? undefined : "none, or a whole number"),
  },
  relabel: {
    default: 0,
    words: {none: 0},
    help: "try: in place of --edit, give this many suspects, from the first, the class that each looks like",
    check: (value) => (Number.isInteger(value) && value >= 0 ? undefined : "none, or a whole number"),
  },
  seeds: {
    default: 3,
    help: "try: how many seeds are trained with the decisions and without them, so that a gain is told from chance; runs that are there count",
    check: wholeBetween(1, 100),
  },
  failUnder: {
    default: WITHOUT_LIMIT,
    words: {none: WITHOUT_LIMIT},
    help: "try: exit code 3 if the decisions make the mean of the seeds worse by more than this (0.002 is 0.2 points)",
    check: (value) => (value >= 0 ? undefined : "a number, 0 or more"),
  },
  name: {default: "", help: "try: the new run's name; by default the old name with -edited"},
};

/** How many suspects the terminal names. */
const NAMED = 10;

/** Finds wrong labels and copies in a run's data, and trains again with the user's decisions about them. */
export const labelsCommand: Command = {
  command: "labels <verb> [run]",
  describe: "find labels that are likely wrong and images that occur twice, and train without them",
  help: {
    usage: "labels VERB [RUN] [flags]",
    rows: [
      ["suspects", "rank labels that are likely wrong: a list and a page"],
      ["leaks", "find images that occur twice, within and across splits; write leaks.csv and a page"],
      ["try", "train again with the corrected labels, then compare; several seeds tell gain from chance"],
      ["RUN", "a name, its beginning, a folder, latest, latest~1 [latest]"],
      ["--split, --method", "suspects: whose labels; who judges"],
      ["--folds N", "suspects: train N networks that judge"],
      ["--top N", "how many suspects, or pairs, the page shows"],
      ["--evidence N", "suspects: explain the first N, for the given and the suggested label"],
      ["--edit FILE", "try: your suspects.csv, in which you filled in the decisions"],
      ["--drop N, --relabel N", "try: the first N suspects instead"],
      ["--seeds N", "try: train N seeds with the decisions, N without"],
      ["--fail-under X", "try: exit code 3 if the mean of the seeds gets worse by more than X"],
      ["--distance N --alike X", "leaks: the most bits by which near copies differ; the least correlation"],
      ["--embedding auto", "leaks: also find images that look alike to the run's network"],
      ["--fail-over N", "exit code 3 if more than N are found"],
    ],
    also: ["name", "save", "serve", "open"],
    examples: ["epochscope labels suspects", "epochscope labels try latest --edit suspects.csv"],
  },
  builder(cli) {
    cli.positional("verb", {
      type: "string",
      choices: ["suspects", "leaks", "try"],
      describe:
        "suspects: rank the training labels; leaks: find copies within and across splits; try: train with --edit",
    });
    cli.positional("run", {type: "string", default: "latest", describe: RUN_WORDS});
    declareFlags(cli, labelFlags, "", "Labels:");
    declarePageFlags(cli, "try: serve the new run's page on 127.0.0.1 while it trains, until Ctrl-C");
  },
  async handler(given) {
    const json = given.json === true;
    const options = {...resolveOptions(labelFlags, givenOf(given, labelFlags, ""), "--"), json};
    const {save, top, failOver} = options;
    const {path} = await findRun(save, `${given.run}`);
    if (given.verb === "try") return tryEdits({...options, path}, given);
    const file = readTrainedRun(path, "labels");
    const begun = begunOptions(path, file);
    const data = await reopenedData(path, file);
    if (given.verb === "leaks") {
      const withNetwork = <R>(use: (network: Network) => Promise<R>) => withKeptNetwork(path, data, begun, use);
      const asking = options.embedding > 0 ? {asking: {near: options.embedding, withNetwork}} : {};
      const across = await tellLeaks(path, file.name, data, {...options, quiet: given.quiet === true, ...asking});
      return across > failOver ? VERDICT_NO : 0;
    }
    if (chosenMethod(options, SPLIT_CHOICES[options.split]) !== "dynamics") {
      return tellJudged({path, file, data}, {...options, quiet: given.quiet === true}, given);
    }
    const found = await trainingSuspects(path, data);
    const csv = trainingSuspectsCsv(found, data);
    const shown = found.suspects.slice(0, top);
    const where = (index: number) => nameOf(data, {split: "train", index});
    const classOf = (k: number) => data.classNames[k];
    const images = await data.train.read(shown.map(({index}) => index));
    const bytes = Uint8Array.from(images.pixels, (v) => Math.round(255 * v));
    const pictured = {count: images.count, shape: images.shape, pixels: bytes, labels: images.labels};
    const doubted = new Set(found.suspects.flatMap(({index, isIssue}) => (isIssue ? [index] : [])));
    const {evidence, files} = await evidenceFor(path, data, begun, shown.slice(0, options.evidence), doubted);
    const page = await labelsPage(
      file.name,
      shown.map((suspect, n) => ({
        picture: thumbnail(pictured, n),
        given: classOf(found.labels[suspect.index]),
        suggested: classOf(suspect.predicted),
        where: where(suspect.index),
        why: whySuspect(suspect, found.epochs),
        ...evidence[n],
      })),
      csv,
      images.shape[2] === 1,
    );
    const [csvPath, pagePath] = ["suspects-train.csv", "suspects-train.html"].map((name) => join(path, name));
    await writeWhole(csvPath, csv);
    await writeWhole(pagePath, page);
    const report = join(path, "report.html");
    const isShown = evidence.length > 0 && existsSync(report);
    if (isShown) await writeReport(path); // its question Training set now shows the evidence, too
    const issues = found.suspects.filter(({isIssue}) => isIssue).length;
    if (json) {
      const rows = shown.map(({index, predicted, areaUnderMargin, ...more}, i) => ({
        ...{rank: i + 1, image: numberOf(data, {split: "train", index}), split: "train", index},
        ...{sourceIndex: data.train.sources?.[index] ?? index},
        ...(data.train.files ? {file: data.train.files[index]} : {}),
        ...{givenLabel: classOf(found.labels[index]), predictedLabel: classOf(predicted), labelScore: areaUnderMargin},
        ...more,
      }));
      const document = {schema: "epochscope/suspects/1", run: file.name, method: "dynamics", count: issues, rows};
      sayJson(JSON.stringify({...document, csv: csvPath, page: pagePath, evidence: files}, undefined, 2));
    } else if (given.quiet !== true) {
      const few = tooFewEpochs(found);
      const lines = shown.slice(0, NAMED).map((suspect) => {
        const [label, other] = [found.labels[suspect.index], suspect.predicted].map(classOf);
        return `  ${where(suspect.index)}: labelled ${label}, looks like ${other} (${whySuspect(suspect, found.epochs)})`;
      });
      const total = found.suspects.length.toLocaleString("en");
      const told = [
        `${issues.toLocaleString("en")} of ${total} training labels look wrong: in training, another class mostly scored higher`,
        ...(few ? [`  ${few}`] : []),
        ...lines,
        `list  ${relative(process.cwd(), csvPath)}`,
        ...(isShown ? [`page  ${pathToFileURL(report).href}#v=training`] : []),
        `page  ${relative(process.cwd(), pagePath)}  (decide there, then train again with --from ${file.name} --edit suspects.csv)`,
      ];
      for (const line of told) say(line);
    }
    return issues > failOver ? VERDICT_NO : 0;
  },
};
