import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {mkdtempSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {beforeAll, expect, test} from "vitest";
import {comparedTags, logEpoch, logOptions} from "../../src/pipeline/record/tensorboard/epoch-log";
import {histogramBuckets} from "../../src/pipeline/record/tensorboard/histogram";
import {writeProjector} from "../../src/pipeline/record/tensorboard/projector";
import {spritePng} from "../../src/pipeline/record/tensorboard/sprite";
import {tensorboardLog} from "../../src/pipeline/record/tensorboard/summaries";
import {draw} from "../../src/plots/index";
import {expectTensorBoard, PYTHON} from "../support/tensorboard-server";

interface Row {
  step: number;
  tag: string;
  plugin: string;
  class: number;
  values?: number[];
  shape?: number[];
  size?: number[];
  sha256?: string[];
  text?: string;
  kind?: string;
  hparams?: {[name: string]: unknown};
  metrics?: string[];
  status?: number;
  nodes?: [string, string, string[]][];
}
interface Asset {
  name: string;
  shape: number[];
  tensor: [number, number[]];
  metadata: [number, string];
  sprite?: [number, string];
}
let read: {values: Row[]; projector: {runs: string[]; assets: Asset[]}};
const row = (tag: string, step: number) => read.values.find((value) => value.tag === tag && value.step === step);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const weights = [{name: "conv/kernel", shape: [200], values: Float32Array.from({length: 200}, (_, i) => Math.sin(i))}];
const figure = draw("imageGrid", {
  title: "a grid",
  height: 4,
  width: 4,
  channels: 1,
  columns: ["one"],
  rows: [{label: "row", values: Float32Array.from({length: 16}, (_, i) => i / 15), scale: "intensity"}],
});
const images = {count: 3, shape: [4, 4, 1] as const, pixels: Float32Array.from({length: 48}, (_, i) => i / 47)};

beforeAll(async () => {
  expectTensorBoard();
  const folder = mkdtempSync(join(tmpdir(), "tensorboard-"));
  const log = tensorboardLog(folder);
  const model = tf.sequential({name: "net"});
  model.add(tf.layers.flatten({inputShape: [4, 4, 1], name: "flat"}));
  model.add(tf.layers.dense({units: 3, name: "logits"}));
  log.graph(`${model.toJSON()}`);
  logOptions(log, {model: "cnn", epochs: 3, lime: {samples: 500}, quiet: false});
  for (const epoch of [0, 1, 2]) {
    const metrics = {
      epoch,
      trainLoss: epoch ? 1 / epoch : null,
      trainAccuracy: epoch ? 0.5 : null,
      validationLoss: 0.7 ** epoch,
      validationAccuracy: 0.9,
      testLoss: 0.8 ** epoch,
      testAccuracy: 0.8,
      seconds: {train: 1, evaluate: 2, probes: 3},
      steps: [],
    };
    logEpoch(log, {metrics, learningRate: 0.001, weights, gradients: weights, figures: {"saliency/gradient": figure}});
  }
  log.finish(true);
  log.flush();
  const columns = {index: ["7", "8", "9"], label: ["a", "b", "c"]};
  const points = {width: 2, values: [1, 2, 3, 4, 5, 6], columns, images};
  await writeProjector(folder, [{name: "epoch 0", ...points}]);
  await writeProjector(folder, [
    {name: "epoch 0", ...points},
    {name: "epoch 1", ...points},
  ]);
  const script = join(__dirname, "tensorboard_read.py");
  read = JSON.parse(execFileSync(PYTHON, [script, folder], {encoding: "utf8", stdio: ["ignore", "pipe", "ignore"]}));
});

test("TensorBoard reads back every scalar to 32-bit precision", () => {
  expect(row("loss/validation", 2)).toMatchObject({plugin: "scalars", class: 1, values: [Math.fround(0.7 ** 2)]});
  expect(row("loss/train", 1)?.values).toEqual([1]);
  expect(row("loss/train", 0)).toBeUndefined();
  expect(read.values.filter(({plugin}) => plugin === "scalars")).toHaveLength(8 + 10 + 10);
});

test("TensorBoard reads back histograms, weights' and gradients'", () => {
  const expected = [...histogramBuckets(weights[0].values)];
  expect(row("weights/conv/kernel", 1)).toMatchObject({plugin: "histograms", shape: [30, 3], values: expected});
  expect(row("gradients/conv/kernel", 2)?.values).toEqual(expected);
});

test("TensorBoard reads back pictures byte for byte", () => {
  const size = [figure.width, figure.height];
  expect(row("saliency/gradient", 2)).toMatchObject({plugin: "images", class: 3, size, sha256: [sha256(figure.png)]});
});

test("TensorBoard reads back the options, as text and as hyperparameters", () => {
  expect(row("options", 0)?.text).toContain("| lime.samples | 500 |");
  expect(row("_hparams_/session_start_info", 0)?.hparams).toEqual({
    model: "cnn",
    epochs: 3,
    "lime.samples": 500,
    quiet: false,
  });
  expect(row("_hparams_/experiment", 0)?.metrics).toEqual(comparedTags("plain"));
  expect(row("_hparams_/session_end_info", 0)).toMatchObject({kind: "session_end_info", status: 1});
});

test("TensorBoard's graph shows the layers, each fed by the one before", () => {
  expect(row("keras", 0)?.nodes).toEqual([
    ["net/flat", "Flatten", []],
    ["net/logits", "Dense", ["net/flat"]],
  ]);
});

test("TensorBoard's projector serves every epoch's tensors, metadata and sprite", async () => {
  expect(read.projector.assets.map(({name}) => name)).toEqual(["epoch 0", "epoch 1"]);
  for (const asset of read.projector.assets) {
    expect(asset.shape).toEqual([3, 2]);
    expect(asset.tensor).toEqual([200, [1, 2, 3, 4]]);
    expect(asset.metadata).toEqual([200, "index\tlabel"]);
    expect(asset.sprite).toEqual([200, sha256(await spritePng(images))]);
  }
});
