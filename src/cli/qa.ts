import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {basename, join, relative, resolve} from "node:path";
import {createInterface} from "node:readline/promises";

import {type OptionTable, positiveInteger, resolveOptions, UserError, wholeNumber} from "../nouns/options";
import {orUserError} from "../nouns/system-errors";
import type {ReaderEvent} from "../pipeline/qa";
import {type ReaderOptions, readerOptions} from "../pipeline/qa/options";
import {terminalBar} from "./bars";
import type {Command, Given} from "./command";
import {BY_SIGNAL} from "./exit-codes";
import {declareFlags, givenOf} from "./flags";
import {type AgainFlags, againFlags, askUntilRight} from "./qa-again";
import {paint, say, sayJson} from "./terminal";

interface AskOptions extends AgainFlags {
  readonly model: string;
  readonly context: string;
  readonly text: string;
  readonly top: number;
  readonly why: boolean;
  readonly samples: number;
}

const askFlags: OptionTable<AskOptions> = {
  model: {default: "latest", help: "ask: a reader's run by its name, latest, or a Hugging Face folder"},
  context: {default: "", help: "ask: the file with the text that the answer stands in"},
  text: {default: "", help: "ask: that text itself"},
  top: {default: 5, help: "ask: how many spans are listed", check: positiveInteger},
  why: {default: false, help: "ask: also say which words speak for the answer, by hiding words (LIME)"},
  samples: {default: 1000, help: "ask: how many times words are hidden for --why", check: wholeNumber},
  ...againFlags,
};

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
      ["  --model WHAT", "a reader's run, latest, or a Hugging Face folder"],
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
    if (given.verb === "ask") return ask(words.join(" "), given);
    const {trainReader, readerRunOptions}: typeof import("../pipeline/qa") = require("../pipeline/qa");
    if (given.verb === "resume") {
      const path = await readerFolder(words[0] ?? "latest", `${given.save ?? "save"}`);
      return drive((signal) => trainReader(readerRunOptions(path), {signal, resume: path}), given);
    }
    if (words.length > 0)
      throw new UserError(`qa train: expected flags, got "${words.join(" ")}"`, {code: "BAD_OPTION"});
    const options = resolveOptions<ReaderOptions>(readerOptions, givenOf(given, readerOptions, ""), "--");
    return drive((signal) => trainReader(options, {signal}), given);
  },
};

/** Shows a training as it goes. The first Ctrl-C stops it after the step at hand, a second at once. */
async function drive(events: (signal: AbortSignal) => AsyncIterable<ReaderEvent>, given: Given): Promise<number> {
  const isJson = given.json === true;
  const print = given.quiet === true || isJson ? () => {} : say;
  const isDrawn = given.quiet !== true && !isJson && process.stdout.isTTY === true && process.stderr.isTTY === true;
  const bar = isDrawn ? terminalBar() : undefined;
  const interrupt = new AbortController();
  let code = 0;
  const onSignal = (signal: keyof typeof BY_SIGNAL) => {
    code = BY_SIGNAL[signal];
    if (interrupt.signal.aborted) process.exit(code);
    interrupt.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
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
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
  return code;
}

async function writePage(path: string): Promise<void> {
  const {
    writeReaderPage,
  }: typeof import("../report/reader/write-reader-page") = require("../report/reader/write-reader-page");
  await writeReaderPage(path);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function linesOf(event: ReaderEvent): string[] {
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
    const answer = first ? `  question ${first.question}: ${JSON.stringify(first.answer)}` : "";
    const trained = trainLoss === null ? "–" : trainLoss.toFixed(3);
    return [
      `step ${`${step}`.padStart(5)}  train ${trained.padStart(5)}  held out ${loss.toFixed(3)}  exact ${percent(exactMatch)}  F1 ${percent(f1)}${answer}`,
    ];
  }
  if (event.type === "interrupted") {
    return ["", `stopped after step ${event.step}; go on with: npx epochscope qa resume ${basename(event.path)}`];
  }
  if (event.type === "end") {
    const {look, phase, controls, path} = event;
    return [
      "",
      `right answers to held-out questions: ${percent(look.exactMatch)} exact, F1 ${percent(look.f1)}; by two argmaxes ${percent(look.exactByTwoArgMaxes)}`,
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

/** What is lost when sentences change places was known by their places. */
function byPosition(right: number, shuffled: number): string[] {
  if (right - shuffled < 0.1) return [];
  return [`it answers by position in part: in another order ${percent(right - shuffled)} of the answers are lost`];
}

async function readerFolder(name: string, save: string): Promise<string> {
  const {findReader, newestReader}: typeof import("../pipeline/qa/find") = require("../pipeline/qa/find");
  return name === "latest" ? newestReader(save) : (findReader(save, name) ?? resolve(name));
}

async function ask(question: string, given: Given): Promise<number> {
  const options = resolveOptions(askFlags, givenOf(given, askFlags, ""), "--");
  const {openSavedReader}: typeof import("../pipeline/qa/ask") = require("../pipeline/qa/ask");
  if (options.context && options.text) {
    throw new UserError("--context and --text: expected one of them, got both", {code: "BAD_OPTION"});
  }
  const run = await readerFolder(options.model, `${given.save ?? "save"}`);
  const folder = existsSync(join(run, "model", "config.json")) ? join(run, "model") : run;
  const reader = await openSavedReader(folder);
  try {
    if (options.again) {
      if (question || options.context || options.text) {
        throw new UserError("--again: expected no question and no text, since both are drawn", {code: "BAD_OPTION"});
      }
      return await askUntilRight(reader, run, options, given);
    }
    const context = options.context
      ? await orUserError(options.context, () => readFile(options.context, "utf8"), "read")
      : options.text;
    if (!context.trim()) {
      throw new UserError("--context: expected a file with the text, or --text, got none", {code: "BAD_OPTION"});
    }
    if (question) {
      await tell(reader, question, context, options, given);
      return 0;
    }
    const prompt = createInterface({input: process.stdin, output: process.stderr});
    for (;;) {
      const asked = (await prompt.question("question> ").catch(() => "")).trim();
      if (!asked) break;
      await tell(reader, asked, context, options, given);
    }
    prompt.close();
    return 0;
  } finally {
    reader.dispose();
  }
}

type OpenReader = Awaited<ReturnType<typeof import("../pipeline/qa/ask")["openSavedReader"]>>;

async function tell(reader: OpenReader, question: string, context: string, options: AskOptions, given: Given) {
  const {askReader}: typeof import("../pipeline/qa/ask") = require("../pipeline/qa/ask");
  const {answer, why} = await askReader(reader, question, context, options);
  if (given.json === true) {
    const {text, from, to, probability, spans, byTwoArgMaxes} = answer;
    sayJson(
      JSON.stringify({
        ...{
          schema: "epochscope/qa-answer/1",
          question,
          answer: text,
          start: from,
          end: to,
          probability,
          spans,
          byTwoArgMaxes,
        },
        ...(why ? {why} : {}),
      }),
    );
    return;
  }
  const around = (from: number, to: number) =>
    `${context.slice(Math.max(0, from - 30), from)}${paint.bold(context.slice(from, to))}${context.slice(to, to + 30)}`;
  say(`${paint.bold(answer.text)}   ${percent(answer.probability)}`);
  say(`  … ${around(answer.from, answer.to).replace(/\s+/g, " ")} …`);
  if (given.quiet !== true) {
    for (const span of answer.spans.slice(1)) say(`  ${percent(span.probability).padStart(7)}  ${span.text}`);
  }
  if (!why) return;
  if (why.r2 === null) return say("no word speaks for the answer: hiding words does not change it");
  say(`words that speak for it (by how much its probability falls without them; R² ${why.r2.toFixed(2)}):`);
  const strongest = [...why.words].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, 8);
  for (const {word, inQuestion, weight, error} of strongest) {
    const sign = weight < 0 ? "−" : "+";
    say(`  ${sign}${Math.abs(weight).toFixed(3)} ± ${error.toFixed(3)}  ${word}${inQuestion ? "  (question)" : ""}`);
  }
  return undefined;
}
