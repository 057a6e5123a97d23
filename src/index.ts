/**
 * @file Everything that the library exports on Node: the whole run as a function, and its parts. The parts that also
 * run in a browser have entries of their own: epochscope/lime, /tsne, /metrics.
 */
import {findRun} from "./pipeline/record/run-directory";
import type {Probe} from "./pipeline/types";

export {
  type AttributeOptions,
  type Attribution,
  type AttributionMethod,
  attribute,
  type Common,
  type SaliencyOptions,
  saliency,
} from "./library/attribute";
export {type UmapMap, type UmapOptions, umap} from "./library/maps";
export {type ModelSettings, type ModelSource, type OpenModel, openModel} from "./library/open-model";
export {type OpenQa, openQa, type QaAnswer, type QaSettings} from "./library/open-qa";
export {type ReadImagesOptions, readImages} from "./library/read-images";
export {
  type RunResult,
  type RunSettings,
  resume,
  run,
  type WatchSettings,
  watch,
} from "./library/run-tasks";
export {
  compareRuns,
  type EpochName,
  type ListRunsOptions,
  listRuns,
  type OpenRun,
  openRun,
} from "./library/saved-runs";
export {type SweepResult, type SweepSettings, sweep} from "./library/sweep-task";
export type {Target} from "./library/targets";
export type {Task} from "./library/task";
export {
  deletionInsertion,
  explainWithLime,
  type LimeExplanation,
  type LimeOptions,
  removeAndAskAgain,
} from "./lime/index";
export {EpochscopeError, type ErrorCode} from "./nouns/errors";
export type {Classifier, DifferentiableClassifier, NamedArray, Network} from "./nouns/network";
export type {Dataset, ImageShape, Images, LabelledImages, Split} from "./nouns/samples";
export type {Saliency} from "./pipeline/attribution/methods/saliency";
export type {Jobs} from "./pipeline/jobs/jobs";
export type {ModelMaker} from "./pipeline/model/index";
export {classifierOf} from "./pipeline/model/tf/classifier";
export {probes} from "./pipeline/probes/index";
export {answersAt, type SavedRun, testImagesOf} from "./pipeline/record/saved-run";
export type {RunEvent} from "./pipeline/run/events";
export type {RunOptions} from "./pipeline/run/options";
export type {Artifact, EpochMetrics, Probe, ProbeContext} from "./pipeline/types";

export {draw} from "./plots/index";
export {writeReport} from "./report/page";
export {type Matrix, mapQuality, type QualityOptions, type TsneMap, type TsneOptions, tsne} from "./tsne/index";

/**
 * The settings in `epochscope.config.ts`: flags in camelCase for all commands, and under a command's name for that
 * command.
 */
export interface Config {
  readonly save?: string;
  readonly data?: string;
  readonly threads?: number | "auto";
  readonly open?: boolean;
  readonly quiet?: boolean;
  readonly color?: "auto" | "always" | "never";
  /** Functions that make networks, by the names that `--model` then knows. */
  readonly models?: {readonly [name: string]: (...given: never[]) => unknown};
  /** Probes that `--probes` then knows. */
  readonly probes?: readonly Probe[];
  readonly [command: string]: unknown;
}

/**
 * Gives a config back as it is, so that an editor knows its names.
 *
 * @example export default defineConfig({save: "runs", run: {data: "photos", lime: {recipe: "lime"}}});
 */
export function defineConfig<const C extends Config>(config: C): C {
  return config;
}

/**
 * Gives a probe back as it is, so that an editor knows what it must have (CONTRIBUTING.md leads to one).
 *
 * @example export default defineConfig({probes: [defineProbe({name: "doubts", help: "…", options: {}, async *run(context) {…}})]});
 */
export function defineProbe<P extends Probe>(probe: P): P {
  return probe;
}

/**
 * The folder of a run, which is named by its name in `save`, by "latest", or by its path.
 *
 * @throws EpochscopeError if there is none.
 */
export async function runFolder(name = "latest", save = "save"): Promise<string> {
  return (await findRun(save, name)).path;
}
