/**
 * @file Compares neighbours and maps of many rows with those of other programs:
 * `npm run bench -- large-maps [--sizes 20000,100000] [--rounds 3] [--only neighbours,t-SNE,UMAP] [--without
 * openTSNE,umap-learn]`. `--sizes 5000` takes minutes.
 *
 * The data are 20 clusters with 50 columns, whose spread falls like that of principal components. Each result is made
 * by a separate process, from the same file, in turn; imports and compiling are not counted. Ratios are relative to our
 * time in the same round: the median and, if there is more than one round, the least and the greatest. Recall is
 * measured by comparing 100 rows with all others; trustworthiness and continuity at 12 neighbours come from one
 * evaluator. "Neighbours kept" is the share of the 10 nearest rows, of 300 rows, that are also among the 10 nearest on
 * the map.
 *
 * Peers: openTSNE and umap-learn (with its pynndescent) in the Python that $PYTHON names; Embedding Atlas' Rust in
 * WebAssembly in the folder $EMBEDDING_ATLAS (`npm pack embedding-atlas`, unpacked). If one is missing, the bench ends,
 * unless `--without` names it.
 */
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {cpus, loadavg, tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";

import {normal, randomSource} from "../src/nouns/random";
import {fairOrder, type Matrix, openNeighbourhood, place} from "../src/tsne/index";
import {median} from "./statistics";

const [COLUMNS, CLUSTERS, K, SAMPLE, THREADS] = [50, 20, 45, 100, "2"];
/** How many neighbours a map should keep, and for how many rows they are counted. */
const [KEPT, KEPT_SAMPLE] = [10, 300];
const PYTHON = process.env.PYTHON ?? "python3";
const peers = (file: string) => join(__dirname, "peers", file);
const node = (file: string) => [process.execPath, "-r", "ts-node/register/transpile-only", peers(file)];

type Programs = {readonly [name: string]: (file: string, rows: string, out: string) => string[]};

/**
 * The command of each peer, without the data. In some programs a list contains the row itself, so one more neighbour is
 * asked for.
 */
const PROGRAMS: {readonly [table: string]: Programs} = {
  neighbours: {
    epochscope: (...args) => [...node("neighbours.ts"), "approximate", ...args, `${K}`, THREADS],
    "epochscope, exact": (...args) => [...node("neighbours.ts"), "exact", ...args, `${K}`, THREADS],
    pynndescent: (...args) => [PYTHON, peers("neighbours.py"), "pynndescent", ...args, `${K + 1}`, THREADS],
    openTSNE: (...args) => [PYTHON, peers("neighbours.py"), "openTSNE (Annoy)", ...args, `${K}`, THREADS],
    "embedding-atlas": (...args) => [process.execPath, peers("embedding_atlas.mjs"), "neighbours", ...args, `${K + 1}`],
  },
  "t-SNE": {
    epochscope: (...args) => [...node("tsne.ts"), "epochscope map", ...args, THREADS],
    openTSNE: (...args) => [PYTHON, peers("tsne.py"), "openTSNE", ...args, THREADS],
  },
  UMAP: {
    epochscope: (...args) => [...node("tsne.ts"), "epochscope umap", ...args, THREADS],
    "umap-learn": (...args) => [PYTHON, peers("tsne.py"), "umap-learn", ...args, THREADS],
    "embedding-atlas": (...args) => [process.execPath, peers("embedding_atlas.mjs"), "map", ...args],
  },
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
      rounds: {type: "string", default: "1"},
      only: {type: "string", default: Object.keys(PROGRAMS).join(",")},
      without: {type: "string", default: ""},
    },
  });
  const [left, tables] = [given.without, given.only].map((list) => list.split(",").filter(Boolean));
  const names = Object.values(PROGRAMS).flatMap((programs) => Object.keys(programs));
  for (const name of left) if (!names.includes(name)) throw new Error(`--without: expected a peer's name, got ${name}`);
  for (const name of tables) if (!PROGRAMS[name]) throw new Error(`--only: expected tables' names, got ${name}`);
  const folder = mkdtempSync(join(tmpdir(), "large-maps-"));
  const [file, out] = [join(folder, "data.f32"), join(folder, "out.bin")];
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  try {
    for (const rows of given.sizes.split(",").map(Number)) {
      const data = clusters(rows);
      writeFileSync(file, new Uint8Array(data.values.buffer));
      const judge = tables.some((table) => table !== "neighbours") ? await judgeOf(data) : undefined;
      for (const table of tables) {
        const programs = Object.entries(PROGRAMS[table]).filter(([name]) => !left.includes(name));
        const results = new Map<string, {readonly costs: Cost[]; figures: string}>();
        for (let round = 0; round < Number(given.rounds); round++) {
          for (const [name, command] of programs) {
            const cost = run(command(file, `${rows}`, out));
            const result = results.get(name) ?? {costs: [], figures: ""};
            result.costs.push(cost);
            console.error(`${rows} rows, ${table}, ${name}: ${cost.seconds.toFixed(1)} s`);
            result.figures ||=
              table === "neighbours" ? recallOf(data, integers(out)).toFixed(4) : await judge!(floats(out));
            results.set(name, result);
          }
        }
        const head =
          table === "neighbours" ? `${K} neighbours | recall` : `${table} | trust | continuity | ${KEPT} kept`;
        console.log(`\n| ${rows.toLocaleString("en")} rows, ${head} | ${COSTS}`);
        console.log(`|---|${"--:|".repeat(table === "neighbours" ? 6 : 8)}`);
        const ours = [...results.values()][0].costs;
        for (const [name, {costs, figures}] of results) console.log(`| ${name} | ${figures} | ${cells(costs, ours)}`);
      }
      judge?.close();
    }
  } finally {
    rmSync(folder, {recursive: true});
  }
}

function run([command, ...args]: readonly string[]): Cost {
  return JSON.parse(execFileSync(command, args, {encoding: "utf8"}).trim().split("\n").at(-1) ?? "") as Cost;
}

function integers(path: string): Int32Array {
  const bytes = readFileSync(path);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function floats(path: string): Float32Array {
  return new Float32Array(integers(path).buffer);
}

/** Returns a function that measures a map of the data and gives the cells of its figures. */
async function judgeOf(data: Matrix): Promise<((map: Float32Array) => Promise<string>) & {close(): void}> {
  const threads = Number(THREADS);
  const near = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads});
  const sample = fairOrder(data.rows).subarray(0, KEPT_SAMPLE);
  const truth = Array.from(sample, (row) => nearestOf(data, row, KEPT));
  const judged = async (points: Float32Array) => {
    const {trustworthiness, continuity} = await near.quality(points, 2, 12);
    const map = {rows: data.rows, columns: 2, values: points};
    const kept = Array.from(sample, (row, q) => {
      const own = new Set(nearestOf(map, row, KEPT));
      return truth[q].filter((other) => own.has(other)).length / KEPT;
    });
    const share = kept.reduce((sum, one) => sum + one, 0) / kept.length;
    return [trustworthiness, continuity, share].map((figure) => figure.toFixed(4)).join(" | ");
  };
  return Object.assign(judged, {close: () => near.close()});
}

/** The nearest other rows of a row, found by comparing it with all. */
function nearestOf(data: Matrix, row: number, count: number): number[] {
  const {columns, values} = data;
  const own = {rows: 1, columns, values: values.slice(row * columns, (row + 1) * columns)};
  return [...place(data, own, {count, except: row}).near];
}

const COSTS = "seconds | CPU s | × seconds | × CPU s | peak MiB |";

/** The cells of a table's row: the time, its ratio to ours in the same round, and the memory. */
function cells(costs: readonly Cost[], ours: readonly Cost[]): string {
  const [seconds, cpuSeconds] = (["seconds", "cpuSeconds"] as const).map((of) => {
    const ratios = costs.map((cost, round) => cost[of] / ours[round][of]);
    const ends = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1));
    const range = costs.length > 1 ? ` (${ends.join("–")})` : "";
    return {median: median(costs.map((cost) => cost[of])).toFixed(1), ratio: `${median(ratios).toFixed(1)}${range}`};
  });
  const peak = Math.max(...costs.map(({rssMiB}) => rssMiB));
  return [seconds.median, cpuSeconds.median, seconds.ratio, cpuSeconds.ratio, `${Math.round(peak)} |`].join(" | ");
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

/**
 * The share of the K nearest rows (found by comparing with all rows, for a fair sample) that are in the lists; the row
 * itself does not count.
 */
function recallOf(data: Matrix, lists: Int32Array): number {
  const width = lists.length / data.rows;
  const sample = fairOrder(data.rows).subarray(0, SAMPLE);
  let found = 0;
  for (const row of sample) {
    const held = new Set(lists.subarray(row * width, (row + 1) * width));
    for (const other of nearestOf(data, row, K)) if (held.has(other)) found++;
  }
  return found / (SAMPLE * K);
}

void main();
