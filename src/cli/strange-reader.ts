import {statSync} from "node:fs";

import {UserError} from "../nouns/options";
import type {Answering} from "../pipeline/qa/answering";
import {triedModel} from "./trial";
import type {ReaderQuestion} from "./trial-model";

/**
 * Opens an ONNX file that answers questions, and that may not be trusted. It is first tried in a separate process (trial.ts).
 *
 * @param maxMemory How many bytes it may take for a window of a text, in addition to four times the size of its file.
 * @throws UserError in one line if it is no such model, or takes more.
 */
export async function openStrangeReader(question: Omit<ReaderQuestion, "kind">, maxMemory: number): Promise<Answering> {
  const {path, tokenizer, nullThreshold} = question;
  const file = statSync(path, {throwIfNoEntry: false});
  if (!file) throw new UserError(`${path}: expected a file, got none there`, {code: "NOT_FOUND"});
  const {
    onnxBytes,
    openOnnxReader,
  }: typeof import("../pipeline/qa/onnx-reader") = require("../pipeline/qa/onnx-reader");
  const bytes = await onnxBytes(path);
  const bytesAWindow = await triedModel({kind: "reader", ...question}, maxMemory + 4 * bytes);
  const atOnce = Math.max(1, Math.floor(maxMemory / Math.max(1, bytesAWindow)));
  return {...(await openOnnxReader(path, tokenizer, nullThreshold)), atOnce};
}
