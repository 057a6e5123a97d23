import {readFile, rm} from "node:fs/promises";
import {join} from "node:path";
import type {EpochMetrics} from "../types";
import {isRunLocked} from "./run-lock";
import {writeWhole} from "./write-whole";

/** The progress of a run: the file `progress.json` in its folder, which exists while the run trains. */
export interface RunProgress {
  readonly epoch: number;
  /** How many epochs the whole run has; it may end earlier (`--patience`). */
  readonly epochs: number;
  /** The share of the epoch that is done, 0 to 1; at 1 the network is looked at. */
  readonly share: number;
  /**
   * How many batches are done and how many the epoch has; how many images, and the sums of their losses and right
   * answers. Absent in earlier versions.
   */
  readonly counts?: Omit<Step, "epoch" | "steps">;
  /** The epoch's training curve so far. */
  readonly steps: NonNullable<EpochMetrics["steps"]>;
  /**
   * How many seconds the whole run will still take, estimated from the time so far, including looks; null while this is
   * not known.
   */
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
  /** Writes the progress, but at most once a second, and never waits. */
  tell(step: Step): void;
  /** The reason why the file could not be written, if there is one. */
  trouble(): string | undefined;
  /** Removes the file. */
  close(): Promise<void>;
}

/** How many milliseconds pass between two writes. */
const EVERY = 1000;
/** A smaller share of a run than this says nothing about the rest. */
const TELLING = 0.01;

/**
 * Keeps `progress.json` up to date, for pages that follow the run. If the file cannot be written, it stops trying, and
 * the run continues.
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

/** The progress of a run; null if no process works on it, because a process that died leaves its file behind. */
export async function readProgress(folder: string): Promise<RunProgress | null> {
  const text = await readFile(join(folder, "progress.json"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return text !== null && (await isRunLocked(folder)) ? (JSON.parse(text) as RunProgress) : null; // written whole, above
}
