import {readFile, rm} from "node:fs/promises";
import {join} from "node:path";
import type {EpochMetrics} from "../types";
import {isRunLocked} from "./run-lock";
import {writeWhole} from "./write-whole";

/** How far a run is that goes on: `progress.json` of its folder, which is there while the run trains. */
export interface RunProgress {
  readonly epoch: number;
  /** Epochs of the whole run; it may have enough of them earlier (`--patience`). */
  readonly epochs: number;
  /** The share of the epoch that is done, 0 to 1; at 1 the network is looked at. */
  readonly share: number;
  /** Batches done, and in the epoch; images, and the sums of their losses and right answers. Absent in earlier versions. */
  readonly counts?: Omit<Step, "epoch" | "steps">;
  /** The epoch's training curve so far. */
  readonly steps: NonNullable<EpochMetrics["steps"]>;
  /** Seconds left of the whole run, estimated from what it has taken so far, looking included; null while nothing can be said. */
  readonly secondsLeft: number | null;
}

/** The progress of an epoch while it trains. */
export interface Step {
  readonly epoch: number;
  readonly batch: number;
  readonly batches: number;
  readonly images: number;
  readonly lossSum: number;
  readonly correct: number;
  readonly steps: RunProgress["steps"];
}

export interface ProgressFile {
  /** Writes how far the run is, but not more often than once a second, and never waits. */
  tell(step: Step): void;
  /** Why the file could not be written, if so. */
  trouble(): string | undefined;
  /** Removes the file. */
  close(): Promise<void>;
}

/** Milliseconds from one writing to the next. */
const EVERY = 1000;
/** Less of a run than this tells nothing of the rest. */
const TELLING = 0.01;

/**
 * Keeps `progress.json` up to date, for pages that follow the run. A file that cannot be written is tried no more, and does
 * not cost the run.
 *
 * @param now Milliseconds from some moment on.
 */
export function progressFile(folder: string, epochs: number, now = () => performance.now()): ProgressFile {
  const path = join(folder, "progress.json");
  let begun: {readonly at: number; readonly done: number} | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  let failure: string | undefined;
  return {
    tell(step) {
      const {epoch, batch, batches, images, lossSum, correct, steps} = step;
      const share = batches ? batch / batches : 1;
      const done = (epoch - 1 + share) / epochs;
      begun ??= {at: now(), done};
      if (failure || writing || (now() - last < EVERY && share < 1)) return;
      last = now();
      const [spent, gone] = [(last - begun.at) / 1000, done - begun.done];
      const secondsLeft = gone < TELLING ? null : Math.round((spent * (1 - done)) / gone);
      const counts = {batch, batches, images, lossSum, correct};
      const progress: RunProgress = {epoch, epochs, share, counts, steps, secondsLeft};
      writing = writeWhole(path, `${JSON.stringify(progress)}\n`)
        .catch((error: Error) => {
          failure = error.message;
        })
        .finally(() => {
          writing = undefined;
        });
    },
    trouble: () => failure,
    async close() {
      await writing;
      await rm(path, {force: true});
    },
  };
}

/** How far a run is, or null if no process works on it: one that died leaves its file behind. */
export async function readProgress(folder: string): Promise<RunProgress | null> {
  const text = await readFile(join(folder, "progress.json"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return text !== null && (await isRunLocked(folder)) ? (JSON.parse(text) as RunProgress) : null; // written whole, above
}
