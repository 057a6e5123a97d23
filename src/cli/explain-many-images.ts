import {dirname, join} from "node:path";
import {pathToFileURL} from "node:url";

import {UserError} from "../nouns/options";
import {limeFlags} from "../pipeline/attribution/lime-flags";
import type {ExplainQuestion} from "../pipeline/jobs/explain-question";
import type {ExplainedEpoch} from "../pipeline/many/epoch-parts";
import {explainMany, type ManyOutcome, resultName} from "../pipeline/many/explain-many";
import {type OpenMany, openMany} from "../pipeline/many/open-many";
import {planExplaining} from "../pipeline/many/plan-explaining";
import {epochStem} from "../pipeline/record/epoch-stem";
import {findRun} from "../pipeline/record/run-directory";
import {runReference} from "../pipeline/record/run-reference";
import {reportOf, writeReport} from "../report/page";
import {epochNumber} from "./asked-epoch";
import {type Bar, plainBar, terminalBar} from "./bars";
import {type ExplainFlags, explainFlags} from "./explain-flags";
import {MANY} from "./explain-many";
import {methodOf} from "./explain-methods";
import {explainPlanLines} from "./explain-plan";
import {givenOf} from "./flags";
import {interruptible} from "./interruptible";
import {counted, thousands} from "./numbers";
import {isQueue} from "./queue-of";
import {here} from "./run-places";
import {openIfAsked} from "./served";
import {storeOf} from "./store-of";
import {complain, paint, say, sayDocument} from "./terminal";
import {workersOf} from "./workers-of";

/** Flags that many images have, too. */
const TAKEN: ReadonlySet<string> = new Set([
  "model",
  "run",
  "class",
  "method",
  "seed",
  "save",
  "open",
  "workers",
  "store",
  ...["preset"],
]);

/**
 * `explain test:all --model RUN`: explains test images of a run at every epoch whose weights it kept, as the run's own probe
 * would have, and puts them on the run's page.
 *
 * @returns The exit code.
 */
export async function explainManyImages(
  options: ExplainFlags,
  word: string,
  given: {readonly [flag: string]: unknown},
): Promise<number> {
  const own = givenOf(given, explainFlags, "");
  const extra = Object.keys(own).find((name) => !TAKEN.has(name));
  if (extra)
    throw new UserError(`--${extra}: expected no ${word} together with this flag, got both`, {code: "BAD_OPTION"});
  const many = await opened(options, word, given);
  const {method} = options;
  const isTalking = given.quiet !== true && given.json !== true;
  const print = isTalking ? say : () => {};
  if (isTalking) for (const line of many.notes) complain(`  ${paint.yellow("note")} ${line}`);
  const images = many.range.to - many.range.from;
  print(
    `${here(many.run)}: ${counted(images, "test image")} at ${counted(many.epochs.length, "epoch")}, by ${method === "lime" ? "LIME" : method}`,
  );
  const results = await storeOf(options.store, join(dirname(many.run), "results"));
  const isPlan = given["dry-run"] === true; // it measures this machine, whoever will do the work
  const workers = await workersOf(isPlan && isQueue(options.workers) ? "auto" : options.workers, {
    ...{kind: "explain" as const, results, idOf: (question) => resultName(question as ExplainQuestion)},
    say: isTalking ? (line) => complain(`  ${paint.yellow("note")} ${line}`) : () => {},
  });
  if (isPlan) {
    try {
      await reportOf(many.run); // the page that is written in the end
      const plan = await planExplaining(many, workers, results, processorSeconds, processorSeconds()); // all so far
      if (given.json === true) sayDocument({schema: "epochscope/explain-plan/1", run: many.file.name, method, ...plan});
      for (const line of explainPlanLines(plan)) print(line);
      print("nothing was written: this was a dry run");
      return 0;
    } finally {
      await workers.close();
    }
  }
  const progress = isTalking ? drawnProgress() : undefined;
  const epochs: ExplainedEpoch[] = [];
  const {signal, code, end} = interruptible({
    stopping: () => progress?.note("stopping after the current images; Ctrl-C again stops at once"),
    drawn: () => progress?.end(),
  });
  let outcome: ManyOutcome;
  try {
    const going = explainMany(many, workers, results, signal);
    let next = await going.next();
    for (; !next.done; next = await going.next()) {
      const {value} = next;
      if (value.type === "shard") {
        const words = [`epoch ${value.epoch}`];
        if (!signal.aborted)
          progress?.at("explained", value.done - value.known, value.all - value.known, words, value.done - value.known);
        continue;
      }
      epochs.push(value.explained);
      progress?.end();
      print(epochWords(value.explained));
    }
    outcome = next.value;
  } finally {
    progress?.end();
    end();
    await workers.close();
  }
  if (outcome.interrupted) {
    complain(
      `interrupted: ${counted(outcome.explanations, "explanation")} are kept; the same command continues with the rest`,
    );
    return code();
  }
  epochs.sort((a, b) => a.epoch - b.epoch); // the last shards of two epochs may come in any order
  const page = await writeReport(many.run);
  const kept = join(many.run, "artifacts", "explained");
  const files = epochs.map(({epoch}) => join(kept, `${epochStem(epoch, method)}.json`));
  if (outcome.known > 0)
    print(`${thousands(outcome.known)} of ${counted(outcome.explanations, "explanation")} were there before`);
  print(`numbers  ${here(kept)}`);
  print(`page     ${here(page)}`);
  if (given.json === true) {
    const {explanations, known} = outcome;
    const counts = {images, explanations, known};
    sayDocument({
      schema: "epochscope/explain-many/1",
      run: many.file.name,
      method,
      ...counts,
      epochs,
      files,
      page,
    });
  }
  await openIfAsked(options, pathToFileURL(page).href);
  return 0;
}

async function opened(
  options: ExplainFlags,
  word: string,
  given: {readonly [flag: string]: unknown},
): Promise<OpenMany> {
  const {name, epoch} = runReference(options.model || options.run || "latest");
  const directory = await findRun(options.save, name);
  const at = epoch === undefined ? undefined : await epochNumber(directory, epoch);
  const [, from, to] = MANY.exec(word) ?? [];
  const pixels = methodOf(given, options.method);
  return openMany(directory.path, {
    ...(from === undefined ? {} : {range: {from: Number(from), to: Number(to) + 1}}),
    ...(at === undefined ? {} : {epochs: [at]}),
    ...(given.target === undefined ? {} : {target: options.class || "predicted"}),
    ...(given.seed === undefined ? {} : {seed: options.seed}),
    ...(pixels ? {pixels: {method: pixels.method.name, options: {...pixels.values}}} : {}),
    lime: givenOf(given, limeFlags, "lime."),
  });
}

/** The processor time that all threads of this process have used. */
function processorSeconds(): number {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
}

function drawnProgress(): Bar {
  return process.stdout.isTTY === true && process.stderr.isTTY === true ? terminalBar() : plainBar(complain);
}

/** The line that tells how far an epoch's explanations can be trusted. */
export function epochWords(one: ExplainedEpoch): string {
  const {epoch, images, poor, unchanging} = one;
  const begin = `epoch ${epoch}   ${counted(images, "image")}`;
  const still = unchanging === 0 ? "" : `   ${thousands(unchanging)} that nothing changes`;
  if ("medianR2" in one) {
    const {masks, medianR2, agree} = one;
    const fit =
      medianR2 === null
        ? "nothing changes any answer"
        : `R² ${medianR2.toFixed(2)} (median), ${thousands(poor)} below 0.5`;
    const same = agree === null ? "" : `   top 5 agree ${agree.toFixed(2)}`;
    return `${begin}, ${masks} masks   ${fit}${same}${still}`;
  }
  const {medianFaithfulness, incomplete} = one;
  const trust =
    medianFaithfulness === null
      ? "nothing changes any score"
      : `faithfulness ${medianFaithfulness.toFixed(2)} (median), ${thousands(poor)} below 0.3`;
  const gap = incomplete === null ? "" : `   ${thousands(incomplete)} with a completeness gap above 5 %`;
  return `${begin}   ${trust}${gap}${still}`;
}
