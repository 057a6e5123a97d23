/**
 * @file What tfjs' wasm backend gains by this project's kernels: `npm run bench -- wasm [--rounds 5] [--batch 64]`. Whole training
 * steps against the same backend with what it lacks composed of the kernels it has; round by round in turns, by processor
 * time, medians. The composites have no gradient of a depthwise convolution: that row has no ratio.
 */
import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {parseArgs} from "node:util";

import type {Measurement} from "./peers/rounds";

const NETWORKS = ["cnn", "exigo", "elu", "dense", "depthwise"] as const;
const WITHOUT_COMPOSITES: readonly string[] = ["depthwise"];

interface Peer {
  readonly child: ChildProcess;
  measure(): Promise<Measurement>;
}

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {rounds: {type: "string", default: "5"}, batch: {type: "string", default: "64"}},
  });
  console.log(`batches of ${values.batch}, medians of ${values.rounds} rounds; images by a second of processor time\n`);
  console.log("| network | train | composites | × composites | infer | composites | × composites |");
  console.log("|---|--:|--:|--:|--:|--:|--:|");
  for (const network of NETWORKS) {
    const names = WITHOUT_COMPOSITES.includes(network) ? ["wasm"] : ["wasm", "composites"];
    const peers: Peer[] = [];
    for (const name of names) peers.push(await start(network, values.batch, name));
    const rounds: Measurement[][] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const measured: Measurement[] = [];
      for (const peer of peers) measured.push(await peer.measure());
      rounds.push(measured);
    }
    for (const {child} of peers) child.stdin?.end();
    const cells = (["trainCpu", "inferCpu"] as const).flatMap((field) => [
      ...[0, 1].map((i) => shown(median(rounds.map((round) => round[i]?.[field] ?? Number.NaN)), 0)),
      shown(median(rounds.map(([ours, theirs]) => (ours[field] ?? Number.NaN) / (theirs?.[field] ?? Number.NaN))), 2),
    ]);
    console.log(`| ${[network, ...cells].join(" | ")} |`);
  }
}

async function start(network: string, batch: string, backend: string): Promise<Peer> {
  const file = join(__dirname, "peers", "engine-tfjs.ts");
  const args = ["-r", require.resolve("ts-node/register"), file, network, batch, backend];
  const child = spawn(process.execPath, args, {stdio: ["pipe", "pipe", "inherit"]});
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const ended = once(child, "exit").then(([code]) => ({done: true as const, value: `its end with code ${code}`}));
  const answer = async () => {
    const {value, done} = await Promise.race([lines.next(), ended]);
    if (done) throw new Error(`${backend} with ${network}: expected an answer, got ${value ?? "its end"}`);
    return value;
  };
  await answer();
  return {
    child,
    async measure() {
      child.stdin.write("go\n");
      return JSON.parse(await answer()) as Measurement;
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function shown(value: number, digits: number): string {
  const format = {minimumFractionDigits: digits, maximumFractionDigits: digits};
  return Number.isFinite(value) ? value.toLocaleString("en", format) : "";
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
