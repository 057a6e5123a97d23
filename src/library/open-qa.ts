import {existsSync} from "node:fs";

import {UserError} from "../nouns/options";
import type {Answering} from "../pipeline/qa/answering";
import {askReader, openSavedReader} from "../pipeline/qa/ask";
import {networkFolder, readerFolder} from "../pipeline/qa/find";
import {openOnnxReader} from "../pipeline/qa/onnx-reader";
import {thresholdNamed} from "../pipeline/qa/threshold";

/** An answer that stands in the text. */
export interface QaAnswer {
  /**
   * Its words, as they stand in the text; "" if the reader finds no answer there (it must have been taught to do so).
   */
  readonly answer: string;
  /** The probability of its start times that of its end, 0 to 1. */
  readonly score: number;
  /**
   * The place of the answer in the text: the first character, and the character after the last one, as `slice` counts
   * them.
   */
  readonly start: number;
  readonly end: number;
}

/** A network that answers questions about a text, open until it is disposed of. */
export interface OpenQa {
  /**
   * The most probable answers to a question about a text, the most probable first.
   *
   * @throws EpochscopeError BAD_OPTION if the question or the text is empty.
   */
  ask(
    question: string,
    context: string,
    options?: {readonly top?: number},
  ): Promise<QaAnswer & {readonly spans: readonly QaAnswer[]}>;
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a reader is opened. */
export interface QaSettings {
  /** The folder that runs are kept in. By default "save". */
  readonly save?: string;
  readonly tokenizer?: string;
  /** null means that it always names a part of the text. */
  readonly nullThreshold?: number | null;
}

/**
 * Opens a network that answers questions about a text (experimental): a run of `qa train`, a Hugging Face folder, or an
 * ONNX file.
 *
 * @param run A reader's run by its name, "latest", a folder, or an .onnx file.
 * @param settings.tokenizer For an ONNX file: the path of vocab.txt or tokenizer.json, or of a folder with one; by
 * default the file's own folder.
 * @param settings.nullThreshold The reader answers with nothing if "no answer" scores higher than the best span by more
 * than this; by default the threshold that was saved with it.
 * @example const {answer} = await (await openQa()).ask("Who wrote it?", "It was written by Ada.");
 * @throws EpochscopeError NOT_FOUND if there is none; BAD_DATA or BAD_MODEL if it cannot be used.
 */
export async function openQa(
  run = "latest",
  {save = "save", tokenizer = "", nullThreshold}: QaSettings = {},
): Promise<OpenQa> {
  const threshold = nullThreshold === undefined ? "auto" : `${nullThreshold ?? "none"}`;
  if (thresholdNamed(threshold) !== undefined)
    throw new UserError(`nullThreshold: expected a number or null, got ${threshold}`, {code: "BAD_OPTION"});
  const reader = /\.onnx$/i.test(run)
    ? await onnxReader(run, tokenizer, threshold)
    : await folderReader(save, run, tokenizer, threshold);
  const dispose = async () => reader.dispose();
  return {
    async ask(question, context, {top = 5} = {}) {
      for (const [name, text] of Object.entries({question, context})) {
        if (!text.trim()) throw new UserError(`${name}: expected some words, got none`, {code: "BAD_OPTION"});
      }
      const {answer} = await askReader(reader, question, context, {top, why: false, samples: 0});
      return {...named(answer), spans: answer.spans.map(named)};
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

type Found = {readonly text: string; readonly from: number; readonly to: number; readonly probability: number};

function named({text, from, to, probability}: Found): QaAnswer {
  return {answer: text, score: probability, start: from, end: to};
}

async function onnxReader(file: string, tokenizer: string, threshold: string): Promise<Answering> {
  if (!existsSync(file)) throw new UserError(`${file}: expected a file, got none there`, {code: "NOT_FOUND"});
  return openOnnxReader(file, tokenizer, threshold);
}

async function folderReader(save: string, run: string, tokenizer: string, threshold: string): Promise<Answering> {
  if (tokenizer) {
    throw new UserError("tokenizer: expected it beside an ONNX file, got a folder, which has its own", {
      code: "BAD_OPTION",
    });
  }
  return openSavedReader(networkFolder(readerFolder(save, run)), threshold);
}
