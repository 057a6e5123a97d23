import {readFile} from "node:fs/promises";
import {basename, join, resolve} from "node:path";

import {UserError} from "../nouns/options";
import {orUserError} from "../nouns/system-errors";
import {layersToOnnx} from "../pipeline/model/load/layers-to-onnx";
import {savedLayers} from "../pipeline/model/load/saved-layers";
import {csvTable} from "../pipeline/record/csv-table";
import {epochStem} from "../pipeline/record/epoch-stem";
import type {NdArray} from "../pipeline/record/npy";
import {writeNpz} from "../pipeline/record/npz";
import {readRunFile} from "../pipeline/record/run-file";
import {runPath} from "../pipeline/record/run-reference";
import {readArtifactFile} from "../pipeline/record/saved-file";
import {answersAt, openSavedRun, type SavedRun} from "../pipeline/record/saved-run";
import {readTestImages} from "../pipeline/record/test-images";
import {writeWhole} from "../pipeline/record/write-whole";
import {zipFolder} from "../pipeline/record/zip-folder";
import {writeReport} from "../report/page";
import {readerIn} from "./readers";
import {here} from "./run-places";
import {EXPORTS, type Export, type RunsGiven} from "./runs-given";
import {say, sayDocument} from "./terminal";

const WRITERS: {readonly [to in Export]: (path: string, file: string) => Promise<void>} = {
  onnx: async (path, file) => writeWhole(file, await onnxOf(path)),
  csv: async (path, file) => writeWhole(file, metricsCsv(await openSavedRun(path))),
  npz: async (path, file) => writeWhole(file, writeNpz(await arraysOf(await openSavedRun(path)))),
  async html(path, file) {
    await writeWhole(file, await readFile(await writeReport(path)));
  },
  zip: (path, file) => zipFolder(path, readRunFile(path).name, file),
};

/** Does `runs export RUN --to WHAT`: writes one file. */
export async function exportRun({save, names: [name = "latest"], to, out, json, quiet}: RunsGiven): Promise<number> {
  if (to === "") throw new UserError(`--to: expected one of ${EXPORTS.join(", ")}, got nothing`);
  const reader = await readerIn(save, name);
  if (reader !== undefined) return exportReader(reader, {to, out, json, quiet});
  const path = await runPath(save, name);
  const file = resolve(out || `${readRunFile(path).name}.${to}`);
  await WRITERS[to as Export](path, file); // checked with the flags
  if (json) sayDocument({schema: "epochscope/export/1", run: path, to, file});
  else if (!quiet) say(here(file));
  return 0;
}

/** A reader's run as a page or as an archive: its network is a folder of Hugging Face's kind already. */
async function exportReader(
  path: string,
  {to, out, json, quiet}: Pick<RunsGiven, "to" | "out" | "json" | "quiet">,
): Promise<number> {
  if (to !== "html" && to !== "zip") {
    const hint = `its network is ${here(join(path, "model"))}, which transformers reads`;
    throw new UserError(`--to: expected html or zip for a reader's run, got ${to}; ${hint}`, {code: "BAD_OPTION"});
  }
  const file = resolve(out || `${basename(path)}.${to}`);
  if (to === "zip") await zipFolder(path, basename(path), file);
  else {
    const {
      writeReaderPage,
    }: typeof import("../report/reader/write-reader-page") = require("../report/reader/write-reader-page");
    await writeWhole(file, await readFile(await writeReaderPage(path)));
  }
  if (json) sayDocument({schema: "epochscope/export/1", run: path, to, file});
  else if (!quiet) say(here(file));
  return 0;
}

/** The best network as ONNX, from images [n, height, width, channels] to logits and probabilities. */
async function onnxOf(path: string): Promise<Uint8Array> {
  const {data} = readRunFile(path);
  const [modelFile, weightsFile] = ["model.json", "weights.bin"].map((name) => join(path, "model", name));
  const json = await orUserError(modelFile, () => readFile(modelFile, "utf8"), "read");
  const weights = await orUserError(weightsFile, () => readFile(weightsFile), "read");
  return layersToOnnx(savedLayers(json, weights, modelFile), data.imageShape, data.classNames.length);
}

/** The metrics as CSV, one line for each epoch. */
function metricsCsv({metrics}: SavedRun): string {
  const column = (of: (line: SavedRun["metrics"][number]) => number | null) => metrics.map((line) => of(line) ?? "");
  return csvTable({
    epoch: column(({epoch}) => epoch),
    train_loss: column(({trainLoss}) => trainLoss),
    train_accuracy: column(({trainAccuracy}) => trainAccuracy),
    validation_loss: column(({validationLoss}) => validationLoss),
    validation_accuracy: column(({validationAccuracy}) => validationAccuracy),
    test_loss: column(({testLoss}) => testLoss),
    test_accuracy: column(({testAccuracy}) => testAccuracy),
    seconds_train: column(({seconds}) => seconds.train),
    seconds_evaluate: column(({seconds}) => seconds.evaluate),
    seconds_probes: column(({seconds}) => seconds.probes),
  });
}

/** The test images, the labels, and for each epoch the answers and the map. */
async function arraysOf(run: SavedRun): Promise<Map<string, NdArray>> {
  const {count, shape, pixels, labels} = readTestImages(run.path);
  const arrays = new Map<string, NdArray>([
    ["images", {values: pixels, shape: [count, ...shape]}],
    ["labels", {values: labels, shape: [count]}],
  ]);
  for (const epoch of run.epochs) {
    const {probabilities} = await answersAt(run, epoch);
    arrays.set(`probabilities_${epoch}`, {values: probabilities, shape: [count, probabilities.length / count]});
    const map = await readArtifactFile(
      join(run.path, "artifacts", "projection", `${epochStem(epoch, "map")}.json`),
    ).catch((error) => {
      if (/got nothing there/.test((error as Error).message)) return undefined; // the run made no maps
      throw error;
    });
    if (map?.plot !== "scatter") continue;
    const {points, labels: shown} = map.data;
    arrays.set(`map_${epoch}`, {values: points, shape: [shown.length, points.length / shown.length]});
    arrays.set(`map_indices_${epoch}`, {values: map.numbers?.indices as Uint32Array, shape: [shown.length]});
  }
  return arrays;
}
