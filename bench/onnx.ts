/**
 * @file Compares gradients of ONNX models with PyTorch's:
 * `npm run bench -- onnx [--rounds 3] [--batch 4] [--nets resnet18-224,vit_tiny-224]`. It takes one network of each
 * family, and about four minutes.
 *
 * The peer (a Python with torch, torchvision and onnx from PyPI; python.ts says where it is searched) makes the
 * network, exports it and gives its own gradient of the image, with which ours is compared. Then both take turns of
 * half a second on one thread, first only forward and then with the gradient. The first round is not counted. The
 * figures are medians of the milliseconds of processor time for each image (on the clock, other work on the machine
 * would count), and medians of the ratios of the turns, with the least and the greatest. `start` is the time by the
 * clock before the first gradient: the file is read, examined and started.
 */
import {mkdtempSync, readFileSync, rmSync} from "node:fs";
import {cpus, loadavg, tmpdir} from "node:os";
import {join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {parseArgs} from "node:util";

import {type NdArray, openOnnx, runtimeHere} from "../src/onnx/index";
import {startPeer} from "./peer";
import {pythonWith} from "./python";
import {median} from "./statistics";

const NETS =
  "exigo-28,resnet18-32,mobilenet_v2-64,efficientnet_b0-64,densenet121-64,convnext_tiny-64,swin_t-64,vit_tiny-224,mixer-64,bert_tiny-48,resnet18-224,mobilenet_v2-224";
const TURN_MS = 500;
const PAUSE_MS = 100;

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      rounds: {type: "string", default: "3"},
      batch: {type: "string", default: "4"},
      nets: {type: "string", default: NETS},
    },
  });
  const [rounds, batch] = [Number(values.rounds), Number(values.batch)];
  const python = pythonWith(["torch", "torchvision", "onnx"], "onnx");
  console.log(
    `${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}, Node ${process.version}, one thread, batch ${batch}; medians of ${rounds} rounds (least–greatest)\n`,
  );
  console.log(
    "| network, pixels | forward, ms | with gradient, ms | PyTorch | with gradient | gradient: as fast | start, ms | apart |",
  );
  console.log("|---|--:|--:|--:|--:|--:|--:|--:|");
  for (const net of values.nets.split(",")) await compare(net, python, batch, rounds);
}

async function compare(net: string, python: string, batch: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-onnx-"));
  const peer = await startPeer(net, [python, join(__dirname, "peers", "onnx_torch.py"), net, `${batch}`, "1", folder]);
  const {shape}: {shape: number[]} = JSON.parse(peer.ready);
  const array = (name: string, dims: readonly number[]): NdArray => {
    const data = new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.f32`))).buffer);
    return {type: "float32", dims, data};
  };
  const [x, weights, wanted] = [array("x", shape), array("seed", [batch, 10]), array("gradient", shape)];

  const began = performance.now();
  const graph = await openOnnx(join(folder, "net.onnx"), {runtime: runtimeHere(await import("onnxruntime-node"))});
  const gradient = () => graph.gradient({x}, {output: "y", weights});
  const first = await gradient();
  const start = performance.now() - began;
  const forward = () => graph.run({x});

  const times: {[what: string]: number[]} = {forward: [], gradient: [], "peer forward": [], "peer gradient": []};
  for (let round = 0; round <= rounds; round++) {
    for (const [what, work] of Object.entries({forward, gradient})) {
      const [mine, theirs] = [await turn(work, batch), Number(await peer.turn(what))];
      await pause(PAUSE_MS);
      if (round === 0) continue;
      times[what].push(mine);
      times[`peer ${what}`].push(theirs);
    }
  }
  peer.end();
  await graph.dispose();
  rmSync(folder, {recursive: true});

  const ms = (what: string) => median(times[what]).toPrecision(3);
  const ratios = times["peer gradient"].map((theirs, i) => theirs / times.gradient[i]);
  const ratio = `${median(ratios).toFixed(1)} × (${Math.min(...ratios).toFixed(1)}–${Math.max(...ratios).toFixed(1)})`;
  const cells = [net.replace("-", ", "), ms("forward"), ms("gradient"), ms("peer forward"), ms("peer gradient"), ratio];
  console.log(`| ${[...cells, start.toFixed(0), apart(first.x, wanted).toExponential(1)].join(" | ")} |`);
}

/** The milliseconds of processor time for each image, over as many calls as a turn has time for. */
async function turn(work: () => Promise<unknown>, batch: number): Promise<number> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  let count = 0;
  while (performance.now() - began < TURN_MS) {
    await work();
    count++;
  }
  const {user, system} = process.cpuUsage(before);
  return (user + system) / 1000 / (count * batch);
}

/** Computes ‖a − b‖ / ‖b‖. */
function apart(a: NdArray, b: NdArray): number {
  const [mine, theirs] = [a.data as Float32Array, b.data as Float32Array];
  const norm = (of: (i: number) => number) => Math.sqrt(theirs.reduce((sum, _, i) => sum + of(i) ** 2, 0));
  return norm((i) => mine[i] - theirs[i]) / norm((i) => theirs[i]);
}

main().then(
  () => process.exit(0), // onnxruntime's threads may linger
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
