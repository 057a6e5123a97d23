import {resolveOptions} from "../../nouns/options";
import type {EpochSubject, ExplainQuestion} from "../jobs/explain-question";
import {flow, type Results, type Shard} from "../jobs/flow";
import type {Workers} from "../jobs/workers";
import {openRunDirectory} from "../record/run-directory";
import {sha256} from "../record/seal";
import {methodNamed} from "./attribute-shard";
import {type EpochParts, type ExplainedEpoch, epochParts} from "./epoch-parts";
import type {OpenMany} from "./open-many";

/** The progress of the work. */
export interface ManyProgress {
  readonly type: "shard";
  readonly epoch: number;
  /** How many explanations are done, and how many there are, for all epochs together. */
  readonly done: number;
  readonly all: number;
  /** How many of `done` had a result before this start. */
  readonly known: number;
}

/** An epoch whose images are all explained. */
export interface ManyEpoch {
  readonly type: "epoch";
  readonly explained: ExplainedEpoch;
}

export interface ManyOutcome {
  readonly images: number;
  /** How many explanations there are, and how many of them had a result before. */
  readonly explanations: number;
  readonly known: number;
  readonly interrupted: boolean;
}

/** The most pixels of all questions of a shard: about a second of one core, so that no worker waits long for the last. */
const SHARD_WORK = 40e6;
/** The most images of a shard. */
const MOST_IMAGES = 100;
/** How many questions it takes to measure how far a map can be trusted. */
const TRUST_QUESTIONS = 51;

/**
 * How many images a shard has. This depends only on the question, so that the same question is always divided in the
 * same way.
 */
export function shardSize({images, epochs}: Pick<OpenMany, "images" | "epochs">): number {
  const numbers = images.shape.reduce((product, side) => product * side, 1);
  const questions = Math.max(...epochs.map((subject) => questionsOf(subject, images.shape)));
  return Math.max(1, Math.min(MOST_IMAGES, Math.floor(SHARD_WORK / (numbers * questions))));
}

function questionsOf(subject: EpochSubject, shape: OpenMany["images"]["shape"]): number {
  if (subject.kind === "lime/1") return subject.lime.samples === "auto" ? 1000 : Number(subject.lime.samples);
  const method = methodNamed(subject.method);
  return (
    TRUST_QUESTIONS + method.questions(shape, resolveOptions(method.options, subject.options, `--${method.name}.`))
  );
}

/** The name that a question's result has in the store. */
export function resultName({subject}: Pick<ExplainQuestion, "subject">): string {
  return sha256(JSON.stringify(subject));
}

/** The questions of all epochs, epoch after epoch. Shards begin at multiples of their size, for any range of images. */
export function* shardsOf(many: OpenMany): Generator<Shard<ExplainQuestion>> {
  const {run, range, epochs} = many;
  const size = shardSize(many);
  for (const epoch of epochs) {
    for (let {from} = range; from < range.to; ) {
      const to = Math.min(range.to, (Math.floor(from / size) + 1) * size);
      const subject = {...epoch, from, to};
      const named = `test:${from}-${to - 1} at epoch ${epoch.epoch}`;
      yield {id: resultName({subject}), named, question: {run, subject}};
      from = to;
    }
  }
}

/**
 * Explains test images of a run at its epochs with the given workers, and saves the explanations in the run's folder.
 * Explanations that were found before are not asked for again. After an abort, it saves the shards that were begun.
 */
export async function* explainMany(
  many: OpenMany,
  workers: Workers,
  results: Results,
  signal?: AbortSignal,
): AsyncGenerator<ManyProgress | ManyEpoch, ManyOutcome> {
  const {range, epochs, run} = many;
  const images = range.to - range.from;
  const all = images * epochs.length;
  const directory = openRunDirectory(run);
  const parts = new Map<number, {readonly found: EpochParts; images: number}>();
  const ask = ({question, named}: Shard<ExplainQuestion>) =>
    workers.ask("explainImages", question, {named, ...(signal ? {signal} : {})});
  let [done, known] = [0, 0];
  for await (const one of flow(shardsOf(many), workers, ask, results, signal)) {
    const {epoch, from, to} = one.question.subject;
    done += to - from;
    if (one.known) known += to - from;
    // it is one of them
    const subject = epochs.find((candidate) => candidate.epoch === epoch) as EpochSubject;
    const here = parts.get(epoch) ?? {found: epochParts(many, subject), images: 0};
    parts.set(epoch, here);
    here.found.add(one.bytes);
    here.images += to - from;
    yield {type: "shard", epoch, done, all, known};
    if (here.images < images) continue;
    parts.delete(epoch);
    yield {type: "epoch", explained: await here.found.keep(directory)};
  }
  await directory.settle();
  return {images, explanations: done, known, interrupted: done < all};
}
