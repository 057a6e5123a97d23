import type {ErrorCode} from "../nouns/errors";
import {UserError} from "../nouns/options";
import type {LoadSettings} from "../pipeline/model/load/load-settings";
import {type ModelEngine, openedNetwork, openModel, readModel} from "../pipeline/open/model-file";

/** The question that the process of a trial gets. */
export type TrialQuestion = ImagesQuestion | ReaderQuestion;

export interface ImagesQuestion {
  readonly kind?: undefined;
  readonly path: string;
  readonly engine: ModelEngine;
  readonly settings: Omit<LoadSettings, "say" | "asking">;
  /** Whether to ask for gradients, too, which take more memory. */
  readonly gradients: boolean;
}

/** About a model that answers questions. */
export interface ReaderQuestion {
  readonly kind: "reader";
  readonly path: string;
  readonly tokenizer: string;
  readonly nullThreshold: string;
  /**
   * The question and the text that will be asked, if they are known; otherwise the trial asks about the longest window
   * that the model takes.
   */
  readonly asked?: {readonly question: string; readonly context: string};
}

/** The answer of the process, if it does not crash. */
export type TrialAnswer =
  /** Bytes that one more image, or window of a text, takes while it is computed. */
  {readonly bytesAnImage: number} | {readonly failure: {readonly message: string; readonly code?: ErrorCode}};

/** How many images, or windows, a model is asked about at once when it is opened. */
const PAIR = 2;

/**
 * The whole program of the process: it opens the model, asks about a few images, and reports how much memory that took.
 *
 * @param peak The most memory so far, in bytes; the thread that watches the process keeps it up to date.
 */
export function answerTrial(peak: Float64Array): void {
  const reply = (answer: TrialAnswer) => process.send?.(answer, () => process.disconnect());
  process.once("message", async (question: TrialQuestion) => {
    let before = 0;
    try {
      if (question.kind === "reader") return reply({bytesAnImage: await bytesAWindow(question, peak)});
      const {path, engine, settings, gradients} = question;
      const asking = () => {
        before = process.memoryUsage.rss();
        peak[0] = before;
      };
      if (gradients) {
        before = process.memoryUsage.rss();
        const network = await openedNetwork(await readModel(path), path, engine, {...settings, mostAtOnce: PAIR});
        const pixels = new Float32Array(PAIR * network.imageShape.reduce((product, n) => product * n, 1)).fill(0.5);
        const pair = {count: PAIR, shape: network.imageShape, pixels};
        if (network.noGradient === undefined) await network.inputGradient(pair, [0, 0]);
        await network.dispose();
      } else await (await openModel(path, engine, {...settings, asking})).dispose();
      reply({bytesAnImage: (peak[0] - before) / PAIR});
    } catch (error) {
      const {message} = error as Error;
      reply({failure: {message, ...(error instanceof UserError ? {code: error.code} : {})}});
    }
  });
}

/** Asks a model that answers questions, and gives the bytes that a window takes. */
async function bytesAWindow({path, tokenizer, nullThreshold, asked}: ReaderQuestion, peak: Float64Array) {
  const {openOnnxReader}: typeof import("../pipeline/qa/onnx-reader") = require("../pipeline/qa/onnx-reader");
  const {longestWindow}: typeof import("../pipeline/qa/longest-window") = require("../pipeline/qa/longest-window");
  const reader = await openOnnxReader(path, tokenizer, nullThreshold);
  const {length, ids, types} = longestWindow(reader, asked);
  const before = process.memoryUsage.rss();
  peak[0] = before;
  const twice = <A extends Int32Array>(list: A) => Int32Array.from({length: PAIR * length}, (_, i) => list[i % length]);
  const mask = new Float32Array(PAIR * length).fill(1);
  await reader.logits({count: PAIR, length, ids: twice(ids), types: twice(types), mask});
  await reader.dispose();
  return (peak[0] - before) / PAIR;
}
