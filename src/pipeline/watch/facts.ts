import {resolve} from "node:path";
import type {Dataset} from "../../nouns/samples";
import type {Environment} from "../record/environment";
import {RUN_FORMAT} from "../record/run-file";
import type {ChosenProbe} from "../run/probe-once";
import {feedsFrom} from "./feeds";
import type {OpenedCheckpoint} from "./opened";
import type {WatchOptions} from "./options";

/** Options that change nothing that is kept: a watcher that is started again may have others. */
const PASSING = new Set(["save", "name", "once", "until", "idle", "threads", "maxPixels", "maxData", "dataUrl"]);

/** The content of run.json for a watcher's run; with the same fields as for a run that trains, as far as they apply. */
export function watchFacts(
  name: string,
  folder: string,
  options: WatchOptions,
  chosen: readonly ChosenProbe[],
  made: Environment,
  data: Dataset,
  {model, engine, found}: Pick<OpenedCheckpoint, "model" | "engine" | "found">,
): object {
  const {name: dataName, digest, imageShape, classNames, train, validation, test, moreTest} = data;
  const where = options.data === "" || options.data === "mnist" ? options.data : resolve(options.data);
  return {
    format: RUN_FORMAT,
    name,
    kind: "watch",
    startedAt: made.startedAt.toISOString(),
    seed: options.seed,
    options: {...options, data: where, save: resolve(options.save), feed: feedsFrom(".", options.feed)},
    training: {loss: "softmax cross-entropy"},
    probes: Object.fromEntries(chosen.map(({probe, values}) => [probe.name, values])),
    asked: Object.fromEntries(chosen.map(({probe, asked}) => [probe.name, [...asked]])),
    data: {
      name: dataName,
      digest,
      imageShape,
      classNames,
      train: train.count,
      validation: validation.count,
      test: test.count,
      ...(moreTest ? {moreTest: moreTest.count} : {}),
    },
    model,
    engine,
    watch: {folder: resolve(folder), found},
    versions: made.versions,
    processor: made.processor,
  };
}

/** The facts that two watchers' runs must share if one is to continue the other, as text. */
export function sameness(facts: object): string {
  const {options, probes, data, watch, versions} = facts as {
    readonly options: {readonly [name: string]: unknown};
    readonly probes: unknown;
    readonly data: unknown;
    readonly watch?: unknown;
    readonly versions: {readonly [name: string]: string};
  };
  const kept = Object.entries(options).filter(([option]) => !PASSING.has(option));
  return JSON.stringify([Object.fromEntries(kept), probes, data, watch, versions.epochscope]);
}
