import {readFile} from "node:fs/promises";
import {createInterface} from "node:readline/promises";

import {between, type OptionTable, positiveInteger, resolveOptions, UserError, wholeNumber} from "../nouns/options";
import {orUserError} from "../nouns/system-errors";
import {decodeText} from "../pipeline/data/text";
import type {Answering} from "../pipeline/qa/answering";
import type {WhyAsked} from "../pipeline/qa/ask";
import {readerOptions} from "../pipeline/qa/options";
import {writeWhole} from "../pipeline/record/write-whole";
import type {Given} from "./command";
import {BY_SIGNAL} from "./exit-codes";
import {givenOf} from "./flags";
import {type AgainFlags, againFlags, askUntilRight} from "./qa-again";
import {paint, say, sayJson} from "./terminal";

interface AskOptions extends AgainFlags {
  readonly model: string;
  readonly context: string;
  readonly text: string;
  readonly tokenizer: string;
  readonly maxMemory: number;
  readonly nullThreshold: string;
  readonly top: number;
  readonly why: boolean;
  readonly samples: number;
  readonly out: string;
}

export const askFlags: OptionTable<AskOptions> = {
  model: {default: "latest", help: "ask: a reader's run by its name, latest, a Hugging Face folder, or an ONNX file"},
  context: {default: "", help: "ask: the file with the text that contains the answer"},
  text: {default: "", help: "ask: that text itself"},
  tokenizer: {
    default: "",
    help: "ask: of an ONNX file: vocab.txt or tokenizer.json, or their folder; by default the file's own",
  },
  maxMemory: {
    default: 1,
    help: "ask: the most memory that an ONNX file may take for a window of the text, in GiB, in addition to four times the size of its files",
    check: between(0.1, 1000),
  },
  nullThreshold: readerOptions.nullThreshold,
  top: {default: 5, help: "ask: how many spans are listed", check: positiveInteger},
  why: {default: false, help: "ask: also say which words speak for the answer, by hiding words (LIME)"},
  samples: {default: 1000, help: "ask: how many times words are hidden for --why", check: wholeNumber},
  out: {default: "", help: "ask: also write the answer as a page (.html), its words coloured by what they say for it"},
  ...againFlags,
};

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** Finds a reader's folder: by its run's name, by "latest", or by the folder itself. */
export async function readerFolder(name: string, save: string): Promise<string> {
  const find: typeof import("../pipeline/qa/find") = require("../pipeline/qa/find");
  return find.readerFolder(save, name);
}

/**
 * Answers one question, or questions that are typed at a prompt, or draws questions until an answer is right.
 *
 * @returns The exit code.
 */
export async function askInWords(question: string, given: Given): Promise<number> {
  const options = resolveOptions(askFlags, givenOf(given, askFlags, ""), "--");
  if (options.context && options.text) {
    throw new UserError("--context and --text: expected one of them, got both", {code: "BAD_OPTION"});
  }
  if (options.out && !/\.html$/i.test(options.out)) {
    throw new UserError(`--out: expected a file that ends in .html, got "${options.out}"`, {code: "BAD_OPTION"});
  }
  if (options.out && !question) {
    throw new UserError("--out: expected a question on the command line, got none", {code: "BAD_OPTION"});
  }
  const isOnnx = /\.onnx$/i.test(options.model);
  const run = isOnnx ? options.model : await readerFolder(options.model, `${given.save ?? "save"}`);
  if (options.again && (question || options.context || options.text)) {
    throw new UserError("--again: expected no question and no text, because it draws both, got one", {
      code: "BAD_OPTION",
    });
  }
  const context = options.again ? "" : await textOf(options);
  const reader = isOnnx ? await openedOnnx(options, question, context) : await openedFolder(run, options);
  try {
    if (options.again) return await askUntilRight(reader, run, options, given);
    if (question) {
      await tell(reader, question, context, options, given);
      return 0;
    }
    return await prompted((asked) => tell(reader, asked, context, options, given));
  } finally {
    await reader.dispose();
  }
}

/** The text that is asked about. @throws UserError if there is none. */
async function textOf({context: path, text}: AskOptions): Promise<string> {
  const context = path ? decodeText(await orUserError(path, () => readFile(path), "read"), path) : text;
  if (!context.trim()) {
    throw new UserError("--context: expected a file with the text, or --text, got none", {code: "BAD_OPTION"});
  }
  return context;
}

async function openedOnnx(options: AskOptions, question: string, context: string): Promise<Answering> {
  const {model: path, tokenizer, nullThreshold, maxMemory} = options;
  const {openStrangeReader}: typeof import("./strange-reader") = require("./strange-reader");
  const asked = question && context ? {asked: {question, context}} : {};
  return openStrangeReader({path, tokenizer, nullThreshold, ...asked}, maxMemory * 2 ** 30);
}

/** Answers what is typed, line by line, to an empty line or the end. @returns The exit code. */
async function prompted(answer: (question: string) => Promise<void>): Promise<number> {
  const prompt = createInterface({input: process.stdin, output: process.stderr, prompt: "question> "});
  let code = 0;
  prompt.once("SIGINT", () => {
    code = BY_SIGNAL.SIGINT; // a terminal gives Ctrl-C to who reads from it
    prompt.close();
  });
  prompt.prompt();
  for await (const line of prompt) {
    if (!line.trim()) break;
    await answer(line.trim());
    prompt.prompt();
  }
  prompt.close();
  return code;
}

async function openedFolder(run: string, {tokenizer, nullThreshold}: AskOptions): Promise<Answering> {
  if (tokenizer) {
    throw new UserError(
      "--tokenizer: expected an ONNX file as --model, got a folder, which has a vocabulary of its own",
      {
        code: "BAD_OPTION",
      },
    );
  }
  const {networkFolder}: typeof import("../pipeline/qa/find") = require("../pipeline/qa/find");
  const {openSavedReader}: typeof import("../pipeline/qa/ask") = require("../pipeline/qa/ask");
  return openSavedReader(networkFolder(run), nullThreshold);
}

async function tell(reader: Answering, question: string, context: string, options: AskOptions, given: Given) {
  const {askReader}: typeof import("../pipeline/qa/ask") = require("../pipeline/qa/ask");
  const isExplained = options.why || options.out !== "";
  const {answer, why} = await askReader(reader, question, context, {...options, why: isExplained});
  if (options.out && why) {
    const {answerPage}: typeof import("../report/reader/answer-page") = require("../report/reader/answer-page");
    const page = answerPage({question, context, answer, why, model: options.model, samples: options.samples});
    await writeWhole(options.out, page);
  }
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
          nothing: answer.nothing,
        },
        ...(options.why && why ? {why} : {}),
        ...(options.out ? {page: options.out} : {}),
      }),
    );
    return;
  }
  const around = (from: number, to: number) =>
    `${context.slice(Math.max(0, from - 30), from)}${paint.bold(context.slice(from, to))}${context.slice(to, to + 30)}`;
  const isNothing = answer.text === "";
  say(`${paint.bold(isNothing ? "no answer in this text" : answer.text)}   ${percent(answer.probability)}`);
  if (!isNothing) say(`  … ${around(answer.from, answer.to).replace(/\s+/g, " ")} …`);
  if (given.quiet !== true) {
    for (const span of answer.spans.slice(isNothing ? 0 : 1))
      say(`  ${percent(span.probability).padStart(7)}  ${span.text}`);
  }
  if (options.why && why) for (const line of whyLines(why, isNothing)) say(line);
  if (options.out) say(`page  ${options.out}`);
}

/** The words that speak most for an answer, a line each. */
export function whyLines(why: WhyAsked, isNothing: boolean): string[] {
  if (why.r2 === null) return ["no word speaks for the answer: hiding words does not change it"];
  const what = isNothing ? "the best span" : "it";
  const strongest = [...why.words].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, 8);
  return [
    `words that speak for ${what} (by how much its probability falls without them; R² ${why.r2.toFixed(2)}):`,
    ...strongest.map(({word, inQuestion, weight, error}) => {
      const sign = weight < 0 ? "−" : "+";
      return `  ${sign}${Math.abs(weight).toFixed(3)} ± ${error.toFixed(3)}  ${word}${inQuestion ? "  (question)" : ""}`;
    }),
  ];
}
