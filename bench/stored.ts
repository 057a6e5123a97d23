/**
 * @file Measures data that do not fit into memory: `npm run bench -- stored [IMAGES]` (0: only decoding). Trains the
 * default network on grey pictures of 64 x 64 that are read from their file, in turns with the same pictures in memory;
 * and decodes pictures by threads, in turns with this thread alone.
 *
 * Threads that read compete with those that train for the cores of a small machine. So there are two figures: the ratio
 * of the times, and how long the network stood still because no batch was there. It stands still from its answer to the
 * last batch that it has until it gets the next one.
 */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createCanvas} from "@napi-rs/canvas";

import {drained} from "../src/nouns/drained";
import type {Network} from "../src/nouns/network";
import {fork, type RandomSource, randomSource, shuffled} from "../src/nouns/random";
import type {Dataset, Split} from "../src/nouns/samples";
import {decodingPool} from "../src/pipeline/data/decoding/pool";
import {readPictures} from "../src/pipeline/data/decoding/read-pictures";
import {openData} from "../src/pipeline/data/index";
import {subset} from "../src/pipeline/data/split";
import {models} from "../src/pipeline/model/index";
import {openNetwork} from "../src/pipeline/run/choose-engine";
import {constant} from "../src/pipeline/training/schedule";
import {streamOf} from "../src/pipeline/training/stream";
import {epochStart, trainEpoch} from "../src/pipeline/training/train";
import {rgbPngFile} from "../test/support/png-chunks";
import {median} from "./statistics";

const IMAGES = Number(process.argv[2] ?? 40_000);
const [SIDE, BATCH, BATCHES, ROUNDS, PICTURES] = [64, 64, 120, 7, 3000];

function writeIdx(folder: string): void {
  mkdirSync(folder);
  const random = randomSource(1);
  for (const [name, count] of [
    ["train", IMAGES],
    ["t10k", 1000],
  ] as const) {
    const head = (...words: number[]) =>
      Buffer.concat(words.map((word) => Buffer.from(Uint32Array.of(word).buffer).swap32()));
    const noise = Uint8Array.from({length: 2 ** 20}, () => 256 * random());
    const pixels = new Uint8Array(count * SIDE * SIDE);
    for (let n = 0; n < count; n++) {
      const from = Math.floor(random() * (noise.length - SIDE * SIDE));
      pixels.set(noise.subarray(from, from + SIDE * SIDE), n * SIDE * SIDE);
    }
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), Buffer.concat([head(0x803, count, SIDE, SIDE), pixels]));
    const labels = Uint8Array.from({length: count}, (_, n) => n % 10);
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), Buffer.concat([head(0x801, count), labels]));
  }
}

/** How many milliseconds the next batch takes to come, as a median, once the network has been working for a while. */
async function waited(split: Split, working: number): Promise<number> {
  const stream = streamOf(split, BATCH, {random: fork(2, "waits"), from: 0, inUse: 2});
  const waits: number[] = [];
  for (;;) {
    const begun = performance.now();
    const {done} = await stream.next();
    if (done) return median(waits.slice(1));
    waits.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, working));
  }
}

/** Records when a network has nothing to do between its first and its last batch. */
function watched(network: Network) {
  let [working, standingSince, standing, times] = [0, Number.NaN, 0, 0];
  const trainBatch: Network["trainBatch"] = (...args) => {
    if (working++ === 0 && !Number.isNaN(standingSince)) {
      standing += performance.now() - standingSince;
      times++;
    }
    const result = network.trainBatch(...args);
    const done = () => {
      if (--working === 0) standingSince = performance.now();
    };
    result.then(done, done);
    return result;
  };
  return {network: {...network, trainBatch}, stood: () => ({milliseconds: standing, times})};
}

async function training(folder: string): Promise<void> {
  const opened = (maxData: number): Promise<Dataset> =>
    drained(
      openData({
        ...{data: join(folder, "idx"), dataUrl: "", trainLimit: 1e9, testLimit: 1e9},
        ...{seed: 0, maxData, cacheFolder: folder},
      }),
    );
  const [memory, file] = [await opened(64), await opened(0)];
  const chosen = shuffled(memory.train.count, randomSource(3)).slice(0, BATCH * BATCHES);
  const splits = {memory: subset(memory.train, chosen), file: subset(file.train, chosen)};
  const {imageShape, classNames} = memory;
  const {network} = await openNetwork({
    ...{engine: "auto", optimizer: "adam", seed: 0, threads: 2, batchSize: BATCH, imageShape, classNames},
    makeModel: () => models.cnn(imageShape, classNames.length, 0),
  });
  const options = {epochs: 1, batchSize: BATCH, seed: 0, schedule: constant(0.001)};
  const seconds = async (split: Split) => {
    const {network: own, stood} = watched(network);
    const [begun, before] = [performance.now(), process.cpuUsage()];
    for await (const _ of trainEpoch(own, split, epochStart(1, split, BATCH), options)); // to its end
    const {user, system} = process.cpuUsage(before);
    return {wall: (performance.now() - begun) / 1000, processor: (user + system) / 1e6, ...stood()};
  };
  await seconds(splits.memory);
  const ratios: {readonly wall: number; readonly processor: number}[] = [];
  const rates = {memory: [] as number[], file: [] as number[]};
  const standing = {memory: [] as number[], file: [] as number[]};
  const times = {memory: [] as number[], file: [] as number[]};
  for (let round = 0; round < ROUNDS; round++) {
    const took = {memory: await seconds(splits.memory), file: await seconds(splits.file)};
    const {memory: own, file: other} = took;
    ratios.push({wall: other.wall / own.wall, processor: other.processor / own.processor});
    for (const name of ["memory", "file"] as const) {
      rates[name].push(chosen.length / took[name].wall);
      standing[name].push(took[name].milliseconds);
      times[name].push(took[name].times);
    }
  }
  const working = (1000 * BATCH) / median(rates.memory);
  console.log(`training, ${IMAGES.toLocaleString("en")} grey pictures of ${SIDE} x ${SIDE}, batches of ${BATCH}`);
  console.log(`  images/s       memory ${median(rates.memory).toFixed(0)}   file ${median(rates.file).toFixed(0)}`);
  for (const [what, of] of [
    ["time", "wall"],
    ["processor time", "processor"],
  ] as const) {
    const own = ratios.map((ratio) => ratio[of]);
    const [least, most] = [Math.min(...own), Math.max(...own)].map((ratio) => ratio.toFixed(3));
    console.log(`  ${what}, file / memory   ${median(own).toFixed(3)} (${least} to ${most}, ${ROUNDS} rounds)`);
  }
  for (const name of ["memory", "file"] as const) {
    const [least, most] = [Math.min(...standing[name]), Math.max(...standing[name])].map((ms) => ms.toFixed(1));
    const share = (100 * median(standing[name])) / ((1000 * chosen.length) / median(rates[name]));
    console.log(
      `  the network stood still, ${name}   ${median(standing[name]).toFixed(1)} ms (${least} to ${most}), ` +
        `${share.toFixed(2)} % of the time, before ${median(times[name])} of ${BATCHES} batches`,
    );
  }
  const [own, stored] = [await waited(splits.memory, working), await waited(splits.file, working)];
  console.log(`  wait for a batch      memory ${own.toFixed(2)} ms   file ${stored.toFixed(2)} ms`);
  await network.dispose();
}

async function decoding(folder: string, kind: "plain" | "with opacity"): Promise<void> {
  const random = randomSource(4);
  const paths = Array.from({length: PICTURES}, (_, n) => {
    const path = join(folder, `${kind}-${n}.png`);
    writeFileSync(path, kind === "plain" ? plainPicture(random) : drawnPicture(random));
    return path;
  });
  const options = {shape: [SIDE, SIDE, 3] as const, maxPixels: 1e8};
  const rate = async (pool?: ReturnType<typeof decodingPool>) => {
    const begun = performance.now();
    for await (const _ of readPictures(paths, options, pool)); // to its end
    return (1000 * PICTURES) / (performance.now() - begun);
  };
  console.log(`decoding, ${PICTURES.toLocaleString("en")} colour PNG pictures of ${SIDE} x ${SIDE}, ${kind}`);
  const pool = decodingPool(2);
  await rate(pool); // started, and warm
  await rate();
  const rates: {readonly alone: number; readonly pool: number}[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push({alone: await rate(), pool: await rate(pool)});
  const of = (name: "alone" | "pool") => median(rates.map((round) => round[name])).toFixed(0);
  const ratio = median(rates.map(({alone, pool: own}) => own / alone));
  console.log(`  2 threads: ${of("pool")} a second, this one alone ${of("alone")}: ${ratio.toFixed(2)} times as many`);
  pool.end();
}

/** Makes a file like that of a photograph: 8 bits of red, green and blue. */
function plainPicture(random: RandomSource): Buffer {
  const [down, across, level] = [3 * random(), 3 * random(), 150 * random()];
  return rgbPngFile(SIDE, SIDE, (x, y, c) => level + across * x * 0.3 + down * y * 0.2 + 20 * ((x * y + c) % 2));
}

function drawnPicture(random: RandomSource): Buffer {
  const canvas = createCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d");
  for (let k = 0; k < 60; k++) {
    context.fillStyle = `rgb(${[0, 0, 0].map(() => Math.floor(256 * random()))})`;
    context.fillRect(SIDE * random(), SIDE * random(), 20 * random(), 20 * random());
  }
  return canvas.toBuffer("image/png");
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "epochscope-stored-"));
  try {
    if (IMAGES > 0) {
      writeIdx(join(folder, "idx"));
      await training(folder);
    }
    await decoding(folder, "plain");
    await decoding(folder, "with opacity");
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

void main();
