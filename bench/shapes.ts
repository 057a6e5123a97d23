/**
 * @file Measures how well the plain defaults learn a user's own pictures:
 * `npm run bench -- shapes [--seeds 0,1,2] [--without peer] [--write FOLDER]`.
 *
 * The data are 3,000 drawn shapes that resemble a user's pictures: with any place, size, rotation and colour, on a
 * coloured background, with noise. The whole command is timed, including probes, pictures and the page. The peer learns
 * from the same pictures and is asked about the same ones: HOG and a linear SVM (`PYTHON` names a Python with
 * scikit-image and scikit-learn). `--write` only writes the set.
 */
import {execFileSync, spawnSync} from "node:child_process";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {createCanvas} from "@napi-rs/canvas";

import {randomSource} from "../src/nouns/random";

const CLASSES = ["cross", "disc", "ring", "square", "star", "triangle"] as const;
type Shape = (typeof CLASSES)[number];
const SIDE = 64;

/** The corners of a shape with radius 1; a disc and a ring have none. */
const CORNERS: {readonly [shape in Shape]?: readonly (readonly [x: number, y: number])[]} = {
  cross: crossOf(0.36),
  square: ring(4, () => 1),
  star: ring(10, (i) => (i % 2 ? 0.42 : 1)),
  triangle: ring(3, () => 1),
};

function ring(count: number, radius: (i: number) => number): [number, number][] {
  return Array.from({length: count}, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [radius(i) * Math.cos(angle), radius(i) * Math.sin(angle)];
  });
}

/** Two crossed bars, where `w` is half of their width. */
function crossOf(w: number): [number, number][] {
  const corner: [number, number][] = [
    [1, -w],
    [1, w],
    [w, w],
  ];
  return [0, 1, 2, 3].flatMap((quarter) =>
    corner.map(([x, y]): [number, number] => {
      for (let i = 0; i < quarter; i++) [x, y] = [-y, x];
      return [x, y];
    }),
  );
}

/**
 * Writes a folder of 64 x 64 PNGs for each of six shapes.
 *
 * @param count How many pictures there are in all.
 */
export function writeShapeSet(folder: string, count: number, seed = 1): void {
  const random = randomSource(seed);
  for (const name of CLASSES) mkdirSync(join(folder, name), {recursive: true});
  for (let n = 0; n < count; n++) {
    const shape = CLASSES[n % CLASSES.length];
    const canvas = createCanvas(SIDE, SIDE);
    const context = canvas.getContext("2d");
    const [ground, ink] = colors(random);
    context.fillStyle = ground;
    context.fillRect(0, 0, SIDE, SIDE);
    const radius = SIDE * (0.14 + 0.2 * random());
    const [x, y] = [radius + (SIDE - 2 * radius) * random(), radius + (SIDE - 2 * radius) * random()];
    context.translate(x, y);
    context.rotate(2 * Math.PI * random());
    context.scale(radius, radius);
    context.fillStyle = ink;
    context.beginPath();
    const corners = CORNERS[shape];
    if (corners) {
      for (const [i, [cx, cy]] of corners.entries()) i === 0 ? context.moveTo(cx, cy) : context.lineTo(cx, cy);
      context.closePath();
    } else {
      context.arc(0, 0, 1, 0, 2 * Math.PI);
      if (shape === "ring") context.arc(0, 0, 0.55, 0, 2 * Math.PI, true);
    }
    context.fill();
    const image = context.getImageData(0, 0, SIDE, SIDE);
    addNoise(image.data, random);
    context.putImageData(image, 0, 0);
    writeFileSync(join(folder, shape, `${`${n}`.padStart(4, "0")}.png`), canvas.toBuffer("image/png"));
  }
}

/** Two colours that differ by 60 of 255 or more in some channel. */
function colors(random: () => number): [string, string] {
  for (;;) {
    const [a, b] = [0, 1].map(() => [0, 1, 2].map(() => Math.round(20 + 215 * random())));
    if (a.some((level, c) => Math.abs(level - b[c]) >= 60)) return [`rgb(${a})`, `rgb(${b})`];
  }
}

/** Adds or subtracts up to 40 of 255, separately for each channel of each pixel. */
function addNoise(levels: Uint8ClampedArray, random: () => number): void {
  for (let i = 0; i < levels.length; i++) if (i % 4 !== 3) levels[i] += Math.round(80 * (random() - 0.5));
}

/** The parts of a line of metrics.jsonl that are read here. */
interface Metrics {
  readonly epoch: number;
  readonly validationLoss: number;
  readonly testAccuracy: number;
  readonly seconds: {readonly train: number; readonly evaluate: number; readonly probes: number};
}

/** Runs the program as a user does, and prints the results. */
function measure(folder: string, save: string, seed: number): void {
  const start = performance.now();
  const command = [
    "ts-node",
    "runner.ts",
    "--data",
    folder,
    "--save",
    save,
    "--name",
    `seed-${seed}`,
    "--seed",
    `${seed}`,
  ];
  const {status, stderr} = spawnSync("npx", command, {cwd: join(__dirname, ".."), encoding: "utf8", shell: WINDOWS});
  if (status !== 0) throw new Error(`run of seed ${seed}: expected exit code 0, got ${status}: ${stderr}`);
  const seconds = (performance.now() - start) / 1000;
  const metrics = readFileSync(join(save, `seed-${seed}`, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Metrics);
  const best = metrics.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  const training = metrics.reduce((sum, line) => sum + line.seconds.train, 0);
  const last = metrics[metrics.length - 1];
  console.log(
    `seed ${seed}: ${(100 * best.testAccuracy).toFixed(2)} % of the test pictures at the best epoch, ${best.epoch} of ${last.epoch}; ` +
      `${seconds.toFixed(1)} s in all, ${training.toFixed(1)} s of it training`,
  );
}

const WINDOWS = process.platform === "win32";

function main(): void {
  const {values} = parseArgs({
    options: {
      seeds: {type: "string", default: "0,1,2"},
      count: {type: "string", default: "3000"},
      without: {type: "string", default: ""},
      write: {type: "string", default: ""},
    },
  });
  if (values.write) {
    writeShapeSet(values.write, Number(values.count));
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-shapes-"));
  try {
    const [shapes, save] = [join(folder, "shapes"), join(folder, "save")];
    writeShapeSet(shapes, Number(values.count));
    const seeds = values.seeds.split(",").map(Number);
    for (const seed of seeds) measure(shapes, save, seed);
    if (values.without === "peer") return;
    const asked = join(save, `seed-${seeds[0]}`, "suspects.csv");
    const peer = [join(__dirname, "peers", "shapes_hog.py"), shapes, asked];
    console.log(
      `HOG and a linear SVM: ${execFileSync(process.env.PYTHON ?? "python3", peer, {encoding: "utf8"}).trim()}`,
    );
  } finally {
    rmSync(folder, {recursive: true});
  }
}

if (require.main === module) main();
