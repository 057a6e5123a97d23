/**
 * @file Neighbours and maps of many rows beside their peers: `npm run bench -- large-maps [--sizes 20000,100000]
 * [--without openTSNE,umap-learn] [--neighbours]`.
 *
 * The data are 20 clusters of 50 columns whose spread falls as principal components' does. Each result is made by a process
 * of its own, from the same file, in turn; imports and compiling are not counted. Recall is measured by comparing 100
 * rows with all others here; trustworthiness and continuity at 12 neighbours by one evaluator.
 *
 * Peers: openTSNE and umap-learn (with its pynndescent) in the Python that $PYTHON names; Embedding Atlas' Rust in
 * WebAssembly in the folder $EMBEDDING_ATLAS (`npm pack embedding-atlas`, unpacked). One that cannot be had ends the
 * bench, unless left out by name. `--neighbours` leaves the maps out.
 */
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {cpus, loadavg, tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";

import {normal, randomSource} from "../src/nouns/random";
import {fairOrder, type Matrix, mapQuality, place} from "../src/tsne/index";

const [COLUMNS, CLUSTERS, K, SAMPLE, THREADS] = [50, 20, 45, 100, "2"];
const PYTHON = process.env.PYTHON ?? "python3";
const peers = (file: string) => join(__dirname, "peers", file);
const node = (file: string) => [process.execPath, "-r", "ts-node/register/transpile-only", peers(file)];

/** The command of each peer, without the data. A list holds the row itself in some, so one more is asked for. */
const FINDERS: {readonly [name: string]: (file: string, rows: string, out: string) => string[]} = {
  epochscope: (...args) => [...node("neighbours.ts"), "approximate", ...args, `${K}`, THREADS],
  "epochscope, exact": (...args) => [...node("neighbours.ts"), "exact", ...args, `${K}`, THREADS],
  pynndescent: (...args) => [PYTHON, peers("neighbours.py"), "pynndescent", ...args, `${K + 1}`, THREADS],
  openTSNE: (...args) => [PYTHON, peers("neighbours.py"), "openTSNE (Annoy)", ...args, `${K}`, THREADS],
  "embedding-atlas": (...args) => [process.execPath, peers("embedding_atlas.mjs"), "neighbours", ...args, `${K + 1}`],
};
const MAKERS: typeof FINDERS = {
  epochscope: (...args) => [...node("tsne.ts"), "epochscope map", ...args, THREADS],
  openTSNE: (...args) => [PYTHON, peers("tsne.py"), "openTSNE", ...args, THREADS],
  "umap-learn": (...args) => [PYTHON, peers("tsne.py"), "umap-learn", ...args, THREADS],
  "embedding-atlas": (...args) => [process.execPath, peers("embedding_atlas.mjs"), "map", ...args],
};

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

async function main(): Promise<void> {
  const {values: given} = parseArgs({
    options: {
      sizes: {type: "string", default: "20000,100000"},
      without: {type: "string", default: ""},
      neighbours: {type: "boolean", default: false},
    },
  });
  const left = given.without.split(",").filter(Boolean);
  const unknown = left.find((name) => !(name in FINDERS || name in MAKERS));
  if (unknown) throw new Error(`--without: expected a peer's name, got ${unknown}`);
  const asked = (all: typeof FINDERS) => Object.entries(all).filter(([name]) => !left.includes(name));
  const folder = mkdtempSync(join(tmpdir(), "large-maps-"));
  const [file, out] = [join(folder, "data.f32"), join(folder, "out.bin")];
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  for (const rows of given.sizes.split(",").map(Number)) {
    const data = clusters(rows);
    writeFileSync(file, new Uint8Array(data.values.buffer));
    const run = ([command, ...args]: readonly string[]) =>
      JSON.parse(execFileSync(command, args, {encoding: "utf8"}).trim().split("\n").at(-1) ?? "") as Cost;
    console.log(`\n| ${rows.toLocaleString("en")} rows, ${K} neighbours | recall | ${COSTS}`);
    console.log("|---|--:|--:|--:|--:|--:|--:|");
    const ours: Cost[] = [];
    for (const [name, command] of asked(FINDERS)) {
      const cost = run(command(file, `${rows}`, out));
      const bytes = readFileSync(out);
      const recall = recallOf(data, new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
      ours[0] ??= cost;
      console.log(`| ${name} | ${recall.toFixed(4)} | ${cells(cost, ours[0])}`);
    }
    if (given.neighbours) continue;
    console.log(`\n| ${rows.toLocaleString("en")} rows, map | trust | continuity | ${COSTS}`);
    console.log("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (const [name, command] of asked(MAKERS)) {
      const cost = run(command(file, `${rows}`, out));
      const bytes = readFileSync(out);
      const points = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      const {trustworthiness, continuity} = await mapQuality(data, points, {k: 12});
      ours[1] ??= cost;
      console.log(`| ${name} | ${trustworthiness.toFixed(4)} | ${continuity.toFixed(4)} | ${cells(cost, ours[1])}`);
    }
  }
  rmSync(folder, {recursive: true});
}

const COSTS = "seconds | CPU s | × seconds | × CPU s | peak MiB |";

/** The cells of a table's row: time, how many times as much as ours, and memory. */
function cells({seconds, cpuSeconds, rssMiB}: Cost, ours: Cost): string {
  const times = [seconds / ours.seconds, cpuSeconds / ours.cpuSeconds].map((ratio) => ratio.toFixed(1));
  return `${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${times.join(" | ")} | ${Math.round(rssMiB)} |`;
}

function clusters(rows: number): Matrix {
  const random = randomSource(7);
  const middles = Float64Array.from({length: CLUSTERS * COLUMNS}, (_, e) => 3 * normal(random) * spread(e % COLUMNS));
  const values = new Float32Array(rows * COLUMNS);
  for (let r = 0, e = 0; r < rows; r++) {
    const from = (r % CLUSTERS) * COLUMNS;
    for (let c = 0; c < COLUMNS; c++) values[e++] = middles[from + c] + normal(random) * spread(c);
  }
  return {rows, columns: COLUMNS, values};
}

function spread(column: number): number {
  return 1 / Math.sqrt(1 + column);
}

/** The share of a fair sample's K nearest, by comparing with all, that the lists hold; the row itself does not count. */
function recallOf(data: Matrix, lists: Int32Array): number {
  const width = lists.length / data.rows;
  const sample = fairOrder(data.rows).subarray(0, SAMPLE);
  let found = 0;
  for (const row of sample) {
    const own = {rows: 1, columns: COLUMNS, values: data.values.slice(row * COLUMNS, (row + 1) * COLUMNS)};
    const {near} = place(data, own, {count: K, except: row});
    const held = new Set(lists.subarray(row * width, (row + 1) * width));
    for (const other of near) if (held.has(other)) found++;
  }
  return found / (SAMPLE * K);
}

void main();
