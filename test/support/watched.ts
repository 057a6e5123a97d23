/** @file The checkpoints of test/fixtures/watch, in folders of a test's own, and the images that they are asked about. */
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";

import {decodeModel, encodeModel} from "../../src/onnx/file/model";
import {readState, withState} from "../../src/onnx/index";
import type {RunEvent} from "../../src/pipeline/run/events";
import type {ProbeOptions} from "../../src/pipeline/run/probe-once";
import {type WatchControl, watch} from "../../src/pipeline/watch";
import {idxFile, idxFolder, temporaryFolder} from "./idx-files";

export const FIXTURES = join(__dirname, "..", "fixtures", "watch");

/** PyTorch's answers after each epoch (make_watch.py). */
export interface PyTorchEpoch {
  /** Three scores for each of four images, and the gradient of the true class's score. */
  readonly logits: readonly number[];
  readonly gradient: readonly number[];
  /** The share of the 96 images that it gets right. */
  readonly right: number;
}
export const REFERENCE: readonly PyTorchEpoch[] = JSON.parse(readFileSync(join(FIXTURES, "reference.json"), "utf8"));

/** The normalisation that the network was trained with. */
export const NORMALISED = {mean: "0.25", std: "0.5"};

/** The first images of make_watch.py, by its rule: 8 x 8 bytes each. */
export function pixelsOf(count: number): Uint8Array {
  const pixels = new Uint8Array(count * 64);
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const grey = ((7 * n + 13 * y + 5 * x) % 32) / 64;
        pixels[n * 64 + y * 8 + x] = Math.round(255 * (Math.floor(y / 3) === n % 3 ? 0.8 : grey));
      }
    }
  }
  return pixels;
}

/** 96 images to test, as idx files, of three classes. */
export function testImages(): string {
  const images = (count: number) => idxFile([count, 8, 8], pixelsOf(count));
  const labels = (count: number) =>
    idxFile(
      [count],
      Array.from({length: count}, (_, n) => n % 3),
    );
  return idxFolder(
    {},
    {
      "train-images-idx3-ubyte": images(24),
      "train-labels-idx1-ubyte": labels(24),
      "t10k-images-idx3-ubyte": images(96),
      "t10k-labels-idx1-ubyte": labels(96),
      "classes.txt": "top\nmiddle\nbottom\n",
    },
  );
}

/** A folder with the graph and the weights of these epochs. */
export function stateFolder(epochs: readonly number[] = [0, 1, 2]): string {
  const folder = join(temporaryFolder(), "checkpoints");
  mkdirSync(folder);
  copyFileSync(join(FIXTURES, "graph.onnx"), join(folder, "graph.onnx"));
  for (const epoch of epochs) copyFileSync(join(FIXTURES, stateName(epoch)), join(folder, stateName(epoch)));
  return folder;
}

export const stateName = (epoch: number) => `epoch-00${epoch}.safetensors`;

/** An epoch as one ONNX file. */
export function onnxOf(epoch: number): Uint8Array {
  return withState(
    readFileSync(join(FIXTURES, "graph.onnx")),
    readState(readFileSync(join(FIXTURES, stateName(epoch)))),
  );
}

/** The same with an operator at its end that has no gradient: onnxruntime's QuickGelu, x · σ(1.702 x). */
export function withoutRule(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const graph = model.graph!;
  return encodeModel({
    ...model,
    opsetImport: [...(model.opsetImport ?? []), {domain: "com.microsoft", version: 1}],
    graph: {
      ...graph,
      node: [...graph.node!, {opType: "QuickGelu", domain: "com.microsoft", input: ["y"], output: ["z"]}],
      output: [{...graph.output![0], name: "z"}],
    },
  });
}

/** A folder with these epochs as ONNX files. */
export function onnxFolder(epochs: readonly number[] = [0, 1, 2]): string {
  const folder = join(temporaryFolder(), "checkpoints");
  mkdirSync(folder);
  for (const epoch of epochs) writeFileSync(join(folder, `net-epoch${epoch}.onnx`), onnxOf(epoch));
  return folder;
}

/** Fast probes. */
export const FEW: ProbeOptions = {
  projection: {points: 96, iterations: 60},
  lime: {samples: "64"},
  mistakes: {count: 4, pairs: 2},
};

/** Watches to the end of what is there, files being settled at once. */
export async function watchAll(
  folder: string,
  given: {readonly [name: string]: unknown},
  control: WatchControl = {},
  probes: ProbeOptions = FEW,
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const options = {once: true, ...NORMALISED, projector: 12, ...given};
  for await (const event of watch(folder, options, probes, {quietFor: 0, ...control})) events.push(event);
  return events;
}

export const linesOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "say" ? [event.line] : []));
export const epochsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "epoch" ? [event.metrics.epoch] : []));
export const refusalsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "refused" ? [event.error.message] : []));
export function pathOf(events: readonly RunEvent[]): string {
  const start = events.find((event) => event.type === "start");
  if (start?.type !== "start") throw new Error("expected a run that has begun");
  return start.path;
}
