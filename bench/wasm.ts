/**
 * @file Measures how much faster this project's kernels make tfjs' wasm backend: `npm run bench -- wasm [--rounds 5]
 * [--batch 64]`. Compares whole training steps with those of the same backend, on which the missing kernels are
 * composed of the kernels that it has. The two take turns in rounds; the figures are medians of processor time. The
 * composed kernels have no gradient of a depthwise convolution, so that row has no ratio.
 */
import {join} from "node:path";
import {parseArgs} from "node:util";

import {type Peer, startPeer} from "./peer";
import type {Measurement} from "./peers/rounds";
import {median} from "./statistics";

const NETWORKS = ["cnn", "exigo", "elu", "dense", "depthwise"] as const;
const WITHOUT_COMPOSITES: readonly string[] = ["depthwise"];

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
      for (const peer of peers) measured.push(JSON.parse(await peer.turn("go")));
      rounds.push(measured);
    }
    for (const peer of peers) peer.end();
    const cells = (["trainCpu", "inferCpu"] as const).flatMap((field) => [
      ...[0, 1].map((i) => shown(median(rounds.map((round) => round[i]?.[field] ?? Number.NaN)), 0)),
      shown(median(rounds.map(([ours, theirs]) => (ours[field] ?? Number.NaN) / (theirs?.[field] ?? Number.NaN))), 2),
    ]);
    console.log(`| ${[network, ...cells].join(" | ")} |`);
  }
}

function start(network: string, batch: string, backend: string): Promise<Peer> {
  const file = join(__dirname, "peers", "engine-tfjs.ts");
  const command = [process.execPath, "-r", require.resolve("ts-node/register"), file, network, batch, backend];
  return startPeer(`${backend} with ${network}`, command);
}

function shown(value: number, digits: number): string {
  const format = {minimumFractionDigits: digits, maximumFractionDigits: digits};
  return Number.isFinite(value) ? value.toLocaleString("en", format) : "";
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
