import {join} from "node:path";

import {UserError} from "../nouns/options";
import {startBackend} from "./backend/index";
import type {Question} from "./data/text/questions";
import {windowsOf} from "./data/text/windows";
import {vocabularyOf} from "./data/text/word-piece";
import type {BertConfig} from "./model/tf/transformer/bert";
import {newFolder} from "./qa/begin";
import {type Controls, controlsOf} from "./qa/controls";
import {checkDigests, digestsOf} from "./qa/digests";
import {
  appendLooks,
  hasCheckpoint,
  type Look,
  readCheckpoint,
  readFacts,
  readLooks,
  writeCheckpoint,
  writeQuestions,
  writeReader,
} from "./qa/files";
import {readHuggingFace} from "./qa/hugging-face";
import {bestThresholds} from "./qa/judged";
import {keptAt, keptLooks, keptWords, lookSizes} from "./qa/kept-looks";
import {logReader} from "./qa/log-reader";
import {lookAt} from "./qa/look-at";
import type {ReaderOptions} from "./qa/options";
import {type PhaseChange, phaseChange} from "./qa/phase";
import {readerPdf, readerPictures} from "./qa/pictures";
import {questionsFor} from "./qa/questions-for";
import {answersTo, openReader, type Reader} from "./qa/reader";
import {thresholdOf} from "./qa/threshold";
import {trackedQuestions} from "./qa/tracked";
import {keptQuestions, trackedOf} from "./qa/tracked-places";
import {type ReaderStep, readerTrainer, stepsOf} from "./qa/train";
import {sweepFiles} from "./record/leftovers";
import {lockRun} from "./record/run-lock";
import {writeWhole} from "./record/write-whole";

/**
 * If questions may have no answer: the threshold that was used, and those that were best for the held-out questions.
 */
export type NoAnswer = {readonly threshold: number} & ReturnType<typeof bestThresholds>;

export {readerRunOptions} from "./qa/begin";

export type ReaderEvent =
  | {
      readonly type: "start";
      readonly path: string;
      readonly questions: number;
      readonly heldOut: number;
      readonly words: number;
      readonly weights: number;
      readonly from: number;
    }
  | ({readonly type: "step"} & ReaderStep)
  | {readonly type: "look"; readonly look: Look; readonly steps: number}
  | {readonly type: "say"; readonly line: string}
  | {
      readonly type: "end";
      readonly path: string;
      readonly look: Look;
      readonly phase?: PhaseChange;
      readonly controls: Controls;
      readonly noAnswer?: NoAnswer;
    }
  | {readonly type: "interrupted"; readonly path: string; readonly step: number};

/** How many passes over the questions, and at least how many steps, if `epochs` is not given. */
const [EPOCHS, LEAST_STEPS] = [12, 40];
/**
 * How many looks in all, and at least how many steps between two, if the user gives no number of steps between looks.
 */
const [LOOKS, APART] = [40, 4];
const [FROM_SCRATCH, FROM_SAVED] = [0.002, 5e-5];

export interface ReaderControl {
  readonly signal?: AbortSignal;
  /** The folder of a reader to continue, instead of a new one. */
  readonly resume?: string;
}

/**
 * Trains a reader of questions, top to bottom: questions → words → windows → steps, with a look at the held-out
 * questions every few steps. Every look keeps the answers to the tracked questions, so that one sees how each answer
 * forms.
 */
export async function* trainReader(
  options: ReaderOptions,
  {signal, resume}: ReaderControl = {},
): AsyncGenerator<ReaderEvent> {
  await startBackend("wasm");
  const saved = options.from ? readHuggingFace(options.from) : undefined;
  const {train, heldOut} = await questionsFor(options);
  const noAnswer = thresholdOf(
    options.nullThreshold,
    train.some(({answers}) => answers.length === 0) ? 0 : saved?.noAnswer,
  );
  const reader = openReader(saved ?? fresh(options, train), {...options, noAnswer});
  const windows = windowsOf(train, reader.words, reader);
  const tracked = trackedQuestions(trackedOf(options.track, heldOut), heldOut, reader);
  const epochs =
    options.epochs || Math.max(EPOCHS, Math.ceil(LEAST_STEPS / Math.ceil(windows.length / options.batchSize)));
  const steps = stepsOf(windows, {...options, epochs});
  const every = options.every || Math.max(APART, Math.ceil(steps / LOOKS));
  const begun = resume === undefined ? undefined : await readFacts(resume);
  const kept = begun
    ? begun.kept // one of an earlier version keeps all
    : keptLooks(Math.ceil(steps / every) + 1, lookSizes(reader, tracked), heldOut.length, options.trackedSize);
  const digests = digestsOf({train, heldOut}, reader.words);
  const facts = {isHeldOut: heldOut !== train, digests, ...(noAnswer === undefined ? {} : {noAnswer})};
  if (begun) checkDigests(begun, digests);
  const path = resume ?? (await newFolder(options, {...facts, ...(kept ? {kept} : {})}));
  const lock = await lockRun(path);
  try {
    await sweepFiles(path);
    // one that ended before its first checkpoint begins again, in its folder
    const state = resume && hasCheckpoint(path) ? await readCheckpoint(path) : undefined;
    const looks = state ? (await readLooks(path)).filter(({step}) => step <= state.step) : [];
    const learningRate = options.learningRate || (saved ? FROM_SAVED : FROM_SCRATCH);
    const trainer = readerTrainer(reader, windows, {...options, epochs, learningRate}, state);
    const counts = {questions: train.length, heldOut: heldOut.length};
    const [words, weights] = [reader.words.vocabulary.length, countOf(reader)];
    const first = state?.step ?? 0;
    yield {type: "start", path, ...counts, words, weights, from: first};
    if (saved && saved.missing.length > 0)
      yield {type: "say", line: `drawn by chance, since the folder has none: ${saved.missing.join(", ")}`};

    if (heldOut === train) yield {type: "say", line: "of so few questions none is held out: the same ones are asked"};
    if (kept) yield {type: "say", line: keptWords(kept, tracked.length)};

    let losses: readonly number[] = state?.losses ?? [];
    const look = async (step: number): Promise<Look> => {
      const began = performance.now();
      const made = await lookAt(reader, heldOut, tracked, path, step, options, keptAt(kept, looks.length));
      const trainLoss = losses.length ? losses.reduce((a, b) => a + b) / losses.length : null;
      const epoch = (step / trainer.steps) * epochs;
      const seconds = (performance.now() - began) / 1000;
      const one = {step, epoch, trainLoss, batchLosses: losses, ...made, seconds};
      losses = [];
      looks.push(one);
      await appendLooks(path, looks);
      return one;
    };
    const keep = async () => writeCheckpoint(path, await trainer.state(), losses);
    if (!state) await writeQuestions(path, keptQuestions(reader, heldOut, tracked));
    if (looks.length === 0) yield {type: "look", look: await look(0), steps: trainer.steps};
    for (let step = first; step < trainer.steps; ) {
      const made = await trainer.next();
      step = made.step;
      losses = [...losses, made.loss];
      yield {type: "step", ...made};
      const isDue = step % every === 0 || step === trainer.steps;
      if (isDue) {
        yield {type: "look", look: await look(step), steps: trainer.steps};
        await keep();
      }
      if (signal?.aborted && step < trainer.steps) {
        if (!isDue) await keep();
        return yield {type: "interrupted", path, step};
      }
    }
    await writeReader(join(path, "model"), reader);
    const controls = await controlsOf(reader, heldOut, options.seed);
    const phase = phaseChange(looks.map(({step, f1}) => ({step, value: f1})));
    const noAnswer = await noAnswerOf(reader, heldOut);
    const outcome = {controls, phase: phase ?? null, ...(noAnswer ? {noAnswer} : {})};
    await writeWhole(join(path, "outcome.json"), `${JSON.stringify(outcome, undefined, 2)}\n`);
    await readerPictures(path);
    if (options.pdf) await readerPdf(path);
    await logReader(path, looks);
    trainer.dispose();
    yield {
      type: "end",
      path,
      look: looks[looks.length - 1],
      controls,
      ...(phase ? {phase} : {}),
      ...(noAnswer ? {noAnswer} : {}),
    };
  } finally {
    await lock.release();
    reader.dispose();
  }
}

function fresh({width, layers, heads, longest}: ReaderOptions, questions: readonly Question[]) {
  if (width % heads !== 0) throw new UserError(`--width: expected a multiple of ${heads} heads, got ${width}`);
  const vocabulary = vocabularyOf(questions.flatMap(({question, context}) => [question, context]));
  const config: BertConfig = {
    vocab_size: vocabulary.length,
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: 4 * width,
    max_position_embeddings: longest,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    hidden_act: "gelu",
  };
  return {config, vocabulary, lowerCase: true};
}

async function noAnswerOf(reader: Reader, heldOut: readonly Question[]): Promise<NoAnswer | undefined> {
  const {noAnswer: threshold} = reader;
  if (threshold === undefined) return undefined;
  return {threshold, ...bestThresholds(await answersTo(reader, heldOut), heldOut)};
}

function countOf(reader: Reader): number {
  return [...reader.weights.values()].reduce((sum, {size}) => sum + size, 0);
}
