import type {Figure} from "../../plots/figure";
import type {Drawable} from "../../plots/index";
import type {Matrix} from "../../tsne/index";
import type {MapContext, MapSettings, RowMap} from "../maps/map-rows";
import type {ExplainQuestion} from "./explain-question";
import type {TableQuestion} from "./table-question";
import type {TrainQuestion} from "./train-question";

/** The arguments of `mapRows`, with a seed instead of a `RandomSource`, which cannot be sent to another thread. */
export interface MapQuestion extends Pick<MapContext, "labels" | "before"> {
  readonly rows: Matrix;
  readonly settings: MapSettings;
  readonly seed: number;
}

/** Takes a line for the user. */
export type Say = (line: string) => void;

/**
 * Everything that a worker can be asked: a plain value goes in, a plain value comes out. `src/tasks` has the functions.
 */
export interface Tasks {
  /** A map of rows; see `mapRows`. */
  mapRows(question: MapQuestion, say: Say): Promise<RowMap>;
  /** A picture. */
  draw(picture: Drawable, say: Say): Promise<Figure>;
  /** Writes the page of the run in this folder. @returns Its path. */
  report(run: string, say: Say): Promise<string>;
  /** Writes the sheet of all epochs' maps of the run in this folder. @returns The files' paths. */
  mapSheet(run: string, say: Say): Promise<string[]>;
  /** Explains test images of a run; see `explainShard`. @returns The explanations as they are kept. */
  explainImages(question: ExplainQuestion, say: Say): Promise<Uint8Array>;
  /** Makes the map of a table; see `mapTable`. @returns The map as it is kept. */
  mapTable(question: TableQuestion, say: Say): Promise<Uint8Array>;
  /**
   * Trains a run to its end; see `trainRun`. @returns What it came to. @throws NotNow if it was stopped, or another is at it.
   */
  train(question: TrainQuestion, say: Say, signal?: AbortSignal): Promise<Uint8Array>;
}

export type TaskName = keyof Tasks;
export type Question<N extends TaskName> = Parameters<Tasks[N]>[0];
export type Result<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>;

export interface JobOptions {
  /** Buffers in the question that are moved to the worker; afterwards they are empty here. */
  readonly moved?: readonly ArrayBuffer[];
  /** Called with the task's lines for the user, when the task is done. */
  readonly say?: Say;
  /** After an abort, a task that has not begun is refused, and one that can stop stops. */
  readonly signal?: AbortSignal;
  /** The task's name in errors. */
  readonly named?: string;
}

/** The interface to long work: a thread (thread.ts) implements it, or anything else that keeps to it. */
export interface Jobs {
  /**
   * Does a task. Each task is answered once, in the order in which they were asked for. @throws What the task throws.
   */
  ask<N extends TaskName>(task: N, question: Question<N>, options?: JobOptions): Promise<Result<N>>;
  /** Starts the worker before it is needed. */
  prepare(): void;
}
