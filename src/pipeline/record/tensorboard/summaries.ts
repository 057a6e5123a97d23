import {appendFileSync, existsSync, mkdirSync, statSync, truncateSync} from "node:fs";
import {hostname} from "node:os";
import {join} from "node:path";

import {orUserErrorSync} from "../../../nouns/system-errors";
import {histogramBuckets} from "./histogram";
import {
  encodeEvent,
  encodeExperiment,
  encodeFileVersion,
  encodeSessionEnd,
  encodeSessionStart,
  frame,
  type HyperParameter,
  type Summary,
} from "./tfevents";

/** A log that TensorBoard reads. Everything is kept in memory until `flush`. */
export interface TensorBoardLog {
  scalar(tag: string, step: number, value: number): void;
  /** The distribution of `values`, in 30 equal buckets; numbers that are not finite are left out. */
  histogram(tag: string, step: number, values: ArrayLike<number>): void;
  /** Logs encoded PNGs, all of one size. */
  images(tag: string, step: number, figure: {width: number; height: number}, pngs: readonly Uint8Array[]): void;
  /** Logs a text, which TensorBoard shows as Markdown. */
  text(tag: string, step: number, markdown: string): void;
  /** Logs the run's options, and names the scalars by which TensorBoard compares runs. Called once, at the start. */
  hparams(options: {readonly [name: string]: HyperParameter}, metricTags: readonly string[]): void;
  /** Logs the network as Keras' `to_json` (and tfjs' `toJSON`) writes it: the graph of its layers. */
  graph(topology: string): void;
  /** Logs how the session ended, for the table of hparams. */
  finish(succeeded: boolean): void;
  /**
   * Appends everything that was logged since the last flush to the file. A reader never sees half a record of an
   * earlier flush.
   */
  flush(): void;
  /** The path of the event file. */
  readonly path: string;
}

export interface TensorBoardOptions {
  /** Returns the time in seconds since 1970. */
  readonly clock?: () => number;
  /** The session's name in hparams. */
  readonly group?: string;
}

/**
 * Opens a new event file in `folder`. A resumed run opens another beside it, which TensorBoard reads as one.
 *
 * @throws UserError if the folder cannot be written.
 */
export function tensorboardLog(
  folder: string,
  {clock = () => Date.now() / 1000, group = ""}: TensorBoardOptions = {},
): TensorBoardLog {
  orUserErrorSync(folder, () => mkdirSync(folder, {recursive: true}));
  const started = clock();
  // TensorBoard reads a folder's files in the order of their names, so the time comes first.
  const stamp = started.toFixed(3).replace(".", "").padStart(13, "0");
  const path = join(folder, `events.out.tfevents.${stamp}.${hostname()}.${process.pid}.0.v2`);
  let waiting: Uint8Array[] = [frame(encodeFileVersion(started))];
  const add = (step: number, ...summaries: Summary[]) => {
    waiting.push(frame(encodeEvent(clock(), step, summaries)));
  };
  const flush = () => {
    if (waiting.length === 0) return;
    orUserErrorSync(path, () => appendWhole(path, Buffer.concat(waiting)));
    waiting = [];
  };
  flush();
  return {
    path,
    flush,
    scalar: (tag, step, value) => {
      const tensor = {dtype: "float", shape: [], values: [value]} as const;
      add(step, {tag, plugin: "scalars", dataClass: "scalar", tensor});
    },
    histogram: (tag, step, values) => {
      const buckets = histogramBuckets(values);
      const tensor = {dtype: "double", shape: [buckets.length / 3, 3], values: buckets} as const;
      add(step, {tag, plugin: "histograms", dataClass: "tensor", tensor});
    },
    images: (tag, step, {width, height}, pngs) => {
      const tensor = {dtype: "string", shape: [2 + pngs.length], values: [`${width}`, `${height}`, ...pngs]} as const;
      add(step, {tag, plugin: "images", dataClass: "images", tensor});
    },
    text: (tag, step, markdown) => {
      add(step, {tag, plugin: "text", dataClass: "tensor", tensor: {dtype: "string", shape: [], values: [markdown]}});
    },
    graph: (topology) => {
      const tensor = {dtype: "string", shape: [], values: [topology]} as const;
      // the plugin ignores a model whose content is not this version of its format
      const content = new TextEncoder().encode("1");
      add(0, {tag: "keras", plugin: "graph_keras_model", dataClass: "unset", tensor, content});
    },
    hparams: (options, metricTags) => {
      add(
        0,
        hparam("_hparams_/experiment", encodeExperiment(options, metricTags, started)),
        hparam("_hparams_/session_start_info", encodeSessionStart(options, group, started)),
      );
    },
    finish: (succeeded) => add(0, hparam("_hparams_/session_end_info", encodeSessionEnd(succeeded, clock()))),
  };
}

/** Appends all bytes or none: half a record would hide all records after it. */
function appendWhole(path: string, bytes: Uint8Array): void {
  const size = statSync(path, {throwIfNoEntry: false})?.size ?? 0;
  try {
    appendFileSync(path, bytes);
  } catch (error) {
    if (existsSync(path)) truncateSync(path, size);
    throw error;
  }
}

/**
 * The hparams plugin reads only the metadata. But TensorBoard drops a value that has no tensor, and the plugin finds
 * its values only among the tensors. So this one has an empty tensor, as in tensorboard/plugins/hparams/metadata.py
 * (NULL_TENSOR, 2.21.0).
 */
function hparam(tag: string, content: Uint8Array): Summary {
  const tensor = {dtype: "float", shape: [0], values: []} as const;
  return {tag, plugin: "hparams", dataClass: "tensor", tensor, content};
}
