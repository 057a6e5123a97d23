import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";

import {UserError} from "../../nouns/options";
import {orUserError} from "../../nouns/system-errors";
import {safetensors, safetensorsMetadata, toSafetensors} from "../../onnx/index";
import type {Question} from "../data/text/questions";
import {writeWhole} from "../record/write-whole";
import type {ReaderDigests} from "./digests";
import type {Judged} from "./judged";
import type {KeptLooks} from "./kept-looks";
import type {ReaderOptions} from "./options";
import type {Reader} from "./reader";
import type {ReaderState} from "./train";

/** @file The files of a reader's run in `save/qa/<name>/`. */

export const READER_FORMAT = "epochscope-qa/1";

/** The facts with which a run began: qa.json. */
export interface ReaderFacts {
  readonly name: string;
  readonly startedAt: string;
  /**
   * Whether the questions that are asked at a look differ from those to train on. If there are only a few questions,
   * they are the same.
   */
  readonly isHeldOut?: boolean;
  /**
   * The reader gives no answer if [CLS] scores higher than the best span by more than this; absent if it always names a
   * span.
   */
  readonly noAnswer?: number;
  /** The digests of its questions and of its vocabulary; absent if an earlier version began the run. */
  readonly digests?: ReaderDigests;
  /** How many looks keep which parts of the tracked questions; absent if every look keeps everything. */
  readonly kept?: KeptLooks;
  readonly options: ReaderOptions;
}

/** @throws UserError if the folder holds no reader's run. */
export async function readFacts(folder: string): Promise<ReaderFacts> {
  const path = join(folder, "qa.json");
  if (!existsSync(path)) {
    throw new UserError(`${folder}: expected a reader's run with qa.json, got none`, {code: "NOT_FOUND"});
  }
  const text = await orUserError(path, () => readFile(path, "utf8"), "read");
  let facts: ReaderFacts | null;
  try {
    facts = JSON.parse(text) as ReaderFacts | null;
  } catch (error) {
    throw new UserError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
  if (typeof facts?.options === "object" && facts.options !== null) return facts;
  throw new UserError(
    `${path}: expected a reader's run with its options, got ${text.slice(0, 60).replace(/\s+/g, " ")}`,
  );
}

/** One look at the held-out questions: a line of looks.jsonl. */
export interface Look extends Judged {
  readonly step: number;
  /** How many passes over the questions were made. */
  readonly epoch: number;
  /** The mean loss over the steps since the previous look, in nats; null before the first step. */
  readonly trainLoss: number | null;
  /** The loss of each step since the previous look, in nats; the first is that of the step right after that look. */
  readonly batchLosses: readonly number[];
  /** The loss on the held-out questions, in nats. */
  readonly loss: number;
  /** The tracked questions, in their order. */
  readonly tracked: readonly {readonly question: number; readonly loss: number; readonly answer: string}[];
  readonly seconds: number;
}

export async function appendLooks(folder: string, looks: readonly Look[]): Promise<void> {
  await writeWhole(join(folder, "looks.jsonl"), looks.map((look) => `${JSON.stringify(look)}\n`).join(""));
}

/** @throws UserError if a line is damaged. */
export async function readLooks(folder: string): Promise<Look[]> {
  const path = join(folder, "looks.jsonl");
  if (!existsSync(path)) return [];
  const text = await orUserError(path, () => readFile(path, "utf8"), "read");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line, n) => {
      try {
        return JSON.parse(line) as Look;
      } catch (error) {
        throw new UserError(`${path}: expected JSON in line ${n + 1}, got ${(error as Error).message}`);
      }
    });
}

/** Writes the reader as a folder that Hugging Face's transformers can load, too. */
export async function writeReader(folder: string, reader: Reader): Promise<void> {
  const arrays = new Map<string, {readonly shape: readonly number[]; readonly values: Float32Array}>();
  for (const [name, variable] of reader.weights) {
    arrays.set(name, {shape: variable.shape, values: Float32Array.from(await variable.data())});
  }
  const config = {
    architectures: ["BertForQuestionAnswering"],
    model_type: "bert",
    ...reader.config,
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    pad_token_id: 0,
    ...(reader.noAnswer === undefined ? {} : {null_score_diff_threshold: reader.noAnswer}),
  };
  const tokenizer = {tokenizer_class: "BertTokenizer", do_lower_case: true, model_max_length: reader.longest};
  await writeWhole(join(folder, "config.json"), `${JSON.stringify(config, undefined, 2)}\n`);
  await writeWhole(join(folder, "tokenizer_config.json"), `${JSON.stringify(tokenizer, undefined, 2)}\n`);
  await writeWhole(join(folder, "vocab.txt"), `${reader.words.vocabulary.join("\n")}\n`);
  await writeWhole(join(folder, "model.safetensors"), toSafetensors(arrays, {format: "pt"}));
}

const CHECKPOINT = "checkpoint.safetensors";

/** @param losses Of the steps since the last look. */
export async function writeCheckpoint(folder: string, state: ReaderState, losses: readonly number[]): Promise<void> {
  const arrays = new Map(state.arrays.map(({name, shape, values}) => [name, {shape, values}]));
  const facts = {step: `${state.step}`, losses: JSON.stringify(losses)};
  await writeWhole(join(folder, CHECKPOINT), toSafetensors(arrays, facts), {synced: true});
}

export const hasCheckpoint = (folder: string) => existsSync(join(folder, CHECKPOINT));

/** @throws UserError if there is none, or it is damaged. */
export async function readCheckpoint(folder: string): Promise<ReaderState & {readonly losses: readonly number[]}> {
  const path = join(folder, CHECKPOINT);
  const file = await orUserError(path, () => readFile(path), "read");
  try {
    const facts = safetensorsMetadata(file);
    const step = Number(facts.step);
    if (!Number.isSafeInteger(step)) throw new Error(`expected a step, got ${facts.step}`);
    const losses = JSON.parse(facts.losses ?? "[]") as number[];
    const arrays = Array.from(safetensors(file), ([name, {dims, bytes}]) => ({
      name,
      shape: dims,
      values: new Float32Array(new Uint8Array(bytes).buffer),
    }));
    return {step, arrays, losses};
  } catch (error) {
    throw new UserError(`${path}: expected a reader's checkpoint, got: ${(error as Error).message}`, {cause: error});
  }
}

/** Keeps the numbers of a tracked question at a look, under the names in docs/transformer.md. */
export async function writeTracked(
  folder: string,
  step: number,
  question: number,
  arrays: ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}>,
): Promise<void> {
  await writeWhole(trackedFile(folder, step, question), toSafetensors(arrays));
}

function trackedFile(folder: string, step: number, question: number): string {
  return join(folder, "tracked", `question-${question}-step-${`${step}`.padStart(5, "0")}.safetensors`);
}

/**
 * Reads the numbers that `writeTracked` wrote; undefined if there are none.
 *
 * @throws UserError if the file is damaged.
 */
export async function readTracked(
  folder: string,
  step: number,
  question: number,
): Promise<ReadonlyMap<string, {readonly shape: readonly number[]; readonly values: Float32Array}> | undefined> {
  const path = trackedFile(folder, step, question);
  if (!existsSync(path)) return undefined;
  const file = await orUserError(path, () => readFile(path), "read");
  try {
    const stored = Array.from(safetensors(file), ([name, {dims, bytes}]) => {
      return [name, {shape: dims, values: new Float32Array(new Uint8Array(bytes).buffer)}] as const;
    });
    return new Map(stored);
  } catch (error) {
    throw new UserError(`${path}: expected arrays, got: ${(error as Error).message}`, {cause: error});
  }
}

/** A held-out question as a run keeps it, and, if it is tracked, the window that the reader gets. */
export interface KeptQuestion extends Question {
  readonly tracked?: {
    /** Piece, its part, and its place there: UTF-16, `to` exclusive. [CLS] and [SEP] have none. */
    readonly tokens: readonly {
      readonly piece: string;
      readonly in: "question" | "text" | "";
      readonly from: number;
      readonly to: number;
    }[];
    /** The places of the right answer among the tokens; [0, 0] if it has no answer in this window. */
    readonly right: readonly [start: number, end: number];
  };
}

const QUESTIONS = "questions.json";

export async function writeQuestions(folder: string, questions: readonly KeptQuestion[]): Promise<void> {
  await writeWhole(join(folder, QUESTIONS), `${JSON.stringify(questions)}\n`);
}

/** @throws UserError if there are none, or the file is damaged. */
export async function readQuestions(folder: string): Promise<KeptQuestion[]> {
  const path = join(folder, QUESTIONS);
  const text = await orUserError(path, () => readFile(path, "utf8"), "read");
  try {
    return JSON.parse(text) as KeptQuestion[];
  } catch (error) {
    throw new UserError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
}

/** The reader's answers to the held-out questions at one look, in their order. */
export type KeptAnswer = readonly [from: number, to: number, probability: number];

export async function writeAnswers(folder: string, step: number, answers: readonly KeptAnswer[]): Promise<void> {
  await writeWhole(answersFile(folder, step), `${JSON.stringify(answers)}\n`);
}

/** Undefined if a look kept none. */
export async function readAnswers(folder: string, step: number): Promise<KeptAnswer[] | undefined> {
  const path = answersFile(folder, step);
  if (!existsSync(path)) return undefined;
  const text = await orUserError(path, () => readFile(path, "utf8"), "read");
  try {
    return JSON.parse(text) as KeptAnswer[];
  } catch (error) {
    throw new UserError(`${path}: expected JSON, got ${(error as Error).message}`);
  }
}

function answersFile(folder: string, step: number): string {
  return join(folder, "answers", `step-${`${step}`.padStart(5, "0")}.json`);
}
