import {basename, join, relative} from "node:path";

import {resolveOptions, UserError} from "../nouns/options";
import type {NoAnswer, ReaderEvent} from "../pipeline/qa";
import type {Look} from "../pipeline/qa/files";
import type {Share} from "../pipeline/qa/judged";
import {type ReaderOptions, readerOptions} from "../pipeline/qa/options";
import {terminalBar} from "./bars";
import type {Command, Given} from "./command";
import {declareFlags, givenOf} from "./flags";
import {interruptible} from "./interruptible";
import {askFlags, askInWords, percent, readerFolder} from "./qa-ask";
import {paint, say, sayJson} from "./terminal";

const VERBS = ["train", "ask", "resume"] as const;

/** Trains a network that answers questions about a text, and asks it. */
export const qaCommand: Command = {
  command: "qa <verb> [question..]",
  describe: "train a reader that answers questions about a text, watch its answers form, and ask it",
  help: {
    usage: "qa train | resume [NAME] | ask [QUESTION] [flags]",
    rows: [
      ["train", "a BERT from scratch on made questions, a file's, or on from a Hugging Face folder"],
      ["  --data FILE", "questions as JSON: SQuAD 1.1 or 2.0, rows, or columns"],
      ["  --from FOLDER", "config.json, vocab.txt or tokenizer.json, model.safetensors"],
      ["  --epochs N", "passes over the questions"],
      ["  --track PLACES", "held-out questions whose logits are kept at every look"],
      ["ask", "the answer, its probability and the next best; without QUESTION, a prompt"],
      ["  --model WHAT", "a reader's run, latest, a Hugging Face folder, or an ONNX file"],
      ["  --context FILE", 'the text; or --text "…"'],
      ["  --why", "also which words speak for the answer"],
      ["  --again", "draw questions until one is right: how often is it?"],
      ["  --split WHAT", "held-out [default], train, or a file of questions"],
    ],
    also: ["width", "layers", "heads", "save", "name", "seed"],
    examples: ["epochscope qa train", 'epochscope qa ask "When is lunch?" --text "Tea is at 4pm. Lunch is at 1pm."'],
  },
  builder(cli) {
    cli.positional("verb", {type: "string", choices: [...VERBS], describe: VERBS.join(", ")});
    cli.positional("question", {type: "string", array: true, describe: "ask: the question; resume: a run's name"});
    declareFlags(cli, readerOptions, "", "Train:");
    declareFlags(cli, askFlags, "", "Ask:");
  },
  async handler(given) {
    const words = (given.question as string[] | undefined) ?? [];
    if (given.verb === "ask") return askInWords(words.join(" "), given);
    const {trainReader, readerRunOptions}: typeof import("../pipeline/qa") = require("../pipeline/qa");
    if (given.verb === "resume") {
      const path = await readerFolder(words[0] ?? "latest", `${given.save ?? "save"}`);
      const options = await readerRunOptions(path);
      return drive((signal) => trainReader(options, {signal, resume: path}), given);
    }
    if (words.length > 0)
      throw new UserError(`qa train: expected flags, got "${words.join(" ")}"`, {code: "BAD_OPTION"});
    const options = resolveOptions<ReaderOptions>(readerOptions, givenOf(given, readerOptions, ""), "--");
    return drive((signal) => trainReader(options, {signal}), given);
  },
};

/** Shows a training while it works. The first Ctrl-C stops it after the current step, a second one at once. */
async function drive(events: (signal: AbortSignal) => AsyncIterable<ReaderEvent>, given: Given): Promise<number> {
  const isJson = given.json === true;
  const print = given.quiet === true || isJson ? () => {} : say;
  const isDrawn = given.quiet !== true && !isJson && process.stdout.isTTY === true && process.stderr.isTTY === true;
  const bar = isDrawn ? terminalBar() : undefined;
  const interrupt = interruptible({drawn: () => bar?.end()});
  let isFirst = true;
  try {
    for await (const event of events(interrupt.signal)) {
      if (isJson && event.type !== "step") {
        const {...fields} = event;
        sayJson(
          JSON.stringify({
            ...(isFirst ? {schema: "epochscope/qa-events/1"} : {}),
            at: new Date().toISOString(),
            ...fields,
          }),
        );
        isFirst = false;
      }
      if (event.type === "step") bar?.at("training", event.step, event.steps, [`loss ${event.loss.toFixed(3)}`]);
      else if (event.type === "look") bar?.end();
      if (event.type === "end") await writePage(event.path);
      for (const line of linesOf(event)) print(line);
    }
  } finally {
    bar?.end();
    interrupt.end();
  }
  return interrupt.code();
}

async function writePage(path: string): Promise<void> {
  const {
    writeReaderPage,
  }: typeof import("../report/reader/write-reader-page") = require("../report/reader/write-reader-page");
  await writeReaderPage(path);
}

/** The lines that the terminal shows of an event. */
export function linesOf(event: ReaderEvent): string[] {
  if (event.type === "say") return [`${paint.yellow("note")} ${event.line}`];
  if (event.type === "start") {
    const {questions, heldOut, words, weights, path, from} = event;
    const count = (n: number) => n.toLocaleString("en");
    return [
      `data    ${count(questions)} questions to train on, ${count(heldOut)} held out; ${count(words)} pieces of words`,
      `model   BERT for questions: ${count(weights)} weights`,
      `save    ${relative("", path) || path}`,
      ...(from > 0 ? [`going on after step ${count(from)}`] : []),
      "",
    ];
  }
  if (event.type === "look") {
    const {step, trainLoss, loss, exactMatch, f1, tracked} = event.look;
    const [first] = tracked;
    const answer = first
      ? `  question ${first.question}: ${first.answer ? JSON.stringify(first.answer) : "nothing"}`
      : "";
    const trained = trainLoss === null ? "–" : trainLoss.toFixed(3);
    return [
      `step ${`${step}`.padStart(5)}  train ${trained.padStart(5)}  held out ${loss.toFixed(3)}  exact ${percent(exactMatch)}  F1 ${percent(f1)}${answer}`,
    ];
  }
  if (event.type === "interrupted") {
    return ["", `stopped after step ${event.step}; go on with: npx epochscope qa resume ${basename(event.path)}`];
  }
  if (event.type === "end") {
    const {look, phase, controls, noAnswer, path} = event;
    return [
      "",
      `right answers to held-out questions: ${percent(look.exactMatch)} exact, F1 ${percent(look.f1)}; by two argmaxes ${percent(look.exactByTwoArgMaxes)}`,
      ...noAnswerWords(look, noAnswer),
      phase
        ? `half of it was learned between steps ${phase.from} and ${phase.to}`
        : "there was no part in which it learned much at once",
      `control: with the sentences in another order ${percent(controls.shuffled.exactMatch)}, with the question hidden ${percent(controls.withoutQuestion.exactMatch)}`,
      ...byPosition(look.exactMatch, controls.shuffled.exactMatch),
      `page     ${relative("", join(path, "report.html"))}`,
      `pictures ${relative("", join(path, "plots"))}   model ${relative("", join(path, "model"))}`,
    ];
  }
  return [];
}

/** How questions with and without an answer went, if some have none. */
function noAnswerWords({answerable, unanswerable, exactMatch}: Look, noAnswer: NoAnswer | undefined): string[] {
  if (!answerable || !unanswerable) return [];
  const part = ({questions, exactMatch, f1}: Share) =>
    `${percent(exactMatch)} exact, F1 ${percent(f1)} of ${questions}`;
  return [
    `with an answer in the text ${part(answerable)}; without one ${percent(unanswerable.exactMatch)} of ${unanswerable.questions} are answered with nothing`,
    noAnswer
      ? `nothing is answered where [CLS] scores higher by more than ${noAnswer.threshold}${betterWords(exactMatch, noAnswer)}`
      : "it always names a span (--null-threshold none)",
  ];
}

/** Another threshold, if it would have done better on these very questions. */
function betterWords(exactMatch: number, {exactMatch: {threshold, score}}: NoAnswer): string {
  return score > exactMatch + 1e-9
    ? `; by more than ${threshold.toPrecision(3)} would give ${percent(score)} exact on these questions`
    : "";
}

/** The share of answers that become wrong when sentences change places: the network knew these by their place. */
function byPosition(right: number, shuffled: number): string[] {
  if (right - shuffled < 0.1) return [];
  return [`it answers by position in part: in another order ${percent(right - shuffled)} of the answers are lost`];
}
