import {visible} from "../../../escape/visible";
import type {NamedArray} from "../../../nouns/network";
import type {Figure} from "../../../plots/figure";
import type {EpochMetrics} from "../../types";
import type {TensorBoardLog} from "./summaries";
import type {HyperParameter} from "./tfevents";

/** The tags of the losses: like those of the accuracies, or like exigo's, so that dashboards for exigo still work. */
export type LogNames = "plain" | "exigo";

const LOSS_TAGS = {
  plain: {train: "loss/train", validation: "loss/validation", test: "loss/test"},
  exigo: {train: "Loss/train", validation: "Loss/eval", test: "Loss/test"},
} as const satisfies Record<LogNames, object>;

/** The scalars by which TensorBoard's hparams table compares runs. */
export function comparedTags(names: LogNames): readonly string[] {
  return ["accuracy/test", "accuracy/validation", LOSS_TAGS[names].test, LOSS_TAGS[names].validation];
}

/** The data of one epoch that go into the log. */
export interface EpochLog {
  readonly metrics: EpochMetrics;
  readonly learningRate?: number;
  /** Histograms of these are shown under `weights/` and `gradients/`. */
  readonly weights?: readonly NamedArray[];
  readonly gradients?: readonly NamedArray[];
  /** For each array of weights, how far it has moved. TensorBoard shows it under `weights_moved/`. */
  readonly moved?: ReadonlyMap<string, number>;
  /** The pictures by their names, such as "confusion/matrix". */
  readonly figures?: {readonly [name: string]: Figure};
}

/** Logs an epoch and flushes. */
export function logEpoch(log: TensorBoardLog, epoch: EpochLog, names: LogNames = "plain"): void {
  const {metrics, learningRate, weights = [], gradients = [], figures = {}, moved = new Map()} = epoch;
  const step = metrics.epoch;
  const loss = LOSS_TAGS[names];
  const scalars: {readonly [tag: string]: number | null | undefined} = {
    [loss.train]: metrics.trainLoss,
    [loss.validation]: metrics.validationLoss,
    [loss.test]: metrics.testLoss,
    "accuracy/train": metrics.trainAccuracy,
    "accuracy/validation": metrics.validationAccuracy,
    "accuracy/test": metrics.testAccuracy,
    learning_rate: learningRate,
    "seconds/train": metrics.seconds.train,
    "seconds/evaluate": metrics.seconds.evaluate,
    "seconds/probes": metrics.seconds.probes,
  };
  for (const [tag, value] of Object.entries(scalars)) {
    if (value !== null && value !== undefined) log.scalar(tag, step, value);
  }
  for (const [name, step] of moved) if (Number.isFinite(step)) log.scalar(`weights_moved/${name}`, metrics.epoch, step);
  for (const {name, values} of weights) log.histogram(`weights/${name}`, step, values);
  for (const {name, values} of gradients) log.histogram(`gradients/${name}`, step, values);
  logPictures(log, step, figures);
}

/** @param figures The pictures by their names, such as "confusion/matrix". */
export function logPictures(log: TensorBoardLog, step: number, figures: {readonly [name: string]: Figure}): void {
  for (const [name, figure] of Object.entries(figures)) log.images(name, step, figure, [figure.png]);
  log.flush();
}

/** Logs what a run was asked to do: a table under Text and a row of the hparams table. Options may be nested. */
export function logOptions(
  log: TensorBoardLog,
  options: {readonly [name: string]: unknown},
  names: LogNames = "plain",
): void {
  const flat = flattened(options);
  const cell = (value: HyperParameter) => String(value).replaceAll("|", "\\|");
  const rows = Object.entries(flat).map(([name, value]) => `| ${cell(name)} | ${cell(value)} |`);
  log.text("options", 0, ["| option | value |", "| --- | --- |", ...rows].join("\n"));
  log.hparams(flat, comparedTags(names));
  log.flush();
}

/** Turns `{lime: {samples: 500}}` into `{"lime.samples": 500}`. */
function flattened(options: {readonly [name: string]: unknown}, prefix = ""): {[name: string]: HyperParameter} {
  const flat: {[name: string]: HyperParameter} = {};
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" || typeof value === "boolean") {
      flat[prefix + name] = value;
    } else if (typeof value === "string") {
      flat[prefix + name] = visible(value);
    } else if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      Object.assign(flat, flattened(value as {readonly [name: string]: unknown}, `${prefix}${name}.`));
    } else if (value !== undefined && value !== null) {
      flat[prefix + name] = JSON.stringify(value);
    }
  }
  return flat;
}
