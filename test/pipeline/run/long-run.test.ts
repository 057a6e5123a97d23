import {existsSync, readFileSync, rmSync} from "node:fs";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

import {judgedLoss} from "../../../src/nouns/judged-loss";
import {resolveOptions} from "../../../src/nouns/options";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {run} from "../../../src/pipeline/run";
import type {RunEvent} from "../../../src/pipeline/run/events";
import {runOptions} from "../../../src/pipeline/run/options";
import {gather} from "../../../src/report/gather/index";
import {idxFolder, temporaryFolder} from "../../support/idx-files";
import {filesOf, metricsOf, runAll, SMALL} from "../../support/small-run";

const LAST = 24;
const options = {data: idxFolder(), epochs: LAST, keepEpochs: 5, model: "mlp", projector: 10, name: "r"} as const;
const probes = {projection: {iterations: 20}, lime: {samples: "60"}, mistakes: {count: 2, pairs: 1}};

/** Every 6th of 25 epochs, by hand: ⌈24 / 4⌉ = 6. */
const SAMPLE = [0, 6, 12, 18, 24];
const bestOf = (path: string) => metricsOf(path).reduce((a, b) => (judgedLoss(b) < judgedLoss(a) ? b : a)).epoch;
const epochsOf = (files: readonly string[], start: string, end: string) =>
  files
    .filter((file) => file.startsWith(start) && file.endsWith(end))
    .map((file) => Number(/epoch-(\d+)\./.exec(file)?.[1]))
    .sort((a, b) => a - b);

describe("of a run of many epochs", () => {
  let save: string;
  let path: string;
  let events: RunEvent[];
  let files: string[];
  beforeAll(async () => {
    save = temporaryFolder();
    events = await runAll({...options, save}, probes);
    path = join(save, "r");
    files = filesOf(path);
  });

  test("the first, the last, the best and some evenly between have pictures, and all have numbers", () => {
    const kept = [...new Set([...SAMPLE, bestOf(path)])].sort((a, b) => a - b);
    const all = Array.from({length: LAST + 1}, (_, e) => e);
    for (const name of ["confusion/matrix", "saliency/gradient", "projection/map", "lime/segments"]) {
      expect(epochsOf(files, `plots/${name}-epoch`, ".png"), name).toEqual(kept);
      expect(epochsOf(files, `artifacts/${name}-epoch`, ".json"), name).toEqual(all);
    }
    expect(metricsOf(path).map(({epoch}) => epoch)).toEqual(all);
  });

  test("the user is told once how many are shown in full", () => {
    const told = events.flatMap((event) =>
      event.type === "say" && event.line.includes("--keep-epochs") ? [event.line] : [],
    );
    expect(told).toEqual([
      "5 of 25 epochs, and the best, have pictures and are in the page and TensorBoard (--keep-epochs); the numbers of all are kept",
    ]);
  });

  test("TensorBoard has every epoch's scalars, and the sample's pictures and points", () => {
    const logs = join(save, "logs", "r");
    const config = readFileSync(join(logs, "projector_config.pbtxt"), "utf8");
    expect(Array.from(config.matchAll(/tensor_name: "epoch (\d+)"/g), ([, epoch]) => Number(epoch))).toEqual(SAMPLE);
    const [events] = filesOf(logs).filter((file) => file.startsWith("events.out"));
    const bytes = readFileSync(join(logs, events)).toString("latin1");
    const count = (tag: string) => bytes.split(tag).length - 1;
    expect(count("accuracy/test")).toBe(LAST + 1 + 1); // and the hparams table names it
    expect(count("confusion/matrix")).toBe(SAMPLE.length);
    expect(count("projection/map")).toBe(SAMPLE.length);
    expect(count("weights/logits/kernel")).toBe(SAMPLE.length);
  });

  test("the page stops at the sample and the best, and has the curves of all", async () => {
    const {file} = await gather(path);
    expect(file.stops).toEqual([...new Set([...SAMPLE, bestOf(path)])].sort((a, b) => a - b));
    expect(file.recorded).toBe(LAST + 1);
    expect(file.metrics).toHaveLength(LAST + 1);
    expect(file.map?.points).toHaveLength(file.stops.length);
    expect(file.probabilities?.every((answers) => answers !== null)).toBe(true);
  });

  test("one that was stopped and resumed leaves the same pictures", async () => {
    const again = temporaryFolder();
    const stop = new AbortController();
    const resolved = resolveOptions(runOptions, {...SMALL, ...options, save: again}, "--");
    let last = "";
    for await (const event of run(resolved, probes, {signal: stop.signal})) {
      last = event.type;
      if (event.type === "kept" && event.epoch === 10) stop.abort();
    }
    expect(last).toBe("interrupted");
    await runAll({...options, save: again}, probes, {resume: openRunDirectory(join(again, "r"))});
    const pictures = (folder: string) => filesOf(folder).filter((file) => file.startsWith("plots/"));
    expect(pictures(join(again, "r"))).toEqual(pictures(path));
    expect(existsSync(join(again, "r", "plots/confusion/matrix-epoch-001.png"))).toBe(bestOf(path) === 1);
    rmSync(again, {recursive: true, force: true});
  });
});
