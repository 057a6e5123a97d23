import type {ExplainQuestion} from "../jobs/explain-question";
import {flow, type Results, type Shard} from "../jobs/flow";
import type {Workers} from "../jobs/workers";
import {openRunDirectory} from "../record/run-directory";
import {sha256} from "../record/seal";
import {columnsOf, type SegmentedColumns} from "./explained-columns";
import {type ExplainedEpoch, keepExplained} from "./explained-files";
import type {OpenMany} from "./open-many";

/** How far it is. */
export interface ManyProgress {
  readonly type: "shard";
  readonly epoch: number;
  /** Images done, and all; of all epochs. */
  readonly done: number;
  readonly all: number;
  /** How many of `done` had a result before this start. */
  readonly known: number;
}

/** An epoch whose images are all explained. */
export interface ManyEpoch extends ExplainedEpoch {
  readonly type: "epoch";
}

export interface ManyOutcome {
  readonly images: number;
  /** Explanations, and those of them whose results were there before. */
  readonly explanations: number;
  readonly known: number;
  readonly interrupted: boolean;
}

/** Masked pixels that a shard takes at most: about a second of one core, so that no worker waits long for the last one. */
const SHARD_WORK = 40e6;
/** Images of a shard at most. */
const MOST_IMAGES = 100;

/** Images of a shard: it follows from what is asked alone, so that the same question is cut in the same way again. */
export function shardSize({images, epochs}: Pick<OpenMany, "images" | "epochs">): number {
  const masks = Math.max(...epochs.map(({lime}) => (lime.samples === "auto" ? 1000 : Number(lime.samples))));
  const numbers = images.shape.reduce((product, side) => product * side, masks);
  return Math.max(1, Math.min(MOST_IMAGES, Math.floor(SHARD_WORK / numbers)));
}

/** The name that a question's result has in the store. */
export function resultName({subject}: Pick<ExplainQuestion, "subject">): string {
  return sha256(JSON.stringify(subject));
}

/** The questions of all epochs, epoch after epoch; cut at multiples of the shard's size, whatever the range. */
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
 * Explains test images of a run at its epochs, by whatever workers there are, and keeps what they find in the run's folder.
 * What was found before is not asked for again. Aborted, it keeps what was begun.
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
  const parts = new Map<number, SegmentedColumns[]>();
  const ask = ({question, named}: Shard<ExplainQuestion>) =>
    workers.ask("explainImages", question, {named, ...(signal ? {signal} : {})});
  let [done, known] = [0, 0];
  for await (const one of flow(shardsOf(many), workers, ask, results, signal)) {
    const {epoch, from, to} = one.question.subject;
    done += to - from;
    if (one.known) known += to - from;
    const here = [...(parts.get(epoch) ?? []), columnsOf(one.bytes)];
    parts.set(epoch, here);
    yield {type: "shard", epoch, done, all, known};
    if (here.reduce((sum, {index}) => sum + index.length, 0) < images) continue;
    parts.delete(epoch);
    const ordered = here.sort((a, b) => a.index[0] - b.index[0]);
    // it is one of them
    const subject = epochs.find((candidate) => candidate.epoch === epoch) as OpenMany["epochs"][number];
    yield {type: "epoch", ...(await keepExplained(directory, many, subject, ordered))};
  }
  await directory.settle();
  return {images, explanations: done, known, interrupted: done < all};
}
