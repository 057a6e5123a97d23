/**
 * @file Measures how the time of a training step is used: the shortest time of each kernel, on one thread, in µs for
 * each image: `npm run bench -- kernels [exigo] [cnn] [keras] [vit]`. It takes the shortest time and not the mean,
 * because a busy machine can only add time.
 */
import * as tf from "@tensorflow/tfjs";

import {compile} from "../src/engine/compiler/compile";
import {JOB, jobAddress} from "../src/engine/compiler/control";
import {plan} from "../src/engine/index";
import {defaultVariant, kernelModule} from "../src/engine/runtime/modules";
import {graphOf} from "../src/graph/index";
import {models} from "../src/pipeline/model/index";
import {mnistImages, networks as others, part} from "./peers/networks";

const networks = {...others, vit: () => models.vit([28, 28, 1], 10, 0)};
type NetworkName = keyof typeof networks;

const BATCH = 64;
const GROUPS = BATCH / 4;
const REPEATS = 80;

async function measure(name: NetworkName): Promise<Map<string, number>> {
  const planned = plan(graphOf(networks[name]()), "adam");
  if ("reason" in planned) throw new Error(planned.reason);
  const {layout, programs, train, workspaces, bytes} = compile(planned, {threads: 1, batchSize: BATCH});
  const pages = Math.ceil(bytes / 65_536);
  const memory = new WebAssembly.Memory({initial: pages, maximum: pages, shared: true});
  const abort = () => {
    throw new Error("kernel aborted");
  };
  const {exports} = await WebAssembly.instantiate(await kernelModule(defaultVariant()), {env: {memory, abort}});
  const kernels = exports as Record<string, (...args: number[]) => void>;
  const [words, floats] = [new Int32Array(memory.buffer), new Float32Array(memory.buffer)];
  for (const {at, values} of layout.constants) words.set(values, at / 4);
  for (let i = 0; i < layout.size; i++) floats[layout.values / 4 + i] = Math.sin(i) / 10;

  const [{images, labels, output}, job, batch] = [layout.staging[0], jobAddress(0), part(mnistImages(), 0, BATCH)];
  floats.set(batch.pixels, images / 4);
  words.set(batch.labels, labels / 4);
  for (const [field, value] of Object.entries({count: BATCH, images, labels, output})) {
    words[(job + JOB[field as keyof typeof JOB]) / 4] = value;
  }
  const least = new Map<string, number>();
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [i, {over, calls}] of programs[train].phases.entries()) {
      const units = over === "parts" ? 1 : GROUPS;
      for (let unit = 0; unit < units; unit++) {
        for (const [j, {kernel, args}] of calls.entries()) {
          const placed = args.map((a) => (typeof a === "number" ? a : workspaces[0] + a.local));
          const start = performance.now();
          kernels[kernel](...placed, unit, units, job);
          const micros = ((performance.now() - start) * 1000 * units) / BATCH;
          const key = `${i}.${String(j).padStart(2, "0")} ${kernel}`;
          least.set(key, Math.min(least.get(key) ?? Number.POSITIVE_INFINITY, micros));
        }
      }
    }
  }
  return least;
}

async function main(names: string[]): Promise<void> {
  tf.enableProdMode();
  await tf.setBackend("cpu");
  for (const name of names.length > 0 ? names : Object.keys(networks)) {
    const least = await measure(name as NetworkName);
    const total = [...least.values()].reduce((sum, micros) => sum + micros);
    console.log(
      `\n${name}: ${total.toFixed(1)} µs an image, ${Math.round(1e6 / total).toLocaleString("en")} images/s\n`,
    );
    for (const [kernel, micros] of least) {
      console.log(
        `  ${kernel.padEnd(34)}${micros.toFixed(2).padStart(8)}${((100 * micros) / total).toFixed(1).padStart(7)} %`,
      );
    }
  }
}

void main(process.argv.slice(2));
